//! The tools that call, over the real program: what reaches the API, what never does, and what the client is told.

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::{Api, CLIENT_ID, authorization};
use crate::util::Home;

const TICKETS: &str = "/service/tickets";

fn ticket() -> Value {
    json!({
        "summary": "Urgent Network Outage",
        "board": { "id": 10 },
        "company": { "id": 55 },
        "status": { "id": 1 },
        "priority": { "id": 5 }
    })
}

fn notes(answer: &Value) -> String {
    answer["notes"].to_string()
}

#[test]
fn the_read_of_the_contract_arrives_as_it_was_meant_and_says_whether_more_exists() {
    let api = Api::answering(|_: &Request| {
        ResponseTemplate::new(200)
            .insert_header("Link", "<http://127.0.0.1/service/tickets?page=3>; rel=\"next\"")
            .set_body_json(json!([{ "id": 1, "summary": "a" }, { "id": 2, "summary": "b" }]))
    });
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let answer = client.dispatch(json!({
        "path": TICKETS,
        "method": "GET",
        "params": {
            "conditions": "status/name='New' AND priority/name='Critical'",
            "fields": "id,summary",
            "page": 2,
            "pageSize": 100
        }
    }));
    assert_eq!((&answer["status"], &answer["rows"], &answer["more_exist"]), (&json!(200), &json!(2), &json!(true)));
    assert_eq!(answer["next"]["page"].as_str().map_or_else(|| answer["next"]["page"].to_string(), str::to_owned), "3");
    assert_eq!(answer["result"][1], json!({ "id": 2, "summary": "b" }));
    assert!(answer["notice"].as_str().unwrap().contains("not instructions"));
    let arrived = api.one();
    assert_eq!((arrived.method.as_str(), arrived.path.as_str()), ("GET", TICKETS));
    assert_eq!(arrived.query("conditions").unwrap().to_lowercase(), "status/name='new' and priority/name='critical'");
    assert_eq!(arrived.query("fields"), Some("id,summary"));
    assert_eq!((arrived.query("page"), arrived.query("pageSize")), (Some("2"), Some("100")));
    assert_eq!(arrived.header("authorization"), authorization());
    assert_eq!(arrived.header("clientid"), CLIENT_ID);
    let accept = arrived.header("accept");
    assert!(accept.contains("vnd.connectwise") && accept.contains("version="), "{accept}");
}

#[test]
fn the_write_of_the_contract_arrives_as_json() {
    let api = Api::of(201, json!({ "id": 77, "summary": "Urgent Network Outage" }));
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let call = json!({ "path": TICKETS, "method": "POST", "params": null, "data": ticket(), "return": "full" });
    let answer = client.dispatch(call);
    assert_eq!((&answer["status"], &answer["result"]["id"]), (&json!(201), &json!(77)));
    let arrived = api.one();
    assert_eq!((arrived.method.as_str(), arrived.path.as_str(), arrived.query.len()), ("POST", TICKETS, 0));
    assert!(arrived.header("content-type").starts_with("application/json"));
    assert_eq!(arrived.body, ticket());
    assert_eq!(answer["request"]["body"], ticket());
}

#[test]
fn wrong_input_is_answered_with_its_cure_before_anything_is_sent() {
    let api = Api::of(200, json!([]));
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let with = |name: &str, value: &str| json!({ "path": TICKETS, "params": { name: value } });
    for (call, told) in [
        (with("pagesSize", "5"), vec!["params.pagesSize", "pageSize"]),
        // What is refused anyway says all at once.
        (
            with("conditions", "assignedTo = 'jsmith' && id > 5"),
            vec!["params.conditions", "AND", "assignedTo", "owner/identifier"],
        ),
        (with("conditions", "status/name == 'New'"), vec!["="]),
        (with("orderBy", "summary down"), vec!["down", "summary desc"]),
        (json!({ "path": TICKETS, "params": { "page": "two" } }), vec!["params.page", "two"]),
        (json!({ "path": TICKETS, "method": "POST", "data": { "board": { "id": 10 } } }), vec!["data", "`summary`"]),
        (
            json!({ "path": "/service/tickets/1", "method": "PATCH", "data": { "sumary": "x" } }),
            vec!["sumary", "summary"],
        ),
        (json!({ "path": "/service/tickets/{id}" }), vec!["id"]),
        (json!({ "path": TICKETS, "method": "FETCH" }), vec!["FETCH", "GET"]),
        // All problems in one answer.
        (
            json!({ "path": TICKETS, "params": { "pagesSize": 5, "conditions": "nosuchfield = 1" } }),
            vec!["2 problems", "params.pagesSize", "nosuchfield"],
        ),
    ] {
        let text = client.refused("dispatch_api_operation", call.clone());
        for word in told {
            assert!(text.contains(word), "`{word}` for {call}: {text}");
        }
        assert!(text.lines().count() > 1 || text.contains("GET"), "a cure for {call}: {text}");
    }
    assert_eq!(api.lines(), Vec::<String>::new());
}

#[test]
fn validate_false_sends_what_the_checks_refuse() {
    let api = Api::of(200, json!([]));
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    client.dispatch(json!({
        "path": TICKETS,
        "params": { "conditions": "newField = 1", "newParameter": "x" },
        "validate": false
    }));
    let arrived = api.one();
    assert_eq!((arrived.query("conditions"), arrived.query("newParameter")), (Some("newField = 1"), Some("x")));
}

#[test]
fn fields_that_do_not_exist_are_warned_about_and_sent() {
    let api = Api::of(200, json!([]));
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let fields = "id,ticketNumber,summary,urgency";
    let answer = client.dispatch(json!({ "path": TICKETS, "params": { "fields": fields } }));
    for word in ["ticketNumber", "urgency"] {
        assert!(notes(&answer).contains(word), "{answer}");
    }
    assert_eq!(api.one().query("fields"), Some(fields));
}

#[test]
fn a_flat_object_for_patch_becomes_the_array_and_what_was_sent_is_shown() {
    let api = Api::of(200, json!({ "id": 7, "summary": "New text", "status": { "id": 5, "name": "Closed" } }));
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let data = json!({ "summary": "New text", "status/id": 5 });
    let answer =
        client.dispatch(json!({ "path": "/service/tickets/7", "method": "PATCH", "data": data, "return": "full" }));
    let sent = json!([
        { "op": "replace", "path": "summary", "value": "New text" },
        { "op": "replace", "path": "status", "value": { "id": 5 } }
    ]);
    assert_eq!(api.one().body, sent);
    assert_eq!(answer["request"]["body"], sent);
    assert_eq!(answer["not_taken"], Value::Null, "{answer}");
}

#[test]
fn a_patch_that_changes_nothing_is_reported_with_the_value_found() {
    let api = Api::of(200, json!({ "id": 7, "summary": "Old text" }));
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let call = json!({ "path": "/service/tickets/7", "method": "PATCH", "data": { "summary": "New text" } });
    let answer = client.dispatch(call);
    assert_eq!(answer["not_taken"], json!([{ "field": "summary", "wanted": "New text", "found": "Old text" }]));
    assert!(notes(&answer).contains("did not change summary"), "{answer}");
    assert_eq!(api.lines(), ["PATCH /service/tickets/7"]);
}

#[test]
fn an_operation_that_the_manifest_lacks_is_sent_unchecked_and_says_so() {
    let api = Api::of(200, json!({ "new": true }));
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let call = json!({ "path": "/service/brandNewThings/5", "params": { "mode": "x" } });
    client.refused("dispatch_api_operation", call.clone());
    let answer = client.dispatch(json!({ "path": call["path"], "params": call["params"], "validate": false }));
    assert!(notes(&answer).contains("the manifest has no GET /service/brandNewThings/5"), "{answer}");
    assert_eq!(answer["result"], json!({ "new": true }));
    assert_eq!(api.one().query("mode"), Some("x"));
}

#[test]
fn no_path_leaves_the_api() {
    let api = Api::of(200, json!({}));
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let escapes = [
        "/../x",
        "/service/../../../x",
        "/service/%2e%2e/x",
        "/service/..%2fx",
        "//evil.example/x",
        "//service//evil.example",
        "/%2Fevil.example/x",
        "/\\evil.example/x",
        "http://evil.example/service/tickets",
        "@evil.example/x",
        "/service/x\r\nX-Injected: 1",
        "service/nosuch/..",
    ];
    for path in escapes {
        for validate in [true, false] {
            let call = json!({ "path": path, "validate": validate });
            let text = client.refused("dispatch_api_operation", call);
            assert!(text.contains("path") || text.contains("id"), "{path}: {text}");
        }
        let request = json!({ "raw_request": format!("GET {path}") });
        client.refused("send_unmediated_payload", request);
    }
    // A value of a path parameter is one segment, whatever is in it.
    let text = client.refused(
        "dispatch_api_operation",
        json!({ "path": "/service/tickets/{id}", "params": { "id": ".." }, "validate": false }),
    );
    assert!(text.contains("id"), "{text}");
    assert_eq!(api.lines(), Vec::<String>::new());
}

#[test]
fn a_raw_request_is_sent_as_it_is_written() {
    let api = Api::of(200, json!({ "id": 1 }));
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let mut raw = |request: &str| client.result("send_unmediated_payload", json!({ "raw_request": request }));
    raw("GET /service/tickets?conditions=summary like \"%a b%\" and id > 5&pageSize=2");
    raw("post /service/tickets {\"summary\": \"a {b} c\", \"company\": {\"id\": 5}}");
    raw("GET /service/nosuch?a=1");
    let arrived = api.arrived();
    assert_eq!(api.lines(), ["GET /service/tickets", "POST /service/tickets", "GET /service/nosuch"]);
    assert_eq!(arrived[0].query("conditions"), Some("summary like \"%a b%\" and id > 5"));
    assert_eq!((arrived[0].query("pageSize"), arrived[2].query("a")), (Some("2"), Some("1")));
    assert_eq!(arrived[1].body, json!({ "summary": "a {b} c", "company": { "id": 5 } }));
    for (request, told) in [
        ("GET", "METHOD /path"),
        ("GET @service/tickets", "begin with `/`"),
        ("/service/tickets", "the method is missing"),
        ("FETCH /service/tickets", "FETCH"),
        ("POST /service/tickets {\"summary\": ", "JSON"),
        ("GET /service/tickets?pageSize=2#part", "%23"),
    ] {
        let text = client.refused("send_unmediated_payload", json!({ "raw_request": request }));
        assert!(text.contains(told), "{request}: {text}");
    }
    assert_eq!(api.lines().len(), 3);
}

#[test]
fn errors_of_the_api_say_what_to_do_next() {
    let cases = [
        ("/system/info", 401, "{\"code\":\"Unauthorized\",\"message\":\"Invalid key\"}", "CONNECTWISE_PRIVATE_KEY"),
        (
            "/service/tickets/3",
            404,
            "{\"code\":\"NotFound\",\"message\":\"Resource was not found\"}",
            "bad credentials",
        ),
        ("/service/tickets/4", 403, "{\"code\":\"Security\",\"message\":\"no\"}", "Inquire"),
        (
            "/service/tickets/5",
            400,
            "{\"code\":\"InvalidObject\",\"message\":\"bad\",\"errors\":[{\"code\":\"x\",\"message\":\"must be set\",\"resource\":\"ticket\",\"field\":\"companyRec\"}]}",
            "Correct companyRec",
        ),
        ("/service/tickets/6", 502, "<html><title>Bad Gateway</title><body>nginx</body></html>", "proxy"),
        ("/service/tickets/7", 200, "<html><title>Sign in</title></html>", "sign-in page"),
    ];
    let api = Api::answering(move |request: &Request| {
        let (_, status, body, _) = cases.iter().find(|(path, ..)| request.url.path().ends_with(path)).unwrap();
        let kind = if body.starts_with('<') { "text/html" } else { "application/json" };
        ResponseTemplate::new(*status).set_body_raw(*body, kind)
    });
    let home = Home::indexed();
    // A read that meets a 502 is repeated; here once is enough.
    home.write("config.toml", "attempts = 1\n");
    let mut client = api.client(&home, &[]);
    for (path, status, _, told) in cases {
        let text = client.refused("dispatch_api_operation", json!({ "path": path }));
        assert!(text.contains(told) && text.contains(&status.to_string()), "{path}: {text}");
        assert!(!text.contains("<html>"), "{text}");
    }
}

#[test]
fn a_read_that_came_too_fast_is_repeated_when_the_api_says() {
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let api = Api::answering(move |_: &Request| match seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => ResponseTemplate::new(429).insert_header("Retry-After", "0"),
        _ => ResponseTemplate::new(200).set_body_json(json!({ "id": 1 })),
    });
    let home = Home::indexed();
    let answer = api.client(&home, &[]).dispatch(json!({ "path": "/service/tickets/1" }));
    assert_eq!((&answer["status"], &answer["attempts"]), (&json!(200), &json!(2)));
    assert_eq!(api.lines().len(), 2);
}

#[test]
fn a_wait_that_is_too_long_is_told_instead_of_waited() {
    let api = Api::answering(|_: &Request| ResponseTemplate::new(429).insert_header("Retry-After", "3600"));
    let home = Home::indexed();
    let text = api.client(&home, &[]).refused("dispatch_api_operation", json!({ "path": "/service/tickets/1" }));
    assert!(text.contains("3600 s"), "{text}");
    assert_eq!(api.lines().len(), 1);
}

#[test]
fn a_download_goes_to_the_home_folder_and_says_where() {
    let content = b"%PDF-1.7 \x00\xff".to_vec();
    let sent = content.clone();
    let api = Api::answering(move |_: &Request| {
        ResponseTemplate::new(200)
            .set_body_raw(sent.clone(), "application/pdf")
            .insert_header("Content-Disposition", "attachment; filename=\"../../offer.pdf\"")
    });
    let home = Home::indexed();
    let answer = api.client(&home, &[]).dispatch(json!({ "path": "/system/documents/9/download" }));
    let path = std::path::PathBuf::from(answer["file"]["path"].as_str().unwrap());
    assert_eq!(path.parent().unwrap(), home.path().join("downloads"));
    assert!(path.file_name().unwrap().to_str().unwrap().contains("offer"), "{path:?}");
    assert_eq!(std::fs::read(&path).unwrap(), content);
    assert_eq!(answer["file"]["bytes"], content.len());
}

#[test]
fn an_upload_leaves_only_folders_that_the_user_allowed() {
    let api = Api::of(201, json!({ "id": 3 }));
    let home = Home::indexed();
    let outside = home.write("secret.txt", "secret");
    let file = home.write("outbox/offer.txt", "the offer");
    home.write("config.toml", &format!("upload_folders = [{:?}]\n", home.path().join("outbox")));
    let mut client = api.client(&home, &[]);
    let call = |file: &std::path::Path| {
        let data = json!({ "recordType": "Ticket", "recordId": 5, "title": "Offer", "file": file });
        json!({ "path": "/system/documents", "method": "POST", "data": data })
    };
    for wrong in [outside, home.path().join("outbox/../secret.txt")] {
        let text = client.refused("dispatch_api_operation", call(&wrong));
        assert!(text.contains("upload_folders") || text.contains("outbox"), "{text}");
    }
    assert_eq!(api.lines().len(), 0);
    client.dispatch(call(&file));
    let arrived = api.one();
    assert!(arrived.header("content-type").starts_with("multipart/form-data; boundary="));
    let body = String::from_utf8(arrived.request.body).unwrap();
    for part in ["name=\"recordType\"", "Ticket", "name=\"title\"", "filename=\"offer.txt\"", "the offer"] {
        assert!(body.contains(part), "{part}: {body}");
    }
}

#[test]
fn without_settings_a_call_is_refused_with_what_to_set_and_can_still_be_shown() {
    let home = Home::indexed();
    let mut command = home.command(&["serve"]);
    for name in ["API_URL", "COMPANY_ID", "PUBLIC_KEY", "PRIVATE_KEY", "CLIENT_ID", "AUTH_PREFIX"] {
        command.env_remove(format!("CONNECTWISE_{name}"));
    }
    let mut client = crate::client::Client::spawn(command.stderr(std::process::Stdio::null()), None);
    let text = client.refused("dispatch_api_operation", json!({ "path": TICKETS }));
    for name in ["CONNECTWISE_API_URL", "CONNECTWISE_PUBLIC_KEY", "CONNECTWISE_PRIVATE_KEY"] {
        assert!(text.contains(name), "{text}");
    }
    let shown = client.dispatch(json!({ "path": TICKETS, "params": { "pageSize": 5 }, "dry_run": true }));
    assert_eq!((&shown["dry_run"], &shown["request"]["query"]["pageSize"]), (&json!(true), &json!("5")));
    assert!(notes(&shown).contains("CONNECTWISE_API_URL"), "{shown}");
}
