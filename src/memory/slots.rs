//! Which values of a call change from one time to the next, and how are they left open and filled in? Pure.

use std::collections::{HashMap, HashSet};

use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use super::literal;
use super::place::{Leaf, PATH, each_leaf};
use super::values::{self, Fixed, braced, text_of};
use super::{Pattern, Slot};
use crate::escape::{QUOTED, shortened};
use crate::openapi::{ALL_BUT_UNRESERVED, PathTemplate};

/// An error of opening or filling slots.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SlotError {
    /// A name belongs to no value that could be left open.
    #[error("{} {} of this call; {}", quoted(names), if names.len() == 1 { "is no value" } else { "are no values" }, offered(candidates))]
    UnknownNames {
        /// The names that were given.
        names: Vec<String>,
        /// Values that could be left open.
        candidates: Vec<Slot>,
    },
    /// A slot has no value.
    #[error("values are missing for {}", listed(slots))]
    Missing {
        /// The slots without a value, each name once.
        slots: Vec<Slot>,
    },
    /// A value belongs to no slot.
    #[error("{} {} of this entry; {}", quoted(names), if names.len() == 1 { "is no slot" } else { "are no slots" }, offered(slots))]
    UnknownValues {
        /// Names of the values.
        names: Vec<String>,
        /// The slots of the pattern, each name once.
        slots: Vec<Slot>,
    },
    /// A value for the path would lead to another path.
    #[error("`{}` cannot stand in the path for `{name}`; give an id", shortened(value, QUOTED))]
    PathValue {
        /// Name of the slot.
        name: String,
        /// The value that was given.
        value: String,
    },
    /// A value for a filter would say more than a value.
    #[error(
        "`{}` cannot stand in the filter for `{name}`, since it would not stay one value; give a text with one kind of quotes \
         at most where quotes are around it, else a number, a date or a word",
        shortened(value, QUOTED)
    )]
    FilterValue {
        /// Name of the slot.
        name: String,
        /// The value that was given.
        value: String,
    },
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{}`", shortened(name, QUOTED))).collect::<Vec<_>>().join(", ")
}

/// Most values that a message lists: a body may hold thousands.
const MOST_LISTED: usize = 20;

fn listed(slots: &[Slot]) -> String {
    let one = |slot: &Slot| match &slot.example {
        Some(example) => format!("`{}` (such as {})", slot.name, shortened(&text_of(example), QUOTED)),
        None => format!("`{}`", slot.name),
    };
    let shown = slots.iter().take(MOST_LISTED).map(one).collect::<Vec<_>>().join(", ");
    let more = slots.len().saturating_sub(MOST_LISTED);
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

fn offered(slots: &[Slot]) -> String {
    if slots.is_empty() {
        "there are none; write `{name}` in a value to make one".to_owned()
    } else {
        format!("there are {}", listed(slots))
    }
}

/// Lists the values that look like ids or dates: path values, filters, members of the body. Each has a readable name,
/// which equal values of the same field share.
pub fn candidates(pattern: &Pattern) -> Vec<Slot> {
    distinct(values::fixed(pattern).into_iter().filter(|fixed| fixed.changes))
}

/// The pattern with every value left open.
pub fn all_open(pattern: &Pattern) -> Pattern {
    let names: Vec<String> = openable(pattern).into_iter().map(|slot| slot.name).collect();
    open(pattern, &names).unwrap_or_else(|_| pattern.clone())
}

/// What calls have in common that differ by their values, or by how their answers are shaped, alone.
pub fn shape(pattern: &Pattern) -> Pattern {
    let mut shape = all_open(pattern);
    shape.params.retain(|name, _| !values::is_shape(name));
    shape
}

/// Lists all values that can be left open.
fn openable(pattern: &Pattern) -> Vec<Slot> {
    distinct(values::fixed(pattern).into_iter())
}

fn distinct(values: impl Iterator<Item = Fixed>) -> Vec<Slot> {
    let mut slots = Slots::default();
    values.for_each(|fixed| slots.add(fixed.slot));
    slots.list
}

/// Slots in order, each name and place once: a call may hold thousands of values.
#[derive(Default)]
struct Slots {
    list: Vec<Slot>,
    known: HashSet<(String, String)>,
}

impl Slots {
    fn add(&mut self, slot: Slot) {
        if self.known.insert((slot.name.clone(), slot.place.clone())) {
            self.list.push(slot);
        }
    }
}

fn by_place<'s>(slots: impl Iterator<Item = &'s Slot>) -> HashMap<&'s str, Vec<&'s Slot>> {
    let mut places: HashMap<&str, Vec<&Slot>> = HashMap::new();
    slots.for_each(|slot| places.entry(&slot.place).or_default().push(slot));
    places
}

/// The name of a value of the path that is given with its place before it, since another parameter has its name: `path:id`.
pub(crate) fn path_name(key: &str) -> Option<&str> {
    let (place, name) = key.split_once(':')?;
    place.eq_ignore_ascii_case("path").then_some(name)
}

/// Leaves values open: fixed values that are named, places where the user wrote `{name}`, and placeholders of the path
/// that have no value. Names may be given in braces.
///
/// # Errors
/// [`SlotError::UnknownNames`] with all values that could be left open.
pub fn open(pattern: &Pattern, names: &[String]) -> Result<Pattern, SlotError> {
    let names: Vec<&str> = names.iter().map(|name| name.trim().trim_matches(['{', '}'])).collect();
    let wanted: HashSet<&str> = names.iter().copied().collect();
    let found = values::fixed(pattern);
    let mut found_at: HashMap<&str, Vec<&Fixed>> = HashMap::new();
    found.iter().for_each(|found| found_at.entry(&found.slot.place).or_default().push(found));
    let mut known: HashSet<String> = HashSet::new();
    let mut slots = Slots::default();
    let mut opened = pattern.clone();
    each_leaf(&mut opened, &mut |Leaf { place, value, .. }| {
        if let Value::String(text) = &*value {
            for name in values::in_braces(text).filter(|name| wanted.contains(name)) {
                known.insert(name.to_owned());
                slots.add(Slot { name: name.to_owned(), place: place.clone(), example: None });
            }
            if place == PATH {
                // A list stands among the parameters: how it is written in the path is the manifest's affair.
                let is_given = |name: &String| {
                    let is_its =
                        |key: &String| key == name || path_name(key).is_some_and(|it| it.eq_ignore_ascii_case(name));
                    pattern.params.keys().any(is_its)
                };
                let is_open = |name: &String| !wanted.contains(name.as_str()) && !is_given(name);
                for name in placeholders(text).filter(is_open) {
                    slots.add(Slot { name, place: place.clone(), example: None });
                }
            }
        }
        // From the right, so that what is still to be replaced stays where it is.
        for found in found_at.get(place.as_str()).into_iter().flatten().rev() {
            let name = found.slot.name.as_str();
            if !wanted.contains(name) {
                continue;
            }
            known.insert(name.to_owned());
            match (&found.range, &mut *value) {
                (Some(range), Value::String(text)) => text.replace_range(range.clone(), &braced(name)),
                (_, value) => *value = Value::String(braced(name)),
            }
            slots.add(found.slot.clone());
        }
    });
    let unknown: Vec<String> = names.iter().filter(|name| !known.contains(**name)).map(|n| (*n).to_owned()).collect();
    if !unknown.is_empty() {
        return Err(SlotError::UnknownNames { names: unknown, candidates: openable(pattern) });
    }
    let mut all = Slots::default();
    opened.slots.into_iter().chain(slots.list).for_each(|slot| all.add(slot));
    Ok(Pattern { slots: all.list, ..opened })
}

/// Fills all slots. A value that is all that stands at its place takes the type of the slot's example. Text in braces
/// that is no slot stays.
///
/// # Errors
/// [`SlotError::Missing`] with all that are, [`SlotError::UnknownValues`], [`SlotError::PathValue`], [`SlotError::FilterValue`].
pub fn fill(pattern: &Pattern, values: &Map<String, Value>) -> Result<Pattern, SlotError> {
    let slot_names: HashSet<&str> = pattern.slots.iter().map(|slot| slot.name.as_str()).collect();
    let unknown: Vec<String> = values.keys().filter(|name| !slot_names.contains(name.as_str())).cloned().collect();
    if !unknown.is_empty() {
        return Err(SlotError::UnknownValues { names: unknown, slots: one_of_each(&pattern.slots) });
    }
    // `<name>` is what stands in an offered call where its reader is to write the value.
    let is_value = |slot: &Slot, value: &Value| !value.is_null() && *value != unfilled(&slot.name);
    let given = |slot: &Slot| values.get(&slot.name).filter(|value| is_value(slot, value));
    let missing: Vec<Slot> = pattern.slots.iter().filter(|slot| given(slot).is_none()).cloned().collect();
    if !missing.is_empty() {
        return Err(SlotError::Missing { slots: one_of_each(&missing) });
    }
    let mut filled = Pattern { slots: Vec::new(), ..pattern.clone() };
    let mut wrong = None;
    let places = by_place(pattern.slots.iter());
    each_leaf(&mut filled, &mut |Leaf { place, names, value }| {
        let Some(here) = places.get(place.as_str()) else { return };
        let Value::String(text) = &*value else { return };
        let whole = here.iter().find(|slot| place != PATH && *text == braced(&slot.name));
        if let Some((slot, given)) = whole.and_then(|slot| Some((slot, given(slot)?))) {
            *value = typed(given, slot.example.as_ref());
            return;
        }
        let is_filter = values::is_filter(&place, &names, text);
        // Once from left to right, so that a value that has braces in it is not filled in its turn.
        let (mut done, mut rest) = (String::new(), text.clone());
        while let Some(at) = rest.find('{') {
            done.extend(rest.drain(..at));
            let slot = here.iter().find(|slot| rest.starts_with(&braced(&slot.name)));
            let Some((slot, given)) = slot.and_then(|slot| Some((slot, text_of(given(slot)?)))) else {
                done.extend(rest.drain(..1));
                continue;
            };
            rest.drain(..braced(&slot.name).len());
            if place == PATH {
                if matches!(given.trim(), "" | "." | "..") {
                    wrong = Some(SlotError::PathValue { name: slot.name.clone(), value: given.clone() });
                }
                done.push_str(&encoded(&given));
            } else if !is_filter {
                done.push_str(&given);
            } else if literal::put(&mut done, &mut rest, &given).is_none() {
                wrong = Some(SlotError::FilterValue { name: slot.name.clone(), value: given.clone() });
            }
        }
        done.push_str(&rest);
        *value = Value::String(done);
    });
    wrong.map_or(Ok(filled), Err)
}

/// Converts a value to the type of an example, where possible: command lines give text only.
fn typed(value: &Value, example: Option<&Value>) -> Value {
    match (value, example) {
        (Value::String(text), Some(Value::Number(_) | Value::Bool(_))) => {
            let read = serde_json::from_str::<Value>(text.trim()).ok();
            read.filter(|read| read.is_number() || read.is_boolean()).unwrap_or_else(|| value.clone())
        }
        (Value::Number(_) | Value::Bool(_), Some(Value::String(_))) => Value::String(value.to_string()),
        _ => value.clone(),
    }
}

fn one_of_each(slots: &[Slot]) -> Vec<Slot> {
    let mut seen = HashSet::new();
    slots.iter().filter(|slot| seen.insert(&slot.name)).cloned().collect()
}

/// Lists the names in braces in a path.
fn placeholders(path: &str) -> impl Iterator<Item = String> {
    let template = PathTemplate::parse(path).ok();
    let names: Vec<String> = template.iter().flat_map(PathTemplate::parameters).map(str::to_owned).collect();
    names.into_iter()
}

/// Opens values of an entry that was kept: as [`open()`], but a placeholder that has no slot stays as it is.
///
/// # Errors
/// [`SlotError::UnknownValues`] with the slots there are, and all values that can be given anew.
pub fn open_again(pattern: &Pattern, names: &[String]) -> Result<Pattern, SlotError> {
    if names.is_empty() {
        return Ok(pattern.clone());
    }
    open(pattern, names).map_err(|error| match error {
        SlotError::UnknownNames { names, candidates } => {
            let slots = pattern.slots.iter().chain(&candidates).cloned().collect::<Vec<_>>();
            SlotError::UnknownValues { names, slots: one_of_each(&slots) }
        }
        other => other,
    })
}

/// Writes a value as it stands in a path: one segment, whatever is in it.
pub fn encoded(value: &str) -> String {
    utf8_percent_encode(value, ALL_BUT_UNRESERVED).to_string()
}

/// Writes what stands for the value of a slot where it is still to be given.
pub fn unfilled(name: &str) -> String {
    format!("<{name}>")
}
