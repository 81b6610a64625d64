//! What is said between the process that evaluates a filter and the one that started it?

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::values::Hidden;

/// The first argument of the process.
pub(super) const CHILD: &str = "__evaluate-filter";
/// The first line that it writes: a program that does not know the argument writes another.
pub(super) const GREETING: &str = "jq 1";
/// How long a filter may take, with the reading of what it works on.
pub(super) const LONGEST: Duration = Duration::from_secs(10);

/// Exit code: the filter was evaluated to its end.
pub(super) const DONE: i32 = 0;
/// Exit code: the filter is wrong, or failed; standard error says why.
pub(super) const FAILED: i32 = 64;
/// Exit code: all the memory that it may take was taken.
pub const NO_MEMORY: i32 = 65;
/// Exit code: the time is over.
pub(super) const NO_TIME: i32 = 66;
/// Exit code: it wrote more than is read.
pub(super) const TOO_MUCH: i32 = 67;

/// What is to be done with the JSON behind it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    /// The filter.
    pub(super) filter: String,
    /// Whether it is only to be compiled.
    pub(super) is_check: bool,
    /// What it does not see.
    pub(super) hidden: Vec<Hidden>,
}
