//! Which API has which dialect?
//!
//! ConnectWise's, where the embedded manifest was indexed, or where the configuration says so. A manifest's own title decides
//! nothing: anybody can choose it, and a dialect brings a base URL and keys.

use super::connectwise::ConnectWise;
use super::dialect::Dialect;
use super::generic::Generic;
use crate::settings_file::ApiSection;
use crate::store::Api;

/// Every dialect there is.
pub const ALL: [&dyn Dialect; 2] = [&ConnectWise, &Generic];

/// The dialect of a name, as the configuration writes it.
pub fn named(name: &str) -> Option<&'static dyn Dialect> {
    ALL.into_iter().find(|dialect| dialect.name() == name)
}

/// The dialect of an API; what is configured for it counts.
pub fn of(api: &Api, configured: Option<&'static dyn Dialect>) -> &'static dyn Dialect {
    let own: &'static dyn Dialect = if api.is_embedded { &ConnectWise } else { &Generic };
    configured.unwrap_or(own)
}

/// What to write where an API is called as any other and its title makes it look like ConnectWise's. A hint is all that a title is good
/// for: ConnectWise Automate is another API.
pub fn hint(name: &str, api: &Api, section: &ApiSection) -> Option<String> {
    let looks_like_it = !api.is_embedded && api.title.to_lowercase().contains("connectwise");
    looks_like_it.then(|| {
        format!(
            "the manifest of {name} is titled `{}` and is called as its own API, without ConnectWise PSA's rules and keys; if it is \
             ConnectWise PSA (Manage), write `dialect = \"connectwise\"` in {section}",
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
            ("Any title", true, None, "connectwise"),
            ("ConnectWise PSA (Manage) API", false, None, "generic"),
            ("ConnectWise Automate", false, None, "generic"),
            ("Pets", false, Some("connectwise"), "connectwise"),
            ("ConnectWise PSA (Manage) API", true, Some("generic"), "generic"),
        ] {
            let configured = configured.and_then(named);
            assert_eq!(of(&api(title, is_embedded), configured).name(), expected, "{title}");
        }
        let hint = |name: &str, api: &Api| hint(name, api, &crate::settings_file::SettingsFile::default().api(name));
        assert!(hint("c w", &api("ConnectWise PSA", false)).is_some_and(|hint| hint.contains("[apis.\"c w\"]")));
        assert_eq!(hint("cw", &api("ConnectWise PSA", true)), None);
        assert_eq!(hint("pets", &api("Pets", false)), None);
    }

    #[test]
    fn each_dialect_is_found_by_its_name_alone() {
        for dialect in ALL {
            assert_eq!(named(dialect.name()).map(Dialect::name), Some(dialect.name()));
        }
        assert!(named("ConnectWise PSA").is_none());
    }
}
