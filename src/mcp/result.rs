//! How is a tool's result written? As structured content, and as text for clients that read only text.

use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::invoke::answer::Answer;
use crate::invoke::rows::to_exact;
use crate::surface::Surface;

/// A result with its structured content as compact JSON text beside it.
pub fn structured(value: &impl Serialize) -> CallToolResult {
    match serde_json::to_value(value).and_then(|value| Ok((serde_json::to_string(&value)?, value))) {
        Ok((text, value)) => with_text(value, text),
        Err(error) => unwritable(&error),
    }
}

/// The result of a call, with its numbers as the API wrote them.
pub fn answer(answer: &Answer) -> CallToolResult {
    match to_exact(answer) {
        Ok(value) => of_value(value),
        Err(error) => unwritable(&error),
    }
}

/// A result of a value as it is, with the same as compact JSON text.
pub fn of_value(value: Value) -> CallToolResult {
    let text = value.to_string();
    with_text(value, text)
}

/// A result whose text is shorter than its structured content, and says the same.
pub fn with_text(value: Value, text: String) -> CallToolResult {
    let mut result = CallToolResult::structured(value);
    result.content = vec![ContentBlock::text(text)];
    result
}

/// A result with notes on how its arguments were read, in front of those that it has.
pub fn noted(mut result: CallToolResult, notes: &[String]) -> CallToolResult {
    let Some(Value::Object(members)) = result.structured_content.as_mut().filter(|_| !notes.is_empty()) else {
        return result;
    };
    // The text of most results is their structured content; that of others says less, and keeps saying it.
    let is_same = |block: &ContentBlock, members: &Map<String, Value>| {
        block.as_text().is_some_and(|text| serde_json::to_string(members).is_ok_and(|own| own == text.text))
    };
    let has_same = matches!(result.content.as_slice(), [only] if is_same(only, members));
    let known = members.get_mut("notes").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    let all: Vec<Value> = notes.iter().map(|note| note.as_str().into()).chain(known).collect();
    members.insert("notes".to_owned(), all.into());
    if has_same && let Ok(text) = serde_json::to_string(members) {
        result.content = vec![ContentBlock::text(text)];
    }
    result
}

/// A tool that ran and failed: the text says what to do next.
pub fn failed(text: &str) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(text)])
}

fn unwritable(error: &serde_json::Error) -> CallToolResult {
    failed(&format!("the answer cannot be written as JSON: {error}"))
}

/// The result of an error of the service.
pub fn error(error: &Error) -> CallToolResult {
    failed(&error.on(Surface::Mcp))
}
