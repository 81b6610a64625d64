//! Which characters are percent-encoded where they travel: in a path, a query, a form, a header or a cookie?

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::escape::deceives;
use crate::openapi::ALL_BUT_UNRESERVED;

/// All but the unreserved characters of RFC 3986 section 2.3, so that `& " ' * % + [ ]` and spaces (`%20`, never `+`)
/// arrive as they are whichever way the server decodes.
pub(super) const VALUE: &AsciiSet = ALL_BUT_UNRESERVED;

/// What is encoded of a query that is written out: what no URL parser leaves as it is there (WHATWG URL, "special-query percent-encode
/// set"). RFC 3986 section 3.4 has no brackets, braces and bars either, but servers read `a|b` and `a%7Cb` as different lists. A `%` is
/// looked at apart.
pub(super) const WRITTEN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'?')
    .remove(b'|')
    .remove(b'[')
    .remove(b']')
    .remove(b'{')
    .remove(b'}')
    .remove(b'%');

/// What cannot stand in a path (RFC 3986 section 3.3): a `?` begins the query, and a quote is left as it is written.
const IN_PATH: &AsciiSet = &WRITTEN.remove(b'\'').add(b'?').add(b'|').add(b'[').add(b']').add(b'{').add(b'}');

/// An item of an exploded label, where dots stand between items.
pub(super) const ITEM_OF_LABEL: &AsciiSet = &VALUE.add(b'.');

/// RFC 3986 section 2.2, but for what would end the value or the query, what servers read as a space, and what URL parsers
/// encode in a query (WHATWG URL, "special-query percent-encode set"). A form is read as a query is.
const RESERVED_IN_QUERY: &AsciiSet = &WRITTEN.add(b'&').add(b'+').add(b'|').add(b'{').add(b'}');

pub(super) fn encoded(text: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(text, set).to_string()
}

/// What stands between items, as the URL has it. `is_in_items` says whether the items have the same character.
pub(super) fn between(c: char, is_in_items: bool) -> String {
    match c {
        ' ' => "%20".to_owned(),
        '\t' => "%09".to_owned(),
        '|' if !is_in_items => "%7C".to_owned(),
        c => c.to_string(),
    }
}

/// A value whose reserved characters stand as they are, and what is percent-encoded already too (RFC 6570 section 3.2.3);
/// but for the one that stands between items.
pub(super) fn reserved_in_query(text: &str, between: char) -> String {
    let text = sendable(text, RESERVED_IN_QUERY);
    if between == ',' { text.replace(',', "%2C") } else { text }
}

/// An item of a cookie, which holds text as it is: encoded is what stands between items, and each `%` that would be
/// taken for the beginning of such a character.
pub(super) fn apart(text: &str, separators: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let begins_triplet = || {
            let digits = text.as_bytes().get(at + 1..at + 3);
            c == '%' && digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        };
        if separators.contains(&c) || begins_triplet() { push_encoded(c, &mut out) } else { out.push(c) }
    }
    out
}

/// Whether a cookie can hold a character (RFC 6265 section 4.1.1). The comma cannot by its grammar; every server takes it.
fn stands_in_cookie(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '"' | ';' | '\\')
}

/// An item of a cookie: encoded is what a cookie cannot hold.
pub(super) fn in_cookie(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if stands_in_cookie(c) { out.push(c) } else { push_encoded(c, &mut out) }
    }
    out
}

/// A cookie's only value: as it is where a cookie can hold it, since most servers decode none. Where something of it is encoded, so is
/// each `%` (RFC 3986 section 2.4).
pub(super) fn one_in_cookie(text: &str) -> String {
    if text.chars().all(stands_in_cookie) { text.to_owned() } else { in_cookie(&text.replace('%', "%25")) }
}

fn push_encoded(c: char, out: &mut String) {
    let mut bytes = [0; 4];
    for byte in c.encode_utf8(&mut bytes).bytes() {
        // Writing to a string does not fail.
        let _ = write!(out, "%{byte:02X}");
    }
}

/// JSON with its other characters escaped: a header has ASCII alone (RFC 9110 section 5.5).
pub(super) fn ascii_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

/// A path with everything encoded that cannot stand in one.
pub(super) fn sendable_path(text: &str) -> String {
    sendable(text, IN_PATH)
}

/// The text with all characters of a set encoded, and `%` where it encodes nothing.
pub(super) fn sendable(text: &str, set: &'static AsciiSet) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split('%').enumerate() {
        if at > 0 {
            out.push_str(if begins_with_digits(part) { "%" } else { "%25" });
        }
        out.extend(utf8_percent_encode(part, set));
    }
    out
}

/// Whether what follows a `%` makes a percent-encoded byte of it.
fn begins_with_digits(text: &str) -> bool {
    text.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// Characters that a note lists; the rest are counted.
const LISTED: usize = 6;

/// Which characters of a path and query that were written out are encoded, each with what is sent for it, such as `"` as `%22`; `None`
/// where all are sent as they are.
pub(super) fn encoded_of_written(path: &str, query: &str) -> Option<String> {
    let mut found: Vec<char> = Vec::new();
    for (text, set) in [(path, IN_PATH), (query, WRITTEN)] {
        for (at, c) in text.char_indices() {
            let is_encoded = match c {
                '%' => !text.get(at + 1..).is_some_and(begins_with_digits),
                c => utf8_percent_encode(c.encode_utf8(&mut [0; 4]), set).to_string() != c.to_string(),
            };
            if is_encoded && !found.contains(&c) {
                found.push(c);
            }
        }
    }
    let each = found.iter().take(LISTED).map(|c| {
        let mut sent = String::new();
        push_encoded(*c, &mut sent);
        let name = match c {
            ' ' => "a space".to_owned(),
            '`' => "a backquote".to_owned(),
            c if c.is_control() || deceives(*c) => format!("U+{:04X}", u32::from(*c)),
            c => format!("`{c}`"),
        };
        format!("{name} as `{sent}`")
    });
    let each: Vec<String> = each.collect();
    let more = found.len() - each.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!each.is_empty()).then(|| format!("{}{more}", each.join(", ")))
}
