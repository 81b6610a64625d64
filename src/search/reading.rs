//! What does a request ask for, beside what another text or another operation does?

use std::collections::HashSet;

use super::Searcher;
use super::lexicon::LONGEST_PHRASE;
use super::request::{Item, Reader, Request};
use crate::document::verbs::Intent;
use crate::document::words::{split, stem};
use crate::embed::Embedder;
use crate::index::{DocId, TermDocument, TermId};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// See or count records.
    Read,
    /// Make, change or delete them.
    Write,
}

/// A request as ranking reads it.
#[derive(Debug)]
pub struct Reading {
    request: Request,
}

/// A phrase of the trade in a text, and the API's words for it, as stems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The stems of the phrase.
    pub phrase: Vec<String>,
    /// The stems of the API's words.
    pub words: Vec<String>,
}

impl Reading {
    /// The text that is embedded for it.
    pub fn text(&self) -> &str {
        &self.request.text
    }

    /// What is to be done; `None` where no verb says so outright.
    pub fn deed(&self) -> Option<Deed> {
        let reads = |intent: &Intent| matches!(intent, Intent::Read | Intent::Count | Intent::Usages);
        let deed = if self.request.intents.iter().all(reads) { Deed::Read } else { Deed::Write };
        self.request.is_sure.then_some(deed)
    }
}

impl Searcher {
    /// Reads a request; `None` where there are no words of an index to read it with.
    pub fn reading(&self, text: &str, model: &dyn Embedder) -> Option<Reading> {
        let words = self.words.as_ref()?;
        let is_english = |word: &str| model.knows_word(word);
        let reader = Reader { terms: &words.terms, lexicon: &words.lexicon, is_english: &is_english };
        Some(Reading { request: reader.read(text) })
    }

    /// Lists the phrases of the trade in a text, abbreviations among them.
    pub fn phrases(&self, text: &str) -> Vec<Phrase> {
        let Some(side) = &self.words else { return Vec::new() };
        let words = split(text);
        let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
        let mut phrases = Vec::new();
        let mut add = |phrase: &[String], words: Vec<String>| phrases.push(Phrase { phrase: phrase.to_vec(), words });
        for start in 0..stems.len() {
            for length in 1..=LONGEST_PHRASE.min(stems.len() - start) {
                let Some(phrase) = stems.get(start..start + length) else { continue };
                if let Some(meaning) = side.lexicon.meaning(&phrase.join(" ")) {
                    add(phrase, split(&meaning.words).iter().map(|word| stem(word)).collect());
                }
            }
            let long = words.get(start).and_then(|word| side.lexicon.abbreviation(word));
            if let (Some(long), Some(phrase)) = (long, stems.get(start..=start)) {
                let long: Vec<String> = long.iter().map(|word| stem(word)).collect();
                if let Some(meaning) = side.lexicon.meaning(&long.join(" ")) {
                    add(phrase, split(&meaning.words).iter().map(|word| stem(word)).collect());
                }
                add(phrase, long);
            }
        }
        phrases
    }

    /// Whether a request is about another resource than an operation. `best` is the operation that ranks first. One of three suffices:
    /// - the request has a word of the path of `best` that the operation lacks and that the caller does not know (`knows`);
    /// - it has all nouns of `best`, and none of the operation's;
    /// - it has another word of paths in place of one of the operation's nouns.
    ///
    /// Words that are fields (`is_field`) do not count: they choose records and name no resource. Nor does what a state (`is_state`)
    /// means in the trade: who asks for unpaid expenses asks for no invoices.
    pub fn is_about_another(
        &self,
        reading: &Reading,
        best: DocId,
        operation: DocId,
        knows: impl Fn(&str) -> bool,
        is_field: impl Fn(&str) -> bool,
        is_state: impl Fn(&str) -> bool,
    ) -> bool {
        let Some(side) = &self.words else { return false };
        let resource = |doc: DocId| self.entries.get(doc as usize).map(|entry| (&entry.api, &entry.resource));
        let (best_doc, best, own) = (best, side.terms.document(best), side.terms.document(operation));
        let all = |document: &TermDocument| -> HashSet<TermId> {
            let parts = [&document.target, &document.parents, &document.domain, &document.action];
            parts.into_iter().flatten().copied().collect()
        };
        let (of_best, of_own) = (all(best), all(own));
        let items = &reading.request.items;
        let is_ranked_first = resource(best_doc) == resource(operation);
        let is_other = !is_ranked_first
            && items.iter().any(|item| {
                let mut terms = item.terms().map(|(term, _)| term);
                let says = |words: &HashSet<TermId>| item.terms().any(|(term, _)| words.contains(&term));
                terms.any(|term| of_best.contains(&term)) && !says(&of_own) && !knows(&item.stem)
            });
        let says = |word: &TermId| {
            items.iter().any(|item| {
                let means = |item: &Item| !is_state(&item.stem) && item.meanings.contains(word);
                !is_field(&item.stem) && (item.term == Some(*word) || means(item))
            })
        };
        let is_strange = |word: &str| !knows(word) && !is_field(word) && side.terms.is_path_word(word);
        // `items of return 5` beside `items of order 5`; `sites in Tampa` beside `companies in Tampa`.
        let is_replaced = (!own.target.iter().any(says) || own.keyed_parent.as_ref().is_some_and(|word| !says(word)))
            && items.iter().any(|item| is_strange(&item.stem));
        let leaves_out =
            !is_ranked_first && !own.target.iter().any(says) && !best.target.is_empty() && best.target.iter().all(says);
        is_other || leaves_out || is_replaced
    }
}
