//! Where does the index lie? In the home folder; where that cannot be written, in a temporary folder of its user's own.
//!
//! The index is made of manifests that are there anyway, so it may be lost. Memory, audit file and logs may not: they stay in the home.

use std::path::Path;

use super::Service;
use crate::error::Error;
use crate::generation::{BuildLock, IndexFolder};
use crate::private;

impl Service {
    /// Returns the index folder.
    pub fn index(&self) -> &IndexFolder {
        let options = self.options();
        self.inner.index.get_or_init(|| choose(&options.home, options.build_if_missing))
    }

    /// Waits for the right to build. `busy` is called once where another process has it.
    pub(super) fn lock(&self, busy: impl FnOnce()) -> Result<BuildLock, Error> {
        Ok(self.index().lock(busy)?)
    }
}

/// Chooses the folder. Whoever may not build is given no temporary one: what was not checked to be the user's own is not read.
fn choose(home: &Path, may_build: bool) -> IndexFolder {
    let at_home = IndexFolder::under(home);
    if !may_build || at_home.open().is_ok() {
        return at_home;
    }
    let Err(error) = private::probe(at_home.path()) else { return at_home };
    match private::temporary_home() {
        Ok(temporary) => {
            tracing::warn!(
                "the index is kept in {}, since {} cannot be written ({error}); --home DIR names another folder",
                temporary.display(),
                home.display()
            );
            IndexFolder::under(&temporary)
        }
        Err(reason) => {
            tracing::warn!("no temporary folder can hold the index in place of {}: {reason}", home.display());
            at_home
        }
    }
}
