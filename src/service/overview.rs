//! The catalogue at a glance: what the index in memory has. No file is read, however many manifests there are.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::Service;
use crate::error::Error;
use crate::openapi::Method;
use crate::search::Filter;
use crate::store::OperationRow;

/// The catalogue at a glance.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// The APIs in order of name.
    pub apis: Vec<IndexedApi>,
    /// The domains in order of API and name.
    pub domains: Vec<IndexedDomain>,
}

/// An API of the index.
#[derive(Clone, Debug, Serialize)]
pub struct IndexedApi {
    /// Its name.
    pub api: String,
    /// `info.title`; empty while the index is being built.
    pub title: String,
    /// `info.version`; empty while the index is being built.
    pub version: String,
    /// Operations that may be found.
    pub operations: u64,
}

/// A domain of the index.
#[derive(Clone, Debug, Serialize)]
pub struct IndexedDomain {
    /// Name of its API.
    pub api: String,
    /// Its name.
    pub name: String,
    /// Operations that may be found.
    pub operations: u64,
    /// Distinct resources among them.
    pub resources: usize,
}

/// An operation of a domain.
#[derive(Clone, Debug, Serialize)]
pub struct ListedOperation {
    /// Name of its API.
    pub api: String,
    /// Path of the noun that its routes share.
    pub resource: String,
    /// Request method.
    pub method: Method,
    /// Path template.
    pub path: String,
    /// `summary`, or empty.
    pub summary: String,
}

impl Service {
    /// The operations of a domain that may be found, in order of API, resource, path and method.
    ///
    /// # Errors
    /// As [`Self::resources`].
    pub fn operations_of(&self, domain: &str, api: Option<&str>) -> Result<Vec<ListedOperation>, Error> {
        // It knows which name was meant.
        self.resources(domain, api)?;
        let searcher = self.searcher()?;
        let filter = Filter { api: api.map(str::to_owned), domain: Some(domain.to_owned()), ..Filter::default() };
        let is_of = |entry: &&OperationRow| filter.passes(entry) && self.permits(&searcher, entry);
        let listed = |entry: &OperationRow| ListedOperation {
            api: entry.api.clone(),
            resource: entry.resource.clone(),
            method: entry.method,
            path: entry.path.clone(),
            summary: entry.summary.clone(),
        };
        let mut operations: Vec<ListedOperation> = searcher.entries().iter().filter(is_of).map(listed).collect();
        operations
            .sort_by(|a, b| (&a.api, &a.resource, &a.path, a.method).cmp(&(&b.api, &b.resource, &b.path, b.method)));
        Ok(operations)
    }

    /// What the index in memory has, as far as it may be found.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn overview(&self) -> Result<Overview, Error> {
        let searcher = self.searcher()?;
        let mut by_api: BTreeMap<&str, u64> = BTreeMap::new();
        let mut by_domain: BTreeMap<(&str, &str), (u64, HashSet<&str>)> = BTreeMap::new();
        for entry in searcher.entries().iter().filter(|entry| self.permits(&searcher, entry)) {
            *by_api.entry(&entry.api).or_default() += 1;
            let (operations, resources) = by_domain.entry((&entry.api, &entry.domain)).or_default();
            *operations += 1;
            resources.insert(&entry.resource);
        }
        let manifests =
            searcher.generation().map(|generation| generation.meta.manifests.as_slice()).unwrap_or_default();
        let told: BTreeMap<&str, (&str, &str)> = manifests
            .iter()
            .map(|known| (known.api.as_str(), (known.title.as_str(), known.version.as_str())))
            .collect();
        let api = |(api, operations): (&str, u64)| {
            let (title, version) = told.get(api).copied().unwrap_or_default();
            IndexedApi { api: api.to_owned(), title: title.to_owned(), version: version.to_owned(), operations }
        };
        let domain = |((api, name), (operations, resources)): ((&str, &str), (u64, HashSet<&str>))| IndexedDomain {
            api: api.to_owned(),
            name: name.to_owned(),
            operations,
            resources: resources.len(),
        };
        let domains = by_domain.into_iter().map(domain).collect();
        Ok(Overview { apis: by_api.into_iter().map(api).collect(), domains })
    }

    /// Whether there are several APIs, so that a path alone may not say which is meant.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn has_several_apis(&self) -> Result<bool, Error> {
        let searcher = self.searcher()?;
        let mut apis = searcher.entries().iter().map(|entry| &entry.api);
        let first = apis.next();
        Ok(apis.any(|api| Some(api) != first))
    }
}
