//! What is one call for each of many records, and what came of it?
//!
//! - [`kept`]: what of a record is kept before it is changed. [`reversed`]: the write that takes a change back
//! - [`shown`]: how a plan is shown, asked about and told apart

pub(crate) mod kept;
pub(crate) mod reversed;
pub(super) mod shown;

use std::sync::Arc;

use serde_json::{Map, Value};

use super::caller::{Caller, Consent, Later};
use super::order::Order;
use super::policy::Policy;
use super::sums::Plan as Sums;
use crate::journal::{Change, State};
use crate::openapi::Method;
use crate::surface::{Said, Surface};

/// Failures in a row after which the rest is left, where nothing else was said.
pub const STOP_AFTER: usize = 5;

/// The field of a row that names the record which it is of.
pub const EACH: &str = "each";

/// One call for each of several records.
#[derive(Debug)]
pub(crate) struct Many {
    /// Request method, as it was asked for.
    pub(crate) method: Method,
    /// The path, as it was asked for: mostly a template.
    pub(crate) path: String,
    /// A call for each record, in order.
    pub(crate) each: Vec<Each>,
    /// What there is to say of them all.
    pub(crate) notes: Vec<Said>,
    /// Show the plan and send nothing.
    pub(crate) dry_run: bool,
    /// What is made of the rows of all records, in place of showing them.
    pub(crate) sums: Option<Sums>,
    /// The confirmation of the plan.
    pub(crate) confirmation: Option<String>,
    /// Failures in a row after which the rest is left.
    pub(crate) stop_after: usize,
    /// Hash of the call, by which an unfinished plan is found again.
    pub(crate) call: String,
    /// The entry of the journal that this takes back.
    pub(crate) undoes: Option<u64>,
    /// The call, as the journal keeps it.
    pub(crate) made: Option<Value>,
    /// The entry of the journal with the plan that this goes on with.
    pub(crate) resumes: Option<u64>,
}

/// The call for one record.
#[derive(Debug)]
pub(crate) struct Each {
    /// What the record is called: mostly its id.
    pub(crate) name: Value,
    /// What the call takes of it.
    pub(crate) item: Value,
    pub(crate) order: Order,
    /// How far it came before, where a plan goes on.
    pub(crate) before: Option<Change>,
    /// The fields that must still be so, or it is not sent.
    pub(crate) expected: Map<String, Value>,
}

impl Each {
    /// Whether it is not known to be done.
    pub(crate) fn is_waiting(&self) -> bool {
        self.before.as_ref().is_none_or(|change| change.state != State::Done)
    }
}

impl Many {
    /// The order that stands for all where they do not differ.
    pub(crate) fn first(&self) -> Option<&Order> {
        self.each.first().map(|each| &each.order)
    }

    /// Whether nothing of it changes anything.
    pub(crate) fn reads(&self) -> bool {
        self.each.iter().all(|each| each.order.draft.risk.is_read())
    }
}

/// The caller of one call of a plan: its user said yes to the plan.
pub(super) struct OfPlan<'a>(pub(super) &'a dyn Caller);

impl Caller for OfPlan<'_> {
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
        true
    }

    fn ask<'a>(&'a self, _question: &'a str) -> Later<'a, Consent> {
        Box::pin(async { Consent::Given })
    }

    /// The plan's question said nothing of what was sent before it.
    fn ask_again<'a>(&'a self, question: &'a str) -> Later<'a, Consent> {
        if self.surface() == Surface::CommandLine {
            return self.0.ask_again(question);
        }
        let why = "the same POST was sent less than two minutes ago, and again it may create a second record; look whether the first is \
                   there, and make the call for this record alone";
        Box::pin(async move { Consent::Withheld(why.to_owned()) })
    }

    fn is_plan(&self) -> bool {
        true
    }

    fn progress(&self, _rows: usize, _total: Option<usize>) {}
}
