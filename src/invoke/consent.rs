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
//! the audit file knows.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::caller::owner;
use super::risk::Risk;
use super::shares::gives_way;
use super::token::Tokens;
use super::writes::Writes;
use crate::openapi::Method;
use crate::settings_file::SettingsFile;
use crate::surface::{Argument, Given, Said};

/// How long a confirmation holds.
const CONFIRMATION_KEPT: Duration = Duration::from_secs(10 * 60);

/// How long the same POST counts as a repetition.
pub const REPEATED_WITHIN: Duration = Duration::from_secs(120);

const ONLY_READS: &str =
    "this server only reads (--writes deny); whoever started it can allow writes with --writes ask";

/// Confirmations that are kept at most; of whoever has most, the oldest goes.
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

/// What a decision depends on beside the request itself.
#[derive(Debug, Default)]
struct Remembered {
    /// By token: client, fingerprint, when.
    confirmations: HashMap<String, (String, String, Instant)>,
    /// By the client's name without its session, and likeness: the POSTs that are under way, or were sent a short time ago.
    posts: HashMap<(String, String), Vec<Post>>,
}

#[derive(Debug)]
struct Post {
    write: String,
    /// When its sending ended; `None` while it is decided on or sent.
    ended: Option<Instant>,
}

/// Remembers confirmations and recent posts.
#[derive(Debug, Default)]
pub struct ConsentGate {
    // std's mutex: never held while anything is awaited.
    state: Mutex<Remembered>,
    tokens: Tokens,
    /// The configuration file in use, for messages.
    file: SettingsFile,
}

impl Wish<'_> {
    /// What is held apart from others. A client that lost its session goes on in another, so all of one name are one.
    fn key(&self) -> (String, String) {
        (owner(self.client).to_owned(), self.likeness.to_owned())
    }
}

impl ConsentGate {
    /// A gate whose rules this configuration file sets.
    pub fn of(file: SettingsFile) -> Self {
        Self { file, ..Self::default() }
    }

    fn state(&self) -> MutexGuard<'_, Remembered> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be done with a request. A confirmation is used up, whatever comes of it. A POST that may be sent, or is asked
    /// about, counts as sent from here on until [`Self::release`].
    pub fn decide(&self, writes: Writes, wish: &Wish<'_>) -> Decision {
        self.decide_at(writes, wish, Instant::now())
    }

    fn decide_at(&self, writes: Writes, wish: &Wish<'_>, now: Instant) -> Decision {
        if wish.risk.is_read() {
            return Decision::Send;
        }
        if writes == Writes::Deny {
            let refused = Said::from(format!("{} {} was not sent: ", wish.method, wish.path));
            return Decision::Refuse(refused.given(Given::WritesDenied { mcp: ONLY_READS, file: self.file.clone() }));
        }
        let mut state = self.state();
        state.forget(now);
        if let Some(token) = wish.confirmation {
            return match state.redeem(token, wish.client, wish.fingerprint) {
                Some(true) => {
                    state.reserve(wish);
                    Decision::Send
                }
                Some(false) => Decision::Refuse(ask_anew(
                    "nothing was sent: the confirmation is for another request; it holds for exactly the one it was shown \
                     with, once. Leave ",
                )),
                None => Decision::Refuse(ask_anew(
                    "nothing was sent: the confirmation is not known; it holds once, for ten minutes. Leave ",
                )),
            };
        }
        let is_repeated = wish.may_create && (wish.was_sent || state.posts.contains_key(&wish.key()));
        let reason = match (writes, wish.risk) {
            _ if is_repeated => {
                "The same POST was made less than two minutes ago; again it may create a second record."
            }
            (Writes::Allow, _) => {
                state.reserve(wish);
                return Decision::Send;
            }
            (_, Risk::Delete) => "A deletion cannot be undone.",
            (_, _) if wish.can_ask => "It changes data.",
            // A client's own approval shows the call, and not of which records it is.
            (_, _) if wish.requests > 1 => "It changes several records.",
            (_, _) => {
                state.reserve(wish);
                return Decision::Send;
            }
        };
        if wish.can_ask {
            state.reserve(wish);
            return if is_repeated { Decision::AskAgain(reason) } else { Decision::Ask(reason) };
        }
        let confirmation = self.tokens.next();
        let confirmed = (wish.client.to_owned(), wish.fingerprint.to_owned(), now);
        state.confirmations.insert(confirmation.clone(), confirmed);
        Decision::Preview { confirmation, reason }
    }

    /// A token for a question whose answer comes with another request; `subject` is what it asks about.
    pub fn question(&self, client: &str, subject: &str) -> String {
        let (token, now) = (self.tokens.next(), Instant::now());
        let mut state = self.state();
        state.forget(now);
        state.confirmations.insert(token.clone(), (client.to_owned(), subject.to_owned(), now));
        token
    }

    /// Whether a token is of a client's question about this subject, not used before and not too old. It is used up.
    pub fn is_answer(&self, token: &str, client: &str, subject: &str) -> bool {
        let mut state = self.state();
        state.forget(Instant::now());
        state.redeem(token, client, subject) == Some(true)
    }

    /// Remembers that sending a POST ended, and that it may have been processed.
    pub fn sent(&self, wish: &Wish<'_>) {
        let mut state = self.state();
        let posts = state.posts.get_mut(&wish.key());
        let post = posts.and_then(|posts| posts.iter_mut().find(|post| post.write == wish.write));
        if let Some(post) = post {
            post.ended = Some(Instant::now());
        }
    }

    /// Forgets a POST that was not sent, or surely was not processed.
    pub fn release(&self, wish: &Wish<'_>) {
        let mut state = self.state();
        if let Some(posts) = state.posts.get_mut(&wish.key()) {
            posts.retain(|post| post.write != wish.write);
        }
        state.posts.retain(|_, posts| !posts.is_empty());
    }
}

fn ask_anew(refused: &'static str) -> Said {
    Said::from(refused).argument(Argument::CONFIRMATION).text(" out for a new one")
}

impl Remembered {
    /// Uses a token up and says whether it is this client's, for this; `None` where it is not known.
    fn redeem(&mut self, token: &str, client: &str, fingerprint: &str) -> Option<bool> {
        let (whose, what, _) = self.confirmations.remove(token)?;
        Some(whose == client && what == fingerprint)
    }

    fn reserve(&mut self, wish: &Wish<'_>) {
        if wish.may_create {
            let post = Post { write: wish.write.to_owned(), ended: None };
            self.posts.entry(wish.key()).or_default().push(post);
        }
    }

    fn forget(&mut self, now: Instant) {
        self.confirmations.retain(|_, (_, _, since)| now.saturating_duration_since(*since) <= CONFIRMATION_KEPT);
        self.posts.retain(|_, posts| {
            let is_recent = |ended: Instant| now.saturating_duration_since(ended) <= REPEATED_WITHIN;
            posts.retain(|post| post.ended.is_none_or(is_recent));
            !posts.is_empty()
        });
        while self.confirmations.len() >= MOST_KEPT {
            let kept = self.confirmations.iter().map(|(token, (client, _, since))| (token, client.as_str(), 1, *since));
            let Some(gone) = gives_way(kept).cloned() else { break };
            self.confirmations.remove(&gone);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish<'a>(method: Method, confirmation: Option<&'a str>, can_ask: bool) -> Wish<'a> {
        Wish {
            write: "w",
            client: "a",
            fingerprint: "f",
            likeness: "f",
            method,
            may_create: method == Method::Post,
            path: "/service/tickets/1",
            risk: Risk::of_method(method),
            confirmation,
            requests: 1,
            can_ask,
            was_sent: false,
        }
    }

    fn decide(gate: &ConsentGate, writes: Writes, method: Method, can_ask: bool) -> Decision {
        let wish = wish(method, None, can_ask);
        let decision = gate.decide(writes, &wish);
        gate.release(&wish);
        decision
    }

    #[test]
    fn the_table_of_consent() {
        let gate = ConsentGate::default();
        let asks = |decision| matches!(decision, Decision::Ask(_));
        for method in [Method::Get, Method::Head] {
            for writes in [Writes::Ask, Writes::Deny, Writes::Allow] {
                assert_eq!(decide(&gate, writes, method, false), Decision::Send);
            }
        }
        let search = Wish { risk: Risk::Read, ..wish(Method::Post, None, false) };
        assert_eq!(gate.decide(Writes::Deny, &search), Decision::Send);
        for method in [Method::Post, Method::Put, Method::Patch] {
            assert!(asks(decide(&gate, Writes::Ask, method, true)));
            assert_eq!(decide(&gate, Writes::Ask, method, false), Decision::Send);
            assert!(matches!(decide(&gate, Writes::Deny, method, true), Decision::Refuse(_)));
            assert_eq!(decide(&gate, Writes::Allow, method, false), Decision::Send);
        }
        assert!(asks(decide(&gate, Writes::Ask, Method::Delete, true)));
        assert!(matches!(decide(&gate, Writes::Ask, Method::Delete, false), Decision::Preview { .. }));
        assert!(matches!(decide(&gate, Writes::Deny, Method::Delete, true), Decision::Refuse(_)));
        assert_eq!(decide(&gate, Writes::Allow, Method::Delete, false), Decision::Send);
    }

    #[test]
    fn several_changes_at_once_are_shown_first_where_nobody_can_be_asked() {
        let gate = ConsentGate::default();
        let plan = Wish { requests: 2, ..wish(Method::Patch, None, false) };
        assert!(matches!(gate.decide(Writes::Ask, &plan), Decision::Preview { .. }));
        assert_eq!(gate.decide(Writes::Allow, &plan), Decision::Send);
        assert!(matches!(gate.decide(Writes::Ask, &Wish { can_ask: true, ..plan }), Decision::Ask(_)));
    }

    fn confirmation(gate: &ConsentGate) -> String {
        match decide(gate, Writes::Ask, Method::Delete, false) {
            Decision::Preview { confirmation, .. } => confirmation,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_confirmation_sends_exactly_its_request_once() {
        let gate = ConsentGate::default();
        let token = confirmation(&gate);
        assert_eq!(gate.decide(Writes::Ask, &wish(Method::Delete, Some(&token), false)), Decision::Send);
        let again = gate.decide(Writes::Ask, &wish(Method::Delete, Some(&token), false));
        assert!(matches!(again, Decision::Refuse(reason) if reason.to_string().contains("not known")));
        let token = confirmation(&gate);
        let other = Wish { fingerprint: "g", ..wish(Method::Delete, Some(&token), false) };
        assert!(
            matches!(gate.decide(Writes::Ask, &other), Decision::Refuse(reason) if reason.to_string().contains("another request"))
        );
        let token = confirmation(&gate);
        let other = Wish { client: "b", ..wish(Method::Delete, Some(&token), false) };
        assert!(matches!(gate.decide(Writes::Ask, &other), Decision::Refuse(_)));
        let token = confirmation(&gate);
        let late = Instant::now() + CONFIRMATION_KEPT + Duration::from_secs(1);
        let late = gate.decide_at(Writes::Ask, &wish(Method::Delete, Some(&token), false), late);
        assert!(matches!(late, Decision::Refuse(_)));
    }

    #[test]
    fn whoever_asks_for_very_many_confirmations_loses_its_own() {
        let gate = ConsentGate::default();
        let of_alice = gate.question("alice #1", "delete 1");
        let first = gate.question("bob #2", "delete 0");
        for number in 0..2 * MOST_KEPT {
            gate.question(&format!("bob #{number}"), "delete 1");
        }
        let last = gate.question("bob #2", "delete 2");
        assert!(gate.is_answer(&of_alice, "alice #1", "delete 1") && gate.is_answer(&last, "bob #2", "delete 2"));
        assert!(!gate.is_answer(&first, "bob #2", "delete 0"));
    }

    #[test]
    fn an_answer_is_to_its_own_question_once() {
        let gate = ConsentGate::default();
        let token = gate.question("a", "delete 1");
        assert!(gate.is_answer(&token, "a", "delete 1"));
        assert!(!gate.is_answer(&token, "a", "delete 1"));
        for (client, subject) in [("b", "delete 1"), ("a", "delete 2")] {
            let token = gate.question("a", "delete 1");
            assert!(!gate.is_answer(&token, client, subject));
        }
        // A question is no confirmation of a request, and a confirmation answers no question.
        assert!(!gate.is_answer(&confirmation(&gate), "a", "delete 1"));
        let asked = gate.question("a", "delete 1");
        assert!(matches!(gate.decide(Writes::Ask, &wish(Method::Delete, Some(&asked), false)), Decision::Refuse(_)));
    }

    #[test]
    fn a_repeated_post_is_held_back_whatever_the_policy_until_it_is_old_or_was_not_processed() {
        let gate = ConsentGate::default();
        let post = wish(Method::Post, None, false);
        assert_eq!(gate.decide(Writes::Ask, &post), Decision::Send);
        gate.sent(&post);
        let again = Wish { write: "x", ..post.clone() };
        assert!(matches!(gate.decide(Writes::Ask, &again), Decision::Preview { .. }));
        assert!(matches!(gate.decide(Writes::Allow, &again), Decision::Preview { .. }));
        let asked = Wish { can_ask: true, ..again.clone() };
        assert!(
            matches!(gate.decide(Writes::Ask, &asked), Decision::AskAgain(reason) if reason.contains("second record"))
        );
        // That the second was not sent says nothing of the first.
        gate.release(&asked);
        assert!(matches!(gate.decide(Writes::Ask, &again), Decision::Preview { .. }));
        assert_eq!(gate.decide(Writes::Ask, &Wish { likeness: "g", ..again.clone() }), Decision::Send);
        // Written otherwise it is still the same write, and its confirmation is for it as it is written.
        let otherwise = Wish { fingerprint: "g", write: "v", ..again.clone() };
        let Decision::Preview { confirmation, .. } = gate.decide(Writes::Ask, &otherwise) else {
            panic!("it was sent")
        };
        let confirmed = |wish: Wish<'_>| gate.decide(Writes::Ask, &Wish { confirmation: Some(&confirmation), ..wish });
        assert_eq!(confirmed(otherwise.clone()), Decision::Send);
        gate.release(&otherwise);
        let late = Instant::now() + REPEATED_WITHIN + Duration::from_secs(1);
        assert_eq!(gate.decide_at(Writes::Ask, &again, late), Decision::Send);
        gate.release(&again);
        assert_eq!(gate.decide(Writes::Ask, &post), Decision::Send);
        gate.release(&post);
        assert_eq!(gate.decide(Writes::Ask, &post), Decision::Send);
        let elsewhere = Wish { can_ask: true, was_sent: true, likeness: "h", ..post };
        assert!(matches!(gate.decide(Writes::Allow, &elsewhere), Decision::AskAgain(_)));
    }

    #[test]
    fn of_equal_posts_at_once_one_is_sent_however_long_it_takes() {
        for (writes, can_ask) in [(Writes::Ask, false), (Writes::Allow, false), (Writes::Ask, true)] {
            let gate = ConsentGate::default();
            let first = wish(Method::Post, None, can_ask);
            let decided = gate.decide(writes, &first);
            assert!(matches!(decided, Decision::Send | Decision::Ask(_)), "{decided:?}");
            let hours = Instant::now() + Duration::from_secs(3 * 3600);
            for (write, now) in [("x", Instant::now()), ("y", Instant::now()), ("z", hours)] {
                let held = gate.decide_at(writes, &Wish { write, ..first.clone() }, now);
                assert!(matches!(held, Decision::Preview { .. } | Decision::AskAgain(_)), "{held:?}");
            }
        }
        // Another session of the same client is no other, and another client is.
        let gate = ConsentGate::default();
        let of = |client, write| Wish { client, write, ..wish(Method::Post, None, false) };
        assert_eq!(gate.decide(Writes::Ask, &of("bob #1", "x")), Decision::Send);
        assert!(matches!(gate.decide(Writes::Ask, &of("bob #2", "y")), Decision::Preview { .. }));
        assert!(matches!(gate.decide(Writes::Ask, &of("bob", "y")), Decision::Preview { .. }));
        assert_eq!(gate.decide(Writes::Ask, &of("alice #2", "z")), Decision::Send);
        gate.sent(&of("bob #1", "x"));
        assert!(matches!(gate.decide(Writes::Ask, &of("bob #3", "y")), Decision::Preview { .. }));
        // What may be done twice is not held.
        let gate = ConsentGate::default();
        let put = wish(Method::Put, None, false);
        assert_eq!((gate.decide(Writes::Ask, &put), gate.decide(Writes::Ask, &put)), (Decision::Send, Decision::Send));
    }
}
