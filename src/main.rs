//! The program: parse, run, exit code. All else is in the library.

use std::process::ExitCode;

use clap::Parser;
use cw_orchestrator::cli::{Arguments, Outcome, is_broken_pipe, run};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Nothing) => ExitCode::from(1),
        // Whoever read our output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cw-orchestrator: {}", cw_orchestrator::error::chain(&*error));
            ExitCode::from(2)
        }
    }
}
