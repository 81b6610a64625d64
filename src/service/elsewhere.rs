//! An operation is not where somebody looks for it, below a record: which operation elsewhere does the same?
//!
//! `POST /service/tickets/5/timeentries` is `POST /time/entries`, with the ticket in the body, and `/company/companies/5/agreements` the
//! list of agreements with a filter. Such an operation has the same method and the same noun at the end of its path, or one that the
//! API has for it, and what it takes can name the record.

use std::collections::HashMap;

use serde_json::json;

use super::around::{Around, Near};
use super::records::{
    filled, is_list_of, is_placeholder, is_value, list_of_one, noun, parameters_of, record_of, taken, values_of,
    with_last,
};
use crate::error::Error;
use crate::invoke::dialect::{CalledBelow, Parent};
use crate::invoke::pairs::{kind_beside, kinds_named};
use crate::openapi::{Method, def_name};
use crate::store::OperationRow;

/// Operations that are compared, and that are looked into, of those that have the noun.
const MOST_COMPARED: usize = 50;
const MOST_READ: usize = 12;

/// Operations that are named.
const MOST_NAMED: usize = 2;

/// A path below a record.
struct Below<'p> {
    /// The last noun, singular and in small letters.
    noun: String,
    /// The value that follows the noun.
    one: Option<&'p str>,
    /// The nouns before the record.
    owner: Vec<&'p str>,
    /// What stands before the noun.
    record: Vec<&'p str>,
    /// The record, as the path names it.
    id: &'p str,
}

impl<'p> Below<'p> {
    /// Takes a path apart; `is_named` says whether a text behind this path names a record.
    fn of(path: &'p str, is_named: &dyn Fn(&str, &str) -> bool) -> Option<Self> {
        let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let one = segments.last().copied().filter(|last| is_value(last));
        if one.is_some() {
            segments.pop();
        }
        let noun = noun(segments.pop()?)?;
        let id = segments.pop()?;
        let before = format!("/{}", segments.join("/"));
        if !is_value(id) && !is_named(&before, id) {
            return None;
        }
        let owner: Vec<&str> = segments.iter().copied().filter(|segment| !is_value(segment)).collect();
        let record = [segments, vec![id]].concat();
        (!owner.is_empty()).then_some(Self { noun, one, owner, record, id })
    }

    /// Whether a template lists records that are called so, whatever record they belong to.
    fn is_at(&self, template: &str, called: &str) -> bool {
        self.list(template).is_some_and(|list| is_list_of(list, called))
    }

    /// Whether a template has records that are called so below this very record, or one that it belongs to.
    fn is_below(&self, template: &str, called: &str) -> bool {
        let Some((before, last)) = self.list(template).and_then(|list| list.rsplit_once('/')) else { return false };
        let before: Vec<&str> = before.split('/').filter(|segment| !segment.is_empty()).collect();
        let is_of = |(own, written): (&&str, &&str)| {
            if is_placeholder(own) {
                is_value(written) || *written == self.id
            } else {
                own.eq_ignore_ascii_case(written)
            }
        };
        noun(last).as_deref() == Some(called)
            && before.last().is_some_and(|last| is_placeholder(last))
            && before.len() <= self.record.len()
            && before.iter().zip(&self.record).all(is_of)
    }

    /// A template without the placeholder at its end, where the path has a value there.
    fn list<'t>(&self, template: &'t str) -> Option<&'t str> {
        if self.one.is_some() { list_of_one(template) } else { Some(template) }
    }
}

/// An operation that may be meant.
struct Candidate<'s, 'c> {
    entry: &'s OperationRow,
    /// What the API calls the noun of the path, where it calls it otherwise.
    called: Option<&'c CalledBelow>,
    /// Whether it stands below the same record.
    is_below: bool,
}

/// The operations that a path below a record may mean, each with what names the record.
pub(super) fn elsewhere<'s>(around: &Around<'s>, method: Method, path: &str) -> Result<Vec<Near<'s>>, Error> {
    let is_list = |path: &str| around.entries().any(|entry| entry.path.eq_ignore_ascii_case(path));
    let is_named = |list: &str, id: &str| is_list(list) && !is_list(&format!("{list}/{id}"));
    let Some(below) = Below::of(path, &is_named) else { return Ok(Vec::new()) };
    let mut called: HashMap<&str, Vec<CalledBelow>> = HashMap::new();
    for entry in around.entries() {
        called
            .entry(&entry.api)
            .or_insert_with(|| (around.dialect_of)(&entry.api).called_below(&below.noun, method == Method::Get));
    }
    let mut found: Vec<Candidate<'_, '_>> = Vec::new();
    for entry in around.entries().filter(|entry| entry.method == method) {
        let is_below = below.is_below(&entry.path, &below.noun);
        if is_below || below.is_at(&entry.path, &below.noun) {
            found.push(Candidate { entry, called: None, is_below });
        }
        for called in called.get(&*entry.api).into_iter().flatten() {
            let is_below = below.is_below(&entry.path, called.noun);
            if is_below || below.is_at(&entry.path, called.noun) {
                found.push(Candidate { entry, called: Some(called), is_below });
            }
        }
    }
    let is_near =
        |entry: &OperationRow| below.owner.first().is_some_and(|first| first.eq_ignore_ascii_case(&entry.domain));
    // What the record has under this very name is nowhere else.
    if found.iter().any(|candidate| candidate.is_below && candidate.called.is_none()) {
        found.retain(|candidate| candidate.is_below || candidate.called.is_some());
    }
    // Of two lists, the one that more is built upon.
    let built_upon = |entry: &OperationRow| around.built_upon(below.list(&entry.path).unwrap_or(&entry.path));
    found.sort_by_key(|Candidate { entry, is_below, .. }| (!is_below, !is_near(entry), entry.path.len()));
    found.truncate(MOST_COMPARED);
    found.sort_by_cached_key(|candidate| {
        let Candidate { entry, is_below, .. } = candidate;
        (!is_below, !is_near(entry), std::cmp::Reverse(built_upon(entry)), entry.path.len())
    });
    let mut near: Vec<(bool, Near<'_>)> = Vec::new();
    for candidate in found.into_iter().take(MOST_READ) {
        let Candidate { entry, called, is_below } = candidate;
        let of_record = if is_below || below.one.is_some() { String::new() } else { named(around, entry, &below)? };
        let names_record = is_below || below.one.is_some() || !of_record.is_empty();
        // Under another name only what belongs to the record is meant, and a write of no record's is another write.
        if !names_record && (called.is_some() || method != Method::Get) {
            continue;
        }
        let with = called.filter(|_| below.one.is_none()).and_then(|called| called.with.as_ref());
        let with = with.map(|with| if of_record.is_empty() { format!(" with {with}") } else { format!(" and {with}") });
        let mut with = of_record + with.as_deref().unwrap_or_default();
        if !names_record {
            with =
                format!(" (no filter for {} {} is known)", below.owner.last().copied().unwrap_or("record"), below.id);
        }
        if with.contains('{') && is_placeholder(below.id) {
            with.push_str(&format!(" (write the value in place of {})", below.id));
        }
        let path = below.one.map(|one| filled(&with_last(&entry.path, one), path));
        near.push((names_record, Near { entry, path, with }));
    }
    near.sort_by_key(|(names_record, _)| !names_record);
    Ok(near.into_iter().map(|(_, near)| near).take(MOST_NAMED).collect())
}

/// How an operation's body, its parameters or its filter name the record; empty where none can.
fn named(around: &Around<'_>, entry: &OperationRow, below: &Below<'_>) -> Result<String, Error> {
    let searcher = around.searcher;
    let operation = searcher.store().operation(entry.doc)?;
    let mut fields = taken(searcher, entry, &operation);
    if fields.is_empty() {
        fields = parameters_of(&operation);
    }
    let owner = below.owner.join(" ");
    let mut of_any_kind = None;
    for (id, _) in &fields {
        let Some(kind) = kind_beside(id, fields.keys().map(String::as_str)) else { continue };
        let values = values_of(searcher, entry, kind, fields.get(kind))?;
        let kinds: Vec<&str> = values.iter().map(String::as_str).collect();
        if let Some(named) = kinds_named(&kinds, &owner).first() {
            return Ok(format!(" with {id} {} and {kind} {named}", below.id));
        }
        if fields.get(kind).is_some_and(|schema| schema.get("$ref").is_some()) {
            of_any_kind = of_any_kind.or(Some((id, kind)));
        }
    }
    let Some(own) = below.owner.last().and_then(|last| noun(last)) else { return Ok(String::new()) };
    let field = |wanted: &str| fields.keys().find(|name| name.eq_ignore_ascii_case(wanted));
    let id = below.id.parse::<u64>().map_or_else(|_| json!(below.id), |id| json!(id));
    if let Some(reference) = field(&own).filter(|_| operation.request_body.is_some()) {
        return Ok(format!(" with {reference} {}", json!({ "id": id })));
    }
    if let Some(name) = field(&format!("{own}Id")) {
        return Ok(format!(" with {name} {}", below.id));
    }
    if let Some((id, kind)) = of_any_kind.filter(|_| operation.request_body.is_some()) {
        // `sales` is no plural: the last noun alone is made singular.
        let before = below.owner.iter().rev().skip(1).rev().copied();
        let called = before.chain([own.as_str()]).collect::<Vec<_>>().join(" ");
        let referred = fields.get(kind).and_then(|schema| schema.get("$ref")?.as_str()).and_then(def_name);
        let code = referred.and_then(|schema| (around.dialect_of)(&entry.api).coded(&schema, &called));
        if let Some((member, code)) = code {
            return Ok(format!(" with {id} {} and {kind} {}", below.id, json!({ member: code })));
        }
        let article = if own.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
        return Ok(format!(" with {id} {} and the {kind} of {article} {own}", below.id));
    }
    let Some(records) = record_of(&operation).filter(|_| entry.method == Method::Get) else {
        return Ok(String::new());
    };
    let lookup = |name: &str| searcher.store().schema(&entry.api, name);
    let parent = Parent { list: &operation, records, lookup: &lookup, owner: &owner, noun: &own, id: below.id };
    let filter = (around.dialect_of)(&entry.api).of_parent(&parent);
    let pairs: Vec<String> = filter.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(if pairs.is_empty() { String::new() } else { format!(" with {}", pairs.join(" and ")) })
}
