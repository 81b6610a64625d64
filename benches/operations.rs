//! Is every operation of a manifest accepted by a server that holds requests against that manifest?
//!
//! `cargo bench --bench operations -- --url http://127.0.0.1:PORT [--manifest FILE] [--only FILE] [--concurrency N] [--report FILE]`
//! `cargo bench --bench operations -- --write-manifest FILE`
//!
//! The server is Prism (`@stoplight/prism-cli`), which refuses what the manifest does not allow; `scripts/mock.py` starts it
//! and runs this. Every operation is called as the product calls it, with the arguments its own schemas suggest; the manifest is
//! the embedded one, or any other with `--manifest`. Accepted is a call of the embedded manifest that was answered with 2xx and in
//! whose answers the server reported no violation; of another manifest, whose examples and statuses are not the product's affair,
//! one whose request the server did not find fault with. `--report` writes each refusal as a line of JSON, and `--only` calls just
//! the operations that such a file names. Exit code 1: an operation was refused for a reason that is not the manifest's own fault;
//! 3: the manifest cannot be read.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs, reason = "a measuring program")]

mod excuses;

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::generation::CATALOGUE;
use cw_orchestrator::invoke::client::{ClientOptions, Credential};
use cw_orchestrator::invoke::connectwise::{ConnectWise, ConnectWiseCredentials};
use cw_orchestrator::invoke::dialect::Dialect;
use cw_orchestrator::invoke::draft::{BodyKind, TakenBody, example_call};
use cw_orchestrator::invoke::generic::Generic;
use cw_orchestrator::invoke::settings::ApiSettings;
use cw_orchestrator::invoke::{Caller, Consent, Later, Policy, Writes};
use cw_orchestrator::openapi::{self, Manifest, MediaType, Operation};
use cw_orchestrator::service::{Call, CallOptions};
use cw_orchestrator::store::Store;
use cw_orchestrator::surface::Surface;
use cw_orchestrator::{Service, ServiceOptions};
use excuses::{Fault, Manifests, excuse};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, tcp};

/// The header in which Prism reports what it let pass and what is wrong with it all the same.
const VIOLATIONS: &str = "sl-violations:";

/// What Prism calls its own errors.
const PRISM_ERROR: &str = "stoplight.io/prism/errors#";

/// Prism's errors that find no fault with the request: the manifest has no answer that could be made up.
const NO_ANSWER: [&str; 5] =
    ["NO_RESPONSE_DEFINED", "NO_SUCCESS_RESPONSE_DEFINED", "NO_COMPLEX_OBJECT_TEXT", "UNKNOWN", "SCHEMA_TOO_COMPLEX"];

/// The file that uploads send, in the home folder.
const UPLOAD: &str = "example.txt";

/// Characters of the server's words that are printed.
const SHOWN: usize = 400;

struct Options {
    url: Option<String>,
    manifest: Option<PathBuf>,
    write_manifest: Option<PathBuf>,
    report: Option<PathBuf>,
    only: Option<PathBuf>,
    concurrency: usize,
}

fn options() -> Options {
    let mut options =
        Options { url: None, manifest: None, write_manifest: None, report: None, only: None, concurrency: 2 };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} needs a value"));
        match argument.as_str() {
            "--url" => options.url = Some(value()),
            "--manifest" => options.manifest = Some(value().into()),
            "--write-manifest" => options.write_manifest = Some(value().into()),
            "--only" => options.only = Some(value().into()),
            "--report" => options.report = Some(value().into()),
            "--concurrency" => options.concurrency = value().parse().unwrap(),
            // cargo's own.
            "--bench" => {}
            other => panic!("unknown argument {other}; see the head of benches/operations.rs"),
        }
    }
    options
}

/// A call that was not accepted.
struct Refusal {
    method: String,
    path: String,
    status: Option<u16>,
    words: String,
    excuse: Option<String>,
}

fn main() -> ExitCode {
    let options = options();
    if let Some(file) = &options.write_manifest {
        std::fs::write(file, openapi::embedded_bytes().unwrap()).unwrap();
    }
    let Some(url) = options.url else {
        // As in a plain `cargo bench`.
        println!("operations: nothing is called without --url; scripts/mock.py starts a mock and runs this against it");
        return ExitCode::SUCCESS;
    };
    let (mut manifest, inputs) = match &options.manifest {
        None => (openapi::embedded().unwrap(), vec![Input::embedded().unwrap()]),
        Some(file) => match openapi::read(&std::fs::read(file).unwrap()) {
            Ok(manifest) => (manifest, Input::named(file).unwrap()),
            Err(error) => {
                println!("unreadable {}: {error}", file.display());
                return ExitCode::from(3);
            }
        },
    };
    let paths = match &options.manifest {
        None => HashSet::new(),
        Some(file) => paths_of(&std::fs::read(file).unwrap()),
    };
    if let Some(file) = &options.only {
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let named: HashSet<(String, String)> = lines
            .map(|line| (line["method"].as_str().unwrap().to_owned(), line["path"].as_str().unwrap().to_owned()))
            .collect();
        manifest.operations.retain(|operation| named.contains(&(operation.method.to_string(), operation.path.clone())));
    }
    let manifest = Arc::new(manifest);
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(UPLOAD), "an example").unwrap();
    // An index of words: finding operations by path needs no model.
    let nowhere = Service::new(service_options(home.path(), CallOptions::default()));
    let report = nowhere.build(inputs, None, Reuse::Nothing, &Silent, || ()).unwrap();
    let catalogue = Store::open(&report.generation.join(CATALOGUE)).unwrap();
    let api = options.manifest.as_ref().map(|_| catalogue.apis().unwrap().remove(0));
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let paths = Arc::new(paths);
    let calling = call_all(&manifest, &paths, api.as_deref(), home.path(), &url, options.concurrency.max(1));
    let refusals = runtime.block_on(calling);

    let excused = refusals.iter().filter(|refusal| refusal.excuse.is_some()).count();
    for refusal in &refusals {
        let Refusal { method, path, status, words, excuse } = refusal;
        let status = status.map_or("no answer".to_owned(), |status| status.to_string());
        let words: String = words.chars().take(SHOWN).collect();
        match excuse {
            Some(reason) => println!("excused {method} {path} ({status}): {reason}"),
            None => println!("REFUSED {method} {path} ({status}): {words}"),
        }
    }
    if let Some(file) = &options.report {
        let mut out = std::fs::File::create(file).unwrap();
        for refusal in &refusals {
            let Refusal { method, path, status, words, excuse } = refusal;
            let line = json!({ "method": method, "path": path, "status": status, "words": words, "excuse": excuse });
            writeln!(out, "{line}").unwrap();
        }
    }
    let (all, refused) = (manifest.operations.len(), refusals.len() - excused);
    println!(
        "{all} operations called in {:.0} s: {} accepted, {excused} excused, {refused} refused",
        began.elapsed().as_secs_f64(),
        all - refusals.len(),
    );
    if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How the product is set up to reach a manifest's API below a URL: the embedded one, or the one of a name.
fn settings(manifest: &Manifest, api: Option<&str>, home: &Path, url: &str) -> CallOptions {
    // One attempt: what is refused is to be seen. A rate limit would measure nothing but itself.
    let client = ClientOptions {
        attempts: 1,
        rate_per_minute: 1_000_000,
        timeout: Duration::from_secs(60),
        ..ClientOptions::default()
    };
    let calls =
        CallOptions { client, writes: Writes::Allow, upload_folders: vec![home.to_owned()], ..CallOptions::default() };
    let Some(api) = api else {
        let connectwise = ConnectWiseCredentials {
            url: url.to_owned(),
            company_id: "acme".to_owned(),
            public_key: "public".into(),
            private_key: "private".into(),
            auth_prefix: None,
            client_id: Some("2f6e41a8-58a2-4f3e-9a5e-0c5b1f6d7a11".to_owned()),
            user_type: None,
            version: String::new(),
        };
        return CallOptions { connectwise: Some(connectwise), ..calls };
    };
    // One value that is right for every kind of scheme.
    let credential = Credential { variable: String::new(), value: Some("user:password".into()) };
    let credentials = manifest.security_schemes.keys().map(|scheme| (scheme.clone(), credential.clone())).collect();
    let settings = ApiSettings { base_url: Some(url.to_owned()), credentials, ..ApiSettings::default() };
    CallOptions { apis: [(api.to_owned(), settings)].into(), ..calls }
}

fn service_options(home: &Path, calls: CallOptions) -> ServiceOptions {
    ServiceOptions { home: home.to_owned(), models: home.join("no models"), build_if_missing: false, calls }
}

/// Calls every operation. Each worker has a service and a relay of its own, so that what is heard belongs to one call.
async fn call_all(
    manifest: &Arc<Manifest>,
    paths: &Arc<HashSet<String>>,
    api: Option<&str>,
    home: &Path,
    url: &str,
    concurrency: usize,
) -> Vec<Refusal> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = Vec::new();
    for _ in 0..concurrency {
        let relay = Relay::start(url).await;
        let service = Service::new(service_options(home, settings(manifest, api, home, &relay.url)));
        let dialect: &'static dyn Dialect = if api.is_some() { &Generic } else { &ConnectWise };
        let (manifest, paths) = (Arc::clone(manifest), Arc::clone(paths));
        let (next, upload) = (Arc::clone(&next), home.join(UPLOAD));
        workers.push(tokio::spawn(async move {
            let mut refusals = Vec::new();
            while let Some(operation) = manifest.operations.get(next.fetch_add(1, Ordering::Relaxed)) {
                let call = call(dialect, operation, &manifest, &upload);
                let refused = if dialect.name() == Generic.name() {
                    relay.put_before(&prefix(&operation.path));
                    let of = Manifests { read: &manifest, paths: &paths };
                    try_request(&service, &relay, call, &of, operation).await
                } else {
                    try_call(&service, &relay, call).await
                };
                refusals.extend(refused);
            }
            refusals
        }));
    }
    let mut refusals = Vec::new();
    for worker in workers {
        refusals.extend(worker.await.unwrap());
    }
    refusals.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    refusals
}

/// The call that the operation's schemas suggest; an upload has a file, and a search a filter.
fn call(dialect: &dyn Dialect, operation: &Operation, manifest: &Manifest, upload: &Path) -> Call {
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    let (params, mut data) = example_call(dialect, operation, &lookup);
    let body = operation.request_body.as_ref();
    let is_upload =
        body.is_some_and(|body| body.content.iter().any(|content| content.media_type.starts_with("multipart/")));
    if dialect.name() == ConnectWise.name() {
        if let Some(data) = data.as_mut().and_then(Value::as_object_mut).filter(|_| is_upload) {
            data.insert("file".to_owned(), json!(upload));
        }
        let is_search = operation.path.ends_with("/search");
        if let Some(data) = data.as_mut().and_then(Value::as_object_mut).filter(|_| is_search) {
            data.insert("conditions".to_owned(), json!("id > 0"));
            data.insert("orderBy".to_owned(), json!("id desc"));
        }
    } else {
        match TakenBody::of(operation, None, &lookup).kind {
            BodyKind::File => data = Some(json!(upload)),
            BodyKind::Text if !data.as_ref().is_some_and(Value::is_string) => data = Some(json!("<example/>")),
            _ => {
                // Beside JSON, which the product prefers, a form is not used.
                let contents = body.map_or(&[][..], |body| &body.content);
                let is_json = |content: &MediaType| content.media_type.contains("json");
                let is_form = |content: &&MediaType| content.media_type.contains("form");
                let form = contents.iter().find(is_form).filter(|_| !contents.iter().any(is_json));
                if let Some(content) = form {
                    add_files(&mut data, content, upload, &lookup);
                }
            }
        }
    }
    Call { params, data, ..Call::new(operation.method, &operation.path) }
}

/// Gives a form the files that its schema has, of which an example knows none.
fn add_files(data: &mut Option<Value>, content: &MediaType, upload: &Path, lookup: &dyn Fn(&str) -> Option<Value>) {
    let is_file = |schema: &Value| schema["format"] == "binary";
    let named = content.schema["$ref"].as_str().and_then(|name| lookup(name.rsplit('/').next()?));
    let schema = named.as_ref().unwrap_or(&content.schema);
    let Value::Object(members) = data.get_or_insert_with(|| json!({})) else { return };
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if is_file(property) {
            members.insert(name.clone(), json!(upload));
        } else if is_file(&property["items"]) {
            members.insert(name.clone(), json!([upload, upload]));
        }
    }
}

/// A call of the embedded manifest's API, where nothing may be wrong with request or answer.
async fn try_call(service: &Service, relay: &Relay, call: Call) -> Option<Refusal> {
    let (method, path) = (call.method.to_string(), call.path.clone());
    relay.take();
    let outcome = service.call(call, &Program).await;
    let heard = Heard::of(relay.take());
    let words = match outcome {
        Ok(outcome) if outcome.sent && outcome.answer.status.is_some_and(|s| (200..300).contains(&s)) => {
            heard.violations.clone()?
        }
        Ok(outcome) => json!(outcome.answer).to_string(),
        Err(error) if heard.body.is_empty() => error.to_string(),
        Err(_) => heard.body,
    };
    Some(Refusal { method, path, status: heard.status, words, excuse: None })
}

/// A call of another API, whose request alone is judged.
async fn try_request(
    service: &Service,
    relay: &Relay,
    call: Call,
    of: &Manifests<'_>,
    operation: &Operation,
) -> Option<Refusal> {
    let (method, path) = (call.method.to_string(), call.path.clone());
    relay.take();
    let outcome = service.call(call, &Program).await;
    let heard = Heard::of(relay.take());
    let (faults, mut words) = (heard.faults(), heard.words());
    if heard.status.is_some() {
        let is_about_the_request = heard.prism_error().is_some_and(|name| !NO_ANSWER.contains(&name.as_str()));
        if faults.is_empty() && !is_about_the_request {
            return None;
        }
    } else {
        words = outcome.err().map_or_else(|| "nothing was sent".to_owned(), |error| error.to_string());
    }
    let excuse = excuse(of, operation, &faults, &words);
    Some(Refusal { method, path, status: heard.status, words, excuse })
}

/// What the server said to one call.
struct Heard {
    status: Option<u16>,
    /// The line in which Prism says what is wrong with what it let pass.
    violations: Option<String>,
    body: String,
}

impl Heard {
    fn of(heard: String) -> Self {
        let status = heard.lines().find_map(|line| line.strip_prefix("HTTP/1.1 ")?.split(' ').next()?.parse().ok());
        let is_of_violations = |line: &&str| line.to_ascii_lowercase().starts_with(VIOLATIONS);
        let violations = heard.lines().find(is_of_violations).map(str::to_owned);
        let body = heard.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
        Self { status, violations, body }
    }

    /// The name of the error where the answer is one of Prism's own.
    fn prism_error(&self) -> Option<String> {
        let (_, rest) = self.body.split_once(PRISM_ERROR)?;
        rest.split('"').next().map(str::to_owned)
    }

    /// What is wrong with the request; warnings, as of what is deprecated, are none.
    fn faults(&self) -> Vec<Fault> {
        let listed = |text: &str| serde_json::from_str::<Value>(text).ok();
        let header = self.violations.as_deref().map(|line| line[VIOLATIONS.len()..].trim());
        // A long list is cut off, and then no JSON.
        if header.is_some_and(|text| listed(text).is_none() && text.contains(r#"["request""#)) {
            return vec![Fault::new()];
        }
        let of_header = header.and_then(listed).and_then(|list| list.as_array().cloned()).unwrap_or_default();
        let of_header = of_header.into_iter().filter(|fault| fault["location"][0] == "request");
        let of_body = self.prism_error().and_then(|_| listed(&self.body[self.body.find('{')?..]));
        let of_body = of_body.and_then(|body| body["validation"].as_array().cloned()).unwrap_or_default();
        let all = of_header.chain(of_body).filter(|fault| fault["severity"] == "Error");
        let places = |fault: &Value| fault["location"].as_array().cloned().unwrap_or_default();
        let text = |place: &Value| place.as_str().filter(|place| *place != "request").map(str::to_owned);
        all.map(|fault| places(&fault).iter().filter_map(text).collect()).collect()
    }

    fn words(&self) -> String {
        self.violations
            .iter()
            .chain([&self.body])
            .filter(|text| !text.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// The paths of a manifest as it has them.
fn paths_of(manifest: &[u8]) -> HashSet<String> {
    let read: Value = serde_json::from_slice(manifest).unwrap_or_default();
    read["paths"].as_object().into_iter().flatten().map(|(path, _)| path.clone()).collect()
}

/// What scripts/mockable.py puts before paths that Prism cannot tell apart: those with a fragment, and those with a verb.
fn prefix(path: &str) -> String {
    let (before, fragment) = path.split_once('#').unwrap_or((path, ""));
    let verb = before.rsplit_once('}').map(|(_, verb)| verb).filter(|verb| !verb.contains('/')).unwrap_or_default();
    let mark = format!("{fragment}{verb}");
    if mark.is_empty() {
        return mark;
    }
    format!("/_{}", mark.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// Nobody is asked and nobody listens.
struct Program;

impl Caller for Program {
    fn name(&self) -> &str {
        "operations"
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

/// What stands before every path: a URL of a site alone would be asked for it first. The mock knows the manifest's paths only.
const BASE: &str = "/v4_6_release/apis/3.0";

/// Passes bytes on between the product and the server, without [`BASE`], and keeps what the server says: the product has no use for
/// headers in which a mock comments on a request.
struct Relay {
    url: String,
    heard: Arc<Mutex<Vec<u8>>>,
    before: Arc<Mutex<String>>,
}

/// What becomes of the bytes that pass.
enum Passing {
    /// A prefix is put before the path of a request.
    Request(Arc<Mutex<String>>),
    /// An answer is kept.
    Answer(Arc<Mutex<Vec<u8>>>),
}

impl Relay {
    async fn start(url: &str) -> Self {
        let Some(server) = url.trim_end_matches('/').strip_prefix("http://").map(str::to_owned) else {
            panic!("--url must begin with http://, and {url} does not");
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}{BASE}", listener.local_addr().unwrap());
        let (heard, before) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(String::new())));
        let (keep, put) = (Arc::clone(&heard), Arc::clone(&before));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A server that is gone is seen by the product as a connection that breaks.
                let Ok(server) = TcpStream::connect(&server).await else { continue };
                let ((client_reads, client_writes), (server_reads, server_writes)) =
                    (client.into_split(), server.into_split());
                tokio::spawn(pass(client_reads, server_writes, Passing::Request(Arc::clone(&put))));
                tokio::spawn(pass(server_reads, client_writes, Passing::Answer(Arc::clone(&keep))));
            }
        });
        Self { url, heard, before }
    }

    /// What the server said since the last time.
    fn take(&self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut *self.heard.lock().unwrap())).into_owned()
    }

    /// Puts a prefix before the path of each request from now on.
    fn put_before(&self, prefix: &str) {
        prefix.clone_into(&mut self.before.lock().unwrap());
    }
}

/// Passes on until either side ends. What is kept is kept before it is passed on, so that a finished call was heard in full.
async fn pass(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, passing: Passing) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let bytes = &buffer[..read];
        let passed = match &passing {
            Passing::Answer(keep) => {
                keep.lock().unwrap().extend_from_slice(bytes);
                to.write_all(bytes).await
            }
            Passing::Request(before) => {
                let before = before.lock().unwrap().clone();
                match rewritten(bytes, &before) {
                    Some(request) => to.write_all(&request).await,
                    None => to.write_all(bytes).await,
                }
            }
        };
        if passed.is_err() {
            return;
        }
    }
    // The other side is told that nothing more comes; it may be closed already.
    let _ = to.shutdown().await;
}

/// The beginning of a request without [`BASE`], where these bytes are one: it begins with its line, `GET /base/path HTTP/1.1`. Each
/// request has a connection of its own: a slow machine would else find one closed that it was about to use again.
fn rewritten(bytes: &[u8], before: &str) -> Option<Vec<u8>> {
    let at = bytes.iter().position(|byte| *byte == b' ').filter(|at| *at < 10)?;
    let (method, rest) = bytes.split_at(at + 1);
    let rest = rest.strip_prefix(BASE.as_bytes())?;
    let (line, rest) = rest.split_at(rest.windows(2).position(|end| end == b"\r\n")? + 2);
    Some([method, before.as_bytes(), line, b"Connection: close\r\n", rest].concat())
}
