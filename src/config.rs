//! What did the user choose? Defaults, then the configuration file, then the environment, then flags.
//!
//! No module below reads flags, the configuration file or settings of the environment: each is handed its options.

mod apis;
pub mod http;
mod profiles;
mod state;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use crate::invoke::Writes;
use crate::invoke::client::ClientOptions;
use crate::invoke::connectwise::ConnectWiseCredentials;
use crate::invoke::policy::Rules;
use crate::jq::Evaluator;
use crate::parts::{self, Parts};
use crate::regular_file::RegularFile;
use crate::search::nearest_names;
use crate::service::{CallOptions, ServiceOptions};
use crate::settings_file::SettingsFile;
use crate::text_file::is_absent;
use apis::Api;
use profiles::Profile;

/// An error of reading the configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The system names no home folder.
    #[error("this system names no folder for application data; name one with --home DIR or CW_ORCHESTRATOR_HOME")]
    NoHome,
    /// The configuration file cannot be read.
    #[error("cannot read the configuration {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// The content of the file is no configuration.
    #[error("the configuration {} is wrong: {reason}", path.display())]
    Parse {
        /// Path of the file.
        path: PathBuf,
        /// Line, column and fault, without the line itself.
        reason: String,
    },
    /// No profile is called so.
    #[error("{file} has no profile `{name}`: {known}")]
    UnknownProfile {
        /// The name that was given.
        name: String,
        /// What to give in its place, as a clause.
        known: String,
        /// The configuration file in use.
        file: SettingsFile,
    },
    /// A profile cannot be called so.
    #[error("{file} has a profile `{name}`: {reason}; rename its section")]
    ProfileName {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
        /// The configuration file in use.
        file: SettingsFile,
    },
}

/// A configuration of a thousand APIs has 200 kB.
const CONFIGURATION: RegularFile = RegularFile {
    most: 1 << 20,
    if_not_regular: "write the settings into a file and name that",
    if_larger: ", which no configuration has",
};

/// The settings that were given by flags or variables, before defaults.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `--home` or `CW_ORCHESTRATOR_HOME`.
    pub home: Option<PathBuf>,
    /// `--models` or `CW_ORCHESTRATOR_MODELS`.
    pub models: Option<PathBuf>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--no-build`.
    pub no_build: bool,
    /// `--writes`, `--read-only`, `--yes`.
    pub writes: Option<Writes>,
    /// `--profile` or `CW_ORCHESTRATOR_PROFILE`.
    pub profile: Option<String>,
}

/// The content of the configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    /// The folder of model, tokenizer and library.
    models: Option<PathBuf>,
    /// Whether writes are asked about, refused or sent.
    writes: Option<Writes>,
    /// Folders that files may be uploaded from.
    upload_folders: Vec<PathBuf>,
    /// Characters of rows that an answer shows at once.
    answer_characters: Option<usize>,
    /// Seconds that one attempt may take.
    timeout_s: Option<u64>,
    /// Seconds that making a connection may take.
    connect_timeout_s: Option<u64>,
    /// Most times that a request is sent.
    attempts: Option<u32>,
    /// Most requests a minute to one host.
    rate_per_minute: Option<u32>,
    /// Most bytes of a file that is downloaded.
    max_download_bytes: Option<u64>,
    connectwise: ConnectWise,
    http: http::Section,
    state: state::Section,
    policies: BTreeMap<String, Rules>,
    apis: BTreeMap<String, Api>,
    profiles: BTreeMap<String, Profile>,
}

/// ConnectWise's settings. The environment variable of the same name takes precedence.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ConnectWise {
    api_url: Option<String>,
    company_id: Option<String>,
    public_key: Option<String>,
    private_key: Option<String>,
    auth_prefix: Option<String>,
    client_id: Option<String>,
    user_type: Option<String>,
    /// Edition of the models that the API is asked for.
    version: Option<String>,
}

impl std::fmt::Debug for ConnectWise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectWise").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// The settings that are in force.
#[derive(Debug)]
pub struct Settings {
    /// Path of the configuration file; without `--config` it need not exist.
    pub file: PathBuf,
    /// Options of the service.
    pub service: ServiceOptions,
    /// Settings of serving over HTTP. They are checked only where they are needed, so that no other command fails by
    /// them.
    pub http: http::HttpSettings,
    /// What was chosen otherwise than the user said, and why.
    pub note: Option<String>,
}

impl Settings {
    /// Lists every known secret: keys, tokens, and `user:password` where HTTP basic sends both.
    pub fn secrets(&self) -> Vec<SecretString> {
        self.service.calls.secrets()
    }
}

/// Reads the configuration and decides all settings.
///
/// # Errors
/// [`ConfigError`]
pub fn resolve(given: Given) -> Result<Settings, ConfigError> {
    let home = home(&given)?;
    let file = read_file(given.config.as_deref(), &home)?;
    let fault = fault_of_profiles(&given, &home, &file);
    fault.map_or_else(|| Ok(decide(given, home, file)), Err)
}

/// Decides all settings as [`resolve`] does, for a check of the settings themselves: a configuration file that cannot
/// be used is ignored, and its error is returned with them.
///
/// # Errors
/// [`ConfigError::NoHome`]
pub fn resolve_around_faults(given: Given) -> Result<(Settings, Option<ConfigError>), ConfigError> {
    let home = home(&given)?;
    let (file, fault) = match read_file(given.config.as_deref(), &home) {
        Ok(file) => (file, None),
        Err(error) => (File::default(), Some(error)),
    };
    let of_profiles = fault_of_profiles(&given, &home, &file);
    let given = if of_profiles.is_some() { Given { profile: None, ..given } } else { given };
    Ok((decide(given, home, file), fault.or(of_profiles)))
}

/// What is wrong with the names of profiles, or with the one that was given.
fn fault_of_profiles(given: &Given, home: &Path, file: &File) -> Option<ConfigError> {
    let of = SettingsFile { path: Some(file_path(given.config.as_deref(), home)) };
    let wrong = |name: &String| Some((name.clone(), profiles::wrong_name(name)?));
    if let Some((name, reason)) = file.profiles.keys().find_map(wrong) {
        return Some(ConfigError::ProfileName { name, reason, file: of });
    }
    let name = given.profile.as_ref().filter(|name| !file.profiles.contains_key(*name))?;
    let known = known_profiles(name, file.profiles.keys().map(String::as_str));
    Some(ConfigError::UnknownProfile { name: name.clone(), known, file: of })
}

/// Which profiles there are, the nearest to a name first, as a clause.
fn known_profiles<'a>(name: &str, profiles: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest_names(name, profiles, 5).as_slice() {
        [] => format!("there are none; write one under [profiles.{}]", crate::settings_file::key(name)),
        near => {
            format!("the nearest are {}", near.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
        }
    }
}

fn home(given: &Given) -> Result<PathBuf, ConfigError> {
    let platforms = || directories::ProjectDirs::from("", "", "cw-orchestrator").map(|dirs| dirs.data_dir().to_owned());
    // A user whom the system does not know, as in a container, has `/` for a home, as Docker sets it.
    let unknown = || cfg!(unix).then(|| PathBuf::from("/.local/share/cw-orchestrator"));
    given.home.clone().or_else(platforms).or_else(unknown).ok_or(ConfigError::NoHome)
}

fn file_path(named: Option<&Path>, home: &Path) -> PathBuf {
    named.map_or_else(|| home.join("config.toml"), Path::to_owned)
}

fn decide(given: Given, home: PathBuf, file: File) -> Settings {
    let path = file_path(given.config.as_deref(), &home);
    let mut calls = calls(&file, given.writes, &variable);
    calls.file = SettingsFile { path: Some(path.clone()) };
    calls.client.file = calls.file.clone();
    calls.state = file.state.database(&variable);
    let in_profiles = profiles::calls(&file.profiles, &calls, &variable);
    let names = in_profiles.keys().cloned().collect();
    let http =
        http::HttpSettings { section: file.http, policies: file.policies, profiles: names, file: calls.file.clone() };
    // Nothing of any profile is shown by another.
    let mut secrets = http.secrets(&variable);
    let others = in_profiles.values().map(|calls| &**calls);
    secrets.extend(others.clone().chain([&calls]).flat_map(CallOptions::secrets));
    for (member, profile) in http.members(&variable) {
        let calls = profile.map_or(Some(&calls), |name| in_profiles.get(&name).map(|calls| &**calls));
        let of_company = calls.and_then(|calls| calls.connectwise.as_ref());
        secrets.extend(of_company.and_then(|of_company| member.credentials(of_company).basic()));
    }
    let of_state = calls.state.as_ref().and_then(|state| state.address().ok());
    secrets.extend(of_state.into_iter().flat_map(|address| address.secrets().iter().cloned()));
    if let Some(chosen) = given.profile.as_ref().and_then(|name| in_profiles.get(name)) {
        calls = CallOptions::clone(chosen);
    }
    calls.other_secrets = secrets;
    calls.profiles = in_profiles;
    let Parts { folder: models, note } = parts::models(given.models.or(file.models), &home);
    let service = ServiceOptions { home, models, build_if_missing: !given.no_build, calls };
    Settings { file: path, service, http, note }
}

/// Reads an environment variable; an empty one is not set.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn calls(file: &File, writes: Option<Writes>, variable: &dyn Fn(&str) -> Option<String>) -> CallOptions {
    let defaults = ClientOptions::default();
    let client = ClientOptions {
        timeout: file.timeout_s.map_or(defaults.timeout, Duration::from_secs),
        connect_timeout: file.connect_timeout_s.map_or(defaults.connect_timeout, Duration::from_secs),
        attempts: file.attempts.unwrap_or(defaults.attempts),
        rate_per_minute: file.rate_per_minute.unwrap_or(defaults.rate_per_minute),
        most_download_bytes: file.max_download_bytes.unwrap_or(defaults.most_download_bytes),
        ..defaults
    };
    let set = &file.connectwise;
    let setting = |name: &str, from_file: &Option<String>| variable(name).or_else(|| from_file.clone());
    let secret =
        |name: &str, from_file: &Option<String>| SecretString::from(setting(name, from_file).unwrap_or_default());
    let connectwise = ConnectWiseCredentials {
        url: setting("CONNECTWISE_API_URL", &set.api_url).unwrap_or_default(),
        company_id: setting("CONNECTWISE_COMPANY_ID", &set.company_id).unwrap_or_default(),
        public_key: secret("CONNECTWISE_PUBLIC_KEY", &set.public_key),
        private_key: secret("CONNECTWISE_PRIVATE_KEY", &set.private_key),
        auth_prefix: setting("CONNECTWISE_AUTH_PREFIX", &set.auth_prefix),
        client_id: setting("CONNECTWISE_CLIENT_ID", &set.client_id),
        user_type: setting("CONNECTWISE_USER_TYPE", &set.user_type),
        version: set.version.clone().unwrap_or_default(),
    };
    CallOptions {
        client,
        writes: writes.or(file.writes).unwrap_or_default(),
        budget: file.answer_characters,
        connectwise: Some(connectwise),
        file: SettingsFile::default(),
        apis: apis::settings(&file.apis, &variable),
        upload_folders: file.upload_folders.clone(),
        evaluator: Evaluator::of_this_program(),
        other_secrets: Vec::new(),
        state: None,
        as_member: None,
        profile: None,
        profiles: BTreeMap::new(),
    }
}

fn read_file(named: Option<&Path>, home: &Path) -> Result<File, ConfigError> {
    let path = file_path(named, home);
    let text = match CONFIGURATION.text(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && is_absent(&error) => return Ok(File::default()),
        Err(source) => return Err(ConfigError::Read { path, source }),
    };
    toml::from_str(&text).map_err(|error| ConfigError::Parse { path, reason: reason(&text, &error) })
}

/// The sections of the file, as it is written; the settings of an API are the same whatever its name.
const SECTIONS: [&str; 10] = [
    "",
    "[connectwise]",
    "[http]",
    "[http.oauth]",
    "[http.scopes.NAME]",
    "[http.subjects.NAME]",
    "[state]",
    "[policies.NAME]",
    "[apis.NAME]",
    "[profiles.NAME]",
];

/// Where a setting belongs that the section which it stands in does not know.
fn place_of(message: &str) -> Option<String> {
    let (name, _) = message.strip_prefix("unknown field `")?.split_once('`')?;
    let is_known = |section: &&str| {
        let alone = toml::from_str::<File>(&format!("{section}\n{} = []\n", toml::Value::from(name)));
        alone.err().is_none_or(|error| !error.message().starts_with("unknown field"))
    };
    let section = SECTIONS.into_iter().find(is_known)?;
    Some(if section.is_empty() {
        format!("; `{name}` stands at the top of the file, before the first section")
    } else {
        format!("; `{name}` stands under {section}")
    })
}

/// Gives the place and the fault without the line itself, which toml's own text quotes: a key may stand in it.
fn reason(text: &str, error: &toml::de::Error) -> String {
    let place = place_of(error.message()).unwrap_or_default();
    let message = error.message().replace('\n', ", ") + &place;
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else { return message };
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}: {message}")
}
