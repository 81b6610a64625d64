//! One part of a `multipart/form-data` body.

use std::path::PathBuf;

/// One part of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The field that it is a value of.
    pub name: String,
    /// Its media type; `None` for plain text.
    pub content_type: Option<String>,
    /// Its headers beside these two.
    pub headers: Vec<(String, String)>,
    /// What it holds.
    pub content: Content,
}

/// What a part holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A text.
    Text(String),
    /// What the file holds when it is sent.
    File(PathBuf),
}

impl Part {
    /// A field of plain text.
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        let content = Content::Text(text.into());
        Self { name: name.into(), content_type: None, headers: Vec::new(), content }
    }

    /// The text; empty where it is a file.
    pub fn as_text(&self) -> &str {
        match &self.content {
            Content::Text(text) => text,
            Content::File(_) => "",
        }
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&PathBuf> {
        match &self.content {
            Content::File(path) => Some(path),
            Content::Text(_) => None,
        }
    }
}
