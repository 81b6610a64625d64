//! The memory of replicas, in their database: what is kept at one of them all of them know.
//!
//! Every change counts the memory's version up, last, in its own transaction: changes take turns there, and none is acknowledged that is
//! not committed. A snapshot is read anew when the version is another.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Error, Row};

use super::file::{FLUSHED, free_name, stamp};
use super::incoming::{Incoming, content};
use super::keeper::Keeper;
use super::offers::ASKED_WITHIN_S;
use super::revise::Revised;
use super::row::{self, Raw};
use super::snapshot::{from_bytes, to_bytes};
use super::{Entry, EntryId, Flushed, MemoryError, Pattern, Saved, Snapshot, key, line, now_s};
use crate::openapi::Method;
use crate::postgres::{Database, Transaction};
use crate::private;

/// The columns that [`entry`] reads, in its order.
const COLUMNS: &str = "id, description, path, method, params, data, api, template, slots, usage_count, last_used_s, \
     stale_since_s, stale_reason, created_s";

/// Most entries that a search compares: those with most uses.
const MOST_COMPARED: i64 = 10_000;

/// Times that a flush is tried while others change the memory.
const FLUSH_TRIES: usize = 5;

/// Age from which a snapshot is read anew though its version is current: uses are counted without a turn, so that calls of many replicas
/// do not wait for each other.
const OLDEST: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(super) struct Shared {
    database: Database,
    /// Path of the file that a memory of this home alone would have; what a flush removes is copied beside it.
    path: PathBuf,
    cached: Mutex<Option<Cached>>,
}

#[derive(Clone, Debug)]
struct Cached {
    model: String,
    version: i64,
    read_at: Instant,
    snapshot: Arc<Snapshot>,
}

fn entry(row: &Row) -> Result<Entry, Error> {
    Ok(row::read(Raw {
        id: row.try_get(0)?,
        description: row.try_get(1)?,
        path: row.try_get(2)?,
        method: row.try_get(3)?,
        params: row.try_get(4)?,
        data: row.try_get(5)?,
        api: row.try_get(6)?,
        template: row.try_get(7)?,
        slots: row.try_get(8)?,
        usage_count: row.try_get(9)?,
        last_used_s: row.try_get(10)?,
        stale_since_s: row.try_get(11)?,
        stale_reason: row.try_get(12)?,
        created_s: row.try_get(13)?,
    }))
}

/// A text as the database can hold it: all characters but one.
fn held(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A row as the database can hold it.
fn clean(row: row::New) -> row::New {
    let optional = |text: Option<String>| text.map(|text| held(&text));
    row::New {
        description: held(&row.description),
        path: held(&row.path),
        method: held(&row.method),
        params: optional(row.params),
        data: optional(row.data),
        api: optional(row.api),
        template: optional(row.template),
        slots: optional(row.slots),
        ..row
    }
}

type Values<'a> = &'a [(&'a (dyn ToSql + Sync), Type)];

async fn entries(transaction: &Transaction<'_>, condition: &str, values: Values<'_>) -> Result<Vec<Entry>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM saved_query WHERE {condition}");
    transaction.query_typed(&sql, values).await?.iter().map(entry).collect()
}

async fn get(transaction: &Transaction<'_>, id: EntryId) -> Result<Option<Entry>, Error> {
    Ok(entries(transaction, "id = $1", &[(&id, Type::INT8)]).await?.pop())
}

async fn with_key(transaction: &Transaction<'_>, key: &[u8; 32]) -> Result<Option<EntryId>, Error> {
    let row =
        transaction.query_typed_opt("SELECT id FROM saved_query WHERE key = $1", &[(&&key[..], Type::BYTEA)]).await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Begins a change: changes wait here for each other, so that each sees what the one before it did.
async fn begin(transaction: &Transaction<'_>) -> Result<(), Error> {
    transaction.query_typed("UPDATE saved_query_version SET version = version + 1", &[]).await.map(drop)
}

/// Adds a row and returns its number.
async fn insert(transaction: &Transaction<'_>, row: &row::New) -> Result<EntryId, Error> {
    let sql = "INSERT INTO saved_query (description, path, method, params, data, api, template, slots, key, created_s, usage_count, \
         last_used_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id";
    let values: [(&(dyn ToSql + Sync), Type); 12] = [
        (&row.description, Type::TEXT),
        (&row.path, Type::TEXT),
        (&row.method, Type::TEXT),
        (&row.params, Type::TEXT),
        (&row.data, Type::TEXT),
        (&row.api, Type::TEXT),
        (&row.template, Type::TEXT),
        (&row.slots, Type::TEXT),
        (&row.key, Type::BYTEA),
        (&row.created_s, Type::INT8),
        (&row.usage_count, Type::INT8),
        (&row.last_used_s, Type::INT8),
    ];
    transaction.query_typed_one(sql, &values).await?.try_get(0)
}

async fn save(transaction: &Transaction<'_>, pattern: &Pattern) -> Result<Saved, Error> {
    begin(transaction).await?;
    let new = clean(row::New::of(pattern));
    let known = with_key(transaction, &key::key(pattern)).await?;
    let id = match known {
        Some(id) => {
            let sql = "UPDATE saved_query SET description = $2, slots = $3, stale_since_s = NULL, stale_reason = NULL WHERE id = $1";
            let values: [(&(dyn ToSql + Sync), Type); 3] =
                [(&id, Type::INT8), (&new.description, Type::TEXT), (&new.slots, Type::TEXT)];
            transaction.query_typed(sql, &values).await?;
            id
        }
        None => insert(transaction, &new).await?,
    };
    // Read back: an entry is what its row is, whoever made it.
    let entry = entry(&transaction.query_typed_one(&by_number(), &[(&id, Type::INT8)]).await?)?;
    Ok(if known.is_some() { Saved::Updated(entry) } else { Saved::New(entry) })
}

fn by_number() -> String {
    format!("SELECT {COLUMNS} FROM saved_query WHERE id = $1")
}

async fn revise(transaction: &Transaction<'_>, id: EntryId, pattern: &Pattern) -> Result<Revised, Error> {
    begin(transaction).await?;
    if get(transaction, id).await?.is_none() {
        return Ok(Revised::Gone);
    }
    let new = clean(row::New::of(pattern));
    if let Some(other) = with_key(transaction, &key::key(pattern)).await?.filter(|other| *other != id) {
        return Ok(Revised::Same(other));
    }
    let sql = "UPDATE saved_query SET description = $2, path = $3, params = $4, data = $5, api = $6, template = $7, slots = $8, \
         key = $9, stale_since_s = NULL, stale_reason = NULL WHERE id = $1";
    let values: [(&(dyn ToSql + Sync), Type); 9] = [
        (&id, Type::INT8),
        (&new.description, Type::TEXT),
        (&new.path, Type::TEXT),
        (&new.params, Type::TEXT),
        (&new.data, Type::TEXT),
        (&new.api, Type::TEXT),
        (&new.template, Type::TEXT),
        (&new.slots, Type::TEXT),
        (&new.key, Type::BYTEA),
    ];
    transaction.query_typed(sql, &values).await?;
    let revised = entry(&transaction.query_typed_one(&by_number(), &[(&id, Type::INT8)]).await?)?;
    Ok(Revised::Done(Box::new(revised)))
}

async fn assign(transaction: &Transaction<'_>, id: EntryId, api: &str, template: &str) -> Result<(), Error> {
    begin(transaction).await?;
    let Some(mut entry) = get(transaction, id).await? else { return Ok(()) };
    entry.pattern.api = api.to_owned();
    entry.pattern.template = template.to_owned();
    let key = key::key(&entry.pattern);
    let is_unique = entry.unreadable.is_empty() && with_key(transaction, &key).await?.is_none_or(|other| other == id);
    let key = is_unique.then_some(&key[..]);
    let sql = "UPDATE saved_query SET api = $2, template = $3, key = $4 WHERE id = $1";
    let values: [(&(dyn ToSql + Sync), Type); 4] =
        [(&id, Type::INT8), (&api, Type::TEXT), (&template, Type::TEXT), (&key, Type::BYTEA)];
    transaction.query_typed(sql, &values).await.map(drop)
}

async fn take_in(transaction: &Transaction<'_>, taken: &[Incoming]) -> Result<(u64, u64), Error> {
    begin(transaction).await?;
    let mut there: HashMap<_, Vec<(String, EntryId)>> = HashMap::new();
    for entry in entries(transaction, "true", &[]).await? {
        there.entry(content(&entry.pattern, &entry.unreadable)).or_default().push((entry.pattern.api, entry.id));
    }
    let (mut new, mut known) = (0, 0);
    for incoming in taken {
        let alike = there.entry(incoming.content()).or_default();
        match incoming.same(alike) {
            Some(id) => {
                let sql = "UPDATE saved_query SET usage_count = greatest(usage_count, $2) WHERE id = $1";
                transaction.query_typed(sql, &[(&id, Type::INT8), (&incoming.uses(), Type::INT8)]).await?;
                known += 1;
            }
            None => {
                let id = insert(transaction, &clean(incoming.row())).await?;
                alike.push((incoming.pattern.api.clone(), id));
                new += 1;
            }
        }
    }
    Ok((new, known))
}

async fn offer(transaction: &Transaction<'_>, client: &str, key: &[u8; 32]) -> Result<bool, Error> {
    let within = ASKED_WITHIN_S as f64;
    let sql = "INSERT INTO saved_query_offer AS known (client, key) VALUES ($1, $2)
        ON CONFLICT (client, key) DO UPDATE SET at = clock_timestamp()
        WHERE known.at < clock_timestamp() - make_interval(secs => $3) RETURNING 1";
    let values: [(&(dyn ToSql + Sync), Type); 3] =
        [(&client, Type::TEXT), (&&key[..], Type::BYTEA), (&within, Type::FLOAT8)];
    let is_noted = transaction.query_typed_opt(sql, &values).await?.is_some();
    let sweep = "DELETE FROM saved_query_offer WHERE (client, key) IN (SELECT client, key FROM saved_query_offer
        WHERE at < clock_timestamp() - make_interval(secs => $1) LIMIT 20 FOR UPDATE SKIP LOCKED)";
    transaction.query_typed(sweep, &[(&within, Type::FLOAT8)]).await?;
    Ok(is_noted)
}

/// How often the memory was changed.
async fn version(transaction: &Transaction<'_>) -> Result<i64, Error> {
    transaction.query_typed_one("SELECT version FROM saved_query_version", &[]).await?.try_get(0)
}

/// Writes entries as lines into a file that only its user may read, and sees to it that they are on disk.
fn written(path: &Path, entries: &[Entry]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        private::make_folder(folder)?;
    }
    let mut file = private::options().create(true).truncate(true).write(true).open(path)?;
    let mut lines = Vec::new();
    for entry in entries {
        line::write(entry, &mut lines)?;
    }
    file.write_all(&lines)?;
    file.sync_all()
}

/// The version of the memory, and its entries and vectors where that is not the one that is known.
async fn taken(
    transaction: &Transaction<'_>,
    model: &str,
    known: Option<i64>,
) -> Result<(i64, Option<Snapshot>), Error> {
    let version = version(transaction).await?;
    if known == Some(version) {
        return Ok((version, None));
    }
    let most = format!("SELECT id FROM saved_query ORDER BY usage_count DESC, id DESC LIMIT {MOST_COMPARED}");
    let read = entries(transaction, &format!("id IN ({most}) ORDER BY id"), &[]).await?;
    let sql = format!(
        "SELECT v.entry, v.vector FROM saved_query_vector v JOIN saved_query q ON q.id = v.entry \
         WHERE v.model = $1 AND v.description IS NOT DISTINCT FROM q.description AND v.entry IN ({most})"
    );
    let mut vectors = HashMap::new();
    for row in transaction.query_typed(&sql, &[(&model, Type::TEXT)]).await? {
        if let Some(vector) = from_bytes(row.try_get(1)?) {
            vectors.insert(row.try_get(0)?, vector);
        }
    }
    Ok((version, Some(Snapshot::of(read, vectors))))
}

impl Shared {
    /// The memory of a database. Nothing is opened yet.
    pub(super) fn of(database: Database, path: &Path) -> Self {
        Self { database, path: path.to_owned(), cached: Mutex::default() }
    }

    /// Removes all entries, unless the memory has changed since this version; `None` where it has.
    fn remove_all(&self, version: i64) -> Result<Option<u64>, MemoryError> {
        Ok(self.database.write_blocking("remove its entries", move |transaction| {
            Box::pin(async move {
                let sql = "UPDATE saved_query_version SET version = version + 1 WHERE version = $1";
                if transaction.execute_typed(sql, &[(&version, Type::INT8)]).await? == 0 {
                    return Ok(None);
                }
                transaction.execute_typed("DELETE FROM saved_query", &[]).await.map(Some)
            })
        })?)
    }

    fn with_version(&self) -> Result<(i64, Vec<Entry>), MemoryError> {
        Ok(self.database.read_blocking("list its entries", |transaction| {
            Box::pin(
                async move { Ok((version(transaction).await?, entries(transaction, "true ORDER BY id", &[]).await?)) },
            )
        })?)
    }
}

impl Keeper for Shared {
    fn notices(&self) -> Vec<String> {
        Vec::new()
    }

    fn left_behind(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    fn inspect(&self) -> Result<Option<u64>, MemoryError> {
        // Whether it is there is asked by who may connect.
        Ok(None)
    }

    fn save(&self, pattern: &Pattern) -> Result<Saved, MemoryError> {
        let pattern = pattern.clone();
        Ok(self.database.write_blocking("save an entry", move |transaction| {
            let pattern = pattern.clone();
            Box::pin(async move { save(transaction, &pattern).await })
        })?)
    }

    fn get(&self, id: EntryId) -> Result<Option<Entry>, MemoryError> {
        Ok(self.database.read_blocking("read an entry", move |transaction| Box::pin(get(transaction, id)))?)
    }

    fn of_operation(&self, api: &str, method: Method, template: &str) -> Result<Vec<Entry>, MemoryError> {
        let (api, template) = (api.to_owned(), template.to_owned());
        Ok(self.database.read_blocking("find the entries of an operation", move |transaction| {
            let (api, template) = (api.clone(), template.clone());
            Box::pin(async move {
                let condition = "coalesce(template, path) = $1 AND upper(method) = $2 AND (api = $3 OR api IS NULL)";
                let method = method.as_str();
                let values: [(&(dyn ToSql + Sync), Type); 3] =
                    [(&template, Type::TEXT), (&method, Type::TEXT), (&api, Type::TEXT)];
                entries(transaction, condition, &values).await
            })
        })?)
    }

    fn with_key(&self, key: &[u8; 32]) -> Result<Option<EntryId>, MemoryError> {
        let key = *key;
        Ok(self.database.read_blocking("find an entry", move |transaction| {
            Box::pin(async move { with_key(transaction, &key).await })
        })?)
    }

    fn entries(&self) -> Result<Vec<Entry>, MemoryError> {
        Ok(self
            .database
            .read_blocking("list its entries", |transaction| Box::pin(entries(transaction, "true ORDER BY id", &[])))?)
    }

    fn count(&self) -> Result<u64, MemoryError> {
        let count = self.database.read_blocking("count its entries", |transaction| {
            Box::pin(async move {
                transaction.query_typed_one("SELECT count(*) FROM saved_query", &[]).await?.try_get::<_, i64>(0)
            })
        })?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn discard(&self, id: EntryId) -> Result<Option<Entry>, MemoryError> {
        Ok(self.database.write_blocking("discard an entry", move |transaction| {
            Box::pin(async move {
                begin(transaction).await?;
                let entry = get(transaction, id).await?;
                transaction.query_typed("DELETE FROM saved_query WHERE id = $1", &[(&id, Type::INT8)]).await?;
                Ok(entry)
            })
        })?)
    }

    fn flush(&self) -> Result<Flushed, MemoryError> {
        let copy = free_name(&self.path, &format!("{FLUSHED}{}.jsonl", stamp(now_s())));
        let failed = |source| MemoryError::Io { doing: "write the copy", path: copy.clone(), source };
        for _ in 0..FLUSH_TRIES {
            let (version, entries) = self.with_version()?;
            let written = written(&copy, &entries);
            written.map_err(failed)?;
            if let Some(removed) = self.remove_all(version)? {
                return Ok(Flushed { removed, copy });
            }
        }
        std::fs::remove_file(&copy).map_err(failed)?;
        Err(MemoryError::Changing)
    }

    fn used(&self, id: EntryId) -> Result<(), MemoryError> {
        let now_s = now_s();
        Ok(self.database.write_blocking("count a use", move |transaction| {
            Box::pin(async move {
                let sql = "UPDATE saved_query SET usage_count = usage_count + 1, last_used_s = $2, stale_since_s = NULL, \
                     stale_reason = NULL WHERE id = $1";
                transaction.query_typed(sql, &[(&id, Type::INT8), (&now_s, Type::INT8)]).await.map(drop)
            })
        })?)
    }

    fn failed(&self, id: EntryId, reason: &str) -> Result<(), MemoryError> {
        let (now_s, reason) = (now_s(), held(reason));
        Ok(self.database.write_blocking("mark an entry as stale", move |transaction| {
            let reason = reason.clone();
            Box::pin(async move {
                begin(transaction).await?;
                let sql = "UPDATE saved_query SET stale_since_s = coalesce(stale_since_s, $2), stale_reason = $3 WHERE id = $1";
                let values: [(&(dyn ToSql + Sync), Type); 3] = [(&id, Type::INT8), (&now_s, Type::INT8), (&reason, Type::TEXT)];
                transaction.query_typed(sql, &values).await.map(drop)
            })
        })?)
    }

    fn snapshot(&self, model: &str) -> Result<Arc<Snapshot>, MemoryError> {
        let cached = || self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let known = cached().clone().filter(|cached| cached.model == model);
        let current = known.as_ref().filter(|known| known.read_at.elapsed() < OLDEST);
        let (of_model, version) = (model.to_owned(), current.map(|known| known.version));
        let (version, read) = self.database.read_blocking("read its entries", move |transaction| {
            let model = of_model.clone();
            Box::pin(async move { taken(transaction, &model, version).await })
        })?;
        match (read, known) {
            (None, Some(known)) => Ok(known.snapshot),
            (read, _) => {
                let snapshot = Arc::new(read.unwrap_or_default());
                let snapshot_of = Cached {
                    model: model.to_owned(),
                    version,
                    read_at: Instant::now(),
                    snapshot: Arc::clone(&snapshot),
                };
                *cached() = Some(snapshot_of);
                Ok(snapshot)
            }
        }
    }

    fn put_vectors(&self, model: &str, vectors: &[(EntryId, &str, Vec<f32>)]) -> Result<(), MemoryError> {
        let model = model.to_owned();
        let vectors: Vec<(EntryId, String, Vec<u8>)> =
            vectors.iter().map(|(id, description, vector)| (*id, held(description), to_bytes(vector))).collect();
        Ok(self.database.write_blocking("keep vectors", move |transaction| {
            let (model, vectors) = (model.clone(), vectors.clone());
            Box::pin(async move {
                begin(transaction).await?;
                let sql = "INSERT INTO saved_query_vector (entry, model, description, vector) \
                     SELECT id, $2, $3, $4 FROM saved_query WHERE id = $1 AND description = $3 \
                     ON CONFLICT (entry) DO UPDATE SET model = $2, description = $3, vector = $4";
                for (id, description, vector) in &vectors {
                    let values: [(&(dyn ToSql + Sync), Type); 4] =
                        [(id, Type::INT8), (&model, Type::TEXT), (description, Type::TEXT), (vector, Type::BYTEA)];
                    transaction.query_typed(sql, &values).await?;
                }
                Ok(())
            })
        })?)
    }

    fn unresolved(&self) -> Result<Vec<Entry>, MemoryError> {
        Ok(self.database.read_blocking("find rows of an older program", |transaction| {
            Box::pin(entries(transaction, "template IS NULL ORDER BY id", &[]))
        })?)
    }

    fn assign(&self, id: EntryId, api: &str, template: &str) -> Result<(), MemoryError> {
        let (api, template) = (api.to_owned(), template.to_owned());
        Ok(self.database.write_blocking("give an entry its operation", move |transaction| {
            let (api, template) = (api.clone(), template.clone());
            Box::pin(async move { assign(transaction, id, &api, &template).await })
        })?)
    }

    fn revise(&self, id: EntryId, pattern: &Pattern) -> Result<Revised, MemoryError> {
        let pattern = pattern.clone();
        Ok(self.database.write_blocking("edit an entry", move |transaction| {
            let pattern = pattern.clone();
            Box::pin(async move { revise(transaction, id, &pattern).await })
        })?)
    }

    fn offer(&self, client: &str, key: &[u8; 32]) -> Result<bool, MemoryError> {
        let (client, key) = (client.to_owned(), *key);
        Ok(self.database.write_blocking("note what was asked", move |transaction| {
            let client = client.clone();
            Box::pin(async move { offer(transaction, &client, &key).await })
        })?)
    }

    fn take_in(&self, taken: &[Incoming]) -> Result<(u64, u64), MemoryError> {
        let taken = taken.to_vec();
        Ok(self.database.write_blocking("take in entries", move |transaction| {
            let taken = taken.clone();
            Box::pin(async move { take_in(transaction, &taken).await })
        })?)
    }
}
