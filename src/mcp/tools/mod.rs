//! The tools: one file each, with what it is called, takes and gives.
//!
//! A tool implements [`McpTool`] and stands in [`all`]; nothing else knows it by name.

mod arguments;
mod cache_invocation_pattern;
mod discard_cached_entry;
mod dispatch_api_operation;
mod display_cached_invocations;
mod enumerate_api_domains;
mod fetch_domain_resources;
mod flush_rapid_recall_system;
mod query_api_endpoints;
mod read_stored_result;
mod resolve_resource_metadata;
mod semantic_endpoint_locator;
mod send_unmediated_payload;

use std::sync::{Arc, LazyLock, OnceLock};

use rmcp::ErrorData;
use rmcp::model::{CallToolResult, JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{result, schema};
use crate::error::Error;
use crate::invoke::{Caller, Later, Writes};
use crate::parallel::cores;
use crate::service::{Service, blocking};

/// Every tool, in the order in which clients list them.
fn all() -> [Entry; 12] {
    [
        Entry::of::<query_api_endpoints::Keywords>(),
        Entry::of::<semantic_endpoint_locator::Sentence>(),
        Entry::of::<enumerate_api_domains::Domains>(),
        Entry::of::<fetch_domain_resources::Resources>(),
        Entry::of::<resolve_resource_metadata::Metadata>(),
        Entry::of::<dispatch_api_operation::Dispatch>(),
        Entry::of::<send_unmediated_payload::Raw>(),
        Entry::of::<read_stored_result::Stored>(),
        Entry::of::<cache_invocation_pattern::Save>(),
        Entry::of::<display_cached_invocations::List>(),
        Entry::of::<discard_cached_entry::Discard>(),
        Entry::of::<flush_rapid_recall_system::Flush>(),
    ]
}

/// A tool. The type that implements it is what the tool takes: its fields are the arguments, their comments what clients read of them.
trait McpTool: DeserializeOwned + JsonSchema + Send + 'static {
    /// What clients call.
    const NAME: &'static str;
    /// What their models read, in every conversation: one short sentence.
    const DESCRIPTION: &'static str;

    /// Top-level members of the answer, with their types.
    fn output() -> Value;

    /// What clients may assume of it before they ask a user. Most tools read local data only.
    fn annotations(_writes: Writes) -> ToolAnnotations {
        ToolAnnotations::new().read_only(true).open_world(false)
    }

    /// Answers a call.
    fn run(self, service: &Service, caller: &dyn Caller) -> impl Future<Output = Result<CallToolResult, Error>> + Send;
}

/// A tool without its type.
struct Entry {
    name: &'static str,
    declare: fn(Writes) -> Tool,
    run: for<'a> fn(&'a Service, JsonObject, &'a dyn Caller) -> Later<'a, Result<CallToolResult, ErrorData>>,
}

impl Entry {
    fn of<T: McpTool>() -> Self {
        Self {
            name: T::NAME,
            declare: declare::<T>,
            run: |service, arguments, caller| Box::pin(run::<T>(service, arguments, caller)),
        }
    }
}

fn declare<T: McpTool>(writes: Writes) -> Tool {
    Tool::new_with_raw(T::NAME, Some(T::DESCRIPTION.into()), schema::input::<T>())
        .with_raw_output_schema(schema::output(T::output()))
        .with_annotations(T::annotations(writes))
}

async fn run<T: McpTool>(
    service: &Service,
    arguments: JsonObject,
    caller: &dyn Caller,
) -> Result<CallToolResult, ErrorData> {
    let tool: T = arguments::read(arguments)?;
    Ok(tool.run(service, caller).await.unwrap_or_else(|error| result::error(&error)))
}

/// Every tool, as clients list them. Under `deny` those that call only read.
pub fn tools(writes: Writes) -> &'static [Tool] {
    static WRITING: OnceLock<Vec<Tool>> = OnceLock::new();
    static READING: OnceLock<Vec<Tool>> = OnceLock::new();
    let declared = || all().iter().map(|tool| (tool.declare)(writes)).collect();
    match writes {
        Writes::Deny => READING.get_or_init(declared),
        Writes::Ask | Writes::Allow => WRITING.get_or_init(declared),
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
    let all = all();
    let Some(tool) = all.iter().find(|tool| tool.name == name) else {
        let known = all.map(|tool| tool.name).join(", ");
        return Err(ErrorData::invalid_params(format!("there is no tool `{name}`; the tools are {known}"), None));
    };
    (tool.run)(service, arguments, caller).await
}

/// Runs what searches on a thread that may block: as many at once as there are cores, the others in the order they came. More would
/// take each other's time, and for each a thread with its own share of memory.
async fn in_turn<T: Send + 'static>(
    service: &Service,
    work: impl FnOnce(&Service) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(cores())));
    // Nobody closes the semaphore.
    let turn = Arc::clone(&TURNS).acquire_owned().await.ok();
    let service = service.clone();
    blocking(move || {
        // Work that began goes on when its client left, and so does its turn.
        let _turn = turn;
        work(&service)
    })
    .await
}

/// What a tool that calls an API may do: a server that refuses writes only reads, whatever it is asked for.
fn calling(writes: Writes) -> ToolAnnotations {
    match writes {
        Writes::Deny => ToolAnnotations::new().read_only(true).open_world(true),
        Writes::Ask | Writes::Allow => {
            ToolAnnotations::new().read_only(false).destructive(true).idempotent(false).open_world(true)
        }
    }
}

/// What a tool that takes from fast memory may do: under `deny` nothing is removed.
fn removing(writes: Writes) -> ToolAnnotations {
    match writes {
        Writes::Deny => ToolAnnotations::new().read_only(true).open_world(false),
        Writes::Ask | Writes::Allow => ToolAnnotations::new().read_only(false).destructive(true).open_world(false),
    }
}
