//! Completions: how might a half-written argument of a prompt, or variable of a resource template, go on?

use std::collections::BTreeSet;

use rmcp::ErrorData;
use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, Reference};

use super::prompts::{DRAFT_FILTER, FIND_AND_CALL, REVIEW_MEMORY};
use super::uri::{DOMAIN_TEMPLATE, OPERATION_TEMPLATE, RESULT_TEMPLATE};
use crate::error::Error;
use crate::search::nearest_names;
use crate::service::Service;
use crate::surface::Surface;

/// Number of names that are offered where none begins with or contains the text.
const NEAREST: usize = 10;

/// The kind of a value to complete.
#[derive(Clone, Copy)]
enum Kind {
    Domain,
    Method,
    Path,
    Api,
    Handle,
    /// The user's own words, for which nothing is offered.
    Words,
}

/// Completes an argument of a prompt, or a variable of a resource template: with the values that begin with the text,
/// whatever the case; else with those that contain it; else with the nearest. For an unknown prompt or template there
/// are none and no error, as clients expect that complete whatever is typed.
///
/// # Errors
/// Invalid params for an argument that its prompt or template has not; a protocol error where the index cannot be opened.
pub(super) fn complete(
    service: &Service,
    client: &str,
    request: &CompleteRequestParams,
) -> Result<CompleteResult, ErrorData> {
    let kind = kind(request)?;
    let given =
        |name: &str| request.context.as_ref().and_then(|context| context.get_argument(name)).map(String::as_str);
    let values = values(service, client, kind, &given)
        .map_err(|error| ErrorData::internal_error(error.on(Surface::Mcp), None))?;
    let mut found = matching(&values, &request.argument.value);
    let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let is_more = found.len() > CompletionInfo::MAX_VALUES;
    found.truncate(CompletionInfo::MAX_VALUES);
    let info = CompletionInfo::with_pagination(found, Some(total), is_more)
        .map_err(|reason| ErrorData::internal_error(reason, None))?;
    Ok(CompleteResult::new(info))
}

fn kind(request: &CompleteRequestParams) -> Result<Kind, ErrorData> {
    let (name, takes): (&str, &[(&str, Kind)]) = match &request.r#ref {
        Reference::Prompt(prompt) => match prompt.name.as_str() {
            FIND_AND_CALL => (FIND_AND_CALL, &[("task", Kind::Words)]),
            DRAFT_FILTER => (DRAFT_FILTER, &[("path", Kind::Path), ("wish", Kind::Words), ("api", Kind::Api)]),
            REVIEW_MEMORY => (REVIEW_MEMORY, &[]),
            _ => return Ok(Kind::Words),
        },
        Reference::Resource(resource) => match resource.uri.as_str() {
            DOMAIN_TEMPLATE => (DOMAIN_TEMPLATE, &[("domain", Kind::Domain)]),
            OPERATION_TEMPLATE => {
                (OPERATION_TEMPLATE, &[("method", Kind::Method), ("path", Kind::Path), ("api", Kind::Api)])
            }
            RESULT_TEMPLATE => (RESULT_TEMPLATE, &[("handle", Kind::Handle)]),
            _ => return Ok(Kind::Words),
        },
        _ => return Ok(Kind::Words),
    };
    takes.iter().find(|(argument, _)| *argument == request.argument.name).map(|(_, kind)| *kind).ok_or_else(|| {
        let known: Vec<&str> = takes.iter().map(|(argument, _)| *argument).collect();
        let known = if known.is_empty() { "none that can be completed".to_owned() } else { known.join(", ") };
        ErrorData::invalid_params(format!("`{name}` has no argument `{}`; it has {known}", request.argument.name), None)
    })
}

/// Lists all values of a kind that go with the arguments given so far, in order.
fn values<'a>(
    service: &Service,
    client: &str,
    kind: Kind,
    given: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<Vec<String>, Error> {
    let same = |wanted: Option<&str>, name: &str| wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(name));
    let in_order = |values: BTreeSet<String>| values.into_iter().collect::<Vec<_>>();
    Ok(match kind {
        Kind::Words => Vec::new(),
        Kind::Handle => service.invoker()?.stored().of_client(client).into_iter().map(|(handle, _)| handle).collect(),
        Kind::Domain => in_order(service.domains(None)?.into_iter().map(|domain| domain.name).collect()),
        Kind::Api => service.searcher()?.store().apis()?,
        Kind::Method => {
            let searcher = service.searcher()?;
            let entries = searcher
                .entries()
                .iter()
                .filter(|entry| same(given("path"), &entry.path) && service.permits(&searcher, entry));
            in_order(entries.map(|entry| entry.method.to_string()).collect())
        }
        Kind::Path => {
            let searcher = service.searcher()?;
            let entries = searcher
                .entries()
                .iter()
                .filter(|entry| same(given("method"), entry.method.as_str()) && same(given("api"), &entry.api))
                .filter(|entry| service.permits(&searcher, entry));
            let mut paths = in_order(entries.map(|entry| entry.path.clone()).collect());
            // The ways in come before what lies below them.
            paths.sort_by_key(|path| (path.matches('/').count(), path.len()));
            paths
        }
    })
}

fn matching(values: &[String], written: &str) -> Vec<String> {
    let written = written.trim().to_lowercase();
    let those = |fits: &dyn Fn(&str) -> bool| -> Vec<String> {
        values.iter().filter(|value| fits(&value.to_lowercase())).cloned().collect()
    };
    let begin = those(&|value| value.starts_with(&written));
    if !begin.is_empty() {
        return begin;
    }
    let hold = those(&|value| value.contains(&written));
    if !hold.is_empty() {
        return hold;
    }
    nearest_names(&written, values.iter().map(String::as_str), NEAREST)
}

#[cfg(test)]
mod tests {
    use super::matching;

    #[test]
    fn what_begins_so_comes_alone_then_what_holds_it_then_the_nearest() {
        let values = ["service", "schedule", "sales", "time"].map(str::to_owned);
        assert_eq!(matching(&values, ""), values);
        assert_eq!(matching(&values, "S"), ["service", "schedule", "sales"]);
        assert_eq!(matching(&values, "edu"), ["schedule"]);
        assert_eq!(matching(&values, "servise").first().map(String::as_str), Some("service"));
        assert!(matching(&[], "x").is_empty());
    }
}
