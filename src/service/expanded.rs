//! Which operation has a placeholder that takes the rest of a path, slashes and all?
//!
//! RFC 6570's `{+name}`, as Google's APIs write it: `/v1/{+name}:cancel` is `/v1/projects/acme/jobs/7:cancel`. Looked at where no
//! template has as many segments as the path.

use serde_json::{Map, Value};

use crate::openapi::{ParameterIn, PathTemplate};
use crate::store::{OperationRow, Store, StoreError};

/// Operations whose parameters are looked at, of those that the literals of their templates leave.
const MOST: usize = 50;

/// An operation, and what stands for its placeholder.
type Fit = (OperationRow, Map<String, Value>);

/// The operation of these whose only or last placeholder takes what is left of the path, and the values of all; the longest
/// literals are nearest. `None` where there is none, or two are as near.
pub(super) fn find<'e>(
    store: &Store,
    entries: impl Iterator<Item = &'e OperationRow>,
    path: &str,
) -> Result<Option<Fit>, StoreError> {
    let mut fitting: Vec<(usize, &OperationRow, &str, Map<String, Value>)> =
        entries.filter_map(|entry| fit(entry, path)).collect();
    fitting.sort_by_key(|(literals, ..)| std::cmp::Reverse(*literals));
    let mut found = None;
    let mut nearest = 0;
    for (literals, entry, name, values) in fitting.into_iter().take(MOST) {
        if literals < nearest {
            break;
        }
        let operation = store.operation(entry.doc)?;
        let mut of_path = operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Path);
        if !of_path.any(|parameter| parameter.name == name && parameter.allow_reserved) {
            continue;
        }
        if found.is_some() {
            return Ok(None);
        }
        nearest = literals;
        found = Some((entry.clone(), values));
    }
    Ok(found)
}

/// The length of a template's literals, the name of the placeholder that takes the rest, and what stands for each in the path.
fn fit<'e>(entry: &'e OperationRow, path: &str) -> Option<(usize, &'e OperationRow, &'e str, Map<String, Value>)> {
    let (before, rest) = entry.path.rsplit_once('{')?;
    let (name, after) = rest.split_once('}')?;
    if after.contains('#') {
        return None;
    }
    let (mut values, rest) =
        if before.contains('{') { before_rest(before, path)? } else { (Map::new(), path.strip_prefix(before)?) };
    let value = rest.strip_suffix(after)?;
    let has_segments = value.contains('/') && !value.starts_with('/') && !value.ends_with('/');
    values.insert(name.to_owned(), value.into());
    has_segments.then_some((before.len() + after.len(), entry, name, values))
}

/// The values of whole segments in front of a placeholder that begins one, and what follows them in the path.
fn before_rest<'p>(before: &str, path: &'p str) -> Option<(Map<String, Value>, &'p str)> {
    let template = PathTemplate::parse(before.strip_suffix('/')?).ok()?;
    let (at, _) = path.match_indices('/').nth(template.segments().len())?;
    let values = template.matches(path.get(..at)?)?;
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    Some((values, path.get(at + 1..)?))
}
