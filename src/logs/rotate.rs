//! How do several processes write whole lines into one file that never grows beyond a bound?
//!
//! Every line is one append. Whoever finds the file full renames it under a lock, after looking again whether another did so meanwhile;
//! whoever finds that the name stands for another file than the one that is open opens that. Nobody waits for the lock: while another
//! renames, and where renaming fails, the file grows a little over its bound, and no line is lost.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::private;

/// Bytes at which a file is full: some 25,000 lines.
const FULL: u64 = 5 << 20;
/// Number of older files that are kept: with the current one 25 MB, which is weeks of a busy server.
const KEPT: usize = 4;

/// A log file that is renamed when it is full. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Rotating {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    name: &'static str,
    full: u64,
    // std's mutex: held while one line is appended.
    open: Mutex<Option<File>>,
}

impl Rotating {
    /// Opens the file `name` in a folder, and makes both where they are missing.
    ///
    /// # Errors
    /// [`io::Error`]
    pub(super) fn open(folder: &Path, name: &'static str) -> io::Result<Self> {
        Self::with_size(folder, name, FULL)
    }

    fn with_size(folder: &Path, name: &'static str, full: u64) -> io::Result<Self> {
        private::make_folder(folder)?;
        let inner = Inner { folder: folder.to_owned(), name, full, open: Mutex::default() };
        *inner.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(inner.open_current()?);
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Appends a line. A line that cannot be written, as on a full disk, is lost: a log is no reason to fail.
    pub(super) fn append(&self, line: &[u8]) {
        let mut open = self.inner.open.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = self.inner.append(&mut open, line);
    }
}

impl Inner {
    fn path(&self) -> PathBuf {
        self.folder.join(self.name)
    }

    /// Path of an older file; number 1 is the youngest.
    fn older(&self, number: usize) -> PathBuf {
        let path = self.path();
        let kind = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        path.with_extension(format!("{number}.{kind}"))
    }

    fn open_current(&self) -> io::Result<File> {
        open_own(&self.path())
    }

    fn append(&self, open: &mut Option<File>, line: &[u8]) -> io::Result<()> {
        let named = fs::metadata(self.path()).ok();
        let is_current = matches!((open.as_ref(), &named), (Some(file), Some(named)) if is_named(file, named));
        if !is_current {
            *open = Some(self.open_current()?);
        }
        let size = named.map_or(0, |named| named.len());
        if size > 0 && size + line.len() as u64 > self.full {
            // One more line in a full file is better than none.
            let _ = self.rotate(line.len() as u64);
            *open = Some(self.open_current()?);
        }
        match open {
            Some(file) => file.write_all(line),
            None => Ok(()),
        }
    }

    fn rotate(&self, line: u64) -> io::Result<()> {
        let lock = open_own(&self.folder.join(".rotate.lock"))?;
        if lock.try_lock().is_err() {
            return Ok(());
        }
        // Another process may have done it while this one waited.
        if fs::metadata(self.path()).map_or(0, |metadata| metadata.len()) + line <= self.full {
            return Ok(());
        }
        for number in (1..KEPT).rev() {
            if self.older(number).exists() {
                fs::rename(self.older(number), self.older(number + 1))?;
            }
        }
        fs::rename(self.path(), self.older(1))
        // The lock ends here, with its file.
    }
}

/// Tells whether an open file is still the one with that name.
#[cfg(unix)]
fn is_named(file: &File, named: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|open| (open.dev(), open.ino()) == (named.dev(), named.ino()))
}

/// Always `false`: on other systems files have no number to compare, so the file is opened again for each line.
#[cfg(not(unix))]
fn is_named(_file: &File, _named: &fs::Metadata) -> bool {
    false
}

/// Opens a file for appending, readable by its user alone, and makes it where it is missing. It is open for reading
/// too: Windows locks no file that is open for appending alone.
fn open_own(path: &Path) -> io::Result<File> {
    private::options().create(true).read(true).append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "log.jsonl";

    fn lines(folder: &Path) -> Vec<String> {
        let mut names: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.retain(|path| path.to_string_lossy().contains("log."));
        names
            .iter()
            .flat_map(|path| fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }

    #[test]
    fn several_writers_lose_no_line_while_the_files_last_and_none_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        // Room for all in the current file and those kept.
        let writers: Vec<Rotating> = (0..3).map(|_| Rotating::with_size(folder.path(), NAME, 4_000).unwrap()).collect();
        std::thread::scope(|scope| {
            for (writer, rotating) in writers.iter().enumerate() {
                scope.spawn(move || {
                    for number in 0..100 {
                        rotating.append(format!("{writer:03} {number:08} {}\n", "x".repeat(20)).as_bytes());
                    }
                });
            }
        });
        let found = lines(folder.path());
        assert!(found.iter().all(|line| line.len() == 33), "{found:?}");
        assert_eq!(found.iter().collect::<std::collections::BTreeSet<_>>().len(), 300);
    }

    #[test]
    fn old_files_go_and_each_stays_within_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let rotating = Rotating::with_size(folder.path(), NAME, 100).unwrap();
        for number in 0..100 {
            rotating.append(format!("{number:039}\n").as_bytes());
        }
        let mut sizes: Vec<(String, u64)> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.metadata().unwrap().len()))
            .collect();
        sizes.sort();
        let names: Vec<&str> = sizes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, [".rotate.lock", "log.1.jsonl", "log.2.jsonl", "log.3.jsonl", "log.4.jsonl", "log.jsonl"]);
        assert!(sizes.iter().all(|(_, size)| *size <= 100), "{sizes:?}");
        // The last lines are there, in order.
        assert!(fs::read_to_string(folder.path().join(NAME)).unwrap().ends_with(&format!("{:039}\n", 99)));
    }

    #[test]
    fn a_file_that_cannot_be_renamed_grows_and_loses_no_line() {
        let folder = tempfile::tempdir().unwrap();
        // Of another process that renames, or was stopped while it did.
        let lock = open_own(&folder.path().join(".rotate.lock")).unwrap();
        lock.lock().unwrap();
        let rotating = Rotating::with_size(folder.path(), NAME, 20).unwrap();
        for number in 0..5 {
            rotating.append(format!("{number:09}\n").as_bytes());
        }
        assert_eq!(lines(folder.path()).len(), 5);
        drop(lock);
        rotating.append(b"last line\n");
        assert_eq!(fs::read_to_string(folder.path().join(NAME)).unwrap(), "last line\n");
        assert_eq!(lines(folder.path()).len(), 6);
    }
}
