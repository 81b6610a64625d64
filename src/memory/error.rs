//! What can go wrong with the memory?

use std::path::PathBuf;

use crate::postgres::DatabaseError;
use crate::sqlite::SqliteError;

/// An error of the memory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// The database failed.
    #[error(transparent)]
    Sqlite(#[from] SqliteError),
    /// The database that replicas share failed.
    #[error(transparent)]
    Shared(#[from] DatabaseError),
    /// Others changed the shared memory again and again while it was to be flushed.
    #[error("nothing was removed: others changed the memory meanwhile; try again")]
    Changing,
    /// The system failed to read or write a file.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// The action, as a verb phrase to be followed by the path.
        doing: &'static str,
        /// Path of the file or folder.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// A newer program wrote the file, which is left as it was.
    #[error("cannot use the memory {}", path.display())]
    Newer {
        /// Path of the file.
        path: PathBuf,
        /// The error that names its version.
        #[source]
        source: SqliteError,
    },
    /// Another program keeps the file locked.
    #[error("another program has kept {} locked for {} seconds; close it, or try again", path.display(), waited_s)]
    Busy {
        /// Path of the file.
        path: PathBuf,
        /// Seconds that were waited for it.
        waited_s: u64,
    },
    /// The file, or its folder, cannot be written.
    #[error("{} cannot be written, so nothing was changed; make it and its folder writable, or name another with --home", path.display())]
    ReadOnly {
        /// Path of the file.
        path: PathBuf,
    },
    /// The file is damaged and cannot be moved aside.
    #[error("{} is damaged ({reason}); move it to another name, and a fresh one is begun", path.display())]
    Damaged {
        /// Path of the file.
        path: PathBuf,
        /// The fault that SQLite found.
        reason: String,
    },
}
