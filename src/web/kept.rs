//! Kept calls over the routes: kept, listed, edited and discarded; and changes that were made, taken back.

use serde::Deserialize;
use serde_json::{Value, json};

use super::calls::exact;
use super::query::Pairs;
use super::refusal::{Refusal, body};
use super::{WebCaller, WebRequest};
use crate::clock::now_s;
use crate::error::Error;
use crate::invoke::Caller as _;
use crate::memory::slots;
use crate::service::{Edit, Listed, Listing, Made, Service, Undo, blocking};

/// What is to change of a kept call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    description: Option<String>,
    slots: Option<Vec<String>>,
}

/// A call that an answer said can be kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keeping {
    /// The word of the answer's.
    keep: String,
    description: Option<String>,
    /// The names of the values that are asked for on each use; none where nothing is said: the call is kept as it was made.
    #[serde(default)]
    slots: Vec<String>,
}

/// A change that is to be taken back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Back {
    id: u64,
    #[serde(default)]
    dry_run: bool,
    confirmation: Option<String>,
}

/// The kept calls, or one of them, each with the values that could be asked for on each use; of one, some of them may be left open.
pub(super) async fn list(service: &Service, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["q", "id", "open"])?;
    let term = pairs.text("q").map(str::to_owned);
    let one = pairs.text("id").map(number).transpose()?;
    let open: Vec<String> =
        pairs.text("open").map(|names| names.split(',').map(str::to_owned).collect()).unwrap_or_default();
    let service = service.clone();
    let listed = move || {
        let mut listing: Listing = service.recalled(term.as_deref())?;
        listing.entries.retain(|listed| one.is_none_or(|id| listed.entry.id == id));
        // Whose values nobody said are asked for anew.
        for listed in listing.entries.iter_mut().filter(|_| one.is_some() && !open.is_empty()) {
            let pattern = &mut listed.entry.pattern;
            let is_slot = |name: &&String| pattern.slots.iter().any(|slot| slot.name == **name);
            let names: Vec<String> = open.iter().filter(|name| !is_slot(name)).cloned().collect();
            *pattern = slots::open_again(pattern, &names)?;
        }
        // Without an index there is nothing to call.
        Ok::<_, Error>((listing, service.writes(), service.has_several_apis().unwrap_or(false)))
    };
    let (listing, writes, several_apis) = blocking(listed).await?;
    let entry = |listed: &Listed| {
        let mut shown = json!(listed);
        shown["could_be_slots"] = json!(slots::candidates(&listed.entry.pattern));
        shown
    };
    let entries: Vec<Value> = listing.entries.iter().map(entry).collect();
    Ok(
        json!({ "total": listing.total, "entries": entries, "notes": listing.notes, "writes": writes, "several_apis": several_apis }),
    )
}

/// Keeps the call that an answer of this caller's named by a word.
pub(super) async fn keep(service: &Service, caller: &WebCaller, request: &WebRequest<'_>) -> Result<Value, Refusal> {
    let Keeping { keep, description, slots } = body(request)?;
    let (service, client) = (service.clone(), caller.name().to_owned());
    let kept = blocking(move || service.remember_named(&client, &keep, description.as_deref(), Some(&slots))).await?;
    Ok(json!(kept))
}

/// Changes the description or the slots of a kept call.
pub(super) async fn edit(service: &Service, id: &str, request: &WebRequest<'_>) -> Result<Value, Refusal> {
    let id = number(id)?;
    let Wish { description, slots } = body(request)?;
    let service = service.clone();
    let edited = blocking(move || service.edit_kept(id, &Edit { description, slots })).await?;
    Ok(json!(edited))
}

/// Discards a kept call; where writes are refused nothing is removed.
pub(super) async fn discard(service: &Service, id: &str) -> Result<Value, Refusal> {
    let id = number(id)?;
    let service = service.clone();
    let removed = blocking(move || service.discard(id)).await?;
    Ok(json!({ "removed": removed }))
}

fn number(id: &str) -> Result<i64, String> {
    id.parse().map_err(|_| format!("{id:?} is no number of a kept call"))
}

/// The caller's changes that may be taken back, the newest first, each with what its first records held and hold.
pub(super) async fn changes(service: &Service, caller: &WebCaller, query: &str) -> Result<Value, Refusal> {
    Pairs::read(query, &[])?;
    let now_s = now_s();
    let change = |made: &Made| {
        let mut shown = json!(made);
        shown["at_s"] = now_s.saturating_sub(made.age_s).into();
        shown["records"] = json!(made.records);
        shown
    };
    Ok(json!({ "changes": service.changes(caller).await?.iter().map(change).collect::<Vec<_>>() }))
}

/// Takes a change back.
pub(super) async fn undo(service: &Service, caller: &WebCaller, request: &WebRequest<'_>) -> Result<Value, Refusal> {
    let Back { id, dry_run, confirmation } = body(request)?;
    exact(&service.undo(Undo { id, dry_run, confirmation }, caller).await?.answer)
}
