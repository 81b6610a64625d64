//! A call from end to end: resolved, filled in by memory, planned, sent, and what came of it settled.

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::address::{Meant, asked};
use super::asked::{Call, only_api, with_query};
use super::kept::{Made, is_as_given};
use super::kin::Tried;
use super::matching::{Resolved, find_operation, resolve_path};
use super::names::{Named, Names, Settled};
use super::proven::{Reuse, found_nothing};
use super::space::Space;
use super::{Service, blocking, givers};
use crate::error::Error;
use crate::invoke::client::{CallError, ClientOptions, OwnFiles, StatusFailure};
use crate::invoke::dialect::Dialect;
use crate::invoke::draft::{Problem, Written};
use crate::invoke::picked::{FIELDS, takes_fields};
use crate::invoke::plan::{Planner, Wanted};
use crate::invoke::sums::Plan as Sums;
use crate::invoke::{Caller, InvokeError, InvokeOptions, Invoker, Order, Outcome, answer};
use crate::journal::Journal;
use crate::redact::Redactor;
use crate::search::Searcher;
use crate::store::OperationRow;
use crate::surface::{Argument, Place, Said, Surface};

/// A call on its way to an order.
struct Remembered {
    searcher: Arc<Searcher>,
    call: Call,
    /// Its operation, where the manifest has it.
    found: Option<Resolved>,
    reuse: Reuse,
    /// Whether its pattern is the call as it was given.
    is_as_given: bool,
    /// What was taken off its path.
    notes: Vec<Said>,
    /// What became of the names in it.
    names: Names,
    /// What is made of the rows of its answer.
    sums: Option<Sums>,
}

/// A call as it is to be sent.
pub(super) struct Ready {
    pub(super) order: Order,
    reuse: Reuse,
    /// The records that its names mean, each with the list that has it.
    used: Vec<(String, Value)>,
}

impl Service {
    /// Carries out a call.
    ///
    /// # Errors
    /// [`Error::Invoke`] with everything that is wrong; as [`Self::open`].
    pub async fn call(&self, call: Call, caller: &dyn Caller) -> Result<Outcome, Error> {
        // What it waits for nests deep: unboxed it would be part of whatever waits for it.
        Box::pin(self.carry_out(call, caller)).await.map_err(|error| match error {
            Error::Invoke(error) => error.redacted(self.redactor()).into(),
            Error::Argument { argument, reason } => {
                let hide = |text: &str| self.redactor().text(text).into_owned();
                Error::Argument { argument, reason: reason.map_texts(&hide) }
            }
            other => other,
        })
    }

    pub(super) async fn carry_out(&self, call: Call, caller: &dyn Caller) -> Result<Outcome, Error> {
        if call.for_each.is_some() {
            return Box::pin(self.for_each(call, caller)).await;
        }
        let (surface, began) = (caller.surface(), Instant::now());
        let asked = (call.method, self.redactor().text(&call.path).into_owned(), call.api.clone().unwrap_or_default());
        let Ready { order, reuse, used } = match self.ready(call, caller).await {
            Ok(ready) => ready,
            Err(error) => {
                // Whoever looks at what was done sees what was tried, too.
                let ((method, path, api), ms) = (asked, began.elapsed().as_secs_f64() * 1e3);
                tracing::info!(client = caller.name(), api, %method, path, fault = "refused", ms, "call");
                return Err(error);
            }
        };
        let (method, path, api) = (order.draft.method, order.draft.path.clone(), order.api.clone());
        let settled = Settled { api: api.clone(), path: path.clone(), writes: !order.draft.risk.is_read() };
        let tried = Tried::of(&order);
        let nothing_found = self.if_nothing_found(&order)?;
        let mut outcome = self.invoker()?.carry_out(order, caller).await;
        let (status, fault) = match &outcome {
            Ok(outcome) => (outcome.answer.status, None),
            Err(InvokeError::Call(error)) => (error.status(), Some(error.name())),
            Err(_) => (None, Some("refused")),
        };
        if !matches!(&outcome, Ok(outcome) if !outcome.sent) {
            self.forget_names(&settled, &used, status);
        }
        if let (Ok(outcome), Some(said)) = (&mut outcome, nothing_found)
            && outcome.sent
            && found_nothing(method, &outcome.answer)
        {
            outcome.answer.notes.push(said.on(surface));
        }
        let ms = began.elapsed().as_secs_f64() * 1e3;
        tracing::info!(client = caller.name(), api, %method, path, status, fault, ms, "call");
        let (service, caller) = (self.clone(), caller.name().to_owned());
        blocking(move || {
            if let Err(InvokeError::Call(CallError::Status(failure))) = &mut outcome {
                service.advise(&tried, failure);
            }
            service.settle(reuse, outcome, (&caller, surface))
        })
        .await
    }

    /// What to try where a read finds nothing.
    fn if_nothing_found(&self, order: &Order) -> Result<Option<Said>, Error> {
        if !order.draft.risk.is_read() {
            return Ok(None);
        }
        let query: Vec<(String, String)> =
            order.draft.query.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let said = self.dialect_of(&*self.searcher()?, &order.api)?.nothing_found(&query);
        Ok(said.map(|said| said.map_texts(&|text| self.redactor().text(text).into_owned())))
    }

    /// The order for a call, with what memory and the names in it make of it.
    pub(super) async fn ready(&self, call: Call, caller: &dyn Caller) -> Result<Ready, Error> {
        let (service, surface) = (self.clone(), caller.surface());
        // Opening the index, checking and comparing by meaning compute and read files.
        let remembered = blocking(move || service.with_memory(call)).await?;
        let remembered = self.with_ids(remembered, caller).await?;
        let (service, used) = (self.clone(), remembered.names.used());
        let (order, reuse) = blocking(move || service.order_of(remembered, surface)).await?;
        Ok(Ready { order, reuse, used })
    }

    /// Adds to a refusal which other operations help. Where they cannot be looked up, the refusal stays as it is.
    fn advise(&self, tried: &Tried, failure: &mut StatusFailure) {
        let steps = self
            .searcher()
            .and_then(|searcher| tried.steps(&searcher, self.dialect_of(&searcher, tried.api())?, failure));
        match steps {
            Ok(steps) => failure.advice.extend(steps.iter().map(|step| self.redactor().text(step).into_owned())),
            Err(error) => tracing::warn!(error = error.name(), "no operations were looked up after a refusal"),
        }
    }

    /// The call with the values that memory fills in, and memory's part in it.
    fn with_memory(&self, call: Call) -> Result<Remembered, Error> {
        let own = self.own_files();
        if let Some(reason) = call.output.as_deref().and_then(|to| own.refusal(to)) {
            return Err(Error::Argument { argument: Argument::OUTPUT, reason: reason.into() });
        }
        let sums = call.sums.planned(self.inner.options.calls.evaluator.as_ref());
        let sums = sums.map_err(|problem| InvokeError::Problems(vec![*problem]))?;
        let searcher = self.searcher()?;
        let Meant { mut call, mut found, mut notes } = self.meant(&searcher, call)?;
        let mut sums = sums;
        if let Ok(found) = &mut found
            && !call.as_written
        {
            let said;
            (sums, said) = Self::list_of_counted(&searcher, &mut call, found, sums)?;
            notes.extend(said);
        }
        if let Some(sums) = &sums
            && call.output.is_some()
        {
            let reason =
                Said::new().argument(sums.argument()).text(" is shown and not written to a file; leave one out");
            return Err(Error::Argument { argument: Argument::OUTPUT, reason });
        }
        if let Ok(found) = &found {
            self.ask_for_fields(&searcher, &mut call, found, sums.as_ref())?;
        }
        let (call, mut reuse) = self.reuse(&searcher, call, found)?;
        let found = reuse.found.take();
        let is_as_given = found.is_some() && reuse.pattern.as_ref().is_some_and(|it| is_as_given(it, &call));
        let found = found.map_or_else(|| find_operation(&searcher, asked(&call)), |found| Ok(Some(found)));
        Ok(Remembered {
            searcher,
            call,
            found: found.ok().flatten(),
            reuse,
            is_as_given,
            notes,
            names: Names::default(),
            sums,
        })
    }

    /// The order for a call in which no name is looked up, and memory's part in it.
    pub(super) fn prepare_with_memory(&self, call: Call, surface: Surface) -> Result<(Order, Reuse), Error> {
        self.order_of(self.with_memory(call)?, surface)
    }

    /// Checks a call as it is written so far: nothing is sent and no name is looked up.
    ///
    /// # Errors
    /// As [`Self::call`] before anything is sent.
    pub fn check(&self, call: Call, surface: Surface) -> Result<(), Error> {
        self.prepare_with_memory(call, surface).map(|_| ())
    }

    /// The call with ids in place of names.
    async fn with_ids(&self, remembered: Remembered, caller: &dyn Caller) -> Result<Remembered, Error> {
        let Remembered { searcher, call, found: Some(found), .. } = remembered else { return Ok(remembered) };
        let Named { call, found, names } = self.named(&searcher, call, found, caller).await?;
        Ok(Remembered { searcher, call, found: Some(found), names, ..remembered })
    }

    /// The order for a call, with all that is wrong with it or worth a note.
    fn order_of(&self, remembered: Remembered, surface: Surface) -> Result<(Order, Reuse), Error> {
        let Remembered { searcher, call, found, mut reuse, is_as_given, notes, mut names, sums } = remembered;
        let given_by = call.given_by;
        let entry = found.as_ref().filter(|_| call.data.is_some()).map(|found| found.operation.clone());
        let prepared = match self.prepare(&searcher, &call, found, sums.as_ref()) {
            Ok(_) if !names.problems.is_empty() => Err(InvokeError::Problems(names.problems).into()),
            Err(Error::Invoke(InvokeError::Problems(others))) => {
                Err(InvokeError::Problems(names.with_problems(others)).into())
            }
            prepared => prepared,
        };
        match prepared {
            Ok(mut order) => {
                order.draft.notes.splice(0..0, notes);
                order.draft.notes.extend(names.notes);
                order.resolved = names.records.iter().map(|record| record.shown(surface, given_by)).collect();
                order.output.clone_from(&call.output);
                order.memory = reuse.shown.as_ref().map(|shown| shown.on(surface));
                // What is made of rows is no part of what is kept.
                if reuse.shown.is_none() && sums.is_none() {
                    let (all_pages, is_typed) = (call.all_pages, call.is_typed);
                    let (draft, records) = (order.draft.clone(), names.records);
                    reuse.made = Some(Made { searcher, draft, all_pages, is_typed, is_as_given, records });
                }
                order.draft.notes.extend(reuse.hint.clone());
                order.draft.notes.extend(reuse.missing.clone().map(Said::from));
                if given_by != Argument::DATA {
                    let notes = std::mem::take(&mut order.draft.notes).into_iter();
                    order.draft.notes = notes.map(|note| note.given_as(Argument::DATA, given_by)).collect();
                }
                Ok((order, reuse))
            }
            Err(Error::Invoke(InvokeError::Problems(mut problems))) => {
                let dialect_of = |entry: &OperationRow| self.dialect_of(&searcher, &entry.api);
                if let Some(entry) = &entry
                    && let Err(error) = dialect_of(entry)
                        .and_then(|dialect| givers::name_lists(&searcher, entry, dialect, &mut problems))
                {
                    tracing::warn!(error = error.name(), "no lists were looked up for what a body lacks");
                }
                if let (Some(hint), Some(last)) = (&reuse.hint, problems.last_mut()) {
                    last.cure = std::mem::take(&mut last.cure).text("; ").said(hint.clone());
                }
                let named = problems.into_iter().map(|problem| problem.given_as(Argument::DATA, given_by));
                Err(InvokeError::Problems(named.collect()).into())
            }
            Err(error) => Err(error),
        }
    }

    /// Asks the API for no more than the fields that are wanted, where it takes their names as the program does.
    fn ask_for_fields(
        &self,
        searcher: &Searcher,
        call: &mut Call,
        found: &Resolved,
        sums: Option<&Sums>,
    ) -> Result<(), Error> {
        let needed = sums.map(Sums::fields).filter(|fields| !fields.is_empty());
        let fields = needed.unwrap_or_else(|| call.fields.clone());
        let is_given = call.params.keys().any(|name| name.eq_ignore_ascii_case(FIELDS));
        if fields.is_empty() || call.as_written || is_given {
            return Ok(());
        }
        let dialect = self.dialect_of(searcher, &found.operation.api)?;
        let operation = searcher.store().operation(found.operation.doc)?;
        if dialect.lists_of_names().contains(&FIELDS) && takes_fields(&operation) {
            call.params.insert(FIELDS.to_owned(), fields.join(",").into());
        }
        Ok(())
    }

    /// Where files of APIs go that no call names a place for.
    fn own_files(&self) -> OwnFiles {
        let home = self.inner.options.home.clone();
        OwnFiles { downloads: self.space.folder.join("downloads"), home }
    }

    /// The invoker, made at the first call.
    ///
    /// # Errors
    /// [`Error::Invoke`] where the system has no usable certificates.
    pub fn invoker(&self) -> Result<Arc<Invoker>, Error> {
        let Space { calls, folder, invoker, .. } = &*self.space;
        let mut known = invoker.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(invoker) = &*known {
            return Ok(Arc::clone(invoker));
        }
        let made = Arc::new(
            Invoker::new(InvokeOptions {
                client: ClientOptions { own_files: Some(self.own_files()), ..calls.client.clone() },
                writes: calls.writes,
                budget: calls.budget.unwrap_or(answer::BUDGET),
                downloads: self.own_files().downloads,
                audit: folder.join("logs").join("audit.jsonl"),
                learned: self.learned(),
                journal: Journal::at(&folder.join("undo")),
                evaluator: calls.evaluator.clone(),
                state: calls.state.clone(),
            })
            .map_err(InvokeError::from)?,
        );
        *known = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Resolves, checks and drafts a call. Nothing is sent.
    ///
    /// # Errors
    /// [`Error::Invoke`] with every problem that was found; as [`Self::open`].
    pub(super) fn prepare(
        &self,
        searcher: &Searcher,
        call: &Call,
        found: Option<Resolved>,
        sums: Option<&Sums>,
    ) -> Result<Order, Error> {
        let (path, params) = with_query(call)?;
        let (_, query) = call.parts();
        let vectors = OnceCell::new();
        let meaning = |words: &str, names: &[&str]| self.alike(words, names, &vectors);
        let planner = Planner {
            store: searcher.store(),
            settings: self.calls(),
            home: &self.inner.options.home,
            redactor: self.redactor(),
            learned: &self.learned(),
            permits: &|entry| self.permit(searcher, entry).is_ok(),
            meaning: &meaning,
        };
        let wanted = Wanted {
            params: &params,
            data: call.data.as_ref(),
            is_typed: call.is_typed,
            // A sum over one page is the sum of nothing that anybody asked for.
            all_pages: call.all_pages || sums.is_some(),
            max_items: call.max_items,
            sums,
            dry_run: call.dry_run,
            validate: call.validate,
            fields: &call.fields,
            is_full: call.is_full,
            confirmation: call.confirmation.as_deref(),
        };
        let dialect_of = |api: &str| self.dialect_of(searcher, api).unwrap_or_default();
        let found = found.map_or_else(|| resolve_path(searcher, asked(call), &dialect_of), Ok);
        if call.as_written {
            return self.written(searcher, call, &planner, &wanted, found);
        }
        match found {
            Ok(Resolved { operation, path_values, implied, notes, .. }) => {
                let missing = implied.into_iter().filter(|(name, _)| !params.contains_key(name));
                let all = params.clone().into_iter().chain(missing.map(|(name, value)| (name, value.into()))).collect();
                let wanted = Wanted { params: &all, ..wanted };
                let mut order = planner.listed(&wanted, &operation, &path_values)?;
                order.draft.notes.splice(0..0, notes);
                Ok(order)
            }
            Err(Error::NoOperation { method, path, nearest, place }) if call.validate => Err(InvokeError::Problems(
                vec![unlisted(&format!("{method} {path} is no operation of {place}"), nearest)],
            )
            .into()),
            Err(Error::NoOperation { nearest, .. }) => {
                let api = only_api(searcher, call)?;
                let path = Call::slashed(&path);
                let path = if query.is_empty() { path } else { format!("{path}?{query}") };
                let wanted = Wanted { params: &call.params, ..wanted };
                Ok(planner.unlisted(&wanted, call.method, &path, &api, &nearest)?)
            }
            Err(error) => Err(error),
        }
    }

    /// The order for a call that was written out.
    fn written(
        &self,
        searcher: &Searcher,
        call: &Call,
        planner: &Planner<'_>,
        wanted: &Wanted<'_>,
        found: Result<Resolved, Error>,
    ) -> Result<Order, Error> {
        let (path, query) = call.parts();
        let path = Call::slashed(path);
        let data = call.data.as_ref().map(ToString::to_string);
        let body = call.written_body.as_deref().or(data.as_deref());
        let written = Written { method: call.method, path: &path, query, body };
        match found {
            Ok(Resolved { operation, notes, .. }) => {
                let exact = notes.is_empty();
                let mut order = planner.written(wanted, &written, &operation.api, Some((&operation, exact)))?;
                if !exact {
                    let note = format!("the manifest has `{}`; the path is sent as it is written", operation.path);
                    order.draft.notes.push(note.into());
                }
                Ok(order)
            }
            Err(Error::NoOperation { nearest, .. }) => {
                let mut order = planner.written(wanted, &written, &only_api(searcher, call)?, None)?;
                if !nearest.is_empty() {
                    let note = format!("the nearest operations of the manifest are {}", nearest.join(", "));
                    order.draft.notes.push(note.into());
                }
                Ok(order)
            }
            Err(error) => Err(error),
        }
    }

    /// The dialect of an API of the catalogue.
    pub(super) fn dialect_of(&self, searcher: &Searcher, name: &str) -> Result<&'static dyn Dialect, Error> {
        Ok(self.calls().dialect(name, &searcher.store().api(name)?.unwrap_or_default()))
    }

    /// Finds every secret that an answer to whoever has this handle may not show.
    pub(crate) fn redactor(&self) -> &Redactor {
        self.acting.as_ref().map_or_else(|| self.configured_secrets(), |acting| &acting.redactor)
    }

    /// Finds every configured secret.
    pub(super) fn configured_secrets(&self) -> &Redactor {
        self.inner.redactor.get_or_init(|| Redactor::new(&self.inner.options.calls.secrets()))
    }
}

/// Why a call is not sent that no manifest has.
fn unlisted(message: &str, nearest: Vec<String>) -> Problem {
    let first = if nearest.is_empty() { "Look for the operation by a search" } else { "Call one of those offered" };
    let cure = Said::from(first)
        .text(", or send it as it is with ")
        .argument(Argument::UNCHECKED)
        .text(": a manifest may be older than its server.");
    Problem { offers: nearest, ..Problem::new(&Place::path(), message.to_owned(), cure) }
}
