//! How does a row become an entry? Whatever a row holds: one that another program wrote, or that is half broken, is still
//! an entry, and says what of it cannot be read.

use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};

use super::{Entry, EntryId, Pattern, Slot, Stale, Unreadable, key, now_s};
use crate::openapi::Method;

/// The columns that [`entry`] reads, in its order, the time of saving behind them. Times come as seconds, whether they were written as
/// seconds, milliseconds, either of them as text, or a date.
const COLUMNS: &str = "id, description, path, method, params, data, api, template, slots, usage_count, \
     last_used_s, stale_since_s, stale_reason";

/// The time of saving, of the column `timestamp`.
const SECONDS: &str = "CASE WHEN typeof(timestamp) IN ('integer', 'real') OR timestamp NOT GLOB '*[^0-9.]*' \
          THEN CAST(CASE WHEN CAST(timestamp AS REAL) > 1e11 THEN CAST(timestamp AS REAL) / 1000 ELSE timestamp END AS INTEGER) \
          ELSE unixepoch(timestamp) END";

/// Writes the statement that selects the entries for which a condition holds.
pub(super) fn select(condition: &str) -> String {
    format!("SELECT {COLUMNS}, {SECONDS} FROM saved_queries WHERE {condition}")
}

/// What a row holds, whichever database it is of: texts are as programs wrote them.
pub(super) struct Raw {
    pub(super) id: EntryId,
    pub(super) description: Option<String>,
    pub(super) path: Option<String>,
    pub(super) method: Option<String>,
    pub(super) params: Option<String>,
    pub(super) data: Option<String>,
    pub(super) api: Option<String>,
    pub(super) template: Option<String>,
    pub(super) slots: Option<String>,
    pub(super) usage_count: Option<i64>,
    pub(super) last_used_s: Option<i64>,
    pub(super) stale_since_s: Option<i64>,
    pub(super) stale_reason: Option<String>,
    pub(super) created_s: Option<i64>,
}

/// Reads one row of [`select`].
pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let text = |column: usize| row.get_ref(column).map(text);
    let whole = |column: usize| row.get_ref(column).map(whole);
    Ok(read(Raw {
        id: row.get(0)?,
        description: text(1)?,
        path: text(2)?,
        method: text(3)?,
        params: text(4)?,
        data: text(5)?,
        api: text(6)?,
        template: text(7)?,
        slots: text(8)?,
        usage_count: whole(9)?,
        last_used_s: whole(10)?,
        stale_since_s: whole(11)?,
        stale_reason: text(12)?,
        created_s: whole(13)?,
    }))
}

/// Makes an entry of what a row holds.
pub(super) fn read(raw: Raw) -> Entry {
    let mut unreadable = Vec::new();
    let path = raw.path.unwrap_or_default();
    let method = raw.method.unwrap_or_default();
    let method = method.parse().unwrap_or_else(|_| {
        unreadable.push(Unreadable { column: "method", text: method });
        Method::Get
    });
    let mut json = |text: Option<String>, name: &'static str, fits: fn(&Value) -> bool| -> Option<Value> {
        let text = text?;
        let read = json(&text);
        if let Some(value) = read.as_ref().filter(|value| value.is_null() || fits(value)) {
            return Some(value.clone()).filter(|value| !value.is_null());
        }
        unreadable.push(Unreadable { column: name, text });
        None
    };
    let params = match json(raw.params, "params", Value::is_object) {
        Some(Value::Object(params)) => params,
        _ => Map::new(),
    };
    let data = json(raw.data, "data", |_| true);
    let slots = json(raw.slots, "slots", |value| serde_json::from_value::<Vec<Slot>>(value.clone()).is_ok());
    let slots = slots.and_then(|slots| serde_json::from_value(slots).ok()).unwrap_or_default();
    let stale = raw.stale_since_s.map(|since_s| Stale { since_s, reason: raw.stale_reason.unwrap_or_default() });
    let pattern = Pattern {
        description: raw.description.unwrap_or_default(),
        api: raw.api.unwrap_or_default(),
        method,
        template: raw.template.unwrap_or_else(|| path.clone()),
        path,
        params,
        data,
        slots,
    };
    Entry {
        id: raw.id,
        pattern,
        created_s: raw.created_s.unwrap_or(0),
        last_used_s: raw.last_used_s,
        usage_count: raw.usage_count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0),
        stale,
        unreadable,
    }
}

/// A row that is to be added.
pub(super) struct New {
    pub(super) description: String,
    pub(super) path: String,
    pub(super) method: String,
    pub(super) params: Option<String>,
    pub(super) data: Option<String>,
    pub(super) api: Option<String>,
    pub(super) template: Option<String>,
    pub(super) slots: Option<String>,
    pub(super) key: Option<Vec<u8>>,
    /// In seconds since 1970; `None` where it cannot be read.
    pub(super) created_s: Option<i64>,
    pub(super) usage_count: i64,
    pub(super) last_used_s: Option<i64>,
}

impl New {
    /// The row of a pattern that is kept now. What is empty is NULL, as the older program writes it.
    pub(super) fn of(pattern: &Pattern) -> Self {
        Self {
            description: pattern.description.clone(),
            path: pattern.path.clone(),
            method: pattern.method.to_string(),
            params: (!pattern.params.is_empty()).then(|| Value::Object(pattern.params.clone()).to_string()),
            data: pattern.data.as_ref().map(Value::to_string),
            api: Some(pattern.api.clone()),
            template: Some(pattern.template.clone()),
            slots: if pattern.slots.is_empty() { None } else { serde_json::to_string(&pattern.slots).ok() },
            key: Some(key::key(pattern).to_vec()),
            created_s: Some(now_s()),
            usage_count: 1,
            last_used_s: None,
        }
    }
}

/// Reads a time as programs write it, by the same rules as the column of a file.
pub(super) fn seconds(timestamp: &Value) -> Option<i64> {
    let given: Box<dyn rusqlite::ToSql> = match timestamp {
        Value::String(text) => Box::new(text.clone()),
        number => Box::new(number.as_i64().or_else(|| number.as_f64().map(|number| number as i64))),
    };
    let sql = format!("SELECT {SECONDS} FROM (SELECT ?1 AS timestamp)");
    let connection = rusqlite::Connection::open_in_memory().ok()?;
    connection.query_row(&sql, [given], |row| row.get(0)).ok()?
}

/// Returns a value as text, whatever its type; `None` for NULL.
fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn whole(value: ValueRef<'_>) -> Option<i64> {
    match value {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Real(number) => Some(number as i64),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok(),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

/// Reads the JSON that programs leave in a column: plain, empty, or as a JSON string that holds JSON once more.
pub(super) fn json(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.is_empty() {
        return Some(Value::Null);
    }
    match serde_json::from_str(text).ok()? {
        Value::String(inner) if inner.trim_start().starts_with(['{', '[']) => {
            Some(serde_json::from_str(&inner).unwrap_or(Value::String(inner)))
        }
        value => Some(value),
    }
}
