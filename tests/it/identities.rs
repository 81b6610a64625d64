//! ConnectWise keys that requests bring along in their headers: each caller's own, and nothing of one's in another's or on the disk.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::http_client::{self, Answer, JSON, LEGACY, Running, WITHOUT_SESSIONS};
use crate::util::Home;

const TOKEN: &str = "team-0123456789abcdef-0123456789abcdef";
const OTHER_TOKEN: &str = "other-0123456789abcdef-0123456789abcdef";
const DISPATCH: &str = "dispatch_api_operation";

/// Who brings which keys along, and the id that `Acme` has for them.
#[derive(Clone, Copy)]
struct Caller {
    name: &'static str,
    public: &'static str,
    private: &'static str,
    id: u64,
}

const CALLERS: [Caller; 3] = [
    Caller { name: "dora", public: "doraPublicKey001", private: "doraPrivateKey01", id: 1_001 },
    Caller { name: "emil", public: "emilPublicKey001", private: "emilPrivateKey01", id: 2_002 },
    // Without keys in its headers the server's own account calls.
    Caller { name: "server", public: crate::api::PUBLIC, private: crate::api::PRIVATE, id: 3_003 },
];
const DORA: Caller = CALLERS[0];
const EMIL: Caller = CALLERS[1];
const SERVER: Caller = CALLERS[2];

impl Caller {
    fn basic(&self) -> String {
        STANDARD.encode(format!("acme+{}:{}", self.public, self.private))
    }

    /// The headers that say who it is.
    fn headers(&self, token: &str) -> Vec<(String, String)> {
        let mut headers = vec![("authorization".to_owned(), format!("Bearer {token}"))];
        if self.name != SERVER.name {
            headers.push(("x-cw-public-key".to_owned(), self.public.to_owned()));
            headers.push(("x-cw-private-key".to_owned(), self.private.to_owned()));
        }
        headers
    }
}

/// Whose keys a request came with.
fn whose(request: &Request) -> Caller {
    let given = request.headers.get("authorization").unwrap().to_str().unwrap();
    let of = |caller: &&Caller| given == format!("Basic {}", caller.basic());
    *CALLERS.iter().find(of).unwrap_or_else(|| panic!("keys of nobody: {given}"))
}

/// Answers each caller with records of its own, and echoes its keys in several forms, which no answer may show.
fn api() -> Api {
    Api::answering(|request: &Request| {
        let Caller { name, public, private, id } = whose(request);
        let echoed = format!("{public} {private} {}", request.headers.get("authorization").unwrap().to_str().unwrap());
        let hex: String = private.bytes().map(|byte| format!("{byte:02x}")).collect();
        let row = |row: u64| {
            json!({ "id": id + row, "name": if row == 0 { "Acme" } else { "Other" }, "identifier": format!("{name}-{row}"),
                "summary": format!("a record of {name}"), "notes": echoed, "hex": hex })
        };
        let is_list = request.method.as_str() == "GET";
        ResponseTemplate::new(200).set_body_json(if is_list { json!([row(0), row(1)]) } else { row(0) })
    })
}

fn start(api: &Api, home: &Home, rule: &str) -> Running {
    let tokens =
        "[http.tokens]\nteam = 'env:TEAM_TOKEN'\nother = { token = 'env:OTHER_TOKEN', keys_in_headers = 'refused' }";
    let text = format!("writes = 'allow'\nrate_per_minute = 1000000\n[http]\nkeys_in_headers = '{rule}'\n{tokens}\n");
    home.write("config.toml", &text);
    let mut command = api.command(home, &["serve"]);
    command.env("TEAM_TOKEN", TOKEN).env("OTHER_TOKEN", OTHER_TOKEN);
    Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN"))
}

fn borrowed(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (&**name, &**value)).collect()
}

/// A call as the newest protocol makes it.
fn alone(server: &Running, headers: &[(String, String)], tool: &str, arguments: Value) -> Answer {
    let own = [("mcp-protocol-version", WITHOUT_SESSIONS), ("mcp-method", "tools/call"), ("mcp-name", tool)];
    server.post(&[&own[..], &borrowed(headers)].concat(), &http_client::call_alone("t", tool, arguments))
}

fn page(server: &Running, headers: &[(String, String)], method: Method, path: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/{path}");
    server.send(method, &path, &[&JSON[..1], &borrowed(headers)].concat(), body.to_string())
}

/// What no answer to a caller may hold: a key in any form that is looked for here, and what is another's.
fn foreign(caller: &Caller, answer: &str) -> Option<String> {
    let of = |other: &Caller| {
        let hex: String = other.private.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut texts = vec![other.public.to_owned(), other.private.to_owned(), other.basic(), hex];
        if other.name != caller.name {
            texts.extend([format!("of {}", other.name), format!("{}-", other.name)]);
        }
        texts
    };
    CALLERS.iter().flat_map(of).find(|text| answer.contains(text))
}

/// The files below a folder that hold a key which came in headers.
fn leaks(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(leaks(&path));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let holds = |text: &str| memchr::memmem::find(&bytes, text.as_bytes()).is_some();
        if [DORA, EMIL].iter().any(|of| holds(of.public) || holds(of.private) || holds(&of.basic())) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// A session that was begun with these headers.
fn session<'a>(server: &'a Running, headers: &[(String, String)]) -> http_client::Session<'a> {
    server.session_with("t", headers)
}

#[test]
fn callers_side_by_side_never_have_anothers_keys_rows_or_names_and_no_key_is_kept() {
    let (api, home) = (api(), Home::indexed());
    let server = start(&api, &home, "allowed");
    let mut numbers = 11_u32;
    for round in 0..20 {
        let mut under_way = Vec::new();
        for at in 0..12 {
            // A fixed sequence that looks like chance.
            numbers = numbers.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            let caller = CALLERS[(numbers >> 16) as usize % CALLERS.len()];
            let is_list = !(numbers >> 20).is_multiple_of(3);
            let arguments = match is_list {
                true => json!({ "path": "/service/tickets" }),
                false => json!({ "method": "POST", "path": "/service/tickets", "data": {
                    "summary": format!("{round} {at}"), "board": { "id": 1 }, "company": "Acme" } }),
            };
            let headers = caller.headers(TOKEN);
            let own =
                [("mcp-protocol-version", WITHOUT_SESSIONS), ("mcp-method", "tools/call"), ("mcp-name", DISPATCH)];
            let message = http_client::call_alone("t", DISPATCH, arguments);
            let asked = server.post_meanwhile(&[&own[..], &borrowed(&headers)].concat(), &message);
            under_way.push((caller, is_list, asked));
        }
        for (caller, is_list, answer) in under_way {
            let answer = server.wait(answer).unwrap();
            let result = &answer.message()["result"];
            assert_ne!(result["isError"], true, "{}: {result}", caller.name);
            assert_eq!(foreign(&caller, &answer.body), None, "{}: {result}", caller.name);
            let content = &result["structuredContent"];
            if is_list {
                assert!(content["result"].to_string().contains(&format!("of {}", caller.name)), "{content}");
            } else {
                assert_eq!(content["resolved"][0]["id"], caller.id, "{}: {content}", caller.name);
            }
        }
    }
    let writes: Vec<_> = api.arrived().into_iter().filter(|arrived| arrived.method == "POST").collect();
    assert!(writes.len() > 40, "{}", writes.len());
    for arrived in writes {
        assert_eq!(arrived.body["company"]["id"], whose(&arrived.request).id, "{}", arrived.body);
    }
    // A key that somebody writes into a call is neither kept nor repeated.
    let given = json!({ "path": "/service/tickets", "method": "GET", "description": "tickets",
        "params": { "conditions": format!("summary = '{}'", DORA.private) } });
    let kept = alone(&server, &DORA.headers(TOKEN), "cache_invocation_pattern", given);
    assert_eq!(foreign(&DORA, &kept.body), None, "{}", kept.body);
    let wrong = json!({ "path": format!("/service/tickets/{}/nothing", DORA.private) });
    let refused = alone(&server, &DORA.headers(TOKEN), DISPATCH, wrong);
    assert_eq!(foreign(&DORA, &refused.body), None, "{}", refused.body);
    assert_eq!(foreign(&DORA, &alone(&server, &DORA.headers(TOKEN), DORA.private, json!({})).body), None);
    let metrics = server.send(Method::GET, "/metrics", &[("authorization", &format!("Bearer {TOKEN}"))], "");
    let labelled = metrics.body.contains("\"unknown\"") && !metrics.body.contains("team");
    assert!(labelled && foreign(&SERVER, &metrics.body).is_none(), "{}", metrics.body);
    assert_eq!(leaks(home.path()), Vec::<String>::new());
    let audit = std::fs::read_to_string(home.path().join("logs").join("audit.jsonl")).unwrap();
    let clients: std::collections::BTreeSet<String> = audit
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["client"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(clients.len(), 3, "{clients:?}");
    assert!(clients.contains("team") && clients.iter().filter(|name| name.starts_with("team+")).count() == 2);
}

#[test]
fn a_session_its_results_and_changes_are_of_the_keys_that_it_was_begun_with() {
    let (api, home) = (api(), Home::indexed());
    let server = start(&api, &home, "allowed");
    let (mut dora, mut emil) = (session(&server, &DORA.headers(TOKEN)), session(&server, &EMIL.headers(TOKEN)));
    let grouped = dora.call(DISPATCH, json!({ "path": "/service/tickets", "group_by": "identifier", "count": true }));
    let handle = grouped["structuredContent"]["handle"].clone();
    assert!(handle.is_string(), "{grouped}");
    let read = |session: &mut http_client::Session<'_>| {
        session.call("read_stored_result", json!({ "handle": handle.clone() }))
    };
    assert_ne!(read(&mut dora)["isError"], true);
    assert_eq!(read(&mut emil)["isError"], true);
    let post = json!({ "method": "POST", "path": "/service/tickets", "validate": false,
        "data": { "summary": "x", "board": { "id": 1 } } });
    let made = dora.call(DISPATCH, post.clone());
    assert!(made["structuredContent"]["undo"].is_u64(), "{made}");
    let changes =
        |session: &mut http_client::Session<'_>| session.call("undo", json!({}))["structuredContent"].to_string();
    assert!(changes(&mut dora).contains("/service/tickets") && !changes(&mut emil).contains("/service/tickets"));
    // The same POST is held back for her alone, and what confirms it is hers alone.
    let previewed = dora.call(DISPATCH, post.clone());
    let confirmation = previewed["structuredContent"]["confirmation"].clone();
    assert!(confirmation.is_string(), "{previewed}");
    let mut confirmed = post.clone();
    confirmed["confirmation"] = confirmation;
    assert_eq!(emil.call(DISPATCH, confirmed)["isError"], true);
    assert!(emil.call(DISPATCH, post)["structuredContent"]["undo"].is_u64());
    // Another's session is none of hers, nor is hers without her keys.
    let id = dora.id().to_owned();
    for headers in [EMIL.headers(TOKEN), SERVER.headers(TOKEN)] {
        let own = [("mcp-session-id", id.as_str()), ("mcp-protocol-version", LEGACY)];
        let asked = server.post(
            &[&own[..], &borrowed(&headers)].concat(),
            &json!({ "jsonrpc": "2.0", "id": 9, "method": "tools/list", "params": {} }),
        );
        assert_eq!(asked.status, StatusCode::NOT_FOUND, "{asked:?}");
        assert!(asked.body.contains("other keys"), "{}", asked.body);
    }
    assert_ne!(read(&mut dora)["isError"], true);
    // The page's routes are the same callers.
    let call = json!({ "method": "GET", "path": "/service/tickets" });
    for caller in CALLERS {
        let answer = page(&server, &caller.headers(TOKEN), Method::POST, "call", &call);
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert!(answer.body.contains(&format!("of {}", caller.name)), "{}", answer.body);
        assert_eq!(foreign(&caller, &answer.body), None, "{}", answer.body);
    }
    let own = page(&server, &DORA.headers(TOKEN), Method::POST, "call", &call).json();
    let path = format!("results/{}", own["handle"].as_str().unwrap());
    let status = |caller: Caller| page(&server, &caller.headers(TOKEN), Method::GET, &path, &json!({})).status;
    assert_eq!((status(DORA), status(EMIL).is_success(), status(SERVER).is_success()), (StatusCode::OK, false, false));
    drop((dora, emil));
    assert_eq!(leaks(home.path()), Vec::<String>::new());
}

#[test]
fn headers_that_are_wrong_or_not_allowed_are_refused_with_what_to_do() {
    let (api, home) = (api(), Home::indexed());
    let server = start(&api, &home, "allowed");
    let asked = |headers: &[(String, String)], wanted: (StatusCode, &str)| {
        let by_mcp = alone(&server, headers, DISPATCH, json!({ "path": "/service/tickets" }));
        let initialize = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } } });
        let by_session = server.post(&borrowed(headers), &initialize);
        let by_page = page(&server, headers, Method::GET, "catalogue", &json!({}));
        for answer in [by_mcp, by_session, by_page] {
            assert_eq!(answer.status, wanted.0, "{answer:?}");
            assert!(answer.body.contains(wanted.1), "{}", answer.body);
            assert_eq!(foreign(&SERVER, &answer.body), None, "{}", answer.body);
        }
    };
    let with = |more: &[(&str, &str)], without: Option<&str>| {
        let mut headers = DORA.headers(TOKEN);
        headers.retain(|(name, _)| Some(name.as_str()) != without);
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        headers
    };
    let bad = StatusCode::BAD_REQUEST;
    asked(&with(&[], Some("x-cw-private-key")), (bad, "is there without `x-cw-private-key`: send both"));
    asked(&with(&[("x-cw-public-key", EMIL.public)], None), (bad, "`x-cw-public-key` is there more than once"));
    asked(&with(&[("x-cw-usertype", "mem\tber")], None), (bad, "control character"));
    asked(&with(&[("x-cw-company-id", "other")], None), (StatusCode::FORBIDDEN, "is not the company"));
    asked(&DORA.headers(OTHER_TOKEN), (StatusCode::FORBIDDEN, "takes no ConnectWise keys from headers"));
    assert_eq!(api.arrived().len(), 0);
    let answer = alone(
        &server,
        &with(&[("x-cw-company-id", "ACME"), ("x-cw-usertype", "member")], None),
        DISPATCH,
        json!({ "path": "/service/tickets" }),
    );
    assert_ne!(answer.message()["result"]["isError"], true, "{}", answer.body);
    assert_eq!(api.one().header("x-cw-usertype"), "member");
    drop(server);

    let server = start(&api, &home, "required");
    let missing = alone(&server, &SERVER.headers(TOKEN), DISPATCH, json!({ "path": "/service/tickets" }));
    assert_eq!(missing.status, bad);
    assert!(missing.body.contains("send `x-cw-public-key` and `x-cw-private-key` with every request"));
    let hers = alone(&server, &DORA.headers(TOKEN), DISPATCH, json!({ "path": "/service/tickets" }));
    assert!(hers.body.contains("of dora"), "{}", hers.body);
    drop(server);

    let tokens = "[http.tokens]\nx = { token = 'env:T', public_key = 'env:P', private_key = 'env:P', keys_in_headers = 'allowed' }\n";
    home.write("config.toml", tokens);
    let mut command = home.command(&["serve", "--transport", "http", "--listen", "127.0.0.1:0"]);
    let output = command.env("T", TOKEN).env("P", "publicKey1").output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("`keys_in_headers` has no use") && !output.status.success(), "{err}");
}
