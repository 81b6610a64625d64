//! What does it take to reach ConnectWise: where, as whom, in which edition of its models?

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::site::CompanySite;
use super::{ConnectWise, advice};
use crate::invoke::client::access::ApiAccess;
use crate::invoke::client::base_url::BaseUrl;
use crate::invoke::client::carried::{Carried, CarriedIn, CarriedPart};
use crate::invoke::client::credentials::{AccessError, Credentials, sensitive};
use crate::invoke::client::site::Site;

/// The edition of ConnectWise's models that is asked for unless another is set: ConnectWise's Developer Guide says to
/// pin one, and old ones are kept for twelve months after their successors.
pub const DEFAULT_VERSION: &str = "2019.1";

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

/// Access to ConnectWise with the settings of the product's environment.
///
/// # Errors
/// [`AccessError`] where settings are missing or cannot be sent.
pub fn access(settings: &ConnectWiseCredentials) -> Result<ApiAccess, AccessError> {
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
    let site = CompanySite::of(&base, company);
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
    let mut variables = ["COMPANY_ID", "PUBLIC_KEY", "PRIVATE_KEY"].map(|name| format!("CONNECTWISE_{name}")).to_vec();
    variables.push(format!("CONNECTWISE_CLIENT_ID{}", if client_id.is_some() { "" } else { " (not set)" }));
    let of = |name: &str| CarriedPart::Variable(format!("CONNECTWISE_{name}"));
    let mut user = match settings.auth_prefix {
        Some(_) => vec![of("AUTH_PREFIX")],
        None => vec![of("COMPANY_ID"), CarriedPart::Text("+")],
    };
    user.extend([of("PUBLIC_KEY"), CarriedPart::Text(":"), of("PRIVATE_KEY")]);
    let client = if client_id.is_some() { "CONNECTWISE_CLIENT_ID" } else { "CONNECTWISE_COMPANY_ID" };
    let carried = vec![Carried::basic(user), Carried::plain(CarriedIn::Header, "clientId", client)];
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
    let site = site.map(|site| Arc::new(site) as Arc<dyn Site>);
    Ok(ApiAccess {
        headers,
        accept_json,
        credentials,
        variables,
        carried,
        notes,
        site,
        ..ApiAccess::bare(base, &ConnectWise)
    })
}

/// Whether a setting is the name of a host and no more, as people copy it from a browser.
fn is_host(text: &str) -> bool {
    let name = text.trim_end_matches('/');
    name.contains('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}
