//! Which patterns was a client lately asked to keep? In the file, since a client's session is a process of its own.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Memory, MemoryError, Pattern, key, now_s};

/// Seconds within which a client is not asked about the same pattern again.
const ASKED_WITHIN_S: i64 = 3_600;

/// Table of the patterns that each client was asked to keep.
pub(super) const TABLE: &str = "CREATE TABLE offers (
    client TEXT NOT NULL, key BLOB NOT NULL, at_s INTEGER NOT NULL, PRIMARY KEY (client, key)) WITHOUT ROWID;";

impl Memory {
    /// Tells whether a client may be asked to keep a pattern, which it may once an hour. A yes is noted as asked.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn offer(&self, client: &str, pattern: &Pattern) -> Result<bool, MemoryError> {
        let (key, now_s) = (key::key(pattern), now_s());
        // Reading first: a client that asks the same all day writes once an hour.
        let was_asked = self.read("see what was asked", |connection| asked(connection, client, &key, now_s))?;
        if was_asked == Some(true) {
            return Ok(false);
        }
        self.write("note what was asked", |transaction| {
            transaction.execute("DELETE FROM offers WHERE abs(?1 - at_s) >= ?2", params![now_s, ASKED_WITHIN_S])?;
            let noted =
                transaction.execute("INSERT OR IGNORE INTO offers VALUES (?1, ?2, ?3)", params![client, key, now_s])?;
            Ok(noted == 1)
        })
    }
}

/// Tells whether a client was asked within the hour. A time more than an hour ahead does not count: the clock was set
/// back.
fn asked(connection: &Connection, client: &str, key: &[u8; 32], now_s: i64) -> rusqlite::Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM offers WHERE client = ?1 AND key = ?2 AND abs(?3 - at_s) < ?4")?;
    let found = statement.query_row(params![client, key, now_s, ASKED_WITHIN_S], |_| Ok(())).optional()?;
    Ok(found.is_some())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{memory, pattern};

    #[test]
    fn a_client_is_asked_once_about_a_pattern_whoever_else_was() {
        let (_folder, memory) = memory();
        let (tickets, notes) = (pattern("a", "/tickets"), pattern("b", "/notes"));
        assert!(memory.offer("one", &tickets).unwrap());
        assert!(!memory.offer("one", &tickets).unwrap());
        assert!(memory.offer("one", &notes).unwrap());
        assert!(memory.offer("two", &tickets).unwrap());
    }
}
