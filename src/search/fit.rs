//! Does any of the best hits fit the request, or are they merely the least far off?

use super::query::{Answer, Hit, Mode};

/// Hits that are looked at: where one of them fits, the request is no nonsense.
const LOOKED_AT: usize = 3;

/// The cosine below which a text without a word of the request means something else. Of 70 requests that are chat and 70 that are
/// nonsense 19 of 20 have a first hit below .4; of judged requests whose first hit is right 19 of 20 are above .36.
const FAR: f32 = 0.35;

/// The weights of [`SIGNS`] for the logarithm of the odds that the first hit is right, by logistic regression: judged requests whose
/// first hit is right against half of the requests that nothing answers (`cargo bench --bench abstain -- --fit`).
const BY_MEANING: [f32; SIGNS.len()] = [-10.48, 3.2, -0.63, 1.46, 13.51, -0.75, 5.07];
const BY_WORDS: [f32; SIGNS.len()] = [-6.21, 4.63, -1.52, 0.0, 0.0, 1.92, 5.34];

/// The probability below which the first hit is weak: so that one of twenty right ones is, with the file of its request left out.
/// The other half of the requests that nothing answers measures it (docs/accuracy.md).
const UNSURE: f32 = 0.29;
const UNSURE_BY_WORDS: f32 = 0.156;

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

/// What an answer shows of how well its first hit fits, in the order of [`Answer::signs`].
pub const SIGNS: [&str; 7] = ["always", "share", "lead", "cosine", "gloss", "named", "named_best"];

impl Answer {
    /// 1; the first hit's share of the ranking, and how far it is before the second's; the cosines of request and document, request and
    /// gloss, 0 where words alone rank; the share of the request that the first hit has anywhere, and the most that one of the best
    /// hits has. `None` without a hit, and where meaning alone ranks.
    pub fn signs(&self) -> Option<[f32; SIGNS.len()]> {
        let best = &self.hits[..self.hits.len().min(LOOKED_AT)];
        let first = best.first()?;
        let named = first.why.named?;
        let lead = first.score - best.get(1).map_or(0.0, |second| second.score);
        let (cosine, gloss) = (first.why.semantic.unwrap_or(0.0), first.why.gloss.unwrap_or(0.0));
        let named_best = best.iter().filter_map(|hit| hit.why.named).fold(named, f32::max);
        Some([1.0, first.score, lead, cosine, gloss, named, named_best])
    }

    /// The probability that the first hit is right, as far as [`Self::signs`] tell it.
    pub fn sureness(&self) -> Option<f32> {
        let weights = match self.mode {
            Mode::Hybrid => BY_MEANING,
            Mode::Keyword => BY_WORDS,
            Mode::Semantic => return None,
        };
        let odds: f32 = self.signs()?.iter().zip(weights).map(|(sign, weight)| sign * weight).sum();
        Some(1.0 / (1.0 + (-odds).exp()))
    }

    /// How well the best hits fit. Ranking by meaning alone does not tell.
    pub fn fit(&self) -> Fit {
        let best = &self.hits[..self.hits.len().min(LOOKED_AT)];
        if best.is_empty() {
            return Fit::Nothing;
        }
        if best.iter().any(|hit| hit.remembered.is_some()) {
            return Fit::Good;
        }
        let is_far = |hit: &Hit| hit.why.keyword.is_none() && hit.why.semantic.is_none_or(|cosine| cosine < FAR);
        if self.mode == Mode::Hybrid && best.iter().all(is_far) {
            return Fit::Nothing;
        }
        let least = if self.mode == Mode::Keyword { UNSURE_BY_WORDS } else { UNSURE };
        if self.sureness().is_some_and(|sureness| sureness < least) { Fit::Weak } else { Fit::Good }
    }
}
