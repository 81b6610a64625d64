//! Under which media type is a body sent, and in which form?

use insta::assert_snapshot;
use serde_json::json;

use super::Call;
use super::other_apis::OTHER;
use crate::invoke::draft::{Body, BodyKind, TakenBody};
use crate::openapi::{Method, read};

#[test]
fn json_with_a_meaning_of_its_own_is_sent_under_its_media_type() {
    let content_type = |path: &str, data: serde_json::Value| {
        let drafted = Call::of(&OTHER, Method::Patch, path).draft(&json!({}), Some(&data)).unwrap();
        let mut headers = drafted.headers.into_iter();
        headers.find(|(name, _)| name == "Content-Type").map(|(_, media_type)| media_type)
    };
    let operation = json!([{ "op": "replace", "path": "/title", "value": "x" }]);
    assert_eq!(content_type("/merge", json!({ "title": "x" })).as_deref(), Some("application/merge-patch+json"));
    assert_eq!(content_type("/standard", operation.clone()).as_deref(), Some("application/json-patch+json"));
    assert_eq!(content_type("/full", operation), None, "plain JSON is the client's to name");
}

#[test]
fn a_record_that_is_declared_as_bytes_is_sent_as_json() {
    let call = Call::of(&OTHER, Method::Post, "/drive");
    assert_snapshot!(call.with_data(&[json!({ "side": 2 }), json!({ "side": "two" }), json!("no-such-file.bin")]), @r#"
    # {"side":2}
    POST /drive
    {"side":2}
    note: the manifest declares application/octet-stream for a body with fields; it is sent as JSON
    # {"side":"two"}
    data.side: "two" is not an integer
      Give an integer, such as `10`. A body that fits: {"side":1}
    # "no-such-file.bin"
    data: no folder is allowed for uploads
      The user allows folders with `upload_folders = ["..."]` in config.toml.
    "#);
    let lookup = |name: &str| OTHER.schemas.get(name).cloned();
    assert_eq!(TakenBody::of(call.operation, None, &lookup).kind, BodyKind::Json);
}

#[test]
fn a_range_of_media_types_is_none_to_send() {
    let call = Call::of(&OTHER, Method::Post, "/ranged");
    let draft = call.draft(&json!({}), Some(&json!({ "a": 1 }))).unwrap();
    assert_eq!(draft.body, Some(Body::Json(json!({ "a": 1 }))));
    assert!(!draft.headers.iter().any(|(name, _)| name == "Content-Type"), "{:?}", draft.headers);
    let text = Call::of(&OTHER, Method::Post, "/ranged/text").draft(&json!({}), Some(&json!("a"))).unwrap();
    assert_eq!(text.body, Some(Body::Text { media_type: "text/plain".to_owned(), text: "a".to_owned() }));
}

#[test]
fn a_body_is_sent_under_the_media_type_that_its_shape_has() {
    let patch = json!({ "schema": { "type": "object" } });
    let content = json!({ "application/json-patch+json": patch, "application/strategic-merge-patch+json": patch, "application/merge-patch+json": patch });
    let port = json!({ "type": "string", "format": "int-or-string" });
    let manifest = json!({
        "openapi": "3.0.0", "info": { "title": "Cluster", "version": "1" },
        "paths": { "/pods": {
            "patch": { "responses": {}, "requestBody": { "content": content } },
            "post": { "responses": {}, "requestBody": { "content": { "application/json": { "schema": { "type": "object", "properties": { "port": port } } } } } },
        } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    for (data, media_type) in [
        (json!({ "spec": { "replicas": 3 } }), "application/merge-patch+json"),
        (json!([{ "op": "replace", "path": "/spec/replicas", "value": 3 }]), "application/json-patch+json"),
    ] {
        let draft = Call::of(&manifest, Method::Patch, "/pods").draft(&json!({}), Some(&data)).unwrap();
        assert_eq!(draft.headers, [("Content-Type".to_owned(), media_type.to_owned())]);
        // A merge replaces lists whole, a strategic one joins them: who reads the note knows which it is.
        let told: Vec<String> = draft.notes.iter().map(ToString::to_string).collect();
        let is_told = told.iter().any(|note| {
            note.contains("sent as application/merge-patch+json")
                && note.contains("application/strategic-merge-patch+json as well")
        });
        assert_eq!(is_told, data.is_object(), "{told:?}");
        assert_eq!(draft.body, Some(Body::Json(data)));
    }
    for data in [json!({ "port": 80 }), json!({ "port": "http" }), json!({ "port": "80" })] {
        let draft = Call::of(&manifest, Method::Post, "/pods").draft(&json!({}), Some(&data)).unwrap();
        assert_eq!((draft.body, draft.notes.len()), (Some(Body::Json(data)), 0));
    }
}

#[test]
fn a_form_sends_json_where_text_is_declared_and_parts_where_none_are() {
    let form = json!({ "schema": { "type": "object", "properties": { "blocks": { "type": "string" } } } });
    let manifest = json!({
        "openapi": "3.0.0", "info": { "title": "Chat", "version": "1" },
        "paths": {
            "/post": { "post": { "responses": {}, "requestBody": { "content": { "application/x-www-form-urlencoded": form } } } },
            "/upload": { "post": { "responses": {}, "requestBody": { "content": { "multipart/form-data": {
                "schema": { "type": "string", "format": "binary" },
            } } } } },
        },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let post = Call::of(&manifest, Method::Post, "/post");
    let draft = post.draft(&json!({}), Some(&json!({ "blocks": [{ "type": "x" }] }))).unwrap();
    assert!(matches!(&draft.body, Some(Body::Form(form)) if form.fields()[0].1 == r#"[{"type":"x"}]"#), "{draft:?}");
    assert_eq!(draft.notes.len(), 1);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "a").unwrap();
    let upload =
        Call { upload_folders: vec![folder.path().to_owned()], ..Call::of(&manifest, Method::Post, "/upload") };
    let draft = upload.draft(&json!({}), Some(&json!({ "file": "a.txt", "note": "n" }))).unwrap();
    assert_eq!(draft.files().count(), 1, "{draft:?}");
}

#[test]
fn a_call_chooses_the_media_type_of_its_body() {
    let object = json!({ "schema": { "type": "object" } });
    let content = json!({
        "application/json-patch+json": object, "application/strategic-merge-patch+json": object, "application/merge-patch+json": object,
    });
    let either =
        json!({ "application/json": object, "application/xml": { "schema": { "type": "string" } }, "text/*": {} });
    let manifest = json!({
        "openapi": "3.0.0", "info": { "title": "Cluster", "version": "1" },
        "paths": {
            "/pods": { "patch": { "responses": {}, "requestBody": { "content": content } }, "get": { "responses": {} } },
            "/notes": {
                "post": { "responses": {}, "requestBody": { "content": either } },
                "put": { "responses": {}, "parameters": [{ "name": "Content-Type", "in": "query", "schema": { "type": "string" } }] },
            },
        },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let sent = |method: Method, path: &str, params: serde_json::Value, data: serde_json::Value| {
        super::written(&Call::of(&manifest, method, path).draft(&params, Some(&data)))
    };
    let strategic = "application/strategic-merge-patch+json";
    for name in ["header:Content-Type", "content-type"] {
        assert_eq!(
            sent(Method::Patch, "/pods", json!({ name: strategic }), json!({ "spec": 1 })),
            format!("PATCH /pods\nContent-Type: {strategic}\n{{\"spec\":1}}\n")
        );
    }
    let joined = json!({ "spec": {
        "containers": [{ "name": "web", "image": "nginx:1" }, { "$patch": "delete", "name": "old" }],
        "$setElementOrder/containers": [{ "name": "web" }], "$retainKeys": ["containers"],
    } });
    assert_eq!(
        sent(Method::Patch, "/pods", json!({ "header:Content-Type": strategic }), joined.clone()),
        format!("PATCH /pods\nContent-Type: {strategic}\n{joined}\n")
    );
    let by_header = |media_type: &str| json!({ "header:Content-Type": media_type });
    let note = |media_type: &str, data| sent(Method::Post, "/notes", by_header(media_type), data);
    let json_with_charset = "application/json; charset=utf-8";
    assert!(note(json_with_charset, json!({ "a": 1 })).contains(&format!("\nContent-Type: {json_with_charset}\n")));
    assert!(note("application/xml", json!("<a/>")).ends_with("\napplication/xml <a/>\n"));
    assert!(note("text/csv", json!("a,b")).ends_with("\ntext/csv a,b\n"));
    for (media_type, told) in [
        (
            "application/yaml",
            "declares no body of \"application/yaml\"\n  Give one of `application/json`, `application/xml` or `text/*`",
        ),
        ("text/*", "is no media type"),
        ("a: b\r\nX: y", "is no media type"),
    ] {
        assert!(note(media_type, json!("a")).contains(told), "{}", note(media_type, json!("a")));
    }
    // Whether the body fits is not said of a media type that the call did not mean, nor that it is missing.
    let problems = |media_type: &str, path: &str, method, data: serde_json::Value| {
        Call::of(&manifest, method, path).draft(&by_header(media_type), Some(&data)).unwrap_err().len()
    };
    assert_eq!(problems("application/yaml", "/notes", Method::Post, json!("a: 1")), 1);
    assert_eq!(problems("application/json-merge", "/pods", Method::Patch, json!([7, "x"])), 1);
    assert_eq!(problems("no type", "/pods", Method::Patch, json!(7)), 1);
    // What declares no body is taken at the caller's word, where the method may have one.
    let put = |params| sent(Method::Put, "/notes", params, json!("a: 1"));
    assert!(put(by_header("application/x-yaml")).ends_with("\napplication/x-yaml a: 1\n"));
    assert!(put(json!({ "Content-Type": "text/plain" })).starts_with("PUT /notes?Content-Type=text/plain\n"));
    let get = Call::of(&manifest, Method::Get, "/pods").draft(&by_header("text/plain"), None).unwrap();
    assert_eq!((get.headers.len(), get.notes[0].to_string().contains("there is no body")), (0, true));
}
