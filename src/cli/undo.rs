//! `undo [ID]`: the changes that were made through the program, and one of them taken back.

use clap::Args;

use super::call::{Sending, person, shown};
use super::{Context, Failure, Outcome, output, plain, print_json};
use crate::canonical::text_of;
use crate::service::{Made, Undo};

#[derive(Debug, Args)]
pub(super) struct UndoArguments {
    /// The number of the change; without one, the changes are listed
    #[arg(value_name = "ID")]
    id: Option<u64>,
    #[command(flatten)]
    sending: Sending,
}

pub(super) fn run(context: &Context, arguments: &UndoArguments) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let person = person(context, &arguments.sending);
    let Some(id) = arguments.id else {
        return list(context, runtime.block_on(context.service.changes(&person))?);
    };
    context.open()?;
    let undo = Undo { id, dry_run: arguments.sending.is_dry_run(), confirmation: None };
    let outcome = runtime.block_on(context.service.undo(undo, &person));
    shown(context, &person, outcome, &arguments.sending, false)
}

fn list(context: &Context, changes: Vec<Made>) -> Result<Outcome, Failure> {
    use std::io::Write as _;
    let outcome = if changes.is_empty() { Outcome::Nothing } else { Outcome::Done };
    if context.json {
        print_json(&changes)?;
        return Ok(outcome);
    }
    if changes.is_empty() {
        if !context.quiet {
            writeln!(output::err(), "note: nothing was changed through this program yet")?;
        }
        return Ok(outcome);
    }
    output::print_table(&["ID", "MADE", "CHANGE", "RECORDS", "OF", ""], changes.iter().map(row))?;
    Ok(outcome)
}

fn row(made: &Made) -> Vec<String> {
    let named: Vec<String> = made.of.iter().map(text_of).collect();
    let more = if made.done + made.not_done > named.len() { ", ..." } else { "" };
    let mut remarks = Vec::new();
    remarks.extend(made.undoes.map(|id| format!("took {id} back")));
    if made.not_done > 0 {
        remarks.push(format!("{} not done", made.not_done));
    }
    if made.undone > 0 {
        remarks.push(format!("{} taken back", made.undone));
    }
    if made.as_new {
        remarks.push("comes back as a new record".to_owned());
    }
    remarks.extend(made.cannot.clone());
    vec![
        made.id.to_string(),
        output::age(made.age_s),
        plain::one_line(&made.what),
        made.done.to_string(),
        plain::one_line(&format!("{}{more}", named.join(", "))),
        remarks.join("; "),
    ]
}
