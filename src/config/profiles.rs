//! Which companies and APIs are configured beside the first one? A profile is reached by its own settings alone: none of another's keys,
//! and none of the variables of ConnectWise, counts for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;
use serde::Deserialize;

use super::apis::{self, Api};
use crate::invoke::connectwise::ConnectWiseCredentials;
use crate::service::{ApiSettings, CallOptions};

/// Most characters of a profile's name, which is that of a folder.
const LONGEST_NAME: usize = 64;

/// The section `[profiles.NAME]`: what `[connectwise]` has, and other APIs.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Profile {
    api_url: Option<String>,
    company_id: Option<String>,
    /// The key, or `env:VARIABLE`.
    public_key: Option<String>,
    /// The key, or `env:VARIABLE`.
    private_key: Option<String>,
    auth_prefix: Option<String>,
    client_id: Option<String>,
    user_type: Option<String>,
    version: Option<String>,
    /// Other APIs, as under `[apis]`.
    apis: BTreeMap<String, Api>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

impl Profile {
    fn credentials(&self, variable: &dyn Fn(&str) -> Option<String>) -> ConnectWiseCredentials {
        let key = |given: &Option<String>| {
            let text = given.clone().unwrap_or_default();
            let value = match text.strip_prefix("env:") {
                Some(named) => variable(named).unwrap_or_default(),
                None => text,
            };
            SecretString::from(value)
        };
        ConnectWiseCredentials {
            url: self.api_url.clone().unwrap_or_default(),
            company_id: self.company_id.clone().unwrap_or_default(),
            public_key: key(&self.public_key),
            private_key: key(&self.private_key),
            auth_prefix: self.auth_prefix.clone(),
            client_id: self.client_id.clone(),
            user_type: self.user_type.clone(),
            version: self.version.clone().unwrap_or_default(),
        }
    }

    /// The settings of calls: the limits are those of all, keys and places its own. Of an API that it does not name it knows where that
    /// is, and no key.
    fn calls(&self, name: &str, first: &CallOptions, variable: &dyn Fn(&str) -> Option<String>) -> CallOptions {
        let keyless = |(name, api): (&String, &ApiSettings)| {
            (name.clone(), ApiSettings { credentials: BTreeMap::new(), ..api.clone() })
        };
        let mut all: BTreeMap<String, ApiSettings> = first.apis.iter().map(keyless).collect();
        all.extend(apis::settings(&self.apis, variable));
        CallOptions {
            profile: Some(name.into()),
            connectwise: Some(self.credentials(variable)),
            apis: all,
            other_secrets: Vec::new(),
            profiles: BTreeMap::new(),
            ..first.clone()
        }
    }
}

/// The settings of calls in each profile.
pub(super) fn calls(
    profiles: &BTreeMap<String, Profile>,
    first: &CallOptions,
    variable: &dyn Fn(&str) -> Option<String>,
) -> BTreeMap<String, Arc<CallOptions>> {
    profiles.iter().map(|(name, profile)| (name.clone(), Arc::new(profile.calls(name, first, variable)))).collect()
}

/// Why no profile can be called so.
pub(super) fn wrong_name(name: &str) -> Option<&'static str> {
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Some("a name has 1 to 64 characters");
    }
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    (!is_plain).then_some("a name is made of letters, digits, `-` and `_`, since it is that of a folder too")
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(text: &str) -> BTreeMap<String, Profile> {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_profile_has_its_own_keys_and_places_and_nobody_elses() {
        let variable = |name: &str| (name == "ACME_PRIVATE").then(|| "acmePrivateKey".to_owned());
        let pets = ApiSettings {
            base_url: Some("https://pets.example".to_owned()),
            credentials: [("key".to_owned(), crate::invoke::client::Credential::default())].into(),
            ..ApiSettings::default()
        };
        let first = CallOptions {
            connectwise: Some(
                Profile { company_id: Some("first".to_owned()), ..Profile::default() }.credentials(&|_| None),
            ),
            apis: [("pets".to_owned(), pets.clone()), ("shop".to_owned(), pets)].into(),
            other_secrets: vec!["aToken".into()],
            ..CallOptions::default()
        };
        let profiles = read(
            "[acme]\ncompany_id = 'acme'\npublic_key = 'plainPublicKey'\nprivate_key = 'env:ACME_PRIVATE'\n\
             [acme.apis.shop]\nbase_url = 'https://shop.acme.example'\n[other]\nprivate_key = 'env:NONE'",
        );
        let calls = calls(&profiles, &first, &variable);
        let acme = calls["acme"].connectwise.clone().unwrap();
        let keys = (acme.public_key.expose_secret(), acme.private_key.expose_secret());
        assert_eq!(
            (acme.company_id.as_str(), acme.url.as_str(), keys),
            ("acme", "", ("plainPublicKey", "acmePrivateKey"))
        );
        assert_eq!(calls["acme"].profile.as_deref(), Some("acme"));
        let api = |profile: &str, name: &str| {
            let api = &calls[profile].apis[name];
            (api.base_url.clone().unwrap(), api.credentials.len())
        };
        assert_eq!(api("acme", "pets"), ("https://pets.example".to_owned(), 0));
        assert_eq!(api("acme", "shop"), ("https://shop.acme.example".to_owned(), 0));
        let other = calls["other"].connectwise.clone().unwrap();
        assert_eq!((other.company_id.as_str(), other.private_key.expose_secret()), ("", ""));
        assert!(!format!("{profiles:?} {calls:?}").contains("PublicKey"));
    }

    #[test]
    fn a_name_is_that_of_a_folder() {
        for name in ["acme", "Acme-2_eu"] {
            assert_eq!(wrong_name(name), None, "{name}");
        }
        for name in ["", ".", "..", "a/b", "a b", "a\\b", "\u{e9}", &"x".repeat(65)] {
            assert!(wrong_name(name).is_some(), "{name}");
        }
    }
}
