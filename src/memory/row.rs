//! How does a row become an entry? Whatever a row holds: one that another program wrote, or that is half broken, is still
//! an entry, and says what of it cannot be read.

use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};

use super::{Entry, Pattern, Slot, Stale, Unreadable};
use crate::openapi::Method;

/// The columns that [`entry`] reads, in its order. Times come as seconds, whether they were written as seconds,
/// milliseconds, either of them as text, or a date.
const COLUMNS: &str = "id, description, path, method, params, data, api, template, slots, usage_count, \
     last_used_s, stale_since_s, stale_reason, \
     CASE WHEN typeof(timestamp) IN ('integer', 'real') OR timestamp NOT GLOB '*[^0-9.]*' \
          THEN CAST(CASE WHEN CAST(timestamp AS REAL) > 1e11 THEN CAST(timestamp AS REAL) / 1000 ELSE timestamp END AS INTEGER) \
          ELSE unixepoch(timestamp) END";

/// Writes the statement that selects the entries for which a condition holds.
pub(super) fn select(condition: &str) -> String {
    format!("SELECT {COLUMNS} FROM saved_queries WHERE {condition}")
}

/// Reads one row of [`select`].
pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let mut unreadable = Vec::new();
    let text = |column: usize| row.get_ref(column).map(text);
    let path = text(2)?.unwrap_or_default();
    let method = text(3)?.unwrap_or_default();
    let method = method.parse().unwrap_or_else(|_| {
        unreadable.push(Unreadable { column: "method", text: method });
        Method::Get
    });
    let mut json = |column: usize, name: &'static str, fits: fn(&Value) -> bool| -> rusqlite::Result<Option<Value>> {
        let Some(text) = text(column)? else { return Ok(None) };
        let read = json(&text);
        if let Some(value) = read.as_ref().filter(|value| value.is_null() || fits(value)) {
            return Ok(Some(value.clone()).filter(|value| !value.is_null()));
        }
        unreadable.push(Unreadable { column: name, text });
        Ok(None)
    };
    let params = match json(4, "params", Value::is_object)? {
        Some(Value::Object(params)) => params,
        _ => Map::new(),
    };
    let data = json(5, "data", |_| true)?;
    let slots = json(8, "slots", |value| serde_json::from_value::<Vec<Slot>>(value.clone()).is_ok())?;
    let slots = slots.and_then(|slots| serde_json::from_value(slots).ok()).unwrap_or_default();
    let stale = match whole(row.get_ref(11)?) {
        Some(since_s) => Some(Stale { since_s, reason: text(12)?.unwrap_or_default() }),
        None => None,
    };
    let pattern = Pattern {
        description: text(1)?.unwrap_or_default(),
        api: text(6)?.unwrap_or_default(),
        method,
        template: text(7)?.unwrap_or_else(|| path.clone()),
        path,
        params,
        data,
        slots,
    };
    Ok(Entry {
        id: row.get(0)?,
        pattern,
        created_s: whole(row.get_ref(13)?).unwrap_or(0),
        last_used_s: whole(row.get_ref(10)?),
        usage_count: whole(row.get_ref(9)?).and_then(|count| u64::try_from(count).ok()).unwrap_or(0),
        stale,
        unreadable,
    })
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
