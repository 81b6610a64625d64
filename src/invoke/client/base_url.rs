//! Where does an API live, and does a path stay below it?
//!
//! A path is checked as it is written and again after every percent-encoding is undone: servers and the gateways before
//! them decode at different times, and one that decodes late sees `..` where this side saw `%2e%2e`.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::text;
use crate::invoke::draft::encode;

/// How often percent-encoding is undone in search of a dot segment. Twice is seen in practice (a gateway, then the
/// server); what still decodes after that is refused.
const DECODINGS: usize = 3;

/// A base URL cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It cannot be read.
    #[error(
        "`{url}` is no URL ({reason}); write the whole of it, such as \
        https://api-na.myconnectwise.net/v4_6_release/apis/3.0"
    )]
    Unreadable {
        /// As given, without control characters.
        url: String,
        /// What the parser says.
        reason: String,
    },
    /// It is neither `https` nor `http`.
    #[error("the base URL `{url}` must begin with https://")]
    Scheme {
        /// As given, without control characters.
        url: String,
    },
    /// Plain `http` to another machine would show the credentials to everyone between.
    #[error(
        "the base URL begins with http://, which would send credentials to {host} in the clear; begin it with \
        https:// (http is for this machine only)"
    )]
    Insecure {
        /// The host.
        host: String,
    },
    /// It holds a user name, a password, a query or a fragment.
    #[error("the base URL must hold no {what}; leave it out, credentials are set apart from it")]
    Extra {
        /// The part that it must not have.
        what: &'static str,
    },
}

/// A path would not address something below the base URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the path `{path}` {reason}; write the path of an operation, such as /service/tickets/42")]
pub struct PathError {
    /// As given, without control characters and shortened.
    pub path: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// The checked root of an API.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    /// No query, fragment or user; the path never ends with a slash but for the root's own.
    url: Url,
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BaseUrl").field(&self.url.as_str()).finish()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str())
    }
}

impl BaseUrl {
    /// Reads a base URL.
    ///
    /// # Errors
    /// [`BaseUrlError`]; plain `http` is accepted for loopback addresses alone.
    pub fn parse(given: &str) -> Result<Self, BaseUrlError> {
        let shown = || shown(given);
        let mut url = Url::parse(given.trim())
            .map_err(|error| BaseUrlError::Unreadable { url: shown(), reason: error.to_string() })?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(BaseUrlError::Scheme { url: shown() });
        }
        let extras = [
            ("user name or password", !url.username().is_empty() || url.password().is_some()),
            ("query", url.query().is_some()),
            ("fragment", url.fragment().is_some()),
        ];
        if let Some((what, _)) = extras.into_iter().find(|(_, found)| *found) {
            return Err(BaseUrlError::Extra { what });
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(BaseUrlError::Insecure { host: url.host_str().unwrap_or_default().to_owned() });
        }
        let trimmed = url.path().trim_end_matches('/').to_owned();
        url.set_path(&trimmed);
        Ok(Self { url })
    }

    /// The host, with its port where that is not the scheme's own.
    pub fn host(&self) -> String {
        host_of(&self.url)
    }

    /// The host's name alone.
    pub fn host_name(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The path of the base, without a slash at its end; empty for the root.
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// Whether it addresses this machine.
    pub(in crate::invoke) fn is_of_this_machine(&self) -> bool {
        is_loopback(&self.url)
    }

    /// Whether a URL has its scheme, host and port.
    pub(crate) fn is_at(&self, url: &Url) -> bool {
        same_origin(&self.url, url)
    }

    /// Whether a URL has its scheme and host, and names no port: a server behind a proxy does not know at which it is asked.
    pub(crate) fn is_at_without_port(&self, url: &Url) -> bool {
        url.port().is_none()
            && url.scheme() == self.url.scheme()
            && url.host().is_some()
            && url.host() == self.url.host()
    }

    /// The same on another host.
    pub(in crate::invoke) fn on_host(&self, name: &str) -> Option<Self> {
        let mut url = self.url.clone();
        url.set_host(Some(name)).ok()?;
        Some(Self { url })
    }

    /// A base below this one; `path` as for [`Self::join`].
    pub(in crate::invoke) fn below(&self, path: &str) -> Result<Self, PathError> {
        self.join(path, &[]).map(|url| Self { url })
    }

    /// The URL of a path below this base.
    ///
    /// `path` is percent-encoded and begins with `/`; `query` is decoded.
    ///
    /// # Errors
    /// [`PathError`] where the path would address another host or something above the base.
    pub fn join(&self, path: &str, query: &[(String, String)]) -> Result<Url, PathError> {
        self.join_encoded(path, &encode(query))
    }

    /// As [`Self::join`], with the query as it stands in the URL; an empty path is the base URL's own.
    pub(in crate::invoke) fn join_encoded(&self, path: &str, query: &str) -> Result<Url, PathError> {
        if !path.is_empty() {
            check_path(path)?;
        }
        let mut url = self.url.clone();
        let whole = format!("{}{path}", self.path());
        url.set_path(&whole);
        // What the checks above did not foresee shows in a path that the parser changed.
        if url.path() != whole && !whole.is_empty() {
            let reason = "has characters that must be percent-encoded, or segments that lead elsewhere";
            return Err(PathError { path: text::clean(path, text::SHORT), reason });
        }
        if !query.is_empty() {
            url.set_query(Some(query));
        }
        Ok(url)
    }
}

/// Whether two URLs share scheme, host and port: the bounds within which credentials travel.
pub(super) fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}

/// Whether a URL addresses this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Host and port of a URL, as people write them.
pub(super) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A URL that was refused, as a message may hold it: without what may be a password or a key.
fn shown(given: &str) -> String {
    let given = given.split(['?', '#']).next().unwrap_or_default();
    let host = given.rsplit_once('@').map_or(given, |(_, host)| host);
    text::clean(host, text::SHORT)
}

/// Checks that a path stays below its base, whichever that is.
///
/// # Errors
/// [`PathError`]
pub(crate) fn check_path(path: &str) -> Result<(), PathError> {
    fault(path).map_or(Ok(()), |reason| Err(PathError { path: text::clean(path, text::SHORT), reason }))
}

/// Why a path does not stay below its base, if it does not.
fn fault(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        return Some("must begin with `/`: another host or a whole URL is not accepted");
    }
    // Further on, `//` is an empty segment (RFC 3986 section 3.3), and what stands before it is a path already.
    if path.starts_with("//") {
        return Some("begins with `//`, which can address another host");
    }
    if path.contains('\\') {
        return Some("holds a backslash, which some servers read as a slash");
    }
    if path.contains(['#', '?']) {
        return Some("holds a fragment or a query; give query parameters apart");
    }
    let mut decoded = Cow::Borrowed(path);
    for round in 0..DECODINGS {
        // A tab that is percent-encoded stands between items (Swagger's `tsv`); one that is not, readers of URLs drop.
        let is_wrong = |c: char| c.is_control() && (c != '\t' || round == 0);
        if decoded.chars().any(is_wrong) {
            return Some("holds control characters");
        }
        if decoded.replace('\t', "").split(['/', '\\']).any(is_dots) {
            return Some("holds `.` or `..` segments, which lead elsewhere");
        }
        let Ok(next) = percent_decode_str(&decoded).decode_utf8() else {
            return Some("is not UTF-8 once it is decoded");
        };
        if next == decoded {
            return None;
        }
        decoded = Cow::Owned(next.into_owned());
    }
    Some("is percent-encoded several times over")
}

/// Whether a segment is `.` or `..`, with or without path parameters (`..;x`, which Tomcat and others cut off).
fn is_dots(segment: &str) -> bool {
    matches!(segment.split(';').next(), Some("." | ".."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: &str = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0";

    fn base() -> BaseUrl {
        BaseUrl::parse(BASE).unwrap()
    }

    #[test]
    fn base_urls_are_checked() {
        let cases = [
            ("https://api-na.myconnectwise.net/v4_6_release/apis/3.0/", "ok /v4_6_release/apis/3.0"),
            ("https://psa.example.com", "ok "),
            ("http://127.0.0.1:9/x", "ok /x"),
            ("http://localhost:9//", "ok "),
            ("http://[::1]:9", "ok "),
            ("http://psa.example.com", "in the clear"),
            ("http://localhost.example.com", "in the clear"),
            ("http://127.0.0.1.example.com", "in the clear"),
            ("api-na.myconnectwise.net", "is no URL"),
            ("ftp://psa.example.com", "must begin with https://"),
            ("https://user@psa.example.com", "no user name or password"),
            ("https://psa.example.com?key=1", "no query"),
            ("https://psa.example.com#part", "no fragment"),
            ("", "is no URL"),
            ("me:pw@psa.example.com?key=1", "`psa.example.com`"),
            ("ftp://me:pw@psa.example.com", "`psa.example.com`"),
        ];
        for (given, expected) in cases {
            let got = match BaseUrl::parse(given) {
                Ok(base) => format!("ok {}", base.path()),
                Err(error) => error.to_string(),
            };
            assert!(got.contains(expected), "{given}: {got}");
        }
    }

    #[test]
    fn a_path_cannot_leave_the_base() {
        let refused = [
            "service/tickets",
            "https://evil.example.com/",
            "//evil.example.com/x",
            "//a",
            "/a//..//b",
            "/a//%2e%2e/b",
            "/..",
            "/../x",
            "/a/../../x",
            "/a/%2e%2e/x",
            "/a/%2E./x",
            "/a/%252e%252e/x",
            "/a/..%2fx",
            "/a/..;x/y",
            "/a/%2e%2e%5cx",
            "/a/.",
            "/a\\..\\b",
            "/a#b",
            "/a?b=1",
            "/a\r\nHost: evil",
            "/a%0d%0aX: 1",
            "/a%00",
            "/a\tb",
            "/a/.%09./x",
            "/a/%ff",
            "/%25252525252e",
            "/a b",
        ];
        for path in refused {
            let error = base().join(path, &[]).expect_err(path);
            assert!(!error.to_string().contains(['\r', '\n']), "{error}");
        }
        let accepted = [
            "/a//b",
            "/a//evil.example.com/x//",
            "/service/tickets",
            "/service/tickets/42/",
            "/a/b%2Fc",
            "/a/x%20y",
            "/a/x%09y",
            "/a/...",
            "/a/v1.0",
            "/@me:x",
            "/a/%25",
        ];
        for path in accepted {
            let url = base().join(path, &[]).unwrap();
            assert_eq!(url.as_str(), format!("{BASE}{path}"));
        }
    }

    #[test]
    fn queries_arrive_as_they_are() {
        let value = r#"summary like "%a+b & c's*[x]%" é"#;
        let url = base().join("/service/tickets", &[("conditions".into(), value.into())]).unwrap();
        insta::assert_snapshot!(
            url.query().unwrap(),
            @"conditions=summary%20like%20%22%25a%2Bb%20%26%20c%27s%2A%5Bx%5D%25%22%20%C3%A9"
        );
    }

    proptest! {
        #[test]
        fn any_path_is_refused_or_stays_below_the_base(path in "/?[./%2eE5cf\\\\@:;?#a\r\u{0}]{0,12}") {
            if let Ok(url) = base().join(&path, &[]) {
                prop_assert_eq!(url.as_str(), format!("{BASE}{path}"));
            }
        }

        #[test]
        fn any_query_round_trips(pairs in proptest::collection::vec(("[^\u{0}]{1,8}", "\\PC{0,12}"), 1..4)) {
            let url = base().join("/x", &pairs).unwrap();
            let read: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(read, pairs);
        }
    }
}
