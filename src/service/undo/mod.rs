//! How is a change taken back that was made through the program?
//!
//! By a write like any other: shown, asked about, recorded, and itself a change that can be taken back. A record that is no longer as the change
//! left it stays as it is. A deletion cannot be reversed: [`anew`] offers a new record in its place.

mod anew;

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::canonical::text_of;
use crate::clock::{day_of, now_s};
use crate::error::Error;
use crate::escape::shortened;
use crate::invoke::caller::owner;
use crate::invoke::many::reversed::{Reversed, reversed};
use crate::invoke::many::{Each, Many, STOP_AFTER};
use crate::invoke::{Caller, InvokeError, Outcome};
use crate::journal::{Change, Entry, Journal, State};
use crate::openapi::Method;
use crate::service::asked::Call;
use crate::service::{Service, blocking};
use crate::surface::{Argument, Given, Said, Surface};

/// Changes that are listed.
const LISTED: usize = 20;
/// Records that a line of the list names.
const NAMED: usize = 5;
/// Fields of a record that are told with what they held.
const FIELDS: usize = 20;
/// Bytes of a value, as JSON, that is told whole.
const VALUE: usize = 500;
/// Reasons that an answer gives.
const REASONS: usize = 10;
/// How long an undo that was not finished goes on: 30 days, as nobody can do it twice.
const GOES_ON_S: u64 = 30 * 24 * 3_600;

/// A change that was made through the program.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    /// The number by which it is taken back.
    pub id: u64,
    /// Seconds since it was made.
    #[serde(skip)]
    pub age_s: u64,
    /// The day on which it was made, in UTC: `2026-11-27`.
    pub on: String,
    /// Method and path.
    pub what: String,
    /// The first records that it is of.
    pub of: Vec<Value>,
    /// Records that were changed.
    pub done: usize,
    /// Records that were not, or of which that is not known.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_done: usize,
    /// Records for which it was taken back.
    #[serde(skip_serializing_if = "is_zero")]
    pub undone: usize,
    /// The change that it takes back itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// Whether it deleted records, and taking it back creates new ones with other ids.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub as_new: bool,
    /// Why it, or the rest of it, cannot be taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cannot: Option<String>,
    /// What was changed of its first records. A model is told it by the preview.
    #[serde(skip)]
    pub records: Vec<ChangedRecord>,
}

/// What was changed of a record.
#[derive(Clone, Debug, Serialize)]
pub struct ChangedRecord {
    /// What the record is called: mostly its id; of one that was made, the id that the API gave it.
    pub record: Value,
    /// Its fields.
    pub fields: Vec<ChangedField>,
}

/// A field that was changed. What was long is told by its beginning.
#[derive(Clone, Debug, Serialize)]
pub struct ChangedField {
    /// Its name.
    pub name: String,
    /// What it held; `null` where that is not known, or nothing.
    pub was: Value,
    /// What it held afterwards; `null` where that is not known, or nothing.
    pub is: Value,
}

impl ChangedRecord {
    fn of(change: &Change) -> Self {
        let none = Map::new();
        let before = change.before.as_ref().unwrap_or(&none);
        let mut names: Vec<&String> = before.keys().chain(change.after.keys()).collect();
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(*name) && before.get(*name) != change.after.get(*name));
        let told = |value: Option<&Value>| match value {
            Some(value) if value.to_string().len() > VALUE => shortened(&text_of(value), VALUE).into_owned().into(),
            value => value.cloned().unwrap_or_default(),
        };
        let field = |name: &String| ChangedField {
            name: name.clone(),
            was: told(before.get(name)),
            is: told(change.after.get(name)),
        };
        let record = if change.id.is_null() { change.item.name.clone() } else { change.id.clone() };
        Self { record, fields: names.into_iter().take(FIELDS).map(field).collect() }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// What is asked of an undo.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    /// The number of the change.
    pub id: u64,
    /// Show it and send nothing.
    pub dry_run: bool,
    /// The confirmation of a preview.
    pub confirmation: Option<String>,
}

/// The changes that are to be taken back: of each its place in the entry, and the write.
type Writes = Vec<(usize, Reversed)>;

impl Service {
    /// The changes that were made through the program, the newest first: a client's own, and at a terminal all.
    ///
    /// # Errors
    /// [`Error::Invoke`] where they cannot be read.
    pub async fn changes(&self, caller: &dyn Caller) -> Result<Vec<Made>, Error> {
        let (journal, whose, surface) =
            (self.invoker()?.journal().clone(), owner(caller.name()).to_owned(), caller.surface());
        let service = self.clone();
        blocking(move || {
            let ids = journal.ids().map_err(InvokeError::from)?;
            let own =
                ids.iter().rev().filter_map(|id| journal.entry(*id)).filter(|entry| is_of(entry, &whose, surface));
            Ok(own.take(LISTED).map(|entry| service.made(&journal, &ids, &entry)).collect())
        })
        .await
    }

    /// Takes a change back.
    ///
    /// # Errors
    /// [`Error::Argument`] where there is no such change, or it cannot be taken back, with the reason; as [`Self::call`].
    pub async fn undo(&self, undo: Undo, caller: &dyn Caller) -> Result<Outcome, Error> {
        let Undo { id, dry_run, confirmation } = undo;
        let journal = self.invoker()?.journal().clone();
        let (whose, surface) = (owner(caller.name()).to_owned(), caller.surface());
        let service = self.clone();
        let (entry, each, cannot, resumes, call) = blocking(move || {
            let entry = journal.entry(id).filter(|entry| is_of(entry, &whose, surface)).ok_or_else(|| no_change(id))?;
            let call = format!("undo {id}");
            let plan =
                journal.unfinished(&whose, &call, now_s().saturating_sub(GOES_ON_S)).map_err(InvokeError::from)?;
            let (writes, cannot) = match &plan {
                Some(plan) => (
                    places(plan)
                        .filter_map(|n| Some((n, service.reverse(&entry, entry.changes.get(n)?).ok()?)))
                        .collect(),
                    Vec::new(),
                ),
                None => service.reverses(&journal, &entry)?,
            };
            let each = service.taking_back(&entry, writes, plan.as_ref(), surface)?;
            Ok((entry, each, cannot, plan.map(|plan| plan.id), call))
        })
        .await?;
        let invoker = self.invoker()?;
        let (each, changed) = invoker.without_changed(each).await;
        let cannot: Vec<(Value, String)> = cannot.into_iter().chain(changed).collect();
        if each.is_empty() {
            return Err(cannot_undo(id, &cannot));
        }
        let mut notes =
            vec![Said::from(format!("this takes change {id} back: {} {}", entry.head.method, entry.head.path))];
        let left: HashSet<&String> = entry.changes.iter().flat_map(|change| &change.unkept).collect();
        let is_anew = entry.head.method == Method::Delete;
        if is_anew {
            notes.push(
                "a deletion cannot be reversed: this creates a new record, with a new id, from the fields that were kept; what belonged to \
                 the deleted one, and what refers to it, does not come back"
                    .into(),
            );
        }
        if !left.is_empty() && (is_anew || entry.head.method == Method::Patch) {
            let mut names: Vec<&str> = left.into_iter().map(String::as_str).collect();
            names.sort_unstable();
            let so = if is_anew { "the new record is without it" } else { "that stays as it is" };
            notes.push(format!("what {} held was not kept, so {so}", names.join(", ")).into());
        }
        let count = cannot.len();
        notes.extend(
            cannot
                .into_iter()
                .take(REASONS)
                .map(|(name, why)| format!("{} stays as it is: {why}", text_of(&name)).into()),
        );
        if count > REASONS {
            notes.push(format!("{} more stay as they are", count - REASONS).into());
        }
        let method = each.first().map_or(entry.head.method, |each| each.order.draft.method);
        let path = match each.first() {
            Some(each) if is_anew => each.order.draft.path.clone(),
            _ => entry.head.path.clone(),
        };
        let many = Many {
            method,
            path,
            each,
            notes,
            dry_run,
            sums: None,
            confirmation,
            stop_after: STOP_AFTER,
            call,
            undoes: Some(id),
            made: None,
            resumes,
        };
        Ok(invoker.carry_out_each(many, caller).await?)
    }

    /// The writes that take changes of an entry back, checked; `plan` is the undo that goes on with them.
    fn taking_back(
        &self,
        entry: &Entry,
        writes: Writes,
        plan: Option<&Entry>,
        surface: Surface,
    ) -> Result<Vec<Each>, Error> {
        let mut each = Vec::with_capacity(writes.len());
        for (at, (n, Reversed { method, path, data, .. })) in writes.into_iter().enumerate() {
            let Some(change) = entry.changes.get(n) else { continue };
            let call = Call {
                api: Some(entry.head.api.clone()),
                data,
                // It holds what the API itself answered, whatever the manifest knows.
                validate: false,
                use_memory: false,
                ..Call::new(method, &path)
            };
            let (order, _) = self.prepare_with_memory(call, surface)?;
            if order.template.is_none() {
                return Err(cannot_undo(entry.id, &[(Value::Null, format!("the API has no {method} {path}"))]));
            }
            let mut expected = change.after.clone();
            if let (Method::Patch, Some(before)) = (method, &change.before) {
                expected.retain(|name, _| before.contains_key(name));
            }
            let before = plan.and_then(|plan| plan.changes.get(at)).cloned();
            each.push(Each { name: change.item.name.clone(), item: json!(n), order, before, expected });
        }
        Ok(each)
    }

    /// The write that takes a change of an entry back; of a deletion the one that creates a new record.
    ///
    /// # Errors
    /// Why there is none.
    fn reverse(&self, entry: &Entry, change: &Change) -> Result<Reversed, String> {
        match (entry.head.method, &change.state) {
            (Method::Delete, State::Done) => self.anew(&entry.head.api, change),
            (method, _) => reversed(method, change),
        }
    }

    /// The writes that take an entry back, the last change first, and what cannot be taken back.
    fn reverses(&self, journal: &Journal, entry: &Entry) -> Result<(Writes, Vec<(Value, String)>), Error> {
        let undone = undone(journal, &journal.ids().map_err(InvokeError::from)?, entry.id);
        let (mut writes, mut cannot) = (Vec::new(), Vec::new());
        for (n, change) in entry.changes.iter().enumerate().rev() {
            if undone.contains(&n) {
                cannot.push((change.item.name.clone(), "it was taken back already".to_owned()));
                continue;
            }
            match self.reverse(entry, change) {
                Ok(write) => writes.push((n, write)),
                Err(why) => cannot.push((change.item.name.clone(), why)),
            }
        }
        Ok((writes, cannot))
    }

    /// What a list says of an entry.
    fn made(&self, journal: &Journal, ids: &[u64], entry: &Entry) -> Made {
        let (done, undone) = (entry.done(), undone(journal, ids, entry.id).len());
        let cannot = entry.changes.iter().filter(|change| change.state == State::Done);
        let cannot = cannot.map(|change| self.reverse(entry, change).err()).collect::<Option<Vec<String>>>();
        let names = entry.changes.iter().map(|change| change.item.name.clone());
        Made {
            id: entry.id,
            age_s: now_s().saturating_sub(entry.head.at_s),
            on: day_of(entry.head.at_s),
            what: format!("{} {}", entry.head.method, entry.head.path),
            of: names.filter(|name| !name.is_null()).take(NAMED).collect(),
            done,
            not_done: entry.changes.len() - done,
            undone,
            undoes: entry.head.undoes,
            as_new: entry.head.method == Method::Delete && cannot.is_none() && undone < done,
            cannot: match cannot.as_deref() {
                _ if done == 0 => Some("nothing of it was done".to_owned()),
                _ if undone >= done => Some("it was taken back already".to_owned()),
                Some([why, ..]) => Some(why.clone()),
                _ => None,
            },
            records: entry.changes.iter().take(NAMED).map(ChangedRecord::of).collect(),
        }
    }
}

/// Whether a caller may see an entry.
fn is_of(entry: &Entry, whose: &str, surface: Surface) -> bool {
    surface == Surface::CommandLine || entry.head.client == whose
}

/// The places of an undo's changes in the entry that it takes back.
fn places(plan: &Entry) -> impl Iterator<Item = usize> {
    plan.changes.iter().filter_map(|change| usize::try_from(change.item.item.as_u64()?).ok())
}

/// The places of an entry's changes that were taken back.
fn undone(journal: &Journal, ids: &[u64], id: u64) -> HashSet<usize> {
    let later = ids.iter().filter(|later| **later > id);
    let of = later.filter(|later| journal.head(**later).is_some_and(|head| head.undoes == Some(id)));
    let mut undone = HashSet::new();
    for plan in of.filter_map(|later| journal.entry(*later)) {
        let done = plan.changes.iter().filter(|change| change.state == State::Done);
        undone.extend(done.filter_map(|change| usize::try_from(change.item.item.as_u64()?).ok()));
    }
    undone
}

fn no_change(id: u64) -> Error {
    let reason =
        Said::from(format!("there is no change {id}; ")).given(Given::Changes).text(" lists those that there are");
    Error::Argument { argument: Argument::CHANGE, reason }
}

fn cannot_undo(id: u64, cannot: &[(Value, String)]) -> Error {
    let mut reasons: Vec<String> = Vec::new();
    for (name, why) in cannot {
        let reason = if name.is_null() { why.clone() } else { format!("{}: {why}", text_of(name)) };
        if reasons.len() < 3 && !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let more = if cannot.len() > reasons.len() {
        format!(", and {} more", cannot.len() - reasons.len())
    } else {
        String::new()
    };
    let reason = format!("nothing was sent: change {id} cannot be taken back. {}{more}", reasons.join("; "));
    Error::Argument { argument: Argument::CHANGE, reason: reason.into() }
}
