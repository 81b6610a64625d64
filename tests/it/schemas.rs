//! What strict clients check: each tool's schemas, and each structured answer against its tool's output schema.

use serde_json::{Value, json};

use crate::api::Api;
use crate::client::Client;
use crate::util::Home;

/// Longer than what is shown at once, so that the rest is stored.
fn rows() -> Value {
    (0..400).map(|id| json!({ "id": id, "summary": "x".repeat(80) })).collect()
}

struct Checked {
    client: Client,
    tools: Vec<Value>,
    seen: std::collections::BTreeSet<String>,
}

impl Checked {
    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let listed = self.tools.iter().find(|listed| listed["name"] == tool).unwrap();
        let input = jsonschema::draft202012::new(&listed["inputSchema"]).unwrap();
        assert!(input.is_valid(&arguments), "{tool}: {arguments}");
        let answer = self.client.call(tool, arguments);
        assert_ne!(answer["result"]["isError"], true, "{answer}");
        let result = answer["result"]["structuredContent"].clone();
        let output = jsonschema::draft202012::new(&listed["outputSchema"]).unwrap();
        let faults: Vec<String> = output.iter_errors(&result).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{tool}: {faults:?} {result}");
        self.seen.insert(tool.to_owned());
        result
    }
}

#[test]
fn every_answer_of_every_tool_is_of_its_output_schema() {
    let (api, home) = (Api::of(200, rows()), Home::indexed());
    let mut client = api.client(&home, &[]);
    let tools = client.request("tools/list", json!({}))["result"]["tools"].as_array().unwrap().clone();
    let mut checked = Checked { client, tools, seen: std::collections::BTreeSet::new() };
    for query in ["ticket notes", "zzzzqqq"] {
        checked.call("query_api_endpoints", json!({ "query": query }));
    }
    checked.call(
        "semantic_endpoint_locator",
        json!({ "query": "close a ticket", "method": "PATCH", "domain": "service" }),
    );
    checked.call("enumerate_api_domains", json!({}));
    checked.call("fetch_domain_resources", json!({ "domain": "service", "max_results": 2 }));
    checked.call("fetch_domain_resources", json!({ "domain": "service", "max_results": 100 }));
    checked.call("resolve_resource_metadata", json!({ "path": "/service/tickets", "method": "POST" }));
    let saved = json!({ "path": "/service/tickets", "method": "GET", "description": "all tickets" });
    let id = checked.call("cache_invocation_pattern", saved)["entry"]["id"].clone();
    checked.call("display_cached_invocations", json!({}));
    checked.call("display_cached_invocations", json!({ "search_term": "tickets" }));
    checked.call("semantic_endpoint_locator", json!({ "query": "all tickets" }));
    let list = json!({ "path": "/service/tickets", "params": { "pageSize": 400 } });
    let handle = checked.call("dispatch_api_operation", list)["stored_result"]["handle"].clone();
    checked.call("read_stored_result", json!({ "handle": handle, "offset": 0, "limit": 5, "fields": ["id"] }));
    checked.call("read_stored_result", json!({ "handle": handle, "offset": 399, "limit": 5 }));
    for arguments in [
        json!({ "path": "/service/tickets", "all_pages": true, "max_items": 10 }),
        json!({ "path": "/service/tickets", "dry_run": true }),
        json!({ "path": "/service/tickets/7", "method": "DELETE" }),
    ] {
        checked.call("dispatch_api_operation", arguments);
    }
    checked.call("send_unmediated_payload", json!({ "raw_request": "GET /service/tickets?pageSize=5" }));
    checked.call("undo", json!({}));
    checked.call("discard_cached_entry", json!({ "record_identifier": id }));
    let confirmation = checked.call("flush_rapid_recall_system", json!({}))["confirmation"].clone();
    checked.call("flush_rapid_recall_system", json!({ "confirmation": confirmation }));
    assert_eq!(checked.seen.len(), checked.tools.len());
}

#[test]
fn input_schemas_are_closed_objects_whose_required_members_exist() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let listed = client.request("tools/list", json!({}));
    for tool in listed["result"]["tools"].as_array().unwrap() {
        let schema = &tool["inputSchema"];
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)), "{tool}");
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        assert!(required.iter().all(|name| properties.contains_key(name.as_str().unwrap())), "{tool}");
        assert!(tool["annotations"]["openWorldHint"].is_boolean(), "{tool}");
        let reads = tool["annotations"]["readOnlyHint"] == true;
        assert!(reads || tool["annotations"]["destructiveHint"].is_boolean(), "{tool}");
    }
}
