//! Where in a call do the values of a record go? Pure.
//!
//! A placeholder of the path that no parameter fills takes the record's id, or the field of its name: `{id}` of `/service/tickets/{id}`.
//! In texts of parameters and body `{each}` stands for the id, and `{each/company/name}` for a field of the row.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::source::wrong;
use crate::canonical::text_of;
use crate::error::Error;
use crate::service::asked::Call;

/// The name of the record in texts.
const EACH: &str = "each";

/// A call with the places that differ from record to record.
#[derive(Debug)]
pub(super) struct Filling<'a> {
    call: &'a Call,
    /// The path's placeholders that no parameter fills.
    open: Vec<String>,
    /// The fields that texts name; an empty one is the id.
    named: BTreeSet<String>,
}

impl<'a> Filling<'a> {
    /// The places of a call.
    ///
    /// # Errors
    /// [`Error::Argument`] where nothing of it differs from record to record.
    pub(super) fn of(call: &'a Call) -> Result<Self, Error> {
        let (path, _) = call.parts();
        let open: Vec<String> =
            placeholders(path).filter(|name| !call.params.contains_key(*name)).map(str::to_owned).collect();
        let mut named = BTreeSet::new();
        let mut name = |text: &str| named.extend(marks(text).map(|(_, field)| field.to_owned()));
        call.params.values().chain(&call.data).for_each(|value| each_text(value, &mut name));
        if open.is_empty() && named.is_empty() {
            let reason = format!(
                "nothing in {} {} takes the records: leave a placeholder of the path open, such as `{{id}}`, or write `{{each}}` in a \
                 parameter or the body",
                call.method, call.path
            );
            return Err(wrong(reason));
        }
        Ok(Self { call, open, named })
    }

    /// The fields of a row that the call takes, for a list that need not answer more.
    pub(super) fn fields(&self) -> Vec<String> {
        let mut fields = vec!["id".to_owned()];
        fields.extend(self.named.iter().filter(|field| !field.is_empty() && *field != "id").cloned());
        // Alone it takes the id where no row has a field of its name.
        if self.open.len() > 1 {
            fields.extend(self.open.iter().filter(|name| *name != EACH && *name != "id").cloned());
        }
        fields
    }

    /// The placeholder that takes the id of rows, as they have no field of its name, with the path before it; `None` where there is none.
    pub(super) fn by_id(&self, items: &[Value]) -> Option<(&str, &str)> {
        let (path, _) = self.call.parts();
        let is_row = items.first().is_some_and(|item| item.is_object() && id(item).is_some());
        let is_by_id = |name: &&String| *name == "id" || items.iter().all(|item| field(item, name).is_none());
        let name = self.open.iter().find(is_by_id).filter(|_| is_row)?;
        let (before, _) = path.split_once(&format!("/{{{name}}}"))?;
        Some((name, before))
    }

    /// What of a row the call takes: it is all that need be kept of it.
    pub(super) fn taken(&self, item: &Value) -> Value {
        let Value::Object(row) = item else { return item.clone() };
        let mut taken = Map::new();
        let firsts = self.named.iter().map(|field| field.split('/').next().unwrap_or_default());
        for name in ["id"].into_iter().chain(self.open.iter().map(String::as_str)).chain(firsts) {
            taken.extend(row.get(name).map(|value| (name.to_owned(), value.clone())));
        }
        taken.into()
    }

    /// By what a record is called in the answer: its id, or else the first value that the call takes.
    pub(super) fn name(&self, item: &Value) -> Value {
        let first = || {
            let open = self.open.iter().find_map(|name| field(item, name));
            open.or_else(|| self.named.iter().find_map(|name| field(item, name)))
        };
        id(item).or_else(first).cloned().unwrap_or(Value::Null)
    }

    /// The call for a record.
    ///
    /// # Errors
    /// [`Error::Argument`] with the field that the row lacks.
    pub(super) fn filled(&self, item: &Value) -> Result<Call, Error> {
        let mut call = Call { for_each: None, use_memory: false, ..self.call.clone() };
        for name in &self.open {
            let own = field(item, name).filter(|_| item.is_object());
            let value = own.or_else(|| id(item).filter(|_| self.open.len() == 1 || name == EACH));
            let Some(value) = value else { return Err(lacks(item, name)) };
            call.params.insert(name.clone(), value.clone());
        }
        for value in call.params.values_mut().chain(&mut call.data) {
            fill(value, item)?;
        }
        Ok(call)
    }
}

/// The id of a record: itself, or that of a row.
fn id(item: &Value) -> Option<&Value> {
    match item {
        Value::Object(row) => row.get("id").filter(|id| is_scalar(id)),
        other => Some(other),
    }
}

/// A field of a row by its path, where it holds one value.
fn field<'v>(item: &'v Value, path: &str) -> Option<&'v Value> {
    let found = path.split('/').try_fold(item, |value, name| value.get(name));
    found.filter(|value| is_scalar(value))
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Number(_) | Value::String(_) | Value::Bool(_))
}

fn lacks(item: &Value, name: &str) -> Error {
    match item {
        Value::Object(row) => {
            let known: Vec<&str> = row.keys().map(String::as_str).take(20).collect();
            wrong(format!("a row has no single value `{name}`; it has {}", known.join(", ")))
        }
        _ => wrong(format!(
            "{item} is one value, and the path has several open placeholders, among them `{{{name}}}`: fill all but one as parameters, \
             or give rows with fields of these names"
        )),
    }
}

/// The names in braces of a path.
fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    let names = path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name);
    names.filter(move |name| is_name(name))
}

/// The marks of a text, each with the field that it names; empty for the id.
fn marks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices("{each").filter_map(|(at, begin)| {
        let rest = text.get(at + begin.len()..)?;
        let end = rest.find('}')?;
        let field = rest.get(..end)?;
        let mark = text.get(at..at + begin.len() + end + 1)?;
        match field.strip_prefix(['/', '.']) {
            None if field.is_empty() => Some((mark, "")),
            Some(field) if !field.is_empty() && !field.contains(['{', '"', '\n']) => Some((mark, field)),
            _ => None,
        }
    })
}

fn each_text(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, visit)),
        Value::Object(members) => members.values().for_each(|member| each_text(member, visit)),
        _ => {}
    }
}

/// Puts the values of a record in the place of the marks. A text that is one mark becomes the value itself.
fn fill(value: &mut Value, item: &Value) -> Result<(), Error> {
    match value {
        Value::String(text) => {
            let of = |path: &str| {
                let found = if path.is_empty() { id(item) } else { field(item, path) };
                found.ok_or_else(|| lacks_named(item, path))
            };
            let found: Vec<(&str, &str)> = marks(text).collect();
            match found.as_slice() {
                [] => {}
                [(mark, field)] if *mark == text => *value = of(field)?.clone(),
                found => {
                    let mut filled = text.clone();
                    for (mark, field) in found {
                        filled = filled.replace(mark, &text_of(of(field)?));
                    }
                    *value = filled.into();
                }
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|inner| fill(inner, item)),
        Value::Object(members) => members.values_mut().try_for_each(|inner| fill(inner, item)),
        _ => Ok(()),
    }
}

fn lacks_named(item: &Value, path: &str) -> Error {
    let name = if path.is_empty() { "id" } else { path };
    if item.is_object() { lacks(item, name) } else { wrong(format!("{item} is one value and has no field `{name}`")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::Method;

    fn call(path: &str, params: Value, data: Value) -> Call {
        let params = params.as_object().cloned().unwrap_or_default();
        Call { params, data: Some(data).filter(|data| !data.is_null()), ..Call::new(Method::Patch, path) }
    }

    #[test]
    fn a_placeholder_that_is_open_takes_the_id_or_the_field_of_its_name() {
        let one = call("/t/{id}", Value::Null, Value::Null);
        for (item, id) in [(json!(5), json!(5)), (json!("Acme"), json!("Acme")), (json!({ "id": 7, "x": 1 }), json!(7))]
        {
            let filling = Filling::of(&one).unwrap();
            assert_eq!((&filling.filled(&item).unwrap().params["id"], filling.name(&item)), (&id, id.clone()));
        }
        let child = call("/c/{parentId}/s", Value::Null, Value::Null);
        let filling = Filling::of(&child).unwrap();
        assert_eq!(filling.filled(&json!({ "id": 7 })).unwrap().params["parentId"], 7);
        assert_eq!(filling.filled(&json!({ "id": 7, "parentId": 8 })).unwrap().params["parentId"], 8);
        let both = call("/c/{parentId}/s/{id}", Value::Null, Value::Null);
        let filling = Filling::of(&both).unwrap();
        let filled = filling.filled(&json!({ "id": 7, "parentId": 8 })).unwrap();
        assert_eq!((&filled.params["id"], &filled.params["parentId"]), (&json!(7), &json!(8)));
        assert!(filling.filled(&json!(5)).unwrap_err().to_string().contains("several open placeholders"));
        assert!(filling.filled(&json!({ "id": 7 })).unwrap_err().to_string().contains("no single value `parentId`"));
        let given = call("/c/{parentId}/s/{id}", json!({ "parentId": 3 }), Value::Null);
        let filled = Filling::of(&given).unwrap().filled(&json!(5)).unwrap();
        assert_eq!((&filled.params["id"], &filled.params["parentId"]), (&json!(5), &json!(3)));
    }

    #[test]
    fn texts_name_the_id_and_fields_and_keep_their_types() {
        let post = call(
            "/n",
            json!({ "a": "x-{each}" }),
            json!({ "ticketId": "{each}", "text": "{each/company/name}: {each/id}", "other": "{each }" }),
        );
        let filling = Filling::of(&post).unwrap();
        assert_eq!(filling.fields(), ["id", "company/name"]);
        let row = json!({ "id": 5, "company": { "name": "Acme", "x": [1] }, "long": "y" });
        let filled = filling.filled(&row).unwrap();
        assert_eq!(filled.params["a"], "x-5");
        assert_eq!(filled.data, Some(json!({ "ticketId": 5, "text": "Acme: 5", "other": "{each }" })));
        assert_eq!(filling.taken(&row), json!({ "id": 5, "company": { "name": "Acme", "x": [1] } }));
        assert!(filling.filled(&json!({ "id": 5 })).unwrap_err().to_string().contains("company/name"));
        assert!(filling.filled(&json!(5)).unwrap_err().to_string().contains("no field"));
    }

    #[test]
    fn a_call_that_takes_nothing_of_the_records_is_refused() {
        for path in ["/t/5", "/t", "/t/{id}"] {
            let fixed = call(path, json!({ "id": 5 }), json!({ "a": "{eachother}" }));
            assert!(Filling::of(&fixed).unwrap_err().to_string().contains("takes the records"), "{path}");
        }
    }
}
