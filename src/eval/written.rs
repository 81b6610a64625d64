//! How do written requests become the few vectors that `search::written` compares a request with?
//!
//! Requests of one operation that lie together become one (spherical k-means), and all are kept by their shares in the directions in
//! which they lie (principal components, without a mean). Everything begins at a fixed place and is added in a fixed order: on one machine
//! the same requests give the same bytes.

use std::collections::BTreeMap;

use crate::index::{code, cosine_of_codes, dot};
use crate::search::written::{STEPS, WrittenRequests};

/// Requests for which one vector stands, at most so many on average. 1 finds as much as 2 and takes half as much again; 3 finds .002 less.
const TOGETHER: usize = 2;
/// Directions that are kept: they hold four fifths of all lengths, and find what all 384 do.
const DIRECTIONS: usize = 96;
/// Rounds of k-means; hardly a request changes its place by then.
const ROUNDS: usize = 8;
/// Rounds of the search for directions.
const TURNS: usize = 30;

/// One written request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The keys of the operations that answer it exactly ([`crate::eval::key`]).
    pub operations: Vec<String>,
    /// Its unit vector.
    pub vector: Vec<f32>,
}

/// What is kept of requests to these APIs, whose vectors a model of this revision made.
pub fn make(requests: &[&Request], apis: &[&str], revision: &str) -> WrittenRequests {
    let dim = requests.first().map_or(0, |request| request.vector.len());
    let mut of_operation: BTreeMap<&str, Vec<&[f32]>> = BTreeMap::new();
    for request in requests {
        for operation in &request.operations {
            of_operation.entry(operation).or_default().push(&request.vector);
        }
    }
    let vectors: Vec<&[f32]> = requests.iter().map(|request| request.vector.as_slice()).collect();
    let directions = code(&directions(&vectors, dim).concat());
    let mut rows = Vec::new();
    let mut operations = Vec::with_capacity(of_operation.len());
    for (operation, members) in of_operation {
        let middles = middles(&members, members.len().div_ceil(TOGETHER));
        operations.push((operation.to_owned(), middles.len() as u32));
        for middle in &middles {
            let of_middle = code(middle);
            for direction in directions.chunks_exact(dim) {
                rows.push((cosine_of_codes(&of_middle, direction) * STEPS).round() as i8);
            }
        }
    }
    let apis = apis.iter().map(|api| (*api).to_owned()).collect();
    WrittenRequests { apis, revision: revision.to_owned(), dim, directions, operations, rows }
}

/// Unit vectors that stand for a group's members, `count` of them or as many as there are members.
fn middles(members: &[&[f32]], count: usize) -> Vec<Vec<f32>> {
    let Some(first) = members.first() else { return Vec::new() };
    let mut middles: Vec<Vec<f32>> = vec![first.to_vec()];
    let nearest = |middles: &[Vec<f32>], member: &[f32]| -> (usize, f32) {
        let each = middles.iter().map(|middle| dot(middle, member)).enumerate();
        each.fold((0, f32::NEG_INFINITY), |best, next| if next.1 > best.1 { next } else { best })
    };
    // The next one begins where a member is farthest from all before.
    while middles.len() < count.min(members.len()) {
        let far = members.iter().min_by(|a, b| nearest(&middles, a).1.total_cmp(&nearest(&middles, b).1));
        middles.push(far.unwrap_or(first).to_vec());
    }
    for _ in 0..ROUNDS {
        let mut sums = vec![vec![0.0_f32; first.len()]; middles.len()];
        for member in members {
            let (at, _) = nearest(&middles, member);
            sums[at].iter_mut().zip(*member).for_each(|(sum, value)| *sum += value);
        }
        for (middle, mut sum) in middles.iter_mut().zip(sums) {
            if scale_to_one(&mut sum) {
                *middle = sum;
            }
        }
    }
    middles
}

/// Orthonormal directions that hold most of the vectors' lengths, the most first: orthogonal iteration over the sum of their outer
/// products, begun at the axes.
fn directions(vectors: &[&[f32]], dim: usize) -> Vec<Vec<f32>> {
    let mut products = vec![vec![0.0_f32; dim]; dim];
    for vector in vectors {
        for (value, sums) in vector.iter().zip(&mut products) {
            sums.iter_mut().zip(*vector).for_each(|(sum, other)| *sum += value * other);
        }
    }
    let count = DIRECTIONS.min(dim);
    let mut found: Vec<Vec<f32>> =
        (0..count).map(|at| (0..dim).map(|axis| if axis == at { 1.0 } else { 0.0 }).collect()).collect();
    for _ in 0..TURNS {
        let turned = found.iter().map(|direction| products.iter().map(|row| dot(row, direction)).collect()).collect();
        found = orthonormal(turned);
    }
    found
}

/// Makes each of unit length and takes out of it what those before it have. Twice, since once leaves what rounding put in.
fn orthonormal(mut found: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
    for at in 0..found.len() {
        let (before, rest) = found.split_at_mut(at);
        let Some(direction) = rest.first_mut() else { continue };
        for _ in 0..2 {
            for other in before.iter() {
                let share = dot(other, direction);
                direction.iter_mut().zip(other).for_each(|(value, other)| *value -= share * other);
            }
            scale_to_one(direction);
        }
    }
    found
}

/// Scales to unit length; says whether there was any length.
fn scale_to_one(vector: &mut [f32]) -> bool {
    let length = dot(vector, vector).sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
    length > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(values: &[f32]) -> Vec<f32> {
        let mut values = values.to_vec();
        scale_to_one(&mut values);
        values
    }

    #[test]
    fn members_that_lie_together_become_one() {
        let members =
            [unit(&[1.0, 0.1, 0.0]), unit(&[0.0, 0.1, 1.0]), unit(&[1.0, -0.1, 0.0]), unit(&[0.0, -0.1, 1.0])];
        let members: Vec<&[f32]> = members.iter().map(Vec::as_slice).collect();
        let found = middles(&members, 2);
        assert_eq!(found.len(), 2);
        assert!(dot(&found[0], &[1.0, 0.0, 0.0]) > 0.999 && dot(&found[1], &[0.0, 0.0, 1.0]) > 0.999, "{found:?}");
        assert_eq!(middles(&members, 9).len(), 4);
        assert!(middles(&[], 2).is_empty());
    }

    #[test]
    fn directions_hold_what_vectors_share_and_stand_upright_on_each_other() {
        let vectors: Vec<Vec<f32>> =
            (0..200_u32).map(|at| unit(&[3.0, f32::from(at as u8) / 100.0 - 1.0, 0.001, 0.0])).collect();
        let vectors: Vec<&[f32]> = vectors.iter().map(Vec::as_slice).collect();
        let found = directions(&vectors, 4);
        assert!(found[0][0].abs() > 0.99 && found[1][1].abs() > 0.99, "{found:?}");
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            assert!(dot(&found[a], &found[b]).abs() < 1e-4, "{found:?}");
        }
    }

    #[test]
    fn the_same_requests_give_the_same_bytes() {
        let request = |operation: &str, values: &[f32]| Request {
            operations: vec![operation.to_owned(), "GET /b".to_owned()],
            vector: unit(values),
        };
        let requests = [request("GET /a", &[1.0, 2.0, 3.0]), request("GET /c", &[3.0, 1.0, 0.5])];
        let requests: Vec<&Request> = requests.iter().collect();
        let made = make(&requests, &["an api"], "r1");
        assert_eq!(made, make(&requests, &["an api"], "r1"));
        let counts: Vec<(&str, u32)> = made.operations.iter().map(|(key, rows)| (key.as_str(), *rows)).collect();
        assert_eq!(counts, [("GET /a", 1), ("GET /b", 1), ("GET /c", 1)]);
        assert_eq!(made.directions.len(), 3 * 3);
        assert_eq!(made.rows.len(), 3 * 3);
    }
}
