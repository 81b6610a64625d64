//! Which route answers, and with what? Each is one question to the service.

use std::sync::Arc;

use serde_json::{Value, json};

use super::query::Pairs;
use super::refusal::{Refusal, problems, refused_fields, status};
use super::{WebAnswer, WebCaller, WebRequest, activity, calls, condition, kept};
use crate::error::Error;
use crate::search::{Filter, Mode, Query};
use crate::service::{CatalogueEntry, Service, blocking, read_method};
use crate::setup::doctor::Surroundings;
use crate::surface::Surface;

/// What the routes are, in OpenAPI.
const DESCRIPTION: &str = include_str!("openapi.json");

/// Hits of a search, where nothing is said.
const HITS: usize = 10;
/// Most hits of a search.
const MOST_HITS: usize = 50;
/// Most operations of a domain that are listed.
const MOST_OPERATIONS: usize = 2_000;
/// Most domains that are listed.
const MOST_DOMAINS: usize = 1_000;

/// Answers a request.
pub(super) async fn answer(
    service: &Service,
    around: &Arc<Surroundings>,
    caller: &WebCaller,
    request: &WebRequest<'_>,
) -> WebAnswer {
    let segments: Vec<&str> = request.path.trim_end_matches('/').split('/').collect();
    let allow = match segments.as_slice() {
        [
            "search" | "operation" | "operations" | "fields" | "catalogue" | "warnings" | "doctor" | "activity"
            | "openapi.json",
        ]
        | ["results", _] => "GET",
        ["call" | "names" | "check"] => "POST",
        ["undo" | "memory"] => "GET, POST",
        ["memory", _] => "PATCH, DELETE",
        _ => {
            let why = "nothing is here: GET openapi.json says which routes there are".to_owned();
            return WebAnswer::refused(404, &why);
        }
    };
    if !allow.split(", ").any(|method| method == request.method) {
        let refused = WebAnswer::refused(405, &format!("ask for this with {allow}"));
        return WebAnswer { allow: Some(allow), ..refused };
    }
    let answered = match segments.as_slice() {
        ["search"] => search(service, request.query).await,
        ["operation"] => operation(service, request.query).await,
        ["operations"] => operations(service, request.query).await,
        ["fields"] => fields(service, request.query).await,
        ["catalogue"] => catalogue(service, request.query).await,
        ["warnings"] => condition::warnings(service, request.query).await,
        ["doctor"] => condition::examined(service, around, caller, request.query).await,
        ["memory"] if request.method == "POST" => kept::keep(service, caller, request).await,
        ["memory"] => kept::list(service, request.query).await,
        ["memory", id] if request.method == "PATCH" => kept::edit(service, id, request).await,
        ["memory", id] => kept::discard(service, id).await,
        ["undo"] if request.method == "POST" => kept::undo(service, caller, request).await,
        ["undo"] => kept::changes(service, caller, request.query).await,
        ["activity"] => happened(service, caller, request.query).await,
        ["results", handle] => calls::results(service, caller, handle, request.query).await,
        ["call"] => calls::call(service, caller, request).await,
        ["check"] => calls::check(service, request).await,
        ["names"] => calls::names(service, caller, request).await,
        _ => serde_json::from_str(DESCRIPTION).map_err(|error| Refusal::Asked(error.to_string())),
    };
    match answered {
        Ok(body) => WebAnswer::ok(body),
        Err(Refusal::Asked(why)) => WebAnswer::refused(400, &service.redactor().text(&why)),
        Err(Refusal::Service(error)) => {
            let mut refused = WebAnswer::refused(status(&error), &error.on(Surface::Page));
            let problems = problems(&error);
            if !problems.is_empty() {
                refused.body["problems"] = problems.into();
            }
            // What an API says of its fields was answered to a request that was sent.
            let fields = refused_fields(&error);
            if !fields.is_empty() {
                refused.body["answered"] = fields.into();
            }
            refused
        }
    }
}

/// Operations by a sentence, with why each stands where it does.
async fn search(service: &Service, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["q", "limit", "method", "domain", "api", "mode"])?;
    let mode = match pairs.text("mode") {
        None | Some("hybrid") => Mode::Hybrid,
        Some("semantic") => Mode::Semantic,
        Some("keyword") => Mode::Keyword,
        Some(other) => return Err(format!("mode is {other:?}; it is hybrid, semantic or keyword").into()),
    };
    let filter = Filter {
        api: pairs.text("api").map(str::to_owned),
        method: pairs.text("method").map(read_method).transpose()?,
        domain: pairs.text("domain").map(str::to_owned),
        ..Filter::default()
    };
    let limit = pairs.read_as("limit", "number")?.unwrap_or(HITS).clamp(1, MOST_HITS);
    let query = Query { text: pairs.needed("q")?.to_owned(), mode, limit, filter, ..Query::default() };
    let service = service.clone();
    let answer = blocking(move || service.find(&query)).await?;
    let mut shown = json!(answer);
    shown["fit"] = match answer.fit() {
        crate::search::Fit::Good => "good",
        crate::search::Fit::Weak => "weak",
        crate::search::Fit::Nothing => "nothing",
    }
    .into();
    Ok(shown)
}

/// One operation: what it takes and gives, a command that calls it, and what the words give for it by which it was found.
async fn operation(service: &Service, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["method", "path", "api", "q"])?;
    let path = pairs.needed("path")?.to_owned();
    let (api, asked) = (pairs.text("api").map(str::to_owned), pairs.text("q").map(str::to_owned));
    let given = pairs.text("method").map(read_method).transpose()?;
    let service = service.clone();
    let described = move || {
        let method = given.map_or_else(|| service.first_method(&path, api.as_deref()), Ok)?;
        let outline = service.outline(method, &path, api.as_deref())?;
        let form = service.form(method, &path, api.as_deref())?;
        let compact = service.compact(method, &path, api.as_deref())?;
        let draft = service.draft_of(method, &path, api.as_deref(), asked.as_deref().unwrap_or_default())?;
        Ok::<_, Error>(json!({
            "operation": outline.description,
            "compact": compact,
            "form": form.fields,
            "is_patch": form.is_patch,
            "filters": form.filters,
            "asked": form.parameters,
            "unset": form.unset,
            "carried": form.carried,
            "draft": draft,
            "risk": form.risk,
            "writes": service.writes(),
            "several_apis": service.has_several_apis()?,
            "command": format!("cw-orchestrator {}", outline.command),
        }))
    };
    Ok(blocking(described).await?)
}

/// The operations of a domain, to be browsed.
async fn operations(service: &Service, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["domain", "api"])?;
    // As it begins a path.
    let domain = pairs.needed("domain")?.trim_matches('/').to_owned();
    let api = pairs.text("api").map(str::to_owned);
    let (service, name) = (service.clone(), domain.clone());
    let mut listed = blocking(move || service.operations_of(&name, api.as_deref())).await?;
    let total = listed.len();
    listed.truncate(MOST_OPERATIONS);
    Ok(json!({ "domain": domain, "total": total, "operations": listed }))
}

/// The fields of an operation that some words name or mean, a line for each.
async fn fields(service: &Service, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["method", "path", "api", "about"])?;
    let (path, about) = (pairs.needed("path")?.to_owned(), pairs.needed("about")?.to_owned());
    let api = pairs.text("api").map(str::to_owned);
    let given = pairs.text("method").map(read_method).transpose()?;
    let service = service.clone();
    let found = move || {
        let method = given.map_or_else(|| service.first_method(&path, api.as_deref()), Ok)?;
        service.part((method, &path, api.as_deref()), None, Some(&about))
    };
    Ok(blocking(found).await?)
}

/// The APIs, their domains, and the condition of the program; with the state of each API's manifest where that is wanted, for which every
/// manifest is read.
async fn catalogue(service: &Service, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["manifests"])?;
    let with_manifests = pairs.read_as("manifests", "`true` or `false`")?.unwrap_or(false);
    let health = json!(service.health());
    let (service, writes) = (service.clone(), service.writes());
    let listed = move || {
        let mut overview = service.overview()?;
        let total = overview.domains.len();
        overview.domains.truncate(MOST_DOMAINS);
        let mut shown = json!({ "apis": overview.apis, "domains": overview.domains, "domains_in_all": total });
        let unset = service.unset_apis()?.into_iter().map(|(api, why)| json!({ "api": api, "why": why }));
        shown["unset"] = unset.collect();
        if with_manifests {
            // Where its file lies is nobody's but the machine's.
            let entry = |entry: CatalogueEntry| json!({ "api": entry.api, "operations": entry.operations, "state": entry.state });
            shown["manifests"] = service.catalogue()?.into_iter().map(entry).collect();
        }
        Ok::<_, Error>(shown)
    };
    let mut shown = match blocking(listed).await {
        Ok(shown) => shown,
        // The condition is told without an index, too.
        Err(error) => json!({ "apis": [], "domains": [], "missing": error.on(Surface::Page) }),
    };
    shown["health"] = health;
    shown["writes"] = json!(writes);
    Ok(shown)
}

/// What was done, and how it ended.
async fn happened(service: &Service, caller: &WebCaller, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["limit"])?;
    let most = pairs.read_as("limit", "number")?.unwrap_or(activity::MOST).clamp(1, activity::MOST);
    let (service, token) = (service.clone(), caller.token().map(str::to_owned));
    Ok(blocking(move || activity::newest(&service, token.as_deref(), most)).await?)
}
