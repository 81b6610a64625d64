//! Where is a next page that an API announces: at this list, at a place beside it, or somewhere that is not gone to?
//!
//! Only below the base URL and at its origin is any request sent, so a page elsewhere costs rows and never a credential.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::invoke::client::ApiAccess;
use crate::invoke::client::base_url::check_path;
use crate::invoke::draft::Draft;
use crate::invoke::risk::{Redirected, Risk};
use crate::openapi::Method;
use crate::redact::MASK;
use crate::surface::{Given, Said};

/// Bytes of the longest path and query of a page beside its list.
const LONGEST_BESIDE: usize = 4_000;

/// Where a next page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whereabouts {
    /// At the path of the list.
    Here,
    /// At another path, where the API keeps pages of this list.
    OtherPath(OtherPath),
    /// Somewhere else.
    Elsewhere,
}

/// A page at another path than its list, below the base URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherPath {
    /// Below the base URL, percent-encoded; empty for the base URL itself.
    pub path: String,
    /// As it stands in the URL, without credentials, which each request gets anew.
    pub query: String,
}

impl OtherPath {
    /// How to go on there: no parameter of the list leads to it.
    pub(in crate::invoke) fn going_on(&self) -> Said {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        let by = Given::Either { mcp: "send_unmediated_payload", cli: "`raw`" };
        Said::from("; it goes on at another path, which ")
            .given(by)
            .text(format!(" reads: `GET {path}?{}`", self.query))
    }
}

impl Whereabouts {
    /// Where a URL is to the list that a draft asks for at `here`.
    pub(super) fn of(url: &Url, here: &Url, draft: &Draft, access: &ApiAccess) -> Self {
        if is_of_list(url, here, &draft.path) {
            return Self::Here;
        }
        other_path(url, here, draft, access).map_or(Self::Elsewhere, Self::OtherPath)
    }
}

/// Whether a URL is of the list at `here`, whose path below the base URL is `path`. Servers behind a proxy know their host by other
/// names, and the beginning of their paths, which a proxy may cut off or add; letter case and a slash at the end are written either way.
fn is_of_list(url: &Url, here: &Url, path: &str) -> bool {
    let (here, url) = (segments(here.path()), segments(url.path()));
    let (base, list) = here.split_at(here.len().saturating_sub(segments(path).len()));
    let Some(before) = url.strip_suffix(list) else { return false };
    base.ends_with(before) || (!base.is_empty() && before.ends_with(base))
}

fn segments(path: &str) -> Vec<String> {
    let decoded = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().to_lowercase();
    path.trim_matches('/').split('/').map(decoded).collect()
}

/// The page at a URL of the API's own origin, its port named or not, where a path says that it may be of the same list: one above the list's, as servers have
/// that keep what they found for a search and give it out by pages (FHIR's), or one with the same end, as of a list by two names
/// (`/repos/{owner}/{name}/issues` and `/repositories/{id}/issues`). Of an API whose dialect knows how it pages, there is none, nor where
/// the request is no GET, or the URL asks for more than to be read.
fn other_path(url: &Url, here: &Url, draft: &Draft, access: &ApiAccess) -> Option<OtherPath> {
    let base = access.base_url();
    let is_known = access.dialect().page_sizes().largest.is_some();
    let is_own = base.is_at(url) || base.is_at_without_port(url);
    if is_known || draft.method != Method::Get || draft.body.is_some() || !is_own {
        return None;
    }
    let path = url.path().strip_prefix(base.path()).filter(|path| path.is_empty() || path.starts_with('/'))?;
    let (own, other) = (segments(&draft.path), segments(path));
    let is_above = path.trim_matches('/').is_empty() || own.starts_with(&other);
    // What begins alike is of another record of the same kind.
    let is_same_end = own.len() > 1 && other.len() > 1 && own.last() == other.last() && own.first() != other.first();
    let is_safe = path.is_empty() || check_path(path).is_ok();
    if !(is_above || is_same_end) || !is_safe || url.as_str().len() > LONGEST_BESIDE {
        return None;
    }
    let from = Redirected { from: here, base: base.path(), reads: draft.risk.is_read() };
    if !Risk::of_redirect(access.dialect(), Method::Get, from, url).is_read() {
        return None;
    }
    let is_masked = |text: &str| percent_decode_str(text).decode_utf8_lossy().contains(MASK);
    let is_own = |pair: &&str| !pair.is_empty() && !access.is_query_credential(pair);
    let query: Vec<&str> = url.query().unwrap_or_default().split('&').filter(is_own).collect();
    let query = query.join("&");
    // What names the page is needed as it was, and without a query nothing names it.
    let is_whole = !query.is_empty() && !is_masked(path) && !is_masked(&query);
    is_whole.then(|| OtherPath { path: path.to_owned(), query })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{access, at_port, draft};
    use super::*;

    fn of(target: &str, path: &str) -> Whereabouts {
        let access = access();
        let mut draft = draft(&[]);
        draft.path = path.to_owned();
        let here = access.base_url().join(path, &[]).unwrap();
        Whereabouts::of(&here.join(target).unwrap(), &here, &draft, &access)
    }

    #[test]
    fn a_page_of_this_list_may_lie_above_it_or_under_its_other_name() {
        let beside = |path: &str, query: &str| {
            Whereabouts::OtherPath(OtherPath { path: path.to_owned(), query: query.to_owned() })
        };
        for (target, path, expected) in [
            ("/v2?_getpages=a%2Fb&_getpagesoffset=20", "/Patient", beside("", "_getpages=a%2Fb&_getpagesoffset=20")),
            ("/v2/?_getpages=a&api_key=canary123", "/Patient", beside("/", "_getpages=a")),
            ("/v2/Patient?page=a", "/Patient/5/notes", beside("/Patient", "page=a")),
            ("/v2/repositories/5/issues?page=2", "/repos/a/b/issues", beside("/repositories/5/issues", "page=2")),
            ("/v2/users('5')/messages?$skip=9", "/me/messages", beside("/users('5')/messages", "$skip=9")),
            ("/v2/repos/a/b/issues?page=2", "/repos/a/b/issues", Whereabouts::Here),
        ] {
            assert_eq!(of(target, path), expected, "{target}");
        }
    }

    #[test]
    fn no_page_is_read_elsewhere_or_where_its_words_ask_for_more() {
        for (target, path) in [
            // Another host, port or scheme, and another base.
            ("https://other.example/v2?_getpages=a", "/Patient"),
            ("https://shop.example:8443/v2?_getpages=a", "/Patient"),
            ("http://shop.example/v2?_getpages=a", "/Patient"),
            ("https://shop.example.evil.example/v2?_getpages=a", "/Patient"),
            ("https://shop.example@evil.example/v2?_getpages=a", "/Patient"),
            ("/v1?_getpages=a", "/Patient"),
            ("/?_getpages=a", "/Patient"),
            ("/v2x?_getpages=a", "/Patient"),
            ("/v2/../admin?_getpages=a", "/Patient"),
            ("/v2/%2e%2e/admin/users?_getpages=a", "/me/users"),
            ("/v2/..%2f..%2fadmin/users?_getpages=a", "/me/users"),
            // Another list.
            ("/v2/orders?page=2", "/items"),
            ("/v2/items/5/parts?page=2", "/items"),
            ("/v2/orders/5/items?page=2", "/items"),
            ("/v2/items/6/notes?page=2", "/items/5/notes"),
            // What acts.
            ("/v2?_method=DELETE&_getpages=a", "/Patient"),
            ("/v2?action=delete&_getpages=a", "/Patient"),
            ("/v2/delete/items?page=2", "/store/items"),
            ("/v2/users/5/deactivate?page=2", "/users/deactivate"),
            // Nothing names the page, or what did is a secret.
            ("/v2", "/Patient"),
            ("/v2?api_key=canary123", "/Patient"),
            ("/v2?_getpages=[secret]", "/Patient"),
            ("/v2?_getpages=%5Bsecret%5D", "/Patient"),
        ] {
            assert_eq!(of(target, path), Whereabouts::Elsewhere, "{target}");
        }
        let long = format!("/v2?_getpages={}", "a".repeat(LONGEST_BESIDE));
        assert_eq!(of(&long, "/Patient"), Whereabouts::Elsewhere);
        let access = access();
        let here = access.base_url().join("/Patient", &[]).unwrap();
        let post = Draft { method: Method::Post, path: "/Patient".to_owned(), ..draft(&[]) };
        let page = here.join("/v2?_getpages=a").unwrap();
        assert_eq!(Whereabouts::of(&page, &here, &post, &access), Whereabouts::Elsewhere);
    }

    #[test]
    fn a_port_that_nobody_named_is_that_of_the_base_url() {
        let access = at_port();
        let here = access.base_url().join("/repos/a/b/issues", &[]).unwrap();
        let of = |target: &str| {
            let list = Draft { path: "/repos/a/b/issues".to_owned(), ..draft(&[]) };
            Whereabouts::of(&target.parse().unwrap(), &here, &list, &access)
        };
        let beside = OtherPath { path: "/repositories/5/issues".to_owned(), query: "page=2".to_owned() };
        assert_eq!(of("https://shop.example/v2/repositories/5/issues?page=2"), Whereabouts::OtherPath(beside));
        for target in [
            "https://shop.example:444/v2/repositories/5/issues?page=2",
            "http://shop.example/v2/repositories/5/issues?page=2",
            "https://other.example/v2/repositories/5/issues?page=2",
        ] {
            assert_eq!(of(target), Whereabouts::Elsewhere, "{target}");
        }
    }
}
