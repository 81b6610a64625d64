//! What is it that a name names? By its words alone; most names tell nothing. Pure.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::document::words::singular;

/// A file of words: a line begins with what they are, and `:`.
static WORDS: LazyLock<[HashSet<&'static str>; 4]> = LazyLock::new(|| {
    let of = |kind: &str| {
        let lines = include_str!("named.txt").lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| *known == kind).flat_map(|(_, words)| words.split(' ')).collect()
    };
    [of("organisation"), of("given"), of("other"), of("place")]
});

/// Whether a name has a word of which organisations' names are made (`Inc`, `Dental`); its words in small letters.
pub(super) fn is_of_organisation(words: &[&str]) -> bool {
    let [organisations, ..] = &*WORDS;
    let bare = |word: &str| word.trim_end_matches('.').to_owned();
    words.len() > 1
        && words.iter().skip(1).any(|word| {
            let word = bare(word);
            organisations.contains(word.as_str()) || organisations.contains(singular(&word).as_str())
        })
}

/// Whether a word is a given name that people commonly have; in small letters.
pub(super) fn is_given_name(word: &str) -> bool {
    let [_, given, ..] = &*WORDS;
    given.contains(word)
}

/// Whether a name surely is none of a person or organisation: a day, a product, a technique; in small letters.
pub(super) fn is_other_name(name: &str) -> bool {
    let [_, _, other, _] = &*WORDS;
    let first = name.split_whitespace().next().unwrap_or_default();
    other.contains(first)
        || (first.starts_with('q') && first.len() == 2 && first.ends_with(|c: char| c.is_ascii_digit()))
}

/// Whether a name is that of a country, or of a town that is larger than any organisation called like it; in small letters.
pub(super) fn is_place(name: &str) -> bool {
    let [.., places] = &*WORDS;
    places.contains(name.replace(' ', "_").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_by_its_words() {
        let organisation = |name: &str| is_of_organisation(&name.split(' ').collect::<Vec<_>>());
        assert!(organisation("acme dental") && organisation("litware inc.") && organisation("northwind traders"));
        assert!(!organisation("northwind") && !organisation("bank") && !organisation("thuy nguyen"));
        assert!(is_place("slough") && is_place("new york") && !is_place("new") && !is_place("contoso"));
        assert!(is_given_name("maria") && !is_given_name("contoso"));
        assert!(
            is_other_name("windows server")
                && is_other_name("monday")
                && is_other_name("q3")
                && !is_other_name("quest")
        );
    }
}
