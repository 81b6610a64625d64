use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Client;
use crate::util::Home;

const TOOLS: [&str; 13] = [
    "query_api_endpoints",
    "semantic_endpoint_locator",
    "enumerate_api_domains",
    "fetch_domain_resources",
    "resolve_resource_metadata",
    "dispatch_api_operation",
    "send_unmediated_payload",
    "read_stored_result",
    "undo",
    "cache_invocation_pattern",
    "display_cached_invocations",
    "discard_cached_entry",
    "flush_rapid_recall_system",
];
/// Those of them that may change what is behind the API, or what is kept.
const WRITING: [&str; 6] = [
    "dispatch_api_operation",
    "send_unmediated_payload",
    "undo",
    "cache_invocation_pattern",
    "discard_cached_entry",
    "flush_rapid_recall_system",
];

#[test]
fn a_client_that_renders_views_is_told_of_one_and_any_other_is_not() {
    const VIEW: &str = "text/html;profile=mcp-app";
    let home = Home::indexed();
    let rendering = |settings: Value| json!({ "extensions": { "io.modelcontextprotocol/ui": settings } });
    for version in ["2025-06-18", "2026-07-28"] {
        for (capabilities, is_told) in [
            (json!({}), false),
            (rendering(json!({ "mimeTypes": [VIEW] })), true),
            (rendering(json!({})), true),
            (rendering(json!({ "mimeTypes": ["text/html;profile=other"] })), false),
        ] {
            let mut client = Client::speaking(version, &mut home.command(&["serve"]), &capabilities);
            let listed = client.request("tools/list", json!({}))["result"]["tools"].clone();
            let views: Vec<&Value> =
                listed.as_array().unwrap().iter().filter(|tool| !tool["_meta"]["ui"].is_null()).collect();
            assert_eq!(views.len(), usize::from(is_told), "{version} {capabilities}");
            let Some(tool) = views.first() else { continue };
            assert_eq!(tool["name"], "dispatch_api_operation");
            let read = client.request("resources/read", json!({ "uri": tool["_meta"]["ui"]["resourceUri"] }));
            let document = &read["result"]["contents"][0];
            assert_eq!(document["mimeType"], VIEW, "{read}");
            assert!(document["text"].as_str().unwrap().starts_with("<!doctype html>"), "{read}");
        }
    }
}

#[test]
fn the_tools_are_listed_small_with_their_risks_and_sound_schemas() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let listed = client.request("tools/list", json!({}));
    let tools = listed["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, TOOLS);
    // Thirteen tools are to fit in 2,500 tokens, of nearly four characters each.
    let characters = listed["result"]["tools"].to_string().chars().count();
    let begun = client.request(
        "initialize",
        json!({
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" },
        }),
    );
    let instructions = begun["result"]["instructions"].as_str().map_or(0, |text| text.chars().count());
    assert!(characters + instructions <= 10_000, "{characters} and {instructions} characters");
    for tool in tools {
        let writes = WRITING.contains(&tool["name"].as_str().unwrap());
        assert_eq!(tool["annotations"]["readOnlyHint"], !writes, "{tool}");
        // Saving only adds.
        let destroys = writes && tool["name"] != "cache_invocation_pattern";
        assert_eq!(tool["annotations"]["destructiveHint"] == true, destroys, "{tool}");
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], "object");
            jsonschema::validator_for(&tool[schema]).unwrap();
        }
    }
}

#[test]
fn every_tool_answers_and_keeps_to_its_output_schema() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let listed = client.request("tools/list", json!({}));
    let schema = |name: &str| {
        let tools = listed["result"]["tools"].as_array().unwrap();
        tools.iter().find(|tool| tool["name"] == name).unwrap()["outputSchema"].clone()
    };
    for (tool, arguments) in [
        ("query_api_endpoints", json!({ "query": "ticket notes" })),
        (
            "semantic_endpoint_locator",
            json!({ "query": "retrieve all unresolved service requests flagged with critical severity" }),
        ),
        ("enumerate_api_domains", json!({})),
        ("fetch_domain_resources", json!({ "domain": "service" })),
        ("resolve_resource_metadata", json!({ "path": "/service/tickets/123", "method": "patch" })),
    ] {
        let result = client.result(tool, arguments);
        let validator = jsonschema::validator_for(&schema(tool)).unwrap();
        assert!(validator.is_valid(&result), "{tool}: {result}");
    }
    let found =
        client.result("semantic_endpoint_locator", json!({ "query": "add a note to a ticket", "method": "POST" }));
    assert_eq!(found["hits"].as_array().unwrap().len(), 3);
    assert!(found["hits"].as_array().unwrap().iter().all(|hit| hit["method"] == "POST"));
    assert_eq!(found["hits"][0]["call"]["path"], "/service/tickets/{parentId}/notes");
    let words = client.result("query_api_endpoints", json!({ "query": "ticket" }));
    assert_eq!(words["hits"].as_array().unwrap().len(), 10);
    let one = client.result("resolve_resource_metadata", json!({ "path": "/service/tickets/123" }));
    assert_eq!((one["path"].as_str(), one["path_values"]["id"].as_str()), (Some("/service/tickets/{id}"), Some("123")));
}

#[test]
fn pages_of_resources_show_each_once() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let mut arguments = json!({ "domain": "company", "max_results": 7 });
        if !cursor.is_null() {
            arguments["cursor"] = cursor.clone();
        }
        let page = client.result("fetch_domain_resources", arguments);
        seen.extend(page["resources"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap().to_owned()));
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            assert_eq!(page["total"], seen.len());
            break;
        }
    }
    let distinct: std::collections::HashSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len());
}

#[test]
fn what_fails_says_what_to_do_and_what_cannot_be_routed_is_a_protocol_error() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let missed = client.call("resolve_resource_metadata", json!({ "path": "/service/tickts" }));
    assert_eq!(missed["result"]["isError"], true);
    assert!(missed["result"]["content"][0]["text"].as_str().unwrap().contains("GET /service/tickets"), "{missed}");
    let domain = client.call("fetch_domain_resources", json!({ "domain": "servise" }));
    assert!(domain["result"]["content"][0]["text"].as_str().unwrap().contains("service"), "{domain}");
    let method = client.call("semantic_endpoint_locator", json!({ "query": "x", "method": "FETCH" }));
    assert_eq!(method["result"]["isError"], true);
    let unknown = client.call("no_such_tool", json!({}));
    assert_eq!(unknown["error"]["code"], -32602);
    assert!(unknown["error"]["message"].as_str().unwrap().contains("semantic_endpoint_locator"), "{unknown}");
    // What is wrong with an argument, a model can correct.
    let wrong = client.refused("semantic_endpoint_locator", json!({ "query": ["x"] }));
    assert!(wrong.contains("`query`"), "{wrong}");
    let extra = client.refused("semantic_endpoint_locator", json!({ "query": "x", "limit": 5 }));
    assert!(extra.contains("limit") && extra.contains("max_results"), "{extra}");
    assert!(client.refused("resolve_resource_metadata", json!({})).contains("path"));
}

#[test]
fn arguments_that_clients_send_as_text_are_taken_by_every_tool() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let empty = json!({ "api": "", "method": "", "domain": "", "use_memory": "" });
    let mut located = empty.clone();
    (located["query"], located["max_results"]) = (json!("open tickets"), json!("2"));
    let found = client.result("semantic_endpoint_locator", located);
    assert_eq!(found["hits"].as_array().unwrap().len(), 2, "{found}");
    assert!(found["notes"].to_string().contains("max_results"), "{found}");
    let shown = client.dispatch(json!({
        "path": "/service/tickets", "method": "", "api": "", "confirmation": "",
        "params": "{\"pageSize\": 5}", "dry_run": "true", "all_pages": "false", "max_items": "10",
    }));
    assert_eq!((&shown["dry_run"], &shown["request"]["method"]), (&json!(true), &json!("GET")), "{shown}");
    assert!(shown["request"].to_string().contains("pageSize"), "{shown}");
    assert!(shown["notes"].to_string().contains("`params`"), "{shown}");
    let saved = json!({ "path": "/service/tickets", "method": "get", "description": "Five", "params": "{\"pageSize\": 5}", "slots": "", "api": "" });
    let id = client.result("cache_invocation_pattern", saved)["entry"]["id"].to_string();
    assert!(
        client.result("display_cached_invocations", json!({ "search_term": "", "cursor": "" }))["entries"][0]
            .is_object()
    );
    assert!(client.result("discard_cached_entry", json!({ "record_identifier": id }))["removed"].is_object());
    let domains = client.result("enumerate_api_domains", json!({ "api": "" }));
    assert!(!domains["domains"].as_array().unwrap().is_empty());
    let described =
        client.result("resolve_resource_metadata", json!({ "path": "/service/tickets", "method": "", "api": "" }));
    assert_eq!(described["method"], "GET");
}

#[test]
fn without_an_index_the_server_begins_at_once_and_answers_by_keyword_while_it_builds() {
    let home = Home::empty();
    let mut client = Client::start(&home, &["serve"]);
    // Whichever stage the build has reached: an answer, never an error.
    let early = client.result("semantic_endpoint_locator", json!({ "query": "list service tickets" }));
    assert!(!early["hits"].as_array().unwrap().is_empty());
    if early["mode"] == "keyword" {
        assert!(early["reduced"].as_str().unwrap().contains("being built"), "{early}");
    }
    for _ in 0..600 {
        let answer = client.result("semantic_endpoint_locator", json!({ "query": "list service tickets" }));
        if answer["reduced"].is_null() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the index was not built");
}

#[test]
fn no_build_is_an_error_of_the_call_that_names_the_command() {
    let home = Home::empty();
    let mut client = Client::start(&home, &["serve", "--no-build"]);
    let refused = client.call("query_api_endpoints", json!({ "query": "ticket" }));
    assert_eq!(refused["result"]["isError"], true);
    assert!(refused["result"]["content"][0]["text"].as_str().unwrap().contains("index build"), "{refused}");
}

#[test]
fn arguments_that_no_buffer_of_the_protocol_holds_reach_their_tool() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let wide = "340282366920938463463374607431768211455";
    for digits in ["18446744073709551615", "18446744073709551616", "-9223372036854775809", wide] {
        let text = format!(
            r#"{{"path":"/service/nosuch","method":"POST","params":{{"big":{digits}}},"data":{{"n":[{digits}]}},"dry_run":true,"validate":false}}"#
        );
        let arguments: Value = serde_json::from_str(&text).unwrap();
        let shown = client.result("dispatch_api_operation", arguments).to_string();
        assert!(shown.contains(&format!("\"big\":\"{digits}\"")), "{shown}");
        assert!(shown.contains(&format!("\"n\":[{digits}]")), "{shown}");
    }
    // As some clients pack them: the object as text.
    let packed = json!(r#"{"path":"/service/tickets","dry_run":true,"params":{"pageSize":5}}"#);
    let answer = client.result("dispatch_api_operation", packed);
    assert!(answer["notes"].to_string().contains("`arguments` was text"), "{answer}");
    for (arguments, says) in [
        (json!([1]), "`arguments` is a list"),
        (json!("tickets"), "`arguments` is text that is no JSON object"),
        (json!("[1]"), "`arguments` is text that is no JSON object"),
        (json!(5), "`arguments` is `5`"),
    ] {
        let answer = client.call("dispatch_api_operation", arguments);
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        assert!(answer.to_string().contains(says), "{answer}");
    }
}

#[test]
fn a_server_whose_client_goes_while_the_model_is_loaded_ends_as_if_nothing_was() {
    let home = Home::indexed();
    for milliseconds in (0..400).step_by(40) {
        let mut server = home.command(&["serve"]);
        server.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = server.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        drop(server.stdin.take());
        assert_eq!(server.wait().unwrap().code(), Some(0), "after {milliseconds} ms");
    }
}
