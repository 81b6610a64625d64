//! What the token of a request may find, look up and call: each door agrees with `policy explain`.

use std::sync::Arc;

use cw_orchestrator::error::Error;
use cw_orchestrator::invoke::policy::{Policy, Rules};
use cw_orchestrator::invoke::{Caller, Consent, Grant, InvokeError, Later};
use cw_orchestrator::search::{Mode, Query};
use cw_orchestrator::service::{Call, Service};
use cw_orchestrator::surface::Surface;
use reqwest::Method as HttpMethod;
use serde_json::{Value, json};

use crate::api::Api;
use crate::http_client::{Running, Session};
use crate::util::{Home, shared_service};

const ALICE: &str = "alice-0123456789abcdef-0123456789abcdef";
const BOB: &str = "bob-0123456789abcdef-0123456789abcdef-x";

/// A technician, somebody who only reads some paths, and a program that may do one thing.
const POLICIES: [(&str, &str); 3] = [
    (
        "technician",
        r#"
        allow = [{ methods = ["GET"] }, { methods = ["POST", "PATCH"], domains = ["service", "time", "company"] }]
        deny = [{ paths = ["/finance/**"] }, { paths = ["/system/**"], methods = ["GET", "POST"] }, { paths = ["/company/companies"] }]
        "#,
    ),
    (
        "auditor",
        r#"writes = "deny"
        read_audit = true
        allow = [{ paths = ["/service/**", "/finance/*", "/**/audits"] }]"#,
    ),
    (
        "importer",
        r#"writes = "allow"
        allow = [{ methods = ["POST"], paths = ["/service/tickets"] }]"#,
    ),
];

fn policies() -> impl Iterator<Item = Arc<Policy>> {
    POLICIES.into_iter().map(|(name, rules)| {
        let rules: Rules = toml::from_str(rules).unwrap();
        Arc::new(Policy { name: Some(name.to_owned()), rules })
    })
}

struct Somebody(Arc<Policy>);

impl Caller for Somebody {
    fn name(&self) -> &str {
        "somebody"
    }

    fn policy(&self) -> &Arc<Policy> {
        &self.0
    }

    fn surface(&self) -> Surface {
        Surface::Mcp
    }

    fn can_ask(&self) -> bool {
        false
    }

    fn ask<'a>(&'a self, _question: &'a str) -> Later<'a, Consent> {
        Box::pin(async { Consent::Withheld("nobody is there".to_owned()) })
    }

    fn progress(&self, _rows: usize, _total: Option<usize>) {}
}

/// Whether a call is let through as far as its being shown.
fn is_called(service: &Service, runtime: &tokio::runtime::Runtime, call: Call, policy: &Arc<Policy>) -> bool {
    match runtime.block_on(service.call(call, &Somebody(Arc::clone(policy)))) {
        Ok(_) => true,
        Err(Error::Invoke(InvokeError::Refused { reason })) => {
            assert!(reason.to_string().contains("the policy `"), "{reason}");
            false
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn every_operation_is_found_described_and_called_as_it_is_explained() {
    let service = shared_service();
    let searcher = service.searcher().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut allowed, mut denied, mut found) = (0, 0, 0);
    for policy in policies() {
        let theirs = service.under(&Grant { policy: Arc::clone(&policy), ..Grant::open() });
        let mut listed = 0;
        for (at, entry) in searcher.entries().iter().enumerate() {
            let explained = service.explain(&policy, entry.method, &entry.path, None).unwrap();
            assert_eq!(explained.operation.as_deref(), Some(&*entry.path));
            let described = match theirs.describe(entry.method, &entry.path, None) {
                Ok(_) => true,
                Err(Error::Invoke(InvokeError::Refused { .. })) => false,
                Err(other) => panic!("{other}"),
            };
            assert_eq!(described, explained.allowed, "{policy}: {} {}", entry.method, entry.path);
            listed += u64::from(explained.allowed);
            *if explained.allowed { &mut allowed } else { &mut denied } += 1;
            // A call of each of these takes long without optimisation.
            if at % 9 == 0 {
                let segments = entry.path.split('/').map(|segment| if segment.contains('{') { "1" } else { segment });
                let path = segments.collect::<Vec<_>>().join("/");
                let call = Call { as_written: true, validate: false, dry_run: true, ..Call::new(entry.method, &path) };
                assert_eq!(is_called(&theirs, &runtime, call, &policy), explained.allowed, "{policy}: {}", entry.path);
            }
        }
        let domains = theirs.domains(None).unwrap();
        assert_eq!(domains.iter().map(|domain| domain.operations).sum::<u64>(), listed, "{policy}");
        let of_domains = |name: &str| theirs.resources(name, None).unwrap();
        let resources = domains.iter().flat_map(|domain| of_domains(&domain.name));
        assert_eq!(resources.map(|resource| resource.operations).sum::<u64>(), listed, "{policy}");
        for (text, mode) in
            ["invoices of a company", "open tickets", "delete a member", "create a ticket", "audit trail"]
                .into_iter()
                .flat_map(|text| [(text, Mode::Hybrid), (text, Mode::Keyword)])
        {
            let query = Query { text: text.to_owned(), mode, limit: 20, ..Query::default() };
            let answer = theirs.find(&query).unwrap();
            found += answer.hits.len();
            for hit in &answer.hits {
                let explained = service.explain(&policy, hit.method, &hit.path, None).unwrap();
                assert!(explained.allowed, "{policy}: {text} found {} {}", hit.method, hit.path);
            }
        }
    }
    assert!(allowed > 500 && denied > 500 && found > 200, "{allowed} {denied} {found}");
}

#[test]
fn a_name_is_looked_up_only_where_its_token_may_read_and_nothing_is_known_from_others() {
    let (api, home) = (Api::of(200, json!([{ "id": 7, "name": "Acme", "identifier": "acme" }])), Home::indexed());
    let server = start(&api, &home);
    let ticket = json!({ "method": "POST", "path": "/service/tickets", "dry_run": true,
        "data": { "summary": "x", "board": { "id": 1 }, "company": "Acme" } });
    let resolved = |token: &str| {
        let answer = server.session("t", Some(token)).call("dispatch_api_operation", ticket.clone());
        answer["structuredContent"]["resolved"].clone()
    };
    assert_eq!(resolved(BOB)[0]["id"], 7);
    let sent = api.lines().len();
    assert_eq!((resolved(ALICE), api.lines().len()), (Value::Null, sent));
}

fn start(api: &Api, home: &Home) -> Running {
    let sections: String = POLICIES.iter().map(|(name, rules)| format!("[policies.{name}]\n{rules}\n")).collect();
    let tokens = "[http.tokens]\nalice = { token = 'env:ALICE_TOKEN', policy = 'technician' }\nbob = 'env:BOB_TOKEN'\n";
    home.write("config.toml", &format!("{tokens}{sections}"));
    let mut command = api.command(home, &["serve"]);
    Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN").env("ALICE_TOKEN", ALICE).env("BOB_TOKEN", BOB))
}

fn text(answer: &Value) -> String {
    answer["content"].to_string()
}

fn dispatch(session: &mut Session<'_>, method: &str, path: &str) -> Value {
    session.call("dispatch_api_operation", json!({ "method": method, "path": path, "validate": false }))
}

#[test]
fn a_token_is_served_what_its_policy_allows_and_another_everything() {
    let (api, home) = (Api::of(200, json!([{ "id": 1 }])), Home::indexed());
    let server = start(&api, &home);
    let (mut alice, mut bob) = (server.session("t", Some(ALICE)), server.session("t", Some(BOB)));

    let paths = |session: &mut Session<'_>| {
        let found = session.call("semantic_endpoint_locator", json!({ "query": "unpaid invoices", "max_results": 10 }));
        let hits = found["structuredContent"]["hits"].as_array().unwrap().clone();
        hits.iter().map(|hit| hit["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(paths(&mut alice).iter().all(|path| !path.starts_with("/finance")));
    assert!(paths(&mut bob)[0].starts_with("/finance"));
    let described = |session: &mut Session<'_>| {
        session.call("resolve_resource_metadata", json!({ "method": "GET", "path": "/finance/invoices" }))
    };
    assert!(text(&described(&mut alice)).contains("the policy `technician` forbids by its rule deny[0]"));
    assert_ne!(described(&mut bob)["isError"], true);

    let refused = dispatch(&mut alice, "GET", "/finance/invoices");
    assert!(text(&refused).contains("nothing was sent: the policy `technician`"), "{refused}");
    // In whatever form the path is written, and what no manifest has.
    for path in ["/Finance/invoices", "/finance/invoices/", "/finance/nosuch", "/%66inance/nosuch"] {
        assert_eq!(dispatch(&mut alice, "GET", path)["isError"], true, "{path}");
    }
    let raw = alice.call("send_unmediated_payload", json!({ "raw_request": "DELETE /service/tickets/5" }));
    assert!(text(&raw).contains("has no rule that allows DELETE"), "{raw}");
    let overriding = json!({ "method": "POST", "path": "/service/tickets", "data": { "summary": "x" }, "validate": false,
        "params": { "header:X-HTTP-Method-Override": "DELETE" } });
    assert_eq!(alice.call("dispatch_api_operation", overriding)["isError"], true);
    let names = json!({ "path": "/service/tickets", "for_each": { "path": "/finance/invoices" } });
    assert_eq!(alice.call("dispatch_api_operation", names)["isError"], true);
    assert!(api.lines().is_empty(), "{:?}", api.lines());

    assert_ne!(dispatch(&mut alice, "GET", "/service/tickets")["isError"], true);
    assert_ne!(dispatch(&mut bob, "GET", "/finance/invoices")["isError"], true);
    assert_eq!(api.lines().len(), 2);

    let flushed = alice.call("flush_rapid_recall_system", json!({}));
    assert!(text(&flushed).contains("does not let you"), "{flushed}");
    assert_ne!(bob.call("flush_rapid_recall_system", json!({}))["isError"], true);
    let page = |token: &str, path: &str| {
        let authorization = format!("Bearer {token}");
        server.send(HttpMethod::GET, path, &[("authorization", &authorization)], "")
    };
    assert_eq!(page(ALICE, "/api/v1/activity").status.as_u16(), 422);
    assert_eq!(page(BOB, "/api/v1/activity").status.as_u16(), 200);
    assert_eq!(page(ALICE, "/api/v1/operation?method=GET&path=/finance/invoices").status.as_u16(), 422);
    let hits = page(ALICE, "/api/v1/search?q=invoices").json();
    assert!(hits["hits"].as_array().unwrap().iter().all(|hit| !hit["path"].as_str().unwrap().starts_with("/finance")));
}

#[test]
fn rows_are_counted_where_the_route_that_counts_may_not_be_called() {
    let (api, home) = (Api::of(200, json!([{ "id": 1 }, { "id": 2 }])), Home::indexed());
    let tokens = "[http.tokens]\nalice = { token = 'env:ALICE_TOKEN', policy = 'board' }\n";
    home.write("config.toml", &format!("{tokens}[policies.board]\nallow = [{{ paths = ['/service/tickets'] }}]\n"));
    let mut command = api.command(&home, &["serve"]);
    let server = Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN").env("ALICE_TOKEN", ALICE));
    let mut alice = server.session("t", Some(ALICE));
    let count = json!({ "method": "GET", "path": "/service/tickets", "count": true });
    let counted = alice.call("dispatch_api_operation", count);
    assert_eq!(counted["structuredContent"]["result"], json!({ "count": 2 }), "{counted}");
    let lines = api.lines();
    assert!(lines.len() == 1 && !lines[0].contains("/count"), "{lines:?}");
}

#[test]
fn kept_calls_are_shown_to_whoever_may_make_them_and_changed_by_whoever_may_remove_them() {
    let (api, home) = (Api::of(200, json!([{ "id": 1 }])), Home::indexed());
    let server = start(&api, &home);
    let (mut alice, mut bob) = (server.session("t", Some(ALICE)), server.session("t", Some(BOB)));
    for (description, path) in
        [("invoices of the month", "/finance/invoices"), ("tickets of today", "/service/tickets")]
    {
        let kept = json!({ "description": description, "method": "GET", "path": path });
        assert_ne!(bob.call("cache_invocation_pattern", kept)["isError"], true, "{path}");
    }
    let shown = |session: &mut Session<'_>, asked: Value| {
        let listed = session.call("display_cached_invocations", asked)["structuredContent"].clone();
        let entries = listed["entries"].as_array().unwrap();
        let paths = entries.iter().map(|entry| entry["template"].as_str().unwrap().to_owned());
        (listed["total"].as_u64().unwrap(), paths.collect::<Vec<_>>())
    };
    let tickets = vec!["/service/tickets".to_owned()];
    for asked in [json!({}), json!({ "search_term": "of" })] {
        assert_eq!(shown(&mut alice, asked.clone()), (1, tickets.clone()), "{asked}");
        assert_eq!(shown(&mut bob, asked).1.len(), 2);
    }
    let edited = |token: &str| {
        let headers = [("authorization", &*format!("Bearer {token}")), ("content-type", "application/json")];
        let answer =
            server.send(HttpMethod::PATCH, "/api/v1/memory/2", &headers, r#"{"description":"tickets since dawn"}"#);
        (answer.status.as_u16(), answer.json().to_string())
    };
    let (status, told) = edited(ALICE);
    assert!(status == 422 && told.contains("nothing was changed: the policy `technician`"), "{status} {told}");
    assert_eq!(edited(BOB).0, 200);
}

#[test]
fn writes_go_by_the_policy_and_never_where_the_server_refuses_them() {
    let (api, home) = (Api::of(201, json!({ "id": 1 })), Home::indexed());
    let tokens = "[http.tokens]\nalice = { token = 'env:ALICE_TOKEN', policy = 'auditor' }\n\
                  bob = { token = 'env:BOB_TOKEN', policy = 'importer' }\n";
    let sections: String = POLICIES.iter().map(|(name, rules)| format!("[policies.{name}]\n{rules}\n")).collect();
    home.write("config.toml", &format!("{tokens}{sections}"));
    let ticket = json!({ "method": "POST", "path": "/service/tickets", "data": { "summary": "x" }, "validate": false });
    for (arguments, sent) in [(&["serve"][..], 1), (&["serve", "--read-only"], 0)] {
        let mut command = api.command(&home, arguments);
        let server =
            Running::start(command.env_remove("CW_ORCHESTRATOR_TOKEN").env("ALICE_TOKEN", ALICE).env("BOB_TOKEN", BOB));
        let before = api.lines().len();
        let (mut alice, mut bob) = (server.session("t", Some(ALICE)), server.session("t", Some(BOB)));
        let refused = alice.call("dispatch_api_operation", ticket.clone());
        assert_eq!(refused["isError"], true, "{refused}");
        if sent > 0 {
            assert!(text(&refused).contains("the policy `auditor` only reads"), "{refused}");
        }
        let tools = |session: &mut Session<'_>| {
            let tools = session.ask("tools/list", json!({})).message()["result"]["tools"].clone();
            let dispatch =
                tools.as_array().unwrap().iter().find(|tool| tool["name"] == "dispatch_api_operation").cloned();
            dispatch.unwrap()["annotations"]["readOnlyHint"].clone()
        };
        assert_eq!((tools(&mut alice), tools(&mut bob)), (json!(true), json!(sent == 0)));
        let made = bob.call("dispatch_api_operation", ticket.clone());
        assert_eq!(made["isError"] == true, sent == 0, "{made}");
        assert_eq!(api.lines().len() - before, sent);
    }
}

#[test]
fn a_person_is_told_what_a_token_may_do_and_by_which_rule() {
    let home = Home::indexed();
    let sections: String = POLICIES.iter().map(|(name, rules)| format!("[policies.{name}]\n{rules}\n")).collect();
    let tokens = "[http.tokens]\nalice = { token = 'env:ALICE_TOKEN', policy = 'technician' }\nbob = 'env:BOB_TOKEN'\n";
    home.write("config.toml", &format!("{tokens}{sections}"));
    let told = |method: &str, path: &str, name: &str| {
        let ran = home.run(&["policy", "explain", method, path, "--as", name]);
        (ran.code, ran.stdout + &ran.stderr)
    };
    let line = |text: &str| format!("{text}\n");
    assert_eq!(
        told("GET", "/finance/invoices/5", "alice"),
        (
            1,
            line(
                "`alice`, whose policy is `technician`, may not GET /finance/invoices/{id} by deny[0]. It is not found, \
                 described or called."
            )
        )
    );
    assert_eq!(
        told("patch", "/service/tickets/{id}", "technician"),
        (
            0,
            line(
                "the policy `technician` may PATCH /service/tickets/{id} by allow[1]. It changes data, and is sent once its \
                 user said yes."
            )
        )
    );
    assert_eq!(
        told("DELETE", "/nosuch/5", "bob"),
        (
            0,
            line(
                "`bob`, which has no policy, may DELETE /nosuch/5: no rule speaks against it. It takes data away, and is \
                 sent once its user said yes. No manifest has this operation."
            )
        )
    );
    let (code, wrong) = told("GET", "/service/tickets", "carol");
    assert!(
        code == 2 && wrong.contains("no token and no policy is called `carol`: the tokens are alice, bob"),
        "{wrong}"
    );
    let explained = home.run(&["policy", "explain", "GET", "/service/tickets", "--as", "importer", "--json"]).json();
    assert_eq!((&explained["allowed"], &explained["then"]), (&json!(false), &json!("refused")));
}
