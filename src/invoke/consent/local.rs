//! The guard of one process, in its memory. The audit file tells it of other processes of the machine.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::guard::{Guard, Kept, Post};
use super::{CONFIRMATION_KEPT, REPEATED_WITHIN};
use crate::invoke::caller::Later;
use crate::invoke::shares::gives_way;
use crate::postgres::DatabaseError;

#[derive(Debug)]
pub(super) struct Local {
    // std's mutex: never held while anything is awaited.
    state: Mutex<Remembered>,
    /// Confirmations that are kept at most.
    most: usize,
}

#[derive(Debug, Default)]
struct Remembered {
    /// By token: what it stands for, since when.
    confirmations: HashMap<String, (Kept, Instant)>,
    /// By owner and likeness: the POSTs that are under way, or were sent a short time ago.
    posts: HashMap<(String, String), Vec<Sending>>,
    /// How far its clock was put forward, by tests.
    ahead: Duration,
}

#[derive(Debug)]
struct Sending {
    write: String,
    /// When it ended; `None` while it is decided on or sent.
    ended: Option<Instant>,
}

impl Local {
    /// A guard that keeps so many confirmations at most.
    pub(super) fn of(most: usize) -> Self {
        Self { state: Mutex::default(), most }
    }

    fn state(&self) -> MutexGuard<'_, Remembered> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state without what is too old.
    fn current(&self) -> (MutexGuard<'_, Remembered>, Instant) {
        let mut state = self.state();
        let now = Instant::now() + state.ahead;
        state.forget(now);
        (state, now)
    }
}

impl Remembered {
    fn forget(&mut self, now: Instant) {
        self.confirmations.retain(|_, (_, since)| now.saturating_duration_since(*since) <= CONFIRMATION_KEPT);
        self.posts.retain(|_, posts| {
            let is_recent = |ended: Instant| now.saturating_duration_since(ended) <= REPEATED_WITHIN;
            posts.retain(|post| post.ended.is_none_or(is_recent));
            !posts.is_empty()
        });
    }

    fn release(&mut self, post: Post) {
        let Post { write, owner, likeness } = post;
        let key = (owner, likeness);
        let Some(posts) = self.posts.get_mut(&key) else { return };
        posts.retain(|post| post.write != write);
        if posts.is_empty() {
            self.posts.remove(&key);
        }
    }
}

/// An answer that is there already.
fn now<'a, T: Send + 'a>(value: T) -> Later<'a, T> {
    Box::pin(std::future::ready(value))
}

impl Guard for Local {
    fn keep<'a>(&'a self, token: &'a str, kept: Kept) -> Later<'a, Result<(), DatabaseError>> {
        let (mut state, at) = self.current();
        while state.confirmations.len() >= self.most {
            let all = state.confirmations.iter().map(|(token, (kept, since))| (token, kept.client.as_str(), 1, *since));
            let Some(gone) = gives_way(all).cloned() else { break };
            state.confirmations.remove(&gone);
        }
        state.confirmations.insert(token.to_owned(), (kept, at));
        now(Ok(()))
    }

    fn redeem<'a>(&'a self, token: &'a str) -> Later<'a, Result<Option<Kept>, DatabaseError>> {
        let (mut state, _) = self.current();
        now(Ok(state.confirmations.remove(token).map(|(kept, _)| kept)))
    }

    fn is_repeated(&self, post: Post) -> Later<'_, Result<bool, DatabaseError>> {
        let (state, _) = self.current();
        now(Ok(state.posts.contains_key(&(post.owner, post.likeness))))
    }

    fn reserve(&self, post: Post, is_meant: bool) -> Later<'_, Result<bool, DatabaseError>> {
        let (mut state, _) = self.current();
        let Post { write, owner, likeness } = post;
        let posts = state.posts.entry((owner, likeness)).or_default();
        if !posts.is_empty() && !is_meant {
            return now(Ok(false));
        }
        posts.push(Sending { write, ended: None });
        now(Ok(true))
    }

    fn ended(&self, post: Post) {
        let mut state = self.state();
        let at = Instant::now() + state.ahead;
        let posts = state.posts.get_mut(&(post.owner, post.likeness));
        if let Some(sending) = posts.and_then(|posts| posts.iter_mut().find(|sending| sending.write == post.write)) {
            sending.ended = Some(at);
        }
    }

    fn release(&self, post: Post) -> Later<'_, ()> {
        self.release_later(post);
        now(())
    }

    fn release_later(&self, post: Post) {
        self.state().release(post);
    }

    #[cfg(test)]
    fn put_forward(&self, by: Duration) {
        self.state().ahead += by;
    }
}
