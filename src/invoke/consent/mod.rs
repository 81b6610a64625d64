//! May this request be sent, and who has to say so?
//!
//! | policy | reads | POST, PUT, PATCH | DELETE |
//! |---|---|---|---|
//! | `ask`, the client can be asked | sent | asked | asked |
//! | `ask`, it cannot | sent | sent: the client's own approval of a destructive tool is the gate; several at once as DELETE | preview with a confirmation, then sent |
//! | `deny` | sent | refused | refused |
//! | `allow` | sent | sent | sent |
//!
//! The same POST again within a short time is held back and asked about, since the API knows no idempotency keys. A POST
//! counts from the moment in which it is decided on, so that of several at once one is sent. What was sent by other processes
//! the audit file knows, and where replicas share a database, that: then questions and confirmations are theirs together.
//!
//! # Layout
//! `guard` is what is remembered of them, `local` in this process, `shared` in the database.

mod guard;
mod local;
mod shared;
#[cfg(test)]
mod tests;

use std::time::Duration;

use self::guard::{Guard, Kept, Post};
use self::local::Local;
use self::shared::Shared;
use super::caller::owner;
use super::risk::Risk;
use super::token::Tokens;
use super::writes::Writes;
use crate::openapi::Method;
use crate::postgres::{Database, DatabaseError};
use crate::settings_file::SettingsFile;
use crate::surface::{Argument, Given, Said};

/// How long a confirmation holds.
const CONFIRMATION_KEPT: Duration = Duration::from_secs(10 * 60);

/// How long the same POST counts as a repetition.
pub const REPEATED_WITHIN: Duration = Duration::from_secs(120);

const ONLY_READS: &str =
    "this server only reads (--writes deny); whoever started it can allow writes with --writes ask";

/// Confirmations that are kept at most: of all in this process, where of whoever has most the oldest goes; of each client in a database.
const MOST_KEPT: usize = 1_000;

/// What is to be done with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send it.
    Send,
    /// Ask the user first; the reason is one sentence.
    Ask(&'static str),
    /// Ask the user whether to send once more what was just sent; the reason is one sentence.
    AskAgain(&'static str),
    /// Show it, with the confirmation that sends it.
    Preview {
        /// Single use, for exactly this request.
        confirmation: String,
        /// Why, in one sentence.
        reason: &'static str,
    },
    /// Do not send it.
    Refuse(Said),
}

impl Decision {
    /// The decision as one word, for what is counted.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Send => "sent",
            Self::Ask(_) => "asked",
            Self::AskAgain(_) => "asked_again",
            Self::Preview { .. } => "previewed",
            Self::Refuse(_) => "refused",
        }
    }
}

/// A request as consent knows it.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// The name of this wish alone, under which a POST is remembered.
    pub write: &'a str,
    /// The name of the client that asks.
    pub client: &'a str,
    /// Hash of all that is sent, as it is written: a confirmation is for one.
    pub fingerprint: &'a str,
    /// Equal for requests that an API may read as the same write: a POST is held back where one like it was sent.
    pub likeness: &'a str,
    /// Request method, for messages.
    pub method: Method,
    /// Whether sending it twice may create two records: the same twice is asked about.
    pub may_create: bool,
    /// Path below the base URL, for messages.
    pub path: &'a str,
    /// What the request can do, with all that stands in it.
    pub risk: Risk,
    /// The confirmation that came with it.
    pub confirmation: Option<&'a str>,
    /// Requests that it stands for: more than one of a plan.
    pub requests: usize,
    /// Whether the user can be asked through the client.
    pub can_ask: bool,
    /// Whether the audit file says that the client sent it a short time ago, by whichever process.
    pub was_sent: bool,
}

/// Remembers confirmations and recent posts.
#[derive(Debug)]
pub struct ConsentGate {
    guard: Box<dyn Guard>,
    tokens: Tokens,
    /// The configuration file in use, for messages.
    file: SettingsFile,
}

impl Wish<'_> {
    /// What is held apart from others. A client that lost its session goes on in another, so all of one name are one.
    fn post(&self) -> Post {
        Post { write: self.write.to_owned(), owner: owner(self.client).to_owned(), likeness: self.likeness.to_owned() }
    }
}

/// What is to be done with a write that is no repetition.
enum Course {
    Send,
    Ask(&'static str),
    Preview(&'static str),
}

const REPEATED: &str = "The same POST was made less than two minutes ago; again it may create a second record.";

impl Course {
    fn of(writes: Writes, wish: &Wish<'_>) -> Self {
        let reason = match (writes, wish.risk) {
            (Writes::Allow, _) => return Self::Send,
            (_, Risk::Delete) => "A deletion cannot be undone.",
            (_, _) if wish.can_ask => "It changes data.",
            // A client's own approval shows the call, and not of which records it is.
            (_, _) if wish.requests > 1 => "It changes several records.",
            (_, _) => return Self::Send,
        };
        if wish.can_ask { Self::Ask(reason) } else { Self::Preview(reason) }
    }
}

impl ConsentGate {
    /// A gate whose rules this configuration file sets. What it remembers is in the database, where there is one, and else in this
    /// process.
    pub fn of(file: SettingsFile, database: Option<&Database>) -> Self {
        let guard: Box<dyn Guard> = match database {
            Some(database) => Box::new(Shared::of(database.clone(), MOST_KEPT)),
            None => Box::new(Local::of(MOST_KEPT)),
        };
        Self { guard, tokens: Tokens::default(), file }
    }

    /// What is to be done with a request. A confirmation is used up, whatever comes of it. A POST that may be sent, or is asked
    /// about, counts as sent from here on until [`Self::release`]. What needs the shared database is refused where that is away.
    pub async fn decide(&self, writes: Writes, wish: &Wish<'_>) -> Decision {
        if wish.risk.is_read() {
            return Decision::Send;
        }
        if writes == Writes::Deny {
            let refused = Said::from(format!("{} {} was not sent: ", wish.method, wish.path));
            return Decision::Refuse(refused.given(Given::WritesDenied { mcp: ONLY_READS, file: self.file.clone() }));
        }
        self.decide_on_write(writes, wish).await.unwrap_or_else(|error| {
            let for_what =
                if wish.may_create { "so that it is not made twice" } else { "so that it is confirmed once" };
            let refused =
                format!("{} {} was not sent: it is to be noted first, {for_what}, and {error}", wish.method, wish.path);
            Decision::Refuse(refused.into())
        })
    }

    async fn decide_on_write(&self, writes: Writes, wish: &Wish<'_>) -> Result<Decision, DatabaseError> {
        if let Some(token) = wish.confirmation {
            return Ok(match self.redeem(token, wish.client, wish.fingerprint).await? {
                Some(true) => {
                    self.reserve(wish, true).await?;
                    Decision::Send
                }
                Some(false) => Decision::Refuse(ask_anew(
                    "nothing was sent: the confirmation is for another request; it holds for exactly the one it was shown \
                     with, once. Leave ",
                )),
                None => Decision::Refuse(ask_anew(
                    "nothing was sent: the confirmation is not known; it holds once, for ten minutes. Leave ",
                )),
            });
        }
        let course = Course::of(writes, wish);
        let is_free = match course {
            _ if wish.may_create && wish.was_sent => false,
            // What is shown first is noted when it is confirmed.
            Course::Preview(_) => !wish.may_create || !self.guard.is_repeated(wish.post()).await?,
            Course::Send | Course::Ask(_) => self.reserve(wish, false).await?,
        };
        let reason = match course {
            Course::Send if is_free => return Ok(Decision::Send),
            Course::Ask(reason) if is_free => return Ok(Decision::Ask(reason)),
            Course::Preview(reason) if is_free => reason,
            _ if wish.can_ask => {
                self.reserve(wish, true).await?;
                return Ok(Decision::AskAgain(REPEATED));
            }
            _ => REPEATED,
        };
        let confirmation = self.question_of(wish.client, wish.fingerprint).await?;
        Ok(Decision::Preview { confirmation, reason })
    }

    /// Notes a POST that is about to be made, unless it is a repetition that is not meant; `false` where it is one.
    async fn reserve(&self, wish: &Wish<'_>, is_meant: bool) -> Result<bool, DatabaseError> {
        if wish.may_create { self.guard.reserve(wish.post(), is_meant).await } else { Ok(true) }
    }

    async fn question_of(&self, client: &str, subject: &str) -> Result<String, DatabaseError> {
        let token = self.tokens.next();
        self.guard.keep(&token, Kept { client: client.to_owned(), subject: subject.to_owned() }).await?;
        Ok(token)
    }

    /// Uses a token up and says whether it is this client's, for this; `None` where it is not known.
    async fn redeem(&self, token: &str, client: &str, subject: &str) -> Result<Option<bool>, DatabaseError> {
        let kept = self.guard.redeem(token).await?;
        Ok(kept.map(|kept| kept.client == client && kept.subject == subject))
    }

    /// A token for a question whose answer comes with another request; `subject` is what it asks about.
    ///
    /// # Errors
    /// [`DatabaseError`], where the token is to be kept in a database.
    pub async fn question(&self, client: &str, subject: &str) -> Result<String, DatabaseError> {
        self.question_of(client, subject).await
    }

    /// Whether a token is of a client's question about this subject, not used before and not too old. It is used up.
    ///
    /// # Errors
    /// [`DatabaseError`], where tokens are kept in a database.
    pub async fn is_answer(&self, token: &str, client: &str, subject: &str) -> Result<bool, DatabaseError> {
        Ok(self.redeem(token, client, subject).await? == Some(true))
    }

    /// Remembers that sending a POST ended, and that it may have been processed.
    pub fn sent(&self, wish: &Wish<'_>) {
        if wish.may_create {
            self.guard.ended(wish.post());
        }
    }

    /// Forgets a POST that was not sent, or surely was not processed.
    pub async fn release(&self, wish: &Wish<'_>) {
        if wish.may_create {
            self.guard.release(wish.post()).await;
        }
    }

    /// Does [`Self::release`] where nobody can wait for it.
    pub fn release_later(&self, wish: &Wish<'_>) {
        if wish.may_create {
            self.guard.release_later(wish.post());
        }
    }
}

fn ask_anew(refused: &'static str) -> Said {
    Said::from(refused).argument(Argument::CONFIRMATION).text(" out for a new one")
}
