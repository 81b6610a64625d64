//! Which other operations help after the API refused a call?
//!
//! They are found in the catalogue, by paths and schemas alone. A record that is not there may be kept under another path, and the
//! records that a field may refer to are listed by an operation of their own.

use serde_json::{Map, Value};

use super::lists::{Lists, parents};
use super::matching::{Asked, Resolved, find_operation};
use super::records::{answered, is_placeholder, noun, taken, values_of};
use crate::document::route::anonymous;
use crate::document::words::split;
use crate::error::Error;
use crate::invoke::Order;
use crate::invoke::client::StatusFailure;
use crate::invoke::dialect::Dialect;
use crate::invoke::draft::Body;
use crate::invoke::pairs::kind_beside;
use crate::openapi::Method;
use crate::search::Searcher;
use crate::store::OperationRow;

/// Fields that two records share, of those that either has, for them to be of one kind.
const SHARED: (usize, usize) = (1, 2);

/// Operations that are named after a refusal.
const MOST_NAMED: usize = 3;

/// Values of a field that a step lists.
const MOST_VALUES: usize = 12;

/// Words of APIs for a reference that does not exist or is not allowed.
const NO_SUCH_VALUE: [&str; 6] = ["not found", "notfound", "could not find", "does not exist", "invalid", "not valid"];

/// What of a call matters once it was refused.
pub(super) struct Tried {
    method: Method,
    path: String,
    api: String,
    /// What the body sets, by name.
    fields: Map<String, Value>,
}

impl Tried {
    pub(super) fn of(order: &Order) -> Self {
        let set = |operation: &Value| {
            let name = operation.get("path")?.as_str()?.trim_start_matches('/').split('/').next()?.to_owned();
            Some((name, operation.get("value").cloned().unwrap_or_default()))
        };
        let fields = match &order.draft.body {
            Some(Body::Json(Value::Object(fields))) => fields.clone(),
            Some(Body::Json(Value::Array(operations))) => operations.iter().filter_map(set).collect(),
            Some(Body::Multipart(parts)) => {
                parts.iter().map(|part| (part.name.clone(), part.as_text().into())).collect()
            }
            Some(Body::Form(form)) => {
                form.fields().iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect()
            }
            _ => Map::new(),
        };
        Self { method: order.draft.method, path: order.draft.path.clone(), api: order.api.clone(), fields }
    }

    /// The name of its API.
    pub(super) fn api(&self) -> &str {
        &self.api
    }

    /// The steps that other operations offer; `dialect` is that of its API.
    pub(super) fn steps(
        &self,
        searcher: &Searcher,
        dialect: &'static dyn Dialect,
        failure: &StatusFailure,
    ) -> Result<Vec<String>, Error> {
        let asked =
            Asked { method: self.method, path: &self.path, params: &Map::new(), api: Some(&self.api), data: None };
        let Some(Resolved { operation: entry, .. }) = find_operation(searcher, asked)? else {
            return Ok(Vec::new());
        };
        match failure.status {
            404 | 410 if self.fields.is_empty() => {
                let steps = self.part(searcher, &entry).into_iter();
                Ok(steps.chain(self.twins(searcher, &entry)?).collect())
            }
            405 => Ok(self.part(searcher, &entry).into_iter().collect()),
            400 | 404 | 409 | 422 => self.lists(searcher, &entry, dialect, failure),
            _ => Ok(Vec::new()),
        }
    }

    /// The operation that lists a part of what this one lists in full: servers that are older than `.../allNotes` have `.../notes`.
    fn part(&self, searcher: &Searcher, entry: &OperationRow) -> Option<String> {
        let (before, last) = entry.path.rsplit_once('/')?;
        let words = split(last);
        let (_, rest) = words.split_first().filter(|(first, rest)| *first == "all" && !rest.is_empty())?;
        let wanted = noun(&rest.concat())?;
        let is_part = |other: &&OperationRow| {
            let Some((other_before, other_last)) = other.path.rsplit_once('/') else { return false };
            let is_beside = anonymous(other_before) == anonymous(before) && noun(other_last).as_ref() == Some(&wanted);
            is_beside && other.api == entry.api && other.method == entry.method
        };
        let part = searcher.entries().iter().find(is_part)?;
        let path = with_values(&part.path, &self.path);
        Some(format!("The server may be older than this operation, and have a part of it at {} {path}", self.method))
    }

    /// Where records of the same kind are kept under another first segment.
    fn twins(&self, searcher: &Searcher, entry: &OperationRow) -> Result<Vec<String>, Error> {
        let own: Vec<&str> = entry.path.split('/').collect();
        if !own.iter().any(|segment| is_placeholder(segment)) {
            return Ok(Vec::new());
        }
        let is_same =
            |one: &str, other: &str| one.eq_ignore_ascii_case(other) || (is_placeholder(one) && is_placeholder(other));
        let is_alike = |other: &&OperationRow| {
            let other: Vec<&str> = other.path.split('/').collect();
            other.len() == own.len()
                && own.get(1).zip(other.get(1)).is_some_and(|(own, other)| !is_same(own, other))
                && own.iter().zip(&other).skip(2).all(|(one, other)| is_same(one, other))
        };
        let beside = searcher.entries().iter().filter(|other| other.api == entry.api && other.method == entry.method);
        let fields = answered(searcher, entry)?;
        let mut steps = Vec::new();
        for other in beside.filter(is_alike) {
            let others = answered(searcher, other)?;
            let shared = fields.keys().filter(|name| others.contains_key(*name)).count();
            let all = fields.len() + others.len() - shared;
            if shared > 0 && shared * SHARED.1 >= all * SHARED.0 {
                let path = with_values(&other.path, &self.path);
                steps.push(format!("Records of this kind are also at {} {path}: it may be one of those", self.method));
            }
        }
        steps.truncate(MOST_NAMED);
        Ok(steps)
    }

    /// Which operations list what the fields may refer to that the API complains of.
    fn lists(
        &self,
        searcher: &Searcher,
        entry: &OperationRow,
        dialect: &'static dyn Dialect,
        failure: &StatusFailure,
    ) -> Result<Vec<String>, Error> {
        let said = std::iter::once((&None, &failure.code, &failure.message));
        let said = said.chain(failure.errors.iter().map(|error| (&error.field, &error.code, &error.message)));
        let said: Vec<_> = said.collect();
        let is_of_values = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default().to_ascii_lowercase();
            NO_SUCH_VALUE.iter().any(|words| text.contains(words))
        };
        let is_missing =
            |text: &Option<String>| text.as_deref().is_some_and(|text| text.to_ascii_lowercase().contains("required"));
        let is_of_fields = |text: &Option<String>| is_of_values(text) || is_missing(text);
        if !said.iter().any(|(_, code, message)| is_of_fields(code) || is_of_fields(message)) {
            return Ok(Vec::new());
        }
        let is_meant = |name: &str| {
            let of_values = said.iter().filter(|(_, code, message)| !is_missing(code) && !is_missing(message));
            of_values.filter(|(_, code, message)| is_of_values(code) || is_of_values(message)).any(
                |(field, _, message)| {
                    [field.as_deref(), message.as_deref()].into_iter().flatten().any(|text| has_word(text, name))
                },
            )
        };
        let mut record = answered(searcher, entry)?;
        record.extend(taken(searcher, entry, &*searcher.store().operation(entry.doc)?));
        let lists = Lists::beside(searcher, entry, dialect);
        let mut steps = Vec::new();
        for name in self.fields.keys().filter(|name| is_meant(name)) {
            if let Some(kind) = kind_beside(name, record.keys().map(String::as_str)) {
                steps.push(self.of_kind(searcher, entry, &lists, (name, kind), &record)?);
            } else if let Some(list) = lists.of_field(name, &record) {
                steps.push(format!("What `{name}` may be is listed by GET {}", self.filled(&list.path)));
            }
        }
        let lacks = |name: &str| {
            let missing = said.iter().filter(|(_, code, message)| is_missing(code) || is_missing(message));
            missing
                .flat_map(|(field, _, message)| [field.as_deref(), message.as_deref()])
                .flatten()
                .any(|text| has_word(text, name))
        };
        for (name, schema) in record.iter().filter(|(name, _)| !self.fields.contains_key(*name) && lacks(name)) {
            let id_of = dialect.id_of(&entry.path, name).map(|id| id.said());
            let refers = || lists.of_field(name, &record).filter(|_| schema.get("$ref").is_some());
            if let Some(found) = id_of.or_else(|| refers().map(|list| self.filled(&list.path))) {
                steps.push(format!("What `{name}` may be is listed by GET {found}"));
            }
        }
        steps.truncate(MOST_NAMED);
        Ok(steps)
    }

    /// The next step where an id names nothing: the field that says of which kind its record is.
    fn of_kind(
        &self,
        searcher: &Searcher,
        entry: &OperationRow,
        lists: &Lists<'_>,
        (id, kind): (&str, &str),
        record: &Map<String, Value>,
    ) -> Result<String, Error> {
        let given = self.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)).map(|(_, value)| value);
        let given = given.filter(|value| !value.is_null());
        let was = given.map_or_else(|| "it was not given".to_owned(), |value| format!("it is {value}"));
        let schema = record.get(kind);
        let values = values_of(searcher, entry, kind, schema)?;
        let is_reference = schema.is_some_and(|schema| schema.get("$ref").is_some());
        let list = || lists.of_field(kind, record).filter(|_| is_reference);
        let which = if values.is_empty() {
            let of_list =
                |list: &OperationRow| format!("; what it may be is listed by GET {}", self.filled(&list.path));
            list().map_or_else(String::new, of_list)
        } else {
            let more = if values.len() > MOST_VALUES { ", ..." } else { "" };
            format!("; it may be {}{more}", values[..values.len().min(MOST_VALUES)].join(", "))
        };
        Ok(format!("`{kind}` says of which kind the record is whose id `{id}` has, and {was}{which}"))
    }

    /// A path with the ids of the records that the body names.
    fn filled(&self, path: &str) -> String {
        let mut filled = path.to_owned();
        for (parent, placeholder) in parents(path) {
            let named = self.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(&parent)).map(|(_, value)| value);
            let id = named.map(|value| value.get("id").unwrap_or(value));
            if let Some(id) = id.filter(|id| id.is_u64()) {
                filled = filled.replace(placeholder, &id.to_string());
            }
        }
        filled
    }
}

/// A template with the values that stand in a path of as many segments.
fn with_values(template: &str, path: &str) -> String {
    let values = template.split('/').zip(path.split('/'));
    values.map(|(name, value)| if is_placeholder(name) { value } else { name }).collect::<Vec<_>>().join("/")
}

/// Whether a text has a name as a word, or as the first of a way such as `board/id`.
fn has_word(text: &str, name: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(|word| {
        let front = word.strip_suffix("Id").or_else(|| word.strip_suffix("Rec")).unwrap_or(word);
        word.eq_ignore_ascii_case(name) || front.eq_ignore_ascii_case(name)
    })
}
