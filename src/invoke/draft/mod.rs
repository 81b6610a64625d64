//! Which request does a call ask for, and what is wrong with it?

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use crate::openapi::Method;

/// A request, complete but for base URL and credentials.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Request method.
    pub method: Method,
    /// The path below the base URL, expanded and percent-encoded; begins with `/`.
    pub path: String,
    /// Query parameters, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Header parameters of the operation; never credentials.
    pub headers: Vec<(String, String)>,
    /// The body, where there is one.
    pub body: Option<Body>,
    /// What kind of answer is wanted.
    pub accept: Accept,
    /// What was changed or guessed on the way, for whoever asked.
    pub notes: Vec<String>,
}

/// A request body.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// JSON of any kind.
    Json(Value),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, String)>),
    /// `multipart/form-data`.
    Multipart {
        /// Text fields, in order.
        fields: Vec<(String, String)>,
        /// The file's field name and where it is.
        file: Option<(String, PathBuf)>,
    },
    /// Text of another media type, sent as it is.
    Text {
        /// Its media type.
        media_type: String,
        /// The text.
        text: String,
    },
}

/// What kind of answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// JSON, in the edition that the API is asked for.
    Json,
    /// A file.
    Binary,
}

/// One thing that is wrong with a call, found before anything was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where: `params.pageSize`, `data.board.id`, `params.conditions`.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub cure: String,
    /// The nearest names, or a repaired value; may be empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<String>,
}
