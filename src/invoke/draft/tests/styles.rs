//! What stands for a value: each style, exploded or not, of each type, in each place.

use serde_json::{Value, json};

use super::sent_by_generic;
use crate::openapi::{Manifest, read};

/// A manifest whose one operation has this parameter.
pub(super) fn with_parameter(parameter: &Value) -> Manifest {
    let path =
        if parameter["in"] == "path" { format!("/t/{{{}}}", parameter["name"].as_str().unwrap()) } else { "/t".into() };
    let manifest = json!({
        "openapi": "3.1.0", "info": { "title": "Styles", "version": "1" },
        "paths": { path: { "get": { "parameters": [parameter], "responses": {} } } },
    });
    read(manifest.to_string().as_bytes()).unwrap()
}

fn schema_of(value: &Value) -> Value {
    match value {
        Value::Array(_) => json!({ "type": "array", "items": {} }),
        Value::Object(_) => json!({ "type": "object" }),
        _ => json!({ "type": "string" }),
    }
}

/// What is sent for a value of a parameter: the rest of the path, the query, the header's or the cookies' text.
pub(super) fn sent(parameter: &Value, value: &Value) -> String {
    let manifest = with_parameter(parameter);
    let name = parameter["name"].as_str().unwrap();
    let draft = sent_by_generic(&manifest, &json!({ name: value })).unwrap();
    match parameter["in"].as_str().unwrap() {
        "path" => draft.path["/t/".len()..].to_owned(),
        "query" => draft.query.encoded(),
        _ => draft.headers.into_iter().map(|(_, text)| text).collect(),
    }
}

fn parameter(place: &str, name: &str, style: &str, explode: bool, value: &Value) -> Value {
    json!({ "name": name, "in": place, "required": true, "style": style, "explode": explode, "schema": schema_of(value) })
}

#[test]
fn every_style_has_the_bytes_of_the_specifications_table() {
    let string = json!("blue");
    let array = json!(["blue", "black", "brown"]);
    let object = json!({ "R": 100, "G": 200, "B": 150 });
    // OpenAPI 3.0.4 and 3.1.1, "Style Examples", which differ from 3.0.3 and 3.1.0 in `label`, and in how `|` and brackets are
    // written.
    let table = [
        ("path", "matrix", false, [";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"]),
        ("path", "matrix", true, [";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"]),
        ("path", "label", false, [".blue", ".blue,black,brown", ".R,100,G,200,B,150"]),
        ("path", "label", true, [".blue", ".blue.black.brown", ".R=100.G=200.B=150"]),
        ("path", "simple", false, ["blue", "blue,black,brown", "R,100,G,200,B,150"]),
        ("path", "simple", true, ["blue", "blue,black,brown", "R=100,G=200,B=150"]),
        ("header", "simple", false, ["blue", "blue,black,brown", "R,100,G,200,B,150"]),
        ("header", "simple", true, ["blue", "blue,black,brown", "R=100,G=200,B=150"]),
        ("query", "form", false, ["color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"]),
        ("query", "form", true, ["color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"]),
        ("cookie", "form", false, ["color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"]),
        ("cookie", "form", true, ["color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"]),
        (
            "query",
            "spaceDelimited",
            false,
            ["color=blue", "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"],
        ),
        ("query", "spaceDelimited", true, ["color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"]),
        (
            "query",
            "pipeDelimited",
            false,
            ["color=blue", "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"],
        ),
        ("query", "pipeDelimited", true, ["color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"]),
        (
            "query",
            "deepObject",
            true,
            [
                "color=blue",
                "color%5B%5D=blue&color%5B%5D=black&color%5B%5D=brown",
                "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
            ],
        ),
        (
            "query",
            "deepObject",
            false,
            [
                "color=blue",
                "color%5B%5D=blue&color%5B%5D=black&color%5B%5D=brown",
                "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
            ],
        ),
    ];
    for (place, style, explode, wanted) in table {
        for (value, wanted) in [&string, &array, &object].into_iter().zip(wanted) {
            let parameter = parameter(place, "color", style, explode, value);
            assert_eq!(sent(&parameter, value), wanted, "{place} {style} {explode} {value}");
        }
    }
}

#[test]
fn the_examples_of_rfc_6570_have_its_bytes() {
    let list = json!(["red", "green", "blue"]);
    let keys = json!({ "semi": ";", "dot": ".", "comma": "," });
    let (hello, half) = (json!("Hello World!"), json!("50%"));
    for (place, style, explode, name, value, wanted) in [
        ("path", "simple", false, "hello", &hello, "Hello%20World%21"),
        ("path", "simple", false, "half", &half, "50%25"),
        ("path", "simple", false, "list", &list, "red,green,blue"),
        ("path", "simple", true, "list", &list, "red,green,blue"),
        ("path", "simple", false, "keys", &keys, "semi,%3B,dot,.,comma,%2C"),
        ("path", "simple", true, "keys", &keys, "semi=%3B,dot=.,comma=%2C"),
        ("path", "label", false, "list", &list, ".red,green,blue"),
        ("path", "label", true, "list", &list, ".red.green.blue"),
        ("path", "label", false, "keys", &keys, ".semi,%3B,dot,.,comma,%2C"),
        ("path", "label", true, "keys", &keys, ".semi=%3B.dot=..comma=%2C"),
        ("path", "matrix", false, "hello", &hello, ";hello=Hello%20World%21"),
        ("path", "matrix", false, "empty", &json!(""), ";empty"),
        ("path", "matrix", true, "color", &json!(["", "b"]), ";color;color=b"),
        ("path", "matrix", false, "color", &json!([""]), ";color"),
        ("path", "matrix", false, "color", &json!(["", "b"]), ";color=,b"),
        ("path", "matrix", true, "color", &json!({ "s": "", "G": 2 }), ";s;G=2"),
        ("path", "matrix", false, "color", &json!({ "s": "", "G": 2 }), ";color=s,,G,2"),
        ("path", "label", true, "color", &json!({ "s": "", "G": 2 }), ".s=.G=2"),
        ("path", "simple", true, "color", &json!({ "s": "", "G": 2 }), "s=,G=2"),
        ("path", "matrix", false, "list", &list, ";list=red,green,blue"),
        ("path", "matrix", true, "list", &list, ";list=red;list=green;list=blue"),
        ("path", "matrix", false, "keys", &keys, ";keys=semi,%3B,dot,.,comma,%2C"),
        ("path", "matrix", true, "keys", &keys, ";semi=%3B;dot=.;comma=%2C"),
        ("query", "form", false, "half", &half, "half=50%25"),
        ("query", "form", false, "empty", &json!(""), "empty="),
        ("query", "form", false, "list", &list, "list=red,green,blue"),
        ("query", "form", true, "list", &list, "list=red&list=green&list=blue"),
        ("query", "form", false, "keys", &keys, "keys=semi,%3B,dot,.,comma,%2C"),
        ("query", "form", true, "keys", &keys, "semi=%3B&dot=.&comma=%2C"),
    ] {
        let parameter = parameter(place, name, style, explode, value);
        assert_eq!(sent(&parameter, value), wanted, "{place} {style} {explode} {value}");
    }
}

#[test]
fn what_stands_between_items_is_apart_from_what_is_in_them() {
    for (place, style, explode, value, wanted) in [
        ("query", "form", false, json!(["a,b", "c"]), "p=a%2Cb,c"),
        ("query", "form", false, json!({ "a,": "=&" }), "p=a%2C,%3D%26"),
        (
            "query",
            "form",
            true,
            json!({ "a=b": "c&d", "tags": ["x", "y"], "in": { "n": 1 } }),
            "a%3Db=c%26d&tags=x&tags=y&in=%7B%22n%22%3A1%7D",
        ),
        ("query", "pipeDelimited", false, json!(["m", "n|o"]), "p=m|n%7Co"),
        ("query", "spaceDelimited", false, json!(["m+", "n"]), "p=m%2B%20n"),
        (
            "query",
            "deepObject",
            true,
            json!({ "tags": ["a", "b"], "pit": { "name": "x&y" }, "none": null, "empty": [] }),
            "p%5Btags%5D%5B%5D=a&p%5Btags%5D%5B%5D=b&p%5Bpit%5D%5Bname%5D=x%26y",
        ),
        (
            "query",
            "deepObject",
            true,
            json!({ "ranges": [{ "from": 1, "to": 2 }] }),
            "p%5Branges%5D%5B0%5D%5Bfrom%5D=1&p%5Branges%5D%5B0%5D%5Bto%5D=2",
        ),
        (
            "query",
            "deepObject",
            true,
            json!({ "l": [["a"], ["b", "c"]] }),
            "p%5Bl%5D%5B0%5D%5B%5D=a&p%5Bl%5D%5B1%5D%5B%5D=b&p%5Bl%5D%5B1%5D%5B%5D=c",
        ),
        ("query", "deepObject", true, json!({ "l": [1, { "n": 2 }] }), "p%5Bl%5D%5B0%5D=1&p%5Bl%5D%5B1%5D%5Bn%5D=2"),
        ("path", "simple", false, json!(["3", "4 5", "a,b"]), "3,4%205,a%2Cb"),
        ("path", "simple", false, json!(["a/b", "..", "?#"]), "a%2Fb,..,%3F%23"),
        ("path", "label", true, json!(["1.5", "2"]), ".1%2E5.2"),
        ("path", "matrix", true, json!(["a;b", "c=d"]), ";p=a%3Bb;p=c%3Dd"),
        ("path", "simple", true, json!({ "lat": 1, "lon": 2 }), "lat=1,lon=2"),
        ("header", "simple", false, json!(["a,b", "4 5", "50%", "%41"]), "a,b,4 5,50%,%41"),
        ("header", "simple", true, json!({ "a=b": "c" }), "a=b=c"),
        ("header", "simple", false, json!("a, b=50%41"), "a, b=50%41"),
        ("cookie", "form", false, json!(["a,b", "c;d"]), "p=a%2Cb,c%3Bd"),
        ("cookie", "form", false, json!("a;b %41"), "p=a%3Bb%20%2541"),
        ("cookie", "form", false, json!("dG9rZW4=="), "p=dG9rZW4=="),
        // What is undefined is left out (RFC 6570 section 3.2.1).
        ("query", "form", false, json!(["a", null, true, 1.5]), "p=a,true,1.5"),
    ] {
        let parameter = parameter(place, "p", style, explode, &value);
        assert_eq!(sent(&parameter, &value), wanted, "{place} {style} {explode} {value}");
    }
}

#[test]
fn what_a_header_or_cookie_cannot_tell_apart_or_hold_is_said() {
    for (place, explode, value, says) in [
        ("header", false, json!(["a,b", "c"]), "has `,` within an item"),
        ("header", true, json!(["a,b", "c"]), "has `,` within an item"),
        ("header", true, json!({ "k": "v,w" }), "has `,` within an item"),
        ("header", true, json!({ "k=l": "v" }), "has `=` within a name"),
        ("header", true, json!({ "k": "v=w" }), ""),
        ("header", false, json!(["a b", "50%"]), ""),
        ("header", false, json!("a,b"), ""),
        ("cookie", false, json!(["a,b"]), "percent-encoded"),
        ("cookie", false, json!("a b"), "percent-encoded"),
        ("cookie", false, json!(["a", "b=="]), ""),
    ] {
        let style = if place == "header" { "simple" } else { "form" };
        let manifest = with_parameter(&parameter(place, "p", style, explode, &value));
        let notes = sent_by_generic(&manifest, &json!({ "p": value })).unwrap().notes;
        let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
        let are_right = if says.is_empty() { notes.is_empty() } else { notes.iter().any(|note| note.contains(says)) };
        assert!(are_right, "{place} {explode} {value}: {notes:?}");
    }
}

#[test]
fn defaults_are_those_of_the_place() {
    let list = json!(["a", "b"]);
    for (place, wanted) in [("path", "a,b"), ("query", "p=a&p=b"), ("header", "a,b"), ("cookie", "p=a&p=b")] {
        let parameter = json!({ "name": "p", "in": place, "required": true, "schema": schema_of(&list) });
        assert_eq!(sent(&parameter, &list), wanted, "{place}");
        // A style that the place has no use for counts for nothing.
        let mut odd = parameter.clone();
        odd["style"] = if place == "query" { "simple" } else { "deepObject" }.into();
        assert_eq!(sent(&odd, &list), wanted, "{place}");
    }
    for style in ["spaceDelimited", "pipeDelimited"] {
        let parameter = json!({ "name": "p", "in": "query", "style": style, "schema": schema_of(&list) });
        assert!(!sent(&parameter, &list).contains('&'), "{style}: only form explodes where nothing says so");
    }
}

#[test]
fn a_parameter_with_content_is_one_text_of_its_media_type() {
    let value = json!({ "lat": 1.5, "of": ["ü", "a,b"] });
    let with = |place: &str, media_type: &str| {
        let content = json!({ media_type: { "schema": { "type": "object" } } });
        sent(&json!({ "name": "asjson", "in": place, "required": true, "content": content }), &value)
    };
    let encoded = "%7B%22lat%22%3A1.5%2C%22of%22%3A%5B%22%C3%BC%22%2C%22a%2Cb%22%5D%7D";
    assert_eq!(with("query", "application/json"), format!("asjson={encoded}"));
    assert_eq!(with("query", "application/vnd.acme+json"), format!("asjson={encoded}"));
    assert_eq!(with("path", "application/json"), encoded);
    assert_eq!(with("header", "application/json"), r#"{"lat":1.5,"of":["\u00fc","a,b"]}"#);
    assert!(with("cookie", "application/json").starts_with("asjson={%22lat%22:1.5,"));
    let text =
        json!({ "name": "q", "in": "query", "content": { "application/json": { "schema": { "type": "string" } } } });
    assert_eq!(sent(&text, &json!("x")), "q=%22x%22", "a string as JSON has its quotes");
}

#[test]
fn reserved_characters_stand_where_they_are_allowed() {
    let allowed = json!({ "name": "raw", "in": "query", "allowReserved": true, "schema": { "type": "string" } });
    for (value, wanted) in [
        ("List(1,2)/x:y", "raw=List(1,2)/x:y"),
        (":/?[]@!$()*,;=", "raw=:/?[]@!$()*,;="),
        // Each of these would end the value or mean another.
        ("a&b#c+d", "raw=a%26b%23c%2Bd"),
        // RFC 6570 section 3.2.3: what is encoded stays so.
        ("50% %2F ü", "raw=50%25%20%2F%20%C3%BC"),
    ] {
        assert_eq!(sent(&allowed, &json!(value)), wanted);
    }
    let list =
        json!({ "name": "p", "in": "query", "explode": false, "allowReserved": true, "schema": { "type": "array" } });
    assert_eq!(sent(&list, &json!(["a/b", "c,d"])), "p=a/b,c%2Cd");
}

#[test]
fn a_path_expression_with_a_plus_sends_slashes() {
    let manifest = json!({
        "openapi": "3.0.3", "info": { "title": "Files", "version": "1" },
        "paths": { "/t/{+path}": { "get": { "responses": {}, "parameters": [
            { "name": "path", "in": "path", "required": true, "schema": { "type": "string" } } ] } } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let path = |value: &str| sent_by_generic(&manifest, &json!({ "path": value }));
    for (value, wanted) in [
        ("docs/a b.txt", "/t/docs/a%20b.txt"),
        ("projects/acme/topics/x:y", "/t/projects/acme/topics/x:y"),
        ("a?b#c", "/t/a%3Fb%23c"),
        ("a%2Fb", "/t/a%2Fb"),
    ] {
        assert_eq!(path(value).unwrap().path, wanted);
    }
    for elsewhere in ["../x", "a/../b", "a/."] {
        let problems = path(elsewhere).unwrap_err();
        assert!(problems[0].message.to_string().contains("leads elsewhere"), "{problems:?}");
    }
}

#[test]
fn swagger_s_collection_formats_hold_in_every_place() {
    let of = |place: &str, format: Option<&str>| {
        let path = if place == "path" { "/t/{p}" } else { "/t" };
        let mut parameter =
            json!({ "name": "p", "in": place, "required": true, "type": "array", "items": { "type": "string" } });
        if let Some(format) = format {
            parameter["collectionFormat"] = format.into();
        }
        let manifest = json!({
            "swagger": "2.0", "info": { "title": "Lists", "version": "1" },
            "paths": { path: { "get": { "parameters": [parameter], "responses": {} } } },
        });
        let manifest = read(manifest.to_string().as_bytes()).unwrap();
        assert_eq!(manifest.warnings, [], "{place} {format:?}");
        let draft = sent_by_generic(&manifest, &json!({ "p": ["a,b", "c|d"] })).unwrap();
        match place {
            "path" => draft.path["/t/".len()..].to_owned(),
            "query" => draft.query.encoded(),
            _ => draft.headers[0].1.clone(),
        }
    };
    for (format, path, query, header) in [
        (None, "a%2Cb,c%7Cd", "p=a%2Cb,c%7Cd", "a,b,c|d"),
        (Some("csv"), "a%2Cb,c%7Cd", "p=a%2Cb,c%7Cd", "a,b,c|d"),
        (Some("ssv"), "a%2Cb%20c%7Cd", "p=a%2Cb%20c%7Cd", "a,b c|d"),
        (Some("tsv"), "a%2Cb%09c%7Cd", "p=a%2Cb%09c%7Cd", "a,b\tc|d"),
        (Some("pipes"), "a%2Cb|c%7Cd", "p=a%2Cb|c%7Cd", "a,b|c|d"),
    ] {
        assert_eq!(
            [of("path", format), of("query", format), of("header", format)],
            [path, query, header],
            "{format:?}"
        );
    }
    assert_eq!(of("query", Some("multi")), "p=a%2Cb&p=c%7Cd");
}

#[test]
fn lists_in_lists_have_the_collection_formats_of_swagger_and_no_form_elsewhere() {
    let manifest = |list: Value, body: bool| {
        let mut parameter = json!({ "name": "p", "in": if body { "formData" } else { "query" } });
        parameter.as_object_mut().unwrap().extend(list.as_object().unwrap().clone());
        let method = if body { "post" } else { "get" };
        let manifest = json!({
            "swagger": "2.0", "info": { "title": "Lists", "version": "1" }, "consumes": ["application/x-www-form-urlencoded"],
            "paths": { "/t": { method: { "parameters": [parameter], "responses": {} } } },
        });
        read(manifest.to_string().as_bytes()).unwrap()
    };
    let list = |outer: Option<&str>, inner: Option<&str>| {
        let mut items = json!({ "type": "array", "items": { "type": "integer" } });
        if let Some(format) = inner {
            items["collectionFormat"] = format.into();
        }
        let mut list = json!({ "type": "array", "items": items });
        if let Some(format) = outer {
            list["collectionFormat"] = format.into();
        }
        list
    };
    let value = json!([[1, 2], [3]]);
    for (outer, inner, wanted) in [
        (Some("pipes"), None, "p=1%2C2%7C3"),
        (Some("multi"), Some("csv"), "p=1%2C2&p=3"),
        (Some("multi"), Some("ssv"), "p=1%202&p=3"),
        (None, Some("pipes"), "p=1%7C2,3"),
        (Some("ssv"), Some("tsv"), "p=1%092%203"),
    ] {
        let draft = sent_by_generic(&manifest(list(outer, inner), false), &json!({ "p": value })).unwrap();
        assert_eq!(draft.query.encoded(), wanted, "{outer:?} {inner:?}");
        assert!(draft.notes.is_empty(), "{:?}", draft.notes);
    }
    let form = manifest(list(Some("pipes"), None), true);
    let call = super::Call::of(&form, crate::openapi::Method::Post, "/t");
    let draft = call.draft(&json!({}), Some(&json!({ "p": value }))).unwrap();
    assert!(
        matches!(&draft.body, Some(crate::invoke::draft::Body::Form(form)) if form.encoded() == "p=1%2C2%7C3"),
        "{draft:?}"
    );
    // OpenAPI 3 says nothing of them: JSON, with a note.
    let plain = json!({ "name": "p", "in": "query", "schema": { "type": "array", "items": {} } });
    let draft = sent_by_generic(&with_parameter(&plain), &json!({ "p": value })).unwrap();
    assert_eq!(draft.query.encoded(), "p=%5B1%2C2%5D&p=%5B3%5D");
    assert!(format!("{:?}", draft.notes).contains("sent as JSON"), "{:?}", draft.notes);
}

#[test]
fn a_bar_is_encoded_but_where_only_a_bare_one_tells_items_apart() {
    let bars = json!({ "name": "p", "in": "query", "style": "pipeDelimited", "schema": { "type": "array" } });
    let plain = sent_by_generic(&with_parameter(&bars), &json!({ "p": ["a", "b"] })).unwrap();
    assert_eq!((plain.query.encoded().as_str(), plain.notes.len()), ("p=a%7Cb", 0));
    let held = sent_by_generic(&with_parameter(&bars), &json!({ "p": ["a|b", "c"] })).unwrap();
    assert_eq!(held.query.encoded(), "p=a%7Cb|c");
    assert!(format!("{:?}", held.notes).contains("within an item"), "{:?}", held.notes);
}
