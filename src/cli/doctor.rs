//! `doctor`: checks the set-up, and says what to do where something is wrong.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::{Context, Failure, Outcome, output, plain, print_json};
use crate::config::ConfigError;
use crate::config::http::HttpSettings;
use crate::error::chain;
use crate::setup::clients::Folders;
use crate::setup::doctor::{Area, Grade, Report, Surroundings};
use crate::setup::started;

#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// Ask ConnectWise's API too: once for the company, once for its version; and the issuer of access tokens for its keys
    #[arg(long)]
    online: bool,
    /// Forget what APIs took or refused that their manifests do not know, and examine nothing
    #[arg(long, conflicts_with = "online")]
    forget: bool,
}

pub(super) fn run(
    context: &Context,
    config_file: PathBuf,
    config_fault: Option<&ConfigError>,
    http: &HttpSettings,
    arguments: &DoctorArguments,
) -> Result<Outcome, Failure> {
    if arguments.forget {
        return forget(context);
    }
    let around = surroundings(config_file, config_fault, http);
    let service = &context.service;
    let report = if arguments.online {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(service.examine_online(&around))
    } else {
        service.examine(&around)
    };
    if context.json {
        print_json(&report)?
    } else {
        print(&report)?
    }
    Ok(if report.faults == 0 { Outcome::Done } else { Outcome::Nothing })
}

/// Returns what an examination knows of the machine.
pub(super) fn surroundings(
    config_file: PathBuf,
    config_fault: Option<&ConfigError>,
    http: &HttpSettings,
) -> Surroundings {
    Surroundings {
        program: std::env::current_exe().and_then(std::fs::canonicalize).ok(),
        started: started::command().ok(),
        folders: folders(),
        command_path: std::env::var_os("PATH"),
        config_file,
        config_fault: config_fault.map(|fault| chain(fault)),
        proxies: proxies(),
        http_faults: http.faults().iter().map(ToString::to_string).collect(),
        policies: http.policies().collect(),
        takes_keys: http.keys_in_headers().are_taken(),
        oauth: http.oauth_rules(),
    }
}

/// Forgets what was learned of APIs, so that each is asked again.
fn forget(context: &Context) -> Result<Outcome, Failure> {
    let count = context.service.learned().forget()?;
    if context.json {
        print_json(&serde_json::json!({ "forgotten": count }))?;
    } else {
        let s = if count == 1 { "" } else { "s" };
        writeln!(output::out(), "{count} thing{s} that APIs took or refused forgotten")?;
    }
    Ok(Outcome::Done)
}

/// Lists the environment variables that name a proxy and are set, in order of precedence.
fn proxies() -> Vec<(String, String)> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];
    let set = names.into_iter().filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)));
    set.filter(|(_, value)| !value.trim().is_empty()).collect()
}

/// Returns the folders of clients' files, where the system names a home.
pub(super) fn folders() -> Option<Folders> {
    let base = directories::BaseDirs::new()?;
    let project = std::env::current_dir().ok()?;
    Some(Folders { home: base.home_dir().to_owned(), config: base.config_dir().to_owned(), project })
}

fn print(report: &Report) -> Result<(), Failure> {
    let mut out = output::out();
    let mut shown: Option<Area> = None;
    for (at, finding) in report.findings.iter().enumerate() {
        if shown != Some(finding.area) {
            writeln!(out, "{}", finding.area.as_str())?;
            shown = Some(finding.area);
        }
        let status = if finding.status == Grade::Fault { "FAULT" } else { finding.status.as_str() };
        writeln!(out, "  {status:<7}  {}: {}", plain::one_line(&finding.name), plain::one_line(&finding.detail))?;
        // What mends several findings in a row is said below the last of them.
        let next = report.findings.get(at + 1).filter(|next| next.area == finding.area);
        if let Some(cure) = finding.cure.as_ref().filter(|cure| next.and_then(|next| next.cure.as_ref()) != Some(cure))
        {
            writeln!(out, "           -> {}", plain::one_line(cure))?;
        }
    }
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let Report { faults, warnings, .. } = report;
    writeln!(out, "{faults} fault{}, {warnings} warning{}", plural(*faults), plural(*warnings))?;
    Ok(())
}
