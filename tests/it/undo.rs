//! Changes taken back: shown, asked about and sent as any write, where the record is still as the change left it.

use serde_json::{Value, json};

use crate::client::Client;
use crate::for_each::{Desk, ticket};
use crate::util::Home;

const DISPATCH: &str = "dispatch_api_operation";

fn rename(id: u64, summary: &str) -> Value {
    json!({ "path": format!("/service/tickets/{id}"), "method": "PATCH", "data": { "summary": summary, "status": { "id": 5 } } })
}

fn undo(client: &mut Client, arguments: Value) -> Value {
    client.result("undo", arguments)
}

fn journal(home: &Home) -> String {
    let files = std::fs::read_dir(home.path().join("undo")).unwrap();
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

#[test]
fn a_change_of_a_record_that_was_shown_is_taken_back_and_made_again() {
    let (desk, home) = (Desk::of([1, 2]), Home::indexed());
    let mut client = desk.api.client(&home, &[]);
    let reads = |desk: &Desk| desk.api.lines().len() - desk.writes().len();
    assert!(
        client.dispatch(rename(2, "unseen"))["undo"].is_null(),
        "what it replaced is not known, and nothing is read for it"
    );
    assert_eq!(reads(&desk), 0);
    client.dispatch(json!({ "path": "/service/tickets/1" }));
    let id = client.dispatch(rename(1, "renamed"))["undo"].clone();
    assert_eq!((&id, reads(&desk)), (&json!(1), 1));
    let listed = undo(&mut client, json!({}))["changes"][0].clone();
    assert_eq!(
        (&listed["id"], &listed["what"], &listed["done"]),
        (&id, &json!("PATCH /service/tickets/1"), &json!(1)),
        "{listed}"
    );
    let shown = undo(&mut client, json!({ "id": id, "dry_run": true }));
    let body = json!([{ "op": "replace", "path": "summary", "value": "ticket 1" }, { "op": "replace", "path": "status", "value": { "id": 1 } }]);
    assert_eq!((&shown["plan"]["first"][0]["body"], &shown["dry_run"]), (&body, &json!(true)), "{shown}");
    assert_eq!(desk.ticket(1)["summary"], "renamed");
    let undone = undo(&mut client, json!({ "id": id }));
    assert_eq!(
        (&undone["plan"]["done"], &desk.ticket(1)["summary"], &desk.ticket(1)["status"]["id"]),
        (&json!(1), &json!("ticket 1"), &json!(1))
    );
    let twice = client.refused("undo", json!({ "id": id }));
    assert!(twice.contains("taken back already"), "{twice}");
    // An undo is a change.
    undo(&mut client, json!({ "id": undone["undo"] }));
    assert_eq!((&desk.ticket(1)["summary"], &desk.ticket(1)["status"]["id"]), (&json!("renamed"), &json!(5)));
}

#[test]
fn a_record_that_was_changed_since_stays_as_it_is() {
    let (desk, home) = (Desk::of([1, 2, 3]), Home::indexed());
    let call = [
        "call",
        "PATCH",
        "/service/tickets/{id}",
        "--set",
        "summary=all the same",
        "--for-each",
        "1,2,3",
        "--yes",
        "--json",
    ];
    let id = desk.api.run(&home, &call).ok().json()["undo"].to_string();
    desk.set(2, "summary", json!("somebody's own"));
    // Another field is none of the change's.
    desk.set(3, "closedFlag", json!(true));
    let shown = desk.api.run(&home, &["undo", &id, "--dry-run", "--json"]).ok().json();
    assert_eq!(shown["plan"]["of"], json!([3, 1]), "{shown}");
    assert!(shown["notes"].to_string().contains("2 stays as it is: it was changed since: summary is"), "{shown}");
    let refused = desk.api.run(&home, &["undo", &id]);
    assert!(refused.code == 2 && refused.stderr.contains("add --yes"), "{}", refused.stderr);
    desk.api.run(&home, &["undo", &id, "--yes"]).ok();
    let summaries = [1, 2, 3].map(|id| desk.ticket(id)["summary"].clone());
    assert_eq!(summaries, [json!("ticket 1"), json!("somebody's own"), json!("ticket 3")]);
    assert_eq!(desk.ticket(3)["closedFlag"], true);
    let listed = desk.api.run(&home, &["undo"]).ok().stdout;
    assert!(listed.contains("took 1 back") && listed.contains("2 taken back"), "{listed}");
    // To a client of MCP it is somebody else's.
    let mut client = desk.api.client(&home, &[]);
    assert_eq!(undo(&mut client, json!({}))["changes"], json!([]));
    let other = client.refused("undo", json!({ "id": 1 }));
    assert!(other.contains("there is no change 1; undo without `id` lists"), "{other}");
}

#[test]
fn a_new_record_is_deleted_once_that_is_confirmed_and_a_deleted_one_stays_deleted() {
    let (desk, home) = (Desk::of([1]), Home::indexed());
    let mut client = desk.api.client(&home, &[]);
    let data = json!({ "summary": "new", "company": { "id": 5 }, "board": { "id": 1 } });
    let id = client.dispatch(json!({ "path": "/service/tickets", "method": "POST", "data": data }))["undo"].clone();
    let preview = undo(&mut client, json!({ "id": id }));
    assert_eq!((&preview["sent"], &preview["plan"]["method"]), (&json!(false), &json!("DELETE")), "{preview}");
    assert!(!desk.ticket(2).is_null());
    undo(&mut client, json!({ "id": id, "confirmation": preview["confirmation"] }));
    assert!(desk.ticket(2).is_null());
    client.dispatch(json!({ "path": "/service/tickets/1" }));
    let delete = json!({ "path": "/service/tickets/1", "method": "DELETE" });
    let confirmation = client.dispatch(delete.clone())["confirmation"].clone();
    let mut confirmed = delete;
    confirmed["confirmation"] = confirmation;
    let id = client.dispatch(confirmed)["undo"].clone();
    // The ticket had no company, which a new one must have.
    let text = client.refused("undo", json!({ "id": id }));
    assert!(text.contains("a deletion cannot be reversed") && text.contains("needs company"), "{text}");
    assert_eq!(desk.tickets().len(), 0);
}

#[test]
fn a_deletion_is_offered_as_a_new_record_with_a_new_id() {
    let (desk, home) = (Desk::of([1, 2, 7]), Home::indexed());
    desk.set(1, "company", json!({ "id": 5, "identifier": "acme", "name": "Acme", "_info": { "href": "x" } }));
    desk.set(1, "board", json!({ "id": 3, "name": "Help Desk" }));
    desk.set(1, "_info", json!({ "dateEntered": "2026-01-01T00:00:00Z" }));
    let mut client = desk.api.client(&home, &["--writes", "allow"]);
    let delete = |id: u64| json!({ "path": format!("/service/tickets/{id}"), "method": "DELETE" });
    // Of what the client was not shown nothing is known, and over MCP nothing is read for it.
    assert!(client.dispatch(delete(2))["undo"].is_null());
    client.dispatch(json!({ "path": "/service/tickets/1" }));
    let id = client.dispatch(delete(1))["undo"].clone();
    assert_eq!(desk.api.lines(), ["DELETE /service/tickets/2", "GET /service/tickets/1", "DELETE /service/tickets/1"]);
    let listed = undo(&mut client, json!({}))["changes"][0].clone();
    assert_eq!((&listed["as_new"], &listed["cannot"]), (&json!(true), &Value::Null), "{listed}");
    let shown = undo(&mut client, json!({ "id": id, "dry_run": true }));
    let notes = shown["notes"].to_string();
    assert!(notes.contains("cannot be reversed") && notes.contains("with a new id"), "{shown}");
    let first = &shown["plan"]["first"][0];
    let body = json!({ "summary": "ticket 1", "board": { "id": 3 }, "status": { "id": 1 }, "company": { "id": 5 }, "closedFlag": false });
    assert_eq!((&first["method"], &first["body"]), (&json!("POST"), &body), "{shown}");
    assert!(first["url"].as_str().is_some_and(|url| url.ends_with("/service/tickets")), "{shown}");
    let undone = undo(&mut client, json!({ "id": id }));
    assert_eq!((&undone["result"][0]["each"], &undone["result"][0]["id"]), (&json!("1"), &json!(8)), "{undone}");
    assert_eq!((desk.ticket(8)["summary"].clone(), desk.ticket(1)), (json!("ticket 1"), Value::Null));
    let twice = client.refused("undo", json!({ "id": id }));
    assert!(twice.contains("taken back already"), "{twice}");
}

#[test]
fn a_write_of_the_command_line_is_taken_back() {
    let (desk, home) = (Desk::of([1, 2]), Home::indexed());
    let patch = ["call", "PATCH", "/service/tickets/1", "--set", "summary=renamed", "--json"];
    let plan = desk.api.run(&home, &[&patch[..], &["--dry-run"]].concat()).ok().json();
    assert_eq!((&plan["dry_run"], desk.api.lines().len()), (&json!(true), 0));
    let refused = desk.api.run(&home, &patch);
    assert!(
        refused.code == 2 && desk.api.lines().is_empty(),
        "nothing is read before there is consent: {}",
        refused.stderr
    );
    let id = desk.api.run(&home, &[&patch[..], &["--yes"]].concat()).ok().json()["undo"].to_string();
    assert_eq!(desk.api.lines()[0], "GET /service/tickets/1");
    assert_eq!(desk.ticket(1)["summary"], "renamed");
    let listed = desk.api.run(&home, &["undo"]).ok().stdout;
    assert!(listed.contains("PATCH /service/tickets/1"), "{listed}");
    desk.api.run(&home, &["undo", &id, "--yes"]).ok();
    assert_eq!(desk.ticket(1)["summary"], "ticket 1");
    // What cannot be read is changed all the same, and that is said.
    desk.set(2, "hidden", json!(true));
    let blind =
        desk.api.run(&home, &["call", "PATCH", "/service/tickets/2", "--set", "summary=blind", "--yes", "--json"]).ok();
    let answer = blind.json();
    assert!(answer["undo"].is_null() && answer["notes"].to_string().contains("cannot be taken back"), "{answer}");
    assert_eq!(desk.ticket(2)["summary"], "blind");
    // A deletion says plainly what it is, and lists it.
    let id = desk.api.run(&home, &["call", "DELETE", "/service/tickets/1", "--yes", "--json"]).ok().json()["undo"]
        .to_string();
    let refused = desk.api.run(&home, &["undo", &id, "--yes"]);
    assert!(refused.code == 2 && refused.stderr.contains("a deletion cannot be reversed"), "{}", refused.stderr);
    let listed = desk.api.run(&home, &["undo"]).ok().stdout;
    assert!(listed.contains("a deletion cannot be reversed"), "{listed}");
}

#[test]
fn no_secret_is_in_the_journal_and_who_only_reads_takes_nothing_back() {
    let (desk, home) = (Desk::of([1, 2]), Home::indexed());
    desk.set(1, "summary", json!("the password: canary7!word"));
    let mut client = desk.api.client(&home, &["--writes", "allow"]);
    let call = json!({ "path": "/service/tickets/{id}", "method": "PATCH", "for_each": [1, 2],
        "data": { "summary": "hidden", "closedFlag": true } });
    let id = client.dispatch(call)["undo"].clone();
    assert!(!journal(&home).contains("canary7"), "{}", journal(&home));
    let shown = undo(&mut client, json!({ "id": id, "dry_run": true }));
    assert!(shown["notes"].to_string().contains("what summary held was not kept"), "{shown}");
    let mut reader = desk.api.client(&home, &["--read-only"]);
    let denied = reader.refused("undo", json!({ "id": id }));
    assert!(denied.contains("only reads"), "{denied}");
    undo(&mut client, json!({ "id": id }));
    assert_eq!((&desk.ticket(1)["summary"], &desk.ticket(1)["closedFlag"]), (&json!("hidden"), &json!(false)));
    assert_eq!(
        (&desk.ticket(2)["summary"], desk.ticket(2)["closedFlag"].clone()),
        (&ticket(2)["summary"], json!(false))
    );
    let missing = client
        .refused(DISPATCH, json!({ "path": "/service/tickets/9", "method": "PATCH", "data": { "closedFlag": true } }));
    assert!(missing.contains("404"), "{missing}");
}
