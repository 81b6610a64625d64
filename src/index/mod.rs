//! Which vectors are nearest to this one?
//!
//! [`HnswIndex`] answers in a production query; [`exact_nearest`] answers the same by a full scan and is what the graph is checked
//! against. Both know vectors by [`NodeId`]: one node for all documents that share a text, since equal vectors crowd each
//! other out of a graph's neighbour lists.

mod attributes;
mod bm25;
mod codes;
mod everywhere;
mod exact;
mod hnsw;
mod links;
mod terms;
mod terms_build;

pub use codes::{Codes, code, cosine_of_codes};
pub use everywhere::WordScores;
pub use exact::{exact_nearest, exact_nearest_among};
pub use hnsw::{GraphBuilder, GraphError, GraphParameters, HnswIndex};
pub use terms::{PathWords, TermDocument, TermError, TermIndex};
pub use terms_build::{Profiled, TermBuilder};

/// An operation's number within one generation: dense, from 0, in catalogue order.
pub type DocId = u32;

/// A distinct text's number within one generation: dense, from 0, in order of first use.
pub type NodeId = u32;

/// A distinct gloss's number within one generation: dense, from 0, in order of first use.
pub type GlossId = u32;

/// A stem's number within one generation.
pub type TermId = u32;

/// How well something matches; the larger the better. Cosines are within `[-1, 1]`.
pub type Score = f32;

/// The vectors of all nodes, `[nodes x dim]` row by row, unit length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vectors {
    /// The length of every row; at least 1 where there is any row.
    pub dim: usize,
    /// The rows, one after another.
    pub values: Vec<f32>,
}

impl Vectors {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.dim).unwrap_or(0)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows from `at` on, leaving those before.
    pub fn split_off(&mut self, at: usize) -> Self {
        Self { dim: self.dim, values: self.values.split_off((at * self.dim).min(self.values.len())) }
    }

    /// One row; empty where there is no such node.
    pub fn row(&self, node: NodeId) -> &[f32] {
        let start = node as usize * self.dim;
        self.values.get(start..start + self.dim).unwrap_or(&[])
    }
}

/// The dot product of two vectors of one length; of unit vectors the cosine. The same on every processor: the order of the
/// additions is fixed.
///
/// Eight sums side by side, so that the compiler can keep them in vector registers; 16, 32 and 64 took as long.
#[inline]
pub fn dot(a: &[f32], b: &[f32]) -> Score {
    let mut sums = [0.0_f32; 8];
    let (a_lanes, a_rest) = a.as_chunks::<8>();
    let (b_lanes, b_rest) = b.as_chunks::<8>();
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// Unit vectors of 384 values in twenty crowds of ten.
#[cfg(test)]
fn crowds() -> Vectors {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let mut values: Vec<f32> = Vec::new();
    for row in 0..200_usize {
        let middle = (row / 10) * 10 * 384;
        let vector: Vec<f32> =
            (0..384).map(|at| next() + values.get(middle + at).map_or(0.0, |value| value * 20.0)).collect();
        let length = dot(&vector, &vector).sqrt();
        values.extend(vector.iter().map(|value| value / length));
    }
    Vectors { dim: 384, values }
}
