//! Which of some kinds of records does a request ask for, where people have words of their own for them? Pure.

use super::reading::Reading;
use super::tokens::What;
use crate::invoke::dialect::{Comparison, FlagWord, ValueWord};
use crate::service::OutlineField;
use crate::service::compact::groups::Kind;

/// Words between a field and its value.
const JOINERS: [&str; 3] = ["is", "as", "of"];
/// Most words of a field's name.
const MOST_OF_NAME: usize = 3;

impl<'t> Reading<'t> {
    /// `high priority`, `priority 1`, `critical tickets`.
    pub(super) fn kinds(&mut self) {
        for at in 0..self.tokens.len() {
            if !self.is_free(at, at + 1) || self.token(at).is_none_or(|token| token.what == What::Quoted) {
                continue;
            }
            let words: Vec<ValueWord> = self.values_called(at).collect();
            for word in words {
                let Some(field) = self.reference(word.field) else { continue };
                let Some((begin, end)) = self
                    .beside_its_name(at, &field.name)
                    .or_else(|| (word.is_alone && self.stands_before_records(at)).then_some((at, at + 1)))
                else {
                    continue;
                };
                let path = format!("{}/name", field.name);
                let is_known = self.out.comparisons.iter().any(|(known, _)| known.path() == path);
                if !is_known && self.is_free(begin, end) {
                    let from = self.take(begin, end);
                    self.out.comparisons.push((Comparison::Contains(path, word.part.to_owned()), from));
                }
            }
        }
    }

    /// `unpaid invoices`: of whose amount something is left, or nothing.
    pub(super) fn amounts(&mut self) {
        for at in 0..self.tokens.len() {
            let is_said = |word: &&FlagWord| word.word == self.lower(at);
            let Some(word) = self.target.amounts.iter().find(is_said) else { continue };
            if !self.is_free(at, at + 1) || !self.stands_before_records(at) {
                continue;
            }
            let is_number = |name: &&String| {
                self.target.fields.iter().any(|field| field.name == **name && Kind::of(field) == Kind::Number)
            };
            let Some(name) = word.names.iter().find(is_number).cloned() else { continue };
            let from = self.take(at, at + 1);
            let zero = "0".to_owned();
            let comparison = if word.is_set { Comparison::Above(name, zero) } else { Comparison::Number(name, zero) };
            self.out.comparisons.push((comparison, from));
        }
    }

    /// The words of a part of a name that stand at a place.
    fn values_called(&self, at: usize) -> impl Iterator<Item = ValueWord> + '_ {
        let said = self.lower(at);
        self.target.values.iter().copied().filter(move |word| word.word == said)
    }

    fn reference(&self, name: &str) -> Option<&'t OutlineField> {
        let is_it = |field: &&&OutlineField| {
            field.name == name
                && Kind::of(field) == Kind::Reference
                && field.members.iter().any(|member| member == "name")
        };
        self.target.fields.iter().find(is_it).copied()
    }

    /// A word with the name of a field behind it, or before it.
    fn beside_its_name(&self, at: usize, field: &str) -> Option<(usize, usize)> {
        let named = |place: usize| {
            self.mention(place).filter(|mention| self.field(*mention).is_some_and(|known| known.name == field))
        };
        let is_word = self.token(at).is_some_and(|token| token.what != What::Number);
        if is_word
            && self.goes_on(at)
            && let Some(mention) = named(at + 1)
        {
            return Some((at, at + 1 + mention.words));
        }
        let joined = at.checked_sub(1).filter(|before| JOINERS.contains(&self.lower(*before)));
        let end = joined.unwrap_or(at);
        let mut begins = (end.saturating_sub(MOST_OF_NAME)..end).rev();
        let begin = begins.find(|begin| named(*begin).is_some_and(|mention| begin + mention.words == end))?;
        (begin..at).all(|place| self.goes_on(place)).then_some((begin, at + 1))
    }
}
