//! How is a SQLite file opened, and how does its schema move forward?
//!
//! Knows nothing of what is stored. Migrations are append-only: the position in the list is the `user_version`.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::private;

/// An error of a database file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteError {
    /// The file cannot be opened as a database.
    #[error("cannot open the database {}", path.display())]
    Open {
        /// Path of the file.
        path: PathBuf,
        /// SQLite's error.
        #[source]
        source: rusqlite::Error,
    },
    /// A statement failed.
    #[error("the database refused to {doing}")]
    Statement {
        /// A verb phrase: what was being done.
        doing: &'static str,
        /// SQLite's error.
        #[source]
        source: rusqlite::Error,
    },
    /// The file was written by a newer version of the program.
    #[error(
        "the database has version {version}, this program knows versions up to {known}; it was left as it is: use the program that wrote it, or a newer one"
    )]
    Newer {
        /// The file's `user_version`.
        version: i64,
        /// The newest version that this program knows.
        known: usize,
    },
    /// A copy cannot be made.
    #[error("cannot copy the database to {}", path.display())]
    Copy {
        /// Path of the copy.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
}

impl SqliteError {
    /// Makes an error of a failed statement, for `map_err`. `doing` is a verb phrase.
    pub fn doing(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::Statement { doing, source }
    }
}

/// Whether an error says that the file's content is not what SQLite wrote there.
pub fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// One step of a schema. It runs once for each file, in a transaction.
pub type Migration = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// The number of migrations that a file has had.
///
/// # Errors
/// [`SqliteError::Newer`] where it has had more than this program knows, [`SqliteError::Statement`].
pub fn version(connection: &Connection, migrations: &[Migration]) -> Result<usize, SqliteError> {
    let version: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(SqliteError::doing("tell its version"))?;
    let known = migrations.len();
    usize::try_from(version).ok().filter(|had| *had <= known).ok_or(SqliteError::Newer { version, known })
}

/// Brings a file's schema forward: all missing steps or none.
///
/// # Errors
/// [`SqliteError`]
pub fn migrate(connection: &mut Connection, migrations: &[Migration]) -> Result<(), SqliteError> {
    if version(connection, migrations)? == migrations.len() {
        return Ok(());
    }
    let doing = SqliteError::doing;
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(doing("begin a migration"))?;
    // Another process may have migrated it while this one waited.
    let had = version(&transaction, migrations)?;
    for migration in migrations.get(had..).unwrap_or_default() {
        migration(&transaction).map_err(doing("take a new schema"))?;
    }
    transaction.pragma_update(None, "user_version", migrations.len()).map_err(doing("note its version"))?;
    transaction.commit().map_err(doing("commit a migration"))
}

/// Writes all that is committed into a new file. The file is complete and on disk, or does not have its name.
///
/// # Errors
/// [`SqliteError::Statement`] and [`SqliteError::Copy`]
pub fn copy_into(connection: &Connection, path: &Path) -> Result<(), SqliteError> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let failed = |source| SqliteError::Copy { path: path.to_owned(), source };
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    // SQLite would let others read what it makes; it takes an empty file for none (documentation of VACUUM).
    private::options().create_new(true).write(true).open(&part).map_err(failed)?;
    connection.execute("VACUUM INTO ?1", [part.to_string_lossy()]).map_err(SqliteError::doing("copy itself"))?;
    // Windows syncs a file only through a handle that may write.
    let file = std::fs::File::options().write(true).open(&part).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(&part, path).map_err(failed)
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
        // A statement is planned once: SQLite plans one anew for each value that it might plan better for, and knows no values of this file.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // Reads the first page: a file that is no database fails here rather than at the first query.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    open().map_err(|source| SqliteError::Open { path: path.to_owned(), source })
}

/// The characters that would end or change the path part of a `file:` URI (<https://www.sqlite.org/uri.html>).
const URI_PATH: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b'?').add(b'#').add(b'%').add(b' ');

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Migration; 3] = [
        |transaction| transaction.execute_batch("CREATE TABLE note (text)"),
        |transaction| transaction.execute_batch("ALTER TABLE note ADD COLUMN at_s; INSERT INTO note VALUES ('two', 2)"),
        |transaction| transaction.execute_batch("UPDATE note SET at_s = coalesce(at_s, 0)"),
    ];

    fn rows(connection: &Connection) -> Vec<(String, i64)> {
        let mut statement = connection.prepare("SELECT text, at_s FROM note ORDER BY text").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn a_file_of_each_version_comes_forward_by_the_steps_it_lacks() {
        for had in 0..=STEPS.len() {
            let mut connection = Connection::open_in_memory().unwrap();
            migrate(&mut connection, &STEPS[..had]).unwrap();
            if had > 0 {
                connection.execute("INSERT INTO note (text) VALUES ('own')", []).unwrap();
            }
            migrate(&mut connection, &STEPS).unwrap();
            migrate(&mut connection, &STEPS).unwrap();
            assert_eq!(version(&connection, &STEPS).unwrap(), 3);
            let own = (1..3).contains(&had).then(|| ("own".to_owned(), 0));
            if had < 3 {
                let expected: Vec<_> = own.into_iter().chain([("two".to_owned(), 2)]).collect();
                assert_eq!(rows(&connection), expected, "from {had}");
            }
        }
    }

    #[test]
    fn a_step_that_fails_leaves_the_file_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        let steps: [Migration; 2] = [STEPS[0], |transaction| transaction.execute_batch("no statement")];
        migrate(&mut connection, &steps).unwrap_err();
        assert_eq!(version(&connection, &steps).unwrap(), 0);
        migrate(&mut connection, &STEPS).unwrap();
    }

    #[test]
    fn a_newer_file_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &STEPS).unwrap();
        let error = migrate(&mut connection, &STEPS[..2]).unwrap_err();
        assert!(matches!(error, SqliteError::Newer { version: 3, known: 2 }), "{error}");
    }

    #[test]
    fn a_copy_holds_what_was_committed_and_replaces_a_half_written_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::open(folder.path().join("a.db")).unwrap();
        migrate(&mut connection, &STEPS).unwrap();
        std::fs::write(folder.path().join("b.db.part"), "half").unwrap();
        let copy = folder.path().join("b.db");
        copy_into(&connection, &copy).unwrap();
        assert_eq!(rows(&open_immutable(&copy).unwrap()), rows(&connection));
        assert!(!folder.path().join("b.db.part").exists());
    }
}
