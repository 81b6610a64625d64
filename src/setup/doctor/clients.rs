//! Do the MCP clients on this machine start this program, and without secrets in their files?

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{Area, Finding, Grade, Surroundings};
use crate::memory::secrets::is_secret_name;
use crate::service::Service;
use crate::setup::clients::{ClientFile, Folders, McpClient};
use crate::setup::install::{self, InstallError, file};

/// Name of the program, and of its server in the README.
const NAME: &str = env!("CARGO_PKG_NAME");

/// Checks every client's files that exist.
pub(super) fn check(service: &Service, around: &Surroundings) -> Vec<Finding> {
    let Some(folders) = &around.folders else { return Vec::new() };
    let places: Vec<ClientFile> = McpClient::ALL.into_iter().flat_map(|client| client.files(folders)).collect();
    let existing: Vec<&ClientFile> = places.iter().filter(|place| place.path.exists()).collect();
    if existing.is_empty() {
        return vec![Finding::ok(Area::Clients, "files", "no file of an MCP client was found")];
    }
    let mut findings = Vec::new();
    let mut starts = false;
    for place in &existing {
        match servers(place) {
            Ok(servers) => {
                for (name, entry) in servers.iter().filter(|(name, entry)| is_ours(name, entry, folders, around)) {
                    starts = true;
                    findings.push(entry_finding(place, name, entry, folders, around));
                    findings.extend(secrets(service, place, name, entry));
                }
            }
            // One file may be two places; it is unreadable once.
            Err(finding) if findings.contains(&finding) => {}
            Err(finding) => findings.push(finding),
        }
    }
    if let (false, Some(place)) = (starts, existing.first()) {
        let clients: Vec<&str> = McpClient::ALL
            .into_iter()
            .filter(|client| existing.iter().any(|place| place.client == *client))
            .map(McpClient::name)
            .collect();
        let cure = format!("run `{}`, or name another client", place.client.install());
        let detail = format!("no file of {} starts this program", clients.join(", "));
        findings.push(Finding::bad(Area::Clients, Grade::Note, "entry", detail, cure));
    }
    findings
}

/// Reads the servers that a file has at a place; none where it lacks the member.
fn servers(place: &ClientFile) -> Result<Map<String, Value>, Finding> {
    let path = place.path.display();
    let unreadable = |what: String, cure: String| {
        Finding::bad(Area::Clients, Grade::Warning, place.client.name(), format!("{path} {what}"), cure)
    };
    let text = file::content(&place.path)
        .map_err(|error| unreadable(format!("cannot be read: {error}"), format!("make {path} readable")))?
        .unwrap_or_default();
    let root = install::root(&place.path, &text).map_err(|error| match error {
        InstallError::Malformed { line, column, .. } => unreadable(
            format!("is no JSON at line {line}, column {column}, so it was not looked at"),
            format!("correct line {line} of {path}"),
        ),
        error => unreadable(format!("cannot be used: {error}"), format!("correct {path}")),
    })?;
    let servers = place.keys.iter().try_fold(&root, |value, key| value.get(key));
    Ok(servers.and_then(Value::as_object).cloned().unwrap_or_default())
}

/// Tells whether an entry means this program, by its name or by its file.
fn is_ours(name: &str, entry: &Value, folders: &Folders, around: &Surroundings) -> bool {
    let Some(command) = entry.get("command").and_then(Value::as_str) else { return name == NAME };
    let is_named = Path::new(command).file_stem().and_then(OsStr::to_str) == Some(NAME);
    name == NAME
        || is_named
        || is_launched(entry)
        || locate(command, folders, around).is_some_and(|file| Some(file) == around.program)
}

/// Whether an entry starts this program by its package: `npx -y cw-orchestrator`, also of one version, `cw-orchestrator@0.1.0`.
fn is_launched(entry: &Value) -> bool {
    let args = entry.get("args").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    args.take_while(|arg| *arg != "serve").any(|arg| arg.split('@').next() == Some(NAME))
}

fn entry_finding(place: &ClientFile, name: &str, entry: &Value, folders: &Folders, around: &Surroundings) -> Finding {
    let title = place.client.name();
    let file = place.path.display();
    let Some(command) = entry.get("command").and_then(Value::as_str) else {
        if entry.get("url").and_then(Value::as_str).is_some() {
            return Finding::ok(Area::Clients, title, format!("`{name}` in {file} is a server that runs by itself"));
        }
        let detail = format!("`{name}` in {file} has neither `command` nor `url`");
        return Finding::bad(Area::Clients, Grade::Fault, title, detail, wanted(around, "give it", &file));
    };
    match locate(command, folders, around) {
        Some(found) if Some(&found) == around.program.as_ref() => {
            Finding::ok(Area::Clients, title, format!("`{name}` in {file} starts this program"))
        }
        Some(_) if is_launched(entry) => {
            Finding::ok(Area::Clients, title, format!("`{name}` in {file} starts the package by `{command}`"))
        }
        Some(found) => {
            let detail = format!("`{name}` in {file} starts {}, not this program", found.display());
            Finding::bad(
                Area::Clients,
                Grade::Warning,
                title,
                detail,
                wanted(around, "if this one is meant, set", &file),
            )
        }
        None => {
            let detail = format!("`{name}` in {file} starts `{command}`, which is not there");
            Finding::bad(Area::Clients, Grade::Fault, title, detail, wanted(around, "set", &file))
        }
    }
}

fn wanted(around: &Surroundings, verb: &str, file: &dyn std::fmt::Display) -> String {
    let (command, mut args) = around.started.clone().unwrap_or_else(|| (NAME.to_owned(), Vec::new()));
    let command = format!("{verb} \"command\": {}", Value::from(command));
    if args.is_empty() {
        return format!("{command} in {file}");
    }
    args.push("serve".to_owned());
    format!("{command} and \"args\": {} in {file}", Value::from(args))
}

/// Finds the file that a command starts, with links resolved: a path is taken from the working folder, a name is looked
/// for on `PATH`.
fn locate(command: &str, folders: &Folders, around: &Surroundings) -> Option<PathBuf> {
    let path = Path::new(command);
    let with_ending = |path: PathBuf| {
        let ended = path.with_extension(std::env::consts::EXE_EXTENSION);
        let found = [path, ended].into_iter().find(|path| path.is_file())?;
        std::fs::canonicalize(found).ok()
    };
    if path.components().count() > 1 {
        return with_ending(folders.project.join(path));
    }
    std::env::split_paths(around.command_path.as_ref()?).find_map(|folder| with_ending(folder.join(path)))
}

/// Reports the variables and headers of an entry that hold a secret themselves instead of naming a variable.
fn secrets(service: &Service, place: &ClientFile, name: &str, entry: &Value) -> Option<Finding> {
    let members = |key: &str| entry.get(key).and_then(Value::as_object).into_iter().flatten();
    let is_known = |text: &str| service.redactor().finds(text);
    let is_plain = |(key, value): &(&String, &Value)| {
        // `${VARIABLE}`, `${input:name}`, `${env:NAME}`: what clients fill in.
        let text = value.as_str().map(str::trim).filter(|text| !text.is_empty() && !text.contains("${"));
        text.is_some_and(|text| is_key(key) || is_known(text))
    };
    let plain: Vec<&str> =
        members("env").chain(members("headers")).filter(is_plain).map(|(key, _)| key.as_str()).collect();
    if plain.is_empty() {
        return None;
    }
    let detail = format!("{} of `{name}` stands in plain in {}", plain.join(", "), place.path.display());
    let cure = format!("take it out, and set it in the environment that {} is started from", place.client.name());
    Some(Finding::bad(Area::Clients, Grade::Warning, place.client.name(), detail, cure))
}

/// Tells whether a variable or header holds a secret by its name. A public key is half of the credentials, though its
/// name does not say so.
fn is_key(name: &str) -> bool {
    is_secret_name(name) || name.eq_ignore_ascii_case("CONNECTWISE_PUBLIC_KEY")
}
