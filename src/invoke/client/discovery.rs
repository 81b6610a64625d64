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

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::access::{AccessError, ApiAccess, GenericSettings};
use super::base_url::BaseUrl;
use super::failure::CallError;
use super::{Client, Found, text};
use crate::invoke::connectwise::advice;
use crate::invoke::draft::{Accept, Draft, Query};
use crate::invoke::risk::Risk;
use crate::openapi::Method;

/// What every base URL of the API ends in, behind the codebase.
const ENDING: &str = "apis/3.0";

/// The setting that makes the question unnecessary.
const OR_WHOLE: &str =
    "or set CONNECTWISE_API_URL to the whole base URL, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0";

/// A site of which no more than the host is known, and whose company to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Where people sign in.
    login: BaseUrl,
    /// The root of the host on which the API answers.
    api: BaseUrl,
    company: String,
}

/// What a site says of a company, and the base URL that follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompanyInfo {
    /// Where the API answers.
    pub base_url: BaseUrl,
    /// The path of the company's edition, such as `v2017_3/`, as the site writes it.
    pub codebase: String,
    /// Such as `v2017.3`.
    pub version_code: Option<String>,
    /// Such as `v2017.3.46000`.
    pub version_number: Option<String>,
    /// The company's login name, as the site spells it.
    pub company_id: Option<String>,
    /// Whether ConnectWise runs the site.
    pub is_cloud: Option<bool>,
}

/// The base URL could not be found, so the call was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// The company id cannot be asked for.
    #[error("the company id `{company}` is no login name; correct CONNECTWISE_COMPANY_ID, {OR_WHOLE}")]
    CompanyId {
        /// As set.
        company: String,
    },
    /// The site knows no such company.
    #[error(
        "{site} knows no company `{company}`, so its base URL was not found and nothing was sent; set \
         CONNECTWISE_COMPANY_ID to the login name of the company, check that {site} is the host you sign in at, {OR_WHOLE}"
    )]
    UnknownCompany {
        /// The host that was asked.
        site: String,
        /// The company id.
        company: String,
    },
    /// Another status.
    #[error(
        "{site} answered {status} when asked for the base URL, so nothing was sent; try again later, check that it is the \
         host you sign in at, {OR_WHOLE}"
    )]
    Refused {
        /// The host that was asked.
        site: String,
        /// Its status.
        status: u16,
    },
    /// A web page, or other text.
    #[error(
        "{site} answered with {what} instead of the company's base URL, so nothing was sent; check that it is the host you \
         sign in at and that no proxy answers for it, {OR_WHOLE}"
    )]
    NotJson {
        /// The host that was asked.
        site: String,
        /// What it is.
        what: String,
    },
    /// No answer within the time.
    #[error("{site} did not say within {seconds} s where its API is, so nothing was sent; try again later, {OR_WHOLE}")]
    Timeout {
        /// The host that was asked.
        site: String,
        /// The limit, in seconds.
        seconds: f32,
    },
    /// JSON without `Codebase`.
    #[error(
        "{site} describes the company `{company}` without a `Codebase`, so its base URL is not known and nothing was sent; \
         ask whoever runs the site for it, and set CONNECTWISE_API_URL to the whole"
    )]
    NoCodebase {
        /// The host that was asked.
        site: String,
        /// The company id.
        company: String,
    },
    /// A codebase that is no path.
    #[error(
        "{site} names the codebase `{codebase}`, which is no path, so nothing was sent; check that it is the host you sign \
         in at, {OR_WHOLE}"
    )]
    BadCodebase {
        /// The host that was asked.
        site: String,
        /// What it named, shortened.
        codebase: String,
    },
    /// The site could not be asked; what is said of the request holds for the question.
    #[error("the base URL was asked for and not found: {source}. Correct CONNECTWISE_API_URL, {OR_WHOLE}")]
    Unreachable {
        /// Why.
        source: Box<CallError>,
    },
}

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

impl Site {
    /// The site that a base URL stands for which names a host and no path.
    pub(super) fn of(base: &BaseUrl, company: &str) -> Option<Self> {
        if !base.path().is_empty() {
            return None;
        }
        let host = base.host_name();
        let (login, api) = match (advice::is_cloud(base), host.strip_prefix("api-")) {
            (true, Some(login)) => (base.on_host(login)?, base.clone()),
            (true, None) => (base.clone(), base.on_host(&format!("api-{host}"))?),
            (false, _) => (base.clone(), base.clone()),
        };
        // Set with what belongs to the user name, as often as without.
        let company = company.split('+').next().unwrap_or_default().trim().to_owned();
        Some(Self { login, api, company })
    }

    /// The root of the host on which the API answers.
    pub(super) fn api(&self) -> &BaseUrl {
        &self.api
    }

    /// The URL that tells the rest.
    pub fn question(&self) -> String {
        format!("{}{}", self.login.to_string().trim_end_matches('/'), self.path())
    }

    fn path(&self) -> String {
        format!("/login/companyinfo/{}", utf8_percent_encode(&self.company, NON_ALPHANUMERIC))
    }

    fn key(&self) -> (String, String) {
        (self.login.to_string(), self.company.clone())
    }

    fn name(&self) -> String {
        self.login.host()
    }

    /// What an answer says.
    fn read(&self, body: &[u8]) -> Result<CompanyInfo, DiscoveryError> {
        let (site, company) = (self.name(), text::clean(&self.company, text::SHORT));
        let value: Value = serde_json::from_slice(body)
            .map_err(|_| DiscoveryError::NotJson { site: site.clone(), what: "text that is no JSON".to_owned() })?;
        if value.is_null() {
            return Err(DiscoveryError::UnknownCompany { site, company });
        }
        let said = |name: &str| value.get(name).and_then(Value::as_str).map(str::trim).filter(|said| !said.is_empty());
        let Some(codebase) = said("Codebase") else { return Err(DiscoveryError::NoCodebase { site, company }) };
        let short = |text: &str| text::clean(text, text::SHORT);
        let base_url = self
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
    fn explain(&self, error: CallError) -> DiscoveryError {
        let site = self.name();
        match error {
            CallError::Status(failure) if failure.status == 404 => {
                DiscoveryError::UnknownCompany { site, company: text::clean(&self.company, text::SHORT) }
            }
            CallError::Status(failure) => DiscoveryError::Refused { site, status: failure.status },
            CallError::NotJson(failure) => {
                let what = failure.title.as_deref().map_or_else(|| "text that is no JSON".to_owned(), text::page);
                DiscoveryError::NotJson { site, what }
            }
            CallError::Timeout { seconds, .. } => DiscoveryError::Timeout { site, seconds },
            CallError::Path(_) => DiscoveryError::CompanyId { company: text::clean(&self.company, text::SHORT) },
            other => DiscoveryError::Unreachable { source: Box::new(other) },
        }
    }

    /// Access to the site as anybody has it: no credentials.
    fn access(&self) -> Result<ApiAccess, AccessError> {
        let settings = GenericSettings { api: self.name(), url: self.login.to_string(), ..GenericSettings::default() };
        ApiAccess::generic(settings)
    }
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
        let access = site.access().map_err(|error| CallError::Setup { cause: error.to_string() })?;
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
        let answer = self.send_to(&access, &question).await.map_err(|error| Box::new(site.explain(error)))?;
        Ok(site.read(&answer.body).map_err(Box::new)?)
    }
}
