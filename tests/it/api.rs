//! ConnectWise's API as the tests have it: a server on loopback that keeps what it was asked, and the program set up to call it.

use std::cell::RefCell;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::client::Client;
use crate::shown;
use crate::util::{Home, Ran, ran};

pub const BASE: &str = "/v4_6_release/apis/3.0";
pub const PUBLIC: &str = "canaryPublicK3y";
pub const PRIVATE: &str = "canaryPrivateK3y";
pub const CLIENT_ID: &str = "6b2f7c0e-98a4-4d0e-9f5d-2a1c3e5b7d90";

/// The value of the header that says who calls.
pub fn authorization() -> String {
    let user = format!("acme+{PUBLIC}:{PRIVATE}");
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(user))
}

pub struct Api {
    server: MockServer,
    runtime: tokio::runtime::Runtime,
    /// The homes of the programs that were led here.
    homes: RefCell<Vec<Arc<tempfile::TempDir>>>,
}

/// A request as it arrived.
pub struct Arrived {
    pub method: String,
    /// Below the base.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub body: Value,
    pub request: Request,
}

impl Arrived {
    pub fn header(&self, name: &str) -> &str {
        self.request.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

impl Api {
    /// Answers every request in this way.
    pub fn answering(respond: impl Respond + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = runtime.block_on(async {
            let server = MockServer::builder().start().await;
            Mock::given(any()).respond_with(respond).mount(&server).await;
            server
        });
        Self { server, runtime, homes: RefCell::default() }
    }

    /// Answers every request with this.
    pub fn of(status: u16, body: Value) -> Self {
        Self::answering(ResponseTemplate::new(status).set_body_json(body))
    }

    pub fn url(&self) -> String {
        format!("{}{BASE}", self.server.uri())
    }

    /// Scheme, host and port.
    pub fn site(&self) -> String {
        self.server.uri()
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.requests()
            .into_iter()
            .map(|request| Arrived {
                method: request.method.to_string(),
                path: request.url.path().strip_prefix(BASE).unwrap_or(request.url.path()).to_owned(),
                query: request.url.query_pairs().into_owned().collect(),
                body: serde_json::from_slice(&request.body).unwrap_or_default(),
                request,
            })
            .collect()
    }

    /// `METHOD /path` of every request.
    pub fn lines(&self) -> Vec<String> {
        self.arrived().iter().map(|arrived| format!("{} {}", arrived.method, arrived.path)).collect()
    }

    /// The only request that arrived.
    pub fn one(&self) -> Arrived {
        let mut arrived = self.arrived();
        assert_eq!(arrived.len(), 1, "{:?}", self.lines());
        arrived.remove(0)
    }

    /// The program with the settings that lead it here.
    pub fn command(&self, home: &Home, arguments: &[&str]) -> Command {
        self.homes.borrow_mut().push(home.folder());
        settled(home, &self.url(), arguments)
    }

    /// Runs a command. Where its answer shows a request, that request has arrived just so.
    pub fn run(&self, home: &Home, arguments: &[&str]) -> Ran {
        let ran = ran(self.command(home, arguments).stdin(Stdio::null()).output().unwrap());
        let answer: Value = serde_json::from_str(&ran.stdout).unwrap_or_default();
        let shown = &answer["request"];
        if shown["url"].is_string() && answer["status"].is_number() {
            let others: Vec<_> = self.requests().iter().map(|sent| self.other_than_shown(sent, shown)).collect();
            assert!(others.contains(&None), "{shown} was shown, and none was sent so: {others:?}");
        }
        ran
    }

    fn other_than_shown(&self, sent: &Request, shown: &Value) -> Option<String> {
        shown::other_than_shown(&self.server.uri(), sent, shown)
    }

    fn requests(&self) -> Vec<Request> {
        self.runtime.block_on(self.server.received_requests()).unwrap()
    }

    /// A client of the program.
    pub fn client(&self, home: &Home, arguments: &[&str]) -> Client {
        Client::spawn(self.command(home, &[&["serve"], arguments].concat()).stderr(Stdio::null()), None)
    }

    /// A client whose user says this to every question.
    pub fn client_of(&self, home: &Home, user: Value) -> Client {
        Client::spawn(self.command(home, &["serve"]).stderr(Stdio::null()), Some(user))
    }
}

/// Every write that a program was led to send here stands in its audit file as it arrived.
impl Drop for Api {
    fn drop(&mut self) {
        let homes = self.homes.borrow();
        if std::thread::panicking() || homes.is_empty() {
            return;
        }
        let lines: Vec<Value> = homes.iter().flat_map(|home| audit_in(home.path())).collect();
        // What `POST .../search` sends is a question, and stands in no audit; nor does asking for keys of a member, which changes no record.
        let is_write = |sent: &Request| {
            let path = sent.url.path().to_ascii_lowercase();
            let is_for_keys = path.contains("/system/members/") && path.ends_with("/tokens");
            !matches!(sent.method.as_str(), "GET" | "HEAD" | "OPTIONS") && !path.ends_with("/search") && !is_for_keys
        };
        for sent in self.requests().iter().filter(|sent| is_write(sent)) {
            let others: Vec<_> =
                lines.iter().map(|line| shown::other_than_audited(&self.server.uri(), sent, line)).collect();
            assert!(others.contains(&None), "{} {} is in no audit: {others:?}", sent.method, sent.url);
        }
    }
}

/// The program with ConnectWise's settings for an API at this URL.
pub fn settled(home: &Home, url: &str, arguments: &[&str]) -> Command {
    let mut command = home.command(arguments);
    command
        .env("CONNECTWISE_API_URL", url)
        .env("CONNECTWISE_COMPANY_ID", "acme")
        .env("CONNECTWISE_PUBLIC_KEY", PUBLIC)
        .env("CONNECTWISE_PRIVATE_KEY", PRIVATE)
        .env("CONNECTWISE_CLIENT_ID", CLIENT_ID)
        .env_remove("CONNECTWISE_AUTH_PREFIX");
    command
}

/// The lines of the audit file; none where there is no file.
pub fn audit(home: &Home) -> Vec<Value> {
    audit_in(home.path())
}

fn audit_in(home: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(home.join("logs/audit.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
