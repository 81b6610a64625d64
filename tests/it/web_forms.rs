//! What the page's forms are made of: what is needed, what the words of a search give, what is wrong with a call, and what can be kept.

use reqwest::Method;
use serde_json::{Value, json};

use crate::api::Api;
use crate::for_each::Desk;
use crate::http_client::{Answer, Running};
use crate::util::Home;

const SENDS_JSON: (&str, &str) = ("content-type", "application/json");

fn of(api: &Api, home: &Home) -> Running {
    Running::start(api.command(home, &["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"))
}

fn get(server: &Running, path: &str) -> Value {
    server.send(Method::GET, &format!("/api/v1/{path}"), &[], "").json()
}

fn post(server: &Running, path: &str, body: &Value) -> Answer {
    server.send(Method::POST, &format!("/api/v1/{path}"), &[SENDS_JSON], body.to_string())
}

#[test]
fn of_a_change_nothing_is_needed_and_of_a_new_record_what_the_api_demands() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let server = of(&api, &home);
    let needed = |method: &str, path: &str| -> Vec<Value> {
        let told = get(&server, &format!("operation?method={method}&path={path}"));
        assert_eq!(told["is_patch"], method == "PATCH", "{told}");
        let fields = told["form"].as_array().unwrap_or_else(|| panic!("{told}"));
        fields.iter().filter(|field| field["required"] == true).map(|field| field["path"].clone()).collect()
    };
    assert_eq!(needed("PATCH", "/service/tickets/5"), Vec::<Value>::new());
    let new = needed("POST", "/service/tickets");
    assert!(["summary", "company", "board"].iter().all(|name| new.contains(&json!(name))), "{new:?}");
    // Credentials are nobody's to fill in, whether they are set or not.
    let bare = Running::start(home.command(&["serve", "--no-build"]).env_remove("CW_ORCHESTRATOR_TOKEN"));
    for (server, is_set) in [(&server, true), (&bare, false)] {
        let told = get(server, "operation?method=GET&path=/service/tickets");
        assert!(!told["asked"].as_array().unwrap().contains(&json!("clientId")), "{}", told["asked"]);
        assert_eq!(told["unset"].is_null(), is_set, "{}", told["unset"]);
        assert!(is_set || told["unset"].as_str().unwrap().contains("CONNECTWISE_API_URL"), "{}", told["unset"]);
    }
}

#[test]
fn the_words_of_a_search_fill_the_form_as_far_as_they_leave_no_doubt() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let server = of(&api, &home);
    let open = get(&server, "operation?method=GET&path=/service/tickets&q=open+tickets");
    let filter = open["draft"]["call"]["params"]["conditions"].as_str().unwrap_or_else(|| panic!("{}", open["draft"]));
    assert_eq!(filter, "closedFlag = false");
    assert_eq!(open["draft"]["drafted"][filter], "open", "{}", open["draft"]);
    let plain = get(&server, "operation?method=GET&path=/service/tickets&q=tickets");
    assert_eq!(plain["draft"]["call"], json!({}), "{}", plain["draft"]);
    let change = get(&server, "operation?method=PATCH&path=/service/tickets/{id}&q=change+the+status+of+a+ticket");
    assert_eq!(change["draft"]["spoken"][0], "status", "{}", change["draft"]);
    // Without words, the fields that people mostly want.
    let usual = get(&server, "operation?method=PATCH&path=/service/tickets/{id}");
    assert!(usual["draft"]["spoken"].as_array().unwrap().contains(&json!("status")), "{}", usual["draft"]);
    assert!(api.arrived().is_empty());
}

#[test]
fn what_is_wrong_with_a_call_is_told_by_its_field_in_words_of_the_page() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let server = of(&api, &home);
    let filter = json!({ "method": "GET", "path": "/service/tickets", "params": { "conditions": "company = 5" } });
    let body = json!({ "method": "POST", "path": "/service/tickets", "data": { "summary": "x", "severity": "Huge" } });
    let place = json!({ "method": "GET", "path": "/service/tickets/{parentId}/notes" });
    for (call, part, field, lacks) in [
        (&filter, "params", "conditions", json!([])),
        (&body, "body", "severity", json!([])),
        (&body, "body", "", json!(["company"])),
        (&place, "params", "parentId", json!([])),
    ] {
        let sent = post(&server, "call", call);
        assert_eq!(sent.status.as_u16(), 422, "{sent:?}");
        let problems = sent.json()["problems"].as_array().cloned().unwrap_or_else(|| panic!("{sent:?}"));
        let found = problems.iter().find(|one| one["in"] == part && one["field"] == field && one["lacks"] == lacks);
        let found = found.unwrap_or_else(|| panic!("{problems:?}"));
        let words = format!("{} {}", found["message"], found["cure"]);
        assert!(
            !words.contains("params") && !words.contains("`data`") && !words.contains("validate: false"),
            "{words}"
        );
        assert_eq!(post(&server, "check", call).json()["problems"], json!(problems), "{call}");
    }
    let offers = &post(&server, "check", &filter).json()["problems"][0]["offers"];
    assert!(offers.as_array().unwrap().contains(&json!("company/name")), "{offers}");
    let fine = json!({ "method": "GET", "path": "/service/tickets", "params": { "conditions": "company/id = 5" } });
    assert_eq!(post(&server, "check", &fine).json(), json!({ "problems": [] }));
    // A name is left to whoever sends the call.
    let named =
        json!({ "method": "GET", "path": "/service/tickets", "params": { "conditions": "board/name = \"x\"" } });
    assert_eq!(post(&server, "check", &named).json(), json!({ "problems": [] }));
    assert!(api.arrived().is_empty());
    let unknown = post(&server, "check", &json!({ "method": "GET", "path": "/service/ticketz" }));
    assert_eq!(unknown.status.as_u16(), 200, "{unknown:?}");
}

#[test]
fn what_an_api_says_of_a_field_is_told_by_the_field() {
    let refusal = json!({ "code": "InvalidObject", "message": "ticket object is invalid", "errors": [
        { "code": "MissingRequiredField", "message": "The board field is required.", "resource": "ticket", "field": "board" },
    ] });
    let (api, home) = (Api::of(400, refusal), Home::indexed());
    let server = of(&api, &home);
    let mut new =
        json!({ "method": "POST", "path": "/service/tickets", "data": { "summary": "x", "company": { "id": 5 } } });
    new["confirmation"] = post(&server, "call", &new).json()["confirmation"].clone();
    let refused = post(&server, "call", &new).json();
    assert_eq!((&refused["answered"][0]["field"], &refused["problems"]), (&json!("board"), &Value::Null), "{refused}");
    assert!(refused["answered"][0]["message"].as_str().unwrap().contains("required"), "{refused}");
}

#[test]
fn how_a_request_carries_its_keys_is_told_by_variables_and_never_by_a_value() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let server = of(&api, &home);
    let told = get(&server, "operation?method=GET&path=/service/tickets");
    let carried = told["carried"].as_array().unwrap();
    let variables: Vec<&Value> = carried
        .iter()
        .flat_map(|one| one["parts"].as_array().unwrap())
        .map(|part| &part["variable"])
        .filter(|name| !name.is_null())
        .collect();
    for name in ["CONNECTWISE_PUBLIC_KEY", "CONNECTWISE_PRIVATE_KEY"] {
        assert!(variables.contains(&&json!(name)), "{carried:?}");
    }
    let basic = &carried[0];
    assert_eq!(
        (&basic["name"], &basic["before"], &basic["is_base64"]),
        (&json!("Authorization"), &json!("Basic "), &json!(true))
    );
    assert!(!told.to_string().contains(crate::api::PRIVATE), "{carried:?}");
}

#[test]
fn fields_of_a_filter_say_their_values_and_where_the_names_of_a_reference_are() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let server = of(&api, &home);
    let told = get(&server, "operation?method=GET&path=/service/tickets");
    let field = |path: &str| told["filters"].as_array().unwrap().iter().find(|one| one["path"] == path).cloned();
    assert!(field("severity").unwrap()["values"].as_array().unwrap().contains(&json!("High")), "{told}");
    let status = field("status").unwrap();
    assert_eq!((&status["reference"], &status["list"]), (&json!(true), &json!("/service/boards/{parentId}/statuses")));
}

#[test]
fn a_call_is_kept_from_the_page_as_it_was_made_and_each_time_it_is_offered() {
    let (desk, home) = (Desk::of([1]), Home::indexed());
    let server = of(&desk.api, &home);
    let read = json!({
        "path": "/service/tickets/1", "params": { "fields": "id,summary" }, "return": "full", "use_memory": false,
    });
    let offers: Vec<Value> = (0..2).map(|_| post(&server, "call", &read).json()["keep"].clone()).collect();
    for offer in &offers {
        assert!(offer["keep"].is_string() && offer["description"].is_string(), "{offer}");
    }
    let none = post(&server, "memory", &json!({ "keep": "keep-987654" }));
    assert_eq!(none.status.as_u16(), 400, "{none:?}");
    let kept = post(&server, "memory", &json!({ "keep": offers[1]["keep"], "description": "ticket one in short" }));
    assert_eq!(kept.status.as_u16(), 200, "{kept:?}");
    let entries = get(&server, "memory")["entries"].clone();
    let entry = &entries[0];
    assert_eq!((&entry["description"], &entry["path"]), (&json!("ticket one in short"), &json!("/service/tickets/1")));
    assert_eq!((&entry["params"], &entry["slots"]), (&json!({ "fields": "id,summary" }), &Value::Null), "{entry}");
    // What is kept is offered no more.
    assert_eq!(post(&server, "call", &read).json()["keep"], Value::Null);
    // Found again, it leads to itself with its values.
    let found = get(&server, "search?q=ticket+one+in+short");
    let hit = &found["hits"].as_array().unwrap().iter().find(|hit| hit["remembered"].is_object()).cloned();
    let hit = hit.as_ref().unwrap_or_else(|| panic!("{found}"));
    assert_eq!(hit["remembered"]["entry"], entry["id"], "{hit}");
    // What the request does not say of it stays open: it may be somebody else's.
    let names: Vec<&String> = hit["call"]["slots"].as_object().unwrap_or_else(|| panic!("{hit}")).keys().collect();
    let opened = get(&server, &format!("memory?id={}&open={}", entry["id"], names[0]))["entries"].clone();
    assert_eq!((opened.as_array().unwrap().len(), &opened[0]["slots"][0]["name"]), (1, &json!(names[0])), "{opened}");
    assert_eq!(opened[0]["path"], format!("/service/tickets/{{{}}}", names[0]), "{opened}");
    assert_eq!(get(&server, "memory")["entries"][0]["path"], entry["path"], "it is kept as it was");
    // A deletion is done once.
    let deletion = json!({ "method": "DELETE", "path": "/service/tickets/1" });
    let mut confirmed = deletion.clone();
    confirmed["confirmation"] = post(&server, "call", &deletion).json()["confirmation"].clone();
    let deleted = post(&server, "call", &confirmed).json();
    assert_eq!((&deleted["keep"], deleted["status"].is_number()), (&Value::Null, true), "{deleted}");
}
