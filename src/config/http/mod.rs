//! What did the user choose for serving over HTTP? The section `[http]`, and what an address demands of it.

mod header_keys;
mod oauth;
mod tokens;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;

use crate::invoke::policy::Rules;
use crate::settings_file::SettingsFile;
use tokens::{TokenSetting, hash_of};

pub use header_keys::{HeaderKeys, KeysInHeaders};
pub use oauth::{Lacking, OAuthOptions};
pub use tokens::{ENVIRONMENT, SHORTEST_TOKEN, Tokens, VARIABLE};

/// Default silence after which a session ends: as long as a stored result is kept, since a session's results end with
/// it.
const SESSION_IDLE: Duration = crate::invoke::stored::KEPT;

/// An error in the settings of HTTP.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpConfigError {
    /// Other machines could reach the server, and no token says who may.
    #[error(
        "{listen} can be reached from other machines and no token is configured: set {VARIABLE} to a random token of {SHORTEST_TOKEN} or more \
         characters, name tokens under [http.tokens] or an issuer under [http.oauth] in {file}, or listen on 127.0.0.1"
    )]
    OpenToAll {
        /// The address to listen at.
        listen: SocketAddr,
        /// The configuration file in use.
        file: SettingsFile,
    },
    /// The environment variable that should hold a token is not set.
    #[error(
        "the token `{name}` is to be in the variable {variable}, which is not set: set it, or remove `{name}` from [http.tokens]"
    )]
    Unset {
        /// Name of the token.
        name: String,
        /// Name of the variable.
        variable: String,
    },
    /// The token can be guessed, or no header can carry it.
    #[error(
        "the token in {variable} is {reason}: a token is {SHORTEST_TOKEN} or more letters, digits and `-._~+/=`, such as \
         `openssl rand -hex 32` gives"
    )]
    Weak {
        /// Name of the variable.
        variable: String,
        /// The fault, without the token.
        reason: &'static str,
    },
    /// The configuration gives neither a variable nor a hash for a token.
    #[error(
        "http.tokens.{name} in {file} is neither `env:VARIABLE` nor `sha256:` with 64 hexadecimal digits; the file does not hold \
         tokens themselves. `printf %s \"$TOKEN\" | sha256sum` gives the digits"
    )]
    Form {
        /// Name of the token.
        name: String,
        /// The configuration file in use.
        file: SettingsFile,
    },
    /// The name of a token would be ambiguous in a log, or is reserved.
    #[error("`{name}` is no name for a token: {reason}")]
    Name {
        /// The configured name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Two names have the same token, so that it would stand for two persons.
    #[error("`{first}` and `{second}` have the same token: give each its own")]
    Twice {
        /// Name of the first.
        first: String,
        /// Name of the second.
        second: String,
    },
    /// A token names a policy that there is not.
    #[error("http.tokens.{token} in {file} has the policy `{policy}`, and {known}")]
    Policy {
        /// Name of the token.
        token: String,
        /// The name that it gives.
        policy: String,
        /// The policies that there are, as a clause.
        known: String,
        /// The configuration file in use.
        file: SettingsFile,
    },
    /// A token names a profile that there is not.
    #[error("http.tokens.{token} in {file} has the profile `{profile}`, and {known}")]
    Profile {
        /// Name of the token.
        token: String,
        /// The name that it gives.
        profile: String,
        /// The profiles that there are, as a clause.
        known: String,
        /// The configuration file in use.
        file: SettingsFile,
    },
    /// A member's key is missing, or no variable is named for it.
    #[error("http.tokens.{token} in {file}: {reason}")]
    Key {
        /// Name of the token.
        token: String,
        /// What is wrong and what to write, without a key.
        reason: String,
        /// The configuration file in use.
        file: SettingsFile,
    },
    /// A setting of access tokens is wrong.
    #[error("http.{setting} in {file} {reason}")]
    OAuth {
        /// Its section and name, below `http`.
        setting: String,
        /// What is wrong and what to write.
        reason: String,
        /// The configuration file in use.
        file: SettingsFile,
    },
    /// No browser sends an origin of this form.
    #[error(
        "http.allowed_origins in {file} has `{origin}`, which is no origin: write scheme, host and port, such as https://example.com"
    )]
    Origin {
        /// The configured origin.
        origin: String,
        /// The configuration file in use.
        file: SettingsFile,
    },
    /// The configured text is no host as requests name it.
    #[error("http.allowed_hosts in {file} has `{host}`, which no request names: write {right}")]
    Host {
        /// The configured text.
        host: String,
        /// What to write.
        right: String,
        /// The configuration file in use.
        file: SettingsFile,
    },
    /// An origin with more than scheme, host and port.
    #[error(
        "http.allowed_origins in {file} has `{origin}`, and every page of that host is let in: write `{right}`, which says so"
    )]
    WholeOrigin {
        /// The configured text.
        origin: String,
        /// The origin alone.
        right: String,
        /// The configuration file in use.
        file: SettingsFile,
    },
}

/// The section `[http]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Section {
    /// Tokens by the name of the person they stand for. A token itself never stands here.
    tokens: BTreeMap<String, TokenSetting>,
    /// Whose access tokens are taken.
    oauth: Option<oauth::Section>,
    /// What access tokens grant, by scope or by the value of a claim.
    scopes: BTreeMap<String, oauth::ScopeSetting>,
    /// The keys of single persons, by the issuer's name for them.
    subjects: BTreeMap<String, oauth::SubjectSetting>,
    /// Names or addresses by which clients reach the server, with or without a port, in addition to the address it
    /// listens at.
    allowed_hosts: Vec<String>,
    /// Origins of web pages that may send requests, in addition to those on this machine.
    allowed_origins: Vec<String>,
    /// Seconds of silence after which a session ends.
    session_idle_s: Option<u64>,
    /// Whether requests may bring ConnectWise keys along in headers, where their token does not say otherwise.
    keys_in_headers: HeaderKeys,
}

/// The settings of HTTP as they were given. They are checked when they are needed.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    pub(super) section: Section,
    /// What tokens may do, by name.
    pub(super) policies: BTreeMap<String, Rules>,
    /// The profiles that tokens may name.
    pub(super) profiles: Vec<String>,
    /// The configuration file that they are from, for messages.
    pub(super) file: SettingsFile,
}

/// The options of serving over HTTP, checked.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Address to listen at; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Tokens of those who may send requests. Without tokens and without an issuer, everyone on this machine may.
    pub tokens: Tokens,
    /// Whose access tokens are taken.
    pub oauth: Option<OAuthOptions>,
    /// Host names in lower case, with or without a port, in addition to loopback's names and the address itself.
    pub allowed_hosts: Vec<String>,
    /// Origins in addition to loopback's.
    pub allowed_origins: Vec<url::Origin>,
    /// Silence after which a session ends.
    pub session_idle: Duration,
    /// Whose requests may bring ConnectWise keys along in headers.
    pub keys_in_headers: KeysInHeaders,
}

impl HttpSettings {
    /// Lists every fault of tokens and origins, whatever the address.
    pub fn faults(&self) -> Vec<HttpConfigError> {
        self.faults_in(&super::variable)
    }

    fn faults_in(&self, variable: &dyn Fn(&str) -> Option<String>) -> Vec<HttpConfigError> {
        let environments = variable(VARIABLE).map(|token| hash_of(&token, VARIABLE).map(drop));
        let tokens = self
            .section
            .tokens
            .iter()
            .map(|(name, from)| Tokens::hash(name, &from.token, &self.file, variable).map(drop));
        let oauth = [self.oauth(variable).map(drop)];
        let faults = environments.into_iter().chain(tokens).chain(oauth).filter_map(Result::err);
        let faults: Vec<HttpConfigError> = faults.collect();
        let doubtful = self.doubtful();
        if !faults.is_empty() {
            return faults.into_iter().chain(doubtful).collect();
        }
        // What only shows when each token is right: that two are the same, and the origins.
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        self.clone().options_in(loopback, variable).err().into_iter().chain(doubtful).collect()
    }

    /// Lists hosts that no request names, and origins that mean more than they say. Serving goes on with both.
    fn doubtful(&self) -> Vec<HttpConfigError> {
        let Section { allowed_hosts, allowed_origins, .. } = &self.section;
        let hosts = allowed_hosts.iter().filter_map(|host| {
            let right = right_host(host.trim())?;
            Some(HttpConfigError::Host { host: host.clone(), right, file: self.file.clone() })
        });
        let origins = allowed_origins.iter().filter_map(|text| {
            let url = url::Url::parse(text).ok()?;
            let is_whole = url.path() != "/" || url.query().is_some() || url.fragment().is_some();
            let right = Some(url.origin()).filter(|origin| is_whole && origin.is_tuple())?.ascii_serialization();
            Some(HttpConfigError::WholeOrigin { origin: text.clone(), right, file: self.file.clone() })
        });
        hosts.chain(origins).collect()
    }

    /// Whose requests may bring ConnectWise keys along in headers.
    pub fn keys_in_headers(&self) -> KeysInHeaders {
        let own = |(name, setting): (&String, &TokenSetting)| Some((name.clone(), setting.keys_in_headers?));
        let tokens = self.section.tokens.iter().filter_map(own).collect();
        KeysInHeaders { everyone: self.section.keys_in_headers, tokens }
    }

    /// Checks all settings for an address.
    ///
    /// # Errors
    /// [`HttpConfigError`]
    pub fn options(self, listen: SocketAddr) -> Result<HttpOptions, HttpConfigError> {
        self.options_in(listen, &super::variable)
    }

    fn options_in(
        self,
        listen: SocketAddr,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<HttpOptions, HttpConfigError> {
        let tokens = self.tokens(variable)?;
        let oauth = self.oauth(variable)?;
        if tokens.is_empty() && oauth.is_none() && !listen.ip().to_canonical().is_loopback() {
            return Err(HttpConfigError::OpenToAll { listen, file: self.file });
        }
        let origin = |text: &String| match url::Url::parse(text).map(|url| url.origin()) {
            Ok(origin) if origin.is_tuple() => Ok(origin),
            _ => Err(HttpConfigError::Origin { origin: text.clone(), file: self.file.clone() }),
        };
        let hosts = self.section.allowed_hosts.iter().map(|host| host.trim().to_ascii_lowercase());
        // Whoever names the server by its URI means it.
        let resource = oauth.iter().filter_map(|oauth| oauth.resource.host_str().map(str::to_owned));
        Ok(HttpOptions {
            listen,
            tokens,
            keys_in_headers: self.keys_in_headers(),
            allowed_hosts: hosts.chain(resource).collect(),
            allowed_origins: self.section.allowed_origins.iter().map(origin).collect::<Result<_, _>>()?,
            session_idle: self.section.session_idle_s.map_or(SESSION_IDLE, Duration::from_secs),
            oauth,
        })
    }
}

/// What to write in place of a host that no request can name; `None` where one can.
fn right_host(given: &str) -> Option<String> {
    if given.contains('*') || given.is_empty() {
        return Some("each name by which clients reach the server, such as `tools.example.com`".to_owned());
    }
    if given.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    let with_scheme = if given.contains("://") { given.to_owned() } else { format!("http://{given}") };
    let alone = url::Url::parse(&with_scheme).ok().and_then(|url| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}{port}", url.host_str().filter(|host| !host.is_empty())?))
    });
    let is_plain = !given.contains(['/', '@', '?', '#']) && alone.is_some();
    let alone = alone.map_or_else(|| "a name such as `tools.example.com`".to_owned(), |alone| format!("`{alone}`"));
    (!is_plain).then_some(alone)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    const A: &str = "0123456789abcdef0123456789abcdef";
    const B: &str = "fedcba9876543210fedcba9876543210";

    fn variable(name: &str) -> Option<String> {
        let value = match name {
            "A" => A,
            "B" => B,
            "SHORT" => "0123456789abcdef",
            "SPACED" => "0123456789abcdef 0123456789abcdef",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn plain() -> HttpSettings {
        let technicians = toml::from_str("writes = 'deny'").unwrap();
        let policies = [("technicians".to_owned(), technicians)].into();
        HttpSettings {
            section: Section::default(),
            policies,
            profiles: vec!["acme".to_owned()],
            file: SettingsFile::default(),
        }
    }

    fn options(listen: &str, section: &str) -> Result<HttpOptions, HttpConfigError> {
        let settings = HttpSettings { section: toml::from_str(section).unwrap(), ..plain() };
        settings.options_in(listen.parse().unwrap(), &variable)
    }

    fn fault(listen: &str, section: &str) -> String {
        options(listen, section).unwrap_err().to_string()
    }

    #[test]
    fn a_token_is_known_by_its_name_from_a_variable_or_a_hash() {
        let hash = "sha256:".to_owned() + &format!("{:x}", Sha256::digest(B)).to_uppercase();
        let tokens = options("0.0.0.0:0", &format!("tokens = {{ alice = 'env:A', bob = '{hash}' }}")).unwrap().tokens;
        let name = |token: &str| tokens.find(token).map(|(name, _)| name.to_owned());
        assert_eq!((name(A).as_deref(), name(B).as_deref()), (Some("alice"), Some("bob")));
        for wrong in ["", "alice", &A[1..], &A.to_uppercase(), &format!("{A} ")] {
            assert_eq!(name(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{tokens:?}"), r#"["alice", "bob"]"#);
    }

    #[test]
    fn a_token_may_do_what_its_policy_says_and_everything_without_one() {
        let section = "[tokens]\nalice = { token = 'env:A', policy = 'technicians' }\nbob = 'env:B'";
        let tokens = options("127.0.0.1:0", section).unwrap().tokens;
        let policy = |token: &str| tokens.find(token).map(|(_, grant)| grant.policy.to_string());
        assert_eq!(policy(A).as_deref(), Some("the policy `technicians`"));
        assert_eq!(policy(B).as_deref(), Some("no policy"));
        let settings = HttpSettings { section: toml::from_str(section).unwrap(), ..plain() };
        let name = |name: &str| settings.policy_as(name).unwrap().map(|policy| policy.name.clone());
        assert_eq!((name("alice"), name("technicians")), (name("technicians"), Some(Some("technicians".to_owned()))));
        assert_eq!((name("bob"), name("carol")), (Some(None), None));
        let wrong = fault("127.0.0.1:1", "tokens = { a = { token = 'env:A', policy = 'techs' } }");
        assert_eq!(wrong, "http.tokens.a in config.toml has the policy `techs`, and the policies are `technicians`");
        let section = "tokens = { a = { token = 'env:A', profile = 'acme' }, b = 'env:B' }";
        let tokens = options("127.0.0.1:1", section).unwrap().tokens;
        let profile =
            |token: &str| tokens.find(token).and_then(|(_, grant)| grant.profile.as_deref().map(str::to_owned));
        assert_eq!((profile(A).as_deref(), profile(B)), (Some("acme"), None));
        let wrong = fault("127.0.0.1:1", "tokens = { a = { token = 'env:A', profile = 'acne' } }");
        assert_eq!(wrong, "http.tokens.a in config.toml has the profile `acne`, and the nearest are `acme`");
        let unread = |section: &str| toml::from_str::<Section>(section).unwrap_err().to_string();
        assert!(unread("tokens = { a = 5 }").contains("a table of `token`, `policy`"));
        assert!(unread("tokens = { a = { token = 'env:A', polcy = 'x' } }").contains("unknown field `polcy`"));
    }

    #[test]
    fn the_environments_token_needs_no_file() {
        let settings = HttpSettings { section: Section::default(), ..plain() };
        let environment = |name: &str| (name == VARIABLE).then(|| format!("{A}\n"));
        let tokens = settings.options_in("[::]:1".parse().unwrap(), &environment).unwrap().tokens;
        assert_eq!(tokens.find(A).map(|(name, _)| name), Some(ENVIRONMENT));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let faults = |section: &str| {
            let settings = HttpSettings { section: toml::from_str(section).unwrap(), ..plain() };
            settings.faults_in(&|name| (name == "A").then(|| A.to_owned())).len()
        };
        assert_eq!(faults("tokens = { a = 'env:A' }"), 0);
        assert_eq!(faults("tokens = { a = 'env:NONE', b = 'plain', c = 'env:A' }"), 2);
        assert_eq!(faults("tokens = { a = 'env:A', b = 'env:A' }"), 1);
        assert_eq!(faults("allowed_origins = ['example.com']"), 1);
        assert_eq!(faults("tokens = { b = 'plain' }\nallowed_hosts = ['*']"), 2);
    }

    #[test]
    fn hosts_that_no_request_names_are_told_and_serving_goes_on() {
        let told = |section: &str| {
            let settings = HttpSettings { section: toml::from_str(section).unwrap(), ..plain() };
            settings.faults_in(&|_| None).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        let right =
            "['tools.example.com', 'a.example.com:8443', '192.0.2.4', '[2001:db8::7]:80', '2001:db8::7', 'psa_tools']";
        assert_eq!(told(&format!("allowed_hosts = {right}")), "");
        assert_eq!(told("allowed_origins = ['https://a.example.com', 'https://a.example.com:8443/']"), "");
        for (host, right) in [
            ("https://x", "write `x`"),
            ("https://x.example.com:8443/mcp", "write `x.example.com:8443`"),
            ("x.example.com/mcp", "write `x.example.com`"),
            ("*", "write each name"),
            ("*.example.com", "write each name"),
            ("", "write each name"),
            ("a b", "write a name"),
        ] {
            let told = told(&format!("allowed_hosts = ['{host}']"));
            assert!(told.contains(right), "{host}: {told}");
        }
        let whole = "allowed_origins = ['https://a.example.com/path']";
        assert!(told(whole).ends_with("write `https://a.example.com`, which says so"), "{}", told(whole));
        assert!(options("127.0.0.1:1", "allowed_hosts = ['*']").is_ok() && options("127.0.0.1:1", whole).is_ok());
    }

    #[test]
    fn only_loopback_is_open_without_a_token() {
        for listen in ["127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(options(listen, "").unwrap().tokens.is_empty());
        }
        for listen in ["0.0.0.0:1", "[::]:1", "192.168.1.4:1", "[::ffff:10.0.0.1]:1", "[fe80::1]:1"] {
            assert!(matches!(options(listen, ""), Err(HttpConfigError::OpenToAll { .. })), "{listen}");
            assert!(options(listen, "tokens = { a = 'env:A' }").is_ok(), "{listen}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_token_is_said_without_the_token() {
        insta::assert_snapshot!(fault("0.0.0.0:8765", ""), @"0.0.0.0:8765 can be reached from other machines and no token is configured: set CW_ORCHESTRATOR_TOKEN to a random token of 32 or more characters, name tokens under [http.tokens] or an issuer under [http.oauth] in config.toml, or listen on 127.0.0.1");
        insta::assert_snapshot!(fault("127.0.0.1:1", "tokens = { a = 'env:NONE' }"), @"the token `a` is to be in the variable NONE, which is not set: set it, or remove `a` from [http.tokens]");
        insta::assert_snapshot!(fault("127.0.0.1:1", "tokens = { a = 'env:SHORT' }"), @"the token in SHORT is too short: a token is 32 or more letters, digits and `-._~+/=`, such as `openssl rand -hex 32` gives");
        insta::assert_snapshot!(fault("127.0.0.1:1", "tokens = { a = 'env:SPACED' }"), @"the token in SPACED is made of characters that no header can carry: a token is 32 or more letters, digits and `-._~+/=`, such as `openssl rand -hex 32` gives");
        insta::assert_snapshot!(fault("127.0.0.1:1", &format!("tokens = {{ a = '{A}' }}")), @r#"http.tokens.a in config.toml is neither `env:VARIABLE` nor `sha256:` with 64 hexadecimal digits; the file does not hold tokens themselves. `printf %s "$TOKEN" | sha256sum` gives the digits"#);
        insta::assert_snapshot!(fault("127.0.0.1:1", "tokens = { 'a #1' = 'env:A' }"), @"`a #1` is no name for a token: it is made of letters, digits and `-._@`");
        insta::assert_snapshot!(fault("127.0.0.1:1", "tokens = { environment = 'env:A' }"), @"`environment` is no name for a token: it stands for the token of CW_ORCHESTRATOR_TOKEN");
        insta::assert_snapshot!(fault("127.0.0.1:1", "tokens = { a = 'env:A', b = 'env:A' }"), @"`a` and `b` have the same token: give each its own");
        insta::assert_snapshot!(fault("127.0.0.1:1", "allowed_origins = ['example.com']"), @"http.allowed_origins in config.toml has `example.com`, which is no origin: write scheme, host and port, such as https://example.com");
    }
}
