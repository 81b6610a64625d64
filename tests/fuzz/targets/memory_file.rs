//! A file that is said to be fast memory: opened, listed, searched, added to, exported and imported; rows that were there are still there.

use std::io::ErrorKind;
use std::path::Path;

use cw_orchestrator::memory::{Entry, Memory, Pattern, transfer};
use cw_orchestrator::openapi::Method;
use rusqlite::Connection;
use rusqlite::types::Value;

/// The table as the older program makes it, without its types, so that every column takes whatever an input has.
const OLDER: &str = "CREATE TABLE saved_queries (id INTEGER PRIMARY KEY AUTOINCREMENT, description, path, method, params, data, \
                     timestamp, usage_count)";
/// Rows of one input; more say nothing new.
const ROWS: usize = 16;
const COLUMNS: usize = 7;

pub fn run(input: &[u8]) {
    let Some((kind, content)) = input.split_first() else { return };
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = folder.path().join("fast_memory_api.db");
    match kind % 3 {
        // A database whose pages are as they come.
        0 => drop(std::fs::write(&path, content)),
        // The older program's table with rows as they come.
        1 => {
            let rows = older(&path, content);
            let memory = Memory::at(&path);
            assert_eq!(memory.count().ok(), Some(rows), "no row of an older file is lost");
        }
        // JSON Lines, imported.
        _ => {
            let lines = folder.path().join("lines.jsonl");
            std::fs::write(&lines, content).expect("a file");
            let new = match transfer::import(&Memory::at(&path), &lines, &|_, _| None) {
                Ok(imported) => imported.new,
                // UTF-16 is read as a whole, or not at all.
                Err(transfer::TransferError::Read { source, .. }) if source.kind() == ErrorKind::InvalidData => 0,
                Err(error) => panic!("a file is imported: {error:?}"),
            };
            assert_eq!(Memory::at(&path).count().ok(), Some(new));
        }
    }
    use_it(&path, folder.path());
}

/// Everything that is done with a memory.
fn use_it(path: &Path, folder: &Path) {
    let memory = Memory::at(path);
    let Ok(before) = memory.list() else { return };
    let pattern = Pattern {
        api: "api".to_owned(),
        method: Method::Get,
        template: "/things/{id}".to_owned(),
        path: "/things/5".to_owned(),
        description: "A thing".to_owned(),
        params: serde_json::Map::new(),
        data: None,
        slots: Vec::new(),
    };
    if let Ok(saved) = memory.save(&pattern) {
        let _ = memory.used(saved.entry().id);
        let _ = memory.failed(saved.entry().id, "it answered 404");
        assert!(memory.get(saved.entry().id).is_ok_and(|entry| entry.is_some()), "what was saved is there");
    }
    let _ = memory.with_words("thing");
    let _ = memory.snapshot("model");
    for entry in &before {
        assert!(memory.get(entry.id).is_ok_and(|again| again.is_some()), "what was listed is still there");
    }
    let mut exported = Vec::new();
    if transfer::export(&memory, &Entry::clone, &mut exported).is_ok() {
        let lines = folder.join("exported.jsonl");
        std::fs::write(&lines, exported).expect("a file");
        let other = Memory::at(&folder.join("other.db"));
        transfer::import(&other, &lines, &|_, _| None).expect("an export is imported");
    }
}

/// Writes rows whose values are cut from the content, and says how many.
fn older(path: &Path, content: &[u8]) -> u64 {
    let connection = Connection::open(path).expect("a database");
    connection.execute_batch(OLDER).expect("a table");
    let values: Vec<Value> = content.split(|byte| *byte == 0).take(ROWS * COLUMNS).map(value).collect();
    let mut rows = 0;
    for row in values.chunks(COLUMNS) {
        let mut row = row.to_vec();
        row.resize(COLUMNS, Value::Null);
        let insert = "INSERT INTO saved_queries (description, path, method, params, data, timestamp, usage_count) \
                      VALUES (?, ?, ?, ?, ?, ?, ?)";
        rows += connection.execute(insert, rusqlite::params_from_iter(row)).expect("a row") as u64;
    }
    rows
}

/// Bytes as the type that their first byte names.
fn value(bytes: &[u8]) -> Value {
    match bytes.split_first() {
        None => Value::Null,
        Some((b'#', digits)) => {
            std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()).map_or(Value::Null, Value::Integer)
        }
        Some((b'~', digits)) => {
            std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()).map_or(Value::Null, Value::Real)
        }
        Some((b'!', blob)) => Value::Blob(blob.to_vec()),
        Some(_) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
    }
}
