//! How often does an answer say that no operation fits, where none does and where one does?
//!
//! `cargo bench --bench abstain -- [--ranker hybrid|keyword] [--judgements FILE]... [--fit] [--dump FILE]`
//!
//! `models/requests/nothing.jsonl` has requests that no operation answers: one half sets what counts as weak (`--fit`: logistic
//! regression of "the first hit is right" on the signs of `search::Fit`), the other half measures it. Right are the judged requests
//! whose first hit is an answer; those with a wrong first hit are no ground for either. With `--fit` the folds are the judged files:
//! each is measured with what the others gave. `--dump` writes signs and outcome of each request.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs, reason = "a measuring program")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::eval::{key, read_judgements};
use cw_orchestrator::search::signals::Ranker;
use cw_orchestrator::search::{Answer, Fit, Mode, Query, SIGNS};
use cw_orchestrator::{Service, ServiceOptions};
use serde::Deserialize;

type Signs = [f32; SIGNS.len()];

#[derive(Deserialize)]
struct Unanswered {
    query: String,
    kind: String,
    half: String,
}

/// One request with what its answer shows.
struct Case {
    /// Its judged file or, of one that nothing answers, its kind.
    group: String,
    signs: Option<Signs>,
    is_right: bool,
    is_for_fitting: bool,
    fit: Fit,
    query: String,
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut ranker, mut files, mut fits, mut dump) = (Ranker::Hybrid, Vec::new(), false, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} needs a value"));
        match argument.as_str() {
            "--ranker" if value() == "keyword" => ranker = Ranker::Keyword,
            "--ranker" => {}
            "--judgements" => files.push(PathBuf::from(value())),
            "--fit" => fits = true,
            "--dump" => dump = Some(PathBuf::from(value())),
            // cargo's own.
            "--bench" => {}
            other => panic!("unknown argument {other}; see the head of benches/abstain.rs"),
        }
    }
    if files.is_empty() {
        let folder = std::fs::read_dir(root.join("benches/judgements")).unwrap();
        files = folder.map(|entry| entry.unwrap().path()).collect();
        files.sort();
    }
    let home = tempfile::tempdir().unwrap();
    let service = service(home.path(), root, ranker);
    let mode = if ranker == Ranker::Hybrid { Mode::Hybrid } else { Mode::Keyword };
    let mut cases = Vec::new();
    for file in &files {
        let group = file.file_stem().unwrap().to_string_lossy().into_owned();
        for judgement in read_judgements(std::fs::File::open(file).unwrap()).unwrap() {
            let answer = ask(&service, &judgement.query, mode);
            let first = answer.hits.first().map(|hit| key(hit.method.as_str(), &hit.path));
            let is_right =
                judgement.relevant.iter().any(|relevant| Some(key(&relevant.method, &relevant.path)) == first);
            if is_right {
                cases.push(case(group.clone(), judgement.query, &answer, true, true));
            }
        }
    }
    let unanswered = std::fs::read_to_string(root.join("models/requests/nothing.jsonl")).unwrap();
    for line in unanswered.lines() {
        let Unanswered { query, kind, half } = serde_json::from_str(line).unwrap();
        let answer = ask(&service, &query, mode);
        cases.push(case(kind, query, &answer, false, half == "fit"));
    }
    if let Some(path) = dump {
        let lines = cases.iter().map(|case| {
            serde_json::json!({"group": case.group, "right": case.is_right, "fitting": case.is_for_fitting,
                "signs": case.signs, "fit": format!("{:?}", case.fit), "query": case.query})
            .to_string()
                + "\n"
        });
        std::fs::write(path, lines.collect::<String>()).unwrap();
    }
    println!("{:<28}{:>8}{:>8}", "as shipped", "of", "weak");
    let weak = |case: &&Case| case.fit != Fit::Good;
    show(&cases, &weak);
    if fits {
        refit(&cases);
    }
}

fn service(home: &Path, root: &Path, ranker: Ranker) -> Service {
    let service = Service::new(ServiceOptions {
        home: home.to_owned(),
        models: if ranker == Ranker::Hybrid { root.join("models") } else { home.join("no models") },
        build_if_missing: false,
        calls: cw_orchestrator::service::CallOptions::default(),
    });
    service.build(vec![Input::embedded().unwrap()], None, Reuse::Nothing, &Silent, || ()).unwrap();
    service
}

fn ask(service: &Service, text: &str, mode: Mode) -> Answer {
    service.search(&Query { text: text.to_owned(), mode, limit: 10, ..Query::default() }).unwrap()
}

fn case(group: String, query: String, answer: &Answer, is_right: bool, is_for_fitting: bool) -> Case {
    Case { group, signs: answer.signs(), is_right, is_for_fitting, fit: answer.fit(), query }
}

/// How many are weak: of the right ones by file, of the others by kind, for these the measuring half alone.
fn show(cases: &[Case], weak: &dyn Fn(&&Case) -> bool) {
    let mut groups: BTreeMap<(bool, &str), (usize, usize)> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.is_right || !case.is_for_fitting) {
        for name in [case.group.as_str(), ""] {
            let (all, found) = groups.entry((case.is_right, name)).or_default();
            *all += 1;
            *found += usize::from(weak(&case));
        }
    }
    for ((is_right, name), (all, found)) in groups {
        let name = match (name, is_right) {
            ("", true) => "right ones",
            ("", false) => "ones that nothing answers",
            _ => name,
        };
        println!("{name:<28}{all:>8}{:>8.3}", found as f64 / all as f64);
    }
}

/// Each judged file's requests and the measuring half by weights of the others; then weights of all, with the curve.
fn refit(cases: &[Case]) {
    let groups: Vec<&str> = cases.iter().filter(|case| case.is_right).map(|case| case.group.as_str()).collect();
    let mut scores: Vec<f32> = vec![0.0; cases.len()];
    for group in groups.iter().collect::<std::collections::BTreeSet<_>>() {
        let weights = logistic(cases.iter().filter(|case| case.is_for_fitting && case.group != **group));
        for (score, case) in scores.iter_mut().zip(cases).filter(|(_, case)| case.group == **group) {
            *score = of(&weights, case);
        }
    }
    let weights = logistic(cases.iter().filter(|case| case.is_for_fitting));
    for (score, case) in scores.iter_mut().zip(cases).filter(|(_, case)| !case.is_right) {
        *score = of(&weights, case);
    }
    println!("\nfitted, each file left out: of the right ones called weak, of the others not called weak");
    let mut right: Vec<f32> =
        scores.iter().zip(cases).filter(|(_, case)| case.is_right).map(|(score, _)| *score).collect();
    right.sort_by(f32::total_cmp);
    for share in [0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1] {
        let least = right[(right.len() as f64 * share) as usize];
        let judged = || scores.iter().zip(cases).filter(|(_, case)| !case.is_right && !case.is_for_fitting);
        let missed = judged().filter(|(score, _)| **score >= least).count();
        let probability = 1.0 / (1.0 + (-least).exp());
        println!("{share:>8.2}{:>8.3}   sureness {probability:.3}", missed as f64 / judged().count() as f64);
    }
    println!("\nweights of all: {:?}", SIGNS.iter().zip(weights).collect::<Vec<_>>());
}

fn of(weights: &Signs, case: &Case) -> f32 {
    // Without a hit nothing fits.
    case.signs.map_or(-9.0, |signs| signs.iter().zip(weights).map(|(sign, weight)| sign * weight).sum())
}

/// Logistic regression by gradient descent on signs of mean 0 and deviation 1, right and others weighing the same, with a small L2
/// penalty. The weights are of the signs as they are.
fn logistic<'a>(cases: impl Iterator<Item = &'a Case>) -> Signs {
    let rows: Vec<(Signs, bool)> = cases.filter_map(|case| Some((case.signs?, case.is_right))).collect();
    let mean = |at: usize, of: &dyn Fn(f32) -> f32| {
        rows.iter().map(|(signs, _)| of(signs[at])).sum::<f32>() / rows.len() as f32
    };
    let scales: Vec<(f32, f32)> = (0..SIGNS.len())
        .map(|at| {
            let middle = if at == 0 { 0.0 } else { mean(at, &|value| value) };
            let spread = mean(at, &|value| (value - middle) * (value - middle)).sqrt();
            (middle, if spread > 0.0 { spread } else { 1.0 })
        })
        .collect();
    let right = rows.iter().filter(|(_, is_right)| *is_right).count() as f32;
    let other = rows.len() as f32 - right;
    let (mut weights, mut squares): (Signs, Signs) = ([0.0; SIGNS.len()], [1e-6; SIGNS.len()]);
    for _ in 0..4_000 {
        let mut slopes = weights.map(|weight| weight * 1e-3);
        for (signs, is_right) in &rows {
            let scaled = signs.iter().zip(&scales).map(|(sign, (middle, spread))| (sign - middle) / spread);
            let sum: f32 = scaled.clone().zip(&weights).map(|(sign, weight)| sign * weight).sum();
            let (wanted, share) = if *is_right { (1.0, 0.5 / right) } else { (0.0, 0.5 / other) };
            let error = (1.0 / (1.0 + (-sum).exp()) - wanted) * share;
            slopes.iter_mut().zip(scaled).for_each(|(slope, sign)| *slope += error * sign);
        }
        for at in 0..SIGNS.len() {
            squares[at] += slopes[at] * slopes[at];
            weights[at] -= 0.5 * slopes[at] / squares[at].sqrt();
        }
    }
    for at in 1..SIGNS.len() {
        let (middle, spread) = scales[at];
        weights[at] /= spread;
        weights[0] -= weights[at] * middle;
    }
    weights
}
