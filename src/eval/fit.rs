//! Which weights put the right operations first? A listwise fit of the linear ranker.
//!
//! Cross entropy between the softmax of the candidates' scores and the judged shares (ListNet's top-one probability, Cao et
//! al. 2007), with an L2 penalty on standardised signals and each weight held on its signal's side. Convex, so the same
//! judgements give the same weights; solved by accelerated projected gradient steps (FISTA, Beck and Teboulle 2009).

use crate::search::signals::{COUNT, Direction, Features, SIGNALS};

/// The candidates of one judged request.
#[derive(Clone, Debug)]
pub struct Example {
    /// One row per candidate.
    pub rows: Vec<Features>,
    /// The judged grade of each: 2 exact, 1 acceptable, 0 neither.
    pub grades: Vec<u8>,
}

/// What an acceptable answer is worth beside an exact one. Measured with a source left out: 0, .15 and .3 are alike within a
/// point of hit@1.
const ACCEPTABLE: f32 = 0.15;

/// Strength of the L2 penalty on standardised signals. Measured likewise: .003 to .1 are alike within two points of hit@1.
const PENALTY: f64 = 0.01;

/// Steps of the solver; the loss changes in its sixth digit by then.
const STEPS: usize = 400;

/// Fits weights on raw signals. Signals whose `mask` is false weigh nothing. Examples without a judged candidate teach
/// nothing and are passed over; of none at all the weights are zero.
pub fn fit(examples: &[&Example], mask: &[bool; COUNT]) -> Features {
    let usable: Vec<(&Example, Vec<f64>)> =
        examples.iter().filter_map(|example| Some((*example, shares(example)?))).collect();
    let (mean, deviation) = moments(&usable);
    // Rows flattened and standardised once: the solver reads them some hundred times.
    let mut rows: Vec<[f64; COUNT]> = Vec::new();
    let mut targets: Vec<f64> = Vec::new();
    let mut ends: Vec<usize> = Vec::new();
    for (example, shares) in &usable {
        for row in &example.rows {
            let mut standard = [0.0; COUNT];
            for at in 0..COUNT {
                if mask[at] {
                    standard[at] = (f64::from(row[at]) - mean[at]) / deviation[at];
                }
            }
            rows.push(standard);
        }
        targets.extend(shares);
        ends.push(rows.len());
    }
    let problem = Problem { rows: &rows, targets: &targets, ends: &ends };
    let mut weights = [0.0; COUNT];
    if !ends.is_empty() {
        weights = problem.solve();
    }
    let mut out = [0.0; COUNT];
    for at in 0..COUNT {
        out[at] = (weights[at] / deviation[at]) as f32;
    }
    out
}

/// The share of each candidate in the judged answers; `None` where none is an answer.
fn shares(example: &Example) -> Option<Vec<f64>> {
    let worth = |grade: &u8| match grade {
        0 => 0.0,
        1 => f64::from(ACCEPTABLE),
        _ => 1.0,
    };
    let values: Vec<f64> = example.grades.iter().map(worth).collect();
    let total: f64 = values.iter().sum();
    (total > 0.0).then(|| values.iter().map(|value| value / total).collect())
}

fn moments(examples: &[(&Example, Vec<f64>)]) -> ([f64; COUNT], [f64; COUNT]) {
    let mut sum = [0.0; COUNT];
    let mut squares = [0.0; COUNT];
    let mut count = 0.0_f64;
    for row in examples.iter().flat_map(|(example, _)| &example.rows) {
        count += 1.0;
        for at in 0..COUNT {
            let value = f64::from(row[at]);
            sum[at] += value;
            squares[at] += value * value;
        }
    }
    let count = count.max(1.0);
    let mut deviation = [1.0; COUNT];
    for at in 0..COUNT {
        sum[at] /= count;
        // A signal that never changes tells nothing; the floor keeps it from being blown up.
        deviation[at] = (squares[at] / count - sum[at] * sum[at]).max(0.0).sqrt() + 1e-6;
    }
    (sum, deviation)
}

struct Problem<'a> {
    rows: &'a [[f64; COUNT]],
    targets: &'a [f64],
    /// Where each example's rows end.
    ends: &'a [usize],
}

impl Problem<'_> {
    fn solve(&self) -> [f64; COUNT] {
        let mut weights = [0.0; COUNT];
        let mut ahead = weights;
        let mut momentum = 1.0_f64;
        let mut step = 1.0_f64;
        for _ in 0..STEPS {
            let (loss, gradient) = self.loss(&ahead);
            // Backtracking: halve the step until the quadratic bound holds.
            let next = loop {
                let mut next = [0.0; COUNT];
                for at in 0..COUNT {
                    next[at] = allowed(at, ahead[at] - step * gradient[at]);
                }
                let mut bound = loss;
                for at in 0..COUNT {
                    let moved = next[at] - ahead[at];
                    bound += gradient[at] * moved + moved * moved / (2.0 * step);
                }
                if step < 1e-9 || self.loss(&next).0 <= bound + 1e-12 {
                    break next;
                }
                step /= 2.0;
            };
            let following = f64::midpoint(1.0, (1.0 + 4.0 * momentum * momentum).sqrt());
            for at in 0..COUNT {
                ahead[at] = next[at] + (momentum - 1.0) / following * (next[at] - weights[at]);
            }
            let moved: f64 = (0..COUNT).map(|at| (next[at] - weights[at]).abs()).sum();
            weights = next;
            momentum = following;
            if moved < 1e-6 {
                break;
            }
        }
        weights
    }

    /// The penalised mean cross entropy and its gradient.
    fn loss(&self, weights: &[f64; COUNT]) -> (f64, [f64; COUNT]) {
        let mut loss = 0.0;
        let mut gradient = [0.0; COUNT];
        let mut start = 0;
        let mut scores = Vec::new();
        for &end in self.ends {
            scores.clear();
            let mut largest = f64::NEG_INFINITY;
            for row in &self.rows[start..end] {
                let score: f64 = row.iter().zip(weights).map(|(value, weight)| value * weight).sum();
                largest = largest.max(score);
                scores.push(score);
            }
            let total: f64 = scores.iter().map(|score| (score - largest).exp()).sum();
            for (at, score) in scores.iter().enumerate() {
                let target = self.targets[start + at];
                let log_share = score - largest - total.ln();
                loss -= target * log_share;
                let slope = log_share.exp() - target;
                if slope.abs() > 1e-9 {
                    for (sum, value) in gradient.iter_mut().zip(&self.rows[start + at]) {
                        *sum += slope * value;
                    }
                }
            }
            start = end;
        }
        let count = self.ends.len().max(1) as f64;
        loss /= count;
        for at in 0..COUNT {
            gradient[at] = gradient[at] / count + 2.0 * PENALTY * weights[at];
            loss += PENALTY * weights[at] * weights[at];
        }
        (loss, gradient)
    }
}

fn allowed(at: usize, weight: f64) -> f64 {
    match SIGNALS[at].direction {
        Direction::For => weight.max(0.0),
        Direction::Against => weight.min(0.0),
        Direction::Either => weight,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three candidates of which the one with the larger first signal is right; the second signal is noise.
    fn examples() -> Vec<Example> {
        (0..40)
            .map(|request| {
                let row = |first: f32, second: f32| {
                    let mut row = [0.0; COUNT];
                    row[0] = first;
                    row[1] = second;
                    row
                };
                let noise = |salt: u32| ((request * 7 + salt * 13) % 5) as f32;
                Example {
                    rows: vec![row(0.9, noise(1)), row(0.4, noise(2)), row(0.3, noise(3))],
                    grades: vec![2, 1, 0],
                }
            })
            .collect()
    }

    #[test]
    fn the_signal_that_tells_gets_the_weight() {
        let examples = examples();
        let weights = fit(&examples.iter().collect::<Vec<_>>(), &[true; COUNT]);
        assert!(weights[0] > 1.0, "{weights:?}");
        assert!(weights[1] >= 0.0 && weights[1] < weights[0] / 10.0, "{weights:?}");
    }

    #[test]
    fn masked_signals_and_wrong_signs_weigh_nothing() {
        let mut examples = examples();
        for row in examples.iter_mut().flat_map(|example| &mut example.rows) {
            row[0] = -row[0];
        }
        let weights = fit(&examples.iter().collect::<Vec<_>>(), &[true; COUNT]);
        assert_eq!(weights[0], 0.0, "a signal that speaks for cannot count against");
        let mut mask = [true; COUNT];
        mask[1] = false;
        assert_eq!(fit(&examples.iter().collect::<Vec<_>>(), &mask)[1], 0.0);
    }

    #[test]
    fn nothing_judged_gives_no_weights() {
        let example = Example { rows: vec![[1.0; COUNT]], grades: vec![0] };
        assert_eq!(fit(&[&example], &[true; COUNT]), [0.0; COUNT]);
        assert_eq!(fit(&[], &[true; COUNT]), [0.0; COUNT]);
    }
}
