//! Which nodes does a walk along a graph's links come to?
//!
//! hnsw_rs keeps a graph for insertion: every link is a counted pointer behind a lock, and a walk waits for memory at each. Here the
//! finished graph is lists of numbers, walked as Malkov and Yashunin describe it (2016, algorithms 2 and 5): over 2,569 nodes with cold
//! caches in .12 ms where the library's walk over the same links takes .42, and it is read from its file in one piece.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use super::NodeId;

/// A graph's links, layer by layer.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Links {
    /// Where a walk begins: a node of the uppermost layer.
    entry: NodeId,
    /// The lowest layer first, which has every node.
    layers: Vec<Layer>,
}

/// The links of one layer.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Layer {
    /// Its nodes in order; empty for the lowest, which has them all.
    nodes: Vec<NodeId>,
    /// Links of the node in place `n`: `links[offsets[n]..offsets[n + 1]]`.
    offsets: Vec<u32>,
    links: Vec<NodeId>,
}

impl Links {
    /// The links of nodes that come in order, each with its own links on each of its layers, the lowest first.
    pub(super) fn new(nodes: impl Iterator<Item = Vec<Vec<NodeId>>>) -> Self {
        let mut links = Self::default();
        let mut highest = 0;
        for (node, mut of_layers) in (0..).zip(nodes) {
            if of_layers.is_empty() {
                // Without links it still has its place on the lowest layer.
                of_layers.push(Vec::new());
            }
            if of_layers.len() > highest {
                highest = of_layers.len();
                links.entry = node;
            }
            links.layers.resize_with(highest, || Layer { offsets: vec![0], ..Layer::default() });
            for (at, of_layer) in of_layers.into_iter().enumerate() {
                let layer = &mut links.layers[at];
                if at > 0 {
                    layer.nodes.push(node);
                }
                layer.links.extend(of_layer);
                layer.offsets.push(layer.links.len() as u32);
            }
        }
        links
    }

    /// The number of nodes.
    pub(super) fn nodes(&self) -> usize {
        self.layers.first().map_or(0, |lowest| lowest.offsets.len().saturating_sub(1))
    }

    /// Whether every number in it is one of its own: a file of right hash and wrong content must not panic later.
    pub(super) fn is_consistent(&self) -> bool {
        let nodes = self.nodes();
        let known = |list: &[NodeId]| list.iter().all(|node| (*node as usize) < nodes);
        self.layers.iter().enumerate().all(|(at, layer)| {
            let counted = if at == 0 { nodes } else { layer.nodes.len() };
            layer.offsets.len() == counted + 1
                && layer.offsets.first() == Some(&0)
                && layer.offsets.is_sorted()
                && layer.offsets.last().is_some_and(|last| *last as usize == layer.links.len())
                && known(&layer.links)
                && known(&layer.nodes)
                && layer.nodes.is_sorted()
        }) && (nodes == 0 || (self.entry as usize) < nodes)
    }

    fn of(&self, layer: usize, node: NodeId) -> &[NodeId] {
        let is_lowest = layer == 0;
        let layer = &self.layers[layer];
        let place = if is_lowest { Some(node as usize) } else { layer.nodes.binary_search(&node).ok() };
        place.map_or(&[], |place| &layer.links[layer.offsets[place] as usize..layer.offsets[place + 1] as usize])
    }

    /// The `ef` nodes of the largest likeness that a walk finds, each behind its likeness, in no order.
    pub(super) fn walk(&self, ef: usize, likeness: impl Fn(NodeId) -> i32) -> Vec<(i32, NodeId)> {
        if self.nodes() == 0 || ef == 0 {
            return Vec::new();
        }
        let ef = ef.min(self.nodes());
        let mut at = (likeness(self.entry), self.entry);
        for layer in (1..self.layers.len()).rev() {
            loop {
                let best = self.of(layer, at.1).iter().map(|node| (likeness(*node), *node)).max();
                match best.filter(|best| best.0 > at.0) {
                    Some(best) => at = best,
                    None => break,
                }
            }
        }
        let mut seen = vec![0_u64; self.nodes() / 64 + 1];
        let mut see = |node: NodeId| {
            let (word, bit) = (&mut seen[node as usize / 64], 1 << (node % 64));
            let is_new = *word & bit == 0;
            *word |= bit;
            is_new
        };
        see(at.1);
        let mut to_visit = BinaryHeap::with_capacity(ef);
        let mut found = BinaryHeap::with_capacity(ef + 1);
        to_visit.push(at);
        found.push(Reverse(at));
        while let Some((nearest, node)) = to_visit.pop() {
            let least = |found: &BinaryHeap<Reverse<(i32, NodeId)>>| {
                if found.len() < ef { i32::MIN } else { found.peek().map_or(i32::MIN, |worst| worst.0.0) }
            };
            if nearest < least(&found) {
                break;
            }
            for &next in self.of(0, node) {
                if !see(next) {
                    continue;
                }
                let next = (likeness(next), next);
                if next.0 > least(&found) {
                    to_visit.push(next);
                    found.push(Reverse(next));
                    if found.len() > ef {
                        found.pop();
                    }
                }
            }
        }
        found.into_iter().map(|Reverse(found)| found).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring of nodes on the lowest layer, of which every eighth is on a second one, linked to the next there.
    fn ring(nodes: u32) -> Links {
        Links::new((0..nodes).map(|node| {
            let mut of_layers = vec![vec![(node + 1) % nodes, (node + nodes - 1) % nodes]];
            if node % 8 == 0 {
                of_layers.push(vec![(node + 8) % nodes, (node + nodes - 8) % nodes]);
            }
            of_layers
        }))
    }

    #[test]
    fn a_walk_comes_to_the_nearest_by_way_of_the_upper_layer() {
        let links = ring(64);
        assert!(links.is_consistent());
        let asked = std::cell::Cell::new(0);
        let mut found = links.walk(3, |node| {
            asked.set(asked.get() + 1);
            -(i32::try_from(node).unwrap() - 37).abs()
        });
        found.sort_unstable();
        assert_eq!(found, [(-1, 36), (-1, 38), (0, 37)]);
        assert!(asked.get() < 40, "{}", asked.get());
    }

    #[test]
    fn whoever_asks_for_all_gets_all_and_no_graph_gives_none() {
        assert_eq!(ring(64).walk(100, |node| node as i32 % 7).len(), 64);
        let lone = Links::new([vec![vec![1]], vec![], vec![vec![0]]].into_iter());
        assert_eq!((lone.nodes(), lone.is_consistent()), (3, true));
        let mut found = lone.walk(5, |node| node as i32);
        found.sort_unstable();
        assert_eq!(found, [(0, 0), (1, 1)]);
        assert_eq!(Links::default().walk(5, |_| 0), []);
        assert!(Links::default().is_consistent());
    }

    #[test]
    fn links_that_lead_nowhere_are_noticed() {
        let mut links = ring(16);
        links.layers[0].links[3] = 16;
        assert!(!links.is_consistent());
        let mut links = ring(16);
        links.layers[1].offsets[1] = 90;
        assert!(!links.is_consistent());
        let mut links = ring(16);
        links.layers[1].nodes[1] = 77;
        assert!(!links.is_consistent());
        assert!(!Links { entry: 16, ..ring(16) }.is_consistent());
    }
}
