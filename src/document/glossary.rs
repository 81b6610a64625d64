//! What is a resource in plain words, where the manifest does not say?
//!
//! Most vendors' operations have no description. A glossary says of each resource what it is and what people call it; it is data,
//! bound to APIs by their title, and users can add their own.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::text_file;

/// The glossary of the program.
const OWN: &str = include_str!("glossary.toml");

/// An error of reading a user's glossary.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GlossaryError {
    /// The file cannot be read.
    #[error("cannot read the glossary {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// The file is no glossary.
    #[error(
        "the glossary {} is wrong: {reason}; it has [[glossary]] sections with `apis` and [glossary.resources], each \
         \"/a/resource\" = {{ is = \"...\", also = \"..., ...\" }}",
        path.display()
    )]
    Parse {
        /// Path of the file.
        path: PathBuf,
        /// Line, column and fault, in the words of the TOML reader.
        reason: String,
    },
}

/// The content of one glossary file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    glossary: Vec<Section>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Section {
    /// A heading for people; the program does not use it.
    #[allow(dead_code, reason = "a section without a name would be hard to talk about")]
    name: String,
    apis: Vec<String>,
    resources: BTreeMap<String, Gloss>,
}

/// The description of one resource in plain words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gloss {
    /// What the resource is, and what people do with it.
    pub is: String,
    /// Other names that people use, separated by commas.
    pub also: String,
}

impl Gloss {
    /// The text that is embedded: the description and the names.
    pub fn text(&self) -> String {
        match (self.is.trim(), self.also.trim()) {
            (is, "") => is.to_owned(),
            ("", also) => also.to_owned(),
            (is, also) => format!("{is}; {also}"),
        }
    }
}

/// All sections of all files, before it is known for which API.
#[derive(Clone, Debug, Default)]
pub struct Glossaries {
    digest: [u8; 32],
    sections: Vec<Section>,
}

impl Glossaries {
    /// The program's glossary, and a user's where the file exists.
    ///
    /// # Errors
    /// [`GlossaryError`] for the user's file.
    pub fn load(user: Option<&Path>) -> Result<Self, GlossaryError> {
        let parse = |text: &str, path: &Path| -> Result<File, GlossaryError> {
            toml::from_str(text)
                .map_err(|error| GlossaryError::Parse { path: path.to_owned(), reason: error.to_string() })
        };
        let mut sections = parse(OWN, Path::new("inside the program"))?.glossary;
        let mut digest = blake3::Hasher::new();
        digest.update(OWN.as_bytes());
        if let Some(path) = user {
            match text_file::read(path) {
                Ok(text) => {
                    sections.extend(parse(&text, path)?.glossary);
                    digest.update(text.as_bytes());
                }
                Err(error) if text_file::is_absent(&error) => {}
                Err(source) => return Err(GlossaryError::Read { path: path.to_owned(), source }),
            }
        }
        Ok(Self { sections, digest: digest.finalize().into() })
    }

    /// BLAKE3 of everything that was read.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The glosses that hold for an API of this title. Where two files describe a resource, the one read last counts.
    pub fn of_api(&self, title: &str) -> Glossary {
        let title = title.to_lowercase();
        let holds = |section: &&Section| {
            section.apis.is_empty() || section.apis.iter().any(|api| title.contains(&api.to_lowercase()))
        };
        let resources = self.sections.iter().filter(holds).flat_map(|section| &section.resources);
        Glossary { glosses: resources.map(|(resource, gloss)| (key(resource), gloss.clone())).collect() }
    }
}

/// The glosses that hold for one API.
#[derive(Clone, Debug, Default)]
pub struct Glossary {
    glosses: HashMap<String, Gloss>,
}

impl Glossary {
    /// The gloss of a resource, which is named by its literal segments joined by `/`.
    pub fn get(&self, resource: &str) -> Option<&Gloss> {
        self.glosses.get(&key(resource))
    }
}

/// The key of a resource: lower case, without slashes at the ends and without the helper `info`, which can stand anywhere in a path.
fn key(resource: &str) -> String {
    let lower = resource.to_lowercase();
    lower.split('/').filter(|segment| !segment.is_empty() && *segment != "info").collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glosses_hold_for_the_apis_they_name_and_users_correct_them() {
        let own = Glossaries::load(None).unwrap();
        assert!(own.of_api("ConnectWise PSA (Manage) API").get("/Service/boards/").is_some());
        assert!(own.of_api("ConnectWise PSA (Manage) API").get("service/info/boards").is_some());
        assert!(own.of_api("Petstore").get("/service/boards").is_none());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("glossary.toml");
        std::fs::write(
            &path,
            "[[glossary]]\n[glossary.resources]\n\"/pets\" = { is = \"animals\", also = \"beasts\" }\n",
        )
        .unwrap();
        let both = Glossaries::load(Some(&path)).unwrap();
        assert_eq!(both.of_api("Petstore").get("pets").map(Gloss::text).as_deref(), Some("animals; beasts"));
        std::fs::write(&path, "[[glossary]]\nresources = 1\n").unwrap();
        let text = Glossaries::load(Some(&path)).unwrap_err().to_string();
        assert!(text.contains("glossary.toml") && text.contains("line 2"), "{text}");
    }
}
