//! How is a JSON text shown as a value, with every digit, and however deep it is nested?

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::ops::Range;

use memchr::memchr2_iter;
use serde::Serialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::scan::{element, members};
use super::written::is_surely_shallow;

/// Levels of a value. Readers of JSON commonly stop at 128, and an answer has some levels of its own around a row.
pub const MOST_LEVELS: usize = 100;

/// A JSON text as a value. Of what has too many levels an object keeps its members, and what is deeper is a string of its
/// JSON text.
pub fn value(json: &str) -> Value {
    shallow(json, MOST_LEVELS).unwrap_or_else(|| {
        let members = members(json);
        if members.is_empty() {
            return json.trim_ascii().into();
        }
        let member = |(name, place): (String, Range<usize>)| {
            let text = &json[place];
            (name, shallow(text, MOST_LEVELS - 1).unwrap_or_else(|| text.into()))
        };
        members.into_iter().map(member).collect::<Map<_, _>>().into()
    })
}

/// Whether a JSON text has more levels than a value shows.
pub fn is_deep(json: &str) -> bool {
    element(json.as_bytes(), 0).is_some_and(|span| span.levels > MOST_LEVELS)
}

fn shallow(json: &str, most_levels: usize) -> Option<Value> {
    let is_shallow = is_surely_shallow(json, most_levels)
        || element(json.as_bytes(), 0).is_some_and(|span| span.levels <= most_levels);
    if is_shallow { exact(json).ok() } else { None }
}

/// A JSON text as a value whose numbers are written as they are in the text.
///
/// # Errors
/// The text is no JSON, or has more levels than `serde_json` follows.
pub fn exact(json: &str) -> serde_json::Result<Value> {
    Ok(written_as(serde_json::from_str(json)?, json))
}

/// As [`exact`], of an object the members of these names alone. No more than what is asked for is made a value.
///
/// # Errors
/// The text is no JSON object, or has such a member with more levels than `serde_json` follows.
pub fn exact_members(json: &str, names: &[&str]) -> serde_json::Result<Value> {
    let members = serde_json::Deserializer::from_str(json).deserialize_map(Members(names))?;
    Ok(written_as(Value::Object(members), json))
}

/// Reads an object's members of these names, and passes over all others.
struct Members<'n>(&'n [&'n str]);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = access.next_key::<Cow<'de, str>>()? {
            if self.0.contains(&&*name) {
                members.insert(name.into_owned(), access.next_value()?);
            } else {
                access.next_value::<IgnoredAny>()?;
            }
        }
        Ok(members)
    }
}

/// A value whose numbers are written as they are in its JSON text.
fn written_as(mut value: Value, json: &str) -> Value {
    let bytes = json.as_bytes();
    let is_behind_a_digit = |at: usize| at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    if memchr2_iter(b'e', b'E', bytes).any(is_behind_a_digit) {
        write_numbers_as(&mut value, json);
    }
    value
}

/// A thing as a value, whose numbers are written as they are in its JSON text.
///
/// # Errors
/// The thing cannot be written as JSON.
pub fn to_exact(thing: &impl Serialize) -> serde_json::Result<Value> {
    // What has too many levels to be read back keeps its values, and its numbers lose their spelling.
    exact(&serde_json::to_string(thing)?).or_else(|_| serde_json::to_value(thing))
}

/// Bytes of a thing as JSON, of which nothing is kept.
pub fn json_len(thing: &impl Serialize) -> usize {
    struct Counted(usize);
    impl io::Write for Counted {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0 += text.len();
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counted = Counted(0);
    // What cannot be written has the bytes that were; no value is of that kind.
    let _ = serde_json::to_writer(&mut counted, thing);
    counted.0
}

/// Gives numbers the text they came in: `serde_json` keeps all digits, and writes `1E2` as `1e+2`.
fn write_numbers_as(value: &mut Value, json: &str) {
    let json = json.trim_ascii();
    match value {
        Value::Number(number)
            if json.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && number.as_str() != json =>
        {
            *number = Number::from_string_unchecked(json.to_owned());
        }
        Value::Array(items) if json.starts_with('[') => {
            let mut at = 1;
            for item in items {
                let Some(span) = element(json.as_bytes(), at) else { break };
                at = span.end;
                write_numbers_as(item, &json[span.start..span.end]);
            }
        }
        Value::Object(object) => {
            for (name, place) in members(json) {
                if let Some(member) = object.get_mut(&name) {
                    write_numbers_as(member, &json[place]);
                }
            }
        }
        _ => {}
    }
}
