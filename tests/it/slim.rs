//! Answers that are no longer than what they say: confirmations of writes, chosen fields, links, tables, and words for what can be kept.

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::client::Client;
use crate::util::Home;

const TICKETS: &str = "/service/tickets";

/// A ticket with everything that the API shows of one, about.
fn ticket() -> Value {
    let reference = |id: u32, name: &str| json!({ "id": id, "name": name, "_info": { "href": format!("https://example.test/{id}") } });
    let mut ticket = json!({
        "id": 4711, "summary": "Printer is offline", "recordType": "ServiceTicket", "board": reference(1, "Help Desk"),
        "status": reference(25, "Closed"), "priority": reference(4, "High"), "closedFlag": true,
        "closedDate": "2026-01-31T10:00:00Z", "closedBy": "ann", "actualHours": 1.5, "initialDescription": "x".repeat(900),
        "company": { "id": 55, "identifier": "acme", "name": "Acme Dental", "_info": { "href": "https://example.test/55" } },
        "_info": { "lastUpdated": "2026-01-31T10:00:00Z", "dateEntered": "2026-01-30T09:00:00Z", "notes_href": "https://example.test/n" },
    });
    for at in 0..60 {
        ticket[format!("field{at}")] = json!("a value of some length");
    }
    ticket
}

fn before() -> Value {
    let mut ticket = ticket();
    ticket["status"] = json!({ "id": 1, "name": "New" });
    ticket["closedFlag"] = json!(false);
    ticket.as_object_mut().unwrap().retain(|name, _| name != "closedBy" && name != "closedDate");
    ticket
}

/// Reads are answered with the open ticket, writes with the closed one.
fn desk() -> Api {
    Api::answering(|request: &Request| {
        let listed = match request.url.path().rsplit('/').next().unwrap_or_default() {
            "statuses" => Some(json!([{ "id": 25, "name": "Closed" }, { "id": 1, "name": "New" }])),
            "boards" => Some(json!([{ "id": 1, "name": "Help Desk" }])),
            "priorities" => Some(json!([{ "id": 4, "name": "High" }])),
            "companies" => Some(json!([{ "id": 55, "identifier": "acme", "name": "Acme Dental" }])),
            _ => None,
        };
        if let Some(rows) = listed {
            return ResponseTemplate::new(200).set_body_json(rows);
        }
        let (status, body) = match (request.method.as_str(), request.url.path().ends_with("/tickets")) {
            ("GET", true) => (200, Value::from(vec![before(); 30])),
            ("GET", false) => (200, before()),
            ("POST", _) => (201, ticket()),
            _ => (200, ticket()),
        };
        ResponseTemplate::new(status).set_body_json(body)
    })
}

fn length(answer: &Value) -> usize {
    answer.to_string().chars().count()
}

fn closing() -> Value {
    json!({ "path": "/service/tickets/4711", "method": "PATCH", "data": { "status": { "name": "Closed" } } })
}

fn read(client: &mut Client, arguments: Value) -> Value {
    client.result("read_stored_result", arguments)
}

#[test]
fn a_change_is_confirmed_by_what_was_written_and_the_rest_can_be_had() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = api.client(&home, &["--writes", "allow"]);
    let answer = client.dispatch(closing());
    assert!(length(&answer) <= 400, "{} {answer}", length(&answer));
    assert_eq!(answer["result"], json!({ "id": 4711, "status": { "id": 25, "name": "Closed" } }), "{answer}");
    assert!(answer["request"].is_null() && answer["also_changed"].is_null(), "{answer}");
    let whole = read(
        &mut client,
        json!({ "handle": answer["stored_result"]["handle"], "fields": ["initialDescription", "_info"] }),
    );
    assert_eq!(whole["rows"], json!([{ "initialDescription": "x".repeat(900), "_info": ticket()["_info"] }]));
    // Whoever asks for everything is shown it, with the request.
    let mut call = closing();
    call["return"] = json!("full");
    let full = client.dispatch(call);
    assert_eq!((&full["result"], &full["request"]["method"]), (&ticket(), &json!("PATCH")));
}

#[test]
fn what_else_changed_is_told_where_the_client_was_shown_the_record_before() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = api.client(&home, &["--writes", "allow"]);
    client.dispatch(json!({ "path": "/service/tickets/4711" }));
    let answer = client.dispatch(closing());
    let changed = json!({ "closedFlag": true, "closedDate": "2026-01-31T10:00:00Z", "closedBy": "ann" });
    assert_eq!(answer["also_changed"], changed, "{answer}");
    assert!(length(&answer) <= 500, "{} {answer}", length(&answer));
    // The answer to a write is what is known from then on, and nobody else's.
    assert!(client.dispatch(closing())["also_changed"].is_null());
}

#[test]
fn a_new_record_is_confirmed_by_what_was_written() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = api.client(&home, &["--writes", "allow"]);
    let data = json!({
        "summary": "Printer is offline", "board": { "name": "Help Desk" }, "company": { "identifier": "acme" },
        "priority": { "name": "High" }, "initialDescription": "x".repeat(900),
    });
    let answer = client.dispatch(json!({ "path": TICKETS, "method": "POST", "data": data }));
    assert!(length(&answer) <= 600, "{} {answer}", length(&answer));
    assert_eq!((&answer["result"]["id"], &answer["result"]["company"]["name"]), (&json!(4711), &json!("Acme Dental")));
    assert_eq!((&answer["as_sent"], &answer["keep"]), (&json!(["initialDescription"]), &Value::Null), "{answer}");
}

#[test]
fn fields_are_taken_of_every_answer_whatever_the_api_does_with_them() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = api.client(&home, &["--writes", "allow"]);
    let picked = json!({ "id": 4711, "board": { "name": "Help Desk" } });
    for arguments in [json!({ "fields": ["id", "board/name"] }), json!({ "params": { "fields": "id,board/name" } })] {
        for mut call in [json!({ "path": "/service/tickets/4711" }), closing()] {
            call.as_object_mut().unwrap().extend(arguments.as_object().unwrap().clone());
            assert_eq!(client.dispatch(call.clone())["result"], picked, "{call}");
        }
    }
    // The API is asked for them where it can be, and for what it keeps beside its records.
    let arrived = api.arrived();
    // What looks a name up asks for what it needs.
    let own = arrived
        .iter()
        .filter(|arrived| arrived.path == "/service/tickets/4711" && arrived.query("fields") != Some("board"));
    let asked: Vec<(String, String)> = own.flat_map(|arrived| arrived.query.clone()).collect();
    assert_eq!(asked, vec![("fields".to_owned(), "id,board/name".to_owned()); 2]);
    let dated = client.dispatch(json!({ "path": "/service/tickets/4711", "fields": ["id", "dateEntered"] }));
    assert_eq!(dated["result"], json!({ "id": 4711, "dateEntered": "2026-01-30T09:00:00Z" }));
    assert!(api.arrived().last().unwrap().query("fields").unwrap().contains("_info"));
    let count = client.dispatch(json!({ "path": "/service/tickets/4711", "fields": ["id", "closedBy"] }));
    assert!(count["notes"].to_string().contains("closedBy"), "{count}");
}

#[test]
fn links_are_left_out_with_a_word_and_dates_stay() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = api.client(&home, &[]);
    let answer = client.dispatch(json!({ "path": "/service/tickets/4711" }));
    assert!(!answer["result"].to_string().contains("_info"), "{answer}");
    assert_eq!(answer["result"]["dateEntered"], "2026-01-30T09:00:00Z");
    assert!(answer["left_out"].as_str().unwrap().contains("_info"), "{answer}");
    let asked = client.dispatch(json!({ "path": "/service/tickets/4711", "return": "full" }));
    assert_eq!(asked["result"], before());
    let asked = client.dispatch(json!({ "path": "/service/tickets/4711", "fields": ["_info/notes_href"] }));
    assert_eq!(asked["result"], json!({ "_info": { "notes_href": "https://example.test/n" } }));
}

#[test]
fn a_long_flat_list_is_a_table_with_every_row_reachable() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = api.client(&home, &[]);
    let short = json!({ "path": TICKETS, "fields": ["id", "status/name", "closedFlag"] });
    let answer = client.dispatch(short.clone());
    assert_eq!(answer["result"]["columns"], json!(["id", "status/name", "closedFlag"]), "{answer}");
    assert_eq!((&answer["result"]["rows"][29], &answer["rows"]), (&json!([4711, "New", false]), &json!(30)));
    let listed = client.dispatch(json!({ "path": TICKETS, "fields": ["id", "status/name"], "return": "full" }));
    assert_eq!(listed["result"][29], json!({ "id": 4711, "status": { "name": "New" } }));
    // What is too large for one answer goes on where it ended.
    let large = client.dispatch(json!({ "path": TICKETS }));
    let (stored, shown) = (&large["stored_result"], large["rows_shown"].as_u64().unwrap());
    assert_eq!(large["result"]["rows"].as_array().map(Vec::len), Some(shown as usize), "{shown}");
    assert_eq!(stored["next_offset"], shown);
    let rest = read(&mut client, json!({ "handle": stored["handle"], "offset": shown, "limit": 100 }));
    assert!(rest["left_out"].as_str().unwrap().contains("_info"), "{}", rest["left_out"]);
}

#[test]
fn a_call_is_kept_by_one_word_with_its_values_left_open() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = api.client(&home, &["--writes", "allow"]);
    let of = |company: &str| json!({ "path": TICKETS, "fields": ["id"], "params": { "conditions": format!("company/name = \"{company}\" and closedFlag = false") } });
    let word = client.dispatch(of("Acme Dental"))["keep"].clone();
    assert_eq!(word, "keep-1");
    // The same with another value is nothing new, nor is a change of another record.
    assert!(client.dispatch(of("Contoso"))["keep"].is_null());
    assert!(client.dispatch(closing())["keep"].is_string());
    let other = json!({ "path": "/service/tickets/9", "method": "PATCH", "data": { "status": { "name": "New" } } });
    assert!(client.dispatch(other)["keep"].is_null());
    let saved = client.result("cache_invocation_pattern", json!({ "keep": word }));
    assert_eq!(saved["entry"]["slots"][0]["name"], "company_name", "{saved}");
    assert!(saved["entry"]["description"].as_str().unwrap().contains("company/name"), "{saved}");
    let id = saved["entry"]["id"].clone();
    client.dispatch(json!({ "path": TICKETS, "record_identifier": id, "slots": { "company_name": "Fabrikam" } }));
    assert!(api.arrived().last().unwrap().query("conditions").unwrap().contains("Fabrikam"));
    assert!(client.refused("cache_invocation_pattern", json!({ "keep": "keep-99" })).contains("keep-99"));
    assert!(client.refused("cache_invocation_pattern", json!({ "path": TICKETS })).contains("method"));
}

/// A weighted look at what an agent reads to find and understand an operation: the judged requests of an MSP's day.
const REQUESTS: [&str; 12] = [
    "list open tickets with high priority on the Help Desk board",
    "create a ticket for a company",
    "close a ticket",
    "add a note to a ticket",
    "log two hours of work on a ticket",
    "which tickets were created last week",
    "find a company by name",
    "get the contacts of a company",
    "update the phone number of a contact",
    "list configurations of a company whose warranty expires",
    "how many open tickets are there",
    "schedule a technician for a ticket",
];

#[test]
fn a_search_is_short_and_says_what_the_first_operation_takes() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let mut lengths = Vec::new();
    for query in REQUESTS {
        let found = client.result("semantic_endpoint_locator", json!({ "query": query }));
        let hits = found["hits"].as_array().unwrap();
        assert_eq!(hits.len(), 3, "{query}");
        assert!(
            hits.iter().all(|hit| hit["why"].is_null() && hit["score"].is_null() && hit["call"].is_object()),
            "{found}"
        );
        assert!(hits[0]["takes"].is_object() && hits[1]["takes"].is_null(), "{found}");
        lengths.push(length(&found));
    }
    lengths.sort_unstable();
    assert!(lengths[6] <= 1_800 && lengths[11] <= 3_600, "{lengths:?}");
    let explained = client.result("semantic_endpoint_locator", json!({ "query": "close a ticket", "explain": true }));
    assert!(explained["hits"][0]["why"].is_object() && explained["hits"][0]["rank"] == 1, "{explained}");
}

#[test]
fn a_hit_has_what_its_request_speaks_of_and_an_example_that_is_taken() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = api.client(&home, &["--writes", "allow"]);
    let mut ask = |query: &str, method: &str| {
        client.result("semantic_endpoint_locator", json!({ "query": query, "method": method }))["hits"][0].clone()
    };
    let list = ask("service tickets created last week with high severity on the help desk board", "GET");
    assert_eq!((&list["path"], &list["count"]), (&json!(TICKETS), &json!("/service/tickets/count")), "{list}");
    let filters = list["takes"]["filters"].to_string();
    for name in ["board -> /service/boards", "dateEntered", "severity: Low | Medium | High"] {
        assert!(filters.contains(name), "{name}: {list}");
    }
    assert!(list["takes"]["more"].as_str().unwrap().contains("fields to filter by"), "{list}");
    for (request, priority) in
        [("set the priority of a service ticket", "<priority>"), ("set a service ticket to high priority", "high")]
    {
        let change = ask(request, "PATCH");
        assert_eq!(change["path"], "/service/tickets/{id}", "{request}: {change}");
        assert_eq!(change["call"]["data"]["priority"], json!({ "name": priority }), "{request}: {change}");
    }
    let create = ask("create a service ticket", "POST");
    assert_eq!(create["path"], TICKETS, "{create}");
    assert!(create["takes"]["required"].to_string().contains("company"), "{create}");
    assert_eq!(create["call"]["data"]["summary"], "<summary>", "{create}");
    // The example is one that the program and the API take.
    let example = list["takes"]["example"]["conditions"].clone();
    let answer = client.dispatch(json!({ "path": TICKETS, "params": { "conditions": example }, "dry_run": true }));
    assert!(answer["notes"].is_null(), "{answer}");
}

#[test]
fn a_ready_call_has_what_its_request_says_without_a_doubt_and_from_which_words() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = api.client(&home, &["--writes", "allow"]);
    let mut ask = |query: &str, method: &str| {
        client.result("semantic_endpoint_locator", json!({ "query": query, "method": method }))["hits"][0].clone()
    };
    let list = ask("unresolved service tickets with high severity entered in January 2026, of Contoso", "GET");
    let filter = list["call"]["params"]["conditions"].clone();
    let january = "dateEntered >= [2026-01-01T00:00:00Z] and dateEntered < [2026-02-01T00:00:00Z]";
    assert_eq!(filter, format!("{january} and severity = \"High\" and closedFlag = false"), "{list}");
    assert_eq!(list["takes"]["drafted"]["closedFlag = false"], "unresolved", "{list}");
    assert_eq!(list["takes"]["drafted"]["severity = \"High\""], "high severity", "{list}");
    assert_eq!(list["takes"]["not_used"], json!(["Contoso"]), "{list}");
    let change = ask("set the status of service ticket 4711 to 'Waiting on parts'", "PATCH");
    assert_eq!(change["call"]["params"], json!({ "id": 4711 }), "{change}");
    assert_eq!(change["call"]["data"], json!({ "status": { "name": "Waiting on parts" } }), "{change}");
    let notes = ask("notes of ticket 4711", "GET");
    assert_eq!(notes["call"]["params"], json!({ "parentId": 4711 }), "{notes}");
    let plain = ask("service tickets by company", "GET");
    assert!(plain["takes"]["drafted"].is_null() && plain["takes"]["not_used"].is_null(), "{plain}");
    let taken = client.dispatch(json!({ "path": TICKETS, "params": { "conditions": filter }, "dry_run": true }));
    assert!(taken["notes"].is_null(), "{taken}");
}

#[test]
fn an_operation_is_told_in_short_and_every_part_of_it_in_full() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let mut of = |more: Value| {
        let mut arguments = json!({ "path": "/service/tickets/5", "method": "PATCH" });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.result("resolve_resource_metadata", arguments)
    };
    let short = of(json!({}));
    assert!(length(&short) <= 3_600, "{}", length(&short));
    assert_eq!(short["answer"], "Ticket, as the body");
    assert!(short["body"]["dates"].as_str().unwrap().contains("requiredDate"), "{short}");
    assert!(!short["body"].to_string().contains("_info"), "{short}");
    let request = of(json!({ "part": "request" }));
    assert!(request["body"].as_array().unwrap().len() > 60, "{request}");
    let about = of(json!({ "about": "who it is assigned to" }));
    assert!(about["body"].to_string().contains("owner = "), "{about}");
    assert!(about["body"].as_array().unwrap().len() < 20, "{about}");
    assert!(of(json!({ "part": "schema" }))["request_body"]["schema"].is_object());
    assert!(of(json!({ "part": "response" }))["answer"].as_array().unwrap().len() > 60);
    let list = json!({ "path": TICKETS, "method": "GET" });
    let filters =
        client.result("resolve_resource_metadata", json!({ "path": TICKETS, "part": "filters", "about": "created" }));
    assert!(filters["filters"].to_string().contains("dateEntered = date"), "{filters}");
    let listed = client.result("resolve_resource_metadata", list);
    assert!(length(&listed) <= 3_600 && listed["answer"].as_str().unwrap().contains("`filters`"), "{listed}");
    assert!(client.refused("resolve_resource_metadata", json!({ "path": TICKETS, "part": "all" })).contains("schema"));
}
