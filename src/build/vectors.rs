//! How do texts become vectors and a graph, written down?
//!
//! Embedding takes most of a build and every core; inserting into the graph takes one core and has its order. So vectors are inserted
//! while the next ones are made, as far as all before them are there: the graph is the one that inserting afterwards would give.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use super::read::Texts;
use super::report::{Phase, Phases};
use super::reuse::{Former, Reuse, TextKey, key};
use super::{BuildError, Model};
use crate::causes::chain;
use crate::embed::{ModelIdentity, NoModel};
use crate::generation::{GRAPH, IndexFolder, TEXTS, VECTORS};
use crate::index::{GraphBuilder, GraphError, GraphParameters};
use crate::private;

/// The facts about the vectors that the record and the report hold.
#[derive(Debug, Default)]
pub(super) struct VectorFiles {
    pub(super) model: Option<ModelIdentity>,
    pub(super) graph: Option<GraphParameters>,
    pub(super) nodes: usize,
    pub(super) glosses: usize,
    pub(super) reused: usize,
    pub(super) embedded: usize,
    pub(super) graph_reused: bool,
    pub(super) not_reused: Option<String>,
    pub(super) reduced: Option<String>,
}

/// Writes vectors, their texts' keys and the graph into a folder.
///
/// # Errors
/// [`BuildError::Embed`], [`BuildError::Graph`], [`BuildError::Write`]
pub(super) fn make(
    folder: &IndexFolder,
    into: &Path,
    read: &Texts,
    model: Result<Model<'_>, NoModel>,
    reuse: Reuse,
    phases: &mut Phases<'_>,
) -> Result<VectorFiles, BuildError> {
    let mut files = VectorFiles::default();
    let model = match model {
        Ok(model) => model,
        Err(error) => return Ok(VectorFiles { reduced: Some(error.to_string()), ..files }),
    };
    let texts: Vec<&str> = read.texts.iter().chain(&read.glosses).map(String::as_str).collect();
    let keys: Vec<TextKey> = texts.iter().map(|text| key(text)).collect();
    let former = match reuse {
        Reuse::Nothing => None,
        Reuse::Unchanged => {
            phases.run(Phase::Reuse, 1, |_| Former::open(folder, model.identity)).unwrap_or_else(|error| {
                files.not_reused = Some(chain(&error));
                None
            })
        }
    };
    // Glosses are few and compared with all of: they need no graph.
    let nodes = read.texts.len();
    let parameters = GraphParameters::for_nodes(nodes);
    if let Some(former) = former.as_ref().filter(|former| former.has_graph(&keys[..nodes], parameters)) {
        match former.take_graph(into) {
            Ok(()) => files.graph_reused = true,
            Err(error) => files.not_reused = Some(chain(&error)),
        }
    }
    let graph = if files.graph_reused { None } else { Some(GraphBuilder::new(parameters, nodes)?) };
    let mut rows = Rows::new(model.identity.dim, texts.len(), nodes, graph);
    let mut new = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        match former.as_ref().and_then(|former| former.row(key)) {
            Some(row) => rows.put(at, row),
            None => new.push(at),
        }
    }
    if !new.is_empty() {
        let new_texts: Vec<&str> = new.iter().filter_map(|at| texts.get(*at).copied()).collect();
        rows = match embed(&model, (&new, &new_texts), rows, phases) {
            Ok(rows) => rows,
            Err(NotEmbedded::NoModel(error)) => {
                return Ok(VectorFiles { reduced: Some(error.to_string()), ..files });
            }
            Err(NotEmbedded::Failed(error)) => return Err(error),
        };
    }
    write(&into.join(VECTORS), |file| rows.values.iter().try_for_each(|value| file.write_all(&value.to_le_bytes())))?;
    write(&into.join(TEXTS), |file| keys.iter().try_for_each(|key| file.write_all(key)))?;
    phases.run(Phase::Graph, nodes, |done| -> Result<(), GraphError> {
        while rows.insert_next()? {
            done(rows.inserted);
        }
        rows.graph.take().map_or(Ok(()), |graph| graph.save(&into.join(GRAPH)))
    })?;
    Ok(VectorFiles {
        model: Some(model.identity.clone()),
        graph: Some(parameters),
        nodes,
        glosses: read.glosses.len(),
        reused: texts.len() - new.len(),
        embedded: new.len(),
        ..files
    })
}

/// Why texts have no vectors.
enum NotEmbedded {
    /// The model cannot be loaded. The build goes on without vectors.
    NoModel(NoModel),
    Failed(BuildError),
}

/// Embeds the new texts, given with their places among the rows, while another thread inserts the rows that are there.
fn embed(
    model: &Model<'_>,
    (places, texts): (&[usize], &[&str]),
    rows: Rows,
    phases: &mut Phases<'_>,
) -> Result<Rows, NotEmbedded> {
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        let inserter = scope.spawn(move || rows.insert_what_comes(&receiver));
        // Inserting begins with what is known while the model is loaded.
        let embedded = (model.load)().map(|embedder| {
            phases.run(Phase::Embed, texts.len(), |done| {
                let finished = std::sync::atomic::AtomicUsize::new(0);
                embedder.embed_each(texts, &|at, row| {
                    // The inserter ends early by an error alone, which is told below.
                    let _ = places.get(at).map(|place| sender.send((*place, row)));
                    done(finished.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1);
                })
            })
        });
        drop(sender);
        let rows = inserter.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        embedded.map_err(NotEmbedded::NoModel)?.map_err(|error| NotEmbedded::Failed(error.into()))?;
        rows.map_err(|error| NotEmbedded::Failed(error.into()))
    })
}

/// Vectors that come in any order, and the graph that takes them in theirs.
struct Rows {
    dim: usize,
    /// `[texts x dim]`
    values: Vec<f32>,
    present: Vec<bool>,
    /// How many of the first rows are nodes of the graph.
    nodes: usize,
    inserted: usize,
    /// `None` where the former one was taken over.
    graph: Option<GraphBuilder>,
}

impl Rows {
    fn new(dim: usize, rows: usize, nodes: usize, graph: Option<GraphBuilder>) -> Self {
        Self { dim, values: vec![0.0; rows * dim], present: vec![false; rows], nodes, inserted: 0, graph }
    }

    fn put(&mut self, at: usize, row: impl Iterator<Item = f32>) {
        if let (Some(place), Some(present)) =
            (self.values.get_mut(at * self.dim..(at + 1) * self.dim), self.present.get_mut(at))
        {
            place.iter_mut().zip(row).for_each(|(place, value)| *place = value);
            *present = true;
        }
    }

    /// Inserts the next node where its vector is there; says whether it did.
    fn insert_next(&mut self) -> Result<bool, GraphError> {
        let at = self.inserted;
        let ready = at < self.nodes && self.present[at];
        match &mut self.graph {
            Some(graph) if ready => graph.insert(&self.values[at * self.dim..(at + 1) * self.dim])?,
            _ => return Ok(false),
        }
        self.inserted += 1;
        Ok(true)
    }

    /// Takes in what is sent and inserts meanwhile, until nothing more is sent; what is not inserted by then is left.
    fn insert_what_comes(mut self, receiver: &Receiver<(usize, Vec<f32>)>) -> Result<Self, GraphError> {
        loop {
            match receiver.try_recv() {
                Ok((at, row)) => self.put(at, row.into_iter()),
                Err(TryRecvError::Disconnected) => return Ok(self),
                Err(TryRecvError::Empty) => {
                    if !self.insert_next()? {
                        match receiver.recv() {
                            Ok((at, row)) => self.put(at, row.into_iter()),
                            Err(_) => return Ok(self),
                        }
                    }
                }
            }
        }
    }
}

fn write(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>) -> Result<(), BuildError> {
    let write = || {
        let mut file = BufWriter::new(private::create(path)?);
        content(&mut file)?;
        file.flush()
    };
    write().map_err(|source| BuildError::Write { path: path.to_owned(), source })
}
