//! What clients share over HTTP and what is each one's own, and how calls under way end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::{Api, BASE, audit, settled};
use crate::http_client::{self, JSON, Running, WITHOUT_SESSIONS, call_alone};
use crate::util::Home;

const ALICE: &str = "alice-0123456789abcdef-0123456789abcdef";
const BOB: &str = "bob-0123456789abcdef-0123456789abcdef-x";
const DISPATCH: &str = "dispatch_api_operation";
const STORED: &str = "read_stored_result";

fn start(api: &Api, home: &Home) -> Running {
    Running::start(api.command(home, &["serve"]).env_remove("CW_ORCHESTRATOR_TOKEN"))
}

fn start_with_tokens(api: &Api, home: &Home) -> Running {
    home.write("config.toml", "[http.tokens]\nalice = 'env:ALICE_TOKEN'\nbob = 'env:BOB_TOKEN'\n");
    let mut command = api.command(home, &["serve"]);
    Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN").env("ALICE_TOKEN", ALICE).env("BOB_TOKEN", BOB))
}

/// Rows that are too many to show at once.
fn many() -> Api {
    let rows: Vec<Value> = (0..1_000).map(|id| json!({ "id": id, "text": "x".repeat(60) })).collect();
    Api::of(200, rows.into())
}

fn alone_headers() -> [(&'static str, &'static str); 3] {
    [("mcp-protocol-version", WITHOUT_SESSIONS), ("mcp-method", "tools/call"), ("mcp-name", DISPATCH)]
}

fn read() -> Value {
    json!({ "path": "/service/tickets" })
}

fn delete() -> Value {
    json!({ "path": "/service/tickets/7", "method": "DELETE" })
}

#[test]
fn a_session_lives_from_initialize_to_delete() {
    let (api, home) = (many(), Home::indexed());
    let server = start(&api, &home);
    let mut session = server.session("t", None);
    let found = session.call("semantic_endpoint_locator", json!({ "query": "list service tickets" }));
    assert_eq!(found["structuredContent"]["hits"][0]["path"], "/service/tickets", "{found}");
    assert_eq!(session.ask("ping", json!({})).message()["result"], json!({}));
    assert_eq!(server.send(Method::DELETE, "/mcp", &session.headers(), "").status, StatusCode::NO_CONTENT);
    assert_eq!(session.ask("ping", json!({})).status, StatusCode::NOT_FOUND);
    let stream = server.send(Method::GET, "/mcp", &[&JSON[..], &session.headers()].concat(), "");
    assert_eq!(stream.status, StatusCode::NOT_FOUND);
}

#[test]
fn a_silent_session_ends_and_is_unknown_from_then_on() {
    let (api, home) = (many(), Home::indexed());
    home.write("config.toml", "[http]\nsession_idle_s = 1\n");
    let server = start(&api, &home);
    let mut session = server.session("t", None);
    assert_eq!(server.health().json()["sessions"], 1);
    while server.health().json()["sessions"] == 1 {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(session.ask("ping", json!({})).status, StatusCode::NOT_FOUND);
}

#[test]
fn results_of_a_session_are_its_own_even_beside_one_of_the_same_token() {
    let (api, home) = (many(), Home::indexed());
    let server = start_with_tokens(&api, &home);
    let mut first = server.session("t", Some(ALICE));
    let handle = first.call(DISPATCH, read())["structuredContent"]["stored_result"]["handle"].clone();
    let page = json!({ "handle": handle, "offset": 990 });
    assert_eq!(first.call(STORED, page.clone())["structuredContent"]["rows"].as_array().unwrap().len(), 10);
    for token in [ALICE, BOB] {
        assert_eq!(server.session("t", Some(token)).call(STORED, page.clone())["isError"], true);
        let alone = server.call_alone("t", Some(token), STORED, page.clone()).message();
        assert_eq!(alone["result"]["isError"], true, "{alone}");
    }
    let listed = first.ask("resources/list", json!({})).message();
    assert!(listed.to_string().contains(handle.as_str().unwrap()), "{listed}");
}

#[test]
fn of_equal_posts_by_all_sessions_of_a_client_one_is_sent() {
    let (api, home) = (slow(Duration::from_millis(200)), Home::indexed());
    let server = start_with_tokens(&api, &home);
    let post = json!({ "path": "/company/contacts", "method": "POST", "data": { "firstName": "Ada" } });
    let mut sessions: Vec<_> =
        [ALICE, ALICE, ALICE, BOB].iter().map(|token| server.session("t", Some(token))).collect();
    let answers: Vec<(usize, bool)> = std::thread::scope(|scope| {
        let post = &post;
        let is_sent = |answer: Value| answer["structuredContent"]["sent"] != false;
        let one = |session| scope.spawn(move || is_sent(http_client::Session::call(session, DISPATCH, post.clone())));
        let calls: Vec<_> = sessions.iter_mut().map(one).collect();
        calls.into_iter().map(|call| call.join().unwrap()).enumerate().collect()
    });
    // Alice's three are one client, whose connection may have broken; Bob is another.
    assert_eq!(answers.iter().filter(|(at, sent)| *at < 3 && *sent).count(), 1, "{answers:?}");
    assert!(answers[3].1 && api.arrived().len() == 2, "{answers:?}");
    let later = server.session("t", Some(ALICE)).call(DISPATCH, post.clone());
    assert!(later["structuredContent"]["confirmation"].is_string(), "{later}");
}

#[test]
fn without_sessions_the_token_says_whose_a_result_is() {
    let (api, home) = (many(), Home::indexed());
    let server = start_with_tokens(&api, &home);
    let call = |name: &str, token: &str, tool: &str, arguments: Value| {
        let answer = server.call_alone(name, Some(token), tool, arguments);
        assert_eq!(answer.header("mcp-session-id"), "");
        answer.message()["result"].clone()
    };
    let handle = call("t", ALICE, DISPATCH, read())["structuredContent"]["stored_result"]["handle"].clone();
    let page = json!({ "handle": handle, "offset": 990 });
    assert_eq!(call("t", ALICE, STORED, page.clone())["structuredContent"]["total"], 1_000);
    for name in ["t", "alice", "alice #1"] {
        assert_eq!(call(name, BOB, STORED, page.clone())["isError"], true, "{name}");
    }
}

#[test]
fn without_tokens_the_clients_name_says_whose_a_result_is() {
    let (api, home) = (many(), Home::indexed());
    let server = start(&api, &home);
    let mut session = server.session("one", None);
    let in_session = session.call(DISPATCH, read())["structuredContent"]["stored_result"]["handle"].clone();
    let call = |name: &str, tool: &str, arguments: Value| {
        server.call_alone(name, None, tool, arguments).message()["result"].clone()
    };
    let handle = call("one", DISPATCH, read())["structuredContent"]["stored_result"]["handle"].clone();
    let page = json!({ "handle": handle, "offset": 990 });
    assert_eq!(call("one", STORED, page.clone())["structuredContent"]["total"], 1_000);
    assert_eq!(call("two", STORED, page.clone())["isError"], true);
    assert_eq!(session.call(STORED, page)["isError"], true);
    // Whatever a client calls itself, a session's results stay that session's.
    for name in ["one", "one #1", "one #2", "one #3", "one #4"] {
        assert_eq!(call(name, STORED, json!({ "handle": in_session, "offset": 990 }))["isError"], true, "{name}");
    }
}

#[test]
fn a_confirmation_is_good_for_whom_it_was_given_to_and_the_audit_file_names_them() {
    let (api, home) = (Api::of(200, json!({})), Home::indexed());
    let server = start_with_tokens(&api, &home);
    let call = |token: &str, arguments: Value| server.call_alone("t", Some(token), DISPATCH, arguments).message();
    let preview = call(ALICE, delete());
    let confirmation = preview["result"]["structuredContent"]["confirmation"].clone();
    assert!(confirmation.is_string(), "{preview}");
    let mut confirmed = delete();
    confirmed["confirmation"] = confirmation;
    call(BOB, confirmed.clone());
    assert!(api.lines().is_empty(), "{:?}", api.lines());
    let mut own = delete();
    own["confirmation"] = call(ALICE, delete())["result"]["structuredContent"]["confirmation"].clone();
    call(ALICE, own);
    assert_eq!(api.lines(), ["DELETE /service/tickets/7"]);
    let lines = audit(&home);
    assert!(lines.iter().any(|line| line["client"] == "alice"), "{lines:?}");
    assert!(!std::fs::read_to_string(home.path().join("logs/audit.jsonl")).unwrap().contains(ALICE));
}

/// An API that takes its time.
fn slow(time: Duration) -> Api {
    Api::answering(move |_: &Request| ResponseTemplate::new(200).set_body_json(json!([{ "id": 1 }])).set_delay(time))
}

/// Waits until so many requests have reached the API.
fn arrived(api: &Api, count: usize) {
    while api.lines().len() < count {
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(unix)]
#[test]
fn a_server_told_to_end_finishes_the_calls_under_way_and_streams_do_not_hold_it() {
    let (api, home) = (slow(Duration::from_secs(2)), Home::indexed());
    let mut server = start(&api, &home);
    let mut session = server.session("t", None);
    let stream = {
        let (url, headers) = (format!("{}/mcp", server.site), session.headers.clone());
        let mut request =
            reqwest::Client::builder().no_proxy().build().unwrap().get(url).header("accept", "text/event-stream");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        server.wait(request.send()).unwrap()
    };
    assert_eq!(stream.status(), StatusCode::OK);
    let message = session.request("tools/call", json!({ "name": DISPATCH, "arguments": read() }));
    let in_session = server.post_meanwhile(&session.headers(), &message);
    let alone = {
        let message = call_alone("t", DISPATCH, json!({ "path": "/service/boards" }));
        server.post_meanwhile(&alone_headers(), &message)
    };
    arrived(&api, 2);
    server.terminate();
    for call in [in_session, alone] {
        let answer = server.wait(call).unwrap().message();
        assert_eq!(answer["result"]["structuredContent"]["status"], 200, "{answer}");
    }
    server.wait(stream.bytes()).unwrap();
    let (status, rest) = server.ended();
    assert!(status.success() && rest.is_empty(), "{status} {rest}");
}

#[cfg(unix)]
#[test]
fn told_to_end_twice_a_server_ends_at_once() {
    let (api, home) = (slow(Duration::from_secs(600)), Home::indexed());
    let mut server = start(&api, &home);
    let mut session = server.session("t", None);
    let message = session.request("tools/call", json!({ "name": DISPATCH, "arguments": read() }));
    let call = server.post_meanwhile(&session.headers(), &message);
    arrived(&api, 1);
    server.terminate();
    // It is refused once the first was heard.
    let address = server.site.strip_prefix("http://").unwrap().to_owned();
    while std::net::TcpStream::connect(&address).is_ok() {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!call.is_finished());
    server.terminate();
    assert!(server.ended().0.success());
}

/// An API that holds every request until its caller leaves, but one for boards, which it answers then. It tells of both: the path,
/// and whether the caller has left.
fn holding() -> (String, mpsc::Receiver<(String, bool)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}{BASE}", listener.local_addr().unwrap());
    let (tell, told) = mpsc::channel();
    let (leave, left) = mpsc::channel();
    let left = Arc::new(Mutex::new(left));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, tell, leave, left) = (stream.unwrap(), tell.clone(), leave.clone(), Arc::clone(&left));
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
                let path = lines.next().unwrap().split(' ').nth(1).unwrap().replace(BASE, "");
                lines.by_ref().take_while(|line| !line.is_empty()).for_each(drop);
                tell.send((path.clone(), false)).unwrap();
                if path.starts_with("/service/boards") {
                    for _ in 0..2 {
                        left.lock().unwrap().recv().unwrap();
                    }
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]";
                    stream.write_all(head.as_bytes()).unwrap();
                } else {
                    assert!(!stream.read(&mut [0]).is_ok_and(|read| read > 0));
                    tell.send((path, true)).unwrap();
                    leave.send(()).unwrap();
                }
            });
        }
    });
    (url, told)
}

#[test]
fn a_call_that_is_given_up_ends_alone() {
    let ((url, told), home) = (holding(), Home::indexed());
    let server = Running::start(settled(&home, &url, &["serve"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    let mut session = server.session("t", None);
    let next = || told.recv_timeout(Duration::from_secs(60)).unwrap();
    let is_at = |path: &str, left| {
        let (found, has_left) = next();
        assert!(found.starts_with(path) && has_left == left, "{found} {has_left}");
    };
    let mut begin = |path: &str| {
        let message = session.request("tools/call", json!({ "name": DISPATCH, "arguments": { "path": path } }));
        let call = server.post_meanwhile(&session.headers(), &message);
        is_at(path, false);
        (message["id"].clone(), call)
    };
    let (given_up, _call) = begin("/service/tickets");
    let (_, kept) = begin("/service/boards");
    // Without a session, to break the connection is to give up.
    let message = call_alone("t", DISPATCH, json!({ "path": "/service/priorities" }));
    let alone = server.post_meanwhile(&alone_headers(), &message);
    is_at("/service/priorities", false);
    alone.abort();
    is_at("/service/priorities", true);
    let note = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": given_up } });
    assert_eq!(server.post(&session.headers(), &note).status, StatusCode::ACCEPTED);
    is_at("/service/tickets", true);
    let answer = server.wait(kept).unwrap().message();
    assert_eq!(answer["result"]["structuredContent"]["status"], 200, "{answer}");
}

#[test]
fn wide_numbers_and_packed_arguments_reach_their_tool_over_http_and_in_batches() {
    let (api, home) = (many(), Home::indexed());
    let server = start(&api, &home);
    let wide = [
        "9007199254740993",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "340282366920938463463374607431768211455",
    ];
    let arguments = |digits: &str| -> Value {
        let text = format!(
            r#"{{"path":"/service/nosuch","method":"POST","params":{{"big":{digits}}},"data":{{"n":[{digits}]}},"dry_run":true,"validate":false}}"#
        );
        serde_json::from_str(&text).unwrap()
    };
    let packed = |digits: &str| Value::from(arguments(digits).to_string());
    let is_exact = |answer: &Value, digits: &str| {
        let shown = answer["structuredContent"].to_string();
        assert!(
            shown.contains(&format!("\"n\":[{digits}]")) && shown.contains(&format!("big={digits}")),
            "{digits}: {answer}"
        );
    };
    let mut session = server.session("t", None);
    for digits in wide {
        is_exact(&session.call(DISPATCH, arguments(digits)), digits);
        is_exact(&session.call(DISPATCH, packed(digits)), digits);
        is_exact(&server.call_alone("t", None, DISPATCH, arguments(digits)).message()["result"], digits);
        is_exact(&server.call_alone("t", None, DISPATCH, packed(digits)).message()["result"], digits);
    }
    // What was wide once is not there for the next call.
    let next = session.call(DISPATCH, json!({ "path": "/service/tickets", "dry_run": true }));
    assert_eq!(next["structuredContent"]["request"]["method"], "GET", "{next}");
    let refused = session.call(DISPATCH, json!("tickets"));
    assert!(refused["isError"] == true && refused.to_string().contains("no JSON object"), "{refused}");
    let begun = server.post(
        &[],
        &json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" },
    } }),
    );
    let headers = [("mcp-session-id", begun.header("mcp-session-id")), ("mcp-protocol-version", "2025-03-26")];
    server.post(&headers, &json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    let call = |(id, arguments): (usize, Value)| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": DISPATCH, "arguments": arguments } });
    let each = wide.iter().flat_map(|digits| [arguments(digits), packed(digits)]).chain([json!([1])]);
    let batch: Vec<Value> = each.enumerate().map(call).collect();
    let answered = server.post(&headers, &batch.into());
    let answers: Value = serde_json::from_str(&answered.body).unwrap();
    let of =
        |id: usize| answers.as_array().unwrap().iter().find(|answer| answer["id"] == id).unwrap()["result"].clone();
    for (at, digits) in wide.iter().enumerate() {
        is_exact(&of(2 * at), digits);
        is_exact(&of(2 * at + 1), digits);
    }
    assert!(of(2 * wide.len()).to_string().contains("`arguments` is a list"), "{answers}");
}

#[test]
fn numbers_for_prometheus_say_how_tools_and_requests_ended_and_nothing_of_what_they_carry() {
    let (api, home) = (Api::of(200, json!([{ "id": 1, "summary": "row-canary" }])), Home::indexed());
    let server = start_with_tokens(&api, &home);
    let scraped = |token: &str| {
        let authorization = format!("Bearer {token}");
        server.send(Method::GET, "/metrics", &[("authorization", &authorization)], "")
    };
    assert_eq!(server.send(Method::GET, "/metrics", &[], "").status, StatusCode::UNAUTHORIZED);
    let mut session = server.session("t", Some(ALICE));
    session.call(DISPATCH, json!({ "path": "/service/tickets", "params": { "conditions": "id = 987654" } }));
    session.call("semantic_endpoint_locator", json!({ "query": "open tickets" }));
    session.call(DISPATCH, json!({ "path": "/nosuch" }));
    session.ask("tools/call", json!({ "name": "no_such_tool", "arguments": {} }));
    let answer = scraped(BOB);
    assert_eq!(answer.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    for line in [
        r#"cw_orchestrator_tool_calls_total{tool="dispatch_api_operation",outcome="done"} 1"#,
        r#"cw_orchestrator_tool_calls_total{tool="dispatch_api_operation",outcome="failed"} 1"#,
        r#"cw_orchestrator_tool_calls_total{tool="semantic_endpoint_locator",outcome="done"} 1"#,
        r#"cw_orchestrator_api_requests_total{method="GET",status="200"} 1"#,
        r#"cw_orchestrator_refused_requests_total{status="401"} 1"#,
        "cw_orchestrator_index_operations 2812",
        "cw_orchestrator_sessions 1",
    ] {
        assert!(answer.body.lines().any(|known| known == line), "{line}\n{}", answer.body);
    }
    for canary in ["row-canary", "987654", "alice", "service/tickets", ALICE] {
        assert!(!answer.body.contains(canary), "{canary}\n{}", answer.body);
    }
    assert_eq!(
        server.send(Method::POST, "/metrics", &[("authorization", &format!("Bearer {BOB}"))], "").status.as_u16(),
        405
    );
}
