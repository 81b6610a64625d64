//! What became of a write that was sent and whose answer never came? As far as a read tells.

use serde_json::{Map, Value};

use crate::invoke::client::{ApiAccess, ApiClient, CallError};
use crate::invoke::draft::{Body, Draft, compared, expected_after_patch, expected_after_put};
use crate::invoke::rows;
use crate::openapi::Method;

/// What a read tells of a write.
#[derive(Debug, PartialEq)]
pub(super) enum Settled {
    /// The record is as the write was to leave it.
    Done,
    /// It is not, and sending the write once more does no harm.
    NotDone,
    /// A read tells neither.
    Unclear,
}

/// What a record holds now; `Err` with the status where it was refused.
pub(in crate::invoke::invoker) async fn record(
    client: &ApiClient,
    access: &ApiAccess,
    draft: &Draft,
) -> Result<Map<String, Value>, Option<u16>> {
    let mut read = draft.reading_back(access.dialect()).ok_or(None)?;
    read.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("Content-Type"));
    match client.send(access, &read).await {
        Ok(reply) => match rows::value(&String::from_utf8_lossy(&reply.body)) {
            Value::Object(fields) => Ok(fields),
            _ => Err(None),
        },
        Err(CallError::Status(failure)) => Err(Some(failure.status)),
        Err(_) => Err(None),
    }
}

/// What the record tells of a write that was sent.
pub(super) fn settled(draft: &Draft, record: &Result<Map<String, Value>, Option<u16>>) -> Settled {
    match (draft.method, record) {
        (Method::Delete, Err(Some(404 | 410))) => Settled::Done,
        (Method::Delete, Ok(_)) => Settled::NotDone,
        (Method::Patch | Method::Put, Ok(fields)) => {
            let Some(Body::Json(body)) = &draft.body else { return Settled::Unclear };
            let expected = match (draft.method, body) {
                (Method::Patch, Value::Array(_)) => expected_after_patch(body),
                _ => expected_after_put(body),
            };
            // Of what is below a list a comparison says nothing: its items may have moved.
            let is_in_list = |path: &str| {
                path.split_once('/').is_some_and(|(first, _)| fields.get(first).is_some_and(Value::is_array))
            };
            if expected.iter().any(|(path, _)| is_in_list(path)) {
                return Settled::Unclear;
            }
            let found = compared(&expected, &Value::Object(fields.clone()));
            if found.not_taken.is_empty() && found.unseen.is_empty() && !expected.is_empty() {
                Settled::Done
            } else if is_repeatable(body) {
                Settled::NotDone
            } else {
                Settled::Unclear
            }
        }
        _ => Settled::Unclear,
    }
}

/// Whether a body sets fields to what it says, however often it is sent: `add` to a list adds once more each time.
fn is_repeatable(body: &Value) -> bool {
    let sets = |step: &Value| matches!(step["op"].as_str(), Some("replace" | "remove" | "test"));
    body.as_array().is_none_or(|steps| steps.iter().all(sets))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::invoke::order::tests::order;

    fn told(method: Method, body: Value, record: Result<Value, Option<u16>>) -> Settled {
        let draft = Draft { method, body: Some(Body::Json(body)), ..order("", &[], None).draft };
        settled(&draft, &record.map(|record| record.as_object().cloned().unwrap_or_default()))
    }

    #[test]
    fn a_read_tells_what_became_of_a_write_as_far_as_it_can() {
        let replace = json!([{ "op": "replace", "path": "name", "value": "b" }]);
        let add = json!([{ "op": "add", "path": "tags/-", "value": "b" }]);
        let (as_it_was, done) =
            (json!({ "id": 1, "name": "a", "tags": ["x"] }), json!({ "id": 1, "name": "b", "tags": ["x"] }));
        for (method, body, record, settled) in [
            (Method::Patch, replace.clone(), Ok(done.clone()), Settled::Done),
            (Method::Patch, replace.clone(), Ok(as_it_was.clone()), Settled::NotDone),
            (Method::Patch, replace, Err(Some(404)), Settled::Unclear),
            (Method::Patch, add, Ok(as_it_was.clone()), Settled::Unclear),
            (Method::Put, json!({ "id": 1, "name": "b" }), Ok(done.clone()), Settled::Done),
            (Method::Put, json!({ "id": 1, "name": "b" }), Ok(as_it_was.clone()), Settled::NotDone),
            (Method::Delete, Value::Null, Err(Some(404)), Settled::Done),
            (Method::Delete, Value::Null, Ok(as_it_was), Settled::NotDone),
            (Method::Delete, Value::Null, Err(None), Settled::Unclear),
            (Method::Post, json!({ "name": "b" }), Ok(done), Settled::Unclear),
        ] {
            let case = format!("{method} {body} {record:?}");
            assert_eq!(told(method, body, record), settled, "{case}");
        }
    }
}
