//! Which operations hold these words, and how telling is each word?
//!
//! The words of every document by where they stand, kept in memory: ranking reads them for some two hundred candidates of
//! every request, where a database would answer two hundred queries.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::attributes::Attributes;
use super::bm25::{Places, saturated};
use super::{DocId, GlossId, Score, TermId};
use crate::document::route::RouteKind;
use crate::openapi::Method;

/// How often a word of the path counts beside one of summary, description or tags.
const PATH_WEIGHT: f32 = 2.0;

/// The words of one part of a path, seldom more than four. They stand within the document: ranking reads those of some three hundred
/// documents for every request, and waits for memory at each list that stands elsewhere.
pub type PathWords = SmallVec<[TermId; 4]>;

/// One operation's words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TermDocument {
    /// Request method.
    pub method: Method,
    /// What the route does.
    pub kind: RouteKind,
    /// Whether it is the short form of another route.
    pub is_info: bool,
    /// Whether another domain has the same nouns and more operations about the first of them.
    pub is_minor: bool,
    /// The words of the noun it is about, in order.
    pub target: PathWords,
    /// The words of its parents, outermost first.
    pub parents: PathWords,
    /// The last word of the innermost parent whose key the path takes.
    pub keyed_parent: Option<TermId>,
    /// The words of the domain.
    pub domain: PathWords,
    /// The words of the action.
    pub action: PathWords,
    /// Which of [`TermIndex`]'s sets its field names are.
    pub(super) field_set: u32,
    /// The gloss of its resource; `None` where the glossary has none.
    pub gloss: Option<GlossId>,
    /// Words of summary, description and tags, sorted.
    pub(super) text: Vec<TermId>,
    /// Natural logarithm of one more than the operations of its resource and below it.
    pub centrality: f32,
    /// Natural logarithm of one more than the number of its fields.
    pub field_count: f32,
    /// Natural logarithm of one more than the number of schemas that refer to the schema of its answer.
    pub references: f32,
}

/// The words of all documents.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct TermIndex {
    pub(super) words: Vec<String>,
    /// In how many resources a word stands; 0 where it stands in texts and fields only.
    pub(super) resource_frequency: Vec<u32>,
    pub(super) resources: u32,
    pub(super) documents: Vec<TermDocument>,
    /// Field names that operations share, each sorted.
    pub(super) field_sets: Vec<Vec<TermId>>,
    /// The words of each gloss, sorted.
    pub(super) glosses: Vec<Vec<TermId>>,
    /// In how many glosses a word stands.
    pub(super) gloss_frequency: Vec<u32>,
    pub(super) spellings: Vec<String>,
    #[serde(skip)]
    pub(super) derived: Derived,
}

/// Tables that are computed when the index is loaded, and are not kept on disk.
#[derive(Debug, Default)]
pub(super) struct Derived {
    ids: HashMap<String, TermId>,
    /// By word: documents, each with how often it has the word, saturated as BM25 does.
    postings: Vec<Vec<(DocId, f32)>>,
    /// By word: its inverse document frequency. Every candidate of a request asks for several.
    idf: Vec<f32>,
    attributes: Attributes,
    /// Made at the first request by words alone.
    pub(super) places: OnceLock<Places>,
}

/// An error of reading or writing a term file.
#[derive(Debug, thiserror::Error)]
#[error("the words of the index cannot be read: {0}")]
pub struct TermError(#[from] postcard::Error);

impl TermIndex {
    /// The bytes of the term file.
    ///
    /// # Errors
    /// [`TermError`] where memory runs out.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TermError> {
        Ok(postcard::to_stdvec(self)?)
    }

    /// Reads a term file whose hash was compared.
    ///
    /// # Errors
    /// [`TermError`] where the bytes are no term file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TermError> {
        let mut index: Self = postcard::from_bytes(bytes)?;
        index.derive();
        Ok(index)
    }

    /// Fills what is not kept on disk.
    pub(super) fn derive(&mut self) {
        let ids = self.words.iter().enumerate().map(|(id, word)| (word.clone(), id as TermId)).collect();
        let mut postings: Vec<Vec<(DocId, f32)>> = vec![Vec::new(); self.words.len()];
        let mut lengths = Vec::with_capacity(self.documents.len());
        let mut counts: HashMap<TermId, f32> = HashMap::new();
        for (doc, document) in (0..).zip(&self.documents) {
            counts.clear();
            for word in [&document.target, &document.parents, &document.domain, &document.action].into_iter().flatten()
            {
                *counts.entry(*word).or_default() += PATH_WEIGHT;
            }
            for word in &document.text {
                *counts.entry(*word).or_default() += 1.0;
            }
            lengths.push(counts.values().sum());
            for (word, count) in &counts {
                if let Some(posting) = postings.get_mut(*word as usize) {
                    posting.push((doc, *count));
                }
            }
        }
        let average_length = lengths.iter().sum::<f32>() / lengths.len().max(1) as f32;
        // What BM25 makes of a word's occurrences in a document depends on no request.
        let average_length = average_length.max(f32::MIN_POSITIVE);
        for (doc, occurrences) in postings.iter_mut().flatten() {
            *occurrences = saturated(*occurrences, lengths[*doc as usize] / average_length);
        }
        let idf = |frequency: &u32| (1.0 + self.resources as f32 / (1.0 + *frequency as f32)).ln();
        let idf = self.resource_frequency.iter().map(idf).collect();
        let mut attributes = Attributes::default();
        for document in &self.documents {
            let Some(target) = document.target.last() else { continue };
            if let Some(parent) = document.keyed_parent {
                attributes.add_child(parent, *target);
            }
            if matches!(document.kind, RouteKind::Update | RouteKind::Replace | RouteKind::One) {
                attributes.add_record(*target, document.field_set);
            }
        }
        self.derived = Derived { ids, postings, idf, attributes, places: OnceLock::new() };
    }

    /// The number of distinct stems; every [`TermId`] is below it.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no word at all.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The number of a stem, where any document has it anywhere.
    pub fn id(&self, stem: &str) -> Option<TermId> {
        self.derived.ids.get(stem).copied()
    }

    /// Whether a stem stands in a path.
    pub fn is_path_word(&self, stem: &str) -> bool {
        self.id(stem).is_some_and(|id| self.resource_frequency[id as usize] > 0)
    }

    /// How telling a word is: the fewer resources have it, the more.
    pub fn idf(&self, word: TermId) -> f32 {
        self.derived.idf.get(word as usize).copied().unwrap_or(0.0)
    }

    /// The words of a document.
    pub fn document(&self, doc: DocId) -> &TermDocument {
        &self.documents[doc as usize]
    }

    /// The number of documents.
    pub fn documents(&self) -> usize {
        self.documents.len()
    }

    /// Whether a document has a field or query parameter with this word in its name.
    pub fn has_field(&self, document: &TermDocument, word: TermId) -> bool {
        self.field_sets.get(document.field_set as usize).is_some_and(|set| set.binary_search(&word).is_ok())
    }

    /// Whether a word is in the name of a field that records of this noun have, and no record of its own below them.
    pub fn has_attribute(&self, record: TermId, word: TermId) -> bool {
        let has = |set: &u32| self.field_sets.get(*set as usize).is_some_and(|set| set.binary_search(&word).is_ok());
        self.derived.attributes.sets(record, word).iter().any(has)
    }

    /// Whether summary, description or tags have this word.
    pub fn has_text(&self, document: &TermDocument, word: TermId) -> bool {
        document.text.binary_search(&word).is_ok()
    }

    /// Whether a gloss has this word.
    pub fn gloss_has(&self, gloss: GlossId, word: TermId) -> bool {
        self.glosses.get(gloss as usize).is_some_and(|words| words.binary_search(&word).is_ok())
    }

    /// The inverse document frequency of a word among glosses: the fewer have it, the larger.
    pub fn gloss_idf(&self, word: TermId) -> f32 {
        let frequency = self.gloss_frequency.get(word as usize).copied().unwrap_or(0);
        (1.0 + self.glosses.len() as f32 / (1.0 + frequency as f32)).ln()
    }

    /// The number of glosses.
    pub fn glosses(&self) -> usize {
        self.glosses.len()
    }

    /// Words of paths as they are written, in the singular, that begin with this byte; sorted.
    pub fn spellings(&self, first: u8) -> &[String] {
        let begins = |spelling: &String| spelling.as_bytes().first().copied().unwrap_or(0);
        let from = self.spellings.partition_point(|spelling| begins(spelling) < first);
        let to = self.spellings.partition_point(|spelling| begins(spelling) <= first);
        &self.spellings[from..to]
    }

    /// BM25 of every document for weighted words; 0 where none is in it. Into `scores`, by [`DocId`].
    pub fn bm25(&self, request: impl Iterator<Item = (TermId, f32)>, scores: &mut Vec<Score>) {
        scores.clear();
        scores.resize(self.documents.len(), 0.0);
        let count = self.documents.len() as f32;
        for (word, weight) in request {
            let Some(posting) = self.derived.postings.get(word as usize) else { continue };
            let frequency = posting.len() as f32;
            let idf = (1.0 + (count - frequency + 0.5) / (frequency + 0.5)).ln();
            for (doc, saturated) in posting {
                scores[*doc as usize] += weight * idf * saturated;
            }
        }
    }

    /// Whether every number in it is one of its own: a file of right hash and wrong content must not panic later.
    pub fn is_consistent(&self) -> bool {
        let words = self.words.len();
        let known = |list: &[TermId]| list.iter().all(|word| (*word as usize) < words);
        self.resource_frequency.len() == words
            && self.gloss_frequency.len() == words
            && self.field_sets.iter().chain(&self.glosses).all(|set| known(set))
            && self.documents.iter().all(|document| {
                known(&document.target)
                    && known(&document.parents)
                    && known(&document.domain)
                    && known(&document.action)
                    && known(&document.text)
                    && document.gloss.is_none_or(|gloss| (gloss as usize) < self.glosses.len())
                    && document.keyed_parent.is_none_or(|word| (word as usize) < words)
            })
    }
}
