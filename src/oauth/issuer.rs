//! Where does the issuer publish its keys, and which are they? (RFC 8414; OpenID Connect Discovery 1.0)
//!
//! No redirect is followed: metadata and keys are where the issuer says, and a redirect would be somebody else's word.

use std::error::Error as _;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::Client;
use serde::Deserialize;
use url::{Host, Url};

use super::Rules;
use super::key_set::KeySet;

/// Time for one answer.
const WITHIN: Duration = Duration::from_secs(10);

/// Time for a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Most bytes of an answer: metadata have some kilobytes, and so have keys with their certificates.
const MOST_BYTES: usize = 512 << 10;

/// An error of asking the issuer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// No answer came.
    #[error("{url} gave no answer ({cause}); see whether this machine reaches the issuer")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// Why.
        cause: String,
    },
    /// The answer is none of success.
    #[error("{url} answered {status}; correct `jwks_url` or `issuer` of [http.oauth]")]
    Status {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// The answer is not what it should be.
    #[error("{url} answered what is no {what}; correct `jwks_url` or `issuer` of [http.oauth]")]
    Content {
        /// What was asked for.
        url: String,
        /// What it should be.
        what: &'static str,
    },
    /// None of the places of metadata has any.
    #[error(
        "the issuer has no metadata at {0}; write its identifier as `issuer`, or the address of its keys as `jwks_url`, of [http.oauth]"
    )]
    NoMetadata(String),
    /// The metadata are those of another issuer.
    #[error("the metadata at {url} are those of {found:?}; write that as `issuer` of [http.oauth] if it is yours")]
    OtherIssuer {
        /// Where they are.
        url: String,
        /// The issuer that they name.
        found: String,
    },
    /// Whoever is between could put in other keys.
    #[error(
        "the issuer's keys are said to be at {0}, and only https keeps others from putting in theirs; correct the issuer's metadata, or write `jwks_url` of [http.oauth]"
    )]
    Plain(String),
    /// There is no key among them that can check a signature.
    #[error("{0} has no key that can check a signature; correct `jwks_url` of [http.oauth]")]
    NoKeys(String),
}

/// What is read of the metadata.
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// Whether nobody else can read or change what comes from a URL: it is https, or this machine's.
pub fn is_private_enough(url: &Url) -> bool {
    let has_name = url.host().is_some() && url.username().is_empty() && url.password().is_none();
    has_name && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The connections to an issuer: made when they are needed, since making them takes the system's certificates in.
#[derive(Debug, Default)]
pub(super) struct Connections {
    by_proxy: OnceLock<Client>,
    straight: OnceLock<Client>,
}

impl Connections {
    /// Those for a URL. What is for this machine goes to no proxy, as calls do.
    fn to(&self, url: &Url) -> reqwest::Result<Client> {
        let is_own = is_loopback(url);
        let made = if is_own { &self.straight } else { &self.by_proxy };
        if let Some(client) = made.get() {
            return Ok(client.clone());
        }
        let builder = Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            .timeout(WITHIN)
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            // Minutes pass between two fetches.
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none());
        let builder = if is_own { builder.no_proxy() } else { builder };
        let client = builder.build()?;
        Ok(made.get_or_init(|| client).clone())
    }
}

/// Fetches the issuer's keys once, for a check.
///
/// # Errors
/// [`IssuerError`]
pub async fn fetch_keys(rules: &Rules) -> Result<KeySet, IssuerError> {
    fetch_keys_by(&Connections::default(), rules).await
}

/// Fetches the issuer's keys.
pub(super) async fn fetch_keys_by(connections: &Connections, rules: &Rules) -> Result<KeySet, IssuerError> {
    let url = match &rules.jwks_url {
        Some(url) => url.clone(),
        None => keys_url(connections, &rules.issuer).await?,
    };
    let text = fetch(connections, &url).await?;
    let keys = KeySet::read(&text).ok_or(IssuerError::Content { url: url.to_string(), what: "set of keys" })?;
    if keys.is_empty() { Err(IssuerError::NoKeys(url.to_string())) } else { Ok(keys) }
}

/// Asks the issuer where its keys are.
async fn keys_url(connections: &Connections, issuer: &str) -> Result<Url, IssuerError> {
    let places = metadata_urls(issuer);
    for url in &places {
        let text = match fetch(connections, url).await {
            // An issuer has its metadata in one of the places, and answers for the others as it likes.
            Err(IssuerError::Status { status: 400..=499, .. }) => continue,
            text => text?,
        };
        let metadata: Metadata = serde_json::from_slice(&text)
            .map_err(|_| IssuerError::Content { url: url.to_string(), what: "metadata of an issuer" })?;
        // RFC 8414, section 3.3: otherwise one issuer could stand in for another.
        if metadata.issuer != issuer {
            return Err(IssuerError::OtherIssuer { url: url.to_string(), found: metadata.issuer });
        }
        // An issuer that is not this machine's does not lead to what is.
        let may = |keys: &Url| is_private_enough(keys) && (!is_loopback(keys) || is_loopback(url));
        let keys = Url::parse(&metadata.jwks_uri).ok().filter(may);
        return keys.ok_or(IssuerError::Plain(metadata.jwks_uri));
    }
    Err(IssuerError::NoMetadata(places.iter().map(Url::to_string).collect::<Vec<_>>().join(" or ")))
}

/// The places of an issuer's metadata, in the order in which MCP has clients ask: of RFC 8414, then of OpenID Connect.
fn metadata_urls(issuer: &str) -> Vec<Url> {
    let Ok(url) = Url::parse(issuer) else { return Vec::new() };
    let path = url.path().trim_end_matches('/').to_owned();
    let at = |path: String| {
        let mut url = url.clone();
        url.set_path(&path);
        url
    };
    let mut places = vec![
        at(format!("/.well-known/oauth-authorization-server{path}")),
        at(format!("/.well-known/openid-configuration{path}")),
    ];
    if !path.is_empty() {
        places.push(at(format!("{path}/.well-known/openid-configuration")));
    }
    places
}

async fn fetch(connections: &Connections, url: &Url) -> Result<Vec<u8>, IssuerError> {
    let unreachable = |error: reqwest::Error| {
        let error = error.without_url();
        let mut cause = error.source();
        while let Some(deeper) = cause.and_then(std::error::Error::source) {
            cause = Some(deeper);
        }
        let cause = cause.map_or_else(|| error.to_string(), ToString::to_string);
        IssuerError::Unreachable { url: url.to_string(), cause }
    };
    let client = connections.to(url).map_err(unreachable)?;
    let mut reply = client.get(url.clone()).header("accept", "application/json").send().await.map_err(unreachable)?;
    let status = reply.status();
    if status != reqwest::StatusCode::OK {
        return Err(IssuerError::Status { url: url.to_string(), status: status.as_u16() });
    }
    let mut text = Vec::new();
    while let Some(part) = reply.chunk().await.map_err(unreachable)? {
        text.extend_from_slice(&part);
        if text.len() > MOST_BYTES {
            return Err(IssuerError::Content { url: url.to_string(), what: "document of a sensible size" });
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_are_looked_for_where_the_standards_put_them() {
        let places = |issuer: &str| metadata_urls(issuer).iter().map(Url::to_string).collect::<Vec<_>>();
        assert_eq!(
            places("https://login.example.com/"),
            [
                "https://login.example.com/.well-known/oauth-authorization-server",
                "https://login.example.com/.well-known/openid-configuration"
            ]
        );
        assert_eq!(
            places("https://login.example.com:8443/realms/team"),
            [
                "https://login.example.com:8443/.well-known/oauth-authorization-server/realms/team",
                "https://login.example.com:8443/.well-known/openid-configuration/realms/team",
                "https://login.example.com:8443/realms/team/.well-known/openid-configuration"
            ]
        );
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for (url, right) in [
            ("https://login.example.com", true),
            ("http://127.0.0.1:9000/realms/x", true),
            ("http://[::1]:9000", true),
            ("http://localhost", true),
            ("http://login.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://localhost.example.com", false),
            ("http://192.168.1.4", false),
            ("https://user:pass@login.example.com", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(is_private_enough(&Url::parse(url).unwrap()), right, "{url}");
        }
    }
}
