//! Sends what was drafted, with consent, and answers with everything that came of it.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::answer;
use super::audit::{Audit, AuditError, AuditLine, CANCELLED, Looked, SENDING, is_surely_undone};
use super::caller::{Caller, Consent};
use super::client::{AccessError, ApiAccess, CallError, Client, ClientOptions, Fate, Reply};
use super::consent::{Decision, Gate, REPEATED_WITHIN, Wish, Writes};
use super::draft::{self, Accept, Body, Draft, Problem};
use super::paging::{self, Extent};
use super::rows;
use super::shown::{Content, Shown, Written, fingerprint};
use super::stored::StoredResults;
use super::token::Tokens;
use crate::openapi::Method;
use crate::surface::{Argument, Given, Place, Said, Surface};

/// What can go wrong with a call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// It was wrong before anything was sent.
    #[error("nothing was sent: {}", list(.0, Surface::Mcp))]
    Problems(Vec<Problem>),
    /// The API cannot be reached with the settings there are.
    #[error("nothing was sent: {0}")]
    Access(#[from] AccessError),
    /// Settings are missing.
    #[error("nothing was sent: {reason}")]
    Settings {
        /// What to set.
        reason: String,
    },
    /// Sending failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It is not allowed, or the user said no.
    #[error("{reason}")]
    Refused {
        /// Why, and what to do.
        reason: Said,
    },
    /// A write that cannot be recorded is not sent.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl InvokeError {
    /// The error in a surface's words, without what led to it.
    pub fn on(&self, surface: Surface) -> String {
        match self {
            Self::Problems(problems) => format!("nothing was sent: {}", list(problems, surface)),
            Self::Refused { reason } => reason.on(surface),
            other => other.to_string(),
        }
    }
}

fn list(problems: &[Problem], surface: Surface) -> String {
    let mut text = match problems.len() {
        1 => "one problem was found".to_owned(),
        count => format!("{count} problems were found"),
    };
    for Problem { place, message, cure, offers } in problems {
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
    /// The audit file.
    pub audit: PathBuf,
}

/// A call, resolved and drafted.
#[derive(Clone, Debug)]
pub struct Order {
    /// Name of the API.
    pub api: String,
    /// How to reach it; a dry run goes without.
    pub access: Result<ApiAccess, String>,
    /// The request.
    pub draft: Draft,
    /// The request that counts what a list holds, where there is one.
    pub count: Option<Draft>,
    /// Whether the operation takes `page`.
    pub takes_page: bool,
    /// Fetch all pages.
    pub all_pages: bool,
    /// Rows after which to stop.
    pub max_items: usize,
    /// Show the request and send nothing.
    pub dry_run: bool,
    /// The confirmation that came with the call.
    pub confirmation: Option<String>,
    /// What fast memory filled in: the answer begins with it.
    pub memory: Option<Value>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// As JSON.
    pub answer: Map<String, Value>,
    /// Whether the request was sent.
    pub sent: bool,
}

/// Sends calls. One for all callers.
#[derive(Debug)]
pub struct Invoker {
    client: Client,
    options: InvokeOptions,
    gate: Gate,
    stored: StoredResults,
    audit: Audit,
    writes: Tokens,
}

impl Invoker {
    /// An invoker with these options. Nothing is opened yet.
    ///
    /// # Errors
    /// [`CallError::Setup`]
    pub fn new(options: InvokeOptions) -> Result<Self, CallError> {
        Ok(Self {
            client: Client::new(options.client.clone())?,
            audit: Audit::at(&options.audit),
            gate: Gate::default(),
            stored: StoredResults::default(),
            writes: Tokens::default(),
            options,
        })
    }

    /// The results that were too large to show.
    pub fn stored(&self) -> &StoredResults {
        &self.stored
    }

    /// How it behaves.
    pub fn options(&self) -> &InvokeOptions {
        &self.options
    }

    /// Whether something that is no call, and changes what is kept, may be done; by the same rules and confirmations.
    pub fn decide(&self, wish: &Wish<'_>) -> Decision {
        self.gate.decide(self.options.writes, wish)
    }

    /// Who asks a user by one request and hears the answer with another: tokens of such questions.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Carries out a call.
    ///
    /// # Errors
    /// Every [`InvokeError`] but [`InvokeError::Problems`], which drafting has.
    pub async fn carry_out(&self, order: Order, caller: &dyn Caller) -> Result<Outcome, InvokeError> {
        let mut answer = Map::new();
        if let Some(memory) = &order.memory {
            answer.insert("memory".to_owned(), memory.clone());
        }
        let content = Content::of(&order.draft).await?;
        let known = order.access.as_ref().ok().map(|access| self.client.known(access));
        // What could never be sent is refused before anybody is asked about it.
        let request = Shown::of(&order, known.as_deref(), content.as_ref()).map_err(before_sending)?;
        answer.insert("request".to_owned(), request.value());
        // A caller may have put a key into the call itself.
        let scrubbed = |note: &Said| {
            let note = note.on(caller.surface());
            order.access.as_ref().map_or_else(|_| note.clone(), |access| access.scrub(&note))
        };
        let mut notes: Vec<String> = order.draft.notes.iter().map(scrubbed).collect();
        if order.dry_run {
            match &order.access {
                Ok(access) => {
                    notes.extend(access.notes().iter().cloned());
                    if let Some(site) = known.as_deref().and_then(ApiAccess::site) {
                        notes.push(format!("the base URL would be found by GET {} first", site.question()));
                    }
                }
                Err(reason) => notes.push(format!("to send it: {reason}")),
            }
            answer.insert("dry_run".to_owned(), true.into());
            answer.insert("risk".to_owned(), json!(order.draft.risk));
            put_notes(&mut answer, notes);
            return Ok(Outcome { answer, sent: false });
        }
        let access = order.access.as_ref().map_err(|reason| InvokeError::Settings { reason: reason.clone() })?;
        notes.extend(access.notes().iter().cloned());
        if order.all_pages && !order.draft.risk.is_read() {
            let Draft { method, path, .. } = &order.draft;
            return Err(CallError::Pages { method: *method, path: path.clone() }.into());
        }
        let fingerprint = fingerprint(&order, content.as_ref());
        let write = self.writes.next();
        let mut wish = Wish {
            write: &write,
            client: caller.name(),
            fingerprint: &fingerprint,
            method: order.draft.method,
            path: &order.draft.path,
            risk: order.draft.risk,
            confirmation: order.confirmation.as_deref(),
            can_ask: caller.can_ask(),
            was_sent: false,
        };
        let mut looked = Looked::default();
        if wish.may_create() {
            looked = self.audit.look(caller.name(), &fingerprint, REPEATED_WITHIN)?;
            wish.was_sent = looked.was_sent;
        }
        let decision = self.gate.decide(self.options.writes, &wish);
        let written = Written::of(&order.draft, content.as_ref());
        let (headers, url, path): (Vec<String>, String, String);
        // From here on until it is settled: who leaves early, leaves the request unsent or its result recorded.
        let mut underway = Underway { invoker: self, wish: &wish, stage: Stage::Reserved };
        if let Decision::Refuse(reason) = decision {
            return Err(InvokeError::Refused { reason });
        }
        // Before anybody is asked, since the question is to show the whole URL.
        let located = self.client.locate(access).await?;
        let access = located.access.as_ref();
        if let Some(info) = located.info.as_ref().filter(|_| located.is_new) {
            let version = info.version_number.as_ref().or(info.version_code.as_ref());
            let version = version.map_or_else(String::new, |version| format!(" (version {version})"));
            notes.push(format!(
                "CONNECTWISE_API_URL names a site; the base URL was found by its companyinfo: {}{version}",
                info.base_url
            ));
        }
        let request = Shown::of(&order, Some(access), content.as_ref()).map_err(before_sending)?;
        answer.insert("request".to_owned(), request.value());
        match decision {
            Decision::Send | Decision::Refuse(_) => {}
            Decision::Preview { confirmation, reason } => {
                answer.insert("sent".to_owned(), false.into());
                answer.insert("confirmation".to_owned(), confirmation.into());
                let said = Said::from(format!(
                    "{reason} Nothing was sent. If the user wants it, make the same call again with this "
                ));
                let said = said.argument(Argument::CONFIRMATION).text("; it holds once, for exactly this request");
                notes.push(said.on(caller.surface()));
                put_notes(&mut answer, notes);
                return Ok(Outcome { answer, sent: false });
            }
            Decision::Ask(reason) => allowed(caller.ask(&request.question(reason)).await, &order)?,
            Decision::AskAgain(reason) => allowed(caller.ask_again(&request.question(reason)).await, &order)?,
        }
        if content.is_some() && Content::of(&order.draft).await? != content {
            let reason = "the file to upload was changed after it was shown; make the call again".to_owned();
            return Err(not_sent(&order, &reason));
        }
        headers = request.headers().into_iter().map(|(name, _)| name).collect();
        url = request.url();
        // A caller may have put a key into it.
        path = access.scrub(&order.draft.path);
        if !order.draft.risk.is_read() {
            let line = AuditLine {
                write: &write,
                client: caller.name(),
                api: &order.api,
                method: order.draft.method,
                path: &path,
                url: &url,
                headers: &headers,
                fields: &written.fields,
                body_blake3: &written.blake3,
                request_blake3: &fingerprint,
                result: SENDING,
            };
            self.audit.append(&line)?;
            underway.stage = Stage::Sending(line.clone());
            if wish.may_create() && self.audit.was_sent_between(looked, &line)? {
                underway.settle(&format!("{:?}", Fate::NotSent))?;
                let reason =
                    "another process sent the same POST at the same moment, and again it may create a second record";
                return Err(not_sent(&order, reason));
            }
        }
        let outcome = self.send(&order, access, caller, &mut answer, &mut notes).await;
        let result = match &outcome {
            Ok(status) => status.to_string(),
            Err(error) => error.status().map_or_else(|| format!("{:?}", error.fate()), |status| status.to_string()),
        };
        // What came of it is worth more than its line: whoever asked must not think that nothing was sent.
        if let Err(AuditError { path, source }) = underway.settle(&result) {
            tracing::error!(path = %path.display(), %source, result, "the result of a write was not recorded");
            notes.push(format!("the result could not be added to the audit file {}: {source}", path.display()));
        }
        outcome?;
        put_notes(&mut answer, notes);
        Ok(Outcome { answer, sent: true })
    }

    async fn send(
        &self,
        order: &Order,
        access: &ApiAccess,
        caller: &dyn Caller,
        answer: &mut Map<String, Value>,
        notes: &mut Vec<String>,
    ) -> Result<u16, CallError> {
        let draft = &order.draft;
        if draft.accept == Accept::Binary {
            let folder = &self.options.downloads;
            // Where it is missing, its path would be taken for the file's.
            let made = tokio::fs::create_dir_all(folder).await;
            made.map_err(|source| CallError::Save { path: folder.clone(), source })?;
            let file = self.client.download(access, draft, folder).await?;
            answer.insert("status".to_owned(), file.status.into());
            answer.insert(
                "file".to_owned(),
                json!({ "path": file.path, "bytes": file.bytes, "content_type": file.headers.content_type }),
            );
            return Ok(file.status);
        }
        if order.all_pages {
            return self.send_all(order, access, caller, answer, notes).await;
        }
        let reply = self.client.send(access, draft).await?;
        self.show_reply(order, access, &reply, caller, answer, notes);
        if draft.method == Method::Patch {
            self.check_patch(access, draft, &reply, answer, notes).await;
        }
        Ok(reply.status)
    }

    async fn send_all(
        &self,
        order: &Order,
        access: &ApiAccess,
        caller: &dyn Caller,
        answer: &mut Map<String, Value>,
        notes: &mut Vec<String>,
    ) -> Result<u16, CallError> {
        let extent = Extent { max_items: order.max_items, takes_page: order.takes_page };
        let progress = |rows: usize, total: Option<usize>| caller.progress(rows, total);
        let pages = paging::all(&self.client, access, &order.draft, order.count.as_ref(), extent, &progress).await?;
        let Some(first) = pages.first else { return Ok(0) };
        if pages.pages == 0 {
            let said = Said::new().argument(Argument::ALL_PAGES).text(" has no effect: the answer is no list");
            notes.push(said.on(caller.surface()));
            self.show_reply(order, access, &first, caller, answer, notes);
            return Ok(first.status);
        }
        answer.insert("status".to_owned(), first.status.into());
        answer.insert("pages".to_owned(), pages.pages.into());
        if let Some(total) = pages.total {
            answer.insert("total".to_owned(), total.into());
        }
        answer.insert("complete".to_owned(), pages.stopped.is_none().into());
        let more_exist = pages.stopped.as_ref().map_or(Some(false), |stopped| stopped.more_exist);
        answer.insert("more_exist".to_owned(), more_exist.into());
        if let Some(stopped) = pages.stopped {
            notes.push(format!("not everything was fetched: {}", stopped.reason));
            if !stopped.next.is_empty() {
                let said = Said::from("to go on, ").given(Given::Next(stopped.next.clone()));
                notes.push(said.on(caller.surface()));
                answer.insert("next".to_owned(), stopped.next.into());
            }
        }
        answer.insert("notice".to_owned(), answer::NOTICE.into());
        notes.extend(pages.notes);
        show_beside(answer, pages.member, pages.beside);
        notes.extend(answer::show_rows(answer, pages.rows, caller.name(), &self.stored, self.options.budget));
        Ok(first.status)
    }

    fn show_reply(
        &self,
        order: &Order,
        access: &ApiAccess,
        reply: &Reply,
        caller: &dyn Caller,
        answer: &mut Map<String, Value>,
        notes: &mut Vec<String>,
    ) {
        notes.extend(reply.notes.iter().cloned());
        answer.insert("status".to_owned(), reply.status.into());
        if reply.attempts > 1 {
            answer.insert("attempts".to_owned(), reply.attempts.into());
        }
        if let Some(location) = &reply.headers.location {
            answer.insert("location".to_owned(), access.scrub(location).into());
        }
        if reply.body.trim_ascii().is_empty() {
            answer.insert("result".to_owned(), Value::Null);
            return;
        }
        answer.insert("notice".to_owned(), answer::NOTICE.into());
        let (stored, budget, client) = (&self.stored, self.options.budget, caller.name());
        let reads = order.draft.risk.is_read();
        if reads && let Some(found) = paging::rows(&reply.body) {
            let more = paging::more(access, &order.draft, reply, found.rows.len(), order.takes_page);
            answer.insert("more_exist".to_owned(), more.exist.into());
            if more.exist != Some(false) {
                let how = match more.exist {
                    Some(_) if more.next.is_empty() => {
                        "more rows exist, and the API names no parameters that lead to them".into()
                    }
                    Some(_) => Said::from("more rows exist: ")
                        .given(Given::Next(more.next.clone()))
                        .text(", or call with ")
                        .name(Argument::ALL_PAGES),
                    None if more.is_unreadable => paging::UNREADABLE_LINK.into(),
                    None => "more rows may exist: the page is full and the API does not say".into(),
                };
                answer.insert("more".to_owned(), how.on(caller.surface()).into());
                if !more.next.is_empty() {
                    answer.insert("next".to_owned(), more.next.into());
                }
            }
            show_beside(answer, found.member, found.beside);
            notes.extend(answer::show_rows(answer, found.rows, client, stored, budget));
            return;
        }
        let text = String::from_utf8_lossy(&reply.body);
        if !rows::is_json(text.as_bytes()) {
            answer::show_text(answer, &text, client, stored, budget);
            return;
        }
        if rows::is_deep(&text) {
            notes.push(format!(
                "the answer is nested more than {} levels deep; what is deeper is given as its JSON text",
                rows::MOST_LEVELS
            ));
        }
        answer::show_value(answer, rows::value(&text), client, stored, budget);
    }

    /// ConnectWise can answer a PATCH with 200 and change nothing (Developer Guide): what was asked for is compared with what
    /// the record is now.
    async fn check_patch(
        &self,
        access: &ApiAccess,
        draft: &Draft,
        reply: &Reply,
        answer: &mut Map<String, Value>,
        notes: &mut Vec<String>,
    ) {
        let Some(Body::Json(body)) = &draft.body else { return };
        let expected = draft::expected_after_patch(body);
        if expected.is_empty() {
            return;
        }
        let value = |reply: &Reply| rows::value(&String::from_utf8_lossy(&reply.body));
        let mut record = value(reply);
        if !record.is_object() {
            let reply = match draft.reading_back(access.dialect()) {
                Some(read) => self.client.send(access, &read).await.ok(),
                None => None,
            };
            match reply {
                Some(reply) => record = value(&reply),
                None => notes.push("whether the fields took their new values could not be read back".to_owned()),
            }
        }
        let not_taken = draft::fields_not_taken(&expected, &record);
        if !not_taken.is_empty() {
            let names: Vec<&str> = not_taken.iter().map(|field| field.field.as_str()).collect();
            notes.push(format!(
                "the API answered {} and did not change {}: see `not_taken`. The field may be computed, depend on \
                 another, or want a whole reference ({{\"id\": ...}})",
                reply.status,
                names.join(", ")
            ));
            answer.insert("not_taken".to_owned(), json!(not_taken));
        }
    }
}

/// A request between the decision and its result.
struct Underway<'a> {
    invoker: &'a Invoker,
    wish: &'a Wish<'a>,
    stage: Stage<'a>,
}

enum Stage<'a> {
    /// Decided on; nothing was sent.
    Reserved,
    /// A write whose first line is in the audit file.
    Sending(AuditLine<'a>),
    Settled,
}

impl Underway<'_> {
    /// Records what came of it.
    fn settle(&mut self, result: &str) -> Result<(), AuditError> {
        let gate = &self.invoker.gate;
        match std::mem::replace(&mut self.stage, Stage::Settled) {
            Stage::Sending(line) => {
                if is_surely_undone(result) {
                    gate.release(self.wish)
                } else {
                    gate.sent(self.wish)
                }
                self.invoker.audit.append(&AuditLine { result, ..line })
            }
            Stage::Reserved | Stage::Settled => {
                gate.release(self.wish);
                Ok(())
            }
        }
    }
}

impl Drop for Underway<'_> {
    /// Its future was dropped, as when a client cancels its call, or ended early: a write that was begun may have been done.
    fn drop(&mut self) {
        if matches!(self.stage, Stage::Settled) {
            return;
        }
        if let Err(AuditError { path, source }) = self.settle(CANCELLED) {
            tracing::error!(path = %path.display(), %source, "the end of a write was not recorded");
        }
    }
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

/// Which member of the body the rows of `result` are, and the other members.
fn show_beside(answer: &mut Map<String, Value>, member: Option<String>, beside: Map<String, Value>) {
    if let Some(member) = member {
        answer.insert("rows_of".to_owned(), member.into());
        answer.insert("beside_rows".to_owned(), beside.into());
    }
}

fn put_notes(answer: &mut Map<String, Value>, notes: Vec<String>) {
    if !notes.is_empty() {
        answer.insert("notes".to_owned(), notes.into());
    }
}

/// Rows that `all_pages` fetches where nothing else was said: 25 pages of ConnectWise's largest size.
pub const MAX_ITEMS: usize = 25_000;
