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
fn a_query_that_no_server_takes_is_refused_with_its_length_and_what_to_do() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let name = format!("name = \"{}\"", "x".repeat(200_000));
    let conditions = json!({ "conditions": name });
    for (tool, arguments) in [
        ("dispatch_api_operation", json!({ "path": "/company/companies", "params": conditions })),
        ("dispatch_api_operation", json!({ "path": "/nosuch", "params": conditions, "validate": false })),
        ("send_unmediated_payload", json!({ "raw_request": format!("GET /company/companies?conditions={name}") })),
    ] {
        let text = failure(&client.request("tools/call", json!({ "name": tool, "arguments": arguments }))["result"]);
        assert!(text.contains("the query has 200") && text.contains("32768"), "{text}");
        assert!(text.contains("fewer values at a time") && text.len() < 2_000, "{text}");
    }
    // The same filter of tickets is sent as a search, and one of 30 kB as it is.
    for (path, length, sent) in
        [("/service/tickets", 200_000, "/service/tickets/search"), ("/company/companies", 30_000, "x")]
    {
        let params = json!({ "conditions": format!("{} = \"{}\"", if length > 100_000 { "summary" } else { "name" }, "x".repeat(length)) });
        let arguments = json!({ "path": path, "params": params, "dry_run": true });
        let shown = client.request("tools/call", json!({ "name": "dispatch_api_operation", "arguments": arguments }));
        assert!(shown["result"]["isError"] != true && shown.to_string().contains(sent), "{path}");
    }
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

/// Bytes of any answer to something that is not there: what it repeats is cut, and its cure is not.
const SHORT: usize = 30_000;

#[test]
fn no_answer_repeats_what_is_long_wherever_it_is_given() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let listed = client.request("tools/list", json!({}));
    let tools: Vec<(String, Value)> = listed["result"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| (tool["name"].as_str().unwrap().to_owned(), tool["inputSchema"].clone()))
        .collect();
    let values = ["x".repeat(100_000), "so many words ".repeat(8_000), "a`b".repeat(40_000), "é/'\"".repeat(25_000)];
    let mut tried = 0;
    for (tool, schema) in &tools {
        for (argument, about) in schema["properties"].as_object().unwrap() {
            let is_text = about["type"] == "string" || about["type"][0] == "string";
            // A description that is kept is answered as it was given, within a bound of its own.
            if !is_text || argument == "description" {
                continue;
            }
            for value in &values {
                let mut arguments =
                    json!({ "path": "/service/tickets", "method": "GET", "description": "d", "query": "q" });
                arguments["handle"] = json!("r1");
                arguments["raw_request"] = json!("GET /service/tickets");
                arguments["domain"] = json!("service");
                let known = |name: &String| schema["properties"].get(name).is_some();
                let mut arguments: serde_json::Map<String, Value> =
                    arguments.as_object().unwrap().clone().into_iter().filter(|(name, _)| known(name)).collect();
                arguments.insert(argument.clone(), json!(value));
                let answer = client.request("tools/call", json!({ "name": tool, "arguments": arguments }));
                let text = answer.to_string();
                assert!(text.len() < SHORT, "{tool} {argument}: {} bytes, {:.300}", text.len(), text);
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "{tried}");
}

#[test]
fn many_unknown_names_and_long_uris_are_cut_and_the_cure_stays() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let names = || (0..20).map(|at| (format!("{}{at}", "n".repeat(60_000)), json!(1)));
    let body: serde_json::Map<String, Value> = names().collect();
    let path = "/service/tickets";
    for arguments in [
        json!({ "path": path, "method": "POST", "data": body, "dry_run": true }),
        json!({ "path": path, "params": body, "dry_run": true }),
        json!({ "path": path, "params": { "conditions": format!("summary = {}'", "w ".repeat(60_000)) }, "dry_run": true }),
        json!({ "path": path, "slots": body, "record_identifier": 1 }),
    ] {
        let answer = client.request("tools/call", json!({ "name": "dispatch_api_operation", "arguments": arguments }));
        let text = failure(&answer["result"]);
        assert!(text.len() < SHORT, "{} bytes: {text:.300}", text.len());
    }
    for (method, params) in [
        ("resources/read", json!({ "uri": format!("cw-orchestrator://domains/{}", "u".repeat(20_000)) })),
        ("resources/read", json!({ "uri": "u".repeat(20_000) })),
        ("prompts/get", json!({ "name": "p".repeat(20_000) })),
        ("tools/call", json!({ "name": "t".repeat(20_000), "arguments": {} })),
        (
            "tools/call",
            json!({ "name": "query_api_endpoints", "arguments": { "query": "q", "max_results": "m".repeat(20_000) } }),
        ),
        ("tools/list", json!({ "cursor": "c".repeat(20_000) })),
    ] {
        let refused = client.request(method, params);
        // What a model can mend is a tool's own refusal, anything else the protocol's.
        let is_refused = refused["error"].is_object() || refused["result"]["isError"] == true;
        assert!(is_refused && refused.to_string().len() < 3_000, "{method}: {:.300}", refused.to_string());
    }
    let query = "open tickets ".repeat(5_000);
    let found = run_shared(&["search", &query, "--mode", "keyword", "--json"]).ok().json();
    let echo = found["query"].as_str().unwrap();
    assert!(echo.len() < 2_100 && echo.ends_with(&format!("({} characters)", query.len())), "{echo}");
    for command in [
        &["domains", "--api", &"n".repeat(100_000)][..],
        &["resources", &"n".repeat(100_000)],
        &["memory", "list", &"n".repeat(100_000)],
        &["call", "GET", path, "--param", &"n".repeat(100_000)],
    ] {
        let refused = run_shared(command);
        assert!(refused.code != 0 && refused.stderr.len() < 3_000, "{}: {:.300}", command[0], refused.stderr);
    }
}

#[test]
fn nothing_is_searched_and_no_rows_are_fetched_by_none() {
    for query in ["", "  "] {
        let refused = run_shared(&["search", query]);
        assert!(refused.code == 2 && refused.stderr.contains("the query is empty"), "{}", refused.stderr);
    }
    let none = run_shared(&["call", "GET", "/service/tickets", "--all-pages", "--max-items", "0", "--dry-run"]);
    assert!(none.code == 2 && none.stderr.contains("--max-items"), "{}", none.stderr);
    let unused = run_shared(&["call", "GET", "/service/tickets", "--max-items", "5", "--dry-run"]).ok();
    let note = "`--max-items` has no effect without `--all-pages`";
    assert!(unused.stderr.contains(note), "{}", unused.stderr);

    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    for tool in ["query_api_endpoints", "semantic_endpoint_locator"] {
        let refused = client.request("tools/call", json!({ "name": tool, "arguments": { "query": " " } }));
        assert!(failure(&refused["result"]).contains("the query is empty"), "{refused}");
    }
    let arguments = json!({ "path": "/service/tickets", "all_pages": true, "max_items": 0, "dry_run": true });
    let none = client.request("tools/call", json!({ "name": "dispatch_api_operation", "arguments": arguments }));
    assert!(failure(&none["result"]).contains("max_items: 0 rows are none"), "{none}");
    let arguments = json!({ "path": "/service/tickets", "max_items": 5, "dry_run": true });
    let unused = client.request("tools/call", json!({ "name": "dispatch_api_operation", "arguments": arguments }));
    let notes = unused["result"]["structuredContent"]["notes"].to_string();
    assert!(notes.contains("`max_items` has no effect without `all_pages`"), "{notes}");
}
