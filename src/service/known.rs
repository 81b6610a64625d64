//! What did an API take or refuse of an operation that its manifest does not know?

use super::Service;
use crate::invoke::base_of;
use crate::learned::{Fact, Learned, Subject};
use crate::openapi::Operation;
use crate::store::{Api, OperationRow};

impl Service {
    /// What APIs took or refused that their manifests do not know.
    pub fn learned(&self) -> Learned {
        Learned::of_home(&self.inner.options.home)
    }

    /// What the API took or refused of an operation; nothing where it is not known where the API is.
    pub(super) fn learned_of(&self, api: &Api, entry: &OperationRow, operation: &Operation) -> Vec<Fact> {
        let settings = &self.inner.options.calls;
        let security = operation.security.as_deref();
        let access = settings.access(&entry.api, api, security, &operation.servers, self.redactor());
        let Ok(access) = access else { return Vec::new() };
        let base = base_of(&access, self.redactor());
        self.learned().of(&Subject { base: &base, method: entry.method.as_str(), path: &entry.path })
    }
}
