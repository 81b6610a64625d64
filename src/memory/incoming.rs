//! An entry that is being imported: whether it is there already, and as which row it comes.

use serde_json::Value;

use super::row::{New, seconds};
use super::{EntryId, Pattern, Unreadable, key};

/// An entry that is being imported.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub(super) pattern: Pattern,
    pub(super) is_resolved: bool,
    pub(super) usage_count: u64,
    pub(super) timestamp: Value,
    pub(super) last_used_s: Option<i64>,
    pub(super) unreadable: Vec<Unreadable>,
}

impl Incoming {
    /// What makes it the same as an entry that is there.
    pub(super) fn content(&self) -> Content {
        content(&self.pattern, &self.unreadable)
    }

    /// The one of several entries with its content, by API and number, that it is.
    pub(super) fn same(&self, alike: &[(String, EntryId)]) -> Option<EntryId> {
        let is_same = |api: &str| api.is_empty() || self.pattern.api.is_empty() || api == self.pattern.api;
        alike.iter().find(|(api, _)| is_same(api)).map(|(_, id)| *id)
    }

    /// Number of its uses.
    pub(super) fn uses(&self) -> i64 {
        i64::try_from(self.usage_count).unwrap_or(i64::MAX)
    }

    /// The row that it becomes: what cannot be read stays as it is.
    pub(super) fn row(&self) -> New {
        let raw = |column: &str| self.unreadable.iter().find(|one| one.column == column).map(|one| one.text.clone());
        let whole = New::of(&self.pattern);
        New {
            method: raw("method").unwrap_or(whole.method),
            params: raw("params").or(whole.params),
            data: raw("data").or(whole.data),
            slots: raw("slots").or(whole.slots),
            api: whole.api.filter(|_| self.is_resolved),
            template: whole.template.filter(|_| self.is_resolved),
            key: whole.key.filter(|_| self.is_resolved && self.unreadable.is_empty()),
            created_s: seconds(&self.timestamp),
            usage_count: self.uses(),
            last_used_s: self.last_used_s,
            ..whole
        }
    }
}

/// Hash of a pattern and its unreadable columns, without the operation: the same call may have been assigned to another
/// one elsewhere.
pub(super) type Content = [u8; 32];

pub(super) fn content(pattern: &Pattern, unreadable: &[Unreadable]) -> Content {
    let bare = Pattern { api: String::new(), template: String::new(), ..pattern.clone() };
    let mut hasher = blake3::Hasher::new();
    hasher.update(&key::key(&bare));
    for one in unreadable {
        hasher.update(one.column.as_bytes()).update(&[0]).update(one.text.as_bytes()).update(&[0]);
    }
    *hasher.finalize().as_bytes()
}
