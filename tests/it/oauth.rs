//! Access tokens of an issuer: who is let in, what every wrong token is told, and whose is what.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::api::Api;
use crate::http_client::{Answer, LEGACY, Running};
use crate::issuer::{Issuer, Key, RESOURCE, encoded, now, token_of_secret};
use crate::util::{Home, ran};

const DISPATCH: &str = "dispatch_api_operation";
const METADATA: &str = "/.well-known/oauth-protected-resource";
const METADATA_URL: &str = "https://tools.example.com/.well-known/oauth-protected-resource/mcp";

fn initialize() -> Value {
    let params =
        json!({ "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params })
}

/// Settings in which readers may read, writers write without being asked, and a named token is beside.
fn settings(issuer: &Issuer, more: &str) -> String {
    format!(
        "[policies.reader]\nallow = [{{ methods = ['GET'] }}]\n[policies.writer]\nwrites = 'allow'\n\
         [http.tokens]\nnamed = 'env:NAMED'\n\
         [http.scopes.'cw:read']\npolicy = 'reader'\n[http.scopes.'cw:write']\npolicy = 'writer'\n\
         [http.oauth]\nissuer = '{}'\nresource = '{RESOURCE}'\nscopes = ['cw:use']\nprecedence = ['cw:write', 'cw:read']\n{more}",
        issuer.name()
    )
}

const NAMED: &str = "named-canary-0123456789abcdef-0123456789";

fn start(home: &Home, issuer: &Issuer, more: &str) -> Running {
    home.write("config.toml", &settings(issuer, more));
    let mut command = home.command(&["serve", "--no-build"]);
    Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN").env("NAMED", NAMED))
}

fn start_calling(home: &Home, issuer: &Issuer, api: &Api, more: &str) -> Running {
    home.write("config.toml", &settings(issuer, more));
    let mut command = api.command(home, &["serve"]);
    Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN").env("NAMED", NAMED))
}

fn post(server: &Running, token: &str) -> Answer {
    server.post(&[("authorization", &format!("Bearer {token}"))], &initialize())
}

#[test]
fn a_client_is_led_to_the_issuer_and_let_in_with_its_token() {
    let (rsa, ec, home) = (Key::rsa("r"), Key::ec("e"), Home::empty());
    let issuer = Issuer::with(&[&rsa, &ec]);
    let server = start(&home, &issuer, "");
    for path in [METADATA, "/.well-known/oauth-protected-resource/mcp"] {
        let answer = server.send(Method::GET, path, &[], "");
        let wanted = json!({
            "resource": RESOURCE, "authorization_servers": [issuer.name()], "bearer_methods_supported": ["header"],
            "resource_name": "cw-orchestrator", "scopes_supported": ["cw:use", "cw:write", "cw:read"]
        });
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, wanted), "{path}");
        let asks = [
            ("origin", "http://localhost:6274"),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", "mcp-protocol-version"),
        ];
        let preflight = server.send(Method::OPTIONS, path, &asks, "");
        assert_eq!(preflight.header("access-control-allow-origin"), "http://localhost:6274", "{path}");
        assert_eq!(server.send(Method::POST, path, &[], "").status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(server.send(Method::GET, &format!("{METADATA}/other"), &[], "").status, StatusCode::NOT_FOUND);

    // None of [http.scopes] is among what each token needs, so clients ask for all of them.
    let missing = format!(
        "Bearer realm=\"cw-orchestrator\", resource_metadata=\"{METADATA_URL}\", scope=\"cw:use cw:write cw:read\""
    );
    for headers in [vec![], vec![("authorization", "Basic YTpi")], vec![("authorization", "Bearer")]] {
        let answer = server.post(&headers, &initialize());
        assert_eq!((answer.status, answer.header("www-authenticate")), (StatusCode::UNAUTHORIZED, &*missing));
    }
    for (key, header) in [
        (&rsa, json!({})),
        (&rsa, json!({ "alg": "RS256", "typ": "JWT" })),
        (&ec, json!({ "typ": null })),
        (&ec, json!({ "kid": null })),
    ] {
        let answer = post(&server, &key.token(&header, &issuer.claims(&json!({}))));
        assert_eq!(answer.status, StatusCode::OK, "{header}: {answer:?}");
    }
    assert_eq!(post(&server, NAMED).status, StatusCode::OK);
    // The name by which clients and tokens know the server is one that requests may have.
    let mut headers = [("host", "tools.example.com"), ("authorization", "")];
    let bearer = format!("Bearer {NAMED}");
    headers[1].1 = &bearer;
    assert_eq!(server.post(&headers, &initialize()).status, StatusCode::OK);
}

#[test]
fn every_wrong_token_is_refused_with_the_right_challenge() {
    let (rsa, ec, other, home) = (Key::rsa("r"), Key::ec("e"), Key::rsa("r"), Home::empty());
    let issuer = Issuer::with(&[&rsa, &ec]);
    let elsewhere = Issuer::with(&[&other]);
    let server = start(&home, &issuer, "algorithms = ['RS256', 'ES256']\nrefetch_s = 0\n");
    let right = issuer.claims(&json!({}));
    let claims = |others: Value| rsa.token(&json!({}), &issuer.claims(&others));
    let header = |others: Value| rsa.token(&others, &right);
    let cut = |token: String, from: usize| token.split('.').skip(from).collect::<Vec<_>>().join(".");
    let unsigned = |alg: &str, signature: &str| {
        format!(
            "{}.{}.{signature}",
            encoded(json!({ "alg": alg, "typ": "at+jwt" }).to_string()),
            encoded(right.to_string())
        )
    };
    let text = |header: &str, payload: &str| format!("{}.{}.AAAA", encoded(header), encoded(payload));
    let flipped = |token: String| {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let first = if signature.starts_with('A') { "B" } else { "A" };
        format!("{signed}.{first}{}", &signature[1..])
    };
    // Claims of one token under the signature of another.
    let swapped = {
        let (mine, theirs) = (claims(json!({})), claims(json!({ "sub": "admin" })));
        let [mine, theirs] = [&mine, &theirs].map(|token| token.split('.').collect::<Vec<_>>());
        format!("{}.{}.{}", mine[0], theirs[1], mine[2])
    };
    let jku = format!("{}/team/keys", elsewhere.name().strip_suffix("/team").unwrap());
    let mut table: Vec<(&str, String, &str)> = vec![
        ("other audience", claims(json!({ "aud": "https://other.example.com" })), "for another audience"),
        ("other resource", claims(json!({ "aud": "https://tools.example.com/other" })), "for another audience"),
        ("a resource above", claims(json!({ "aud": "https://tools.example.com" })), "for another audience"),
        ("the client as audience", claims(json!({ "aud": "desk" })), "for another audience"),
        ("no audience", claims(json!({ "aud": null })), "no claim aud"),
        ("other issuer", claims(json!({ "iss": elsewhere.name() })), "of another issuer"),
        ("issuer with a slash", claims(json!({ "iss": format!("{}/", issuer.name()) })), "of another issuer"),
        ("no issuer", claims(json!({ "iss": null })), "no claim iss"),
        ("expired", claims(json!({ "exp": now() - 31 })), "has expired"),
        ("not yet", claims(json!({ "nbf": now() + 300 })), "not valid yet"),
        ("no expiry", claims(json!({ "exp": null })), "no claim exp"),
        ("expiry in words", claims(json!({ "exp": "9999999999" })), "no claim exp"),
        ("no subject", claims(json!({ "sub": null })), "no claim sub"),
        ("algorithm none", unsigned("none", ""), "algorithm"),
        ("algorithm NONE with a signature", unsigned("NONE", "AAAA"), "algorithm"),
        ("no algorithm", header(json!({ "alg": null })), "no signed JSON Web Token"),
        ("an algorithm that is not allowed here", header(json!({ "alg": "PS256" })), "algorithm"),
        ("unknown kid", header(json!({ "kid": "x" })), "does not publish"),
        ("kid of the other kind of key", header(json!({ "kid": "e" })), "does not publish"),
        ("kid that is a path", header(json!({ "kid": "../../etc/passwd" })), "does not publish"),
        ("wrong signature", flipped(claims(json!({}))), "signature is wrong"),
        ("no signature", format!("{}.", claims(json!({})).rsplit_once('.').unwrap().0), "signature is wrong"),
        ("another's key by the same kid", other.token(&json!({}), &right), "signature is wrong"),
        ("another's key without kid", other.token(&json!({ "kid": null }), &right), "signature is wrong"),
        ("another's key in the header", other.token(&json!({ "jwk": other.jwk() }), &right), "signature is wrong"),
        ("another's key at an address", other.token(&json!({ "jku": jku, "x5u": jku }), &right), "signature is wrong"),
        ("claims of another token", swapped, "signature is wrong"),
        ("crit", header(json!({ "crit": ["exp"], "exp": 1 })), "critical"),
        ("crit b64", header(json!({ "crit": ["b64"], "b64": true })), "critical"),
        ("a proof", header(json!({ "typ": "dpop+jwt" })), "of a type"),
        ("a logout token", header(json!({ "typ": "logout+jwt" })), "of a type"),
        ("huge", claims(json!({ "x": "x".repeat(20_000) })), "more than 16384 bytes"),
        ("no JSON in the header", text("no", "{}"), "no signed JSON Web Token"),
        ("no JSON in the claims", text(r#"{"alg":"RS256"}"#, "no"), "no signed JSON Web Token"),
        ("a list for claims", text(r#"{"alg":"RS256"}"#, "[]"), "no signed JSON Web Token"),
        ("two parts", cut(claims(json!({})), 1), "no signed JSON Web Token"),
        ("five parts, encrypted", format!("{}.a.b", claims(json!({}))), "no signed JSON Web Token"),
        ("no base64", "%.%.%".to_owned(), "no signed JSON Web Token"),
        ("opaque", "2YotnFZFEjr1zCsicMWpAA".to_owned(), "no signed JSON Web Token"),
    ];
    for secret in rsa.as_secrets() {
        let header = json!({ "alg": "HS256", "typ": "at+jwt", "kid": "r" });
        table.push(("HS256 with the public key", token_of_secret(&secret, &header, &right), "algorithm"));
        let header = json!({ "alg": "RS256", "typ": "at+jwt", "kid": "r" });
        table.push(("an HMAC that is called RS256", token_of_secret(&secret, &header, &right), "signature is wrong"));
    }
    for (what, token, told) in &table {
        let answer = post(&server, token);
        let challenge = answer.header("www-authenticate");
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {answer:?}");
        assert!(challenge.contains("error=\"invalid_token\"") && challenge.contains(told), "{what}: {challenge}");
        assert!(challenge.contains(&format!("resource_metadata=\"{METADATA_URL}\"")), "{what}: {challenge}");
        assert!(answer.header("mcp-session-id").is_empty() && answer.error().contains(told), "{what}: {answer:?}");
        assert!(token.len() < 12 || !answer.body.contains(token.as_str()), "{what}");
    }
    for scope in
        [json!("cw:read"), json!(""), Value::Null, json!("cw:use"), json!(["cw:use cw:read"]), json!("CW:USE cw:read")]
    {
        let answer = post(&server, &claims(json!({ "scope": scope })));
        let challenge = answer.header("www-authenticate");
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{scope}: {answer:?}");
        assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
        assert!(
            challenge.contains("scope=\"cw:use cw:write cw:read\"") && challenge.contains(METADATA_URL),
            "{challenge}"
        );
    }
    // Nobody was asked but the issuer, and the right token is let in after all of them.
    assert_eq!(elsewhere.asked_for_keys(), 0);
    assert_eq!(post(&server, &claims(json!({}))).status, StatusCode::OK);
}

#[test]
fn only_access_tokens_by_rfc_9068_are_taken_where_that_is_demanded() {
    let (key, home) = (Key::ec("e"), Home::empty());
    let issuer = Issuer::with(&[&key]);
    let server = start(&home, &issuer, "types = ['at+jwt']\n");
    for (header, status) in [
        (json!({}), StatusCode::OK),
        (json!({ "typ": "application/at+jwt" }), StatusCode::OK),
        (json!({ "typ": "JWT" }), StatusCode::UNAUTHORIZED),
        (json!({ "typ": null }), StatusCode::UNAUTHORIZED),
    ] {
        assert_eq!(post(&server, &key.token(&header, &issuer.claims(&json!({})))).status, status, "{header}");
    }
}

#[test]
fn keys_are_rotated_and_those_in_use_go_on_while_the_issuer_is_away() {
    let (first, second, third, home) = (Key::rsa("1"), Key::ec("2"), Key::ec("3"), Home::empty());
    let issuer = Issuer::with(&[&first]);
    let server = start(&home, &issuer, "refetch_s = 0\n");
    let status = |key: &Key| post(&server, &key.token(&json!({}), &issuer.claims(&json!({})))).status;
    assert_eq!((status(&first), status(&second)), (StatusCode::OK, StatusCode::UNAUTHORIZED));
    issuer.publish(&[&first, &second]);
    assert_eq!((status(&second), status(&first)), (StatusCode::OK, StatusCode::OK));
    issuer.publish(&[&second]);
    // A key that nobody knows has the keys fetched, and with them goes the one that was taken back.
    assert_eq!((status(&third), status(&first)), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    issuer.go_away();
    assert_eq!(status(&third), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!((status(&second), status(&second)), (StatusCode::OK, StatusCode::OK));
}

#[test]
fn nobody_can_make_the_server_ask_the_issuer_again_and_again() {
    let (key, strange, home) = (Key::ec("e"), Key::ec("x"), Home::empty());
    let issuer = Issuer::with(&[&key]);
    let server = start(&home, &issuer, "refetch_s = 3600\n");
    assert_eq!(post(&server, &key.token(&json!({}), &issuer.claims(&json!({})))).status, StatusCode::OK);
    let under_way: Vec<_> = (0..40)
        .map(|number| {
            let token = strange.token(&json!({ "kid": format!("x{number}") }), &issuer.claims(&json!({})));
            server.post_meanwhile(&[("authorization", &format!("Bearer {token}"))], &initialize())
        })
        .collect();
    for answer in under_way {
        assert_eq!(server.wait(answer).unwrap().status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(issuer.asked_for_keys(), 1);
}

#[test]
fn each_subject_has_its_own_sessions_results_and_policy() {
    let (key, home) = (Key::ec("e"), Home::indexed());
    let issuer = Issuer::with(&[&key]);
    let rows: Vec<Value> = (0..3).map(|id| json!({ "id": id, "identifier": format!("t{id}") })).collect();
    let api = Api::answering(move |request: &wiremock::Request| {
        assert!(!request.headers.iter().any(|(_, value)| value.to_str().unwrap().contains("eyJ")), "{request:?}");
        let is_list = request.method.as_str() == "GET";
        ResponseTemplate::new(200).set_body_json(if is_list { json!(rows) } else { json!({ "id": 5, "summary": "x" }) })
    });
    let server = start_calling(&home, &issuer, &api, "");
    let token = |others: Value| key.token(&json!({}), &issuer.claims(&others));
    let alice = token(json!({}));
    let mut session = server.session("t", Some(&alice));
    let grouped =
        session.call(DISPATCH, json!({ "path": "/service/tickets", "group_by": "identifier", "count": true }));
    let handle = grouped["structuredContent"]["handle"].clone();
    assert!(handle.is_string(), "{grouped}");

    let theirs = session.id().to_owned();
    let listing = json!({ "jsonrpc": "2.0", "id": 9, "method": "tools/list" });
    let in_session = |token: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", &*bearer), ("mcp-session-id", &*theirs), ("mcp-protocol-version", LEGACY)];
        server.post(&headers, &listing).status
    };
    // Another token of hers goes on with her session; nobody else's does, by whatever client.
    assert_eq!(in_session(&token(json!({ "jti": "2", "exp": now() + 1200 }))), StatusCode::OK);
    for others in [json!({ "sub": "bob" }), json!({ "client_id": "phone" }), json!({ "client_id": null })] {
        assert_eq!(in_session(&token(others.clone())), StatusCode::NOT_FOUND, "{others}");
    }
    let mut bob = server.session("t", Some(&token(json!({ "sub": "bob" }))));
    assert_eq!(bob.call("read_stored_result", json!({ "handle": handle }))["isError"], true);
    assert_ne!(session.call("read_stored_result", json!({ "handle": handle }))["isError"], true);

    // The same holder may write with a token of more scopes, in the same session.
    let ticket = json!({ "method": "POST", "path": "/service/tickets", "validate": false,
        "data": { "summary": "x", "board": { "id": 1 } } });
    let refused = session.call(DISPATCH, ticket.clone());
    assert!(refused["isError"] == true && refused.to_string().contains("the policy `reader`"), "{refused}");
    let more = token(json!({ "scope": "cw:read cw:write cw:use" }));
    session.headers[0].1 = format!("Bearer {more}");
    let made = session.call(DISPATCH, ticket);
    assert!(made["isError"] != true && made["structuredContent"]["status"] == 200, "{made}");

    // The page's routes take the same tokens, and challenge nobody.
    let read = |token: Option<&str>| {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<(&str, &str)> = bearer.iter().map(|bearer| ("authorization", &**bearer)).collect();
        server.send(Method::GET, "/api/v1/catalogue", &headers, "")
    };
    assert_eq!(server.send(Method::GET, "/", &[], "").status, StatusCode::OK);
    let (open, wrong) = (read(None), read(Some(&token(json!({ "scope": "" })))));
    assert_eq!((open.status, open.header("www-authenticate")), (StatusCode::UNAUTHORIZED, ""), "{open:?}");
    assert_eq!((wrong.status, read(Some(&alice)).status), (StatusCode::FORBIDDEN, StatusCode::OK), "{wrong:?}");
    assert_eq!(server.send(Method::GET, "/metrics", &[], "").status, StatusCode::UNAUTHORIZED);
    drop(server);

    let logs: String = ["audit.jsonl", "cw-orchestrator.jsonl"]
        .iter()
        .filter_map(|name| std::fs::read_to_string(home.path().join("logs").join(name)).ok())
        .collect();
    assert!(logs.contains("oauth:alice:desk:") && logs.contains("oauth:bob:desk:"), "{logs}");
    let audited = std::fs::read_to_string(home.path().join("logs/audit.jsonl")).unwrap();
    assert!(audited.contains("oauth:alice:desk:"), "{audited}");
    for part in alice.split('.').chain(more.split('.')) {
        assert!(!logs.contains(part), "{logs}");
    }
}

#[test]
fn what_a_token_may_do_ends_with_it_in_an_open_session_too() {
    let (key, home) = (Key::ec("e"), Home::indexed());
    let issuer = Issuer::with(&[&key]);
    let api = Api::answering(
        ResponseTemplate::new(200).set_body_json(json!([])).set_delay(std::time::Duration::from_secs(45)),
    );
    let server = start_calling(&home, &issuer, &api, "leeway_s = 0\n");
    let short = key.token(&json!({}), &issuer.claims(&json!({ "exp": now() + 4 })));
    let mut session = server.session("t", Some(&short));
    let call = session.request("tools/call", json!({ "name": DISPATCH, "arguments": { "path": "/service/tickets" } }));
    let (news, answer) = (
        server.send_meanwhile(Method::GET, &session.headers(), String::new()),
        server.post_meanwhile(&session.headers(), &call),
    );
    // A stream of news that was begun in time ends.
    let (news, answer) = (server.wait(news).unwrap(), server.wait(answer).unwrap());
    assert_eq!((news.status, news.header("content-type")), (StatusCode::OK, "text/event-stream"), "{news:?}");
    assert!(answer.body.contains("the access token expired before the call was done"), "{answer:?}");
    let ended = session.ask("tools/list", json!({}));
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED, "{ended:?}");
    assert!(ended.header("www-authenticate").contains("has expired"), "{ended:?}");
    session.headers[0].1 = format!("Bearer {}", key.token(&json!({}), &issuer.claims(&json!({}))));
    assert_eq!(session.ask("tools/list", json!({})).status, StatusCode::OK);
}

#[test]
fn calls_are_made_with_the_keys_of_the_subject_or_of_the_scope() {
    let (key, home) = (Key::ec("e"), Home::indexed());
    let issuer = Issuer::with(&[&key]);
    let api = Api::answering(|request: &wiremock::Request| {
        use base64::Engine as _;
        let header = request.headers.get("authorization").unwrap().to_str().unwrap();
        let basic = base64::engine::general_purpose::STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
        let is_alice = basic == b"acme+alicePublicKey01:alicePrivateKey1";
        ResponseTemplate::new(200).set_body_json(json!([{ "id": if is_alice { 101 } else { 303 } }]))
    });
    home.write(
        "config.toml",
        &format!(
            "[policies.reader]\nallow = [{{ methods = ['GET'] }}]\n[http.scopes.reads]\npolicy = 'reader'\n\
             [http.subjects.'alice@example.com']\npublic_key = 'env:ALICE_PUBLIC'\nprivate_key = 'env:ALICE_PRIVATE'\n\
             [http.oauth]\nissuer = '{}'\nresource = '{RESOURCE}'\nclaim = '/realm/roles'\nsubject_claim = 'email'\n",
            issuer.name()
        ),
    );
    let mut command = api.command(&home, &["serve"]);
    command.env("ALICE_PUBLIC", "alicePublicKey01").env("ALICE_PRIVATE", "alicePrivateKey1");
    let server = Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN"));
    let called = |others: Value| {
        let token = key.token(&json!({}), &issuer.claims(&others));
        server.call_alone("t", Some(&token), DISPATCH, json!({ "path": "/service/tickets" }))
    };
    let roles = json!({ "roles": ["other", "reads"] });
    let id = |others| called(others).message()["result"]["structuredContent"]["result"][0]["id"].clone();
    assert_eq!(id(json!({ "realm": roles, "email": "alice@example.com" })), 101);
    assert_eq!(id(json!({ "realm": roles, "email": "bob@example.com" })), 303);
    assert_eq!(id(json!({ "realm": roles })), 303);
    let none = called(json!({ "realm": { "roles": [] }, "email": "alice@example.com" }));
    assert_eq!(none.status, StatusCode::FORBIDDEN);
    assert!(!none.header("www-authenticate").contains(" scope="), "{none:?}");
}

#[test]
fn doctor_checks_the_settings_and_fetches_the_keys_where_it_may() {
    let (key, home) = (Key::ec("e"), Home::empty());
    let issuer = Issuer::with(&[&key]);
    let said = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        ran(command.env_remove("CW_ORCHESTRATOR_TOKEN").env("NAMED", NAMED).output().unwrap()).stdout
    };
    home.write("config.toml", &settings(&issuer, ""));
    assert!(!said(&["doctor"]).contains("issuer"), "{}", said(&["doctor"]));
    assert_eq!(issuer.asked_for_keys(), 0);
    let online = said(&["doctor", "--online"]);
    assert!(online.contains(&format!("issuer: {} has 1 key", issuer.name())), "{online}");
    issuer.go_away();
    let online = said(&["doctor", "--online"]);
    assert!(online.contains("answered 503"), "{online}");
    for (more, told) in [
        ("algorithms = ['RS256', 'HS256']", "http.oauth.algorithms in"),
        ("algorithms = ['none']", "an algorithm is one with public keys"),
        ("algorithms = []", "an algorithm is one with public keys"),
        ("types = ['id+jwt']", "no type of access tokens"),
        ("leeway_s = 3600", "http.oauth.leeway_s in"),
        ("jwks_url = 'http://login.example.com/keys'", "write https"),
    ] {
        home.write("config.toml", &settings(&issuer, more));
        assert!(said(&["doctor"]).contains(told), "{more}: {}", said(&["doctor"]));
    }
    for (settings, told) in [
        ("[http.oauth]\nresource = 'https://x.example/mcp'", "http.oauth.issuer in"),
        ("[http.oauth]\nissuer = 'https://x.example'", "http.oauth.resource in"),
        ("[http.oauth]\nissuer = 'http://x.example'\nresource = 'https://x.example/mcp'", "write https"),
        ("[http.oauth]\nissuer = 'https://x.example'\nresource = 'https://x.example/mcp#a'", "write a whole https URL"),
        ("[http.scopes.a]", "there is no section [http.oauth]"),
    ] {
        home.write("config.toml", settings);
        assert!(said(&["doctor"]).contains(told), "{settings}: {}", said(&["doctor"]));
    }
    let scopes = "[http.oauth]\nissuer = 'https://x.example'\nresource = 'https://x.example/mcp'\n[http.scopes.a]\n";
    for (more, told) in [
        ("policy = 'none'", "http.scopes.\"a\" in"),
        ("public_key = 'env:NAMED'", "has both `public_key` and `private_key`"),
        ("[http.scopes.b]", "http.oauth.precedence in"),
        ("[http.scopes.'b c']", "which is no scope"),
        ("[http.subjects.c]", "has no `public_key` and `private_key`"),
    ] {
        home.write("config.toml", &format!("{scopes}{more}\n"));
        assert!(said(&["doctor"]).contains(told), "{more}: {}", said(&["doctor"]));
    }
}
