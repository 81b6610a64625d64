//! Which operation lists the records that a field may refer to?

use serde_json::{Map, Value};

use super::records::{is_placeholder, noun, rows_name};
use crate::document::words::split;
use crate::invoke::dialect::Dialect;
use crate::openapi::{Method, def_name};
use crate::search::Searcher;
use crate::store::OperationRow;

/// The lists of an API, for the fields of one of its operations.
pub(super) struct Lists<'s> {
    searcher: &'s Searcher,
    entry: &'s OperationRow,
    dialect: &'static dyn Dialect,
    /// Each with the noun that its path ends in.
    lists: Vec<(&'s OperationRow, String)>,
}

impl<'s> Lists<'s> {
    /// The lists of the API that has this operation.
    pub(super) fn beside(searcher: &'s Searcher, entry: &'s OperationRow, dialect: &'static dyn Dialect) -> Self {
        let lists = searcher
            .entries()
            .iter()
            .filter(|other| other.api == entry.api && other.method == Method::Get)
            .filter_map(|other| Some((other, noun(other.path.rsplit('/').next()?)?)))
            .collect();
        Self { searcher, entry, dialect, lists }
    }

    /// The list of what a field refers to, where that is sure: its schema is named after that of the list's records, the dialect
    /// says so, or it is an id that is called like one list alone.
    pub(super) fn surely(&self, field: &str, reference: Option<&str>) -> Option<&'s OperationRow> {
        if let Some(reference) = reference {
            return self.of_reference(reference);
        }
        if let Some(id) = self.dialect.id_of(&self.entry.path, field) {
            let [list] = id.lists else { return None };
            return self.lists.iter().find(|(known, _)| known.path == *list).map(|(list, _)| *list);
        }
        let wanted = words_of(field).concat();
        let mut own = self.lists.iter().filter(|(list, noun)| *noun == wanted && !list.path.contains('{'));
        own.next().filter(|_| own.next().is_none()).map(|(list, _)| *list)
    }

    /// The list whose records a reference of this schema surely refers to.
    fn of_reference(&self, reference: &str) -> Option<&'s OperationRow> {
        if let Some(path) = self.dialect.list_of(reference) {
            return self.lists.iter().find(|(list, _)| list.path == path).map(|(list, _)| *list);
        }
        let bare = reference.rsplit('.').next().unwrap_or(reference);
        let record = bare.strip_suffix("Reference").or_else(|| bare.strip_suffix("Ref")).unwrap_or(bare);
        let lower = record.to_ascii_lowercase();
        let has_records = |list: &OperationRow| {
            let operation = self.searcher.store().operation(list.doc).ok()?;
            let name = rows_name(&operation)?;
            Some(name == record || name == bare)
        };
        let may_be = self.lists.iter().filter(|(_, noun)| !noun.is_empty() && lower.ends_with(noun.as_str()));
        let found = may_be.map(|(list, _)| *list).filter(|list| has_records(list).unwrap_or_default());
        found.min_by_key(|list| (list.path.matches('{').count(), list.path.len()))
    }

    /// The list of what a field of a record may refer to. Its noun is the field's name, or that of the schema it refers to.
    pub(super) fn of_field(&self, field: &str, record: &Map<String, Value>) -> Option<&'s OperationRow> {
        let schema = record.iter().find(|(name, _)| name.eq_ignore_ascii_case(field)).map(|(_, schema)| schema);
        let referred = schema.and_then(|schema| schema.get("$ref")).and_then(Value::as_str).and_then(def_name);
        if let Some(list) = referred.as_deref().and_then(|reference| self.of_reference(reference)) {
            return Some(list);
        }
        let of_schema = referred.as_deref().map(words_of).unwrap_or_default();
        for words in [words_of(field), of_schema.clone()] {
            for from in 0..words.len() {
                let wanted = words[from..].concat();
                let of_noun = self.lists.iter().filter(|(_, noun)| *noun == wanted).map(|(list, _)| *list);
                let scored = of_noun.map(|list| (self.fitness(list, &of_schema, record), list));
                // The shortest of the best.
                let best = scored.max_by_key(|(fitness, list)| (*fitness, std::cmp::Reverse(list.path.len())));
                if let Some((_, list)) = best.filter(|(fitness, _)| *fitness >= 0) {
                    return Some(list);
                }
            }
        }
        None
    }

    /// How well a list fits what a field of the operation's record may refer to.
    fn fitness(&self, list: &OperationRow, of_schema: &[String], record: &Map<String, Value>) -> i32 {
        let words: Vec<String> = list.path.split('/').filter_map(noun).collect();
        let is_said = |word: &String| words.iter().any(|said| said.contains(word.as_str()));
        let mut fitness = 0;
        if of_schema.len() > 1 && of_schema.iter().all(is_said) {
            fitness += 3;
        }
        if list.domain.eq_ignore_ascii_case(&self.entry.domain) {
            fitness += 2;
        }
        if list.path.starts_with(&format!("{}/", self.entry.resource)) {
            fitness += 1;
        }
        // A list below another record is of use where the record refers to that one, and no better than one of its own.
        for (parent, _) in parents(&list.path) {
            if !record.keys().any(|name| name.eq_ignore_ascii_case(&parent)) {
                fitness -= 3;
            }
        }
        fitness
    }
}

/// The words of a field's or a schema's name, without those that only say that it refers to something.
fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = split(name).iter().map(|word| word.to_ascii_lowercase()).collect();
    while words.len() > 1 && words.last().is_some_and(|word| matches!(word.as_str(), "id" | "reference" | "ref")) {
        words.pop();
    }
    words
}

/// The placeholders of a path, each with the noun of the records that it names.
pub(super) fn parents(path: &str) -> Vec<(String, &str)> {
    let segments: Vec<&str> = path.split('/').collect();
    let pairs = segments.windows(2).filter(|pair| is_placeholder(pair[1]));
    pairs.filter_map(|pair| Some((noun(pair[0])?, pair[1]))).collect()
}
