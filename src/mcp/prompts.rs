//! Prompts: what users ask for again and again, written out with what the index and memory know about it.

use rmcp::ErrorData;
use rmcp::model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};
use serde_json::Value;

use crate::error::Error;
use crate::openapi::Method;
use crate::search::Query;
use crate::service::Service;
use crate::surface::Surface;

/// Prompt that finds the operation for a task and calls it.
pub(super) const FIND_AND_CALL: &str = "find_and_call";
/// Prompt that writes a filter for the records of an operation.
pub(super) const DRAFT_FILTER: &str = "draft_filter";
/// Prompt that reviews the entries of fast memory.
pub(super) const REVIEW_MEMORY: &str = "review_memory";

/// Number of operations that a prompt proposes.
const PROPOSED: usize = 5;
/// Most entries of memory in a prompt; `display_cached_invocations` shows the rest.
const SHOWN_ENTRIES: usize = 50;

/// Lists the prompts in the order in which clients show them.
pub(super) fn prompts() -> Vec<Prompt> {
    let required = |name: &str, about: &str| PromptArgument::new(name).with_description(about).with_required(true);
    vec![
        Prompt::new(
            FIND_AND_CALL,
            Some("Find the operation for a task and call it"),
            Some(vec![required("task", "What is to be done, in your words")]),
        ),
        Prompt::new(
            DRAFT_FILTER,
            Some("Write a filter for the records of an operation, from the fields it really has"),
            Some(vec![
                required("path", "Path of the operation that lists them, such as /service/tickets"),
                required("wish", "Which records, in your words"),
                PromptArgument::new("api").with_description("Its API, where several have that path"),
            ]),
        ),
        Prompt::new(REVIEW_MEMORY, Some("Review the saved calls: which are stale, duplicate or unused"), None),
    ]
}

/// Fills in a prompt.
///
/// # Errors
/// Invalid params for an unknown prompt, a missing or unknown argument, or one that names nothing; each says what there is.
pub(super) fn get(service: &Service, name: &str, arguments: &JsonObject) -> Result<GetPromptResult, ErrorData> {
    let invalid = |reason: String| ErrorData::invalid_params(reason, None);
    let all = prompts();
    let Some(prompt) = all.iter().find(|prompt| prompt.name == name) else {
        let known: Vec<&str> = all.iter().map(|prompt| prompt.name.as_ref()).collect();
        return Err(invalid(format!("there is no prompt `{name}`; the prompts are {}", known.join(", "))));
    };
    let takes: Vec<&str> = prompt.arguments.iter().flatten().map(|argument| argument.name.as_ref()).collect();
    if let Some(unknown) = arguments.keys().find(|given| !takes.contains(&given.as_str())) {
        let takes = if takes.is_empty() { "no argument".to_owned() } else { takes.join(", ") };
        return Err(invalid(format!("the prompt `{name}` has no argument `{unknown}`; it takes {takes}")));
    }
    let argument = |wanted: &str| match arguments.get(wanted) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.trim()),
        Some(_) => {
            Err(invalid(format!("the argument `{wanted}` of the prompt `{name}` must be a text that is not empty")))
        }
        None => Err(invalid(format!("the prompt `{name}` needs the argument `{wanted}`"))),
    };
    let failed = |error: Error| invalid(error.on(Surface::Mcp));
    let text = match name {
        FIND_AND_CALL => find_and_call(service, argument("task")?).map_err(failed)?,
        DRAFT_FILTER => {
            let api = if arguments.contains_key("api") { Some(argument("api")?) } else { None };
            draft_filter(service, argument("path")?, argument("wish")?, api).map_err(failed)?
        }
        _ => review_memory(service).map_err(failed)?,
    };
    let message = PromptMessage::new_text(Role::User, text);
    let result = GetPromptResult::new(vec![message]);
    Ok(match &prompt.description {
        Some(description) => result.with_description(description.to_string()),
        None => result,
    })
}

fn find_and_call(service: &Service, task: &str) -> Result<String, Error> {
    let answer = service.find(&Query { text: task.to_owned(), limit: PROPOSED, ..Query::default() })?;
    let hits: Vec<String> = answer
        .hits
        .iter()
        .map(|hit| {
            let kept = hit.remembered.as_ref().map_or("", |_| ", a call that worked before");
            format!("{}. {} {}{kept}: {}\n   call: {}", hit.rank, hit.method, hit.path, hit.summary, hit.call)
        })
        .collect();
    let found = if hits.is_empty() {
        "Nothing was found for it; try semantic_endpoint_locator with other words.".to_owned()
    } else {
        format!("The operations that fit it best:\n{}", hits.join("\n"))
    };
    Ok(format!(
        "Task: {task}\n\n{found}\n\nTake the operation that does what the task says, or search again if none does. Read it with \
         resolve_resource_metadata before filling in what stands in <angle brackets>. Then call it with dispatch_api_operation; \
         if it changes anything, first with `dry_run` to show me what would be sent. Tell me what came of it, and how many rows \
         there are if the answer does not hold all."
    ))
}

fn draft_filter(service: &Service, path: &str, wish: &str, api: Option<&str>) -> Result<String, Error> {
    let operation = service.describe(Method::Get, path, api)?;
    let filters: Vec<&str> = operation.parameters.iter().filter_map(|parameter| parameter["name"].as_str()).collect();
    let fields = if operation.condition_fields.is_empty() && filters.contains(&"conditions") {
        "The manifest does not list the fields that `conditions` may name; of a report they are its columns.".to_owned()
    } else if operation.condition_fields.is_empty() {
        "It takes no `conditions`: filter with its parameters.".to_owned()
    } else {
        format!(
            "`conditions` may name these fields:\n{}\n\nText stands in single or double quotes, dates in [brackets] as \
             [2024-01-31T00:00:00Z], members behind a slash as status/name; joined with `and`, `or` and round brackets; `like` \
             takes % for any characters.",
            operation.condition_fields.join("\n")
        )
    };
    Ok(format!(
        "Write the filter for {} {} that gives: {wish}\n\nIts parameters: {}\n\n{fields}\n\nCheck it with dispatch_api_operation and \
         `dry_run`: it names what is wrong. Show me the filter and the checked call.",
        operation.method,
        operation.path,
        filters.join(", ")
    ))
}

fn review_memory(service: &Service) -> Result<String, Error> {
    let listing = service.recalled(None)?;
    if listing.total == 0 {
        return Ok("Fast memory holds no call yet. Tell me how a call is kept: an answer's `keep` is a word \
                for it, which cache_invocation_pattern takes."
            .to_owned());
    }
    let entries: Vec<String> = listing
        .entries
        .iter()
        .take(SHOWN_ENTRIES)
        .map(|listed| {
            let (entry, pattern) = (&listed.entry, &listed.entry.pattern);
            let params = if pattern.params.is_empty() {
                String::new()
            } else {
                format!(" {}", Value::from(pattern.params.clone()))
            };
            let stale = entry.stale.as_ref().map_or_else(String::new, |stale| format!(" STALE: {}", stale.reason));
            format!(
                "{}. {}: {} {}{params}; used {} times, score {:.2}{stale}",
                entry.id, pattern.description, pattern.method, pattern.path, entry.usage_count, listed.score
            )
        })
        .collect();
    Ok(format!(
        "Fast memory holds {} calls; {} of them, by recency-weighted use:\n{}\n\nGo through them: which are stale, which say the same \
         as another, which are unused? Propose what to remove, and remove it with discard_cached_entry only once I agree.",
        listing.total,
        entries.len(),
        entries.join("\n")
    ))
}
