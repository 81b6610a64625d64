//! Which field names do an operation's answer and body have, in words?
//!
//! Operations of one resource have the same schemas, and finding the fields of one takes longer than all else that is composed: each
//! pair of schemas is read once.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;

use super::{sorted_stems, words};
use crate::openapi::{self, Manifest, Operation};

/// How many field names of one operation are read; the largest schema of the embedded manifest has 165.
const FIELD_NAMES: usize = 400;

/// The field names of one answer and one body.
#[derive(Debug)]
pub(super) struct FieldSet {
    /// Number of names.
    pub count: u32,
    /// The words of all names, each once, in order.
    pub words: Vec<String>,
    /// Their stems, each once, sorted.
    pub stems: Vec<String>,
}

/// The field names read so far, by the JSON of answer and body.
#[derive(Default)]
pub(super) struct FieldSets {
    known: HashMap<(String, String), Rc<FieldSet>>,
    shared: HashSet<Arc<[String]>>,
}

impl FieldSets {
    pub(super) fn of(&mut self, operation: &Operation, manifest: &Manifest) -> Rc<FieldSet> {
        let answer = operation.responses.iter().find(|response| response.status.starts_with('2'));
        let answer = answer.and_then(|response| response.content.first()).map(|content| &content.schema);
        let body = operation.request_body.as_ref().and_then(|body| body.content.first()).map(|content| &content.schema);
        let text = |schema: Option<&Value>| schema.map(Value::to_string).unwrap_or_default();
        let key = (text(answer), text(body));
        Rc::clone(self.known.entry(key).or_insert_with(|| {
            let names = names(answer.into_iter().chain(body), manifest);
            let mut seen = HashSet::new();
            let words = names.iter().flat_map(|name| words::split(name)).filter(|word| seen.insert(word.clone()));
            Rc::new(FieldSet {
                count: names.len() as u32,
                words: words.collect(),
                stems: sorted_stems(names.iter().map(String::as_str), |_| true),
            })
        }))
    }

    /// The same words in the same memory: tens of thousands of operations may have hundreds of fields each.
    pub(super) fn share(&mut self, words: Vec<String>) -> Arc<[String]> {
        if let Some(known) = self.shared.get(words.as_slice()) {
            return Arc::clone(known);
        }
        let words: Arc<[String]> = words.into();
        self.shared.insert(Arc::clone(&words));
        words
    }
}

/// Names of the fields of schemas: top level, and one level of objects that have no name of their own.
fn names<'a>(schemas: impl Iterator<Item = &'a Value>, manifest: &Manifest) -> Vec<String> {
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    let mut names = Vec::new();
    let mut seen = HashSet::new();
    for schema in schemas {
        let mut named: HashSet<String> = HashSet::new();
        for field in openapi::fields(schema, &lookup, 2, FIELD_NAMES) {
            if field.schema_name.is_some() {
                named.insert(field.path.clone());
            }
            let (parent, name) = field.path.rsplit_once('/').unwrap_or(("", &field.path));
            if !named.contains(parent) && seen.insert(name.to_owned()) {
                names.push(name.to_owned());
            }
        }
    }
    names
}
