//! Why was a manifest refused as a whole?
//!
//! Faults inside a manifest that can be read are [`super::Warning`]s; these are the few that leave nothing to index.

use std::fmt;

use super::Warning;

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// No bytes, or nothing but white space.
    #[error("the manifest is empty; give an OpenAPI document in JSON or YAML")]
    Empty,
    /// The bytes are neither UTF-8 nor UTF-16 text.
    #[error("the manifest is not text: byte {offset} is not UTF-8; save it as UTF-8")]
    NotText {
        /// Of the first invalid byte.
        offset: usize,
    },
    /// The text ends in the middle of a value.
    #[error("the manifest ends too early, at line {line} column {column}: it seems truncated; fetch it again")]
    Truncated {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// The text is neither well-formed JSON nor YAML.
    #[error("the manifest is not well-formed {format} at line {line} column {column}: {reason}")]
    Syntax {
        /// What it was read as.
        format: SourceFormat,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// The parser's own words.
        reason: String,
    },
    /// Values are nested deeper than any schema needs.
    #[error("the manifest is nested more than {limit} levels deep at line {line} column {column}")]
    TooDeep {
        /// Levels.
        limit: usize,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// YAML aliases that multiply ("billion laughs").
    #[error("the manifest's YAML aliases expand to more than {limit} values at line {line} column {column}")]
    AliasesTooLarge {
        /// Values.
        limit: usize,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Well-formed, but something else.
    #[error("the manifest is no OpenAPI document, it looks like {looks_like}; {}", looks_like.advice())]
    NotOpenApi {
        /// What it seems to be.
        looks_like: LooksLike,
    },
    /// An edition that is not read.
    #[error("the manifest says `{field}: {found}`, and Swagger 2.0, OpenAPI 3.0 and 3.1 can be read; convert it first")]
    UnsupportedVersion {
        /// `swagger`, `swaggerVersion` or `openapi`.
        field: &'static str,
        /// As given.
        found: String,
    },
    /// Not one operation could be read.
    #[error(
        "the manifest has no operations ({paths} paths, {skipped} left out{})",
        first.as_ref().map(|w| format!(", the first at `{}`: {}", w.pointer, w.message)).unwrap_or_default()
    )]
    NoOperations {
        /// Entries of `paths`.
        paths: usize,
        /// Warnings about things left out.
        skipped: usize,
        /// The first of them.
        first: Option<Box<Warning>>,
    },
    /// The embedded manifest does not decompress: the program file is damaged.
    #[error("the embedded manifest cannot be decompressed")]
    Embedded {
        /// From zstd.
        #[source]
        source: std::io::Error,
    },
}

/// What a text was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceFormat {
    /// RFC 8259
    Json,
    /// YAML 1.2
    Yaml,
}

impl fmt::Display for SourceFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
        })
    }
}

/// What a file that is no OpenAPI document seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LooksLike {
    /// HTML or XML.
    Markup,
    /// A Postman collection.
    Postman,
    /// An Insomnia export.
    Insomnia,
    /// A JSON Schema.
    JsonSchema,
    /// An AsyncAPI document.
    AsyncApi,
    /// An Arazzo document.
    Arazzo,
    /// An OpenAPI overlay.
    Overlay,
    /// A GraphQL introspection result.
    GraphQl,
    /// A recorded HTTP archive.
    Har,
    /// A Google discovery document.
    GoogleDiscovery,
    /// A RAML document.
    Raml,
    /// A gzip, zip or zstd file.
    Compressed,
    /// `paths` without `openapi` or `swagger`.
    UnversionedPaths,
    /// An array.
    Array,
    /// One string, number or other scalar.
    Scalar,
    /// An object with other members.
    Object,
}

impl LooksLike {
    /// The next step for whoever gave the file.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Markup => "a login or error page is often saved in its place: download the document itself",
            Self::Postman | Self::Insomnia => "export it as OpenAPI from there",
            Self::Compressed => "unpack it first",
            Self::UnversionedPaths => "add the member `openapi` or `swagger` with its edition",
            Self::GoogleDiscovery | Self::Raml => "convert it to OpenAPI first",
            _ => "give a document with `openapi` or `swagger`, and `paths`",
        }
    }
}

impl fmt::Display for LooksLike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Markup => "an HTML or XML page",
            Self::Postman => "a Postman collection",
            Self::Insomnia => "an Insomnia export",
            Self::JsonSchema => "a JSON Schema",
            Self::AsyncApi => "an AsyncAPI document",
            Self::Arazzo => "an Arazzo document",
            Self::Overlay => "an OpenAPI overlay",
            Self::GraphQl => "a GraphQL introspection result",
            Self::Har => "an HTTP archive",
            Self::GoogleDiscovery => "a Google discovery document",
            Self::Raml => "a RAML document",
            Self::Compressed => "a compressed file",
            Self::UnversionedPaths => "an OpenAPI document that does not say its edition",
            Self::Array => "an array",
            Self::Scalar => "a single value",
            Self::Object => "an object without `openapi`, `swagger` or `paths`",
        })
    }
}
