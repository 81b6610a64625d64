//! All entries at once, with the vectors of their descriptions, for recall by meaning.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, Transaction};

use super::{Entry, EntryId, now_s, row, score};

/// The memory at one moment. Its vectors are unit vectors, so a dot product is a cosine.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// All entries, by score, best first.
    pub entries: Vec<Entry>,
    /// The length of a vector; 0 where there is none.
    pub dim: usize,
    /// The vectors, `[embedded.len() x dim]` row by row.
    pub vectors: Vec<f32>,
    /// For each row of `vectors`, the entry's place in `entries`.
    pub embedded: Vec<usize>,
    /// Places of the entries that have no vector of this model for their description as it is.
    pub missing: Vec<usize>,
}

impl Snapshot {
    /// The cosine of each embedded entry to a unit vector of the same model: place in `entries`, cosine; in order of score.
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

/// A snapshot, and what it was made of: the model and the state of the file.
#[derive(Debug)]
pub(super) struct Cached {
    pub(super) model: String,
    /// `PRAGMA data_version`, which changes with the commits of others, and the number of commits of this connection.
    pub(super) state: (i64, u64),
    pub(super) snapshot: Arc<Snapshot>,
}

/// All entries, best first.
pub(super) fn entries(connection: &Connection) -> rusqlite::Result<Vec<Entry>> {
    let mut statement = connection.prepare_cached(&row::select("1 ORDER BY id"))?;
    let mut entries: Vec<Entry> = statement.query_map([], row::entry)?.collect::<rusqlite::Result<_>>()?;
    by_score(&mut entries);
    Ok(entries)
}

/// Best first; equal ones, the newest first.
pub(super) fn by_score(entries: &mut [Entry]) {
    let now_s = now_s();
    entries.sort_by(|a, b| score(b, now_s).total_cmp(&score(a, now_s)).then(b.id.cmp(&a.id)));
}

/// Reads everything.
pub(super) fn take(transaction: &Transaction<'_>, model: &str) -> rusqlite::Result<Snapshot> {
    let mut snapshot = Snapshot { entries: entries(transaction)?, ..Snapshot::default() };
    let mut known: HashMap<EntryId, Vec<f32>> = HashMap::new();
    let mut statement = transaction.prepare_cached(
        "SELECT vectors.entry, vectors.vector FROM vectors JOIN saved_queries ON saved_queries.id = vectors.entry
         WHERE vectors.model = ?1 AND vectors.description IS saved_queries.description",
    )?;
    let mut rows = statement.query([model])?;
    while let Some(row) = rows.next()? {
        if let Some(vector) = row.get_ref(1)?.as_blob().ok().and_then(from_bytes) {
            known.insert(row.get(0)?, vector);
        }
    }
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
    Ok(snapshot)
}

/// A vector as it is stored: little-endian f32.
pub(super) fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn from_bytes(bytes: &[u8]) -> Option<Vec<f32>> {
    let (values, rest) = bytes.as_chunks::<4>();
    (rest.is_empty() && !values.is_empty()).then(|| values.iter().map(|value| f32::from_le_bytes(*value)).collect())
}
