//! How often is the nearest written request one of the right operation, and of the right resource?
//!
//! `cargo bench --bench written -- [--write FILE]`
//!
//! The vectors of the requests in `models/requests`, as search reads them: each compared with all others, and the judged requests, which
//! are never learned from, with all. Writers shared out the resources, so that none can be left out. `--write` puts what
//! `search::written` compares requests with into a file.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs, reason = "a measuring program")]

mod requests;

use std::collections::BTreeMap;
use std::path::Path;

use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::embed::Embedder;
use cw_orchestrator::eval::key;
use cw_orchestrator::eval::written::{Request, make};
use cw_orchestrator::index::{code, cosine_of_codes};
use cw_orchestrator::search::Searcher;
use cw_orchestrator::{Service, ServiceOptions};

/// The APIs that the requests are to, by their titles.
const APIS: [&str; 1] = ["connectwise"];

/// Requests by their source.
type Sources = BTreeMap<String, Vec<Request>>;

fn main() {
    let write = requests::file_to_write();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = tempfile::tempdir().unwrap();
    let service = Service::new(ServiceOptions {
        home: home.path().to_owned(),
        models: root.join("models"),
        build_if_missing: false,
        calls: cw_orchestrator::service::CallOptions::default(),
    });
    service.build(vec![Input::embedded().unwrap()], None, Reuse::Nothing, &Silent, || ()).unwrap();
    let (searcher, model) = (service.searcher().unwrap(), service.embedder().unwrap());
    let written = read("models/requests", &searcher, &*model);
    let judged = read("benches/judgements", &searcher, &*model);
    println!("{:<32}{:>9}{:>11}{:>10}", "nearest is of the right", "requests", "operation", "resource");
    let all: Vec<&Request> = written.values().flatten().collect();
    let codes: Vec<Vec<i8>> = all.iter().map(|request| code(&request.vector)).collect();
    for (source, requests) in written.iter().chain(&judged) {
        show(source, requests, &all, &codes);
    }
    let made = make(&all, &APIS, &model.identity().revision);
    let rows: u32 = made.operations.iter().map(|(_, rows)| rows).sum();
    let bytes = made.to_bytes().unwrap();
    println!("\n{} requests of {} operations as {rows} rows, {} bytes", all.len(), made.operations.len(), bytes.len());
    if let Some(path) = write {
        std::fs::write(path, bytes).unwrap();
    }
}

/// Compares requests with each of some others, whose codes are given too.
fn show(name: &str, requests: &[Request], others: &[&Request], codes: &[Vec<i8>]) {
    let (mut operations, mut resources) = (0, 0);
    for request in requests {
        let sought = code(&request.vector);
        let others = others.iter().zip(codes).filter(|(other, _)| !std::ptr::eq(**other, request));
        let cosines = others.map(|(other, of_other)| (other, cosine_of_codes(&sought, of_other)));
        let Some((nearest, _)) = cosines.max_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
        let shares = |what: fn(&str) -> String| {
            let of = |request: &Request| request.operations.iter().map(|operation| what(operation)).collect::<Vec<_>>();
            let own = of(request);
            usize::from(of(nearest).iter().any(|of_nearest| own.contains(of_nearest)))
        };
        operations += shares(str::to_owned);
        resources += shares(collection);
    }
    let share = |count: usize| count as f64 / requests.len() as f64;
    println!("{name:<32}{:>9}{:>11.3}{:>10.3}", requests.len(), share(operations), share(resources));
}

/// The literal segments of an operation's path without its last helpers.
fn collection(key: &str) -> String {
    let mut path: Vec<&str> = key.split('/').skip(1).filter(|segment| *segment != "info").collect();
    while path.len() > 1 && matches!(path.last(), Some(&("{}" | "count" | "bulk" | "search" | "usages" | "list"))) {
        path.pop();
    }
    path.into_iter().filter(|segment| *segment != "{}").collect::<Vec<_>>().join("/")
}

/// The requests of a folder's files, with the operations that answer each exactly.
fn read(folder: &str, searcher: &Searcher, model: &dyn Embedder) -> Sources {
    let mut sources = Sources::new();
    for judgement in requests::of_folder(folder) {
        let exact = judgement.relevant.iter().filter(|relevant| relevant.grade >= 2);
        let mut operations: Vec<String> = exact.map(|relevant| key(&relevant.method, &relevant.path)).collect();
        operations.sort();
        operations.dedup();
        let reading = searcher.reading(&judgement.query, model).unwrap();
        let vector = model.embed_query(reading.text()).unwrap();
        sources.entry(judgement.source).or_default().push(Request { operations, vector });
    }
    sources
}
