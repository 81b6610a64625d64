//! What does a client learn of how to be let in? The header `WWW-Authenticate` (RFC 6750, section 3; RFC 9728, section 5.1).

use hyper::header::HeaderValue;

/// A challenge of the scheme `Bearer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::mcp::http) struct Challenge(String);

impl Default for Challenge {
    fn default() -> Self {
        Self(format!("Bearer realm=\"{}\"", env!("CARGO_PKG_NAME")))
    }
}

impl Challenge {
    /// The challenge with another parameter.
    pub(in crate::mcp::http) fn with(self, name: &str, value: &str) -> Self {
        // What a quoted string cannot have as it is has no place in any of these values.
        let plain = value.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect::<String>();
        Self(format!("{}, {name}=\"{plain}\"", self.0))
    }

    /// The challenge with the scopes to ask for, where there are some.
    pub(in crate::mcp::http) fn scopes(self, scopes: &[String]) -> Self {
        if scopes.is_empty() { self } else { self.with("scope", &scopes.join(" ")) }
    }

    pub(in crate::mcp::http) fn value(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("Bearer"))
    }
}
