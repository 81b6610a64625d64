//! What of the catalogue may whoever has this handle find?
//!
//! A policy hides operations from search, from lists and from descriptions. That they exist is no secret, since manifests are public: a
//! message about another operation may name one. What is sent, the invoker asks the caller's policy about once more.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, Weak};

use serde::Serialize;

use super::Service;
use super::address::asked;
use super::asked::{Call, only_api};
use super::matching::find_operation;
use crate::error::Error;
use crate::invoke::policy::{Ruling, Subject, forbidden};
use crate::invoke::risk::Risk;
use crate::invoke::{InvokeError, Policy, Writes};
use crate::memory::{Entry, Pattern};
use crate::openapi::Method;
use crate::search::{Filter, Query, Searcher};
use crate::store::{Group, OperationRow};

/// What policies hide of a snapshot of the index, by their names.
#[derive(Default)]
pub(super) struct Hidden {
    of: Weak<Searcher>,
    by_policy: HashMap<String, Arc<[bool]>>,
}

/// What a policy says of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The policy; absent of whoever may do everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Name of the API.
    pub api: String,
    /// Request method.
    pub method: Method,
    /// The operation's template; absent where no manifest has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Whether it is found, described and called.
    pub allowed: bool,
    /// The rule that decides it, as `deny[0]`, counted from 0; absent where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What the call can do.
    pub risk: Risk,
    /// What becomes of it: `sent`, `asked` or `refused`.
    pub then: &'static str,
}

impl Service {
    /// Whether an operation may be found and described.
    pub(crate) fn permits(&self, searcher: &Arc<Searcher>, entry: &OperationRow) -> bool {
        self.policy.allows_everything() || !self.hidden(searcher).get(entry.doc as usize).is_some_and(|hidden| *hidden)
    }

    /// Takes away the kept calls of operations that may not be found.
    ///
    /// # Errors
    /// As [`Self::open`], where the policy hides anything.
    pub(super) fn without_hidden(&self, entries: &mut Vec<Entry>) -> Result<(), Error> {
        if self.policy.allows_everything() || entries.is_empty() {
            return Ok(());
        }
        let searcher = self.searcher()?;
        let known: HashMap<(&str, Method, &str), &OperationRow> =
            searcher.entries().iter().map(|entry| ((&*entry.api, entry.method, &*entry.path), entry)).collect();
        entries.retain(|Entry { pattern, .. }| {
            match known.get(&(pattern.api.as_str(), pattern.method, pattern.template.as_str())) {
                Some(operation) => self.permits(&searcher, operation),
                None => {
                    let risk = Some(Risk::of_unlisted(pattern.method, &pattern.path));
                    let Pattern { api, method, path, .. } = pattern;
                    self.policy.ruling(&Subject { api, method: *method, path, domain: None, risk }).is_allowed
                }
            }
        });
        Ok(())
    }

    /// Refuses an operation that may not be described.
    pub(super) fn permit(&self, searcher: &Searcher, entry: &OperationRow) -> Result<(), Error> {
        if self.policy.allows_everything() {
            return Ok(());
        }
        match self.ruling(&self.policy, searcher, entry)? {
            (Ruling { is_allowed: true, .. }, _) => Ok(()),
            (Ruling { rule, .. }, _) => {
                let reason = forbidden(&self.policy, entry.method, &entry.path, rule.as_deref()).into();
                Err(InvokeError::Refused { reason }.into())
            }
        }
    }

    /// Says what a policy makes of a call, whatever this handle may do. The path may have values in place of its placeholders.
    ///
    /// # Errors
    /// [`Error::SeveralApis`], [`Error::Search`] for an API that is not there; as [`Self::open`].
    pub fn explain(&self, policy: &Policy, method: Method, path: &str, api: Option<&str>) -> Result<Explained, Error> {
        let searcher = self.searcher()?;
        let call = Call { api: api.map(str::to_owned), ..Call::new(method, path) };
        let found = find_operation(&searcher, asked(&call))?.map(|found| found.operation);
        let (api, (ruling, risk)) = match &found {
            Some(entry) => (entry.api.clone(), self.ruling(policy, &searcher, entry)?),
            None => {
                let api = only_api(&searcher, &call)?;
                let risk = Risk::of_unlisted(method, path);
                let subject = Subject { api: &api, method, path, domain: None, risk: Some(risk) };
                let ruling = policy.ruling(&subject);
                (api, (ruling, risk))
            }
        };
        let then = match (ruling.is_allowed, risk.is_read(), policy.writes(self.inner.options.calls.writes)) {
            (false, ..) | (true, false, Writes::Deny) => "refused",
            (true, true, _) | (true, false, Writes::Allow) => "sent",
            (true, false, Writes::Ask) => "asked",
        };
        Ok(Explained {
            policy: policy.name.clone(),
            api,
            method,
            operation: found.map(|entry| entry.path),
            allowed: ruling.is_allowed,
            rule: ruling.rule,
            risk,
            then,
        })
    }

    /// What a policy says of an operation, and what that can do.
    fn ruling(&self, policy: &Policy, searcher: &Searcher, entry: &OperationRow) -> Result<(Ruling, Risk), Error> {
        let operation = searcher.store().operation(entry.doc)?;
        let risk = Risk::of_operation(self.dialect_of(searcher, &entry.api)?, &operation);
        let subject = Subject { risk: Some(risk), ..Subject::of_operation(entry) };
        Ok((policy.ruling(&subject), risk))
    }

    /// A query whose hits may all be found.
    pub(super) fn permitted<'q>(&self, searcher: &Arc<Searcher>, query: &'q Query) -> Cow<'q, Query> {
        if self.policy.allows_everything() || query.filter.hidden.is_some() {
            return Cow::Borrowed(query);
        }
        let filter = Filter { hidden: Some(self.hidden(searcher)), ..query.filter.clone() };
        Cow::Owned(Query { filter, ..query.clone() })
    }

    /// Which operations are hidden, by their numbers.
    fn hidden(&self, searcher: &Arc<Searcher>) -> Arc<[bool]> {
        let name = self.policy.name.clone().unwrap_or_default();
        let mut known = self.inner.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::ptr::eq(known.of.as_ptr(), Arc::as_ptr(searcher)) {
            *known = Hidden { of: Arc::downgrade(searcher), by_policy: HashMap::new() };
        }
        // What cannot be read is not found.
        let is_allowed = |entry| self.ruling(&self.policy, searcher, entry).is_ok_and(|(ruling, _)| ruling.is_allowed);
        let made = || searcher.entries().iter().map(|entry| !is_allowed(entry)).collect();
        Arc::clone(known.by_policy.entry(name).or_insert_with(made))
    }

    /// The domains that have an operation which may be found; `None` where all may.
    pub(super) fn permitted_domains(&self, searcher: &Arc<Searcher>, api: Option<&str>) -> Option<Vec<Group>> {
        self.grouped(searcher, &Filter { api: api.map(str::to_owned), ..Filter::default() }, |entry| &entry.domain)
    }

    /// The resources of a domain that have an operation which may be found; `None` where all may.
    pub(super) fn permitted_resources(
        &self,
        searcher: &Arc<Searcher>,
        domain: &str,
        api: Option<&str>,
    ) -> Option<Vec<Group>> {
        let filter = Filter { api: api.map(str::to_owned), domain: Some(domain.to_owned()), ..Filter::default() };
        self.grouped(searcher, &filter, |entry| &entry.resource)
    }

    fn grouped(
        &self,
        searcher: &Arc<Searcher>,
        filter: &Filter,
        name: fn(&OperationRow) -> &str,
    ) -> Option<Vec<Group>> {
        if self.policy.allows_everything() {
            return None;
        }
        let filter = Filter { hidden: Some(self.hidden(searcher)), ..filter.clone() };
        let mut groups: BTreeMap<(&str, &str), Vec<&OperationRow>> = BTreeMap::new();
        for entry in searcher.entries().iter().filter(|entry| filter.passes(entry)) {
            groups.entry((&entry.api, name(entry))).or_default().push(entry);
        }
        let group = |((api, name), entries): ((&str, &str), Vec<&OperationRow>)| {
            let mut methods: BTreeMap<&str, u64> = BTreeMap::new();
            entries.iter().for_each(|entry| *methods.entry(entry.method.as_str()).or_default() += 1);
            let resources: BTreeSet<&str> = entries.iter().map(|entry| &*entry.resource).collect();
            Group {
                api: api.to_owned(),
                name: name.to_owned(),
                operations: entries.len() as u64,
                resources: resources.len() as u64,
                methods: methods.into_iter().map(|(method, count)| (method.to_owned(), count)).collect(),
            }
        };
        Some(groups.into_iter().map(group).collect())
    }
}
