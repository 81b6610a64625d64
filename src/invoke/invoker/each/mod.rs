//! How is a call for each of many records carried out: shown, asked about once, sent one after another, answered as one?

mod reads;
mod settled;
mod writes;

pub(super) use self::settled::record;

use serde_json::{Map, Value, json};

use super::{InvokeError, Invoker, before_sending, permitted};
use crate::escape::shortened;
use crate::invoke::answer::{Answer, Data, NOTICE, Room};
use crate::invoke::caller::Caller;
use crate::invoke::draft::Problem;
use crate::invoke::many::shown::Planned;
use crate::invoke::many::{EACH, Many};
use crate::invoke::order::Outcome;
use crate::invoke::rows::Rows;
use crate::invoke::view::View;
use crate::surface::{Argument, Place, Surface};

/// Characters of a failure that the line of its record shows.
const LONGEST_REASON: usize = 200;

impl Invoker {
    /// Carries out a call for each of several records.
    ///
    /// # Errors
    /// Every [`InvokeError`], where nothing was sent. What failed of single records the answer says.
    pub(crate) async fn carry_out_each(&self, many: Many, caller: &dyn Caller) -> Result<Outcome, InvokeError> {
        let Some(first) = many.first() else { return Ok(Outcome { answer: Answer::default(), sent: false }) };
        for each in &many.each {
            permitted(&each.order, caller.policy())?;
        }
        if many.each.iter().any(|each| each.order.draft.files().next().is_some()) {
            let cure = "Make a call for each file.";
            let problem = Problem::new(&Place::from(Argument::FOR_EACH), "a call that sends a file is made once", cure);
            return Err(InvokeError::Problems(vec![problem]));
        }
        let known = first.access.as_ref().ok().map(|access| self.client.known(access));
        let planned = Planned::of(&many, known.as_deref()).map_err(before_sending)?;
        let mut answer = Answer { plan: Some(planned.value.clone()), ..Answer::default() };
        answer.notes =
            many.notes.iter().map(|note| first.redactor.text(&note.on(caller.surface())).into_owned()).collect();
        let of_drafts = first.notes_on(caller.surface());
        answer.notes.extend(of_drafts);
        if many.dry_run {
            if let Err(error) = &first.access {
                answer.notes.push(format!("to send it: {error}"));
            }
            answer.dry_run = true;
            answer.risk = Some(planned.risk);
            return Ok(Outcome { answer, sent: false });
        }
        if many.reads() {
            self.read_each(many, answer, caller).await
        } else {
            self.change_each(many, answer, caller).await
        }
    }

    /// Puts the rows of all records into the answer.
    fn show_each(&self, answer: &mut Answer, rows: Vec<Value>, view: &View, caller: &dyn Caller) {
        let budget = (caller.surface() != Surface::CommandLine).then_some(self.options.budget);
        let room = Room { client: caller.name(), stored: &self.stored, budget, view };
        answer.notice = Some(NOTICE);
        room.show_rows(answer, Rows::of_values(rows));
    }
}

/// A failure in one line.
fn reason(error: &InvokeError, surface: Surface) -> String {
    shortened(&error.on(surface), LONGEST_REASON).into_owned()
}

/// A row with the name of the record that it is of before its fields.
fn named(name: &Value, row: Value) -> Value {
    let mut out = Map::new();
    out.insert(EACH.to_owned(), name.clone());
    match row {
        Value::Object(fields) => out.extend(fields.into_iter().filter(|(field, _)| field != EACH)),
        other => _ = out.insert("value".to_owned(), other),
    }
    out.into()
}

/// The plan of an answer after it was carried out: how many came to what. The first requests were shown before.
fn told(planned: &mut Option<Value>, counts: &[(&str, usize)]) {
    if let Some(Value::Object(plan)) = planned {
        plan.shift_remove("first");
        plan.shift_remove("of");
        let counted = counts.iter().filter(|(name, count)| *name == "done" || *count > 0);
        plan.extend(counted.map(|(name, count)| ((*name).to_owned(), json!(count))));
    }
}

/// The data of an answer as rows.
fn rows_of(data: Option<Data>) -> Vec<Value> {
    match data {
        Some(Data::Rows(rows)) => rows.texts(0).map(crate::invoke::rows::value).collect(),
        Some(Data::Value(Value::Array(rows))) => rows,
        Some(Data::Value(value)) => vec![value],
        Some(Data::Text(text)) => vec![text.into()],
        None => Vec::new(),
    }
}
