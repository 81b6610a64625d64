//! One call for each of many records: read as one answer, changed as one plan that is asked about once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::{Api, BASE, audit};
use crate::util::Home;

const DISPATCH: &str = "dispatch_api_operation";

/// A desk with tickets by id, which keeps what is written, and answers 500 to what is written to a ticket called "broken".
pub struct Desk {
    pub api: Api,
    tickets: Arc<Mutex<BTreeMap<u64, Value>>>,
}

pub fn ticket(id: u64) -> Value {
    let status = json!({ "id": 1, "name": "New", "_info": { "status_href": "https://example.test/1" } });
    json!({ "id": id, "summary": format!("ticket {id}"), "status": status, "closedFlag": false })
}

impl Desk {
    pub fn of(ids: impl IntoIterator<Item = u64>) -> Self {
        let tickets: BTreeMap<u64, Value> = ids.into_iter().map(|id| (id, ticket(id))).collect();
        let tickets = Arc::new(Mutex::new(tickets));
        let kept = Arc::clone(&tickets);
        Self { api: Api::answering(move |request: &Request| answer(&mut kept.lock().unwrap(), request)), tickets }
    }

    pub fn ticket(&self, id: u64) -> Value {
        self.tickets.lock().unwrap().get(&id).cloned().unwrap_or_default()
    }

    pub fn tickets(&self) -> BTreeMap<u64, Value> {
        self.tickets.lock().unwrap().clone()
    }

    pub fn set(&self, id: u64, field: &str, value: Value) {
        self.tickets.lock().unwrap().get_mut(&id).unwrap()[field] = value;
    }

    pub fn writes(&self) -> Vec<String> {
        self.api.lines().into_iter().filter(|line| !line.starts_with("GET")).collect()
    }
}

fn answer(tickets: &mut BTreeMap<u64, Value>, request: &Request) -> ResponseTemplate {
    let path = request.url.path().strip_prefix(BASE).unwrap_or_default().to_owned();
    let rest = path.strip_prefix("/service/tickets").unwrap_or_default();
    let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
    let json = |status: u16, body: &Value| ResponseTemplate::new(status).set_body_json(body);
    let missing = || json(404, &json!({ "code": "NotFound", "message": "not found" }));
    let id: Option<u64> = rest.split('/').nth(1).and_then(|id| id.parse().ok());
    match (request.method.as_str(), id) {
        ("GET", None) if rest.ends_with("/count") => json(200, &json!({ "count": tickets.len() })),
        ("GET", None) => {
            let open = query.get("conditions").is_some_and(|conditions| conditions.contains("closedFlag"));
            let rows = tickets.values().filter(|ticket| !open || ticket["closedFlag"] == false).cloned();
            let first = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1_usize);
            let rows: Vec<Value> = if first == 1 { rows.collect() } else { Vec::new() };
            json(200, &rows.into())
        }
        ("GET", Some(id)) if rest.ends_with("/notes") => {
            let notes = [
                json!({ "id": id * 10, "text": format!("note of {id}") }),
                json!({ "id": id * 10 + 1, "text": "more" }),
            ];
            if tickets.contains_key(&id) { json(200, &json!(notes)) } else { missing() }
        }
        ("GET", Some(id)) if tickets.get(&id).is_some_and(|ticket| ticket["hidden"] == true) => missing(),
        ("GET", Some(id)) => tickets.get(&id).map_or_else(missing, |ticket| json(200, ticket)),
        ("PATCH", Some(id)) => {
            let Some(ticket) = tickets.get_mut(&id) else { return missing() };
            if ticket["summary"] == "broken" {
                return json(500, &json!({ "message": "broken" }));
            }
            let steps: Value = serde_json::from_slice(&request.body).unwrap();
            for step in steps.as_array().unwrap() {
                ticket[step["path"].as_str().unwrap().trim_start_matches('/')] = step["value"].clone();
            }
            json(200, ticket)
        }
        ("DELETE", Some(id)) => tickets.remove(&id).map_or_else(missing, |_| ResponseTemplate::new(204)),
        ("POST", None) => {
            let id = tickets.keys().last().copied().unwrap_or_default() + 1;
            let mut new: Value = serde_json::from_slice(&request.body).unwrap();
            new["id"] = id.into();
            tickets.insert(id, new.clone());
            json(201, &new)
        }
        _ => missing(),
    }
}

fn close(for_each: Value) -> Value {
    json!({ "path": "/service/tickets/{id}", "method": "PATCH", "data": { "closedFlag": true }, "for_each": for_each })
}

fn with(mut call: Value, name: &str, value: Value) -> Value {
    call[name] = value;
    call
}

/// The rows of an answer, whether they stand as a table or not.
fn rows(answer: &Value) -> Vec<Value> {
    let result = &answer["result"];
    let Some(columns) = result["columns"].as_array() else { return result.as_array().cloned().unwrap_or_default() };
    let row = |values: &Value| {
        let values = values.as_array().unwrap().iter().cloned();
        columns
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .zip(values)
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    result["rows"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn child_lists_of_many_records_come_as_one_answer_with_the_record_each_row_is_of() {
    let (desk, home) = (Desk::of([1, 2, 3]), Home::indexed());
    let mut client = desk.api.client(&home, &[]);
    let notes = |for_each: Value| json!({ "path": "/service/tickets/{parentId}/notes", "for_each": for_each });
    let all: Vec<Value> = [1, 1, 2, 2, 3, 3].iter().map(|id| json!(id)).collect();
    let listed = client.dispatch(json!({ "path": "/service/tickets", "params": { "pageSize": 1 } }));
    assert_eq!(rows(&listed).len(), 3);
    for given in [json!([1, 2, 3]), json!("1, 2,3"), json!("GET /service/tickets?conditions=closedFlag = false")] {
        let answer = client.dispatch(notes(given.clone()));
        let of: Vec<Value> = rows(&answer).iter().map(|row| row["each"].clone()).collect();
        assert_eq!(of, all, "{given}: {answer}");
        assert_eq!((&answer["plan"]["done"], &rows(&answer)[0]["text"]), (&json!(3), &json!("note of 1")), "{answer}");
    }
    // One that fails does not hide the others, and is named.
    let answer = client.dispatch(notes(json!([1, 9, 2])));
    assert_eq!((rows(&answer).len(), &answer["plan"]["failures"][0]["each"]), (4, &json!(9)), "{answer}");
    // Fields are of the rows, and the record stays beside them.
    let answer = client.dispatch(with(notes(json!([1])), "fields", json!(["text"])));
    assert_eq!(rows(&answer)[1], json!({ "each": 1, "text": "more" }), "{answer}");
}

#[test]
fn the_rows_of_a_stored_result_are_records_too() {
    let (desk, home) = (Desk::of(1..=400), Home::indexed());
    let mut client = desk.api.client(&home, &[]);
    let stored = client.dispatch(json!({ "path": "/service/tickets", "return": "full" }));
    let handle = stored["stored_result"]["handle"].clone();
    assert!(handle.is_string(), "{stored}");
    let plan = client.dispatch(with(close(handle), "dry_run", json!(true)))["plan"].clone();
    assert_eq!((&plan["count"], &plan["of"][19], &plan["of"][20]), (&json!(400), &json!(20), &Value::Null), "{plan}");
    assert!(plan["first"][0]["url"].as_str().is_some_and(|url| url.ends_with("/service/tickets/1")), "{plan}");
    assert_eq!(plan["first"].as_array().map(Vec::len), Some(3));
    let unknown = client.refused(DISPATCH, close(json!("0123456789abcdef01234567")));
    assert!(unknown.contains("no stored result"), "{unknown}");
}

#[test]
fn ids_of_another_kind_are_taken_for_none() {
    let (desk, home) = (Desk::of([10, 11, 20]), Home::indexed());
    let mut client = desk.api.client(&home, &[]);
    let refused = client.refused(DISPATCH, close(json!("GET /service/tickets/10/notes")));
    for said in ["are of ServiceNote", "takes the id of Ticket", "`params.id` as `{each/ticketId}`", "as `{each}`"] {
        assert!(refused.contains(said), "{said}: {refused}");
    }
    // The same by the handle of a stored result, whatever was shown of it.
    let handle = client.dispatch(json!({ "path": "/service/tickets/10/notes", "group_by": "text" }))["handle"].clone();
    let refused = client.refused(DISPATCH, close(handle.clone()));
    assert!(refused.contains("are of ServiceNote"), "{refused}");
    assert!(desk.writes().is_empty());
    // Who means these ids says so.
    let meant = with(with(close(handle), "params", json!({ "id": "{each}" })), "dry_run", json!(true));
    assert_eq!(client.dispatch(meant)["plan"]["of"], json!([100, 101]));
    // Rows of tickets are tickets, however they were found.
    let found = with(close(json!("GET /service/tickets?conditions=closedFlag = false")), "dry_run", json!(true));
    assert_eq!(client.dispatch(found)["plan"]["count"], 3);
    // Whoever gives ids alone knows what they are of.
    assert_eq!(client.dispatch(with(close(json!([20])), "dry_run", json!(true)))["plan"]["count"], 1);
}

#[test]
fn one_confirmation_is_for_exactly_one_plan() {
    let (desk, home) = (Desk::of(1..=5), Home::indexed());
    let mut client = desk.api.client(&home, &[]);
    let preview = client.dispatch(close(json!([1, 2, 3])));
    assert_eq!((&preview["sent"], &preview["plan"]["count"]), (&json!(false), &json!(3)), "{preview}");
    assert_eq!(preview["plan"]["first"][0]["body"][0]["value"], true, "{preview}");
    assert!(desk.writes().is_empty());
    let confirmation = preview["confirmation"].clone();
    let other = client.refused(DISPATCH, with(close(json!([1, 2, 4])), "confirmation", confirmation));
    assert!(other.contains("another request"), "{other}");
    let confirmation = client.dispatch(close(json!([1, 2, 3])))["confirmation"].clone();
    let answer = client.dispatch(with(close(json!([1, 2, 3])), "confirmation", confirmation.clone()));
    assert_eq!(answer["plan"]["done"], 3, "{answer}");
    assert_eq!(rows(&answer)[2], json!({ "each": 3, "outcome": "done" }), "{answer}");
    assert!(answer.to_string().len() < 400, "{answer}");
    assert_eq!(desk.writes(), [1, 2, 3].map(|id| format!("PATCH /service/tickets/{id}")));
    assert_eq!(
        (desk.ticket(3)["closedFlag"].clone(), desk.ticket(4)["closedFlag"].clone()),
        (json!(true), json!(false))
    );
    client.refused(DISPATCH, with(close(json!([1, 2, 3])), "confirmation", confirmation));
    // Each is in the audit file by itself, before and after it was sent.
    assert_eq!(audit(&home).len(), 6);
}

#[test]
fn a_user_is_asked_once_and_shown_how_many_which_and_the_first() {
    let (desk, home) = (Desk::of(1..=40), Home::indexed());
    let mut client = desk.api.client_of(&home, json!({ "action": "accept", "content": { "send": true } }));
    client.dispatch(close(json!("GET /service/tickets")));
    assert_eq!((client.questions.len(), desk.writes().len()), (1, 40));
    for text in [
        "Send 40 requests",
        "PATCH /service/tickets/{id} for 1, 2",
        "and 20 more",
        "The first 3 of 40",
        "\"value\": true",
    ] {
        assert!(client.questions[0].contains(text), "{text}: {}", client.questions[0]);
    }
    let mut client = desk.api.client_of(&home, json!({ "action": "decline" }));
    let text = client.refused(DISPATCH, close(json!([1, 2])));
    assert!(text.contains("was not sent for any of 2 records"), "{text}");
    let mut client = desk.api.client(&home, &["--read-only"]);
    client.refused(DISPATCH, close(json!([1, 2])));
    assert_eq!(desk.writes().len(), 40);
}

#[test]
fn what_is_wrong_with_one_request_stops_all_of_them() {
    let (desk, home) = (Desk::of([1, 2]), Home::indexed());
    let mut client = desk.api.client(&home, &["--writes", "allow"]);
    for (call, says) in [
        (close(json!([1, "x/y"])), "for x/y"),
        (close(json!([1, { "summary": "a" }])), "no single value `id`"),
        (with(close(json!([1])), "path", json!("/service/tickets/1")), "takes the records"),
        (close(json!([])), "nothing to do"),
        (close(json!("GET /service/tickets/count")), "no list"),
        (with(close(json!([1, 2])), "data", json!({ "nonsense": 1 })), "for 1"),
    ] {
        let text = client.refused(DISPATCH, call.clone());
        assert!(text.contains(says), "{call}: {text}");
    }
    assert!(desk.writes().is_empty());
}

#[test]
fn values_of_the_rows_stand_where_the_call_names_them() {
    let (desk, home) = (Desk::of([1, 2]), Home::indexed());
    let mut client = desk.api.client(&home, &["--writes", "allow"]);
    let data = json!({ "summary": "again: {each/summary}", "company": { "id": 5 }, "board": { "id": 1 } });
    let call =
        json!({ "path": "/service/tickets", "method": "POST", "data": data, "for_each": "GET /service/tickets" });
    let answer = client.dispatch(call);
    assert_eq!(
        rows(&answer),
        [json!({ "each": 1, "outcome": "done", "id": 3 }), json!({ "each": 2, "outcome": "done", "id": 4 })]
    );
    assert_eq!(
        (&desk.ticket(3)["summary"], &desk.ticket(4)["summary"]),
        (&json!("again: ticket 1"), &json!("again: ticket 2"))
    );
    // The same once more within two minutes is held back, each by itself.
    let call = json!({ "path": "/service/tickets", "method": "POST", "for_each": [1, 3],
        "data": { "summary": "again: ticket {each}", "company": { "id": 5 }, "board": { "id": 1 } } });
    let answer = client.dispatch(call);
    let outcomes: Vec<String> = rows(&answer).iter().map(|row| row["outcome"].as_str().unwrap().to_owned()).collect();
    assert!(outcomes[0].contains("less than two minutes ago") && outcomes[1] == "done", "{answer}");
}

#[test]
fn failures_in_a_row_end_a_plan_and_the_same_call_goes_on_with_what_is_left() {
    let (desk, home) = (Desk::of(1..=6), Home::indexed());
    [3, 4].iter().for_each(|id| desk.set(*id, "summary", json!("broken")));
    let close = |more: &[&str]| {
        let call = ["call", "PATCH", "/service/tickets/{id}", "--set", "closedFlag=true", "--for-each", "1,2,3,4,5,6"];
        desk.api.run(&home, &[&call[..], &["--stop-after", "2", "--json"], more].concat())
    };
    let refused = close(&[]);
    assert!(refused.code == 2 && refused.stderr.contains("add --yes"), "{}", refused.stderr);
    let answer = close(&["--yes"]).ok().json();
    assert_eq!(
        (&answer["plan"]["done"], &answer["plan"]["unknown"], &answer["plan"]["left"]),
        (&json!(2), &json!(2), &json!(2))
    );
    assert!(answer["result"][0]["outcome"].as_str().unwrap().starts_with("unknown: "), "{answer}");
    assert!(answer["notes"].to_string().contains("stopped after 2 failures"), "{answer}");
    [3, 4].iter().for_each(|id| desk.set(*id, "summary", json!("mended")));
    let shown = close(&["--dry-run"]).ok().json();
    assert_eq!(shown["plan"]["of"], json!([3, 4, 5, 6]), "{shown}");
    let answer = close(&["--yes"]).ok().json();
    assert!(answer["notes"].to_string().contains("of which 2 of 6 are done"), "{answer}");
    assert_eq!(answer["plan"]["done"], 6, "{answer}");
    assert!(desk.tickets().values().all(|ticket| ticket["closedFlag"] == true));
    let to = |id: u64| desk.writes().iter().filter(|line| line.ends_with(&format!("/{id}"))).count();
    // Whether the refused ones were made a read told.
    assert_eq!([1, 2, 3, 4, 5, 6].map(to), [1, 1, 2, 2, 1, 1]);
    // What is done is a new plan when it is asked for again.
    assert_eq!(close(&["--dry-run"]).ok().json()["plan"]["count"], 6);
}

#[test]
fn a_plan_goes_on_by_its_number_or_begins_anew() {
    let (desk, home) = (Desk::of(1..=4), Home::indexed());
    desk.set(2, "summary", json!("broken"));
    let call = ["call", "PATCH", "/service/tickets/{id}", "--set", "closedFlag=true", "--for-each", "1,2,3,4"];
    let close =
        |more: &[&str]| desk.api.run(&home, &[&call[..], &["--stop-after", "1", "--yes", "--json"], more].concat());
    let stopped = close(&[]).ok().json();
    assert_eq!((&stopped["plan"]["done"], &stopped["plan"]["left"]), (&json!(1), &json!(2)), "{stopped}");
    let id = stopped["undo"].to_string();
    desk.set(2, "summary", json!("mended"));
    let shown = desk.api.run(&home, &["resume", &id, "--dry-run", "--json"]).ok().json();
    assert_eq!(shown["plan"]["of"], json!([2, 3, 4]), "{shown}");
    let refused = desk.api.run(&home, &["resume", &id]);
    assert!(refused.code == 2 && refused.stderr.contains("add --yes"), "{}", refused.stderr);
    let done = desk.api.run(&home, &["resume", &id, "--yes", "--json"]).ok().json();
    assert_eq!(done["plan"]["done"], 4, "{done}");
    assert!(desk.tickets().values().all(|ticket| ticket["closedFlag"] == true));
    let to = |id: u64| desk.writes().iter().filter(|line| line.ends_with(&format!("/{id}"))).count();
    assert_eq!([1, 2, 3, 4].map(to), [1, 2, 1, 1]);
    let again = desk.api.run(&home, &["resume", &id, "--yes"]);
    assert!(again.code == 2 && again.stderr.contains("nothing of it is left"), "{}", again.stderr);
    let none = desk.api.run(&home, &["resume", "99", "--yes"]);
    assert!(none.code == 2 && none.stderr.contains("there is no change 99"), "{}", none.stderr);
    // A plan that is begun anew sends all of it, whatever was done before.
    desk.set(2, "summary", json!("broken"));
    let other =
        ["call", "PATCH", "/service/tickets/{id}", "--set", "closedFlag=false", "--for-each", "1,2", "--yes", "--json"];
    desk.api.run(&home, &other).ok();
    let shown = desk.api.run(&home, &[&other[..], &["--dry-run"]].concat()).ok().json();
    assert_eq!(shown["plan"]["of"], json!([2]), "{shown}");
    let shown = desk.api.run(&home, &[&other[..], &["--dry-run", "--anew"]].concat()).ok().json();
    assert_eq!(shown["plan"]["of"], json!([1, 2]), "{shown}");
    // What may be a secret is not in the journal, and its plan goes on by the same call alone.
    let secret =
        ["call", "PATCH", "/service/tickets/{id}", "--set", "summary=the password: canary7!word", "--for-each", "1,2"];
    let id = desk.api.run(&home, &[&secret[..], &["--yes", "--json"]].concat()).ok().json()["undo"].to_string();
    let refused = desk.api.run(&home, &["resume", &id, "--yes"]);
    assert!(refused.code == 2 && refused.stderr.contains("was not kept"), "{}", refused.stderr);
    let files = std::fs::read_dir(home.path().join("undo")).unwrap();
    assert!(
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).all(|text| !text.contains("canary7"))
    );
}

#[test]
fn rows_of_all_records_are_counted_and_grouped_as_one_list() {
    let (desk, home) = (Desk::of(1..=3), Home::indexed());
    let mut client = desk.api.client(&home, &["--writes", "allow"]);
    let notes = json!({ "path": "/service/tickets/{parentId}/notes", "for_each": [1, 2, 3] });
    let ask = |more: Value| {
        let mut call = notes.clone();
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call
    };
    let count = client.dispatch(ask(json!({ "count": true })));
    assert_eq!((&count["result"], &count["of_rows"]), (&json!({ "count": 6 }), &json!(6)), "{count}");
    let each = client.dispatch(ask(json!({ "group_by": "each", "count": true })));
    let groups = crate::client::rows(&each["result"]);
    assert_eq!(groups.len(), 3, "{each}");
    assert!(groups.iter().all(|group| group["count"] == 2), "{each}");
    let texts = client.dispatch(ask(json!({ "select": "map(select(.text | startswith(\"note\")) | .each)" })));
    assert_eq!(texts["result"], json!([1, 2, 3]), "{texts}");
    // What changes records has no rows, and nothing of it is sent.
    let change = json!({
        "path": "/service/tickets/{id}", "method": "PATCH", "data": { "summary": "x" }, "for_each": [1, 2], "count": true
    });
    assert!(client.refused(DISPATCH, change).contains("is of rows, and this call changes records"));
    assert_eq!(desk.writes(), [""; 0]);
    // A filter that cannot be is refused before anything is read.
    let sent = desk.api.lines().len();
    assert!(client.refused(DISPATCH, ask(json!({ "select": "map(.id" }))).contains("nothing was sent"));
    assert_eq!(desk.api.lines().len(), sent);
}
