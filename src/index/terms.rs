//! Which operations hold these words, and how telling is each word?
//!
//! The words of every document by where they stand, kept in memory: ranking reads them for some two hundred candidates of
//! every request, where a database would answer two hundred queries.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{DocId, GlossId, Score};
use crate::document::Profile;
use crate::document::route::RouteKind;
use crate::document::words::{is_stop_word, split, stem};
use crate::openapi::Method;

/// A stem's number within one generation.
pub type TermId = u32;

/// BM25's saturation and length normalisation (Robertson and Zaragoza 2009 give 1.2 to 2 and .5 to .8 as reasonable): the
/// texts are short and of similar length, so the lower ends.
const K1: f32 = 1.2;
const B: f32 = 0.5;

/// How often a word of the path counts beside one of summary, description or tags.
const PATH_WEIGHT: f32 = 2.0;

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
    /// The noun it is about, in order.
    pub target: Vec<TermId>,
    /// Its parents, outermost first, in order.
    pub parents: Vec<TermId>,
    /// The last word of the innermost parent whose key the path takes.
    pub keyed_parent: Option<TermId>,
    /// The domain.
    pub domain: Vec<TermId>,
    /// The action.
    pub action: Vec<TermId>,
    /// Which of [`TermIndex`]'s sets its field names are.
    field_set: u32,
    /// What its resource is in plain words, where that is known.
    pub gloss: Option<GlossId>,
    /// Words of summary, description and tags, sorted.
    text: Vec<TermId>,
    /// Natural logarithm of one more than the operations of its resource and below it.
    pub centrality: f32,
    /// The same of the number of its fields.
    pub field_count: f32,
    /// The same of the number of schemas that refer to its own.
    pub references: f32,
}

/// The words of all documents.
#[derive(Debug, Serialize, Deserialize)]
pub struct TermIndex {
    words: Vec<String>,
    /// In how many resources a word stands; 0 where it stands in texts and fields only.
    resource_frequency: Vec<u32>,
    resources: u32,
    documents: Vec<TermDocument>,
    /// Field names that operations share, each sorted.
    field_sets: Vec<Vec<TermId>>,
    /// The words of each gloss, sorted.
    glosses: Vec<Vec<TermId>>,
    /// In how many glosses a word stands.
    gloss_frequency: Vec<u32>,
    spellings: Vec<String>,
    #[serde(skip)]
    derived: Derived,
}

/// What follows from the rest and is not worth its bytes on disk.
#[derive(Debug, Default)]
struct Derived {
    ids: HashMap<String, TermId>,
    postings: Vec<Vec<(DocId, f32)>>,
    lengths: Vec<f32>,
    average_length: f32,
}

/// One operation as [`TermIndex::build`] takes it.
#[derive(Clone, Copy, Debug)]
pub struct Profiled<'a> {
    /// Whose it is.
    pub api: &'a str,
    /// Its words.
    pub profile: &'a Profile,
    /// Its gloss.
    pub gloss: Option<GlossId>,
}

/// What can go wrong with a term file.
#[derive(Debug, thiserror::Error)]
#[error("the words of the index cannot be read: {0}")]
pub struct TermError(#[from] postcard::Error);

impl TermIndex {
    /// Compiles the profiles of all documents of a catalogue, in order of [`DocId`], and its glosses, in order of [`GlossId`].
    pub fn build(profiles: &[Profiled<'_>], glosses: &[&str]) -> Self {
        let mut words = Interner::default();
        let mut resources: HashSet<(&str, &(String, String))> = HashSet::new();
        let mut below: HashMap<(&str, &str, &str), u32> = HashMap::new();
        for Profiled { api, profile, .. } in profiles {
            resources.insert((api, &profile.resource));
            let (domain, nouns) = &profile.resource;
            for end in nouns.match_indices('/').map(|(at, _)| at).chain([nouns.len()]) {
                *below.entry((api, domain, &nouns[..end])).or_default() += 1;
            }
        }
        // Twins are told apart by what their first noun holds: `project/tickets/notes` is no bigger than
        // `service/tickets/notes`, but tickets are at home where there is more about them.
        let mut twins: HashMap<(&str, &str), u32> = HashMap::new();
        for (api, (domain, nouns)) in &resources {
            let most = twins.entry((api, nouns)).or_default();
            *most = (*most).max(below[&(*api, domain.as_str(), first_noun(nouns))]);
        }
        let mut field_sets: Vec<Vec<TermId>> = Vec::new();
        let mut set_of: HashMap<&[String], u32> = HashMap::new();
        let mut documents = Vec::with_capacity(profiles.len());
        let mut resource_words: HashMap<(&str, &(String, String)), BTreeSet<TermId>> = HashMap::new();
        let mut action_words: BTreeSet<TermId> = BTreeSet::new();
        let mut spellings = BTreeSet::new();
        for Profiled { api, profile, gloss } in profiles {
            let mut ids = |list: &[String]| list.iter().map(|word| words.id(word)).collect::<Vec<_>>();
            let (target, parents) = (ids(&profile.target), ids(&profile.parents));
            let (domain, action) = (ids(&profile.domain), ids(&profile.action));
            let mut text = ids(&profile.text_words);
            text.sort_unstable();
            let field_set = *set_of.entry(&profile.field_words).or_insert_with(|| {
                let mut set = ids(&profile.field_words);
                set.sort_unstable();
                field_sets.push(set);
                (field_sets.len() - 1) as u32
            });
            let keyed_parent = profile.keyed_parent.as_ref().map(|word| words.id(word));
            resource_words
                .entry((api, &profile.resource))
                .or_default()
                .extend(target.iter().chain(&parents).chain(&domain));
            action_words.extend(&action);
            spellings.extend(profile.spellings.iter().cloned());
            let (domain_name, nouns) = &profile.resource;
            let log = |count: u32| (f64::from(count)).ln_1p() as f32;
            documents.push(TermDocument {
                method: profile.method,
                kind: profile.kind,
                is_info: profile.is_info,
                is_minor: twins[&(*api, nouns.as_str())] > below[&(*api, domain_name.as_str(), first_noun(nouns))],
                target,
                parents,
                keyed_parent,
                domain,
                action,
                field_set,
                gloss: *gloss,
                text,
                centrality: log(below[&(*api, domain_name.as_str(), nouns.as_str())]),
                field_count: log(profile.field_count),
                references: log(profile.references),
            });
        }
        let glosses: Vec<Vec<TermId>> = glosses
            .iter()
            .map(|gloss| {
                let stems = split(gloss).into_iter().filter(|word| !is_stop_word(word)).map(|word| stem(&word));
                let stems: BTreeSet<String> = stems.collect();
                let mut ids: Vec<TermId> = stems.iter().map(|stem| words.id(stem)).collect();
                ids.sort_unstable();
                ids
            })
            .collect();
        let mut gloss_frequency = vec![0; words.words.len()];
        for word in glosses.iter().flatten() {
            gloss_frequency[*word as usize] += 1;
        }
        let mut resource_frequency = vec![0; words.words.len()];
        for word in resource_words.values().flatten() {
            resource_frequency[*word as usize] += 1;
        }
        for word in action_words {
            let frequency = &mut resource_frequency[word as usize];
            *frequency = (*frequency).max(1);
        }
        let mut index = Self {
            words: words.words,
            resource_frequency,
            resources: resource_words.len() as u32,
            documents,
            field_sets,
            glosses,
            gloss_frequency,
            spellings: spellings.into_iter().collect(),
            derived: Derived::default(),
        };
        index.derive();
        index
    }

    /// The bytes of the term file.
    ///
    /// # Errors
    /// [`TermError`]; memory alone can cause one.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TermError> {
        Ok(postcard::to_stdvec(self)?)
    }

    /// Reads a term file whose hash was compared.
    ///
    /// # Errors
    /// [`TermError`] where it is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TermError> {
        let mut index: Self = postcard::from_bytes(bytes)?;
        index.derive();
        Ok(index)
    }

    fn derive(&mut self) {
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
        self.derived = Derived { ids, postings, lengths, average_length };
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
        let frequency = self.resource_frequency.get(word as usize).copied().unwrap_or(0);
        (1.0 + self.resources as f32 / (1.0 + frequency as f32)).ln()
    }

    /// A document's words.
    pub fn document(&self, doc: DocId) -> &TermDocument {
        &self.documents[doc as usize]
    }

    /// How many documents there are.
    pub fn documents(&self) -> usize {
        self.documents.len()
    }

    /// Whether a document has a field or query parameter with this word in its name.
    pub fn has_field(&self, document: &TermDocument, word: TermId) -> bool {
        self.field_sets.get(document.field_set as usize).is_some_and(|set| set.binary_search(&word).is_ok())
    }

    /// Whether summary, description or tags have this word.
    pub fn has_text(&self, document: &TermDocument, word: TermId) -> bool {
        document.text.binary_search(&word).is_ok()
    }

    /// Whether a gloss has this word.
    pub fn gloss_has(&self, gloss: GlossId, word: TermId) -> bool {
        self.glosses.get(gloss as usize).is_some_and(|words| words.binary_search(&word).is_ok())
    }

    /// How telling a word is among glosses: the fewer have it, the more.
    pub fn gloss_idf(&self, word: TermId) -> f32 {
        let frequency = self.gloss_frequency.get(word as usize).copied().unwrap_or(0);
        (1.0 + self.glosses.len() as f32 / (1.0 + frequency as f32)).ln()
    }

    /// How many glosses there are.
    pub fn glosses(&self) -> usize {
        self.glosses.len()
    }

    /// Words of paths as they are written, in the singular, sorted.
    pub fn spellings(&self) -> &[String] {
        &self.spellings
    }

    /// BM25 of every document for weighted words; 0 where none is in it. Into `scores`, by [`DocId`].
    pub fn bm25(&self, request: impl Iterator<Item = (TermId, f32)>, scores: &mut Vec<Score>) {
        scores.clear();
        scores.resize(self.documents.len(), 0.0);
        let count = self.documents.len() as f32;
        let Derived { postings, lengths, average_length, .. } = &self.derived;
        for (word, weight) in request {
            let Some(posting) = postings.get(word as usize) else { continue };
            let frequency = posting.len() as f32;
            let idf = (1.0 + (count - frequency + 0.5) / (frequency + 0.5)).ln();
            for (doc, occurrences) in posting {
                let length = lengths[*doc as usize] / average_length.max(f32::MIN_POSITIVE);
                let saturated = occurrences * (K1 + 1.0) / (occurrences + K1 * (1.0 - B + B * length));
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

/// The first noun of a path of nouns.
fn first_noun(nouns: &str) -> &str {
    nouns.split('/').next().unwrap_or(nouns)
}

#[derive(Default)]
struct Interner {
    words: Vec<String>,
    ids: HashMap<String, TermId>,
}

impl Interner {
    fn id(&mut self, word: &str) -> TermId {
        if let Some(id) = self.ids.get(word) {
            return *id;
        }
        let id = self.words.len() as TermId;
        self.words.push(word.to_owned());
        self.ids.insert(word.to_owned(), id);
        id
    }
}
