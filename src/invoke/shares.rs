//! Who gives way where something that all clients share is full?
//!
//! Whoever holds most of it: a client that fills it up throws out its own, and nobody else's. All who share a token are one.

use std::collections::HashMap;

use super::caller::account;

/// The thing to drop first: the oldest of the client that holds most. Each thing comes as its name, its client, how much it takes and
/// since when.
pub(super) fn gives_way<'a, K, T: Ord>(things: impl Iterator<Item = (K, &'a str, usize, T)>) -> Option<K> {
    let things: Vec<(K, &str, usize, T)> =
        things.map(|(name, client, takes, since)| (name, account(client), takes, since)).collect();
    let mut held: HashMap<&str, usize> = HashMap::new();
    for (_, owner, takes, _) in &things {
        *held.entry(owner).or_default() += takes;
    }
    let most = held.values().max().copied()?;
    let of_most = things.into_iter().filter(|(_, owner, _, _)| held.get(owner) == Some(&most));
    of_most.min_by(|a, b| a.3.cmp(&b.3)).map(|(name, ..)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_whoever_holds_most_goes_however_many_sessions_that_has() {
        let things = [("a", "alice #1", 2, 0), ("b", "bob #2", 1, 2), ("c", "bob #3", 1, 1), ("d", "bob #9", 1, 3)];
        assert_eq!(gives_way(things.into_iter()), Some("c"));
        let things = [("a", "alice #1", 20, 5), ("b", "bob #2", 1, 2), ("c", "bob #3", 1, 1)];
        assert_eq!(gives_way(things.into_iter()), Some("a"));
        let (first, second) = ("c+0123456789abcdef0123456789abcdef #1", "c+fedcba9876543210fedcba9876543210 page");
        let things = [("a", "alice #1", 2, 0), ("b", first, 2, 2), ("c", second, 1, 1)];
        assert_eq!(gives_way(things.into_iter()), Some("c"));
        assert_eq!(gives_way(std::iter::empty::<(u8, &str, usize, u8)>()), None);
    }
}
