//! Whose request is it? By the token in its header, of the configuration or of an issuer, and the ConnectWise keys beside it.

use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, StatusCode};

use super::body::HttpResponse;
use super::challenge::Challenge;
use super::header_keys;
use super::oauth::{self, Resource};
use super::principal::{Known, Principal, Refused};
use crate::config::http::{KeysInHeaders, OAuthOptions, Tokens};
use crate::invoke::Grant;

/// What lets requests in.
pub(super) struct Entrance {
    tokens: Tokens,
    keys_in_headers: KeysInHeaders,
    /// Whose access tokens are taken.
    oauth: Option<Resource>,
}

impl Entrance {
    pub(super) fn new(tokens: Tokens, keys_in_headers: KeysInHeaders, oauth: Option<OAuthOptions>) -> Self {
        Self { tokens, keys_in_headers, oauth: oauth.map(Resource::new) }
    }

    /// Finds out whose a request is, and what it may do.
    pub(super) async fn known(&self, headers: &HeaderMap) -> Result<Known, Refused> {
        if self.tokens.is_empty() && self.oauth.is_none() {
            return Ok(Known { principal: Principal(None), grant: Grant::open(), expiry: None });
        }
        let missing = || {
            let why = match self.oauth {
                None => {
                    "a token is needed: send it as `Authorization: Bearer TOKEN`; whoever runs the server gives it to you"
                }
                Some(_) => {
                    "a token is needed: send it as `Authorization: Bearer TOKEN`; the issuer that the metadata of this server name gives \
                     it to you"
                }
            };
            let challenge = self.oauth.as_ref().map_or_else(Challenge::default, Resource::challenge);
            Refused { status: StatusCode::UNAUTHORIZED, why: why.to_owned(), challenge: Some(challenge) }
        };
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (given.next(), given.next()) else { return Err(missing()) };
        let token = value.to_str().ok().and_then(|value| value.split_once(' '));
        let Some((_, token)) = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
            return Err(missing());
        };
        let token = token.trim();
        if let Some((name, grant)) = self.tokens.find(token) {
            return Ok(Known { principal: Principal(Some(name.into())), grant: grant.clone(), expiry: None });
        }
        match &self.oauth {
            Some(resource) => resource.known(token).await,
            None => {
                let why = "the token is not one of this server's: compare it with the one that whoever runs the server gave you";
                let challenge = Challenge::default().with("error", "invalid_token");
                Err(Refused { status: StatusCode::UNAUTHORIZED, why: why.to_owned(), challenge: Some(challenge) })
            }
        }
    }

    /// The resource whose metadata are at a path.
    pub(super) fn resource_at(&self, path: &str) -> Option<&Resource> {
        self.oauth.as_ref().filter(|resource| resource.is_at(path))
    }

    /// Who a request is with the ConnectWise keys that it brings along, which are taken out of its headers. `company` is the one
    /// that calls go to.
    pub(super) fn with_keys(
        &self,
        headers: &mut HeaderMap,
        known: Known,
        company: Option<&str>,
    ) -> Result<Known, Refused> {
        let Known { principal, grant, expiry } = known;
        let rule = self.keys_in_headers.of(principal.0.as_deref());
        match header_keys::taken(headers, (principal, grant), rule, company) {
            Ok((principal, grant)) => Ok(Known { principal, grant, expiry }),
            Err(refused) => {
                let status = if refused.is_forbidden { StatusCode::FORBIDDEN } else { StatusCode::BAD_REQUEST };
                Err(Refused { status, why: refused.why, challenge: None })
            }
        }
    }
}

/// Tells a request why it is not let in, and how it would be.
pub(super) fn told(unknown: Refused, refused: impl Fn(StatusCode, &str) -> HttpResponse) -> HttpResponse {
    let mut answer = refused(unknown.status, &unknown.why);
    let headers = answer.headers_mut();
    if let Some(challenge) = &unknown.challenge {
        headers.insert(header::WWW_AUTHENTICATE, challenge.value());
    }
    if unknown.status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(oauth::RETRY_AFTER_S));
    }
    answer
}
