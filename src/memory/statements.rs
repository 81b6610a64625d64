//! By which statements are entries found and saved?

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::{Value, json};

use super::incoming::{Content, Incoming, content};
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

/// Reads the API and number of each entry, by content.
pub(super) fn contents(transaction: &Transaction<'_>) -> rusqlite::Result<HashMap<Content, Vec<(String, EntryId)>>> {
    let mut statement = transaction.prepare(&row::select("1"))?;
    let mut there: HashMap<Content, Vec<(String, EntryId)>> = HashMap::new();
    for entry in statement.query_map([], row::entry)? {
        let entry = entry?;
        there.entry(content(&entry.pattern, &entry.unreadable)).or_default().push((entry.pattern.api, entry.id));
    }
    Ok(there)
}

/// Adds an entry, or its uses to the entry with the same content. Returns whether it was added.
pub(super) fn take_in(
    transaction: &Transaction<'_>,
    incoming: &Incoming,
    there: &mut HashMap<Content, Vec<(String, EntryId)>>,
) -> rusqlite::Result<bool> {
    let Incoming { pattern, unreadable, .. } = incoming;
    let uses = incoming.uses();
    let alike = there.entry(incoming.content()).or_default();
    if let Some(id) = incoming.same(alike) {
        let sql =
            "UPDATE saved_queries SET usage_count = max(coalesce(CAST(usage_count AS INTEGER), 0), ?2) WHERE id = ?1";
        transaction.prepare_cached(sql)?.execute(params![id, uses])?;
        return Ok(false);
    }
    let raw = |column: &str| unreadable.iter().find(|one| one.column == column).map(|one| one.text.clone());
    let params_text = || (!pattern.params.is_empty()).then(|| Value::Object(pattern.params.clone()).to_string());
    let slots_text = || (!pattern.slots.is_empty()).then(|| json!(pattern.slots).to_string());
    let timestamp: Box<dyn rusqlite::ToSql> = match &incoming.timestamp {
        Value::String(text) => Box::new(text.clone()),
        number => Box::new(number.as_i64().or_else(|| number.as_f64().map(|number| number as i64))),
    };
    let is_whole = incoming.is_resolved && unreadable.is_empty();
    let sql = "INSERT INTO saved_queries \
               (description, path, method, params, data, timestamp, usage_count, last_used_s, api, template, slots, key) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    transaction.prepare_cached(sql)?.execute(params![
        pattern.description,
        pattern.path,
        raw("method").unwrap_or_else(|| pattern.method.to_string()),
        raw("params").or_else(params_text),
        raw("data").or_else(|| pattern.data.as_ref().map(Value::to_string)),
        timestamp,
        uses,
        incoming.last_used_s,
        incoming.is_resolved.then_some(&pattern.api),
        incoming.is_resolved.then_some(&pattern.template),
        raw("slots").or_else(slots_text),
        is_whole.then(|| key::key(pattern).to_vec()),
    ])?;
    alike.push((pattern.api.clone(), transaction.last_insert_rowid()));
    Ok(true)
}
