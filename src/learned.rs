//! What did an API take or refuse that its manifest does not know?
//!
//! `learned.json` in the home folder holds, for each base URL and the version that the API names itself, names of fields and
//! parameters by operation; no values, and nothing that is not shaped like a name. A file that cannot be read counts as empty:
//! nothing of it is lost that the API does not tell again.
//!
//! # Invariants
//! - The file is replaced as a whole, under a lock, and is bounded.
//! - Facts of one version of an API are forgotten once the API names another.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::today;
use crate::private;
use crate::regular_file::RegularFile;

/// Facts that are kept of all APIs together; the oldest make room.
const MOST_FACTS: usize = 2_000;
/// Characters of a name; none of a field is longer.
const LONGEST_NAME: usize = 100;
/// How the file is read; its most bytes are several times what [`MOST_FACTS`] take.
const FILE: RegularFile = RegularFile { most: 4 << 20, if_not_regular: "delete it", if_larger: "; delete it" };

/// What is known or unknown of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    /// A field of its records.
    Field,
    /// Values of a field beyond the manifest's list.
    Values,
    /// A parameter.
    Parameter,
}

/// One thing that an API took or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The method of the operation.
    pub method: String,
    /// The path template of the operation.
    pub path: String,
    /// Field, value or parameter.
    pub thing: Thing,
    /// Name of the field or parameter; of a value, that of its field.
    pub name: String,
    /// Whether the API took it.
    pub taken: bool,
    /// The day on which it did, or refused it: `2026-11-27`.
    pub on: String,
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, on, taken, .. } = self;
        match (self.thing, taken) {
            (Thing::Values, _) => write!(f, "{name} takes other values than the manifest lists ({on})"),
            (Thing::Field | Thing::Parameter, true) => write!(f, "{name} was taken ({on})"),
            (Thing::Field | Thing::Parameter, false) => write!(f, "{name} was refused ({on})"),
        }
    }
}

/// An operation at a base URL.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The base URL that is configured.
    pub base: &'a str,
    /// Method of the operation.
    pub method: &'a str,
    /// Path template of the operation.
    pub path: &'a str,
}

/// The file of what APIs took and refused. It is read anew each time: other processes write it too.
#[derive(Clone, Debug)]
pub struct Learned {
    path: PathBuf,
}

/// The file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
pub struct LearnedError {
    path: PathBuf,
    source: io::Error,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    apis: Vec<Api>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Api {
    base: String,
    /// As the API names it; empty where it never did.
    version: String,
    /// The oldest first.
    facts: Vec<Fact>,
}

impl Learned {
    /// What was learned, of the home folder `home`. Nothing is opened yet.
    pub fn of_home(home: &Path) -> Self {
        Self { path: home.join("learned.json") }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of an operation.
    pub fn of(&self, subject: &Subject<'_>) -> Vec<Fact> {
        let apis = self.read().apis.into_iter().filter(|api| api.base == subject.base);
        let facts = apis.flat_map(|api| api.facts);
        facts.filter(|fact| fact.method == subject.method && fact.path == subject.path).collect()
    }

    /// How many things are known in all.
    pub fn count(&self) -> usize {
        self.read().apis.iter().map(|api| api.facts.len()).sum()
    }

    /// Adds facts as thing, name and whether it was taken; a newer one replaces an older. Where the API names another `version` than
    /// before, what it said until then is forgotten, also with nothing to add.
    ///
    /// # Errors
    /// [`LearnedError`]; the file is as it was.
    pub fn note(
        &self,
        subject: &Subject<'_>,
        version: Option<&str>,
        facts: &[(Thing, String, bool)],
    ) -> Result<(), LearnedError> {
        let facts: Vec<_> = facts.iter().filter(|(_, name, _)| is_name(name)).collect();
        // Most calls have nothing to say of a file that is not there.
        if facts.is_empty() && (version.is_none() || !self.path.exists()) {
            return Ok(());
        }
        if facts.is_empty() && !self.read().apis.iter().any(|api| api.is_outdated(subject.base, version)) {
            return Ok(());
        }
        self.change(|content| {
            for api in content.apis.iter_mut().filter(|api| api.is_outdated(subject.base, version)) {
                api.facts.clear();
                api.version.clear();
            }
            let at = content.apis.iter().position(|api| api.base == subject.base).unwrap_or_else(|| {
                content.apis.push(Api { base: subject.base.to_owned(), ..Api::default() });
                content.apis.len() - 1
            });
            let Some(api) = content.apis.get_mut(at) else { return };
            if let Some(version) = version {
                version.clone_into(&mut api.version);
            }
            for (thing, name, taken) in facts {
                let is_same = |fact: &Fact| {
                    fact.thing == *thing
                        && fact.method == subject.method
                        && fact.path == subject.path
                        && fact.name.eq_ignore_ascii_case(name)
                };
                api.facts.retain(|fact| !is_same(fact));
                api.facts.push(Fact {
                    method: subject.method.to_owned(),
                    path: subject.path.to_owned(),
                    thing: *thing,
                    name: name.clone(),
                    taken: *taken,
                    on: today(),
                });
            }
            content.bound();
        })
    }

    /// Forgets everything. Returns how many things were known.
    ///
    /// # Errors
    /// [`LearnedError`]
    pub fn forget(&self) -> Result<usize, LearnedError> {
        let count = self.count();
        match fs::remove_file(&self.path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(self.failed(source)),
            _ => Ok(count),
        }
    }

    fn failed(&self, source: io::Error) -> LearnedError {
        LearnedError { path: self.path.clone(), source }
    }

    fn read(&self) -> Content {
        serde_json::from_slice(&FILE.bytes(&self.path).unwrap_or_default()).unwrap_or_default()
    }

    fn change(&self, change: impl FnOnce(&mut Content)) -> Result<(), LearnedError> {
        let failed = |source| self.failed(source);
        let folder = self.path.parent().unwrap_or(Path::new("."));
        private::make_folder(folder).map_err(failed)?;
        let lock = private::options().create(true).truncate(false).write(true).open(self.path.with_extension("lock"));
        let lock = lock.map_err(failed)?;
        lock.lock().map_err(failed)?;
        let mut content = self.read();
        change(&mut content);
        let text = serde_json::to_vec_pretty(&content).map_err(|error| failed(error.into()))?;
        let mut part = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        part.write_all(&text).and_then(|()| part.as_file().sync_all()).map_err(failed)?;
        part.persist(&self.path).map_err(|error| failed(error.error))?;
        Ok(())
        // The lock ends here, with its file.
    }
}

impl Api {
    /// Whether the facts of a base URL are of another version than this one.
    fn is_outdated(&self, base: &str, version: Option<&str>) -> bool {
        self.base == base && version.is_some_and(|version| !self.version.is_empty() && self.version != version)
    }
}

impl Content {
    fn bound(&mut self) {
        self.apis.retain(|api| !api.facts.is_empty());
        let mut over = self.apis.iter().map(|api| api.facts.len()).sum::<usize>().saturating_sub(MOST_FACTS);
        for api in &mut self.apis {
            let gone = over.min(api.facts.len());
            api.facts.drain(..gone);
            over -= gone;
        }
    }
}

/// Whether a text is shaped like the name of a field or parameter. Any other text may be a value, which must not be kept.
fn is_name(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && text.len() <= LONGEST_NAME && text.chars().all(|c| c.is_ascii_alphanumeric() || "_/.-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKETS: Subject<'static> =
        Subject { base: "https://api.example/3.0", method: "GET", path: "/service/tickets" };

    fn field(name: &str, taken: bool) -> (Thing, String, bool) {
        (Thing::Field, name.to_owned(), taken)
    }

    fn known(learned: &Learned, subject: &Subject<'_>) -> Vec<(String, bool)> {
        learned.of(subject).into_iter().map(|fact| (fact.name, fact.taken)).collect()
    }

    #[test]
    fn facts_hold_for_their_operation_and_base_url_and_the_newest_counts() {
        let home = tempfile::tempdir().unwrap();
        let learned = Learned::of_home(home.path());
        learned.note(&TICKETS, Some("2025.1"), &[field("slaName", true), field("email", true)]).unwrap();
        learned.note(&TICKETS, Some("2025.1"), &[field("Email", false)]).unwrap();
        assert_eq!(known(&learned, &TICKETS), [("slaName".to_owned(), true), ("Email".to_owned(), false)]);
        for other in [
            Subject { base: "https://other.example/3.0", ..TICKETS },
            Subject { path: "/company/contacts", ..TICKETS },
            Subject { method: "POST", ..TICKETS },
        ] {
            assert_eq!(known(&learned, &other), []);
        }
        assert_eq!(learned.forget().unwrap(), 2);
        assert_eq!((known(&learned, &TICKETS), learned.forget().unwrap()), (Vec::new(), 0));
    }

    #[test]
    fn another_version_of_the_api_is_asked_anew() {
        let home = tempfile::tempdir().unwrap();
        let learned = Learned::of_home(home.path());
        learned.note(&TICKETS, Some("2025.1"), &[field("email", false)]).unwrap();
        learned.note(&TICKETS, None, &[]).unwrap();
        learned.note(&TICKETS, Some("2025.1"), &[]).unwrap();
        assert_eq!(learned.count(), 1);
        learned.note(&Subject { base: "https://other.example", ..TICKETS }, Some("2026.1"), &[]).unwrap();
        assert_eq!(learned.count(), 1);
        learned.note(&TICKETS, Some("2026.1"), &[]).unwrap();
        assert_eq!(learned.count(), 0);
    }

    #[test]
    fn the_file_is_bounded_and_holds_nothing_but_names() {
        let home = tempfile::tempdir().unwrap();
        let learned = Learned::of_home(home.path());
        let many: Vec<_> = (0..MOST_FACTS + 5).map(|number| field(&format!("field{number}"), true)).collect();
        learned.note(&TICKETS, None, &many).unwrap();
        assert_eq!(learned.count(), MOST_FACTS);
        learned.forget().unwrap();
        let no_names = [field("a = 'b'", true), field("", true), field("5", true), field(&"x".repeat(200), false)];
        learned.note(&TICKETS, None, &no_names).unwrap();
        assert!(!learned.path().exists());
    }

    #[test]
    fn a_file_that_cannot_be_read_counts_as_empty_and_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let learned = Learned::of_home(home.path());
        fs::write(learned.path(), "{\"apis\": [").unwrap();
        assert_eq!(learned.count(), 0);
        learned.note(&TICKETS, None, &[field("email", false)]).unwrap();
        assert_eq!(learned.count(), 1);
    }
}
