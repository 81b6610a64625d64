//! The nearest vectors by a full scan: the oracle for the graph, and the way of filtered queries.

use super::{NodeId, Score, Vectors, dot};

/// The `count` nodes nearest to `query`, best first; equal scores in node order.
pub fn exact_nearest(vectors: &Vectors, query: &[f32], count: usize) -> Vec<(NodeId, Score)> {
    let nodes = NodeId::try_from(vectors.len()).unwrap_or(NodeId::MAX);
    exact_nearest_among(vectors, query, count, 0..nodes)
}

/// [`exact_nearest`] among the given nodes alone, each named once. Where a filter leaves few nodes, this is faster than any graph.
pub fn exact_nearest_among(
    vectors: &Vectors,
    query: &[f32],
    count: usize,
    nodes: impl Iterator<Item = NodeId>,
) -> Vec<(NodeId, Score)> {
    let mut all: Vec<(NodeId, Score)> = nodes.map(|node| (node, dot(query, vectors.row(node)))).collect();
    let order = |a: &(NodeId, Score), b: &(NodeId, Score)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if count < all.len() {
        all.select_nth_unstable_by(count, order);
        all.truncate(count);
    }
    all.sort_unstable_by(order);
    all
}
