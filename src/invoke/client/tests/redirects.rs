//! Where do redirects lead, and what goes along?

use super::server::{Server, Step, answer, ok};
use super::{client, connectwise, download_draft, get, post, said};
use crate::invoke::client::{ApiAccess, CallError, Credential, GenericSettings};
use crate::openapi::Method;

fn to(status: &str, location: &str) -> Step {
    Step::Answer(answer(status, &[&format!("Location: {location}")], ""))
}

#[tokio::test]
async fn within_the_host_credentials_stay() {
    for status in
        ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let server = Server::start([to(status, "/v2024_1/apis/3.0/service/tickets?x=1"), ok()]).await;
        let reply = client().send(&connectwise(&server.url()), &get()).await.unwrap();
        assert_eq!(reply.status, 200);
        let requests = server.received();
        assert_eq!(requests[1].line(), "GET /v2024_1/apis/3.0/service/tickets?x=1 HTTP/1.1");
        assert_eq!(requests[1].header("authorization"), requests[0].header("authorization"));
        assert!(requests[1].header("authorization").is_some() && requests[1].header("clientid").is_some());
    }
}

#[tokio::test]
async fn keys_in_the_query_stay_within_the_host() {
    let server = Server::start([to("302 Found", "/elsewhere?a=1"), ok()]).await;
    let scheme = serde_json::json!({"type": "apiKey", "in": "query", "name": "api key"});
    let value = Some("qCANARY55aa".into());
    let settings = GenericSettings {
        url: server.url(),
        schemes: [("key".to_owned(), scheme)].into(),
        credentials: [("key".to_owned(), Credential { variable: "KEY".to_owned(), value })].into(),
        ..GenericSettings::default()
    };
    let access = ApiAccess::generic(settings).unwrap();
    let access = access.for_operation(Some(&[vec!["key".to_owned()]])).unwrap();
    client().send(&access, &get()).await.unwrap();
    let lines: Vec<String> = server.received().iter().map(|request| request.line().to_owned()).collect();
    assert_eq!(
        lines,
        [
            "GET /v4_6_release/apis/3.0/service/tickets?api%20key=qCANARY55aa HTTP/1.1",
            "GET /elsewhere?a=1&api%20key=qCANARY55aa HTTP/1.1"
        ]
    );
}

#[tokio::test]
async fn another_host_is_not_followed() {
    let other = Server::start([ok()]).await;
    let target = format!("http://user:pw@127.0.0.1:{}/steal?token=abc", other.port);
    let server = Server::start([to("302 Found", &target)]).await;
    let error = client().send(&connectwise(&server.url()), &get()).await.unwrap_err();
    assert_eq!((other.count(), server.count()), (0, 1));
    insta::assert_snapshot!(said(&error, server.port).replace(&other.port.to_string(), "OTHER"), @"GET /service/tickets at 127.0.0.1:PORT: answered 302, which points to http://127.0.0.1:OTHER/steal: another host, scheme or port is not followed, since credentials belong to this one alone; set the base URL to it if that is your API");
}

#[tokio::test]
async fn a_download_is_followed_to_another_host_without_credentials() {
    let file = Step::Answer(answer("200 OK", &["Content-Type: application/pdf"], "%PDF"));
    let other = Server::start([file]).await;
    let server = Server::start([to("302 Found", &format!("http://u:p@127.0.0.1:{}/blob?sig=1", other.port))]).await;
    let folder = tempfile::tempdir().unwrap();
    let call = download_draft();
    let file = client().download(&connectwise(&server.url()), &call, &folder.path().join("a.pdf")).await.unwrap();
    assert_eq!(std::fs::read(file.path).unwrap(), b"%PDF");
    let request = other.received().pop().unwrap();
    assert_eq!(request.line(), "GET /blob?sig=1 HTTP/1.1");
    for name in ["authorization", "clientid", "cookie"] {
        assert_eq!(request.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_host_that_sends_back_gets_no_credentials_either() {
    let server_listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let home = server_listener.local_addr().unwrap().port();
    let other = Server::start([to("302 Found", &format!("http://127.0.0.1:{home}/back"))]).await;
    let away = to("302 Found", &format!("http://127.0.0.1:{}/x", other.port));
    let server = Server::on(server_listener, [away, Step::Answer(answer("200 OK", &[], "x"))]);
    let folder = tempfile::tempdir().unwrap();
    client().download(&connectwise(&server.url()), &download_draft(), &folder.path().join("a")).await.unwrap();
    let back = server.received().pop().unwrap();
    assert_eq!((back.line(), back.header("authorization")), ("GET /back HTTP/1.1", None));
}

#[tokio::test]
async fn a_write_is_never_redirected() {
    for status in ["302 Found", "307 Temporary Redirect"] {
        for method in [Method::Post, Method::Put, Method::Patch, Method::Delete] {
            let server = Server::start([to(status, "/other"), ok()]).await;
            let mut call = post();
            call.method = method;
            let error = client().send(&connectwise(&server.url()), &call).await.unwrap_err();
            assert!(matches!(error, CallError::Redirect { .. }), "{error}");
            assert!(error.to_string().contains("nothing was repeated"), "{error}");
            assert_eq!(server.count(), 1);
        }
    }
}

#[tokio::test]
async fn a_redirect_of_a_read_to_what_acts_is_not_followed() {
    for target in ["/other?_method=DELETE", "/other?Action=Stop", "/other/deleteNow", "/other/5/reset"] {
        let server = Server::start([to("302 Found", target), ok()]).await;
        let error = client().send(&connectwise(&server.url()), &get()).await.unwrap_err();
        assert!(matches!(error, CallError::Redirect { .. }), "{target}: {error}");
        assert!(error.to_string().contains("words ask for a write"), "{target}: {error}");
        assert_eq!(server.count(), 1, "{target}");
    }
    // The result of a write is read where it was promised, unless that acts.
    let server = Server::start([to("303 See Other", "/other/delete"), ok()]).await;
    let reply = client().send(&connectwise(&server.url()), &post()).await.unwrap();
    assert!(reply.notes[0].contains("words ask for a write"), "{:?}", reply.notes);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn the_result_of_a_write_is_not_asked_for_as_if_it_were_a_write() {
    let server = Server::start([to("303 See Other", "/other/5"), ok()]).await;
    let mut call = post();
    for name in ["X-HTTP-Method-Override", "x_method_override", "X-Tenant"] {
        call.headers.push((name.to_owned(), "DELETE".to_owned()));
    }
    client().send(&connectwise(&server.url()), &call).await.unwrap();
    let [sent, read] = server.received().try_into().unwrap();
    assert_eq!((sent.header("x-http-method-override"), sent.header("x-tenant")), (Some("DELETE"), Some("DELETE")));
    assert_eq!((read.line(), read.header("x-tenant")), ("GET /other/5 HTTP/1.1", Some("DELETE")));
    assert_eq!((read.header("x-http-method-override"), read.header("x_method_override")), (None, None));
}

#[tokio::test]
async fn a_circle_ends() {
    let server = Server::start([to("302 Found", "/round")]).await;
    let error = client().send(&connectwise(&server.url()), &get()).await.unwrap_err();
    assert!(matches!(error, CallError::Redirect { .. }), "{error}");
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_a_refusal() {
    for location in ["Location: file:///etc/passwd", "Location: http://[", "X: 1"] {
        let server = Server::start([Step::Answer(answer("302 Found", &[location], ""))]).await;
        let error = client().send(&connectwise(&server.url()), &get()).await.unwrap_err();
        assert!(matches!(error, CallError::Status(_)), "{location}: {error}");
    }
}
