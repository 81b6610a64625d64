//! All entries at once, with the vectors of their descriptions, for recall by meaning.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, Transaction};

use super::{Entry, EntryId, now_s, row, score};

/// The memory at one moment. Its vectors have unit length, so a dot product is a cosine.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The entries by score, best first; of very many, those with most uses.
    pub entries: Vec<Entry>,
    /// Length of a vector; 0 where there is none.
    pub dim: usize,
    /// The vectors, `[embedded.len() x dim]` row by row.
    pub vectors: Vec<f32>,
    /// Index into `entries` for each row of `vectors`.
    pub embedded: Vec<usize>,
    /// Indices of the entries that have no vector of this model for their present description.
    pub missing: Vec<usize>,
}

impl Snapshot {
    /// A snapshot of these entries, by score, with the vectors that some of them have.
    pub(super) fn of(mut entries: Vec<Entry>, known: HashMap<EntryId, Vec<f32>>) -> Self {
        by_score(&mut entries);
        let mut snapshot = Self { entries, ..Self::default() };
        for (place, entry) in snapshot.entries.iter().enumerate() {
            match known.get(&entry.id) {
                Some(vector) if snapshot.dim == 0 || vector.len() == snapshot.dim => {
                    snapshot.dim = vector.len();
                    snapshot.vectors.extend_from_slice(vector);
                    snapshot.embedded.push(place);
                }
                _ => snapshot.missing.push(place),
            }
        }
        snapshot
    }

    /// Computes the cosine of each embedded entry to a unit vector of the same model: index into `entries` and cosine,
    /// in order of score.
    pub fn alike<'a>(&'a self, vector: &'a [f32]) -> impl Iterator<Item = (usize, f32)> + 'a {
        let rows = self.vectors.chunks_exact(self.dim.max(1));
        let fits = vector.len() == self.dim;
        self.embedded
            .iter()
            .zip(rows)
            .filter(move |_| fits)
            .map(|(place, row)| (*place, crate::index::dot(vector, row)))
    }
}

/// A snapshot with what tells whether it is still current: the model and the state of the file.
#[derive(Debug)]
pub(super) struct Cached {
    pub(super) model: String,
    /// `PRAGMA data_version`, which the commits of other connections change, and the number of commits of this one.
    pub(super) state: (i64, u64),
    pub(super) snapshot: Arc<Snapshot>,
}

/// Reads all entries by number.
pub(super) fn entries(connection: &Connection) -> rusqlite::Result<Vec<Entry>> {
    let mut statement = connection.prepare_cached(&row::select("1 ORDER BY id"))?;
    statement.query_map([], row::entry)?.collect()
}

/// Sorts by score, best first; of equal scores the newest comes first.
pub(super) fn by_score(entries: &mut [Entry]) {
    let now_s = now_s();
    // No score is negative, and such numbers are in the order of their bits.
    entries.sort_by_cached_key(|entry| (Reverse(score(entry, now_s).to_bits()), Reverse(entry.id)));
}

/// Selects the entries that a search compares: at most 10,000, far more than anybody saves by hand. Lists show all.
const MOST_USED: &str = "SELECT id FROM saved_queries ORDER BY CAST(usage_count AS INTEGER) DESC, id DESC LIMIT 10000";

/// Reads the entries and vectors that a search compares.
pub(super) fn take(transaction: &Transaction<'_>, model: &str) -> rusqlite::Result<Snapshot> {
    let mut statement = transaction.prepare_cached(&row::select(&format!("id IN ({MOST_USED}) ORDER BY id")))?;
    let entries: Vec<Entry> = statement.query_map([], row::entry)?.collect::<rusqlite::Result<_>>()?;
    let mut known: HashMap<EntryId, Vec<f32>> = HashMap::new();
    let mut statement = transaction.prepare_cached(&format!(
        "SELECT vectors.entry, vectors.vector FROM vectors JOIN saved_queries ON saved_queries.id = vectors.entry
         WHERE vectors.model = ?1 AND vectors.description IS saved_queries.description AND vectors.entry IN ({MOST_USED})"
    ))?;
    let mut rows = statement.query([model])?;
    while let Some(row) = rows.next()? {
        if let Some(vector) = row.get_ref(1)?.as_blob().ok().and_then(from_bytes) {
            known.insert(row.get(0)?, vector);
        }
    }
    Ok(Snapshot::of(entries, known))
}

/// Writes a vector as it is stored: little-endian f32.
pub(super) fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|value| value.to_le_bytes()).collect()
}

pub(super) fn from_bytes(bytes: &[u8]) -> Option<Vec<f32>> {
    let (values, rest) = bytes.as_chunks::<4>();
    (rest.is_empty() && !values.is_empty()).then(|| values.iter().map(|value| f32::from_le_bytes(*value)).collect())
}
