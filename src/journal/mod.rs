//! Which changes were made through the program, and what did they replace?
//!
//! One file a change, or a plan of several, in `undo/` of the home folder, named by its number: a line of what is to be changed, one of its
//! records, then a line for each step of each change, only ever appended. A plan that was killed goes on from it, and what was done is taken back by it.
//!
//! # Invariants
//! - A change of a plan stands here, on disk, before it is sent.
//! - The folder is bounded: the oldest files make room, and none that is in use.
//! - Who writes has hidden what is secret; nobody else can read the files.

mod entry;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::entry::{Change, Entry, State};
use crate::openapi::Method;
use crate::private;

/// Files that are kept, and their bytes together.
const MOST_FILES: usize = 300;
const MOST_BYTES: u64 = 64 << 20;

/// The journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the journal of changes {} cannot be read or written; make the folder readable and writable", path.display())]
pub struct JournalError {
    /// Path of the file or folder.
    pub path: PathBuf,
    /// The I/O error.
    #[source]
    pub source: io::Error,
}

/// What a change or a plan is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Seconds since 1970.
    pub at_s: u64,
    /// Who asked for it, without the number of its session.
    pub client: String,
    /// Name of the API.
    pub api: String,
    /// Request method.
    pub method: Method,
    /// The path as it was asked for: a template for a plan.
    pub path: String,
    /// Hash of the call that made the plan; empty of a single change.
    #[serde(default)]
    pub call: String,
    /// The number of the entry that it takes back.
    #[serde(default)]
    pub undoes: Option<u64>,
    /// The call that made the plan, where nothing in it looks like a secret: by it the plan goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Value>,
}

/// One record of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// What it is called in answers: mostly its id.
    pub name: Value,
    /// What the call takes of it.
    pub item: Value,
    /// Hash of the request for it.
    pub request: String,
}

/// How the body of a write names fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// An object of fields.
    #[default]
    Object,
    /// Operations with bare names as paths.
    Names,
    /// Operations with JSON Pointers as paths.
    Pointers,
}

/// A step of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is about to be sent.
    Sending {
        /// Place in the plan, from 0.
        n: usize,
        /// Path of the request, with its query.
        path: String,
        /// How its body names fields.
        form: Form,
        /// The fields that it replaces, as they were; `None` where the record was not read.
        before: Option<Map<String, Value>>,
        /// Names of fields that are not kept, since they are secret or too large.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unkept: Vec<String>,
    },
    /// The API took it.
    Done {
        /// Place in the plan.
        n: usize,
        /// Id of the record that the API answered.
        #[serde(default)]
        id: Value,
        /// The fields that were written, as they are since.
        after: Map<String, Value>,
    },
    /// It was surely not done.
    Failed {
        /// Place in the plan.
        n: usize,
        /// Why.
        why: String,
    },
    /// It was sent, and may have been done or not.
    Unknown {
        /// Place in the plan.
        n: usize,
        /// Why.
        why: String,
    },
}

impl Step {
    /// The place of its change in the plan.
    pub fn place(&self) -> usize {
        match self {
            Self::Sending { n, .. } | Self::Done { n, .. } | Self::Failed { n, .. } | Self::Unknown { n, .. } => *n,
        }
    }
}

/// The journal of a home folder. It is read anew each time: other processes write it too.
#[derive(Clone, Debug)]
pub struct Journal {
    folder: PathBuf,
}

/// An entry that this process alone adds to, until it is dropped.
#[derive(Debug)]
pub struct Writing {
    /// Number of the entry.
    pub id: u64,
    path: PathBuf,
    file: File,
}

impl Journal {
    /// A journal in this folder, which the first entry makes.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Begins an entry, on disk.
    ///
    /// # Errors
    /// [`JournalError`]; what cannot be recorded must not be sent.
    pub fn begin(&self, head: &Head, items: &[Item]) -> Result<Writing, JournalError> {
        let writing = self.create(head, items)?;
        writing.file.sync_all().map_err(|source| JournalError { path: writing.path.clone(), source })?;
        Ok(writing)
    }

    /// Keeps one change that was made; not worth waiting for the disk.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn keep(&self, head: &Head, item: &Item, steps: &[Step]) -> Result<u64, JournalError> {
        let mut writing = self.create(head, std::slice::from_ref(item))?;
        steps.iter().try_for_each(|step| writing.add(step))?;
        Ok(writing.id)
    }

    fn create(&self, head: &Head, items: &[Item]) -> Result<Writing, JournalError> {
        private::make_folder(&self.folder).map_err(|source| self.failed(source))?;
        let known = self.make_room()?;
        let mut id = known.last().map_or(1, |last| last + 1);
        let (path, file) = loop {
            let path = self.path(id);
            match private::options().create_new(true).append(true).open(&path) {
                Ok(file) => break (path, file),
                // Another process was first.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => id += 1,
                Err(source) => return Err(JournalError { path, source }),
            }
        };
        let failed = |source| JournalError { path: path.clone(), source };
        // Nobody else has it open yet but to read.
        let _ = file.try_lock();
        let mut text = serde_json::to_string(head).map_err(|error| failed(error.into()))?;
        text.push('\n');
        text.push_str(&serde_json::to_string(items).map_err(|error| failed(error.into()))?);
        text.push('\n');
        (&file).write_all(text.as_bytes()).map_err(failed)?;
        Ok(Writing { id, path, file })
    }

    /// Goes on with an entry; `None` where another process is at it.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn resume(&self, id: u64) -> Result<Option<Writing>, JournalError> {
        let path = self.path(id);
        let failed = |source| JournalError { path: path.clone(), source };
        let mut file = private::options().read(true).append(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(source)) => return Err(failed(source)),
        }
        // Of a process that was killed the last line may be a part.
        let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
        let mut last = [b'\n'];
        if length > 0 {
            file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last)).map_err(failed)?;
        }
        if last != *b"\n" {
            file.write_all(b"\n").map_err(failed)?;
        }
        Ok(Some(Writing { id, path, file }))
    }

    /// An entry; `None` where there is none of this number, or nothing that can be read.
    pub fn entry(&self, id: u64) -> Option<Entry> {
        let file = File::open(self.path(id)).ok()?;
        Entry::of(id, BufReader::new(file))
    }

    /// The numbers of all entries, in order.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn ids(&self) -> Result<Vec<u64>, JournalError> {
        Ok(self.files()?.into_iter().map(|(id, _)| id).collect())
    }

    /// What an entry is of.
    pub fn head(&self, id: u64) -> Option<Head> {
        let mut line = String::new();
        BufReader::new(File::open(self.path(id)).ok()?).read_line(&mut line).ok()?;
        serde_json::from_str(&line).ok()
    }

    /// The newest plan of a call that was begun since a moment and is not done.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn unfinished(&self, client: &str, call: &str, since_s: u64) -> Result<Option<Entry>, JournalError> {
        for id in self.ids()?.into_iter().rev() {
            let Some(head) = self.head(id) else { continue };
            if head.at_s < since_s {
                break;
            }
            if head.call == call && head.client == client {
                return Ok(self.entry(id).filter(|entry| !entry.is_done()));
            }
        }
        Ok(None)
    }

    fn path(&self, id: u64) -> PathBuf {
        self.folder.join(format!("{id}.jsonl"))
    }

    fn failed(&self, source: io::Error) -> JournalError {
        JournalError { path: self.folder.clone(), source }
    }

    /// Numbers and lengths of the files, in order.
    fn files(&self) -> Result<Vec<(u64, u64)>, JournalError> {
        let listed = match fs::read_dir(&self.folder) {
            Ok(listed) => listed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(self.failed(source)),
        };
        let mut files = Vec::new();
        for file in listed {
            let file = file.map_err(|source| self.failed(source))?;
            let name = file.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(".jsonl")).and_then(|id| id.parse().ok());
            if let Some(id) = id {
                files.push((id, file.metadata().map_or(0, |about| about.len())));
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    /// Removes the oldest files beyond the bounds. Returns the numbers of those that stay.
    fn make_room(&self) -> Result<Vec<u64>, JournalError> {
        let mut files = self.files()?;
        let mut bytes: u64 = files.iter().map(|(_, length)| length).sum();
        let mut excess = files.len().saturating_sub(MOST_FILES - 1);
        files.retain(|(id, length)| {
            if excess == 0 && bytes <= MOST_BYTES {
                return true;
            }
            let path = self.path(*id);
            let is_free = File::open(&path).is_ok_and(|file| file.try_lock().is_ok());
            if !is_free || fs::remove_file(&path).is_err() {
                return true;
            }
            excess = excess.saturating_sub(1);
            bytes = bytes.saturating_sub(*length);
            false
        });
        Ok(files.into_iter().map(|(id, _)| id).collect())
    }
}

impl Writing {
    /// Adds a step.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn add(&mut self, step: &Step) -> Result<(), JournalError> {
        let mut text = serde_json::to_string(step).map_err(|error| self.failed(error.into()))?;
        text.push('\n');
        self.file.write_all(text.as_bytes()).map_err(|source| self.failed(source))
    }

    /// Adds a step, and waits until it is on disk.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn add_synced(&mut self, step: &Step) -> Result<(), JournalError> {
        self.add(step)?;
        self.file.sync_data().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> JournalError {
        JournalError { path: self.path.clone(), source }
    }
}
