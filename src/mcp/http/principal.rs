//! Whose request is it, and until when? The name under which a request's handles, confirmations and lines of the audit file are kept.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hyper::StatusCode;
use hyper::http::request::Parts;
use rmcp::RoleServer;
use rmcp::model::ProtocolVersion;
use rmcp::service::RequestContext;

use super::challenge::Challenge;
use crate::invoke::Grant;
use crate::invoke::caller::{WITH_KEYS, account};
use crate::mcp::client_name::client_name;

/// Name of a bearer token, or of the subject of an access token; `None` where the server has no tokens. Where a request brings
/// ConnectWise keys along, a hash of them follows behind [`WITH_KEYS`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Principal(pub(super) Option<Arc<str>>);

impl Principal {
    /// Whoever brings keys along that have this hash, under this token.
    pub(super) fn with_keys(token: Option<&str>, identity: &str) -> Self {
        Self(Some(format!("{}{WITH_KEYS}{identity}", token.unwrap_or(NO_TOKEN)).into()))
    }

    /// The token alone.
    pub(super) fn account(&self) -> Option<&str> {
        let name = self.0.as_deref()?;
        Some(account(name)).filter(|account| account.len() == name.len() || *account != NO_TOKEN)
    }
}

/// What stands in place of a token's name where the server has no tokens.
const NO_TOKEN: &str = "keys";

/// The time at which an access token ends, and all that its request may do. A token of the configuration has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expiry(pub(super) SystemTime);

/// Longest wait between two looks at the clock, which may be set while a token holds.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(30);

impl Expiry {
    /// Waits until the time has come.
    pub(super) async fn over(self) {
        while let Ok(left) = self.0.duration_since(SystemTime::now()) {
            // A timer may fire a moment early.
            tokio::time::sleep(left.clamp(Duration::from_millis(1), LOOKED_AT_EVERY)).await;
        }
    }
}

/// Whose a request is that is let in.
pub(super) struct Known {
    pub(super) principal: Principal,
    pub(super) grant: Grant,
    pub(super) expiry: Option<Expiry>,
}

/// What a request is told that is not.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) why: String,
    pub(super) challenge: Option<Challenge>,
}

/// What the token of a request may do, and as whom; `None` for a request that did not come over HTTP.
pub(in crate::mcp) fn grant_of(context: &RequestContext<RoleServer>) -> Option<Grant> {
    context.extensions.get::<Parts>()?.extensions.get::<Grant>().cloned()
}

/// Waits until the access token of a request has expired; for ever where it has none, or one that never does.
pub(in crate::mcp) async fn expired(context: &RequestContext<RoleServer>) {
    match context.extensions.get::<Parts>().and_then(|parts| parts.extensions.get::<Expiry>()) {
        Some(expiry) => expiry.over().await,
        None => std::future::pending().await,
    }
}

/// Names the client of a request, within a session or without; `None` for a request that did not come over HTTP.
///
/// A session is its own, also beside another of the same token. Requests without a session are kept together by their token, or,
/// where there are none, by what the client calls itself: who can reach a server without tokens is the user of the machine.
/// No name of one kind can be one of another: the names of tokens have no spaces, and only a session's end in its number.
pub(in crate::mcp) fn name_of(context: &RequestContext<RoleServer>, session: &str) -> Option<String> {
    let Principal(token) = context.extensions.get::<Parts>()?.extensions.get::<Principal>()?;
    let client = || client_name(context);
    Some(match (token, has_session(context)) {
        (Some(token), true) => format!("{token} {session}"),
        (Some(token), false) => token.to_string(),
        (None, true) => format!("{} {session}", client()),
        (None, false) => format!("{} without session", client()),
    })
}

/// Tells whether a request belongs to a session. The transport decides it likewise, by the protocol's version in the
/// request.
fn has_session(context: &RequestContext<RoleServer>) -> bool {
    let is_complete = context.meta.missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty();
    !is_complete && context.meta.protocol_version().is_none_or(|version| version.has_initialize())
}
