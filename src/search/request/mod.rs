//! What does a request ask for?
//!
//! Its words, each in a zone (what is asked for, what narrows it down, remarks in passing), the intent of its verb, and
//! whether it wants one or many. Rules of English and of REST; what belongs to one API comes from the lexicon. Pure.

use std::collections::HashSet;
use std::sync::LazyLock;

mod intent;
mod parts;

use super::lexicon::{LONGEST_PHRASE, Lexicon};
use super::values;
use crate::document::verbs::{ACTION_SYNONYMS, ACTION_WORDS, AMBIGUOUS, Intent, PHRASAL, VERBS};
use crate::document::words::{FILTER, LIGHT, is_stop_word, singular, split, stem};
use crate::index::{TermId, TermIndex};
use intent::read_intent;
pub(super) use parts::parts;

/// Words after which a verb follows.
const LEAD: &str = "to and or please can you i we would should must need want then also will could me let just how quickly \
    permanently either help us not by when for use";

/// Words that begin a question: a question reads.
const QUESTION: &str = "what which who whose when where is are was were did does has have any why how";

/// What a word or a mark of the request's text is.
type Words = Vec<String>;

struct Tables {
    verbs: Vec<(String, Intent)>,
    actions: HashSet<&'static str>,
    action_stems: HashSet<String>,
    synonyms: Vec<(String, String)>,
    ambiguous: HashSet<String>,
    lead: HashSet<&'static str>,
    filter: HashSet<&'static str>,
    light: HashSet<String>,
    question: HashSet<&'static str>,
    /// [`PHRASAL`] by the stem of the verb.
    phrasal: Vec<(String, &'static str, Intent)>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let words = |list: &'static str| list.split_whitespace().collect::<HashSet<_>>();
    let stems = |list: &'static str| list.split_whitespace().map(stem).collect::<HashSet<_>>();
    let mut verbs: Vec<(String, Intent)> = Vec::new();
    for (intent, list) in VERBS {
        for word in list.split_whitespace() {
            let stem = stem(word);
            if !verbs.iter().any(|(known, _)| *known == stem) {
                verbs.push((stem, intent));
            }
        }
    }
    verbs.sort();
    Tables {
        verbs,
        actions: words(ACTION_WORDS),
        action_stems: stems(ACTION_WORDS),
        synonyms: ACTION_SYNONYMS.iter().map(|(from, to)| (stem(from), stem(to))).collect(),
        ambiguous: stems(AMBIGUOUS),
        lead: words(LEAD),
        filter: words(FILTER),
        light: stems(LIGHT),
        question: words(QUESTION),
        phrasal: PHRASAL.iter().map(|(verb, particle, intent)| (stem(verb), *particle, *intent)).collect(),
    }
});

impl Tables {
    fn verb(&self, stem: &str) -> Option<Intent> {
        let at = self.verbs.binary_search_by(|(known, _)| known.as_str().cmp(stem)).ok()?;
        self.verbs.get(at).map(|(_, intent)| *intent)
    }

    fn synonym(&self, stem: &str) -> Option<&str> {
        self.synonyms.iter().find(|(from, _)| from == stem).map(|(_, to)| to.as_str())
    }

    fn leads(&self, word: &str) -> bool {
        self.lead.contains(word) || matches!(word, "," | ";" | "." | ":")
    }

    fn is_verb_like(&self, word: &str) -> bool {
        let stem = stem(word);
        self.verb(&stem).is_some() || self.actions.contains(word) || self.synonym(&stem).is_some()
    }
}

/// The zone of a request in which a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zone {
    /// In the phrase that names what is asked for.
    Target,
    /// Behind the first word that narrows down.
    Filter,
    /// In brackets, behind a full stop, or a noun that names nothing.
    Aside,
}

impl Zone {
    /// How much a word of this zone counts.
    pub const fn weight(self) -> f32 {
        match self {
            Self::Target => 1.0,
            Self::Filter => 0.6,
            Self::Aside => 0.3,
        }
    }
}

/// How much a meaning from the lexicon counts beside the word itself.
pub const MEANING_WEIGHT: f32 = 0.8;

/// A word of the request that tells something.
#[derive(Clone, Debug)]
pub struct Item {
    /// The word's stem.
    pub stem: String,
    /// The stem's number; `None` where the index does not have it.
    pub term: Option<TermId>,
    /// The zone in which it stands.
    pub zone: Zone,
    /// Its place among all words and marks.
    at: usize,
    /// The word as written, in lower case.
    word: String,
    /// Its other meanings by the lexicon, as far as the index has them.
    pub meanings: Vec<TermId>,
}

impl Item {
    /// The word and its meanings, each with how much it counts.
    pub fn terms(&self) -> impl Iterator<Item = (TermId, f32)> + '_ {
        self.term.map(|term| (term, 1.0)).into_iter().chain(self.meanings.iter().map(|term| (*term, MEANING_WEIGHT)))
    }
}

/// A request as it was read.
#[derive(Debug)]
pub struct Request {
    /// The actions that are asked for: one, or several where a long request asks for several things.
    pub intents: Vec<Intent>,
    /// Whether the intent was asked for outright, rather than taken from the middle or by default.
    pub is_sure: bool,
    /// The telling words, in order.
    pub items: Vec<Item>,
    /// The index in `items` of the last word of the target phrase.
    pub head: Option<usize>,
    /// Whether one record is wanted.
    pub wants_one: bool,
    /// Whether many records are wanted.
    pub wants_many: bool,
    /// The stems of all words, the verb's included.
    pub stems: HashSet<String>,
    /// The weight of each term of the index in the request, by [`TermId`].
    pub weights: Vec<f32>,
    /// The weight of each term in the target phrase alone, by [`TermId`].
    pub target_weights: Vec<f32>,
    /// The terms of the words that narrow down.
    pub filter_terms: HashSet<TermId>,
    /// Pairs of terms that stand side by side.
    pub pairs: HashSet<(TermId, TermId)>,
    /// Terms that a number follows: `ticket 5`.
    pub numbered: HashSet<TermId>,
    /// The text that is embedded: the words, with abbreviations written out and the API's words behind phrases of the trade.
    pub text: String,
}

/// Reads requests, with the words they are compared with.
pub struct Reader<'a> {
    /// The words of the index.
    pub terms: &'a TermIndex,
    /// The lexicon of trade words.
    pub lexicon: &'a Lexicon,
    /// Whether a word is English, and so no typing error.
    pub is_english: &'a dyn Fn(&str) -> bool,
}

/// Longer words than this are no typing errors but pasted content.
const LONGEST_WORD: usize = 24;
/// Words between a noun and the number that is its key.
const KEY_WORDS: [&str; 12] = ["id", "ids", "number", "no", "nr", "with", "whose", "the", "is", "has", "record", "rec"];
/// A noun is at most this many words before its number.
const WORDS_BEFORE_NUMBER: usize = 5;
/// Fewer words beside its values are no request.
const FEWEST_BESIDE_VALUES: usize = 2;
/// More words than this of a request are not looked at: nobody means them, and every one costs.
const MOST_WORDS: usize = 400;

impl Reader<'_> {
    /// Reads a request, or one part of it.
    pub fn read(&self, text: &str) -> Request {
        let parted = values::part(text, &|word| self.may_name(word));
        let plain: Words = self.words(&parted.text).into_iter().map(|word| self.corrected(word)).collect();
        let content = plain.iter().filter(|word| !is_stop_word(word) && word.chars().all(char::is_alphabetic)).count();
        // `"service tickets"` in quotation marks asks for them all the same.
        let (words, values) = if content >= FEWEST_BESIDE_VALUES || parted.values.is_empty() {
            (plain, self.words(&parted.values.join(" , ")))
        } else {
            (self.words(text).into_iter().map(|word| self.corrected(word)).collect(), Words::new())
        };
        let intent = read_intent(&words, text);
        let mut intents = vec![intent.intent];
        if intent.verbs.len() >= 3 && words.len() > 30 {
            intents.extend(intent.verbs.iter().copied());
            intents.sort_unstable();
            intents.dedup();
        }
        let verb = intent.at.and_then(|at| words.get(at)).map(|word| stem(word));
        let mut items = self.items(&words, intent.at);
        self.add_meanings(&mut items);
        let beside = (words.len() + 1..).zip(&values).filter(|(_, word)| !is_stop_word(word));
        items.extend(beside.filter(|(_, word)| word.chars().count() > 1).map(|(at, word)| {
            let stem = stem(word);
            let term = self.terms.id(&stem);
            Item { stem, term, zone: Zone::Aside, at, word: word.clone(), meanings: Vec::new() }
        }));
        let head = items
            .iter()
            .rposition(|item| item.zone == Zone::Target && !item.word.chars().all(char::is_numeric))
            .or_else(|| items.len().checked_sub(1));

        let numbered = self.numbered(&words, &items);
        let joined = format!(" {} ", words.join(" "));
        let head_word = head.map_or("", |head| items[head].word.as_str());
        let head_is_numbered = head.is_some_and(|head| items[head].terms().any(|(term, _)| numbered.contains(&term)));
        let wants_every = has_any(&joined, &["all", "list", "lists", "every"]);
        let wants_one = !wants_every
            && (has_any(
                &joined,
                &["single", "particular", "individual", "by id", "by number", "full detail", "full details"],
            ) || by_key(&words)
                || head_is_numbered);
        // Who knows a thing by anything but its number can only filter the list for it.
        let is_looked_up = intent.intent == Intent::Read
            && (!parted.values.is_empty()
                || has_any(&joined, &["named", "called", "whose", "by name"])
                || asks_for_key(&words));
        let wants_many = !wants_one
            && (wants_every
                || is_looked_up
                || has_any(&joined, &["search", "find", "any"])
                || singular(head_word) != head_word);

        let mut stems: HashSet<String> = items.iter().map(|item| item.stem.clone()).collect();
        let mut weights = vec![0.0; self.terms.len()];
        let mut target_weights = vec![0.0; self.terms.len()];
        let mut filter_terms = HashSet::new();
        // The words first, so that a word which is also another's meaning counts in full.
        for of_meanings in [false, true] {
            for item in &items {
                for (term, weight) in item.terms().filter(|(_, weight)| (*weight < 1.0) == of_meanings) {
                    raise(&mut weights, term, weight);
                    if item.zone == Zone::Target {
                        raise(&mut target_weights, term, weight);
                    }
                    if item.zone == Zone::Filter {
                        filter_terms.insert(term);
                    }
                }
            }
        }
        if let Some(verb) = &verb {
            let weight = if TABLES.action_stems.contains(verb) { 1.0 } else { 0.3 };
            for (stem, weight) in [(Some(verb.as_str()), weight), (TABLES.synonym(verb), MEANING_WEIGHT)] {
                if let Some(term) = stem.and_then(|stem| self.terms.id(stem))
                    && weights[term as usize] == 0.0
                {
                    weights[term as usize] = weight;
                }
            }
            stems.insert(verb.clone());
        }
        let pairs = items
            .windows(2)
            .filter(|pair| pair[1].at == pair[0].at + 1)
            .filter_map(|pair| Some((pair[0].term?, pair[1].term?)))
            .collect();
        Request {
            intents,
            is_sure: intent.is_sure,
            text: self.gloss(&words),
            items,
            head,
            wants_one,
            wants_many,
            stems,
            weights,
            target_weights,
            filter_terms,
            pairs,
            numbered,
        }
    }

    /// Lower-case words, abbreviations written out; marks that end a phrase are words of their own.
    fn words(&self, text: &str) -> Words {
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
    fn may_name(&self, word: &str) -> bool {
        let stem = stem(word);
        self.terms.is_path_word(&stem)
            || TABLES.is_verb_like(word)
            || TABLES.filter.contains(word)
            || TABLES.question.contains(word)
            || is_stop_word(word)
            || self.lexicon.meaning(&stem).is_some()
            || self.lexicon.abbreviation(word).is_some()
    }

    /// The word of the API that a mistyped word stands for; others come back as they are.
    fn corrected(&self, word: String) -> String {
        let plain = (5..=LONGEST_WORD).contains(&word.len()) && word.chars().all(|c| c.is_ascii_alphabetic());
        if !plain {
            return word;
        }
        let stem = stem(&word);
        let known = self.terms.id(&stem).is_some()
            || TABLES.is_verb_like(&word)
            || self.lexicon.meaning(&stem).is_some()
            || (self.is_english)(&word)
            || (self.is_english)(&singular(&word));
        if known {
            return word;
        }
        // One slip in a short word, two in a longer one (Damerau 1964: four of five typing errors are one slip).
        let allowed = if word.len() < 7 { 1 } else { 2 };
        let verbs = VERBS.iter().flat_map(|(_, list)| list.split_whitespace()).filter(|verb| verb.len() > 3);
        let mut best: Option<(usize, &str)> = None;
        let first = word.as_bytes().first().copied().unwrap_or(0);
        for known in self.terms.spellings(first).iter().map(String::as_str).chain(verbs) {
            if known.as_bytes().first() != word.as_bytes().first() || known.len().abs_diff(word.len()) > 2 {
                continue;
            }
            let distance = strsim::osa_distance(&word, known);
            if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, known));
            }
        }
        best.map_or(word, |(_, known)| known.to_owned())
    }

    fn items(&self, words: &Words, verb_at: Option<usize>) -> Vec<Item> {
        let after_verb = |at: usize| verb_at.is_none_or(|verb| at > verb);
        let mut zone = Zone::Target;
        let mut items: Vec<Item> = Vec::new();
        let mut target_begun = false;
        let mut brackets = 0_usize;
        for (at, word) in words.iter().enumerate() {
            match word.as_str() {
                "(" => brackets += 1,
                ")" => brackets = brackets.saturating_sub(1),
                _ => {}
            }
            if !word.chars().all(char::is_alphanumeric) {
                if target_begun && after_verb(at) {
                    match word.as_str() {
                        "." | ";" | "-" | ":" => zone = zone.max(Zone::Aside),
                        "," => zone = zone.max(Zone::Filter),
                        _ => {}
                    }
                }
                continue;
            }
            if target_begun && matches!(word.as_str(), "including" | "eg" | "returns") {
                zone = zone.max(Zone::Aside);
            } else if target_begun && after_verb(at) && TABLES.filter.contains(word.as_str()) {
                zone = zone.max(Zone::Filter);
            }
            if Some(at) == verb_at || is_stop_word(word) || word.chars().count() < 2 {
                continue;
            }
            let stem = stem(word);
            let own_zone = if brackets > 0 || TABLES.light.contains(&stem) {
                Zone::Aside
            } else if !after_verb(at) {
                // What comes before the verb is circumstance.
                Zone::Filter
            } else {
                zone
            };
            target_begun |= own_zone == Zone::Target;
            let term = self.terms.id(&stem);
            items.push(Item { stem, term, zone: own_zone, at, word: word.clone(), meanings: Vec::new() });
        }
        if !target_begun {
            for item in items.iter_mut().filter(|item| item.zone == Zone::Filter) {
                item.zone = Zone::Target;
            }
        }
        items
    }

    /// Trade words, the longest phrase first, and names of actions.
    fn add_meanings(&self, items: &mut [Item]) {
        let mut at = 0;
        while at < items.len() {
            let mut taken = 1;
            for length in (1..=LONGEST_PHRASE.min(items.len() - at)).rev() {
                let phrase = &items[at..at + length];
                let close = phrase[length - 1].at - phrase[0].at <= length;
                let key = phrase.iter().map(|item| item.stem.as_str()).collect::<Vec<_>>().join(" ");
                if let Some(meaning) = self.lexicon.meaning(&key).filter(|_| close) {
                    let terms: Vec<TermId> = meaning.stems.iter().filter_map(|stem| self.terms.id(stem)).collect();
                    for item in &mut items[at..at + length] {
                        item.meanings.extend(&terms);
                    }
                    taken = length;
                    break;
                }
            }
            at += taken;
        }
        for item in items {
            let synonym = TABLES.synonym(&item.stem).and_then(|stem| self.terms.id(stem));
            item.meanings.extend(synonym);
            item.meanings.sort_unstable();
            item.meanings.dedup();
        }
    }

    /// Terms that a number follows, directly or behind words that lead to a key: `the asset with id 7`.
    fn numbered(&self, words: &Words, items: &[Item]) -> HashSet<TermId> {
        let mut stems = HashSet::new();
        for at in 1..words.len() {
            if words[at].chars().all(|c| c.is_ascii_digit()) {
                let before = words[..at].iter().rev().take(WORDS_BEFORE_NUMBER);
                stems.extend(before.map(String::as_str).find(|word| !KEY_WORDS.contains(word)).map(stem));
            }
        }
        let mut numbered: HashSet<TermId> = stems.iter().filter_map(|stem| self.terms.id(stem)).collect();
        for item in items.iter().filter(|item| stems.contains(&item.stem)) {
            numbered.extend(item.terms().map(|(term, _)| term));
        }
        numbered
    }

    /// The words, behind each phrase of the trade a slash and the API's words, where paths of the index have them. What the
    /// request says in those words already, or was told before, is not said again: every word piece takes the model .08 ms
    /// (`benches/README.md`). Brackets instead of the slash, and repeating, rank no better: hit@1 .717 and recall@10 .898 over 858
    /// requests with each source left out, beside .716 and .901.
    fn gloss(&self, words: &Words) -> String {
        let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
        let mut said: HashSet<String> = stems.iter().cloned().collect();
        let mut out: Vec<&str> = Vec::with_capacity(words.len());
        let mut at = 0;
        while at < words.len() {
            let meaning = (1..=LONGEST_PHRASE.min(words.len() - at)).rev().find_map(|length| {
                let meaning = self.lexicon.meaning(&stems[at..at + length].join(" "))?;
                let its_stems: Vec<String> = split(&meaning.words).iter().map(|word| stem(word)).collect();
                its_stems.iter().all(|stem| self.terms.is_path_word(stem)).then_some((length, meaning, its_stems))
            });
            let length = meaning.as_ref().map_or(1, |(length, ..)| *length);
            out.extend(words[at..at + length].iter().map(String::as_str));
            if let Some((_, meaning, its_stems)) = meaning
                && !its_stems.iter().all(|stem| said.contains(stem))
            {
                out.extend(["/", &meaning.words]);
                said.extend(its_stems);
            }
            at += length;
        }
        out.join(" ")
    }
}

fn raise(weights: &mut [f32], term: TermId, weight: f32) {
    if let Some(known) = weights.get_mut(term as usize) {
        *known = known.max(weight);
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

fn has_any(joined: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| joined.contains(&format!(" {phrase} ")))
}

/// `by ticket id`, `by its number`.
fn by_key(words: &Words) -> bool {
    words.windows(3).any(|three| three[0] == "by" && matches!(three[2].as_str(), "id" | "number"))
}

/// Whether the key itself is asked for: `find the id of the board`, but not `the board by its id`.
fn asks_for_key(words: &Words) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        matches!(word.as_str(), "id" | "ids")
            && !words.get(at + 1).is_some_and(|next| next.chars().all(|c| c.is_ascii_digit()))
            && !words[at.saturating_sub(WORDS_BEFORE_KEY)..at].iter().any(|before| KEY_GIVEN.contains(&before.as_str()))
    })
}

/// Words that say the key is known, and how many words before it they may stand.
const KEY_GIVEN: [&str; 10] = ["by", "using", "given", "with", "from", "for", "its", "specified", "specific", "via"];
const WORDS_BEFORE_KEY: usize = 4;
