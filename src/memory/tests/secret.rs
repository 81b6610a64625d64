use serde_json::json;

use super::super::secrets::{MASK, find, mask};
use super::*;

fn with(params: Value, data: Value) -> Pattern {
    Pattern { params: object(params), data: Some(data), ..pattern("d", "/a") }
}

#[test]
fn secrets_are_found_by_name() {
    for name in [
        "password",
        "Passwd",
        "new_password",
        "user-Passphrase",
        "clientSecret",
        "CLIENT_SECRET",
        "apiKey",
        "api key",
        "x-api-key",
        "privateKey",
        "Authorization",
        "accessToken",
        "refresh_token",
        "token",
        "bearerToken",
        "credentials",
        "pwd",
    ] {
        assert_eq!(find(&with(json!({ name: "hunter2" }), json!(null)), &[]), [format!("params.{name}")]);
        assert_eq!(find(&with(json!({}), json!({ "a": [{ name: "hunter2" }] })), &[]), [format!("data.a.0.{name}")]);
        let filter = format!("id = 5 and {}='hunter2'", name.replace(' ', ""));
        assert_eq!(find(&with(json!({ "conditions": filter }), json!(null)), &[]), ["params.conditions"], "{filter}");
    }
    assert_eq!(find(&with(json!({}), json!({ "password": 123456 })), &[]), ["data.password"]);
    assert_eq!(find(&pattern("d", "/a?x=1&apikey=abc"), &[]), ["path"]);
}

#[test]
fn secrets_are_found_by_their_form() {
    for text in [
        "Bearer abcdef0123456789abcdef",
        "authorization: bearer abcdef0123456789",
        "Basic YWNtZStwdWI6cHJpdmF0ZQ==",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "https://user:hunter2@example.com/x",
    ] {
        assert_eq!(find(&with(json!({}), json!({ "note": format!("see {text}") })), &[]), ["data.note"], "{text}");
        assert_eq!(find(&pattern(text, "/a"), &[]), ["description"], "{text}");
    }
}

#[test]
fn configured_credentials_are_found_wherever_they_stand() {
    let known = ["canaryPrivateK3y", "abc"];
    let one = Pattern {
        description: "with canaryPrivateK3y".to_owned(),
        ..with(json!({ "x": "acanaryPrivateK3yb", "y": "abc", "z": "abcd" }), json!(null))
    };
    assert_eq!(find(&one, &known), ["description", "params.x", "params.y"]);
}

#[test]
fn what_is_no_secret_is_left_alone() {
    let pattern = with(
        json!({ "conditions": "status/name='Open' and passwordChangedDate > [2024-01-01]", "tokenCount": 5, "pageSize": 25 }),
        json!({
            "summary": "Password reset for Anna; basic troubleshooting, bearer of bad news",
            "tokenType": "jwt", "hasPassword": true, "password": "", "secret": null, "pathId": "5",
            "url": "https://example.com:8080/a@b", "time": "10:30", "tokens": 12,
        }),
    );
    assert_eq!(find(&pattern, &[]), Vec::<String>::new());
}

#[test]
fn a_slot_is_no_secret() {
    let slot = |place: &str| Slot { name: "p".to_owned(), place: place.to_owned(), example: None };
    let pattern = Pattern {
        slots: vec![slot("data.password"), slot("params.conditions")],
        ..with(json!({ "conditions": "password = '{p}'" }), json!({ "password": "{p}" }))
    };
    assert_eq!(find(&pattern, &[]), Vec::<String>::new());
    assert_eq!(find(&Pattern { slots: Vec::new(), ..pattern }, &[]).len(), 2);
}

#[test]
fn masking_leaves_nothing_to_find_and_all_else_as_it_was() {
    let pattern = with(json!({ "page": 1, "token": "abc" }), json!({ "a": { "password": "x", "b": 5 } }));
    let (masked, places) = mask(&pattern, &[]);
    assert_eq!(places, ["params.token", "data.a.password"]);
    assert_eq!(masked, with(json!({ "page": 1, "token": MASK }), json!({ "a": { "password": MASK, "b": 5 } })));
    assert_eq!(find(&masked, &[]), Vec::<String>::new());
}
