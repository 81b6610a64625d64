//! Example bodies that can be sent, and placeholders that are not.

use cw_orchestrator::openapi::{Manifest, Method, Operation, ResolveLimits, embedded, resolve};
use cw_orchestrator::search::{Filter, Query};
use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::client::Client;
use crate::util::{Home, shared_service};

/// The schema of the record that a write is of, resolved: what a POST takes, and what a PATCH answers with.
fn record_of(operation: &Operation, manifest: &Manifest) -> Option<Value> {
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    operation.request_body.as_ref()?;
    let schema = if operation.method == Method::Patch {
        let good = operation.responses.iter().find(|response| response.status.starts_with('2'))?;
        &good.content.first()?.schema
    } else {
        let content = operation.request_body.as_ref()?.content.first()?;
        if content.media_type != "application/json" {
            return None;
        }
        &content.schema
    };
    Some(resolve(schema, &lookup, ResolveLimits::default()).schema)
}

#[test]
fn the_example_of_every_create_and_change_fits_the_record() {
    let (manifest, service) = (embedded().unwrap(), shared_service());
    let (mut creates, mut changes, mut wrong) = (0, 0, Vec::new());
    for operation in &manifest.operations {
        let is_create = operation.method == Method::Post;
        if !is_create && operation.method != Method::Patch {
            continue;
        }
        let Some(schema) = record_of(operation, &manifest) else { continue };
        let compact = service.compact(operation.method, &operation.path, None).unwrap();
        let data = &compact["call"]["data"];
        let mut say = |why: String| wrong.push(format!("{} {}: {data}: {why}", operation.method, operation.path));
        if is_create {
            creates += 1;
            let validator = jsonschema::validator_for(&schema).unwrap();
            validator.iter_errors(data).for_each(|error| say(error.to_string()));
            continue;
        }
        changes += 1;
        let Some(fields) = data.as_object().filter(|fields| !fields.is_empty()) else {
            say("it changes nothing".to_owned());
            continue;
        };
        for (name, value) in fields {
            let record = schema.get("items").unwrap_or(&schema);
            let Some(property) = record["properties"].get(name) else {
                say(format!("the record has no {name}"));
                continue;
            };
            let validator = jsonschema::validator_for(property).unwrap();
            validator.iter_errors(value).for_each(|error| say(error.to_string()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}, the first:\n{}",
        wrong.len(),
        creates + changes,
        wrong[..wrong.len().min(8)].join("\n")
    );
    assert!(creates > 300 && changes > 300, "{creates} creates, {changes} changes");
}

#[test]
fn an_example_of_a_create_has_what_its_server_wants_and_ends_behind_its_beginning() {
    let service = shared_service();
    let data = |path: &str| service.compact(Method::Post, path, None).unwrap()["call"]["data"].clone();
    let time = data("/time/entries");
    for name in ["member", "chargeToType", "chargeToId", "timeStart", "timeEnd"] {
        assert!(time.get(name).is_some(), "{name}: {time}");
    }
    assert!(time["timeStart"].as_str() < time["timeEnd"].as_str(), "{time}");
    assert_eq!(time["chargeToType"], "ServiceTicket", "{time}");
    assert!(data("/service/tickets").get("board").is_some() && data("/schedule/entries").get("dateEnd").is_some());
    // The path says whose it is.
    assert!(data("/service/tickets/{parentId}/notes").get("ticketId").is_none());
}

#[test]
fn a_placeholder_that_nobody_filled_in_is_not_sent() {
    let (api, home) = (Api::of(201, json!({ "id": 1 })), Home::indexed());
    let mut client = api.client(&home, &["--writes", "allow"]);
    let mut refused = |call: Value| client.refused("dispatch_api_operation", call);
    let ticket = |data: Value| json!({ "path": "/service/tickets", "method": "POST", "data": data });
    let said = refused(ticket(json!({ "summary": "<summary>", "company": { "identifier": "<company>" } })));
    for part in
        ["data.summary: `<summary>` is the placeholder", "data.company.identifier: `<company>`", "nothing was sent"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    for call in [
        json!({ "path": "/service/tickets/{id}", "params": { "id": "<id: integer>" } }),
        json!({ "path": "/service/tickets/5", "method": "PATCH", "data": { "requiredDate": "<requiredDate: date>" } }),
        json!({ "path": "/service/tickets/5", "method": "PATCH", "data": [
            { "op": "replace", "path": "board", "value": { "name": "<board>" } }
        ] }),
    ] {
        assert!(refused(call.clone()).contains("placeholder of a ready call"), "{call}");
    }
    assert!(api.arrived().is_empty(), "{:?}", api.lines());
    let data = json!({ "summary": "<b>Printer</b>", "company": { "id": 1 }, "initialDescription": "<summary>" });
    client.dispatch(ticket(data));
    assert_eq!(api.arrived().len(), 1);
    let ran = api.run(&home, &["call", "PATCH", "/service/tickets/5", "--set", "summary=<summary>", "--yes"]);
    assert!(ran.code != 0 && ran.stderr.contains("--set summary: `<summary>` is the placeholder"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--no-validate"), "{}", ran.stderr);
}

#[test]
fn a_dry_run_shows_a_placeholder_and_says_that_it_is_to_be_filled_in() {
    let home = Home::with_models("nowhere".into());
    let manifest = json!({
        "openapi": "3.0.3", "info": { "title": "Sheets", "version": "1" }, "servers": [{ "url": "http://127.0.0.1:9" }],
        "paths": { "/sheets/{sheetId}/rows/{rowId}:copy": { "post": {
            "parameters": [
                { "name": "sheetId", "in": "path", "required": true, "schema": { "type": "string" } },
                { "name": "rowId", "in": "path", "required": true, "schema": { "type": "integer" } }
            ],
            "requestBody": { "content": { "application/json": { "schema": { "type": "object", "properties": {
                "targetId": { "type": "string" }, "day": { "type": "string", "format": "date" }
            } } } } },
            "responses": { "200": { "description": "ok" } }
        } } }
    });
    let file = home.write("sheets.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", file.to_str().unwrap(), "--api", "sheets", "-q"]).ok();
    let mut client = Client::start(&home, &["serve", "--no-build", "--writes", "allow"]);
    let call = |path: &str, data: Value| json!({ "path": path, "method": "POST", "data": data, "dry_run": true });
    let shown = client.dispatch(call("/sheets/<sheetId>/rows/7:copy", json!({ "targetId": "<targetId>" })));
    assert_eq!(shown["request"]["url"], "http://127.0.0.1:9/sheets/%3CsheetId%3E/rows/7:copy", "{shown}");
    assert_eq!(shown["request"]["body"], json!({ "targetId": "<targetId>" }), "{shown}");
    let notes = shown["notes"].to_string();
    for place in ["path.sheetId", "data.targetId"] {
        let note = format!("to send it: write a value in place of the placeholder at `{place}`");
        assert!(notes.contains(&note), "{note}: {notes}");
    }
    // What is no value of its field's type could not be shown as it would be sent.
    for (path, data, place) in [
        ("/sheets/5/rows/<rowId>:copy", json!({}), "path.rowId"),
        ("/sheets/5/rows/7:copy", json!({ "day": "<day: date>" }), "data.day"),
    ] {
        let said = client.refused("dispatch_api_operation", call(path, data));
        assert!(
            said.contains(&format!("{place}: `<")) && said.contains("is the placeholder of a ready call"),
            "{said}"
        );
    }
    let mut sent = call("/sheets/<sheetId>/rows/7:copy", json!({}));
    sent["dry_run"] = false.into();
    assert!(client.refused("dispatch_api_operation", sent).contains("path.sheetId: `<sheetId>` is the placeholder"));
}

#[test]
fn what_nobody_said_stands_in_the_ready_call_of_a_change_as_a_placeholder() {
    let service = shared_service();
    let filter = Filter { method: Some(Method::Patch), ..Filter::default() };
    let text = "change the required date of a service ticket".to_owned();
    let answer = service.search(&Query { text, filter, limit: 10, ..Query::default() }).unwrap();
    let found: Vec<&str> = answer.hits.iter().map(|hit| hit.path.as_str()).collect();
    let at = found.iter().position(|path| *path == "/service/tickets/{id}");
    let hit = &answer.hits[at.unwrap_or_else(|| panic!("{found:?}"))];
    let (_, call) = service.form_of(hit, &answer.query, true).unwrap();
    assert_eq!(call["data"]["requiredDate"], "<requiredDate: date>", "{call}");
    // So of a hit without its form.
    assert_eq!(service.call_of(hit, &answer.query).unwrap()["data"], call["data"]);
    let example = service.compact(Method::Patch, "/service/tickets/{id}", None).unwrap()["call"]["data"].clone();
    let example: Map<String, Value> = serde_json::from_value(example).unwrap();
    assert_eq!(example.len(), 1, "{example:?}");
}
