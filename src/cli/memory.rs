//! `memory list|save|discard|flush|import|export`: the calls that were kept.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::call::{Person, named_values};
use super::{Context, Failure, Outcome, body, output, plain, print_json, shell};
use crate::clock::now_s;
use crate::error::Error;
use crate::escape::bounded;
use crate::memory::EntryId;
use crate::openapi::Method;
use crate::private;
use crate::service::{Flushing, FoundBy, Listed, Remember};
use crate::surface::{Argument, Place, Said, Surface};

#[derive(Debug, Subcommand)]
pub(super) enum MemoryCommand {
    /// List the saved calls by use; with TERM, those with its words and those that mean something like it
    #[command(visible_alias = "search")]
    List {
        /// Words, or a sentence
        term: Option<String>,
    },
    /// Save a call; the same call again is updated
    Save(SaveArguments),
    /// Remove one saved call
    Discard {
        /// Its number, as `memory list` shows it
        id: EntryId,
    },
    /// Remove all saved calls; they stay in a copy
    Flush {
        /// Remove them without asking
        #[arg(long)]
        yes: bool,
    },
    /// Take in saved calls from JSON Lines or a database
    Import {
        /// A file of `memory export`, or a fast_memory_api.db from anywhere
        file: PathBuf,
    },
    /// Write the saved calls as JSON Lines
    Export {
        /// The file to make [default: standard output]
        file: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(super) struct SaveArguments {
    /// Request method
    method: Method,
    /// Path template, or a path with values
    #[arg(value_parser = shell::api_path)]
    path: String,
    /// What the call is for, in your words
    #[arg(long, value_name = "TEXT")]
    description: String,
    /// A parameter of the call
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// The body: JSON, @FILE, or - for standard input
    #[arg(long, value_name = "JSON|@FILE|-")]
    data: Option<String>,
    /// A value to ask for on each use: one that could be is named after saving, or stands as {NAME} in a value
    #[arg(long = "slot", value_name = "NAME")]
    slots: Vec<String>,
    /// The API, where several have the operation
    #[arg(long)]
    api: Option<String>,
}

pub(super) fn run(context: &Context, command: MemoryCommand) -> Result<Outcome, Failure> {
    let outcome = match command {
        MemoryCommand::List { term } => return list(context, term.as_deref()),
        MemoryCommand::Save(arguments) => return save(context, arguments),
        MemoryCommand::Discard { id } => discard(context, id),
        MemoryCommand::Flush { yes } => flush(context, yes),
        MemoryCommand::Import { file } => import(context, &file),
        MemoryCommand::Export { file } => export(context, file),
    };
    for notice in context.service.memory().notices() {
        hint(context, &notice)?;
    }
    outcome
}

/// Prints a note on stderr, unless `--quiet` was given.
fn hint(context: &Context, text: &str) -> Result<(), Failure> {
    if !context.quiet {
        writeln!(output::err(), "note: {}", plain::one_line(&bounded(text)))?;
    }
    Ok(())
}

fn list(context: &Context, term: Option<&str>) -> Result<Outcome, Failure> {
    let listing = context.service.recalled(term)?;
    let outcome = if listing.entries.is_empty() { Outcome::Nothing } else { Outcome::Done };
    if context.json {
        print_json(&listing)?;
        return Ok(outcome);
    }
    for note in &listing.notes {
        hint(context, note)?;
    }
    if listing.entries.is_empty() {
        let text = match term {
            Some(term) if listing.total == 1 => format!("the one saved call does not match `{term}`"),
            Some(term) => format!("none of {} saved calls matches `{term}`", listing.total),
            None => "nothing is saved yet; `memory save METHOD PATH --description TEXT` saves a call".to_owned(),
        };
        hint(context, &text)?;
        return Ok(outcome);
    }
    output::print_table(
        &["ID", "DESCRIPTION", "METHOD", "PATH", "USES", "LAST", "FOUND BY", ""],
        listing.entries.iter().map(row),
    )?;
    Ok(outcome)
}

fn row(listed: &Listed) -> Vec<String> {
    let Listed { entry, found_by, likeness, masked, .. } = listed;
    let pattern = &entry.pattern;
    let mut remarks = Vec::new();
    if !pattern.slots.is_empty() {
        let names: Vec<&str> = pattern.slots.iter().map(|slot| slot.name.as_str()).collect();
        remarks.push(format!("asks for {}", names.join(", ")));
    }
    if let Some(stale) = &entry.stale {
        remarks.push(format!("stale: {}", stale.reason));
    }
    remarks.extend(entry.unreadable.iter().map(|one| format!("{} cannot be read: {}", one.column, one.text)));
    if !masked.is_empty() {
        let places: Vec<Place> = masked.iter().map(|place| Place::of_memory(place)).collect();
        remarks.push(Said::from("hidden: ").places(&places).on(Surface::CommandLine));
    }
    let last_s = u64::try_from(entry.last_used_s.unwrap_or(entry.created_s)).unwrap_or(0);
    let found_by = match (found_by, likeness) {
        (FoundBy::All, _) => String::new(),
        (FoundBy::Words, _) => "words".to_owned(),
        (FoundBy::Meaning, likeness) => format!("meaning {:.2}", likeness.unwrap_or_default()),
    };
    vec![
        entry.id.to_string(),
        pattern.description.clone(),
        pattern.method.to_string(),
        pattern.path.clone(),
        entry.usage_count.to_string(),
        output::age(now_s().saturating_sub(last_s)),
        found_by,
        remarks.join("; "),
    ]
}

fn save(context: &Context, arguments: SaveArguments) -> Result<Outcome, Failure> {
    let wish = Remember {
        method: arguments.method,
        path: arguments.path,
        api: arguments.api,
        description: arguments.description,
        params: named_values(Argument::PARAMS, &arguments.params)?,
        data: arguments.data.as_deref().map(|given| body::json(given, context.files())).transpose()?,
        slots: arguments.slots,
    };
    context.open()?;
    let remembered = context.service.remember(&wish)?;
    if context.json {
        print_json(&remembered)?;
        return Ok(Outcome::Done);
    }
    for note in &remembered.notes {
        hint(context, note)?;
    }
    for slot in &remembered.could_be_slots {
        let example = slot.example.clone().unwrap_or_default();
        let place = Place::of_memory(&slot.place).on(Surface::CommandLine);
        hint(context, &format!("`--slot {}` would ask for {example} ({place}) on each use", slot.name))?;
    }
    let what = if remembered.updated { "updated" } else { "saved" };
    writeln!(output::out(), "{what} entry {}", remembered.entry.id)?;
    Ok(Outcome::Done)
}

fn discard(context: &Context, id: EntryId) -> Result<Outcome, Failure> {
    let entry = match context.service.discard(id) {
        Ok(entry) => entry,
        Err(error @ Error::NoEntry { .. }) => {
            writeln!(output::err(), "cw-orchestrator: {}", error.on(Surface::CommandLine))?;
            return Ok(Outcome::Nothing);
        }
        Err(error) => return Err(error.into()),
    };
    if context.json {
        print_json(&json!({ "removed": entry }))?;
    } else {
        let pattern = &entry.pattern;
        let text = format!("removed entry {id}: {} ({} {})", pattern.description, pattern.method, pattern.path);
        writeln!(output::out(), "{}", plain::one_line(&text))?;
    }
    Ok(Outcome::Done)
}

fn flush(context: &Context, yes: bool) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let person = Person { yes, again: false, request: "Remove them", shows_progress: false };
    let flushed = match runtime.block_on(context.service.flush(None, &person))? {
        Flushing::Done(flushed) => flushed,
        // A person can always be asked.
        Flushing::Preview { .. } => return Ok(Outcome::Nothing),
    };
    if context.json {
        print_json(&json!({ "removed": flushed.removed, "copy": flushed.copy }))?;
    } else {
        writeln!(output::out(), "removed {}", entries(flushed.removed))?;
        hint(context, &format!("`memory import {}` brings them back", flushed.copy.display()))?;
    }
    Ok(Outcome::Done)
}

fn import(context: &Context, file: &std::path::Path) -> Result<Outcome, Failure> {
    let imported = context.service.import_memory(file)?;
    if context.json {
        print_json(&imported)?;
    } else {
        for refused in &imported.refused {
            hint(context, &format!("line {} was left out: {}", refused.line, refused.reason))?;
        }
        let (new, known, refused) = (imported.new, imported.known, imported.refused.len());
        writeln!(output::out(), "{new} new, {known} known, {refused} left out")?;
    }
    let nothing = imported.new + imported.known == 0 && !imported.refused.is_empty();
    Ok(if nothing { Outcome::Nothing } else { Outcome::Done })
}

fn export(context: &Context, file: Option<PathBuf>) -> Result<Outcome, Failure> {
    let Some(path) = file else {
        context.service.export_memory(&mut std::io::BufWriter::new(output::out()))?;
        return Ok(Outcome::Done);
    };
    // Never over what is there: it may be the only copy of something.
    let made = private::options().create_new(true).write(true).open(&path).map_err(|error| Error::Argument {
        argument: Argument::named("FILE"),
        reason: format!("cannot make {}: {error}; name a file that is not there yet", path.display()).into(),
    })?;
    let count = context.service.export_memory(&mut std::io::BufWriter::new(&made))?;
    made.sync_all()?;
    if context.json {
        print_json(&json!({ "exported": count, "file": path }))?;
    } else {
        let are = if count == 1 { "is" } else { "are" };
        hint(context, &format!("{} {are} in {}", entries(count), path.display()))?;
    }
    Ok(Outcome::Done)
}

fn entries(count: u64) -> String {
    format!("{count} {}", if count == 1 { "entry" } else { "entries" })
}
