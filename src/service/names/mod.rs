//! Which records do the names in a call mean?
//!
//! Where an id belongs and a name stands, the list that has the record is asked for it: with the call's own credentials, and by reads
//! alone. What one record alone is called is taken and told; of several the caller is asked. Where the list cannot be read, the name is
//! sent as it is to an API that finds the record itself.

mod asking;
mod known;
mod suggested;
mod told;
mod wanted;
mod weighed;

use std::sync::Arc;

use serde_json::{Map, Value};

use self::asking::{Asked, Unread};
pub(super) use self::known::Known;
use self::known::Question;
pub use self::suggested::{Suggested, Suggestions};
use self::told::Looked;
pub(super) use self::told::NamedRecord;
use self::wanted::{Wanted, names_of, shown_fields, wanted};
use self::weighed::Candidate;
use super::address::asked;
use super::asked::Call;
use super::matching::{Resolved, find_operation};
use super::records::{is_placeholder, noun};
use super::{Service, blocking};
use crate::error::Error;
use crate::invoke::Caller;
use crate::invoke::draft::{NameAt, Problem};
use crate::search::Searcher;
use crate::store::OperationRow;
use crate::surface::{Place, Said};

/// A call with ids in place of names.
pub(super) struct Named {
    pub(super) call: Call,
    pub(super) found: Resolved,
    pub(super) names: Names,
}

/// What became of the names in a call.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The records that names mean.
    pub(super) records: Vec<NamedRecord>,
    /// What was not looked up, and why.
    pub(super) notes: Vec<Said>,
    /// Names that mean no record, or several.
    pub(super) problems: Vec<Problem>,
    /// Names that the API takes no more than the check does, and why they were not looked up.
    left: Vec<(Place, String)>,
}

/// A call that came to an end.
pub(super) struct Settled {
    pub(super) api: String,
    pub(super) path: String,
    /// Whether it may have changed something.
    pub(super) writes: bool,
}

/// What is known of the record to which another is to belong.
enum OwnerId {
    Known(Value),
    /// The body gives it by a name that is still to be looked up.
    Pending,
    Unknown,
}

impl Names {
    /// All that is wrong with a call: of a name the check knows less.
    pub(super) fn with_problems(&mut self, others: Vec<Problem>) -> Vec<Problem> {
        let mut problems = std::mem::take(&mut self.problems);
        let is_of =
            |known: &Problem, other: &Problem| known.place == other.place || known.place.field("id") == other.place;
        let is_new = |other: &Problem| problems.iter().all(|known| !is_of(known, other));
        let mut others: Vec<Problem> = others.into_iter().filter(is_new).collect();
        for other in &mut others {
            if let Some((_, why)) = self.left.iter().find(|(place, _)| *place == other.place) {
                other.cure = std::mem::take(&mut other.cure).text(format!(" The name was not looked up: {why}."));
            }
        }
        problems.extend(others);
        problems
    }

    /// The records that names mean, each with the list that has it, as far as one has to know what to forget of them.
    pub(super) fn used(&self) -> Vec<(String, Value)> {
        self.records.iter().map(|record| (record.from.clone(), record.record.id.clone())).collect()
    }
}

impl Service {
    /// Forgets what was looked up where what came of a call says that it may be wrong: `used` are the records that its names meant.
    pub(super) fn forget_names(&self, order: &Settled, used: &[(String, Value)], status: Option<u16>) {
        let known = &self.space.names;
        if matches!(status, Some(400 | 404 | 409 | 422)) {
            used.iter().for_each(|(list, id)| known.forget(&order.api, list, id));
        }
        if order.writes {
            known.written(&order.api, &order.path);
        }
    }

    /// The call with the ids of records that its names meant before; nothing is looked up.
    pub(super) fn with_records(
        &self,
        searcher: &Searcher,
        call: Call,
        records: &[NamedRecord],
    ) -> Result<(Call, Option<Resolved>), Error> {
        if records.is_empty() {
            return Ok((call, None));
        }
        let Some(found) = find_operation(searcher, asked(&call))? else { return Ok((call, None)) };
        let dialect = self.dialect_of(searcher, &found.operation.api)?;
        let (_, names) = names_of(searcher, dialect, &call, &found)?;
        let mut named = Named { call, found, names: Names::default() };
        for name in names {
            let is_it = |known: &&NamedRecord| known.name.field == name.field && known.name.text == name.text;
            match records.iter().find(is_it) {
                Some(known) => put(&name, name.with_id(&known.record.id), &mut named),
                None => _ = keep(&name, &mut named),
            }
        }
        Ok((named.call, Some(named.found)))
    }

    /// Puts ids in the place of names. A call that is sent unchecked is left as it is.
    ///
    /// # Errors
    /// [`Error::Store`], where the catalogue cannot be read.
    pub(super) async fn named(
        &self,
        searcher: &Arc<Searcher>,
        call: Call,
        found: Resolved,
        caller: &dyn Caller,
    ) -> Result<Named, Error> {
        let mut named = Named { call, found, names: Names::default() };
        if !named.call.validate || named.call.as_written {
            return Ok(named);
        }
        let dialect = self.dialect_of(searcher, &named.found.operation.api)?;
        let in_blocking = Arc::clone(searcher);
        let (pending, shows);
        (named, pending, shows) = blocking(move || {
            let (pending, shows) = wanted(&in_blocking, dialect, &named.call, &named.found)?;
            Ok((named, pending, shows))
        })
        .await?;
        if pending.is_empty() {
            return Ok(named);
        }
        let mut lookup = Lookup { service: self, searcher, caller, shows, shown: None };
        lookup.all(pending, &mut named).await?;
        Ok(named)
    }
}

/// Looks the names of one call up.
struct Lookup<'a> {
    service: &'a Service,
    searcher: &'a Arc<Searcher>,
    caller: &'a dyn Caller,
    /// The GET of the record that the path names.
    shows: Option<OperationRow>,
    /// The record that the call changes, as far as it was asked for.
    shown: Option<Map<String, Value>>,
}

impl Lookup<'_> {
    /// Looks up all names, each after those on which it depends.
    async fn all(&mut self, mut pending: Vec<Wanted>, named: &mut Named) -> Result<(), Error> {
        let fields: Vec<String> =
            pending.iter().filter_map(|wanted| wanted.owner.as_ref()).flat_map(|owner| owner.fields.clone()).collect();
        while !pending.is_empty() {
            let is_free = |wanted: &Wanted| !matches!(self.owner_id_given(wanted, &pending, named), OwnerId::Pending);
            // Two that wait for each other are looked up all the same.
            let at = pending.iter().position(is_free).unwrap_or(0);
            let wanted = pending.remove(at);
            let owner = match self.owner_id_given(&wanted, &pending, named) {
                OwnerId::Known(id) => Some(id),
                _ => self.owner_of_record(&wanted, &fields, named).await?,
            };
            self.one(wanted, owner, named).await?;
        }
        Ok(())
    }

    /// The id of what a record is to belong to, as far as the call says it.
    fn owner_id_given(&self, wanted: &Wanted, pending: &[Wanted], named: &Named) -> OwnerId {
        let Some(owner) = &wanted.owner else { return OwnerId::Unknown };
        let beside = wanted.name.beside(named.call.data.as_ref());
        for field in &owner.fields {
            let given = beside.iter().find(|(name, _)| name.eq_ignore_ascii_case(field)).map(|(_, value)| value);
            let Some(given) = given.filter(|value| !value.is_null()) else { continue };
            if let Some(id) = id_of(given) {
                return OwnerId::Known(id);
            }
            let is_it =
                |other: &&Wanted| other.name.field == *field && other.name.record.len() == wanted.name.record.len();
            return if pending.iter().any(|other| is_it(&other)) { OwnerId::Pending } else { OwnerId::Unknown };
        }
        let Some(placeholder) = &owner.placeholder else { return OwnerId::Unknown };
        match value_of_path(named, placeholder).as_ref().and_then(id_of) {
            Some(id) => OwnerId::Known(id),
            None => OwnerId::Unknown,
        }
    }

    /// The id of what the record of the path belongs to, where the call does not name another.
    async fn owner_of_record(
        &mut self,
        wanted: &Wanted,
        fields: &[String],
        named: &Named,
    ) -> Result<Option<Value>, Error> {
        let Some(owner) = &wanted.owner else { return Ok(None) };
        let beside = wanted.name.beside(named.call.data.as_ref());
        let is_given =
            |field: &String| beside.iter().any(|(name, value)| name.eq_ignore_ascii_case(field) && !value.is_null());
        if owner.fields.is_empty() || owner.fields.iter().any(is_given) {
            return Ok(None);
        }
        if self.shown.is_none() {
            self.shown = Some(self.record_of_path(fields, named).await?);
        }
        let shown = self.shown.as_ref();
        Ok(owner.fields.iter().find_map(|field| id_of(shown?.get(field)?)))
    }

    /// The record that the path names, with some fields; empty where it cannot be read.
    async fn record_of_path(&self, fields: &[String], named: &Named) -> Result<Map<String, Value>, Error> {
        let Some(shows) = self.shows.clone() else { return Ok(Map::new()) };
        let fields = shown_fields(self.searcher, &shows, fields)?;
        let values = shows.path.split('/').filter(|segment| is_placeholder(segment)).map(|segment| {
            let name = segment.trim_matches(['{', '}']);
            Some((name.to_owned(), value_of_path(named, name).as_ref().and_then(id_of)?))
        });
        let Some(values) = values.collect::<Option<Map<String, Value>>>() else { return Ok(Map::new()) };
        if fields.is_empty() {
            return Ok(Map::new());
        }
        let asked = Asked { fields, ..Asked::of(shows, values) };
        let record = self.service.ask_for_one(self.searcher, asked, self.caller).await?;
        Ok(record.unwrap_or_default())
    }

    /// Looks one name up.
    async fn one(&self, wanted: Wanted, owner: Option<Value>, named: &mut Named) -> Result<(), Error> {
        let Wanted { name, list, owner: of } = wanted;
        let noun = list.path.rsplit('/').next().and_then(noun).unwrap_or_default();
        let (asked, told) = match Asked::within_owner(list, of.as_ref(), owner) {
            Ok(asked) => asked,
            Err(why) => {
                leave(&name, &why, named);
                return Ok(());
            }
        };
        let path = asked.path();
        // What is known already was answered to others.
        if !self.service.permits(self.searcher, &asked.entry) {
            leave(&name, &format!("GET {path} is not allowed here"), named);
            return Ok(());
        }
        let api = asked.entry.api.clone();
        let question =
            Question::of((&api, self.service.member()), &path, asked.within.as_ref(), (&name.text, name.member));
        if let Some(record) = self.service.space.names.get(&question) {
            take(name, record, path, named);
            return Ok(());
        }
        match self.service.look_up_name(self.searcher, &name, asked, self.caller).await? {
            Ok(looked) => {
                let told = Looked { path: &path, noun: &noun, all: looked.all.as_deref(), of: told };
                match looked.called.as_slice() {
                    [one] => {
                        self.service.space.names.keep(question, one.clone());
                        take(name, one.clone(), path, named);
                    }
                    [] => {
                        named.names.problems.push(told::none(&name, &looked.near, &told));
                        keep(&name, named);
                    }
                    several => {
                        named.names.problems.push(told::several(&name, several, &told));
                        keep(&name, named);
                    }
                }
            }
            Err(Unread { why }) => leave(&name, &why, named),
        }
        Ok(())
    }
}

/// Puts the id of a record in the place of its name.
fn take(name: NameAt, record: Candidate, from: String, named: &mut Named) {
    put(&name, name.with_id(&record.id), named);
    named.names.records.push(NamedRecord { name, record, from });
}

/// Leaves a name for the API to find.
fn leave(name: &NameAt, why: &str, named: &mut Named) {
    if keep(name, named) {
        let note = Said::new().at(&name.place).text(format!(" is sent by its name, and was not looked up: {why}"));
        named.names.notes.push(note);
    } else {
        named.names.left.push((name.place.clone(), why.to_owned()));
    }
}

/// Writes a name as the API itself may find it; `false` where it does not.
fn keep(name: &NameAt, named: &mut Named) -> bool {
    let Some(value) = name.as_given() else { return false };
    put(name, value, named);
    true
}

fn put(name: &NameAt, value: Value, named: &mut Named) {
    let Named { call, found, .. } = named;
    name.put(value, &mut call.params, &mut found.path_values, &mut call.data);
}

/// The id that a value is or has.
fn id_of(value: &Value) -> Option<Value> {
    let id = if value.is_object() { value.get("id")? } else { value };
    match id {
        Value::Number(_) => Some(id.clone()),
        Value::String(text) => {
            let text = text.trim();
            text.parse::<u64>().ok().map(Value::from).or_else(|| value.is_object().then(|| id.clone()))
        }
        _ => None,
    }
}

/// What stands for a placeholder of the call's path.
fn value_of_path(named: &Named, placeholder: &str) -> Option<Value> {
    let Named { call, found, .. } = named;
    let by = |map: &Map<String, Value>, name: &str| {
        map.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let is_only = found.operation.path.matches('{').count() == 1;
    by(&call.params, placeholder)
        .or_else(|| by(&found.path_values, placeholder))
        .or_else(|| by(&call.params, "id").filter(|_| is_only))
}
