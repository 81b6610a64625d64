//! Which values does a pattern hold, and where? Names of places are the same in slots, refusals and lists.

use serde_json::{Map, Value};

use super::Pattern;

/// Place of the path.
pub(super) const PATH: &str = "path";

/// A value without members, and its place in a pattern.
pub(super) struct Leaf<'a> {
    /// The place, such as `params.conditions` or `data.company.id`. Within a name `.` is written `~1` and `~` is `~0`,
    /// as in a JSON Pointer.
    pub(super) place: String,
    /// Names on the way to the value, without `params` and `data`; none for the path.
    pub(super) names: Vec<String>,
    pub(super) value: &'a mut Value,
}

/// Calls `visit` with the path, each parameter and each part of the body, in order.
pub(super) fn each_leaf(pattern: &mut Pattern, visit: &mut dyn FnMut(Leaf<'_>)) {
    let mut path = Value::String(std::mem::take(&mut pattern.path));
    visit(Leaf { place: PATH.to_owned(), names: Vec::new(), value: &mut path });
    if let Value::String(path) = path {
        pattern.path = path;
    }
    members("params", &[], &mut pattern.params, visit);
    if let Some(data) = &mut pattern.data {
        leaves("data", &[], data, visit);
    }
}

fn leaves(place: &str, names: &[String], value: &mut Value, visit: &mut dyn FnMut(Leaf<'_>)) {
    match value {
        Value::Object(inner) => members(place, names, inner, visit),
        Value::Array(values) => {
            for (at, value) in values.iter_mut().enumerate() {
                leaves(&format!("{place}.{at}"), names, value, visit);
            }
        }
        value => visit(Leaf { place: place.to_owned(), names: names.to_vec(), value }),
    }
}

fn members(place: &str, names: &[String], members: &mut Map<String, Value>, visit: &mut dyn FnMut(Leaf<'_>)) {
    for (name, value) in members {
        let escaped = name.replace('~', "~0").replace('.', "~1");
        leaves(&format!("{place}.{escaped}"), &[names, std::slice::from_ref(name)].concat(), value, visit);
    }
}
