//! Where are operations looked for that a path may mean, and what is found?

use crate::invoke::dialect::Dialect;
use crate::search::Searcher;
use crate::store::OperationRow;

/// Number of operations that are named where none has the path.
pub(super) const NEAREST: usize = 5;

type AnyDialect = &'static dyn Dialect;

/// Gives the dialect of an API.
pub(super) type DialectOf<'d> = dyn Fn(&str) -> AnyDialect + 'd;

/// The operations around a path that no manifest has.
#[derive(Clone, Copy)]
pub(super) struct Around<'s> {
    pub searcher: &'s Searcher,
    pub dialect_of: &'s DialectOf<'s>,
    /// The API, where it was named.
    pub api: Option<&'s str>,
}

/// An operation that may be meant.
pub(super) struct Near<'s> {
    pub entry: &'s OperationRow,
    /// The path to call, where it is another than the template with what the path has for it.
    pub path: Option<String>,
    /// What makes it the same request, with a blank before it; may be empty.
    pub with: String,
}

impl<'s> Near<'s> {
    /// An operation whose path says all.
    pub fn plain(entry: &'s OperationRow) -> Self {
        Self { entry, path: None, with: String::new() }
    }
}

impl<'s> Around<'s> {
    /// The operations of the APIs that are meant.
    pub fn entries(self) -> impl Iterator<Item = &'s OperationRow> {
        let api = self.api;
        let of_api = move |entry: &&OperationRow| api.is_none_or(|api| entry.api.eq_ignore_ascii_case(api));
        self.searcher.entries().iter().filter(of_api)
    }

    /// How many operations are built upon a path: of two lists, the one with more is the greater.
    pub fn built_upon(self, path: &str) -> usize {
        let below = format!("{path}/");
        self.entries().filter(|other| other.path.starts_with(&below)).count()
    }
}
