//! An entry whose description or slots are written anew: it keeps its number and its counts.

use rusqlite::params;
use serde_json::{Map, Value};

use super::slots::{self, SlotError};
use super::statements::{get, with_key};
use super::{Entry, EntryId, Memory, MemoryError, Pattern, Slot, key};

/// What came of writing an entry anew.
#[derive(Clone, Debug, PartialEq)]
pub enum Revised {
    /// The entry as it is now.
    Done(Box<Entry>),
    /// Another entry is this call already; nothing was changed.
    Same(EntryId),
    /// There is no such entry.
    Gone,
}

impl Memory {
    /// Writes an entry anew.
    ///
    /// # Errors
    /// [`MemoryError`]; nothing was changed.
    pub fn revise(&self, id: EntryId, pattern: &Pattern) -> Result<Revised, MemoryError> {
        let revised = self.change("edit an entry", |transaction| {
            if get(transaction, id)?.is_none() {
                return Ok(Revised::Gone);
            }
            let key = key::key(pattern);
            if let Some(other) = with_key(transaction, &key)?.filter(|other| *other != id) {
                return Ok(Revised::Same(other));
            }
            let params_text = (!pattern.params.is_empty()).then(|| Value::Object(pattern.params.clone()).to_string());
            let data_text = pattern.data.as_ref().map(Value::to_string);
            let sql = "UPDATE saved_queries SET description = ?2, path = ?3, params = ?4, data = ?5 WHERE id = ?1";
            transaction.execute(sql, params![id, pattern.description, pattern.path, params_text, data_text])?;
            // In a statement of its own: where values changed, a trigger has taken these away, as it does behind the older program.
            let slots = if pattern.slots.is_empty() { None } else { serde_json::to_string(&pattern.slots).ok() };
            let sql = "UPDATE saved_queries SET api = ?2, template = ?3, slots = ?4, key = ?5, \
                       stale_since_s = NULL, stale_reason = NULL WHERE id = ?1";
            transaction.execute(sql, params![id, pattern.api, pattern.template, slots, &key[..]])?;
            let entry = get(transaction, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            Ok(Revised::Done(Box::new(entry)))
        })?;
        Ok(revised.unwrap_or(Revised::Gone))
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

    use super::super::tests::{memory, object, pattern};
    use super::*;

    #[test]
    fn an_entry_keeps_its_number_and_counts_and_takes_the_rest() {
        let (_folder, memory) = memory();
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
    }
}
