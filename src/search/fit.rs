//! Does any of the best hits fit the request, or are they merely the least far off?

use super::query::{Answer, Hit, Mode};

/// Hits that are looked at: where one of them fits, the request is no nonsense.
const LOOKED_AT: usize = 3;

/// The cosine below which a text without a word of the request means something else. Of 30 requests that are none of an API
/// ("recipe for pancakes") the nearest has .32; of the development requests all but one share a word, and that one has .56.
const FAR: f32 = 0.35;

/// The share of the ranking below which the first hit stands out from none: the development requests begin at .16.
const UNSURE: f32 = 0.15;

/// The share of the request that the first hit has below which words alone find no right one. Of the 208 development requests 3 are
/// below it, of those whose first hit is right 2; of 64 requests that are none of an API 54 find nothing or are below it. Of 408 whose
/// first hit is right among the 650 judged ones, which say things their own way, 26 are.
const LITTLE: f32 = 0.4;

/// The share of the ranking by words below which its first hit stands out from none.
const UNSURE_BY_WORDS: f32 = 0.1;

/// How well the best hits fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// As the answers to real requests do.
    Good,
    /// No hit stands out.
    Weak,
    /// No hit has a word of the request, and none means anything like it.
    Nothing,
}

impl Answer {
    /// How well the best hits fit. Ranking by meaning alone does not tell.
    pub fn fit(&self) -> Fit {
        let best = &self.hits[..self.hits.len().min(LOOKED_AT)];
        let Some(first) = best.first() else { return Fit::Nothing };
        if best.iter().any(|hit| hit.remembered.is_some()) {
            return Fit::Good;
        }
        let is_weak = match self.mode {
            Mode::Semantic => false,
            Mode::Keyword => first.score < UNSURE_BY_WORDS || first.why.named.is_some_and(|named| named < LITTLE),
            Mode::Hybrid => {
                let is_far =
                    |hit: &Hit| hit.why.keyword.is_none() && hit.why.semantic.is_none_or(|cosine| cosine < FAR);
                if best.iter().all(is_far) {
                    return Fit::Nothing;
                }
                first.score < UNSURE
            }
        };
        if is_weak { Fit::Weak } else { Fit::Good }
    }
}
