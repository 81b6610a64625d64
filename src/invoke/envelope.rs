//! Is an object one record, or an envelope around rows, and which of its members are they? Pure.
//!
//! The rows are the list that the path names (`tickets` of `/tickets`). Else an object with an id is a record, and of another one the rows
//! are its only list, or the one with a name that rows have, beside what envelopes are known to hold: counts, links, what is included. Of
//! strangers among its members an envelope has few. Some APIs hold their rows one level deeper (`_embedded`, `data`). What speaks
//! of further pages is an envelope though it has an id, and where one record was asked for, nothing is an envelope that does not say so.

mod names;

use std::ops::Range;

use self::names::{AROUND_ROWS, EMBEDDED, NAMES_OF_EXTENT, ROWS, WORDS_OF_EXTENT, plain};
pub(super) use self::names::{is_around, is_id, may_hold_rows};
use super::{linked, rows};
use crate::document::words;

/// Members of an envelope that are not known to stand in one, the rows included.
pub(super) const MOST_STRANGERS: usize = 6;

/// What is known of an object before it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Nothing,
    /// Its schema says that it is an envelope: it may have an id.
    Envelope,
    /// Its path names one thing by its end. That may be a list all the same (`/tables/{name}`), and then the object says it.
    One,
}

/// Where an object has its rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The names of the members that lead there, joined by `/`.
    pub path: String,
    /// The place of the list in the object's text; `None` where it is left out, since it is empty.
    pub list: Option<Range<usize>>,
    /// The other members of the object, and of the member that holds the list where that is one of them.
    pub beside: Vec<(Option<String>, String, Range<usize>)>,
}

struct Member {
    name: String,
    plain: String,
    place: Range<usize>,
    /// The first character of its value.
    first: u8,
    /// Whether it is a list of objects as far as its first element tells, or an empty one.
    is_of_objects: bool,
}

impl Member {
    fn is_list(&self) -> bool {
        self.first == b'['
    }

    fn is_id(&self) -> bool {
        is_id(&self.name) && !matches!(self.first, b'[' | b'{' | b'n')
    }

    fn is_around(&self) -> bool {
        is_around(&self.name)
    }

    fn is_called_rows(&self) -> bool {
        ROWS.contains(&self.plain.as_str())
    }

    /// Whether it says how long a list is, or how it is divided.
    fn is_of_extent(&self) -> bool {
        let words = words::split(&self.name);
        self.is_around()
            && (NAMES_OF_EXTENT.contains(&self.plain.as_str())
                || words.first().is_some_and(|word| word == "total")
                || words.iter().any(|word| WORDS_OF_EXTENT.contains(&word.as_str())))
    }

    /// Whether it speaks of further pages of a list, as no member of a record does.
    fn speaks_of_pages(&self, text: &str) -> bool {
        let value = || text.get(self.place.clone()).map(rows::value).unwrap_or_default();
        (linked::may_speak_of_pages(&self.name) && linked::speaks_of_pages(&self.name, &value()))
            // FHIR
            || (self.name == "resourceType" && value() == "Bundle")
    }
}

/// Where a JSON text of an object that came from `path` has its rows; `None` of a record.
pub(super) fn rows_of(text: &str, path: &str, known: Known) -> Option<Place> {
    let members = members_of(text);
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let resource = plain(last.split('.').next().unwrap_or_default());
    if let Some(list) = list_of(&members, &resource, known, text) {
        let beside = others(&members, list).map(|other| (None, other.name.clone(), other.place.clone())).collect();
        return Some(Place { path: list.name.clone(), list: Some(list.place.clone()), beside });
    }
    if let Some(path) = left_out(&members, text) {
        let beside = members.into_iter().map(|other| (None, other.name, other.place)).collect();
        return Some(Place { path: path.to_owned(), list: None, beside });
    }
    let holder = holder_of(&members)?;
    let text_of_holder = text.get(holder.place.clone())?;
    let inner = members_of(text_of_holder);
    let mut lists = inner.iter().filter(|member| member.is_list() && !member.is_around());
    let list = lists.next().filter(|list| others(&inner, list).all(Member::is_around))?;
    if known == Known::One && !say_list(&members, holder, text) && !say_list(&inner, list, text_of_holder) {
        return None;
    }
    Some(held(&members, holder, &inner, list))
}

/// The place of a list in a member.
fn held(members: &[Member], holder: &Member, inner: &[Member], list: &Member) -> Place {
    let within = |place: &Range<usize>| holder.place.start + place.start..holder.place.start + place.end;
    let beside = others(members, holder).map(|other| (None, other.name.clone(), other.place.clone()));
    let of_holder =
        others(inner, list).map(|other| (Some(holder.name.clone()), other.name.clone(), within(&other.place)));
    Place {
        path: format!("{}/{}", holder.name, list.name),
        list: Some(within(&list.place)),
        beside: beside.chain(of_holder).collect(),
    }
}

/// The place of the value at a path of members that [`rows_of`] found; `None` where the object has it not. With it, whatever else there
/// is, as [`Place::beside`].
pub(super) fn value_at(text: &str, path: &str) -> Option<Place> {
    let members = members_of(text);
    let named = |members: &[Member], name: &str| members.iter().position(|member| member.name == name);
    if let Some(at) = named(&members, path) {
        let list = &members[at];
        let beside = others(&members, list).map(|other| (None, other.name.clone(), other.place.clone())).collect();
        return Some(Place { path: path.to_owned(), list: Some(list.place.clone()), beside });
    }
    let (holder, name) = path.split_once('/')?;
    let holder = &members[named(&members, holder)?];
    let inner = members_of(text.get(holder.place.clone())?);
    let list = &inner[named(&inner, name)?];
    Some(held(&members, holder, &inner, list))
}

fn list_of<'m>(members: &'m [Member], resource: &str, known: Known, text: &str) -> Option<&'m Member> {
    let lists = || members.iter().filter(|member| member.is_list());
    let is_named = |list: &&Member| !resource.is_empty() && list.plain == resource && list.is_of_objects;
    if let Some(named) = lists().find(is_named) {
        return Some(named);
    }
    // Of JSON-RPC the id is the request's.
    let is_sure = known == Known::Envelope || members.iter().any(|member| member.speaks_of_pages(text));
    let may_have_id = is_sure || members.iter().any(|member| member.name == "jsonrpc");
    let strangers = members.iter().filter(|member| !member.is_around()).count();
    if strangers > MOST_STRANGERS || (!may_have_id && members.iter().any(Member::is_id)) {
        return None;
    }
    let own: Vec<&Member> = lists().filter(|list| !list.is_around()).collect();
    let found = match own.as_slice() {
        // What else stands beside rows may be all there is, unless something else is what was asked for.
        [] => {
            let is_lone = lists().count() == 1 && !is_sure && !members.iter().any(Member::is_called_rows);
            lists().next().filter(|_| is_lone)
        }
        [list] => Some(*list),
        _ if !members.iter().any(Member::is_around) => None,
        _ => {
            let mut called = own.iter().filter(|list| list.is_called_rows());
            called.next().filter(|_| called.next().is_none()).copied()
        }
    };
    found.filter(|list| known != Known::One || say_list(members, list, text))
}

/// The name of the list that is left out of an envelope where it is empty: FHIR's bundle of what a search found has no `entry` then, since
/// no list of FHIR is written that holds nothing.
fn left_out(members: &[Member], text: &str) -> Option<&'static str> {
    (are_of_search(members, text) && members.iter().all(|member| member.name != "entry")).then_some("entry")
}

/// Whether an object says that it is what a search found, and so is no record, though it has an id.
pub(super) fn is_of_search(text: &str) -> bool {
    are_of_search(&members_of(text), text)
}

fn are_of_search(members: &[Member], text: &str) -> bool {
    let says = |name: &str, values: &[&str]| {
        let value = members.iter().find(|member| member.name == name).and_then(|member| text.get(member.place.clone()));
        value.is_some_and(|value| values.iter().any(|known| rows::value(value) == *known))
    };
    says("resourceType", &["Bundle"]) && says("type", &["searchset", "history"])
}

/// Whether the members say that one of them is a list that was asked for, and not a part of a record: they speak of its pages, or there is
/// nothing that a record is made of, and they say how long it is or its own name says what it is.
fn say_list(members: &[Member], list: &Member, text: &str) -> bool {
    let is_called = list.is_called_rows() || may_hold_rows(&list.name);
    let is_plain = |other: &Member| !matches!(other.first, b'[' | b'{' | b'n');
    members.iter().any(|member| member.speaks_of_pages(text))
        || (others(members, list).all(Member::is_around)
            && (others(members, list).any(Member::is_of_extent) || (is_called && !others(members, list).any(is_plain))))
}

/// The member that holds the rows, where the others stand beside such a one.
fn holder_of(members: &[Member]) -> Option<&Member> {
    let is_holder = |member: &&Member| member.first == b'{' && AROUND_ROWS.contains(&member.plain.as_str());
    let holder = members.iter().find(is_holder)?;
    let is_plain = |other: &Member| holder.plain != EMBEDDED && !matches!(other.first, b'[' | b'{');
    let is_lone = others(members, holder).all(|other| other.is_around() || is_plain(other));
    (is_lone && !members.iter().any(Member::is_id)).then_some(holder)
}

fn others<'m>(members: &'m [Member], one: &'m Member) -> impl Iterator<Item = &'m Member> {
    members.iter().filter(move |other| other.place != one.place)
}

fn members_of(text: &str) -> Vec<Member> {
    let members = rows::members(text).into_iter();
    let first = |place: &Range<usize>| text.as_bytes().get(place.start).copied().unwrap_or_default();
    let is_of_objects = |place: &Range<usize>| {
        let value = text.get(place.clone()).unwrap_or_default();
        value.strip_prefix('[').is_some_and(|items| items.trim_ascii_start().starts_with(['{', ']']))
    };
    let member = |(name, place): (String, Range<usize>)| Member {
        plain: plain(&name),
        first: first(&place),
        is_of_objects: is_of_objects(&place),
        name,
        place,
    };
    members.map(member).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_at(path: &str, text: &str) -> Option<String> {
        let place = rows_of(text, path, Known::Nothing)?;
        assert!(place.list.is_none_or(|list| text[list].starts_with('[')), "{text}");
        Some(place.path)
    }

    #[test]
    fn rows_are_found_in_whatever_envelope() {
        for (text, expected) in [
            (r#"{"data":[{}],"total":9}"#, "data"),
            // JSON:API
            (r#"{"jsonapi":{},"data":[{}],"included":[{}],"meta":{},"links":{},"errors":[],"a":1,"b":2}"#, "data"),
            // OData, and before its version 4
            (r#"{"@odata.context":"x","@odata.count":2,"@odata.nextLink":"y","value":[{}]}"#, "value"),
            (r#"{"d":{"results":[{}],"__next":"x","__count":"5"}}"#, "d/results"),
            // HAL
            (r#"{"_embedded":{"orders":[{}]},"_links":{},"page":{"totalElements":1}}"#, "_embedded/orders"),
            // Searches
            (
                r#"{"results":[{}],"facets":[{}],"query":"x","took":1,"total":1,"page":1,"pageSize":5,"sort":[]}"#,
                "results",
            ),
            (r#"{"took":1,"timed_out":false,"_shards":{},"hits":{"total":{},"max_score":1,"hits":[{}]}}"#, "hits/hits"),
            (r#"{"responseHeader":{},"response":{"numFound":1,"start":0,"docs":[{}]}}"#, "response/docs"),
            // FHIR
            (r#"{"resourceType":"Bundle","type":"searchset","total":1,"link":[{}],"entry":[{}]}"#, "entry"),
            // SCIM, and Jira
            (r#"{"schemas":["x"],"totalResults":1,"startIndex":1,"itemsPerPage":5,"Resources":[{}]}"#, "Resources"),
            (r#"{"self":"x","maxResults":5,"startAt":0,"total":1,"isLast":true,"values":[{}],"a":1,"b":2}"#, "values"),
            (r#"{"success":true,"code":200,"message":"","data":{"users":[{}],"total":1}}"#, "data/users"),
            (r#"{"jsonrpc":"2.0","id":1,"result":[{}]}"#, "result"),
            (r#"{"errors":[{}],"count":1}"#, "errors"),
            (r#"{"suggestions":["x"],"items":[{}],"nextPageToken":"t"}"#, "items"),
        ] {
            assert_eq!(rows_at("/x", text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_record_stays_one_though_it_has_a_list() {
        for text in [
            r#"{"id":21,"customFields":[]}"#,
            r#"{"Id":"x","items":[{}],"total":5}"#,
            r#"{"name":"x","tags":["a"],"items":[{}]}"#,
            r#"{"number":1,"customer":"x","address":"y","state":"z","due":"w","price":5,"items":[{}]}"#,
            r#"{"a":[{}],"b":[{}],"count":2}"#,
            // JSON:API and HAL
            r#"{"data":{"id":"1","type":"x","attributes":{}},"included":[{}],"links":{}}"#,
            r#"{"_links":{},"currency":"USD","_embedded":{"lines":[{}]}}"#,
            r#"{"data":{"name":"x","lines":[{}]},"success":true}"#,
            r#"{"data":null,"errors":[{}]}"#,
            r#"{"id":5,"data":{"lines":[{}]}}"#,
            r#"{"firstName":"x","country":"y"}"#,
        ] {
            assert_eq!(rows_at("/x", text), None, "{text}");
        }
    }

    #[test]
    fn an_envelope_that_is_declared_may_have_an_id() {
        let text = r#"{"id":"r1","items":[{}],"total":5}"#;
        assert_eq!(rows_of(text, "/x", Known::Envelope).map(|place| place.path), Some("items".to_owned()));
        assert_eq!(rows_of(text, "/x", Known::Nothing), None);
    }

    #[test]
    fn what_speaks_of_further_pages_is_an_envelope_though_it_has_an_id() {
        for (text, expected) in [
            (
                r#"{"resourceType":"Bundle","id":"b","meta":{},"type":"searchset","total":3,"link":[{"relation":"self","url":"x"}],"entry":[{}]}"#,
                Some("entry"),
            ),
            (r#"{"id":"p","links":[{"rel":"next","href":"?page=2"}],"orders":[{}]}"#, Some("orders")),
            (r#"{"id":"p","next":"/x?page=2","items":[{}]}"#, Some("items")),
            (r#"{"id":"p","nextPageToken":"t","items":[{}]}"#, Some("items")),
            (r#"{"id":"p","hasMore":false,"items":[{}]}"#, Some("items")),
            // Records have links, and a next one of their own.
            (r#"{"id":5,"links":[{"rel":"self","href":"/x/5"}],"items":[{}]}"#, None),
            (r#"{"id":5,"next":6,"items":[{}]}"#, None),
            (r#"{"id":5,"next":"polish","items":[{}]}"#, None),
            // No row of a list is a link of it.
            (
                r#"{"resourceType":"Bundle","type":"searchset","total":0,"link":[{"relation":"self","url":"x"}]}"#,
                Some("entry"),
            ),
        ] {
            assert_eq!(rows_at("/x", text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_bundle_of_a_search_that_found_nothing_is_an_empty_list() {
        let place = |text: &str, known: Known| rows_of(text, "/Patient", known).map(|place| (place.path, place.list));
        let empty = Some(("entry".to_owned(), None));
        for known in [Known::Nothing, Known::Envelope, Known::One] {
            for kind in ["searchset", "history"] {
                let text = format!(r#"{{"resourceType":"Bundle","id":"b","type":"{kind}","total":0}}"#);
                assert_eq!(place(&text, known), empty, "{kind}");
            }
            for text in [
                // What others keep in a bundle is a record, and so is what is none.
                r#"{"resourceType":"Bundle","type":"document","id":"b"}"#,
                r#"{"resourceType":"Bundle","id":"b"}"#,
                r#"{"resourceType":"Patient","type":"searchset","id":"b"}"#,
                r#"{"resourceType":"Bundle","type":"searchset","id":"b","entry":null}"#,
            ] {
                assert_eq!(place(text, known), None, "{text}");
            }
        }
    }

    #[test]
    fn where_one_was_asked_for_an_envelope_says_that_it_is_one() {
        for (path, text, expected) in [
            ("/order/5", r#"{"orderNumber":5,"customer":"x","total":9,"lines":[{}]}"#, None),
            (
                "/data/5",
                r#"{"result":{"start":1,"limit":2,"first":"a","last":"b","entries":[{}]},"status":"ok"}"#,
                None,
            ),
            ("/books/5", r#"{"title":"x","pages":350,"authors":[{}]}"#, None),
            ("/carts/5", r#"{"lines":[{}]}"#, None),
            ("/tables/incident", r#"{"result":[{}]}"#, Some("result")),
            ("/items/books", r#"{"data":[{}],"meta":{"a":1}}"#, Some("data")),
            ("/search/x", r#"{"total":2,"found":[{}]}"#, Some("found")),
            ("/lists/5", r#"{"kind":"x","nextPageToken":"t","parts":[{}]}"#, Some("parts")),
            ("/sets/Orders", r#"{"data":{"parts":[{}],"totalCount":1},"ok":true}"#, Some("data/parts")),
            ("/api/tickets", r#"{"name":"x","tickets":[{}]}"#, Some("tickets")),
        ] {
            let found = rows_of(text, path, Known::One).map(|place| place.path);
            assert_eq!(found.as_deref(), expected, "{path} {text}");
        }
    }

    #[test]
    fn a_list_of_scalars_that_the_path_names_hides_no_rows() {
        let text = r#"{"ids":[2,3],"items":[{}],"totalPages":3}"#;
        assert_eq!(rows_at("/ids", text).as_deref(), Some("items"));
        assert_eq!(rows_at("/tags", r#"{"tags":["a"],"data":[{}],"total":1}"#).as_deref(), Some("data"));
        assert_eq!(rows_at("/tickets", r#"{"tickets":[],"users":[{}]}"#).as_deref(), Some("tickets"));
    }

    #[test]
    fn the_list_that_the_path_names_is_the_rows_whatever_stands_beside_it() {
        let sideloaded = r#"{"tickets":[{}],"users":[{}],"groups":[{}],"a":1,"b":2,"c":3,"d":4,"e":5}"#;
        assert_eq!(rows_at("/api/v2/tickets.json", sideloaded).as_deref(), Some("tickets"));
        assert_eq!(rows_at("/groups/5/Users/", sideloaded).as_deref(), Some("users"));
        assert_eq!(rows_at("/tickets/5", sideloaded), None);
        assert_eq!(rows_at("/errors", r#"{"data":{},"errors":[{}]}"#).as_deref(), Some("errors"));
        assert_eq!(rows_at("/", r#"{"":[{}],"a":[{}]}"#), None);
    }
}
