//! `resume ID`: what is left of a plan that was stopped or killed.

use clap::Args;

use super::call::{Sending, person, shown};
use super::{Context, Failure, Outcome};

#[derive(Debug, Args)]
pub(super) struct ResumeArguments {
    /// The number of the plan; `undo` lists them
    #[arg(value_name = "ID")]
    id: u64,
    #[command(flatten)]
    sending: Sending,
}

pub(super) fn run(context: &Context, arguments: &ResumeArguments) -> Result<Outcome, Failure> {
    context.open()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let person = person(context, &arguments.sending);
    let outcome = runtime.block_on(context.service.resume(arguments.id, arguments.sending.is_dry_run(), &person));
    shown(context, &person, outcome, &arguments.sending, false)
}
