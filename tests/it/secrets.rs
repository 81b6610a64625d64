//! No secret is in anything that the program says or keeps, whatever comes of a call.

use std::path::Path;
use std::process::Stdio;

use base64::Engine as _;
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::api::{Api, PRIVATE, PUBLIC, authorization};
use crate::client::Client;
use crate::util::{Home, ran};

const TOKEN: &str = "canaryT0ken";

/// The secrets, and each as base64 has it at the three places where it can begin.
fn canaries() -> Vec<String> {
    let encode = |text: String| base64::engine::general_purpose::STANDARD_NO_PAD.encode(text);
    let mut found = vec![authorization()[6..].to_owned()];
    for secret in [PUBLIC, PRIVATE, TOKEN] {
        found.push(secret.to_owned());
        for before in 0..3 {
            let text = encode(format!("{}{secret}", "x".repeat(before)));
            // The first and last characters depend on what stands beside the secret.
            found.push(text[4 * before.min(1)..text.len() - 4].to_owned());
        }
    }
    found
}

fn files(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() { files(&entry.path(), into) } else { into.push(entry.path()) }
    }
}

#[test]
fn no_secret_is_in_any_output_or_file() {
    // An API at its worst: it repeats what it was told.
    let api = Api::answering(|request: &Request| {
        let header = |name: &str| request.headers.get(name).map_or("", |value| value.to_str().unwrap());
        let told = format!("as {} by {}", header("authorization"), header("clientid"));
        let last = request.url.path().rsplit('/').next().unwrap_or_default();
        let status = last.parse().ok().filter(|status| (200..600).contains(status)).unwrap_or(200);
        match status {
            502 => ResponseTemplate::new(502)
                .set_body_raw(format!("<html><title>{told}</title>{told}</html>"), "text/html"),
            302 => {
                ResponseTemplate::new(302).insert_header("Location", format!("https://evil.example/?{told}").as_str())
            }
            299 => ResponseTemplate::new(200).set_body_raw(told, "text/plain"),
            _ => ResponseTemplate::new(status).set_body_json(json!({ "code": "X", "message": told })),
        }
    });
    let home = Home::indexed();
    home.write("config.toml", "attempts = 1\n");
    let mut said = String::new();
    let mut run = |arguments: &[&str]| {
        let mut command = api.command(&home, &[arguments, &["-vv", "--log-level", "debug"]].concat());
        let ran = ran(command.env("CW_ORCHESTRATOR_TOKEN", TOKEN).stdin(Stdio::null()).output().unwrap());
        said.push_str(&ran.stdout);
        said.push_str(&ran.stderr);
    };
    for status in ["200", "299", "302", "400", "401", "403", "404", "409", "429", "500", "502"] {
        run(&["call", "GET", &format!("/service/tickets/{status}"), "--json"]);
    }
    run(&["call", "PATCH", "/service/tickets/400", "--data", r#"{"summary":"x"}"#, "--yes"]);
    run(&["call", "DELETE", "/service/tickets/1", "--dry-run"]);
    run(&["call", "GET", "/service/tickets", "--param", "nosuch=1"]);
    run(&["raw", "GET /service/nosuch/200"]);
    run(&["raw", &format!("GET /service/{PRIVATE}")]);
    run(&["doctor"]);
    run(&["doctor", "--online", "--json"]);
    run(&[
        "memory",
        "save",
        "POST",
        "/service/tickets",
        "--description",
        "Log in",
        "--data",
        &format!("{{\"summary\":\"{PRIVATE}\"}}"),
    ]);
    run(&["memory", "list"]);
    let log = std::fs::File::create(home.path().join("stderr.log")).unwrap();
    let mut command = api.command(&home, &["serve", "-vv"]);
    let mut client = Client::spawn(command.env("CW_ORCHESTRATOR_TOKEN", TOKEN).stderr(log), None);
    for call in [
        json!({ "path": "/service/tickets/200" }),
        json!({ "path": "/service/tickets/401" }),
        json!({ "path": "/service/tickets/502" }),
        json!({ "path": "/service/tickets/1", "method": "DELETE" }),
        json!({ "path": "/service/tickets/1", "method": "PATCH", "data": { "summary": "x" } }),
        json!({ "path": "/service/tickets/1", "dry_run": true }),
    ] {
        said.push_str(&client.call("dispatch_api_operation", call).to_string());
    }
    drop(client);
    assert!(api.lines().len() > 10);
    assert!(said.contains("as Basic [secret]") && said.contains("answered 401"), "{said}");
    let mut paths = Vec::new();
    files(home.path(), &mut paths);
    for written in ["audit.jsonl", "cw-orchestrator.jsonl"] {
        assert!(paths.iter().any(|path| path.ends_with(written)), "{paths:?}");
    }
    for canary in canaries() {
        if let Some(at) = said.find(&canary) {
            panic!("{canary} was said: {}", &said[at.saturating_sub(300)..(at + 100).min(said.len())]);
        }
        for path in &paths {
            let bytes = std::fs::read(path).unwrap();
            let is_there = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!is_there, "{canary} is in {}", path.display());
        }
    }
}
