//! In which order, and why?

use std::collections::HashMap;

use serde::Serialize;

use crate::document::route::RouteKind;
use crate::document::words;
use crate::index::{DocId, Score};
use crate::openapi::Method;
use crate::store::Entry;

/// The signals that put a hit where it is; only those that were computed are there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Why {
    /// Cosine of request and document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub semantic: Option<Score>,
    /// BM25 of the request's words in the document's fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyword: Option<Score>,
    /// How well the method and kind of route fit the request's verb, from -1 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<Score>,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let signals = [("semantic", self.semantic), ("keyword", self.keyword), ("verb", self.verb)];
        let mut separator = "";
        for (name, value) in signals {
            if let Some(value) = value {
                write!(f, "{separator}{name} {value:.2}")?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

/// A document in its place.
#[derive(Debug)]
pub(super) struct Ranked {
    pub doc: DocId,
    pub score: Score,
    pub why: Why,
}

impl Ranked {
    pub(super) fn semantic(doc: DocId, score: Score) -> Self {
        Self { doc, score, why: Why { semantic: Some(score), ..Why::default() } }
    }

    pub(super) fn keyword(doc: DocId, score: Score) -> Self {
        Self { doc, score, why: Why { keyword: Some(score), ..Why::default() } }
    }
}

/// What a request's words say about the method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Intent {
    Read,
    Count,
    Create,
    Update,
    Delete,
}

fn intent(text: &str) -> Intent {
    let words = words::split(text);
    let has = |known: &[&str]| words.iter().take(4).any(|word| known.contains(&word.as_str()));
    if has(&["count", "many", "number"]) {
        Intent::Count
    } else if has(&["delete", "remove", "destroy", "erase", "drop"]) {
        Intent::Delete
    } else if has(&["update", "change", "modify", "edit", "set", "patch", "rename", "assign", "close"]) {
        Intent::Update
    } else if has(&["create", "add", "new", "post", "make", "insert", "log", "logging", "open", "raise"]) {
        Intent::Create
    } else {
        Intent::Read
    }
}

fn verb_fit(intent: Intent, entry: &Entry) -> Score {
    use RouteKind as Kind;
    match (intent, entry.kind) {
        (Intent::Count, Kind::Count) | (Intent::Create, Kind::Create) => 1.0,
        (Intent::Update, Kind::Update) | (Intent::Delete, Kind::Delete) => 1.0,
        (Intent::Update, Kind::Replace) => 0.5,
        (Intent::Read, Kind::List | Kind::One) => 0.5,
        (_, Kind::Info | Kind::Usages | Kind::Bulk | Kind::Count | Kind::Search) => -0.5,
        (Intent::Read, _) if entry.method != Method::Get => -1.0,
        (Intent::Create | Intent::Update, Kind::Action) => 0.0,
        _ if entry.method == Method::Get => -0.5,
        _ => -1.0,
    }
}

/// Vectors and words together.
pub(super) fn hybrid(
    text: &str,
    semantic: &[(DocId, Score)],
    keyword: &[(DocId, Score)],
    cosine: &dyn Fn(DocId) -> Score,
    entries: &[Entry],
) -> Vec<Ranked> {
    let best = keyword.first().map_or(1.0, |(_, score)| score.max(f32::EPSILON));
    let words: HashMap<DocId, Score> = keyword.iter().copied().collect();
    let mut cosines: HashMap<DocId, Score> = semantic.iter().copied().collect();
    for (doc, _) in keyword {
        cosines.entry(*doc).or_insert_with(|| cosine(*doc));
    }
    let intent = intent(text);
    let mut ranked: Vec<Ranked> = cosines
        .into_iter()
        .map(|(doc, cosine)| {
            let keyword = words.get(&doc).copied();
            let verb = verb_fit(intent, &entries[doc as usize]);
            let score = cosine + 0.15 * keyword.unwrap_or(0.0) / best + 0.1 * verb;
            Ranked { doc, score, why: Why { semantic: Some(cosine), keyword, verb: Some(verb) } }
        })
        .collect();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.doc.cmp(&b.doc)));
    ranked
}
