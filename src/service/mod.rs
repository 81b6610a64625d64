//! What can be asked of the product, whoever asks? The facade that the command line and MCP share.
//!
//! Everything here but calls is synchronous; callers in an async runtime enter it through `spawn_blocking`. A [`Service`] is a cheap
//! handle: its state is the current snapshot, replaced when another generation was published.

mod address;
mod alike;
mod arguments;
mod around;
mod asked;
mod body;
mod call;
mod catalogue;
mod compact;
mod counted;
mod describe;
mod each;
mod edited;
mod elsewhere;
mod expanded;
mod filled_path;
mod form;
mod givers;
mod health;
mod kept;
mod kin;
mod known;
mod lists;
mod matching;
mod meant;
mod names;
mod namesakes;
mod nearby;
mod outline;
mod overview;
mod permitted;
mod place;
mod proposals;
mod proven;
mod recall;
mod records;
mod results;
mod saved_calls;
mod space;
mod undo;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::build::{self, BuildReport, Early, Input, Progress, Reuse};
use crate::document::glossary::Glossaries;
use crate::embed::{Artefacts, CachedEmbedder, Embedder, NoModel, OnnxEmbedder};
use crate::error::{Error, chain};
use crate::generation::{BuildLock, CATALOGUE, Generation, GenerationError, IndexFolder};
use crate::invoke::grant::Member;
use crate::invoke::{Grant, Policy};
use crate::openapi::PATH_DUPLICATE;
use crate::redact::Redactor;
use crate::search::{Answer, Query, SearchError, Searcher, known_apis, known_domains};
use crate::store::{Group, OperationRow, Store};

pub use crate::invoke::settings::{ApiSettings, CallOptions};
pub use arguments::{CallArguments, read_method};
pub use asked::Call;
pub use catalogue::{Addition, CatalogueEntry, ManifestState};
pub use compact::Part;
pub use describe::Description;
pub(crate) use each::id_of;
pub use edited::Edit;
pub use form::{Form, FormField};
pub use health::{Condition, Health, IndexHealth, StateHealth};
pub use names::{Suggested, Suggestions};
pub use outline::{Outline, OutlineField, Record};
pub use overview::{IndexedApi, IndexedDomain, ListedOperation, Overview};
pub use permitted::Explained;
pub use recall::{MOST_LIFT, RECALL_SIGNALS};
pub use saved_calls::{Flushing, FoundBy, Listed, Listing, Remember, Remembered};
pub use undo::{ChangedField, ChangedRecord, Made, Undo};
pub use verify::{Check, Status, Verification};

/// The options of a [`Service`].
#[derive(Clone, Debug)]
pub struct ServiceOptions {
    /// The home folder, which holds index, memory and logs.
    pub home: PathBuf,
    /// The folder of model, tokenizer and library.
    pub models: PathBuf,
    /// Whether a missing index is built, and one without vectors completed.
    pub build_if_missing: bool,
    /// Options of calls.
    pub calls: CallOptions,
}

/// A handle on the product. Clones share their state.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
    /// What whoever has this handle may do.
    policy: Arc<Policy>,
    /// In which profile its calls are made.
    space: Arc<space::Space>,
    /// As whom its calls are made, where that is not the account of its settings.
    acting: Option<Arc<Acting>>,
}

/// A member of ConnectWise as whom calls are made.
struct Acting {
    name: String,
    /// Those of the profile, with the member's keys.
    calls: CallOptions,
    /// The service's, which finds the member's keys too.
    redactor: Redactor,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

struct Inner {
    options: ServiceOptions,
    /// Chosen at its first use.
    index: OnceLock<IndexFolder>,
    artefacts: OnceLock<Result<Artefacts, NoModel>>,
    embedder: OnceLock<Result<Arc<dyn Embedder>, NoModel>>,
    /// What policies hide, by their names.
    hidden: Mutex<permitted::Hidden>,
    /// What it calls in by itself.
    own: Arc<space::Space>,
    /// What it calls in for whoever has this profile.
    profiles: BTreeMap<String, Arc<space::Space>>,
    /// Redactor of every configured secret, made at its first use.
    redactor: OnceLock<Redactor>,
    // std's mutex: it is held for reading and replacing a pointer, never while something is computed or awaited.
    state: Mutex<IndexState>,
    changed: Condvar,
}

/// Most files that a build left out by itself which are named in the log: a folder may have thousands that are no manifests.
const MOST_NAMED: usize = 10;

#[derive(Default)]
struct IndexState {
    searcher: Option<Arc<Searcher>>,
    /// Whether the index is being opened or built in the background.
    opening: bool,
    /// Error of the last opening, told to the request that finds no index.
    failed: Option<String>,
}

impl Service {
    /// Makes a service. Nothing is read or loaded yet.
    pub fn new(options: ServiceOptions) -> Self {
        let own = Arc::new(space::Space::of(&options.home, options.calls.clone()));
        let of_profile = |(name, calls): (&String, &Arc<CallOptions>)| {
            let is_own = options.calls.profile.as_deref() == Some(name.as_str());
            let made = || Arc::new(space::Space::of(&options.home, CallOptions::clone(calls)));
            (name.clone(), if is_own { Arc::clone(&own) } else { made() })
        };
        let profiles = options.calls.profiles.iter().map(of_profile).collect();
        let inner = Inner {
            options,
            own: Arc::clone(&own),
            profiles,
            hidden: Mutex::default(),
            redactor: OnceLock::new(),
            index: OnceLock::new(),
            artefacts: OnceLock::new(),
            embedder: OnceLock::new(),
            state: Mutex::default(),
            changed: Condvar::new(),
        };
        Self { inner: Arc::new(inner), policy: Arc::clone(Policy::open()), space: own, acting: None }
    }

    /// The same service for a caller that may do this, in this profile and as this member.
    #[must_use]
    pub fn under(&self, grant: &Grant) -> Self {
        let space = self.space_of(grant.profile.as_ref());
        let calls = &space.calls;
        let acting = |member: &Arc<Member>| {
            let connectwise = calls.connectwise.as_ref().map(|of_server| member.credentials(of_server));
            let known = self.configured_secrets();
            let redactor = member.redactor(connectwise.as_ref()).map_or_else(|| known.clone(), |own| known.and(own));
            let as_member = member.identifier().map(str::to_owned);
            let calls = CallOptions { connectwise, as_member, ..calls.clone() };
            Arc::new(Acting { name: member.name.clone(), calls, redactor })
        };
        let (inner, policy) = (Arc::clone(&self.inner), Arc::clone(&grant.policy));
        let acting = grant.member.as_ref().map(acting);
        Self { inner, policy, space, acting }
    }

    /// The member as whom its calls are made.
    fn member(&self) -> Option<&str> {
        self.acting.as_ref().map(|acting| acting.name.as_str())
    }

    /// The settings by which its calls are made.
    pub(crate) fn calls(&self) -> &CallOptions {
        self.acting.as_ref().map_or(&self.space.calls, |acting| &acting.calls)
    }

    pub(crate) fn options(&self) -> &ServiceOptions {
        &self.inner.options
    }

    /// Sets the state of the model's files, so that they are not verified again. Ignored where it is known already.
    pub(crate) fn set_artefacts(&self, found: Result<Artefacts, NoModel>) {
        let _ = self.inner.artefacts.set(found);
    }

    /// Tells whether writes are asked about, refused or sent.
    pub fn writes(&self) -> crate::invoke::Writes {
        self.policy.writes(self.inner.options.calls.writes)
    }

    /// Returns model, tokenizer and library, verified.
    ///
    /// # Errors
    /// [`NoModel::Files`]; what it says has the cure.
    pub fn artefacts(&self) -> Result<&Artefacts, NoModel> {
        let locate = || {
            let stamps = self.inner.options.home.join(crate::parts::STAMPS);
            Artefacts::locate(&self.inner.options.models, Some(&stamps)).map_err(NoModel::from)
        };
        self.inner.artefacts.get_or_init(locate).as_ref().map_err(Clone::clone)
    }

    /// Returns the model, which is loaded at the first use.
    ///
    /// # Errors
    /// [`NoModel`]; what it says has the cure.
    pub fn embedder(&self) -> Result<Arc<dyn Embedder>, NoModel> {
        let load = || -> Result<Arc<dyn Embedder>, NoModel> {
            let artefacts = self.artefacts()?.clone();
            let embedder = OnnxEmbedder::load(artefacts)?;
            Ok(Arc::new(CachedEmbedder::new(Arc::new(embedder))))
        };
        self.inner.embedder.get_or_init(load).clone()
    }

    /// Path of the user's lexicon, which need not exist.
    fn lexicon(&self) -> PathBuf {
        self.inner.options.home.join("lexicon.toml")
    }

    /// Reads the program's glossary and the user's, which need not exist.
    fn glossaries(&self) -> Result<Glossaries, Error> {
        let user = self.inner.options.home.join("glossary.toml");
        Ok(Glossaries::load(Some(&user)).map_err(build::BuildError::from)?)
    }

    fn state(&self) -> MutexGuard<'_, IndexState> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish_snapshot(&self, searcher: Searcher) -> Arc<Searcher> {
        let searcher = Arc::new(searcher);
        self.state().searcher = Some(Arc::clone(&searcher));
        self.inner.changed.notify_all();
        searcher
    }

    /// Opens the index on a thread, building it first where it is missing, and loads the model on another. Requests
    /// that come earlier wait for what they need: all for the index, those by meaning for the model too. While the
    /// index is being built, they are answered by keyword.
    pub fn open_in_background(&self) {
        self.state().opening = true;
        let service = self.clone();
        std::thread::spawn(move || service.embedder());
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

    /// Opens the current generation. Where there is none and building is allowed, it is built from the manifests that were added, or
    /// from the embedded one. The model is not loaded: see [`Self::embedder`].
    ///
    /// # Errors
    /// [`Error::NoIndex`] where there is none and building is not allowed; errors of opening and building.
    pub fn open(&self, progress: &dyn Progress) -> Result<Arc<Searcher>, Error> {
        match self.index().open() {
            Ok(generation) if self.lacks_vectors(&generation) => self.complete(generation, progress),
            Ok(generation) => self.open_generation(generation),
            Err(GenerationError::Missing { home }) if !self.inner.options.build_if_missing => {
                Err(Error::NoIndex { path: home })
            }
            Err(GenerationError::Missing { .. }) => {
                let lock = self.lock(|| ())?;
                // Whoever held the lock may have built it meanwhile.
                if let Ok(generation) = self.index().open() {
                    return self.open_generation(generation);
                }
                let early = |early: Early| {
                    let Early { catalogue, terms, titles } = early;
                    match Searcher::by_keyword(catalogue, terms, &titles, Some(&self.lexicon())) {
                        Ok(searcher) => drop(self.publish_snapshot(searcher)),
                        Err(error) => tracing::warn!(%error, "no answers by keyword while the index is being built"),
                    }
                };
                let inputs = self.listed()?.usable_inputs();
                let (generation, report) = self.build_locked(&lock, inputs, Reuse::Nothing, Some(&early), progress)?;
                drop(lock);
                for file in report.skipped_files.iter().take(MOST_NAMED) {
                    tracing::warn!(
                        manifest = file.source,
                        reason = file.reason,
                        "a manifest was left out of the index"
                    );
                }
                self.open_generation(generation)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a generation was built without the model, and could be built with it now. A model that cannot be loaded would leave it
    /// as it is, each time anew.
    fn lacks_vectors(&self, generation: &Generation) -> bool {
        self.inner.options.build_if_missing && generation.meta.model.is_none() && self.embedder().is_ok()
    }

    /// Opens a generation without vectors, which answers meanwhile, and builds it anew with them.
    fn complete(&self, generation: Generation, progress: &dyn Progress) -> Result<Arc<Searcher>, Error> {
        let by_keyword = self.open_generation(generation)?;
        let complete = || {
            let lock = self.lock(|| ())?;
            // Whoever held the lock may have done it meanwhile.
            match self.index().open() {
                Ok(generation) if !self.lacks_vectors(&generation) => return Ok(generation),
                _ => {}
            }
            let inputs = self.listed()?.inputs().map_err(build::BuildError::from)?;
            Ok::<_, Error>(self.build_locked(&lock, inputs, Reuse::Nothing, None, progress)?.0)
        };
        match complete() {
            Ok(generation) => self.open_generation(generation),
            Err(error) => {
                tracing::warn!(error = chain(&error), "the index stays without vectors");
                Ok(by_keyword)
            }
        }
    }

    fn build_locked(
        &self,
        lock: &BuildLock,
        inputs: Vec<Input>,
        reuse: Reuse,
        early: Option<&dyn Fn(Early)>,
        progress: &dyn Progress,
    ) -> Result<(Generation, BuildReport), Error> {
        let load = || self.embedder();
        let model = self.artefacts().map(|artefacts| build::Model { identity: artefacts.identity(), load: &load });
        let order = build::Order { inputs, glossaries: &self.glossaries()?, model, reuse, early };
        let (generation, report) = build::build(self.index(), lock, order, progress)?;
        let operations = report.counts.operations;
        tracing::info!(
            operations,
            nodes = report.nodes,
            unchanged = report.unchanged,
            ms = report.total_ms,
            "index built"
        );
        Ok((generation, report))
    }

    fn open_generation(&self, generation: Generation) -> Result<Arc<Searcher>, Error> {
        let model = self.artefacts().map(Artefacts::identity);
        let searcher = Searcher::open(generation, model, Some(&self.lexicon()))?;
        Ok(self.publish_snapshot(searcher))
    }

    /// Returns the current snapshot. A generation that was published since is opened first.
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
            Some(searcher) => match (searcher.generation(), self.index().current_name()) {
                (Some(generation), Ok(Some(name))) if generation.folder.file_name() != Some(name.as_ref()) => {
                    // A generation that cannot be opened does not take away the one that answers.
                    Ok(self
                        .index()
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

    /// Ranks the operations for a request.
    ///
    /// # Errors
    /// As [`Self::open`]; errors of searching.
    pub fn search(&self, query: &Query) -> Result<Answer, Error> {
        self.search_in(&self.searcher()?, query)
    }

    /// Does [`Self::search`] in one generation. Finding the current one takes five system calls, so it is found once a
    /// request.
    fn search_in(&self, searcher: &Arc<Searcher>, query: &Query) -> Result<Answer, Error> {
        let query = &*self.permitted(searcher, query);
        // A snapshot without vectors needs no model.
        let needs_model = searcher.reduced().is_none() && query.mode != crate::search::Mode::Keyword;
        let model = if needs_model { Some(self.embedder()) } else { None };
        match model {
            Some(Err(reason)) => Ok(searcher.search_without(query, reason)?),
            Some(Ok(model)) => Ok(searcher.search(query, Some(&*model))?),
            None => Ok(searcher.search(query, None)?),
        }
    }

    /// Gives the lines to configure for each API of a generation that looks like ConnectWise's and has no dialect set.
    pub(crate) fn hints(&self, generation: &Generation) -> Result<Vec<String>, Error> {
        let store = Store::open(&generation.folder.join(CATALOGUE))?;
        let mut hints = Vec::new();
        for manifest in &generation.meta.manifests {
            let api = store.api(&manifest.api)?.unwrap_or_default();
            hints.extend(self.inner.options.calls.hint(&manifest.api, &api));
        }
        Ok(hints)
    }

    /// Lists the domains of all APIs, or of one.
    ///
    /// # Errors
    /// [`SearchError::UnknownApi`] with the nearest names; as [`Self::open`].
    pub fn domains(&self, api: Option<&str>) -> Result<Vec<Group>, Error> {
        let searcher = self.searcher()?;
        let permitted = self.permitted_domains(&searcher, api);
        let Some(api) = api else { return Ok(permitted.map_or_else(|| searcher.store().domains(), Ok)?) };
        let domains = searcher.store().domains_of(api)?;
        if domains.is_empty() {
            let apis = searcher.store().apis()?;
            return Err(SearchError::UnknownApi { name: api.to_owned(), known: known_apis(api, &apis) }.into());
        }
        Ok(permitted.unwrap_or(domains))
    }

    /// Lists the resources of a domain, of all APIs or of one.
    ///
    /// # Errors
    /// [`SearchError::UnknownDomain`], [`SearchError::UnknownApi`] with the nearest names; as [`Self::open`].
    pub fn resources(&self, domain: &str, api: Option<&str>) -> Result<Vec<Group>, Error> {
        let searcher = self.searcher()?;
        let resources = searcher.store().resources(domain, api)?;
        if resources.is_empty() {
            let domains = self.domains(api)?;
            let is_named = |entry: &&OperationRow| {
                let last = entry.resource.rsplit('/').next().unwrap_or_default();
                last.eq_ignore_ascii_case(domain) && api.is_none_or(|api| api.eq_ignore_ascii_case(&entry.api))
            };
            let of: BTreeSet<&str> =
                searcher.entries().iter().filter(is_named).map(|entry| entry.domain.as_str()).collect();
            let known = match of.into_iter().collect::<Vec<_>>().as_slice() {
                [] => known_domains(domain, domains.iter().map(|domain| domain.name.as_str())),
                of => format!("it is a resource of {}", of.join(", ")),
            };
            return Err(SearchError::UnknownDomain { name: domain.to_owned(), known }.into());
        }
        Ok(self.permitted_resources(&searcher, domain, api).unwrap_or(resources))
    }
}

/// Says which operations of a generation are listed for others of their manifests, each with the reason.
fn left_out(generation: &Generation) -> Result<Vec<String>, Error> {
    let warnings = Store::open(&generation.folder.join(CATALOGUE))?.warnings()?;
    let left_out = warnings.into_iter().filter(|(_, warning)| warning.code == PATH_DUPLICATE);
    Ok(left_out.map(|(api, warning)| format!("{api}: {}", warning.message)).collect())
}

/// Runs work that computes or reads files on a thread that may block. Work that has not begun when its caller leaves
/// never begins.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let mut working = tokio::task::JoinSet::new();
    working.spawn_blocking(work);
    match working.join_next().await {
        Some(Ok(done)) => done,
        Some(Err(error)) => {
            tracing::error!(%error, "work ended early");
            Err(Error::Interrupted { reason: error.to_string() })
        }
        None => Err(Error::Interrupted { reason: "it never began".to_owned() }),
    }
}
