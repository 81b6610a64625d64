//! Where is the rest of an answer that was too large to show?
//!
//! Rows are kept as the JSON text they came in, and counted by the bytes that they take. A handle belongs to the client that
//! made the call, and lives half an hour after its last use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::columns::Columns;
use super::rows::{Rows, json_len, value};
use super::shares::gives_way;
use super::token::Tokens;
use super::view::{Aside, View};
use crate::escape::{QUOTED, shortened};

/// How long a result is kept after its last use.
pub const KEPT: Duration = Duration::from_secs(30 * 60);

/// Bytes of all results together; beyond it, of whoever has most, those unused for longest go, and their handles say so.
const MOST_BYTES: usize = 256 << 20;

/// Handles whose end is remembered, so that a late reader learns why.
const REMEMBERED: usize = 1_000;

/// What can go wrong when the rest is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoredError {
    /// No such handle, or another client's.
    #[error("there is no stored result `{}`; handles live {} minutes after their last use, so make the call again", shortened(handle, QUOTED), KEPT.as_secs() / 60)]
    Unknown {
        /// The handle that was asked for.
        handle: String,
    },
    /// The result was dropped to make room for others.
    #[error(
        "the stored result `{}` was dropped to make room for newer ones; make the call again, with `fields` to make it smaller",
        shortened(handle, QUOTED)
    )]
    Dropped {
        /// The handle that was asked for.
        handle: String,
    },
    /// The offset is behind the last row.
    #[error("offset {offset} is behind the last row: the result has {total} rows, from 0")]
    Offset {
        /// The first row that was asked for.
        offset: usize,
        /// Rows there are.
        total: usize,
    },
}

/// A part of a stored result.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The rows, whole or with the fields asked for.
    pub rows: Vec<Value>,
    /// The place of the first, from 0.
    pub offset: usize,
    /// Rows of the whole result.
    pub total: usize,
    /// What there is to say of the rows.
    pub notes: Vec<String>,
    /// What the rows have beside that, where nobody asked for it.
    pub left_out: Option<String>,
    /// The offset of the next part; absent at the end.
    pub next_offset: Option<usize>,
}

/// Rows are moved and not written anew, so that their numbers stay as they are.
impl From<Page> for Value {
    fn from(mut page: Page) -> Self {
        let mut out = Map::new();
        let table = Columns::of(&page.rows).map(|table| (table.values(), table.columns));
        let rows = match table {
            Some((rows, columns)) => {
                out.insert("columns".to_owned(), columns.into());
                rows
            }
            None => std::mem::take(&mut page.rows).into(),
        };
        page.beside(rows, out)
    }
}

impl Page {
    /// The page as JSON whose rows are records, as the API gave them, however many there are and whatever a table would save.
    pub fn into_records(mut self) -> Value {
        let rows = std::mem::take(&mut self.rows).into();
        self.beside(rows, Map::new())
    }

    /// Rows, with what a page says of them.
    fn beside(self, rows: Value, mut out: Map<String, Value>) -> Value {
        out.insert("rows".to_owned(), rows);
        out.insert("offset".to_owned(), self.offset.into());
        out.insert("total".to_owned(), self.total.into());
        if !self.notes.is_empty() {
            out.insert("notes".to_owned(), self.notes.into());
        }
        if let Some(left_out) = self.left_out {
            out.insert("left_out".to_owned(), format!("{left_out}: name it in `fields`").into());
        }
        if let Some(next) = self.next_offset {
            out.insert("next_offset".to_owned(), next.into());
        }
        Value::Object(out)
    }
}

struct Stored {
    client: String,
    rows: Arc<Rows>,
    asides: &'static [Aside],
    of: Option<Arc<str>>,
    bytes: usize,
    last_use: Instant,
}

#[derive(Default)]
/// The stored results by handle.
struct Results {
    results: HashMap<String, Stored>,
    bytes: usize,
    dropped: Vec<String>,
}

/// The results of all clients.
pub struct StoredResults {
    // std's mutex: it is held for looking up and replacing, never while rows are read or awaited.
    state: Mutex<Results>,
    tokens: Tokens,
    most_bytes: usize,
}

impl std::fmt::Debug for StoredResults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredResults").field("results", &self.state().results.len()).finish_non_exhaustive()
    }
}

impl Default for StoredResults {
    fn default() -> Self {
        Self { state: Mutex::default(), tokens: Tokens::default(), most_bytes: MOST_BYTES }
    }
}

impl StoredResults {
    fn state(&self) -> MutexGuard<'_, Results> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps rows for a client and returns their handle. `asides` are left out where they are read without being asked for.
    pub(crate) fn keep(&self, client: &str, rows: impl Into<Arc<Rows>>, asides: &'static [Aside]) -> String {
        self.keep_as(client, rows, &View { asides, ..View::default() })
    }

    /// The same, of rows that are shown by a view, with what they are of.
    pub(crate) fn keep_as(&self, client: &str, rows: impl Into<Arc<Rows>>, view: &View) -> String {
        self.keep_at(client, rows.into(), view, Instant::now())
    }

    fn keep_at(&self, client: &str, rows: Arc<Rows>, view: &View, now: Instant) -> String {
        let handle = self.tokens.next();
        let bytes = rows.bytes();
        let mut state = self.state();
        state.expire(now);
        state.bytes += bytes;
        let (asides, of) = (view.asides, view.of.clone());
        let stored = Stored { client: client.to_owned(), rows, asides, of, bytes, last_use: now };
        state.results.insert(handle.clone(), stored);
        while state.bytes > self.most_bytes && state.results.len() > 1 {
            let others = state.results.iter().filter(|(name, _)| **name != handle);
            let kept = others.map(|(name, stored)| (name, stored.client.as_str(), stored.bytes, stored.last_use));
            let Some(oldest) = gives_way(kept).cloned() else { break };
            state.remove(&oldest);
            if state.dropped.len() >= REMEMBERED {
                state.dropped.remove(0);
            }
            state.dropped.push(oldest);
        }
        handle
    }

    /// Rows from `offset` on: at most `limit`, and at most about `budget` characters, but at least one. With `fields`, each
    /// row is cut to these paths (`company/name`).
    ///
    /// # Errors
    /// [`StoredError`]
    pub fn read(
        &self,
        client: &str,
        handle: &str,
        (offset, limit): (usize, usize),
        fields: &[String],
        budget: usize,
    ) -> Result<Page, StoredError> {
        self.read_at(
            client,
            handle,
            (offset, limit),
            &View { fields: fields.to_vec(), ..View::default() },
            budget,
            Instant::now(),
        )
    }

    /// The same of whole rows, with what stands beside their fields.
    ///
    /// # Errors
    /// [`StoredError`]
    pub fn read_full(
        &self,
        client: &str,
        handle: &str,
        (offset, limit): (usize, usize),
        fields: &[String],
        budget: usize,
    ) -> Result<Page, StoredError> {
        let view = View { fields: fields.to_vec(), is_full: true, ..View::default() };
        self.read_at(client, handle, (offset, limit), &view, budget, Instant::now())
    }

    fn read_at(
        &self,
        client: &str,
        handle: &str,
        (offset, limit): (usize, usize),
        view: &View,
        budget: usize,
        now: Instant,
    ) -> Result<Page, StoredError> {
        let (all, asides) = self.stored_at(client, handle, now)?;
        let view = View { asides, ..view.clone() };
        let total = all.len();
        if offset >= total.max(1) {
            return Err(StoredError::Offset { offset, total });
        }
        let mut rows = Vec::new();
        let mut spent = 0;
        let mut leaves_out = false;
        for text in all.texts(offset).take(limit.max(1)) {
            let (row, leaves) = view.shown(value(text));
            leaves_out |= leaves;
            spent += json_len(&row);
            if !rows.is_empty() && spent > budget {
                break;
            }
            rows.push(row);
        }
        let end = offset + rows.len();
        let notes = all.note(offset..end).into_iter().collect();
        let left_out = leaves_out.then(|| view.left_out());
        Ok(Page { rows, offset, total, notes, left_out, next_offset: (end < total).then_some(end) })
    }

    /// All rows of a result, with what stands beside their fields.
    ///
    /// # Errors
    /// [`StoredError`]
    pub(crate) fn whole(&self, client: &str, handle: &str) -> Result<(Arc<Rows>, &'static [Aside]), StoredError> {
        self.stored_at(client, handle, Instant::now())
    }

    /// The path template of the operation that answered the rows of a result; `None` where something was made of them, or the manifest
    /// does not have it.
    pub(crate) fn origin(&self, client: &str, handle: &str) -> Option<Arc<str>> {
        let state = self.state();
        state.results.get(handle).filter(|stored| stored.client == client)?.of.clone()
    }

    /// All rows of a result.
    ///
    /// # Errors
    /// [`StoredError`]
    pub(crate) fn rows(&self, client: &str, handle: &str) -> Result<Arc<Rows>, StoredError> {
        self.rows_at(client, handle, Instant::now())
    }

    fn rows_at(&self, client: &str, handle: &str, now: Instant) -> Result<Arc<Rows>, StoredError> {
        self.stored_at(client, handle, now).map(|(rows, _)| rows)
    }

    fn stored_at(
        &self,
        client: &str,
        handle: &str,
        now: Instant,
    ) -> Result<(Arc<Rows>, &'static [Aside]), StoredError> {
        let mut state = self.state();
        state.expire(now);
        let was_dropped = state.dropped.iter().any(|name| name == handle);
        match state.results.get_mut(handle).filter(|stored| stored.client == client) {
            Some(stored) => {
                stored.last_use = now;
                Ok((Arc::clone(&stored.rows), stored.asides))
            }
            None if was_dropped => Err(StoredError::Dropped { handle: handle.to_owned() }),
            None => Err(StoredError::Unknown { handle: handle.to_owned() }),
        }
    }

    /// The handles of a client, each with how many rows it has, for listing resources.
    pub fn of_client(&self, client: &str) -> Vec<(String, usize)> {
        let mut state = self.state();
        state.expire(Instant::now());
        let mut handles: Vec<(String, usize)> = state
            .results
            .iter()
            .filter(|(_, stored)| stored.client == client)
            .map(|(handle, stored)| (handle.clone(), stored.rows.len()))
            .collect();
        handles.sort();
        handles
    }
}

impl Results {
    fn expire(&mut self, now: Instant) {
        let old: Vec<String> = self
            .results
            .iter()
            .filter(|(_, stored)| now.saturating_duration_since(stored.last_use) > KEPT)
            .map(|(handle, _)| handle.clone())
            .collect();
        old.iter().for_each(|handle| self.remove(handle));
    }

    fn remove(&mut self, handle: &str) {
        if let Some(stored) = self.results.remove(handle) {
            self.bytes -= stored.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(count: usize) -> Rows {
        let row = |id| json!({ "id": id, "company": { "id": 1, "name": "Contoso" }, "tags": [{ "k": 1, "v": 2 }] });
        Rows::of_values((0..count).map(row).collect())
    }

    fn read(store: &StoredResults, client: &str, handle: &str, from: (usize, usize)) -> Result<Page, StoredError> {
        store.read(client, handle, from, &[], 1_000_000)
    }

    #[test]
    fn every_row_is_reached_by_following_next_offset() {
        let store = StoredResults::default();
        let handle = store.keep("a", rows(1_003), &[]);
        let (mut seen, mut at) = (Vec::new(), 0);
        loop {
            let page = store.read("a", &handle, (at, 100), &["id".to_owned()], 1_000).unwrap();
            seen.extend(page.rows.iter().map(|row| row["id"].as_u64().unwrap()));
            match page.next_offset {
                Some(next) => at = next,
                None => break,
            }
        }
        assert_eq!(seen, (0..1_003).collect::<Vec<u64>>());
    }

    #[test]
    fn a_row_larger_than_the_budget_is_still_whole() {
        let store = StoredResults::default();
        let handle = store.keep("a", rows(2), &[]);
        let page = store.read("a", &handle, (0, 10), &[], 1).unwrap();
        assert_eq!((page.rows.len(), page.next_offset), (1, Some(1)));
        assert_eq!(page.rows[0]["company"]["name"], "Contoso");
    }

    #[test]
    fn fields_cut_rows_at_any_depth_and_in_any_case() {
        let store = StoredResults::default();
        let handle = store.keep("a", rows(1), &[]);
        let fields = ["Company/name".to_owned(), "tags/v".to_owned(), "nosuch/x".to_owned()];
        let page = store.read("a", &handle, (0, 1), &fields, 1_000).unwrap();
        assert_eq!(page.rows[0], json!({ "company": { "name": "Contoso" }, "tags": [{ "v": 2 }] }));
    }

    #[test]
    fn a_handle_belongs_to_its_client_and_ends_half_an_hour_after_its_last_use() {
        let store = StoredResults::default();
        let start = Instant::now();
        let handle = store.keep_at("a", rows(3).into(), &View::default(), start);
        assert!(matches!(read(&store, "b", &handle, (0, 1)), Err(StoredError::Unknown { .. })));
        let later = start + Duration::from_secs(29 * 60);
        assert!(store.read_at("a", &handle, (0, 1), &View::default(), 10, later).is_ok());
        let later = later + Duration::from_secs(29 * 60);
        assert!(store.read_at("a", &handle, (0, 1), &View::default(), 10, later).is_ok());
        let later = later + Duration::from_secs(31 * 60);
        assert!(matches!(
            store.read_at("a", &handle, (0, 1), &View::default(), 10, later),
            Err(StoredError::Unknown { .. })
        ));
    }

    #[test]
    fn whoever_stores_most_makes_room() {
        let store = StoredResults { most_bytes: 2_500, ..StoredResults::default() };
        let of_alice = store.keep("alice #1", rows(8), &[]);
        let of_bob: Vec<String> = (0..5).map(|session| store.keep(&format!("bob #{session}"), rows(8), &[])).collect();
        assert!(read(&store, "alice #1", &of_alice, (0, 1)).is_ok());
        assert!(matches!(read(&store, "bob #0", &of_bob[0], (0, 1)), Err(StoredError::Dropped { .. })));
        assert!(read(&store, "bob #4", &of_bob[4], (0, 1)).is_ok());
    }

    #[test]
    fn what_makes_room_says_so() {
        let store = StoredResults { most_bytes: 1_000, ..StoredResults::default() };
        let first = store.keep("a", rows(8), &[]);
        let second = store.keep("a", rows(8), &[]);
        assert!(matches!(read(&store, "a", &first, (0, 1)), Err(StoredError::Dropped { .. })));
        assert!(read(&store, "a", &second, (7, 1)).is_ok());
        assert_eq!(read(&store, "a", &second, (8, 1)), Err(StoredError::Offset { offset: 8, total: 8 }));
    }

    #[test]
    fn results_are_counted_by_what_they_take_and_not_by_what_their_rows_say() {
        let list = |count: usize| Rows::of(&format!("[1{}]", ",1".repeat(count - 1)).into(), 0);
        let store = StoredResults { most_bytes: 3_000_000, ..StoredResults::default() };
        let first = store.keep("a", list(1_000_000), &[]);
        let counted = store.state().bytes;
        // Two bytes a row, and little beside them.
        assert!((2_000_000..2_100_000).contains(&counted), "{counted}");
        let page = store.read("a", &first, (999_998, 10), &[], 1_000).unwrap();
        assert_eq!((page.rows, page.next_offset), (vec![json!(1), json!(1)], None));
        let second = store.keep("a", list(1_000_000), &[]);
        assert!(matches!(read(&store, "a", &first, (0, 1)), Err(StoredError::Dropped { .. })));
        assert!(read(&store, "a", &second, (0, 1)).is_ok());
        assert_eq!(store.state().bytes, counted);
    }

    #[test]
    fn rows_that_are_no_values_are_read_with_a_note_and_their_fields_are_found() {
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        let rows = Rows::of(&format!("[{{\"id\":1}},{{\"id\":2,\"x\":{deep}}},{{\"id\":1e400}}]").into(), 0);
        let store = StoredResults::default();
        let handle = store.keep("a", rows, &[]);
        let page = store.read("a", &handle, (0, 10), &[], 1_000_000).unwrap();
        assert_eq!(page.rows[1], json!({ "id": 2, "x": deep }));
        assert_eq!(page.rows[2].to_string(), r#"{"id":1e400}"#);
        assert!(page.notes[0].starts_with("row 1 "), "{:?}", page.notes);
        let ids = store.read("a", &handle, (1, 10), &["id".to_owned()], 1_000_000).unwrap();
        assert_eq!(Value::from(ids.rows).to_string(), r#"[{"id":2},{"id":1e400}]"#);
    }
}
