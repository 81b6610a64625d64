//! Which words does a request have, written out and spelled as the API spells them?

use super::Reader;
use super::tables::TABLES;
use crate::document::verbs::VERBS;
use crate::document::words::{is_stop_word, singular, split, stem};

/// The words of a text in lower case, in order; marks that end a phrase are words of their own.
pub(super) type Words = Vec<String>;

/// Longer words than this are no typing errors but pasted content.
const LONGEST_WORD: usize = 24;
/// More words than this of a request are not looked at: nobody means them, and every one costs.
pub(super) const MOST_WORDS: usize = 400;

impl Reader<'_> {
    /// Lower-case words, abbreviations written out; marks that end a phrase are words of their own.
    pub(super) fn words(&self, text: &str) -> Words {
        let mut out: Words = Vec::new();
        for chunk in text.split_whitespace() {
            if out.len() >= MOST_WORDS {
                break;
            }
            let chunk = chunk.replace(['\u{2018}', '\u{2019}'], "'").replace("n't", " not");
            // `ticket's` is the ticket, `we're` is we; what follows the apostrophe tells nothing.
            let chunk = strip_apostrophes(&chunk);
            if matches!(chunk.as_str(), "->" | "\u{2192}") {
                out.push("to".to_owned());
                continue;
            }
            if matches!(chunk.as_str(), "-" | "\u{2013}" | "\u{2014}") {
                out.push("-".to_owned());
                continue;
            }
            let mut rest = chunk.as_str();
            while !rest.is_empty() {
                let end = rest.find(|c: char| is_mark(c)).unwrap_or(rest.len());
                for word in split(&rest[..end]) {
                    match self.lexicon.abbreviation(&word) {
                        Some(words) => out.extend_from_slice(words),
                        None => out.push(word),
                    }
                }
                let Some(mark) = rest[end..].chars().next() else { break };
                out.push(if mark == '\u{2014}' { "-".to_owned() } else { mark.to_string() });
                rest = &rest[end + mark.len_utf8()..];
            }
        }
        out.truncate(MOST_WORDS);
        out
    }

    /// Whether a word in lower case may name something of the API or ask for something, rather than be a name of its own.
    pub(super) fn may_name(&self, word: &str) -> bool {
        let stem = stem(word);
        self.terms.is_path_word(&stem)
            || TABLES.is_verb_like(word)
            || TABLES.filter.contains(word)
            || TABLES.question.contains(word)
            || is_stop_word(word)
            || self.lexicon.meaning(&stem).is_some()
            || self.lexicon.abbreviation(word).is_some()
    }

    /// The word of the API that a mistyped word stands for; others come back as they are.
    pub(super) fn corrected(&self, word: String) -> String {
        let plain = (5..=LONGEST_WORD).contains(&word.len()) && word.chars().all(|c| c.is_ascii_alphabetic());
        if !plain {
            return word;
        }
        let stem = stem(&word);
        let known = self.terms.id(&stem).is_some()
            || TABLES.is_verb_like(&word)
            || self.lexicon.meaning(&stem).is_some()
            || (self.is_english)(&word)
            || (self.is_english)(&singular(&word));
        if known {
            return word;
        }
        // One slip in a short word, two in a longer one (Damerau 1964: four of five typing errors are one slip).
        let allowed = if word.len() < 7 { 1 } else { 2 };
        let verbs = VERBS.iter().flat_map(|(_, list)| list.split_whitespace()).filter(|verb| verb.len() > 3);
        let mut best: Option<(usize, &str)> = None;
        let first = word.as_bytes().first().copied().unwrap_or(0);
        for known in self.terms.spellings(first).iter().map(String::as_str).chain(verbs) {
            if known.as_bytes().first() != word.as_bytes().first() || known.len().abs_diff(word.len()) > 2 {
                continue;
            }
            let distance = strsim::osa_distance(&word, known);
            if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, known));
            }
        }
        best.map_or(word, |(_, known)| known.to_owned())
    }
}

fn is_mark(character: char) -> bool {
    matches!(character, ',' | ';' | '.' | ':' | '(' | ')' | '?' | '!' | '\u{2014}')
}

fn strip_apostrophes(chunk: &str) -> String {
    match chunk.split_once('\'') {
        Some((before, after)) => {
            let ending: String = after.chars().take_while(|c| c.is_alphabetic()).collect();
            if matches!(ending.as_str(), "s" | "re" | "ve" | "d" | "ll" | "m") {
                format!("{before}{}", &after[ending.len()..])
            } else {
                chunk.replace('\'', " ")
            }
        }
        None => chunk.to_owned(),
    }
}
