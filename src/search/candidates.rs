//! Which operations are worth a closer look, and which signals has each?

use super::query::Filter;
use super::rank::{Candidate, Ranked};
use super::request::{self, Reader, Request};
use super::signals::{Likeness, Scorer};
use super::vectors::VectorSide;
use super::words::WordSide;
use super::{Query, SearchError, Searcher};
use crate::embed::Embedder;
use crate::index::{DocId, GlossId, NodeId, Score, TermId, WordScores, code, exact_nearest_among};
use crate::store::keyword;

/// A clause of a request, which asks for one thing, with its candidates.
pub(super) struct Part {
    pub(super) request: Request,
    /// Empty where words alone rank.
    pub(super) vector: Vec<f32>,
    pub(super) candidates: Vec<Candidate>,
}

/// Distinct texts taken from the graph as candidates. Beside the glosses' documents, 80 and 150 are alike within .003 in hit@1
/// and recall@20 over 858 requests with a source left out; more adds work to every query.
pub(super) const VECTOR_CANDIDATES: usize = 80;

/// Glosses whose documents are candidates.
const GLOSS_CANDIDATES: usize = 12;

/// Documents taken by their words as candidates, beside those taken by vectors.
const KEYWORD_CANDIDATES: usize = 100;

/// Documents taken by their words wherever they stand, where there are no vectors.
const CANDIDATES_BY_WORDS: usize = 150;

impl Searcher {
    /// The candidates of each part with their signals. Cosines are by codes: within .004, which no ranking tells from rounding, and of
    /// a few hundred documents all over the index a quarter of the memory.
    pub(super) fn candidates(
        &self,
        (words, side): (&WordSide, &VectorSide),
        text: &str,
        model: &dyn Embedder,
        limit: usize,
        filter: &Filter,
    ) -> Result<Vec<Part>, SearchError> {
        let is_english = |word: &str| model.knows_word(word);
        let reader = Reader { terms: &words.terms, lexicon: &words.lexicon, is_english: &is_english };
        let mut bm25 = Vec::new();
        let mut all = Vec::new();
        for part in request::parts(text) {
            let request = reader.read(&part);
            let vector = model.embed_query(&request.text)?;
            let sought = code(&vector);
            let mut docs = self.near(side, &sought, limit.max(VECTOR_CANDIDATES), filter);
            let weights = (0..).zip(&request.weights).filter(|(_, weight)| **weight > 0.0);
            words.terms.bm25(weights.map(|(term, weight)| (term, *weight)), &mut bm25);
            let (by_words, best_bm25) = self.best_by_words(&bm25, limit.max(KEYWORD_CANDIDATES), filter);
            docs.extend(by_words);
            let glosses: Vec<Score> =
                (0..words.of_gloss.len() as GlossId).map(|gloss| side.gloss_codes.cosine(&sought, gloss)).collect();
            docs.extend(self.of_best_glosses(words, &glosses, filter));
            docs.sort_unstable();
            docs.dedup();
            let written = side.written.nearest(&sought);
            let scorer = Scorer::new(&words.terms, &request, Likeness { bm25: best_bm25, ..Likeness::default() });
            let candidate = |doc: DocId| {
                let cosine = side.graph.codes().cosine(&sought, side.node_of[doc as usize]);
                let bm25 = bm25[doc as usize];
                // A document without a gloss is compared by its text alone.
                let number = words.terms.document(doc).gloss;
                let gloss = number.map_or(cosine, |gloss| glosses[gloss as usize]);
                let likeness = Likeness { cosine, gloss, bm25, ..Likeness::default() };
                let features = scorer.features(doc, side.written.complete(&written, doc, number, likeness));
                Candidate { doc, features, bm25, gloss: Some(gloss) }
            };
            let candidates = docs.into_iter().map(candidate).collect();
            all.push(Part { request, vector, candidates });
        }
        Ok(all)
    }

    /// The candidates of each part with their signals, as far as words give them.
    pub(super) fn candidates_by_words(&self, words: &WordSide, text: &str, limit: usize, filter: &Filter) -> Vec<Part> {
        // Without the model's vocabulary, a word is English where the index has it anywhere.
        let reader = Reader { terms: &words.terms, lexicon: &words.lexicon, is_english: &|_| false };
        let candidates = |part: String| {
            let request = reader.read(&part);
            let weights: Vec<(TermId, f32)> =
                (0..).zip(request.weights.iter().copied()).filter(|(_, w)| *w > 0.0).collect();
            let WordScores { documents, glosses, everywhere } = words.terms.everywhere(&weights);
            let (mut docs, best_everywhere) = self.best_by_words(&everywhere, limit.max(CANDIDATES_BY_WORDS), filter);
            docs.extend(self.of_best_glosses(words, &glosses, filter).filter(|doc| everywhere[*doc as usize] > 0.0));
            docs.sort_unstable();
            docs.dedup();
            let largest = |scores: &[Score]| scores.iter().copied().fold(0.0, f32::max);
            let best = Likeness {
                bm25: largest(&documents),
                gloss_bm25: largest(&glosses),
                everywhere: best_everywhere,
                ..Likeness::default()
            };
            let scorer = Scorer::new(&words.terms, &request, best);
            let candidate = |doc: DocId| {
                let bm25 = documents[doc as usize];
                let gloss_bm25 = match words.terms.document(doc).gloss {
                    Some(gloss) => glosses[gloss as usize],
                    // It is compared by its own words alone.
                    None => bm25 / best.bm25.max(f32::MIN_POSITIVE) * best.gloss_bm25,
                };
                let everywhere = everywhere[doc as usize];
                let likeness = Likeness { bm25, gloss_bm25, everywhere, ..Likeness::default() };
                let features = scorer.features(doc, likeness);
                Candidate { doc, features, bm25: everywhere, gloss: None }
            };
            let candidates = docs.into_iter().map(candidate).collect();
            Part { request, vector: Vec::new(), candidates }
        };
        request::parts(text).into_iter().map(candidates).collect()
    }

    /// The documents of the glosses that fit best, in no order.
    fn of_best_glosses<'a>(
        &'a self,
        words: &'a WordSide,
        scores: &[Score],
        filter: &'a Filter,
    ) -> impl Iterator<Item = DocId> + 'a {
        let glosses = best((0..).zip(scores.iter().copied()), GLOSS_CANDIDATES);
        let documents = glosses.into_iter().filter_map(|gloss| words.of_gloss.get(gloss as usize)).flatten().copied();
        documents.filter(|doc| filter.passes(&self.entries[*doc as usize]))
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

    /// Documents by the catalogue's own keyword search, best first: where the words of the index cannot be used.
    pub(super) fn by_catalogue(&self, query: &Query) -> Result<Vec<Ranked>, SearchError> {
        let terms = keyword::terms(&query.text);
        let count = if query.filter.is_open() { query.limit } else { self.entries.len() };
        let found = self.store.keyword(&terms, count)?.into_iter();
        let passing = found.filter(|(doc, _)| query.filter.passes(&self.entries[*doc as usize]));
        Ok(passing.take(query.limit).map(|(doc, score)| Ranked::keyword(doc, score)).collect())
    }

    /// Documents by cosine, best first. Without a filter the graph is walked; with one, the nodes that pass are scanned.
    pub(super) fn by_vector(
        &self,
        side: &VectorSide,
        vector: &[f32],
        count: usize,
        filter: &Filter,
    ) -> Vec<(DocId, Score)> {
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
