//! An entry whose description or slots are written anew: it keeps its number and its counts.

use serde_json::{Map, Value};

pub use super::entry::Revised;
use super::slots::{self, SlotError};
use super::{EntryId, Memory, MemoryError, Pattern, Slot};

impl Memory {
    /// Writes an entry anew.
    ///
    /// # Errors
    /// [`MemoryError`]; nothing was changed.
    pub fn revise(&self, id: EntryId, pattern: &Pattern) -> Result<Revised, MemoryError> {
        self.keeper.revise(id, pattern)
    }
}

/// The pattern with exactly these slots: those that are no longer wanted take the value that they had when the call was saved.
///
/// # Errors
/// [`SlotError::Missing`] for a slot that never had a value, [`SlotError::UnknownNames`].
pub fn with_slots(pattern: &Pattern, names: &[String]) -> Result<Pattern, SlotError> {
    let is_wanted = |slot: &Slot| names.contains(&slot.name);
    let (kept, closed): (Vec<Slot>, Vec<Slot>) = pattern.slots.iter().cloned().partition(is_wanted);
    let values: Map<String, Value> =
        closed.iter().filter_map(|slot| Some((slot.name.clone(), slot.example.clone()?))).collect();
    let closing = Pattern { slots: closed, ..pattern.clone() };
    let filled = Pattern { slots: kept.clone(), ..slots::fill(&closing, &values)? };
    let new: Vec<String> = names.iter().filter(|name| kept.iter().all(|slot| slot.name != **name)).cloned().collect();
    if new.is_empty() { Ok(filled) } else { slots::open(&filled, &new) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{object, over_both, pattern};
    use super::*;

    #[test]
    fn an_entry_keeps_its_number_and_counts_and_takes_the_rest() {
        over_both(|new_place| {
            let place = new_place();
            let memory = place.open();
            let params = |value: Value| Pattern { params: object(value), ..pattern("a", "/a") };
            let entry = memory.save(&params(json!({ "conditions": "company/id = 250" }))).unwrap().entry().clone();
            memory.used(entry.id).unwrap();
            let other = memory.save(&params(json!({ "page": 2 }))).unwrap().entry().clone();
            let opened = with_slots(&entry.pattern, &["company_id".to_owned()]).unwrap();
            let wanted = Pattern { description: "of one company".to_owned(), ..opened };
            let Revised::Done(revised) = memory.revise(entry.id, &wanted).unwrap() else { panic!("it is there") };
            assert_eq!((revised.id, revised.usage_count, &revised.pattern), (entry.id, 2, &wanted));
            assert_eq!(memory.get(entry.id).unwrap().unwrap(), *revised);
            assert_eq!(memory.holds(&wanted).unwrap(), Some(entry.id));
            // Back to where it was, and no further than another entry.
            let closed = with_slots(&revised.pattern, &[]).unwrap();
            assert_eq!((&closed.params, closed.slots.len()), (&entry.pattern.params, 0));
            assert_eq!(memory.revise(entry.id, &other.pattern).unwrap(), Revised::Same(other.id));
            assert_eq!(memory.revise(999, &wanted).unwrap(), Revised::Gone);
        });
    }
}
