//! Where does an API answer, of which no more than its site is known?
//!
//! What was found is kept for the life of the client; a failure is not, so the next call asks again.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use super::access::ApiAccess;
use super::credentials::{AccessError, GenericSettings};
use super::failure::CallError;
use super::site::{Site, SiteInfo, Unanswered};
use super::{ApiClient, Found};
use crate::invoke::draft::Draft;

/// An access with a base URL that calls can be sent to.
#[derive(Clone, Debug)]
pub struct Located<'a> {
    /// How the API is reached, with the base URL that its site named.
    pub access: Cow<'a, ApiAccess>,
    /// What its site said, where it had to be asked, by this call or one before.
    pub info: Option<Arc<SiteInfo>>,
    /// Whether this call asked.
    pub is_new: bool,
}

/// Access to the site as anybody has it: no credentials.
fn access_to(site: &dyn Site) -> Result<ApiAccess, AccessError> {
    let (api, url) = (site.login().host(), site.login().to_string());
    let settings = GenericSettings { api, url, ..GenericSettings::default() };
    ApiAccess::generic(settings)
}

fn unanswered(error: CallError) -> Unanswered {
    match error {
        CallError::Status(failure) => Unanswered::Status(failure.status),
        CallError::NotJson(failure) => Unanswered::NotJson { title: failure.title },
        CallError::Timeout { seconds, .. } => Unanswered::Timeout(seconds),
        CallError::Path(_) => Unanswered::Path,
        other => Unanswered::Failed(other.to_string()),
    }
}

impl ApiClient {
    /// An access with its base URL, and with the keys of the member as whom its account calls, which are asked for where they are not known.
    ///
    /// Calls that come while the question is out wait for its answer.
    ///
    /// # Errors
    /// [`CallError::Discovery`], and [`CallError::Setup`] where the question cannot be put.
    pub async fn locate<'a>(&self, access: &'a ApiAccess) -> Result<Located<'a>, CallError> {
        let Some(site) = access.site() else {
            let access = match access.impersonation {
                Some(_) => Cow::Owned(self.as_member(access.clone()).await?),
                None => Cow::Borrowed(access),
            };
            return Ok(Located { access, info: None, is_new: false });
        };
        let cell = self.cell(site);
        let mut is_new = false;
        let found = cell
            .get_or_try_init(|| async {
                is_new = true;
                self.ask(site).await.map(Arc::new)
            })
            .await;
        let info = Arc::clone(found?);
        let access = self.as_member(access.at(&info.base_url)).await?;
        Ok(Located { access: Cow::Owned(access), info: Some(info), is_new })
    }

    /// The same as far as it is known; nothing is asked.
    pub fn known<'a>(&self, access: &'a ApiAccess) -> Cow<'a, ApiAccess> {
        let info = access.site().and_then(|site| self.cell(site).get().cloned());
        info.map_or(Cow::Borrowed(access), |info| Cow::Owned(access.at(&info.base_url)))
    }

    fn cell(&self, site: &dyn Site) -> Found {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(found.entry(site.question()).or_default())
    }

    async fn ask(&self, site: &dyn Site) -> Result<SiteInfo, CallError> {
        let access = access_to(site).map_err(|error| CallError::Setup { cause: error.to_string() })?;
        let question = Draft::reading(site.path());
        let answer = self.send_to(&access, &question).await.map_err(|error| site.explain(unanswered(error)))?;
        Ok(site.read(&answer.body)?)
    }
}
