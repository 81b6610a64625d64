//! Which APIs are in the catalogue, and how does one come in or go out with the others left as they are?

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Service, left_out};
use crate::build::{
    self, BuildError, BuildReport, EMBEDDED, FROM_STDIN, Input, InputError, Listed, ListedError, Manifest,
};
use crate::build::{Progress, Reuse};
use crate::causes::chain;
use crate::error::Error;
use crate::generation::{BuildLock, BuiltFrom, CATALOGUE, GenerationError, ManifestRecord};
use crate::search::{SearchError, known_apis};
use crate::store::Store;

/// An API that is to come into the catalogue.
#[derive(Clone, Debug)]
pub struct Addition {
    /// The manifest: a file, a folder, or a name of the embedded one.
    pub manifest: PathBuf,
    /// Its name; `None` to have it made of the title.
    pub api: Option<String>,
    /// Whether it may take the place of another manifest of that name.
    pub may_replace: bool,
}

/// An API of the catalogue, or a manifest that is to be in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogueEntry {
    /// Name of the API; `None` where the manifest was never read.
    pub api: Option<String>,
    /// `info.title`, or empty.
    pub title: String,
    /// `info.version`, or empty.
    pub version: String,
    /// Number of its operations in the catalogue.
    pub operations: u64,
    /// Absolute path of its file or folder, `builtin`, or `-` where it came from stdin.
    pub manifest: String,
    /// What became of the manifest since it was read.
    pub state: ManifestState,
}

/// What became of a manifest since the catalogue was built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ManifestState {
    /// It is as it was read.
    Unchanged,
    /// It, or a file that it refers to, has other content: the next build reads it again.
    Changed,
    /// It is not at its path any more: the catalogue still has it, and the next build needs it.
    Gone,
    /// It is there and cannot be read.
    Unreadable,
    /// It came from stdin, so nobody can compare it.
    Piped,
    /// It is on the list, and not in the catalogue yet.
    NotIndexed,
}

impl CatalogueEntry {
    /// What is not as it was with the manifest, and after the last semicolon what to do; `None` where nothing is to be done.
    pub fn advice(&self) -> Option<String> {
        let (name, manifest) = (self.api.as_deref().unwrap_or("NAME"), &self.manifest);
        Some(match self.state {
            ManifestState::Unchanged | ManifestState::Piped => return None,
            ManifestState::Changed if manifest == build::BUILT_IN => {
                format!(
                    "this program has another manifest of {name} than the index; take it with `cw-orchestrator index build`"
                )
            }
            ManifestState::Changed => {
                format!(
                    "{manifest} was changed since the index was built; read it again with `cw-orchestrator index build`"
                )
            }
            ManifestState::Gone => format!(
                "{manifest} is not there any more, and what was built from it still answers; put it back, or name its new place with \
                 `cw-orchestrator index add {name} FILE --replace`"
            ),
            ManifestState::Unreadable => {
                format!("{manifest} cannot be read any more; make it readable before the next build")
            }
            ManifestState::NotIndexed => {
                format!("{manifest} is not in the index yet; take it in with `cw-orchestrator index build`")
            }
        })
    }
}

impl Service {
    /// Path of the list of the catalogue's manifests.
    fn list_path(&self) -> PathBuf {
        self.index().path().with_file_name(build::LISTED)
    }

    /// The manifests that the catalogue is made of: as they are written down, else as the published record has them, else the embedded
    /// one alone.
    ///
    /// # Errors
    /// [`ListedError::Read`]
    pub(super) fn listed(&self) -> Result<Listed, Error> {
        let written = Listed::read(&self.list_path()).map_err(BuildError::from)?;
        Ok(written.unwrap_or_else(|| Listed::built_from(&self.index().built_from())))
    }

    /// Builds and publishes an index of these manifests alone. `api` is the name of the one API, where it is one. `busy` is called once
    /// where another process is building.
    ///
    /// # Errors
    /// Errors of building; what was published before still is.
    pub fn build(
        &self,
        inputs: Vec<Input>,
        api: Option<&str>,
        reuse: Reuse,
        progress: &dyn Progress,
        busy: impl FnOnce(),
    ) -> Result<BuildReport, Error> {
        let inputs: Vec<Input> = match api {
            Some(_) => inputs.into_iter().map(|input| input.called(api)).collect(),
            None => inputs,
        };
        let lock = self.lock(busy)?;
        self.make(&lock, &Listed::of(&inputs), inputs, reuse, progress)
    }

    /// Builds the catalogue again of the manifests that it is made of, as they are now.
    ///
    /// # Errors
    /// As [`Self::build`]; [`ListedError`] where one of them cannot be read any more.
    pub fn rebuild(&self, reuse: Reuse, progress: &dyn Progress, busy: impl FnOnce()) -> Result<BuildReport, Error> {
        let lock = self.lock(busy)?;
        let listed = self.listed()?;
        let inputs = listed.inputs().map_err(BuildError::from)?;
        self.make(&lock, &listed, inputs, reuse, progress)
    }

    /// Adds one API to the catalogue, or reads it again where it is there already.
    ///
    /// # Errors
    /// As [`Self::rebuild`]; [`ListedError`] where its name is none or stands for another manifest.
    pub fn add_api(
        &self,
        addition: &Addition,
        progress: &dyn Progress,
        busy: impl FnOnce(),
    ) -> Result<BuildReport, Error> {
        let api = addition.api.as_deref().map(str::trim);
        if let Some(name) = api {
            build::check_name(name).map_err(BuildError::from)?;
        }
        if addition.manifest == Path::new(build::STDIN) {
            return Err(BuildError::from(ListedError::AddedFromStdin).into());
        }
        // Before anything is locked: what is wrong with the new one is said first.
        let named = Input::named(&addition.manifest).map_err(BuildError::from)?;
        let new: Vec<Input> = named.into_iter().map(|input| input.called(api)).collect();
        let lock = self.lock(busy)?;
        let built = self.index().built_from();
        let mut listed = self.listed()?;
        listed.keep_names(&built);
        for manifest in Listed::of(&new).manifests {
            listed.add(manifest, &built, addition.may_replace).map_err(BuildError::from)?;
        }
        let inputs = listed.inputs().map_err(BuildError::from)?;
        self.make(&lock, &listed, inputs, Reuse::Unchanged, progress)
    }

    /// Removes APIs from the catalogue.
    ///
    /// # Errors
    /// As [`Self::rebuild`]; [`SearchError::UnknownApi`], [`ListedError::NothingLeft`], [`GenerationError::Missing`] where there is
    /// nothing to remove from.
    pub fn remove_apis(
        &self,
        names: &[String],
        progress: &dyn Progress,
        busy: impl FnOnce(),
    ) -> Result<BuildReport, Error> {
        let known = |built: &[BuiltFrom], listed: &Listed| -> Vec<String> {
            let of_list = listed.manifests.iter().filter_map(|manifest| manifest.api.clone());
            built.iter().map(|built| built.api.clone()).chain(of_list).collect::<BTreeSet<_>>().into_iter().collect()
        };
        // Before the lock makes a folder.
        if known(&self.index().built_from(), &self.listed()?).is_empty() {
            return Err(GenerationError::Missing { home: self.index().path().to_owned() }.into());
        }
        let lock = self.lock(busy)?;
        let built = self.index().built_from();
        let mut listed = self.listed()?;
        listed.keep_names(&built);
        let known = known(&built, &listed);
        for name in names {
            if !listed.remove(name.trim(), &built) {
                return Err(SearchError::UnknownApi { name: name.clone(), known: known_apis(name, &known) }.into());
            }
        }
        if listed.manifests.is_empty() {
            return Err(BuildError::from(ListedError::NothingLeft).into());
        }
        let inputs = listed.inputs().map_err(BuildError::from)?;
        self.make(&lock, &listed, inputs, Reuse::Unchanged, progress)
    }

    /// Builds, publishes, writes the list down, and says what became of each API.
    fn make(
        &self,
        lock: &BuildLock,
        listed: &Listed,
        inputs: Vec<Input>,
        reuse: Reuse,
        progress: &dyn Progress,
    ) -> Result<BuildReport, Error> {
        let before = self.index().built_from();
        let (generation, mut report) = self.build_locked(lock, inputs, reuse, None, progress)?;
        listed.write(&self.list_path()).map_err(BuildError::from)?;
        let after = &generation.meta.manifests;
        let former = |record: &ManifestRecord| before.iter().find(|built| built.api == record.api);
        report.added =
            after.iter().filter(|record| former(record).is_none()).map(|record| record.api.clone()).collect();
        report.replaced = after
            .iter()
            .filter_map(|record| former(record).filter(|former| former.source != record.source))
            .map(as_listed)
            .collect();
        let is_gone = |built: &&BuiltFrom| after.iter().all(|record| record.api != built.api);
        report.removed = before.iter().filter(is_gone).map(as_listed).collect();
        report.notes = self.hints(&generation)?;
        report.notes.extend(left_out(&generation)?);
        report.notes.extend(report.removed.iter().filter_map(|gone| self.left_in_memory(&gone.api)));
        Ok(report)
    }

    /// Says how many kept calls have no API any more; nothing where memory cannot be read, which whoever needs it is told.
    fn left_in_memory(&self, api: &str) -> Option<String> {
        let memory = self.memory();
        // A look that makes no file comes first.
        memory.inspect().ok().flatten().filter(|count| *count > 0)?;
        let count = memory.list().ok()?.iter().filter(|entry| entry.pattern.api == api).count();
        let calls = if count == 1 { "1 kept call".to_owned() } else { format!("{count} kept calls") };
        (count > 0).then(|| format!("{calls} of {api} can be used again once it is back under this name"))
    }

    /// Lists the APIs of the catalogue with what became of their manifests, and the manifests that are not in it.
    ///
    /// # Errors
    /// [`ListedError::Read`]; errors of the catalogue. Without an index the list alone is given.
    pub fn catalogue(&self) -> Result<Vec<CatalogueEntry>, Error> {
        let listed = self.listed()?;
        let built = self.index().built_from();
        let (records, operations) = match self.index().open() {
            Ok(generation) => {
                let store = Store::open(&generation.folder.join(CATALOGUE))?;
                let mut operations: BTreeMap<String, u64> = BTreeMap::new();
                for domain in store.domains()? {
                    *operations.entry(domain.api).or_default() += domain.operations;
                }
                (generation.meta.manifests, operations)
            }
            Err(_) => (Vec::new(), BTreeMap::new()),
        };
        let mut entries: Vec<CatalogueEntry> = records
            .iter()
            .map(|record| CatalogueEntry {
                api: Some(record.api.clone()),
                title: record.title.clone(),
                version: record.version.clone(),
                operations: operations.get(&record.api).copied().unwrap_or_default(),
                manifest: as_listed(&BuiltFrom::from(record)).source,
                state: state(record),
            })
            .collect();
        let is_indexed = |manifest: &&Manifest| !records.is_empty() && built.iter().any(|built| manifest.holds(built));
        entries.extend(listed.manifests.iter().filter(|manifest| !is_indexed(manifest)).map(|manifest| {
            CatalogueEntry {
                api: manifest.api.clone(),
                title: String::new(),
                version: String::new(),
                operations: 0,
                manifest: manifest.manifest.clone(),
                state: match Path::new(&manifest.manifest) {
                    path if path.is_absolute() && !path.exists() => ManifestState::Gone,
                    _ => ManifestState::NotIndexed,
                },
            }
        }));
        Ok(entries)
    }
}

/// The same with the manifest named as a list names it.
fn as_listed(built: &BuiltFrom) -> BuiltFrom {
    BuiltFrom { source: Manifest::from(built).manifest, ..built.clone() }
}

fn state(record: &ManifestRecord) -> ManifestState {
    let path = match record.source.as_str() {
        FROM_STDIN => return ManifestState::Piped,
        EMBEDDED => Path::new(build::BUILT_IN),
        path => Path::new(path),
    };
    let input = match Input::named(path) {
        Ok(inputs) => inputs.into_iter().next(),
        Err(InputError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            return ManifestState::Gone;
        }
        Err(error) => {
            tracing::debug!(error = chain(&error), "a manifest cannot be compared");
            return ManifestState::Unreadable;
        }
    };
    match input.and_then(|input| input.digest()) {
        None => ManifestState::Unreadable,
        // A record of before this was recorded tells nothing.
        Some(digest) if record.content.as_ref().is_none_or(|known| *known == digest.to_hex().as_str()) => {
            ManifestState::Unchanged
        }
        Some(_) => ManifestState::Changed,
    }
}
