//! Which words of a request name fields, records and the values of a path, and which are left? Pure.

use std::collections::BTreeSet;

use serde_json::Value;

use super::target::{Drafted, Target};
use super::tokens::{Token, What, tokens};
use crate::clock::civil;
use crate::document::words::{is_stop_word, singular, split, stem};
use crate::invoke::dialect::Comparison;
use crate::service::OutlineField;

/// Parts of names that do not tell what a field holds.
const LIGHT: [&str; 6] = ["flag", "id", "name", "identifier", "nbr", "is"];
/// Words that ask, and say nothing of records.
const ASKING: [&str; 28] = [
    "show", "list", "get", "find", "give", "pull", "display", "fetch", "see", "view", "check", "many", "much", "count",
    "number", "total", "set", "change", "update", "move", "put", "make", "look", "tell", "delete", "remove", "add",
    "create",
];
/// Most words that are listed as not used.
const MOST_UNUSED: usize = 6;

/// A field that a request names: which, and over how many words.
#[derive(Clone, Copy)]
pub(super) struct Mention {
    pub(super) field: usize,
    pub(super) words: usize,
}

/// A request that is read for one operation.
pub(super) struct Reading<'t> {
    pub(super) target: &'t Target<'t>,
    pub(super) tokens: Vec<Token>,
    pub(super) used: Vec<bool>,
    /// Stems of the literal segments of the path.
    pub(super) of_path: BTreeSet<String>,
    /// Stems of the last of them: the records.
    records: BTreeSet<String>,
    pub(super) out: Drafted,
}

impl<'t> Reading<'t> {
    pub(super) fn of(request: &str, target: &'t Target<'t>) -> Self {
        let tokens = tokens(request);
        let segments: Vec<&str> =
            target.path.split('/').filter(|segment| !segment.is_empty() && !segment.starts_with('{')).collect();
        let stems = |segment: &&str| split(segment).iter().map(|word| stem(&word.to_lowercase())).collect::<Vec<_>>();
        let records = segments.iter().rfind(|segment| !matches!(**segment, "count" | "search"));
        Self {
            target,
            used: vec![false; tokens.len()],
            tokens,
            of_path: segments.iter().flat_map(stems).collect(),
            records: records.iter().flat_map(|segment| stems(segment)).collect(),
            out: Drafted::default(),
        }
    }

    pub(super) fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    pub(super) fn lower(&self, at: usize) -> &str {
        self.token(at).map_or("", |token| token.lower.as_str())
    }

    /// Whether a phrase goes on behind a word.
    pub(super) fn goes_on(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| !token.ends)
    }

    pub(super) fn is_free(&self, from: usize, to: usize) -> bool {
        self.used.get(from..to).is_some_and(|used| used.iter().all(|used| !used))
    }

    /// Takes words for a part, and returns them as they are written.
    pub(super) fn take(&mut self, from: usize, to: usize) -> String {
        self.used.iter_mut().take(to).skip(from).for_each(|used| *used = true);
        let words: Vec<&str> = self.tokens.iter().take(to).skip(from).map(|token| token.text.as_str()).collect();
        words.join(" ")
    }

    /// The fields that a request names at a word: those of the most words, by their own names or by what people call them.
    pub(super) fn mention(&self, at: usize) -> Option<Mention> {
        let mut found: Vec<Mention> = Vec::new();
        for (field, known) in self.target.fields.iter().enumerate() {
            // The number of a record is a value of a path, and no field to be compared.
            if known.name == "id" {
                continue;
            }
            let is_said = |words: &[String]| {
                !words.is_empty()
                    && words.iter().enumerate().all(|(behind, word)| {
                        self.token(at + behind).is_some_and(|token| !token.is_value() && token.stem == stem(word))
                            && (behind + 1 == words.len() || self.goes_on(at + behind))
                    })
            };
            let said = [words_of(&known.name), telling(&known.name)].into_iter().find(|words| is_said(words));
            if let Some(words) = said {
                found.push(Mention { field, words: words.len() });
            }
        }
        for (phrase, names) in self.target.called {
            let words: Vec<&str> = phrase.split(' ').collect();
            let is_said = words.iter().enumerate().all(|(behind, word)| {
                self.lower(at + behind) == *word || self.lower(at + behind) == format!("{word}s")
            });
            if !is_said {
                continue;
            }
            let is_called =
                |field: &&OutlineField, name: &str| field.name != "id" && words_of(&field.name).join(" ") == name;
            let named = |name: &&str| self.target.fields.iter().position(|field| is_called(field, name));
            // Of several that a record has, the phrase means none without a doubt.
            let fields: BTreeSet<usize> = names.iter().filter_map(named).collect();
            if let [field] = fields.into_iter().collect::<Vec<_>>()[..] {
                found.push(Mention { field, words: words.len() });
            }
        }
        let most = found.iter().map(|mention| mention.words).max()?;
        let mut longest = found.into_iter().filter(|mention| mention.words == most);
        let first = longest.next()?;
        longest.all(|other| other.field == first.field).then_some(first)
    }

    pub(super) fn field(&self, mention: Mention) -> Option<&'t OutlineField> {
        self.target.fields.get(mention.field).copied()
    }

    pub(super) fn is_records(&self, at: usize) -> bool {
        self.is_among(&self.records, at)
    }

    /// Whether a word is among some stems of the path, where two of them may be run together (`purchaseorders`).
    pub(super) fn is_among(&self, stems: &BTreeSet<String>, at: usize) -> bool {
        let is_whole = self.token(at).is_some_and(|token| stems.contains(&token.stem));
        let joined = |first: usize| {
            let pair = self.token(first).zip(self.token(first + 1));
            pair.is_some_and(|(one, two)| stems.contains(&stem(&format!("{}{}", one.lower, two.lower))))
        };
        is_whole || joined(at) || at.checked_sub(1).is_some_and(joined)
    }

    /// `ticket 48230`, `board "Help Desk"`: what the noun before a placeholder is followed by.
    pub(super) fn path(&mut self) {
        let segments: Vec<&str> = self.target.path.split('/').filter(|segment| !segment.is_empty()).collect();
        for (place, pair) in segments.windows(2).enumerate() {
            let [noun, placeholder] = pair else { continue };
            let list = format!("/{}", segments[..=place].join("/"));
            let Some(name) = placeholder.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else { continue };
            // By its singular: the stem of `settings` is `set`.
            let Some(noun) = split(noun).last().map(|word| singular(&word.to_lowercase())) else { continue };
            let is_noun = |at: usize| self.token(at).is_some_and(|token| singular(&token.lower) == noun);
            let is_value = |at: usize| self.token(at).is_some_and(Token::is_value);
            // Before its noun a name in quotation marks alone is the record's own: `the Acme ticket` is one of Acme's.
            let is_quoted = |at: usize| self.token(at).is_some_and(|token| token.what == What::Quoted);
            let stands = |at: &usize| {
                let given = (is_noun(*at) && is_value(at + 1)) || (is_quoted(*at) && is_noun(at + 1));
                given && self.goes_on(*at) && self.is_free(*at, at + 2)
            };
            let mut places = (0..self.tokens.len()).filter(stands);
            let (Some(at), None) = (places.next(), places.next()) else { continue };
            let given = if is_noun(at) { at + 1 } else { at };
            if !self.is_of_list(&list, if is_noun(at) { at } else { at + 1 }) {
                continue;
            }
            let Some(value) = self.token(given).map(value) else { continue };
            let from = self.take(at, at + 2);
            self.out.params.insert(name.to_owned(), value);
            self.out.from.insert(name.to_owned(), from.into());
        }
    }

    /// Whether the noun at a word surely means the records of a list.
    fn is_of_list(&self, list: &str, noun: usize) -> bool {
        let Some(kinds) = self.target.kinds.iter().find(|kinds| kinds.list == list) else { return true };
        let before = noun.checked_sub(1).filter(|before| self.goes_on(*before)).and_then(|before| self.token(before));
        let says = |stem: &str| self.tokens.iter().any(|token| token.stem == stem);
        kinds.are_meant(before.map(|token| token.stem.as_str()), says)
    }

    /// The record of which a path's list is, where a filter names it: `statuses of the Alerts board` are those below the board.
    pub(super) fn owners(&mut self) {
        let segments: Vec<&str> = self.target.path.split('/').filter(|segment| !segment.is_empty()).collect();
        for pair in segments.windows(2) {
            let [noun, placeholder] = pair else { continue };
            let Some(name) = placeholder.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else { continue };
            let owner = format!("{}/", singular(&noun.to_lowercase()));
            let is_owner = |(comparison, _): &(Comparison, String)| {
                comparison.path().to_lowercase().starts_with(&owner)
                    && matches!(comparison, Comparison::Equals(..) | Comparison::Number(..))
            };
            let mut found = (0..self.out.comparisons.len()).filter(|at| is_owner(&self.out.comparisons[*at]));
            let (Some(at), None) = (found.next(), found.next()) else { continue };
            if self.out.params.contains_key(name) {
                continue;
            }
            let (comparison, from) = self.out.comparisons.remove(at);
            let value = match comparison {
                Comparison::Number(_, number) => number.parse::<i64>().map_or_else(|_| number.into(), Value::from),
                Comparison::Equals(_, text) => text.into(),
                _ => continue,
            };
            self.out.params.insert(name.to_owned(), value);
            self.out.from.insert(name.to_owned(), from.into());
        }
    }

    /// Lists what nothing was made of.
    pub(super) fn finish(mut self) -> Drafted {
        let mut run = String::new();
        let mut last = None;
        for (at, token) in self.tokens.iter().enumerate() {
            let says_nothing = token.what == What::Word
                && (is_stop_word(&token.lower)
                    || ASKING.contains(&token.lower.as_str())
                    || self.is_among(&self.of_path, at));
            if self.used.get(at) == Some(&true) || says_nothing {
                continue;
            }
            self.out.leaves_value |= token.is_value();
            // Words that stand side by side are listed as one.
            if last.is_some_and(|last| last + 1 == at) {
                run.push(' ');
                run.push_str(&token.text);
            } else {
                if !run.is_empty() {
                    self.out.unused.push(std::mem::take(&mut run));
                }
                run.clone_from(&token.text);
            }
            last = Some(at);
        }
        if !run.is_empty() {
            self.out.unused.push(run);
        }
        self.out.unused.truncate(MOST_UNUSED);
        self.out
    }
}

/// A number as one, and any other value as its text.
pub(super) fn value(token: &Token) -> Value {
    let number = (token.what == What::Number).then(|| token.text.parse::<i64>().ok()).flatten();
    number.map_or_else(|| token.text.clone().into(), Into::into)
}

/// The midnight in UTC that begins a day, given in days since 1970-01-01.
pub(super) fn midnight(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}T00:00:00Z")
}

/// The words of a name, in small letters.
pub(super) fn words_of(name: &str) -> Vec<String> {
    split(name).iter().map(|word| word.to_lowercase()).collect()
}

/// The words of a field's name that say what it holds.
pub(super) fn telling(name: &str) -> Vec<String> {
    words_of(name).into_iter().filter(|word| !LIGHT.contains(&word.as_str())).collect()
}
