//! What does a `$ref` point at?
//!
//! JSON Pointers (RFC 6901) into the document, written as URI fragments (section 6): percent-encoded, with `~1` for
//! `/` and `~0` for `~`. References among the schemas of a [`super::Manifest`] have one form only, `#/$defs/<name>`,
//! which [`def_ref`] writes and [`def_name`] reads.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

/// Characters that a URI fragment cannot hold as they are (RFC 3986 section 3.5), and `%` itself.
const FRAGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The reference to the named schema `name`: `#/$defs/<name>`, simple names as they are, others escaped by the rules
/// of JSON Pointer and of URI fragments.
pub fn def_ref(name: &str) -> String {
    format!("#/$defs/{}", fragment_of(name))
}

/// A name as a token of a JSON Pointer in a URI fragment.
pub(super) fn fragment_of(name: &str) -> String {
    utf8_percent_encode(&escape(name), FRAGMENT).to_string()
}

/// The name in a `#/$defs/<name>` reference; `None` for a reference of any other form.
pub fn def_name(reference: &str) -> Option<String> {
    let token = reference.strip_prefix("#/$defs/").filter(|token| !token.contains('/'))?;
    Some(unescape(&percent_decode_str(token).decode_utf8().ok()?).into_owned())
}

/// The name of the schema that a value of a discriminator's `mapping` means: a reference to it, or its name (OpenAPI 3.1.0 section
/// 4.8.25).
pub fn mapped_name(target: &str) -> String {
    let last = target.rsplit(['/', '#']).next().unwrap_or(target);
    let last = if last == target {
        target
    } else {
        last.trim_end_matches(".json").trim_end_matches(".yaml").trim_end_matches(".yml")
    };
    let decoded = percent_decode_str(last).decode_utf8_lossy();
    unescape(&decoded).into_owned()
}

/// A name as a token of a JSON Pointer.
pub(super) fn escape(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) { Cow::Owned(name.replace('~', "~0").replace('/', "~1")) } else { Cow::Borrowed(name) }
}

fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') { Cow::Owned(token.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(token) }
}

/// The tokens of a reference's fragment, decoded; `None` where it is no JSON Pointer.
pub(super) fn fragment_tokens(fragment: &str) -> Option<Vec<String>> {
    let decoded = percent_decode_str(fragment).decode_utf8().ok()?;
    pointer_tokens(&decoded)
}

/// The tokens of a JSON Pointer; `None` where the text is none.
pub(super) fn pointer_tokens(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    Some(pointer.strip_prefix('/')?.split('/').map(|token| unescape(token).into_owned()).collect())
}

/// The JSON Pointer of some tokens.
pub(super) fn pointer_of<T: AsRef<str>>(tokens: &[T]) -> String {
    tokens.iter().flat_map(|token| ["/".to_owned(), escape(token.as_ref()).into_owned()]).collect()
}

/// The value at some tokens.
pub(super) fn locate<'a, T: AsRef<str>>(root: &'a Value, tokens: &[T]) -> Option<&'a Value> {
    tokens.iter().try_fold(root, |value, token| match value {
        Value::Object(map) => map.get(token.as_ref()),
        Value::Array(items) => {
            let token = token.as_ref();
            items.get(token.parse::<usize>().ok().filter(|_| token.bytes().all(|b| b.is_ascii_digit()))?)
        }
        _ => None,
    })
}

/// A place in the document, as a list that grows on the stack: text is only made for a warning.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'p> {
    parent: Option<&'p At<'p>>,
    token: Token<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Token<'p> {
    /// A whole JSON Pointer; begins the list.
    Whole(&'p str),
    Key(&'p str),
    Index(usize),
}

impl<'p> At<'p> {
    /// The document itself.
    pub(super) const ROOT: At<'static> = At { parent: None, token: Token::Whole("") };

    /// The place at a JSON Pointer.
    pub(super) fn whole(pointer: &'p str) -> Self {
        Self { parent: None, token: Token::Whole(pointer) }
    }

    /// A member of the object at this place.
    pub(super) fn key<'q>(&'q self, key: &'q str) -> At<'q>
    where
        'p: 'q,
    {
        At { parent: Some(self), token: Token::Key(key) }
    }

    /// An item of the array at this place.
    pub(super) fn index<'q>(&'q self, index: usize) -> At<'q>
    where
        'p: 'q,
    {
        At { parent: Some(self), token: Token::Index(index) }
    }

    /// The place as a JSON Pointer.
    pub(super) fn pointer(&self) -> String {
        let mut tokens = Vec::new();
        let mut next = Some(self);
        while let Some(at) = next {
            tokens.push(at.token);
            next = at.parent;
        }
        let mut text = String::new();
        for token in tokens.into_iter().rev() {
            match token {
                Token::Whole(pointer) => text.push_str(pointer),
                Token::Key(key) => text.extend(["/", &escape(key)]),
                Token::Index(index) => text.extend(["/", &index.to_string()]),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_survive_references() {
        for (name, reference) in [
            ("Ticket", "#/$defs/Ticket"),
            ("a/b~c", "#/$defs/a~1b~0c"),
            ("List«A B»", "#/$defs/List%C2%ABA%20B%C2%BB"),
            ("50%20", "#/$defs/50%2520"),
            ("", "#/$defs/"),
        ] {
            assert_eq!(def_ref(name), reference);
            assert_eq!(def_name(reference).as_deref(), Some(name));
        }
        assert_eq!(def_name("#/$defs/a/b"), None);
        assert_eq!(def_name("#/components/schemas/a"), None);
    }

    #[test]
    fn locates_by_pointer() {
        let document = json!({"paths": {"/a b": {"x~y": [1, {"": 2}]}}});
        for (fragment, expected) in [
            ("/paths/~1a%20b/x~0y/0", Some(json!(1))),
            ("/paths/~1a b/x~0y/1/", Some(json!(2))),
            ("/paths/~1a b/x~0y/2", None),
            ("/paths/~1a b/x~0y/+1", None),
            ("paths", None),
        ] {
            let found = fragment_tokens(fragment).and_then(|tokens| locate(&document, &tokens).cloned());
            assert_eq!(found, expected, "{fragment}");
        }
    }

    #[test]
    fn places_become_pointers() {
        let path = At::ROOT.key("paths");
        assert_eq!(path.key("/a~b").index(3).pointer(), "/paths/~1a~0b/3");
        assert_eq!(At::whole("/x").key("y").pointer(), "/x/y");
        assert_eq!(At::ROOT.pointer(), "");
    }
}
