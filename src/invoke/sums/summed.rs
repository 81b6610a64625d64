//! How is what was asked made of the rows that were fetched, and how is it shown?

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;

use super::Plan;
use crate::invoke::answer::{Answer, NOTICE, Room};
use crate::invoke::rows::{Rows, is_json, value};
use crate::invoke::view::{Aside, View};
use crate::jq::{Evaluator, FilterError, Hidden};
use crate::surface::{Argument, Said, Surface};

/// What an API answered, of which something is to be made.
#[derive(Clone, Debug)]
pub enum Fetched {
    /// Rows.
    Rows(Arc<Rows>),
    /// Anything else, as text.
    One(Bytes),
}

/// Nothing can be made of what was fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.on(Surface::Mcp))]
pub struct SumsError {
    argument: Argument,
    reason: String,
    /// By which the rows can be had again, where they were kept.
    handle: Option<String>,
}

impl SumsError {
    /// The error in a surface's words.
    pub fn on(&self, surface: Surface) -> String {
        let said = Said::new().argument(self.argument).text(format!(" failed on what was fetched: {}", self.reason));
        let said = match &self.handle {
            Some(handle) => said
                .text(format!("; the rows are kept: ask once more of read_stored_result with the handle `{handle}`")),
            None => said,
        };
        said.on(surface)
    }
}

/// What was fetched, and for whom something is made of it.
pub(in crate::invoke) struct Over<'a> {
    pub(in crate::invoke) fetched: Fetched,
    /// By which it can be had again, where it was kept.
    pub(in crate::invoke) handle: Option<String>,
    /// What stands beside the fields of its records.
    pub(in crate::invoke) asides: &'static [Aside],
    /// Whether that is shown too.
    pub(in crate::invoke) is_full: bool,
    pub(in crate::invoke) evaluator: Option<Evaluator>,
    /// Where the result goes.
    pub(in crate::invoke) room: Room<'a>,
}

/// Makes of what was fetched what was asked, and puts it into an answer.
///
/// # Errors
/// [`SumsError`]
pub(in crate::invoke) async fn summed(plan: &Plan, over: Over<'_>, answer: &mut Answer) -> Result<(), SumsError> {
    let Over { fetched, handle, asides, is_full, evaluator, room } = over;
    if let Fetched::Rows(rows) = &fetched {
        answer.of_rows = Some(rows.len());
    }
    let failed = |reason: String| SumsError { argument: plan.argument(), reason, handle: handle.clone() };
    let work = {
        let plan = plan.clone();
        // Going over rows computes, and a filter is waited for.
        tokio::task::spawn_blocking(move || made(&plan, &fetched, asides, is_full, evaluator.as_ref()))
    };
    let (json, notes) = work.await.map_err(|error| failed(error.to_string()))?.map_err(&failed)?;
    answer.notice = Some(NOTICE);
    answer.notes.extend(notes);
    // What a filter made is shown as it made it.
    let room = Room { view: &View::default(), ..room };
    let rows = Rows::of(&json, 0);
    if json.first() == Some(&b'[') {
        room.show_rows(answer, rows);
        // How many rows the result has is told where not all are shown.
        answer.rows = answer.rows.filter(|_| answer.rows_shown.is_some());
    } else {
        room.show_value(answer, value(&String::from_utf8_lossy(&json)));
    }
    answer.handle = handle;
    Ok(())
}

fn made(
    plan: &Plan,
    fetched: &Fetched,
    asides: &[Aside],
    is_full: bool,
    evaluator: Option<&Evaluator>,
) -> Result<(Bytes, Vec<String>), String> {
    match (plan, fetched) {
        (Plan::Groups(groups), Fetched::Rows(rows)) => {
            let summed = groups.of(rows, asides);
            Ok((summed.value.to_string().into(), summed.notes))
        }
        (Plan::Groups(_), Fetched::One(_)) => Err("it is no list".to_owned()),
        (Plan::Filter(_), Fetched::One(text)) if !is_json(text) => Err("it is no JSON".to_owned()),
        (Plan::Filter(filter), fetched) => {
            let evaluator = evaluator.ok_or_else(|| FilterError::Process("there is none".to_owned()).to_string())?;
            let hidden: Vec<Hidden> = asides
                .iter()
                .map(|aside| Hidden {
                    name: aside.name.to_owned(),
                    lifted: aside.lifted.iter().map(|name| (*name).to_owned()).collect(),
                    stays: is_full,
                })
                .collect();
            let results = evaluator.evaluate(filter, &hidden, |out| match fetched {
                Fetched::One(text) => out.write_all(text),
                Fetched::Rows(rows) => write_rows(rows, out),
            });
            Ok((results.map_err(|error| error.to_string())?.into_json().into(), Vec::new()))
        }
    }
}

fn write_rows(rows: &Rows, out: &mut dyn Write) -> std::io::Result<()> {
    out.write_all(b"[")?;
    for (at, row) in rows.texts(0).enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        out.write_all(row.as_bytes())?;
    }
    out.write_all(b"]")
}
