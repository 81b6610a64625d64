//! How long does each stage take on the embedded manifest? Criterion, one group per stage; the last runs the whole program.
//!
//! `cargo bench --bench pipeline`

#![allow(clippy::unwrap_used, missing_docs, reason = "a measuring program")]

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use criterion::{Criterion, criterion_group, criterion_main};
use cw_orchestrator::build::{Input, Silent};
use cw_orchestrator::document::glossary::Glossaries;
use cw_orchestrator::index::exact_nearest;
use cw_orchestrator::search::{Mode, Query};
use cw_orchestrator::{Service, ServiceOptions, document, openapi};

const REQUEST: &str = "retrieve all unresolved service requests flagged with critical severity";

fn stages(criterion: &mut Criterion) {
    let home = tempfile::tempdir().unwrap();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let options = ServiceOptions {
        home: home.path().to_owned(),
        models: models.clone(),
        build_if_missing: false,
        calls: cw_orchestrator::service::CallOptions::default(),
    };
    let service = Service::new(options);
    let report = service.build(vec![Input::embedded().unwrap()], None, &Silent, || ()).unwrap();
    assert!(report.reduced.is_none(), "{:?}", report.reduced);
    let bytes = openapi::embedded_bytes().unwrap();
    let manifest = openapi::read(&bytes).unwrap();
    let glossary = Glossaries::load(None).unwrap().of_api(&manifest.title);
    let searcher = service.searcher().unwrap();
    let model = service.embedder().unwrap();
    let vector = model.embed_query(REQUEST).unwrap();
    let (graph, vectors) = searcher.vectors().unwrap();

    let mut build = criterion.benchmark_group("build");
    build.sample_size(10);
    build.bench_function("read the manifest", |b| b.iter(|| openapi::read(black_box(&bytes)).unwrap()));
    build.bench_function("compose 2,812 documents", |b| b.iter(|| document::compose(black_box(&manifest), &glossary)));
    build.finish();

    let mut query = criterion.benchmark_group("query");
    query.bench_function("embed 10 words", |b| b.iter(|| model.embed_query(black_box(REQUEST)).unwrap()));
    query.bench_function("graph, 150 nearest", |b| b.iter(|| graph.nearest(black_box(&vector), 150)));
    query.bench_function("full scan, 150 nearest", |b| b.iter(|| exact_nearest(vectors, black_box(&vector), 150)));
    for mode in [Mode::Keyword, Mode::Semantic, Mode::Hybrid] {
        let asked = Query { text: REQUEST.to_owned(), mode, limit: 10, ..Query::default() };
        let name = format!("search, {mode:?}").to_lowercase();
        query.bench_function(&name, |b| b.iter(|| service.search(black_box(&asked)).unwrap()));
    }
    query.finish();

    let mut process = criterion.benchmark_group("whole process");
    process.sample_size(20);
    process.bench_function("cw-orchestrator search", |b| {
        b.iter(|| {
            let output = Command::new(env!("CARGO_BIN_EXE_cw-orchestrator"))
                .arg("--home")
                .arg(home.path())
                .arg("--models")
                .arg(&models)
                .args(["search", REQUEST, "--json"])
                .output()
                .unwrap();
            assert!(output.status.success());
        });
    });
    process.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
