//! How is a SQLite file opened, and how does its schema move forward?
//!
//! Knows nothing of what is stored. Migrations are append-only: the position in the list is the `user_version`.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

/// What can go wrong with a database file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteError {
    /// The file cannot be opened as a database.
    #[error("cannot open the database {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
    /// A statement failed.
    #[error("the database refused to {doing}")]
    Statement {
        /// What was being done, as a verb phrase.
        doing: &'static str,
        /// What SQLite said.
        #[source]
        source: rusqlite::Error,
    },
}

impl SqliteError {
    /// For `map_err`: names what was being done.
    pub fn doing(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::Statement { doing, source }
    }
}

/// Opens a finished, never again written file for reading.
///
/// `immutable` tells SQLite to take no locks and make no side files, so a read-only medium works.
///
/// # Errors
/// [`SqliteError::Open`] where the file is missing or no database.
pub fn open_immutable(path: &Path) -> Result<Connection, SqliteError> {
    let open = || {
        let encoded = percent_encoding::utf8_percent_encode(&path.to_string_lossy(), URI_PATH).to_string();
        // Windows paths: SQLite wants `file:///C:/...`.
        let encoded = encoded.replace('\\', "/");
        let slash = if encoded.starts_with('/') { "" } else { "/" };
        let uri = if path.is_absolute() {
            format!("file://{slash}{encoded}?immutable=1")
        } else {
            format!("file:{encoded}?immutable=1")
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(uri, flags)?;
        // Reads the first page: a file that is no database fails here rather than at the first query.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    open().map_err(|source| SqliteError::Open { path: path.to_owned(), source })
}

/// The characters that would end or change the path part of a `file:` URI (<https://www.sqlite.org/uri.html>).
const URI_PATH: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b'?').add(b'#').add(b'%').add(b' ');
