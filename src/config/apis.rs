//! How is another API than ConnectWise's configured?

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de};

use crate::invoke::client::Credential;
use crate::invoke::dialect::Dialect;
use crate::invoke::dialects;
use crate::service::ApiSettings;

/// Reads the name of a dialect.
fn dialect<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'static dyn Dialect>, D::Error> {
    let name = String::deserialize(deserializer)?;
    dialects::named(&name).map(Some).ok_or_else(|| {
        let known: Vec<String> = dialects::ALL.iter().map(|known| format!("\"{}\"", known.name())).collect();
        de::Error::custom(format!("there is no dialect \"{name}\"; the dialects are {}", known.join(" and ")))
    })
}

/// Settings of another API.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Api {
    /// Base URL in place of the manifest's first server; required beside credentials.
    base_url: Option<String>,
    /// URL that the manifest was published at, where its servers are relative to that.
    manifest_url: Option<String>,
    /// Servers of single operations that the credentials may go to as well.
    servers: Vec<String>,
    /// The name of the API's dialect; by default ConnectWise's for the embedded manifest, and the generic one for any other.
    #[serde(deserialize_with = "dialect")]
    dialect: Option<&'static dyn Dialect>,
    /// Environment variable that holds the value of each security scheme. The value itself never stands here.
    credentials: BTreeMap<String, String>,
}

/// The settings of APIs, with what their variables hold.
pub(super) fn settings(
    apis: &BTreeMap<String, Api>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> BTreeMap<String, ApiSettings> {
    let of = |(name, api): (&String, &Api)| {
        let credential = |variable_name: &String| Credential {
            variable: variable_name.clone(),
            value: variable(variable_name).map(SecretString::from),
        };
        let credentials = api.credentials.iter().map(|(scheme, name)| (scheme.clone(), credential(name))).collect();
        let (base_url, manifest_url) = (api.base_url.clone(), api.manifest_url.clone());
        let servers = api.servers.clone();
        (name.clone(), ApiSettings { base_url, manifest_url, servers, dialect: api.dialect, credentials })
    };
    apis.iter().map(of).collect()
}
