//! What does a build say while it goes on, and what did it do?

use std::path::PathBuf;
use std::time::Instant;

use crate::generation::{BuiltFrom, Generation, SkippedFile};
use crate::store::Counts;

/// Receives the progress of a build, from several threads.
pub trait Progress: Sync {
    /// A phase of `total` steps begins.
    fn begin(&self, phase: Phase, total: usize);
    /// `done` steps of the current phase are done.
    fn advance(&self, done: usize);
}

/// Ignores all progress.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _phase: Phase, _total: usize) {}
    fn advance(&self, _done: usize) {}
}

/// The phases that take time, in order. The catalogue is written beside the phases from reading on; its phase is the wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Reading manifests and composing documents.
    Read,
    /// Checking and reading the vectors of the former generation.
    Reuse,
    /// Embedding distinct texts and glosses.
    Embed,
    /// Inserting vectors into the graph, or taking the former one over.
    Graph,
    /// Waiting for the rest of the catalogue.
    Catalogue,
    /// Hashing, syncing and publishing.
    Publish,
}

impl Phase {
    /// Its name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Reuse => "reuse",
            Self::Embed => "embed",
            Self::Graph => "graph",
            Self::Catalogue => "catalogue",
            Self::Publish => "publish",
        }
    }
}

/// The duration of a phase.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct PhaseTime {
    /// The phase.
    pub phase: Phase,
    /// The duration in milliseconds.
    pub ms: f64,
}

/// The result of a build.
#[derive(Clone, Debug, serde::Serialize)]
pub struct BuildReport {
    /// The generation's folder.
    pub generation: PathBuf,
    /// Whether everything is as it was, and so the former generation stays the current one.
    pub unchanged: bool,
    /// Counts over the whole catalogue.
    pub counts: Counts,
    /// Distinct texts; 0 where there was no model.
    pub nodes: u64,
    /// Texts and glosses whose vectors were taken from the former generation.
    pub reused: usize,
    /// Texts and glosses that were embedded.
    pub embedded: usize,
    /// Whether the former generation's graph was taken over as it was.
    pub graph_reused: bool,
    /// The reason why the former generation, or a part of it, could not be reused; `None` where it could or there was none.
    pub not_reused: Option<String>,
    /// The reason why there are no vectors; `None` where there are.
    pub reduced: Option<String>,
    /// Names of the APIs that the catalogue did not have before.
    pub added: Vec<String>,
    /// The APIs that it has no more.
    pub removed: Vec<BuiltFrom>,
    /// The APIs whose name now stands for another manifest, each with the former one.
    pub replaced: Vec<BuiltFrom>,
    /// What is worth knowing of single APIs, such as a line of the configuration that one may need.
    pub notes: Vec<String>,
    /// Files that were left out, each with the reason.
    pub skipped_files: Vec<SkippedFile>,
    /// The phases, in order of their beginning.
    pub phases: Vec<PhaseTime>,
    /// The duration of the build in milliseconds.
    pub total_ms: f64,
}

impl BuildReport {
    /// The report of a build that found everything as it was.
    pub(super) fn unchanged(generation: &Generation, phases: Vec<PhaseTime>, total_ms: f64) -> Self {
        let meta = &generation.meta;
        Self {
            generation: generation.folder.clone(),
            unchanged: true,
            counts: meta.counts.clone(),
            nodes: meta.nodes,
            reused: usize::try_from(meta.nodes + meta.glosses).unwrap_or(usize::MAX),
            embedded: 0,
            graph_reused: meta.graph.is_some(),
            not_reused: None,
            reduced: None,
            added: Vec::new(),
            removed: Vec::new(),
            replaced: Vec::new(),
            notes: Vec::new(),
            skipped_files: meta.skipped_files.clone(),
            phases,
            total_ms,
        }
    }
}

/// Measures each phase and reports its progress.
pub(super) struct Phases<'a> {
    progress: &'a dyn Progress,
    began: Instant,
    times: Vec<PhaseTime>,
}

impl<'a> Phases<'a> {
    pub(super) fn new(progress: &'a dyn Progress) -> Self {
        Self { progress, began: Instant::now(), times: Vec::new() }
    }

    /// Runs a phase of `steps` steps.
    pub(super) fn run<T>(&mut self, phase: Phase, steps: usize, work: impl FnOnce(&(dyn Fn(usize) + Sync)) -> T) -> T {
        let since = Instant::now();
        self.progress.begin(phase, steps);
        let progress = self.progress;
        let result = work(&|done| progress.advance(done));
        let ms = milliseconds(since);
        // The former generation is looked at twice: as a whole, and for its vectors.
        match self.times.iter_mut().find(|time| time.phase == phase) {
            Some(time) => time.ms += ms,
            None => self.times.push(PhaseTime { phase, ms }),
        }
        result
    }

    /// The phases and the whole in milliseconds.
    pub(super) fn finish(self) -> (Vec<PhaseTime>, f64) {
        let total_ms = milliseconds(self.began);
        (self.times, total_ms)
    }
}

/// The time since then in milliseconds, rounded to the microsecond.
fn milliseconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 1e6).round() / 1e3
}
