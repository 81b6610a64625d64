//! Downloads, searches, and operations that the manifest lacks.

use insta::assert_snapshot;
use serde_json::json;

use super::{Call, sent_by_generic, written};
use crate::invoke::connectwise::ConnectWise;
use crate::invoke::connectwise::long::{as_search, is_long};
use crate::invoke::draft::{Accept, Habits, Written, as_written, unlisted};
use crate::invoke::generic::Generic;
use crate::invoke::risk::Risk;
use crate::openapi::{Method, read};

#[test]
fn files_are_asked_for_where_they_are_answered() {
    for (path, wanted) in [
        ("/system/documents/{id}/download", Accept::Binary),
        ("/finance/invoices/{id}/pdf", Accept::Binary),
        ("/company/contacts/{id}/image", Accept::Binary),
        ("/system/documents/{id}", Accept::Json),
        ("/service/tickets/{id}", Accept::Json),
    ] {
        let draft = Call::to(Method::Get, path).draft(&json!({ "id": 1 }), None).unwrap();
        assert_eq!(draft.accept, wanted, "{path}");
    }
    let draft = Call::to(Method::Delete, "/service/tickets/{id}").draft(&json!({ "id": 1 }), None).unwrap();
    assert_eq!(draft.accept, Accept::Json);
}

#[test]
fn a_verb_where_the_operation_has_a_number_is_no_read() {
    let unchecked = Call { validate: false, ..Call::to(Method::Get, "/service/tickets/{id}") };
    for (id, reads) in [("5", true), ("mine", true), ("search", true), ("delete", false), ("5:cancel", false)] {
        let draft = unchecked.draft(&json!({ "id": id }), None).unwrap();
        assert_eq!(draft.risk.is_read(), reads, "{id}");
        let path = format!("/service/tickets/{id}");
        let written = Written { method: Method::Get, path: &path, query: "", body: None };
        let raw = as_written(&ConnectWise, &written, Some((unchecked.operation, true)), &|_| false).unwrap();
        assert_eq!(raw.risk.is_read(), reads, "{id}");
    }
}

#[test]
fn long_queries_become_searches() {
    let list = Call::to(Method::Get, "/service/tickets");
    let search = Call::to(Method::Post, "/service/tickets/search").operation;
    let short = list.draft(&json!({ "conditions": "id = 1", "pageSize": 5 }), None).unwrap();
    assert!(!is_long(&short));
    let ids: Vec<String> = (0..400).map(|id| format!("id={id}")).collect();
    let long = list.draft(&json!({ "conditions": ids.join(" or "), "pageSize": 5 }), None).unwrap();
    assert!(is_long(&long));

    let params = json!({
        "conditions": "id = 1", "childConditions": "a", "customFieldConditions": "b", "orderBy": "id desc",
        "page": 1, "pageSize": 5, "fields": "id",
    });
    let draft = list.draft(&params, None).unwrap();
    assert_snapshot!(written(&Ok(as_search(&draft, search).unwrap())), @r#"
    POST /service/tickets/search?fields=id&page=1&pageSize=5
    {"conditions":"id = 1","childConditions":"a","customFieldConditions":"b","orderBy":"id desc"}
    note: sent as POST /service/tickets/search, with conditions, childConditions, customFieldConditions, orderBy in the body: the URL would be too long
    "#);

    let plain = list.draft(&json!({ "pageSize": 5 }), None).unwrap();
    assert_eq!(as_search(&plain, search), None, "nothing to move");
    assert_eq!(as_search(&draft, list.operation), None, "no search");
    let other = Call::to(Method::Post, "/project/tickets/search").operation;
    assert_eq!(as_search(&draft, other), None, "of another list");
}

#[test]
fn unlisted_operations_are_sent_as_they_are() {
    let mut out = String::new();
    for (method, path, params, data) in [
        (Method::Get, "/service/new", json!({ "a": [1, 2], "b": null, "c": { "d": 1 } }), None),
        (Method::Get, "/service/new?x=1%202&y", json!({}), None),
        (Method::Post, "/service/new/{id}/a b", json!({ "id": "7/8" }), Some(json!(["x"]))),
        (Method::Get, "/service/new/{id}", json!({}), None),
        (Method::Get, "/service/{id", json!({}), None),
        (Method::Get, "service/new", json!({}), None),
        (Method::Get, "https://example.com/", json!({}), None),
        (Method::Get, "//example.com/a", json!({}), None),
        (Method::Get, "/a/%2e%2E/b", json!({}), None),
        (Method::Get, "/a/../b", json!({}), None),
        (Method::Get, "/a\\b", json!({}), None),
        (Method::Get, "/a%0d%0ab", json!({}), None),
        (Method::Get, "/a", json!({}), Some(json!({ "a": 1 }))),
    ] {
        out.push_str(&format!("# {method} {path} params {params}\n"));
        out.push_str(&written(&unlisted(&Generic, method, path, params.as_object().unwrap(), data.as_ref())));
    }
    assert_snapshot!(out, @r#"
    # GET /service/new params {"a":[1,2],"b":null,"c":{"d":1}}
    GET /service/new?a=1&a=2&c={"d":1}
    note: the manifest has no GET /service/new; the request is sent as it is, unchecked
    # GET /service/new?x=1%202&y params {}
    GET /service/new?x=1 2&y=
    note: the manifest has no GET /service/new; the request is sent as it is, unchecked
    # POST /service/new/{id}/a b params {"id":"7/8"}
    POST /service/new/7%2F8/a%20b
    ["x"]
    note: the manifest has no POST /service/new/{id}/a b; the request is sent as it is, unchecked
    # GET /service/new/{id} params {}
    params.id: the path `/service/new/{id}` needs a value for `id`
      Write the value into the path.
    # GET /service/{id params {}
    path: path template `/service/{id` opens a brace at byte 9 that nothing closes; close it with `}`
      Write the path with values instead of braces.
    # GET service/new params {}
    path: `service/new` does not begin with `/`
      Give a path below the base URL, such as `/service/tickets`.
    # GET https://example.com/ params {}
    path: `https://example.com/` does not begin with `/`
      Give a path below the base URL, such as `/service/tickets`.
    # GET //example.com/a params {}
    path: `//example.com/a` begins with `//` or has a backslash, which lead to other hosts
      Give a path below the base URL, such as `/service/tickets`.
    # GET /a/%2e%2E/b params {}
    path: `/a/%2e%2E/b` has `.` or `..`, which lead elsewhere
      Give a path below the base URL, such as `/service/tickets`.
    # GET /a/../b params {}
    path: `/a/../b` has `.` or `..`, which lead elsewhere
      Give a path below the base URL, such as `/service/tickets`.
    # GET /a\b params {}
    path: `/a\b` begins with `//` or has a backslash, which lead to other hosts
      Give a path below the base URL, such as `/service/tickets`.
    # GET /a%0d%0ab params {}
    path: `/a%0d%0ab` has control characters
      Give a path below the base URL, such as `/service/tickets`.
    # GET /a params {}
    data: GET takes no body
      Leave `data` out; what filters the answer goes into `params`.
    "#);
}

#[test]
fn an_unlisted_path_that_is_named_like_a_file_is_downloaded() {
    let accept =
        |method: Method, path: &str| unlisted(&Generic, method, path, &serde_json::Map::new(), None).unwrap().accept;
    assert_eq!(accept(Method::Get, "/system/new/7/download"), Accept::Binary);
    assert_eq!(accept(Method::Get, "/system/new/7/download/?size=1"), Accept::Binary);
    assert_eq!(accept(Method::Get, "/system/new/download/7"), Accept::Json);
    assert_eq!(accept(Method::Post, "/system/new/7/download"), Accept::Json);
}

#[test]
fn a_search_is_one_in_any_case_and_in_no_other_spelling() {
    let search = Call::to(Method::Post, "/service/tickets/search");
    let risk = |habits: &dyn Habits, path: &str| {
        let written = Written { method: Method::Post, path, query: "", body: Some("{}") };
        as_written(habits, &written, Some((search.operation, path == search.operation.path)), &|_| false).unwrap().risk
    };
    for path in ["/service/tickets/search", "/Service/Tickets/Search", "/SERVICE/tickets/SEARCH"] {
        assert_eq!(risk(&ConnectWise, path), Risk::Read, "{path}");
        assert_eq!(risk(&Generic, path), Risk::Write, "{path}");
    }
    for path in ["/Service/Tickets/Search/", "/service/tickets/5earch", "/service/tickets/%73earch"] {
        assert_eq!(risk(&ConnectWise, path), Risk::Write, "{path}");
    }
}

#[test]
fn a_request_as_it_is_written_asks_for_the_types_that_its_operation_answers_with() {
    let answer =
        |media_type: &str| json!({ "200": { "description": "", "content": { media_type: { "schema": {} } } } });
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Other", "version": "1" },
        "paths": {
            "/own": { "get": { "responses": answer("application/vnd.acme+json; version=2") } },
            "/plain": { "get": { "responses": answer("application/json") } },
        },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let accept = |habits: &dyn Habits, path: &str| {
        let operation = manifest.operations.iter().find(|known| known.path == path).map(|known| (known, true));
        let written = Written { method: Method::Get, path, query: "", body: None };
        let headers = as_written(habits, &written, operation, &|_| false).unwrap().headers;
        headers.into_iter().find(|(name, _)| name == "Accept").map(|(_, value)| value)
    };
    let called = sent_by_generic(&manifest, &json!({})).unwrap().headers;
    assert_eq!(accept(&Generic, "/own"), called.first().map(|(_, value)| value.clone()));
    assert!(accept(&Generic, "/own").unwrap().starts_with("application/vnd.acme+json; version=2"));
    assert_eq!(accept(&Generic, "/plain"), None);
    assert_eq!(accept(&Generic, "/unlisted"), None);
    // There the settings choose.
    assert_eq!(accept(&ConnectWise, "/own"), None);
}
