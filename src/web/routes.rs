//! Which route answers, and with what? Each is one question to the service.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::query::Pairs;
use super::{WebAnswer, WebCaller, WebRequest, activity};
use crate::error::Error;
use crate::invoke::Caller as _;
use crate::invoke::rows::to_exact;
use crate::openapi::Method;
use crate::search::{Filter, Mode, Query};
use crate::service::{Call, Listing, Service, blocking};
use crate::surface::Surface;

/// What the routes are, in OpenAPI.
const DESCRIPTION: &str = include_str!("openapi.json");

/// Hits of a search, where nothing is said.
const HITS: usize = 10;
/// Most hits of a search.
const MOST_HITS: usize = 50;
/// Rows of a stored result, where nothing is said.
const ROWS: usize = 50;
/// Most domains that are listed.
const MOST_DOMAINS: usize = 1_000;

/// A call, as [`Call`] has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    method: String,
    path: String,
    api: Option<String>,
    #[serde(default)]
    params: Map<String, Value>,
    data: Option<Value>,
    #[serde(default)]
    all_pages: bool,
    max_items: Option<usize>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default = "yes")]
    validate: bool,
    #[serde(default)]
    fields: Vec<String>,
    confirmation: Option<String>,
}

fn yes() -> bool {
    true
}

/// Why a route does not answer.
enum Refusal {
    /// What was asked cannot be read.
    Asked(String),
    /// The service said so.
    Service(Error),
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self::Asked(why)
    }
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Service(error.into())
    }
}

/// Answers a request.
pub(super) async fn answer(service: &Service, caller: &WebCaller, request: &WebRequest<'_>) -> WebAnswer {
    let segments: Vec<&str> = request.path.trim_end_matches('/').split('/').collect();
    let allow = match segments.as_slice() {
        ["search" | "operation" | "catalogue" | "memory" | "activity" | "openapi.json"] | ["results", _] => "GET",
        ["call"] => "POST",
        ["memory", _] => "DELETE",
        _ => {
            let why = "nothing is here: GET openapi.json says which routes there are".to_owned();
            return WebAnswer::refused(404, &why);
        }
    };
    if request.method != allow {
        let refused = WebAnswer::refused(405, &format!("ask for this with {allow}"));
        return WebAnswer { allow: Some(allow), ..refused };
    }
    let answered = match segments.as_slice() {
        ["search"] => search(service, request.query).await,
        ["operation"] => operation(service, request.query).await,
        ["catalogue"] => catalogue(service, request.query).await,
        ["memory"] => memory(service, request.query).await,
        ["memory", id] => discard(service, id).await,
        ["activity"] => happened(service, caller, request.query).await,
        ["results", handle] => results(service, caller, handle, request.query),
        ["call"] => call(service, caller, request).await,
        _ => serde_json::from_str(DESCRIPTION).map_err(|error| Refusal::Asked(error.to_string())),
    };
    match answered {
        Ok(body) => WebAnswer::ok(body),
        Err(Refusal::Asked(why)) => WebAnswer::refused(400, &service.redactor().text(&why)),
        Err(Refusal::Service(error)) => WebAnswer::refused(status(&error), &error.on(Surface::Mcp)),
    }
}

/// The status of an error: whose it is to do something.
fn status(error: &Error) -> u16 {
    match error {
        Error::NoOperation { .. } | Error::NoEntry { .. } | Error::Stored(_) => 404,
        Error::SeveralApis { .. } => 409,
        Error::NoIndex { .. } => 503,
        Error::Argument { .. } => 400,
        Error::Invoke(_) | Error::Stale { .. } | Error::Slots(_) | Error::Secrets { .. } => 422,
        _ => 500,
    }
}

fn method(text: &str) -> Result<Method, String> {
    text.parse().map_err(|error: crate::openapi::UnknownMethod| error.to_string())
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
        method: pairs.text("method").map(method).transpose()?,
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

/// One operation: what it takes and gives, and a command that calls it.
async fn operation(service: &Service, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["method", "path", "api"])?;
    let path = pairs.needed("path")?.to_owned();
    let api = pairs.text("api").map(str::to_owned);
    let given = pairs.text("method").map(method).transpose()?;
    let service = service.clone();
    let described = move || {
        let method = given.map_or_else(|| service.first_method(&path, api.as_deref()), Ok)?;
        let outline = service.outline(method, &path, api.as_deref())?;
        let compact = service.compact(method, &path, api.as_deref())?;
        Ok::<_, Error>(json!({
            "operation": outline.description,
            "compact": compact,
            "command": format!("cw-orchestrator {}", outline.command),
        }))
    };
    Ok(blocking(described).await?)
}

/// The APIs, their domains, and the condition of the program.
async fn catalogue(service: &Service, query: &str) -> Result<Value, Refusal> {
    Pairs::read(query, &[])?;
    let health = json!(service.health());
    let (service, writes) = (service.clone(), service.writes());
    let listed = move || {
        let apis: Vec<Value> = service
            .catalogue()?
            .into_iter()
            .map(|entry| {
                // Where its file lies is nobody's but the machine's.
                json!({ "api": entry.api, "title": entry.title, "version": entry.version, "operations": entry.operations, "state": entry.state })
            })
            .collect();
        let mut domains = service.domains(None)?;
        let total = domains.len();
        domains.truncate(MOST_DOMAINS);
        Ok::<_, Error>(json!({ "apis": apis, "domains": domains, "domains_in_all": total }))
    };
    let mut shown = match blocking(listed).await {
        Ok(shown) => shown,
        // The condition is told without an index, too.
        Err(error) => json!({ "apis": [], "domains": [], "missing": error.on(Surface::Mcp) }),
    };
    shown["health"] = health;
    shown["writes"] = json!(writes);
    Ok(shown)
}

/// The kept calls.
async fn memory(service: &Service, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["q"])?;
    let term = pairs.text("q").map(str::to_owned);
    let service = service.clone();
    let listing: Listing = blocking(move || service.recalled(term.as_deref())).await?;
    Ok(json!(listing))
}

/// Discards a kept call; where writes are refused nothing is removed.
async fn discard(service: &Service, id: &str) -> Result<Value, Refusal> {
    let id: i64 = id.parse().map_err(|_| format!("{id:?} is no number of a kept call"))?;
    let service = service.clone();
    let removed = blocking(move || service.discard(id)).await?;
    Ok(json!({ "removed": removed }))
}

async fn happened(service: &Service, caller: &WebCaller, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["limit"])?;
    let most = pairs.read_as("limit", "number")?.unwrap_or(activity::MOST).clamp(1, activity::MOST);
    let (service, token) = (service.clone(), caller.token().map(str::to_owned));
    Ok(blocking(move || activity::newest(&service, token.as_deref(), most)).await?)
}

fn results(service: &Service, caller: &WebCaller, handle: &str, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["offset", "limit", "fields"])?;
    let offset = pairs.read_as("offset", "number")?.unwrap_or(0);
    let limit = pairs.read_as("limit", "number")?.unwrap_or(ROWS);
    let fields: Vec<String> =
        pairs.text("fields").map(|fields| fields.split(',').map(str::to_owned).collect()).unwrap_or_default();
    Ok(service.read_stored(caller.name(), handle, (offset, limit), &fields)?.into())
}

async fn call(service: &Service, caller: &WebCaller, request: &WebRequest<'_>) -> Result<Value, Refusal> {
    let asked: Asked = body(request)?;
    let call = Call {
        api: asked.api,
        params: asked.params,
        data: asked.data,
        all_pages: asked.all_pages,
        max_items: asked.max_items,
        dry_run: asked.dry_run,
        validate: asked.validate,
        fields: asked.fields,
        confirmation: asked.confirmation,
        is_full: true,
        use_memory: false,
        ..Call::new(method(&asked.method)?, &asked.path)
    };
    let answer = service.call(call, caller).await?.answer;
    to_exact(&answer).map_err(|error| Refusal::Asked(format!("the answer cannot be written as JSON: {error}")))
}

/// The body of a request. A form of another site's page cannot say that it is JSON.
fn body<T: DeserializeOwned>(request: &WebRequest<'_>) -> Result<T, String> {
    if !request.is_json {
        return Err("send JSON, and say so: `Content-Type: application/json`".to_owned());
    }
    let mut reader = serde_json::Deserializer::from_slice(request.body);
    let read =
        serde_path_to_error::deserialize(&mut reader).map_err(|error| format!("the body cannot be read: {error}"))?;
    reader.end().map_err(|error| format!("the body goes on behind its JSON: {error}"))?;
    Ok(read)
}
