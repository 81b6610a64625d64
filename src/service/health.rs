//! Can anything be answered right now? For those who watch a server; waits for nothing and shows no path.

use std::time::Duration;

use serde::Serialize;

use super::Service;
use crate::postgres::Reach;

/// Time between two questions whether the shared state is there.
const WATCHED_EVERY: Duration = Duration::from_secs(2);

/// The condition of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// Everything works.
    Ok,
    /// The index or the model is being loaded or built.
    Starting,
    /// Requests are ranked by keyword only.
    Reduced,
    /// No index can be opened.
    Failed,
}

/// The condition of a [`Service`], and what it answers from.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// Condition of the service.
    pub status: Condition,
    /// Version of the program.
    pub version: &'static str,
    /// The index that answers; `None` while there is none.
    pub index: Option<IndexHealth>,
    /// The database that replicas share, as it was a moment ago; left out where none is configured. While it is away, searches and
    /// reads go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateHealth>,
}

/// The database that replicas share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StateHealth {
    /// It answers.
    Ok,
    /// Nobody has asked it yet.
    Starting,
    /// It cannot be reached: writes that it guards are refused.
    Away,
}

/// The index that answers.
#[derive(Clone, Debug, Serialize)]
pub struct IndexHealth {
    /// Number of its operations.
    pub operations: usize,
    /// Seconds since it was built; `None` while it is being built.
    pub age_s: Option<u64>,
}

impl Service {
    /// Whether it shares a database with others.
    pub(crate) fn shares_state(&self) -> bool {
        self.inner.options.calls.state.is_some()
    }

    /// Has the database that replicas share asked now and then from here on, so that [`Self::health`] tells how it is.
    pub(crate) fn watch_state(&self) {
        if let Some(state) = &self.inner.options.calls.state {
            state.watch(WATCHED_EVERY);
        }
    }

    /// Tells the condition by what is loaded: an index that no request has needed yet is not opened.
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
        let state = self.inner.options.calls.state.as_ref().map(|state| match state.reach() {
            Reach::There => StateHealth::Ok,
            Reach::Untried => StateHealth::Starting,
            Reach::Away(_) => StateHealth::Away,
        });
        Health { status, version: env!("CARGO_PKG_VERSION"), index, state }
    }
}
