//! Records are not where somebody looks for them: where are records of this name?
//!
//! `DELETE /company/tickets/5` is `DELETE /service/tickets/5`, and `/time/timeentries/5` is `/time/entries/5`: the same noun, singular or
//! plural, at the end of another path. Where a text stands for an id that is a number, the list with the filter that finds it is named.

use super::around::{Around, NEAREST, Near};
use super::records::{filled, is_list_of, is_placeholder, is_value, list_of_one, noun, record_of, with_last};
use crate::error::Error;
use crate::invoke::draft::Named;
use crate::openapi::{Method, ParameterIn};
use crate::store::OperationRow;

/// Operations that are named.
const MOST_NAMED: usize = 2;

/// Operations of a path whose nouns are only in another number: `/service/ticket/5` of `/service/tickets/{id}`.
pub(super) fn in_other_number<'s>(around: &Around<'s>, method: Method, path: &str) -> Vec<Near<'s>> {
    let written = segments(path);
    let is_same = |own: &str, written: &str| is_placeholder(own) || (noun(own).is_some() && noun(own) == noun(written));
    let is_meant = |entry: &&OperationRow| {
        let own = segments(&entry.path);
        own.len() == written.len() && own.iter().zip(&written).all(|(own, written)| is_same(own, written))
    };
    let literals = |entry: &OperationRow| segments(&entry.path).iter().filter(|own| !is_placeholder(own)).count();
    let mut found: Vec<&OperationRow> =
        around.entries().filter(|entry| entry.method == method).filter(is_meant).collect();
    found.sort_by_key(|entry| std::cmp::Reverse(literals(entry)));
    let values = |entry: &OperationRow| {
        let own = entry.path.split('/').filter(|own| !own.is_empty());
        own.zip(&written)
            .map(|(own, written)| format!("/{}", if is_placeholder(own) { written } else { own }))
            .collect()
    };
    found
        .into_iter()
        .take(MOST_NAMED)
        .map(|entry| Near { entry, path: Some(values(entry)), with: String::new() })
        .collect()
}

/// Operations of the noun that a path ends in, or has before a record, wherever the API has it.
pub(super) fn namesakes<'s>(around: &Around<'s>, method: Method, path: &str) -> Result<Vec<Near<'s>>, Error> {
    let written = segments(path);
    let Some((last, before)) = written.split_last() else { return Ok(Vec::new()) };
    // A text is a record's where nothing is called so.
    let is_called = |called: &str| {
        around.entries().any(|entry| entry.path.rsplit('/').next().and_then(noun).as_deref() == Some(called))
    };
    let is_one = is_value(last) || !noun(last).is_some_and(|called| is_called(&called));
    let (owners, called) = match before.split_last() {
        Some((called, owners)) if is_one => (owners, called),
        _ if is_one => return Ok(Vec::new()),
        _ => (before, last),
    };
    let Some(called) = noun(called) else { return Ok(Vec::new()) };
    // What belongs to a record is looked for below it.
    if owners.iter().any(|owner| is_value(owner)) {
        return Ok(Vec::new());
    }
    let list = |entry: &'s OperationRow| if is_one { list_of_one(&entry.path) } else { Some(&*entry.path) };
    let of_method = around.entries().filter(|entry| entry.method == method);
    let mut found: Vec<(&OperationRow, &str)> = of_method
        .filter_map(|entry| Some((entry, list(entry)?)))
        .filter(|(_, list)| is_list_of(list, &called))
        .collect();
    let is_near = |entry: &OperationRow| owners.first().is_some_and(|first| first.eq_ignore_ascii_case(&entry.domain));
    let agreeing = |list: &str| {
        let nouns = segments(list);
        let before = nouns.iter().rev().skip(1).zip(owners.iter().rev());
        before.take_while(|(own, written)| noun(own) == noun(written)).count()
    };
    let most = found.iter().map(|(_, list)| agreeing(list)).max().unwrap_or_default();
    found.retain(|(_, list)| agreeing(list) == most);
    if found.iter().any(|(entry, _)| is_near(entry)) {
        found.retain(|(entry, _)| is_near(entry));
    }
    // So common a noun (`types`, `count`) tells nothing.
    if found.len() > NEAREST {
        return Ok(Vec::new());
    }
    found.sort_by_cached_key(|(entry, list)| (std::cmp::Reverse(around.built_upon(list)), entry.path.len()));
    let mut near = Vec::new();
    for (entry, list) in found.into_iter().take(MOST_NAMED) {
        if is_one && !takes(around, entry, last)? {
            near.extend(by_text(around, entry, list, last)?);
        } else {
            let template = if is_one { with_last(&entry.path, last) } else { entry.path.clone() };
            near.push(Near { entry, path: Some(filled(&template, path)), with: String::new() });
        }
    }
    Ok(near)
}

/// The operation of a record that a text names, and the list that finds its id.
fn by_text<'s>(around: &Around<'s>, entry: &'s OperationRow, list: &str, text: &str) -> Result<Vec<Near<'s>>, Error> {
    let store = around.searcher.store();
    let is_list = |other: &&OperationRow| other.method == Method::Get && other.api == entry.api && other.path == list;
    let Some(lists) = around.entries().find(is_list) else { return Ok(Vec::new()) };
    let operation = store.operation(lists.doc)?;
    let lookup = |name: &str| store.schema(&entry.api, name);
    let named = Named { list: &operation, records: record_of(&operation), text, lookup: &lookup };
    let found = (around.dialect_of)(&entry.api).finding(&named);
    let filter = match found.map(|found| (found.parameter, found.value)) {
        Some((parameter, Some(value))) => format!(" with {parameter}={value}"),
        Some((parameter, None)) => format!(" with {parameter}"),
        None => String::new(),
    };
    let path = Some(entry.path.clone());
    if entry.method == Method::Get {
        let one = Near { entry, path, with: " with the id that it has there".to_owned() };
        return Ok(vec![Near { entry: lists, path: Some(list.to_owned()), with: filter }, one]);
    }
    let with = format!(" with the id that its record has in GET {list}{filter}");
    Ok(vec![Near { entry, path, with }])
}

/// Whether the placeholders of an operation may have these values: a text is no number.
pub(super) fn takes(around: &Around<'_>, entry: &OperationRow, value: &str) -> Result<bool, Error> {
    if is_value(value) {
        return Ok(true);
    }
    let Some(name) = segments(&entry.path).last().and_then(|last| last.strip_prefix('{')?.strip_suffix('}')) else {
        return Ok(true);
    };
    Ok(!numbers(around, entry)?.iter().any(|number| number == name))
}

/// The names of placeholders that are numbers.
pub(super) fn numbers(around: &Around<'_>, entry: &OperationRow) -> Result<Vec<String>, Error> {
    let operation = around.searcher.store().operation(entry.doc)?;
    let of_path = operation.parameters.iter().filter(|known| known.location == ParameterIn::Path);
    let numbers = of_path.filter(|known| known.schema.get("type").is_some_and(|kind| kind == "integer"));
    Ok(numbers.map(|known| known.name.clone()).collect())
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}
