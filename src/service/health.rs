//! Can anything be answered right now? For those who watch a server; waits for nothing and shows no path.

use serde::Serialize;

use super::Service;

/// How a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// Everything works.
    Ok,
    /// The index or the model is being loaded or built.
    Starting,
    /// Ranking by keyword only.
    Reduced,
    /// There is no index that opens.
    Failed,
}

/// What a [`Service`] can do, and over what.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// How it is.
    pub status: Condition,
    /// Of the program.
    pub version: &'static str,
    /// What it answers from; `None` while it can answer nothing.
    pub index: Option<IndexHealth>,
}

/// The snapshot that answers.
#[derive(Clone, Debug, Serialize)]
pub struct IndexHealth {
    /// Operations in it.
    pub operations: usize,
    /// Seconds since it was built; `None` for one that is being built.
    pub age_s: Option<u64>,
}

impl Service {
    /// How the service is, from what is loaded: an index that nobody asked for is not opened.
    pub fn health(&self) -> Health {
        let (searcher, opening) = {
            let state = self.state();
            (state.searcher.clone(), state.opening)
        };
        let model = self.inner.embedder.get();
        let status = match (&searcher, model) {
            (None, _) if opening => Condition::Starting,
            (None, _) => Condition::Failed,
            (Some(searcher), _) if searcher.generation().is_none() => Condition::Starting,
            (Some(searcher), _) if searcher.reduced().is_some() => Condition::Reduced,
            (Some(_), None) => Condition::Starting,
            (Some(_), Some(Err(_))) => Condition::Reduced,
            (Some(_), Some(Ok(_))) => Condition::Ok,
        };
        let index = searcher.map(|searcher| IndexHealth {
            operations: searcher.entries().len(),
            age_s: searcher.generation().map(|of| crate::clock::now_s().saturating_sub(of.meta.created_at_s)),
        });
        Health { status, version: env!("CARGO_PKG_VERSION"), index }
    }
}
