//! Does a value fit its schema, and if not: what is wrong where, and what would be right?
//!
//! More tolerant than JSON Schema where a wrong "no" would cost a good call: `null` is allowed for whatever is not
//! required, patterns are not followed, an object of which nothing is declared takes anything. What surely is meant
//! (`"5"` for a number, `10` for a reference to the record 10) is repaired, with a note.

mod bare;
mod converted;
mod entries;
mod members;
mod scalars;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::commas::list_in_body;
use super::discriminator::{Choice, choice};
use super::near::{as_it_is, listed, nearest};
use super::small::small;
use super::view::{Schemas, View};
use super::wording::{describe, scalar_text, shortened, shown, type_names, wanted};
use super::{Home, MAX_PROBLEMS, Problem, Referred};
use crate::surface::{Place, Said};
use bare::is_json_list;
use converted::{converted, whole};
pub(super) use scalars::is_uuid;

/// Objects and arrays around a value; serde_json reads 128 at most.
const MAX_DEPTH: usize = 64;
/// Values that are checked within one call: alternatives within alternatives multiply.
const MAX_CHECKED: usize = 200_000;

/// Notes of one call: whoever made more made one of them many times.
const MAX_NOTES: usize = 100;

/// Checks values and keeps what was found.
pub(super) struct Checker<'s> {
    pub(super) schemas: &'s Schemas<'s>,
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<Said>,
    /// Whether the value that is checked is a part of a record: what its schema requires need not be there.
    pub(super) is_partial: bool,
    /// Whether the members of the value that is checked are fields of a form, which are text.
    pub(super) is_form: bool,
    /// Whether the value that is checked travels as text, so that `5` and `"5"` make the same request.
    pub(super) is_text: bool,
    /// What stands for each placeholder of the path that has a value, as it is written there.
    pub(super) ids: BTreeMap<String, String>,
    more_notes: usize,
    left: usize,
}

/// How far a value is from an alternative: whether a listed value contradicts it, whether none agrees, whether it is of another type,
/// and the number of faults.
type Distance = (bool, bool, bool, usize);

/// Whether there must be a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
}

impl<'s> Checker<'s> {
    pub(super) fn new(schemas: &'s Schemas<'s>) -> Self {
        Self {
            schemas,
            problems: Vec::new(),
            notes: Vec::new(),
            is_partial: false,
            is_form: false,
            is_text: false,
            ids: BTreeMap::new(),
            more_notes: 0,
            left: MAX_CHECKED,
        }
    }

    pub(super) fn problem(
        &mut self,
        place: &Place,
        message: impl Into<Said>,
        cure: impl Into<Said>,
        offers: Vec<String>,
    ) {
        self.problems.push(Problem { offers, ..Problem::new(place, message, cure) });
    }

    /// A value of the right type that is beyond what the manifest allows.
    pub(super) fn beyond(
        &mut self,
        place: &Place,
        message: impl Into<Said>,
        cure: impl Into<Said>,
        offers: Vec<String>,
    ) {
        self.problems.push(Problem { offers, is_beyond: true, ..Problem::new(place, message, cure) });
    }

    pub(super) fn note(&mut self, note: impl Into<Said>) {
        let note = note.into();
        if self.notes.len() >= MAX_NOTES {
            self.more_notes += 1;
        } else if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Says what the reader is to see before all else.
    pub(super) fn note_first(&mut self, note: impl Into<Said>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.insert(0, note);
        }
    }

    /// Says that nothing is sent of a member of a form: no text stands for its value.
    pub(super) fn note_left_out(&mut self, name: &str) {
        self.note(Said::new().at(&Place::body().field(name)).text(" is empty, and left out"));
    }

    /// What is said of the notes that were left out.
    pub(super) fn notes_left_out(&self) -> Option<Said> {
        (self.more_notes > 0).then(|| format!("and {} more notes", self.more_notes).into())
    }

    /// Whether there are more problems than are shown: what would be said of another is not worked out.
    pub(super) fn is_full(&self) -> bool {
        self.problems.len() > MAX_PROBLEMS
    }

    /// The value as it is to be sent; what is wrong with it is among `problems` afterwards.
    pub(super) fn check(&mut self, schema: &Value, value: &Value, place: &Place, need: Need) -> Value {
        self.value(schema, value, place, need, 0)
    }

    /// As [`Self::check`], for a field of a record: a bare number refers to another record there.
    pub(super) fn check_field(&mut self, schema: &Value, value: &Value, place: &Place, need: Need) -> Value {
        self.value(schema, value, place, need, 1)
    }

    fn value(&mut self, schema: &Value, value: &Value, place: &Place, need: Need, depth: usize) -> Value {
        if depth > MAX_DEPTH || self.left == 0 {
            self.note(Said::new().at(place).text(" was not checked in full: it is too large or too deep"));
            return value.clone();
        }
        self.left -= 1;
        let views = self.schemas.views(schema);
        if depth > 0
            && !self.is_text
            && let Some(read) = bare::within_text(&views, value)
        {
            self.note(sent_as(place, &shown(value), &shown(&read)));
            return self.value(schema, &read, place, need, depth);
        }
        match choice(&views, value, self.schemas) {
            Some(Choice::Alternative(view)) => return self.fit(&view, value, place, need, depth),
            Some(Choice::None { property, names }) => {
                let given = value.get(&property).unwrap_or(&Value::Null);
                let offers = nearest(given.as_str().unwrap_or_default(), names.iter().map(String::as_str), 3);
                let message = format!("{} names none of the alternatives", shown(given));
                self.problem(
                    &place.field(&property),
                    message,
                    format!("Give one of {}.", listed(&names, "or")),
                    offers,
                );
                return value.clone();
            }
            None => {}
        }
        if let [only] = &*views {
            return self.fit(only, value, place, need, depth);
        }
        let mut best: Option<(Distance, Vec<Problem>)> = None;
        let mut repaired: Option<(Value, Vec<Said>)> = None;
        for view in views.iter() {
            let mut trial = Checker {
                left: self.left,
                is_partial: self.is_partial,
                is_form: self.is_form,
                is_text: self.is_text,
                ..Checker::new(self.schemas)
            };
            let out = trial.fit(view, value, place, need, depth);
            self.left = trial.left;
            if trial.problems.is_empty() {
                // What fits as it is was meant so: `"01"` of a number or a text is the text.
                if out == *value {
                    self.notes.extend(trial.notes);
                    return out;
                }
                repaired.get_or_insert((out, trial.notes));
                continue;
            }
            // An alternative of another type is farther off than any number of faults within the right one.
            let is_far = trial.problems.iter().any(|problem| problem.place == *place);
            let (contradicted, agrees) = self.listed_values(view, value);
            let distance = (contradicted, !agrees, is_far, trial.problems.len());
            if best.as_ref().is_none_or(|(least, _)| distance < *least) {
                best = Some((distance, trial.problems));
            }
        }
        if let Some((out, notes)) = repaired {
            self.notes.extend(notes);
            return out;
        }
        let is_of_type = |problems: &[Problem]| problems.iter().all(|problem| problem.place != *place);
        match best {
            Some((_, problems))
                if is_of_type(&problems) || value.is_object() || problems.iter().all(|problem| problem.is_beyond) =>
            {
                self.problems.extend(problems);
            }
            _ => {
                let kinds: Vec<String> = views.iter().map(describe).collect();
                let message = format!("{} fits none of the {} alternatives", shown(value), views.len());
                self.problem(place, message, format!("Give {}.", kinds.join(", or ")), Vec::new());
            }
        }
        value.clone()
    }

    /// Whether a member of an object is none of the values that an alternative lists for it, and whether one is: by such values
    /// manifests tell alternatives apart, also without a discriminator.
    fn listed_values(&self, view: &View, value: &Value) -> (bool, bool) {
        let mut found = (false, false);
        for (name, given) in value.as_object().into_iter().flatten() {
            let Some(schema) = view.properties.get(name) else { continue };
            let known = self.schemas.view(schema).values;
            let is_one = known.iter().any(|known| scalar_text(known).as_ref() == scalar_text(given).as_ref());
            found.0 |= !known.is_empty() && !is_one;
            found.1 |= is_one;
        }
        found
    }

    pub(super) fn fit(&mut self, view: &View, value: &Value, place: &Place, need: Need, depth: usize) -> Value {
        if value.is_null() {
            if need == Need::Required && !view.nullable && !view.types.is_empty() {
                let cure = format!("Give {}.", describe(view));
                self.problem(place, "must have a value, and is null", cure, Vec::new());
            }
            return Value::Null;
        }
        if !view.values.is_empty() {
            return self.one_of(view, value, place);
        }
        if view.types.is_empty() || view.is_java_node() || (depth > 0 && view.is_anything()) {
            return value.clone();
        }
        if let Some(coded) = self.coded(view, value).filter(|coded| coded != value) {
            self.note(sent_as(place, &shown(value), &format!("`{coded}`")));
            return coded;
        }
        if let Some(list) = entries::meant(view, value, self.schemas) {
            return self.entries(view, value, &list, place, need, depth);
        }
        if depth == 0
            && *place == Place::body()
            && let Some(record) = bare::record_of(view, value, self.schemas)
        {
            self.note(sent_as(place, &shown(value), &shown(&record)));
            return self.fit(view, &record, place, need, depth);
        }
        match value {
            Value::Object(map) if view.is("object") => self.object(view, map, place, depth),
            Value::Array(items) if view.is("array") => self.array(view, items, place, depth),
            Value::String(text) if view.is("string") => self.string(view, text, place),
            Value::Bool(_) if view.is("boolean") => value.clone(),
            Value::Number(_) if view.is("number") => self.number(view, value, place),
            Value::Number(number) if view.is("integer") => match whole(value) {
                Some(value) => self.number(view, &value, place),
                None => {
                    let message = format!("{number} is not a whole number");
                    self.problem(place, message, wanted(view), Vec::new());
                    value.clone()
                }
            },
            // As forms send what has parts where nothing else is said (OpenAPI 3.1.0 section 4.8.14.3).
            Value::Object(_) | Value::Array(_) if self.is_form && depth == 1 && view.is("string") => {
                self.note(Said::new().at(place).text(" is text by the manifest; its JSON is sent"));
                Value::String(value.to_string())
            }
            // `filter[name]=x` is sent as it is written.
            Value::String(_) | Value::Number(_) | Value::Bool(_)
                if self.is_text && depth > 0 && view.is("array") && !is_json_list(value) =>
            {
                self.bare_item(view, value, place, depth);
                value.clone()
            }
            // One record where a list of them is meant.
            Value::Object(record) if depth > 0 && view.is("array") && self.is_item(view, record) => {
                let list = json!([value]);
                self.note(sent_as(place, &shown(value), &shown(&list)));
                self.fit(view, &list, place, need, depth)
            }
            Value::String(text) if depth > 0 && view.is("array") && text.contains(',') => {
                let items = view.items.as_ref().map(|items| self.schemas.view(items)).unwrap_or_default();
                match list_in_body(text, &items, &is_uuid) {
                    Some(list) => {
                        self.note(sent_as(place, &shown(value), &shown(&list)));
                        self.fit(view, &list, place, need, depth)
                    }
                    None => self.converted(view, value, place, need, depth),
                }
            }
            _ => self.converted(view, value, place, need, depth),
        }
    }

    /// The value that is surely meant by one of another type.
    fn converted(&mut self, view: &View, value: &Value, place: &Place, need: Need, depth: usize) -> Value {
        match converted(view, value, depth) {
            Some(converted) => {
                // What is below an item is sent as JSON.
                let text = scalar_text(value).filter(|_| self.is_text && depth <= 1);
                if text.is_none() || text != scalar_text(&converted) {
                    self.note(sent_as(place, &shown(value), &shown(&converted)));
                }
                self.fit(view, &converted, place, need, depth)
            }
            None => self.mismatch(view, value, place),
        }
    }

    /// The reference that is meant by what people call a code, alone or as a member.
    fn coded(&self, view: &View, value: &Value) -> Option<Value> {
        let (schema, habits) = (view.name.as_deref()?, self.schemas.habits?);
        let called = match value {
            Value::Object(members) if members.len() == 1 => {
                ["identifier", "name"].iter().find_map(|name| members.get(*name)?.as_str())?
            }
            value => value.as_str()?,
        };
        habits.coded(schema, called).map(|(member, code)| json!({ member: code }))
    }

    fn mismatch(&mut self, view: &View, value: &Value, place: &Place) -> Value {
        let message = format!("{} is not {}", shown(value), type_names(view));
        let mut offers = Vec::new();
        let mut cure = Said::from(wanted(view));
        match value {
            Value::String(text) if view.is_reference() => {
                if let Some((cure, offers)) = self.named(view, text) {
                    self.problem(place, message, cure, offers);
                    return value.clone();
                }
            }
            Value::Array(items) if items.len() == 1 => offers.extend(items.first().map(Value::to_string)),
            // Of a list where one record is declared the manifest may be wrong.
            Value::Array(items) if !items.is_empty() && *place == Place::body() && view.is("object") => {
                cure = cure.text(" Or ").said(as_it_is()).text(".");
            }
            Value::Array(_) => {}
            value if view.is("array") => {
                let one = json!([value]).to_string();
                cure = format!("Give a list, here of one: {}.", shortened(&one)).into();
                offers.push(one);
            }
            _ => {}
        }
        self.problem(place, message, cure, offers);
        value.clone()
    }

    /// What to write where a text stands for a record, with the offers.
    fn named(&self, view: &View, text: &str) -> Option<(Said, Vec<String>)> {
        if let Some(home) = self.referred(view, None, &text.into()) {
            return Some((home.cure.text("."), home.offers));
        }
        let keys = ["identifier", "name"].into_iter().filter(|key| view.properties.contains_key(*key));
        let offers: Vec<String> = keys.map(|key| json!({ key: text }).to_string()).collect();
        let cure = format!("Refer to the record by its number, `{{\"id\": 1}}`, or write {}.", offers.first()?);
        Some((cure.into(), offers))
    }

    /// A text that is given as the id of a reference, where ids are numbers: what to write in place of the reference.
    pub(super) fn text_as_id(&mut self, view: &View, (name, value): (&str, &Value), place: &Place) -> bool {
        let Some(text) = value.as_str().filter(|_| name == "id" && view.is_reference()) else { return false };
        let is_number = view.properties.get(name).is_some_and(|id| self.schemas.view(id).types == ["integer"]);
        let is_named = is_number && !text.trim().is_empty() && text.trim().parse::<i64>().is_err();
        let Some((cure, offers)) = self.named(view, text).filter(|_| is_named) else { return false };
        let message = Said::from(format!("{} is no id, which is a number", shown(value)));
        self.problem(&place.field(name), message, cure, offers);
        true
    }

    /// A text that is no record's name, given as the name of the record that a reference refers to: how that record is found. An id
    /// beside it says which one is meant.
    pub(super) fn no_name(
        &mut self,
        view: &View,
        beside: &Map<String, Value>,
        (name, value): (&str, &Value),
        place: &Place,
    ) -> bool {
        let is_name = value.is_string() && ["identifier", "name"].contains(&name) && view.is_reference();
        let is_id = |(name, id): (&String, &Value)| name.eq_ignore_ascii_case("id") && !id.is_null() && id != "";
        if !is_name || beside.iter().any(is_id) {
            return false;
        }
        let Some(home) = self.referred(view, None, value) else { return false };
        let message = format!("{} is no `{name}` of a record", shown(value));
        self.problem(&place.field(name), message, home.cure.text("; ").said(as_it_is()).text("."), home.offers);
        true
    }

    /// How the record is found that a reference is to name by a value, or by a member that it lacks.
    pub(super) fn referred(&self, view: &View, member: Option<&str>, value: &Value) -> Option<Home> {
        let (schema, habits) = (view.name.as_deref()?, self.schemas.habits?);
        habits.referred(&Referred { schema, member, value, lookup: self.schemas.lookup })
    }

    /// A small value that fits, as JSON text; shallower where the whole would be too long to show.
    pub(super) fn example_text(&self, schema: &Value) -> Option<String> {
        /// Characters of an example that still help.
        const LONGEST: usize = 600;
        let texts = (1..=3).rev().map(|depth| small(schema, self.schemas, &self.ids, depth).to_string());
        texts.into_iter().find(|text| text.len() <= LONGEST && text != "{}")
    }
}

/// That a value is repaired.
pub(super) fn sent_as(place: &Place, given: &str, sent: &str) -> Said {
    Said::new().at(place).text(format!(": {given} is sent as {sent}"))
}
