//! No secret is in anything that the program says or keeps, whatever comes of a call.

use std::path::Path;
use std::process::Stdio;

use base64::Engine as _;
use serde_json::{Value, json};
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

/// Of each place that a credential can have: the scheme, the variable with its value, the value.
const CREDENTIALS: [(&str, &str, &str); 5] = [
    ("header", "MINI_HEADER", "canaryHDR/777777"),
    ("query", "MINI_QUERY", "canary+Key/123=="),
    ("cookie", "MINI_COOKIE", "canaryCKY/99/99"),
    ("basic", "MINI_BASIC", "canaryUsr77:canaryPW/4+4=="),
    ("bearer", "MINI_BEARER", "Bearer canaryBRR/88~88"),
];

/// The secrets of these settings, halves among them.
fn parts() -> Vec<&'static str> {
    let halves = |value: &'static str| value.split_once(['\u{20}', ':']).map(|(one, other)| [one, other]);
    let of = |value| std::iter::once(value).chain(halves(value).into_iter().flatten()).filter(|part| *part != "Bearer");
    CREDENTIALS.iter().flat_map(|(_, _, value)| of(*value)).collect()
}

/// A secret in the forms in which servers repeat it; none needs a further escape within a string of JSON.
fn forms(secret: &str) -> Vec<String> {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
    let percent = |upper: bool| -> String {
        let encoded = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ if upper => format!("%{byte:02X}"),
            _ => format!("%{byte:02x}"),
        };
        secret.bytes().map(encoded).collect()
    };
    vec![
        secret.to_owned(),
        percent(true),
        percent(false),
        percent(true).replace('%', "%25"),
        percent(true).replace('%', "%2525"),
        percent(false).replace('%', "%25").to_uppercase(),
        percent(true).to_lowercase(),
        secret.to_uppercase(),
        secret.to_lowercase(),
        secret.replace(' ', "+").replace('/', "%2F"),
        // Written into a query as it is, and read as a form.
        secret.replace('+', " "),
        secret.replace('/', "\\/"),
        secret.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect(),
        secret.replace('/', "&#x2F;").replace('+', "&#43;"),
        STANDARD.encode(secret),
        STANDARD.encode(secret).replace('/', "\\/").replace('=', "%3D"),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE.encode(secret),
    ]
}

/// A home with an API that takes every kind of credential, and one at its worst that answers for it.
fn mini() -> (Home, Api) {
    let all = || parts().into_iter().flat_map(forms).collect::<Vec<_>>();
    let api = Api::answering(move |request: &Request| {
        let json = format!(
            r#"{{"code":"X","message":"as {}","{}":[123,"{}"]}}"#,
            all().join(" "),
            parts()[1],
            all().join("\",\"")
        );
        let text = all().join("\n");
        // What a header cannot hold is escaped in it.
        let in_headers =
            || all().into_iter().filter(|form| !form.contains(['\\', '#'])).collect::<Vec<_>>().join("&x=");
        let link = format!(
            "<http://mini.example/list?api_key=canary%2BKey%2F123%3D%3D&page=2&x={}>; rel=\"next\"",
            in_headers()
        );
        match request.url.path().rsplit('/').next().unwrap_or_default() {
            "json" => ResponseTemplate::new(200).set_body_raw(json, "application/json"),
            "text" => ResponseTemplate::new(200).set_body_raw(text, "text/plain"),
            "json400" => ResponseTemplate::new(400).set_body_raw(json, "application/json"),
            "text500" => ResponseTemplate::new(500).set_body_raw(text, "text/plain"),
            "page404" => ResponseTemplate::new(404).set_body_raw(format!("<title>{text}</title>"), "text/html"),
            "broken" => ResponseTemplate::new(200).set_body_raw(format!("[\"{}", all().join(" ")), "application/json"),
            "list" => ResponseTemplate::new(200)
                .set_body_raw(r#"[{"id":1},{"id":2}]"#, "application/json")
                .insert_header("Link", link.as_str()),
            "file" => ResponseTemplate::new(200).set_body_raw("content", "application/octet-stream").insert_header(
                "Content-Disposition",
                "attachment; filename=\"canaryHDR/777777.pdf\"; filename*=UTF-8''of%20canaryHDR%2F777777.pdf",
            ),
            _ => ResponseTemplate::new(201)
                .set_body_raw(json, "application/json")
                .insert_header("Location", format!("/items/5?api_key=short&x={}", in_headers()).as_str()),
        }
    });
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let answer = |media: &str| json!({ "200": { "description": "ok", "content": { media: { "schema": {} } } } });
    let form = json!([{ "name": "form", "in": "path", "required": true, "schema": { "type": "string" } }]);
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Mini", "version": "1" },
        "servers": [{ "url": "https://mini.example.test" }],
        "components": { "securitySchemes": {
            "header": { "type": "apiKey", "in": "header", "name": "X-Key" },
            "query": { "type": "apiKey", "in": "query", "name": "api_key" },
            "cookie": { "type": "apiKey", "in": "cookie", "name": "sid" },
            "basic": { "type": "http", "scheme": "basic" },
            "bearer": { "type": "http", "scheme": "bearer" },
        } },
        "paths": {
            "/echo/{form}": { "get": { "parameters": form, "responses": answer("application/json") } },
            "/list": { "get": { "responses": answer("application/json") } },
            "/items": { "post": {
                "requestBody": { "content": { "application/json": { "schema": { "type": "object" } } } },
                "responses": answer("application/json"),
            } },
            "/{form}/file": { "get": { "parameters": form, "responses": answer("application/octet-stream") } },
        }
    });
    let manifest = home.write("mini.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "mini", "-q"]).ok();
    let variables = CREDENTIALS.map(|(scheme, variable, _)| format!("{scheme} = \"{variable}\"\n")).concat();
    let config = format!("attempts = 1\n[apis.mini]\nbase_url = {:?}\n[apis.mini.credentials]\n{variables}", api.url());
    home.write("config.toml", &config);
    (home, api)
}

fn run_mini(home: &Home, arguments: &[&str]) -> crate::util::Ran {
    let mut command = home.command(&[arguments, &["-vv", "--log-level", "debug"]].concat());
    command.envs(CREDENTIALS.map(|(_, variable, value)| (variable, value)));
    ran(command.stdin(Stdio::null()).output().unwrap())
}

#[test]
fn no_form_of_any_credential_comes_back_from_an_api_that_repeats_it() {
    let (home, api) = mini();
    let entry = r#"{"description":"d","path":"/list","method":"GET","unreadable":{"data":"{canaryHDR\\/777777"}}"#;
    let import = home.write("import.jsonl", entry);
    let mut said = String::new();
    let mut run = |arguments: &[&str]| {
        let ran = run_mini(&home, arguments);
        said.push_str(&ran.stdout);
        said.push_str(&ran.stderr);
        ran
    };
    for form in ["json", "text", "json400", "text500", "page404", "broken"] {
        run(&["call", "GET", &format!("/echo/{form}"), "--json"]);
    }
    let created = run(&["call", "POST", "/items", "--data", "{}", "--yes", "--json"]).ok().json();
    let list = run(&["call", "GET", "/list", "--json"]).ok().json();
    let some = run(&["call", "GET", "/list", "--all-pages", "--max-items", "2", "--json"]).ok().json();
    let file = run(&["call", "GET", "/x/file", "--json"]).ok().json();
    run(&["raw", "DELETE /nosuch/canaryHDR%2F777777", "--yes", "--json"]);
    run(&["call", "GET", "/echo/json", "--dry-run", "--json"]);
    run(&["memory", "save", "GET", "/list", "--description", "as canary%2BKey%2F123%3D%3D"]);
    let imported = run(&["memory", "import", import.to_str().unwrap(), "--json"]).json();
    run(&["memory", "list", "--json"]);
    run(&["doctor", "--json"]);
    assert!(api.lines().len() >= 10, "{:?}", api.lines());
    // Something was answered each time, and what is no secret is still there.
    assert!(said.contains("as [secret]") && said.contains("answered 400"), "{said}");
    assert_eq!(list["next"], json!({ "page": "2" }));
    assert_eq!((&some["next"], &some["complete"]), (&json!({ "page": "2" }), &json!(false)), "{some}");
    assert!(created["location"].as_str().unwrap().starts_with("/items/5?api_key=[secret]&x=[secret]"), "{created}");
    assert_eq!(created["result"]["[secret]"][0], 123);
    assert!(file["file"]["path"].as_str().unwrap().contains("of [secret].pdf"), "{file}");
    assert_eq!((&imported["new"], &imported["refused"][0]["line"]), (&json!(0), &json!(1)), "{imported}");
    let reason = imported["refused"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("data is no JSON") && reason.contains("take the secret out of the file"), "{reason}");
    std::fs::remove_file(import).unwrap();
    let mut paths = Vec::new();
    files(home.path(), &mut paths);
    for canary in parts().into_iter().flat_map(forms) {
        if let Some(at) = said.find(&canary) {
            panic!("{canary} was said: {}", &said[at.saturating_sub(300)..(at + 100).min(said.len())]);
        }
        for path in &paths {
            let bytes = std::fs::read(path).unwrap();
            let is_there = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!is_there && !path.to_string_lossy().contains(&canary), "{canary} is in {}", path.display());
        }
    }
    assert!(audit_paths(&home).contains(&json!("/nosuch/[secret]")), "{:?}", audit_paths(&home));
}

#[test]
fn no_form_of_any_credential_is_saved_in_whichever_part_of_a_call_it_stands() {
    let (home, _api) = mini();
    let call = |form: &str, part: &str| {
        let mut call = json!({ "description": "d", "path": "/list", "method": "GET", "params": { "a": 1 } });
        match part {
            "description" => call["description"] = json!(format!("the list of {form}")),
            "value" => call["params"]["q"] = json!(format!("name='{form}'")),
            "name" => call["params"][form] = json!(1),
            "path" => call["path"] = json!(format!("/echo/{form}")),
            "query" => call["path"] = json!(format!("/list?q={form}")),
            "unlisted" => call["path"] = json!(format!("/nosuch/{form}")),
            "body" => call["data"] = json!({ "a": [{ "b": [form] }] }),
            "member" => call["data"] = json!({ form: 1 }),
            _ => {
                call["params"]["q"] = json!("{who}");
                call["slots"] = json!([{ "name": "who", "place": "params.q", "example": form }]);
            }
        }
        call
    };
    let lines: Vec<String> = parts()
        .into_iter()
        .flat_map(forms)
        .flat_map(|form| {
            ["description", "value", "name", "path", "query", "unlisted", "body", "member", "example"]
                .map(|part| call(&form, part).to_string())
        })
        .collect();
    let import = home.write("import.jsonl", &lines.join("\n"));
    let imported = run_mini(&home, &["memory", "import", import.to_str().unwrap(), "--json"]).json();
    let refused: Vec<&Value> = imported["refused"].as_array().unwrap().iter().map(|one| &one["line"]).collect();
    let saved = (1..=lines.len()).filter(|line| !refused.contains(&&json!(line))).map(|line| &lines[line - 1]);
    assert_eq!(saved.collect::<Vec<_>>(), Vec::<&String>::new());
    // By hand as well, `+` in a query among them, which is read as a blank.
    for form in ["canary+Key/123==", "CANARY+KEY/123==", "canary%252BKey%252F123%253D%253D"] {
        for arguments in [
            [&format!("/list?q={form}"), "--description", "d"],
            [&format!("/echo/{form}"), "--description", "d"],
            ["/list", "--description", &format!("as {form}")],
        ] {
            let ran = run_mini(&home, &[&["memory", "save", "GET"][..], &arguments].concat());
            assert!(ran.code != 0 && ran.stderr.contains("looks like a secret"), "{arguments:?}: {}", ran.stderr);
        }
    }
}

fn audit_paths(home: &Home) -> Vec<Value> {
    crate::api::audit(home).iter().map(|line| line["path"].clone()).collect()
}

#[test]
fn a_secret_that_a_caller_puts_into_a_call_is_sent_and_shown_nowhere() {
    let api = Api::of(200, json!({ "id": 1 }));
    let home = Home::indexed();
    let in_body = json!({ "summary": format!("the key is {PRIVATE}"), PRIVATE: 1 }).to_string();
    let in_query = format!("conditions=summary='{PRIVATE}'");
    let in_path = format!("/service/tickets/{PRIVATE}");
    let calls: [&[&str]; 6] = [
        &["call", "POST", "/service/tickets", "--data", &in_body, "--dry-run", "--no-validate"],
        &["call", "POST", "/service/tickets", "--data", &in_body, "--yes"],
        &["call", "GET", "/service/tickets", "--param", &in_query, "--dry-run"],
        &["call", "GET", &in_path],
        &["call", "DELETE", &in_path],
        &["raw", &format!("POST /nowhere/{PRIVATE} {in_body}"), "--yes"],
    ];
    for call in calls {
        let ran = ran(api.command(&home, &[call, &["--json"]].concat()).output().unwrap());
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains(PRIVATE), "{call:?}: {said}");
        assert!(said.contains("[secret]"), "{call:?}: {said}");
    }
    let audit = std::fs::read_to_string(home.path().join("logs/audit.jsonl")).unwrap_or_default();
    assert!(audit.contains("[secret]") && !audit.contains(PRIVATE), "{audit}");
    let sent = api.arrived();
    assert!(sent.iter().any(|arrived| String::from_utf8_lossy(&arrived.request.body).contains(PRIVATE)));
}
