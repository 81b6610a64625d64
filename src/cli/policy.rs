//! `policy explain METHOD PATH --as NAME`: what somebody may do, and by which rule.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Context, Failure, Outcome, output, print_json};
use crate::config::http::HttpSettings;
use crate::invoke::Grant;
use crate::invoke::risk::Risk;
use crate::openapi::Method;
use crate::service::Explained;

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Say whether somebody may make a call over HTTP, and by which rule
    Explain(ExplainArguments),
}

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// Request method
    method: Method,
    /// Path template, or a path with values
    path: String,
    /// Name of a token, of a scope of access tokens, or of a policy
    #[arg(long = "as", value_name = "NAME")]
    name: String,
    /// The API, where several have the path
    #[arg(long)]
    api: Option<String>,
}

pub(super) fn run(context: &Context, http: &HttpSettings, command: PolicyCommand) -> Result<Outcome, Failure> {
    let PolicyCommand::Explain(ExplainArguments { method, path, name, api }) = command;
    let Some(policy) = http.policy_as(&name)? else { return Err(unknown(http, &name).into()) };
    let profile = http.profile_as(&name)?;
    context.open()?;
    let service = context.service.under(&Grant { profile, ..Grant::open() });
    let explained = service.explain(&policy, method, &path, api.as_deref())?;
    let profile = service.profile();
    if context.json {
        print_json(&Shown { explained: &explained, profile })?;
    } else {
        print((&name, profile), &path, &explained)?;
    }
    Ok(if explained.allowed { Outcome::Done } else { Outcome::Nothing })
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Shown<'e> {
    #[serde(flatten)]
    explained: &'e Explained,
    /// The profile in which the call would be made; absent of the first company.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'e str>,
}

fn unknown(http: &HttpSettings, name: &str) -> String {
    let listed = |what: &str, names: &[&str]| match names {
        [] => format!("there are no {what}"),
        names => format!("the {what} are {}", names.join(", ")),
    };
    // Whoever uses no access tokens has no scopes to hear of.
    let known = http.known_names().into_iter().filter(|(what, names)| *what != "scopes" || !names.is_empty());
    let known: Vec<String> = known.map(|(what, names)| listed(what, &names)).collect();
    let kinds = if known.len() == 3 { "no token, no scope and no policy" } else { "no token and no policy" };
    format!("{kinds} is called `{name}`: {}; docs/http.md says how to write one", known.join(", and "))
}

fn print((name, profile): (&str, Option<&str>), path: &str, explained: &Explained) -> Result<(), Failure> {
    use std::io::Write as _;
    let Explained { policy, method, operation, allowed, rule, risk, then, .. } = explained;
    let policy = match policy {
        Some(policy) if policy == name => format!("the policy `{policy}`"),
        Some(policy) => format!("`{name}`, whose policy is `{policy}`,"),
        None => format!("`{name}`, which has no policy,"),
    };
    let by = match (allowed, rule) {
        (_, Some(rule)) => format!(" by {rule}"),
        (true, None) => ": no rule speaks against it".to_owned(),
        (false, None) => ": no rule allows it".to_owned(),
    };
    let can = match risk {
        Risk::Read => "It reads",
        Risk::Write => "It changes data",
        Risk::Delete => "It takes data away",
    };
    let then = match (*allowed, *then) {
        (false, _) => "It is not found, described or called".to_owned(),
        (true, "asked") => format!("{can}, and is sent once its user said yes"),
        (true, "refused") => format!("{can}, and writes are refused"),
        (true, _) => format!("{can}, and is sent"),
    };
    let may = if *allowed { "may" } else { "may not" };
    let within = profile.map(|profile| format!(" in the profile `{profile}`")).unwrap_or_default();
    let unlisted = if operation.is_none() { " No manifest has this operation." } else { "" };
    let path = operation.as_deref().unwrap_or(path);
    writeln!(output::out(), "{policy} {may} {method} {path}{within}{by}. {then}.{unlisted}")?;
    Ok(())
}
