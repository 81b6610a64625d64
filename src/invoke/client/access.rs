//! What does it take to reach one API: where, as whom, in which edition?
//!
//! # Invariants
//! - Credentials are held as `SecretString`s and header values marked sensitive: no `Debug` or `Display` shows one.
//! - What was set is sent, with one exception: a company id that stands twice in the user name is sent once, since
//!   twice is never right. Either way [`ApiAccess::notes`] says what to change.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret;

use super::base_url::BaseUrl;
use super::carried::Carried;
use super::credentials::{AccessError, Credentials, GenericSettings, sensitive};
use super::impersonation::Impersonation;
use super::security;
use super::site::Site;
use super::text;
use crate::invoke::dialect::Dialect;
use crate::openapi::{Parameter, ParameterIn};
use crate::redact::{MASK, Redactor};

/// Bytes of a body that are looked through for what of it a message may hold.
const MOST_QUOTED: usize = 1 << 20;

/// Everything needed to reach one API. Cheap enough to clone for each call.
#[derive(Clone, Debug)]
pub struct ApiAccess {
    pub(in crate::invoke) base: BaseUrl,
    pub(in crate::invoke) dialect: &'static dyn Dialect,
    /// Headers that go with every request.
    pub(in crate::invoke) headers: HeaderMap,
    /// The `Accept` header where JSON is wanted.
    pub(in crate::invoke) accept_json: HeaderValue,
    pub(in crate::invoke) credentials: Credentials,
    /// Variables to check where the API refuses the credentials.
    pub(in crate::invoke) variables: Vec<String>,
    /// How a request carries the credentials, by these variables.
    pub(in crate::invoke) carried: Vec<Carried>,
    pub(in crate::invoke) notes: Vec<String>,
    pub(in crate::invoke) settings: Option<GenericSettings>,
    /// Where `base` is no more than a host.
    pub(in crate::invoke) site: Option<Arc<dyn Site>>,
    /// Finds every configured secret, where whoever made this access knows more of them than it sends.
    pub(in crate::invoke) shared: Option<Redactor>,
    /// The profile whose company or instance it leads to: two may be at one base URL.
    pub(in crate::invoke) profile: Option<Arc<str>>,
    /// The member as whom its account calls, whose keys are still to be asked for.
    pub(in crate::invoke) impersonation: Option<Arc<dyn Impersonation>>,
    /// The member whose keys it has, as the client knows them.
    pub(in crate::invoke) lent_to: Option<Arc<str>>,
    /// Finds those of [`Credentials::secrets`].
    pub(in crate::invoke) own: OnceLock<Redactor>,
}

impl ApiAccess {
    /// Access without headers and credentials, for a dialect that has settings of its own to add them.
    pub(in crate::invoke) fn bare(base: BaseUrl, dialect: &'static dyn Dialect) -> Self {
        Self {
            base,
            dialect,
            headers: HeaderMap::new(),
            accept_json: HeaderValue::from_static("application/json, */*;q=0.8"),
            credentials: Credentials::default(),
            variables: Vec::new(),
            carried: Vec::new(),
            notes: Vec::new(),
            settings: None,
            site: None,
            shared: None,
            profile: None,
            impersonation: None,
            lent_to: None,
            own: OnceLock::new(),
        }
    }

    /// Access to an API by its base URL, without credentials until [`Self::for_operation`] chose those that an operation wants.
    ///
    /// # Errors
    /// [`AccessError`] where the base URL or a header is wrong.
    pub fn generic(settings: GenericSettings) -> Result<Self, AccessError> {
        let base = BaseUrl::parse(&settings.url)
            .map_err(|source| AccessError::BaseUrl { setting: format!("the base URL of {}", settings.api), source })?;
        let set = settings.credentials.values().filter_map(|credential| credential.value.as_ref());
        let mut headers = HeaderMap::new();
        for (name, value) in &settings.headers {
            let unsendable =
                || AccessError::NotSendable { setting: format!("the header `{name}` of {}", settings.api) };
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable())?;
            headers.insert(header, sensitive(value.expose_secret(), name).map_err(|_| unsendable())?);
        }
        let credentials = Credentials {
            secrets: settings.headers.iter().map(|(_, value)| value).chain(set).cloned().collect(),
            ..Credentials::default()
        };
        let bare = Self::bare(base, settings.dialect);
        Ok(Self { headers, credentials, settings: Some(settings), ..bare })
    }

    /// This access with the credentials that an operation wants.
    ///
    /// `security` are the operation's alternatives of scheme names. The first that the settings satisfy is taken, before one that
    /// wants nothing; an empty list wants nothing. `None`, where the manifest is silent, sends
    /// every credential that was set, since whoever set one meant it to be used. ConnectWise needs no choice.
    ///
    /// # Errors
    /// [`AccessError::Credentials`] with what to set.
    pub fn for_operation(&self, security: Option<&[Vec<String>]>) -> Result<Cow<'_, Self>, AccessError> {
        let Some(settings) = &self.settings else { return Ok(Cow::Borrowed(self)) };
        let chosen = match security {
            Some(alternatives) => security::choose(alternatives, settings)?,
            None => security::all_set(settings)?,
        };
        let mut access = self.clone();
        access.variables = chosen.variables;
        access.carried = chosen.carried;
        access.credentials.headers.extend(chosen.credentials.headers);
        access.credentials.query.extend(chosen.credentials.query);
        access.credentials.secrets.extend(chosen.credentials.secrets);
        access.own = OnceLock::new();
        Ok(Cow::Owned(access))
    }

    /// How a request carries the credentials, by the variables that hold them; without those whose variable nothing names.
    pub fn carried(&self) -> &[Carried] {
        &self.carried
    }

    /// Whether a credential is sent as this parameter.
    pub(crate) fn fills(&self, parameter: &Parameter) -> bool {
        let name = parameter.name.as_str();
        let Credentials { headers, query, .. } = &self.credentials;
        match parameter.location {
            ParameterIn::Query => query.iter().any(|(known, _)| known == name),
            ParameterIn::Header => headers.contains_key(name),
            ParameterIn::Cookie => {
                let cookies = headers.get(COOKIE).and_then(|cookies| cookies.to_str().ok()).unwrap_or_default();
                cookies.split("; ").any(|pair| pair.split('=').next() == Some(name))
            }
            ParameterIn::Path => false,
        }
    }

    /// This access with a redactor that knows more secrets than those it sends, and is made once for all of them.
    pub fn redacting(self, redactor: Redactor) -> Self {
        Self { shared: Some(redactor), ..self }
    }

    pub(super) fn redactor(&self) -> &Redactor {
        let own = || self.own.get_or_init(|| Redactor::new(&self.credentials.secrets));
        self.shared.as_ref().unwrap_or_else(own)
    }

    /// Whose rules the API follows.
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// The site to ask for the base URL, where it is not known yet: [`super::ApiClient::locate`] asks.
    pub fn site(&self) -> Option<&dyn Site> {
        self.site.as_deref()
    }

    /// This access with the base URL that its site named.
    pub(super) fn at(&self, base: &BaseUrl) -> Self {
        Self { base: base.clone(), site: None, ..self.clone() }
    }

    /// Where the API lives; where [`Self::site`] is still to be asked, the root of its host.
    pub fn base_url(&self) -> &BaseUrl {
        &self.base
    }

    /// Whether a parameter of this name is a credential, which is added to each request anew.
    pub(crate) fn is_credential(&self, parameter: &str) -> bool {
        self.credentials.query.iter().any(|(name, _)| name == parameter)
    }

    /// What looks wrong in the settings, each with its cure; said with every call.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// `text` without secrets, in whatever form: an API may repeat what it was sent.
    pub fn scrub(&self, text: &str) -> String {
        self.redactor().text(text).into_owned()
    }

    /// A body without secrets: nearly always the same bytes.
    pub(super) fn scrub_body(&self, body: Bytes) -> Bytes {
        self.redactor().bytes(&body).map_or(body, Bytes::from)
    }

    /// A `Link` header without secrets. What was a credential in the query of a target is left out, not masked: parameters of the
    /// next page are sent again, with the credential that is configured.
    pub(super) fn scrub_link(&self, header: &str) -> String {
        let mut scrubbed = String::new();
        let mut rest = header;
        while let Some((before, (target, after))) =
            rest.split_once('<').and_then(|(before, rest)| Some((before, rest.split_once('>')?)))
        {
            let kept = |pair: &&str| !self.is_query_credential(pair) && !self.redactor().finds(pair);
            scrubbed.push_str(&format!(
                "{}<{}>",
                self.scrub(before),
                self.scrub(&with_pairs(target, kept, str::to_owned))
            ));
            rest = after;
        }
        scrubbed + &self.scrub(rest)
    }

    /// A URL without secrets, each masked; also those in the query that are too short to be looked for.
    pub(super) fn scrub_url(&self, url: &str) -> String {
        let mask = |pair: &str| match pair.split_once('=') {
            Some((name, _)) if self.is_query_credential(pair) => format!("{name}={MASK}"),
            _ => pair.to_owned(),
        };
        self.scrub(&with_pairs(url, |_| true, mask))
    }

    /// Whether a parameter of this name may be taken for a credential, by servers that heed no case.
    pub(crate) fn is_credential_in_any_case(&self, parameter: &str) -> bool {
        self.credentials.query.iter().any(|(name, _)| name.eq_ignore_ascii_case(parameter))
    }

    /// Whether a pair of a query, as it is written, has the name of one that is sent as a credential.
    pub(in crate::invoke) fn is_query_credential(&self, pair: &str) -> bool {
        let named = url::form_urlencoded::parse(pair.as_bytes()).next();
        named.is_some_and(|(name, _)| self.is_credential_in_any_case(&name))
    }

    /// An API's words as a message may hold them: without secrets, and cleaned to at most `most` characters.
    pub(super) fn quote(&self, said: &str, most: usize) -> String {
        // Secrets as a reader sees them, and before it is cut: one that is cut in the middle would no longer be found.
        text::clean(&self.scrub(&text::clean(said, usize::MAX)), most)
    }

    /// The beginning of a body as a message may hold it.
    pub(super) fn quote_body(&self, body: &[u8], most: usize) -> String {
        let beginning = body.get(..MOST_QUOTED).unwrap_or(body);
        self.quote(&String::from_utf8_lossy(beginning), most)
    }
}

/// A URL with the pairs of its query that are kept, each as it becomes. Tabs and ends of lines are no part of a URL, as its readers
/// drop them.
fn with_pairs(url: &str, kept: impl Fn(&&str) -> bool, change: impl Fn(&str) -> String) -> String {
    let url = url.replace(['\t', '\r', '\n'], "");
    let Some((path, rest)) = url.split_once('?') else { return url };
    let (query, fragment) = rest.split_at(rest.find('#').unwrap_or(rest.len()));
    let pairs: Vec<String> = query.split('&').filter(kept).map(change).collect();
    if pairs.is_empty() { format!("{path}{fragment}") } else { format!("{path}?{}{fragment}", pairs.join("&")) }
}
