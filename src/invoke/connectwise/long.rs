//! Is a query too long for a URL, and can it be sent as a search instead?
//!
//! ConnectWise Developer Guide: URLs stay below some 2,000 characters; `POST .../search` takes the filters as a body,
//! while `page`, `pageSize` and `fields` stay in the query.

use serde_json::{Map, Value};

use super::conditions::filters_or_orders;
use crate::invoke::draft::{Accept, Body, Draft, Query};
use crate::openapi::{Method, Operation, PathTemplate};

/// The operations of the manifest that are queries too long for a URL: the only POSTs that read.
pub(in crate::invoke) const SEARCHES: [&str; 2] = ["/project/tickets/search", "/service/tickets/search"];

/// Characters of a URL above which servers and proxies between may refuse it.
const LONGEST_URL: usize = 2000;
/// Allowed for scheme, host and code base, which are not known here.
const BASE_URL: usize = 100;

/// Whether the URL would be longer than 2,000 characters.
pub fn is_long(draft: &Draft) -> bool {
    BASE_URL + draft.path.len() + 1 + draft.query.encoded().len() > LONGEST_URL
}

/// The same query as a search, where `search` is the route for it: `POST` to the path of the list and `/search`. `None`
/// where it is not, or there is no filter to move.
pub fn as_search(draft: &Draft, search: &Operation) -> Option<Draft> {
    let path = format!("{}/search", draft.path);
    let is_its_search = draft.method == Method::Get
        && search.method == Method::Post
        && draft.risk.is_read()
        && SEARCHES.contains(&search.path.as_str())
        && PathTemplate::parse(&search.path).is_ok_and(|template| template.matches(&path).is_some());
    if !is_its_search {
        return None;
    }
    let mut body = Map::new();
    let mut query = Query::default();
    for (name, value) in &draft.query {
        if filters_or_orders(name) {
            body.insert(name.clone(), Value::String(value.clone()));
        } else {
            query.push((name.clone(), value.clone()));
        }
    }
    if body.is_empty() {
        return None;
    }
    let moved = body.keys().cloned().collect::<Vec<_>>().join(", ");
    let mut notes = draft.notes.clone();
    notes.push(format!("sent as POST {path}, with {moved} in the body: the URL would be too long").into());
    let headers = draft.headers.clone();
    Some(Draft {
        method: Method::Post,
        path,
        query,
        headers,
        body: Some(Body::Json(body.into())),
        accept: Accept::Json,
        notes,
        doubts: draft.doubts.clone(),
        risk: draft.risk,
    })
}
