//! What is remembered between requests, so that a confirmation is used once and the same POST is not made twice?

use std::fmt;

use crate::invoke::caller::Later;
use crate::postgres::DatabaseError;

/// A question or a preview that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// The client that was asked.
    pub(super) client: String,
    /// What it was asked about: the hash of a request, or of a question.
    pub(super) subject: String,
}

/// A POST that is decided on, under way, or was made a short time ago.
#[derive(Clone, Debug)]
pub(super) struct Post {
    /// The name of this sending alone.
    pub(super) write: String,
    /// The client without its session.
    pub(super) owner: String,
    /// Equal for requests that an API may read as the same write.
    pub(super) likeness: String,
}

/// Where it is remembered.
pub(super) trait Guard: fmt::Debug + Send + Sync {
    /// Keeps what a token stands for, as long as a confirmation holds.
    fn keep<'a>(&'a self, token: &'a str, kept: Kept) -> Later<'a, Result<(), DatabaseError>>;

    /// Uses a token up: of several that bring it at once, one is given what it stands for.
    fn redeem<'a>(&'a self, token: &'a str) -> Later<'a, Result<Option<Kept>, DatabaseError>>;

    /// Whether a POST like this one is under way, or was made a short time ago.
    fn is_repeated(&self, post: Post) -> Later<'_, Result<bool, DatabaseError>>;

    /// Notes a POST, and says whether it did: of several like it at once, one is noted, and none that is a repetition, unless it is meant.
    fn reserve(&self, post: Post, is_meant: bool) -> Later<'_, Result<bool, DatabaseError>>;

    /// Notes that sending a POST ended. Nobody waits for it: until it is noted, it counts as under way.
    fn ended(&self, post: Post);

    /// Forgets a POST. One that cannot be forgotten is asked about again for a while.
    fn release(&self, post: Post) -> Later<'_, ()>;

    /// Does [`Self::release`] without anybody waiting for it.
    fn release_later(&self, post: Post);

    /// Has everything been there for so much longer, for tests.
    #[cfg(test)]
    fn put_forward(&self, by: std::time::Duration);
}
