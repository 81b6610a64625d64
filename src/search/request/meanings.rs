//! What do trade words and names of actions mean in the API's own words?

use std::collections::HashSet;

use super::tables::TABLES;
use super::words::Words;
use super::{Item, Reader};
use crate::document::words::{split, stem};
use crate::index::TermId;
use crate::search::lexicon::LONGEST_PHRASE;

impl Reader<'_> {
    /// Adds to each word its meanings: of trade words, the longest phrase first, and of names of actions.
    pub(super) fn add_meanings(&self, items: &mut [Item]) {
        let mut at = 0;
        while at < items.len() {
            let mut taken = 1;
            for length in (1..=LONGEST_PHRASE.min(items.len() - at)).rev() {
                let phrase = &items[at..at + length];
                let close = phrase[length - 1].at - phrase[0].at <= length;
                let key = phrase.iter().map(|item| item.stem.as_str()).collect::<Vec<_>>().join(" ");
                if let Some(meaning) = self.lexicon.meaning(&key).filter(|_| close) {
                    let terms: Vec<TermId> = meaning.stems.iter().filter_map(|stem| self.terms.id(stem)).collect();
                    for item in &mut items[at..at + length] {
                        item.meanings.extend(&terms);
                    }
                    taken = length;
                    break;
                }
            }
            at += taken;
        }
        for item in items {
            let synonym = TABLES.synonym(&item.stem).and_then(|stem| self.terms.id(stem));
            item.meanings.extend(synonym);
            item.meanings.sort_unstable();
            item.meanings.dedup();
        }
    }

    /// The words, and behind each phrase of the trade a slash and the API's words for it, where paths of the index have them. Words
    /// that the request has already are not added again: every word piece takes the model .08 ms (`benches/README.md`). Brackets instead of the slash, and repeating, rank no better: hit@1 .717 and recall@10 .898 over 858
    /// requests with each source left out, beside .716 and .901.
    pub(super) fn gloss(&self, words: &Words) -> String {
        let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
        let mut said: HashSet<String> = stems.iter().cloned().collect();
        let mut out: Vec<&str> = Vec::with_capacity(words.len());
        let mut at = 0;
        while at < words.len() {
            let meaning = (1..=LONGEST_PHRASE.min(words.len() - at)).rev().find_map(|length| {
                let meaning = self.lexicon.meaning(&stems[at..at + length].join(" "))?;
                let its_stems: Vec<String> = split(&meaning.words).iter().map(|word| stem(word)).collect();
                its_stems.iter().all(|stem| self.terms.is_path_word(stem)).then_some((length, meaning, its_stems))
            });
            let length = meaning.as_ref().map_or(1, |(length, ..)| *length);
            out.extend(words[at..at + length].iter().map(String::as_str));
            if let Some((_, meaning, its_stems)) = meaning
                && !its_stems.iter().all(|stem| said.contains(stem))
            {
                out.extend(["/", &meaning.words]);
                said.extend(its_stems);
            }
            at += length;
        }
        out.join(" ")
    }
}
