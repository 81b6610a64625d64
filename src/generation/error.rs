//! What can go wrong with publishing or opening a generation?

use std::io;
use std::path::{Path, PathBuf};

/// An error of publishing or opening a generation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerationError {
    /// Nothing was published yet.
    #[error("there is no index at {}; build one with `cw-orchestrator index build`", home.display())]
    Missing {
        /// The index folder.
        home: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// A verb: what was being done.
        doing: &'static str,
        /// Path of the file or folder.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: io::Error,
    },
    /// A file is not what its record says.
    #[error("the index file {} is damaged: {reason}; build the index again with `cw-orchestrator index build`", path.display())]
    Damaged {
        /// Path of the file.
        path: PathBuf,
        /// The fault, as it is shown.
        reason: String,
    },
    /// The generation was written by or for something else.
    #[error(
        "the index does not match this program: {what} is {found}, {expected} is needed; build it again with `cw-orchestrator index build`"
    )]
    Mismatch {
        /// Name of what differs.
        what: &'static str,
        /// Its value in the record.
        found: String,
        /// The value that this program needs.
        expected: String,
    },
}

impl GenerationError {
    pub(super) fn file<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + use<'a> {
        move |source| Self::File { doing, path: path.to_owned(), source }
    }
}
