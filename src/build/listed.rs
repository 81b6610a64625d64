//! Which manifests is the catalogue made of? A list in the home folder, which outlives every index, so that a rebuild knows them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use serde::{Deserialize, Serialize};

use super::input::{BUILT_IN, EMBEDDED, FROM_STDIN, Input, InputError, STDIN};
use crate::generation::BuiltFrom;
use crate::openapi::EMBEDDED_NAMES;
use crate::regular_file::RegularFile;
use crate::text_file::is_absent;

/// Name of the list, beside the index folder.
pub const LISTED: &str = "manifests.json";

/// The manifests of a catalogue, in the order of their operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The manifests, in order.
    pub manifests: Vec<Manifest>,
}

/// A manifest of the list, or a folder of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The API's name; `None` where it is made of the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// Absolute path of a file or folder; [`BUILT_IN`], or [`STDIN`] for what came from there and is not kept.
    pub manifest: String,
}

/// An error of the list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListedError {
    /// The list cannot be read.
    #[error(
        "the list of the catalogue's manifests, {}, cannot be read: {reason}; correct it, or move it away and build the index with \
         `--manifest` for each of them",
        path.display()
    )]
    Read {
        /// Path of the list.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
    /// The list cannot be written.
    #[error(
        "the index is built, and {} cannot be written, so the next build does not know its manifests; make the folder writable, and \
         run this again",
        path.display()
    )]
    Write {
        /// Path of the list.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: io::Error,
    },
    /// A manifest of the list cannot be read any more.
    #[error(
        "{manifest} belongs to the catalogue and cannot be read, so nothing was built: put the manifest back, name its new place with \
         `index add NAME FILE --replace`, or leave it out with `index remove NAME`"
    )]
    Unread {
        /// The manifest, with its API's name.
        manifest: Manifest,
        /// The reason.
        #[source]
        source: Box<InputError>,
    },
    /// A manifest that came from stdin cannot be read again.
    #[error(
        "{manifest} came from stdin and is not kept, so nothing was built: pipe everything again with `index build --manifest -`, \
         write the manifest to a file and name that with `index add NAME FILE --replace`, or leave it out with `index remove NAME`"
    )]
    Piped {
        /// The manifest, with its API's name.
        manifest: Manifest,
    },
    /// A manifest from stdin was to be added to the list.
    #[error("a manifest from stdin cannot be read again when the index is rebuilt; write it to a file, and name that")]
    AddedFromStdin,
    /// The name is of no form that commands, settings and addresses can carry.
    #[error("`{name}` is no name for an API: {reason}; take a short one such as `contoso`")]
    Name {
        /// The name that was given.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The name stands for another manifest.
    #[error(
        "`{api}` is in the catalogue already, from {manifest}; take another name, or put this one in its place with --replace"
    )]
    Taken {
        /// The name.
        api: String,
        /// The manifest that it stands for.
        manifest: String,
    },
    /// The embedded manifest is in the catalogue under another name.
    #[error(
        "the built-in manifest is in the catalogue already, as `{api}`; --replace has it called `{wanted}`, and what was kept or \
         configured for `{api}` then has no API"
    )]
    BuiltInTaken {
        /// Its name in the catalogue.
        api: String,
        /// The name that was asked for.
        wanted: String,
    },
    /// Nothing would be left.
    #[error(
        "that would leave no API in the catalogue, so nothing was removed; add another first with `index add NAME FILE`, or build it \
         of others with `index build --manifest FILE`"
    )]
    NothingLeft,
}

/// A list of a thousand manifests has 200 kB.
const LIST: RegularFile =
    RegularFile { most: 16 << 20, if_not_regular: "move it away", if_larger: ", which no such list has" };

impl Manifest {
    /// Whether the manifest of an API of a catalogue is this one, or one of this folder.
    pub fn holds(&self, built: &BuiltFrom) -> bool {
        match built.source.as_str() {
            EMBEDDED => self.manifest == BUILT_IN,
            FROM_STDIN => self.manifest == STDIN,
            path => Path::new(path).starts_with(&self.manifest),
        }
    }

    /// Whether it is a folder, by what a catalogue was built from.
    fn is_folder_of(&self, built: &BuiltFrom) -> bool {
        self.holds(built) && !matches!(built.source.as_str(), EMBEDDED | FROM_STDIN) && built.source != self.manifest
    }

    /// The inputs that it stands for now.
    fn inputs(&self) -> Result<Vec<Input>, ListedError> {
        if self.manifest == STDIN {
            return Err(ListedError::Piped { manifest: self.clone() });
        }
        let read = Input::named(Path::new(&self.manifest));
        let unread = |source| ListedError::Unread { manifest: self.clone(), source: Box::new(source) };
        Ok(read.map_err(unread)?.into_iter().map(|input| input.called(self.api.as_deref())).collect())
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.manifest == STDIN { "a manifest" } else { &self.manifest };
        match &self.api {
            Some(api) => write!(f, "{place}, the manifest of `{api}`,"),
            None => f.write_str(place),
        }
    }
}

impl From<&BuiltFrom> for Manifest {
    fn from(built: &BuiltFrom) -> Self {
        let manifest = match built.source.as_str() {
            EMBEDDED => BUILT_IN,
            FROM_STDIN => STDIN,
            path => path,
        };
        Self { api: built.is_named.then(|| built.api.clone()), manifest: manifest.to_owned() }
    }
}

impl Default for Listed {
    /// The list of a catalogue of the embedded manifest alone.
    fn default() -> Self {
        Self { manifests: vec![Manifest { api: None, manifest: BUILT_IN.to_owned() }] }
    }
}

impl Listed {
    /// Reads a list; `None` where there is none.
    ///
    /// # Errors
    /// [`ListedError::Read`]
    pub fn read(path: &Path) -> Result<Option<Self>, ListedError> {
        let failed = |reason: String| ListedError::Read { path: path.to_owned(), reason };
        let text = match LIST.text(path) {
            Ok(text) => text,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed(error.to_string())),
        };
        let list: Self = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        if list.manifests.is_empty() {
            return Err(failed("it names no manifest".to_owned()));
        }
        Ok(Some(list))
    }

    /// Writes the list, so that a reader finds the former one or this. Nothing is written where it says the same already.
    ///
    /// # Errors
    /// [`ListedError::Write`]
    pub fn write(&self, path: &Path) -> Result<(), ListedError> {
        if Self::read(path).is_ok_and(|former| former.as_ref() == Some(self)) {
            return Ok(());
        }
        let write = || -> io::Result<()> {
            let folder = path.parent().unwrap_or(Path::new("."));
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            let mut text = serde_json::to_vec_pretty(self).map_err(io::Error::other)?;
            text.push(b'\n');
            file.write_all(&text)?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)?;
            if cfg!(unix) {
                fs::File::open(folder)?.sync_all()?;
            }
            Ok(())
        };
        write().map_err(|source| ListedError::Write { path: path.to_owned(), source })
    }

    /// The list of what was named for a build.
    pub fn of(inputs: &[Input]) -> Self {
        let named = inputs
            .iter()
            .map(|input| Manifest { api: input.api().map(str::to_owned), manifest: input.given().to_owned() });
        let mut manifests: Vec<Manifest> = named.collect();
        manifests.dedup();
        Self { manifests }
    }

    /// The list of a catalogue that was built before there were lists; the embedded manifest where nothing was.
    pub fn built_from(built: &[BuiltFrom]) -> Self {
        if built.is_empty() { Self::default() } else { Self { manifests: built.iter().map(Manifest::from).collect() } }
    }

    /// The inputs of all manifests.
    ///
    /// # Errors
    /// [`ListedError::Unread`], [`ListedError::Piped`]
    pub fn inputs(&self) -> Result<Vec<Input>, ListedError> {
        let inputs: Result<Vec<Vec<Input>>, ListedError> = self.manifests.iter().map(Manifest::inputs).collect();
        Ok(inputs?.into_iter().flatten().collect())
    }

    /// The inputs for a build that nobody asked for: what cannot be used any more is left out and reported.
    pub fn usable_inputs(&self) -> Vec<Input> {
        let inputs = |manifest: &Manifest| match manifest.inputs() {
            Ok(inputs) => inputs.into_iter().map(Input::optional).collect(),
            Err(error) => vec![Input::unread(&manifest.manifest, io::Error::other(crate::causes::chain(&error)))],
        };
        self.manifests.iter().flat_map(inputs).collect()
    }

    /// Gives every manifest of a file the name that its API has in the catalogue, so that it keeps it whatever is added or removed.
    pub fn keep_names(&mut self, built: &[BuiltFrom]) {
        for manifest in self.manifests.iter_mut().filter(|manifest| manifest.api.is_none()) {
            if !built.iter().any(|built| manifest.is_folder_of(built))
                && let Some(built) = built.iter().find(|built| manifest.holds(built))
            {
                manifest.api = Some(built.api.clone());
            }
        }
    }

    /// Adds a manifest. The one that has its name already gives way where `may_replace` says so, and where it is the same one.
    ///
    /// # Errors
    /// [`ListedError::Taken`], [`ListedError::BuiltInTaken`]
    pub fn add(&mut self, new: Manifest, built: &[BuiltFrom], may_replace: bool) -> Result<(), ListedError> {
        if let Some(name) = &new.api
            && let Some(at) = self.of_api(name, built)
        {
            let former = &self.manifests[at];
            if former.manifest != new.manifest && !may_replace {
                return Err(ListedError::Taken { api: name.clone(), manifest: former.manifest.clone() });
            }
        }
        // One that is there already keeps its place; without a name of its own, also its name.
        if let Some(at) = self.manifests.iter().position(|former| former.manifest == new.manifest) {
            let former = &self.manifests[at];
            match (&former.api, &new.api) {
                (_, None) => return Ok(()),
                (Some(one), Some(other)) if one == other => return Ok(()),
                (Some(api), Some(wanted)) if new.manifest == BUILT_IN && !may_replace => {
                    return Err(ListedError::BuiltInTaken { api: api.clone(), wanted: wanted.clone() });
                }
                (None, _) => {
                    self.manifests[at] = new;
                    return Ok(());
                }
                (Some(_), Some(_)) if new.manifest == BUILT_IN => {
                    self.manifests[at].api.clone_from(&new.api);
                    return Ok(());
                }
                // One file under two names: two installations of one product.
                (Some(_), Some(_)) => {}
            }
        }
        match new.api.as_deref().and_then(|name| self.of_api(name, built)) {
            Some(at) => {
                let name = new.api.clone().unwrap_or_default();
                let at = self.alone(at, &name, built);
                self.manifests[at] = new;
            }
            None => self.manifests.push(new),
        }
        Ok(())
    }

    /// Removes an API, and tells whether there was one of that name. The embedded manifest goes by the word by which it is added, too.
    pub fn remove(&mut self, api: &str, built: &[BuiltFrom]) -> bool {
        let embedded = || {
            let is_named = EMBEDDED_NAMES.iter().any(|name| name.eq_ignore_ascii_case(api));
            self.manifests.iter().position(|manifest| is_named && manifest.manifest == BUILT_IN)
        };
        let Some(at) = self.of_api(api, built).or_else(embedded) else { return false };
        let at = self.alone(at, api, built);
        self.manifests.remove(at);
        true
    }

    /// The place of the manifest of an API; case does not matter.
    fn of_api(&self, api: &str, built: &[BuiltFrom]) -> Option<usize> {
        let by_name = |manifest: &Manifest| manifest.api.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(api));
        let by_catalogue = || {
            let built = built.iter().find(|built| built.api.eq_ignore_ascii_case(api))?;
            self.manifests.iter().position(|manifest| manifest.api.is_none() && manifest.holds(built))
        };
        self.manifests.iter().position(by_name).or_else(by_catalogue)
    }

    /// The place at which an API's manifest stands by itself: a folder that holds it gives way to its files.
    fn alone(&mut self, at: usize, api: &str, built: &[BuiltFrom]) -> usize {
        let folder = &self.manifests[at];
        if !built.iter().any(|built| folder.is_folder_of(built)) {
            return at;
        }
        let files: Vec<Manifest> = built
            .iter()
            .filter(|built| folder.holds(built))
            .map(|built| Manifest { api: Some(built.api.clone()), manifest: built.source.clone() })
            .collect();
        let within = files.iter().position(|file| file.api.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(api)));
        drop(self.manifests.splice(at..=at, files));
        at + within.unwrap_or(0)
    }
}

/// Most characters of an API's name: it stands in commands, settings and tables.
const LONGEST_NAME: usize = 64;

/// Checks a name that a user chose for an API.
///
/// # Errors
/// [`ListedError::Name`]
pub fn check_name(name: &str) -> Result<(), ListedError> {
    let reason = if name.is_empty() {
        "it is empty"
    } else if name.chars().count() > LONGEST_NAME {
        "it has more than 64 characters"
    } else if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        "it is made of letters, digits, `-`, `_` and `.`"
    } else if !name.starts_with(char::is_alphanumeric) {
        "it begins with a letter or a digit"
    } else {
        return Ok(());
    };
    Err(ListedError::Name { name: crate::escape::bounded(name).into_owned(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(api: &str, source: &str) -> BuiltFrom {
        BuiltFrom { api: api.to_owned(), source: source.to_owned(), is_named: false }
    }

    fn manifest(api: Option<&str>, manifest: &str) -> Manifest {
        Manifest { api: api.map(str::to_owned), manifest: manifest.to_owned() }
    }

    fn shown(list: &Listed) -> String {
        let one = |one: &Manifest| format!("{}={}", one.api.as_deref().unwrap_or("?"), one.manifest);
        list.manifests.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_list_is_what_was_written_and_nothing_else_is_taken_for_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LISTED);
        assert_eq!(Listed::read(&path).unwrap(), None);
        let list = Listed { manifests: vec![manifest(None, BUILT_IN), manifest(Some("pets"), "/a/é.json")] };
        list.write(&path).unwrap();
        assert_eq!(Listed::read(&path).unwrap(), Some(list));
        for wrong in ["", "{", "[]", r#"{"manifests": []}"#, r#"{"manifests": [{"path": "/a"}]}"#] {
            std::fs::write(&path, wrong).unwrap();
            let refused = Listed::read(&path).unwrap_err().to_string();
            assert!(refused.contains(LISTED) && refused.contains("--manifest"), "{refused}");
        }
        assert!(Listed::default().write(Path::new("/dev/null/x")).is_err());
    }

    #[test]
    fn what_is_added_takes_no_name_of_another_unless_it_is_to() {
        let built = [built("vendor", EMBEDDED), built("pets", "/a/pets.json")];
        let start = || {
            let mut list = Listed::built_from(&built);
            list.keep_names(&built);
            list
        };
        let add = |new: Manifest, may_replace| {
            let mut list = start();
            list.add(new, &built, may_replace).map(|()| shown(&list)).map_err(|error| error.to_string())
        };
        assert_eq!(shown(&start()), "vendor=builtin pets=/a/pets.json");
        assert_eq!(
            add(manifest(Some("shop"), "/b.json"), false).unwrap(),
            "vendor=builtin pets=/a/pets.json shop=/b.json"
        );
        assert_eq!(add(manifest(None, "/b.json"), false).unwrap(), "vendor=builtin pets=/a/pets.json ?=/b.json");
        // Read again.
        assert_eq!(add(manifest(Some("pets"), "/a/pets.json"), false).unwrap(), shown(&start()));
        assert_eq!(add(manifest(None, BUILT_IN), false).unwrap(), shown(&start()));
        // One manifest, two installations.
        assert_eq!(
            add(manifest(Some("zoo"), "/a/pets.json"), false).unwrap(),
            "vendor=builtin pets=/a/pets.json zoo=/a/pets.json"
        );
        // It moved.
        for name in ["pets", "Pets"] {
            let refused = add(manifest(Some(name), "/b.json"), false).unwrap_err();
            assert!(refused.contains("/a/pets.json") && refused.contains("--replace"), "{refused}");
        }
        assert_eq!(add(manifest(Some("pets"), "/b.json"), true).unwrap(), "vendor=builtin pets=/b.json");
        let refused = add(manifest(Some("cw"), BUILT_IN), false).unwrap_err();
        assert!(refused.contains("`vendor`") && refused.contains("--replace"), "{refused}");
        assert_eq!(add(manifest(Some("cw"), BUILT_IN), true).unwrap(), "cw=builtin pets=/a/pets.json");
    }

    #[test]
    fn the_built_in_manifest_is_removed_by_the_word_that_adds_it() {
        let (mut list, built) = (Listed::default(), [built("connectwise-psa", EMBEDDED)]);
        assert!(!list.remove("connect", &built));
        assert!(list.remove("ConnectWise", &built) && list.manifests.is_empty());
    }

    #[test]
    fn a_folder_gives_way_to_its_files_where_one_of_them_goes() {
        let built = [built("one", "/apis/one.json"), built("two", "/apis/deep/two.json"), built("other", "/b.json")];
        let start = || Listed { manifests: vec![manifest(None, "/apis"), manifest(Some("other"), "/b.json")] };
        let mut list = start();
        list.keep_names(&built);
        assert_eq!(list, start(), "the names within a folder are those of the titles");
        assert!(list.remove("One", &built));
        assert_eq!(shown(&list), "two=/apis/deep/two.json other=/b.json");
        assert!(!list.remove("one", &built));
        let mut list = start();
        list.add(manifest(Some("two"), "/c.json"), &built, true).unwrap();
        assert_eq!(shown(&list), "one=/apis/one.json two=/c.json other=/b.json");
    }

    #[test]
    fn a_name_is_one_that_every_surface_can_carry() {
        for name in ["contoso", "acme-2", "é", "a.b_c", "9"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "two words", "-x", ".x", "a/b", "a\nb", "[secret]", &"x".repeat(65)] {
            assert!(check_name(name).unwrap_err().to_string().contains("no name for an API"), "{name}");
        }
    }
}
