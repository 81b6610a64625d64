//! What is the least that tells how like two vectors are?
//!
//! Scalar quantisation: every value of a unit vector as one byte. A quarter of the memory, and products of whole numbers, which are
//! the same on every processor in whatever order they are added.

use simsimd::SpatialSimilarity;

use super::{Score, Vectors};

/// Steps to 1. Of the 40 million values of 104,206 operations' vectors three in a million were above .25, the largest .31: those
/// are taken for the largest that a byte holds.
const STEPS: f32 = 127.0 / 0.25;

/// The code of a unit vector: one byte for each of its values.
pub fn code(vector: &[f32]) -> Vec<i8> {
    vector.iter().map(|value| rounded(*value)).collect()
}

#[inline]
fn rounded(value: f32) -> i8 {
    // Rounded by hand, since `round` is a call where the processor may lack the instruction. A cast to an integer type rounds towards
    // zero, keeps to its bounds and makes 0 of what is no number.
    (value * STEPS + 0.5_f32.copysign(value)) as i8
}

/// The codes of vectors, row by row.
#[derive(Debug, Default)]
pub struct Codes {
    dim: usize,
    values: Vec<i8>,
}

impl Codes {
    /// The codes of all rows.
    pub fn new(vectors: &Vectors) -> Self {
        Self { dim: vectors.dim, values: code(&vectors.values) }
    }

    /// Rows of so many bytes that were made before. What is left behind the last whole row is none.
    pub fn of(dim: usize, values: Vec<i8>) -> Self {
        Self { dim, values }
    }

    /// The likeness of a row and the query of this code: their cosine, within .004, times a constant. 0 where there is no such row.
    #[inline]
    pub fn likeness(&self, code: &[i8], row: u32) -> i32 {
        let start = row as usize * self.dim;
        likeness(code, self.values.get(start..start + self.dim).unwrap_or(&[]))
    }

    /// [`Self::likeness`] as a cosine.
    pub fn cosine(&self, code: &[i8], row: u32) -> Score {
        self.likeness(code, row) as Score / SAME as Score
    }
}

/// The cosine of two unit vectors by their codes, within .004; 0 where their lengths differ.
pub fn cosine_of_codes(a: &[i8], b: &[i8]) -> Score {
    likeness(a, b) as Score / SAME as Score
}

/// The [`likeness`] of a vector and itself.
pub(super) const SAME: i32 = (STEPS * STEPS) as i32;

/// The cosine of two unit vectors by their codes, in units of 1 / [`SAME`] and within .004 of it; 0 where their lengths differ.
///
/// SimSIMD takes the widest instructions that the processor has. Left to the compiler, the loop is of the oldest ones, twice as slow
/// with cold caches, and with another number of codegen units of none at all.
#[inline]
pub(super) fn likeness(a: &[i8], b: &[i8]) -> i32 {
    // A sum of whole numbers, at most 128 x 128 x the length: exact in an f64 and in an i32 up to 131,071 values.
    i8::dot(a, b).map_or(0, |sum| sum as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{crowds, dot};

    #[test]
    fn codes_tell_the_cosine_within_four_thousandths() {
        let vectors = crowds();
        let codes = Codes::new(&vectors);
        for query in 0..200 {
            let sought = code(vectors.row(query));
            for row in 0..200 {
                let by_code = codes.likeness(&sought, row) as f32 / SAME as f32;
                let cosine = dot(vectors.row(query), vectors.row(row));
                assert!((by_code - cosine).abs() < 0.004, "{by_code} for {cosine}");
            }
        }
        assert_eq!(codes.likeness(&code(vectors.row(0)), 200), 0);
    }

    #[test]
    fn what_is_too_large_is_the_largest_and_what_is_no_number_is_nothing() {
        assert_eq!(code(&[0.0, 0.25, -0.25, 1.0, -1.0, f32::NAN, 0.001, -0.001]), [0, 127, -127, 127, -128, 0, 1, -1]);
    }

    #[test]
    fn the_product_is_exact_for_every_length_and_of_two_lengths_nothing() {
        let values: Vec<i8> = (0..100).map(|at| (at * 37 % 255 - 127) as i8).collect();
        for length in 0..values.len() {
            let (a, b) = (&values[..length], &values[100 - length..]);
            let wanted: i32 = a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
            assert_eq!(likeness(a, b), wanted);
        }
        assert_eq!(likeness(&[-128; 384], &[-128; 384]), 128 * 128 * 384);
        assert_eq!(likeness(&values, &values[1..]), 0);
    }
}
