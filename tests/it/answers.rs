//! What comes back: records, rows, reports, texts, and writes that answer elsewhere or not at all.

use std::path::Path;

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::{Api, audit};
use crate::client::Client;
use crate::util::Home;

const STORED: &str = "read_stored_result";

/// A home with one API of these paths on a server, without a model.
fn home_of(api: &Api, paths: &Value) -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "servers": [{ "url": api.url() }],
        "paths": paths
    });
    let manifest = home.write("shop.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "shop", "-q"]).ok();
    home.write("config.toml", "attempts = 1\n");
    home
}

/// `GET` of a path that answers with these media types and this schema.
fn reading(types: &[&str], schema: &Value) -> Value {
    let content: serde_json::Map<String, Value> =
        types.iter().map(|name| ((*name).to_owned(), json!({ "schema": schema }))).collect();
    json!({ "get": { "responses": { "200": { "description": "ok", "content": content } } } })
}

fn notes(answer: &Value) -> String {
    answer["notes"].to_string()
}

/// All rows of a stored result.
fn stored(client: &mut Client, answer: &Value) -> Vec<Value> {
    let handle = &answer["stored_result"]["handle"];
    let (mut rows, mut offset) = (Vec::new(), json!(0));
    while !offset.is_null() {
        let page = client.result(STORED, json!({ "handle": handle, "offset": offset, "limit": 5_000 }));
        rows.extend(crate::client::rows(&page));
        offset = page["next_offset"].clone();
    }
    rows
}

#[test]
fn a_record_with_few_fields_stays_a_record_whatever_lists_it_holds() {
    for (path, record) in [
        ("/service/tickets/21", json!({ "id": 21, "summary": "x", "customFields": [{ "id": 1 }] })),
        ("/service/tickets/21", json!({ "id": 21, "customFields": [] })),
        ("/finance/agreements/7/sites/3", json!({ "id": 3, "sites": [{ "id": 9 }] })),
        ("/service/teapots/1", json!({ "cups": [{ "id": 9 }] })),
    ] {
        let (api, home) = (Api::of(200, record.clone()), Home::indexed());
        let ran = api.run(&home, &["call", "GET", path, "--no-validate"]).ok();
        assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap(), record, "{path}");
        assert!(!ran.stderr.contains("more_exist") && !ran.stderr.contains("beside_rows"), "{}", ran.stderr);
    }
}

#[test]
fn a_schema_tells_records_from_envelopes_and_where_it_does_not_the_form_does() {
    let members = json!({ "type": "array", "items": { "type": "object" } });
    let of = |properties: Value| json!({ "type": "object", "properties": properties });
    let record = of(json!({ "id": { "type": "integer" }, "members": members }));
    let envelope = of(json!({ "members": members, "total": { "type": "integer" } }));
    let json_alone = &["application/json"][..];
    let api = Api::of(200, json!({ "id": 1, "members": [{ "id": 2 }] }));
    let paths = json!({
        "/groups/{id}": reading(json_alone, &json!({ "allOf": [record, { "type": "object" }] })),
        "/groups": reading(json_alone, &envelope),
        "/anything": reading(json_alone, &json!({})),
    });
    let home = home_of(&api, &paths);
    // Without a schema, what has an id is a record.
    for (path, rows) in [("/groups/5", json!(null)), ("/groups", json!(1)), ("/anything", json!(null))] {
        let answer = api.run(&home, &["call", "GET", path, "--json"]).ok().json();
        assert_eq!(answer["rows"], rows, "{path}: {answer}");
    }
}

#[test]
fn of_an_envelope_the_rows_are_paged_and_what_is_included_grows_with_them() {
    let api = Api::answering(|request: &Request| {
        let page: usize =
            request.url.query_pairs().find(|(name, _)| name == "page").map_or(1, |(_, page)| page.parse().unwrap());
        let of = |kind: &str, id: usize| json!({ "type": kind, "id": id.to_string() });
        let next = (page < 3).then(|| format!("/orders?page={}", page + 1));
        ResponseTemplate::new(200).set_body_json(json!({
            "jsonapi": { "version": "1.1" },
            "data": [of("order", page)],
            "included": [of("customer", 1), of("line", page)],
            "links": { "next": next },
            "meta": { "total": 3 },
            "errors": [],
            "extensions": {},
            "profile": "x"
        }))
    });
    let home = home_of(&api, &json!({ "/orders": reading(&["application/vnd.api+json"], &json!({})) }));
    let page = api.run(&home, &["call", "GET", "/orders", "--json"]).ok().json();
    assert_eq!((&page["rows_of"], &page["rows"], &page["more_exist"]), (&json!("data"), &json!(1), &json!(true)));
    let all = api.run(&home, &["call", "GET", "/orders", "--all-pages", "--json"]).ok().json();
    assert_eq!((&all["rows"], &all["complete"]), (&json!(3), &json!(true)), "{all}");
    let included = all["beside_rows"]["included"].as_array().unwrap();
    assert_eq!(
        included.iter().map(|one| one["type"].as_str().unwrap()).collect::<Vec<_>>(),
        ["customer", "line", "line", "line"]
    );
}

/// A report of so many rows that pages as lists do.
fn report(rows: usize) -> Api {
    Api::answering(move |request: &Request| {
        let query = |name: &str| {
            request.url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.parse::<usize>().unwrap())
        };
        if request.url.path().ends_with("/count") {
            return ResponseTemplate::new(200).set_body_json(json!({ "count": rows }));
        }
        let (page, size) = (query("page").unwrap_or(1), query("pageSize").unwrap_or(1_000));
        let last = (page * size).min(rows);
        let values: Vec<Value> =
            ((page - 1) * size..last).map(|id| json!([id, format!("Acme {id}"), "x".repeat(60)])).collect();
        let columns =
            json!([{ "Company_RecID": { "type": "Numeric" } }, { "Company_Name": { "type": "Text" } }, { "Note": {} }]);
        let answer =
            ResponseTemplate::new(200).set_body_json(json!({ "column_definitions": columns, "row_values": values }));
        if last == rows {
            return answer;
        }
        // A host that a proxy stands for.
        let path = request.url.path();
        let next = format!("<https://elsewhere.example{path}?page={}&pageSize={size}>; rel=\"next\"", page + 1);
        answer.insert_header("Link", next)
    })
}

#[test]
fn a_report_has_rows_by_its_columns_that_are_paged_and_stored_like_any() {
    let (api, home) = (report(1_500), Home::indexed());
    let mut client = api.client(&home, &[]);
    let answer = client.dispatch(json!({ "path": "/system/reports/Company" }));
    assert_eq!(
        (&answer["rows"], &answer["more_exist"], &answer["next"]["page"]),
        (&json!(1_000), &json!(true), &json!("2"))
    );
    assert_eq!((&answer["rows_of"], &answer["shape"]["Company_Name"]), (&json!("row_values"), &json!("string")));
    assert_eq!(answer["beside_rows"]["column_definitions"][0], json!({ "Company_RecID": { "type": "Numeric" } }));
    assert_eq!(crate::client::rows(&answer["result"])[0]["Company_Name"], "Acme 0");
    let rows = stored(&mut client, &answer);
    assert_eq!((rows.len(), &rows[999]["Company_RecID"]), (1_000, &json!(999)));
    drop(client);

    let all = api.run(&home, &["call", "GET", "/system/reports/Company", "--all-pages", "--json"]).ok().json();
    assert_eq!((&all["rows"], &all["complete"], &all["total"]), (&json!(1_500), &json!(true), &json!(1_500)));
    assert_eq!(all["result"][1_499]["Company_Name"], "Acme 1499");
    // The names of columns and a count of rows are what they were.
    let columns = Api::of(200, json!([{ "Company_RecID": { "type": "Numeric" } }]));
    let listed = columns.run(&home, &["call", "GET", "/system/reports/Company/columns", "--json"]).ok().json();
    assert_eq!(listed["rows"], 1);
}

#[test]
fn a_large_record_is_stored_in_small_pieces_and_printed_as_it_came() {
    let lines: Vec<Value> = (0..1_000).map(|id| json!({ "id": id, "text": "x".repeat(60) })).collect();
    let record = json!({ "id": 5, "summary": "y", "lines": lines });
    let (api, home) = (Api::of(200, record.clone()), Home::indexed());
    let mut client = api.client(&home, &[]);
    let answer = client.dispatch(json!({ "path": "/service/tickets/5" }));
    assert!(answer.to_string().len() < 25_000 && answer["more_exist"].is_null());
    let rows = stored(&mut client, &answer);
    assert!(rows.len() > 1_000 && rows.iter().all(|row| row.to_string().len() < 2_500));
    assert!(rows.contains(&json!({ "member": "lines/999", "value": lines[999] })));
    drop(client);
    let printed = api.run(&home, &["call", "GET", "/service/tickets/5"]).ok();
    assert_eq!(serde_json::from_str::<Value>(&printed.stdout).unwrap(), record);
}

#[test]
fn lines_of_json_are_rows_and_texts_are_read_line_by_line() {
    let rows: Vec<Value> = (0..1_000).map(|id| json!({ "id": id, "text": "x".repeat(40) })).collect();
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let csv: String = (0..2_000).map(|id| format!("{id},\"Acme, Inc.\"\r\n")).collect();
    let sent = csv.clone();
    let api = Api::answering(move |request: &Request| {
        let (body, kind): (Vec<u8>, &str) = match request.url.path().rsplit('/').next().unwrap() {
            "events" => (lines.clone().into_bytes(), "application/x-ndjson"),
            "export" => (sent.clone().into_bytes(), "text/csv; charset=utf-8"),
            "feed" => (b"<a>\xfc</a>".to_vec(), "application/xml; charset=ISO-8859-1"),
            "cut" => (b"{\"id\":1}\n{\"id\":".to_vec(), "application/jsonl"),
            _ => (br#"{"data":[{"type":"x"}]}"#.to_vec(), "application/vnd.api+json"),
        };
        ResponseTemplate::new(200).set_body_raw(body, kind)
    });
    let text = json!({ "type": "string" });
    let paths = json!({
        "/events": reading(&["application/x-ndjson"], &json!({ "type": "object" })),
        "/export": reading(&["text/csv"], &text),
        "/feed": reading(&["application/xml", "text/xml"], &text),
        "/cut": reading(&["application/jsonl"], &text),
        "/articles": reading(&["application/vnd.api+json"], &json!({})),
    });
    let home = home_of(&api, &paths);
    let mut client = api.client(&home, &[]);
    let events = client.dispatch(json!({ "path": "/events" }));
    assert_eq!((&events["rows"], &crate::client::rows(&events["result"])[1]), (&json!(1_000), &rows[1]));
    assert_eq!(stored(&mut client, &events), rows);
    let export = client.dispatch(json!({ "path": "/export" }));
    assert_eq!(
        (&export["rows"], &export["result"][1], &export["file"]),
        (&json!(2_000), &json!("1,\"Acme, Inc.\"\r\n"), &json!(null))
    );
    let read: String = stored(&mut client, &export).iter().map(|row| row.as_str().unwrap()).collect();
    assert_eq!(read, csv);
    assert_eq!(client.dispatch(json!({ "path": "/feed" }))["result"], "<a>ü</a>");
    let cut = client.dispatch(json!({ "path": "/cut" }));
    assert!(
        cut["result"] == json!([{ "id": 1 }, "{\"id\":"]) && notes(&cut).contains("cannot be read as JSON"),
        "{cut}"
    );
    assert_eq!(client.dispatch(json!({ "path": "/articles" }))["rows_of"], "data");
    drop(client);
    assert!(!home.path().join("downloads").exists());
    let accepted: Vec<String> = api.arrived().iter().map(|arrived| arrived.header("accept").to_owned()).collect();
    let expected = [
        "application/x-ndjson, */*;q=0.8",
        "text/csv, */*;q=0.8",
        "application/xml, text/xml, */*;q=0.8",
        "application/jsonl, */*;q=0.8",
        "application/vnd.api+json, application/json;q=0.9, */*;q=0.8",
    ];
    assert_eq!(accepted, expected);
    let printed = api.run(&home, &["call", "GET", "/export"]).ok();
    assert_eq!(printed.stdout.lines().count(), 2_000);
    assert!(printed.stdout.contains("\n7,\"Acme, Inc.\""));
}

#[test]
fn a_text_that_comes_as_a_file_can_be_read_and_other_files_are_saved_alone() {
    let api = Api::answering(|request: &Request| {
        let (body, kind) =
            if request.url.path().contains("/9/") { ("a,b\n1,2\n", "text/csv") } else { ("%PDF", "application/pdf") };
        ResponseTemplate::new(200).set_body_raw(body, kind)
    });
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let text = client.dispatch(json!({ "path": "/system/documents/9/download" }));
    assert_eq!((&text["result"], &text["file"]["bytes"]), (&json!("a,b\n1,2\n"), &json!(8)));
    let file = client.dispatch(json!({ "path": "/system/documents/8/download" }));
    assert_eq!((&file["result"], &file["file"]["bytes"]), (&json!(null), &json!(4)));
}

#[test]
fn after_303_the_result_is_read_where_it_is_and_a_write_is_sent_once() {
    let other = Api::of(200, json!({ "stolen": true }));
    let elsewhere = other.url();
    let api = Api::answering(move |request: &Request| {
        let last = request.url.path().rsplit('/').next().unwrap().to_owned();
        let location = match last.as_str() {
            "tickets" => "/v4_6_release/apis/3.0/service/tickets/7".to_owned(),
            "notes" => "/gone".to_owned(),
            "tasks" => elsewhere.clone(),
            "7" => return ResponseTemplate::new(200).set_body_json(json!({ "id": 7 })),
            _ => return ResponseTemplate::new(404),
        };
        ResponseTemplate::new(303).insert_header("Location", location.as_str())
    });
    let home = Home::indexed();
    let mut client = api.client(&home, &["--writes", "allow"]);
    let post = |path: &str, data: Value| json!({ "path": path, "method": "POST", "data": data });
    let created = client.dispatch(post("/service/tickets", json!({ "summary": "x", "company": { "id": 1 } })));
    assert_eq!((&created["status"], &created["result"]), (&json!(200), &json!({ "id": 7 })));
    assert!(notes(&created).contains("303 See Other"), "{created}");
    let arrived = api.arrived();
    assert_eq!(api.lines(), ["POST /service/tickets", "GET /service/tickets/7"]);
    assert_eq!((arrived[1].header("content-type"), arrived[1].request.body.len()), ("", 0));
    assert_eq!(arrived[1].header("authorization"), arrived[0].header("authorization"));
    // What it points to cannot be read, or must not be: the write is done all the same.
    let note = json!({ "text": "x", "internalAnalysisFlag": true });
    for (path, data) in [("/service/tickets/7/notes", note), ("/service/tickets/7/tasks", json!({ "notes": "x" }))] {
        let answer = client.dispatch(post(path, data));
        assert_eq!((&answer["status"], &answer["result"]), (&json!(303), &json!(null)), "{answer}");
        assert!(notes(&answer).contains("was not read") && answer["location"].is_string(), "{answer}");
    }
    assert_eq!(other.lines().len(), 0);
    assert!(
        audit(&home)
            .iter()
            .filter(|line| line["result"] != "sending")
            .all(|line| matches!(line["result"].as_str(), Some("200" | "303")))
    );
}

#[test]
fn a_patch_without_a_record_in_its_answer_has_nothing_to_compare() {
    for (status, body) in
        [(204, ""), (205, ""), (200, ""), (200, "null"), (200, "\"done\""), (200, "{\"id\":6}"), (200, "[]")]
    {
        let api =
            Api::answering(move |_: &Request| ResponseTemplate::new(status).set_body_raw(body, "application/json"));
        let home = Home::indexed();
        let mut client = api.client(&home, &["--writes", "allow"]);
        for method in ["PATCH", "PUT"] {
            let data = json!({ "summary": "new" });
            let answer = client.dispatch(json!({ "path": "/service/tickets/6", "method": method, "data": data }));
            assert_eq!((&answer["status"], &answer["not_taken"]), (&json!(status), &json!(null)), "{answer}");
            assert!(
                notes(&answer).contains("nothing to compare") && notes(&answer).contains("GET /service/tickets/6"),
                "{answer}"
            );
            assert!(!notes(&answer).contains("did not change"), "{answer}");
        }
        assert_eq!(api.lines(), ["PATCH /service/tickets/6", "PUT /service/tickets/6"]);
    }
}

#[test]
fn a_patch_whose_answer_leaves_a_field_out_says_so_of_that_field_alone() {
    let api = Api::of(200, json!({ "id": 6, "summary": "new", "board": { "id": 2 } }));
    let home = Home::indexed();
    let mut client = api.client(&home, &["--writes", "allow"]);
    let data = json!({ "summary": "new", "board": { "id": 1 }, "poNumber": "7" });
    let answer = client.dispatch(json!({ "path": "/service/tickets/6", "method": "PATCH", "data": data }));
    assert_eq!(answer["not_taken"][0]["field"], "board", "{answer}");
    assert_eq!(answer["not_taken"].as_array().unwrap().len(), 1, "{answer}");
    assert!(notes(&answer).contains("does not show poNumber, so there is nothing to compare"), "{answer}");
}

#[test]
fn a_write_that_is_answered_in_another_case_or_with_another_record_is_noted() {
    let api = Api::of(200, json!({ "id": 7, "summary": "NEW", "board": { "id": 2 } }));
    let home = Home::indexed();
    let mut client = api.client(&home, &["--writes", "allow"]);
    let mut write = |method: &str, path: &str| {
        let data = json!({ "summary": "new", "board": { "id": 2 } });
        client.dispatch(json!({ "path": path, "method": method, "data": data, "validate": false }))
    };
    let other = "was to record 6, and the answer shows record 7";
    let answer = write("PATCH", "/service/tickets/7");
    assert_eq!(answer["not_taken"], json!(null), "{answer}");
    assert!(notes(&answer).contains("shows summary in other letter case"), "{answer}");
    assert!(!notes(&answer).contains("did not change") && !notes(&answer).contains("was to record"), "{answer}");
    for method in ["PATCH", "PUT"] {
        let answer = write(method, "/service/tickets/6");
        assert!(notes(&answer).contains(other) && notes(&answer).contains("GET /service/tickets/6"), "{answer}");
    }
}

#[test]
fn an_answer_is_written_to_a_file_that_was_named() {
    const TABLE: &str = "id,name\r\n1,Ann\r\n";
    let api = Api::answering(|request: &Request| match request.url.path().ends_with("/system/info") {
        true => ResponseTemplate::new(200).set_body_raw("{\"version\": \"v2025\"}", "application/json"),
        false => ResponseTemplate::new(200).set_body_raw(TABLE, "text/csv"),
    });
    let home = Home::indexed();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new/tickets.csv");
    let written = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let refused = api.run(&home, &["call", "GET", "/service/tickets"]);
    assert!(refused.code == 1 && refused.stderr.contains("call again with `--output FILE`"), "{}", refused.stderr);
    for _ in 0..2 {
        api.run(&home, &["call", "GET", "/service/tickets", "--output", file.to_str().unwrap()]).ok();
    }
    assert_eq!((written("new/tickets.csv"), written("new/tickets (2).csv")), (TABLE.to_owned(), TABLE.to_owned()));
    // JSON as well, by `raw`, and under the API's name in a folder.
    let ran =
        api.run(&home, &["raw", "GET /system/info", "--output", folder.path().to_str().unwrap(), "--json"]).ok().json();
    assert_eq!(ran["file"]["path"], folder.path().join("info").display().to_string(), "{ran}");
    assert_eq!((written("info").as_str(), &ran["result"]), ("{\"version\": \"v2025\"}", &json!(null)), "{ran}");
    let both = api.run(&home, &["call", "GET", "/service/tickets", "--all-pages", "--output", "x"]);
    assert_eq!(both.code, 2, "{}", both.stderr);
    let sent = api.arrived().len();
    let own = home.path().join("lexicon.toml");
    for (to, why) in
        [(own.to_str().unwrap(), "the program's own files"), ("-", "leave it out to have the answer printed")]
    {
        let refused = api.run(&home, &["call", "GET", "/service/tickets", "--output", to]);
        assert!(
            refused.code != 0 && refused.stderr.contains("--output") && refused.stderr.contains(why),
            "{}",
            refused.stderr
        );
    }
    assert!(api.arrived().len() == sent && !own.exists());
}

#[test]
fn bytes_that_are_declared_as_json_are_kept_as_a_file() {
    // The beginnings of a PNG and of a PDF, and text of windows-1252, which is none of bytes.
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\x01";
    for (body, media_type, is_file) in [
        (PNG, "application/json", true),
        (PNG, "image/png", true),
        (PDF, "application/pdf", true),
        (PDF, "application/octet-stream", true),
        (&b"M\xf6we"[..], "text/plain", false),
        (&b"[1]"[..], "application/octet-stream", false),
    ] {
        let body = body.to_vec();
        let sent = body.clone();
        let api = Api::answering(move |_: &Request| ResponseTemplate::new(200).set_body_raw(sent.clone(), media_type));
        let home =
            home_of(&api, &json!({ "/scans/{id}": reading(&["application/json"], &json!({ "type": "object" })) }));
        let answer = api.run(&home, &["call", "GET", "/scans/7", "--json"]).ok().json();
        assert_eq!(answer["file"].is_object(), is_file, "{media_type}: {answer}");
        if is_file {
            let path = answer["file"]["path"].as_str().unwrap();
            assert_eq!(std::fs::read(path).unwrap(), body);
            assert!(answer["result"].is_null() && notes(&answer).contains("kept as a file"), "{answer}");
        }
    }
}
