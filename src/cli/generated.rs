//! `completions SHELL` and `man [COMMAND...]`: what clap makes of the command line itself.

use std::io::Write;

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Arguments, Failure, Outcome, output};

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell that is to complete commands
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// A command, such as `call` or `index build` [default: the program]
    command: Vec<String>,
}

/// A page was asked for that there is not.
#[derive(Debug, thiserror::Error)]
#[error("there is no command `{given}`; there are {known}")]
struct NoCommand {
    given: String,
    known: String,
}

pub(super) fn completions(arguments: &CompletionsArguments) -> Result<Outcome, Failure> {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    let mut out = output::buffered();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Outcome::Done)
}

pub(super) fn man(arguments: &ManArguments) -> Result<Outcome, Failure> {
    let mut command = Arguments::command();
    command.build();
    let mut page = Vec::new();
    Man::new(find(&command, &arguments.command)?.clone()).render(&mut page)?;
    let mut out = output::buffered();
    out.write_all(&page)?;
    out.flush()?;
    Ok(Outcome::Done)
}

/// The command of some words.
fn find<'c>(command: &'c Command, words: &[String]) -> Result<&'c Command, NoCommand> {
    let mut found = command;
    for word in words {
        found = found.find_subcommand(word).ok_or_else(|| NoCommand {
            given: words.join(" "),
            known: found.get_subcommands().map(Command::get_name).collect::<Vec<_>>().join(", "),
        })?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_that_of_the_command_that_is_named() {
        let mut command = Arguments::command();
        command.build();
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (given, name) in [("", "cw-orchestrator"), ("call", "call"), ("index build", "build")] {
            assert_eq!(find(&command, &words(given)).unwrap().get_name(), name);
        }
        let error = find(&command, &words("index bild")).unwrap_err().to_string();
        assert!(error.contains("`index bild`") && error.contains("build, "), "{error}");
    }
}
