//! What fast memory does inside a call and a search, over the real program.

use cw_orchestrator::search::Query;
use cw_orchestrator::service::Remember;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::client::Client;
use crate::util::Home;

const TICKETS: &str = "/service/tickets";
const OPEN: &str = "status/name='Open' and priority/name='Critical'";

fn save(client: &mut Client, arguments: Value) -> i64 {
    client.result("cache_invocation_pattern", arguments)["entry"]["id"].as_i64().unwrap()
}

fn critical(client: &mut Client) -> i64 {
    save(
        client,
        json!({ "path": TICKETS, "method": "GET", "description": "Query for all critical open tickets", "params": { "conditions": OPEN } }),
    )
}

/// How often an entry was used since it was saved, which counts as once.
fn uses(client: &mut Client, id: i64) -> i64 {
    entry(client, id)["usage_count"].as_i64().unwrap() - 1
}

fn entry(client: &mut Client, id: i64) -> Value {
    let listed = client.result("display_cached_invocations", json!({}));
    listed["entries"].as_array().unwrap().iter().find(|entry| entry["id"] == id).unwrap().clone()
}

/// A question that says everything that the entry of [`critical`] holds.
const QUESTION: &str = "Which critical tickets are open?";

#[test]
fn a_bare_read_takes_an_entry_whole_where_the_question_says_all_of_it_and_says_so_first() {
    let (api, home) = (Api::of(200, json!([{ "id": 1 }])), Home::indexed());
    let mut client = api.client(&home, &[]);
    let id = critical(&mut client);
    let answer = client.dispatch(json!({ "path": TICKETS, "question": QUESTION }));
    assert_eq!(answer.as_object().unwrap().keys().next().unwrap(), "memory");
    let memory = &answer["memory"];
    assert_eq!((&memory["entry"], &memory["filled_in"]["params"]["conditions"]), (&json!(id), &json!(OPEN)));
    assert!(memory["without_it"].as_str().unwrap().contains("use_memory"));
    assert!(answer["keep"].is_null());
    assert_eq!(uses(&mut client, id), 1);

    // Asked without a question, with another one, without memory, with a parameter of its own, or for all pages: sent as given.
    for arguments in [
        json!({ "path": TICKETS }),
        json!({ "path": TICKETS, "question": "Which tickets are open?" }),
        json!({ "path": TICKETS, "question": "Which critical tickets are closed?" }),
        json!({ "path": TICKETS, "question": "Which critical tickets of Contoso are open?" }),
        json!({ "path": TICKETS, "question": QUESTION, "use_memory": false }),
        json!({ "path": TICKETS, "question": QUESTION, "params": { "pageSize": 5 } }),
        json!({ "path": format!("{TICKETS}?pageSize=5"), "question": QUESTION }),
        json!({ "path": TICKETS, "question": QUESTION, "all_pages": true }),
    ] {
        let answer = client.dispatch(arguments.clone());
        assert!(answer["memory"].is_null(), "{arguments}");
    }
    let asked: Vec<Option<String>> =
        api.arrived().iter().map(|one| one.query("conditions").map(str::to_owned)).collect();
    assert_eq!(asked[0].as_deref(), Some(OPEN));
    assert!(asked[1..].iter().all(Option::is_none), "{asked:?}");
    assert_eq!(uses(&mut client, id), 1);
}

#[test]
fn the_command_line_fills_in_only_when_it_is_told_to_and_then_the_output_says_so() {
    let (api, home) = (Api::of(200, json!([{ "id": 1 }])), Home::indexed());
    let filter = "conditions=company/identifier='ACME' and closedFlag=false";
    let save = ["memory", "save", "GET", TICKETS, "--description", "open tickets of ACME", "--param", filter];
    api.run(&home, &[&save[..], &["--param", "pageSize=3"]].concat()).ok();
    let bare = api.run(&home, &["call", "GET", TICKETS]).ok();
    assert_eq!(api.one().query, []);
    assert!(!format!("{}{}", bare.stdout, bare.stderr).contains("ACME"), "{} {}", bare.stdout, bare.stderr);
    let filled = api.run(&home, &["call", "GET", TICKETS, "--use-memory"]).ok().json();
    assert_eq!(filled["memory"]["filled_in"]["params"]["pageSize"], "3");
    assert!(filled["memory"]["without_it"].as_str().unwrap().contains("without --use-memory"), "{filled}");
    assert_eq!(filled["result"], json!([{ "id": 1 }]));
    assert_eq!(api.arrived()[1].query("conditions"), filter.split_once('=').map(|(_, filter)| filter));
    // Another customer's tickets by the same entry.
    let other = ["call", "GET", TICKETS, "--entry", "1", "--slot", "company_identifier=Contoso"];
    api.run(&home, &other).ok();
    let asked = "company/identifier='Contoso' and closedFlag=false";
    assert_eq!(api.arrived()[2].query("conditions"), Some(asked));
    for (value, told) in
        [("company_identifier=<company_identifier>", "company_identifier"), ("nope=1", "company_identifier")]
    {
        let refused = api.run(&home, &["call", "GET", TICKETS, "--entry", "1", "--slot", value]);
        assert!(refused.code == 2 && refused.stderr.contains(told), "{}", refused.stderr);
    }
    assert_eq!(api.arrived().len(), 3);
}

#[test]
fn the_same_call_given_in_full_counts_as_a_use() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let mut client = api.client(&home, &[]);
    let id = critical(&mut client);
    let answer = client.dispatch(json!({ "path": TICKETS, "params": { "conditions": OPEN, "page": 3 } }));
    assert!(answer["keep"].is_null() && answer["memory"].is_null());
    assert_eq!(uses(&mut client, id), 1);
}

#[test]
fn a_write_never_takes_a_body_unasked_and_takes_it_when_its_entry_is_named() {
    let (api, home) = (Api::of(201, json!({ "id": 7 })), Home::indexed());
    let mut client = api.client(&home, &[]);
    let body = json!({ "summary": "Weekly check", "company": { "id": 55 }, "board": { "id": 10 } });
    let id = save(
        &mut client,
        json!({ "path": TICKETS, "method": "POST", "description": "Open the weekly check", "data": body }),
    );
    let refused = client.refused("dispatch_api_operation", json!({ "path": TICKETS, "method": "POST" }));
    assert!(
        refused.contains(&format!("`record_identifier` {id}")) && refused.contains("Open the weekly check"),
        "{refused}"
    );
    assert_eq!(api.lines().len(), 0);
    let answer = client.dispatch(json!({ "path": TICKETS, "method": "POST", "record_identifier": id }));
    assert_eq!((&answer["memory"]["entry"], &answer["memory"]["filled_in"]["data"]), (&json!(id), &body));
    assert_eq!(api.one().body, body);
    assert_eq!(uses(&mut client, id), 1);
    let other =
        client.refused("dispatch_api_operation", json!({ "path": "/company/companies", "record_identifier": id }));
    assert!(other.contains("POST /service/tickets"), "{other}");
    let none = client.refused("dispatch_api_operation", json!({ "path": TICKETS, "record_identifier": 999 }));
    assert!(none.contains("999") && none.contains("display_cached_invocations"), "{none}");
}

#[test]
fn slots_are_asked_for_and_filled_in() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let mut client = api.client(&home, &[]);
    let id = save(
        &mut client,
        json!({
            "path": "/service/tickets/48213/notes",
            "method": "GET",
            "description": "Notes of a ticket written since a day",
            "params": { "conditions": "text contains 'backup'" },
            "slots": ["parentId"],
        }),
    );
    let refused = client.refused(
        "dispatch_api_operation",
        json!({ "path": "/service/tickets/{parentId}/notes", "record_identifier": id }),
    );
    assert!(refused.contains("ticket_id") && refused.contains("48213"), "{refused}");
    for arguments in [
        json!({ "path": "/service/tickets/{parentId}/notes", "record_identifier": id, "slots": { "ticket_id": 7 } }),
        json!({ "path": "/service/tickets/{parentId}/notes", "record_identifier": id, "params": { "parentId": 7 } }),
        json!({ "path": "/service/tickets/7/notes", "record_identifier": id }),
    ] {
        client.dispatch(arguments);
    }
    assert_eq!(api.lines(), ["GET /service/tickets/7/notes"; 3]);
    assert!(api.arrived().iter().all(|one| one.query("conditions") == Some("text contains 'backup'")));
    // Whatever is not filled in takes no part in a call that names nothing.
    let answer = client.dispatch(json!({ "path": "/service/tickets/9/notes" }));
    assert!(answer["memory"].is_null());
    let lost = client.refused("dispatch_api_operation", json!({ "path": TICKETS, "slots": { "a": 1 } }));
    assert!(lost.contains("record_identifier"), "{lost}");
}

#[test]
fn a_call_that_fails_now_marks_its_entry_stale_and_one_that_works_again_clears_it() {
    let api = Api::answering(|request: &Request| match request.headers.get("x-none") {
        None if request.url.query().is_some_and(|query| query.contains("Critical")) => {
            ResponseTemplate::new(400).set_body_json(json!({ "code": "ApiFindCondition", "message": "no such field" }))
        }
        _ => ResponseTemplate::new(200).set_body_json(json!([])),
    });
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let id = critical(&mut client);
    let refused = client.refused("dispatch_api_operation", json!({ "path": TICKETS, "question": QUESTION }));
    assert!(
        refused.contains("400") && refused.contains(&format!("Entry {id}")) && refused.contains("stale"),
        "{refused}"
    );
    let stale = entry(&mut client, id);
    assert_eq!(stale["usage_count"], 1);
    assert!(stale["stale"]["reason"].as_str().unwrap().contains("400"), "{stale}");
    // Not taken unasked any more.
    assert!(client.dispatch(json!({ "path": TICKETS, "question": QUESTION }))["memory"].is_null());
    assert_eq!(api.arrived().last().unwrap().query("conditions"), None);
}

#[test]
fn who_asks_and_when_makes_no_entry_stale() {
    for status in [401, 429] {
        let (api, home) = (Api::of(status, json!({ "message": "no" })), Home::indexed());
        home.write("config.toml", "attempts = 1\n");
        let mut client = api.client(&home, &[]);
        let id = critical(&mut client);
        let refused = client.refused("dispatch_api_operation", json!({ "path": TICKETS, "question": QUESTION }));
        assert!(!refused.contains("stale"), "{status}: {refused}");
        assert!(entry(&mut client, id)["stale"].is_null());
    }
}

#[test]
fn what_memory_does_not_hold_is_proposed_once_an_hour_and_the_proposal_works() {
    let (api, home) = (Api::of(200, json!([{ "id": 1 }])), Home::indexed());
    let call =
        json!({ "path": TICKETS, "params": { "conditions": "company/id = 250 and closedFlag = false", "page": 2 } });
    let keep = {
        let mut client = api.client(&home, &[]);
        let keep = client.dispatch(call.clone())["keep"].clone();
        assert_eq!(keep, "keep-1");
        assert!(client.dispatch(call.clone())["keep"].is_null());
        let other = client.dispatch(json!({ "path": TICKETS, "params": { "conditions": "company/id = 251" } }));
        assert_eq!(other["keep"], "keep-2");
        assert!(
            client.dispatch(json!({ "path": TICKETS, "dry_run": true, "params": { "pageSize": 3 } }))["keep"].is_null()
        );
        client.result("cache_invocation_pattern", json!({ "keep": keep, "slots": [] }))["entry"].clone()
    };
    let description = keep["description"].as_str().unwrap();
    assert!(description.contains("tickets") && description.contains("company/id = "), "{description}");
    assert_eq!(keep["params"], json!({ "conditions": "company/id = 250 and closedFlag = false" }));
    // Another session of the same client is not asked again; what is kept is held.
    let mut client = api.client(&home, &[]);
    assert!(client.dispatch(call)["keep"].is_null());
    let id = keep["id"].as_i64().unwrap();
    client.dispatch(json!({ "path": TICKETS, "record_identifier": id }));
    assert_eq!(api.arrived().last().unwrap().query("conditions"), Some("company/id = 250 and closedFlag = false"));
    // Made once more by hand, and once from memory.
    assert_eq!(uses(&mut client, id), 2);
}

#[test]
fn what_came_to_nothing_is_not_proposed() {
    let rows = json!({ "path": TICKETS, "params": { "conditions": "id > 5" } });
    let count = json!({ "path": "/service/tickets/count", "params": { "conditions": "id > 5" } });
    for (call, nothing, something) in
        [(&rows, json!([]), json!([{ "id": 6 }])), (&count, json!({ "count": 0 }), json!({ "count": 1 }))]
    {
        for (answer, is_proposed) in [(nothing, false), (something, true)] {
            let (api, home) = (Api::of(200, answer), Home::indexed());
            assert_eq!(api.client(&home, &[]).dispatch(call.clone())["keep"].is_string(), is_proposed, "{call}");
        }
    }
    // A PATCH that the API answered and did not do.
    let change = json!({ "path": "/service/tickets/5", "method": "PATCH", "data": { "summary": "new" } });
    for (summary, is_proposed) in [("old", false), ("new", true)] {
        let (api, home) = (Api::of(200, json!({ "id": 5, "summary": summary })), Home::indexed());
        let answer = api.client(&home, &["--writes", "allow"]).dispatch(change.clone());
        assert_eq!(
            (answer["not_taken"].is_array(), answer["keep"].is_string()),
            (!is_proposed, is_proposed),
            "{answer}"
        );
    }
}

#[test]
fn a_deletion_and_a_secret_are_not_proposed() {
    let (api, home) = (Api::of(200, json!({})), Home::indexed());
    let mut client = api.client(&home, &["--writes", "allow"]);
    assert!(client.dispatch(json!({ "path": "/service/tickets/7", "method": "DELETE" }))["keep"].is_null());
    let body = json!({ "identifier": "x", "password": "hunter2hunter2" });
    let answer =
        client.dispatch(json!({ "path": "/system/members", "method": "POST", "data": body, "validate": false }));
    assert!(answer["keep"].is_null(), "{answer}");
}

#[test]
fn a_request_that_means_a_saved_one_finds_it_first_with_its_parameters() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let id = critical(&mut client);
    let ask = |client: &mut Client, more: Value| {
        let mut arguments =
            json!({ "query": "which critical tickets are still open", "max_results": 3, "explain": true });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.result("semantic_endpoint_locator", arguments)["hits"].clone()
    };
    let hits = ask(&mut client, json!({}));
    assert_eq!(hits.as_array().unwrap().len(), 3);
    assert_eq!((&hits[0]["remembered"]["entry"], &hits[0]["rank"]), (&json!(id), &json!(1)));
    assert_eq!(hits[0]["call"], json!({ "path": TICKETS, "method": "GET", "params": { "conditions": OPEN } }));
    let scores: Vec<f64> = hits.as_array().unwrap().iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    for without in [json!({ "use_memory": false }), json!({ "method": "POST" }), json!({ "domain": "time" })] {
        let hits = ask(&mut client, without.clone());
        assert!(hits.as_array().unwrap().iter().all(|hit| hit["remembered"].is_null()), "{without}");
    }
    let other = client.result("semantic_endpoint_locator", json!({ "query": "create a purchase order for a vendor" }));
    assert!(other["hits"][0]["remembered"].is_null());
}

#[test]
fn use_lifts_an_operation_and_says_so() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let mut client = api.client(&home, &[]);
    let query = json!({ "query": "notes", "max_results": 20, "explain": true });
    let share = |hits: &Value, path: &str| {
        let hit = hits
            .as_array()
            .unwrap()
            .iter()
            .find(|hit| hit["path"] == path && hit["method"] == "GET" && hit["remembered"].is_null());
        hit.map(|hit| (hit["score"].as_f64().unwrap(), hit["why"]["usage"].clone()))
    };
    let path = "/service/tickets/{parentId}/notes";
    let (before, _) = share(&client.result("semantic_endpoint_locator", query.clone())["hits"], path).unwrap();
    save(
        &mut client,
        json!({ "path": "/service/tickets/5/notes", "method": "GET", "description": "What was written on five" }),
    );
    for _ in 0..5 {
        client.dispatch(json!({ "path": "/service/tickets/5/notes" }));
    }
    let (after, usage) = share(&client.result("semantic_endpoint_locator", query.clone())["hits"], path).unwrap();
    assert!(after > before, "{after} {before}");
    assert!(usage.as_f64().unwrap() > 0.0);
    let mut plain = query;
    plain["use_memory"] = false.into();
    let (without, none) = share(&client.result("semantic_endpoint_locator", plain)["hits"], path).unwrap();
    assert!((without - before).abs() < 1e-6 && none.is_null());
}

/// The files that `cargo bench --bench memory` measures whole; the floors stand a little below what it shows.
#[test]
fn kept_calls_are_found_by_meaning_and_keep_quiet_otherwise() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/memory");
    let (mut first, mut quiet) = (0, 0);
    for file in ["reworded-office.jsonl", "reworded-service-desk.jsonl"] {
        let home = Home::indexed();
        let service = home.service();
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut ids = Vec::new();
        for saved in lines.iter().map(|line| &line["entry"]).filter(|entry| entry.is_object()) {
            let wish = Remember {
                method: saved["method"].as_str().unwrap().parse().unwrap(),
                path: saved["path"].as_str().unwrap().to_owned(),
                api: None,
                description: saved["description"].as_str().unwrap().to_owned(),
                params: saved["params"].as_object().cloned().unwrap_or_default(),
                data: saved.get("data").cloned(),
                slots: Vec::new(),
            };
            ids.push(service.remember(&wish).unwrap().entry.id);
        }
        let mut next = ids.into_iter();
        for line in &lines {
            let query = Query { text: line["request"].as_str().unwrap().to_owned(), limit: 5, ..Query::default() };
            let answer = service.find(&query).unwrap();
            // Before the operations, or behind the first of them with what the request does not say left open.
            let shown = answer.hits.iter().find_map(|hit| hit.remembered.as_ref()).map(|remembered| remembered.entry);
            match line["entry"].is_object() {
                true => first += usize::from(shown == next.next()),
                false => quiet += usize::from(shown.is_none()),
            }
        }
    }
    assert!(first >= 93 && quiet >= 70, "{first} of 120 first of those offered, {quiet} of 80 quiet");
}

#[test]
fn nothing_is_proposed_that_is_not_sent_or_will_be_gone() {
    let (api, home) = (Api::of(200, json!({ "id": 7 })), Home::indexed());
    // A credential is configured: one that is typed is sent by nobody, checked or not.
    let typed = ["call", "GET", "/service/tickets/7", "--no-validate", "--param", "header:clientId=evil", "--json"];
    let refused = api.run(&home, &typed);
    assert!(
        refused.code != 0 && refused.stdout.is_empty() && refused.stderr.contains("clientId"),
        "{}",
        refused.stderr
    );
    assert_eq!(api.lines(), Vec::<String>::new());

    // Text of a pipe is in the call itself, and a file of a pipe is not there again.
    let piped = |arguments: &[&str], text: &str| {
        let file = home.write("piped", text);
        let mut command = api.command(&home, arguments);
        let ran = crate::util::ran(command.stdin(std::fs::File::open(file).unwrap()).output().unwrap());
        ran.ok().json()
    };
    let change = ["call", "PATCH", "/service/tickets/7", "--data", "-", "--yes", "--json"];
    let keep = piped(&change, r#"{"company":{"id":250}}"#)["keep"].clone();
    assert_eq!(keep["arguments"]["data"], json!({ "company": { "id": 250 } }));
    assert!(!keep["command"].as_str().unwrap().contains("--data -"), "{keep}");
    // The same record is not made again.
    let create = ["call", "POST", TICKETS, "--data", "-", "--yes", "--json"];
    assert!(piped(&create, r#"{"summary":"x","company":{"id":250}}"#)["keep"].is_null());
}

#[test]
fn a_write_that_is_answered_without_a_body_is_proposed() {
    let home = Home::indexed();
    let api = Api::answering(|_: &Request| ResponseTemplate::new(204));
    let patch = ["call", "PATCH", "/service/tickets/8", "--data", r#"{"summary":"x"}"#, "--yes", "--json"];
    let answer = api.run(&home, &patch).ok().json();
    assert_eq!(answer["keep"]["arguments"]["method"], "PATCH", "{answer}");
}
