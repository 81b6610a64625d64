//! How do callers take turns on the memory's file, and what happens where it proves damaged?

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::MemoryError;
use super::file::{self, Identity, Opened, statement};
use super::snapshot::Cached;
use crate::sqlite;

/// The memory of one home, in a file. It is opened at the first use; callers take turns on one connection.
#[derive(Debug)]
pub(super) struct InFile {
    pub(super) path: PathBuf,
    state: Mutex<FileState>,
}

/// The file as this process has it open.
#[derive(Debug, Default)]
pub(super) struct FileState {
    pub(super) opened: Option<Opened>,
    /// What opening did to the file, one sentence each.
    pub(super) notices: Vec<String>,
    /// Number of commits by this process, part of what tells whether the snapshot is still current.
    pub(super) commits: u64,
    pub(super) cached: Option<Cached>,
}

impl InFile {
    /// The memory in the file at `path`. Nothing is opened yet, and the file need not exist: the first write makes it.
    pub(super) fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), state: Mutex::default() }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, FileState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads; `None` where there is no file.
    pub(super) fn read<T>(
        &self,
        doing: &'static str,
        work: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, MemoryError> {
        if !Identity::of(&self.path).exists() {
            return Ok(None);
        }
        self.state().attempt(&self.path, doing, |opened| work(&opened.connection)).map(Some)
    }

    /// Writes in a transaction, and makes the file where there is none.
    pub(super) fn write<T>(
        &self,
        doing: &'static str,
        work: impl Fn(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, MemoryError> {
        let mut state = self.state();
        if state.opened.as_ref().is_some_and(|opened| !opened.is_writable) {
            // It may have become writable since.
            state.opened = None;
        }
        let written = state.attempt(&self.path, doing, |opened| {
            if !opened.is_writable {
                return Ok(None);
            }
            // Immediate: a transaction that begins by reading cannot wait for its turn to write.
            let transaction = opened.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(Some(done))
        })?;
        state.commits += 1;
        written.ok_or_else(|| MemoryError::ReadOnly { path: self.path.clone() })
    }

    /// Writes to entries that exist; `None` where there is no file.
    pub(super) fn change<T>(
        &self,
        doing: &'static str,
        work: impl Fn(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, MemoryError> {
        if !Identity::of(&self.path).exists() {
            return Ok(None);
        }
        self.write(doing, work).map(Some)
    }
}

impl FileState {
    /// Opens the file where it is not open, and works on it. A file that proves damaged is moved aside, and the work is
    /// done again on a fresh one.
    fn attempt<T>(
        &mut self,
        path: &Path,
        doing: &'static str,
        work: impl Fn(&mut Opened) -> rusqlite::Result<T>,
    ) -> Result<T, MemoryError> {
        let mut condemned = None;
        loop {
            // Whoever moved it aside, or put another there, did not tell this connection.
            if self.opened.as_ref().is_some_and(|opened| opened.identity != Identity::of(path)) {
                self.opened = None;
                self.cached = None;
            }
            if self.opened.is_none() {
                self.opened = Some(file::open(path, condemned, &mut self.notices)?);
                self.cached = None;
            }
            let Some(opened) = &mut self.opened else { continue };
            match work(opened) {
                Err(error) if sqlite::is_damage(&error) && condemned.is_none() => {
                    condemned = Some(opened.identity);
                    self.opened = None;
                }
                done => return done.map_err(|error| statement(path, doing, error)),
            }
        }
    }
}
