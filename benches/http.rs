//! Does one server hold a team? Searches at a fixed rate over loopback, against the real program as a process.
//!
//! `cargo bench --bench http [-- --seconds 60 --clients 64 --rate 300]`
//!
//! The load is open: each search has its time, is sent then whether or not those before it were answered, and its latency counts
//! from that time, so a server that falls behind shows it. Clients take turns; every other one has a session (2025-11-25), the
//! rest send each request by itself (2026-07-28). No two searches are equal: they are the judged requests of `judgements/`, from the
//! second round on with a number, so that no vector is found in the cache. Memory is the server's resident set, on Linux.
//! Exit code 1: a search failed.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs, reason = "a measuring program")]

mod requests;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// When memory is first read: the model, the caches of allocators and every session are there by then.
const SETTLED: Duration = Duration::from_secs(10);

/// Errors that are shown.
const SHOWN: usize = 5;

struct Options {
    seconds: u64,
    clients: usize,
    rate: u64,
}

fn options() -> Options {
    let mut options = Options { seconds: 60, clients: 64, rate: 300 };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} needs a value"));
        match argument.as_str() {
            "--seconds" => options.seconds = value().parse().unwrap(),
            "--clients" => options.clients = value().parse().unwrap(),
            "--rate" => options.rate = value().parse().unwrap(),
            // cargo's own.
            "--bench" => {}
            other => panic!("unknown argument {other}; see the head of benches/http.rs"),
        }
    }
    options
}

fn request(requests: &[String], at: usize) -> String {
    let (round, request) = (at / requests.len(), &requests[at % requests.len()]);
    if round == 0 { request.clone() } else { format!("{request} {}", 10_000 + round) }
}

/// A server that ends with the bench.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(home: &Path) -> Self {
        let program = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cw-orchestrator"));
            let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
            command.arg("--home").arg(home).arg("--models").arg(models).arg("-q").args(arguments);
            command.env_remove("CW_ORCHESTRATOR_TOKEN");
            command
        };
        assert!(program(&["index", "build"]).status().unwrap().success());
        let mut command = program(&["serve", "--transport", "http", "--listen", "127.0.0.1:0", "--json"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        Self { child, url: told["listening"].as_str().unwrap().to_owned() }
    }

    /// Kilobytes of the resident set, where the system tells.
    fn resident_kb(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One of the team.
struct Client {
    http: reqwest::Client,
    url: String,
    name: String,
    session: Option<String>,
}

impl Client {
    async fn begin(url: &str, number: usize) -> Self {
        let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().unwrap();
        let mut client = Self { http, url: url.to_owned(), name: format!("bench {number}"), session: None };
        if number.is_multiple_of(2) {
            let params = json!({
                "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": client.name, "version": "1" }
            });
            let begin = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params });
            let begun = client.post(&begin).send().await.unwrap();
            client.session = Some(begun.headers()["mcp-session-id"].to_str().unwrap().to_owned());
            begun.bytes().await.unwrap();
            let noted = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
            assert!(client.post(&noted).send().await.unwrap().status().is_success());
        }
        client
    }

    fn post(&self, message: &Value) -> reqwest::RequestBuilder {
        let mut request = self.http.post(&self.url).body(message.to_string());
        request =
            request.header("content-type", "application/json").header("accept", "application/json, text/event-stream");
        if let Some(session) = &self.session {
            request = request.header("mcp-session-id", session).header("mcp-protocol-version", "2025-11-25");
        }
        request
    }

    /// What was wrong with an answer.
    async fn search(&self, id: usize, query: &str) -> Result<(), String> {
        const TOOL: &str = "semantic_endpoint_locator";
        let mut message = json!({
            "jsonrpc": "2.0", "id": id + 1, "method": "tools/call", "params": { "name": TOOL, "arguments": { "query": query } }
        });
        if self.session.is_none() {
            message["params"]["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": self.name, "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": {}
            });
        }
        let mut request = self.post(&message);
        if self.session.is_none() {
            request = request
                .header("mcp-protocol-version", "2026-07-28")
                .header("mcp-method", "tools/call")
                .header("mcp-name", TOOL);
        }
        let answer = request.send().await.map_err(|error| format!("{error:?}"))?;
        let status = answer.status();
        let body = answer.text().await.map_err(|error| format!("{error:?}"))?;
        let lines = body.lines().map(|line| line.strip_prefix("data:").unwrap_or(line));
        let message = lines
            .filter_map(|line| serde_json::from_str::<Value>(line.trim()).ok())
            .find(|it| it["result"].is_object());
        let found = message.as_ref().map(|message| &message["result"]["structuredContent"]);
        match found {
            Some(found)
                if found["hits"].as_array().is_some_and(|hits| !hits.is_empty()) && found["mode"] == "hybrid" =>
            {
                Ok(())
            }
            _ => Err(format!("{status}: {}", body.chars().take(300).collect::<String>())),
        }
    }
}

fn main() -> ExitCode {
    let options = options();
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut latencies, failed, memory) = runtime.block_on(load(&options, &server));
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{} clients, {} searches a second for {} s: {} answered, {failed} failed",
        options.clients,
        options.rate,
        options.seconds,
        latencies.len() - failed
    );
    println!(
        "from its time to its answer: p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, most {:.1} ms",
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    );
    match memory {
        (Some(settled), Some(end)) => println!(
            "resident after {} s: {} MB; at the end: {} MB ({:+.1} %)",
            SETTLED.as_secs().min(options.seconds),
            settled / 1024,
            end / 1024,
            (end as f64 / settled as f64 - 1.0) * 100.0
        ),
        _ => println!("resident: this system does not tell"),
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Latencies, failures, and memory when settled and at the end.
async fn load(options: &Options, server: &Server) -> (Vec<Duration>, usize, (Option<u64>, Option<u64>)) {
    let mut clients = Vec::new();
    for number in 0..options.clients {
        clients.push(Arc::new(Client::begin(&server.url, number).await));
    }
    // The model may still be loading: the first answer by meaning is no part of the measurement.
    clients[0].search(0, "is the model there").await.unwrap();
    let requests = requests::judged();
    let failed = Arc::new(AtomicUsize::new(0));
    let begin = Instant::now();
    let mut settled = None;
    let mut searches = tokio::task::JoinSet::new();
    for at in 0..(options.rate * options.seconds) as usize {
        let due = begin + Duration::from_nanos(at as u64 * 1_000_000_000 / options.rate);
        tokio::time::sleep_until(due.into()).await;
        if settled.is_none() && begin.elapsed() >= SETTLED {
            settled = server.resident_kb();
        }
        let (client, failed) = (Arc::clone(&clients[at % clients.len()]), Arc::clone(&failed));
        let query = request(&requests, at);
        searches.spawn(async move {
            if let Err(reason) = client.search(at, &query).await
                && failed.fetch_add(1, Ordering::Relaxed) < SHOWN
            {
                println!("failed: {query:?}: {reason}");
            }
            due.elapsed()
        });
    }
    let latencies = searches.join_all().await;
    let end = server.resident_kb();
    (latencies, failed.load(Ordering::Relaxed), (settled.or(end), end))
}
