//! How often is the right operation found, and how fast?
//!
//! The measures of TREC's evaluations over a judgement file: one JSON object a line, `id`, `query`, `relevant` with `method`,
//! `path` and `grade` (2 exact, 1 acceptable). Placeholder names, letter case and a closing slash of paths do not count.

pub mod asked;
pub mod fit;
mod metrics;
pub mod written;

pub use crate::document::route::operation_key as key;
pub use metrics::{Metrics, measure};

use std::io::{self, BufReader, Read};

use serde::{Deserialize, Serialize};

use crate::text_file;

/// One judged request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The judgement's name, unique in its file.
    pub id: String,
    /// The request.
    pub query: String,
    /// The operations that answer it; at least one.
    pub relevant: Vec<Relevant>,
    /// What kind of request it is.
    #[serde(default)]
    pub kind: String,
    /// Who wrote it, or in which manner.
    #[serde(default)]
    pub source: String,
}

/// One operation that answers a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Relevant {
    /// Request method.
    pub method: String,
    /// Path template.
    pub path: String,
    /// The grade: 2 exact, 1 acceptable.
    #[serde(default = "exact")]
    pub grade: u8,
}

fn exact() -> u8 {
    2
}

/// An error of reading a judgement file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// A line cannot be read from the file.
    #[error("cannot read line {line} of the judgements")]
    Read {
        /// Number of the line, from 1.
        line: usize,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// A line is no judgement.
    #[error(
        "line {line} of the judgements is no object with `id`, `query` and `relevant` [{{`method`, `path`, `grade`}}]: {reason}"
    )]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// The fault of the line.
        reason: String,
    },
    /// The file holds no judgement.
    #[error("the judgement file holds no line")]
    Empty,
}

/// Reads a judgement file.
///
/// # Errors
/// Every [`EvalError`], at the first line that is wrong.
pub fn read_judgements(from: impl Read) -> Result<Vec<Judgement>, EvalError> {
    let mut bytes = Vec::new();
    BufReader::new(from).read_to_end(&mut bytes).map_err(|source| EvalError::Read { line: 1, source })?;
    let text = text_file::decode(&bytes).map_err(|error| {
        let before = bytes.get(..error.offset).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        EvalError::Read { line, source: io::Error::new(io::ErrorKind::InvalidData, error) }
    })?;
    let mut judgements = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |reason: String| EvalError::Line { line: at + 1, reason };
        let judgement: Judgement = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        if judgement.relevant.is_empty() {
            return Err(wrong("`relevant` is empty".to_owned()));
        }
        judgements.push(judgement);
    }
    if judgements.is_empty() { Err(EvalError::Empty) } else { Ok(judgements) }
}
