//! Every version of the protocol that the library knows, over stdio.

use serde_json::{Value, json};

use crate::client::{Client, WITHOUT_SESSION};
use crate::util::Home;

const VERSIONS: [&str; 5] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", WITHOUT_SESSION];

#[test]
fn the_library_knows_no_other_version() {
    let known: Vec<String> = rmcp::model::ProtocolVersion::KNOWN_VERSIONS.iter().map(ToString::to_string).collect();
    assert_eq!(known, VERSIONS);
}

#[test]
fn each_version_begins_in_its_way_and_offers_everything() {
    let home = Home::indexed();
    for version in VERSIONS {
        let mut client = Client::speaking(version, &mut home.command(&["serve"]), &json!({}));
        let mut result = |method: &str, params: Value| {
            let answer = client.request(method, params);
            assert!(answer["result"].is_object(), "{version} {method}: {answer}");
            answer["result"].clone()
        };
        if version == WITHOUT_SESSION {
            let found = result("server/discover", json!({}));
            assert_eq!(found["supportedVersions"], json!(VERSIONS), "{found}");
            for capability in ["tools", "resources", "prompts", "completions", "logging"] {
                assert!(found["capabilities"][capability].is_object(), "{found}");
            }
        } else {
            result("ping", json!({}));
            result("logging/setLevel", json!({ "level": "warning" }));
        }
        assert_eq!(result("tools/list", json!({}))["tools"].as_array().unwrap().len(), 13);
        assert_eq!(result("prompts/list", json!({}))["prompts"].as_array().unwrap().len(), 3);
        assert_eq!(result("resources/templates/list", json!({}))["resourceTemplates"].as_array().unwrap().len(), 3);
        assert!(result("resources/list", json!({}))["resources"].as_array().unwrap().len() > 5);
        let read = result("resources/read", json!({ "uri": "cw-orchestrator://domains/service" }));
        assert!(read["contents"][0]["text"].as_str().unwrap().contains("/service/tickets"));
        let prompt = result("prompts/get", json!({ "name": "review_memory" }));
        assert_eq!(prompt["messages"][0]["role"], "user");
        let domain = json!({
            "ref": { "type": "ref/resource", "uri": "cw-orchestrator://domains/{domain}" },
            "argument": { "name": "domain", "value": "serv" },
        });
        assert_eq!(result("completion/complete", domain)["completion"]["values"], json!(["service"]));
        let found =
            result("tools/call", json!({ "name": "query_api_endpoints", "arguments": { "query": "ticket notes" } }));
        assert_eq!(found["structuredContent"]["hits"].as_array().unwrap().len(), 10, "{found}");
    }
}

#[test]
fn a_version_that_nobody_knows_is_refused_with_those_that_are_known() {
    let home = Home::indexed();
    let mut client = Client::speaking(WITHOUT_SESSION, &mut home.command(&["serve"]), &json!({}));
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2999-01-01" });
    let answer = client.request("tools/list", json!({ "_meta": meta }));
    assert!(answer["error"].to_string().contains(WITHOUT_SESSION), "{answer}");
    // The session goes on.
    assert!(client.request("tools/list", json!({}))["result"].is_object());
}
