//! Which proven calls does a request mean, and which operations does this user really use?
//!
//! A saved description is compared with the request by meaning, and its operation by how well ranking thinks it answers:
//! either alone confuses entries that differ in the filter, or requests that only sound alike. Meaning does not tell customers
//! apart, so what an entry holds is compared word by word (`memory::naming`): an entry comes first only where the request says
//! all of it. Another one is offered behind the best operation, with what the request does not say left open.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use serde_json::{Map, Value, json};

use super::Service;
use super::meant::{Asked, Beside, differences};
use crate::embed::Embedder;
use crate::error::Error;
use crate::index::{DocId, Score};
use crate::memory::naming::Naming;
use crate::memory::slots::unfilled;
use crate::memory::{self, Entry, Pattern, Snapshot};
use crate::openapi::Method;
use crate::search::{Answer, Filter, Hit, Mode, Query, Remembered, Searcher, Shares, Usage, Why};

/// The entries of memory with their operations in one snapshot of the index.
pub(super) struct View {
    searcher: Arc<Searcher>,
    snapshot: Arc<Snapshot>,
    /// Operation of each entry, where the index has it.
    docs: Vec<Option<DocId>>,
    usage: Arc<Usage>,
}

/// Names of the signals by which a request is matched with an entry, each larger for a better match.
pub const RECALL_SIGNALS: [&str; 3] =
    ["cosine of request and description", "share of its operation", "share of its method"];

/// Weights of the signals.
///
/// Fitted by `cargo bench --bench memory -- --fit` over the judged entries in `benches/memory/`.
const WEIGHTS: [f32; 3] = [9.97, 0.82, 0.49];
/// Least weighted sum of the signals for which an entry is shown; fitted as [`WEIGHTS`].
const SHOWN_FROM: f32 = 1.83;

/// Least logarithm of a share; smaller shares tell nothing more.
const LEAST_LOG_SHARE: f32 = -8.0;

/// Most entries that are shown among the ranked operations.
const MOST_SHOWN: usize = 3;
/// Entries whose values are compared with a request: the same call kept for many customers means the same for each.
const MOST_COMPARED: usize = 50;

/// Most that use adds to an operation's score. Scores are logarithms of odds: this much makes them 1.6 times as large.
/// Measured over 650 judged requests with 319 operations in full use that nobody asks for, hit@1 goes from .694 to
/// .691, and with twice as much to .682 (`cargo bench --bench memory`).
pub const MOST_LIFT: f64 = 0.5;

impl Service {
    /// Ranks the operations for a request, after the saved calls that mean the same. A failure of memory costs those
    /// calls only and is no error.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn find(&self, query: &Query) -> Result<Answer, Error> {
        let searcher = self.searcher()?;
        let query = &*self.permitted(&searcher, query);
        if query.mode != Mode::Hybrid || searcher.reduced().is_some() {
            return self.search_in(&searcher, query);
        }
        let Ok(model) = self.embedder() else { return self.search_in(&searcher, query) };
        let view = match self.view(&searcher, &*model) {
            Ok(Some(view)) => view,
            Ok(None) => return self.search_in(&searcher, query),
            Err(error) => {
                tracing::warn!(%error, "fast memory was not asked");
                let missing = Some(format!("kept calls were not looked at: {error}"));
                return Ok(Answer { missing, ..self.search_in(&searcher, query)? });
            }
        };
        let with_usage = Query { usage: Arc::clone(&view.usage), ..query.clone() };
        let (mut answer, shares) = searcher.search_with_shares(&with_usage, Some(&*model))?;
        if answer.reduced.is_some() {
            return Ok(answer);
        }
        let recalled = view.recall(&query.text, &*model, &shares, &query.filter)?;
        let asked = Asked::new(&searcher, &*model, &query.text, &shares);
        let best = answer.hits.first().map_or(0.0, |hit| hit.score);
        let (mut hits, open) = view.offers(&recalled, &asked, &|at, beside| view.hit(self, at, beside, best))?;
        let first = hits.len();
        let outcome = if first + open.len() > 0 { "offered" } else { "none" };
        tracing::debug!(of = "search", outcome, "memory");
        hits.append(&mut answer.hits);
        // Behind the best operation, and no better than it.
        let at = hits.len().min(first + 1);
        let score = at.checked_sub(1).and_then(|at| hits.get(at)).map_or(0.0, |hit| hit.score);
        hits.splice(at..at, open.into_iter().map(|hit| Hit { score, ..hit }));
        hits.truncate(query.limit);
        for (at, hit) in hits.iter_mut().enumerate() {
            hit.rank = at + 1;
        }
        Ok(Answer { hits, ..answer })
    }

    /// Computes the signals of every entry for a request, in the order of [`RECALL_SIGNALS`]. The weights are fitted on
    /// them.
    ///
    /// # Errors
    /// As [`Self::find`]; [`Error::Memory`].
    pub fn recall_signals(&self, text: &str) -> Result<Vec<(memory::EntryId, [f32; 3])>, Error> {
        let searcher = self.searcher()?;
        let model = self.embedder().map_err(|error| crate::search::SearchError::NoVectors { reason: error.into() })?;
        let Some(view) = self.view(&searcher, &*model)? else { return Ok(Vec::new()) };
        let query = Query { text: text.to_owned(), limit: 1, ..Query::default() };
        let (_, shares) = searcher.search_with_shares(&query, Some(&*model))?;
        let signals = view.signals(text, &*model, &shares)?;
        Ok(signals.into_iter().map(|(at, signals)| (view.snapshot.entries[at].id, signals)).collect())
    }

    /// Returns the current view; `None` where memory has no entries.
    fn view(&self, searcher: &Arc<Searcher>, model: &dyn Embedder) -> Result<Option<Arc<View>>, Error> {
        self.adopt_memory();
        let snapshot = self.memory_snapshot(model)?;
        if snapshot.entries.is_empty() {
            return Ok(None);
        }
        let mut known = self.space.view.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = &*known
            && Arc::ptr_eq(&view.searcher, searcher)
            && Arc::ptr_eq(&view.snapshot, &snapshot)
        {
            return Ok(Some(Arc::clone(view)));
        }
        let view = Arc::new(View::new(Arc::clone(searcher), snapshot, memory::now_s()));
        *known = Some(Arc::clone(&view));
        Ok(Some(view))
    }
}

/// An entry that a request means.
struct Recalled {
    /// Index in the snapshot.
    at: usize,
    doc: DocId,
    confidence: f32,
}

impl View {
    fn new(searcher: Arc<Searcher>, snapshot: Arc<Snapshot>, now_s: i64) -> Self {
        let by_key: HashMap<(&str, Method, &str), DocId> = searcher
            .entries()
            .iter()
            .map(|entry| ((entry.api.as_str(), entry.method, entry.path.as_str()), entry.doc))
            .collect();
        let doc = |entry: &Entry| {
            let pattern = &entry.pattern;
            by_key.get(&(pattern.api.as_str(), pattern.method, pattern.template.as_str())).copied()
        };
        let docs: Vec<Option<DocId>> = snapshot.entries.iter().map(doc).collect();
        let mut uses: HashMap<DocId, f64> = HashMap::new();
        for (entry, doc) in snapshot.entries.iter().zip(&docs) {
            if let Some(doc) = doc {
                *uses.entry(*doc).or_default() += memory::score(entry, now_s);
            }
        }
        let usage = uses.into_iter().map(|(doc, uses)| (doc, lift(uses))).filter(|(_, lift)| *lift > 0.0).collect();
        Self { searcher, snapshot, docs, usage: Arc::new(usage) }
    }

    /// Computes the signals of every entry that has a vector and an operation, each with its index in the snapshot.
    fn signals(&self, text: &str, model: &dyn Embedder, shares: &Shares) -> Result<Vec<(usize, [f32; 3])>, Error> {
        let vector = model.embed_query(text)?;
        let best = shares.first().map_or(1.0, |(_, share)| *share).max(f32::MIN_POSITIVE);
        let of_doc: HashMap<DocId, Score> = shares.iter().copied().collect();
        let mut of_method: HashMap<Method, Score> = HashMap::new();
        for (doc, share) in shares {
            *of_method.entry(self.searcher.entries()[*doc as usize].method).or_default() += share;
        }
        let all: Score = of_method.values().sum::<Score>().max(f32::MIN_POSITIVE);
        let log = |share: Option<&Score>, whole: Score| {
            share.map_or(LEAST_LOG_SHARE, |share| (share / whole).ln().max(LEAST_LOG_SHARE))
        };
        let signals = self.snapshot.alike(&vector).filter_map(|(at, cosine)| {
            let doc = self.docs[at]?;
            let method = self.snapshot.entries[at].pattern.method;
            Some((at, [cosine, log(of_doc.get(&doc), best), log(of_method.get(&method), all)]))
        });
        Ok(signals.collect())
    }

    /// Finds the entries that a request means, the surest first.
    fn recall(
        &self,
        text: &str,
        model: &dyn Embedder,
        shares: &Shares,
        filter: &Filter,
    ) -> Result<Vec<Recalled>, Error> {
        let sum = |signals: &[f32; 3]| signals.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum::<f32>();
        let mut scored: Vec<(usize, f32)> =
            self.signals(text, model, shares)?.iter().map(|(at, signals)| (*at, sum(signals))).collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        // One more may be meant: none of them.
        let whole: f32 = scored.iter().map(|(_, score)| (score - SHOWN_FROM).exp()).sum::<f32>() + 1.0;
        let shown = scored.into_iter().take_while(|(_, score)| *score >= SHOWN_FROM);
        Ok(shown
            .filter_map(|(at, score)| {
                let doc = self.docs[at]?;
                let passes = filter.passes(&self.searcher.entries()[doc as usize]);
                passes.then(|| Recalled { at, doc, confidence: (score - SHOWN_FROM).exp() / whole })
            })
            .collect())
    }

    /// The entries that a request names, and those that it could use with other values: of the same call for many customers one.
    fn offers(
        &self,
        recalled: &[Recalled],
        asked: &Asked<'_>,
        hit: &dyn Fn(&Recalled, &Beside) -> Option<Hit>,
    ) -> Result<(Vec<Hit>, Vec<Hit>), Error> {
        let (mut first, mut open) = (Vec::new(), Vec::new());
        let (mut named, mut shapes) = (HashSet::new(), HashSet::new());
        let mut others = Vec::new();
        for recalled in recalled.iter().take(MOST_COMPARED) {
            let (Some(entry), Some(operation)) =
                (self.snapshot.entries.get(recalled.at), self.searcher.entries().get(recalled.doc as usize))
            else {
                continue;
            };
            let beside = asked.beside(&entry.pattern, operation)?;
            if beside.is_meant && first.len() < MOST_SHOWN {
                named.insert(recalled.doc);
                first.extend(hit(recalled, &beside));
            } else if !beside.is_meant && !beside.naming.contradicts {
                others.push((recalled, beside));
            }
        }
        // What is about something else may still be of use, after all that is not.
        others.sort_by_key(|(_, beside)| beside.other.is_some());
        for (recalled, beside) in others {
            if first.len() + open.len() >= MOST_SHOWN || named.contains(&recalled.doc) {
                continue;
            }
            let slots: Vec<String> = beside.naming.unsaid.iter().map(|slot| slot.name.clone()).collect();
            if shapes.insert((recalled.doc, slots)) {
                open.extend(hit(recalled, &beside));
            }
        }
        Ok((first, open))
    }

    fn hit(&self, service: &Service, recalled: &Recalled, beside: &Beside, best: Score) -> Option<Hit> {
        let naming = &beside.naming;
        let entry = self.snapshot.entries.get(recalled.at)?;
        let operation = self.searcher.entries().get(recalled.doc as usize)?;
        let mut slots: Vec<String> = Vec::new();
        for slot in entry.pattern.slots.iter().chain(&naming.unsaid).chain(&naming.relative) {
            if !slots.contains(&slot.name) {
                slots.push(slot.name.clone());
            }
        }
        let call = ready_call(entry.id, &service.without_secrets(&entry.pattern).0, &slots, naming);
        Some(Hit {
            score: best.max(recalled.confidence),
            why: Why { usage: self.usage.get(&recalled.doc).copied(), ..Why::default() },
            remembered: Some(Remembered {
                entry: entry.id,
                description: memory::beginning(&entry.pattern.description).to_owned(),
                confidence: recalled.confidence,
                usage_count: entry.usage_count,
                slots,
                differs: differences(beside),
            }),
            ..Hit::of(operation, call)
        })
    }
}

/// Computes what an operation's uses, the sum of its entries' scores, add to its own score.
fn lift(uses: f64) -> Score {
    (MOST_LIFT * uses.clamp(0.0, 1.0)) as Score
}

/// Makes the arguments that repeat the call. Where values are open, they name the entry instead of its parts, and the values that
/// the request has for them; never those of the entry, which are somebody else's.
fn ready_call(id: memory::EntryId, pattern: &Pattern, open: &[String], naming: &Naming) -> Value {
    if !open.is_empty() {
        let value = |name: &String| naming.given.get(name).cloned().unwrap_or_else(|| unfilled(name).into());
        let slots: Map<String, Value> = open.iter().map(|name| (name.clone(), value(name))).collect();
        return json!({ "path": pattern.template, "method": pattern.method, "record_identifier": id, "slots": slots });
    }
    let mut call = json!({ "path": pattern.path, "method": pattern.method });
    if !pattern.params.is_empty() {
        call["params"] = pattern.params.clone().into();
    }
    if let Some(data) = &pattern.data {
        call["data"] = data.clone();
    }
    call
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_lifts_an_operation_more_the_more_it_is_used_and_never_over_the_bound() {
        let lifts: Vec<Score> = [0.0, 0.1, 0.2, 0.9, 50.0, f64::INFINITY].into_iter().map(lift).collect();
        assert_eq!(lifts[0], 0.0);
        assert!(lifts.is_sorted() && lifts[4] > lifts[1], "{lifts:?}");
        assert!(lifts.iter().all(|lift| f64::from(*lift) <= MOST_LIFT + 1e-6), "{lifts:?}");
    }
}
