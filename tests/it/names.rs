//! Names where ids belong: in bodies, paths and changes, over MCP and on the command line, looked up by the program itself.

use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Map, Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::{Api, BASE, settled};
use crate::client::Client;
use crate::util::{Home, ran};

const TICKETS: &str = "/service/tickets";

/// The records of each list.
fn records(path: &str) -> Option<Vec<Value>> {
    let status = |id: u32, name: &str| json!({ "id": id, "name": name });
    Some(match path {
        "/company/companies" => vec![
            json!({ "id": 1, "identifier": "AcmeDental", "name": "Acme Dental", "city": "Tampa" }),
            json!({ "id": 2, "identifier": "AcmeGroup", "name": "Acme Dental Group", "city": "Miami" }),
            json!({ "id": 3, "identifier": "Globex1", "name": "Globex", "city": "Lund" }),
            json!({ "id": 4, "identifier": "Globex2", "name": "Globex", "city": "Oslo", "deletedFlag": true }),
            json!({ "id": 5, "identifier": "Old", "name": "Old Mill", "deletedFlag": true }),
        ],
        "/service/boards" => vec![json!({ "id": 10, "name": "Help Desk" }), json!({ "id": 11, "name": "Alerts" })],
        "/service/boards/10/statuses" => {
            vec![status(100, "New"), status(101, "Waiting on Parts"), status(102, "Closed")]
        }
        "/service/boards/11/statuses" => vec![status(110, "Received"), status(111, "Closed")],
        "/service/priorities" => vec![json!({ "id": 7, "name": "Priority 1 - Critical" })],
        "/system/members" => vec![
            json!({ "id": 20, "identifier": "slee", "firstName": "Sam", "lastName": "Lee" }),
            json!({ "id": 21, "identifier": "sleek", "firstName": "Sam", "lastName": "Leek" }),
        ],
        "/company/contacts" => vec![
            json!({ "id": 30, "firstName": "Ann", "lastName": "Day", "company": { "id": 1, "name": "Acme Dental" } }),
            json!({ "id": 31, "firstName": "Ann", "lastName": "Day", "company": { "id": 2, "name": "Acme Dental Group" } }),
        ],
        "/company/companies/1/sites" => vec![json!({ "id": 40, "name": "Main" })],
        _ => return None,
    })
}

/// Whether a record passes the comparisons of a condition, joined with `or`, within one company where the condition says so.
fn passes(record: &Value, conditions: &str) -> bool {
    let mut rest = conditions;
    if let Some(within) = conditions.strip_prefix("company/id = ") {
        let (id, others) = within.split_once(" and ").unwrap_or((within, ""));
        let of = record["company"]["id"].to_string();
        if of != id {
            return false;
        }
        rest = others;
    }
    let one = |compared: &str| {
        let mut parts = compared.trim_matches(['(', ')', ' ']).splitn(3, ' ');
        let (name, operator, value) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let (own, value) =
            (record[name].as_str().unwrap_or("null").to_lowercase(), value.trim_matches('"').to_lowercase());
        if operator == "contains" { own.contains(&value) } else { own == value }
    };
    rest.is_empty() || rest.split(" or ").any(|term| term.split(" and ").all(one))
}

fn answered(request: &Request) -> ResponseTemplate {
    let path = request.url.path().strip_prefix(BASE).unwrap_or_default().to_owned();
    let query =
        |name: &str| request.url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    if request.method.as_str() != "GET" {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        if path == "/schedule/entries" && body["objectId"].is_null() {
            let error =
                json!({ "code": "MissingRequiredField", "message": "objectId is required.", "field": "objectId" });
            let refused =
                json!({ "code": "InvalidObject", "message": "scheduleEntry object is invalid", "errors": [error] });
            return ResponseTemplate::new(400).set_body_json(refused);
        }
        let mut record = json!({ "id": 500, "summary": "Printer" });
        let operations = body.as_array().into_iter().flatten();
        operations.for_each(|one| record[one["path"].as_str().unwrap()] = one["value"].clone());
        body.as_object().into_iter().flatten().for_each(|(name, value)| record[name] = value.clone());
        return ResponseTemplate::new(200).set_body_json(record);
    }
    if path == "/service/tickets/500" {
        let ticket = json!({ "id": 500, "board": { "id": 11, "name": "Alerts" }, "company": { "id": 1, "name": "Acme Dental" } });
        return ResponseTemplate::new(200).set_body_json(ticket);
    }
    if path == "/company/companies/1" {
        return ResponseTemplate::new(200).set_body_json(json!({ "id": 1, "name": "Acme Dental" }));
    }
    match records(&path) {
        Some(rows) => {
            let conditions = query("conditions").unwrap_or_default();
            let rows: Vec<Value> = rows.into_iter().filter(|row| passes(row, &conditions)).collect();
            ResponseTemplate::new(200).set_body_json(rows)
        }
        None => ResponseTemplate::new(404).set_body_json(json!({ "code": "NotFound", "message": "nothing is there" })),
    }
}

fn desk() -> Api {
    Api::answering(answered)
}

fn client(api: &Api, home: &Home) -> Client {
    api.client(home, &["--writes", "allow"])
}

fn new_ticket(fields: Value) -> Value {
    // The same ticket twice would be asked about.
    static MADE: AtomicU32 = AtomicU32::new(0);
    let mut data = json!({ "summary": format!("Printer {}", MADE.fetch_add(1, Ordering::Relaxed)) });
    data.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({ "path": TICKETS, "method": "POST", "data": data })
}

fn change(data: Value) -> Value {
    json!({ "path": "/service/tickets/500", "method": "PATCH", "data": data })
}

fn refused(client: &mut Client, call: Value) -> String {
    client.refused("dispatch_api_operation", call)
}

/// The body of the last write that arrived.
fn written(api: &Api) -> Value {
    api.arrived().into_iter().rev().find(|arrived| arrived.method != "GET").map_or(Value::Null, |arrived| arrived.body)
}

fn writes(api: &Api) -> usize {
    api.arrived().iter().filter(|arrived| arrived.method != "GET").count()
}

#[test]
fn a_reference_by_name_is_sent_by_its_id_in_whatever_form_it_was_given() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    for company in [
        json!("Acme Dental"),
        json!("  acme   dental "),
        json!("acmedental"),
        json!({ "name": "Acme Dental" }),
        json!({ "identifier": "AcmeDental" }),
        json!({ "name": "AcmeDental" }),
        json!({ "id": "Acme Dental" }),
    ] {
        let answer =
            client.dispatch(new_ticket(json!({ "company": company, "board": "Help Desk", "status": "Closed" })));
        let body = written(&api);
        let ids = [&body["company"], &body["board"], &body["status"]];
        assert_eq!(ids, [&json!({ "id": 1 }), &json!({ "id": 10 }), &json!({ "id": 102 })], "{company}: {answer}");
        assert_eq!(answer["resolved"][0], json!({ "at": "data.company", "name": "Acme Dental", "id": 1 }), "{answer}");
        assert_eq!(answer["resolved"][2]["id"], 102, "{answer}");
    }
}

#[test]
fn a_status_is_one_of_the_record_s_own_board_unless_the_change_names_another() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    let operation = |path: &str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
    for data in [
        json!({ "status": "Closed" }),
        json!({ "status": { "name": "closed" } }),
        json!({ "status/name": "Closed" }),
        operation("status", json!("Closed")),
        operation("status", json!({ "name": "Closed" })),
        operation("/status/name", json!("Closed")),
    ] {
        client.dispatch(change(data.clone()));
        assert_eq!(written(&api), operation("status", json!({ "id": 111 })), "{data}");
    }
    client.dispatch(change(json!({ "status": "Closed", "board": "Help Desk" })));
    let values: Vec<Value> = written(&api).as_array().unwrap().iter().map(|one| one["value"].clone()).collect();
    assert_eq!(values, [json!({ "id": 102 }), json!({ "id": 10 })]);
}

#[test]
fn contacts_and_sites_are_those_of_the_company() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    client.dispatch(new_ticket(json!({ "company": "Acme Dental", "contact": "Ann Day", "site": "main" })));
    let body = written(&api);
    assert_eq!([&body["contact"], &body["site"]], [&json!({ "id": 30 }), &json!({ "id": 40 })]);
    client.dispatch(change(json!({ "contact": "Ann Day" })));
    assert_eq!(written(&api)[0]["value"], json!({ "id": 30 }));
    // Without a company both are meant.
    let told = refused(
        &mut client,
        json!({ "path": "/sales/activities", "method": "POST", "data": {
        "name": "Call", "assignTo": "slee", "contact": "Ann Day",
    } }),
    );
    assert!(told.contains(r#"{"id":30}: Ann Day (Acme Dental)"#) && told.contains(r#"{"id":31}: "#), "{told}");
}

#[test]
fn several_of_a_name_are_asked_about_and_none_is_guessed() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    for (company, says) in [
        ("Globex", &[r#"{"id":3}: Globex (Globex1; Lund)"#, r#"{"id":4}: Globex (Globex2; Oslo; deleted)"#][..]),
        // A part of a name is no name.
        ("Acme", &[r#"{"id":1}: Acme Dental"#, r#"{"id":2}: Acme Dental Group"#]),
        ("Acme Dentel", &[r#"no `company` is called "Acme Dentel""#, r#"{"id":1}: Acme Dental"#]),
        ("Initech", &[r#"no `company` is called "Initech""#, "GET /company/companies"]),
    ] {
        let told = refused(&mut client, new_ticket(json!({ "company": company })));
        assert!(says.iter().all(|text| told.contains(text)), "{company}: {told}");
        assert!(told.contains("data.company"), "{told}");
    }
    assert_eq!(writes(&api), 0);
    let answer = client.dispatch(new_ticket(json!({ "company": "Old Mill" })));
    assert_eq!(answer["resolved"][0]["state"], "deleted", "{answer}");
}

#[test]
fn a_wrong_status_is_told_those_that_there_are() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    let told = refused(&mut client, change(json!({ "status": "Recieved" })));
    assert!(told.contains("there are: Received, Closed") && told.contains(r#"{"id":110}: Received"#), "{told}");
    assert!(told.contains("of board 11"), "{told}");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let (api, home) = (desk(), Home::indexed());
    let told =
        refused(&mut client(&api, &home), new_ticket(json!({ "company": "Nobody", "owner": "Sam", "summry": "x" })));
    for text in ["Nobody", r#"{"id":20}: Sam Lee (slee)"#, r#"{"id":21}: Sam Leek (sleek)"#, "summry"] {
        assert!(told.contains(text), "{text}: {told}");
    }
}

#[test]
fn a_name_in_a_path_stands_for_the_record_of_the_list_before_it() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    for call in [
        json!({ "path": "/company/companies/{id}", "params": { "id": "Acme Dental" } }),
        json!({ "path": "/company/companies/Acme Dental" }),
        json!({ "path": "/company/companies/Acme%20Dental" }),
    ] {
        let answer = client.dispatch(call.clone());
        assert_eq!((&answer["result"]["id"], &answer["resolved"][0]["id"]), (&json!(1), &json!(1)), "{call}: {answer}");
    }
    let answer = client.dispatch(json!({ "path": "/service/boards/help desk/statuses" }));
    assert_eq!(answer["result"][0]["name"], "New", "{answer}");
    let told = refused(&mut client, json!({ "path": "/company/companies/Globex" }));
    assert!(told.contains("3: Globex (Globex1; Lund)") && told.contains("4: Globex"), "{told}");
    // What asks for a search is no name.
    assert!(refused(&mut client, json!({ "path": "/company/contacts/search" })).contains("To search, call GET"));
}

#[test]
fn a_list_that_cannot_be_read_leaves_the_name_to_the_api() {
    let api = Api::answering(|request: &Request| match request.method.as_str() {
        "GET" => ResponseTemplate::new(403).set_body_json(json!({ "code": "Forbidden", "message": "no" })),
        _ => answered(request),
    });
    let home = Home::indexed();
    let mut client = client(&api, &home);
    let answer = client.dispatch(new_ticket(json!({ "company": { "identifier": "AcmeDental" }, "priority": "High" })));
    let body = written(&api);
    assert_eq!(
        [&body["company"], &body["priority"]],
        [&json!({ "identifier": "AcmeDental" }), &json!({ "name": "High" })]
    );
    let notes = answer["notes"].to_string();
    assert!(notes.contains("was not looked up") && notes.contains("403"), "{answer}");
    // Where the API takes nothing but an id, the caller is asked for it.
    assert!(refused(&mut client, json!({ "path": "/company/companies/Acme" })).contains("An id belongs here"));
}

#[test]
fn what_is_unchecked_is_sent_as_it_is() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    let mut call = new_ticket(json!({ "company": { "name": "Acme Dental" } }));
    call["validate"] = json!(false);
    client.dispatch(call);
    let raw = r#"POST /service/tickets {"summary":"Printer","company":{"name":"Globex"}}"#;
    client.result("send_unmediated_payload", json!({ "raw_request": raw }));
    assert_eq!(api.lines(), ["POST /service/tickets", "POST /service/tickets"]);
    assert_eq!(written(&api)["company"], json!({ "name": "Globex" }));
}

#[test]
fn the_user_is_asked_with_the_names_of_the_records() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = api.client_of(&home, json!({ "action": "accept", "content": { "send": true } }));
    client.dispatch(new_ticket(json!({ "company": "acmedental" })));
    let asked = client.questions.join("");
    assert!(asked.contains("data.company: 1 is \"Acme Dental\"") && asked.contains("\"id\": 1"), "{asked}");
    // To read is no question, and is allowed where writing is not.
    assert_eq!(client.questions.len(), 1);
    let mut reader = api.client(&home, &["--writes", "deny"]);
    assert_eq!(reader.dispatch(json!({ "path": "/company/companies/acme dental" }))["result"]["id"], 1);
}

#[test]
fn a_person_is_told_what_a_name_means_and_nothing_is_asked_without_credentials() {
    let (api, home) = (desk(), Home::indexed());
    let arguments = ["call", "PATCH", "/service/tickets/500", "--set", "status=closed", "--dry-run", "--json"];
    let answer = ran(settled(&home, &api.url(), &arguments).stdin(Stdio::null()).output().unwrap()).ok().json();
    assert_eq!(answer["request"]["body"][0]["value"], json!({ "id": 111 }), "{answer}");
    assert_eq!(answer["resolved"][0]["at"], "--set status", "{answer}");
    assert_eq!(writes(&api), 0);
    let arguments = ["call", "POST", TICKETS, "--data", r#"{"summary":"x","company":"Acme"}"#, "--dry-run", "--json"];
    let answer = home.run(&arguments).ok().json();
    assert_eq!(answer["request"]["body"]["company"], json!({ "identifier": "Acme" }), "{answer}");
    assert!(answer["notes"].to_string().contains("no credentials"), "{answer}");
}

#[test]
fn codes_numbers_and_addresses_are_taken_as_before() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    client.dispatch(new_ticket(json!({ "company": "55", "board": 10, "priority": { "id": "7" }, "owner": null })));
    assert_eq!(api.lines(), ["POST /service/tickets"]);
    let told = refused(&mut client, new_ticket(json!({ "company": 1, "contact": "ann@acme.test" })));
    assert!(told.contains("mail address"), "{told}");
    let many: Map<String, Value> = (0..3).map(|at| (format!("x{at}"), json!("y"))).collect();
    assert!(refused(&mut client, new_ticket(many.into())).contains("x2"));
}

/// How often lists were asked, beside the record that a call is about.
fn questions(api: &Api) -> usize {
    api.arrived().iter().filter(|arrived| arrived.method == "GET" && records(&arrived.path).is_some()).count()
}

#[test]
fn what_was_looked_up_is_known_until_the_api_or_a_write_says_otherwise() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    for _ in 0..3 {
        client.dispatch(new_ticket(json!({ "company": "Acme Dental" })));
    }
    assert_eq!(questions(&api), 1, "{:?}", api.lines());
    client.dispatch(json!({ "path": "/company/companies/1", "method": "PATCH", "data": { "city": "Tampa" } }));
    client.dispatch(new_ticket(json!({ "company": "acme dental" })));
    assert_eq!(questions(&api), 2, "{:?}", api.lines());
    // A company that the API does not know anymore.
    for _ in 0..2 {
        refused(&mut client, json!({ "path": "/company/companies/Old Mill" }));
    }
    assert_eq!(questions(&api), 4, "{:?}", api.lines());
}

#[test]
fn a_call_with_names_is_kept_with_them() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    let answer = client
        .dispatch(json!({ "path": "/service/boards/{parentId}/statuses", "params": { "parentId": "Help Desk" } }));
    let keep = answer["keep"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    assert!(!keep.is_empty());
    let saved = client.result(
        "cache_invocation_pattern",
        json!({
            "path": "/service/boards/{parentId}/statuses", "method": "GET", "description": "Statuses of a board",
            "params": { "parentId": "Help Desk" }, "slots": ["board_id"],
        }),
    );
    let id = saved["entry"]["id"].as_i64().unwrap_or_else(|| panic!("{saved}"));
    let again = client.dispatch(json!({
        "path": "/service/boards/{parentId}/statuses", "record_identifier": id, "slots": { "board_id": "alerts" },
    }));
    assert_eq!(again["result"][0]["name"], "Received", "{again}");
}

#[test]
fn an_id_that_no_name_can_give_is_told_with_the_lists_that_have_it() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    let told = refused(
        &mut client,
        json!({
            "path": "/schedule/entries", "method": "POST", "data": { "name": "Visit", "member": "slee", "type": "ticket" },
        }),
    );
    assert!(told.contains("What `objectId` may be is listed by GET /service/tickets or "), "{told}");
    let told = refused(&mut client, json!({ "path": "/service/boards/{parentId}/statuses" }));
    assert!(told.contains("GET /service/boards lists them"), "{told}");
    let form = client.result("resolve_resource_metadata", json!({ "path": "/schedule/entries", "method": "POST" }));
    assert!(form.to_string().contains("objectId -> /service/tickets or "), "{form}");
}

#[test]
fn many_changes_take_the_name_that_each_record_means() {
    let (api, home) = (desk(), Home::indexed());
    let mut client = client(&api, &home);
    let answer = client.dispatch(json!({
        "path": "/company/companies/{id}", "method": "PATCH", "for_each": ["Acme Dental", 3], "data": { "city": "Tampa" }, "dry_run": true,
    }));
    assert!(answer.to_string().contains("/company/companies/1"), "{answer}");
    let told = refused(
        &mut client,
        json!({
            "path": "/company/companies/{id}", "method": "PATCH", "for_each": ["Globex", 3], "data": { "city": "Tampa" },
        }),
    );
    assert!(told.contains("4: Globex"), "{told}");
    assert_eq!(writes(&api), 0);
}

/// An API that is not ConnectWise's: projects can be searched, users are listed in an envelope.
fn shop(url: &str) -> String {
    let integer = json!({ "type": "integer" });
    let text = json!({ "type": "string" });
    let ok = |schema: Value| json!({ "200": { "description": "ok", "content": { "application/json": { "schema": schema } } } });
    let list = |name: &str| json!({ "type": "array", "items": { "$ref": format!("#/components/schemas/{name}") } });
    json!({
        "openapi": "3.0.3", "info": { "title": "Shop", "version": "1" }, "servers": [{ "url": url }],
        "components": { "schemas": {
            "Project": { "type": "object", "properties": { "id": integer, "name": text, "archived": { "type": "boolean" } } },
            "User": { "type": "object", "properties": { "id": integer, "name": text, "email": text } },
            "UserRef": { "type": "object", "properties": { "id": integer, "name": text } },
            "Task": { "type": "object", "required": ["title"], "properties": {
                "title": text, "project_id": integer, "owner": { "$ref": "#/components/schemas/UserRef" },
            } },
        } },
        "paths": {
            "/projects": { "get": { "parameters": [{ "name": "q", "in": "query", "schema": text }], "responses": ok(list("Project")) } },
            "/projects/{projectId}/tasks": { "get": {
                "parameters": [{ "name": "projectId", "in": "path", "required": true, "schema": integer }],
                "responses": ok(list("Task")),
            } },
            "/users": { "get": { "responses": ok(list("User")) } },
            "/tasks": { "post": {
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Task" } } } },
                "responses": ok(json!({ "$ref": "#/components/schemas/Task" })),
            } },
        },
    })
    .to_string()
}

#[test]
fn other_apis_lists_are_searched_or_read_as_their_manifests_say() {
    let api = Api::answering(|request: &Request| {
        let search = request.url.query_pairs().find(|(name, _)| name == "q").map(|(_, value)| value.to_lowercase());
        let projects = [(1, "Apollo"), (2, "Apollo 2"), (3, "Gemini")];
        let body = match request.url.path().rsplit('/').next().unwrap_or_default() {
            "projects" => projects
                .iter()
                .filter(|(_, name)| search.as_ref().is_none_or(|search| name.to_lowercase().contains(search)))
                .map(|(id, name)| json!({ "id": id, "name": name }))
                .collect(),
            "users" => json!([{ "id": 7, "name": "Ann Day", "email": "ann@shop.test" }, { "id": 8, "name": "Bo" }]),
            _ if request.method.as_str() == "POST" => serde_json::from_slice(&request.body).unwrap(),
            _ => json!([{ "title": request.url.path() }]),
        };
        ResponseTemplate::new(200).set_body_json(body)
    });
    let home = Home::with_models(std::path::Path::new("/nonexistent/models").to_owned());
    let manifest = home.write("shop.json", &shop(&api.url()));
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "shop", "-q"]).ok();
    home.write("config.toml", &format!("[apis.shop]\nbase_url = {:?}\n", api.url()));
    let mut client = Client::spawn(home.command(&["serve", "--writes", "allow"]).stderr(Stdio::null()), None);
    let task = |fields: Value| {
        let mut data = json!({ "title": "x" });
        data.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({ "path": "/tasks", "method": "POST", "data": data })
    };
    let answer = client.dispatch(task(json!({ "project_id": "apollo", "owner": "Ann Day" })));
    assert_eq!(written(&api), json!({ "title": "x", "project_id": 1, "owner": { "id": 7 } }), "{answer}");
    let answer = client.dispatch(json!({ "path": "/projects/Gemini/tasks" }));
    assert!(answer["result"][0]["title"].as_str().unwrap().ends_with("/projects/3/tasks"), "{answer}");
    let told = refused(&mut client, task(json!({ "project_id": "Apol" })));
    assert!(told.contains("1: Apollo"), "{told}");
    // An object may be a record of its own there.
    client.dispatch(task(json!({ "title": "y", "owner": { "name": "Somebody new" } })));
    assert_eq!(written(&api)["owner"], json!({ "name": "Somebody new" }));
}
