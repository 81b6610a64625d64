//! `describe [METHOD] PATH`: an operation on one screen, or the part of it that is asked for.

use std::io::Write;

use clap::Args;
use serde_json::{Map, Value, json};

use super::plain::one_line;
use super::sheet::{INDENT, Sheet};
use super::{Context, Failure, Outcome, outline, output, print_json, shell};
use crate::openapi::{Method, UnknownMethod};
use crate::service::Description;

#[derive(Debug, Args)]
#[command(override_usage = "cw-orchestrator describe [OPTIONS] [METHOD] <PATH>")]
pub(super) struct DescribeArguments {
    /// Request method; without one, the first that the path has, GET before all others
    #[arg(value_parser = method_or_path)]
    method: MethodOrPath,
    /// Path template, or a path with values
    #[arg(value_parser = shell::api_path)]
    path: Option<String>,
    /// The API, where several have the operation
    #[arg(long)]
    api: Option<String>,
    /// Show parameters and body in full, as JSON Schema
    #[arg(long)]
    schema: bool,
    /// Show the answers in full, as JSON Schema
    #[arg(long)]
    response: bool,
    /// Show the fields to filter by; with a word, those that have it
    #[arg(long, value_name = "WORD", num_args = 0..=1, default_missing_value = "")]
    filters: Option<String>,
}

/// The first word of what is described: people copy a path alone, too.
#[derive(Clone, Debug)]
enum MethodOrPath {
    Method(Method),
    Path(String),
}

fn method_or_path(given: &str) -> Result<MethodOrPath, String> {
    if given.contains(['/', '\\']) {
        return shell::api_path(given).map(MethodOrPath::Path);
    }
    given.parse().map(MethodOrPath::Method).map_err(|error: UnknownMethod| error.to_string())
}

/// Which operation is meant.
fn meant(
    context: &Context,
    first: MethodOrPath,
    path: Option<String>,
    api: Option<&str>,
) -> Result<(Method, String), Failure> {
    match (first, path) {
        (MethodOrPath::Method(method), Some(path)) => Ok((method, path)),
        (MethodOrPath::Method(method), None) => {
            Err(format!("a path is missing behind {method}, such as {method} /service/tickets").into())
        }
        (MethodOrPath::Path(path), Some(method)) => match method.parse() {
            Ok(method) => Ok((method, path)),
            Err(UnknownMethod(_)) => {
                let (path, other) = (one_line(&path), one_line(&method));
                Err(format!("of `{path}` and `{other}` neither is a request method; describe one path at a time")
                    .into())
            }
        },
        (MethodOrPath::Path(path), None) => {
            let method = context.service.first_method(&path, api)?;
            Ok((method, path))
        }
    }
}

pub(super) fn run(context: &Context, arguments: DescribeArguments) -> Result<Outcome, Failure> {
    context.open()?;
    let DescribeArguments { method, path, api, schema, response, filters } = arguments;
    let is_chosen = path.is_none();
    let (method, path) = meant(context, method, path, api.as_deref())?;
    let is_in_part = schema || response || filters.is_some();
    if !is_in_part && !context.json {
        let outline = context.service.outline(method, &path, api.as_deref())?;
        context.screen.show(&outline::short(&outline, context.screen.width))?;
        if is_chosen && !context.quiet {
            other_methods(&outline.description)?;
        }
        return Ok(Outcome::Done);
    }
    let description = context.service.describe(method, &path, api.as_deref())?;
    let fields = filters.as_deref().map(|word| with_word(&description.condition_fields, word));
    let outcome = if fields.as_ref().is_some_and(Vec::is_empty) { Outcome::Nothing } else { Outcome::Done };
    if context.json {
        let mut parts = Map::new();
        if schema {
            parts.insert("parameters".to_owned(), description.parameters.clone().into());
            parts.insert("request_body".to_owned(), json!(description.request_body));
        }
        if response {
            parts.insert("responses".to_owned(), description.responses.clone().into());
        }
        if let Some(fields) = fields {
            parts.insert("condition_fields".to_owned(), fields.into());
        }
        if is_in_part {
            print_json(&parts)?
        } else {
            print_json(&description)?
        }
        return Ok(outcome);
    }
    let mut sheet = Sheet::default();
    if schema {
        request(&mut sheet, &description);
    }
    if response {
        answers(&mut sheet, &description);
    }
    if schema || response {
        left_out(&mut sheet, &description);
    }
    match fields {
        Some(fields) if fields.is_empty() => nothing_to_filter(&description, filters.as_deref().unwrap_or_default())?,
        Some(fields) => fields.iter().for_each(|field| sheet.text(field)),
        None => {}
    }
    context.screen.show(&sheet)?;
    Ok(outcome)
}

/// Says which operations a path alone could have meant, too.
fn other_methods(description: &Description) -> Result<(), Failure> {
    let others: Vec<&str> = description.other_methods.iter().map(|method| method.as_str()).collect();
    if !others.is_empty() {
        writeln!(output::err(), "cw-orchestrator: at this path there is {}, too", others.join(", "))?;
    }
    Ok(())
}

/// The fields that have a word in their path, in any case.
fn with_word<'d>(fields: &'d [String], word: &str) -> Vec<&'d str> {
    let word = word.to_lowercase();
    let has = |field: &&str| field.split(':').next().is_some_and(|path| path.to_lowercase().contains(&word));
    fields.iter().map(String::as_str).filter(has).collect()
}

fn nothing_to_filter(description: &Description, word: &str) -> Result<(), Failure> {
    let operation = one_line(&format!("{} {}", description.method, description.path));
    let text = if description.condition_fields.is_empty() {
        format!("{operation} takes no filters that the manifest or its API's dialect knows")
    } else {
        format!("no field to filter by has `{}` in it; leave the word out for all of them", one_line(word))
    };
    writeln!(output::err(), "cw-orchestrator: {text}")?;
    Ok(())
}

fn json_lines(sheet: &mut Sheet, value: &Value) {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.lines().for_each(|line| sheet.text(line));
}

fn request(sheet: &mut Sheet, description: &Description) {
    sheet.text(&format!("{} {}", description.method, description.path));
    for text in [&description.summary, &description.description] {
        text.lines().for_each(|line| sheet.text(&format!("{INDENT}{line}")));
    }
    for parameter in &description.parameters {
        let text = |key: &str| parameter[key].as_str().unwrap_or_default();
        let name = if parameter["given_as"].is_string() { text("given_as") } else { text("name") };
        let required = match (&parameter["filled_by_configuration"], &parameter["required"]) {
            (Value::Bool(true), _) => ", filled in by the configuration",
            (_, Value::Bool(true)) => ", required",
            _ => "",
        };
        sheet.heading(&format!("parameter {name} ({}{required})", text("in")));
        text("description").lines().for_each(|line| sheet.text(&format!("{INDENT}{line}")));
        json_lines(sheet, &parameter["schema"]);
    }
    if let Some(body) = &description.request_body {
        sheet.heading(&format!("request body ({})", body["media_type"].as_str().unwrap_or_default()));
        json_lines(sheet, &body["schema"]);
        sheet.heading("example body");
        json_lines(sheet, &body["example"]);
    }
}

fn answers(sheet: &mut Sheet, description: &Description) {
    for response in &description.responses {
        let text = |key: &str| response[key].as_str().unwrap_or_default();
        sheet.heading(&format!("response {} {}", text("status"), text("description")));
        if response.get("schema").is_some() {
            json_lines(sheet, &response["schema"]);
        }
    }
}

fn left_out(sheet: &mut Sheet, description: &Description) {
    if !description.omitted.is_empty() {
        sheet.heading("left out of the schemas above");
        description.omitted.iter().for_each(|omitted| sheet.text(&omitted.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_a_word_of_their_path() {
        let fields = ["id: integer", "board/name: string", "name: string"].map(str::to_owned);
        assert_eq!(with_word(&fields, "NAME"), ["board/name: string", "name: string"]);
        assert_eq!(with_word(&fields, ""), ["id: integer", "board/name: string", "name: string"]);
        assert!(with_word(&fields, "string").is_empty());
    }
}
