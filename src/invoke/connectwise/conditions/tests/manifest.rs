//! Every list of the embedded manifest takes conditions on every field it has.

use std::collections::BTreeSet;

use super::*;
use crate::openapi::Field;

/// Paths below a field, to a depth.
fn paths(fields: &SchemaFields<'_>, field: &Field, depth: usize, out: &mut Vec<Field>) {
    let members = if depth > 1 { fields.members(&field.path) } else { Vec::new() };
    if members.is_empty() {
        out.push(field.clone());
    }
    for member in members {
        paths(fields, &member, depth - 1, out);
    }
}

/// A value that a field may have.
fn value(field: &Field) -> Option<String> {
    if let Some(first) = field.enum_values.first().and_then(Value::as_str) {
        return Some(syntax::quoted(first));
    }
    let dated = field.format.as_deref().is_some_and(|format| format.starts_with("date"));
    match field.type_name.trim_start_matches("array of ") {
        "string" if dated => Some("[2024-01-01T00:00:00Z]".to_owned()),
        "string" => Some("\"x\"".to_owned()),
        "integer" => Some("1".to_owned()),
        "number" => Some("1.5".to_owned()),
        "boolean" => Some("True".to_owned()),
        "object" => Some("null".to_owned()),
        _ => None,
    }
}

#[test]
fn every_list_takes_a_condition_on_each_of_its_fields_to_depth_three() {
    let mut schemas = BTreeSet::new();
    let mut checked_fields = 0;
    let mut lists = 0;
    for operation in &MANIFEST.operations {
        if !operation.parameters.iter().any(|parameter| parameter.name == "conditions") {
            continue;
        }
        lists += 1;
        let good = operation.responses.iter().find(|response| response.status.starts_with('2'));
        let Some(content) = good.and_then(|response| response.content.first()) else { continue };
        // Many lists share a schema.
        if !schemas.insert(content.schema.to_string()) {
            continue;
        }
        let fields = SchemaFields::new(&content.schema, &named);
        let mut all = Vec::new();
        for field in fields.members("") {
            paths(&fields, &field, 3, &mut all);
        }
        for field in all {
            let Some(value) = value(&field) else { continue };
            let text = format!("{} = {value}", field.path);
            let result = check(Kind::Conditions, &text, &fields, &no_meaning);
            assert!(result.is_accepted(), "{} {text}: {:?}", operation.path, result.findings);
            assert_eq!(result.fields_used, std::slice::from_ref(&field.path), "{} {text}", operation.path);
            checked_fields += 1;
        }
    }
    // As many as the manifest has; fewer would mean that the loop above looks at nothing.
    assert!(
        lists > 1500 && schemas.len() > 300 && checked_fields > 10_000,
        "{lists} {} {checked_fields}",
        schemas.len()
    );
}
