//! What was a client last shown of a record, so that the answer to a write can say what else changed with it?
//!
//! Kept in memory alone, for a short time: whoever wrote meanwhile is nobody that this program knows.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::rows::{exact_members, value};

/// How long a record is taken for what it was before a write.
const FOR: Duration = Duration::from_secs(15 * 60);
/// Records that are kept, of all clients.
const MOST: usize = 256;
/// Bytes of a record that is kept.
const LARGEST: usize = 32 << 10;

/// A record as it was shown.
#[derive(Clone, Debug)]
pub(super) struct Former {
    /// Its fields, as the API answered them.
    pub(super) fields: Map<String, Value>,
    /// Whether it was answered whole, so that a field that it lacks was empty.
    pub(super) is_whole: bool,
}

/// Where a record is: whose it was shown to, of which API, at which path.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) client: &'a str,
    pub(super) api: &'a str,
    pub(super) path: &'a str,
}

impl At<'_> {
    fn key(self) -> (String, String) {
        (format!("{}\n{}", self.client, self.api), self.path.trim_end_matches('/').to_owned())
    }
}

#[derive(Debug)]
struct Kept {
    /// The record's JSON text. A value of it takes several times as much, and few are asked for again.
    text: Box<str>,
    is_whole: bool,
    at: Instant,
}

impl Kept {
    fn is_old(&self) -> bool {
        self.at.elapsed() >= FOR
    }
}

/// The records that clients were shown lately.
#[derive(Debug, Default)]
pub(super) struct Seen {
    // std's mutex: it is held for looking up and replacing alone.
    records: Mutex<HashMap<(String, String), Kept>>,
}

impl Seen {
    fn records(&self) -> MutexGuard<'_, HashMap<(String, String), Kept>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a record that was read, or written and answered, at its own path. What is no object, or large, is not noted.
    pub(super) fn record(&self, at: At<'_>, text: &str, is_whole: bool) {
        if !text.starts_with('{') || text.len() > LARGEST {
            return;
        }
        let key = at.key();
        let mut records = self.records();
        if records.len() >= MOST && !records.contains_key(&key) {
            records.retain(|_, kept| !kept.is_old());
        }
        if records.len() >= MOST && !records.contains_key(&key) {
            let oldest = records.iter().min_by_key(|(_, kept)| kept.at).map(|(key, _)| key.clone());
            oldest.map(|key| records.remove(&key));
        }
        records.insert(key, Kept { text: text.into(), is_whole, at: Instant::now() });
    }

    /// Notes the rows of a list, which may have some of their fields alone.
    pub(super) fn rows<'t>(&self, list: At<'_>, rows: impl Iterator<Item = &'t str>) {
        for row in rows {
            let id = match exact_members(row, &["id"]).map(|found| found["id"].clone()) {
                Ok(Value::Number(id)) => id.to_string(),
                Ok(Value::String(id)) => id,
                _ => continue,
            };
            let path = format!("{}/{id}", list.path.trim_end_matches('/'));
            self.record(At { path: &path, ..list }, row, false);
        }
    }

    /// What was last shown of a record.
    pub(super) fn former(&self, at: At<'_>) -> Option<Former> {
        let records = self.records();
        let kept = records.get(&at.key()).filter(|kept| !kept.is_old())?;
        match value(&kept.text) {
            Value::Object(fields) if !fields.is_empty() => Some(Former { fields, is_whole: kept.is_whole }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at<'a>(client: &'a str, path: &'a str) -> At<'a> {
        At { client, api: "shop", path }
    }

    #[test]
    fn a_record_is_what_its_own_client_was_shown_last() {
        let seen = Seen::default();
        seen.rows(at("a", "/items"), [r#"{"id":5,"name":"x"}"#, r#"{"name":"no id"}"#, "7", "[]"].into_iter());
        assert!(seen.former(at("b", "/items/5")).is_none() && seen.former(at("a", "/items/6")).is_none());
        let former = seen.former(at("a", "/items/5")).unwrap();
        assert_eq!((&former.fields["name"], former.is_whole), (&json!("x"), false));
        seen.record(at("a", "/items/5/"), r#"{"id":5,"name":"y","cost":1E2}"#, true);
        let former = seen.former(at("a", "/items/5")).unwrap();
        assert_eq!((&former.fields["name"], former.is_whole), (&json!("y"), true));
        assert_eq!(former.fields["cost"].to_string(), "1E2");
        seen.record(at("a", "/items/8"), "{}", true);
        assert!(seen.former(at("a", "/items/8")).is_none());
    }

    #[test]
    fn what_is_kept_has_an_end() {
        let seen = Seen::default();
        for id in 0..MOST + 5 {
            seen.record(at("a", &format!("/items/{id}")), &json!({ "id": id }).to_string(), true);
        }
        assert_eq!(seen.records().len(), MOST);
        assert!(seen.former(at("a", "/items/0")).is_none());
        seen.record(at("a", "/items/9"), &json!({ "text": "x".repeat(LARGEST) }).to_string(), true);
        // The former one is still what is known of it.
        assert!(seen.former(at("a", "/items/9")).is_some());
    }
}
