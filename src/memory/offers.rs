//! Which patterns was a client lately asked to keep? In the file, since a client's session is a process of its own.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Memory, MemoryError, Pattern, key};

/// Seconds within which a client is not asked about the same pattern again.
pub(super) const ASKED_WITHIN_S: i64 = 3_600;

/// Table of the patterns that each client was asked to keep.
pub(super) const TABLE: &str = "CREATE TABLE offers (
    client TEXT NOT NULL, key BLOB NOT NULL, at_s INTEGER NOT NULL, PRIMARY KEY (client, key)) WITHOUT ROWID;";

impl Memory {
    /// Tells whether a client may be asked to keep a pattern, which it may once an hour. A yes is noted as asked.
    ///
    /// # Errors
    /// [`MemoryError`]
    pub fn offer(&self, client: &str, pattern: &Pattern) -> Result<bool, MemoryError> {
        self.keeper.offer(client, &key::key(pattern))
    }
}

/// Tells whether a client was asked within the hour. A time more than an hour ahead does not count: the clock was set
/// back.
pub(super) fn asked(connection: &Connection, client: &str, key: &[u8; 32], now_s: i64) -> rusqlite::Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM offers WHERE client = ?1 AND key = ?2 AND abs(?3 - at_s) < ?4")?;
    let found = statement.query_row(params![client, key, now_s, ASKED_WITHIN_S], |_| Ok(())).optional()?;
    Ok(found.is_some())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{over_both, pattern};

    #[test]
    fn a_client_is_asked_once_about_a_pattern_whoever_else_was() {
        over_both(|new_place| {
            let place = new_place();
            let memory = place.open();
            let (tickets, notes) = (pattern("a", "/tickets"), pattern("b", "/notes"));
            assert!(memory.offer("one", &tickets).unwrap());
            assert!(!memory.offer("one", &tickets).unwrap());
            assert!(memory.offer("one", &notes).unwrap());
            assert!(memory.offer("two", &tickets).unwrap());
        });
    }
}
