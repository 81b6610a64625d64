//! Is what `keep` proposes, once saved, byte for byte the call that was made?

use std::cell::RefCell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::api::Api;
use crate::client::Client;
use crate::util::Home;

fn manifest(server: &str) -> String {
    let parameter = |name: &str, place: &str, more: Value| {
        let mut parameter =
            json!({ "name": name, "in": place, "required": place == "path", "schema": { "type": "string" } });
        parameter.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        parameter
    };
    let list = |style: &str, explode: bool| json!({ "schema": { "type": "array", "items": { "type": "string" } }, "style": style, "explode": explode });
    let ok = json!({ "200": { "description": "ok" } });
    let body = json!({ "content": { "application/json": { "schema": { "type": "object" } } } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Odd", "version": "1" },
        "servers": [{ "url": server }],
        "paths": {
            "/files/{path}": { "get": { "summary": "Read a file", "responses": ok, "parameters": [
                parameter("path", "path", json!({})),
                parameter("q", "query", json!({})),
                parameter("x", "query", json!({})),
                parameter("multi", "query", list("form", true)),
                parameter("csv", "query", list("form", false)),
                parameter("pipes", "query", list("pipeDelimited", false)),
                parameter("X-Mark", "header", json!({})),
            ] } },
            "/seals/{id}": { "put": { "summary": "Break a seal", "responses": ok, "requestBody": body, "parameters": [
                parameter("id", "path", json!({})),
                parameter("id", "query", json!({})),
            ] } },
            "/veins/{coords}/matrix": { "get": { "summary": "Read veins", "responses": ok, "parameters": [
                { "name": "coords", "in": "path", "required": true, "style": "matrix", "schema": { "type": "array", "items": { "type": "string" } } },
            ] } },
            "/veins/{coords}/plain": { "get": { "summary": "Read plain veins", "responses": ok, "parameters": [
                { "name": "coords", "in": "path", "required": true, "schema": { "type": "array", "items": { "type": "string" } } },
            ] } },
            "/pairs/{left}.{right}": { "get": { "summary": "Read a pair", "responses": ok, "parameters": [
                parameter("left", "path", json!({})),
                parameter("right", "path", json!({})),
            ] } },
        }
    })
    .to_string()
}

fn odd_home(api: &Api) -> Home {
    let home = Home::with_models("nowhere".into());
    let manifest = home.write("odd.json", &manifest(&api.url()));
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "odd", "-q"]).ok();
    home
}

/// Makes a client one that was not asked to keep anything yet: calls that differ by their values alone are proposed once an hour.
fn forget_offers(home: &Home) {
    if let Ok(file) = rusqlite::Connection::open(home.path().join("fast_memory_api.db")) {
        // Before the first save there is no table.
        let _ = file.execute("DELETE FROM offers", []);
    }
}

/// Follows a proposal, and compares the request of the entry with that of the call.
fn replays(home: &Home, client: &mut Client, call: &Value) -> Result<(), TestCaseError> {
    forget_offers(home);
    let made = client.dispatch(call.clone());
    let keep = &made["keep"];
    prop_assert!(keep.is_string(), "not proposed: {} {}", call, made);
    // As it stands: without slots.
    let saved = client.result("cache_invocation_pattern", json!({ "keep": keep, "slots": [] }));
    prop_assert!(saved["notes"].is_null(), "{}", saved);
    let entry = &saved["entry"];
    let named = json!({
        "path": entry["template"], "method": entry["method"], "record_identifier": entry["id"], "dry_run": true,
    });
    let again = client.dispatch(named);
    let mut dry = call.clone();
    dry["dry_run"] = true.into();
    let first = client.dispatch(dry);
    prop_assert_eq!(&again["request"], &first["request"], "{} {}", call, keep);
    prop_assert!(first["request"]["url"].is_string() || first["request"]["path"].is_string());
    // The same call is held now, whichever way it is given.
    prop_assert!(client.dispatch(call.clone())["keep"].is_null());
    Ok(())
}

fn odd_text() -> impl Strategy<Value = String> {
    // What a server could read as the folder itself or the one above is refused, whoever writes it.
    let leads_elsewhere = |text: &String| {
        text.split(['/', '\\']).any(|segment| matches!(segment, "." | ".."))
            || percent_encoding::percent_decode_str(text).decode_utf8().as_deref() != Ok(text)
    };
    let text = "[ac][/?#%{}&=+ \"'<>:;,.~é✓\\\\a-c_|-]{0,10}".prop_map(|text| text.trim().to_owned());
    text.prop_filter("a path that leads elsewhere", move |text| !leads_elsewhere(text))
}

#[test]
fn a_kept_call_is_the_call_that_was_made() {
    let api = Api::of(200, json!([{ "id": 1 }]));
    let home = odd_home(&api);
    let client = RefCell::new(api.client(&home, &["--writes", "allow"]));
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let list = || prop::collection::vec("[a-c ?/{}é]{1,5}".prop_map(|text| format!("a{text}b")), 1..3);
    // Each call is one that was not made before: a proposal comes once an hour.
    let number = RefCell::new(0);
    let strategy = (odd_text(), odd_text(), list(), list(), list(), any::<bool>());
    runner
        .run(&strategy, |(path, q, multi, csv, pipes, is_written)| {
            *number.borrow_mut() += 1;
            let x = number.borrow().to_string();
            let mut call = json!({ "path": "/files/{path}", "method": "GET", "params": {
                "path": path, "q": q, "x": x, "multi": multi, "csv": csv, "pipes": pipes, "X-Mark": "a b",
            } });
            if is_written {
                let encoded: String = path.bytes().map(|byte| format!("%{byte:02X}")).collect();
                call["path"] = format!("/files/{encoded}").into();
                call["params"].as_object_mut().unwrap().remove("path");
            }
            replays(&home, &mut client.borrow_mut(), &call)?;
            let seal = json!({ "path": format!("/seals/A{x}"), "method": "PUT", "params": { "id": q }, "data": { "text": path, "n": 1 } });
            replays(&home, &mut client.borrow_mut(), &seal)
        })
        .unwrap();
}

#[test]
fn the_proposal_names_the_template_and_the_record_that_was_meant() {
    let api = Api::of(200, json!([{ "id": 1 }]));
    let home = odd_home(&api);
    let mut client = api.client(&home, &["--writes", "allow"]);
    let told = |arguments: &[&str]| {
        forget_offers(&home);
        let arguments = [&["call"], arguments, &["--yes", "--json"]].concat();
        api.run(&home, &arguments).ok().json()["keep"].clone()
    };
    let keep = told(&["GET", "/files/{path}", "--param", "path=docs/a b?x=1#f {q}"])["arguments"].clone();
    assert_eq!((&keep["path"], &keep["params"]), (&json!("/files/{path}"), &json!({ "path": "docs/a b?x=1#f {q}" })));
    let keep = told(&["PUT", "/seals/A1", "--param", "id=Q9", "--data", r#"{"a":1}"#])["arguments"].clone();
    assert_eq!((&keep["path"], &keep["params"]), (&json!("/seals/A1"), &json!({ "id": "Q9" })));
    assert_eq!(api.arrived().last().unwrap().query("id"), Some("Q9"));
    replays(&home, &mut client, &json!({ "path": "/pairs/a%2E1.b%2Fc", "method": "GET" })).unwrap();
    replays(
        &home,
        &mut client,
        &json!({ "path": "/pairs/{left}.{right}", "method": "GET", "params": { "left": "a", "right": "x y" } }),
    )
    .unwrap();
    // Values that another call has too, whose path is the same, are not guessed at.
    for (left, right, proposed) in [
        ("a", "c", json!(["/pairs/{left}.{right}", { "left": "a", "right": "c" }])),
        ("a.b", "c", json!(["/pairs/a.b.c", null])),
        ("a", "b.c", json!(["/pairs/a.b.c", null])),
    ] {
        let (left, right) = (format!("left={left}"), format!("right={right}"));
        let keep = told(&["GET", "/pairs/{left}.{right}", "--param", &left, "--param", &right])["arguments"].clone();
        // A proposal comes once for each path.
        if !keep.is_null() {
            assert_eq!(json!([keep["path"], keep["params"]]), proposed, "{left} {right}");
        }
    }
    // On the command line the proposal is one command.
    let keep = told(&["GET", "/files/{path}", "--param", "path=docs/ü {q}?#"]);
    let command = keep["command"].as_str().unwrap();
    assert!(command.contains("'/files/{path}'") && command.contains("'path=docs/ü {q}?#'"), "{command}");
}

#[test]
fn what_a_path_writes_by_a_style_is_kept_as_it_is_written() {
    let api = Api::of(200, json!([{ "id": 1 }]));
    let home = odd_home(&api);
    let mut client = api.client(&home, &["--writes", "allow"]);
    for (path, params, proposed) in [
        ("/veins/;coords=3,4%205/matrix", json!({}), "/veins/;coords=3,4%205/matrix"),
        ("/veins/3,4/plain", json!({}), "/veins/3,4/plain"),
        // Given as a value it stays one.
        ("/veins/{coords}/matrix", json!({ "coords": ["6", "7"] }), "/veins/{coords}/matrix"),
        ("/veins/{coords}/plain", json!({ "coords": ["6", "a,b"] }), "/veins/{coords}/plain"),
        ("/veins/{coords}/matrix", json!({ "coords": "8" }), "/veins/{coords}/matrix"),
    ] {
        forget_offers(&home);
        let mut arguments = vec!["call".to_owned(), "GET".to_owned(), path.to_owned(), "--json".to_owned()];
        for value in
            [&params["coords"]].into_iter().flat_map(|given| given.as_array().cloned().unwrap_or(vec![given.clone()]))
        {
            arguments.extend(
                value.as_str().map(|value| ["--param".to_owned(), format!("coords={value}")]).into_iter().flatten(),
            );
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let made = api.run(&home, &arguments).ok().json();
        assert_eq!(made["keep"]["arguments"]["path"], proposed, "{made}");
        let given = made["keep"]["arguments"]["params"].as_object().cloned().unwrap_or_default();
        assert_eq!(json!(given), params, "{made}");
        let entry = client.result("cache_invocation_pattern", made["keep"]["arguments"].clone())["entry"].clone();
        let again = client.dispatch(json!({
            "path": entry["template"], "method": "GET", "record_identifier": entry["id"], "dry_run": true,
        }));
        assert_eq!(again["request"]["url"], made["request"]["url"], "{again}");
    }
}
