//! Which names do a document's schemas have, and which were made up for those that had none?

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::{Map, Value};
use url::Url;

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
    /// JSON Pointers of schemas with an `$id`, by the address that it is in full; made when the first reference asks for one.
    pub(super) ids: Option<HashMap<String, String>>,
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
            ids: None,
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

/// An address in full: joined to the one around it where that is an absolute one, without an empty fragment.
pub(super) fn address(base: Option<&Url>, written: &str) -> String {
    let joined = base.and_then(|base| base.join(written).ok()).or_else(|| Url::parse(written).ok());
    let text = joined.map_or_else(|| written.to_owned(), String::from);
    text.strip_suffix('#').map_or_else(|| text.clone(), str::to_owned)
}

/// Notes where each `$id` is (JSON Schema 2020-12 core, section 8.2.1), which is the base of those below it.
pub(super) fn collect_ids(value: &Value, base: Option<&Url>, at: At<'_>, ids: &mut HashMap<String, String>) {
    match value {
        Value::Object(map) => {
            let own = map.get("$id").or_else(|| map.get("$self")).and_then(Value::as_str).map(|id| address(base, id));
            let own_base = own.as_deref().and_then(|own| Url::parse(own).ok());
            if let Some(own) = own {
                ids.entry(own).or_insert_with(|| at.pointer());
            }
            let base = own_base.as_ref().or(base);
            map.iter().for_each(|(key, child)| collect_ids(child, base, at.key(key), ids));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect_ids(item, base, at.index(index), ids));
        }
        _ => {}
    }
}

/// The absolute address that references at a place are joined to: that of the nearest `$id` around it.
pub(super) fn base_of(document: &Value, place: &[String]) -> Option<Url> {
    let mut base = None;
    for length in 0..=place.len() {
        let around = locate(document, place.get(..length)?)?;
        if let Some(id) = around.get("$id").or_else(|| around.get("$self")).and_then(Value::as_str) {
            base = Url::parse(&address(base.as_ref(), id)).ok().or(base);
        }
    }
    base
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
