//! Three servers behind a proxy that takes them by turns, one of them killed and started again midway, and the database stopped for a
//! while: what was acknowledged holds, and what failed says why.
//!
//! `CW_ORCHESTRATOR_TEST_REPLICAS_S` is how many seconds it takes, 10 where it is not set; from 30 on with 64 clients.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::http_client::{JSON, WITHOUT_SESSIONS, call_alone};
use crate::postgres_server::PostgresServer;
use crate::replicas::{TOKEN, start};
use crate::util::Home;

const REPLICAS: usize = 3;

/// Hands each connection to the next server that takes it.
struct Proxy {
    address: SocketAddr,
    targets: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Proxy {
    async fn start(targets: Vec<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let targets = Arc::new(Mutex::new(targets));
        let (of_loop, turn) = (Arc::clone(&targets), Arc::new(AtomicUsize::new(0)));
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (targets, turn) = (Arc::clone(&of_loop), Arc::clone(&turn));
                tokio::spawn(async move {
                    for _ in 0..REPLICAS {
                        let target = {
                            let targets = targets.lock().unwrap();
                            targets[turn.fetch_add(1, Ordering::Relaxed) % targets.len()]
                        };
                        if let Ok(mut server) = TcpStream::connect(target).await {
                            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                            return;
                        }
                    }
                });
            }
        });
        Self { address, targets }
    }
}

/// What clients saw.
#[derive(Default)]
struct Seen {
    answered: usize,
    /// Calls whose connection ended without an answer.
    broken: usize,
    /// Texts of errors.
    refused: Vec<String>,
    /// Numbers in the conditions of saves that were acknowledged.
    saved: BTreeSet<usize>,
    /// Ids of tickets whose deletion was confirmed, and acknowledged.
    deleted: BTreeMap<usize, usize>,
}

#[derive(Clone)]
struct Team {
    client: reqwest::Client,
    url: String,
    seen: Arc<Mutex<Seen>>,
    numbers: Arc<AtomicUsize>,
}

impl Team {
    /// The result of a call; `None` where there is none, or an error, which is noted.
    async fn call(&self, tool: &str, arguments: Value) -> Option<Value> {
        let mut request = self.client.post(&self.url).body(call_alone("t", tool, arguments).to_string());
        let own = [
            ("mcp-protocol-version", WITHOUT_SESSIONS),
            ("mcp-method", "tools/call"),
            ("mcp-name", tool),
            ("authorization", &format!("Bearer {TOKEN}")),
        ];
        for (name, value) in JSON.iter().chain(&own) {
            request = request.header(*name, *value);
        }
        let text = match request.send().await {
            Ok(answer) => answer.text().await.ok(),
            Err(_) => None,
        };
        let mut seen = self.seen.lock().unwrap();
        let texts = text.iter().flat_map(|text| text.lines().map(|line| line.strip_prefix("data:").unwrap_or(line)));
        let message =
            texts.filter_map(|text| serde_json::from_str::<Value>(text.trim()).ok()).find(|it| it.get("id").is_some());
        let Some(message) = message else {
            seen.broken += 1;
            return None;
        };
        let result = message["result"].clone();
        if result.is_null() || result["isError"] == true {
            seen.refused.push(message.to_string());
            return None;
        }
        seen.answered += 1;
        Some(result["structuredContent"].clone())
    }

    fn next(&self) -> usize {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// One of the things that a team does.
    async fn work(&self, chance: u32) {
        match chance % 10 {
            0..=3 => drop(self.call("query_api_endpoints", json!({ "query": "list service tickets" })).await),
            4 | 5 => drop(self.call("dispatch_api_operation", json!({ "path": "/service/tickets/7" })).await),
            6 | 7 => {
                let number = self.next();
                let saved = self.call(
                    "cache_invocation_pattern",
                    json!({
                    "path": "/service/tickets", "method": "GET", "description": format!("tickets of number {number}"),
                    "params": { "conditions": format!("id = {number}") } }),
                );
                if saved.await.is_some() {
                    self.seen.lock().unwrap().saved.insert(number);
                }
            }
            8 => drop(self.post(&format!("alone {}", self.next())).await),
            _ => {
                let number = 1_000 + self.next();
                let mut delete = json!({ "path": format!("/service/tickets/{number}"), "method": "DELETE" });
                let Some(shown) = self.call("dispatch_api_operation", delete.clone()).await else { return };
                delete["confirmation"] = shown["confirmation"].clone();
                let once = self.call("dispatch_api_operation", delete.clone());
                let twice = self.call("dispatch_api_operation", delete.clone());
                let (once, twice) = futures_util::future::join(once, twice).await;
                let acknowledged = usize::from(once.is_some()) + usize::from(twice.is_some());
                self.seen.lock().unwrap().deleted.insert(number, acknowledged);
            }
        }
    }

    async fn post(&self, summary: &str) -> Option<Value> {
        let data = json!({ "summary": summary, "board": { "id": 1 }, "company": { "id": 2 } });
        self.call("dispatch_api_operation", json!({ "path": "/service/tickets", "method": "POST", "data": data })).await
    }

    /// The same POST four times at once; returns how many say that it was sent.
    async fn four(&self, summary: &str) -> usize {
        let four = futures_util::future::join_all((0..4).map(|_| self.post(summary))).await;
        four.iter().flatten().filter(|result| result["status"] == 200).count()
    }
}

fn address(site: &str) -> SocketAddr {
    site.strip_prefix("http://").unwrap().parse().unwrap()
}

#[test]
fn what_was_acknowledged_holds_while_a_server_is_killed_and_the_database_stopped() {
    let Some(mut database) = PostgresServer::start() else { return };
    let seconds = std::env::var("CW_ORCHESTRATOR_TEST_REPLICAS_S").ok().and_then(|text| text.parse::<u64>().ok());
    let (seconds, clients) = (seconds.unwrap_or(10), if seconds >= Some(30) { 64 } else { 8 });
    let api = Api::answering(|request: &Request| {
        let row = json!({ "id": 7, "summary": "x" });
        ResponseTemplate::new(200).set_body_json(
            if request.url.path().ends_with("/tickets") && request.method.as_str() == "GET" {
                json!([row])
            } else {
                row
            },
        )
    });
    let url = database.database();
    let homes: Vec<Home> = (0..REPLICAS).map(|_| Home::indexed()).collect();
    let mut servers: Vec<_> = homes.iter().map(|home| Some(start(&api, home, &url))).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let targets = servers.iter().flatten().map(|server| address(&server.site)).collect();
    let proxy = runtime.block_on(Proxy::start(targets));
    let team = Team {
        // Each request is a connection of its own, so that each goes to the next server.
        client: reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap(),
        url: format!("http://{}/mcp", proxy.address),
        seen: Arc::default(),
        numbers: Arc::default(),
    };
    let began = Instant::now();
    let until = began + Duration::from_secs(seconds);
    let at_work: Vec<_> = (0..clients)
        .map(|client| {
            let team = team.clone();
            runtime.spawn(async move {
                // A fixed sequence that looks like chance.
                let mut number = 7_u32.wrapping_add(client);
                while Instant::now() < until {
                    number = number.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                    team.work(number >> 16).await;
                    tokio::time::sleep(Duration::from_millis(u64::from(clients) * 1_000 / 300)).await;
                }
            })
        })
        .collect();
    let refused = || team.seen.lock().unwrap().refused.len();
    let mut bursts = BTreeMap::new();
    let mut burst = |name: &str| {
        let sent = runtime.block_on(team.four(name));
        bursts.insert(name.to_owned(), sent);
    };
    let part = Duration::from_secs(seconds) / 6;
    burst("in quiet");
    std::thread::sleep(part);
    burst("before the kill");
    assert_eq!(team.seen.lock().unwrap().broken, 0);
    // Its drop kills it.
    drop(servers[1].take());
    burst("while one is gone");
    std::thread::sleep(part);
    let again = start(&api, &homes[1], &url);
    proxy.targets.lock().unwrap()[1] = address(&again.site);
    servers[1] = Some(again);
    // Whoever was with it when it was killed, and nobody after that.
    let broken = team.seen.lock().unwrap().broken;
    burst("when it is back");
    std::thread::sleep(part);
    assert_eq!(refused(), team.seen.lock().unwrap().refused.iter().filter(|text| is_known_refusal(text)).count());
    database.pause();
    std::thread::sleep(part.min(Duration::from_secs(5)));
    burst("while the database is away");
    database.resume();
    std::thread::sleep(part);
    burst("at the end");
    for client in at_work {
        runtime.block_on(client).unwrap();
    }
    let seen = team.seen.lock().unwrap();
    let away = seen.refused.iter().filter(|text| text.contains("the shared state, PostgreSQL at")).count();
    eprintln!(
        "{} calls answered, {} broken by the kill, {away} refused while the database was away, {} saves, {} confirmed",
        seen.answered,
        seen.broken,
        seen.saved.len(),
        seen.deleted.len()
    );
    assert_eq!(seen.broken, broken, "no connection is lost but by the kill");
    let strange: Vec<&String> = seen
        .refused
        .iter()
        .filter(|text| !is_known_refusal(text) && !text.contains("the shared state, PostgreSQL at"))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert!(away > 0 && seen.saved.len() > 5, "nothing was tried while it was away, or saved");
    // What arrived at the API.
    let mut deletions: BTreeMap<usize, usize> = BTreeMap::new();
    let mut posts: BTreeMap<String, usize> = BTreeMap::new();
    for arrived in api.arrived() {
        match arrived.method.as_str() {
            "DELETE" => *deletions.entry(arrived.path.rsplit('/').next().unwrap().parse().unwrap()).or_default() += 1,
            "POST" => *posts.entry(arrived.body["summary"].as_str().unwrap().to_owned()).or_default() += 1,
            _ => {}
        }
    }
    assert!(deletions.values().all(|count| *count == 1), "a confirmation was used twice: {deletions:?}");
    for (number, acknowledged) in &seen.deleted {
        assert!(*acknowledged <= deletions.get(number).copied().unwrap_or(0), "ticket {number}");
    }
    assert!(posts.values().all(|count| *count == 1), "a POST was sent twice: {posts:?}");
    for (name, sent) in &bursts {
        let expected = usize::from(name != "while the database is away");
        assert!(posts.get(name).copied().unwrap_or(0) == expected && *sent <= 1, "{name}: {sent} of {posts:?}");
    }
    // What was saved, by another process.
    let listed = homes[0]
        .command(&["memory", "list", "--json"])
        .env("STATE_URL", &url)
        .env("ALICE_TOKEN", TOKEN)
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for number in &seen.saved {
        assert!(listed.contains(&format!("tickets of number {number}\"")), "the save of {number} is lost");
    }
}

/// Whether an error is one that the second of two who bring the same confirmation is told.
fn is_known_refusal(text: &str) -> bool {
    text.contains("the confirmation is not known")
}
