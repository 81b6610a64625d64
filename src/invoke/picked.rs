//! Which fields is an answer to show, and is the API asked for them? Pure.
//!
//! An API that takes their names is asked for no more; of any other answer the program picks them.

use serde_json::{Map, Value};

use super::dialect::Dialect;
use super::draft::settable;
use crate::openapi::{self, Operation, ParameterIn, SchemaLookup};

/// The parameter by which APIs are asked for some fields of their records alone.
pub(crate) const FIELDS: &str = "fields";
/// Fields of a body that are looked through for one of that name.
const MOST_FIELDS: usize = 1_000;

/// Whether an operation can be asked for some fields alone.
pub(crate) fn takes_fields(operation: &Operation) -> bool {
    let mut queried = operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
    queried.any(|parameter| parameter.name.eq_ignore_ascii_case(FIELDS))
}

/// The operation that is asked.
pub(super) struct Asked<'a> {
    pub(super) dialect: &'a dyn Dialect,
    pub(super) operation: &'a Operation,
    pub(super) lookup: &'a dyn SchemaLookup,
    /// Whether parameters that it does not declare are not sent as they are.
    pub(super) is_checked: bool,
}

impl Asked<'_> {
    /// The fields that the answer is to show; `wanted` are those that were named beside the parameters. Names that the API cannot be asked
    /// for are taken out of the parameters; what it keeps beside its records is asked for where one of them is there.
    pub(super) fn picked(&self, wanted: &[String], params: &mut Map<String, Value>) -> Vec<String> {
        let Some(key) = params.keys().find(|name| name.eq_ignore_ascii_case(FIELDS)).cloned() else {
            return wanted.to_vec();
        };
        let given = names_in(&params[&key]);
        let chosen = if wanted.is_empty() { given.clone() } else { wanted.to_vec() };
        if takes_fields(self.operation) {
            // Of another grammar only its API knows what is meant.
            if !self.dialect.lists_of_names().contains(&FIELDS) {
                return wanted.to_vec();
            }
            self.ask_for_asides(&key, &given, params);
            return chosen;
        }
        if !self.is_checked || self.is_of_body() {
            return wanted.to_vec();
        }
        params.shift_remove(&key);
        chosen
    }

    fn ask_for_asides(&self, key: &str, given: &[String], params: &mut Map<String, Value>) {
        for aside in self.dialect.asides() {
            let is_lifted = |name: &String| aside.lifted.contains(&name.as_str());
            let is_asked = |name: &String| name.split('/').next() == Some(aside.name);
            if given.iter().any(is_lifted) && !given.iter().any(is_asked) {
                let names: Vec<&str> = given.iter().map(String::as_str).chain([aside.name]).collect();
                params.insert(key.to_owned(), names.join(",").into());
            }
        }
    }

    fn is_of_body(&self) -> bool {
        let Some(body) = settable(self.dialect, self.operation, self.lookup) else { return false };
        let fields = openapi::fields(body.schema, self.lookup, 1, MOST_FIELDS);
        fields.iter().any(|field| field.path.eq_ignore_ascii_case(FIELDS))
    }
}

/// The names in a list of them, or in a text with commas.
fn names_in(value: &Value) -> Vec<String> {
    let texts: Vec<&str> = match value {
        Value::String(text) => text.split(',').collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).flat_map(|text| text.split(',')).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
