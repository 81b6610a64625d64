//! What must stand in a client's file so that the client starts this program, or asks one that runs? Pure, apart from `file`.
//!
//! Nothing but `command`, `args` and, where the client wants it, `type` of one server is set, or `url` and `headers`: every other byte
//! of the file stays, be it another server, a variable of this one, a comment, or the way it is indented.

pub mod file;
mod json;
pub mod remote;

use std::path::{Path, PathBuf};

use jsonc_parser::errors::ParseError;
use serde_json::{Map, Value};

use super::clients::{ClientFile, Folders, McpClient, Scope};
use crate::redact::MASK;
use remote::Remote;

/// Default name of the server.
pub const NAME: &str = env!("CARGO_PKG_NAME");

/// A reason for which a client's file is not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// The client has no file for a project.
    #[error("{client} keeps no servers in a project's folder; leave out --project to have the user's own file changed")]
    NoProjectFile {
        /// Name of the client.
        client: &'static str,
    },
    /// The system failed to read or write the file.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// The action, as a verb phrase to be followed by the path.
        doing: &'static str,
        /// Path of the file or folder.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// The file is not JSON.
    #[error(
        "{} is no JSON at line {line}, column {column} ({reason}); nothing was written: correct that line, and run this again",
        path.display()
    )]
    Malformed {
        /// Path of the file.
        path: PathBuf,
        /// Line of the fault, from 1.
        line: usize,
        /// Column of the fault in characters, from 1.
        column: usize,
        /// The fault, without its place.
        reason: String,
    },
    /// A member on the way to the servers is no object.
    #[error(
        "{} in {} is no JSON object, so a server cannot be put into it; nothing was written: correct it, and run this again",
        if keys.is_empty() { "the outermost value".to_owned() } else { format!("`{}`", keys.join(".")) }, path.display()
    )]
    NoObject {
        /// Path of the file.
        path: PathBuf,
        /// Names that lead to the member; empty for the file's root.
        keys: Vec<String>,
    },
    /// The name belongs to a server that is reached by a URL.
    #[error(
        "`{name}` in {} is a server that runs by itself, with a `url`; nothing was written: give this one another name with --name",
        path.display()
    )]
    RemoteServer {
        /// Path of the file.
        path: PathBuf,
        /// Name of the server.
        name: String,
    },
    /// The client's file cannot name a server by its URL.
    #[error(
        "the file of {client} starts programs and knows no URL: leave out --url to have it start this program, or add the URL in {client} \
         itself, under Settings > Connectors"
    )]
    StartsOnly {
        /// Name of the client.
        client: &'static str,
    },
    /// Another program wrote the file while the change was being shown.
    #[error("{} was changed meanwhile, so nothing was written; run this again to see the change as it is now", path.display())]
    ChangedMeanwhile {
        /// Path of the file.
        path: PathBuf,
    },
}

/// The command by which a client starts the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Absolute path of the program, since clients start it in a folder of their own; or a launcher's name such as `npx`.
    pub command: String,
    /// Its arguments: a launcher's own, then the program's.
    pub args: Vec<String>,
}

/// The server that an entry is to name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// The client starts it.
    Started(Start),
    /// It runs by itself.
    Remote(Remote),
}

/// Members of an entry that only a server which the client starts has.
const OF_STARTED: [&str; 6] = ["type", "command", "args", "env", "envFile", "cwd"];

/// The change to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// No change: the file starts the server already.
    Nothing,
    /// A new content.
    Write {
        /// The whole new content.
        content: String,
        /// The server before and after, line by line, each with a blank, `-` or `+` before it. Values of `env` and
        /// `headers` are masked: they may be secrets.
        shown: String,
    },
}

/// Returns the place of the file to change: the user's own, or the project's.
///
/// # Errors
/// [`InstallError::NoProjectFile`]
pub fn place(client: McpClient, in_project: bool, folders: &Folders) -> Result<ClientFile, InstallError> {
    let scope = if in_project { Scope::Project } else { Scope::User };
    let mut files = client.files(folders).into_iter();
    files.find(|file| file.scope == scope).ok_or(InstallError::NoProjectFile { client: client.name() })
}

/// Makes the members of a client's entry that this program sets.
fn entry(client: McpClient, server: &Server, former: Option<&Map<String, Value>>) -> Map<String, Value> {
    let start = match server {
        Server::Started(start) => start,
        Server::Remote(remote) => {
            let headers = former.and_then(|former| former.get("headers")).and_then(Value::as_object);
            return remote.entry(client, headers);
        }
    };
    let mut entry = Map::new();
    if client == McpClient::VsCode {
        entry.insert("type".to_owned(), "stdio".into());
    }
    entry.insert("command".to_owned(), start.command.clone().into());
    entry.insert("args".to_owned(), start.args.clone().into());
    entry
}

/// Plans the change to a file with this content; `None` where there is no file.
///
/// # Errors
/// [`InstallError::Malformed`], [`InstallError::NoObject`], [`InstallError::RemoteServer`], [`InstallError::StartsOnly`]
pub fn plan(place: &ClientFile, name: &str, server: &Server, content: Option<&str>) -> Result<Plan, InstallError> {
    let path = || place.path.clone();
    let is_remote = matches!(server, Server::Remote(_));
    if is_remote && place.client == McpClient::ClaudeDesktop {
        return Err(InstallError::StartsOnly { client: place.client.name() });
    }
    let content = content.unwrap_or_default();
    let (mark, text) = parts(content);
    let root = root(&path(), content)?;
    let former = root_member(&root, place, name)?;
    let was_started = former.is_some_and(|former| former.get("command").is_some());
    let mut new = match former {
        Some(Value::Object(former)) if !is_remote && former.contains_key("url") && !was_started => {
            return Err(InstallError::RemoteServer { path: path(), name: name.to_owned() });
        }
        Some(Value::Object(former)) => former.clone(),
        _ => Map::new(),
    };
    let wanted = entry(place.client, server, former.and_then(Value::as_object));
    // A client would not know which of a command and a URL is meant.
    let is_other_kind = is_remote && was_started;
    if is_other_kind {
        new.retain(|key, _| !OF_STARTED.contains(&key.as_str()));
    }
    new.extend(wanted.clone());
    let new = Value::Object(new);
    if former == Some(&new) {
        return Ok(Plan::Nothing);
    }
    let keys: Vec<&str> = place.keys.iter().map(String::as_str).chain([name]).collect();
    let changed = match former {
        // Member by member, so that comments between them stay.
        Some(Value::Object(former)) if !is_other_kind => {
            let mut differing = wanted.iter().filter(|(key, value)| former.get(*key) != Some(*value));
            differing.try_fold(text.to_owned(), |text, (key, value)| {
                json::set(&text, &[&keys[..], &[key.as_str()]].concat(), value)
            })
        }
        _ => json::set(text, &keys, &new),
    };
    let changed = changed.map_err(|error| malformed(path(), &error))?;
    Ok(Plan::Write { content: format!("{mark}{changed}"), shown: difference(name, former, &new) })
}

/// Reads the content of a client's file: JSON, with comments and commas before a closing bracket. Without content it is an empty
/// object.
///
/// # Errors
/// [`InstallError::Malformed`]
pub(crate) fn root(path: &Path, content: &str) -> Result<Value, InstallError> {
    json::value(parts(content).1).map_err(|error| malformed(path.to_owned(), &error))
}

/// Splits a content into the byte order mark, which editors on Windows write and which is no JSON, and the JSON text.
fn parts(content: &str) -> (&str, &str) {
    let text = content.strip_prefix('\u{feff}').unwrap_or(content);
    let mark = &content[..content.len() - text.len()];
    (mark, if text.trim().is_empty() { "{}\n" } else { text })
}

fn malformed(path: PathBuf, error: &ParseError) -> InstallError {
    let mut reason = error.kind().to_string();
    if let Some(first) = reason.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    InstallError::Malformed { path, line: error.line_display(), column: error.column_display(), reason }
}

/// Finds the server of that name. Everything on the way to it must be an object.
fn root_member<'a>(root: &'a Value, place: &ClientFile, name: &str) -> Result<Option<&'a Value>, InstallError> {
    let mut value = root;
    for depth in 0..=place.keys.len() {
        let Some(object) = value.as_object() else {
            return Err(InstallError::NoObject { path: place.path.clone(), keys: place.keys[..depth].to_vec() });
        };
        let key = place.keys.get(depth).map_or(name, String::as_str);
        match object.get(key) {
            Some(inner) if depth == place.keys.len() => return Ok(Some(inner)),
            Some(inner) => value = inner,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// Shows the lines that differ, removed ones before added ones, among those that stay.
fn difference(name: &str, former: Option<&Value>, new: &Value) -> String {
    let lines = |value: &Value| -> Vec<String> {
        let member = serde_json::json!({ name: masked(value) });
        let text = format!("{member:#}");
        // Without the braces that stand for the servers' object.
        text.lines().filter_map(|line| line.strip_prefix("  ").map(str::to_owned)).collect()
    };
    let (old, new) = (former.map(lines).unwrap_or_default(), lines(new));
    let same = |(a, b): &(&String, &String)| a == b;
    let head = old.iter().zip(&new).take_while(same).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(same).count();
    let with = |mark: char, lines: &[String]| lines.iter().map(|line| format!("{mark} {line}\n")).collect::<String>();
    [
        with(' ', &old[..head]),
        with('-', &old[head..old.len() - tail]),
        with('+', &new[head..new.len() - tail]),
        with(' ', &new[new.len() - tail..]),
    ]
    .concat()
}

fn masked(server: &Value) -> Value {
    let mut server = server.clone();
    for key in ["env", "headers"] {
        for (_, value) in server.get_mut(key).and_then(Value::as_object_mut).into_iter().flatten() {
            if !value.as_str().is_some_and(remote::is_reference) {
                *value = MASK.into();
            }
        }
    }
    server
}

#[cfg(test)]
mod tests;
