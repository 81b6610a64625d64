//! An MCP client as the one who calls: its name, its user's consent by elicitation, its progress notifications.

use std::sync::Arc;

use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{ElicitationError, ElicitationMode, RequestContext};
use rmcp::{Peer, RoleServer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::invoke::{Caller, Consent, Later};

/// What the user is asked to fill in: one box to tick, so that sending takes more than closing a dialogue.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Answer {
    /// Yes, do it
    send: bool,
}

rmcp::elicit_safe!(Answer);

/// One request's client.
pub(super) struct Client {
    name: String,
    peer: Peer<RoleServer>,
    can_ask: bool,
    progress: Option<Progress>,
}

/// What is still to be told, and the task that tells it.
type Progress = (mpsc::UnboundedSender<(usize, Option<usize>)>, JoinHandle<()>);

impl Client {
    /// The client behind a request; `session` tells sessions apart.
    pub(super) fn of(context: &RequestContext<RoleServer>, session: &str) -> Self {
        let name = super::http::name_of(context, session).unwrap_or_else(|| {
            let info = context.client_info();
            format!("{} {session}", info.map_or_else(|| "unnamed client".to_owned(), |info| info.name))
        });
        // Sessions of the newest protocol take no questions from a server: there a deletion is shown and confirmed.
        let can_ask = context.peer.supported_elicitation_modes().contains(&ElicitationMode::Form);
        let progress = context.meta.get_progress_token().map(|token| forward(context.peer.clone(), token));
        Self { name, peer: context.peer.clone(), can_ask, progress }
    }

    /// Ends once all progress is sent: none may come after the answer (MCP, "Progress").
    pub(super) async fn all_told(self) {
        if let Some((sender, task)) = self.progress {
            drop(sender);
            // It ends with its client at the latest; a task that failed has nothing more to tell.
            let _ = task.await;
        }
    }
}

/// Sends progress in the order it is made, without holding up who makes it.
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

impl Caller for Client {
    fn name(&self) -> &str {
        &self.name
    }

    fn can_ask(&self) -> bool {
        self.can_ask
    }

    fn ask<'a>(&'a self, question: &'a str) -> Later<'a, Consent> {
        Box::pin(async move {
            match self.peer.elicit::<Answer>(question).await {
                Ok(Some(Answer { send: true })) => Consent::Given,
                Ok(_) => Consent::Withheld("the user did not tick the box".to_owned()),
                Err(ElicitationError::UserDeclined) => Consent::Withheld("the user declined".to_owned()),
                Err(ElicitationError::UserCancelled) => Consent::Withheld("the user closed the question".to_owned()),
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

/// A name for a session, each once.
pub(super) fn new_session() -> Arc<str> {
    use std::sync::atomic::{AtomicU64, Ordering};
    static SESSIONS: AtomicU64 = AtomicU64::new(1);
    format!("#{}", SESSIONS.fetch_add(1, Ordering::Relaxed)).into()
}
