//! Which small value fits a schema, to show what a body is like?

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::view::Schemas;
use super::{Giver, Habits};
use crate::document::words::split;
use crate::openapi::{Operation, example};

/// A small value that fits, at most `depth` objects or lists deep, without what the server gives, and with what the path says where it
/// has to have that. `ids` are the values of the path's placeholders.
pub(super) fn small(schema: &Value, schemas: &Schemas<'_>, ids: &BTreeMap<String, String>, depth: usize) -> Value {
    let mut value = example(schema, schemas.lookup, depth);
    if let (Some(habits), Some(operation)) = (schemas.habits, schemas.operation) {
        let view = schemas.view(schema);
        let required = view.items.as_ref().map_or_else(|| view.required.clone(), |items| schemas.view(items).required);
        let records: Vec<&mut Value> =
            if value.is_array() { value.as_array_mut().into_iter().flatten().collect() } else { vec![&mut value] };
        let demanded = [habits.demanded(operation), habits.usual(operation)].concat();
        let item = view.items.as_ref().map(|items| schemas.view(items));
        let properties = &item.as_ref().unwrap_or(&view).properties;
        for record in records.into_iter().filter_map(Value::as_object_mut) {
            // What merely may be given says nothing where something has to be.
            if required.is_empty() && !demanded.is_empty() {
                record.clear();
            }
            for name in &demanded {
                if let Some(schema) = properties.get(*name).filter(|_| !record.contains_key(*name)) {
                    let mut value = sample(schema, schemas, habits);
                    // What ends does so behind its beginning.
                    if is_end(name)
                        && let Some(text) = value.as_str()
                    {
                        value = text.replacen("T09:", "T10:", 1).into();
                    }
                    record.insert((*name).to_owned(), value);
                }
            }
            record.retain(|name, value| {
                let giver = habits.giver(operation, name);
                if let (Some(Giver::Path(placeholder)), true) = (&giver, required.contains(name))
                    && let Some(id) = ids.get(placeholder)
                {
                    *value = id.parse::<u64>().map_or_else(|_| json!(id), |id| json!(id));
                }
                giver.is_none() || required.contains(name)
            });
            record.values_mut().for_each(|value| leave_out_within(value, habits, operation));
        }
    }
    value
}

/// Whether a date of this name is when something ends that has a beginning.
pub fn is_end(name: &str) -> bool {
    const ENDS: [&str; 4] = ["end", "ends", "cancelled", "expiration"];
    split(name).iter().any(|word| ENDS.contains(&word.to_lowercase().as_str()))
}

/// A value of a field: a reference by its code, where the API has one for it, or by an id.
fn sample(schema: &Value, schemas: &Schemas<'_>, habits: &dyn Habits) -> Value {
    let view = schemas.view(schema);
    if !view.is_reference() {
        return example(schema, schemas.lookup, 1);
    }
    let code = view.name.as_deref().and_then(|name| habits.code(name));
    code.map_or_else(|| json!({ "id": 1 }), |(member, code)| json!({ member: code }))
}

/// Leaves out what the server gives within a value, but for ids: there they refer to other records.
fn leave_out_within(value: &mut Value, habits: &dyn Habits, operation: &Operation) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| name == "id" || habits.giver(operation, name) != Some(Giver::Server));
            members.values_mut().for_each(|value| leave_out_within(value, habits, operation));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| leave_out_within(value, habits, operation)),
        _ => {}
    }
}
