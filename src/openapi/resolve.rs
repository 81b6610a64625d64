//! What does a schema look like with everything that it refers to, in one bounded piece?
//!
//! References are inlined along each path; one that leads back to where it came from stays a reference, into `$defs`.
//! Invariants: the result has at most the given number of values; every `$ref` left resolves within it; everything left
//! out is marked where it was and listed; and a result with marks accepts at least what the whole schema accepts
//! (alternatives lose their "exactly one", negations that cannot be shown in full go).
//!
//! A result too large is made again with less depth, so that size is taken from the deepest parts first and not from
//! whatever comes last. Each attempt stops at the limit: time is bounded by `max_depth` times `max_nodes`, however
//! often the schemas share each other.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::named::{Named, SchemaLookup, name_referred};
use super::reference::{def_name, def_ref, pointer_of};
use super::schema::{LISTS, SINGLES, is_annotation};

/// The keyword of a mark: `{"title": "Company", "x-omitted": "depth"}`.
pub(super) const MARK: &str = "x-omitted";

/// Keywords whose value is a map of schemas.
pub(super) const MAPS: [&str; 3] = ["properties", "patternProperties", "dependentSchemas"];
/// Keywords that accept less when a schema that they depend on accepts more.
const SENSITIVE: [&str; 7] = ["not", "if", "then", "else", "unevaluatedItems", "unevaluatedProperties", "maxContains"];

/// The recursion that a path may take on the stack, whatever the caller asks for.
const MAX_DEPTH: usize = 64;
/// References in a row that lead to nothing but a reference.
const MAX_NAMES: usize = 128;
/// The smallest size that a mark fits into.
const MIN_NODES: usize = 3;

/// Bounds of what [`resolve`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResolveLimits {
    /// Levels of schemas below the outermost one that may have further schemas in them, at most 64; following a
    /// reference is no level of its own. Schemas without any are shown wherever their parent is.
    pub max_depth: usize,
    /// JSON values in the result (objects, arrays and scalars, not keys), at least 3.
    pub max_nodes: usize,
}

impl Default for ResolveLimits {
    /// Eight levels and 4,000 values, some 60 kB of JSON: every body of the embedded manifest with room to spare.
    fn default() -> Self {
        Self { max_depth: 8, max_nodes: 4_000 }
    }
}

/// The reason why something is not in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OmissionReason {
    /// It lies deeper than [`ResolveLimits::max_depth`].
    Depth,
    /// With it the result would be larger than [`ResolveLimits::max_nodes`].
    Size,
    /// No schema of that name exists.
    Missing,
}

impl OmissionReason {
    /// The word that stands in marks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Depth => "depth",
            Self::Size => "size",
            Self::Missing => "missing",
        }
    }
}

impl fmt::Display for OmissionReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One mark in a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Omission {
    /// JSON Pointer into the result, to the schema that has the mark. Where that schema has other keywords besides
    /// `title`, only a part of it was left out.
    pub pointer: String,
    /// The name of the schema left out, or else its title; empty where it has neither.
    pub schema: String,
    /// The reason for the mark.
    pub reason: OmissionReason,
}

/// A resolved schema, with a list of what was left out of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// A JSON Schema 2020-12 all of whose references resolve within it.
    pub schema: Value,
    /// All marks in it.
    pub omitted: Vec<Omission>,
}

/// Makes one self-contained schema. `lookup` gives the schema that `#/$defs/<name>` stands for; `$defs` of `schema`
/// itself count where it gives none. References of any other form are marked as missing.
pub fn resolve(schema: &Value, lookup: &dyn SchemaLookup, limits: ResolveLimits) -> Resolved {
    let max_depth = limits.max_depth.min(MAX_DEPTH);
    let max_nodes = limits.max_nodes.max(MIN_NODES);
    let mut source = Named::new(schema, lookup);
    if let Some(resolved) = attempt(schema, &mut source, max_depth, max_nodes, OmissionReason::Depth) {
        return resolved;
    }
    let mut best = None;
    for depth in 0..max_depth {
        match attempt(schema, &mut source, depth, max_nodes, OmissionReason::Size) {
            Some(resolved) => best = Some(resolved),
            None => break,
        }
    }
    best.unwrap_or_else(|| fewer_properties(schema, &mut source, max_nodes))
}

/// The outermost schema alone is too large: as many of its properties as fit, required ones first.
fn fewer_properties(schema: &Value, source: &mut Named<'_>, max_nodes: usize) -> Resolved {
    let mut named = String::new();
    let mut target = Arc::new(schema.clone());
    for _ in 0..MAX_NAMES {
        let Some(name) = name_referred(&target) else { break };
        let Some(next) = source.get(&name) else { break };
        (target, named) = (next, name);
    }
    if let Some(properties) = target.get("properties").and_then(Value::as_object) {
        let required = target.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
        let mut names: Vec<&String> = properties.keys().collect();
        names.sort_by_key(|name| !is_required(name));
        let mut keep = names.len() / 2;
        while keep > 0 {
            let kept: HashSet<&String> = names.iter().take(keep).copied().collect();
            let mut part = target.as_object().cloned().unwrap_or_default();
            // What is said about all other properties would now be said about the ones left out.
            for key in ["additionalProperties", "unevaluatedProperties", "patternProperties", "$defs"] {
                part.remove(key);
            }
            let kept = properties.iter().filter(|(name, _)| kept.contains(name));
            part.insert("properties".to_owned(), Value::Object(kept.map(|(n, s)| (n.clone(), s.clone())).collect()));
            // One value is set aside for the mark.
            if let Some(mut resolved) =
                attempt(&Value::Object(part), source, 0, max_nodes.saturating_sub(1), OmissionReason::Size)
                && let Value::Object(root) = &mut resolved.schema
                && !root.contains_key(MARK)
            {
                let name = root.get("title").and_then(Value::as_str).unwrap_or(&named).to_owned();
                root.insert(MARK.to_owned(), json!(OmissionReason::Size.as_str()));
                let omission = Omission { pointer: String::new(), schema: name, reason: OmissionReason::Size };
                resolved.omitted.insert(0, omission);
                return resolved;
            }
            keep /= 2;
        }
    }
    let title = target.get("title").and_then(Value::as_str).unwrap_or(&named).to_owned();
    let reason = OmissionReason::Size;
    Resolved { schema: mark(&title, reason), omitted: vec![Omission { pointer: String::new(), schema: title, reason }] }
}

fn mark(title: &str, reason: OmissionReason) -> Value {
    if title.is_empty() { json!({MARK: reason.as_str()}) } else { json!({"title": title, MARK: reason.as_str()}) }
}

/// One pass at a given depth; where it leaves things out, a second pass that accepts no less for it.
fn attempt(
    schema: &Value,
    source: &mut Named<'_>,
    depth: usize,
    nodes: usize,
    reason: OmissionReason,
) -> Option<Resolved> {
    let resolved = Pass::new(source, depth, nodes, reason, false).run(schema)?;
    if resolved.omitted.is_empty() {
        return Some(resolved);
    }
    Pass::new(source, depth, nodes, reason, true).run(schema)
}

struct Pass<'p, 's> {
    source: &'p mut Named<'s>,
    max_depth: usize,
    max_nodes: usize,
    /// The reason that a cut for depth is marked with.
    reason: OmissionReason,
    /// Whether keywords that depend on all of a schema give way.
    loosen: bool,
    nodes: usize,
    omitted: Vec<Omission>,
    path: Vec<String>,
    /// Named schemas around the current one.
    names: Vec<String>,
    /// Named schemas that `$defs` needs, with their depth.
    wanted: VecDeque<(String, usize)>,
    defined: HashSet<String>,
    /// Inside `$defs`, references stay references: each schema is there once.
    in_defs: bool,
}

/// `None` ends a pass whose result would be too large.
type Fits<T> = Option<T>;

impl<'p, 's> Pass<'p, 's> {
    fn new(
        source: &'p mut Named<'s>,
        max_depth: usize,
        max_nodes: usize,
        reason: OmissionReason,
        loosen: bool,
    ) -> Self {
        Self {
            source,
            max_depth,
            max_nodes,
            reason,
            loosen,
            nodes: 0,
            omitted: Vec::new(),
            path: Vec::new(),
            names: Vec::new(),
            wanted: VecDeque::new(),
            defined: HashSet::new(),
            in_defs: false,
        }
    }

    fn run(mut self, schema: &Value) -> Fits<Resolved> {
        let mut root = self.schema(schema, 0)?;
        let mut defs = Map::new();
        self.in_defs = true;
        while let Some((name, depth)) = self.wanted.pop_front() {
            let target = self.source.get(&name)?;
            self.path = vec!["$defs".to_owned(), name.clone()];
            let schema = match target.as_object() {
                Some(map) if !map.contains_key("$ref") => self.object(map, depth, &name)?,
                _ => self.schema(&target, depth)?,
            };
            defs.insert(name, schema);
        }
        if let (Value::Object(root), false) = (&mut root, defs.is_empty()) {
            self.count(1)?;
            root.insert("$defs".to_owned(), Value::Object(defs));
        }
        Some(Resolved { schema: root, omitted: self.omitted })
    }

    fn count(&mut self, nodes: usize) -> Fits<()> {
        self.nodes = self.nodes.saturating_add(nodes);
        (self.nodes <= self.max_nodes).then_some(())
    }

    fn omit(&mut self, name: &str, reason: OmissionReason) -> Fits<Value> {
        let value = mark(name, reason);
        self.count(value.as_object().map_or(0, Map::len) + 1)?;
        self.omitted.push(Omission { pointer: pointer_of(&self.path), schema: name.to_owned(), reason });
        Some(value)
    }

    fn schema(&mut self, schema: &Value, depth: usize) -> Fits<Value> {
        match schema {
            Value::Object(map) => match map.get("$ref") {
                Some(reference) => self.reference(map, reference, depth),
                None => self.object(map, depth, ""),
            },
            Value::Bool(flag) => {
                self.count(1)?;
                Some(Value::Bool(*flag))
            }
            _ => {
                self.count(1)?;
                Some(json!({}))
            }
        }
    }

    fn reference(&mut self, map: &Map<String, Value>, reference: &Value, depth: usize) -> Fits<Value> {
        let written = reference.as_str().unwrap_or_default();
        let Some((name, target)) =
            def_name(written).and_then(|name| Some((self.source.get(&name)?, name)).map(|(t, n)| (n, t)))
        else {
            let name = def_name(written).unwrap_or_else(|| written.to_owned());
            return self.omit(&name, OmissionReason::Missing);
        };
        let is_deep = depth > self.max_depth && has_schemas(&target);
        let cyclic = self.in_defs || self.names.contains(&name);
        if (is_deep && !(cyclic && self.defined.contains(&name))) || self.names.len() >= MAX_NAMES {
            return self.omit(&name, self.reason);
        }
        let beside: Map<String, Value> = map
            .iter()
            .filter(|(key, _)| *key != "$ref" && *key != "$defs")
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        if cyclic {
            if self.defined.insert(name.clone()) {
                self.wanted.push_back((name.clone(), depth));
            }
            let mut out = match self.object(&beside, depth, "")? {
                Value::Object(out) => out,
                _ => Map::new(),
            };
            // What stands beside it was itself too deep: the mark takes the place of all.
            if !out.contains_key(MARK) {
                self.count(1)?;
                out.insert("$ref".to_owned(), Value::String(def_ref(&name)));
            }
            return Some(Value::Object(out));
        }
        let Some(target_map) = target.as_object() else { return self.schema(&target, depth) };
        if beside.keys().all(|key| is_annotation(key)) {
            let mut merged = target_map.clone();
            merged.extend(beside);
            self.names.push(name.clone());
            let out = match target_map.get("$ref") {
                Some(next) => self.reference(&merged, next, depth),
                None => self.object(&merged, depth, &name),
            };
            self.names.pop();
            return out;
        }
        // Restrictions beside a reference hold in addition to it.
        let mut both = beside;
        let all = both.entry("allOf").or_insert_with(|| json!([]));
        if let Value::Array(all) = all {
            all.insert(0, json!({"$ref": written}));
        }
        self.object(&both, depth, "")
    }

    fn object(&mut self, map: &Map<String, Value>, depth: usize, name: &str) -> Fits<Value> {
        let title = if name.is_empty() { map.get("title").and_then(Value::as_str).unwrap_or_default() } else { name };
        if depth > self.max_depth && has_schemas_in(map) {
            return self.omit(title, self.reason);
        }
        self.count(1)?;
        let mut out = Map::new();
        let mut partly = false;
        for (key, value) in map {
            let mut key = key.as_str();
            if matches!(key, "$defs" | "$ref" | MARK) {
                continue;
            }
            if self.loosen && self.is_fragile(key, value, map) {
                partly = true;
                continue;
            }
            if self.loosen && key == "oneOf" {
                key = "anyOf";
            }
            self.path.push(key.to_owned());
            let mut shown = self.keyword(key, value, depth)?;
            self.path.pop();
            if matches!(key, "oneOf" | "anyOf") && map.contains_key("discriminator") {
                self.name_alternatives(value, &mut shown)?;
            }
            out.insert(key.to_owned(), shown);
        }
        if partly {
            self.count(1)?;
            out.insert(MARK.to_owned(), json!(self.reason.as_str()));
            let pointer = pointer_of(&self.path);
            self.omitted.push(Omission { pointer, schema: title.to_owned(), reason: self.reason });
        }
        Some(Value::Object(out))
    }

    /// Gives alternatives that were inlined the names that a discriminator speaks of.
    fn name_alternatives(&mut self, written: &Value, shown: &mut Value) -> Fits<()> {
        let written = written.as_array().into_iter().flatten().map(name_referred);
        for (name, alternative) in written.zip(shown.as_array_mut().into_iter().flatten()) {
            if let (Some(name), Value::Object(alternative)) = (name, alternative)
                && !alternative.contains_key("$ref")
                && !alternative.contains_key("title")
            {
                self.count(1)?;
                alternative.insert("title".to_owned(), Value::String(name));
            }
        }
        Some(())
    }

    /// Whether the keyword could turn wrong by what is left out below or beside it.
    fn is_fragile(&self, key: &str, value: &Value, map: &Map<String, Value>) -> bool {
        match key {
            "oneOf" => map.contains_key("anyOf"),
            // An `if` stands or falls with its `then` and `else`.
            "if" | "then" | "else" => ["if", "then", "else"].iter().any(|key| map.get(*key).is_some_and(has_schemas)),
            "not" => has_schemas(value),
            key => SENSITIVE.contains(&key),
        }
    }

    fn keyword(&mut self, key: &str, value: &Value, depth: usize) -> Fits<Value> {
        match value {
            Value::Object(schemas) if MAPS.contains(&key) => {
                self.count(1)?;
                let mut out = Map::new();
                for (name, schema) in schemas {
                    self.path.push(name.clone());
                    out.insert(name.clone(), self.schema(schema, depth + 1)?);
                    self.path.pop();
                }
                Some(Value::Object(out))
            }
            Value::Array(schemas) if LISTS.contains(&key) => {
                self.count(1)?;
                let mut out = Vec::with_capacity(schemas.len());
                for (index, schema) in schemas.iter().enumerate() {
                    self.path.push(index.to_string());
                    out.push(self.schema(schema, depth + 1)?);
                    self.path.pop();
                }
                Some(Value::Array(out))
            }
            Value::Object(_) | Value::Bool(_) if SINGLES.contains(&key) => self.schema(value, depth + 1),
            data => {
                self.count_data(data)?;
                Some(data.clone())
            }
        }
    }

    fn count_data(&mut self, value: &Value) -> Fits<()> {
        self.count(1)?;
        match value {
            Value::Object(map) => map.values().try_for_each(|value| self.count_data(value)),
            Value::Array(items) => items.iter().try_for_each(|value| self.count_data(value)),
            _ => Some(()),
        }
    }
}

/// Whether a schema has schemas in it, or refers to one.
fn has_schemas(schema: &Value) -> bool {
    schema.as_object().is_some_and(has_schemas_in)
}

fn has_schemas_in(map: &Map<String, Value>) -> bool {
    map.iter().any(|(key, value)| match value {
        Value::Object(inner) => SINGLES.contains(&key.as_str()) || (MAPS.contains(&key.as_str()) && !inner.is_empty()),
        Value::Array(inner) => LISTS.contains(&key.as_str()) && !inner.is_empty(),
        _ => key == "$ref",
    })
}
