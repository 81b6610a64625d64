//! Who may send requests, what may each do, and with whose keys? The tokens of `[http]`, their policies and members.

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::header_keys::HeaderKeys;
use super::{HttpConfigError, HttpSettings, Section};
use crate::invoke::Policy;
use crate::invoke::grant::{Grant, KeySource, Member};
use crate::invoke::policy::Rules;
use crate::search::nearest_names;
use crate::settings_file::SettingsFile;

/// Name of the token in [`VARIABLE`].
pub const ENVIRONMENT: &str = "environment";

/// Environment variable of the one token that needs no configuration file.
pub const VARIABLE: &str = "CW_ORCHESTRATOR_TOKEN";

/// Fewest characters of a token: 32 hexadecimal digits have 128 bits, which nobody can guess.
pub const SHORTEST_TOKEN: usize = 32;

/// One token: its text alone, or a table.
#[derive(Clone, Debug, Default)]
pub(super) struct TokenSetting {
    /// `env:VARIABLE` or `sha256:HEX`.
    pub(super) token: String,
    /// Name of what it may do; without one it may do everything.
    pub(super) policy: Option<String>,
    /// Name of the profile that its calls are made in; without one it is the server's own.
    pub(super) profile: Option<String>,
    /// Identifier of the member as whom the account calls.
    pub(super) member: Option<String>,
    /// The member's own keys.
    pub(super) keys: Keys,
    /// Whether its requests may bring keys along; by default as for every token.
    pub(super) keys_in_headers: Option<HeaderKeys>,
}

/// A member's keys, each as `env:VARIABLE`.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    pub(super) public_key: Option<String>,
    pub(super) private_key: Option<String>,
    pub(super) user_type: Option<String>,
}

impl<'de> Deserialize<'de> for TokenSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            token: String,
            policy: Option<String>,
            profile: Option<String>,
            member: Option<String>,
            public_key: Option<String>,
            private_key: Option<String>,
            user_type: Option<String>,
            keys_in_headers: Option<HeaderKeys>,
        }
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = TokenSetting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`\"env:VARIABLE\"`, `\"sha256:HEX\"`, or a table of `token`, `policy`, `profile`, `member`, `public_key`, `private_key`, `user_type` and `keys_in_headers`")
            }

            fn visit_str<E: de::Error>(self, token: &str) -> Result<TokenSetting, E> {
                Ok(TokenSetting {
                    token: token.to_owned(),
                    policy: None,
                    profile: None,
                    member: None,
                    keys: Keys::default(),
                    keys_in_headers: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TokenSetting, A::Error> {
                let Table { token, policy, profile, member, public_key, private_key, user_type, keys_in_headers } =
                    Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(TokenSetting {
                    token,
                    policy,
                    profile,
                    member,
                    keys: Keys { public_key, private_key, user_type },
                    keys_in_headers,
                })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl HttpSettings {
    /// Lists the tokens that environment variables hold.
    pub(in crate::config) fn secrets(&self, variable: &dyn Fn(&str) -> Option<String>) -> Vec<SecretString> {
        let settings = self.section.tokens.values().cloned().chain(self.granted().map(|(_, setting)| setting));
        let texts = settings.flat_map(|TokenSetting { token, keys, .. }| {
            [Some(token), keys.public_key, keys.private_key].into_iter().flatten()
        });
        let named = texts.filter_map(|text| variable(text.strip_prefix("env:")?));
        named.chain(variable(VARIABLE)).map(SecretString::from).collect()
    }

    /// What somebody may do: the holder of this token, whoever has this scope, or this policy; `None` where neither has this name.
    ///
    /// # Errors
    /// [`HttpConfigError::Policy`]
    pub fn policy_as(&self, name: &str) -> Result<Option<Arc<Policy>>, HttpConfigError> {
        let scope = self.section.scopes.get(name).map(|scope| scope.as_token());
        match self.section.tokens.get(name).or(scope.as_ref()) {
            Some(setting) => self.policy_of(name, setting).map(Some),
            None if name == ENVIRONMENT => Ok(Some(Arc::clone(Policy::open()))),
            None => Ok(self.policies.get(name).map(|rules| named(name, rules))),
        }
    }

    /// The names of tokens, of scopes, and of policies, for whoever gave another.
    pub fn known_names(&self) -> [(&'static str, Vec<&str>); 3] {
        let Section { tokens, scopes, .. } = &self.section;
        [
            ("tokens", tokens.keys().map(String::as_str).collect()),
            ("scopes", scopes.keys().map(String::as_str).collect()),
            ("policies", self.policies.keys().map(String::as_str).collect()),
        ]
    }

    /// The policies, each by its name.
    pub fn policies(&self) -> impl Iterator<Item = Arc<Policy>> {
        self.policies.iter().map(|(name, rules)| named(name, rules))
    }

    pub(super) fn policy_of(&self, token: &str, setting: &TokenSetting) -> Result<Arc<Policy>, HttpConfigError> {
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

    /// The members whose keys can be read, each with the profile of its token.
    pub(in crate::config) fn members(
        &self,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> impl Iterator<Item = (Arc<Member>, Option<String>)> {
        let tokens = self.section.tokens.iter().map(|(name, setting)| (name.clone(), setting.clone()));
        let member = |name: &str, setting: &TokenSetting| self.member(name, setting, variable).ok().flatten();
        tokens
            .chain(self.granted())
            .filter_map(move |(name, setting)| Some((member(&name, &setting)?, setting.profile)))
    }

    /// The profile in which calls of somebody are made, where a token of this name says so.
    ///
    /// # Errors
    /// [`HttpConfigError::Profile`]
    pub fn profile_as(&self, name: &str) -> Result<Option<Arc<str>>, HttpConfigError> {
        self.section.tokens.get(name).map_or(Ok(None), |setting| self.checked_profile(name, setting))
    }

    fn checked_profile(&self, token: &str, setting: &TokenSetting) -> Result<Option<Arc<str>>, HttpConfigError> {
        let Some(name) = &setting.profile else { return Ok(None) };
        if self.profiles.contains(name) {
            return Ok(Some(name.as_str().into()));
        }
        let near = nearest_names(name, self.profiles.iter().map(String::as_str), 5);
        let known = match near.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>() {
            none if none.is_empty() => format!("there are no profiles: write one under [profiles.{name}]"),
            near => format!("the nearest are {}", near.join(", ")),
        };
        let (token, profile, file) = (token.to_owned(), name.clone(), self.file.clone());
        Err(HttpConfigError::Profile { token, profile, known, file })
    }

    /// Reads the keys of the member whose token this is.
    pub(super) fn member(
        &self,
        token: &str,
        setting: &TokenSetting,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Arc<Member>>, HttpConfigError> {
        let TokenSetting { member, keys, keys_in_headers, .. } = setting;
        let wrong = |reason: String| HttpConfigError::Key { token: token.to_owned(), reason, file: self.file.clone() };
        let read = |name: &str, from: &str| {
            let Some(named) = from.strip_prefix("env:") else {
                return Err(wrong(format!("`{name}` is not `env:VARIABLE`; the file does not hold keys themselves")));
            };
            let unset = || wrong(format!("the variable {named} of its `{name}` is not set"));
            variable(named).map(SecretString::from).ok_or_else(unset)
        };
        let takes_others = keys_in_headers.is_some_and(|rule| rule != HeaderKeys::Refused);
        if let Some(identifier) = member {
            if takes_others || keys.public_key.is_some() || keys.private_key.is_some() {
                let reason = "it has a `member`, as whom the account calls, so keys have no use; leave one of them out";
                return Err(wrong(reason.to_owned()));
            }
            if identifier.trim().is_empty() {
                return Err(wrong("`member` is empty; write the member's identifier, as it signs in".to_owned()));
            }
            return Ok(Some(Arc::new(Member {
                name: token.to_owned(),
                public_key: SecretString::default(),
                private_key: SecretString::default(),
                user_type: keys.user_type.clone(),
                source: KeySource::Account(identifier.trim().to_owned()),
            })));
        }
        match (&keys.public_key, &keys.private_key) {
            (Some(_), _) if takes_others => {
                Err(wrong("it has keys of its own, so `keys_in_headers` has no use; leave one of them out".to_owned()))
            }
            (None, None) if keys.user_type.is_none() => Ok(None),
            (Some(public_key), Some(private_key)) => Ok(Some(Arc::new(Member {
                name: token.to_owned(),
                public_key: read("public_key", public_key)?,
                private_key: read("private_key", private_key)?,
                user_type: keys.user_type.clone(),
                source: KeySource::Configured,
            }))),
            _ => Err(wrong("a member has both `public_key` and `private_key`".to_owned())),
        }
    }

    /// Reads all tokens, each with what it may do.
    pub(super) fn tokens(&self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Tokens, HttpConfigError> {
        let mut tokens = Tokens::default();
        if let Some(token) = variable(VARIABLE) {
            tokens.add(ENVIRONMENT, hash_of(&token, VARIABLE)?, Grant::open())?;
        }
        for (name, setting) in &self.section.tokens {
            let hash = Tokens::hash(name, &setting.token, &self.file, variable)?;
            let member = self.member(name, setting, variable)?;
            tokens.add(
                name,
                hash,
                Grant { policy: self.policy_of(name, setting)?, member, profile: self.checked_profile(name, setting)? },
            )?;
        }
        Ok(tokens)
    }
}

fn named(name: &str, rules: &Rules) -> Arc<Policy> {
    Arc::new(Policy { name: Some(name.to_owned()), rules: rules.clone() })
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
    pub(super) fn hash(
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

pub(super) fn hash_of(token: &str, variable: &str) -> Result<[u8; 32], HttpConfigError> {
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
