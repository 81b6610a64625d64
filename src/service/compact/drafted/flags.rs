//! Which flags does a request speak of, of the records that it asks for? Pure.

use super::reading::{Reading, words_of};
use super::tokens::What;
use crate::document::words::{is_stop_word, plural, stem};
use crate::invoke::dialect::Comparison;
use crate::service::OutlineField;
use crate::service::compact::groups::Kind;

/// Words between records and their state.
const BEFORE_STATES: [&str; 7] = ["are", "is", "still", "that", "which", "currently", "not"];
/// Words between records and what is said of them.
const RELATIVES: [&str; 3] = ["that", "which", "whose"];
/// Words that stand for what was named before.
const PRONOUNS: [&str; 6] = ["they", "it", "these", "those", "this", "them"];
/// Words before a clause that says when, or whether, something is so.
const WHEN: [&str; 13] = [
    "after", "before", "when", "whenever", "until", "till", "once", "if", "unless", "while", "whether", "because",
    "soon",
];
/// Words of a clause that are read back from its end.
const LONGEST_CLAUSE: usize = 8;
/// Parts of the names of flags that say nothing.
const OF_FLAGS: [&str; 2] = ["flag", "is"];
/// Most words for states before the records.
const MOST_STATES: usize = 5;
/// Most words of a noun for the records.
const MOST_OF_NOUN: usize = 3;

impl<'t> Reading<'t> {
    /// `open tickets`, `tickets that are not approved`.
    pub(super) fn flags(&mut self) {
        for at in 0..self.tokens.len() {
            let Some(Flag { field, is_set, is_usual }) = self.flag_at(at).filter(|_| self.is_free(at, at + 1)) else {
                continue;
            };
            let before = self.stands_before_records(at) || (is_usual && self.stands_before_other_noun(at));
            let before_word = at.checked_sub(1).map_or("", |before| self.lower(before));
            let behind = at > 0 && self.goes_on(at - 1) && BEFORE_STATES.contains(&before_word);
            if !before && (!behind || self.is_said_aside(at)) {
                continue;
            }
            let is_denied = before_word == "not";
            let begin = if is_denied { at - 1 } else { at };
            let name = field.name.clone();
            let is_known = self.out.comparisons.iter().any(|(comparison, _)| comparison.path() == name);
            if is_known {
                continue;
            }
            let from = self.take(begin, at + 1);
            self.out.comparisons.push((Comparison::Flag(name, is_set != is_denied), from));
        }
    }

    /// Whether a state is told of no records that are asked for: of what a pronoun stands for, or of when something is so, as in `after
    /// they are closed`. Behind `that` it is the records' own.
    fn is_said_aside(&self, at: usize) -> bool {
        let mut place = at;
        while place > 0 && self.goes_on(place - 1) && at - place < LONGEST_CLAUSE {
            place -= 1;
            let word = self.lower(place);
            if RELATIVES.contains(&word) {
                return false;
            }
            // What belongs to another part is a time or a value.
            if self.used.get(place) == Some(&true) {
                continue;
            }
            if PRONOUNS.contains(&word) || WHEN.contains(&word) {
                return true;
            }
        }
        false
    }

    /// Whether a word for a state stands before the records that are asked for, with other words for their state between.
    pub(super) fn stands_before_records(&self, at: usize) -> bool {
        let between = |place: usize| {
            self.used.get(place) == Some(&true) || self.flag_at(place).is_some() || self.is_among(&self.of_path, place)
        };
        (1..=MOST_STATES).any(|step| {
            self.is_records(at + step)
                && (at..at + step).all(|place| self.goes_on(place))
                && (at + 1..at + step).all(between)
        })
    }

    /// Whether it stands before another noun for them (`unresolved requests`): the path's own is nowhere then.
    fn stands_before_other_noun(&self, at: usize) -> bool {
        let is_noun = |place: usize| {
            self.token(place).is_some_and(|token| {
                token.what == What::Word && plural(&token.lower) == token.lower && !is_stop_word(&token.lower)
            })
        };
        let is_other = |place: usize| {
            self.token(place).is_some_and(|token| token.what == What::Word && !is_stop_word(&token.lower))
                && self.mention(place).is_none()
        };
        let mut places = at + 1..=at + MOST_OF_NOUN;
        let noun = places.find(|place| is_noun(*place));
        noun.is_some_and(|noun| (at..noun).all(|place| self.goes_on(place)) && (at + 1..=noun).all(is_other))
            && !(0..self.tokens.len()).any(|place| self.is_records(place))
    }

    /// Whether a word is one for a state of the records.
    pub(super) fn is_state(&self, at: usize) -> bool {
        self.flag_at(at).is_some()
    }

    /// The flag that a word speaks of.
    fn flag_at(&self, at: usize) -> Option<Flag<'t>> {
        let token = self.token(at).filter(|token| token.what == What::Word)?;
        let flags = || self.target.fields.iter().copied().filter(|field| Kind::of(field) == Kind::Flag);
        for word in self.target.flags.iter().filter(|word| word.word == token.lower) {
            let named = word.names.iter().find_map(|name| flags().find(|field| field.name == *name));
            if let Some(field) = named {
                return Some(Flag { field, is_set: word.is_set, is_usual: true });
            }
        }
        let own = |word: &str| {
            let is_word = |field: &&OutlineField| {
                let words = words_of(&field.name);
                let mut telling = words.iter().filter(|word| !OF_FLAGS.contains(&word.as_str()));
                telling.next().is_some_and(|only| stem(only) == stem(word)) && telling.next().is_none()
            };
            let mut found = flags().filter(is_word);
            found.next().filter(|_| found.next().is_none())
        };
        let flag = |is_set: bool| move |field| Flag { field, is_set, is_usual: false };
        let contrary = || token.lower.strip_prefix("un").and_then(own).map(flag(false));
        own(&token.lower).map(flag(true)).or_else(contrary)
    }
}

/// What a word says of a flag.
struct Flag<'t> {
    field: &'t OutlineField,
    is_set: bool,
    /// Whether the word is one that people use of all records, and not the flag's own.
    is_usual: bool,
}
