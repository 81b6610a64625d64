//! Which operation do a method and a path mean?
//!
//! What is written counts before what may be meant: the text of a template; a path that fits a template to the letter; and only
//! then what differs by case, by a slash too many or too few. Where several operations are as near, none is taken.

use std::cmp::Reverse;

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::around::{Around, DialectOf};
use super::expanded;
use super::nearby::{NEAREST, lacks_values};
use crate::error::Error;
use crate::openapi::{Method, ParameterIn, Part, PathTemplate};
use crate::search::{SearchError, Searcher, known_apis};
use crate::store::{OperationRow, Store, StoreError};
use crate::surface::{Argument, Said};

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
    let Asked { method, path, params, api } = asked;
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

/// The error that there is no such operation, with the nearest.
pub(super) fn no_operation(searcher: &Searcher, asked: Asked<'_>, dialect_of: &DialectOf<'_>) -> Error {
    let path = Written::of(asked.path, asked.params).whole();
    let apis = searcher.store().apis().unwrap_or_default();
    let place = match (asked.api, apis.as_slice()) {
        (Some(api), _) => api.to_owned(),
        (None, [only]) => format!("the index, which holds {only} alone"),
        (None, _) => "the index".to_owned(),
    };
    let mut nearest: Vec<String> =
        twins(searcher, asked).into_iter().map(|entry| format!("{} {}", entry.method, entry.path)).collect();
    if nearest.is_empty() {
        nearest = Around { searcher, dialect_of, api: asked.api }.nearest(asked.method, &path);
    }
    Error::NoOperation { method: asked.method.to_string(), nearest, path, place }
}

/// How near a path is to an operation's; the smaller the nearer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Level {
    /// The template, to the letter.
    Same,
    /// The template but for the names of placeholders.
    SameText,
    /// A path with values that fits to the letter.
    Fits,
    /// The template but for case and slashes.
    LikeText,
    /// A path with values that fits but for case and slashes.
    Like,
    /// A path that fits to the letter, with a value that its placeholder cannot have.
    Unfit,
}

/// What is known of an operation that is told apart by what follows `#`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fragment {
    /// It was written, or the parameters it stands for were given.
    Said,
    /// The operation has none.
    None,
    /// The operation has one, and nothing was said of it.
    Unsaid,
    /// The operation has another.
    Other,
}

/// A path as it was written, taken apart.
struct Written {
    /// Begins with a slash.
    path: String,
    fragment: Option<String>,
    /// Names and values that were given for parameters, in the query or beside it.
    given: Vec<(String, String)>,
    /// Whether the slash before it was added.
    slash_added: bool,
}

/// Literal segments, literal characters, and which segments are literal from the left: what is more precise comes first.
type Precision = (usize, usize, Vec<bool>);

struct Candidate {
    entry: OperationRow,
    level: Level,
    fragment: Fragment,
    path_values: Map<String, Value>,
    other_case: bool,
    other_slashes: bool,
    precision: Precision,
}

impl Written {
    fn of(text: &str, params: &Map<String, Value>) -> Self {
        let text = text.trim();
        let (before, after) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
        let (query, fragment) = match after.strip_prefix('?') {
            Some(after) => after.split_once('#').unwrap_or((after, "")),
            // `/#Action=Stop?x=1`: where a fragment is part of a template, a query may follow it.
            None => {
                let after = after.strip_prefix('#').unwrap_or_default();
                let (fragment, query) = after.split_once('?').unwrap_or((after, ""));
                (query, fragment)
            }
        };
        let mut given: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        for (name, value) in params {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            match value {
                Value::Array(values) => given.extend(values.iter().map(|value| (name.clone(), text(value)))),
                value => given.push((name.clone(), text(value))),
            }
        }
        let slash_added = !before.starts_with('/');
        let path = if slash_added { format!("/{before}") } else { before.to_owned() };
        let fragment = Some(fragment.to_owned()).filter(|fragment| !fragment.is_empty());
        Self { path, fragment, given, slash_added }
    }

    /// With what follows `#`.
    fn whole(&self) -> String {
        self.fragment.as_ref().map_or_else(|| self.path.clone(), |fragment| format!("{}#{fragment}", self.path))
    }

    /// Whether a template has as many segments, and begins alike; looked at before it is parsed.
    fn may_fit(&self, template: &str) -> bool {
        fn segments(path: &str) -> usize {
            path.split('/').filter(|segment| !segment.is_empty()).count()
        }
        let template = template.split('#').next().unwrap_or_default();
        if segments(template) != segments(&self.path) {
            return false;
        }
        let first = |path: &str| path.split('/').find(|segment| !segment.is_empty()).map(str::to_owned);
        match (first(template), first(&self.path)) {
            (Some(literal), Some(written)) if !literal.contains(['{', '%']) && !written.contains('%') => {
                literal.eq_ignore_ascii_case(&written)
            }
            _ => true,
        }
    }

    /// How the path and an operation's agree; `None` where they do not.
    fn candidate(&self, entry: OperationRow) -> Option<Candidate> {
        let (own, own_fragment) =
            entry.path.split_once('#').map_or((&*entry.path, None), |(own, rest)| (own, Some(rest)));
        let template = PathTemplate::parse(own).ok()?;
        let canonical = |path: &str| PathTemplate::parse(path).ok().map(|template| template.canonical());
        let (text, own_text) = (canonical(&self.path), template.canonical());
        let (plain, own_plain) = (plain(&self.path), plain(own));
        let other_slashes = trailing(&self.path) != trailing(own) || self.path.contains("//");
        let (level, values, other_case) = if own == self.path {
            (Level::Same, Vec::new(), false)
        } else if text.as_ref() == Some(&own_text) {
            (Level::SameText, Vec::new(), false)
        } else if let Some(values) = template.matches(&self.path) {
            (Level::Fits, values, false)
        } else {
            let own_plain = PathTemplate::parse(&own_plain).ok()?;
            let (text, own_text) = (canonical(&plain), own_plain.canonical());
            if let Some(text) = text.filter(|text| text.to_lowercase() == own_text.to_lowercase()) {
                (Level::LikeText, Vec::new(), text != own_text)
            } else {
                let names: Vec<&str> = template.parameters().collect();
                let values = own_plain.matches_in_any_case(&plain)?;
                let values = values.into_iter().zip(names).map(|((_, value), name)| (name, value)).collect();
                (Level::Like, values, own_plain.matches(&plain).is_none())
            }
        };
        let path_values = values.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
        let fragment = self.agreement(own_fragment);
        let precision = precision(&template);
        Some(Candidate { level, fragment, path_values, other_case, other_slashes, precision, entry })
    }

    fn agreement(&self, own: Option<&str>) -> Fragment {
        match (own, self.fragment.as_deref()) {
            (None, _) => Fragment::None,
            (Some(own), _) if pairs(own).is_some_and(|pairs| pairs.iter().any(|pair| self.is_contradicted(pair))) => {
                Fragment::Other
            }
            (Some(own), Some(written)) if own == written => Fragment::Said,
            (Some(own), None) if pairs(own).is_some_and(|pairs| pairs.iter().all(|pair| self.is_given(pair))) => {
                Fragment::Said
            }
            (Some(_), None) => Fragment::Unsaid,
            (Some(_), Some(_)) => Fragment::Other,
        }
    }

    fn is_given(&self, (name, value): &(String, String)) -> bool {
        self.given.iter().any(|(known, given)| known == name && (is_open(value) || given == value))
    }

    /// Whether a parameter that tells operations apart was given another value.
    fn is_contradicted(&self, pair: &(String, String)) -> bool {
        self.given.iter().any(|(known, _)| *known == pair.0) && !self.is_given(pair)
    }
}

impl Candidate {
    fn rank(&self) -> (Level, usize, Fragment, Reverse<&Precision>) {
        let deviations = usize::from(self.other_case) + usize::from(self.other_slashes);
        (self.level, deviations, self.fragment, Reverse(&self.precision))
    }

    fn resolved(self, written: &Written) -> Resolved {
        let Self { entry, fragment, path_values, other_case, other_slashes, .. } = self;
        let mut differs = Vec::new();
        if other_case {
            differs.push("in another case");
        }
        if other_slashes || written.slash_added {
            differs.push("with other slashes");
        }
        let mut notes = Vec::new();
        if !differs.is_empty() {
            let asked = written.whole();
            notes.push(
                format!("`{asked}` is taken as `{}`, which is written {}", entry.path, differs.join(" and ")).into(),
            );
        }
        let mut implied = Vec::new();
        let own = entry.path.split_once('#').map(|(_, own)| own);
        match (own, fragment) {
            (Some(own), Fragment::Said) => {
                let is_left_out = |(name, value): &(String, String)| {
                    !is_open(value) && !written.given.iter().any(|(known, _)| known == name)
                };
                implied.extend(pairs(own).into_iter().flatten().filter(is_left_out));
            }
            (Some(own), _) => {
                notes.push(format!("the only such operation is `{}`: `#{own}` is part of its name", entry.path).into())
            }
            (None, _) if written.fragment.is_some() => {
                notes.push(
                    format!("what follows `#` in `{}` names no operation and is not sent", written.whole()).into(),
                );
            }
            (None, _) => {}
        }
        let mut renamed = Vec::new();
        if path_values.is_empty()
            && let (Ok(asked), Ok(own)) = (PathTemplate::parse(&written.path), PathTemplate::parse(&entry.path))
        {
            let pairs = asked.parameters().zip(own.parameters()).filter(|(asked, own)| asked != own);
            renamed.extend(pairs.map(|(asked, own)| (asked.to_owned(), own.to_owned())));
        }
        Resolved { operation: entry, path_values, implied, notes, renamed }
    }
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

/// The path with single slashes and none at its end.
fn plain(path: &str) -> String {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let plain = segments.fold(String::new(), |path, segment| path + "/" + segment);
    if plain.is_empty() { "/".to_owned() } else { plain }
}

fn trailing(path: &str) -> bool {
    path.len() > 1 && path.ends_with('/')
}

fn precision(template: &PathTemplate) -> Precision {
    let is_literal: Vec<bool> = template
        .segments()
        .iter()
        .map(|segment| segment.parts.iter().all(|part| matches!(part, Part::Literal(_))))
        .collect();
    let parts = template.segments().iter().flat_map(|segment| &segment.parts);
    let characters = parts.map(|part| if let Part::Literal(text) = part { text.chars().count() } else { 0 }).sum();
    (is_literal.iter().filter(|is_literal| **is_literal).count(), characters, is_literal)
}

/// A fragment as parameters of the query, where it is some.
fn pairs(fragment: &str) -> Option<Vec<(String, String)>> {
    let are_pairs = fragment.split('&').all(|pair| pair.contains('='));
    are_pairs.then(|| form_urlencoded::parse(fragment.as_bytes()).into_owned().collect())
}

/// Whether a pair behind `#` names a parameter without its value.
fn is_open(value: &str) -> bool {
    value.is_empty() || value.starts_with('{')
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

/// Operations of the path that differ by what follows `#` alone, those most like what was asked for first: which of them is meant was
/// not said.
fn twins<'s>(searcher: &'s Searcher, asked: Asked<'_>) -> Vec<&'s OperationRow> {
    let Asked { method, path, params, api } = asked;
    let written = Written::of(path, params);
    let is_of_path = |entry: &&OperationRow| {
        entry.method == method
            && entry.path.contains('#')
            && api.is_none_or(|api| entry.api.eq_ignore_ascii_case(api))
            && written.may_fit(&entry.path)
            && written.candidate((*entry).clone()).is_some()
    };
    let found: Vec<&OperationRow> = searcher.entries().iter().filter(is_of_path).collect();
    let telling = |entry: &OperationRow| entry.path.split_once('#').map(|(_, own)| own.to_owned()).unwrap_or_default();
    let names: Vec<String> =
        found.iter().filter_map(|entry| pairs(&telling(entry))).flatten().map(|(name, _)| name).collect();
    let given = written.given.iter().filter(|(name, _)| names.contains(name));
    let given: Vec<String> = given.map(|(name, value)| format!("{name}={value}")).collect();
    let asked_for = written.fragment.clone().unwrap_or_else(|| given.join("&"));
    let known = found.into_iter().map(|entry| (telling(entry), 0.0, entry));
    crate::spelling::most_alike(&asked_for, known, NEAREST)
}
