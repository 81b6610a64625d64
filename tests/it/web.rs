//! The page and its routes over HTTP: who may ask, what is answered, and what a browser is told.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::{Api, BASE};
use crate::http_client::{Answer, Running};
use crate::util::Home;

const TOKEN: &str = "page-canary-0123456789abcdef-0123456789";
const SENDS_JSON: (&str, &str) = ("content-type", "application/json");

fn start(home: &Home, arguments: &[&str]) -> Running {
    Running::start(home.command(&[&["serve", "--no-build"], arguments].concat()).env_remove("CW_ORCHESTRATOR_TOKEN"))
}

fn get(server: &Running, path: &str) -> Answer {
    server.send(Method::GET, path, &[], "")
}

fn call(server: &Running, body: Value) -> Answer {
    server.send(Method::POST, "/api/v1/call", &[SENDS_JSON], body.to_string())
}

#[test]
fn the_page_is_one_document_that_a_browser_may_put_nothing_into() {
    let home = Home::indexed();
    let server = start(&home, &[]);
    let page = get(&server, "/");
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    for part in ["default-src 'none'", "script-src 'sha256-", "frame-ancestors 'none'", "form-action 'none'"] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!((page.header("x-content-type-options"), page.header("x-frame-options")), ("nosniff", "DENY"));
    assert!(page.body.len() < 150_000, "{}", page.body.len());
    assert_eq!(server.send(Method::POST, "/", &[], "").status.as_u16(), 405);
    for (name, value) in [("host", "evil.example"), ("origin", "https://evil.example")] {
        for path in ["/", "/api/v1/catalogue"] {
            assert_eq!(server.send(Method::GET, path, &[(name, value)], "").status.as_u16(), 403, "{name} {path}");
        }
    }
}

#[test]
fn its_routes_are_those_that_it_describes_and_the_index_reads_the_description() {
    let home = Home::indexed();
    let server = start(&home, &[]);
    let described = get(&server, "/api/v1/openapi.json").json();
    let paths: BTreeSet<&String> = described["paths"].as_object().unwrap().keys().collect();
    assert!(paths.len() >= 8, "{paths:?}");
    for path in paths {
        let operation = described["paths"][path].as_object().unwrap();
        let filled = format!("/api/v1{}", path.replace("{handle}", "nosuch").replace("{id}", "987654"));
        for method in ["GET", "POST", "DELETE"] {
            let answer = server.send(method.parse().unwrap(), &filled, &[SENDS_JSON], "{}");
            let is_there = operation.contains_key(&method.to_lowercase());
            assert_eq!(answer.status.as_u16() != 405, is_there, "{method} {path}: {answer:?}");
            assert!(is_there || !answer.header("allow").is_empty(), "{answer:?}");
        }
    }
    let own = Home::empty();
    own.write("own.json", &described.to_string());
    own.run(&["index", "build", "--manifest", own.path().join("own.json").to_str().unwrap(), "-q"]).ok();
    let found = own.run(&["search", "find", "operations", "by", "a", "sentence", "--mode", "keyword", "--json"]).ok();
    let paths: Vec<Value> = found.json()["hits"].as_array().unwrap().iter().map(|hit| hit["path"].clone()).collect();
    assert!(paths.contains(&json!("/search")), "{paths:?}");
}

#[test]
fn what_is_asked_wrongly_is_told_so() {
    let home = Home::indexed();
    let server = start(&home, &[]);
    for (path, status, says) in [
        ("/api/v1/search", 400, "q is missing"),
        ("/api/v1/search?q=x&limits=5", 400, "it takes q, limit"),
        ("/api/v1/search?q=x&q=y", 400, "given twice"),
        ("/api/v1/search?q=x&mode=magic", 400, "hybrid, semantic or keyword"),
        ("/api/v1/operation?path=/service/ticketz&method=GET", 404, "/service/tickets"),
        ("/api/v1/results/nosuch", 404, "make the call again"),
        ("/api/v1/nothing", 404, "openapi.json"),
        ("/api/v2/search", 404, "a page for people"),
    ] {
        let answer = get(&server, path);
        assert!(answer.status.as_u16() == status && answer.body.contains(says), "{path}: {answer:?}");
    }
    for (body, says) in
        [("{", "cannot be read"), (r#"{"method":"GET"}"#, "path"), (r#"{"path":"/x","method":"GET","pat":1}"#, "pat")]
    {
        let answer = server.send(Method::POST, "/api/v1/call", &[SENDS_JSON], body);
        assert!(answer.status.as_u16() == 400 && answer.body.contains(says), "{body}: {answer:?}");
    }
    // A form of another site's page cannot say that it sends JSON.
    let form = [("content-type", "text/plain")];
    let answer = server.send(Method::POST, "/api/v1/call", &form, r#"{"path":"/service/tickets","method":"GET"}"#);
    assert!(answer.status.as_u16() == 400 && answer.body.contains("Content-Type"), "{answer:?}");
}

#[test]
fn operations_are_found_described_and_called_and_a_write_is_shown_first() {
    let (api, home) = (Api::of(200, json!({ "id": 5, "summary": "<b>new</b>" })), Home::indexed());
    let server = Running::start(api.command(&home, &["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    let found = get(&server, "/api/v1/search?q=open+tickets&limit=3").json();
    assert_eq!((found["hits"].as_array().unwrap().len(), &found["hits"][0]["path"]), (3, &json!("/service/tickets")));
    assert!(!found["hits"][0]["why"]["signals"].as_object().unwrap().is_empty(), "{found}");
    let told = get(&server, "/api/v1/operation?path=/service/tickets/5&method=DELETE").json();
    assert_eq!(told["operation"]["path"], "/service/tickets/{id}", "{told}");
    assert!(told["command"].as_str().unwrap().starts_with("cw-orchestrator call DELETE"), "{told}");

    let deletion = json!({ "method": "DELETE", "path": "/service/tickets/5" });
    let shown = call(&server, deletion.clone()).json();
    assert_eq!((&shown["sent"], api.arrived().len()), (&json!(false), 0), "{shown}");
    let mut confirmed = deletion.clone();
    confirmed["confirmation"] = shown["confirmation"].clone();
    assert_eq!(call(&server, confirmed.clone()).json()["status"], 200);
    assert_eq!(api.arrived().len(), 1);
    // A confirmation holds once.
    let again = call(&server, confirmed);
    assert!(again.status.as_u16() == 422 && again.body.contains("confirmation"), "{again:?}");
    assert_eq!(api.arrived().len(), 1);
    let writes = get(&server, "/api/v1/activity").json()["writes"].clone();
    assert_eq!((&writes[0]["path"], &writes[0]["result"]), (&json!("/service/tickets/5"), &json!("200")), "{writes}");
    assert_eq!(api.arrived()[0].request.url.path(), format!("{BASE}/service/tickets/5"));
    let dry = call(&server, json!({ "method": "GET", "path": "/service/tickets", "dry_run": true })).json();
    assert!(!dry.to_string().contains(crate::api::PRIVATE), "{dry}");
}

#[test]
fn a_token_is_asked_for_and_sees_its_own_activity_alone() {
    let home = Home::indexed();
    home.write("logs/audit.jsonl", &{
        let line = |client: &str, write: &str| {
            json!({ "at_ms": 1, "write": write, "client": client, "api": "psa", "method": "POST", "path": "/x", "result": "201" }).to_string()
        };
        format!("{}\n{}\n", line("environment page", "1"), line("bob #1", "2"))
    });
    let server = Running::start(home.command(&["serve", "--no-build"]).env("CW_ORCHESTRATOR_TOKEN", TOKEN));
    assert_eq!(get(&server, "/").status.as_u16(), 200);
    for route in ["catalogue", "search?q=x", "memory", "activity", "openapi.json"] {
        let answer = get(&server, &format!("/api/v1/{route}"));
        assert!(answer.status.as_u16() == 401 && answer.body.contains("token"), "{route}: {answer:?}");
    }
    let bearer = format!("Bearer {TOKEN}");
    let own = server.send(Method::GET, "/api/v1/activity", &[("authorization", &bearer)], "").json();
    let writes = own["writes"].as_array().unwrap();
    assert!(writes.len() == 1 && writes[0]["client"] == "environment page", "{own}");
}
