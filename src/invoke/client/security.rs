//! Which credentials does an operation want, and where do they go?
//!
//! Security schemes as OpenAPI 3.1.0 section 4.8.27 and Swagger 2.0 write them: `apiKey` in a header, the query or a
//! cookie, `http` with `basic` or `bearer` (Swagger's `basic`), and `oauth2` and `openIdConnect` as the bearer token
//! that their flows end in. Fetching such a token is the user's affair.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::carried::{Carried, CarriedIn, CarriedPart};
use super::credentials::{
    AccessError, Credential, Credentials, CredentialsPlace, GenericSettings, Missing, Need, sensitive,
};
use crate::openapi::{Parameter, ParameterIn};

/// Credentials that were chosen.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) credentials: Credentials,
    pub(super) variables: Vec<String>,
    pub(super) carried: Vec<Carried>,
}

/// Where a scheme's value goes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Placement {
    Header(String),
    Query(String),
    Cookie(String),
    Basic,
    Bearer,
    /// What is not supported, by its name.
    Unsupported(String),
}

impl Placement {
    fn of(scheme: Option<&Value>) -> Self {
        let text = |key: &str| scheme.and_then(|scheme| scheme.get(key)).and_then(Value::as_str).unwrap_or_default();
        let name = || text("name").to_owned();
        match (text("type"), text("in"), text("scheme").to_ascii_lowercase().as_str()) {
            ("apiKey", "header", _) => Self::Header(name()),
            ("apiKey", "query", _) => Self::Query(name()),
            ("apiKey", "cookie", _) => Self::Cookie(name()),
            ("basic", ..) | ("http", _, "basic") => Self::Basic,
            ("oauth2" | "openIdConnect", ..) | ("http", _, "bearer") => Self::Bearer,
            ("http", _, other) => Self::Unsupported(format!("HTTP authentication `{other}`")),
            ("", ..) => Self::Unsupported("a scheme that the manifest does not define".to_owned()),
            (other, ..) => Self::Unsupported(format!("the scheme type `{other}`")),
        }
    }

    fn kind(&self) -> String {
        match self {
            Self::Header(name) => format!("an API key in the header {name}"),
            Self::Query(name) => format!("an API key in the query parameter {name}"),
            Self::Cookie(name) => format!("an API key in the cookie {name}"),
            Self::Basic => "user:password for HTTP basic".to_owned(),
            Self::Bearer => "a bearer token".to_owned(),
            Self::Unsupported(what) => what.clone(),
        }
    }

    /// Whether the value goes where a parameter has its own.
    fn is_at(&self, parameter: &Parameter) -> bool {
        match (self, parameter.location) {
            (Self::Query(name), ParameterIn::Query) | (Self::Cookie(name), ParameterIn::Cookie) => {
                *name == parameter.name
            }
            (Self::Header(name), ParameterIn::Header) => name.eq_ignore_ascii_case(&parameter.name),
            _ => false,
        }
    }

    /// Puts a value where it goes.
    fn place(
        &self,
        scheme: &str,
        credential: &Credential,
        secret: &SecretString,
        into: &mut Chosen,
    ) -> Result<(), AccessError> {
        let value = secret.expose_secret().trim();
        let setting = if credential.variable.is_empty() { scheme } else { &credential.variable };
        let unsendable = || AccessError::NotSendable { setting: setting.to_owned() };
        let credentials = &mut into.credentials;
        match self {
            Self::Header(name) => {
                let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable())?;
                credentials.headers.insert(header, sensitive(value, setting)?);
            }
            Self::Query(name) => credentials.query.push((name.clone(), value.into())),
            Self::Cookie(name) => {
                if value.contains([';', ',']) || name.contains([';', '=']) {
                    return Err(unsendable());
                }
                let pair = format!("{name}={value}");
                // One header holds all cookies (RFC 6265 section 5.4).
                let before = credentials.headers.get(COOKIE).and_then(|header| header.to_str().ok());
                let all = before.map_or_else(|| pair.clone(), |before| format!("{before}; {pair}"));
                credentials.headers.insert(COOKIE, sensitive(&all, setting)?);
            }
            Self::Basic => {
                let encoded = STANDARD.encode(value);
                credentials.headers.insert(AUTHORIZATION, sensitive(&format!("Basic {encoded}"), setting)?);
            }
            Self::Bearer => {
                // Copied with its word as often as without.
                let is_word = |word: &str| word.eq_ignore_ascii_case("bearer");
                let token = value.split_once(' ').filter(|(word, _)| is_word(word)).map_or(value, |(_, token)| token);
                credentials.headers.insert(AUTHORIZATION, sensitive(&format!("Bearer {}", token.trim()), setting)?);
            }
            Self::Unsupported(_) => return Err(unsendable()),
        }
        credentials.secrets.push(value.into());
        if !credential.variable.is_empty() {
            into.variables.push(credential.variable.clone());
            into.carried.extend(self.carried(&credential.variable));
        }
        Ok(())
    }

    /// How a request carries the value of a variable.
    fn carried(&self, variable: &str) -> Option<Carried> {
        match self {
            Self::Header(name) => Some(Carried::plain(CarriedIn::Header, name, variable)),
            Self::Query(name) => Some(Carried::plain(CarriedIn::Query, name, variable)),
            Self::Cookie(name) => Some(Carried::plain(CarriedIn::Cookie, name, variable)),
            Self::Basic => Some(Carried::basic(vec![CarriedPart::Variable(variable.to_owned())])),
            Self::Bearer => Some(Carried::bearer(variable)),
            Self::Unsupported(_) => None,
        }
    }
}

/// Whether a credential that an operation wants is sent as this parameter: its manifest then says the same twice.
pub(in crate::invoke) fn is_wanted_as(
    security: Option<&[Vec<String>]>,
    schemes: &BTreeMap<String, Value>,
    parameter: &Parameter,
) -> bool {
    let mut wanted = security.into_iter().flatten().flatten();
    wanted.any(|scheme| Placement::of(schemes.get(scheme)).is_at(parameter))
}

/// The first alternative that the settings satisfy; of those that want nothing only where no other is satisfied, since whoever
/// configured a credential is to be known by it.
///
/// # Errors
/// [`AccessError::Credentials`] where there is none.
pub(super) fn choose(alternatives: &[Vec<String>], settings: &GenericSettings) -> Result<Chosen, AccessError> {
    let mut needs = Vec::new();
    for alternative in alternatives {
        let missing: Vec<Missing> = alternative.iter().filter_map(|scheme| missing(scheme, settings)).collect();
        if !missing.is_empty() {
            needs.push(Need { missing });
        } else if !alternative.is_empty() {
            return place_all(alternative.iter(), settings);
        }
    }
    if needs.len() < alternatives.len() || alternatives.is_empty() {
        return Ok(Chosen::default());
    }
    Err(AccessError::Credentials { api: settings.api.clone(), place: Box::new(CredentialsPlace::of(settings)), needs })
}

/// Every credential that has a value and a scheme.
pub(super) fn all_set(settings: &GenericSettings) -> Result<Chosen, AccessError> {
    let set = settings.credentials.keys().filter(|scheme| missing(scheme, settings).is_none());
    place_all(set, settings)
}

fn place_all<'a>(schemes: impl Iterator<Item = &'a String>, settings: &GenericSettings) -> Result<Chosen, AccessError> {
    let mut chosen = Chosen::default();
    for scheme in schemes {
        if let Some((credential, secret)) = value(scheme, settings) {
            Placement::of(settings.schemes.get(scheme)).place(scheme, credential, secret, &mut chosen)?;
        }
    }
    Ok(chosen)
}

fn missing(scheme: &str, settings: &GenericSettings) -> Option<Missing> {
    let placement = Placement::of(settings.schemes.get(scheme));
    let supported = !matches!(placement, Placement::Unsupported(_));
    if supported && value(scheme, settings).is_some() {
        return None;
    }
    let variable = settings.credentials.get(scheme).map(|credential| credential.variable.clone()).unwrap_or_default();
    Some(Missing { scheme: scheme.to_owned(), kind: placement.kind(), variable, supported })
}

fn value<'a>(scheme: &str, settings: &'a GenericSettings) -> Option<(&'a Credential, &'a SecretString)> {
    let credential = settings.credentials.get(scheme)?;
    let secret = credential.value.as_ref().filter(|secret| !secret.expose_secret().trim().is_empty())?;
    Some((credential, secret))
}
