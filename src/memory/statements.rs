//! By which statements are entries found and saved?

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::Value;

use super::{Entry, EntryId, Pattern, Saved, key, now_s, row, schema};

pub(super) fn of_operation_sql() -> String {
    // A row that no operation was found for belongs to whichever API has its path.
    row::select(&format!("{} = ?1 AND method = ?2 COLLATE NOCASE AND (api = ?3 OR api IS NULL)", schema::TEMPLATE))
}

pub(super) fn get(connection: &Connection, id: EntryId) -> rusqlite::Result<Option<Entry>> {
    let sql = row::select("id = ?1");
    connection.prepare_cached(&sql)?.query_row([id], row::entry).optional()
}

pub(super) fn with_key(connection: &Connection, key: &[u8; 32]) -> rusqlite::Result<Option<EntryId>> {
    let sql = "SELECT id FROM saved_queries WHERE key = ?1";
    connection.prepare_cached(sql)?.query_row([&key[..]], |row| row.get(0)).optional()
}

pub(super) fn save(transaction: &Transaction<'_>, pattern: &Pattern) -> rusqlite::Result<Saved> {
    let key = key::key(pattern);
    let slots = if pattern.slots.is_empty() { None } else { serde_json::to_string(&pattern.slots).ok() };
    let known = with_key(transaction, &key)?;
    let id = match known {
        Some(id) => {
            let sql = "UPDATE saved_queries SET description = ?2, slots = ?3, stale_since_s = NULL, stale_reason = NULL \
                       WHERE id = ?1";
            transaction.prepare_cached(sql)?.execute(params![id, pattern.description, slots])?;
            id
        }
        None => {
            // The older program writes what is empty as NULL.
            let params_text = (!pattern.params.is_empty()).then(|| Value::Object(pattern.params.clone()).to_string());
            let data_text = pattern.data.as_ref().map(Value::to_string);
            let sql = "INSERT INTO saved_queries \
                       (description, path, method, params, data, timestamp, usage_count, api, template, slots, key) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8, ?9, ?10)";
            transaction.prepare_cached(sql)?.execute(params![
                pattern.description,
                pattern.path,
                pattern.method.as_str(),
                params_text,
                data_text,
                now_s(),
                pattern.api,
                pattern.template,
                slots,
                &key[..],
            ])?;
            transaction.last_insert_rowid()
        }
    };
    let entry = get(transaction, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    Ok(if known.is_some() { Saved::Updated(entry) } else { Saved::New(entry) })
}
