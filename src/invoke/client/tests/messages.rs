//! What is said of each refusal?

use super::server::{Server, Step, answer};
use super::{connectwise, draft, get, options, post, said, settings};
use crate::invoke::client::{
    ApiAccess, ApiClient, CallError, ClientOptions, GenericSettings, ReplyHeaders, RequestLine, StatusFailure,
    next_steps,
};
use crate::invoke::connectwise::{ConnectWiseCredentials, access};
use crate::invoke::draft::{Body, Draft};
use crate::openapi::Method;

async fn refused_by(
    access: impl Fn(&str) -> ApiAccess,
    status: &str,
    headers: &[&str],
    body: &str,
    call: Draft,
) -> String {
    let server = Server::start([Step::Answer(answer(status, headers, body))]).await;
    let client = ApiClient::new(ClientOptions { attempts: 1, ..options() }).unwrap();
    let error = client.send(&access(&server.url()), &call).await.unwrap_err();
    assert!(matches!(error, CallError::Status(_)), "{error:?}");
    said(&error, server.port)
}

async fn refused(status: &str, body: &str, call: Draft) -> String {
    refused_by(connectwise, status, &["Content-Type: application/json"], body, call).await
}

#[tokio::test]
async fn a_400_names_the_fields() {
    let body = r#"{"code":"InvalidObject","message":"ticket object is invalid","errors":[
        {"code":"MissingRequiredField","message":"The summary field is required.","resource":"ticket","field":"summary"},
        {"code":"InvalidField","message":"Board 99 not found","resource":"ticket","field":"board/id"}]}"#;
    insta::assert_snapshot!(refused("400 Bad Request", body, post()).await, @r#"POST /service/tickets at 127.0.0.1:PORT: answered 400 Bad Request; the API says: "ticket object is invalid" (InvalidObject); `summary` of ticket: "The summary field is required." (MissingRequiredField); `board/id` of ticket: "Board 99 not found" (InvalidField). Correct summary, board/id and send it again: a record or value that it names is not there"#);
    let body = r#"{"code":"ApiFindCondition","message":"assignedTo is not a valid field"}"#;
    insta::assert_snapshot!(refused("400 Bad Request", body, get()).await, @r#"GET /service/tickets at 127.0.0.1:PORT: answered 400 Bad Request; the API says: "assignedTo is not a valid field" (ApiFindCondition). Correct `conditions`: only fields of the record, references with `/` (board/name), text in quotes, dates in brackets ([2024-01-01T00:00:00Z]), operators = != < <= > >= contains like in"#);
    let body = r#"{"code":"InvalidObject","message":"Could not find member 'page' on object of type 'FilterValues'"}"#;
    insta::assert_snapshot!(refused("400 Bad Request", body, post()).await, @r#"POST /service/tickets at 127.0.0.1:PORT: answered 400 Bad Request; the API says: "Could not find member 'page' on object of type 'FilterValues'" (InvalidObject). The body holds a field that it may not: `page`, `pageSize` and `fields` go into the query, and only conditions, childConditions, customFieldConditions and orderBy into the body of a search"#);
    let body = r#"{"type":"about:blank","title":"Invalid","status":400,"errors":{"name":["is required","is short"]}}"#;
    insta::assert_snapshot!(refused("400 Bad Request", body, post()).await, @r#"POST /service/tickets at 127.0.0.1:PORT: answered 400 Bad Request; the API says: "Invalid"; `name`: "is required"; `name`: "is short". Correct name and send it again; the operation's description has the types"#);
    insta::assert_snapshot!(refused("400 Bad Request", "", post()).await, @"POST /service/tickets at 127.0.0.1:PORT: answered 400 Bad Request. Compare parameters and body with the operation's description, then send it again");
}

#[tokio::test]
async fn a_refused_filter_tells_the_servers_version() {
    let headers = ["Content-Type: application/json", "api-current-version: 2025.8"];
    let body = r#"{"code":"ApiFindCondition","message":"assignedTo is not a valid field"}"#;
    let said = refused_by(connectwise, "400 Bad Request", &headers, body, get()).await;
    insta::assert_snapshot!(said.rsplit(". ").next().unwrap(), @"The server's newest models are of version 2025.8; the manifest may be older or newer, so a field may have another name there or none");
    let filtered = Draft { query: vec![("orderBy".into(), "x asc".into())].into(), ..get() };
    let invalid = r#"{"code":"InvalidObject","message":"no"}"#;
    for (call, body, is_said) in [(filtered, invalid, true), (get(), invalid, false), (post(), invalid, false)] {
        let said = refused_by(connectwise, "400 Bad Request", &headers, body, call).await;
        assert_eq!(said.contains("2025.8"), is_said, "{said}");
    }
}

#[tokio::test]
async fn refused_credentials_name_the_variables() {
    let body = r#"{"code":"Unauthorized","message":"The supplied credentials are invalid"}"#;
    insta::assert_snapshot!(refused("401 Unauthorized", body, get()).await, @r#"GET /service/tickets at 127.0.0.1:PORT: answered 401 Unauthorized; the API says: "The supplied credentials are invalid" (Unauthorized). The credentials were refused: check CONNECTWISE_COMPANY_ID, CONNECTWISE_PUBLIC_KEY, CONNECTWISE_PRIVATE_KEY, CONNECTWISE_CLIENT_ID. Both keys must be of one API member, which ConnectWise lists under System > Members > API Members, and the company the one that it is in"#);
    let doubled = |url: &str| {
        let settings = ConnectWiseCredentials { auth_prefix: Some("acme".into()), client_id: None, ..settings(url) };
        access(&settings).unwrap()
    };
    insta::assert_snapshot!(refused_by(doubled, "401 Unauthorized", &[], "", get()).await, @"GET /service/tickets at 127.0.0.1:PORT: answered 401 Unauthorized. The credentials were refused: check CONNECTWISE_COMPANY_ID, CONNECTWISE_PUBLIC_KEY, CONNECTWISE_PRIVATE_KEY, CONNECTWISE_CLIENT_ID (not set). Both keys must be of one API member, which ConnectWise lists under System > Members > API Members, and the company the one that it is in. CONNECTWISE_AUTH_PREFIX does not end in `+`, which must stand between company id and public key; set it to `<company id>+`, or leave it out");
    let body = r#"{"code":"Security","message":"You do not have the correct permissions"}"#;
    let delete = draft(Method::Delete, "/service/tickets/42");
    insta::assert_snapshot!(refused("403 Forbidden", body, delete).await, @r#"DELETE /service/tickets/42 at 127.0.0.1:PORT: answered 403 Forbidden; the API says: "You do not have the correct permissions" (Security). The security role of the API member lacks this right: under System > Security Roles give it `Delete` in the module behind /service; if it has that, check CONNECTWISE_COMPANY_ID, CONNECTWISE_PUBLIC_KEY, CONNECTWISE_PRIVATE_KEY, CONNECTWISE_CLIENT_ID"#);
    let generic = |url: &str| {
        ApiAccess::generic(GenericSettings { url: url.into(), api: "Pets".into(), ..GenericSettings::default() })
            .unwrap()
    };
    let body = r#"{"error":{"code":"no_auth","message":"key missing"}}"#;
    insta::assert_snapshot!(refused_by(generic, "401 Unauthorized", &[], body, get()).await, @r#"GET /service/tickets at 127.0.0.1:PORT: answered 401 Unauthorized; the API says: "key missing" (no_auth). The credentials were refused: the request went without any, so set those that the manifest's security schemes name"#);
}

#[tokio::test]
async fn a_404_depends_on_the_path() {
    let body = r#"{"code":"NotFound","message":"Ticket 42 not found"}"#;
    let one = draft(Method::Get, "/service/tickets/42");
    insta::assert_snapshot!(refused("404 Not Found", body, one).await, @r#"GET /service/tickets/42 at 127.0.0.1:PORT: answered 404 Not Found; the API says: "Ticket 42 not found" (NotFound). There may be no record 42: list or search the collection for it. ConnectWise also answers 404 to bad credentials, and for records that the member's security role hides: if GET /system/info fails too, check CONNECTWISE_COMPANY_ID, CONNECTWISE_PUBLIC_KEY, CONNECTWISE_PRIVATE_KEY, CONNECTWISE_CLIENT_ID"#);
    insta::assert_snapshot!(refused("404 Not Found", "", get()).await, @"GET /service/tickets at 127.0.0.1:PORT: answered 404 Not Found. No record is named, so the path or the base URL is wrong: compare both with the manifest. ConnectWise also answers 404 to bad credentials, and for records that the member's security role hides: if GET /system/info fails too, check CONNECTWISE_COMPANY_ID, CONNECTWISE_PUBLIC_KEY, CONNECTWISE_PRIVATE_KEY, CONNECTWISE_CLIENT_ID");
    let two = draft(Method::Get, "/service/tickets/42/notes/7");
    assert!(refused("404 Not Found", "", two).await.contains("One of the records 42, 7"));
}

#[tokio::test]
async fn ssl_is_required_means_another_host() {
    let body = r#"{"code":"Security","message":"SSL is required."}"#;
    insta::assert_snapshot!(refused("403 Forbidden", body, get()).await, @r#"GET /service/tickets at 127.0.0.1:PORT: answered 403 Forbidden; the API says: "SSL is required." (Security). Set CONNECTWISE_API_URL to the API's own host, such as https://api-na.myconnectwise.net, with https"#);
    let access = connectwise("https://eu.myconnectwise.net/v4_6_release/apis/3.0");
    let what = RequestLine { method: Method::Get, host: "eu".into(), path: "/x".into(), attempts: 1, read: true };
    let status = reqwest::StatusCode::UNAUTHORIZED;
    let body = body.as_bytes().to_vec().into();
    let mut failure = StatusFailure::read(&access, what, status, None, &ReplyHeaders::default(), body);
    failure.advice = next_steps::of(&failure, &access, &get());
    insta::assert_snapshot!(failure, @r#"GET /x at eu: answered 401 Unauthorized; the API says: "SSL is required." (Security). The API answers at api-eu.myconnectwise.net: set CONNECTWISE_API_URL to https://api-eu.myconnectwise.net/v4_6_release/apis/3.0"#);
}

#[tokio::test]
async fn other_refusals() {
    insta::assert_snapshot!(refused("405 Method Not Allowed", "", post()).await, @"POST /service/tickets at 127.0.0.1:PORT: answered 405 Method Not Allowed. The API has no POST at this path: look at which methods its description lists");
    let body = r#"{"code":"ObjectExists","message":"Company already exists"}"#;
    insta::assert_snapshot!(refused("409 Conflict", body, post()).await, @r#"POST /service/tickets at 127.0.0.1:PORT: answered 409 Conflict; the API says: "Company already exists" (ObjectExists). A record with these values is there already: find it with GET /service/tickets and conditions, and change that one"#);
    insta::assert_snapshot!(refused("413 Payload Too Large", "", post()).await, @"POST /service/tickets at 127.0.0.1:PORT: answered 413 Payload Too Large. The body is larger than the API takes: send less, or a smaller file");
    let document = Draft { path: "/system/documents".into(), ..post() };
    insta::assert_snapshot!(refused("415 Unsupported Media Type", "", document.clone()).await, @"POST /system/documents at 127.0.0.1:PORT: answered 415 Unsupported Media Type. Documents are uploaded as multipart/form-data: give the file and its fields (recordType, recordId, title) as a form, not as JSON");
    let form = Draft { body: Some(Body::Multipart(vec![])), ..document };
    assert!(refused("415 Unsupported Media Type", "", form).await.contains("send the body as JSON"));
    insta::assert_snapshot!(refused("418 I'm a teapot", "short and stout", get()).await, @r#"GET /service/tickets at 127.0.0.1:PORT: answered 418 I'm a teapot; the API says: "short and stout". The API does not take this request: compare it with the operation's description"#);
}

#[tokio::test]
async fn overload_and_failure_of_servers() {
    let body = r#"{"error":"ConnectWiseAPI","message":"API rate limit exceeded"}"#;
    let headers = ["Content-Type: application/json", "Retry-After: 90"];
    insta::assert_snapshot!(refused_by(connectwise, "429 Too Many Requests", &headers, body, get()).await, @r#"GET /service/tickets at 127.0.0.1:PORT: answered 429 Too Many Requests; the API says: "API rate limit exceeded" (ConnectWiseAPI). Too many requests: wait 90 s, then try again"#);
    let page = "<!DOCTYPE html><html><head><title>Access denied | Cloudflare</title></head><body>Ray ID";
    let html = ["Content-Type: text/html; charset=UTF-8"];
    insta::assert_snapshot!(refused_by(connectwise, "429 Too Many Requests", &html, page, get()).await, @r#"GET /service/tickets at 127.0.0.1:PORT: answered 429 Too Many Requests with a web page titled "Access denied | Cloudflare" (data from the server). It comes from a gateway or proxy before the API, not from the API itself: check the base URL, and whether this network lets the request through. Too many requests: wait a minute, then try again with fewer at a time"#);
    insta::assert_snapshot!(refused_by(connectwise, "502 Bad Gateway", &html, "<html>", get()).await, @"GET /service/tickets at 127.0.0.1:PORT: answered 502 Bad Gateway with a web page without a title. It comes from a gateway or proxy before the API, not from the API itself: check the base URL, and whether this network lets the request through. The server failed, not the request: try again later, or narrow it with conditions, fields or a smaller pageSize");
    insta::assert_snapshot!(refused("500 Internal Server Error", r#"{"message":"Object reference not set"}"#, post()).await, @r#"POST /service/tickets at 127.0.0.1:PORT: answered 500 Internal Server Error; the API says: "Object reference not set". The server failed, and the write may have been carried out all the same, so it was not repeated: look in the list for what it makes before sending it again"#);
    let headers = ["Retry-After: 120"];
    insta::assert_snapshot!(refused_by(connectwise, "503 Service Unavailable", &headers, "", get()).await, @"GET /service/tickets at 127.0.0.1:PORT: answered 503 Service Unavailable. The server failed, not the request: try again in 120 s, or narrow it with conditions, fields or a smaller pageSize");
}

#[tokio::test]
async fn any_body_is_survived_and_bounded() {
    let long = format!(r#"{{"message":"{}"}}"#, "a\\u001b[31m\\u202e ".repeat(2_000));
    let many = format!(r#"{{"errors":[{}]}}"#, vec![r#"{"field":"f","message":"m"}"#; 500].join(","));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies = [
        long.as_str(),
        many.as_str(),
        deep.as_str(),
        "null",
        "[]",
        "[[]]",
        "17",
        "\"text\"",
        "{",
        r#"{"errors":{}}"#,
        r#"{"errors":[null,1,"a",{}]}"#,
        r#"{"code":{},"message":[]}"#,
        r#"[{"code":"InArray"}]"#,
        r#"{"errors":{"a":{}}}"#,
    ];
    for body in bodies {
        let text = refused("400 Bad Request", body, post()).await;
        assert!(text.chars().count() < 3_000, "{} characters for {:.40}", text.chars().count(), body);
        assert!(!text.chars().any(char::is_control) && !text.contains('\u{202e}'), "{text}");
    }
    assert!(refused("400 Bad Request", &many, post()).await.contains("and 480 more"));
}
