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
    #[error("cannot {doing} {}: {cause}{}", path.display(), cure(doing, cause))]
    File {
        /// A verb: what was being done.
        doing: &'static str,
        /// Path of the file or folder.
        path: PathBuf,
        /// The I/O error, which the text holds already.
        cause: io::Error,
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

/// What to do where the system refuses to read or write; nothing for other faults.
fn cure(doing: &str, cause: &io::Error) -> String {
    use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let able = match (cause.kind(), doing) {
        (PermissionDenied, "read" | "list") => "readable for you",
        (PermissionDenied | ReadOnlyFilesystem, _) => "writable for you",
        (StorageFull | QuotaExceeded, _) => {
            return "; make room, or name a home folder on another disk with --home DIR".to_owned();
        }
        _ => return String::new(),
    };
    format!("; make it {able}, or name another home folder with --home DIR or CW_ORCHESTRATOR_HOME")
}

impl GenerationError {
    pub(super) fn file<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + use<'a> {
        move |cause| Self::File { doing, path: path.to_owned(), cause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_that_cannot_be_used_says_what_to_do() {
        let of =
            |doing, kind: io::ErrorKind| GenerationError::file(doing, Path::new("/h/index"))(kind.into()).to_string();
        for (doing, kind, cure) in [
            (
                "open",
                io::ErrorKind::PermissionDenied,
                "; make it writable for you, or name another home folder with --home DIR",
            ),
            ("create the folder", io::ErrorKind::ReadOnlyFilesystem, "; make it writable for you"),
            ("read", io::ErrorKind::PermissionDenied, "; make it readable for you"),
            ("write", io::ErrorKind::StorageFull, "; make room, or name a home folder on another disk"),
        ] {
            let text = of(doing, kind);
            assert!(text.starts_with(&format!("cannot {doing} /h/index: ")) && text.contains(cure), "{text}");
        }
        assert!(!of("read", io::ErrorKind::InvalidData).contains(';'));
    }
}
