//! Which site is to be asked where a company's ConnectWise API answers, and what does it say?

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::base_url::BaseUrl;
use crate::invoke::connectwise::advice;

/// A site of which no more than the host is known, and whose company to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Where people sign in.
    pub(super) login: BaseUrl,
    /// The root of the host on which the API answers.
    pub(super) api: BaseUrl,
    pub(super) company: String,
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

impl Site {
    /// The site that a base URL stands for which names a host and no path.
    pub(in crate::invoke) fn of(base: &BaseUrl, company: &str) -> Option<Self> {
        if !base.path().is_empty() {
            return None;
        }
        let (login, api) = (base.on_host(&advice::login_host(base))?, base.on_host(&advice::api_host(base))?);
        // Set with what belongs to the user name, as often as without.
        let company = company.split('+').next().unwrap_or_default().trim().to_owned();
        Some(Self { login, api, company })
    }

    /// The root of the host on which the API answers.
    pub(in crate::invoke) fn api(&self) -> &BaseUrl {
        &self.api
    }

    /// The URL that tells the rest.
    pub fn question(&self) -> String {
        format!("{}{}", self.login.to_string().trim_end_matches('/'), self.path())
    }

    pub(super) fn path(&self) -> String {
        format!("/login/companyinfo/{}", utf8_percent_encode(&self.company, NON_ALPHANUMERIC))
    }

    pub(super) fn key(&self) -> (String, String) {
        (self.login.to_string(), self.company.clone())
    }

    pub(super) fn name(&self) -> String {
        self.login.host()
    }
}
