//! Which operations answer this request, best first, and why?
//!
//! A [`Searcher`] is an immutable snapshot of one generation: a rebuild never disturbs a running query.

mod fit;
mod lexicon;
mod names;
mod query;
mod rank;
mod reading;
mod request;
pub mod signals;
mod values;
mod vectors;
pub mod weights;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::causes::chain;
use crate::embed::{EmbedError, Embedder, ModelIdentity, NoModel};
use crate::escape::{QUOTED, shortened};
use crate::generation::{CATALOGUE, Generation, GenerationError};
use crate::index::{DocId, GlossId, HnswIndex, NodeId, Score, TermError, Vectors, code, dot, exact_nearest_among};
use crate::store::{OperationRow, Store, StoreError, keyword};
use query::same_but_for_case;
use request::Reader;
use signals::Scorer;
use vectors::{VectorSide, load_vectors};

pub use fit::Fit;
pub use lexicon::{Lexicon, LexiconError};
pub(crate) use names::{known_apis, known_domains, nearest_names};
pub use query::{Answer, Filter, Hit, Mode, Query, Remembered};
pub use rank::{Candidate, Shares, Usage, Why, score};
pub use reading::{Deed, Phrase, Reading};

/// There is no ranking by meaning. The text says what to do.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoVectors {
    /// There is no model.
    #[error(transparent)]
    Model(#[from] NoModel),
    /// The vectors of the generation cannot be used.
    #[error("{}", chain(.0))]
    Unusable(Arc<SearchError>),
    /// The vectors are not there yet.
    #[error("the index is being built; ask again in some seconds for ranking by meaning")]
    Building,
    /// Whoever searches gave no model.
    #[error("no sentence model was loaded")]
    NotGiven,
}

/// An error of opening a generation or of searching it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The catalogue failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The generation cannot be used.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// The words cannot be loaded.
    #[error(transparent)]
    Terms(#[from] TermError),
    /// The user's lexicon is wrong.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// The model failed on the request.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// Meaning was asked for and there is nothing to compute it with.
    #[error("semantic search is not possible: {reason}")]
    NoVectors {
        /// The reason.
        reason: NoVectors,
    },
    /// The query has no words.
    #[error("the query is empty; say in words what is wanted, such as `open tickets of a company`")]
    Empty,
    /// The filter names an API that is not indexed.
    #[error("there is no API named `{}` in the index; it holds {known}", named(name))]
    UnknownApi {
        /// The name that was given.
        name: String,
        /// The names of the indexed APIs.
        known: String,
    },
    /// The filter names a domain that is not there.
    #[error("there is no domain named `{}` in the index; {known}", named(name))]
    UnknownDomain {
        /// The name that was given.
        name: String,
        /// The nearest names, or how to list them.
        known: String,
    },
}

fn named(name: &str) -> Cow<'_, str> {
    shortened(name, QUOTED)
}

/// Characters of a query that the answer repeats: more than anybody asks with.
const LONGEST_ECHO: usize = 2_000;

/// A clause of a request, which asks for one thing, with its candidates.
struct Part {
    vector: Vec<f32>,
    candidates: Vec<Candidate>,
}

/// The ranked documents, with the share of every candidate.
struct Ranking {
    ranked: Vec<rank::Ranked>,
    shares: Shares,
    reduced: Option<String>,
}

/// A snapshot of one generation, ready to answer.
#[derive(Debug)]
pub struct Searcher {
    store: Store,
    entries: Vec<OperationRow>,
    vector_side: Result<VectorSide, NoVectors>,
    generation: Option<Generation>,
}

/// Distinct texts taken from the graph as candidates. Beside the glosses' documents, 80 and 150 are alike within .003 in hit@1
/// and recall@20 over 858 requests with a source left out; more adds work to every query.
const VECTOR_CANDIDATES: usize = 80;

/// Glosses whose documents are candidates.
const GLOSS_CANDIDATES: usize = 12;

/// Documents taken from keyword search as candidates.
const KEYWORD_CANDIDATES: usize = 100;

impl Searcher {
    /// Opens a generation. Where its vectors cannot be used, by fault of theirs or of the model, the searcher answers by
    /// keyword and says why.
    ///
    /// `lexicon` is the user's own, which need not exist.
    ///
    /// # Errors
    /// [`SearchError::Generation`] and [`SearchError::Store`] where the catalogue cannot be used, [`SearchError::Lexicon`].
    pub fn open(
        generation: Generation,
        model: Result<&ModelIdentity, NoModel>,
        lexicon: Option<&Path>,
    ) -> Result<Self, SearchError> {
        let store = Store::open(&generation.verified(CATALOGUE)?)?;
        let entries = store.entries()?;
        let vector_side = match model {
            Ok(model) => match load_vectors(&generation, model, &entries, lexicon) {
                // The user's own mistake: said at once rather than worked around.
                Err(error @ SearchError::Lexicon(_)) => return Err(error),
                other => other.map_err(|error| NoVectors::Unusable(Arc::new(error))),
            },
            Err(error) => Err(error.into()),
        };
        Ok(Self { store, entries, vector_side, generation: Some(generation) })
    }

    /// A searcher over a catalogue whose vectors are still being made.
    ///
    /// # Errors
    /// [`SearchError::Store`]
    pub fn by_keyword(store: Store) -> Result<Self, SearchError> {
        let entries = store.entries()?;
        Ok(Self { store, entries, vector_side: Err(NoVectors::Building), generation: None })
    }

    /// The catalogue of the generation.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Every operation, by [`DocId`].
    pub fn entries(&self) -> &[OperationRow] {
        &self.entries
    }

    /// The generation this is a snapshot of; `None` while the first is being built.
    pub fn generation(&self) -> Option<&Generation> {
        self.generation.as_ref()
    }

    /// The reason why there is no search by meaning; `None` where there is.
    pub fn reduced(&self) -> Option<&NoVectors> {
        self.vector_side.as_ref().err()
    }

    /// The graph and the vectors; `None` where there are none.
    pub fn vectors(&self) -> Option<(&HnswIndex, &Vectors)> {
        self.vector_side.as_ref().ok().map(|side| (&side.graph, &side.vectors))
    }

    /// Answers a request. `model` must be the one the searcher was opened with.
    ///
    /// # Errors
    /// [`SearchError::NoVectors`] where `semantic` is asked for and not possible; hybrid falls back to keywords and says so.
    /// [`SearchError::UnknownApi`], [`SearchError::UnknownDomain`] for a filter that nothing can pass.
    pub fn search(&self, query: &Query, model: Option<&dyn Embedder>) -> Result<Answer, SearchError> {
        Ok(self.search_with_shares(query, model)?.0)
    }

    /// [`Self::search`] with the share of every candidate. Only hybrid ranking has shares.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn search_with_shares(
        &self,
        query: &Query,
        model: Option<&dyn Embedder>,
    ) -> Result<(Answer, Shares), SearchError> {
        self.answer(query, model.ok_or(NoVectors::NotGiven))
    }

    /// [`Self::search`] where the model cannot be loaded: by keyword. The answer says `reason`.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn search_without(&self, query: &Query, reason: NoModel) -> Result<Answer, SearchError> {
        Ok(self.answer(query, Err(reason.into()))?.0)
    }

    fn answer(&self, query: &Query, model: Result<&dyn Embedder, NoVectors>) -> Result<(Answer, Shares), SearchError> {
        let began = Instant::now();
        if query.text.trim().is_empty() {
            return Err(SearchError::Empty);
        }
        self.check(&query.filter)?;
        let Ranking { ranked, shares, reduced } = self.rank(query, model)?;
        let calls = self.store.calls(ranked.iter().map(|ranked| ranked.doc))?;
        let mut hits = Vec::with_capacity(ranked.len());
        for (at, (ranked, call)) in ranked.into_iter().zip(calls).enumerate() {
            let entry = &self.entries[ranked.doc as usize];
            hits.push(Hit { rank: at + 1, score: ranked.score, why: ranked.why, ..Hit::of(entry, call) });
        }
        let mode = if reduced.is_some() { Mode::Keyword } else { query.mode };
        let took_ms = (began.elapsed().as_secs_f64() * 1e6).round() / 1e3;
        Ok((Answer { query: shortened(&query.text, LONGEST_ECHO).into_owned(), mode, reduced, took_ms, hits }, shares))
    }

    fn check(&self, filter: &Filter) -> Result<(), SearchError> {
        if let Some(name) = &filter.api
            && !self.entries.iter().any(|entry| entry.api.eq_ignore_ascii_case(name))
        {
            return Err(SearchError::UnknownApi { name: name.clone(), known: known_apis(name, &self.store.apis()?) });
        }
        if let Some(name) = &filter.domain
            && !self.entries.iter().any(|entry| same_but_for_case(&entry.domain, name))
        {
            let domains = self.store.domains()?;
            let known = known_domains(name, domains.iter().map(|domain| domain.name.as_str()));
            return Err(SearchError::UnknownDomain { name: name.clone(), known });
        }
        Ok(())
    }

    fn rank(&self, query: &Query, model: Result<&dyn Embedder, NoVectors>) -> Result<Ranking, SearchError> {
        let by_words = || self.by_words(&keyword::terms(&query.text), query);
        let side = match (&self.vector_side, model) {
            (Ok(side), Ok(model)) => Ok((side, model)),
            (Ok(_), Err(reason)) => Err(reason),
            (Err(reason), _) => Err(reason.clone()),
        };
        let without_shares = |ranked, reduced| Ranking { ranked, shares: Shares::new(), reduced };
        match (query.mode, side) {
            (Mode::Semantic, Err(reason)) => Err(SearchError::NoVectors { reason }),
            (Mode::Keyword, _) => Ok(without_shares(by_words()?, None)),
            (Mode::Hybrid, Err(reason)) => Ok(without_shares(by_words()?, Some(reason.to_string()))),
            (Mode::Semantic, Ok((side, model))) => {
                let vector = model.embed_query(&query.text)?;
                let mut found = self.by_vector(side, &vector, query.limit.max(VECTOR_CANDIDATES), &query.filter);
                found.truncate(query.limit);
                let ranked = found.into_iter().map(|(doc, score)| rank::Ranked::semantic(doc, score)).collect();
                Ok(without_shares(ranked, None))
            }
            (Mode::Hybrid, Ok((side, model))) => {
                let parts = self.candidates(side, &query.text, model, query.limit, &query.filter)?;
                let (vectors, parts): (Vec<_>, Vec<_>) =
                    parts.into_iter().map(|part| (part.vector, part.candidates)).unzip();
                let (mut ranked, shares) = rank::order(&parts, weights::own(), &query.usage, query.limit);
                // Ranked by codes; what is shown is exact.
                for (hit, part) in &mut ranked {
                    let row = side.vectors.row(self.entries[hit.doc as usize].node);
                    hit.why.semantic = Some(dot(&vectors[*part], row));
                }
                let ranked = ranked.into_iter().map(|(hit, _)| hit).collect();
                Ok(Ranking { ranked, shares, reduced: None })
            }
        }
    }

    /// The candidates of each part of a request with their signals, as hybrid ranking orders them. Short requests have one
    /// part.
    ///
    /// # Errors
    /// [`SearchError::NoVectors`], [`SearchError::Embed`]
    pub fn features(&self, text: &str, model: &dyn Embedder) -> Result<Vec<Vec<Candidate>>, SearchError> {
        let side = self.vector_side.as_ref().map_err(|reason| SearchError::NoVectors { reason: reason.clone() })?;
        let parts = self.candidates(side, text, model, 0, &Filter::default())?;
        Ok(parts.into_iter().map(|part| part.candidates).collect())
    }

    /// The documents of [`Self::features`] in the order that weights give, best first.
    pub fn order(parts: &[Vec<Candidate>], weights: &signals::Features, usage: &Usage, limit: usize) -> Vec<DocId> {
        rank::order(parts, weights, usage, limit).0.into_iter().map(|(ranked, _)| ranked.doc).collect()
    }

    /// The candidates of each part with their signals. Cosines are by codes: within .004, which no ranking tells from rounding, and of
    /// a few hundred documents all over the index a quarter of the memory.
    fn candidates(
        &self,
        side: &VectorSide,
        text: &str,
        model: &dyn Embedder,
        limit: usize,
        filter: &Filter,
    ) -> Result<Vec<Part>, SearchError> {
        let is_english = |word: &str| model.knows_word(word);
        let reader = Reader { terms: &side.terms, lexicon: &side.lexicon, is_english: &is_english };
        let mut bm25 = Vec::new();
        let mut all = Vec::new();
        for part in request::parts(text) {
            let request = reader.read(&part);
            let vector = model.embed_query(&request.text)?;
            let sought = code(&vector);
            let mut docs = self.near(side, &sought, limit.max(VECTOR_CANDIDATES), filter);
            let weights = (0..).zip(&request.weights).filter(|(_, weight)| **weight > 0.0);
            side.terms.bm25(weights.map(|(term, weight)| (term, *weight)), &mut bm25);
            let (by_words, best_bm25) = self.best_by_words(&bm25, limit.max(KEYWORD_CANDIDATES), filter);
            docs.extend(by_words);
            let glosses: Vec<Score> =
                (0..side.of_gloss.len() as GlossId).map(|gloss| side.gloss_codes.cosine(&sought, gloss)).collect();
            for gloss in best((0..).zip(glosses.iter().copied()), GLOSS_CANDIDATES) {
                let passing =
                    side.of_gloss[gloss as usize].iter().filter(|doc| filter.passes(&self.entries[**doc as usize]));
                docs.extend(passing);
            }
            docs.sort_unstable();
            docs.dedup();
            let scorer = Scorer::new(&side.terms, &request, best_bm25);
            let candidate = |doc: DocId| {
                let cosine = side.graph.codes().cosine(&sought, side.node_of[doc as usize]);
                let bm25 = bm25[doc as usize];
                // A document without a gloss is compared by its text alone.
                let gloss = side.terms.document(doc).gloss.map_or(cosine, |gloss| glosses[gloss as usize]);
                Candidate { doc, features: scorer.features(doc, cosine, gloss, bm25), bm25 }
            };
            let candidates = docs.into_iter().map(candidate).collect();
            all.push(Part { vector, candidates });
        }
        Ok(all)
    }

    /// The documents with the largest scores above 0, in no order, and the largest of all.
    fn best_by_words(&self, scores: &[Score], count: usize, filter: &Filter) -> (Vec<DocId>, Score) {
        let larger = |a: &DocId, b: &DocId| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b));
        let mut found: Vec<DocId> = Vec::with_capacity(2 * count);
        let (mut least, mut largest): (Score, Score) = (0.0, 0.0);
        for (doc, &score) in (0..).zip(scores) {
            largest = largest.max(score);
            if score > least && filter.passes(&self.entries[doc as usize]) {
                found.push(doc);
                // At twice the count the better half is kept, and its worst score is the least that is looked at from here on.
                if found.len() == 2 * count {
                    let (_, worst, _) = found.select_nth_unstable_by(count - 1, larger);
                    least = scores[*worst as usize];
                    found.truncate(count);
                }
            }
        }
        if found.len() > count {
            found.select_nth_unstable_by(count - 1, larger);
            found.truncate(count);
        }
        (found, largest)
    }

    fn by_words(&self, terms: &[String], query: &Query) -> Result<Vec<rank::Ranked>, SearchError> {
        let mut found = self.keyword_candidates(terms, query.limit, &query.filter)?;
        found.truncate(query.limit);
        Ok(found.into_iter().map(|(doc, score)| rank::Ranked::keyword(doc, score)).collect())
    }

    fn keyword_candidates(
        &self,
        terms: &[String],
        count: usize,
        filter: &Filter,
    ) -> Result<Vec<(DocId, Score)>, SearchError> {
        if filter.is_open() {
            return Ok(self.store.keyword(terms, count)?);
        }
        let mut found = self.store.keyword(terms, self.entries.len())?;
        found.retain(|(doc, _)| filter.passes(&self.entries[*doc as usize]));
        found.truncate(count);
        Ok(found)
    }

    /// Documents by cosine, best first. Without a filter the graph is walked; with one, the nodes that pass are scanned.
    fn by_vector(&self, side: &VectorSide, vector: &[f32], count: usize, filter: &Filter) -> Vec<(DocId, Score)> {
        let nodes: Vec<(NodeId, Score)> = if filter.is_open() {
            side.graph.nearest(&side.vectors, vector, count)
        } else {
            exact_nearest_among(&side.vectors, vector, count, self.passing(filter).into_iter())
        };
        let mut found = Vec::with_capacity(nodes.len());
        for (node, score) in nodes {
            let passing = side.of_node(node).iter().filter(|doc| filter.passes(&self.entries[**doc as usize]));
            found.extend(passing.map(|doc| (*doc, score)));
        }
        found
    }

    /// The documents of the `count` nodes nearest by their codes, in no order; found as [`Self::by_vector`] does.
    fn near(&self, side: &VectorSide, sought: &[i8], count: usize, filter: &Filter) -> Vec<DocId> {
        let nodes = if filter.is_open() {
            side.graph.near(sought, count)
        } else {
            let codes = side.graph.codes();
            best(self.passing(filter).into_iter().map(|node| (node, codes.cosine(sought, node))), count)
        };
        let documents = nodes.into_iter().flat_map(|node| side.of_node(node)).copied();
        documents.filter(|doc| filter.passes(&self.entries[*doc as usize])).collect()
    }

    /// The nodes of documents that pass, each once.
    fn passing(&self, filter: &Filter) -> Vec<NodeId> {
        let mut nodes: Vec<NodeId> =
            self.entries.iter().filter(|entry| filter.passes(entry)).map(|entry| entry.node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }
}

/// The `count` of the largest scores, in no order; of equal ones the first.
fn best(scored: impl Iterator<Item = (u32, Score)>, count: usize) -> Vec<u32> {
    let mut found: Vec<(u32, Score)> = scored.collect();
    if found.len() > count {
        found.select_nth_unstable_by(count, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(count);
    }
    found.into_iter().map(|(number, _)| number).collect()
}
