//! `install --client CLIENT`: the client's file, changed so that it starts this program, or asks one that runs at a URL.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::call::Person;
use super::doctor::folders;
use super::{Context, Failure, Outcome, output, print_json, values};
use crate::error::Error;
use crate::escape::escape_controls_but_lines;
use crate::invoke::{Caller, Consent};
use crate::settings_file::SettingsFile;
use crate::setup::clients::{ClientFile, Folders, McpClient};
use crate::setup::install::remote::Remote;
use crate::setup::install::{self, Plan, Server, Start, file};
use crate::setup::started;
use crate::surface::Argument;

#[derive(Debug, Args)]
pub(super) struct InstallArguments {
    /// The client
    #[arg(long, value_enum)]
    client: values::McpClient,
    /// Change the file that is kept with this folder instead of the user's own
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    /// Lead the client to a server that runs by itself, such as https://tools.example.com/mcp, instead of having it start one
    #[arg(long)]
    url: Option<String>,
    /// Environment variable of the client's that holds the server's token; the file names it, and never the token
    #[arg(long, value_name = "VARIABLE", requires = "url")]
    token_env: Option<String>,
    /// What the server is called in the client
    #[arg(long, default_value = install::NAME)]
    name: String,
    /// Write without asking
    #[arg(long)]
    yes: bool,
    /// Show the change and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// The flags that were given for every command, with which the client starts the server.
pub(super) struct Given {
    pub(super) home: Option<PathBuf>,
    /// Folder of the model. A folder found from the working folder is set too: the client works in another.
    pub(super) models: Option<PathBuf>,
    pub(super) config: Option<PathBuf>,
    pub(super) profile: Option<String>,
}

/// The system names no home, or no working folder.
#[derive(Debug, thiserror::Error)]
#[error("this system names no folder for the user's settings; set HOME (on Windows APPDATA), and run this again")]
struct NoFolders;

pub(super) fn run(context: &Context, given: Given, arguments: InstallArguments) -> Result<Outcome, Failure> {
    let client = McpClient::from(arguments.client);
    let folders = folders().ok_or(NoFolders)?;
    let folders = match &arguments.project {
        Some(project) => Folders { project: existing(project)?, ..folders },
        None => folders,
    };
    let place = install::place(client, arguments.project.is_some(), &folders)?;
    let server = match &arguments.url {
        Some(url) => Server::Remote(Remote::new(url, arguments.token_env.as_deref())?),
        None => Server::Started(start(&given)?),
    };
    let former = file::read(&place.path)?;
    let done = match install::plan(&place, &arguments.name, &server, former.as_deref())? {
        Plan::Nothing => Done { place, status: Status::Unchanged, copy: None },
        Plan::Write { shown, .. } if arguments.dry_run => {
            if !context.json {
                write!(output::out(), "{}\n{shown}", title(&place))?;
            }
            Done { place, status: Status::NotWritten, copy: None }
        }
        Plan::Write { content, shown } => {
            consent(context, &format!("{}\n{shown}", title(&place)), arguments.yes)?;
            let copy = file::replace(&place.path, former.as_deref(), &content)?;
            Done { place, status: Status::Written, copy }
        }
    };
    report(context, &done, &server, &arguments)?;
    Ok(Outcome::Done)
}

/// The outcome for the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Unchanged,
    /// The change was only shown, by `--dry-run`.
    NotWritten,
    Written,
}

struct Done {
    place: ClientFile,
    status: Status,
    /// Path of a copy of the former content.
    copy: Option<PathBuf>,
}

/// Returns the absolute path of a folder that must exist.
fn existing(folder: &Path) -> Result<PathBuf, Failure> {
    let wrong = |reason: String| Error::Argument { argument: Argument::named("--project"), reason: reason.into() };
    if !folder.is_dir() {
        return Err(wrong(format!("{} is no folder; make it first, or name another", folder.display())).into());
    }
    Ok(std::path::absolute(folder)?)
}

/// Returns the command that starts this program as it was started. All paths are absolute, since clients start servers
/// in a folder of their own.
fn start(given: &Given) -> Result<Start, Failure> {
    let text = |argument: &'static str, path: PathBuf| {
        let argument = Argument::named(argument);
        let reason = || format!("{} is no Unicode, which the client's file must be; move it", path.display());
        path.to_str().map(str::to_owned).ok_or_else(|| Error::Argument { argument, reason: reason().into() })
    };
    let (command, mut args) = started::command()?;
    args.push("serve".to_owned());
    for (argument, path) in [("--home", &given.home), ("--models", &given.models), ("--config", &given.config)] {
        if let Some(path) = path {
            args.extend([argument.to_owned(), text(argument, std::path::absolute(path)?)?]);
        }
    }
    args.extend(given.profile.iter().flat_map(|name| ["--profile".to_owned(), name.clone()]));
    Ok(Start { command, args })
}

fn title(place: &ClientFile) -> String {
    format!("{}, `{}`:", place.path.display(), place.keys.join("."))
}

/// Shows the change and asks for consent.
fn consent(context: &Context, change: &str, yes: bool) -> Result<(), Failure> {
    if yes && !context.quiet {
        writeln!(output::err(), "{}", change.trim_end())?;
    }
    let person = Person { yes, again: false, request: "Write it", shows_progress: false };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    match runtime.block_on(person.ask(&escape_controls_but_lines(change.trim_end()))) {
        Consent::Given => Ok(()),
        Consent::Withheld(why) => Err(Refused { why }.into()),
    }
}

/// The user did not consent.
#[derive(Debug, thiserror::Error)]
#[error("nothing was written: {why}; --dry-run shows the change")]
struct Refused {
    why: String,
}

fn report(context: &Context, done: &Done, server: &Server, arguments: &InstallArguments) -> Result<(), Failure> {
    let Done { place, status, copy } = done;
    let path = place.path.display();
    let client = place.client.name();
    if context.json {
        let copy = copy.as_ref().map(|copy| Value::from(copy.display().to_string()));
        return print_json(&json!({
            "client": client, "path": place.path, "name": arguments.name, "status": status, "copy": copy,
        }));
    }
    let mut out = output::out();
    match (status, copy) {
        (Status::Unchanged, _) => {
            let does = if arguments.url.is_some() { "lead there" } else { "start this program" };
            writeln!(out, "nothing to change: {path} has `{}` {does}", arguments.name)?
        }
        (Status::Written, Some(copy)) => {
            writeln!(out, "{path} is written; its former content is in {}", copy.display())?
        }
        (Status::Written, None) => writeln!(out, "{path} is written")?,
        (Status::NotWritten, _) => {}
    }
    if context.quiet || *status != Status::Written {
        return Ok(());
    }
    let mut err = output::err();
    let next = match server {
        Server::Started(_) => credentials(place.client, &context.service.options().calls.file),
        Server::Remote(remote) => token(place.client, remote),
    };
    writeln!(err, "Restart {client} so that it reads the file. {next}")?;
    if arguments.project.is_some() && matches!(server, Server::Started(_)) {
        writeln!(err, "The file names paths of this machine: whoever else works in the folder needs their own.")?;
    }
    Ok(())
}

/// Tells where a client's server takes the credentials from, which are in no client's file.
fn credentials(client: McpClient, file: &SettingsFile) -> String {
    const VARIABLES: &str = "CONNECTWISE_API_URL, CONNECTWISE_COMPANY_ID, CONNECTWISE_PUBLIC_KEY, \
                             CONNECTWISE_PRIVATE_KEY and CONNECTWISE_CLIENT_ID";
    format!(
        "Searching needs no key. Calls need {VARIABLES}, {}, or under [connectwise] in {file}. \
         None of them was written.",
        where_set(client)
    )
}

/// Tells where a client takes variables from.
fn where_set(client: McpClient) -> &'static str {
    match client {
        McpClient::ClaudeCode => "set in the shell that `claude` is started from",
        McpClient::ClaudeDesktop => {
            "which it does not take from a shell: set them for the whole session (Windows: `setx`; macOS: `launchctl setenv`)"
        }
        McpClient::VsCode | McpClient::Cursor => {
            "set for the whole session, or in the shell that the editor is started from: from a menu it sees no shell's"
        }
    }
}

/// Tells what a server that runs by itself still needs of the user.
fn token(client: McpClient, remote: &Remote) -> String {
    let mut next = match remote.token_variable() {
        Some(variable) => {
            format!("The server's token is read from {variable}, {}. It was not written.", where_set(client))
        }
        None if remote.is_local() => "A server on this machine needs no token, unless it was given one.".to_owned(),
        None => "A server that others can reach asks for a token: name the variable that holds it with --token-env."
            .to_owned(),
    };
    if remote.is_open() {
        next +=
            " Over http the token and every answer can be read on the way: have a proxy speak https before the server.";
    }
    next
}
