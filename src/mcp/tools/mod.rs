//! The tools: one file each, with what it is called, takes and gives.
//!
//! A tool implements [`McpTool`], stands in [`all`] and has its name in [`names`].

mod arguments;
mod cache_invocation_pattern;
mod discard_cached_entry;
mod dispatch_api_operation;
mod display_cached_invocations;
mod enumerate_api_domains;
mod fetch_domain_resources;
mod flush_rapid_recall_system;
mod hits;
mod names;
mod query_api_endpoints;
mod read_stored_result;
mod resolve_resource_metadata;
mod semantic_endpoint_locator;
mod send_unmediated_payload;
mod undo;

use std::sync::{Arc, LazyLock, OnceLock};

use rmcp::ErrorData;
use rmcp::model::{CallToolResult, JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{result, schema};
use crate::error::Error;
use crate::escape::bounded;
use crate::invoke::{Caller, Later, Writes};
use crate::parallel::cores;
use crate::service::{CallArguments, Service, blocking};

/// The tool whose answers have a view.
pub(super) const CALLS: &str = names::DISPATCH_API_OPERATION;

/// Lists every tool in the order in which clients show them.
fn all() -> [AnyTool; 13] {
    [
        AnyTool::of::<query_api_endpoints::Keywords>(),
        AnyTool::of::<semantic_endpoint_locator::Sentence>(),
        AnyTool::of::<enumerate_api_domains::Domains>(),
        AnyTool::of::<fetch_domain_resources::Resources>(),
        AnyTool::of::<resolve_resource_metadata::Metadata>(),
        AnyTool::of::<CallArguments>(),
        AnyTool::of::<send_unmediated_payload::Raw>(),
        AnyTool::of::<read_stored_result::Stored>(),
        AnyTool::of::<undo::TakeBack>(),
        AnyTool::of::<cache_invocation_pattern::Save>(),
        AnyTool::of::<display_cached_invocations::List>(),
        AnyTool::of::<discard_cached_entry::Discard>(),
        AnyTool::of::<flush_rapid_recall_system::Flush>(),
    ]
}

/// A tool. Its type is that of its arguments: the fields are the arguments, and their comments are descriptions that
/// clients read.
trait McpTool: DeserializeOwned + JsonSchema + Send + 'static {
    /// Name by which clients call it.
    const NAME: &'static str;
    /// Description for the client's model, which pays for it in every conversation: one short sentence.
    const DESCRIPTION: &'static str;

    /// Makes the output schema: the top-level members of the answer with their types.
    fn output() -> Value;

    /// Returns what clients may assume of the tool before they ask a user. By default it only reads local data.
    fn annotations(_writes: Writes) -> ToolAnnotations {
        ToolAnnotations::new().read_only(true).open_world(false)
    }

    /// Answers a call.
    fn run(self, service: &Service, caller: &dyn Caller) -> impl Future<Output = Result<CallToolResult, Error>> + Send;
}

/// Runs a tool with arguments that are not read yet.
type Run = for<'a> fn(&'a Service, JsonObject, &'a dyn Caller) -> Later<'a, CallToolResult>;

/// A tool of any type.
struct AnyTool {
    name: &'static str,
    declare: fn(Writes) -> Tool,
    run: Run,
}

impl AnyTool {
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

async fn run<T: McpTool>(service: &Service, arguments: JsonObject, caller: &dyn Caller) -> CallToolResult {
    let (tool, notes): (T, _) = match arguments::read(arguments, &schema::input::<T>()) {
        Ok(read) => read,
        // It may quote a secret that was put into the wrong argument.
        Err(error) => return result::failed(&bounded(&service.redactor().text(&error.to_string()))),
    };
    let notes: Vec<String> = notes.iter().map(|note| service.redactor().text(note).into_owned()).collect();
    let answer = tool.run(service, caller).await;
    answer.map_or_else(|error| result::error(&error), |answer| result::noted(answer, &notes))
}

/// Lists every tool as clients see it. Under `deny` the tools that call an API are declared as reading only.
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
/// A protocol error where there is no such tool. Arguments that are not of its schema are a result, which models can correct.
pub(super) async fn call(
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
    Ok((tool.run)(service, arguments, caller).await)
}

/// Runs a search on a thread that may block. As many run at once as there are cores, the others wait in order: more
/// would slow each other down, and each thread takes memory of its own.
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

/// Annotations of a tool that calls an API. A server that refuses writes only reads.
fn calling(writes: Writes) -> ToolAnnotations {
    match writes {
        Writes::Deny => ToolAnnotations::new().read_only(true).open_world(true),
        Writes::Ask | Writes::Allow => {
            ToolAnnotations::new().read_only(false).destructive(true).idempotent(false).open_world(true)
        }
    }
}

/// Annotations of a tool that removes from fast memory. Under `deny` nothing is removed.
fn removing(writes: Writes) -> ToolAnnotations {
    match writes {
        Writes::Deny => ToolAnnotations::new().read_only(true).open_world(false),
        Writes::Ask | Writes::Allow => ToolAnnotations::new().read_only(false).destructive(true).open_world(false),
    }
}
