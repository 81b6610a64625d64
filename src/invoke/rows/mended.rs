//! How is an answer read that is JSON but for a few of its values?
//!
//! Programs that write JSON by hand, and some libraries, write `NaN` and its like, which JSON does not have (RFC 8259 section 6). One of
//! them makes the whole text none. What is none is a text of what was written there, and all else stays as it is.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::scan::{element, is_json, items, lines, members, of_lines, string_end};

/// Words of other languages where JSON has a number or a literal, in lower case.
const WORDS: [&str; 7] = ["false", "inf", "infinity", "nan", "none", "true", "undefined"];

/// Different values that a note names.
const NAMED: usize = 5;

/// A text that is JSON but for some values, with those as strings, and what was done; `None` where it is no such text, or breaks off.
pub fn mended(body: &Bytes) -> Option<(Bytes, Vec<String>)> {
    let text = std::str::from_utf8(body).ok()?;
    if !text.trim_ascii_start().starts_with(['{', '[']) {
        return None;
    }
    let mut notes = Vec::new();
    let (quoted, odd) = with_odd_values_quoted(text);
    if !odd.is_empty() {
        let named: Vec<String> = odd.iter().take(NAMED).map(|odd| format!("`{odd}`")).collect();
        let more = if odd.len() > NAMED { " and others" } else { "" };
        notes.push(format!("the API wrote {}{more}, which JSON does not have: shown as text", named.join(", ")));
    }
    if is_json(quoted.as_bytes()) {
        return Some((quoted.into(), notes));
    }
    let mut unread = 0;
    let whole = whole(&quoted, &mut unread).filter(|whole| is_json(whole.as_bytes()))?;
    notes.push(unreadable(unread));
    Some((whole.into(), notes))
}

/// JSON in lines of which some are none, with those as strings, and what was done; `None` where every line is JSON, or none is.
pub fn mended_lines(body: &Bytes) -> Option<(Bytes, Vec<String>)> {
    if of_lines(body).is_some() {
        return None;
    }
    let (mut notes, mut unread, mut read) = (Vec::new(), 0, 0);
    let mut whole = String::new();
    for line in lines(std::str::from_utf8(body).ok()?) {
        read += 1;
        if is_json(line.as_bytes()) {
            whole.push_str(line);
        } else if let Some((mended, said)) = mended(&Bytes::copy_from_slice(line.as_bytes())) {
            whole.push_str(&String::from_utf8_lossy(&mended));
            notes.extend(said.into_iter().filter(|said| !notes.contains(said)).collect::<Vec<_>>());
        } else {
            read -= 1;
            unread += 1;
            whole.push_str(&Value::from(line).to_string());
        }
        whole.push('\n');
    }
    if unread > 0 {
        notes.push(unreadable(unread));
    }
    (read > 0).then(|| (whole.into(), notes))
}

fn unreadable(count: u64) -> String {
    let values = if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
    format!("{values} of the answer cannot be read as JSON: shown as the text that the API wrote")
}

/// The text with each value quoted that stands for a number or a literal and is none, and which those are.
fn with_odd_values_quoted(text: &str) -> (String, BTreeSet<String>) {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len() + 16);
    let (mut odd, mut copied, mut at) = (BTreeSet::new(), 0, 0);
    while let Some(byte) = bytes.get(at) {
        if *byte == b'"' {
            at = string_end(bytes, at + 1);
            continue;
        }
        let length = bytes[at..].iter().take_while(|byte| !ends_value(**byte)).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let token = &text[at..at + length];
        let is_name = bytes[at + length..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
        if !is_name && is_odd(token) {
            out.push_str(&text[copied..at]);
            out.push_str(&Value::from(token).to_string());
            odd.insert(token.to_owned());
            copied = at + length;
        }
        at += length;
    }
    out.push_str(&text[copied..]);
    (out, odd)
}

fn ends_value(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b',' | b':' | b'[' | b']' | b'{' | b'}' | b'"')
}

/// Whether a word stands for a number or a literal of another language.
fn is_odd(token: &str) -> bool {
    let bare = token.trim_start_matches(['+', '-']);
    let stands_for_one = bare.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit())
        || WORDS.contains(&bare.split('(').next().unwrap_or_default().to_ascii_lowercase().as_str());
    stands_for_one && serde_json::from_str::<IgnoredAny>(token).is_err()
}

/// A list or an object with what in it cannot be read as strings: rows of a list, and members, lists among them row by row.
fn whole(text: &str, unread: &mut u64) -> Option<String> {
    let text = text.trim_ascii();
    let (open, close) = (*text.as_bytes().first()?, *text.as_bytes().last()?);
    let mut out = String::with_capacity(text.len() + 16);
    let mut copied = 0;
    let places = match (open, close) {
        (b'[', b']') => items(text)?,
        (b'{', b'}') => members(text).into_iter().map(|(_, place)| place).collect(),
        _ => return None,
    };
    for place in places {
        let value = &text[place.clone()];
        // The last one reaches to the end where nothing closes it.
        if place.end >= text.len() {
            return None;
        }
        if is_json(value.as_bytes()) {
            continue;
        }
        out.push_str(&text[copied..place.start]);
        let within = (open == b'{').then(|| whole(value, unread)).flatten();
        let mended = within.unwrap_or_else(|| {
            *unread += 1;
            Value::from(value.trim_ascii()).to_string()
        });
        out.push_str(&mended);
        copied = place.end;
    }
    out.push_str(&text[copied..]);
    // Nothing is left behind what closes it.
    element(out.as_bytes(), 0).is_some_and(|span| span.end == out.len()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, usize)> {
        let (body, notes) = mended(&Bytes::copy_from_slice(text.as_bytes()))?;
        Some((String::from_utf8(body.to_vec()).unwrap(), notes.len()))
    }

    #[test]
    fn a_number_that_json_does_not_have_is_its_text_and_nothing_else_changes() {
        for (written, shown) in [
            (r#"[{"id":1},{"n":NaN},{"id":3}]"#, r#"[{"id":1},{"n":"NaN"},{"id":3}]"#),
            (r#"{"a":[-Infinity, +5 ,.5],"s":"NaN, \"NaN"}"#, r#"{"a":["-Infinity", "+5" ,".5"],"s":"NaN, \"NaN"}"#),
            (
                r#"[01, 1.#QNAN, 0x1F, -nan(ind), None, True]"#,
                r#"["01", "1.#QNAN", "0x1F", "-nan(ind)", "None", "True"]"#,
            ),
            (r#"{"v": undefined, "n": 1E400}"#, r#"{"v": "undefined", "n": 1E400}"#),
        ] {
            assert_eq!(read(written), Some((shown.to_owned(), 1)), "{written}");
        }
    }

    #[test]
    fn a_row_that_cannot_be_read_is_its_text_and_the_others_stay() {
        for (written, shown) in [
            (r#"[{"id":1},{'id':2},{"id":3}]"#, r#"[{"id":1},"{'id':2}",{"id":3}]"#),
            (r#"{"total":2,"data":[{"id":1},{id:2}]}"#, r#"{"total":2,"data":[{"id":1},"{id:2}"]}"#),
            (r#"{"at":new Date(5),"id":1}"#, r#"{"at":"new Date(5)","id":1}"#),
        ] {
            let read = read(written);
            // A value with a blank within is not found whole.
            if written.contains("new Date") {
                assert_eq!(read, None);
            } else {
                assert_eq!(read, Some((shown.to_owned(), 1)), "{written}");
            }
        }
    }

    #[test]
    fn lines_are_read_one_by_one() {
        let read = |text: &str| {
            mended_lines(&Bytes::copy_from_slice(text.as_bytes())).map(|(body, notes)| (body, notes.len()))
        };
        let written = "{\"id\":1}\n{\"n\":NaN}\n\n{id:3}\n{\"n\":NaN}";
        let shown = "{\"id\":1}\n{\"n\":\"NaN\"}\n\"{id:3}\"\n{\"n\":\"NaN\"}\n";
        assert_eq!(read(written), Some((Bytes::from(shown), 2)));
        assert_eq!((read("{\"id\":1}\n{\"id\":2}"), read("one\ntwo")), (None, None));
    }

    #[test]
    fn what_breaks_off_or_is_no_json_at_all_stays_unread() {
        for text in [
            "",
            "NaN",
            "no json",
            r#"[{"id":1},{"id":NaN"#,
            r#"[{"id":1},{"id":NaN]"#,
            r#"{"a":NaN"#,
            r#"[{'id':2}"#,
            r#"[{"id":1},{'id':2}] and more"#,
            r#"{"s":"NaN"#,
            "<html>",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
