use serde_json::json;

use super::*;
use crate::invoke::client::{ApiAccess, GenericSettings};
use crate::invoke::draft::Integers;
use crate::invoke::order::tests::{form, order};
use crate::openapi::Method;

#[test]
fn a_fingerprint_is_of_all_that_is_sent_where_to_and_how_often() {
    let plain = || order("a=1&b=2", &[("X-Tenant", "a")], form(&[("x", "1")]));
    let of = |order: &Order| fingerprint(order, &[]);
    let same = of(&plain());
    assert_eq!(of(&plain()), same);
    let changed = |change: fn(&mut Order)| {
        let mut order = plain();
        change(&mut order);
        of(&order)
    };
    let others = [
        of(&order("b=2&a=1", &[("X-Tenant", "a")], form(&[("x", "1")]))),
        of(&order("a=1&b=2&b=2", &[("X-Tenant", "a")], form(&[("x", "1")]))),
        of(&order("a=1&b=2", &[("X-Tenant", "b")], form(&[("x", "1")]))),
        of(&order("a=1&b=2", &[], form(&[("X-Tenant", "a"), ("x", "1")]))),
        of(&order("a=1&b=2", &[("X-Tenant", "a")], form(&[("x", "1"), ("x", "1")]))),
        changed(|order| order.api = "shopb".to_owned()),
        changed(|order| order.all_pages = true),
        changed(|order| (order.all_pages, order.max_items) = (true, 5)),
        changed(|order| order.draft.method = Method::Post),
        changed(|order| order.draft.path.push('/')),
        changed(|order| {
            let settings = GenericSettings { url: "https://shop.example/v3".to_owned(), ..GenericSettings::default() };
            order.access = ApiAccess::generic(settings).map_err(Into::into);
        }),
    ];
    let distinct: std::collections::HashSet<&String> = others.iter().chain([&same]).collect();
    assert_eq!(distinct.len(), others.len() + 1);
}

#[test]
fn what_is_the_same_to_a_server_has_one_fingerprint() {
    let json = |text: &str| {
        let media_type = "application/json".to_owned();
        fingerprint(&order("", &[], Some(Body::Text { media_type, text: text.to_owned() })), &[])
    };
    let value = order("", &[], Some(Body::Json(json!({ "a": 1, "b": "x" }))));
    for text in [r#"{"a":1,"b":"x"}"#, r#"{ "b": "x",  "a": 1.0 }"#, r#"{"b":"\u0078","a":10e-1}"#] {
        assert_eq!(json(text), fingerprint(&value, &[]), "{text}");
    }
    for text in [r#"{"a":1,"b":"x "}"#, r#"{"a":"1","b":"x"}"#, r#"{"a":1.01,"b":"x"}"#] {
        assert_ne!(json(text), fingerprint(&value, &[]), "{text}");
    }
    let at = |path: &str, query: &str| {
        let mut order = order(query, &[], None);
        order.draft.path = path.to_owned();
        fingerprint(&order, &[])
    };
    assert_eq!(at("/%69tems", "a=%62"), at("/items", "a=b"));
    assert_eq!(at("/a%2fb", ""), at("/a%2Fb", ""));
    assert_ne!(at("/a%2Fb", ""), at("/a/b", ""));
    assert_ne!(at("/items", "a=b%26c"), at("/items", "a=b&c"));
}

#[test]
fn what_an_api_reads_as_the_same_write_is_alike_however_it_is_written() {
    let of = |path: &str, query: &str, template: Option<&str>| {
        let mut order = order(query, &[], None);
        order.draft.path = path.to_owned();
        order.template = template.map(str::to_owned);
        likeness(&order, &[])
    };
    let plain = of("/items", "a=1&b=x%20y&c=1&c=2", None);
    for (path, query) in [
        ("/Items", "a=1&b=x%20y&c=1&c=2"),
        ("/items/", "a=1&b=x%20y&c=1&c=2"),
        ("//items", "a=1&b=x+y&c=1&c=2"),
        ("/items;", "a=1&b=x%20y&c=1&c=2"),
        ("/items%2F", "a=1&b=x%20y&c=1&c=2"),
        ("/items/%20;/%2f", "a=1&b=x%20y&c=1&c=2"),
        ("/it%65ms", "&a=1&&b=x+y&=&c=1&c=2&"),
        ("/items", "c=1&b=x%20y&a=1&c=2"),
        ("/items", "A=1&b=x%20y&c=1&c=2"),
    ] {
        assert_eq!(of(path, query, None), plain, "{path}?{query}");
        assert_eq!(of(path, query, Some("/items")), plain, "{path}?{query}");
    }
    for (path, query) in [
        ("/items", "a=1&b=x%20y&c=2&c=1"),
        ("/items", "a=1&b=x%20y&c=1"),
        ("/items", "a=1&b=x%20y&c=1&c=2&d"),
        ("/items", "a=1&b=X%20y&c=1&c=2"),
        ("/items/5", "a=1&b=x%20y&c=1&c=2"),
        ("/it/ems", "a=1&b=x%20y&c=1&c=2"),
    ] {
        assert_ne!(of(path, query, None), plain, "{path}?{query}");
    }
    let listed = |path: &str| of(path, "", Some("/items/{id}/notes"));
    assert_eq!(listed("/Items/aB/NOTES/"), listed("/items/aB/notes"));
    assert_ne!(listed("/items/ab/notes"), listed("/items/aB/notes"));
    assert_eq!(listed("/items/aB/notes%20"), listed("/items/aB/notes"));
    // A slash that is encoded, and parameters of a segment, say nothing to many a server.
    for template in [None, Some("/items/{id}")] {
        for path in ["/items%2F5", "/items/5;x=1", "/items;v=1/5", "/items%5C5", "/items/5%3Bx=1", "/items/5%2F"] {
            assert_eq!(of(path, "", template), of("/items/5", "", template), "{path} {template:?}");
        }
        assert_ne!(of("/items/;id=5", "", template), of("/items/;id=6", "", template), "{template:?}");
        assert_ne!(of("/items%2F6", "", template), of("/items/5", "", template), "{template:?}");
    }
    assert_eq!(of("/files/a%2FB", "", Some("/files/{path}")), of("/files/a%2FB/", "", Some("/files/{path}")));
    assert_ne!(of("/files/a%2FB", "", Some("/files/{path}")), of("/files/a%2FC", "", Some("/files/{path}")));
}

#[test]
fn an_integer_is_the_same_however_it_is_written() {
    let of = |path: &str, query: &str| {
        let mut order = order(query, &[], None);
        order.draft.path = path.to_owned();
        order.template = Some("/items/{id}/parts/{code}".to_owned());
        let operation = json!({ "method": "DELETE", "path": "/items/{id}/parts/{code}", "parameters": [
            { "name": "id", "in": "path", "schema": { "type": ["integer", "null"], "format": "int32" } },
            { "name": "code", "in": "path", "schema": { "type": "string" } },
            { "name": "board", "in": "query", "schema": { "$ref": "#/$defs/Board" } },
            { "name": "mixed", "in": "query", "schema": { "type": ["integer", "string"] } },
        ] });
        let lookup = |_: &str| Some(json!({ "type": "integer" }));
        order.integers = Integers::of(&serde_json::from_value(operation).unwrap(), &lookup);
        likeness(&order, &[])
    };
    let plain = of("/items/5/parts/07", "board=3&mixed=01");
    for (path, query) in [
        ("/items/05/parts/07", "board=3&mixed=01"),
        ("/items/%2B5/parts/07", "board=0003&mixed=01"),
        ("/items/%20005/parts/07", "BOARD=%203&mixed=01"),
        ("/items/5.0/parts/07/", "mixed=01&board=%303"),
    ] {
        assert_eq!(of(path, query), plain, "{path} {query}");
    }
    for (path, query) in [
        ("/items/50/parts/07", "board=3&mixed=01"),
        ("/items/5/parts/7", "board=3&mixed=01"),
        ("/items/-5/parts/07", "board=3&mixed=01"),
        ("/items/5.5/parts/07", "board=3&mixed=01"),
        ("/items/5/parts/07", "board=30&mixed=01"),
        ("/items/5/parts/07", "board=3&mixed=1"),
        ("/items/5x/parts/07", "board=3&mixed=01"),
    ] {
        assert_ne!(of(path, query), plain, "{path} {query}");
    }
    for same in ["0", "00", "-0", "+0.0"] {
        assert_eq!(integer(same.as_bytes()), Some(b"0".to_vec()), "{same}");
    }
    for none in ["", "-", "+", ".", ".0", "0x5", "5e1", "--5"] {
        assert_eq!(integer(none.as_bytes()), None, "{none}");
    }
}

#[test]
fn neither_an_accepted_form_nor_the_order_of_headers_makes_another_write() {
    let of = |headers: &[(&str, &str)]| likeness(&order("", headers, form(&[("x", "1")])), &[]);
    assert_eq!(of(&[("A", "1"), ("B", "2"), ("Accept", "text/csv")]), of(&[("b", "2"), ("a", "1")]));
    assert_ne!(of(&[("A", "1")]), of(&[("A", "2")]));
    let body = |fields: &[(&str, &str)]| likeness(&order("", &[], form(fields)), &[]);
    assert_ne!(body(&[("x", "1")]), body(&[("x", "2")]));
}

#[test]
fn a_body_is_alike_by_what_a_server_makes_of_it() {
    let of = |body: Body, hashes: &[&str]| {
        let contents: Vec<FileContent> = hashes.iter().map(|hash| FileContent::of_hash(hash)).collect();
        likeness(&order("", &[], Some(body)), &contents)
    };
    let plain = of(form(&[("a", "1"), ("b", "2"), ("a", "3")]).unwrap(), &[]);
    assert_eq!(of(form(&[("b", "2"), ("a", "1"), ("a", "3")]).unwrap(), &[]), plain);
    let media_type = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
    assert_eq!(of(Body::Text { media_type, text: "b=2&%61=1&&a=3".to_owned() }, &[]), plain);
    assert_ne!(of(form(&[("b", "2"), ("a", "3"), ("a", "1")]).unwrap(), &[]), plain);

    let xml = |text: &str| of(Body::Text { media_type: "application/xml".to_owned(), text: text.to_owned() }, &[]);
    assert_eq!(xml("<a/>"), xml("<a ></a>"));
    assert_ne!(xml("<a/>"), xml("<a>5</a>"));
    assert_eq!(xml(r#"<p:a xmlns:p="u"/>"#), xml(r#"<a xmlns="u"></a>"#));

    let file = |path: &str| Part { content: Content::File(path.into()), ..Part::text("file", "") };
    let meta = |text: &str| Part::text("meta", text);
    let several = |parts: Vec<Part>, hashes: &[&str]| of(Body::Multipart(parts), hashes);
    let plain = several(vec![meta(r#"{"a":1,"b":2}"#), file("/tmp/x/f.txt")], &["h"]);
    assert_eq!(several(vec![file("/tmp/x/../y/f.txt"), meta(r#"{ "b": 2, "a": 1.0 }"#)], &["h"]), plain);
    for (text, path, hash) in [
        (r#"{"a":1,"b":3}"#, "/tmp/x/f.txt", "h"),
        (r#"{"a":1,"b":2}"#, "/tmp/x/g.txt", "h"),
        (r#"{"a":1,"b":2}"#, "/tmp/x/f.txt", "i"),
    ] {
        assert_ne!(several(vec![meta(text), file(path)], &[hash]), plain, "{text} {path} {hash}");
    }
    let two = |one: &str, other: &str| several(vec![file("/a"), file("/a")], &[one, other]);
    assert_ne!(two("h", "i"), two("i", "h"));
    let whole = |path: &str| Body::File { media_type: "text/csv".to_owned(), path: path.into() };
    assert_eq!(of(whole("/tmp/a.csv"), &["h"]), of(whole("/tmp/./b.csv"), &["h"]));
}

#[test]
fn an_api_is_where_it_lives_whatever_its_name() {
    let of = |api: &str, base: &str, path: &str| {
        let settings = GenericSettings { url: base.to_owned(), ..GenericSettings::default() };
        let mut order = order("", &[], None);
        (order.api, order.draft.path) = (api.to_owned(), path.to_owned());
        order.access = ApiAccess::generic(settings).map_err(Into::into);
        likeness(&order, &[])
    };
    let plain = of("shop", "https://shop.example/v2", "/items");
    assert_eq!(of("other", "https://shop.example/v2/", "/items"), plain);
    assert_eq!(of("other", "https://shop.example", "/v2/items"), plain);
    assert_ne!(of("shop", "https://shop.example/v3", "/items"), plain);
    assert_ne!(of("shop", "https://acme.example/v2", "/items"), plain);
}

#[test]
fn bytes_that_are_no_text_stay_apart() {
    let of = |path: &str, query: &str| {
        let mut order = order("", &[], None);
        order.draft.path = path.to_owned();
        order.draft.query = crate::invoke::draft::Query::written(query);
        likeness(&order, &[])
    };
    assert_ne!(of("/items", "q=%FE"), of("/items", "q=%FF"));
    assert_ne!(of("/items", "%FE=1"), of("/items", "%FF=1"));
    assert_ne!(of("/items/%FE", ""), of("/items/%FF", ""));
    assert_eq!(of("/items", "q=%fe&a"), of("/ITEMS", "a=&q=%FE"));
}

#[test]
fn what_overrides_its_method_by_post_may_create() {
    let creates = |method: Method, query: &str, body| {
        let mut order = order(query, &[], body);
        order.draft.method = method;
        order.draft.risk = crate::invoke::risk::Risk::of_method(method);
        order.draft.may_create()
    };
    assert!(creates(Method::Post, "", None) && !creates(Method::Put, "", None));
    assert!(creates(Method::Put, "_method=POST", None) && creates(Method::Patch, "", form(&[("_method", "post")])));
    assert!(!creates(Method::Put, "_method=PATCH", None) && !creates(Method::Delete, "", None));
}

#[test]
fn a_credential_that_was_typed_makes_no_other_write() {
    let of = |query: &str| {
        let scheme = json!({ "type": "apiKey", "in": "query", "name": "api_key" });
        let credential = crate::invoke::client::Credential { variable: "KEY".to_owned(), value: Some("canary".into()) };
        let settings = GenericSettings {
            url: "https://shop.example".to_owned(),
            schemes: [("key".to_owned(), scheme)].into(),
            credentials: [("key".to_owned(), credential)].into(),
            ..GenericSettings::default()
        };
        let access = ApiAccess::generic(settings).unwrap();
        let access = access.for_operation(None).unwrap().into_owned();
        let mut order = order(query, &[], None);
        order.access = Ok(access);
        likeness(&order, &[])
    };
    assert_eq!(of("a=1"), of("a=1&api_key=x"));
    assert_eq!(of("a=1"), of("API_KEY=y&a=1"));
    assert_ne!(of("a=1"), of("a=1&key=x"));
}
