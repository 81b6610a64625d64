//! What did an API take or refuse of an operation that its manifest does not know?

use super::Service;
use crate::invoke::base_of;
use crate::invoke::client::ApiAccess;
use crate::learned::{Fact, Learned, Subject};
use crate::openapi::Operation;
use crate::store::{Api, OperationRow};

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

    /// What the API took or refused of an operation.
    pub(super) fn learned_of(&self, access: &ApiAccess, entry: &OperationRow) -> Vec<Fact> {
        let base = base_of(access, self.redactor());
        self.learned().of(&Subject { base: &base, method: entry.method.as_str(), path: &entry.path })
    }
}
