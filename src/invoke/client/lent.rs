//! Which keys of a member has an account now? They are asked for once, by one call for all that wait, and again shortly before they end or
//! once the API refused them. They are held in memory alone, and every log masks them for as long.

use std::sync::{Arc, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::ApiClient;
use super::access::ApiAccess;
use super::credentials::{AccessError, Credentials};
use super::failure::CallError;
use super::impersonation::Impersonation;
use super::site::DiscoveryError;
use crate::redact::Redactor;

/// How long keys are used that say no end, or one that cannot be read.
const USED: Duration = Duration::from_secs(10 * 60);
/// How long before their end keys are no longer used: clocks differ, and calls take time.
const BEFORE_END: Duration = Duration::from_secs(60);

/// What is sent as a member, and until when.
pub(super) struct Lent {
    credentials: Credentials,
    /// Finds the keys; every log does as long as it lives.
    redactor: Redactor,
    until: Instant,
}

/// The keys of one member, which one call at a time asks for.
pub(super) type Borrowed = Arc<tokio::sync::Mutex<Option<Arc<Lent>>>>;

impl ApiClient {
    /// An access that calls as its member, where it has one.
    pub(super) async fn as_member(&self, access: ApiAccess) -> Result<ApiAccess, CallError> {
        let Some(member) = access.impersonation.clone() else { return Ok(access) };
        let place = self.borrowed(member.subject());
        let mut held = place.lock().await;
        let known = held.as_ref().filter(|lent| lent.until > Instant::now()).cloned();
        let lent = match known {
            Some(lent) => lent,
            None => {
                let lent = Arc::new(self.borrow_keys(&*member, &access).await?);
                *held = Some(Arc::clone(&lent));
                lent
            }
        };
        drop(held);
        Ok(access.lent(&lent.credentials, &lent.redactor, member.subject()))
    }

    /// Forgets the keys of a member which the API refused.
    pub(super) async fn forget_keys(&self, access: &ApiAccess, status: Option<u16>) {
        if let (Some(subject), Some(401)) = (&access.lent_to, status) {
            *self.borrowed(subject).lock().await = None;
        }
    }

    fn borrowed(&self, subject: &str) -> Borrowed {
        let mut all = self.lent.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(subject.to_owned()).or_default())
    }

    async fn borrow_keys(&self, member: &dyn Impersonation, access: &ApiAccess) -> Result<Lent, CallError> {
        let account = ApiAccess { impersonation: None, ..access.clone() };
        let answered = Box::pin(self.send_to(&account, &member.question())).await;
        let keys = match answered {
            Ok(reply) => member.read(&reply.body).ok_or_else(|| "its answer has no keys".to_owned()),
            Err(CallError::Status(failure)) => Err(format!("the API answered {}", failure.status)),
            Err(error) => Err(error.to_string()),
        };
        let keys = keys.map_err(|why| DiscoveryError(member.explain(&why)))?;
        let unsendable = |error: AccessError| DiscoveryError(member.explain(&error.to_string()));
        let credentials = member.credentials(&keys).map_err(unsendable)?;
        let redactor = Redactor::of_request(&credentials.secrets);
        let holds = keys.holds.map_or(USED, |holds| holds.saturating_sub(BEFORE_END));
        Ok(Lent { credentials, redactor, until: Instant::now() + holds })
    }
}

impl ApiAccess {
    /// This access with a member's keys in place of the account's.
    fn lent(self, credentials: &Credentials, redactor: &Redactor, subject: &str) -> Self {
        let known = self.redactor().and(redactor);
        let credentials = credentials.clone();
        Self {
            credentials,
            shared: Some(known),
            own: OnceLock::new(),
            impersonation: None,
            lent_to: Some(subject.into()),
            ..self
        }
    }
}
