//! How is a setting of the configuration named, so that it can be written where it belongs?
//!
//! TOML has several ways to write one table, and none of them twice: beside `credentials = {...}` a section
//! `[apis.NAME.credentials]` is an error. So advice names one section and what to write in it.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

/// The configuration file in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsFile {
    /// Its path; `None` where whoever embeds the library has none.
    pub path: Option<PathBuf>,
}

impl SettingsFile {
    /// The section of an API.
    pub(crate) fn api(&self, name: &str) -> ApiSection {
        ApiSection { file: self.clone(), api: name.to_owned() }
    }
}

impl fmt::Display for SettingsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}", path.display()),
            None => f.write_str("config.toml"),
        }
    }
}

/// The section of one API in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiSection {
    file: SettingsFile,
    api: String,
}

impl ApiSection {
    /// The file that it is in.
    pub(crate) fn file(&self) -> &SettingsFile {
        &self.file
    }

    /// The name of the API.
    pub(crate) fn api(&self) -> &str {
        &self.api
    }

    /// The section's header as the file has it: `[apis.NAME]`.
    pub(crate) fn header(&self) -> String {
        format!("[apis.{}]", key(&self.api))
    }
}

impl fmt::Display for ApiSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the section {} of {}", self.header(), self.file)
    }
}

/// A name as a key of TOML: quoted, unless it is bare (TOML 1.0.0, "Keys").
pub(crate) fn key(name: &str) -> Cow<'_, str> {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !name.is_empty() && name.bytes().all(is_bare) { name.into() } else { text(name).into() }
}

/// A text as a value of TOML: a basic string, which JSON's strings are but for DEL (TOML 1.0.0, "String").
pub(crate) fn text(value: &str) -> String {
    serde_json::Value::from(value).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same() {
        for name in ["pets", "my api", "a.b", "a\"b'c", "", "é", "tab\tline\nend\u{7f}\u{1}", "-_9"] {
            let written = format!("{}\n{} = {}\n", SettingsFile::default().api(name).header(), key(name), text(name));
            let read: toml::Value = toml::from_str(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
            assert_eq!(read["apis"][name][name].as_str(), Some(name), "{written}");
        }
        assert_eq!((key("pets-2"), key("my api")), ("pets-2".into(), "\"my api\"".into()));
    }

    #[test]
    fn a_section_is_named_with_its_file() {
        let named = SettingsFile { path: Some("/etc/other.toml".into()) };
        assert_eq!(named.api("my api").to_string(), "the section [apis.\"my api\"] of /etc/other.toml");
        assert_eq!(SettingsFile::default().api("pets").to_string(), "the section [apis.pets] of config.toml");
    }
}
