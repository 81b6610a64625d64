//! How alike are two names by their letters, and which of many is most like one?
//!
//! Comparing costs the product of both lengths, so a long name could cost a lot. Names longer than [`LONGEST`] are like no other, and
//! of many names only those that can be near are compared.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Characters of a name that is compared: none that somebody mistyped is longer.
pub(crate) const LONGEST: usize = 200;

/// Names that one search compares letter by letter, at most: about 0.1 ms each at full length.
const MOST_COMPARED: usize = 400;

/// Classes of characters whose counts are compared first.
const CLASSES: usize = 64;

/// Whether a name is short enough to be compared.
pub(crate) fn is_comparable(name: &str) -> bool {
    // Bytes are counted in constant time, and a character has four at most.
    name.len() <= LONGEST || (name.len() <= 4 * LONGEST && name.chars().count() <= LONGEST)
}

/// The share of letters that two names have in common in the same order, from 0 to 1 (Damerau 1964); 0 where one is too long.
pub(crate) fn alike(one: &str, other: &str) -> f64 {
    if is_comparable(one) && is_comparable(other) { strsim::normalized_damerau_levenshtein(one, other) } else { 0.0 }
}

/// The same by Jaro-Winkler, which favours names that begin alike.
pub(crate) fn alike_from_the_start(one: &str, other: &str) -> f64 {
    if is_comparable(one) && is_comparable(other) { strsim::jaro_winkler(one, other) } else { 0.0 }
}

/// The items whose names are most like one by [`alike`], best first; of equal ones the earlier. `known` gives each name with what
/// is added to its likeness.
pub(crate) fn most_alike<T>(name: &str, known: impl Iterator<Item = (String, f64, T)>, count: usize) -> Vec<T> {
    search(name, known, count, &mut alike)
}

fn search<T>(
    name: &str,
    known: impl Iterator<Item = (String, f64, T)>,
    count: usize,
    compare: &mut dyn FnMut(&str, &str) -> f64,
) -> Vec<T> {
    if count == 0 || !is_comparable(name) {
        return Vec::new();
    }
    let wanted = Letters::of(name);
    let comparable = known.filter(|(other, _, _)| is_comparable(other));
    let mut candidates: Vec<(f64, usize, String, f64, T)> = comparable
        .enumerate()
        .map(|(at, (other, bonus, item))| (wanted.most_alike(&Letters::of(&other)) + bonus, at, other, bonus, item))
        .collect();
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut found: Vec<(f64, usize, T)> = Vec::new();
    // The least of the best so far is on top; no likeness is negative, and such numbers are in the order of their bits.
    let mut best: BinaryHeap<Reverse<u64>> = BinaryHeap::new();
    for (most, at, other, bonus, item) in candidates.into_iter().take(MOST_COMPARED) {
        // Nobody behind this one can be nearer than the least of the best.
        if best.len() == count && best.peek().is_some_and(|Reverse(least)| most.to_bits() < *least) {
            break;
        }
        let score = compare(name, &other) + bonus;
        best.push(Reverse(score.to_bits()));
        if best.len() > count {
            best.pop();
        }
        found.push((score, at, item));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.into_iter().take(count).map(|(_, _, item)| item).collect()
}

/// How often each class of characters occurs in a name.
struct Letters {
    counts: [u16; CLASSES],
    length: u16,
}

impl Letters {
    /// Of a name that is comparable.
    fn of(name: &str) -> Self {
        let mut letters = Self { counts: [0; CLASSES], length: 0 };
        for character in name.chars() {
            letters.counts[character as usize % CLASSES] += 1;
            letters.length += 1;
        }
        letters
    }

    /// An upper bound of [`alike`]: a slip changes the count of one letter, or of one and another (bag distance).
    fn most_alike(&self, other: &Self) -> f64 {
        let longest = self.length.max(other.length);
        if longest == 0 {
            return 1.0;
        }
        let (mut missing, mut extra) = (0_u32, 0_u32);
        for (one, two) in self.counts.iter().zip(&other.counts) {
            missing += u32::from(one.saturating_sub(*two));
            extra += u32::from(two.saturating_sub(*one));
        }
        1.0 - f64::from(missing.max(extra)) / f64::from(longest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The nearest of some names, and how many were compared.
    fn nearest(name: &str, known: &[String], count: usize) -> (Vec<usize>, usize) {
        let mut compared = 0;
        let items = known.iter().enumerate().map(|(at, other)| (other.clone(), 0.0, at));
        let found = search(name, items, count, &mut |one, other| {
            compared += 1;
            alike(one, other)
        });
        (found, compared)
    }

    #[test]
    fn few_of_many_names_are_compared_whatever_was_asked() {
        let known: Vec<String> = (0..20_000).map(|number| format!("/service/tickets/{{}}/part{number}")).collect();
        let (found, compared) = nearest("/service/tickets/{}/part1234", &known, 5);
        assert_eq!(found[0], 1_234);
        assert!(compared <= MOST_COMPARED, "{compared}");
        for other in ["/nothing/like/it".to_owned(), "z".repeat(LONGEST), "\u{1F3AB}".repeat(LONGEST)] {
            let (_, compared) = nearest(&other, &known, 5);
            assert!(compared <= MOST_COMPARED, "{compared}: {other}");
        }
    }

    #[test]
    fn what_is_too_long_is_like_nothing() {
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(nearest(&long, std::slice::from_ref(&long), 1), (Vec::new(), 0));
        assert_eq!(nearest("x", &[long.clone(), "y".to_owned()], 1), (vec![1], 1));
        assert_eq!((alike(&long, &long), alike_from_the_start("x", &long)), (0.0, 0.0));
        assert!(is_comparable(&"\u{1F3AB}".repeat(LONGEST)) && !is_comparable(&"\u{1F3AB}".repeat(LONGEST + 1)));
    }

    proptest! {
        #[test]
        fn the_nearest_are_those_of_comparing_all(
            name in "[a-d/]{0,12}", known in prop::collection::vec("[a-d/é]{0,12}", 0..60), count in 1..6_usize,
        ) {
            let mut all: Vec<(f64, usize)> =
                known.iter().enumerate().map(|(at, other)| (alike(&name, other), at)).collect();
            all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let all: Vec<usize> = all.into_iter().take(count).map(|(_, at)| at).collect();
            prop_assert_eq!(nearest(&name, &known, count).0, all);
        }
    }
}
