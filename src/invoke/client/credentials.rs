//! What is configured to reach an API as somebody, and what is missing of it?

use std::collections::BTreeMap;

use reqwest::header::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use serde_json::Value;

use super::base_url::BaseUrlError;
use crate::invoke::dialect::Dialect;
use crate::settings_file::{ApiSection, SettingsFile, key, text};

/// The value of one security scheme.
#[derive(Clone, Debug, Default)]
pub struct Credential {
    /// The variable that holds it; empty where none was named.
    pub variable: String,
    /// Its value, where the variable is set. `user:password` for `http basic`, otherwise the key or token itself.
    pub value: Option<SecretString>,
}

/// The settings of an API with a base URL of its own.
#[derive(Clone, Debug, Default)]
pub struct GenericSettings {
    /// The API's name, for messages.
    pub api: String,
    /// Its base URL, absolute.
    pub url: String,
    /// Whether the configuration says so, and not the manifest alone.
    pub url_is_set: bool,
    /// The configuration file, for messages.
    pub file: SettingsFile,
    /// Whose rules it follows.
    pub dialect: &'static dyn Dialect,
    /// Headers that go with every request; secret, since people put tokens into them.
    pub headers: Vec<(String, SecretString)>,
    /// The manifest's security schemes by name.
    pub schemes: BTreeMap<String, Value>,
    /// Values by the name of their scheme.
    pub credentials: BTreeMap<String, Credential>,
}

/// An API cannot be reached with these settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// Variables are not set, or empty.
    #[error("calls need {}; set what is missing (searching needs none of them)", names.join(", "))]
    NotSet {
        /// The names of the variables.
        names: Vec<&'static str>,
    },
    /// The base URL is wrong.
    #[error("{setting}: {source}")]
    BaseUrl {
        /// The variable or section that holds it.
        setting: String,
        /// The fault of the URL.
        source: BaseUrlError,
    },
    /// A value holds characters that no header can carry. The value itself is not shown.
    #[error("{setting} holds characters that cannot be sent in a header, such as a line break; set it again")]
    NotSendable {
        /// The name of the variable, scheme or header.
        setting: String,
    },
    /// The operation wants credentials that are not set.
    #[error("{api} wants credentials for this operation: {}", alternatives(place, needs))]
    Credentials {
        /// The API's name.
        api: String,
        /// Where to write what is missing.
        place: Box<CredentialsPlace>,
        /// One for each alternative that the manifest names, each with what is missing.
        needs: Vec<Need>,
    },
}

fn alternatives(place: &CredentialsPlace, needs: &[Need]) -> String {
    needs.iter().map(|need| need.say(place)).collect::<Vec<_>>().join("; or ")
}

/// Where the credentials of an API are configured, and what stands there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialsPlace {
    /// The API's section.
    pub section: ApiSection,
    /// Whether it has `credentials`.
    pub has_some: bool,
    /// The base URL to write beside them, where there is none yet.
    pub base_url: Option<String>,
}

impl CredentialsPlace {
    pub(super) fn of(settings: &GenericSettings) -> Self {
        Self {
            section: settings.file.api(&settings.api),
            has_some: !settings.credentials.is_empty(),
            base_url: (!settings.url_is_set).then(|| settings.url.clone()),
        }
    }

    /// What to write for schemes whose variables nothing names.
    fn advice(&self, schemes: &[&str]) -> String {
        let pairs: Vec<String> = schemes.iter().map(|scheme| format!("{} = \"VARIABLE\"", key(scheme))).collect();
        let pairs = pairs.join(", ");
        let names =
            if schemes.len() == 1 { "the name of the variable that holds it" } else { "the names of the variables" };
        let Self { section, .. } = self;
        if self.has_some {
            return format!("add `{pairs}` to `credentials` in {section}, with {names}");
        }
        let base_url = self.base_url.as_ref().map(|url| format!("`base_url = {}` and ", text(url))).unwrap_or_default();
        format!("write {base_url}`credentials = {{ {pairs} }}` in {section}, with {names}")
    }
}

/// What one alternative still needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// One for each scheme of the alternative that has no value.
    pub missing: Vec<Missing>,
}

/// A scheme without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The scheme's name in the manifest.
    pub scheme: String,
    /// What it is, such as `an API key in the header X-Key`.
    pub kind: String,
    /// The variable to set; empty where the configuration names none.
    pub variable: String,
    /// Whether this program can send it at all.
    pub supported: bool,
}

impl Need {
    /// What to set, and what to write at this place.
    fn say(&self, place: &CredentialsPlace) -> String {
        let is_unnamed = |missing: &&Missing| missing.supported && missing.variable.is_empty();
        let unnamed: Vec<&str> =
            self.missing.iter().filter(is_unnamed).map(|missing| missing.scheme.as_str()).collect();
        let of = |missing: &Missing| {
            let Missing { scheme, kind, variable, supported } = missing;
            let what = format!("`{scheme}` ({kind})");
            match (supported, variable.as_str()) {
                (false, _) => format!("{what}: not supported here"),
                // One piece of advice is for all of them: TOML takes `credentials` once.
                (true, "") if unnamed.last() == Some(&scheme.as_str()) => format!("{what}: {}", place.advice(&unnamed)),
                (true, "") => what,
                (true, variable) => format!("{what}: set {variable}"),
            }
        };
        self.missing.iter().map(of).collect::<Vec<_>>().join(", and ")
    }
}

/// Credentials in the places where they are sent.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// All marked sensitive.
    pub(in crate::invoke) headers: HeaderMap,
    pub(in crate::invoke) query: Vec<(String, SecretString)>,
    /// As they are configured; no form of them may appear in a message.
    pub(in crate::invoke) secrets: Vec<SecretString>,
}

/// A header value that no log shows.
pub(in crate::invoke) fn sensitive(value: &str, setting: &str) -> Result<HeaderValue, AccessError> {
    let mut header =
        HeaderValue::from_str(value.trim()).map_err(|_| AccessError::NotSendable { setting: setting.to_owned() })?;
    header.set_sensitive(true);
    Ok(header)
}
