//! How near is a request to those that were written for an operation, and to those for its resource?
//!
//! `models/requests` has thousands of requests, each with the operations that answer it. `written.bin` holds them as vectors, likes of
//! one operation as one, along the directions in which they lie: a tenth of what they were.
//! `cargo bench --bench written -- --write src/search/written.bin` makes it anew, with the model that ships.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::signals::Likeness;
use crate::document::route;
use crate::embed::ModelIdentity;
use crate::generation::ManifestRecord;
use crate::index::{Codes, DocId, GlossId, Score, TermIndex};
use crate::store::OperationRow;

/// The program's file.
const OWN: &[u8] = include_bytes!("written.bin");

/// Steps to 1 of a written request's share in a direction. The largest of all is below .7; finer steps find nothing more often.
pub const STEPS: f32 = 60.0;

/// Steps to 1 of a request's own share: the largest that a byte holds, since cosines are at most 1.
const OWN_STEPS: f32 = 127.0;

/// Requests that were written for operations, as vectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WrittenRequests {
    /// They hold for the APIs whose title contains one of these, in lower case.
    pub apis: Vec<String>,
    /// The revision of the model that made the vectors.
    pub revision: String,
    /// Length of the model's vectors.
    pub dim: usize,
    /// Directions as [`crate::index::code`]s, `[directions x dim]`.
    pub directions: Vec<i8>,
    /// The [`route::operation_key`] of each operation, and how many rows it has.
    pub operations: Vec<(String, u32)>,
    /// Shares in each direction in [`STEPS`], `[rows x directions]`, one operation's after the other's.
    pub rows: Vec<i8>,
}

impl WrittenRequests {
    /// The program's own; none where its file cannot be read, which a test excludes.
    fn own() -> Self {
        postcard::from_bytes(OWN).unwrap_or_default()
    }

    /// The number of directions, where all lengths agree.
    fn width(&self) -> Option<usize> {
        let width = self.directions.len().checked_div(self.dim)?;
        let rows: usize = self.operations.iter().map(|(_, rows)| *rows as usize).sum();
        (width > 0 && self.directions.len() == width * self.dim && self.rows.len() == rows * width).then_some(width)
    }

    /// Returns the file's bytes.
    ///
    /// # Errors
    /// Where memory runs out.
    pub fn to_bytes(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_stdvec(self)
    }
}

/// The written requests of the operations that a catalogue has.
#[derive(Debug, Default)]
pub(super) struct Written {
    directions: Codes,
    rows: Codes,
    width: u32,
    /// Rows of each group: an operation's, as `from..to`.
    groups: Vec<(u32, u32)>,
    /// The gloss of each group, by which a resource is known.
    gloss_of: Vec<Option<GlossId>>,
    /// The group of each document; empty where no operation has any.
    group_of: Vec<Option<u32>>,
    glosses: usize,
}

/// How near a request is to what was written, group by group and gloss by gloss; less than -1 where nothing was.
pub(super) struct Nearest {
    groups: Vec<Score>,
    glosses: Vec<Score>,
}

/// Less than any cosine.
const NOTHING: Score = -2.0;

impl Written {
    /// Those of a catalogue, as far as the model is the one that they were made with.
    pub(super) fn own(
        model: &ModelIdentity,
        manifests: &[ManifestRecord],
        entries: &[OperationRow],
        terms: &TermIndex,
    ) -> Self {
        Self::of(WrittenRequests::own(), model, manifests, entries, terms)
    }

    fn of(
        file: WrittenRequests,
        model: &ModelIdentity,
        manifests: &[ManifestRecord],
        entries: &[OperationRow],
        terms: &TermIndex,
    ) -> Self {
        let holds = |manifest: &&ManifestRecord| {
            let title = manifest.title.to_lowercase();
            file.apis.iter().any(|api| title.contains(api))
        };
        let apis: Vec<&str> = manifests.iter().filter(holds).map(|manifest| manifest.api.as_str()).collect();
        let Some(width) = file.width().filter(|_| file.revision == model.revision && file.dim == model.dim) else {
            return Self::default();
        };
        let mut from = 0;
        let mut groups = Vec::with_capacity(file.operations.len());
        let mut number: HashMap<&str, u32> = HashMap::with_capacity(file.operations.len());
        for (at, (key, rows)) in (0..).zip(&file.operations) {
            groups.push((from, from + rows));
            from += rows;
            number.insert(key, at);
        }
        let mut gloss_of = vec![None; groups.len()];
        let mut group_of = vec![None; entries.len()];
        for (doc, (entry, group)) in (0..).zip(entries.iter().zip(&mut group_of)) {
            if !apis.contains(&entry.api.as_str()) {
                continue;
            }
            *group = number.get(route::operation_key(entry.method.as_str(), &entry.path).as_str()).copied();
            if let Some(gloss) = group.and_then(|group| gloss_of.get_mut(group as usize)) {
                *gloss = terms.document(doc).gloss;
            }
        }
        if group_of.iter().all(Option::is_none) {
            return Self::default();
        }
        Self {
            directions: Codes::of(file.dim, file.directions),
            rows: Codes::of(width, file.rows),
            width: width as u32,
            groups,
            gloss_of,
            group_of,
            glosses: terms.glosses(),
        }
    }

    /// Compares a request, given as its code, with all of them.
    pub(super) fn nearest(&self, sought: &[i8]) -> Nearest {
        let share = |direction| (self.directions.cosine(sought, direction) * OWN_STEPS).round() as i8;
        let shares: Vec<i8> = (0..self.width).map(share).collect();
        let mut nearest =
            Nearest { groups: Vec::with_capacity(self.groups.len()), glosses: vec![NOTHING; self.glosses] };
        for ((from, to), gloss) in self.groups.iter().zip(&self.gloss_of) {
            let likeness = (*from..*to).map(|row| self.rows.likeness(&shares, row)).max();
            let cosine = likeness.map_or(NOTHING, |likeness| likeness as Score / (STEPS * OWN_STEPS));
            nearest.groups.push(cosine);
            if let Some(best) = gloss.and_then(|gloss| nearest.glosses.get_mut(gloss as usize)) {
                *best = best.max(cosine);
            }
        }
        nearest
    }

    /// Completes how alike a document and the request are. Where nothing was written for the resource, the gloss stands for it: with a
    /// third of the resources left out, what is asked of those is found as often as without the two signals. Where nothing was for the
    /// operation, it is as near as its resource.
    pub(super) fn complete(
        &self,
        nearest: &Nearest,
        doc: DocId,
        gloss: Option<GlossId>,
        likeness: Likeness,
    ) -> Likeness {
        let found = |scores: &[Score], at: Option<u32>| {
            at.and_then(|at| scores.get(at as usize)).copied().filter(|cosine| *cosine > NOTHING)
        };
        let resource = found(&nearest.glosses, gloss).unwrap_or(likeness.gloss);
        let group = self.group_of.get(doc as usize).copied().flatten();
        let operation = found(&nearest.groups, group).unwrap_or(resource);
        Likeness { written_resource: resource, written_operation: operation, ..likeness }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_reads_whole_and_is_of_the_model_that_ships() {
        let file = WrittenRequests::own();
        assert!(file.width().is_some(), "{} operations, {} values", file.operations.len(), file.rows.len());
        assert!(file.operations.is_sorted(), "each operation once, in order");
        let pins = include_str!("../../models/models.toml");
        let revision = format!("revision = \"{}\"", file.revision);
        assert!(pins.contains(&revision), "{revision}: make it anew with `cargo bench --bench written`");
    }

    #[test]
    fn a_file_whose_lengths_disagree_is_none() {
        let file = || WrittenRequests {
            dim: 2,
            directions: vec![127, 0, 0, 127],
            operations: vec![("GET /a".to_owned(), 1), ("GET /b".to_owned(), 2)],
            rows: vec![0; 6],
            ..WrittenRequests::default()
        };
        assert_eq!(file().width(), Some(2));
        assert_eq!(WrittenRequests { dim: 3, ..file() }.width(), None);
        assert_eq!(WrittenRequests { dim: 0, ..file() }.width(), None);
        assert_eq!(WrittenRequests { rows: vec![0; 5], ..file() }.width(), None);
        assert_eq!(WrittenRequests::default().width(), None);
    }

    /// Two operations of one gloss and one of another, in two dimensions; the last document has none of them.
    fn written() -> Written {
        Written {
            directions: Codes::of(2, crate::index::code(&[0.25, 0.0, 0.0, 0.25])),
            rows: Codes::of(2, vec![60, 0, 0, 60, 42, 42]),
            width: 2,
            groups: vec![(0, 1), (1, 2), (2, 3)],
            gloss_of: vec![Some(0), Some(0), Some(1)],
            group_of: vec![Some(0), Some(1), Some(2), None],
            glosses: 2,
        }
    }

    fn of(written: &Written, nearest: &Nearest, doc: DocId, gloss: Option<GlossId>) -> (Score, Score) {
        let likeness = Likeness { gloss: 0.5, ..Likeness::default() };
        let Likeness { written_resource, written_operation, .. } = written.complete(nearest, doc, gloss, likeness);
        (written_resource, written_operation)
    }

    #[test]
    fn a_resource_is_as_near_as_the_nearest_of_its_operations() {
        let written = written();
        // The directions are a quarter long, since a code holds no more: so are the shares.
        let nearest = written.nearest(&crate::index::code(&[0.25, 0.0]));
        let (resource, first) = of(&written, &nearest, 0, Some(0));
        assert!((resource - first).abs() < 1e-6 && first > 0.05, "{resource} {first}");
        let (resource, second) = of(&written, &nearest, 1, Some(0));
        assert!(resource == first && second.abs() < 1e-6, "{resource} {second}");
        let (other, _) = of(&written, &nearest, 2, Some(1));
        assert!(other > 0.0 && other < first, "{other}");
    }

    #[test]
    fn what_nothing_was_written_for_is_as_near_as_its_resource_and_that_as_its_gloss() {
        let written = written();
        let nearest = written.nearest(&crate::index::code(&[0.25, 0.0]));
        let (resource, operation) = of(&written, &nearest, 3, Some(0));
        assert_eq!(resource, operation);
        assert_eq!((resource, operation), of(&written, &nearest, 0, Some(0)));
        assert_eq!(of(&written, &nearest, 3, None), (0.5, 0.5));
        let none = Written::default();
        assert_eq!(of(&none, &none.nearest(&[127; 384]), 7, Some(3)), (0.5, 0.5));
    }
}
