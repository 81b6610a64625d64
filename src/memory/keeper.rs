//! Where are the entries? The seam between what a memory does and what keeps it: a file of one home, or the database of replicas.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::incoming::Incoming;
use super::revise::Revised;
use super::{Entry, EntryId, Flushed, MemoryError, Pattern, Saved, Snapshot};
use crate::openapi::Method;

/// Whatever keeps entries. Each change is committed before it is acknowledged, and all of it or nothing is done.
pub(super) trait Keeper: fmt::Debug + Send + Sync {
    /// Sentences on what opening it did so far.
    fn notices(&self) -> Vec<String>;

    /// Files that it left beside the memory's own.
    fn left_behind(&self) -> Vec<PathBuf>;

    /// Counts the entries and changes nothing, not even an older schema; `None` where there is none yet.
    fn inspect(&self) -> Result<Option<u64>, MemoryError>;

    fn save(&self, pattern: &Pattern) -> Result<Saved, MemoryError>;

    fn get(&self, id: EntryId) -> Result<Option<Entry>, MemoryError>;

    /// The entries of an operation, and the rows without one whose path is its template; in no order.
    fn of_operation(&self, api: &str, method: Method, template: &str) -> Result<Vec<Entry>, MemoryError>;

    /// The entry with a key.
    fn with_key(&self, key: &[u8; 32]) -> Result<Option<EntryId>, MemoryError>;

    /// All entries by number.
    fn entries(&self) -> Result<Vec<Entry>, MemoryError>;

    fn count(&self) -> Result<u64, MemoryError>;

    fn discard(&self, id: EntryId) -> Result<Option<Entry>, MemoryError>;

    fn flush(&self) -> Result<Flushed, MemoryError>;

    fn used(&self, id: EntryId) -> Result<(), MemoryError>;

    fn failed(&self, id: EntryId, reason: &str) -> Result<(), MemoryError>;

    fn snapshot(&self, model: &str) -> Result<Arc<Snapshot>, MemoryError>;

    fn put_vectors(&self, model: &str, vectors: &[(EntryId, &str, Vec<f32>)]) -> Result<(), MemoryError>;

    /// Rows of an older program without an operation, by number.
    fn unresolved(&self) -> Result<Vec<Entry>, MemoryError>;

    fn assign(&self, id: EntryId, api: &str, template: &str) -> Result<(), MemoryError>;

    fn revise(&self, id: EntryId, pattern: &Pattern) -> Result<Revised, MemoryError>;

    /// Whether a client may be asked to keep what has this key. A yes is noted.
    fn offer(&self, client: &str, key: &[u8; 32]) -> Result<bool, MemoryError>;

    /// Takes entries in, and returns how many were new and how many known.
    fn take_in(&self, taken: &[Incoming]) -> Result<(u64, u64), MemoryError>;
}
