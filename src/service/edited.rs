//! A kept call whose description or slots somebody writes anew.

use super::Service;
use super::saved_calls::{Remembered, checked_description, slot_names};
use crate::error::Error;
use crate::memory::revise::{Revised, with_slots};
use crate::memory::{EntryId, Pattern, slots};
use crate::surface::Argument;

/// What is to change of a kept call.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// Its new description.
    pub description: Option<String>,
    /// The names of all its slots from now on.
    pub slots: Option<Vec<String>>,
}

impl Service {
    /// Changes the description or the slots of a kept call.
    ///
    /// # Errors
    /// [`Error::NoEntry`], [`Error::Argument`] for a description that is none or a call that is kept already, [`Error::Slots`],
    /// [`Error::Secrets`], [`Error::Memory`]; [`Error::Invoke`] where writes are refused.
    pub fn edit_kept(&self, id: EntryId, edit: &Edit) -> Result<Remembered, Error> {
        self.may_remove("changed")?;
        let Some(entry) = self.memory().get(id)? else { return Err(self.no_entry(id)?) };
        let refused = |argument: Argument, reason: String| Error::Argument { argument, reason: reason.into() };
        if let Some(unreadable) = entry.unreadable.first() {
            let reason =
                format!("the column {} of entry {id} cannot be read; discard it and keep it anew", unreadable.column);
            return Err(refused(Argument::DESCRIPTION, reason));
        }
        let mut pattern: Pattern = entry.pattern;
        if let Some(description) = &edit.description {
            pattern.description = checked_description(description)?;
        }
        if let Some(names) = &edit.slots {
            pattern = with_slots(&pattern, &slot_names(&pattern, names))?;
        }
        let places = self.secrets_in(&pattern);
        if !places.is_empty() {
            return Err(Error::secrets(&places));
        }
        match self.memory().revise(id, &pattern)? {
            Revised::Done(entry) => {
                if let Ok(model) = self.embedder() {
                    self.embed(&*model, &entry)?;
                }
                let could_be_slots = slots::candidates(&entry.pattern);
                Ok(Remembered { updated: true, entry: *entry, could_be_slots, notes: self.memory().notices() })
            }
            Revised::Same(other) => Err(refused(
                Argument::SLOTS,
                format!("so it would be the same call as entry {other}; discard one of them"),
            )),
            Revised::Gone => Err(self.no_entry(id)?),
        }
    }
}
