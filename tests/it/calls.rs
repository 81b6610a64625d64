//! `call` and `raw` on the command line, without a terminal.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::api::{Api, BASE, PRIVATE, audit, authorization, settled};
use crate::util::{Home, ran};

const POST: [&str; 5] = ["call", "POST", "/service/tickets", "--data", r#"{"summary":"Outage","company":{"id":55}}"#];

#[test]
fn a_read_prints_its_rows_and_says_the_rest_on_stderr() {
    let (api, home) = (Api::of(200, json!([{ "id": 1 }, { "id": 2 }])), Home::indexed());
    let call = ["call", "get", "/service/tickets", "--param", "conditions=status/name='New'", "--param", "pageSize=50"];
    let text = api.run(&home, &call).ok();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text.stdout).unwrap(), json!([{ "id": 1 }, { "id": 2 }]));
    assert!(text.stderr.contains("more_exist: false"), "{}", text.stderr);
    let answer = api.run(&home, &[&call[..], &["--json"]].concat()).ok().json();
    assert_eq!((&answer["rows"], &answer["more_exist"]), (&json!(2), &json!(false)));
    let arrived = api.arrived();
    assert_eq!((arrived[0].query("conditions"), arrived[0].query("pageSize")), (Some("status/name='New'"), Some("50")));
}

#[test]
fn a_large_answer_is_printed_whole() {
    let rows: Vec<_> = (0..1_000).map(|id| json!({ "id": id, "text": "x".repeat(60) })).collect();
    let (api, home) = (Api::of(200, json!(rows)), Home::indexed());
    let answer = api.run(&home, &["call", "GET", "/service/tickets", "--json"]).ok().json();
    assert_eq!(answer["result"], json!(rows));
    assert!(answer["stored_result"].is_null());
}

#[test]
fn a_write_without_a_terminal_needs_yes() {
    let (api, home) = (Api::of(201, json!({ "id": 7 })), Home::indexed());
    for command in [&POST[..], &["raw", "DELETE /service/tickets/7"]] {
        let refused = api.run(&home, command);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
        assert!(refused.stderr.contains("--yes"), "{}", refused.stderr);
    }
    assert_eq!(api.lines().len(), 0);
    api.run(&home, &[&POST[..], &["--yes"]].concat()).ok();
    api.run(&home, &["raw", "DELETE /service/tickets/7", "--yes"]).ok();
    assert_eq!(api.lines(), ["POST /service/tickets", "DELETE /service/tickets/7"]);
    assert_eq!(audit(&home).len(), 4);
    assert_eq!(audit(&home)[0]["client"], "command line");
}

#[test]
fn the_same_post_by_another_process_needs_again() {
    let (api, home) = (Api::of(201, json!({ "id": 7 })), Home::indexed());
    let sent = [&POST[..], &["--yes"]].concat();
    api.run(&home, &sent).ok();
    let held = api.run(&home, &sent);
    assert_eq!((held.code, held.stdout.as_str()), (2, ""));
    assert!(held.stderr.contains("--again") && held.stderr.contains("second record"), "{}", held.stderr);
    let unattended = api.run(&home, &[&POST[..], &["--again"]].concat());
    assert!(unattended.code == 2 && unattended.stderr.contains("--yes"), "{}", unattended.stderr);
    assert_eq!(api.lines().len(), 1);
    api.run(&home, &[&sent[..], &["--again"]].concat()).ok();
    let other = ["call", "POST", "/service/tickets", "--data", r#"{"summary":"Other","company":{"id":55}}"#, "--yes"];
    api.run(&home, &other).ok();
    assert_eq!(api.lines().len(), 3);
    let elsewhere = Api::of(201, json!({ "id": 7 }));
    elsewhere.run(&home, &sent).ok();
    assert_eq!(elsewhere.lines().len(), 1, "another host is another request");
}

#[test]
fn the_same_post_written_out_is_the_same_post() {
    let (api, home) = (Api::of(201, json!({ "id": 7 })), Home::indexed());
    let data = r#"{"summary":"Printer","company":{"id":55}}"#;
    api.run(&home, &["call", "POST", "/service/tickets", "--data", data, "--yes"]).ok();
    for body in [data, r#"{ "company": {"id": 55}, "summary": "Printer" }"#] {
        let held = api.run(&home, &["raw", &format!("POST /service/tickets {body}"), "--yes"]);
        assert!(held.code == 2 && held.stderr.contains("--again"), "{}", held.stderr);
    }
    assert_eq!(api.lines().len(), 1);
}

#[test]
fn a_post_that_was_refused_is_sent_again_without_a_word() {
    let (api, home) = (Api::of(400, json!({ "code": "InvalidObject", "message": "no" })), Home::indexed());
    for _ in 0..2 {
        assert_eq!(api.run(&home, &[&POST[..], &["--yes"]].concat()).code, 1);
    }
    assert_eq!(api.lines().len(), 2);
}

#[test]
fn where_only_the_site_is_set_the_base_url_is_found_and_said_once() {
    let info = json!({ "Codebase": "v4_6_release/", "VersionNumber": "v2025.1.7", "CompanyID": "acme" });
    let (api, home) = (Api::of(200, info), Home::indexed());
    let site = api.url().replace(BASE, "");
    let call = |more: &[&str]| {
        let arguments = [&["call", "GET", "/service/tickets/7", "--json"], more].concat();
        ran(settled(&home, &site, &arguments).stdin(Stdio::null()).output().unwrap()).ok().json()
    };
    let shown = call(&["--dry-run"]);
    assert!(shown["notes"].to_string().contains("/login/companyinfo/acme"), "{shown}");
    assert_eq!((shown["request"]["path"].as_str(), api.lines().len()), (Some("/service/tickets/7"), 0));
    let answer = call(&[]);
    assert!(answer["notes"].to_string().contains("v2025.1.7"), "{answer}");
    assert_eq!(answer["request"]["url"], format!("{}/service/tickets/7", api.url()));
    assert_eq!(api.lines(), ["GET /login/companyinfo/acme", "GET /service/tickets/7"]);
    let asked = &api.arrived()[0];
    assert_eq!((asked.header("authorization"), asked.header("clientid")), ("", ""));
}

#[test]
fn a_dry_run_shows_the_request_with_its_secrets_hidden_and_sends_nothing() {
    let (api, home) = (Api::of(201, json!({})), Home::indexed());
    for json in [false, true] {
        let shown =
            api.run(&home, &[&POST[..], &["--dry-run"], if json { &["--json"][..] } else { &[] }].concat()).ok();
        for text in ["POST", "/v4_6_release/apis/3.0/service/tickets", "Outage", "uthorization"] {
            assert!(shown.stdout.contains(text), "{text}: {}", shown.stdout);
        }
        let all = shown.stdout + &shown.stderr;
        assert!(!all.contains(PRIVATE) && !all.contains(&authorization()[6..]), "{all}");
    }
    assert_eq!(api.lines().len(), 0);
}

#[test]
fn the_body_comes_from_a_file_or_standard_input() {
    let (api, home) = (Api::of(201, json!({ "id": 7 })), Home::indexed());
    let body = json!({ "summary": "From elsewhere", "company": { "id": 5 } });
    let file = format!("@{}", home.write("body.json", &body.to_string()).display());
    api.run(&home, &["call", "POST", "/service/tickets", "--data", &file, "--yes"]).ok();
    let mut child = api
        .command(&home, &["call", "POST", "/service/tickets", "--data", "-", "--yes", "--again"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(body.to_string().as_bytes()).unwrap();
    ran(child.wait_with_output().unwrap()).ok();
    assert!(api.arrived().iter().all(|arrived| arrived.body == body));
    assert_eq!(api.lines().len(), 2);
    for (data, told) in [("{broken", "no JSON"), ("@/nonexistent/file", "/nonexistent/file")] {
        let refused = api.run(&home, &["call", "POST", "/service/tickets", "--data", data, "--yes"]);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
}

#[test]
fn wrong_input_is_exit_code_two_and_a_failure_of_the_api_one() {
    let (api, home) =
        (Api::of(404, json!({ "code": "NotFound", "message": "Resource was not found" })), Home::indexed());
    for wrong in [
        &["call", "GET", "/service/tickets", "--param", "pagesize"][..],
        &["call", "GET", "/service/tickets", "--param", "conditions=summary == 'x'"],
        &["call", "POST", "/service/tickets", "--data", "{}", "--yes"],
        &["raw", "/service/tickets"],
    ] {
        let refused = api.run(&home, wrong);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{wrong:?}: {}", refused.stderr);
    }
    assert_eq!(api.lines().len(), 0);
    let failed = api.run(&home, &["call", "GET", "/service/tickets/7"]);
    assert_eq!((failed.code, failed.stdout.as_str()), (1, ""));
    assert!(failed.stderr.contains("404") && failed.stderr.contains("CONNECTWISE_PRIVATE_KEY"), "{}", failed.stderr);
    api.run(&home, &["call", "GET", "/service/tickets", "--param", "conditions=newField = 1", "--no-validate"]);
    assert_eq!(api.arrived()[1].query("conditions"), Some("newField = 1"));
}
