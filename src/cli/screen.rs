//! Where results are shown: how wide, in colour or not, page by page or at once.

use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

use super::Failure;
use super::sheet::Sheet;

/// Columns where there is no terminal to ask: what a terminal has unless somebody made it wider.
const WIDTH: usize = 80;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// What results are shown on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    /// Whether a person reads it.
    pub(super) is_terminal: bool,
    /// Columns.
    pub(super) width: usize,
    /// Lines, where it is known.
    height: Option<usize>,
    colour: bool,
}

impl Screen {
    /// Standard output.
    pub(super) fn of_output(colour: Colour) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let size = if is_terminal { crossterm::terminal::size().ok() } else { None };
        // Some terminals say that they have none.
        let size = size.filter(|(width, height)| *width > 0 && *height > 0);
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self {
            is_terminal,
            width: size.map_or(WIDTH, |(width, _)| usize::from(width)),
            height: size.map(|(_, height)| usize::from(height)),
            colour: match colour {
                Colour::Auto => is_terminal && !no_colour && !is_dumb,
                Colour::Always => true,
                Colour::Never => false,
            },
        }
    }

    /// Shows lines: through a pager where they are more than a terminal has.
    pub(super) fn show(&self, sheet: &Sheet) -> Result<(), Failure> {
        let text = sheet.written(self.colour);
        let is_long = self.height.is_some_and(|height| sheet.height(self.width) >= height);
        if is_long && let Some(words) = pager(std::env::var("PAGER").ok()) {
            match page(&words, &text) {
                Ok(()) => return Ok(()),
                Err(error) => tracing::debug!(%error, "no pager"),
            }
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }
}

/// The words of the command that shows text page by page; `variable` is `PAGER`. None where the user wants none.
fn pager(variable: Option<String>) -> Option<Vec<String>> {
    let Some(given) = variable else { return Some(vec!["less".to_owned(), "-FRX".to_owned()]) };
    let words: Vec<String> = given.split_whitespace().map(str::to_owned).collect();
    words.first().is_some_and(|first| first != "cat").then_some(words)
}

/// Has a pager show a text. An error is one of starting it: nothing was shown.
fn page(words: &[String], text: &str) -> io::Result<()> {
    let Some((program, arguments)) = words.split_first() else { return Ok(()) };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    // What `less` does without options would keep colours from showing.
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    let mut child = command.spawn()?;
    leave_interrupts_to_the_pager();
    if let Some(mut input) = child.stdin.take() {
        // Whoever ends it before the end has seen enough.
        let _ = input.write_all(text.as_bytes());
    }
    let _ = child.wait();
    Ok(())
}

/// Keeps Ctrl-C, which pagers use, from ending this program before its pager.
#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library knows no signals")]
fn leave_interrupts_to_the_pager() {
    // SAFETY: ignoring a signal runs no code of the program.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_IGN) };
}

#[cfg(not(unix))]
fn leave_interrupts_to_the_pager() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pager_is_the_users() {
        let words = |given: Option<&str>| pager(given.map(str::to_owned)).map(|words| words.join(" "));
        assert_eq!(words(None).as_deref(), Some("less -FRX"));
        assert_eq!(words(Some("more -s")).as_deref(), Some("more -s"));
        assert_eq!(words(Some("")), None);
        assert_eq!(words(Some("cat")), None);
    }

    #[test]
    fn a_pager_that_is_not_there_is_an_error_before_anything_is_shown() {
        assert!(page(&["no-such-pager-here".to_owned()], "text").is_err());
    }
}
