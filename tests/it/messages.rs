//! Batches, and what is no message: every transport answers what can be answered.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::Client;
use crate::http_client::{JSON, Running};
use crate::util::Home;

const WITH_BATCHES: &str = "2025-03-26";

fn ping(id: impl Into<Value>) -> Value {
    json!({ "jsonrpc": "2.0", "id": id.into(), "method": "ping" })
}

fn search(id: impl Into<Value>) -> Value {
    let params = json!({ "name": "query_api_endpoints", "arguments": { "query": "service tickets" } });
    json!({ "jsonrpc": "2.0", "id": id.into(), "method": "tools/call", "params": params })
}

fn noted() -> Value {
    json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })
}

/// The ids of answers, in order, each with its error's code.
fn outcomes(answers: &Value) -> Vec<(Value, Option<i64>)> {
    let mut outcomes: Vec<(Value, Option<i64>)> = answers
        .as_array()
        .unwrap_or_else(|| panic!("{answers}"))
        .iter()
        .map(|answer| {
            assert!(answer["result"].is_object() || answer["error"].is_object(), "{answer}");
            (answer["id"].clone(), answer["error"]["code"].as_i64())
        })
        .collect();
    outcomes.sort_by_key(|(id, code)| (id.to_string(), *code));
    outcomes
}

/// Lines that are no message, with the id and the code of their answers.
fn unreadable() -> Vec<(Vec<u8>, Value, i64)> {
    let deep = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":43,\"method\":\"ping\",\"params\":{}1{}}}",
        "[".repeat(9_999),
        "]".repeat(9_999)
    );
    let half = br#"{"jsonrpc":"2.0","id":41,"method":"ping","params":{"x":"cut \ud83d"}}"#;
    let no_text = b"{\"jsonrpc\":\"2.0\",\"id\":42,\"method\":\"ping\",\"params\":{\"x\":\"\xff\"}}";
    vec![
        (b"{\"jsonrpc\": \"2.0\", ".to_vec(), Value::Null, -32700),
        (b"hello".to_vec(), Value::Null, -32700),
        (half.to_vec(), json!(41), -32600),
        (no_text.to_vec(), json!(42), -32600),
        (deep.into_bytes(), json!(43), -32600),
        (br#"{"id":44,"method":"ping"}"#.to_vec(), json!(44), -32600),
    ]
}

#[test]
fn a_batch_over_stdio_is_answered_in_one_line() {
    let home = Home::indexed();
    let mut client = Client::speaking(WITH_BATCHES, &mut home.command(&["serve"]), &json!({}));
    client.send(&json!([search(100), ping("a"), noted(), 7, ping("a")]));
    let outcome = outcomes(&client.line());
    let wanted = [(json!("a"), None), (json!("a"), Some(-32600)), (json!(100), None), (Value::Null, Some(-32600))];
    assert_eq!(outcome, wanted);
    // Of notifications there is no answer: the next line is of the next request.
    client.send(&json!([noted(), noted()]));
    client.send(&ping(101));
    assert_eq!(client.line()["id"], 101);
    client.send(&json!([]));
    assert_eq!(client.line()["error"]["code"], -32600);
}

#[test]
fn another_version_has_no_batches_over_stdio() {
    let home = Home::indexed();
    let mut client = Client::speaking("2025-06-18", &mut home.command(&["serve"]), &json!({}));
    client.send(&json!([ping(100)]));
    let refused = client.line();
    assert_eq!((&refused["error"]["code"], &refused["id"]), (&json!(-32600), &Value::Null));
    let why = refused["error"]["message"].as_str().unwrap();
    assert!(why.contains(WITH_BATCHES) && why.contains("2025-06-18"), "{why}");
    client.request("ping", json!({}));
}

#[test]
fn what_is_no_message_is_answered_over_stdio_and_the_session_goes_on() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    for (line, id, code) in unreadable() {
        client.send_bytes(&line);
        let answer = client.line();
        assert_eq!((&answer["id"], answer["error"]["code"].as_i64()), (&id, Some(code)), "{answer}");
    }
    client.send_bytes(b"\xEF\xBB\xBF{\"jsonrpc\":\"2.0\",\"id\":50,\"method\":\"ping\"}\r");
    assert_eq!(client.line()["id"], 50);
}

#[test]
fn an_id_that_is_taken_is_refused_and_each_request_is_answered() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    client.send_bytes([search(7), search(7), search(7)].map(|message| message.to_string()).join("\n").as_bytes());
    let answers: Value = (0..3).map(|_| client.line()).collect();
    let outcome = outcomes(&answers);
    assert_eq!(outcome, [(json!(7), None), (json!(7), Some(-32600)), (json!(7), Some(-32600))]);
    // Once it is answered, nobody is in the way.
    client.send(&search(7));
    assert!(client.line()["result"].is_object());
}

#[test]
fn batches_and_what_is_no_message_are_answered_over_http() {
    let home = Home::indexed();
    let server = Running::start(home.command(&["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    let begin = |version: &str| {
        let params =
            json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        let begun = server.post(&[], &json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
        assert_eq!(begun.message()["result"]["protocolVersion"], version);
        begun.header("mcp-session-id").to_owned()
    };
    let session = begin(WITH_BATCHES);
    let headers = [("mcp-session-id", &*session)];
    assert_eq!(server.post(&headers, &noted()).status, StatusCode::ACCEPTED);
    let answer = server.post(&headers, &json!([search(2), noted(), ping("a"), 7, ping("a")]));
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    let wanted = [(json!("a"), None), (json!("a"), Some(-32600)), (json!(2), None), (Value::Null, Some(-32600))];
    assert_eq!(outcomes(&answer.json()), wanted);
    let told = server.post(&headers, &json!([noted()]));
    assert_eq!((told.status, told.body.as_str()), (StatusCode::ACCEPTED, ""));
    let other = begin("2025-06-18");
    let refused = server.post(&[("mcp-session-id", &other), ("mcp-protocol-version", "2025-06-18")], &json!([ping(2)]));
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.error().contains(WITH_BATCHES), "{refused:?}");
    for (body, id, code) in unreadable() {
        let answer = server.send(Method::POST, "/mcp", &[&JSON[..], &headers].concat(), body);
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::BAD_REQUEST, "application/json"));
        let shown = answer.json();
        assert_eq!((&shown["id"], shown["error"]["code"].as_i64()), (&id, Some(code)), "{shown}");
        assert!(shown.as_object().unwrap().contains_key("id"));
    }
    // Three at once with one id: each is answered, the later ones with why they were not taken.
    let asked: Vec<_> = (0..3).map(|_| server.post_meanwhile(&headers, &search(9))).collect();
    for answer in asked {
        let message = server.wait(answer).unwrap().message();
        assert_eq!(message["id"], 9);
        assert!(message["result"].is_object() || message["error"]["code"] == -32600, "{message}");
    }
    assert!(server.post(&headers, &search(9)).message()["result"].is_object());
}
