//! How is text that came from elsewhere shown in a message?
//!
//! An API's words are data: in a message they are shortened, on one line, and without the characters that could steer a
//! terminal or hide text from whoever reads it.

use crate::escape::deceives;

/// Characters of a name, a path or a title in a message.
pub(in crate::invoke) const SHORT: usize = 200;

/// Characters of an API's own message.
pub(super) const LONG: usize = 600;

/// `text` in at most `most` characters: white space runs become one space, control, format and direction characters go.
pub(in crate::invoke) fn clean(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    for c in text.trim_start().chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if deceives(c) || (c == ' ' && out.ends_with(' ')) {
            continue;
        }
        if count == most {
            out.push('…');
            return out;
        }
        out.push(c);
        count += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// A web page in a message: by its title, never its text.
pub(in crate::invoke) fn page(title: &str) -> String {
    if title.is_empty() {
        return "a web page without a title".to_owned();
    }
    format!("a web page titled \"{title}\" (data from the server)")
}

/// The title of an HTML page, or nothing where it has none.
pub(super) fn html_title(page: &str) -> String {
    find_title(page).unwrap_or_default()
}

fn find_title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let open = start + lower.get(start..)?.find('>')? + 1;
    let close = open + lower.get(open..)?.find('<')?;
    Some(clean(page.get(open..close)?, SHORT))
}

/// Whether a body is a web page.
pub(super) fn is_html(content_type: &str, body: &[u8]) -> bool {
    if content_type.to_ascii_lowercase().contains("html") {
        return true;
    }
    let start = body.trim_ascii_start();
    let start = start.get(..14).unwrap_or(start).to_ascii_lowercase();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_one_short_line() {
        assert_eq!(clean("  a\r\n\tb\u{1b}[31m\u{202e}c ", 80), "a b[31mc");
        assert_eq!(clean("abcdef", 3), "abc…");
        assert_eq!(clean("abc", 3), "abc");
    }

    #[test]
    fn pages_and_their_titles() {
        let page = "<!DOCTYPE html>\n<html><head><TITLE lang=en>502 Bad\nGateway</TITLE>";
        assert_eq!(html_title(page), "502 Bad Gateway");
        for broken in ["<title", "<title>", "<title></title>", "no page", "<title>é"] {
            assert_eq!(html_title(broken), "", "{broken}");
        }
        assert!(
            is_html("text/html; charset=utf-8", b"") && is_html("", page.as_bytes()) && is_html("", b" <html lang=en>")
        );
        assert!(is_html("", b"<HTML>") && !is_html("application/json", b"{}") && !is_html("", b"<"));
    }
}
