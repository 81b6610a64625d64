//! What is kept: a call, its slots, and what became of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::openapi::Method;

/// An entry's number. None is given twice, not even after a flush.
pub type EntryId = i64;

/// A call to keep.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pattern {
    /// What it is for, in the user's words.
    pub description: String,
    /// Name of the API; empty where it is not known yet.
    pub api: String,
    /// Request method.
    pub method: Method,
    /// Path template of the operation; the path where no operation is known.
    pub template: String,
    /// The path to call: values in place, open slots as `{name}`.
    pub path: String,
    /// Parameters by name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// The body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// The values that are asked for on recall.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<Slot>,
}

/// A value that is asked for on recall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Its name, which stands in braces at its place.
    pub name: String,
    /// Where: `path`, `params.conditions`, `data.company.id`.
    pub place: String,
    /// The value it had when the call was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
}

/// A saved call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Its number.
    pub id: EntryId,
    /// The call.
    #[serde(flatten)]
    pub pattern: Pattern,
    /// When it was saved, in seconds since 1970.
    pub created_s: i64,
    /// When it was last used, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_s: Option<i64>,
    /// How often it was used. Saving it counts as the first time, as in the older program.
    pub usage_count: u64,
    /// That its call failed since it was last used or saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<Stale>,
    /// Columns of a row that cannot be read. The pattern lacks them, so it must not be called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Unreadable>,
}

/// That an entry's call does not work any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// Since when, in seconds since 1970.
    pub since_s: i64,
    /// What the API said.
    pub reason: String,
}

/// A column that holds something else than it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Its name.
    pub column: &'static str,
    /// What it holds.
    pub text: String,
}

/// What saving did.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// There was none like it.
    New(Entry),
    /// The same pattern was there; this is how it is now.
    Updated(Entry),
}

impl Saved {
    /// The entry.
    pub fn entry(&self) -> &Entry {
        match self {
            Self::New(entry) | Self::Updated(entry) => entry,
        }
    }
}

/// What a flush did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flushed {
    /// How many entries were removed.
    pub removed: u64,
    /// The database that still holds them.
    pub copy: PathBuf,
}

impl Entry {
    /// All that a person may look for, in lower case.
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
