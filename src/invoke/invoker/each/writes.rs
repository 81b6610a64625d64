//! How is the same write sent for many records, so that each is made once whatever ends the program?
//!
//! # Invariants
//! - What a change replaces, and that it is about to be sent, is on disk before it is sent.
//! - A change whose answer never came is looked up by a read, and sent again only where the read tells that it was not made and once more does no harm.
//! - Each is recorded, and held back where the same was sent a moment ago, as a call of its own is.

use serde_json::{Map, Value, json};

use super::settled::{Settled, record, settled};
use super::{reason, rows_of, told};
use crate::clock::now_s;
use crate::escape::shortened;
use crate::invoke::answer::Answer;
use crate::invoke::audit::is_surely_undone;
use crate::invoke::caller::{Caller, owner};
use crate::invoke::client::{ApiAccess, Fate};
use crate::invoke::consent::{Decision, Wish};
use crate::invoke::draft::compared;
use crate::invoke::invoker::{InvokeError, Invoker, before_sending, discovery, previewed, sendable};
use crate::invoke::many::kept::{after, before, form, holds_secret};
use crate::invoke::many::shown::Planned;
use crate::invoke::many::{Each, Many, OfPlan};
use crate::invoke::order::Outcome;
use crate::invoke::view::View;
use crate::invoke::{Consent, Order};
use crate::journal::{Head, Item, State, Step, Writing};
use crate::openapi::Method;

/// Records that are looked at before anybody is asked.
const LOOKED_AT: usize = 20;

/// What became of one change.
enum Became {
    /// Done by this call; with the id of the record, and what there is to add.
    Done(Value, Option<String>),
    /// Done before.
    WasDone,
    /// Surely not done.
    Failed(String),
    /// Perhaps done.
    Unknown(String),
}

impl Invoker {
    /// Asks about a plan, and sends it.
    pub(super) async fn change_each(
        &self,
        many: Many,
        mut answer: Answer,
        caller: &dyn Caller,
    ) -> Result<Outcome, InvokeError> {
        let Some(first) = many.first() else { return Ok(Outcome { answer, sent: false }) };
        let access = sendable(first)?;
        answer.notes.extend(access.notes().iter().cloned());
        let located = self.client.locate(access).await?;
        answer.notes.extend(discovery(&located));
        let access = located.access.as_ref();
        let planned = Planned::of(&many, Some(access)).map_err(before_sending)?;
        self.allow(&many, &planned, &mut answer, caller).await?;
        if answer.confirmation.is_some() {
            return Ok(Outcome { answer, sent: false });
        }
        let mut journal = self.journal_of(&many, &planned, caller)?;
        let total = many.each.len();
        let mut lines = Vec::new();
        let (mut done, mut failed, mut unknown, mut in_a_row) = (0, 0, 0, 0);
        let view = first.view.clone();
        for (n, each) in many.each.iter().enumerate() {
            if in_a_row >= many.stop_after {
                break;
            }
            let became = self.change(n, each, access, &mut journal, caller).await?;
            let outcome = match &became {
                Became::Done(_, Some(note)) => format!("done, {note}"),
                Became::Done(..) => "done".to_owned(),
                Became::WasDone => "done before".to_owned(),
                Became::Failed(why) => format!("failed: {why}"),
                Became::Unknown(why) => format!("unknown: {why}"),
            };
            match &became {
                Became::Done(..) | Became::WasDone => (done, in_a_row) = (done + 1, 0),
                Became::Failed(_) => (failed, in_a_row) = (failed + 1, in_a_row + 1),
                Became::Unknown(_) => (unknown, in_a_row) = (unknown + 1, in_a_row + 1),
            }
            let mut line = json!({ "each": each.name, "outcome": outcome });
            if let Became::Done(id, _) = &became
                && each.order.draft.may_create()
                && !id.is_null()
            {
                line["id"] = id.clone();
            }
            // What went wrong is what a reader looks for.
            lines.push((matches!(became, Became::Done(_, None) | Became::WasDone), line));
            caller.progress(n + 1, Some(total));
        }
        let left = total - lines.len();
        if left > 0 {
            answer.notes.push(format!(
                "stopped after {in_a_row} failures in a row, with {left} not sent; the same call goes on with what is not done"
            ));
        }
        told(&mut answer.plan, &[("done", done), ("failed", failed), ("unknown", unknown), ("left", left)]);
        answer.undo = Some(journal.id).filter(|_| done > 0);
        lines.sort_by_key(|(is_plain, _)| *is_plain);
        let lines = lines.into_iter().map(|(_, line)| line).collect();
        self.show_each(&mut answer, lines, &View { is_full: false, fields: Vec::new(), ..view }, caller);
        answer.notice = None;
        Ok(Outcome { answer, sent: true })
    }

    /// Leaves out changes whose records are no longer as they must be, each with the reason. Of many the first are looked at; each is looked at
    /// again before it is sent.
    pub(crate) async fn without_changed(&self, each: Vec<Each>) -> (Vec<Each>, Vec<(Value, String)>) {
        let (mut left, mut changed) = (Vec::with_capacity(each.len()), Vec::new());
        for (n, one) in each.into_iter().enumerate() {
            let is_looked_at = n < LOOKED_AT && one.before.is_none() && !one.expected.is_empty();
            let why = match &one.order.access {
                Ok(access) if is_looked_at => match self.client.locate(access).await {
                    Ok(located) => changed_since(
                        &one.expected,
                        &record(&self.client, located.access.as_ref(), &one.order.draft).await,
                    ),
                    Err(_) => None,
                },
                _ => None,
            };
            match why {
                Some(why) => changed.push((one.name, why)),
                None => left.push(one),
            }
        }
        (left, changed)
    }

    /// Asks for consent to exactly this plan. Where a confirmation is needed first, it is in the answer.
    async fn allow(
        &self,
        many: &Many,
        planned: &Planned,
        answer: &mut Answer,
        caller: &dyn Caller,
    ) -> Result<(), InvokeError> {
        let wish = Wish {
            write: "",
            client: caller.name(),
            fingerprint: &planned.fingerprint,
            likeness: &planned.fingerprint,
            method: many.method,
            // Whether one of them was sent a moment ago is asked of each.
            may_create: false,
            path: &many.path,
            risk: planned.risk,
            confirmation: many.confirmation.as_deref(),
            requests: planned.count,
            can_ask: caller.can_ask(),
            was_sent: false,
        };
        match self.decide(&wish, caller.policy()).await {
            Decision::Send => Ok(()),
            Decision::Refuse(reason) => Err(InvokeError::Refused { reason }),
            Decision::Preview { confirmation, reason } => {
                *answer = previewed(std::mem::take(answer), confirmation, reason, caller).answer;
                answer.plan = Some(planned.value.clone());
                Ok(())
            }
            Decision::Ask(reason) | Decision::AskAgain(reason) => {
                match caller.ask(&planned.question(many, reason)).await.counted() {
                    Consent::Given => Ok(()),
                    Consent::Withheld(why) => {
                        let count = planned.count;
                        let reason =
                            format!("{} {} was not sent for any of {count} records: {why}", many.method, many.path);
                        Err(InvokeError::Refused { reason: reason.into() })
                    }
                }
            }
        }
    }

    /// The entry of the journal: a new one, or that of the plan that goes on.
    fn journal_of(&self, many: &Many, planned: &Planned, caller: &dyn Caller) -> Result<Writing, InvokeError> {
        if let Some(id) = many.resumes {
            // By the same call: whatever made other requests of it, such as a name that is another's now, nobody was asked about those.
            let is_other = |(each, request): (&Each, &String)| {
                each.is_waiting() && each.before.as_ref().is_some_and(|change| change.item.request != *request)
            };
            if many.each.iter().zip(&planned.requests).any(is_other) {
                let reason = format!(
                    "nothing was sent: change {id} of the same call was not finished, and its requests would be others now; make a call \
                     for the records that are left, or take the change back"
                );
                return Err(InvokeError::Refused { reason: reason.into() });
            }
            let in_use = || format!("nothing was sent: another process is at change {id}; wait until it is done");
            return self.journal.resume(id)?.ok_or_else(|| InvokeError::Refused { reason: in_use().into() });
        }
        let api = many.first().map(|order| order.api.clone()).unwrap_or_default();
        let redactor = many.first().map(|order| order.redactor.clone()).unwrap_or_default();
        let shown = |value: &Value| if holds_secret("item", value, &redactor) { Value::Null } else { value.clone() };
        let item = |(each, request): (&Each, &String)| Item {
            name: shown(&each.name),
            item: shown(&each.item),
            request: request.clone(),
        };
        let items: Vec<Item> = many.each.iter().zip(&planned.requests).map(item).collect();
        let head = Head {
            at_s: now_s(),
            client: owner(caller.name()).to_owned(),
            api,
            method: many.method,
            path: redactor.text(&many.path).into_owned(),
            call: many.call.clone(),
            undoes: many.undoes,
            made: many.made.clone().filter(|made| !holds_secret("call", made, &redactor)),
        };
        Ok(self.journal.begin(&head, &items)?)
    }

    /// Makes one change, unless it was made before.
    async fn change(
        &self,
        n: usize,
        each: &Each,
        access: &ApiAccess,
        journal: &mut Writing,
        caller: &dyn Caller,
    ) -> Result<Became, InvokeError> {
        let Each { order, expected, .. } = each;
        let (draft, redactor) = (&order.draft, &order.redactor);
        let state = each.before.as_ref().map_or(&State::Waiting, |change| &change.state);
        if *state == State::Done {
            return Ok(Became::WasDone);
        }
        let now = record(&self.client, access, draft).await;
        if let State::Unknown(why) = state {
            match settled(draft, &now) {
                Settled::Done => {
                    let record = now.ok().map(Value::Object);
                    journal.add(&Step::Done { n, id: Value::Null, after: after(draft, record.as_ref(), redactor) })?;
                    return Ok(Became::WasDone);
                }
                Settled::NotDone => {}
                Settled::Unclear => {
                    return Ok(Became::Unknown(format!("{why}; look whether it was done, it is not sent again")));
                }
            }
        }
        if !expected.is_empty()
            && let Some(why) = changed_since(expected, &now)
        {
            journal.add(&Step::Failed { n, why: why.clone() })?;
            return Ok(Became::Failed(why));
        }
        let kept =
            now.as_ref().ok().filter(|_| draft.method != Method::Post).map(|fields| before(draft, fields, redactor));
        let (fields, unkept) = kept.map_or((None, Vec::new()), |kept| (Some(kept.fields), kept.unkept));
        journal.add_synced(&Step::Sending { n, path: path_of(order), form: form(draft), before: fields, unkept })?;
        let mut own = order.clone();
        own.view = View { is_full: true, fields: Vec::new(), ..own.view };
        let became = self.carry_out(own, &OfPlan(caller)).await;
        let (step, became) = match became {
            Ok(Outcome { answer, .. }) => {
                let not_taken: Vec<&str> = answer.not_taken.iter().map(|field| field.field.as_str()).collect();
                let note =
                    (!not_taken.is_empty()).then(|| format!("but the API did not take {}", not_taken.join(", ")));
                let shown = rows_of(answer.result).into_iter().next();
                let id = shown.as_ref().map(|record| record["id"].clone()).unwrap_or_default();
                let step = Step::Done { n, id: id.clone(), after: after(draft, shown.as_ref(), redactor) };
                (step, Became::Done(id, note))
            }
            Err(error) => {
                let why = redactor.text(&reason(&error, caller.surface())).into_owned();
                if is_undone(&error) {
                    (Step::Failed { n, why: why.clone() }, Became::Failed(why))
                } else {
                    (Step::Unknown { n, why: why.clone() }, Became::Unknown(why))
                }
            }
        };
        journal.add(&step)?;
        Ok(became)
    }
}

/// Whether a write that failed surely was not processed.
fn is_undone(error: &InvokeError) -> bool {
    match error {
        InvokeError::Call(error) => match error.status() {
            Some(status) => is_surely_undone(&status.to_string()),
            None => error.fate() == Fate::NotSent,
        },
        _ => true,
    }
}

/// Why a change is not taken back: its record is not as the change left it.
fn changed_since(expected: &Map<String, Value>, now: &Result<Map<String, Value>, Option<u16>>) -> Option<String> {
    let expected: Vec<(String, Value)> = expected.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    match now {
        Ok(fields) => {
            let differing = compared(&expected, &Value::Object(fields.clone())).not_taken;
            let names: Vec<String> =
                differing.iter().map(|field| format!("{} is {}", field.field, shortly(&field.found))).collect();
            (!names.is_empty()).then(|| format!("it was changed since: {}", names.join(", ")))
        }
        Err(Some(404 | 410)) => Some("the record is gone".to_owned()),
        Err(_) => Some("the record cannot be read, so it is not known whether it was changed since".to_owned()),
    }
}

/// A value in few characters.
fn shortly(value: &Value) -> String {
    let named = value.get("name").unwrap_or(value);
    shortened(&named.to_string(), 40).into_owned()
}

/// Path and query of a request, without what is secret in them.
fn path_of(order: &Order) -> String {
    let query = order.draft.query.encoded();
    let path = if query.is_empty() { order.draft.path.clone() } else { format!("{}?{query}", order.draft.path) };
    order.redactor.text(&path).into_owned()
}
