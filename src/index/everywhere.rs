//! How well do the words of a request fit every operation, wherever the words stand?
//!
//! BM25 of paths and texts is what ranking by meaning looks at too. Without vectors the plain words of the resources and the names
//! of fields find what is called by no word of its path.

use super::bm25::Places;
use super::terms::TermIndex;
use super::{Score, TermId};

/// How much a match in the plain words of a resource counts beside one in the path or a text, and one in the names of fields.
const GLOSS_SHARE: f32 = 0.6;
const FIELD_SHARE: f32 = 0.1;

/// How well the words of a request fit, each larger for a better match and 0 where no word is there.
#[derive(Debug, Default)]
pub struct WordScores {
    /// BM25 of paths and texts, by [`super::DocId`].
    pub documents: Vec<Score>,
    /// BM25 of the glosses, by [`super::GlossId`].
    pub glosses: Vec<Score>,
    /// Both and the names of fields together, by [`super::DocId`].
    pub everywhere: Vec<Score>,
}

impl TermIndex {
    /// Scores every operation for weighted words.
    pub fn everywhere(&self, request: &[(TermId, f32)]) -> WordScores {
        let mut documents = Vec::new();
        self.bm25(request.iter().copied(), &mut documents);
        let places = self.derived.places.get_or_init(|| Places::of(self.words.len(), &self.glosses, &self.field_sets));
        let mut glosses = vec![0.0; self.glosses.len()];
        let mut fields = vec![0.0; self.field_sets.len()];
        let sets = self.field_sets.len() as f32;
        for (word, weight) in request {
            let idf = self.gloss_idf(*word);
            for (gloss, worth) in places.glosses_with(*word) {
                glosses[gloss as usize] += weight * idf * worth;
            }
            let with_word = places.field_sets_with(*word);
            let idf = (1.0 + sets / (1.0 + with_word.len() as f32)).ln();
            for set in with_word {
                fields[*set as usize] += weight * idf;
            }
        }
        let score = |number: Option<u32>, scores: &[Score]| {
            number.and_then(|number| scores.get(number as usize)).copied().unwrap_or(0.0)
        };
        let everywhere = self.documents.iter().zip(&documents).map(|(document, bm25)| {
            bm25 + GLOSS_SHARE * score(document.gloss, &glosses)
                + FIELD_SHARE * score(Some(document.field_set), &fields)
        });
        WordScores { everywhere: everywhere.collect(), documents, glosses }
    }
}
