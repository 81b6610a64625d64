//! Whose records does a request ask for? Pure.
//!
//! `tickets of Acme Dental`, `contacts at Litware`, `Contoso's invoices`, `has Northwind Traders opened`: a name that says by its own
//! words, or by where it stands, that it is an organisation's; `did Ravi Patel log`: one that begins with a given name, where records
//! belong to one person alone. A name of which that is not clear is none, as what comes before other nouns, what products, days and towns
//! are called, and what records that have a place of their own are at.

use super::named::{is_given_name, is_of_organisation, is_other_name, is_place};
use super::reading::Reading;
use super::tokens::{Token, What};
use crate::document::words::{is_stop_word, singular, split};
use crate::invoke::dialect::Comparison;
use crate::service::OutlineField;
use crate::service::compact::groups::Kind;

/// Words before whose records they are.
const BEFORE: [&str; 3] = ["of", "for", "at"];
/// What asks for all records, whatever they are.
const ALL: [&str; 4] = ["everything", "anything", "all", "those"];
/// Words before one who does something.
const AUXILIARIES: [&str; 5] = ["has", "have", "does", "do", "did"];
/// What one may do with records.
const DOINGS: [&str; 26] = [
    "have",
    "had",
    "open",
    "opened",
    "raise",
    "raised",
    "log",
    "logged",
    "submit",
    "submitted",
    "report",
    "reported",
    "enter",
    "entered",
    "send",
    "sent",
    "order",
    "ordered",
    "book",
    "booked",
    "place",
    "placed",
    "create",
    "created",
    "owe",
    "work",
];
/// Most words of states between a name and the records that are its own.
const MOST_STATES: usize = 4;

impl<'t> Reading<'t> {
    /// Writes whose records are asked for.
    pub(super) fn parties(&mut self) {
        let Some(parties) = self.target.parties.filter(|_| !self.target.path.ends_with('}')) else { return };
        let field = |name: &str| {
            let is_it = |field: &&&OutlineField| field.name == name && Kind::of(field) == Kind::Reference;
            // Whose record's list it is, the path says.
            self.target.fields.iter().find(is_it).copied().filter(|_| !self.is_owner(name))
        };
        let organisation = field(parties.organisation);
        let mut people = parties.people.iter().filter_map(|name| field(name));
        let person = people.next().filter(|_| people.next().is_none());
        let are_somewhere = self.target.fields.iter().any(|field| has_place(field));
        let mut found: Vec<(&'t OutlineField, Comparison, usize, usize)> = Vec::new();
        for at in 0..self.tokens.len() {
            let Some(token) = self.token(at).filter(|_| self.is_free(at, at + 1)) else { continue };
            let Some((begin, stands)) = self.stands(at) else { continue };
            // Where records have a place of their own, `at Slough` may be one.
            let is_doubtful = stands == Stands::At && are_somewhere && !is_of_organisation(&words_in(&token.lower));
            let meant = match Party::of(token, stands).filter(|_| !is_doubtful) {
                Some(Party::Organisation) => organisation,
                Some(Party::Person) => person,
                None => None,
            };
            if let Some(field) = meant
                && let Some(comparison) = called(field, token)
            {
                found.push((field, comparison, begin, at + 1));
            }
        }
        // Of two names for one field, neither is the one without a doubt.
        for (field, comparison, begin, end) in &found {
            let is_only = found.iter().filter(|(other, ..)| other.name == field.name).count() == 1;
            let path = format!("{}/", field.name);
            let is_known = self.out.comparisons.iter().any(|(known, _)| known.path().starts_with(&path));
            if is_only && !is_known {
                let from = self.take(*begin, *end);
                self.out.comparisons.push((comparison.clone(), from));
            }
        }
    }

    /// Whether the path is below one record of this noun.
    fn is_owner(&self, noun: &str) -> bool {
        let segments: Vec<&str> = self.target.path.split('/').collect();
        segments.windows(2).any(|pair| pair[1].starts_with('{') && singular(pair[0]) == noun)
    }

    /// Where the words begin that make a name one whose records are asked for, and how sure they are.
    fn stands(&self, at: usize) -> Option<(usize, Stands)> {
        let token = self.token(at)?;
        let before = at.checked_sub(1).filter(|before| self.goes_on(*before));
        let word = before.map_or("", |before| self.lower(before));
        // `Acme Dental's`, where a sentence begins, may lack a word; of two names none is the only one.
        if token.may_begin_before || self.is_one_of_several(at) {
            return None;
        }
        if token.owns {
            let is_own = self.are_records_behind(at);
            return is_own.then_some((at, Stands::Beside));
        }
        let follows = self.token(at + 1).filter(|_| !token.ends);
        if AUXILIARIES.contains(&word) {
            let does = follows.is_some_and(|next| DOINGS.contains(&next.lower.as_str()));
            return does.then_some((before?, Stands::Beside));
        }
        // `Contoso contract`: what the noun behind it is of.
        let is_before_noun = follows.is_some_and(|next| {
            next.what == What::Word && !is_stop_word(&next.lower) && !self.begins_more(at + 1)
                || next.what == What::Number
        });
        if is_before_noun || !BEFORE.contains(&word) {
            return None;
        }
        let begin = before?;
        if word == "at" {
            return Some((begin, Stands::At));
        }
        let owned = begin.checked_sub(1).filter(|owned| self.goes_on(*owned))?;
        let are_records = self.is_records(owned)
            || self.used.get(owned) == Some(&true)
            || ALL.contains(&self.lower(owned))
            || self.is_state(owned);
        are_records.then_some((begin, Stands::Beside))
    }

    /// Whether another name follows that is as good: `Contoso or Fabrikam`.
    fn is_one_of_several(&self, at: usize) -> bool {
        let is_name =
            |place: usize| self.token(place).is_some_and(|token| matches!(token.what, What::Name | What::Quoted));
        matches!(self.lower(at + 1), "and" | "or") && (is_name(at + 2) || is_name(at + 3))
    }

    /// Whether the records stand behind a name that owns them, with words for their state between.
    fn are_records_behind(&self, at: usize) -> bool {
        let between = |place: usize| {
            self.used.get(place) == Some(&true) || self.is_state(place) || self.is_among(&self.of_path, place)
        };
        (1..=MOST_STATES).any(|step| {
            self.is_records(at + step)
                && (at..at + step).all(|place| self.goes_on(place))
                && (at + 1..at + step).all(between)
        })
    }

    /// Whether a word goes on with what is asked, so that the name before it is whole: a state, a time, what happened.
    fn begins_more(&self, at: usize) -> bool {
        self.used.get(at) == Some(&true) || self.is_state(at) || self.mention(at).is_some()
    }
}

/// How sure a place is that a name in it is an organisation's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// Behind `at`: people and things are at organisations.
    At,
    /// Beside the records, which people and organisations have.
    Beside,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Party {
    Organisation,
    Person,
}

impl Party {
    fn of(token: &Token, stands: Stands) -> Option<Self> {
        let is_name = match token.what {
            What::Quoted => true,
            What::Name => token.is_value() || is_called_in_capitals(&token.text),
            What::Word | What::Number => false,
        };
        if !is_name || is_other_name(&token.lower) {
            return None;
        }
        let words = words_in(&token.lower);
        let (first, is_alone) = (words.first().copied().unwrap_or_default(), words.len() == 1);
        match () {
            () if is_of_organisation(&words) => Some(Self::Organisation),
            () if is_place(&token.lower) => None,
            () if is_given_name(first) => (words.len() <= 3).then_some(Self::Person),
            () if is_alone || stands == Stands::At || token.what == What::Quoted => Some(Self::Organisation),
            () => None,
        }
    }
}

fn words_in(name: &str) -> Vec<&str> {
    name.split_whitespace().collect()
}

/// Whether a field says where a record is.
fn has_place(field: &OutlineField) -> bool {
    field.name.split('/').next().is_some_and(|name| {
        split(name).iter().any(|word| {
            ["site", "location", "city", "town", "address", "office"].contains(&word.to_lowercase().as_str())
        })
    })
}

/// Whether a word all of capitals may be what an organisation is called: `ACME`, and no `SLA` or `DHCP`.
fn is_called_in_capitals(text: &str) -> bool {
    text.chars().count() >= 4
        && text.chars().all(|letter| letter.is_ascii_uppercase())
        && text.contains(['A', 'E', 'I', 'O', 'U'])
}

/// The comparison of a reference with a name: whole, but for a person's given name alone, which is a part of theirs.
fn called(field: &OutlineField, token: &Token) -> Option<Comparison> {
    let member = ["name", "identifier"].into_iter().find(|name| field.members.iter().any(|member| member == name))?;
    let (path, text) = (format!("{}/{member}", field.name), token.text.clone());
    let is_part = is_given_name(&token.lower) && token.what == What::Name;
    Some(if is_part { Comparison::Contains(path, text) } else { Comparison::Equals(path, text) })
}
