//! What does a request ask for?
//!
//! Its words, each in a zone (what is asked for, what narrows it down, remarks in passing), the intent of its verb, and
//! whether it wants one or many. Rules of English and of REST; what belongs to one API comes from the lexicon. Pure.

mod attribute;
mod intent;
mod meanings;
mod parts;
mod quantity;
mod tables;
mod terms;
mod words;
mod zones;

use std::collections::HashSet;

use super::asked::{Likely, Model};
use super::lexicon::Lexicon;
use super::values;
use crate::document::verbs::Intent;
use crate::document::words::{is_stop_word, stem};
use crate::index::{TermId, TermIndex};
use attribute::Owned;
use intent::read_intent;
pub(super) use parts::parts;
use quantity::Quantity;
use terms::RequestTerms;
use words::Words;
pub use words::without_past_verb;

/// The zone of a request in which a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zone {
    /// In the phrase that names what is asked for.
    Target,
    /// Behind the first word that narrows down.
    Filter,
    /// In brackets, behind a full stop, or a noun that names nothing.
    Aside,
}

impl Zone {
    /// How much a word of this zone counts.
    pub const fn weight(self) -> f32 {
        match self {
            Self::Target => 1.0,
            Self::Filter => 0.6,
            Self::Aside => 0.3,
        }
    }
}

/// How much a meaning from the lexicon counts beside the word itself.
pub const MEANING_WEIGHT: f32 = 0.8;

/// A word of the request that tells something.
#[derive(Clone, Debug)]
pub struct Item {
    /// The word's stem.
    pub stem: String,
    /// The stem's number; `None` where the index does not have it.
    pub term: Option<TermId>,
    /// The zone in which it stands.
    pub zone: Zone,
    /// Its place among all words and marks.
    at: usize,
    /// The word as written, in lower case.
    word: String,
    /// Its other meanings by the lexicon, as far as the index has them.
    pub meanings: Vec<TermId>,
}

impl Item {
    /// The word and its meanings, each with how much it counts.
    pub fn terms(&self) -> impl Iterator<Item = (TermId, f32)> + '_ {
        self.term.map(|term| (term, 1.0)).into_iter().chain(self.meanings.iter().map(|term| (*term, MEANING_WEIGHT)))
    }
}

/// A request as it was read.
#[derive(Debug)]
pub struct Request {
    /// The actions that are asked for: one, or several where a long request asks for several things.
    pub intents: Vec<Intent>,
    /// Whether the intent was asked for outright, rather than taken from the middle or by default.
    pub is_sure: bool,
    /// How likely each kind of route is what such words ask for.
    pub asked: Likely,
    /// The verb's stem, where the index has it: `remove` of `remove the tag from the task`.
    pub verb: Option<TermId>,
    /// The telling words, in order.
    pub items: Vec<Item>,
    /// The index in `items` of the last word of the target phrase.
    pub head: Option<usize>,
    /// Whether one record is wanted.
    pub wants_one: bool,
    /// Whether many records are wanted.
    pub wants_many: bool,
    /// The stems of all words, the verb's included.
    pub stems: HashSet<String>,
    /// The weight of each term of the index in the request, by [`TermId`].
    pub weights: Vec<f32>,
    /// The weight of each term in the target phrase alone, by [`TermId`].
    pub target_weights: Vec<f32>,
    /// The terms of the words that narrow down.
    pub filter_terms: HashSet<TermId>,
    /// Pairs of terms that stand side by side.
    pub pairs: HashSet<(TermId, TermId)>,
    /// Terms that a number follows: `ticket 5`.
    pub numbered: HashSet<TermId>,
    /// The attribute of a record that is asked for or shall change.
    pub attribute: Option<Attribute>,
    /// The text that is embedded: the words, with abbreviations written out and the API's words behind phrases of the trade.
    pub text: String,
}

/// An attribute of a record, each by all that its word means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The attribute: `priority` of `the priority of ticket 5`.
    pub words: Vec<TermId>,
    /// The record.
    pub record: Vec<TermId>,
    /// What it is to the request.
    pub role: Role,
}

/// What an attribute is to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is asked for.
    Asked,
    /// It shall change.
    Changed,
    /// It tells which records are asked for: `companies of the type Vendor`.
    Tells,
}

/// Reads requests, with the words they are compared with.
pub struct Reader<'a> {
    /// The words of the index.
    pub terms: &'a TermIndex,
    /// The lexicon of trade words.
    pub lexicon: &'a Lexicon,
    /// Whether a word is English, and so no typing error.
    pub is_english: &'a dyn Fn(&str) -> bool,
}

/// Fewer words beside its values are no request.
const FEWEST_BESIDE_VALUES: usize = 2;
/// From this many verbs and words on a request asks for several actions.
const VERBS_OF_SEVERAL: usize = 3;
const WORDS_OF_SEVERAL: usize = 31;

impl Reader<'_> {
    /// Reads a request, or one part of it.
    pub fn read(&self, text: &str) -> Request {
        let asked = Model::own().likely(text);
        let text = &*without_past_verb(text);
        let parted = values::part(text, &|word| self.may_name(word));
        let plain = self.spelled(&parted.text);
        let content = plain.iter().filter(|word| !is_stop_word(word) && word.chars().all(char::is_alphabetic)).count();
        // `"service tickets"` in quotation marks asks for them all the same.
        let (words, values) = if content >= FEWEST_BESIDE_VALUES || parted.values.is_empty() {
            (plain, self.words(&parted.values.join(" , ")))
        } else {
            (self.spelled(text), Words::new())
        };
        let mut intent = read_intent(&words, text);
        let mut items = self.items(&words, intent.at);
        self.add_meanings(&mut items);
        let (owned, attribute) = self.attribute(&words, &mut items, &mut intent).unzip();
        let mut intents = vec![intent.intent];
        if intent.verbs.len() >= VERBS_OF_SEVERAL && words.len() >= WORDS_OF_SEVERAL {
            intents.extend(intent.verbs.iter().copied());
            intents.sort_unstable();
            intents.dedup();
        }
        let verb = intent.at.and_then(|at| words.get(at)).map(|word| stem(word));
        // Values are behind all words, and next to none of them.
        items.extend(self.asides(&values, words.len() + 1));
        let last = |item: &Item| item.zone == Zone::Target && !item.word.chars().all(char::is_numeric);
        let head =
            owned.and_then(Owned::head).or_else(|| items.iter().rposition(last)).or_else(|| items.len().checked_sub(1));

        let numbered = self.numbered(&words, &items);
        let head_item = head.and_then(|head| items.get(head));
        let head_word = head_item.map_or("", |item| item.word.as_str());
        let head_is_numbered = head_item.is_some_and(|item| item.terms().any(|(term, _)| numbered.contains(&term)));
        let quantity = Quantity::of(&words, intent.intent, head_word, head_is_numbered, !parted.values.is_empty());
        let RequestTerms { weights, target_weights, filter } = self.request_terms(&items, verb.as_deref());
        let verb_term = verb.as_deref().and_then(|verb| self.terms.id(verb));
        let stems = items.iter().map(|item| item.stem.clone()).chain(verb).collect();
        let pairs = items
            .windows(2)
            .filter(|pair| pair[1].at == pair[0].at + 1)
            .filter_map(|pair| Some((pair[0].term?, pair[1].term?)))
            .collect();
        Request {
            intents,
            is_sure: intent.is_sure,
            asked,
            text: self.gloss(&words),
            verb: verb_term,
            items,
            head,
            wants_one: quantity.one,
            wants_many: quantity.many,
            stems,
            weights,
            target_weights,
            filter_terms: filter,
            pairs,
            numbered,
            attribute,
        }
    }

    /// The words of a text with typing errors corrected.
    fn spelled(&self, text: &str) -> Words {
        self.words(text).into_iter().map(|word| self.corrected(word)).collect()
    }

    /// The telling words of the values that a request quotes, as asides from place `at` on.
    fn asides(&self, values: &Words, at: usize) -> Vec<Item> {
        let telling = (at..).zip(values).filter(|(_, word)| !is_stop_word(word) && word.chars().count() > 1);
        let item = |(at, word): (usize, &String)| {
            let stem = stem(word);
            let term = self.terms.id(&stem);
            Item { stem, term, zone: Zone::Aside, at, word: word.clone(), meanings: Vec::new() }
        };
        telling.map(item).collect()
    }
}
