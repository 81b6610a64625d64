//! An MCP client as the one who calls: its name, its user's consent by elicitation, its progress notifications.

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::{
    CallToolRequestParams, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema,
    InputRequest, InputRequiredResult, ProgressNotificationParam, ProgressToken, ProtocolVersion,
};
use rmcp::service::{ElicitationError, ElicitationMode, RequestContext};
use rmcp::{Peer, RoleServer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::client_name::client_name;
use crate::canonical::sorted;
use crate::invoke::{Caller, Consent, Grant, Invoker, Later, Policy};
use crate::postgres::DatabaseError;
use crate::service::Service;
use crate::surface::Surface;

// One box to tick, so that sending takes more than closing a dialogue. The comments are what the user reads.
/// Consent to exactly what is shown
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Consent")]
struct ConsentForm {
    /// Yes, do it
    send: bool,
}

rmcp::elicit_safe!(ConsentForm);

/// The client that sent a request.
pub(super) struct RequestClient {
    name: String,
    grant: Grant,
    peer: Peer<RoleServer>,
    asking: Asking,
    progress: Option<Progress>,
}

/// The way in which the client's user is asked.
enum Asking {
    /// The user cannot be asked.
    Never,
    /// By a request from the server while the client's own request waits (protocols with `initialize`).
    AtOnce,
    /// By the result: the client then repeats its request, with the answer (protocol 2026-07-28).
    ByResult(ByResult),
}

struct ByResult {
    invoker: Arc<Invoker>,
    /// Hash of the tool's name and its arguments.
    request: String,
    /// Token and answer that came with the request.
    answered: Option<(String, Option<Value>)>,
    /// Token and question that the result will hold.
    asked: Mutex<Option<(String, String)>>,
}

/// Key of the one question in a result.
const CONSENT: &str = "consent";

/// Queue of progress to send, and the task that sends it.
type Progress = (mpsc::UnboundedSender<(usize, Option<usize>)>, JoinHandle<()>);

impl RequestClient {
    /// Makes the client of a request; `session` tells sessions apart.
    pub(super) fn of(context: &RequestContext<RoleServer>, session: &str) -> Self {
        let name =
            super::http::name_of(context, session).unwrap_or_else(|| format!("{} {session}", client_name(context)));
        let can_ask = context.peer.supported_elicitation_modes().contains(&ElicitationMode::Form);
        let asking = if can_ask { Asking::AtOnce } else { Asking::Never };
        let progress = context.meta.get_progress_token().map(|token| forward(context.peer.clone(), token));
        let grant = super::http::grant_of(context).unwrap_or_else(Grant::open);
        Self { name, grant, peer: context.peer.clone(), asking, progress }
    }

    /// Makes the client of a tool call, which may bring the user's answer to the question in an earlier result.
    pub(super) fn calling(
        context: &RequestContext<RoleServer>,
        session: &str,
        service: &Service,
        request: &mut CallToolRequestParams,
    ) -> Self {
        let client = Self::of(context, session);
        // An invoker is made for those who need one: the first takes the system's certificates in. Where none can be made, the tool
        // says why.
        match asks_by_result(context).then(|| service.invoker().ok()).flatten() {
            None => client,
            Some(invoker) => {
                let answer = request.input_responses.take().and_then(|mut answers| answers.remove(CONSENT));
                let answered = request.request_state.take().map(|token| (token, answer));
                let arguments = request.arguments.as_ref().map_or(Value::Null, |given| sorted(&given.clone().into()));
                let request = blake3::hash(format!("{} {arguments}", request.name).as_bytes()).to_hex().to_string();
                let by_result = ByResult { invoker, request, answered, asked: Mutex::default() };
                Self { asking: Asking::ByResult(by_result), ..client }
            }
        }
    }

    /// What it may do, and as whom.
    pub(super) fn grant(&self) -> &Grant {
        &self.grant
    }

    /// Returns the result that asks the client's user; `None` where the call asked nothing.
    pub(super) fn question(&self) -> Option<InputRequiredResult> {
        let Asking::ByResult(by_result) = &self.asking else { return None };
        let (token, message) = by_result.asked.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let requested_schema = ElicitationSchema::from_type::<ConsentForm>().ok()?;
        let form = ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema };
        let question = InputRequest::Elicitation(ElicitRequest::new(form));
        Some(InputRequiredResult::new(Some([(CONSENT.to_owned(), question)].into()), Some(token)))
    }

    /// Waits until all progress is sent: none may come after the answer (MCP, "Progress").
    pub(super) async fn all_told(self) {
        if let Some((sender, task)) = self.progress {
            drop(sender);
            // It ends with its client at the latest; a task that failed has nothing more to tell.
            let _ = task.await;
        }
    }
}

/// Tells whether a client is asked by results: its protocol has no requests from servers, and it can show a form.
fn asks_by_result(context: &RequestContext<RoleServer>) -> bool {
    let is_new = context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
    let elicitation = context.client_capabilities().and_then(|capabilities| capabilities.elicitation);
    // Neither mode named means forms, as before there were two.
    is_new && elicitation.is_some_and(|modes| modes.form.is_some() || modes.url.is_none())
}

impl ByResult {
    /// Returns the user's answer to exactly this question. Without an answer yet, the question is kept for the result.
    async fn ask(&self, client: &str, question: &str) -> Consent {
        let gate = self.invoker.gate();
        let subject = blake3::hash(format!("{} {question}", self.request).as_bytes()).to_hex().to_string();
        let unknown = |error: DatabaseError| Consent::Withheld(format!("the question cannot be kept: {error}"));
        let Some((token, answer)) = &self.answered else {
            return match gate.question(client, &subject).await {
                Ok(token) => {
                    *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some((token, question.to_owned()));
                    Consent::Withheld("the user must be asked first".to_owned())
                }
                Err(error) => unknown(error),
            };
        };
        match gate.is_answer(token, client, &subject).await {
            Ok(true) => said(answer.as_ref()),
            Ok(false) => Consent::Withheld(
                "the `requestState` is of no question about this request; it holds once, for ten minutes, for exactly the \
                 request that was shown. Make the call again without it"
                    .to_owned(),
            ),
            Err(error) => unknown(error),
        }
    }
}

/// Reads the consent from an answer.
fn said(answer: Option<&Value>) -> Consent {
    let Some(answer) = answer.and_then(|answer| serde_json::from_value::<ElicitResult>(answer.clone()).ok()) else {
        return Consent::Withheld(format!("the client sent no answer from the user under `{CONSENT}`"));
    };
    match answer.action {
        ElicitationAction::Accept => {
            let ticked = answer.content.and_then(|content| serde_json::from_value(content).ok());
            match ticked {
                Some(ConsentForm { send: true }) => Consent::Given,
                _ => Consent::Withheld(NOT_TICKED.to_owned()),
            }
        }
        ElicitationAction::Decline => Consent::Withheld(DECLINED.to_owned()),
        ElicitationAction::Cancel => Consent::Withheld(CLOSED.to_owned()),
        _ => Consent::Withheld("the client answered with neither accept, decline nor cancel".to_owned()),
    }
}

const NOT_TICKED: &str = "the user did not tick the box";
const DECLINED: &str = "the user declined";
const CLOSED: &str = "the user closed the question";

/// Sends progress in order, without holding up the call that makes it.
fn forward(peer: Peer<RoleServer>, token: ProgressToken) -> Progress {
    let (sender, mut receiver) = mpsc::unbounded_channel::<(usize, Option<usize>)>();
    let task = tokio::spawn(async move {
        while let Some((rows, total)) = receiver.recv().await {
            let mut progress = ProgressNotificationParam::new(token.clone(), rows as f64);
            if let Some(total) = total {
                progress = progress.with_total(total as f64);
            }
            // A client that is gone needs no progress.
            if peer.notify_progress(progress).await.is_err() {
                break;
            }
        }
    });
    (sender, task)
}

impl Caller for RequestClient {
    fn name(&self) -> &str {
        &self.name
    }

    fn policy(&self) -> &Arc<Policy> {
        &self.grant.policy
    }

    fn surface(&self) -> Surface {
        Surface::Mcp
    }

    fn can_ask(&self) -> bool {
        !matches!(self.asking, Asking::Never)
    }

    fn ask<'a>(&'a self, question: &'a str) -> Later<'a, Consent> {
        Box::pin(async move {
            if let Asking::ByResult(by_result) = &self.asking {
                return by_result.ask(&self.name, question).await;
            }
            match self.peer.elicit::<ConsentForm>(question).await {
                Ok(Some(ConsentForm { send: true })) => Consent::Given,
                Ok(_) => Consent::Withheld(NOT_TICKED.to_owned()),
                Err(ElicitationError::UserDeclined) => Consent::Withheld(DECLINED.to_owned()),
                Err(ElicitationError::UserCancelled) => Consent::Withheld(CLOSED.to_owned()),
                Err(error) => Consent::Withheld(format!("the user could not be asked: {error}")),
            }
        })
    }

    fn progress(&self, rows: usize, total: Option<usize>) {
        if let Some((sender, _)) = &self.progress {
            // The receiver ends with the client.
            let _ = sender.send((rows, total));
        }
    }
}

/// Makes a name for a session, unique in this process.
pub(super) fn new_session() -> Arc<str> {
    use std::sync::atomic::{AtomicU64, Ordering};
    static SESSIONS: AtomicU64 = AtomicU64::new(1);
    format!("#{}", SESSIONS.fetch_add(1, Ordering::Relaxed)).into()
}
