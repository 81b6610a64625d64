//! Here is a [`DocId`] or a path: what is the operation? And which operations hold these words?
//!
//! The SQLite catalogue of one generation: written once by the build, then read only. Keeps no vectors.

pub mod keyword;
mod parsed;
mod write;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::Value;

use crate::document::route::RouteKind;
use crate::index::{DocId, NodeId};
use crate::openapi::{Method, Operation, PathTemplate, Server, Warning};
use crate::sqlite::{SqliteError, open_immutable};

use parsed::Parsed;
pub use write::{CatalogueWriter, Source};

/// An error of reading or writing a catalogue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database failed.
    #[error(transparent)]
    Sqlite(#[from] SqliteError),
    /// A column does not hold what this program writes there.
    #[error(
        "operation {doc} of the catalogue is damaged in column `{column}`; build the index again with `index build`"
    )]
    Damaged {
        /// The operation.
        doc: DocId,
        /// The column's name.
        column: &'static str,
    },
    /// The catalogue is not there, though something is published.
    #[error("the catalogue {} is missing; build the index again with `cw-orchestrator index build`", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// Two manifests were given one name.
    #[error("two manifests are both named `{0}`; give each its own with --api NAME or another `info.title`")]
    SameApi(String),
}

/// A row of the catalogue without the operation's own JSON: what hits show, and what ranking and filters read.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationRow {
    /// Number of the operation in this generation.
    pub doc: DocId,
    /// Name of its API.
    pub api: String,
    /// Request method.
    pub method: Method,
    /// Path template.
    pub path: String,
    /// `operationId`, where the manifest gives one.
    pub operation_id: Option<String>,
    /// `summary`, or empty.
    pub summary: String,
    /// First path segment, or first tag.
    pub domain: String,
    /// Path of the noun that its routes share.
    pub resource: String,
    /// Kind of the route.
    pub kind: RouteKind,
    /// Node of the operation's text.
    pub node: NodeId,
}

/// An API as its manifest describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Api {
    /// `info.title`
    pub title: String,
    /// Whether its manifest is the one inside the program.
    pub is_embedded: bool,
    /// Base URLs, as declared.
    pub servers: Vec<Server>,
    /// Security schemes by name.
    pub security_schemes: std::collections::BTreeMap<String, Value>,
}

/// A domain or a resource with how many operations it holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Group {
    /// Name of its API.
    pub api: String,
    /// The domain, or the resource's path.
    pub name: String,
    /// Operations in it.
    pub operations: u64,
    /// Distinct resources in it; for a resource 1.
    pub resources: u64,
    /// Methods and how many operations use each, in order of method name.
    pub methods: Vec<(String, u64)>,
}

/// Counts over the whole catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    /// Number of APIs.
    pub apis: u64,
    /// Number of operations.
    pub operations: u64,
    /// Number of parameters of all operations.
    pub parameters: u64,
    /// Number of domains.
    pub domains: u64,
    /// Number of resources.
    pub resources: u64,
    /// Number of named schemas.
    pub schemas: u64,
    /// Number of warnings: repaired and skipped ones.
    pub warnings: u64,
    /// Number of operations that were left out; each has a warning.
    pub skipped: u64,
}

/// A catalogue, open for reading. Queries take turns on one connection: each takes well under a millisecond.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
    operations: Parsed<DocId, Operation>,
    /// By the names of their API and their own.
    schemas: Parsed<(String, String), Value>,
}

const ENTRY: &str = "operation.id, api.name, operation.method, operation.path, operation.operation_id, operation.summary, \
                     operation.domain, operation.resource, operation.kind, operation.node";

impl Store {
    /// Opens a finished catalogue.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Sqlite`]
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        Ok(Self::over(open_immutable(path)?))
    }

    fn over(connection: Connection) -> Self {
        Self { connection: Mutex::new(connection), operations: Parsed::default(), schemas: Parsed::default() }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere while holding the lock leaves a read-only connection as good as before.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All entries, in order of [`DocId`].
    ///
    /// # Errors
    /// [`StoreError::Damaged`], [`StoreError::Sqlite`]
    pub fn entries(&self) -> Result<Vec<OperationRow>, StoreError> {
        let connection = self.connection();
        let read = |source| SqliteError::Statement { doing: "list the operations", source };
        let mut statement = connection
            .prepare(&format!("SELECT {ENTRY} FROM operation JOIN api ON api.id = operation.api ORDER BY operation.id"))
            .map_err(read)?;
        let mut rows = statement.query([]).map_err(read)?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next().map_err(read)? {
            entries.push(entry(row)?);
        }
        Ok(entries)
    }

    /// The whole operation.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], [`StoreError::Sqlite`]
    pub fn operation(&self, doc: DocId) -> Result<Arc<Operation>, StoreError> {
        if let Some(known) = self.operations.get(&doc) {
            return Ok(known);
        }
        let body = self.column(doc, "SELECT body FROM operation WHERE id = ?1")?;
        self.operations.parse(doc, &body).map_err(|_| StoreError::Damaged { doc, column: "body" })
    }

    /// The ready argument object for `dispatch_api_operation`.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], [`StoreError::Sqlite`]
    pub fn call(&self, doc: DocId) -> Result<Value, StoreError> {
        let call = self.column(doc, "SELECT call FROM operation WHERE id = ?1")?;
        parsed_call(doc, &call)
    }

    /// The ready argument objects of several operations, read by one statement.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub fn calls(&self, docs: impl Iterator<Item = DocId>) -> Result<Vec<Value>, StoreError> {
        let connection = self.connection();
        let failed = |source| SqliteError::Statement { doing: "read an operation", source };
        let mut statement = connection.prepare_cached("SELECT call FROM operation WHERE id = ?1").map_err(failed)?;
        docs.map(|doc| {
            let parsed = |row: &Row<'_>| Ok(parsed_call(doc, row.get_ref(0)?.as_str()?));
            statement.query_row([doc], parsed).map_err(failed)?
        })
        .collect()
    }

    /// The text that was embedded.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]
    pub fn text(&self, doc: DocId) -> Result<String, StoreError> {
        self.column(doc, "SELECT text FROM operation WHERE id = ?1")
    }

    fn column(&self, doc: DocId, sql: &'static str) -> Result<String, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql).map_err(SqliteError::doing("read an operation"))?;
        Ok(statement.query_row([doc], |row| row.get(0)).map_err(SqliteError::doing("read an operation"))?)
    }

    /// A named schema of an API, as JSON Schema 2020-12; `None` where there is none.
    pub fn schema(&self, api: &str, name: &str) -> Option<Arc<Value>> {
        let key = (api.to_owned(), name.to_owned());
        if let Some(known) = self.schemas.get(&key) {
            return Some(known);
        }
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT body FROM schema WHERE name = ?2 AND api = (SELECT id FROM api WHERE name = ?1)")
            .ok()?;
        let body: String = statement.query_row([api, name], |row| row.get(0)).optional().ok()??;
        self.schemas.parse(key, &body).ok()
    }

    /// The servers and security schemes of an API; `None` where there is no such API.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]
    pub fn api(&self, name: &str) -> Result<Option<Api>, StoreError> {
        let connection = self.connection();
        let read = |source| SqliteError::Statement { doing: "read an API", source };
        let mut statement = connection
            .prepare_cached("SELECT title, servers, security, embedded FROM api WHERE name = ?1")
            .map_err(read)?;
        let row = statement
            .query_row([name], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, bool>(3)?,
                ))
            })
            .optional()
            .map_err(read)?;
        // Written by this program; what cannot be read is as good as not declared.
        Ok(row.map(|(title, servers, security, is_embedded)| Api {
            title,
            is_embedded,
            servers: serde_json::from_str(&servers).unwrap_or_default(),
            security_schemes: serde_json::from_str(&security).unwrap_or_default(),
        }))
    }

    /// The APIs' names in order of their manifests.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]
    pub fn apis(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.connection();
        let list = |source| SqliteError::Statement { doing: "list the APIs", source };
        let mut statement = connection.prepare_cached("SELECT name FROM api ORDER BY id").map_err(list)?;
        let names = statement.query_map([], |row| row.get(0)).map_err(list)?;
        Ok(names.collect::<Result<_, _>>().map_err(list)?)
    }

    /// Operations of one path by its template, whatever its placeholders are named; first those of this very path, then those
    /// that differ from it by case, by a slash at the end, or by what follows `#`.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`], [`StoreError::Damaged`]
    pub fn by_template(&self, path: &str) -> Result<Vec<OperationRow>, StoreError> {
        let connection = self.connection();
        let read = |source| SqliteError::Statement { doing: "look up a path", source };
        let mut statement = connection
            .prepare_cached(&format!(
                "SELECT {ENTRY} FROM operation JOIN api ON api.id = operation.api WHERE template = ?1 ORDER BY operation.id"
            ))
            .map_err(read)?;
        let mut rows = statement.query([template_key(path)]).map_err(read)?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next().map_err(read)? {
            entries.push(entry(row)?);
        }
        let canonical = |path: &str| PathTemplate::parse(path).ok().map(|template| template.canonical());
        let asked = canonical(path);
        entries.sort_by_key(|entry| (entry.path != path, canonical(&entry.path) != asked));
        Ok(entries)
    }

    /// Domains in order of API and name.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]
    pub fn domains(&self) -> Result<Vec<Group>, StoreError> {
        self.groups("domain", None, None)
    }

    /// The domains of one API in order of name; empty where there is no such API. Case does not matter.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]
    pub fn domains_of(&self, api: &str) -> Result<Vec<Group>, StoreError> {
        self.groups("domain", None, Some(api))
    }

    /// The resources of a domain, of all APIs or of one, in order of API and path; none where there is no such domain. Case
    /// does not matter.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]
    pub fn resources(&self, domain: &str, api: Option<&str>) -> Result<Vec<Group>, StoreError> {
        self.groups("resource", Some(domain), api)
    }

    fn groups(&self, column: &'static str, domain: Option<&str>, api: Option<&str>) -> Result<Vec<Group>, StoreError> {
        let connection = self.connection();
        let list = |source| SqliteError::Statement { doing: "list domains", source };
        let mut statement = connection
            .prepare_cached(&format!(
                "SELECT api.name, operation.{column}, method, count(*), count(DISTINCT resource) FROM operation \
                 JOIN api ON api.id = operation.api \
                 WHERE (?1 IS NULL OR lower(domain) = lower(?1)) AND (?2 IS NULL OR lower(api.name) = lower(?2)) \
                 GROUP BY api.id, operation.{column}, method ORDER BY api.id, operation.{column}, method"
            ))
            .map_err(list)?;
        let mut rows = statement.query([domain, api]).map_err(list)?;
        let mut groups: Vec<Group> = Vec::new();
        while let Some(row) = rows.next().map_err(list)? {
            let (api, name): (String, String) = (row.get(0).map_err(list)?, row.get(1).map_err(list)?);
            let (method, operations): (String, u64) = (row.get(2).map_err(list)?, row.get(3).map_err(list)?);
            if groups.last().is_none_or(|group| group.api != api || group.name != name) {
                groups.push(Group { api, name, operations: 0, resources: 0, methods: Vec::new() });
            }
            if let Some(group) = groups.last_mut() {
                group.operations += operations;
                group.methods.push((method, operations));
            }
        }
        drop(rows);
        drop(statement);
        let mut distinct = connection
            .prepare_cached(&format!(
                "SELECT count(DISTINCT resource) FROM operation JOIN api ON api.id = operation.api \
                 WHERE api.name = ?1 AND operation.{column} = ?2"
            ))
            .map_err(list)?;
        for group in &mut groups {
            group.resources = distinct.query_row([&group.api, &group.name], |row| row.get(0)).map_err(list)?;
        }
        Ok(groups)
    }

    /// Counts over the whole catalogue.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]
    pub fn counts(&self) -> Result<Counts, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM api), (SELECT count(*) FROM operation), \
                   (SELECT coalesce(sum(json_array_length(body, '$.parameters')), 0) FROM operation), \
                   (SELECT count(*) FROM (SELECT DISTINCT api, domain FROM operation)), \
                   (SELECT count(*) FROM (SELECT DISTINCT api, resource FROM operation)), \
                   (SELECT count(*) FROM schema), (SELECT coalesce(sum(occurrences), 0) FROM warning), \
                   (SELECT coalesce(sum(occurrences), 0) FROM warning WHERE skipped)";
        let read = |row: &Row<'_>| {
            Ok(Counts {
                apis: row.get(0)?,
                operations: row.get(1)?,
                parameters: row.get(2)?,
                domains: row.get(3)?,
                resources: row.get(4)?,
                schemas: row.get(5)?,
                warnings: row.get(6)?,
                skipped: row.get(7)?,
            })
        };
        Ok(self.connection().query_row(sql, [], read).map_err(SqliteError::doing("count the catalogue"))?)
    }

    /// All warnings with the name of their API, in the order they were found.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]
    pub fn warnings(&self) -> Result<Vec<(String, Warning)>, StoreError> {
        let connection = self.connection();
        let list = |source| SqliteError::Statement { doing: "list the warnings", source };
        let mut statement = connection
            .prepare(
                "SELECT api.name, code, pointer, message, skipped, occurrences FROM warning JOIN api ON api.id = warning.api ORDER BY warning.rowid",
            )
            .map_err(list)?;
        let read = |row: &Row<'_>| {
            let warning = Warning {
                code: row.get(1)?,
                pointer: row.get(2)?,
                message: row.get(3)?,
                skipped: row.get(4)?,
                occurrences: row.get(5)?,
            };
            Ok((row.get(0)?, warning))
        };
        let warnings = statement.query_map([], read).map_err(list)?;
        Ok(warnings.collect::<Result<_, _>>().map_err(list)?)
    }

    /// SQLite's own check of the whole file; what it found, one line each, empty where it is sound.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]
    pub fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.connection();
        let check = |source| SqliteError::Statement { doing: "check itself", source };
        let mut statement = connection.prepare("PRAGMA integrity_check(20)").map_err(check)?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0)).map_err(check)?;
        let lines: Vec<String> = lines.collect::<Result<_, _>>().map_err(check)?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }
}

fn parsed_call(doc: DocId, call: &str) -> Result<Value, StoreError> {
    serde_json::from_str(call).map_err(|_| StoreError::Damaged { doc, column: "call" })
}

fn entry(row: &Row<'_>) -> Result<OperationRow, StoreError> {
    let doc: DocId = row.get(0).map_err(SqliteError::doing("read an operation"))?;
    let text = |column: usize, name: &'static str| {
        row.get::<_, String>(column).map_err(|_| StoreError::Damaged { doc, column: name })
    };
    Ok(OperationRow {
        doc,
        api: text(1, "api")?,
        method: text(2, "method")?.parse().map_err(|_| StoreError::Damaged { doc, column: "method" })?,
        path: text(3, "path")?,
        operation_id: row.get(4).map_err(|_| StoreError::Damaged { doc, column: "operation_id" })?,
        summary: text(5, "summary")?,
        domain: text(6, "domain")?,
        resource: text(7, "resource")?,
        kind: RouteKind::from_name(&text(8, "kind")?).ok_or(StoreError::Damaged { doc, column: "kind" })?,
        node: row.get(9).map_err(|_| StoreError::Damaged { doc, column: "node" })?,
    })
}

/// What paths are looked up by: the same for all that may mean one another. Text around placeholders counts, names in them
/// do not.
fn template_key(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let canonical = PathTemplate::parse(path).map_or_else(|_| path.to_owned(), |template| template.canonical());
    canonical.to_lowercase()
}
