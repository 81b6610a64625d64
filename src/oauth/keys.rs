//! Which keys does the issuer have now, without asking it for each token?
//!
//! Keys are fetched when a token names one that is not known, and anew once they are old, in the background. Between two fetches there
//! is a least time, whatever tokens come. While the issuer is away, the keys that are known go on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::Algorithm;

use super::Rules;
use super::issuer::{Connections, fetch_keys_by};
use super::key_set::{KeySet, PublicKey};

/// Age from which keys are fetched anew though all that is asked for is known: a key that the issuer took back ends then.
const FRESH: Duration = Duration::from_secs(600);

/// Age at which keys end that could not be fetched anew. Tokens that they signed have ended long before.
const LONGEST_KEPT: Duration = Duration::from_secs(86_400);

/// Most time between two fetches after one that failed; a shorter [`Rules::refetch`] holds as it is.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// The reason why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The issuer publishes none that fits, as far as is known.
    Unknown,
    /// The issuer could not be asked.
    IssuerAway,
}

/// The keys of one issuer.
#[derive(Debug)]
pub(super) struct Keys {
    rules: Rules,
    connections: Connections,
    // std's mutex: never held while anything is awaited.
    known: Mutex<Known>,
    /// Held while keys are fetched, so that it happens once for all that wait.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    keys: KeySet,
    fetched: Option<Instant>,
    tried: Option<Instant>,
    has_failed: bool,
}

impl Keys {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            connections: Connections::default(),
            known: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// Finds the keys that a signature may be of.
    pub(super) async fn find(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Vec<PublicKey>, NoKey> {
        if let Some(found) = self.among_known(id, algorithm) {
            if self.known().fetched.is_none_or(|at| at.elapsed() > FRESH) {
                self.renew();
            }
            return Ok(found);
        }
        let (keys, wanted) = (Arc::clone(self), id.map(str::to_owned));
        // By a task of its own: whoever leaves meanwhile would otherwise cut it off for all that wait.
        let asked = tokio::spawn(async move {
            let _one_at_a_time = keys.fetching.lock().await;
            // Whoever had the lock may have fetched it.
            if keys.among_known(wanted.as_deref(), algorithm).is_none() {
                keys.fetch().await;
            }
        });
        if let Err(error) = asked.await {
            tracing::error!(%error, "fetching the issuer's keys ended early");
        }
        let none = || if self.known().has_failed { NoKey::IssuerAway } else { NoKey::Unknown };
        self.among_known(id, algorithm).ok_or_else(none)
    }

    /// Fetches the keys in the background, where that is not under way already.
    pub(super) fn renew(self: &Arc<Self>) {
        let keys = Arc::clone(self);
        tokio::spawn(async move {
            if let Ok(_one_at_a_time) = keys.fetching.try_lock() {
                keys.fetch().await;
            }
        });
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn among_known(&self, id: Option<&str>, algorithm: Algorithm) -> Option<Vec<PublicKey>> {
        let known = self.known();
        let is_kept = known.fetched.is_some_and(|at| at.elapsed() < LONGEST_KEPT);
        let found = if is_kept { known.keys.find(id, algorithm) } else { Vec::new() };
        (!found.is_empty()).then_some(found)
    }

    /// Fetches the keys, unless the last time was a moment ago.
    async fn fetch(&self) {
        {
            let mut known = self.known();
            let least = if known.has_failed { self.rules.refetch.min(AFTER_FAILURE) } else { self.rules.refetch };
            if known.tried.is_some_and(|at| at.elapsed() < least) {
                return;
            }
            known.tried = Some(Instant::now());
        }
        let fetched = fetch_keys_by(&self.connections, &self.rules).await;
        let mut known = self.known();
        known.has_failed = fetched.is_err();
        match fetched {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "the issuer's keys were fetched");
                (known.keys, known.fetched) = (keys, Some(Instant::now()));
            }
            Err(error) => {
                let known = known.keys.len();
                tracing::warn!(%error, known, "the issuer's keys could not be fetched");
            }
        }
    }
}
