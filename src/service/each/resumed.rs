//! How does a plan go on by its number, without the call that made it?
//!
//! The journal keeps the call of a plan, where nothing in it looks like a secret. What is left of it is made anew from there, and sent only where
//! each request is the one that was consented to.

use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::invoke::caller::owner;
use crate::invoke::many::{Many, STOP_AFTER};
use crate::invoke::{Caller, InvokeError, Outcome};
use crate::openapi::Method;
use crate::service::asked::Call;
use crate::service::{Service, blocking};
use crate::surface::{Argument, Said, Surface};

/// A call as the journal keeps it: what of it makes the requests.
pub(super) fn kept(call: &Call) -> Value {
    json!({
        "api": call.api,
        "method": call.method,
        "path": call.path,
        "params": call.params,
        "data": call.data,
        "is_typed": call.is_typed,
        "validate": call.validate,
        "stop_after": call.stop_after,
    })
}

fn call_of(kept: &Value) -> Option<Call> {
    let method: Method = kept["method"].as_str()?.parse().ok()?;
    Some(Call {
        api: kept["api"].as_str().map(str::to_owned),
        params: kept["params"].as_object().cloned().unwrap_or_else(Map::new),
        data: Some(kept["data"].clone()).filter(|data| !data.is_null()),
        is_typed: kept["is_typed"] == true,
        validate: kept["validate"] != false,
        stop_after: kept["stop_after"].as_u64().and_then(|most| usize::try_from(most).ok()),
        use_memory: false,
        ..Call::new(method, kept["path"].as_str()?)
    })
}

impl Service {
    /// Goes on with a plan that was stopped or killed, by its number in the journal. It is shown and asked about like the call that made it.
    ///
    /// # Errors
    /// [`Error::Argument`] where there is no such plan, nothing of it is left, or its call was not kept; as [`Self::call`].
    pub async fn resume(&self, id: u64, dry_run: bool, caller: &dyn Caller) -> Result<Outcome, Error> {
        let wrong = |why: String| Error::Argument { argument: Argument::CHANGE, reason: Said::from(why) };
        let invoker = self.invoker()?;
        let (journal, whose) = (invoker.journal().clone(), owner(caller.name()).to_owned());
        let is_at_terminal = caller.surface() == Surface::CommandLine;
        let entry = blocking(move || Ok::<_, Error>(journal.entry(id))).await?;
        let entry = entry.filter(|entry| is_at_terminal || entry.head.client == whose);
        let entry = entry.ok_or_else(|| wrong(format!("there is no change {id}")))?;
        if entry.is_done() {
            return Err(wrong(format!("change {id} is done; nothing of it is left")));
        }
        if let Some(undone) = entry.head.undoes {
            return Err(wrong(format!("change {id} takes change {undone} back: undo {undone} goes on with it")));
        }
        let call = entry.head.made.as_ref().and_then(call_of);
        let is_whole = entry.changes.iter().all(|change| !change.item.item.is_null());
        let call = call.filter(|_| is_whole).ok_or_else(|| {
            wrong(format!(
                "the call of change {id} was not kept, as it may hold a secret or is of an older version; make the same call again within a day"
            ))
        })?;
        let items = entry.changes.iter().map(|change| change.item.item.clone()).collect();
        let each = self.each(&call, items, Some(&entry.changes), caller).await?;
        let note =
            format!("this goes on with change {id}, of which {} of {} are done", entry.done(), entry.changes.len());
        let many = Many {
            sums: None,
            method: call.method,
            path: call.path,
            each,
            notes: vec![note.into()],
            dry_run,
            confirmation: None,
            stop_after: call.stop_after.unwrap_or(STOP_AFTER).max(1),
            call: entry.head.call.clone(),
            made: None,
            undoes: None,
            resumes: Some(id),
        };
        invoker.carry_out_each(many, caller).await.map_err(|error: InvokeError| error.into())
    }
}
