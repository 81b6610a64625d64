//! Which fields matter to a person who reads a list, and what is a record called? The words are data, which the page's script has, too.

use std::sync::LazyLock;

use serde::Deserialize;

/// The words as JSON.
pub const MATTERS: &str = include_str!("matters.json");

/// The words that say what a field is worth to a reader.
#[derive(Debug, Default, Deserialize)]
pub struct Matters {
    /// Members that say in words which record an object is, best first.
    pub labels: Vec<String>,
    /// Words at the end of a field's name, with how much such a field matters to a reader of a list.
    pub weights: Vec<(Vec<String>, i32)>,
}

/// The words, read once.
pub fn matters() -> &'static Matters {
    static READ: LazyLock<Matters> = LazyLock::new(|| serde_json::from_str(MATTERS).unwrap_or_default());
    &READ
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_read_and_each_weighs_once() {
        let Matters { labels, weights } = serde_json::from_str(MATTERS).unwrap();
        assert_eq!(labels[0], "name");
        let mut words: Vec<&String> = weights.iter().flat_map(|(words, _)| words).collect();
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert!(all > 50 && words.len() == all && weights.iter().all(|(_, weight)| (1..=100).contains(weight)));
    }
}
