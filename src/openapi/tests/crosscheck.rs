//! Do other readers see the same operations?

use std::collections::BTreeSet;

use super::super::{embedded_bytes, read};
use super::{OPENAPI_30, OPENAPI_31};

fn ours(bytes: &[u8]) -> BTreeSet<String> {
    super::keys(&read(bytes).expect("a manifest")).into_iter().collect()
}

fn by_openapiv3(document: &openapiv3::OpenAPI) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for (path, item) in &document.paths.paths {
        // This reader leaves references between path items to its caller.
        let Some(item) = item.as_item() else { continue };
        keys.extend(item.iter().map(|(method, _)| format!("{} {path}", method.to_uppercase())));
    }
    keys
}

#[test]
fn openapiv3_sees_the_same() {
    let embedded = embedded_bytes().expect("the embedded manifest");
    let document: openapiv3::OpenAPI = serde_json::from_slice(&embedded).expect("by openapiv3");
    assert_eq!(by_openapiv3(&document), ours(&embedded));

    let mut warnings = super::super::warnings::Warnings::default();
    let value = super::super::source::parse(OPENAPI_30, &mut warnings).expect("YAML");
    let document: openapiv3::OpenAPI = serde_json::from_value(value).expect("by openapiv3");
    let mut expected = ours(OPENAPI_30);
    expected.remove("PATCH /books/{bookId}/on");
    assert_eq!(by_openapiv3(&document), expected);
}

#[test]
fn oas3_sees_the_same() {
    let text = std::str::from_utf8(OPENAPI_31).expect("UTF-8");
    let document = oas3::from_json(text).expect("by oas3");
    let mut expected = ours(OPENAPI_31);
    // This reader does not follow references between path items.
    expected.remove("GET /stations/{id}");
    let theirs: BTreeSet<String> = document.operations().map(|(path, method, _)| format!("{method} {path}")).collect();
    assert_eq!(theirs, expected);
}
