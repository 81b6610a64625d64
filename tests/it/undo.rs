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
    let text = client.refused("undo", json!({ "id": id }));
    assert!(text.contains("under another id at best"), "{text}");
    assert_eq!(desk.tickets().len(), 0);
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
