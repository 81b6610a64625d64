//! The command line: one file per group of commands. The only place that writes to stdout, beside the protocol itself.

mod answer;
mod body;
mod browse;
mod call;
mod columns;
mod describe;
mod doctor;
mod each;
mod eval;
mod generated;
mod index;
mod install;
mod markup;
mod memory;
mod misread;
mod outline;
mod output;
mod plain;
mod policy;
mod resume;
mod screen;
mod search;
mod serve;
mod sheet;
mod shell;
mod table;
mod undo;
mod values;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::build::{Phase, Progress};
use crate::config::http::HttpConfigError;
use crate::config::{self, Given, Settings};
use crate::error::{Error, chain};
use crate::escape::bounded;
use crate::invoke::draft::Uploads;
use crate::logs::{self, Level, OnStderr};
use crate::mcp::HttpError;
use crate::service::Service;
use crate::surface::Surface;
use screen::Screen;

/// An error that ends a command. Its text is printed once, with its causes.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The result of a command that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The command did or found what was asked for: exit code 0.
    Done,
    /// Nothing was found, or a check found a fault: exit code 1.
    Nothing,
}

/// Finds the right REST operation from a sentence, offline, and serves it over MCP.
#[derive(Debug, Parser)]
#[command(name = "cw-orchestrator", version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "To begin: cw-orchestrator search open tickets of a company")]
pub struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// Folder of the index, memory and logs [default: the platform's data folder]
    #[arg(long, global = true, value_name = "DIR", env = "CW_ORCHESTRATOR_HOME")]
    home: Option<PathBuf>,
    /// Folder of the sentence model and the ONNX Runtime library, if they are not beside the program
    #[arg(long, global = true, value_name = "DIR", env = "CW_ORCHESTRATOR_MODELS")]
    models: Option<PathBuf>,
    /// Configuration file [default: config.toml in the home folder]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Company or API of [profiles.NAME] in the configuration, in place of the first one
    #[arg(long, global = true, value_name = "NAME", env = "CW_ORCHESTRATOR_PROFILE")]
    profile: Option<String>,
    /// Print one JSON value instead of a table
    #[arg(long, global = true)]
    json: bool,
    /// Colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    color: screen::Colour,
    /// Print no progress and no hints
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say more on stderr; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// What is written to the logs in the home folder [default: info for serve, else off]
    #[arg(long, global = true, value_enum, value_name = "LEVEL")]
    log_level: Option<values::Level>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build, show or check the index
    #[command(subcommand)]
    Index(index::IndexCommand),
    /// Rank the operations that answer a request
    #[command(visible_alias = "find")]
    Search(search::SearchArguments),
    /// List the domains with their counts
    Domains(browse::DomainsArguments),
    /// List the resources of a domain
    Resources(browse::ResourcesArguments),
    /// Show what an operation takes and answers, and a command to copy
    Describe(describe::DescribeArguments),
    /// Call an operation, checked, with everything filled in that can be
    Call(Box<call::CallArguments>),
    /// Send a request as it is written
    Raw(call::RawArguments),
    /// List the changes that were made through this program, or take one back
    Undo(undo::UndoArguments),
    /// Go on with a plan that was stopped or killed
    Resume(resume::ResumeArguments),
    /// Keep calls, find them again, remove them
    #[command(subcommand)]
    Memory(memory::MemoryCommand),
    /// Serve the tools over MCP
    Serve(serve::ServeArguments),
    /// Open the page: find, try and watch in a browser on this machine
    Ui(serve::UiArguments),
    /// Say what the policy of a token allows
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Measure retrieval accuracy over a judgement file
    Eval(eval::EvalArguments),
    /// Check model, index, home, credentials, host and MCP clients, and say what to do
    Doctor(doctor::DoctorArguments),
    /// Have an MCP client start this program: change its file, the change shown first and a copy kept
    Install(install::InstallArguments),
    /// Print the script by which a shell completes commands
    Completions(generated::CompletionsArguments),
    /// Print a page for `man`
    Man(generated::ManArguments),
}

/// `--no-build`, for the commands that would build a missing index.
#[derive(Debug, Args)]
struct NoBuild {
    /// Fail where there is no index instead of building it, and leave one without vectors as it is
    #[arg(long)]
    no_build: bool,
}

/// The service and the flags that every command needs.
struct Context {
    service: Service,
    json: bool,
    quiet: bool,
    screen: Screen,
}

impl Context {
    /// Makes a progress bar, which is hidden unless stderr is a terminal.
    fn progress(&self) -> Bar {
        Bar::new(!self.quiet && std::io::stderr().is_terminal())
    }

    /// The files that a person may name, for what is read from them.
    fn files(&self) -> Uploads<'_> {
        let options = self.service.options();
        let (folders, settings) = (&options.calls.upload_folders, &options.calls.file);
        Uploads { folders, is_typed: true, home: Some(&options.home), settings }
    }

    /// Opens the index. A missing one is built with a progress bar.
    fn open(&self) -> Result<(), Failure> {
        if self.service.index().current_name().ok().flatten().is_none() && !self.quiet {
            tracing::debug!("no index yet");
        }
        let bar = self.progress();
        self.service.open(&bar)?;
        bar.finish();
        Ok(())
    }

    /// Opens the index as [`Self::open`] does, and loads the model meanwhile: neither needs the other.
    fn open_with_model(&self) -> Result<(), Failure> {
        std::thread::scope(|scope| {
            scope.spawn(|| self.service.embedder());
            self.open()
        })
    }
}

/// Reads the command line. Where it is none, the process ends with what is wrong with it.
pub fn parse() -> Arguments {
    let words: Vec<OsString> = std::env::args_os().collect();
    let error = match Arguments::try_parse_from(&words) {
        Ok(arguments) => return arguments,
        Err(error) => error,
    };
    let mangled = || shell::mangled_words(&words).map(|cause| format!("--data: {cause}; {}", shell::UNCHANGED));
    if error.use_stderr()
        && let Some(hint) = mangled().or_else(|| misread::hint(&error, &words))
    {
        // A terminal that is gone needs no text.
        let _ = print(&error, &words);
        let _ = writeln!(output::err(), "\n{hint}");
        std::process::exit(error.exit_code());
    }
    let _ = print(&error, &words);
    std::process::exit(error.exit_code());
}

/// Prints what is wrong with a command line. It repeats words of that, which a script may have from elsewhere: one that could deceive its
/// reader is escaped, at the cost of clap's colours.
fn print(error: &clap::Error, words: &[OsString]) -> std::io::Result<()> {
    let deceives = words.iter().any(|word| word.to_string_lossy().chars().any(crate::escape::deceives));
    if error.use_stderr() && deceives { write!(output::err(), "{}", error.render()) } else { error.print() }
}

/// Runs a command.
///
/// # Errors
/// A usage or local error, for exit code 2.
pub fn run(arguments: Arguments) -> Result<Outcome, Failure> {
    let Global { home, models, config, profile, json, color, quiet, verbose, log_level } = arguments.global;
    let no_build = match &arguments.command {
        Command::Search(arguments) => arguments.no_build(),
        Command::Serve(arguments) => arguments.no_build(),
        Command::Ui(arguments) => arguments.no_build(),
        // What examines makes nothing.
        Command::Doctor(_) => true,
        _ => false,
    };
    let writes = match &arguments.command {
        Command::Serve(arguments) => arguments.writes(),
        Command::Ui(arguments) => arguments.writes(),
        _ => None,
    };
    let mut stated =
        install::Given { home: home.clone(), models: models.clone(), config: config.clone(), profile: profile.clone() };
    let given = Given { home, models, config, no_build, writes, profile };
    // What examines the settings must run where they are wrong.
    let (settings, fault) = match &arguments.command {
        Command::Doctor(_) => config::resolve_around_faults(given)?,
        Command::Completions(arguments) => return generated::completions(arguments),
        Command::Man(arguments) => return generated::man(arguments),
        _ => (config::resolve(given)?, None),
    };
    let is_server = matches!(arguments.command, Command::Serve(_) | Command::Ui(_));
    let level = log_level.map(Level::from).unwrap_or(if is_server { Level::Info } else { Level::Off });
    logs::start(&settings.service.home, level, OnStderr { quiet, verbose }, is_server, &settings.secrets());
    let Settings { file, service, http, note } = settings;
    if let Some(note) = note {
        tracing::warn!("{note}");
    }
    if service.models.is_relative() {
        stated.models = Some(service.models.clone());
    }
    let context = Context { service: Service::new(service), json, quiet, screen: Screen::of_output(color) };
    let outcome = match arguments.command {
        Command::Index(command) => index::run(&context, command),
        Command::Search(arguments) => search::run(&context, arguments),
        Command::Domains(arguments) => browse::domains(&context, arguments),
        Command::Resources(arguments) => browse::resources(&context, arguments),
        Command::Describe(arguments) => describe::run(&context, arguments),
        Command::Call(arguments) => call::call(&context, *arguments),
        Command::Raw(arguments) => call::raw(&context, arguments),
        Command::Undo(arguments) => undo::run(&context, &arguments),
        Command::Resume(arguments) => resume::run(&context, &arguments),
        Command::Memory(command) => memory::run(&context, command),
        Command::Serve(arguments) => serve::run(&context, file, http, arguments),
        Command::Ui(arguments) => serve::ui(&context, file, http, arguments),
        Command::Policy(command) => policy::run(&context, &http, command),
        Command::Eval(arguments) => eval::run(&context, arguments),
        Command::Doctor(arguments) => doctor::run(&context, file, fault.as_ref(), &http, &arguments),
        Command::Install(arguments) => install::run(&context, stated, arguments),
        Command::Completions(_) | Command::Man(_) => Ok(Outcome::Done),
    };
    if let Err(error) = &outcome {
        log_failure(error);
    }
    outcome
}

/// Logs the error that ended a command: its name, and its text only where that cannot repeat a request or an answer.
fn log_failure(error: &Failure) {
    if is_broken_pipe(error) {
        return;
    }
    let known = error.downcast_ref::<Error>();
    let is_of_serving = error.is::<HttpConfigError>() || error.is::<HttpError>();
    let may_be_quoted = known.map_or(is_of_serving, |error| !error.may_quote());
    let fault = known.map_or(if is_of_serving { "serve" } else { "other" }, Error::name);
    let error = may_be_quoted.then(|| chain(&**error));
    tracing::error!(target: logs::FILE_ONLY, fault, error, "the command ended");
}

/// Tells whether a command ended because nobody reads its output any more.
pub fn is_broken_pipe(error: &Failure) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&**error);
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Prints on stderr what ended a command.
pub fn print_failure(error: &Failure) {
    // A terminal that is gone needs no text.
    let known = error.downcast_ref::<Error>();
    let text = known.map_or_else(|| bounded(&chain(&**error)).into_owned(), |error| error.on(Surface::CommandLine));
    let _ = writeln!(output::err(), "cw-orchestrator: {text}");
}

/// Prints a JSON value and a line end on stdout.
fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let mut out = output::buffered();
    serde_json::to_writer_pretty(&mut out, value).map_err(|error| {
        // serde_json wraps the system's error; a broken pipe must be seen as one.
        error.io_error_kind().map_or_else(|| Failure::from(error), |kind| std::io::Error::from(kind).into())
    })?;
    writeln!(out)?;
    out.flush()?;
    Ok(())
}

/// A progress bar with rate and time left.
struct Bar {
    bar: indicatif::ProgressBar,
}

impl Bar {
    fn new(visible: bool) -> Self {
        let target =
            if visible { indicatif::ProgressDrawTarget::stderr() } else { indicatif::ProgressDrawTarget::hidden() };
        Self { bar: indicatif::ProgressBar::with_draw_target(None, target) }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begin(&self, phase: Phase, total: usize) {
        let (message, counted) = match phase {
            Phase::Read => ("reading", total > 1),
            Phase::Reuse => ("looking for changes", false),
            Phase::Embed => ("embedding", true),
            Phase::Graph => ("building the graph", true),
            Phase::Catalogue => ("writing the catalogue", false),
            Phase::Publish => ("publishing", false),
        };
        let template =
            if counted { "{msg:22} {bar:30} {pos}/{len}  {per_sec}  {eta} left" } else { "{msg:22} {spinner}" };
        if let Ok(style) = indicatif::ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.set_message(message);
        self.bar.set_length(total as u64);
        self.bar.set_position(0);
        self.bar.reset_eta();
    }

    fn advance(&self, done: usize) {
        self.bar.set_position(done as u64);
    }
}
