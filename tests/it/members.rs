//! Calls of several members through one server: each with the member's own keys, and nothing of one's in another's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::http_client::{self, Running, WITHOUT_SESSIONS};
use crate::util::Home;

/// A member's token, its public and its private key, and the id that `Acme` has for it.
const MEMBERS: [(&str, &str, &str, &str, u64); 3] = [
    ("alice", "alice-0123456789abcdef-0123456789abcdef", "alicePublicKey01", "alicePrivateKey1", 101),
    ("bob", "bob-0123456789abcdef-0123456789abcdef-x", "bobPublicKey0001", "bobPrivateKey001", 202),
    // Without keys of her own she calls as the server does.
    ("carol", "carol-0123456789abcdef-0123456789abcdef", crate::api::PUBLIC, crate::api::PRIVATE, 303),
];

const DISPATCH: &str = "dispatch_api_operation";

/// The member whose keys a request came with.
fn whose(request: &Request) -> (&'static str, u64) {
    let header = request.headers.get("authorization").unwrap().to_str().unwrap();
    let basic = String::from_utf8(STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap()).unwrap();
    let of = |(_, _, public, private, _): &&(&str, &str, &str, &str, u64)| basic == format!("acme+{public}:{private}");
    let (name, .., id) = MEMBERS.iter().find(of).unwrap_or_else(|| panic!("keys of nobody: {basic}"));
    (name, *id)
}

/// Answers each member with rows of its own, and echoes its keys, which no answer may show.
fn api() -> Api {
    Api::answering(|request: &Request| {
        let (name, id) = whose(request);
        let echoed = request.headers.get("authorization").unwrap().to_str().unwrap().to_owned();
        let row = |row: u64| {
            json!({ "id": id + row, "name": if row == 0 { "Acme" } else { "Other" }, "identifier": format!("{name}-{row}"),
                "summary": format!("a record of {name}"), "notes": echoed })
        };
        let is_list = request.method.as_str() == "GET";
        ResponseTemplate::new(200).set_body_json(if is_list { json!([row(0), row(1)]) } else { row(0) })
    })
}

fn start(api: &Api, home: &Home, audited: bool) -> Running {
    let keys = |name: &str| {
        let upper = name.to_uppercase();
        format!(
            "{name} = {{ token = 'env:{upper}_TOKEN', public_key = 'env:{upper}_PUBLIC', private_key = 'env:{upper}_PRIVATE' }}\n"
        )
    };
    let tokens = format!("[http.tokens]\n{}{}carol = 'env:CAROL_TOKEN'\n", keys("alice"), keys("bob"));
    let writes = if audited { "writes = 'allow'\n" } else { "" };
    home.write("config.toml", &format!("{writes}rate_per_minute = 1000000\n{tokens}"));
    let mut command = api.command(home, &["serve"]);
    for (name, token, public, private, _) in MEMBERS {
        let upper = name.to_uppercase();
        command.env(format!("{upper}_TOKEN"), token);
        command.env(format!("{upper}_PUBLIC"), public).env(format!("{upper}_PRIVATE"), private);
    }
    Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN"))
}

/// What no answer to a member may hold: any key in any form that is looked for here, and what is another's.
fn foreign(name: &str, answer: &str) -> Option<String> {
    let of = |(member, _, public, private, _): &(&str, &str, &str, &str, u64)| {
        let basic = STANDARD.encode(format!("acme+{public}:{private}"));
        let mut texts = vec![(*public).to_owned(), (*private).to_owned(), basic];
        if *member != name {
            texts.push(format!("of {member}"));
            texts.push(format!("{member}-"));
        }
        texts
    };
    MEMBERS.iter().flat_map(of).find(|text| answer.contains(text))
}

#[test]
fn calls_of_members_side_by_side_never_have_anothers_keys_rows_or_names() {
    let (api, home) = (api(), Home::indexed());
    let server = start(&api, &home, true);
    let list = json!({ "path": "/service/tickets" });
    let ticket = json!({ "method": "POST", "path": "/service/tickets", "data": {
        "summary": "x", "board": { "id": 1 }, "company": "Acme" } });
    let mut numbers = 7_u32;
    for round in 0..20 {
        let mut under_way = Vec::new();
        for at in 0..12 {
            // A fixed sequence that looks like chance.
            numbers = numbers.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            let (name, token, _, _, id) = MEMBERS[(numbers >> 16) as usize % MEMBERS.len()];
            let is_list = !(numbers >> 20).is_multiple_of(3);
            let arguments = if is_list {
                list.clone()
            } else {
                let mut ticket = ticket.clone();
                // The same POST twice is held back.
                ticket["data"]["summary"] = format!("{round} {at}").into();
                ticket
            };
            let authorization = format!("Bearer {token}");
            let headers = [
                ("mcp-protocol-version", WITHOUT_SESSIONS),
                ("mcp-method", "tools/call"),
                ("mcp-name", DISPATCH),
                ("authorization", &authorization),
            ];
            let message = http_client::call_alone("t", DISPATCH, arguments);
            under_way.push((name, id, is_list, server.post_meanwhile(&headers, &message)));
        }
        for (name, id, is_list, answer) in under_way {
            let answer = server.wait(answer).unwrap();
            let result = &answer.message()["result"];
            assert_ne!(result["isError"], true, "{name}: {result}");
            assert_eq!(foreign(name, &answer.body), None, "{name}: {result}");
            let content = &result["structuredContent"];
            if is_list {
                assert!(content["result"].to_string().contains(&format!("of {name}")), "{name}: {content}");
            } else {
                assert_eq!(content["resolved"][0]["id"], id, "{name}: {content}");
            }
        }
    }
    // What was written was sent with the keys of whoever asked for it, and names the record that is Acme for that one.
    let writes = api.arrived().into_iter().filter(|arrived| arrived.method == "POST");
    let mut count = 0;
    for arrived in writes {
        let (_, id) = whose(&arrived.request);
        assert_eq!(arrived.body["company"]["id"], id, "{}", arrived.body);
        count += 1;
    }
    assert!(count > 40, "{count}");
    let logs: String = ["audit.jsonl", "cw-orchestrator.jsonl"]
        .iter()
        .filter_map(|name| std::fs::read_to_string(home.path().join("logs").join(name)).ok())
        .collect();
    assert!(logs.contains("alice") && logs.contains("bob"), "{logs}");
    for (_, token, public, private, _) in MEMBERS {
        for secret in [token, public, private] {
            assert!(!logs.contains(secret));
        }
    }
}

#[test]
fn an_account_calls_as_its_members_with_keys_that_are_lent_to_it_and_lent_anew() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static LENT: AtomicUsize = AtomicUsize::new(0);
    let api = Api::answering(|request: &Request| {
        let header = request.headers.get("authorization").unwrap().to_str().unwrap();
        let basic = String::from_utf8(STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap()).unwrap();
        let path = request.url.path();
        let of_tokens = path.split("/system/members/").nth(1).and_then(|rest| rest.strip_suffix("/tokens"));
        if let Some(member) = of_tokens {
            let is_account = basic == format!("acme+{}:{}", crate::api::PUBLIC, crate::api::PRIVATE);
            let is_right = is_account && request.headers.get("x-cw-usertype").is_some_and(|kind| kind == "member");
            if !is_right || member == "nobody" {
                return ResponseTemplate::new(403).set_body_json(json!({ "code": "Security", "message": "no" }));
            }
            let number = LENT.fetch_add(1, Ordering::Relaxed);
            return ResponseTemplate::new(200).set_body_json(json!({
                "publicKey": format!("{member}LentPublic{number}"), "privateKey": format!("{member}LentPrivate{number}"),
                "expiration": "2999-01-01T00:00:00Z" }));
        }
        // The first pair of each member is refused once it has been used.
        let is_first = basic.ends_with("LentPrivate0") && path.ends_with("/boards");
        if is_first || !basic.contains("Lent") {
            return ResponseTemplate::new(401).set_body_json(json!({ "code": "Unauthorized", "message": "no" }));
        }
        let row = json!({ "id": 1, "name": basic.split('+').nth(1).unwrap()[..4].to_owned(), "summary": header, "notes": basic });
        ResponseTemplate::new(200).set_body_json(json!([row]))
    });
    let home = Home::indexed();
    home.write(
        "config.toml",
        "[http.tokens]\njdoe = { token = 'env:JDOE', member = 'jdoe' }\nksmi = { token = 'env:KSMI', member = 'ksmi' }\n\
         none = { token = 'env:NONE', member = 'nobody' }\n",
    );
    let mut command = api.command(&home, &["serve"]);
    let token = |name: &str| format!("{name}-0123456789abcdef-0123456789abcdef");
    for name in ["jdoe", "ksmi", "none"] {
        command.env(name.to_uppercase(), token(name));
    }
    let server = Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN"));
    let call = |name: &str, path: &str| {
        let answer = server.call_alone("t", Some(&token(name)), DISPATCH, json!({ "path": path }));
        assert!(!answer.body.contains("Lent"), "{}", answer.body);
        answer.message()["result"].clone()
    };
    for name in ["jdoe", "ksmi", "jdoe"] {
        let answer = call(name, "/service/tickets");
        assert_eq!(answer["structuredContent"]["result"][0]["name"], name, "{answer}");
    }
    assert_eq!(LENT.load(Ordering::Relaxed), 2);
    // Refused keys are not used again.
    assert_eq!(call("jdoe", "/service/boards")["isError"], true);
    assert_eq!(call("jdoe", "/service/boards")["structuredContent"]["result"][0]["name"], "jdoe");
    assert_eq!(LENT.load(Ordering::Relaxed), 3);
    let refused = call("none", "/service/tickets").to_string();
    assert!(refused.contains("no keys of the member `nobody`") && refused.contains("answered 403"), "{refused}");
    let asked = api.arrived().into_iter().find(|arrived| arrived.path.ends_with("/tokens")).unwrap();
    assert_eq!(asked.body, json!({ "memberIdentifier": "jdoe" }));
    drop(server);
    home.write(
        "config.toml",
        "[http.tokens]\nx = { token = 'env:T', member = 'x', public_key = 'env:P', private_key = 'env:P' }\n",
    );
    let mut command = home.command(&["serve", "--transport", "http", "--listen", "127.0.0.1:0"]);
    let output = command.env("T", MEMBERS[0].1).env("P", "publicKey1").output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("so keys have no use") && !output.status.success());
}

#[test]
fn a_members_stored_rows_and_undo_are_its_own_and_faulty_keys_are_told() {
    let (api, home) = (api(), Home::indexed());
    let server = start(&api, &home, true);
    let session = |at: usize| server.session("t", Some(MEMBERS[at].1));
    let (mut alice, mut bob) = (session(0), session(1));
    let grouped = alice.call(DISPATCH, json!({ "path": "/service/tickets", "group_by": "identifier", "count": true }));
    let handle = grouped["structuredContent"]["handle"].clone();
    assert!(handle.is_string(), "{grouped}");
    let read = |session: &mut http_client::Session<'_>| {
        session.call("read_stored_result", json!({ "handle": handle.clone() }))
    };
    assert_ne!(read(&mut alice)["isError"], true);
    assert_eq!(read(&mut bob)["isError"], true);
    let made = alice.call(
        DISPATCH,
        json!({ "method": "POST", "path": "/service/tickets", "validate": false,
        "data": { "summary": "x", "board": { "id": 1 } } }),
    );
    assert!(made["structuredContent"]["undo"].is_u64(), "{made}");
    let changes =
        |session: &mut http_client::Session<'_>| session.call("undo", json!({}))["structuredContent"].to_string();
    assert!(changes(&mut alice).contains("/service/tickets") && !changes(&mut bob).contains("/service/tickets"));
    drop(server);

    for (member, told) in [
        ("{ token = 'env:T', public_key = 'env:P' }", "http.tokens.dave in"),
        ("{ token = 'env:T', public_key = 'plain', private_key = 'env:P' }", "`public_key` is not `env:VARIABLE`"),
        (
            "{ token = 'env:T', public_key = 'env:P', private_key = 'env:NONE' }",
            "the variable NONE of its `private_key` is not set",
        ),
    ] {
        home.write("config.toml", &format!("[http.tokens]\ndave = {member}\n"));
        let mut command = home.command(&["serve", "--transport", "http", "--listen", "127.0.0.1:0"]);
        let output = command.env("T", MEMBERS[0].1).env("P", "publicKey1").output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains(told) && !output.status.success(), "{err}");
    }
}
