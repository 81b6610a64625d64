//! Where do the manifests of a build come from, and what is each API called?

use std::io;
use std::path::{Path, PathBuf};

use crate::openapi::{self, UnreadFile};
use crate::regular_file::RegularFile;

/// A manifest to be read. A file is read when its turn comes, and its content is not kept: a folder may hold more than memory does.
#[derive(Debug)]
pub struct Input {
    /// The file as named, `stdin` or `embedded`.
    pub origin: String,
    /// Whether `origin` is the path of a file.
    is_file: bool,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// Inside the program.
    Embedded(Vec<u8>),
    /// Named itself, and read at once.
    Bytes(Vec<u8>),
    /// Found in a folder. Nobody named it, so it is skipped where it is no manifest.
    File(PathBuf),
    /// A folder within a folder that cannot be listed.
    Unlisted(std::io::Error),
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
    /// The manifest inside the program.
    ///
    /// # Errors
    /// [`InputError::Embedded`]
    pub fn embedded() -> Result<Self, InputError> {
        let bytes = openapi::embedded_bytes().map_err(|error| InputError::Embedded(Box::new(error)))?;
        Ok(Self { origin: "embedded".to_owned(), is_file: false, content: Content::Embedded(bytes) })
    }

    /// The inputs that one `--manifest` names: a file, every manifest file below a folder in order of path, or `-` for stdin.
    ///
    /// # Errors
    /// [`InputError::Read`], [`InputError::EmptyFolder`]
    pub fn named(name: &Path) -> Result<Vec<Self>, InputError> {
        let read = |source| InputError::Read { path: name.to_owned(), source };
        if name == Path::new("-") {
            let bytes = MANIFEST.bounded(io::stdin().lock()).map_err(read)?;
            return Ok(vec![Self { origin: "stdin".to_owned(), is_file: false, content: Content::Bytes(bytes) }]);
        }
        if !std::fs::metadata(name).map_err(read)?.is_dir() {
            let content = Content::Bytes(MANIFEST.bytes(name).map_err(read)?);
            return Ok(vec![Self { origin: name.display().to_string(), is_file: true, content }]);
        }
        let mut found = vec![];
        let mut folders = vec![(name.to_owned(), std::fs::read_dir(name).map_err(read)?)];
        while let Some((folder, entries)) = folders.pop() {
            for entry in entries {
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(error) => {
                        found.push((folder.clone(), Content::Unlisted(error)));
                        continue;
                    }
                };
                let path = entry.path();
                // A link to a folder could lead in a circle, so only real folders are entered.
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    match std::fs::read_dir(&path) {
                        Ok(entries) => folders.push((path, entries)),
                        Err(error) => found.push((path, Content::Unlisted(error))),
                    }
                } else if has_ending(&path) {
                    found.push((path.clone(), Content::File(path)));
                }
            }
        }
        if found.is_empty() {
            return Err(InputError::EmptyFolder { path: name.to_owned() });
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found
            .into_iter()
            .map(|(path, content)| Self { origin: path.display().to_string(), is_file: true, content })
            .collect())
    }

    /// Whether a folder was named rather than this file.
    pub(super) fn found_in_folder(&self) -> bool {
        matches!(self.content, Content::File(_) | Content::Unlisted(_))
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

    /// Adds its name and its content to a hash; `false` where it cannot be read.
    pub(super) fn digest(&self, into: &mut blake3::Hasher) -> bool {
        let part = |into: &mut blake3::Hasher, bytes: &[u8]| {
            into.update(&(bytes.len() as u64).to_le_bytes());
            into.update(bytes);
        };
        part(into, self.origin.as_bytes());
        part(into, &[u8::from(self.is_embedded())]);
        let mut whole = |bytes: &[u8]| {
            part(into, bytes);
            for (name, bytes) in openapi::other_files(bytes, &self.beside()) {
                part(into, name.as_bytes());
                part(into, &bytes);
            }
        };
        match &self.content {
            Content::Embedded(bytes) => part(into, bytes),
            Content::Bytes(bytes) => whole(bytes),
            Content::File(path) => match MANIFEST.bytes(path) {
                Ok(bytes) => whole(&bytes),
                Err(_) => return false,
            },
            Content::Unlisted(_) => return false,
        }
        true
    }

    /// Its content; reads the file.
    pub(super) fn bytes(self) -> std::io::Result<Vec<u8>> {
        match self.content {
            Content::Embedded(bytes) | Content::Bytes(bytes) => Ok(bytes),
            Content::File(path) => MANIFEST.bytes(&path),
            Content::Unlisted(error) => Err(error),
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
}

impl openapi::Files for Beside {
    fn read(&self, path: &str) -> Result<Vec<u8>, UnreadFile> {
        let folder = self.folder.as_ref().ok_or(UnreadFile::NoFolder)?;
        let file = folder.join(path).canonicalize()?;
        // A link may lead anywhere.
        if !file.starts_with(folder) {
            return Err(UnreadFile::Outside);
        }
        Ok(MANIFEST.bytes(&file)?)
    }

    fn own_name(&self) -> Option<&str> {
        self.own_name.as_deref()
    }
}

fn has_ending(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// The name an API goes by: as given, or made of its title, or of its file name. Where that is taken the file's name is added, which
/// tells editions and parts of one vendor's API apart, and where that is taken too a number.
pub(super) fn api_name(given: Option<&str>, title: &str, origin: &str, taken: impl Fn(&str) -> bool) -> String {
    let stem = Path::new(origin).file_stem().map(|stem| slug(&stem.to_string_lossy())).unwrap_or_default();
    let name = given
        .map(|name| name.trim().to_owned())
        .into_iter()
        .chain([slug(title), stem.clone()])
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "api".to_owned());
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
                    input.digest(&mut blake3::Hasher::new()),
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
        assert_eq!(api_name(None, "ConnectWise PSA (Manage) API", "x.json", free), "connectwise-psa-manage");
        assert_eq!(api_name(None, "  API ", "dir/pet store.yaml", free), "pet-store");
        assert_eq!(api_name(None, "", "-", free), "api");
        assert_eq!(api_name(Some("mine"), "Other", "x.json", free), "mine");
        assert_eq!(api_name(None, "Pets", "shop/dogs.json", |name| name == "pets"), "pets-dogs");
        assert_eq!(api_name(None, "Pets", "pets.json", |name| name == "pets" || name == "pets-2"), "pets-3");
        assert_eq!(api_name(None, "Pets", "x", |name| name == "pets" || name == "pets-x"), "pets-x-2");
    }
}
