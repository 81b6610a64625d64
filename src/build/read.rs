//! How do manifests become documents, one after another?
//!
//! Each manifest is read and composed on a thread of its own, taken up in order, handed on to be written and forgotten: what stays
//! are the distinct texts and the records. So a folder may hold more than memory does.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::input::api_name;
use super::{BuildError, Input, call};
use crate::document::glossary::Glossaries;
use crate::document::{self, Document};
use crate::generation::{ManifestRecord, SkippedFile};
use crate::index::{GlossId, NodeId, Profiled, TermBuilder, TermIndex};
use crate::openapi::{self, Manifest, Operation};
use crate::parallel;
use crate::store::{CatalogueWriter, Source, Store};

/// A manifest, its documents and the numbers they have in the catalogue.
#[derive(Debug)]
pub(super) struct Composed {
    pub api: String,
    pub is_embedded: bool,
    pub manifest: Manifest,
    pub documents: Vec<Document>,
    pub calls: Vec<Value>,
    pub nodes: Vec<NodeId>,
    pub glosses: Vec<Option<GlossId>>,
}

impl Composed {
    pub(super) fn source(&self) -> Source<'_> {
        Source {
            api: &self.api,
            is_embedded: self.is_embedded,
            manifest: &self.manifest,
            documents: &self.documents,
            calls: &self.calls,
            nodes: &self.nodes,
        }
    }

    pub(super) fn profiled(&self) -> Vec<Profiled<'_>> {
        let all = self.documents.iter().zip(&self.glosses);
        all.map(|(document, gloss)| Profiled { profile: &document.profile, gloss: *gloss }).collect()
    }
}

/// The records and distinct texts of all manifests, which stay when the manifests are forgotten.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub records: Vec<ManifestRecord>,
    pub skipped: Vec<SkippedFile>,
    /// The distinct texts, by [`NodeId`].
    pub texts: Vec<String>,
    /// The distinct glosses, by [`GlossId`].
    pub glosses: Vec<String>,
}

/// Reads all inputs and hands each manifest on, in the inputs' order. A file that was found in a folder and cannot be used is skipped
/// and counted, unless a manifest refers to it, of which it then is a part; one that was named is refused.
///
/// # Errors
/// [`BuildError::OneNameForMany`], [`BuildError::Manifest`], [`BuildError::NothingUsable`], [`BuildError::Store`] of the catalogue in
/// memory, and those of `hand_on`.
pub(super) fn all(
    inputs: Vec<Input>,
    glossaries: &Glossaries,
    early: Option<&dyn Fn(Early)>,
    hand_on: &mut dyn FnMut(Composed) -> Result<(), BuildError>,
    done: &(dyn Fn(usize) + Sync),
) -> Result<Texts, BuildError> {
    let mut in_memory = early.map(|_| InMemory::new()).transpose()?;
    let mut texts = Texts::default();
    // A name that was chosen is nobody else's, wherever its manifest stands among the others.
    let mut numbers =
        Numbers { apis: inputs.iter().filter_map(Input::api).map(str::to_owned).collect(), ..Numbers::default() };
    let mut count = 0;
    let mut parts = HashSet::new();
    parallel::in_turn(
        inputs,
        |input| one(input, glossaries),
        |read| {
            count += 1;
            done(count);
            match read? {
                Read::Skipped(file) => texts.skipped.push(file),
                Read::Manifest(mut read) => {
                    parts.extend(std::mem::take(&mut read.parts));
                    let record = &mut read.record;
                    if record.is_named {
                        if let Some(other) = texts.records.iter().find(|other| other.api == record.api) {
                            let (api, first, second) =
                                (record.api.clone(), other.source.clone(), record.source.clone());
                            return Err(BuildError::OneNameForMany { api, first, second });
                        }
                    } else {
                        record.api = api_name(&record.title, &record.source, |name| numbers.apis.contains(name));
                        numbers.apis.insert(record.api.clone());
                    }
                    let composed = numbers.give(*read, &mut texts);
                    if let Some(in_memory) = &mut in_memory {
                        in_memory.add(&composed)?;
                    }
                    hand_on(composed)?;
                }
            }
            Ok::<(), BuildError>(())
        },
    )?;
    texts.skipped.retain(|file| !Path::new(&file.source).canonicalize().is_ok_and(|path| parts.contains(&path)));
    if texts.records.is_empty() && !texts.skipped.is_empty() {
        return Err(BuildError::NothingUsable { skipped: texts.skipped });
    }
    if let (Some(early), Some(in_memory)) = (early, in_memory) {
        early(in_memory.finish(&texts)?);
    }
    Ok(texts)
}

/// A catalogue with its words, in memory: what answers by keyword need.
pub struct Early {
    /// The catalogue.
    pub catalogue: Store,
    /// The words of its operations.
    pub terms: TermIndex,
    /// The titles and names of its APIs.
    pub titles: Vec<String>,
}

/// An [`Early`] being written.
struct InMemory {
    catalogue: CatalogueWriter,
    terms: TermBuilder,
}

impl InMemory {
    fn new() -> Result<Self, BuildError> {
        Ok(Self { catalogue: CatalogueWriter::in_memory()?, terms: TermBuilder::default() })
    }

    fn add(&mut self, composed: &Composed) -> Result<(), BuildError> {
        self.catalogue.add(&composed.source())?;
        self.terms.add_api(&composed.profiled());
        Ok(())
    }

    fn finish(self, texts: &Texts) -> Result<Early, BuildError> {
        let titles = texts.records.iter().flat_map(|record| [record.title.clone(), record.api.clone()]).collect();
        Ok(Early { catalogue: self.catalogue.finish()?, terms: self.terms.finish(&texts.glosses), titles })
    }
}

enum Read {
    Manifest(Box<ReadManifest>),
    Skipped(SkippedFile),
}

struct ReadManifest {
    /// The record without the API's name where nobody chose it: that depends on the manifests before.
    record: ManifestRecord,
    is_embedded: bool,
    manifest: Manifest,
    /// The files that it refers to.
    parts: Vec<PathBuf>,
    documents: Vec<Document>,
    calls: Vec<Value>,
}

/// Least number of operations whose ready calls are worth a thread.
const CALLS_A_THREAD: usize = 500;

fn one(input: Input, glossaries: &Glossaries) -> Result<Read, BuildError> {
    let (source, is_optional, is_embedded) = (input.origin.clone(), input.is_optional(), input.is_embedded());
    let (api, content) = (input.api().map(str::to_owned), input.digest().map(|digest| digest.to_hex().to_string()));
    let skipped = |source, reason| Ok(Read::Skipped(SkippedFile { source, reason }));
    let began = std::time::Instant::now();
    let (beside, parts) = (input.beside(), input.parts());
    let bytes = match input.bytes() {
        Ok(bytes) => bytes,
        Err(error) => return skipped(source, error.to_string()),
    };
    let manifest = match openapi::read_with(&bytes, &beside) {
        Ok(manifest) => manifest,
        Err(error) if is_optional => return skipped(source, error.to_string()),
        Err(error) => return Err(BuildError::Manifest { origin: source, source: Box::new(error) }),
    };
    let record = ManifestRecord {
        is_named: api.is_some(),
        api: api.unwrap_or_default(),
        title: manifest.title.clone(),
        version: manifest.version.clone(),
        source,
        blake3: blake3::hash(&bytes).to_hex().to_string(),
        content,
    };
    let parsed = began.elapsed();
    let documents = document::compose(&manifest, &glossaries.of_api(&manifest.title));
    let composed = began.elapsed();
    let ready = |(): &mut (), operation: &Operation| call::ready(operation, &manifest);
    let calls = parallel::map(&manifest.operations, CALLS_A_THREAD, || (), ready);
    let total = began.elapsed();
    tracing::debug!(source = record.source, ?parsed, ?composed, ?total, "read a manifest");
    Ok(Read::Manifest(Box::new(ReadManifest { record, is_embedded, manifest, parts, documents, calls })))
}

/// The number of each distinct text and gloss, and the names that are taken.
#[derive(Default)]
struct Numbers {
    apis: HashSet<String>,
    nodes: HashMap<String, NodeId>,
    glosses: HashMap<String, GlossId>,
}

impl Numbers {
    fn give(&mut self, read: ReadManifest, texts: &mut Texts) -> Composed {
        let ReadManifest { record, is_embedded, manifest, documents, calls, .. } = read;
        let number = |known: &mut HashMap<String, u32>, all: &mut Vec<String>, text: &String| match known.get(text) {
            Some(number) => *number,
            None => {
                let number = all.len() as u32;
                known.insert(text.clone(), number);
                all.push(text.clone());
                number
            }
        };
        let nodes =
            documents.iter().map(|document| number(&mut self.nodes, &mut texts.texts, &document.text)).collect();
        let glosses = documents
            .iter()
            .map(|document| {
                let gloss = document.gloss.as_ref()?;
                Some(number(&mut self.glosses, &mut texts.glosses, gloss))
            })
            .collect();
        let api = record.api.clone();
        texts.records.push(record);
        Composed { api, is_embedded, manifest, documents, calls, nodes, glosses }
    }
}
