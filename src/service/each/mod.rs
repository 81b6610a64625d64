//! How is one call made for each of many records?
//!
//! [`source`]: of which records? [`kinds`]: are they of the kind that the call takes? [`filling`]: where in the call do their values go? [`resumed`]: how does a plan go on by its number? Every request is made and checked before the first is
//! sent, so a mistake costs nothing.

mod filling;
mod kinds;
mod resumed;
mod source;

use std::sync::Arc;

use serde_json::{Value, json};

use self::filling::Filling;
pub(crate) use self::source::id_of;
use self::source::{MOST, Source, wrong};
use super::asked::Call;
use super::call::Ready;
use super::{Service, blocking};
use crate::canonical::{sorted, text_of};
use crate::clock::now_s;
use crate::error::Error;
use crate::invoke::answer::Data;
use crate::invoke::caller::owner;
use crate::invoke::draft::Problem;
use crate::invoke::many::{EACH, Each, Many, STOP_AFTER};
use crate::invoke::sums::{Plan as Sums, Sums as Asked};
use crate::invoke::{Caller, Consent, InvokeError, Later, Outcome, Policy};
use crate::journal::{Change, Entry};
use crate::openapi::Method;
use crate::surface::{Said, Surface};

/// How long the same call goes on with a plan that was not finished: 24 hours.
const GOES_ON_S: u64 = 24 * 3_600;

/// Records whose requests are wrong that a refusal names.
const WRONG: usize = 3;

/// The records of a call.
struct Records {
    items: Vec<Value>,
    /// The plan that goes on with them.
    plan: Option<Entry>,
    notes: Vec<Said>,
}

impl Service {
    /// Carries out a call for each of its records.
    ///
    /// # Errors
    /// [`Error::Argument`] where it is not clear which; [`Error::Invoke`] with all that is wrong with the requests; nothing was sent then.
    pub(super) async fn for_each(&self, mut call: Call, caller: &dyn Caller) -> Result<Outcome, Error> {
        let given = call.for_each.take().unwrap_or_default();
        check(&call)?;
        let sums = self.sums_of(&mut call).await?;
        let hash = hash(&call, &given);
        let (confirmation, dry_run) = (call.confirmation.take(), std::mem::take(&mut call.dry_run));
        let Records { items, plan, mut notes } = self.records(&call, &given, &hash, caller).await?;
        let changes = plan.as_ref().map(|plan| plan.changes.as_slice());
        let each = self.each(&call, items, changes, caller).await?;
        let each = without_doubles(each, &mut notes);
        if let Some(sums) = sums.as_ref().filter(|_| each.iter().any(|each| !each.order.draft.risk.is_read())) {
            return Err(of_rows(sums));
        }
        let made = Some(resumed::kept(&call));
        let many = Many {
            sums,
            made,
            method: call.method,
            path: call.path,
            each,
            notes,
            dry_run,
            confirmation,
            stop_after: call.stop_after.unwrap_or(STOP_AFTER).max(1),
            call: hash,
            undoes: None,
            resumes: plan.map(|plan| plan.id),
        };
        Ok(self.invoker()?.carry_out_each(many, caller).await?)
    }

    /// What is to be made of the rows of all records; each call fetches all of its own, with the fields that this needs.
    async fn sums_of(&self, call: &mut Call) -> Result<Option<Sums>, Error> {
        let asked = std::mem::take(&mut call.sums);
        if asked == Asked::default() {
            return Ok(None);
        }
        // Whether a POST reads is known once it is resolved.
        let may_read = matches!(call.method, Method::Get | Method::Head | Method::Post);
        let evaluator = self.inner.options.calls.evaluator.clone();
        // A filter is compiled by a process, which is waited for.
        let planned = blocking(move || {
            asked.planned(evaluator.as_ref()).map_err(|problem| InvokeError::Problems(vec![*problem]).into())
        });
        let sums: Option<Sums> = planned.await?;
        if let Some(sums) = sums.as_ref().filter(|_| !may_read) {
            return Err(of_rows(sums));
        }
        if let Some(sums) = &sums {
            call.all_pages = true;
            // The record that a row is of stands beside its fields.
            let needed: Vec<String> = sums.fields().into_iter().filter(|field| field != EACH).collect();
            if !needed.is_empty() {
                call.fields = needed;
            }
        }
        Ok(sums)
    }

    /// The records that a call is for.
    async fn records(&self, call: &Call, given: &Value, hash: &str, caller: &dyn Caller) -> Result<Records, Error> {
        let filling = Filling::of(call)?;
        let journal = self.invoker()?.journal().clone();
        let since = now_s().saturating_sub(GOES_ON_S);
        let unfinished = || journal.unfinished(owner(caller.name()), hash, since).map_err(InvokeError::from);
        let plan = if call.is_anew { None } else { unfinished()? };
        // What holds a secret is not in the journal, and then nothing goes on by it.
        if let Some(plan) = plan.filter(|plan| plan.changes.iter().all(|change| !change.item.item.is_null())) {
            let (done, all) = (plan.done(), plan.changes.len());
            let note =
                format!("this goes on with change {} of the same call, of which {done} of {all} are done", plan.id);
            let items = plan.changes.iter().map(|change| change.item.item.clone()).collect();
            return Ok(Records { items, plan: Some(plan), notes: vec![note.into()] });
        }
        let (items, list): (Vec<Value>, Option<String>) = match Source::of(given, call)? {
            Source::Given(items) => (items, None),
            Source::Stored(handle) => {
                let list = self.invoker()?.stored().origin(caller.name(), &handle);
                let rows = self.stored_rows(caller.name(), &handle)?;
                (rows.texts(0).map(crate::invoke::rows::value).collect(), list.map(|list| list.to_string()))
            }
            Source::List(list) => {
                let path = list.path.clone();
                (self.listed_rows(*list, &filling, caller).await?, Some(path))
            }
        };
        if let Some(list) = &list {
            self.check_kind(call, &filling, list, &items)?;
        }
        if items.len() > MOST {
            return Err(wrong(format!(
                "it names {} records, and a call is made for at most {MOST}; narrow it down",
                items.len()
            )));
        }
        if items.is_empty() {
            return Err(wrong("the list has no rows, so there is nothing to do".to_owned()));
        }
        Ok(Records { items: items.iter().map(|item| filling.taken(item)).collect(), plan: None, notes: Vec::new() })
    }

    /// The rows of a list, with the fields that the call takes.
    async fn listed_rows(
        &self,
        mut list: Call,
        filling: &Filling<'_>,
        caller: &dyn Caller,
    ) -> Result<Vec<Value>, Error> {
        list.fields = filling.fields();
        let Outcome { answer, .. } = Box::pin(self.carry_out(list, &Whole(caller))).await?;
        match answer.result {
            Some(Data::Rows(rows)) => Ok(rows.texts(0).map(crate::invoke::rows::value).collect()),
            Some(Data::Value(Value::Array(rows))) => Ok(rows),
            _ => Err(wrong("what it reads is no list".to_owned())),
        }
    }

    /// The call for each record, checked, with ids in place of names: what a name means may differ from record to record.
    async fn each(
        &self,
        call: &Call,
        items: Vec<Value>,
        changes: Option<&[Change]>,
        caller: &dyn Caller,
    ) -> Result<Vec<Each>, Error> {
        let filling = Filling::of(call)?;
        let (mut each, mut problems, mut faulty) = (Vec::with_capacity(items.len()), Vec::new(), 0);
        for (n, item) in items.into_iter().enumerate() {
            let name = filling.name(&item);
            match self.ready(filling.filled(&item)?, caller).await {
                Ok(Ready { order, .. }) => {
                    let before = changes.and_then(|changes| changes.get(n)).cloned();
                    each.push(Each { name, item, order, before, expected: serde_json::Map::new() });
                }
                Err(Error::Invoke(InvokeError::Problems(of_item))) => {
                    faulty += 1;
                    problems.extend(of_item.into_iter().map(|problem| Problem {
                        message: Said::from(format!("for {}: ", text_of(&name))).said(problem.message),
                        ..problem
                    }));
                }
                Err(error) => return Err(error),
            }
            if faulty >= WRONG {
                break;
            }
        }
        if problems.is_empty() { Ok(each) } else { Err(InvokeError::Problems(problems).into()) }
    }
}

/// Refuses to make something of the rows of what has none.
fn of_rows(sums: &Sums) -> Error {
    let reason = "is of rows, and this call changes records; leave it out";
    Error::Argument { argument: sums.argument(), reason: reason.into() }
}

/// Refuses what cannot be done for each.
fn check(call: &Call) -> Result<(), Error> {
    let refused = [
        (call.output.is_some(), "its answers cannot be written to one file; leave that out"),
        (call.as_written, "a request that is sent as it is written is sent once"),
        (call.record.is_some(), "an entry of fast memory fills in one call; give its values yourself"),
        (call.stop_after == Some(0), "to stop after no failure would send nothing"),
    ];
    refused.iter().find(|(is_so, _)| *is_so).map_or(Ok(()), |(_, why)| Err(wrong((*why).to_owned())))
}

/// Equal for the same call of the same records, as it is written.
fn hash(call: &Call, given: &Value) -> String {
    let of = json!([
        call.api,
        call.method,
        call.path,
        sorted(&Value::Object(call.params.clone())),
        call.data.as_ref().map(sorted),
        given
    ]);
    blake3::hash(of.to_string().as_bytes()).to_hex().to_string()
}

/// Leaves out records that were named before: each change is made once.
fn without_doubles(each: Vec<Each>, notes: &mut Vec<Said>) -> Vec<Each> {
    let count = each.len();
    let mut known = std::collections::HashSet::new();
    // A plan that goes on has none, and its places must stay.
    let is_first = |each: &Each| each.before.is_some() || known.insert(each.item.to_string());
    let mut is_first = is_first;
    let each: Vec<Each> = each.into_iter().filter(|one| is_first(one)).collect();
    let doubles = count - each.len();
    if doubles > 0 {
        notes.push(format!("{doubles} records are named more than once, and taken once").into());
    }
    each
}

/// The caller of a list whose rows the program takes itself.
struct Whole<'a>(&'a dyn Caller);

impl Caller for Whole<'_> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn policy(&self) -> &Arc<Policy> {
        self.0.policy()
    }

    fn surface(&self) -> Surface {
        self.0.surface()
    }

    fn can_ask(&self) -> bool {
        self.0.can_ask()
    }

    fn ask<'a>(&'a self, question: &'a str) -> Later<'a, Consent> {
        self.0.ask(question)
    }

    fn is_plan(&self) -> bool {
        true
    }

    fn progress(&self, rows: usize, total: Option<usize>) {
        self.0.progress(rows, total);
    }
}
