//! The part of a generation that ranks by meaning: is it whole, and of one build?

use super::SearchError;
use super::written::Written;
use crate::embed::ModelIdentity;
use crate::generation::{GRAPH, Generation, GenerationError, VECTORS};
use crate::index::{Codes, DocId, HnswIndex, NodeId, TermIndex, Vectors};
use crate::store::OperationRow;

/// The vectors of a generation and the graph over them.
#[derive(Debug)]
pub(super) struct VectorSide {
    pub(super) vectors: Vectors,
    /// `[glosses x dim]`
    pub(super) gloss_codes: Codes,
    pub(super) written: Written,
    pub(super) graph: HnswIndex,
    /// Documents of node `n`: `documents[offsets[n]..offsets[n + 1]]`, in order of [`DocId`].
    pub(super) offsets: Vec<u32>,
    pub(super) documents: Vec<DocId>,
    /// The node of each document.
    pub(super) node_of: Vec<NodeId>,
}

impl VectorSide {
    /// The documents of a node.
    pub(super) fn of_node(&self, node: NodeId) -> &[DocId] {
        let node = node as usize;
        &self.documents[self.offsets[node] as usize..self.offsets[node + 1] as usize]
    }
}

/// Reads the vectors and the graph of a generation and checks that they are of one build, and of these words.
///
/// # Errors
/// [`SearchError::Generation`]
pub(super) fn load_vectors(
    generation: &Generation,
    model: &ModelIdentity,
    entries: &[OperationRow],
    terms: &TermIndex,
) -> Result<VectorSide, SearchError> {
    generation.check_model(model)?;
    let bytes = generation.read(VECTORS)?;
    let damaged = |name: &str, reason: &str| {
        let path = generation.folder.join(name);
        SearchError::Generation(GenerationError::Damaged { path, reason: reason.to_owned() })
    };
    let values: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let mut vectors = Vectors { dim: model.dim, values };
    let glosses = vectors.split_off(usize::try_from(generation.meta.nodes).unwrap_or(usize::MAX / model.dim.max(1)));
    let parameters =
        generation.meta.graph.ok_or_else(|| damaged(VECTORS, "meta.json has no parameters of the graph"))?;
    let graph = HnswIndex::load(&generation.read(GRAPH)?, &vectors, parameters)
        .map_err(|error| damaged(GRAPH, &error.to_string()))?;
    let mut documents: Vec<(NodeId, DocId)> = entries.iter().map(|entry| (entry.node, entry.doc)).collect();
    documents.sort_unstable();
    let nodes = vectors.len();
    let consistent = terms.glosses() == glosses.len()
        && nodes as u64 == generation.meta.nodes
        && documents.last().is_none_or(|(node, _)| (*node as usize) < nodes);
    if !consistent {
        return Err(damaged(VECTORS, "vectors, graph, words and catalogue are not of one build"));
    }
    let mut offsets = vec![0_u32; nodes + 1];
    for (node, _) in &documents {
        offsets[*node as usize + 1] += 1;
    }
    for node in 0..nodes {
        offsets[node + 1] += offsets[node];
    }
    Ok(VectorSide {
        vectors,
        gloss_codes: Codes::new(&glosses),
        written: Written::own(model, &generation.meta.manifests, entries, terms),
        graph,
        offsets,
        documents: documents.into_iter().map(|(_, doc)| doc).collect(),
        node_of: entries.iter().map(|entry| entry.node).collect(),
    })
}
