//! Where in a JSON text do its values stand?

use std::ops::Range;

use bytes::Bytes;
use serde::de::IgnoredAny;

/// Lists within lists that a path goes through.
const MOST_LISTS: usize = 8;

/// Where a value stands, and how many levels it has: none for a scalar.
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
    pub levels: usize,
}

/// The next value from a place on, commas before it passed over; nothing where its array or object ends.
pub(super) fn element(text: &[u8], at: usize) -> Option<Span> {
    let start = passing(text, at, b',');
    if matches!(text.get(start), None | Some(b']' | b'}')) {
        return None;
    }
    let (mut depth, mut levels, mut at) = (0_usize, 0, start);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at = string_end(text, at + 1);
                if depth == 0 {
                    break;
                }
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                levels = levels.max(depth);
            }
            b'}' | b']' if depth > 1 => depth -= 1,
            b'}' | b']' => {
                at += depth;
                break;
            }
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => break,
            _ => {}
        }
        at += 1;
    }
    (at > start).then_some(Span { start, end: at.min(text.len()), levels })
}

/// The place after white space and one kind of separator.
fn passing(text: &[u8], mut at: usize, separator: u8) -> usize {
    while text.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == separator) {
        at += 1;
    }
    at
}

/// The place after the quote that ends a string.
pub(super) fn string_end(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at) {
            None => return text.len(),
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

/// Whether a body is JSON, nested however deep.
pub fn is_json(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

/// The members of the object that a JSON text is, in order, with the places of their values; nothing for anything else.
pub fn members(json: &str) -> Vec<(String, Range<usize>)> {
    let text = json.as_bytes();
    let open = passing(text, 0, b' ');
    let mut members = Vec::new();
    if text.get(open) != Some(&b'{') {
        return members;
    }
    let mut at = open + 1;
    while let Some(name) = element(text, at) {
        let Some(value) = element(text, passing(text, name.end, b':')) else { break };
        at = value.end;
        if let Ok(name) = serde_json::from_str(&json[name.start..name.end]) {
            members.push((name, value.start..value.end));
        }
    }
    members
}

/// Adds the JSON texts of the values at a path of a JSON text. Names count in any letter case, and lists on the way and at the end are
/// gone through, one within another as far as [`MOST_LISTS`].
pub fn at_path<'t>(json: &'t str, steps: &[&str], found: &mut Vec<&'t str>) {
    below(json, steps, found, MOST_LISTS);
}

fn below<'t>(json: &'t str, steps: &[&str], found: &mut Vec<&'t str>, lists: usize) {
    let text = json.as_bytes();
    let open = passing(text, 0, b' ');
    match (text.get(open), steps.split_first()) {
        (Some(b'['), _) if lists > 0 => {
            let mut at = open + 1;
            while let Some(item) = element(text, at) {
                at = item.end;
                below(&json[item.start..item.end], steps, found, lists - 1);
            }
        }
        (Some(b'{'), Some((first, rest))) => {
            let mut at = open + 1;
            while let Some(name) = element(text, at) {
                let Some(value) = element(text, passing(text, name.end, b':')) else { break };
                at = value.end;
                if is_named(&json[name.start..name.end], first) {
                    return below(&json[value.start..value.end], rest, found, lists);
                }
            }
        }
        (Some(_), None) => found.push(json.trim_ascii()),
        _ => {}
    }
}

/// Whether the JSON text of a name says it, in any letter case.
fn is_named(written: &str, name: &str) -> bool {
    if written.contains('\\') {
        return serde_json::from_str::<String>(written).is_ok_and(|written| written.eq_ignore_ascii_case(name));
    }
    written.trim_matches('"').eq_ignore_ascii_case(name)
}

/// The places of the elements of the array that a JSON text is; `None` for anything else.
pub fn items(json: &str) -> Option<Vec<Range<usize>>> {
    let text = json.as_bytes();
    let open = passing(text, 0, b' ');
    if text.get(open) != Some(&b'[') {
        return None;
    }
    let mut items = Vec::new();
    let mut at = open + 1;
    while let Some(span) = element(text, at) {
        at = span.end;
        items.push(span.start..span.end);
    }
    Some(items)
}

/// Begins each value of a JSON text sequence (RFC 7464).
const RECORD_SEPARATOR: char = '\u{1e}';

/// The texts of values in lines, or each after a record separator.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let separator = if text.contains(RECORD_SEPARATOR) { RECORD_SEPARATOR } else { '\n' };
    text.split(separator).map(str::trim_ascii).filter(|value| !value.is_empty())
}

/// JSON values in lines, or each after a record separator, as one JSON array; `None` where one is no JSON.
pub fn of_lines(body: &Bytes) -> Option<Bytes> {
    let text = std::str::from_utf8(body).ok()?;
    let mut list = String::with_capacity(text.len() + 2);
    list.push('[');
    for value in lines(text) {
        if !is_json(value.as_bytes()) {
            return None;
        }
        if list.len() > 1 {
            list.push(',');
        }
        list.push_str(value);
    }
    list.push(']');
    Some(list.into())
}
