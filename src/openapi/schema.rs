//! How does any dialect's schema become JSON Schema 2020-12?
//!
//! Structure is walked keyword by keyword, so data (`enum`, `default`, `examples`) is never mistaken for schemas.
//! Invariants: every `$ref` in the output is `#/$defs/<name>` with `<name>` in the manifest's schemas; every
//! keyword that 2020-12 knows has a value of the kind that it asks for, so that a validator can compile it; what is
//! dropped for that makes a schema accept more, never less.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Dialect;
use super::reader::{Reader, is_extension, text};
use super::reference::{At, def_ref, locate, pointer_of, pointer_tokens};
use super::schema_names::Target;

/// How a reference into another file begins, as `files` writes it.
const IN_FILE: &str = "#/x-other-files/";

/// Keywords whose value is one schema.
pub(super) const SINGLES: [&str; 11] = [
    "items",
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];
/// Keywords whose value is a list of schemas.
pub(super) const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value is an object of schemas, `properties` aside.
const OF_SCHEMAS_BY_NAME: [&str; 2] = ["patternProperties", "dependentSchemas"];
/// Keywords whose value is any number.
const LIMITS: [&str; 4] = ["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"];
/// Keywords whose value is a whole number from 0 on.
const COUNTS: [&str; 8] =
    ["maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "minContains", "maxContains"];

impl<'a> Reader<'a> {
    /// All named schemas, and those that references gave names to while everything else was read.
    pub(super) fn named_schemas(&mut self) -> BTreeMap<String, Value> {
        let mut schemas = BTreeMap::new();
        let home = pointer_of(self.schemas.home);
        let home = At::whole(&home);
        for (name, schema) in self.schemas.named.into_iter().flatten() {
            schemas.insert(name.clone(), self.schema(schema, home.key(name)));
        }
        while let Some((name, pointer)) = self.schemas.queue.pop_front() {
            let target = pointer_tokens(&pointer).and_then(|tokens| locate(self.document, &tokens));
            let schema = target.map_or_else(|| json!({}), |target| self.schema(target, At::whole(&pointer)));
            schemas.insert(name, schema);
        }
        schemas
    }

    /// One schema, wherever it stands.
    pub(super) fn schema(&mut self, value: &'a Value, at: At<'_>) -> Value {
        match value {
            Value::Object(map) => self.schema_object(map, at),
            Value::Bool(flag) => Value::Bool(*flag),
            _ => {
                self.repaired("schema-not-an-object", at, "this schema is no object; any value is accepted there");
                json!({})
            }
        }
    }

    fn schema_object(&mut self, map: &'a Map<String, Value>, at: At<'_>) -> Value {
        self.schema_of(map, at, &|_| true)
    }

    /// The schema that those members of `map` are which `is_keyword` (Swagger's parameters have others besides).
    pub(super) fn schema_of(
        &mut self,
        map: &'a Map<String, Value>,
        at: At<'_>,
        is_keyword: &dyn Fn(&str) -> bool,
    ) -> Value {
        let mut out = Map::new();
        let (mut nullable, mut exclusive) = (false, false);
        // Before 3.1, what stands beside a `$ref` is ignored; descriptions are kept all the same, they harm nobody.
        let only_annotations = self.dialect != Dialect::OpenApi31 && map.contains_key("$ref");
        for (key, value) in map.iter().filter(|(key, _)| is_keyword(key)) {
            match (key.as_str(), value) {
                ("$ref" | "$dynamicRef" | "$recursiveRef", _) => self.reference(value, &mut out, at.key(key)),
                ("nullable" | "x-nullable", _) => nullable |= value == &Value::Bool(true),
                (key, _) if only_annotations && !is_annotation(key) => {}
                ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(flag)) => exclusive |= *flag,
                _ => self.keyword(map, key, value, &mut out, at),
            }
        }
        if exclusive {
            exclusive_limits(map, &mut out);
        }
        if let Some(Value::Object(properties)) = out.get_mut("properties") {
            self.patch_value(properties, at);
        }
        if nullable { allow_null(out) } else { Value::Object(out) }
    }

    fn keyword(
        &mut self,
        map: &'a Map<String, Value>,
        key: &'a str,
        value: &'a Value,
        out: &mut Map<String, Value>,
        at: At<'_>,
    ) {
        let here = at.key(key);
        let put = |out: &mut Map<String, Value>, value: Value| {
            out.insert(key.to_owned(), value);
        };
        match (key, value) {
            // Names of places, which would change what `#/$defs/` means; what they hold is hoisted where it is used.
            ("$id" | "$schema" | "$anchor" | "$dynamicAnchor" | "$recursiveAnchor" | "$vocabulary" | "$comment", _) => {
            }
            ("$defs" | "definitions", _) => {}
            // No keywords of 2020-12, or of no use to anybody but code generators; the last is this program's own mark.
            ("xml" | "externalDocs" | "dependencies" | "x-omitted", _) => {}
            ("type", _) => self.types(value, out, here),
            ("properties", Value::Object(properties)) => {
                let schemas = self.schema_map(properties, here);
                put(out, schemas);
                let flagged =
                    properties.iter().filter(|(_, property)| property.get("required") == Some(&Value::Bool(true)));
                let flagged: Vec<Value> = flagged.map(|(name, _)| Value::String(name.clone())).collect();
                if !flagged.is_empty() {
                    let required = out.entry("required").or_insert_with(|| json!([]));
                    add_distinct(required, flagged);
                }
            }
            (key, Value::Object(schemas)) if OF_SCHEMAS_BY_NAME.contains(&key) => {
                let schemas = self.schema_map(schemas, here);
                put(out, schemas);
            }
            (key, Value::Array(items)) if LISTS.contains(&key) && !items.is_empty() => {
                let schemas = self.schema_list(items, here);
                put(out, schemas);
            }
            ("items", Value::Array(items)) => {
                if !items.is_empty() {
                    let schemas = self.schema_list(items, here);
                    out.insert("prefixItems".to_owned(), schemas);
                }
            }
            ("additionalItems", Value::Object(_) | Value::Bool(_)) => {
                if matches!(map.get("items"), Some(Value::Array(_))) {
                    let schema = self.schema(value, here);
                    out.insert("items".to_owned(), schema);
                }
            }
            (key, Value::Object(_) | Value::Bool(_)) if SINGLES.contains(&key) => {
                let schema = self.schema(value, here);
                put(out, schema);
            }
            ("required", Value::Array(names)) => {
                let names = names.iter().filter(|name| name.is_string()).cloned().collect();
                let required = out.entry("required").or_insert_with(|| json!([]));
                add_distinct(required, names);
            }
            // Draft 3's flag, which the enclosing schema has taken over, and what parameters say of themselves.
            ("required", Value::Bool(_)) => {}
            ("example", _) => {
                if !map.contains_key("examples") {
                    out.insert("examples".to_owned(), json!([value]));
                }
            }
            ("examples", Value::Object(named)) => {
                let values = named.values().map(|example| example.get("value").unwrap_or(example).clone());
                put(out, Value::Array(values.collect()));
            }
            ("examples", Value::Array(_)) => put(out, value.clone()),
            ("enum", Value::Array(values)) if !values.is_empty() => put(out, value.clone()),
            ("multipleOf", Value::Number(number)) if number.as_f64().is_some_and(|n| n > 0.0) => {
                put(out, value.clone())
            }
            (key, Value::Number(_)) if LIMITS.contains(&key) => put(out, value.clone()),
            (key, Value::Number(number)) if COUNTS.contains(&key) && number.as_u64().is_some() => {
                put(out, value.clone());
            }
            (key, _) if key == "multipleOf" || LIMITS.contains(&key) || COUNTS.contains(&key) => {
                self.number(key, value, out, here);
            }
            ("uniqueItems" | "readOnly" | "writeOnly" | "deprecated", _) => match super::reader::flag(Some(value)) {
                Some(flag) => put(out, Value::Bool(flag)),
                None => self.malformed(key, here),
            },
            ("title" | "description" | "format" | "pattern" | "contentEncoding" | "contentMediaType", _) => {
                match text(Some(value)) {
                    Some(text) => put(out, Value::String(text)),
                    None if value.is_null() => {}
                    None => self.malformed(key, here),
                }
            }
            // Keywords above whose value is of none of the kinds that they take.
            (key, _)
                if matches!(key, "properties" | "required" | "enum" | "examples" | "additionalItems")
                    || [&SINGLES[..], &LISTS, &OF_SCHEMAS_BY_NAME].iter().any(|keys| keys.contains(&key)) =>
            {
                if !value.is_null() {
                    self.malformed(key, here);
                }
            }
            ("discriminator", Value::Object(discriminator)) => {
                let discriminator = self.discriminator(discriminator, here);
                put(out, discriminator);
            }
            ("dependentRequired", Value::Object(_)) => put(out, value.clone()),
            ("dependentRequired", _) => self.malformed(key, here),
            _ => put(out, value.clone()),
        }
    }

    fn malformed(&mut self, key: &str, at: At<'_>) {
        let message = format!("`{key}` has a value of the wrong kind; it was left out");
        self.repaired("schema-keyword-malformed", at, message);
    }

    /// A discriminator that names schemas of other files by the names that these have here.
    fn discriminator(&mut self, discriminator: &'a Map<String, Value>, at: At<'_>) -> Value {
        let mut named = discriminator.clone();
        let at = at.key("mapping");
        for (value, target) in discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten() {
            let of_file = target.as_str().filter(|target| target.starts_with(IN_FILE));
            let found = of_file.map(|target| self.target(target, at.key(value)).0);
            if let (Some(Target::Named(name)), Some(Value::Object(mapping))) = (found, named.get_mut("mapping")) {
                mapping.insert(value.clone(), def_ref(&name).into());
            }
        }
        Value::Object(named)
    }

    /// A limit written as text, or as `3.0` where a whole number is due.
    fn number(&mut self, key: &'a str, value: &Value, out: &mut Map<String, Value>, at: At<'_>) {
        if value.is_null() {
            return;
        }
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse::<f64>().ok(),
            _ => None,
        };
        let whole = number.filter(|n| n.fract() == 0.0 && n.abs() < 9.0e15);
        let limit = match key {
            key if LIMITS.contains(&key) => whole
                .map(|n| json!(n as i64))
                .or_else(|| number.and_then(serde_json::Number::from_f64).map(Value::Number)),
            "multipleOf" => number.filter(|n| *n > 0.0).and_then(serde_json::Number::from_f64).map(Value::Number),
            _ => whole.filter(|n| *n >= 0.0).map(|n| json!(n as u64)),
        };
        match limit {
            Some(limit) => {
                out.insert(key.to_owned(), limit);
            }
            None => self.malformed(key, at),
        }
    }

    fn schema_map(&mut self, map: &'a Map<String, Value>, at: At<'_>) -> Value {
        Value::Object(map.iter().map(|(name, schema)| (name.clone(), self.schema(schema, at.key(name)))).collect())
    }

    fn schema_list(&mut self, items: &'a [Value], at: At<'_>) -> Value {
        Value::Array(items.iter().enumerate().map(|(index, item)| self.schema(item, at.index(index))).collect())
    }

    fn types(&mut self, value: &Value, out: &mut Map<String, Value>, at: At<'_>) {
        let mut types: Vec<&str> = Vec::new();
        let listed: &[Value] = if let Value::Array(items) = value { items } else { std::slice::from_ref(value) };
        for item in listed {
            let (name, format) = match item.as_str().map(str::trim) {
                Some(name @ ("string" | "number" | "integer" | "boolean" | "array" | "object" | "null")) => {
                    (name, None)
                }
                Some("file") => ("string", Some("binary")),
                Some(other) => {
                    let meant = match other.to_ascii_lowercase().as_str() {
                        "int" | "int32" | "int64" | "long" | "short" | "integer" => Some(("integer", None)),
                        "float" | "double" | "decimal" | "number" => Some(("number", None)),
                        "bool" | "boolean" => Some(("boolean", None)),
                        "str" | "text" | "string" => Some(("string", None)),
                        "date" => Some(("string", Some("date"))),
                        "datetime" | "date-time" => Some(("string", Some("date-time"))),
                        "uuid" | "guid" => Some(("string", Some("uuid"))),
                        "list" | "array" => Some(("array", None)),
                        "map" | "object" => Some(("object", None)),
                        _ => None,
                    };
                    let taken = meant.map_or("any type", |(name, _)| name);
                    let message = format!("`{other}` is no type; it was taken as {taken}");
                    self.repaired("schema-type-unknown", at, message);
                    match meant {
                        Some(meant) => meant,
                        None => return,
                    }
                }
                // YAML's unquoted `type: null`.
                None if item.is_null() && self.dialect == Dialect::OpenApi31 => ("null", None),
                None if item.is_null() => return,
                None => return self.malformed("type", at),
            };
            if !types.contains(&name) {
                types.push(name);
            }
            if let Some(format) = format {
                out.entry("format").or_insert_with(|| json!(format));
            }
        }
        match types.as_slice() {
            [] => {}
            [one] => {
                out.insert("type".to_owned(), json!(one));
            }
            more => {
                out.insert("type".to_owned(), json!(more));
            }
        }
    }

    /// A JSON Patch operation's `value` (RFC 6902 section 4) may be any JSON value, whatever the vendor declares.
    fn patch_value(&mut self, properties: &mut Map<String, Value>, at: At<'_>) {
        if !(properties.contains_key("op") && properties.contains_key("path")) {
            return;
        }
        let Some(Value::Object(value)) = properties.get_mut("value") else { return };
        let is_object = match value.get("type") {
            Some(Value::String(name)) => name == "object",
            Some(Value::Array(names)) => names.iter().all(|name| name == "object" || name == "null"),
            _ => false,
        };
        if is_object && !value.contains_key("properties") {
            value.retain(|key, _| is_annotation(key));
            let at = at.key("properties");
            self.repaired(
                "patch-value-object",
                at.key("value"),
                "the value of a JSON Patch operation is declared an object; any JSON value is accepted there",
            );
        }
    }
}

/// Keywords that say something about a value without restricting it.
pub(super) fn is_annotation(key: &str) -> bool {
    is_extension(key)
        || matches!(
            key,
            "title"
                | "description"
                | "default"
                | "example"
                | "examples"
                | "readOnly"
                | "writeOnly"
                | "deprecated"
                | "$comment"
        )
}

fn add_distinct(list: &mut Value, items: Vec<Value>) {
    if let Value::Array(list) = list {
        for item in items {
            if !list.contains(&item) {
                list.push(item);
            }
        }
    }
}

/// Draft 4's boolean flags beside `minimum` and `maximum`.
fn exclusive_limits(map: &Map<String, Value>, out: &mut Map<String, Value>) {
    for (flag, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if map.get(flag) == Some(&Value::Bool(true))
            && let Some(number) = out.remove(limit)
        {
            out.insert(flag.to_owned(), number);
        }
    }
}

/// `nullable: true`: one more type, one more value of `enum`, or an alternative to what is composed of other schemas.
fn allow_null(mut out: Map<String, Value>) -> Value {
    if ["$ref", "allOf", "anyOf", "oneOf", "not", "const"].iter().any(|key| out.contains_key(*key)) {
        let mut inner = Map::new();
        let mut outer = Map::new();
        for (key, value) in out {
            if is_annotation(&key) {
                outer.insert(key, value)
            } else {
                inner.insert(key, value)
            };
        }
        outer.insert("anyOf".to_owned(), json!([inner, {"type": "null"}]));
        return Value::Object(outer);
    }
    match out.get_mut("type") {
        Some(Value::String(name)) if name != "null" => {
            let types = json!([name, "null"]);
            out.insert("type".to_owned(), types);
        }
        Some(list @ Value::Array(_)) => add_distinct(list, vec![json!("null")]),
        _ => {}
    }
    if let Some(values) = out.get_mut("enum") {
        add_distinct(values, vec![Value::Null]);
    }
    Value::Object(out)
}
