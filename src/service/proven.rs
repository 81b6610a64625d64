//! What does fast memory do for a call: what does it fill in, count, and propose to keep?
//!
//! Nothing is filled in unasked: a kept call answers for its customer, its record, its day. A read that gives no parameters takes
//! those of an entry, as a whole, where the question that came with it says everything that the entry holds, or where the user
//! asked for it on the command line; anything else takes an entry only where it is named. That holds for parameters that only
//! shape an answer, too: who asks for a list without them wants it as it is. Counters rise when the call succeeded; an entry
//! whose call the API refuses is marked stale.

use serde_json::{Map, Value, json};

use super::Service;
use super::asked::{Call, with_query};
use super::filled_path::path_in_form;
use super::kept::{self, Made, described, placeholders, proposal, sends_temporary};
use super::matching::Resolved;
use crate::error::Error;
use crate::invoke::answer::{Answer, Data};
use crate::invoke::caller::owner;
use crate::invoke::risk::Risk;
use crate::invoke::{InvokeError, Outcome};
use crate::memory::{Entry, EntryId, Memory, MemoryError, Pattern, Slot, naming, slots};
use crate::openapi::{Method, PathTemplate};
use crate::search::Searcher;
use crate::store;
use crate::surface::{Argument, Given, Place, Said, Surface};

/// Memory's part in one call.
#[derive(Debug, Default)]
pub(super) struct Reuse {
    /// The call as a pattern; `None` where nothing of it is to be kept or counted.
    pub pattern: Option<Pattern>,
    /// Its operation, where it is known: looking it up takes a walk through all templates.
    pub found: Option<Resolved>,
    /// The request as it is to be sent, for a pattern that may be proposed.
    pub made: Option<Made>,
    /// The entry that it came from.
    from: Option<Entry>,
    /// Whether the call has values of its own in place of the entry's: then its failure says nothing of the entry.
    is_changed: bool,
    /// What the answer says of the entry, before anything else.
    pub shown: Option<Shown>,
    /// What stands for its operation in the index.
    text: String,
    /// An entry that could fill in the call if it were named.
    pub hint: Option<Said>,
    /// Why memory was not asked, where the database is away that has it.
    pub missing: Option<String>,
}

/// The entry that filled in a call, as the answer shows it.
#[derive(Debug)]
pub(super) struct Shown {
    members: Value,
    without_it: Said,
}

impl Shown {
    /// As JSON, in a surface's words.
    pub fn on(&self, surface: Surface) -> Value {
        let mut shown = self.members.clone();
        shown["without_it"] = self.without_it.on(surface).into();
        shown
    }
}

/// Statuses that say nothing of the call itself: who asks is not known, or it is not the time for it.
const NOT_OF_THE_CALL: [u16; 5] = [401, 407, 408, 425, 429];
/// Statuses that may speak of the member's rights and not of the call: ConnectWise says 403 where the security role forbids it, and 404
/// for keys that it does not know. A kept call is the team's: what one member may not do does not make it stale for the others.
const MAYBE_OF_THE_MEMBER: [u16; 2] = [403, 404];

impl Service {
    /// The call with what memory fills in.
    ///
    /// # Errors
    /// [`Error::Argument`] where an entry is named that is not there, is of another operation, or lacks values; errors of
    /// memory only where an entry is named, since all other calls go without it.
    pub(super) fn reuse(
        &self,
        searcher: &Searcher,
        call: Call,
        found: Result<Resolved, Error>,
    ) -> Result<(Call, Reuse), Error> {
        if call.record.is_none() && !call.slots.is_empty() {
            let reason = Said::from("they fill in an entry of fast memory: name it in ").argument(Argument::ENTRY);
            return Err(Error::Argument { argument: Argument::SLOTS, reason });
        }
        let (path, params) = with_query(&call)?;
        let found = match found {
            Ok(found) => found,
            // What no manifest has is kept by its path.
            Err(Error::NoOperation { .. }) if call.record.is_none() => {
                let api = searcher.store().apis()?.into_iter().next().unwrap_or_default();
                let pattern = Pattern {
                    description: String::new(),
                    api: call.api.clone().unwrap_or(api),
                    method: call.method,
                    template: path.clone(),
                    path,
                    params,
                    data: call.data.clone(),
                    slots: Vec::new(),
                };
                let text = format!("{} {}", pattern.method, pattern.path);
                return Ok((call, Reuse { pattern: Some(pattern), text, ..Reuse::default() }));
            }
            Err(error) => return Err(error),
        };
        let Resolved { operation, path_values, .. } = &found;
        if let Some(id) = call.record {
            return self.reuse_named(id, call, operation, path_values, &params);
        }
        let mut reuse = Reuse::default();
        if call.use_memory {
            let dialect = self.dialect_of(searcher, &operation.api)?;
            let reads = Risk::of_operation(dialect, &*searcher.store().operation(operation.doc)?).is_read();
            match self.offered(&call, operation, path_values, &params, reads) {
                Ok(Offer::Take(entry)) => {
                    tracing::debug!(of = "call", outcome = "taken", "memory");
                    return Ok(take(*entry, call, &Map::new(), operation));
                }
                Ok(Offer::Name(hint)) => {
                    tracing::debug!(of = "call", outcome = "named", "memory");
                    reuse.hint = Some(hint);
                }
                Ok(Offer::Nothing) => tracing::debug!(of = "call", outcome = "none", "memory"),
                Err(error) => {
                    tracing::warn!(%error, "fast memory was not asked");
                    reuse.missing = matches!(error, MemoryError::Shared(_))
                        .then(|| format!("kept calls were not looked at: {error}"));
                }
            }
        }
        reuse.pattern = Some(kept::pattern(searcher, &call, operation, path_values, params)?);
        reuse.text = searcher.store().text(operation.doc)?;
        reuse.found = Some(found);
        Ok((call, reuse))
    }

    /// What memory offers to a call that names no entry.
    fn offered(
        &self,
        call: &Call,
        operation: &store::OperationRow,
        path_values: &Map<String, Value>,
        params: &Map<String, Value>,
        reads: bool,
    ) -> Result<Offer, MemoryError> {
        let is_bare = params.is_empty() && call.data.is_none();
        if !is_bare && (reads || call.data.is_some()) {
            return Ok(Offer::Nothing);
        }
        let entries = self.memory().of_operation(&operation.api, operation.method, &operation.path)?;
        let of_path = |saved: &Pattern| is_path_of(&operation.path, &saved.path, path_values);
        let fitting: Vec<Entry> = entries
            .into_iter()
            .filter(|entry| {
                let saved = &entry.pattern;
                let has_values = !path_values.is_empty();
                let gives =
                    !saved.params.is_empty() || saved.data.is_some() || (!has_values && saved.path != operation.path);
                gives
                    && entry.unreadable.is_empty()
                    && entry.stale.is_none()
                    && (!has_values || of_path(saved))
                    && self.without_secrets(saved).1.is_empty()
            })
            .collect();
        let words = format!("{} {}", operation.path, operation.summary);
        let is_whole = |entry: &&Entry| entry.pattern.slots.is_empty();
        if !reads {
            let with_body = |entry: &&Entry| entry.pattern.data.is_some();
            let whole = fitting.iter().filter(with_body).find(is_whole);
            let named = whole.or_else(|| fitting.iter().find(with_body));
            return Ok(named.map_or(Offer::Nothing, |entry| Offer::Name(name_of(entry, reads))));
        }
        let is_asked_for = |entry: &&Entry| match &call.question {
            _ if call.fill_in => true,
            Some(question) => naming::says_all(question, &entry.pattern, &words),
            None => false,
        };
        // A read that is complete as it is needs no hint of an entry with somebody's values.
        let is_open = |entry: &&Entry| !entry.pattern.slots.is_empty() && naming::holds_nothing(&entry.pattern);
        Ok(match fitting.iter().filter(is_whole).find(is_asked_for) {
            Some(entry) if !call.all_pages => Offer::Take(Box::new(entry.clone())),
            whole => whole
                .or_else(|| fitting.iter().find(is_open))
                .map_or(Offer::Nothing, |entry| Offer::Name(name_of(entry, reads))),
        })
    }

    fn reuse_named(
        &self,
        id: EntryId,
        call: Call,
        operation: &store::OperationRow,
        path_values: &Map<String, Value>,
        params: &Map<String, Value>,
    ) -> Result<(Call, Reuse), Error> {
        let wrong = |reason: Said| Error::Argument { argument: Argument::ENTRY, reason };
        let or_leave_out = |said: String| Said::from(said).text(", or leave ").name(Argument::ENTRY).text(" out");
        let entry = self.memory().get(id)?.ok_or_else(|| {
            let missing = Said::from(format!("fast memory holds no entry {id}; "));
            wrong(missing.given(Given::Entries).text(" shows what it holds"))
        })?;
        let saved = &entry.pattern;
        let (_, masked) = self.without_secrets(saved);
        if !entry.unreadable.is_empty() {
            let columns: Vec<&str> = entry.unreadable.iter().map(|unreadable| unreadable.column).collect();
            let reason = format!("entry {id} cannot be read whole: {} is no JSON", columns.join(" and "));
            let cure = "; make the call with your own values, save it, and discard the entry";
            return Err(wrong(Said::from(reason).text(cure)));
        }
        if !masked.is_empty() {
            let places: Vec<Place> = masked.iter().map(|place| Place::of_memory(place)).collect();
            let cure = ", which is never sent from memory; make the call with your own values, and discard the entry";
            return Err(wrong(Said::from(format!("entry {id} holds a secret in ")).places(&places).text(cure)));
        }
        if (saved.method, saved.template.as_str()) != (operation.method, operation.path.as_str())
            || !(saved.api.is_empty() || saved.api == operation.api)
        {
            return Err(wrong(or_leave_out(format!(
                "entry {id} is of {} {}, not of {} {}; call that",
                saved.method, saved.template, operation.method, operation.path
            ))));
        }
        // A value that the entry holds fixed is left open where the call names it among the slots.
        let is_slot = |name: &&String| saved.slots.iter().any(|slot| slot.name == **name);
        let replaced: Vec<String> = call.slots.keys().filter(|name| !is_slot(name)).cloned().collect();
        let wrong_slot =
            |error: slots::SlotError| Error::Argument { argument: Argument::SLOTS, reason: error.to_string().into() };
        let opened = slots::open_again(saved, &replaced).map_err(wrong_slot)?;
        let is_changed = !replaced.is_empty();
        let saved = &opened;
        let mut values = call.slots.clone();
        // A value in the path, or of the path's own placeholder, is as good as one in `slots`.
        let in_path: Vec<(&str, &str)> = placeholders(&operation.path, &saved.path).collect();
        let mut others = params.clone();
        for slot in &saved.slots {
            let braced = format!("{{{}}}", slot.name);
            let placeholder = in_path.iter().find(|(_, segment)| *segment == braced).map(|(name, _)| *name);
            for name in placeholder.into_iter().chain([slot.name.as_str()]) {
                if let Some(value) = others.remove(name).or_else(|| path_values.get(name).cloned()) {
                    values.entry(slot.name.clone()).or_insert(value);
                }
            }
        }
        let filled = slots::fill(saved, &values).map_err(wrong_slot)?;
        if !path_values.is_empty() && !is_path_of(&operation.path, &filled.path, path_values) {
            return Err(wrong(or_leave_out(format!(
                "entry {id} is of {}, and the call of {}; leave the values out of the path",
                filled.path, call.path
            ))));
        }
        let entry = Entry { pattern: filled, ..entry };
        let (call, reuse) = take(entry, call, &others, operation);
        Ok((call, Reuse { is_changed, ..reuse }))
    }

    /// Counts what came of a call, and proposes to keep what succeeded.
    ///
    /// # Errors
    /// The call's own, with what it says of the entry.
    pub(super) fn settle(
        &self,
        reuse: Reuse,
        outcome: Result<Outcome, InvokeError>,
        (caller, surface): (&str, Surface),
    ) -> Result<Outcome, Error> {
        let memory = self.memory();
        match outcome {
            Ok(mut outcome) => {
                if outcome.sent
                    && let Err(error) = self.count(memory, reuse, &mut outcome, (caller, surface))
                {
                    tracing::warn!(%error, "fast memory did not count a call");
                }
                Ok(outcome)
            }
            Err(error) => {
                let status = match &error {
                    InvokeError::Call(call) => call.status(),
                    _ => None,
                };
                let is_of_the_call = |status: &u16| {
                    let is_members = self.acting.is_some() && MAYBE_OF_THE_MEMBER.contains(status);
                    (400..500).contains(status) && !NOT_OF_THE_CALL.contains(status) && !is_members
                };
                let refused = status.filter(is_of_the_call);
                let held = |pattern| held(memory, &pattern).ok().flatten();
                let id = reuse.from.as_ref().map(|entry| entry.id).or_else(|| reuse.pattern.and_then(held));
                let id = id.filter(|_| !reuse.is_changed);
                let (Some(status), Some(id)) = (refused, id) else { return Err(error.into()) };
                let reason = format!("the API answered {status}");
                match memory.failed(id, &reason) {
                    Ok(()) => Err(Error::Stale { id, source: Box::new(error) }),
                    Err(memory_error) => {
                        tracing::warn!(error = %memory_error, "fast memory did not mark an entry");
                        Err(error.into())
                    }
                }
            }
        }
    }

    fn count(
        &self,
        memory: &Memory,
        reuse: Reuse,
        outcome: &mut Outcome,
        (caller, surface): (&str, Surface),
    ) -> Result<(), MemoryError> {
        if let Some(entry) = reuse.from {
            return memory.used(entry.id);
        }
        let Some(pattern) = reuse.pattern else { return Ok(()) };
        if let Some(id) = held(memory, &pattern)? {
            return memory.used(id);
        }
        // A deletion is done once; and what holds a secret is not kept.
        if pattern.method == Method::Delete || !self.secrets_in(&pattern).is_empty() {
            return Ok(());
        }
        let came_to_nothing = !outcome.answer.not_taken.is_empty() || found_nothing(pattern.method, &outcome.answer);
        let is_proven = |made: &Made| made.is_as_given || self.replays(made, &pattern);
        let Some(made) = reuse.made.filter(|made| !came_to_nothing && is_proven(made)) else {
            return Ok(());
        };
        // The same record is not made again.
        if made.draft.may_create() && pattern.data.is_some() {
            return Ok(());
        }
        // What the API ignores of it, nobody sees when it is made again.
        if made.draft.query.has_unknown || sends_temporary(&made.draft) {
            return Ok(());
        }
        let lesser = self.without_unsent(&made, &pattern);
        if let Some(lesser) = &lesser
            && held(memory, lesser)?.is_some()
        {
            return Ok(());
        }
        let pattern = lesser.unwrap_or(pattern);
        // Calls that differ by their values alone are one to be kept, with these left open. A button asks nobody anything.
        if surface == Surface::Page || memory.offer(owner(caller), &slots::shape(&pattern))? {
            outcome.answer.keep = Some(match surface {
                Surface::CommandLine => proposal(&made.searcher, &pattern, &reuse.text),
                Surface::Mcp => {
                    let description = described(&slots::all_open(&pattern), &reuse.text);
                    self.space.proposals.add(owner(caller), Pattern { description, ..pattern }).into()
                }
                Surface::Page => {
                    let description = described(&pattern, &reuse.text);
                    let could: Vec<Slot> = slots::candidates(&pattern);
                    let kept = Pattern { description: description.clone(), ..pattern };
                    let word = self.space.proposals.add(owner(caller), kept);
                    json!({ "keep": word, "description": description, "could_be_slots": could })
                }
            });
        }
        Ok(())
    }
}

/// The entry that a call is, as it stands or with its ids and dates left open.
fn held(memory: &Memory, pattern: &Pattern) -> Result<Option<EntryId>, MemoryError> {
    if let Some(id) = memory.holds(pattern)? {
        return Ok(Some(id));
    }
    let names: Vec<String> = slots::candidates(pattern).into_iter().map(|slot| slot.name).collect();
    match slots::open(pattern, &names) {
        Ok(opened) if !opened.slots.is_empty() => memory.holds(&opened),
        _ => Ok(None),
    }
}

enum Offer {
    /// A whole entry, for a read that gives nothing.
    Take(Box<Entry>),
    /// A sentence that names one.
    Name(Said),
    Nothing,
}

/// Whether an answer has no row and no record.
pub(super) fn found_nothing(method: Method, answer: &Answer) -> bool {
    let is_read = method == Method::Get;
    answer.rows == Some(0)
        || match &answer.result {
            Some(Data::Rows(rows)) => rows.is_empty(),
            Some(Data::Value(Value::Array(values))) => values.is_empty(),
            Some(Data::Value(Value::Object(members))) => {
                let is_zero = |value: &Value| value.as_u64() == Some(0);
                is_read && (members.is_empty() || (members.len() == 1 && members.get("count").is_some_and(is_zero)))
            }
            Some(Data::Value(Value::Null)) => is_read,
            _ => false,
        }
}

/// Whether a path of a template has these values, however they are written.
fn is_path_of(template: &str, path: &str, values: &Map<String, Value>) -> bool {
    let Ok(parsed) = PathTemplate::parse(template) else { return false };
    let Some(found) = parsed.matches(path) else { return path_in_form(template, values) == path };
    // Values that make the same path are the same, wherever one of them ends.
    let found: Map<String, Value> = found.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
    found.len() == values.len() && path_in_form(template, &found) == path_in_form(template, values)
}

fn name_of(entry: &Entry, reads: bool) -> Said {
    let what = if reads { "its filter" } else { "its body" };
    let slots: Vec<String> = entry.pattern.slots.iter().map(|slot| slot.name.clone()).collect();
    let offer =
        format!("entry {} of fast memory (\"{}\") could supply {what}: give ", entry.id, entry.pattern.description);
    let offer = Said::from(offer).given(Given::Entry(entry.id));
    if slots.is_empty() { offer } else { offer.text(", with ").given(Given::Slots(slots)) }
}

/// The call with everything of an entry whose slots are filled; `own` parameters come before saved ones.
fn take(entry: Entry, mut call: Call, own: &Map<String, Value>, operation: &store::OperationRow) -> (Call, Reuse) {
    let saved = &entry.pattern;
    let mut filled = Map::new();
    if saved.path != call.path {
        filled.insert("path".to_owned(), saved.path.clone().into());
    }
    let mut params = saved.params.clone();
    params.retain(|name, _| !own.contains_key(name));
    if !params.is_empty() {
        filled.insert("params".to_owned(), params.clone().into());
    }
    params.extend(own.clone());
    if call.data.is_none()
        && let Some(data) = &saved.data
    {
        filled.insert("data".to_owned(), data.clone());
        call.data = Some(data.clone());
    }
    call.path = saved.path.clone();
    call.params = params;
    call.api = Some(operation.api.clone());
    let without_it = if call.record.is_some() {
        Said::from("ask again without ").name(Argument::ENTRY)
    } else {
        let how = Given::Either { mcp: "with use_memory: false", cli: "without --use-memory" };
        Said::from("ask again ").given(how)
    };
    let members = json!({
        "entry": entry.id,
        "description": saved.description,
        "filled_in": filled,
    });
    let has_values = operation.path.contains('{');
    let found = (!has_values).then(|| Resolved::of(operation.clone()));
    (call, Reuse { from: Some(entry), shown: Some(Shown { members, without_it }), found, ..Reuse::default() })
}
