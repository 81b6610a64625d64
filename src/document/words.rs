//! Which words does an identifier hold?
//!
//! Paths, schema names and field names carry most of a poor manifest's meaning, as `camelCase`, `snake_case`,
//! `kebab-case` or run together in lower case (`timeentries`). Everything here is a pure function of its input.

use std::collections::HashMap;

/// The words of an identifier or a sentence, in lower case and in order.
///
/// Splits at anything that is no letter or digit, at a capital after a small letter or digit, and before the last capital of
/// an acronym that a small letter follows (`SLAStatus` is `sla status`).
pub fn split(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, &character) in characters.iter().enumerate() {
        if !character.is_alphanumeric() {
            // An apostrophe belongs to its word (`ticket's` is about the ticket), so that only what precedes it counts.
            flush(&mut words, &mut word);
            continue;
        }
        if character.is_uppercase() && at > 0 {
            let before = characters[at - 1];
            let next_is_small = characters.get(at + 1).is_some_and(|next| next.is_lowercase());
            let plural_acronym = next_is_small
                && characters.get(at + 1) == Some(&'s')
                && characters.get(at + 2).is_none_or(|after| !after.is_lowercase());
            if before.is_lowercase()
                || before.is_numeric()
                || (before.is_uppercase() && next_is_small && !plural_acronym)
            {
                flush(&mut words, &mut word);
            }
        }
        word.extend(character.to_lowercase());
    }
    flush(&mut words, &mut word);
    words
}

fn flush(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// Words that end in `s` and are no plural, or whose plural rule would maim them.
const NOT_PLURAL: [&str; 24] = [
    "status", "address", "process", "business", "access", "series", "sms", "dns", "alias", "analysis", "basis", "bus",
    "canvas", "class", "plus", "news", "always", "is", "this", "has", "was", "its", "us", "os",
];

/// The singular of an English noun by the regular rules; other words come back as they are.
pub fn singular(word: &str) -> String {
    let stem = |cut: usize, end: &str| format!("{}{end}", &word[..word.len() - cut]);
    if !word.is_ascii() || word.len() < 3 || NOT_PLURAL.contains(&word) {
        word.to_owned()
    } else if word == "statuses" || word == "addresses" || word == "aliases" || word == "processes" || word == "classes"
    {
        stem(2, "")
    } else if word == "people" {
        "person".to_owned()
    } else if word.ends_with("ies") && word.len() > 4 {
        stem(3, "y")
    } else if ["sses", "xes", "ches", "shes", "uses", "zes"].iter().any(|end| word.ends_with(end)) {
        // `causes` and `sizes` lose one letter too many here; both sides of a comparison lose it alike.
        stem(2, "")
    } else if word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is") {
        stem(1, "")
    } else {
        word.to_owned()
    }
}

/// The regular plural of an English noun; plurals come back as they are.
pub fn plural(word: &str) -> String {
    if !word.is_ascii() || word.is_empty() {
        return word.to_owned();
    }
    if word.ends_with('s') && singular(word) != word {
        return word.to_owned();
    }
    if word.ends_with('y') && !word.ends_with("ay") && !word.ends_with("ey") && !word.ends_with("oy") {
        return format!("{}ies", &word[..word.len() - 1]);
    }
    if ["s", "x", "ch", "sh", "z"].iter().any(|end| word.ends_with(end)) {
        return format!("{word}es");
    }
    format!("{word}s")
}

/// Words that a manifest itself is known to use, for taking run-together path segments apart.
#[derive(Debug, Default)]
pub struct Vocabulary {
    words: HashMap<String, u32>,
}

/// Shorter parts split too much: `in`, `on`, `to` are inside half of all words.
const SHORTEST_PART: usize = 3;

impl Vocabulary {
    /// Counts the words of an identifier whose spelling shows where they begin.
    pub fn learn(&mut self, identifier: &str) {
        for word in split(identifier) {
            if word.len() >= SHORTEST_PART && word.chars().all(|c| c.is_ascii_alphabetic()) {
                *self.words.entry(word).or_default() += 1;
            }
        }
    }

    fn knows(&self, word: &str) -> bool {
        self.words.contains_key(word)
            || self.words.contains_key(&singular(word))
            || self.words.contains_key(&plural(word))
    }

    /// Takes a run-together word apart where all parts are known and the whole is not: `timeentries` is `time entries`.
    ///
    /// The fewest parts win, then the longest first part. Unknown words come back whole.
    pub fn segment(&self, word: &str) -> Vec<String> {
        if self.knows(word) || !word.is_ascii() || word.len() < 2 * SHORTEST_PART {
            return vec![word.to_owned()];
        }
        // best[i]: where the last part of the best split of word[..i] begins, and how many parts it has.
        let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
        best[0] = Some((0, 0));
        for end in SHORTEST_PART..=word.len() {
            for start in 0..=end - SHORTEST_PART {
                let Some((_, parts)) = best[start] else { continue };
                if self.knows(&word[start..end]) && best[end].is_none_or(|(_, known)| parts + 1 <= known) {
                    best[end] = Some((start, parts + 1));
                }
            }
        }
        if best[word.len()].is_none() {
            return vec![word.to_owned()];
        }
        let mut parts = Vec::new();
        let mut end = word.len();
        while end > 0 {
            let Some((start, _)) = best[end] else { break };
            parts.push(word[start..end].to_owned());
            end = start;
        }
        parts.reverse();
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_fall_into_words() {
        for (identifier, words) in [
            ("timeEntries", "time entries"),
            ("SLAStatus", "sla status"),
            ("POItems", "po items"),
            ("IDs of SKUs", "ids of skus"),
            ("snake_case-and.dots", "snake case and dots"),
            ("v2Report", "v2 report"),
            ("", ""),
            ("Größe", "größe"),
        ] {
            assert_eq!(split(identifier).join(" "), words, "{identifier}");
        }
    }

    #[test]
    fn singular_and_plural_are_each_others_inverse_for_regular_nouns() {
        for (one, many) in [
            ("ticket", "tickets"),
            ("company", "companies"),
            ("status", "statuses"),
            ("address", "addresses"),
            ("box", "boxes"),
            ("batch", "batches"),
            ("survey", "surveys"),
            ("time", "times"),
        ] {
            assert_eq!(plural(one), many);
            assert_eq!(singular(many), one);
            assert_eq!(singular(one), one);
            assert_eq!(plural(many), many);
        }
    }

    #[test]
    fn run_together_words_are_taken_apart_by_what_the_manifest_knows() {
        let mut vocabulary = Vocabulary::default();
        for name in ["TimeEntry", "PurchaseOrder", "workType", "Ticket"] {
            vocabulary.learn(name);
        }
        assert_eq!(vocabulary.segment("timeentries"), ["time", "entries"]);
        assert_eq!(vocabulary.segment("purchaseorders"), ["purchase", "orders"]);
        assert_eq!(vocabulary.segment("tickets"), ["tickets"]);
        assert_eq!(vocabulary.segment("unknownword"), ["unknownword"]);
        assert_eq!(vocabulary.segment("größenordnung"), ["größenordnung"]);
    }
}
