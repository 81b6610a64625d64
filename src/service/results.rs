//! What is kept of answers: their rows, read in part or summed up, and the lines of the audit file.

use std::sync::Arc;

use serde_json::Value;

use super::Service;
use crate::error::Error;
use crate::invoke::answer::{Answer, Data};
use crate::invoke::rows::Rows;
use crate::invoke::stored::Page;
use crate::invoke::sums::Sums as Asked;
use crate::invoke::{Caller, InvokeError};

impl Service {
    /// A part of an answer that was too large to show.
    ///
    /// # Errors
    /// [`Error::Stored`]
    pub fn read_stored(
        &self,
        client: &str,
        handle: &str,
        range: (usize, usize),
        fields: &[String],
    ) -> Result<Page, Error> {
        let invoker = self.invoker()?;
        Ok(invoker.stored().read(client, handle, range, fields, invoker.options().budget)?)
    }

    /// The same of whole rows, with room for so many characters: for a reader who is no model.
    ///
    /// # Errors
    /// [`Error::Stored`]
    pub fn read_stored_full(
        &self,
        client: &str,
        handle: &str,
        range: (usize, usize),
        fields: &[String],
        characters: usize,
    ) -> Result<Page, Error> {
        Ok(self.invoker()?.stored().read_full(client, handle, range, fields, characters)?)
    }

    /// The newest lines of the audit file, oldest first.
    ///
    /// # Errors
    /// [`Error::Invoke`] where it cannot be read.
    pub fn audit_lines(&self) -> Result<Vec<String>, Error> {
        if !self.policy.rules.read_audit {
            let reason = format!("{} does not let you read what was changed; whoever runs the server can", self.policy);
            return Err(InvokeError::Refused { reason: reason.into() }.into());
        }
        Ok(self.invoker()?.audit_lines()?)
    }

    /// Makes of the rows of a stored answer what is asked of them.
    ///
    /// # Errors
    /// [`Error::Stored`], [`Error::Invoke`]
    pub async fn sum_stored(&self, handle: &str, sums: &Asked, caller: &dyn Caller) -> Result<Answer, Error> {
        let invoker = self.invoker()?;
        let rows = invoker.stored().whole(caller.name(), handle)?;
        Ok(invoker.sum_stored(sums, rows, caller).await?)
    }

    /// Keeps the rows that an answer shows whole, and returns their handle; nothing where it shows none.
    ///
    /// # Errors
    /// As [`Self::invoker`].
    pub fn keep_rows(&self, answer: &Answer, client: &str) -> Result<Option<String>, Error> {
        let rows = match &answer.result {
            Some(Data::Value(Value::Array(rows))) if answer.rows.is_some() => Rows::of_values(rows.clone()),
            Some(Data::Rows(rows)) => rows.clone(),
            _ => return Ok(None),
        };
        Ok(Some(self.invoker()?.stored().keep(client, rows, &[])))
    }

    /// All rows of an answer that was too large to show.
    ///
    /// # Errors
    /// [`Error::Stored`]
    pub(crate) fn stored_rows(&self, client: &str, handle: &str) -> Result<Arc<Rows>, Error> {
        Ok(self.invoker()?.stored().rows(client, handle)?)
    }
}
