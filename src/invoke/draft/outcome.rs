//! What will a write change beyond what it says, and did it change what it says?
//!
//! ConnectWise can answer a PATCH with 200 and change nothing, and PUT empties whatever is left out (Developer Guide).

use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Map, Value};

use super::check::is_uuid;
use super::dates;
use super::wording::scalar_text;

/// Fields that name a record; `identifier` is compared without regard to case.
const NAMES_OF_A_RECORD: [&str; 3] = ["id", "identifier", "name"];

/// A field that a write was to change and that has another value afterwards.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NotTaken {
    /// Its name.
    pub field: String,
    /// The value sent; `null` where it was removed.
    pub wanted: Value,
    /// The value in the reply; `null` where the reply has none.
    pub found: Value,
}

/// What a reply to a PATCH with this body should show: fields with their last values in order, `null` for removed ones.
/// Empty where the body is no array of operations. A `test` wishes for nothing, and what `move` and `copy` bring was not given
/// (RFC 6902 section 4).
pub fn expected_after_patch(body: &Value) -> Vec<(String, Value)> {
    let mut expected: Vec<(String, Value)> = Vec::new();
    for operation in body.as_array().into_iter().flatten() {
        let Some(path) = operation.get("path").and_then(Value::as_str) else { continue };
        let value = match operation.get("op").and_then(Value::as_str) {
            Some("test" | "move" | "copy") => continue,
            Some("remove") => Value::Null,
            _ => operation.get("value").cloned().unwrap_or(Value::Null),
        };
        let field = path.trim_start_matches('/').to_owned();
        match expected.iter_mut().find(|(known, _)| *known == field) {
            Some((_, known)) => *known = value,
            None => expected.push((field, value)),
        }
    }
    expected
}

/// What a reply says of the fields that a write was to set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    /// Fields that it shows with another value.
    pub not_taken: Vec<NotTaken>,
    /// Names of fields that it does not show: they may have changed or not.
    pub unseen: Vec<String>,
    /// Names of fields that it shows in other letter case alone: an API that keeps texts in one case did take them.
    pub in_other_case: Vec<String>,
}

/// Compares what was wanted with a reply, which shows nothing where it is no record.
///
/// Tolerant of what the API does to values: references compare by `id`, `identifier` and `name` as far as they were
/// given, text without regard to white space, timestamps at whole seconds, an empty value as none. A field that is left out
/// stands for no value where the reply shows other fields and none was wanted.
pub fn compared(expected: &[(String, Value)], reply: &Value) -> Compared {
    let mut compared = Compared::default();
    let none = Map::new();
    let record = reply.as_object().unwrap_or(&none);
    let is_whole = record.keys().any(|name| !NAMES_OF_A_RECORD.contains(&name.as_str()) && !name.starts_with('_'));
    for (field, wanted) in expected {
        match found_at(record, field) {
            Found::Value(found) if is_same(field, wanted, found, Case::Kept) => {}
            Found::Value(found) if is_same(field, wanted, found, Case::Ignored) => {
                compared.in_other_case.push(field.clone());
            }
            Found::Value(found) => {
                compared.not_taken.push(NotTaken {
                    field: field.clone(),
                    wanted: wanted.clone(),
                    found: found.clone(),
                });
            }
            Found::Absent if is_whole && is_empty(wanted) => {}
            Found::Absent => compared.unseen.push(field.clone()),
            Found::InList => {}
        }
    }
    compared
}

/// The ids of two records, where a write to the one was answered with the other: as they were asked for and answered.
///
/// The record that is written to is named by the body's own `id`, or by the end of the path where that is an id of the same form.
/// An API whose paths name records by another member (GitHub's issues by `number`) answers with that member, too.
pub fn answered_for_another(path: &str, body: &Value, reply: &Value) -> Option<(String, String)> {
    let record = reply.as_object()?;
    let answered = scalar_text(record.get("id")?)?;
    let last = path.split('/').next_back().map(|last| percent_decode_str(last).decode_utf8_lossy().into_owned());
    let named = last.filter(|last| {
        let is_other_member = record.values().any(|value| scalar_text(value).as_ref() == Some(last));
        !is_other_member && is_of_one_form(last, &answered)
    });
    let given = body.get("id").and_then(scalar_text).filter(|given| is_of_one_form(given, &answered));
    let asked = given.or(named)?;
    (!asked.eq_ignore_ascii_case(&answered)).then_some((asked, answered))
}

/// Whether both are numbers, or both are UUIDs.
fn is_of_one_form(one: &str, other: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(one) && is_number(other)) || (is_uuid(one) && is_uuid(other))
}

/// The fields of a PUT's body, as [`expected_after_patch`] has those of a PATCH; without `id` and metadata (`_info`).
pub fn expected_after_put(body: &Value) -> Vec<(String, Value)> {
    let fields = body.as_object().into_iter().flatten().filter(|(name, _)| *name != "id" && !name.starts_with('_'));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The fields of a record that a PUT with this body leaves out and so empties; `id` and metadata (`_info`) excepted.
/// Empty where the body is no object.
pub fn nulled_by_put(body: &Value, record_fields: &[String]) -> Vec<String> {
    let Some(body) = body.as_object() else { return Vec::new() };
    let left_out = record_fields.iter().filter(|name| {
        let is_kept = *name == "id" || name.starts_with('_');
        !is_kept && !body.contains_key(*name)
    });
    left_out.cloned().collect()
}

/// What a record shows at a path.
enum Found<'r> {
    Value(&'r Value),
    /// The record does not have the field.
    Absent,
    /// The path leads into a list, whose items may have moved.
    InList,
}

/// What a record shows at a path. What is below an empty value is empty.
fn found_at<'r>(record: &'r Map<String, Value>, path: &str) -> Found<'r> {
    let mut names = path.split('/').map(|name| name.replace("~1", "/").replace("~0", "~"));
    let Some(mut found) = names.next().and_then(|name| record.get(&name)) else { return Found::Absent };
    for name in names {
        match found {
            Value::Array(_) => return Found::InList,
            Value::Null => return Found::Value(found),
            value => match value.get(&name) {
                Some(below) => found = below,
                None => return Found::Absent,
            },
        }
    }
    Found::Value(found)
}

/// Whether texts in other letter case are the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Kept,
    Ignored,
}

fn is_same(name: &str, wanted: &Value, found: &Value, case: Case) -> bool {
    match (wanted, found) {
        (wanted, found) if is_empty(wanted) || is_empty(found) => is_empty(wanted) && is_empty(found),
        (Value::Object(wanted), Value::Object(found)) => is_same_record(wanted, found, case),
        (Value::Array(wanted), Value::Array(found)) => are_same_items(name, wanted, found, case),
        (Value::Bool(wanted), Value::Bool(found)) => wanted == found,
        (wanted, found) => match (scalar_text(wanted), scalar_text(found)) {
            (Some(wanted), Some(found)) => is_same_text(name, &wanted, &found, case),
            _ => false,
        },
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

fn is_same_record(wanted: &Map<String, Value>, found: &Map<String, Value>, case: Case) -> bool {
    let naming: Vec<&str> = NAMES_OF_A_RECORD.into_iter().filter(|name| wanted.contains_key(*name)).collect();
    let is_reference = !naming.is_empty() && !wanted.contains_key("value");
    wanted
        .iter()
        .filter(|(name, _)| if is_reference { naming.contains(&name.as_str()) } else { !name.starts_with('_') })
        .all(|(name, value)| is_same(name, value, found.get(name).unwrap_or(&Value::Null), case))
}

/// Custom fields and the like are found by their `id`: the reply has those that were left out, too.
fn are_same_items(name: &str, wanted: &[Value], found: &[Value], case: Case) -> bool {
    wanted.iter().enumerate().all(|(index, item)| {
        let id = item.get("id").filter(|id| !id.is_null());
        let other = match id {
            Some(id) => found.iter().find(|other| other.get("id") == Some(id)),
            None => found.get(index),
        };
        other.is_some_and(|other| is_same(name, item, other, case))
    }) && (wanted.len() == found.len() || wanted.iter().all(|item| item.get("id").is_some()))
}

fn is_same_text(name: &str, wanted: &str, found: &str, case: Case) -> bool {
    // As a float an id of 17 digits would be the one after it.
    let is_whole = |text: &str| text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
    if wanted != found && is_whole(wanted.trim()) && is_whole(found.trim()) {
        return wanted.trim().parse::<i64>().is_ok_and(|wanted| Ok(wanted) == found.trim().parse());
    }
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    if let (Some(wanted), Some(found)) = (number(wanted), number(found)) {
        // Money and hours are kept with few decimals.
        return (wanted - found).abs() <= 1e-6 * wanted.abs().max(1.0);
    }
    if let (Some(wanted), Some(found)) = (dates::seconds(wanted.trim()), dates::seconds(found.trim())) {
        return wanted == found;
    }
    // Escapes of line ends are collapsed by the API: `\n` written as two characters comes back as white space or not at
    // all.
    let plain = |text: &str| {
        let text = text.replace("\\r", " ").replace("\\n", " ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (wanted, found) = (plain(wanted), plain(found));
    wanted == found
        || ((case == Case::Ignored || name == "identifier") && wanted.to_lowercase() == found.to_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_says_what_to_expect() {
        let body = json!([
            { "op": "replace", "path": "summary", "value": "a" },
            { "op": "add", "path": "/board", "value": { "id": 1 } },
            { "op": "remove", "path": "contact" },
            { "op": "replace", "path": "summary", "value": "b" },
            { "op": "replace" }, 7,
            { "op": "test", "path": "/status", "value": "New" },
            { "op": "copy", "from": "/a", "path": "/b" },
            { "op": "move", "from": "/c", "path": "/d" },
        ]);
        let wanted = [("summary", json!("b")), ("board", json!({ "id": 1 })), ("contact", json!(null))];
        assert_eq!(expected_after_patch(&body), wanted.map(|(name, value)| (name.to_owned(), value)));
        assert_eq!(expected_after_patch(&json!({ "op": "add" })), []);
    }

    #[test]
    fn values_are_taken_in_whatever_way_the_api_writes_them() {
        for (name, wanted, found, is_taken) in [
            ("summary", json!("x"), json!("x"), true),
            ("summary", json!(" x "), json!("x"), true),
            ("summary", json!("a\r\nb"), json!("a\nb"), true),
            ("summary", json!("a\nb"), json!("a b"), true),
            ("summary", json!("x"), json!("y"), false),
            ("summary", json!("x"), json!(null), false),
            ("summary", json!(""), json!(null), true),
            ("status", json!({ "id": 5 }), json!({ "id": 5, "name": "New" }), true),
            ("status", json!({ "id": 5, "_info": {} }), json!({ "id": 5 }), true),
            ("status", json!({ "id": 5 }), json!({ "id": 6, "name": "New" }), false),
            ("status", json!({ "name": "New" }), json!({ "id": 5, "name": "New" }), true),
            ("company", json!({ "identifier": "ACME" }), json!({ "id": 1, "identifier": "Acme" }), true),
            ("contact", json!(null), json!(null), true),
            ("contact", json!(null), json!({ "id": 3 }), false),
            ("actualHours", json!(1.5), json!(1.5000001), true),
            ("actualHours", json!(2), json!(2.0), true),
            ("actualHours", json!(2), json!(3), false),
            ("id", json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64), false),
            ("poNumber", json!("007"), json!(7), true),
            ("timeStart", json!("2024-01-31T09:00:00.250Z"), json!("2024-01-31T09:00:00Z"), true),
            ("timeStart", json!("2024-01-31T10:00:00+01:00"), json!("2024-01-31T09:00:00Z"), true),
            ("timeStart", json!("2024-01-31T10:00:00Z"), json!("2024-01-31T09:00:00Z"), false),
            ("flag", json!(true), json!(false), false),
            ("flag", json!(true), json!(true), true),
            ("customFields", json!([{ "id": 2, "value": "a" }]), json!([{ "id": 1 }, { "id": 2, "value": "a" }]), true),
            ("customFields", json!([{ "id": 2, "value": "a" }]), json!([{ "id": 2, "value": "b" }]), false),
            ("tags", json!(["a"]), json!(["a"]), true),
            ("tags", json!(["a"]), json!(["a", "b"]), false),
            ("tags", json!(["a"]), json!("a"), false),
        ] {
            let expected = [(name.to_owned(), wanted.clone())];
            let compared = compared(&expected, &json!({ name: found }));
            assert_eq!(compared.not_taken.is_empty(), is_taken, "{name}: {wanted} and {found}");
            assert_eq!(
                (compared.unseen, compared.in_other_case),
                (Vec::new(), Vec::new()),
                "{name}: {wanted} and {found}"
            );
        }
        for (path, found) in
            [("tags/0", json!({ "tags": ["a"] })), ("tags/-", json!({ "tags": [] })), ("a~1b", json!({ "a/b": "x" }))]
        {
            assert_eq!(compared(&[(path.to_owned(), json!("x"))], &found), Compared::default(), "{path}");
        }
    }

    #[test]
    fn a_value_in_another_case_is_told_apart_from_one_that_was_not_taken() {
        for (name, wanted, found) in [
            ("email", json!("Ann@Contoso.example"), json!("ann@contoso.example")),
            ("state", json!("open"), json!("OPEN")),
            ("name", json!("ÉTÉ"), json!("été")),
            ("status", json!({ "name": "new" }), json!({ "id": 5, "name": "New" })),
            ("tags", json!(["A", "b"]), json!(["a", "B"])),
        ] {
            let compared = compared(&[(name.to_owned(), wanted)], &json!({ name: found }));
            let expected = Compared { in_other_case: vec![name.to_owned()], ..Compared::default() };
            assert_eq!(compared, expected, "{name}");
        }
    }

    #[test]
    fn an_answer_about_another_record_is_noticed() {
        let uuid = |digit: char| format!("0a1b2c3d-0000-4000-8000-00000000000{digit}");
        for (path, body, reply, expected) in [
            ("/tickets/5", json!([]), json!({ "id": 6 }), Some(("5", "6"))),
            ("/tickets/5", json!([]), json!({ "id": 5 }), None),
            ("/tickets/5", json!([]), json!({ "id": "5" }), None),
            ("/tickets/5", json!({ "id": 7 }), json!({ "id": 5 }), Some(("7", "5"))),
            ("/tickets", json!({ "id": 7 }), json!({ "id": 8 }), Some(("7", "8"))),
            ("/tickets/5/status", json!({}), json!({ "id": 8 }), None),
            ("/issues/42", json!({}), json!({ "id": 9001, "number": 42 }), None),
            ("/users/ann", json!({}), json!({ "id": 3 }), None),
            ("/tickets/5", json!({}), json!([{ "id": 6 }]), None),
            ("/tickets/5", json!({}), json!({ "ok": true }), None),
            (&format!("/boats/{}", uuid('a')), json!({}), json!({ "id": uuid('A') }), None),
        ] {
            let expected = expected.map(|(asked, answered)| (asked.to_owned(), answered.to_owned()));
            assert_eq!(answered_for_another(path, &body, &reply), expected, "{path} {body} {reply}");
        }
        let (path, reply) = (format!("/boats/{}", uuid('1')), json!({ "id": uuid('2') }));
        assert_eq!(answered_for_another(&path, &json!({}), &reply), Some((uuid('1'), uuid('2'))));
    }

    #[test]
    fn a_field_that_is_left_out_is_not_one_that_was_not_changed() {
        for (path, wanted, reply, is_unseen) in [
            ("summary", json!("x"), json!({ "id": 6 }), true),
            ("summary", json!("x"), json!({}), true),
            ("summary", json!("x"), json!(null), true),
            ("summary", json!("x"), json!([{ "summary": "x" }]), true),
            ("summary", json!("x"), json!({ "id": 6, "board": { "id": 1 } }), true),
            ("summary", json!("x"), json!({ "summary": "x" }), false),
            ("company/name", json!("x"), json!({ "company": { "id": 1 } }), true),
            ("contact", json!(null), json!({ "id": 6, "_info": {} }), true),
            ("contact", json!(null), json!({ "id": 6, "summary": "x" }), false),
        ] {
            let Compared { not_taken, unseen, .. } = compared(&[(path.to_owned(), wanted)], &reply);
            assert_eq!(not_taken, [], "{path} {reply}");
            assert_eq!(!unseen.is_empty(), is_unseen, "{path} {reply}");
        }
        let Compared { not_taken, .. } = compared(&[("a/b".to_owned(), json!(1))], &json!({ "a": null }));
        assert_eq!(not_taken.len(), 1);
    }

    #[test]
    fn a_put_is_expected_to_show_what_it_set() {
        let body = json!({ "id": 5, "name": "x", "_info": {}, "notes": null });
        let wanted = [("name", json!("x")), ("notes", json!(null))];
        assert_eq!(expected_after_put(&body), wanted.map(|(name, value)| (name.to_owned(), value)));
        assert_eq!(expected_after_put(&json!([1])), []);
    }

    #[test]
    fn put_empties_what_it_leaves_out() {
        let fields = ["id", "name", "notes", "_info", "site"].map(str::to_owned);
        assert_eq!(nulled_by_put(&json!({ "name": "x" }), &fields), ["notes", "site"]);
        assert_eq!(nulled_by_put(&json!([1]), &fields), [""; 0]);
    }
}
