//! How does a wish to change some fields become the JSON Patch that the API takes?
//!
//! ConnectWise's dialect of RFC 6902 (Developer Guide, "Patch"): an array of `add`, `replace` and `remove`, each with
//! the bare and case-sensitive name of a field. A reference is replaced as a whole: a path into it may be answered with
//! 200 and change nothing. The dialect is told by the shape of the body's schema, not by the API: what is declared as
//! `application/json-patch+json`, or with the `from` of a full JSON Patch, is left as it is.

use serde_json::{Map, Value, json};

use super::Home;
use super::check::{Checker, Need, sent_as};
use super::content::content_of;
use super::meant;
use super::near::{as_it_is, nearest};
use super::view::{Schemas, View};
use super::wording::{shortened, shown};
use crate::openapi::{Method, Operation};
use crate::surface::{Place, Said};

/// The operations of the dialect.
const OPERATIONS: [&str; 3] = ["add", "replace", "remove"];

/// The members of an operation.
const MEMBERS: [&str; 3] = ["op", "path", "value"];

/// The cure where nothing is changed.
const FIELDS_TO_CHANGE: &str = "Give the fields to change with their values.";

/// One operation on the way.
struct Step {
    /// Where it was asked for.
    place: Place,
    /// Whether it was asked for by a field and its value, and not as an operation.
    is_flat: bool,
    op: String,
    field: String,
    /// Names below `field`.
    below: Vec<String>,
    value: Option<Value>,
}

/// Whether the operation takes the dialect: its body is an array of objects with `op`, `path` and `value`.
pub(super) fn is_taken(operation: &Operation, schemas: &Schemas<'_>) -> bool {
    let Some(content) = content_of(operation).filter(|_| operation.method == Method::Patch) else { return false };
    let view = schemas.view(&content.schema);
    let items = view.items.as_ref().filter(|_| view.is("array") && !content.media_type.contains("json-patch"));
    items.is_some_and(|items| {
        let item = schemas.view(items);
        let has = |name: &&str| item.properties.contains_key(*name);
        MEMBERS.iter().all(has) && !has(&"from")
    })
}

/// The array of operations for `data`: an object of fields and values, one operation, or such an array. `record` is
/// what the fields are checked against, where it is known and wanted.
pub(super) fn operations(data: &Value, record: Option<&View>, validate: bool, checker: &mut Checker<'_>) -> Value {
    let before = checker.problems.len();
    let steps = match data {
        Value::Array(items) if !validate => return Value::Array(items.clone()),
        Value::Array(items) => {
            let steps = items.iter().enumerate().map(|(index, item)| step(item, &Place::body().item(index), checker));
            steps.collect::<Vec<_>>().into_iter().flatten().collect()
        }
        Value::Object(map) if is_operation(map, record) => {
            checker.note("one operation was given; it is sent as an array of one");
            if !validate {
                return json!([data]);
            }
            step(data, &Place::body(), checker).into_iter().collect()
        }
        Value::Object(map) => {
            if !map.is_empty() {
                checker.note("the fields are sent as JSON Patch operations, one `replace` each");
            }
            flat(map, record)
        }
        other => {
            let message = format!("{} is neither an object of fields nor an array of operations", shown(other));
            checker.problem(&Place::body(), message, FIELDS_TO_CHANGE, Vec::new());
            return other.clone();
        }
    };
    if steps.is_empty() && checker.problems.len() == before && validate {
        checker.problem(&Place::body(), "changes nothing", FIELDS_TO_CHANGE, Vec::new());
    }
    let steps = match record {
        Some(record) => steps.into_iter().filter_map(|step| known(step, record, checker)).collect(),
        None => steps,
    };
    let steps = if validate { whole_references(steps, record, checker) } else { steps };
    Value::Array(steps.into_iter().map(|step| finished(step, record, checker)).collect())
}

fn is_operation(map: &Map<String, Value>, record: Option<&View>) -> bool {
    // A record may have a field `path`; none has `op` beside it.
    let is_field = record.is_some_and(|record| record.properties.contains_key("op"));
    let has = |name: &str| map.keys().any(|known| known.eq_ignore_ascii_case(name));
    has("path") && (has("op") || has("value")) && !is_field
}

/// The members of an operation, named as the standard names them: servers such as .NET's read them in any case. What is
/// spelled so already, or stands twice, keeps its name.
fn spelled(map: &Map<String, Value>, place: &Place, checker: &mut Checker<'_>) -> Map<String, Value> {
    let mut out = Map::new();
    for (given, value) in map {
        let mut meant = MEMBERS.into_iter().filter(|name| name.eq_ignore_ascii_case(given) && *name != given.as_str());
        let alike = |name: &str| map.keys().filter(|known| known.eq_ignore_ascii_case(name)).count();
        let name = match meant.next().filter(|name| alike(name) == 1) {
            Some(name) => {
                let note = format!(" is sent as `{name}`, as JSON Patch spells it");
                checker.note(Said::new().at(&place.field(given)).text(note));
                name.to_owned()
            }
            None => given.clone(),
        };
        out.insert(name, value.clone());
    }
    out
}

fn flat(map: &Map<String, Value>, record: Option<&View>) -> Vec<Step> {
    let steps = map.iter().map(|(name, value)| {
        let is_field = record.is_some_and(|record| record.properties.contains_key(name));
        let (field, below) = if is_field { (name.clone(), Vec::new()) } else { parted(name) };
        let (place, op) = (Place::body().field(name), "replace".to_owned());
        Step { place, is_flat: true, op, field, below, value: Some(value.clone()) }
    });
    steps.collect()
}

/// One operation as it was written; `None` where it cannot be used.
fn step(item: &Value, place: &Place, checker: &mut Checker<'_>) -> Option<Step> {
    let Some(map) = item.as_object() else {
        let message = format!("{} is not an operation", shown(item));
        let cure = r#"Write `{"op": "replace", "path": "summary", "value": "..."}`."#;
        checker.problem(place, message, cure, Vec::new());
        return None;
    };
    let before = checker.problems.len();
    let map = &spelled(map, place, checker);
    for name in map.keys().filter(|name| !MEMBERS.contains(&name.as_str())) {
        let offers = nearest(name, MEMBERS, 1);
        let cure = "An operation has `op`, `path` and `value` only.";
        checker.problem(&place.field(name), format!("no operation has `{name}`"), cure, offers);
    }
    let op = match map.get("op") {
        None | Some(Value::Null) => {
            checker.note(Said::new().at(place).text(" has no `op`; it is sent as `replace`"));
            "replace".to_owned()
        }
        Some(Value::String(text)) if OPERATIONS.contains(&text.as_str()) => text.clone(),
        Some(Value::String(text)) if OPERATIONS.contains(&text.trim().to_ascii_lowercase().as_str()) => {
            let lower = text.trim().to_ascii_lowercase();
            checker.note(sent_as(&place.field("op"), &format!("`{text}`"), &format!("`{lower}`")));
            lower
        }
        Some(other) => {
            let offers = nearest(other.as_str().unwrap_or_default(), OPERATIONS, 1);
            let cure = "Give `add`, `replace` or `remove`.";
            checker.problem(&place.field("op"), format!("{} is not an operation here", shown(other)), cure, offers);
            String::new()
        }
    };
    let path = match map.get("path") {
        Some(Value::String(path)) if !path.trim_matches('/').is_empty() => path.as_str(),
        other => {
            let what =
                other.map_or("is missing".to_owned(), |other| format!("is {}, which names no field", shown(other)));
            let cure = "Give the name of one field, such as `summary`.";
            checker.problem(&place.field("path"), what, cure, Vec::new());
            ""
        }
    };
    let bare = path.trim_start_matches('/');
    if bare.len() < path.len() && !bare.is_empty() {
        let sent = sent_as(&place.field("path"), &format!("`{path}`"), &format!("`{bare}`"));
        checker.note(sent.text(": this API wants bare names"));
    }
    if op != "remove" && !op.is_empty() && !map.contains_key("value") {
        let cure = "Give `value`, or use `remove` to empty the field.";
        checker.problem(&place.field("value"), "is missing", cure, Vec::new());
    }
    if checker.problems.len() > before {
        return None;
    }
    let (field, below) = parted(bare);
    Some(Step { place: place.clone(), is_flat: false, op, field, below, value: map.get("value").cloned() })
}

/// `company/identifier` or `company.identifier` as the field and what is below it.
fn parted(path: &str) -> (String, Vec<String>) {
    let mut names = path.split(['/', '.']).filter(|name| !name.is_empty()).map(str::to_owned);
    (names.next().unwrap_or_default(), names.collect())
}

/// The step, where the record has its field.
fn known(mut step: Step, record: &View, checker: &mut Checker<'_>) -> Option<Step> {
    if let Some(meant) = meant::member(record, &step.field, &Map::new(), checker.schemas) {
        let given = if step.is_flat { String::new() } else { format!(": `{}`", step.field) };
        let note = format!("{given} is sent as `{meant}`, as the API spells it");
        checker.note(Said::new().at(&step.path_place()).text(note));
        step.field = meant;
    }
    let Some(schema) = record.properties.get(&step.field) else {
        let place = step.path_place();
        checker.unknown_field(record, &step.field, step.value.as_ref().unwrap_or(&Value::Null), &place);
        return None;
    };
    if step.op == "remove" && step.below.is_empty() && record.required.contains(&step.field) {
        let message = format!("`{}` is required, and no record is without it", step.field);
        let cure = Said::from("Replace it by another value, or leave it as it is; ").said(as_it_is()).text(".");
        checker.problem(&step.path_place(), message, cure, Vec::new());
        return None;
    }
    if checker.schemas.view(schema).says("readOnly") {
        checker.note(format!("`{}` is set by the server; what is sent for it has no effect", step.field));
    }
    Some(step)
}

/// Paths into a reference become the whole reference, those into the same one together.
fn whole_references(steps: Vec<Step>, record: Option<&View>, checker: &mut Checker<'_>) -> Vec<Step> {
    let mut out: Vec<Step> = Vec::new();
    for mut step in steps {
        if step.below.is_empty() {
            out.push(step);
            continue;
        }
        let view = record.and_then(|record| record.properties.get(&step.field)).map(|of| checker.schemas.view(of));
        let place = step.path_place();
        let path = format!("{}/{}", step.field, step.below.join("/"));
        let into_list = view.as_ref().is_some_and(|view| view.is("array"))
            || step.below.first().is_some_and(|name| name == "-" || name.parse::<u32>().is_ok());
        if let Some(by_name) = by_name(&step, view.as_ref(), checker) {
            let message = format!("`{path}` is no path: the entries of a list have numbers there, and no names");
            checker.problem(&place, message, by_name.cure, by_name.offers);
            continue;
        }
        if into_list {
            let cure = format!("Send the whole list: path `{}`, with every entry that is to stay.", step.field);
            let message = format!("`{path}` leads into a list, which is only replaced as a whole");
            checker.problem(&place, message, cure, vec![step.field.clone()]);
            continue;
        }
        if view.as_ref().is_some_and(|view| !view.is("object") && !view.types.is_empty()) {
            let message = format!("`{path}` leads into `{}`, which has no parts", step.field);
            checker.problem(&place, message, format!("Write `{}`.", step.field), vec![step.field.clone()]);
            continue;
        }
        if step.op == "remove" {
            let message = format!("`{path}` is part of a reference, which is only removed as a whole");
            let cure = format!("Remove `{}`, or replace it by another.", step.field);
            checker.problem(&place, message, cure, vec![step.field.clone()]);
            continue;
        }
        let value = step.value.take().unwrap_or(Value::Null);
        let part = std::mem::take(&mut step.below).into_iter().rev().fold(value, |inner, name| json!({ name: inner }));
        let earlier = out.iter_mut().find(|other| other.field == step.field && other.op != "remove");
        let mut earlier = earlier.map(|other| &mut other.value);
        if let Some(Some(id @ Value::Number(_))) = &mut earlier {
            *id = json!({ "id": id });
        }
        match earlier {
            Some(Some(Value::Object(whole))) => {
                checker.note(format!("`{path}` is sent with the other parts of `{}`, as one reference", step.field));
                merge(whole, part);
            }
            _ => {
                let whole = part.to_string();
                let whole = shortened(&whole);
                checker.note(format!("`{path}` is sent as the whole reference `{}`: {whole}", step.field));
                step.value = Some(part);
                out.push(step);
            }
        }
    }
    out
}

/// How the entry of a list is changed that a path has by its name: `customFields/Region`, or `customFields/Region/value`.
fn by_name(step: &Step, list: Option<&View>, checker: &Checker<'_>) -> Option<Home> {
    let items = list.filter(|list| list.is("array")).and_then(|list| list.items.as_ref())?;
    let entry = checker.schemas.view(items);
    let has = |name: &str| entry.properties.contains_key(name);
    let (names, holds) = meant::PAIRS.into_iter().find(|(names, holds)| has(names) && has(holds))?;
    let (name, rest) = step.below.split_first()?;
    let is_number = name == "-" || name.bytes().all(|byte| byte.is_ascii_digit());
    if is_number || has(name) || rest.iter().any(|rest| rest != holds) {
        return None;
    }
    let field = &step.field;
    let read = "Read the record, and send the whole list with every entry that is to stay";
    if step.op == "remove" {
        return Some(Home::of(format!("{read}, without `{name}`: path `{field}`."), vec![field.clone()]));
    }
    let value = json!([{ names: name, holds: step.value }]);
    let whole = json!({ "op": step.op, "path": field, "value": value }).to_string();
    let cure = format!(
        "{read} and the new value in it: {}. A path may have the entry's number in that list, counted from 0, ",
        shortened(&whole)
    );
    let cure = Said::from(cure).text(format!("`{field}/0/{holds}`, and ")).said(as_it_is()).text(".");
    Some(Home::of(cure, vec![whole]))
}

fn merge(whole: &mut Map<String, Value>, part: Value) {
    let Value::Object(part) = part else { return };
    for (name, value) in part {
        match (whole.get_mut(&name), value) {
            (Some(Value::Object(inner)), value @ Value::Object(_)) => merge(inner, value),
            (_, value) => {
                whole.insert(name, value);
            }
        }
    }
}

fn finished(step: Step, record: Option<&View>, checker: &mut Checker<'_>) -> Value {
    let Step { place, is_flat, op, field, below, value } = step;
    let path = if below.is_empty() { field.clone() } else { format!("{field}/{}", below.join("/")) };
    if op == "remove" {
        return json!({ "op": op, "path": path });
    }
    let value = value.unwrap_or(Value::Null);
    let Some(schema) = record.and_then(|record| record.properties.get(&field)) else {
        return json!({ "op": op, "path": path, "value": value });
    };
    let view = checker.schemas.view(schema);
    if view.is("array") && value.is_array() {
        checker.note(format!("`{field}` is replaced as a whole: entries that are left out are lost"));
    }
    let at = if is_flat { place } else { place.field("value") };
    let need =
        if record.is_some_and(|record| record.required.contains(&field)) { Need::Required } else { Need::Optional };
    let value = checker.check_field(schema, &value, &at, need);
    json!({ "op": op, "path": path, "value": value })
}

impl Step {
    /// Where the path was written.
    fn path_place(&self) -> Place {
        if self.is_flat { self.place.clone() } else { self.place.field("path") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_in_another_case_are_sent_as_the_standard_writes_them() {
        let lookup = |_: &str| None::<Value>;
        let schemas = Schemas::new(&lookup);
        let sent = |data: &Value| {
            let mut checker = Checker::new(&schemas);
            let out = operations(data, None, true, &mut checker);
            (out, checker.problems.len(), checker.notes.len())
        };
        let right = json!([{ "op": "replace", "path": "summary", "value": "x" }]);
        let each = json!([{ "OP": "Replace", "Path": "/summary", "Value": "x" }]);
        assert_eq!(sent(&each), (right.clone(), 0, 5));
        assert_eq!(sent(&json!({ "Op": "replace", "PATH": "summary", "value": "x" })), (right.clone(), 0, 3));
        assert_eq!(sent(&right), (right.clone(), 0, 0));
        // Which of the two is meant nobody knows.
        let twice = json!([{ "op": "replace", "path": "summary", "Path": "board", "value": "x" }]);
        assert_eq!(sent(&twice).1, 1);
    }

    #[test]
    fn parts_of_one_reference_come_together() {
        let lookup = |_: &str| None::<Value>;
        let schemas = Schemas::new(&lookup);
        let mut checker = Checker::new(&schemas);
        let data = json!([
            { "op": "replace", "path": "company/identifier", "value": "Acme" },
            { "op": "replace", "path": "summary", "value": "x" },
            { "op": "replace", "path": "/company/name", "value": "Acme Ltd" },
            { "op": "replace", "path": "board", "value": 3 },
            { "op": "replace", "path": "board/name", "value": "Help Desk" },
        ]);
        let out = operations(&data, None, true, &mut checker);
        assert_eq!(checker.problems, []);
        assert_eq!(
            out,
            json!([
                { "op": "replace", "path": "company", "value": { "identifier": "Acme", "name": "Acme Ltd" } },
                { "op": "replace", "path": "summary", "value": "x" },
                { "op": "replace", "path": "board", "value": { "id": 3, "name": "Help Desk" } },
            ])
        );
        assert_eq!(checker.notes.len(), 4, "{:?}", checker.notes);
    }
}
