//! Which operations answer this request, best first, and why?
//!
//! A [`Searcher`] is an immutable snapshot of one generation: a rebuild never disturbs a running query.

mod lexicon;
mod rank;
mod request;
pub mod signals;
mod values;
pub mod weights;

use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

use crate::embed::{EmbedError, Embedder, ModelIdentity};
use crate::generation::{CATALOGUE, Generation, GenerationError, TERMS, VECTORS};
use crate::index::{
    DocId, GraphError, HnswIndex, NodeId, Score, TermError, TermIndex, Vectors, dot, exact_nearest_among,
};
use crate::memory::EntryId;
use crate::openapi::Method;
use crate::store::{Entry, Store, StoreError, keyword};
use request::Reader;
use signals::Scorer;

pub use lexicon::{Lexicon, LexiconError};
pub use rank::{Candidate, Shares, Usage, Why, score};

/// What can go wrong with a search.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The catalogue failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The generation cannot be used.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// The graph cannot be loaded.
    #[error(transparent)]
    Graph(#[from] GraphError),
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
        /// Why, with the cure.
        reason: String,
    },
    /// The filter names an API that is not indexed.
    #[error("there is no API named `{name}` in the index; it holds {known}")]
    UnknownApi {
        /// As given.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The filter names a domain that is not there.
    #[error("there is no domain named `{name}` in the index; {known}")]
    UnknownDomain {
        /// As given.
        name: String,
        /// The nearest names, or how to list them.
        known: String,
    },
}

/// How to rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Vectors and words together.
    #[default]
    Hybrid,
    /// Vectors alone.
    Semantic,
    /// Words alone.
    Keyword,
}

/// Which operations may be answers at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Name of an API; case does not matter.
    pub api: Option<String>,
    /// Request method.
    pub method: Option<Method>,
    /// Domain; case does not matter.
    pub domain: Option<String>,
}

impl Filter {
    fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an operation may be an answer.
    pub fn passes(&self, entry: &Entry) -> bool {
        self.method.is_none_or(|method| method == entry.method)
            && self.api.as_ref().is_none_or(|api| api.eq_ignore_ascii_case(&entry.api))
            && self.domain.as_ref().is_none_or(|domain| same_but_for_case(domain, &entry.domain))
    }
}

/// One request.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// What is wanted, in any words.
    pub text: String,
    /// How to rank.
    pub mode: Mode,
    /// How many hits at most.
    pub limit: usize,
    /// Which operations may be answers.
    pub filter: Filter,
    /// What the user's own use adds to operations; hybrid ranking heeds it.
    pub usage: std::sync::Arc<Usage>,
}

/// One operation that may answer the request.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// From 1.
    pub rank: usize,
    /// Larger is better; comparable within one answer only.
    pub score: Score,
    /// Name of its API.
    pub api: String,
    /// Request method.
    pub method: Method,
    /// Path template.
    pub path: String,
    /// The manifest's summary, or empty.
    pub summary: String,
    /// First path segment, or first tag.
    pub domain: String,
    /// Path of the noun its routes share.
    pub resource: String,
    /// `operationId`, where there is one.
    pub operation_id: Option<String>,
    /// What put it there.
    pub why: Why,
    /// A ready argument object for `dispatch_api_operation`.
    pub call: Value,
    /// The entry of fast memory that the request means, where the hit comes from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remembered: Option<Remembered>,
}

/// A proven call that a request means.
#[derive(Clone, Debug, Serialize)]
pub struct Remembered {
    /// Its number in fast memory.
    pub entry: EntryId,
    /// As it was saved.
    pub description: String,
    /// How surely the request means this entry rather than another, or none: from 0 to 1.
    pub confidence: f32,
    /// How often it was used.
    pub usage_count: u64,
    /// What must be given in `slots`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<String>,
}

/// What a search gave.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The request as given.
    pub query: String,
    /// How it was ranked.
    pub mode: Mode,
    /// Why the ranking is less than was asked for, and how to get the rest.
    pub reduced: Option<String>,
    /// Milliseconds from request to hits, embedding included.
    pub took_ms: f64,
    /// Best first.
    pub hits: Vec<Hit>,
}

/// Hits in order, and what else ranking found out.
struct Ranking {
    ranked: Vec<rank::Ranked>,
    shares: Shares,
    reduced: Option<String>,
}

/// The vectors of a generation and the graph over them.
#[derive(Debug)]
struct VectorSide {
    vectors: Vectors,
    /// `[glosses x dim]`
    glosses: Vectors,
    /// Documents by their gloss.
    of_gloss: Vec<Vec<DocId>>,
    graph: HnswIndex,
    terms: TermIndex,
    lexicon: Lexicon,
    /// Documents of node `n`: `documents[offsets[n]..offsets[n + 1]]`, in order of [`DocId`].
    offsets: Vec<u32>,
    documents: Vec<DocId>,
}

/// A snapshot of one generation, ready to answer.
#[derive(Debug)]
pub struct Searcher {
    store: Store,
    entries: Vec<Entry>,
    vector_side: Result<VectorSide, String>,
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
        model: Result<&ModelIdentity, String>,
        lexicon: Option<&Path>,
    ) -> Result<Self, SearchError> {
        let store = Store::open(&generation.verified(CATALOGUE)?)?;
        let entries = store.entries()?;
        let vector_side = match model {
            Ok(model) => match load_vectors(&generation, model, &entries, lexicon) {
                // The user's own mistake: said at once rather than worked around.
                Err(error @ SearchError::Lexicon(_)) => return Err(error),
                other => other.map_err(|error| crate::error::chain(&error)),
            },
            Err(reason) => Err(reason),
        };
        Ok(Self { store, entries, vector_side, generation: Some(generation) })
    }

    /// A searcher over a catalogue whose vectors are not there yet; `reason` says why.
    ///
    /// # Errors
    /// [`SearchError::Store`]
    pub fn by_keyword(store: Store, reason: String) -> Result<Self, SearchError> {
        let entries = store.entries()?;
        Ok(Self { store, entries, vector_side: Err(reason), generation: None })
    }

    /// The catalogue.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Every operation, by [`DocId`].
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The generation this is a snapshot of; `None` while the first is being built.
    pub fn generation(&self) -> Option<&Generation> {
        self.generation.as_ref()
    }

    /// Why there is no search by meaning, where there is none.
    pub fn reduced(&self) -> Option<&str> {
        self.vector_side.as_ref().err().map(String::as_str)
    }

    /// The graph and the vectors, where they are there.
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

    /// The same, with the share of every candidate; hybrid ranking alone has shares.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn search_with_shares(
        &self,
        query: &Query,
        model: Option<&dyn Embedder>,
    ) -> Result<(Answer, Shares), SearchError> {
        self.answer(query, model.ok_or_else(|| "no sentence model was loaded".to_owned()))
    }

    /// The same where the model cannot be loaded: by keyword, saying why.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn search_without(&self, query: &Query, reason: String) -> Result<Answer, SearchError> {
        Ok(self.answer(query, Err(reason))?.0)
    }

    fn answer(&self, query: &Query, model: Result<&dyn Embedder, String>) -> Result<(Answer, Shares), SearchError> {
        let began = Instant::now();
        self.check(&query.filter)?;
        let Ranking { ranked, shares, reduced } = self.rank(query, model)?;
        let mut hits = Vec::with_capacity(ranked.len());
        for (at, ranked) in ranked.into_iter().enumerate() {
            let entry = &self.entries[ranked.doc as usize];
            hits.push(Hit {
                rank: at + 1,
                score: ranked.score,
                api: entry.api.clone(),
                method: entry.method,
                path: entry.path.clone(),
                summary: entry.summary.clone(),
                domain: entry.domain.clone(),
                resource: entry.resource.clone(),
                operation_id: entry.operation_id.clone(),
                why: ranked.why,
                call: self.store.call(ranked.doc)?,
                remembered: None,
            });
        }
        let mode = if reduced.is_some() { Mode::Keyword } else { query.mode };
        let took_ms = (began.elapsed().as_secs_f64() * 1e6).round() / 1e3;
        Ok((Answer { query: query.text.clone(), mode, reduced, took_ms, hits }, shares))
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
            let known = crate::search::nearest_names(name, domains.iter().map(|domain| domain.name.as_str()), 5);
            let known = format!("the nearest are {}", known.join(", "));
            return Err(SearchError::UnknownDomain { name: name.clone(), known });
        }
        Ok(())
    }

    fn rank(&self, query: &Query, model: Result<&dyn Embedder, String>) -> Result<Ranking, SearchError> {
        let terms = keyword::terms(&query.text);
        let side = match (&self.vector_side, model) {
            (Ok(side), Ok(model)) => Ok((side, model)),
            (Ok(_), Err(reason)) => Err(reason),
            (Err(reason), _) => Err(reason.clone()),
        };
        let without_shares = |ranked, reduced| Ranking { ranked, shares: Shares::new(), reduced };
        match (query.mode, side) {
            (Mode::Semantic, Err(reason)) => Err(SearchError::NoVectors { reason }),
            (Mode::Keyword, _) => Ok(without_shares(self.by_words(&terms, query)?, None)),
            (Mode::Hybrid, Err(reason)) => Ok(without_shares(self.by_words(&terms, query)?, Some(reason))),
            (Mode::Semantic, Ok((side, model))) => {
                let vector = model.embed_query(&query.text)?;
                let mut found = self.by_vector(side, &vector, query.limit.max(VECTOR_CANDIDATES), &query.filter);
                found.truncate(query.limit);
                let ranked = found.into_iter().map(|(doc, score)| rank::Ranked::semantic(doc, score)).collect();
                Ok(without_shares(ranked, None))
            }
            (Mode::Hybrid, Ok((side, model))) => {
                let parts = self.candidates(side, &query.text, model, query.limit, &query.filter)?;
                let (ranked, shares) = rank::order(&parts, weights::own(), &query.usage, query.limit);
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
        self.candidates(side, text, model, 0, &Filter::default())
    }

    /// The documents of [`Self::features`] in the order that weights give, best first.
    pub fn order(parts: &[Vec<Candidate>], weights: &signals::Features, usage: &Usage, limit: usize) -> Vec<DocId> {
        rank::order(parts, weights, usage, limit).0.into_iter().map(|ranked| ranked.doc).collect()
    }

    fn candidates(
        &self,
        side: &VectorSide,
        text: &str,
        model: &dyn Embedder,
        limit: usize,
        filter: &Filter,
    ) -> Result<Vec<Vec<Candidate>>, SearchError> {
        let is_english = |word: &str| model.knows_word(word);
        let reader = Reader { terms: &side.terms, lexicon: &side.lexicon, is_english: &is_english };
        let mut bm25 = Vec::new();
        let mut all = Vec::new();
        for part in request::parts(text) {
            let request = reader.read(&part);
            let vector = model.embed_query(&request.text)?;
            let mut docs: Vec<DocId> = self
                .by_vector(side, &vector, limit.max(VECTOR_CANDIDATES), filter)
                .into_iter()
                .map(|(doc, _)| doc)
                .collect();
            let weights = (0..).zip(&request.weights).filter(|(_, weight)| **weight > 0.0);
            side.terms.bm25(weights.map(|(term, weight)| (term, *weight)), &mut bm25);
            let (by_words, best_bm25) = self.best_by_words(&bm25, limit.max(KEYWORD_CANDIDATES), filter);
            docs.extend(by_words);
            let glosses: Vec<Score> =
                side.glosses.values.chunks_exact(side.glosses.dim.max(1)).map(|gloss| dot(&vector, gloss)).collect();
            for (gloss, _) in best(&glosses, GLOSS_CANDIDATES) {
                let passing = side.of_gloss[gloss].iter().filter(|doc| filter.passes(&self.entries[**doc as usize]));
                docs.extend(passing);
            }
            docs.sort_unstable();
            docs.dedup();
            let scorer = Scorer::new(&side.terms, &request, best_bm25);
            let candidate = |doc: DocId| {
                let cosine = dot(&vector, side.vectors.row(self.entries[doc as usize].node));
                let bm25 = bm25[doc as usize];
                // Who has no gloss is compared by its text alone.
                let gloss = side.terms.document(doc).gloss.map_or(cosine, |gloss| glosses[gloss as usize]);
                Candidate { doc, features: scorer.features(doc, cosine, gloss, bm25), bm25 }
            };
            all.push(docs.into_iter().map(candidate).collect());
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
                // Of twice as many half are enough; what is no better than the worst of them is passed over from here on.
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
            side.graph.nearest(vector, count)
        } else {
            let mut nodes: Vec<NodeId> =
                self.entries.iter().filter(|entry| filter.passes(entry)).map(|entry| entry.node).collect();
            nodes.sort_unstable();
            nodes.dedup();
            exact_nearest_among(&side.vectors, vector, count, nodes.into_iter())
        };
        let mut found = Vec::with_capacity(nodes.len());
        for (node, score) in nodes {
            let range = side.offsets[node as usize] as usize..side.offsets[node as usize + 1] as usize;
            for &doc in &side.documents[range] {
                if filter.passes(&self.entries[doc as usize]) {
                    found.push((doc, score));
                }
            }
        }
        found
    }
}

/// The places of the largest scores, best first.
fn best(scores: &[Score], count: usize) -> Vec<(usize, Score)> {
    let mut found: Vec<(usize, Score)> = scores.iter().copied().enumerate().collect();
    let order = |a: &(usize, Score), b: &(usize, Score)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if found.len() > count {
        found.select_nth_unstable_by(count, order);
        found.truncate(count);
    }
    found.sort_unstable_by(order);
    found
}

fn load_vectors(
    generation: &Generation,
    model: &ModelIdentity,
    entries: &[Entry],
    lexicon: Option<&Path>,
) -> Result<VectorSide, SearchError> {
    generation.check_model(model)?;
    let path = generation.verified(VECTORS)?;
    for name in HnswIndex::FILES {
        generation.verified(name)?;
    }
    let damaged = |reason: &str| {
        SearchError::Generation(GenerationError::Damaged { path: path.clone(), reason: reason.to_owned() })
    };
    let bytes =
        std::fs::read(&path).map_err(|source| GenerationError::File { doing: "read", path: path.clone(), source })?;
    let values: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let mut vectors = Vectors { dim: model.dim, values };
    let glosses = vectors.split_off(usize::try_from(generation.meta.nodes).unwrap_or(usize::MAX / model.dim.max(1)));
    let parameters = generation.meta.graph.ok_or_else(|| damaged("meta.json has no parameters of the graph"))?;
    let graph = HnswIndex::load(&generation.folder, parameters, model.dim)?;
    let terms = generation.verified(TERMS)?;
    let bytes = std::fs::read(&terms).map_err(|source| GenerationError::File { doing: "read", path: terms, source })?;
    let terms = TermIndex::from_bytes(&bytes)?;
    let titles: Vec<String> =
        generation.meta.manifests.iter().flat_map(|manifest| [manifest.title.clone(), manifest.api.clone()]).collect();
    let lexicon = Lexicon::load(&titles, lexicon)?;
    let mut documents: Vec<(NodeId, DocId)> = entries.iter().map(|entry| (entry.node, entry.doc)).collect();
    documents.sort_unstable();
    let nodes = vectors.len();
    let consistent = graph.len() == nodes
        && terms.is_consistent()
        && terms.documents() == entries.len()
        && terms.glosses() == glosses.len()
        && nodes as u64 == generation.meta.nodes
        && documents.last().is_none_or(|(node, _)| (*node as usize) < nodes);
    if !consistent {
        return Err(damaged("vectors, graph, words and catalogue are not of one build"));
    }
    let mut offsets = vec![0_u32; nodes + 1];
    for (node, _) in &documents {
        offsets[*node as usize + 1] += 1;
    }
    for node in 0..nodes {
        offsets[node + 1] += offsets[node];
    }
    let mut of_gloss = vec![Vec::new(); glosses.len()];
    for entry in entries {
        if let Some(gloss) = terms.document(entry.doc).gloss {
            of_gloss[gloss as usize].push(entry.doc);
        }
    }
    Ok(VectorSide {
        vectors,
        glosses,
        of_gloss,
        graph,
        terms,
        lexicon,
        offsets,
        documents: documents.into_iter().map(|(_, doc)| doc).collect(),
    })
}

/// Compares every entry of a large catalogue: without making strings of them.
fn same_but_for_case(a: &str, b: &str) -> bool {
    a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
}

/// All names where they are few, else the nearest to one.
pub fn known_apis(name: &str, apis: &[String]) -> String {
    const FEW: usize = 20;
    if apis.len() <= FEW {
        return apis.join(", ");
    }
    let near = nearest_names(name, apis.iter().map(String::as_str), 5);
    format!("{} APIs, the nearest {}", apis.len(), near.join(", "))
}

/// The names most like a given one by spelling (Jaro-Winkler), best first.
pub fn nearest_names<'a>(name: &str, known: impl Iterator<Item = &'a str>, count: usize) -> Vec<String> {
    let name = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> =
        known.map(|other| (strsim::jaro_winkler(&name, &other.to_lowercase()), other)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(count).map(|(_, other)| other.to_owned()).collect()
}
