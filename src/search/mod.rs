//! Which operations answer this request, best first, and why?
//!
//! A [`Searcher`] is an immutable snapshot of one generation: a rebuild never disturbs a running query.

pub mod asked;
mod candidates;
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
mod words;
pub mod written;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::causes::chain;
use crate::embed::{EmbedError, Embedder, ModelIdentity, NoModel};
use crate::escape::{QUOTED, shortened};
use crate::generation::{CATALOGUE, Generation, GenerationError};
use crate::index::{DocId, HnswIndex, TermError, TermIndex, Vectors, dot};
use crate::store::{OperationRow, Store, StoreError};
use candidates::{Part, VECTOR_CANDIDATES};
use query::same_but_for_case;
use signals::Ranker;
use vectors::{VectorSide, load_vectors};
use words::WordSide;

pub use fit::{Fit, SIGNS};
pub use lexicon::{Lexicon, LexiconError};
pub(crate) use names::{known_apis, known_domains, nearest_names};
pub use query::{Answer, Filter, Hit, Mode, Query, Remembered};
pub use rank::{Candidate, Shares, Usage, Why, score};
pub use reading::{Deed, Phrase, Reading};
pub use request::without_past_verb;

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

/// The ranked documents, with the share of every candidate.
#[derive(Default)]
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
    /// `None` where the file of the words cannot be used; then the catalogue alone is searched.
    words: Option<WordSide>,
    vector_side: Result<VectorSide, NoVectors>,
    generation: Option<Generation>,
}

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
        let words = match WordSide::load(&generation, entries.len(), lexicon) {
            // The user's own mistake: said at once rather than worked around.
            Err(error @ SearchError::Lexicon(_)) => return Err(error),
            other => other,
        };
        let unusable = |error: SearchError| NoVectors::Unusable(Arc::new(error));
        let (words, vector_side) = match (words, model) {
            (Ok(words), Ok(model)) => {
                let side = load_vectors(&generation, model, &entries, &words.terms).map_err(unusable);
                (Some(words), side)
            }
            (Ok(words), Err(no_model)) => (Some(words), Err(no_model.into())),
            (Err(error), _) => (None, Err(unusable(error))),
        };
        Ok(Self { store, entries, words, vector_side, generation: Some(generation) })
    }

    /// A searcher over a catalogue whose vectors are still being made. `titles` are those of its APIs, `lexicon` the user's own.
    ///
    /// # Errors
    /// [`SearchError::Store`], [`SearchError::Lexicon`]
    pub fn by_keyword(
        store: Store,
        terms: TermIndex,
        titles: &[String],
        lexicon: Option<&Path>,
    ) -> Result<Self, SearchError> {
        let entries = store.entries()?;
        let words = WordSide::of(terms, entries.len(), titles, lexicon)?;
        Ok(Self { store, entries, words, vector_side: Err(NoVectors::Building), generation: None })
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
        Ok((
            Answer {
                query: shortened(&query.text, LONGEST_ECHO).into_owned(),
                mode,
                reduced,
                missing: None,
                took_ms,
                hits,
            },
            shares,
        ))
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
        let side = match (&self.words, &self.vector_side, model) {
            (Some(words), Ok(side), Ok(model)) => Ok((words, side, model)),
            (_, Ok(_), Err(reason)) => Err(reason),
            (_, Err(reason), _) => Err(reason.clone()),
            // There are no vectors without words.
            (None, Ok(_), Ok(_)) => Err(NoVectors::NotGiven),
        };
        match (query.mode, side) {
            (Mode::Semantic, Err(reason)) => Err(SearchError::NoVectors { reason }),
            (Mode::Keyword, _) => self.rank_by_words(query),
            (Mode::Hybrid, Err(reason)) => {
                Ok(Ranking { reduced: Some(reason.to_string()), ..self.rank_by_words(query)? })
            }
            (Mode::Semantic, Ok((_, side, model))) => {
                let vector = model.embed_query(&query.text)?;
                let mut found = self.by_vector(side, &vector, query.limit.max(VECTOR_CANDIDATES), &query.filter);
                found.truncate(query.limit);
                let ranked = found.into_iter().map(|(doc, score)| rank::Ranked::semantic(doc, score)).collect();
                Ok(Ranking { ranked, ..Ranking::default() })
            }
            (Mode::Hybrid, Ok((words, side, model))) => {
                let parts = self.candidates((words, side), &query.text, model, query.limit, &query.filter)?;
                Ok(self.order_parts(words, &parts, Ranker::Hybrid, query, |hit, part| {
                    // Ranked by codes; what is shown is exact.
                    hit.why.semantic = Some(dot(&part.vector, side.vectors.row(self.entries[hit.doc as usize].node)));
                }))
            }
        }
    }

    fn rank_by_words(&self, query: &Query) -> Result<Ranking, SearchError> {
        let Some(words) = &self.words else {
            return Ok(Ranking { ranked: self.by_catalogue(query)?, ..Ranking::default() });
        };
        let parts = self.candidates_by_words(words, &query.text, query.limit, &query.filter);
        Ok(self.order_parts(words, &parts, Ranker::Keyword, query, |_, _| ()))
    }

    /// The hits of all parts, best first, each with what `complete` knows of it.
    fn order_parts(
        &self,
        words: &WordSide,
        parts: &[Part],
        ranker: Ranker,
        query: &Query,
        complete: impl Fn(&mut rank::Ranked, &Part),
    ) -> Ranking {
        let candidates: Vec<&[Candidate]> = parts.iter().map(|part| part.candidates.as_slice()).collect();
        let (ranked, shares) = rank::order(&candidates, weights::own(ranker), &query.usage, query.limit);
        let complete = |(mut hit, part): (rank::Ranked, usize)| {
            hit.why.named = Some(signals::named(&words.terms, &parts[part].request, hit.doc));
            complete(&mut hit, &parts[part]);
            hit
        };
        Ranking { ranked: ranked.into_iter().map(complete).collect(), shares, reduced: None }
    }

    /// The candidates of each part of a request with their signals, as hybrid ranking orders them. Short requests have one
    /// part.
    ///
    /// # Errors
    /// [`SearchError::NoVectors`], [`SearchError::Embed`]
    pub fn features(&self, text: &str, model: &dyn Embedder) -> Result<Vec<Vec<Candidate>>, SearchError> {
        let side = self.vector_side.as_ref().map_err(|reason| SearchError::NoVectors { reason: reason.clone() })?;
        let Some(words) = &self.words else { return Ok(Vec::new()) };
        let parts = self.candidates((words, side), text, model, 0, &Filter::default())?;
        Ok(parts.into_iter().map(|part| part.candidates).collect())
    }

    /// The same, as ranking by words alone orders them. Empty where the words of the index cannot be used.
    pub fn features_by_words(&self, text: &str) -> Vec<Vec<Candidate>> {
        let words = self.words.as_ref();
        let parts = words.map_or_else(Vec::new, |words| self.candidates_by_words(words, text, 0, &Filter::default()));
        parts.into_iter().map(|part| part.candidates).collect()
    }

    /// The documents of [`Self::features`] in the order that weights give, best first.
    pub fn order(parts: &[Vec<Candidate>], weights: &signals::Features, usage: &Usage, limit: usize) -> Vec<DocId> {
        let parts: Vec<&[Candidate]> = parts.iter().map(Vec::as_slice).collect();
        rank::order(&parts, weights, usage, limit).0.into_iter().map(|(ranked, _)| ranked.doc).collect()
    }
}
