//! The approximate nearest neighbours: a graph that hnsw_rs builds, repeatably, and that is kept and walked as its links.
//!
//! All of hnsw_rs is behind this file, since it panics and exits on input it does not like: so inputs are checked first.

use std::path::{Path, PathBuf};

use hnsw_rs::prelude::{Distance, Hnsw, Neighbour};

use super::codes::{Codes, SAME, code, likeness};
use super::links::Links;
use super::{NodeId, Score, Vectors, dot};
use crate::private;

/// An error of building or reading a graph.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The vectors are no matrix of unit vectors.
    #[error(
        "the vectors cannot be indexed: row {node} is not finite, not of unit length, or not as long as the others"
    )]
    NotUnit {
        /// The number of the first such row.
        node: NodeId,
    },
    /// A parameter is outside what the library bears.
    #[error("graph parameter {name} is {value}, it must be within {least} and {most}")]
    Parameter {
        /// `m`, `ef_construction` or `ef_search`.
        name: &'static str,
        /// The value that was given.
        value: usize,
        /// The least value allowed.
        least: usize,
        /// The greatest value allowed.
        most: usize,
    },
    /// The file cannot be written.
    #[error("the graph file {} cannot be written", path.display())]
    File {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// The file is not one this program wrote.
    #[error("the graph cannot be read: {reason}")]
    Load {
        /// The fault, in the words of the reader.
        reason: String,
    },
}

/// The graph's parameters, in the words of Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search
/// using Hierarchical Navigable Small World graphs" (2016).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct GraphParameters {
    /// Links per node and layer (twice as many on the lowest).
    pub m: usize,
    /// Candidates kept while inserting.
    pub ef_construction: usize,
    /// Candidates kept while searching.
    pub ef_search: usize,
}

impl Default for GraphParameters {
    /// Measured over the embedded manifest and 650 requests: recall@50 against the full scan is .9989 at `ef_search` 200 and .9997 at 250;
    /// `m` 24 or 32 and `ef_construction` 400 change less than that. Of public APIs, keeping the links that insertion prunes cost a sixth
    /// of the recall, and following links backwards too gave what a larger `ef_search` gives in the same time.
    fn default() -> Self {
        Self { m: 16, ef_construction: 200, ef_search: 250 }
    }
}

impl GraphParameters {
    /// The parameters for a graph of so many nodes: among many a walk must look further to find as much.
    ///
    /// Measured over 2,628 APIs with the 650 judged requests, which are about none of them in particular: recall@10 of a walk and its
    /// median time, `ef_search` 250, 300 and 400: .9945, .9955 and .9974 in .27, .28 and .34 ms at 11,756 nodes; .9903, .9929 and .9943
    /// in .50, .61 and .77 at 44,748; .9783, .9846 and .9894 in .71, .74 and .92 at 103,000.
    pub fn for_nodes(nodes: usize) -> Self {
        if nodes <= LARGE { Self::default() } else { Self { ef_search: 300, ..Self::default() } }
    }

    /// The least recall@50 against the full scan that a sound graph of so many nodes has, asked with its own rows: .9957 was measured at
    /// 104,206 nodes.
    pub fn least_recall(nodes: usize) -> f64 {
        if nodes <= LARGE { 0.999 } else { 0.99 }
    }

    fn check(self) -> Result<(), GraphError> {
        // hnsw_rs exits the process where m is above 256 and takes the logarithm of m as a divisor.
        for (name, value, least, most) in [
            ("m", self.m, 2, 256),
            ("ef_construction", self.ef_construction, 1, 100_000),
            ("ef_search", self.ef_search, 1, 100_000),
        ] {
            if !(least..=most).contains(&value) {
                return Err(GraphError::Parameter { name, value, least, most });
            }
        }
        Ok(())
    }
}

/// Nodes from which on a graph is large.
const LARGE: usize = 10_000;

/// Nodes up to which a graph is small. Measured at 2,569; at 11,755 a walk that keeps 120 finds but .98 of the ten nearest.
const SMALL: usize = 4_000;

/// Layers above the lowest that hnsw_rs may use; its own bound.
const LAYERS: usize = 16;

/// How far apart two codes are, never below zero, which hnsw_rs asserts: the product of a rounded unit vector with itself is often
/// above 1.
#[derive(Clone, Copy, Default)]
struct CodeDistance;

impl Distance<i8> for CodeDistance {
    fn eval(&self, a: &[i8], b: &[i8]) -> f32 {
        // At most 127 x 127 x 384, which f32 holds to the unit.
        (SAME - likeness(a, b)).max(0) as f32
    }
}

/// A graph over the rows of a [`Vectors`].
///
/// It is built over and walked by the rows' codes, a quarter of their size: a walk mostly waits for memory. What it finds is put in order
/// by the rows themselves, so scores are cosines, and a code's rounding decides nothing but which are found.
pub struct HnswIndex {
    links: Links,
    codes: Codes,
    parameters: GraphParameters,
    dim: usize,
}

impl std::fmt::Debug for HnswIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HnswIndex")
            .field("nodes", &self.len())
            .field("dim", &self.dim)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}

impl HnswIndex {
    /// The graph over the rows of a matrix, inserted in order.
    ///
    /// # Errors
    /// [`GraphError::Parameter`], [`GraphError::NotUnit`]
    pub fn build(vectors: &Vectors, parameters: GraphParameters) -> Result<Self, GraphError> {
        let mut builder = GraphBuilder::new(parameters, vectors.len())?;
        vectors.values.chunks_exact(vectors.dim.max(1)).try_for_each(|row| builder.insert(row))?;
        Ok(Self { links: builder.links(), codes: Codes::new(vectors), parameters, dim: vectors.dim })
    }

    /// Reads a graph over `vectors` that [`GraphBuilder::save`] wrote. The caller has compared the bytes' hash with its record.
    ///
    /// # Errors
    /// [`GraphError::Load`] where the bytes are no graph, or one over another number of nodes.
    pub fn load(bytes: &[u8], vectors: &Vectors, parameters: GraphParameters) -> Result<Self, GraphError> {
        parameters.check()?;
        let links: Links =
            postcard::from_bytes(bytes).map_err(|error| GraphError::Load { reason: error.to_string() })?;
        if links.nodes() != vectors.len() || !links.is_consistent() {
            let reason = format!("it is no graph over {} vectors", vectors.len());
            return Err(GraphError::Load { reason });
        }
        Ok(Self { links, codes: Codes::new(vectors), parameters, dim: vectors.dim })
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.links.nodes()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `count` nodes nearest to `query` as far as the graph finds them, best first; equal scores in node order. `vectors` are
    /// those it is over.
    ///
    /// There is no filter here: a walk that may pass few nodes finds few, so filtered queries scan the nodes that pass, see
    /// [`super::exact_nearest_among`].
    pub fn nearest(&self, vectors: &Vectors, query: &[f32], count: usize) -> Vec<(NodeId, Score)> {
        self.nearest_with(vectors, query, count, self.parameters.ef_search)
    }

    /// [`Self::nearest`] with another `ef_search`, to measure which one is best.
    pub fn nearest_with(
        &self,
        vectors: &Vectors,
        query: &[f32],
        count: usize,
        ef_search: usize,
    ) -> Vec<(NodeId, Score)> {
        if vectors.dim != self.dim {
            return Vec::new();
        }
        // Half as many again bear what the codes' rounding puts in another order; every row more is read from memory.
        let walked = self.walk(&code(query), count.saturating_add(count / 2), count.max(ef_search));
        let mut found: Vec<(NodeId, Score)> =
            walked.into_iter().map(|node| (node, dot(query, vectors.row(node)))).collect();
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(count);
        found
    }

    /// The `count` nodes nearest to a query by its code, in no order: candidates, to be compared further. The vectors are left in
    /// peace, which would have to come from memory.
    ///
    /// In a small graph the walk keeps half as many again as are wanted, which may be less than `ef_search`. Measured over the embedded
    /// manifest and 650 requests, for 80 candidates: .998 of the ten nearest and .992 of all are among them (of a walk with `ef_search`
    /// 250 .9995 and .999), in two thirds of the time, and hybrid ranking finds as much.
    pub fn near(&self, sought: &[i8], count: usize) -> Vec<NodeId> {
        let half_again = count.saturating_add(count / 2);
        let is_small = self.len() <= SMALL;
        self.walk(sought, count, if is_small { half_again } else { half_again.max(self.parameters.ef_search) })
    }

    fn walk(&self, sought: &[i8], count: usize, ef: usize) -> Vec<NodeId> {
        if sought.len() != self.dim || count == 0 || self.is_empty() {
            return Vec::new();
        }
        let mut walked = self.links.walk(ef, |node| self.codes.likeness(sought, node));
        if walked.len() > count {
            walked.select_nth_unstable_by(count - 1, |a, b| b.cmp(a));
            walked.truncate(count);
        }
        walked.into_iter().map(|(_, node)| node).collect()
    }

    /// The codes of the nodes' vectors, row by row.
    pub fn codes(&self) -> &Codes {
        &self.codes
    }
}

/// A graph under construction. The order of insertion and hnsw_rs's seeded levels make it repeatable.
pub struct GraphBuilder {
    graph: Hnsw<'static, i8, CodeDistance>,
    /// The rows' length; 0 before the first.
    dim: usize,
    inserted: NodeId,
}

impl std::fmt::Debug for GraphBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GraphBuilder").field("inserted", &self.inserted).field("dim", &self.dim).finish_non_exhaustive()
    }
}

impl GraphBuilder {
    /// An empty graph that will have so many nodes.
    ///
    /// # Errors
    /// [`GraphError::Parameter`]
    pub fn new(parameters: GraphParameters, nodes: usize) -> Result<Self, GraphError> {
        parameters.check()?;
        let graph = Hnsw::new(parameters.m, nodes.max(1), LAYERS, parameters.ef_construction, CodeDistance);
        Ok(Self { graph, dim: 0, inserted: 0 })
    }

    /// Inserts the next node, a unit vector as long as those before it, by its code.
    ///
    /// # Errors
    /// [`GraphError::NotUnit`]; the node is then not inserted.
    pub fn insert(&mut self, row: &[f32]) -> Result<(), GraphError> {
        let length = dot(row, row);
        // A tolerance for f32 rounding over a few hundred products.
        let is_unit = length.is_finite() && (length - 1.0).abs() <= 1e-3;
        if !is_unit || (self.dim != 0 && self.dim != row.len()) {
            return Err(GraphError::NotUnit { node: self.inserted });
        }
        self.dim = row.len();
        self.graph.insert((&code(row), self.inserted as usize));
        self.inserted += 1;
        Ok(())
    }

    /// Writes the graph over what was inserted into a file.
    ///
    /// # Errors
    /// [`GraphError::File`]
    pub fn save(&self, path: &Path) -> Result<(), GraphError> {
        let failed = |source| GraphError::File { path: path.to_owned(), source };
        let bytes = postcard::to_stdvec(&self.links()).map_err(|error| failed(std::io::Error::other(error)))?;
        private::write(path, &bytes).map_err(failed)
    }

    fn links(&self) -> Links {
        let points = self.graph.get_point_indexation();
        let mut links = vec![Vec::new(); self.inserted as usize];
        // hnsw_rs panics where it is to name the points of an empty graph.
        if self.inserted > 0 {
            for point in points {
                let mut of_layers = point.get_neighborhood_id();
                of_layers.truncate(usize::from(point.get_point_id().0) + 1);
                let numbers =
                    |of_layer: Vec<Neighbour>| of_layer.into_iter().filter_map(|link| NodeId::try_from(link.d_id).ok());
                if let Some(place) = links.get_mut(point.get_origin_id()) {
                    *place = of_layers.into_iter().map(|of_layer| numbers(of_layer).collect()).collect();
                }
            }
        }
        Links::new(links.into_iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{crowds, exact_nearest};

    fn built(vectors: &Vectors) -> GraphBuilder {
        let mut builder = GraphBuilder::new(GraphParameters::default(), vectors.len()).unwrap();
        vectors.values.chunks_exact(vectors.dim).for_each(|row| builder.insert(row).unwrap());
        builder
    }

    fn saved(graph: &GraphBuilder) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("graph");
        graph.save(&path).unwrap();
        std::fs::read(&path).unwrap()
    }

    #[test]
    fn a_graph_that_is_written_and_read_finds_what_it_found_and_what_a_scan_finds() {
        let vectors = crowds();
        let bytes = saved(&built(&vectors));
        let read = HnswIndex::load(&bytes, &vectors, GraphParameters::default()).unwrap();
        let fresh = HnswIndex::build(&vectors, GraphParameters::default()).unwrap();
        assert_eq!(read.links, fresh.links);
        for node in [0, 7, 77, 199] {
            let query = vectors.row(node);
            let found = read.nearest(&vectors, query, 5);
            assert_eq!(found, fresh.nearest(&vectors, query, 5));
            let least = exact_nearest(&vectors, query, 5)[4].1;
            // Within what a code's rounding may hide.
            assert!(found.len() == 5 && found.iter().all(|(_, score)| *score >= least - 0.004), "{found:?}");
        }
        assert_eq!(read.nearest(&vectors, &[1.0], 5), []);
        assert_eq!(read.nearest(&vectors, vectors.row(0), 0), []);
        assert_eq!(read.nearest(&vectors, vectors.row(0), usize::MAX), exact_nearest(&vectors, vectors.row(0), 200));
    }

    #[test]
    fn a_graph_of_nothing_is_one() {
        let bytes = saved(&GraphBuilder::new(GraphParameters::default(), 0).unwrap());
        let nothing = Vectors { dim: 384, values: Vec::new() };
        let read = HnswIndex::load(&bytes, &nothing, GraphParameters::default()).unwrap();
        assert!(read.is_empty());
        assert_eq!(read.nearest(&nothing, &[0.0; 384], 5), []);
    }

    #[test]
    fn what_is_no_graph_over_these_vectors_is_refused() {
        let vectors = crowds();
        let bytes = saved(&built(&vectors));
        let fewer = Vectors { dim: 384, values: vectors.values[384..].to_vec() };
        let parameters = GraphParameters::default();
        for (bytes, vectors) in [(&bytes[..], &fewer), (&bytes[..bytes.len() / 2], &vectors), (&[][..], &vectors)] {
            let error = HnswIndex::load(bytes, vectors, parameters).unwrap_err();
            assert!(matches!(error, GraphError::Load { .. }), "{error}");
        }
        let error = HnswIndex::load(&bytes, &vectors, GraphParameters { m: 1, ..parameters }).unwrap_err();
        assert!(matches!(error, GraphError::Parameter { name: "m", .. }), "{error}");
        let error = built(&vectors).insert(&[1.0; 384]).unwrap_err();
        assert!(matches!(error, GraphError::NotUnit { node: 200 }), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let error = built(&vectors).save(folder.path()).unwrap_err();
        assert!(error.to_string().contains("cannot be written"), "{error}");
    }
}
