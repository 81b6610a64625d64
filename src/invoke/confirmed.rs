//! How is a write confirmed, so that it need not be read whole what it left as it was? Pure.
//!
//! The record's id, the fields that were written as the API now has them, and what else changed with them, where the former record is
//! known. A record that is no longer than that is shown whole.

use serde_json::{Map, Value, json};

use super::draft::{Body, Draft, expected_after_patch, expected_after_put};
use super::seen::Former;
use super::view::View;
use crate::openapi::Method;

/// Characters of a record that is shown whole.
const SHORT: usize = 250;
/// Characters of a value that is not repeated where it is what was sent.
const LONG: usize = 160;
/// Characters of a changed value that are shown.
const CHANGED: usize = 120;

/// A write as its answer confirms it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Confirmed {
    /// The id and the fields that were written.
    pub(super) result: Value,
    /// Other fields that are not as they were, with what they hold now.
    pub(super) also_changed: Map<String, Value>,
    /// Written fields that are as they were sent, and too long to be repeated.
    pub(super) as_sent: Vec<String>,
    /// Written fields that the answer does not show.
    pub(super) not_shown: Vec<String>,
    /// Whether the record has more than that.
    pub(super) is_part: bool,
}

/// The fields that a request writes, with the values that are known of them.
pub(super) fn written(draft: &Draft) -> Vec<(String, Value)> {
    let named = |names: &mut dyn Iterator<Item = &str>| {
        names.map(|name| (name.split(['[', '.']).next().unwrap_or(name).to_owned(), Value::Null)).collect()
    };
    match &draft.body {
        Some(Body::Json(body)) if draft.method == Method::Patch && body.is_array() => expected_after_patch(body),
        Some(Body::Json(body)) => expected_after_put(body),
        Some(Body::Form(form)) => named(&mut form.fields().iter().map(|(name, _)| name.as_str())),
        Some(Body::Multipart(parts)) => named(&mut parts.iter().map(|part| part.name.as_str())),
        _ => Vec::new(),
    }
}

/// The confirmation; `None` where the answer is not the record that was written, or so short that it is shown whole.
pub(super) fn confirmed(
    written: &[(String, Value)],
    record: &Value,
    former: Option<&Former>,
    view: &View,
) -> Option<Confirmed> {
    let members = record.as_object()?;
    let shown = view.of(record);
    let also_changed = former.map(|former| changed(former, members, written, view)).unwrap_or_default();
    if !view.fields.is_empty() {
        let is_part = *shown != *record;
        return Some(Confirmed { result: shown.into_owned(), also_changed, is_part, ..Confirmed::default() });
    }
    let mut confirmed = Confirmed { also_changed, ..Confirmed::default() };
    if shown.to_string().chars().count() <= SHORT {
        confirmed.is_part = false;
        confirmed.result = shown.into_owned();
        return Some(confirmed);
    }
    let fields = shown.as_object()?;
    let of = |name: &str| fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let mut result = Map::new();
    result.extend(of("id").map(|(name, value)| (name.clone(), value.clone())));
    for (path, sent) in written {
        // Of a reference or a list that is written in part the whole is shown.
        let (name, is_whole) = match path.split_once('/') {
            Some((first, _)) => (first.replace("~1", "/").replace("~0", "~"), false),
            None => (path.replace("~1", "/").replace("~0", "~"), true),
        };
        match of(&name) {
            Some((known, _)) if result.contains_key(known) => {}
            Some((known, value)) if is_whole && value == sent && value.to_string().chars().count() > LONG => {
                confirmed.as_sent.push(known.clone());
            }
            Some((known, value)) => _ = result.insert(known.clone(), value.clone()),
            None if sent.is_null() => _ = result.insert(name, Value::Null),
            None => confirmed.not_shown.push(name),
        }
    }
    let shows_written = result.keys().any(|name| name != "id") || !confirmed.as_sent.is_empty();
    if !shows_written {
        return None;
    }
    confirmed.is_part = true;
    confirmed.result = result.into();
    Some(confirmed)
}

/// The fields that differ from what was last shown of the record, those aside that were written.
fn changed(
    former: &Former,
    record: &Map<String, Value>,
    written: &[(String, Value)],
    view: &View,
) -> Map<String, Value> {
    let plain = View { fields: Vec::new(), is_full: false, ..view.clone() };
    let names: Vec<&str> =
        plain.asides.iter().flat_map(|aside| aside.lifted.iter().copied().chain([aside.name])).collect();
    let is_written = |name: &str| {
        written.iter().any(|(path, _)| path.split('/').next().is_some_and(|first| first.eq_ignore_ascii_case(name)))
    };
    let is_other = |name: &str| !names.contains(&name) && !is_written(name);
    let mut changed = Map::new();
    for (name, value) in record.iter().filter(|(name, _)| is_other(name)) {
        let now = plain.of(value);
        let before = former.fields.get(name).map(|before| plain.of(before));
        let is_same = match &before {
            Some(before) => **before == *now,
            None => !former.is_whole || now.is_null(),
        };
        if !is_same {
            changed.insert(name.clone(), bounded(&now));
        }
    }
    // What answers with some fields alone does not say that the others are empty.
    let is_whole = record.len() * 4 >= former.fields.len() * 3;
    for (name, before) in former.fields.iter().filter(|(name, _)| is_whole && is_other(name)) {
        if !record.contains_key(name) && !before.is_null() {
            changed.insert(name.clone(), Value::Null);
        }
    }
    changed
}

/// A value, or how long it is where it is long: the whole record has it.
fn bounded(value: &Value) -> Value {
    let length = value.to_string().chars().count();
    if length <= CHANGED { value.clone() } else { json!(format!("({length} characters)")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoke::view::Aside;

    fn view() -> View {
        View { asides: &[Aside { name: "_info", lifted: &["lastUpdated"] }], ..View::default() }
    }

    fn ticket() -> Value {
        json!({
            "id": 5, "summary": "Down", "status": { "id": 2, "name": "Closed", "_info": { "href": "x" } }, "closedFlag": true,
            "initialDescription": "x".repeat(300), "company": { "id": 9, "identifier": "acme", "name": "Acme" },
            "closedBy": "ann", "_info": { "lastUpdated": "2026-01-31T00:00:00Z" }, "impact": "High",
        })
    }

    fn former(fields: Value, is_whole: bool) -> Former {
        Former { fields: fields.as_object().cloned().unwrap_or_default(), is_whole }
    }

    fn sent(body: Value) -> Vec<(String, Value)> {
        expected_after_put(&body)
    }

    #[test]
    fn a_write_is_confirmed_by_its_fields_as_the_api_now_has_them() {
        let confirmed = confirmed(&sent(json!({ "status": { "name": "Closed" } })), &ticket(), None, &view()).unwrap();
        assert_eq!(confirmed.result, json!({ "id": 5, "status": { "id": 2, "name": "Closed" } }));
        assert!(confirmed.is_part && confirmed.also_changed.is_empty());
    }

    #[test]
    fn what_changed_with_it_is_told_where_the_former_record_is_known() {
        let mut before = ticket();
        before["status"] = json!({ "id": 1, "name": "New" });
        before["closedFlag"] = json!(false);
        before["_info"] = json!({ "lastUpdated": "2025-01-31T00:00:00Z" });
        before["nextStep"] = json!("call");
        before.as_object_mut().unwrap().shift_remove("closedBy");
        let written = sent(json!({ "status": { "id": 2 } }));
        let of = |former: &Former| confirmed(&written, &ticket(), Some(former), &view()).unwrap().also_changed;
        let all = json!({ "closedFlag": true, "closedBy": "ann", "nextStep": null });
        assert_eq!(Value::from(of(&former(before, true))), all);
        // Of a row that had some of the fields, only those can be compared.
        assert_eq!(
            Value::from(of(&former(json!({ "id": 5, "closedFlag": false }), false))),
            json!({ "closedFlag": true })
        );
    }

    #[test]
    fn long_values_that_were_taken_are_not_repeated_and_what_is_not_shown_is_named() {
        let body = json!({ "initialDescription": "x".repeat(300), "summary": "Down", "secret": "y" });
        let confirmed = confirmed(&sent(body), &ticket(), None, &view()).unwrap();
        assert_eq!(confirmed.result, json!({ "id": 5, "summary": "Down" }));
        assert_eq!(
            (confirmed.as_sent, confirmed.not_shown),
            (vec!["initialDescription".to_owned()], vec!["secret".to_owned()])
        );
        // One that the API has otherwise is shown.
        let other = json!({ "initialDescription": "y".repeat(300) });
        let confirmed = super::confirmed(&sent(other), &ticket(), None, &view()).unwrap();
        assert_eq!(confirmed.result["initialDescription"], json!("x".repeat(300)));
    }

    #[test]
    fn what_is_short_or_another_thing_is_shown_whole() {
        let written = sent(json!({ "name": "x" }));
        let short = confirmed(&written, &json!({ "id": 5, "name": "x", "size": 2 }), None, &view()).unwrap();
        assert_eq!((short.result, short.is_part), (json!({ "id": 5, "name": "x", "size": 2 }), false));
        let job = json!({ "id": 5, "state": "queued", "log": "x".repeat(300) });
        assert_eq!(confirmed(&written, &job, None, &view()), None);
        assert_eq!(confirmed(&written, &json!([1]), None, &view()), None);
    }

    #[test]
    fn chosen_fields_are_shown_in_place_of_the_written_ones() {
        let view = View { fields: vec!["id".to_owned(), "closedBy".to_owned()], ..view() };
        let confirmed = confirmed(&sent(json!({ "summary": "Down" })), &ticket(), None, &view).unwrap();
        assert_eq!((confirmed.result, confirmed.is_part), (json!({ "id": 5, "closedBy": "ann" }), true));
    }
}
