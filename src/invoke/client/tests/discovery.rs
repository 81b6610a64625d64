//! Where only a site is set: what is asked, what follows from the answer, and what is said where none comes.

use super::server::{Server, Step, answer, json};
use super::{PRIVATE, client, connectwise, get, options, post, settings};
use crate::invoke::client::{ApiAccess, ApiClient, CallError, ClientOptions, Fate};
use crate::invoke::connectwise::{ConnectWiseCredentials, access};

const INFO: &str = r#"{"CompanyName":"Acme","Codebase":"v2017_3/","VersionCode":"v2017.3","VersionNumber":"v2017.3.46","CompanyID":"Acme","IsCloud":true}"#;

fn site(server: &Server) -> ApiAccess {
    connectwise(&format!("http://127.0.0.1:{}/", server.port))
}

#[test]
fn the_site_and_the_host_of_the_api_follow_from_what_was_set() {
    // what is set, what is asked, the host of the API
    let cases = [
        ("https://na.myconnectwise.net", "https://na.myconnectwise.net/", "api-na.myconnectwise.net"),
        ("na.myconnectwise.net", "https://na.myconnectwise.net/", "api-na.myconnectwise.net"),
        (" https://api-na.myconnectwise.net/ ", "https://na.myconnectwise.net/", "api-na.myconnectwise.net"),
        ("https://staging.connectwisedev.com", "https://staging.connectwisedev.com/", "api-staging.connectwisedev.com"),
        ("https://psa.example.com:8443", "https://psa.example.com:8443/", "psa.example.com:8443"),
        ("api-psa.example.com", "https://api-psa.example.com/", "api-psa.example.com"),
    ];
    for (set, asked, host) in cases {
        let access = connectwise(set);
        assert_eq!(access.site().unwrap().question(), format!("{asked}login/companyinfo/acme"), "{set}");
        assert_eq!(access.base_url().host(), host, "{set}");
        assert!(access.notes().is_empty(), "{set}: {:?}", access.notes());
    }
    for whole in ["https://na.myconnectwise.net/v4_6_release/apis/3.0", "https://psa.example.com/api"] {
        assert!(connectwise(whole).site().is_none(), "{whole}");
    }
    let company = |id: &str| ConnectWiseCredentials { company_id: id.into(), ..settings("psa.example.com") };
    let asked = |id: &str| access(&company(id)).unwrap().site().unwrap().question();
    assert_eq!(asked("acme+acme+"), "https://psa.example.com/login/companyinfo/acme");
    assert_eq!(asked("a/b?c"), "https://psa.example.com/login/companyinfo/a%2Fb%3Fc");
    let without = ConnectWiseCredentials { auth_prefix: Some("acme+".into()), ..company("") };
    let error = access(&without).unwrap_err();
    assert!(error.to_string().contains("CONNECTWISE_COMPANY_ID"), "{error}");
}

#[tokio::test]
async fn the_site_is_asked_once_without_credentials_and_calls_go_below_its_codebase() {
    let server = Server::start([json("200 OK", INFO), json("200 OK", "[]")]).await;
    let (client, access) = (client(), site(&server));
    let located = client.locate(&access).await.unwrap();
    assert!(located.is_new);
    let info = located.info.unwrap();
    assert_eq!(info.version.as_deref(), Some("v2017.3.46"));
    assert!(info.note.ends_with("/v2017_3/apis/3.0 (version v2017.3.46)"), "{}", info.note);
    assert_eq!(info.base_url.path(), "/v2017_3/apis/3.0");
    client.send(&access, &get()).await.unwrap();
    assert!(!client.locate(&access).await.unwrap().is_new);
    assert_eq!(client.known(&access).base_url(), &info.base_url);
    let received = server.received();
    let lines: Vec<&str> = received.iter().map(|received| received.line()).collect();
    assert_eq!(lines, ["GET /login/companyinfo/acme HTTP/1.1", "GET /v2017_3/apis/3.0/service/tickets HTTP/1.1"]);
    assert!(received[0].header("authorization").is_none() && received[0].header("clientid").is_none());
    assert!(received[1].header("authorization").is_some());
}

#[tokio::test]
async fn calls_at_once_ask_once() {
    let server = Server::start([json("200 OK", INFO), json("200 OK", "[]")]).await;
    let (client, access) = (client(), site(&server));
    let (one, two) = (get(), get());
    let (one, two) = tokio::join!(client.send(&access, &one), client.send(&access, &two));
    assert!(one.is_ok() && two.is_ok());
    let asked = server.received().iter().filter(|received| received.line().contains("companyinfo")).count();
    assert_eq!((asked, server.count()), (1, 3));
}

#[tokio::test]
async fn each_failure_says_what_to_do_and_is_not_kept() {
    let html = Step::Answer(answer("200 OK", &["Content-Type: text/html"], "<title>Sign in</title>"));
    let steps = [
        json("404 Not Found", r#"{"code":"NotFound"}"#),
        json("200 OK", "null"),
        html,
        Step::Answer(answer("200 OK", &["Content-Type: text/plain"], "hello")),
        json("200 OK", r#"{"VersionCode":"v2017.3"}"#),
        json("200 OK", r#"{"Codebase":"../../evil/"}"#),
        json("200 OK", r#"{"Codebase":"//evil.example.com/"}"#),
        json("403 Forbidden", "{}"),
        json("302 Found", "{}"),
        json("200 OK", INFO),
        json("200 OK", "[]"),
    ];
    let count = steps.len();
    let server = Server::start(steps).await;
    let (client, access) = (client(), site(&server));
    let mut said = Vec::new();
    for _ in 0..count - 2 {
        let error = client.send(&access, &post()).await.unwrap_err();
        assert_eq!(error.fate(), Fate::NotSent);
        assert!(!error.to_string().contains(PRIVATE));
        said.push(super::said(&error, server.port));
    }
    client.send(&access, &get()).await.unwrap();
    insta::assert_snapshot!(said.join("\n"), @r#"
    127.0.0.1:PORT knows no company `acme`, so its base URL was not found and nothing was sent; set CONNECTWISE_COMPANY_ID to the login name of the company, check that 127.0.0.1:PORT is the host you sign in at, or set CONNECTWISE_API_URL to the whole base URL, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0
    127.0.0.1:PORT knows no company `acme`, so its base URL was not found and nothing was sent; set CONNECTWISE_COMPANY_ID to the login name of the company, check that 127.0.0.1:PORT is the host you sign in at, or set CONNECTWISE_API_URL to the whole base URL, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0
    127.0.0.1:PORT answered with a web page titled "Sign in" (data from the server) instead of the company's base URL, so nothing was sent; check that it is the host you sign in at and that no proxy answers for it, or set CONNECTWISE_API_URL to the whole base URL, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0
    127.0.0.1:PORT answered with text that is no JSON instead of the company's base URL, so nothing was sent; check that it is the host you sign in at and that no proxy answers for it, or set CONNECTWISE_API_URL to the whole base URL, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0
    127.0.0.1:PORT describes the company `acme` without a `Codebase`, so its base URL is not known and nothing was sent; ask whoever runs the site for it, and set CONNECTWISE_API_URL to the whole
    127.0.0.1:PORT names the codebase `../../evil/`, which is no path, so nothing was sent; check that it is the host you sign in at, or set CONNECTWISE_API_URL to the whole base URL, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0
    127.0.0.1:PORT names the codebase `//evil.example.com/`, which is no path, so nothing was sent; check that it is the host you sign in at, or set CONNECTWISE_API_URL to the whole base URL, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0
    127.0.0.1:PORT answered 403 when asked for the base URL, so nothing was sent; try again later, check that it is the host you sign in at, or set CONNECTWISE_API_URL to the whole base URL, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0
    127.0.0.1:PORT answered 302 when asked for the base URL, so nothing was sent; try again later, check that it is the host you sign in at, or set CONNECTWISE_API_URL to the whole base URL, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0
    "#);
}

#[tokio::test]
async fn a_site_that_does_not_answer_is_told_from_one_that_is_not_there() {
    let server = Server::start([Step::Hang(Vec::new())]).await;
    let quick = ClientOptions { timeout: std::time::Duration::from_millis(100), attempts: 1, ..options() };
    let error = ApiClient::new(quick).unwrap().send(&site(&server), &get()).await.unwrap_err();
    let timeout = super::said(&error, server.port);
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let nobody = connectwise(&format!("http://127.0.0.1:{port}"));
    let error: CallError = client().send(&nobody, &get()).await.unwrap_err();
    let absent = super::said(&error, port);
    insta::assert_snapshot!(timeout, @"127.0.0.1:PORT did not say within 0.1 s where its API is, so nothing was sent; try again later, or set CONNECTWISE_API_URL to the whole base URL, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0");
    assert!(absent.contains("was asked for and not found") && absent.contains("no connection"), "{absent}");
}
