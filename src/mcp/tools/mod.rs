//! The tools: what each is called, takes and gives; one file per group.

mod discover;
mod invoke;
mod memory;

use std::sync::{LazyLock, OnceLock};

use rmcp::ErrorData;
use rmcp::model::{CallToolResult, JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{result, schema};
use crate::error::Error;
use crate::invoke::{Caller, Writes};
use crate::parallel::cores;
use crate::service::Service;

/// Every tool, in the order clients list them. Under `deny` those that call only read.
pub fn tools(writes: Writes) -> &'static [Tool] {
    static WRITING: OnceLock<Vec<Tool>> = OnceLock::new();
    static READING: OnceLock<Vec<Tool>> = OnceLock::new();
    let all = || discover::tools().into_iter().chain(invoke::tools(writes)).chain(memory::tools(writes)).collect();
    match writes {
        Writes::Deny => READING.get_or_init(all),
        Writes::Ask | Writes::Allow => WRITING.get_or_init(all),
    }
}

/// Runs a tool.
///
/// # Errors
/// A protocol error where there is no such tool, or its arguments are not of its schema.
pub async fn call(
    service: &Service,
    name: &str,
    arguments: JsonObject,
    caller: &dyn Caller,
) -> Result<CallToolResult, ErrorData> {
    let running = |outcome: Result<CallToolResult, Error>| outcome.unwrap_or_else(|error| result::error(&error));
    match name {
        invoke::DISPATCH => Ok(running(invoke::dispatch(service, read(arguments)?, caller).await)),
        invoke::RAW => Ok(running(invoke::raw(service, read(arguments)?, caller).await)),
        invoke::STORED => Ok(running(invoke::stored(service, &read(arguments)?, caller.name()))),
        memory::FLUSH => Ok(running(memory::flush(service, read(arguments)?, caller).await)),
        memory::SAVE => run(service, arguments, memory::cache_invocation_pattern).await,
        memory::LIST => run(service, arguments, memory::display_cached_invocations).await,
        memory::DISCARD => run(service, arguments, memory::discard_cached_entry).await,
        discover::KEYWORDS => in_turn(service, arguments, discover::query_api_endpoints).await,
        discover::SENTENCE => in_turn(service, arguments, discover::semantic_endpoint_locator).await,
        discover::DOMAINS => in_turn(service, arguments, discover::enumerate_api_domains).await,
        discover::RESOURCES => in_turn(service, arguments, discover::fetch_domain_resources).await,
        discover::METADATA => in_turn(service, arguments, discover::resolve_resource_metadata).await,
        _ => {
            let known: Vec<&str> = tools(Writes::Ask).iter().map(|tool| tool.name.as_ref()).collect();
            let message = format!("there is no tool `{name}`; the tools are {}", known.join(", "));
            Err(ErrorData::invalid_params(message, None))
        }
    }
}

/// The same for a tool that computes: as many at once as there are cores, the others in the order they came. More would take each
/// other's time, and for each a thread with its own share of memory.
async fn in_turn<A: DeserializeOwned + Send + 'static>(
    service: &Service,
    arguments: JsonObject,
    tool: fn(&Service, A) -> Result<CallToolResult, Error>,
) -> Result<CallToolResult, ErrorData> {
    static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(cores()));
    // Nobody closes the semaphore.
    let _turn = TURNS.acquire().await.ok();
    run(service, arguments, tool).await
}

/// Reads the arguments and runs a tool on a thread that may block: searching computes, and the first call waits for the index.
async fn run<A: DeserializeOwned + Send + 'static>(
    service: &Service,
    arguments: JsonObject,
    tool: fn(&Service, A) -> Result<CallToolResult, Error>,
) -> Result<CallToolResult, ErrorData> {
    let arguments: A = read(arguments)?;
    let service = service.clone();
    let outcome = tokio::task::spawn_blocking(move || tool(&service, arguments)).await;
    match outcome {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => Ok(result::error(&error)),
        Err(error) => {
            tracing::error!(%error, "a tool ended early");
            Err(ErrorData::internal_error("the tool ended early; the log says why", None))
        }
    }
}

fn read<A: DeserializeOwned>(arguments: JsonObject) -> Result<A, ErrorData> {
    serde_path_to_error::deserialize(Value::Object(arguments)).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let message = if path == "." { inner.to_string() } else { format!("argument `{path}`: {inner}") };
        ErrorData::invalid_params(message, None)
    })
}

/// A tool that reads local data only.
fn reading_tool<A: JsonSchema>(name: &'static str, description: &'static str, output: Value) -> Tool {
    Tool::new_with_raw(name, Some(description.into()), schema::input::<A>())
        .with_raw_output_schema(schema::output(output))
        .with_annotations(ToolAnnotations::new().read_only(true).open_world(false))
}
