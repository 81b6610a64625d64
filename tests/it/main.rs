//! The real program and the library together, over the embedded manifest and small ones.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod cli;
mod documents;
mod generations;
mod manifests;
mod mcp;
mod models;
mod retrieval;
mod util;
