//! For any call of the embedded manifest and of a small one, as it is written or by name: no write leaves a server that only
//! reads, every write that leaves another has its two lines, and what leaves is what was shown, byte for byte.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cw_orchestrator::invoke::client::ClientOptions;
use cw_orchestrator::invoke::connectwise::ConnectWiseCredentials;
use cw_orchestrator::invoke::dialects;
use cw_orchestrator::invoke::{Caller, Consent, Later, Policy, Writes};
use cw_orchestrator::openapi::{Method, embedded, embedded_bytes};
use cw_orchestrator::service::{ApiSettings, Call, CallOptions};
use cw_orchestrator::surface::Surface;
use cw_orchestrator::{Service, ServiceOptions};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::api::{Api, Arrived, BASE, CLIENT_ID, PRIVATE, PUBLIC, audit};
use crate::fences::shop;
use crate::shown;
use crate::util::Home;

/// Where the small API lives, beside ConnectWise's base.
const SHOP: &str = "/shop";

/// One who says yes, and remembers what to.
struct Agreeing {
    name: String,
    can_ask: bool,
    questions: Mutex<Vec<String>>,
}

impl Caller for Agreeing {
    fn name(&self) -> &str {
        &self.name
    }

    fn policy(&self) -> &Arc<Policy> {
        Policy::open()
    }

    fn surface(&self) -> Surface {
        Surface::Mcp
    }

    fn can_ask(&self) -> bool {
        self.can_ask
    }

    fn ask<'a>(&'a self, question: &'a str) -> Later<'a, Consent> {
        self.questions.lock().unwrap().push(question.to_owned());
        Box::pin(async { Consent::Given })
    }

    fn progress(&self, _rows: usize, _total: Option<usize>) {}
}

/// The name of the embedded manifest's API.
const PSA: &str = "connectwise-psa-manage";

struct Stage {
    api: Api,
    home: Home,
    runtime: tokio::runtime::Runtime,
    templates: Vec<String>,
    calls: AtomicUsize,
}

impl Stage {
    fn new() -> Self {
        let api = Api::of(200, json!({ "id": 1 }));
        let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
        home.write("manifests/shop.json", &shop("Shop", &api.url().replace(BASE, SHOP)));
        home.write("manifests/psa.json", &String::from_utf8(embedded_bytes().unwrap()).unwrap());
        let manifests = home.path().join("manifests");
        home.run(&["index", "build", "--manifest", manifests.to_str().unwrap(), "-q"]).ok();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let templates = embedded().unwrap().operations.into_iter().map(|operation| operation.path).collect();
        Self { api, home, runtime, templates, calls: AtomicUsize::new(0) }
    }

    fn service(&self, writes: Writes) -> Service {
        let connectwise = ConnectWiseCredentials {
            url: self.api.url(),
            company_id: "acme".to_owned(),
            public_key: PUBLIC.into(),
            private_key: PRIVATE.into(),
            auth_prefix: None,
            client_id: Some(CLIENT_ID.to_owned()),
            user_type: None,
            version: "2019.1".to_owned(),
        };
        // Read from a file it is any API's, so that its dialect and address are said.
        let dialect = dialects::named("connectwise");
        let apis = [(PSA.to_owned(), ApiSettings { dialect, ..ApiSettings::default() })].into();
        let calls = CallOptions {
            apis,
            client: ClientOptions { rate_per_minute: 1_000_000, ..ClientOptions::default() },
            writes,
            connectwise: Some(connectwise),
            ..CallOptions::default()
        };
        let (home, models) = (self.home.path().to_owned(), Path::new("/nonexistent/models").to_owned());
        Service::new(ServiceOptions { home, models, build_if_missing: false, calls })
    }

    fn caller(&self, can_ask: bool) -> Agreeing {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        Agreeing { name: format!("caller-{number}"), can_ask, questions: Mutex::default() }
    }

    /// What arrives of a call, and the request that its answer shows.
    fn call(&self, service: &Service, call: Call, caller: &Agreeing) -> (Vec<Arrived>, Option<Value>) {
        let before = self.api.arrived().len();
        let outcome = self.runtime.block_on(service.call(call, caller));
        (self.api.arrived().into_iter().skip(before).collect(), outcome.ok().and_then(|outcome| outcome.answer.request))
    }
}

/// Last segments of templates of the embedded manifest that act, and have a POST alone: what a GET does there nobody knows.
const POSTS: [&str; 17] = [
    "approve",
    "attachchildren",
    "clear",
    "convert",
    "converttoagreement",
    "converttoproject",
    "converttosalesorder",
    "converttoserviceticket",
    "deactivate",
    "detach",
    "executemanageditsync",
    "import",
    "merge",
    "reject",
    "reset",
    "submit",
    "unlinkssouser",
];

/// Whether a query names an action that is none of reading, in any of the spellings that are tried.
fn acts_by_query(query: &str) -> bool {
    let pairs = query.split(['&', ';']).flat_map(|pair| url::form_urlencoded::parse(pair.as_bytes()));
    pairs.into_iter().any(|(name, value)| match &*name {
        "Action" | "Action[]" | "a[action]" | "cmd" | "op" => !value.starts_with("List"),
        "delete" => true,
        _ => false,
    })
}

/// Whether the API would take a request for a write. Written apart from the product's own answer, from what arrived.
fn is_write(arrived: &Arrived) -> bool {
    let path = arrived.request.url.path();
    let connectwise = path.strip_prefix(BASE);
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy().to_ascii_lowercase();
    let last = decoded.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let acts = acts_by_query(arrived.request.url.query().unwrap_or_default());
    let acts = acts
        || match connectwise {
            Some(_) => ["test", "testconnection", "testcredentials"].contains(&last) || POSTS.contains(&last),
            // Of the small one, `/items/delete` is a record of that name. What it does not list is no read by a verb's name.
            None => {
                let acting = [
                    "/items/5/delete",
                    "/items/5/removeTag",
                    "/items/5:cancel",
                    "/unlisted/delete",
                    "/unlisted/5/reset.json",
                    "/jobs/5/delete",
                    "/unlisted/delete(5)",
                    "/unlisted/item_delete",
                    "/unlisted/deleteuser/foo",
                    "/unlisted/5/delete.v1",
                    "/unlisted/5/stop",
                ];
                // A path that acts and has a POST alone, as above.
                let has_post_alone = decoded.ends_with("/upload");
                acting.iter().any(|act| decoded.ends_with(&act.to_ascii_lowercase()))
                    || has_post_alone
                    || (arrived.method != "GET" && decoded.ends_with("/items/delete"))
            }
        };
    let by_method = match arrived.method.as_str() {
        "GET" | "HEAD" | "OPTIONS" => acts,
        "POST" => !matches!(connectwise, Some("/service/tickets/search" | "/project/tickets/search")),
        _ => true,
    };
    let overrides = |method: &str| !["GET", "HEAD", "OPTIONS"].contains(&method.trim().to_uppercase().as_str());
    let names = ["x-http-method-override", "x-http-method", "x-method-override"];
    let by_header = names
        .iter()
        .any(|name| arrived.request.headers.get(*name).is_some_and(|value| overrides(value.to_str().unwrap())));
    // Some frameworks look there for a header's name too, and the program takes the worse of what a server may do.
    let by_query = arrived.query.iter().any(|(name, value)| {
        let is_one = ["_method", "http_method"].contains(&&**name) || names.contains(&&*name.to_ascii_lowercase());
        is_one && overrides(value)
    });
    let form =
        url::form_urlencoded::parse(&arrived.request.body).any(|(name, value)| name == "_method" && overrides(&value));
    let in_json = arrived.body.get("_method").is_some_and(|value| overrides(value.as_str().unwrap_or("?")));
    let body_where_none_belongs = arrived.method != "POST" && !arrived.request.body.is_empty() && !by_method;
    by_method || by_header || by_query || form || in_json || body_where_none_belongs
}

/// One call, as somebody might make it.
#[derive(Clone, Debug)]
struct Tried {
    method: Method,
    path: String,
    query: Vec<(&'static str, &'static str)>,
    params: Vec<(&'static str, Value)>,
    data: Option<Value>,
    raw: bool,
    validate: bool,
    all_pages: bool,
}

impl Tried {
    fn call(&self) -> Call {
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let path = if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) };
        let params = self.params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let call = Call { data: self.data.clone(), use_memory: false, ..Call::new(self.method, &path) };
        let call = Call { api: Some(self.api().to_owned()), all_pages: self.all_pages, ..call };
        // What is written out has no values of its own for the operation that a fragment names.
        if self.raw && !self.path.contains('#') {
            return Call { as_written: true, validate: false, all_pages: false, ..call };
        }
        Call { params, validate: self.validate, ..call }
    }

    fn api(&self) -> &'static str {
        if SMALL.iter().any(|path| path == &self.path) { "shop" } else { "connectwise-psa-manage" }
    }
}

const SMALL: [&str; 26] = [
    "/items",
    "/items/5",
    "/items/..%2F5",
    "/items/5/delete",
    "/commands/search",
    "/items/search",
    "/form",
    "/upload",
    "/unlisted/search",
    "/unlisted/delete",
    "/unlisted/5/reset.json",
    "/items/delete",
    "/items/5/removeTag",
    "/items/5:cancel",
    "/items/5/dElEtE",
    "/jobs/5/delete",
    "/jobs/5/status",
    "/unlisted/delete(5)",
    "/unlisted/item_delete",
    "/unlisted/deleteUser/foo",
    "/unlisted/5/delete.v1",
    "/unlisted/5/stop",
    "/unlisted/archive/2024",
    "/query#Action=ListItems",
    "/query#Action=StopItems",
    "/query#Action=GoItems",
];

const LARGE: [&str; 14] = [
    "/sales/opportunities/types/info",
    "/marketing/campaigns/test/audits/count",
    "/service/tickets",
    "/service/tickets/1",
    "/service/tickets/search",
    "/service/tickets/search/",
    "/project/tickets/search",
    "/service/tickets/1/search/",
    "/service/tickets/merge/search",
    "/system/members/1/deactivate/search",
    "/system/reports/search",
    "/system/authAnvils/TESTCONNECTION",
    "/system/workflows/1/events/2/test",
    "/system/unlisted/test%43redentials",
];

fn any_path(templates: Vec<String>) -> impl Strategy<Value = String> {
    let filled = |template: String, value: &str| {
        let segments = template.split('/').map(|segment| if segment.contains('{') { value } else { segment });
        segments.collect::<Vec<_>>().join("/")
    };
    prop_oneof![
        3 => proptest::sample::select(SMALL.to_vec()).prop_map(str::to_owned),
        3 => proptest::sample::select(LARGE.to_vec()).prop_map(str::to_owned),
        2 => (proptest::sample::select(templates), proptest::sample::select(vec!["1", "search", "test"]))
            .prop_map(move |(template, value)| filled(template, value)),
    ]
}

fn any_call(templates: Vec<String>) -> impl Strategy<Value = Tried> {
    let method = proptest::sample::select(Method::ALL.to_vec());
    let query = proptest::sample::subsequence(
        vec![
            ("ids", "1"),
            ("ids", "2"),
            ("_method", "DELETE"),
            ("_method", "get"),
            ("a", "b+c%2f%20&'d"),
            ("flag", ""),
            ("Action[]", "Stop"),
            ("a[action]", "delete"),
            ("a", "1;Action=Stop"),
            ("op", "get,delete"),
            ("cmd", "stop"),
            ("http_method", "PUT"),
            ("delete", "5"),
            ("", ""),
        ],
        0..3,
    );
    let params = proptest::sample::subsequence(
        vec![
            ("X-HTTP-Method-Override", json!("DELETE")),
            ("X-Tenant", json!("a b")),
            ("ids", json!([1, 2, 1])),
            ("tags", json!(["a&b", "\u{202e}c"])),
            ("_method", json!("PURGE")),
            ("conditions", json!("id > 5")),
        ],
        0..3,
    );
    let data = proptest::option::of(proptest::sample::select(vec![
        json!({}),
        json!({ "_method": "DELETE" }),
        json!({ "summary": "x", "company": { "id": 5 } }),
        json!({ "conditions": "id > 5" }),
        json!([{ "op": "replace", "path": "summary", "value": "x" }]),
        json!({ "name": "n", "tag": ["a", "b"], "_method": "get" }),
    ]));
    (any_path(templates), method, query, params, data, any::<[bool; 3]>()).prop_map(
        |(path, method, query, params, data, [raw, validate, all_pages])| Tried {
            method,
            path,
            query,
            params,
            data,
            raw,
            validate,
            all_pages: all_pages && validate,
        },
    )
}

/// Whether a request asks the list that a path goes through for the record whose name stands where an id belongs. That much a dry run
/// sends too, since it shows the id that was found.
fn asks_for_a_name(tried: &Tried, arrived: &Arrived) -> bool {
    let list = arrived.request.url.path().trim_start_matches(BASE);
    let name = tried.path.strip_prefix(list).and_then(|rest| rest.strip_prefix('/')?.split('/').next());
    let conditions = arrived.query.iter().find(|(name, _)| name == "conditions");
    let asked = name.zip(conditions).is_some_and(|(name, (_, conditions))| conditions.contains(&format!("\"{name}\"")));
    !tried.raw && arrived.method == "GET" && arrived.request.body.is_empty() && asked
}

/// What arrived is what was shown, in a dry run, in the answer, in the question and in the audit file.
fn is_as_shown(root: &str, arrived: &Arrived, shown: &Value, question: Option<&String>, line: Option<&Value>) {
    assert_eq!(shown::other_than_shown(root, &arrived.request, shown), None);
    if let Some(question) = question {
        let first = question.lines().nth(2).unwrap();
        assert_eq!(first, format!("{} {}", arrived.method, shown::url(root, &arrived.request)), "{question}");
        for name in ["x-tenant", "x-http-method-override"] {
            if let Some(value) = arrived.request.headers.get(name) {
                assert!(question.contains(&format!("\n{name}: {}", value.to_str().unwrap())), "{question}");
            }
        }
    }
    if let Some(line) = line {
        assert_eq!(shown::other_than_audited(root, &arrived.request, line), None);
    }
}

#[test]
fn no_write_leaves_where_only_reads_may_and_none_leaves_unseen_elsewhere() {
    let stage = Stage::new();
    let (deny, ask, allow) = (stage.service(Writes::Deny), stage.service(Writes::Ask), stage.service(Writes::Allow));
    let root = stage.api.url().replace(BASE, "");
    let config =
        ProptestConfig { cases: 32, max_shrink_iters: 16, failure_persistence: None, ..ProptestConfig::default() };
    let (denied, written) = (AtomicUsize::new(0), AtomicUsize::new(0));
    proptest!(config, |(tried in any_call(stage.templates.clone()))| {
        let caller = stage.caller(true);
        let (arrived, _) = stage.call(&deny, tried.call(), &caller);
        denied.fetch_add(usize::from(arrived.is_empty()), Ordering::Relaxed);
        for arrived in &arrived {
            prop_assert!(!is_write(arrived), "{:?} {} {}", tried, arrived.method, arrived.request.url);
        }
        let (none, dry) = stage.call(&ask, Call { dry_run: true, ..tried.call() }, &caller);
        prop_assert!(none.iter().all(|arrived| asks_for_a_name(&tried, arrived)), "{:?}", tried);
        for (service, can_ask) in [(&ask, true), (&allow, false)] {
            let caller = stage.caller(can_ask);
            let (arrived, shown) = stage.call(service, tried.call(), &caller);
            let lines: Vec<Value> = audit(&stage.home).into_iter().filter(|line| line["client"] == caller.name.as_str()).collect();
            let writes: Vec<&Arrived> = arrived.iter().filter(|arrived| is_write(arrived)).collect();
            prop_assert_eq!(lines.len(), writes.len() * 2, "{:?} {:?}", tried, lines);
            let questions = caller.questions.lock().unwrap();
            if let Some(first) = writes.first() {
                written.fetch_add(1, Ordering::Relaxed);
                prop_assert_eq!((writes.len(), questions.len()), (1, usize::from(can_ask)));
                prop_assert_eq!(&lines[0]["write"], &lines[1]["write"]);
                is_as_shown(&root, first, dry.as_ref().unwrap(), questions.first(), lines.first());
            } else {
                prop_assert!(arrived.is_empty() || questions.is_empty());
            }
            if let (Some(first), Some(shown)) = (arrived.first(), &shown)
                && !tried.all_pages
            {
                is_as_shown(&root, first, shown, None, None);
                is_as_shown(&root, first, dry.as_ref().unwrap(), None, None);
            }
        }
    });
    let (denied, written) = (denied.into_inner(), written.into_inner());
    assert!(denied > 4 && written > 8, "the property was hardly tried: {denied} refused, {written} written");
}

/// Each path with each method, and each ending of the embedded manifest with the methods that read, checked and as it is written: the lot
/// above meets few of them. What is audited is what the API reads as a write.
#[test]
fn what_leaves_has_its_two_lines_whatever_method_and_path() {
    let stage = Stage::new();
    let allow = stage.service(Writes::Allow);
    let mut seen = HashSet::new();
    let filled = |template: &String| {
        let segments = template.split('/').map(|segment| if segment.contains('{') { "1" } else { segment });
        segments.collect::<Vec<_>>().join("/")
    };
    let templates = stage.templates.iter().filter(|template| seen.insert(template.rsplit('/').next()));
    let endings: Vec<String> = templates.map(filled).collect();
    let reading = endings.into_iter().flat_map(|path| [(Method::Get, path.clone()), (Method::Options, path)]);
    let known = SMALL.iter().chain(&LARGE).flat_map(|path| Method::ALL.map(|method| (method, (*path).to_owned())));
    let mut made = Vec::new();
    for (method, path) in known.chain(reading) {
        for raw in [false, true] {
            let (path, query, params) = (path.clone(), Vec::new(), Vec::new());
            let plain = Tried { method, path, query, params, data: None, raw, validate: false, all_pages: false };
            let caller = stage.caller(false);
            let (arrived, _) = stage.call(&allow, plain.call(), &caller);
            let writes = arrived.iter().filter(|arrived| is_write(arrived)).count();
            made.push((caller.name, writes, format!("{} {} raw {raw}", plain.method, plain.path)));
        }
    }
    let mut lines: HashMap<String, usize> = HashMap::new();
    for line in audit(&stage.home) {
        *lines.entry(line["client"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let is_other = |(name, writes, _): &&(String, usize, String)| lines.get(name).copied().unwrap_or(0) != writes * 2;
    let others: Vec<&str> = made.iter().filter(is_other).map(|(_, _, call)| call.as_str()).collect();
    assert!(others.is_empty(), "{}", others.join("\n"));
}

/// The same POST in one of the ways to write it, or another.
#[derive(Clone, Debug)]
struct Respelt {
    path: &'static str,
    /// Pairs of the query in the order in which they are written.
    pairs: Vec<&'static str>,
    /// Empty places in it, by what stands between the pairs.
    between: &'static str,
    data: Value,
}

impl Respelt {
    fn call(&self, number: usize) -> Call {
        let path = format!("{}?{}{}&run={number}", self.path, self.between, self.pairs.join(self.between));
        let data = Some(self.data.clone());
        let call = Call { data, api: Some("shop".to_owned()), use_memory: false, ..Call::new(Method::Post, &path) };
        Call { as_written: true, validate: false, ..call }
    }
}

fn respelt() -> impl Strategy<Value = Respelt> {
    let path = proptest::sample::select(vec!["/items", "/Items", "/items/", "/ITEMS//", "/it%65ms"]);
    // Of the two `ids` the first comes first in all of them.
    let orders = vec![[0, 1, 2], [1, 0, 2], [0, 2, 1]];
    let spellings = proptest::sample::select(vec![["ids=1", "q=a+b", "ids=2"], ["ids=%31", "q=a%20b", "IDS=2"]]);
    let between = proptest::sample::select(vec!["&", "&&", "&=&"]);
    let data = proptest::sample::select(vec![r#"{"a":1,"b":"x"}"#, r#"{"b":"x","a":1.0}"#]);
    (path, proptest::sample::select(orders), spellings, between, data).prop_map(
        |(path, order, spelling, between, data)| Respelt {
            path,
            pairs: order.into_iter().map(|at| spelling[at]).collect(),
            between,
            data: serde_json::from_str(data).unwrap(),
        },
    )
}

#[test]
fn of_one_post_in_any_two_spellings_one_is_sent_and_of_two_posts_both() {
    let stage = Stage::new();
    let allow = stage.service(Writes::Allow);
    let config =
        ProptestConfig { cases: 24, max_shrink_iters: 16, failure_persistence: None, ..ProptestConfig::default() };
    let number = AtomicUsize::new(0);
    proptest!(config, |(one in respelt(), other in respelt(), change in 0..4_usize)| {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let caller = stage.caller(false);
        prop_assert_eq!(stage.call(&allow, one.call(number), &caller).0.len(), 1, "{:?}", one);
        prop_assert_eq!(stage.call(&allow, other.call(number), &caller).0.len(), 0, "{:?} {:?}", one, other);
        let mut another = other.clone();
        match change {
            0 => another.pairs.reverse(),
            1 => another.pairs.push("ids=2"),
            2 => another.data = json!({ "a": 2, "b": "x" }),
            _ => another.path = "/form",
        }
        // In reverse, what repeats is in another order.
        let (arrived, _) = stage.call(&allow, another.call(number), &caller);
        prop_assert_eq!(arrived.len(), 1, "{:?} {:?}", one, another);
    });
}
