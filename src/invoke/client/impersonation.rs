//! As which member does an account call, where its API gives it keys of its members for a while? The dialect knows how to ask for them, and
//! how to read the answer.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

use super::credentials::{AccessError, Credentials};
use crate::invoke::draft::Draft;

/// A member as whom an account calls.
pub trait Impersonation: fmt::Debug + Send + Sync {
    /// A name for the member and the account, which no other pair has.
    fn subject(&self) -> &str;

    /// The request that asks for keys.
    fn question(&self) -> Draft;

    /// The keys in its answer; `None` where there are none.
    fn read(&self, body: &[u8]) -> Option<MemberKeys>;

    /// What is sent with a call that has these keys.
    ///
    /// # Errors
    /// [`AccessError`] where they cannot be sent.
    fn credentials(&self, keys: &MemberKeys) -> Result<Credentials, AccessError>;

    /// What it means that there are no keys, and what to do; `why` is the failure as a clause.
    fn explain(&self, why: &str) -> String;
}

/// Keys of a member, for a while.
#[derive(Clone)]
pub struct MemberKeys {
    /// Public key.
    pub public_key: SecretString,
    /// Private key.
    pub private_key: SecretString,
    /// How long they hold from now on, where the answer says so.
    pub holds: Option<Duration>,
}
