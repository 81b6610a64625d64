//! Next pages that are announced, and lead elsewhere or nowhere.

use std::path::Path;

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::util::Home;

/// A home of an API with a list, which takes a cursor.
fn home_of(api: &Api) -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "servers": [{ "url": api.url() }],
        "paths": { "/items": { "get": {
            "parameters": [{ "name": "cursor", "in": "query", "schema": { "type": "string" } }],
            "responses": { "200": { "description": "ok" } },
        } } }
    });
    let manifest = home.write("shop.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "shop", "-q"]).ok();
    home.write("config.toml", "attempts = 1\n");
    home
}

fn all_pages(api: &Api) -> Value {
    let home = home_of(api);
    api.run(&home, &["call", "GET", "/items", "--all-pages", "--json"]).ok().json()
}

#[test]
fn a_next_page_of_another_list_is_not_fetched_from_this_one() {
    for target in ["/orders?cursor=2", "https://other.example/orders?cursor=2", "/items/5/parts?cursor=2"] {
        let in_header = |_: &Request, target: &str| {
            let link = format!("<{target}>; rel=\"next\"");
            ResponseTemplate::new(200)
                .set_body_json(json!([{ "id": 1 }, { "id": 2 }]))
                .insert_header("Link", link.as_str())
        };
        let in_body = |_: &Request, target: &str| {
            ResponseTemplate::new(200)
                .set_body_json(json!({ "items": [{ "id": 1 }, { "id": 2 }], "links": { "next": target } }))
        };
        for answer in [in_header as fn(&Request, &str) -> ResponseTemplate, in_body] {
            let api = Api::answering(move |request: &Request| answer(request, target));
            let answer = all_pages(&api);
            let told = (&answer["rows"], &answer["complete"], &answer["more_exist"], &answer["next"]);
            assert_eq!(told, (&json!(2), &json!(false), &Value::Null, &Value::Null), "{target}: {answer}");
            assert!(answer["notes"].to_string().contains("another path"), "{target}: {answer}");
            assert_eq!(api.lines().len(), 1);
            let home = home_of(&api);
            let page = api.run(&home, &["call", "GET", "/items", "--json"]).ok().json();
            assert_eq!((&page["more_exist"], &page["next"]), (&Value::Null, &Value::Null), "{page}");
            assert!(page["more"].to_string().contains("another path"), "{page}");
        }
    }
}

#[test]
fn a_next_page_of_this_list_is_fetched_whatever_its_server_calls_itself() {
    for target in ["?cursor=2", "/items?cursor=2", "http://inner.example/API/Items/?cursor=2"] {
        let api = Api::answering(move |request: &Request| {
            let is_first = request.url.query().is_none();
            let body = json!({ "items": [{ "id": if is_first { 1 } else { 2 } }], "next": is_first.then_some(target) });
            ResponseTemplate::new(200).set_body_json(body)
        });
        let answer = all_pages(&api);
        let is_here = !target.contains("API");
        assert_eq!(answer["complete"], json!(is_here), "{target}: {answer}");
        assert_eq!(answer["rows"], json!(if is_here { 2 } else { 1 }), "{target}: {answer}");
    }
}

#[test]
fn a_list_that_names_itself_as_its_next_page_for_ever_ends_and_doubles_no_row() {
    for (round, rows) in [(1, 1), (2, 2), (3, 3)] {
        let api = Api::answering(move |request: &Request| {
            // As servers do that add to the URL they were asked for, and take one value of it.
            let query = request.url.query().map(|query| format!("{query}&")).unwrap_or_default();
            let asked = query.matches("cursor=").count();
            let link = format!("<{}?{query}cursor=x{asked}>; rel=\"next\"", request.url.path());
            let body = json!({ "items": [{ "id": asked % round }], "at": asked });
            ResponseTemplate::new(200).set_body_json(body).insert_header("Link", link.as_str())
        });
        let answer = all_pages(&api);
        let expected: Value = (0..rows).map(|id| json!({ "id": id })).collect();
        assert_eq!((&answer["result"], &answer["complete"]), (&expected, &json!(false)), "{answer}");
        assert_eq!(answer["more_exist"], Value::Null);
        assert!(answer["notes"].to_string().contains("same page again"), "{answer}");
        assert_eq!(api.lines().len(), rows + 1);
    }
}
