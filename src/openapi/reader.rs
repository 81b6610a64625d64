//! What does every part of the reader share while it reads one document?
//!
//! The document, its warnings, and the references between its objects. Invariant: following a reference ends, whatever
//! it points at.

use serde_json::{Map, Value};

use super::reference::{At, fragment_tokens, locate, pointer_of};
use super::schema_names::Schemas;
use super::warnings::{Effect, Warnings};
use super::{Dialect, Server, Tag};

/// How long a chain of references from one object to the next may be; real ones have one link.
pub(super) const MAX_CHAIN: usize = 32;

/// The reading of one document.
pub(super) struct Reader<'a> {
    pub(super) root: &'a Map<String, Value>,
    pub(super) document: &'a Value,
    pub(super) dialect: Dialect,
    pub(super) warnings: Warnings,
    pub(super) schemas: Schemas<'a>,
}

/// An object of the document with its place, after references were followed.
#[derive(Clone, Debug)]
pub(super) struct Found<'a> {
    pub(super) object: &'a Map<String, Value>,
    pub(super) pointer: String,
}

impl<'a> Reader<'a> {
    pub(super) fn new(document: &'a Value, root: &'a Map<String, Value>, dialect: Dialect, warnings: Warnings) -> Self {
        let schemas = Schemas::new(root, dialect);
        Self { root, document, dialect, warnings, schemas }
    }

    pub(super) fn repaired(&mut self, code: &'static str, at: At<'_>, message: impl Into<String>) {
        self.warnings.warn(code, at, message, Effect::Repaired);
    }

    pub(super) fn skipped(&mut self, code: &'static str, at: At<'_>, message: impl Into<String>) {
        self.warnings.warn(code, at, message, Effect::Skipped);
    }

    /// The object at `value`, or the one its `$ref`s lead to; `None`, with a warning, where there is none.
    pub(super) fn follow(&mut self, value: &'a Value, at: At<'_>, what: &str) -> Option<Found<'a>> {
        let (mut value, mut pointer) = (value, at.pointer());
        for _ in 0..MAX_CHAIN {
            let Some(object) = value.as_object() else {
                self.skipped(
                    "not-an-object",
                    At::whole(&pointer),
                    format!("this {what} is no object; it was left out"),
                );
                return None;
            };
            let reference = match object.get("$ref") {
                None => return Some(Found { object, pointer }),
                Some(Value::String(reference)) => reference,
                Some(_) => {
                    let message = format!("the `$ref` of this {what} is no text; the {what} was left out");
                    self.skipped("ref-malformed", At::whole(&pointer), message);
                    return None;
                }
            };
            let tokens = reference.strip_prefix('#').and_then(fragment_tokens);
            match tokens.as_ref().and_then(|tokens| Some((locate(self.document, tokens)?, pointer_of(tokens)))) {
                Some(target) => (value, pointer) = target,
                None => {
                    let (code, message) = if reference.starts_with('#') {
                        ("ref-dangling", format!("`{reference}` does not exist; the {what} was left out"))
                    } else {
                        ("ref-external", format!("`{reference}` is in another file; the {what} was left out"))
                    };
                    self.skipped(code, At::whole(&pointer), message);
                    return None;
                }
            }
        }
        self.skipped("ref-cycle", at, format!("the references of this {what} never end; it was left out"));
        None
    }

    /// A member that should be an object; another kind of value is reported, `null` or nothing is not.
    pub(super) fn object(
        &mut self,
        map: &'a Map<String, Value>,
        key: &str,
        at: At<'_>,
    ) -> Option<&'a Map<String, Value>> {
        match map.get(key)? {
            Value::Object(object) => Some(object),
            Value::Null => None,
            _ => {
                self.skipped("not-an-object", at.key(key), format!("`{key}` is no object; it was left out"));
                None
            }
        }
    }

    /// A member that should be an array; another kind of value is reported, `null` or nothing is not.
    pub(super) fn array(&mut self, map: &'a Map<String, Value>, key: &str, at: At<'_>) -> &'a [Value] {
        match map.get(key) {
            Some(Value::Array(items)) => items,
            None | Some(Value::Null) => &[],
            Some(_) => {
                self.skipped("not-an-array", at.key(key), format!("`{key}` is no array; it was left out"));
                &[]
            }
        }
    }

    /// The document's `tags`; entries without a name are passed over.
    pub(super) fn tags(&mut self) -> Vec<Tag> {
        let items = self.array(self.root, "tags", At::ROOT);
        items
            .iter()
            .filter_map(|tag| {
                Some(Tag { name: text(tag.get("name"))?, description: text_or_empty(tag.get("description")) })
            })
            .collect()
    }

    /// `servers` of the document, a path item or an operation.
    pub(super) fn servers(&mut self, map: &'a Map<String, Value>, at: At<'_>) -> Vec<Server> {
        let list = at.key("servers");
        let mut servers = Vec::new();
        for (index, server) in self.array(map, "servers", at).iter().enumerate() {
            let Some(url) = text(server.get("url")) else {
                self.skipped("server-without-url", list.index(index), "this server has no `url`; it was left out");
                continue;
            };
            let url = self.fill(&url, server.get("variables"), list.index(index));
            servers.push(Server { url, description: text_or_empty(server.get("description")) });
        }
        servers
    }

    /// Replaces `{variable}` by the variable's default, or else by the first value that it may have.
    fn fill(&mut self, url: &str, variables: Option<&Value>, at: At<'_>) -> String {
        let (mut filled, mut rest) = (String::new(), url);
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
        {
            filled.push_str(before);
            let variable = variables.and_then(|variables| variables.get(name));
            let default = variable.and_then(|variable| {
                text(variable.get("default")).or_else(|| text(variable.get("enum").and_then(|values| values.get(0))))
            });
            match default {
                Some(default) => filled.push_str(&default),
                None => {
                    let message = format!("the server variable `{name}` has no default; it stands as `{{{name}}}`");
                    self.repaired("server-variable-without-default", at, message);
                    filled.extend(["{", name, "}"]);
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// Alternatives of security requirements of the operation, or else of the document.
    pub(super) fn security(&mut self, operation: &'a Map<String, Value>, at: At<'_>) -> Option<Vec<Vec<String>>> {
        let (map, at) = if operation.contains_key("security") { (operation, at) } else { (self.root, At::ROOT) };
        map.get("security").filter(|security| !security.is_null())?;
        let alternatives = self.array(map, "security", at).iter().filter_map(Value::as_object);
        Some(alternatives.map(|schemes| schemes.keys().cloned().collect()).collect())
    }

    /// Security schemes by name, references followed.
    pub(super) fn security_schemes(
        &mut self,
        schemes: Option<&'a Map<String, Value>>,
        at: At<'_>,
    ) -> std::collections::BTreeMap<String, Value> {
        let mut found = std::collections::BTreeMap::new();
        for (name, scheme) in schemes.into_iter().flatten() {
            if let Some(scheme) = self.follow(scheme, at.key(name), "security scheme") {
                found.insert(name.clone(), Value::Object(scheme.object.clone()));
            }
        }
        found
    }
}

/// A text; numbers and booleans count as theirs, since YAML's `version: 1.0` is a number.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// As [`text`], or empty.
pub(super) fn text_or_empty(value: Option<&Value>) -> String {
    text(value).unwrap_or_default()
}

/// A flag; the texts `true` and `false` count.
pub(super) fn flag(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// A member's name that the specification leaves to extensions.
pub(super) fn is_extension(key: &str) -> bool {
    key.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"))
}
