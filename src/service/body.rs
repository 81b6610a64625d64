//! Which body do the options of the command line make, for an operation of any media type?

use serde_json::{Map, Value};

use super::address::Meant;
use super::matching::Resolved;
use super::{Call, Service};
use crate::error::Error;
use crate::invoke::InvokeError;
use crate::invoke::draft::{TakenBody, body_of, taken_body};
use crate::openapi::Method;

impl Service {
    /// What a call with these parameters gives as its body; JSON where no manifest has the operation.
    ///
    /// # Errors
    /// [`Error::SeveralApis`]; as [`Self::open`].
    pub fn body_taken(
        &self,
        method: Method,
        path: &str,
        api: Option<&str>,
        params: &Map<String, Value>,
    ) -> Result<TakenBody, Error> {
        let searcher = self.searcher()?;
        let call = Call { api: api.map(str::to_owned), ..Call::new(method, path) };
        let found = match self.meant(&searcher, call)?.found {
            Ok(found) => Some(found),
            Err(Error::NoOperation { .. }) => None,
            Err(other) => return Err(other),
        };
        let Some(Resolved { operation: entry, .. }) = found else { return Ok(TakenBody::default()) };
        let lookup = |name: &str| searcher.store().schema(&entry.api, name);
        Ok(taken_body(&*searcher.store().operation(entry.doc)?, params, &lookup))
    }

    /// The body with these values, each a path to its field and a text.
    ///
    /// # Errors
    /// [`Error::Invoke`] with every value that has no place; [`Error::NoOperation`]; as [`Self::body_taken`].
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
