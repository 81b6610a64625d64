//! What is written down of what the program does?
//!
//! JSON Lines in `<home>/logs/cw-orchestrator.jsonl`, one event a line: when, how severe, from where, and fields: which client asked for
//! which tool, how it ended, how long it took. What a call carries (parameters, bodies, filters, headers) is in no event, nor is the text
//! of an error that may repeat it; known secrets are masked in every line, should one slip into a message. A home that cannot be written
//! costs the log, never the command.

pub mod metrics;
mod rotate;
mod tail;

use std::io::{IsTerminal, Write};
use std::path::Path;

use secrecy::SecretString;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::redact::Redactor;
use rotate::Rotating;
pub use tail::newest;

/// Name of the current file; older ones are `cw-orchestrator.1.jsonl`, `.2` and so on.
pub const FILE: &str = "cw-orchestrator.jsonl";

/// Target of events for the file alone, since stderr has them in another form, such as the error that ends a command.
pub const FILE_ONLY: &str = "cw_orchestrator::command";

/// The least severity of events that are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// No events.
    Off,
    /// Failures.
    Error,
    /// Possible faults too.
    Warn,
    /// Every tool call, API call and build too.
    Info,
    /// Every attempt of an HTTP request too.
    Debug,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// The amount of logging on stderr.
#[derive(Clone, Copy, Debug)]
pub struct OnStderr {
    /// Errors only.
    pub quiet: bool,
    /// Number of `-v`: 0 for warnings, 1 for actions, 2 for everything.
    pub verbose: u8,
}

/// Starts logging, and counting for [`metrics`] where somebody may ask for them. An error that keeps the file from being written is reported
/// once on stderr.
pub fn start(home: &Path, level: Level, stderr: OnStderr, counts: bool, secrets: &[SecretString]) {
    let own = match (stderr.quiet, stderr.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    // hnsw_rs and tokenizers log every step at info; rmcp calls it an error that a client broke off. Nobody asked for that with one -v.
    let others = if stderr.verbose > 1 { "info" } else { "error,rmcp=off" };
    let redactor = Redactor::new(secrets);
    let known = redactor.clone();
    // Where no terminal shows them, colours are characters in somebody's file.
    let is_colourful = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let said = fmt::layer()
        .with_ansi(is_colourful)
        .with_writer(move || Masking { to: To::Stderr, redactor: known.clone() })
        .with_filter(EnvFilter::new(format!("{others},cw_orchestrator={own},{FILE_ONLY}=off")));
    let file = if level == Level::Off { None } else { open(home) };
    let written = file.map(|file| {
        let others = if level == Level::Debug { "warn" } else { "error,rmcp=off" };
        fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_writer(move || Masking { to: To::File(file.clone()), redactor: redactor.clone() })
            .with_filter(EnvFilter::new(format!("{others},cw_orchestrator={}", level.as_str())))
    });
    let counted = counts.then(|| metrics::Counting.with_filter(EnvFilter::new("cw_orchestrator=debug")));
    // A second start within one process, as tests do, keeps the first.
    if tracing_subscriber::registry().with(said).with(written).with(counted).try_init().is_ok() {
        log_panics();
    }
}

fn open(home: &Path) -> Option<Rotating> {
    let folder = home.join("logs");
    Rotating::open(&folder, FILE)
        .inspect_err(|error| {
            eprintln!(
                "cw-orchestrator: warning: nothing is logged, since {} cannot be written: {error}",
                folder.display()
            );
        })
        .ok()
}

/// Logs panics before the program reports them as usual.
fn log_panics() {
    let say = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(target: FILE_ONLY, %place, message, "a panic");
        say(panic);
    }));
}

/// A writer that masks known secrets in each line, and those of requests under way.
struct Masking {
    to: To,
    redactor: Redactor,
}

enum To {
    File(Rotating),
    Stderr,
}

impl Write for Masking {
    /// Masks and writes a whole line: the layers write an event in one call.
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let masked = self.redactor.and_live().bytes(line);
        let shown = masked.as_deref().unwrap_or(line);
        match &self.to {
            To::File(file) => file.append(shown),
            To::Stderr => std::io::stderr().write_all(shown)?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
