//! What of the API's data does an answer show? Pure.
//!
//! A caller may name the fields that it wants; they are picked here, so that it does not matter whether the API picks them. Beyond that a
//! model is spared what says nothing of a record, such as links. Whoever asks for everything gets what the API answered.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

/// A member that an API puts beside the fields of its records, and that says nothing of them but what is named here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Its name.
    pub name: &'static str,
    /// Those of its members that say something of the record, under names by which it can be filtered. A record shows them as its own.
    pub lifted: &'static [&'static str],
}

/// What an answer shows.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Everything, as the API answered it, but for `fields`.
    pub is_full: bool,
    /// The paths of the fields that the caller wants, such as `company/name`; none where it wants all.
    pub fields: Vec<String>,
    /// What the API puts beside the fields of its records.
    pub asides: &'static [Aside],
    /// The path template of the operation that answers, where the manifest has it.
    pub of: Option<Arc<str>>,
}

impl View {
    /// Everything.
    #[cfg(test)]
    pub fn full() -> Self {
        Self { is_full: true, ..Self::default() }
    }

    /// Whether a value is shown as it came, whatever it is.
    pub fn is_plain(&self) -> bool {
        self.fields.is_empty() && (self.is_full || self.asides.is_empty())
    }

    /// What is shown of a value that is no row. One that has none of the fields is shown whole: it is none of the records that they are of.
    pub fn of_one<'v>(&self, value: &'v Value) -> Cow<'v, Value> {
        let is_other = !self.fields.is_empty() && self.fields.iter().all(|field| !self.finds(value, field));
        if is_other { Cow::Borrowed(value) } else { self.of(value) }
    }

    /// What is shown of a record.
    pub fn of<'v>(&self, value: &'v Value) -> Cow<'v, Value> {
        if !self.fields.is_empty() {
            return Cow::Owned(project(value, &self.fields, self.asides));
        }
        if self.is_plain() || !self.has_aside(value) {
            return Cow::Borrowed(value);
        }
        let mut shown = value.clone();
        self.lift(&mut shown);
        self.strip(&mut shown);
        Cow::Owned(shown)
    }

    /// As [`Self::of`], and whether something of the record is not shown though nobody chose fields.
    pub fn shown(&self, mut value: Value) -> (Value, bool) {
        if !self.fields.is_empty() {
            return (project(&value, &self.fields, self.asides), false);
        }
        if self.is_plain() {
            return (value, false);
        }
        self.lift(&mut value);
        let leaves_out = self.strip(&mut value);
        (value, leaves_out)
    }

    /// Whether something of a value is not shown though nobody chose fields.
    pub fn leaves_out(&self, value: &Value) -> bool {
        self.fields.is_empty() && !self.is_plain() && self.has_aside(value)
    }

    /// The names of what is not shown unless it is asked for.
    pub fn left_out(&self) -> String {
        self.asides.iter().map(|aside| aside.name).collect::<Vec<_>>().join(", ")
    }

    /// The fields that none of some records has.
    pub fn missing<'v>(&self, records: impl IntoIterator<Item = &'v Value>) -> Vec<&str> {
        let mut missing: Vec<&str> = self.fields.iter().map(String::as_str).collect();
        let mut any = false;
        for value in records {
            any = true;
            missing.retain(|field| !self.finds(value, field));
            if missing.is_empty() {
                break;
            }
        }
        if any { missing } else { Vec::new() }
    }

    fn finds(&self, value: &Value, field: &str) -> bool {
        has(value, &steps(field)) || lifted(value, field, self.asides).is_some()
    }

    fn is_aside(&self, name: &str) -> bool {
        self.asides.iter().any(|aside| aside.name == name)
    }

    fn has_aside(&self, value: &Value) -> bool {
        match value {
            Value::Object(members) => members.iter().any(|(name, value)| self.is_aside(name) || self.has_aside(value)),
            Value::Array(items) => items.iter().any(|item| self.has_aside(item)),
            _ => false,
        }
    }

    /// Puts what an aside says of the record among its fields.
    fn lift(&self, record: &mut Value) {
        let Value::Object(members) = record else { return };
        for aside in self.asides {
            let Some(Value::Object(beside)) = members.get(aside.name) else { continue };
            let lifted: Vec<(String, Value)> = aside
                .lifted
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), beside.get(*name)?.clone())))
                .filter(|(name, _)| !members.contains_key(name))
                .collect();
            members.extend(lifted);
        }
    }

    /// Takes the asides out, and says whether there were any.
    fn strip(&self, value: &mut Value) -> bool {
        match value {
            Value::Object(members) => {
                let all = members.len();
                members.retain(|name, _| !self.is_aside(name));
                let had_own = members.len() < all;
                members.values_mut().fold(had_own, |had, value| self.strip(value) | had)
            }
            Value::Array(items) => items.iter_mut().fold(false, |had, item| self.strip(item) | had),
            _ => false,
        }
    }
}

fn steps(field: &str) -> Vec<&str> {
    field.split(['/', '.']).filter(|step| !step.is_empty()).collect()
}

/// An object cut to some paths; arrays on the way are entered. What is no object comes back whole.
fn project(row: &Value, fields: &[String], asides: &[Aside]) -> Value {
    if !row.is_object() {
        return row.clone();
    }
    let mut out = Value::Object(Map::new());
    for field in fields {
        let path = steps(field);
        if has(row, &path) {
            copy(row, &path, &mut out);
            continue;
        }
        if let (Some((name, value)), Value::Object(members)) = (lifted(row, field, asides), &mut out) {
            members.insert(name.to_owned(), value.clone());
        }
    }
    out
}

/// What an API keeps beside the fields of a record under the name that filters use.
fn lifted<'v>(record: &'v Value, field: &str, asides: &[Aside]) -> Option<(&'static str, &'v Value)> {
    asides.iter().find_map(|aside| {
        let name = *aside.lifted.iter().find(|name| name.eq_ignore_ascii_case(field))?;
        Some((name, record.get(aside.name)?.get(name)?))
    })
}

/// Whether a value has something at a path; of a list, one of its items.
fn has(value: &Value, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    match value {
        Value::Object(members) => {
            members.iter().any(|(name, member)| name.eq_ignore_ascii_case(first) && has(member, rest))
        }
        Value::Array(items) => items.iter().any(|item| has(item, path)),
        _ => false,
    }
}

fn copy(from: &Value, path: &[&str], into: &mut Value) {
    let Some((first, rest)) = path.split_first() else {
        into.clone_from(from);
        return;
    };
    match from {
        Value::Object(object) => {
            // The API's own spelling: a field that differs in case alone is meant.
            let Some((name, member)) = object.iter().find(|(name, _)| name.eq_ignore_ascii_case(first)) else { return };
            if !into.is_object() {
                *into = Value::Object(Map::new());
            }
            if let Value::Object(target) = into {
                copy(member, rest, target.entry(name.clone()).or_insert(Value::Null));
            }
        }
        Value::Array(items) => {
            if into.as_array().is_none_or(|array| array.len() != items.len()) {
                *into = Value::Array(vec![Value::Null; items.len()]);
            }
            if let Value::Array(targets) = into {
                items.iter().zip(targets).for_each(|(item, target)| copy(item, path, target));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ASIDES: &[Aside] = &[Aside { name: "_info", lifted: &["dateEntered", "lastUpdated"] }];

    fn record() -> Value {
        json!({
            "id": 7,
            "board": { "id": 1, "name": "Help", "_info": { "href": "x" } },
            "lines": [{ "id": 1, "_info": {} }],
            "_info": { "lastUpdated": "2026-01-31T00:00:00Z", "href": "y", "dateEntered": "2026-01-30T00:00:00Z" },
        })
    }

    fn view(fields: &[&str]) -> View {
        View { fields: fields.iter().map(|name| (*name).to_owned()).collect(), asides: ASIDES, ..View::default() }
    }

    #[test]
    fn links_are_left_out_and_the_dates_among_them_stand_under_the_names_of_filters() {
        let view = view(&[]);
        let shown = json!({
            "id": 7,
            "board": { "id": 1, "name": "Help" },
            "lines": [{ "id": 1 }],
            "dateEntered": "2026-01-30T00:00:00Z",
            "lastUpdated": "2026-01-31T00:00:00Z",
        });
        assert_eq!((view.of(&record()).into_owned(), view.leaves_out(&record())), (shown.clone(), true));
        assert_eq!(view.shown(record()), (shown, true));
        let nested = json!({ "id": 1, "lines": [{ "id": 2, "_info": {} }, 3] });
        assert_eq!(view.shown(nested), (json!({ "id": 1, "lines": [{ "id": 2 }, 3] }), true));
        let plain = json!({ "id": 1, "own": { "a": [1] } });
        assert_eq!((view.of(&plain).into_owned(), view.leaves_out(&plain)), (plain.clone(), false));
        assert_eq!(view.shown(plain.clone()), (plain, false));
        // An API of which nothing is known, and whoever wants everything, gets what came.
        for whole in [View::default(), View { is_full: true, ..view }] {
            assert_eq!(whole.of(&record()).into_owned(), record());
            assert_eq!(whole.shown(record()), (record(), false));
        }
    }

    #[test]
    fn fields_are_picked_by_their_paths_whatever_the_api_answered() {
        let picked = |fields: &[&str]| view(fields).of(&record()).into_owned();
        assert_eq!(picked(&["ID", "board/name"]), json!({ "id": 7, "board": { "name": "Help" } }));
        assert_eq!(picked(&["lines/id"]), json!({ "lines": [{ "id": 1 }] }));
        assert_eq!(picked(&["dateEntered"]), json!({ "dateEntered": "2026-01-30T00:00:00Z" }));
        assert_eq!(picked(&["_info/href"]), json!({ "_info": { "href": "y" } }));
        // None of them: an empty row, and what is no row is another thing than they are of.
        assert_eq!(picked(&["count"]), json!({}));
        assert_eq!(view(&["count"]).of_one(&record()).into_owned(), record());
        assert_eq!(view(&["id", "dateEntered", "count"]).missing([&record()]), ["count"]);
        assert_eq!(view(&["id"]).missing([&record()]), [""; 0]);
    }
}
