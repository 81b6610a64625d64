//! How does a property of a form travel?
//!
//! As a parameter of a query does (`serialise`) where its encoding asks for a style, else as text, and as JSON what has no text
//! (OpenAPI 3.1.0 sections 4.8.14.3 and 4.8.15).

use serde_json::Value;
use url::form_urlencoded;

use super::query::encode;
use super::serialise::{How, Pair, text_of};
use crate::openapi::Encoding;

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

    pub(super) fn of(fields: Vec<Pair>) -> Self {
        let encoded = fields.into_iter().map(|field| field.text).collect::<Vec<_>>().join("&");
        Self { fields: form_urlencoded::parse(encoded.as_bytes()).into_owned().collect(), encoded }
    }
}

impl From<Vec<(String, String)>> for Form {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self { encoded: encode(&fields), fields }
    }
}

/// The fields of one property; none where it has no value.
pub(super) fn fields(name: &str, value: &Value, encoding: Option<&Encoding>) -> Vec<Pair> {
    let plain = How::plain(name);
    match (encoding, value) {
        (_, Value::Null) => Vec::new(),
        (Some(encoding), value) if encoding.has_style() => How::of_field(name, encoding).pairs(value),
        (Some(Encoding { content_type: Some(_), .. }), value) | (_, value @ Value::Object(_)) => {
            vec![plain.one(name, text_of(value))]
        }
        (_, value) => plain.pairs(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(name: &str, value: &Value, encoding: &Value) -> String {
        let encoding: Encoding = serde_json::from_value(encoding.clone()).unwrap();
        Form::of(fields(name, value, Some(&encoding))).encoded().to_owned()
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
            ("pipeDelimited", false, list.clone(), "color=blue%7Cblack%7Cbrown"),
            ("pipeDelimited", false, object.clone(), "color=R%7C100%7CG%7C200%7CB%7C150"),
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
                json!({ "a": [[1, 2], [3]] }),
                "color%5Ba%5D%5B0%5D%5B%5D=1&color%5Ba%5D%5B0%5D%5B%5D=2&color%5Ba%5D%5B1%5D%5B%5D=3",
            ),
            ("form", true, json!({ "tags": ["x", "y"], "none": null }), "tags=x&tags=y"),
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
        let form = Form::of(fields("n", &json!(["a,b", "c"]), Some(&encoding)));
        assert_eq!(form.fields(), [("n".to_owned(), "a,b,c".to_owned())]);
        let deep = Encoding { style: Some("deepObject".to_owned()), ..Encoding::default() };
        let form = Form::of(fields("n[]", &json!(["a", "b"]), Some(&deep)));
        assert_eq!(form.encoded(), "n%5B%5D=a&n%5B%5D=b");
    }
}
