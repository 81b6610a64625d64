//! The settings name only the site of an API: which question finds its base URL? The dialect knows what to ask and how to read the
//! answer.

use std::fmt;

use super::base_url::BaseUrl;

/// A site that is asked, without credentials, where the API answers.
pub trait Site: fmt::Debug + Send + Sync {
    /// The root of the site.
    fn login(&self) -> &BaseUrl;

    /// The path of the question below it.
    fn path(&self) -> String;

    /// What the body of an answer says.
    ///
    /// # Errors
    /// [`DiscoveryError`] where it does not name a base URL.
    fn read(&self, body: &[u8]) -> Result<SiteInfo, DiscoveryError>;

    /// What it means that the question had no answer, and what to do.
    fn explain(&self, unanswered: Unanswered) -> DiscoveryError;

    /// The URL that tells the rest.
    fn question(&self) -> String {
        format!("{}{}", self.login().to_string().trim_end_matches('/'), self.path())
    }
}

/// What a site says of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteInfo {
    /// Where the API answers.
    pub base_url: BaseUrl,
    /// Its version, where the site says so.
    pub version: Option<String>,
    /// How the base URL was found, for whoever called.
    pub note: String,
}

/// What came of a question in place of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Unanswered {
    /// A status other than success.
    Status(u16),
    /// Text that is no JSON, with the title of the web page that it is.
    NotJson {
        /// `None` where it is no web page.
        title: Option<String>,
    },
    /// Nothing within this time, in seconds.
    Timeout(f32),
    /// The question cannot be asked: its path is none.
    Path,
    /// Any other failure, in its own words.
    Failed(String),
}

/// The base URL could not be found, so the call was not sent; the text, whose words are a dialect's, says why and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DiscoveryError(pub String);
