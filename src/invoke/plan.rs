//! How does a call to a known operation become an order?
//!
//! It is checked against the manifest and by what the API's dialect knows, gets beside it the request that counts what its list holds,
//! and takes another form where its URL would be too long. Nothing is sent.

mod extent;
mod filled;
mod unknown;

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use self::extent::{check_extent, check_query};
use self::filled::{filled_in_query, without_filled};
use self::unknown::unknown_parameters;
use super::client::{ApiAccess, is_wanted_as};
use super::dialect::{Dialect, Filtered, Findings, Mended};
use super::doubts;
use super::draft::{self, Body, Doubt, Draft, Integers, PageParameter, Uploads, Written};
use super::onward::Onward;
use super::order::MAX_ITEMS;
use super::picked::Asked;
use super::reading::Reading;
use super::settings::{CallOptions, SettingsError};
use super::sums::Plan as Sums;
use super::view::View;
use super::{InvokeError, Order};
use crate::learned::{Learned, Subject};
use crate::openapi::{Method, Operation, Parameter};
use crate::redact::Redactor;
use crate::store::{Api, OperationRow, Store, StoreError};
use crate::surface::{Argument, Said};

/// The first page of an API whose dialect knows how its pages are asked for.
const FIRST_PAGE: u64 = 1;

/// A call cannot be planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The call is wrong.
    #[error(transparent)]
    Invoke(#[from] InvokeError),
    /// The catalogue cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a call asks for beside its operation.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Parameters by name.
    pub(crate) params: &'a Map<String, Value>,
    /// The body as the caller gave it; `null` is none.
    pub(crate) data: Option<&'a Value>,
    /// Whether a person at a terminal named the files that `data` names.
    pub(crate) is_typed: bool,
    /// Fetch all pages.
    pub(crate) all_pages: bool,
    /// Rows after which to stop, where that was said.
    pub(crate) max_items: Option<usize>,
    /// What is made of the rows, in place of showing them.
    pub(crate) sums: Option<&'a Sums>,
    /// Show the request and send nothing.
    pub(crate) dry_run: bool,
    /// The fields of the answer that are wanted.
    pub(crate) fields: &'a [String],
    /// Show all that the API answers.
    pub(crate) is_full: bool,
    /// Check parameters, body and filters.
    pub(crate) validate: bool,
    /// The confirmation of a preview.
    pub(crate) confirmation: Option<&'a str>,
}

/// Makes orders.
#[derive(Clone, Copy)]
pub(crate) struct Planner<'a> {
    pub(crate) store: &'a Store,
    pub(crate) settings: &'a CallOptions,
    /// The program's home folder, whose files are never sent.
    pub(crate) home: &'a Path,
    pub(crate) redactor: &'a Redactor,
    /// What APIs took or refused before.
    pub(crate) learned: &'a Learned,
    /// Whether the caller may call an operation.
    pub(crate) permits: &'a dyn Fn(&OperationRow) -> bool,
    /// The names, of those given, that mean what some words mean; best first.
    pub(crate) meaning: &'a dyn Fn(&str, &[&str]) -> Vec<String>,
}

impl Planner<'_> {
    /// The order for an operation of the catalogue; `path_values` are those that were written into the path.
    ///
    /// # Errors
    /// [`InvokeError::Problems`] with every problem that was found; [`PlanError::Store`]
    pub(crate) fn listed(
        &self,
        wanted: &Wanted<'_>,
        entry: &OperationRow,
        path_values: &Map<String, Value>,
    ) -> Result<Order, PlanError> {
        let mut operation = Operation::clone(&*self.store.operation(entry.doc)?);
        let api = self.store.api(&entry.api)?.unwrap_or_default();
        let dialect = self.settings.dialect(&entry.api, &api);
        operation.parameters.extend(dialect.parameters_beside(&operation));
        let access = self.access(&entry.api, &api, Some(&operation));
        // What a credential fills in is asked of no caller; where none is configured, the settings say what to configure.
        let security = operation.security.clone();
        let is_filled = |parameter: &Parameter| match &access {
            Ok(access) => access.fills(parameter),
            Err(_) => is_wanted_as(security.as_deref(), &api.security_schemes, parameter),
        };
        operation.parameters.iter_mut().for_each(|parameter| parameter.required &= !is_filled(parameter));
        let of = Of { dialect, api: &api, entry, operation: &operation, access: access.as_ref().ok() };
        let (mut params, filled) = without_filled(of.access, Some(&operation), wanted.params)?;
        let lookup = |schema: &str| self.store.schema(&entry.api, schema);
        let asked = Asked { dialect, operation: &operation, lookup: &lookup, is_checked: wanted.validate };
        let fields = asked.picked(wanted.fields, &mut params);
        let wanted = &Wanted { params: &params, fields: &fields, ..*wanted };
        let (mut draft, doubts) = self.checked(wanted, &of, path_values)?;
        draft.notes.extend(filled);
        let beside = |method: Method, segment: &str| -> Result<Option<Arc<Operation>>, StoreError> {
            let path = format!("{}/{segment}", entry.path.trim_end_matches('/'));
            let found = self.store.by_template(&path)?.into_iter();
            let found = found.filter(|other| other.api == entry.api).find(|other| other.method == method);
            // What the caller may not call is as good as not there: the rows are counted one by one.
            let found = found.filter(|other| (self.permits)(other));
            found.map(|other| self.store.operation(other.doc)).transpose()
        };
        let count = if wanted.all_pages { dialect.counting(&draft, &beside)? } else { None };
        let shorter = dialect.shortened(&draft, &beside)?;
        // The number of rows is had without them.
        let is_counted = shorter.is_none() && wanted.sums.is_some_and(Sums::is_count) && wanted.max_items.is_none();
        if let Some(count) = count.clone().filter(|_| is_counted && !pages_by_number(&draft)) {
            return Ok(self.counted(wanted, (entry, &api), dialect, access, Draft { notes: draft.notes, ..count }));
        }
        if let Some(shorter) = shorter {
            draft = shorter;
        }
        let search = || -> Result<_, StoreError> {
            let found = if draft.method == Method::Get { beside(Method::Post, "search")? } else { None };
            Ok(found.map(|search| format!("{} {}", search.method, search.path)))
        };
        check_query(&draft, None, search)?;
        draft.notes.extend(self.settings.hint(&entry.api, &api).map(Said::from));
        let reading = self.reading(dialect, &draft, &entry.api, Some(&operation));
        let page = self.page(dialect, &entry.api, &operation);
        let order = self.order(wanted, &entry.api, dialect, access, draft);
        let onward = Some(self.onward(&entry.api, &operation));
        let integers = self.integers(&entry.api, &operation);
        let (template, domain) = (Some(entry.path.clone()), Some(entry.domain.clone()));
        let is_readable = matches!(entry.method, Method::Patch | Method::Put | Method::Delete)
            && entry.path.ends_with('}')
            && self
                .store
                .by_template(&entry.path)?
                .iter()
                .any(|other| other.api == entry.api && other.method == Method::Get && (self.permits)(other));
        Ok(Order { count, page, onward, reading, doubts, integers, template, is_readable, domain, ..order })
    }

    /// The order that asks for the number of rows in place of the rows.
    fn counted(
        &self,
        wanted: &Wanted<'_>,
        (entry, api): (&OperationRow, &Api),
        dialect: &'static dyn Dialect,
        access: Result<ApiAccess, SettingsError>,
        mut count: Draft,
    ) -> Order {
        count.notes.extend(self.settings.hint(&entry.api, api).map(Said::from));
        let reading = self.reading(dialect, &count, &entry.api, None);
        let wanted = &Wanted { all_pages: false, sums: None, fields: &[], ..*wanted };
        let template = Some(format!("{}/count", entry.path.trim_end_matches('/')));
        Order { reading, template, ..self.order(wanted, &entry.api, dialect, access, count) }
    }

    /// The order for an operation that no manifest has; `path` may have a query, `nearest` are operations that it may mean.
    ///
    /// # Errors
    /// As [`Self::listed`].
    pub(crate) fn unlisted(
        &self,
        wanted: &Wanted<'_>,
        method: Method,
        path: &str,
        name: &str,
        nearest: &[String],
    ) -> Result<Order, PlanError> {
        let api = self.store.api(name)?.unwrap_or_default();
        let dialect = self.settings.dialect(name, &api);
        let access = self.access(name, &api, None);
        let (params, filled) = without_filled(access.as_ref().ok(), None, wanted.params)?;
        let mut draft = draft::unlisted(dialect, method, path, &params, wanted.data).map_err(InvokeError::Problems)?;
        check_extent(wanted, &mut draft)?;
        check_query(&draft, None, || Ok(None))?;
        draft.notes.extend(filled);
        draft.notes.extend(filled_in_query(access.as_ref().ok(), &draft));
        draft.notes.extend(self.settings.hint(name, &api).map(Said::from));
        if !nearest.is_empty() {
            draft.notes.push(format!("the nearest operations of the manifest are {}", nearest.join(", ")).into());
        }
        let reading = self.reading(dialect, &draft, name, None);
        let onward = Some(Onward::of_unlisted());
        Ok(Order { onward, reading, ..self.order(wanted, name, dialect, access, draft) })
    }

    /// The order for a request as it was written. `found` is the operation of the catalogue that it means, and whether its template
    /// fits the path to the letter.
    ///
    /// # Errors
    /// As [`Self::listed`].
    pub(crate) fn written(
        &self,
        wanted: &Wanted<'_>,
        written: &Written<'_>,
        name: &str,
        found: Option<(&OperationRow, bool)>,
    ) -> Result<Order, PlanError> {
        let read = |(entry, exact): (&OperationRow, bool)| self.store.operation(entry.doc).map(|it| (it, exact));
        let operation = found.map(read).transpose()?;
        let api = self.store.api(name)?.unwrap_or_default();
        let dialect = self.settings.dialect(name, &api);
        let operation = operation.as_ref().map(|(operation, exact)| (&**operation, *exact));
        let access = self.access(name, &api, operation.map(|(operation, _)| operation));
        let is_credential = |name: &str| access.as_ref().is_ok_and(|access| access.is_credential(name));
        let mut draft =
            draft::as_written(dialect, written, operation, &is_credential).map_err(InvokeError::Problems)?;
        check_extent(wanted, &mut draft)?;
        check_query(&draft, Some(Argument::RAW), || Ok(None))?;
        draft.notes.extend(dialect.advise(&draft));
        draft.notes.extend(self.settings.hint(name, &api).map(Said::from));
        let page = operation.and_then(|(operation, _)| self.page(dialect, name, operation));
        add_headers(dialect, &mut draft);
        draft.notes.extend(filled_in_query(access.as_ref().ok(), &draft));
        let reading = self.reading(dialect, &draft, name, operation.map(|(operation, _)| operation));
        let of_manifest = operation.map(|(operation, _)| self.onward(name, operation));
        let onward = Some(of_manifest.unwrap_or_else(Onward::of_unlisted));
        let template = found.map(|(entry, _)| entry.path.clone());
        let domain = found.map(|(entry, _)| entry.domain.clone());
        let integers = operation.map(|(operation, _)| self.integers(name, operation)).unwrap_or_default();
        Ok(Order {
            page,
            onward,
            reading,
            integers,
            template,
            domain,
            ..self.order(wanted, name, dialect, access, draft)
        })
    }

    /// The GET of an API at a template, with the parameters that its dialect knows. What cannot be read is as good as not there.
    fn list_at(&self, dialect: &dyn Dialect, api: &str, template: &str) -> Option<Operation> {
        let found = self.store.by_template(template).ok()?.into_iter();
        let list = found.filter(|other| other.api == api).find(|other| other.method == Method::Get)?;
        let mut operation = Operation::clone(&*self.store.operation(list.doc).ok()?);
        operation.parameters.extend(dialect.parameters_beside(&operation));
        Some(operation)
    }

    /// The request, with all that is wrong with it or worth a note, and what of it the manifest does not know.
    fn checked(
        &self,
        wanted: &Wanted<'_>,
        of: &Of<'_>,
        path_values: &Map<String, Value>,
    ) -> Result<(Draft, Vec<Doubt>), PlanError> {
        let Of { dialect, api, entry, operation, .. } = *of;
        let lookup = |name: &str| self.store.schema(&entry.api, name);
        let list_at = |template: &str| self.list_at(dialect, &entry.api, template);
        let records = dialect.filtered(self.store, entry, operation)?;
        let drafted = draft::draft(&draft::Asked {
            habits: dialect,
            operation,
            path_values,
            params: wanted.params,
            data: wanted.data,
            records: records.as_ref(),
            lookup: &lookup,
            list_at: &list_at,
            uploads: Uploads {
                folders: &self.settings.upload_folders,
                is_typed: wanted.is_typed,
                home: Some(self.home),
                settings: &self.settings.file,
            },
            validate: wanted.validate,
            dry_run: wanted.dry_run,
        });
        let mut findings = Findings::default();
        if wanted.validate {
            let Self { store, meaning, .. } = *self;
            let Wanted { params, data, .. } = *wanted;
            findings = dialect.check_filters(&Filtered { store, api, entry, operation, params, data, meaning })?;
        }
        let (draft, mut problems) = match drafted {
            Ok(draft) => (Some(draft), Vec::new()),
            Err(problems) => (None, problems),
        };
        problems.append(&mut findings.problems);
        let mut doubts = std::mem::take(&mut findings.doubts);
        if wanted.validate
            && let Some(draft) = &draft
        {
            doubts.extend(draft.doubts.iter().cloned());
            doubts.extend(unknown_parameters(operation, wanted.params, draft));
        }
        let reads = draft.as_ref().is_some_and(|draft| draft.risk.is_read());
        let mut open = Vec::new();
        // A call that is refused anyway says all at once; a write is sent with nothing that is not known.
        if reads && problems.is_empty() {
            let known = if doubts.is_empty() { Vec::new() } else { self.known_of(of) };
            (problems, open) = doubts::weighed(doubts, &known);
        } else {
            problems.extend(doubts.into_iter().map(|doubt| doubt.problem));
        }
        let Some(mut draft) = draft.filter(|_| problems.is_empty()) else {
            return Err(InvokeError::Problems(problems).into());
        };
        findings.mended.iter().for_each(|mended| mend(&mut draft, mended));
        draft.notes.extend(findings.notes);
        let advice = dialect.advise(&draft);
        draft.notes.extend(advice);
        add_headers(dialect, &mut draft);
        check_extent(wanted, &mut draft)?;
        Ok((draft, open))
    }

    /// How an operation is reached; without one, how its API is.
    fn access(&self, name: &str, api: &Api, operation: Option<&Operation>) -> Result<ApiAccess, SettingsError> {
        let security = operation.and_then(|operation| operation.security.as_deref());
        let servers = operation.map_or(&[][..], |operation| &operation.servers);
        self.settings.access(name, api, security, servers, self.redactor)
    }

    /// What the API took or refused of an operation before.
    fn known_of(&self, of: &Of<'_>) -> Vec<crate::learned::Fact> {
        let Some(access) = of.access else { return Vec::new() };
        let base = doubts::base_of(access, self.redactor);
        self.learned.of(&Subject { base: &base, method: of.entry.method.as_str(), path: &of.entry.path })
    }

    /// What the answer to a request is, as the API's dialect says, or else its operation's schema, or else its path.
    fn reading(&self, dialect: &dyn Dialect, draft: &Draft, name: &str, operation: Option<&Operation>) -> Reading {
        let lookup = |schema: &str| self.store.schema(name, schema);
        let said = || operation.map(|operation| draft::reading(operation, &lookup));
        dialect.reading(draft).or_else(said).unwrap_or_else(|| Reading::of_unlisted(&draft.path))
    }

    /// By which parameter an operation names its pages.
    fn page(&self, dialect: &dyn Dialect, name: &str, operation: &Operation) -> Option<PageParameter> {
        let lookup = |schema: &str| self.store.schema(name, schema);
        let first = dialect.page_sizes().largest.map(|_| FIRST_PAGE);
        PageParameter::of(operation, &lookup, first)
    }

    /// What of an operation leads to further pages beside that.
    fn onward(&self, name: &str, operation: &Operation) -> Onward {
        Onward::of(operation, &draft::members_of_answer(operation, &|schema: &str| self.store.schema(name, schema)))
    }

    fn integers(&self, name: &str, operation: &Operation) -> Integers {
        Integers::of(operation, &|schema: &str| self.store.schema(name, schema))
    }

    fn order(
        &self,
        wanted: &Wanted<'_>,
        name: &str,
        dialect: &dyn Dialect,
        access: Result<ApiAccess, SettingsError>,
        draft: Draft,
    ) -> Order {
        let view = View { is_full: wanted.is_full, fields: wanted.fields.to_vec(), asides: dialect.asides(), of: None };
        Order {
            view,
            api: name.to_owned(),
            access,
            draft,
            template: None,
            is_readable: false,
            domain: None,
            integers: Integers::default(),
            doubts: Vec::new(),
            count: None,
            page: None,
            onward: None,
            reading: Reading::default(),
            all_pages: wanted.all_pages,
            max_items: wanted.max_items.unwrap_or(MAX_ITEMS),
            sums: wanted.sums.cloned(),
            dry_run: wanted.dry_run,
            output: None,
            confirmation: wanted.confirmation.map(str::to_owned),
            memory: None,
            resolved: Vec::new(),
            redactor: self.redactor.clone(),
        }
    }
}

/// The operation of a call, and where its API is.
struct Of<'a> {
    dialect: &'static dyn Dialect,
    api: &'a Api,
    entry: &'a OperationRow,
    operation: &'a Operation,
    access: Option<&'a ApiAccess>,
}

/// Whether a request asks for one page of a list, by the names that APIs mostly have for that.
fn pages_by_number(draft: &Draft) -> bool {
    draft.query.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("page"))
}

/// Adds the headers that the API needs to heed a request.
fn add_headers(dialect: &dyn Dialect, draft: &mut Draft) {
    for (name, value) in dialect.headers_for(draft) {
        draft.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// Puts a text in the words of the API in the place of the one that was given.
fn mend(draft: &mut Draft, Mended { name, given, sent }: &Mended) {
    if draft.query.iter().any(|(known, value)| known == name && value == given) {
        draft.query.set(name, [sent.clone()]);
    } else if let Some(Body::Json(Value::Object(fields))) = &mut draft.body
        && let Some((_, value)) =
            fields.iter_mut().find(|(known, value)| known.eq_ignore_ascii_case(name) && *value == given)
    {
        *value = Value::String(sent.clone());
    }
}
