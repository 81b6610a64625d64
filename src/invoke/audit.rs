//! Which writes were sent, when, for whom, with which result?
//!
//! One JSON object a line, only ever appended: before a write is sent and after its result is known. Values of bodies are not in
//! it, only which fields they had and hashes, since they may be anything.
//!
//! The file is also where a process looks for what others, or itself before a restart, sent a short time ago.

use std::collections::HashSet;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::caller::owner;
use super::client::Fate;
use super::token::Tokens;
use crate::openapi::Method;
use crate::private;

/// What can go wrong with the audit file.
#[derive(Debug, thiserror::Error)]
#[error(
    "the audit file {} cannot be read or written, so the write was not sent; make the folder readable and writable",
    path.display()
)]
pub struct AuditError {
    /// Path of the audit file.
    pub path: PathBuf,
    /// The I/O error.
    #[source]
    pub source: std::io::Error,
}

/// A line of the audit file.
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
    /// The URL as it is sent, credentials hidden.
    pub url: &'a str,
    /// Names of the headers that the caller gave.
    pub headers: &'a [String],
    /// Names of the body's top-level fields, or of the fields a PATCH changes: the first of them.
    pub fields: &'a [String],
    /// How many fields are not named.
    #[serde(skip_serializing_if = "is_zero")]
    pub fields_left_out: usize,
    /// BLAKE3 of the body as it is sent, hexadecimal; empty where no byte of one is sent.
    pub body_blake3: &'a str,
    /// BLAKE3 of API, base URL, method, path, query, headers and body, hexadecimal: equal for requests that the API may read as the
    /// same write.
    pub request_blake3: &'a str,
    /// `sending`, the status, what failed, or [`CANCELLED`].
    pub result: &'a str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[derive(Serialize)]
struct Dated<'a> {
    /// Milliseconds since 1970, UTC.
    at_ms: u64,
    /// Of the process that writes, or of the one server in it.
    process: &'a str,
    #[serde(flatten)]
    line: &'a AuditLine<'a>,
}

/// The part of a line that tells a later call whether its request was sent before.
#[derive(Deserialize)]
struct Sent {
    at_ms: u64,
    write: String,
    client: String,
    /// Older lines have none.
    #[serde(default)]
    process: String,
    /// Older lines have none.
    #[serde(default)]
    request_blake3: String,
    result: String,
}

impl Sent {
    /// Whether it is of this request by this client, whichever of its sessions that was.
    fn is_of(&self, client: &str, request_blake3: &str) -> bool {
        self.request_blake3 == request_blake3 && owner(&self.client) == owner(client)
    }
}

/// The first of a write's two lines.
pub const SENDING: &str = "sending";

/// The second line of a write that was given up before its answer came: it may have been carried out or not.
pub const CANCELLED: &str = "Cancelled";

/// Whether a result, as in [`AuditLine::result`], says that the write surely was not processed: it was never sent, or it
/// was refused. An answer of 500 says nothing about whether the record is there; one of 400 to 499 does.
pub fn is_surely_undone(result: &str) -> bool {
    result == format!("{:?}", Fate::NotSent) || result.parse::<u16>().is_ok_and(|status| (400..500).contains(&status))
}

/// Bytes from the end of the file that are read first in search of a recent write: about 300 writes.
const FIRST_READ: u64 = 256 * 1024;

/// Bytes from the end of the file that are shown to people: about 1,000 writes.
const SHOWN_BYTES: u64 = 1024 * 1024;

/// The audit file, opened at the first write.
#[derive(Debug)]
pub struct Audit {
    path: PathBuf,
    file: Mutex<Option<File>>,
    /// Differs for each process: what this one sent at the same time is the gate's to know.
    process: String,
}

/// What the audit file knew of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Whether the client sent the same request a short time ago, and it may have been processed.
    pub was_sent: bool,
    /// The file's length then, in bytes.
    end: u64,
}

impl Audit {
    /// An audit file at this path.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), file: Mutex::default(), process: Tokens::default().next() }
    }

    /// Appends a line and hands it to the disk.
    ///
    /// # Errors
    /// [`AuditError`]; a write that cannot be recorded must not be sent.
    pub fn append(&self, line: &AuditLine<'_>) -> Result<(), AuditError> {
        let failed = |source| self.failed(source);
        let at_ms = now_ms();
        let mut text = serde_json::to_string(&Dated { at_ms, process: &self.process, line })
            .map_err(|error| failed(error.into()))?;
        text.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            if let Some(folder) = self.path.parent() {
                private::make_folder(folder).map_err(failed)?;
            }
            *file = Some(private::options().create(true).append(true).open(&self.path).map_err(failed)?);
        }
        // One call of `write` a line: lines of several processes do not mix.
        match file.as_mut() {
            Some(file) => file.write_all(text.as_bytes()).and_then(|()| file.sync_data()).map_err(failed),
            None => Ok(()),
        }
    }

    /// Whether a client sent the same request within that time, by this process or another, and it may have been
    /// processed. Lines that are no lines of an audit are passed over.
    ///
    /// # Errors
    /// [`AuditError`] where there is a file that cannot be read.
    pub fn look(&self, client: &str, request_blake3: &str, within: Duration) -> Result<Looked, AuditError> {
        let oldest_ms = now_ms().saturating_sub(within.as_millis() as u64);
        let (lines, end) = self.lines_since(oldest_ms).map_err(|source| self.failed(source))?;
        let mut undone = HashSet::new();
        for sent in lines {
            if is_surely_undone(&sent.result) {
                undone.insert(sent.write);
            } else if sent.is_of(client, request_blake3) && !undone.contains(&sent.write) {
                return Ok(Looked { was_sent: true, end });
            }
        }
        Ok(Looked { was_sent: false, end })
    }

    /// Whether another process recorded the same request between a look and the line of this write: of two that looked at the
    /// same time, the one whose line is first sends.
    ///
    /// # Errors
    /// [`AuditError`] where the file cannot be read.
    pub fn was_sent_between(&self, looked: Looked, line: &AuditLine<'_>) -> Result<bool, AuditError> {
        let (text, _) = self.text_from(|_| looked.end).map_err(|source| self.failed(source))?;
        let sent = text.lines().filter_map(|line| serde_json::from_str::<Sent>(line).ok());
        let before: Vec<Sent> = sent.take_while(|sent| sent.write != line.write).collect();
        let is_undone = |write: &str| before.iter().any(|sent| sent.write == write && is_surely_undone(&sent.result));
        Ok(before.iter().any(|sent| {
            sent.process != self.process && sent.is_of(line.client, line.request_blake3) && !is_undone(&sent.write)
        }))
    }

    /// The newest lines, oldest first, as far as the last megabyte holds them whole.
    ///
    /// # Errors
    /// [`AuditError`] where there is a file that cannot be read.
    pub fn newest(&self) -> Result<Vec<String>, AuditError> {
        let (text, length) =
            self.text_from(|length| length.saturating_sub(SHOWN_BYTES)).map_err(|source| self.failed(source))?;
        let cut = usize::from(length > SHOWN_BYTES);
        Ok(text.lines().skip(cut).map(str::to_owned).collect())
    }

    fn failed(&self, source: std::io::Error) -> AuditError {
        AuditError { path: self.path.clone(), source }
    }

    /// The lines since a time, the newest first, and the file's length. However long they are, none is passed over: twice as much is
    /// read until an older one is among it.
    fn lines_since(&self, oldest_ms: u64) -> std::io::Result<(Vec<Sent>, u64)> {
        let mut most = FIRST_READ;
        loop {
            let (text, length) = self.text_from(|length| length.saturating_sub(most))?;
            let mut lines: Vec<Sent> =
                text.lines().rev().filter_map(|line| serde_json::from_str::<Sent>(line).ok()).collect();
            let older = lines.iter().position(|sent| sent.at_ms < oldest_ms);
            if older.is_some() || most >= length {
                lines.truncate(older.unwrap_or(lines.len()));
                return Ok((lines, length));
            }
            most = most.saturating_mul(2);
        }
    }

    /// The end of the file from a byte on, by its length, and that length; empty where there is none yet.
    fn text_from(&self, from: impl Fn(u64) -> u64) -> std::io::Result<(String, u64)> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok((String::new(), 0)),
            Err(error) => return Err(error),
        };
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(from(length)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok((String::from_utf8_lossy(&bytes).into_owned(), length))
    }
}

/// Milliseconds since 1970, UTC.
fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
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
            url: "https://x.example/x/1",
            headers: &[],
            fields: &[],
            fields_left_out: 0,
            body_blake3: "",
            request_blake3: "",
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
    fn a_recent_write_is_found_unless_it_surely_was_not_processed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let (hour, minutes) = (Duration::from_secs(3600), Duration::from_secs(120));
        let was_sent = |client, request| Audit::at(&path).look(client, request, minutes).unwrap().was_sent;
        assert!(!was_sent("a", "r"), "there is no file yet");
        let mut text = "no line of an audit\n".to_owned();
        for (write, client, request, age, results) in [
            ("w1", "a", "answered", Duration::ZERO, &["201"][..]),
            ("w2", "a", "unknown", Duration::ZERO, &["500"]),
            ("w3", "a", "died", Duration::ZERO, &[]),
            ("w4", "a", "refused", Duration::ZERO, &["400"]),
            ("w5", "a", "unsent", Duration::ZERO, &["NotSent"]),
            ("w6", "a", "old", hour, &["201"]),
            ("w7", "b", "other", Duration::ZERO, &["201"]),
            ("w8", "c #1", "cancelled", Duration::ZERO, &[CANCELLED]),
        ] {
            let at_ms = now_ms() - age.as_millis() as u64;
            for result in [&[SENDING][..], results].concat() {
                let line = serde_json::json!({
                    "at_ms": at_ms, "write": write, "client": client, "request_blake3": request, "result": result
                });
                // The old one is first, as in a file.
                text = if age.is_zero() { format!("{text}{line}\n") } else { format!("{line}\n{text}") };
            }
        }
        std::fs::write(&path, text).unwrap();
        for request in ["answered", "unknown", "died"] {
            assert!(was_sent("a", request), "{request}");
        }
        for request in ["refused", "unsent", "old", "other", ""] {
            assert!(!was_sent("a", request), "{request}");
        }
        assert!(was_sent("b", "other"));
        // Another session of the same client.
        assert!(was_sent("c #7", "cancelled") && !was_sent("d #1", "cancelled"));
    }

    #[test]
    fn no_line_hides_behind_another_however_long_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let line = |write: &str, request: &str, fields: &str| {
            let line = serde_json::json!({
                "at_ms": now_ms(), "write": write, "client": "a", "request_blake3": request, "result": SENDING, "fields": [fields]
            });
            format!("{line}\n")
        };
        let long = "x".repeat(3 << 20);
        std::fs::write(
            &path,
            format!("{}{}{}", line("w1", "first", ""), line("w2", "long", &long), line("w3", "last", "")),
        )
        .unwrap();
        let audit = Audit::at(&path);
        for request in ["first", "long", "last"] {
            assert!(audit.look("a", request, Duration::from_secs(120)).unwrap().was_sent, "{request}");
        }
        assert!(!audit.look("a", "other", Duration::from_secs(120)).unwrap().was_sent);
    }

    #[test]
    fn of_two_that_looked_at_the_same_time_the_first_sends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let line = |write, result| AuditLine {
            write,
            client: "a",
            api: "psa",
            method: Method::Post,
            path: "/x",
            url: "https://x.example/x",
            headers: &[],
            fields: &[],
            fields_left_out: 0,
            body_blake3: "",
            request_blake3: "r",
            result,
        };
        let (one, two) = (Audit::at(&path), Audit::at(&path));
        let look = |audit: &Audit| audit.look("a", "r", Duration::from_secs(120)).unwrap();
        let looked = (look(&one), look(&two));
        assert!(!looked.0.was_sent && !looked.1.was_sent);
        one.append(&line("w1", SENDING)).unwrap();
        two.append(&line("w2", SENDING)).unwrap();
        assert!(!one.was_sent_between(looked.0, &line("w1", SENDING)).unwrap());
        assert!(two.was_sent_between(looked.1, &line("w2", SENDING)).unwrap());
        two.append(&line("w2", "NotSent")).unwrap();
        // What was asked about and confirmed since is no race.
        let again = look(&two);
        assert!(again.was_sent);
        two.append(&line("w3", SENDING)).unwrap();
        assert!(!two.was_sent_between(again, &line("w3", SENDING)).unwrap());
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
                url: "https://x.example/x",
                headers: &[],
                fields: &[],
                fields_left_out: 0,
                body_blake3: "",
                request_blake3: "",
                result: "sending",
            })
            .unwrap_err();
        assert!(error.to_string().contains("audit.jsonl"), "{error}");
    }
}
