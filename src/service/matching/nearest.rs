//! Which operations may be meant where none has the path?

use super::super::elsewhere::elsewhere;
use super::Asked;
use super::candidate::{Written, pairs};
use crate::error::Error;
use crate::search::Searcher;
use crate::store::OperationRow;

/// Number of operations that are named where none has the path.
const NEAREST: usize = 5;

/// The error that there is no such operation, with the nearest.
pub(in crate::service) fn no_operation(searcher: &Searcher, asked: Asked<'_>) -> Error {
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
        nearest = nearest_operations(searcher, asked, &path);
    }
    Error::NoOperation { method: asked.method.to_string(), nearest, path, place }
}

/// Whether a path is a template with values left out: `/agreements/additions` of `/agreements/{parentId}/additions`.
pub(super) fn lacks_values(path: &str, template: &str) -> bool {
    let literals = template.split('/').filter(|segment| !segment.is_empty() && !segment.contains('{'));
    let written = path.split('/').filter(|segment| !segment.is_empty());
    template.contains('{') && literals.map(str::to_lowercase).eq(written.map(str::to_lowercase))
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

/// Lists the operations whose method and path are most like those asked for.
fn nearest_operations(searcher: &Searcher, asked: Asked<'_>, path: &str) -> Vec<String> {
    let Asked { method, api, .. } = asked;
    let anonymous = crate::document::route::anonymous(
        // Numbers are values of placeholders.
        &path
            .split('/')
            .map(|segment| {
                let value = !segment.is_empty() && segment.chars().all(|c| c.is_ascii_digit());
                if value { "{}" } else { segment }
            })
            .collect::<Vec<_>>()
            .join("/"),
    )
    .to_lowercase();
    let of_api = |entry: &&OperationRow| api.is_none_or(|api| entry.api.eq_ignore_ascii_case(api));
    let lacking = searcher.entries().iter().filter(of_api);
    let lacking = lacking.filter(|entry| entry.method == method && lacks_values(path, &entry.path));
    let known = searcher.entries().iter().filter(of_api).map(|entry| {
        let known = crate::document::route::anonymous(&entry.path).to_lowercase();
        (known, if entry.method == method { 0.1 } else { 0.0 }, entry)
    });
    let elsewhere = elsewhere(searcher, method, path, |entry| of_api(&entry)).unwrap_or_else(|error| {
        tracing::warn!(error = error.name(), "no operations were looked for elsewhere");
        Vec::new()
    });
    let mut nearest = elsewhere;
    let near = lacking.take(NEAREST).chain(crate::spelling::most_alike(&anonymous, known, NEAREST));
    for entry in near {
        if nearest.len() < NEAREST && !nearest.iter().any(|(known, _)| known.doc == entry.doc) {
            nearest.push((entry, String::new()));
        }
    }
    nearest.into_iter().map(|(entry, with)| format!("{} {}{with}", entry.method, entry.path)).collect()
}
