//! Are writes asked about, refused or sent?

use serde::{Deserialize, Serialize};

/// What a user allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Writes {
    /// Ask before a write.
    #[default]
    Ask,
    /// Refuse writes.
    Deny,
    /// Send writes.
    Allow,
}
