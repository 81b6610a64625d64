//! Next pages that are announced, and lead elsewhere or nowhere.

use std::path::Path;

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::{Api, BASE};
use crate::util::Home;

/// A home of an API with a list, which takes a cursor.
fn home_of(api: &Api) -> Home {
    home_at(api, "/items", &json!([{ "name": "cursor", "in": "query", "schema": { "type": "string" } }]))
}

/// A home of an API that answers to a GET of a path, with these parameters and no schema of the answer.
fn home_at(api: &Api, path: &str, parameters: &Value) -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "servers": [{ "url": api.url() }],
        "paths": { path: { "get": {
            "parameters": parameters,
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

/// An API whose pages are these, each asked for with the parameter `cursor` and its number, the first without.
fn pages(bodies: Vec<Value>) -> Api {
    Api::answering(move |request: &Request| {
        let cursor = request.url.query_pairs().find(|(name, _)| name.contains("cursor") || name.contains("skiptoken"));
        let page = cursor.map_or(1, |(_, value)| value.parse::<usize>().unwrap());
        ResponseTemplate::new(200).set_body_json(&bodies[page - 1])
    })
}

#[test]
fn a_page_without_the_rows_of_the_first_adds_none_and_the_list_is_not_called_complete() {
    for (name, other) in [
        ("errors", json!([{ "message": "shard 3 timed out" }])),
        ("extra", json!([{ "z": 1 }])),
        ("message", json!("try later")),
    ] {
        let api = pages(vec![
            json!({ "items": [{ "id": 1 }], "next": "?cursor=2" }),
            json!({ name: other, "next": "?cursor=3" }),
            json!({ "items": [{ "id": 3 }] }),
        ]);
        let answer = all_pages(&api);
        let told = (&answer["result"], &answer["complete"], &answer["more_exist"], &answer["next"]);
        assert_eq!(told, (&json!([{ "id": 1 }, { "id": 3 }]), &json!(false), &Value::Null, &Value::Null), "{answer}");
        assert!(answer["notes"].to_string().contains(&format!("page 2 has no `items`, but `{name}`")), "{answer}");
        if other.is_array() {
            assert_eq!(answer["beside_rows"][name], other, "{answer}");
        }
    }
    // The page is the last that was fetched: it can be asked for again.
    let api = pages(vec![json!({ "items": [{ "id": 1 }], "next": "?cursor=2" }), json!({ "error": { "code": 7 } })]);
    let answer = all_pages(&api);
    assert_eq!((&answer["complete"], &answer["next"]), (&json!(false), &json!({ "cursor": "2" })), "{answer}");
}

#[test]
fn a_further_page_is_read_by_the_member_of_the_first_however_odd_it_is() {
    let next = "?cursor=3";
    for (odd, rows) in [
        (json!({ "id": "p2", "items": [{ "id": 2 }], "next": next }), json!([{ "id": 1 }, { "id": 2 }, { "id": 3 }])),
        (json!({ "items": null, "next": next }), json!([{ "id": 1 }, { "id": 3 }])),
        (json!({ "items": [{ "id": 2 }, "x"], "next": next }), json!([{ "id": 1 }, { "id": 2 }, "x", { "id": 3 }])),
        // As APIs write it that leave out what is empty.
        (json!({ "next": next }), json!([{ "id": 1 }, { "id": 3 }])),
    ] {
        let first = json!({ "items": [{ "id": 1 }], "next": "?cursor=2" });
        let api = pages(vec![first, odd.clone(), json!({ "items": [{ "id": 3 }], "next": null })]);
        let answer = all_pages(&api);
        assert_eq!((&answer["result"], &answer["complete"]), (&rows, &json!(true)), "{odd}: {answer}");
    }
}

#[test]
fn what_is_advised_to_go_on_is_taken_by_the_program_itself() {
    for (name, is_declared) in [("cursor", true), ("other-cursor", false)] {
        let api = pages(vec![
            json!({ "items": [{ "id": 1 }], "next": format!("?{name}=2") }),
            json!({ "items": [{ "id": 2 }], "next": null }),
        ]);
        let home = home_of(&api);
        let page = api.run(&home, &["call", "GET", "/items", "--json"]).ok().json();
        let some = api.run(&home, &["call", "GET", "/items", "--all-pages", "--max-items", "1", "--json"]).ok().json();
        let pair = format!("{name}=2");
        for said in [page["more"].to_string(), some["notes"].to_string()] {
            assert!(said.contains(&pair) && said.contains("--no-validate") != is_declared, "{said}");
        }
        let unchecked: &[&str] = if is_declared { &[] } else { &["--no-validate"] };
        let arguments = [&["call", "GET", "/items", "--param", &pair, "--json"], unchecked].concat();
        assert_eq!(api.run(&home, &arguments).ok().json()["result"], json!([{ "id": 2 }]));
    }
}

#[test]
fn the_links_of_a_bundle_lead_to_its_next_page_and_end() {
    let bundle = |id: u8, links: Value| {
        let entry = json!([{ "fullUrl": format!("x/{id}"), "resource": { "id": id } }]);
        json!({ "resourceType": "Bundle", "id": format!("b{id}"), "type": "searchset", "total": 2, "link": links, "entry": entry })
    };
    let linked = |id: u8, links: Value| json!({ "id": id, "links": links, "orders": [{ "id": id }] });
    let own = json!({ "relation": "self", "url": "?cursor=1" });
    let (next, first) = (json!({ "rel": "next", "href": "?cursor=2" }), json!({ "rel": "first", "href": "?a=1" }));
    for bodies in [
        vec![bundle(1, json!([own.clone(), { "relation": "next", "url": "?cursor=2" }])), bundle(2, json!([own]))],
        vec![linked(1, json!([next])), linked(2, json!([first]))],
    ] {
        let api = pages(bodies);
        let answer = all_pages(&api);
        assert_eq!((&answer["rows"], &answer["complete"], api.lines().len()), (&json!(2), &json!(true), 2), "{answer}");
        let home = home_of(&api);
        let page = |more: &[&str]| api.run(&home, &[&["call", "GET", "/items", "--json"], more].concat()).ok().json();
        assert_eq!(page(&[])["next"], json!({ "cursor": "2" }));
        let last = page(&["--param", "cursor=2"]);
        assert_eq!(
            (&last["rows"], &last["more_exist"], &last["more"]),
            (&json!(1), &json!(false), &Value::Null),
            "{last}"
        );
    }
}

#[test]
fn a_next_link_relative_to_the_request_is_followed_and_its_absence_ends_the_list() {
    let parameters: Vec<Value> =
        ["$skip", "$top"].map(|name| json!({ "name": name, "in": "query", "schema": { "type": "integer" } })).into();
    let api = pages(vec![
        json!({ "@odata.context": "x", "@odata.nextLink": "rel?$skiptoken=2", "value": [{ "id": 1 }] }),
        json!({ "@odata.context": "x", "value": [{ "id": 2 }] }),
    ]);
    let home = home_at(&api, "/odata/rel", &parameters.into());
    let answer = api.run(&home, &["call", "GET", "/odata/rel", "--all-pages", "--json"]).ok().json();
    assert_eq!((&answer["rows"], &answer["complete"]), (&json!(2), &json!(true)), "{answer}");
    assert_eq!(api.lines().len(), 2);
}

#[test]
fn a_record_that_its_path_names_is_not_torn_into_rows() {
    let order = json!({ "orderNumber": 5, "customer": "x", "total": 9, "lines": [{ "sku": "a" }] });
    let stay = json!({ "result": { "start": 1, "limit": 2, "first": "a", "last": "b", "entries": [{ "a": 1 }] }, "status": "ok" });
    for (body, rows_of) in
        [(order, Value::Null), (stay, Value::Null), (json!({ "result": [{ "a": 1 }] }), json!("result"))]
    {
        let api = Api::of(200, body.clone());
        let id = json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }]);
        let home = home_at(&api, "/things/{id}", &id);
        let answer = api.run(&home, &["call", "GET", "/things/5", "--json"]).ok().json();
        assert_eq!(answer["rows_of"], rows_of, "{answer}");
        assert_eq!(answer["result"], if rows_of.is_null() { body.clone() } else { body["result"].clone() });
    }
}

/// A FHIR server: a search is kept, and its pages are given out at the base URL.
fn fhir(bundle: impl Fn(&str, &Request) -> Value + Send + Sync + 'static) -> Api {
    Api::answering(move |request: &Request| {
        let base = format!("http://{}{BASE}", request.headers["host"].to_str().unwrap());
        ResponseTemplate::new(200).set_body_json(bundle(&base, request))
    })
}

fn patients(api: &Api, arguments: &[&str]) -> (Home, Value) {
    let home = home_at(api, "/Patient", &json!([{ "name": "name", "in": "query", "schema": { "type": "string" } }]));
    let call = ["call", "GET", "/Patient", "--param", "name=Smith", "--json"];
    let answer = api.run(&home, &[&call[..], arguments].concat()).ok().json();
    (home, answer)
}

#[test]
fn pages_that_a_server_keeps_at_its_base_url_are_read_there() {
    let api = fhir(|base, request| {
        let entry = |id: usize| json!([{ "resource": { "resourceType": "Patient", "id": id.to_string() } }]);
        let query: std::collections::HashMap<_, _> = request.url.query_pairs().into_owned().collect();
        let offset: usize = query.get("_getpagesoffset").map_or(0, |offset| offset.parse().unwrap());
        assert_eq!(query.contains_key("name"), offset == 0, "{query:?}");
        let next = format!("{base}?_getpages=8f0e-1%2F2&_getpagesoffset={}&_count=1&_bundletype=searchset", offset + 1);
        let mut link = vec![json!({ "relation": "self", "url": format!("{base}/Patient?name=Smith") })];
        link.extend((offset < 2).then(|| json!({ "relation": "next", "url": next })));
        json!({ "resourceType": "Bundle", "id": "b", "type": "searchset", "link": link, "entry": entry(offset) })
    });
    let (home, answer) = patients(&api, &["--all-pages"]);
    assert_eq!(
        (&answer["rows"], &answer["complete"], &answer["pages"]),
        (&json!(3), &json!(true), &json!(3)),
        "{answer}"
    );
    assert!(answer["notes"].to_string().contains("at another path"), "{answer}");
    assert_eq!(api.lines(), ["GET /Patient", "GET ", "GET "]);
    let asked: Vec<String> = api.arrived().iter().map(|sent| sent.request.url.query().unwrap().to_owned()).collect();
    assert_eq!(asked[1], "_getpages=8f0e-1%2F2&_getpagesoffset=1&_count=1&_bundletype=searchset");

    let page = api.run(&home, &["call", "GET", "/Patient", "--param", "name=Smith", "--json"]).ok().json();
    assert_eq!((&page["more_exist"], &page["next"]), (&json!(true), &Value::Null), "{page}");
    let more = page["more"].as_str().unwrap();
    let raw = more.split('`').find(|text| text.starts_with("GET ")).unwrap();
    assert!(more.contains("--all-pages") && more.contains("raw"), "{more}");
    assert_eq!(api.run(&home, &["raw", raw, "--json"]).ok().json()["rows"], 1);

    let (_, cut) = patients(&api, &["--all-pages", "--max-items", "2"]);
    assert_eq!((&cut["rows"], &cut["complete"], &cut["next"]), (&json!(2), &json!(false), &Value::Null), "{cut}");
    assert!(cut["notes"].to_string().contains("`GET /?_getpages=8f0e-1%2F2&_getpagesoffset=2"), "{cut}");
}

#[test]
fn a_search_that_found_nothing_is_a_complete_empty_list() {
    let api = fhir(|base, _| {
        let link = json!([{ "relation": "self", "url": format!("{base}/Patient?name=Smith") }]);
        json!({ "resourceType": "Bundle", "id": "b", "type": "searchset", "total": 0, "link": link })
    });
    for arguments in [&[][..], &["--all-pages"]] {
        let (_, answer) = patients(&api, arguments);
        assert_eq!((&answer["result"], &answer["rows"]), (&json!([]), &json!(0)), "{answer}");
        assert_eq!(answer["beside_rows"]["total"], 0, "{answer}");
    }
}

#[test]
fn pages_at_another_host_or_base_or_that_act_are_not_read() {
    let other = Api::of(200, json!([]));
    let elsewhere = other.url();
    for target in [
        format!("{elsewhere}?_getpages=a"),
        "{base}/../admin?_getpages=a".to_owned(),
        "{base}x?_getpages=a".to_owned(),
        "/?_getpages=a".to_owned(),
        "{base}/Observation?_getpages=a".to_owned(),
        "{base}?_getpages=a&_method=DELETE".to_owned(),
        "{base}/$delete/Patient?_getpages=a".to_owned(),
    ] {
        let shown = target.clone();
        let api = fhir(move |base, _| {
            let link = json!([{ "relation": "next", "url": target.replace("{base}", base) }]);
            let entry = json!([{ "resource": { "id": "1" } }]);
            json!({ "resourceType": "Bundle", "type": "searchset", "link": link, "entry": entry })
        });
        let (_, answer) = patients(&api, &["--all-pages"]);
        let told = (&answer["rows"], &answer["complete"], &answer["more_exist"]);
        assert_eq!(told, (&json!(1), &json!(false), &Value::Null), "{shown}: {answer}");
        assert_eq!((api.lines().len(), other.lines().len()), (1, 0), "{shown}");
    }
}
