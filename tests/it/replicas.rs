//! Several servers, each with a home of its own, that share one PostgreSQL: what one of them promised, all of them keep.

use reqwest::StatusCode;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::api::{Api, audit};
use crate::http_client::{self, Running, WITHOUT_SESSIONS};
use crate::postgres_server::PostgresServer;
use crate::util::Home;

pub const TOKEN: &str = "alice-0123456789abcdef-0123456789abcdef";
const DISPATCH: &str = "dispatch_api_operation";

/// The password in every URL of these tests, which nothing may show.
const PASSWORD: &str = "word-of-passage";

/// Servers that share a database and are led to one API.
struct Replicas {
    homes: Vec<Home>,
    servers: Vec<Running>,
}

impl Replicas {
    fn start(api: &Api, url: &str, count: usize) -> Self {
        let homes: Vec<Home> = (0..count).map(|_| Home::indexed()).collect();
        let servers = homes.iter().map(|home| start(api, home, url)).collect();
        Self { homes, servers }
    }

    /// A call that is under way at one of them while the test goes on.
    fn meanwhile(&self, at: usize, arguments: Value) -> tokio::task::JoinHandle<http_client::Answer> {
        let authorization = format!("Bearer {TOKEN}");
        let headers = [
            ("mcp-protocol-version", WITHOUT_SESSIONS),
            ("mcp-method", "tools/call"),
            ("mcp-name", DISPATCH),
            ("authorization", &*authorization),
        ];
        let message = http_client::call_alone("t", DISPATCH, arguments);
        self.servers[at % self.servers.len()].post_meanwhile(&headers, &message)
    }

    fn call(&self, at: usize, tool: &str, arguments: Value) -> Value {
        self.servers[at].call_alone("t", Some(TOKEN), tool, arguments).message()["result"].clone()
    }

    /// The results of calls that were all made at once, by turns at each.
    fn at_once(&self, calls: impl IntoIterator<Item = Value>) -> Vec<Value> {
        let under_way: Vec<_> =
            calls.into_iter().enumerate().map(|(at, call)| (at, self.meanwhile(at, call))).collect();
        let mut results = Vec::new();
        for (at, call) in under_way {
            let answer = self.servers[at % self.servers.len()].wait(call).unwrap();
            results.push(answer.message()["result"].clone());
        }
        results
    }

    /// Nothing that the servers wrote down holds the password.
    fn told_no_password(&self) {
        for home in &self.homes {
            for entry in std::fs::read_dir(home.path().join("logs")).unwrap() {
                let path = entry.unwrap().path();
                assert!(!std::fs::read_to_string(&path).unwrap().contains(PASSWORD), "{}", path.display());
            }
        }
    }
}

/// A server with this home that shares this database.
pub fn start(api: &Api, home: &Home, url: &str) -> Running {
    home.write("config.toml", "[state]\nurl = 'STATE_URL'\n[http.tokens]\nalice = 'env:ALICE_TOKEN'\n");
    let mut command = api.command(home, &["serve"]);
    Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN").env("ALICE_TOKEN", TOKEN).env("STATE_URL", url))
}

fn writes(api: &Api, method: &str) -> usize {
    api.arrived().iter().filter(|arrived| arrived.method == method).count()
}

fn record() -> Api {
    Api::answering(ResponseTemplate::new(200).set_body_json(json!({ "id": 7, "summary": "x" })))
}

fn ticket(summary: &str) -> Value {
    json!({ "path": "/service/tickets", "method": "POST",
        "data": { "summary": summary, "board": { "id": 1 }, "company": { "id": 2 } } })
}

fn is_error(result: &Value) -> bool {
    result["isError"] == true
}

#[test]
fn equal_posts_at_once_through_several_servers_are_sent_once() {
    let Some(server) = PostgresServer::shared() else { return };
    let api = record();
    let replicas = Replicas::start(&api, &server.database(), 3);
    for round in 0..5 {
        let results = replicas.at_once((0..4).map(|_| ticket(&format!("outage {round}"))));
        let sent = results.iter().filter(|result| result["structuredContent"]["status"] == 200).count();
        assert_eq!(sent, 1, "{results:?}");
        let held = results.iter().filter(|result| result["structuredContent"]["confirmation"].is_string());
        assert_eq!(held.count(), 3, "{results:?}");
        assert_eq!(writes(&api, "POST"), round + 1);
    }
    // A moment later, at another one, it is still the same; another one is not.
    let later = replicas.call(2, DISPATCH, ticket("outage 0"));
    assert!(later["structuredContent"]["confirmation"].is_string(), "{later}");
    assert_eq!(replicas.call(1, DISPATCH, ticket("something else"))["structuredContent"]["status"], 200);
    replicas.told_no_password();
}

#[test]
fn a_confirmation_of_one_server_is_used_once_at_another() {
    let Some(server) = PostgresServer::shared() else { return };
    let api = record();
    let replicas = Replicas::start(&api, &server.database(), 3);
    let delete = json!({ "path": "/service/tickets/7", "method": "DELETE" });
    for round in 0..5 {
        let shown = replicas.call(round % 3, DISPATCH, delete.clone());
        let confirmation = shown["structuredContent"]["confirmation"].as_str().unwrap_or_else(|| panic!("{shown}"));
        let mut confirmed = delete.clone();
        confirmed["confirmation"] = confirmation.into();
        let results = replicas.at_once((0..6).map(|_| confirmed.clone()));
        assert_eq!(results.iter().filter(|result| !is_error(result)).count(), 1, "{results:?}");
        let refused = results.iter().filter(|result| result.to_string().contains("the confirmation is not known"));
        assert_eq!(refused.count(), 5, "{results:?}");
        assert_eq!(writes(&api, "DELETE"), round + 1);
    }
    // For another request it sends nothing, and is used up.
    let shown = replicas.call(0, DISPATCH, delete.clone());
    let confirmation = shown["structuredContent"]["confirmation"].clone();
    let other = json!({ "path": "/service/tickets/8", "method": "DELETE", "confirmation": confirmation });
    assert!(replicas.call(1, DISPATCH, other).to_string().contains("is for another request"));
    let late = json!({ "path": "/service/tickets/7", "method": "DELETE", "confirmation": confirmation });
    assert!(replicas.call(2, DISPATCH, late).to_string().contains("the confirmation is not known"));
    assert_eq!(writes(&api, "DELETE"), 5);
}

#[test]
fn while_the_database_is_away_reads_go_on_and_what_it_guards_is_refused_by_name() {
    let Some(mut server) = PostgresServer::start() else { return };
    let api = record();
    let replicas = Replicas::start(&api, &server.database(), 1);
    let state = || replicas.servers[0].health().json()["state"].clone();
    let wait_for = |wanted: &str| {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while state() != wanted {
            assert!(std::time::Instant::now() < until, "health says {} and not {wanted}", state());
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    };
    wait_for("ok");
    assert_eq!(replicas.call(0, DISPATCH, ticket("before"))["structuredContent"]["status"], 200);
    server.pause();
    wait_for("away");
    let health = replicas.servers[0].health();
    assert_eq!(health.status, StatusCode::OK, "{health:?}");
    assert!(!health.body.contains("127.0.0.1") && !health.body.contains(PASSWORD), "{health:?}");
    let found = replicas.call(0, "semantic_endpoint_locator", json!({ "query": "list service tickets" }));
    assert_eq!(found["structuredContent"]["hits"][0]["path"], "/service/tickets", "{found}");
    let read = replicas.call(0, DISPATCH, json!({ "path": "/service/tickets/7" }));
    assert_eq!(read["structuredContent"]["status"], 200, "{read}");
    let change = json!({ "path": "/service/tickets/7", "method": "PATCH", "data": { "summary": "x" } });
    assert_eq!(replicas.call(0, DISPATCH, change)["structuredContent"]["status"], 200);
    let (posts, deletes) = (writes(&api, "POST"), writes(&api, "DELETE"));
    for write in [ticket("meanwhile"), json!({ "path": "/service/tickets/7", "method": "DELETE" })] {
        let refused = replicas.call(0, DISPATCH, write);
        let said = refused["content"][0]["text"].as_str().unwrap().to_owned();
        assert!(is_error(&refused) && said.contains("was not sent"), "{said}");
        assert!(
            said.contains("the shared state, PostgreSQL at 127.0.0.1:") && said.contains("cannot be reached"),
            "{said}"
        );
        assert!(!said.contains(PASSWORD), "{said}");
    }
    assert_eq!((writes(&api, "POST"), writes(&api, "DELETE")), (posts, deletes));
    server.resume();
    wait_for("ok");
    assert_eq!(replicas.call(0, DISPATCH, ticket("meanwhile"))["structuredContent"]["status"], 200);
    // What was refused stands in no audit.
    let sending =
        |home: &Home| audit(home).iter().filter(|line| line["result"] == "sending" && line["method"] == "POST").count();
    assert_eq!(sending(&replicas.homes[0]), 2);
    replicas.told_no_password();
}

#[test]
fn doctor_checks_the_setting_and_connects_only_when_it_is_asked_to() {
    let home = Home::indexed();
    let examined = |url: &str, arguments: &[&str]| {
        home.write("config.toml", &format!("[state]\nurl = '{url}'\n"));
        let ran = home.run(&[&["doctor", "--json"], arguments].concat());
        assert!(!ran.stdout.contains(PASSWORD) && !ran.stderr.contains(PASSWORD), "{}", ran.stdout);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        findings.into_iter().filter(|finding| finding["name"] == "state").collect::<Vec<_>>()
    };
    let said = |findings: &[Value]| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        findings.iter().map(|finding| (text(&finding["status"]), text(&finding["detail"]))).collect()
    };
    let of = |status: &str, detail: &str| (status.to_owned(), detail.to_owned());
    let far = format!("postgres://cw:{PASSWORD}@db.example/team");
    assert_eq!(said(&examined(&far, &[])), [of("ok", "replicas share PostgreSQL at db.example:5432/team")]);
    let open = said(&examined(&format!("{far}?sslmode=disable"), &[]));
    assert!(open[0].0 == "warning" && open[0].1.contains("can be read on the way"), "{open:?}");
    let strange = said(&examined(&format!("{far}?colour=red"), &[]));
    assert!(strange[0].0 == "fault" && strange[0].1.contains("`colour` is no option"), "{strange:?}");
    let unset = said(&examined("NO_SUCH_VARIABLE_IS_SET", &[]));
    assert!(unset[0].0 == "fault" && unset[0].1.contains("NO_SUCH_VARIABLE_IS_SET"), "{unset:?}");
    let Some(server) = PostgresServer::shared() else { return };
    let url = server.database();
    let online = said(&examined(&url, &["--online"]));
    assert!(online[1].0 == "ok" && online[1].1.contains("no tables of this program yet"), "{online:?}");
    assert_eq!(server.asked(&url, "SELECT count(*) FROM pg_namespace WHERE nspname = 'cw_orchestrator'"), "0");
    let gone = said(&examined(&format!("{url}_that_is_not"), &["--online"]));
    assert!(gone[1].0 == "fault" && gone[1].1.contains("does not exist"), "{gone:?}");
}
