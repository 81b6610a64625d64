//! How is one member of a JSON text set, with every other byte left as it is? Pure.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// What a text without indented lines is indented by.
const INDENT: &str = "  ";

/// The text with a member set, and the objects on the way to it made where they are missing. All that is on the way is an
/// object, and there is at least one key.
///
/// # Errors
/// Where the text is no JSON object.
pub(super) fn set(text: &str, keys: &[&str], value: &Value) -> Result<String, serde_json::Error> {
    let mut object = 0..text.len();
    for (depth, key) in keys.iter().enumerate() {
        let members = members(&text[object.clone()])?;
        let inner = |span: &Range<usize>| object.start + span.start..object.start + span.end;
        // Of a name that stands twice the last counts, for clients and for serde_json.
        match members.iter().rev().find(|(name, _)| name == key) {
            Some((_, span)) if depth + 1 == keys.len() => {
                return Ok(replaced(text, inner(span), &Style::of(text).render(value, depth + 1)));
            }
            Some((_, span)) => object = inner(span),
            None => {
                let missing = keys[depth + 1..].iter().rev().fold(value.clone(), |value, key| {
                    let key = (*key).to_owned();
                    Value::Object([(key, value)].into_iter().collect())
                });
                let last = members.last().map(|(_, span)| inner(span).end);
                return Ok(added(text, object, last, (key, &missing), depth + 1));
            }
        }
    }
    Ok(text.to_owned())
}

/// The text with a member after the last of an object, which is at a depth.
fn added(text: &str, object: Range<usize>, last: Option<usize>, member: (&str, &Value), depth: usize) -> String {
    let style = Style::of(text);
    let member = format!("{}: {}", Value::from(member.0), style.render(member.1, depth));
    let before = style.line(depth);
    match last {
        // An object within one line stays so, as far as its own members go.
        Some(end) if !text[object.clone()].contains('\n') => replaced(text, end..end, &format!(", {member}")),
        Some(end) => replaced(text, end..end, &format!(",{before}{member}")),
        None => {
            let open = text[object.clone()].find('{').map_or(object.start, |at| object.start + at + 1);
            let close = text[object.clone()].rfind('}').map_or(object.end, |at| object.start + at);
            replaced(text, open..close, &format!("{before}{member}{}", style.line(depth - 1)))
        }
    }
}

fn replaced(text: &str, span: Range<usize>, new: &str) -> String {
    [&text[..span.start], new, &text[span.end..]].concat()
}

/// How a text is laid out.
struct Style<'a> {
    indent: &'a str,
    line_end: &'static str,
}

impl<'a> Style<'a> {
    fn of(text: &'a str) -> Self {
        let indents = text.lines().map(|line| &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]);
        let indent = indents.into_iter().find(|indent| !indent.is_empty()).unwrap_or(INDENT);
        Self { indent, line_end: if text.contains("\r\n") { "\r\n" } else { "\n" } }
    }

    /// The end of a line and the beginning of one at a depth.
    fn line(&self, depth: usize) -> String {
        format!("{}{}", self.line_end, self.indent.repeat(depth))
    }

    /// A value whose first line stands at a depth.
    fn render(&self, value: &Value, depth: usize) -> String {
        let mut bytes = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(self.indent.as_bytes());
        let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter));
        match (written, String::from_utf8(bytes)) {
            (Ok(()), Ok(text)) => text.replace('\n', &self.line(depth)),
            // Neither can be: the value is JSON already, and the writer is memory.
            _ => value.to_string(),
        }
    }
}

/// The members of an object in order, each with where its value stands in the text.
fn members(text: &str) -> Result<Vec<(String, Range<usize>)>, serde_json::Error> {
    struct Members;

    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(String, &'de RawValue)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some(member) = map.next_entry()? {
                members.push(member);
            }
            Ok(members)
        }
    }

    let members = serde_json::Deserializer::from_str(text).deserialize_map(Members)?;
    let place = |value: &RawValue| {
        // A borrowed value is a part of the text.
        let start = value.get().as_ptr().addr() - text.as_ptr().addr();
        start..start + value.get().len()
    };
    Ok(members.into_iter().map(|(name, value)| (name, place(value))).collect())
}

/// The text with blanks for comments, and for commas before a closing bracket, as editors allow them.
pub(super) fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Where the last comma stands in `out`, while nothing but blanks came after it.
    let mut comma = None;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '"' => string_length(rest),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest[2..].find("*/").map_or(rest.len(), |at| at + 4),
            _ => next.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        if next == '/' && length > 1 {
            out.push(' ');
            continue;
        }
        if let ('}' | ']', Some(at)) = (next, comma) {
            out.replace_range(at..=at, " ");
        }
        comma = match next {
            ',' => Some(out.len()),
            next if next.is_whitespace() => comma,
            _ => None,
        };
        out.push_str(token);
    }
    out
}

/// The bytes of the string that a text begins with, with its quotes; all of the text where it does not end.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
