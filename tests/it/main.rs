//! The real program and the library together, over the embedded manifest and small ones.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod answers;
mod api;
mod asked_by_result;
mod bodies;
mod bounds;
mod call_tools;
mod calls;
mod cli;
mod client;
mod consent;
mod doctor;
mod documents;
mod fences;
mod fences_for_any_call;
mod generations;
mod http;
mod http_calls;
mod http_client;
mod install;
mod layers;
mod logs;
mod manifests;
mod mcp;
mod mcp_surface;
mod mcp_versions;
mod memory;
mod messages;
mod models;
mod other_apis;
mod page_numbers;
mod paging;
mod paths;
mod proven;
mod proxies;
mod refusals;
mod results;
mod retrieval;
mod reuse;
mod schemas;
mod secrets;
mod servers;
mod util;
mod wording;
