//! Where are model, tokenizer and library, and are they what was pinned?
//!
//! `models/models.toml` is part of the program: it names every file with its SHA-256. A file that was verified before is
//! hashed again only when its size or time changed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::signed::with_signed_weights;
use crate::private;

/// The pins, as the repository has them.
const PINS: &str = include_str!("../../models/models.toml");

/// An error of finding or verifying the pinned files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtefactError {
    /// A pinned file is missing.
    #[error("{} is missing; {}", path.display(), again(path))]
    Missing {
        /// Path of the file.
        path: PathBuf,
    },
    /// A file is there and is not the pinned one: damaged, or of another version.
    #[error(
        "{} is damaged or of another version: its SHA-256 begins {}, {} is pinned; {}",
        path.display(), &found[..12.min(found.len())], &pinned[..12.min(pinned.len())], again(path)
    )]
    NotPinned {
        /// Path of the file.
        path: PathBuf,
        /// Its SHA-256, hexadecimal.
        found: String,
        /// The pinned SHA-256, hexadecimal.
        pinned: String,
    },
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// No library is pinned for this platform.
    #[error(
        "no ONNX Runtime library is pinned for {os} on {arch}, so there is no search by meaning here; models.toml lists \
         the platforms there are"
    )]
    Platform {
        /// The operating system, by `std::env::consts::OS`.
        os: &'static str,
        /// The processor, by `std::env::consts::ARCH`.
        arch: &'static str,
    },
    /// The pins inside the program cannot be read.
    #[error("models.toml cannot be used: {reason}")]
    Pins {
        /// Line, column and fault, in the words of the TOML reader.
        reason: String,
    },
}

/// How a user gets a file again: whether a package or a checkout brought it, the program does not know.
fn again(path: &Path) -> String {
    let folder = path.parent().unwrap_or(path).display();
    format!(
        "install cw-orchestrator again, or in a checkout of its sources run `python scripts/fetch_model.py --dest {folder}`"
    )
}

/// The identity of a model. Vectors of two models with the same identity can be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelIdentity {
    /// The model's name, such as `all-MiniLM-L6-v2`.
    pub name: String,
    /// The pinned revision.
    pub revision: String,
    /// SHA-256 of `model.onnx`, hexadecimal.
    pub sha256: String,
    /// Length of its vectors.
    pub dim: usize,
}

impl fmt::Display for ModelIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} dimensions, SHA-256 {:.12})", self.name, self.revision, self.dim, self.sha256)
    }
}

/// `models.toml` as far as the program needs it; the script that fetches reads the rest.
#[derive(Clone, Debug, Deserialize)]
pub struct Pins {
    model: ModelPin,
    runtime: Vec<RuntimePin>,
}

#[derive(Clone, Debug, Deserialize)]
struct ModelPin {
    name: String,
    revision: String,
    dimension: usize,
    max_tokens: usize,
    file: Vec<FilePin>,
}

#[derive(Clone, Debug, Deserialize)]
struct RuntimePin {
    os: String,
    arch: String,
    file: Vec<FilePin>,
}

#[derive(Clone, Debug, Deserialize)]
struct FilePin {
    role: String,
    name: String,
    sha256: String,
    /// Other contents that will do under this name, each with the revision that it makes of the model.
    #[serde(default)]
    also: Vec<Alternative>,
}

#[derive(Clone, Debug, Deserialize)]
struct Alternative {
    revision: String,
    sha256: String,
}

impl FilePin {
    /// Whether a file with this hash will do.
    fn allows(&self, sha256: &str) -> bool {
        self.sha256 == sha256 || self.also.iter().any(|other| other.sha256 == sha256)
    }
}

impl Pins {
    /// The pins of this program.
    ///
    /// # Errors
    /// [`ArtefactError::Pins`] where the file inside the program is wrong, which a test rules out.
    pub fn embedded() -> Result<&'static Self, ArtefactError> {
        static PARSED: OnceLock<Result<Pins, toml::de::Error>> = OnceLock::new();
        PARSED
            .get_or_init(|| toml::from_str(PINS))
            .as_ref()
            .map_err(|error| ArtefactError::Pins { reason: error.to_string() })
    }

    fn library(&self) -> Result<&FilePin, ArtefactError> {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        let runtime = self.runtime.iter().find(|runtime| runtime.os == os && runtime.arch == arch);
        runtime.and_then(|runtime| role(&runtime.file, "library")).ok_or(ArtefactError::Platform { os, arch })
    }

    /// Every file that this machine needs: the library, the model, and what stands beside that.
    fn needed(&self) -> Result<Vec<&FilePin>, ArtefactError> {
        let of_model = std::iter::once(MODEL).chain(BESIDE_THE_MODEL).map(|wanted| self.model_file(wanted));
        std::iter::once(self.library()).chain(of_model).collect()
    }

    fn model_file(&self, wanted: &'static str) -> Result<&FilePin, ArtefactError> {
        role(&self.model.file, wanted)
            .ok_or_else(|| ArtefactError::Pins { reason: format!("it has no model file for `{wanted}`") })
    }
}

fn role<'a>(files: &'a [FilePin], wanted: &str) -> Option<&'a FilePin> {
    files.iter().find(|file| file.role == wanted)
}

/// The files of model, tokenizer and library, verified.
#[derive(Clone, Debug)]
pub struct Artefacts {
    folder: PathBuf,
    library: PathBuf,
    identity: ModelIdentity,
    max_tokens: usize,
    /// Length and time of each file as they were when it was verified.
    stamps: BTreeMap<PathBuf, Stamp>,
}

/// The result of verifying a folder of models, file by file.
#[derive(Debug)]
pub struct Inspection {
    /// Each needed file with its length in bytes, or what is wrong with it.
    pub files: Vec<(PathBuf, Result<u64, ArtefactError>)>,
    /// The artefacts; `None` unless every file is the pinned one.
    pub artefacts: Option<Artefacts>,
}

/// Length, time and hash of a file when it was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    bytes: u64,
    modified_ns: u128,
    sha256: String,
}

/// Role of the model's file.
const MODEL: &str = "model";

/// Roles of the files beside the model's own.
const BESIDE_THE_MODEL: [&str; 4] = ["tokenizer", "config", "special_tokens_map", "tokenizer_config"];

/// Whether this processor multiplies unsigned by signed bytes.
pub fn has_vnni() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        // Each in a name of its own: some versions of clippy simplify a condition together with what the macro expands to.
        let has_avx512 = std::arch::is_x86_feature_detected!("avx512vnni");
        let has_avx = std::arch::is_x86_feature_detected!("avxvnni");
        has_avx512 || has_avx
    }
    #[cfg(not(target_arch = "x86_64"))]
    false
}

impl Artefacts {
    /// Finds every pinned file in a folder and compares its content. `stamps` remembers what was verified, so that the next
    /// start need not hash 60 MB; where it cannot be written, nothing is lost but time.
    ///
    /// # Errors
    /// Every [`ArtefactError`]; the first file that is wrong.
    pub fn locate(folder: &Path, stamps: Option<&Path>) -> Result<Self, ArtefactError> {
        let pins = Pins::embedded()?;
        // The library may be asked for by another folder's process: relative names would not hold.
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let known: BTreeMap<PathBuf, Stamp> = stamps
            .and_then(|path| std::fs::read(path).ok())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let mut seen = BTreeMap::new();
        for pin in pins.needed()? {
            let path = folder.join(&pin.name);
            let stamp = verify(&path, pin, known.get(&path))?;
            seen.insert(path, stamp);
        }
        if let Some(path) = stamps.filter(|_| seen.iter().any(|(file, stamp)| known.get(file) != Some(stamp))) {
            remember(path, &seen);
        }
        Self::of(pins, folder, seen)
    }

    /// Compares the content of every pinned file, whatever was verified before, and says of each what it is.
    ///
    /// # Errors
    /// [`ArtefactError::Pins`], [`ArtefactError::Platform`]: it is not known which files are needed.
    pub fn inspect(folder: &Path) -> Result<Inspection, ArtefactError> {
        let pins = Pins::embedded()?;
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let (mut files, mut stamps) = (Vec::new(), BTreeMap::new());
        for pin in pins.needed()? {
            let path = folder.join(&pin.name);
            let found = verify(&path, pin, None).map(|stamp| {
                let bytes = stamp.bytes;
                stamps.insert(path.clone(), stamp);
                bytes
            });
            files.push((path, found));
        }
        let sound = files.iter().all(|(_, found)| found.is_ok());
        let artefacts = if sound { Some(Self::of(pins, folder, stamps)?) } else { None };
        Ok(Inspection { files, artefacts })
    }

    /// The artefacts in a folder whose files were verified.
    fn of(pins: &Pins, folder: PathBuf, stamps: BTreeMap<PathBuf, Stamp>) -> Result<Self, ArtefactError> {
        let model = pins.model_file(MODEL)?;
        let found = stamps.get(&folder.join(&model.name)).map_or(&model.sha256, |stamp| &stamp.sha256);
        let other = model.also.iter().find(|other| other.sha256 == *found);
        let identity = ModelIdentity {
            name: pins.model.name.clone(),
            revision: other.map_or(&pins.model.revision, |other| &other.revision).clone(),
            sha256: found.clone(),
            dim: pins.model.dimension,
        };
        let library = folder.join(&pins.library()?.name);
        Ok(Self { folder, library, identity, max_tokens: pins.model.max_tokens, stamps })
    }

    /// Whether a folder holds the model's file at all; it is not verified.
    pub fn are_in(folder: &Path) -> bool {
        let model = Pins::embedded().and_then(|pins| pins.model_file(MODEL));
        model.is_ok_and(|pin| folder.join(&pin.name).is_file())
    }

    /// The ONNX Runtime library.
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// Which model it is.
    pub fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    /// How many word pieces of a text the model reads.
    pub fn max_tokens(&self) -> usize {
        self.max_tokens
    }

    /// The bytes of the model for this processor: with signed weights where that is faster.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_model(&self) -> Result<Vec<u8>, ArtefactError> {
        let model = self.read(MODEL)?;
        // One that cannot be changed is right as it is, and slower.
        Ok(if has_vnni() { with_signed_weights(model).unwrap_or_else(|unsigned| unsigned) } else { model })
    }

    /// The bytes of one of the model's files, by its role. A file that changed since it was verified is compared again: a
    /// server opens sessions for days, and whoever updates the program replaces its files meanwhile.
    ///
    /// # Errors
    /// [`ArtefactError::Missing`], [`ArtefactError::NotPinned`], [`ArtefactError::Read`], [`ArtefactError::Pins`] where there
    /// is no such role.
    pub fn read(&self, role: &'static str) -> Result<Vec<u8>, ArtefactError> {
        let pin = Pins::embedded()?.model_file(role)?;
        let path = self.folder.join(&pin.name);
        let known = self.stamps.get(&path);
        // Vectors are of one model: the other content that the pin allows is not the one that was verified.
        let sha256 = known.map_or(&pin.sha256, |stamp| &stamp.sha256).clone();
        read_verified(&path, &FilePin { sha256, also: Vec::new(), ..pin.clone() }, known)
    }
}

impl Stamp {
    /// Whether it is one of the pinned content, and the file is still the one that was hashed.
    fn holds(&self, pin: &FilePin, (bytes, modified_ns): (u64, u128)) -> bool {
        self.bytes == bytes && self.modified_ns == modified_ns && modified_ns != 0 && pin.allows(&self.sha256)
    }
}

/// An open file, with its length and the time of its last change in nanoseconds since 1970, 0 where the system tells none.
fn open(path: &Path) -> Result<(File, (u64, u128)), ArtefactError> {
    let opened = File::open(path).and_then(|file| file.metadata().map(|metadata| (file, metadata)));
    let (file, metadata) = opened.map_err(|source| cannot_read(path, source))?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok((file, (metadata.len(), modified.map_or(0, |elapsed| elapsed.as_nanos()))))
}

fn cannot_read(path: &Path, source: std::io::Error) -> ArtefactError {
    match source.kind() {
        std::io::ErrorKind::NotFound => ArtefactError::Missing { path: path.to_owned() },
        _ => ArtefactError::Read { path: path.to_owned(), source },
    }
}

/// The hash as hexadecimal digits, where it is a pinned one.
fn compare(path: &Path, pin: &FilePin, hasher: Sha256) -> Result<String, ArtefactError> {
    let found: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if pin.allows(&found) {
        Ok(found)
    } else {
        Err(ArtefactError::NotPinned { path: path.to_owned(), found, pinned: pin.sha256.clone() })
    }
}

fn read_verified(path: &Path, pin: &FilePin, known: Option<&Stamp>) -> Result<Vec<u8>, ArtefactError> {
    let (mut file, seen) = open(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|source| cannot_read(path, source))?;
    if !known.is_some_and(|stamp| stamp.holds(pin, seen)) {
        compare(path, pin, Sha256::new_with_prefix(&bytes))?;
    }
    Ok(bytes)
}

fn verify(path: &Path, pin: &FilePin, known: Option<&Stamp>) -> Result<Stamp, ArtefactError> {
    let (mut file, seen) = open(path)?;
    if let Some(stamp) = known.filter(|stamp| stamp.holds(pin, seen)) {
        return Ok(stamp.clone());
    }
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let count = file.read(&mut buffer).map_err(|source| cannot_read(path, source))?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
    }
    let (bytes, modified_ns) = seen;
    Ok(Stamp { bytes, modified_ns, sha256: compare(path, pin, hasher)? })
}

/// Writes the stamps down. A failure costs time alone: files without a stamp are hashed again.
fn remember(path: &Path, stamps: &BTreeMap<PathBuf, Stamp>) {
    let Some(folder) = path.parent() else { return };
    let write = || -> std::io::Result<()> {
        private::make_folder(folder)?;
        // In one go and in place: a reader that finds half of it verifies again, and nothing is left over by a process that ends.
        private::write(path, &serde_json::to_vec(stamps)?)
    };
    if let Err(error) = write() {
        tracing::debug!(%error, path = %path.display(), "cannot remember what was verified");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pins_name_every_file_once_with_a_whole_hash() {
        let pins = Pins::embedded().unwrap();
        for wanted in [MODEL].into_iter().chain(BESIDE_THE_MODEL) {
            assert_eq!(pins.model.file.iter().filter(|file| file.role == wanted).count(), 1, "{wanted}");
        }
        for file in pins.model.file.iter().chain(pins.runtime.iter().flat_map(|runtime| &runtime.file)) {
            assert!(file.sha256.len() == 64 && file.sha256.chars().all(|c| c.is_ascii_hexdigit()), "{}", file.name);
        }
        assert!(pins.runtime.iter().all(|runtime| role(&runtime.file, "library").is_some()));
    }

    #[test]
    fn a_missing_file_names_itself_and_the_cure() {
        let folder = tempfile::tempdir().unwrap();
        let text = Artefacts::locate(folder.path(), None).unwrap_err().to_string();
        assert!(text.contains("is missing") && text.contains("scripts/fetch_model.py"), "{text}");
    }

    fn hash(content: &[u8]) -> String {
        Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_file_may_have_another_content_that_is_pinned_and_is_then_another_model() {
        let folder = tempfile::tempdir().unwrap();
        let mut pins: Pins = toml::from_str(PINS).unwrap();
        for file in &mut pins.model.file {
            file.sha256 = hash(file.name.as_bytes());
            file.also.retain(|_| file.role == MODEL);
            file.also.iter_mut().for_each(|other| other.sha256 = hash(b"as published"));
            std::fs::write(folder.path().join(&file.name), &file.name).unwrap();
        }
        let revision = |content: &[u8]| {
            let path = folder.path().join("model.onnx");
            std::fs::write(&path, content).unwrap();
            let stamp = verify(&path, pins.model_file(MODEL).unwrap(), None)?;
            Artefacts::of(&pins, folder.path().to_owned(), BTreeMap::from([(path, stamp)]))
                .map(|found| found.identity.revision)
        };
        assert_eq!(revision(b"model.onnx").unwrap(), pins.model.revision);
        let published = revision(b"as published").unwrap();
        assert_ne!(published, pins.model.revision);
        assert!(matches!(revision(b"neither").unwrap_err(), ArtefactError::NotPinned { .. }));
    }

    #[test]
    fn a_file_of_other_content_is_refused_even_with_a_stamp_of_its_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.onnx");
        let pin = |content: &[u8]| FilePin {
            role: "model".to_owned(),
            name: "model.onnx".to_owned(),
            sha256: hash(content),
            also: Vec::new(),
        };
        std::fs::write(&path, b"right").unwrap();
        let stamp = verify(&path, &pin(b"right"), None).unwrap();
        assert_eq!(verify(&path, &pin(b"right"), Some(&stamp)).unwrap(), stamp);
        std::fs::write(&path, b"wrong one").unwrap();
        let error = verify(&path, &pin(b"right"), Some(&stamp)).unwrap_err();
        assert!(matches!(error, ArtefactError::NotPinned { .. }), "{error}");
        // The same where it is read later, as by a server's second session.
        let error = read_verified(&path, &pin(b"right"), Some(&stamp)).unwrap_err();
        assert!(matches!(error, ArtefactError::NotPinned { .. }), "{error}");
        // Replaced by the same content, as by fetching again, it is still right.
        std::fs::write(&path, b"right").unwrap();
        assert_eq!(read_verified(&path, &pin(b"right"), Some(&stamp)).unwrap(), b"right");
    }
}
