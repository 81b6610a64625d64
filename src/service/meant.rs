//! Does a request mean a kept call as it stands, and if not, how do they differ?
//!
//! Words decide where they can. Where a request says something in words of its own, meaning decides: the request must be nearer
//! the description than the description without what it leaves out, and its own words must not lead away from the description.
//! What the request is about is ranking's to say, for the kept operation beside the one that ranks first.

use std::borrow::Cow;

use crate::document::words::{split, stem};
use crate::embed::Embedder;
use crate::error::Error;
use crate::index::{DocId, Score, dot};
use crate::memory::naming::{self, Naming};
use crate::memory::remainder::Meaning;
use crate::memory::{Pattern, beginning};
use crate::openapi::Method;
use crate::search::{Deed, Reading, Searcher, Shares, without_past_verb};
use crate::store::OperationRow;

/// Most that the request's own words may lead away from the description, where it leaves out none of the description's. Of 136
/// requests for something else two led away less, and of 60 in other words two led away more.
const MOST_STRAY: Score = 0.03;

/// A request beside the kept calls of one search.
pub(super) struct Asked<'a> {
    searcher: &'a Searcher,
    model: &'a dyn Embedder,
    text: Cow<'a, str>,
    reading: Option<Reading>,
    /// The operation that ranks first.
    best: Option<DocId>,
}

/// A kept call as a request sees it.
pub(super) struct Beside {
    pub naming: Naming,
    /// Whether the request means the call as it stands.
    pub is_meant: bool,
    /// How it asks for something else altogether, as a sentence.
    pub other: Option<&'static str>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(searcher: &'a Searcher, model: &'a dyn Embedder, text: &'a str, shares: &Shares) -> Self {
        let best = shares.first().map(|(doc, _)| *doc);
        let reading = searcher.reading(text, model);
        Self { searcher, model, text: without_past_verb(text), reading, best }
    }

    /// Compares the request with a kept call.
    pub(super) fn beside(&self, pattern: &Pattern, operation: &OperationRow) -> Result<Beside, Error> {
        let words = format!("{} {}", operation.path, operation.summary);
        let phrases = [&*self.text, pattern.description.as_str()].map(|text| self.searcher.phrases(text)).concat();
        let meanings: Vec<Meaning> =
            phrases.into_iter().map(|one| Meaning { phrase: one.phrase, words: one.words }).collect();
        let naming = naming::compare(&self.text, pattern, &words, &meanings);
        let other = if self.asks_for_another_deed(pattern) {
            Some(if pattern.method == Method::Get {
                "the request changes something, and this call only reads"
            } else {
                "the request only reads, and this call changes something"
            })
        } else {
            let is_another = self.is_about_another(pattern, operation, &naming);
            is_another.then_some("the request is about other records than those of this call")
        };
        let is_meant = other.is_none() && naming.names_all() && self.is_meant(pattern, operation, &naming)?;
        Ok(Beside { naming, is_meant, other })
    }

    /// Whether the request reads where the call writes, or the other way round.
    fn asks_for_another_deed(&self, pattern: &Pattern) -> bool {
        let Some(deed) = self.reading.as_ref().and_then(Reading::deed) else { return false };
        let of_call = if pattern.method == Method::Get { Deed::Read } else { Deed::Write };
        // `schedule of somebody` is no order beside `schedule entries`, nor `open P1 tickets` one beside `critical open tickets`.
        let first = self.text.split_whitespace().next().unwrap_or_default();
        let mut words = pattern.description.split_whitespace();
        deed != of_call && !words.any(|word| word.eq_ignore_ascii_case(first))
    }

    fn is_about_another(&self, pattern: &Pattern, operation: &OperationRow, naming: &Naming) -> bool {
        let (Some(reading), Some(best)) = (&self.reading, self.best) else { return false };
        // What the call knows is what it left nothing of among the request's own words.
        let besides: Vec<String> = naming.besides.iter().flat_map(|word| split(word)).map(|word| stem(&word)).collect();
        let described: Vec<String> = split(&pattern.description).iter().map(|word| stem(word)).collect();
        let knows = |word: &str| described.iter().any(|one| one == word) || !besides.iter().any(|one| one == word);
        let is_field = |word: &str| naming.fields.contains(word);
        self.searcher.is_about_another(reading, best, operation.doc, knows, is_field, naming::is_state)
    }

    fn is_meant(&self, pattern: &Pattern, operation: &OperationRow, naming: &Naming) -> Result<bool, Error> {
        let asked = self.model.embed_query(&self.text)?;
        let described = self.model.embed_query(beginning(&pattern.description))?;
        let like = |to: &[f32], text: &str| Ok::<Score, Error>(dot(to, &self.model.embed_query(text)?));
        let whole = dot(&asked, &described);
        if naming.is_wordless {
            let [records, last] = bare_records(&operation.path);
            if whole <= like(&asked, &records)?.max(like(&asked, &last)?) {
                return Ok(false);
            }
        }
        let [description, request] = &naming.bare;
        // What the words that only one of them has do for the likeness: those of the description raise it where the request means
        // them, and those of the request lower it where they mean something else.
        let stray = if naming.besides.is_empty() { 0.0 } else { like(&described, request)? - whole };
        let [asked_kind, own_kind] = &naming.kinds;
        if !asked_kind.is_empty() && naming.left_out.is_empty() && naming.knows_no_kind {
            return Ok(false);
        }
        // `default contacts` is no nearer to `active contacts` than contacts are: then one does not stand for the other.
        if !asked_kind.is_empty() && !own_kind.is_empty() {
            let [_, records] = bare_records(&operation.path);
            let of = |kind: &[String]| format!("{} {records}", kind.join(" ").to_lowercase());
            let own = self.model.embed_query(&of(own_kind))?;
            if like(&own, &of(asked_kind))? <= like(&own, &records)? {
                return Ok(false);
            }
        }
        Ok(match (naming.left_out.is_empty(), naming.besides.is_empty()) {
            (true, is_all) => is_all || stray <= MOST_STRAY,
            // Nothing stands in the place of what is left out.
            (false, true) => false,
            (false, false) => whole - like(&asked, description)? >= stray,
        })
    }
}

/// The bare names of a path's records: `tickets` asks for all of them, whatever a description has of tickets.
fn bare_records(path: &str) -> [String; 2] {
    let literals: Vec<String> = path
        .split('/')
        .filter(|segment| !segment.is_empty() && !segment.contains('{'))
        .map(|segment| split(segment).join(" "))
        .collect();
    [literals.join(" "), literals.last().cloned().unwrap_or_default()]
}

/// Says how a kept call differs from what a request asks for, besides the values that are left open; empty where it does not.
pub(super) fn differences(Beside { naming, is_meant, other }: &Beside) -> Vec<String> {
    if *is_meant {
        return Vec::new();
    }
    let list = |words: &[String]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let mut told: Vec<String> = other.iter().map(|told| (*told).to_owned()).collect();
    if let Some(quantity) = naming.quantity {
        told.push(format!("the request asks for {}, which this call does not give", quantity.name()));
    }
    if !naming.left_out.is_empty() {
        told.push(format!("this call keeps to {}, which the request does not say", list(&naming.left_out)));
    }
    if !naming.besides.is_empty() {
        told.push(format!("the request says {}, which this call does not heed", list(&naming.besides)));
    }
    if naming.says_more {
        told.push("the request names somebody, something or a time that this call does not heed".to_owned());
    }
    told
}
