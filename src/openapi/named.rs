//! Which schema does a name stand for?
//!
//! Named schemas come from wherever the caller keeps them, and may cost a query and a parse each: every name is looked
//! up once per question, and shared from then on.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::reference::def_name;

/// Where named schemas are kept; a function from names to schemas is one.
pub trait SchemaLookup {
    /// The schema of a name, shared with whoever keeps it.
    fn schema(&self, name: &str) -> Option<Arc<Value>>;
}

impl<F, S> SchemaLookup for F
where
    F: Fn(&str) -> Option<S>,
    S: Into<Arc<Value>>,
{
    fn schema(&self, name: &str) -> Option<Arc<Value>> {
        self(name).map(Into::into)
    }
}

/// Named schemas, each looked up once.
pub(super) struct Named<'n> {
    own: Option<&'n Value>,
    lookup: &'n dyn SchemaLookup,
    known: HashMap<String, Option<Arc<Value>>>,
}

impl<'n> Named<'n> {
    /// `lookup` goes before the `$defs` of `schema` itself.
    pub(super) fn new(schema: &'n Value, lookup: &'n dyn SchemaLookup) -> Self {
        Self { own: schema.get("$defs"), lookup, known: HashMap::new() }
    }

    /// The schema of that name.
    pub(super) fn get(&mut self, name: &str) -> Option<Arc<Value>> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let found = self.lookup.schema(name).or_else(|| self.own?.get(name).cloned().map(Arc::new));
        self.known.insert(name.to_owned(), found.clone());
        found
    }
}

/// The name that a schema refers to, where it refers to one.
pub(super) fn name_referred(schema: &Value) -> Option<String> {
    schema.get("$ref").and_then(Value::as_str).and_then(def_name)
}
