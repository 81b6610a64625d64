//! In which zone of a request does each of its words stand?

use super::tables::TABLES;
use super::words::Words;
use super::{Item, Reader, Zone};
use crate::document::words::{is_stop_word, stem};

impl Reader<'_> {
    /// The telling words, each in its zone; `verb_at` is the index of the verb that says what is wanted.
    pub(super) fn items(&self, words: &Words, verb_at: Option<usize>) -> Vec<Item> {
        let after_verb = |at: usize| verb_at.is_none_or(|verb| at > verb);
        let mut zone = Zone::Target;
        let mut items: Vec<Item> = Vec::new();
        let mut target_begun = false;
        let mut brackets = 0_usize;
        for (at, word) in words.iter().enumerate() {
            match word.as_str() {
                "(" => brackets += 1,
                ")" => brackets = brackets.saturating_sub(1),
                _ => {}
            }
            if !word.chars().all(char::is_alphanumeric) {
                if target_begun && after_verb(at) {
                    match word.as_str() {
                        "." | ";" | "-" | ":" => zone = zone.max(Zone::Aside),
                        "," => zone = zone.max(Zone::Filter),
                        _ => {}
                    }
                }
                continue;
            }
            if target_begun && matches!(word.as_str(), "including" | "eg" | "returns") {
                zone = zone.max(Zone::Aside);
            } else if target_begun && after_verb(at) && TABLES.filter.contains(word.as_str()) {
                zone = zone.max(Zone::Filter);
            }
            if Some(at) == verb_at || is_stop_word(word) || word.chars().count() < 2 {
                continue;
            }
            let stem = stem(word);
            let own_zone = if brackets > 0 || TABLES.light.contains(&stem) {
                Zone::Aside
            } else if TABLES.states.contains(&stem) && words.get(at + 1).is_some_and(|next| may_be_noun(next)) {
                // `open tickets` are tickets: no route is called by the state of its records.
                Zone::Aside
            } else if !after_verb(at) {
                // What comes before the verb is circumstance.
                Zone::Filter
            } else {
                zone
            };
            target_begun |= own_zone == Zone::Target;
            let term = self.terms.id(&stem);
            items.push(Item { stem, term, zone: own_zone, at, word: word.clone(), meanings: Vec::new() });
        }
        if !target_begun {
            for item in items.iter_mut().filter(|item| item.zone == Zone::Filter) {
                item.zone = Zone::Target;
            }
        }
        items
    }
}

/// Whether a word that follows an adjective may be its noun.
fn may_be_noun(word: &str) -> bool {
    word.chars().all(char::is_alphabetic) && !is_stop_word(word) && !TABLES.filter.contains(word)
}
