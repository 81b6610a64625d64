use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::util::Home;

/// A client that writes lines and reads lines, so that everything on stdout is seen.
pub struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    next_id: u64,
}

impl Client {
    fn start(home: &Home, arguments: &[&str]) -> Self {
        Self::of(home.command(arguments))
    }

    /// A session with the program that a command starts.
    pub fn of(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut client = Self { child, stdin, stdout, next_id: 0 };
        let answer = client.request(
            "initialize",
            json!({
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": { "name": "test", "version": "1" }
            }),
        );
        assert_eq!(answer["result"]["serverInfo"]["name"], "cw-orchestrator");
        assert!(
            answer["result"]["instructions"].as_str().is_some_and(|text| text.contains("semantic_endpoint_locator"))
        );
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.stdin.as_mut().unwrap(), "{message}").unwrap();
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.request_heeding(method, params, &mut |_| ())
    }

    /// The answer to a request; what the server says before it is heard as it comes.
    pub fn request_heeding(&mut self, method: &str, params: Value, heed: &mut dyn FnMut(&Value)) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let mut line = String::new();
            assert!(self.stdout.read_line(&mut line).unwrap() > 0, "the server ended");
            let message: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON-RPC: {line}"));
            assert_eq!(message["jsonrpc"], "2.0");
            if message["id"] == id {
                return message;
            }
            heed(&message);
        }
    }

    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.request("tools/call", json!({ "name": tool, "arguments": arguments }))
    }

    /// The process that serves.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// The structured content of a call that must succeed; the text beside it must say the same.
    pub fn result(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.call(tool, arguments);
        let result = &answer["result"];
        assert_ne!(result["isError"], true, "{answer}");
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, result["structuredContent"]);
        text
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

const TOOLS: [&str; 5] = [
    "query_api_endpoints",
    "semantic_endpoint_locator",
    "enumerate_api_domains",
    "fetch_domain_resources",
    "resolve_resource_metadata",
];

#[test]
fn the_tools_are_listed_small_read_only_and_with_sound_schemas() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let listed = client.request("tools/list", json!({}));
    let tools = listed["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, TOOLS);
    // 200 tokens a tool on average at four characters each: twelve tools are to fit in 2,500.
    let characters = listed["result"]["tools"].to_string().chars().count();
    assert!(characters <= 800 * tools.len(), "{characters} characters");
    for tool in tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
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
    assert_eq!(found["hits"].as_array().unwrap().len(), 5);
    assert!(found["hits"].as_array().unwrap().iter().all(|hit| hit["method"] == "POST"));
    assert_eq!(found["hits"][0]["call"]["path"], "/service/tickets/{parentId}/notes");
    let words = client.result("query_api_endpoints", json!({ "query": "ticket" }));
    assert_eq!((words["hits"].as_array().unwrap().len(), words["mode"].as_str()), (10, Some("keyword")));
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
    let wrong = client.call("semantic_endpoint_locator", json!({ "query": 5 }));
    assert_eq!(wrong["error"]["code"], -32602);
    assert!(wrong["error"]["message"].as_str().unwrap().contains("query"), "{wrong}");
    let extra = client.call("semantic_endpoint_locator", json!({ "query": "x", "limit": 5 }));
    assert!(extra["error"]["message"].as_str().unwrap().contains("limit"), "{extra}");
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
            assert_eq!(answer["mode"], "hybrid");
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
