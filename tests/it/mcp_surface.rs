//! Resources, prompts, completions and log messages, as a client sees them.

use serde_json::{Value, json};

use crate::client::{Client, WITHOUT_SESSION};
use crate::util::{Home, small_manifest};

fn client(home: &Home) -> Client {
    Client::start(home, &["serve"])
}

fn text(client: &mut Client, uri: &str) -> Value {
    let answer = client.request("resources/read", json!({ "uri": uri }));
    let content = &answer["result"]["contents"][0];
    assert_eq!((&content["uri"], &content["mimeType"]), (&json!(uri), &json!("application/json")), "{answer}");
    serde_json::from_str(content["text"].as_str().unwrap()).unwrap()
}

#[test]
fn domains_and_operations_are_resources_that_say_what_the_tools_say() {
    let home = Home::indexed();
    let mut client = client(&home);
    let listed = client.request("resources/list", json!({}));
    let uris: Vec<&str> = listed["result"]["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| resource["uri"].as_str().unwrap())
        .collect();
    assert_eq!(uris[0], "cw-orchestrator://domains");
    assert!(uris.contains(&"cw-orchestrator://domains/service"), "{uris:?}");
    for uri in uris {
        text(&mut client, uri);
    }
    let domains = text(&mut client, "cw-orchestrator://domains");
    assert_eq!(domains, client.result("enumerate_api_domains", json!({})));
    let operation = text(&mut client, "cw-orchestrator://operations/GET/service/tickets/%7Bid%7D");
    let same = client.result("resolve_resource_metadata", json!({ "path": "/service/tickets/{id}", "part": "schema" }));
    assert_eq!(operation, same);
    let called = text(&mut client, "cw-orchestrator://operations/get/service/tickets/4711");
    assert_eq!(called["path_values"], json!({ "id": "4711" }));
}

#[test]
fn the_api_is_said_where_two_have_the_same_operation() {
    let home = Home::empty();
    for name in ["One", "Two"] {
        home.write(&format!("apis/{name}.json"), &small_manifest(name));
    }
    let folder = home.path().join("apis");
    home.run(&["index", "build", "--manifest", folder.to_str().unwrap()]).ok();
    let mut client = client(&home);
    let uri = "cw-orchestrator://operations/GET/pets";
    let refused = client.request("resources/read", json!({ "uri": uri }));
    assert!(refused["error"]["message"].as_str().unwrap().contains("two"), "{refused}");
    assert_eq!(text(&mut client, &format!("{uri}?api=two"))["api"], "two");
    let mut prompt =
        |arguments: Value| client.request("prompts/get", json!({ "name": "draft_filter", "arguments": arguments }));
    assert!(prompt(json!({ "path": "/pets", "wish": "x" }))["error"].to_string().contains("two"));
    assert!(prompt(json!({ "path": "/pets", "wish": "x", "api": "two" }))["result"].is_object());
    let domain = &text(&mut client, "cw-orchestrator://domains")["domains"][0];
    let resources = text(&mut client, &format!("cw-orchestrator://domains/{}", domain["name"].as_str().unwrap()));
    let apis: Vec<&Value> =
        resources["resources"].as_array().unwrap().iter().map(|resource| &resource["api"]).collect();
    assert!(apis.contains(&&json!("one")) && apis.contains(&&json!("two")), "{resources}");
}

#[test]
fn a_uri_that_names_nothing_is_an_error_that_names_the_nearest() {
    let home = Home::indexed();
    let mut client = client(&home);
    for (uri, names) in [
        ("file:///etc/passwd", "cw-orchestrator://domains/{domain}"),
        ("cw-orchestrator://domains/servise", "service"),
        ("cw-orchestrator://operations/GET/service/tickts", "GET /service/tickets"),
        ("cw-orchestrator://operations/FETCH/service/tickets", "GET"),
        ("cw-orchestrator://results/nosuch", "make the call again"),
    ] {
        let answer = client.request("resources/read", json!({ "uri": uri }));
        assert_eq!(answer["error"]["code"], -32002, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(names), "{uri}: {answer}");
    }
}

#[test]
fn prompts_are_filled_in_with_what_the_index_and_memory_know() {
    let home = Home::indexed();
    let mut client = client(&home);
    let mut prompt = |name: &str, arguments: Value| {
        let answer = client.request("prompts/get", json!({ "name": name, "arguments": arguments }));
        answer["result"]["messages"][0]["content"]["text"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    let task = prompt("find_and_call", json!({ "task": "close a service ticket as resolved" }));
    assert!(task.contains("PATCH /service/tickets/{id}") && task.contains("dispatch_api_operation"), "{task}");
    let filter = prompt("draft_filter", json!({ "path": "/service/tickets", "wish": "open and urgent ones" }));
    assert!(filter.contains("status/name") && filter.contains("open and urgent ones"), "{filter}");
    assert!(prompt("review_memory", json!({})).contains("holds no call yet"));
    let saved = json!({ "path": "/service/tickets", "method": "GET", "description": "Critical tickets",
        "params": { "conditions": "priority/name='Critical'" } });
    client.result("cache_invocation_pattern", saved);
    let answer = client.request("prompts/get", json!({ "name": "review_memory" }));
    assert!(answer.to_string().contains("Critical tickets: GET /service/tickets"), "{answer}");
    for (name, arguments, names) in [
        ("nosuch", json!({}), "find_and_call"),
        ("find_and_call", json!({}), "`task`"),
        ("find_and_call", json!({ "task": " " }), "`task`"),
        ("find_and_call", json!({ "task": "x", "wish": "y" }), "`wish`"),
        ("draft_filter", json!({ "path": "/service/tickts", "wish": "x" }), "/service/tickets"),
        ("review_memory", json!({ "x": "y" }), "no argument"),
    ] {
        let answer = client.request("prompts/get", json!({ "name": name, "arguments": arguments }));
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(names), "{answer}");
    }
}

#[test]
fn completions_follow_what_is_written_and_what_was_chosen_before() {
    let home = Home::indexed();
    let mut client = client(&home);
    let operation = json!({ "type": "ref/resource", "uri": "cw-orchestrator://operations/{method}{+path}{?api}" });
    let filter = json!({ "type": "ref/prompt", "name": "draft_filter" });
    let mut complete = |reference: &Value, name: &str, value: &str, given: Value| {
        let params = json!({ "ref": reference, "argument": { "name": name, "value": value }, "context": { "arguments": given } });
        let answer = client.request("completion/complete", params);
        answer["result"]["completion"].clone()
    };
    let paths = complete(&filter, "path", "/service/tick", json!({}));
    assert_eq!(paths["values"][0], "/service/tickets");
    let all = complete(&operation, "path", "", json!({}));
    assert_eq!((all["values"].as_array().unwrap().len(), &all["hasMore"]), (100, &json!(true)));
    assert!(all["total"].as_u64().unwrap() > 1000, "{}", all["total"]);
    let deleted = complete(&operation, "path", "/service/tickets", json!({ "method": "DELETE" }));
    assert!(deleted["total"].as_u64() < complete(&operation, "path", "/service/tickets", json!({}))["total"].as_u64());
    let methods = complete(&operation, "method", "", json!({ "path": "/service/tickets/{id}" }));
    assert_eq!(methods["values"], json!(["DELETE", "GET", "PATCH", "PUT"]));
    assert_eq!(complete(&operation, "method", "p", json!({}))["values"], json!(["PATCH", "POST", "PUT"]));
    assert_eq!(complete(&operation, "api", "", json!({}))["total"], 1);
    assert_eq!(complete(&filter, "wish", "open", json!({}))["values"], json!([]));
    assert_eq!(
        complete(&json!({ "type": "ref/prompt", "name": "nosuch" }), "path", "", json!({}))["values"],
        json!([])
    );
    let params = json!({ "ref": filter, "argument": { "name": "nosuch", "value": "" } });
    assert_eq!(client.request("completion/complete", params)["error"]["code"], -32602);
}

#[test]
fn a_client_hears_what_it_asked_to_hear_and_nothing_before() {
    let home = Home::indexed();
    let mut client = client(&home);
    let levels = |client: &Client| -> Vec<String> {
        let messages = client.notifications.iter().filter(|message| message["method"] == "notifications/message");
        messages.map(|message| message["params"]["level"].as_str().unwrap().to_owned()).collect()
    };
    client.result("query_api_endpoints", json!({ "query": "tickets" }));
    assert!(levels(&client).is_empty());
    client.request("logging/setLevel", json!({ "level": "error" }));
    client.result("query_api_endpoints", json!({ "query": "tickets" }));
    client.refused("resolve_resource_metadata", json!({ "path": "/service/tickts" }));
    assert_eq!(levels(&client), ["error"]);
    client.request("logging/setLevel", json!({ "level": "info" }));
    client.result("query_api_endpoints", json!({ "query": "tickets" }));
    let last = client.notifications.last().unwrap();
    assert_eq!(last["params"]["data"]["tool"], "query_api_endpoints", "{last}");
    assert!(client.request("logging/setLevel", json!({ "level": "loud" }))["error"].is_object());

    let mut client = Client::speaking(WITHOUT_SESSION, &mut home.command(&["serve"]), &json!({}));
    let call = json!({ "name": "query_api_endpoints", "arguments": { "query": "tickets" } });
    client.request("tools/call", call.clone());
    assert!(levels(&client).is_empty());
    let mut heard = call;
    heard["_meta"] = json!({ "io.modelcontextprotocol/logLevel": "debug" });
    client.request("tools/call", heard);
    assert_eq!(levels(&client), ["info"]);
}

#[test]
fn no_list_takes_a_cursor_that_is_not_its_own() {
    let home = Home::indexed();
    let mut client = client(&home);
    for list in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
        let answer = client.request(list, json!({ "cursor": "nosuch" }));
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains("`nosuch`"), "{answer}");
    }
}
