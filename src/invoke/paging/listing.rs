//! How is a list gone through, page after page?
//!
//! Each step looks at one thing that an answer may say, and either lets the next step look at it, or tells what is to be done. What is
//! said of a list that ended is in `ended`.

mod ended;

use std::collections::HashSet;
use std::ops::ControlFlow::{self, Break, Continue};

use serde_json::{Map, Value};

use super::alike::{Again, Given as GivenPages};
use super::beside::Beside;
use super::guess::{Counts, Guess, Verdict};
use super::more::{By, More, Seen, more};
use super::next::{number, resume, set};
use super::whereabouts::OtherPath;
use super::{Extent, Pages, Stopped};
use crate::escape::{QUOTED, shortened};
use crate::invoke::client::{ApiAccess, ApiClient, CallError, Reply};
use crate::invoke::dialect::{Dialect, Walk};
use crate::invoke::draft::{Draft, Query};
use crate::invoke::reading::Found;
use crate::surface::Said;

/// Why it is not known whether more rows exist, where the API has no way to say it.
const UNSAID: &str = "the API does not say whether more rows exist, and the operation takes no page";

/// Pages whose bodies' notes are shown.
const MOST_NOTED: usize = 5;

/// How an API says that a list has no page of a number that follows one it gave.
const NO_SUCH_PAGE: u16 = 404;

/// Empty pages that are followed, one after another.
const MOST_EMPTY_PAGES: usize = 20;

/// Why a page that was given before ends a list.
const SAME_PAGE: &str = "the API gives the same page again, so whether more rows exist is not known";

/// What is to be done when no further step has to look at an answer.
enum Then {
    /// The request that stands in [`Listing::page`] is sent.
    Fetch,
    End,
}

/// A list that is being fetched.
pub(super) struct Listing<'a> {
    client: &'a ApiClient,
    access: &'a ApiAccess,
    dialect: &'a dyn Dialect,
    /// The call as it was given.
    draft: &'a Draft,
    extent: Extent<'a>,
    progress: &'a (dyn Fn(usize, Option<usize>) + Sync),
    pub(super) pages: Pages,
    /// The request that is sent next.
    page: Draft,
    /// The one that was sent last.
    sent: Draft,
    given: GivenPages,
    beside: Beside,
    /// A number that was asked for to see what it counts.
    guess: Option<Guess>,
    /// By which parameter pages are asked for, where that had to be found out, and what it counts.
    counting: Option<(String, Counts)>,
    /// The way that the API's dialect knows, until the API does not go it.
    walk: Option<Walk>,
    /// Whether the API said of the last page whether there is another.
    is_announced: bool,
    /// Whether the number of the last page was counted up, with nothing that speaks against it.
    is_counted: bool,
    /// Empty pages, one after another.
    empty: usize,
    /// Pages whose bodies had notes.
    noted: usize,
    /// Names of the members that stood beside the rows of the first page.
    first_beside: HashSet<String>,
    /// The first page that had something else in place of rows.
    lacking: Option<Lacking>,
}

/// A page that had something else in place of rows.
struct Lacking {
    /// Its number, from 1.
    page: usize,
    /// Names of its members that the first page did not have.
    strange: Vec<String>,
    /// What asks for it once more.
    next: Map<String, Value>,
}

impl<'a> Listing<'a> {
    /// The list that a call is for, before its first page.
    pub(super) fn of(
        client: &'a ApiClient,
        access: &'a ApiAccess,
        draft: &'a Draft,
        extent: Extent<'a>,
        progress: &'a (dyn Fn(usize, Option<usize>) + Sync),
    ) -> Self {
        let dialect = access.dialect();
        let mut page = draft.clone();
        if let Some(largest) = dialect.page_sizes().largest {
            let size = number(draft, "pageSize").unwrap_or(largest).clamp(1, largest);
            set(&mut page, "pageSize", &size.min(extent.max_items.max(1)).into());
        }
        let walk = dialect.walk(draft);
        if let Some(Walk { header: (name, value), .. }) = walk {
            page.headers.retain(|(known, _)| known != name);
            page.headers.push((name.to_owned(), value.to_owned()));
        }
        Self {
            client,
            access,
            dialect,
            draft,
            extent,
            progress,
            pages: Pages::default(),
            sent: page.clone(),
            page,
            given: GivenPages::default(),
            beside: Beside::default(),
            guess: None,
            counting: None,
            walk,
            is_announced: false,
            is_counted: false,
            empty: 0,
            noted: 0,
            first_beside: HashSet::new(),
            lacking: None,
        }
    }

    /// Fetches one page, and tells whether there is another to be fetched.
    ///
    /// # Errors
    /// That of the first page.
    pub(super) async fn fetch(&mut self) -> Result<bool, CallError> {
        self.sent.clone_from(&self.page);
        let then = match self.client.send(self.access, &self.page).await {
            Ok(reply) => match self.take(reply) {
                Break(then) => then,
                Continue(()) => Then::Fetch,
            },
            Err(error) if self.pages.pages == 0 => return Err(error),
            Err(error) => self.failed(error),
        };
        Ok(matches!(then, Then::Fetch))
    }

    /// What the failure of a further page means.
    fn failed(&mut self, error: CallError) -> Then {
        if let Some(mut guess) = self.guess.take() {
            if guess.is_refused(error.status()) {
                return self.ask(guess);
            }
            self.guess = Some(guess);
        }
        // Pages are counted, and there is none of this number.
        if self.is_counted && error.status() == Some(NO_SUCH_PAGE) {
            return Then::End;
        }
        let reason = format!("page {} failed after {} rows: {error}", self.pages.pages + 1, self.pages.rows.len());
        let reason = Said::from(reason).said(self.at_other_path(&self.page));
        let next = self.resumed();
        self.pages.stopped = Some(Stopped { reason, next, failure: Some(error), more_exist: Some(true) });
        Then::End
    }

    /// Takes the rows of a page, and prepares the request for the next.
    fn take(&mut self, reply: Reply) -> ControlFlow<Then> {
        let Some(mut found) = self.found(&reply) else { return Break(self.is_no_list(reply)) };
        let fetched = found.rows.len();
        self.judge(&mut found)?;
        self.refuse_again(&found)?;
        let more = self.more(&reply, &found, fetched);
        self.keep(reply, found);
        // A page can be empty and name a next one: what the API went through held nothing that was asked for.
        self.empty = if fetched == 0 { self.empty + 1 } else { 0 };
        let more = self.lead_on(more, fetched)?;
        self.turn_to(&more)?;
        self.heed_limit(&more)
    }

    /// The rows of an answer: of further ones where those of the first were.
    fn found(&mut self, reply: &Reply) -> Option<Found> {
        let (reading, media_type) = (self.extent.reading, reply.media_type());
        if self.pages.pages == 0 {
            return reading.rows(&reply.body, media_type, &self.page.path);
        }
        let found = reading.further(&reply.body, media_type, self.pages.member.as_deref())?;
        self.note_strange(&found);
        Some(found)
    }

    fn is_no_list(&mut self, reply: Reply) -> Then {
        if self.pages.pages > 0 {
            let reason = format!("page {} is no list of rows", self.pages.pages + 1);
            self.stop(reason, self.resume(&self.page), Some(true));
        }
        self.pages.first.get_or_insert(reply);
        Then::End
    }

    /// Judges the answer to a number that was asked for to see what it counts.
    fn judge(&mut self, found: &mut Found) -> ControlFlow<Then> {
        let Some(mut guess) = self.guess.take() else { return Continue(()) };
        match guess.judge(&self.pages.rows, &found.rows) {
            Verdict::GoesOn { from, counts } => {
                found.rows.skip(from);
                self.counting = Some((guess.name, counts));
                Continue(())
            }
            Verdict::InPlace { next } => {
                self.given.in_place_of_first(&found.rows);
                self.pages.rows = std::mem::take(&mut found.rows);
                self.ask_for(&guess.name, &next.into());
                Break(Then::Fetch)
            }
            Verdict::Ask => Break(self.ask(guess)),
            Verdict::Whole => Break(Then::End),
            Verdict::Ignored => Break(self.stop(SAME_PAGE, Map::new(), None)),
            Verdict::Within => Break(self.stop("the API gives rows of the first answer again", Map::new(), None)),
        }
    }

    /// Ends the list where a page was given before.
    fn refuse_again(&mut self, found: &Found) -> ControlFlow<Then> {
        match self.given.again(&found.rows, self.is_announced) {
            // Numbers are heeded up to the last page, and what is beyond it is answered with that page.
            Some(Again::ShortLast) if self.is_counted => Break(Then::End),
            Some(_) => Break(self.stop(SAME_PAGE, Map::new(), None)),
            None => Continue(()),
        }
    }

    /// What a page of some rows says of the next one, or what can be counted up where it says nothing.
    fn more(&mut self, reply: &Reply, found: &Found, fetched: usize) -> More {
        let seen = Seen { rows: fetched, beside: &found.beside };
        let mut more = more(self.access, &self.page, reply, seen, self.extent.by);
        if more.exist.is_some() || fetched == 0 {
            return more;
        }
        if let Some((name, counts)) = self.counting.as_ref().filter(|_| more.next.is_empty()) {
            let here = number(&self.page, name).unwrap_or(0) as u64;
            more.next.insert(name.clone(), counts.after(here, fetched).into());
        } else if self.pages.pages == 0 {
            self.guess = guess_after(&self.page, self.extent.by, fetched, self.dialect);
            more.next.extend(self.guess.as_ref().map(|guess| (guess.name.clone(), guess.number.into())));
        }
        more
    }

    /// Keeps the rows of a page, and what stands beside them.
    fn keep(&mut self, reply: Reply, found: Found) {
        let pages = &mut self.pages;
        if pages.pages == 0 {
            self.first_beside = found.beside.keys().cloned().collect();
            pages.member = found.member;
            pages.beside = found.beside;
        } else {
            self.beside.add(&mut pages.beside, found.beside);
        }
        pages.rows.append(found.rows);
        pages.pages += 1;
        if !reply.notes.is_empty() {
            self.noted += 1;
            if self.noted <= MOST_NOTED {
                pages.notes.extend(reply.notes.iter().map(|note| format!("page {}: {note}", pages.pages)));
            }
        }
        pages.first.get_or_insert(reply);
        (self.progress)(pages.rows.len().min(self.extent.max_items), pages.total);
    }

    /// Ends the list where it is at its end, or where what was said of a next page leads nowhere.
    fn lead_on(&mut self, more: More, fetched: usize) -> ControlFlow<Then, More> {
        if more.exist == Some(false) {
            return Break(Then::End);
        }
        if more.exist == Some(true) {
            if self.empty == MOST_EMPTY_PAGES {
                let reason =
                    format!("{MOST_EMPTY_PAGES} pages one after another were empty, and the last names a next one");
                let next = if self.page.path == self.draft.path { more.next } else { Map::new() };
                return Break(self.stop(reason, next, None));
            }
            return Continue(more);
        }
        let is_everything = self.pages.total.is_some_and(|total| self.pages.rows.len() >= total);
        if let Some(useless) =
            more.useless.as_ref().filter(|_| !is_everything && (self.is_announced || more.next.is_empty()))
        {
            return Break(self.stop(useless.to_string(), Map::new(), None));
        }
        // Who announced pages until now and names no next one has none.
        if self.is_announced || fetched == 0 || is_everything {
            return Break(Then::End);
        }
        if more.next.is_empty() {
            return Break(self.stop(UNSAID, Map::new(), None));
        }
        // No `Link` on a full page: this server does not announce pages, so they are counted.
        if let Some(Walk { header, parameter }) = self.walk.take() {
            self.page.headers.retain(|(name, _)| name != header.0);
            self.page.query.retain(|(name, _)| name != parameter);
        }
        Continue(more)
    }

    /// Makes the request for the next page, which must be a read and another than the last one.
    fn turn_to(&mut self, more: &More) -> ControlFlow<Then> {
        self.is_announced = more.exist.is_some();
        self.is_counted = !self.is_announced && more.useless.is_none();
        for (name, value) in &more.next {
            set(&mut self.page, name, value);
        }
        if let Some(OtherPath { path, query }) = &more.other_path {
            self.pages.notes.push(format!(
                "the API keeps further pages at another path, `{}`, where they were read",
                shortened(if path.is_empty() { "/" } else { path }, QUOTED)
            ));
            self.page.path.clone_from(path);
            self.page.query = Query::written(query);
        }
        self.page = self.page.clone().with_its_risk(self.dialect);
        // What the API names is judged as where no manifest says which parameter tells the action.
        let own: HashSet<&(String, String)> = self.draft.query.iter().collect();
        let page = &self.page;
        let named = page.query.with_texts().filter(|(pair, _)| !own.contains(pair)).map(|(_, text)| text);
        if !page.risk.asking(page.method, None, "", named).is_read() {
            let reason = "the parameters that the API names for the next page would make it a write";
            return Break(self.stop(reason, Map::new(), more.exist));
        }
        if (&self.page.path, &self.page.query) == (&self.sent.path, &self.sent.query) {
            return Break(self.stop("the API names the same page as the next one again", Map::new(), Some(true)));
        }
        Continue(())
    }

    /// Ends the list where the caller wants no more rows.
    fn heed_limit(&mut self, more: &More) -> ControlFlow<Then> {
        if self.pages.rows.len() < self.extent.max_items {
            return Continue(());
        }
        let reason = self.limit().said(self.at_other_path(&self.page));
        Break(self.stop(reason, self.resumed(), more.exist))
    }

    fn ask(&mut self, guess: Guess) -> Then {
        self.ask_for(&guess.name, &guess.number.into());
        self.guess = Some(guess);
        Then::Fetch
    }

    fn ask_for(&mut self, name: &str, value: &Value) {
        set(&mut self.page, name, value);
        self.page = self.page.clone().with_its_risk(self.dialect);
    }

    fn stop(&mut self, reason: impl Into<Said>, next: Map<String, Value>, more_exist: Option<bool>) -> Then {
        self.pages.stopped = Some(Stopped { reason: reason.into(), next, failure: None, more_exist });
        Then::End
    }

    /// What goes on at the page that would be fetched next; nothing while what its number counts is not known.
    fn resumed(&self) -> Map<String, Value> {
        if self.guess.is_some() { Map::new() } else { self.resume(&self.page) }
    }

    /// What goes on at a page; nothing where that is at another path, to which no parameter leads.
    fn resume(&self, page: &Draft) -> Map<String, Value> {
        if page.path == self.draft.path { resume(page, self.draft) } else { Map::new() }
    }

    /// Where a page is to be had, if that is at another path.
    fn at_other_path(&self, page: &Draft) -> Said {
        if page.path == self.draft.path {
            return Said::new();
        }
        OtherPath { path: page.path.clone(), query: page.query.encoded() }.going_on()
    }
}

/// What has to be found out after the first page, of some rows, before further ones can be counted; nothing where the manifest says it.
fn guess_after(page: &Draft, by: By<'_>, rows: usize, dialect: &dyn Dialect) -> Option<Guess> {
    if let Some(parameter) = by.page {
        // Known to be counted from 1, the page after an answer without a number is the second.
        let may_be_first = parameter.first != Some(1) && number(page, &parameter.name).is_none();
        return may_be_first.then(|| Guess::page(&parameter.name));
    }
    let offset = by.onward?.offset.as_ref().filter(|offset| !offset.counts_rows)?;
    let here = number(page, &offset.name).unwrap_or(0) as u64;
    // A dialect knows how its API pages.
    dialect.page_sizes().largest.is_none().then(|| Guess::offset(&offset.name, here, rows))
}
