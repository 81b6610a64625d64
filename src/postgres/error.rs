//! What can go wrong with the shared database?

use super::address::AddressError;

/// An error of the shared database. No text of it has the password.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The settings name none that can be used.
    #[error("{0}")]
    Settings(#[from] AddressError),
    /// It cannot be reached, or does not answer in time.
    #[error("the shared state, PostgreSQL at {at}, cannot be reached: {reason}; make the call again when it is back")]
    Away {
        /// Host, port and name of the database.
        at: String,
        /// What happened when it was last tried.
        reason: String,
    },
    /// It refused a statement.
    #[error("the shared state, PostgreSQL at {at}, refused to {doing}: {reason}")]
    Refused {
        /// Host, port and name of the database.
        at: String,
        /// A verb phrase: what was being done.
        doing: &'static str,
        /// The server's message.
        reason: String,
    },
    /// The connection was lost while a change was being committed, and nothing told since whether it was.
    #[error(
        "the connection to the shared state, PostgreSQL at {at}, was lost in the moment in which it was to {doing}; it may have been \
         done or not: look before you do it again"
    )]
    Unknown {
        /// Host, port and name of the database.
        at: String,
        /// A verb phrase: what was being done.
        doing: &'static str,
    },
    /// A newer version of the program made its schema.
    #[error(
        "the shared state, PostgreSQL at {at}, has version {version}, this program knows versions up to {known}; it was left as it is: \
         use the program that wrote it, or a newer one"
    )]
    Newer {
        /// Host, port and name of the database.
        at: String,
        /// The schema's version.
        version: i32,
        /// The newest version that this program knows.
        known: i32,
    },
}
