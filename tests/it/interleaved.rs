//! Callers of every kind, interleaved over one server: tokens with keys, keys in headers, profiles, and mixtures of them. Nobody's call is
//! made with another's keys, and nobody's answer has anything of another's.
//!
//! `CW_ORCHESTRATOR_CALLS` is how many calls are made, `CW_ORCHESTRATOR_SEED` from which number their sequence follows.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::http_client::{self, Answer, JSON, Running, Session, WITHOUT_SESSIONS};
use crate::util::Home;

/// Calls that are made where nothing else is said; ten times as many are for a run by hand.
const CALLS: usize = 1_000;
/// Calls that are under way at once.
const AT_ONCE: usize = 16;
const DISPATCH: &str = "dispatch_api_operation";

/// Somebody who calls.
#[derive(Clone, Copy, Debug)]
struct Identity {
    name: &'static str,
    /// Whose token it comes with.
    token: &'static str,
    company: &'static str,
    public: &'static str,
    private: &'static str,
    /// Whether it brings its keys along.
    brings: bool,
    /// The id that `Acme` has for it.
    id: u64,
}

/// A token for each name of a token.
fn token(name: &str) -> String {
    format!("{name}-0123456789abcdef-0123456789abcdef")
}

const fn of(
    name: &'static str,
    token: &'static str,
    company: &'static str,
    keys: [&'static str; 2],
    id: u64,
) -> Identity {
    Identity { name, token, company, public: keys[0], private: keys[1], brings: false, id }
}

const fn brought(
    name: &'static str,
    token: &'static str,
    company: &'static str,
    keys: [&'static str; 2],
    id: u64,
) -> Identity {
    Identity { brings: true, ..of(name, token, company, keys, id) }
}

/// Of both companies: the account itself, members with configured keys, and members who bring theirs.
const IDENTITIES: [Identity; 9] = [
    of("server", "plain", "acme", [crate::api::PUBLIC, crate::api::PRIVATE], 1_000),
    of("alice", "alice", "acme", ["alicePublicKey01", "alicePrivateKey1"], 2_000),
    of("bob", "bob", "acme", ["bobPublicKey0001", "bobPrivateKey001"], 3_000),
    brought("dora", "plain", "acme", ["doraPublicKey001", "doraPrivateKey01"], 4_000),
    brought("emil", "plain", "acme", ["emilPublicKey001", "emilPrivateKey01"], 5_000),
    of("globex", "globex", "globex", ["globexPublicKey1", "globexPrivateKey"], 6_000),
    of("hugo", "hugo", "globex", ["hugoPublicKey001", "hugoPrivateKey01"], 7_000),
    brought("inge", "globex", "globex", ["ingePublicKey001", "ingePrivateKey01"], 8_000),
    // The keys of another, for another company, are somebody else's.
    brought("jana", "globex", "globex", ["doraPublicKey001", "doraPrivateKey01"], 9_000),
];

impl Identity {
    fn basic(&self) -> String {
        STANDARD.encode(format!("{}+{}:{}", self.company, self.public, self.private))
    }

    fn headers(&self) -> Vec<(String, String)> {
        let mut headers = vec![("authorization".to_owned(), format!("Bearer {}", token(self.token)))];
        if self.brings {
            headers.push(("x-cw-public-key".to_owned(), self.public.to_owned()));
            headers.push(("x-cw-private-key".to_owned(), self.private.to_owned()));
        }
        headers
    }

    /// What of an answer to it is a key, or another's.
    fn foreign(&self, answer: &str) -> Option<String> {
        let texts = |other: &Identity| {
            let mut texts = vec![other.public.to_owned(), other.private.to_owned(), other.basic()];
            if other.name != self.name {
                texts.extend([format!("of {}", other.name), format!("{}-row", other.name)]);
            }
            if other.company != self.company {
                texts.push(format!("canary in {}", other.company));
            }
            texts
        };
        IDENTITIES.iter().flat_map(texts).find(|text| answer.contains(text))
    }
}

/// Whose keys a request came with.
fn whose(request: &Request) -> Identity {
    let given = request.headers.get("authorization").unwrap().to_str().unwrap();
    let is_of = |identity: &&Identity| given == format!("Basic {}", identity.basic());
    *IDENTITIES.iter().find(is_of).unwrap_or_else(|| panic!("keys of nobody: {given}"))
}

/// An API of one company: it answers each caller with records of its own, and echoes its keys.
fn api(company: &'static str) -> Api {
    Api::answering(move |request: &Request| {
        let identity = whose(request);
        if identity.company != company {
            return ResponseTemplate::new(500).set_body_json(json!({ "message": "a call to another company" }));
        }
        let Identity { name, id, public, private, .. } = identity;
        let row = |row: u64| {
            json!({ "id": id + row, "name": if row == 0 { "Acme" } else { "Other" }, "identifier": format!("{name}-row{row}"),
                "summary": format!("a record of {name}"), "notes": format!("{public} {private} {}", identity.basic()) })
        };
        let is_list = request.method.as_str() == "GET";
        ResponseTemplate::new(200).set_body_json(if is_list { json!([row(0), row(1)]) } else { row(0) })
    })
}

fn start(acme: &Api, globex: &Api, home: &Home) -> Running {
    let keys = |name: &str| format!("public_key = 'env:{name}_PUBLIC', private_key = 'env:{name}_PRIVATE'");
    let config = format!(
        "writes = 'allow'\nrate_per_minute = 100000000\n[profiles.globex]\napi_url = '{}'\ncompany_id = 'globex'\n\
         public_key = 'env:GLOBEX_PUBLIC'\nprivate_key = 'env:GLOBEX_PRIVATE'\n[http]\nkeys_in_headers = 'allowed'\n[http.tokens]\n\
         plain = 'env:PLAIN'\nalice = {{ token = 'env:ALICE', {} }}\nbob = {{ token = 'env:BOB', {} }}\n\
         globex = {{ token = 'env:GLOBEX', profile = 'globex' }}\nhugo = {{ token = 'env:HUGO', profile = 'globex', {} }}\n",
        globex.url(),
        keys("ALICE"),
        keys("BOB"),
        keys("HUGO")
    );
    home.write("config.toml", &config);
    let mut command = acme.command(home, &["serve"]);
    for identity in IDENTITIES.iter().filter(|identity| !identity.brings) {
        let name = identity.token.to_uppercase();
        command.env(&name, token(identity.token));
        command.env(format!("{name}_PUBLIC"), identity.public).env(format!("{name}_PRIVATE"), identity.private);
    }
    Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN"))
}

/// A sequence that looks like chance and is the same for the same beginning (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }
}

/// What is asked, and so what its answer must be.
#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Rows,
    Ticket,
    Grouped,
    /// A handle, and whose it is.
    Stored(Value, &'static str),
    Kept,
}

impl Asked {
    fn call(&self, identity: &Identity, number: usize) -> (&'static str, Value) {
        let canary = format!("summary = \"asked by {}\"", identity.name);
        match self {
            Self::Rows => (DISPATCH, json!({ "path": "/service/tickets", "params": { "conditions": canary } })),
            Self::Ticket => (
                DISPATCH,
                json!({ "method": "POST", "path": "/service/tickets", "data": {
                    "summary": format!("asked by {} {number}", identity.name), "board": { "id": 1 }, "company": "Acme" } }),
            ),
            Self::Grouped => (
                DISPATCH,
                json!({ "path": "/service/tickets", "params": { "conditions": canary }, "group_by": "identifier", "count": true }),
            ),
            Self::Stored(handle, _) => ("read_stored_result", json!({ "handle": handle })),
            Self::Kept => ("display_cached_invocations", json!({})),
        }
    }

    fn check(&self, identity: &Identity, result: &Value) {
        let content = &result["structuredContent"];
        let shown = content.to_string();
        let own = format!("{}-row", identity.name);
        match self {
            Self::Rows | Self::Grouped => assert!(shown.contains(&own), "{}: {result}", identity.name),
            Self::Ticket => assert_eq!(content["resolved"][0]["id"], identity.id, "{}: {result}", identity.name),
            Self::Stored(_, whose) if *whose == identity.name => assert!(shown.contains(&own), "{result}"),
            Self::Stored(..) => assert_eq!(result["isError"], true, "{}: {result}", identity.name),
            Self::Kept => {
                assert!(shown.contains(&format!("canary in {}", identity.company)), "{}: {result}", identity.name);
            }
        }
        if !matches!(self, Self::Stored(..)) {
            assert_ne!(result["isError"], true, "{}: {result}", identity.name);
        }
    }
}

fn alone(
    server: &Running,
    identity: &Identity,
    (tool, arguments): (&'static str, Value),
) -> tokio::task::JoinHandle<Answer> {
    let headers = identity.headers();
    let own = [("mcp-protocol-version", WITHOUT_SESSIONS), ("mcp-method", "tools/call"), ("mcp-name", tool)];
    let headers: Vec<(&str, &str)> =
        own.into_iter().chain(headers.iter().map(|(name, value)| (&**name, &**value))).collect();
    server.post_meanwhile(&headers, &http_client::call_alone("t", tool, arguments))
}

/// The files below a folder that hold a key which came in headers.
fn leaks(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(leaks(&path));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let holds = |text: &str| memchr::memmem::find(&bytes, text.as_bytes()).is_some();
        if IDENTITIES.iter().any(|of| holds(of.public) || holds(of.private) || holds(&of.basic())) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn no_call_has_anothers_keys_and_no_answer_anything_of_anothers() {
    let calls = usize::try_from(number("CW_ORCHESTRATOR_CALLS", CALLS as u64)).unwrap();
    let seed = number("CW_ORCHESTRATOR_SEED", 0x9e37_79b9_7f4a_7c15).max(1);
    let (acme, globex, home) = (api("acme"), api("globex"), Home::indexed());
    let server = start(&acme, &globex, &home);
    for identity in [&IDENTITIES[0], &IDENTITIES[5]] {
        let kept = json!({ "path": "/service/boards", "method": "GET", "description": format!("canary in {}", identity.company) });
        let saved = server.wait(alone(&server, identity, ("cache_invocation_pattern", kept))).unwrap();
        assert_ne!(saved.message()["result"]["isError"], true, "{saved:?}");
    }
    let mut sessions: Vec<Session<'_>> =
        IDENTITIES.iter().map(|identity| server.session_with("t", &identity.headers())).collect();
    let mut handles: BTreeMap<&'static str, Value> = BTreeMap::new();
    let mut chance = Chance(seed);
    let mut made = 0;
    while made < calls {
        let mut under_way = Vec::new();
        for at in 0..AT_ONCE.min(calls - made) {
            let chosen = chance.below(IDENTITIES.len());
            let identity = &IDENTITIES[chosen];
            let asked = match chance.below(8) {
                0..3 => Asked::Rows,
                3 | 4 => Asked::Ticket,
                5 => Asked::Grouped,
                6 => Asked::Kept,
                _ => match handles.iter().nth(chance.below(IDENTITIES.len())) {
                    Some((whose, handle)) => Asked::Stored(handle.clone(), whose),
                    None => Asked::Grouped,
                },
            };
            // Handles belong to a session, or to whoever asks without.
            let is_alone = matches!(asked, Asked::Grouped | Asked::Stored(..)) || chance.below(2) == 0;
            let call = asked.call(identity, made + at);
            let answer = if is_alone {
                alone(&server, identity, call)
            } else {
                let session = &mut sessions[chosen];
                let message = session.request("tools/call", json!({ "name": call.0, "arguments": call.1 }));
                server.post_meanwhile(&session.headers(), &message)
            };
            under_way.push((identity, asked, answer));
        }
        made += under_way.len();
        for (identity, asked, answer) in under_way {
            let answer = server.wait(answer).unwrap();
            assert_eq!(
                identity.foreign(&answer.body),
                None,
                "seed {seed}, {asked:?} of {}: {}",
                identity.name,
                answer.body
            );
            let result = answer.message()["result"].clone();
            asked.check(identity, &result);
            if asked == Asked::Grouped {
                handles.insert(identity.name, result["structuredContent"]["handle"].clone());
            }
        }
        // The page's routes are the same callers.
        let identity = &IDENTITIES[chance.below(IDENTITIES.len())];
        let headers = identity.headers();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let (_, call) = Asked::Rows.call(identity, made);
        let body = json!({ "method": "GET", "path": call["path"], "params": call["params"] });
        let answer = server.send(Method::POST, "/api/v1/call", &[&JSON[..1], &headers].concat(), body.to_string());
        assert_eq!(identity.foreign(&answer.body), None, "seed {seed}, {}: {}", identity.name, answer.body);
        assert!(answer.body.contains(&format!("of {}", identity.name)), "{}: {}", identity.name, answer.body);
    }
    // Whoever asked wrote its name into the request: the keys that it came with are that one's.
    let mut count = 0;
    for arrived in acme.arrived().into_iter().chain(globex.arrived()) {
        let identity = whose(&arrived.request);
        let said = format!("{} {}", arrived.query("conditions").unwrap_or_default(), arrived.body["summary"]);
        if let Some((_, by)) = said.split_once("asked by ") {
            let by = by.split(['"', ' ']).next().unwrap();
            assert_eq!(by, identity.name, "seed {seed}: {} {said}", arrived.path);
            count += 1;
        }
        if arrived.method == "POST" {
            assert_eq!(arrived.body["company"]["id"], identity.id, "seed {seed}: {}", arrived.body);
        }
    }
    assert!(count > calls / 2, "{count} of {calls}");
    drop(sessions);
    drop(server);
    std::fs::remove_file(home.path().join("config.toml")).unwrap();
    assert_eq!(leaks(home.path()), Vec::<String>::new());
}
