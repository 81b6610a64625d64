//! `index add`, `index remove`, `index list`: single APIs of a catalogue of several.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{busy, print_notes, print_report};
use crate::build::{BuildReport, STDIN};
use crate::cli::{Context, Failure, Outcome, output, print_json};
use crate::error::Error;
use crate::service::{Addition, ManifestState};
use crate::setup::doctor::quoted;
use crate::surface::Argument;

#[derive(Debug, Args)]
pub(in crate::cli) struct AddArguments {
    /// A short name for the API, and its manifest: a file, a folder, or `connectwise` for the built-in one; a manifest alone is named
    /// by its title
    #[arg(value_names = ["NAME", "MANIFEST"], num_args = 1..=2, required_unless_present = "manifest")]
    words: Vec<PathBuf>,
    /// The manifest, where it is not given by its place
    #[arg(long, value_name = "FILE_OR_DIR", conflicts_with = "words")]
    manifest: Option<PathBuf>,
    /// The name, where it is not given by its place
    #[arg(long, value_name = "NAME", requires = "manifest")]
    api: Option<String>,
    /// Put the manifest in the place of the one that has the name now
    #[arg(long)]
    replace: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RemoveArguments {
    /// Names of APIs, as `index list` shows them
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
}

pub(super) fn add(context: &Context, arguments: AddArguments) -> Result<Outcome, Failure> {
    let (api, manifest) = match (arguments.manifest, arguments.words.as_slice()) {
        (Some(manifest), _) => (arguments.api, manifest),
        (None, [name, manifest]) => (Some(api_name(name, manifest)?), manifest.clone()),
        (None, words) => (None, words.iter().cloned().collect()),
    };
    let addition = Addition { manifest, api, may_replace: arguments.replace };
    let bar = context.progress();
    let report = context.service.add_api(&addition, &bar, busy(context))?;
    bar.finish();
    if context.json {
        print_json(&report)?;
        return Ok(Outcome::Done);
    }
    for name in &report.added {
        writeln!(output::out(), "added {name}")?;
    }
    for former in &report.replaced {
        writeln!(output::out(), "{} took the place of {}", former.api, former.source)?;
    }
    for gone in &report.removed {
        writeln!(output::out(), "{} is its name no more", gone.api)?;
    }
    print_report(&report)?;
    print_notes(&report)?;
    Ok(Outcome::Done)
}

/// Reads the first of two words as a name.
fn api_name(name: &Path, manifest: &Path) -> Result<String, Failure> {
    let wrong = |reason: String| Error::Argument { argument: Argument::named("NAME"), reason: reason.into() };
    if name.is_file() && !manifest.exists() {
        let (file, name) = (quoted(name), quoted(manifest));
        return Err(wrong(format!("the name comes first: `index add {name} {file}`")).into());
    }
    let text = name.to_str().ok_or_else(|| wrong("it is no Unicode; choose another name".to_owned()))?;
    Ok(text.to_owned())
}

pub(super) fn remove(context: &Context, arguments: &RemoveArguments) -> Result<Outcome, Failure> {
    let bar = context.progress();
    let report = context.service.remove_apis(&arguments.names, &bar, busy(context))?;
    bar.finish();
    if context.json {
        print_json(&report)?;
        return Ok(Outcome::Done);
    }
    for gone in &report.removed {
        writeln!(output::out(), "removed {}, whose manifest {} stays where it is", gone.api, gone.source)?;
    }
    print_report(&report)?;
    print_notes(&report)?;
    Ok(Outcome::Done)
}

/// Says on stderr which APIs a build took out of the catalogue, and how each comes back.
pub(super) fn print_lost(report: &BuildReport) -> Result<(), Failure> {
    let mut err = output::err();
    for gone in &report.removed {
        let (api, manifest) = (&gone.api, Path::new(&gone.source));
        if gone.source == STDIN {
            writeln!(err, "{api}, which came from stdin, is no longer in the index")?;
            continue;
        }
        writeln!(
            err,
            "{api} is no longer in the index; to have it beside the others: cw-orchestrator index add {api} {}",
            quoted(manifest)
        )?;
    }
    for former in &report.replaced {
        writeln!(err, "{} now stands for another manifest; before it was {}", former.api, former.source)?;
    }
    Ok(())
}

pub(super) fn list(context: &Context) -> Result<Outcome, Failure> {
    let entries = context.service.catalogue()?;
    if context.json {
        print_json(&serde_json::json!({ "apis": entries }))?;
        return Ok(Outcome::Done);
    }
    output::print_table(
        &["api", "operations", "title", "manifest", ""],
        entries.iter().map(|entry| {
            vec![
                entry.api.clone().unwrap_or_else(|| "-".to_owned()),
                entry.operations.to_string(),
                format!("{} {}", entry.title, entry.version).trim().to_owned(),
                if entry.manifest == STDIN { "stdin".to_owned() } else { entry.manifest.clone() },
                state(entry.state).to_owned(),
            ]
        }),
    )?;
    if !context.quiet {
        for entry in &entries {
            if let Some(advice) = entry.advice() {
                writeln!(output::err(), "{advice}")?;
            }
        }
    }
    Ok(Outcome::Done)
}

fn state(state: ManifestState) -> &'static str {
    match state {
        ManifestState::Unchanged => "",
        ManifestState::Changed => "changed",
        ManifestState::Gone => "gone",
        ManifestState::Unreadable => "unreadable",
        ManifestState::Piped => "from stdin",
        ManifestState::NotIndexed => "not indexed",
    }
}
