//! What is kept: a call, its slots, and what became of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::openapi::Method;

/// Number of an entry. No number is given twice, not even after a flush.
pub type EntryId = i64;

/// A call to keep.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pattern {
    /// Purpose of the call, in the user's words.
    pub description: String,
    /// Name of the API; empty where it is not known yet.
    pub api: String,
    /// Request method.
    pub method: Method,
    /// Path template of the operation; the path where no operation is known.
    pub template: String,
    /// Path to call: its values in place, open slots as `{name}`.
    pub path: String,
    /// Parameters by name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// Request body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// Values that are asked for on each use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<Slot>,
}

/// A value that is asked for on each use of a pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Name of the slot, which stands in braces at its place.
    pub name: String,
    /// Place of the value, such as `path`, `params.conditions` or `data.company.id`.
    pub place: String,
    /// Value at that place when the call was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
}

/// A saved call with its counters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Number of the entry.
    pub id: EntryId,
    /// The saved call.
    #[serde(flatten)]
    pub pattern: Pattern,
    /// Time of saving, in seconds since 1970.
    pub created_s: i64,
    /// Time of the last use, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_s: Option<i64>,
    /// Number of uses. Saving counts as the first, as it does in the older program.
    pub usage_count: u64,
    /// The failure of its call, where it failed since it was last used or saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<Stale>,
    /// Columns of its row that cannot be read. The pattern lacks them, so it must not be called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Unreadable>,
}

/// The failure that made an entry stale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// Time of the failure, in seconds since 1970.
    pub since_s: i64,
    /// The API's answer, in one sentence.
    pub reason: String,
}

/// A column whose content is not of the kind that it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Name of the column.
    pub column: &'static str,
    /// Content of the column, as text.
    pub text: String,
}

/// Result of saving a pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// No entry had this pattern, so one was added.
    New(Entry),
    /// An entry had this pattern already and was updated.
    Updated(Entry),
}

impl Saved {
    /// Returns the entry as it is after saving.
    pub fn entry(&self) -> &Entry {
        match self {
            Self::New(entry) | Self::Updated(entry) => entry,
        }
    }
}

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

/// Result of a flush.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flushed {
    /// Number of entries that were removed.
    pub removed: u64,
    /// Path of the database that still holds them.
    pub copy: PathBuf,
}

impl Entry {
    /// Returns, in lower case, all text by which a person may look for the entry.
    pub(super) fn words(&self) -> String {
        let pattern = &self.pattern;
        let mut text = format!("{}\n{} {}", pattern.description, pattern.method, pattern.path);
        for (name, value) in &pattern.params {
            text.push_str(&format!("\n{name} "));
            add_values(value, &mut text);
        }
        if let Some(data) = &pattern.data {
            add_values(data, &mut text);
        }
        for unreadable in &self.unreadable {
            text.push_str(&format!("\n{}", unreadable.text));
        }
        text.to_lowercase()
    }
}

fn add_values(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                text.push_str(&format!("\n{name} "));
                add_values(value, text);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| add_values(value, text)),
        Value::String(value) => text.push_str(&format!("{value}\n")),
        other => text.push_str(&format!("{other}\n")),
    }
}
