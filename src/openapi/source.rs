//! How do bytes become one JSON value, whatever they were written in?
//!
//! JSON first, which is fast and what most manifests are; whatever is no JSON is read as YAML, of which flow style with
//! comments or trailing commas is a part. Members that occur twice are merged rather than lost: two entries of one
//! path each keep their operations.

use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use super::duplicates::{MAX_NESTING, merge_into, warn_duplicate};
use super::error::{LooksLike, ManifestError, SourceFormat};
use super::warnings::Warnings;
use super::yaml;
use crate::text_file;

/// Reads JSON or YAML text into one value.
pub(super) fn parse(bytes: &[u8], warnings: &mut Warnings) -> Result<Value, ManifestError> {
    let text = decode(bytes)?;
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        None => Err(ManifestError::Empty),
        Some('<') => Err(ManifestError::NotOpenApi { looks_like: LooksLike::Markup }),
        Some('{' | '[') => json(text, warnings).or_else(|error| match error {
            // Comments, trailing commas or single quotes are legal YAML; else the first error counts.
            ManifestError::Syntax { .. } => yaml::parse(text, warnings).map_err(|_| error),
            error => Err(error),
        }),
        Some('/') if begins_with_comment(text.trim_start()) => {
            Err(ManifestError::NotOpenApi { looks_like: LooksLike::CommentedJson })
        }
        Some(_) if text.trim_start().starts_with("#%RAML") => {
            Err(ManifestError::NotOpenApi { looks_like: LooksLike::Raml })
        }
        Some(_) => yaml::parse(text, warnings),
    }
}

/// The text of a manifest, which some have compressed.
pub(super) fn decode(bytes: &[u8]) -> Result<std::borrow::Cow<'_, str>, ManifestError> {
    if let [0x1f, 0x8b, ..] | [b'P', b'K', 3, 4, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] = bytes {
        return Err(ManifestError::NotOpenApi { looks_like: LooksLike::Compressed });
    }
    text_file::decode(bytes).map_err(|error| ManifestError::NotText { offset: error.offset })
}

fn json(text: &str, warnings: &mut Warnings) -> Result<Value, ManifestError> {
    let mut duplicates = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Lenient { duplicates: &mut duplicates }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| json_error(&error))?;
    for mut keys in duplicates {
        keys.reverse();
        warn_duplicate(&keys, warnings);
    }
    Ok(value)
}

/// Whether a text begins with a comment as JavaScript has them.
fn begins_with_comment(text: &str) -> bool {
    text.starts_with("//") || text.starts_with("/*")
}

fn json_error(error: &serde_json::Error) -> ManifestError {
    let (line, column) = (error.line(), error.column());
    let mut reason = error.to_string();
    if let Some(at) = reason.find(" at line ") {
        reason.truncate(at);
    }
    if error.is_eof() {
        ManifestError::Truncated { line, column }
    } else if reason.starts_with("recursion limit") {
        ManifestError::TooDeep { limit: MAX_NESTING, line, column }
    } else {
        ManifestError::Syntax { format: SourceFormat::Json, line, column, reason }
    }
}

/// The only member of the map as which `serde_json` hands over a number of any length.
const NUMBER: &str = "$serde_json::private::Number";

fn number(text: &str) -> Value {
    text.parse().map_or_else(|_| Value::String(text.to_owned()), Value::Number)
}

/// Reads any value as `serde_json` does, and notes members that occur twice (keys from the innermost out).
struct Lenient<'d> {
    duplicates: &'d mut Vec<Vec<String>>,
}

impl<'de> DeserializeSeed<'de> for Lenient<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Lenient<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let known = self.duplicates.len();
            let Some(item) = access.next_element_seed(Lenient { duplicates: self.duplicates })? else { break };
            for keys in self.duplicates.iter_mut().skip(known) {
                keys.push(items.len().to_string());
            }
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            // Other numbers than integers come so, that no digit is lost.
            if key == NUMBER && map.is_empty() {
                return access.next_value::<String>().map(|text| number(&text));
            }
            let known = self.duplicates.len();
            let value = access.next_value_seed(Lenient { duplicates: self.duplicates })?;
            for keys in self.duplicates.iter_mut().skip(known) {
                keys.push(key.clone());
            }
            match map.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                Entry::Occupied(mut entry) => {
                    self.duplicates.push(vec![entry.key().clone()]);
                    merge_into(entry.get_mut(), value);
                }
            }
        }
        Ok(Value::Object(map))
    }
}
