//! The table of consent, through the real program: who is asked before a write, and what is sent afterwards.

use serde_json::{Value, json};

use crate::api::{Api, audit};
use crate::client::Client;
use crate::util::Home;

const DISPATCH: &str = "dispatch_api_operation";

fn post() -> Value {
    let data = json!({ "summary": "Outage", "company": { "id": 55 } });
    json!({ "path": "/service/tickets", "method": "POST", "data": data })
}

fn patch() -> Value {
    json!({ "path": "/service/tickets/7", "method": "PATCH", "data": { "summary": "Outage" } })
}

fn delete(id: u32) -> Value {
    json!({ "path": format!("/service/tickets/{id}"), "method": "DELETE" })
}

fn with(mut call: Value, confirmation: &Value) -> Value {
    call["confirmation"] = confirmation.clone();
    call
}

fn api() -> Api {
    Api::of(200, json!({ "id": 7, "summary": "Outage" }))
}

#[test]
fn a_user_who_can_be_asked_is_asked_and_shown_what_is_sent() {
    let (api, home) = (api(), Home::indexed());
    let mut client = api.client_of(&home, json!({ "action": "accept", "content": { "send": true } }));
    client.dispatch(json!({ "path": "/service/tickets/7" }));
    assert!(client.questions.is_empty(), "reads are not asked about");
    for (call, shown) in [
        (post(), ["POST", "/service/tickets", "\"summary\": \"Outage\""]),
        (patch(), ["PATCH", "/service/tickets/7", "\"value\": \"Outage\""]),
        (delete(7), ["DELETE", "/service/tickets/7", "cannot be undone"]),
    ] {
        let asked = client.questions.len();
        client.dispatch(call);
        assert_eq!(client.questions.len(), asked + 1);
        for text in shown {
            assert!(client.questions[asked].contains(text), "{}", client.questions[asked]);
        }
    }
    let sent = ["GET /service/tickets/7", "POST /service/tickets", "PATCH /service/tickets/7"];
    assert_eq!(api.lines(), [&sent[..], &["DELETE /service/tickets/7"]].concat());
}

#[test]
fn whatever_is_no_clear_yes_sends_nothing() {
    let (api, home) = (api(), Home::indexed());
    for user in [
        json!({ "action": "decline" }),
        json!({ "action": "cancel" }),
        json!({ "action": "accept", "content": { "send": false } }),
        json!({ "action": "accept", "content": {} }),
        json!({ "action": "accept" }),
        json!({ "action": "accept", "content": null }),
    ] {
        let mut client = api.client_of(&home, user.clone());
        for call in [post(), patch(), delete(7)] {
            let text = client.refused(DISPATCH, call);
            assert!(text.contains("was not sent"), "{user}: {text}");
        }
        let text = client.refused("send_unmediated_payload", json!({ "raw_request": "DELETE /service/tickets/7" }));
        assert!(text.contains("was not sent"), "{user}: {text}");
        assert_eq!(client.questions.len(), 4);
    }
    assert_eq!(api.lines(), Vec::<String>::new());
    assert!(audit(&home).is_empty());
}

#[test]
fn where_nobody_can_be_asked_a_deletion_takes_two_steps() {
    let (api, home) = (api(), Home::indexed());
    let mut client = api.client(&home, &[]);
    client.dispatch(post());
    client.dispatch(patch());
    assert_eq!(api.lines(), ["POST /service/tickets", "PATCH /service/tickets/7"]);
    let preview = client.dispatch(delete(7));
    assert_eq!(preview["sent"], false);
    assert!(preview["request"]["url"].as_str().unwrap().ends_with("/service/tickets/7"), "{preview}");
    assert_eq!(api.lines().len(), 2, "a preview sends nothing");
    let confirmation = &preview["confirmation"];
    assert!(confirmation.as_str().is_some_and(|token| token.len() >= 16), "{preview}");
    client.dispatch(with(delete(7), confirmation));
    assert_eq!(api.lines()[2..], ["DELETE /service/tickets/7"]);
    // It holds once, for exactly its request, and is used up by a wrong one.
    let reused = client.refused(DISPATCH, with(delete(7), confirmation));
    assert!(reused.contains("not known"), "{reused}");
    let confirmation = client.dispatch(delete(7))["confirmation"].clone();
    let other = client.refused(DISPATCH, with(delete(8), &confirmation));
    assert!(other.contains("another request"), "{other}");
    let spent = client.refused(DISPATCH, with(delete(7), &confirmation));
    assert!(spent.contains("not known"), "{spent}");
    let invented = client.refused(DISPATCH, with(delete(7), &json!("yes")));
    assert!(invented.contains("confirmation"), "{invented}");
    assert_eq!(api.lines().len(), 3);
}

#[test]
fn a_raw_deletion_takes_two_steps_as_well() {
    let (api, home) = (api(), Home::indexed());
    let mut client = api.client(&home, &[]);
    let raw = json!({ "raw_request": "DELETE /service/tickets/7" });
    let confirmation = client.result("send_unmediated_payload", raw.clone())["confirmation"].clone();
    assert_eq!(api.lines().len(), 0);
    client.result("send_unmediated_payload", with(raw, &confirmation));
    assert_eq!(api.lines(), ["DELETE /service/tickets/7"]);
}

#[test]
fn a_server_that_only_reads_says_so_in_its_tools_and_refuses_writes() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    for arguments in [&["--read-only"][..], &["--writes", "deny"]] {
        let mut client = api.client(&home, arguments);
        let listed = client.request("tools/list", json!({}));
        for tool in listed["result"]["tools"].as_array().unwrap() {
            // What is saved is saved here, and sent nowhere.
            let saves = tool["name"] == "cache_invocation_pattern";
            assert_eq!(tool["annotations"]["readOnlyHint"], !saves, "{tool}");
        }
        for call in [post(), patch(), delete(7)] {
            let text = client.refused(DISPATCH, call);
            assert!(text.contains("only reads") && text.contains("--writes ask"), "{text}");
        }
        client.refused("send_unmediated_payload", json!({ "raw_request": "POST /service/tickets {}" }));
    }
    assert_eq!(api.lines().len(), 0);
    // A search is a read, however it travels.
    let mut client = api.client(&home, &["--read-only"]);
    let search = json!({ "conditions": "id > 5" });
    client.dispatch(json!({ "path": "/service/tickets/search", "method": "POST", "data": search }));
    assert_eq!(api.one().body, search);
    let raw = |path: &str| json!({ "raw_request": format!("POST {path} {search}") });
    client.result("send_unmediated_payload", raw("/Service/Tickets/Search"));
    assert_eq!(api.lines()[1..], ["POST /Service/Tickets/Search"]);
    for path in ["/Service/Tickets", "/Service/Tickets/Search/5", "/Time/Entries/Search"] {
        client.refused("send_unmediated_payload", raw(path));
    }
    assert!(audit(&home).is_empty());
}

#[test]
fn writes_that_are_allowed_are_sent_without_a_question() {
    let (api, home) = (api(), Home::indexed());
    home.write("config.toml", "writes = \"allow\"\n");
    let mut client = api.client_of(&home, json!({ "action": "decline" }));
    for call in [post(), patch(), delete(7)] {
        client.dispatch(call);
    }
    assert!(client.questions.is_empty());
    assert_eq!(api.lines().len(), 3);
}

#[test]
fn the_same_post_again_is_held_back_until_it_is_confirmed() {
    let (api, home) = (api(), Home::indexed());
    let mut client = api.client(&home, &["--writes", "allow"]);
    client.dispatch(post());
    let held = client.dispatch(post());
    assert_eq!(held["sent"], false);
    assert!(held["notes"].to_string().contains("second record"), "{held}");
    assert_eq!(api.lines().len(), 1);
    let mut other = post();
    other["data"]["summary"] = "Another".into();
    client.dispatch(other);
    client.dispatch(with(post(), &held["confirmation"]));
    assert_eq!(api.lines().len(), 3);
}

#[test]
fn a_post_that_was_refused_may_be_sent_again() {
    let (api, home) = (Api::of(400, json!({ "code": "InvalidObject", "message": "no" })), Home::indexed());
    let mut client = api.client(&home, &[]);
    for _ in 0..2 {
        client.refused(DISPATCH, post());
    }
    assert_eq!(api.lines().len(), 2);
}

/// Method, path and result of each line.
fn audited(home: &Home) -> Vec<String> {
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    audit(home).iter().map(|line| ["method", "path", "result"].map(|name| text(line, name)).join(" ")).collect()
}

#[test]
fn every_write_leaves_its_lines_and_no_read_does() {
    let (api, home) = (api(), Home::indexed());
    let mut client: Client = api.client(&home, &[]);
    client.dispatch(json!({ "path": "/service/tickets/7" }));
    client.dispatch(delete(9));
    assert!(audit(&home).is_empty(), "neither a read nor a preview is a write");
    client.dispatch(patch());
    assert_eq!(audited(&home), ["PATCH /service/tickets/7 sending", "PATCH /service/tickets/7 200"]);
    let lines = audit(&home);
    assert_eq!(lines[0]["write"], lines[1]["write"]);
    assert_eq!(lines[0]["fields"], json!(["summary"]));
    assert!(lines[0]["client"].as_str().unwrap().starts_with("test"), "{}", lines[0]);
    assert!(!lines[0].to_string().contains("Outage"), "values of bodies stay out");
    drop(client);
    let failing = Api::of(500, json!({ "message": "no" }));
    let mut client = failing.client(&home, &[]);
    client.refused(DISPATCH, post());
    assert_eq!(audited(&home)[2..], ["POST /service/tickets sending", "POST /service/tickets 500"]);
}

#[test]
fn a_write_that_cannot_be_recorded_is_not_sent() {
    let (api, home) = (api(), Home::indexed());
    home.write("logs", "a file where the folder belongs");
    let mut client = api.client(&home, &[]);
    let text = client.refused(DISPATCH, patch());
    assert!(text.contains("audit.jsonl") && text.contains("not sent"), "{text}");
    client.dispatch(json!({ "path": "/service/tickets/7" }));
    assert_eq!(api.lines(), ["GET /service/tickets/7"]);
}
