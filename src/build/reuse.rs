//! What of the former generation holds for the new one?
//!
//! A vector depends on its text and the model alone, and a graph on its vectors, their order and its parameters. So whatever is taken
//! from the former generation is what would be made anew, byte for byte: files are compared with their hashes first, and where
//! anything differs everything is made anew and the report says why.

use std::collections::HashMap;
use std::path::Path;

use super::input::Input;
use crate::document::TEXT_VERSION;
use crate::document::glossary::Glossaries;
use crate::embed::ModelIdentity;
use crate::generation::{FORMAT, GRAPH, Generation, GenerationError, IndexFolder, TEXTS, VECTORS};
use crate::index::GraphParameters;

/// Whether a build may take vectors and graph from the former generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reuse {
    /// Where text, text version, model and format are the same.
    #[default]
    Unchanged,
    /// Everything is made anew.
    Nothing,
}

/// BLAKE3 of a text.
pub(super) type TextKey = [u8; 32];

/// The key of a text.
pub(super) fn key(text: &str) -> TextKey {
    *blake3::hash(text.as_bytes()).as_bytes()
}

/// The vectors of the former generation by their texts.
#[derive(Debug)]
pub(super) struct Former {
    generation: Generation,
    /// Keys of the graph's nodes, in order.
    nodes: Vec<TextKey>,
    rows: HashMap<TextKey, usize>,
    dim: usize,
    /// `[rows x dim]`, little-endian, as on disk.
    bytes: Vec<u8>,
}

/// BLAKE3 of everything that decides what a build gives: this program, the manifests, the APIs' names, the glossaries. `None`
/// where a manifest cannot be read.
pub(super) fn recipe(inputs: &[Input], glossaries: &Glossaries) -> Option<String> {
    let mut hash = blake3::Hasher::new();
    hash.update(env!("CARGO_PKG_VERSION").as_bytes());
    hash.update(&FORMAT.to_le_bytes());
    hash.update(&TEXT_VERSION.to_le_bytes());
    for parameters in [GraphParameters::default(), GraphParameters::for_nodes(usize::MAX)] {
        hash.update(format!("{parameters:?}").as_bytes());
    }
    hash.update(glossaries.digest());
    for input in inputs {
        for text in [input.origin.as_str(), input.api().unwrap_or_default()] {
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        hash.update(&[u8::from(input.is_embedded())]);
        hash.update(input.digest()?.as_bytes());
    }
    Some(hash.finalize().to_hex().to_string())
}

/// The current generation, where a build by this recipe and with this model would give the same, and none of its files changed.
pub(super) fn unchanged(folder: &IndexFolder, recipe: &str, model: &ModelIdentity) -> Option<Generation> {
    let generation = folder.open().ok()?;
    let is_same = generation.meta.recipe.as_deref() == Some(recipe) && generation.check_model(model).is_ok();
    let is_sound = || generation.meta.files.keys().all(|name| generation.verified(name).is_ok());
    (is_same && is_sound()).then_some(generation)
}

impl Former {
    /// The current generation; `None` where nothing is published yet.
    ///
    /// # Errors
    /// [`GenerationError`] where it cannot be used.
    pub(super) fn open(folder: &IndexFolder, model: &ModelIdentity) -> Result<Option<Self>, GenerationError> {
        match Self::read(folder, model) {
            Ok(former) => Ok(Some(former)),
            Err(GenerationError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(folder: &IndexFolder, model: &ModelIdentity) -> Result<Self, GenerationError> {
        let generation = folder.open()?;
        generation.check_model(model)?;
        let (keys, bytes) = (generation.read(TEXTS)?, generation.read(VECTORS)?);
        let mut nodes = keys.as_chunks::<32>().0.to_vec();
        let rows: HashMap<TextKey, usize> = nodes.iter().enumerate().map(|(row, key)| (*key, row)).collect();
        let count = usize::try_from(generation.meta.nodes).unwrap_or(usize::MAX);
        if Some(bytes.len()) != nodes.len().checked_mul(model.dim * size_of::<f32>()) || count > nodes.len() {
            let reason = "texts and vectors are not of one build".to_owned();
            return Err(GenerationError::Damaged { path: generation.folder.join(TEXTS), reason });
        }
        nodes.truncate(count);
        Ok(Self { generation, nodes, rows, dim: model.dim, bytes })
    }

    /// The vector of a text; `None` where it is not known.
    pub(super) fn row(&self, key: &TextKey) -> Option<impl Iterator<Item = f32>> {
        let row = *self.rows.get(key)?;
        let width = self.dim * size_of::<f32>();
        let bytes = self.bytes.get(row * width..(row + 1) * width)?;
        Some(bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)))
    }

    /// Whether a graph over these nodes with these parameters is the former one.
    pub(super) fn has_graph(&self, nodes: &[TextKey], parameters: GraphParameters) -> bool {
        self.generation.meta.graph == Some(parameters) && self.nodes == nodes
    }

    /// Takes the graph's file over into another folder.
    ///
    /// # Errors
    /// [`GenerationError::Damaged`] where it is not what was written, [`GenerationError::File`].
    pub(super) fn take_graph(&self, into: &Path) -> Result<(), GenerationError> {
        let from = self.generation.verified(GRAPH)?;
        // Published files are never changed, so two folders may share one; not every file system can.
        std::fs::hard_link(&from, into.join(GRAPH))
            .or_else(|_| std::fs::copy(&from, into.join(GRAPH)).map(drop))
            .map_err(|cause| GenerationError::File { doing: "copy", path: from, cause })
    }
}
