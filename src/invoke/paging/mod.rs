//! How are all pages of a list fetched?
//!
//! A `Link` header is followed, or what a body says in its place (`onward`), as far as it leads to this list (`more`, `whereabouts`); where there is
//! neither but the operation takes a number, numbers are counted up until a page is empty. What a number counts that no manifest
//! explains is found out first (`guess`). A page that was given before ends the list wherever it comes again (`alike`); whether that was
//! its end is known only where it is the last one and shorter than the one before. What more an
//! API offers, its dialect knows: sizes of pages, and a faster walk than by numbers. `listing` takes these steps one page at a time.

mod alike;
mod beside;
mod guess;
mod listing;
mod more;
mod next;
#[cfg(test)]
mod samples;
mod totals;
mod whereabouts;

use serde_json::{Map, Value};

use self::listing::Listing;
pub use self::more::{By, More, Useless};
pub(super) use self::more::{Seen, more};
use self::totals::count_of;
pub use self::whereabouts::OtherPath;
use super::client::{ApiAccess, ApiClient, CallError, Reply};
use super::draft::Draft;
use super::reading::Reading;
use super::rows::Rows;
use crate::surface::Said;

/// How far to go, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Extent<'a> {
    /// Rows after which to stop.
    pub max_items: usize,
    /// How further pages are asked for.
    pub by: By<'a>,
    /// What the operation answers with.
    pub reading: Reading,
}

/// All pages that were fetched.
#[derive(Debug, Default)]
pub struct Pages {
    /// Rows of all these pages, in order.
    pub rows: Rows,
    /// Which member of the body held them.
    pub member: Option<String>,
    /// The other members of the first body, with what later ones add to its lists.
    pub beside: Map<String, Value>,
    /// How many there are in all, where a count route said.
    pub total: Option<usize>,
    /// Pages that were fetched.
    pub pages: usize,
    /// What was done to their bodies so that they could be read.
    pub notes: Vec<String>,
    /// Why it ended before the last page, where it did.
    pub stopped: Option<Stopped>,
    /// The answer to the first page.
    pub first: Option<Reply>,
}

/// Why and where fetching ended early.
#[derive(Debug)]
pub struct Stopped {
    /// The reason, in one sentence.
    pub reason: Said,
    /// Parameters that go on from here, to be merged into those of the call.
    pub next: Map<String, Value>,
    /// The failure, where it was one.
    pub failure: Option<CallError>,
    /// Whether more rows exist; `None` where that is not known.
    pub more_exist: Option<bool>,
}

/// Fetches pages until there is no more, `max_items` is reached, or one fails. `progress` hears rows fetched and rows in all.
///
/// # Errors
/// [`CallError::Pages`] for anything but a read; [`CallError`] of the first page; later ones are [`Pages::stopped`], with what was fetched until then.
pub async fn all(
    client: &ApiClient,
    access: &ApiAccess,
    draft: &Draft,
    count: Option<&Draft>,
    extent: Extent<'_>,
    progress: &(dyn Fn(usize, Option<usize>) + Sync),
) -> Result<Pages, CallError> {
    if !draft.risk.is_read() {
        return Err(CallError::Pages { method: draft.method, path: draft.path.clone() });
    }
    let mut list = Listing::of(client, access, draft, extent, progress);
    if let Some(count) = count {
        // A count that fails costs the total and nothing else.
        list.pages.total = client.send(access, count).await.ok().and_then(|reply| count_of(&reply.body));
        progress(0, list.pages.total);
    }
    while list.fetch().await? {}
    Ok(list.ended())
}
