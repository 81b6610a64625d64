//! What was a generation built from, and what does it hold? The content of `meta.json`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::GenerationError;
use crate::embed::ModelIdentity;
use crate::index::GraphParameters;
use crate::store::Counts;

/// The record of a generation: what it was built from, and what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GenerationMeta {
    /// [`FORMAT`](super::FORMAT) of the program that wrote it.
    pub format: u32,
    /// [`TEXT_VERSION`](crate::document::TEXT_VERSION) of the program that wrote it.
    pub text_version: u32,
    /// Seconds since 1970 when the build finished.
    pub created_at_s: u64,
    /// BLAKE3 of everything that decides the result of a build, hexadecimal; `None` where some of it could not be read.
    #[serde(default)]
    pub recipe: Option<String>,
    /// The manifests, in the order of their operations.
    pub manifests: Vec<ManifestRecord>,
    /// Files below a named folder that were left out, in order of path.
    pub skipped_files: Vec<SkippedFile>,
    /// The model; `None` where the build had none.
    pub model: Option<ModelIdentity>,
    /// The graph's parameters; `None` where there is no graph.
    pub graph: Option<GraphParameters>,
    /// Number of distinct texts: the first rows of the vectors, and the nodes of the graph.
    pub nodes: u64,
    /// Number of distinct glosses: the rows of the vectors after those.
    pub glosses: u64,
    /// Sums over the catalogue.
    pub counts: Counts,
    /// Length and hash of every other file of the folder, by name.
    pub files: BTreeMap<String, FileRecord>,
}

/// One manifest of a build.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManifestRecord {
    /// Name of the API.
    pub api: String,
    /// `info.title`
    pub title: String,
    /// `info.version`
    pub version: String,
    /// Absolute path of the file it came from, `embedded` or `stdin`.
    pub source: String,
    /// BLAKE3 of its bytes, hexadecimal.
    pub blake3: String,
    /// BLAKE3 of its bytes with the files that it refers to, hexadecimal; older records have none.
    #[serde(default)]
    pub content: Option<String>,
    /// Whether the user chose the API's name; else it is made of the title.
    #[serde(default)]
    pub is_named: bool,
}

/// An API of a published catalogue and where its manifest came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuiltFrom {
    /// Name of the API.
    pub api: String,
    /// [`ManifestRecord::source`]
    #[serde(rename = "manifest", alias = "source")]
    pub source: String,
    /// [`ManifestRecord::is_named`]
    #[serde(default, skip_serializing)]
    pub is_named: bool,
}

impl From<&ManifestRecord> for BuiltFrom {
    fn from(record: &ManifestRecord) -> Self {
        Self { api: record.api.clone(), source: record.source.clone(), is_named: record.is_named }
    }
}

/// Length and hash of a published file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Length in bytes.
    pub bytes: u64,
    /// BLAKE3 of its content, hexadecimal.
    pub blake3: String,
}

/// A file of a folder that was left out of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedFile {
    /// The file's path, as it was named.
    pub source: String,
    /// The reason, as it is shown.
    pub reason: String,
}

impl FileRecord {
    /// The record of the file at a path, which is read whole.
    ///
    /// # Errors
    /// [`GenerationError::File`]
    pub(super) fn of(path: &Path) -> Result<Self, GenerationError> {
        let read = || -> io::Result<Self> {
            let mut file = File::open(path)?;
            let mut hasher = blake3::Hasher::new();
            let mut buffer = vec![0; 1 << 18];
            let mut bytes = 0;
            loop {
                let count = file.read(&mut buffer)?;
                if count == 0 {
                    break;
                }
                bytes += count as u64;
                hasher.update(&buffer[..count]);
            }
            Ok(Self { bytes, blake3: hasher.finalize().to_hex().to_string() })
        };
        read().map_err(GenerationError::file("read", path))
    }
}
