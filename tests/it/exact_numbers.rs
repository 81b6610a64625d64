//! Do numbers that JavaScript would round keep their digits, both ways, over the page's routes and over MCP?

use reqwest::Method;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::api::Api;
use crate::client::Client;
use crate::http_client::Running;
use crate::util::Home;

/// 2^53 + 1, 2^64, thirty digits, and a fraction of twenty.
const NUMBERS: [&str; 4] =
    ["9007199254740993", "18446744073709551616", "123456789012345678901234567890", "0.12345678901234567890"];

/// A body of each number by its place, as text: a value of JSON in a test would have read it already.
fn body() -> String {
    let members: Vec<String> = NUMBERS.iter().enumerate().map(|(at, number)| format!("\"n{at}\":{number}")).collect();
    format!("{{{}}}", members.join(","))
}

fn home(api: &Api) -> Home {
    let home = Home::with_models("nowhere".into());
    let manifest = json!({
        "openapi": "3.0.3", "info": { "title": "Numbers", "version": "1" }, "servers": [{ "url": api.url() }],
        "paths": { "/numbers": { "post": {
            "requestBody": { "content": { "application/json": { "schema": { "type": "object", "properties": {
                "n0": { "type": "integer" }, "n1": { "type": "integer" }, "n2": { "type": "number" }, "n3": { "type": "number" }
            } } } } },
            "responses": { "200": { "description": "ok", "content": { "application/json": { "schema": { "type": "object" } } } } }
        } } }
    });
    let file = home.write("numbers.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", file.to_str().unwrap(), "--api", "numbers", "-q"]).ok();
    home
}

fn answering() -> Api {
    Api::answering(ResponseTemplate::new(200).set_body_raw(body(), "application/json"))
}

fn sent(api: &Api) -> String {
    let arrived = api.arrived();
    assert_eq!(arrived.len(), 1);
    String::from_utf8(arrived[0].request.body.clone()).unwrap()
}

fn has_all(text: &str) {
    for number in NUMBERS {
        assert!(text.contains(number), "{number}: {text}");
    }
}

#[test]
fn the_page_s_routes_pass_them_on_as_they_are() {
    let api = answering();
    let home = home(&api);
    let server = Running::start(&mut home.command(&["serve", "--no-build", "--writes", "allow"]));
    let call = format!(r#"{{"path":"/numbers","method":"POST","data":{}}}"#, body());
    let answer = server.send(Method::POST, "/api/v1/call", &[("content-type", "application/json")], call);
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    assert_eq!(sent(&api), body());
    has_all(&answer.body);
}

#[test]
fn so_does_mcp() {
    let api = answering();
    let home = home(&api);
    let mut client = Client::start(&home, &["serve", "--no-build", "--writes", "allow"]);
    let call = format!(
        r#"{{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{{"name":"dispatch_api_operation","arguments":{{"path":"/numbers","method":"POST","data":{}}}}}}}"#,
        body()
    );
    client.send_bytes(call.as_bytes());
    let answer = client.line().to_string();
    assert_eq!(sent(&api), body());
    has_all(&answer);
}
