//! The approximate nearest neighbours: an hnsw_rs graph, built repeatably, persisted, loaded.
//!
//! All of hnsw_rs is behind this file, since it prints to stdout, panics and exits on input it does not like. So inputs are
//! checked first, and a dump is only loaded after the caller compared its hash.

use std::path::{Path, PathBuf};

use hnsw_rs::prelude::{AnnT, Distance, Hnsw, HnswIo};

use super::{NodeId, Score, Vectors, dot};

/// What can go wrong with a graph.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The vectors are no matrix of unit vectors.
    #[error(
        "the vectors cannot be indexed: row {node} is not finite, not of unit length, or not as long as the others"
    )]
    NotUnit {
        /// The row.
        node: NodeId,
    },
    /// A parameter is outside what the library bears.
    #[error("graph parameter {name} is {value}, it must be within {least} and {most}")]
    Parameter {
        /// `m`, `ef_construction` or `ef_search`.
        name: &'static str,
        /// As given.
        value: usize,
        /// The least value allowed.
        least: usize,
        /// The greatest value allowed.
        most: usize,
    },
    /// A file of the dump cannot be written or read.
    #[error("the graph file {} cannot be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The dump is not one this program wrote.
    #[error("the graph in {} cannot be loaded: {reason}", folder.display())]
    Load {
        /// The folder of the dump.
        folder: PathBuf,
        /// What hnsw_rs said.
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
    /// Measured over the embedded manifest and 858 requests: recall@50 against the full scan is .9992 at `ef_search` 200,
    /// .9998 at 250 and .9999 at 300; `m` 24 or 32 and `ef_construction` 400 change less than that.
    fn default() -> Self {
        Self { m: 16, ef_construction: 200, ef_search: 250 }
    }
}

impl GraphParameters {
    /// The parameters for a graph of so many nodes: many nodes cost time, so there fewer candidates are kept.
    ///
    /// Measured with `cargo bench --bench scale` over 2,628 APIs, recall@10 at `ef_search` 100 and the time of a query beside those at
    /// 250: .9933 in .91 ms at 11,756 nodes (.9993 in 1.8), .9907 in 1.25 ms at 44,748 (.9980 in 2.6), .9867 in .85 ms at 104,206 (.9960
    /// in 2.1).
    pub fn for_nodes(nodes: usize) -> Self {
        if nodes <= LARGE { Self::default() } else { Self { ef_search: 100, ..Self::default() } }
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

/// Layers above the lowest that hnsw_rs may use; its own bound.
const LAYERS: usize = 16;

/// The base name of the dump's two files.
const BASENAME: &str = "graph";

/// One minus the cosine, never below zero.
///
/// hnsw_rs's own `DistDot` asserts that and panics on rounding: the product of a unit vector with itself is often above 1.
#[derive(Clone, Copy, Default)]
struct CosineDistance;

impl Distance<f32> for CosineDistance {
    fn eval(&self, a: &[f32], b: &[f32]) -> f32 {
        (1.0 - dot(a, b)).max(0.0)
    }
}

/// A graph over the rows of a [`Vectors`].
pub struct HnswIndex {
    graph: Hnsw<'static, f32, CosineDistance>,
    parameters: GraphParameters,
    dim: usize,
}

impl std::fmt::Debug for HnswIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HnswIndex")
            .field("nodes", &self.graph.get_nb_point())
            .field("dim", &self.dim)
            .field("parameters", &self.parameters)
            .finish()
    }
}

impl HnswIndex {
    /// The files of a dump, relative to its folder.
    pub const FILES: [&str; 2] = ["graph.hnsw.graph", "graph.hnsw.data"];

    /// The graph over the rows of a matrix, inserted in order.
    ///
    /// # Errors
    /// [`GraphError::Parameter`], [`GraphError::NotUnit`]
    pub fn build(vectors: &Vectors, parameters: GraphParameters) -> Result<Self, GraphError> {
        let mut builder = GraphBuilder::new(parameters, vectors.len())?;
        vectors.values.chunks_exact(vectors.dim.max(1)).try_for_each(|row| builder.insert(row))?;
        Ok(builder.finish())
    }

    /// Writes the graph as [`Self::FILES`] into `folder`.
    ///
    /// # Errors
    /// [`GraphError::File`] where a file cannot be created or written.
    pub fn save(&self, folder: &Path) -> Result<(), GraphError> {
        // hnsw_rs panics where it cannot create a file: create them first, to learn why.
        for name in Self::FILES {
            let path = folder.join(name);
            std::fs::File::create(&path).map_err(|source| GraphError::File { path, source })?;
        }
        self.graph.file_dump(folder, BASENAME).map(drop).map_err(|error| GraphError::File {
            path: folder.join(Self::FILES[0]),
            source: std::io::Error::other(error.to_string()),
        })
    }

    /// Loads a graph that [`Self::save`] wrote. The caller has compared the files' hashes with those of its record.
    ///
    /// # Errors
    /// [`GraphError::File`] where a file is missing, [`GraphError::Load`] where it is another kind of dump.
    pub fn load(folder: &Path, parameters: GraphParameters, dim: usize) -> Result<Self, GraphError> {
        parameters.check()?;
        // hnsw_rs prints to stdout where a file is missing.
        for name in Self::FILES {
            let path = folder.join(name);
            std::fs::File::open(&path).map_err(|source| GraphError::File { path, source })?;
        }
        // The graph borrows from its reader for as long as it lives. The reader is two short strings, since the vectors are
        // read rather than mapped, and a process loads a graph once per generation: leaking it is the simplest sound way.
        let reader: &'static mut HnswIo = Box::leak(Box::new(HnswIo::new(folder, BASENAME)));
        let graph = reader
            .load_hnsw::<f32, CosineDistance>()
            .map_err(|error| GraphError::Load { folder: folder.to_owned(), reason: error.to_string() })?;
        let found = graph.get_point_indexation().get_data_dimension();
        if graph.get_nb_point() > 0 && found != dim {
            let reason = format!("its vectors have {found} values, {dim} were expected");
            return Err(GraphError::Load { folder: folder.to_owned(), reason });
        }
        Ok(Self { graph, parameters, dim })
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.graph.get_nb_point()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `count` nodes nearest to `query` as far as the graph finds them, best first; equal scores in node order.
    ///
    /// There is no filter here: hnsw_rs's own panics where it leaves nothing (`search_layer` peeks into a heap that the filter
    /// just emptied), so filtered queries scan the nodes that pass, see [`super::exact_nearest_among`].
    pub fn nearest(&self, query: &[f32], count: usize) -> Vec<(NodeId, Score)> {
        self.nearest_with(query, count, self.parameters.ef_search)
    }

    /// The same with another `ef_search`, for measuring what it should be.
    pub fn nearest_with(&self, query: &[f32], count: usize, ef_search: usize) -> Vec<(NodeId, Score)> {
        if query.len() != self.dim || count == 0 || self.is_empty() {
            return Vec::new();
        }
        let neighbours = self.graph.search(query, count, ef_search);
        let mut found: Vec<(NodeId, Score)> = neighbours
            .iter()
            .filter_map(|neighbour| Some((NodeId::try_from(neighbour.d_id).ok()?, 1.0 - neighbour.distance)))
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found
    }
}

/// A graph that takes one node after another: the order of insertion and hnsw_rs's seeded levels make it repeatable.
pub struct GraphBuilder {
    graph: Hnsw<'static, f32, CosineDistance>,
    parameters: GraphParameters,
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
        let graph = Hnsw::new(parameters.m, nodes.max(1), LAYERS, parameters.ef_construction, CosineDistance);
        Ok(Self { graph, parameters, dim: 0, inserted: 0 })
    }

    /// Inserts the next node, a unit vector as long as those before it.
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
        self.graph.insert((row, self.inserted as usize));
        self.inserted += 1;
        Ok(())
    }

    /// The graph over what was inserted.
    pub fn finish(self) -> HnswIndex {
        HnswIndex { graph: self.graph, parameters: self.parameters, dim: self.dim }
    }
}
