//! Is everything that the program needs in order, and what is to be done where it is not?
//!
//! # Layout
//! One file an area: `model`, `index`, `home`, `memory`, `settings` with `limits`, `state`, `credentials`, `host`, `profiles`, `clients`, and `online` and
//! `issuer`. Those two alone open connections, and `state` where it is asked to.
//!
//! # Invariants
//! - Nothing is changed: no file is made that stays, moved or migrated.
//! - Each finding that is not ok has one cure. No finding holds a secret.

mod clients;
mod credentials;
mod disk;
mod home;
mod host;
mod index;
mod issuer;
mod limits;
mod memory;
mod model;
mod online;
mod profiles;
mod settings;
mod state;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::clients::Folders;
use crate::invoke::Policy;
use crate::oauth::Rules;
use crate::service::Service;

/// The part of the set-up that a finding is about, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// Model, tokenizer, library and processor.
    Model,
    /// The published index.
    Index,
    /// The home folder.
    Home,
    /// Fast memory.
    Memory,
    /// The configuration file, and the settings of serving over HTTP.
    Configuration,
    /// Keys and tokens of the APIs.
    Credentials,
    /// Base URLs of the APIs.
    Host,
    /// Answers of the API, where it is asked.
    Online,
    /// MCP clients that start this program.
    Clients,
}

impl Area {
    /// The area's name in the report.
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

/// The gravity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// The set-up is as it must be.
    Ok,
    /// Everything works; the finding is worth knowing.
    Note,
    /// It works, but less well or safely than it could, or is likely to fail.
    Warning,
    /// It does not work.
    Fault,
}

impl Grade {
    /// The grade's name in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The part of the set-up that it is about.
    pub area: Area,
    /// The file, variable, setting or client that was checked. Several findings of an area may have the same name.
    pub name: String,
    /// Gravity of the finding.
    pub status: Grade,
    /// What was found.
    pub detail: String,
    /// What to run, set or edit; `None` where nothing is to be done.
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

    /// Makes a finding of a message of this program, which ends with the cure after its last semicolon.
    fn of_text(area: Area, status: Grade, name: impl Into<String>, text: &str, otherwise: &str) -> Self {
        let name = name.into();
        let text = text.strip_prefix(&name).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(text);
        let (detail, cure) = text.rsplit_once("; ").unwrap_or((text, otherwise));
        Self::bad(area, status, name, detail, cure)
    }
}

/// The findings of an examination.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The findings by area, in the order of [`Area`].
    pub findings: Vec<Finding>,
    /// Number of faults.
    pub faults: usize,
    /// Number of warnings.
    pub warnings: usize,
}

/// The facts about the machine that a service does not know.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// This program's file, with links resolved.
    pub program: Option<PathBuf>,
    /// The command that starts this program again, and its first arguments; `None` where it cannot be told.
    pub started: Option<(String, Vec<String>)>,
    /// Folders of the clients' files; `None` where the system names no home.
    pub folders: Option<Folders>,
    /// Folders in which commands are looked for, as `PATH` has them.
    pub command_path: Option<OsString>,
    /// Path of the configuration file, which need not exist.
    pub config_file: PathBuf,
    /// The reason why the configuration file is not used.
    pub config_fault: Option<String>,
    /// Environment variables that name a proxy, with their values.
    pub proxies: Vec<(String, String)>,
    /// Faults of the settings of serving over HTTP, one sentence each.
    pub http_faults: Vec<String>,
    /// What tokens may do.
    pub policies: Vec<Arc<Policy>>,
    /// Whether requests over HTTP may bring ConnectWise keys along.
    pub takes_keys: bool,
    /// What access tokens must say, where their settings are right.
    pub oauth: Option<Rules>,
}

impl Service {
    /// Checks the set-up. No connection is opened.
    pub fn examine(&self, around: &Surroundings) -> Report {
        let mut findings = model::check(self);
        findings.extend(index::check(self));
        findings.extend(home::check(self, around));
        findings.extend(memory::check(self));
        findings.extend(settings::check(self, around));
        findings.extend(limits::check(self));
        findings.extend(state::check(self));
        findings.extend(credentials::check(self, around.takes_keys));
        findings.extend(host::check(self, around));
        findings.extend(profiles::check(self, around));
        findings.extend(clients::check(self, around));
        self.report(findings)
    }

    /// Checks the set-up as [`Self::examine`] does, and asks ConnectWise's API for its address and whether it accepts
    /// the credentials, the issuer of access tokens for its keys, and the database that replicas share for its version.
    pub async fn examine_online(&self, around: &Surroundings) -> Report {
        let Report { mut findings, .. } = self.examine(around);
        let at = findings.iter().position(|finding| finding.area == Area::Clients).unwrap_or(findings.len());
        let mut answers = online::check(self).await;
        for (name, service) in self.in_other_profiles() {
            answers.extend(profiles::of(name, online::check(&service).await));
        }
        answers.extend(issuer::check(around).await);
        answers.extend(state::ask(self).await);
        findings.splice(at..at, answers);
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

/// Quotes a path for a shell, where it must be.
pub(crate) fn quoted(path: &Path) -> String {
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
