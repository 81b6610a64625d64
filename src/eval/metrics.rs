//! hit@k, recall@k, MRR@10 and nDCG@10 of one ranked list, and their means.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::{Judgement, key};

/// Means over queries, each within `[0, 1]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Metrics {
    /// Share of queries with an exact answer first.
    #[serde(rename = "hit@1")]
    pub hit_1: f64,
    /// Share of a query's exact answers that are first.
    #[serde(rename = "recall@1")]
    pub recall_1: f64,
    /// Share of a query's exact answers within the first 5.
    #[serde(rename = "recall@5")]
    pub recall_5: f64,
    /// Share of a query's exact answers within the first 10.
    #[serde(rename = "recall@10")]
    pub recall_10: f64,
    /// Share of a query's exact answers within the first 20.
    #[serde(rename = "recall@20")]
    pub recall_20: f64,
    /// One over the rank of the first exact answer within the first 10.
    #[serde(rename = "mrr@10")]
    pub mrr_10: f64,
    /// Gain `2^grade - 1`, discount `log2(rank + 1)`, over the ideal order (Järvelin and Kekäläinen 2002, exponential gain).
    #[serde(rename = "ndcg@10")]
    pub ndcg_10: f64,
}

impl Metrics {
    /// The mean of each measure; 0 of no queries.
    pub fn mean(all: &[Self]) -> Self {
        let count = all.len().max(1) as f64;
        let mean = |field: fn(&Self) -> f64| all.iter().map(field).sum::<f64>() / count;
        Self {
            hit_1: mean(|m| m.hit_1),
            recall_1: mean(|m| m.recall_1),
            recall_5: mean(|m| m.recall_5),
            recall_10: mean(|m| m.recall_10),
            recall_20: mean(|m| m.recall_20),
            mrr_10: mean(|m| m.mrr_10),
            ndcg_10: mean(|m| m.ndcg_10),
        }
    }
}

/// Measures one ranked list of [`key`]s, best first. A repeated result counts at its first place only.
pub fn measure(judgement: &Judgement, ranked: &[String]) -> Metrics {
    let mut grades: HashMap<String, u8> = HashMap::new();
    for relevant in &judgement.relevant {
        let grade = grades.entry(key(&relevant.method, &relevant.path)).or_default();
        *grade = (*grade).max(relevant.grade);
    }
    let mut exact: HashSet<&String> =
        grades.iter().filter(|(_, grade)| **grade >= 2).map(|(operation, _)| operation).collect();
    if exact.is_empty() {
        exact = grades.keys().collect();
    }
    let mut seen = HashSet::new();
    let ranked: Vec<&String> = ranked.iter().filter(|operation| seen.insert(*operation)).collect();
    let recall = |k: usize| {
        ranked.iter().take(k).filter(|operation| exact.contains(**operation)).count() as f64 / exact.len() as f64
    };
    let first = ranked.iter().take(10).position(|operation| exact.contains(*operation));
    let gain = |grade: u8| f64::from(2_u32.pow(u32::from(grade.min(16))) - 1);
    let discounted = |gains: &mut dyn Iterator<Item = f64>| -> f64 {
        gains.take(10).enumerate().map(|(at, gain)| gain / (at as f64 + 2.0).log2()).sum()
    };
    let mut ideal: Vec<u8> = grades.values().copied().collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let best = discounted(&mut ideal.into_iter().map(gain));
    let found = discounted(&mut ranked.iter().map(|operation| gain(grades.get(*operation).copied().unwrap_or(0))));
    Metrics {
        hit_1: f64::from(u8::from(first == Some(0))),
        recall_1: recall(1),
        recall_5: recall(5),
        recall_10: recall(10),
        recall_20: recall(20),
        mrr_10: first.map_or(0.0, |at| 1.0 / (at as f64 + 1.0)),
        ndcg_10: if best > 0.0 { found / best } else { 0.0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Relevant;

    fn judged(relevant: &[(&str, &str, u8)]) -> Judgement {
        let relevant = relevant
            .iter()
            .map(|(method, path, grade)| Relevant { method: (*method).into(), path: (*path).into(), grade: *grade })
            .collect();
        Judgement { id: "1".into(), query: "q".into(), relevant, kind: String::new(), source: String::new() }
    }

    fn keys(operations: &[(&str, &str)]) -> Vec<String> {
        operations.iter().map(|(method, path)| key(method, path)).collect()
    }

    #[test]
    fn placeholder_names_case_and_closing_slash_do_not_count() {
        let judgement = judged(&[("get", "/Pets/{petId}/", 2)]);
        assert_eq!(measure(&judgement, &keys(&[("GET", "/pets/{id}")])).hit_1, 1.0);
    }

    #[test]
    fn a_repeat_counts_once_and_grades_weigh_the_gain() {
        let judgement = judged(&[("GET", "/a", 2), ("GET", "/b", 2), ("GET", "/c", 1)]);
        let metrics = measure(&judgement, &keys(&[("GET", "/c"), ("GET", "/c"), ("GET", "/a"), ("GET", "/x")]));
        assert_eq!((metrics.hit_1, metrics.mrr_10, metrics.recall_5), (0.0, 0.5, 0.5));
        let ideal = 3.0 + 3.0 / 3.0_f64.log2() + 0.5;
        assert!((metrics.ndcg_10 - (1.0 + 3.0 / 3.0_f64.log2()) / ideal).abs() < 1e-12);
    }

    #[test]
    fn the_tenth_place_counts_and_the_eleventh_does_not() {
        let judgement = judged(&[("GET", "/a", 2)]);
        let mut ranked: Vec<String> = (0..9).map(|at| format!("GET /{at}")).collect();
        ranked.push("GET /a".to_owned());
        assert_eq!(measure(&judgement, &ranked).mrr_10, 0.1);
        ranked.insert(0, "GET /z".to_owned());
        let metrics = measure(&judgement, &ranked);
        assert_eq!((metrics.mrr_10, metrics.recall_10, metrics.recall_20), (0.0, 0.0, 1.0));
    }
}
