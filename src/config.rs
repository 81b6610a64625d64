//! What did the user choose? Defaults, then the configuration file, then the environment, then flags.
//!
//! Modules below never read flags, files or the environment for themselves: they are handed what they need.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::embed::Artefacts;
use crate::service::ServiceOptions;

/// What can go wrong with the configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The platform tells of no home.
    #[error("this system tells of no folder for application data; name one with --home DIR or CW_ORCHESTRATOR_HOME")]
    NoHome,
    /// The file that was named cannot be read.
    #[error("cannot read the configuration {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is no configuration.
    #[error("the configuration {} is wrong: {reason}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and what.
        reason: String,
    },
}

/// What was typed or set, before defaults.
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
}

/// The configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    /// The folder of model, tokenizer and library.
    models: Option<PathBuf>,
}

/// Decides everything that a service needs.
///
/// # Errors
/// [`ConfigError`]
pub fn resolve(given: Given) -> Result<ServiceOptions, ConfigError> {
    let home = given
        .home
        .or_else(|| directories::ProjectDirs::from("", "", "cw-orchestrator").map(|dirs| dirs.data_dir().to_owned()))
        .ok_or(ConfigError::NoHome)?;
    let file = read_file(given.config.as_deref(), &home)?;
    let models = given.models.or(file.models).unwrap_or_else(|| default_models(&home));
    Ok(ServiceOptions { home, models, build_if_missing: !given.no_build })
}

fn read_file(named: Option<&Path>, home: &Path) -> Result<File, ConfigError> {
    let path = named.map_or_else(|| home.join("config.toml"), Path::to_owned);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(File::default()),
        Err(source) => return Err(ConfigError::Read { path, source }),
    };
    toml::from_str(&text).map_err(|error| ConfigError::Parse { path, reason: error.to_string() })
}

/// The first folder that holds the fetched model: in the home, beside the program, in the checkout it was built in, here.
fn default_models(home: &Path) -> PathBuf {
    let in_home = home.join("models");
    let program = std::env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    // target/release/cw-orchestrator: the checkout is two folders up.
    let checkout = beside.and_then(Path::parent).and_then(Path::parent);
    [Some(in_home.clone()), beside.map(|folder| folder.join("models")), checkout.map(|folder| folder.join("models"))]
        .into_iter()
        .flatten()
        .chain([PathBuf::from("models")])
        .find(|folder| Artefacts::are_in(folder))
        .unwrap_or(in_home)
}
