//! Each dialect, each encoding, and what is refused.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{
    Dialect, LooksLike, Manifest, ManifestError, Method, ParameterIn, PathTemplate, def_name, embedded, read, reference,
};
use super::{CYCLIC, OPENAPI_30, OPENAPI_31, SWAGGER_20, VENDOR_FAULTS, keys, manifest, operation, references};

#[test]
fn reads_swagger_20() {
    let manifest = manifest(SWAGGER_20);
    assert_eq!((manifest.title.as_str(), manifest.version.as_str()), ("Parcel desk", "1.4"));
    assert_eq!(manifest.dialect, Dialect::Swagger20);
    assert_eq!(manifest.warnings, []);
    let urls: Vec<&str> = manifest.servers.iter().map(|server| server.url.as_str()).collect();
    assert_eq!(urls, ["https://parcels.example.com/api/v1", "http://parcels.example.com/api/v1"]);
    assert_eq!(
        keys(&manifest),
        ["GET /parcels", "POST /parcels", "GET /parcels/{id}/label", "PUT /parcels/{id}/label"]
    );
    assert_eq!(
        manifest.schemas.get("Parcel").and_then(|s| s.pointer("/properties/weight/type")),
        Some(&json!(["number", "null"]))
    );
    assert_eq!(
        manifest.schemas.get("Parcel").and_then(|s| s.pointer("/properties/recipient/examples")),
        Some(&json!(["A. Person"]))
    );

    let list = operation(&manifest, "GET /parcels");
    let styles: Vec<_> = list.parameters.iter().map(|p| (p.name.as_str(), p.style.as_deref(), p.explode)).collect();
    assert_eq!(
        styles,
        [("page", None, None), ("states", Some("form"), Some(true)), ("ids", Some("form"), Some(false))]
    );
    assert_eq!(list.parameters.first().map(|p| &p.schema), Some(&json!({"type": "integer", "exclusiveMinimum": 0})));
    let ok = list.responses.first().expect("a response");
    let types: Vec<_> = ok.content.iter().map(|m| (m.media_type.as_str(), m.example.clone())).collect();
    assert_eq!(types, [("application/json", Some(json!([{"id": 1}]))), ("application/xml", None)]);
    assert_eq!(
        list.responses.get(1).map(|r| (r.status.as_str(), r.description.as_str())),
        Some(("default", "It went wrong"))
    );
    assert_eq!(list.security, Some(vec![vec!["key".to_owned()]]));

    let body = operation(&manifest, "POST /parcels").request_body.as_ref().expect("a body");
    assert!(body.required);
    assert_eq!(body.content.len(), 1);
    assert_eq!(body.content.first().map(|m| &m.schema), Some(&json!({"$ref": "#/$defs/Parcel"})));

    let upload = operation(&manifest, "PUT /parcels/{id}/label");
    assert_eq!(upload.security, Some(vec![]));
    let form = upload.request_body.as_ref().and_then(|body| body.content.first()).expect("a form");
    assert_eq!(form.media_type, "multipart/form-data");
    assert_eq!(
        form.schema,
        json!({"type": "object", "required": ["file"], "properties": {
            "file": {"type": "string", "format": "binary", "description": "The picture"},
            "note": {"type": "string", "maxLength": 80},
        }})
    );
}

#[test]
fn reads_openapi_30_in_yaml() {
    let manifest = manifest(OPENAPI_30);
    assert_eq!(manifest.dialect, Dialect::OpenApi30);
    assert_eq!(manifest.version, "2.0.0");
    assert_eq!(manifest.warnings, []);
    assert_eq!(manifest.servers.first().map(|s| s.url.as_str()), Some("https://eu.library.example.com/v2"));
    assert_eq!(keys(&manifest), ["GET /books", "POST /books", "PATCH /books/{bookId}", "PATCH /books/{bookId}/on"]);

    let list = operation(&manifest, "GET /books");
    assert_eq!(list.description, "Newest first.\n\nAll books of the house.");
    let names: Vec<&str> = list.parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["page", "lang", "filter", "X-Trace"]);
    let lang = list.parameters.get(1).expect("lang");
    assert!(lang.required);
    assert_eq!(lang.schema, json!({"type": "string", "enum": ["de", "en", "no"]}));
    assert_eq!(list.parameters.first().map(|p| &p.schema), Some(&json!({"type": ["integer", "null"], "minimum": 1})));
    let statuses: Vec<&str> = list.responses.iter().map(|r| r.status.as_str()).collect();
    assert_eq!(statuses, ["200", "4XX"]);
    let ok = list.responses.first().and_then(|r| r.content.first()).expect("a body");
    assert_eq!(ok.example, Some(json!([{"title": "One"}, {"title": "Two"}])));

    let add = operation(&manifest, "POST /books");
    assert!(add.deprecated);
    assert_eq!(add.summary, "Shelf");
    assert_eq!(add.security, Some(vec![vec![], vec!["bearer".to_owned(), "other".to_owned()]]));
    let example = add.request_body.as_ref().and_then(|body| body.content.first()).and_then(|m| m.example.clone());
    assert_eq!(example, Some(json!({"title": "One", "on": "2024-01-31"})));

    let patch = operation(&manifest, "PATCH /books/{bookId}");
    assert_eq!(patch.servers.first().map(|s| s.url.as_str()), Some("https://write.library.example.com"));
    let item = patch.request_body.as_ref().and_then(|body| body.content.first()).map(|m| m.schema.clone());
    assert_eq!(item, Some(json!({"type": "array", "items": {"$ref": "#/$defs/Book_properties_author"}})));

    let book = manifest.schemas.get("Book").expect("Book");
    for (pointer, expected) in [
        (
            "/properties/author",
            json!({
                "description": "Who wrote it",
                "anyOf": [{"allOf": [{"$ref": "#/$defs/Author"}]}, {"type": "null"}],
            }),
        ),
        ("/properties/genre", json!({"type": ["string", "null"], "enum": ["novel", "essay", null]})),
        ("/properties/price", json!({"type": "number", "exclusiveMinimum": 0})),
        ("/properties/on", json!({"type": "string", "format": "date", "default": "2024-01-31"})),
    ] {
        assert_eq!(book.pointer(pointer), Some(&expected), "{pointer}");
    }
}

#[test]
fn reads_openapi_31() {
    let manifest = manifest(OPENAPI_31);
    assert_eq!(manifest.dialect, Dialect::OpenApi31);
    assert_eq!(manifest.warnings, []);
    assert_eq!(keys(&manifest), ["GET /stations/{id}", "GET /readings", "POST /readings"]);
    let body =
        operation(&manifest, "POST /readings").request_body.as_ref().and_then(|b| b.content.first()).expect("body");
    assert_eq!(body.schema, json!({"$ref": "#/$defs/Reading", "required": ["celsius"]}));
    let schema = |name: &str| manifest.schemas.get(name).cloned().unwrap_or_default();
    assert_eq!(schema("Reading").pointer("/properties/place"), Some(&json!({"$ref": "#/$defs/Reading_defs_Place"})));
    assert_eq!(schema("Page").pointer("/properties/first"), Some(&json!({"$ref": "#/$defs/Reading_defs_Place"})));
    assert_eq!(schema("Reading").pointer("/properties/never"), Some(&json!(false)));
    assert_eq!(schema("Reading_defs_Place").get("items"), Some(&json!(false)));
    assert_eq!(schema("Station").pointer("/properties/near/items"), Some(&json!({"$ref": "#/$defs/Station"})));
    assert_eq!(schema("Odd"), json!({"$ref": "#/$defs/odd~1name~0x", "description": "By its odd name"}));
}

#[test]
fn survives_cycles() {
    let manifest = manifest(CYCLIC);
    assert_eq!(keys(&manifest), ["GET /nodes", "POST /nodes"]);
    assert!(manifest.warnings.iter().all(|warning| warning.code == "ref-cycle" && warning.skipped));
    let names: Vec<&str> = operation(&manifest, "GET /nodes").parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["depth"]);
}

#[test]
fn encodings_and_formats_agree() {
    let value: Value = serde_json::from_slice(OPENAPI_31).expect("JSON");
    let text = value.to_string();
    let reference = manifest(text.as_bytes());
    let utf16 =
        |mark: &[u8], unit: fn(u16) -> [u8; 2]| [mark.to_vec(), text.encode_utf16().flat_map(unit).collect()].concat();
    for (what, bytes) in [
        ("byte order mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("white space", format!("\n\t {text}\n").into_bytes()),
        ("UTF-16 LE", utf16(&[0xff, 0xfe], u16::to_le_bytes)),
        ("UTF-16 BE", utf16(&[0xfe, 0xff], u16::to_be_bytes)),
        ("UTF-16 without mark", utf16(&[], u16::to_le_bytes)),
        ("YAML flow style with a comment", format!("# by hand\n{text}").into_bytes()),
        ("trailing comma", text.replacen("\"webhooks\"", "\"x-a\":[1,],\"webhooks\"", 1).into_bytes()),
    ] {
        let read = manifest(&bytes);
        assert_eq!(read.operations, reference.operations, "{what}");
        assert_eq!(read.schemas, reference.schemas, "{what}");
    }
}

const HEAD: &str = r#""openapi":"3.0.0","info":{"title":"t","version":"1"}"#;

#[test]
fn members_that_occur_twice_are_merged() {
    let get = r#"{"get":{"responses":{}}}"#;
    let put = r#"{"put":{"responses":{}}}"#;
    let json = format!(r#"{{{HEAD},"paths":{{"/a":{get},"/a":{put}}}}}"#);
    let yaml = "openapi: 3.0.0\npaths:\n  /a: {get: {responses: {}}}\n  /a: {put: {responses: {}}}\n";
    for text in [json.as_str(), yaml] {
        let manifest = manifest(text.as_bytes());
        assert_eq!(keys(&manifest), ["GET /a", "PUT /a"]);
        let warnings: Vec<_> = manifest.warnings.iter().map(|w| (w.code.as_str(), w.pointer.as_str())).collect();
        assert_eq!(warnings, [("duplicate-key", "/paths/~1a")]);
    }
}

#[test]
fn refuses_with_the_reason() {
    let nested = format!("{}{}", "[".repeat(300), "]".repeat(300));
    let laughs = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        format!("{text}a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "))
    });
    let found = |e: &ManifestError| match e {
        ManifestError::NotOpenApi { looks_like } => Some(*looks_like),
        _ => None,
    };
    let is = |kind: LooksLike| move |e: &ManifestError| found(e) == Some(kind);
    type Check = Box<dyn Fn(&ManifestError) -> bool>;
    let cases: Vec<(&str, Check)> = vec![
        ("", Box::new(|e| matches!(e, ManifestError::Empty))),
        (" \n", Box::new(|e| matches!(e, ManifestError::Empty))),
        ("# nothing\n", Box::new(|e| matches!(e, ManifestError::Empty))),
        ("<!DOCTYPE html><html></html>", Box::new(is(LooksLike::Markup))),
        ("[1, 2]", Box::new(is(LooksLike::Array))),
        ("just words", Box::new(is(LooksLike::Scalar))),
        ("// of 2024\n{\"openapi\": \"3.0.0\"}", Box::new(is(LooksLike::CommentedJson))),
        ("\n/* of 2024 */ {\"openapi\": \"3.0.0\"}", Box::new(is(LooksLike::CommentedJson))),
        ("/path", Box::new(is(LooksLike::Scalar))),
        (r#"{"info":{"_postman_id":"1"},"item":[]}"#, Box::new(is(LooksLike::Postman))),
        (
            r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}"#,
            Box::new(is(LooksLike::JsonSchema)),
        ),
        (r#"{"paths":{}}"#, Box::new(is(LooksLike::UnversionedPaths))),
        ("asyncapi: 2.6.0\n", Box::new(is(LooksLike::AsyncApi))),
        ("#%RAML 1.0\ntitle: x\n", Box::new(is(LooksLike::Raml))),
        (r#"{"a": 1}"#, Box::new(is(LooksLike::Object))),
        (
            r#"{"swagger":"1.2"}"#,
            Box::new(|e| matches!(e, ManifestError::UnsupportedVersion { field: "swagger", found } if found == "1.2")),
        ),
        (
            r#"{"swaggerVersion":"1.2"}"#,
            Box::new(|e| matches!(e, ManifestError::UnsupportedVersion { field: "swaggerVersion", .. })),
        ),
        ("openapi: 4.0.0\n", Box::new(|e| matches!(e, ManifestError::UnsupportedVersion { field: "openapi", .. }))),
        ("{\"openapi\":\n  \"3.0", Box::new(|e| matches!(e, ManifestError::Truncated { line: 2, .. }))),
        (
            "{\"openapi\": \"3.0.0\", oops",
            Box::new(|e| matches!(e, ManifestError::Syntax { line: 1, .. } | ManifestError::Truncated { .. })),
        ),
        ("openapi: '3.0", Box::new(|e| matches!(e, ManifestError::Truncated { .. }))),
        ("openapi: 3.0.0\npaths: [}\n", Box::new(|e| matches!(e, ManifestError::Syntax { line: 2, .. }))),
        (&nested, Box::new(|e| matches!(e, ManifestError::TooDeep { .. }))),
        (&laughs, Box::new(|e| matches!(e, ManifestError::AliasesTooLarge { .. }))),
        ("openapi: 3.0.0\npaths: {}\n", Box::new(|e| matches!(e, ManifestError::NoOperations { paths: 0, .. }))),
        (
            "openapi: 3.0.0\npaths: {/a: 1}\n",
            Box::new(|e| matches!(e, ManifestError::NoOperations { paths: 1, skipped: 1, first: Some(_) })),
        ),
    ];
    for (text, check) in cases {
        match read(text.as_bytes()) {
            Err(error) => assert!(check(&error), "{text:.60}: {error:?}"),
            Ok(_) => panic!("{text:.60} was read"),
        }
    }
    assert!(matches!(read(&[0xc3, 0x28]), Err(ManifestError::NotText { offset: 0 })));
    assert!(matches!(read(&[0x1f, 0x8b, 8]), Err(ManifestError::NotOpenApi { looks_like: LooksLike::Compressed })));
}

#[test]
fn yaml_keeps_keys_and_merges() {
    let text = "
openapi: 3.1.0
x-base: &base {summary: Shared, tags: [a]}
paths:
  /on:
    get:
      <<: *base
      summary: Own
      parameters:
        - {name: yes, in: query, schema: {type: string, enum: [on, off, 2024-01-01, 1e3, 0x1F, ~, '1']}}
      responses:
        200: {description: 'ok'}
        default: {description: !!str 12}
---
another: document
";
    let manifest = manifest(text.as_bytes());
    let get = operation(&manifest, "GET /on");
    assert_eq!((get.summary.as_str(), get.tags.as_slice()), ("Own", ["a".to_owned()].as_slice()));
    let parameter = get.parameters.first().expect("a parameter");
    assert_eq!(parameter.name, "yes");
    assert_eq!(parameter.schema.get("enum"), Some(&json!(["on", "off", "2024-01-01", 1000.0, 31, null, "1"])));
    let responses: Vec<_> = get.responses.iter().map(|r| (r.status.as_str(), r.description.as_str())).collect();
    assert_eq!(responses, [("200", "ok"), ("default", "12")]);
    assert_eq!(manifest.warnings.iter().map(|w| w.code.as_str()).collect::<Vec<_>>(), ["yaml-more-documents"]);
}

#[test]
fn swagger_s_consumes_declares_a_body_that_no_parameter_does() {
    let text = r#"{"swagger": "2.0", "consumes": ["application/xml"], "paths": {
        "/config": {
            "get": {"consumes": ["application/x-yaml"]},
            "post": {"consumes": ["application/x-yaml"]},
            "put": {"consumes": ["application/json"]},
            "patch": {}
        },
        "/form": {"post": {"consumes": ["multipart/form-data", "application/vnd.acme+json", "*/*"]}}
    }}"#;
    let manifest = manifest(text.as_bytes());
    for (name, types) in [
        ("POST /config", vec!["application/x-yaml"]),
        ("GET /config", vec![]),
        ("PUT /config", vec![]),
        ("PATCH /config", vec![]),
        ("POST /form", vec![]),
    ] {
        let body = operation(&manifest, name).request_body.as_ref();
        let declared: Vec<&str> =
            body.iter().flat_map(|body| &body.content).map(|content| content.media_type.as_str()).collect();
        assert_eq!(declared, types, "{name}");
        assert!(body.is_none_or(|body| !body.required), "{name}");
    }
}

#[test]
fn reads_the_embedded_manifest() {
    let manifest = embedded().expect("the embedded manifest");
    assert_eq!(manifest.operations.len(), 2_812);
    assert_eq!(manifest.schemas.len(), 771);
    assert_eq!(manifest.warnings, []);
    assert_sound(&manifest);
}

#[test]
fn fixtures_are_sound() {
    for bytes in [SWAGGER_20, OPENAPI_30, OPENAPI_31, VENDOR_FAULTS, CYCLIC] {
        assert_sound(&manifest(bytes));
    }
}

/// The invariants that the module promises.
pub(super) fn assert_sound(manifest: &Manifest) {
    let mut found = Vec::new();
    manifest.schemas.values().for_each(|schema| references(schema, &mut found));
    let mut seen = std::collections::HashSet::new();
    for operation in &manifest.operations {
        let template = PathTemplate::parse(&operation.path).expect("a template");
        assert!(seen.insert((operation.method, template.canonical())), "{} {} twice", operation.method, operation.path);
        let of_path = operation.parameters.iter().filter(|p| p.location == ParameterIn::Path);
        assert!(of_path.clone().all(|p| p.required));
        assert_eq!(template.parameters().collect::<Vec<_>>(), of_path.map(|p| p.name.as_str()).collect::<Vec<_>>());
        operation.parameters.iter().for_each(|p| references(&p.schema, &mut found));
        let bodies = operation.request_body.iter().flat_map(|body| &body.content);
        bodies
            .chain(operation.responses.iter().flat_map(|r| &r.content))
            .for_each(|m| references(&m.schema, &mut found));
    }
    for reference in found {
        let name = def_name(&reference).unwrap_or_else(|| panic!("`{reference}` is no reference to a named schema"));
        assert!(manifest.schemas.contains_key(&name), "`{reference}` dangles");
    }
}

/// JSON with the words of the specification in random places.
fn arbitrary_json() -> impl Strategy<Value = Value> {
    let words = [
        "paths",
        "/a/{b}",
        "/a{id}",
        "get",
        "post",
        "parameters",
        "$ref",
        "in",
        "name",
        "schema",
        "type",
        "properties",
        "items",
        "allOf",
        "oneOf",
        "responses",
        "200",
        "content",
        "application/json",
        "components",
        "schemas",
        "definitions",
        "required",
        "enum",
        "nullable",
        "requestBody",
        "servers",
        "url",
        "security",
        "x-y",
        "$defs",
        "exclusiveMinimum",
        "example",
        "tags",
    ];
    let texts = [
        "#/components/schemas/a",
        "#/paths/~1a~1{b}/get",
        "#",
        "#/",
        "path",
        "query",
        "body",
        "object",
        "array",
        "string",
        "a",
        "é~/%",
        "#/definitions/a",
        "{x",
        "other.json",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-3..400i64).prop_map(|n| json!(n)),
        prop::sample::select(texts.to_vec()).prop_map(|t| json!(t)),
    ];
    leaf.prop_recursive(8, 200, 8, move |inner| {
        let key = prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,4}"];
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            4 => prop::collection::vec((key, inner), 0..8).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn assert_warnings_point_somewhere(manifest: &Manifest, document: &Value) {
    for warning in &manifest.warnings {
        let tokens = reference::pointer_tokens(&warning.pointer).expect("a pointer");
        assert!(reference::locate(document, &tokens).is_some(), "{warning:?}");
    }
}

#[test]
fn warnings_point_into_the_document() {
    for bytes in [VENDOR_FAULTS, CYCLIC] {
        assert_warnings_point_somewhere(&manifest(bytes), &serde_json::from_slice(bytes).expect("JSON"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_documents_never_panic(item in arbitrary_json(), shared in arbitrary_json(), edition in 0..3usize) {
        let (field, version) = [("swagger", "2.0"), ("openapi", "3.0.1"), ("openapi", "3.1.0")][edition];
        let mut document = json!({
            "paths": {"/a/{b}": item, "/ok": {"get": {"responses": {}}}},
            "components": {"schemas": {"a": shared}, "parameters": shared},
            "definitions": {"a": shared},
        });
        document[field] = json!(version);
        let manifest = read(document.to_string().as_bytes()).expect("one operation at least");
        assert_sound(&manifest);
        assert_warnings_point_somewhere(&manifest, &document);
        prop_assert!(manifest.operations.iter().any(|o| o.method == Method::Get && o.path == "/ok"));
    }

    #[test]
    fn arbitrary_path_keys_never_panic(keys in prop::collection::vec("[/{}?#:.*a-cé=&(\\[]{0,12}", 1..8)) {
        let mut document = json!({"openapi": "3.0.0", "paths": {"/ok": {"get": {}}}});
        for key in keys {
            document["paths"][key] = json!({"get": {"parameters": [{"name": "a", "in": "path"}]}, "put": {}});
        }
        assert_sound(&read(document.to_string().as_bytes()).expect("one operation at least"));
    }

    #[test]
    fn arbitrary_text_never_panics(
        text in "[-:{}\\[\\]&*!|>'\"%@`a-c0-9.~<, \n\t#?]{0,60}",
        bytes in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let _ = read(text.as_bytes());
        let _ = read(format!("openapi: 3.0.0\npaths:\n  {text}").as_bytes());
        let _ = read(&bytes);
    }

    #[test]
    fn yaml_and_json_agree(value in arbitrary_json()) {
        let paths = json!({"/ok": {"get": {}}});
        let document = json!({"openapi": "3.1.0", "paths": paths, "components": {"schemas": {"a": value}}});
        let (json, yaml) = (document.to_string(), format!("# YAML\n{document}"));
        prop_assert_eq!(read(json.as_bytes()).expect("JSON").schemas, read(yaml.as_bytes()).expect("YAML").schemas);
    }
}

#[test]
fn an_operation_of_very_many_parameters_is_read_with_the_first_of_each() {
    let parameter = |number: usize, place: &str| json!({ "name": format!("p{number}"), "in": place, "schema": {} });
    let own: Vec<Value> = (0..30_000).chain([7]).map(|number| parameter(number, "query")).collect();
    let shared: Vec<Value> =
        (0..30_000).map(|number| parameter(number, if number % 2 == 0 { "query" } else { "path" })).collect();
    let document = json!({
        "openapi": "3.0.3",
        "info": { "title": "Many", "version": "1" },
        "paths": { "/many": { "parameters": shared, "get": { "parameters": own, "responses": {} } } }
    });
    let manifest = read(document.to_string().as_bytes()).unwrap();
    let parameters = &operation(&manifest, "GET /many").parameters;
    // Those of the path have no place in it, and are in the query already.
    assert_eq!(parameters.len(), 30_000);
    let duplicates = manifest.warnings.iter().filter(|warning| warning.code == "parameter-duplicate").count();
    assert_eq!(duplicates, 1);
}
