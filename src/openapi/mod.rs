//! Which operations, with which schemas, does a manifest describe?
//!
//! Bytes of an OpenAPI manifest (Swagger 2.0, OpenAPI 3.0 or 3.1; JSON or YAML) go in, one [`Manifest`] in one shape
//! comes out. Pure: no file is opened, nothing is fetched; [`Files`] gives the content of those beside a manifest.
//!
//! # Layout
//! - `source`, `yaml`: bytes to one JSON value; `duplicates`: the rules that both keep; `error`: why a manifest is refused as a
//!   whole
//! - `files`: other files that a manifest refers to become a part of it
//! - `version`: which edition is it, or what else
//! - `reader`, `reference`, `warnings`: what all parts of reading share
//! - `paths`, `path_repair`, `twins`, `parameters`: from `paths` to operations; `v2`, `v3`: what differs between editions; `parts`,
//!   `encodings`, `responses`: what they share
//! - `schema`, `schema_reference`: any edition's schemas to JSON Schema 2020-12; `schema_names`: the names they have
//! - [`operation`]: the shared types that all of these fill
//! - [`path_template`]: path templates, parsed, expanded and matched
//! - `media`: how a body is written under a media type, and which of several is used
//! - [`resolve()`], [`fields()`], [`example()`], [`fits()`]: what other parts ask of a finished schema; `named`: where they look
//!   names up; `pattern`: a text that matches one
//!
//! # Invariants
//! - Every fault of a manifest is a [`ManifestError`] or a counted [`Warning`] with a JSON Pointer; none is a panic.
//! - Every `$ref` in a manifest's schemas is `#/$defs/<name>` ([`def_ref`]) with `<name>` in [`Manifest::schemas`].
//! - Every [`Operation::path`] parses as a [`PathTemplate`] whose placeholders are the operation's path parameters.
//! - Method and canonical template are unique among a manifest's operations.

mod duplicates;
mod encodings;
mod error;
mod example;
mod fields;
mod files;
mod fits;
pub(crate) mod media;
mod named;
pub mod operation;
mod parameters;
mod parts;
mod path_repair;
pub mod path_template;
mod paths;
mod pattern;
mod reader;
mod reference;
mod resolve;
mod responses;
mod schema;
mod schema_names;
mod schema_reference;
mod source;
mod twins;
mod v2;
mod v3;
mod version;
mod warnings;
mod yaml;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub use error::{LooksLike, ManifestError, SourceFormat};
pub use example::{example, ready_body};
pub use fields::{Field, fields};
pub use files::{Files, NoFiles, UnreadFile, other_files};
pub use fits::fits;
pub use named::SchemaLookup;
pub use operation::{
    Dialect, Encoding, Manifest, MediaType, Method, Operation, Parameter, ParameterIn, RequestBody, Response, Server,
    Tag, UnknownMethod, Warning,
};
pub(crate) use path_template::ALL_BUT_UNRESERVED;
pub use path_template::{Part, PathTemplate, TemplateError};
pub(crate) use pattern::matches as matches_pattern;
pub use reference::{def_name, def_ref, mapped_name};
pub use resolve::{Omission, OmissionReason, ResolveLimits, Resolved, resolve};
pub use twins::PATH_DUPLICATE;

use reader::{Reader, text_or_empty};
use reference::At;
use warnings::Warnings;

/// The default manifest, compressed. NOTICE says where its facts come from.
const EMBEDDED: &[u8] = include_bytes!("embedded.json.zst");

/// Reads a manifest in JSON or YAML, whichever the bytes are.
///
/// # Errors
/// [`ManifestError`] where nothing can be read: not text, not well-formed, no OpenAPI, another edition, or not one
/// operation. All other faults are among [`Manifest::warnings`].
pub fn read(bytes: &[u8]) -> Result<Manifest, ManifestError> {
    read_with(bytes, &NoFiles)
}

/// Reads a manifest and the files beside it that it refers to.
///
/// # Errors
/// As [`read`]; a file that cannot be read is a warning.
pub fn read_with(bytes: &[u8], files: &dyn Files) -> Result<Manifest, ManifestError> {
    let mut warnings = Warnings::default();
    let document = source::parse(bytes, &mut warnings)?;
    let document = files::bundled(document, files, &mut warnings);
    let dialect = version::detect(&document, &mut warnings)?;
    let Value::Object(root) = &document else {
        return Err(ManifestError::NotOpenApi { looks_like: LooksLike::Object });
    };
    let mut reader = Reader::new(&document, root, dialect, warnings);
    let paths = reader.object(root, "paths", At::ROOT);
    let operations = paths.map(|paths| paths::operations(&mut reader, paths)).unwrap_or_default();
    let (servers, security_schemes) = match dialect {
        Dialect::Swagger20 => {
            let schemes = reader.object(root, "securityDefinitions", At::ROOT);
            (v2::servers(root), reader.security_schemes(schemes, At::ROOT.key("securityDefinitions")))
        }
        Dialect::OpenApi30 | Dialect::OpenApi31 => {
            let components = reader.object(root, "components", At::ROOT);
            let at = At::ROOT.key("components");
            let schemes = components.and_then(|components| reader.object(components, "securitySchemes", at));
            (reader.servers(root, At::ROOT), reader.security_schemes(schemes, at.key("securitySchemes")))
        }
    };
    let tags = reader.tags();
    let schemas = reader.named_schemas();
    let warnings = reader.warnings.into_list();
    if operations.is_empty() {
        let first = warnings.iter().find(|warning| warning.skipped).cloned().map(Box::new);
        let skipped = warnings.iter().filter(|warning| warning.skipped).map(|warning| warning.occurrences).sum();
        return Err(ManifestError::NoOperations { paths: paths.map_or(0, Map::len), skipped, first });
    }
    let info = |key: &str| text_or_empty(root.get("info").and_then(|info| info.get(key)));
    Ok(Manifest {
        title: info("title"),
        version: info("version"),
        dialect,
        servers,
        tags,
        security_schemes,
        operations,
        schemas,
        warnings,
    })
}

/// The words that name the embedded manifest where a file could be named; a file of that name is written `./builtin`.
pub const EMBEDDED_NAMES: [&str; 2] = ["builtin", "connectwise"];

/// The manifest that is used where none is given: ConnectWise PSA (Manage).
///
/// # Errors
/// [`ManifestError::Embedded`] where the program file is damaged.
pub fn embedded() -> Result<Manifest, ManifestError> {
    read(&embedded_bytes()?)
}

/// The JSON text of the embedded manifest, some 3 MB.
///
/// # Errors
/// [`ManifestError::Embedded`] where the program file is damaged.
pub fn embedded_bytes() -> Result<Vec<u8>, ManifestError> {
    zstd::decode_all(EMBEDDED).map_err(|source| ManifestError::Embedded { source })
}
