//! How does a property of a form travel?
//!
//! In one of RFC 6570's styles where its encoding asks for one, else as text, and as JSON what has no text (OpenAPI 3.1.0
//! sections 4.8.14.3 and 4.8.15). A delimiter stands apart from the data: what of it is in a value is percent-encoded.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::query::encode;
use super::wording::scalar_text;
use crate::openapi::Encoding;

/// What is encoded where reserved characters are allowed (RFC 6570 section 3.2.3); beyond that what a form would read as the
/// end of a value, or as a blank. A `%` is looked at apart.
const BUT_RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'#')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'%');

/// A body of `application/x-www-form-urlencoded`: its fields, and the text that is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    fields: Vec<(String, String)>,
    encoded: String,
}

impl Form {
    /// The fields in order, decoded; a name is there as often as it is sent.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// As it is sent.
    pub fn encoded(&self) -> &str {
        &self.encoded
    }

    pub(super) fn of(fields: &[Field]) -> Self {
        let encoded = fields.iter().map(Field::encoded).collect::<Vec<_>>().join("&");
        Self { fields: form_urlencoded::parse(encoded.as_bytes()).into_owned().collect(), encoded }
    }
}

impl From<Vec<(String, String)>> for Form {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self { encoded: encode(&fields), fields }
    }
}

/// What stands between the values of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delimiter {
    Comma,
    Blank,
    Tab,
    Pipe,
}

impl Delimiter {
    fn text(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Blank => " ",
            Self::Tab => "\t",
            Self::Pipe => "|",
        }
    }

    /// As the tables of OpenAPI 3.0.3 have it.
    fn sent(self) -> &'static str {
        match self {
            Self::Comma => ",",
            Self::Blank => "%20",
            Self::Tab => "%09",
            Self::Pipe => "|",
        }
    }
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    values: Vec<String>,
    delimiter: Delimiter,
    allow_reserved: bool,
}

impl Field {
    /// The value as it reads decoded.
    pub(super) fn text(&self) -> String {
        self.values.join(self.delimiter.text())
    }

    fn encoded(&self) -> String {
        let values = self.values.iter().map(|value| if self.allow_reserved { reserved(value) } else { plain(value) });
        format!("{}={}", plain(&self.name), values.collect::<Vec<_>>().join(self.delimiter.sent()))
    }
}

/// Percent-encoded but for unreserved characters.
fn plain(text: &str) -> String {
    let pair = encode(&[(text.to_owned(), String::new())]);
    pair.strip_suffix('=').map_or_else(String::new, str::to_owned)
}

/// With reserved characters as they are, and what is percent-encoded already.
fn reserved(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split('%').enumerate() {
        if at > 0 {
            let encodes = part.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            out.push_str(if encodes { "%" } else { "%25" });
        }
        out.extend(utf8_percent_encode(part, BUT_RESERVED));
    }
    out
}

/// The fields of one property; none where it has no value.
pub(super) fn fields(name: &str, value: &Value, encoding: Option<&Encoding>) -> Vec<Field> {
    let Some(encoding) = encoding.filter(|encoding| encoding.has_style()) else {
        let is_whole = encoding.and_then(|encoding| encoding.content_type.as_deref()).is_some();
        return match value {
            Value::Null => Vec::new(),
            Value::Array(items) if !is_whole => items.iter().map(|item| single(name, text(item))).collect(),
            value => vec![single(name, text(value))],
        };
    };
    let allow_reserved = encoding.allow_reserved == Some(true);
    let mut fields = styled(name, value, encoding);
    fields.iter_mut().for_each(|field| field.allow_reserved = allow_reserved);
    fields
}

fn styled(name: &str, value: &Value, encoding: &Encoding) -> Vec<Field> {
    let style = encoding.style.as_deref().unwrap_or("form");
    let (delimiter, explodes) = match style {
        "spaceDelimited" => (Delimiter::Blank, false),
        "tabDelimited" => (Delimiter::Tab, false),
        "pipeDelimited" => (Delimiter::Pipe, false),
        _ => (Delimiter::Comma, true),
    };
    let explodes = encoding.explode.unwrap_or(explodes);
    match value {
        Value::Null => Vec::new(),
        Value::Array(_) | Value::Object(_) if style == "deepObject" => nested(name, value),
        Value::Array(items) if items.is_empty() => Vec::new(),
        Value::Object(members) if members.is_empty() => Vec::new(),
        Value::Array(items) if explodes => items.iter().map(|item| single(name, text(item))).collect(),
        Value::Array(items) => vec![joined(name, items.iter().map(text).collect(), delimiter)],
        Value::Object(members) if explodes => given(members).map(|(name, value)| single(name, text(value))).collect(),
        Value::Object(members) => {
            let values = given(members).flat_map(|(name, value)| [name.clone(), text(value)]);
            vec![joined(name, values.collect(), delimiter)]
        }
        value => vec![single(name, text(value))],
    }
}

/// `name[member]=...`. The specification says nothing of what lies deeper; members of members, `[]` for plain values and numbers
/// for objects in lists are what PHP, Rails and Node's `qs` read.
fn nested(name: &str, value: &Value) -> Vec<Field> {
    match value {
        Value::Null => Vec::new(),
        Value::Object(members) => {
            members.iter().flat_map(|(member, value)| nested(&format!("{name}[{member}]"), value)).collect()
        }
        Value::Array(items) if items.iter().all(|item| scalar_text(item).is_some()) => {
            // A name of Rails or PHP says so itself.
            let name = if name.ends_with("[]") { name.to_owned() } else { format!("{name}[]") };
            items.iter().map(|item| single(&name, text(item))).collect()
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.flat_map(|(index, item)| nested(&format!("{name}[{index}]"), item)).collect()
        }
        value => vec![single(name, text(value))],
    }
}

/// The members that have a value.
fn given(members: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    members.iter().filter(|(_, value)| !value.is_null())
}

fn single(name: &str, value: String) -> Field {
    joined(name, vec![value], Delimiter::Comma)
}

fn joined(name: &str, values: Vec<String>, delimiter: Delimiter) -> Field {
    Field { name: name.to_owned(), values, delimiter, allow_reserved: false }
}

/// The text of a value, as JSON where it has no text of its own.
pub(super) fn text(value: &Value) -> String {
    scalar_text(value).unwrap_or_else(|| value.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(name: &str, value: &Value, encoding: &Value) -> String {
        let encoding: Encoding = serde_json::from_value(encoding.clone()).unwrap();
        Form::of(&fields(name, value, Some(&encoding))).encoded().to_owned()
    }

    /// The rows of OpenAPI 3.0.3's table "Style Examples" that are for a query, and of RFC 6570 sections 3.2.8 and 3.2.3.
    #[test]
    fn styles_are_sent_as_the_specification_writes_them() {
        let (list, object) = (json!(["blue", "black", "brown"]), json!({ "R": 100, "G": 200, "B": 150 }));
        for (style, explode, value, wanted) in [
            ("form", false, json!("blue"), "color=blue"),
            ("form", false, list.clone(), "color=blue,black,brown"),
            ("form", false, object.clone(), "color=R,100,G,200,B,150"),
            ("form", true, list.clone(), "color=blue&color=black&color=brown"),
            ("form", true, object.clone(), "R=100&G=200&B=150"),
            ("form", true, json!(""), "color="),
            ("form", false, json!([]), ""),
            ("spaceDelimited", false, list.clone(), "color=blue%20black%20brown"),
            ("spaceDelimited", false, object.clone(), "color=R%20100%20G%20200%20B%20150"),
            ("pipeDelimited", false, list.clone(), "color=blue|black|brown"),
            ("pipeDelimited", false, object.clone(), "color=R|100|G|200|B|150"),
            ("pipeDelimited", true, list.clone(), "color=blue&color=black&color=brown"),
            ("tabDelimited", false, list, "color=blue%09black%09brown"),
            ("deepObject", true, object, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
            ("deepObject", true, json!({ "k 1": "v&w" }), "color%5Bk%201%5D=v%26w"),
            (
                "deepObject",
                true,
                json!({ "a": ["x", "y"], "b": { "c": true, "d": null } }),
                "color%5Ba%5D%5B%5D=x&color%5Ba%5D%5B%5D=y&color%5Bb%5D%5Bc%5D=true",
            ),
            (
                "deepObject",
                true,
                json!([{ "price": 1 }, { "price": 2 }]),
                "color%5B0%5D%5Bprice%5D=1&color%5B1%5D%5Bprice%5D=2",
            ),
        ] {
            assert_eq!(
                sent("color", &value, &json!({ "style": style, "explode": explode })),
                wanted,
                "{style} {explode} {value}"
            );
        }
    }

    #[test]
    fn delimiters_stand_apart_from_data() {
        for (encoding, value, wanted) in [
            (json!({ "explode": false }), json!(["a,b", "c"]), "n=a%2Cb,c"),
            (json!({ "style": "pipeDelimited" }), json!(["m", "n|o"]), "n=m|n%7Co"),
            (json!({ "allow_reserved": true }), json!("a/b?c=d,e&f+g h%2F100%"), "n=a/b?c=d,e%26f%2Bg%20h%2F100%25"),
            (json!({}), json!(["x", "y z"]), "n=x&n=y%20z"),
            (json!({}), json!({ "k": "v" }), "n=%7B%22k%22%3A%22v%22%7D"),
            (json!({ "content_type": "application/json" }), json!([1, 2]), "n=%5B1%2C2%5D"),
            (json!({}), Value::Null, ""),
        ] {
            assert_eq!(sent("n", &value, &encoding), wanted, "{encoding} {value}");
        }
        let encoding = Encoding { explode: Some(false), ..Encoding::default() };
        let form = Form::of(&fields("n", &json!(["a,b", "c"]), Some(&encoding)));
        assert_eq!(form.fields(), [("n".to_owned(), "a,b,c".to_owned())]);
        let deep = Encoding { style: Some("deepObject".to_owned()), ..Encoding::default() };
        let form = Form::of(&fields("n[]", &json!(["a", "b"]), Some(&deep)));
        assert_eq!(form.encoded(), "n%5B%5D=a&n%5B%5D=b");
    }
}
