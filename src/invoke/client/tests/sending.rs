//! What arrives at the server, and what comes back?

use reqwest::header::COOKIE;
use serde_json::json;

use super::server::{Server, Step, answer, ok};
use super::{CLIENT_ID, client, connectwise, draft, get, options, post};
use crate::invoke::client::request::{Secrets, Target};
use crate::invoke::client::{ApiAccess, ApiClient, CallError, ClientOptions, Credential, GenericSettings, preview};
use crate::invoke::draft::{Accept, Body, Content, Draft, Part};
use crate::openapi::Method;

#[tokio::test]
async fn a_read_arrives_as_the_rules_say() {
    let server = Server::start([ok()]).await;
    let query = vec![("conditions".to_owned(), "status/name='New' & x like \"%a+b\"".to_owned())];
    let call = Draft { query: query.into(), headers: vec![("pagination-type".into(), "forward-only".into())], ..get() };
    let reply = client().send(&connectwise(&server.url()), &call).await.unwrap();
    assert_eq!((reply.status, reply.attempts, &reply.body[..]), (200, 1, &br#"{"id":1}"#[..]));
    let request = &server.received()[0];
    insta::assert_snapshot!(
        request.line(),
        @"GET /v4_6_release/apis/3.0/service/tickets?conditions=status%2Fname%3D%27New%27%20%26%20x%20like%20%22%25a%2Bb%22 HTTP/1.1"
    );
    assert_eq!(request.header("accept"), Some("application/vnd.connectwise.com+json; version=2019.1"));
    assert_eq!(request.header("clientid"), Some(CLIENT_ID));
    // base64 of acme+pubCANARY7f3a:privCANARY91bc
    assert_eq!(request.header("authorization"), Some("Basic YWNtZStwdWJDQU5BUlk3ZjNhOnByaXZDQU5BUlk5MWJj"));
    assert_eq!(request.header("pagination-type"), Some("forward-only"));
    assert!(request.header("user-agent").unwrap().starts_with("cw-orchestrator/"));
    assert_eq!(request.header("accept-encoding"), Some("gzip"));
}

#[tokio::test]
async fn bodies_arrive_as_they_are() {
    let server = Server::start([ok()]).await;
    let (client, access) = (client(), connectwise(&server.url()));
    let patch_type = vec![("Content-Type".to_owned(), "application/json-patch+json".to_owned())];
    let text = Body::Text { media_type: "text/csv".into(), text: "a,b".into() };
    let form = Body::Form(vec![("a b".into(), "x&y=1".into()), ("c".into(), String::new())].into());
    let cases = [
        (Some(Body::Json(json!([{"op": "replace"}]))), vec![], Some("application/json"), r#"[{"op":"replace"}]"#),
        (Some(Body::Json(json!([]))), patch_type, Some("application/json-patch+json"), "[]"),
        (Some(Body::Json(json!(null))), vec![], Some("application/json"), "null"),
        (Some(form), vec![], Some("application/x-www-form-urlencoded"), "a%20b=x%26y%3D1&c="),
        (Some(text), vec![], Some("text/csv"), "a,b"),
        (None, vec![], None, ""),
    ];
    for (body, headers, content_type, expected) in cases {
        let call = Draft { body, headers, ..draft(Method::Patch, "/service/tickets/1") };
        client.send(&access, &call).await.unwrap();
        let request = server.received().pop().unwrap();
        assert_eq!(request.header("content-type"), content_type);
        assert_eq!(String::from_utf8(request.body.clone()).unwrap(), expected);
        assert_eq!(request.header("content-length"), Some(expected.len().to_string().as_str()), "{}", request.head);
    }
}

#[tokio::test]
async fn a_file_is_uploaded_as_multipart() {
    let server = Server::start([ok()]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.txt");
    std::fs::write(&path, "x".repeat(100_000)).unwrap();
    let file = Part { content: Content::File(path.clone()), ..Part::text("file", "") };
    let body = Some(Body::Multipart(vec![Part::text("recordType", "Ticket"), Part::text("recordId", "42"), file]));
    let call = Draft { body, ..draft(Method::Post, "/system/documents") };
    let (client, access) = (client(), connectwise(&server.url()));
    client.send(&access, &call).await.unwrap();
    let request = server.received().pop().unwrap();
    assert!(request.header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    let body = String::from_utf8(request.body).unwrap();
    let at = |text: &str| body.find(text).unwrap_or_else(|| panic!("{text} is not in the body"));
    assert!(at("name=\"recordType\"\r\n\r\nTicket") < at("name=\"recordId\"\r\n\r\n42"));
    assert!(at("42") < at("name=\"file\"; filename=\"plan.txt\"\r\nContent-Type: text/plain"));
    assert!(body.contains(&"x".repeat(100_000)));

    std::fs::remove_file(&path).unwrap();
    let error = client.send(&access, &call).await.unwrap_err();
    assert!(matches!(error, CallError::Upload { .. }), "{error}");
    assert!(error.to_string().contains("nothing was sent") && server.count() == 1);
}

#[tokio::test]
async fn answers_of_success() {
    let gzipped =
        [31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 76, 81, 178, 50, 172, 5, 0, 197, 248, 93, 68, 8, 0, 0, 0];
    let json = "Content-Type: application/json";
    let cases: [(&str, Vec<u8>, u16, &[u8]); 5] = [
        ("gzip", answer("200 OK", &[json, "Content-Encoding: gzip"], gzipped), 200, br#"{"id":1}"#),
        ("no content", b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(), 204, b""),
        ("empty", answer("200 OK", &[json], ""), 200, b""),
        ("byte order mark", answer("201 Created", &[json], "\u{feff}[]"), 201, b"[]"),
        ("no type", answer("200 OK", &[], "17"), 200, b"17"),
    ];
    for (name, bytes, status, body) in cases {
        let server = Server::start([Step::Answer(bytes)]).await;
        let reply = client().send(&connectwise(&server.url()), &get()).await.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!((reply.status, &reply.body[..]), (status, body), "{name}");
    }
}

#[tokio::test]
async fn headers_that_matter_are_kept() {
    let headers =
        ["Link: <http://x/?page=2>; rel=\"next\"", "api-current-version: 2025.1", "Location: /service/tickets/9"];
    let server = Server::start([Step::Answer(answer("201 Created", &headers, "{}"))]).await;
    let reply = client().send(&connectwise(&server.url()), &post()).await.unwrap();
    assert_eq!(reply.headers.link, ["<http://x/?page=2>; rel=\"next\""]);
    assert_eq!(reply.headers.api_current_version.as_deref(), Some("2025.1"));
    assert_eq!(reply.headers.location.as_deref(), Some("/service/tickets/9"));
}

#[tokio::test]
async fn calls_can_be_made_from_any_thread() {
    fn sendable<T: Send>(future: T) -> T {
        future
    }
    let server = Server::start([ok()]).await;
    let (client, access, call) = (client(), connectwise(&server.url()), get());
    sendable(client.send(&access, &call)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    sendable(client.download(&access, &call, folder.path())).await.unwrap();
}

#[tokio::test]
async fn connections_are_reused() {
    let server = Server::start([ok()]).await;
    let (client, access) = (client(), connectwise(&server.url()));
    for _ in 0..5 {
        client.send(&access, &get()).await.unwrap();
    }
    assert_eq!((server.count(), server.connections()), (5, 1));
}

#[tokio::test]
async fn dropping_the_future_stops_the_request() {
    let server = Server::start([Step::Hang(Vec::new())]).await;
    let (client, access, call) = (client(), connectwise(&server.url()), get());
    tokio::select! {
        outcome = client.send(&access, &call) => panic!("nothing answers: {outcome:?}"),
        () = server.until(|seen| seen.requests == 1) => {}
    }
    // The future is dropped here, and its connection with it; a request that went on would be repeated on another.
    server.until(|seen| seen.given_up == 1).await;
    assert_eq!((server.count(), server.connections()), (1, 1));
}

#[tokio::test]
async fn an_answer_too_large_for_memory_is_refused() {
    let chunked =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n[1,2,3,4,5,6,7,8,90]\r\n0\r\n\r\n".to_vec();
    for bytes in [answer("200 OK", &[], "[1,2,3,4,5,6,7,8,90]"), chunked] {
        let server = Server::start([Step::Answer(bytes)]).await;
        let client = ApiClient::new(ClientOptions { most_bytes: 19, ..options() }).unwrap();
        let error = client.send(&connectwise(&server.url()), &get()).await.unwrap_err();
        assert!(matches!(error, CallError::TooLarge { most_bytes: 19, .. }), "{error}");
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn requests_are_spread_over_the_minute() {
    let server = Server::start([ok()]).await;
    // A burst of 60, then ten a second.
    let client = ApiClient::new(ClientOptions { rate_per_minute: 600, ..options() }).unwrap();
    let access = connectwise(&server.url());
    let started = std::time::Instant::now();
    for _ in 0..63 {
        client.send(&access, &get()).await.unwrap();
    }
    // By then three more were allowed, at a tenth of a second each.
    assert!(started.elapsed() > std::time::Duration::from_millis(250));
}

#[test]
fn headers_that_are_not_the_operations_are_refused() {
    let access = connectwise("http://127.0.0.1:1/v4_6_release/apis/3.0");
    let with = |name: &str, value: &str| Draft { headers: vec![(name.to_owned(), value.to_owned())], ..get() };
    for (name, value) in [("Host", "evil"), ("transfer-encoding", "chunked"), ("a b", "c"), ("x", "a\r\nb"), ("", "x")]
    {
        let error = preview(&access, &with(name, value)).unwrap_err();
        assert!(matches!(error, CallError::Header { .. }), "{name}: {error}");
    }
    // Every operation of ConnectWise declares it; the configured one is sent.
    let shown = preview(&access, &with("clientId", "other")).unwrap();
    assert!(!format!("{shown:?}").contains("other"));
}

#[test]
fn cookies_of_a_call_go_beside_those_that_are_credentials_which_stay_hidden() {
    let credential = |value: &str| Credential { variable: String::new(), value: Some(value.into()) };
    let access = ApiAccess::generic(GenericSettings {
        url: "http://127.0.0.1:1".to_owned(),
        headers: vec![("Cookie".to_owned(), "region=eu; theme=configured".into())],
        schemes: [("key".to_owned(), json!({ "type": "apiKey", "in": "cookie", "name": "sid" }))].into(),
        credentials: [("key".to_owned(), credential("canaryS1D"))].into(),
        ..GenericSettings::default()
    });
    let access = access.unwrap();
    let access = access.for_operation(None).unwrap();
    let given = |cookie: &str| Draft { headers: vec![("Cookie".to_owned(), cookie.to_owned())], ..get() };
    let sent = |draft: &Draft| Target::new(&access, draft, Secrets::Sent).unwrap().headers[COOKIE].clone();
    let all = sent(&given("pick=abc; sid=forged; theme=dark"));
    assert_eq!(all, "pick=abc; theme=dark; region=eu; sid=canaryS1D");
    assert!(all.is_sensitive());
    let shown = preview(&access, &given("pick=abc; sid=forged")).unwrap();
    let shown = shown.headers.into_iter().find(|(name, _)| name == "cookie").unwrap().1;
    assert_eq!(shown, "pick=abc; region=[secret]; theme=[secret]; sid=[secret]");
    // Without one of the call all is as it was.
    assert_eq!(sent(&get()), "sid=canaryS1D");
    assert!(!format!("{:?}", preview(&access, &get()).unwrap()).contains("canaryS1D"));
}

#[test]
fn a_preview_shows_all_but_secrets() {
    let access = connectwise("https://api-na.myconnectwise.net/v4_6_release/apis/3.0/");
    let call = Draft { query: vec![("pageSize".into(), "1000".into())].into(), accept: Accept::Json, ..post() };
    insta::assert_json_snapshot!(preview(&access, &call).unwrap(), @r#"
{
  "method": "POST",
  "url": "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?pageSize=1000",
  "headers": [
    [
      "accept",
      "application/vnd.connectwise.com+json; version=2019.1"
    ],
    [
      "content-type",
      "application/json"
    ],
    [
      "authorization",
      "[secret]"
    ],
    [
      "clientid",
      "[secret]"
    ]
  ]
}
"#);
}
