//! How often do a request's words tell what it asks for?
//!
//! `cargo bench --bench asked -- [--write FILE]`
//!
//! Learns from the requests in `models/requests`, which name operations of the embedded manifest. Each of their sources is left out
//! once and told by the others; the judged requests are never learned from. `--write` puts what all of them teach into a file.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs, reason = "a measuring program")]

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use cw_orchestrator::document::compose;
use cw_orchestrator::document::glossary::Glossaries;
use cw_orchestrator::eval::asked::{Fitted, Order, fit};
use cw_orchestrator::eval::{Judgement, key, read_judgements};
use cw_orchestrator::openapi;
use cw_orchestrator::search::asked::Asked;

/// Orders by the source of their request.
type Sources = BTreeMap<String, Vec<Order>>;

fn main() {
    let mut write = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--write" => {
                write = Some(PathBuf::from(arguments.next().unwrap_or_else(|| panic!("--write needs a file"))))
            }
            // cargo's own.
            "--bench" => {}
            other => panic!("unknown argument {other}; see the head of benches/asked.rs"),
        }
    }
    let manifest = openapi::embedded().unwrap();
    let documents = compose(&manifest, &Glossaries::load(None).unwrap().of_api(&manifest.title));
    let kinds: HashMap<String, Asked> = manifest
        .operations
        .iter()
        .zip(&documents)
        .map(|(operation, document)| {
            let asked = Asked::of(document.route.kind, operation.method);
            (key(operation.method.as_str(), &operation.path), asked)
        })
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let written = orders(&root.join("models/requests"), &kinds);
    let judged = orders(&root.join("benches/judgements"), &kinds);
    println!("{:<24}{:>9}{:>9}", "", "requests", "right");
    for (source, told) in &written {
        let others: Vec<&Order> =
            written.iter().filter(|(other, _)| *other != source).flat_map(|(_, orders)| orders).collect();
        show(&format!("{source}, left out"), told, &fit(&others));
    }
    let all = fit(&written.values().flatten().collect::<Vec<_>>());
    for (source, told) in &judged {
        show(source, told, &all);
    }
    if let Some(path) = write {
        std::fs::write(path, all.lines()).unwrap();
    }
}

fn show(name: &str, orders: &[Order], fitted: &Fitted) {
    let right = orders.iter().filter(|order| fitted.most_likely(&order.text) == order.asked).count();
    println!("{name:<24}{:>9}{:>9.3}", orders.len(), right as f64 / orders.len() as f64);
}

/// The requests of a folder's files whose first exact answer is an operation of the manifest.
fn orders(folder: &Path, kinds: &HashMap<String, Asked>) -> Sources {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl") && !path.ends_with("nothing.jsonl"))
        .collect();
    files.sort();
    let mut sources = Sources::new();
    for file in files {
        for Judgement { query, relevant, source, .. } in read_judgements(std::fs::File::open(file).unwrap()).unwrap() {
            let exact = relevant.iter().find(|relevant| relevant.grade >= 2);
            if let Some(asked) = exact.and_then(|exact| kinds.get(&key(&exact.method, &exact.path))) {
                sources.entry(source).or_default().push(Order { text: query, asked: *asked });
            }
        }
    }
    sources
}
