//! Which request was it? Without its query, which may hold credentials.

use std::fmt;

use serde::Serialize;

use super::text;
use crate::openapi::Method;

/// Which request it was; shown in every failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestLine {
    /// Request method.
    pub method: Method,
    /// Host, and port where it is not the scheme's own.
    pub host: String,
    /// The path below the base URL, without the query.
    pub path: String,
    /// How often it was sent, from 1.
    pub attempts: u32,
    /// Whether it only reads.
    pub read: bool,
}

impl fmt::Display for RequestLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, host, path, attempts, .. } = self;
        write!(f, "{method} {} at {host}", text::clean(path, text::SHORT))?;
        if *attempts > 1 { write!(f, " (tried {attempts} times)") } else { Ok(()) }
    }
}
