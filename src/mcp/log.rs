//! Log messages to a client: what does its session do, from which level on?
//!
//! A client hears nothing until it says from which level on it wants to: by `logging/setLevel` for its session, or in each request's
//! `_meta` (protocol 2026-07-28). Messages name the tool, how it ended and how long it took; what went in and came out is the
//! client's own and is not repeated.

#![expect(
    deprecated,
    reason = "rmcp marks logging as deprecated by SEP-2577; clients of every published protocol use it"
)]

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rmcp::model::{CallToolResult, LoggingLevel};
use serde_json::{Value, json};

/// Name of the logger of these messages.
pub(super) const LOGGER: &str = "cw-orchestrator";

/// The least severe level that a session's client wants; `None` for no messages.
#[derive(Debug, Default)]
pub(super) struct Wanted(Mutex<Option<LoggingLevel>>);

impl Wanted {
    /// Returns the level that the client set.
    pub(super) fn get(&self) -> Option<LoggingLevel> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the level.
    pub(super) fn set(&self, level: LoggingLevel) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(level);
    }
}

/// Tells whether a message of `level` is at least as severe as `from`.
pub(super) fn is_heard(level: LoggingLevel, from: LoggingLevel) -> bool {
    severity(level) >= severity(from)
}

/// Returns the place of a level in the order of RFC 5424, least severe first.
fn severity(level: LoggingLevel) -> u8 {
    match level {
        LoggingLevel::Debug => 0,
        LoggingLevel::Info => 1,
        LoggingLevel::Notice => 2,
        LoggingLevel::Warning => 3,
        LoggingLevel::Error => 4,
        LoggingLevel::Critical => 5,
        LoggingLevel::Alert => 6,
        LoggingLevel::Emergency => 7,
    }
}

/// Makes the messages about a tool that ended, in order.
pub(super) fn of_tool(tool: &str, result: &CallToolResult, took: Duration) -> Vec<(LoggingLevel, Value)> {
    let ms = (took.as_secs_f64() * 1e6).round() / 1e3;
    let content = result.structured_content.as_ref();
    let member = |name: &str| content.and_then(|content| content.get(name)).filter(|value| !value.is_null());
    let mut messages = Vec::new();
    if let Some(reason) = member("reduced") {
        messages.push((LoggingLevel::Warning, json!({ "tool": tool, "reduced": reason })));
    }
    if let Some(attempts) = member("attempts").filter(|attempts| attempts.as_u64().is_some_and(|attempts| attempts > 1))
    {
        messages.push((LoggingLevel::Notice, json!({ "tool": tool, "attempts": attempts })));
    }
    let is_error = result.is_error == Some(true);
    let level = if is_error { LoggingLevel::Error } else { LoggingLevel::Info };
    messages.push((level, json!({ "tool": tool, "outcome": if is_error { "failed" } else { "done" }, "ms": ms })));
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_in_the_order_of_syslog() {
        assert!(is_heard(LoggingLevel::Error, LoggingLevel::Warning));
        assert!(is_heard(LoggingLevel::Info, LoggingLevel::Info));
        assert!(!is_heard(LoggingLevel::Notice, LoggingLevel::Warning));
    }
}
