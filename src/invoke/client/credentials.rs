//! What is configured to reach an API as somebody, and what is missing of it?

use std::collections::BTreeMap;

use reqwest::header::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use serde_json::Value;

use super::base_url::BaseUrlError;
use crate::invoke::dialect::Dialect;

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
        /// Their names.
        names: Vec<&'static str>,
    },
    /// The base URL is wrong.
    #[error("{setting}: {source}")]
    BaseUrl {
        /// Where it was set.
        setting: String,
        /// What is wrong.
        source: BaseUrlError,
    },
    /// A value holds characters that no header can carry. The value itself is not shown.
    #[error("{setting} holds characters that cannot be sent in a header, such as a line break; set it again")]
    NotSendable {
        /// Which one.
        setting: String,
    },
    /// The operation wants credentials that are not set.
    #[error("{api} wants credentials for this operation: {}", alternatives(api, needs))]
    Credentials {
        /// The API's name.
        api: String,
        /// One for each alternative that the manifest names, each with what is missing.
        needs: Vec<Need>,
    },
}

fn alternatives(api: &str, needs: &[Need]) -> String {
    needs.iter().map(|need| need.say(api)).collect::<Vec<_>>().join("; or ")
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
    /// What to set, for the API of this name.
    pub(super) fn say(&self, api: &str) -> String {
        let of = |missing: &Missing| {
            let Missing { scheme, kind, variable, supported } = missing;
            match (supported, variable.as_str()) {
                (false, _) => format!("`{scheme}` ({kind}): not supported here"),
                (true, "") => format!(
                    "`{scheme}` ({kind}): write `{scheme} = \"VARIABLE\"` under [apis.{api}.credentials] in config.toml, \
                     with the name of the variable that holds it"
                ),
                (true, variable) => format!("`{scheme}` ({kind}): set {variable}"),
            }
        };
        self.missing.iter().map(of).collect::<Vec<_>>().join(", and ")
    }
}

/// Credentials in the places where they are sent.
#[derive(Clone, Debug, Default)]
pub(in crate::invoke) struct Credentials {
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
