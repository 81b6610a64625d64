//! Calls over the routes: made, their rows read or summed up, and names suggested while they are written.

use serde::Deserialize;
use serde_json::{Value, json};

use super::query::Pairs;
use super::refusal::{Refusal, body, problems};
use super::{WebCaller, WebRequest};
use crate::error::Error;
use crate::invoke::answer::Answer;
use crate::invoke::rows::to_exact;
use crate::invoke::sums::Sums;
use crate::invoke::{Caller as _, InvokeError};
use crate::service::{Call, CallArguments, Service, blocking};
use crate::surface::Surface;

/// Rows of a stored result, where nothing is said.
const ROWS: usize = 50;
/// Characters of such rows that are answered at once: a browser is no model, and reads a million at a time well.
const CHARACTERS: usize = 1_000_000;

/// A name that is being written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Writing {
    /// The call in which it is to stand.
    call: CallArguments,
    /// The path in the body, or the parameter.
    field: String,
    /// What is written of it.
    #[serde(default)]
    text: String,
}

/// Makes a call. Rows that are answered whole are kept, too, so that something can be asked of them.
pub(super) async fn call(service: &Service, caller: &WebCaller, request: &WebRequest<'_>) -> Result<Value, Refusal> {
    let call: Call = body::<CallArguments>(request)?.try_into()?;
    let mut answer = service.call(call, caller).await?.answer;
    if answer.handle.is_none() && answer.stored_result.is_none() {
        answer.handle = service.keep_rows(&answer, caller.name())?;
    }
    exact(&answer)
}

/// What is wrong with a call as it is written so far. Nothing is sent, and no name is looked up.
pub(super) async fn check(service: &Service, request: &WebRequest<'_>) -> Result<Value, Refusal> {
    let call: Call = body::<CallArguments>(request)?.try_into()?;
    let service = service.clone();
    let found = match blocking(move || service.check(call, Surface::Page)).await {
        // What is not set up is told by the call itself.
        Ok(()) | Err(Error::Invoke(InvokeError::Settings(_))) => Vec::new(),
        Err(error) if error.problems().is_empty() => return Err(error.into()),
        Err(error) => problems(&error),
    };
    Ok(json!({ "problems": found }))
}

/// Rows of an answer, or what is made of them.
pub(super) async fn results(
    service: &Service,
    caller: &WebCaller,
    handle: &str,
    query: &str,
) -> Result<Value, Refusal> {
    let names = ["offset", "limit", "fields", "select", "group_by", "sum", "count", "top"];
    let pairs = Pairs::read(query, &names)?;
    let text = |name: &str| pairs.text(name).map(str::to_owned);
    let sums = Sums {
        select: text("select"),
        group_by: text("group_by"),
        sum: text("sum"),
        count: pairs.read_as("count", "`true` or `false`")?.unwrap_or_default(),
        top: pairs.read_as("top", "number")?,
    };
    if sums != Sums::default() {
        return exact(&service.sum_stored(handle, &sums, caller).await?);
    }
    let offset = pairs.read_as("offset", "number")?.unwrap_or(0);
    let limit = pairs.read_as("limit", "number")?.unwrap_or(ROWS);
    let fields: Vec<String> =
        pairs.text("fields").map(|fields| fields.split(',').map(str::to_owned).collect()).unwrap_or_default();
    let page = service.read_stored_full(caller.name(), handle, (offset, limit), &fields, CHARACTERS)?;
    // Records, as those that the call answered: rows of one answer have one shape.
    Ok(page.into_records())
}

/// Records that a name may mean which is being written.
pub(super) async fn names(service: &Service, caller: &WebCaller, request: &WebRequest<'_>) -> Result<Value, Refusal> {
    let Writing { call, field, text } = body(request)?;
    let found = service.suggestions(call.try_into()?, &field, &text, caller).await?;
    to_exact(&found).map_err(|error| Refusal::Asked(error.to_string()))
}

/// An answer as JSON, its numbers as the API wrote them.
pub(super) fn exact(answer: &Answer) -> Result<Value, Refusal> {
    to_exact(answer).map_err(|error| Refusal::Asked(format!("the answer cannot be written as JSON: {error}")))
}
