//! Which database do replicas share? The section `[state]`; without it each process is alone, with its files.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::postgres::{Address, AddressError, Database};

/// The section `[state]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Section {
    /// The URL of the database, or the name of the environment variable that holds it.
    url: Option<SecretString>,
    /// File with the certificate that stands behind the server's, where the system does not know it.
    ca_file: Option<PathBuf>,
    /// Most connections of one process.
    connections: Option<usize>,
}

impl Section {
    /// The database; `None` where none is named. What is wrong with it is told by whatever needs it.
    pub(super) fn database(&self, variable: &dyn Fn(&str) -> Option<String>) -> Option<Database> {
        let url = self.url.as_ref()?;
        let address = self.address(url, variable);
        Some(Database::at(address.map(|address| address.with(self.ca_file.as_deref(), self.connections))))
    }

    fn address(&self, url: &SecretString, variable: &dyn Fn(&str) -> Option<String>) -> Result<Address, AddressError> {
        let text = url.expose_secret();
        if !is_variable(text) {
            return Address::parse(url);
        }
        match variable(text) {
            Some(value) => Address::parse(&SecretString::from(value)),
            None => Err(AddressError::Unset { variable: text.to_owned() }),
        }
    }
}

/// Whether a text is the name of a variable: in capitals, so that no password is taken for one and shown.
fn is_variable(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.bytes().all(is_of_name) && text.starts_with(|first: char| first.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        let section: Section = toml::from_str(text).unwrap();
        let variable = |name: &str| (name == "STATE_URL").then(|| "postgres://u:word@db.example/team".to_owned());
        let database = section.database(&variable)?;
        Some(match database.address() {
            Ok(address) => address.shown().to_owned(),
            Err(error) => error.to_string(),
        })
    }

    #[test]
    fn a_url_stands_in_the_file_or_in_a_variable() {
        assert_eq!(shown(""), None);
        assert_eq!(shown("url = 'postgres://u:word@db.example/team'").unwrap(), "db.example:5432/team");
        assert_eq!(shown("url = 'STATE_URL'").unwrap(), "db.example:5432/team");
        assert!(shown("url = 'OTHER_URL'").unwrap().contains("OTHER_URL, which is not set"));
        let wrong = shown("url = 'pg://u:word@h/d'").unwrap();
        assert!(wrong.contains("begin with postgres://") && !wrong.contains("word"), "{wrong}");
    }
}
