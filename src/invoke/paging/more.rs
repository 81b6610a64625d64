//! Does more exist than a page shows, and which parameters lead to it?

use std::fmt;

use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::map::Entry;
use serde_json::{Map, Value};
use url::Url;

use super::next::number;
use super::whereabouts::{OtherPath, Whereabouts};
use crate::escape::{QUOTED, shortened};
use crate::invoke::client::{ApiAccess, NextPage, Reply, next_page};
use crate::invoke::draft::{Draft, PageParameter};
use crate::invoke::onward::{self, Onward};

/// Whether more rows exist than were fetched, and how to get them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct More {
    /// `None` where the API does not say.
    pub exist: Option<bool>,
    /// Parameters of the next page, to be merged into those of the call; a list where one is given several times.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub next: Map<String, Value>,
    /// Where the next page is, if that is at another path.
    #[serde(skip)]
    pub other_path: Option<OtherPath>,
    /// What the API sent about a next page, where that is of no use.
    #[serde(skip)]
    pub useless: Option<Useless>,
}

/// Why what an API says of a next page is not followed. Displayed, it is a sentence without its stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Useless {
    /// It sent a `Link` header that cannot be read, and that may speak of pages.
    Unreadable,
    /// It names a place that is not gone to, shown without query and secrets: the rows of one list would be taken for those of another.
    Elsewhere(String),
    /// It names the next page by bytes that are no text: as a parameter they would name another one.
    NoText,
}

impl fmt::Display for Useless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("the API's `Link` header cannot be read")?,
            Self::Elsewhere(url) => {
                write!(f, "the API names a next page at {url}, which is another path than this list's")?
            }
            Self::NoText => f.write_str("the API names a next page by bytes that are no UTF-8")?,
        }
        f.write_str(", so whether more rows exist is not known")
    }
}

/// How further pages of a list are asked for, as far as its manifest says.
#[derive(Clone, Copy, Debug, Default)]
pub struct By<'a> {
    /// The operation's parameter with the number of a page.
    pub page: Option<&'a PageParameter>,
    /// Its other parameters that lead there.
    pub(in crate::invoke) onward: Option<&'a Onward>,
}

impl By<'_> {
    /// Whether there is a parameter with a number that can be counted up.
    pub(in crate::invoke) fn can_be_counted(&self) -> bool {
        self.page.is_some() || self.onward.is_some_and(|onward| onward.offset.is_some())
    }

    /// Whether a read of the operation is sent with all these parameters; of one that no manifest has, all are taken.
    pub(in crate::invoke) fn takes(&self, parameters: &Map<String, Value>) -> bool {
        self.onward.is_none_or(|onward| parameters.keys().all(|name| onward.takes(name)))
    }
}

/// What a page held.
#[derive(Clone, Copy)]
pub(in crate::invoke) struct Seen<'a> {
    /// Its rows.
    pub rows: usize,
    /// The members of the body beside them.
    pub beside: &'a Map<String, Value>,
}

/// What one page says about the next.
pub(in crate::invoke) fn more(access: &ApiAccess, draft: &Draft, reply: &Reply, seen: Seen<'_>, by: By<'_>) -> More {
    let Seen { rows, beside } = seen;
    let here = access.base_url().join(&draft.path, &draft.query).ok();
    let no = || More { exist: Some(false), next: Map::new(), other_path: None, useless: None };
    let yes = |next| More { exist: Some(true), next, other_path: None, useless: None };
    let at = |url: &Url| -> Result<More, Useless> {
        let whereabouts = here.as_ref().map(|here| Whereabouts::of(url, here, draft, access));
        match whereabouts {
            Some(Whereabouts::Here) if !is_text(url) => Err(Useless::NoText),
            Some(Whereabouts::Here) => Ok(yes(parameters(url, access))),
            Some(Whereabouts::OtherPath(page)) => Ok(More { other_path: Some(page), ..yes(Map::new()) }),
            Some(Whereabouts::Elsewhere) | None => Err(Useless::Elsewhere(shown(url, access))),
        }
    };
    let mut useless = None;
    match here.as_ref().map_or(NextPage::Unreadable, |url| next_page(&reply.headers.link, url)) {
        NextPage::At(url) => match at(&url) {
            Ok(more) => return more,
            Err(found) => useless = Some(found),
        },
        NextPage::None => return no(),
        NextPage::Unreadable => useless = Some(Useless::Unreadable),
        NextPage::Unsaid => {}
    }
    // A dialect knows how its API pages.
    let sizes = access.dialect().page_sizes();
    let is_unknown = sizes.largest.is_none();
    if let (Some(here), Some(onward)) = (&here, by.onward.filter(|_| is_unknown && useless.is_none())) {
        match onward.said(beside, here) {
            onward::Said::At(url) => match at(&url) {
                Ok(more) => return more,
                Err(found) => useless = Some(found),
            },
            onward::Said::With(name, value) => return yes(Map::from_iter([(name, value)])),
            onward::Said::None => return no(),
            onward::Said::Nothing => {}
        }
    }
    // Whether a server gives as many rows as it was asked for is known of a dialect alone: others may give fewer and have more.
    let size = sizes.largest.and_then(|most| Some(number(draft, "pageSize").or(sizes.default)?.min(most)));
    if useless.is_none() && (rows == 0 || size.is_some_and(|size| rows < size)) {
        return no();
    }
    let mut next = Map::new();
    if let Some(page) = by.page.filter(|_| rows > 0) {
        let here = number(draft, &page.name).map(|number| number as u64);
        // The second page cannot be named by who does not know the first.
        if here.or(page.first).is_some() {
            next.insert(page.name.clone(), page.after(here).into());
        }
    } else if let Some(offset) = by.onward.and_then(|onward| onward.offset.as_ref())
        // Nor the next row by who does not know that rows are counted.
        && offset.counts_rows
        && is_unknown
        && rows > 0
    {
        let here = number(draft, &offset.name).unwrap_or(0);
        next.insert(offset.name.clone(), here.saturating_add(rows).into());
    }
    More { exist: None, next, other_path: None, useless }
}

/// Whether the query of a URL is of characters once it is decoded.
fn is_text(url: &Url) -> bool {
    percent_decode_str(url.query().unwrap_or_default()).decode_utf8().is_ok()
}

/// A URL as a message shows it, without what may be a credential.
fn shown(url: &Url, access: &ApiAccess) -> String {
    let text = format!("{}://{}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path());
    shortened(&access.scrub(&text), QUOTED).into_owned()
}

/// The parameters of the URL of the next page. The request goes where this one went, and the credentials that servers repeat in the URL
/// are left out, since each request gets them anew.
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::json;

    use super::*;
    use crate::invoke::client::ReplyHeaders;
    use crate::invoke::paging::next::{resume, set};
    use crate::invoke::paging::samples::{access, draft};

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

    fn seen(rows: usize) -> Seen<'static> {
        static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        Seen { rows, beside: &NOTHING }
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
            (&["<?page=%ff>; rel=next"], 5, None, Some(Useless::NoText)),
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
}
