//! From what was asked to an order that can be carried out: operation, checks, filters, access.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use secrecy::SecretString;
use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::describe::resolve_path;
use super::proven::Reuse;
use super::{Service, blocking};
use crate::document::route::RouteKind;
use crate::document::words::split;
use crate::error::Error;
use crate::index::dot;
use crate::invoke::client::{ApiAccess, BaseUrl, ClientOptions, ConnectWiseCredentials, Credential, GenericSettings};
use crate::invoke::connectwise::conditions::{self, Checked, FieldSource, Kind, SchemaFields};
use crate::invoke::connectwise::{long, rules};
use crate::invoke::dialect::{self, Dialect};
use crate::invoke::draft::{self, Asked, Draft, Problem, Query};
use crate::invoke::invoker::MAX_ITEMS;
use crate::invoke::risk::is_search;
use crate::invoke::rows::{self, Rows};
use crate::invoke::stored::Page;
use crate::invoke::{Caller, InvokeError, InvokeOptions, Invoker, Order, Outcome, Writes, answer};
use crate::openapi::{Method, Operation};
use crate::redact::Redactor;
use crate::search::Searcher;
use crate::store::{self, Api};

/// What calls need to know.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// How requests are sent.
    pub client: ClientOptions,
    /// Whether writes are asked about, refused or sent.
    pub writes: Writes,
    /// Characters of rows that an answer shows at once; `None` is [`answer::BUDGET`].
    pub budget: Option<usize>,
    /// ConnectWise's settings; what is not set is empty.
    pub connectwise: Option<ConnectWiseCredentials>,
    /// Settings of other APIs, by name.
    pub apis: BTreeMap<String, ApiSettings>,
    /// Folders that files may be uploaded from.
    pub upload_folders: Vec<PathBuf>,
    /// Secrets that calls do not need and that nothing may show either, such as the tokens of serving over HTTP.
    pub other_secrets: Vec<SecretString>,
}

impl CallOptions {
    /// Every secret that is known, as it is configured: keys, tokens, and `user:password` where HTTP basic sends both.
    pub fn secrets(&self) -> Vec<SecretString> {
        let connectwise = self.connectwise.iter().flat_map(|known| {
            [Some(known.public_key.clone()), Some(known.private_key.clone()), known.basic()].into_iter().flatten()
        });
        let others =
            self.apis.values().flat_map(|api| api.credentials.values()).filter_map(|known| known.value.clone());
        connectwise.chain(others).chain(self.other_secrets.iter().cloned()).collect()
    }
}

/// Settings of one API.
#[derive(Clone, Debug, Default)]
pub struct ApiSettings {
    /// In place of the manifest's first server; credentials go there alone, so they need it.
    pub base_url: Option<String>,
    /// Whose rules it follows, where it is said.
    pub dialect: Option<Dialect>,
    /// Values of security schemes, by scheme.
    pub credentials: BTreeMap<String, Credential>,
}

impl ApiSettings {
    /// What to write where there are credentials and nothing that says where they may go: a manifest takes a name from another, or
    /// changes its servers.
    pub(crate) fn unbound(&self, name: &str, api: &Api) -> Option<String> {
        if self.base_url.is_some() || self.credentials.is_empty() {
            return None;
        }
        let usable = declared(api).filter(|url| BaseUrl::parse(url).is_ok() && !url.contains('{'));
        let url = usable.unwrap_or("https://HOST/PATH");
        Some(format!(
            "config.toml has credentials for {name} and no base URL, and credentials go to theirs alone; write \
             `base_url = \"{url}\"` in the section [apis.{name}] if the API is there"
        ))
    }
}

/// The first server of a manifest that is a whole URL.
fn declared(api: &Api) -> Option<&str> {
    api.servers.iter().map(|server| server.url.as_str()).find(|url| url.contains("://"))
}

/// A call as it was asked for.
#[derive(Clone, Debug)]
pub struct Call {
    /// Request method.
    pub method: Method,
    /// Template, or a path with values; may have a query.
    pub path: String,
    /// Send the query of `path` byte for byte as it is written.
    pub as_written: bool,
    /// The API, where several have the operation.
    pub api: Option<String>,
    /// Parameters by name.
    pub params: Map<String, Value>,
    /// The body.
    pub data: Option<Value>,
    /// Fetch all pages.
    pub all_pages: bool,
    /// Rows after which to stop.
    pub max_items: Option<usize>,
    /// Show the request and send nothing.
    pub dry_run: bool,
    /// Check parameters, body and filters before sending.
    pub validate: bool,
    /// The confirmation of a preview.
    pub confirmation: Option<String>,
    /// Let fast memory fill in a read that gives nothing.
    pub use_memory: bool,
    /// The entry of fast memory that fills in what the call leaves out.
    pub record: Option<i64>,
    /// Values of the entry's slots.
    pub slots: Map<String, Value>,
}

impl Call {
    /// A call with nothing but method and path.
    pub fn new(method: Method, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            as_written: false,
            api: None,
            params: Map::new(),
            data: None,
            all_pages: false,
            max_items: None,
            dry_run: false,
            validate: true,
            confirmation: None,
            use_memory: true,
            record: None,
            slots: Map::new(),
        }
    }

    /// Reads `METHOD /path?query [JSON]`: a call that is neither checked nor filled in.
    ///
    /// # Errors
    /// [`Error::Argument`] with the form it must have.
    pub fn parse(raw: &str) -> Result<Self, Error> {
        const FORM: &str = "write `METHOD /path?query [JSON body]`, such as `GET /service/tickets?pageSize=5`";
        let wrong = |reason: String| Error::Argument { argument: "raw_request", reason };
        let raw = raw.trim();
        let (method, rest) =
            raw.split_once(char::is_whitespace).ok_or_else(|| wrong(format!("there is no path; {FORM}")))?;
        let method: Method =
            method.parse().map_err(|error: crate::openapi::UnknownMethod| wrong(format!("{error}; {FORM}")))?;
        let rest = rest.trim_start();
        // A query may hold blanks (`conditions=name = "x"`), so the body begins at the first blank before a JSON value.
        let begins_body = |at: usize| {
            rest[at..].starts_with(char::is_whitespace)
                && matches!(rest[at..].trim_start().chars().next(), Some('{' | '['))
                && serde_json::from_str::<Value>(rest[at..].trim()).is_ok()
        };
        let body_at = rest.char_indices().map(|(at, _)| at).find(|at| begins_body(*at));
        let (path, data) = match body_at {
            Some(at) => (&rest[..at], rows::exact(rest[at..].trim()).ok()),
            None => (rest, None),
        };
        let has_broken_body = data.is_none()
            && path
                .split_once(char::is_whitespace)
                .is_some_and(|(before, after)| !before.contains('?') || after.trim_start().starts_with(['{', '[']));
        if has_broken_body {
            let at = path.find(char::is_whitespace).unwrap_or(path.len());
            let reason = serde_json::from_str::<Value>(path[at..].trim()).err();
            let reason = reason.map_or_else(String::new, |error| format!(": {error}"));
            return Err(wrong(format!("what follows the path is no JSON{reason}; {FORM}")));
        }
        if !path.starts_with('/') {
            return Err(wrong(format!("the path `{}` does not begin with `/`; {FORM}", path.trim())));
        }
        let call = Self::new(method, path.trim_end());
        Ok(Self { data, as_written: true, validate: false, use_memory: false, ..call })
    }

    /// The path, and the query behind it as it is written.
    fn parts(&self) -> (&str, &str) {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        (path.trim(), query)
    }
}

/// Parameters whose values are filters, with how each is checked.
const LISTS: [&str; 2] = ["orderBy", "fields"];

/// Problems and warnings about filters after which the other filters of a call are not looked at.
const MOST_ABOUT_FILTERS: usize = 80;

/// Fields whose names are compared by meaning, at most; each takes about a millisecond.
const FIELDS_BY_MEANING: usize = 300;
/// Names that a comparison by meaning offers.
const OFFERED_BY_MEANING: usize = 5;
/// Less alike than this is not offered: `xyz` means nothing.
const LEAST_ALIKE: f32 = 0.3;

impl Service {
    /// Carries out a call.
    ///
    /// # Errors
    /// [`Error::Invoke`] with everything that is wrong; as [`Self::open`].
    pub async fn call(&self, call: Call, caller: &dyn Caller) -> Result<Outcome, Error> {
        let (service, began) = (self.clone(), Instant::now());
        // Opening the index, checking and comparing by meaning compute and read files.
        let (order, reuse) = blocking(move || service.prepare_with_memory(call)).await?;
        let (method, path, api) = (order.draft.method, order.draft.path.clone(), order.api.clone());
        let outcome = self.invoker()?.carry_out(order, caller).await;
        let (status, fault) = match &outcome {
            Ok(outcome) => (outcome.answer.get("status").and_then(Value::as_u64), None),
            Err(InvokeError::Call(error)) => (error.status().map(u64::from), Some(error.name())),
            Err(_) => (None, Some("refused")),
        };
        let ms = began.elapsed().as_secs_f64() * 1e3;
        tracing::info!(client = caller.name(), api, %method, path, status, fault, ms, "call");
        let (service, caller) = (self.clone(), caller.name().to_owned());
        blocking(move || service.settle(reuse, outcome, &caller)).await
    }

    /// What memory has to do with a call, and the call with what it fills in.
    fn prepare_with_memory(&self, call: Call) -> Result<(Order, Reuse), Error> {
        let searcher = self.searcher()?;
        let (call, mut reuse) = self.reuse(&searcher, call)?;
        match self.prepare(&searcher, &call, reuse.found.take()) {
            Ok(mut order) => {
                order.memory = reuse.shown.clone();
                order.draft.notes.extend(reuse.hint.clone());
                Ok((order, reuse))
            }
            Err(Error::Invoke(InvokeError::Problems(mut problems))) => {
                if let (Some(hint), Some(last)) = (&reuse.hint, problems.last_mut()) {
                    last.cure = format!("{}; {hint}", last.cure);
                }
                Err(InvokeError::Problems(problems).into())
            }
            Err(error) => Err(error),
        }
    }

    /// A part of an answer that was too large to show.
    ///
    /// # Errors
    /// [`Error::Stored`]
    pub fn read_stored(
        &self,
        client: &str,
        handle: &str,
        range: (usize, usize),
        fields: &[String],
    ) -> Result<Page, Error> {
        let invoker = self.invoker()?;
        Ok(invoker.stored().read(client, handle, range, fields, invoker.options().budget)?)
    }

    /// All rows of an answer that was too large to show.
    ///
    /// # Errors
    /// [`Error::Stored`]
    pub(crate) fn stored_rows(&self, client: &str, handle: &str) -> Result<Arc<Rows>, Error> {
        Ok(self.invoker()?.stored().rows(client, handle)?)
    }

    /// The invoker, made at the first call.
    ///
    /// # Errors
    /// [`Error::Invoke`] where the system has no usable certificates.
    pub fn invoker(&self) -> Result<Arc<Invoker>, Error> {
        let options = &self.inner.options;
        let mut known = self.inner.invoker.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(invoker) = &*known {
            return Ok(Arc::clone(invoker));
        }
        let made = Arc::new(
            Invoker::new(InvokeOptions {
                client: options.calls.client.clone(),
                writes: options.calls.writes,
                budget: options.calls.budget.unwrap_or(answer::BUDGET),
                downloads: options.home.join("downloads"),
                audit: options.home.join("logs").join("audit.jsonl"),
            })
            .map_err(InvokeError::from)?,
        );
        *known = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Resolves, checks and drafts a call. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Invoke`] with every problem that was found; as [`Self::open`].
    fn prepare(
        &self,
        searcher: &Searcher,
        call: &Call,
        found: Option<(store::Entry, Map<String, Value>)>,
    ) -> Result<Order, Error> {
        let (path, mut params) = with_query(call)?;
        let (_, written) = call.parts();
        let query = call.as_written.then(|| Query::written(written));
        if query.is_some() {
            params.clone_from(&call.params);
        }
        let found = found.map_or_else(|| resolve_path(searcher, call.method, &path, call.api.as_deref()), Ok);
        let order = |api: String, draft: Draft, security: Option<&[Vec<String>]>| -> Result<Order, Error> {
            let access = self.access(searcher, &api, security)?;
            Ok(Order {
                api,
                access,
                draft,
                count: None,
                takes_page: false,
                all_pages: call.all_pages,
                max_items: call.max_items.unwrap_or(MAX_ITEMS),
                dry_run: call.dry_run,
                confirmation: call.confirmation.clone(),
                memory: None,
            })
        };
        let (entry, path_values) = match found {
            Ok(found) => found,
            Err(Error::NoOperation { nearest, .. }) => {
                let api = only_api(searcher, call)?;
                let dialect = self.dialect_of(searcher, &api)?;
                let path = if written.is_empty() { path } else { format!("{path}?{written}") };
                let data = call.data.as_ref();
                let mut draft =
                    draft::unlisted(dialect, call.method, &path, &call.params, data).map_err(InvokeError::Problems)?;
                if call.all_pages && !draft.risk.is_read() {
                    return Err(InvokeError::Problems(vec![not_in_pages(&draft)]).into());
                }
                if !nearest.is_empty() {
                    draft.notes.push(format!("the nearest operations of the manifest are {}", nearest.join(", ")));
                }
                return order(api, draft, None);
            }
            Err(error) => return Err(error),
        };
        let operation = searcher.store().operation(entry.doc)?;
        let lookup = |name: &str| searcher.store().schema(&entry.api, name);
        let api = searcher.store().api(&entry.api)?.unwrap_or_default();
        let dialect = self.dialect(&entry.api, &api);
        let asked = Asked {
            dialect,
            operation: &operation,
            path_values: &path_values,
            params: &params,
            query: query.as_ref(),
            data: call.data.as_ref(),
            lookup: &lookup,
            upload_folders: &self.inner.options.calls.upload_folders,
            validate: call.validate,
        };
        let drafted = draft::draft(&asked);
        let (mut problems, mut draft) = match drafted {
            Ok(draft) => (Vec::new(), Some(draft)),
            Err(problems) => (problems, None),
        };
        if call.validate {
            let (found, warnings) = self.check_filters(searcher, &entry, &operation, &params, call.data.as_ref())?;
            problems.extend(found);
            if let Some(draft) = &mut draft {
                draft.notes.extend(warnings);
            }
        }
        if let Some(draft) = &mut draft
            && dialect == Dialect::ConnectWise
        {
            let notes = rules::advise(draft);
            draft.notes.extend(notes);
        }
        let Some(mut draft) = draft.filter(|_| problems.is_empty()) else {
            return Err(InvokeError::Problems(problems).into());
        };
        if call.all_pages && !draft.risk.is_read() {
            return Err(InvokeError::Problems(vec![not_in_pages(&draft)]).into());
        }
        let beside = |method: Method, segment: &str| -> Result<Option<Operation>, Error> {
            let path = format!("{}/{segment}", entry.path.trim_end_matches('/'));
            let found = searcher.store().by_template(&path)?.into_iter();
            let found = found.filter(|other| other.api == entry.api).find(|other| other.method == method);
            Ok(found.map(|other| searcher.store().operation(other.doc)).transpose()?)
        };
        let takes_page = operation.parameters.iter().any(|parameter| parameter.name == "page");
        let mut count = None;
        if call.all_pages
            && entry.method == Method::Get
            && let Some(counting) = beside(Method::Get, "count")?
        {
            count = Some(count_of(&draft, &counting));
        }
        if long::is_long(&draft)
            && let Some(search) = beside(Method::Post, "search")?
            && let Some(moved) = long::as_search(&draft, &search, dialect)
        {
            draft = moved;
        }
        let security = operation.security.clone();
        draft.notes.extend(self.hint(&entry.api, &api));
        let mut order = order(entry.api.clone(), draft, security.as_deref())?;
        order.count = count;
        order.takes_page = takes_page;
        Ok(order)
    }

    /// How to reach an API; or what to set, as a sentence.
    fn access(
        &self,
        searcher: &Searcher,
        name: &str,
        security: Option<&[Vec<String>]>,
    ) -> Result<Result<ApiAccess, String>, Error> {
        let calls = &self.inner.options.calls;
        let api = searcher.store().api(name)?.unwrap_or_default();
        let settings = calls.apis.get(name);
        let dialect = self.dialect(name, &api);
        if let Some(reason) = settings.and_then(|settings| settings.unbound(name, &api)) {
            return Ok(Err(reason));
        }
        let base_url = settings.and_then(|settings| settings.base_url.as_deref());
        if base_url.is_none() && dialect == Dialect::ConnectWise {
            let Some(credentials) = &calls.connectwise else {
                return Ok(Err("calls need CONNECTWISE_API_URL, CONNECTWISE_COMPANY_ID, CONNECTWISE_PUBLIC_KEY and \
                               CONNECTWISE_PRIVATE_KEY; set them"
                    .to_owned()));
            };
            let access = ApiAccess::connectwise(credentials).map(|access| access.redacting(self.redactor().clone()));
            return Ok(access.map_err(|error| error.to_string()));
        }
        let hinted = |reason: String| match self.hint(name, &api) {
            Some(hint) => format!("{reason}. Also, {hint}"),
            None => reason,
        };
        let Some(url) = base_url.or(declared(&api)) else {
            return Ok(Err(hinted(format!(
                "the manifest of {name} names no server; set base_url in the section [apis.{name}] of config.toml"
            ))));
        };
        let generic = GenericSettings {
            api: name.to_owned(),
            url: url.to_owned(),
            dialect,
            headers: Vec::new(),
            schemes: api.security_schemes.clone(),
            credentials: settings.map(|settings| settings.credentials.clone()).unwrap_or_default(),
        };
        let access = ApiAccess::generic(generic).map(|access| access.redacting(self.redactor().clone()));
        let access = access.and_then(|access| access.for_operation(security).map(std::borrow::Cow::into_owned));
        Ok(access.map_err(|error| hinted(error.to_string())))
    }

    /// Whose rules an API of the catalogue follows.
    pub(super) fn dialect_of(&self, searcher: &Searcher, name: &str) -> Result<Dialect, Error> {
        Ok(self.dialect(name, &searcher.store().api(name)?.unwrap_or_default()))
    }

    /// Whose rules an API follows.
    pub(super) fn dialect(&self, name: &str, api: &Api) -> Dialect {
        let settings = self.inner.options.calls.apis.get(name);
        Dialect::of(api, settings.and_then(|settings| settings.dialect))
    }

    /// What to write where an API looks like ConnectWise's and nothing says whether it is.
    pub(super) fn hint(&self, name: &str, api: &Api) -> Option<String> {
        let settings = self.inner.options.calls.apis.get(name);
        let is_decided = settings.is_some_and(|settings| settings.dialect.is_some() || settings.base_url.is_some());
        if is_decided { None } else { dialect::hint(name, api) }
    }

    /// Finds every configured secret.
    pub(crate) fn redactor(&self) -> &Redactor {
        self.inner.redactor.get_or_init(|| Redactor::new(&self.inner.options.calls.secrets()))
    }

    /// Checks the values of `conditions` and its relatives, of `orderBy` and of `fields` against what the operation answers.
    fn check_filters(
        &self,
        searcher: &Searcher,
        entry: &store::Entry,
        operation: &Operation,
        params: &Map<String, Value>,
        data: Option<&Value>,
    ) -> Result<(Vec<Problem>, Vec<String>), Error> {
        let mut texts: Vec<(String, &str, &str)> = Vec::new();
        for (name, value) in params {
            let declared = operation.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name));
            if let (Some(parameter), Some(text)) = (declared, value.as_str())
                && is_filter(&parameter.name)
            {
                texts.push((format!("params.{name}"), &parameter.name, text));
            }
        }
        // The body of a search holds the same filters.
        if entry.method == Method::Post && is_search(self.dialect_of(searcher, &entry.api)?, &entry.path) {
            for (name, value) in data.and_then(Value::as_object).into_iter().flatten() {
                if let Some(text) = value.as_str().filter(|_| is_filter(name)) {
                    texts.push((format!("data.{name}"), name, text));
                }
            }
        }
        if texts.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let Some(schema) = filtered_schema(searcher, entry, operation)? else { return Ok((Vec::new(), Vec::new())) };
        let lookup = |name: &str| searcher.store().schema(&entry.api, name);
        let api = searcher.store().api(&entry.api)?.unwrap_or_default();
        let fields = SchemaFields::new(&schema, &lookup).of_api(&api.title);
        let has_info = self.dialect(&entry.api, &api) == Dialect::ConnectWise && fields.field("_info").path().is_some();
        let vectors = OnceCell::new();
        let meaning = |words: &str| self.alike(words, &fields, &vectors);
        let (mut problems, mut warnings) = (Vec::new(), Vec::new());
        for (place, name, text) in texts {
            if problems.len() + warnings.len() > MOST_ABOUT_FILTERS {
                warnings.push(format!("{place} was not looked at: there is too much to say of those before it"));
                continue;
            }
            let checked: Checked = match Kind::of_parameter(name) {
                Some(kind) => conditions::check(kind, text, &fields, &meaning),
                None if name.eq_ignore_ascii_case("orderBy") => conditions::check_order_by(text, &fields, &meaning),
                None => conditions::check_fields(text, &fields, &meaning),
            };
            if has_info && name.eq_ignore_ascii_case("fields") {
                warnings.extend(rules::of_fields(&checked));
            }
            problems.extend(checked.problems(&place));
            warnings.extend(checked.warnings(&place));
        }
        Ok((problems, warnings))
    }

    /// The fields that mean what some words mean, best first; none without a model.
    /// `vectors` keeps those of the fields from one question to the next.
    fn alike(&self, words: &str, fields: &dyn FieldSource, vectors: &OnceCell<Vec<f32>>) -> Vec<String> {
        let Ok(model) = self.embedder() else { return Vec::new() };
        let Ok(wanted) = model.embed_query(words) else { return Vec::new() };
        let paths: Vec<&str> = fields.all().iter().map(|field| field.path.as_str()).take(FIELDS_BY_MEANING).collect();
        let vectors = vectors.get_or_init(|| {
            let texts: Vec<String> = paths.iter().map(|path| split(path).join(" ")).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            model.embed_documents(&texts).unwrap_or_default()
        });
        let rows = vectors.chunks_exact(model.dim().max(1));
        let mut scored: Vec<(f32, &str)> = rows.map(|row| dot(&wanted, row)).zip(paths).collect();
        scored.retain(|(score, _)| *score >= LEAST_ALIKE);
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.into_iter().take(OFFERED_BY_MEANING).map(|(_, path)| path.to_owned()).collect()
    }
}

fn is_filter(name: &str) -> bool {
    Kind::of_parameter(name).is_some() || LISTS.iter().any(|list| list.eq_ignore_ascii_case(name))
}

/// The schema of what is filtered: of the answer, or for a count of what it counts.
fn filtered_schema(searcher: &Searcher, entry: &store::Entry, operation: &Operation) -> Result<Option<Value>, Error> {
    let counted = entry.path.strip_suffix("/count").filter(|_| entry.kind == RouteKind::Count);
    let list = match counted {
        Some(path) => searcher
            .store()
            .by_template(path)?
            .into_iter()
            .find(|other| other.method == Method::Get && other.api == entry.api)
            .map(|list| searcher.store().operation(list.doc))
            .transpose()?,
        None => None,
    };
    let operation = list.as_ref().unwrap_or(operation);
    let good = operation.responses.iter().find(|response| response.status.starts_with('2'));
    Ok(good.and_then(|response| response.content.first()).map(|content| content.schema.clone()))
}

/// Why a request is not repeated for each page.
fn not_in_pages(draft: &Draft) -> Problem {
    Problem {
        place: "all_pages".to_owned(),
        message: format!(
            "{} {} is no read, and `all_pages` (`--all-pages`) sends the request again for every page",
            draft.method, draft.path
        ),
        cure: "Leave it out.".to_owned(),
        offers: Vec::new(),
    }
}

/// The same filters on the count route, as far as it declares them.
fn count_of(draft: &Draft, counting: &Operation) -> Draft {
    let declared = |name: &str| counting.parameters.iter().any(|parameter| parameter.name == name);
    Draft {
        path: format!("{}/count", draft.path.trim_end_matches('/')),
        query: draft
            .query
            .iter()
            .filter(|(name, _)| Kind::of_parameter(name).is_some() && declared(name))
            .cloned()
            .collect(),
        notes: Vec::new(),
        ..draft.clone()
    }
}

/// The path without its query, and the parameters with it; a name that is repeated in the query has a list of its values.
///
/// # Errors
/// [`InvokeError::Problems`] where the query and the parameters give a name different values.
pub(super) fn with_query(call: &Call) -> Result<(String, Map<String, Value>), Error> {
    let (path, query) = call.parts();
    let mut written: Map<String, Value> = Map::new();
    for (name, value) in &Query::written(query) {
        match written.entry(name) {
            Entry::Vacant(entry) => _ = entry.insert(value.as_str().into()),
            Entry::Occupied(mut entry) => match entry.get_mut() {
                Value::Array(values) => values.push(value.as_str().into()),
                first => *first = vec![first.take(), value.as_str().into()].into(),
            },
        }
    }
    let mut params = call.params.clone();
    let mut problems = Vec::new();
    for (name, value) in written {
        match params.get(&name).filter(|given| !given.is_null()) {
            None => _ = params.insert(name, value),
            Some(given) if texts(given) == texts(&value) => {}
            Some(given) => problems.push(Problem {
                place: format!("params.{name}"),
                message: format!("`{name}` is {value} in the query of the path and {given} among the parameters"),
                cure: "Give it once: in the query, or as a parameter.".to_owned(),
                offers: Vec::new(),
            }),
        }
    }
    if problems.is_empty() { Ok((path.to_owned(), params)) } else { Err(InvokeError::Problems(problems).into()) }
}

/// The values of a parameter as they stand in a query.
fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        value => vec![text(value)],
    }
}

/// The API of an operation that no manifest has.
pub(super) fn only_api(searcher: &Searcher, call: &Call) -> Result<String, Error> {
    let apis = searcher.store().apis()?;
    match &call.api {
        Some(name) => apis.iter().find(|known| known.eq_ignore_ascii_case(name)).cloned().ok_or_else(|| {
            let known = crate::search::known_apis(name, &apis);
            crate::search::SearchError::UnknownApi { name: name.clone(), known }.into()
        }),
        None => match apis.as_slice() {
            [only] => Ok(only.clone()),
            _ => Err(Error::SeveralApis { method: call.method.to_string(), path: call.path.clone(), apis }),
        },
    }
}
