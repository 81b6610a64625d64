//! Which writes were sent, when, for whom, with which result?
//!
//! One JSON object a line, only ever appended: before a write is sent and after its result is known. Values of bodies are not in
//! it, only which fields they had and the body's hash, since they may be anything.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::openapi::Method;

/// What can go wrong with the audit file.
#[derive(Debug, thiserror::Error)]
#[error("the audit file {} cannot be written, so the write was not sent; make the folder writable", path.display())]
pub struct AuditError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: std::io::Error,
}

/// One line.
#[derive(Clone, Debug, Serialize)]
pub struct AuditLine<'a> {
    /// The same for both lines of one write.
    pub write: &'a str,
    /// Which client asked.
    pub client: &'a str,
    /// Name of the API.
    pub api: &'a str,
    /// Request method.
    pub method: Method,
    /// Path below the base URL.
    pub path: &'a str,
    /// Names of the body's top-level fields, or of the fields a PATCH changes.
    pub fields: &'a [String],
    /// BLAKE3 of the body, hexadecimal; empty where there is none.
    pub body_blake3: &'a str,
    /// `sending`, the status, or what failed.
    pub result: &'a str,
}

#[derive(Serialize)]
struct Dated<'a> {
    /// Milliseconds since 1970, UTC.
    at_ms: u64,
    #[serde(flatten)]
    line: &'a AuditLine<'a>,
}

/// The audit file, opened at the first write.
#[derive(Debug)]
pub struct Audit {
    path: PathBuf,
    file: Mutex<Option<File>>,
}

impl Audit {
    /// An audit file at this path.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), file: Mutex::default() }
    }

    /// Appends a line and hands it to the disk.
    ///
    /// # Errors
    /// [`AuditError`]; a write that cannot be recorded must not be sent.
    pub fn append(&self, line: &AuditLine<'_>) -> Result<(), AuditError> {
        let failed = |source| AuditError { path: self.path.clone(), source };
        let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        let mut text = serde_json::to_string(&Dated { at_ms, line }).map_err(|error| failed(error.into()))?;
        text.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            if let Some(folder) = self.path.parent() {
                std::fs::create_dir_all(folder).map_err(failed)?;
            }
            *file = Some(OpenOptions::new().create(true).append(true).open(&self.path).map_err(failed)?);
        }
        // One call of `write` a line: lines of several processes do not mix.
        match file.as_mut() {
            Some(file) => file.write_all(text.as_bytes()).and_then(|()| file.sync_data()).map_err(failed),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_appended_and_nothing_before_them_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/audit.jsonl");
        let line = |result| AuditLine {
            write: "w1",
            client: "a",
            api: "psa",
            method: Method::Patch,
            path: "/x/1",
            fields: &[],
            body_blake3: "",
            result,
        };
        Audit::at(&path).append(&line("sending")).unwrap();
        Audit::at(&path).append(&line("200")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let results: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(results.iter().map(|line| line["result"].as_str().unwrap()).collect::<Vec<_>>(), ["sending", "200"]);
        assert!(results[0]["at_ms"].as_u64().unwrap() > 1_600_000_000_000);
        assert_eq!(results[1]["method"], "PATCH");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("logs");
        std::fs::write(&taken, "a file").unwrap();
        let error = Audit::at(&taken.join("audit.jsonl"))
            .append(&AuditLine {
                write: "w",
                client: "a",
                api: "psa",
                method: Method::Post,
                path: "/x",
                fields: &[],
                body_blake3: "",
                result: "sending",
            })
            .unwrap_err();
        assert!(error.to_string().contains("audit.jsonl"), "{error}");
    }
}
