//! Which body do single values make, each given with the path to its field?
//!
//! A value is JSON where it reads as such and the field takes it, else text.

use serde_json::{Value, json};

use super::content::{content_of, record_schema};
use super::meant::in_other_case;
use super::view::{Schemas, View};
use super::wording::shortened;
use super::{Habits, Problem, patch};
use crate::invoke::rows::exact;
use crate::openapi::{Operation, SchemaLookup};
use crate::surface::Argument;

/// The record whose fields a body sets.
pub(crate) struct Settable<'o> {
    /// Its schema.
    pub(crate) schema: &'o Value,
    /// Whether the body is a list of changes to it, by JSON Patch.
    pub(crate) is_patch: bool,
}

/// The record whose fields an operation's body sets: of a JSON Patch, the one that it changes.
pub(crate) fn settable<'o>(
    habits: &dyn Habits,
    operation: &'o Operation,
    lookup: &dyn SchemaLookup,
) -> Option<Settable<'o>> {
    let patched = record_schema(operation).filter(|_| patch::is_taken(operation, &Schemas::of(habits, lookup)));
    match patched {
        Some(schema) => Some(Settable { schema, is_patch: true }),
        None => content_of(operation).map(|content| Settable { schema: &content.schema, is_patch: false }),
    }
}

/// The body of an operation with these values, each a path such as `status/name` and its text.
///
/// # Errors
/// Every value that has no place, such as one that is given twice.
pub fn body_of(
    habits: &dyn Habits,
    operation: &Operation,
    lookup: &dyn SchemaLookup,
    given: &[(String, String)],
) -> Result<Value, Vec<Problem>> {
    let schemas = Schemas::of(habits, lookup);
    let schema = settable(habits, operation, lookup).map(|settable| settable.schema.clone()).unwrap_or_default();
    let mut body = Value::Null;
    let mut problems = Vec::new();
    for (path, text) in given {
        let names: Vec<String> =
            path.trim_matches('/').split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
        if let Err((message, cure)) = put(&mut body, &names, text, &schema, &schemas) {
            problems.push(Problem::new(&Argument::SET.into(), format!("`{}` {message}", shortened(path)), cure));
        }
    }
    if problems.is_empty() { Ok(body) } else { Err(problems) }
}

type Refused = (&'static str, &'static str);

/// Puts a value where its names lead to, through what is there already.
fn put(into: &mut Value, names: &[String], text: &str, schema: &Value, schemas: &Schemas<'_>) -> Result<(), Refused> {
    let views = schemas.views(schema);
    let Some((name, rest)) = names.split_first() else { return fill(into, text, &views, schemas) };
    if name.is_empty() {
        return Err(("has an empty name", "Write names with one slash between, such as status/name=New."));
    }
    let index = name.parse::<usize>().ok().filter(|_| name.bytes().all(|byte| byte.is_ascii_digit()));
    if into.is_null() {
        let is_list = index.is_some() && views.iter().any(|view| view.is("array"));
        *into = if is_list { json!([]) } else { json!({}) };
    }
    match into {
        Value::Array(items) => {
            let items_schema = views.iter().find_map(|view| view.items.clone()).unwrap_or_default();
            match index {
                Some(index) if index < items.len() => {}
                Some(index) if index == items.len() => items.push(Value::Null),
                Some(_) => return Err(("leaves a gap in its list", "Give the entries in order, from 0.")),
                None => return Err(("names no entry of its list", "Write the entry's number, from 0.")),
            }
            match index.and_then(|index| items.get_mut(index)) {
                Some(item) => put(item, rest, text, &items_schema, schemas),
                None => Ok(()),
            }
        }
        Value::Object(members) => {
            let found = views.iter().find_map(|view| property(view, name));
            let (name, schema) = found.unwrap_or_else(|| (name.clone(), Value::Null));
            put(members.entry(name).or_insert(Value::Null), rest, text, &schema, schemas)
        }
        _ => Err(("is part of a field that has a value already", "Give the whole field, or its parts.")),
    }
}

/// The property of a name, as the API spells it, with its schema.
fn property(view: &View, name: &str) -> Option<(String, Value)> {
    let exact = view.properties.contains_key(name).then(|| name.to_owned());
    let name = exact.or_else(|| in_other_case(view, name))?;
    let schema = view.properties.get(&name).cloned()?;
    Some((name, schema))
}

/// Puts a value at its place; a list takes one more each time.
fn fill(into: &mut Value, text: &str, views: &[View], schemas: &Schemas<'_>) -> Result<(), Refused> {
    let list = views.iter().find(|view| view.is("array"));
    let item = |list: &View| value_of(text, &schemas.views(list.items.as_ref().unwrap_or(&Value::Null)));
    match (into, list) {
        (Value::Array(items), Some(list)) => items.push(item(list)),
        (into @ Value::Null, Some(list)) if !views.iter().any(|view| view.is("string")) => {
            let value = value_of(text, views);
            *into = if value.is_array() || value.is_null() { value } else { json!([item(list)]) };
        }
        (into @ Value::Null, _) => *into = value_of(text, views),
        _ => return Err(("is given twice", "Give it once.")),
    }
    Ok(())
}

/// A text as the value that a field takes.
fn value_of(text: &str, views: &[View]) -> Value {
    let as_text = || Value::String(text.to_owned());
    let Ok(read) = exact(text) else { return as_text() };
    let takes = |view: &View| match &read {
        Value::Null => view.nullable || !view.is("string"),
        _ if view.types.is_empty() => true,
        Value::Bool(_) => view.is("boolean"),
        Value::Number(_) => view.is("number") || view.is("integer") || view.is_reference(),
        // Where a field takes no other kind, quotes are part of its text.
        Value::String(inner) => {
            let has_others = views.iter().any(|view| view.types.iter().any(|name| name != "string"));
            view.is("string") && (has_others || (view.nullable && inner == "null"))
        }
        Value::Array(_) => view.is("array"),
        Value::Object(_) => view.is("object"),
    };
    if views.iter().any(takes) { read } else { as_text() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoke::connectwise::ConnectWise;
    use crate::invoke::generic::Generic;
    use crate::openapi::{Method, embedded, read};

    fn given(pairs: &[&str]) -> Vec<(String, String)> {
        let pairs = pairs.iter().map(|pair| pair.split_once('=').unwrap());
        pairs.map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
    }

    #[test]
    fn values_are_what_their_fields_take() {
        let manifest = json!({
            "openapi": "3.1.0", "info": { "title": "t", "version": "1" },
            "paths": { "/a": { "post": { "responses": {}, "requestBody": { "content": { "application/json": { "schema": {
                "type": "object", "properties": {
                    "summary": { "type": "string" },
                    "note": { "type": ["string", "null"] },
                    "count": { "type": "integer" },
                    "open": { "type": "boolean" },
                    "any": {},
                    "tags": { "type": "array", "items": { "type": "string" } },
                    "ids": { "type": "array", "items": { "type": "integer" } },
                    "rows": { "type": "array", "items": { "type": "object", "properties": { "name": { "type": "string" } } } },
                    "either": { "oneOf": [{ "type": "integer" }, { "type": "string" }] },
                    "status": { "type": "object", "properties": { "id": { "type": "integer" }, "name": { "type": "string" } } },
                },
            } } } } } } },
        });
        let manifest = read(manifest.to_string().as_bytes()).unwrap();
        let lookup = |name: &str| manifest.schemas.get(name).cloned();
        let body = |pairs: &[&str]| body_of(&Generic, &manifest.operations[0], &lookup, &given(pairs));
        for (pairs, wanted) in [
            (&["summary=5"][..], json!({ "summary": "5" })),
            (&["summary=null", "note=null", "count=null"], json!({ "summary": "null", "note": null, "count": null })),
            (&["summary=a=b/c"], json!({ "summary": "a=b/c" })),
            (&["count=5", "open=true"], json!({ "count": 5, "open": true })),
            (&["either=1"], json!({ "either": 1 })),
            (&["either=\"1\""], json!({ "either": "1" })),
            (&["either=01"], json!({ "either": "01" })),
            (&["summary=\"5\"", "note=\"null\""], json!({ "summary": "\"5\"", "note": "null" })),
            // What does not fit is for the check to refuse.
            (&["count=many"], json!({ "count": "many" })),
            (&["any=5"], json!({ "any": 5 })),
            (&["any=x y"], json!({ "any": "x y" })),
            (&["unknown/deep=1"], json!({ "unknown": { "deep": 1 } })),
            (&["tags=a", "tags=7"], json!({ "tags": ["a", "7"] })),
            (&["tags=[\"a\",\"b\"]"], json!({ "tags": ["a", "b"] })),
            (&["ids=1", "ids=2"], json!({ "ids": [1, 2] })),
            (&["rows/0/name=a", "rows/1/name=b"], json!({ "rows": [{ "name": "a" }, { "name": "b" }] })),
            (&["status/name=Closed", "/status/id=5"], json!({ "status": { "name": "Closed", "id": 5 } })),
            (&["Status/Name=Closed"], json!({ "status": { "name": "Closed" } })),
            (&["status={\"id\": 5}"], json!({ "status": { "id": 5 } })),
        ] {
            assert_eq!(body(pairs), Ok(wanted), "{pairs:?}");
        }
        for (pairs, says) in [
            (&["summary=a", "summary=b"][..], "`summary` is given twice"),
            (&["status=5", "status/name=a"], "`status/name` is part of a field that has a value already"),
            (&["rows/1/name=a"], "`rows/1/name` leaves a gap"),
            (&["a//b=1"], "`a//b` has an empty name"),
        ] {
            let problems = body(pairs).unwrap_err();
            assert!(problems[0].message.to_string().starts_with(says), "{pairs:?}: {problems:?}");
        }
    }

    #[test]
    fn a_patch_is_made_of_its_record_s_fields() {
        let manifest = embedded().unwrap();
        let lookup = |name: &str| manifest.schemas.get(name).cloned();
        let mut operations = manifest.operations.iter();
        let patch = operations.find(|of| of.method == Method::Patch && of.path == "/service/tickets/{id}").unwrap();
        let body = body_of(&ConnectWise, patch, &lookup, &given(&["status/name=Closed", "summary=12", "board=3"]));
        assert_eq!(body, Ok(json!({ "status": { "name": "Closed" }, "summary": "12", "board": 3 })));
    }
}
