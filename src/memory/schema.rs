//! What does the file hold? The table of the older Python gateway, what this program adds to it, and the vectors.
//!
//! The older program may go on using the file: columns that were added may be empty, and triggers see to it that what it
//! changes or deletes behind this program's back is known here.

use rusqlite::{Connection, Transaction};

use super::row;
use crate::sqlite::Migration;

/// Migrations in order; append only, since the number of those applied is the file's version.
pub(super) const MIGRATIONS: &[Migration] = &[adopt];

/// The columns of the older program's table, with the types that this program gives them.
const OLDER: [(&str, &str); 7] = [
    ("description", "TEXT"),
    ("path", "TEXT"),
    ("method", "TEXT"),
    ("params", "TEXT"),
    ("data", "TEXT"),
    ("timestamp", "INTEGER"),
    ("usage_count", "INTEGER DEFAULT 1"),
];

/// The columns that this program adds. `key` tells patterns apart; it and `template` are empty in rows that have no
/// operation yet.
const ADDED: [(&str, &str); 7] = [
    ("api", "TEXT"),
    ("template", "TEXT"),
    ("slots", "TEXT"),
    ("last_used_s", "INTEGER"),
    ("stale_since_s", "INTEGER"),
    ("stale_reason", "TEXT"),
    ("key", "BLOB"),
];

/// The expression by which an operation's entries are looked up. The index is on exactly this expression.
pub(super) const TEMPLATE: &str = "coalesce(template, path)";

/// Makes the table, or takes over an older one with all its rows.
fn adopt(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch("CREATE TABLE IF NOT EXISTS saved_queries (id INTEGER PRIMARY KEY AUTOINCREMENT)")?;
    let mut statement = transaction.prepare("SELECT lower(name) FROM pragma_table_info('saved_queries')")?;
    let there: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for (name, kind) in OLDER.into_iter().chain(ADDED).filter(|(name, _)| !there.iter().any(|known| known == name)) {
        transaction.execute_batch(&format!("ALTER TABLE saved_queries ADD COLUMN {name} {kind}"))?;
    }
    transaction.execute_batch(&format!(
        "CREATE UNIQUE INDEX IF NOT EXISTS saved_queries_key ON saved_queries (key);
         CREATE INDEX IF NOT EXISTS saved_queries_operation ON saved_queries ({TEMPLATE}, method COLLATE NOCASE);
         CREATE TABLE IF NOT EXISTS vectors (
             entry INTEGER PRIMARY KEY, model TEXT NOT NULL, description TEXT NOT NULL, vector BLOB NOT NULL);
         -- The older program puts other values into a row of the same path: to this one it is another call.
         CREATE TRIGGER IF NOT EXISTS saved_queries_changed AFTER UPDATE OF path, method, params, data ON saved_queries
         WHEN new.path IS NOT old.path OR new.method IS NOT old.method
             OR new.params IS NOT old.params OR new.data IS NOT old.data
         BEGIN
             UPDATE saved_queries SET api = NULL, template = NULL, slots = NULL, key = NULL WHERE id = new.id;
         END;
         CREATE TRIGGER IF NOT EXISTS saved_queries_deleted AFTER DELETE ON saved_queries
         BEGIN
             DELETE FROM vectors WHERE entry = old.id;
         END;
         {}",
        super::offers::TABLE
    ))
}

/// Tells whether a file of this version has its tables and columns: a flipped byte may have changed the schema itself.
pub(super) fn is_whole(connection: &Connection) -> bool {
    connection.prepare(&row::select("key IS NULL")).is_ok()
        && connection.prepare("SELECT entry, model, description, vector FROM vectors").is_ok()
}
