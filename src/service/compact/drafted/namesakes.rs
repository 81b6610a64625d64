//! Is the number in a request one of the records of a path, or of others that are called by the same noun? Pure.
//!
//! `entry 77` may be of time, of a schedule or of expenses, and `project ticket 5` is none of the service desk. A number that is sent to the
//! wrong list names another record, or none.

use std::collections::BTreeSet;

use crate::document::words::{singular, split, stem};

/// The words that tell the records of a list from those of other lists whose paths end in the same noun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::service::compact) struct Namesakes {
    /// Path of the list.
    pub(in crate::service::compact) list: String,
    /// Stems of what its records are called by their schema, beside the noun: `time` of `TimeEntry`.
    named: BTreeSet<String>,
    /// Stems of the other words of its path.
    own: BTreeSet<String>,
    /// Stems of the words of the other lists' paths.
    others: BTreeSet<String>,
}

impl Namesakes {
    /// What tells a list apart; `others` are all lists of the API. `None` where none ends in its noun. `name_of` gives the name of the
    /// schema of a list's records.
    pub(in crate::service::compact) fn of<'p>(
        list: &str,
        others: impl Iterator<Item = &'p str>,
        name_of: impl FnOnce() -> Option<String>,
    ) -> Option<Self> {
        let (own, noun) = words_of(list)?;
        let mut found = Self { list: list.to_owned(), own, ..Self::default() };
        for other in others.filter(|other| *other != list && !other.contains('{')) {
            let last = other.rsplit('/').next().unwrap_or_default().to_lowercase();
            if let Some(before) = singular(&last).strip_suffix(noun.as_str())
                && let Some((words, _)) = words_of(other)
            {
                let rest = if before.is_empty() { None } else { Some(stem(before)) };
                found.others.extend(words.into_iter().chain(rest));
            }
        }
        if found.others.is_empty() {
            return None;
        }
        let name = name_of().unwrap_or_default();
        let words: Vec<String> = split(name.rsplit('.').next().unwrap_or_default())
            .iter()
            .map(|word| singular(&word.to_lowercase()))
            .collect();
        // A name without the noun tells nothing.
        if words.contains(&noun) {
            found.named = words.iter().filter(|word| **word != noun).map(|word| stem(word)).collect();
        }
        Some(found)
    }

    /// Whether the noun in a request surely means this list's records: the word before it, by its stem, is not one of others, and what
    /// they are called is said. `says` tells whether the request has a stem.
    pub(super) fn are_meant(&self, before: Option<&str>, says: impl Fn(&str) -> bool) -> bool {
        let is_others =
            |stem: &str| self.others.contains(stem) && !self.own.contains(stem) && !self.named.contains(stem);
        !before.is_some_and(is_others)
            && (self.named.iter().all(|stem| says(stem)) || self.own.iter().any(|stem| says(stem)))
    }
}

/// The stems of a path's words beside its last noun, and that noun.
fn words_of(path: &str) -> Option<(BTreeSet<String>, String)> {
    let mut words: Vec<String> = path
        .split('/')
        .filter(|segment| !segment.is_empty() && !segment.starts_with('{'))
        .flat_map(split)
        .map(|word| word.to_lowercase())
        .collect();
    let noun = singular(&words.pop()?);
    let others = words.iter().filter(|word| singular(word) != noun).map(|word| stem(word)).collect();
    Some((others, noun))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTS: [&str; 5] =
        ["/time/entries", "/schedule/entries", "/sales/orders", "/procurement/purchaseorders", "/service/boards"];

    fn of(list: &str, name: &str) -> Option<Namesakes> {
        Namesakes::of(list, LISTS.into_iter(), || Some(name.to_owned()))
    }

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| stem(word)).collect()
    }

    #[test]
    fn lists_of_one_noun_are_told_apart_by_their_other_words() {
        let time = of("/time/entries", "TimeEntry").unwrap();
        assert_eq!((&time.named, &time.own, &time.others), (&set(&["time"]), &set(&["time"]), &set(&["schedule"])));
        let sales = of("/sales/orders", "Order").unwrap();
        assert_eq!((&sales.named, &sales.others), (&set(&[]), &set(&["procurement", "purchase"])));
        assert!(of("/service/boards", "Board").is_none());
    }
}
