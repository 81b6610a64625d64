//! What did somebody mean whose command line is none? clap says what is wrong with its form; here stands the command that does it.

use std::ffi::OsString;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Arguments;

/// The command that was meant, or what there is to choose from; `None` where clap's own words are all that can be said.
pub(super) fn hint(error: &clap::Error, words: &[OsString]) -> Option<String> {
    let words: Vec<&str> = words.iter().skip(1).filter_map(|word| word.to_str()).collect();
    match error.kind() {
        ErrorKind::InvalidSubcommand if error.get(ContextKind::SuggestedSubcommand).is_none() => {
            let wrong = text_of(error, ContextKind::InvalidSubcommand)?;
            Some(of_group(&words, wrong).unwrap_or_else(|| by_words(&words, wrong)))
        }
        ErrorKind::ValueValidation if text_of(error, ContextKind::InvalidArg) == Some("<METHOD>") => {
            let wrong = text_of(error, ContextKind::InvalidValue)?;
            Some(if wrong.starts_with('/') { by_path(&words, wrong) } else { by_words(&words, wrong) })
        }
        ErrorKind::UnknownArgument if words.contains(&"call") => {
            let wrong = text_of(error, ContextKind::InvalidArg)?;
            let name = wrong.strip_prefix("--")?.split('=').next()?;
            Some(format!("a parameter of the operation: --param {name}=VALUE; a field of the body: --set {name}=VALUE"))
        }
        _ => None,
    }
}

fn text_of(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    }
}

/// The search that somebody meant who gave words in place of a command, or of a method and a path.
fn by_words(words: &[&str], first: &str) -> String {
    let asked = words.iter().skip_while(|word| **word != first).filter(|word| !word.starts_with('-'));
    let asked: Vec<&str> = asked.copied().collect();
    format!("to find an operation by words: cw-orchestrator search {}", asked.join(" "))
}

/// The same command with the method that is missing, which for most is to read.
fn by_path(words: &[&str], path: &str) -> String {
    let top = Arguments::command();
    let words = words.iter().skip_while(|word| top.find_subcommand(word).is_none());
    let command: Vec<&str> =
        words.flat_map(|word| if *word == path { vec!["GET", path] } else { vec![*word] }).collect();
    format!("the method comes before the path: cw-orchestrator {}", command.join(" "))
}

/// The commands of a group, such as `memory`, that has none of this name.
fn of_group(words: &[&str], wrong: &str) -> Option<String> {
    let top = Arguments::command();
    let before = words.iter().take_while(|word| **word != wrong);
    let group = before.filter_map(|word| top.find_subcommand(word)).next()?;
    let names: Vec<&str> =
        group.get_subcommands().map(clap::Command::get_name).filter(|name| *name != "help").collect();
    (!names.is_empty()).then(|| format!("cw-orchestrator {} has: {}", group.get_name(), names.join(", ")))
}
