//! What do the header fields of an answer say?
//!
//! `Link` (RFC 8288), `Content-Disposition` (RFC 6266, RFC 8187) and the charset of `Content-Type`. Pure: texts in,
//! values out. No crate reads `Link` in full: those there are split at commas, or have been left since 2021.

use encoding_rs::{Encoding, UTF_8};
use percent_encoding::percent_decode_str;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LINK, LOCATION, RETRY_AFTER};
use serde::Serialize;
use url::Url;

use super::access::ApiAccess;

/// Header fields of an answer, as sent. Bytes that are no UTF-8 are read as ISO-8859-1, as HTTP/1.0 defined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReplyHeaders {
    /// `Content-Type`
    pub content_type: Option<String>,
    /// `Link`: where the pages before and after are (RFC 8288), one text a line of the field.
    pub link: Vec<String>,
    /// `api-current-version`: the newest edition of ConnectWise's models.
    pub api_current_version: Option<String>,
    /// `Retry-After`
    pub retry_after: Option<String>,
    /// `Location`: what was created.
    pub location: Option<String>,
    /// `Content-Disposition`: the name of a file.
    pub content_disposition: Option<String>,
    /// `Date`: the server's clock.
    pub date: Option<String>,
}

impl ReplyHeaders {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |value: Option<&HeaderValue>| value.map(text_of);
        Self {
            content_type: text(headers.get(CONTENT_TYPE)),
            link: headers.get_all(LINK).iter().map(text_of).collect(),
            api_current_version: text(headers.get("api-current-version")),
            retry_after: text(headers.get(RETRY_AFTER)),
            location: text(headers.get(LOCATION)),
            content_disposition: text(headers.get(CONTENT_DISPOSITION)),
            date: text(headers.get(DATE)),
        }
    }

    /// The same without secrets, should the API repeat what it was sent.
    pub(super) fn without_secrets(self, access: &ApiAccess) -> Self {
        let scrubbed = |text: Option<String>| text.map(|text| access.scrub(&text));
        Self {
            content_type: scrubbed(self.content_type),
            link: self.link.iter().map(|line| access.scrub_link(line)).collect(),
            api_current_version: scrubbed(self.api_current_version),
            retry_after: scrubbed(self.retry_after),
            location: self.location.map(|location| access.scrub_url(&location)),
            content_disposition: scrubbed(self.content_disposition),
            date: scrubbed(self.date),
        }
    }

    pub(super) fn content_type(&self) -> &str {
        self.content_type.as_deref().unwrap_or_default()
    }
}

fn text_of(value: &HeaderValue) -> String {
    let bytes = value.as_bytes();
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned)
}

/// Relations between the pages of one list: a `Link` that has some of them and no `next` is that of the last page.
const OF_PAGES: [&str; 5] = ["first", "last", "next", "prev", "previous"];

/// What the `Link` fields of an answer say about the page after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NextPage {
    /// Its URL, resolved against that of the request.
    At(Box<Url>),
    /// There is none.
    None,
    /// No field speaks of pages.
    Unsaid,
    /// A field speaks, and cannot be understood.
    Unreadable,
}

/// The link to the next page. `lines` are the field's lines, each a list of its own.
pub(crate) fn next_page(lines: &[String], request: &Url) -> NextPage {
    let (mut says_pages, mut readable) = (false, true);
    for line in lines {
        let (links, is_whole) = links(line);
        readable &= is_whole;
        for link in links.iter().filter(|link| link.is_of(request)) {
            says_pages |= link.relations.iter().any(|relation| OF_PAGES.contains(&relation.as_str()));
            if link.relations.iter().any(|relation| relation == "next") {
                match request.join(&link.target) {
                    Ok(url) => return NextPage::At(Box::new(url)),
                    Err(_) => readable = false,
                }
            }
        }
    }
    match (readable, says_pages) {
        (false, _) => NextPage::Unreadable,
        (true, true) => NextPage::None,
        (true, false) => NextPage::Unsaid,
    }
}

/// One link of a `Link` field.
#[derive(Debug, PartialEq, Eq)]
struct Link {
    target: String,
    /// In lower case: they compare without regard to it.
    relations: Vec<String>,
    /// The resource that the link leads from, where it is not the one asked for.
    anchor: Option<String>,
}

impl Link {
    /// Whether the link leads from the resource that was asked for. Servers behind a proxy know their host and scheme
    /// by other names, so path and query decide.
    fn is_of(&self, request: &Url) -> bool {
        let Some(anchor) = &self.anchor else { return true };
        let from = request.join(anchor);
        from.is_ok_and(|from| (from.path(), from.query(), from.fragment()) == (request.path(), request.query(), None))
    }
}

/// The links of one line (RFC 8288, appendix B.2), and whether all of the line could be read.
fn links(line: &str) -> (Vec<Link>, bool) {
    let mut links = Vec::new();
    let mut is_whole = true;
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return (links, is_whole);
        }
        let Some((target, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
            is_whole = false;
            // The next that begins as a link does.
            let comma = rest.find(',').unwrap_or(rest.len());
            let begin = rest[comma..].find('<').map_or(rest.len(), |at| comma + at);
            rest = &rest[begin..];
            continue;
        };
        let read = parameters(after, Grammar::List);
        is_whole &= read.is_whole;
        rest = read.rest;
        let relations = read.first("rel").unwrap_or_default().split_ascii_whitespace();
        links.push(Link {
            target: target.trim().to_owned(),
            relations: relations.map(str::to_ascii_lowercase).collect(),
            anchor: read.first("anchor").map(str::to_owned),
        });
    }
}

/// The file name of a `Content-Disposition`, as sent: `filename*` before `filename` (RFC 6266, 4.3).
pub(super) fn file_name(disposition: &str) -> Option<String> {
    let after_type = disposition.find(';').map_or("", |at| &disposition[at..]);
    let read = parameters(after_type, Grammar::Single);
    read.first("filename*").and_then(extended).or_else(|| read.first("filename").map(str::to_owned))
}

/// A value with its charset (RFC 8187): `UTF-8'de'%C3%BC`.
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_language, text) = rest.split_once('\'')?;
    let encoding = Encoding::for_label(charset.trim().as_bytes())?;
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    encoding.decode_without_bom_handling_and_without_replacement(&bytes).map(std::borrow::Cow::into_owned)
}

/// The charset that a `Content-Type` declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// None, or one without a name.
    Undeclared,
    /// One that can be read.
    Known(&'static Encoding),
    /// One that nobody here knows.
    Unknown(String),
}

/// The charset of a `Content-Type`.
pub(super) fn charset(content_type: &str) -> Charset {
    let after_type = content_type.find(';').map_or("", |at| &content_type[at..]);
    let read = parameters(after_type, Grammar::Single);
    let Some(label) = read.first("charset").map(str::trim).filter(|label| !label.is_empty()) else {
        return Charset::Undeclared;
    };
    if let Some(encoding) = Encoding::for_label(label.as_bytes()) {
        return Charset::Known(encoding);
    }
    // .NET writes `utf8` and `unicode-1-1-utf-8`, which are labels; `utf_8` and the like are none.
    if label.to_ascii_lowercase().replace(['_', '-'], "") == "utf8" {
        return Charset::Known(UTF_8);
    }
    Charset::Unknown(label.to_owned())
}

/// How far parameters go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grammar {
    /// Up to a comma, after which the list's next member begins. `\x` in quotes is `x` (RFC 9110, 5.6.4).
    List,
    /// Up to the end. Servers write paths of Windows into quotes, so only `\"` and `\\` are escapes.
    Single,
}

/// Parameters of a field, with names in lower case.
struct Parameters<'a> {
    pairs: Vec<(String, String)>,
    /// The text after the last of them.
    rest: &'a str,
    is_whole: bool,
}

impl Parameters<'_> {
    /// Only the first of a name counts (RFC 8288, 3.3).
    fn first(&self, wanted: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }
}

/// Parameters from the first semicolon on (RFC 8288, appendix B.3).
fn parameters(text: &str, grammar: Grammar) -> Parameters<'_> {
    const BLANKS: [char; 2] = [' ', '\t'];
    let ends = |c: char| c == ';' || (c == ',' && grammar == Grammar::List);
    let mut pairs = Vec::new();
    let mut is_whole = true;
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(BLANKS);
        let Some(after) = rest.strip_prefix(';') else {
            if rest.is_empty() || rest.starts_with(ends) {
                return Parameters { pairs, rest, is_whole };
            }
            // Something between a value and the next semicolon.
            is_whole = false;
            rest = &rest[rest.find(ends).unwrap_or(rest.len())..];
            continue;
        };
        let name_end = after.find(|c: char| c == '=' || ends(c)).unwrap_or(after.len());
        let name = after[..name_end].trim_matches(BLANKS).to_ascii_lowercase();
        rest = &after[name_end..];
        let Some(value) = rest.strip_prefix('=') else {
            if !name.is_empty() {
                pairs.push((name, String::new()));
            }
            continue;
        };
        let value = value.trim_start_matches(BLANKS);
        if let Some(quoted) = value.strip_prefix('"') {
            let (value, after, is_closed) = unquoted(quoted, grammar);
            is_whole &= is_closed;
            pairs.push((name, value));
            rest = after;
        } else {
            let end = value.find(ends).unwrap_or(value.len());
            pairs.push((name, value[..end].trim_end_matches(BLANKS).to_owned()));
            rest = &value[end..];
        }
    }
}

/// A quoted string after its first quote, what follows it, and whether it was closed.
fn unquoted(text: &str, grammar: Grammar) -> (String, &str, bool) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &text[at + 1..], true),
            '\\' => match chars.next() {
                Some((_, escaped)) => {
                    if grammar == Grammar::Single && !matches!(escaped, '"' | '\\') {
                        value.push('\\');
                    }
                    value.push(escaped);
                }
                None => value.push('\\'),
            },
            c => value.push(c),
        }
    }
    (value, "", false)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{SHIFT_JIS, UTF_16LE, WINDOWS_1252};

    use super::*;

    const REQUEST: &str = "https://api.example/v2/items?fields=id,summary";

    fn next(lines: &[&str]) -> NextPage {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        next_page(&lines, &Url::parse(REQUEST).unwrap())
    }

    #[test]
    fn the_next_page_is_found_in_every_form_that_a_link_may_have() {
        let at = |url: &str| NextPage::At(Box::new(Url::parse(url).unwrap()));
        for (lines, expected) in [
            (&["<https://api.example/v2/items?page=2>; rel=\"next\""][..], "https://api.example/v2/items?page=2"),
            // Commas and semicolons in the target, and in what is quoted.
            (
                &["<https://x.example/a?fields=id,name;x&page=2>; rel=\"next\""],
                "https://x.example/a?fields=id,name;x&page=2",
            ),
            (
                &["<?page=1>; title=\"a, <b>; rel=\\\"next\\\"\"; rel=first, <?page=2>; rel=next"],
                "https://api.example/v2/items?page=2",
            ),
            (&["<?page=2>; title=\"x\\\\\"; rel=next"], "https://api.example/v2/items?page=2"),
            // Several relations, in any case and order, with any blanks; escapes in quotes.
            (&["<?page=2>; rel=\"next last\""], "https://api.example/v2/items?page=2"),
            (&["<?page=2>; rel=\"last\t NEXT\""], "https://api.example/v2/items?page=2"),
            (&["<?page=2>;rel = next"], "https://api.example/v2/items?page=2"),
            (&["<?page=2>;REL=Next ; title=x"], "https://api.example/v2/items?page=2"),
            (&["<?page=2>; rel=\"n\\ext\""], "https://api.example/v2/items?page=2"),
            (&["<?page=2>; rel=next last"], "https://api.example/v2/items?page=2"),
            // Other parameters, with and without values.
            (
                &["<?page=2>; crossorigin; title*=UTF-8'en'a%2C%3Brel; rel=\"next\"; hreflang=de"],
                "https://api.example/v2/items?page=2",
            ),
            // Several links, several lines, empty members.
            (&["<?page=1>; rel=prev, <?page=3>; rel=next"], "https://api.example/v2/items?page=3"),
            (&["<?page=1>; rel=prev,<?page=3>;rel=next,"], "https://api.example/v2/items?page=3"),
            (&[" , ,<?page=3>; rel=next"], "https://api.example/v2/items?page=3"),
            (&["<?page=1>; rel=\"first\"", "<?page=2>; rel=\"next\""], "https://api.example/v2/items?page=2"),
            // Relative targets, as links on a page are.
            (&["</v3/items?p=2>; rel=next"], "https://api.example/v3/items?p=2"),
            (&["<more?p=2#end>; rel=next"], "https://api.example/v2/more?p=2#end"),
            (&["<//other.example/?p=2>; rel=next"], "https://other.example/?p=2"),
            (&["< ?page=2 >; rel=next"], "https://api.example/v2/items?page=2"),
            // An anchor that names this very resource.
            (&["<?page=2>; rel=next; anchor=\"?fields=id,summary\""], "https://api.example/v2/items?page=2"),
            (
                &["<?page=2>; rel=next; anchor=\"http://inner:80/v2/items?fields=id,summary\""],
                "https://api.example/v2/items?page=2",
            ),
            // What is broken takes nothing else with it.
            (&["nonsense", "<?page=2>; rel=next"], "https://api.example/v2/items?page=2"),
            (&["nonsense; rel=first, <?page=2>; rel=next"], "https://api.example/v2/items?page=2"),
            (&["<?page=2>; rel=\"next"], "https://api.example/v2/items?page=2"),
            (&["<?page=2>; title=\"a\"b; rel=next"], "https://api.example/v2/items?page=2"),
        ] {
            assert_eq!(next(lines), at(expected), "{lines:?}");
        }
    }

    #[test]
    fn without_a_next_link_it_is_said_whether_there_is_none_or_nobody_knows() {
        for (lines, expected) in [
            (&[][..], NextPage::Unsaid),
            (&[""], NextPage::Unsaid),
            (&["<?page=1>; rel=\"prev first\""], NextPage::None),
            (&["<?page=1>; rel=prev; rel=next"], NextPage::None),
            (&["<?page=1>; rel=previous; rev=next"], NextPage::None),
            (&["<?page=1>; rel=first; title=\"<?page=2>; rel=next\""], NextPage::None),
            // Links that speak of something else.
            (&["</style.css>; rel=preload; as=style"], NextPage::Unsaid),
            (&["<https://x.example/next>"], NextPage::Unsaid),
            (&["<?page=2>; rel=nextly"], NextPage::Unsaid),
            // Those of other resources.
            (&["<?page=2>; rel=next; anchor=\"/v2/other\""], NextPage::Unsaid),
            (&["<?page=2>; rel=next; anchor=\"#part\""], NextPage::Unsaid),
            (&["<?page=2>; rel=next; anchor=\"/v2/other\", <?page=1>; rel=prev"], NextPage::None),
            // What cannot be read is never taken for an end.
            (&["nonsense"], NextPage::Unreadable),
            (&["https://x.example/?page=2; rel=\"next\""], NextPage::Unreadable),
            (&["<https://x.example/?page=2; rel=\"next\""], NextPage::Unreadable),
            (&["<http://[>; rel=next"], NextPage::Unreadable),
            (&["<?page=1>; rel=prev", "oops"], NextPage::Unreadable),
            (&["<?page=1>; rel=prev; title=\"never closed, <?page=2>; rel=next"], NextPage::Unreadable),
        ] {
            assert_eq!(next(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn file_names_are_read_as_servers_write_them() {
        for (disposition, expected) in [
            ("attachment; filename=\"report 1.pdf\"", Some("report 1.pdf")),
            ("attachment; filename=plain.txt; size=3", Some("plain.txt")),
            ("attachment; filename=my report.txt", Some("my report.txt")),
            ("attachment; FileName = \"a;b, c=d.pdf\"", Some("a;b, c=d.pdf")),
            ("attachment; filename=\"a\\\"b\\\\c.txt\"", Some("a\"b\\c.txt")),
            ("attachment; filename=\"C:\\dir\\a.txt\"", Some("C:\\dir\\a.txt")),
            ("attachment; filename=\"x; filename=y.txt\"; filename=z", Some("x; filename=y.txt")),
            ("attachment; filename=\"x.txt\"; filename*=UTF-8''%C3%A9t%C3%A9.txt", Some("été.txt")),
            ("attachment; filename*=utf-8'fr'%C3%A9.txt; filename=\"x.txt\"", Some("é.txt")),
            ("attachment; filename*=iso-8859-1''%A3%20rates; filename=x", Some("£ rates")),
            // What cannot be decoded counts as absent.
            ("attachment; filename*=UTF-8''%C3%28; filename=x", Some("x")),
            ("attachment; filename*=nosuch''a; filename=x", Some("x")),
            ("attachment; filename*=plain; filename=x", Some("x")),
            ("attachment; filename=\"open", Some("open")),
            ("attachment; name=filename", None),
            ("attachment", None),
            ("", None),
        ] {
            assert_eq!(file_name(disposition).as_deref(), expected, "{disposition}");
        }
    }

    #[test]
    fn charsets_are_found_under_any_of_their_names() {
        for (content_type, expected) in [
            ("application/json", Charset::Undeclared),
            ("application/json; charset=", Charset::Undeclared),
            ("text/plain; charset=utf-8", Charset::Known(UTF_8)),
            ("text/plain;Charset=\"UTF-8\"; x=y", Charset::Known(UTF_8)),
            ("text/plain; charset=utf_8", Charset::Known(UTF_8)),
            ("text/plain; boundary=\"charset=latin1\"; charset=Shift_JIS", Charset::Known(SHIFT_JIS)),
            ("text/plain; charset=ISO-8859-1", Charset::Known(WINDOWS_1252)),
            ("text/plain; charset=utf-16", Charset::Known(UTF_16LE)),
            ("text/plain; charset='nosuch'", Charset::Unknown("'nosuch'".to_owned())),
        ] {
            assert_eq!(charset(content_type), expected, "{content_type}");
        }
    }
}
