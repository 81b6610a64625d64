//! In which words are values and what is wanted of them shown?

use std::borrow::Cow;

use serde_json::Value;

use super::view::View;
use crate::escape;

/// Values of an enumeration that are shown.
pub(super) const SHOWN: usize = 12;

/// The name of a format.
pub(super) fn format_name(format: &str) -> &'static str {
    match format {
        "date-time" => "date and time",
        "date" => "date",
        _ => "UUID",
    }
}

/// `Give an integer from 1 to 1000, such as 1.`
pub(super) fn wanted(view: &View) -> String {
    let such_as = match (view.types.first().map(String::as_str), view.format()) {
        (Some("string"), "date-time") => "`2025-01-31T09:00:00Z`",
        (Some("string"), "date") => "`2025-01-31`",
        (Some("string"), "uuid" | "guid") => "`00000000-0000-4000-8000-000000000000`",
        (Some("object"), _) if view.is_reference() => "`{\"id\": 1}`",
        (Some("integer"), _) if !has_range(view) => "`10`",
        (Some("number"), _) if !has_range(view) => "`1.5`",
        _ => return format!("Give {}.", describe(view)),
    };
    format!("Give {}, such as {such_as}.", describe(view))
}

fn has_range(view: &View) -> bool {
    ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].iter().any(|key| view.number(key).is_some())
}

/// `an integer or text`
pub(super) fn type_names(view: &View) -> String {
    let names = view.types.iter().map(|name| match name.as_str() {
        "array" => "a list",
        "string" => "text",
        "integer" => "an integer",
        "number" => "a number",
        "boolean" => "true or false",
        "object" => "an object",
        name => name,
    });
    names.collect::<Vec<_>>().join(" or ")
}

/// A value's kind in a few words: `text of at most 100 characters`, `an object with id, name`.
pub(super) fn describe(view: &View) -> String {
    if !view.values.is_empty() {
        let values = view.values.iter().filter_map(scalar_text).take(SHOWN).collect::<Vec<_>>();
        let more = if view.values.len() > SHOWN { ", ..." } else { "" };
        return format!("one of {}{more}", values.join(", "));
    }
    let range = match (view.number("minimum"), view.number("maximum")) {
        (Some(least), Some(most)) => format!(" from {least} to {most}"),
        (Some(least), None) => format!(" from {least} on"),
        (None, Some(most)) => format!(" up to {most}"),
        (None, None) => match (view.number("exclusiveMinimum"), view.number("exclusiveMaximum")) {
            (Some(least), Some(most)) => format!(" above {least} and below {most}"),
            (Some(least), None) => format!(" above {least}"),
            (None, Some(most)) => format!(" below {most}"),
            (None, None) => String::new(),
        },
    };
    let kinds = view.types.iter().map(|name| match (name.as_str(), view.format()) {
        ("string", "date-time") => "a date and time".to_owned(),
        ("string", "date") => "a date".to_owned(),
        ("string", "uuid" | "guid") => "a UUID".to_owned(),
        ("string", "binary") => "the path of a file".to_owned(),
        ("string", _) => match (view.count("minLength"), view.count("maxLength")) {
            (Some(least), Some(most)) => format!("text of {least} to {}", counted(most, "character")),
            (Some(least), None) if least > 0 => format!("text of at least {}", counted(least, "character")),
            (_, Some(most)) => format!("text of at most {}", counted(most, "character")),
            _ => "text".to_owned(),
        },
        ("integer", _) => format!("an integer{range}"),
        ("number", _) => format!("a number{range}"),
        ("boolean", _) => "true or false".to_owned(),
        ("array", _) => match (view.count("minItems"), view.count("maxItems")) {
            (Some(least), Some(most)) => format!("a list of {least} to {}", counted(most, "item")),
            (Some(least), None) => format!("a list of at least {}", counted(least, "item")),
            (None, Some(most)) => format!("a list of at most {}", counted(most, "item")),
            (None, None) => "a list".to_owned(),
        },
        ("object", _) => {
            let names: Vec<&str> = view.properties.keys().map(String::as_str).filter(|name| *name != "_info").collect();
            match names.len() {
                0 => "an object".to_owned(),
                1..=5 => format!("an object with {}", names.join(", ")),
                _ => format!("an object with {}, ...", names.get(..4).unwrap_or_default().join(", ")),
            }
        }
        (name, _) => name.to_owned(),
    });
    let kinds = kinds.collect::<Vec<_>>().join(" or ");
    if kinds.is_empty() { "any value".to_owned() } else { kinds }
}

/// The text of a scalar as it would stand in a query.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// `1 item`, `2 items`
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A value as it is shown in a message.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => format!("`{}`", shortened(&value.to_string())),
        value => shortened(&value.to_string()).into_owned(),
    }
}

/// The beginning of a text that is longer than a line of a message holds, and its length.
pub(super) fn shortened(text: &str) -> Cow<'_, str> {
    escape::shortened(text, 80)
}
