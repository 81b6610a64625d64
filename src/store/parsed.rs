//! What was read of the catalogue a moment ago?
//!
//! A call reads its operation and the same few schemas several times: to be checked, to be drafted, and once more where it is proposed
//! to be kept. To parse them takes longer than all else that is done with them. A catalogue never changes once it is written, so what
//! was read of it holds as long as its [`super::Store`].

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;

/// Bytes of JSON of which the values are kept, of operations and of schemas each. ConnectWise's operations have 1 kB, its schemas .5 kB at
/// the mean and 11 at most; as values they take several times that.
const MOST_BYTES: usize = 128 * 1024;

/// Values by their keys, each parsed once.
#[derive(Debug)]
pub(super) struct Parsed<K, V> {
    // std's mutex: held for a look-up or an insertion, never while something is parsed.
    kept: Mutex<Kept<K, V>>,
}

#[derive(Debug)]
struct Kept<K, V> {
    values: HashMap<K, Arc<V>>,
    /// Length of the JSON that they were parsed from.
    bytes: usize,
}

impl<K, V> Default for Parsed<K, V> {
    fn default() -> Self {
        Self { kept: Mutex::new(Kept { values: HashMap::new(), bytes: 0 }) }
    }
}

impl<K: Eq + Hash, V: DeserializeOwned> Parsed<K, V> {
    /// The value of a key, where it is kept.
    pub(super) fn get(&self, key: &K) -> Option<Arc<V>> {
        self.kept().values.get(key).cloned()
    }

    /// Parses the value of a key, and keeps it. Where there is no room left, all others go: what is in use is soon back.
    ///
    /// # Errors
    /// Those of parsing.
    pub(super) fn parse(&self, key: K, json: &str) -> Result<Arc<V>, serde_json::Error> {
        let value = Arc::new(serde_json::from_str(json)?);
        if json.len() > MOST_BYTES {
            return Ok(value);
        }
        let mut kept = self.kept();
        if kept.bytes + json.len() > MOST_BYTES {
            kept.values.clear();
            kept.bytes = 0;
        }
        // Two threads may have parsed it at once.
        if kept.values.insert(key, Arc::clone(&value)).is_none() {
            kept.bytes += json.len();
        }
        Ok(value)
    }

    fn kept(&self) -> MutexGuard<'_, Kept<K, V>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_value_is_parsed_once_and_shared() {
        let parsed: Parsed<u32, Value> = Parsed::default();
        assert!(parsed.get(&1).is_none());
        let value = parsed.parse(1, "[1]").unwrap();
        assert!(Arc::ptr_eq(&value, &parsed.get(&1).unwrap()));
        assert!(parsed.parse(2, "[").is_err() && parsed.get(&2).is_none());
    }

    #[test]
    fn what_is_kept_has_a_bound_and_what_goes_is_still_held_by_its_readers() {
        let parsed: Parsed<usize, Value> = Parsed::default();
        let text = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
        let first = parsed.parse(0, &text(1000)).unwrap();
        for key in 1..1000 {
            // The same again counts once.
            parsed.parse(key, &text(1000)).unwrap();
            parsed.parse(key, &text(1000)).unwrap();
            let kept = parsed.kept();
            assert!(kept.bytes <= MOST_BYTES && kept.bytes == kept.values.len() * 1000);
        }
        assert!(parsed.get(&0).is_none() && parsed.get(&999).is_some());
        assert_eq!(first.as_str().map(str::len), Some(998));
        // What has no room at all takes it from nobody.
        parsed.parse(1000, &text(MOST_BYTES + 1)).unwrap();
        assert!(parsed.get(&1000).is_none() && parsed.get(&999).is_some());
    }
}
