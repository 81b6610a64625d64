//! What did an API take or refuse of an operation that its manifest does not know?

use super::Service;
use super::describe::LookedUp;
use crate::error::Error;
use crate::invoke::base_of;
use crate::invoke::client::ApiAccess;
use crate::learned::{Fact, Learned, Subject};
use crate::openapi::Operation;
use crate::store::{Api, OperationRow};

/// APIs that are asked whether they can be called: of thousands nobody reads a list.
const MOST_ASKED: usize = 20;

impl Service {
    /// What APIs took or refused that their manifests do not know.
    pub fn learned(&self) -> Learned {
        Learned::of_home(&self.space.folder)
    }

    /// How an operation is reached; `None` where that is not known.
    pub(super) fn access_of(&self, api: &Api, entry: &OperationRow, operation: &Operation) -> Option<ApiAccess> {
        let settings = self.calls();
        let security = operation.security.as_deref();
        settings.access(&entry.api, api, security, &operation.servers, self.redactor()).ok()
    }

    /// Why an operation cannot be called with the settings there are; `None` where it can.
    pub(super) fn unset(&self, looked_up: &LookedUp) -> Result<Option<String>, Error> {
        let LookedUp { searcher, entry, operation, .. } = looked_up;
        let api = searcher.store().api(&entry.api)?.unwrap_or_default();
        let security = operation.security.as_deref();
        let access = self.calls().access(&entry.api, &api, security, &operation.servers, self.redactor());
        Ok(access.err().map(|error| self.redactor().text(&error.to_string()).into_owned()))
    }

    /// Of the first APIs of the catalogue those that cannot be called with the settings there are, each with what is missing.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn unset_apis(&self) -> Result<Vec<(String, String)>, Error> {
        let searcher = self.searcher()?;
        let mut unset = Vec::new();
        for name in searcher.store().apis()?.into_iter().take(MOST_ASKED) {
            let api = searcher.store().api(&name)?.unwrap_or_default();
            if let Err(error) = self.calls().access(&name, &api, None, &[], self.redactor()) {
                unset.push((name, self.redactor().text(&error.to_string()).into_owned()));
            }
        }
        Ok(unset)
    }

    /// What the API took or refused of an operation.
    pub(super) fn learned_of(&self, access: &ApiAccess, entry: &OperationRow) -> Vec<Fact> {
        let base = base_of(access, self.redactor());
        self.learned().of(&Subject { base: &base, method: entry.method.as_str(), path: &entry.path })
    }
}
