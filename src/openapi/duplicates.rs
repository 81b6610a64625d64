//! What becomes of a member that occurs twice in one object, and how deep may objects nest?
//!
//! The JSON and the YAML reader keep the same rules, so that a manifest means the same in both formats.

use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::reference::{At, escape};
use super::warnings::{Effect, Warnings};

/// Nesting that is still read; `serde_json`'s own limit, so that both formats agree.
pub(super) const MAX_NESTING: usize = 128;

/// Says that the member at the end of `keys` occurs more than once.
pub(super) fn warn_duplicate(keys: &[String], warnings: &mut Warnings) {
    let pointer: String = keys.iter().map(|key| format!("/{}", escape(key))).collect();
    let name = keys.last().map(String::as_str).unwrap_or_default();
    warnings.warn(
        "duplicate-key",
        At::whole(&pointer),
        format!("the member `{name}` occurs more than once; its members were merged, else the last one counts"),
        Effect::Repaired,
    );
}

/// Adds a member; one that exists already is merged one level deep where both are objects, else replaced.
///
/// Returns whether it existed.
pub(super) fn insert_merging(map: &mut Map<String, Value>, key: String, value: Value) -> bool {
    match map.entry(key) {
        Entry::Vacant(entry) => {
            entry.insert(value);
            false
        }
        Entry::Occupied(mut entry) => {
            merge_into(entry.get_mut(), value);
            true
        }
    }
}

pub(super) fn merge_into(old: &mut Value, new: Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => old.extend(new),
        (old, new) => *old = new,
    }
}
