//! Which server does a URL name, and how does a client's file name the variable with its token? Pure.

use serde_json::{Map, Value};
use url::{Host, Url};

use crate::memory::secrets::{begins_as_token, is_secret_name};
use crate::setup::clients::McpClient;

/// Path of the server's endpoint, for a URL that has none.
const PATH: &str = "/mcp";

/// Fewest characters of what is taken for a token: those that the server itself demands of one.
const SHORTEST_TOKEN: usize = 32;

/// A server that runs by itself and is reached by HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    url: Url,
    token_variable: Option<String>,
}

/// A reason for which no client is led to a server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// It is no address of a server.
    #[error(
        "--url is no http or https address: write the one that the server prints when it starts, such as http://127.0.0.1:8765/mcp"
    )]
    NoUrl,
    /// A token would stand in the client's file.
    #[error(
        "--url holds what looks like credentials, which no client's file is to hold: leave them out, and name the variable with the \
         token by --token-env VARIABLE"
    )]
    Credentials,
    /// It is no name of a variable, and perhaps a token.
    #[error(
        "--token-env is no name of an environment variable; name the one that holds the token, such as CW_ORCHESTRATOR_TOKEN. The token \
         itself is written nowhere"
    )]
    NoVariable,
}

impl Remote {
    /// Reads a URL and the name of the variable that holds the server's token.
    ///
    /// # Errors
    /// [`RemoteError`], which repeats neither.
    pub fn new(url: &str, token_variable: Option<&str>) -> Result<Self, RemoteError> {
        let mut url = Url::parse(url.trim()).map_err(|_| RemoteError::NoUrl)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(RemoteError::NoUrl);
        }
        let is_secret = |name: &str| is_secret_name(name) || name.eq_ignore_ascii_case("key");
        let has_login = !url.username().is_empty() || url.password().is_some();
        if has_login || url.query_pairs().any(|(name, _)| is_secret(&name)) {
            return Err(RemoteError::Credentials);
        }
        if token_variable.is_some_and(|name| !is_variable(name)) {
            return Err(RemoteError::NoVariable);
        }
        if url.path() == "/" {
            url.set_path(PATH);
        }
        Ok(Self { url, token_variable: token_variable.map(str::to_owned) })
    }

    /// The variable that holds the token.
    pub fn token_variable(&self) -> Option<&str> {
        self.token_variable.as_deref()
    }

    /// Whether it is on this machine.
    pub fn is_local(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether what is sent to it can be read on the way.
    pub fn is_open(&self) -> bool {
        self.url.scheme() == "http" && !self.is_local()
    }

    /// The members of a client's entry. `headers` are those that it has: they stay, but for the token's.
    pub(super) fn entry(&self, client: McpClient, headers: Option<&Map<String, Value>>) -> Map<String, Value> {
        let mut entry = Map::new();
        if matches!(client, McpClient::ClaudeCode | McpClient::VsCode) {
            entry.insert("type".to_owned(), "http".into());
        }
        entry.insert("url".to_owned(), self.url.as_str().into());
        if let Some(variable) = &self.token_variable {
            let mut headers = headers.cloned().unwrap_or_default();
            headers.retain(|name, _| !name.eq_ignore_ascii_case(AUTHORIZATION));
            headers.insert(AUTHORIZATION.to_owned(), format!("{BEARER}{}", reference(client, variable)).into());
            entry.insert("headers".to_owned(), headers.into());
        }
        entry
    }
}

const AUTHORIZATION: &str = "Authorization";
const BEARER: &str = "Bearer ";

/// A variable as the client fills it in. Sources: code.claude.com "Environment variable expansion in .mcp.json",
/// code.visualstudio.com "Variables reference", cursor.com "Config interpolation".
fn reference(client: McpClient, variable: &str) -> String {
    match client {
        McpClient::ClaudeCode | McpClient::ClaudeDesktop => format!("${{{variable}}}"),
        McpClient::VsCode | McpClient::Cursor => format!("${{env:{variable}}}"),
    }
}

/// Whether a header's value names a variable, and holds nothing else that could be a secret.
pub(super) fn is_reference(value: &str) -> bool {
    let value = value.strip_prefix(BEARER).unwrap_or(value);
    let inner = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inner.is_some_and(|inner| is_variable(inner.strip_prefix("env:").unwrap_or(inner)))
}

/// Whether a text is a name of an environment variable, and nothing that could be a token.
fn is_variable(name: &str) -> bool {
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let has = |is: fn(&u8) -> bool| name.bytes().any(|byte| is(&byte));
    let is_token = name.len() >= SHORTEST_TOKEN && has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase);
    is_name && !is_token && !begins_as_token(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_one_of_a_server_and_carries_no_credentials() {
        let read = |url: &str| Remote::new(url, None).map(|remote| remote.url.to_string());
        for (given, url) in [
            ("http://127.0.0.1:8765/mcp", "http://127.0.0.1:8765/mcp"),
            ("https://tools.example.com", "https://tools.example.com/mcp"),
            ("https://tools.example.com/", "https://tools.example.com/mcp"),
            (" https://tools.example.com/team/mcp ", "https://tools.example.com/team/mcp"),
            ("https://tools.example.com/mcp?team=2", "https://tools.example.com/mcp?team=2"),
        ] {
            assert_eq!(read(given).unwrap(), url, "{given}");
        }
        for given in ["", "127.0.0.1:8765", "tools.example.com", "ftp://tools.example.com", "file:///mcp", "http://"] {
            assert!(matches!(read(given), Err(RemoteError::NoUrl)), "{given}");
        }
        for given in [
            "https://u:canary@tools.example.com/mcp",
            "https://canary@tools.example.com/mcp",
            "https://tools.example.com/mcp?token=canary",
            "https://tools.example.com/mcp?a=1&api_key=canary",
        ] {
            let refused = read(given).unwrap_err();
            assert!(matches!(refused, RemoteError::Credentials), "{given}");
            assert!(!refused.to_string().contains("canary"));
        }
    }

    #[test]
    fn a_variable_is_named_and_never_the_token_itself() {
        let read = |name: &str| Remote::new("https://tools.example.com", Some(name));
        for name in [
            "CW_ORCHESTRATOR_TOKEN",
            "_t",
            "token2",
            "hf_token",
            "npm_TOKEN",
            "ASIA_PACIFIC_TOKEN_2",
            "A_VERY_LONG_NAME_OF_A_VARIABLE_WITH_A_2",
        ] {
            assert_eq!(read(name).unwrap().token_variable(), Some(name));
        }
        for name in [
            "",
            "a b",
            "$TOKEN",
            "${TOKEN}",
            "2a",
            "a-b",
            "Bearer x",
            "abcdef0123456789abcdef0123456789",
            "ghp_abcDEFghij",
            "sk_live_a1b2c3d4",
        ] {
            let refused = read(name).unwrap_err();
            assert!(matches!(refused, RemoteError::NoVariable), "{name}");
            assert!(name.is_empty() || !refused.to_string().contains(name) || name == "$TOKEN", "{name}");
        }
    }

    #[test]
    fn what_is_on_this_machine_needs_neither_token_nor_tls() {
        for (url, is_local, is_open) in [
            ("http://localhost:8765", true, false),
            ("http://[::1]:8765", true, false),
            ("http://127.0.0.2", true, false),
            ("http://192.0.2.4:8765", false, true),
            ("https://192.0.2.4:8765", false, false),
            ("http://localhost.example.com", false, true),
        ] {
            let remote = Remote::new(url, None).unwrap();
            assert_eq!((remote.is_local(), remote.is_open()), (is_local, is_open), "{url}");
        }
    }

    #[test]
    fn only_a_reference_is_shown() {
        for shown in ["Bearer ${TOKEN}", "${env:TOKEN}", "Bearer ${env:TOKEN}"] {
            assert!(is_reference(shown), "{shown}");
        }
        for hidden in ["Bearer canary", "canary${TOKEN}", "${TOKEN}canary}", "Basic ${TOKEN}", "", "${a}${b}"] {
            assert!(!is_reference(hidden), "{hidden}");
        }
    }
}
