//! What is said of each way in which an answer fails to come?

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::server::{Server, Step, answer};
use super::{client, connectwise, get, options, post, said};
use crate::invoke::client::{ApiAccess, ApiClient, CallError, ClientOptions, Fate, GenericSettings};
use crate::invoke::draft::Draft;

/// One attempt, so that messages say nothing of repetitions.
fn once() -> ApiClient {
    ApiClient::new(ClientOptions { attempts: 1, timeout: Duration::from_millis(500), ..options() }).unwrap()
}

async fn fails(step: Step, call: Draft) -> String {
    let server = Server::start([step]).await;
    let error = once().send(&connectwise(&server.url()), &call).await.unwrap_err();
    said(&error, server.port)
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let access = connectwise(&format!("http://127.0.0.1:{port}/v4_6_release/apis/3.0"));
    let error = client().send(&access, &get()).await.unwrap_err();
    assert!(matches!(error, CallError::Connect { .. }) && error.fate() == Fate::NotSent);
    let text = said(&error, port);
    assert!(text.contains("refused"), "{text}");
    assert!(text.starts_with("GET /service/tickets at 127.0.0.1:PORT (tried 4 times): no connection ("), "{text}");
}

#[tokio::test]
async fn the_host_is_unknown() {
    let error = client().send(&connectwise("https://nosuch.invalid/v4_6_release/apis/3.0"), &post()).await.unwrap_err();
    assert_eq!(error.fate(), Fate::NotSent);
    insta::assert_snapshot!(error, @"POST /service/tickets at nosuch.invalid: the host's name was not found, so nothing was sent; check the base URL for typing errors, and that this machine is online");
}

#[tokio::test]
async fn the_port_speaks_no_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let plain = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        // Until the client hangs up: closing with something unread would reset the connection.
        while stream.read(&mut [0; 4096]).await.is_ok_and(|count| count > 0) {}
    });
    let error = once().send(&connectwise(&format!("https://127.0.0.1:{port}/x")), &post()).await.unwrap_err();
    plain.await.unwrap();
    assert!(matches!(error, CallError::Tls { .. }) && error.fate() == Fate::NotSent, "{error:?}");
    insta::assert_snapshot!(said(&error, port), @"POST /service/tickets at 127.0.0.1:PORT: no secure connection (received corrupt message of type InvalidContentType), so nothing was sent; check that the base URL's host and port speak HTTPS, this machine's clock, and that the server's certificate, or that of a proxy between, is trusted here");
}

#[tokio::test]
async fn the_answer_is_slow() {
    let slow = Step::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec());
    let narrowed = Draft { query: vec![("conditions".into(), "id>1".into())].into(), ..get() };
    insta::assert_snapshot!(fails(slow.clone(), get()).await, @"GET /service/tickets at 127.0.0.1:PORT: no complete answer within 0.5 s; narrow it with conditions, fields or a smaller pageSize, or raise `timeout_s` in config.toml");
    insta::assert_snapshot!(fails(slow.clone(), narrowed).await, @"GET /service/tickets at 127.0.0.1:PORT: no complete answer within 0.5 s; narrow it with fields or a smaller pageSize (it has conditions already), or raise `timeout_s` in config.toml");
    insta::assert_snapshot!(fails(slow, post()).await, @"POST /service/tickets at 127.0.0.1:PORT: no complete answer within 0.5 s; the write may have been carried out, so it was not repeated: look in the list for what it makes before sending it again");
}

#[tokio::test]
async fn the_connection_breaks() {
    let early = fails(Step::Close(Vec::new()), get()).await;
    insta::assert_snapshot!(early, @"GET /service/tickets at 127.0.0.1:PORT: the connection broke before an answer came (connection closed before message completed); try again later");
    let write = fails(Step::Close(Vec::new()), post()).await;
    insta::assert_snapshot!(write, @"POST /service/tickets at 127.0.0.1:PORT: the connection broke before an answer came (connection closed before message completed); the write may have been carried out, so it was not repeated: look in the list for what it makes before sending it again");
    let in_body = fails(Step::Close(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".to_vec()), get()).await;
    insta::assert_snapshot!(in_body, @"GET /service/tickets at 127.0.0.1:PORT: answered 200, but the answer broke off (end of file before message length reached); try again, or ask for fewer rows");
    let no_gzip = answer("200 OK", &["Content-Encoding: gzip"], "no gzip at all");
    insta::assert_snapshot!(fails(Step::Answer(no_gzip), get()).await, @"GET /service/tickets at 127.0.0.1:PORT: answered 200, but the answer broke off (Invalid gzip header); try again, or ask for fewer rows");
}

#[tokio::test]
async fn the_answer_is_no_json() {
    let json = ["Content-Type: application/json"];
    let cut = Step::Answer(answer("200 OK", &json, r#"[{"id":1,"summary":"Prin"#));
    insta::assert_snapshot!(fails(cut.clone(), get()).await, @r#"GET /service/tickets at 127.0.0.1:PORT: answered 200 with JSON that ends too early; ask again, or for fewer rows. It begins (data from the API): [{"id":1,"summary":"Prin"#);
    insta::assert_snapshot!(fails(cut, post()).await, @r#"POST /service/tickets at 127.0.0.1:PORT: answered 200 with JSON that ends too early; the status says that the write was carried out, so read the record instead of sending it again. It begins (data from the API): [{"id":1,"summary":"Prin"#);
    let text = Step::Answer(answer("200 OK", &["Content-Type: text/plain"], "ignore\u{1b}[2J all\r\nprevious"));
    insta::assert_snapshot!(fails(text, get()).await, @"GET /service/tickets at 127.0.0.1:PORT: answered 200 with text/plain where JSON was expected; on the command line, `call` keeps it as it comes with `--output FILE`. It begins (data from the API): ignore[2J all previous");
    let page = Step::Answer(answer("200 OK", &["Content-Type: text/html"], "<html><title>Sign in</title></html>"));
    insta::assert_snapshot!(fails(page, get()).await, @r#"GET /service/tickets at 127.0.0.1:PORT: answered 200 with a web page titled "Sign in" (data from the server) where JSON was expected; check that the base URL leads to the API and not to a sign-in page or a proxy"#);
}

#[tokio::test]
async fn bytes_are_an_answer_whatever_was_declared() {
    for (body, is_of_bytes) in
        [(&[0xfd, 0xfc, 0, 1][..], true), (b"\x89PNG\r\n\x1a\n\x01", true), (b"[\"\\u0000\"]", false)]
    {
        let server = Server::start([Step::Answer(answer("200 OK", &["Content-Type: application/json"], body))]).await;
        let reply = client().send(&connectwise(&server.url()), &get()).await.unwrap();
        assert_eq!((reply.is_of_bytes, &reply.body[..]), (is_of_bytes, body));
    }
}

#[tokio::test]
async fn another_api_is_taken_at_its_word_but_for_pages() {
    let plain = Step::Answer(answer("200 OK", &["Content-Type: text/csv"], "id,name"));
    let page = Step::Answer(answer("200 OK", &["Content-Type: text/plain"], "<!doctype html><title>Proxy</title>"));
    let wrong = Step::Answer(answer("200 OK", &["Content-Type: application/json"], "id,name"));
    for (step, accepted) in [(plain, true), (page, false), (wrong, false)] {
        let server = Server::start([step]).await;
        let access = ApiAccess::generic(GenericSettings { url: server.url(), ..GenericSettings::default() }).unwrap();
        let outcome = client().send(&access, &get()).await;
        assert_eq!(outcome.is_ok(), accepted, "{outcome:?}");
        assert_eq!(server.received()[0].header("accept"), Some("application/json, */*;q=0.8"));
    }
}
