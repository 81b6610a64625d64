//! Which operation has a placeholder that takes the rest of a path, slashes and all?
//!
//! RFC 6570's `{+name}`, as Google's APIs write it: `/v1/{+name}:cancel` is `/v1/projects/acme/jobs/7:cancel`. Looked at where no
//! template has as many segments as the path.

use serde_json::{Map, Value};

use crate::openapi::ParameterIn;
use crate::store::{OperationRow, Store, StoreError};

/// Operations whose parameters are looked at, of those that the literals of their templates leave.
const MOST: usize = 50;

/// An operation, and what stands for its placeholder.
type Fit = (OperationRow, Map<String, Value>);

/// The operation of these whose only placeholder takes what the literals around it leave of the path, and that value; the longest
/// literals are nearest. `None` where there is none, or two are as near.
pub(super) fn find<'e>(
    store: &Store,
    entries: impl Iterator<Item = &'e OperationRow>,
    path: &str,
) -> Result<Option<Fit>, StoreError> {
    let mut fitting: Vec<(usize, &OperationRow, &str, &str)> = entries.filter_map(|entry| fit(entry, path)).collect();
    fitting.sort_by_key(|(literals, ..)| std::cmp::Reverse(*literals));
    let mut found = None;
    let mut nearest = 0;
    for (literals, entry, name, value) in fitting.into_iter().take(MOST) {
        if literals < nearest {
            break;
        }
        let parameters = store.operation(entry.doc)?.parameters;
        let mut of_path = parameters.iter().filter(|parameter| parameter.location == ParameterIn::Path);
        if !of_path.any(|parameter| parameter.name == name && parameter.allow_reserved) {
            continue;
        }
        if found.is_some() {
            return Ok(None);
        }
        nearest = literals;
        found = Some((entry.clone(), Map::from_iter([(name.to_owned(), Value::from(value))])));
    }
    Ok(found)
}

/// The length of a template's literals, the name of its only placeholder, and what stands for that in the path.
fn fit<'e, 'p>(entry: &'e OperationRow, path: &'p str) -> Option<(usize, &'e OperationRow, &'e str, &'p str)> {
    let (before, rest) = entry.path.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    if after.contains(['{', '#']) {
        return None;
    }
    let value = path.strip_prefix(before)?.strip_suffix(after)?;
    let has_segments = value.contains('/') && !value.starts_with('/') && !value.ends_with('/');
    has_segments.then_some((before.len() + after.len(), entry, name, value))
}
