//! Which words does a request have, written out and spelled as the API spells them?

use std::borrow::Cow;

use super::Reader;
use super::tables::TABLES;
use crate::document::verbs::VERBS;
use crate::document::words::{is_stop_word, plural, singular, split, stem};

/// The words of a text in lower case, in order; marks that end a phrase are words of their own.
pub(super) type Words = Vec<String>;

/// Longer words than this are no typing errors but pasted content.
const LONGEST_WORD: usize = 24;
/// Words of a subject between `did` and its verb: `how many hours did the new guy log`.
const LONGEST_SUBJECT: usize = 4;
const ARTICLES: [&str; 3] = ["the", "a", "an"];
/// Letters from which on a word may have two slips.
const TWO_SLIPS: usize = 9;
/// More words than this of a request are not looked at: nobody means them, and every one costs.
pub(super) const MOST_WORDS: usize = 400;

/// A request without the verb behind `did` and its subject. A question of the past names what it asks for in front of `did`; that
/// verb says how it came about, and is no noun: `which hours did jane log` asks for no log.
pub fn without_past_verb(text: &str) -> Cow<'_, str> {
    let words: Vec<&str> = text.split_whitespace().take(MOST_WORDS).collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let Some(did) = words.iter().position(|word| bare(word) == "did").filter(|did| *did > 0) else {
        return text.into();
    };
    let mut behind = did + 2..words.len().min(did + 3 + LONGEST_SUBJECT);
    // Behind an article stands no verb: `the new guy`.
    let is_verb = |at: &usize| TABLES.is_verb_like(&bare(words[*at])) && !ARTICLES.contains(&&*bare(words[*at - 1]));
    let Some(at) = behind.find(is_verb) else { return text.into() };
    text.split_whitespace()
        .enumerate()
        .filter(|(place, _)| *place != at)
        .map(|(_, word)| word)
        .collect::<Vec<_>>()
        .join(" ")
        .into()
}

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

    /// The word of the API or of the trade that a mistyped word stands for; others come back as they are.
    pub(super) fn corrected(&self, word: String) -> String {
        let plain = (5..=LONGEST_WORD).contains(&word.len()) && word.chars().all(|c| c.is_ascii_alphabetic());
        if !plain {
            return word;
        }
        let stem = stem(&word);
        let one = singular(&word);
        let known = self.terms.id(&stem).is_some()
            || TABLES.is_verb_like(&word)
            || self.lexicon.meaning(&stem).is_some()
            || (self.is_english)(&word)
            || (self.is_english)(&one);
        if known {
            return word;
        }
        // One slip, and two in a long word (Damerau 1964: four of five typing errors are one slip). Two slips from a shorter one there is
        // too often another English word: `surgery` beside `survey`.
        let allowed = if word.len() < TWO_SLIPS { 1 } else { 2 };
        let typed = Typed { word: &word, one: &one };
        let first = word.as_bytes().first().copied().unwrap_or(0);
        let verbs = VERBS.iter().flat_map(|(_, list)| list.split_whitespace()).filter(|verb| verb.len() > 3);
        let of_paths = self.terms.spellings(first).iter().map(String::as_str);
        let meant = typed.nearest(of_paths.chain(verbs), allowed);
        match meant.or_else(|| typed.nearest(self.lexicon.words(), allowed)) {
            // `open tikets` are several, and `open ticket` would make one.
            Some(meant) if one != word => plural(meant),
            Some(meant) => meant.to_owned(),
            None => word,
        }
    }
}

/// A word that may be mistyped.
struct Typed<'a> {
    word: &'a str,
    /// Its singular: names of things are known in that.
    one: &'a str,
}

impl Typed<'_> {
    /// The nearest of some known words that begin with the same letter, within so many slips; of equal ones the first.
    fn nearest<'k>(&self, known: impl Iterator<Item = &'k str>, allowed: usize) -> Option<&'k str> {
        let mut best: Option<(usize, &str)> = None;
        for known in known {
            if known.as_bytes().first() != self.word.as_bytes().first() || known.len().abs_diff(self.word.len()) > 3 {
                continue;
            }
            let distance = strsim::osa_distance(self.word, known).min(strsim::osa_distance(self.one, known));
            if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, known));
            }
        }
        best.map(|(_, known)| known)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_of_the_past_is_no_noun_of_what_is_asked_for() {
        for (text, wanted) in [
            ("which hours did jane log last week", "which hours did jane last week"),
            ("which tickets did the new guy close", "which tickets did the new guy"),
            ("how do i log time", "how do i log time"),
            ("did we close ticket 5", "did we close ticket 5"),
            ("what did", "what did"),
            ("which quotes did we lose", "which quotes did we lose"),
        ] {
            assert_eq!(without_past_verb(text), wanted);
        }
    }
}
