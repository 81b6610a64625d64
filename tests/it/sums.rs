//! Answers in one piece: jq filters, groups and sums over all rows of a list, through the whole program.

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::util::{Home, ran};

const STORED: &str = "read_stored_result";
const ROWS: usize = 2_500;
const BOARDS: [&str; 3] = ["Help Desk", "Network", "Projects"];

fn row(id: usize) -> Value {
    let hours: Value = serde_json::from_str("0.10").unwrap();
    json!({
        "id": id,
        "summary": format!("Ticket {id}"),
        "board": { "id": id % 3, "name": BOARDS[id % 3], "_info": { "href": "x" } },
        "actualHours": if id.is_multiple_of(10) { Value::Null } else { hours },
        "_info": { "dateEntered": "2026-01-31T00:00:00Z", "href": "y" },
    })
}

/// A list of [`ROWS`] tickets in pages, whose record 7 is there alone too.
fn api() -> Api {
    Api::answering(|request: &Request| {
        let number = |name: &str| {
            let query = request.url.query_pairs().find(|(known, _)| known == name);
            query.and_then(|(_, value)| value.parse::<usize>().ok())
        };
        if request.url.path().ends_with("/7") {
            return ResponseTemplate::new(200).set_body_json(row(7));
        }
        let size = number("pageSize").unwrap_or(25);
        let from = (number("page").unwrap_or(1) - 1) * size;
        let rows: Vec<Value> = (from..(from + size).min(ROWS)).map(row).collect();
        ResponseTemplate::new(200).set_body_json(rows)
    })
}

#[test]
fn rows_of_all_pages_are_grouped_and_summed_and_no_more_is_asked_for_than_that_needs() {
    let (api, home) = (api(), Home::indexed());
    let mut client = api.client(&home, &[]);
    let answer = client
        .dispatch(json!({ "path": "/service/tickets", "group_by": "board/name", "sum": "actualHours", "count": true }));
    let groups = crate::client::rows(&answer["result"]);
    assert_eq!(
        Value::from(groups),
        json!([
            { "board/name": "Help Desk", "count": 834, "sum(actualHours)": serde_json::from_str::<Value>("75.00").unwrap() },
            { "board/name": "Network", "count": 833, "sum(actualHours)": serde_json::from_str::<Value>("75.00").unwrap() },
            { "board/name": "Projects", "count": 833, "sum(actualHours)": serde_json::from_str::<Value>("75.00").unwrap() },
        ])
    );
    assert_eq!((&answer["of_rows"], &answer["complete"]), (&json!(ROWS), &json!(true)));
    assert!(answer["notes"].to_string().contains("250 of 2500 rows have no number at `actualHours`"), "{answer}");
    assert!(api.arrived().iter().all(|arrived| {
        arrived.path.ends_with("/count") || arrived.query("fields") == Some("board/name,actualHours")
    }));
    // What is kept has no sums, so that no call is proposed that would not be this one.
    assert!(answer["keep"].is_null(), "{answer}");
    // Of the same rows something else can be asked, and nothing is sent for it.
    let sent = api.lines().len();
    let handle = &answer["handle"];
    let count = client.result(STORED, json!({ "handle": handle, "count": true }));
    assert_eq!(count["result"], json!({ "count": ROWS }));
    let picked = client
        .result(STORED, json!({ "handle": handle, "select": "map(select(.board.name == \"Network\")) | length" }));
    assert_eq!(picked["result"], 833);
    assert_eq!(api.lines().len(), sent);
}

#[test]
fn what_is_counted_alone_is_counted_by_the_api_and_what_a_count_has_no_rows_for_is_made_of_its_list() {
    let api = Api::answering(|request: &Request| {
        let is_count = request.url.path().ends_with("/count");
        ResponseTemplate::new(200).set_body_json(if is_count {
            json!({ "count": 2_500 })
        } else {
            json!([row(1), row(2)])
        })
    });
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let conditions = json!({ "conditions": "closedFlag = false" });
    let count = client.dispatch(json!({ "path": "/service/tickets", "params": conditions, "count": true }));
    assert_eq!(count["result"], json!({ "count": 2_500 }), "{count}");
    assert_eq!(api.lines().len(), 1, "{:?}", api.lines());
    let sent = api.one();
    assert_eq!((sent.path.as_str(), sent.query("conditions")), ("/service/tickets/count", Some("closedFlag = false")));
    // The same of the count itself; a page of rows is counted as it was asked for.
    let count = client.dispatch(json!({ "path": "/service/tickets/count", "count": true }));
    assert_eq!(count["result"], json!({ "count": 2_500 }), "{count}");
    let groups = client.dispatch(json!({ "path": "/service/tickets", "group_by": "board/name", "count": true }));
    assert_eq!(groups["of_rows"], 2, "{groups}");
    let sum = client.dispatch(json!({ "path": "/service/tickets/count", "params": conditions, "sum": "actualHours" }));
    assert_eq!(sum["result"]["sum(actualHours)"].to_string(), "0.20", "{sum}");
    assert!(sum["notes"].to_string().contains("those of `/service/tickets` are fetched"), "{sum}");
    let last = api.arrived().pop().unwrap();
    assert_eq!((last.path.as_str(), last.query("conditions")), ("/service/tickets", Some("closedFlag = false")));
}

#[test]
fn a_list_that_finds_nothing_by_a_whole_name_says_how_parts_are_found() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let mut client = api.client(&home, &[]);
    let mut notes = |conditions: &str| {
        let call = json!({ "path": "/service/tickets", "params": { "conditions": conditions } });
        client.dispatch(call)["notes"].to_string()
    };
    let said = notes("closedFlag = false and company/name = \"Acme\"");
    assert!(said.contains("`company/name contains \\\"Acme\\\"` a part of it"), "{said}");
    assert_eq!(notes("closedFlag = false"), "null");
    assert_eq!(notes("company/name contains \"Acme\""), "null");
}

#[test]
fn a_filter_sees_all_rows_as_they_are_shown() {
    let (api, home) = (api(), Home::indexed());
    let mut client = api.client(&home, &[]);
    let select = "{n: length, ids: (map(.id) | [first, last]), row: (.[1] | del(.summary))}";
    let answer = client.dispatch(json!({ "path": "/service/tickets", "select": select }));
    let row = json!({
        "id": 1, "board": { "id": 1, "name": "Network" }, "actualHours": row(1)["actualHours"],
        "dateEntered": "2026-01-31T00:00:00Z",
    });
    assert_eq!(answer["result"], json!({ "n": ROWS, "ids": [0, ROWS - 1], "row": row }));
    // Several outputs are a list, and one that is too large to show is kept.
    let answer = client.dispatch(json!({ "path": "/service/tickets", "select": ".[] | {id, summary}" }));
    assert_eq!((&answer["of_rows"], &answer["rows"]), (&json!(ROWS), &json!(ROWS)));
    let rest = json!({ "handle": answer["stored_result"]["handle"], "offset": ROWS - 1 });
    let last = client.result(STORED, rest)["rows"][0].clone();
    assert_eq!(last, json!({ "id": ROWS - 1, "summary": format!("Ticket {}", ROWS - 1) }));
    // What is no list is filtered as it is.
    let one = client.dispatch(json!({ "path": "/service/tickets/7", "select": ".summary" }));
    assert_eq!(one["result"], "Ticket 7");
    let refused = client.refused("dispatch_api_operation", json!({ "path": "/service/tickets/7", "count": true }));
    assert!(refused.contains("failed on what was fetched: it is no list"), "{refused}");
}

#[test]
fn what_cannot_be_asked_is_refused_before_anything_is_sent() {
    let (api, home) = (api(), Home::indexed());
    let mut client = api.client(&home, &[]);
    let tool = "dispatch_api_operation";
    let refused = [
        (json!({ "path": "/service/tickets", "select": "map(.id" }), "select: at the end of the filter: expected"),
        (json!({ "path": "/service/tickets", "select": "map($ENV.HOME)" }), "a filter sees the rows and nothing else"),
        (json!({ "path": "/service/tickets", "select": "input" }), "`input` is not here"),
        (json!({ "path": "/service/tickets", "select": ".", "count": true }), "two ways to ask"),
        (json!({ "path": "/service/tickets", "top": 3 }), "is of groups, and nothing is grouped"),
        (
            json!({ "path": "/service/tickets/7", "method": "PATCH", "data": { "summary": "x" }, "select": "." }),
            "is no read",
        ),
    ];
    for (arguments, why) in refused {
        let text = client.refused(tool, arguments);
        assert!(text.contains("nothing was sent") && text.contains(why), "{text}");
    }
    assert!(api.lines().is_empty());
    // One that fails on the rows leaves them to be asked again.
    let failed = client.refused(tool, json!({ "path": "/service/tickets", "select": ".id" }));
    assert!(failed.contains("failed on what was fetched") && failed.contains("read_stored_result"), "{failed}");
    let handle = failed.split('`').rev().nth(1).unwrap();
    assert_eq!(client.result(STORED, json!({ "handle": handle, "select": "length" }))["result"], ROWS);
}

#[test]
fn a_sum_of_a_part_of_the_rows_says_so_and_groups_beyond_the_top_are_counted() {
    let (api, home) = (api(), Home::indexed());
    let arguments =
        ["call", "GET", "/service/tickets", "--group-by", "board", "--top", "1", "--max-items", "1000", "--json"];
    let answer = ran(api.command(&home, &arguments).output().unwrap()).ok().json();
    assert_eq!(answer["result"], json!([{ "board": "Help Desk", "count": 334 }]));
    let notes = answer["notes"].to_string();
    assert!(
        notes.contains("this is of the first 1000 rows alone") && notes.contains("2 more groups with 666 rows"),
        "{notes}"
    );
}

#[test]
fn hostile_filters_end_with_an_error_and_the_program_lives_on() {
    let (api, home) = (api(), Home::indexed());
    let mut client = api.client(&home, &[]);
    let first = client.dispatch(json!({ "path": "/service/tickets", "group_by": "board" }));
    let handle = &first["handle"];
    for (filter, why) in [
        ("[limit(1e9; repeat(1))] | length", "it was stopped"),
        ("\"a\" * 10000000000 | length", "it was stopped"),
        ("reduce range(100) as $i (\"a\"; . + .) | length", "it was stopped"),
        ("def f: 1 + f; f", "it was stopped"),
        ("reduce range(1000000) as $i (null; [.]) | tojson | length", "it was stopped"),
        ("reduce range(200) as $i (null; [.])", "nested more than"),
        ("(\"0123456789\" * 100000) as $text | repeat($text)", "larger than 32 MB"),
        ("last(repeat(1))", "it was stopped"),
        ("error(\"no\")", "no"),
    ] {
        let refused = client.refused(STORED, json!({ "handle": handle, "select": filter }));
        assert!(refused.contains("failed on what was fetched") && refused.contains(why), "{filter}: {refused}");
    }
    let deep = format!("{}1{}", "[".repeat(9_000), "]".repeat(9_000));
    for filter in [deep.as_str(), &"-".repeat(9_000), &"[range(9)|".repeat(2_000)] {
        let refused = client.refused(STORED, json!({ "handle": handle, "select": filter }));
        assert!(refused.contains("one problem was found") || refused.contains("failed on"), "{refused}");
    }
    assert_eq!(client.result(STORED, json!({ "handle": handle, "select": "length" }))["result"], ROWS);
}
