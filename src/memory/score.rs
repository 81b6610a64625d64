//! Which entries does a user really use? Use, weighted by how recent it is.

use super::Entry;

/// Half-life of a score in seconds: 28 days, which is Firefox's decay of 2.5 % a day (`places.frecency.decayRate`). A
/// technician's weekly and monthly calls stay ahead of those of last quarter.
const HALF_LIFE_S: f64 = 28.0 * 24.0 * 3600.0;

/// Uses beyond which an entry gains nothing: three a day for a year. They keep a score within `[0, 1]`.
const MOST_USES: f64 = 1_000.0;

/// Scores how much an entry is used, within `[0, 1]`: more uses raise it, and time lowers it.
///
/// Uses count by their logarithm: the second says more than the hundredth. An entry that was never used counts from when it
/// was saved; a clock that ran ahead does not lift it.
pub fn score(entry: &Entry, now_s: i64) -> f64 {
    let last_s = entry.last_used_s.unwrap_or(entry.created_s).max(entry.created_s);
    let age_s = now_s.saturating_sub(last_s).max(0) as f64;
    let uses = (entry.usage_count as f64).min(MOST_USES);
    uses.ln_1p() / MOST_USES.ln_1p() * (-age_s / HALF_LIFE_S).exp2()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::pattern;
    use super::*;

    fn entry(usage_count: u64, created_s: i64, last_used_s: Option<i64>) -> Entry {
        let pattern = pattern("a", "/a");
        Entry { id: 1, pattern, created_s, last_used_s, usage_count, stale: None, unreadable: Vec::new() }
    }

    const DAY_S: i64 = 24 * 3600;

    #[test]
    fn use_lifts_and_time_lowers() {
        let now = 2_000_000_000;
        let at = |uses, days: i64| score(&entry(uses, 0, Some(now - days * DAY_S)), now);
        assert!(at(10, 0) > at(3, 0));
        assert!(at(3, 0) > at(3, 1));
        assert!((at(3, 28) / at(3, 0) - 0.5).abs() < 1e-9);
        assert!(at(20, 0) > at(900, 56), "what is used now is ahead of what was used once");
        assert_eq!(score(&entry(5, now, None), now), at(5, 0), "saving counts as a use");
        assert_eq!(at(1_000, 0), 1.0);
        assert_eq!(at(0, 0), 0.0);
    }

    proptest! {
        #[test]
        fn it_is_bounded_and_never_rises_with_time(
            uses in any::<u64>(), created in any::<i64>(), last in any::<Option<i64>>(), now in any::<i64>(), later in 0..i64::MAX,
        ) {
            let entry = entry(uses, created, last);
            let first = score(&entry, now);
            prop_assert!((0.0..=1.0).contains(&first));
            prop_assert!(score(&entry, now.saturating_add(later)) <= first);
        }
    }
}
