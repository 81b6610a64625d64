//! What is asked of a search, and what does it give?

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::rank::six_places;
use super::{Usage, Why};
use crate::index::Score;
use crate::memory::EntryId;
use crate::openapi::Method;
use crate::store::OperationRow;

/// The way of ranking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// By vectors and words together.
    #[default]
    Hybrid,
    /// By vectors alone.
    Semantic,
    /// By words alone.
    Keyword,
}

/// A filter of the operations that may be answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Name of an API; case does not matter.
    pub api: Option<String>,
    /// Request method.
    pub method: Option<Method>,
    /// Domain; case does not matter.
    pub domain: Option<String>,
    /// Operations that are no answer whatever else is asked, by their numbers.
    pub hidden: Option<Arc<[bool]>>,
}

impl Filter {
    pub(super) fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an operation may be an answer.
    pub fn passes(&self, entry: &OperationRow) -> bool {
        self.method.is_none_or(|method| method == entry.method)
            && self.api.as_ref().is_none_or(|api| api.eq_ignore_ascii_case(&entry.api))
            && self.domain.as_ref().is_none_or(|domain| same_but_for_case(domain, &entry.domain))
            && !self.hidden.as_ref().and_then(|hidden| hidden.get(entry.doc as usize)).is_some_and(|hidden| *hidden)
    }
}

/// One request.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// What is wanted, in any words.
    pub text: String,
    /// The way of ranking.
    pub mode: Mode,
    /// Most hits.
    pub limit: usize,
    /// The operations that may be answers.
    pub filter: Filter,
    /// The amount that the user's own use adds to each operation's score. Ranking by vectors alone does not heed it.
    pub usage: Arc<Usage>,
}

/// One operation that may answer the request.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// The hit's place, from 1.
    pub rank: usize,
    /// The score: larger is better. Scores of two answers cannot be compared.
    #[serde(serialize_with = "six_places")]
    pub score: Score,
    /// Name of its API.
    pub api: String,
    /// Request method.
    pub method: Method,
    /// Path template.
    pub path: String,
    /// The manifest's summary, or empty.
    pub summary: String,
    /// The first path segment, or the first tag.
    pub domain: String,
    /// Path of the noun that its routes share.
    pub resource: String,
    /// `operationId`, where there is one.
    pub operation_id: Option<String>,
    /// The reasons for its place.
    pub why: Why,
    /// A ready argument object for `dispatch_api_operation`.
    pub call: Value,
    /// The entry of fast memory that the request means, where the hit comes from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remembered: Option<Remembered>,
}

impl Hit {
    /// Makes a hit of an operation, with what the catalogue knows of it. It has no place, score or reasons yet.
    pub(crate) fn of(operation: &OperationRow, call: Value) -> Self {
        Self {
            rank: 0,
            score: 0.0,
            api: operation.api.clone(),
            method: operation.method,
            path: operation.path.clone(),
            summary: operation.summary.clone(),
            domain: operation.domain.clone(),
            resource: operation.resource.clone(),
            operation_id: operation.operation_id.clone(),
            why: Why::default(),
            call,
            remembered: None,
        }
    }
}

/// A proven call that a request means.
#[derive(Clone, Debug, Serialize)]
pub struct Remembered {
    /// Its number in fast memory.
    pub entry: EntryId,
    /// The description, as it was saved.
    pub description: String,
    /// How surely the request means this entry rather than another, or none: from 0 to 1.
    pub confidence: f32,
    /// How often it was used.
    pub usage_count: u64,
    /// What must be given in `slots`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<String>,
    /// How the call differs from what is asked for, one sentence each; none where it is what is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<String>,
}

/// The answer to a request.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The request as given.
    pub query: String,
    /// The way it was ranked.
    pub mode: Mode,
    /// Why the ranking is less than was asked for, and how to get the rest.
    pub reduced: Option<String>,
    /// What was not looked at beside the operations, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Milliseconds from request to hits, embedding included.
    pub took_ms: f64,
    /// The hits, best first.
    pub hits: Vec<Hit>,
}

/// Compares two texts without case, and without making strings: every entry of a large catalogue is compared.
pub(super) fn same_but_for_case(a: &str, b: &str) -> bool {
    a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
}
