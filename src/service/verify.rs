//! What is published, and is it sound?

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::Service;
use crate::clock::now_s;
use crate::embed::Artefacts;
use crate::error::Error;
use crate::error::chain;
use crate::generation::Generation;
use crate::index::{GraphParameters, exact_nearest};
use crate::search::{Query, Searcher};
use crate::store::Counts;

/// The published generation in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Folder of the generation.
    pub generation: PathBuf,
    /// Seconds since it was built.
    pub age_s: u64,
    /// Its record, `meta.json`.
    pub meta: crate::generation::GenerationMeta,
    /// Bytes on disk, with the record.
    pub bytes: u64,
    /// Number of the manifests' warnings by code.
    pub warnings_by_code: Vec<(String, u64)>,
    /// Warnings of the manifests, each with its API.
    pub warnings: Vec<Value>,
}

/// Result of checking the index.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// Whether every check passed.
    pub sound: bool,
    /// The checks in order.
    pub checks: Vec<Check>,
}

/// A check with its result.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Subject of the check.
    pub check: String,
    /// Whether it passed.
    pub ok: bool,
    /// The finding in words; where the check failed, also what to do.
    pub finding: String,
}

/// Number of queries of [`Service::verify`]: rows of the index itself, evenly spread.
const VERIFY_SAMPLES: usize = 50;

impl Service {
    /// Describes the published generation by its record and catalogue. Does not check its files.
    ///
    /// # Errors
    /// [`Error::Generation`] where nothing is published or it does not match.
    pub fn status(&self) -> Result<Status, Error> {
        let generation = self.index().open()?;
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

    /// Checks the published generation: record, hashes, catalogue, vectors, graph against the full scan, and a query.
    pub fn verify(&self) -> Verification {
        let mut checks = Vec::new();
        // Both sides of an outcome are the finding as it is shown.
        let mut note = |check: &str, outcome: Result<String, String>| {
            let ok = outcome.is_ok();
            let finding = outcome.unwrap_or_else(|finding| finding);
            checks.push(Check { check: check.to_owned(), ok, finding });
            ok
        };
        match self.index().open() {
            Err(error) => {
                note("record", Err(chain(&error)));
            }
            Ok(generation) => {
                let name = generation.folder.file_name().unwrap_or_default().to_string_lossy();
                note("record", Ok(format!("generation {name} matches this program")));
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
                    found += graph.nearest(vectors, row, 50).iter().filter(|(_, score)| *score >= least).count();
                }
                let recall = if wanted == 0 { 1.0 } else { found as f64 / wanted as f64 };
                let least_recall = GraphParameters::least_recall(vectors.len());
                let finding = format!("recall@50 against the full scan is {recall:.4}");
                note(
                    "graph",
                    if recall >= least_recall {
                        Ok(finding)
                    } else {
                        Err(format!(
                            "{finding}, {least_recall} is needed; build the index again with `cw-orchestrator index build`"
                        ))
                    },
                );
                let query = Query { text: "list".to_owned(), limit: 1, ..Query::default() };
                let answered = self
                    .embedder()
                    .map_err(|error| error.to_string())
                    .and_then(|model| searcher.search(&query, Some(&*model)).map_err(|error| chain(&error)));
                note("query", answered.map(|answer| format!("answered in {} ms", answer.took_ms)));
            }
            None => {
                let reason = searcher.reduced().map(ToString::to_string).unwrap_or_default();
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
