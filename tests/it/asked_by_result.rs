//! Consent where the protocol has no questions of a server's: the result asks, and the request made again answers.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::api::Api;
use crate::client::{Client, WITHOUT_SESSION};
use crate::util::Home;

fn api() -> Api {
    Api::answering(|_: &wiremock::Request| ResponseTemplate::new(200).set_body_json(json!({ "id": 1, "summary": "x" })))
}

fn client(api: &Api, home: &Home) -> Client {
    Client::speaking(WITHOUT_SESSION, &mut api.command(home, &["serve"]), &json!({ "elicitation": { "form": {} } }))
}

fn delete(id: u32) -> Value {
    json!({ "name": "dispatch_api_operation", "arguments": { "path": format!("/service/tickets/{id}"), "method": "DELETE" } })
}

fn answered(mut call: Value, state: &Value, answer: Value) -> Value {
    call["requestState"] = state.clone();
    call["inputResponses"] = json!({ "consent": answer });
    call
}

fn yes() -> Value {
    json!({ "action": "accept", "content": { "send": true } })
}

/// The state of the question that a call comes to.
fn question(client: &mut Client, call: &Value, shows: &str) -> Value {
    let answer = client.request("tools/call", call.clone());
    let result = &answer["result"];
    assert_eq!(result["resultType"], "input_required", "{answer}");
    let asked = &result["inputRequests"]["consent"];
    assert_eq!(asked["method"], "elicitation/create");
    assert!(asked["params"]["message"].as_str().unwrap().contains(shows), "{asked}");
    assert_eq!(asked["params"]["requestedSchema"]["properties"]["send"]["type"], "boolean", "{asked}");
    result["requestState"].clone()
}

#[test]
fn what_the_user_agrees_to_is_sent_once() {
    let (api, home) = (api(), Home::indexed());
    let mut client = client(&api, &home);
    let state = question(&mut client, &delete(1), "DELETE");
    assert!(api.lines().is_empty());
    let sent = client.request("tools/call", answered(delete(1), &state, yes()));
    assert_eq!(sent["result"]["structuredContent"]["status"], 200, "{sent}");
    assert_eq!(api.lines().len(), 1);
    let again = client.request("tools/call", answered(delete(1), &state, yes()));
    assert_eq!(again["result"]["isError"], true, "{again}");
    assert!(again.to_string().contains("holds once"), "{again}");
    assert_eq!(api.lines().len(), 1);
}

#[test]
fn a_post_is_asked_about_too_and_a_read_is_not() {
    let (api, home) = (api(), Home::indexed());
    let mut client = client(&api, &home);
    let post = json!({ "name": "dispatch_api_operation", "arguments": { "path": "/service/tickets", "method": "POST", "data": {
        "summary": "Urgent Network Outage", "board": { "id": 10 }, "company": { "id": 55 } } } });
    let state = question(&mut client, &post, "Urgent Network Outage");
    // The members in another order are the same request.
    let mut other = post.clone();
    other["arguments"] = json!({ "data": { "company": { "id": 55 }, "board": { "id": 10 }, "summary": "Urgent Network Outage" },
        "method": "POST", "path": "/service/tickets" });
    let sent = client.request("tools/call", answered(post, &state, yes()));
    assert_eq!(sent["result"]["structuredContent"]["status"], 200, "{sent}");
    let read = json!({ "name": "dispatch_api_operation", "arguments": { "path": "/service/tickets/1" } });
    assert_eq!(client.request("tools/call", read)["result"]["structuredContent"]["status"], 200);
    // Once more within two minutes is asked about as a repetition.
    let state = question(&mut client, &other, "second record");
    let sent = client.request("tools/call", answered(other, &state, yes()));
    assert_eq!(sent["result"]["structuredContent"]["status"], 200, "{sent}");
}

#[test]
fn whatever_is_no_clear_yes_to_this_very_request_sends_nothing() {
    let (api, home) = (api(), Home::indexed());
    let mut client = client(&api, &home);
    for (answer, says) in [
        (json!({ "action": "decline" }), "declined"),
        (json!({ "action": "cancel" }), "closed"),
        (json!({ "action": "accept", "content": { "send": false } }), "tick"),
        (json!({ "action": "accept" }), "tick"),
        (json!("yes"), "no answer"),
    ] {
        let state = question(&mut client, &delete(1), "DELETE");
        let refused = client.request("tools/call", answered(delete(1), &state, answer));
        assert_eq!(refused["result"]["isError"], true, "{refused}");
        assert!(refused.to_string().contains(says), "{says}: {refused}");
    }
    // The answer to one request is none to another, and a state that was made up is none at all.
    let state = question(&mut client, &delete(1), "DELETE");
    for call in [answered(delete(2), &state, yes()), answered(delete(1), &json!("0123456789abcdef01234567"), yes())] {
        let refused = client.request("tools/call", call);
        assert!(refused.to_string().contains("of no question about this request"), "{refused}");
    }
    assert!(api.lines().is_empty(), "{:?}", api.lines());
}

#[test]
fn a_client_that_shows_no_forms_confirms_in_two_steps() {
    let (api, home) = (api(), Home::indexed());
    for capabilities in [json!({}), json!({ "elicitation": { "url": {} } })] {
        let mut client = Client::speaking(WITHOUT_SESSION, &mut api.command(&home, &["serve"]), &capabilities);
        let shown = client.request("tools/call", delete(1));
        let confirmation = &shown["result"]["structuredContent"]["confirmation"];
        assert!(confirmation.is_string(), "{shown}");
    }
    assert!(api.lines().is_empty());
}

#[test]
fn memory_is_flushed_only_after_the_answer() {
    let (api, home) = (api(), Home::indexed());
    let mut client = client(&api, &home);
    let save =
        json!({ "path": "/service/tickets", "method": "GET", "description": "Tickets", "params": { "pageSize": 5 } });
    client.request("tools/call", json!({ "name": "cache_invocation_pattern", "arguments": save }));
    let flush = json!({ "name": "flush_rapid_recall_system", "arguments": {} });
    let state = question(&mut client, &flush, "1");
    let kept = client.request("tools/call", json!({ "name": "display_cached_invocations", "arguments": {} }));
    assert_eq!(kept["result"]["structuredContent"]["total"], 1);
    let flushed = client.request("tools/call", answered(flush, &state, yes()));
    assert_eq!(flushed["result"]["structuredContent"]["removed"], 1, "{flushed}");
}
