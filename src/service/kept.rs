//! In which form is a call kept, and how is it proposed? In one that gives, byte for byte, the request that was made.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Service;
use super::asked::Call;
use super::filled_path::{path_with, scalar};
use super::names::NamedRecord;
use crate::document::words;
use crate::error::Error;
use crate::invoke::draft::{Draft, styled_in_path, written_in_path};
use crate::memory::{Pattern, slots};
use crate::openapi::{ParameterIn, Part, PathTemplate};
use crate::search::Searcher;
use crate::store;
use crate::surface::{Given, Surface};

/// Parameters that say which part of the rows is wanted, not which rows: no part of a pattern.
const PAGING: [&str; 2] = ["page", "pageId"];

/// A request as it was drafted, with what a pattern needs to be drafted in the same way.
#[derive(Debug)]
pub(super) struct Made {
    pub searcher: Arc<Searcher>,
    pub draft: Draft,
    pub all_pages: bool,
    pub is_typed: bool,
    /// Whether its pattern is the call as it was given: what was drafted of the one is what the other gives.
    pub is_as_given: bool,
    /// The records that names in it meant.
    pub records: Vec<NamedRecord>,
}

/// Whether a pattern says what a call said, and all of it in the same place, so that to call the one is to call the other. The call is of
/// an operation of the manifest.
pub(super) fn is_as_given(pattern: &Pattern, call: &Call) -> bool {
    call.validate
        && !call.as_written
        && (call.method, &call.path, &call.params, &call.data)
            == (pattern.method, &pattern.path, &pattern.params, &pattern.data)
        && !call.path.contains(['?', '#', '{'])
}

impl Service {
    /// Whether a pattern, called as it will be from memory, is the request that was made.
    pub(super) fn replays(&self, made: &Made, pattern: &Pattern) -> bool {
        let call = Call {
            api: Some(pattern.api.clone()),
            params: pattern.params.clone(),
            data: pattern.data.clone(),
            all_pages: made.all_pages,
            is_typed: made.is_typed,
            dry_run: true,
            ..Call::new(pattern.method, &pattern.path)
        };
        let without_page = |draft: &Draft| {
            let mut query = draft.query.clone();
            if query.iter().any(|(name, _)| PAGING.contains(&name.as_str())) {
                query.retain(|(name, _)| !PAGING.contains(&name.as_str()));
            }
            query.encoded()
        };
        let Ok((call, found)) = self.with_records(&made.searcher, call, &made.records) else { return false };
        self.prepare(&made.searcher, &call, found, None).is_ok_and(|order| {
            let (again, made) = (&order.draft, &made.draft);
            (again.method, &again.path, &again.headers, &again.body)
                == (made.method, &made.path, &made.headers, &made.body)
                && without_page(again) == without_page(made)
        })
    }
}

impl Service {
    /// The pattern without parameters of which nothing is sent, such as a header that the configuration sets; `None` where it has none.
    pub(super) fn without_unsent(&self, made: &Made, pattern: &Pattern) -> Option<Pattern> {
        let names = || made.draft.headers.iter().chain(&made.draft.query).map(|(name, _)| name.as_str());
        let sent: HashSet<String> = names().map(str::to_ascii_lowercase).collect();
        let bare = |key: &str| key.rsplit_once(':').map_or(key, |(_, name)| name).to_ascii_lowercase();
        let keys: Vec<String> =
            pattern.params.keys().filter(|key| !sent.contains(&bare(key))).take(MOST_UNSENT).cloned().collect();
        let mut lesser: Option<Pattern> = None;
        for key in keys {
            let mut without = lesser.as_ref().unwrap_or(pattern).clone();
            without.params.remove(&key);
            if self.replays(made, &without) {
                lesser = Some(without);
            }
        }
        lesser
    }
}

/// Whether a request sends a file that lies in the system's folder for temporary files itself, as what came through a pipe does: it
/// will be gone when the call is made again.
pub(super) fn sends_temporary(draft: &Draft) -> bool {
    let folder = std::env::temp_dir();
    draft.files().any(|file| file.parent() == Some(folder.as_path()))
}

/// Parameters that are looked at for whether they are sent: each look drafts the call once more.
const MOST_UNSENT: usize = 4;

/// A call as what would be kept of it.
pub(super) fn pattern(
    searcher: &Searcher,
    call: &Call,
    operation: &store::OperationRow,
    path_values: &Map<String, Value>,
    mut params: Map<String, Value>,
) -> Result<Pattern, Error> {
    params.retain(|name, _| !PAGING.contains(&name.as_str()));
    let (path, params) = canonical(searcher, operation, path_values, params)?;
    Ok(Pattern {
        description: String::new(),
        api: operation.api.clone(),
        method: operation.method,
        template: operation.path.clone(),
        path,
        params,
        data: call.data.clone(),
        slots: Vec::new(),
    })
}

/// The one form in which a call is kept: values of the path in the path, percent-encoded, all else in the parameters. A list or an
/// object for the path stays a parameter, since its parameter's style says how it is written.
pub(super) fn canonical(
    searcher: &Searcher,
    operation: &store::OperationRow,
    path_values: &Map<String, Value>,
    mut params: Map<String, Value>,
) -> Result<(String, Map<String, Value>), Error> {
    let Ok(template) = PathTemplate::parse(&operation.path) else { return Ok((operation.path.clone(), params)) };
    let names: Vec<&str> = template.parameters().collect();
    if names.is_empty() {
        return Ok((operation.path.clone(), params));
    }
    let store = searcher.store();
    let declared = store.operation(operation.doc)?;
    let styled = styled_in_path(&declared, &|name: &str| store.schema(&operation.api, name));
    let is_queried = |name: &str| {
        let mut queried = declared.parameters.iter().filter(|parameter| parameter.location != ParameterIn::Path);
        queried.any(|parameter| parameter.name.eq_ignore_ascii_case(name))
    };
    let mut values = Map::new();
    for name in &names {
        // Where another parameter has its name, its place stands before it.
        let placed =
            params.keys().find(|given| slots::path_name(given).is_some_and(|it| it.eq_ignore_ascii_case(name)));
        let given = placed.cloned().or_else(|| {
            names_of(&template, name, names.len() == 1)
                .into_iter()
                .filter(|known| known.eq_ignore_ascii_case(name) || !is_queried(known))
                .find_map(|known| {
                    params
                        .keys()
                        .find(|given| given.replace('_', "").eq_ignore_ascii_case(&known.replace('_', "")))
                        .cloned()
                })
        });
        match (path_values.get(*name), given) {
            (Some(value), given) => {
                // A value that is in the path and among the parameters is kept once; another parameter of that name stays.
                if let Some(given) = given.filter(|given| !is_queried(given)) {
                    params.remove(&given);
                }
                values.insert((*name).to_owned(), value.clone());
            }
            // In the path the value of a styled one would be taken for what its style writes.
            (None, Some(_)) if styled.contains(name) => {}
            (None, Some(given)) if params.get(&given).and_then(scalar).is_some() => {
                values.extend(params.remove(&given).map(|value| ((*name).to_owned(), value)));
            }
            (None, _) => {}
        }
    }
    // What was written into the path by a style is no value: a slash of it alone is encoded.
    let is_written = |name: &str| path_values.contains_key(name) && styled.contains(&name);
    let encode = |name: &str, text: &str| if is_written(name) { written_in_path(text) } else { slots::encoded(text) };
    Ok((path_with(&operation.path, &values, &encode), params))
}

/// The names under which callers give a value of the path: its own, `id` where it is the only one, `ticketId` behind `/tickets`.
fn names_of(template: &PathTemplate, name: &str, is_only: bool) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    if is_only {
        names.push("id".to_owned());
    }
    let mut before = None;
    for segment in template.segments() {
        match segment.parts.as_slice() {
            [Part::Parameter(known)] if known == name => break,
            [Part::Literal(literal)] => before = Some(literal),
            _ => {}
        }
    }
    names.extend(before.map(|collection| format!("{}id", words::singular(&collection.to_lowercase()))));
    names
}

/// The placeholders of a template with what stands for each in a path of it.
pub(super) fn placeholders<'a>(template: &'a str, path: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let name = |segment: &'a str| segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}'));
    template.split('/').zip(path.split('/')).filter_map(move |(segment, value)| Some((name(segment)?, value)))
}

/// A description is no longer than this, in characters: it is read at a glance, and the model reads 256 word pieces at most.
const LONGEST_DESCRIPTION: usize = 120;

/// What a pattern is for, in a few words; `text` is what stands for its operation.
pub(super) fn described(pattern: &Pattern, text: &str) -> String {
    let mut description = text.to_owned();
    for name in ["conditions", "childConditions", "customFieldConditions"] {
        if let Some(filter) = pattern.params.get(name).and_then(Value::as_str) {
            description.push_str(&format!(" where {filter}"));
        }
    }
    if let Some(Value::Object(body)) = &pattern.data {
        let members: Vec<&str> = body.keys().map(String::as_str).collect();
        description.push_str(&format!(" with {}", members.join(", ")));
    }
    words_of(&description, LONGEST_DESCRIPTION)
}

/// The beginning of a text, of that many characters at most, that ends with a whole word.
fn words_of(text: &str, most: usize) -> String {
    let Some((end, next)) = text.char_indices().nth(most) else { return text.to_owned() };
    let cut = &text[..end];
    let whole =
        if next.is_whitespace() { cut } else { cut.rsplit_once(char::is_whitespace).map_or(cut, |(whole, _)| whole) };
    format!("{} ...", whole.trim_end().trim_end_matches([',', ';']))
}

/// A ready command that keeps a pattern. `text` is what stands for its operation.
pub(super) fn proposal(searcher: &Searcher, pattern: &Pattern, text: &str) -> Value {
    let description = described(pattern, text);
    let (path, params) = apart(pattern, has_styled_path(searcher, pattern));
    let mut arguments = json!({ "path": path, "method": pattern.method, "description": description });
    if !params.is_empty() {
        arguments["params"] = params.into();
    }
    if let Some(data) = &pattern.data {
        arguments["data"] = data.clone();
    }
    let how = Given::Save(arguments.clone()).on(Surface::CommandLine);
    let mut proposal = json!({
        "command": how.trim_matches('`'),
        "arguments": arguments,
        "why": "fast memory does not hold this call; keep it where it will be wanted again, in the words it will be asked for",
    });
    let slots: Vec<String> = slots::candidates(pattern).into_iter().map(|slot| slot.name).collect();
    if !slots.is_empty() {
        proposal["could_be_slots"] = slots.into();
    }
    proposal
}

/// Whether a value of a pattern's path is written by a style there: taken out of the path it would be written so once more.
fn has_styled_path(searcher: &Searcher, pattern: &Pattern) -> bool {
    let store = searcher.store();
    let is_of = |entry: &store::OperationRow| entry.api == pattern.api && entry.method == pattern.method;
    let found = store.by_template(&pattern.template).unwrap_or_default().into_iter().find(is_of);
    let Some(operation) = found.and_then(|entry| store.operation(entry.doc).ok()) else { return false };
    let lookup = |name: &str| store.schema(&pattern.api, name);
    let styled = styled_in_path(&operation, &lookup);
    placeholders(&pattern.template, &pattern.path)
        .any(|(name, value)| styled.contains(&name) && value != format!("{{{name}}}"))
}

/// The template, and among the parameters the values of its path as they are; the path as it is kept where a parameter has the
/// name of one of them, where it is `styled`, or where other values make the same path: which of them the call had, it does not say.
fn apart(pattern: &Pattern, styled: bool) -> (String, Map<String, Value>) {
    let parsed = PathTemplate::parse(&pattern.template).ok();
    let found = parsed.as_ref().and_then(|template| template.matches(&pattern.path)).unwrap_or_default();
    let values: BTreeMap<&str, String> =
        found.into_iter().filter(|(name, value)| *value != format!("{{{name}}}")).collect();
    let bare = |known: &str| known.rsplit_once(':').map_or(known.to_owned(), |(_, name)| name.to_owned());
    let is_taken = |name: &&str| {
        pattern.params.keys().any(|known| known.eq_ignore_ascii_case(name) || bare(known).eq_ignore_ascii_case(name))
    };
    let is_clear = || parsed.as_ref().is_some_and(|template| template.has_one_reading(&pattern.path));
    if styled || values.is_empty() || !is_clear() || values.keys().any(is_taken) {
        return (pattern.path.clone(), pattern.params.clone());
    }
    let mut params: Map<String, Value> =
        values.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    params.extend(pattern.params.clone());
    (pattern.template.clone(), params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::Method;

    #[test]
    fn a_description_ends_with_a_whole_word() {
        assert_eq!(words_of("one two three", 13), "one two three");
        assert_eq!(words_of("one two three", 9), "one two ...");
        assert_eq!(words_of("one two, three", 10), "one two ...");
        assert_eq!(words_of("one two three", 7), "one two ...");
        assert_eq!(words_of("aaaa", 2), "aa ...");
    }

    #[test]
    fn a_pattern_is_the_call_as_it_was_given_where_nothing_was_moved_or_left_out() {
        let call = |path: &str, params: Value| {
            let params = params.as_object().cloned().unwrap_or_default();
            Call { params, ..Call::new(Method::Get, path) }
        };
        let pattern = Pattern {
            description: String::new(),
            api: "PSA".to_owned(),
            method: Method::Get,
            template: "/tickets/{id}".to_owned(),
            path: "/tickets/5".to_owned(),
            params: Map::from_iter([("fields".to_owned(), json!("id"))]),
            data: None,
            slots: Vec::new(),
        };
        let given = call("/tickets/5", json!({ "fields": "id" }));
        assert!(is_as_given(&pattern, &given));
        for other in [
            call("/tickets/5", json!({ "fields": "id", "page": 2 })),
            call("/tickets/5?fields=id", json!({})),
            call("/tickets/{id}", json!({ "id": 5, "fields": "id" })),
            call("/Tickets/5", json!({ "fields": "id" })),
            Call { validate: false, ..given.clone() },
            Call { as_written: true, ..given.clone() },
            Call { method: Method::Head, ..given.clone() },
            Call { data: Some(json!({})), ..given },
        ] {
            assert!(!is_as_given(&pattern, &other), "{other:?}");
        }
    }
}
