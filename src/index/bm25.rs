//! What is an occurrence of a word worth, and which sets of words have it?

use super::TermId;

/// BM25's saturation and length normalisation (Robertson and Zaragoza 2009 give 1.2 to 2 and .5 to .8 as reasonable): the
/// texts are short and of similar length, so the lower ends.
const K1: f32 = 1.2;
const B: f32 = 0.5;

/// The worth of so many occurrences in a text that is `length` times as long as the average.
pub(super) fn saturated(occurrences: f32, length: f32) -> f32 {
    occurrences * (K1 + 1.0) / (occurrences + K1 * (1.0 - B + B * length))
}

/// By word: the glosses and the sets of field names that have it.
#[derive(Debug, Default)]
pub(super) struct Places {
    glosses: Vec<Vec<u32>>,
    field_sets: Vec<Vec<u32>>,
    /// By gloss: what one occurrence of a word is worth.
    worth: Vec<f32>,
}

impl Places {
    /// The tables over all words of an index.
    pub(super) fn of(words: usize, glosses: &[Vec<TermId>], field_sets: &[Vec<TermId>]) -> Self {
        let by_word = |sets: &[Vec<TermId>]| {
            let mut places = vec![Vec::new(); words];
            for (number, set) in (0..).zip(sets) {
                for word in set {
                    if let Some(places) = places.get_mut(*word as usize) {
                        places.push(number);
                    }
                }
            }
            places
        };
        let total: usize = glosses.iter().map(Vec::len).sum();
        let average = (total as f32 / glosses.len().max(1) as f32).max(f32::MIN_POSITIVE);
        let worth = glosses.iter().map(|gloss| saturated(1.0, gloss.len() as f32 / average)).collect();
        Self { glosses: by_word(glosses), field_sets: by_word(field_sets), worth }
    }

    /// The glosses with a word, each with what the word is worth there.
    pub(super) fn glosses_with(&self, word: TermId) -> impl Iterator<Item = (u32, f32)> + '_ {
        let glosses = self.glosses.get(word as usize).map(Vec::as_slice).unwrap_or_default();
        glosses.iter().map(|gloss| (*gloss, self.worth.get(*gloss as usize).copied().unwrap_or(0.0)))
    }

    /// The sets of field names with a word.
    pub(super) fn field_sets_with(&self, word: TermId) -> &[u32] {
        self.field_sets.get(word as usize).map(Vec::as_slice).unwrap_or_default()
    }
}
