//! Which of the fields whose names are near to one can hold its value?

use serde_json::Value;

use super::view::{Schemas, View};
use crate::document::words;

/// Fields that are offered.
const OFFERED: usize = 3;

/// Of fields near to a name, those that may be meant by it with this value: `closed` with `true` is no `closedBy`. A name that
/// is spelled wrong tells more than its value, so only names that add words to it are left out.
pub(super) fn of_kind(
    view: &View,
    name: &str,
    value: &Value,
    mut near: Vec<String>,
    schemas: &Schemas<'_>,
) -> Vec<String> {
    let own = words::stems(name);
    let more = |field: &str| {
        let words = words::stems(field);
        let adds = !own.is_empty() && own.iter().all(|word| words.contains(word));
        adds.then_some(words.len())
    };
    let can_hold = |field: &String| {
        let schema = view.properties.get(field);
        schema.is_none_or(|schema| schemas.views(schema).iter().any(|view| may_hold(view, value)))
    };
    let add_words = near.iter().filter_map(|field| more(field)).count();
    if add_words > 0 && near.iter().any(|field| more(field).is_some() && can_hold(field)) {
        near.retain(|field| more(field).is_none() || can_hold(field));
        // Where all of them add words, those are nearest that add the fewest.
        let fewest = near.iter().map(|field| more(field)).min().flatten();
        near.retain(|field| fewest.is_none() || more(field) == fewest);
    }
    near.truncate(OFFERED);
    near
}

/// Whether a value is of a kind that a schema takes, also where it has to be converted.
fn may_hold(view: &View, value: &Value) -> bool {
    if view.types.is_empty() {
        return true;
    }
    match value {
        Value::Null => true,
        Value::Bool(_) => view.is("boolean"),
        Value::Number(_) => ["integer", "number", "string"].iter().any(|name| view.is(name)) || view.is_reference(),
        Value::String(text) => {
            let is_number = text.trim().parse::<f64>().is_ok();
            let is_flag = matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "false");
            view.is("string")
                || view.is("array")
                || view.is_reference()
                || (is_number && (view.is("integer") || view.is("number")))
                || (is_flag && view.is("boolean"))
        }
        Value::Array(_) => view.is("array"),
        Value::Object(_) => view.is("object"),
    }
}
