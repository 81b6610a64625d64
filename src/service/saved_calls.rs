//! What is asked of fast memory by people and agents: saving, listing, discarding, flushing, import and export.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::address::Meant;
use super::asked::{Call, only_api, with_query};
use super::kept::{canonical, placeholders};
use super::matching::{Asked, Resolved, find_operation};
use super::{Service, blocking};
use crate::embed::Embedder;
use crate::error::Error;
use crate::invoke::risk::Risk;
use crate::invoke::{Caller, Consent, InvokeError, answer, consent};
use crate::memory::slots;
use crate::memory::transfer::{self, Imported};
use crate::memory::{
    Entry, EntryId, Flushed, LONGEST_DESCRIPTION, Memory, MemoryError, Pattern, Saved, Slot, Unreadable, beginning,
    secrets,
};
use crate::openapi::Method;
use crate::redact::MASK;
use crate::surface::{Argument, Given, Said};

/// A call to keep, as the user gave it.
#[derive(Clone, Debug)]
pub struct Remember {
    /// Request method.
    pub method: Method,
    /// Template, or a path with values; may have a query.
    pub path: String,
    /// Name of the API, where several have the operation.
    pub api: Option<String>,
    /// Purpose of the call, in the user's words.
    pub description: String,
    /// Parameters by name.
    pub params: Map<String, Value>,
    /// Request body.
    pub data: Option<Value>,
    /// Names of the values to ask for on each use.
    pub slots: Vec<String>,
}

/// Result of keeping a call.
#[derive(Clone, Debug, Serialize)]
pub struct Remembered {
    /// Whether an entry with the same pattern existed and was updated.
    pub updated: bool,
    /// The entry after saving.
    pub entry: Entry,
    /// Ids and dates of the call that could be asked for on each use instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub could_be_slots: Vec<Slot>,
    /// Remarks for the user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The way in which an entry was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FoundBy {
    /// No term was given, so all entries are listed.
    All,
    /// The entry has the term's words.
    Words,
    /// Its description means something like the term.
    Meaning,
}

/// An entry of a listing, with what looks like a secret masked.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
    /// The way in which it was found.
    pub found_by: FoundBy,
    /// Recency-weighted use, within `[0, 1]`.
    pub score: f64,
    /// Cosine of term and description, where it was found by meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likeness: Option<f32>,
    /// Places whose values were masked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<String>,
}

/// Saved calls, all or those that a term finds.
#[derive(Clone, Debug, Serialize)]
pub struct Listing {
    /// Number of all entries, found or not.
    pub total: u64,
    /// The entries: those found by words by score, then those found by meaning by likeness.
    pub entries: Vec<Listed>,
    /// Changes that were made to the file, and the reason where nothing was searched by meaning.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Result of a request to remove all entries.
#[derive(Clone, Debug)]
pub enum Flushing {
    /// All entries were removed.
    Done(Flushed),
    /// No entry was removed: the same request with this confirmation removes them.
    Preview {
        /// Number of entries that would be removed.
        count: u64,
        /// Confirmation, which can be used once.
        confirmation: String,
    },
}

/// Most vectors that one listing computes: each takes about a millisecond, and no listing should wait for seconds.
const VECTORS_AT_ONCE: usize = 200;
/// Least cosine of term and description that is listed. Of 20 descriptions 16 were as like as that to a paraphrase in
/// other words; of 15 requests for something else one was to any of the 20.
const LEAST_ALIKE: f32 = 0.35;
/// Most entries that are listed by meaning.
const MOST_ALIKE: usize = 10;

impl Service {
    /// The saved calls. Rows of an older program are assigned to operations by [`Self::adopt_memory`].
    pub fn memory(&self) -> &Memory {
        &self.space.memory
    }

    /// Returns the most characters that an answer shows at once.
    pub fn answer_budget(&self) -> usize {
        self.inner.options.calls.budget.unwrap_or(answer::BUDGET)
    }

    /// Assigns the rows of an older program to the operations that their paths mean. It is done once a process, as soon
    /// as there is an index. A failure costs no answer: the next process tries again.
    pub fn adopt_memory(&self) {
        if !self.has_index() {
            return;
        }
        self.space.adopted.call_once(|| self.assign_operations());
    }

    /// Tells whether operations can be looked up without building an index first.
    fn has_index(&self) -> bool {
        self.state().searcher.is_some() || matches!(self.index().current_name(), Ok(Some(_)))
    }

    fn assign_operations(&self) {
        if let Err(error) = self.try_assign_operations() {
            tracing::warn!(error = %crate::error::chain(&error), "older memory entries have no operations yet");
        }
    }

    fn try_assign_operations(&self) -> Result<(), Error> {
        let unresolved = self.memory().unresolved()?;
        if unresolved.is_empty() {
            return Ok(());
        }
        let searcher = self.searcher()?;
        let mut known: HashMap<(Method, String), Option<(String, String)>> = HashMap::new();
        for entry in unresolved {
            let Pattern { method, path, .. } = entry.pattern;
            let operation = known.entry((method, path)).or_insert_with_key(|(method, path)| {
                // A path that no API knows, or more than one, stays as it is.
                let asked = Asked { method: *method, path, params: &Map::new(), api: None, data: None };
                let Resolved { operation, .. } = find_operation(&searcher, asked).ok().flatten()?;
                Some((operation.api, operation.path))
            });
            if let Some((api, template)) = operation {
                self.memory().assign(entry.id, api, template)?;
            }
        }
        Ok(())
    }

    /// Keeps a call.
    ///
    /// # Errors
    /// [`Error::Argument`] for a description that is none, [`Error::Secrets`], [`Error::Slots`], [`Error::SeveralApis`],
    /// [`Error::Memory`]; as [`Self::open`].
    pub fn remember(&self, wish: &Remember) -> Result<Remembered, Error> {
        let (pattern, notes) = self.pattern(wish)?;
        self.keep(pattern, &wish.slots, notes)
    }

    pub(super) fn keep(&self, pattern: Pattern, names: &[String], mut notes: Vec<String>) -> Result<Remembered, Error> {
        let places = self.secrets_in(&pattern);
        if !places.is_empty() {
            return Err(Error::secrets(&places));
        }
        self.adopt_memory();
        let opened = slots::open(&pattern, &slot_names(&pattern, names))?;
        let saved = self.memory().save(&opened)?;
        let entry = saved.entry().clone();
        if let Ok(model) = self.embedder() {
            self.embed(&*model, &entry)?;
        }
        notes.extend(self.memory().notices());
        let could_be_slots = slots::candidates(&opened);
        Ok(Remembered { updated: matches!(saved, Saved::Updated(_)), entry, could_be_slots, notes })
    }

    /// Makes the pattern of a call: finds its operation and moves its query among the parameters. No value is left open
    /// yet.
    ///
    /// # Errors
    /// As [`Self::remember`].
    fn pattern(&self, wish: &Remember) -> Result<(Pattern, Vec<String>), Error> {
        let description = checked_description(&wish.description)?;
        let searcher = self.searcher()?;
        let call = Call { api: wish.api.clone(), params: wish.params.clone(), ..Call::new(wish.method, &wish.path) };
        let Meant { call, found, notes: taken } = self.meant(&searcher, call)?;
        let (path, params) = with_query(&call)?;
        let path = if path.starts_with('/') { path } else { format!("/{path}") };
        let mut notes: Vec<String> = taken.iter().map(ToString::to_string).collect();
        let (api, template, path, params) = match found {
            Ok(Resolved { operation: entry, path_values, .. }) => {
                let (path, params) = canonical(&searcher, &entry, &path_values, params)?;
                (entry.api, entry.path, path, params)
            }
            Err(Error::NoOperation { nearest, .. }) => {
                let mut note = format!("{} {path} is no operation of the index; it was kept as it is", wish.method);
                if !nearest.is_empty() {
                    note.push_str(&format!("; the nearest are {}", nearest.join(", ")));
                }
                notes.push(note);
                (only_api(&searcher, &call)?, path.clone(), path, params)
            }
            Err(error) => return Err(error),
        };
        let data = wish.data.clone().filter(|data| !data.is_null());
        let method = wish.method;
        let pattern = Pattern { description, api, method, template, path, params, data, slots: Vec::new() };
        match crate::memory::too_large(&pattern) {
            Some(reason) => Err(Error::Argument { argument: Argument::DATA, reason: reason.into() }),
            None => Ok((pattern, notes)),
        }
    }

    /// Lists the places of a pattern that hold secrets, by which it must not be kept.
    pub(super) fn secrets_in(&self, pattern: &Pattern) -> Vec<String> {
        secrets::find(pattern, self.redactor())
    }

    /// Masks what looks like a secret, as the pattern may be shown or called, and returns the places with it.
    pub fn without_secrets(&self, pattern: &Pattern) -> (Pattern, Vec<String>) {
        secrets::mask(pattern, self.redactor())
    }

    /// Masks an entry as [`Self::without_secrets`] does, unreadable columns included.
    fn entry_without_secrets(&self, entry: &Entry) -> (Entry, Vec<String>) {
        let (pattern, mut places) = self.without_secrets(&entry.pattern);
        let mut shown = Entry { pattern, ..entry.clone() };
        for unreadable in &mut shown.unreadable {
            if secrets::is_in_unreadable(&unreadable.text, self.redactor()) {
                unreadable.text = MASK.to_owned();
                places.push(unreadable.column.to_owned());
            }
        }
        (shown, places)
    }

    pub(super) fn embed(&self, model: &dyn Embedder, entry: &Entry) -> Result<(), Error> {
        let description = &entry.pattern.description;
        let vector = model.embed_query(beginning(description))?;
        Ok(self.memory().put_vector(entry.id, &model.identity().sha256, description, &vector)?)
    }

    /// Returns all entries with their vectors. Missing ones are computed, at most `VECTORS_AT_ONCE` each time: older
    /// rows have none, nor have those that were saved or imported without the model.
    ///
    /// # Errors
    /// [`Error::Memory`], [`Error::Embed`]
    pub fn memory_snapshot(&self, model: &dyn Embedder) -> Result<Arc<crate::memory::Snapshot>, Error> {
        let name = &model.identity().sha256;
        let snapshot = self.memory().snapshot(name)?;
        if snapshot.missing.is_empty() {
            return Ok(snapshot);
        }
        let missing = snapshot.missing.iter().filter_map(|place| snapshot.entries.get(*place)).take(VECTORS_AT_ONCE);
        let mut vectors = Vec::new();
        for entry in missing {
            let description = entry.pattern.description.as_str();
            vectors.push((entry.id, description, model.embed_query(beginning(description))?));
        }
        match self.memory().put_vectors(name, &vectors) {
            // Where the file cannot be written, meaning has to do without these.
            Err(MemoryError::ReadOnly { .. }) => Ok(snapshot),
            done => {
                done?;
                Ok(self.memory().snapshot(name)?)
            }
        }
    }

    /// Lists the entries by score; with a term, those that have its words, then those that mean something like it.
    ///
    /// # Errors
    /// [`Error::Memory`], [`Error::Embed`]
    pub fn recalled(&self, term: Option<&str>) -> Result<Listing, Error> {
        self.adopt_memory();
        let term = term.map(str::trim).filter(|term| !term.is_empty());
        let now_s = crate::memory::now_s();
        let listed = |entry: &Entry, found_by: FoundBy, likeness: Option<f32>| {
            let score = crate::memory::score(entry, now_s);
            // Older programs took descriptions of any length; an export has them whole. More is searched for secrets than is shown, so
            // that no secret is cut in two at the end.
            let mut entry = entry.clone();
            if let Some((end, _)) = entry.pattern.description.char_indices().nth(2 * LONGEST_DESCRIPTION) {
                entry.pattern.description.truncate(end);
            }
            let (mut entry, masked) = self.entry_without_secrets(&entry);
            let shown = beginning(&entry.pattern.description);
            if shown.len() < entry.pattern.description.len() {
                entry.pattern.description = format!("{shown}...");
            }
            Listed { entry, found_by, score, likeness, masked }
        };
        let mut notes = self.memory().notices();
        let mut permitted = self.memory().list()?;
        self.without_hidden(&mut permitted)?;
        let total = permitted.len() as u64;
        let Some(term) = term else {
            let entries: Vec<Listed> = permitted.iter().map(|entry| listed(entry, FoundBy::All, None)).collect();
            return Ok(Listing { total, entries, notes });
        };
        let mut with_words = self.memory().with_words(term)?;
        self.without_hidden(&mut with_words)?;
        let mut entries: Vec<Listed> = with_words.iter().map(|entry| listed(entry, FoundBy::Words, None)).collect();
        if total > 0 {
            match self.embedder() {
                Ok(model) => {
                    let snapshot = self.memory_snapshot(&*model)?;
                    let vector = model.embed_query(term)?;
                    let mut alike: Vec<(usize, f32)> =
                        snapshot.alike(&vector).filter(|(_, cosine)| *cosine >= LEAST_ALIKE).collect();
                    alike.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                    let found =
                        alike.iter().filter_map(|(place, cosine)| Some((snapshot.entries.get(*place)?, *cosine)));
                    let others = found.filter(|(entry, _)| {
                        let is_it = |known: &Entry| known.id == entry.id;
                        permitted.iter().any(is_it) && !with_words.iter().any(is_it)
                    });
                    entries.extend(
                        others.take(MOST_ALIKE).map(|(entry, cosine)| listed(entry, FoundBy::Meaning, Some(cosine))),
                    );
                }
                Err(reason) => notes.push(format!("found by words alone: {reason}")),
            }
        }
        Ok(Listing { total, entries, notes })
    }

    /// Removes an entry and returns it.
    ///
    /// # Errors
    /// [`Error::NoEntry`], [`Error::Memory`]; [`Error::Invoke`] where writes are refused.
    pub fn discard(&self, id: EntryId) -> Result<Entry, Error> {
        self.may_remove("discarded")?;
        match self.memory().discard(id)? {
            Some(entry) => Ok(self.entry_without_secrets(&entry).0),
            None => Err(self.no_entry(id)?),
        }
    }

    /// The error for a number that no entry has.
    pub(super) fn no_entry(&self, id: EntryId) -> Result<Error, Error> {
        let mut held: Vec<EntryId> = self.memory().list()?.iter().map(|entry| entry.id).collect();
        held.sort_unstable();
        Ok(Error::NoEntry { id, held })
    }

    pub(super) fn may_remove(&self, what: &str) -> Result<(), Error> {
        if !self.policy.rules.flush {
            let reason = format!("nothing was {what}: {} does not let you; whoever runs the server can", self.policy);
            return Err(InvokeError::Refused { reason: reason.into() }.into());
        }
        if self.inner.options.calls.writes == crate::invoke::Writes::Deny {
            let (mcp, file) =
                ("this server only reads; restart it with `--writes ask`", self.inner.options.calls.file.clone());
            let reason = Said::from(format!("nothing was {what}: ")).given(Given::WritesDenied { mcp, file });
            return Err(InvokeError::Refused { reason }.into());
        }
        Ok(())
    }

    /// Removes all entries once the user has consented. A copy keeps them.
    ///
    /// # Errors
    /// [`Error::Memory`]; [`Error::Invoke`] where it is refused, or the user said no.
    pub async fn flush(&self, confirmation: Option<&str>, caller: &dyn Caller) -> Result<Flushing, Error> {
        self.may_remove("removed")?;
        let service = self.clone();
        let count = blocking(move || Ok(service.memory().count()?)).await?;
        // To the gate it is a deletion of this many entries: another number is another request.
        let fingerprint = format!("flush {count}");
        let wish = consent::Wish {
            write: "",
            client: caller.name(),
            fingerprint: &fingerprint,
            likeness: &fingerprint,
            method: Method::Delete,
            may_create: false,
            path: crate::memory::FILE_NAME,
            risk: Risk::Delete,
            confirmation,
            requests: 1,
            can_ask: caller.can_ask(),
            was_sent: false,
        };
        match self.invoker()?.decide(&wish, caller.policy()).await {
            consent::Decision::Send => {}
            consent::Decision::Refuse(reason) => return Err(InvokeError::Refused { reason }.into()),
            consent::Decision::Preview { confirmation, .. } => return Ok(Flushing::Preview { count, confirmation }),
            consent::Decision::Ask(_) | consent::Decision::AskAgain(_) => {
                let all = if count == 1 { "1 saved call".to_owned() } else { format!("all {count} saved calls") };
                let question =
                    format!("Remove {all} from fast memory? A copy stays beside it, which `memory import` reads.");
                if let Consent::Withheld(why) = caller.ask(&question).await.counted() {
                    return Err(InvokeError::Refused { reason: format!("nothing was removed: {why}").into() }.into());
                }
            }
        }
        let service = self.clone();
        blocking(move || Ok(Flushing::Done(service.memory().flush()?))).await
    }

    /// Imports entries from a file of JSON Lines or a database. Entries with secrets are left out.
    ///
    /// # Errors
    /// [`Error::Transfer`]
    pub fn import_memory(&self, path: &Path) -> Result<Imported, Error> {
        let refuse = |pattern: &Pattern, unreadable: &[Unreadable]| {
            let places = self.secrets_in(pattern);
            if !places.is_empty() {
                return Some(Error::secrets(&places).to_string());
            }
            // No slot can stand where nobody can tell what is a value.
            let is_secret = |one: &&Unreadable| secrets::is_in_unreadable(&one.text, self.redactor());
            let columns: Vec<&str> = unreadable.iter().filter(is_secret).map(|one| one.column).collect();
            (!columns.is_empty()).then(|| {
                let columns = columns.join(" and ");
                format!(
                    "it was not saved: {columns} is no JSON, and has what looks like a secret; take the secret out of the file \
                     that is imported, or write JSON there, where a slot can take its place"
                )
            })
        };
        let imported = transfer::import(self.memory(), path, &refuse)?;
        if self.has_index() {
            self.assign_operations();
        }
        Ok(imported)
    }

    /// Writes all entries as JSON Lines, secrets masked, and returns how many were written.
    ///
    /// # Errors
    /// [`Error::Transfer`]
    pub fn export_memory(&self, to: &mut dyn Write) -> Result<u64, Error> {
        Ok(transfer::export(self.memory(), &|entry| self.entry_without_secrets(entry).0, to)?)
    }
}

/// A description as it is kept.
///
/// # Errors
/// [`Error::Argument`] where it says nothing or is too long.
pub(super) fn checked_description(description: &str) -> Result<String, Error> {
    let description = description.trim();
    let reason = if description.is_empty() {
        Some("it is empty; say in a few words what the call is for".to_owned())
    } else {
        crate::memory::too_long(description)
    };
    match reason {
        Some(reason) => Err(Error::Argument { argument: Argument::DESCRIPTION, reason: reason.into() }),
        None => Ok(description.to_owned()),
    }
}

/// Translates the names of slots: a placeholder of the path stands for the candidate with its value.
pub(super) fn slot_names(pattern: &Pattern, names: &[String]) -> Vec<String> {
    let candidates = slots::candidates(pattern);
    let called = |name: &String| {
        let (_, value) = placeholders(&pattern.template, &pattern.path).find(|(placeholder, _)| placeholder == name)?;
        let there =
            |slot: &&Slot| slot.place == "path" && slot.example.as_ref().is_some_and(|example| example == value);
        candidates.iter().find(there).map(|slot| slot.name.clone())
    };
    names.iter().map(|name| called(name).unwrap_or_else(|| name.clone())).collect()
}
