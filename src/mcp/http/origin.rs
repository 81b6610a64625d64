//! Was the request meant for this server? `Host` and `Origin`, which a page of another site cannot choose.
//!
//! A page whose name was made to lead here (DNS rebinding) sends its own name as `Host`; a page that asks across sites sends its own
//! `Origin`. Both are refused before anything else of the request is looked at.

use std::net::{IpAddr, SocketAddr};

use hyper::http::uri::Authority;
use hyper::{HeaderMap, header};

/// The hosts and origins that are allowed in addition to this machine's.
#[derive(Clone, Debug)]
pub(super) struct Meant {
    pub(super) hosts: Vec<String>,
    pub(super) origins: Vec<url::Origin>,
}

/// The reason why a request was not meant for this server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stray {
    #[error("the request must name exactly one Host")]
    NoHost,
    #[error(
        "the Host {0:?} is not this server: ask by the address it listens at, or add the name to http.allowed_hosts in its configuration"
    )]
    Host(String),
    #[error(
        "pages of the origin {0:?} may not ask this server: add it to http.allowed_origins in its configuration if they should"
    )]
    Origin(String),
}

impl Meant {
    /// Checks a request by the address at which it arrived.
    pub(super) fn check(&self, headers: &HeaderMap, arrived_at: SocketAddr) -> Result<(), Stray> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(Stray::NoHost) };
        let shown = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        if !host.to_str().ok().and_then(|host| host.parse().ok()).is_some_and(|host| self.is_host(&host, arrived_at)) {
            return Err(Stray::Host(shown(host)));
        }
        // A client that is no browser sends none.
        for origin in headers.get_all(header::ORIGIN) {
            if !origin.to_str().is_ok_and(|origin| self.is_origin(origin)) {
                return Err(Stray::Origin(shown(origin)));
            }
        }
        Ok(())
    }

    fn is_host(&self, authority: &Authority, arrived_at: SocketAddr) -> bool {
        let host = authority.host().to_ascii_lowercase();
        let address = bare(&host).parse::<IpAddr>().ok().map(|address| address.to_canonical());
        // A name can be made to lead here, an address cannot.
        if is_loopback(&host) || address.is_some_and(|address| address == arrived_at.ip().to_canonical()) {
            return true;
        }
        let whole = authority.as_str().to_ascii_lowercase();
        self.hosts.iter().any(|allowed| *allowed == host || *allowed == bare(&host) || *allowed == whole)
    }

    fn is_origin(&self, origin: &str) -> bool {
        let Ok(url) = url::Url::parse(origin) else { return false };
        match url.origin() {
            // `null` and what has no host.
            url::Origin::Opaque(_) => false,
            known => url.host_str().is_some_and(is_loopback) || self.origins.contains(&known),
        }
    }
}

/// Strips the brackets around an IPv6 address.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || bare(host).parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, origin: Option<&str>) -> Result<(), Stray> {
        let meant = Meant {
            hosts: vec!["tools.example.com".to_owned(), "proxy.example.com:8443".to_owned(), "2001:db8::7".to_owned()],
            origins: vec![url::Url::parse("https://tools.example.com").unwrap().origin()],
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        meant.check(&headers, "192.0.2.4:8765".parse().unwrap())
    }

    #[test]
    fn hosts_are_loopback_the_address_itself_and_those_configured() {
        for right in [
            "localhost",
            "LOCALHOST:8765",
            "127.0.0.1:8765",
            "[::1]:8765",
            "192.0.2.4:8765",
            "192.0.2.4",
            "tools.example.com",
            "Tools.Example.com:99",
            "proxy.example.com:8443",
            "[2001:db8::7]:8765",
        ] {
            assert_eq!(check(right, None), Ok(()), "{right}");
        }
        for wrong in [
            "evil.example",
            "localhost.evil.example",
            "evil.example:8765",
            "192.0.2.5:8765",
            "proxy.example.com",
            "proxy.example.com:1",
            "127.0.0.1.evil.example",
            "a b",
            "",
            "[::2]",
        ] {
            assert_eq!(check(wrong, None), Err(Stray::Host(wrong.to_owned())), "{wrong}");
        }
    }

    #[test]
    fn one_host_is_named() {
        let meant = Meant { hosts: Vec::new(), origins: Vec::new() };
        let mut headers = HeaderMap::new();
        let here = "127.0.0.1:1".parse().unwrap();
        assert_eq!(meant.check(&headers, here), Err(Stray::NoHost));
        headers.append(header::HOST, "localhost".parse().unwrap());
        headers.append(header::HOST, "evil.example".parse().unwrap());
        assert_eq!(meant.check(&headers, here), Err(Stray::NoHost));
    }

    #[test]
    fn origins_are_loopback_and_those_configured() {
        for right in [
            "http://localhost:6274",
            "http://127.0.0.1",
            "https://[::1]:1",
            "https://tools.example.com",
            "https://tools.example.com:443",
        ] {
            assert_eq!(check("localhost", Some(right)), Ok(()), "{right}");
        }
        for wrong in [
            "http://tools.example.com",
            "https://tools.example.com:444",
            "https://evil.example",
            "http://localhost.evil.example",
            "null",
            "",
            "file://",
            "localhost",
        ] {
            assert_eq!(check("localhost", Some(wrong)), Err(Stray::Origin(wrong.to_owned())), "{wrong}");
        }
    }
}
