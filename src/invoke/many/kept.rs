//! What of a record is kept before a write replaces it? Pure.
//!
//! Of a PATCH the fields that it writes, else the whole record; no links, nothing secret, nothing very large.

use serde_json::{Map, Value};

use crate::invoke::confirmed::written;
use crate::invoke::draft::{Body, Draft};
use crate::journal::Form;
use crate::memory::{Pattern, secrets};
use crate::openapi::Method;
use crate::redact::Redactor;

/// Bytes of a field that is kept, and of all fields together.
const LARGEST_FIELD: usize = 16 << 10;
const LARGEST: usize = 64 << 10;

/// Fields that are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Kept {
    pub(crate) fields: Map<String, Value>,
    /// Names of those that are not.
    pub(crate) unkept: Vec<String>,
}

/// The fields that a write touches; `None` where that may be any.
pub(crate) fn touched(draft: &Draft) -> Option<Vec<String>> {
    let first = |path: &str| {
        let path = path.strip_prefix('/').unwrap_or(path);
        path.split('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~")
    };
    let mut names: Vec<String> = match (&draft.body, draft.method) {
        (Some(Body::Json(Value::Array(operations))), Method::Patch) => {
            let paths = operations.iter().flat_map(|step| [step.get("path"), step.get("from")]).flatten();
            paths.filter_map(Value::as_str).map(first).collect()
        }
        (Some(Body::Json(Value::Object(fields))), Method::Patch | Method::Post) => fields.keys().cloned().collect(),
        _ => return None,
    };
    let mut known = std::collections::HashSet::new();
    names.retain(|name| known.insert(name.clone()));
    // A path that is empty is the whole record.
    if names.iter().any(String::is_empty) { None } else { Some(names) }
}

/// How the body of a write names fields.
pub(crate) fn form(draft: &Draft) -> Form {
    let Some(Body::Json(Value::Array(operations))) = &draft.body else { return Form::Object };
    let is_pointer = |step: &Value| step["path"].as_str().is_some_and(|path| path.starts_with('/'));
    if operations.iter().any(is_pointer) { Form::Pointers } else { Form::Names }
}

/// What is kept of a record before it is changed; a field that it lacks is kept as empty.
pub(crate) fn before(draft: &Draft, record: &Map<String, Value>, redactor: &Redactor) -> Kept {
    let fields = match touched(draft) {
        Some(names) => of_names(&names, record),
        None => record
            .iter()
            .filter(|(name, _)| !name.starts_with('_'))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    };
    without_secrets(fields, redactor)
}

/// What is kept of a record after it was changed: the fields that were written, as the answer shows them, or else as they were sent.
pub(crate) fn after(draft: &Draft, answer: Option<&Value>, redactor: &Redactor) -> Map<String, Value> {
    let empty = Map::new();
    let record = answer.and_then(Value::as_object).unwrap_or(&empty);
    let mut fields = Map::new();
    for (path, sent) in written(draft) {
        let (name, is_whole) = path.split_once('/').map_or((path.as_str(), true), |(first, _)| (first, false));
        let name = name.replace("~1", "/").replace("~0", "~");
        match record.get(&name) {
            Some(shown) => _ = fields.insert(name, shown.clone()),
            None if is_whole => _ = fields.insert(name, sent),
            None => {}
        }
    }
    without_secrets(fields, redactor).fields
}

fn of_names(names: &[String], record: &Map<String, Value>) -> Map<String, Value> {
    let of = |name: &String| (name.clone(), record.get(name).cloned().unwrap_or(Value::Null));
    names.iter().map(of).collect()
}

/// Fields without those that hold a secret, or too much.
fn without_secrets(fields: Map<String, Value>, redactor: &Redactor) -> Kept {
    let mut kept = Kept {
        fields: fields.into_iter().map(|(name, value)| (name, without_links(value))).collect(),
        ..Kept::default()
    };
    let names: Vec<String> = kept.fields.keys().cloned().collect();
    for name in names {
        let Some(value) = kept.fields.get(&name) else { continue };
        let is_large = value.to_string().len() > LARGEST_FIELD;
        if is_large || holds_secret(&name, value, redactor) {
            kept.fields.shift_remove(&name);
            kept.unkept.push(redactor.text(&name).into_owned());
        }
    }
    if Value::from(kept.fields.clone()).to_string().len() > LARGEST {
        kept.unkept.extend(kept.fields.keys().cloned());
        kept.fields.clear();
    }
    kept
}

/// Whether a value is one that the program does not write down.
pub(crate) fn holds_secret(name: &str, value: &Value, redactor: &Redactor) -> bool {
    let pattern = Pattern {
        description: String::new(),
        api: String::new(),
        method: Method::Patch,
        template: String::new(),
        path: String::new(),
        params: Map::new(),
        data: Some(Value::Object([(name.to_owned(), value.clone())].into_iter().collect())),
        slots: Vec::new(),
    };
    !secrets::find(&pattern, redactor).is_empty()
}

/// A value without what an API puts beside the fields of a record, such as `_info`.
fn without_links(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(name, _)| !name.starts_with('_'));
            members.map(|(name, value)| (name, without_links(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_links).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::invoke::order::tests::order;

    fn draft(method: Method, body: Value) -> Draft {
        Draft { method, body: Some(Body::Json(body)), ..order("", &[], None).draft }
    }

    fn record(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn of_a_patch_the_fields_are_kept_that_it_writes_and_those_it_takes_from() {
        let body = json!([{ "op": "replace", "path": "status/id" }, { "op": "move", "from": "/a~1b", "path": "/c/0" }]);
        let patch = draft(Method::Patch, body);
        assert_eq!(touched(&patch).unwrap(), ["status", "c", "a/b"]);
        let held = record(json!({ "id": 1, "status": { "id": 2, "_info": { "href": "x" } }, "c": [1], "d": 5 }));
        let kept = before(&patch, &held, &Redactor::default());
        assert_eq!(Value::from(kept.fields), json!({ "status": { "id": 2 }, "c": [1], "a/b": null }));
        assert_eq!(touched(&draft(Method::Patch, json!([{ "op": "replace", "path": "" }]))), None);
    }

    #[test]
    fn of_all_else_the_whole_record_is_kept_without_links_secrets_and_very_long_texts() {
        let held = record(json!({
            "id": 1, "name": "a", "_info": {}, "password": "hunter2!", "note": "the password: hunter2!", "long": "x".repeat(LARGEST_FIELD),
        }));
        let kept = before(&draft(Method::Delete, Value::Null), &held, &Redactor::default());
        assert_eq!(Value::from(kept.fields), json!({ "id": 1, "name": "a" }));
        assert_eq!(kept.unkept, ["password", "note", "long"]);
        let many = (0..20).map(|n| (format!("f{n}"), json!("x".repeat(LARGEST_FIELD - 10)))).collect();
        assert!(before(&draft(Method::Delete, Value::Null), &many, &Redactor::default()).fields.is_empty());
    }

    #[test]
    fn what_was_written_is_kept_as_it_is_since() {
        let patch = draft(
            Method::Patch,
            json!([{ "op": "replace", "path": "name", "value": "b" }, { "op": "remove", "path": "x" }]),
        );
        let kept = |answer: Option<Value>| Value::from(after(&patch, answer.as_ref(), &Redactor::default()));
        assert_eq!(kept(Some(json!({ "id": 1, "name": "B" }))), json!({ "name": "B", "x": null }));
        assert_eq!(kept(None), json!({ "name": "b", "x": null }));
        let post = draft(Method::Post, json!({ "name": "b" }));
        assert_eq!(
            Value::from(after(&post, Some(&json!({ "id": 1, "name": "b", "y": 1 })), &Redactor::default())),
            json!({ "name": "b" })
        );
    }
}
