//! Is a secret anywhere but on the wire?

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::server::{Server, Step, answer};
use super::{PRIVATE, PUBLIC, connectwise, download_draft, get, options, post, settings};
use crate::invoke::client::{ApiAccess, ApiClient, ClientOptions, Credential, GenericSettings, preview};
use crate::invoke::connectwise::access;
use crate::invoke::generic::Generic;

const KEYS: [&str; 5] = ["qCANARYa1", "hCANARYb2", "cCANARYc3", "bCANARYd4:wCANARYe5", "fCANARYf6"];

fn encode(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// ConnectWise's secrets as they are, and as they are written in headers.
fn connectwise_canaries() -> Vec<String> {
    vec![PUBLIC.into(), PRIVATE.into(), encode(&format!("acme+{PUBLIC}:{PRIVATE}"))]
}

/// Those of the other API.
fn generic_canaries() -> Vec<String> {
    let mut all: Vec<String> = KEYS.map(str::to_owned).to_vec();
    all.extend(["wCANARYe5".into(), encode(KEYS[3])]);
    all
}

fn assert_none(text: &str) {
    for canary in connectwise_canaries().into_iter().chain(generic_canaries()) {
        assert!(!text.contains(&canary), "{canary} is in {text}");
    }
}

fn generic(url: &str) -> ApiAccess {
    let scheme = |text| serde_json::from_value(text).unwrap();
    let schemes: BTreeMap<String, serde_json::Value> = scheme(json!({
        "q": {"type": "apiKey", "in": "query", "name": "key"},
        "h": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "c": {"type": "apiKey", "in": "cookie", "name": "session"},
        "b": {"type": "http", "scheme": "basic"},
    }));
    let credential = |value: &str| Credential { variable: "SOME_VARIABLE".into(), value: Some(value.into()) };
    let credentials = ["q", "h", "c", "b"].into_iter().zip(KEYS).map(|(name, key)| (name.to_owned(), credential(key)));
    let settings = GenericSettings {
        api: "Pets".into(),
        url: url.into(),
        dialect: &Generic,
        headers: vec![("X-Fixed".into(), KEYS[4].into())],
        schemes,
        credentials: credentials.collect(),
        ..GenericSettings::default()
    };
    let access = ApiAccess::generic(settings.clone()).unwrap();
    assert_none(&format!("{access:?}"));
    access.for_operation(None).unwrap().into_owned()
}

/// Everything that a hostile or careless server can make of the request it got: errors of every kind.
fn steps(other: u16, canaries: &[String]) -> Vec<Step> {
    let echo = canaries.join(" ");
    let json = format!(r#"{{"code":"{echo}","message":"{echo}","errors":[{{"field":"{echo}","message":"{echo}"}}]}}"#);
    let page = format!("<html><title>{echo}</title>");
    let html = ["Content-Type: text/html"];
    let location = format!("Location: http://127.0.0.1:{other}/{}?key={}", canaries[0], canaries[1]);
    vec![
        Step::Answer(answer("400 Bad Request", &[], &json)),
        Step::Answer(answer("401 Unauthorized", &[], &echo)),
        Step::Answer(answer("404 Not Found", &html, &page)),
        Step::Answer(answer("500 Internal Server Error", &[], &json)),
        Step::Answer(answer("200 OK", &html, &page)),
        Step::Answer(answer("200 OK", &["Content-Type: application/json"], &echo)),
        Step::Answer(answer("200 OK", &["Content-Type: application/json"], format!("[\"{echo}"))),
        Step::Answer(answer("302 Found", &[&location], "")),
        Step::Close(Vec::new()),
        Step::Close(b"nonsense".to_vec()),
        Step::Close(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".to_vec()),
        Step::Hang(Vec::new()),
    ]
}

#[tokio::test]
async fn no_error_holds_a_secret() {
    let client =
        ApiClient::new(ClientOptions { attempts: 1, timeout: Duration::from_millis(150), ..options() }).unwrap();
    let other = Server::start([Step::Close(Vec::new())]).await;
    let mut kinds = 0;
    for connectwise_is_called in [true, false] {
        let canaries = if connectwise_is_called { connectwise_canaries() } else { generic_canaries() };
        for step in steps(other.port, &canaries) {
            let server = Server::start([step]).await;
            let url = server.url();
            let access = if connectwise_is_called { connectwise(&url) } else { generic(&url) };
            for call in [get(), post()] {
                let error = client.send(&access, &call).await.unwrap_err();
                let mut all = format!("{error}\n{error:?}");
                let mut cause = std::error::Error::source(&error);
                while let Some(inner) = cause {
                    all += &format!("\n{inner}\n{inner:?}");
                    cause = inner.source();
                }
                assert_none(&all);
                kinds += 1;
            }
            assert_none(&format!("{access:?} {:?}", preview(&access, &get()).unwrap()));
        }
    }
    assert_eq!(kinds, 48);
}

#[tokio::test]
async fn neither_do_failed_connections_and_downloads() {
    let client = ApiClient::new(ClientOptions { attempts: 1, ..options() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for url in ["http://127.0.0.1:1/x", "https://127.0.0.1:1/x", "https://nosuch.invalid/x"] {
        for access in [connectwise(url), generic(url)] {
            let sent = client.send(&access, &get()).await.unwrap_err();
            let downloaded = client.download(&access, &download_draft(), folder.path()).await.unwrap_err();
            assert_none(&format!("{sent} {sent:?} {downloaded} {downloaded:?}"));
        }
    }
}

#[tokio::test]
async fn an_answer_that_repeats_secrets_holds_none_and_is_otherwise_the_same() {
    let body =
        json!({ "id": 1, "text": format!("as {PRIVATE}"), "headers": [encode(&format!("acme+{PUBLIC}:{PRIVATE}"))] });
    let server = Server::start([Step::Answer(answer("200 OK", &[], body.to_string()))]).await;
    let reply = ApiClient::new(options()).unwrap().send(&connectwise(&server.url()), &get()).await.unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(shown, json!({ "id": 1, "text": "as [secret]", "headers": ["[secret]"] }));
}

#[test]
fn links_lose_their_query_credentials_and_keep_the_rest() {
    let access = generic("https://pets.example.com");
    let cases = [
        (
            "<https://x.example/a?key=ab&page=2>; rel=\"next\", </b?KEY=ab>; rel=prev; title=\"a, b\"",
            "<https://x.example/a?page=2>; rel=\"next\", </b>; rel=prev; title=\"a, b\"",
        ),
        ("<?page=2&%6bey=ab#end>; rel=next", "<?page=2#end>; rel=next"),
        ("</a?page=3&back=%2Fa%3Fkey%3DqCANARYa1>; rel=next", "</a?page=3>; rel=next"),
        ("</qCANARYa1?page=3>; title=qCANARYa1", "</[secret]?page=3>; title=[secret]"),
        ("nonsense < qCANARYa1", "nonsense < [secret]"),
    ];
    for (link, expected) in cases {
        assert_eq!(access.scrub_link(link), expected);
    }
    assert_eq!(access.scrub_url("/a?key=ab&x=1#y"), "/a?key=[secret]&x=1#y");
}

#[test]
fn settings_and_their_errors_hold_none() {
    assert_none(&format!("{:?}", settings("https://psa.example.com")));
    for url in ["http://psa.example.com", "nonsense", ""] {
        let error = access(&settings(url)).unwrap_err();
        assert_none(&format!("{error} {error:?}"));
    }
}
