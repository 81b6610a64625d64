//! Where does a value belong that a body gives under a name which its schema does not declare?

use serde_json::{Value, json};

use super::check::{Checker, Need};
use super::near::{as_it_is, instead, listed, nearest};
use super::view::View;
use super::wording::shortened;
use super::{Entry, Home, Homeless};
use super::{flags, kinds};
use crate::document::words;
use crate::invoke::pairs::{half_of_pair, kind_beside, kinds_called};
use crate::surface::{Given, Place, Said};

/// Names near to an unknown one that are looked at.
const MOST_NEAR: usize = 8;

impl Checker<'_> {
    /// Says of values that belong into the same list how they stand there together: a body has the list once.
    pub(super) fn join(&mut self, entries: &[(usize, &str, Entry)]) {
        for (at, _, Entry { list, route, .. }) in entries {
            let together: Vec<_> = entries.iter().filter(|(.., other)| other.list == *list).collect();
            if together.len() < 2 {
                continue;
            }
            let first = together.first().map(|(first, ..)| *first).filter(|first| first != at);
            let first = first.and_then(|first| self.problems.get(first)).map(|problem| problem.place.clone());
            if let (Some(first), Some(problem)) = (first, self.problems.get_mut(*at)) {
                // One list holds all, and is said once.
                problem.cure = Said::from("The list that is given for ").at(&first).text(" has it too.");
                problem.offers = Vec::new();
                continue;
            }
            let names: Vec<String> = together.iter().map(|(_, name, _)| (*name).to_owned()).collect();
            let values: Vec<&Value> = together.iter().map(|(.., entry)| &entry.entry).collect();
            let offer = format!("{}: {}", json!(list), json!(values));
            if let Some(problem) = self.problems.get_mut(*at) {
                let cure = format!("Write {} as entries of one list, {offer}{route}", listed(&names, "and"));
                problem.cure = Said::from(cure).text("; ").said(as_it_is()).text(".");
                problem.offers = vec![offer];
            }
        }
    }

    /// A name that the schema does not declare. Returns the entry of a list that it is to be.
    pub(super) fn unknown_field(&mut self, view: &View, name: &str, value: &Value, place: &Place) -> Option<Entry> {
        let unnamed = if place.is_param() { "the parameter" } else { "the body" };
        let owner = view.name.as_deref().map_or_else(|| unnamed.to_owned(), |name| format!("`{name}`"));
        let message = format!("{owner} has no field `{name}`");
        if self.is_full() {
            self.problem(place, message, "", Vec::new());
            return None;
        }
        let reference = self.reference_meant(view, name);
        let reference = reference.map(|(field, key)| format!("{}: {}", json!(field), json!({ key: value })));
        let mut offers = self.pairs_meant(view, name, value);
        let names: Vec<&str> = view.properties.keys().map(String::as_str).collect();
        let half = half_of_pair(name, false, &names).map(|half| format!("{}: {value}", json!(half)));
        offers.extend(half);
        offers.extend(reference);
        offers.extend(self.nested_meant(view, name, value));
        offers.extend(flags::told(view, name, value, self.schemas));
        offers.retain(|offer| self.passes(view, offer));
        if let Some(first) = offers.first() {
            let others = if offers.len() > 1 { ", or one of the others offered" } else { "" };
            let cure = format!("Write {}{others}", shortened(first));
            self.problem(place, message, Said::from(cure).text("; ").said(as_it_is()).text("."), offers);
            return None;
        }
        let is_misspelt = || !nearest(name, view.properties.keys().map(String::as_str), 1).is_empty();
        if view.is_reference()
            && !is_misspelt()
            && let Some(home) = self.referred(view, Some(name), value)
        {
            let cure = home.cure.text("; ").said(as_it_is()).text(".");
            self.problem(place, message, cure, home.offers);
            return None;
        }
        let homeless = Homeless {
            record: view.name.as_deref(),
            schema: &view.properties,
            lookup: self.schemas.lookup,
            name,
            value,
            operation: self.schemas.operation,
            id: self.schemas.operation.and_then(|operation| {
                let name = operation.path.rsplit('/').next()?.strip_prefix('{')?.strip_suffix('}')?;
                self.ids.get(name).map(String::as_str)
            }),
        };
        let home = self.schemas.habits.and_then(|habits| habits.home(&homeless));
        let home = home.filter(|home| home.offers.iter().all(|offer| self.passes(view, offer)));
        if let Some(Home { cure, offers, entry }) = home {
            let cure = cure.text("; ").said(as_it_is()).text(".");
            self.problem(place, message, cure, offers);
            return entry;
        }
        let near = nearest(name, view.properties.keys().map(String::as_str), MOST_NEAR);
        let offers = kinds::of_kind(view, name, value, near, self.schemas);
        let cure = instead(&offers, Said::from("Leave it out, or see the fields with ").given(Given::Description));
        self.problem(place, message, cure, offers);
        None
    }

    /// Whether what is offered would be taken; what is no field with its value is left to whoever reads it.
    fn passes(&self, view: &View, offer: &str) -> bool {
        let Ok(Value::Object(fields)) = serde_json::from_str(&format!("{{{offer}}}")) else { return true };
        let mut trial = Checker::new(self.schemas);
        for (name, value) in &fields {
            let Some(schema) = view.properties.get(name) else { return false };
            trial.check_field(schema, value, &Place::body(), Need::Optional);
        }
        trial.problems.is_empty()
    }

    /// `ticketId` where a record of some kind is named by two fields, its id and its kind, of which one is a ticket: the two fields.
    fn pairs_meant(&self, view: &View, name: &str, value: &Value) -> Vec<String> {
        let is_id = value.is_u64() || value.as_str().is_some_and(|text| text.trim().parse::<u64>().is_ok());
        let words = words::split(name);
        let noun = match words.split_last() {
            Some((last, front)) if last == "id" && !front.is_empty() => front.join(" "),
            _ if is_id => words.join(" "),
            _ => return Vec::new(),
        };
        let names = || view.properties.keys().map(String::as_str);
        let mut offers = Vec::new();
        for id in names() {
            let Some(kind) = kind_beside(id, names()) else { continue };
            let values = view.properties.get(kind).map(|schema| self.schemas.view(schema).values).unwrap_or_default();
            let kinds: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            let pair = |named: &str| format!("{}: {value}, {}: {}", json!(id), json!(kind), json!(named));
            offers.extend(kinds_called(&kinds, &noun).into_iter().map(pair));
        }
        offers
    }

    /// `board/name` or `board.name` where there is an object `board`: a body has it within.
    fn nested_meant(&self, view: &View, name: &str, value: &Value) -> Option<String> {
        let mut names = name.split(['/', '.']).filter(|name| !name.is_empty());
        let first = names.next()?;
        let (field, schema) = view.properties.iter().find(|(field, _)| field.eq_ignore_ascii_case(first))?;
        let inner: Vec<&str> = names.collect();
        let owner = self.schemas.view(schema);
        let items = owner.items.as_ref().map(|items| self.schemas.view(items));
        let member = inner.first()?;
        let known = &items.as_ref().unwrap_or(&owner).properties;
        let member = known.keys().find(|known| known.eq_ignore_ascii_case(member))?;
        let within = inner.iter().skip(1).rev().fold(value.clone(), |within, name| json!({ *name: within }));
        let whole = json!({ member: within });
        Some(format!("{}: {}", json!(field), if items.is_some() { json!([whole]) } else { whole }))
    }

    /// `companyId` where there is a reference `company` with an `id`.
    pub(super) fn reference_meant(&self, view: &View, name: &str) -> Option<(String, &'static str)> {
        for (ending, key) in [("id", "id"), ("identifier", "identifier"), ("name", "name")] {
            let Some(at) = name.len().checked_sub(ending.len()) else { continue };
            let (Some(front), Some(end)) = (name.get(..at), name.get(at..)) else { continue };
            let front = front.trim_end_matches('_');
            if !end.eq_ignore_ascii_case(ending) || front.is_empty() {
                continue;
            }
            let field = view.properties.iter().find(|(field, _)| field.eq_ignore_ascii_case(front));
            let Some((field, schema)) = field else { continue };
            if self.schemas.view(schema).properties.contains_key(key) {
                return Some((field.clone(), key));
            }
        }
        None
    }
}
