//! How does a manifest become a published generation?
//!
//! Manifest bytes, operations, documents, vectors, graph, catalogue, all in a staging folder, then published. Until the last
//! step nothing that a reader sees has changed. The same input gives the same catalogue, vectors and graph.

mod call;
mod input;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

use crate::document::glossary::{Glossaries, GlossaryError};
use crate::document::{self, Document, TEXT_VERSION};
use crate::embed::{EmbedError, Embedder};
use crate::generation::{
    self, CATALOGUE, FORMAT, Generation, GenerationError, GenerationMeta, IndexFolder, ManifestRecord, TERMS, VECTORS,
};
use crate::index::{GlossId, GraphError, GraphParameters, HnswIndex, NodeId, Profiled, TermError, TermIndex, Vectors};
use crate::openapi::{self, Manifest, ManifestError};
use crate::store::{Counts, Source, Store, StoreError};

pub use call::EXAMPLE_DEPTH;
pub use input::{Input, InputError, Skipped};

/// What can go wrong in a build.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A manifest cannot be found or read from disk.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A manifest is refused.
    #[error("the manifest {origin} cannot be used")]
    Manifest {
        /// The file, `stdin` or `embedded`.
        origin: String,
        /// Why.
        #[source]
        source: Box<ManifestError>,
    },
    /// No manifest of a folder could be used.
    #[error("none of the {} files can be used as a manifest; the first, {}: {}", skipped.len(), skipped[0].source, skipped[0].reason)]
    NothingUsable {
        /// Each file and why.
        skipped: Vec<Skipped>,
    },
    /// Several manifests cannot share one given name.
    #[error(
        "--api {api} names one API, and {manifests} manifests were given; leave --api out to name each by its title"
    )]
    OneNameForMany {
        /// The name.
        api: String,
        /// How many manifests.
        manifests: usize,
    },
    /// The user's glossary is wrong.
    #[error(transparent)]
    Glossary(#[from] GlossaryError),
    /// The model failed.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The graph failed.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The words cannot be written.
    #[error(transparent)]
    Terms(#[from] TermError),
    /// The catalogue failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Publishing failed.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// The vectors cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// Hears how a build goes on; called from several threads.
pub trait Progress: Sync {
    /// A phase of `total` steps begins.
    fn begin(&self, phase: Phase, total: usize);
    /// So many steps of the current phase are done.
    fn advance(&self, done: usize);
}

/// For builds that nobody watches.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _phase: Phase, _total: usize) {}
    fn advance(&self, _done: usize) {}
}

/// The phases that take time, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Reading manifests and composing documents.
    Read,
    /// Embedding distinct texts and glosses.
    Embed,
    /// Inserting vectors into the graph.
    Graph,
    /// Writing the catalogue.
    Catalogue,
    /// Hashing, syncing and publishing.
    Publish,
}

/// What a build did.
#[derive(Clone, Debug, serde::Serialize)]
pub struct BuildReport {
    /// The new generation's folder.
    pub generation: PathBuf,
    /// Sums over the catalogue.
    pub counts: Counts,
    /// Distinct texts; 0 where there was no model.
    pub nodes: u64,
    /// Why there are no vectors, where there are none.
    pub reduced: Option<String>,
    /// Files that were left out, each with the reason.
    pub skipped_files: Vec<Skipped>,
    /// Milliseconds by phase, in order.
    pub phases_ms: Vec<(Phase, f64)>,
    /// Milliseconds altogether.
    pub total_ms: f64,
}

/// Manifests read and composed, not yet embedded.
#[derive(Debug)]
pub struct Prepared {
    manifests: Vec<PreparedManifest>,
    /// One node per operation, over all manifests in order.
    nodes: Vec<NodeId>,
    /// Which operation is the first with each distinct text: `(manifest, operation)`.
    firsts: Vec<(usize, usize)>,
    /// Which gloss each operation has, over all manifests in order.
    gloss_of: Vec<Option<GlossId>>,
    /// The distinct glosses, by [`GlossId`].
    glosses: Vec<String>,
    skipped: Vec<Skipped>,
}

#[derive(Debug)]
struct PreparedManifest {
    record: ManifestRecord,
    manifest: Manifest,
    documents: Vec<Document>,
    calls: Vec<serde_json::Value>,
}

impl Prepared {
    /// Reads and composes. A file that was found in a folder and cannot be used is skipped and counted; one that was named
    /// is refused.
    ///
    /// # Errors
    /// [`BuildError::Manifest`], [`BuildError::NothingUsable`], [`BuildError::OneNameForMany`]
    pub fn read(inputs: Vec<Input>, api: Option<&str>, glossaries: &Glossaries) -> Result<Self, BuildError> {
        if let Some(api) = api.filter(|_| inputs.len() > 1) {
            return Err(BuildError::OneNameForMany { api: api.to_owned(), manifests: inputs.len() });
        }
        let mut manifests: Vec<PreparedManifest> = Vec::new();
        let mut skipped = Vec::new();
        for input in inputs {
            let manifest = match openapi::read(&input.bytes) {
                Ok(manifest) => manifest,
                Err(error) if input.found_in_folder => {
                    skipped.push(Skipped { source: input.origin, reason: error.to_string() });
                    continue;
                }
                Err(error) => {
                    return Err(BuildError::Manifest { origin: input.origin, source: Box::new(error) });
                }
            };
            let taken = |name: &str| manifests.iter().any(|other| other.record.api == name);
            let record = ManifestRecord {
                api: input::api_name(api, &manifest.title, &input.origin, taken),
                title: manifest.title.clone(),
                version: manifest.version.clone(),
                source: input.origin,
                blake3: blake3::hash(&input.bytes).to_hex().to_string(),
            };
            let documents = document::compose(&manifest, &glossaries.of_api(&manifest.title));
            let calls = manifest.operations.iter().map(|operation| call::ready(operation, &manifest)).collect();
            manifests.push(PreparedManifest { record, manifest, documents, calls });
        }
        if manifests.is_empty() && !skipped.is_empty() {
            return Err(BuildError::NothingUsable { skipped });
        }
        let mut nodes = Vec::new();
        let mut firsts = Vec::new();
        let mut node_of_text: HashMap<&str, NodeId> = HashMap::new();
        for (at, prepared) in manifests.iter().enumerate() {
            for (operation, document) in prepared.documents.iter().enumerate() {
                let node = *node_of_text.entry(&document.text).or_insert_with(|| {
                    firsts.push((at, operation));
                    (firsts.len() - 1) as NodeId
                });
                nodes.push(node);
            }
        }
        let mut glosses: Vec<String> = Vec::new();
        let mut known: HashMap<&str, GlossId> = HashMap::new();
        let documents = manifests.iter().flat_map(|prepared| &prepared.documents);
        let gloss_of = documents
            .map(|document| {
                let gloss = document.gloss.as_deref()?;
                Some(*known.entry(gloss).or_insert_with(|| {
                    glosses.push(gloss.to_owned());
                    (glosses.len() - 1) as GlossId
                }))
            })
            .collect();
        Ok(Self { manifests, nodes, firsts, gloss_of, glosses, skipped })
    }

    fn sources(&self) -> Vec<Source<'_>> {
        self.manifests
            .iter()
            .map(|prepared| Source {
                api: &prepared.record.api,
                manifest: &prepared.manifest,
                documents: &prepared.documents,
                calls: &prepared.calls,
            })
            .collect()
    }

    fn terms(&self) -> TermIndex {
        let documents = self
            .manifests
            .iter()
            .flat_map(|prepared| prepared.documents.iter().map(|document| (prepared.record.api.as_str(), document)));
        let profiles: Vec<Profiled<'_>> = documents
            .zip(&self.gloss_of)
            .map(|((api, document), gloss)| Profiled { api, profile: &document.profile, gloss: *gloss })
            .collect();
        let glosses: Vec<&str> = self.glosses.iter().map(String::as_str).collect();
        TermIndex::build(&profiles, &glosses)
    }

    /// The distinct texts, by node.
    fn texts(&self) -> Vec<&str> {
        self.firsts
            .iter()
            .map(|&(manifest, operation)| self.manifests[manifest].documents[operation].text.as_str())
            .collect()
    }

    /// A catalogue in memory, for answering by keyword while the vectors are still being made.
    ///
    /// # Errors
    /// [`BuildError::Store`]
    pub fn catalogue_in_memory(&self) -> Result<Store, BuildError> {
        Ok(Store::in_memory(&self.sources(), &self.nodes)?)
    }
}

/// Builds and publishes. `model` is the embedder, or why there is none: the generation then answers by keyword alone.
///
/// # Errors
/// Every [`BuildError`]; what was current before still is.
pub fn build(
    folder: &IndexFolder,
    lock: &generation::BuildLock,
    inputs: Vec<Input>,
    api: Option<&str>,
    glossaries: &Glossaries,
    model: Result<&dyn Embedder, String>,
    progress: &dyn Progress,
) -> Result<(Generation, BuildReport), BuildError> {
    let began = Instant::now();
    progress.begin(Phase::Read, inputs.len());
    let prepared = Prepared::read(inputs, api, glossaries)?;
    let read_ms = milliseconds(began);
    let (generation, mut report) = publish(folder, lock, &prepared, model, progress)?;
    report.phases_ms.insert(0, (Phase::Read, read_ms));
    report.total_ms = milliseconds(began);
    Ok((generation, report))
}

/// The part of [`build`] after reading.
///
/// # Errors
/// Every [`BuildError`] but those of reading.
pub fn publish(
    folder: &IndexFolder,
    lock: &generation::BuildLock,
    prepared: &Prepared,
    model: Result<&dyn Embedder, String>,
    progress: &dyn Progress,
) -> Result<(Generation, BuildReport), BuildError> {
    let began = Instant::now();
    let mut phases_ms = Vec::new();
    let staging = folder.stage(lock)?;
    let mut meta = GenerationMeta {
        format: FORMAT,
        text_version: TEXT_VERSION,
        created_at_s: 0,
        manifests: prepared.manifests.iter().map(|manifest| manifest.record.clone()).collect(),
        model: None,
        graph: None,
        nodes: 0,
        glosses: 0,
        counts: Counts::default(),
        files: std::collections::BTreeMap::new(),
    };
    if let Ok(embedder) = &model {
        let mut texts = prepared.texts();
        let nodes = texts.len();
        texts.extend(prepared.glosses.iter().map(String::as_str));
        let since = Instant::now();
        progress.begin(Phase::Embed, texts.len());
        let values = embedder.embed_documents(&texts, &|done| progress.advance(done))?;
        let mut vectors = Vectors { dim: embedder.dim(), values };
        phases_ms.push((Phase::Embed, milliseconds(since)));

        let since = Instant::now();
        write_vectors(staging.path().join(VECTORS), &vectors)?;
        // Glosses are few and compared with all of: they need no graph.
        vectors.split_off(nodes);
        progress.begin(Phase::Graph, nodes);
        let parameters = GraphParameters::default();
        let graph = HnswIndex::build(&vectors, parameters, &|done| progress.advance(done))?;
        graph.save(staging.path())?;
        phases_ms.push((Phase::Graph, milliseconds(since)));
        meta.model = Some(embedder.identity().clone());
        meta.graph = Some(parameters);
        meta.nodes = nodes as u64;
        meta.glosses = prepared.glosses.len() as u64;
    }
    let since = Instant::now();
    progress.begin(Phase::Catalogue, 1);
    let path = staging.path().join(TERMS);
    std::fs::write(&path, prepared.terms().to_bytes()?).map_err(|source| BuildError::Write { path, source })?;
    let catalogue = staging.path().join(CATALOGUE);
    Store::write(&catalogue, &prepared.sources(), &prepared.nodes)?;
    meta.counts = Store::open(&catalogue)?.counts()?;
    phases_ms.push((Phase::Catalogue, milliseconds(since)));

    let since = Instant::now();
    progress.begin(Phase::Publish, 1);
    meta.created_at_s = generation::now_s();
    let generation = folder.publish(lock, staging, meta)?;
    phases_ms.push((Phase::Publish, milliseconds(since)));
    let report = BuildReport {
        generation: generation.folder.clone(),
        counts: generation.meta.counts.clone(),
        nodes: generation.meta.nodes,
        reduced: model.err(),
        skipped_files: prepared.skipped.clone(),
        phases_ms,
        total_ms: milliseconds(began),
    };
    Ok((generation, report))
}

fn write_vectors(path: PathBuf, vectors: &Vectors) -> Result<(), BuildError> {
    let write = || {
        let mut file = BufWriter::new(File::create(&path)?);
        for value in &vectors.values {
            file.write_all(&value.to_le_bytes())?;
        }
        file.flush()
    };
    write().map_err(|source| BuildError::Write { path: path.clone(), source })
}

fn milliseconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 1e6).round() / 1e3
}
