//! How are all pages of a list fetched, and does more exist than a page shows?
//!
//! ConnectWise (Developer Guide): pages are announced by a `Link` header, never by a total. Forward-only paging is faster, with
//! `pageId` in place of `page`; it takes no `orderBy` and is not for the audit trail. Other APIs: a `Link` header is followed
//! too, and where there is none but the operation takes `page`, pages are counted up until one is short.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::client::{ApiAccess, CallError, Client, Dialect, Reply};
use super::draft::Draft;
use crate::openapi::Method;

/// Rows of a ConnectWise page that does not say (Developer Guide).
const DEFAULT_PAGE_SIZE: usize = 25;
/// The largest page ConnectWise gives (Developer Guide).
pub const LARGEST_PAGE: usize = 1000;

/// The rows of a body.
#[derive(Debug, Default)]
pub struct Rows {
    /// One JSON text a row.
    pub rows: Vec<Box<RawValue>>,
    /// Which member of the body held them, where the body is an object.
    pub member: Option<String>,
    /// The body's other members.
    pub beside: Map<String, Value>,
}

/// The rows of a body: an array, or an object whose only array is one of objects. `None` for anything else.
pub fn rows(body: &[u8]) -> Option<Rows> {
    if let Ok(rows) = serde_json::from_slice::<Vec<Box<RawValue>>>(body) {
        return Some(Rows { rows, ..Rows::default() });
    }
    let members: std::collections::BTreeMap<String, Box<RawValue>> = serde_json::from_slice(body).ok()?;
    let mut arrays = members.iter().filter(|(_, value)| value.get().starts_with('['));
    let (name, array) = arrays.next()?;
    // A record with several arrays, or with one among many fields, is a record.
    if arrays.next().is_some() || members.len() > MOST_MEMBERS_AROUND {
        return None;
    }
    let rows: Vec<Box<RawValue>> = serde_json::from_str(array.get()).ok()?;
    if !rows.iter().all(|row| row.get().starts_with('{')) {
        return None;
    }
    let others = members.iter().filter(|(other, _)| *other != name);
    let beside = others.map(|(other, member)| (other.clone(), super::stored::value(member))).collect();
    Some(Rows { rows, member: Some(name.clone()), beside })
}

/// An envelope around rows has few members: the rows, a count, links.
const MOST_MEMBERS_AROUND: usize = 6;

/// Whether more rows exist than were fetched, and how to get them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct More {
    /// `None` where the API does not say.
    pub exist: Option<bool>,
    /// Parameters of the next page, to be merged into those of the call.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub next: Map<String, Value>,
}

/// What one page says about the next.
pub fn more(dialect: Dialect, draft: &Draft, reply: &Reply, rows: usize, takes_page: bool) -> More {
    if let Some(link) = &reply.headers.link {
        let next = next_link(link);
        return More { exist: Some(next.is_some()), next: next.unwrap_or_default() };
    }
    let asked = number(draft, "pageSize");
    let (size, is_known) = match (asked, dialect) {
        (Some(size), _) => (size, true),
        (None, Dialect::ConnectWise) => (DEFAULT_PAGE_SIZE, true),
        (None, Dialect::Generic) => (0, false),
    };
    if rows == 0 || (is_known && rows < size) {
        return More { exist: Some(false), next: Map::new() };
    }
    let mut next = Map::new();
    if takes_page {
        next.insert("page".to_owned(), (number(draft, "page").unwrap_or(1) + 1).into());
    }
    More { exist: None, next }
}

fn number(draft: &Draft, name: &str) -> Option<usize> {
    draft.query.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.parse().ok())
}

/// The query of the link to the next page (RFC 8288).
fn next_link(header: &str) -> Option<Map<String, Value>> {
    let link = header.split(',').find(|link| {
        link.split(';').skip(1).any(|parameter| {
            let parameter = parameter.trim().to_ascii_lowercase().replace(' ', "");
            parameter == "rel=\"next\"" || parameter == "rel=next"
        })
    })?;
    let target = link.trim().strip_prefix('<')?.split('>').next()?;
    let query = target.split_once('?').map_or("", |(_, query)| query).split('#').next().unwrap_or("");
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    // Where the link leads is not followed: only its parameters are taken, so that it cannot lead elsewhere.
    Some(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect())
}

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Rows after which to stop.
    pub max_items: usize,
    /// Whether the operation takes `page`.
    pub takes_page: bool,
}

/// All pages that were fetched.
#[derive(Debug, Default)]
pub struct Pages {
    /// One JSON text a row.
    pub rows: Vec<Box<RawValue>>,
    /// Which member of the body held them.
    pub member: Option<String>,
    /// The other members of the first body.
    pub beside: Map<String, Value>,
    /// How many there are in all, where a count route said.
    pub total: Option<usize>,
    /// Pages that were fetched.
    pub pages: usize,
    /// Why it ended before the last page, where it did.
    pub stopped: Option<Stopped>,
    /// The answer to the first page.
    pub first: Option<Reply>,
}

/// Why and where fetching ended early.
#[derive(Debug)]
pub struct Stopped {
    /// One sentence.
    pub reason: String,
    /// Parameters that go on from here, to be merged into those of the call.
    pub next: Map<String, Value>,
    /// The failure, where it was one.
    pub failure: Option<CallError>,
}

/// Fetches pages until there is no more, `max_items` is reached, or one fails. `progress` hears rows fetched and rows in all.
///
/// # Errors
/// [`CallError`] of the first page; later ones are [`Pages::stopped`], with what was fetched until then.
pub async fn all(
    client: &Client,
    access: &ApiAccess,
    draft: &Draft,
    count: Option<&Draft>,
    extent: Extent,
    progress: &(dyn Fn(usize, Option<usize>) + Sync),
) -> Result<Pages, CallError> {
    let mut pages = Pages::default();
    if let Some(count) = count {
        // A count that fails costs the total and nothing else.
        pages.total = client.send(access, count).await.ok().and_then(|reply| count_of(&reply.body));
        progress(0, pages.total);
    }
    let mut page = draft.clone();
    let connectwise = access.dialect() == Dialect::ConnectWise;
    let size = number(draft, "pageSize").unwrap_or(LARGEST_PAGE).clamp(1, LARGEST_PAGE);
    if connectwise {
        set(&mut page, "pageSize", size.min(extent.max_items.max(1)).to_string());
    }
    let mut announced = false;
    let mut sent = page.clone();
    let mut forward_only = connectwise && may_go_forward_only(draft);
    if forward_only {
        page.headers.push((FORWARD_ONLY.0.to_owned(), FORWARD_ONLY.1.to_owned()));
    }
    loop {
        sent.clone_from(&page);
        let reply = match client.send(access, &page).await {
            Ok(reply) => reply,
            Err(error) if pages.pages == 0 => return Err(error),
            Err(error) => {
                let reason = format!("page {} failed after {} rows: {error}", pages.pages + 1, pages.rows.len());
                pages.stopped = Some(Stopped { reason, next: resume(&page, draft), failure: Some(error) });
                break;
            }
        };
        let Some(found) = rows(&reply.body) else {
            if pages.pages > 0 {
                let reason = format!("page {} is no list of rows", pages.pages + 1);
                pages.stopped = Some(Stopped { reason, next: resume(&page, draft), failure: None });
            }
            pages.first.get_or_insert(reply);
            break;
        };
        let fetched = found.rows.len();
        let more = more(access.dialect(), &page, &reply, fetched, extent.takes_page);
        if pages.pages == 0 {
            pages.member = found.member;
            pages.beside = found.beside;
        }
        pages.rows.extend(found.rows);
        pages.pages += 1;
        pages.first.get_or_insert(reply);
        progress(pages.rows.len().min(extent.max_items), pages.total);
        if more.exist == Some(false) || fetched == 0 {
            break;
        }
        // Who announced pages until now and names no next one has none.
        if more.exist.is_none() && announced {
            break;
        }
        announced = more.exist.is_some();
        if more.exist.is_none() {
            // No `Link` on a full page: this server does not announce pages, so they are counted.
            if forward_only {
                forward_only = false;
                page.headers.retain(|(name, _)| name != FORWARD_ONLY.0);
                page.query.retain(|(name, _)| name != "pageId");
            }
            let everything = pages.total.is_some_and(|total| pages.rows.len() >= total);
            if everything || more.next.is_empty() {
                break;
            }
        }
        for (name, value) in &more.next {
            set(&mut page, name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        if page.query == sent.query {
            let reason = "the API names the same page as the next one again".to_owned();
            pages.stopped = Some(Stopped { reason, next: Map::new(), failure: None });
            break;
        }
        if pages.rows.len() >= extent.max_items {
            let reason = format!("max_items is {}", extent.max_items);
            pages.stopped = Some(Stopped { reason, next: resume(&page, draft), failure: None });
            break;
        }
    }
    if pages.rows.len() > extent.max_items {
        // The API goes on by whole pages alone.
        let reason = format!(
            "max_items is {}, which is within page {}; `next` begins with that page",
            extent.max_items, pages.pages
        );
        pages.rows.truncate(extent.max_items);
        pages.stopped = Some(Stopped { reason, next: resume(&sent, draft), failure: None });
    }
    Ok(pages)
}

/// The header that asks for forward-only paging (Developer Guide).
const FORWARD_ONLY: (&str, &str) = ("pagination-type", "forward-only");

/// Forward-only paging takes no `orderBy`, no page that was asked for, and is not for the audit trail.
fn may_go_forward_only(draft: &Draft) -> bool {
    let has = |name: &str| draft.query.iter().any(|(known, _)| known == name);
    draft.method == Method::Get
        && !has("orderBy")
        && !has("page")
        && !draft.path.to_ascii_lowercase().contains("audittrail")
}

fn set(draft: &mut Draft, name: &str, value: String) {
    match draft.query.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = value,
        None => draft.query.push((name.to_owned(), value)),
    }
}

/// What to add to the parameters of the call to go on at this page.
fn resume(page: &Draft, draft: &Draft) -> Map<String, Value> {
    let is_new = |pair: &&(String, String)| !draft.query.contains(pair);
    page.query.iter().filter(is_new).map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect()
}

/// `{"count": 5}`, as ConnectWise's count routes answer.
fn count_of(body: &[u8]) -> Option<usize> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let count = value.get("count").unwrap_or(&value).as_u64()?;
    usize::try_from(count).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_in_arrays_and_in_envelopes_and_not_in_records() {
        let count = |text: &str| rows(text.as_bytes()).map(|rows| (rows.rows.len(), rows.member));
        assert_eq!(count("[{\"id\":1},{\"id\":2}]"), Some((2, None)));
        assert_eq!(count("[]"), Some((0, None)));
        assert_eq!(count("{\"data\":[{\"id\":1}],\"total\":9}"), Some((1, Some("data".to_owned()))));
        assert_eq!(count("{\"id\":1,\"name\":\"x\"}"), None);
        assert_eq!(count("{\"id\":1,\"a\":[{}],\"b\":[{}]}"), None);
        assert_eq!(count("{\"id\":1,\"tags\":[\"x\"]}"), None);
        assert_eq!(count("7"), None);
        let beside = rows(b"{\"data\":[{\"id\":1}],\"total\":9}").map(|rows| Value::from(rows.beside));
        assert_eq!(beside, Some(serde_json::json!({ "total": 9 })), "nothing of a body is lost");
    }

    #[test]
    fn only_the_parameters_of_the_next_link_are_taken() {
        let link = "<https://elsewhere.example/x?pageSize=5&page=1>; rel=\"first\", \
                    <https://elsewhere.example/x?pageSize=5&pageId=77&conditions=a%3D1>; rel=\"next\"";
        let next = next_link(link).unwrap();
        assert_eq!(serde_json::to_string(&next).unwrap(), r#"{"pageSize":"5","pageId":"77","conditions":"a=1"}"#);
        assert_eq!(next_link("<https://x.example/?page=1>; rel=\"prev\""), None);
        assert_eq!(next_link("nonsense"), None);
    }
}
