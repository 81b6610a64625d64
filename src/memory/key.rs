//! When are two patterns the same? Where their canonical forms are.

use super::Pattern;
use crate::canonical::{sorted, sorted_map};

/// Hashes with BLAKE3 all that makes two patterns the same: API, operation, path, parameters, body and which of their
/// values are slots. The description and the order of members do not count; numbers and strings count as they are
/// written.
pub(super) fn key(pattern: &Pattern) -> [u8; 32] {
    let mut slots: Vec<(&str, &str)> =
        pattern.slots.iter().map(|slot| (slot.place.as_str(), slot.name.as_str())).collect();
    slots.sort_unstable();
    let form = serde_json::json!([
        pattern.api,
        pattern.method.as_str(),
        pattern.template,
        pattern.path,
        sorted_map(&pattern.params),
        pattern.data.as_ref().map(sorted),
        slots,
    ]);
    *blake3::hash(form.to_string().as_bytes()).as_bytes()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::Slot;
    use super::super::tests::{object, pattern};
    use super::*;

    #[test]
    fn the_order_of_members_and_the_description_do_not_matter_and_all_else_does() {
        let params = |value: Value| Pattern { params: object(value), ..pattern("a", "/a") };
        let one = params(json!({ "page": 1, "conditions": "id = 5" }));
        assert_eq!(key(&one), key(&params(json!({ "conditions": "id = 5", "page": 1 }))));
        assert_eq!(key(&one), key(&Pattern { description: "b".to_owned(), ..one.clone() }));
        let body = |value: Value| Pattern { data: Some(value), ..one.clone() };
        assert_eq!(key(&body(json!({ "a": { "b": 1, "c": 2 } }))), key(&body(json!({ "a": { "c": 2, "b": 1 } }))));
        let slot = |name: &str| Slot { name: name.to_owned(), place: "params.conditions".to_owned(), example: None };
        let others = [
            params(json!({ "page": "1", "conditions": "id = 5" })),
            params(json!({ "page": 1, "conditions": "id = 6" })),
            params(json!({ "page": 1 })),
            body(json!([])),
            body(json!([1, 2])),
            body(json!([2, 1])),
            Pattern { api: "b".to_owned(), ..one.clone() },
            Pattern { path: "/a/1".to_owned(), ..one.clone() },
            Pattern { template: "/b".to_owned(), ..one.clone() },
            Pattern { method: crate::openapi::Method::Post, ..one.clone() },
            Pattern { slots: vec![slot("x")], ..one.clone() },
            Pattern { slots: vec![slot("y")], ..one.clone() },
        ];
        let keys: std::collections::HashSet<_> = others.iter().chain([&one]).map(key).collect();
        assert_eq!(keys.len(), others.len() + 1);
    }
}
