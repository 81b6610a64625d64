//! Lists whose pages are counted from 0 or from 1, where the manifest says which and where it does not.

use std::path::Path;

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::util::Home;

const SIZE: usize = 3;

/// A list of rows on pages of three; `first` is the number of the first page, which is also given where no number is asked for.
fn list(rows: usize, first: usize, name: &'static str, row: fn(usize) -> Value) -> Api {
    Api::answering(move |request: &Request| {
        let page = request
            .url
            .query_pairs()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.parse::<usize>().unwrap());
        let Some(at) = page.unwrap_or(first).checked_sub(first) else { return ResponseTemplate::new(400) };
        let rows: Vec<Value> = (at * SIZE..(at * SIZE + SIZE).min(rows)).map(row).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "items": rows, "asked": request.url.query() }))
    })
}

fn home_of(api: &Api, parameter: &Value) -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "servers": [{ "url": api.url() }],
        "paths": { "/items": { "get": { "parameters": [parameter], "responses": { "200": { "description": "ok" } } } } }
    });
    let manifest = home.write("shop.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "shop", "-q"]).ok();
    home.write("config.toml", "attempts = 1\n");
    home
}

fn numbered(id: usize) -> Value {
    json!({ "id": id })
}

#[test]
fn no_row_is_lost_or_doubled_from_whichever_number_pages_are_counted() {
    let parameter = |schema: Value| json!({ "name": "page", "in": "query", "schema": schema });
    let unsaid = || parameter(json!({ "type": "integer" }));
    for (rows, first, parameter, requests) in [
        (8, 0, unsaid(), 4),
        (8, 1, unsaid(), 5),
        (6, 0, unsaid(), 3),
        (2, 1, unsaid(), 3),
        (2, 0, unsaid(), 2),
        (8, 0, parameter(json!({ "type": "integer", "default": 0 })), 4),
        (8, 1, parameter(json!({ "type": "integer", "default": 1 })), 4),
        // What the manifest says is not always so, and an error of it costs a request at most.
        (8, 1, parameter(json!({ "type": "integer", "default": 0 })), 5),
    ] {
        let api = list(rows, first, "page", numbered);
        let home = home_of(&api, &parameter);
        let answer = api.run(&home, &["call", "GET", "/items", "--all-pages", "--json"]).ok().json();
        let expected: Value = (0..rows).map(numbered).collect();
        let case = format!("{rows} rows from page {first}, {parameter}");
        assert_eq!((&answer["result"], &answer["complete"]), (&expected, &json!(true)), "{case}: {answer}");
        assert_eq!(api.lines().len(), requests, "{case}");
        assert_eq!(api.arrived()[0].query("page"), None);
    }
}

#[test]
fn rows_without_ids_and_a_parameter_of_another_name_are_paged_all_the_same() {
    for first in [0, 1] {
        let api = list(7, first, "pageNumber", |id| json!({ "name": format!("n{id}") }));
        let home = home_of(&api, &json!({ "name": "pageNumber", "in": "query", "schema": { "type": "integer" } }));
        let answer = api.run(&home, &["call", "GET", "/items", "--all-pages", "--json"]).ok().json();
        let expected: Value = (0..7).map(|id| json!({ "name": format!("n{id}") })).collect();
        assert_eq!(answer["result"], expected);
    }
}

#[test]
fn an_api_without_a_page_of_the_next_number_has_given_all_and_another_failure_is_told() {
    for (status, is_complete) in [(404, true), (410, false), (500, false)] {
        let api = Api::answering(move |request: &Request| {
            let page = request.url.query_pairs().find(|(name, _)| name == "page").map(|(_, page)| page.into_owned());
            match page.as_deref() {
                None | Some("1") => ResponseTemplate::new(200).set_body_json(json!([{ "id": 1 }, { "id": 2 }])),
                Some("2") => ResponseTemplate::new(200).set_body_json(json!([{ "id": 3 }])),
                _ => ResponseTemplate::new(status),
            }
        });
        let home = home_of(&api, &json!({ "name": "page", "in": "query", "schema": { "type": "integer" } }));
        let answer = api.run(&home, &["call", "GET", "/items", "--all-pages", "--json"]).ok().json();
        assert_eq!((&answer["rows"], &answer["complete"]), (&json!(3), &json!(is_complete)), "{status}: {answer}");
    }
}

#[test]
fn who_ignores_the_number_of_a_page_is_found_out_and_no_row_is_doubled() {
    let api = Api::of(200, json!([{ "id": 1 }, { "id": 2 }]));
    let home = home_of(&api, &json!({ "name": "page", "in": "query", "schema": {} }));
    let answer = api.run(&home, &["call", "GET", "/items", "--all-pages", "--json"]).ok().json();
    assert_eq!((&answer["rows"], &answer["complete"]), (&json!(2), &json!(false)), "{answer}");
    assert!(answer["notes"].to_string().contains("same page again"), "{answer}");
    assert_eq!(api.lines().len(), 3);
}

#[test]
fn a_list_that_has_no_row_is_no_call_worth_keeping() {
    for (body, is_proposed) in [
        (json!({ "items": [] }), false),
        (json!({ "items": [], "total": 0 }), false),
        (json!([]), false),
        (json!({ "items": [{ "id": 1 }] }), true),
    ] {
        let api = Api::of(200, body.clone());
        let home = home_of(&api, &json!({ "name": "page", "in": "query", "schema": {} }));
        let answer = api.run(&home, &["call", "GET", "/items", "--json"]).ok().json();
        assert_eq!(answer["keep"].is_object(), is_proposed, "{body}: {answer}");
    }
}

#[test]
fn a_number_that_was_asked_for_is_counted_on_from() {
    for first in [0, 1] {
        let api = list(8, first, "page", numbered);
        let home = home_of(&api, &json!({ "name": "page", "in": "query", "schema": { "type": "integer" } }));
        let start = format!("page={}", first + 1);
        let answer = api.run(&home, &["call", "GET", "/items", "--param", &start, "--all-pages", "--json"]).ok().json();
        assert_eq!(answer["result"], (3..8).map(numbered).collect::<Value>());
    }
}

#[test]
fn a_single_page_names_the_next_one_only_where_its_number_is_known() {
    let api = list(8, 0, "page", numbered);
    for (schema, next) in [
        (json!({ "default": 0 }), json!({ "page": 1 })),
        (json!({ "default": 1 }), json!({ "page": 2 })),
        (json!({}), json!(null)),
    ] {
        let home = home_of(&api, &json!({ "name": "page", "in": "query", "schema": schema }));
        let answer = api.run(&home, &["call", "GET", "/items", "--json"]).ok().json();
        assert_eq!((&answer["next"], &answer["more_exist"]), (&next, &json!(null)), "{answer}");
        assert!(answer["more"].as_str().unwrap().contains("may exist"), "{answer}");
        assert_eq!(answer["more"].as_str().unwrap().contains("--all-pages"), next.is_null(), "{answer}");
    }
}

/// A home of an API whose list has these query parameters, each of a type.
fn home_with(api: &Api, parameters: &[(&str, &str)], answer: &Value) -> Home {
    let parameters: Vec<Value> = parameters
        .iter()
        .map(|(name, kind)| json!({ "name": name, "in": "query", "schema": { "type": kind } }))
        .collect();
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "servers": [{ "url": api.url() }],
        "paths": { "/items": { "get": { "parameters": parameters, "responses": { "200": {
            "description": "ok", "content": { "application/json": { "schema": answer } } } } } } }
    });
    let manifest = home.write("shop.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "shop", "-q"]).ok();
    home.write("config.toml", "attempts = 1\n");
    home
}

/// Eight rows, three at a time from the number in a query parameter on; `around` says what stands beside them.
fn eight(name: &'static str, around: fn(Option<usize>) -> Value) -> Api {
    Api::answering(move |request: &Request| {
        let from = request.url.query_pairs().find(|(known, _)| known == name);
        let from = from.map_or(0, |(_, value)| value.parse::<usize>().unwrap());
        let next = Some(from + SIZE).filter(|next| *next < 8);
        let mut body = around(next);
        body["items"] = (from..(from + SIZE).min(8)).map(numbered).collect();
        ResponseTemplate::new(200).set_body_json(body)
    })
}

#[test]
fn pages_behind_tokens_urls_and_offsets_are_all_fetched() {
    let anything = json!({});
    let declared = json!({ "type": "object", "properties": {
        "items": { "type": "array", "items": {} }, "nextPageToken": { "type": "string" } } });
    let token = |next: Option<usize>| next.map_or(json!({}), |next| json!({ "nextPageToken": next.to_string() }));
    let cursor = |next: Option<usize>| json!({ "meta": { "next_cursor": next.map(|next| next.to_string()) } });
    let url = |next: Option<usize>| json!({ "count": 8, "next": next.map(|next| format!("https://x.example/items?offset={next}")) });
    for (name, kind, schema, around) in [
        ("pageToken", "string", &declared, token as fn(Option<usize>) -> Value),
        ("cursor", "string", &anything, cursor),
        ("offset", "integer", &anything, url),
        ("offset", "integer", &anything, |_| json!({})),
        ("$skip", "integer", &anything, |_| json!({ "total": 8 })),
    ] {
        let api = eight(name, around);
        let home = home_with(&api, &[("limit", "integer"), (name, kind)], schema);
        let answer = api.run(&home, &["call", "GET", "/items", "--all-pages", "--json"]).ok().json();
        let expected: Value = (0..8).map(numbered).collect();
        assert_eq!((&answer["result"], &answer["complete"]), (&expected, &json!(true)), "{name}: {answer}");
        // The page by itself names the next one, unless nobody knows that the number counts rows.
        let first = api.run(&home, &["call", "GET", "/items", "--json"]).ok().json();
        if (name, around(Some(3))) == ("offset", json!({})) {
            assert_eq!((&first["next"], first["more"].to_string().contains("--all-pages")), (&Value::Null, true));
        } else {
            assert_eq!(first["next"][name].to_string().trim_matches('"'), "3", "{name}: {first}");
        }
    }
}

#[test]
fn a_list_that_nobody_says_the_end_of_is_never_complete() {
    // A cursor that the answer does not name, and an offset that is a token.
    for (name, kind) in [("cursor", "string"), ("offset", "string"), ("limit", "integer")] {
        let api = eight(name, |_| json!({}));
        let home = home_with(&api, &[(name, kind)], &json!({}));
        let answer = api.run(&home, &["call", "GET", "/items", "--all-pages", "--json"]).ok().json();
        assert_eq!((&answer["complete"], &answer["more_exist"]), (&json!(false), &Value::Null), "{name}: {answer}");
        assert_eq!(api.lines().len(), 1);
    }
}

/// A list of rows of which `place` says where an answer begins, by the number in a parameter; nothing for a failure.
fn placed(name: &'static str, rows: usize, place: fn(Option<usize>) -> Option<usize>) -> Api {
    Api::answering(move |request: &Request| {
        let number = request.url.query_pairs().find(|(known, _)| known == name);
        let Some(from) = place(number.map(|(_, value)| value.parse().unwrap())) else {
            return ResponseTemplate::new(400);
        };
        let rows: Vec<Value> = (from..(from + SIZE).min(rows)).map(numbered).collect();
        // No two answers are the same to the byte.
        ResponseTemplate::new(200).set_body_json(json!({ "items": rows, "asked": request.url.query() }))
    })
}

#[test]
fn an_offset_that_nobody_explains_leads_to_every_row_once_whatever_it_counts() {
    let rows_from_0 = |offset: Option<usize>| Some(offset.unwrap_or(0));
    let rows_from_1 = |offset: Option<usize>| offset.unwrap_or(1).checked_sub(1);
    let pages_from_0 = |offset: Option<usize>| Some(offset.unwrap_or(0) * SIZE);
    let pages_from_1 = |offset: Option<usize>| Some(offset.unwrap_or(1).checked_sub(1)? * SIZE);
    // There is nothing behind the last page, not even an empty one.
    let no_more_pages = |offset: Option<usize>| Some(offset.unwrap_or(0) * SIZE).filter(|from| *from < 6);
    let whole_pages = |offset: Option<usize>| Some(offset.unwrap_or(0) / SIZE * SIZE);
    type Place = fn(Option<usize>) -> Option<usize>;
    for (name, count, place, is_complete, requests) in [
        ("offset", 8, rows_from_0 as Place, true, 4),
        ("offset", 3, rows_from_0, true, 2),
        ("startIndex", 8, rows_from_1, true, 5),
        ("offset", 8, pages_from_0, true, 5),
        ("skip", 6, pages_from_0, true, 4),
        ("start", 3, pages_from_0, true, 3),
        ("offset", 8, pages_from_1, true, 6),
        ("offset", 9, whole_pages, true, 5),
        // What fails is no end.
        ("offset", 6, no_more_pages, false, 4),
    ] {
        let api = placed(name, count, place);
        let home = home_with(&api, &[("limit", "integer"), (name, "integer")], &json!({}));
        let answer = api.run(&home, &["call", "GET", "/items", "--all-pages", "--json"]).ok().json();
        let expected: Value = (0..count).map(numbered).collect();
        assert_eq!((&answer["result"], &answer["complete"]), (&expected, &json!(is_complete)), "{name}: {answer}");
        assert_eq!(api.lines().len(), requests, "{name} {count}: {:?}", api.lines());
    }
}

#[test]
fn an_offset_that_is_ignored_is_found_out_and_one_that_is_given_is_gone_on_from() {
    let api = placed("offset", 8, |_| Some(0));
    let home = home_with(&api, &[("offset", "integer")], &json!({}));
    let answer = api.run(&home, &["call", "GET", "/items", "--all-pages", "--json"]).ok().json();
    let told = (&answer["rows"], &answer["complete"], &answer["more_exist"]);
    assert_eq!(told, (&json!(3), &json!(false), &Value::Null), "{answer}");
    assert!(answer["notes"].to_string().contains("same page again"), "{answer}");

    let api = placed("offset", 12, |offset| Some(offset.unwrap_or(0) * SIZE));
    let home = home_with(&api, &[("offset", "integer")], &json!({}));
    let all = ["call", "GET", "/items", "--param", "offset=1", "--all-pages", "--json"];
    let answer = api.run(&home, &all).ok().json();
    assert_eq!((&answer["result"], &answer["complete"]), (&(3..12).map(numbered).collect(), &json!(true)));
}

#[test]
fn a_page_that_comes_again_in_another_wrapping_is_found_out() {
    // The last page again for every number behind it, and the first again. A full page that comes again is no proof of the end: numbers
    // may have a bound.
    for (behind, rows, is_complete) in [(3, 8, true), (0, 8, false), (3, 9, false), (3, 12, false)] {
        let api = Api::answering(move |request: &Request| {
            let page = request.url.query_pairs().find(|(name, _)| name == "page");
            let page = page.map_or(1, |(_, page)| page.parse::<usize>().unwrap());
            let from = if page > 3 { behind.max(1) - 1 } else { page - 1 } * SIZE;
            let rows: Vec<Value> = (from..(from + SIZE).min(rows)).map(numbered).collect();
            ResponseTemplate::new(200).set_body_json(json!({ "items": rows, "asked": request.url.query() }))
        });
        let home = home_of(&api, &json!({ "name": "page", "in": "query", "schema": { "default": 1 } }));
        let answer = api.run(&home, &["call", "GET", "/items", "--all-pages", "--json"]).ok().json();
        assert_eq!(answer["result"], (0..rows.min(9)).map(numbered).collect::<Value>());
        let more = if is_complete { json!(false) } else { Value::Null };
        assert_eq!((&answer["complete"], &answer["more_exist"]), (&json!(is_complete), &more), "{answer}");
    }
}

#[test]
fn a_page_shorter_than_what_was_asked_for_is_not_the_last() {
    // The server gives three at most.
    let api = list(8, 1, "page", numbered);
    let home = home_with(&api, &[("page", "integer"), ("per_page", "integer")], &json!({}));
    let all = ["call", "GET", "/items", "--param", "per_page=100", "--all-pages", "--json"];
    let answer = api.run(&home, &all).ok().json();
    assert_eq!((&answer["result"], &answer["complete"]), (&(0..8).map(numbered).collect(), &json!(true)));
}
