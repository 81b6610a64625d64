//! How is an entry written as a line of JSON, and such a line read?

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::incoming::Incoming;
use super::{Entry, Pattern, Slot, Unreadable, now_s, row};
use crate::openapi::{Method, UnknownMethod};

/// A line is no entry.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    #[error("{0}; a line is an object with `description`, `path`, `method` and maybe `params` and `data`")]
    Shape(#[from] serde_json::Error),
    #[error(transparent)]
    Method(#[from] UnknownMethod),
    #[error("byte {byte} of the line is no UTF-8; save the file as UTF-8")]
    NotText { byte: usize },
    #[error("`path` is empty")]
    NoPath,
    #[error("`params` is no object but {0}")]
    Params(Value),
    #[error("`timestamp` is neither a number nor a text but {0}")]
    Timestamp(Value),
}

/// An entry as one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    description: Option<String>,
    path: String,
    method: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    params: Value,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    data: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    slots: Vec<Slot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage_count: Option<u64>,
    /// Time of saving: seconds since 1970, or a date.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    timestamp: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used: Option<i64>,
    /// Columns that cannot be read, with their content.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    unreadable: Map<String, Value>,
}

/// Writes an entry as a line.
pub(super) fn write(entry: &Entry, to: &mut dyn Write) -> io::Result<()> {
    let line = serde_json::to_string(&line(entry)).map_err(io::Error::from)?;
    writeln!(to, "{line}")
}

fn line(entry: &Entry) -> Line {
    let pattern = &entry.pattern;
    // The path of a row that has no operation yet stands in for its template.
    let is_resolved = !pattern.api.is_empty() || pattern.template != pattern.path;
    Line {
        description: Some(pattern.description.clone()),
        path: pattern.path.clone(),
        method: pattern.method.to_string(),
        params: if pattern.params.is_empty() { Value::Null } else { pattern.params.clone().into() },
        data: pattern.data.clone().unwrap_or_default(),
        api: is_resolved.then(|| pattern.api.clone()),
        template: is_resolved.then(|| pattern.template.clone()),
        slots: pattern.slots.clone(),
        usage_count: Some(entry.usage_count),
        timestamp: entry.created_s.into(),
        last_used: entry.last_used_s,
        unreadable: entry.unreadable.iter().map(|one| (one.column.to_owned(), json!(one.text))).collect(),
    }
}

pub(super) fn read_line(text: &str) -> Result<Incoming, LineError> {
    let line: Line = serde_json::from_str(text)?;
    let mut unreadable = Vec::new();
    for (name, value) in &line.unreadable {
        let column = ["params", "data", "slots", "method"].into_iter().find(|column| column == name);
        if let (Some(column), Some(text)) = (column, value.as_str()) {
            unreadable.push(Unreadable { column, text: text.to_owned() });
        }
    }
    let method: Method = line.method.parse()?;
    if line.path.trim().is_empty() {
        return Err(LineError::NoPath);
    }
    // The older program's exports hold JSON as text.
    let within = |value: Value| match value {
        Value::String(text) => row::json(&text).unwrap_or(Value::String(text)),
        other => other,
    };
    let params = match within(line.params) {
        Value::Object(params) => params,
        Value::Null => Map::new(),
        other => return Err(LineError::Params(other)),
    };
    let data = Some(within(line.data)).filter(|data| !data.is_null());
    let timestamp = match line.timestamp {
        Value::Null => now_s().into(),
        timestamp @ (Value::Number(_) | Value::String(_)) => timestamp,
        other => return Err(LineError::Timestamp(other)),
    };
    let pattern = Pattern {
        description: line.description.unwrap_or_default(),
        api: line.api.unwrap_or_default(),
        method,
        template: line.template.clone().unwrap_or_else(|| line.path.clone()),
        path: line.path,
        params,
        data,
        slots: line.slots,
    };
    let (usage_count, last_used_s) = (line.usage_count.unwrap_or(1), line.last_used);
    Ok(Incoming { pattern, is_resolved: line.template.is_some(), usage_count, timestamp, last_used_s, unreadable })
}
