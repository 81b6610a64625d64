//! Where do the manifests of a build come from, and what is each API called?

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::openapi;

/// One manifest's bytes and where they came from.
#[derive(Debug)]
pub struct Input {
    /// The file as named, `stdin` or `embedded`.
    pub origin: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Whether a folder was named rather than this file: then a file that is no manifest is nobody's mistake.
    pub found_in_folder: bool,
}

/// A file that was left out of a build.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// The file.
    pub source: String,
    /// Why.
    pub reason: String,
}

/// What can go wrong before a manifest is read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The file or folder cannot be read.
    #[error("cannot read the manifest {}", path.display())]
    Read {
        /// As named.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The folder holds nothing that could be a manifest.
    #[error("the folder {} holds no .json, .yaml or .yml file", path.display())]
    EmptyFolder {
        /// As named.
        path: PathBuf,
    },
    /// The manifest inside the program cannot be unpacked.
    #[error("the embedded manifest is damaged; install the program again")]
    Embedded(#[source] Box<openapi::ManifestError>),
}

/// Ends of file names that a manifest may have.
const ENDINGS: [&str; 3] = ["json", "yaml", "yml"];

impl Input {
    /// The manifest inside the program.
    ///
    /// # Errors
    /// [`InputError::Embedded`]
    pub fn embedded() -> Result<Self, InputError> {
        let bytes = openapi::embedded_bytes().map_err(|error| InputError::Embedded(Box::new(error)))?;
        Ok(Self { origin: "embedded".to_owned(), bytes, found_in_folder: false })
    }

    /// What a `--manifest` names: a file, every manifest file below a folder in order of path, or `-` for stdin.
    ///
    /// # Errors
    /// [`InputError::Read`], [`InputError::EmptyFolder`]
    pub fn named(name: &Path) -> Result<Vec<Self>, InputError> {
        let read = |source| InputError::Read { path: name.to_owned(), source };
        if name == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(read)?;
            return Ok(vec![Self { origin: "stdin".to_owned(), bytes, found_in_folder: false }]);
        }
        if !std::fs::metadata(name).map_err(read)?.is_dir() {
            let bytes = std::fs::read(name).map_err(read)?;
            return Ok(vec![Self { origin: name.display().to_string(), bytes, found_in_folder: false }]);
        }
        let mut files = Vec::new();
        let mut folders = vec![name.to_owned()];
        while let Some(folder) = folders.pop() {
            let entries =
                std::fs::read_dir(&folder).map_err(|source| InputError::Read { path: folder.clone(), source })?;
            for entry in entries.flatten() {
                let path = entry.path();
                // A link to a folder could lead in a circle, so only real folders are entered.
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(path);
                } else if path
                    .extension()
                    .and_then(|ending| ending.to_str())
                    .is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
                {
                    files.push(path);
                }
            }
        }
        if files.is_empty() {
            return Err(InputError::EmptyFolder { path: name.to_owned() });
        }
        files.sort();
        files
            .into_iter()
            .map(|path| {
                let bytes = std::fs::read(&path).map_err(|source| InputError::Read { path: path.clone(), source })?;
                Ok(Self { origin: path.display().to_string(), bytes, found_in_folder: true })
            })
            .collect()
    }
}

/// The name an API goes by: as given, or made of its title, or of its file name; a number is added where it is taken.
pub fn api_name(given: Option<&str>, title: &str, origin: &str, taken: impl Fn(&str) -> bool) -> String {
    let stem = || Path::new(origin).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let slug = |text: &str| -> String {
        let lower: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        // Nearly every title ends in what all of them are.
        let words: Vec<&str> =
            lower.split_whitespace().filter(|word| !matches!(*word, "api" | "rest" | "the")).collect();
        words.join("-")
    };
    let name = given
        .map(|name| name.trim().to_owned())
        .into_iter()
        .chain([slug(title), slug(&stem())])
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| "api".to_owned());
    if !taken(&name) {
        return name;
    }
    (2..).map(|number| format!("{name}-{number}")).find(|name| !taken(name)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_title_then_the_file_and_are_unique() {
        let free = |_: &str| false;
        assert_eq!(api_name(None, "ConnectWise PSA (Manage) API", "x.json", free), "connectwise-psa-manage");
        assert_eq!(api_name(None, "  API ", "dir/pet store.yaml", free), "pet-store");
        assert_eq!(api_name(None, "", "-", free), "api");
        assert_eq!(api_name(Some("mine"), "Other", "x.json", free), "mine");
        assert_eq!(api_name(None, "Pets", "x", |name| name == "pets" || name == "pets-2"), "pets-3");
    }
}
