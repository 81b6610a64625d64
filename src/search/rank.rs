//! In which order, and why?

use std::collections::HashMap;

use serde::{Serialize, Serializer};

use super::signals::{COUNT, Features, SIGNALS};
use crate::index::{DocId, Score};

/// The reasons for a hit's place. A score that was not computed is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Why {
    /// Cosine of request and document.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "six_places_or_null")]
    pub semantic: Option<Score>,
    /// BM25 of the request's words.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "six_places_or_null")]
    pub keyword: Option<Score>,
    /// Cosine of request and gloss; where the operation has none, of request and document. [`super::Fit`] goes by it.
    #[serde(skip)]
    pub gloss: Option<Score>,
    /// The share of the request that the operation has anywhere; [`super::Fit`] goes by it.
    #[serde(skip)]
    pub named: Option<Score>,
    /// What the user's own use of the operation adds to the score.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "six_places_or_null")]
    pub usage: Option<Score>,
    /// The signals that moved it most beside the other candidates, with how much each adds to the score; strongest first.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub signals: serde_json::Map<String, serde_json::Value>,
}

/// Writes a score with as many places as a 32-bit number has. JSON's numbers have 64 bits: written in full they show the other
/// half of the digits, which mean nothing and cost an agent's context.
pub(super) fn six_places<S: Serializer>(score: &Score, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((f64::from(*score) * 1e6).round() / 1e6)
}

fn six_places_or_null<S: Serializer>(score: &Option<Score>, serializer: S) -> Result<S::Ok, S::Error> {
    match score {
        Some(score) => six_places(score, serializer),
        None => serializer.serialize_none(),
    }
}

/// Number of signals that an explanation names.
const EXPLAINED: usize = 5;

impl Why {
    fn of_signals(features: &Features, mean: &Features, weights: &Features, bm25: Score) -> Self {
        let mut parts: Vec<(usize, f32)> = (0..COUNT).map(|at| (at, (features[at] - mean[at]) * weights[at])).collect();
        parts.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        let rounded = |value: f32| (f64::from(value) * 100.0).round() / 100.0;
        let signals = parts
            .into_iter()
            .take(EXPLAINED)
            .filter(|(_, part)| part.abs() >= 0.005)
            .map(|(at, part)| (SIGNALS[at].name.to_owned(), rounded(part).into()))
            .collect();
        Self { keyword: (bm25 > 0.0).then_some(bm25), signals, ..Self::default() }
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.semantic.map(|value| format!("semantic {value:.2}")));
        parts.extend(self.keyword.map(|value| format!("keyword {value:.1}")));
        parts.extend(self.usage.map(|value| format!("usage {value:.2}")));
        parts.extend(self.signals.iter().map(|(name, value)| format!("{name} {value}")));
        f.write_str(&parts.join(", "))
    }
}

/// A document with its score and the reasons for it.
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

/// The share of each candidate in a request, best first; a larger share is likelier. The shares of a short request add up to 1,
/// those of a long one to more, since each of its parts shares out 1.
pub type Shares = Vec<(DocId, Score)>;

/// The amounts that the user's own use of operations adds to their scores, each at least 0.
pub type Usage = HashMap<DocId, Score>;

/// One candidate of one part of a request.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The document.
    pub doc: DocId,
    /// The values of its signals.
    pub features: Features,
    /// The BM25 score.
    pub bm25: Score,
    /// Cosine of request and gloss, or document where there is none; `None` where words alone rank.
    pub gloss: Option<Score>,
}

/// The weighted sum of a candidate's signals.
pub fn score(features: &Features, weights: &Features) -> f32 {
    features.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

/// Orders the candidates of all parts of a request. Each part shares out one whole among its candidates (softmax), and an
/// operation keeps its largest share: so the best answer to each part comes before the second best of any. `usage` is added to
/// the sums of the operations it names. With each comes the index of its part.
pub(super) fn order(
    parts: &[&[Candidate]],
    weights: &Features,
    usage: &Usage,
    limit: usize,
) -> (Vec<(Ranked, usize)>, Shares) {
    let lift = |doc: DocId| usage.get(&doc).copied().unwrap_or(0.0);
    let mut order: Vec<(DocId, (Score, usize, usize))> = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    for (part, candidates) in parts.iter().enumerate() {
        let scores: Vec<f32> =
            candidates.iter().map(|candidate| score(&candidate.features, weights) + lift(candidate.doc)).collect();
        let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f32 = scores.iter().map(|score| (score - largest).exp()).sum();
        let shares = scores.iter().map(|score| (score - largest).exp() / total);
        order.extend(
            candidates
                .iter()
                .zip(shares)
                .enumerate()
                .map(|(at, (candidate, share))| (candidate.doc, (share, part, at))),
        );
    }
    if parts.len() > 1 {
        // Of an operation's shares the largest, of equal ones that of the earliest part.
        order.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.0.total_cmp(&a.1.0)));
        order.dedup_by_key(|(doc, _)| *doc);
    }
    order.sort_unstable_by(|a, b| b.1.0.total_cmp(&a.1.0).then(a.0.cmp(&b.0)));
    let shares = order.iter().map(|(doc, (share, ..))| (*doc, *share)).collect();
    order.truncate(limit);
    let means: Vec<Features> = parts.iter().map(|candidates| mean(candidates)).collect();
    let ranked = order
        .into_iter()
        .map(|(doc, (share, part, at))| {
            let candidate = &parts[part][at];
            let mut why = Why::of_signals(&candidate.features, &means[part], weights, candidate.bm25);
            why.usage = usage.get(&doc).copied();
            why.gloss = candidate.gloss;
            (Ranked { doc, score: share, why }, part)
        })
        .collect();
    (ranked, shares)
}

fn mean(candidates: &[Candidate]) -> Features {
    let mut mean = [0.0; COUNT];
    for candidate in candidates {
        for (sum, value) in mean.iter_mut().zip(&candidate.features) {
            *sum += value / candidates.len() as f32;
        }
    }
    mean
}
