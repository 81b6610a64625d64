//! Who is let in over HTTP, and what every client is told that is not.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::http_client::{JSON, LEGACY, Running};
use crate::util::Home;

const ALICE: &str = "alice-canary-0123456789abcdef-0123456789";
const BOB: &str = "bob-canary-0123456789abcdef-0123456789ab";

fn initialize() -> Value {
    let params =
        json!({ "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params })
}

fn start(home: &Home) -> Running {
    Running::start(home.command(&["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"))
}

/// A server that knows two tokens, and what is in its home.
fn start_with_tokens(home: &Home) -> Running {
    let hash = format!("{:x}", Sha256::digest(BOB));
    home.write("config.toml", &format!("[http.tokens]\nalice = 'env:ALICE_TOKEN'\nbob = 'sha256:{hash}'\n"));
    Running::start(home.command(&["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN").env("ALICE_TOKEN", ALICE))
}

#[test]
fn a_known_token_is_let_in_and_all_else_is_told_what_to_send() {
    let home = Home::empty();
    let server = start_with_tokens(&home);
    let bearer = |token: &str| format!("Bearer {token}");
    for (right, scheme) in [(ALICE, "Bearer"), (BOB, "bearer")] {
        let answer = server.post(&[("authorization", &format!("{scheme} {right}"))], &initialize());
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
    let missing = "Bearer realm=\"cw-orchestrator\"";
    let invalid = "Bearer realm=\"cw-orchestrator\", error=\"invalid_token\"";
    for (given, challenge) in [
        (None, missing),
        (Some("Basic YTpi".to_owned()), missing),
        (Some(ALICE.to_owned()), missing),
        (Some(bearer("")), missing),
        (Some(bearer(&ALICE[1..])), invalid),
        (Some(bearer(&ALICE.to_uppercase())), invalid),
        (Some(bearer("alice")), invalid),
    ] {
        let headers: Vec<(&str, &str)> = given.iter().map(|given| ("authorization", given.as_str())).collect();
        let answer = server.post(&headers, &initialize());
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (StatusCode::UNAUTHORIZED, challenge),
            "{given:?}"
        );
        assert!(answer.error().contains("token"), "{answer:?}");
        assert!(!answer.body.contains("canary"), "{answer:?}");
        assert!(answer.header("mcp-session-id").is_empty());
    }
    let twice = [("authorization", &*bearer(ALICE)), ("authorization", &*bearer(BOB))];
    assert_eq!(server.post(&twice, &initialize()).status, StatusCode::UNAUTHORIZED);
    // What stands in a URL ends in logs and histories.
    let in_query =
        server.send(Method::POST, &format!("/mcp?token={ALICE}&access_token={ALICE}"), &JSON, initialize().to_string());
    assert_eq!(in_query.status, StatusCode::UNAUTHORIZED);
    for method in [Method::GET, Method::DELETE, Method::OPTIONS] {
        // An OPTIONS of no browser is no preflight.
        assert_eq!(server.send(method, "/mcp", &JSON, "").status, StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn a_session_answers_only_the_token_that_began_it() {
    let home = Home::empty();
    let server = start_with_tokens(&home);
    let mut session = server.session("t", Some(ALICE));
    let theirs = session.id().to_owned();
    let bob = format!("Bearer {BOB}");
    let headers = [("authorization", &*bob), ("mcp-session-id", &*theirs), ("mcp-protocol-version", LEGACY)];
    let listing = json!({ "jsonrpc": "2.0", "id": 9, "method": "tools/list" });
    assert_eq!(server.post(&headers, &listing).status, StatusCode::NOT_FOUND);
    for method in [Method::GET, Method::DELETE] {
        let answer = server.send(method, "/mcp", &[&JSON[..], &headers[..]].concat(), "");
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(session.ask("tools/list", json!({})).message()["result"]["tools"].as_array().unwrap().len(), 13);
}

#[test]
fn what_others_can_reach_does_not_begin_without_a_token() {
    let home = Home::empty();
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let mut command = home.command(&["serve", "--no-build", "--transport", "http", "--listen", listen]);
        let refused = crate::util::ran(command.env_remove("CW_ORCHESTRATOR_TOKEN").output().unwrap());
        assert_eq!(refused.code, 2);
        assert!(
            refused.stderr.contains("CW_ORCHESTRATOR_TOKEN") && refused.stderr.contains("[http.tokens]"),
            "{}",
            refused.stderr
        );
        let short = crate::util::ran(command.env("CW_ORCHESTRATOR_TOKEN", "canary").output().unwrap());
        assert!(short.code == 2 && short.stderr.contains("too short"), "{}", short.stderr);
        assert!(!short.stderr.contains("canary"));
    }
    let stdio = home.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(stdio.code == 2 && stdio.stderr.contains("--transport http"), "{}", stdio.stderr);
}

#[test]
fn an_address_in_use_is_an_error_with_its_cure() {
    let home = Home::empty();
    let server = start(&home);
    let address = server.site.strip_prefix("http://").unwrap();
    let second = home.run(&["serve", "--no-build", "--transport", "http", "--listen", address]);
    assert!(second.code == 2 && second.stderr.contains("--listen"), "{}", second.stderr);
    assert_eq!(second.stdout, "");
}

#[test]
fn requests_of_another_site_are_refused_before_anything_else() {
    let home = Home::empty();
    home.write(
        "config.toml",
        "[http]\nallowed_hosts = ['tools.example.com']\nallowed_origins = ['https://tools.example.com']\n",
    );
    let server = start(&home);
    for (headers, right) in [
        ([("host", "localhost"), ("origin", "http://localhost:6274")], true),
        ([("host", "tools.example.com"), ("origin", "https://tools.example.com")], true),
        ([("host", "evil.example"), ("x-nothing", "")], false),
        ([("host", "localhost"), ("origin", "https://evil.example")], false),
        ([("host", "localhost"), ("origin", "null")], false),
        ([("host", "tools.example.com"), ("origin", "http://tools.example.com")], false),
    ] {
        let answer = server.post(&headers, &initialize());
        assert_eq!(answer.status, if right { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{headers:?}");
        for path in ["/health", "/nothing"] {
            let answer = server.send(Method::GET, path, &headers, "");
            assert_eq!(answer.status == StatusCode::FORBIDDEN, !right, "{headers:?}");
        }
    }
}

#[test]
fn pages_that_may_ask_are_told_so_by_their_browser_and_no_others() {
    let home = Home::empty();
    let hash = format!("{:x}", Sha256::digest(BOB));
    home.write(
        "config.toml",
        &format!("[http]\nallowed_origins = ['https://tools.example.com']\n[http.tokens]\nbob = 'sha256:{hash}'\n"),
    );
    let server = start(&home);
    for page in ["http://localhost:3000", "https://tools.example.com"] {
        let asks = [
            ("origin", page),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type,mcp-protocol-version,mcp-param-x, x-other"),
            ("access-control-request-private-network", "true"),
        ];
        let preflight = server.send(Method::OPTIONS, "/mcp", &asks, "");
        assert_eq!((preflight.status, preflight.body.as_str()), (StatusCode::NO_CONTENT, ""), "{preflight:?}");
        assert_eq!(preflight.header("access-control-allow-origin"), page);
        assert_eq!((preflight.header("vary"), preflight.header("access-control-max-age")), ("Origin", "7200"));
        assert_eq!(preflight.header("access-control-allow-private-network"), "true");
        let allowed: Vec<&str> = preflight.header("access-control-allow-headers").split(", ").collect();
        for name in
            ["authorization", "content-type", "mcp-session-id", "mcp-protocol-version", "last-event-id", "accept"]
        {
            assert!(allowed.contains(&name), "{allowed:?}");
        }
        assert!(allowed.contains(&"mcp-param-x") && !allowed.contains(&"x-other"));
        let methods: Vec<&str> = preflight.header("access-control-allow-methods").split(", ").collect();
        assert_eq!(methods, ["GET", "POST", "DELETE"]);
        let bearer = format!("Bearer {BOB}");
        let begun = server.post(&[("origin", page), ("authorization", &bearer)], &initialize());
        let session = begun.header("mcp-session-id").to_owned();
        let own = [("origin", page), ("authorization", &*bearer), ("mcp-session-id", &*session)];
        let read_by_page = [
            (begun, StatusCode::OK),
            (server.post(&[("origin", page)], &initialize()), StatusCode::UNAUTHORIZED),
            (server.send(Method::GET, "/nothing", &[("origin", page)], ""), StatusCode::NOT_FOUND),
            (server.send(Method::DELETE, "/mcp", &own, ""), StatusCode::NO_CONTENT),
            (server.send(Method::PUT, "/mcp", &own, ""), StatusCode::METHOD_NOT_ALLOWED),
        ];
        for (answer, status) in read_by_page {
            assert_eq!(answer.status, status, "{answer:?}");
            assert_eq!(answer.header("access-control-allow-origin"), page, "{answer:?}");
            assert!(answer.header("access-control-expose-headers").contains("mcp-session-id"));
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
    }
    for page in ["https://evil.example", "null", "http://tools.example.com"] {
        let asks = [("origin", page), ("access-control-request-method", "POST")];
        for answer in [server.send(Method::OPTIONS, "/mcp", &asks, ""), server.post(&asks, &initialize())] {
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "{answer:?}");
        }
    }
    assert_eq!(server.post(&[], &initialize()).header("access-control-allow-origin"), "");
}

#[test]
fn a_body_over_the_limit_is_refused_and_the_server_goes_on() {
    let home = Home::empty();
    let server = start(&home);
    let mut message = initialize();
    message["params"]["clientInfo"]["name"] = "x".repeat(1 << 20).into();
    let answer = server.post(&[], &message);
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.error().contains("1048576"), "{answer:?}");
    assert_eq!(server.post(&[], &initialize()).status, StatusCode::OK);
}

#[test]
fn a_client_that_begins_too_many_sessions_loses_its_own_and_nobody_elses() {
    let home = Home::empty();
    let server = start_with_tokens(&home);
    let mut alice = server.session("alice", Some(ALICE));
    let mut first = server.session("bob", Some(BOB));
    let mut second = server.session("bob", Some(BOB));
    assert_eq!(first.ask("tools/list", json!({})).status, StatusCode::OK);
    // Two tokens: half of a thousand for each.
    let bearer = format!("Bearer {BOB}");
    for _ in 0..499 {
        assert_eq!(server.post(&[("authorization", &bearer)], &initialize()).status, StatusCode::OK);
    }
    assert_eq!(server.health().json()["sessions"], 501);
    assert_eq!(second.ask("tools/list", json!({})).status, StatusCode::NOT_FOUND, "it was not used for longest");
    assert_eq!(first.ask("tools/list", json!({})).status, StatusCode::OK);
    assert_eq!(alice.ask("tools/list", json!({})).status, StatusCode::OK);
    server.session("alice", Some(ALICE));
}

#[test]
fn without_tokens_too_the_idle_session_goes() {
    let home = Home::empty();
    let server = start(&home);
    let mut first = server.session("first", None);
    let mut second = server.session("second", None);
    for _ in 0..248 {
        assert_eq!(server.post(&[], &initialize()).status, StatusCode::OK);
    }
    assert_eq!(second.ask("tools/list", json!({})).status, StatusCode::OK);
    assert_eq!(server.post(&[], &initialize()).status, StatusCode::OK);
    assert_eq!(server.health().json()["sessions"], 250);
    assert_eq!(first.ask("tools/list", json!({})).status, StatusCode::NOT_FOUND);
    assert_eq!(second.ask("tools/list", json!({})).status, StatusCode::OK);
    let ended = server.send(Method::DELETE, "/mcp", &second.headers(), "");
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
}

/// A request by a connection of its own.
#[cfg(target_os = "linux")]
fn fresh(server: &Running) -> reqwest::Result<reqwest::Response> {
    server.wait(async {
        reqwest::Client::builder().no_proxy().build().unwrap().get(format!("{}/health", server.site)).send().await
    })
}

#[cfg(target_os = "linux")]
#[test]
fn connections_that_say_nothing_keep_nobody_out_and_end() {
    use std::io::{Read, Write};
    let home = Home::empty();
    let server = start(&home);
    let address = server.site.strip_prefix("http://").unwrap();
    let mut slow = std::net::TcpStream::connect(address).unwrap();
    slow.write_all(b"GET /health HT").unwrap();
    let mut silent: Vec<_> = (0..600).map(|_| std::net::TcpStream::connect(address).unwrap()).collect();
    for _ in 0..3 {
        assert!(fresh(&server).unwrap().status().as_u16() >= 200);
    }
    for stream in [slow, silent.pop().unwrap()] {
        let mut stream = stream;
        stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
        let ended = stream.read(&mut [0; 1]);
        let is_reset = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ConnectionReset;
        assert!(matches!(&ended, Ok(0)) || ended.as_ref().is_err_and(is_reset), "{ended:?}");
    }
}

#[test]
fn health_is_told_to_anyone_without_a_secret_or_a_path() {
    let home = Home::empty();
    let server = start_with_tokens(&home);
    let mut answer = server.health();
    for _ in 0..200 {
        if answer.json()["status"] == "failed" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
        answer = server.health();
    }
    // Without an index and the leave to build one, nothing can be answered.
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let shown = answer.json();
    assert_eq!((&shown["status"], &shown["index"], &shown["sessions"]), (&json!("failed"), &Value::Null, &json!(0)));
    assert!(!answer.body.contains(home.path().to_str().unwrap()) && !answer.body.contains("canary"));

    let indexed = Home::indexed();
    let server = start(&indexed);
    let found = server.call_alone("t", None, "semantic_endpoint_locator", json!({ "query": "list service tickets" }));
    assert_eq!(found.status, StatusCode::OK, "{found:?}");
    let answer = server.health();
    let shown = answer.json();
    assert_eq!((answer.status, &shown["status"]), (StatusCode::OK, &json!("ok")), "{shown}");
    assert_eq!((&shown["version"], &shown["index"]["operations"]), (&json!(env!("CARGO_PKG_VERSION")), &json!(2812)));
    assert!(shown["index"]["age_s"].is_u64());
    assert_eq!(server.send(Method::POST, "/health", &[], "").status, StatusCode::METHOD_NOT_ALLOWED);
}

#[cfg(target_os = "linux")]
#[test]
fn the_last_connection_is_passed_on_instead_of_kept() {
    let home = Home::empty();
    let server = start(&home);
    assert_eq!(server.health().header("connection"), "");
    let address = server.site.strip_prefix("http://").unwrap();
    // One that the client above keeps, 510 that wait, and the last.
    let waiting: Vec<_> = (0..510).map(|_| std::net::TcpStream::connect(address).unwrap()).collect();
    let fresh = || fresh(&server);
    assert_eq!(fresh().unwrap().headers()["connection"], "close");
    assert!(fresh().is_ok(), "it was passed on");
    drop(waiting);
    while fresh().unwrap().headers().contains_key("connection") {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// A program that reads the answer as JSON learns why it was refused, whoever refused it.
#[test]
fn every_refusal_over_http_is_json() {
    let home = Home::empty();
    let server = start(&home);
    let plain = [("content-type", "text/plain"), ("accept", "application/json, text/event-stream")];
    let only_json = [("content-type", "application/json"), ("accept", "application/json")];
    let nothing = [("accept", "text/html")];
    let body = initialize().to_string();
    for (answer, status) in [
        (server.send(Method::POST, "/mcp", &plain, body.clone()), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (server.send(Method::POST, "/mcp", &only_json, body.clone()), StatusCode::NOT_ACCEPTABLE),
        (server.send(Method::POST, "/mcp", &JSON, "{"), StatusCode::BAD_REQUEST),
        (server.send(Method::GET, "/mcp", &nothing, ""), StatusCode::NOT_ACCEPTABLE),
        (server.send(Method::PUT, "/mcp", &JSON, body.clone()), StatusCode::METHOD_NOT_ALLOWED),
        (server.send(Method::DELETE, "/mcp", &JSON, ""), StatusCode::BAD_REQUEST),
        (server.send(Method::GET, "/nowhere", &JSON, ""), StatusCode::NOT_FOUND),
        (server.send(Method::POST, "/health", &JSON, ""), StatusCode::METHOD_NOT_ALLOWED),
    ] {
        assert_eq!((answer.status, answer.header("content-type")), (status, "application/json"), "{answer:?}");
        assert!(!answer.error().is_empty(), "{answer:?}");
    }
}

/// What one client writes otherwise than another is taken: a mark before UTF-8, and a range in place of both media types.
#[test]
fn a_request_is_taken_in_each_form_that_its_specifications_know() {
    let home = Home::empty();
    let server = start(&home);
    let body = initialize().to_string();
    let marked = format!("\u{feff}{body}");
    let json = ("content-type", "application/json");
    for accept in ["*/*", "application/*, text/*", "text/html, */*;q=0.5", "application/json, text/event-stream"] {
        for body in [&body, &marked] {
            let answer = server.send(Method::POST, "/mcp", &[json, ("accept", accept)], body.clone());
            assert_eq!(answer.status, StatusCode::OK, "{accept}: {answer:?}");
            assert_eq!(answer.message()["result"]["protocolVersion"], LEGACY);
        }
    }
    let nothing = server.send(Method::POST, "/mcp", &JSON, "\u{feff}{");
    assert_eq!((nothing.status, &nothing.json()["error"]["code"]), (StatusCode::BAD_REQUEST, &json!(-32700)));
    let session = server.session("t", None);
    let call = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {} });
    let refused = server.post(&session.headers(), &call);
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (StatusCode::OK, &json!(-32602)), "{refused:?}");
}
