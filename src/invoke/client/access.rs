//! What does it take to reach one API: where, as whom, in which edition?
//!
//! # Invariants
//! - Credentials are held as [`SecretString`]s and header values marked sensitive: no `Debug` or `Display` shows one.
//! - What was set is sent, with one exception: a company id that stands twice in the user name is sent once, since
//!   twice is never right. Either way [`ApiAccess::notes`] says what to change.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::base_url::{BaseUrl, BaseUrlError};
use super::discovery::Site;
use super::security::{self, Need};
use super::text;
use crate::invoke::connectwise::advice;
use crate::invoke::dialect::Dialect;
use crate::redact::{MASK, Redactor};

/// The edition of ConnectWise's models that is asked for unless another is set: ConnectWise's Developer Guide says to
/// pin one, and old ones are kept for twelve months after their successors.
pub const DEFAULT_VERSION: &str = "2019.1";

/// Bytes of a body that are looked through for what of it a message may hold.
const MOST_QUOTED: usize = 1 << 20;

/// The settings of ConnectWise's API; the names of variables are those of the product's environment.
#[derive(Clone)]
pub struct ConnectWiseCredentials {
    /// `CONNECTWISE_API_URL`, such as `https://api-na.myconnectwise.net/v4_6_release/apis/3.0`; or the site alone,
    /// `na.myconnectwise.net`, which is asked for the rest at the first call.
    pub url: String,
    /// `CONNECTWISE_COMPANY_ID`, the company's login name.
    pub company_id: String,
    /// `CONNECTWISE_PUBLIC_KEY`
    pub public_key: SecretString,
    /// `CONNECTWISE_PRIVATE_KEY`
    pub private_key: SecretString,
    /// `CONNECTWISE_AUTH_PREFIX`; by default the company id and `+`.
    pub auth_prefix: Option<String>,
    /// `CONNECTWISE_CLIENT_ID`, a GUID; without it the company id is sent, as older set-ups do.
    pub client_id: Option<String>,
    /// `CONNECTWISE_USER_TYPE`, sent as `x-cw-usertype` beside the keys of an impersonated member, such as `member`; by
    /// default no such header is sent.
    pub user_type: Option<String>,
    /// The edition of the models, such as [`DEFAULT_VERSION`].
    pub version: String,
}

impl ConnectWiseCredentials {
    /// `user:password` as HTTP basic sends it, before its encoding; none where the private key is not set.
    pub fn basic(&self) -> Option<SecretString> {
        let is_set = !self.private_key.expose_secret().trim().is_empty();
        is_set.then(|| self.basic_of(&mut Vec::new()).into())
    }

    fn basic_of(&self, notes: &mut Vec<String>) -> String {
        let prefix = self.auth_prefix.as_deref().map(str::trim);
        let public_key = self.public_key.expose_secret().trim();
        let user = advice::user_name(self.company_id.trim(), prefix, public_key, notes);
        format!("{user}:{}", self.private_key.expose_secret().trim())
    }
}

impl fmt::Debug for ConnectWiseCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, company_id, version, .. } = self;
        f.debug_struct("ConnectWiseCredentials")
            .field("url", url)
            .field("company_id", company_id)
            .field("version", version)
            .finish_non_exhaustive()
    }
}

/// The value of one security scheme.
#[derive(Clone, Debug, Default)]
pub struct Credential {
    /// The variable that holds it; empty where none was named.
    pub variable: String,
    /// Its value, where the variable is set. `user:password` for `http basic`, otherwise the key or token itself.
    pub value: Option<SecretString>,
}

/// The settings of an API with a base URL of its own.
#[derive(Clone, Debug, Default)]
pub struct GenericSettings {
    /// The API's name, for messages.
    pub api: String,
    /// Its base URL, absolute.
    pub url: String,
    /// Whose rules it follows.
    pub dialect: Dialect,
    /// Headers that go with every request; secret, since people put tokens into them.
    pub headers: Vec<(String, SecretString)>,
    /// The manifest's security schemes by name.
    pub schemes: BTreeMap<String, Value>,
    /// Values by the name of their scheme.
    pub credentials: BTreeMap<String, Credential>,
}

/// An API cannot be reached with these settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// Variables are not set, or empty.
    #[error("calls need {}; set what is missing (searching needs none of them)", names.join(", "))]
    NotSet {
        /// Their names.
        names: Vec<&'static str>,
    },
    /// The base URL is wrong.
    #[error("{setting}: {source}")]
    BaseUrl {
        /// Where it was set.
        setting: String,
        /// What is wrong.
        source: BaseUrlError,
    },
    /// A value holds characters that no header can carry. The value itself is not shown.
    #[error("{setting} holds characters that cannot be sent in a header, such as a line break; set it again")]
    NotSendable {
        /// Which one.
        setting: String,
    },
    /// The operation wants credentials that are not set.
    #[error("{api} wants credentials for this operation: {}", alternatives(api, needs))]
    Credentials {
        /// The API's name.
        api: String,
        /// One for each alternative that the manifest names, each with what is missing.
        needs: Vec<Need>,
    },
}

fn alternatives(api: &str, needs: &[Need]) -> String {
    needs.iter().map(|need| need.say(api)).collect::<Vec<_>>().join("; or ")
}

/// Everything needed to reach one API. Cheap enough to clone for each call.
#[derive(Clone, Debug)]
pub struct ApiAccess {
    pub(super) base: BaseUrl,
    pub(super) dialect: Dialect,
    /// Headers that go with every request.
    pub(super) headers: HeaderMap,
    /// The `Accept` header where JSON is wanted.
    pub(super) accept_json: HeaderValue,
    pub(super) credentials: Credentials,
    /// Variables to check where the API refuses the credentials.
    pub(super) variables: Vec<String>,
    notes: Vec<String>,
    settings: Option<GenericSettings>,
    /// Where `base` is no more than a host.
    site: Option<Site>,
    /// Finds every configured secret, where whoever made this access knows more of them than it sends.
    shared: Option<Redactor>,
    /// Finds those of [`Credentials::secrets`].
    own: OnceLock<Redactor>,
}

/// Credentials in the places where they are sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Credentials {
    /// All marked sensitive.
    pub(super) headers: HeaderMap,
    pub(super) query: Vec<(String, SecretString)>,
    /// As they are configured; no form of them may appear in a message.
    pub(super) secrets: Vec<SecretString>,
}

impl ApiAccess {
    /// Access to ConnectWise.
    ///
    /// # Errors
    /// [`AccessError`] where settings are missing or cannot be sent.
    pub fn connectwise(settings: &ConnectWiseCredentials) -> Result<Self, AccessError> {
        let company = settings.company_id.trim();
        let private_key = settings.private_key.expose_secret().trim();
        let public_key = settings.public_key.expose_secret().trim();
        let given = |text: &Option<String>| text.as_deref().map(str::trim).map(str::to_owned);
        let client_id = given(&settings.client_id).filter(|id| !id.is_empty());
        let company_needed = settings.auth_prefix.is_none() || client_id.is_none();
        let unset = [
            ("CONNECTWISE_API_URL", settings.url.trim().is_empty()),
            ("CONNECTWISE_COMPANY_ID", company.is_empty() && company_needed),
            ("CONNECTWISE_PUBLIC_KEY", public_key.is_empty()),
            ("CONNECTWISE_PRIVATE_KEY", private_key.is_empty()),
        ];
        let names: Vec<_> = unset.into_iter().filter(|(_, unset)| *unset).map(|(name, _)| name).collect();
        if !names.is_empty() {
            return Err(AccessError::NotSet { names });
        }
        let url = settings.url.trim();
        let url = if is_host(url) { format!("https://{url}") } else { url.to_owned() };
        let base = BaseUrl::parse(&url)
            .map_err(|source| AccessError::BaseUrl { setting: "CONNECTWISE_API_URL".to_owned(), source })?;
        let site = Site::of(&base, company);
        if site.is_some() && company.is_empty() {
            return Err(AccessError::NotSet { names: vec!["CONNECTWISE_COMPANY_ID"] });
        }
        let base = site.as_ref().map_or(base, |site| site.api().clone());
        let mut notes = advice::of_base_url(&base);
        let user_and_password = settings.basic_of(&mut notes);
        let basic = STANDARD.encode(&user_and_password);
        advice::of_client_id(client_id.as_deref(), &mut notes);

        let mut credentials = Credentials::default();
        let authorization = sensitive(&format!("Basic {basic}"), "CONNECTWISE_PUBLIC_KEY")?;
        credentials.headers.insert(AUTHORIZATION, authorization);
        let mut variables =
            ["COMPANY_ID", "PUBLIC_KEY", "PRIVATE_KEY"].map(|name| format!("CONNECTWISE_{name}")).to_vec();
        variables.push(format!("CONNECTWISE_CLIENT_ID{}", if client_id.is_some() { "" } else { " (not set)" }));
        let client_id = client_id.as_deref().unwrap_or(company);
        credentials.headers.insert(HeaderName::from_static("clientid"), sensitive(client_id, "CONNECTWISE_CLIENT_ID")?);
        credentials.secrets = vec![user_and_password.into(), private_key.into(), public_key.into()];

        let version = settings.version.trim();
        let version = if version.is_empty() { DEFAULT_VERSION } else { version };
        let accept_json = format!("application/vnd.connectwise.com+json; version={version}");
        let accept_json = HeaderValue::from_str(&accept_json)
            .map_err(|_| AccessError::NotSendable { setting: "the API version".to_owned() })?;
        let mut headers = HeaderMap::new();
        if let Some(user_type) = given(&settings.user_type).filter(|user_type| !user_type.is_empty()) {
            let value = HeaderValue::from_str(&user_type)
                .map_err(|_| AccessError::NotSendable { setting: "CONNECTWISE_USER_TYPE".to_owned() })?;
            headers.insert(HeaderName::from_static("x-cw-usertype"), value);
        }
        Ok(Self {
            base,
            dialect: Dialect::ConnectWise,
            headers,
            accept_json,
            credentials,
            variables,
            notes,
            settings: None,
            site,
            shared: None,
            own: OnceLock::new(),
        })
    }

    /// Access to another API, without credentials until [`Self::for_operation`] chose those that an operation wants.
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
        Ok(Self {
            base,
            dialect: settings.dialect,
            headers,
            accept_json: HeaderValue::from_static("application/json, */*;q=0.8"),
            credentials: Credentials {
                secrets: settings.headers.iter().map(|(_, value)| value).chain(set).cloned().collect(),
                ..Credentials::default()
            },
            variables: Vec::new(),
            notes: Vec::new(),
            settings: Some(settings),
            site: None,
            shared: None,
            own: OnceLock::new(),
        })
    }

    /// This access with the credentials that an operation wants.
    ///
    /// `security` are the operation's alternatives of scheme names. The first that the settings satisfy is taken; an
    /// empty one is always satisfied, and an empty list wants nothing. `None`, where the manifest is silent, sends
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
        access.credentials.headers.extend(chosen.credentials.headers);
        access.credentials.query.extend(chosen.credentials.query);
        access.credentials.secrets.extend(chosen.credentials.secrets);
        access.own = OnceLock::new();
        Ok(Cow::Owned(access))
    }

    /// This access with a redactor that knows more secrets than those it sends, and is made once for all of them.
    pub fn redacting(self, redactor: Redactor) -> Self {
        Self { shared: Some(redactor), ..self }
    }

    fn redactor(&self) -> &Redactor {
        let own = || self.own.get_or_init(|| Redactor::new(&self.credentials.secrets));
        self.shared.as_ref().unwrap_or_else(own)
    }

    /// Whose rules the API follows.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The site to ask for the base URL, where it is not known yet: [`super::Client::locate`] asks.
    pub fn site(&self) -> Option<&Site> {
        self.site.as_ref()
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

    /// Whether a pair of a query, as it is written, has the name of one that is sent as a credential.
    fn is_query_credential(&self, pair: &str) -> bool {
        let named = url::form_urlencoded::parse(pair.as_bytes()).next();
        named.is_some_and(|(name, _)| self.credentials.query.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)))
    }

    /// An API's words as a message may hold them: without secrets, and cleaned to at most `most` characters.
    pub(super) fn quote(&self, said: &str, most: usize) -> String {
        // Secrets first: one that is cut in the middle would no longer be found.
        text::clean(&self.scrub(said), most)
    }

    /// The beginning of a body as a message may hold it.
    pub(super) fn quote_body(&self, body: &[u8], most: usize) -> String {
        let beginning = body.get(..MOST_QUOTED).unwrap_or(body);
        self.quote(&String::from_utf8_lossy(beginning), most)
    }
}

/// A URL with the pairs of its query that are kept, each as it becomes.
fn with_pairs(url: &str, kept: impl Fn(&&str) -> bool, change: impl Fn(&str) -> String) -> String {
    let Some((path, rest)) = url.split_once('?') else { return url.to_owned() };
    let (query, fragment) = rest.split_at(rest.find('#').unwrap_or(rest.len()));
    let pairs: Vec<String> = query.split('&').filter(kept).map(change).collect();
    if pairs.is_empty() { format!("{path}{fragment}") } else { format!("{path}?{}{fragment}", pairs.join("&")) }
}

/// Whether a setting is the name of a host and no more, as people copy it from a browser.
fn is_host(text: &str) -> bool {
    let name = text.trim_end_matches('/');
    name.contains('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

/// A header value that no log shows.
pub(super) fn sensitive(value: &str, setting: &str) -> Result<HeaderValue, AccessError> {
    let mut header =
        HeaderValue::from_str(value.trim()).map_err(|_| AccessError::NotSendable { setting: setting.to_owned() })?;
    header.set_sensitive(true);
    Ok(header)
}
