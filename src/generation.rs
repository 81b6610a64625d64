//! Which published build of the index is current, and is it what it says?
//!
//! A generation is a folder of files written once. It is filled in a staging folder on the same disk, synced, renamed to its
//! final name, and only then named by the one small file `CURRENT`, which is replaced atomically. So a reader finds the old
//! generation or the new one, never half of either. Invariant: what `CURRENT` names was complete and on disk before.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::document::TEXT_VERSION;
use crate::embed::ModelIdentity;
use crate::index::GraphParameters;
use crate::private;
use crate::store::Counts;

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

/// Prefix of the names of folders and files that are not finished.
const STAGING: &str = ".staging-";

/// Hexadecimal digits of the record's BLAKE3 in a generation's name: enough to tell a flipped bit.
const NAME_DIGITS: usize = 8;

/// The record of a generation: what it was built from, and what it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GenerationMeta {
    /// [`FORMAT`] of the program that wrote it.
    pub format: u32,
    /// [`TEXT_VERSION`] of the program that wrote it.
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
    /// The file it came from, `embedded` or `stdin`.
    pub source: String,
    /// BLAKE3 of its bytes, hexadecimal.
    pub blake3: String,
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

/// An error of publishing or opening a generation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerationError {
    /// Nothing was published yet.
    #[error("there is no index at {}; build one with `cw-orchestrator index build`", home.display())]
    Missing {
        /// The index folder.
        home: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// A verb: what was being done.
        doing: &'static str,
        /// Path of the file or folder.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: io::Error,
    },
    /// A file is not what its record says.
    #[error("the index file {} is damaged: {reason}; build the index again with `cw-orchestrator index build`", path.display())]
    Damaged {
        /// Path of the file.
        path: PathBuf,
        /// The fault, as it is shown.
        reason: String,
    },
    /// The generation was written by or for something else.
    #[error(
        "the index does not match this program: {what} is {found}, {expected} is needed; build it again with `cw-orchestrator index build`"
    )]
    Mismatch {
        /// Name of what differs.
        what: &'static str,
        /// Its value in the record.
        found: String,
        /// The value that this program needs.
        expected: String,
    },
}

impl GenerationError {
    fn file<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + use<'a> {
        move |source| Self::File { doing, path: path.to_owned(), source }
    }
}

/// The folder that holds the generations of a home.
#[derive(Clone, Debug)]
pub struct IndexFolder {
    root: PathBuf,
}

/// The lock of a build: one at a time in an index folder, held until it is dropped or the process ends.
#[derive(Debug)]
pub struct BuildLock {
    _file: File,
}

/// A folder being filled; removed on drop unless published.
#[derive(Debug)]
pub struct Staging {
    folder: tempfile::TempDir,
}

/// A published generation whose record was read and matches this program.
#[derive(Clone, Debug)]
pub struct Generation {
    /// Path of its folder.
    pub folder: PathBuf,
    /// What its `meta.json` says.
    pub meta: GenerationMeta,
}

impl IndexFolder {
    /// The folder `index` under a home. Nothing is created or read.
    pub fn under(home: &Path) -> Self {
        Self { root: home.join("index") }
    }

    /// Path of the folder.
    pub fn path(&self) -> &Path {
        &self.root
    }

    fn generations(&self) -> PathBuf {
        self.root.join("generations")
    }

    fn current(&self) -> PathBuf {
        self.root.join("CURRENT")
    }

    /// The name that `CURRENT` holds, or `None` where nothing was published.
    ///
    /// # Errors
    /// [`GenerationError::File`], [`GenerationError::Damaged`] where it is no name of a generation.
    pub fn current_name(&self) -> Result<Option<String>, GenerationError> {
        let path = self.current();
        let name = match fs::read_to_string(&path) {
            Ok(name) => name.trim().to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(GenerationError::Damaged { path, reason: "it is no text".to_owned() });
            }
            Err(error) => return Err(GenerationError::file("read", &path)(error)),
        };
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !plain {
            return Err(GenerationError::Damaged { path, reason: format!("`{name}` names no generation") });
        }
        Ok(Some(name))
    }

    /// Opens the current generation's record and checks that this program can read it. The files are checked as they are
    /// read, see [`Generation::verified`].
    ///
    /// # Errors
    /// Every [`GenerationError`].
    pub fn open(&self) -> Result<Generation, GenerationError> {
        let mut name = self.current_name()?;
        loop {
            let Some(current) = name else { return Err(GenerationError::Missing { home: self.root.clone() }) };
            match self.open_named(&current) {
                // A builder may have published and tidied between the two reads.
                Err(GenerationError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    let again = self.current_name()?;
                    if again.as_ref() == Some(&current) {
                        let path = self.generations().join(&current).join(META);
                        let reason = "it is missing".to_owned();
                        return Err(GenerationError::Damaged { path, reason });
                    }
                    name = again;
                }
                other => return other,
            }
        }
    }

    fn open_named(&self, name: &str) -> Result<Generation, GenerationError> {
        let folder = self.generations().join(name);
        let path = folder.join(META);
        let bytes = fs::read(&path).map_err(GenerationError::file("read", &path))?;
        // The two versions are read first and alone: the rest may have another shape in another edition.
        #[derive(Deserialize)]
        struct Versions {
            format: u32,
            text_version: u32,
        }
        let damaged =
            |error: serde_json::Error| GenerationError::Damaged { path: path.clone(), reason: error.to_string() };
        let versions: Versions = serde_json::from_slice(&bytes).map_err(damaged)?;
        let mismatch = |what, found: u32, expected: u32| GenerationError::Mismatch {
            what,
            found: found.to_string(),
            expected: expected.to_string(),
        };
        if versions.format != FORMAT {
            return Err(mismatch("the format", versions.format, FORMAT));
        }
        if versions.text_version != TEXT_VERSION {
            return Err(mismatch("the version of its document texts", versions.text_version, TEXT_VERSION));
        }
        // The record has the hashes of the other files; its own is in the folder's name.
        let hash = blake3::hash(&bytes).to_hex();
        if name.split('-').nth(1) != Some(&hash[..NAME_DIGITS]) {
            let reason =
                "its content is not what was written (its BLAKE3 is not the one in its folder's name)".to_owned();
            return Err(GenerationError::Damaged { path, reason });
        }
        let meta = serde_json::from_slice(&bytes).map_err(damaged)?;
        Ok(Generation { folder, meta })
    }

    /// Waits for the right to build. `busy` is called once where another process has it.
    ///
    /// # Errors
    /// [`GenerationError::File`] where the folder cannot be created or locked.
    pub fn lock(&self, busy: impl FnOnce()) -> Result<BuildLock, GenerationError> {
        let generations = self.generations();
        private::make_folder(&generations).map_err(GenerationError::file("create the folder", &generations))?;
        let path = self.root.join("build.lock");
        let file = private::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(GenerationError::file("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                busy();
                file.lock().map_err(GenerationError::file("lock", &path))?;
            }
            Err(fs::TryLockError::Error(source)) => return Err(GenerationError::file("lock", &path)(source)),
        }
        Ok(BuildLock { _file: file })
    }

    /// Begins a generation. What earlier builds left unfinished is removed first: the lock says nobody is at it.
    ///
    /// # Errors
    /// [`GenerationError::File`]
    pub fn stage(&self, _lock: &BuildLock) -> Result<Staging, GenerationError> {
        let generations = self.generations();
        // A build that was killed may have left a generation that was never named. Where `CURRENT` cannot be read nothing is
        // known to be left over.
        if let Ok(current) = self.current_name() {
            self.remove_others(current.as_deref());
        }
        let folder = private::temporary()
            .prefix(STAGING)
            .tempdir_in(&generations)
            .map_err(GenerationError::file("create a folder in", &generations))?;
        Ok(Staging { folder })
    }

    /// Writes the record, syncs everything, makes the staged folder the current generation, and removes older ones.
    ///
    /// # Errors
    /// [`GenerationError::File`]; the former generation is then still current.
    pub fn publish(
        &self,
        _lock: &BuildLock,
        staging: Staging,
        mut meta: GenerationMeta,
    ) -> Result<Generation, GenerationError> {
        let staged = staging.folder.path().to_owned();
        meta.files.clear();
        let entries = fs::read_dir(&staged).map_err(GenerationError::file("list", &staged))?;
        for entry in entries {
            let path = entry.map_err(GenerationError::file("list", &staged))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            File::options()
                .write(true)
                .open(&path)
                .and_then(|file| file.sync_all())
                .map_err(GenerationError::file("sync", &path))?;
            meta.files.insert(name, record(&path)?);
        }
        let path = staged.join(META);
        let mut text = serde_json::to_vec_pretty(&meta)
            .map_err(|error| GenerationError::file("write", &path)(io::Error::other(error)))?;
        text.push(b'\n');
        private::create(&path)
            .and_then(|mut file| file.write_all(&text).and_then(|()| file.sync_all()))
            .map_err(GenerationError::file("write", &path))?;
        sync_folder(&staged)?;

        // The name sorts by time; the hash tells builds of one second apart.
        let hash = blake3::hash(&text).to_hex();
        let mut name = format!("{:010}-{}", meta.created_at_s, &hash[..NAME_DIGITS]);
        let generations = self.generations();
        let mut attempt = 0;
        while generations.join(&name).exists() {
            attempt += 1;
            name = format!("{:010}-{}-{attempt}", meta.created_at_s, &hash[..NAME_DIGITS]);
        }
        let folder = generations.join(&name);
        let staged = staging.folder.keep();
        if let Err(error) = fs::rename(&staged, &folder) {
            let _ = fs::remove_dir_all(&staged);
            return Err(GenerationError::file("rename the new generation to", &folder)(error));
        }
        sync_folder(&generations)?;
        self.replace_current(&name)?;
        self.remove_others(Some(&name));
        Ok(Generation { folder, meta })
    }

    /// Writes a name into `CURRENT` atomically: a reader finds the former one or this.
    fn replace_current(&self, name: &str) -> Result<(), GenerationError> {
        let path = self.current();
        let write = || -> io::Result<()> {
            // Beside the generations, where the next build finds it if this one is killed.
            let mut file = tempfile::Builder::new().prefix(STAGING).tempfile_in(self.generations())?;
            file.write_all(name.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(GenerationError::file("replace", &path))?;
        sync_folder(&self.root)
    }

    /// Removes everything but one generation; the lock says that nobody is filling a folder. A reader on Windows may still hold a
    /// file: the next build tries again.
    fn remove_others(&self, keep: Option<&str>) {
        for entry in fs::read_dir(self.generations()).into_iter().flatten().flatten() {
            if keep.is_none_or(|keep| entry.file_name() != keep) {
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let _ = if is_folder { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
            }
        }
    }
}

impl Staging {
    /// Path of the folder that the generation's files are written into.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Generation {
    /// The path of a file after its content was compared with its record.
    ///
    /// # Errors
    /// [`GenerationError::Damaged`] where it is missing, of another length or of other content.
    pub fn verified(&self, name: &str) -> Result<PathBuf, GenerationError> {
        self.compared(name, |path| Ok((record(path)?, ()))).map(|(path, ())| path)
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
            Err(GenerationError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
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

fn record(path: &Path) -> Result<FileRecord, GenerationError> {
    let read = || -> io::Result<FileRecord> {
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
        Ok(FileRecord { bytes, blake3: hasher.finalize().to_hex().to_string() })
    };
    read().map_err(GenerationError::file("read", path))
}

/// Makes renames in a folder durable. Windows has no such call, and needs none for a rename to be atomic.
fn sync_folder(folder: &Path) -> Result<(), GenerationError> {
    if cfg!(unix) {
        File::open(folder)
            .and_then(|file| file.sync_all())
            .map_err(GenerationError::file("sync the folder", folder))?;
    }
    Ok(())
}
