//! Which names do a document's schemas have, and which were made up for those that had none?

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Map, Value};

use super::Dialect;
use super::reference::{At, locate};

/// The schemas' names: those of the document, and those made up so far.
pub(super) struct Schemas<'a> {
    /// Where the dialect keeps named schemas.
    pub(super) home: &'static [&'static str],
    pub(super) named: Option<&'a Map<String, Value>>,
    /// Names of schemas that had none, by JSON Pointer.
    pub(super) hoisted: HashMap<String, String>,
    /// Name and JSON Pointer of each schema that has a new name and is not normalised yet.
    pub(super) queue: VecDeque<(String, String)>,
    pub(super) taken: HashSet<String>,
    /// What a reference was resolved to before.
    pub(super) known: HashMap<&'a str, Value>,
    /// `$anchor`s and `$dynamicAnchor`s, made when the first reference asks for one.
    pub(super) anchors: Option<HashMap<&'a str, String>>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(root: &'a Map<String, Value>, dialect: Dialect) -> Self {
        let home: &[&str] = if dialect == Dialect::Swagger20 { &["definitions"] } else { &["components", "schemas"] };
        let (first, rest) = home.split_first().map_or(("", home), |(first, rest)| (*first, rest));
        let named = root.get(first).and_then(|value| locate(value, rest)).and_then(Value::as_object);
        Self {
            home,
            named,
            hoisted: HashMap::new(),
            queue: VecDeque::new(),
            taken: named.into_iter().flatten().map(|(name, _)| name.clone()).collect(),
            known: HashMap::new(),
            anchors: None,
        }
    }
}

/// Where a schema's reference leads.
pub(super) enum Target {
    /// To a schema of this name.
    Named(String),
    /// To nothing that can be read; a schema of this title stands for it.
    Nothing(String),
}

/// The way from a response, body, media type or parameter to its schema.
pub(super) fn schema_inside(target: &Value) -> Option<Vec<String>> {
    let map = target.as_object()?;
    if ["type", "properties", "allOf", "oneOf", "anyOf", "$ref", "enum", "items"]
        .iter()
        .any(|key| map.contains_key(*key))
    {
        return None;
    }
    if map.get("schema").is_some_and(Value::is_object) {
        return Some(vec!["schema".to_owned()]);
    }
    let (media_type, content) = map.get("content")?.as_object()?.iter().next()?;
    content.get("schema")?;
    Some(vec!["content".to_owned(), media_type.clone(), "schema".to_owned()])
}

pub(super) fn collect_anchors<'a>(value: &'a Value, at: At<'_>, anchors: &mut HashMap<&'a str, String>) {
    match value {
        Value::Object(map) => {
            for (key, child) in map {
                if let ("$anchor" | "$dynamicAnchor", Value::String(name)) = (key.as_str(), child) {
                    anchors.entry(name).or_insert_with(|| at.pointer());
                }
                collect_anchors(child, at.key(key), anchors);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_anchors(item, at.index(index), anchors);
            }
        }
        _ => {}
    }
}
