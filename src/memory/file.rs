//! How does the memory's file come to be open, sound and of this program's schema, whatever state it is found in?
//!
//! Everything that makes, migrates or moves the file happens under a lock file, so that processes that start at once agree.
//! A file that cannot be used is moved aside, never changed and never deleted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::TempPath;

use super::schema::{self, MIGRATIONS};
use super::{MemoryError, now_s};
use crate::private;
use crate::sqlite::{self, SqliteError};

/// Times that a locked database is tried before [`MemoryError::Busy`]; a try waits 1 ms at first, later 6 to 15 ms.
const TRIES: i32 = 6_000;
/// Seconds that a locked database is waited for, at least. Eight processes that save without pause take turns within
/// one.
const BUSY_WAIT_S: u64 = 60;

/// Endings of the names of files that are left beside the memory: copies before a migration and a flush, and damaged
/// files.
pub(super) const LEFT_BEHIND: [&str; 3] = [BEFORE, FLUSHED, DAMAGED];
const BEFORE: &str = ".before-v";
pub(super) const FLUSHED: &str = ".flushed-";
const DAMAGED: &str = ".damaged-";

/// An open file of the memory.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) is_writable: bool,
    /// Identity of the file when it was opened. Another file may have taken its name since.
    pub(super) identity: Identity,
    /// Migrated copy, which is read in place of a file of an older schema that cannot be written.
    _copy: Option<TempPath>,
}

/// Device and number of a file, which tell it from another that later has its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(Option<(u64, u64)>);

impl Identity {
    /// Asks for the file's number without opening it: closing a file gives up all POSIX locks that the process has on
    /// it, those of SQLite among them (<https://www.sqlite.org/howtocorrupt.html>, section 2.2).
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self(fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino())))
    }

    /// Tells only whether there is a file: on other systems an open file cannot be moved or deleted.
    #[cfg(not(unix))]
    pub(super) fn of(path: &Path) -> Self {
        Self(path.exists().then_some((0, 0)))
    }

    pub(super) fn exists(self) -> bool {
        self.0.is_some()
    }
}

/// Opens the file, and makes it where there is none. Each change beyond that adds a sentence to `notices`. The file
/// with the identity `condemned` is known to be damaged, even if a check finds it sound.
///
/// # Errors
/// [`MemoryError`]; the file is as it was.
pub(super) fn open(path: &Path, condemned: Option<Identity>, notices: &mut Vec<String>) -> Result<Opened, MemoryError> {
    let failed = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| MemoryError::Io { doing, path, source }
    };
    if let Some(folder) = path.parent() {
        private::make_folder(folder).map_err(failed("create the folder", folder))?;
    }
    let lock_path = beside(path, ".lock");
    let lock = match private::options().create(true).truncate(false).write(true).open(&lock_path) {
        Ok(lock) => lock,
        Err(error) if cannot_write(&error) && path.exists() => return open_for_reading(path),
        Err(error) => return Err(failed("open", &lock_path)(error)),
    };
    lock.lock().map_err(failed("lock", &lock_path))?;
    match checked(path) {
        Ok(_) if condemned.is_some_and(|condemned| condemned == Identity::of(path)) => {
            move_aside(path, notices)?;
            prepared(path, checked(path)?, notices)
        }
        Ok(connection) if connection.is_readonly("main").unwrap_or(false) => {
            drop(connection);
            open_for_reading(path)
        }
        Ok(connection) => prepared(path, connection, notices),
        Err(MemoryError::Damaged { .. }) => {
            move_aside(path, notices)?;
            prepared(path, checked(path)?, notices)
        }
        Err(error) => Err(error),
    }
    // The lock ends here, with its file.
}

/// Connects to a file and checks its pages, and its schema where its version is current.
fn checked(path: &Path) -> Result<Connection, MemoryError> {
    // SQLite would let others read what it makes; where this fails, it says why.
    let _ = private::options().create_new(true).write(true).open(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)
        .map_err(|source| SqliteError::Open { path: path.to_owned(), source })?;
    connection.busy_handler(Some(wait)).map_err(|error| statement(path, "be shared", error))?;
    // A file that turns out to be damaged is not to be touched by closing it.
    let keep = |on| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on);
    keep(true).map_err(|error| statement(path, "keep its log", error))?;
    let check = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    match connection.query_row("PRAGMA quick_check(1)", [], check) {
        Ok(found) if found == "ok" => {
            // A view or an index of that name cannot be migrated, however often that is tried.
            let kind = "SELECT type FROM sqlite_master WHERE name = 'saved_queries' COLLATE NOCASE AND type <> 'table'";
            if let Ok(kind) = connection.query_row(kind, [], |row| row.get::<_, String>(0)) {
                let reason = format!("its saved_queries is no table but a {kind}");
                return Err(MemoryError::Damaged { path: path.to_owned(), reason });
            }
            let is_current = sqlite::version(&connection, MIGRATIONS).is_ok_and(|version| version == MIGRATIONS.len());
            if is_current && !schema::is_whole(&connection) {
                let reason = "its schema is not that of its version".to_owned();
                return Err(MemoryError::Damaged { path: path.to_owned(), reason });
            }
        }
        Ok(found) => return Err(MemoryError::Damaged { path: path.to_owned(), reason: found }),
        Err(error) if sqlite::is_damage(&error) => {
            return Err(MemoryError::Damaged { path: path.to_owned(), reason: error.to_string() });
        }
        Err(error) => return Err(statement(path, "be checked", error)),
    }
    keep(false).map_err(|error| statement(path, "keep its log", error))?;
    Ok(connection)
}

/// Brings a sound file to this program's schema.
fn prepared(path: &Path, mut connection: Connection, notices: &mut Vec<String>) -> Result<Opened, MemoryError> {
    let version = sqlite::version(&connection, MIGRATIONS).map_err(|source| of_file(path, source))?;
    let mut copied = None;
    if version < MIGRATIONS.len() && has_rows(&connection) {
        let copy = free_name(path, &format!("{BEFORE}{}", MIGRATIONS.len()));
        sqlite::copy_into(&connection, &copy)?;
        notices.push(format!(
            "{} was of an older version and was brought forward; a copy of how it was is {}",
            path.display(),
            copy.display()
        ));
        copied = Some(copy);
    }
    // WAL: readers and a writer do not wait for each other. FULL: what was acknowledged outlives a power cut.
    connection
        .query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
        .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
        .map_err(|error| statement(path, "keep a log", error))?;
    if let Err(source) = sqlite::migrate(&mut connection, MIGRATIONS) {
        // The file is as it was, so it needs no copy; and each start would leave another.
        if let Some(copy) = copied.filter(|copy| fs::remove_file(copy).is_ok()) {
            notices.retain(|notice| !notice.contains(&*copy.to_string_lossy()));
        }
        return Err(of_file(path, source));
    }
    Ok(Opened { connection, is_writable: true, identity: Identity::of(path), _copy: None })
}

/// Opens a file that cannot be written, or whose folder cannot.
///
/// # Errors
/// [`MemoryError::Damaged`], which cannot be mended here; [`MemoryError::Sqlite`].
pub(super) fn open_for_reading(path: &Path) -> Result<Opened, MemoryError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sound = |connection: &Connection| -> rusqlite::Result<bool> {
        connection.query_row("PRAGMA quick_check(1)", [], |row| Ok(row.get::<_, String>(0)? == "ok"))
    };
    let opened = Connection::open_with_flags(path, flags).and_then(|mut connection| {
        connection.busy_handler(Some(wait))?;
        Ok((sound(&connection)?, connection))
    });
    let damaged = |reason: String| MemoryError::Damaged { path: path.to_owned(), reason };
    let (is_sound, connection) = match opened {
        Ok(opened) => opened,
        Err(error) if sqlite::is_damage(&error) => return Err(damaged(error.to_string())),
        // A write-ahead log needs a side file, which cannot be made here: the database file alone is read.
        Err(_) => {
            let connection = sqlite::open_immutable(path)?;
            (sound(&connection).map_err(|error| statement(path, "be checked", error))?, connection)
        }
    };
    if !is_sound {
        return Err(damaged("its pages are not in order".to_owned()));
    }
    let version = sqlite::version(&connection, MIGRATIONS).map_err(|source| of_file(path, source))?;
    let identity = Identity::of(path);
    if version == MIGRATIONS.len() {
        return Ok(Opened { connection, is_writable: false, identity, _copy: None });
    }
    let scratch = tempfile::Builder::new().suffix(".db").tempfile();
    let scratch = scratch
        .map_err(|source| MemoryError::Io { doing: "create a file in", path: std::env::temp_dir(), source })?
        .into_temp_path();
    sqlite::copy_into(&connection, &scratch)?;
    let mut copy =
        Connection::open(&scratch).map_err(|source| SqliteError::Open { path: scratch.to_path_buf(), source })?;
    sqlite::migrate(&mut copy, MIGRATIONS)?;
    Ok(Opened { connection: copy, is_writable: false, identity, _copy: Some(scratch) })
}

/// Opens a database that another program owns, and does not change it. A damaged one is read as far as possible.
///
/// # Errors
/// As [`open_for_reading`].
pub(super) fn open_for_import(path: &Path) -> Result<Opened, MemoryError> {
    match open_for_reading(path) {
        Err(MemoryError::Damaged { .. }) => {
            let connection = sqlite::open_immutable(path)?;
            Ok(Opened { connection, is_writable: false, identity: Identity::of(path), _copy: None })
        }
        other => other,
    }
}

/// Renames a damaged file, and the files that SQLite keeps beside it along with it.
fn move_aside(path: &Path, notices: &mut Vec<String>) -> Result<(), MemoryError> {
    let aside = free_name(path, &format!("{DAMAGED}{}", stamp(now_s())));
    for suffix in ["-wal", "-shm", ""] {
        let (from, to) = (beside(path, suffix), beside(&aside, suffix));
        match fs::rename(&from, &to) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(MemoryError::Io { doing: "move aside the damaged file", path: from, source });
            }
            _ => {}
        }
    }
    notices.push(format!(
        "{} was damaged and is now {}; what can still be read of it comes back with `memory import {}`",
        path.display(),
        aside.display(),
        aside.display()
    ));
    Ok(())
}

/// Adds a suffix to the file name of a path.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Adds `suffix` to the file name of a path, and a number where such a file exists already.
pub(super) fn free_name(path: &Path, suffix: &str) -> PathBuf {
    let first = beside(path, suffix);
    let numbered = (2_u32..).map(|number| beside(path, &format!("{suffix}.{number}")));
    std::iter::once(first.clone()).chain(numbered).find(|name| !name.exists()).unwrap_or(first)
}

/// Writes seconds since 1970 as a UTC date that may stand in a file name, such as `20240131T090000Z`.
pub(super) fn stamp(at_s: i64) -> String {
    let (days, second) = (at_s.div_euclid(86_400), at_s.rem_euclid(86_400));
    let (year, month, day) = crate::clock::civil(days);
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", second / 3_600, second / 60 % 60, second % 60)
}

/// Waits between two tries at a locked database. SQLite's own handler waits up to 100 ms a try, so that one of several
/// processes may never get its turn; short waits of unequal length let each through.
fn wait(tries: i32) -> bool {
    let jitter_ms = u64::from(std::process::id().wrapping_add(tries.unsigned_abs() * 7)) % 10;
    std::thread::sleep(Duration::from_millis(if tries < 10 { 1 } else { 6 + jitter_ms }));
    tries < TRIES
}

fn has_rows(connection: &Connection) -> bool {
    // No such table: no rows.
    connection.query_row("SELECT 1 FROM saved_queries LIMIT 1", [], |_| Ok(())).is_ok()
}

fn cannot_write(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Makes an error of the memory from a failed statement.
pub(super) fn statement(path: &Path, doing: &'static str, source: rusqlite::Error) -> MemoryError {
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            MemoryError::Busy { path: path.to_owned(), waited_s: BUSY_WAIT_S }
        }
        Some(ErrorCode::ReadOnly) => MemoryError::ReadOnly { path: path.to_owned() },
        _ => SqliteError::Statement { doing, source }.into(),
    }
}

fn of_file(path: &Path, source: SqliteError) -> MemoryError {
    match source {
        source @ SqliteError::Newer { .. } => MemoryError::Newer { path: path.to_owned(), source },
        SqliteError::Statement { doing, source } => statement(path, doing, source),
        other => other.into(),
    }
}
