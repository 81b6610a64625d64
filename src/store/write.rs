//! How is a catalogue written?
//!
//! One manifest after another, in one transaction: what a manifest holds is on its way to the file before the next one is read, so
//! a catalogue may be larger than memory. The same manifests in the same order give the same bytes.

use std::path::Path;

use rusqlite::{Connection, params};
use serde_json::Value;

use super::{Store, StoreError, template_key};
use crate::document::Document;
use crate::index::{DocId, NodeId};
use crate::openapi::Manifest;
use crate::private;
use crate::sqlite::SqliteError;

/// One manifest with its documents, as it is added to a catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Name of the API, unique within the catalogue.
    pub api: &'a str,
    /// Whether it is the manifest inside the program.
    pub is_embedded: bool,
    /// The manifest.
    pub manifest: &'a Manifest,
    /// One document per operation, in the manifest's order.
    pub documents: &'a [Document],
    /// One ready call per operation, in the manifest's order.
    pub calls: &'a [Value],
    /// The node of each operation's text, in the manifest's order.
    pub nodes: &'a [NodeId],
}

/// A catalogue being written.
#[derive(Debug)]
pub struct CatalogueWriter {
    connection: Connection,
    apis: u32,
    documents: DocId,
}

impl CatalogueWriter {
    /// Begins a new database file.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`] where the file exists as something else or cannot be written.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        // SQLite would let others read what it makes; where this fails, it says why.
        let _ = private::options().create(true).append(true).open(path);
        let connection =
            Connection::open(path).map_err(|source| SqliteError::Open { path: path.to_owned(), source })?;
        Self::begin(connection)
    }

    /// Begins one in memory, for answering before the first generation is on disk.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::begin(Connection::open_in_memory().map_err(SqliteError::doing("open a database in memory"))?)
    }

    fn begin(connection: Connection) -> Result<Self, StoreError> {
        // The file is published by a rename after a sync of its own: a journal would only cost time.
        let begin = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192; BEGIN;";
        connection
            .execute_batch(begin)
            .and_then(|()| connection.execute_batch(include_str!("schema.sql")))
            .map_err(write_error)?;
        Ok(Self { connection, apis: 0, documents: 0 })
    }

    /// Adds a manifest with everything that belongs to it. Its operations get the numbers after those of the one before.
    ///
    /// # Errors
    /// [`StoreError::SameApi`], [`StoreError::Sqlite`]
    pub fn add(&mut self, source: &Source<'_>) -> Result<(), StoreError> {
        let Source { api: name, manifest, .. } = *source;
        let api = self.apis;
        let inserted = self.connection.execute(
            "INSERT OR IGNORE INTO api VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                api,
                name,
                manifest.title,
                manifest.version,
                format!("{:?}", manifest.dialect),
                source.is_embedded,
                json(&manifest.servers),
                json(&manifest.security_schemes)
            ],
        );
        if inserted.map_err(write_error)? == 0 {
            return Err(StoreError::SameApi(name.to_owned()));
        }
        self.apis += 1;
        self.add_operations(api, source)?;
        let mut schemas =
            self.connection.prepare_cached("INSERT INTO schema VALUES (?1, ?2, ?3)").map_err(write_error)?;
        for (name, schema) in &manifest.schemas {
            schemas.execute(params![api, name, json(schema)]).map_err(write_error)?;
        }
        let mut warnings = self
            .connection
            .prepare_cached("INSERT INTO warning VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .map_err(write_error)?;
        for warning in &manifest.warnings {
            let row =
                params![api, warning.code, warning.pointer, warning.message, warning.skipped, warning.occurrences];
            warnings.execute(row).map_err(write_error)?;
        }
        Ok(())
    }

    fn add_operations(&mut self, api: u32, source: &Source<'_>) -> Result<(), StoreError> {
        let mut operations = self
            .connection
            .prepare_cached(
                "INSERT INTO operation VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )
            .map_err(write_error)?;
        let mut words = self
            .connection
            .prepare_cached(
                "INSERT INTO operation_words (rowid, path, summary, tags, names, fields, description, gloss) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )
            .map_err(write_error)?;
        let rows = source.manifest.operations.iter().zip(source.documents).zip(source.calls).zip(source.nodes);
        for (((operation, document), call), node) in rows {
            let route = &document.route;
            operations
                .execute(params![
                    self.documents,
                    api,
                    operation.method.as_str(),
                    operation.path,
                    template_key(&operation.path),
                    operation.operation_id,
                    operation.summary,
                    route.domain,
                    route.resource,
                    route.kind.as_str(),
                    node,
                    document.text,
                    json(call),
                    json(operation)
                ])
                .map_err(write_error)?;
            let fields = &document.fields;
            words
                .execute(params![
                    self.documents,
                    fields.path,
                    fields.summary,
                    fields.tags,
                    fields.names,
                    fields.fields,
                    fields.description,
                    fields.gloss
                ])
                .map_err(write_error)?;
            self.documents += 1;
        }
        Ok(())
    }

    /// Ends the catalogue and opens it for reading.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]
    pub fn finish(self) -> Result<Store, StoreError> {
        // One segment: fewer pages to touch per query, and the same bytes whatever the merging history was.
        self.connection
            .execute_batch("INSERT INTO operation_words (operation_words) VALUES ('optimize'); COMMIT;")
            .map_err(write_error)?;
        Ok(Store::over(self.connection))
    }
}

fn write_error(source: rusqlite::Error) -> SqliteError {
    SqliteError::Statement { doing: "write the catalogue", source }
}

/// Values made of maps with text keys, numbers and strings always serialise.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
