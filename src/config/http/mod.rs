//! What did the user choose for serving over HTTP? The section `[http]`, its tokens, and what an address demands of them.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::invoke::Policy;
use crate::invoke::grant::{Grant, Member};
use crate::invoke::policy::Rules;
use crate::settings_file::SettingsFile;

/// Name of the token in [`VARIABLE`].
pub const ENVIRONMENT: &str = "environment";

/// Environment variable of the one token that needs no configuration file.
pub const VARIABLE: &str = "CW_ORCHESTRATOR_TOKEN";

/// Fewest characters of a token: 32 hexadecimal digits have 128 bits, which nobody can guess.
pub const SHORTEST_TOKEN: usize = 32;

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
         characters, name tokens under [http.tokens] in {file}, or listen on 127.0.0.1"
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
    /// Names or addresses by which clients reach the server, with or without a port, in addition to the address it
    /// listens at.
    allowed_hosts: Vec<String>,
    /// Origins of web pages that may send requests, in addition to those on this machine.
    allowed_origins: Vec<String>,
    /// Seconds of silence after which a session ends.
    session_idle_s: Option<u64>,
}

/// One token: its text alone, or a table.
#[derive(Clone, Debug)]
struct TokenSetting {
    /// `env:VARIABLE` or `sha256:HEX`.
    token: String,
    /// Name of what it may do; without one it may do everything.
    policy: Option<String>,
    /// The member's own keys.
    keys: Keys,
}

/// A member's keys, each as `env:VARIABLE`.
#[derive(Clone, Debug, Default)]
struct Keys {
    public_key: Option<String>,
    private_key: Option<String>,
    user_type: Option<String>,
}

impl<'de> Deserialize<'de> for TokenSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            token: String,
            policy: Option<String>,
            public_key: Option<String>,
            private_key: Option<String>,
            user_type: Option<String>,
        }
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = TokenSetting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`\"env:VARIABLE\"`, `\"sha256:HEX\"`, or a table of `token`, `policy`, `public_key`, `private_key` and `user_type`")
            }

            fn visit_str<E: de::Error>(self, token: &str) -> Result<TokenSetting, E> {
                Ok(TokenSetting { token: token.to_owned(), policy: None, keys: Keys::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TokenSetting, A::Error> {
                let Table { token, policy, public_key, private_key, user_type } =
                    Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(TokenSetting { token, policy, keys: Keys { public_key, private_key, user_type } })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// The settings of HTTP as they were given. They are checked when they are needed.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    pub(super) section: Section,
    /// What tokens may do, by name.
    pub(super) policies: BTreeMap<String, Rules>,
    /// The configuration file that they are from, for messages.
    pub(super) file: SettingsFile,
}

/// The options of serving over HTTP, checked.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Address to listen at; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Tokens of those who may send requests. Without tokens, everyone on this machine may.
    pub tokens: Tokens,
    /// Host names in lower case, with or without a port, in addition to loopback's names and the address itself.
    pub allowed_hosts: Vec<String>,
    /// Origins in addition to loopback's.
    pub allowed_origins: Vec<url::Origin>,
    /// Silence after which a session ends.
    pub session_idle: Duration,
}

impl HttpSettings {
    /// Lists the tokens that environment variables hold.
    pub(super) fn secrets(&self, variable: &dyn Fn(&str) -> Option<String>) -> Vec<SecretString> {
        let settings = self.section.tokens.values();
        let texts = settings.flat_map(|TokenSetting { token, keys, .. }| {
            [Some(token), keys.public_key.as_ref(), keys.private_key.as_ref()].into_iter().flatten()
        });
        let named = texts.filter_map(|text| text.strip_prefix("env:"));
        named.chain([VARIABLE]).filter_map(variable).map(SecretString::from).collect()
    }

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
        let faults: Vec<HttpConfigError> = environments.into_iter().chain(tokens).filter_map(Result::err).collect();
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

    /// What somebody may do: the holder of this token, or whoever has this policy; `None` where neither has this name.
    ///
    /// # Errors
    /// [`HttpConfigError::Policy`]
    pub fn policy_as(&self, name: &str) -> Result<Option<Arc<Policy>>, HttpConfigError> {
        match self.section.tokens.get(name) {
            Some(setting) => self.policy_of(name, setting).map(Some),
            None if name == ENVIRONMENT => Ok(Some(Arc::clone(Policy::open()))),
            None => Ok(self.policies.get(name).map(|rules| named(name, rules))),
        }
    }

    /// The names of tokens, and of policies, for whoever gave another.
    pub fn known_names(&self) -> (Vec<&str>, Vec<&str>) {
        (self.section.tokens.keys().map(String::as_str).collect(), self.policies.keys().map(String::as_str).collect())
    }

    /// The policies, each by its name.
    pub fn policies(&self) -> impl Iterator<Item = Arc<Policy>> {
        self.policies.iter().map(|(name, rules)| named(name, rules))
    }

    fn policy_of(&self, token: &str, setting: &TokenSetting) -> Result<Arc<Policy>, HttpConfigError> {
        let Some(name) = &setting.policy else { return Ok(Arc::clone(Policy::open())) };
        let known = || match self.policies.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>() {
            none if none.is_empty() => format!("there are no policies: write one under [policies.{name}]"),
            names => format!("the policies are {}", names.join(", ")),
        };
        let unknown = || HttpConfigError::Policy {
            token: token.to_owned(),
            policy: name.clone(),
            known: known(),
            file: self.file.clone(),
        };
        self.policies.get(name).map(|rules| named(name, rules)).ok_or_else(unknown)
    }

    /// The members whose keys can be read.
    pub(super) fn members(&self, variable: &dyn Fn(&str) -> Option<String>) -> impl Iterator<Item = Arc<Member>> {
        self.section
            .tokens
            .iter()
            .filter_map(|(name, setting)| self.member(name, &setting.keys, variable).ok().flatten())
    }

    /// Reads the keys of the member whose token this is.
    fn member(
        &self,
        token: &str,
        keys: &Keys,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Arc<Member>>, HttpConfigError> {
        let wrong = |reason: String| HttpConfigError::Key { token: token.to_owned(), reason, file: self.file.clone() };
        let read = |name: &str, from: &str| {
            let Some(named) = from.strip_prefix("env:") else {
                return Err(wrong(format!("`{name}` is not `env:VARIABLE`; the file does not hold keys themselves")));
            };
            let unset = || wrong(format!("the variable {named} of its `{name}` is not set"));
            variable(named).map(SecretString::from).ok_or_else(unset)
        };
        match (&keys.public_key, &keys.private_key) {
            (None, None) if keys.user_type.is_none() => Ok(None),
            (Some(public_key), Some(private_key)) => Ok(Some(Arc::new(Member {
                name: token.to_owned(),
                public_key: read("public_key", public_key)?,
                private_key: read("private_key", private_key)?,
                user_type: keys.user_type.clone(),
            }))),
            _ => Err(wrong("a member has both `public_key` and `private_key`".to_owned())),
        }
    }

    /// Reads all tokens, each with what it may do.
    fn tokens(&self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Tokens, HttpConfigError> {
        let mut tokens = Tokens::default();
        if let Some(token) = variable(VARIABLE) {
            tokens.add(ENVIRONMENT, hash_of(&token, VARIABLE)?, Grant::open())?;
        }
        for (name, setting) in &self.section.tokens {
            let hash = Tokens::hash(name, &setting.token, &self.file, variable)?;
            let member = self.member(name, &setting.keys, variable)?;
            tokens.add(name, hash, Grant { policy: self.policy_of(name, setting)?, member })?;
        }
        Ok(tokens)
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
        if tokens.is_empty() && !listen.ip().to_canonical().is_loopback() {
            return Err(HttpConfigError::OpenToAll { listen, file: self.file });
        }
        let origin = |text: &String| match url::Url::parse(text).map(|url| url.origin()) {
            Ok(origin) if origin.is_tuple() => Ok(origin),
            _ => Err(HttpConfigError::Origin { origin: text.clone(), file: self.file.clone() }),
        };
        Ok(HttpOptions {
            listen,
            tokens,
            allowed_hosts: self.section.allowed_hosts.iter().map(|host| host.trim().to_ascii_lowercase()).collect(),
            allowed_origins: self.section.allowed_origins.iter().map(origin).collect::<Result<_, _>>()?,
            session_idle: self.section.session_idle_s.map_or(SESSION_IDLE, Duration::from_secs),
        })
    }
}

fn named(name: &str, rules: &Rules) -> Arc<Policy> {
    Arc::new(Policy { name: Some(name.to_owned()), rules: rules.clone() })
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

#[derive(Clone)]
struct Known {
    name: String,
    sha256: [u8; 32],
    grant: Grant,
}

/// Named bearer tokens. Only their SHA-256 is kept: tokens are random, so that even a fast hash gives no guess.
#[derive(Clone, Default)]
pub struct Tokens {
    known: Vec<Known>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.known.iter().map(|known| &known.name)).finish()
    }
}

impl Tokens {
    /// Reads the hash of a configured token.
    fn hash(
        name: &str,
        from: &str,
        file: &SettingsFile,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<[u8; 32], HttpConfigError> {
        check_name(name)?;
        match from.split_once(':') {
            Some(("env", named)) => {
                let unset = || HttpConfigError::Unset { name: name.to_owned(), variable: named.to_owned() };
                hash_of(&variable(named).ok_or_else(unset)?, named)
            }
            Some(("sha256", digits)) => {
                // BLAKE3's hashes are as long, so its reader of hexadecimal digits does.
                let read = blake3::Hash::from_hex(digits.to_ascii_lowercase());
                Ok(*read.map_err(|_| HttpConfigError::Form { name: name.to_owned(), file: file.clone() })?.as_bytes())
            }
            _ => Err(HttpConfigError::Form { name: name.to_owned(), file: file.clone() }),
        }
    }

    fn add(&mut self, name: &str, sha256: [u8; 32], grant: Grant) -> Result<(), HttpConfigError> {
        if let Some(first) = self.known.iter().find(|known| known.sha256 == sha256) {
            return Err(HttpConfigError::Twice { first: first.name.clone(), second: name.to_owned() });
        }
        self.known.push(Known { name: name.to_owned(), sha256, grant });
        Ok(())
    }

    /// Returns the number of tokens.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Tells whether there are no tokens, so that none is asked for.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Finds the name of a token, and what it may do. It takes the same time whatever the token, so that it tells nothing of how
    /// alike two tokens are.
    pub fn find(&self, token: &str) -> Option<(&str, &Grant)> {
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        // Every hash is compared: the time tells neither which name comes first nor how much was right.
        let found = self
            .known
            .iter()
            .fold(None, |found, known| if bool::from(known.sha256.ct_eq(&hash)) { Some(known) } else { found });
        found.map(|known| (known.name.as_str(), &known.grant))
    }
}

fn hash_of(token: &str, variable: &str) -> Result<[u8; 32], HttpConfigError> {
    let weak = |reason| HttpConfigError::Weak { variable: variable.to_owned(), reason };
    let token = token.trim();
    // RFC 6750, section 2.1: what a header can carry as a bearer token.
    if !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)) {
        return Err(weak("made of characters that no header can carry"));
    }
    if token.len() < SHORTEST_TOKEN {
        return Err(weak("too short"));
    }
    Ok(Sha256::digest(token.as_bytes()).into())
}

/// Checks the name of a token. Names stand beside other words in logs, the audit file and the owner of handles.
fn check_name(name: &str) -> Result<(), HttpConfigError> {
    let wrong = |reason| Err(HttpConfigError::Name { name: name.to_owned(), reason });
    if name == ENVIRONMENT {
        return wrong("it stands for the token of CW_ORCHESTRATOR_TOKEN");
    }
    if name.is_empty() || name.len() > 64 {
        return wrong("it has 1 to 64 characters");
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._@".contains(&byte)) {
        return wrong("it is made of letters, digits and `-._@`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
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
        HttpSettings { section: Section::default(), policies, file: SettingsFile::default() }
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
        insta::assert_snapshot!(fault("0.0.0.0:8765", ""), @"0.0.0.0:8765 can be reached from other machines and no token is configured: set CW_ORCHESTRATOR_TOKEN to a random token of 32 or more characters, name tokens under [http.tokens] in config.toml, or listen on 127.0.0.1");
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
