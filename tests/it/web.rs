//! The page and its routes over HTTP: who may ask, what is answered, and what a browser is told.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::{Api, BASE};
use crate::for_each::Desk;
use crate::http_client::{Answer, Running};
use crate::util::Home;

const TOKEN: &str = "page-canary-0123456789abcdef-0123456789";
const SENDS_JSON: (&str, &str) = ("content-type", "application/json");

fn start(home: &Home, arguments: &[&str]) -> Running {
    Running::start(home.command(&[&["serve", "--no-build"], arguments].concat()).env_remove("CW_ORCHESTRATOR_TOKEN"))
}

fn get(server: &Running, path: &str) -> Answer {
    server.send(Method::GET, path, &[], "")
}

fn call(server: &Running, body: Value) -> Answer {
    server.send(Method::POST, "/api/v1/call", &[SENDS_JSON], body.to_string())
}

#[test]
fn the_page_is_one_document_that_a_browser_may_put_nothing_into() {
    let home = Home::indexed();
    let server = start(&home, &[]);
    let page = get(&server, "/");
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    for part in ["default-src 'none'", "script-src 'sha256-", "frame-ancestors 'none'", "form-action 'none'"] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!((page.header("x-content-type-options"), page.header("x-frame-options")), ("nosniff", "DENY"));
    assert!(page.body.len() < 150_000, "{}", page.body.len());
    assert_eq!(server.send(Method::POST, "/", &[], "").status.as_u16(), 405);
    for (name, value) in [("host", "evil.example"), ("origin", "https://evil.example")] {
        for path in ["/", "/api/v1/catalogue"] {
            assert_eq!(server.send(Method::GET, path, &[(name, value)], "").status.as_u16(), 403, "{name} {path}");
        }
    }
}

#[test]
fn its_routes_are_those_that_it_describes_and_the_index_reads_the_description() {
    let home = Home::indexed();
    let server = start(&home, &[]);
    let described = get(&server, "/api/v1/openapi.json").json();
    let paths: BTreeSet<&String> = described["paths"].as_object().unwrap().keys().collect();
    assert!(paths.len() >= 8, "{paths:?}");
    for path in paths {
        let operation = described["paths"][path].as_object().unwrap();
        let filled = format!("/api/v1{}", path.replace("{handle}", "nosuch").replace("{id}", "987654"));
        for method in ["GET", "POST", "PATCH", "DELETE"] {
            let answer = server.send(method.parse().unwrap(), &filled, &[SENDS_JSON], "{}");
            let is_there = operation.contains_key(&method.to_lowercase());
            assert_eq!(answer.status.as_u16() != 405, is_there, "{method} {path}: {answer:?}");
            assert!(is_there || !answer.header("allow").is_empty(), "{answer:?}");
        }
    }
    let own = Home::empty();
    own.write("own.json", &described.to_string());
    own.run(&["index", "build", "--manifest", own.path().join("own.json").to_str().unwrap(), "-q"]).ok();
    let found = own.run(&["search", "find", "operations", "by", "a", "sentence", "--mode", "keyword", "--json"]).ok();
    let paths: Vec<Value> = found.json()["hits"].as_array().unwrap().iter().map(|hit| hit["path"].clone()).collect();
    assert!(paths.contains(&json!("/search")), "{paths:?}");
}

#[test]
fn what_is_asked_wrongly_is_told_so() {
    let home = Home::indexed();
    let server = start(&home, &[]);
    for (path, status, says) in [
        ("/api/v1/search", 400, "q is missing"),
        ("/api/v1/search?q=x&limits=5", 400, "it takes q, limit"),
        ("/api/v1/search?q=x&q=y", 400, "given twice"),
        ("/api/v1/search?q=x&mode=magic", 400, "hybrid, semantic or keyword"),
        ("/api/v1/operation?path=/service/ticketz&method=GET", 404, "/service/tickets"),
        ("/api/v1/results/nosuch", 404, "make the call again"),
        ("/api/v1/operations", 400, "domain is missing"),
        ("/api/v1/nothing", 404, "openapi.json"),
        ("/api/v2/search", 404, "a page for people"),
    ] {
        let answer = get(&server, path);
        assert!(answer.status.as_u16() == status && answer.body.contains(says), "{path}: {answer:?}");
    }
    for (body, says) in [
        ("{", "cannot be read"),
        (r#"{"method":"GET"}"#, "path"),
        (r#"{"path":"/x","method":"GET","pat":1}"#, "pat"),
        (r#"{"path":"/x","method":"GOT"}"#, "GOT"),
    ] {
        let answer = server.send(Method::POST, "/api/v1/call", &[SENDS_JSON], body);
        assert!(answer.status.as_u16() == 400 && answer.body.contains(says), "{body}: {answer:?}");
    }
    // A form of another site's page cannot say that it sends JSON.
    let form = [("content-type", "text/plain")];
    let answer = server.send(Method::POST, "/api/v1/call", &form, r#"{"path":"/service/tickets","method":"GET"}"#);
    assert!(answer.status.as_u16() == 400 && answer.body.contains("Content-Type"), "{answer:?}");
}

#[test]
fn operations_are_found_described_and_called_and_a_write_is_shown_first() {
    let (api, home) = (Api::of(200, json!({ "id": 5, "summary": "<b>new</b>" })), Home::indexed());
    let server = Running::start(api.command(&home, &["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    let found = get(&server, "/api/v1/search?q=open+tickets&limit=3").json();
    assert_eq!((found["hits"].as_array().unwrap().len(), &found["hits"][0]["path"]), (3, &json!("/service/tickets")));
    assert!(!found["hits"][0]["why"]["signals"].as_object().unwrap().is_empty(), "{found}");
    let told = get(&server, "/api/v1/operation?path=/service/tickets/5&method=DELETE").json();
    assert_eq!(told["operation"]["path"], "/service/tickets/{id}", "{told}");
    assert!(told["command"].as_str().unwrap().starts_with("cw-orchestrator call DELETE"), "{told}");

    let deletion = json!({ "method": "DELETE", "path": "/service/tickets/5" });
    let shown = call(&server, deletion.clone()).json();
    assert_eq!((&shown["sent"], api.arrived().len()), (&json!(false), 0), "{shown}");
    let mut confirmed = deletion.clone();
    confirmed["confirmation"] = shown["confirmation"].clone();
    assert_eq!(call(&server, confirmed.clone()).json()["status"], 200);
    // The record is read before, so that the deletion can be taken back.
    let methods = || api.arrived().into_iter().map(|request| request.method).collect::<Vec<_>>();
    assert_eq!(methods(), ["GET", "DELETE"]);
    // A confirmation holds once.
    let again = call(&server, confirmed);
    assert!(again.status.as_u16() == 422 && again.body.contains("confirmation"), "{again:?}");
    assert_eq!(methods().len(), 2);
    let told = get(&server, "/api/v1/activity").json();
    let writes = &told["writes"];
    assert_eq!((&writes[0]["path"], &writes[0]["result"]), (&json!("/service/tickets/5"), &json!("200")), "{writes}");
    // Of the others: the preview, and the attempt with a confirmation that was used. The write itself is there once.
    let results: Vec<&Value> = told["reads"].as_array().unwrap().iter().map(|one| &one["result"]).collect();
    assert_eq!(results, ["refused", "shown"], "{told}");
    // What was wrong before there was a request, too.
    assert_eq!(call(&server, json!({ "path": "/service/tickets", "params": { "pageSiz": 5 } })).status.as_u16(), 422);
    let newest = get(&server, "/api/v1/activity").json()["reads"][0].clone();
    assert_eq!((&newest["path"], &newest["result"]), (&json!("/service/tickets"), &json!("refused")), "{newest}");
    assert!(told["reads"][0]["took_ms"].is_number() && told["reads"][0]["client"] == "page without token", "{told}");
    assert_eq!(api.arrived()[0].request.url.path(), format!("{BASE}/service/tickets/5"));
    let dry = call(&server, json!({ "method": "GET", "path": "/service/tickets", "dry_run": true })).json();
    assert!(!dry.to_string().contains(crate::api::PRIVATE), "{dry}");
}

#[test]
fn a_form_has_what_is_needed_first_and_parts_of_objects_by_path() {
    let home = Home::indexed();
    let server = start(&home, &[]);
    let form = |method: &str, path: &str| {
        let told = get(&server, &format!("/api/v1/operation?method={method}&path={path}")).json();
        told["form"].as_array().cloned().unwrap_or_else(|| panic!("{told}"))
    };
    let tickets = form("POST", "/service/tickets");
    let is_needed: Vec<bool> = tickets.iter().map(|field| field["required"] == true).collect();
    assert!(is_needed[0] && is_needed.is_sorted_by(|a, b| a >= b), "{is_needed:?}");
    let of = |fields: &[Value], path: &str| fields.iter().find(|field| field["path"] == path).cloned();
    let status = of(&tickets, "status").unwrap();
    assert_eq!((&status["reference"], &status["list"]), (&json!(true), &json!("/service/boards/{parentId}/statuses")));
    assert_eq!(of(&tickets, "requiredDate").unwrap()["format"], "date-time");
    assert!(of(&tickets, "severity").unwrap()["values"].as_array().unwrap().contains(&json!("High")));
    assert!(of(&tickets, "id").is_none() && of(&tickets, "_info").is_none() && of(&tickets, "status/id").is_none());
    let currency = tickets.iter().filter(|field| field["path"].as_str().unwrap().starts_with("currency/"));
    assert!(currency.count() > 3 && of(&tickets, "currency").is_none(), "{tickets:?}");
    // A change is written as the fields that it changes.
    let change = form("PATCH", "/service/tickets/5");
    assert!(of(&change, "summary").is_some() && of(&change, "op").is_none(), "{change:?}");
    assert!(form("GET", "/service/tickets").is_empty());
}

#[test]
fn a_domain_is_browsed_by_its_resources_and_a_wrong_name_is_told_the_right_one() {
    let home = Home::indexed();
    let server = start(&home, &[]);
    let told = get(&server, "/api/v1/operations?domain=/schedule").json();
    let listed = told["operations"].as_array().unwrap();
    assert_eq!((&told["domain"], &told["total"]), (&json!("schedule"), &json!(listed.len())));
    let counted = get(&server, "/api/v1/catalogue").json();
    let domain = counted["domains"].as_array().unwrap().iter().find(|one| one["name"] == "schedule").unwrap();
    let resources: BTreeSet<&str> = listed.iter().map(|one| one["resource"].as_str().unwrap()).collect();
    assert_eq!((&domain["operations"], &domain["resources"]), (&json!(listed.len()), &json!(resources.len())));
    assert!(listed.iter().any(|one| one["method"] == "GET" && one["path"] == "/schedule/entries"), "{told}");
    let wrong = get(&server, "/api/v1/operations?domain=shedule");
    assert!(wrong.status.is_client_error() && wrong.body.contains("schedule"), "{wrong:?}");
}

#[test]
fn fields_are_found_by_their_name_and_by_what_they_mean() {
    let home = Home::indexed();
    let server = start(&home, &[]);
    let found = |about: &str| {
        get(&server, &format!("/api/v1/fields?method=POST&path=/service/tickets&about={about}")).json()["body"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    };
    let names = |lines: &[Value]| -> Vec<String> {
        lines.iter().map(|line| line.as_str().unwrap().split([' ', '*']).next().unwrap().to_owned()).collect()
    };
    assert!(names(&found("severity")).contains(&"severity".to_owned()), "{:?}", found("severity"));
    // No field has a word of these.
    let meant = names(&found("deadline"));
    assert!(meant.contains(&"requiredDate".to_owned()), "{meant:?}");
    assert!(meant.len() < 40, "{meant:?}");
    let missing = get(&server, "/api/v1/fields?method=POST&path=/service/tickets");
    assert!(missing.status.as_u16() == 400 && missing.body.contains("about"), "{missing:?}");
}

#[test]
fn the_page_is_told_what_doctor_finds_and_a_token_only_how_each_area_stands() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let server = Running::start(api.command(&home, &["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    let told = get(&server, "/api/v1/doctor").json();
    let of = |told: &Value, area: &str| -> Vec<Value> {
        told["findings"].as_array().unwrap().iter().filter(|one| one["area"] == area).cloned().collect()
    };
    let by_command = api.run(&home, &["doctor", "--json"]).json();
    for area in ["index", "credentials", "host"] {
        assert!(!of(&told, area).is_empty() && of(&told, area) == of(&by_command, area), "{area}: {told}");
    }
    assert!(told["areas"].as_array().unwrap().contains(&json!({ "area": "index", "status": "ok" })), "{told}");
    assert!(!told.to_string().contains(crate::api::PRIVATE) && api.arrived().is_empty(), "{told}");
    let guarded = Running::start(home.command(&["serve", "--no-build"]).env("CW_ORCHESTRATOR_TOKEN", TOKEN));
    let bearer = format!("Bearer {TOKEN}");
    let told = guarded.send(Method::GET, "/api/v1/doctor", &[("authorization", &bearer)], "");
    assert!(told.json()["areas"].as_array().is_some_and(|areas| areas.len() > 4), "{told:?}");
    assert!(told.json().get("findings").is_none() && !told.body.contains(home.path().to_str().unwrap()), "{told:?}");
}

#[test]
fn warnings_of_manifests_are_listed_with_their_places() {
    let home = Home::empty();
    let manifest = json!({ "openapi": "3.0.0", "info": { "title": "faulty", "version": "1" }, "paths": {
        "things": { "get": { "responses": {} } },
        "/others": { "get": { "parameters": [{ "name": "q", "in": "nowhere" }], "responses": {} } },
    } });
    let file = home.write("faulty.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", file.to_str().unwrap(), "--api", "faulty", "-q"]).ok();
    let server = start(&home, &[]);
    let told = get(&server, "/api/v1/warnings").json();
    let warnings = told["warnings"].as_array().unwrap();
    assert!(warnings.len() >= 2 && told["total"] == warnings.len(), "{told}");
    let at = |pointer: &str| warnings.iter().find(|one| one["pointer"].as_str().unwrap().starts_with(pointer)).cloned();
    let slash = at("/paths/things").unwrap_or_else(|| panic!("{told}"));
    assert_eq!((&slash["api"], &slash["code"]), (&json!("faulty"), &json!("path-leading-slash")), "{told}");
    assert!(at("/paths/~1others/get/parameters/0").is_some(), "{told}");
    let only = get(&server, "/api/v1/warnings?code=path-leading-slash&limit=1").json();
    assert_eq!((&only["total"], &only["warnings"][0]), (&json!(1), &slash), "{only}");
    assert_eq!(only["codes"], told["codes"]);
    assert_eq!(get(&server, "/api/v1/warnings?offset=99").json()["warnings"], json!([]));
    assert_eq!(get(&server, "/api/v1/warnings?api=other").json()["total"], 0);
}

#[test]
fn names_are_suggested_from_the_list_that_has_them_and_within_what_they_belong_to() {
    let statuses = json!([{ "id": 1, "name": "New" }, { "id": 2, "name": "Not new" }, { "id": 3, "name": "Closed", "inactive": true }]);
    let (api, home) = (Api::of(200, statuses), Home::indexed());
    let server = Running::start(api.command(&home, &["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    let ask = |data: Value, text: &str| {
        let call = json!({ "method": "POST", "path": "/service/tickets", "data": data });
        let asked = json!({ "call": call, "field": "status", "text": text });
        server.send(Method::POST, "/api/v1/names", &[SENDS_JSON], asked.to_string()).json()
    };
    let unknown = ask(json!({}), "Ne");
    assert!(unknown["why"].as_str().unwrap().contains("board") && api.arrived().is_empty(), "{unknown}");
    let found = ask(json!({ "board": { "id": 10 }, "summary": "x" }), "Ne");
    let names: Vec<&str> =
        found["records"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names[..2], ["New", "Not new"], "{found}");
    assert_eq!(found["list"], "/service/boards/10/statuses");
    let paths: BTreeSet<String> = api.arrived().iter().map(|one| one.path.clone()).collect();
    assert_eq!(paths, BTreeSet::from(["/service/boards/10/statuses".to_owned()]));
    assert!(api.arrived().iter().all(|one| one.method == "GET"));
    // Nothing is written yet: all that there are.
    let all = ask(json!({ "board": { "id": 10 } }), "");
    assert_eq!((all["records"].as_array().unwrap().len(), &all["is_whole"]), (3, &json!(true)), "{all}");
    let none = json!({ "call": { "method": "POST", "path": "/service/tickets" }, "field": "summary", "text": "x" });
    let none = server.send(Method::POST, "/api/v1/names", &[SENDS_JSON], none.to_string()).json();
    assert!(none["why"].as_str().unwrap().contains("no list"), "{none}");
}

#[test]
fn a_kept_call_is_edited_and_its_slots_are_opened_and_closed() {
    let home = Home::indexed();
    let keep = [
        "memory",
        "save",
        "GET",
        "/service/tickets",
        "--description",
        "open",
        "--param",
        "conditions=company/id = 250",
    ];
    home.run(&keep).ok();
    let server = start(&home, &[]);
    let entry = || get(&server, "/api/v1/memory").json()["entries"][0].clone();
    let (id, could) = (entry()["id"].clone(), entry()["could_be_slots"][0]["name"].clone());
    let edit =
        |wish: Value| server.send(Method::PATCH, &format!("/api/v1/memory/{id}"), &[SENDS_JSON], wish.to_string());
    let edited = edit(json!({ "description": " of one company ", "slots": [could] })).json();
    assert_eq!((&edited["entry"]["id"], &edited["entry"]["description"]), (&id, &json!("of one company")), "{edited}");
    assert!(entry()["params"]["conditions"].as_str().unwrap().ends_with('}'), "{}", entry());
    let closed = edit(json!({ "slots": [] })).json();
    assert_eq!(closed["entry"]["params"]["conditions"], "company/id = 250", "{closed}");
    for (wish, status, says) in [
        (json!({ "description": "  " }), 400, "empty"),
        (json!({ "slots": ["nonsense"] }), 422, "nonsense"),
        (json!({ "path": "/x" }), 400, "path"),
    ] {
        let refused = edit(wish);
        assert!(refused.status.as_u16() == status && refused.body.contains(says), "{refused:?}");
    }
    let gone = server.send(Method::PATCH, "/api/v1/memory/987654", &[SENDS_JSON], r#"{"description":"x"}"#);
    assert_eq!(gone.status.as_u16(), 404, "{gone:?}");
}

#[test]
fn a_change_is_taken_back_once_it_was_shown() {
    let (desk, home) = (Desk::of([1]), Home::indexed());
    let server = Running::start(desk.api.command(&home, &["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    call(&server, json!({ "path": "/service/tickets/1" }));
    let change = json!({ "method": "PATCH", "path": "/service/tickets/1", "data": { "summary": "renamed" } });
    let id = call(&server, change).json()["undo"].clone();
    let listed = get(&server, "/api/v1/undo").json();
    assert_eq!((&listed["changes"][0]["id"], &listed["changes"][0]["cannot"]), (&id, &Value::Null), "{listed}");
    let told = json!([{ "record": 1, "fields": [{ "name": "summary", "was": "ticket 1", "is": "renamed" }] }]);
    assert_eq!(listed["changes"][0]["records"], told, "{listed}");
    assert!(listed["changes"][0]["at_s"].as_u64().is_some_and(|at_s| at_s > 1_700_000_000), "{listed}");
    let undo = |more: Value| server.send(Method::POST, "/api/v1/undo", &[SENDS_JSON], more.to_string());
    let shown = undo(json!({ "id": id, "dry_run": true })).json();
    assert_eq!((&shown["dry_run"], &desk.ticket(1)["summary"]), (&json!(true), &json!("renamed")), "{shown}");
    let undone = undo(json!({ "id": id }));
    assert_eq!(desk.ticket(1)["summary"], "ticket 1", "{undone:?}");
    let listed = get(&server, "/api/v1/undo").json();
    assert_eq!((&listed["changes"][0]["undoes"], &listed["changes"][1]["undone"]), (&id, &json!(1)), "{listed}");
    assert_eq!(undo(json!({ "id": 987_654 })).status.as_u16(), 400);
}

#[test]
fn a_change_of_a_record_that_nobody_looked_at_is_taken_back_too() {
    let (desk, home) = (Desk::of([1, 2]), Home::indexed());
    let server = Running::start(desk.api.command(&home, &["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    let change = json!({ "method": "PATCH", "path": "/service/tickets/2", "data": { "summary": "renamed" } });
    let id = call(&server, change.clone()).json()["undo"].clone();
    assert_eq!(desk.ticket(2)["summary"], "renamed");
    let undone = server.send(Method::POST, "/api/v1/undo", &[SENDS_JSON], json!({ "id": id }).to_string());
    assert_eq!(desk.ticket(2)["summary"], "ticket 2", "{undone:?}");
    // What is only shown reads nothing.
    let asked = desk.api.arrived().len();
    let mut shown = change;
    shown["dry_run"] = true.into();
    assert_eq!(call(&server, shown).status.as_u16(), 200);
    assert_eq!(desk.api.arrived().len(), asked);
}

#[test]
fn something_is_asked_of_rows_that_were_answered_and_nothing_is_sent_again() {
    let rows: Vec<Value> =
        (1..=6).map(|id| json!({ "id": id, "board": { "name": if id < 5 { "A" } else { "B" } } })).collect();
    let (api, home) = (Api::of(200, json!(rows)), Home::indexed());
    let server = Running::start(api.command(&home, &["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    let answer = call(&server, json!({ "path": "/service/tickets", "return": "full", "use_memory": false })).json();
    assert_eq!(answer["result"].as_array().unwrap().len(), 6, "{answer}");
    let handle = answer["handle"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    let sent = api.arrived().len();
    let made = |query: &str| get(&server, &format!("/api/v1/results/{handle}?{query}"));
    assert_eq!(made("select=map(.id)|add").json()["result"], 21);
    let groups = made("group_by=board/name&count=true&top=1").json();
    assert!(groups["result"].to_string().contains('A') && groups["of_rows"] == 6, "{groups}");
    for (wrong, says) in [("select=map(", "select"), ("count=many", "count"), ("select=.&sum=id", "two ways")] {
        let refused = made(wrong);
        assert!(refused.status.is_client_error() && refused.body.contains(says), "{wrong}: {refused:?}");
    }
    assert_eq!(api.arrived().len(), sent);
    assert_eq!(made("offset=5").json()["rows"].as_array().unwrap().len(), 1);
}

#[test]
fn rows_of_one_answer_have_one_shape_wherever_they_are_read() {
    let row = |id: usize| {
        json!({ "id": id, "summary": "x".repeat(400), "board": { "id": 1, "name": "Help Desk" }, "status": { "id": id, "name": "New" }, "_info": { "lastUpdated": "2026-01-01T00:00:00Z" },
                "owner": if id.is_multiple_of(2) { json!({ "id": 7, "identifier": "ann" }) } else { Value::Null } })
    };
    let rows: Vec<Value> = (1..=300).map(row).collect();
    let (api, home) = (Api::of(200, json!(rows)), Home::indexed());
    let server = Running::start(api.command(&home, &["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    let answer = call(&server, json!({ "path": "/service/tickets", "return": "full", "use_memory": false })).json();
    let mut read = answer["result"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
    assert!(read.len() < rows.len(), "all fit, so nothing is shown here");
    let handle = answer["stored_result"]["handle"].as_str().unwrap().to_owned();
    let (mut next, mut pages) = (answer["stored_result"]["next_offset"].as_u64(), 0);
    while let Some(offset) = next {
        let page = get(&server, &format!("/api/v1/results/{handle}?offset={offset}&limit=1000")).json();
        assert!(page.get("columns").is_none(), "{page}");
        read.extend(page["rows"].as_array().unwrap().clone());
        next = page["next_offset"].as_u64();
        pages += 1;
    }
    assert!(read == rows, "{} of {} rows, the last {}", read.len(), rows.len(), read[read.len() - 1]);
    // What a browser reads is not cut as small as what a model reads.
    assert_eq!(pages, 1);
}

#[test]
fn a_token_is_asked_for_and_sees_its_own_activity_alone() {
    let home = Home::indexed();
    home.write("logs/audit.jsonl", &{
        let line = |client: &str, write: &str| {
            json!({ "at_ms": 1, "write": write, "client": client, "api": "psa", "method": "POST", "path": "/x", "result": "201" }).to_string()
        };
        format!("{}\n{}\n", line("environment page", "1"), line("bob #1", "2"))
    });
    let server = Running::start(home.command(&["serve", "--no-build"]).env("CW_ORCHESTRATOR_TOKEN", TOKEN));
    assert_eq!(get(&server, "/").status.as_u16(), 200);
    for route in ["catalogue", "search?q=x", "memory", "activity", "openapi.json"] {
        let answer = get(&server, &format!("/api/v1/{route}"));
        assert!(answer.status.as_u16() == 401 && answer.body.contains("token"), "{route}: {answer:?}");
    }
    let bearer = format!("Bearer {TOKEN}");
    let own = server.send(Method::GET, "/api/v1/activity", &[("authorization", &bearer)], "").json();
    let writes = own["writes"].as_array().unwrap();
    assert!(writes.len() == 1 && writes[0]["client"] == "environment page", "{own}");
}
