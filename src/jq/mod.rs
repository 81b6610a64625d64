//! What does a jq filter make of JSON, within bounds of time and memory?
//!
//! Filters are evaluated by jaq in a process of their own, which is this program started once more (`process`, `child`): nothing in jaq
//! stops a filter that never ends, takes all memory or recurses without an end, and what ends a process ends only that one. A filter
//! sees the JSON that it is given. It has no environment, no files, no further input and nothing that it could write to but its result
//! (`compiled`).

mod child;
mod compiled;
mod process;
mod task;
mod values;
mod written;

pub use child::{is_child, serve};
pub use process::{Evaluator, FilterError};
pub use task::NO_MEMORY;
pub(crate) use values::Hidden;

/// Bytes of memory that a filter may take, with the rows that it works on.
pub const MOST_MEMORY: usize = 512 << 20;
