//! How is a call written by those who give it as JSON: agents over MCP, the page, and other programs over its routes?
//!
//! The comments of the fields are what the models of MCP's clients read, so each is as short as it can be.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::asked::Call;
use crate::error::Error;
use crate::invoke::sums::Sums;
use crate::openapi::{Method, UnknownMethod};
use crate::surface::Argument;

/// The arguments of a call.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallArguments {
    /// Template, or a path with values
    path: String,
    #[serde(default = "get")]
    method: String,
    /// Path, query and header parameters by name
    params: Option<Map<String, Value>>,
    /// Body: JSON, text as it is sent, or a file's path; a flat object does for PATCH
    data: Option<Value>,
    #[serde(default)]
    all_pages: bool,
    max_items: Option<usize>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default = "yes")]
    validate: bool,
    /// Ids, rows, a stored handle or `GET /list?...`: one call each, filling `{id}` of the path, `{each/field}` in values
    for_each: Option<Value>,
    /// jq over all rows
    select: Option<String>,
    /// Such as `board/name`: counts, or sums
    group_by: Option<String>,
    sum: Option<String>,
    count: Option<bool>,
    top: Option<usize>,
    /// Of the answer, such as `id`, `company/name`
    fields: Option<Vec<String>>,
    /// `full`: all of a record that was written, links, the request
    #[serde(default, rename = "return")]
    returned: Returned,
    /// Saved parameters for a read that gives none, where `question` says them
    #[serde(default = "yes")]
    use_memory: bool,
    /// The user's words
    question: Option<String>,
    /// Take this saved entry's
    record_identifier: Option<i64>,
    /// Values of its slots
    slots: Option<Map<String, Value>>,
    /// From a preview
    confirmation: Option<String>,
    api: Option<String>,
}

/// How much of an answer is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Returned {
    #[default]
    Changed,
    Full,
}

fn get() -> String {
    "GET".to_owned()
}

fn yes() -> bool {
    true
}

/// Reads the argument `method`.
///
/// # Errors
/// [`Error::Argument`] for what is none.
pub fn read_method(text: &str) -> Result<Method, Error> {
    text.parse().map_err(|error: UnknownMethod| Error::Argument {
        argument: Argument::METHOD,
        reason: error.to_string().into(),
    })
}

impl TryFrom<CallArguments> for Call {
    type Error = Error;

    fn try_from(given: CallArguments) -> Result<Self, Error> {
        Ok(Self {
            api: given.api,
            params: given.params.unwrap_or_default(),
            data: given.data,
            for_each: given.for_each,
            all_pages: given.all_pages,
            max_items: given.max_items,
            sums: Sums {
                select: given.select,
                group_by: given.group_by,
                sum: given.sum,
                count: given.count == Some(true),
                top: given.top,
            },
            dry_run: given.dry_run,
            validate: given.validate,
            confirmation: given.confirmation,
            fields: given.fields.unwrap_or_default(),
            is_full: given.returned == Returned::Full,
            use_memory: given.use_memory,
            question: given.question,
            record: given.record_identifier,
            slots: given.slots.unwrap_or_default(),
            ..Self::new(read_method(&given.method)?, &given.path)
        })
    }
}
