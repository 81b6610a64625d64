//! Which operation do a method and a path mean?
//!
//! What is written counts before what may be meant: the text of a template; a path that fits a template to the letter; and only
//! then what differs by case, by a slash too many or too few. Where several operations are as near, none is taken.

mod candidate;
mod nearest;

use serde_json::{Map, Value};

use super::around::DialectOf;
use super::expanded;
use super::nearby::lacks_values;
use crate::error::Error;
use crate::openapi::{Method, ParameterIn};
use crate::search::{SearchError, Searcher, known_apis};
use crate::store::{OperationRow, Store, StoreError};
use crate::surface::{Argument, Said};
use candidate::{Candidate, Fragment, Level, Written};
pub(super) use nearest::no_operation;

/// Most characters of a path that is looked up: the embedded manifest's longest template has 120.
pub(super) const LONGEST_PATH: usize = 2_000;

/// An operation as a path named it.
#[derive(Debug)]
pub(super) struct Resolved {
    pub operation: OperationRow,
    /// Values of placeholders that were written into the path.
    pub path_values: Map<String, Value>,
    /// Query parameters that what follows `#` in the template stands for, and that were not given.
    pub implied: Vec<(String, String)>,
    /// In what the path differs from the operation's.
    pub notes: Vec<Said>,
    /// Names that placeholders have in the path and not in the operation's, each with the operation's.
    pub renamed: Vec<(String, String)>,
}

impl Resolved {
    /// An operation by its own path.
    pub fn of(operation: OperationRow) -> Self {
        let (path_values, implied) = (Map::new(), Vec::new());
        Self { operation, path_values, implied, notes: Vec::new(), renamed: Vec::new() }
    }
}

/// A path as somebody wrote it, with what else tells operations of one path apart.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub method: Method,
    /// A template, or a path with values; may have a query and a fragment.
    pub path: &'a str,
    /// Parameters by name.
    pub params: &'a Map<String, Value>,
    /// The API, where it was named.
    pub api: Option<&'a str>,
    /// The body, for what is offered where no operation has the path.
    pub data: Option<&'a Value>,
}

/// Finds the operation that a method and a path mean: the template itself, or the one that a path with values fits.
///
/// # Errors
/// [`Error::NoOperation`] with the nearest ones; as [`find_operation`].
pub(super) fn resolve_path(
    searcher: &Searcher,
    asked: Asked<'_>,
    dialect_of: &DialectOf<'_>,
) -> Result<Resolved, Error> {
    find_operation(searcher, asked)?.map_or_else(|| Err(no_operation(searcher, asked, dialect_of)), Ok)
}

/// Finds the operation as [`resolve_path`] does; `None` where there is none, without looking for similar ones.
///
/// # Errors
/// [`Error::Argument`] for a path that is too long, [`Error::Search`] for an API that is not there, [`Error::SeveralApis`],
/// [`Error::Store`].
pub(super) fn find_operation(searcher: &Searcher, asked: Asked<'_>) -> Result<Option<Resolved>, Error> {
    let Asked { method, path, params, api, .. } = asked;
    let written = Written::of(path, params);
    check_length(&written.whole())?;
    let store = searcher.store();
    if let Some(api) = api {
        known_api(store, api)?;
    }
    let may_be =
        |entry: &OperationRow| entry.method == method && api.is_none_or(|api| entry.api.eq_ignore_ascii_case(api));
    let by_text = store.by_template(&written.path)?.into_iter().filter(may_be);
    let mut found: Vec<Candidate> = by_text.filter_map(|entry| written.candidate(entry)).collect();
    if !found.iter().any(|candidate| candidate.level <= Level::SameText) {
        found.clear();
        let may_fit = searcher.entries().iter().filter(|entry| may_be(entry) && written.may_fit(&entry.path));
        found.extend(may_fit.filter_map(|entry| written.candidate(entry.clone())));
        demote_unfit(store, &mut found)?;
    }
    // What follows `#` tells operations apart: another text there than one that is known names none of them.
    if written.fragment.is_some() && found.iter().any(|candidate| candidate.fragment != Fragment::None) {
        found.retain(|candidate| candidate.fragment == Fragment::Said);
    }
    found.retain(|candidate| candidate.fragment != Fragment::Other);
    found.sort_by(|a, b| a.rank().cmp(&b.rank()));
    let as_near =
        found.iter().take_while(|candidate| found.first().is_some_and(|best| best.rank() == candidate.rank()));
    let as_near = as_near.count();
    found.truncate(as_near);
    let mut apis: Vec<String> = found.iter().map(|candidate| candidate.entry.api.clone()).collect();
    apis.dedup();
    if apis.len() > 1 {
        return Err(Error::SeveralApis { method: method.to_string(), path: written.path, apis });
    }
    let is_guess = found.first().is_some_and(|first| first.level > Level::Fits || first.fragment == Fragment::Unsaid);
    if is_guess && found.len() > 1 {
        return Ok(None);
    }
    let Some(best) = found.into_iter().next() else {
        let entries = searcher.entries().iter().filter(|entry| may_be(entry));
        let found = expanded::find(store, entries, &written.path)?;
        return Ok(found.map(|(operation, path_values)| Resolved { path_values, ..Resolved::of(operation) }));
    };
    // `additions` is no number of an agreement; the list that lacks one is what was meant.
    if best.level == Level::Fits
        && is_unfit(store, &best)?
        && searcher.entries().iter().any(|entry| may_be(entry) && lacks_values(&written.path, &entry.path))
    {
        return Ok(None);
    }
    Ok(Some(best.resolved(&written)))
}

/// Checks that the catalogue has an API of this name.
///
/// # Errors
/// [`Error::Search`] with the names there are.
pub(super) fn known_api(store: &Store, name: &str) -> Result<String, Error> {
    let apis = store.apis()?;
    apis.iter()
        .find(|known| known.eq_ignore_ascii_case(name))
        .cloned()
        .ok_or_else(|| SearchError::UnknownApi { name: name.to_owned(), known: known_apis(name, &apis) }.into())
}

/// Puts behind all others those whose placeholders cannot have the values in the path, where there are others: a route in another
/// case is meant before a record whose number is its name.
fn demote_unfit(store: &Store, found: &mut [Candidate]) -> Result<(), StoreError> {
    if found.iter().all(|candidate| candidate.level <= Level::Fits) {
        return Ok(());
    }
    for candidate in found.iter_mut().filter(|candidate| candidate.level == Level::Fits) {
        if is_unfit(store, candidate)? {
            candidate.level = Level::Unfit;
        }
    }
    Ok(())
}

/// Whether a placeholder for numbers has a value that is none.
fn is_unfit(store: &Store, candidate: &Candidate) -> Result<bool, StoreError> {
    let is_number = |value: &Value| value.as_str().is_some_and(|text| text.parse::<i128>().is_ok());
    if candidate.path_values.values().all(is_number) {
        return Ok(false);
    }
    let operation = store.operation(candidate.entry.doc)?;
    let wants_number = |name: &str| {
        let mut declared = operation.parameters.iter().filter(|known| known.location == ParameterIn::Path);
        declared.any(|known| known.name == name && known.schema.get("type").is_some_and(|kind| kind == "integer"))
    };
    Ok(candidate.path_values.iter().any(|(name, value)| !is_number(value) && wants_number(name)))
}

fn check_length(path: &str) -> Result<(), Error> {
    let length = path.chars().count();
    if length <= LONGEST_PATH {
        return Ok(());
    }
    let reason = format!(
        "it has {length} characters, and no more than {LONGEST_PATH} are looked up; give the template, or the path of one record, and \
         everything else as parameters or body"
    );
    Err(Error::Argument { argument: Argument::PATH, reason: reason.into() })
}
