//! How long does each stage take on the embedded manifest? Criterion, one group per stage; the last runs the whole program.
//!
//! `cargo bench --bench pipeline`
//!
//! After the group `query` the short ones of the judged requests are asked one after another, each in turn embedded alone and searched;
//! then all by several threads at once, with one session of the model and with several.
//!
//! The group `call` asks a server in this process for 25 tickets, through the service and with a bare HTTP client. Between the
//! two medians, also measured in turns and printed, there must be less than 2 ms.
//!
//! The group `memory` has 10,000 entries. Looking up those of one operation, which every call does first, must take less than
//! 0.5 ms at the median.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a measuring program")]

mod allocator;
mod requests;

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::document::glossary::Glossaries;
use cw_orchestrator::embed::{Embedder, OnnxEmbedder};
use cw_orchestrator::index::exact_nearest;
use cw_orchestrator::invoke::client::ClientOptions;
use cw_orchestrator::invoke::connectwise::ConnectWiseCredentials;
use cw_orchestrator::invoke::{Caller, Consent, Later, Policy};
use cw_orchestrator::memory::{FILE_NAME, Memory, transfer};
use cw_orchestrator::openapi::Method;
use cw_orchestrator::search::{Mode, Query};
use cw_orchestrator::service::{Call, CallOptions};
use cw_orchestrator::surface::Surface;
use cw_orchestrator::{Service, ServiceOptions, document, openapi};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

const REQUEST: &str = "retrieve all unresolved service requests flagged with critical severity";

const CONDITIONS: &str = "status/name='New' AND priority/name='Critical'";
/// The most that a call through the service may take longer than a bare one, at the median.
const MOST_OVERHEAD: Duration = Duration::from_millis(2);
/// Words of a short request at most: 449 of the judged ones, of 10 word pieces at the median and hardly ever more than 16.
const SHORT: usize = 11;
/// Times that all short requests are asked one after another.
const ROUNDS_IN_TURN: usize = 7;
/// Times that all requests are asked at once, in turns.
const ROUNDS_AT_ONCE: usize = 5;
/// Calls of each kind, in turns, whose medians are compared.
const TURNS: usize = 500;

/// The most that looking up the entries of an operation may take, at the median.
const MOST_LOOKUP: Duration = Duration::from_micros(500);
/// Entries of the memory; ten for each operation.
const ENTRIES: usize = 10_000;

fn stages(criterion: &mut Criterion) {
    let home = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(serve_tickets());
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let options = ServiceOptions {
        home: home.path().to_owned(),
        models: models.clone(),
        build_if_missing: false,
        calls: calls_to(&server),
    };
    let service = Service::new(options);
    let report = service.build(vec![Input::embedded().unwrap()], None, Reuse::Nothing, &Silent, || ()).unwrap();
    assert!(report.reduced.is_none(), "{:?}", report.reduced);
    let bytes = openapi::embedded_bytes().unwrap();
    let manifest = openapi::read(&bytes).unwrap();
    let glossary = Glossaries::load(None).unwrap().of_api(&manifest.title);
    let searcher = service.searcher().unwrap();
    // Not the service's own embedder, which keeps the vectors of its last queries: each run is to embed anew.
    let model = OnnxEmbedder::load(service.artefacts().unwrap().clone()).unwrap();
    let vector = model.embed_query(REQUEST).unwrap();
    let (graph, vectors) = searcher.vectors().unwrap();

    let mut build = criterion.benchmark_group("build");
    build.sample_size(10);
    build.bench_function("read the manifest", |b| b.iter(|| openapi::read(black_box(&bytes)).unwrap()));
    build.bench_function("compose 2,812 documents", |b| b.iter(|| document::compose(black_box(&manifest), &glossary)));
    build.finish();

    let mut query = criterion.benchmark_group("query");
    query.bench_function("embed 10 words", |b| b.iter(|| model.embed_query(black_box(REQUEST)).unwrap()));
    query.bench_function("graph, 150 nearest", |b| b.iter(|| graph.nearest(vectors, black_box(&vector), 150)));
    query.bench_function("full scan, 150 nearest", |b| b.iter(|| exact_nearest(vectors, black_box(&vector), 150)));
    for mode in [Mode::Keyword, Mode::Semantic, Mode::Hybrid] {
        let asked = Query { text: REQUEST.to_owned(), mode, limit: 10, ..Query::default() };
        let name = format!("search, {mode:?}").to_lowercase();
        query.bench_function(&name, |b| b.iter(|| searcher.search(black_box(&asked), Some(&model)).unwrap()));
    }
    let again = Query { text: REQUEST.to_owned(), limit: 10, ..Query::default() };
    query.bench_function("search, hybrid, asked again", |b| b.iter(|| service.search(black_box(&again)).unwrap()));
    query.finish();
    in_turn(&service, &model);
    at_once(&service);

    calls(criterion, &runtime, &service, &server);

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

/// How long a short request takes, and how much of it is the model.
fn in_turn(service: &Service, model: &OnnxEmbedder) {
    let searcher = service.searcher().unwrap();
    let mut requests = requests::judged();
    requests.retain(|request| request.split_whitespace().count() <= SHORT);
    let (mut embedded, mut searched) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS_IN_TURN {
        for text in &requests {
            let began = Instant::now();
            model.embed_query(text).unwrap();
            embedded.push(began.elapsed());
            let query = Query { text: text.clone(), limit: 10, ..Query::default() };
            let began = Instant::now();
            searcher.search(&query, Some(model)).unwrap();
            searched.push(began.elapsed());
        }
    }
    let times = |took: &mut Vec<Duration>| {
        took.sort();
        format!("p50 {:.2?}, p99 {:.2?}", took[took.len() / 2], took[took.len() * 99 / 100])
    };
    println!(
        "in turn: {} short requests, hybrid {}; embedding alone {}",
        requests.len(),
        times(&mut searched),
        times(&mut embedded)
    );
}

/// How much more is answered by several threads at once than by one, with one session of the model and with several.
fn at_once(service: &Service) {
    let requests = requests::judged();
    let searcher = service.searcher().unwrap();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let all = |model: &OnnxEmbedder, threads: usize| -> f64 {
        let next = AtomicUsize::new(0);
        let began = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(text) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let query = Query { text: text.clone(), limit: 10, ..Query::default() };
                        searcher.search(&query, Some(model)).unwrap();
                    }
                });
            }
        });
        requests.len() as f64 / began.elapsed().as_secs_f64()
    };
    let artefacts = service.artefacts().unwrap();
    let models: Vec<OnnxEmbedder> =
        [1, cores].map(|most| OnnxEmbedder::with_sessions(artefacts.clone(), most).unwrap()).into();
    for model in &models {
        all(model, cores);
    }
    let mut rates = vec![Vec::new(); 3];
    for _ in 0..ROUNDS_AT_ONCE {
        let runs = [(&models[0], 1), (&models[0], cores), (&models[1], cores)];
        for (rates, (model, threads)) in rates.iter_mut().zip(runs) {
            rates.push(all(model, threads));
        }
    }
    let median = |rates: &mut Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[ROUNDS_AT_ONCE / 2]
    };
    let [one, shared, several] = [0, 1, 2].map(|at| median(&mut rates[at]));
    println!(
        "at once: {one:.0} searches a second by one thread; by {cores} threads {:.2} times as many with one session, {:.2} \
         times with {cores}",
        shared / one,
        several / one
    );
}

/// The same request through the service and without it.
fn calls(criterion: &mut Criterion, runtime: &Runtime, service: &Service, server: &str) {
    let params = json!({ "conditions": CONDITIONS, "pageSize": "25" }).as_object().unwrap().clone();
    let dispatched = || {
        let call = Call { params: params.clone(), ..Call::new(Method::Get, "/service/tickets") };
        let outcome = runtime.block_on(service.call(call, &Program)).unwrap();
        assert_eq!((outcome.answer.status, outcome.answer.rows), (Some(200), Some(25)));
    };
    let http = reqwest::Client::new();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("conditions", CONDITIONS), ("pageSize", "25")])
        .finish();
    let url = format!("{server}/service/tickets?{query}");
    let bare = || {
        let body = runtime.block_on(async { http.get(&url).send().await?.bytes().await }).unwrap();
        assert!(body.starts_with(b"[{"));
    };

    let mut group = criterion.benchmark_group("call");
    group.bench_function("25 tickets, bare HTTP", |b| b.iter(bare));
    group.bench_function("25 tickets, through the service", |b| b.iter(dispatched));
    group.finish();

    // In turns, so that whatever else the machine does falls on both.
    let time = |action: &dyn Fn()| {
        let began = Instant::now();
        action();
        began.elapsed()
    };
    let (mut bares, mut dispatches): (Vec<_>, Vec<_>) = (0..TURNS).map(|_| (time(&bare), time(&dispatched))).unzip();
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[TURNS / 2]
    };
    let (bare, dispatched) = (median(&mut bares), median(&mut dispatches));
    let overhead = dispatched.saturating_sub(bare);
    println!("call: bare {bare:.2?}, through the service {dispatched:.2?}: overhead {overhead:.2?} at the median");
    assert!(overhead < MOST_OVERHEAD, "the overhead is to be under {MOST_OVERHEAD:?}");
}

fn memory(criterion: &mut Criterion) {
    let home = tempfile::tempdir().unwrap();
    let lines: String = (0..ENTRIES)
        .map(|number| {
            let path = format!("/service/tickets{}/{}", number / 10, number);
            let line = json!({
                "description": format!("tickets of board {number} that nobody has closed"),
                "method": "GET", "api": "PSA", "template": format!("/service/tickets{}/{{id}}", number / 10), "path": path,
                "params": { "conditions": format!("board/id = {number} and closedFlag = false") },
            });
            format!("{line}\n")
        })
        .collect();
    let file = home.path().join("entries.jsonl");
    std::fs::write(&file, lines).unwrap();
    let memory = Memory::at(&home.path().join(FILE_NAME));
    let imported = transfer::import(&memory, &file, &|_, _| None).unwrap();
    assert_eq!(imported.new as usize, ENTRIES);
    // What stands in the vectors is all the same to a scan.
    let vector = |number: usize| -> Vec<f32> { (0..384).map(|at| ((number * 31 + at) % 17) as f32 / 200.0).collect() };
    let path = memory.path().to_owned();
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch("BEGIN").unwrap();
    for entry in memory.list().unwrap() {
        let bytes: Vec<u8> = vector(entry.id as usize).iter().flat_map(|value| value.to_le_bytes()).collect();
        let row = rusqlite::params![entry.id, entry.pattern.description, bytes];
        connection.execute("INSERT INTO vectors VALUES (?1, 'm', ?2, ?3)", row).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    drop(connection);
    let mut next = 0;
    let mut lookup = || {
        next = (next + 7) % (ENTRIES / 10);
        let found = memory.of_operation("PSA", Method::Get, &format!("/service/tickets{next}/{{id}}")).unwrap();
        assert_eq!(found.len(), 10);
    };
    let snapshot = memory.snapshot("m").unwrap();
    assert_eq!(snapshot.embedded.len(), ENTRIES);
    let query = vector(5);
    let mut group = criterion.benchmark_group("memory");
    group.bench_function("entries of an operation, of 10,000", |b| b.iter(&mut lookup));
    group.bench_function("a snapshot that has not changed", |b| b.iter(|| memory.snapshot("m").unwrap()));
    group.bench_function("likeness to all of 10,000", |b| {
        b.iter(|| snapshot.alike(black_box(&query)).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap());
    });
    group.finish();

    let mut times: Vec<Duration> = (0..TURNS)
        .map(|_| {
            let began = Instant::now();
            lookup();
            began.elapsed()
        })
        .collect();
    times.sort();
    let median = times[TURNS / 2];
    println!("memory: the entries of an operation in {median:.2?} at the median");
    assert!(median < MOST_LOOKUP, "it is to be under {MOST_LOOKUP:?}");
}

fn calls_to(server: &str) -> CallOptions {
    let connectwise = ConnectWiseCredentials {
        url: server.to_owned(),
        company_id: "acme".to_owned(),
        public_key: "public".into(),
        private_key: "private".into(),
        auth_prefix: None,
        client_id: Some("2f6e41a8-58a2-4f3e-9a5e-0c5b1f6d7a11".to_owned()),
        user_type: None,
        version: String::new(),
    };
    // The limiter decides each time, but never makes a call wait: that is no overhead but its purpose.
    let client = ClientOptions { rate_per_minute: u32::MAX, ..ClientOptions::default() };
    CallOptions { client, connectwise: Some(connectwise), ..CallOptions::default() }
}

/// Nobody is asked and nobody listens.
struct Program;

impl Caller for Program {
    fn name(&self) -> &str {
        "pipeline"
    }

    fn policy(&self) -> &Arc<Policy> {
        Policy::open()
    }

    fn surface(&self) -> Surface {
        Surface::Mcp
    }

    fn can_ask(&self) -> bool {
        false
    }

    fn ask<'a>(&'a self, _question: &'a str) -> Later<'a, Consent> {
        Box::pin(async { Consent::Withheld("nobody can be asked".to_owned()) })
    }

    fn progress(&self, _rows: usize, _total: Option<usize>) {}
}

/// A server that answers everything with the same 25 tickets; returns its base URL, with a path: a site alone would be asked for
/// it first.
async fn serve_tickets() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/v4_6_release/apis/3.0", listener.local_addr().unwrap());
    let ticket = |id: usize| {
        json!({
            "id": id,
            "summary": "Printer on the second floor does not answer",
            "board": { "id": 10, "name": "Help Desk" },
            "status": { "id": 1, "name": "New" },
            "priority": { "id": 5, "name": "Critical" },
            "company": { "id": 55, "identifier": "acme", "name": "Acme" },
            "_info": { "lastUpdated": "2024-01-01T00:00:00Z" },
        })
    };
    let body = (1..=25).map(ticket).collect::<serde_json::Value>().to_string();
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer_all(stream, answer.clone()));
        }
    });
    url
}

/// Answers each request of a connection, none of which has a body.
async fn answer_all(stream: TcpStream, answer: String) {
    stream.set_nodelay(true).unwrap();
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        match stream.read_line(&mut line).await {
            Ok(0) | Err(_) => return,
            // An empty line ends the request's headers.
            Ok(_) if line == "\r\n" => {
                if stream.get_mut().write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Ok(_) => {}
        }
    }
}

criterion_group!(benches, stages, memory);
criterion_main!(benches);
