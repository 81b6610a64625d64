//! Where in a text does a name stand, and which of its words are names? Pure.

use std::collections::BTreeSet;
use std::ops::Range;

use super::classes::{is_listed, is_of_family};
use super::denial::{PREPOSITIONS, Role, Spaced, roles};
use super::times::{Time, is_of_time, times};
use super::values::is_date;
use crate::document::words::{is_stop_word, singular, split, stem};

/// Endings of companies' names that people leave out.
const LEGAL_FORMS: [&str; 17] = [
    "ltd",
    "limited",
    "inc",
    "llc",
    "llp",
    "plc",
    "corp",
    "corporation",
    "co",
    "company",
    "gmbh",
    "ag",
    "bv",
    "sa",
    "ab",
    "oy",
    "pty",
];

/// Words behind which a word before a noun is a verb: `who raised tickets`.
const DOERS: [&str; 9] = ["i", "we", "you", "they", "he", "she", "it", "who", "that"];

/// Words between a noun and its number.
const BEFORE_NUMBERS: [&str; 10] = ["no", "nr", "num", "number", "numbers", "id", "ids", "identifier", "key", "and"];

/// Most words of a name that is looked for.
const LONGEST_NAME: usize = 12;

/// A sentence taken apart into its words.
#[derive(Debug)]
pub(super) struct Text<'a> {
    text: &'a str,
    words: Vec<Word>,
}

/// A run of letters and digits.
#[derive(Debug)]
struct Word {
    /// Byte range in the text.
    range: Range<usize>,
    /// In lower case.
    lower: String,
    is_capital: bool,
    has_digit: bool,
    role: Role,
}

/// A name as it is compared: letters and digits in lower case, without what a company is by law.
pub(super) fn key(name: &str) -> String {
    let mut words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    while words.len() > 1 && words.last().is_some_and(|word| LEGAL_FORMS.contains(&word.as_str())) {
        words.pop();
    }
    words.concat()
}

impl<'a> Text<'a> {
    pub(super) fn read(text: &'a str) -> Self {
        let mut words: Vec<Word> = Vec::new();
        let mut start = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            match (start, c.is_alphanumeric()) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    let word = text.get(from..at).unwrap_or("");
                    // The `s` of `Acme's` belongs to no name.
                    let is_possessive =
                        word == "s" && text.get(..from).is_some_and(|before| before.ends_with(['\'', '\u{2019}']));
                    if !is_possessive {
                        words.push(Word {
                            range: from..at,
                            lower: word.to_lowercase(),
                            is_capital: word.starts_with(char::is_uppercase),
                            has_digit: word.contains(|c: char| c.is_ascii_digit()),
                            role: Role::Plain,
                        });
                    }
                    start = None;
                }
                _ => {}
            }
        }
        let mut end = 0;
        let mut spaced = Vec::with_capacity(words.len());
        for word in &words {
            spaced.push(Spaced { gap: text.get(end..word.range.start).unwrap_or(""), word: &word.lower });
            end = word.range.end;
        }
        let roles = roles(&spaced);
        words.iter_mut().zip(roles).for_each(|(word, role)| word.role = role);
        Self { text, words }
    }

    /// The times that the text names.
    pub(super) fn times(&self) -> BTreeSet<Time> {
        let words: Vec<&str> = self.words.iter().map(|word| word.lower.as_str()).collect();
        times(&words, &self.dates().collect::<Vec<_>>())
    }

    /// The text of some of its words, with what stands between.
    pub(super) fn slice(&self, words: &Range<usize>) -> &'a str {
        let start = self.words.get(words.start).map_or(0, |word| word.range.start);
        let end = words.end.checked_sub(1).and_then(|last| self.words.get(last)).map_or(0, |word| word.range.end);
        self.text.get(start..end).unwrap_or("")
    }

    pub(super) fn key(&self, words: &Range<usize>) -> String {
        key(self.slice(words))
    }

    /// The stems of its words, run together and split, without those of denied words: `not closed` says nothing about closed ones.
    pub(super) fn stems(&self) -> BTreeSet<String> {
        self.stems_of(false)
    }

    /// The stems of the words that it denies.
    pub(super) fn denied(&self) -> BTreeSet<String> {
        self.stems_of(true)
    }

    fn stems_of(&self, negated: bool) -> BTreeSet<String> {
        let mut stems = BTreeSet::new();
        for at in (0..self.words.len()).filter(|at| self.is_negated(*at) == negated) {
            stems.insert(self.stem(at));
            if !self.is_deed(at) {
                stems.extend(split(self.slice(&(at..at + 1))).iter().map(|word| stem(word)));
            }
        }
        stems
    }

    /// The stem of a word; that of a deed is another than that of the state with the same letters.
    pub(super) fn stem(&self, at: usize) -> String {
        let stem = self.words.get(at).map(|word| stem(&word.lower)).unwrap_or_default();
        if self.is_deed(at) { format!("{stem} (deed)") } else { stem }
    }

    /// Whether a word tells what was done, with the letters of a state: `opened by Acme` and `opened this week` say nothing about
    /// being open, and `closed by Acme` says nothing about whose it is.
    pub(super) fn is_deed(&self, at: usize) -> bool {
        let Some(word) = self.words.get(at).filter(|word| word.lower.ends_with("ed")) else { return false };
        let next = |by: usize| self.words.get(at + by).map(|word| word.lower.as_str());
        let is_by = next(1) == Some("by") && next(2).is_some_and(|who| !is_of_time(who));
        let is_event = next(1).is_some_and(|next| {
            let is_joint = matches!(next, "and" | "or" | "for" | "of" | "at" | "in" | "with");
            !is_joint && (is_stop_word(next) || is_of_time(next) || matches!(next, "since" | "last" | "until"))
        });
        is_of_family(&stem(&word.lower)) && (is_by || self.is_of_clause(at) || (is_event && !is_listed(&word.lower)))
    }

    /// Whether a word ends a clause that has no `that`, or has one: `tickets Acme opened`, `the tickets that Acme Corp closed`. Behind a
    /// preposition the name belongs to what is before it, and the word to all: `tickets of Acme closed`.
    fn is_of_clause(&self, at: usize) -> bool {
        let ends = self.words.get(at + 1).is_none_or(|next| is_stop_word(&next.lower));
        let is_plural = |word: &Word| singular(&word.lower) != word.lower;
        // A sentence begins with a capital.
        let is_name = |at: &usize| {
            self.words
                .get(*at)
                .is_some_and(|word| (word.is_capital || word.has_digit) && !(*at == 0 && is_plural(word)))
        };
        let names = (0..at).rev().take_while(is_name).count();
        // One in small letters is known by what it stands behind alone.
        let first = at - names.max(1).min(at);
        let is_bare =
            names == 0 && self.words.get(first).is_some_and(|one| !is_stop_word(&one.lower) && !is_plural(one));
        let Some(before) = first.checked_sub(1).and_then(|before| self.words.get(before)) else { return false };
        let is_relative = matches!(before.lower.as_str(), "that" | "which");
        let is_last = at + 1 == self.words.len();
        ends && (is_relative || is_plural(before)) && (names > 0 || (is_bare && is_last))
    }

    /// The stems of its deeds: as words, and as what they say.
    pub(super) fn deeds(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let deeds = self.words.iter().enumerate().filter(|(at, _)| self.is_deed(*at));
        deeds.map(|(at, word)| (stem(&word.lower), self.stem(at)))
    }

    /// Its words in lower case, each with whether it is denied. Words that deny, such as `not`, are left out.
    pub(super) fn words(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        let words = self.words.iter().enumerate();
        let words = words.filter(|(_, word)| word.role != Role::Denial);
        words.map(|(at, word)| (at, word.lower.as_str(), self.is_negated(at)))
    }

    /// The text without some of its words, and without those by which they are denied.
    pub(super) fn without(&self, left_out: &[usize]) -> String {
        let is_out = |at: usize| {
            left_out.contains(&at)
                || (self.words.get(at).is_some_and(|word| word.role == Role::Denial)
                    && (at + 1..at + 4).any(|next| left_out.contains(&next)))
        };
        let kept = (0..self.words.len()).filter(|at| !is_out(*at));
        kept.map(|at| self.slice(&(at..at + 1))).collect::<Vec<_>>().join(" ")
    }

    /// Whether a word is the object of the word before it, as in `of returns`: then it is no verb.
    pub(super) fn is_object(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| self.words.get(at));
        before.is_some_and(|before| PREPOSITIONS.contains(&before.lower.as_str()) && before.lower != "to")
    }

    /// Whether a word stands before `records`, stems, as their kind; other words of `operation` may be between, as in `tentative schedule
    /// entries`. What follows somebody who does it is a verb, and so is what ends in `ing`. `is_common` tells words that name nobody.
    pub(super) fn is_kind_of(
        &self,
        at: usize,
        records: &BTreeSet<String>,
        operation: &BTreeSet<String>,
        is_common: &dyn Fn(&str) -> bool,
    ) -> bool {
        let Some(word) = self.words.get(at).filter(|word| !word.lower.ends_with("ing")) else { return false };
        let before = at.checked_sub(1).and_then(|before| self.words.get(before));
        let is_owner = |before: &Word| {
            let between = self.text.get(before.range.end..word.range.start).unwrap_or("");
            between.starts_with(['\'', '\u{2019}'])
        };
        let is_done =
            |before: &Word| DOERS.contains(&before.lower.as_str()) || (!is_common(&before.lower) && !is_owner(before));
        if before.is_some_and(is_done) {
            return false;
        }
        let after = self.words.iter().skip(at + 1).map(|word| stem(&word.lower));
        let mut phrase = after.take_while(|stem| operation.contains(stem));
        phrase.any(|stem| records.contains(&stem))
    }

    /// Whether the text denies a word or leaves it out.
    pub(super) fn is_negated(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(|word| word.role == Role::Denied)
    }

    /// The words that together are a name, whatever is between them.
    pub(super) fn find(&self, name: &str) -> Option<Range<usize>> {
        let key = key(name);
        self.all(&key).next()
    }

    fn all<'k>(&'k self, key: &'k str) -> impl Iterator<Item = Range<usize>> + 'k {
        // A single letter is in too many texts.
        let starts = if key.chars().count() > 1 || key.parse::<u8>().is_ok() { self.words.len() } else { 0 };
        (0..starts).filter_map(move |start| {
            let mut rest = key;
            for (at, word) in self.words.iter().enumerate().skip(start).take(LONGEST_NAME) {
                rest = rest.strip_prefix(word.lower.as_str())?;
                if rest.is_empty() {
                    return Some(start..at + 1);
                }
            }
            None
        })
    }

    /// The same where the name is not part of a longer one, and signs within it are those of `name`: `Acme` is not said by `Acme
    /// Dental`, nor `jsmith` by `j.smith`. `is_known` tells words that are part of no name.
    pub(super) fn find_alone(&self, name: &str, is_known: &dyn Fn(&str) -> bool) -> Option<Range<usize>> {
        let key = key(name);
        let named = Text::read(name);
        let wanted = named.signed(&named.without_form(0..named.words.len()));
        let mut found = self.all(&key).filter(|range| self.stands_alone(range, is_known));
        let found = found.find(|range| self.signed(range) == wanted)?;
        Some(found.start..found.end + self.legal_forms(found.end))
    }

    /// Words run together, with the signs that stand between two of them without a space. Between single letters they tell nothing:
    /// `U.S.` is `US`.
    fn signed(&self, range: &Range<usize>) -> String {
        let words = self.words.get(range.clone()).unwrap_or_default();
        let mut signed = String::new();
        let mut before: Option<&Word> = None;
        for word in words {
            if let Some(before) = before
                && (before.range.len() > 1 || word.range.len() > 1)
            {
                let gap = self.text.get(before.range.end..word.range.start).unwrap_or("");
                signed.extend(Some(gap).filter(|gap| matches!(*gap, "." | "_" | "@" | "+")));
            }
            signed.push_str(&word.lower);
            before = Some(word);
        }
        signed
    }

    fn without_form(&self, name: Range<usize>) -> Range<usize> {
        let words = self.words.get(name.clone()).unwrap_or_default();
        let forms = words.iter().skip(1).rev().take_while(|word| LEGAL_FORMS.contains(&word.lower.as_str())).count();
        name.start..name.end - forms
    }

    /// What a name says the company is by law, in one spelling; nothing where it says no more than that it is one.
    pub(super) fn legal_form(&self, name: &Range<usize>) -> Vec<&str> {
        let bare = self.without_form(name.clone());
        let forms = self.words.get(bare.end..name.end + self.legal_forms(name.end)).unwrap_or_default();
        let one_spelling = |word| match word {
            "limited" => "ltd",
            "corporation" => "corp",
            other => other,
        };
        let forms = forms.iter().map(|word| one_spelling(word.lower.as_str()));
        forms.filter(|form| !matches!(*form, "company" | "co")).collect()
    }

    /// All of its words.
    pub(super) fn all_words(&self) -> Range<usize> {
        0..self.words.len()
    }

    /// The noun that a number stands behind, as in `company no. 250` and `tickets 11, 12`; in lower case.
    pub(super) fn noun_before(&self, number: &Range<usize>) -> Option<&str> {
        let is_between = |word: &Word| {
            BEFORE_NUMBERS.contains(&word.lower.as_str()) || word.lower.bytes().all(|byte| byte.is_ascii_digit())
        };
        let noun = self.words.get(..number.start)?.iter().rev().find(|word| !is_between(word))?;
        Some(noun.lower.as_str()).filter(|noun| !is_stop_word(noun))
    }

    /// How many words from a place on say what a company is by law.
    fn legal_forms(&self, at: usize) -> usize {
        self.words.iter().skip(at).take_while(|word| LEGAL_FORMS.contains(&word.lower.as_str())).count()
    }

    fn stands_alone(&self, range: &Range<usize>, is_known: &dyn Fn(&str) -> bool) -> bool {
        let Some((first, last)) = self.words.get(range.clone()).and_then(|words| Some((words.first()?, words.last()?)))
        else {
            return false;
        };
        let before = range.start.checked_sub(1).and_then(|at| self.words.get(at));
        // `Acme Corporation West` is another name, and `Acme Corporation` is not.
        let legal = self.legal_forms(range.end);
        let last = self.words.get(range.end + legal - 1).unwrap_or(last);
        let after = self.words.get(range.end + legal);
        let gap = |from: usize, to: usize| self.text.get(from..to).unwrap_or("");
        let joins = |gap: &str| !gap.is_empty() && gap.chars().all(|c| "-_.@&+".contains(c));
        let is_part = |word: &Word| !is_known(&word.lower) && !is_of_time(&word.lower);
        let is_number = self.slice(range).bytes().all(|byte| byte.is_ascii_digit());
        if let Some(word) = before {
            let gap = gap(word.range.end, first.range.start);
            // Many a name begins with `New`, which is a word of requests as well.
            let is_name = word.is_capital && range.start > 1 && (is_part(word) || word.lower == "new") && !is_number;
            if joins(gap) || (gap == " " && is_name) {
                return false;
            }
        }
        if let Some(word) = after {
            let gap = gap(last.range.end, word.range.start);
            let is_name = !is_number && is_part(word) && (word.is_capital || word.has_digit);
            // In lower case a longer name is told by where it ends: before the noun, or with the sentence.
            let ends = self.words.get(range.end + legal + 1).is_none_or(|next| is_known(&next.lower));
            let is_lower = !is_number && !first.is_capital && !word.is_capital && is_part(word) && ends;
            if joins(gap) || (gap == " " && (is_name || is_lower)) {
                return false;
            }
        }
        true
    }

    /// The names in the text: words with a capital within a sentence, with digits, or as an address; those next to each other
    /// are one. `is_known` tells words that are part of none.
    pub(super) fn names(&self, is_known: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
        // Where every word has a capital, capitals tell nothing.
        let capitals = self.words.iter().skip(1).filter(|word| word.is_capital && !word.has_digit).count();
        let is_title = self.words.len() > 3 && capitals * 10 > self.words.len() * 7;
        let is_upper = |word: &Word| {
            let text = self.text.get(word.range.clone()).unwrap_or("");
            text.chars().count() > 1 && !text.contains(char::is_lowercase)
        };
        let may_be = |at: usize, word: &Word| {
            if is_known(&word.lower) || is_of_time(&word.lower) || self.is_in_date(at) {
                return false;
            }
            let next = self.words.get(at + 1);
            let is_owner = self.text.get(word.range.end..).is_some_and(|rest| rest.starts_with(['\'', '\u{2019}']));
            let joins_next =
                next.is_some_and(|next| next.is_capital && !is_known(&next.lower) && !is_of_time(&next.lower));
            let is_first = at == 0 && !is_upper(word) && !is_owner && !joins_next;
            let is_count = word.lower.parse::<u32>().is_ok() && self.is_count(at);
            (word.has_digit && !is_count) || (word.is_capital && !is_title && !is_first)
        };
        let mut names: Vec<Range<usize>> = Vec::new();
        for (at, word) in self.words.iter().enumerate() {
            let gap = |from: usize| self.text.get(from..word.range.start).unwrap_or("");
            let before = at.checked_sub(1).and_then(|at| self.words.get(at));
            let is_joined = before.is_some_and(|before| {
                let gap = gap(before.range.end);
                !gap.is_empty() && gap.chars().all(|c| "@._-".contains(c))
            });
            let is_mail = before.is_some_and(|before| gap(before.range.end) == "@");
            let is_next = before.is_some_and(|before| matches!(gap(before.range.end), " " | " & " | "&"));
            let is_number = word.lower.bytes().all(|byte| byte.is_ascii_digit());
            let is_name = may_be(at, word);
            match names.last_mut() {
                Some(last)
                    if last.end == at
                        && (is_joined || (is_next && is_name && !(is_number && self.is_number(last)))) =>
                {
                    last.end = at + 1;
                }
                _ if is_mail || (is_name && is_joined) => {
                    // `j.porter@contoso.com`, `New-Acme`: back to where it begins.
                    let mut start = at - 1;
                    while let Some([earlier, first]) = start.checked_sub(1).and_then(|at| self.words.get(at..at + 2)) {
                        let gap = self.text.get(earlier.range.end..first.range.start).unwrap_or("");
                        if gap.is_empty() || !gap.chars().all(|c| "._-+".contains(c)) {
                            break;
                        }
                        start -= 1;
                    }
                    names.push(start..at + 1);
                }
                _ if is_name => names.push(at..at + 1),
                _ => {}
            }
        }
        names
    }

    fn is_number(&self, words: &Range<usize>) -> bool {
        self.slice(words).bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether a number counts something, as in `the last 20 tickets` and `30 days`.
    fn is_count(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| self.words.get(at)).map_or("", |word| word.lower.as_str());
        let after = self.words.get(at + 1).map_or("", |word| word.lower.as_str());
        matches!(before, "top" | "first" | "last" | "latest" | "newest" | "oldest" | "past" | "next")
            || is_of_time(&stem(after))
    }

    fn is_in_date(&self, at: usize) -> bool {
        (at.saturating_sub(2)..=at).any(|start| self.date_at(start).is_some_and(|end| at < end))
    }

    /// The end of the date `2024-01-31` that begins at a word.
    fn date_at(&self, start: usize) -> Option<usize> {
        let end = start + 3;
        self.words.get(start..end)?;
        is_date(self.slice(&(start..end))).then_some(end)
    }

    /// The dates in the text as they are written, without a time.
    pub(super) fn dates(&self) -> impl Iterator<Item = &'a str> + '_ {
        (0..self.words.len()).filter_map(|start| Some(self.slice(&(start..self.date_at(start)?))))
    }
}
