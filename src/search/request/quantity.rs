//! Is one record wanted, or many?

use std::collections::HashSet;

use super::words::Words;
use super::{Item, Reader};
use crate::document::verbs::Intent;
use crate::document::words::{singular, stem};
use crate::index::TermId;

/// Words between a noun and the number that is its key.
const KEY_WORDS: [&str; 18] = [
    "id",
    "ids",
    "gid",
    "uid",
    "guid",
    "uuid",
    "key",
    "identifier",
    "number",
    "no",
    "nr",
    "with",
    "whose",
    "the",
    "is",
    "has",
    "record",
    "rec",
];
/// A noun is at most this many words before its number.
const WORDS_BEFORE_NUMBER: usize = 5;
/// Words that say the key is known, and how many words before it they may stand.
const KEY_GIVEN: [&str; 10] = ["by", "using", "given", "with", "from", "for", "its", "specified", "specific", "via"];
const WORDS_BEFORE_KEY: usize = 4;

/// How many records a request wants; where it does not say, neither holds.
#[derive(Clone, Copy)]
pub(super) struct Quantity {
    pub(super) one: bool,
    pub(super) many: bool,
}

impl Quantity {
    /// Reads it from the words. `head` is the last word of the target phrase, and `head_is_numbered` says that a number follows it;
    /// `has_values` says that the request quotes values to look for.
    pub(super) fn of(words: &Words, intent: Intent, head: &str, head_is_numbered: bool, has_values: bool) -> Self {
        let joined = format!(" {} ", words.join(" "));
        let every = has_any(&joined, &["all", "list", "lists", "every"]);
        let single = ["single", "particular", "individual", "by id", "by number", "full detail", "full details"];
        let one = !every && (has_any(&joined, &single) || by_key(words) || head_is_numbered);
        // Who knows a thing by anything but its number can only filter the list for it.
        let is_looked_up = intent == Intent::Read
            && (has_values || has_any(&joined, &["named", "called", "whose", "by name"]) || asks_for_key(words));
        let many =
            !one && (every || is_looked_up || has_any(&joined, &["search", "find", "any"]) || singular(head) != head);
        Self { one, many }
    }
}

impl Reader<'_> {
    /// Terms that a number follows, directly or behind words that lead to a key: `the asset with id 7`.
    pub(super) fn numbered(&self, words: &Words, items: &[Item]) -> HashSet<TermId> {
        let mut stems = HashSet::new();
        for at in 1..words.len() {
            if words[at].chars().all(|c| c.is_ascii_digit()) {
                let before = words[..at].iter().rev().take(WORDS_BEFORE_NUMBER);
                stems.extend(before.map(String::as_str).find(|word| !KEY_WORDS.contains(word)).map(stem));
            }
        }
        let mut numbered: HashSet<TermId> = stems.iter().filter_map(|stem| self.terms.id(stem)).collect();
        for item in items.iter().filter(|item| stems.contains(&item.stem)) {
            numbered.extend(item.terms().map(|(term, _)| term));
        }
        numbered
    }
}

/// Whether a text of words with blanks around each has one of the phrases.
pub(super) fn has_any(joined: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| joined.contains(&format!(" {phrase} ")))
}

/// `by ticket id`, `by its number`.
fn by_key(words: &Words) -> bool {
    words.windows(3).any(|three| three[0] == "by" && matches!(three[2].as_str(), "id" | "number"))
}

/// Whether the key itself is asked for: `find the id of the board`, but not `the board by its id`.
fn asks_for_key(words: &Words) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        matches!(word.as_str(), "id" | "ids")
            && !words.get(at + 1).is_some_and(|next| next.chars().all(|c| c.is_ascii_digit()))
            && !words[at.saturating_sub(WORDS_BEFORE_KEY)..at].iter().any(|before| KEY_GIVEN.contains(&before.as_str()))
    })
}
