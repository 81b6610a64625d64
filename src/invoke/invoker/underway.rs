//! What is remembered of a request from the decision to its result, whatever ends it?
//!
//! # Invariants
//! - A write's first line is in the audit file before the write is sent.
//! - A request that was decided on is settled, even where its future is dropped.

use super::{InvokeError, Invoker, not_sent};
use crate::escape::{QUOTED, shortened};
use crate::invoke::audit::{AuditError, AuditLine, CANCELLED, Looked, SENDING, is_surely_undone};
use crate::invoke::client::{ApiAccess, CallError, Fate};
use crate::invoke::consent::Wish;
use crate::invoke::file_content::FileContent;
use crate::invoke::order::Order;
use crate::invoke::shown::{Shown, Written};

/// Names of fields and of headers that an audit line has at most, so that it does not grow with what is sent.
const MOST_NAMES: usize = 100;

/// Characters of a URL in an audit line.
const LONGEST_URL: usize = 8_000;

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
    fields_left_out: usize,
    headers: Vec<String>,
    url: String,
    path: String,
}

impl<'a> Record<'a> {
    /// The record of a request as it is shown; `access` knows what to hide.
    pub(super) fn of(order: &'a Order, request: &Shown<'_>, access: &ApiAccess, contents: &[FileContent]) -> Self {
        let mut written = Written::of(&order.draft, contents);
        let fields_left_out = written.fields.len().saturating_sub(MOST_NAMES);
        written.fields.truncate(MOST_NAMES);
        for field in &mut written.fields {
            *field = shortened(&access.scrub(field), QUOTED).into_owned();
        }
        let headers = request.headers().into_iter().take(MOST_NAMES);
        Self {
            order,
            written,
            fields_left_out,
            headers: headers.map(|(name, _)| shortened(&name, QUOTED).into_owned()).collect(),
            url: shortened(&request.url(), LONGEST_URL).into_owned(),
            // A caller may have put a key into it.
            path: shortened(&access.scrub(&order.draft.path), LONGEST_URL).into_owned(),
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
            fields_left_out: self.fields_left_out,
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
    pub(super) async fn begin(&mut self, record: Record<'a>) -> Result<(), InvokeError> {
        let (audit, order) = (&self.invoker.audit, record.order);
        let line = record.line(&self.wish, SENDING);
        audit.append(&line)?;
        let is_looked_at = self.wish.may_create && !self.is_meant;
        let is_second = if is_looked_at { audit.was_sent_between(self.looked, &line) } else { Ok(false) };
        self.stage = Stage::Sending(record);
        if is_second? {
            self.settle(&format!("{:?}", Fate::NotSent)).await?;
            let reason =
                "another process sent the same POST at the same moment, and again it may create a second record";
            return Err(not_sent(order, reason));
        }
        Ok(())
    }

    /// Records the status, or what failed. Returns what to say where the record could not be written: what came of a request is
    /// worth more than its line, and whoever asked must not think that nothing was sent.
    pub(super) async fn end(&mut self, sent: &Result<u16, CallError>) -> Option<String> {
        let result = match sent {
            Ok(status) => status.to_string(),
            Err(error) => error.status().map_or_else(|| format!("{:?}", error.fate()), |status| status.to_string()),
        };
        let AuditError { path, source } = self.settle(&result).await.err()?;
        tracing::error!(path = %path.display(), %source, result, "the result of a write was not recorded");
        Some(format!("the result could not be added to the audit file {}: {source}", path.display()))
    }

    async fn settle(&mut self, result: &str) -> Result<(), AuditError> {
        let recorded = self.record(result);
        if !recorded.may_be_done {
            self.invoker.gate.release(&self.wish).await;
        }
        recorded.audit
    }

    /// Records how it ended, and whether it may have been done; if it surely was not, the gate is still to forget it.
    fn record(&mut self, result: &str) -> Recorded {
        match std::mem::replace(&mut self.stage, Stage::Settled) {
            Stage::Sending(record) => {
                let may_be_done = !is_surely_undone(result);
                if may_be_done {
                    self.invoker.gate.sent(&self.wish);
                }
                Recorded { may_be_done, audit: self.invoker.audit.append(&record.line(&self.wish, result)) }
            }
            Stage::Reserved | Stage::Settled => Recorded { may_be_done: false, audit: Ok(()) },
        }
    }
}

/// How the end of a request was recorded.
struct Recorded {
    may_be_done: bool,
    audit: Result<(), AuditError>,
}

impl Drop for Underway<'_> {
    /// Its future was dropped, as when a client cancels its call, or ended early: a write that was begun may have been done.
    fn drop(&mut self) {
        if matches!(self.stage, Stage::Settled) {
            return;
        }
        let recorded = self.record(CANCELLED);
        if !recorded.may_be_done {
            self.invoker.gate.release_later(&self.wish);
        }
        if let Err(AuditError { path, source }) = recorded.audit {
            tracing::error!(path = %path.display(), %source, "the end of a write was not recorded");
        }
    }
}
