//! How much does each term of the index count in a request?

use std::collections::HashSet;

use super::tables::TABLES;
use super::{Item, MEANING_WEIGHT, Reader, Zone};
use crate::index::TermId;

/// How much a verb counts that is no name of an action.
const VERB_WEIGHT: f32 = 0.3;

/// The terms of a request.
pub(super) struct RequestTerms {
    /// The weight of each, by [`TermId`].
    pub(super) weights: Vec<f32>,
    /// The same of the target phrase alone.
    pub(super) target_weights: Vec<f32>,
    /// Those of the words that narrow down.
    pub(super) filter: HashSet<TermId>,
}

impl Reader<'_> {
    /// The terms of the telling words and of the verb, which is a stem.
    pub(super) fn request_terms(&self, items: &[Item], verb: Option<&str>) -> RequestTerms {
        let mut weights = vec![0.0; self.terms.len()];
        let mut target_weights = vec![0.0; self.terms.len()];
        let mut filter = HashSet::new();
        // The words first, so that a word which is also another's meaning counts in full.
        for of_meanings in [false, true] {
            for item in items {
                for (term, weight) in item.terms().filter(|(_, weight)| (*weight < 1.0) == of_meanings) {
                    raise(&mut weights, term, weight);
                    if item.zone == Zone::Target {
                        raise(&mut target_weights, term, weight);
                    }
                    if item.zone == Zone::Filter {
                        filter.insert(term);
                    }
                }
            }
        }
        if let Some(verb) = verb {
            let weight = if TABLES.action_stems.contains(verb) { 1.0 } else { VERB_WEIGHT };
            for (stem, weight) in [(Some(verb), weight), (TABLES.synonym(verb), MEANING_WEIGHT)] {
                if let Some(term) = stem.and_then(|stem| self.terms.id(stem))
                    && weights[term as usize] == 0.0
                {
                    weights[term as usize] = weight;
                }
            }
        }
        RequestTerms { weights, target_weights, filter }
    }
}

fn raise(weights: &mut [f32], term: TermId, weight: f32) {
    if let Some(known) = weights.get_mut(term as usize) {
        *known = known.max(weight);
    }
}
