//! What can be asked of the product, whoever asks? The facade that the command line and MCP share.
//!
//! Everything here but calls is synchronous; callers in an async runtime enter it through `spawn_blocking`. A [`Service`] is a cheap
//! handle: its state is the current snapshot, replaced when another generation was published.

mod call;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::Serialize;
use serde_json::Value;

use crate::build::{self, BuildReport, Input, Prepared, Progress};
use crate::document::glossary::Glossaries;
use crate::document::route::RouteKind;
use crate::embed::{Artefacts, EmbedError, Embedder, OnnxEmbedder};
use crate::error::{Error, chain};
use crate::generation::{BuildLock, Generation, GenerationError, IndexFolder, now_s};
use crate::index::exact_nearest;
use crate::invoke::Invoker;
use crate::openapi::{self, Method, PathTemplate, ResolveLimits};
use crate::search::{Answer, Query, SearchError, Searcher, nearest_names};
use crate::store::{Counts, Entry, Group};

pub use call::{ApiSettings, Call, CallOptions};

/// What a [`Service`] needs to know.
#[derive(Clone, Debug)]
pub struct ServiceOptions {
    /// The home folder.
    pub home: PathBuf,
    /// The folder of model, tokenizer and library.
    pub models: PathBuf,
    /// Whether a missing index is built from the embedded manifest.
    pub build_if_missing: bool,
    /// What calls need to know.
    pub calls: CallOptions,
}

/// A handle on the product. Clones share their state.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

struct Inner {
    options: ServiceOptions,
    index: IndexFolder,
    artefacts: OnceLock<Result<Artefacts, String>>,
    embedder: OnceLock<Result<Arc<dyn Embedder>, String>>,
    invoker: Mutex<Option<Arc<Invoker>>>,
    // std's mutex: it is held for reading and replacing a pointer, never while something is computed or awaited.
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    searcher: Option<Arc<Searcher>>,
    /// Opening or building goes on in the background.
    opening: bool,
    /// Why the last opening failed.
    failed: Option<String>,
}

/// Everything that callers of one operation need.
#[derive(Clone, Debug, Serialize)]
pub struct Description {
    /// Name of its API.
    pub api: String,
    /// Request method.
    pub method: Method,
    /// Path template.
    pub path: String,
    /// `operationId`
    pub operation_id: Option<String>,
    /// Summary, or empty.
    pub summary: String,
    /// Description, or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether the manifest advises against it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// Domain.
    pub domain: String,
    /// Path of the noun its routes share.
    pub resource: String,
    /// Values of path parameters, where the path was given with values.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub path_values: serde_json::Map<String, Value>,
    /// Parameters with their schemas resolved.
    pub parameters: Vec<Value>,
    /// The request body: `required`, `media_type`, `schema`, `example`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_body: Option<Value>,
    /// The responses: `status`, `description`, `media_type`, `schema`.
    pub responses: Vec<Value>,
    /// Fields usable in `conditions`, where the operation takes them: `path: type`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub condition_fields: Vec<String>,
    /// Parts of schemas that were left out: where, which schema, why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<Value>,
    /// A ready argument object for `dispatch_api_operation`.
    pub call: Value,
    /// Other methods of the same path.
    pub other_methods: Vec<Method>,
}

/// What is published.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Where.
    pub generation: PathBuf,
    /// Seconds since it was built.
    pub age_s: u64,
    /// The record.
    pub meta: crate::generation::GenerationMeta,
    /// Bytes on disk, the record included.
    pub bytes: u64,
    /// Warnings of the manifests: how many of each code.
    pub warnings_by_code: Vec<(String, u64)>,
    /// The warnings themselves.
    pub warnings: Vec<Value>,
}

/// What a check of the index found.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// Whether nothing is wrong.
    pub sound: bool,
    /// Each check with what it found.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What was checked.
    pub check: String,
    /// Whether it is as it must be.
    pub ok: bool,
    /// What was seen, or what is wrong and what to do.
    pub finding: String,
}

/// Queries of [`Service::verify`]: rows of the index itself, evenly spread.
const VERIFY_SAMPLES: usize = 50;

impl Service {
    /// Nothing is read or loaded yet.
    pub fn new(options: ServiceOptions) -> Self {
        let index = IndexFolder::under(&options.home);
        let inner = Inner {
            options,
            index,
            artefacts: OnceLock::new(),
            embedder: OnceLock::new(),
            invoker: Mutex::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The index folder.
    pub fn index(&self) -> &IndexFolder {
        &self.inner.index
    }

    /// Whether writes are asked about, refused or sent.
    pub fn writes(&self) -> crate::invoke::Writes {
        self.inner.options.calls.writes
    }

    /// Model, tokenizer and library, verified; or why not, with the cure.
    pub fn artefacts(&self) -> Result<&Artefacts, String> {
        let locate = || {
            let stamps = self.inner.options.home.join("verified.json");
            Artefacts::locate(&self.inner.options.models, Some(&stamps)).map_err(|error| error.to_string())
        };
        self.inner.artefacts.get_or_init(locate).as_ref().map_err(Clone::clone)
    }

    /// The model, loaded at the first use; or why not, with the cure.
    pub fn embedder(&self) -> Result<Arc<dyn Embedder>, String> {
        let load = || -> Result<Arc<dyn Embedder>, String> {
            let artefacts = self.artefacts()?.clone();
            let embedder = OnnxEmbedder::load(artefacts).map_err(|error: EmbedError| error.to_string())?;
            Ok(Arc::new(embedder))
        };
        self.inner.embedder.get_or_init(load).clone()
    }

    /// The user's lexicon, which need not exist.
    fn lexicon(&self) -> PathBuf {
        self.inner.options.home.join("lexicon.toml")
    }

    /// The program's glossary and the user's, which need not exist.
    fn glossaries(&self) -> Result<Glossaries, Error> {
        let user = self.inner.options.home.join("glossary.toml");
        Ok(Glossaries::load(Some(&user)).map_err(build::BuildError::from)?)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish_snapshot(&self, searcher: Searcher) -> Arc<Searcher> {
        let searcher = Arc::new(searcher);
        self.state().searcher = Some(Arc::clone(&searcher));
        self.inner.changed.notify_all();
        searcher
    }

    /// Opens the index in a thread of its own, building it first where it is missing. Requests that come before it is done
    /// wait for it; while it is being built they are answered by keyword.
    pub fn open_in_background(&self) {
        self.state().opening = true;
        let service = self.clone();
        std::thread::spawn(move || {
            let opened = service.open(&build::Silent);
            let mut state = service.state();
            state.opening = false;
            state.failed = opened.err().map(|error| chain(&error));
            drop(state);
            service.inner.changed.notify_all();
        });
    }

    /// Opens the current generation, building it from the embedded manifest where there is none and that is allowed.
    ///
    /// # Errors
    /// [`Error::NoIndex`] where there is none and building is not allowed; errors of opening and building.
    pub fn open(&self, progress: &dyn Progress) -> Result<Arc<Searcher>, Error> {
        match self.inner.index.open() {
            Ok(generation) => self.open_generation(generation),
            Err(GenerationError::Missing { home }) if !self.inner.options.build_if_missing => {
                Err(Error::NoIndex { path: home })
            }
            Err(GenerationError::Missing { .. }) => {
                let lock = self.inner.index.lock(|| ())?;
                // Whoever held the lock may have built it meanwhile.
                if let Ok(generation) = self.inner.index.open() {
                    return self.open_generation(generation);
                }
                let inputs = vec![Input::embedded().map_err(build::BuildError::from)?];
                progress.begin(build::Phase::Read, 1);
                let prepared = Prepared::read(inputs, None, &self.glossaries()?)?;
                let reason = "the index is being built; ask again in some seconds for ranking by meaning".to_owned();
                self.publish_snapshot(Searcher::by_keyword(prepared.catalogue_in_memory()?, reason)?);
                let (generation, _) = self.publish_index(&lock, &prepared, progress)?;
                drop(lock);
                self.open_generation(generation)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn publish_index(
        &self,
        lock: &BuildLock,
        prepared: &Prepared,
        progress: &dyn Progress,
    ) -> Result<(Generation, BuildReport), Error> {
        let embedder = self.embedder();
        let model = embedder.as_ref().map(|embedder| &**embedder).map_err(Clone::clone);
        Ok(build::publish(&self.inner.index, lock, prepared, model, progress)?)
    }

    fn open_generation(&self, generation: Generation) -> Result<Arc<Searcher>, Error> {
        // The model loads beside the graph: neither needs the other.
        let searcher = std::thread::scope(|scope| {
            scope.spawn(|| self.embedder());
            Searcher::open(generation, self.artefacts().map(Artefacts::identity), Some(&self.lexicon()))
        })?;
        Ok(self.publish_snapshot(searcher))
    }

    /// The current snapshot. Sees a generation that was published since.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn searcher(&self) -> Result<Arc<Searcher>, Error> {
        let mut state = self.state();
        while state.searcher.is_none() && state.opening {
            state = self.inner.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let (current, failed) = (state.searcher.clone(), state.failed.take());
        drop(state);
        match current {
            Some(searcher) => match (searcher.generation(), self.inner.index.current_name()) {
                (Some(generation), Ok(Some(name))) if generation.folder.file_name() != Some(name.as_ref()) => {
                    // A generation that cannot be opened does not take away the one that answers.
                    Ok(self
                        .inner
                        .index
                        .open()
                        .map_err(Error::from)
                        .and_then(|new| self.open_generation(new))
                        .unwrap_or(searcher))
                }
                _ => Ok(searcher),
            },
            None => {
                if let Some(reason) = failed {
                    tracing::warn!(%reason, "the index could not be opened; trying again");
                }
                self.open(&build::Silent)
            }
        }
    }

    /// Ranked operations for a request.
    ///
    /// # Errors
    /// As [`Self::open`]; errors of searching.
    pub fn search(&self, query: &Query) -> Result<Answer, Error> {
        let searcher = self.searcher()?;
        // A snapshot without vectors needs no model.
        let needs_model = searcher.reduced().is_none() && query.mode != crate::search::Mode::Keyword;
        let model = if needs_model { Some(self.embedder()) } else { None };
        match model {
            Some(Err(reason)) => Ok(searcher.search_without(query, reason)?),
            Some(Ok(model)) => Ok(searcher.search(query, Some(&*model))?),
            None => Ok(searcher.search(query, None)?),
        }
    }

    /// Builds and publishes an index.
    ///
    /// # Errors
    /// Errors of building; what was published before still is.
    pub fn build(
        &self,
        inputs: Vec<Input>,
        api: Option<&str>,
        progress: &dyn Progress,
        busy: impl FnOnce(),
    ) -> Result<BuildReport, Error> {
        let lock = self.inner.index.lock(busy)?;
        let embedder = self.embedder();
        let model = embedder.as_ref().map(|embedder| &**embedder).map_err(Clone::clone);
        let (_, report) = build::build(&self.inner.index, &lock, inputs, api, &self.glossaries()?, model, progress)?;
        Ok(report)
    }

    /// The domains.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn domains(&self) -> Result<Vec<Group>, Error> {
        Ok(self.searcher()?.store().domains()?)
    }

    /// The resources of a domain.
    ///
    /// # Errors
    /// [`SearchError::UnknownDomain`] with the nearest names; as [`Self::open`].
    pub fn resources(&self, domain: &str) -> Result<Vec<Group>, Error> {
        let searcher = self.searcher()?;
        let resources = searcher.store().resources(domain)?;
        if resources.is_empty() {
            let domains = searcher.store().domains()?;
            let near = nearest_names(domain, domains.iter().map(|domain| domain.name.as_str()), 5);
            let known = format!("the nearest are {}", near.join(", "));
            return Err(SearchError::UnknownDomain { name: domain.to_owned(), known }.into());
        }
        Ok(resources)
    }

    /// One operation in full. The path may have values in place of its placeholders.
    ///
    /// # Errors
    /// [`Error::NoOperation`] with the nearest ones, [`Error::SeveralApis`]; as [`Self::open`].
    pub fn describe(&self, method: Method, path: &str, api: Option<&str>) -> Result<Description, Error> {
        let searcher = self.searcher()?;
        let (entry, path_values) = resolve_path(&searcher, method, path, api)?;
        let store = searcher.store();
        let operation = store.operation(entry.doc)?;
        let lookup = |name: &str| store.schema(&entry.api, name);
        let mut omitted = Vec::new();
        let mut resolve = |schema: &Value, place: String| {
            let resolved = openapi::resolve(schema, &lookup, ResolveLimits::default());
            for omission in resolved.omitted {
                omitted.push(serde_json::json!({
                    "pointer": format!("{place}{}", omission.pointer),
                    "schema": omission.schema,
                    "reason": omission.reason,
                }));
            }
            resolved.schema
        };
        let mut parameters = Vec::new();
        for (at, parameter) in operation.parameters.iter().enumerate() {
            let mut shown = serde_json::to_value(parameter).unwrap_or_default();
            shown["schema"] = resolve(&parameter.schema, format!("/parameters/{at}/schema"));
            parameters.push(shown);
        }
        let request_body = operation.request_body.as_ref().and_then(|body| {
            let content = body.content.first()?;
            let example = content
                .example
                .clone()
                .unwrap_or_else(|| openapi::example(&content.schema, &lookup, build::EXAMPLE_DEPTH));
            Some(serde_json::json!({
                "required": body.required,
                "media_type": content.media_type,
                "schema": resolve(&content.schema, "/request_body/schema".to_owned()),
                "example": example,
            }))
        });
        let mut responses = Vec::new();
        for (at, response) in operation.responses.iter().enumerate() {
            let mut shown = serde_json::json!({ "status": response.status, "description": response.description });
            if let Some(content) = response.content.first() {
                shown["media_type"] = content.media_type.clone().into();
                shown["schema"] = resolve(&content.schema, format!("/responses/{at}/schema"));
            }
            responses.push(shown);
        }
        let takes_conditions = operation.parameters.iter().any(|parameter| parameter.name == "conditions");
        let condition_fields = if takes_conditions {
            // A count is filtered by the fields of what it counts.
            let counted = entry.path.strip_suffix("/count").filter(|_| entry.kind == RouteKind::Count);
            let list = match counted {
                Some(path) => store.by_template(path)?.into_iter().find(|e| e.method == method && e.api == entry.api),
                None => None,
            };
            let list = list.map(|list| store.operation(list.doc)).transpose()?;
            let good =
                list.as_ref().unwrap_or(&operation).responses.iter().find(|response| response.status.starts_with('2'));
            let schema = good.and_then(|response| response.content.first()).map(|content| &content.schema);
            let fields = schema.map(|schema| openapi::fields(schema, &lookup, CONDITION_DEPTH, CONDITION_FIELDS));
            fields.unwrap_or_default().iter().map(|field| format!("{}: {}", field.path, field.type_name)).collect()
        } else {
            Vec::new()
        };
        let other_methods = store
            .by_template(&entry.path)?
            .into_iter()
            .filter(|other| other.api == entry.api && other.method != entry.method)
            .map(|other| other.method)
            .collect();
        Ok(Description {
            call: store.call(entry.doc)?,
            api: entry.api,
            method: entry.method,
            path: entry.path,
            operation_id: operation.operation_id,
            summary: operation.summary,
            description: operation.description,
            deprecated: operation.deprecated,
            domain: entry.domain,
            resource: entry.resource,
            path_values,
            parameters,
            request_body,
            responses,
            condition_fields,
            omitted,
            other_methods,
        })
    }

    /// What is published. Reads the record and the catalogue; does not check the files.
    ///
    /// # Errors
    /// [`Error::Generation`] where nothing is published or it does not match.
    pub fn status(&self) -> Result<Status, Error> {
        let generation = self.inner.index.open()?;
        let store = crate::store::Store::open(&generation.folder.join(crate::generation::CATALOGUE))?;
        let warnings = store.warnings()?;
        let mut by_code: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
        for (_, warning) in &warnings {
            *by_code.entry(warning.code.clone()).or_default() += warning.occurrences as u64;
        }
        let bytes = size_of_folder(&generation.folder);
        Ok(Status {
            age_s: now_s().saturating_sub(generation.meta.created_at_s),
            generation: generation.folder,
            meta: generation.meta,
            bytes,
            warnings_by_code: by_code.into_iter().collect(),
            warnings: warnings
                .into_iter()
                .map(|(api, warning)| {
                    let mut shown = serde_json::to_value(warning).unwrap_or_default();
                    shown["api"] = api.into();
                    shown
                })
                .collect(),
        })
    }

    /// Checks everything that is published: record, hashes, catalogue, vectors, graph against the full scan, and a query.
    pub fn verify(&self) -> Verification {
        let mut checks = Vec::new();
        let mut note = |check: &str, outcome: Result<String, String>| {
            let ok = outcome.is_ok();
            let finding = outcome.unwrap_or_else(|finding| finding);
            checks.push(Check { check: check.to_owned(), ok, finding });
            ok
        };
        match self.inner.index.open() {
            Err(error) => {
                note("record", Err(chain(&error)));
            }
            Ok(generation) => {
                note("record", Ok(format!("{} matches this program", generation.folder.display())));
                for name in generation.meta.files.keys() {
                    note(name, generation.verified(name).map(|_| "as written".to_owned()).map_err(|e| chain(&e)));
                }
                self.verify_content(generation, &mut note);
            }
        }
        Verification { sound: checks.iter().all(|check| check.ok), checks }
    }

    fn verify_content(&self, generation: Generation, note: &mut dyn FnMut(&str, Result<String, String>) -> bool) {
        let built_with_model = generation.meta.model.is_some();
        let meta_counts = generation.meta.counts.clone();
        let searcher =
            match Searcher::open(generation, self.artefacts().map(Artefacts::identity), Some(&self.lexicon())) {
                Ok(searcher) => searcher,
                Err(error) => {
                    note("catalogue", Err(chain(&error)));
                    return;
                }
            };
        note("catalogue", check_catalogue(&searcher, &meta_counts));
        match searcher.vectors() {
            Some((graph, vectors)) => {
                let step = (vectors.len() / VERIFY_SAMPLES).max(1);
                let (mut found, mut wanted) = (0, 0);
                for row in vectors.values.chunks_exact(vectors.dim.max(1)).step_by(step) {
                    let exact = exact_nearest(vectors, row, 50);
                    let least = exact.last().map_or(0.0, |(_, score)| *score) - 1e-6;
                    wanted += exact.len();
                    found += graph.nearest(row, 50).iter().filter(|(_, score)| *score >= least).count();
                }
                let recall = if wanted == 0 { 1.0 } else { found as f64 / wanted as f64 };
                let finding = format!("recall@50 against the full scan is {recall:.4}");
                note(
                    "graph",
                    if recall >= 0.999 {
                        Ok(finding)
                    } else {
                        Err(format!(
                            "{finding}, .999 is needed; build the index again with `cw-orchestrator index build`"
                        ))
                    },
                );
                let query = Query { text: "list".to_owned(), limit: 1, ..Query::default() };
                let answered = self
                    .embedder()
                    .and_then(|model| searcher.search(&query, Some(&*model)).map_err(|error| chain(&error)));
                note("query", answered.map(|answer| format!("answered in {} ms", answer.took_ms)));
            }
            None => {
                let reason = searcher.reduced().unwrap_or_default().to_owned();
                // Built without a model and still without one is a poorer index, and sound.
                let outcome = if built_with_model || self.artefacts().is_ok() {
                    Err(reason)
                } else {
                    Ok(format!("keyword only: {reason}"))
                };
                note("vectors", outcome);
            }
        }
    }
}

/// How deep condition fields go: `company/name` and `owner/_info/...` are what people filter by.
const CONDITION_DEPTH: usize = 2;
/// How many condition fields are listed.
const CONDITION_FIELDS: usize = 400;

fn check_catalogue(searcher: &Searcher, recorded: &Counts) -> Result<String, String> {
    let faults = searcher.store().integrity().map_err(|error| chain(&error))?;
    if let Some(first) = faults.first() {
        return Err(format!("{first}; build the index again with `cw-orchestrator index build`"));
    }
    let counts = searcher.store().counts().map_err(|error| chain(&error))?;
    if counts != *recorded {
        return Err("it holds other counts than were recorded; build the index again".to_owned());
    }
    Ok(format!("{} operations", counts.operations))
}

fn size_of_folder(folder: &Path) -> u64 {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .map(|metadata| metadata.len())
        .sum()
}

/// The operation a method and a path mean: a template as it stands, or the template that a path with values fits.
fn resolve_path(
    searcher: &Searcher,
    method: Method,
    path: &str,
    api: Option<&str>,
) -> Result<(Entry, serde_json::Map<String, Value>), Error> {
    let path = path.trim().split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let in_api = |entry: &Entry| api.is_none_or(|api| entry.api.eq_ignore_ascii_case(api));
    let mut found: Vec<(Entry, serde_json::Map<String, Value>)> = searcher
        .store()
        .by_template(&path)?
        .into_iter()
        .filter(|entry| entry.method == method && in_api(entry))
        .map(|entry| (entry, serde_json::Map::new()))
        .collect();
    if found.is_empty() {
        let mut most_literal = 0;
        for entry in searcher.entries().iter().filter(|entry| entry.method == method && in_api(entry)) {
            let Ok(template) = PathTemplate::parse(&entry.path) else { continue };
            let Some(values) = template.matches(&path) else { continue };
            // `/tickets/count` is the route of that name before it is a ticket whose id is `count`.
            let literal = entry.path.split('/').filter(|segment| !segment.contains('{')).count();
            if literal > most_literal {
                found.clear();
                most_literal = literal;
            }
            if literal == most_literal {
                let values = values.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
                found.push((entry.clone(), values));
            }
        }
    }
    let mut apis: Vec<String> = found.iter().map(|(entry, _)| entry.api.clone()).collect();
    apis.dedup();
    if apis.len() > 1 {
        return Err(Error::SeveralApis { method: method.to_string(), path, apis });
    }
    match found.into_iter().next() {
        Some(found) => Ok(found),
        None => Err(Error::NoOperation {
            method: method.to_string(),
            nearest: nearest_operations(searcher, method, &path),
            path,
        }),
    }
}

/// The operations whose method and path are most like what was asked for.
fn nearest_operations(searcher: &Searcher, method: Method, path: &str) -> Vec<String> {
    let asked = crate::document::route::anonymous(
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
    let mut scored: Vec<(f64, &Entry)> = searcher
        .entries()
        .iter()
        .map(|entry| {
            let known = crate::document::route::anonymous(&entry.path).to_lowercase();
            let alike = strsim::normalized_damerau_levenshtein(&asked, &known);
            (alike + if entry.method == method { 0.1 } else { 0.0 }, entry)
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.doc.cmp(&b.1.doc)));
    scored.iter().take(5).map(|(_, entry)| format!("{} {}", entry.method, entry.path)).collect()
}
