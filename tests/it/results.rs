//! Answers too large to show, progress, and calls that are given up.

use std::io::{ErrorKind, Read};
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use cw_orchestrator::invoke::connectwise::ConnectWiseCredentials;
use cw_orchestrator::service::CallOptions;
use cw_orchestrator::{Service, ServiceOptions};
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::{Api, CLIENT_ID, PRIVATE, PUBLIC, settled};
use crate::client::Client;
use crate::util::{Home, models, shared};

const STORED: &str = "read_stored_result";

fn row(id: usize) -> Value {
    json!({ "id": id, "summary": format!("Ticket {id}"), "company": { "id": 1, "name": "Contoso" }, "text": "x".repeat(60) })
}

fn rows(from: usize, to: usize) -> Value {
    (from..to).map(row).collect()
}

/// A thousand rows, far over the budget of what is shown.
fn large() -> Api {
    Api::of(200, rows(0, 1_000))
}

#[test]
fn of_a_large_answer_every_row_is_reached() {
    let (api, home) = (large(), Home::indexed());
    let mut client = api.client(&home, &[]);
    let answer = client.dispatch(json!({ "path": "/service/tickets", "params": { "pageSize": 1000 } }));
    assert_eq!((&answer["rows"], &answer["stored_result"]["rows"]), (&json!(1_000), &json!(1_000)));
    let shown = crate::client::rows(&answer["result"]);
    assert!(!shown.is_empty() && shown.len() < 1_000 && answer["rows_shown"] == shown.len());
    assert_eq!(answer["shape"]["company"], "object {id, name}");
    assert!(answer.to_string().len() < 25_000);
    let handle = &answer["stored_result"]["handle"];
    let (mut seen, mut offset) = (shown, answer["stored_result"]["next_offset"].clone());
    while !offset.is_null() {
        let page = client.result(STORED, json!({ "handle": handle, "offset": offset, "limit": 500 }));
        assert_eq!(page["total"], 1_000);
        assert!(page.to_string().len() < 25_000);
        seen.extend(crate::client::rows(&page));
        offset = page["next_offset"].clone();
    }
    assert_eq!(Value::from(seen), rows(0, 1_000));
    let fields = json!({ "handle": handle, "offset": 998, "limit": 5, "fields": ["id", "company/name"] });
    let last = client.result(STORED, fields)["rows"].clone();
    assert_eq!(last[1], json!({ "id": 999, "company": { "name": "Contoso" } }));
    let behind = client.refused(STORED, json!({ "handle": handle, "offset": 1_000 }));
    assert!(behind.contains("1000 rows"), "{behind}");
    let unknown = client.refused(STORED, json!({ "handle": "nosuch" }));
    assert!(unknown.contains("make the call again"), "{unknown}");
    assert_eq!(api.lines().len(), 1, "what is stored is not asked for again");
}

#[test]
fn a_record_of_values_that_some_readers_refuse_stays_a_record() {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let members =
        format!(r#""long":123456789012345678901234567890,"exact":0.1000,"power":1e2,"large":1e400,"deep":{deep}"#);
    let mut body = br#"{"id":5,"summary":"M"#.to_vec();
    body.push(0xfc);
    body.extend_from_slice(format!(r#"we, cut \ud83d",{members}}}"#).as_bytes());
    let api = Api::answering(move |_: &Request| {
        ResponseTemplate::new(200).set_body_raw(body.clone(), "application/json; charset=ISO-8859-1")
    });
    let home = Home::indexed();
    let ran = api.run(&home, &["call", "GET", "/service/tickets/5", "--json"]).ok();
    let record = &ran.json()["result"];
    assert_eq!((&record["id"], &record["summary"]), (&json!(5), &json!("Müwe, cut \u{fffd}")));
    assert_eq!(record["deep"], json!(deep));
    for written in
        ["\"long\": 123456789012345678901234567890", "\"exact\": 0.1000", "\"power\": 1e2", "\"large\": 1e400"]
    {
        assert!(ran.stdout.contains(written), "{written}");
    }
    let notes = ran.json()["notes"].to_string();
    assert!(notes.contains("1 place, where U+FFFD") && notes.contains("100 levels deep"), "{notes}");
}

#[test]
fn numbers_of_a_body_are_sent_with_all_their_digits() {
    let api = Api::of(201, json!({ "id": 1 }));
    let home = Home::indexed();
    let numbers = r#""budgetHours":12345.678901234567890123,"actualHours":1e2,"id":123456789012345678901234567890"#;
    let body = format!(r#"{{"summary":"x","board":{{"id":1}},"company":{{"id":1}},{numbers}}}"#);
    api.run(&home, &["call", "POST", "/service/tickets", "--data", &body, "--no-validate", "--yes"]).ok();
    let request = format!("POST /service/tickets {body}");
    api.run(&home, &["raw", &request, "--yes", "--again"]).ok();
    // Checked against the schema, which changes none of them.
    let body_of =
        |number: &str| format!(r#"{{"summary":"x","board":{{"id":1}},"company":{{"id":1}},"budgetHours":{number}}}"#);
    let checked = body_of("12345.678901234567890123");
    for given in [checked.clone(), body_of("\"12345.678901234567890123\"")] {
        api.run(&home, &["call", "POST", "/service/tickets", "--data", &given, "--yes", "--again"]).ok();
    }
    let arrived = api.arrived();
    assert_eq!(arrived.len(), 4);
    for arrived in &arrived[2..] {
        assert_eq!(String::from_utf8(arrived.request.body.clone()).unwrap(), checked);
    }
    for arrived in &arrived[..2] {
        assert_eq!(String::from_utf8(arrived.request.body.clone()).unwrap(), body);
    }
}

#[test]
fn text_is_decoded_by_its_charset_and_what_was_guessed_is_said() {
    let answer = |body: &'static [u8], content_type: &'static str| {
        let api = Api::answering(move |_: &Request| ResponseTemplate::new(200).set_body_raw(body, content_type));
        let answer = api.run(&Home::indexed(), &["call", "GET", "/service/tickets", "--json"]).ok().json();
        (answer["result"].clone(), answer["notes"].to_string())
    };
    let row = json!([{ "summary": "Müwe" }]);
    assert_eq!(
        answer(b"[{\"summary\":\"M\xfcwe\"}]", "application/json; charset=windows-1252"),
        (row.clone(), "null".to_owned())
    );
    let (rows, notes) = answer(b"[{\"summary\":\"M\xfcwe\"}]", "application/json");
    assert_eq!(rows, row);
    assert!(notes.contains("1 byte of the answer") && notes.contains("windows-1252"), "{notes}");
}

/// The URIs of stored results in a list of resources.
fn stored(listed: &Value) -> Vec<&str> {
    let uris =
        listed["result"]["resources"].as_array().unwrap().iter().map(|resource| resource["uri"].as_str().unwrap());
    uris.filter(|uri| uri.contains("/results/")).collect()
}

#[test]
fn a_stored_result_is_a_resource_of_its_client() {
    let (api, home) = (large(), Home::indexed());
    let mut client = api.client(&home, &[]);
    assert_eq!(stored(&client.request("resources/list", json!({}))), Vec::<&str>::new());
    let answer = client.dispatch(json!({ "path": "/service/tickets" }));
    let uri = &answer["stored_result"]["uri"];
    let listed = client.request("resources/list", json!({}));
    assert_eq!(stored(&listed), [uri.as_str().unwrap()]);
    let read = client.request("resources/read", json!({ "uri": uri }));
    let text = read["result"]["contents"][0]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), rows(0, 1_000));
    for uri in ["cw-orchestrator://results/nosuch", "file:///etc/passwd"] {
        let unknown = client.request("resources/read", json!({ "uri": uri }));
        assert!(unknown["error"]["code"].is_number(), "{unknown}");
    }
}

#[test]
fn a_handle_is_its_sessions_own() {
    let (api, home) = (large(), Home::empty());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    crate::util::copy(&shared().join("index"), &home.path().join("index"));
    let connectwise = ConnectWiseCredentials {
        url: api.url(),
        company_id: "acme".to_owned(),
        public_key: PUBLIC.to_owned().into(),
        private_key: PRIVATE.to_owned().into(),
        auth_prefix: None,
        client_id: Some(CLIENT_ID.to_owned()),
        user_type: None,
        version: "2019.1".to_owned(),
    };
    let service = Service::new(ServiceOptions {
        home: home.path().to_owned(),
        models: models(),
        build_if_missing: false,
        calls: CallOptions { connectwise: Some(connectwise), ..CallOptions::default() },
    });
    service.open_in_background();
    let (mut mine, mut other) = (Client::within(&runtime, &service), Client::within(&runtime, &service));
    let stored = mine.dispatch(json!({ "path": "/service/tickets" }))["stored_result"].clone();
    mine.result(STORED, json!({ "handle": stored["handle"] }));
    let text = other.refused(STORED, json!({ "handle": stored["handle"] }));
    assert!(text.contains("there is no stored result"), "{text}");
    assert_eq!(self::stored(&other.request("resources/list", json!({}))), Vec::<&str>::new());
    let read = other.request("resources/read", json!({ "uri": stored["uri"] }));
    assert!(read["error"]["code"].is_number(), "{read}");
    // A confirmation is its session's own, too.
    let delete = json!({ "path": "/service/tickets/1", "method": "DELETE" });
    let confirmation = mine.dispatch(delete.clone())["confirmation"].clone();
    let mut taken = delete;
    taken["confirmation"] = confirmation;
    other.refused("dispatch_api_operation", taken);
    assert_eq!(api.lines(), ["GET /service/tickets"]);
}

#[test]
fn progress_is_told_to_whoever_wants_it() {
    let pages = std::sync::atomic::AtomicUsize::new(0);
    let api = Api::answering(move |request: &Request| {
        if request.url.path().ends_with("/count") {
            return ResponseTemplate::new(200).set_body_json(json!({ "count": 1_500 }));
        }
        match pages.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => ResponseTemplate::new(200).set_body_json(rows(0, 1_000)),
            1 => ResponseTemplate::new(200).set_body_json(rows(1_000, 1_500)),
            _ => ResponseTemplate::new(200).set_body_json(json!([])),
        }
    });
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let arguments = json!({ "path": "/service/tickets", "all_pages": true });
    let call = json!({
        "name": "dispatch_api_operation",
        "arguments": arguments,
        "_meta": { "progressToken": "mine" }
    });
    let answer = client.request("tools/call", call);
    let result = &answer["result"]["structuredContent"];
    assert_eq!(
        (&result["rows"], &result["complete"], &result["more_exist"]),
        (&json!(1_500), &json!(true), &json!(false))
    );
    // The last notification may come after the answer; the next request brings it.
    client.request("tools/list", json!({}));
    let progress: Vec<&Value> =
        client.notifications.iter().filter(|message| message["method"] == "notifications/progress").collect();
    assert!(progress.iter().all(|message| message["params"]["progressToken"] == "mine"), "{progress:?}");
    let told: Vec<_> = progress.iter().map(|message| message["params"]["progress"].as_f64().unwrap()).collect();
    assert!(told.is_sorted_by(|a, b| a < b) && told.contains(&1_000.0), "{told:?}");
    assert!(progress.iter().all(|message| message["params"]["total"].as_f64() == Some(1_500.0)), "{progress:?}");
}

#[test]
fn a_call_that_is_cancelled_leaves_the_api() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v4_6_release/apis/3.0", listener.local_addr().unwrap());
    let (arrived, on_arrival) = mpsc::channel();
    let api = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = [0; 4_096];
        let mut head = Vec::new();
        while !head.windows(4).any(|four| four == b"\r\n\r\n") {
            let read = stream.read(&mut bytes).unwrap();
            head.extend_from_slice(&bytes[..read]);
        }
        arrived.send(()).unwrap();
        // It never answers; what ends the wait is the caller's leaving.
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        match stream.read(&mut bytes) {
            Ok(read) => read == 0,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        }
    });
    let home = Home::indexed();
    let mut client = Client::spawn(settled(&home, &url, &["serve"]).stderr(Stdio::null()), None);
    let arguments = json!({ "path": "/service/tickets/1" });
    let id = client.ask("tools/call", json!({ "name": "dispatch_api_operation", "arguments": arguments }));
    on_arrival.recv_timeout(Duration::from_secs(60)).unwrap();
    let params = json!({ "requestId": id, "reason": "enough" });
    client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }));
    assert!(api.join().unwrap(), "the connection was left open");
    client.result("enumerate_api_domains", json!({}));
    drop(client);
    let tools = crate::logs::messages(home.path(), "tool");
    assert_eq!(tools[0]["outcome"], "cancelled", "{tools:?}");
    assert_eq!((&tools[0]["tool"], &tools[0]["request"]), (&json!("dispatch_api_operation"), &json!(id.to_string())));
}
