//! Is everything that the program needs in order, and what is to be done where it is not?
//!
//! # Layout
//! One file an area: `model`, `index`, `home`, `memory`, `settings`, `credentials`, `host`, `clients`, and `online`, the only one
//! that opens a connection.
//!
//! # Invariants
//! - Nothing is changed: no file is made that stays, moved or migrated.
//! - Each finding that is not ok has one cure. No finding holds a secret.

mod clients;
mod credentials;
mod home;
mod host;
mod index;
mod memory;
mod model;
mod online;
mod settings;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::clients::Folders;
use crate::service::Service;

/// What of the set-up a finding is about; in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// Model, tokenizer, library and processor.
    Model,
    /// What is published.
    Index,
    /// The home folder.
    Home,
    /// Fast memory.
    Memory,
    /// The configuration file and the settings of serving over HTTP.
    Configuration,
    /// Who calls.
    Credentials,
    /// Where the API is.
    Host,
    /// What the API says; only where it was to be asked.
    Online,
    /// MCP clients that start this program.
    Clients,
}

impl Area {
    /// Its name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Index => "index",
            Self::Home => "home",
            Self::Memory => "memory",
            Self::Configuration => "configuration",
            Self::Credentials => "credentials",
            Self::Host => "host",
            Self::Online => "online",
            Self::Clients => "clients",
        }
    }
}

/// How a finding is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// As it must be.
    Ok,
    /// Worth knowing; all works.
    Note,
    /// Works, and not as well or as safely as it could; or is likely to fail.
    Warning,
    /// Does not work.
    Fault,
}

impl Grade {
    /// Its name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub area: Area,
    /// What was checked: a file, a variable, a setting, a client. Several findings of an area may have one name.
    pub name: String,
    /// How it is to be taken.
    pub status: Grade,
    /// What was seen.
    pub detail: String,
    /// What to run, set or edit; `None` where all is well.
    pub cure: Option<String>,
}

impl Finding {
    fn ok(area: Area, name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { area, name: name.into(), status: Grade::Ok, detail: detail.into(), cure: None }
    }

    fn bad(
        area: Area,
        status: Grade,
        name: impl Into<String>,
        detail: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self { area, name: name.into(), status, detail: detail.into(), cure: Some(cure.into()) }
    }

    /// Of an error of this program, whose text ends with what to do behind its last semicolon.
    fn of_text(area: Area, status: Grade, name: impl Into<String>, text: &str, otherwise: &str) -> Self {
        let name = name.into();
        let text = text.strip_prefix(&name).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(text);
        let (detail, cure) = text.rsplit_once("; ").unwrap_or((text, otherwise));
        Self::bad(area, status, name, detail, cure)
    }
}

/// Everything that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// By area, in the order of [`Area`].
    pub findings: Vec<Finding>,
    /// How many are faults.
    pub faults: usize,
    /// How many are warnings.
    pub warnings: usize,
}

/// What is around a service and not known to it.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// This program's file, with links resolved.
    pub program: Option<PathBuf>,
    /// Where clients keep their files; `None` where the system tells of no home.
    pub folders: Option<Folders>,
    /// The folders in which commands are looked for, as `PATH` has them.
    pub command_path: Option<OsString>,
    /// The configuration file, which need not exist.
    pub config_file: PathBuf,
    /// Why the configuration file is not used.
    pub config_fault: Option<String>,
    /// Variables of the environment that name a proxy, with their values.
    pub proxies: Vec<(String, String)>,
    /// What is wrong with the settings of serving over HTTP, a sentence each.
    pub http_faults: Vec<String>,
}

impl Service {
    /// Checks the set-up. Opens no connection.
    pub fn examine(&self, around: &Surroundings) -> Report {
        let mut findings = model::check(self);
        findings.extend(index::check(self));
        findings.extend(home::check(self, around));
        findings.extend(memory::check(self));
        findings.extend(settings::check(around));
        findings.extend(credentials::check(self));
        findings.extend(host::check(self, around));
        findings.extend(clients::check(self, around));
        self.report(findings)
    }

    /// The same, and asks ConnectWise's API: where it is, and who it takes this program for.
    pub async fn examine_online(&self, around: &Surroundings) -> Report {
        let Report { mut findings, .. } = self.examine(around);
        let at = findings.iter().position(|finding| finding.area == Area::Clients).unwrap_or(findings.len());
        findings.splice(at..at, online::check(self).await);
        self.report(findings)
    }

    fn report(&self, mut findings: Vec<Finding>) -> Report {
        // A second fence: no check puts a secret into its words.
        let redactor = self.redactor();
        for finding in &mut findings {
            finding.name = redactor.text(&finding.name).into_owned();
            finding.detail = redactor.text(&finding.detail).into_owned();
            finding.cure = finding.cure.as_ref().map(|cure| redactor.text(cure).into_owned());
        }
        let count = |grade| findings.iter().filter(|finding| finding.status == grade).count();
        Report { faults: count(Grade::Fault), warnings: count(Grade::Warning), findings }
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '\\' | '.' | '-' | '_' | ':' | '~');
    if text.chars().all(is_plain) {
        text
    } else if cfg!(windows) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
