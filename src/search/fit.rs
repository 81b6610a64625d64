//! Does the best operation have the words that tell most, or is it only the least bad?

use super::request::{MEANING_WEIGHT, Request};
use crate::index::{DocId, TermIndex};

/// A word that stands in a field name alone says little of what an operation does.
const FIELD_SHARE: f32 = 0.5;

/// Least [`coverage`] of a hit that fits.
pub(super) const LEAST_COVERAGE: f32 = 0.25;

/// The share of a request's telling words that an operation has, each counted by how telling it is and where it stands in the request:
/// from 0 to 1. A word that no operation has counts as one that hardly any has. 0 where nothing tells.
pub(super) fn coverage(terms: &TermIndex, request: &Request, doc: DocId) -> f32 {
    let document = terms.document(doc);
    let parts = [&document.target, &document.parents, &document.domain, &document.action];
    let in_path = |term: &u32| parts.iter().any(|words| words.contains(term));
    let (mut found, mut all) = (0.0, 0.0);
    for item in request.items.iter().filter(|item| item.stem.chars().any(char::is_alphabetic)) {
        let idf = item.terms().map(|(term, _)| terms.idf(term)).reduce(f32::max).unwrap_or(terms.largest_idf());
        let has = |term: u32| {
            terms.has_text(document, term) || document.gloss.is_some_and(|gloss| terms.gloss_has(gloss, term))
        };
        let share = match item.term {
            Some(term) if in_path(&term) || has(term) => 1.0,
            _ if item.meanings.iter().any(in_path) => MEANING_WEIGHT,
            Some(term) if terms.has_field(document, term) => FIELD_SHARE,
            _ => 0.0,
        };
        let weight = item.zone.weight() * idf;
        found += weight * share;
        all += weight;
    }
    if all > 0.0 { found / all } else { 0.0 }
}
