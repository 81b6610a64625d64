use cw_orchestrator::document::glossary::{Glossaries, Glossary};
use cw_orchestrator::{document, openapi};

fn glossary(manifest: &openapi::Manifest) -> Glossary {
    Glossaries::load(None).unwrap().of_api(&manifest.title)
}

/// One line per operation: what is embedded, and how its path was read.
fn lines(manifest: &openapi::Manifest, wanted: &[(&str, &str)]) -> String {
    let documents = document::compose(manifest, &glossary(manifest));
    let mut out = String::new();
    for (method, path) in wanted {
        let at = manifest
            .operations
            .iter()
            .position(|operation| operation.method.as_str() == *method && operation.path == *path)
            .unwrap_or_else(|| panic!("{method} {path} is not there"));
        let document = &documents[at];
        let route = &document.route;
        out.push_str(&format!(
            "{method} {path}\n  {}\n  {}\n  {} in {} of {}\n",
            document.text,
            document.gloss.as_deref().unwrap_or("(no gloss)"),
            route.kind.as_str(),
            route.resource,
            route.domain
        ));
    }
    out
}

#[test]
fn documents_of_a_poor_manifest_are_written_out_of_its_paths() {
    let manifest = openapi::embedded().unwrap();
    insta::assert_snapshot!(lines(
        &manifest,
        &[
            ("GET", "/service/tickets"),
            ("POST", "/service/tickets"),
            ("GET", "/service/tickets/{id}"),
            ("PUT", "/service/tickets/{id}"),
            ("PATCH", "/service/tickets/{id}"),
            ("DELETE", "/service/tickets/{id}"),
            ("GET", "/service/tickets/count"),
            ("POST", "/service/tickets/search"),
            ("GET", "/service/tickets/{id}/info"),
            ("POST", "/service/tickets/{parentId}/merge"),
            ("GET", "/service/tickets/{parentId}/timeentries"),
            ("GET", "/service/boards/{parentId}/statuses/{id}/usages"),
            ("POST", "/finance/agreements/{parentId}/additions"),
            ("GET", "/procurement/purchaseorders/{parentId}/lineitems"),
        ]
    ));
}

#[test]
fn descriptions_are_used_where_a_manifest_has_them() {
    let text = serde_json::json!({
        "openapi": "3.0.0",
        "info": { "title": "Shop" },
        "paths": {
            "/v1/orders/{id}/refund": { "post": {
                "summary": "Refund an order",
                "description": "Gives the money back, in whole or in part.",
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                "responses": { "200": { "description": "ok" } }
            } },
            "/v1/orders": { "get": { "summary": "Orders", "responses": { "200": { "description": "ok" } } } }
        }
    });
    let manifest = openapi::read(text.to_string().as_bytes()).unwrap();
    insta::assert_snapshot!(lines(&manifest, &[("POST", "/v1/orders/{id}/refund"), ("GET", "/v1/orders")]));
}

#[test]
fn composition_is_a_pure_function() {
    let manifest = openapi::embedded().unwrap();
    assert_eq!(document::compose(&manifest, &glossary(&manifest)), document::compose(&manifest, &glossary(&manifest)));
}
