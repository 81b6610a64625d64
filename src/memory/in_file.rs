//! How does a file keep the entries of a memory? By the statements that read and change it.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, params};
use serde_json::Value;

use super::access::InFile;
use super::file::{self, Identity, statement};
use super::incoming::Incoming;
use super::keeper::Keeper;
use super::offers::{ASKED_WITHIN_S, asked};
use super::snapshot::{self, Cached};
use super::statements::{contents, get, of_operation_sql, save, take_in, with_key};
use super::{Entry, EntryId, Flushed, MemoryError, Pattern, Revised, Saved, Snapshot, key, now_s, row};
use crate::openapi::Method;
use crate::sqlite;

impl Keeper for InFile {
    fn notices(&self) -> Vec<String> {
        self.state().notices.clone()
    }

    fn left_behind(&self) -> Vec<PathBuf> {
        let Some((folder, name)) = self.path.parent().zip(self.path.file_name().and_then(|name| name.to_str())) else {
            return Vec::new();
        };
        let is_left = |entry: &std::fs::DirEntry| {
            let found = entry.file_name();
            let suffix = found.to_str().and_then(|found| found.strip_prefix(name));
            suffix.is_some_and(|suffix| {
                file::LEFT_BEHIND.iter().any(|kind| suffix.starts_with(kind))
                    && !suffix.ends_with("-wal")
                    && !suffix.ends_with("-shm")
            })
        };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut left: Vec<PathBuf> = entries.filter(is_left).map(|entry| entry.path()).collect();
        left.sort();
        left
    }

    fn inspect(&self) -> Result<Option<u64>, MemoryError> {
        if !Identity::of(&self.path).exists() {
            return Ok(None);
        }
        let opened = file::open_for_reading(&self.path)?;
        let counted = opened.connection.query_row("SELECT count(*) FROM saved_queries", [], |row| row.get::<_, u64>(0));
        counted.map(Some).map_err(|source| statement(&self.path, "count its entries", source))
    }

    fn save(&self, pattern: &Pattern) -> Result<Saved, MemoryError> {
        self.write("save an entry", |transaction| save(transaction, pattern))
    }

    fn get(&self, id: EntryId) -> Result<Option<Entry>, MemoryError> {
        self.read("read an entry", |connection| get(connection, id)).map(Option::flatten)
    }

    fn of_operation(&self, api: &str, method: Method, template: &str) -> Result<Vec<Entry>, MemoryError> {
        let found = self.read("find the entries of an operation", |connection| {
            let mut statement = connection.prepare_cached(&of_operation_sql())?;
            let found = statement.query_map(params![template, method.as_str(), api], row::entry)?;
            found.collect::<rusqlite::Result<Vec<Entry>>>()
        })?;
        Ok(found.unwrap_or_default())
    }

    fn with_key(&self, key: &[u8; 32]) -> Result<Option<EntryId>, MemoryError> {
        self.read("find an entry", |connection| with_key(connection, key)).map(Option::flatten)
    }

    fn entries(&self) -> Result<Vec<Entry>, MemoryError> {
        Ok(self.read("list its entries", snapshot::entries)?.unwrap_or_default())
    }

    fn count(&self) -> Result<u64, MemoryError> {
        let count = |connection: &Connection| {
            connection.query_row("SELECT count(*) FROM saved_queries", [], |row| row.get::<_, u64>(0))
        };
        Ok(self.read("count its entries", count)?.unwrap_or(0))
    }

    fn discard(&self, id: EntryId) -> Result<Option<Entry>, MemoryError> {
        let discarded = self.change("discard an entry", |transaction| {
            let entry = get(transaction, id)?;
            transaction.execute("DELETE FROM saved_queries WHERE id = ?1", [id])?;
            Ok(entry)
        })?;
        Ok(discarded.flatten())
    }

    fn flush(&self) -> Result<Flushed, MemoryError> {
        let copy = file::free_name(&self.path, &format!("{}{}", file::FLUSHED, file::stamp(now_s())));
        let path = self.path.clone();
        self.write("remove its entries", |transaction| {
            // Nobody can write now, so that another connection sees, and copies, exactly what is removed.
            let reader = Connection::open(&path)?;
            Ok(match sqlite::copy_into(&reader, &copy) {
                Ok(()) => Ok(Flushed {
                    removed: transaction.execute("DELETE FROM saved_queries", [])? as u64,
                    copy: copy.clone(),
                }),
                Err(error) => Err(error.into()),
            })
        })?
    }

    fn used(&self, id: EntryId) -> Result<(), MemoryError> {
        let used = self.change("count a use", |transaction| {
            let sql = "UPDATE saved_queries SET usage_count = coalesce(CAST(usage_count AS INTEGER), 0) + 1, \
                       last_used_s = ?2, stale_since_s = NULL, stale_reason = NULL WHERE id = ?1";
            transaction.prepare_cached(sql)?.execute(params![id, now_s()])
        })?;
        let _rows: Option<usize> = used;
        Ok(())
    }

    fn failed(&self, id: EntryId, reason: &str) -> Result<(), MemoryError> {
        self.change("mark an entry as stale", |transaction| {
            let sql =
                "UPDATE saved_queries SET stale_since_s = coalesce(stale_since_s, ?2), stale_reason = ?3 WHERE id = ?1";
            transaction.execute(sql, params![id, now_s(), reason])
        })?;
        Ok(())
    }

    fn snapshot(&self, model: &str) -> Result<Arc<Snapshot>, MemoryError> {
        let (commits, cached) = {
            let state = self.state();
            let cached = state.cached.as_ref().filter(|cached| cached.model == model);
            (state.commits, cached.map(|cached| (cached.state, Arc::clone(&cached.snapshot))))
        };
        let taken = self.read("read its entries", |connection| {
            let version = connection.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0))?;
            let state = (version, commits);
            if let Some((_, snapshot)) = cached.as_ref().filter(|(known, _)| *known == state) {
                return Ok((state, Arc::clone(snapshot)));
            }
            // One state of the file, entries and vectors alike.
            let transaction = connection.unchecked_transaction()?;
            Ok((state, Arc::new(snapshot::take(&transaction, model)?)))
        })?;
        let Some((state, snapshot)) = taken else { return Ok(Arc::default()) };
        self.state().cached = Some(Cached { model: model.to_owned(), state, snapshot: Arc::clone(&snapshot) });
        Ok(snapshot)
    }

    fn put_vectors(&self, model: &str, vectors: &[(EntryId, &str, Vec<f32>)]) -> Result<(), MemoryError> {
        self.change("keep vectors", |transaction| {
            let sql = "INSERT OR REPLACE INTO vectors (entry, model, description, vector) \
                       SELECT id, ?2, ?3, ?4 FROM saved_queries WHERE id = ?1 AND description = ?3";
            let mut statement = transaction.prepare_cached(sql)?;
            for (id, description, vector) in vectors {
                statement.execute(params![id, model, description, snapshot::to_bytes(vector)])?;
            }
            Ok(())
        })?;
        Ok(())
    }

    fn unresolved(&self) -> Result<Vec<Entry>, MemoryError> {
        let unresolved = self.read("find rows of an older program", |connection| {
            let sql = row::select("template IS NULL ORDER BY id");
            connection.prepare_cached(&sql)?.query_map([], row::entry)?.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        Ok(unresolved.unwrap_or_default())
    }

    fn assign(&self, id: EntryId, api: &str, template: &str) -> Result<(), MemoryError> {
        self.change("give an entry its operation", |transaction| {
            let Some(mut entry) = get(transaction, id)? else { return Ok(()) };
            entry.pattern.api = api.to_owned();
            entry.pattern.template = template.to_owned();
            let key = key::key(&entry.pattern);
            let is_unique = entry.unreadable.is_empty() && with_key(transaction, &key)?.is_none_or(|other| other == id);
            let sql = "UPDATE saved_queries SET api = ?2, template = ?3, key = ?4 WHERE id = ?1";
            transaction.execute(sql, params![id, api, template, is_unique.then_some(&key[..])])?;
            Ok(())
        })?;
        Ok(())
    }

    fn revise(&self, id: EntryId, pattern: &Pattern) -> Result<Revised, MemoryError> {
        let revised = self.change("edit an entry", |transaction| {
            if get(transaction, id)?.is_none() {
                return Ok(Revised::Gone);
            }
            let key = key::key(pattern);
            if let Some(other) = with_key(transaction, &key)?.filter(|other| *other != id) {
                return Ok(Revised::Same(other));
            }
            let params_text = (!pattern.params.is_empty()).then(|| Value::Object(pattern.params.clone()).to_string());
            let data_text = pattern.data.as_ref().map(Value::to_string);
            let sql = "UPDATE saved_queries SET description = ?2, path = ?3, params = ?4, data = ?5 WHERE id = ?1";
            transaction.execute(sql, params![id, pattern.description, pattern.path, params_text, data_text])?;
            // In a statement of its own: where values changed, a trigger has taken these away, as it does behind the older program.
            let slots = if pattern.slots.is_empty() { None } else { serde_json::to_string(&pattern.slots).ok() };
            let sql = "UPDATE saved_queries SET api = ?2, template = ?3, slots = ?4, key = ?5, \
                       stale_since_s = NULL, stale_reason = NULL WHERE id = ?1";
            transaction.execute(sql, params![id, pattern.api, pattern.template, slots, &key[..]])?;
            let entry = get(transaction, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            Ok(Revised::Done(Box::new(entry)))
        })?;
        Ok(revised.unwrap_or(Revised::Gone))
    }

    fn offer(&self, client: &str, key: &[u8; 32]) -> Result<bool, MemoryError> {
        let now_s = now_s();
        // Reading first: a client that asks the same all day writes once an hour.
        let was_asked = self.read("see what was asked", |connection| asked(connection, client, key, now_s))?;
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

    fn take_in(&self, taken: &[Incoming]) -> Result<(u64, u64), MemoryError> {
        self.write("take in entries", |transaction| {
            let mut there = contents(transaction)?;
            let (mut new, mut known) = (0, 0);
            for incoming in taken {
                if take_in(transaction, incoming, &mut there)? { new += 1 } else { known += 1 }
            }
            Ok((new, known))
        })
    }
}
