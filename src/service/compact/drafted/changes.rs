//! Which fields does a request change, and to what? Pure.

use serde_json::{Value, json};

use super::reading::{Reading, midnight, value};
use super::times::{self, Days};
use super::tokens::{Token, What};
use crate::document::words::is_stop_word;
use crate::service::OutlineField;
use crate::service::compact::groups::Kind;

/// Words that say that something becomes another.
const CHANGING: [&str; 14] = [
    "set", "change", "update", "switch", "make", "move", "raise", "lower", "put", "modify", "adjust", "edit", "turn",
    "correct",
];
/// Words at which a value of small letters ends.
const ENDS: [&str; 10] = ["and", "on", "for", "of", "in", "because", "with", "from", "at", "then"];
/// Most words of a value in small letters.
const MOST_WORDS: usize = 3;

impl<'t> Reading<'t> {
    /// `set the status of ticket 5 to "Closed"`, `to high priority`.
    pub(super) fn changes(&mut self) {
        for at in 0..self.tokens.len() {
            let Some(mention) = self.mention(at) else { continue };
            let end = at + mention.words;
            // The project of `project ticket 5` is no field of the ticket.
            let is_field = self.is_free(at, end) && !self.is_records(end);
            let Some(field) = self.field(mention).filter(|_| is_field) else { continue };
            if let Some((value, to)) = self.changed_to(field, end).filter(|_| self.is_changed(at)) {
                let from = format!("{} ... {}", self.take(at, end), self.take(to.0, to.1));
                self.set(field, value, from);
            } else if let Some((value, begin)) = self.changed_before(field, at) {
                let from = self.take(begin, end);
                self.set(field, value, from);
            }
        }
    }

    /// Whether the words before a field say that it changes, or none stands before it: `a reminder to prepare` changes nothing.
    fn is_changed(&self, at: usize) -> bool {
        let mut before = at;
        while before > 0 && matches!(self.lower(before - 1), "the" | "its" | "their" | "this" | "that") {
            before -= 1;
        }
        before == 0 || CHANGING.contains(&self.lower(before - 1)) || !self.goes_on(before - 1)
    }

    /// The value behind `to`, which stands a few words behind the name of the field.
    fn changed_to(&self, field: &OutlineField, end: usize) -> Option<(Value, (usize, usize))> {
        let to = (end..self.tokens.len().min(end + 6)).find(|at| matches!(self.lower(*at), "to" | "as"))?;
        // Another field between is the one that changes.
        let says_of_another = |at: usize| {
            self.mention(at).is_some() && self.used.get(at) != Some(&true) && !self.is_among(&self.of_path, at)
        };
        let is_whole = (end.saturating_sub(1)..to).all(|at| self.goes_on(at)) && !(end..to).any(says_of_another);
        if !is_whole {
            return None;
        }
        let mut begin = to + 1;
        while matches!(self.lower(begin), "the" | "a" | "an") {
            begin += 1;
        }
        let (value, words) = self.new_value(field, begin)?;
        self.is_free(begin, begin + words).then_some((value, (to, begin + words)))
    }

    /// The value between `to` and the name of the field.
    fn changed_before(&self, field: &OutlineField, at: usize) -> Option<(Value, usize)> {
        let to = (at.saturating_sub(MOST_WORDS + 1)..at).rev().find(|place| self.lower(*place) == "to")?;
        let mut begin = to + 1;
        while begin < at && matches!(self.lower(begin), "the" | "a" | "an") {
            begin += 1;
        }
        let (value, words) = self.new_value(field, begin)?;
        // In small letters it may be anybody's, as in `credited to the wrong contact`.
        let is_said = Kind::of(field) == Kind::Choice
            || self.token(begin).is_some_and(Token::is_value)
            || (0..to).any(|place| CHANGING.contains(&self.lower(place)));
        (begin + words == at && is_said && self.is_free(to, at)).then_some((value, to))
    }

    /// A value that a field gets, and over how many words it stands.
    fn new_value(&self, field: &OutlineField, at: usize) -> Option<(Value, usize)> {
        let token = self.token(at)?;
        let member = ["name", "identifier"].into_iter().find(|name| field.members.iter().any(|member| member == name));
        match Kind::of(field) {
            Kind::Choice => self.choice_at(field, at).map(|(value, words)| (value.into(), words)),
            Kind::Reference if token.what == What::Number => Some((json!({ "id": value(token) }), 1)),
            Kind::Reference => {
                let words = if token.is_value() { 1 } else { self.small_value(at) };
                let text = self.tokens.get(at..at + words).filter(|words| !words.is_empty())?;
                let text: Vec<&str> = text.iter().map(|token| token.text.as_str()).collect();
                Some((json!({ (member?): text.join(" ") }), words))
            }
            Kind::Number if token.what == What::Number => Some((value(token), 1)),
            Kind::Text if token.is_value() => Some((token.text.clone().into(), 1)),
            Kind::Date => {
                let phrase = times::phrase(self.tokens.get(at..)?, self.target.today)?;
                let Days { from, before } = phrase.days;
                let day = from.zip(before).filter(|(from, before)| before - from == 1)?.0;
                Some((midnight(day).into(), phrase.words))
            }
            Kind::Flag => match token.lower.as_str() {
                "true" | "yes" => Some((true.into(), 1)),
                "false" | "no" => Some((false.into(), 1)),
                _ => None,
            },
            _ => None,
        }
    }

    /// How many words in small letters stand up to where the phrase or the name of a field begins.
    fn small_value(&self, at: usize) -> usize {
        let mut words = 0;
        while words < MOST_WORDS {
            let is_value = self.token(at + words).is_some_and(|token| {
                token.what == What::Word
                    && token.text.starts_with(char::is_alphabetic)
                    && !ENDS.contains(&token.lower.as_str())
                    && !is_stop_word(&token.lower)
            });
            // `closed` is a status as well as a flag.
            let of_field = self.mention(at + words).and_then(|mention| self.field(mention));
            let begins_field = of_field.is_some_and(|field| Kind::of(field) != Kind::Flag);
            if !is_value || begins_field || self.is_records(at + words) {
                break;
            }
            words += 1;
            if !self.goes_on(at + words - 1) {
                break;
            }
        }
        words
    }

    fn set(&mut self, field: &OutlineField, value: Value, from: String) {
        if !self.out.data.contains_key(&field.name) {
            self.out.data.insert(field.name.clone(), value);
            self.out.from.insert(field.name.clone(), from.into());
        }
    }
}
