//! Do the items of a list and the members of an object fit?

use serde_json::{Map, Value};

use super::super::view::{Additional, View};
use super::super::wording::{counted, describe, wanted};
use super::super::{Entry, Problem, meant};
use super::{Checker, Need};
use crate::surface::{Place, Said};

impl Checker<'_> {
    pub(super) fn array(&mut self, view: &View, items: &[Value], place: &Place, depth: usize) -> Value {
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        for (key, word) in [("minItems", "least"), ("maxItems", "most")] {
            let Some(bound) = view.count(key) else { continue };
            if (word == "least" && count < bound) || (word == "most" && count > bound) {
                let message = format!("has {}; {bound} is the {word}", counted(count, "item"));
                self.beyond(place, message, wanted(view), Vec::new());
            }
        }
        let Some(schema) = &view.items else { return Value::Array(items.to_vec()) };
        let checked = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.value(schema, item, &place.item(index), Need::Optional, depth + 1));
        Value::Array(checked.collect())
    }

    pub(super) fn object(&mut self, view: &View, map: &Map<String, Value>, place: &Place, depth: usize) -> Value {
        let mut out = Map::new();
        let mut entries: Vec<(usize, &str, Entry)> = Vec::new();
        let mut unknown: Vec<usize> = Vec::new();
        let mut empty: Option<Place> = None;
        for (given, value) in map {
            let mut name = given;
            let at = place.field(given);
            let meant = meant::member(view, given, map, self.schemas);
            if let Some(meant) = &meant {
                self.note(Said::new().at(&at).text(format!(" is sent as `{meant}`, as the API spells it")));
                name = meant;
            }
            if let Some(schema) = view.properties.get(name)
                && meant::is_absent(view, schema, value, self.schemas)
            {
                self.note(Said::new().at(&at).text(" is empty, which is no value for it; it is left out"));
                empty.get_or_insert(at);
                continue;
            }
            if self.text_as_id(view, (name, value), place) || self.no_name(view, map, (name, value), place) {
                out.insert(name.clone(), value.clone());
                continue;
            }
            let value = match (view.properties.get(name), &view.additional) {
                (Some(schema), _) => {
                    let need = if view.required.contains(name) { Need::Required } else { Need::Optional };
                    if self.schemas.view(schema).says("readOnly") {
                        self.note(Said::new().at(&at).text(" is set by the server; what is sent for it has no effect"));
                    }
                    self.value(schema, value, &at, need, depth + 1)
                }
                (None, Additional::Fitting(schema)) => self.value(schema, value, &at, Need::Optional, depth + 1),
                (None, Additional::Open) => value.clone(),
                (None, Additional::Unsaid) if view.properties.is_empty() => value.clone(),
                // What is required is known, also where nothing is said of it.
                (None, _) if view.required.contains(name) => value.clone(),
                (None, _) => {
                    unknown.push(self.problems.len());
                    let entry = self.unknown_field(view, name, value, &at);
                    entries.extend(entry.map(|entry| (self.problems.len() - 1, given.as_str(), entry)));
                    value.clone()
                }
            };
            out.insert(name.clone(), value);
        }
        // A reference to nothing may take away what is there.
        if let Some(at) = empty.filter(|_| depth > 0 && out.is_empty()) {
            let message = "is empty, and nothing else says which record is meant";
            self.problem(&at, message, "Give the id of a record, or leave the reference out.", Vec::new());
        }
        self.join(&entries);
        let mut names: Vec<&str> = view.required.iter().map(String::as_str).collect();
        names.retain(|name| !out.contains_key(*name));
        names.extend(self.demanded(depth, place).iter().filter(|name| out.get(**name).is_none_or(Value::is_null)));
        names.retain(|name| !self.is_told(&unknown, name));
        let missing = names.iter().filter_map(|name| {
            let about = self.schemas.view(view.properties.get(*name).unwrap_or(&Value::Null));
            let of = self.schemas.habits.zip(self.schemas.operation);
            let id_of = of.and_then(|(habits, operation)| habits.id_of(&operation.path, name));
            let id_of = id_of.map(|id| format!(", an id of GET {}", id.said())).unwrap_or_default();
            (!about.says("readOnly")).then(|| format!("`{name}` ({}{id_of})", describe(&about)))
        });
        let missing: Vec<String> = missing.collect();
        if !missing.is_empty() && depth == 0 && self.is_partial {
            let said = format!(
                "the manifest requires {} too; a PATCH changes only what it names, and is sent without",
                missing.join(", ")
            );
            self.note(said);
        } else if !missing.is_empty() {
            let (word, it) = if missing.len() == 1 { ("field", "it") } else { ("fields", "them") };
            let message = format!("required {word} missing: {}", missing.join(", "));
            let lacks = if depth == 0 { names.into_iter().map(str::to_owned).collect() } else { Vec::new() };
            self.problems.push(Problem { lacks, ..Problem::new(place, message, format!("Add {it}.")) });
        }
        Value::Object(out)
    }

    /// What the API demands of the record of a body, beyond its schema.
    fn demanded(&self, depth: usize, place: &Place) -> &'static [&'static str] {
        match (self.schemas.habits, self.schemas.operation) {
            (Some(habits), Some(operation)) if depth == 0 && !place.is_param() => habits.demanded(operation),
            _ => &[],
        }
    }

    /// Whether a missing member is what one of these problems says to write in place of an unknown one. That problem says then that
    /// the member is required.
    fn is_told(&mut self, unknown: &[usize], name: &str) -> bool {
        let is_offered = |offer: &String| {
            let fields = serde_json::from_str::<Map<String, Value>>(&format!("{{{offer}}}"));
            offer == name || fields.is_ok_and(|fields| fields.contains_key(name))
        };
        let is_it = |problem: &Problem| problem.offers.first().is_some_and(is_offered);
        let Some(at) = unknown.iter().find(|at| self.problems.get(**at).is_some_and(is_it)) else { return false };
        let Some(told) = self.problems.get_mut(*at) else { return false };
        told.message = std::mem::take(&mut told.message).text(format!(", and lacks `{name}`, which is required"));
        true
    }
}
