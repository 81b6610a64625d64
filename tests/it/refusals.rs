//! What is said after a refusal: every form of an error's body, and the operations that help.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::api::Api;
use crate::util::Home;

/// What a call of ConnectWise's API is told that was answered in this way, and how often it was sent.
fn told(status: u16, body: &str, call: &Value) -> (String, usize) {
    let body = body.to_owned();
    let kind = if body.starts_with('{') || body.starts_with('[') { "application/json" } else { "text/plain" };
    let api =
        Api::answering(move |_: &wiremock::Request| ResponseTemplate::new(status).set_body_raw(body.clone(), kind));
    let home = Home::indexed();
    // Repetitions wait: two are told from one.
    home.write("config.toml", "attempts = 2\n");
    let told = api.client(&home, &["--writes", "allow"]).refused("dispatch_api_operation", call.clone());
    (told, api.lines().len())
}

#[test]
fn errors_of_every_form_are_quoted_and_none_is_dropped() {
    let call = json!({ "path": "/service/tickets/5" });
    for (status, body, said) in [
        (
            405,
            r#"{"Message":"The requested resource does not support http method 'GET'."}"#,
            &["does not support http method 'GET'"][..],
        ),
        (
            400,
            r#"{"Message":"The request is invalid.","ModelState":{"ticket.summary":["is required","is short"]}}"#,
            &["The request is invalid.", "`ticket.summary`: \"is required\"", "\"is short\""],
        ),
        (
            400,
            r#"{"Message":"An error has occurred.","ExceptionMessage":"x is null","ExceptionType":"System.ArgumentException"}"#,
            &["An error has occurred. x is null", "System.ArgumentException"],
        ),
        (
            404,
            r#"{"Message":"No HTTP resource was found.","MessageDetail":"No type was found."}"#,
            &["No HTTP resource was found. No type was found."],
        ),
        (
            400,
            r#"{"type":"about:blank","title":"Bad input","detail":"See the fields","errors":[{"pointer":"/a","detail":"is odd"}]}"#,
            &["Bad input: See the fields", "`/a`: \"is odd\""],
        ),
        (422, r#"{"detail":[{"loc":["body","name"],"msg":"field required"}]}"#, &["`body.name`: \"field required\""]),
        (400, r#"{"errors":[{"title":"Odd","source":{"pointer":"/data/x"}}]}"#, &["the API says: `/data/x`: \"Odd\""]),
        (400, r#"{"errors":["first","second"]}"#, &["the API says: \"first\"; \"second\""]),
        (
            400,
            r#"{"name":["is required"],"age":["is odd","is old"]}"#,
            &["`name`: \"is required\"", "`age`: \"is old\""],
        ),
        (400, r#"[{"message":"one"},{"message":"two"}]"#, &["the API says: \"one\"; \"two\". "]),
        (400, r#"[{"code":"A","message":"one"},{"message":"two"}]"#, &["the API says: \"one\" (A); \"two\". "]),
        (400, r#"{"message":"one","errors":[{"message":"one"},{"message":"two"}]}"#, &["says: \"one\"; \"two\". "]),
        (
            400,
            r#"{"code":"Bad","message":"one","errors":[{"message":"one","field":"x"}]}"#,
            &["the API says: (Bad); `x`: \"one\". "],
        ),
        (400, r#"{"whatever":{"went":"wrong"}}"#, &["{\"whatever\":{\"went\":\"wrong\"}}"]),
        (400, "plain words", &["plain words"]),
    ] {
        let (told, _) = told(status, body, &call);
        for said in said {
            assert!(told.contains(said), "{body}: {told}");
        }
        assert!(!told.contains(";;") && !told.contains("says:;"), "{told}");
    }
}

#[test]
fn a_member_too_many_is_left_out_of_a_record_and_of_a_search_goes_elsewhere() {
    let post = |path: &str, data: Value| json!({ "path": path, "method": "POST", "data": data, "validate": false });
    let unknown = |of: &str| {
        json!({ "code": "InvalidObject", "message": format!("Could not find member 'foo' on object of type '{of}'") })
            .to_string()
    };
    let (record, _) = told(400, &unknown("TimeEntry"), &post("/time/entries", json!({ "foo": 1 })));
    assert!(record.contains("Leave `foo` out of the body: TimeEntry has no such field"), "{record}");
    assert!(!record.contains("pageSize"), "{record}");
    let (search, _) = told(400, &unknown("FilterValues"), &post("/service/tickets/search", json!({ "foo": 1 })));
    assert!(search.contains("`page`, `pageSize` and `fields` go into the query"), "{search}");
}

#[test]
fn a_record_that_is_not_there_may_be_its_twin() {
    let body = r#"{"code":"NotFound","message":"Resource was not found"}"#;
    let named = |path: &str| told(404, body, &json!({ "path": path })).0;
    assert!(named("/service/tickets/40789").contains("GET /project/tickets/40789"));
    assert!(named("/project/tickets/7/notes").contains("GET /service/tickets/7/notes"));
    // Of the same name and another kind.
    for path in ["/time/entries/5", "/expense/reports/5", "/company/contacts/5"] {
        assert!(!named(path).contains("Records of this kind"), "{path}");
    }
}

#[test]
fn what_an_older_server_has_instead_is_named() {
    let body = r#"{"message":"The requested resource does not support http method 'GET'."}"#;
    for status in [404, 405] {
        let (told, _) = told(status, body, &json!({ "path": "/service/tickets/5/allNotes" }));
        assert!(told.contains("have a part of it at GET /service/tickets/5/notes"), "{told}");
    }
    assert!(!told(405, body, &json!({ "path": "/service/tickets/5/notes" })).0.contains("older"));
}

#[test]
fn a_value_that_is_not_there_names_what_lists_the_values() {
    let (status, priority) = (json!({ "id": 99 }), json!({ "id": 98 }));
    let ticket = json!({ "summary": "x", "company": 1, "board": 6, "status": status, "priority": priority });
    let post = json!({ "path": "/service/tickets", "method": "POST", "data": ticket });
    let patch = json!({ "path": "/service/tickets/5", "method": "PATCH", "data": { "status": { "id": 99 } } });
    let of_field = |field: &str, message: &str| {
        json!({ "code": "InvalidObject", "message": "ticket object is invalid", "errors": [{ "code": "InvalidField", "message": message, "resource": "ticket", "field": field }] }).to_string()
    };
    for (call, body, step) in [
        (&post, of_field("status/id", "Status 99 not found"), "GET /service/boards/6/statuses"),
        (&post, of_field("priority", "is invalid"), "GET /service/priorities"),
        (&post, json!({ "code": "NotFound", "message": "Board 6 was not found" }).to_string(), "GET /service/boards"),
        (&patch, of_field("status", "Status 99 does not exist"), "GET /service/boards/{parentId}/statuses"),
    ] {
        let (told, _) = told(400, &body, call);
        assert!(told.contains(step), "{body}: {told}");
    }
    // Of a field that refers to nothing, or where no value is missing, none is named.
    for body in [of_field("summary", "is invalid"), of_field("status", "The status field is required")] {
        assert!(!told(400, &body, &post).0.contains("is listed by"), "{body}");
    }
}

#[test]
fn what_was_not_found_is_the_field_that_the_answer_names() {
    let missing = |field: &str| {
        let error = json!({ "code": "NotFound", "message": "No such record", "resource": "x", "field": field });
        json!({ "code": "NotFound", "message": "Record was not found", "errors": [error] }).to_string()
    };
    let ticket = json!({ "summary": "x", "company": { "id": 99 } });
    let post = json!({ "path": "/service/tickets", "method": "POST", "data": ticket });
    let (posted, _) = told(404, &missing("company/id"), &post);
    assert!(posted.contains("Correct company/id") && posted.contains("GET /company/companies"), "{posted}");
    assert!(!posted.contains("the path or the base URL is wrong"), "{posted}");
    let patch = json!({ "path": "/service/tickets/5", "method": "PATCH", "data": { "company": { "id": 99 } } });
    assert!(told(404, &missing("company"), &patch).0.contains("Correct company and send it again"));
    // Nothing but the path names a record here.
    let (read, _) = told(404, &missing("ticket"), &json!({ "path": "/service/tickets/5" }));
    assert!(read.contains("There may be no record 5"), "{read}");
}

#[test]
fn a_500_that_the_same_request_gets_again_is_not_repeated() {
    let call = json!({ "path": "/service/tickets", "params": { "conditions": "id>5" } });
    for message in [
        "Conversion failed when converting the varchar value 'x' to data type int.",
        "Invalid column name 'foo'.",
        "Unknown column 'x' in 'where clause'",
        "String was not recognized as a valid DateTime.",
        "The conversion of a varchar data type to a datetime data type resulted in an out-of-range value.",
        "Value cannot be null. Parameter name: x",
    ] {
        let (told, sent) = told(500, &json!({ "code": "ConnectWiseApi", "message": message }).to_string(), &call);
        assert!(sent == 1 && told.contains(message) && !told.contains("try again"), "{told}");
        assert!(told.contains("correct what it names"), "{told}");
    }
    let post =
        json!({ "path": "/service/tickets", "method": "POST", "data": { "summary": "x", "company": { "id": 1 } } });
    let (told_of_write, _) = told(500, r#"{"message":"String or binary data would be truncated."}"#, &post);
    assert!(told_of_write.contains("correct what it names, and look in the list"), "{told_of_write}");
    for (status, message) in [
        (500, "Object reference not set"),
        (500, "Transaction (Process ID 60) was deadlocked. The conversion failed"),
        (503, "Conversion failed"),
        (502, "Invalid column"),
    ] {
        let (told, sent) = told(status, &json!({ "message": message }).to_string(), &call);
        assert!(sent == 2 && told.contains("try again later"), "{told}");
    }
}

#[test]
fn less_is_asked_for_only_where_something_makes_it_less() {
    let failed = |path: &str| told(500, r#"{"message":"Timeout expired"}"#, &json!({ "path": path })).0;
    assert!(failed("/service/tickets").contains("narrow it with conditions, fields"));
    assert!(failed("/system/reports/Service").contains("narrow it with conditions, columns"));
    assert!(failed("/service/tickets/5").contains("with `fields`"));
    for path in ["/system/info", "/company/companies/5/info", "/procurement/catalog/5/quantityOnHand"] {
        let told = failed(path);
        assert!(!told.contains("narrow") && !told.contains("fields"), "{path}: {told}");
    }
}

#[test]
fn a_record_of_some_kind_that_is_not_there_may_be_one_of_another_kind() {
    let missing = |field: &str| {
        let error = json!({ "code": "InvalidField", "message": "No such record was found: not found", "field": field });
        json!({ "code": "InvalidObject", "message": "object is invalid", "errors": [error] }).to_string()
    };
    let post = |path: &str, data: Value| json!({ "path": path, "method": "POST", "data": data });
    let entry = |data: Value| told(400, &missing("objectId"), &post("/schedule/entries", data)).0;
    let typed = entry(json!({ "objectId": 5, "type": { "id": 4 } }));
    assert!(typed.contains("`type` says of which kind the record is whose id `objectId` has, and it is {\"id\":4}"));
    assert!(typed.contains("what it may be is listed by GET /schedule/types"), "{typed}");
    let mut untyped = post("/schedule/entries", json!({ "objectId": 5 }));
    untyped["validate"] = json!(false);
    assert!(told(400, &missing("objectId"), &untyped).0.contains("and it was not given"));
    let time = json!({ "chargeToId": 5, "chargeToType": "Activity", "timeStart": "2024-01-31T09:00:00Z" });
    let (charged, _) = told(400, &missing("chargeToId"), &post("/time/entries", time));
    assert!(charged.contains("it is \"Activity\"; it may be ServiceTicket, ProjectTicket"), "{charged}");
    let link = json!({ "recordId": 5, "recordType": "Ticket", "url": "https://contoso.example" });
    let (attached, _) = told(400, &missing("recordId"), &post("/system/documents", link));
    assert!(attached.contains("`recordType` says of which kind"), "{attached}");
    assert!(attached.contains("it is \"Ticket\"; it may be Activity, Agreement, Company"), "{attached}");
    // Of another field nothing is said of kinds.
    let ticket = json!({ "summary": "x", "company": { "id": 99 } });
    assert!(!told(400, &missing("company"), &post("/service/tickets", ticket)).0.contains("of which kind"));
}

#[test]
fn what_a_create_lacks_is_named_with_the_lists_that_give_it() {
    for (path, data, lists) in [
        ("/service/tickets", json!({ "board": 1 }), "Listed by `company`: GET /company/companies."),
        ("/schedule/entries", json!({ "objectId": 5 }), "Listed by `type`: GET /schedule/types."),
        (
            "/company/configurations",
            json!({ "name": "x" }),
            "Listed by `type`: GET /company/configurations/types, `company`: GET /company/companies.",
        ),
        ("/sales/activities", json!({ "name": "x" }), "Listed by `assignTo`: GET /system/members."),
    ] {
        let call = json!({ "path": path, "method": "POST", "data": data });
        let (told, sent) = told(201, "{}", &call);
        assert!(sent == 0 && told.contains(lists), "{path}: {told}");
    }
    let call = json!({ "path": "/schedule/entries", "method": "POST", "data": { "objectId": 5 }, "validate": false });
    let api = Api::of(201, json!({ "id": 1 }));
    let home = Home::indexed();
    api.client(&home, &["--writes", "allow"]).call("dispatch_api_operation", call);
    assert_eq!(api.lines(), ["POST /schedule/entries"]);
}
