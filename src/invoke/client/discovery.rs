//! Where on its site does a company's ConnectWise API answer?
//!
//! A site runs several editions of the code side by side, and each company is on one of them: its *codebase*, such as
//! `v2017_3/`. ConnectWise's Developer Guide: `GET https://{site}/login/companyinfo/{companyId}`, on the host without
//! `api-` and without credentials, names it, and the API answers at `https://[api-]{site}/{codebase}apis/3.0`, with
//! `api-` on ConnectWise's own hosts.
//!
//! # Invariants
//! - Of what the site says only the codebase is taken, as a path: no answer leads credentials to another host.
//! - What was found is kept for the life of the client; a failure is not, so the next call asks again.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use serde_json::Value;

use super::access::ApiAccess;
use super::credentials::{AccessError, GenericSettings};
use super::failure::{CallError, DiscoveryError};
use super::site::{CompanyInfo, Site};
use super::{Client, Found, text};
use crate::invoke::draft::{Accept, Draft, Query};
use crate::invoke::risk::Risk;
use crate::openapi::Method;

/// What every base URL of the API ends in, behind the codebase.
const ENDING: &str = "apis/3.0";

/// An access with a base URL that calls can be sent to.
#[derive(Clone, Debug)]
pub struct Located<'a> {
    /// The access.
    pub access: Cow<'a, ApiAccess>,
    /// What its site said, where it had to be asked, by this call or one before.
    pub info: Option<Arc<CompanyInfo>>,
    /// Whether this call asked.
    pub is_new: bool,
}

/// What an answer says.
fn read(asked: &Site, body: &[u8]) -> Result<CompanyInfo, DiscoveryError> {
    let (site, company) = (asked.name(), text::clean(&asked.company, text::SHORT));
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| DiscoveryError::NotJson { site: site.clone(), what: "text that is no JSON".to_owned() })?;
    if value.is_null() {
        return Err(DiscoveryError::UnknownCompany { site, company });
    }
    let said = |name: &str| value.get(name).and_then(Value::as_str).map(str::trim).filter(|said| !said.is_empty());
    let Some(codebase) = said("Codebase") else { return Err(DiscoveryError::NoCodebase { site, company }) };
    let short = |text: &str| text::clean(text, text::SHORT);
    let base_url = asked
        .api
        .below(&format!("/{}/{ENDING}", codebase.strip_prefix('/').unwrap_or(codebase).trim_end_matches('/')))
        .map_err(|_| DiscoveryError::BadCodebase { site, codebase: short(codebase) })?;
    Ok(CompanyInfo {
        base_url,
        codebase: codebase.to_owned(),
        version_code: said("VersionCode").map(short),
        version_number: said("VersionNumber").map(short),
        company_id: said("CompanyID").map(short),
        is_cloud: value.get("IsCloud").and_then(Value::as_bool),
    })
}

/// What a failed question means.
fn explain(asked: &Site, error: CallError) -> DiscoveryError {
    let site = asked.name();
    match error {
        CallError::Status(failure) if failure.status == 404 => {
            DiscoveryError::UnknownCompany { site, company: text::clean(&asked.company, text::SHORT) }
        }
        CallError::Status(failure) => DiscoveryError::Refused { site, status: failure.status },
        CallError::NotJson(failure) => {
            let what = failure.title.as_deref().map_or_else(|| "text that is no JSON".to_owned(), text::page);
            DiscoveryError::NotJson { site, what }
        }
        CallError::Timeout { seconds, .. } => DiscoveryError::Timeout { site, seconds },
        CallError::Path(_) => DiscoveryError::CompanyId { company: text::clean(&asked.company, text::SHORT) },
        other => DiscoveryError::Unreachable { source: Box::new(other) },
    }
}

/// Access to the site as anybody has it: no credentials.
fn access_to(site: &Site) -> Result<ApiAccess, AccessError> {
    let settings = GenericSettings { api: site.name(), url: site.login.to_string(), ..GenericSettings::default() };
    ApiAccess::generic(settings)
}

impl Client {
    /// An access with its base URL, which is asked for where it is not known.
    ///
    /// Calls that come while the question is out wait for its answer.
    ///
    /// # Errors
    /// [`CallError::Discovery`], and [`CallError::Setup`] where the question cannot be put.
    pub async fn locate<'a>(&self, access: &'a ApiAccess) -> Result<Located<'a>, CallError> {
        let Some(site) = access.site() else {
            return Ok(Located { access: Cow::Borrowed(access), info: None, is_new: false });
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
        Ok(Located { access: Cow::Owned(access.at(&info.base_url)), info: Some(info), is_new })
    }

    /// The same as far as it is known; nothing is asked.
    pub fn known<'a>(&self, access: &'a ApiAccess) -> Cow<'a, ApiAccess> {
        let info = access.site().and_then(|site| self.cell(site).get().cloned());
        info.map_or(Cow::Borrowed(access), |info| Cow::Owned(access.at(&info.base_url)))
    }

    fn cell(&self, site: &Site) -> Found {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(found.entry(site.key()).or_default())
    }

    async fn ask(&self, site: &Site) -> Result<CompanyInfo, CallError> {
        let access = access_to(site).map_err(|error| CallError::Setup { cause: error.to_string() })?;
        let question = Draft {
            method: Method::Get,
            path: site.path(),
            query: Query::default(),
            headers: Vec::new(),
            body: None,
            accept: Accept::Json,
            notes: Vec::new(),
            risk: Risk::Read,
        };
        let answer = self.send_to(&access, &question).await.map_err(|error| Box::new(explain(site, error)))?;
        Ok(read(site, &answer.body).map_err(Box::new)?)
    }
}
