//! Which values stand beside the names of their fields? Pure.

use serde_json::Value;

use super::reading::Reading;
use super::target::Form;
use super::tokens::{Token, What};
use crate::document::words::{is_stop_word, split};
use crate::invoke::dialect::Comparison;
use crate::service::OutlineField;
use crate::service::compact::groups::Kind;

/// Words between a field and its value.
const JOINERS: [&str; 5] = ["is", "as", "equals", "named", "called"];
/// Most words of a value in small letters.
const MOST_WORDS: usize = 3;

/// A value as a request gives it.
enum Given {
    /// Word for word.
    Exact(String),
    /// A name, which may be a part of the whole one.
    Named(String),
    Number(String),
}

impl Given {
    fn of(token: &Token) -> Self {
        match token.what {
            What::Number => Self::Number(token.text.clone()),
            What::Quoted => Self::Exact(token.text.clone()),
            What::Name | What::Word => Self::Named(token.text.clone()),
        }
    }

    fn for_parameter(self, kind: Kind) -> Option<Value> {
        match (self, kind) {
            (Self::Number(number), Kind::Number) => number.parse::<i64>().ok().map(Into::into),
            (Self::Number(text) | Self::Exact(text) | Self::Named(text), Kind::Text) => Some(text.into()),
            (Self::Exact(text), Kind::Choice) => Some(text.into()),
            _ => None,
        }
    }
}

impl<'t> Reading<'t> {
    /// `board "Help Desk"`, `high severity`, `the Help Desk board`, `company 5`.
    pub(super) fn values(&mut self) {
        for at in 0..self.tokens.len() {
            let Some(mention) = self.mention(at) else {
                self.lone_choice(at);
                continue;
            };
            let end = at + mention.words;
            let Some(field) = self.field(mention).filter(|_| self.is_free(at, end) && !self.is_records(end - 1)) else {
                continue;
            };
            let mut behind = end;
            while self.goes_on(behind.saturating_sub(1)) && JOINERS.contains(&self.lower(behind)) {
                behind += 1;
            }
            let follows = self.goes_on(behind.saturating_sub(1));
            if Kind::of(field) == Kind::Choice {
                let after = follows.then(|| self.choice_at(field, behind)).flatten();
                let before = (1..=at.min(MOST_WORDS)).find_map(|words| {
                    self.choice_at(field, at - words)
                        .filter(|(_, length)| *length == words)
                        .map(|found| (found, at - words))
                });
                if let Some((value, words)) = after {
                    self.say(field, Given::Exact(value), at, behind + words);
                } else if let Some(((value, _), begin)) = before {
                    self.say(field, Given::Exact(value), begin, end);
                }
                continue;
            }
            let after = self.token(behind).filter(|token| follows && token.is_value()).cloned();
            let before = at.checked_sub(1).filter(|before| self.goes_on(*before)).and_then(|before| self.token(before));
            let before =
                before.filter(|token| token.may_stand_before_noun()).filter(|_| self.is_free(at - 1, at)).cloned();
            if let Some(token) = after.filter(|_| self.is_free(behind, behind + 1)) {
                self.say(field, Given::of(&token), at, behind + 1);
            } else if let Some(token) = before.filter(|_| Kind::of(field) == Kind::Reference) {
                self.say(field, Given::of(&token), at - 1, end);
            }
        }
    }

    /// `recurring invoices`: a value that one field alone may have, before the records.
    fn lone_choice(&mut self, at: usize) {
        let choices = self.target.fields.iter().filter(|field| Kind::of(field) == Kind::Choice);
        let found: Vec<(&'t OutlineField, String, usize)> = choices
            .filter_map(|field| self.choice_at(field, at).map(|(value, words)| (*field, value, words)))
            // `all invoices` are no invoices of the type `All`.
            .filter(|(_, _, words)| (at..at + words).any(|place| !is_stop_word(self.lower(place))))
            .filter(|(_, _, words)| self.is_records(at + words) && self.goes_on(at + words - 1))
            .collect();
        if let [(field, value, words)] = &found[..]
            && self.is_free(at, at + words)
        {
            self.say(field, Given::Exact(value.clone()), at, at + words);
        }
    }

    /// The value of a choice that stands at a word, and over how many.
    pub(super) fn choice_at(&self, field: &OutlineField, at: usize) -> Option<(String, usize)> {
        let said = |value: &&String| {
            let words = split(value);
            !words.is_empty()
                && words.iter().enumerate().all(|(behind, word)| self.lower(at + behind) == word.to_lowercase())
        };
        let value = field.values.iter().filter(said).max_by_key(|value| split(value).len())?;
        Some((value.clone(), split(value).len()))
    }

    fn is_person(&self, field: &OutlineField) -> bool {
        self.target.parties.is_some_and(|parties| parties.people.contains(&field.name.as_str()))
    }

    /// Writes that a field has a value.
    fn say(&mut self, field: &OutlineField, given: Given, begin: usize, end: usize) {
        let kind = Kind::of(field);
        let member = ["name", "identifier"].into_iter().find(|name| field.members.iter().any(|member| member == name));
        if self.target.form == Form::Parameters {
            let Some(value) = given.for_parameter(kind) else { return };
            let from = self.take(begin, end);
            self.out.params.insert(field.name.clone(), value);
            self.out.from.insert(field.name.clone(), from.into());
            return;
        }
        let path = |member: &str| format!("{}/{member}", field.name);
        let comparison = match (kind, given) {
            // `priority 1` is what it is called.
            (Kind::Reference, Given::Number(_)) if self.target.values.iter().any(|word| word.field == field.name) => {
                return;
            }
            (Kind::Reference, Given::Number(number)) => Comparison::Number(path("id"), number),
            (Kind::Reference, Given::Exact(text)) => match member {
                Some(member) => Comparison::Equals(path(member), text),
                None => return,
            },
            // Who gives one name of a person gives a part of it.
            (Kind::Reference, Given::Named(text)) => match member {
                Some(member) if self.is_person(field) && !text.contains(' ') => {
                    Comparison::Contains(path(member), text)
                }
                Some(member) => Comparison::Equals(path(member), text),
                None => return,
            },
            (Kind::Number, Given::Number(number)) => Comparison::Number(field.name.clone(), number),
            (Kind::Text | Kind::Choice, Given::Exact(text)) => Comparison::Equals(field.name.clone(), text),
            (Kind::Text, Given::Named(text)) => Comparison::Contains(field.name.clone(), text),
            _ => return,
        };
        let from = self.take(begin, end);
        self.out.comparisons.push((comparison, from));
    }
}
