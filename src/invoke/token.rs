//! Names that nobody can guess: of stored results, and of consent to one request.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Characters of a token: 96 bits.
const LENGTH: usize = 24;

/// Makes tokens, each once.
#[derive(Debug)]
pub(super) struct Tokens {
    key: [u8; 32],
    made: AtomicU64,
}

impl Default for Tokens {
    fn default() -> Self {
        let mut key = [0; 32];
        if let Err(error) = getrandom::fill(&mut key) {
            // The standard library has asked the system in another way by then, once a thread.
            tracing::warn!(%error, "the system gives no random numbers; tokens are made of the standard library's");
            for part in key.chunks_exact_mut(8) {
                part.copy_from_slice(&RandomState::new().hash_one("token").to_le_bytes());
            }
        }
        Self { key, made: AtomicU64::new(0) }
    }
}

impl Tokens {
    /// A token, in lower-case hexadecimal.
    pub(super) fn next(&self) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let mut token = blake3::keyed_hash(&self.key, &number.to_le_bytes()).to_hex().to_string();
        token.truncate(LENGTH);
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_distinct_within_and_between_makers() {
        let (one, two) = (Tokens::default(), Tokens::default());
        let tokens: std::collections::HashSet<String> = (0..100).flat_map(|_| [one.next(), two.next()]).collect();
        assert_eq!(tokens.len(), 200);
        assert!(tokens.iter().all(|token| token.len() == LENGTH));
    }
}
