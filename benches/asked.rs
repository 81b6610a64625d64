//! How often do a request's words tell what it asks for?
//!
//! `cargo bench --bench asked -- [--write FILE]`
//!
//! Learns from the requests in `models/requests`, which name operations of the embedded manifest. Each of their sources is left out
//! once and told by the others; the judged requests are never learned from. `--write` puts what all of them teach into a file.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs, reason = "a measuring program")]

mod requests;

use std::collections::{BTreeMap, HashMap};

use cw_orchestrator::document::compose;
use cw_orchestrator::document::glossary::Glossaries;
use cw_orchestrator::eval::asked::{Fitted, Order, fit};
use cw_orchestrator::eval::{Judgement, key};
use cw_orchestrator::openapi;
use cw_orchestrator::search::asked::Asked;

/// Orders by the source of their request.
type Sources = BTreeMap<String, Vec<Order>>;

fn main() {
    let write = requests::file_to_write();
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
    let written = orders("models/requests", &kinds);
    let judged = orders("benches/judgements", &kinds);
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
fn orders(folder: &str, kinds: &HashMap<String, Asked>) -> Sources {
    let mut sources = Sources::new();
    for Judgement { query, relevant, source, .. } in requests::of_folder(folder) {
        let exact = relevant.iter().find(|relevant| relevant.grade >= 2);
        if let Some(asked) = exact.and_then(|exact| kinds.get(&key(&exact.method, &exact.path))) {
            sources.entry(source).or_default().push(Order { text: query, asked: *asked });
        }
    }
    sources
}
