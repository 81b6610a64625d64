//! Does fast memory find the right saved call by meaning, keep quiet otherwise, and leave the ranking of everything else alone?
//!
//! `cargo bench --bench memory [-- --fit]`
//!
//! Each file of `benches/memory/` has saved calls, each with a request that means it, and requests that mean none. The files
//! named `reworded` say the same in other words; those named `far` were asked to share hardly a word with what was saved. With
//! `--fit` the weights of recall are fitted to all files but one and measured on that one, then fitted to all.
//!
//! The second table is of the judged requests in `benches/judgements/`: accuracy as it is, with operations in heavy use that
//! nobody asks for, and with the asked ones in use.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a measuring program")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::eval::{key, read_judgements};
use cw_orchestrator::index::DocId;
use cw_orchestrator::search::signals::Ranker;
use cw_orchestrator::search::weights::own;
use cw_orchestrator::search::{Candidate, Query, Searcher, Usage};
use cw_orchestrator::service::{MOST_LIFT, RECALL_SIGNALS, Remember};
use cw_orchestrator::{Service, ServiceOptions};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Line {
    request: String,
    entry: Option<Saved>,
}

#[derive(Deserialize)]
struct Saved {
    description: String,
    method: String,
    path: String,
    #[serde(default)]
    params: Map<String, Value>,
    data: Option<Value>,
}

type Signals = [f32; RECALL_SIGNALS.len()];

/// One request: the signals of every entry, and which entry it means.
struct Case {
    signals: Vec<Signals>,
    right: Option<usize>,
}

struct Set {
    name: String,
    cases: Vec<Case>,
    /// Requests whose entry was the first that was offered; requests of none for which no entry was.
    first: usize,
    quiet: usize,
}

impl Set {
    fn meant(&self) -> usize {
        self.cases.iter().filter(|case| case.right.is_some()).count()
    }
}

fn service(home: &Path) -> Service {
    Service::new(ServiceOptions {
        home: home.to_owned(),
        models: Path::new(env!("CARGO_MANIFEST_DIR")).join("models"),
        build_if_missing: false,
        calls: cw_orchestrator::service::CallOptions::default(),
    })
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    files
}

fn read(file: &Path, home: &Path) -> Set {
    let _ = std::fs::remove_file(home.join("fast_memory_api.db"));
    let service = service(home);
    let text = std::fs::read_to_string(file).unwrap();
    let lines: Vec<Line> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut ids = Vec::new();
    for saved in lines.iter().filter_map(|line| line.entry.as_ref()) {
        let wish = Remember {
            method: saved.method.parse().unwrap(),
            path: saved.path.clone(),
            api: None,
            description: saved.description.clone(),
            params: saved.params.clone(),
            data: saved.data.clone(),
            slots: Vec::new(),
        };
        ids.push(service.remember(&wish).unwrap().entry.id);
    }
    let (mut cases, mut first, mut quiet) = (Vec::new(), 0, 0);
    let mut next = 0;
    for line in &lines {
        let right = line.entry.as_ref().map(|_| {
            next += 1;
            next - 1
        });
        let answer = service.find(&Query { text: line.request.clone(), limit: 10, ..Query::default() }).unwrap();
        // Before the operations, or behind the first of them with what the request does not say left open.
        let shown = answer.hits.iter().find_map(|hit| hit.remembered.as_ref());
        match right {
            Some(right) => first += usize::from(shown.is_some_and(|shown| shown.entry == ids[right])),
            None => quiet += usize::from(shown.is_none()),
        }
        let by_id: HashMap<i64, Signals> = service.recall_signals(&line.request).unwrap().into_iter().collect();
        let signals = ids.iter().map(|id| by_id.get(id).copied().unwrap()).collect();
        cases.push(Case { signals, right });
    }
    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
    drop(service);
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(home.join(format!("fast_memory_api.db{ending}")));
    }
    Set { name, cases, first, quiet }
}

fn sum(signals: &Signals, weights: &Signals) -> f32 {
    signals.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

/// Softmax over the entries and one more choice, none of them, whose score is the threshold. Gradient descent; the problem is
/// convex.
fn fit(cases: &[&Case]) -> (Signals, f32) {
    const STEPS: usize = 4_000;
    const RATE: f32 = 0.02;
    let mut weights = [0.0_f32; RECALL_SIGNALS.len()];
    let mut threshold = 0.0_f32;
    for _ in 0..STEPS {
        let mut gradient = [0.0_f32; RECALL_SIGNALS.len()];
        let mut of_threshold = 0.0_f32;
        for case in cases {
            let scores: Vec<f32> = case.signals.iter().map(|signals| sum(signals, &weights)).collect();
            let largest = scores.iter().copied().fold(threshold, f32::max);
            let none = (threshold - largest).exp();
            let total = none + scores.iter().map(|score| (score - largest).exp()).sum::<f32>();
            for (at, score) in scores.iter().enumerate() {
                let wrong = (score - largest).exp() / total - f32::from(u8::from(case.right == Some(at)));
                for (slope, value) in gradient.iter_mut().zip(&case.signals[at]) {
                    *slope += wrong * value;
                }
            }
            of_threshold += none / total - f32::from(u8::from(case.right.is_none()));
        }
        let step = RATE / cases.len() as f32 * 10.0;
        for (weight, slope) in weights.iter_mut().zip(gradient) {
            *weight -= step * slope;
        }
        threshold -= step * of_threshold;
    }
    (weights, threshold)
}

/// Shares of requests whose entry comes first, whether shown or not; is shown first; and of others for which none is shown.
fn measure(set: &Set, weights: &Signals, threshold: f32) -> [f64; 3] {
    let (mut first, mut shown, mut quiet) = (0, 0, 0);
    for case in &set.cases {
        let best =
            case.signals.iter().map(|signals| sum(signals, weights)).enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let (at, score) = best.unwrap();
        match case.right {
            Some(right) => {
                first += usize::from(at == right);
                shown += usize::from(at == right && score >= threshold);
            }
            None => quiet += usize::from(score < threshold),
        }
    }
    let meant = set.meant() as f64;
    [first as f64 / meant, shown as f64 / meant, quiet as f64 / (set.cases.len() as f64 - meant)]
}

fn main() {
    let fits = std::env::args().any(|argument| argument == "--fit");
    let home = tempfile::tempdir().unwrap();
    let built =
        service(home.path()).build(vec![Input::embedded().unwrap()], None, Reuse::Nothing, &Silent, || ()).unwrap();
    assert!(built.reduced.is_none(), "{:?}", built.reduced);

    let sets: Vec<Set> = files("benches/memory").iter().map(|file| read(file, home.path())).collect();
    println!("{:<26}{:>10}{:>14}", "recall", "first", "none, none");
    for set in &sets {
        let (meant, others) = (set.meant(), set.cases.len() - set.meant());
        println!("{:<26}{:>10}{:>14}", set.name, format!("{}/{meant}", set.first), format!("{}/{others}", set.quiet));
    }
    if fits {
        println!(
            "\n{:<26}{:>10}{:>10}{:>10}   weights of {RECALL_SIGNALS:?}, threshold",
            "left out", "best", "shown", "quiet"
        );
        for left_out in 0..sets.len() {
            let others: Vec<&Case> =
                sets.iter().enumerate().filter(|(at, _)| *at != left_out).flat_map(|(_, set)| &set.cases).collect();
            let (weights, threshold) = fit(&others);
            let [first, shown, quiet] = measure(&sets[left_out], &weights, threshold);
            println!(
                "{:<26}{first:>10.3}{shown:>10.3}{quiet:>10.3}   {weights:.2?} {threshold:.2}",
                sets[left_out].name
            );
        }
        let all: Vec<&Case> = sets.iter().flat_map(|set| &set.cases).collect();
        let (weights, threshold) = fit(&all);
        println!("all: {weights:.2?} {threshold:.2}");
    }
    usage(home.path());
}

/// Judged requests with operations in use.
fn usage(home: &Path) {
    let service = service(home);
    let searcher = service.searcher().unwrap();
    let model = service.embedder().unwrap();
    let docs: HashMap<String, DocId> =
        searcher.entries().iter().map(|entry| (key(entry.method.as_str(), &entry.path), entry.doc)).collect();
    let mut rows: Vec<(Vec<Vec<Candidate>>, Vec<DocId>)> = Vec::new();
    for file in files("benches/judgements") {
        for judgement in read_judgements(std::fs::read(file).unwrap().as_slice()).unwrap() {
            let parts = searcher.features(&judgement.query, &*model).unwrap();
            let right = judgement
                .relevant
                .iter()
                .filter_map(|relevant| docs.get(&key(relevant.method.as_str(), &relevant.path)).copied())
                .collect();
            rows.push((parts, right));
        }
    }
    let mut asked: Vec<DocId> = rows.iter().flat_map(|(_, right)| right.iter().copied()).collect();
    asked.sort_unstable();
    asked.dedup();
    // Every seventh, so that they are spread over all domains; the same each time.
    let others: Vec<DocId> = searcher
        .entries()
        .iter()
        .map(|entry| entry.doc)
        .filter(|doc| asked.binary_search(doc).is_err())
        .step_by(7)
        .collect();
    let accuracy = |usage: &Usage| -> [f64; 2] {
        let (mut hit, mut recall) = (0, 0);
        for (parts, right) in &rows {
            let order = Searcher::order(parts, own(Ranker::Hybrid), usage, 5);
            hit += usize::from(order.first().is_some_and(|doc| right.contains(doc)));
            recall += usize::from(order.iter().any(|doc| right.contains(doc)));
        }
        [hit as f64 / rows.len() as f64, recall as f64 / rows.len() as f64]
    };
    println!("\n{:<58}{:>8}{:>14}", format!("{} judged requests", rows.len()), "hit@1", "one of five");
    let print = |name: &str, [hit, recall]: [f64; 2]| println!("{name:<58}{hit:>8.3}{recall:>14.3}");
    print("nothing in use", accuracy(&Usage::new()));
    for most in [0.5, 1.0, 2.0, 3.0].map(|times| times * MOST_LIFT) {
        let lifted = |docs: &[DocId]| -> Usage { docs.iter().map(|doc| (*doc, most as f32)).collect() };
        print(&format!("{} operations nobody asks for, lifted by {most}", others.len()), accuracy(&lifted(&others)));
        print(&format!("the {} asked ones, lifted by {most}", asked.len()), accuracy(&lifted(&asked)));
    }
}
