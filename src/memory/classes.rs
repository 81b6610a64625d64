//! Which words of states and kinds say the same, and which the contrary? Pure; English.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::document::words::{is_stop_word, split, stem};

/// Words that exclude each other within a family; those of one group say the same.
const WORDS_OF_FAMILIES: [&[&str]; 14] = [
    &["open unresolved outstanding unfinished active running ongoing live", "closed resolved completed finished done"],
    &["new unstarted", "waiting hold stalled parked blocked", "scheduled", "cancelled canceled cancel", "progress"],
    &["critical urgent emergency p1", "high p2", "medium normal p3", "low p4"],
    &["active current currently enabled running ongoing live", "inactive disabled former retired"],
    &["approved", "pending awaiting waiting unapproved", "rejected declined denied"],
    &["paid settled", "unpaid unsettled outstanding"],
    &["won win", "lost lose"],
    &["billable chargeable", "nonbillable"],
    &["assigned", "unassigned"],
    &["since after onwards later", "before until till earlier"],
    &["over above more greater bigger larger exceeding", "under below beneath less fewer smaller"],
    &["newest latest", "oldest earliest"],
    &["internal", "external"],
    &["online", "offline"],
];

/// Beginnings by which a word says the contrary of the rest of it.
const CONTRARY: [&str; 4] = ["un", "in", "non", "de"];

/// Letters of the rest of a word behind [`CONTRARY`]: shorter ones begin like that by chance, as `unit` does.
const SHORTEST_REST: usize = 4;

/// The stems of [`WORDS_OF_FAMILIES`].
static FAMILIES: LazyLock<Vec<Vec<BTreeSet<String>>>> = LazyLock::new(|| {
    let group = |group: &&str| group.split_whitespace().map(stem).collect();
    WORDS_OF_FAMILIES.iter().map(|family| family.iter().map(group).collect()).collect()
});

/// The stems of a text: those that it says, and those that it denies, as in `not closed`.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) said: BTreeSet<String>,
    pub(super) denied: BTreeSet<String>,
}

impl Words {
    /// Whether the text says what a stem says, or denies it where `is_denied`: by itself, by another word of its group, or by
    /// the denial of its contrary.
    pub(super) fn say(&self, stem: &str, is_denied: bool) -> bool {
        let (with, against) = if is_denied { (&self.denied, &self.said) } else { (&self.said, &self.denied) };
        let is_same =
            |word: &String| word == stem || groups().any(|group| group.contains(stem) && group.contains(word));
        let is_contrary = |word: &String| are_contrary(word, stem) || excludes(word, stem);
        with.iter().any(is_same) || against.iter().any(is_contrary)
    }

    /// Whether another text has a word of a family of which this one has another, and none that this one has, or says what this one
    /// denies.
    pub(super) fn contradict(&self, other: &Self) -> bool {
        let has = |words: &Self, family: &[BTreeSet<String>], at: usize| {
            // In a family of two, denying one says the other.
            let denies = |group: &BTreeSet<String>| family.len() == 2 && !group.is_disjoint(&words.denied);
            family.get(at).is_some_and(|group| !group.is_disjoint(&words.said))
                || family.get(1 - at.min(1)).is_some_and(denies)
        };
        let by_family = FAMILIES.iter().any(|family| {
            let groups: Vec<(bool, bool)> =
                (0..family.len()).map(|at| (has(self, family, at), has(other, family, at))).collect();
            groups.contains(&(false, true)) && groups.contains(&(true, false)) && !groups.contains(&(true, true))
        });
        let has_contrary = |one: &Self, two: &Self| {
            let mut unmatched = one.said.iter().filter(|word| !two.say(word, false));
            unmatched.any(|word| two.said.iter().any(|other| are_contrary(word, other) && !one.say(other, false)))
        };
        let is_denied = |word: &String| {
            !is_stop_word(word)
                && self.denied.contains(word)
                && !self.said.contains(word)
                && !other.denied.contains(word)
        };
        by_family || has_contrary(self, other) || other.said.iter().any(is_denied)
    }
}

fn groups() -> impl Iterator<Item = &'static BTreeSet<String>> {
    FAMILIES.iter().flatten()
}

/// Whether a stem tells a state or a kind.
pub(super) fn is_of_family(stem: &str) -> bool {
    groups().any(|group| group.contains(stem))
}

/// Whether a lower-case word is a state or a kind in this form: `closed` is one, and `opened` is only `open` with an ending.
pub(super) fn is_listed(word: &str) -> bool {
    WORDS_OF_FAMILIES.iter().copied().flatten().any(|group| group.split_whitespace().any(|one| one == word))
}

/// Whether two stems are a word and the same word with a beginning that turns it round: `answered` and `unanswered`.
fn are_contrary(one: &str, two: &str) -> bool {
    let (short, long) = if one.len() < two.len() { (one, two) } else { (two, one) };
    short.len() >= SHORTEST_REST && CONTRARY.iter().any(|begin| long.strip_prefix(begin) == Some(short))
}

/// Whether two stems are the two sides of one family, so that denying one says the other.
fn excludes(one: &str, two: &str) -> bool {
    FAMILIES.iter().any(|family| match family.as_slice() {
        [a, b] => (a.contains(one) && b.contains(two)) || (a.contains(two) && b.contains(one)),
        _ => false,
    })
}

/// Whether a word speaks of a flag: of its own words, of their contrary, or of what their family tells apart.
pub(super) fn speaks_of(stem_of_word: &str, field: &str) -> bool {
    split(field).iter().map(|word| stem(word)).any(|of_field| {
        of_field == stem_of_word
            || are_contrary(&of_field, stem_of_word)
            || FAMILIES.iter().any(|family| {
                let has = |word: &str| family.iter().any(|group| group.contains(word));
                has(&of_field) && has(stem_of_word)
            })
    })
}

/// Whether a request says a class, by the words that the description has of it, or words that say the same. `None` where the
/// description has none of its words.
pub(super) fn says_class(words: &BTreeSet<String>, described: &Words, request: &Words) -> Option<bool> {
    let is_short = |word: &&String| word.len() < 2 || is_stop_word(word);
    let telling: Vec<&String> = words.iter().filter(|word| !is_short(word)).collect();
    let says = |word: &String| request.say(word, false);
    let shared: Vec<&&String> = telling.iter().filter(|word| described.said.contains(**word)).collect();
    if !telling.is_empty() && telling.iter().all(|word| says(word)) {
        return Some(true);
    }
    if shared.is_empty() {
        return None;
    }
    Some(shared.iter().all(|word| says(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(said: &str, denied: &str) -> Words {
        let stems = |text: &str| text.split_whitespace().map(stem).collect();
        Words { said: stems(said), denied: stems(denied) }
    }

    #[test]
    fn a_state_is_said_by_its_like_and_by_the_denial_of_its_contrary() {
        for (said, denied, word, is_denied, expected) in [
            ("unresolved tickets", "", "open", false, true),
            ("tickets", "closed", "open", false, true),
            ("orders", "shipped", "unshipped", false, true),
            ("undelivered orders", "", "delivered", true, true),
            ("orders", "", "unshipped", false, false),
            ("shipped orders", "", "unshipped", false, false),
            ("closed tickets", "", "open", false, false),
        ] {
            assert_eq!(words(said, denied).say(&stem(word), is_denied), expected, "{said} / {denied}: {word}");
        }
    }

    #[test]
    fn contraries_are_told_by_family_and_by_how_a_word_begins() {
        for (one, two, expected) in [
            ("open tickets", "closed tickets", true),
            ("unanswered reviews", "answered reviews", true),
            ("undelivered orders", "delivered orders", true),
            ("unshipped orders", "unshipped orders", false),
            ("units", "its", false),
            ("open tickets", "tickets", false),
            ("invoices over 5000 dollars", "invoices under 5000 dollars", true),
            ("deals worth more than 20000", "deals below 20000", true),
            ("invoices over 5000 dollars", "invoices of more than 5000 dollars", false),
            ("newest contact", "oldest contact", true),
        ] {
            assert_eq!(words(one, "").contradict(&words(two, "")), expected, "{one} / {two}");
            assert_eq!(words(two, "").contradict(&words(one, "")), expected, "{two} / {one}");
        }
    }

    #[test]
    fn what_is_denied_is_not_what_is_asked_for() {
        assert!(words("orders", "delivered").contradict(&words("delivered orders", "")));
        assert!(!words("orders", "delivered").contradict(&words("orders", "delivered")));
        assert!(!words("orders", "delivered").contradict(&words("undelivered orders", "")));
    }

    #[test]
    fn a_word_speaks_of_a_flag_by_its_name_or_its_contrary() {
        for (word, field, expected) in [
            ("open", "closedFlag", true),
            ("active", "inactiveFlag", true),
            ("unshipped", "shipped", true),
            ("cancelled", "cancelledFlag", true),
            ("low", "belowMinimum", false),
            ("tickets", "closedFlag", false),
        ] {
            assert_eq!(speaks_of(&stem(word), field), expected, "{word} of {field}");
        }
    }
}
