//! Several companies in one configuration: each is reached at its own place with its own keys, and keeps its own files.

use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::http_client::Running;
use crate::util::{Home, Ran, ran};

const PRIVATE: &str = "globexPrivateKey1";
const TOKENS: [(&str, &str); 2] =
    [("FIRST", "first-0123456789abcdef-0123456789abcdef"), ("GLOBEX", "globex-0123456789abcdef-0123456789abc")];
const DISPATCH: &str = "dispatch_api_operation";

/// Answers with records of one company, and refuses whoever comes with another's keys.
fn company(name: &'static str, id: u64, user: &'static str) -> Api {
    Api::answering(move |request: &Request| {
        let given = request.headers.get("authorization").map(|given| given.to_str().unwrap().to_owned());
        if given != Some(format!("Basic {}", STANDARD.encode(user))) {
            return ResponseTemplate::new(401)
                .set_body_json(json!({ "code": "Unauthorized", "message": "whose keys?" }));
        }
        let row = json!({ "id": id, "name": "Acme", "identifier": name, "summary": format!("a record of {name}") });
        let is_list = request.method.as_str() == "GET";
        ResponseTemplate::new(200).set_body_json(if is_list { json!([row]) } else { row })
    })
}

fn first() -> Api {
    company("first", 1, "acme+canaryPublicK3y:canaryPrivateK3y")
}

fn globex() -> Api {
    company("globex", 2, "globex+globexPublicKey1:globexPrivateKey1")
}

fn write_config(home: &Home, globex: &Api) {
    let profile = format!(
        "[profiles.globex]\napi_url = '{}'\ncompany_id = 'globex'\npublic_key = 'globexPublicKey1'\nprivate_key = 'env:GLOBEX_PRIVATE'\n\
         client_id = '6b2f7c0e-98a4-4d0e-9f5d-2a1c3e5b7d90'\n[profiles.empty]\ncompany_id = 'empty'\n",
        globex.url()
    );
    let tokens = "[http.tokens]\nfirst = 'env:FIRST'\nglobex = { token = 'env:GLOBEX', profile = 'globex' }\n";
    home.write("config.toml", &format!("writes = 'allow'\nrate_per_minute = 1000000\n{tokens}{profile}"));
}

/// A command with the variables of the first company and the key of the other.
fn command(api: &Api, home: &Home, arguments: &[&str]) -> Command {
    let mut command = api.command(home, arguments);
    command.env("GLOBEX_PRIVATE", PRIVATE).env_remove("CW_ORCHESTRATOR_TOKEN").stdin(Stdio::null());
    command.envs(TOKENS);
    command
}

fn run(api: &Api, home: &Home, arguments: &[&str]) -> Ran {
    ran(command(api, home, arguments).output().unwrap())
}

#[test]
fn each_profile_is_called_with_its_own_keys_and_has_its_own_memory_changes_and_guard() {
    let (first, globex, home) = (first(), globex(), Home::indexed());
    write_config(&home, &globex);
    let of = |profile: Option<&str>, arguments: &[&str]| {
        let profile: Vec<&str> = profile.into_iter().flat_map(|name| ["--profile", name]).collect();
        run(&first, &home, &[&profile[..], arguments].concat())
    };
    let list = ["call", "GET", "/service/tickets"];
    for (profile, name) in [(None, "first"), (Some("globex"), "globex")] {
        let answer = of(profile, &list).ok();
        assert!(answer.stdout.contains(&format!("a record of {name}")), "{}", answer.stdout);
    }
    let by_variable =
        ran(command(&first, &home, &list).env("CW_ORCHESTRATOR_PROFILE", "globex").output().unwrap()).ok();
    assert!(by_variable.stdout.contains("of globex"), "{}", by_variable.stdout);
    assert_eq!((first.arrived().len(), globex.arrived().len()), (1, 2));

    // The same POST to another company is no repetition, and names are looked up in the company of the call.
    let post =
        ["call", "POST", "/service/tickets", "--data", r#"{"summary":"x","board":{"id":1},"company":"Acme"}"#, "--yes"];
    for profile in [None, Some("globex")] {
        of(profile, &post).ok();
    }
    let held = of(
        Some("globex"),
        &["call", "POST", "/service/tickets", "--data", r#"{"summary":"x","board":{"id":1},"company":"Acme"}"#],
    );
    assert_ne!(held.code, 0, "{}{}", held.stdout, held.stderr);
    for (api, id) in [(&first, 1), (&globex, 2)] {
        let posted = api.arrived().into_iter().filter(|arrived| arrived.method == "POST").collect::<Vec<_>>();
        assert_eq!(posted.len(), 1);
        assert_eq!(posted[0].body["company"]["id"], id);
    }
    // Changes and kept calls are each profile's own.
    let changes = |profile| of(profile, &["--json", "undo"]).stdout;
    assert_eq!(changes(None).matches("/service/tickets").count(), 1, "{}", changes(None));
    assert_eq!(changes(Some("globex")).matches("/service/tickets").count(), 1);
    let save = ["memory", "save", "GET", "/service/boards", "--description", "boards of globex"];
    of(Some("globex"), &save).ok();
    let kept = |profile| of(profile, &["--json", "memory", "list"]).stdout;
    assert!(kept(Some("globex")).contains("boards of globex") && !kept(None).contains("boards of globex"));
    for name in ["fast_memory_api.db", "undo", "logs/audit.jsonl"] {
        assert!(home.path().join("profiles/globex").join(name).exists(), "{name}");
    }
    assert!(!std::fs::read_to_string(home.path().join("logs/audit.jsonl")).unwrap().contains("globex"));
}

#[test]
fn a_token_calls_in_its_profile_and_finds_nothing_of_another() {
    let (first, globex, home) = (first(), globex(), Home::indexed());
    write_config(&home, &globex);
    let server = Running::start(&mut command(&first, &home, &["serve"]));
    let mut sessions = TOKENS.map(|(_, token)| server.session("t", Some(token)));
    for _ in 0..2 {
        for (session, name) in sessions.iter_mut().zip(["first", "globex"]) {
            let rows = session.call(DISPATCH, json!({ "path": "/service/tickets" }));
            assert!(rows.to_string().contains(&format!("a record of {name}")), "{rows}");
            let made = session.call(
                DISPATCH,
                json!({ "method": "PATCH", "path": "/service/tickets/7", "data": { "company": "Acme" } }),
            );
            let id = if name == "first" { 1 } else { 2 };
            assert_eq!(made["structuredContent"]["resolved"][0]["id"], id, "{made}");
        }
    }
    let saved = json!({ "path": "/service/boards", "method": "GET", "description": "boards of globex" });
    assert_ne!(sessions[1].call("cache_invocation_pattern", saved)["isError"], true);
    let mut kept =
        |at: usize| sessions[at].call("display_cached_invocations", json!({}))["structuredContent"].to_string();
    assert!(kept(1).contains("boards of globex") && !kept(0).contains("boards of globex"), "{}", kept(0));
    let recalled = |at: usize| {
        server.call_alone("t", Some(TOKENS[at].1), "semantic_endpoint_locator", json!({ "query": "boards of globex" }))
    };
    assert!(recalled(1).body.contains("remembered") && !recalled(0).body.contains("remembered"));
    drop(sessions);
    drop(server);
    for (file, name) in [("logs/audit.jsonl", "first"), ("profiles/globex/logs/audit.jsonl", "globex")] {
        let text = std::fs::read_to_string(home.path().join(file)).unwrap();
        let clients: Vec<Value> =
            text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["client"].clone()).collect();
        assert!(
            !clients.is_empty() && clients.iter().all(|client| client.as_str().unwrap().starts_with(name)),
            "{clients:?}"
        );
    }
}

#[test]
fn profiles_that_are_not_there_or_lack_something_are_told_in_their_own_words() {
    let (first, globex, home) = (first(), globex(), Home::indexed());
    write_config(&home, &globex);
    let unknown = run(&first, &home, &["--profile", "globx", "call", "GET", "/service/tickets"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("has no profile `globx`: the nearest are `globex`"), "{}", unknown.stderr);
    // The variables of the first company count for no profile.
    let empty = run(&first, &home, &["--profile", "empty", "call", "GET", "/service/tickets"]);
    assert!(empty.stderr.contains("the profile `empty`: calls need profiles.empty.api_url"), "{}", empty.stderr);
    let mut without = command(&first, &home, &["--profile", "globex", "call", "GET", "/service/tickets"]);
    let unset = ran(without.env_remove("GLOBEX_PRIVATE").output().unwrap());
    assert!(unset.stderr.contains("calls need profiles.globex.private_key;"), "{}", unset.stderr);
    assert_eq!((first.arrived().len(), globex.arrived().len()), (0, 0));

    let report = run(&first, &home, &["--json", "doctor"]).json();
    let found = |name: &str| {
        let is_it = |finding: &&Value| finding["name"] == name;
        let finding = report["findings"].as_array().unwrap().iter().find(is_it);
        finding.map(|finding| {
            (finding["status"].as_str().unwrap().to_owned(), finding["cure"].as_str().unwrap_or_default().to_owned())
        })
    };
    let fault = |cure: &str| Some(("fault".to_owned(), cure.to_owned()));
    assert_eq!(found("profiles.globex.private_key"), Some(("ok".to_owned(), String::new())), "{report}");
    assert_eq!(found("profiles.empty.private_key"), fault("set profiles.empty.private_key"));
    assert!(found("file of the profile globex").is_some());
    let explained = run(&first, &home, &["policy", "explain", "GET", "/service/tickets", "--as", "globex"]).ok();
    assert!(explained.stdout.contains("in the profile `globex`"), "{}", explained.stdout);
    let online = run(&first, &home, &["--json", "doctor", "--online"]).json();
    let answered =
        |name: &str| online["findings"].as_array().unwrap().iter().any(|it| it["name"] == name && it["status"] == "ok");
    assert!(answered("api") && answered("api of the profile globex"), "{online}");
    // No key of any profile is shown by another.
    let shown = run(
        &first,
        &home,
        &["call", "GET", "/service/tickets", "--param", &format!("conditions=summary='{PRIVATE}'"), "--dry-run"],
    );
    assert!(!format!("{}{}", shown.stdout, shown.stderr).contains(PRIVATE), "{}", shown.stdout);

    for (text, told) in [
        (
            "[http.tokens]\na = { token = 'env:FIRST', profile = 'acme' }\n",
            "has the profile `acme`, and there are no profiles",
        ),
        ("[profiles.'a b']\n", "has a profile `a b`: a name is made of letters"),
    ] {
        home.write("config.toml", text);
        let wrong = run(&first, &home, &["serve", "--transport", "http", "--listen", "127.0.0.1:0"]);
        assert!(wrong.code == 2 && wrong.stderr.contains(told), "{}", wrong.stderr);
    }
}
