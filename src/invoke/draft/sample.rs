//! What would a whole call of an operation look like?

use serde_json::{Map, Value, json};

use super::content::{content_of, is_set_elsewhere, record_schema};
use super::discriminator::own_value;
use super::view::{Schemas, View};
use super::{Habits, name_for_callers, patch};
use crate::openapi::{Operation, SchemaLookup, def_name, example, fits};

/// Objects and arrays in an example body, one within another: what is required may lie deep.
const DEPTH: usize = 10;

/// Arguments that the operation takes, made from its schemas: `params` with every path parameter, every required one,
/// and those optional ones whose type says what may be given (no free text: a filter is more than text); the body with
/// every field that may be written.
pub fn example_call(
    habits: &dyn Habits,
    operation: &Operation,
    lookup: &dyn SchemaLookup,
) -> (Map<String, Value>, Option<Value>) {
    let schemas = Schemas::of(habits, lookup);
    let mut params = Map::new();
    for parameter in operation.parameters.iter().filter(|parameter| !is_set_elsewhere(habits, &parameter.name)) {
        let view = schemas.view(&parameter.schema);
        let is_free_text = view.is("string") && view.values.is_empty() && view.format().is_empty();
        if parameter.required || !(is_free_text || view.is("object") || view.types.is_empty()) {
            // An example of no text says nothing, and an argument of none is one that is not given.
            let given = parameter.example.clone().filter(|value| !value.is_null() && value.as_str() != Some(""));
            let value = given.filter(|value| fits(&parameter.schema, value, lookup));
            let value = value.unwrap_or_else(|| example(&parameter.schema, lookup, DEPTH));
            params.insert(name_for_callers(operation, parameter), value);
        }
    }
    let data = content_of(operation).map(|content| {
        let view = schemas.view(&content.schema);
        if patch::is_taken(operation, &schemas) {
            return patch_of(habits, operation, &schemas);
        }
        match &view.items {
            Some(items) if view.is("array") => {
                json!([full(habits, operation, (&schemas.view(items), items), &schemas)])
            }
            _ => full(habits, operation, (&view, &content.schema), &schemas),
        }
    });
    (params, data)
}

/// Every field of an object that may be written and is given by its caller alone; but no file, of which none is known, and no filter,
/// which is more than text.
fn full(habits: &dyn Habits, operation: &Operation, of: (&View, &Value), schemas: &Schemas<'_>) -> Value {
    let (view, schema) = of;
    if view.properties.is_empty() {
        return example(schema, schemas.lookup, DEPTH);
    }
    let mut out = Map::new();
    for (name, schema) in &view.properties {
        let property = schemas.view(schema);
        if habits.giver(operation, name).is_some() && !view.required.contains(name) {
            continue;
        }
        if !property.says("readOnly") && property.format() != "binary" && !habits.is_filter(name) {
            out.insert(name.clone(), example(schema, schemas.lookup, DEPTH - 1));
        }
    }
    for name in view.required.iter().filter(|name| !view.properties.contains_key(*name)) {
        out.insert(name.clone(), json!("string"));
    }
    if let Some((property, value)) = own_value(view, schemas)
        && out.contains_key(&property)
    {
        out.insert(property, value.into());
    }
    keep_one_alternative(schema, schemas, &mut out);
    Value::Object(out)
}

/// Of alternatives of which just one may hold, leaves that one: where several fit an object of all fields, what the others alone require
/// is left out, as one of `url` and `html`.
fn keep_one_alternative(schema: &Value, schemas: &Schemas<'_>, out: &mut Map<String, Value>) {
    let named = schema["$ref"].as_str().and_then(def_name).and_then(|name| schemas.lookup.schema(&name));
    let schema = named.as_deref().unwrap_or(schema);
    let alternatives = schema["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    let fitting = |fields: &Map<String, Value>| {
        let value = Value::Object(fields.clone());
        alternatives.iter().filter(|one| has_required(one, fields) && fits(one, &value, schemas.lookup)).count()
    };
    if fitting(out) < 2 {
        return;
    }
    for (at, one) in alternatives.iter().enumerate() {
        let others = alternatives.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
        let mut less = out.clone();
        for name in others.flat_map(required).filter(|name| required(one).all(|own| own != *name)) {
            less.shift_remove(name);
        }
        if fitting(&less) == 1 {
            *out = less;
            return;
        }
    }
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn has_required(schema: &Value, fields: &Map<String, Value>) -> bool {
    required(schema).all(|name| fields.contains_key(name))
}

/// A JSON Patch that replaces one field.
fn patch_of(habits: &dyn Habits, operation: &Operation, schemas: &Schemas<'_>) -> Value {
    let record = record_schema(operation).map(|schema| schemas.view(schema)).unwrap_or_default();
    let field = record.properties.iter().find(|(name, schema)| {
        let view = schemas.view(schema);
        let is_given = *name == "id" || name.starts_with('_') || habits.giver(operation, name).is_some();
        !is_given && !view.says("readOnly") && !view.is("array")
    });
    match field {
        Some((name, schema)) => {
            json!([{ "op": "replace", "path": name, "value": example(schema, schemas.lookup, DEPTH - 1) }])
        }
        None => json!([{ "op": "replace", "path": "name", "value": "string" }]),
    }
}
