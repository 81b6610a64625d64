//! How do the words of all operations become a [`TermIndex`]?
//!
//! One API after another, so that no more than one API's profiles are in memory: all that is compared between operations is compared
//! within their API.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::terms::{TermDocument, TermIndex};
use super::{GlossId, TermId};
use crate::document::Profile;
use crate::document::words::{is_stop_word, split, stem};

/// One operation as [`TermBuilder::add_api`] takes it.
#[derive(Clone, Copy, Debug)]
pub struct Profiled<'a> {
    /// Its words.
    pub profile: &'a Profile,
    /// Its gloss.
    pub gloss: Option<GlossId>,
}

/// The words of a catalogue being written.
#[derive(Debug, Default)]
pub struct TermBuilder {
    words: Interner,
    documents: Vec<TermDocument>,
    field_sets: Vec<Vec<TermId>>,
    set_of: HashMap<Arc<[String]>, u32>,
    resource_frequency: Vec<u32>,
    resources: u32,
    action_words: BTreeSet<TermId>,
    spellings: BTreeSet<String>,
}

/// A domain and the nouns below it.
type Resource<'a> = (&'a str, &'a str);

impl TermBuilder {
    /// Adds all operations of an API, in order of their document numbers.
    pub fn add_api(&mut self, profiles: &[Profiled<'_>]) {
        let mut below: HashMap<Resource<'_>, u32> = HashMap::new();
        for Profiled { profile, .. } in profiles {
            let (domain, nouns) = &profile.resource;
            for end in nouns.match_indices('/').map(|(at, _)| at).chain([nouns.len()]) {
                *below.entry((domain, &nouns[..end])).or_default() += 1;
            }
        }
        // Twins are told apart by what their first noun holds: `project/tickets/notes` is no bigger than
        // `service/tickets/notes`, but tickets are at home where there is more about them.
        let home = |domain: &str, nouns: &str| below.get(&(domain, first_noun(nouns))).copied().unwrap_or(0);
        let mut twins: HashMap<&str, u32> = HashMap::new();
        for Profiled { profile, .. } in profiles {
            let (domain, nouns) = &profile.resource;
            let most = twins.entry(nouns).or_default();
            *most = (*most).max(home(domain, nouns));
        }
        let mut resource_words: HashMap<Resource<'_>, BTreeSet<TermId>> = HashMap::new();
        for Profiled { profile, gloss } in profiles {
            let (domain_name, nouns) = &profile.resource;
            let document = TermDocument {
                is_minor: twins.get(nouns.as_str()).is_some_and(|most| *most > home(domain_name, nouns)),
                centrality: log(below.get(&(domain_name.as_str(), nouns.as_str())).copied().unwrap_or(0)),
                ..self.document(profile, *gloss)
            };
            let TermDocument { target, parents, domain, action, .. } = &document;
            let place = resource_words.entry((domain_name, nouns)).or_default();
            place.extend(target.iter().chain(parents).chain(domain));
            self.action_words.extend(action);
            self.documents.push(document);
        }
        self.resources += resource_words.len() as u32;
        self.resource_frequency.resize(self.words.words.len(), 0);
        for word in resource_words.values().flatten() {
            self.resource_frequency[*word as usize] += 1;
        }
    }

    /// What follows from one operation alone.
    fn document(&mut self, profile: &Profile, gloss: Option<GlossId>) -> TermDocument {
        let words = &mut self.words;
        let mut ids = |list: &[String]| list.iter().map(|word| words.id(word)).collect::<Vec<_>>();
        let (target, parents) = (ids(&profile.target).into(), ids(&profile.parents).into());
        let (domain, action) = (ids(&profile.domain).into(), ids(&profile.action).into());
        let mut text = ids(&profile.text_words);
        text.sort_unstable();
        let field_set = match self.set_of.get(&profile.field_words) {
            Some(set) => *set,
            None => {
                let mut set = ids(&profile.field_words);
                set.sort_unstable();
                let number = self.field_sets.len() as u32;
                self.field_sets.push(set);
                self.set_of.insert(Arc::clone(&profile.field_words), number);
                number
            }
        };
        for spelling in &profile.spellings {
            if !self.spellings.contains(spelling) {
                self.spellings.insert(spelling.clone());
            }
        }
        TermDocument {
            method: profile.method,
            kind: profile.kind,
            is_info: profile.is_info,
            is_minor: false,
            target,
            parents,
            keyed_parent: profile.keyed_parent.as_ref().map(|word| words.id(word)),
            domain,
            action,
            field_set,
            gloss,
            text,
            centrality: 0.0,
            field_count: log(profile.field_count),
            references: log(profile.references),
        }
    }

    /// The index of all that was added. `glosses` in order of [`GlossId`].
    pub fn finish(mut self, glosses: &[String]) -> TermIndex {
        let glosses: Vec<Vec<TermId>> = glosses
            .iter()
            .map(|gloss| {
                let stems = split(gloss).into_iter().filter(|word| !is_stop_word(word)).map(|word| stem(&word));
                let stems: BTreeSet<String> = stems.collect();
                let mut ids: Vec<TermId> = stems.iter().map(|stem| self.words.id(stem)).collect();
                ids.sort_unstable();
                ids
            })
            .collect();
        let mut gloss_frequency = vec![0; self.words.words.len()];
        for word in glosses.iter().flatten() {
            gloss_frequency[*word as usize] += 1;
        }
        let mut resource_frequency = self.resource_frequency;
        resource_frequency.resize(self.words.words.len(), 0);
        for word in self.action_words {
            let frequency = &mut resource_frequency[word as usize];
            *frequency = (*frequency).max(1);
        }
        let mut index = TermIndex {
            words: self.words.words,
            resource_frequency,
            resources: self.resources,
            documents: self.documents,
            field_sets: self.field_sets,
            glosses,
            gloss_frequency,
            spellings: self.spellings.into_iter().collect(),
            ..TermIndex::default()
        };
        index.derive();
        index
    }
}

/// Counts of very different sizes on one scale.
fn log(count: u32) -> f32 {
    f64::from(count).ln_1p() as f32
}

/// The first noun of a path of nouns.
fn first_noun(nouns: &str) -> &str {
    nouns.split('/').next().unwrap_or(nouns)
}

#[derive(Debug, Default)]
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
