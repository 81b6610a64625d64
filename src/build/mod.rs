//! How does a manifest become a published generation?
//!
//! Manifest bytes, operations, documents, vectors, graph, catalogue, all in a staging folder, then published. Until the last
//! step nothing that a reader sees has changed. The same input gives the same catalogue, vectors and graph, whatever was reused.
//!
//! # Layout
//! - [`Input`]: where manifests come from and what each API is called; `web_address`: a URL where a file belongs
//! - [`Listed`]: which manifests a catalogue is made of, written down for the next build
//! - `call`: the ready call of an operation
//! - `read`: manifests to documents, one after another; `catalogue`: the thread that writes them down
//! - `vectors`: texts to vectors and graph, both as files
//! - `reuse`: what of the former generation holds for the new one
//! - `report`: phases and counts

mod call;
mod catalogue;
mod input;
mod listed;
mod read;
mod report;
mod reuse;
mod vectors;
mod web_address;

use std::path::PathBuf;
use std::sync::Arc;

use crate::document::TEXT_VERSION;
use crate::document::glossary::{Glossaries, GlossaryError};
use crate::embed::{EmbedError, Embedder, ModelIdentity, NoModel};
use crate::generation::{
    self, CATALOGUE, FORMAT, Generation, GenerationError, GenerationMeta, IndexFolder, SkippedFile, TERMS,
};
use crate::index::{GraphError, TermError};
use crate::openapi::ManifestError;
use crate::store::StoreError;
use catalogue::Writer;
use report::Phases;

pub use call::EXAMPLE_DEPTH;
pub use input::{BUILT_IN, EMBEDDED, FROM_STDIN, Input, InputError, STDIN};
pub use listed::{LISTED, Listed, ListedError, Manifest, check_name};
pub use read::Early;
pub use report::{BuildReport, Phase, PhaseTime, Progress, Silent};
pub use reuse::Reuse;

/// An error of a build.
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
        /// The reason.
        #[source]
        source: Box<ManifestError>,
    },
    /// No manifest of a folder could be used.
    #[error("none of the {} files can be used as a manifest; the first, {}: {}", skipped.len(), skipped[0].source, skipped[0].reason)]
    NothingUsable {
        /// The files, each with the reason.
        skipped: Vec<SkippedFile>,
    },
    /// Several manifests cannot share one chosen name.
    #[error(
        "`{api}` is to name one API, and {first} and {second} are two; name each file with a name of its own \
         (`index add NAME FILE`), or leave the name out to have each named by its title"
    )]
    OneNameForMany {
        /// The name that was chosen.
        api: String,
        /// The first manifest.
        first: String,
        /// Another manifest.
        second: String,
    },
    /// The list of the catalogue's manifests cannot be used, or not be changed as was asked.
    #[error(transparent)]
    Listed(#[from] ListedError),
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
    /// The thread that writes the catalogue ended by a fault of this program.
    #[error(
        "the catalogue could not be written to its end; build the index again, and report this if it happens again"
    )]
    CatalogueEnded,
    /// Publishing failed.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// The vectors cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
}

/// The model as a build needs it: known at once, loaded only where something must be embedded.
pub struct Model<'a> {
    /// The model's identity.
    pub identity: &'a ModelIdentity,
    /// Loads the model.
    pub load: &'a (dyn Fn() -> Result<Arc<dyn Embedder>, NoModel> + Sync),
}

/// An order for a build.
pub struct Order<'a> {
    /// The manifests, in order.
    pub inputs: Vec<Input>,
    /// The glossaries that hold for the APIs.
    pub glossaries: &'a Glossaries,
    /// The model, or the reason why there is none: the generation then answers by keyword alone.
    pub model: Result<Model<'a>, NoModel>,
    /// Whether the former generation is looked at.
    pub reuse: Reuse,
    /// Receives a catalogue in memory once everything is read, to answer by keyword while the vectors are made.
    pub early: Option<&'a dyn Fn(Early)>,
}

/// Builds a generation and publishes it.
///
/// # Errors
/// Every [`BuildError`]; what was current before still is.
pub fn build(
    folder: &IndexFolder,
    lock: &generation::BuildLock,
    order: Order<'_>,
    progress: &dyn Progress,
) -> Result<(Generation, BuildReport), BuildError> {
    let mut phases = Phases::new(progress);
    let Order { inputs, glossaries, model, reuse, early } = order;
    let recipe = reuse::recipe(&inputs, glossaries);
    if let (Reuse::Unchanged, Some(recipe), Ok(model)) = (reuse, &recipe, &model)
        && let Some(generation) =
            phases.run(Phase::Reuse, 1, |_| Ok::<_, BuildError>(reuse::unchanged(folder, recipe, model.identity)))?
    {
        let (phases, total_ms) = phases.finish();
        let report = BuildReport::unchanged(&generation, phases, total_ms);
        return Ok((generation, report));
    }
    let staging = folder.stage(lock)?;
    let into = staging.path();
    let (texts, vectors, counts) = std::thread::scope(|scope| {
        let mut catalogue = Writer::start(scope, into)?;
        let steps = inputs.len();
        let read = phases.run(Phase::Read, steps, |done| {
            read::all(inputs, glossaries, early, &mut |composed| catalogue.add(composed), done)
        });
        let read = catalogue.or_its_own_error(read)?;
        catalogue.end(read.glosses.clone());
        let vectors = vectors::make(folder, into, &read, model, reuse, &mut phases);
        let counts = phases.run(Phase::Catalogue, 1, |_| catalogue.wait());
        Ok::<_, BuildError>((read, vectors?, counts?))
    })?;
    let meta = GenerationMeta {
        format: FORMAT,
        text_version: TEXT_VERSION,
        created_at_s: crate::clock::now_s(),
        recipe,
        manifests: texts.records,
        skipped_files: texts.skipped.clone(),
        model: vectors.model,
        graph: vectors.graph,
        nodes: vectors.nodes as u64,
        glosses: vectors.glosses as u64,
        counts,
        files: std::collections::BTreeMap::new(),
    };
    let generation = phases.run(Phase::Publish, 1, |_| folder.publish(lock, staging, meta))?;
    let (phases, total_ms) = phases.finish();
    let report = BuildReport {
        generation: generation.folder.clone(),
        unchanged: false,
        counts: generation.meta.counts.clone(),
        nodes: generation.meta.nodes,
        reused: vectors.reused,
        embedded: vectors.embedded,
        graph_reused: vectors.graph_reused,
        not_reused: vectors.not_reused,
        reduced: vectors.reduced,
        added: Vec::new(),
        removed: Vec::new(),
        replaced: Vec::new(),
        notes: Vec::new(),
        skipped_files: texts.skipped,
        phases,
        total_ms,
    };
    Ok((generation, report))
}
