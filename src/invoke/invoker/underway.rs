//! What is remembered of a request from the decision to its result, whatever ends it?
//!
//! # Invariants
//! - A write's first line is in the audit file before the write is sent.
//! - A request that was decided on is settled, even where its future is dropped.

use super::{InvokeError, Invoker, not_sent};
use crate::invoke::audit::{AuditError, AuditLine, CANCELLED, Looked, SENDING, is_surely_undone};
use crate::invoke::client::{ApiAccess, CallError, Fate};
use crate::invoke::consent::Wish;
use crate::invoke::file_content::FileContent;
use crate::invoke::order::Order;
use crate::invoke::shown::{Shown, Written};

/// A request between the decision and its result.
pub(super) struct Underway<'a> {
    invoker: &'a Invoker,
    wish: Wish<'a>,
    looked: Looked,
    /// That its user wants it once more, whatever was sent before.
    is_meant: bool,
    stage: Stage<'a>,
}

enum Stage<'a> {
    /// Decided on; nothing was sent.
    Reserved,
    /// A write whose first line is in the audit file.
    Sending(Record<'a>),
    Settled,
}

/// What both audit lines of a write say, beside its wish.
pub(super) struct Record<'a> {
    order: &'a Order,
    written: Written,
    headers: Vec<String>,
    url: String,
    path: String,
}

impl<'a> Record<'a> {
    /// The record of a request as it is shown; `access` knows what to hide.
    pub(super) fn of(order: &'a Order, request: &Shown<'_>, access: &ApiAccess, contents: &[FileContent]) -> Self {
        let mut written = Written::of(&order.draft, contents);
        for field in &mut written.fields {
            *field = access.scrub(field);
        }
        Self {
            order,
            written,
            headers: request.headers().into_iter().map(|(name, _)| name).collect(),
            url: request.url(),
            // A caller may have put a key into it.
            path: access.scrub(&order.draft.path),
        }
    }

    fn line<'l>(&'l self, wish: &Wish<'l>, result: &'l str) -> AuditLine<'l> {
        AuditLine {
            write: wish.write,
            client: wish.client,
            api: &self.order.api,
            method: wish.method,
            path: &self.path,
            url: &self.url,
            headers: &self.headers,
            fields: &self.written.fields,
            body_blake3: &self.written.blake3,
            request_blake3: wish.likeness,
            result,
        }
    }
}

impl<'a> Underway<'a> {
    /// A request that was just decided on.
    pub(super) fn of(invoker: &'a Invoker, wish: Wish<'a>, looked: Looked) -> Self {
        Self { invoker, is_meant: wish.confirmation.is_some(), wish, looked, stage: Stage::Reserved }
    }

    /// Notes that the user was asked about sending it once more, and said yes.
    pub(super) fn is_meant(&mut self) {
        self.is_meant = true;
    }

    /// Writes the first line of a write. It is not to be sent where that fails, or where another process was first.
    pub(super) fn begin(&mut self, record: Record<'a>) -> Result<(), InvokeError> {
        let (audit, order) = (&self.invoker.audit, record.order);
        let line = record.line(&self.wish, SENDING);
        audit.append(&line)?;
        let is_looked_at = self.wish.may_create() && !self.is_meant;
        let is_second = if is_looked_at { audit.was_sent_between(self.looked, &line) } else { Ok(false) };
        self.stage = Stage::Sending(record);
        if is_second? {
            self.settle(&format!("{:?}", Fate::NotSent))?;
            let reason =
                "another process sent the same POST at the same moment, and again it may create a second record";
            return Err(not_sent(order, reason));
        }
        Ok(())
    }

    /// Records the status, or what failed. Returns what to say where the record could not be written: what came of a request is
    /// worth more than its line, and whoever asked must not think that nothing was sent.
    pub(super) fn end(&mut self, sent: &Result<u16, CallError>) -> Option<String> {
        let result = match sent {
            Ok(status) => status.to_string(),
            Err(error) => error.status().map_or_else(|| format!("{:?}", error.fate()), |status| status.to_string()),
        };
        let AuditError { path, source } = self.settle(&result).err()?;
        tracing::error!(path = %path.display(), %source, result, "the result of a write was not recorded");
        Some(format!("the result could not be added to the audit file {}: {source}", path.display()))
    }

    fn settle(&mut self, result: &str) -> Result<(), AuditError> {
        let gate = &self.invoker.gate;
        match std::mem::replace(&mut self.stage, Stage::Settled) {
            Stage::Sending(record) => {
                if is_surely_undone(result) {
                    gate.release(&self.wish)
                } else {
                    gate.sent(&self.wish)
                }
                self.invoker.audit.append(&record.line(&self.wish, result))
            }
            Stage::Reserved | Stage::Settled => {
                gate.release(&self.wish);
                Ok(())
            }
        }
    }
}

impl Drop for Underway<'_> {
    /// Its future was dropped, as when a client cancels its call, or ended early: a write that was begun may have been done.
    fn drop(&mut self) {
        if matches!(self.stage, Stage::Settled) {
            return;
        }
        if let Err(AuditError { path, source }) = self.settle(CANCELLED) {
            tracing::error!(path = %path.display(), %source, "the end of a write was not recorded");
        }
    }
}
