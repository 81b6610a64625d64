//! Which weights tell what a request asks for? Multinomial logistic regression over its words and pairs of words.
//!
//! The same requests give the same weights: they are visited in their order, with steps that shrink by feature (AdaGrad, Duchi et al.
//! 2011) and an L2 penalty.

use std::collections::{BTreeMap, HashMap};

use crate::search::asked::{Asked, COUNT, STEP, features, softmax};

/// One request and what it asks for.
#[derive(Clone, Debug)]
pub struct Order {
    /// The request.
    pub text: String,
    /// What it asks for.
    pub asked: Asked,
}

/// A word or pair in fewer requests tells by accident.
const FEWEST: usize = 3;
/// Times that each request is visited.
const ROUNDS: usize = 40;
/// Strength of the L2 penalty in one round, whatever the number of requests that have a word.
const PENALTY: f32 = 2.0;
/// Length of the first step.
const RATE: f32 = 0.3;

/// The fitted weights of each word and pair.
#[derive(Debug)]
pub struct Fitted(BTreeMap<String, [f32; COUNT]>);

/// Fits the weights.
pub fn fit(orders: &[&Order]) -> Fitted {
    let all: Vec<Vec<String>> = orders.iter().map(|order| features(&order.text)).collect();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for feature in all.iter().flatten() {
        *found.entry(feature).or_default() += 1;
    }
    found.retain(|_, times| *times >= FEWEST);
    let penalties: Vec<f32> = found.values().map(|times| PENALTY / *times as f32).collect();
    let names: Vec<&str> = found.into_keys().collect();
    let number: HashMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let known: Vec<Vec<usize>> =
        all.iter().map(|words| words.iter().filter_map(|word| number.get(word.as_str()).copied()).collect()).collect();
    let mut weights = vec![[0.0_f32; COUNT]; names.len()];
    let mut moved = vec![[1e-6_f32; COUNT]; names.len()];
    for _ in 0..ROUNDS {
        for (order, known) in orders.iter().zip(&known) {
            let mut scores = [0.0; COUNT];
            for &feature in known {
                for (score, weight) in scores.iter_mut().zip(&weights[feature]) {
                    *score += weight;
                }
            }
            let mut slopes = softmax(scores);
            slopes[order.asked as usize] -= 1.0;
            for &feature in known {
                for at in 0..COUNT {
                    let slope = slopes[at] + penalties[feature] * weights[feature][at];
                    moved[feature][at] += slope * slope;
                    weights[feature][at] -= RATE * slope / moved[feature][at].sqrt();
                }
            }
        }
    }
    Fitted(names.into_iter().map(str::to_owned).zip(weights).collect())
}

impl Fitted {
    /// What a request most likely asks for.
    pub fn most_likely(&self, request: &str) -> Asked {
        let mut scores = [0.0; COUNT];
        for weights in features(request).iter().filter_map(|feature| self.0.get(feature)) {
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += weight;
            }
        }
        let best = (0..COUNT).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        Asked::ALL[best.unwrap_or_default()]
    }

    /// The lines of `asked.tsv`. What rounds to nothing is left out, but for the mark of the beginning.
    pub fn lines(&self) -> String {
        let mut out = String::new();
        for (feature, weights) in &self.0 {
            let steps = weights.map(|weight| (weight / STEP).round().clamp(-127.0, 127.0) as i8);
            if steps != [0; COUNT] || feature == "^" {
                out.push_str(feature);
                steps.iter().for_each(|step| out.push_str(&format!("\t{step}")));
                out.push('\n');
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_orders_of_a_kind_share_tells_it() {
        let order = |text: String, asked| Order { text, asked };
        let orders: Vec<Order> = (0..12)
            .flat_map(|n| {
                [
                    order(format!("shove thing{n} over"), Asked::Change),
                    order(format!("bin thing{n}"), Asked::Delete),
                    order(format!("thing{n} where"), Asked::List),
                ]
            })
            .collect();
        let fitted = fit(&orders.iter().collect::<Vec<_>>());
        assert_eq!(fitted.most_likely("shove another over"), Asked::Change);
        assert_eq!(fitted.most_likely("bin another"), Asked::Delete);
        assert_eq!(fitted.most_likely("another where"), Asked::List);
        let lines = fitted.lines();
        assert!(lines.lines().any(|line| line.starts_with("shove\t")), "{lines}");
        assert!(lines.lines().all(|line| line.split('\t').count() == COUNT + 1), "{lines}");
        assert!(fit(&[]).lines().is_empty());
    }
}
