//! An MCP client that writes lines and reads lines, so that everything the server says is seen: over the real program's pipes, or
//! over a socket to a server within the test, which can have several clients at once.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use cw_orchestrator::Service;
use cw_orchestrator::mcp::Server;
use rmcp::ServiceExt;
use serde_json::{Value, json};

use crate::util::Home;

pub struct Client {
    child: Option<Child>,
    to_server: Option<Box<dyn Write>>,
    from_server: BufReader<Box<dyn std::io::Read>>,
    last_id: u64,
    /// What the user says to every question; `None` for a client that cannot ask.
    user: Option<Value>,
    /// What the user was asked.
    pub questions: Vec<String>,
    pub notifications: Vec<Value>,
    /// What every request carries as `_meta`, where the protocol has no sessions.
    meta: Option<Value>,
}

/// The protocol version without `initialize`.
pub const WITHOUT_SESSION: &str = "2026-07-28";

impl Client {
    pub fn start(home: &Home, arguments: &[&str]) -> Self {
        Self::spawn(home.command(arguments).stderr(Stdio::null()), None)
    }

    /// Starts a program that serves; its stderr goes where the command says. `user` is the result of every elicitation.
    pub fn spawn(command: &mut Command, user: Option<Value>) -> Self {
        Self::started(command, user).begun()
    }

    /// The same in a version of the protocol: with `initialize`, or from 2026-07-28 on without, each request saying who asks and what
    /// its client can do.
    pub fn speaking(version: &str, command: &mut Command, capabilities: &Value) -> Self {
        let mut client = Self::started(command, None);
        if version < WITHOUT_SESSION {
            client.initialize(version, capabilities);
        } else {
            client.meta = Some(json!({
                "io.modelcontextprotocol/protocolVersion": version,
                "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": capabilities,
            }));
        }
        client
    }

    /// A session of its own with a service that others may share.
    pub fn within(runtime: &tokio::runtime::Runtime, service: &Service) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        server.set_nonblocking(true).unwrap();
        let service = service.clone();
        runtime.spawn(async move {
            let pipes = tokio::net::TcpStream::from_std(server).unwrap().into_split();
            Server::new(service).serve(pipes).await.unwrap().waiting().await.unwrap();
        });
        Self::silent(None, Box::new(client.try_clone().unwrap()), Box::new(client), None).begun()
    }

    /// A program that serves, to which nothing was said yet.
    fn started(command: &mut Command, user: Option<Value>) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let to_server = child.stdin.take().unwrap();
        let from_server = child.stdout.take().unwrap();
        Self::silent(Some(child), Box::new(to_server), Box::new(from_server), user)
    }

    /// The same with a session begun, as most clients do today.
    fn begun(mut self) -> Self {
        let capabilities = if self.user.is_some() { json!({ "elicitation": {} }) } else { json!({}) };
        self.initialize("2025-06-18", &capabilities);
        self
    }

    fn silent(
        child: Option<Child>,
        to_server: Box<dyn Write>,
        from_server: Box<dyn std::io::Read>,
        user: Option<Value>,
    ) -> Self {
        Self {
            child,
            to_server: Some(to_server),
            from_server: BufReader::new(from_server),
            last_id: 0,
            user,
            questions: Vec::new(),
            notifications: Vec::new(),
            meta: None,
        }
    }

    fn initialize(&mut self, version: &str, capabilities: &Value) {
        let client = json!({ "name": "test", "version": "1" });
        let params = json!({ "protocolVersion": version, "capabilities": capabilities, "clientInfo": client });
        let answer = self.request("initialize", params);
        let result = &answer["result"];
        assert_eq!(
            (&result["serverInfo"]["name"], &result["protocolVersion"]),
            (&json!("cw-orchestrator"), &json!(version))
        );
        assert!(result["instructions"].as_str().is_some_and(|text| text.contains("semantic_endpoint_locator")));
        self.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    }

    pub fn send(&mut self, message: &Value) {
        writeln!(self.to_server.as_mut().unwrap(), "{message}").unwrap();
    }

    /// Sends a line as it is.
    pub fn send_bytes(&mut self, line: &[u8]) {
        let to_server = self.to_server.as_mut().unwrap();
        to_server.write_all(&[line, b"\n"].concat()).unwrap();
        to_server.flush().unwrap();
    }

    /// The next line.
    pub fn line(&mut self) -> Value {
        let mut line = String::new();
        assert!(self.from_server.read_line(&mut line).unwrap() > 0, "the server ended");
        serde_json::from_str(&line).unwrap()
    }

    /// Sends a request and waits for nothing: its id.
    pub fn ask(&mut self, method: &str, mut params: Value) -> u64 {
        self.last_id += 1;
        for (key, value) in self.meta.iter().flat_map(|meta| meta.as_object().unwrap()) {
            // What a test says of one request goes before what the client says of all.
            if params["_meta"][key].is_null() {
                params["_meta"][key] = value.clone();
            }
        }
        self.send(&json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params }));
        self.last_id
    }

    pub fn request(&mut self, method: &str, params: Value) -> Value {
        self.request_heeding(method, params, &mut |_| ())
    }

    /// The answer to a request; notifications before it are heard as they come.
    pub fn request_heeding(&mut self, method: &str, params: Value, heed: &mut dyn FnMut(&Value)) -> Value {
        let id = self.ask(method, params);
        loop {
            let mut line = String::new();
            assert!(self.from_server.read_line(&mut line).unwrap() > 0, "the server ended");
            let message: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON-RPC: {line}"));
            assert_eq!(message["jsonrpc"], "2.0");
            match (message["method"].as_str(), &message["id"]) {
                (None, found) if *found == id => return message,
                (None, _) => {}
                (Some("elicitation/create"), asked) => {
                    self.questions.push(message["params"]["message"].as_str().unwrap().to_owned());
                    let answer = json!({ "jsonrpc": "2.0", "id": asked, "result": self.user });
                    self.send(&answer);
                }
                (Some(_), _) => {
                    heed(&message);
                    self.notifications.push(message);
                }
            }
        }
    }

    /// The process that serves, where it is one of its own.
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// The answers to requests that were sent before, in their order.
    pub fn answers(&mut self, ids: &[u64]) -> Vec<Value> {
        let mut answers = vec![Value::Null; ids.len()];
        while answers.iter().any(Value::is_null) {
            let mut line = String::new();
            assert!(self.from_server.read_line(&mut line).unwrap() > 0, "the server ended");
            let message: Value = serde_json::from_str(&line).unwrap();
            if message["method"] == "elicitation/create" {
                self.questions.push(message["params"]["message"].as_str().unwrap().to_owned());
                let answer = json!({ "jsonrpc": "2.0", "id": message["id"], "result": self.user });
                self.send(&answer);
            } else if let Some(at) = ids.iter().position(|id| message["id"] == *id && message["method"].is_null()) {
                answers[at] = message;
            }
        }
        answers
    }

    pub fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.request("tools/call", json!({ "name": tool, "arguments": arguments }))
    }

    /// The structured content of a call that must succeed; the text beside it must say the same.
    pub fn result(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.call(tool, arguments);
        let result = &answer["result"];
        assert_ne!(result["isError"], true, "{answer}");
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, result["structuredContent"]);
        text
    }

    /// The text of a call that must fail as a tool, not as a request.
    pub fn refused(&mut self, tool: &str, arguments: Value) -> String {
        let answer = self.call(tool, arguments);
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        answer["result"]["content"][0]["text"].as_str().unwrap().to_owned()
    }

    pub fn dispatch(&mut self, arguments: Value) -> Value {
        self.result("dispatch_api_operation", arguments)
    }
}

/// The rows of an answer's `result` or of a stored page, whether they are a list or a table.
pub fn rows(shown: &Value) -> Vec<Value> {
    let Some(columns) = shown["columns"].as_array() else {
        return shown["rows"].as_array().or(shown.as_array()).unwrap().clone();
    };
    let row = |cells: &Value| {
        let mut row = json!({});
        for (column, cell) in columns.iter().zip(cells.as_array().unwrap()).filter(|(_, cell)| !cell.is_null()) {
            let place = column.as_str().unwrap().split('/').fold(&mut row, |place, name| &mut place[name]);
            *place = cell.clone();
        }
        row
    };
    shown["rows"].as_array().unwrap().iter().map(row).collect()
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.to_server.take());
        if let Some(child) = &mut self.child {
            let _ = child.wait();
        }
    }
}
