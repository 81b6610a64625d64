//! Which flag of a record says what a body gives as its type?
//!
//! Some APIs have one field for the kind of a record, others a flag for each kind: `type: internal` is `internalFlag: true` there.

use serde_json::{Value, json};

use super::view::{Schemas, View};
use crate::document::words;

/// Last words of the names of fields that say of what kind a record is.
const OF_KINDS: [&str; 6] = ["category", "class", "kind", "scope", "type", "visibility"];
/// Words in the names of flags that say nothing of what is so.
const OF_FLAGS: [&str; 5] = ["add", "flag", "has", "is", "to"];

/// Fields with their values that say that a record is of a kind, best first; empty where the name is of no kind.
pub(super) fn told(view: &View, name: &str, value: &Value, schemas: &Schemas<'_>) -> Vec<String> {
    let is_of_kind = words::split(name).last().is_some_and(|last| OF_KINDS.contains(&last.as_str()));
    let Some(kind) = value.as_str().filter(|_| is_of_kind) else { return Vec::new() };
    let flags: Vec<&String> = view.properties.keys().filter(|name| is_flag(view, name, schemas)).collect();
    let called = schemas.habits.map(|habits| habits.flags_called(kind)).unwrap_or_default();
    let known = called.iter().find_map(|called| flags.iter().find(|flag| flag.as_str() == *called));
    let found = match known {
        Some(known) => vec![*known],
        None => of_words(kind, &flags),
    };
    found.into_iter().map(|flag| format!("{}: true", json!(flag))).collect()
}

fn is_flag(view: &View, name: &str, schemas: &Schemas<'_>) -> bool {
    view.properties.get(name).is_some_and(|schema| schemas.view(schema).types == ["boolean"])
}

/// The flags whose names have all words of a kind, those with the fewest others first.
fn of_words<'f>(kind: &str, flags: &[&'f String]) -> Vec<&'f String> {
    let telling = |text: &str| -> Vec<String> {
        let words = words::split(text).into_iter();
        words.filter(|word| !OF_FLAGS.contains(&word.as_str())).map(|word| words::stem(&word)).collect()
    };
    let wanted = telling(kind);
    let mut found: Vec<(usize, &String)> = flags
        .iter()
        .filter_map(|flag| {
            let words = telling(flag);
            let has_all = !wanted.is_empty() && wanted.iter().all(|word| words.contains(word));
            has_all.then_some((words.len(), *flag))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, flag)| flag).collect()
}
