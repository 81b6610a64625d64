//! The real program serving over HTTP on a port of its own, and clients that see every status, header and byte.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};

use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

pub const LEGACY: &str = "2025-11-25";
pub const WITHOUT_SESSIONS: &str = "2026-07-28";

/// A server that ends with the test.
pub struct Running {
    child: Child,
    /// Without a path.
    pub site: String,
    runtime: tokio::runtime::Runtime,
    client: Client,
}

/// An answer in full.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The message with a result or an error, out of JSON or a stream of events.
    pub fn message(&self) -> Value {
        let texts = self.body.lines().filter_map(|line| line.strip_prefix("data:")).chain([self.body.as_str()]);
        let mut messages = texts.filter_map(|text| serde_json::from_str::<Value>(text.trim()).ok());
        messages
            .find(|message| message.get("result").is_some() || message.get("error").is_some())
            .unwrap_or_else(|| panic!("no answer in {self:?}"))
    }

    /// The body as one JSON value.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The text of an error.
    pub fn error(&self) -> String {
        self.message()["error"]["message"].as_str().unwrap().to_owned()
    }
}

impl Running {
    /// Starts `serve --transport http` with these arguments more, on a free port of loopback.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .args(["--transport", "http", "--listen", "127.0.0.1:0", "--json", "-q"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("it did not begin: {line}"));
        let site = told["listening"].as_str().unwrap().strip_suffix("/mcp").unwrap().to_owned();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        Self { child, site, runtime, client }
    }

    pub fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Answer {
        self.runtime.block_on(send(&self.client, method, format!("{}{path}", self.site), headers, body.into()))
    }

    /// A message to MCP with the headers that every client sends.
    pub fn post(&self, headers: &[(&str, &str)], message: &Value) -> Answer {
        self.send(Method::POST, "/mcp", &[&JSON[..], headers].concat(), message.to_string())
    }

    /// The same, under way while the test goes on.
    pub fn post_meanwhile(&self, headers: &[(&str, &str)], message: &Value) -> tokio::task::JoinHandle<Answer> {
        self.send_meanwhile(Method::POST, headers, message.to_string())
    }

    /// A request to MCP that is under way while the test goes on.
    pub fn send_meanwhile(
        &self,
        method: Method,
        headers: &[(&str, &str)],
        body: String,
    ) -> tokio::task::JoinHandle<Answer> {
        let (client, url) = (self.client.clone(), format!("{}/mcp", self.site));
        let headers: Vec<(String, String)> =
            [&JSON[..], headers].concat().iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        self.runtime.spawn(async move {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
            send(&client, method, url, &headers, body.into()).await
        })
    }

    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub fn health(&self) -> Answer {
        self.send(Method::GET, "/health", &[], "")
    }

    /// Sends SIGTERM.
    #[cfg(unix)]
    pub fn terminate(&self) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(told.success());
    }

    /// How the server ended, and what else it wrote to stdout.
    pub fn ended(&mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.child.stdout.as_mut().unwrap().read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }

    /// Begins a session.
    pub fn session<'a>(&'a self, name: &str, token: Option<&str>) -> Session<'a> {
        let headers: Vec<_> =
            token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))).into_iter().collect();
        self.session_with(name, &headers)
    }

    /// Begins a session in which every request has these headers.
    pub fn session_with<'a>(&'a self, name: &str, headers: &[(String, String)]) -> Session<'a> {
        let mut session = Session { server: self, headers: headers.to_vec(), last_id: 0 };
        let params = json!({
            "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": { "name": name, "version": "1" }
        });
        let begun = session.ask("initialize", params);
        assert_eq!(begun.message()["result"]["protocolVersion"], LEGACY, "{begun:?}");
        session.headers.push(("mcp-session-id".to_owned(), begun.header("mcp-session-id").to_owned()));
        session.headers.push(("mcp-protocol-version".to_owned(), LEGACY.to_owned()));
        let noted = session.post(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        assert_eq!(noted.status, StatusCode::ACCEPTED);
        session
    }

    /// Calls a tool as the newest protocol does: everything in one request.
    pub fn call_alone(&self, name: &str, token: Option<&str>, tool: &str, arguments: Value) -> Answer {
        let authorization = format!("Bearer {}", token.unwrap_or_default());
        let mut headers =
            vec![("mcp-protocol-version", WITHOUT_SESSIONS), ("mcp-method", "tools/call"), ("mcp-name", tool)];
        if token.is_some() {
            headers.push(("authorization", &authorization));
        }
        self.post(&headers, &call_alone(name, tool, arguments))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub const JSON: [(&str, &str); 2] =
    [("content-type", "application/json"), ("accept", "application/json, text/event-stream")];

async fn send(client: &Client, method: Method, url: String, headers: &[(&str, &str)], body: reqwest::Body) -> Answer {
    let mut request = client.request(method, url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    Answer { status, headers, body: answer.text().await.unwrap() }
}

/// The request of [`Running::call_alone`].
pub fn call_alone(name: &str, tool: &str, arguments: Value) -> Value {
    json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
            "name": tool,
            "arguments": arguments,
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": WITHOUT_SESSIONS,
                "io.modelcontextprotocol/clientInfo": { "name": name, "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": {}
            }
        }
    })
}

/// A client of a protocol with sessions.
pub struct Session<'a> {
    server: &'a Running,
    pub headers: Vec<(String, String)>,
    last_id: u64,
}

impl Session<'_> {
    pub fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value)).collect()
    }

    pub fn id(&self) -> &str {
        &self.headers.iter().find(|(name, _)| name == "mcp-session-id").unwrap().1
    }

    fn post(&self, message: &Value) -> Answer {
        self.server.post(&self.headers(), message)
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Answer {
        let message = self.request(method, params);
        self.post(&message)
    }

    pub fn request(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params })
    }

    /// The whole result of a call.
    pub fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).message()["result"].clone()
    }
}
