//! Why was a manifest refused as a whole?
//!
//! Faults inside a manifest that can be read are [`super::Warning`]s; these are the few that leave nothing to index.

use std::fmt;

use super::Warning;

/// The reason why a manifest is refused as a whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// No bytes, or nothing but white space.
    #[error("the manifest is empty; give an OpenAPI document in JSON or YAML")]
    Empty,
    /// The bytes are neither UTF-8 nor UTF-16 text.
    #[error("the manifest is not text: byte {offset} is not UTF-8; save it as UTF-8")]
    NotText {
        /// Position of the first invalid byte, from 0.
        offset: usize,
    },
    /// The text ends in the middle of a value.
    #[error("the manifest ends too early, at line {line} column {column}: it seems truncated; fetch it again")]
    Truncated {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The text is neither well-formed JSON nor YAML.
    #[error("the manifest is not well-formed {format} at line {line} column {column}: {reason}")]
    Syntax {
        /// The format that the text was read as.
        format: SourceFormat,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// The parser's message, without its place.
        reason: String,
    },
    /// Values are nested deeper than any schema needs.
    #[error("the manifest is nested more than {limit} levels deep at line {line} column {column}")]
    TooDeep {
        /// The largest number of levels that is read.
        limit: usize,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// YAML aliases that multiply ("billion laughs").
    #[error("the manifest's YAML aliases expand to more than {limit} values at line {line} column {column}")]
    AliasesTooLarge {
        /// The largest number of values that aliases may expand to.
        limit: usize,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The text is well-formed and no OpenAPI document.
    #[error("the manifest is no OpenAPI document, it looks like {looks_like}; {}", looks_like.advice())]
    NotOpenApi {
        /// The kind of document it seems to be.
        looks_like: LooksLike,
    },
    /// The document is of an edition that is not read.
    #[error("the manifest says `{field}: {found}`, and Swagger 2.0, OpenAPI 3.0 and 3.1 can be read; convert it first")]
    UnsupportedVersion {
        /// `swagger`, `swaggerVersion` or `openapi`.
        field: &'static str,
        /// The member's value, as it stands in the document.
        found: String,
    },
    /// Not one operation could be read.
    #[error(
        "the manifest has no operations ({paths} paths, {skipped} left out{})",
        first.as_ref().map(|w| format!(", the first at `{}`: {}", w.pointer, w.message)).unwrap_or_default()
    )]
    NoOperations {
        /// Number of entries of `paths`.
        paths: usize,
        /// Number of warnings about things left out.
        skipped: usize,
        /// The first of those warnings.
        first: Option<Box<Warning>>,
    },
    /// The embedded manifest does not decompress: the program file is damaged.
    #[error("the embedded manifest cannot be decompressed")]
    Embedded {
        /// The error of zstd.
        #[source]
        source: std::io::Error,
    },
}

/// The format of a manifest's text.
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

/// The kind of a document that is no OpenAPI document, guessed from its members.
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
    /// JSON with a comment before it.
    CommentedJson,
    /// An array.
    Array,
    /// One string, number or other scalar.
    Scalar,
    /// An object with other members.
    Object,
}

impl LooksLike {
    /// The next step for the user who gave the file.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Markup => "a login or error page is often saved in its place: download the document itself",
            Self::Postman | Self::Insomnia => "export it as OpenAPI from there",
            Self::Compressed => "unpack it first",
            Self::UnversionedPaths => "add the member `openapi` or `swagger` with its edition",
            Self::CommentedJson => {
                "JSON has no comments: remove what stands from `//` to the line's end, and from `/*` to `*/`"
            }
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
            Self::CommentedJson => "JSON that begins with a comment",
            Self::Array => "an array",
            Self::Scalar => "a single value",
            Self::Object => "an object without `openapi`, `swagger` or `paths`",
        })
    }
}
