//! What was repaired or left out, and how often?
//!
//! Invariant: one entry per code and message. A fault that hundreds of operations share (a missing schema, say) is one
//! warning with a count, at the first place that has it.

use std::collections::HashMap;

use super::Warning;
use super::reference::At;

/// The effect of a fault on what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The place was put right; nothing is missing.
    Repaired,
    /// Something was left out.
    Skipped,
}

/// Collects warnings.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    list: Vec<Warning>,
    known: HashMap<(&'static str, String), usize>,
}

impl Warnings {
    /// Adds a warning, or counts one that is there already. One place counts once however often it is visited.
    pub(super) fn warn(&mut self, code: &'static str, at: At<'_>, message: impl Into<String>, effect: Effect) {
        let (message, pointer) = (message.into(), at.pointer());
        let key = (code, message);
        if let Some(warning) = self.known.get(&key).and_then(|index| self.list.get_mut(*index)) {
            if warning.pointer != pointer {
                warning.occurrences += 1;
            }
            return;
        }
        self.list.push(Warning {
            code: code.to_owned(),
            pointer,
            message: key.1.clone(),
            skipped: effect == Effect::Skipped,
            occurrences: 1,
        });
        self.known.insert(key, self.list.len() - 1);
    }

    /// The warnings in the order in which they were found.
    pub(super) fn into_list(self) -> Vec<Warning> {
        self.list
    }
}
