//! How does the server speak OAuth? As a resource server by MCP's rules ("Authorization") and no more: it says who its issuer is, and
//! what a client lacks; it has no registration, no login page and no tokens of its own.

use std::sync::Arc;
use std::time::SystemTime;

use hyper::header::{self, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::json;

use super::body::{self, HttpResponse};
use super::challenge::Challenge;
use super::principal::{Expiry, Known, Principal, Refused};
use crate::config::http::OAuthOptions;
use crate::oauth::{Refusal, Verifier};

/// Path of the metadata; a resource's own path follows it (RFC 9728, section 3.1).
const METADATA: &str = "/.well-known/oauth-protected-resource";

/// Seconds after which a client may try again where the issuer's keys cannot be fetched.
pub(super) const RETRY_AFTER_S: &str = "30";

/// What is said where a token ended while its request was under way.
pub(in crate::mcp) const EXPIRED: &str = "the access token expired before the call was done: get another one from the issuer, and look first \
                                  whether what was to be written was";

/// The server as a protected resource.
pub(super) struct Resource {
    options: OAuthOptions,
    verifier: Verifier,
    /// Where the metadata are, beside [`METADATA`].
    path: String,
    /// The whole address of that.
    metadata_url: String,
}

impl Resource {
    pub(super) fn new(options: OAuthOptions) -> Self {
        let verifier = Verifier::new(options.rules.clone());
        verifier.warm_up();
        let path = format!("{METADATA}{}", options.resource.path().trim_end_matches('/'));
        let mut url = options.resource.clone();
        url.set_path(&path);
        Self { verifier, path, metadata_url: url.to_string(), options }
    }

    /// Whether the metadata are at a path.
    pub(super) fn is_at(&self, path: &str) -> bool {
        path == METADATA || path == self.path
    }

    /// The metadata (RFC 9728, section 2), which everybody may read.
    pub(super) fn metadata(&self, method: &Method) -> HttpResponse {
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut answer = body::refusal(StatusCode::METHOD_NOT_ALLOWED, "ask for metadata with GET");
            answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return answer;
        }
        let mut metadata = json!({
            // As it is written: clients compare it, and audiences of tokens are made of it.
            "resource": self.options.named(),
            "authorization_servers": [self.options.rules.issuer],
            "bearer_methods_supported": ["header"],
            "resource_name": env!("CARGO_PKG_NAME"),
        });
        if !self.options.offered.is_empty() {
            metadata["scopes_supported"] = json!(self.options.offered);
        }
        body::json(StatusCode::OK, &metadata)
    }

    /// The challenge to a request without a token.
    pub(super) fn challenge(&self) -> Challenge {
        Challenge::default().with("resource_metadata", &self.metadata_url).scopes(&self.options.to_ask_for())
    }

    /// Finds out whose an access token is, and what its holder may do.
    pub(super) async fn known(&self, token: &str) -> Result<Known, Refused> {
        let access = self.verifier.verify(token).await.map_err(|refusal| self.refused(refusal))?;
        let name = access.name();
        match self.options.grant(&access) {
            Ok(grant) => {
                let ends = SystemTime::now() + access.lasts;
                Ok(Known { principal: Principal(Some(Arc::from(name))), grant, expiry: Some(Expiry(ends)) })
            }
            Err(lacking) => {
                let why = if lacking.scopes.is_empty() {
                    "the token grants nothing here: whoever runs the server, or the issuer, can change that".to_owned()
                } else {
                    format!("the token lacks a scope: ask the issuer for `{}`", lacking.scopes.join(" "))
                };
                tracing::info!(client = name, "an access token grants nothing here");
                let challenge = Challenge::default()
                    .with("error", "insufficient_scope")
                    .with("error_description", "the token does not grant enough")
                    .with("resource_metadata", &self.metadata_url)
                    .scopes(&lacking.scopes);
                Err(Refused { status: StatusCode::FORBIDDEN, why, challenge: Some(challenge) })
            }
        }
    }

    fn refused(&self, refusal: Refusal) -> Refused {
        if refusal == Refusal::IssuerAway {
            let why = format!("{refusal}, so no token can be checked: try again in {RETRY_AFTER_S} s");
            return Refused { status: StatusCode::SERVICE_UNAVAILABLE, why, challenge: None };
        }
        let why = refusal.to_string();
        let challenge = self.challenge().with("error", "invalid_token").with("error_description", &why);
        let why = format!("{why}: get another one from the issuer");
        Refused { status: StatusCode::UNAUTHORIZED, why, challenge: Some(challenge) }
    }
}
