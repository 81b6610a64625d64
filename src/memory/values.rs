//! Which values does a call hold, and whose are they? Pure.
//!
//! A value is *own* where it names somebody or something: a customer, a member, a record, a text. It is a *class* where its
//! field sorts records into kinds that every user has (status, priority, type), and a *date* where it is one. Parameters that
//! only shape an answer (page, order, fields) hold none: they keep nobody's rows back. Nor do `true`, `false`, `null` and a
//! bare 0, which have no words of their own.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::comparisons::{Comparison, literals};
use super::place::{Leaf, PATH, each_leaf};
use super::{Pattern, Slot};
use crate::document::words::{singular, split};
use crate::openapi::{Part, PathTemplate};

/// Largest number that is taken for a count, a flag or a choice; larger ones are taken for ids.
const LARGEST_CHOICE: u64 = 9;

/// Parameters that shape an answer without keeping rows back, as APIs call them, run together in lower case.
const SHAPES: [&str; 30] = [
    "page",
    "pageid",
    "pagesize",
    "pagenumber",
    "perpage",
    "pagesort",
    "limit",
    "offset",
    "cursor",
    "top",
    "skip",
    "first",
    "max",
    "maxresults",
    "fields",
    "select",
    "columns",
    "expand",
    "include",
    "embed",
    "sort",
    "sortby",
    "sortorder",
    "order",
    "orderby",
    "direction",
    "format",
    "locale",
    "count",
    "pretty",
];

/// Words of fields that sort records into kinds.
const CLASSES: [&str; 18] = [
    "status",
    "state",
    "stage",
    "phase",
    "priority",
    "severity",
    "impact",
    "urgency",
    "type",
    "subtype",
    "kind",
    "category",
    "classification",
    "class",
    "level",
    "mode",
    "option",
    "source",
];

/// Whose a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody's or something's: nobody else's answer may hold it.
    Own,
    /// A kind of records.
    Class,
    /// A date, with or without a time.
    Date,
}

/// A value that a call holds and that is no slot.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    /// The slot that it would be, with its value as the example.
    pub(crate) slot: Slot,
    pub(crate) kind: Kind,
    /// Whether it looks like one that changes from one use to the next: an id or a date.
    pub(crate) changes: bool,
    /// Byte range within the text at its place; `None` where it is the whole value.
    pub(super) range: Option<Range<usize>>,
}

impl Fixed {
    /// The value as a person writes it.
    pub(crate) fn text(&self) -> String {
        self.slot.example.as_ref().map(text_of).unwrap_or_default()
    }
}

/// Whether a call asks for some records and not all: it has parameters beyond those that shape an answer, a value in its path, or a
/// body.
pub(crate) fn narrows(pattern: &Pattern) -> bool {
    pattern.data.is_some() || pattern.path != pattern.template || pattern.params.keys().any(|name| !is_shape(name))
}

/// Lists the fields that a call filters by without words of their own: flags, and fields that are compared with `null` or 0.
pub(crate) fn flags(pattern: &Pattern) -> Vec<String> {
    let mut flags = Vec::new();
    each_leaf(&mut pattern.clone(), &mut |leaf| {
        if !leaf.place.starts_with("params.") || is_in_shape(&leaf) {
            return;
        }
        let field = leaf.names.join("/");
        match &*leaf.value {
            Value::Bool(_) | Value::Null => flags.push(field),
            Value::Number(number) if is_wordless(&field, &number.to_string()) => flags.push(field),
            Value::String(text) => {
                let compared = in_filter(&leaf, text);
                if compared.is_empty() && is_wordless(&field, text) && !text.trim().is_empty() {
                    flags.push(field);
                }
                for one in compared.into_iter().filter(|one| !one.field.is_empty()) {
                    let value = text.get(one.value.clone()).unwrap_or("");
                    if is_wordless(one.field, value) && !flags.iter().any(|known| known == one.field) {
                        flags.push(one.field.to_owned());
                    }
                }
            }
            _ => {}
        }
    });
    flags
}

/// The most rows that a call lets an answer have.
pub(super) fn most_rows(pattern: &Pattern) -> Option<u64> {
    let limits = ["pagesize", "perpage", "limit", "top", "first", "max", "maxresults"];
    let is_limit = |name: &str| limits.contains(&split(name).concat().as_str());
    let limits = pattern.params.iter().filter(|(name, _)| is_limit(name));
    limits.filter_map(|(_, value)| text_of(value).trim().parse().ok()).min()
}

pub(super) fn is_shape(name: &str) -> bool {
    SHAPES.contains(&split(name).concat().as_str())
}

pub(super) fn braced(name: &str) -> String {
    format!("{{{name}}}")
}

pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Lists the values of a call in order. Each has a readable name, which equal values of the same field share.
pub(crate) fn fixed(pattern: &Pattern) -> Vec<Fixed> {
    let mut all = Vec::new();
    let owner = owner(&pattern.template);
    let mut taken = Vec::new();
    each_leaf(&mut pattern.clone(), &mut |leaf| {
        if let Value::String(text) = &*leaf.value {
            taken.push(text.clone());
        }
        let is_open = |text: &str| {
            pattern.slots.iter().any(|slot| slot.place == leaf.place && text.contains(&braced(&slot.name)))
        };
        let found = |name: String, kind: Kind, changes: bool, example: Value, range: Option<Range<usize>>| {
            let slot = Slot { name, place: leaf.place.clone(), example: Some(example) };
            Fixed { slot, kind, changes, range }
        };
        let field = leaf.names.join("/");
        match &*leaf.value {
            Value::String(path) if leaf.place == PATH => {
                for (name, range, is_id) in in_path(&pattern.template, path) {
                    let text = path.get(range.clone()).unwrap_or("");
                    let example = percent_decode_str(text).decode_utf8_lossy().into_owned();
                    if !is_open(text) {
                        all.push(found(name, Kind::Own, is_id, example.into(), Some(range)));
                    }
                }
            }
            _ if is_in_shape(&leaf) || is_of_patch(&leaf) => {}
            Value::String(text) => {
                let is_record = is_id_name(&field) && is_id(text);
                let in_filter = if is_date(text) || is_record { Vec::new() } else { in_filter(&leaf, text) };
                if in_filter.is_empty() && !text.trim().is_empty() && !is_open(text) {
                    let kind = kind_of(&field, text);
                    all.push(found(
                        name_of(&field, &owner),
                        kind,
                        is_date(text) || is_record,
                        text.clone().into(),
                        None,
                    ));
                }
                for one in in_filter {
                    let compared = text.get(one.value.clone()).unwrap_or("");
                    let name = match one.operator {
                        ">" | ">=" if is_date(compared) => "since".to_owned(),
                        "<" | "<=" if is_date(compared) => "until".to_owned(),
                        _ => name_of(one.field, &owner),
                    };
                    if !is_wordless(one.field, compared) && !is_open(compared) {
                        let changes = is_date(compared) || (is_id_name(one.field) && is_id(compared));
                        let kind = kind_of(one.field, compared);
                        all.push(found(name, kind, changes, compared.into(), Some(one.value)));
                    }
                }
            }
            Value::Number(number) if !is_wordless(&field, &number.to_string()) => {
                let changes = is_id_name(&field) && number.as_u64().is_some_and(|number| number > LARGEST_CHOICE);
                let kind = kind_of(&field, &number.to_string());
                all.push(found(name_of(&field, &owner), kind, changes, leaf.value.clone(), None));
            }
            _ => {}
        }
    });
    rename(&mut all, &taken);
    all
}

fn is_in_shape(leaf: &Leaf<'_>) -> bool {
    leaf.place.starts_with("params.") && leaf.names.first().is_some_and(|name| is_shape(name))
}

/// Whether a value says what a JSON Patch does, not what it writes (RFC 6902 section 4).
fn is_of_patch(leaf: &Leaf<'_>) -> bool {
    let mut steps = leaf.place.split('.');
    let is_in_list = steps.next() == Some("data") && steps.next().is_some_and(|step| step.parse::<usize>().is_ok());
    is_in_list && matches!(leaf.names.as_slice(), [name] if matches!(name.as_str(), "op" | "path" | "from"))
}

/// Lists the values of a filter; none where the text is no filter.
fn in_filter<'a>(leaf: &Leaf<'_>, text: &'a str) -> Vec<Comparison<'a>> {
    if is_filter(&leaf.place, &leaf.names, text) { literals(text) } else { Vec::new() }
}

/// Whether a text at a place, below these names, is a filter.
pub(super) fn is_filter(place: &str, names: &[String], text: &str) -> bool {
    let compares = || literals(text).iter().any(|one| !one.operator.is_empty());
    place != PATH && (is_filter_name(names.last()) || (!place.starts_with("data") && compares()))
}

fn kind_of(field: &str, text: &str) -> Kind {
    if is_date(text) {
        return Kind::Date;
    }
    let mut words = split(field);
    while words.len() > 1
        && words.last().is_some_and(|word| matches!(word.as_str(), "name" | "id" | "identifier" | "value"))
    {
        words.pop();
    }
    // Two capitals are a country or a state of one.
    let is_place = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_class = words.last().is_some_and(|word| CLASSES.contains(&word.as_str()));
    if is_class && !is_place { Kind::Class } else { Kind::Own }
}

/// Whether a value has no words of its own: what it keeps is told by its field alone.
fn is_wordless(field: &str, text: &str) -> bool {
    let is_word = |word: &&str| text.eq_ignore_ascii_case(word);
    // An unquoted word such as `budgetHours` is a field again.
    let is_field = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && split(text).len() > 1
        && !text.contains(|c: char| c.is_ascii_digit());
    ["true", "false", "null", "empty", ""].iter().any(is_word) || is_field || (text == "0" && !is_id_name(field))
}

/// Finds the values in a path, each with a name, its byte range, and whether it is an id.
fn in_path(template: &str, path: &str) -> Vec<(String, Range<usize>, bool)> {
    let Ok(parsed) = PathTemplate::parse(template) else { return Vec::new() };
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = String::new();
    for (segment, text) in parsed.segments().iter().zip(path.strip_prefix('/').unwrap_or(path).split('/')) {
        start += 1;
        let decoded = percent_decode_str(text).decode_utf8_lossy();
        let is_id = is_id(&decoded) && decoded == text;
        let mut add = |name: &str, range: Range<usize>| {
            let words = split(name);
            // `parentId` says less than the resource that stands before it.
            let is_plain =
                matches!(words.iter().map(String::as_str).collect::<Vec<_>>()[..], ["id"] | ["parent", "id"]);
            let name = if is_plain && !before.is_empty() { format!("{before}_id") } else { words.join("_") };
            found.push((name, range, is_id));
        };
        match segment.parts.as_slice() {
            [Part::Parameter(_)] if is_placeholder(text) => {}
            [Part::Parameter(name)] => add(name, start..start + text.len()),
            // Of a path that no manifest has, ids are what changes.
            [Part::Literal(_)] if is_id => add("id", start..start + text.len()),
            [Part::Literal(_)] | [] => before = noun(text),
            parts => {
                let first = parts.iter().find_map(|part| match part {
                    Part::Parameter(name) => Some(name.as_str()),
                    Part::Literal(_) => None,
                });
                // A text that is none of the segment is a value as a whole.
                let places = segment
                    .places(text)
                    .unwrap_or_else(|| first.map(|name| (name, 0..text.len())).into_iter().collect());
                for (name, range) in places {
                    if !is_placeholder(text.get(range.clone()).unwrap_or("")) {
                        add(name, start + range.start..start + range.end);
                    }
                }
            }
        }
        start += text.len();
    }
    found
}

fn is_placeholder(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
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

/// Numbers equal names of different values, and avoids names that stand in braces already. Ids and dates are named first: they
/// are what is mostly left open.
fn rename(all: &mut [Fixed], texts: &[String]) {
    let written: HashSet<&str> = texts.iter().flat_map(|text| in_braces(text)).collect();
    // By name, what it stands for; by field and value, its name; by field, the number to go on with. A call may hold thousands of values.
    let mut given: HashMap<String, String> = HashMap::new();
    let mut named: HashMap<(String, String), String> = HashMap::new();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    for changes in [true, false] {
        for found in all.iter_mut().filter(|found| found.changes == changes) {
            let example = found.slot.example.as_ref().map(text_of).unwrap_or_default();
            let base = found.slot.name.clone();
            let key = (base, example);
            if let Some(name) = named.get(&key) {
                found.slot.name.clone_from(name);
                continue;
            }
            let (base, example) = &key;
            let next = numbers.entry(base.clone()).or_insert(1);
            let name = loop {
                let name = if *next == 1 { base.clone() } else { format!("{base}_{next}") };
                *next += 1;
                let is_free = given.get(&name).is_none_or(|known| known == example);
                if is_free && !written.contains(name.as_str()) {
                    break name;
                }
            };
            found.slot.name.clone_from(&name);
            given.insert(name.clone(), example.clone());
            named.insert(key, name);
        }
    }
}

/// What stands in braces in a text, in order.
pub(super) fn in_braces(text: &str) -> impl Iterator<Item = &str> {
    let closed = text.split('}').take(text.matches('}').count());
    closed.filter_map(|part| part.rsplit_once('{').map(|(_, name)| name))
}

/// Tells whether a member of a body is a filter by its name; other texts of bodies are prose.
fn is_filter_name(name: Option<&String>) -> bool {
    let last = name.and_then(|name| split(name).pop());
    last.is_some_and(|word| {
        matches!(word.as_str(), "conditions" | "condition" | "filter" | "filters" | "where" | "query" | "jql")
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
pub(super) fn is_date(text: &str) -> bool {
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
