//! Does a value fit its schema, and if not: what is wrong where, and what would be right?
//!
//! More tolerant than JSON Schema where a wrong "no" would cost a good call: `null` is allowed for whatever is not
//! required, patterns are not followed, an object of which nothing is declared takes anything. What surely is meant
//! (`"5"` for a number, `10` for a reference to the record 10) is repaired, with a note.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::discriminator::{Choice, choice};
use super::near::{listed, nearest};
use super::sample::small;
use super::view::{Additional, Schemas, View};
use super::wording::{SHOWN, counted, describe, format_name, scalar_text, shortened, shown, type_names, wanted};
use super::{Entry, MAX_PROBLEMS, Problem, ReadDate, dates, entries, meant};
use crate::invoke::rows::exact;
use crate::surface::{Place, Said};

/// Objects and arrays around a value; serde_json reads 128 at most.
const MAX_DEPTH: usize = 64;
/// Values that are checked within one call: alternatives within alternatives multiply.
const MAX_CHECKED: usize = 200_000;

/// Characters of `2024-01-31`.
const DAY: usize = 10;
/// Characters of `2024-01-31T09:00:00Z`.
const MOMENT: u64 = 20;

/// What becomes of a time that names no zone.
const IN_UTC: &str = ": a time without a zone is taken as UTC";

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
            Some((_, problems)) if is_of_type(&problems) || value.is_object() => self.problems.extend(problems),
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
        if let Some(coded) = self.coded(view, value) {
            self.note(sent_as(place, &shown(value), &format!("`{coded}`")));
            return coded;
        }
        if let Some(list) = entries::meant(view, value, self.schemas) {
            return self.entries(view, value, &list, place, need, depth);
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
            _ => match converted(view, value, depth) {
                Some(converted) => {
                    // What is below an item is sent as JSON.
                    let text = scalar_text(value).filter(|_| self.is_text && depth <= 1);
                    if text.is_none() || text != scalar_text(&converted) {
                        self.note(sent_as(place, &shown(value), &shown(&converted)));
                    }
                    self.fit(view, &converted, place, need, depth)
                }
                None => self.mismatch(view, value, place),
            },
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
        let mut cure = wanted(view);
        match value {
            Value::String(text) if view.is_reference() => {
                for key in ["identifier", "name"].iter().filter(|key| view.properties.contains_key(**key)) {
                    offers.push(json!({ *key: text }).to_string());
                }
                if let Some(offer) = offers.first() {
                    cure = format!("Refer to the record by its number, `{{\"id\": 1}}`, or write {offer}.");
                }
            }
            Value::Array(items) if items.len() == 1 => offers.extend(items.first().map(Value::to_string)),
            Value::Array(_) => {}
            value if view.is("array") => {
                let one = json!([value]).to_string();
                cure = format!("Give a list, here of one: {}.", shortened(&one));
                offers.push(one);
            }
            _ => {}
        }
        self.problem(place, message, cure, offers);
        value.clone()
    }

    fn one_of(&mut self, view: &View, value: &Value, place: &Place) -> Value {
        if view.values.contains(value) {
            return value.clone();
        }
        if self.is_full() {
            self.problem(place, "is not among the values allowed", "", Vec::new());
            return value.clone();
        }
        let text = scalar_text(value);
        let mut alike = view.values.iter().filter(|known| {
            text.as_deref().zip(scalar_text(known)).is_some_and(|(a, b)| a.trim().eq_ignore_ascii_case(&b))
        });
        if let (Some(known), None) = (alike.next(), alike.next()) {
            self.note(sent_as(place, &shown(value), &shown(known)));
            return known.clone();
        }
        let known: Vec<String> = view.values.iter().filter_map(scalar_text).collect();
        let offers = nearest(text.as_deref().unwrap_or_default(), known.iter().map(String::as_str), 3);
        let mut names = known.iter().take(SHOWN).cloned().collect::<Vec<_>>();
        let more = known.len() - names.len();
        if more > 0 {
            // The nearest are of more use than the first.
            let missing = offers.iter().filter(|offer| !names.contains(offer)).cloned().collect::<Vec<_>>();
            names.truncate(SHOWN - missing.len());
            names.extend(missing);
        }
        let rest = if more > 0 { format!(" ({} in all)", known.len()) } else { String::new() };
        let cure = format!("Give one of {}{rest}.", listed(&names, "or"));
        self.problem(place, format!("{} is not among the values allowed", shown(value)), cure, offers);
        value.clone()
    }

    fn string(&mut self, view: &View, text: &str, place: &Place) -> Value {
        let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        if let Some(most) = view.count("maxLength").filter(|most| length > *most) {
            let message = format!("is {} long; {most} is the most", counted(length, "character"));
            self.problem(place, message, format!("Shorten it to {}.", counted(most, "character")), Vec::new());
        }
        if let Some(least) = view.count("minLength").filter(|least| length < *least) {
            let message = format!("is {} long; {least} is the least", counted(length, "character"));
            self.problem(place, message, wanted(view), Vec::new());
        }
        // Of what is no longer than a day, a moment is none.
        let is_day = view.format() == "date-time" && view.count("maxLength").is_some_and(|most| most < MOMENT);
        let format = if is_day { "date" } else { view.format() };
        let (fits, repaired) = match format {
            "date-time" if !text.is_empty() => (dates::seconds(text).is_some(), dates::repaired(text)),
            "date" if !text.is_empty() => (dates::is_date(text) || dates::seconds(text).is_some(), None),
            "uuid" | "guid" if !text.is_empty() => (is_uuid(text), None),
            _ => (true, None),
        };
        if fits {
            return Value::String(text.to_owned());
        }
        if let Some((date, is_zoneless)) = self.read_date(format, text) {
            let sent = date.as_sent(str::to_owned);
            let zone = if is_zoneless { IN_UTC } else { "" };
            self.note(Said::new().at(place).text(format!(": `{}`: {sent}{zone}", shortened(text))));
            return Value::String(date.text);
        }
        if let Some(repaired) = repaired {
            if !self.schemas.habits.is_some_and(|habits| habits.completes_dates()) {
                let said = format!(": `{text}` is sent as it is; if the API wants a date and time, it is `{repaired}`");
                self.note(Said::new().at(place).text(said));
                return Value::String(text.to_owned());
            }
            let is_zoneless = text.contains(':') && repaired.ends_with('Z') && !text.to_uppercase().contains('Z');
            let zone = if is_zoneless { IN_UTC } else { "" };
            self.note(sent_as(place, &format!("`{text}`"), &format!("`{repaired}`")).text(zone));
            return Value::String(repaired);
        }
        let message = format!("`{}` is not a {}", shortened(text), format_name(format));
        self.problem(place, message, wanted(view), Vec::new());
        Value::String(text.to_owned())
    }

    /// A date in a form that this API's parser takes, in the form of its format, and whether it has a time and names no zone.
    fn read_date(&self, format: &str, text: &str) -> Option<(ReadDate, bool)> {
        if !matches!(format, "date-time" | "date") || text.is_empty() || dates::repaired(text).is_some() {
            return None;
        }
        let read = self.schemas.habits?.read_date(text)?;
        let complete = |date: String| match format {
            "date" => date.chars().take(DAY).collect(),
            _ if date.len() == DAY => format!("{date}T00:00:00Z"),
            _ if dates::seconds(&date).is_none() => format!("{date}Z"),
            _ => date,
        };
        let is_zoneless = format == "date-time" && read.text.len() > DAY && dates::seconds(&read.text).is_none();
        Some((ReadDate { text: complete(read.text), other: read.other.map(complete) }, is_zoneless))
    }

    fn number(&mut self, view: &View, value: &Value, place: &Place) -> Value {
        let Some(number) = value.as_f64() else { return value.clone() };
        let (least, most) = limits(view);
        let below = least.is_some_and(|least| number < least)
            || view.number("exclusiveMinimum").is_some_and(|bound| number <= bound);
        let above = most.is_some_and(|most| number > most)
            || view.number("exclusiveMaximum").is_some_and(|bound| number >= bound);
        if below || above {
            let message = format!("{value} is too {}", if below { "small" } else { "large" });
            let bound = if below { least } else { most }.map(|bound| bound.to_string());
            self.problem(place, message, wanted(view), bound.into_iter().collect());
        }
        value.clone()
    }

    fn array(&mut self, view: &View, items: &[Value], place: &Place, depth: usize) -> Value {
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        for (key, word) in [("minItems", "least"), ("maxItems", "most")] {
            let Some(bound) = view.count(key) else { continue };
            if (word == "least" && count < bound) || (word == "most" && count > bound) {
                let message = format!("has {}; {bound} is the {word}", counted(count, "item"));
                self.problem(place, message, wanted(view), Vec::new());
            }
        }
        let Some(schema) = &view.items else { return Value::Array(items.to_vec()) };
        let checked = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.value(schema, item, &place.item(index), Need::Optional, depth + 1));
        Value::Array(checked.collect())
    }

    fn object(&mut self, view: &View, map: &Map<String, Value>, place: &Place, depth: usize) -> Value {
        let mut out = Map::new();
        let mut entries: Vec<(usize, &str, Entry)> = Vec::new();
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
                    let entry = self.unknown_field(view, name, value, &at);
                    entries.extend(entry.map(|entry| (self.problems.len() - 1, given.as_str(), entry)));
                    value.clone()
                }
            };
            out.insert(name.clone(), value);
        }
        self.join(&entries);
        let missing: Vec<&String> = view.required.iter().filter(|name| !out.contains_key(*name)).collect();
        let missing = missing.into_iter().filter_map(|name| {
            let about = self.schemas.view(view.properties.get(name).unwrap_or(&Value::Null));
            (!about.says("readOnly")).then(|| format!("`{name}` ({})", describe(&about)))
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
            self.problem(place, message, format!("Add {it}."), Vec::new());
        }
        Value::Object(out)
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

/// `5.0` is the whole number 5. Digits alone are one, however many they are.
fn whole(value: &Value) -> Option<Value> {
    let digits = value.as_number().map(|number| number.as_str().trim_start_matches('-'))?;
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.clone());
    }
    let as_whole = |text: &str| {
        text.split_once('.')
            .filter(|(_, rest)| rest.bytes().all(|byte| byte == b'0'))
            .map(|(whole, _)| whole.to_owned())
    };
    let plain = value.as_number().and_then(|number| as_whole(number.as_str()));
    if let Some(number) = plain.and_then(|whole| whole.parse().ok()) {
        return Some(Value::Number(number));
    }
    // 2^53: above it, a float tells no whole number for certain.
    let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0)?;
    Some(json!(number as i64))
}

/// What a value of another type surely means.
fn converted(view: &View, value: &Value, depth: usize) -> Option<Value> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            let long = || {
                text.parse().ok().map(Value::Number).and_then(|number| whole(&number).filter(|whole| *whole == number))
            };
            let integer = text.parse::<i64>().ok().map(|number| json!(number)).or_else(long);
            // As it is written where JSON writes it so, for all of its digits; `.5` and `+5` are numbers too.
            let number = || {
                let written = text.parse().ok().map(Value::Number).filter(|number| number.as_f64().is_some());
                let read = || text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| json!(number));
                written.or_else(read)
            };
            if view.is("integer") {
                return integer;
            }
            if view.is("number") {
                return integer.or_else(number);
            }
            if view.is("boolean") {
                return match text.to_ascii_lowercase().as_str() {
                    "true" | "1" => Some(json!(true)),
                    "false" | "0" => Some(json!(false)),
                    _ => None,
                };
            }
            // Clients send lists and objects within a body as their JSON text, too.
            if depth > 0
                && let Ok(read) = exact(text)
                && ((read.is_array() && view.is("array")) || (read.is_object() && view.is("object")))
            {
                return Some(read);
            }
            if depth > 0 && view.is("array") {
                return Some(json!([value]));
            }
            integer.filter(|_| depth > 0 && view.is_reference()).map(|id| json!({ "id": id }))
        }
        // A scalar where a list of one is meant.
        Value::Number(_) | Value::Bool(_) if depth > 0 && view.is("array") => Some(json!([value])),
        Value::Number(number) if view.is("boolean") && matches!(number.as_str(), "0" | "1") => {
            Some(json!(number.as_str() == "1"))
        }
        Value::Number(number) if view.is("string") => Some(Value::String(number.to_string())),
        Value::Number(_) if depth > 0 && view.is_reference() => whole(value).map(|id| json!({ "id": id })),
        _ => None,
    }
}

/// The smallest and largest value, those of the format included.
fn limits(view: &View) -> (Option<f64>, Option<f64>) {
    let of_format = match view.format() {
        "int32" => (Some(f64::from(i32::MIN)), Some(f64::from(i32::MAX))),
        _ => (None, None),
    };
    (view.number("minimum").or(of_format.0), view.number("maximum").or(of_format.1))
}

fn is_uuid(text: &str) -> bool {
    let bare = text.trim_start_matches('{').trim_end_matches('}');
    let lengths: Vec<usize> = bare.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && bare.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
