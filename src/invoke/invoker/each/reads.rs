//! How are the answers to the same read of many records put together? In the order of the records, each row with the record it is of.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{named, reason, rows_of, told};
use crate::canonical::text_of;
use crate::invoke::answer::{Answer, MoreExist};
use crate::invoke::caller::Caller;
use crate::invoke::invoker::{InvokeError, Invoker};
use crate::invoke::many::{Many, OfPlan};
use crate::invoke::order::Outcome;
use crate::invoke::rows::Rows;
use crate::invoke::sums::Fetched;
use crate::invoke::view::View;
use crate::surface::{Argument, Said};

/// Records that are read at the same time; the rate limit paces them all.
const AT_ONCE: usize = 4;
/// Records that a note names.
const NAMED: usize = 10;

impl Invoker {
    /// Reads of each record; where something is to be made of the rows of all, that.
    pub(super) async fn read_each(
        &self,
        many: Many,
        mut answer: Answer,
        caller: &dyn Caller,
    ) -> Result<Outcome, InvokeError> {
        let (surface, total, stop_after) = (caller.surface(), many.each.len(), many.stop_after);
        let of_plan = OfPlan(caller);
        let view = many.first().map(|order| order.view.clone()).unwrap_or_default();
        let (mut rows, mut unfinished, mut failures) = (Vec::new(), Vec::new(), Vec::new());
        let (mut done, mut in_a_row) = (0, 0);
        let mut first_error = None;
        let (sums, mut waiting) = (many.sums, many.each.into_iter());
        while in_a_row < stop_after {
            let next: Vec<_> = waiting.by_ref().take(AT_ONCE).collect();
            if next.is_empty() {
                break;
            }
            let names: Vec<Value> = next.iter().map(|each| each.name.clone()).collect();
            let orders = next.into_iter().map(|each| {
                let mut order = each.order;
                // What of a row is shown is chosen when all are there.
                order.view = View { is_full: true, fields: Vec::new(), ..order.view };
                self.carry_out(order, &of_plan)
            });
            for (name, outcome) in names.into_iter().zip(join_all(orders).await) {
                match outcome {
                    Ok(Outcome { answer: own, .. }) => {
                        (done, in_a_row) = (done + 1, 0);
                        if own.more_exist == Some(MoreExist::Yes) {
                            unfinished.push(text_of(&name));
                        }
                        let file = own.file.as_ref().map(|file| json!({ "file": file.path }));
                        let of_record = file.map_or_else(|| rows_of(own.result), |file| vec![file]);
                        rows.extend(of_record.iter().map(|row| named(&name, view.of(row).into_owned())));
                    }
                    Err(error) => {
                        in_a_row += 1;
                        failures.push(json!({ "each": name, "why": reason(&error, surface) }));
                        first_error.get_or_insert(error);
                    }
                }
            }
            caller.progress(done + failures.len(), Some(total));
        }
        if let (0, Some(error)) = (done, first_error) {
            return Err(error);
        }
        let failed = failures.len();
        told(&mut answer.plan, &[("done", done), ("failed", failed), ("left", total - done - failed)]);
        failures.truncate(NAMED);
        if let (Some(plan), false) = (&mut answer.plan, failures.is_empty()) {
            plan["failures"] = failures.into();
        }
        if !unfinished.is_empty() {
            let count = unfinished.len();
            unfinished.truncate(NAMED);
            let said =
                Said::from(format!("more rows exist of {count} records ({}): call with ", unfinished.join(", ")));
            answer.notes.push(said.name(Argument::ALL_PAGES).on(surface));
        }
        let view = View { fields: Vec::new(), ..view };
        match sums {
            Some(sums) => {
                let rows = Fetched::Rows(Arc::new(Rows::of_values(rows)));
                self.sum_up(&sums, rows, (&view, caller), &mut answer).await?;
            }
            None => self.show_each(&mut answer, rows, &view, caller),
        }
        Ok(Outcome { answer, sent: true })
    }
}
