//! `index build`, `index status`, `index verify`. `apis` has the commands for one API among several.

mod apis;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::sheet::INDENT;
use super::{Context, Failure, Outcome, output, print_json};
use crate::build::{BuildReport, Input, Reuse};
use crate::generation::SkippedFile;

#[derive(Debug, Subcommand)]
pub(super) enum IndexCommand {
    /// Build the index and publish it: of the manifests named, or anew of those that it has
    Build(BuildArguments),
    /// Add an API to those that the index has, under a name of your choice
    Add(apis::AddArguments),
    /// Remove APIs from the index
    Remove(apis::RemoveArguments),
    /// List the APIs of the index, their manifests, and whether those changed since
    List,
    /// Show what is published
    Status,
    /// Check that what is published is sound and answers
    Verify,
}

#[derive(Debug, Args)]
pub(super) struct BuildArguments {
    /// OpenAPI manifest, folder of manifests, `builtin`, or - for stdin; may be repeated, and replaces what the index has [default: what
    /// it has, at first the built-in manifest]
    #[arg(long = "manifest", value_name = "FILE_OR_DIR_OR_-")]
    manifests: Vec<PathBuf>,
    /// Name of the API, where one manifest is given [default: made of its title]
    #[arg(long, value_name = "NAME")]
    api: Option<String>,
    /// Make everything anew instead of taking over what did not change since the last build
    #[arg(long)]
    no_reuse: bool,
}

pub(super) fn run(context: &Context, command: IndexCommand) -> Result<Outcome, Failure> {
    match command {
        IndexCommand::Build(arguments) => build(context, arguments),
        IndexCommand::Add(arguments) => apis::add(context, arguments),
        IndexCommand::Remove(arguments) => apis::remove(context, &arguments),
        IndexCommand::List => apis::list(context),
        IndexCommand::Status => status(context),
        IndexCommand::Verify => verify(context),
    }
}

fn build(context: &Context, arguments: BuildArguments) -> Result<Outcome, Failure> {
    let mut inputs = Vec::new();
    for name in &arguments.manifests {
        inputs.extend(Input::named(name)?);
    }
    if inputs.is_empty() && arguments.api.is_some() {
        inputs.push(Input::embedded()?);
    }
    let bar = context.progress();
    let reuse = if arguments.no_reuse { Reuse::Nothing } else { Reuse::Unchanged };
    let report = if inputs.is_empty() {
        context.service.rebuild(reuse, &bar, busy(context))?
    } else {
        context.service.build(inputs, arguments.api.as_deref(), reuse, &bar, busy(context))?
    };
    bar.finish();
    if context.json {
        print_json(&report)?;
        return Ok(Outcome::Done);
    }
    print_report(&report)?;
    if !context.quiet {
        apis::print_lost(&report)?;
    }
    print_notes(&report)?;
    Ok(Outcome::Done)
}

/// Says once that another process is building.
fn busy(context: &Context) -> impl FnOnce() {
    let is_quiet = context.quiet;
    move || {
        if !is_quiet {
            _ = writeln!(output::err(), "another build is running; waiting for it to end");
        }
    }
}

fn print_notes(report: &BuildReport) -> Result<(), Failure> {
    for note in report.notes.iter().take(SHOWN) {
        writeln!(output::err(), "{note}")?;
    }
    Ok(())
}

fn print_report(report: &BuildReport) -> Result<(), Failure> {
    let counts = &report.counts;
    let mut out = output::out();
    if report.unchanged {
        writeln!(
            out,
            "nothing changed: {} operations of {} API{} are as they were, checked in {:.0} ms; --no-reuse builds from nothing",
            counts.operations,
            counts.apis,
            if counts.apis == 1 { "" } else { "s" },
            report.total_ms,
        )?;
        drop(out);
        return print_skipped(&report.skipped_files);
    }
    writeln!(
        out,
        "indexed {} operations of {} API{} ({} distinct texts, {} warnings, {} operations skipped) in {:.0} ms",
        counts.operations,
        counts.apis,
        if counts.apis == 1 { "" } else { "s" },
        report.nodes,
        counts.warnings,
        counts.skipped,
        report.total_ms,
    )?;
    let phases: Vec<String> =
        report.phases.iter().map(|time| format!("{} {:.0} ms", time.phase.as_str(), time.ms)).collect();
    writeln!(out, "{}", phases.join(", "))?;
    if report.reduced.is_none() {
        let graph = if report.graph_reused { "; the graph was taken over" } else { "" };
        writeln!(out, "{} vectors reused, {} embedded{graph}", report.reused, report.embedded)?;
    }
    drop(out);
    print_skipped(&report.skipped_files)?;
    if let Some(reason) = &report.not_reused {
        writeln!(output::err(), "the last build could not be reused: {reason}")?;
    }
    if let Some(reason) = &report.reduced {
        writeln!(output::err(), "keyword search only: {reason}")?;
    }
    Ok(())
}

/// Most items of a list that are shown; `--json` shows all.
const SHOWN: usize = 10;

fn print_skipped(skipped: &[SkippedFile]) -> Result<(), Failure> {
    if skipped.is_empty() {
        return Ok(());
    }
    let mut out = output::out();
    writeln!(out, "{} file{} skipped:", skipped.len(), if skipped.len() == 1 { " was" } else { "s were" })?;
    for skipped in skipped.iter().take(SHOWN) {
        writeln!(out, "  {}: {}", skipped.source, skipped.reason)?;
    }
    print_rest(&mut out, skipped.len())
}

fn print_rest(out: &mut impl Write, count: usize) -> Result<(), Failure> {
    if count > SHOWN {
        writeln!(out, "  and {} more; --json lists them all", count - SHOWN)?;
    }
    Ok(())
}

fn status(context: &Context) -> Result<Outcome, Failure> {
    let status = context.service.status()?;
    if context.json {
        print_json(&status)?;
        return Ok(Outcome::Done);
    }
    let (meta, counts) = (&status.meta, &status.meta.counts);
    let mut pairs = vec![
        ("generation".to_owned(), status.generation.display().to_string()),
        ("age".to_owned(), output::age(status.age_s)),
        ("size".to_owned(), output::bytes(status.bytes)),
    ];
    for manifest in meta.manifests.iter().take(SHOWN) {
        let text = format!("{}: {} {} ({})", manifest.api, manifest.title, manifest.version, manifest.source);
        pairs.push(("manifest".to_owned(), text));
    }
    if meta.manifests.len() > SHOWN {
        pairs.push((String::new(), format!("and {} more; --json lists them all", meta.manifests.len() - SHOWN)));
    }
    let model = meta.model.as_ref().map_or_else(|| "none: keyword search only".to_owned(), ToString::to_string);
    pairs.push(("model".to_owned(), model));
    for (name, count) in [
        ("APIs", counts.apis),
        ("operations", counts.operations),
        ("parameters", counts.parameters),
        ("domains", counts.domains),
        ("resources", counts.resources),
        ("schemas", counts.schemas),
        ("distinct texts", meta.nodes),
        ("skipped", counts.skipped),
        ("warnings", counts.warnings),
    ] {
        pairs.push((name.to_owned(), count.to_string()));
    }
    for (code, count) in &status.warnings_by_code {
        pairs.push((format!("{INDENT}{code}"), count.to_string()));
    }
    output::print_pairs(&pairs)?;
    print_skipped(&meta.skipped_files)?;
    let mut out = output::out();
    for warning in status.warnings.iter().take(SHOWN) {
        let text = |key: &str| warning[key].as_str().unwrap_or_default().to_owned();
        writeln!(out, "{} {}: {}", text("code"), text("pointer"), text("message"))?;
    }
    print_rest(&mut out, status.warnings.len())?;
    Ok(Outcome::Done)
}

fn verify(context: &Context) -> Result<Outcome, Failure> {
    let verification = context.service.verify();
    if context.json {
        print_json(&verification)?;
    } else {
        output::print_table(
            &["check", "", "finding"],
            verification.checks.iter().map(|check| {
                vec![check.check.clone(), if check.ok { "ok" } else { "FAULT" }.to_owned(), check.finding.clone()]
            }),
        )?;
    }
    Ok(if verification.sound { Outcome::Done } else { Outcome::Nothing })
}
