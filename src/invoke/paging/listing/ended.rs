//! What is said of a list that ended: was all of it fetched?

use serde_json::{Map, Value};

use super::{Lacking, Listing, MOST_NOTED};
use crate::escape::{QUOTED, shortened};
use crate::invoke::envelope::is_around;
use crate::invoke::paging::totals::{at_the_start, total_of};
use crate::invoke::paging::{Pages, Stopped};
use crate::invoke::reading::Found;
use crate::surface::{Argument, Given, Said};

/// Members of a page without rows that are named.
const MOST_NAMED: usize = 3;

impl Listing<'_> {
    /// All that was fetched, when there is no more to be.
    pub(in crate::invoke::paging) fn ended(mut self) -> Pages {
        self.cut();
        if let Some(more) = self.noted.checked_sub(MOST_NOTED).filter(|more| *more > 0) {
            self.pages.notes.push(format!("the same kind of thing was found on {more} more pages"));
        }
        self.check_lacking();
        self.check_total();
        self.pages
    }

    /// Says so where a page had something else in place of rows: whatever came behind it, it is not known that nothing is missing.
    fn check_lacking(&mut self) {
        let Some(Lacking { page, strange, next }) = self.lacking.take() else { return };
        let member = self.pages.member.clone().unwrap_or_default();
        let names: Vec<String> =
            strange.iter().take(MOST_NAMED).map(|name| format!("`{}`", shortened(name, QUOTED))).collect();
        let said = format!("page {page} has no `{member}`, but {}", names.join(", "));
        if self.pages.stopped.is_some() {
            self.pages.notes.push(said);
            return;
        }
        // Further pages came behind any other.
        let next = if page == self.pages.pages { next } else { Map::new() };
        self.stop(format!("{said}, so whether more rows exist is not known"), next, None);
    }

    /// Notes what stands on a page without the rows' member in its place: an error, or the rows of another list. What the first page
    /// had too, what speaks of pages, and what is empty stands on a last page as well, whose rows some APIs leave out.
    pub(super) fn note_strange(&mut self, found: &Found) {
        let is_empty = |value: &Value| match value {
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            value => value.is_null() || value == "",
        };
        let is_strange = |name: &str, value: &Value| {
            let is_known = self.first_beside.contains(name) || (is_around(name) && !value.is_array());
            !is_known && !is_empty(value)
        };
        let members = found.beside.iter().filter(|(name, value)| found.lacks && is_strange(name, value));
        let strange: Vec<String> = members.map(|(name, _)| name.clone()).collect();
        if !strange.is_empty() {
            let (page, next) = (self.pages.pages + 1, self.resume(&self.page));
            self.lacking.get_or_insert(Lacking { page, strange, next });
        }
    }

    /// Leaves out the rows beyond those that the caller wants.
    fn cut(&mut self) {
        if self.pages.rows.len() <= self.extent.max_items {
            return;
        }
        // The API goes on by whole pages alone.
        let reason = self.limit().text(format!(", which is within page {}", self.pages.pages));
        let next = self.resume(&self.sent);
        let reason = if next.is_empty() {
            reason.said(self.at_other_path(&self.sent))
        } else {
            let rest = Given::Either { mcp: "`next` begins with that page", cli: "what follows begins with that page" };
            reason.text("; ").given(rest)
        };
        self.pages.rows.truncate(self.extent.max_items);
        self.pages.stopped = Some(Stopped { reason, next, failure: None, more_exist: Some(true) });
    }

    /// Says so where the API counts more rows than it gave.
    fn check_total(&mut self) {
        let total = self.pages.total.or_else(|| total_of(&self.pages.beside));
        let is_short = |total: &usize| *total > self.pages.rows.len();
        let Some(total) = total.filter(is_short).filter(|_| self.pages.stopped.is_none() && at_the_start(self.draft))
        else {
            return;
        };
        let gave = self.pages.rows.len();
        let reason = format!("the API counts {total} rows, gave {gave}, and names no next page").into();
        self.pages.stopped = Some(Stopped { reason, next: Map::new(), failure: None, more_exist: Some(true) });
    }

    /// That the caller wants no more rows.
    pub(super) fn limit(&self) -> Said {
        Said::new().name(Argument::MAX_ITEMS).text(format!(" is {}", self.extent.max_items))
    }
}
