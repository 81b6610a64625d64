//! Which calls are worth making again? A database of saved ones that outlives every index.
//!
//! An entry belongs to an operation, by API, method and path template. Several processes use the file at once, the older Python
//! gateway among them; each commit is on disk before it is acknowledged. Nothing here knows the index or the model.

mod access;
mod bounds;
mod classes;
mod comparisons;
mod denial;
mod entry;
mod error;
mod file;
mod key;
mod literal;
pub(crate) mod naming;
mod offers;
mod place;
pub(crate) mod remainder;
pub mod revise;
mod row;
mod schema;
mod score;
mod secret_words;
pub mod secrets;
pub mod slots;
mod snapshot;
mod statements;
mod text;
mod times;
mod values;

#[cfg(test)]
mod tests;
pub mod transfer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, params};

use crate::openapi::Method;
use crate::sqlite;
use access::FileState;
use file::{Identity, statement};
use snapshot::Cached;
use statements::{get, of_operation_sql, save, with_key};

pub use bounds::LONGEST_DESCRIPTION;
pub(crate) use bounds::{beginning, too_large, too_long};
pub use entry::{Entry, EntryId, Flushed, Pattern, Saved, Slot, Stale, Unreadable};
pub use error::MemoryError;
pub use score::score;
pub use snapshot::Snapshot;

/// Name of the file within the home folder.
pub const FILE_NAME: &str = "fast_memory_api.db";

/// The saved calls of one home. Its file is opened at the first use; callers take turns on one connection.
#[derive(Debug)]
pub struct Memory {
    path: PathBuf,
    state: Mutex<FileState>,
}

impl Memory {
    /// Makes a memory in the file at `path`. Nothing is opened yet, and the file need not exist: the first write makes
    /// it.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), state: Mutex::default() }
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lists what opening did to the file so far, one sentence each: it was migrated with a copy kept, or moved aside.
    pub fn notices(&self) -> Vec<String> {
        self.state().notices.clone()
    }

    /// Saves a pattern. An entry with the same pattern (API, operation, path, slots, parameters, body) keeps its number
    /// and counts, takes the new description and examples, and is no longer stale.
    ///
    /// # Errors
    /// [`MemoryError`]; nothing was saved.
    pub fn save(&self, pattern: &Pattern) -> Result<Saved, MemoryError> {
        self.write("save an entry", |transaction| save(transaction, pattern))
    }

    /// Reads one entry.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn get(&self, id: EntryId) -> Result<Option<Entry>, MemoryError> {
        self.read("read an entry", |connection| get(connection, id)).map(Option::flatten)
    }

    /// Lists the entries of an operation: fresh before stale, then by score, best first. Rows that have no operation
    /// yet are among them where their path is the template itself.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn of_operation(&self, api: &str, method: Method, template: &str) -> Result<Vec<Entry>, MemoryError> {
        let found = self.read("find the entries of an operation", |connection| {
            let mut statement = connection.prepare_cached(&of_operation_sql())?;
            let found = statement.query_map(params![template, method.as_str(), api], row::entry)?;
            let mut found: Vec<Entry> = found.collect::<rusqlite::Result<_>>()?;
            snapshot::by_score(&mut found);
            found.sort_by_key(|entry| entry.stale.is_some());
            Ok(found)
        })?;
        Ok(found.unwrap_or_default())
    }

    /// Finds the entry with the same pattern.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn holds(&self, pattern: &Pattern) -> Result<Option<EntryId>, MemoryError> {
        self.read("find an entry", |connection| with_key(connection, &key::key(pattern))).map(Option::flatten)
    }

    /// Lists all entries by score, best first.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn list(&self) -> Result<Vec<Entry>, MemoryError> {
        Ok(self.read("list its entries", snapshot::entries)?.unwrap_or_default())
    }

    /// Lists the entries that have every word of the term in their description, path, parameters or body, whatever the
    /// case, by score, best first.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn with_words(&self, term: &str) -> Result<Vec<Entry>, MemoryError> {
        let term = term.to_lowercase();
        let words: Vec<&str> = term.split_whitespace().collect();
        let mut entries = self.list()?;
        entries.retain(|entry| {
            let text = entry.words();
            words.iter().all(|word| text.contains(word))
        });
        Ok(entries)
    }

    /// Removes an entry and returns it.
    ///
    /// # Errors
    /// [`MemoryError`]; nothing was removed.
    pub fn discard(&self, id: EntryId) -> Result<Option<Entry>, MemoryError> {
        let discarded = self.change("discard an entry", |transaction| {
            let entry = get(transaction, id)?;
            transaction.execute("DELETE FROM saved_queries WHERE id = ?1", [id])?;
            Ok(entry)
        })?;
        Ok(discarded.flatten())
    }

    /// Counts the entries; `None` where there is no file. Unlike all other methods it neither migrates the file nor
    /// moves it aside.
    ///
    /// # Errors
    /// [`MemoryError::Damaged`] and what else keeps the file from being read.
    pub fn inspect(&self) -> Result<Option<u64>, MemoryError> {
        if !Identity::of(&self.path).exists() {
            return Ok(None);
        }
        let opened = file::open_for_reading(&self.path)?;
        let counted = opened.connection.query_row("SELECT count(*) FROM saved_queries", [], |row| row.get::<_, u64>(0));
        counted.map(Some).map_err(|source| statement(&self.path, "count its entries", source))
    }

    /// Lists, by name, the files that the memory left beside its own: moved aside, or copied before a migration or a
    /// flush.
    pub fn left_behind(&self) -> Vec<PathBuf> {
        let Some((folder, name)) = self.path.parent().zip(self.path.file_name().and_then(|name| name.to_str())) else {
            return Vec::new();
        };
        let is_left = |entry: &std::fs::DirEntry| {
            let found = entry.file_name();
            let suffix = found.to_str().and_then(|found| found.strip_prefix(name));
            suffix.is_some_and(|suffix| {
                file::LEFT_BEHIND.iter().any(|kind| suffix.starts_with(kind))
                    && !suffix.ends_with("-wal")
                    && !suffix.ends_with("-shm")
            })
        };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut left: Vec<PathBuf> = entries.filter(is_left).map(|entry| entry.path()).collect();
        left.sort();
        left
    }

    /// Counts the entries.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn count(&self) -> Result<u64, MemoryError> {
        let count = |connection: &Connection| {
            connection.query_row("SELECT count(*) FROM saved_queries", [], |row| row.get::<_, u64>(0))
        };
        Ok(self.read("count its entries", count)?.unwrap_or(0))
    }

    /// Removes all entries, after copying them into a file beside the memory's.
    ///
    /// # Errors
    /// [`MemoryError`]; nothing was removed.
    pub fn flush(&self) -> Result<Flushed, MemoryError> {
        let copy = file::free_name(&self.path, &format!("{}{}", file::FLUSHED, file::stamp(now_s())));
        let path = self.path.clone();
        self.write("remove its entries", |transaction| {
            // Nobody can write now, so that another connection sees, and copies, exactly what is removed.
            let reader = Connection::open(&path)?;
            Ok(match sqlite::copy_into(&reader, &copy) {
                Ok(()) => Ok(Flushed {
                    removed: transaction.execute("DELETE FROM saved_queries", [])? as u64,
                    copy: copy.clone(),
                }),
                Err(error) => Err(error.into()),
            })
        })?
    }

    /// Notes that an entry's call succeeded: it has one use more, was last used now, and is no longer stale.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn used(&self, id: EntryId) -> Result<(), MemoryError> {
        let used = self.change("count a use", |transaction| {
            let sql = "UPDATE saved_queries SET usage_count = coalesce(CAST(usage_count AS INTEGER), 0) + 1, \
                       last_used_s = ?2, stale_since_s = NULL, stale_reason = NULL WHERE id = ?1";
            transaction.prepare_cached(sql)?.execute(params![id, now_s()])
        })?;
        let _rows: Option<usize> = used;
        Ok(())
    }

    /// Notes that an entry's call failed by its own fault, which makes the entry stale.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn failed(&self, id: EntryId, reason: &str) -> Result<(), MemoryError> {
        self.change("mark an entry as stale", |transaction| {
            let sql =
                "UPDATE saved_queries SET stale_since_s = coalesce(stale_since_s, ?2), stale_reason = ?3 WHERE id = ?1";
            transaction.execute(sql, params![id, now_s(), reason])
        })?;
        Ok(())
    }

    /// Returns the entries with their vectors of one model; of very many entries, those with most uses. The snapshot is
    /// made anew only after the file changed, by this process or another.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn snapshot(&self, model: &str) -> Result<Arc<Snapshot>, MemoryError> {
        let (commits, cached) = {
            let state = self.state();
            let cached = state.cached.as_ref().filter(|cached| cached.model == model);
            (state.commits, cached.map(|cached| (cached.state, Arc::clone(&cached.snapshot))))
        };
        let taken = self.read("read its entries", |connection| {
            let version = connection.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0))?;
            let state = (version, commits);
            if let Some((_, snapshot)) = cached.as_ref().filter(|(known, _)| *known == state) {
                return Ok((state, Arc::clone(snapshot)));
            }
            // One state of the file, entries and vectors alike.
            let transaction = connection.unchecked_transaction()?;
            Ok((state, Arc::new(snapshot::take(&transaction, model)?)))
        })?;
        let Some((state, snapshot)) = taken else { return Ok(Arc::default()) };
        self.state().cached = Some(Cached { model: model.to_owned(), state, snapshot: Arc::clone(&snapshot) });
        Ok(snapshot)
    }

    /// Stores the vector, of unit length, of an entry's description. It is dropped where the description has changed
    /// meanwhile.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn put_vector(&self, id: EntryId, model: &str, description: &str, vector: &[f32]) -> Result<(), MemoryError> {
        self.put_vectors(model, &[(id, description, vector.to_vec())])
    }

    /// Stores several vectors as [`Self::put_vector`] does, in one commit: that takes as long as for one.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn put_vectors(&self, model: &str, vectors: &[(EntryId, &str, Vec<f32>)]) -> Result<(), MemoryError> {
        self.change("keep vectors", |transaction| {
            let sql = "INSERT OR REPLACE INTO vectors (entry, model, description, vector) \
                       SELECT id, ?2, ?3, ?4 FROM saved_queries WHERE id = ?1 AND description = ?3";
            let mut statement = transaction.prepare_cached(sql)?;
            for (id, description, vector) in vectors {
                statement.execute(params![id, model, description, snapshot::to_bytes(vector)])?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Lists, by number, the rows of an older program for which no operation was found yet.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn unresolved(&self) -> Result<Vec<Entry>, MemoryError> {
        let unresolved = self.read("find rows of an older program", |connection| {
            let sql = row::select("template IS NULL ORDER BY id");
            connection.prepare_cached(&sql)?.query_map([], row::entry)?.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        Ok(unresolved.unwrap_or_default())
    }

    /// Assigns an entry to its operation. Nothing changes where another entry has the same pattern by now.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn assign(&self, id: EntryId, api: &str, template: &str) -> Result<(), MemoryError> {
        self.change("give an entry its operation", |transaction| {
            let Some(mut entry) = get(transaction, id)? else { return Ok(()) };
            entry.pattern.api = api.to_owned();
            entry.pattern.template = template.to_owned();
            let key = key::key(&entry.pattern);
            let is_unique = entry.unreadable.is_empty() && with_key(transaction, &key)?.is_none_or(|other| other == id);
            let sql = "UPDATE saved_queries SET api = ?2, template = ?3, key = ?4 WHERE id = ?1";
            transaction.execute(sql, params![id, api, template, is_unique.then_some(&key[..])])?;
            Ok(())
        })?;
        Ok(())
    }
}

/// Returns the seconds since 1970, signed as in the file.
pub fn now_s() -> i64 {
    i64::try_from(crate::clock::now_s()).unwrap_or(i64::MAX)
}
