//! How is a deleted record created anew?
//!
//! By the POST of the list that had it, with what was kept of its fields. It is another record, with an id of its own: what belonged to the one
//! that was deleted, and what refers to it, does not come back.

use serde_json::{Map, Value};

use crate::invoke::draft::settable;
use crate::invoke::many::reversed::{Reversed, given};
use crate::journal::Change;
use crate::openapi::Method;
use crate::service::Service;
use crate::service::outline::Reader;
use crate::service::records::list_of_one;

impl Service {
    /// The POST that creates a record like the one that a change deleted.
    ///
    /// # Errors
    /// Why there is none: what it held is not known, no operation creates such records, or it needs a value that was not kept.
    pub(super) fn anew(&self, api: &str, change: &Change) -> Result<Reversed, String> {
        let cannot = |why: &str| format!("a deletion cannot be reversed, and no new record can take its place: {why}");
        let before = change.before.as_ref().filter(|fields| !fields.is_empty());
        let before = before.ok_or_else(|| cannot("what it held was not read"))?;
        let (path, _) = change.path.split_once('?').unwrap_or((&change.path, ""));
        let list = path.trim_end_matches('/').rsplit_once('/').map_or("", |(list, _)| list);
        let of = |method: Method, path: &str| self.look_up(method, path, Some(api)).ok();
        let creates = of(Method::Delete, path)
            .zip(of(Method::Post, list))
            .filter(|(deletes, creates)| list_of_one(&deletes.entry.path) == Some(creates.entry.path.as_str()))
            .map(|(_, creates)| creates)
            .ok_or_else(|| cannot(&format!("there is no POST {list}")))?;
        let lookup = |name: &str| creates.schema(name);
        let body = settable(creates.dialect, &creates.operation, &lookup).filter(|body| !body.is_patch);
        let body = body.ok_or_else(|| cannot(&format!("POST {list} takes no fields")))?;
        let demanded = creates.dialect.demanded(&creates.operation);
        let record = Reader::without_lists(&creates).record(body.schema, demanded);
        let mut data = Map::new();
        let mut lacking = Vec::new();
        for field in &record.fields {
            let name = &field.name;
            // What the server sets, or the path says, is no part of what is sent.
            if field.is_of_server || name == "id" || creates.dialect.giver(&creates.operation, name).is_some() {
                continue;
            }
            match before.get(name).filter(|value| !is_empty(value)) {
                Some(value) => _ = data.insert(name.clone(), given(value)),
                None if field.is_required => lacking.push(name.as_str()),
                None => {}
            }
        }
        if !lacking.is_empty() {
            return Err(cannot(&format!("POST {list} needs {}, which is not known", lacking.join(", "))));
        }
        if data.is_empty() {
            return Err(cannot(&format!("POST {list} takes nothing of what it held")));
        }
        Ok(Reversed {
            method: Method::Post,
            path: list.to_owned(),
            data: Some(data.into()),
            left: change.unkept.clone(),
        })
    }
}

/// Whether a field held nothing.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
