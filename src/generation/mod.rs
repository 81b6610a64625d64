//! Which published build of the index is current, and is it what it says?
//!
//! A generation is a folder of files written once. It is filled in a staging folder on the same disk, synced, renamed to its
//! final name, and only then named by the one small file `CURRENT`, which is replaced atomically. So a reader finds the old
//! generation or the new one, never half of either. Invariant: what `CURRENT` names was complete and on disk before.

mod error;
mod folder;
mod record;

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::embed::ModelIdentity;

pub use error::GenerationError;
pub use folder::{BuildLock, IndexFolder, Staging};
pub use record::{BuiltFrom, FileRecord, GenerationMeta, ManifestRecord, SkippedFile};

/// The edition of the files' layout. A change of any file's format raises it.
pub const FORMAT: u32 = 7;

/// The record of a generation, relative to its folder.
pub const META: &str = "meta.json";
/// File name of the SQLite catalogue.
pub const CATALOGUE: &str = "catalogue.sqlite";
/// The vectors, little-endian f32, row by row: those of the distinct texts, then those of the distinct glosses.
pub const VECTORS: &str = "vectors.f32";
/// The BLAKE3 of the text of each row of [`VECTORS`], 32 bytes each: by it a later build knows which vectors it has already.
pub const TEXTS: &str = "texts.b3";
/// The links of the graph over the vectors of the distinct texts.
pub const GRAPH: &str = "graph.hnsw";
/// The words of all documents, for ranking.
pub const TERMS: &str = "terms.bin";

/// A published generation whose record was read and matches this program.
#[derive(Clone, Debug)]
pub struct Generation {
    /// Path of its folder.
    pub folder: PathBuf,
    /// What its `meta.json` says.
    pub meta: GenerationMeta,
}

impl Generation {
    /// The path of a file after its content was compared with its record.
    ///
    /// # Errors
    /// [`GenerationError::Damaged`] where it is missing, of another length or of other content.
    pub fn verified(&self, name: &str) -> Result<PathBuf, GenerationError> {
        self.compared(name, |path| Ok((FileRecord::of(path)?, ()))).map(|(path, ())| path)
    }

    /// The content of a file, compared with its record.
    ///
    /// # Errors
    /// As [`Self::verified`]; [`GenerationError::File`].
    pub fn read(&self, name: &str) -> Result<Vec<u8>, GenerationError> {
        let read = |path: &Path| {
            let bytes = fs::read(path).map_err(GenerationError::file("read", path))?;
            let blake3 = blake3::hash(&bytes).to_hex().to_string();
            Ok((FileRecord { bytes: bytes.len() as u64, blake3 }, bytes))
        };
        self.compared(name, read).map(|(_, bytes)| bytes)
    }

    /// The path of a file and the result of reading it, once the bytes read have the recorded length and hash.
    fn compared<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Path) -> Result<(FileRecord, T), GenerationError>,
    ) -> Result<(PathBuf, T), GenerationError> {
        let path = self.folder.join(name);
        let Some(wanted) = self.meta.files.get(name) else {
            let reason = format!("{META} does not list it");
            return Err(GenerationError::Damaged { path, reason });
        };
        let (found, content) = match read(&path) {
            Ok(found) => found,
            Err(GenerationError::File { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
                return Err(GenerationError::Damaged { path, reason: "it is missing".to_owned() });
            }
            Err(error) => return Err(error),
        };
        if found.bytes != wanted.bytes {
            let reason = format!("it has {} bytes, {} were written", found.bytes, wanted.bytes);
            return Err(GenerationError::Damaged { path, reason });
        }
        if found.blake3 != wanted.blake3 {
            let reason = "its content is not what was written (BLAKE3 differs)".to_owned();
            return Err(GenerationError::Damaged { path, reason });
        }
        Ok((path, content))
    }

    /// Refuses vectors of another model than the one that will embed the queries.
    ///
    /// # Errors
    /// [`GenerationError::Mismatch`]
    pub fn check_model(&self, model: &ModelIdentity) -> Result<(), GenerationError> {
        match &self.meta.model {
            Some(found) if found == model => Ok(()),
            Some(found) => Err(GenerationError::Mismatch {
                what: "the model",
                found: found.to_string(),
                expected: model.to_string(),
            }),
            None => Err(GenerationError::Mismatch {
                what: "the model",
                found: "none, since it was built without one".to_owned(),
                expected: model.to_string(),
            }),
        }
    }
}
