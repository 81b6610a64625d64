//! What does a schema demand of one value, references and compositions merged?
//!
//! Only the level that is asked for is read: what lies below is read when there is a value for it, so a cycle among
//! schemas costs nothing.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Habits, Members};
use crate::openapi::{Operation, SchemaLookup, def_name};

/// References and compositions within one level; real ones have a handful.
const MAX_STEPS: usize = 32;
/// Alternatives of one value that are told apart.
const MAX_VIEWS: usize = 32;

/// Named schemas, each looked up and merged once.
pub(super) struct Schemas<'s> {
    /// Gives named schemas.
    pub(super) lookup: &'s dyn SchemaLookup,
    /// What the API takes members as.
    pub(super) members: Members,
    /// What their API does beyond its manifest; the same as every other where it is not said.
    pub(super) habits: Option<&'s dyn Habits>,
    /// The operation that they are of, where one is called.
    pub(super) operation: Option<&'s Operation>,
    known: RefCell<HashMap<String, Option<Arc<Value>>>>,
    viewed: RefCell<HashMap<String, Rc<[View]>>>,
}

/// What is said of properties that are not declared.
#[derive(Clone, Debug, Default)]
pub(super) enum Additional {
    /// Nothing.
    #[default]
    Unsaid,
    /// They are allowed.
    Open,
    /// They are forbidden.
    Closed,
    /// They are allowed where they fit this schema.
    Fitting(Value),
}

/// What a schema demands of one value.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// The named schema that was referred to first.
    pub(super) name: Option<String>,
    /// Types without `null`; empty where any will do.
    pub(super) types: Vec<String>,
    /// `null` will do.
    pub(super) nullable: bool,
    /// Values that are allowed, without `null`; empty where any will do.
    pub(super) values: Vec<Value>,
    /// Declared properties.
    pub(super) properties: Map<String, Value>,
    /// Names of properties that must be there.
    pub(super) required: Vec<String>,
    /// Properties that are not declared.
    pub(super) additional: Additional,
    /// Items of an array.
    pub(super) items: Option<Value>,
    /// Remaining keywords: format and limits; the first that says something counts.
    pub(super) keywords: Map<String, Value>,
    alternatives: Vec<Value>,
    followed: HashSet<String>,
}

impl View {
    /// A limit or length.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.keywords.get(key).and_then(Value::as_f64)
    }

    /// A length or count.
    pub(super) fn count(&self, key: &str) -> Option<u64> {
        self.keywords.get(key).and_then(Value::as_u64)
    }

    /// `format`, or empty.
    pub(super) fn format(&self) -> &str {
        self.keywords.get("format").and_then(Value::as_str).unwrap_or_default()
    }

    /// `pattern`, where there is one.
    pub(super) fn pattern(&self) -> Option<&str> {
        self.keywords.get("pattern").and_then(Value::as_str)
    }

    /// Whether a keyword is `true`.
    pub(super) fn says(&self, flag: &str) -> bool {
        self.keywords.get(flag) == Some(&Value::Bool(true))
    }

    /// Whether the type may be this one.
    pub(super) fn is(&self, type_name: &str) -> bool {
        // Kubernetes writes a number or a text as text of this format.
        let is_either = type_name == "integer" && self.format() == "int-or-string";
        is_either || self.types.iter().any(|name| name == type_name)
    }

    /// An object that stands for a record elsewhere: it has an `id` and a few fields to show, none of them required and
    /// no value of its own.
    pub(super) fn is_reference(&self) -> bool {
        /// Of ConnectWise's largest reference; most have three.
        const MOST: usize = 13;
        let names_only = self.required.is_empty() && self.properties.len() <= MOST;
        self.is("object") && names_only && self.properties.contains_key("id") && !self.properties.contains_key("value")
    }

    /// Whether it has what a named schema has: it refers to that, or is composed of it.
    pub(super) fn follows(&self, name: &str) -> bool {
        self.followed.contains(name)
    }

    /// A value of any kind. A bare `type: object` is how generators write "anything", too.
    pub(super) fn is_anything(&self) -> bool {
        let is_bare = self.properties.is_empty() && matches!(self.additional, Additional::Unsaid | Additional::Open);
        self.values.is_empty() && is_bare && (self.types.is_empty() || self.types == ["object"])
    }

    /// Whether it is Jackson's class for a value of any kind, `JsonNode`, whose methods Java's generators list as properties.
    pub(super) fn is_java_node(&self) -> bool {
        self.required.is_empty()
            && ["containerNode", "missingNode"].iter().all(|name| self.properties.contains_key(*name))
    }
}

impl<'s> Schemas<'s> {
    pub(super) fn new(lookup: &'s dyn SchemaLookup) -> Self {
        Self {
            lookup,
            members: Members::default(),
            habits: None,
            operation: None,
            known: RefCell::default(),
            viewed: RefCell::default(),
        }
    }

    /// The same, with the habits of an API.
    pub(super) fn of(habits: &'s dyn Habits, lookup: &'s dyn SchemaLookup) -> Self {
        Self { members: habits.members(), habits: Some(habits), ..Self::new(lookup) }
    }

    /// The same, of one operation.
    pub(super) fn for_operation(self, operation: &'s Operation) -> Self {
        Self { operation: Some(operation), ..self }
    }

    /// The alternatives of a value, at least one.
    pub(super) fn views(&self, schema: &Value) -> Rc<[View]> {
        let reference = schema.as_object().filter(|map| map.len() == 1).and_then(|map| map.get("$ref"));
        let Some(name) = reference.and_then(Value::as_str) else { return self.make(schema).into() };
        if let Some(known) = self.viewed.borrow().get(name) {
            return Rc::clone(known);
        }
        let views: Rc<[View]> = self.make(schema).into();
        self.viewed.borrow_mut().insert(name.to_owned(), Rc::clone(&views));
        views
    }

    /// The first alternative.
    pub(super) fn view(&self, schema: &Value) -> View {
        self.views(schema).first().cloned().unwrap_or_default()
    }

    fn make(&self, schema: &Value) -> Vec<View> {
        let mut base = View::default();
        self.merge(schema, &mut base, 0);
        let mut pending = vec![base];
        let mut done = Vec::new();
        while let Some(mut view) = pending.pop() {
            let alternatives = std::mem::take(&mut view.alternatives);
            if alternatives.is_empty() || done.len() + pending.len() >= MAX_VIEWS {
                view.guess_type();
                view.give_values_to_items();
                view.correct(self.members.misprints);
                done.push(view);
                continue;
            }
            for part in alternatives.iter().rev() {
                let mut one = View { name: None, ..view.clone() };
                self.merge(part, &mut one, 0);
                one.name = one.name.or_else(|| view.name.clone());
                pending.push(one);
            }
        }
        done
    }

    fn merge(&self, schema: &Value, into: &mut View, steps: usize) {
        let Some(map) = schema.as_object().filter(|_| steps < MAX_STEPS) else { return };
        for (key, value) in map {
            into.keyword(key, value);
        }
        let referred = map.get("$ref").and_then(Value::as_str).and_then(def_name);
        if let Some(name) = referred
            && into.followed.insert(name.clone())
        {
            into.name.get_or_insert_with(|| name.clone());
            if let Some(target) = self.get(&name) {
                self.merge(&target, into, steps + 1);
            }
        }
        for part in map.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.merge(part, into, steps + 1);
        }
        for key in ["oneOf", "anyOf"] {
            let parts = map.get(key).and_then(Value::as_array).into_iter().flatten();
            let (nulls, parts): (Vec<&Value>, Vec<&Value>) = parts.partition(|part| part["type"] == "null");
            into.nullable |= !nulls.is_empty();
            match parts.as_slice() {
                [] => {}
                [only] => self.merge(only, into, steps + 1),
                several if into.alternatives.is_empty() => {
                    into.alternatives = several.iter().map(|part| (*part).clone()).collect();
                }
                // Two sets of alternatives multiply; the first tells enough.
                _ => {}
            }
        }
    }

    /// Whether a named schema has a keyword of its own, apart from what it refers to.
    pub(super) fn declares(&self, name: &str, keyword: &str) -> bool {
        self.get(name).is_some_and(|schema| schema.get(keyword).is_some())
    }

    fn get(&self, name: &str) -> Option<Arc<Value>> {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let found = self.lookup.schema(name);
        self.known.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }
}

impl View {
    fn keyword(&mut self, key: &str, value: &Value) {
        match (key, value) {
            ("type", Value::String(name)) => self.add_types(&[name.as_str()]),
            ("type", Value::Array(names)) => {
                self.add_types(&names.iter().filter_map(Value::as_str).collect::<Vec<_>>());
            }
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    self.properties.entry(name).or_insert_with(|| property.clone());
                }
            }
            ("required", Value::Array(names)) => {
                for name in names.iter().filter_map(Value::as_str) {
                    if !self.required.iter().any(|known| known == name) {
                        self.required.push(name.to_owned());
                    }
                }
            }
            ("enum", Value::Array(values)) => {
                self.nullable |= values.contains(&Value::Null);
                if self.values.is_empty() {
                    self.values = values.iter().filter(|value| !value.is_null()).cloned().collect();
                }
            }
            ("const", value) if self.values.is_empty() && !value.is_null() => self.values = vec![value.clone()],
            ("patternProperties", Value::Object(patterns)) if !patterns.is_empty() => {
                self.additional = Additional::Open
            }
            ("additionalProperties", value) if matches!(self.additional, Additional::Unsaid) => {
                self.additional = match value {
                    Value::Bool(false) => Additional::Closed,
                    Value::Object(schema) if !schema.is_empty() => Additional::Fitting(value.clone()),
                    _ => Additional::Open,
                };
            }
            ("items", items @ Value::Object(_)) if self.items.is_none() => self.items = Some(items.clone()),
            ("$ref" | "allOf" | "anyOf" | "oneOf", _) => {}
            (key, value) => {
                self.keywords.entry(key).or_insert_with(|| value.clone());
            }
        }
    }

    /// Gives properties that the manifest misspells the names that the API takes.
    fn correct(&mut self, misprints: &[(&str, &str)]) {
        if misprints
            .iter()
            .all(|(wrong, right)| !self.properties.contains_key(*wrong) || self.properties.contains_key(*right))
        {
            return;
        }
        let right = |name: &str| misprints.iter().find(|(wrong, _)| *wrong == name).map(|(_, right)| *right);
        let properties = std::mem::take(&mut self.properties).into_iter();
        self.properties = properties.map(|(name, schema)| (right(&name).map_or(name, str::to_owned), schema)).collect();
    }

    fn add_types(&mut self, names: &[&str]) {
        self.nullable |= names.contains(&"null");
        if self.types.is_empty() {
            self.types = names.iter().filter(|name| **name != "null").map(|name| (*name).to_owned()).collect();
        }
    }

    /// Takes a list of texts beside `type: array` for what its items may be, as generators mean it: no list is one of them.
    fn give_values_to_items(&mut self) {
        let is_misplaced = self.types == ["array"] && self.values.iter().all(|value| !value.is_array());
        if is_misplaced && !self.values.is_empty() {
            let values = std::mem::take(&mut self.values);
            let all = self.items.take().into_iter().chain([serde_json::json!({ "enum": values })]);
            self.items = Some(serde_json::json!({ "allOf": all.collect::<Vec<Value>>() }));
        }
    }

    fn guess_type(&mut self) {
        if self.types.is_empty() {
            if !self.properties.is_empty() {
                self.types.push("object".to_owned());
            } else if self.items.is_some() {
                self.types.push("array".to_owned());
            }
        }
    }
}
