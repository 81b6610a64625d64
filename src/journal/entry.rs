//! What does an entry of the journal say?

use std::io::BufRead;

use serde_json::{Map, Value};

use super::{Form, Head, Item, Step};

/// A change or a plan, as far as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its number.
    pub id: u64,
    /// What it is of.
    pub head: Head,
    /// Its changes, in order.
    pub changes: Vec<Change>,
}

/// One change of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its record.
    pub item: Item,
    /// How far it came.
    pub state: State,
    /// Path of the request, with its query; empty where none was sent.
    pub path: String,
    /// How its body names fields.
    pub form: Form,
    /// The fields that it replaced, as they were; `None` where the record was not read.
    pub before: Option<Map<String, Value>>,
    /// Names of fields that were not kept.
    pub unkept: Vec<String>,
    /// Id of the record that the API answered.
    pub id: Value,
    /// The fields that it wrote, as they were then.
    pub after: Map<String, Value>,
}

/// How far a change came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Not sent yet.
    Waiting,
    /// The API took it.
    Done,
    /// It was surely not done; with the reason.
    Failed(String),
    /// It may have been done or not; with the reason.
    Unknown(String),
}

/// Why it is not known what became of a change that nothing follows on.
const ENDED: &str = "the program ended before the answer came";

impl Entry {
    /// The entry that a file holds. A line that cannot be read counts as not there: of a process that was killed the last may be a part.
    pub(super) fn of(id: u64, file: impl BufRead) -> Option<Self> {
        let mut lines = file.split(b'\n').map_while(Result::ok);
        let head = serde_json::from_slice(&lines.next()?).ok()?;
        let items: Vec<Item> = serde_json::from_slice(&lines.next()?).ok()?;
        let mut changes: Vec<Change> = items.into_iter().map(Change::of).collect();
        for line in lines {
            let Ok(step) = serde_json::from_slice::<Step>(&line) else { continue };
            if let Some(change) = changes.get_mut(step.place()) {
                change.take(step);
            }
        }
        Some(Self { id, head, changes })
    }

    /// Whether all of it was done.
    pub fn is_done(&self) -> bool {
        self.changes.iter().all(|change| change.state == State::Done)
    }

    /// How many changes were done.
    pub fn done(&self) -> usize {
        self.changes.iter().filter(|change| change.state == State::Done).count()
    }
}

impl Change {
    fn of(item: Item) -> Self {
        Self {
            item,
            state: State::Waiting,
            path: String::new(),
            form: Form::default(),
            before: None,
            unkept: Vec::new(),
            id: Value::Null,
            after: Map::new(),
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Sending { path, form, before, unkept, .. } => {
                (self.path, self.form, self.before, self.unkept) = (path, form, before, unkept);
                self.state = State::Unknown(ENDED.to_owned());
            }
            Step::Done { id, after, .. } => {
                (self.id, self.after) = (id, after);
                self.state = State::Done;
            }
            Step::Failed { why, .. } => self.state = State::Failed(why),
            Step::Unknown { why, .. } => self.state = State::Unknown(why),
        }
    }
}
