//! How are all pages of a list fetched?
//!
//! A `Link` header is followed, or what a body says in its place (`onward`), as far as it leads to this list (`more`); where there is
//! neither but the operation takes a number, numbers are counted up until a page is empty. What a number counts that no manifest
//! explains is found out first (`guess`). A page that was given before ends the list wherever it comes again (`alike`); whether that was
//! its end is known only where it is the last one and shorter than the one before. What more an
//! API offers, its dialect knows: sizes of pages, and a faster walk than by numbers.

mod alike;
mod guess;
mod more;
mod totals;

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use self::alike::{Again, Given as GivenPages};
use self::guess::{Counts, Guess, Verdict};
use self::more::number;
pub use self::more::{By, More, Useless};
pub(super) use self::more::{Seen, more};
use self::totals::{at_the_start, count_of, total_of};
use super::client::{ApiAccess, ApiClient, CallError, Reply};
use super::dialect::{Dialect, Walk};
use super::draft::Draft;
use super::reading::Reading;
use super::rows::Rows;
use crate::canonical::texts_of;
use crate::surface::{Argument, Given, Said};

/// Why it is not known whether more rows exist, where the API has no way to say it.
const UNSAID: &str = "the API does not say whether more rows exist, and the operation takes no page";

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
    /// The other members of the first body.
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
    let mut pages = Pages::default();
    if let Some(count) = count {
        // A count that fails costs the total and nothing else.
        pages.total = client.send(access, count).await.ok().and_then(|reply| count_of(&reply.body));
        progress(0, pages.total);
    }
    let mut page = draft.clone();
    let dialect = access.dialect();
    if let Some(largest) = dialect.page_sizes().largest {
        let size = number(draft, "pageSize").unwrap_or(largest).clamp(1, largest);
        set(&mut page, "pageSize", &size.min(extent.max_items.max(1)).into());
    }
    let mut announced = false;
    let mut given = GivenPages::default();
    let (mut empty, mut noted) = (0, 0_usize);
    let mut guess: Option<Guess> = None;
    // By which parameter, where that had to be found out, and what it counts.
    let mut counting: Option<(String, Counts)> = None;
    let mut is_counted = false;
    let mut sent = page.clone();
    let mut walk = dialect.walk(draft);
    if let Some(Walk { header: (name, value), .. }) = walk {
        page.headers.retain(|(known, _)| known != name);
        page.headers.push((name.to_owned(), value.to_owned()));
    }
    loop {
        sent.clone_from(&page);
        let stop = |reason: Said, next: Map<String, Value>, more_exist: Option<bool>| {
            Some(Stopped { reason, next, failure: None, more_exist })
        };
        let reply = match client.send(access, &page).await {
            Ok(reply) => reply,
            Err(error) if pages.pages == 0 => return Err(error),
            Err(error) if guess.as_mut().is_some_and(|guess| guess.is_refused(error.status())) => {
                page = asking(page, guess.as_ref(), dialect);
                continue;
            }
            // Pages are counted, and there is none of this number.
            Err(error) if is_counted && error.status() == Some(NO_SUCH_PAGE) => break,
            Err(error) => {
                let reason = format!("page {} failed after {} rows: {error}", pages.pages + 1, pages.rows.len()).into();
                let next = if guess.is_some() { Map::new() } else { resume(&page, draft) };
                pages.stopped = Some(Stopped { reason, next, failure: Some(error), more_exist: Some(true) });
                break;
            }
        };
        let Some(mut found) = extent.reading.rows(&reply.body, reply.media_type()) else {
            if pages.pages > 0 {
                let reason = format!("page {} is no list of rows", pages.pages + 1);
                pages.stopped = stop(reason.into(), resume(&page, draft), Some(true));
            }
            pages.first.get_or_insert(reply);
            break;
        };
        let fetched = found.rows.len();
        if let Some(mut asked) = guess.take() {
            match asked.judge(&pages.rows, &found.rows) {
                Verdict::GoesOn { from, counts } => {
                    found.rows.skip(from);
                    counting = Some((asked.name, counts));
                }
                Verdict::InPlace { next } => {
                    given.in_place_of_first(&found.rows);
                    pages.rows = found.rows;
                    set(&mut page, &asked.name, &next.into());
                    page = page.with_its_risk(dialect);
                    continue;
                }
                Verdict::Ask => {
                    guess = Some(asked);
                    page = asking(page, guess.as_ref(), dialect);
                    continue;
                }
                Verdict::Whole => break,
                Verdict::Ignored => {
                    pages.stopped = stop(SAME_PAGE.into(), Map::new(), None);
                    break;
                }
                Verdict::Within => {
                    pages.stopped = stop("the API gives rows of the first answer again".into(), Map::new(), None);
                    break;
                }
            }
        }
        match given.again(&found.rows, announced) {
            // Numbers are heeded up to the last page, and what is beyond it is answered with that page.
            Some(Again::ShortLast) if is_counted => break,
            Some(_) => {
                pages.stopped = stop(SAME_PAGE.into(), Map::new(), None);
                break;
            }
            None => {}
        }
        let seen = Seen { rows: fetched, beside: &found.beside };
        let mut more = more(access, &page, &reply, seen, extent.by);
        let is_first = pages.pages == 0;
        if more.exist.is_none() && fetched > 0 {
            if let Some((name, counts)) = counting.as_ref().filter(|_| more.next.is_empty()) {
                let here = number(&page, name).unwrap_or(0) as u64;
                more.next.insert(name.clone(), counts.after(here, fetched).into());
            } else if is_first {
                guess = guess_after(&page, extent.by, fetched, dialect);
                more.next.extend(guess.as_ref().map(|guess| (guess.name.clone(), guess.number.into())));
            }
        }
        if is_first {
            pages.member = found.member;
            pages.beside = found.beside;
        }
        pages.rows.append(found.rows);
        pages.pages += 1;
        if !reply.notes.is_empty() {
            noted += 1;
            if noted <= MOST_NOTED {
                pages.notes.extend(reply.notes.iter().map(|note| format!("page {}: {note}", pages.pages)));
            }
        }
        pages.first.get_or_insert(reply);
        progress(pages.rows.len().min(extent.max_items), pages.total);
        // A page can be empty and name a next one: what the API went through held nothing that was asked for.
        empty = if fetched == 0 { empty + 1 } else { 0 };
        if more.exist == Some(false) {
            break;
        }
        if more.exist == Some(true) && empty == MOST_EMPTY_PAGES {
            let reason =
                format!("{MOST_EMPTY_PAGES} pages one after another were empty, and the last names a next one");
            pages.stopped = stop(reason.into(), more.next, None);
            break;
        }
        if more.exist.is_none() {
            let is_everything = pages.total.is_some_and(|total| pages.rows.len() >= total);
            if let Some(useless) =
                more.useless.as_ref().filter(|_| !is_everything && (announced || more.next.is_empty()))
            {
                pages.stopped = stop(useless.to_string().into(), Map::new(), None);
                break;
            }
            // Who announced pages until now and names no next one has none.
            if announced || fetched == 0 || is_everything {
                break;
            }
            if more.next.is_empty() {
                pages.stopped = stop(UNSAID.into(), Map::new(), None);
                break;
            }
            // No `Link` on a full page: this server does not announce pages, so they are counted.
            if let Some(Walk { header, parameter }) = walk.take() {
                page.headers.retain(|(name, _)| name != header.0);
                page.query.retain(|(name, _)| name != parameter);
            }
        }
        announced = more.exist.is_some();
        is_counted = !announced && more.useless.is_none();
        for (name, value) in &more.next {
            set(&mut page, name, value);
        }
        page = page.with_its_risk(dialect);
        // What the API names is judged as where no manifest says which parameter tells the action.
        let own: HashSet<&(String, String)> = draft.query.iter().collect();
        let named = page.query.with_texts().filter(|(pair, _)| !own.contains(pair)).map(|(_, text)| text);
        if !page.risk.asking(page.method, None, "", named).is_read() {
            let reason = "the parameters that the API names for the next page would make it a write";
            pages.stopped = stop(reason.into(), Map::new(), more.exist);
            break;
        }
        if page.query == sent.query {
            pages.stopped = stop("the API names the same page as the next one again".into(), Map::new(), Some(true));
            break;
        }
        if pages.rows.len() >= extent.max_items {
            let reason = limit(extent);
            // What the number of the next page is, is not known yet.
            let next = if guess.is_some() { Map::new() } else { resume(&page, draft) };
            pages.stopped = stop(reason, next, more.exist);
            break;
        }
    }
    if pages.rows.len() > extent.max_items {
        // The API goes on by whole pages alone.
        let within = format!(", which is within page {}; ", pages.pages);
        let rest = Given::Either { mcp: "`next` begins with that page", cli: "what follows begins with that page" };
        let reason = limit(extent).text(within).given(rest);
        pages.rows.truncate(extent.max_items);
        let next = resume(&sent, draft);
        pages.stopped = Some(Stopped { reason, next, failure: None, more_exist: Some(true) });
    }
    if let Some(more) = noted.checked_sub(MOST_NOTED).filter(|more| *more > 0) {
        pages.notes.push(format!("the same kind of thing was found on {more} more pages"));
    }
    let total = pages.total.or_else(|| total_of(&pages.beside));
    if let Some(total) =
        total.filter(|total| *total > pages.rows.len() && pages.stopped.is_none() && at_the_start(draft))
    {
        let reason = format!("the API counts {total} rows, gave {}, and names no next page", pages.rows.len()).into();
        pages.stopped = Some(Stopped { reason, next: Map::new(), failure: None, more_exist: Some(true) });
    }
    Ok(pages)
}

fn limit(extent: Extent<'_>) -> Said {
    Said::new().name(Argument::MAX_ITEMS).text(format!(" is {}", extent.max_items))
}

/// Pages whose bodies' notes are shown.
const MOST_NOTED: usize = 5;

/// How an API says that a list has no page of a number that follows one it gave.
const NO_SUCH_PAGE: u16 = 404;

/// Empty pages that are followed, one after another.
const MOST_EMPTY_PAGES: usize = 20;

/// Why a page that was given before ends a list.
const SAME_PAGE: &str = "the API gives the same page again, so whether more rows exist is not known";

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

/// The request with the number that a guess wants the answer to.
fn asking(mut page: Draft, guess: Option<&Guess>, dialect: &dyn Dialect) -> Draft {
    if let Some(guess) = guess {
        set(&mut page, &guess.name, &guess.number.into());
    }
    page.with_its_risk(dialect)
}

/// Gives a parameter a value, or several, in place of those it has.
fn set(draft: &mut Draft, name: &str, value: &Value) {
    draft.query.set(name, texts_of(value));
}

/// What to add to the parameters of the call to go on at this page.
fn resume(page: &Draft, draft: &Draft) -> Map<String, Value> {
    let own: HashSet<&(String, String)> = draft.query.iter().collect();
    let other: Vec<&String> = page.query.iter().filter(|pair| !own.contains(pair)).map(|(name, _)| name).collect();
    let mut values: HashMap<&str, Vec<Value>> = HashMap::new();
    for (name, value) in &page.query {
        values.entry(name).or_default().push(value.as_str().into());
    }
    let mut next: Map<String, Value> = Map::new();
    for name in other {
        let Some(mut values) = values.remove(name.as_str()) else { continue };
        let value = if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
        next.insert(name.clone(), value);
    }
    next
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::json;

    use super::*;
    use crate::invoke::client::{Credential, GenericSettings, ReplyHeaders};
    use crate::openapi::Method;

    fn reply(link: &[&str]) -> Reply {
        Reply {
            status: 200,
            headers: ReplyHeaders {
                link: link.iter().map(|line| (*line).to_owned()).collect(),
                ..ReplyHeaders::default()
            },
            body: Bytes::new(),
            is_of_bytes: false,
            notes: Vec::new(),
            attempts: 1,
            elapsed: std::time::Duration::ZERO,
        }
    }

    fn access() -> ApiAccess {
        let settings = GenericSettings {
            api: "shop".to_owned(),
            url: "https://shop.example/v2".to_owned(),
            schemes: [("key".to_owned(), json!({ "type": "apiKey", "in": "query", "name": "api_key" }))].into(),
            credentials: [(
                "key".to_owned(),
                Credential { variable: "KEY".to_owned(), value: Some("canary123".to_owned().into()) },
            )]
            .into(),
            ..GenericSettings::default()
        };
        ApiAccess::generic(settings).unwrap().for_operation(None).unwrap().into_owned()
    }

    fn seen(rows: usize) -> Seen<'static> {
        static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        Seen { rows, beside: &NOTHING }
    }

    fn draft(query: &[(&str, &str)]) -> Draft {
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Draft {
            method: Method::Get,
            path: "/items".to_owned(),
            query,
            headers: Vec::new(),
            body: None,
            accept: crate::invoke::draft::Accept::Json,
            notes: Vec::new(),
            risk: crate::invoke::risk::Risk::Read,
        }
    }

    #[test]
    fn only_the_parameters_of_the_next_link_are_taken_and_no_credentials() {
        let link = "<https://inner.example/v2/items?pageSize=5&page=1>; rel=\"first\", \
                    <https://inner.example/v2/items?pageSize=5&api_key=canary123&pageId=77&conditions=a%3D1,2>; rel=\"next\"";
        let found = more(&access(), &draft(&[]), &reply(&[link]), seen(5), By::default());
        assert_eq!(found.exist, Some(true));
        assert_eq!(Value::from(found.next).to_string(), r#"{"pageSize":"5","pageId":"77","conditions":"a=1,2"}"#);
    }

    #[test]
    fn a_parameter_given_several_times_stays_so_on_the_next_page() {
        let asked = draft(&[("tag", "a"), ("tag", "b"), ("sort", "id")]);
        let found =
            more(&access(), &asked, &reply(&["<?tag=a&tag=b&sort=id&page=2>; rel=next"]), seen(5), By::default());
        assert_eq!(Value::from(found.next.clone()).to_string(), r#"{"tag":["a","b"],"sort":"id","page":"2"}"#);
        let mut page = asked.clone();
        found.next.iter().for_each(|(name, value)| set(&mut page, name, value));
        assert_eq!(page.query, draft(&[("tag", "a"), ("tag", "b"), ("sort", "id"), ("page", "2")]).query);
        assert_eq!(Value::from(resume(&page, &asked)), json!({ "page": "2" }));
    }

    #[test]
    fn a_link_that_cannot_be_read_is_no_end() {
        let unreadable = || Some(Useless::Unreadable);
        for (link, rows, exist, useless) in [
            (&["<?page=1>; rel=prev"][..], 5, Some(false), None),
            (&["<?page=1; rel=next"], 5, None, unreadable()),
            // Even where the rows alone would say that this is the end.
            (&["<?page=1; rel=next"], 0, None, unreadable()),
            (&["<https://cdn.example/style.css>; rel=preload"], 5, None, None),
            (&[], 0, Some(false), None),
        ] {
            let found = more(&access(), &draft(&[]), &reply(link), seen(rows), By::default());
            assert_eq!((found.exist, found.useless), (exist, useless), "{link:?}, {rows} rows");
        }
    }

    #[test]
    fn a_next_page_of_another_list_is_none_of_this_one() {
        let more_of = |target: &str| {
            let link = format!("<{target}>; rel=next");
            more(&access(), &draft(&[]), &reply(&[&link]), seen(5), By::default())
        };
        for here in [
            "?page=2",
            "items?page=2",
            "/v2/items?page=2",
            "/V2/Items/?page=2",
            "/v2/it%65ms?page=2",
            "https://inner.example:8080/v2/items?page=2",
            "http://inner.example/items?page=2",
            "http://inner.example/gateway/v2/items?page=2",
        ] {
            let found = more_of(here);
            assert_eq!((found.exist, Value::from(found.next)), (Some(true), json!({ "page": "2" })), "{here}");
        }
        for (elsewhere, shown) in [
            ("/v2/orders?page=2", "https://shop.example/v2/orders"),
            ("/v2/items/5/parts?page=2", "https://shop.example/v2/items/5/parts"),
            ("/v2/orders/5/items?page=2&api_key=canary123", "https://shop.example/v2/orders/5/items"),
            ("/v1/items?page=2", "https://shop.example/v1/items"),
            ("https://user:canary123@other.example/x?page=2", "https://other.example/x"),
        ] {
            let found = more_of(elsewhere);
            assert_eq!((found.exist, &found.next), (None, &Map::new()), "{elsewhere}");
            assert_eq!(found.useless, Some(Useless::Elsewhere(shown.to_owned())), "{elsewhere}");
        }
    }

    #[test]
    fn totals_are_read_from_envelopes_and_hold_from_the_first_row_on() {
        let total = |beside: Value| total_of(beside.as_object().unwrap());
        assert_eq!(total(json!({ "page": 2, "total_count": 9 })), Some(9));
        assert_eq!(total(json!({ "@odata.count": 9 })), Some(9));
        assert_eq!(total(json!({ "total": "many", "count": 9 })), None);
        assert!(at_the_start(&draft(&[("page", "1"), ("pageSize", "5")])));
        assert!(at_the_start(&draft(&[("offset", "0")])));
        assert!(!at_the_start(&draft(&[("page", "2")])) && !at_the_start(&draft(&[("$skip", "5")])));
    }
}
