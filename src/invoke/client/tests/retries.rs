//! When is a request sent again, and when never?

use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use super::server::{Server, Step, answer, json, ok};
use super::{client, connectwise, draft, get, options, post};
use crate::invoke::client::{ApiClient, CallError, ClientOptions, Fate};
use crate::invoke::draft::Draft;
use crate::invoke::risk::Risk;
use crate::openapi::Method;

fn search() -> Draft {
    Draft { path: "/service/tickets/search".to_owned(), risk: Risk::Read, ..post() }
}

fn writes() -> [Draft; 4] {
    [
        post(),
        Draft { method: Method::Put, path: "/service/tickets/1".into(), ..post() },
        Draft { method: Method::Patch, path: "/service/tickets/1".into(), ..post() },
        draft(Method::Delete, "/service/tickets/1"),
    ]
}

fn transient() -> Vec<(&'static str, Step)> {
    let html =
        Step::Answer(answer("502 Bad Gateway", &["Content-Type: text/html"], "<html><title>502 Bad Gateway</title>"));
    vec![
        ("500", json("500 Internal Server Error", "{}")),
        ("502 HTML", html),
        ("503", json("503 Service Unavailable", "")),
        ("504", json("504 Gateway Timeout", "")),
        ("closed before an answer", Step::Close(Vec::new())),
        ("reset before an answer", Step::Reset(Vec::new())),
        ("reset in the head", Step::Reset(b"HTTP/1.1 200 OK\r\nContent-".to_vec())),
        ("reset in the body", Step::Reset(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"id\":".to_vec())),
        ("closed in the body", Step::Close(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"id\":".to_vec())),
    ]
}

#[tokio::test]
async fn reads_are_repeated_until_they_succeed() {
    for (name, step) in transient() {
        for call in [get(), search()] {
            let server = Server::start([step.clone(), step.clone(), ok()]).await;
            let reply = client().send(&connectwise(&server.url()), &call).await;
            let reply = reply.unwrap_or_else(|error| panic!("{name} {}: {error}", call.method));
            assert_eq!((reply.attempts, server.count()), (3, 3), "{name}");
        }
    }
}

#[tokio::test]
async fn reads_are_given_up_after_the_last_attempt() {
    for (name, step) in transient() {
        let server = Server::start([step]).await;
        let error = client().send(&connectwise(&server.url()), &get()).await.unwrap_err();
        assert_eq!(server.count(), 4, "{name}: {error}");
        assert!(error.to_string().contains("(tried 4 times)"), "{name}: {error}");
    }
}

#[tokio::test]
async fn a_write_that_may_have_been_processed_is_sent_once() {
    let (client, healthy) = (client(), ok());
    for (name, step) in transient() {
        for call in writes() {
            // A success would follow, were it asked for. On a connection that was used before, as on a new one.
            let server = Server::start([healthy.clone(), step.clone(), healthy.clone()]).await;
            let access = connectwise(&server.url());
            client.send(&access, &get()).await.unwrap();
            let error = client.send(&access, &call).await.unwrap_err();
            assert_eq!(server.count(), 2, "{name} {}", call.method);
            let expected = if name.ends_with("body") { Fate::Answered } else { Fate::Unknown };
            assert_eq!(error.fate(), expected, "{name}: {error}");
            let said = error.to_string();
            assert!(said.contains("sending it again"), "{name}: {said}");
        }
    }
}

#[tokio::test]
async fn a_write_that_timed_out_is_sent_once() {
    let server = Server::start([Step::Hang(Vec::new())]).await;
    let client = ApiClient::new(ClientOptions { timeout: Duration::from_millis(100), ..options() }).unwrap();
    let error = client.send(&connectwise(&server.url()), &post()).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { .. }) && error.fate() == Fate::Unknown, "{error}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_read_that_timed_out_is_repeated_once() {
    let step = Step::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".to_vec());
    let client = ApiClient::new(ClientOptions { timeout: Duration::from_millis(150), ..options() }).unwrap();
    let server = Server::start([step.clone(), ok()]).await;
    assert_eq!(client.send(&connectwise(&server.url()), &get()).await.unwrap().attempts, 2);
    let server = Server::start([step]).await;
    let error = client.send(&connectwise(&server.url()), &get()).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { .. }), "{error}");
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_429_is_repeated_for_writes_too() {
    let limited = |headers: &[&str]| Step::Answer(answer("429 Too Many Requests", headers, "{}"));
    for call in writes().into_iter().chain([get()]) {
        for step in
            [limited(&[]), limited(&["Retry-After: 0"]), limited(&["Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"])]
        {
            let server = Server::start([step, ok()]).await;
            let reply = client().send(&connectwise(&server.url()), &call).await.unwrap();
            assert_eq!((reply.attempts, server.count()), (2, 2));
        }
    }
}

#[tokio::test]
async fn retry_after_is_honoured_up_to_a_minute() {
    let limited = |wait: &str| Step::Answer(answer("429 Too Many Requests", &[&format!("Retry-After: {wait}")], "{}"));
    let server = Server::start([limited("1"), ok()]).await;
    let started = Instant::now();
    client().send(&connectwise(&server.url()), &get()).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1));

    let server = Server::start([limited("61"), ok()]).await;
    let error = client().send(&connectwise(&server.url()), &get()).await.unwrap_err();
    assert_eq!(server.count(), 1);
    assert!(error.to_string().contains("wait 61 s"), "{error}");
}

#[tokio::test]
async fn other_refusals_are_never_repeated() {
    for status in [
        "400 Bad Request",
        "401 Unauthorized",
        "403 Forbidden",
        "404 Not Found",
        "408 Request Timeout",
        "409 Conflict",
        "501 Not Implemented",
    ] {
        let server = Server::start([json(status, "{}"), ok()]).await;
        let error = client().send(&connectwise(&server.url()), &get()).await.unwrap_err();
        assert_eq!((error.status(), server.count()), (status[..3].parse().ok(), 1), "{error}");
    }
}

#[tokio::test]
async fn a_write_is_repeated_after_a_connection_that_never_came_about() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let access = connectwise(&format!("http://{address}/v4_6_release/apis/3.0"));
    let client =
        ApiClient::new(ClientOptions { attempts: 40, backoff: Duration::from_millis(5), ..options() }).unwrap();
    let listening = async {
        tokio::time::sleep(Duration::from_millis(60)).await;
        Server::on(TcpListener::bind(address).await.unwrap(), [ok()])
    };
    let call = post();
    let (reply, server) = tokio::join!(client.send(&access, &call), listening);
    let reply = reply.unwrap();
    assert!(reply.attempts > 1);
    assert_eq!(server.count(), 1);
}
