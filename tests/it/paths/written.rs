//! Requests as they are written out, byte for byte.

use serde_json::{Value, json};

use super::{home_with, manifest, operation, run};
use crate::api::Api;

/// A shop that declares a list, a creation under a media type of its own, a search with a body, and a deletion.
fn shop() -> Value {
    let mut shop = manifest("shop", &["/items", "/items/{id}"]);
    let body = json!({ "content": { "application/merge-patch+json": { "schema": { "type": "object" } } } });
    shop["paths"]["/items/{id}"]["patch"] = operation("change an item");
    shop["paths"]["/items/{id}"]["patch"]["requestBody"] = body;
    shop["paths"]["/items"]["post"] = operation("create an item");
    shop["paths"]["/items"]["get"]["parameters"] =
        json!([{ "name": "ids", "in": "query", "schema": { "type": "string" } }]);
    shop["paths"]["/find"] = json!({ "get": operation("find by a body") });
    shop["paths"]["/find"]["get"]["requestBody"] = json!({ "content": { "application/json": { "schema": {} } } });
    shop
}

#[test]
fn a_request_that_is_written_out_arrives_byte_for_byte() {
    let api = Api::of(200, json!({ "id": 1 }));
    let home = home_with(&[("shop", &shop())], &api.url());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    for (written, path, query, body) in [
        ("GET /items?ids=1&ids=2&x=a+b&y&z=%ff%2f", "/items", Some("ids=1&ids=2&x=a+b&y&z=%ff%2f"), ""),
        ("GET /items?ids=name=\"AT&T\"", "/items", Some("ids=name=%22AT&T%22"), ""),
        ("GET /items/a%2fb%2Fc(d),'e'", "/items/a%2fb%2Fc(d),'e'", None, ""),
        ("GET /items/é?q=a b", "/items/%C3%A9", Some("q=a%20b"), ""),
        ("GET /unlisted/%7Bx%7d;v=1?a=1,2", "/unlisted/%7Bx%7d;v=1", Some("a=1,2"), ""),
        ("GET items", "/items", None, ""),
        ("GET /ITEMS/", "/ITEMS/", None, ""),
        (r#"PATCH /items/5 {"a": 1, "a":2,  "n":1.50}"#, "/items/5", None, r#"{"a": 1, "a":2,  "n":1.50}"#),
        (r#"PATCH /items/5 {"b":1,"a":[]}"#, "/items/5", None, r#"{"b":1,"a":[]}"#),
        ("POST /items [1, 2]", "/items", None, "[1, 2]"),
        (r#"POST /unlisted {"\u0061":1e3}"#, "/unlisted", None, r#"{"\u0061":1e3}"#),
        (r#"GET /find {"q": "x"}"#, "/find", None, r#"{"q": "x"}"#),
    ] {
        let shown = run(&home, &["raw", written, "--dry-run", "--json"]).ok().json();
        run(&home, &["raw", written, "--yes", "--again"]).ok();
        let arrived = api.arrived().pop().unwrap();
        assert_eq!(
            (arrived.path.as_str(), arrived.request.url.query(), text(&arrived.request.body).as_str()),
            (path, query.filter(|query| !query.is_empty()), body),
            "{written}"
        );
        let shown_url = shown["request"]["url"].as_str().unwrap();
        assert!(
            shown_url.ends_with(&format!("{path}{}", query.map(|query| format!("?{query}")).unwrap_or_default())),
            "{shown}"
        );
        let shown_body = &shown["request"]["body"];
        let shown_body = shown_body["text"].as_str().map_or_else(|| shown_body.to_string(), str::to_owned);
        assert_eq!(shown_body, if body.is_empty() { "null" } else { body }, "{written}");
        let media_type = if written.starts_with("PATCH") { "application/merge-patch+json" } else { "application/json" };
        assert_eq!(arrived.header("content-type"), if body.is_empty() { "" } else { media_type }, "{written}");
    }
    let noted = run(&home, &["raw", "GET /items?ids=\"AT&T\"", "--dry-run", "--json"]).ok().json();
    assert!(noted["notes"].to_string().contains("knows no such parameter"), "{noted}");
    for (written, changed) in [
        ("GET /items?ids=\"AT&T\"", Some("sent are `\"` as `%22`")),
        (
            "GET /items/a\"b?ids=100% 5&x=<é>",
            Some("sent are `\"` as `%22`, `%` as `%25`, a space as `%20`, `<` as `%3C`, `é` as `%C3%A9`, `>` as `%3E`"),
        ),
        ("GET /items/a%20b?ids=1,2|[3]", None),
    ] {
        let shown = run(&home, &["raw", written, "--dry-run", "--json"]).ok().json();
        let notes: Vec<&str> = shown["notes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let told = notes.iter().find(|note| note.contains("no URL holds"));
        assert_eq!(told.is_some(), changed.is_some(), "{written}: {notes:?}");
        assert!(told.is_none_or(|told| told.ends_with(changed.unwrap())), "{written}: {notes:?}");
    }
}

#[test]
fn what_is_wrong_with_a_written_request_is_said_in_its_own_words() {
    let api = Api::of(200, json!({ "id": 1 }));
    let home = home_with(&[("shop", &shop())], &api.url());
    let mut client = api.client(&home, &[]);
    for (written, told) in [
        ("/items", "the method is missing before `/items`"),
        ("/items?a=b c", "the method is missing"),
        ("http://127.0.0.1/items", "the method is missing"),
        ("GET", "there is no path"),
        ("GET /items/{id}", "in place of the placeholder"),
        ("GET /items {\"a\":1}", "GET takes no body"),
        ("GET /unlisted {\"a\":1}", "GET takes no body"),
        ("GET /unlisted/../x", "lead elsewhere"),
        ("GET @host/x", "does not begin with `/`"),
        ("DELETE /items/5#6", "Write `%23`"),
        ("GET /items?name=a#b", "Write `%23`"),
    ] {
        let refused = run(&home, &["raw", written]);
        assert_eq!(refused.code, 2, "{written}: {}", refused.stdout);
        let by_tool = client.refused("send_unmediated_payload", json!({ "raw_request": written }));
        for text in [&refused.stderr, &by_tool] {
            assert!(text.contains(told), "{written}: {text}");
            assert!(
                !text.contains("--data") && !text.contains("`data`") && !text.contains("params"),
                "{written}: {text}"
            );
        }
    }
    assert_eq!(api.lines(), [""; 0]);
}

#[test]
fn a_written_request_passes_every_fence_whole() {
    let api = Api::of(201, json!({ "id": 1 }));
    let home = home_with(&[("shop", &shop())], &api.url());
    let post = r#"POST /items {"name": "x", "_method": "DELETE"}"#;
    let refused = run(&home, &["raw", post]);
    assert_eq!(refused.code, 2);
    run(&home, &["raw", post, "--yes"]).ok();
    let again = run(&home, &["raw", post, "--yes"]);
    assert!(again.stderr.contains("less than two minutes ago"), "{}", again.stderr);
    // A GET whose body overrides its method is no read.
    assert_eq!(run(&home, &["raw", r#"GET /find {"_method": "DELETE"}"#]).code, 2);
    assert_eq!(api.lines(), ["POST /items"]);
    let audit = crate::api::audit(&home);
    assert_eq!(audit[0]["fields"], json!(["name", "_method"]));
    let hash = blake3::hash(br#"{"name": "x", "_method": "DELETE"}"#).to_hex().to_string();
    assert_eq!(audit[0]["body_blake3"], hash);
}

#[test]
fn a_first_line_that_was_copied_with_its_version_means_the_same() {
    let api = Api::of(200, json!([]));
    let home = home_with(&[("shop", &shop())], &api.url());
    for written in ["GET /items?ids=1 HTTP/1.1", "GET /items?ids=1  HTTP/2\r\n\r\n", "GET /items?ids=1"] {
        let shown = run(&home, &["raw", written, "--dry-run", "--json"]).ok().json();
        assert_eq!(shown["request"]["url"], format!("{}/items?ids=1", api.url()), "{written}");
    }
    let shown = run(&home, &["raw", "POST /items HTTP/1.1\n\n{\"a\":1}", "--dry-run", "--json"]).ok().json();
    assert_eq!(
        (&shown["request"]["url"], &shown["request"]["body"]),
        (&json!(format!("{}/items", api.url())), &json!({ "a": 1 }))
    );
    // A value may end so, and what is no version is one.
    for (written, sent) in [("GET /items?ids=HTTP/1.1", "HTTP/1.1"), ("GET /items?ids=a HTTP/x", "a%20HTTP/x")] {
        let shown = run(&home, &["raw", written, "--dry-run", "--json"]).ok().json();
        assert_eq!(shown["request"]["url"], format!("{}/items?ids={sent}", api.url()), "{written}");
    }
    let refused = run(&home, &["raw", "GET /items?ids=1 HTTP/1.1\r\nX-HTTP-Method-Override: DELETE"]);
    assert!(refused.code == 2 && refused.stderr.contains("is not sent"), "{}", refused.stderr);
    assert_eq!(api.lines(), [""; 0]);
}
