//! Which fields does a body have, by path?
//!
//! Arrays are entered and compositions merged, since a caller thinks of `board/name` and not of `allOf`. Breadth first:
//! a limit on the number of fields cuts the deepest ones. A reference that leads back to where it came from ends there.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::named::{Named, SchemaLookup, name_referred};
use super::reference::mapped_name;

/// One property of a body's items, at any depth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Names from the outermost object on, joined by `/`: `board/name`.
    pub path: String,
    /// `string`, `array of object`, `integer or string`; `any` where the schema says nothing.
    pub type_name: String,
    /// `format` of the value, or of an array's items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The values that it may have, without `null`; of an array, those of its items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enum_values: Vec<Value>,
    /// The name of the schema that it refers to, directly or as the items of an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_name: Option<String>,
    /// `readOnly`: the server sets it.
    #[serde(default)]
    pub read_only: bool,
    /// Whether its object requires it.
    #[serde(default)]
    pub required: bool,
    /// `description`, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// The fields of a schema's items, at most `max_depth` names deep and at most `max_fields` of them, in the order of the
/// schema, outer ones first. `lookup` gives named schemas as for [`super::resolve()`].
pub fn fields(schema: &Value, lookup: &dyn SchemaLookup, max_depth: usize, max_fields: usize) -> Vec<Field> {
    let mut named = Named::new(schema, lookup);
    let mut fields: Vec<Field> = Vec::new();
    let mut queue =
        VecDeque::from([Level { prefix: String::new(), schema: schema.clone(), names: Vec::new(), depth: 1 }]);
    while let Some(level) = queue.pop_front() {
        if level.depth > max_depth {
            break;
        }
        let mut shape = Shape {
            named: &mut named,
            around: &level.names,
            followed: HashSet::new(),
            properties: Vec::new(),
            known: HashSet::new(),
            required: HashSet::new(),
            told_apart: Vec::new(),
        };
        shape.enter(&level.schema, 0);
        let Shape { properties, required, followed, told_apart, .. } = shape;
        for (name, schema) in properties {
            if fields.len() >= max_fields {
                return fields;
            }
            let path = if level.prefix.is_empty() { name.clone() } else { format!("{}/{name}", level.prefix) };
            let mut facts = Facts::default();
            facts.read(&schema, &mut named, 0, &mut { MAX_FACTS });
            // The values of all alternatives, of which each has its own.
            if let Some((_, values)) = told_apart.iter().find(|(property, _)| *property == name) {
                facts.enum_values.clone_from(values);
            }
            fields.push(Field {
                path: path.clone(),
                type_name: facts.type_name(),
                format: facts.format,
                enum_values: facts.enum_values,
                schema_name: facts.schema_name,
                read_only: facts.read_only,
                required: required.contains(&name),
                description: facts.description,
            });
            let names = level.names.iter().chain(&followed).cloned().collect();
            queue.push_back(Level { prefix: path, schema, names, depth: level.depth + 1 });
        }
    }
    fields
}

/// Compositions and references within one level; real ones have a handful.
const MAX_STEPS: usize = 64;
/// Schemas that are read to describe one field: compositions of references multiply, a type is found early or not.
const MAX_FACTS: usize = 64;

struct Level {
    prefix: String,
    schema: Value,
    /// Named schemas that were followed on the way here.
    names: Vec<String>,
    depth: usize,
}

/// The properties of everything that one schema is composed of.
struct Shape<'l, 'n> {
    named: &'l mut Named<'n>,
    around: &'l [String],
    followed: HashSet<String>,
    properties: Vec<(String, Value)>,
    /// The names of `properties`.
    known: HashSet<String>,
    required: HashSet<String>,
    /// Properties by which alternatives are told apart, and the values that they have for it.
    told_apart: Vec<(String, Vec<Value>)>,
}

impl Shape<'_, '_> {
    fn enter(&mut self, schema: &Value, steps: usize) {
        let Some(map) = schema.as_object().filter(|_| steps < MAX_STEPS) else { return };
        if let Some(name) = name_referred(schema)
            && !self.around.contains(&name)
            && self.followed.insert(name.clone())
            && let Some(target) = self.named.get(&name)
        {
            self.enter(&target, steps + 1);
        }
        for (name, property) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if self.known.insert(name.clone()) {
                self.properties.push((name.clone(), property.clone()));
            }
        }
        self.tell_apart(map);
        let required = map.get("required").and_then(Value::as_array).into_iter().flatten();
        self.required.extend(required.filter_map(Value::as_str).map(str::to_owned));
        for key in ["allOf", "oneOf", "anyOf"] {
            let parts = map.get(key).and_then(Value::as_array).into_iter().flatten();
            let parts: Vec<&Value> = parts.filter(|part| !is_null(part)).collect();
            // What one of several alternatives requires is not required.
            let before = (key != "allOf" && parts.len() > 1).then(|| self.required.clone());
            for part in parts {
                self.enter(part, steps + 1);
            }
            if let Some(before) = before {
                self.required = before;
            }
        }
        if let Some(items) = map.get("items") {
            self.enter(items, steps + 1);
        }
    }
}

impl Shape<'_, '_> {
    /// Reads a discriminator (OpenAPI 3.1.0 section 4.8.25): the names of its mapping, and of each alternative that this does not map the
    /// value that it has for the property, or else its own name.
    fn tell_apart(&mut self, map: &Map<String, Value>) {
        let Some(discriminator) = map.get("discriminator") else { return };
        let Some(property) = discriminator.get("propertyName").and_then(Value::as_str) else { return };
        let mapping = discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten();
        let mapping: Vec<(&String, String)> =
            mapping.filter_map(|(name, target)| Some((name, mapped_name(target.as_str()?)))).collect();
        let mut values: Vec<Value> = mapping.iter().map(|(name, _)| Value::from(name.as_str())).collect();
        let alternatives = ["oneOf", "anyOf"].into_iter().filter_map(|key| map.get(key)?.as_array()).flatten();
        for name in alternatives.filter_map(name_referred) {
            if mapping.iter().any(|(_, target)| *target == name) {
                continue;
            }
            let schema = self.named.get(&name).and_then(|schema| schema.get("properties")?.get(property).cloned());
            let only = schema.and_then(|schema| match schema.get("enum").and_then(Value::as_array) {
                Some(values) => (values.len() == 1).then(|| values.first().cloned())?,
                None => schema.get("const").cloned(),
            });
            let value = only.unwrap_or_else(|| name.into());
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if !values.is_empty() {
            self.told_apart.push((property.to_owned(), values));
        }
    }
}

/// The null alternative of a nullable schema.
pub(super) fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|name| name == "null")
}

/// The facts that a schema states of its own value.
#[derive(Default)]
struct Facts {
    types: Vec<String>,
    items: Option<Box<Facts>>,
    format: Option<String>,
    enum_values: Vec<Value>,
    schema_name: Option<String>,
    read_only: bool,
    description: String,
}

impl Facts {
    fn read(&mut self, schema: &Value, named: &mut Named<'_>, steps: usize, budget: &mut usize) {
        let Some(map) = schema.as_object().filter(|_| steps < MAX_STEPS && *budget > 0) else { return };
        *budget -= 1;
        let texts = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        if self.description.is_empty() {
            self.description = texts("description");
        }
        self.read_only |= map.get("readOnly") == Some(&Value::Bool(true));
        if self.format.is_none() {
            self.format = Some(texts("format")).filter(|format| !format.is_empty());
        }
        if self.enum_values.is_empty() {
            let values = map.get("enum").and_then(Value::as_array).into_iter().flatten();
            self.enum_values = values.filter(|value| !value.is_null()).cloned().collect();
        }
        let types = match map.get("type") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(name)) => vec![name.as_str()],
            _ if map.contains_key("properties") => vec!["object"],
            _ => Vec::new(),
        };
        for name in types.into_iter().filter(|name| *name != "null") {
            if !self.types.iter().any(|known| known == name) {
                self.types.push(name.to_owned());
            }
        }
        if let Some(items) = map.get("items")
            && self.items.is_none()
        {
            let mut facts = Facts::default();
            facts.read(items, named, steps + 1, budget);
            self.items = Some(Box::new(facts));
        }
        if let Some(name) = name_referred(schema) {
            let target = named.get(&name);
            self.schema_name.get_or_insert(name);
            if let Some(target) = target {
                self.read(&target, named, steps + 1, budget);
            }
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for part in map.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.read(part, named, steps + 1, budget);
            }
        }
        if let Some(items) = &mut self.items {
            if self.format.is_none() {
                self.format = items.format.take();
            }
            if self.enum_values.is_empty() {
                self.enum_values = std::mem::take(&mut items.enum_values);
            }
            if self.schema_name.is_none() {
                self.schema_name = items.schema_name.take();
            }
        }
    }

    fn type_name(&self) -> String {
        if self.types.is_empty() {
            return if self.items.is_some() { "array".to_owned() } else { "any".to_owned() };
        }
        let names = self.types.iter().map(|name| match (&self.items, name.as_str()) {
            (Some(items), "array") => format!("array of {}", items.type_name()),
            (_, name) => name.to_owned(),
        });
        names.collect::<Vec<_>>().join(" or ")
    }
}
