//! Who makes a call, and how is its user asked?

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::policy::Policy;
use crate::surface::Surface;

/// What the user said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Send it.
    Given,
    /// Do not; with the reason, as far as there is one.
    Withheld(String),
}

impl Consent {
    /// The same, counted.
    pub(crate) fn counted(self) -> Self {
        let outcome = if self == Self::Given { "given" } else { "withheld" };
        tracing::debug!(outcome, "consent");
        self
    }
}

/// An answer that comes later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whoever makes a call: an MCP client, or a person at a terminal.
pub trait Caller: Send + Sync {
    /// A name that tells callers apart: stored results and confirmations belong to it.
    fn name(&self) -> &str;
    /// What it may do. Whoever passes calls on for another has that one's.
    fn policy(&self) -> &Arc<Policy>;
    /// Where its answers are shown, and so in which words.
    fn surface(&self) -> Surface;
    /// Whether its user can be asked.
    fn can_ask(&self) -> bool;
    /// Asks its user.
    fn ask<'a>(&'a self, question: &'a str) -> Later<'a, Consent>;
    /// Asks its user whether to send once more what was sent a moment ago: consent given beforehand is none to this.
    fn ask_again<'a>(&'a self, question: &'a str) -> Later<'a, Consent> {
        self.ask(question)
    }
    /// Whether a record that a single write changes is read before, so that the write can be taken back: by people, who need not have
    /// looked at it. To an agent every request that leaves is shown, and it is shown none of these.
    fn reads_before_writes(&self) -> bool {
        self.surface() == Surface::CommandLine
    }
    /// Whether it is a plan of several changes, which keeps what they replaced, and is answered whole records.
    fn is_plan(&self) -> bool {
        false
    }
    /// Hears how many rows are there, and how many there are in all.
    fn progress(&self, rows: usize, total: Option<usize>);
}

/// The name of a caller without the number of its session, which stands behind a `#`: sessions of one program or token share it.
pub(crate) fn owner(name: &str) -> &str {
    name.rsplit_once(" #").map_or(name, |(owner, _)| owner)
}

/// What parts the name of a token from the hash of the keys that a request brings along. The names of tokens do not have it.
pub(crate) const WITH_KEYS: char = '+';

/// The name of a caller without that hash either: what all who share a token may take together is counted by it.
pub(crate) fn account(name: &str) -> &str {
    let owner = owner(name);
    let is_hash = |hash: &str| hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    // The page's name has a word behind it.
    let (first, _) = owner.split_once(' ').unwrap_or((owner, ""));
    first.split_once(WITH_KEYS).filter(|(_, hash)| is_hash(hash)).map_or(owner, |(token, _)| token)
}
