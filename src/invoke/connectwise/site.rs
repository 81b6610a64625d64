//! Where does a company's ConnectWise API answer, where no more than the site is set?
//!
//! A site runs several editions of the code side by side, and each company is on one of them: its *codebase*, such as
//! `v2017_3/`. ConnectWise's Developer Guide: `GET https://{site}/login/companyinfo/{companyId}`, on the host without
//! `api-` and without credentials, names it, and the API answers at `https://[api-]{site}/{codebase}apis/3.0`, with
//! `api-` on ConnectWise's own hosts.
//!
//! Of what the site says only the codebase is taken, as a path: no answer leads credentials to another host.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::advice;
use crate::invoke::client::base_url::BaseUrl;
use crate::invoke::client::site::{DiscoveryError, Site, SiteInfo, Unanswered};
use crate::invoke::client::text;

/// What every base URL of the API ends in, behind the codebase.
const ENDING: &str = "apis/3.0";

/// A site of which no more than the host is known, and whose company to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CompanySite {
    /// Where people sign in.
    login: BaseUrl,
    /// The root of the host on which the API answers.
    api: BaseUrl,
    company: String,
}

impl CompanySite {
    /// The site that a base URL stands for which names a host and no path.
    pub(super) fn of(base: &BaseUrl, company: &str) -> Option<Self> {
        if !base.path().is_empty() {
            return None;
        }
        let (login, api) = (base.on_host(&advice::login_host(base))?, base.on_host(&advice::api_host(base))?);
        // Set with what belongs to the user name, as often as without.
        let company = company.split('+').next().unwrap_or_default().trim().to_owned();
        Some(Self { login, api, company })
    }

    /// The root of the host on which the API answers.
    pub(super) fn api(&self) -> &BaseUrl {
        &self.api
    }

    /// What an answer says.
    fn info(&self, body: &[u8]) -> Result<SiteInfo, Unfound> {
        let (site, company) = (self.login.host(), text::clean(&self.company, text::SHORT));
        let value: Value = serde_json::from_slice(body)
            .map_err(|_| Unfound::NotJson { site: site.clone(), what: "text that is no JSON".to_owned() })?;
        if value.is_null() {
            return Err(Unfound::UnknownCompany { site, company });
        }
        let said = |name: &str| value.get(name).and_then(Value::as_str).map(str::trim).filter(|said| !said.is_empty());
        let Some(codebase) = said("Codebase") else { return Err(Unfound::NoCodebase { site, company }) };
        let short = |text: &str| text::clean(text, text::SHORT);
        let below = format!("/{}/{ENDING}", codebase.strip_prefix('/').unwrap_or(codebase).trim_end_matches('/'));
        let base_url = self.api.below(&below).map_err(|_| Unfound::BadCodebase { site, codebase: short(codebase) })?;
        // The number says more than the code, `v2017.3.46000` than `v2017.3`.
        let version = said("VersionNumber").or(said("VersionCode")).map(short);
        let shown = version.as_ref().map_or_else(String::new, |version| format!(" (version {version})"));
        let note =
            format!("CONNECTWISE_API_URL names a site; the base URL was found by its companyinfo: {base_url}{shown}");
        Ok(SiteInfo { base_url, version, note })
    }

    /// What a failed question means.
    fn unfound(&self, unanswered: Unanswered) -> Unfound {
        let (site, company) = (self.login.host(), text::clean(&self.company, text::SHORT));
        match unanswered {
            Unanswered::Status(404) => Unfound::UnknownCompany { site, company },
            Unanswered::Status(status) => Unfound::Refused { site, status },
            Unanswered::NotJson { title } => {
                let what = title.as_deref().map_or_else(|| "text that is no JSON".to_owned(), text::page);
                Unfound::NotJson { site, what }
            }
            Unanswered::Timeout(seconds) => Unfound::Timeout { site, seconds },
            Unanswered::Path => Unfound::CompanyId { company },
            Unanswered::Failed(why) => Unfound::Unreachable { why },
        }
    }
}

impl Site for CompanySite {
    fn login(&self) -> &BaseUrl {
        &self.login
    }

    fn path(&self) -> String {
        format!("/login/companyinfo/{}", utf8_percent_encode(&self.company, NON_ALPHANUMERIC))
    }

    fn read(&self, body: &[u8]) -> Result<SiteInfo, DiscoveryError> {
        self.info(body).map_err(|error| DiscoveryError(error.to_string()))
    }

    fn explain(&self, unanswered: Unanswered) -> DiscoveryError {
        DiscoveryError(self.unfound(unanswered).to_string())
    }
}

const OR_WHOLE: &str =
    "or set CONNECTWISE_API_URL to the whole base URL, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0";

/// Why the base URL could not be found; `site` is the host that was asked.
#[derive(Debug, thiserror::Error)]
enum Unfound {
    /// The company id cannot be asked for.
    #[error("the company id `{company}` is no login name; correct CONNECTWISE_COMPANY_ID, {OR_WHOLE}")]
    CompanyId { company: String },
    /// The site knows no such company.
    #[error(
        "{site} knows no company `{company}`, so its base URL was not found and nothing was sent; set \
         CONNECTWISE_COMPANY_ID to the login name of the company, check that {site} is the host you sign in at, {OR_WHOLE}"
    )]
    UnknownCompany { site: String, company: String },
    /// Another status.
    #[error(
        "{site} answered {status} when asked for the base URL, so nothing was sent; try again later, check that it is the \
         host you sign in at, {OR_WHOLE}"
    )]
    Refused { site: String, status: u16 },
    /// A web page, or other text.
    #[error(
        "{site} answered with {what} instead of the company's base URL, so nothing was sent; check that it is the host you \
         sign in at and that no proxy answers for it, {OR_WHOLE}"
    )]
    NotJson { site: String, what: String },
    /// No answer within the time.
    #[error("{site} did not say within {seconds} s where its API is, so nothing was sent; try again later, {OR_WHOLE}")]
    Timeout { site: String, seconds: f32 },
    /// JSON without `Codebase`.
    #[error(
        "{site} describes the company `{company}` without a `Codebase`, so its base URL is not known and nothing was sent; \
         ask whoever runs the site for it, and set CONNECTWISE_API_URL to the whole"
    )]
    NoCodebase { site: String, company: String },
    /// A codebase that is no path.
    #[error(
        "{site} names the codebase `{codebase}`, which is no path, so nothing was sent; check that it is the host you sign \
         in at, {OR_WHOLE}"
    )]
    BadCodebase { site: String, codebase: String },
    /// The site could not be asked; what is said of the request holds for the question.
    #[error("the base URL was asked for and not found: {why}. Correct CONNECTWISE_API_URL, {OR_WHOLE}")]
    Unreachable { why: String },
}
