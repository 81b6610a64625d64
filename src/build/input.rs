//! Where do the manifests of a build come from, and what is each API called?

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::web_address::{self, WebAddress};
use crate::openapi::{self, UnreadFile};
use crate::regular_file::RegularFile;

/// A manifest to be read. A file is read when its turn comes, and its content is not kept: a folder may hold more than memory does.
#[derive(Debug)]
pub struct Input {
    /// The file's absolute path, `stdin` or `embedded`.
    pub origin: String,
    /// The absolute path that was named, the file's own or that of a folder above it; [`BUILT_IN`] or [`STDIN`] for what is no file.
    given: String,
    /// The API's name where the user chose one; else it is made of the title.
    api: Option<String>,
    /// Whether `origin` is the path of a file.
    is_file: bool,
    /// Whether it is left out of a build where it cannot be used, rather than ending the build.
    is_optional: bool,
    content: Content,
    /// BLAKE3 of the content with the files beside it that it refers to; `None` inside where it cannot be read.
    digest: OnceLock<Option<blake3::Hash>>,
    /// The files beside it that it refers to, found with the digest.
    parts: OnceLock<Vec<PathBuf>>,
}

/// The word by which a list of manifests names the one inside the program.
pub const BUILT_IN: &str = openapi::EMBEDDED_NAMES[0];

/// The name of standard input, as commands know it.
pub const STDIN: &str = "-";

/// The `origin` of the manifest inside the program.
pub const EMBEDDED: &str = "embedded";

/// The `origin` of a manifest that came through standard input.
pub const FROM_STDIN: &str = "stdin";

#[derive(Debug)]
enum Content {
    /// Inside the program.
    Embedded(Vec<u8>),
    /// Named itself, and read at once.
    Bytes(Vec<u8>),
    /// Found in a folder.
    File(PathBuf),
    /// A file, or a folder within a folder, that cannot be read.
    Unread(std::io::Error),
}

/// An error of finding manifests.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The file or folder cannot be read.
    #[error("cannot read the manifest {}", path.display())]
    Read {
        /// The path as the user named it.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// The folder holds nothing that could be a manifest.
    #[error("the folder {} holds no .json, .yaml or .yml file", path.display())]
    EmptyFolder {
        /// The path as the user named it.
        path: PathBuf,
    },
    /// The manifest inside the program cannot be unpacked.
    #[error("the embedded manifest is damaged; install the program again")]
    Embedded(#[source] Box<openapi::ManifestError>),
    /// A URL was named, and a build opens no connection.
    #[error("a manifest is read from a file, and nothing is fetched: run `{}`, then name {} in place of the URL", .0.fetch(), .0.file())]
    Url(WebAddress),
    /// A path cannot be written down.
    #[error("the path {} is no Unicode, so it cannot be written down for the next build; rename it", path.display())]
    NoUnicode {
        /// The path as the user named it.
        path: PathBuf,
    },
}

/// The largest manifest seen, of 25,000 operations, has 60 MB.
const MANIFEST: RegularFile = RegularFile {
    most: 256 << 20,
    if_not_regular: "what a program writes goes through a pipe, with `--manifest -`",
    if_larger: "; divide it into several manifests, and name their folder",
};

/// Endings of the names of manifests' files.
const ENDINGS: [&str; 3] = ["json", "yaml", "yml"];

impl Input {
    fn new(origin: String, given: &str, is_file: bool, content: Content) -> Self {
        let is_optional = matches!(content, Content::File(_) | Content::Unread(_));
        let (digest, parts) = (OnceLock::new(), OnceLock::new());
        Self { origin, given: given.to_owned(), api: None, is_file, is_optional, content, digest, parts }
    }

    /// The manifest inside the program.
    ///
    /// # Errors
    /// [`InputError::Embedded`]
    pub fn embedded() -> Result<Self, InputError> {
        let bytes = openapi::embedded_bytes().map_err(|error| InputError::Embedded(Box::new(error)))?;
        Ok(Self::new(EMBEDDED.to_owned(), BUILT_IN, false, Content::Embedded(bytes)))
    }

    /// The inputs that one `--manifest` names: a file, every manifest file below a folder in order of path, [`STDIN`], or the manifest
    /// inside the program by one of its names.
    ///
    /// # Errors
    /// [`InputError`]
    pub fn named(name: &Path) -> Result<Vec<Self>, InputError> {
        let read = |source| InputError::Read { path: name.to_owned(), source };
        let text = name.to_str().ok_or_else(|| InputError::NoUnicode { path: name.to_owned() })?;
        if openapi::EMBEDDED_NAMES.contains(&text) {
            return Ok(vec![Self::embedded()?]);
        }
        if text == STDIN {
            let bytes = MANIFEST.bounded(io::stdin().lock()).map_err(read)?;
            return Ok(vec![Self::new(FROM_STDIN.to_owned(), STDIN, false, Content::Bytes(bytes))]);
        }
        if let Some(address) = web_address::read(text) {
            return Err(InputError::Url(address));
        }
        let path = std::path::absolute(name).map_err(read)?;
        let given = path.to_str().ok_or_else(|| InputError::NoUnicode { path: path.clone() })?;
        if std::fs::metadata(&path).map_err(read)?.is_dir() {
            return Self::in_folder(&path, given)
                .map_err(read)?
                .ok_or(InputError::EmptyFolder { path: name.to_owned() });
        }
        let content = Content::Bytes(MANIFEST.bytes(&path).map_err(read)?);
        Ok(vec![Self::new(given.to_owned(), given, true, content)])
    }

    /// Every manifest file below a folder in order of path; `None` where there is none.
    fn in_folder(folder: &Path, given: &str) -> io::Result<Option<Vec<Self>>> {
        let mut found = vec![];
        let mut folders = vec![(folder.to_owned(), std::fs::read_dir(folder)?)];
        while let Some((folder, entries)) = folders.pop() {
            for entry in entries {
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(error) => {
                        found.push((folder.clone(), Content::Unread(error)));
                        continue;
                    }
                };
                let path = entry.path();
                // A link to a folder could lead in a circle, so only real folders are entered.
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    match std::fs::read_dir(&path) {
                        Ok(entries) => folders.push((path, entries)),
                        Err(error) => found.push((path, Content::Unread(error))),
                    }
                } else if has_ending(&path) {
                    found.push((path.clone(), Content::File(path)));
                }
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let inputs =
            found.into_iter().map(|(path, content)| Self::new(path.display().to_string(), given, true, content));
        Ok(Some(inputs.collect::<Vec<_>>()).filter(|inputs| !inputs.is_empty()))
    }

    /// A manifest that cannot be read now; a build reports it among the files that it left out.
    pub(super) fn unread(given: &str, error: io::Error) -> Self {
        Self::new(given.to_owned(), given, false, Content::Unread(error))
    }

    /// The same with a name for its API, in place of one made of its title.
    #[must_use]
    pub fn called(self, api: Option<&str>) -> Self {
        Self { api: api.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()), ..self }
    }

    /// The same, left out of a build where it cannot be used.
    pub(super) fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }

    /// What was named: an absolute path, or a word for what is no file.
    pub(super) fn given(&self) -> &str {
        &self.given
    }

    /// The API's name, where the user chose one.
    pub(super) fn api(&self) -> Option<&str> {
        self.api.as_deref()
    }

    /// Whether it is left out where it cannot be used.
    pub(super) fn is_optional(&self) -> bool {
        self.is_optional
    }

    /// Whether it is the manifest inside the program, whatever a file may be called.
    pub(super) fn is_embedded(&self) -> bool {
        matches!(self.content, Content::Embedded(_))
    }

    /// The files beside it, which it may refer to.
    pub(super) fn beside(&self) -> Beside {
        let path = match &self.content {
            Content::File(path) => Some(path.clone()),
            Content::Bytes(_) if self.is_file => Some(PathBuf::from(&self.origin)),
            _ => None,
        };
        Beside::of(path.as_deref())
    }

    /// BLAKE3 of its content and of the files that it refers to; `None` where it cannot be read. Computed once.
    pub fn digest(&self) -> Option<blake3::Hash> {
        *self.digest.get_or_init(|| {
            let mut into = blake3::Hasher::new();
            let mut part = |bytes: &[u8]| {
                into.update(&(bytes.len() as u64).to_le_bytes());
                into.update(bytes);
            };
            let mut whole = |bytes: &[u8]| {
                part(bytes);
                let beside = self.beside();
                let others = openapi::other_files(bytes, &beside);
                for (name, bytes) in &others {
                    part(name.as_bytes());
                    part(bytes);
                }
                let _ = self.parts.set(others.iter().filter_map(|(name, _)| beside.file(name).ok()).collect());
            };
            match &self.content {
                Content::Embedded(bytes) => part(bytes),
                Content::Bytes(bytes) => whole(bytes),
                Content::File(path) => whole(&MANIFEST.bytes(path).ok()?),
                Content::Unread(_) => return None,
            }
            Some(into.finalize())
        })
    }

    /// The files that it refers to, with every link on their paths followed.
    pub(super) fn parts(&self) -> Vec<PathBuf> {
        self.digest();
        self.parts.get().cloned().unwrap_or_default()
    }

    /// Its content; reads the file.
    pub(super) fn bytes(self) -> std::io::Result<Vec<u8>> {
        match self.content {
            Content::Embedded(bytes) | Content::Bytes(bytes) => Ok(bytes),
            Content::File(path) => MANIFEST.bytes(&path),
            Content::Unread(error) => Err(error),
        }
    }
}

/// The files in a manifest's folder and below it.
#[derive(Debug)]
pub(super) struct Beside {
    /// With every link in it followed; `None` where the manifest is in no folder.
    folder: Option<PathBuf>,
    own_name: Option<String>,
}

impl Beside {
    fn of(manifest: Option<&Path>) -> Self {
        let folder =
            manifest.map(|path| path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")));
        Self {
            folder: folder.and_then(|folder| folder.canonicalize().ok()),
            own_name: manifest.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()),
        }
    }

    /// The file at a path within the folder, with every link on the path followed.
    fn file(&self, path: &str) -> Result<PathBuf, UnreadFile> {
        let folder = self.folder.as_ref().ok_or(UnreadFile::NoFolder)?;
        let file = folder.join(path).canonicalize()?;
        // A link may lead anywhere.
        if file.starts_with(folder) { Ok(file) } else { Err(UnreadFile::Outside) }
    }
}

impl openapi::Files for Beside {
    fn read(&self, path: &str) -> Result<Vec<u8>, UnreadFile> {
        Ok(MANIFEST.bytes(&self.file(path)?)?)
    }

    fn own_name(&self) -> Option<&str> {
        self.own_name.as_deref()
    }
}

fn has_ending(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// The name of an API whose user chose none: made of its title, or of its file name. Where that is taken the file's name is added,
/// which tells editions and parts of one vendor's API apart, and where that is taken too a number.
pub(super) fn api_name(title: &str, origin: &str, taken: impl Fn(&str) -> bool) -> String {
    let stem = Path::new(origin).file_stem().map(|stem| slug(&stem.to_string_lossy())).unwrap_or_default();
    let name = [slug(title), stem.clone()].into_iter().find(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| "api".to_owned());
    let with_file = if stem.is_empty() || stem == name { name.clone() } else { format!("{name}-{stem}") };
    let numbered = (2..).map(|number| format!("{with_file}-{number}"));
    [name.clone(), with_file.clone()].into_iter().chain(numbered).find(|name| !taken(name)).unwrap_or(name)
}

/// A text as a name: words in lower case joined by `-`.
fn slug(text: &str) -> String {
    let lower: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    // Nearly every title ends in `API`, which tells none from another.
    let words: Vec<&str> = lower.split_whitespace().filter(|word| !matches!(*word, "api" | "rest" | "the")).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn only_regular_files_and_links_to_them_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a.json"), "{}").unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("b.json")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(path("c.json")).status().unwrap();
        assert!(made.success());
        std::os::unix::fs::symlink("/dev/zero", path("d.json")).unwrap();
        std::os::unix::fs::symlink(path("a.json"), path("e.json")).unwrap();
        std::os::unix::fs::symlink(path("nothing"), path("f.json")).unwrap();
        std::fs::File::create(path("g.json")).unwrap().set_len(MANIFEST.most + 1).unwrap();
        let read: Vec<bool> = Input::named(folder.path())
            .unwrap()
            .into_iter()
            .map(|input| {
                assert_eq!(
                    input.digest().is_some(),
                    ["a.json", "e.json"].iter().any(|name| input.origin.ends_with(name)),
                    "{input:?}"
                );
                input.bytes().is_ok()
            })
            .collect();
        assert_eq!(read, [true, false, false, false, true, false, false]);
        for (name, why) in [
            ("b.json", "no regular file"),
            ("c.json", "--manifest -"),
            ("d.json", "no regular"),
            ("g.json", "more than"),
        ] {
            let refused = Input::named(&path(name)).unwrap_err();
            assert!(crate::error::chain(&refused).contains(why), "{name}: {refused:?}");
        }
    }

    #[test]
    fn names_come_from_the_title_then_the_file_and_are_unique() {
        let free = |_: &str| false;
        assert_eq!(api_name("ConnectWise PSA (Manage) API", "x.json", free), "connectwise-psa-manage");
        assert_eq!(api_name("  API ", "dir/pet store.yaml", free), "pet-store");
        assert_eq!(api_name("", "-", free), "api");
        assert_eq!(api_name("Pets", "shop/dogs.json", |name| name == "pets"), "pets-dogs");
        assert_eq!(api_name("Pets", "pets.json", |name| name == "pets" || name == "pets-2"), "pets-3");
        assert_eq!(api_name("Pets", "x", |name| name == "pets" || name == "pets-x"), "pets-x-2");
    }
}
