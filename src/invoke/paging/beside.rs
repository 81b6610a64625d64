//! What of the members beside rows does each further page add?
//!
//! Records that are included stand in the answer of the page whose rows refer to them; counts and facets stand in each answer alike.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use serde_json::{Map, Value};

/// The members beside the rows of all pages: those of the first, and in its lists what later pages have that none before had.
#[derive(Debug, Default)]
pub(super) struct Beside {
    known: HashMap<String, HashSet<u64>>,
    hasher: RandomState,
}

impl Beside {
    /// Adds those of a page to those of all pages before.
    pub fn add(&mut self, all: &mut Map<String, Value>, page: Map<String, Value>) {
        for (name, value) in page {
            match (all.get_mut(&name), value) {
                (Some(Value::Array(items)), Value::Array(more)) => {
                    let known = self.known.entry(name).or_default();
                    if known.is_empty() {
                        known.extend(items.iter().map(|item| self.hasher.hash_one(item.to_string())));
                    }
                    items.extend(more.into_iter().filter(|item| known.insert(self.hasher.hash_one(item.to_string()))));
                }
                (None, list @ Value::Array(_)) => _ = all.insert(name, list),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_grow_by_what_is_new_and_all_else_is_of_the_first_page() {
        let mut all = Map::new();
        all.extend([
            ("total".to_owned(), json!(9)),
            ("included".to_owned(), json!([1, 2])),
            ("next".to_owned(), json!("a")),
        ]);
        let mut beside = Beside::default();
        for page in
            [json!({ "total": 8, "included": [2, 3] }), json!({ "included": [3, 4], "errors": ["x"], "next": null })]
        {
            beside.add(&mut all, page.as_object().unwrap().clone());
        }
        assert_eq!(Value::from(all), json!({ "total": 9, "included": [1, 2, 3, 4], "next": "a", "errors": ["x"] }));
    }
}
