//! What does one of two sentences say that the other does not? Pure; English.
//!
//! A request is compared with the description of a kept call. Words that both have, names that were compared already, and words
//! that any request may have are left aside. The words that remain may tell a state, a kind or another resource.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::classes::{Words, is_of_family};
use super::text::Text;
use super::times::is_of_time;
use crate::document::verbs::{Intent, VERBS};
use crate::document::words::{FILTER, LIGHT, is_stop_word, singular, split, stem};

/// Words of requests that ask, or are polite about it.
const ASKING: &str = "many much several about please kindly thanks thank hello hi ok okay yes right away quickly quick asap moment \
    last next previous first latest one two three four five six seven eight nine ten give gives given like called \
    don doesn didn hasn haven hadn isn aren wasn weren won wouldn couldn shouldn \
    whole entire complete together there here anything everybody anybody see seen ask asks asking us ever yet already once";

/// Words that tell states apart, and yet may stand in any request.
const PLAIN: &str = "current currently since after onwards later before until till earlier \
    over above more greater bigger larger under below less fewer smaller newest latest oldest earliest";

/// Verbs of [`VERBS`] that read and also say how much.
const SUMS: &str = "sum total average count tally quantify aggregate sort rank compare";

/// Words that say how much of the records is wanted, in place of the records.
const QUANTITIES: [(Quantity, &str); 4] = [
    (Quantity::Count, "count counts tally quantify headcount"),
    (Quantity::Sum, "sum sums total totals totalled totaled amount amounts altogether aggregate worth"),
    (Quantity::Average, "average averages avg mean median"),
    (Quantity::Extreme, "fewest highest lowest largest smallest longest shortest maximum minimum"),
];

/// How much of the records a text speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// The records themselves.
    Records,
    /// Their number.
    Count,
    /// What a field of theirs adds up to.
    Sum,
    /// The mean of a field.
    Average,
    /// The one with most or least of something.
    Extreme,
    /// That many of them.
    Rows(u64),
    /// Every one of them.
    All,
}

impl Quantity {
    /// Its name in a message, behind `asks for`.
    pub(crate) fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Records => "records",
            Self::Count => "a count",
            Self::Sum => "a sum",
            Self::Average => "an average",
            Self::Extreme => "the most or the least",
            Self::Rows(rows) => return Cow::Owned(format!("{rows} of them")),
            Self::All => "all of them",
        })
    }

    /// How many rows a text asks for, where it says so: `last 50`, `top ten`, `all`.
    pub(super) fn rows_of(text: &Text<'_>) -> Option<Self> {
        // Before the first word stands nothing that could be counted with it.
        let words: Vec<&str> = std::iter::once("the").chain(text.words().map(|(_, word, _)| word)).collect();
        let is_all = |(at, word): (usize, &&str)| {
            let is_at_all = at.checked_sub(1).and_then(|at| words.get(at)) == Some(&"at");
            matches!(*word, "all" | "every" | "each" | "entire" | "complete" | "whole") && !is_at_all
        };
        let count = words.windows(2).enumerate().find_map(|(at, pair)| {
            let [before, word] = *pair else { return None };
            let is_time = words.get(at + 2).is_some_and(|next| is_of_time(next));
            let is_counted =
                matches!(before, "top" | "first" | "last" | "latest" | "newest" | "oldest" | "limit" | "max");
            // `five open tickets`; of digits there, the number may be a record's.
            let in_words = !word.starts_with(|c: char| c.is_ascii_digit()) && word != "one";
            let is_amount = in_words && (is_stop_word(before) || is_read(before)) && !matches!(before, "of" | "for");
            number(word).filter(|_| (is_counted || is_amount) && !is_time).map(Self::Rows)
        });
        count.or_else(|| words.iter().enumerate().any(is_all).then_some(Self::All))
    }

    /// Reads which of them a text asks for.
    pub(super) fn of(text: &Text<'_>) -> Self {
        let words: Vec<&str> = text.words().map(|(_, word, _)| word).collect();
        let counts = words.windows(2).enumerate().any(|(at, pair)| match *pair {
            ["how", "many"] | ["total", "number"] => true,
            // `the serial number of a device` counts nothing.
            ["number", "of"] => {
                at == 0 || words.get(at - 1).is_some_and(|before| is_stop_word(before) || is_read(before))
            }
            _ => false,
        });
        if counts {
            return Self::Count;
        }
        if words.windows(2).any(|pair| matches!(*pair, ["how", "much"]) || matches!(*pair, ["value", "of"])) {
            return Self::Sum;
        }
        let named = |word: &&str| QUANTITIES.iter().find(|(_, list)| list.split(' ').any(|one| one == *word));
        words.iter().find_map(named).map_or(Self::Records, |(quantity, _)| *quantity)
    }
}

fn number(word: &str) -> Option<u64> {
    const WORDS: [&str; 10] = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let in_words = || WORDS.iter().zip(1..).find(|(known, _)| **known == word).map(|(_, number)| number);
    word.parse().ok().or_else(in_words)
}

fn is_read(word: &str) -> bool {
    let mut reads = VERBS.iter().filter(|(intent, _)| matches!(intent, Intent::Read));
    reads.any(|(_, verbs)| verbs.split_whitespace().any(|verb| verb == word))
}

fn is_verb(word: &str) -> bool {
    let stem_of_word = stem(word);
    VERBS.iter().any(|(_, verbs)| verbs.split_whitespace().any(|verb| stem(verb) == stem_of_word))
}

/// A phrase of the trade in a request, and the API's words for it, as stems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) phrase: Vec<String>,
    pub(crate) words: Vec<String>,
}

/// One side of the comparison.
pub(super) struct Side<'a, 'b> {
    pub(super) text: &'b Text<'a>,
    /// Ranges of words that are names, and were compared by themselves.
    pub(super) names: &'b [Range<usize>],
    /// Whether every verb is aside: a call that changes something is told apart by its values, and there are many words for doing it.
    pub(super) is_order: bool,
}

/// Lists the words of one side, by their places, that neither the other says nor `known`, stems of the operation and of the fields.
pub(super) fn remainder(
    one: &Side<'_, '_>,
    other: &Words,
    known: &BTreeSet<String>,
    meanings: &[Meaning],
) -> Vec<usize> {
    let is_name = |at: usize| one.names.iter().any(|name| name.contains(&at));
    let is_explained = |word: &str| {
        let stems = |words: &[String]| words.iter().all(|word| known.contains(word) || other.say(word, false));
        let is_one = |meaning: &&Meaning| {
            let holds = |words: &[String]| words.iter().any(|one| one == word);
            (holds(&meaning.phrase) && stems(&meaning.words)) || (holds(&meaning.words) && stems(&meaning.phrase))
        };
        meanings.iter().any(|meaning| is_one(&meaning))
    };
    let says = |stem: &str, is_denied: bool| {
        let is_state = is_of_family(stem);
        other.say(stem, is_denied) || (!is_denied && known.contains(stem)) || (!is_state && is_explained(stem))
    };
    one.text
        .words()
        .filter(|(at, word, is_denied)| {
            let is_order = one.is_order && is_verb(word);
            let is_telling = !(is_name(*at) || is_order || is_idle(word, one.text.is_object(*at)));
            is_telling
                && !says(&one.text.stem(*at), *is_denied)
                // `timeEntries` is said by its words.
                && !{
                    let parts = split(word);
                    parts.len() > 1 && parts.iter().all(|part| says(&stem(part), *is_denied))
                }
        })
        .map(|(at, ..)| at)
        .collect()
}

/// Whether a word may stand before an order without being part of it.
pub(super) fn is_polite(word: &str) -> bool {
    is_stop_word(word) || ASKING.split_whitespace().any(|one| one == word)
}

/// Whether a word tells nothing of which records are wanted.
fn is_idle(word: &str, is_object: bool) -> bool {
    let is_in = |list: &str| list.split_whitespace().any(|one| one == word);
    if is_of_family(&stem(word)) && !is_in(PLAIN) {
        return false;
    }
    is_stop_word(word)
        || is_stop_word(&singular(word))
        || word.chars().count() < 2
        || is_in(ASKING)
        || is_in(LIGHT)
        || is_in(FILTER)
        || is_in(SUMS)
        || QUANTITIES.iter().any(|(_, list)| is_in(list))
        || is_of_time(word)
        || (is_read(word) && !is_object)
        || word.bytes().all(|byte| byte.is_ascii_digit())
}
