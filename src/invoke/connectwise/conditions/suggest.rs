//! Which fields may somebody have meant who wrote one that does not exist?
//!
//! Three ways, best first: the same letters or words, words that mean the same in this trade, and what a callback finds by
//! meaning.

use std::collections::{HashMap, HashSet};

use crate::document::words::{is_stop_word, split, stem};
use crate::invoke::contrast::contradict;
use crate::openapi::Field;
use crate::spelling::alike;

use super::fitting::{OF_DATES, OF_FLAGS, can_hold, leaf, takes, telling};
use super::home::Home;
use super::naming::{Pair, login_of, named, of_plural, of_reference, own_key, spread};
use super::source::{CUSTOM_FIELDS, FieldSource, Lookup};
use super::syntax::Scalar;
use super::trade::Called;
use super::truth::Truth;

/// Finds fields by the meaning of some words, best first.
pub type Meaning<'m> = dyn Fn(&str) -> Vec<String> + 'm;

/// Suggestions shown at once.
const SHOWN: usize = 4;
/// Shares of letters or words in common, from 0 to 1: from here on a field is worth naming, or surely meant.
const WORTH_NAMING: f64 = 0.6;
const SURE: f64 = 0.85;
/// Share of letters in common from which a name is another one misspelt.
pub(super) const MISSPELT: f64 = 0.75;

/// How surely a field is meant whose name adds no more than the kind of its value.
const BY_KIND: f64 = 0.95;

/// Words of names that say of what kind the value is, and nothing of what it is about.
const OF_KINDS: [&str; 12] =
    ["date", "time", "flag", "id", "is", "has", "type", "name", "number", "nbr", "identifier", "code"];

/// How much of its score a field keeps that can hold the value only in another form, and one that cannot hold it.
const OTHER_FORM: f64 = 0.97;
const OTHER_KIND: f64 = 0.7;

/// Words of paths that tell nothing of what a field is about.
const WEAK: [&str; 5] = ["id", "name", "identifier", "info", "utc"];

/// What may be meant by a field that does not exist.
#[derive(Clone, Default)]
pub(super) struct Suggested {
    /// Best first.
    pub fields: Vec<Field>,
    /// Whether the first is good enough to be put in its place.
    pub sure: bool,
    /// Whether the fields have a part each of what is meant.
    pub is_spread: bool,
    /// The list of the record in which such a value lives.
    pub home: Option<Home>,
    /// What says it, where a question of yes or no is meant.
    pub truth: Option<Truth>,
    /// The two fields that say it together.
    pub pair: Option<Pair>,
    /// The operation that reads what is meant, where that is a list of its own and no part of the record.
    pub apart: Option<String>,
}

impl Suggested {
    /// What to do where none of these fields surely is meant.
    pub(super) fn otherwise(&self, names: &[String]) -> String {
        match &self.apart {
            Some(path) => {
                let near = if names.is_empty() { String::new() } else { format!("; {}", nearest(names)) };
                format!("it is a list of its own, and no part of the record: read it with GET {path}{near}")
            }
            None => nearest(names),
        }
    }
}

/// What to do where none of some fields surely is meant.
fn nearest(names: &[String]) -> String {
    match names {
        [] => "look up the fields of this operation in its metadata".to_owned(),
        [only] => format!("the nearest is `{only}`"),
        _ => format!("the nearest are {}", either(names)),
    }
}

/// Alternatives in a sentence.
pub(super) fn either(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}

/// Looks for the fields that may be meant, once for every name.
pub(super) struct Suggester<'s> {
    fields: &'s dyn FieldSource,
    meaning: &'s Meaning<'s>,
    known: HashMap<String, Suggested>,
    /// The lists of the record that hold all that may be meant; `None` where it may be anywhere.
    lists: Option<Vec<String>>,
}

/// Names that are looked for in one text: each costs a pass over all fields and one over the model.
const MAX_NAMES: usize = 12;
/// Bytes of a name; longer ones are no field that somebody remembered wrongly.
const MAX_NAME: usize = 200;

impl<'s> Suggester<'s> {
    pub(super) fn new(fields: &'s dyn FieldSource, meaning: &'s Meaning<'s>) -> Self {
        Self { fields, meaning, known: HashMap::new(), lists: None }
    }

    /// The same of what stands in the record's lists alone, custom fields excepted, which have a filter of their own.
    pub(super) fn in_lists(fields: &'s dyn FieldSource, meaning: &'s Meaning<'s>) -> Self {
        let members = fields.members("").into_iter();
        let lists = members.filter(|field| field.type_name.starts_with("array") && field.path != CUSTOM_FIELDS);
        Self { lists: Some(lists.map(|field| field.path).collect()), ..Self::new(fields, meaning) }
    }

    /// What may be meant by `path`, of which `known` leads somewhere; at most four fields, those behind references that
    /// fit `value`.
    pub(super) fn suggest(&mut self, path: &str, known: &str, value: Option<&Scalar>) -> Suggested {
        self.find(path, known, value, &[])
    }

    /// The same with fields beside those of the schema: members of the record behind a reference.
    fn find(&mut self, path: &str, known: &str, value: Option<&Scalar>, behind: &[Field]) -> Suggested {
        if let Some(found) = self.known.get(path) {
            return found.clone();
        }
        if self.known.len() >= MAX_NAMES || path.len() > MAX_NAME {
            return Suggested::default();
        }
        let mut found = search(path, known, value, behind, self.fields, self.meaning);
        if let Some(lists) = &self.lists {
            let count = found.fields.len();
            let is_in_list =
                |field: &Field| field.path.split_once('/').is_some_and(|(list, _)| lists.iter().any(|own| own == list));
            found.fields.retain(is_in_list);
            found.sure &= count == found.fields.len();
            found.is_spread &= count == found.fields.len();
            found.truth = None;
            found.pair = None;
        }
        self.known.insert(path.to_owned(), found.clone());
        found
    }

    /// The same for a filter or an order, where members of `_info` are named without it as in the developer guide.
    pub(super) fn suggest_filter(&mut self, path: &str, known: &str, value: Option<&Scalar>) -> Suggested {
        let behind = self.fields.members_of_record(known);
        let mut suggested = self.find(path, known, value, &behind);
        for field in &mut suggested.fields {
            let short = field.path.strip_prefix("_info/").map(str::to_owned);
            if let Some(short) = short.filter(|short| self.fields.field(short).path() == Some(&field.path)) {
                field.path = short;
            }
        }
        suggested
    }
}

fn search(
    path: &str,
    known: &str,
    value: Option<&Scalar>,
    behind: &[Field],
    fields: &dyn FieldSource,
    meaning: &Meaning<'_>,
) -> Suggested {
    let subject: HashSet<String> =
        fields.subject().iter().flat_map(|name| split(name)).map(|word| stem(&word)).collect();
    let readings = readings_of(path, &subject, &fields.called().called);
    // A text of words is cut only where its parts surely are: the whole of an address has a field of its own.
    let whole = named(path, value, fields).filter(|_| value.is_some() && known.is_empty());
    if let Some(parts) = spread(path, fields).filter(|_| whole.is_none()) {
        return Suggested { fields: parts, is_spread: true, ..Suggested::default() };
    }
    let key = own_key(path, value, fields).or_else(|| login_of(path, fields));
    if let Some(field) = key.filter(|_| known.is_empty()) {
        return Suggested { fields: vec![field], sure: true, ..Suggested::default() };
    }
    if let Some(field) = named(path, value, fields).filter(|_| known.is_empty()) {
        return Suggested { fields: vec![member_for(field, value, fields)], sure: true, ..Suggested::default() };
    }
    if let Some(field) = of_reference(path, fields).filter(|_| known.is_empty()) {
        return Suggested { fields: vec![field], sure: true, ..Suggested::default() };
    }
    if let Some(field) = of_plural(path, fields).filter(|_| known.is_empty()) {
        return Suggested { fields: vec![member_for(field, value, fields)], sure: true, ..Suggested::default() };
    }
    if let Some(pair) = Pair::of(path, fields).filter(|_| known.is_empty()) {
        return Suggested { pair: Some(pair), ..Suggested::default() };
    }
    let home = if known.is_empty() { Home::of(&readings, fields) } else { None };
    let inner = if known.is_empty() { Vec::new() } else { fields.members(known) };
    let mut scored: Vec<(f64, &Field)> = Vec::new();
    for (field, bonus) in inner.iter().map(|field| (field, 0.1)).chain(fields.all().iter().map(|field| (field, 0.0))) {
        if is_never_compared(&field.path) || contradict(path, &field.path) {
            continue;
        }
        let score = spelling(path, &field.path).max(by_words(&readings, &field.path)) + bonus;
        let score = score.max(value.map_or(0.0, |value| by_kind(path, field, value)));
        // Of several that are alike, the one that can hold the value.
        let kept = match value {
            Some(value) if !takes(field, value) => OTHER_KIND,
            Some(value) if !can_hold(field, value) => OTHER_FORM,
            _ => 1.0,
        };
        scored.push((score * kept, field));
    }
    // Only the name that was not found is compared: what stands before it is right, and the same for all of these.
    let wrong =
        path.get(known.len()..).unwrap_or_default().trim_start_matches('/').split('/').next().unwrap_or_default();
    let wrong_readings = readings_of(wrong, &HashSet::new(), &fields.called().called);
    for field in behind.iter().filter(|field| !contradict(wrong, leaf(&field.path))) {
        let name = leaf(&field.path);
        scored.push((spelling(wrong, name).max(by_words(&wrong_readings, name)) + 0.1, field));
    }
    scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let certain: Vec<Field> =
        scored.iter().filter(|(score, _)| *score >= SURE).map(|(_, field)| (*field).clone()).collect();
    let meant = meaning(&split(path).join(" "));
    let meant = meant.iter().filter_map(|near| match fields.field(near) {
        Lookup::Found { field, .. } => {
            let field = *field;
            let fits = value.is_none_or(|value| can_hold(&field, value));
            // What merely is about something alike has another meaning.
            let is_said = !known.is_empty() || says_it(path, &readings, &field.path);
            (fits && is_said && !is_never_compared(&field.path) && !contradict(path, &field.path)).then_some(field)
        }
        _ => None,
    });
    let found = !certain.is_empty();
    let first = path.split('/').next().filter(|_| known.is_empty() && !found && home.is_none());
    let apart = first.and_then(|first| fields.apart(first));
    // A field or a list that surely is meant is better than what merely is near.
    let meant: Vec<Field> = if found || home.is_some() || apart.is_some() { Vec::new() } else { meant.collect() };
    // Beside what surely is meant, the merely similar is noise.
    let worth = if certain.is_empty() { WORTH_NAMING } else { SURE };
    let likely = scored.iter().filter(|(score, _)| home.is_none() && (worth..SURE).contains(score));
    let likely = likely.filter(|(_, field)| !known.is_empty() || says_it(path, &readings, &field.path));
    let mut shown: Vec<Field> = Vec::new();
    let firm = certain.len();
    let all = certain.into_iter().chain(meant).chain(likely.map(|(_, field)| (*field).clone()));
    for (at, field) in all.enumerate() {
        let field = member_for(field, value, fields);
        // What has no member to compare is no filter, and what merely is near has to take the value.
        let is_whole = field.type_name.ends_with("object");
        if is_whole || (at >= firm && value.is_some_and(|value| !takes(&field, value))) {
            continue;
        }
        // One member speaks for a reference, unless the others are what is looked for.
        let told =
            |shown: &Field| shown.path == field.path || (known.is_empty() && same_parent(&shown.path, &field.path));
        if !shown.iter().any(told) {
            shown.push(field);
        }
        if shown.len() == SHOWN {
            break;
        }
    }
    let fits = |field: &Field| value.is_none_or(|value| takes(field, value));
    // Of several that are called so, those that can hold the value: `active = true` is no `status`.
    if found && !shown.first().is_some_and(fits) && shown.iter().any(fits) {
        shown.retain(fits);
    }
    let sure = found && shown.first().is_some_and(fits) && !is_ambiguous(&readings, &shown);
    // A field that can hold the value is better than one that implies it.
    let truth = Truth::of(path, value, fields).filter(|_| !sure || value.is_none());
    Suggested { sure, fields: shown, home, truth: truth.filter(|_| known.is_empty()), apart, ..Suggested::default() }
}

/// Whether the first of some fields has the words of a name, and another what people mean by them: a ticket has the state of an address,
/// and whoever writes `state` may ask for its status.
fn is_ambiguous(readings: &[Vec<String>], fields: &[Field]) -> bool {
    let Some((written, meant)) = readings.split_first() else { return false };
    let is_of = |readings: &[Vec<String>], field: &Field| by_words(readings, &field.path) >= SURE;
    let written = std::slice::from_ref(written);
    let (Some(first), others) = (fields.first(), fields.get(1..).unwrap_or_default()) else { return false };
    is_of(written, first)
        && !is_of(meant, first)
        && others.iter().any(|other| is_of(meant, other) && !is_of(written, other))
}

/// Whether a field has a word of a name beside those that merely say of what kind a value is, or nearly its letters. What lacks it is
/// another field, however alike the rest is: `noteType` is no `recordType`.
fn says_it(path: &str, readings: &[Vec<String>], field: &str) -> bool {
    let own: Vec<String> = split(field).iter().map(|word| stem(word)).collect();
    let of_kinds: Vec<String> = OF_KINDS.iter().map(|word| stem(word)).collect();
    let is_said = |reading: &Vec<String>| {
        let mut telling = reading.iter().filter(|word| !of_kinds.contains(word)).peekable();
        telling.peek().is_none() || telling.any(|word| own.contains(word))
    };
    let (name, field) = (leaf(path).to_lowercase(), leaf(field).to_lowercase());
    readings.iter().any(is_said) || alike(&name, &field) >= MISSPELT
}

/// Whether a field is never filtered by: the whole of `_info`, and custom fields, which have a parameter of their own.
fn is_never_compared(path: &str) -> bool {
    leaf(path) == "_info" || path.split('/').next() == Some(CUSTOM_FIELDS)
}

/// How surely a field is meant that has no word beside those of a name but one for the kind of the value: `closed = true` is about
/// `closedFlag`, and `closed > [2024-01-01]` about `closedDate`.
fn by_kind(path: &str, field: &Field, value: &Scalar) -> f64 {
    let of_kind: &[&str] = match value {
        Scalar::Boolean(_) if field.type_name == "boolean" => &OF_FLAGS,
        Scalar::Date(_) if can_hold(field, value) => &OF_DATES,
        _ => return 0.0,
    };
    let (given, own) = (telling(path, of_kind), telling(&field.path, of_kind));
    if !given.is_empty() && given == own && !field.path.contains('/') { BY_KIND } else { 0.0 }
}

fn same_parent(one: &str, other: &str) -> bool {
    let parent =
        |path: &str| path.rsplit_once('/').map(|(parent, _)| parent.to_owned()).filter(|parent| parent != "_info");
    parent(one).is_some_and(|one| parent(other) == Some(one))
}

/// Of a reference, the member that fits a value; any other field as it is.
pub(super) fn member_for(field: Field, value: Option<&Scalar>, fields: &dyn FieldSource) -> Field {
    if !field.type_name.ends_with("object") {
        return field;
    }
    // People are named by their login, everything else by its name.
    let person = field.schema_name.as_deref().is_some_and(|name| name.contains("Member"));
    let spaced = matches!(value, Some(Scalar::Text(text)) if text.contains(' '));
    let names: &[&str] = match value {
        Some(Scalar::Number(_) | Scalar::Null) => &["id"],
        _ if person && !spaced => &["identifier", "name"],
        _ => &["name", "identifier"],
    };
    let members = fields.members(&field.path);
    let named = names.iter().find_map(|name| members.iter().find(|member| leaf(&member.path) == *name));
    let scalar = || members.iter().find(|member| !member.type_name.ends_with("object"));
    named.or_else(scalar).cloned().unwrap_or(field)
}

/// How much of the letters two paths have in common, from 0 to 1.
fn spelling(wanted: &str, path: &str) -> f64 {
    let squeeze =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let (whole, other) = (squeeze(wanted), squeeze(path));
    if whole == other {
        return 1.0;
    }
    let (end, other_end) = (squeeze(leaf(wanted)), squeeze(leaf(path)));
    let nested = path.contains('/') && !wanted.contains('/');
    let by_leaf = if nested { 0.9 } else { 1.0 } * similar(&end, &other_end);
    // The end of another path is another field: `company/id` is no `board/id`.
    let by_leaf = if wanted.contains('/') { by_leaf * 0.7 } else { by_leaf };
    let by_leaf = if WEAK.contains(&other_end.as_str()) && wanted != end { 0.0 } else { by_leaf };
    similar(&whole, &other).max(by_leaf)
}

fn similar(one: &str, other: &str) -> f64 {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let part = if short.len() < 4 {
        0.0
    } else if long.starts_with(short) || long.ends_with(short) {
        0.72
    } else if long.contains(short) {
        0.62
    } else {
        0.0
    };
    alike(one, other).max(part)
}

/// The words of a path as they stand, and in the words that the API may have for them.
fn readings_of(path: &str, subject: &HashSet<String>, called: &[Called]) -> Vec<Vec<String>> {
    let words = split(path);
    let plain = words.join(" ");
    let mut texts = vec![plain.clone()];
    for Called(phrase, names) in called {
        let key = format!(" {phrase} ");
        let padded = format!(" {plain} ");
        // `created` inside `created by` has been read already.
        if padded.contains(&key) && texts.len() == 1 {
            texts.extend(names.iter().map(|name| padded.replacen(&key, &format!(" {name} "), 1)));
        }
    }
    let telling = |text: &String| {
        let mut stems: Vec<String> = Vec::new();
        for word in split(text).iter().filter(|word| !is_stop_word(word) || *word == "by").map(|word| stem(word)) {
            if !subject.contains(&word) && word != "utc" && !stems.contains(&word) {
                stems.push(word);
            }
        }
        stems
    };
    let strong = |words: Vec<String>| {
        let strong: Vec<String> = words.iter().filter(|word| !WEAK.contains(&word.as_str())).cloned().collect();
        if strong.is_empty() { words } else { strong }
    };
    texts.iter().map(telling).map(strong).collect()
}

/// How much of the words of a path and of the closest reading are the same, from 0 to 1 (Dice 1945).
fn by_words(readings: &[Vec<String>], path: &str) -> f64 {
    let words = split(path);
    let telling: Vec<&String> = words.iter().filter(|word| !is_stop_word(word) || *word == "by").collect();
    let telling = if telling.is_empty() { words.iter().collect() } else { telling };
    let all: Vec<String> = telling.into_iter().map(|word| stem(word)).collect();
    let strong: Vec<&String> = all.iter().filter(|word| !WEAK.contains(&word.as_str())).collect();
    let words = if strong.is_empty() { all.iter().collect() } else { strong };
    let mut best: f64 = 0.0;
    for (rank, reading) in readings.iter().enumerate() {
        let shared = words.iter().filter(|word| reading.contains(word)).count();
        let total = words.len() + reading.len();
        if shared > 0 {
            // Deeper paths and later readings are behind nearer ones.
            let behind = 0.01 * (rank as f64) + 0.005 * (path.matches('/').count() as f64);
            best = best.max(2.0 * shared as f64 / total as f64 - behind);
        }
    }
    best
}
