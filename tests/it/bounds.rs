//! What is longer, or more, than anybody needs: it is refused at once, by its length and the bound, and costs no other client anything.

use serde_json::{Value, json};

use crate::client::Client;
use crate::http_client::Running;
use crate::util::{Home, run_shared};

fn long_path() -> String {
    format!("/{}", "x".repeat(60_000))
}

/// The text of a tool's answer that is a failure.
fn failure(result: &Value) -> String {
    assert_eq!(result["isError"], true, "{result}");
    result["content"][0]["text"].as_str().unwrap().to_owned()
}

fn says_the_bound(text: &str) {
    assert!(text.contains("60001 characters") && text.contains("2000"), "{text}");
    assert!(text.len() < 1_000, "{} characters", text.len());
}

#[test]
fn a_path_of_60_kb_is_refused_wherever_a_path_is_taken() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let path = long_path();
    for (tool, arguments) in [
        ("resolve_resource_metadata", json!({ "path": path })),
        ("dispatch_api_operation", json!({ "path": path })),
        ("dispatch_api_operation", json!({ "path": path, "method": "POST", "data": {}, "validate": false })),
        ("send_unmediated_payload", json!({ "raw_request": format!("GET {path}?page=1") })),
        ("cache_invocation_pattern", json!({ "path": path, "method": "GET", "description": "all of them" })),
    ] {
        says_the_bound(&failure(
            &client.request("tools/call", json!({ "name": tool, "arguments": arguments }))["result"],
        ));
    }
    let uri = format!("cw-orchestrator://operations/GET{path}");
    let refused = client.request("resources/read", json!({ "uri": uri }));
    says_the_bound(refused["error"]["message"].as_str().unwrap());
    for command in [&["describe", "GET", &path][..], &["call", "GET", &path], &["raw", &format!("DELETE {path}")]] {
        let refused = run_shared(command);
        assert_eq!(refused.code, 2);
        says_the_bound(&refused.stderr);
    }
    // What a filter needs may be longer than any path.
    let filter = format!("id in ({})", (1..2_000).map(|id| id.to_string()).collect::<Vec<_>>().join(","));
    let arguments = json!({ "path": format!("/service/tickets?conditions={filter}"), "dry_run": true });
    let shown = client.request("tools/call", json!({ "name": "dispatch_api_operation", "arguments": arguments }));
    assert!(!shown.to_string().contains("are looked up"), "{shown}");
}

#[test]
fn long_paths_of_one_client_keep_no_other_from_its_answer() {
    let home = Home::indexed();
    let server = Running::start(home.command(&["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    let mut bob = server.session("bob", None);
    let mut alice = server.session("alice", None);
    let asked: Vec<_> = (0..2)
        .map(|_| {
            let arguments = json!({ "name": "resolve_resource_metadata", "arguments": { "path": long_path() } });
            let message = bob.request("tools/call", arguments);
            server.post_meanwhile(&bob.headers(), &message)
        })
        .collect();
    let found = alice.call("query_api_endpoints", json!({ "query": "service tickets" }));
    assert!(found["structuredContent"]["hits"][0]["path"].is_string(), "{found}");
    for answer in asked {
        says_the_bound(&failure(&server.wait(answer).unwrap().message()["result"]));
    }
}

#[test]
fn names_that_are_too_long_are_near_to_none() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let name = "service".repeat(100_000);
    for (tool, arguments) in [
        ("fetch_domain_resources", json!({ "domain": name })),
        ("enumerate_api_domains", json!({ "api": name })),
        ("semantic_endpoint_locator", json!({ "query": "tickets", "domain": name })),
    ] {
        let refused = client.request("tools/call", json!({ "name": tool, "arguments": arguments }));
        let text = failure(&refused["result"]);
        assert!(!text.contains("the nearest"), "{tool}");
    }
    let reference = json!({ "type": "ref/resource", "uri": "cw-orchestrator://domains/{domain}" });
    let request = json!({ "ref": reference, "argument": { "name": "domain", "value": name } });
    let completed = client.request("completion/complete", request);
    assert_eq!(completed["result"]["completion"]["values"], json!([]), "{completed}");
}
