//! Whose rules does an API follow?
//!
//! ConnectWise's, where the embedded manifest was indexed, or where the configuration says so. What a manifest says of itself decides
//! nothing: its title is anybody's, and with a dialect go a base URL and keys.

use serde::Deserialize;

use crate::store::Api;

/// Whose rules an API follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// ConnectWise PSA (Manage).
    ConnectWise,
    /// Any other: what its manifest says and no more.
    #[default]
    Generic,
}

impl Dialect {
    /// That of an API; what is configured for it counts.
    pub fn of(api: &Api, configured: Option<Self>) -> Self {
        let own = if api.is_embedded { Self::ConnectWise } else { Self::Generic };
        configured.unwrap_or(own)
    }
}

/// What to write where an API is called as any other and its title makes it look like ConnectWise's. A hint is all that a title is good
/// for: ConnectWise Automate is another API.
pub fn hint(name: &str, api: &Api) -> Option<String> {
    let looks_like_it = !api.is_embedded && api.title.to_lowercase().contains("connectwise");
    looks_like_it.then(|| {
        format!(
            "the manifest of {name} is titled `{}` and is called as its own API, without ConnectWise PSA's rules and keys; if it is \
             ConnectWise PSA (Manage), write `dialect = \"connectwise\"` in the section [apis.{name}] of config.toml",
            api.title
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_manifest_and_the_configuration_decide_and_no_title() {
        let api = |title: &str, is_embedded| Api { title: title.to_owned(), is_embedded, ..Api::default() };
        for (title, is_embedded, configured, expected) in [
            ("Any title", true, None, Dialect::ConnectWise),
            ("ConnectWise PSA (Manage) API", false, None, Dialect::Generic),
            ("ConnectWise Automate", false, None, Dialect::Generic),
            ("Pets", false, Some(Dialect::ConnectWise), Dialect::ConnectWise),
            ("ConnectWise PSA (Manage) API", true, Some(Dialect::Generic), Dialect::Generic),
        ] {
            assert_eq!(Dialect::of(&api(title, is_embedded), configured), expected, "{title}");
        }
        assert!(hint("cw", &api("ConnectWise PSA", false)).is_some_and(|hint| hint.contains("[apis.cw]")));
        assert_eq!(hint("cw", &api("ConnectWise PSA", true)), None);
        assert_eq!(hint("pets", &api("Pets", false)), None);
    }
}
