//! Does a value that a manifest gives as an example fit its schema?
//!
//! Manifests hold examples that their own schemas refuse: a placeholder where a UUID is wanted, a moment where a day is, a member
//! that was renamed since. Who copies one is refused.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};
use url::Url;

use super::named::{Named, SchemaLookup, name_referred};
use super::pattern::matches;

/// References, compositions and levels of a value that are followed.
const MAX_DEPTH: usize = 64;
/// Schemas that are held against values: more than any real example has.
const MAX_CHECKS: usize = 5_000;

const DAY: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
const MOMENT: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";
const UUID: &str = "^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$";
const ADDRESS: &str = "^[^@ ]+@([A-Za-z0-9-]+\\.)+[A-Za-z0-9-]+$";

/// Whether `value` is one that `schema` allows and names every member of. `lookup` gives named schemas as for
/// [`super::resolve()`]. What is not checked counts as fitting: formats beyond the usual ones, conditions, and patterns that
/// cannot be read.
pub fn fits(schema: &Value, value: &Value, lookup: &dyn SchemaLookup) -> bool {
    fits_named(&mut Named::new(schema, lookup), schema, value)
}

/// As [`fits`], with schemas that were looked up before.
pub(super) fn fits_named(named: &mut Named<'_>, schema: &Value, value: &Value) -> bool {
    Judge { named, left: MAX_CHECKS }.fits(schema, value, 0)
}

struct Judge<'j, 'n> {
    named: &'j mut Named<'n>,
    left: usize,
}

/// The members that a schema names, over all its compositions.
#[derive(Default)]
struct Members {
    names: HashSet<String>,
    is_open: bool,
}

impl Judge<'_, '_> {
    /// Whether a whole value fits: what it is composed of, and no member beside those named.
    fn fits(&mut self, schema: &Value, value: &Value, depth: usize) -> bool {
        if let Value::Object(map) = value {
            let mut members = Members::default();
            self.members(schema, &mut members, depth);
            let is_known = |name: &String| members.names.contains(name);
            if !members.is_open && !members.names.is_empty() && !map.keys().all(is_known) {
                return false;
            }
        }
        self.holds(schema, value, depth)
    }

    fn members(&mut self, schema: &Value, into: &mut Members, depth: usize) {
        let Some(map) = schema.as_object().filter(|_| self.may_go_on(depth)) else { return };
        into.is_open |= map.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false));
        into.is_open |= map.contains_key("patternProperties");
        into.names.extend(map.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned());
        if let Some(target) = self.referred(schema) {
            self.members(&target, into, depth + 1);
        }
        for part in ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| map.get(*key)?.as_array()).flatten() {
            self.members(part, into, depth + 1);
        }
    }

    /// Whether every keyword of one schema holds.
    fn holds(&mut self, schema: &Value, value: &Value, depth: usize) -> bool {
        let Some(map) = schema.as_object() else { return *schema != Value::Bool(false) };
        if !self.may_go_on(depth) {
            return true;
        }
        if let Some(target) = self.referred(schema)
            && !self.holds(&target, value, depth + 1)
        {
            return false;
        }
        let parts = |key: &str| map.get(key).and_then(Value::as_array);
        if !parts("allOf").into_iter().flatten().all(|part| self.holds(part, value, depth + 1)) {
            return false;
        }
        for parts in [parts("anyOf"), parts("oneOf")].into_iter().flatten() {
            if !parts.is_empty() && !parts.iter().any(|part| self.holds(part, value, depth + 1)) {
                return false;
            }
        }
        if !is_of_type(map, value)
            || parts("enum").is_some_and(|values| !values.contains(value))
            || map.get("const").is_some_and(|only| only != value)
        {
            return false;
        }
        match value {
            Value::String(text) => holds_for_text(map, text),
            Value::Number(number) => number.as_f64().is_none_or(|number| holds_for_number(map, number)),
            Value::Array(items) => {
                is_within(map, "minItems", "maxItems", items.len())
                    && map.get("items").is_none_or(|of| items.iter().all(|item| self.fits(of, item, depth + 1)))
            }
            Value::Object(members) => self.holds_for_object(map, members, depth),
            Value::Null | Value::Bool(_) => true,
        }
    }

    fn holds_for_object(&mut self, map: &Map<String, Value>, members: &Map<String, Value>, depth: usize) -> bool {
        let properties = map.get("properties").and_then(Value::as_object);
        let property = |name: &str| properties.and_then(|properties| properties.get(name));
        let required = map.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        // What only answers have need not be there.
        let mut missing = required.filter(|name| !members.contains_key(*name));
        if missing.any(|name| property(name).is_none_or(|schema| schema["readOnly"] != Value::Bool(true))) {
            return false;
        }
        is_within(map, "minProperties", "maxProperties", members.len())
            && members.iter().all(|(name, value)| {
                let others = || map.get("additionalProperties").filter(|more| more.is_object());
                property(name).or_else(others).is_none_or(|schema| self.fits(schema, value, depth + 1))
            })
    }

    fn referred(&mut self, schema: &Value) -> Option<Arc<Value>> {
        name_referred(schema).and_then(|name| self.named.get(&name))
    }

    fn may_go_on(&mut self, depth: usize) -> bool {
        let may = depth <= MAX_DEPTH && self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }
}

fn is_of_type(map: &Map<String, Value>, value: &Value) -> bool {
    let is = |name: &str| match name {
        "string" => value.is_string(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    };
    match map.get("type") {
        Some(Value::String(name)) => is(name),
        Some(Value::Array(names)) if !names.is_empty() => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

/// Whether a length or count is one that two keywords allow.
fn is_within(map: &Map<String, Value>, least: &str, most: &str, count: usize) -> bool {
    let bound = |key: &str| map.get(key).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok());
    bound(least).is_none_or(|least| count >= least) && bound(most).is_none_or(|most| count <= most)
}

fn holds_for_text(map: &Map<String, Value>, text: &str) -> bool {
    let keyword = |key: &str| map.get(key).and_then(Value::as_str);
    is_of_format(keyword("format").unwrap_or_default(), text)
        && is_within(map, "minLength", "maxLength", text.chars().count())
        && keyword("pattern").is_none_or(|pattern| matches(pattern, text) != Some(false))
}

/// Whether a text is of a format, as far as the usual ones go.
pub(super) fn is_of_format(format: &str, text: &str) -> bool {
    let does_match = |pattern: &str| matches(pattern, text) != Some(false);
    match format {
        "date" => does_match(DAY),
        "date-time" => does_match(MOMENT),
        "uuid" | "guid" => does_match(UUID),
        "email" => does_match(ADDRESS),
        "uri" | "url" => Url::parse(text).is_ok(),
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        _ => true,
    }
}

fn holds_for_number(map: &Map<String, Value>, number: f64) -> bool {
    let limit = |key: &str| map.get(key).and_then(Value::as_f64);
    let is_whole = |step: f64| step <= 0.0 || ((number / step) - (number / step).round()).abs() < 1e-9;
    let is_of_format = match map.get("format").and_then(Value::as_str) {
        Some("int32") => (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number),
        _ => true,
    };
    is_of_format
        && limit("minimum").is_none_or(|least| number >= least)
        && limit("maximum").is_none_or(|most| number <= most)
        && limit("exclusiveMinimum").is_none_or(|bound| number > bound)
        && limit("exclusiveMaximum").is_none_or(|bound| number < bound)
        && limit("multipleOf").is_none_or(is_whole)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_fits_what_its_schema_says_and_nothing_beside() {
        let uuid = json!({ "type": "string", "format": "uuid" });
        let day = json!({ "type": "string", "format": "date" });
        let moment = json!({ "type": "string", "format": "date-time" });
        let named = json!({ "$ref": "#/$defs/Person" });
        let tags = json!({ "type": "object", "minProperties": 1, "additionalProperties": { "type": "string" } });
        for (schema, value, expected) in [
            (&uuid, json!("363187f1-c573-46b3-bc4c-ae01d686e68e"), true),
            (&uuid, json!("{modelId}"), false),
            (&uuid, json!("5gj1e5cc-9835-40d5-bb18-09fdb118db9c"), false),
            (&day, json!("2025-10-15"), true),
            (&day, json!("2025-10-15T13:51:07.245Z"), false),
            (&moment, json!("2025-10-15T13:51:07.245Z"), true),
            (&moment, json!("now"), false),
            (&json!({ "type": "string", "minLength": 25 }), json!("2025-10-15T13:51:07.245Z"), false),
            (&json!({ "pattern": "^(?!-)[a-z-]+$" }), json!("-a"), false),
            (&json!({ "pattern": "^(?!-)[a-z-]+$" }), json!("a-"), true),
            (&json!({ "pattern": "[" }), json!("what cannot be read is not held against it"), true),
            (&json!({ "type": "integer", "maximum": 5 }), json!(6), false),
            (&json!({ "type": "number", "multipleOf": 0.1 }), json!(0.3), true),
            (&json!({ "type": ["string", "null"] }), json!(null), true),
            (&json!({ "type": "array", "items": { "enum": ["a"] } }), json!(["a", "b"]), false),
            (&json!({ "oneOf": [{ "type": "integer" }, { "type": "null" }] }), json!("1"), false),
            (&tags, json!({}), false),
            (&tags, json!({ "a": "b" }), true),
            (&tags, json!({ "a": 1 }), false),
            (&named, json!({ "name": "Ann", "age": 3 }), true),
            (&named, json!({ "name": "Ann", "years": 3 }), false),
            (&named, json!({ "age": 3 }), false),
            (&json!({ "$ref": "#/$defs/Loop" }), json!(1), true),
            (&json!(false), json!(1), false),
        ] {
            let lookup = |name: &str| match name {
                "Person" => Some(json!({ "allOf": [{ "$ref": "#/$defs/Aged" }], "type": "object",
                    "required": ["name", "id"],
                    "properties": { "name": { "type": "string" }, "id": { "type": "integer", "readOnly": true } } })),
                "Aged" => Some(json!({ "properties": { "age": { "type": "integer" } } })),
                "Loop" => Some(json!({ "$ref": "#/$defs/Loop" })),
                _ => None,
            };
            assert_eq!(fits(schema, &value, &lookup), expected, "{schema} {value}");
        }
    }
}
