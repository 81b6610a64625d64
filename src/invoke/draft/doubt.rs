//! What is in a request that its manifest does not know, and the API may?
//!
//! A manifest can be older than its server, so a read is sent all the same. What would have been said before is kept for the answer:
//! it is shown where the API refuses the request, and on a dry run.

use serde::{Deserialize, Serialize};

use super::Problem;

/// What the manifest does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoubtKind {
    /// A field that a filter or an order names.
    Field,
    /// A value outside the list of a field.
    Value,
    /// A parameter.
    Parameter,
}

/// One thing in a request that its manifest does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// What it is.
    pub kind: DoubtKind,
    /// Name of the field or parameter as it was written; never a value.
    pub name: String,
    /// What would be said of it were it refused.
    pub problem: Problem,
}
