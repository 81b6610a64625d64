//! Does a request speak of an attribute of a record: `change the priority of ticket 5`?
//!
//! What changes then is the ticket, though `priority` stands where a request names what it is about, and there is a list of priorities
//! besides. Grammar says which two words belong together, schemas whether such records have such a field.

use super::intent::ReadIntent;
use super::tables::TABLES;
use super::words::Words;
use super::{Attribute, Item, Reader, Role, Zone};
use crate::document::verbs::Intent;
use crate::document::words::{is_stop_word, singular, stem};

/// Words between an attribute and its record: `the priority of ticket 5`.
const OF: [&str; 6] = ["of", "on", "for", "in", "from", "at"];
/// Words between a record and the attribute that it shall have: `move ticket 5 to the network board`.
const TO: [&str; 6] = ["to", "as", "on", "under", "into", "onto"];
/// Words between records and the attribute that tells them apart: `companies of the type Vendor`.
const BEFORE_ATTRIBUTE: [&str; 8] = ["with", "of", "in", "on", "for", "under", "at", "from"];
/// Words before a noun that are none of its name.
const DETERMINERS: [&str; 14] =
    ["the", "a", "an", "this", "that", "my", "our", "your", "their", "its", "his", "her", "every", "all"];
/// Of these, the ones before what is there already.
const DEFINITE: [&str; 8] = ["the", "this", "that", "your", "their", "its", "his", "her"];
/// Words before what somebody wants to have done.
const WANTS: [&str; 7] = ["want", "wants", "need", "needs", "like", "have", "get"];
/// Words of which one noun may be made.
const LONGEST_NOUN: usize = 4;
/// Phrases behind records that are looked at: `of Contoso in status New`.
const MOST_PHRASES: usize = 3;
/// Words between a record and its number, the number among them: `ticket number 5`.
const WORDS_TO_NUMBER: usize = 2;

/// An attribute and the record that has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owned {
    /// The item that names the attribute.
    attribute: usize,
    /// The item that names the record.
    record: usize,
    /// Whether the attribute stands first, and so in place of what is asked for.
    is_first: bool,
    /// Whether it tells apart which records are asked for.
    tells: bool,
}

impl Reader<'_> {
    /// The attribute that a request asks for or changes, with its record, which is put in the place of what is asked for. Where the
    /// request orders a change without a verb of change, `intent` becomes one.
    pub(super) fn attribute(
        &self,
        words: &Words,
        items: &mut [Item],
        intent: &mut ReadIntent,
    ) -> Option<(Owned, Attribute)> {
        let owned = self.first(words, items, intent).or_else(|| self.behind(words, items, intent));
        let owned = owned.or_else(|| self.telling(words, items, intent))?;
        if owned.is_first {
            swap(items, owned);
        }
        let terms = |item: usize| items[item].terms().map(|(term, _)| term).collect();
        let role = match intent.intent {
            _ if owned.tells => Role::Tells,
            Intent::Read => Role::Asked,
            _ => Role::Changed,
        };
        Some((owned, Attribute { words: terms(owned.attribute), record: terms(owned.record), role }))
    }

    /// `ATTRIBUTE of RECORD`.
    fn first(&self, words: &Words, items: &[Item], intent: &mut ReadIntent) -> Option<Owned> {
        for (attribute, item) in items.iter().enumerate().filter(|(_, item)| is_noun(item)) {
            let next = words.get(item.at + 1).map_or("", String::as_str);
            let before = item.at.checked_sub(1).and_then(|at| words.get(at)).map_or("", String::as_str);
            let asks = matches!(before, "what" | "which") && matches!(next, "is" | "was" | "does" | "has");
            if !(OF.contains(&next) || asks) || !begins_clause(words, item.at, intent.at) {
                continue;
            }
            let noun = noun_from(words, item.at + 2);
            let Some(record) = items.iter().rposition(|record| noun.contains(&record.at) && self.has(record, item))
            else {
                continue;
            };
            let at = items[record].at;
            let is_numbered = has_number(words, at);
            let owned = Owned { attribute, record, is_first: true, tells: false };
            let reads = intent.intent == Intent::Read;
            let is_change = matches!(intent.intent, Intent::Update | Intent::Replace | Intent::Act);
            let orders = !is_change && orders_change(words, item.at, at, intent);
            // Several are a list of their own, `the statuses of board 3`, unless it is one record that shall have them.
            let is_one = singular(&item.word) == item.word || (is_numbered && is_change);
            let is_one_record = is_numbered || singular(&items[record].word) == items[record].word;
            if orders {
                (intent.intent, intent.is_sure) = (Intent::Update, true);
            }
            if is_one && is_one_record && (is_change || orders || (reads && is_numbered && !asks_otherwise(words))) {
                return Some(owned);
            }
        }
        None
    }

    /// `move RECORD to ATTRIBUTE`.
    fn behind(&self, words: &Words, items: &[Item], intent: &ReadIntent) -> Option<Owned> {
        let verb = intent.at.filter(|_| matches!(intent.intent, Intent::Update | Intent::Act))?;
        let noun = noun_from(words, verb + 1);
        let record = items.iter().position(|item| item.at + 1 == noun.end && noun.contains(&item.at))?;
        let behind = words.get(noun.end..)?;
        let to = behind.iter().take(WORDS_TO_NUMBER + 1).position(|word| TO.contains(&word.as_str()))?;
        if !behind[..to].iter().all(|word| word.chars().all(char::is_alphanumeric)) {
            return None;
        }
        let noun = noun_from(words, noun.end + to + 1);
        let is_its =
            |item: &Item| noun.contains(&item.at) && !has_number(words, item.at) && self.has(&items[record], item);
        let attribute = items.iter().position(is_its)?;
        Some(Owned { attribute, record, is_first: false, tells: false })
    }

    /// `RECORDS with the ATTRIBUTE Value`.
    fn telling(&self, words: &Words, items: &[Item], intent: &ReadIntent) -> Option<Owned> {
        if !matches!(intent.intent, Intent::Read | Intent::Count) {
            return None;
        }
        let is_record = |item: &Item| is_noun(item) && item.zone == Zone::Target && singular(&item.word) != item.word;
        for (record, item) in items.iter().enumerate().filter(|(_, item)| is_record(item)) {
            let mut at = item.at + 1;
            for _ in 0..MOST_PHRASES {
                if !words.get(at).is_some_and(|next| BEFORE_ATTRIBUTE.contains(&next.as_str())) {
                    break;
                }
                let noun = noun_from(words, at + 1);
                // What stands last is the value: `the Help Desk board` has it in front, and there the last word is the attribute.
                // Without `the`, one that stands alone has a value behind it, which is no word of the API: `in status Received`.
                let is_bare = noun.start == at + 1 && noun.len() == 1;
                let is_its = |its: &Item| {
                    noun.contains(&its.at)
                        && (its.at + 1 < noun.end || is_bare)
                        && singular(&its.word) == its.word
                        && self.has(item, its)
                };
                if let Some(attribute) = items.iter().rposition(is_its) {
                    return Some(Owned { attribute, record, is_first: false, tells: true });
                }
                at = noun.end;
            }
        }
        None
    }

    /// Whether such records have such an attribute.
    fn has(&self, record: &Item, attribute: &Item) -> bool {
        let mut pairs = record.terms().flat_map(|(record, _)| attribute.terms().map(move |(word, _)| (record, word)));
        pairs.any(|(record, word)| self.terms.has_attribute(record, word))
    }
}

impl Owned {
    /// The item that the request is about, where that is not where it seems to be.
    pub(super) fn head(self) -> Option<usize> {
        self.is_first.then_some(self.record)
    }
}

fn is_noun(item: &Item) -> bool {
    item.word.chars().all(char::is_alphabetic)
}

/// Whether a word may be a part of a noun.
fn is_part(word: &str) -> bool {
    word.chars().all(char::is_alphabetic) && !is_stop_word(word) && !TABLES.filter.contains(word)
}

/// Whether the noun that ends here begins a clause, or follows the verb: `PO amount of`, `please set the status of`.
fn begins_clause(words: &Words, noun: usize, verb: Option<usize>) -> bool {
    let from = verb.filter(|verb| *verb < noun).map_or(0, |verb| verb + 1);
    let Some(before) = words.get(from..noun) else { return false };
    let leads = |word: &&String| {
        TABLES.leads(word)
            || WANTS.contains(&word.as_str())
            || (is_stop_word(word) && !DETERMINERS.contains(&word.as_str()))
    };
    let leading = before.iter().take_while(leads).count();
    let rest = &before[leading..];
    rest.len() <= LONGEST_NOUN && rest.iter().all(|word| is_part(word) || DETERMINERS.contains(&word.as_str()))
}

/// The places of the words of a noun that begins here, without what stands before it.
fn noun_from(words: &Words, mut at: usize) -> std::ops::Range<usize> {
    while words.get(at).is_some_and(|word| DETERMINERS.contains(&word.as_str())) {
        at += 1;
    }
    let length = words.get(at..).unwrap_or_default().iter().take(LONGEST_NOUN).take_while(|word| is_part(word)).count();
    at..at + length
}

/// Whether a number follows a noun, as in `ticket 5` and `ticket number 5`.
fn has_number(words: &Words, noun: usize) -> bool {
    let behind = words.get(noun + 1..).unwrap_or_default().iter().take(WORDS_TO_NUMBER);
    let mut behind = behind.skip_while(|word| matches!(word.as_str(), "id" | "number" | "no"));
    behind.next().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit()))
}

/// Whether a question asks for something else than the attribute: `who changed the amount of expense 7`.
fn asks_otherwise(words: &Words) -> bool {
    words.first().is_some_and(|word| matches!(word.as_str(), "who" | "whose" | "when" | "where" | "why" | "how"))
}

/// Whether a request orders a change though its verb does not say so: `the status of ticket 5 should be closed`, `raise the priority of
/// ticket 5`. Nobody makes a new one of what a record has already.
fn orders_change(words: &Words, attribute: usize, record: usize, intent: &ReadIntent) -> bool {
    let behind = words.get(record + 1..).unwrap_or_default();
    let before = words.get(..attribute).unwrap_or_default();
    match intent.intent {
        Intent::Create => {
            let verb = intent.at.and_then(|at| words.get(at));
            verb.is_some_and(|verb| TABLES.ambiguous.contains(&stem(verb)))
                && before.iter().rev().take(LONGEST_NOUN).any(|word| DEFINITE.contains(&word.as_str()))
        }
        Intent::Read => {
            let wants = before.iter().any(|word| WANTS.contains(&word.as_str()));
            let asks = words.first().is_some_and(|word| TABLES.question.contains(word.as_str()) && word != "have");
            if asks || words.iter().any(|word| word == "?") {
                return false;
            }
            let is_done = |word: &String| {
                (word.ends_with("ed") || matches!(word.as_str(), "set" | "put")) && TABLES.verb(&stem(word)).is_some()
            };
            let obliges = |pair: &[String]| {
                matches!(pair[0].as_str(), "should" | "must" | "shall")
                    || (matches!(pair[0].as_str(), "has" | "needs" | "ought") && pair[1] == "to")
            };
            // `the contact on the project is Joan now`: whoever says so wants it noted.
            let states = intent.at.is_none() && behind.iter().take(WORDS_TO_NUMBER + 1).any(|word| word == "is");
            states || behind.windows(2).any(obliges) || (wants && behind.iter().any(is_done))
        }
        _ => false,
    }
}

/// Puts the record in the place of what is asked for, and all else among what narrows it down.
fn swap(items: &mut [Item], owned: Owned) {
    // Words right before it belong to its noun: `time entry`.
    let mut first = owned.record;
    while first > 0 && items[first - 1].at + 1 == items[first].at {
        first -= 1;
    }
    for (place, item) in items.iter_mut().enumerate() {
        if (first..=owned.record).contains(&place) {
            item.zone = Zone::Target;
        } else if item.zone == Zone::Target {
            item.zone = Zone::Filter;
        }
    }
}
