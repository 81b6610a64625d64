//! An operation is not where somebody looks for it, below a record: which operation elsewhere does the same?
//!
//! `POST /service/tickets/5/timeentries` is `POST /time/entries`, with the ticket in the body. Such an operation has the same
//! method and the same noun at the end of its path, and what it takes can name the record.

use serde_json::json;

use super::records::{is_placeholder, noun, parameters_of, taken, values_of};
use crate::error::Error;
use crate::invoke::pairs::{kind_beside, kinds_named};
use crate::openapi::Method;
use crate::search::Searcher;
use crate::store::OperationRow;

/// Segments that one noun may be spread over.
const MOST_SEGMENTS: usize = 3;

/// Operations that are named.
const MOST_NAMED: usize = 2;

/// A path below a record.
struct Below<'p> {
    /// The last noun, singular and in small letters.
    noun: String,
    /// Whether a value follows the noun.
    is_one: bool,
    /// The nouns before the record.
    owner: Vec<&'p str>,
    /// The record, as the path names it.
    id: &'p str,
}

impl<'p> Below<'p> {
    fn of(path: &'p str) -> Option<Self> {
        let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let is_one = segments.last().is_some_and(|last| is_value(last));
        if is_one {
            segments.pop();
        }
        let noun = noun(segments.pop()?)?;
        let id = segments.pop().filter(|id| is_value(id))?;
        let owner: Vec<&str> = segments.into_iter().filter(|segment| !is_value(segment)).collect();
        (!owner.is_empty()).then_some(Self { noun, is_one, owner, id })
    }

    /// Whether a template lists records of this kind, whatever record they belong to.
    fn is_at(&self, template: &str) -> bool {
        let mut segments: Vec<&str> = template.split('/').filter(|segment| !segment.is_empty()).collect();
        if self.is_one && !segments.pop().is_some_and(is_placeholder) {
            return false;
        }
        if segments.iter().any(|segment| segment.contains('{')) {
            return false;
        }
        let count = segments.len();
        (1..=MOST_SEGMENTS.min(count))
            .any(|taken| noun(&segments[count - taken..].concat()).as_ref() == Some(&self.noun))
    }
}

fn is_value(segment: &str) -> bool {
    is_placeholder(segment) || segment.bytes().all(|byte| byte.is_ascii_digit())
}

/// The operations that a path below a record may mean, each with what names the record.
pub(super) fn elsewhere<'s>(
    searcher: &'s Searcher,
    method: Method,
    path: &str,
    is_of_api: impl Fn(&OperationRow) -> bool,
) -> Result<Vec<(&'s OperationRow, String)>, Error> {
    let Some(below) = Below::of(path) else { return Ok(Vec::new()) };
    let candidates = searcher.entries().iter().filter(|entry| entry.method == method && is_of_api(entry));
    let mut found: Vec<&OperationRow> = candidates.filter(|entry| below.is_at(&entry.path)).collect();
    let is_near =
        |entry: &OperationRow| below.owner.first().is_some_and(|first| first.eq_ignore_ascii_case(&entry.domain));
    found.sort_by_key(|entry| (!is_near(entry), entry.path.len()));
    found.truncate(MOST_NAMED);
    found.into_iter().map(|entry| Ok((entry, named(searcher, entry, &below)?))).collect()
}

/// How an operation's body, or a query without one, names the record; empty where it cannot.
fn named(searcher: &Searcher, entry: &OperationRow, below: &Below<'_>) -> Result<String, Error> {
    let operation = searcher.store().operation(entry.doc)?;
    let mut fields = taken(searcher, entry, &operation);
    if fields.is_empty() {
        fields = parameters_of(&operation);
    }
    let owner = below.owner.join(" ");
    for (id, _) in &fields {
        let Some(kind) = kind_beside(id, fields.keys().map(String::as_str)) else { continue };
        let values = values_of(searcher, entry, kind, fields.get(kind))?;
        let kinds: Vec<&str> = values.iter().map(String::as_str).collect();
        if let Some(named) = kinds_named(&kinds, &owner).first() {
            return Ok(format!(" with {id} {} and {kind} {named}", below.id));
        }
    }
    let Some(owner) = below.owner.last().and_then(|last| noun(last)) else { return Ok(String::new()) };
    let field = |wanted: &str| fields.keys().find(|name| name.eq_ignore_ascii_case(wanted));
    let id = below.id.parse::<u64>().map_or_else(|_| json!(below.id), |id| json!(id));
    if let Some(reference) = field(&owner).filter(|_| operation.request_body.is_some()) {
        return Ok(format!(" with {reference} {}", json!({ "id": id })));
    }
    Ok(field(&format!("{owner}Id")).map_or_else(String::new, |name| format!(" with {name} {}", below.id)))
}
