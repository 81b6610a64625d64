//! How does a request become that of another page?

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::canonical::texts_of;
use crate::invoke::draft::Draft;

/// The number that a parameter of the query has.
pub(super) fn number(draft: &Draft, name: &str) -> Option<usize> {
    draft.query.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.parse().ok())
}

/// Gives a parameter a value, or several, in place of those it has.
pub(super) fn set(draft: &mut Draft, name: &str, value: &Value) {
    draft.query.set(name, texts_of(value));
}

/// What to add to the parameters of the call to go on at this page.
pub(super) fn resume(page: &Draft, draft: &Draft) -> Map<String, Value> {
    let own: HashSet<&(String, String)> = draft.query.iter().collect();
    let other: Vec<&String> = page.query.iter().filter(|pair| !own.contains(pair)).map(|(name, _)| name).collect();
    let mut values: HashMap<&str, Vec<Value>> = HashMap::new();
    for (name, value) in &page.query {
        values.entry(name).or_default().push(value.as_str().into());
    }
    let mut next: Map<String, Value> = Map::new();
    for name in other {
        let Some(mut values) = values.remove(name.as_str()) else { continue };
        let value = if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
        next.insert(name.clone(), value);
    }
    next
}
