//! In which order is a call checked, asked about, recorded, sent and answered?

mod each;
mod replaced;
mod sending;
mod underway;

use std::path::PathBuf;

use serde_json::Value;
use std::sync::Arc;

use self::replaced::reads_first;
use self::sending::Sending;
use self::underway::{Record, Underway};
use super::answer::{Answer, Room};
use super::audit::{Audit, AuditError, Looked};
use super::caller::{Caller, Consent};
use super::client::{ApiAccess, ApiClient, CallError, ClientOptions, Located};
use super::consent::{ConsentGate, Decision, REPEATED_WITHIN, Wish};
use super::doubts;
use super::draft::{DoubtKind, Draft, Problem};
use super::file_content::FileContent;
use super::fingerprint::{fingerprint, likeness};
use super::order::{Order, Outcome};
use super::policy::{Policy, Ruling, Subject, forbidden};
use super::rows::Rows;
use super::seen::Seen;
use super::settings::SettingsError;
use super::shown::Shown;
use super::stored::StoredResults;
use super::sums::{Fetched, Over, Plan as SumsPlan, Sums, SumsError, summed};
use super::token::Tokens;
use super::view::{Aside, View};
use super::writes::Writes;
use crate::journal::{Journal, JournalError};
use crate::jq::Evaluator;
use crate::learned::Learned;
use crate::postgres::Database;
use crate::redact::Redactor;
use crate::surface::{Argument, Place, Said, Surface};

/// What can go wrong with a call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// Mistakes in the call, found before anything was sent; all of them at once.
    #[error("nothing was sent: {}", list(.0, Surface::Mcp))]
    Problems(Vec<Problem>),
    /// The API cannot be called with the settings there are.
    #[error("nothing was sent: {0}")]
    Settings(#[from] SettingsError),
    /// Sending failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The policy or the user forbids the request.
    #[error("{reason}")]
    Refused {
        /// Why, and what to do.
        reason: Said,
    },
    /// Nothing can be made of what was fetched.
    #[error(transparent)]
    Sums(#[from] SumsError),
    /// The audit file cannot be written; the write was not sent.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The journal of changes cannot be written; nothing more was sent.
    #[error("{0}; nothing more was sent")]
    Journal(#[from] JournalError),
}

impl InvokeError {
    /// The error in a surface's words, without what led to it.
    pub fn on(&self, surface: Surface) -> String {
        match self {
            Self::Problems(problems) => format!("nothing was sent: {}", list(problems, surface)),
            Self::Refused { reason } => reason.on(surface),
            Self::Call(error) => error.on(surface),
            Self::Sums(error) => error.on(surface),
            other => other.to_string(),
        }
    }

    /// The error without secrets: a caller may have put a key into the call itself.
    #[must_use]
    pub(crate) fn redacted(self, redactor: &Redactor) -> Self {
        let hide = |text: &str| redactor.text(text).into_owned();
        match self {
            Self::Problems(problems) => {
                let hidden = |problem: Problem| Problem {
                    message: problem.message.map_texts(&hide),
                    cure: problem.cure.map_texts(&hide),
                    offers: problem.offers.iter().map(|offer| hide(offer)).collect(),
                    place: problem.place.map_texts(&hide),
                    ..problem
                };
                Self::Problems(problems.into_iter().map(hidden).collect())
            }
            Self::Refused { reason } => Self::Refused { reason: reason.map_texts(&hide) },
            other => other,
        }
    }
}

fn list(problems: &[Problem], surface: Surface) -> String {
    let mut text = match problems.len() {
        1 => "one problem was found".to_owned(),
        count => format!("{count} problems were found"),
    };
    for Problem { place, message, cure, offers, .. } in problems {
        let (place, message, cure) = (place.on(surface), message.on(surface), cure.on(surface));
        text.push_str(&format!("\n- {place}: {message}\n  {cure}"));
        if !offers.is_empty() {
            text.push_str(&format!("\n  offered: {}", offers.join(" | ")));
        }
    }
    text
}

/// How an [`Invoker`] behaves.
#[derive(Clone, Debug)]
pub struct InvokeOptions {
    /// How requests are sent.
    pub client: ClientOptions,
    /// Whether writes are asked about, refused or sent.
    pub writes: Writes,
    /// Characters of rows that an answer shows at once.
    pub budget: usize,
    /// Where downloads go.
    pub downloads: PathBuf,
    /// Path of the audit file, which the first write makes.
    pub audit: PathBuf,
    /// What APIs took or refused.
    pub learned: Learned,
    /// What was changed, and what it replaced.
    pub journal: Journal,
    /// What evaluates jq filters.
    pub evaluator: Option<Evaluator>,
    /// The database that replicas share; `None` where this process is alone.
    pub state: Option<Database>,
}

/// Sends calls: one for all callers, since confirmations, recent writes and stored results are kept in it.
#[derive(Debug)]
pub struct Invoker {
    client: ApiClient,
    options: InvokeOptions,
    gate: ConsentGate,
    stored: StoredResults,
    seen: Seen,
    audit: Audit,
    journal: Journal,
    writes: Tokens,
}

impl Invoker {
    /// An invoker with these options. Nothing is opened yet.
    ///
    /// # Errors
    /// [`CallError::Setup`]
    pub fn new(options: InvokeOptions) -> Result<Self, CallError> {
        Ok(Self {
            client: ApiClient::new(options.client.clone())?,
            audit: Audit::at(&options.audit),
            gate: ConsentGate::of(options.client.file.clone(), options.state.as_ref()),
            stored: StoredResults::default(),
            seen: Seen::default(),
            journal: options.journal.clone(),
            writes: Tokens::default(),
            options,
        })
    }

    /// Results that were too large to show.
    pub(crate) fn stored(&self) -> &StoredResults {
        &self.stored
    }

    /// What was changed through this program.
    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The newest lines of the audit file, oldest first.
    pub(crate) fn audit_lines(&self) -> Result<Vec<String>, InvokeError> {
        Ok(self.audit.newest()?)
    }

    pub(crate) fn options(&self) -> &InvokeOptions {
        &self.options
    }

    /// Whether a wish may be done: a call, or a change of what is kept here, which goes by the same rules.
    pub(crate) async fn decide(&self, wish: &Wish<'_>, policy: &Policy) -> Decision {
        let decision = self.decision(wish, policy).await;
        if !wish.risk.is_read() {
            tracing::debug!(outcome = decision.name(), "consent");
        }
        decision
    }

    async fn decision(&self, wish: &Wish<'_>, policy: &Policy) -> Decision {
        let (of_server, of_policy) = (self.options.writes, policy.writes(self.options.writes));
        if of_policy == Writes::Deny && of_server != Writes::Deny && !wish.risk.is_read() {
            let reason = format!(
                "{} {} was not sent: {policy} only reads; whoever runs the server can change that",
                wish.method, wish.path
            );
            return Decision::Refuse(reason.into());
        }
        self.gate.decide(of_policy, wish).await
    }

    /// Tokens for questions that one request asks and another answers.
    pub(crate) fn gate(&self) -> &ConsentGate {
        &self.gate
    }

    /// Carries out a call.
    ///
    /// # Errors
    /// Every [`InvokeError`].
    pub(crate) async fn carry_out(&self, mut order: Order, caller: &dyn Caller) -> Result<Outcome, InvokeError> {
        order.view.of = order.template.as_deref().map(Arc::from);
        permitted(&order, caller.policy())?;
        let contents = FileContent::of(&order.draft).await?;
        let known = order.access.as_ref().ok().map(|access| self.client.known(access));
        // What could never be sent is refused before anybody is asked about it.
        let request = Shown::of(&order, known.as_deref(), &contents).map_err(before_sending)?;
        let mut answer = Answer {
            memory: order.memory.clone(),
            resolved: order.resolved.clone(),
            request: Some(request.value()),
            notes: order.notes_on(caller.surface()),
            ..Answer::default()
        };
        if order.dry_run {
            answer.notes.extend(doubted(&order, caller.surface()));
            return Ok(rehearsed(&order, known.as_deref(), answer));
        }
        let access = sendable(&order)?;
        answer.notes.extend(access.notes().iter().cloned());
        let identity = Identity {
            write: self.writes.next(),
            fingerprint: fingerprint(&order, &contents),
            likeness: likeness(&order, &contents),
        };
        // However this future ends from here on, `underway` records what became of the request.
        let (decision, mut underway) = self.decide_on(&order, caller, &identity).await?;
        // Before anybody is asked, since the question is to show the whole URL.
        let located = self.client.locate(access).await?;
        let access = located.access.as_ref();
        answer.notes.extend(discovery(&located));
        // Where the base URL was no question, the request is the one that was shown.
        let request = if located.info.is_some() {
            let found = Shown::of(&order, Some(access), &contents).map_err(before_sending)?;
            answer.request = Some(found.value());
            found
        } else {
            request
        };
        match decision {
            Decision::Send => {}
            Decision::Refuse(reason) => return Err(InvokeError::Refused { reason }),
            Decision::Preview { confirmation, reason } => return Ok(previewed(answer, confirmation, reason, caller)),
            Decision::Ask(reason) => allowed(caller.ask(&request.question(reason)).await.counted(), &order)?,
            Decision::AskAgain(reason) => {
                allowed(caller.ask_again(&request.question(reason)).await.counted(), &order)?;
                underway.is_meant();
            }
        }
        if FileContent::of(&order.draft).await? != contents {
            return Err(not_sent(&order, "the file to upload was changed after it was shown; make the call again"));
        }
        let replaced = match self.replaced(&order, caller) {
            None if reads_first(&order, caller) => {
                let read = self.read_before(&order, access, caller).await;
                if read.is_none() {
                    answer.notes.push("what this replaces cannot be read, so it cannot be taken back".to_owned());
                }
                read.map(Some)
            }
            replaced => replaced,
        };
        if !order.draft.risk.is_read() {
            underway.begin(Record::of(&order, &request, access, &contents)).await?;
        }
        let mut sending = Sending {
            invoker: self,
            order: &order,
            access,
            caller,
            answer,
            record: None,
            api_version: None,
            fetched: None,
        };
        let sent = sending.send().await;
        let unrecorded = underway.end(&sent).await;
        doubts::learn(&self.options.learned, &order, &sent, sending.api_version.as_deref());
        sent.map_err(|error| doubts::explained(error, &order, caller.surface()))?;
        let (record, fetched) = (sending.record.take(), sending.fetched.take());
        let mut answer = sending.answer;
        answer.undo = replaced.and_then(|replaced| self.keep(&order, replaced, record.as_ref(), caller));
        if let (Some(plan), Some(fetched)) = (&order.sums, fetched) {
            self.sum_up(plan, fetched, (&order.view, caller), &mut answer).await?;
        }
        // Whoever made the call knows it; a person's scripts and whoever wants everything are told what was sent.
        answer.request = answer.request.filter(|_| order.view.is_full || caller.surface() == Surface::CommandLine);
        // Of a write in short the record says what it refers to.
        if answer.request.is_none() && !order.draft.risk.is_read() {
            let shown = answer.resolved.iter_mut().filter_map(Value::as_object_mut);
            shown.for_each(|record| _ = record.shift_remove("from"));
        }
        answer.notes.extend(unrecorded);
        Ok(Outcome { answer, sent: true })
    }

    /// Makes of what was fetched what was asked.
    async fn sum_up(
        &self,
        plan: &SumsPlan,
        fetched: Fetched,
        (view, caller): (&View, &dyn Caller),
        answer: &mut Answer,
    ) -> Result<(), SumsError> {
        let room = self.room(caller, view);
        let handle = match &fetched {
            Fetched::Rows(rows) => room.keep_for_more(rows),
            Fetched::One(_) => None,
        };
        let evaluator = self.options.evaluator.clone();
        let over = Over { fetched, handle, asides: view.asides, is_full: view.is_full, evaluator, room };
        summed(plan, over, answer).await
    }

    /// Makes of stored rows what is asked of them.
    ///
    /// # Errors
    /// [`InvokeError::Problems`], [`InvokeError::Sums`]
    pub(crate) async fn sum_stored(
        &self,
        sums: &Sums,
        (rows, asides): (Arc<Rows>, &'static [Aside]),
        caller: &dyn Caller,
    ) -> Result<Answer, InvokeError> {
        let (sums, evaluator) = (sums.clone(), self.options.evaluator.clone());
        // A filter is compiled by a process, which is waited for.
        let planned = tokio::task::spawn_blocking(move || sums.planned(evaluator.as_ref())).await;
        let Ok(planned) = planned else { return Ok(Answer::default()) };
        let Some(plan) = planned.map_err(|problem| InvokeError::Problems(vec![*problem]))? else {
            return Ok(Answer::default());
        };
        let mut answer = Answer::default();
        let view = View::default();
        let evaluator = self.options.evaluator.clone();
        let room = self.room(caller, &view);
        let over = Over { fetched: Fetched::Rows(rows), handle: None, asides, is_full: false, evaluator, room };
        summed(&plan, over, &mut answer).await?;
        Ok(answer)
    }

    /// The room that a caller's answer has.
    fn room<'r>(&'r self, caller: &'r dyn Caller, view: &'r View) -> Room<'r> {
        // Whoever reads a terminal or a pipe has no tool to read on with.
        let is_bounded = caller.surface() != Surface::CommandLine && !caller.is_plan();
        let budget = is_bounded.then_some(self.options.budget);
        Room { client: caller.name(), stored: &self.stored, budget, view }
    }

    /// Whether a request may be sent. A refusal is an error already.
    async fn decide_on<'a>(
        &'a self,
        order: &'a Order,
        caller: &'a dyn Caller,
        identity: &'a Identity,
    ) -> Result<(Decision, Underway<'a>), InvokeError> {
        let mut wish = Wish {
            write: &identity.write,
            client: caller.name(),
            fingerprint: &identity.fingerprint,
            likeness: &identity.likeness,
            method: order.draft.method,
            may_create: order.draft.may_create(),
            path: &order.draft.path,
            risk: order.draft.risk,
            confirmation: order.confirmation.as_deref(),
            requests: 1,
            can_ask: caller.can_ask(),
            was_sent: false,
        };
        let mut looked = Looked::default();
        if wish.may_create {
            looked = self.audit.look(wish.client, wish.likeness, REPEATED_WITHIN)?;
            wish.was_sent = looked.was_sent;
        }
        match self.decide(&wish, caller.policy()).await {
            Decision::Refuse(reason) => Err(InvokeError::Refused { reason }),
            decision => Ok((decision, Underway::of(self, wish, looked))),
        }
    }
}

/// What tells a request apart from all others.
struct Identity {
    /// Differs for the same request made twice.
    write: String,
    /// Is the same for the same request made twice.
    fingerprint: String,
    /// Is the same for the same write, however it is written.
    likeness: String,
}

/// Refuses what a policy does not allow.
pub(super) fn permitted(order: &Order, policy: &Policy) -> Result<(), InvokeError> {
    let subject = Subject::of_order(order);
    match policy.ruling(&subject) {
        Ruling { is_allowed: true, .. } => Ok(()),
        Ruling { rule, .. } => {
            let reason = forbidden(policy, order.draft.method, &order.draft.path, rule.as_deref());
            Err(InvokeError::Refused { reason: format!("nothing was sent: {reason}").into() })
        }
    }
}

/// The access by which an order can be sent, where it can.
fn sendable(order: &Order) -> Result<&ApiAccess, InvokeError> {
    order.access.as_ref().map_err(|error| error.clone().into())
}

/// The outcome of a dry run; `known` is what is known of how to reach the API.
fn rehearsed(order: &Order, known: Option<&ApiAccess>, mut answer: Answer) -> Outcome {
    match &order.access {
        Ok(access) => {
            answer.notes.extend(access.notes().iter().cloned());
            if let Some(site) = known.and_then(ApiAccess::site) {
                answer.notes.push(format!("the base URL would be found by GET {} first", site.question()));
            }
        }
        Err(error) => answer.notes.push(format!("to send it: {error}")),
    }
    answer.dry_run = true;
    answer.risk = Some(order.draft.risk);
    Outcome { answer, sent: false }
}

/// What of a request only its API can tell; of an unknown parameter the draft says so already.
fn doubted(order: &Order, surface: Surface) -> Vec<String> {
    let doubts: Vec<_> = order.doubts.iter().filter(|doubt| doubt.kind != DoubtKind::Parameter).cloned().collect();
    let said = doubts::said(&doubts).map(|said| order.redactor.text(&said.on(surface)).into_owned());
    let mut said: Vec<String> = said.collect();
    if !said.is_empty() {
        said.push("what the manifest does not know is sent, and the API decides".to_owned());
    }
    said
}

/// The outcome of a call that is sent once it is confirmed.
fn previewed(mut answer: Answer, confirmation: String, reason: &str, caller: &dyn Caller) -> Outcome {
    answer.sent = Some(false);
    answer.confirmation = Some(confirmation);
    let said = format!("{reason} Nothing was sent. If the user wants it, make the same call again with this ");
    let said = Said::from(said).argument(Argument::CONFIRMATION).text("; it holds once, for exactly this request");
    answer.notes.push(said.on(caller.surface()));
    Outcome { answer, sent: false }
}

/// Which base URL was found, where this call had to ask the site for it.
fn discovery(located: &Located<'_>) -> Option<String> {
    located.info.as_ref().filter(|_| located.is_new).map(|info| info.note.clone())
}

/// Why a request that was never sent cannot be, as a problem of the call.
fn before_sending(error: CallError) -> InvokeError {
    let (place, message, cure) = match error {
        CallError::Path(error) => (
            Place::path(),
            format!("`{}` {}", error.path, error.reason),
            "Write the path of an operation, such as `/service/tickets/42`; the value of a placeholder is one segment.",
        ),
        CallError::Header { name, reason } => {
            (Place::param(&name), format!("the header `{name}` {reason}"), "Leave it out, or give another value.")
        }
        error => return error.into(),
    };
    InvokeError::Problems(vec![Problem::new(&place, message, cure)])
}

fn allowed(consent: Consent, order: &Order) -> Result<(), InvokeError> {
    match consent {
        Consent::Given => Ok(()),
        Consent::Withheld(why) => Err(not_sent(order, &why)),
    }
}

fn not_sent(order: &Order, why: &str) -> InvokeError {
    let Draft { method, path, .. } = &order.draft;
    InvokeError::Refused { reason: format!("{method} {path} was not sent: {why}").into() }
}
