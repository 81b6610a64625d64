//! Which calls are worth making again? A database of saved ones that outlives every index.
//!
//! An entry belongs to an operation, by API, method and path template. Several processes use the file at once, the older Python
//! gateway among them; each commit is on disk before it is acknowledged. Replicas have a database in its place: `keeper` is the seam,
//! `in_file` and `shared` are what is behind it. Nothing here knows the index or the model.

mod access;
mod bounds;
mod classes;
mod comparisons;
mod denial;
mod entry;
mod error;
mod file;
mod in_file;
mod incoming;
mod keeper;
mod key;
mod line;
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
mod shared;
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
use std::sync::Arc;

use crate::openapi::Method;
use crate::postgres::Database;
use access::InFile;
use keeper::Keeper;
use shared::Shared;

pub use bounds::LONGEST_DESCRIPTION;
pub(crate) use bounds::{beginning, too_large, too_long};
pub use entry::{Entry, EntryId, Flushed, Pattern, Revised, Saved, Slot, Stale, Unreadable};
pub use error::MemoryError;
pub use score::score;
pub use snapshot::Snapshot;

/// Name of the file within the home folder.
pub const FILE_NAME: &str = "fast_memory_api.db";

/// The saved calls: of one home, in its file, or of all who share a database.
#[derive(Debug)]
pub struct Memory {
    path: PathBuf,
    keeper: Box<dyn Keeper>,
}

impl Memory {
    /// Makes a memory in the file at `path`. Nothing is opened yet, and the file need not exist: the first write makes
    /// it.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), keeper: Box::new(InFile::at(path)) }
    }

    /// Makes a memory that is kept in a database, for all who share that. What a flush removes is copied beside `path`.
    pub fn shared(database: Database, path: &Path) -> Self {
        Self { path: path.to_owned(), keeper: Box::new(Shared::of(database, path)) }
    }

    /// Returns the path of the file that a memory of this home alone has.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lists what opening did to the file so far, one sentence each: it was migrated with a copy kept, or moved aside.
    pub fn notices(&self) -> Vec<String> {
        self.keeper.notices()
    }

    /// Saves a pattern. An entry with the same pattern (API, operation, path, slots, parameters, body) keeps its number
    /// and counts, takes the new description and examples, and is no longer stale.
    ///
    /// # Errors
    /// [`MemoryError`]; nothing was saved.
    pub fn save(&self, pattern: &Pattern) -> Result<Saved, MemoryError> {
        self.keeper.save(pattern)
    }

    /// Reads one entry.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn get(&self, id: EntryId) -> Result<Option<Entry>, MemoryError> {
        self.keeper.get(id)
    }

    /// Lists the entries of an operation: fresh before stale, then by score, best first. Rows that have no operation
    /// yet are among them where their path is the template itself.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn of_operation(&self, api: &str, method: Method, template: &str) -> Result<Vec<Entry>, MemoryError> {
        let mut found = self.keeper.of_operation(api, method, template)?;
        snapshot::by_score(&mut found);
        found.sort_by_key(|entry| entry.stale.is_some());
        Ok(found)
    }

    /// Finds the entry with the same pattern.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn holds(&self, pattern: &Pattern) -> Result<Option<EntryId>, MemoryError> {
        self.keeper.with_key(&key::key(pattern))
    }

    /// Lists all entries by score, best first.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn list(&self) -> Result<Vec<Entry>, MemoryError> {
        let mut entries = self.keeper.entries()?;
        snapshot::by_score(&mut entries);
        Ok(entries)
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
        self.keeper.discard(id)
    }

    /// Counts the entries; `None` where there is no file. Unlike all other methods it neither migrates the file nor
    /// moves it aside.
    ///
    /// # Errors
    /// [`MemoryError::Damaged`] and what else keeps the file from being read.
    pub fn inspect(&self) -> Result<Option<u64>, MemoryError> {
        self.keeper.inspect()
    }

    /// Lists, by name, the files that the memory left beside its own: moved aside, or copied before a migration or a
    /// flush.
    pub fn left_behind(&self) -> Vec<PathBuf> {
        self.keeper.left_behind()
    }

    /// Counts the entries.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn count(&self) -> Result<u64, MemoryError> {
        self.keeper.count()
    }

    /// Removes all entries, after copying them into a file beside the memory's.
    ///
    /// # Errors
    /// [`MemoryError`]; nothing was removed.
    pub fn flush(&self) -> Result<Flushed, MemoryError> {
        self.keeper.flush()
    }

    /// Notes that an entry's call succeeded: it has one use more, was last used now, and is no longer stale.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn used(&self, id: EntryId) -> Result<(), MemoryError> {
        self.keeper.used(id)
    }

    /// Notes that an entry's call failed by its own fault, which makes the entry stale.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn failed(&self, id: EntryId, reason: &str) -> Result<(), MemoryError> {
        self.keeper.failed(id, reason)
    }

    /// Returns the entries with their vectors of one model; of very many entries, those with most uses. The snapshot is
    /// made anew only after the file changed, by this process or another.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn snapshot(&self, model: &str) -> Result<Arc<Snapshot>, MemoryError> {
        self.keeper.snapshot(model)
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
        self.keeper.put_vectors(model, vectors)
    }

    /// Lists, by number, the rows of an older program for which no operation was found yet.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn unresolved(&self) -> Result<Vec<Entry>, MemoryError> {
        self.keeper.unresolved()
    }

    /// Assigns an entry to its operation. Nothing changes where another entry has the same pattern by now.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn assign(&self, id: EntryId, api: &str, template: &str) -> Result<(), MemoryError> {
        self.keeper.assign(id, api, template)
    }
}

/// Returns the seconds since 1970, signed as in the file.
pub fn now_s() -> i64 {
    i64::try_from(crate::clock::now_s()).unwrap_or(i64::MAX)
}
