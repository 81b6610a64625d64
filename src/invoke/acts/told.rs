//! What does a manifest's sentence about an operation say that it does?

use super::names::{Verb, reads};
use crate::openapi::Operation;

/// Words that begin what a verb is done to.
const DETERMINERS: [&str; 20] = [
    "a",
    "all",
    "an",
    "another",
    "any",
    "each",
    "every",
    "existing",
    "given",
    "its",
    "many",
    "multiple",
    "new",
    "one",
    "several",
    "specified",
    "that",
    "the",
    "this",
    "your",
];

/// Further verbs that plainly read, which no name begins with.
const READING: [&str; 6] = ["display", "give", "obtain", "provide", "return", "see"];

/// How the sentence about an operation begins.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The first word as a verb, such as `update` of `Updates all items`.
    verb: String,
    has_object: bool,
}

impl Told {
    /// Its summary, or where it has none, its description.
    pub(super) fn of(operation: &Operation) -> Self {
        let told = [&operation.summary, &operation.description].into_iter().find(|text| !text.trim().is_empty());
        let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let mut words = told.map_or("", |text| text.as_str()).split_whitespace().map(bare);
        let verb = words.next().map(|first| base_of(&first)).unwrap_or_default();
        Self { verb, has_object: words.next().is_some_and(|second| DETERMINERS.contains(&second.as_str())) }
    }

    /// Whether it reads.
    pub(super) fn reads(&self) -> bool {
        reads(&self.verb) || READING.contains(&self.verb.as_str())
    }

    /// Whether it does what a verb says, to something: of `Archive of messages` and `Update history` that cannot be told.
    pub(super) fn says(&self, verb: &str) -> bool {
        self.has_object && self.verb == verb
    }
}

/// A word as the verb that it may be a form of: `updates`, `refreshes`, `applies`.
fn base_of(word: &str) -> String {
    let is_verb = |word: &str| Verb::of(word).is_some() || READING.contains(&word);
    let with_y = word.strip_suffix("ies").map(|front| format!("{front}y"));
    let forms = [
        Some(word.to_owned()),
        word.strip_suffix('s').map(str::to_owned),
        word.strip_suffix("es").map(str::to_owned),
        with_y,
    ];
    forms.into_iter().flatten().find(|form| is_verb(form)).unwrap_or_else(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::get;
    use super::*;

    #[test]
    fn the_sentence_of_an_operation_tells_its_verb() {
        let told = |summary: &str, description: &str| {
            let operation = get("/x", None, json!([]));
            Told::of(&Operation { summary: summary.to_owned(), description: description.to_owned(), ..operation })
        };
        for text in ["Update all items", "Updates the item.", "**Update** an item", "update your items"] {
            assert!(told(text, "").says("update") && told(" ", text).says("update"), "{text}");
        }
        assert!(told("Applies the patch", "").says("apply") && told("Refreshes this list", "").says("refresh"));
        for text in ["Update history", "Updates", "Get the update", "", "The update of all items"] {
            assert!(!told(text, "Update the item").says("update") || text.is_empty(), "{text}");
        }
        for text in ["Get updates", "Returns the updates", "Lists updates", "Retrieves an update"] {
            assert!(told(text, "").reads(), "{text}");
        }
        assert!(!told("Updates", "Get updates").reads());
    }
}
