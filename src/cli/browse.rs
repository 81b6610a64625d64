//! `domains`, `resources DOMAIN`, `describe METHOD PATH`.

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use super::{Context, Failure, Outcome, output, print_json};
use crate::openapi::Method;
use crate::service::Description;
use crate::store::Group;
use crate::surface::Surface;

#[derive(Debug, Args)]
pub(super) struct DomainsArguments {
    /// Only those of this API
    #[arg(long)]
    api: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ResourcesArguments {
    /// A domain, as `domains` lists them
    domain: String,
    /// Only those of this API
    #[arg(long)]
    api: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct DescribeArguments {
    /// Request method
    method: Method,
    /// Path template, or a path with values
    path: String,
    /// The API, where several have the operation
    #[arg(long)]
    api: Option<String>,
}

pub(super) fn domains(context: &Context, arguments: DomainsArguments) -> Result<Outcome, Failure> {
    context.open()?;
    let domains = context.service.domains(arguments.api.as_deref())?;
    if context.json {
        print_json(&json!({ "domains": domains }))?;
    } else {
        print_groups("domain", &domains)?;
    }
    Ok(Outcome::Done)
}

pub(super) fn resources(context: &Context, arguments: ResourcesArguments) -> Result<Outcome, Failure> {
    context.open()?;
    let resources = context.service.resources(&arguments.domain, arguments.api.as_deref())?;
    if context.json {
        print_json(&json!({ "domain": arguments.domain, "resources": resources }))?;
    } else {
        print_groups("resource", &resources)?;
    }
    Ok(Outcome::Done)
}

fn print_groups(what: &str, groups: &[Group]) -> Result<(), Failure> {
    let several_apis = groups.windows(2).any(|pair| pair[0].api != pair[1].api);
    let mut header = vec![what, "operations", "methods"];
    if several_apis {
        header.push("api");
    }
    output::print_table(
        &header,
        groups.iter().map(|group| {
            let methods: Vec<String> =
                group.methods.iter().map(|(method, count)| format!("{method} {count}")).collect();
            let mut row = vec![group.name.clone(), group.operations.to_string(), methods.join(", ")];
            if several_apis {
                row.push(group.api.clone());
            }
            row
        }),
    )
}

pub(super) fn describe(context: &Context, arguments: DescribeArguments) -> Result<Outcome, Failure> {
    context.open()?;
    let description = context.service.describe(arguments.method, &arguments.path, arguments.api.as_deref())?;
    if context.json {
        print_json(&description)?;
    } else {
        print_description(&description)?;
    }
    Ok(Outcome::Done)
}

fn print_description(description: &Description) -> Result<(), Failure> {
    print_summary(description)?;
    if !description.parameters.is_empty() {
        heading("parameters")?;
        print_parameters(&description.parameters)?;
    }
    if let Some(body) = &description.request_body {
        heading(&format!("request body ({})", body["media_type"].as_str().unwrap_or_default()))?;
        print_json(&body["schema"])?;
        heading("example body")?;
        print_json(&body["example"])?;
    }
    for response in &description.responses {
        let status = response["status"].as_str().unwrap_or_default();
        heading(&format!("response {status} {}", response["description"].as_str().unwrap_or_default()))?;
        if response.get("schema").is_some() {
            print_json(&response["schema"])?;
        }
    }
    if !description.condition_fields.is_empty() {
        heading("fields usable in conditions")?;
        let mut out = output::out();
        writeln!(out, "{}", output::one_line(&description.condition_fields.join(", ")))?;
    }
    if !description.learned.is_empty() {
        heading("beyond the manifest, by what the API answered")?;
        let mut out = output::out();
        for fact in &description.learned {
            writeln!(out, "{}", output::one_line(&fact.to_string()))?;
        }
    }
    if !description.omitted.is_empty() {
        heading("left out of the schemas above")?;
        for omitted in &description.omitted {
            let mut out = output::out();
            writeln!(out, "{omitted}")?;
        }
    }
    heading("call")?;
    print_json(&description.call)
}

/// Prints the method and path of an operation, and what is said of it as a whole.
fn print_summary(description: &Description) -> Result<(), Failure> {
    let mut out = output::out();
    writeln!(out, "{} {}", description.method, output::one_line(&description.path))?;
    if !description.summary.is_empty() {
        writeln!(out, "  {}", output::one_line(&description.summary))?;
    }
    // Its lines are indented, so that none looks like one of the program's own.
    for line in description.description.lines() {
        writeln!(out, "  {line}")?;
    }
    if description.deprecated {
        writeln!(out, "  deprecated")?;
    }
    for server in &description.servers {
        writeln!(out, "  at {}", output::one_line(server))?;
    }
    for note in &description.notes {
        writeln!(out, "  note: {}", output::one_line(&note.on(Surface::CommandLine)))?;
    }
    for (name, value) in &description.path_values {
        writeln!(out, "  {} = {value}", output::one_line(name))?;
    }
    Ok(())
}

fn print_parameters(parameters: &[Value]) -> Result<(), Failure> {
    let text = |parameter: &Value, key: &str| parameter[key].as_str().unwrap_or_default().to_owned();
    let row = |parameter: &Value| {
        let required = match (&parameter["filled_by_configuration"], &parameter["required"]) {
            (Value::Bool(true), _) => "configured",
            (_, Value::Bool(true)) => "yes",
            _ => "",
        };
        let given_as = if parameter["given_as"].is_string() { "given_as" } else { "name" };
        vec![
            text(parameter, given_as),
            text(parameter, "in"),
            required.to_owned(),
            parameter["schema"].to_string(),
            text(parameter, "description"),
        ]
    };
    output::print_table(&["name", "in", "required", "schema", "description"], parameters.iter().map(row))?;
    Ok(())
}

fn heading(text: &str) -> Result<(), Failure> {
    let mut out = output::out();
    writeln!(out, "\n{}", output::one_line(text))?;
    Ok(())
}
