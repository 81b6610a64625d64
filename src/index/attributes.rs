//! Which nouns are attributes of which records? `priority` is one of a ticket: a ticket's schema has such a field.

use std::collections::{HashMap, HashSet};

use super::TermId;

/// The records of all APIs by the last word of their nouns: `entry` of time entries.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    /// The sets of field names that records of this noun have.
    field_sets: HashMap<TermId, Vec<u32>>,
    /// A record's noun, and the noun of records that are kept below it.
    children: HashSet<(TermId, TermId)>,
}

impl Attributes {
    /// Takes note of records that have these fields.
    pub(super) fn add_record(&mut self, record: TermId, field_set: u32) {
        let sets = self.field_sets.entry(record).or_default();
        if !sets.contains(&field_set) {
            sets.push(field_set);
        }
    }

    /// Takes note of records that are kept below one of another noun.
    pub(super) fn add_child(&mut self, parent: TermId, child: TermId) {
        self.children.insert((parent, child));
    }

    /// The sets of field names in which an attribute of a record would stand; none where records of that name are kept below it:
    /// notes of a ticket are records of their own, whatever its fields are called.
    pub(super) fn sets(&self, record: TermId, attribute: TermId) -> &[u32] {
        if record == attribute || self.children.contains(&(record, attribute)) {
            return &[];
        }
        self.field_sets.get(&record).map_or(&[], Vec::as_slice)
    }
}
