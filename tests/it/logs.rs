//! What the program writes down of what it does.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::api::{Api, PRIVATE, PUBLIC, settled};
use crate::client::Client;
use crate::util::{Home, Ran, ran};

fn lines(home: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(home.join("logs/cw-orchestrator.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The events with a message, in order.
pub fn messages(home: &Path, message: &str) -> Vec<Value> {
    lines(home).into_iter().filter(|line| line["message"] == message).collect()
}

#[test]
fn a_server_writes_down_every_tool_and_call_with_who_and_how_long() {
    let (api, home) = (Api::of(200, json!([{ "id": 1 }])), Home::indexed());
    let mut client = api.client(&home, &[]);
    client.result("query_api_endpoints", json!({ "query": "tickets" }));
    client.refused("resolve_resource_metadata", json!({ "path": "/service/tickts" }));
    client.dispatch(json!({ "path": "/service/tickets", "params": { "conditions": "summary='canaryWord'" } }));
    let found = lines(home.path());
    let tools: Vec<(&Value, &Value)> =
        found.iter().filter(|line| line["message"] == "tool").map(|line| (&line["tool"], &line["outcome"])).collect();
    assert_eq!(
        tools,
        [
            (&json!("query_api_endpoints"), &json!("done")),
            (&json!("resolve_resource_metadata"), &json!("failed")),
            (&json!("dispatch_api_operation"), &json!("done")),
        ]
    );
    let call = found.iter().find(|line| line["message"] == "call").unwrap();
    assert_eq!(
        (&call["method"], &call["path"], &call["status"]),
        (&json!("GET"), &json!("/service/tickets"), &json!(200))
    );
    assert!(call["client"].as_str().unwrap().starts_with("test #") && call["ms"].as_f64().unwrap() > 0.0, "{call}");
    assert!(call["timestamp"].as_str().unwrap().ends_with('Z') && call["level"] == "INFO", "{call}");
    // What a call carries is none of the log's business.
    assert!(found.iter().all(|line| !line.to_string().contains("canaryWord")), "{found:?}");
}

#[test]
fn commands_write_only_when_asked_and_then_how_they_ended() {
    let home = Home::indexed();
    home.run(&["search", "tickets"]).ok();
    home.run(&["serve", "--log-level", "off", "--listen", "127.0.0.1:1"]);
    assert!(!home.path().join("logs/cw-orchestrator.jsonl").exists());
    home.run(&["describe", "GET", "/service/tickts", "--log-level", "error"]);
    let found = lines(home.path());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["level"], &found[0]["fault"]), (&json!("ERROR"), &json!("no_operation")));
    assert_ne!(home.run(&["search", "x", "--log-level", "loud"]).code, 0);
}

#[test]
fn a_log_that_cannot_be_written_is_one_warning_and_no_failure() {
    let home = Home::indexed();
    std::fs::write(home.path().join("logs"), "in the way").unwrap();
    let ran = home.run(&["search", "tickets", "--log-level", "info"]).ok();
    assert_eq!(ran.stderr.matches("nothing is logged").count(), 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("/service/tickets"));
    let mut client = Client::start(&home, &["serve"]);
    client.result("query_api_endpoints", json!({ "query": "tickets" }));
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_a_log() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::indexed();
    home.run(&["search", "x", "--log-level", "info"]);
    let mode = std::fs::metadata(home.path().join("logs/cw-orchestrator.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn known_secrets_are_masked_wherever_they_stand() {
    let (api, home) = (Api::of(404, json!({ "message": "no" })), Home::indexed());
    // Whoever writes a key into a path writes it into the log's only field that comes from a call.
    let mut command = api.command(
        &home,
        &["--log-level", "debug", "call", "GET", &format!("/service/{PRIVATE}/{PUBLIC}"), "--no-validate"],
    );
    let ran = ran(command.env("CW_ORCHESTRATOR_TOKEN", "canaryT0kenOfThirtyTwoCharacters").output().unwrap());
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let found = lines(home.path());
    assert!(found.iter().any(|line| line["message"] == "attempt" && line["attempt"] == 1), "{found:?}");
    assert!(found.iter().any(|line| line["message"] == "call" && line["status"] == 404), "{found:?}");
    let text = json!(found).to_string();
    assert!(text.contains("/service/[secret]/[secret]") && !text.contains(PRIVATE) && !text.contains(PUBLIC), "{text}");
}

/// Words of a call, and of an answer to it, each with `canary` in it: in parameters, filters, bodies, paths that are none, and errors
/// that quote them.
#[test]
fn nothing_that_was_asked_or_answered_is_in_a_line() {
    let api = Api::answering(|request: &wiremock::Request| {
        let status = if request.method.as_str() == "GET" { 500 } else { 400 };
        ResponseTemplate::new(status).set_body_json(json!({ "code": "X", "message": "canaryAnswer" }))
    });
    let home = Home::indexed();
    home.write("config.toml", "attempts = 2\n");
    let run = |arguments: &[&str]| -> Ran {
        let arguments = [arguments, &["--log-level", "debug"]].concat();
        ran(api.command(&home, &arguments).stdin(Stdio::null()).output().unwrap())
    };
    let said = [
        run(&["call", "GET", "/service/tickets", "--param", "conditions=canaryField == 1"]),
        run(&["call", "GET", "/service/tickets", "--param", "conditions=summary = 'canaryValue'"]),
        run(&["call", "GET", "/service/tickets", "--param", "canaryParam"]),
        run(&["call", "PATCH", "/service/tickets/7", "--data", r#"{"summary":"canaryBody"}"#, "--yes"]),
        run(&["call", "POST", "/service/tickets", "--data", r#"{"canaryMember":1}"#, "--yes"]),
        run(&["call", "POST", "/service/tickets", "--data", "canaryData", "--yes"]),
        run(&["raw", "GET /service/tickets?conditions=canaryQuery"]),
        run(&["raw", "POST /service/tickets {\"canaryBroken\""]),
        run(&["describe", "GET", "/canaryPath"]),
        run(&["resources", "canaryDomain"]),
        run(&["memory", "save", "GET", "/service/canaryKept", "--description", "canaryKept"]),
    ]
    .map(|ran| ran.stderr)
    .concat();
    let at_a_user =
        settled(&home, "https://canaryUser:canaryPassword@127.0.0.1:9/", &["call", "GET", "/service/tickets"])
            .args(["--log-level", "debug"])
            .output();
    assert_ne!(ran(at_a_user.unwrap()).code, 0);
    // A client that begins in the wrong way is quoted by what ends the session.
    let mut server = home
        .command(&["serve", "--log-level", "debug"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let first = json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progressToken": "canaryFirst", "progress": 1 } });
    writeln!(server.stdin.take().unwrap(), "{first}").unwrap();
    server.wait().unwrap();
    // Whoever asked is told in full.
    for told in ["canaryField", "canaryParam", "canaryMember", "canaryPath", "canaryDomain", "canaryAnswer"] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let faults: Vec<String> =
        messages(home.path(), "the command ended").iter().map(|line| line["fault"].to_string()).collect();
    assert!(faults.len() >= 8, "{faults:?}");
    let attempts = messages(home.path(), "attempt");
    assert!(attempts.iter().any(|line| line["attempt"] == 2 && line["status"] == 500 && line["fault"] == "status"));
    assert!(attempts.iter().all(|line| line["ms"].as_f64().is_some_and(|ms| ms > 0.0)), "{attempts:?}");
    assert!(!messages(home.path(), "sending again").is_empty());
    let text = std::fs::read_to_string(home.path().join("logs/cw-orchestrator.jsonl")).unwrap();
    let leaks: Vec<&str> = text.lines().filter(|line| line.contains("canary")).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn what_is_logged_into_a_pipe_has_no_colours() {
    let home = Home::empty();
    let ran = home.run(&["-vv", "search", "tickets", "--no-build"]);
    let built = Home::indexed().run(&["-vv", "domains"]);
    assert!(!ran.stderr.is_empty());
    for ran in [ran, built] {
        assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
    }
}
