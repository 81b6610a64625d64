//! How is a generation staged, published and found again? One builder at a time; readers never wait.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{BuiltFrom, FORMAT, FileRecord, Generation, GenerationError, GenerationMeta, META};
use crate::document::TEXT_VERSION;
use crate::private;
use crate::text_file::is_absent;

/// Prefix of the names of folders and files that are not finished.
const STAGING: &str = ".staging-";

/// Hexadecimal digits of the record's BLAKE3 in a generation's name: enough to tell a flipped bit.
const NAME_DIGITS: usize = 8;

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
            Err(error) if is_absent(&error) => return Ok(None),
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
                Err(GenerationError::File { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
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

    /// The APIs of the current generation and their manifests, also where an older or newer program wrote it. Empty where nothing is
    /// published, or where the record cannot be read at all.
    pub fn built_from(&self) -> Vec<BuiltFrom> {
        #[derive(Deserialize)]
        struct Manifests {
            manifests: Vec<BuiltFrom>,
        }
        let read = || {
            let name = self.current_name().ok()??;
            let bytes = fs::read(self.generations().join(name).join(META)).ok()?;
            serde_json::from_slice::<Manifests>(&bytes).ok()
        };
        read().map(|record| record.manifests).unwrap_or_default()
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

    /// Begins a generation. Unfinished folders of earlier builds are removed first: the lock says that nobody is filling them.
    ///
    /// # Errors
    /// [`GenerationError::File`]
    pub fn stage(&self, _lock: &BuildLock) -> Result<Staging, GenerationError> {
        let generations = self.generations();
        // A build that was killed may have left a generation that `CURRENT` never named. Where `CURRENT` cannot be read, nothing is
        // removed, since any of them may be in use.
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
            meta.files.insert(name, FileRecord::of(&path)?);
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

/// Makes renames in a folder durable. Windows has no such call, and needs none for a rename to be atomic.
fn sync_folder(folder: &Path) -> Result<(), GenerationError> {
    if cfg!(unix) {
        File::open(folder)
            .and_then(|file| file.sync_all())
            .map_err(GenerationError::file("sync the folder", folder))?;
    }
    Ok(())
}
