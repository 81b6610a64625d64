//! What real vendors get wrong, each by the code of its warning.

use serde_json::{Value, json};

use super::super::{Manifest, ParameterIn, read};
use super::{VENDOR_FAULTS, keys, manifest, operation};

fn count(manifest: &Manifest, code: &str) -> usize {
    manifest.warnings.iter().filter(|warning| warning.code == code).map(|warning| warning.occurrences).sum()
}

#[test]
fn every_fault_costs_no_more_than_itself() {
    let manifest = manifest(VENDOR_FAULTS);
    assert_eq!(
        keys(&manifest),
        [
            "GET /finance/agreements/types/{id}",
            "POST /finance/agreements/types/{id}/copy",
            "PATCH /procurement/catalog/{parentId}/vendors/{id}",
            "DELETE /procurement/orders/{parentId}/lineitems",
            "GET /system/members/{memberId}/photo",
            "PUT /system/members/{id}/photo",
            "GET /system/documents/{id}/versions/{path}",
            "GET /system/reports/{report}",
            "GET /system/info",
            "GET /system/audit",
            "GET /system/links",
            "GET /system/skills/{id}/levels",
            "POST /system/broken",
            "GET /system/schemas",
            "PUT /system/schemas",
        ]
    );
    for (code, occurrences, skipped) in [
        ("path-missing-slash", 1, false),
        ("path-parameter-repeated", 1, false),
        ("path-parameter-case", 1, false),
        ("path-parameter-unplaced", 1, false),
        ("path-parameter-optional", 1, false),
        ("path-parameter-undeclared", 2, false),
        ("path-duplicate", 1, true),
        ("path-regular-expression", 2, false),
        ("path-leading-slash", 1, false),
        ("path-duplicate-slashes", 1, false),
        ("path-query-string", 1, false),
        ("path-unbalanced-braces", 1, false),
        ("method-case", 1, false),
        ("method-unsupported", 1, true),
        ("not-an-object", 2, true),
        ("response-status-malformed", 1, true),
        ("operation-id-duplicate", 1, false),
        ("patch-value-object", 1, false),
        ("schema-type-unknown", 1, false),
        ("schema-not-an-object", 1, false),
        ("schema-keyword-malformed", 1, false),
        ("ref-relocated", 1, false),
        ("ref-not-a-schema", 1, false),
    ] {
        assert_eq!(count(&manifest, code), occurrences, "{code}");
        assert!(manifest.warnings.iter().filter(|w| w.code == code).all(|w| w.skipped == skipped), "{code}");
    }
    // In a schema anything is accepted in its place; a parameter or path item is left out.
    assert_eq!((count(&manifest, "ref-dangling"), count(&manifest, "ref-external")), (3, 2));
}

#[test]
fn parameters_find_their_place() {
    let manifest = manifest(VENDOR_FAULTS);
    let places = |key: &str| {
        let parameters = operation(&manifest, key).parameters.iter();
        parameters.map(|p| (p.name.clone(), p.location, p.required)).collect::<Vec<_>>()
    };
    let path = |name: &str| (name.to_owned(), ParameterIn::Path, true);
    let query = |name: &str, required| (name.to_owned(), ParameterIn::Query, required);
    assert_eq!(places("PATCH /procurement/catalog/{parentId}/vendors/{id}"), [path("parentId"), path("id")]);
    assert_eq!(places("DELETE /procurement/orders/{parentId}/lineitems"), [path("parentId"), query("id", false)]);
    assert_eq!(places("GET /system/documents/{id}/versions/{path}"), [path("id"), path("path")]);
    assert_eq!(places("GET /system/links"), [query("of", true), query("type", true)]);
    assert_eq!(
        operation(&manifest, "GET /system/links").parameters.get(1).map(|p| &p.schema),
        Some(&json!({"type": "string", "enum": ["web"], "default": "web"}))
    );
}

#[test]
fn schemas_accept_no_less_than_was_meant() {
    let manifest = manifest(VENDOR_FAULTS);
    let patch = manifest.schemas.get("PatchOperation").and_then(|s| s.pointer("/properties/value"));
    assert_eq!(patch, Some(&json!({})));
    let faulty = manifest.schemas.get("Faulty").expect("Faulty");
    for (pointer, expected) in [
        ("/required", json!(["a"])),
        ("/properties/a", json!({"type": "integer"})),
        ("/properties/b", json!({"title": "Missing"})),
        ("/properties/d", json!({"title": "Thing"})),
        ("/properties/e", json!({"$ref": "#/$defs/PatchOperation"})),
        ("/properties/f", json!({})),
        ("/properties/g", json!({"type": "string", "maxLength": 10, "pattern": "5"})),
    ] {
        assert_eq!(faulty.pointer(pointer), Some(&expected), "{pointer}");
    }
}

/// Keys of `paths` with what becomes of them.
#[test]
fn path_keys() {
    let siblings = ["/users", "/users/{userId}", "/items/{name}", "/items/{name}/parts"];
    for (key, expected, code) in [
        ("/a/{b}/c", "/a/{b}/c", None),
        ("/v{version}/a", "/v{version}/a", None),
        ("/search{extension}", "/search{extension}", None),
        ("/Customers({id})", "/Customers({id})", None),
        ("/v1/{name}:cancel", "/v1/{name}:cancel", None),
        ("/{a}-{b}", "/{a}-{b}", None),
        ("/a/", "/a/", None),
        ("/#Action=Run", "/#Action=Run", None),
        ("/types{id}/copy", "/types/{id}/copy", Some("path-missing-slash")),
        ("/items{name}", "/items/{name}", Some("path-missing-slash")),
        ("/items/{name}parts", "/items/{name}/parts", Some("path-missing-slash")),
        ("/a/{b:[0-9]{2,3}}/{c:[^/]+}", "/a/{b}/{c}", Some("path-regular-expression")),
        ("/a/{path*}", "/a/{path}", Some("path-regular-expression")),
        ("/a/{name=projects/*}:run", "/a/{name}:run", Some("path-regular-expression")),
        ("/a/(?<id>[0-9]+)", "/a/{id}", Some("path-regular-expression")),
        ("/a/{b", "/a/{b}", Some("path-unbalanced-braces")),
        ("/a/b}/c", "/a/b/c", Some("path-unbalanced-braces")),
        ("/a/declared}/c", "/a/{declared}/c", Some("path-unbalanced-braces")),
        ("/a/{{b}}", "/a/{b}", Some("path-unbalanced-braces")),
        ("/a/{}", "/a/{declared}", Some("path-parameter-unnamed")),
        ("/a/:declared/b", "/a/{declared}/b", Some("path-colon-parameter")),
        ("/a/{id}/b/{id}", "/a/{id}/b/{id2}", Some("path-parameter-repeated")),
        ("https://example.com/a", "/a", Some("path-absolute-url")),
        ("a", "/a", Some("path-leading-slash")),
        (" /a ", "/a", Some("path-white-space")),
        ("/a//b", "/a/b", Some("path-duplicate-slashes")),
        ("/a?b=c", "/a", Some("path-query-string")),
    ] {
        let mut paths = serde_json::Map::new();
        for sibling in siblings {
            paths.insert(sibling.to_owned(), json!({"head": {}}));
        }
        let declared = json!([{"name": "declared", "in": "path", "required": true, "schema": {"type": "string"}}]);
        paths.insert(key.to_owned(), json!({"get": {"parameters": declared}}));
        let document = json!({"openapi": "3.0.0", "paths": paths});
        let manifest = read(document.to_string().as_bytes()).expect("operations");
        let get = manifest.operations.iter().find(|operation| operation.method.as_str() == "GET").expect("GET");
        assert_eq!(get.path, expected, "{key}");
        let codes = manifest.warnings.iter().map(|warning| warning.code.as_str());
        let codes: Vec<&str> =
            codes.filter(|code| !code.starts_with("path-parameter-un") || *code == "path-parameter-unnamed").collect();
        assert_eq!(codes, code.into_iter().collect::<Vec<_>>(), "{key}");
    }
}

#[test]
fn a_clean_path_wins_over_a_repaired_one() {
    let clean = json!({"operationId": "clean"});
    let document = json!({"openapi": "3.0.0", "paths": {
        "/a//b": {"get": {"operationId": "repaired"}},
        "/a/b": {"get": clean},
    }});
    let manifest = read(document.to_string().as_bytes()).expect("operations");
    let ids: Vec<_> = manifest.operations.iter().filter_map(|o| o.operation_id.as_deref()).collect();
    assert_eq!(ids, ["clean"]);
    assert_eq!(count(&manifest, "path-duplicate"), 1);
}

#[test]
fn query_strings_tell_operations_of_one_path_apart() {
    let document = json!({"openapi": "3.0.0", "paths": {
        "/a?do=run": {"post": {}}, "/a?do=stop": {"post": {}}, "/a?do=stop&": {"post": {}},
    }});
    let manifest = read(document.to_string().as_bytes()).expect("operations");
    assert_eq!(keys(&manifest), ["POST /a#do=run", "POST /a#do=stop", "POST /a#do=stop&"]);
    let values: Vec<Value> =
        manifest.operations.iter().filter_map(|o| o.parameters.first()?.schema.get("default").cloned()).collect();
    assert_eq!(values, [json!("run"), json!("stop"), json!("stop")]);
}

#[test]
fn endless_paths_are_left_out() {
    for piece in ["{a", "aa{id}", "{}", "}", "/{id}"] {
        let (long, most) = (piece.repeat(4_096), format!("/{}", piece.repeat(4_095 / piece.len())));
        let document = json!({"openapi": "3.0.0", "paths": {"/ok": {"get": {}}, long: {"get": {}}, most: {"get": {}}}});
        let manifest = read(document.to_string().as_bytes()).expect("operations");
        assert_eq!(
            (count(&manifest, "path-too-long"), manifest.operations.len()),
            (usize::from(piece != "}"), 2),
            "{piece}"
        );
    }
}

#[test]
fn of_templates_that_differ_by_names_alone_one_is_listed_for_both_and_loses_nothing() {
    let path = |name: &str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
    let query = |name: &str, required: bool| json!({"name": name, "in": "query", "required": required, "schema": {}});
    let body = |required: bool, types: &[(&str, &str)]| {
        let of = |(media_type, kind): &(&str, &str)| ((*media_type).to_owned(), json!({"schema": {"type": kind}}));
        json!({"required": required, "content": types.iter().map(of).collect::<serde_json::Map<_, _>>()})
    };
    let document = json!({"openapi": "3.0.0", "info": {"title": "T", "version": "1"}, "paths": {
        "/boats/{id}": {
            "get": {"summary": "A boat by id", "parameters": [path("id"), query("as", true), query("in", true)], "responses": {"200": {"description": "ok"}}},
            "put": {"parameters": [path("id")], "requestBody": body(true, &[("application/json", "object")])},
        },
        "/boats/{name}": {
            "get": {"summary": "A boat by name", "parameters": [path("name"), query("in", true), query("at", true)], "responses": {"404": {"description": "none"}}},
            "put": {"parameters": [path("name")], "requestBody": body(true, &[("application/json", "array"), ("text/plain", "string")])},
            "post": {"parameters": [path("name")]},
        },
    }});
    let manifest = read(document.to_string().as_bytes()).expect("operations");
    assert_eq!(keys(&manifest), ["GET /boats/{id}", "PUT /boats/{id}", "POST /boats/{name}"]);
    let get = operation(&manifest, "GET /boats/{id}");
    let known: Vec<(&str, bool)> = get.parameters.iter().map(|known| (known.name.as_str(), known.required)).collect();
    assert_eq!(known, [("id", true), ("as", false), ("in", true), ("at", false)]);
    assert_eq!(get.description, "Also `GET /boats/{name}`: A boat by name");
    assert_eq!(get.responses.iter().map(|response| response.status.as_str()).collect::<Vec<_>>(), ["200", "404"]);
    let body = operation(&manifest, "PUT /boats/{id}").request_body.as_ref().expect("a body");
    let kinds: Vec<(&str, &serde_json::Value)> =
        body.content.iter().map(|content| (content.media_type.as_str(), &content.schema)).collect();
    let either = json!({"anyOf": [{"type": "object"}, {"type": "array"}]});
    assert_eq!(kinds, [("application/json", &either), ("text/plain", &json!({"type": "string"}))]);
    assert!(body.required);
    let said: Vec<&str> = manifest
        .warnings
        .iter()
        .filter(|warning| warning.code == "path-duplicate" && warning.skipped)
        .map(|warning| warning.message.as_str())
        .collect();
    assert_eq!(said.len(), 2);
    assert!(said[0].starts_with("GET `/boats/{name}` stands for the same requests as `/boats/{id}`"), "{said:?}");
    assert!(said[0].contains("listed because it comes first"), "{said:?}");
}
