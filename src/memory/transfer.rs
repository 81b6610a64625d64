//! How do entries leave the memory, and come in from elsewhere? As JSON Lines, or as a database of this or of the older program.
//!
//! What is imported twice is there once. A source is never changed.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Entry, EntryId, Memory, MemoryError, Pattern, Slot, Unreadable, file, key, now_s, row};
use crate::openapi::{Method, UnknownMethod};
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

/// A line is no entry.
#[derive(Debug, thiserror::Error)]
enum LineError {
    #[error("{0}; a line is an object with `description`, `path`, `method` and maybe `params` and `data`")]
    Shape(#[from] serde_json::Error),
    #[error(transparent)]
    Method(#[from] UnknownMethod),
    #[error("byte {byte} of the line is no UTF-8; save the file as UTF-8")]
    NotText { byte: usize },
    #[error("`path` is empty")]
    NoPath,
    #[error("`params` is no object but {0}")]
    Params(Value),
    #[error("`timestamp` is neither a number nor a text but {0}")]
    Timestamp(Value),
}

/// The first bytes of every SQLite database (<https://www.sqlite.org/fileformat.html>, section 1.3).
const SQLITE_HEADER: &[u8; 16] = b"SQLite format 3\0";

/// An entry as one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    description: Option<String>,
    path: String,
    method: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    params: Value,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    data: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    slots: Vec<Slot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage_count: Option<u64>,
    /// Time of saving: seconds since 1970, or a date.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    timestamp: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used: Option<i64>,
    /// Columns that cannot be read, with their content.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    unreadable: Map<String, Value>,
}

/// An entry that is being imported.
struct Incoming {
    pattern: Pattern,
    is_resolved: bool,
    usage_count: u64,
    timestamp: Value,
    last_used_s: Option<i64>,
    unreadable: Vec<Unreadable>,
}

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
    let (new, known) = memory.write("take in entries", |transaction| {
        let mut there = contents(transaction)?;
        let (mut new, mut known) = (0, 0);
        for incoming in &taken {
            if take_in(transaction, incoming, &mut there)? { new += 1 } else { known += 1 }
        }
        Ok((new, known))
    })?;
    (imported.new, imported.known) = (new, known);
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
        let line =
            serde_json::to_string(&line(&shown(entry))).map_err(io::Error::from).map_err(TransferError::Write)?;
        writeln!(to, "{line}").map_err(TransferError::Write)?;
    }
    to.flush().map_err(TransferError::Write)?;
    Ok(entries.len() as u64)
}

fn line(entry: &Entry) -> Line {
    let pattern = &entry.pattern;
    // The path of a row that has no operation yet stands in for its template.
    let is_resolved = !pattern.api.is_empty() || pattern.template != pattern.path;
    Line {
        description: Some(pattern.description.clone()),
        path: pattern.path.clone(),
        method: pattern.method.to_string(),
        params: if pattern.params.is_empty() { Value::Null } else { pattern.params.clone().into() },
        data: pattern.data.clone().unwrap_or_default(),
        api: is_resolved.then(|| pattern.api.clone()),
        template: is_resolved.then(|| pattern.template.clone()),
        slots: pattern.slots.clone(),
        usage_count: Some(entry.usage_count),
        timestamp: entry.created_s.into(),
        last_used: entry.last_used_s,
        unreadable: entry.unreadable.iter().map(|one| (one.column.to_owned(), json!(one.text))).collect(),
    }
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

fn read_line(text: &str) -> Result<Incoming, LineError> {
    let line: Line = serde_json::from_str(text)?;
    let mut unreadable = Vec::new();
    for (name, value) in &line.unreadable {
        let column = ["params", "data", "slots", "method"].into_iter().find(|column| column == name);
        if let (Some(column), Some(text)) = (column, value.as_str()) {
            unreadable.push(Unreadable { column, text: text.to_owned() });
        }
    }
    let method: Method = line.method.parse()?;
    if line.path.trim().is_empty() {
        return Err(LineError::NoPath);
    }
    // The older program's exports hold JSON as text.
    let within = |value: Value| match value {
        Value::String(text) => row::json(&text).unwrap_or(Value::String(text)),
        other => other,
    };
    let params = match within(line.params) {
        Value::Object(params) => params,
        Value::Null => Map::new(),
        other => return Err(LineError::Params(other)),
    };
    let data = Some(within(line.data)).filter(|data| !data.is_null());
    let timestamp = match line.timestamp {
        Value::Null => now_s().into(),
        timestamp @ (Value::Number(_) | Value::String(_)) => timestamp,
        other => return Err(LineError::Timestamp(other)),
    };
    let pattern = Pattern {
        description: line.description.unwrap_or_default(),
        api: line.api.unwrap_or_default(),
        method,
        template: line.template.clone().unwrap_or_else(|| line.path.clone()),
        path: line.path,
        params,
        data,
        slots: line.slots,
    };
    let (usage_count, last_used_s) = (line.usage_count.unwrap_or(1), line.last_used);
    Ok(Incoming { pattern, is_resolved: line.template.is_some(), usage_count, timestamp, last_used_s, unreadable })
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

/// Hash of a pattern and its unreadable columns, without the operation: the same call may have been assigned to another
/// one elsewhere.
type Content = [u8; 32];

fn content(pattern: &Pattern, unreadable: &[Unreadable]) -> Content {
    let bare = Pattern { api: String::new(), template: String::new(), ..pattern.clone() };
    let mut hasher = blake3::Hasher::new();
    hasher.update(&key::key(&bare));
    for one in unreadable {
        hasher.update(one.column.as_bytes()).update(&[0]).update(one.text.as_bytes()).update(&[0]);
    }
    *hasher.finalize().as_bytes()
}

/// Reads the API and number of each entry, by content.
fn contents(transaction: &Transaction<'_>) -> rusqlite::Result<HashMap<Content, Vec<(String, EntryId)>>> {
    let mut statement = transaction.prepare(&row::select("1"))?;
    let mut there: HashMap<Content, Vec<(String, EntryId)>> = HashMap::new();
    for entry in statement.query_map([], row::entry)? {
        let entry = entry?;
        there.entry(content(&entry.pattern, &entry.unreadable)).or_default().push((entry.pattern.api, entry.id));
    }
    Ok(there)
}

/// Adds an entry, or its uses to the entry with the same content. Returns whether it was added.
fn take_in(
    transaction: &Transaction<'_>,
    incoming: &Incoming,
    there: &mut HashMap<Content, Vec<(String, EntryId)>>,
) -> rusqlite::Result<bool> {
    let Incoming { pattern, unreadable, .. } = incoming;
    let uses = i64::try_from(incoming.usage_count).unwrap_or(i64::MAX);
    let alike = there.entry(content(pattern, unreadable)).or_default();
    let same = alike.iter().find(|(api, _)| api.is_empty() || pattern.api.is_empty() || *api == pattern.api);
    if let Some((_, id)) = same {
        let sql =
            "UPDATE saved_queries SET usage_count = max(coalesce(CAST(usage_count AS INTEGER), 0), ?2) WHERE id = ?1";
        transaction.prepare_cached(sql)?.execute(params![id, uses])?;
        return Ok(false);
    }
    let raw = |column: &str| unreadable.iter().find(|one| one.column == column).map(|one| one.text.clone());
    let params_text = || (!pattern.params.is_empty()).then(|| Value::Object(pattern.params.clone()).to_string());
    let slots_text = || (!pattern.slots.is_empty()).then(|| json!(pattern.slots).to_string());
    let timestamp: Box<dyn rusqlite::ToSql> = match &incoming.timestamp {
        Value::String(text) => Box::new(text.clone()),
        number => Box::new(number.as_i64().or_else(|| number.as_f64().map(|number| number as i64))),
    };
    let is_whole = incoming.is_resolved && unreadable.is_empty();
    let sql = "INSERT INTO saved_queries \
               (description, path, method, params, data, timestamp, usage_count, last_used_s, api, template, slots, key) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    transaction.prepare_cached(sql)?.execute(params![
        pattern.description,
        pattern.path,
        raw("method").unwrap_or_else(|| pattern.method.to_string()),
        raw("params").or_else(params_text),
        raw("data").or_else(|| pattern.data.as_ref().map(Value::to_string)),
        timestamp,
        uses,
        incoming.last_used_s,
        incoming.is_resolved.then_some(&pattern.api),
        incoming.is_resolved.then_some(&pattern.template),
        raw("slots").or_else(slots_text),
        is_whole.then(|| key::key(pattern).to_vec()),
    ])?;
    alike.push((pattern.api.clone(), transaction.last_insert_rowid()));
    Ok(true)
}
