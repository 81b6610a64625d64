//! What the manifest does not know of a read: sent, explained where the API refuses it, and remembered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::util::Home;

const CONTACTS: &str = "/company/contacts";

/// An API of this version that refuses filters with `email` as ConnectWise does, and takes every other.
fn refusing(version: &Arc<AtomicUsize>) -> Api {
    let version = Arc::clone(version);
    Api::answering(move |request: &Request| {
        let version = format!("202{}.1", version.load(Ordering::Relaxed));
        let answer = if request.url.query().is_some_and(|query| query.contains("email")) {
            let said =
                json!({ "code": "ApiFindCondition", "message": "email is not a recognized name", "errors": null });
            ResponseTemplate::new(400).set_body_json(said)
        } else {
            ResponseTemplate::new(200).set_body_json(json!([{ "id": 1 }]))
        };
        answer.insert_header("api-current-version", version.as_str())
    })
}

fn list<'a>(conditions: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["call", "GET", CONTACTS, "--param", conditions], more].concat()
}

fn described(api: &Api, home: &Home) -> Value {
    api.run(home, &["describe", "GET", CONTACTS, "--json"]).ok().json()["learned"].clone()
}

#[test]
fn what_the_api_refuses_is_explained_then_and_refused_before_the_next_time() {
    let version = Arc::new(AtomicUsize::new(5));
    let (api, home) = (refusing(&version), Home::indexed());
    let call = list("conditions=email = 'a@b.c'", &[]);
    let rehearsed = api.run(&home, &list("conditions=email = 'a@b.c'", &["--dry-run", "--json"])).ok();
    assert!(rehearsed.stdout.contains("communicationItems/value") && api.lines().is_empty(), "{}", rehearsed.stdout);
    let refused = api.run(&home, &call);
    assert_eq!((refused.code, api.lines().len()), (1, 1), "{}", refused.stderr);
    for word in ["email is not a recognized name", "childConditions", "communicationItems/value = \"a@b.c\""] {
        assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
    }
    let again = api.run(&home, &call);
    assert_eq!((again.code, api.lines().len()), (2, 1), "{}", again.stderr);
    assert!(
        again.stderr.contains("The API refused it on ") && again.stderr.contains("--no-validate"),
        "{}",
        again.stderr
    );
    let learned = described(&api, &home);
    assert_eq!((&learned[0]["name"], &learned[0]["taken"]), (&json!("email"), &json!(false)), "{learned}");
    let kept = std::fs::read_to_string(home.path().join("learned.json")).unwrap();
    assert!(!kept.contains("a@b.c"), "{kept}");
    // What was learned is of one operation, and of one version of the API.
    api.run(&home, &["call", "GET", "/company/companies", "--param", "conditions=email = 'a@b.c'"]);
    assert_eq!(api.lines().len(), 2);
    version.store(6, Ordering::Relaxed);
    api.run(&home, &["call", "GET", CONTACTS]).ok();
    assert_eq!(api.run(&home, &call).code, 1);
    assert_eq!(api.lines().len(), 4);
    // And it can be forgotten.
    assert_eq!(api.run(&home, &call).code, 2);
    let forgotten = api.run(&home, &["doctor", "--forget", "--json"]).ok().json();
    assert_eq!(forgotten, json!({ "forgotten": 1 }));
    assert_eq!((api.run(&home, &call).code, api.lines().len()), (1, 5));
}

#[test]
fn what_the_api_takes_is_sent_and_draws_no_note_from_then_on() {
    let (api, home) = (refusing(&Arc::new(AtomicUsize::new(5))), Home::indexed());
    let rehearse = || {
        let arguments = list("conditions=newerFlag = true and gender = 'Other'", &["--dry-run", "--json"]);
        api.run(&home, &arguments).ok().stdout
    };
    let before = rehearse();
    assert!(before.contains("newerFlag") && before.contains("Other\\\""), "{before}");
    let taken = api.run(&home, &list("conditions=newerFlag = true and gender = 'Other'", &[])).ok();
    assert!(!taken.stderr.contains("has no"), "{}", taken.stderr);
    let after = rehearse();
    assert!(!after.contains("has no field") && !after.contains("has no value"), "{after}");
    let learned = described(&api, &home);
    assert_eq!(learned.as_array().map(Vec::len), Some(2), "{learned}");
    let kept = std::fs::read_to_string(home.path().join("learned.json")).unwrap();
    assert!(kept.contains("gender") && !kept.contains("Other"), "{kept}");
    // Of an order it is the same, and what is no order at all is refused all the same.
    api.run(&home, &["call", "GET", CONTACTS, "--param", "orderBy=newestFlag desc"]).ok();
    assert_eq!(api.arrived().last().unwrap().query("orderBy"), Some("newestFlag desc"));
    for wrong in ["conditions=id == 5", "conditions=id = 'five'", "conditions=id ="] {
        assert_eq!(api.run(&home, &list(wrong, &[])).code, 2, "{wrong}");
    }
    assert_eq!(api.lines().len(), 2);
}

#[test]
fn an_unknown_parameter_of_a_read_is_sent_with_a_note_and_a_misspelt_one_is_told() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let sent = api.run(&home, &["call", "GET", CONTACTS, "--param", "newerParameter=1"]).ok();
    assert!(sent.stderr.contains("may ignore it"), "{}", sent.stderr);
    assert_eq!(api.one().query("newerParameter"), Some("1"));
    for wrong in ["pagesSize=5", "limit=5", "lastName=Flint"] {
        assert_eq!(api.run(&home, &["call", "GET", CONTACTS, "--param", wrong]).code, 2, "{wrong}");
    }
    let write = ["call", "POST", CONTACTS, "--param", "newerParameter=1", "--data", r#"{"firstName":"Fred"}"#, "--yes"];
    assert_eq!(api.run(&home, &write).code, 2);
    assert_eq!(api.lines().len(), 1);
}

#[test]
fn values_that_can_be_read_are_sent_as_the_api_writes_them() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let filter = "conditions=lastUpdated > [03/04/2026] and inactiveFlag = 'false'";
    let sent = api.run(&home, &list(filter, &[])).ok();
    assert_eq!(api.one().query("conditions"), Some("lastUpdated > [2026-03-04] and inactiveFlag = False"));
    assert!(sent.stderr.contains("[2026-04-03]"), "{}", sent.stderr);
    let body = r#"{"conditions":"dateEntered > 'Jan 31, 2024'"}"#;
    let mut client = api.client(&home, &[]);
    let data: Value = serde_json::from_str(body).unwrap();
    client.dispatch(
        json!({ "path": "/service/tickets/search", "method": "POST", "data": data, "params": { "page": 2 } }),
    );
    let search = api.arrived().pop().unwrap();
    assert_eq!((&search.body["conditions"], search.query("page")), (&json!("dateEntered > [2024-01-31]"), Some("2")));
}

#[test]
fn reports_take_columns_and_any_filter_and_counts_are_checked_by_their_list() {
    let (api, home) = (Api::of(200, json!({ "column_definitions": [], "row_values": [] })), Home::indexed());
    let report = |path: &str| {
        let filter = "conditions=Company_ID=\"acme\" and Any_Column > 5";
        let more = ["--param", "columns=Company_ID", "--param", "orderBy=Company_ID desc", "--dry-run", "--json"];
        api.run(&home, &[&["call", "GET", path, "--param", filter], &more[..]].concat()).ok().stdout
    };
    for path in ["/system/reports/Company", "/system/reports/Company/count"] {
        let shown = report(path);
        assert!(shown.contains("columns=Company_ID") && !shown.contains("has no"), "{shown}");
    }
    let count = |filter: &str| {
        let filter = format!("conditions={filter}");
        let call = ["call", "GET", "/service/SLAs/info/count", "--param", &filter, "--dry-run", "--json"];
        api.run(&home, &call).ok().stdout
    };
    assert!(!count("id>5").contains("has no field"), "{}", count("id>5"));
    assert!(count("nosuch>5").contains("SLA has no field"), "{}", count("nosuch>5"));
}

#[test]
fn a_place_in_a_list_goes_with_the_header_that_gives_it_its_meaning() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    for (parameter, path, wanted) in
        [("pageId=20", CONTACTS, "forward-only"), ("page=2", CONTACTS, ""), ("pageId=20", "/system/audittrail", "")]
    {
        api.run(&home, &["call", "GET", path, "--param", parameter]);
        assert_eq!(api.arrived().last().unwrap().header("pagination-type"), wanted, "{path} {parameter}");
    }
}

/// The same holds for an API of which nothing but its manifest is known.
#[test]
fn a_read_of_any_api_is_sent_with_what_its_manifest_does_not_know_and_a_write_is_not() {
    let api = Api::answering(|request: &Request| match request.url.query() {
        Some(query) if query.contains("kind=dragon") || query.contains("limit=500") => {
            ResponseTemplate::new(400).set_body_json(json!({ "message": "bad kind or limit" }))
        }
        _ => ResponseTemplate::new(200).set_body_raw(r#"[{"id":1},{"id":2,"weight":NaN},{id:3}]"#, "application/json"),
    });
    let home = Home::with_models("/nonexistent/models".into());
    let query = |name: &str, schema: Value| json!({ "name": name, "in": "query", "schema": schema });
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Pets", "version": "1" },
        "servers": [{ "url": api.url() }],
        "paths": { "/pets": {
            "get": {
                "parameters": [
                    query("kind", json!({ "type": "string", "enum": ["cat", "dog"] })),
                    query("limit", json!({ "type": "integer", "maximum": 100 })),
                    query("tags", json!({ "type": "array", "maxItems": 1, "items": { "type": "string", "enum": ["big"] } })),
                ],
                "responses": { "200": { "description": "ok" } }
            },
            "post": {
                "parameters": [
                    query("level", json!({ "type": "integer", "maximum": 3 })),
                    { "name": "X-Kind", "in": "header", "schema": { "type": "string" } },
                    query("X-Kind", json!({ "type": "string" })),
                ],
                "responses": { "201": { "description": "ok" } }
            },
        } },
    });
    let manifest = home.write("pets.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "pets", "-q"]).ok();
    let call = |method: &str, params: &[&str]| {
        let given = params.iter().flat_map(|param| ["--param", param]);
        let arguments: Vec<&str> = ["call", method, "/pets", "--yes"].into_iter().chain(given).collect();
        home.run(&arguments)
    };
    // What would have been said before is said where the API refuses it.
    for (params, said) in [("kind=dragon", "Give one of `cat` or `dog`"), ("limit=500", "Give an integer up to 100")] {
        let refused = call("GET", &[params]);
        assert!(refused.code == 1 && refused.stderr.contains(said), "{params}: {}", refused.stderr);
    }
    for (params, said) in [
        (&["owner=x"][..], "declares no such parameter"),
        (&["kind=bird"], "does not list"),
        (&["limit=200"], "too large by the manifest"),
        (&["tags=[\"big\",\"wild\"]"], "has 2 items"),
        (&["header:X-New=1"], "declares no such parameter"),
    ] {
        let sent = call("GET", params).ok();
        assert!(sent.stderr.contains(said), "{params:?}: {}", sent.stderr);
        // A row that is no JSON is shown as its text, and a number that JSON does not have as its own.
        assert!(sent.stdout.contains("\"NaN\"") && sent.stdout.contains("{id:3}"), "{}", sent.stdout);
        assert!(sent.stderr.contains("1 value of the answer cannot be read as JSON"), "{}", sent.stderr);
    }
    assert_eq!(api.arrived().last().unwrap().header("x-new"), "1");
    let sent = api.lines().len();
    for params in ["limits=5", "kind=Catt", "limit=many", "limit=", "header:Authorization=x"] {
        let refused = call("GET", &[params]);
        assert!(refused.code == 2 || params == "limit=", "{params}: {}", refused.stderr);
    }
    for params in ["owner=x", "level=4", "header:X-New=1"] {
        assert_eq!(call("POST", &[params]).code, 2, "{params}");
    }
    // What is declared is known by its place, too.
    call("POST", &["query:X-Kind=a", "header:X-Kind=b", "query:level=3"]).ok();
    assert_eq!(api.arrived().pop().map(|arrived| arrived.header("x-kind").to_owned()).as_deref(), Some("b"));
    let sent = sent + 1;
    // A parameter that makes a write of a read is no parameter of a read.
    assert_eq!(call("GET", &["method=DELETE"]).code, 2);
    assert_eq!(api.lines().len(), sent + 1);
}
