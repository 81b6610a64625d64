//! In which company or API are calls made? What one profile has and another must not: its keys, and all that calls leave behind.
//!
//! A profile has a folder of its own below the home: memory, what was learned, changes to be taken back, downloads, its audit file. The index,
//! the model and the log are everybody's.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once};

use super::{CallOptions, Service, names, proposals, recall};
use crate::invoke::{Grant, Invoker};
use crate::memory::{self, Memory};

/// The folder of all profiles' folders, below the home.
const FOLDER: &str = "profiles";

/// What calls are made with, and what they leave.
pub(super) struct Space {
    /// The folder of its files.
    pub(super) folder: PathBuf,
    pub(super) calls: CallOptions,
    /// Made at the first call.
    pub(super) invoker: Mutex<Option<Arc<Invoker>>>,
    pub(super) memory: Memory,
    /// Calls that clients were told they could keep.
    pub(super) proposals: proposals::Proposals,
    /// Names that were looked up a short while ago.
    pub(super) names: names::Known,
    /// Entries of memory with their operations in one snapshot of the index, for recall.
    pub(super) view: Mutex<Option<Arc<recall::View>>>,
    /// Whether rows of an older program were assigned to operations.
    pub(super) adopted: Once,
}

impl Space {
    /// The space of these settings: that of the profile which they are of, or the home itself. Nothing is opened yet.
    pub(super) fn of(home: &Path, calls: CallOptions) -> Self {
        let folder = calls.profile.as_deref().map_or_else(|| home.to_owned(), |name| home.join(FOLDER).join(name));
        let file = folder.join(memory::FILE_NAME);
        // The database's tables know no profiles: what one company keeps must not be another's.
        let shared = calls.state.as_ref().filter(|_| calls.profile.is_none());
        let memory = shared.map_or_else(|| Memory::at(&file), |database| Memory::shared(database.clone(), &file));
        Self {
            memory,
            folder,
            calls,
            invoker: Mutex::default(),
            proposals: proposals::Proposals::default(),
            names: names::Known::default(),
            view: Mutex::default(),
            adopted: Once::new(),
        }
    }
}

impl Service {
    /// The space of a profile. One that there is not has no settings, so that nothing can be called in it.
    pub(super) fn space_of(&self, profile: Option<&Arc<str>>) -> Arc<Space> {
        let Some(name) = profile else { return Arc::clone(&self.inner.own) };
        if self.inner.options.calls.profile.as_ref() == Some(name) {
            return Arc::clone(&self.inner.own);
        }
        self.inner.profiles.get(&**name).cloned().unwrap_or_else(|| {
            let nothing = CallOptions { profile: Some(Arc::clone(name)), ..CallOptions::default() };
            Arc::new(Space::of(&self.inner.options.home, nothing))
        })
    }

    /// The login name of the company that calls under a grant go to.
    pub(crate) fn company_of(&self, grant: &Grant) -> Option<String> {
        let space = self.space_of(grant.profile.as_ref());
        space.calls.connectwise.as_ref().map(|settings| settings.company_id.clone())
    }

    /// The same service in each profile that it is not in itself.
    pub fn in_other_profiles(&self) -> impl Iterator<Item = (&str, Self)> {
        let own = self.space.calls.profile.clone();
        let others = self.inner.profiles.iter().filter(move |(name, _)| own.as_deref() != Some(name.as_str()));
        others.map(|(name, space)| (name.as_str(), Self { space: Arc::clone(space), acting: None, ..self.clone() }))
    }

    /// The profile that its calls are made in.
    pub fn profile(&self) -> Option<&str> {
        self.space.calls.profile.as_deref()
    }
}
