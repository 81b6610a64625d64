//! How are all pages of a list fetched, and does more exist than a page shows?
//!
//! A `Link` header is followed, or what a body says in its place (`onward`); where there is neither but the operation takes the number of a page, pages are counted up until one is
//! empty. Where nobody says whether the first is 0 or 1, the first request goes without a number and page 1 is asked for next: if it
//! is the same again, it was the first. What more an API offers, its dialect knows: sizes of pages, and a faster walk than by numbers.

use bytes::Bytes;
use serde::Serialize;
use serde_json::map::Entry;
use serde_json::{Map, Value};
use url::Url;

use super::client::{ApiAccess, ApiClient, CallError, NextPage, Reply, next_page};
use super::dialect::Walk;
use super::draft::{Draft, PageParameter};
use super::onward::{self, Onward};
use super::reading::Reading;
use super::rows::{self, Rows};
use crate::canonical::texts_of;
use crate::surface::{Argument, Given, Said};

/// Whether more rows exist than were fetched, and how to get them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct More {
    /// `None` where the API does not say.
    pub exist: Option<bool>,
    /// Parameters of the next page, to be merged into those of the call; a list where one is given several times.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub next: Map<String, Value>,
    /// The API sent a `Link` header that cannot be read, and that may speak of pages.
    #[serde(skip)]
    pub is_unreadable: bool,
}

/// Why it is not known whether more rows exist, where the API has no way to say it.
const UNSAID: &str = "the API does not say whether more rows exist, and the operation takes no page";

/// Why it is not known whether more rows exist, where that is the header's fault.
pub const UNREADABLE_LINK: &str = "the API's `Link` header cannot be read, so whether more rows exist is not known";

/// How further pages of a list are asked for, as far as its manifest says.
#[derive(Clone, Copy, Debug, Default)]
pub struct By<'a> {
    /// The operation's parameter with the number of a page.
    pub page: Option<&'a PageParameter>,
    /// Its other parameters that lead there.
    pub(super) onward: Option<&'a Onward>,
}

/// What a page held.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    /// Its rows.
    pub rows: usize,
    /// The members of the body beside them.
    pub beside: &'a Map<String, Value>,
}

/// What one page says about the next.
pub(super) fn more(access: &ApiAccess, draft: &Draft, reply: &Reply, seen: Seen<'_>, by: By<'_>) -> More {
    let Seen { rows, beside } = seen;
    let here = access.base_url().join(&draft.path, &draft.query).ok();
    let announced = here.as_ref().map_or(NextPage::Unreadable, |url| next_page(&reply.headers.link, url));
    match announced {
        NextPage::At(url) => {
            return More { exist: Some(true), next: parameters(&url, access), is_unreadable: false };
        }
        NextPage::None => return More { exist: Some(false), next: Map::new(), is_unreadable: false },
        NextPage::Unsaid | NextPage::Unreadable => {}
    }
    let is_unreadable = announced == NextPage::Unreadable;
    // A dialect knows how its API pages.
    let is_unknown = access.dialect().page_sizes().largest.is_none();
    if let (Some(here), Some(onward)) = (&here, by.onward.filter(|_| is_unknown && !is_unreadable)) {
        let yes = |next| More { exist: Some(true), next, is_unreadable };
        match onward.said(beside, here) {
            onward::Said::At(url) => return yes(parameters(&url, access)),
            onward::Said::With(name, value) => return yes(Map::from_iter([(name, value)])),
            onward::Said::None => return More { exist: Some(false), next: Map::new(), is_unreadable },
            onward::Said::Nothing => {}
        }
    }
    // Whether a server gives as many rows as it was asked for is known of a dialect alone: others may give fewer and have more.
    let sizes = access.dialect().page_sizes();
    let size = sizes.largest.and_then(|_| number(draft, "pageSize").or(sizes.default));
    if !is_unreadable && (rows == 0 || size.is_some_and(|size| rows < size)) {
        return More { exist: Some(false), next: Map::new(), is_unreadable };
    }
    let mut next = Map::new();
    if let Some(page) = by.page.filter(|_| rows > 0) {
        let here = number(draft, &page.name).map(|number| number as u64);
        // The second page cannot be named by who does not know the first.
        if here.or(page.first).is_some() {
            next.insert(page.name.clone(), page.after(here).into());
        }
    } else if let Some(offset) = by.onward.and_then(|onward| onward.offset.as_ref()).filter(|_| is_unknown && rows > 0)
    {
        next.insert(offset.clone(), (number(draft, offset).unwrap_or(0) + rows).into());
    }
    More { exist: None, next, is_unreadable }
}

fn number(draft: &Draft, name: &str) -> Option<usize> {
    draft.query.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.parse().ok())
}

/// The parameters of the URL of the next page. Where it leads is not followed, so that it cannot lead elsewhere, and the
/// credentials that servers repeat in it are left out, since each request gets them anew.
fn parameters(url: &Url, access: &ApiAccess) -> Map<String, Value> {
    let mut next = Map::new();
    for (name, value) in url.query_pairs().filter(|(name, _)| !access.is_credential(name)) {
        let value = Value::String(value.into_owned());
        match next.entry(name.into_owned()) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(mut entry) => match entry.get_mut() {
                Value::Array(values) => values.push(value),
                first => *first = Value::Array(vec![first.take(), value]),
            },
        }
    }
    next
}

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
    let mut counted: Option<Bytes> = None;
    let (mut empty, mut noted) = (0, 0_usize);
    let mut trial: Option<String> = None;
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
            // Pages are counted, and there is none of this number.
            Err(error) if is_counted && error.status() == Some(NO_SUCH_PAGE) => break,
            Err(error) => {
                let reason = format!("page {} failed after {} rows: {error}", pages.pages + 1, pages.rows.len()).into();
                let next = if trial.is_some() { Map::new() } else { resume(&page, draft) };
                pages.stopped = Some(Stopped { reason, next, failure: Some(error), more_exist: Some(true) });
                break;
            }
        };
        let Some(found) = extent.reading.rows(&reply.body, reply.media_type()) else {
            if pages.pages > 0 {
                let reason = format!("page {} is no list of rows", pages.pages + 1);
                pages.stopped = stop(reason.into(), resume(&page, draft), Some(true));
            }
            pages.first.get_or_insert(reply);
            break;
        };
        let fetched = found.rows.len();
        if let Some(first) = trial.take().filter(|_| fetched > 0) {
            match Trial::of(&pages.rows, &found.rows) {
                Trial::Next => {}
                Trial::Same => {
                    // Page 1 was the first, which is there already, or a part of what comes without a number.
                    counted = Some(reply.body.clone());
                    pages.rows = found.rows;
                    set(&mut page, &first, &2.into());
                    page = page.with_its_risk(dialect);
                    continue;
                }
                Trial::Within => {
                    pages.stopped = stop("the API gives rows of the first answer again".into(), Map::new(), None);
                    break;
                }
            }
        }
        // Who ignores the number of a page gives the same one for ever.
        if fetched > 0 && counted.as_ref() == Some(&reply.body) {
            pages.stopped = stop("the API gives the same page again".into(), Map::new(), None);
            break;
        }
        let seen = Seen { rows: fetched, beside: &found.beside };
        let mut more = more(access, &page, &reply, seen, extent.by);
        if let Some(parameter) = extent.by.page.filter(|_| more.exist.is_none() && more.next.is_empty() && fetched > 0)
        {
            more.next.insert(parameter.name.clone(), parameter.after(None).into());
        }
        let is_first = pages.pages == 0;
        counted = more.exist.is_none().then(|| reply.body.clone());
        if pages.pages == 0 {
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
            if more.is_unreadable && !is_everything && (announced || more.next.is_empty()) {
                pages.stopped = stop(UNREADABLE_LINK.into(), Map::new(), None);
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
        is_counted = !announced && !more.is_unreadable;
        // Known to be counted from 1, the page after an answer without a number is the second.
        let may_be_first = |page: &&PageParameter| page.first != Some(1) && number(draft, &page.name).is_none();
        trial = extent.by.page.filter(|_| is_first && !announced).filter(may_be_first).map(|page| page.name.clone());
        for (name, value) in &more.next {
            set(&mut page, name, value);
        }
        page = page.with_its_risk(dialect);
        // What the API names is judged as where no manifest says which parameter tells the action.
        let named = page.query.iter().filter(|pair| !draft.query.contains(pair));
        if !page.risk.asking(page.method, None, named).is_read() {
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
            // Whether page 1 is the next is not known yet.
            let next = if trial.is_some() { Map::new() } else { resume(&page, draft) };
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

/// How page 1 compares with the answer to a request that names no page: it tells from which number the API counts.
#[derive(Debug, PartialEq, Eq)]
enum Trial {
    /// The page after it: pages are counted from 0.
    Next,
    /// The same page, or one that begins with the same rows: pages are counted from 1.
    Same,
    /// Rows from within it: without a number there are more than on a page.
    Within,
}

impl Trial {
    fn of(first: &Rows, second: &Rows) -> Self {
        let (first, second) = (keys(first), keys(second));
        let short = first.len().min(second.len());
        if first[..short] == second[..short] {
            Self::Same
        } else if first.windows(second.len()).any(|part| part == second) {
            Self::Within
        } else {
            Self::Next
        }
    }
}

/// What tells rows apart: their ids where all have one, which stay when something else of a row changes between two requests.
fn keys(rows: &Rows) -> Vec<String> {
    let rows: Vec<Value> = rows.texts(0).map(rows::value).collect();
    let id = |row: &Value| ["id", "_id", "uuid", "guid"].iter().find_map(|name| row.get(name)).map(Value::to_string);
    let ids: Option<Vec<String>> = rows.iter().map(id).collect();
    ids.unwrap_or_else(|| rows.iter().map(Value::to_string).collect())
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

/// Whether a call asks for a list from its first row on, and not from a page or a place within it.
fn at_the_start(draft: &Draft) -> bool {
    const PLACES: [&str; 18] = [
        "after",
        "continuation",
        "continuationtoken",
        "cursor",
        "marker",
        "nexttoken",
        "offset",
        "page",
        "pageid",
        "pageindex",
        "pagenumber",
        "pagetoken",
        "skip",
        "skiptoken",
        "start",
        "startat",
        "startindex",
        "token",
    ];
    let names_place = |name: &str| {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        PLACES.contains(&plain.as_str())
    };
    !draft.query.iter().any(|(name, value)| names_place(name) && !(name == "page" && value == "1"))
}

/// How many rows there are in all, as envelopes say it.
fn total_of(beside: &Map<String, Value>) -> Option<usize> {
    const TOTALS: [&str; 7] =
        ["total", "totalcount", "totalitems", "totalrecords", "totalresults", "totalrows", "odatacount"];
    beside.iter().find_map(|(name, value)| {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        TOTALS.contains(&plain.as_str()).then(|| usize::try_from(value.as_u64()?).ok())?
    })
}

/// Gives a parameter a value, or several, in place of those it has.
fn set(draft: &mut Draft, name: &str, value: &Value) {
    draft.query.set(name, texts_of(value));
}

/// What to add to the parameters of the call to go on at this page.
fn resume(page: &Draft, draft: &Draft) -> Map<String, Value> {
    let mut next: Map<String, Value> = Map::new();
    for (name, _) in page.query.iter().filter(|pair| !draft.query.contains(pair)) {
        let of_name = page.query.iter().filter(|(known, _)| known == name);
        let mut values: Vec<Value> = of_name.map(|(_, value)| Value::String(value.clone())).collect();
        let value = if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
        next.insert(name.clone(), value);
    }
    next
}

/// `{"count": 5}`, as ConnectWise's count routes answer.
fn count_of(body: &[u8]) -> Option<usize> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let count = value.get("count").unwrap_or(&value).as_u64()?;
    usize::try_from(count).ok()
}

#[cfg(test)]
mod tests {
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
        let link = "<https://elsewhere.example/x?pageSize=5&page=1>; rel=\"first\", \
                    <https://elsewhere.example/x?pageSize=5&api_key=canary123&pageId=77&conditions=a%3D1,2>; rel=\"next\"";
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
        for (link, rows, exist, is_unreadable) in [
            (&["<?page=1>; rel=prev"][..], 5, Some(false), false),
            (&["<?page=1; rel=next"], 5, None, true),
            // Even where the rows alone would say that this is the end.
            (&["<?page=1; rel=next"], 0, None, true),
            (&["<https://cdn.example/style.css>; rel=preload"], 5, None, false),
            (&[], 0, Some(false), false),
        ] {
            let found = more(&access(), &draft(&[]), &reply(link), seen(rows), By::default());
            assert_eq!((found.exist, found.is_unreadable), (exist, is_unreadable), "{link:?}, {rows} rows");
        }
    }

    #[test]
    fn page_1_is_the_first_again_the_next_one_or_within_what_came_without_a_number() {
        let of = |first: &str, second: &str| {
            let rows = |text: &str| Rows::of(&Bytes::copy_from_slice(text.as_bytes()), 0);
            Trial::of(&rows(first), &rows(second))
        };
        assert_eq!(of("[1,2]", "[1,2]"), Trial::Same);
        assert_eq!(of(r#"[{"id":1,"seen":1}]"#, r#"[{"id":1,"seen":2}]"#), Trial::Same);
        assert_eq!(of("[1,2,3]", "[1,2]"), Trial::Same);
        assert_eq!(of("[1,2]", "[3,4]"), Trial::Next);
        assert_eq!(of("[1,2]", "[2,3]"), Trial::Next);
        assert_eq!(of("[1,2,3,4]", "[3,4]"), Trial::Within);
    }

    #[test]
    fn totals_are_read_from_envelopes_and_hold_from_the_first_row_on() {
        let total = |beside: Value| total_of(beside.as_object().unwrap());
        assert_eq!(total(json!({ "page": 2, "total_count": 9 })), Some(9));
        assert_eq!(total(json!({ "@odata.count": 9 })), Some(9));
        assert_eq!(total(json!({ "total": "many", "count": 9 })), None);
        assert!(at_the_start(&draft(&[("page", "1"), ("pageSize", "5")])));
        assert!(!at_the_start(&draft(&[("page", "2")])) && !at_the_start(&draft(&[("$skip", "5")])));
    }
}
