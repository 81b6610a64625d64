//! Does any of the best hits fit the request, or are they merely the least far off?

use super::query::{Answer, Hit, Mode};

/// Hits that are looked at: where one of them fits, the request is no nonsense.
const LOOKED_AT: usize = 3;

/// The cosine below which a text without a word of the request means something else. Of 30 requests that are none of an API
/// ("recipe for pancakes") the nearest has .32; of the development requests all but one share a word, and that one has .56.
const FAR: f32 = 0.35;

/// The share of the ranking below which the first hit stands out from none: the development requests begin at .16.
const UNSURE: f32 = 0.15;

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
    /// How well the best hits fit. Only the ranking by meaning tells: words alone find nothing that has none of them.
    pub fn fit(&self) -> Fit {
        let best = &self.hits[..self.hits.len().min(LOOKED_AT)];
        let Some(first) = best.first() else { return Fit::Nothing };
        if self.mode != Mode::Hybrid || self.reduced.is_some() || best.iter().any(|hit| hit.remembered.is_some()) {
            return Fit::Good;
        }
        let is_far = |hit: &Hit| hit.why.keyword.is_none() && hit.why.semantic.is_none_or(|cosine| cosine < FAR);
        if best.iter().all(is_far) {
            Fit::Nothing
        } else if first.score < UNSURE {
            Fit::Weak
        } else {
            Fit::Good
        }
    }
}
