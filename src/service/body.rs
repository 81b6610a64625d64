//! Which body do the options of the command line make, for an operation of any media type?

use serde_json::Value;

use super::address::Meant;
use super::matching::Resolved;
use super::{Call, Service};
use crate::error::Error;
use crate::invoke::InvokeError;
use crate::invoke::draft::{BodyKind, body_of};
use crate::openapi::Method;

impl Service {
    /// The kind of body that an operation takes; JSON where no manifest has the operation.
    ///
    /// # Errors
    /// [`Error::SeveralApis`]; as [`Self::open`].
    pub fn body_kind(&self, method: Method, path: &str, api: Option<&str>) -> Result<BodyKind, Error> {
        let searcher = self.searcher()?;
        let call = Call { api: api.map(str::to_owned), ..Call::new(method, path) };
        let found = match self.meant(&searcher, call)?.found {
            Ok(found) => Some(found),
            Err(Error::NoOperation { .. }) => None,
            Err(other) => return Err(other),
        };
        let Some(Resolved { operation: entry, .. }) = found else { return Ok(BodyKind::Json) };
        let lookup = |name: &str| searcher.store().schema(&entry.api, name);
        Ok(BodyKind::of(&searcher.store().operation(entry.doc)?, &lookup))
    }

    /// The body with these values, each a path to its field and a text.
    ///
    /// # Errors
    /// [`Error::Invoke`] with every value that has no place; [`Error::NoOperation`]; as [`Self::body_kind`].
    pub fn body_of(
        &self,
        method: Method,
        path: &str,
        api: Option<&str>,
        values: &[(String, String)],
    ) -> Result<Value, Error> {
        let searcher = self.searcher()?;
        let call = Call { api: api.map(str::to_owned), ..Call::new(method, path) };
        let Meant { found, .. } = self.meant(&searcher, call)?;
        let Resolved { operation: entry, .. } = found?;
        let operation = searcher.store().operation(entry.doc)?;
        let lookup = |name: &str| searcher.store().schema(&entry.api, name);
        let dialect = self.dialect_of(&searcher, &entry.api)?;
        Ok(body_of(dialect, &operation, &lookup, values).map_err(InvokeError::Problems)?)
    }
}
