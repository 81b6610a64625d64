//! How is a JSON text written anew, without a value of it?
//!
//! A value of a row takes several times what the row's text does, and is made only to be written. Here the text is gone over once, and
//! each of its parts is handed to the writer as it is met.

use std::borrow::Cow;
use std::cell::Cell;

use memchr::{memchr_iter, memchr2};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Number;

/// A well-formed JSON text, which is serialised as what it says. Numbers keep their digits; of a name that an object has twice both
/// are written.
pub(super) struct Written<'t>(pub(super) &'t str);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Part { text: self.0, at: Cell::new(0) }.serialize(serializer)
    }
}

/// What of a text begins at a place, which moves on as it is serialised.
struct Part<'t> {
    text: &'t str,
    at: Cell<usize>,
}

impl<'t> Part<'t> {
    /// The next byte that is neither white space nor this separator.
    fn next(&self, separator: u8) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at.get()..)?;
        let passed = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == separator).count();
        self.pass(passed);
        rest.get(passed).copied()
    }

    fn pass(&self, bytes: usize) {
        self.at.set(self.at.get() + bytes);
    }

    /// The text of the next `length` bytes, which are passed.
    fn take(&self, length: usize) -> &'t str {
        let from = self.at.get();
        self.pass(length);
        self.text.get(from..from + length).unwrap_or_default()
    }

    /// The string that begins here, without its quotes and escapes.
    fn string(&self) -> Cow<'t, str> {
        let rest = self.text.as_bytes().get(self.at.get()..).unwrap_or_default();
        let (mut end, mut has_escapes) = (1, false);
        while let Some(found) = memchr2(b'"', b'\\', rest.get(end..).unwrap_or_default()) {
            end += found;
            if rest.get(end) == Some(&b'"') {
                break;
            }
            has_escapes = true;
            end += 2;
        }
        let whole = self.take((end + 1).min(rest.len()));
        let inner = whole.get(1..whole.len().max(2) - 1).unwrap_or_default();
        let plain = || serde_json::from_str(whole).map_or(Cow::Borrowed(inner), Cow::Owned);
        if has_escapes { plain() } else { Cow::Borrowed(inner) }
    }

    /// The number or word that begins here.
    fn scalar(&self) -> &'t str {
        let rest = self.text.as_bytes().get(self.at.get()..).unwrap_or_default();
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}' | b':');
        let length = rest.iter().position(is_end).unwrap_or(rest.len());
        // What is no JSON must not be met again and again.
        self.take(length.max(1).min(rest.len()))
    }
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.next(b' ') {
            Some(b'{') => {
                self.pass(1);
                let mut map = serializer.serialize_map(None)?;
                while self.next(b',') == Some(b'"') {
                    map.serialize_key(&*self.string())?;
                    self.next(b':');
                    map.serialize_value(self)?;
                }
                self.pass(1);
                map.end()
            }
            Some(b'[') => {
                self.pass(1);
                let mut items = serializer.serialize_seq(None)?;
                while self.next(b',').is_some_and(|byte| byte != b']') {
                    items.serialize_element(self)?;
                }
                self.pass(1);
                items.end()
            }
            Some(b'"') => serializer.serialize_str(&self.string()),
            _ => match self.scalar() {
                "true" => serializer.serialize_bool(true),
                "false" => serializer.serialize_bool(false),
                "null" | "" => serializer.serialize_unit(),
                number => Number::from_string_unchecked(number.to_owned()).serialize(serializer),
            },
        }
    }
}

/// Whether a text surely has no more levels than this: it has no more openings.
pub(super) fn is_surely_shallow(json: &str, most_levels: usize) -> bool {
    let openings = |byte| memchr_iter(byte, json.as_bytes()).take(most_levels + 1).count();
    openings(b'{') + openings(b'[') <= most_levels
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::value;
    use super::*;

    fn texts(thing: &impl Serialize) -> [String; 2] {
        [serde_json::to_string(thing).unwrap(), serde_json::to_string_pretty(thing).unwrap()]
    }

    #[test]
    fn a_text_is_written_as_its_value_is() {
        for text in [
            r#"{"a":1,"b":[true,false,null,{}],"c":{"d":[]},"e":"x"}"#,
            " [ 1 , -0.10 , 1E+2 , 123456789012345678901234567890 ] ",
            r#""quote \" backslash \\ slash \/ line \n snow \u2603 pair \ud83d\ude00""#,
            r#"{"na\"me":"","":{"\u00e9":[[[]]]}}"#,
            "null",
            "-1.50e400",
            "\"\"",
        ] {
            assert_eq!(texts(&Written(text))[0], texts(&value(text))[0]);
            assert_eq!(texts(&Written(text))[1], texts(&value(text))[1]);
        }
    }

    #[test]
    fn what_is_no_json_ends() {
        for text in ["", "{", "[", "\"", "\"\\", "{\"a\"", "[1,", "}", "]", ":", "[}", "{1}", "[:]", "é"] {
            let _ = serde_json::to_string(&Written(text));
        }
    }

    #[test]
    fn openings_tell_what_is_shallow() {
        assert!(is_surely_shallow("[[1],{}]", 3) && !is_surely_shallow("[[1],{}]", 2));
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_its_value_is(value in json(), pretty: bool) {
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            prop_assert_eq!(serde_json::to_string(&Written(&text)).unwrap(), value.to_string());
            prop_assert_eq!(serde_json::to_string_pretty(&Written(&text)).unwrap(), format!("{value:#}"));
        }

        #[test]
        fn any_bytes_end(text in "[\\[\\]{}\":,\\\\ 1e-]{0,40}") {
            let _ = serde_json::to_string(&Written(&text));
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            ".{0,12}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                prop::collection::vec((".{0,6}", inner), 0..4)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }
}
