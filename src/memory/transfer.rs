//! How do entries leave the memory, and come in from elsewhere? As JSON Lines, or as a database of this or of the older program.
//!
//! What is imported twice is there once. A source is never changed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::incoming::Incoming;
use super::line::{self, LineError, read_line};
use super::{Entry, Memory, MemoryError, Pattern, Unreadable, file, row};
use crate::text_file;

/// An error that ends a transfer as a whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: io::Error,
    },
    /// The path is a folder, a pipe or a device: reading it could wait for ever, or never end.
    #[error("{} is no regular file; name a file of JSON Lines or a database", path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// The export cannot be written.
    #[error("cannot write the export")]
    Write(#[source] io::Error),
    /// The file to import is the memory itself.
    #[error("{} is the memory itself; name another file", path.display())]
    Itself {
        /// Path of the file.
        path: PathBuf,
    },
    /// The memory, or the database that is imported, failed.
    #[error(transparent)]
    Memory(#[from] MemoryError),
}

/// Result of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Number of entries that were added.
    pub new: u64,
    /// Number of entries that existed already; they keep their description and take the larger count of uses.
    pub known: u64,
    /// Lines and rows that were left out.
    pub refused: Vec<Refused>,
}

/// A line or row that an import left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Number of the line, from 1; of a database, the id of the row.
    pub line: i64,
    /// The reason.
    pub reason: String,
}

/// The first bytes of every SQLite database (<https://www.sqlite.org/fileformat.html>, section 1.3).
const SQLITE_HEADER: &[u8; 16] = b"SQLite format 3\0";

/// Imports entries from a file: JSON Lines, or a database. `refuse` says why a pattern, or the unreadable columns of a
/// row, must not be kept.
///
/// # Errors
/// [`TransferError`] where nothing could be taken; a line or row that is wrong is [`Imported::refused`].
pub fn import(
    memory: &Memory,
    path: &Path,
    refuse: &dyn Fn(&Pattern, &[Unreadable]) -> Option<String>,
) -> Result<Imported, TransferError> {
    let itself = || TransferError::Itself { path: path.to_owned() };
    // The memory's own file is not to be opened beside SQLite: closing it would give up SQLite's locks.
    if file::Identity::of(path).exists() && file::Identity::of(path) == file::Identity::of(memory.path()) {
        return Err(itself());
    }
    let failed = |source| TransferError::Read { path: path.to_owned(), source };
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(TransferError::NoFile { path: path.to_owned() });
    }
    let opened = File::open(path).map_err(failed)?;
    let mut reader = BufReader::new(opened);
    let mut header = Vec::new();
    reader.by_ref().take(SQLITE_HEADER.len() as u64).read_to_end(&mut header).map_err(failed)?;
    let mut imported = Imported::default();
    let incoming = if header == SQLITE_HEADER {
        from_database(path, &mut imported)?
    } else if text_file::is_utf16(&header) {
        let text = text_file::read_from(io::Cursor::new(header).chain(reader)).map_err(failed)?;
        from_lines(text.as_bytes(), &mut imported).map_err(failed)?
    } else {
        from_lines(BufReader::new(io::Cursor::new(header).chain(reader)), &mut imported).map_err(failed)?
    };
    let mut taken = Vec::new();
    for (line, incoming) in incoming {
        let too_long = super::too_long(&incoming.pattern.description);
        let too_large = || super::too_large(&incoming.pattern);
        match too_long.or_else(too_large).or_else(|| refuse(&incoming.pattern, &incoming.unreadable)) {
            None => taken.push(incoming),
            Some(reason) => imported.refused.push(Refused { line, reason }),
        }
    }
    imported.refused.sort_by_key(|refused| refused.line);
    (imported.new, imported.known) = memory.keeper.take_in(&taken)?;
    Ok(imported)
}

/// Writes every entry, as `shown` changes it, as a line of JSON in order of number, and returns how many were written.
///
/// # Errors
/// [`TransferError`]
pub fn export(memory: &Memory, shown: &dyn Fn(&Entry) -> Entry, to: &mut dyn Write) -> Result<u64, TransferError> {
    let mut entries = memory.list()?;
    entries.sort_by_key(|entry| entry.id);
    for entry in &entries {
        line::write(&shown(entry), to).map_err(TransferError::Write)?;
    }
    to.flush().map_err(TransferError::Write)?;
    Ok(entries.len() as u64)
}

fn from_lines(reader: impl BufRead, imported: &mut Imported) -> io::Result<Vec<(i64, Incoming)>> {
    let mut incoming = Vec::new();
    for (number, bytes) in (1..).zip(reader.split(b'\n')) {
        let bytes = bytes?;
        // A character that was read as another would be kept for good.
        let read = match std::str::from_utf8(&bytes).map(|text| text.trim().trim_start_matches('\u{feff}')) {
            Ok("") => continue,
            Ok(text) => read_line(text),
            Err(error) => Err(LineError::NotText { byte: error.valid_up_to() + 1 }),
        };
        match read {
            Ok(one) => incoming.push((number, one)),
            Err(error) => imported.refused.push(Refused { line: number, reason: error.to_string() }),
        }
    }
    Ok(incoming)
}

fn from_database(path: &Path, imported: &mut Imported) -> Result<Vec<(i64, Incoming)>, MemoryError> {
    let opened = file::open_for_import(path)?;
    let failed = |error| file::statement(path, "be read", error);
    let mut statement = opened.connection.prepare(&row::select("1 ORDER BY id")).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut incoming = Vec::new();
    loop {
        let read = rows.next().and_then(|row| row.map(row::entry).transpose());
        let entry = match read {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            // A damaged database gives what it has before the damage.
            Err(error) => {
                let after = incoming.last().map_or(0, |(id, _)| *id);
                let reason = format!("the database cannot be read any further: {error}");
                imported.refused.push(Refused { line: after + 1, reason });
                break;
            }
        };
        let is_resolved = !entry.pattern.api.is_empty() || entry.pattern.template != entry.pattern.path;
        incoming.push((
            entry.id,
            Incoming {
                pattern: entry.pattern,
                is_resolved,
                usage_count: entry.usage_count,
                timestamp: entry.created_s.into(),
                last_used_s: entry.last_used_s,
                unreadable: entry.unreadable,
            },
        ));
    }
    Ok(incoming)
}
