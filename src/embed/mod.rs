//! What vector stands for a text?
//!
//! Vectors are unit length, so that their dot product is the cosine. The same text gives the same vector whatever else is
//! embedded beside it, which is why every text is a run of its own.

mod artefacts;
mod cache;
mod library;
mod onnx;
mod sessions;
mod signed;

use std::sync::{Arc, Mutex, PoisonError};

pub use artefacts::{ArtefactError, Artefacts, Inspection, ModelIdentity, Pins, has_vnni};
pub use cache::CachedEmbedder;
pub use library::LibraryFault;
pub use onnx::OnnxEmbedder;

/// An error of loading or running the sentence model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// Model, tokenizer or library is missing or is not what was pinned.
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    /// The library is there as pinned and cannot be loaded.
    #[error("the ONNX Runtime library {} cannot be loaded: {reason}; {}", path.display(), reason.cure())]
    Library {
        /// Path of the library.
        path: std::path::PathBuf,
        /// The loader's message.
        reason: LibraryFault,
    },
    /// The model is there as pinned and cannot be loaded.
    #[error(
        "the sentence model cannot be loaded: {reason}; install cw-orchestrator again, or in a checkout of its sources run scripts/fetch_model.py"
    )]
    Model {
        /// The message of ONNX Runtime.
        reason: String,
    },
    /// A run of the model failed.
    #[error("the sentence model failed on a text of {characters} characters: {reason}")]
    Run {
        /// Length of the text, in characters.
        characters: usize,
        /// The message of ONNX Runtime.
        reason: String,
    },
}

/// There is no model to compute with. It is kept for all who ask, so it is cheap to copy.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NoModel {
    /// Its files are missing or are not what was pinned.
    #[error(transparent)]
    Files(Arc<ArtefactError>),
    /// They are as pinned, and it cannot be loaded.
    #[error(transparent)]
    Load(Arc<EmbedError>),
}

impl From<ArtefactError> for NoModel {
    fn from(error: ArtefactError) -> Self {
        Self::Files(Arc::new(error))
    }
}

impl From<EmbedError> for NoModel {
    fn from(error: EmbedError) -> Self {
        Self::Load(Arc::new(error))
    }
}

/// Turns texts into unit vectors. Shared between threads; implementations keep as many sessions as they need.
pub trait Embedder: Send + Sync {
    /// The length of every vector.
    fn dim(&self) -> usize;

    /// Which model this is; indexes record it.
    fn identity(&self) -> &ModelIdentity;

    /// Whether a lower-case word is one of the tokenizer's whole words: then it is English, and no typing error.
    fn knows_word(&self, word: &str) -> bool;

    /// The unit vector of one text, `[dim]`. An empty text is a text like any other.
    ///
    /// # Errors
    /// [`EmbedError::Run`]
    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError>;

    /// Embeds many texts on all cores and hands over each unit vector, `[dim]`, with the place of its text as soon as it is
    /// made, in any order. Vectors that were handed over before an error are right.
    ///
    /// # Errors
    /// [`EmbedError::Run`] of the first text that failed.
    fn embed_each(&self, texts: &[&str], each: &(dyn Fn(usize, Vec<f32>) + Sync)) -> Result<(), EmbedError>;

    /// The unit vectors of many texts, `[texts.len() x dim]` row by row, on all cores.
    ///
    /// # Errors
    /// As [`Self::embed_each`].
    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        let dim = self.dim();
        let values = Mutex::new(vec![0.0; texts.len() * dim]);
        self.embed_each(texts, &|at, row| {
            let mut values = values.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(place) = values.get_mut(at * dim..(at + 1) * dim) {
                place.copy_from_slice(&row);
            }
        })?;
        Ok(values.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}
