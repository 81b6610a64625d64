//! Which values of a call change from one time to the next, and how are they left open and filled in? Pure.

use std::collections::HashSet;
use std::ops::Range;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

use super::comparisons::comparisons;
use super::place::{Leaf, PATH, each_leaf};
use super::{Pattern, Slot};
use crate::document::words::{singular, split};
use crate::escape::{QUOTED, shortened};
use crate::openapi::PathTemplate;

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
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{}`", shortened(name, QUOTED))).collect::<Vec<_>>().join(", ")
}

fn listed(slots: &[Slot]) -> String {
    let one = |slot: &Slot| match &slot.example {
        Some(example) => format!("`{}` (such as {})", slot.name, text_of(example)),
        None => format!("`{}`", slot.name),
    };
    slots.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn offered(slots: &[Slot]) -> String {
    if slots.is_empty() {
        "there are none; write `{name}` in a value to make one".to_owned()
    } else {
        format!("there are {}", listed(slots))
    }
}

/// Largest number that is taken for a count, a flag or a choice; larger ones are taken for ids.
const LARGEST_CHOICE: u64 = 9;

/// Characters to encode: all but the unreserved ones of RFC 3986 section 2.3.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value that could be left open.
struct Found {
    slot: Slot,
    /// Byte range within the text at its place; `None` where the slot is the whole value.
    range: Option<Range<usize>>,
}

/// Lists the values that look like ids or dates: path values, filters, members of the body. Each has a readable name,
/// which equal values of the same field share.
pub fn candidates(pattern: &Pattern) -> Vec<Slot> {
    let mut slots = Vec::new();
    for found in found(pattern) {
        add(&mut slots, found.slot);
    }
    slots
}

/// Leaves values open: [`candidates`] that are named, places where the user wrote `{name}`, and placeholders of the
/// path that have no value. Names may be given in braces.
///
/// # Errors
/// [`SlotError::UnknownNames`] with the candidates.
pub fn open(pattern: &Pattern, names: &[String]) -> Result<Pattern, SlotError> {
    let names: Vec<&str> = names.iter().map(|name| name.trim().trim_matches(['{', '}'])).collect();
    let found = found(pattern);
    let mut known: HashSet<&str> = HashSet::new();
    let mut slots = Vec::new();
    let mut opened = pattern.clone();
    each_leaf(&mut opened, &mut |Leaf { place, value, .. }| {
        if let Value::String(text) = &*value {
            let written = |name: &&&str| text.contains(&braced(name));
            for name in names.iter().filter(written) {
                known.insert(name);
                add(&mut slots, Slot { name: (*name).to_owned(), place: place.clone(), example: None });
            }
            if place == PATH {
                for name in placeholders(text).filter(|name| !names.contains(&name.as_str())) {
                    add(&mut slots, Slot { name, place: place.clone(), example: None });
                }
            }
        }
        // From the right, so that what is still to be replaced stays where it is.
        for found in found.iter().rev().filter(|found| found.slot.place == place) {
            let Some(name) = names.iter().find(|name| **name == found.slot.name) else { continue };
            known.insert(name);
            match (&found.range, &mut *value) {
                (Some(range), Value::String(text)) => text.replace_range(range.clone(), &braced(name)),
                (_, value) => *value = Value::String(braced(name)),
            }
            add(&mut slots, found.slot.clone());
        }
    });
    let unknown: Vec<String> = names.iter().filter(|name| !known.contains(**name)).map(|n| (*n).to_owned()).collect();
    if !unknown.is_empty() {
        return Err(SlotError::UnknownNames { names: unknown, candidates: candidates(pattern) });
    }
    for slot in slots {
        add(&mut opened.slots, slot);
    }
    Ok(opened)
}

/// Fills all slots. A value that is all that stands at its place takes the type of the slot's example. Text in braces
/// that is no slot stays.
///
/// # Errors
/// [`SlotError::Missing`] with all that are, [`SlotError::UnknownValues`], [`SlotError::PathValue`].
pub fn fill(pattern: &Pattern, values: &Map<String, Value>) -> Result<Pattern, SlotError> {
    let unknown: Vec<String> =
        values.keys().filter(|name| pattern.slots.iter().all(|slot| slot.name != **name)).cloned().collect();
    if !unknown.is_empty() {
        return Err(SlotError::UnknownValues { names: unknown, slots: one_of_each(&pattern.slots) });
    }
    let given = |slot: &Slot| values.get(&slot.name).filter(|value| !value.is_null());
    let missing: Vec<Slot> = pattern.slots.iter().filter(|slot| given(slot).is_none()).cloned().collect();
    if !missing.is_empty() {
        return Err(SlotError::Missing { slots: one_of_each(&missing) });
    }
    let mut filled = Pattern { slots: Vec::new(), ..pattern.clone() };
    let mut wrong = None;
    each_leaf(&mut filled, &mut |Leaf { place, value, .. }| {
        let here: Vec<&Slot> = pattern.slots.iter().filter(|slot| slot.place == place).collect();
        let Value::String(text) = &*value else { return };
        let whole = here.iter().find(|slot| place != PATH && *text == braced(&slot.name));
        if let Some((slot, given)) = whole.and_then(|slot| Some((slot, given(slot)?))) {
            *value = typed(given, slot.example.as_ref());
            return;
        }
        // Once from left to right, so that a value that has braces in it is not filled in its turn.
        let (mut done, mut rest) = (String::new(), text.as_str());
        while let Some(at) = rest.find('{') {
            done.push_str(rest.get(..at).unwrap_or(""));
            rest = rest.get(at..).unwrap_or("");
            let slot = here.iter().find(|slot| rest.starts_with(&braced(&slot.name)));
            let Some((slot, given)) = slot.and_then(|slot| Some((slot, text_of(given(slot)?)))) else {
                done.push('{');
                rest = rest.get(1..).unwrap_or("");
                continue;
            };
            if place == PATH {
                if matches!(given.trim(), "" | "." | "..") {
                    wrong = Some(SlotError::PathValue { name: slot.name.clone(), value: given.clone() });
                }
                done.extend(utf8_percent_encode(&given, VALUE));
            } else {
                done.push_str(&given);
            }
            rest = rest.get(slot.name.len() + 2..).unwrap_or("");
        }
        done.push_str(rest);
        *value = Value::String(done);
    });
    wrong.map_or(Ok(filled), Err)
}

fn braced(name: &str) -> String {
    format!("{{{name}}}")
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
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

fn add(slots: &mut Vec<Slot>, slot: Slot) {
    if !slots.iter().any(|known| known.name == slot.name && known.place == slot.place) {
        slots.push(slot);
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

fn found(pattern: &Pattern) -> Vec<Found> {
    let mut all = Vec::new();
    let owner = owner(&pattern.template);
    let mut taken = Vec::new();
    let template = &pattern.template;
    each_leaf(&mut pattern.clone(), &mut |Leaf { place, names, value }| {
        if let Value::String(text) = &*value {
            taken.push(text.clone());
        }
        // A value of two slots would be filled twice.
        if pattern.slots.iter().any(|slot| slot.place == place) {
            return;
        }
        let found = |name: String, example: Value, range: Option<Range<usize>>| Found {
            slot: Slot { name, place: place.clone(), example: Some(example) },
            range,
        };
        match &*value {
            Value::String(path) if place == PATH => {
                all.extend(in_path(template, path).into_iter().map(|(name, range)| {
                    let example = path.get(range.clone()).unwrap_or("").to_owned();
                    found(name, example.into(), Some(range))
                }));
            }
            Value::String(text) => {
                let field = names.join("/");
                if is_date(text) || (is_id_name(&field) && is_id(text)) {
                    all.push(found(name_of(&field, &owner), text.clone().into(), None));
                    return;
                }
                let is_filter = !place.starts_with("data") || is_filter_name(names.last());
                for comparison in is_filter.then(|| comparisons(text)).into_iter().flatten() {
                    let compared = text.get(comparison.value.clone()).unwrap_or("");
                    let name = match comparison.operator {
                        ">" | ">=" if is_date(compared) => "since".to_owned(),
                        "<" | "<=" if is_date(compared) => "until".to_owned(),
                        _ => name_of(comparison.field, &owner),
                    };
                    if is_date(compared) || (is_id_name(comparison.field) && is_id(compared)) {
                        all.push(found(name, compared.into(), Some(comparison.value)));
                    }
                }
            }
            Value::Number(number) if number.as_u64().is_some_and(|number| number > LARGEST_CHOICE) => {
                let field = names.join("/");
                if is_id_name(&field) {
                    all.push(found(name_of(&field, &owner), value.clone(), None));
                }
            }
            _ => {}
        }
    });
    rename(&mut all, &taken);
    all
}

/// Finds the ids in a path, each with a name and its byte range.
fn in_path(template: &str, path: &str) -> Vec<(String, Range<usize>)> {
    let Ok(parsed) = PathTemplate::parse(template) else { return Vec::new() };
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = String::new();
    for (segment, text) in parsed.segments().iter().zip(path.strip_prefix('/').unwrap_or(path).split('/')) {
        start += 1;
        let shape = segment.parts.as_slice();
        if let [crate::openapi::Part::Parameter(name)] = shape {
            let decoded = percent_decode_str(text).decode_utf8_lossy();
            if is_id(&decoded) && decoded == text {
                let words = split(name);
                // `parentId` says less than the resource that stands before it.
                let is_plain =
                    matches!(words.iter().map(String::as_str).collect::<Vec<_>>()[..], ["id"] | ["parent", "id"]);
                let name = if is_plain && !before.is_empty() { format!("{before}_id") } else { words.join("_") };
                found.push((name, start..start + text.len()));
            }
        } else {
            before = noun(text);
        }
        start += text.len();
    }
    found
}

/// Returns the name that a resource's id is given: that of the last segment of its path that is no placeholder.
fn owner(template: &str) -> String {
    let literal = template.split('/').rfind(|segment| !segment.is_empty() && !segment.contains('{'));
    literal.map(noun).unwrap_or_default()
}

fn noun(segment: &str) -> String {
    let mut words = split(segment);
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    words.join("_")
}

/// Names the value of a field: `company/id` becomes `company_id`, and an `id` alone takes the resource's name.
fn name_of(field: &str, owner: &str) -> String {
    let words = split(field);
    match words.as_slice() {
        [only] if only == "id" && !owner.is_empty() => format!("{owner}_id"),
        [] => "value".to_owned(),
        words => words.join("_"),
    }
}

/// Numbers equal names of different values, and avoids names that stand in braces already.
fn rename(all: &mut [Found], texts: &[String]) {
    let mut given: Vec<(String, String)> = Vec::new();
    for found in all {
        let example = found.slot.example.as_ref().map(text_of).unwrap_or_default();
        let base = found.slot.name.clone();
        let mut number = 1_u32;
        loop {
            let name = if number == 1 { base.clone() } else { format!("{base}_{number}") };
            let is_written = texts.iter().any(|text| text.contains(&braced(&name)));
            let other = given.iter().find(|(known, _)| *known == name);
            if !is_written && other.is_none_or(|(_, known)| *known == example) {
                found.slot.name.clone_from(&name);
                given.push((name, example));
                break;
            }
            number += 1;
        }
    }
}

/// Tells whether a member of a body is a filter by its name; other texts of bodies are prose.
fn is_filter_name(name: Option<&String>) -> bool {
    let last = name.and_then(|name| split(name).pop());
    last.is_some_and(|word| {
        matches!(word.as_str(), "conditions" | "condition" | "filter" | "filters" | "where" | "query")
    })
}

fn is_id_name(field: &str) -> bool {
    split(field).last().is_some_and(|word| matches!(word.as_str(), "id" | "guid" | "uuid"))
}

fn is_id(text: &str) -> bool {
    let is_number = !text.is_empty() && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return text.parse::<u64>().is_ok_and(|number| number > LARGEST_CHOICE);
    }
    // 8-4-4-4-12 hexadecimal digits: RFC 9562 section 4.
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Tells whether a text is a date such as `2024-01-31`, with or without a time, as RFC 3339 and ConnectWise's filters
/// write it.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some((day, rest)) = bytes.split_at_checked(10) else { return false };
    let is_day =
        day.iter().enumerate().all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    let is_time = match rest {
        [] => true,
        [b'T' | b't' | b' ', time @ ..] => {
            time.len() >= 5
                && time
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'Z' | b'z' | b'+' | b'-'))
                && time.get(2) == Some(&b':')
        }
        _ => false,
    };
    is_day && is_time
}
