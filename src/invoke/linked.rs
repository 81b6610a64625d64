//! Which members of an object speak of the next page of a list? Pure.

use serde_json::{Map, Value};

/// Names of members with the URL of the next page, in small letters without other characters.
pub(super) const URLS: [&str; 7] =
    ["next", "nexthref", "nextlink", "nextpage", "nextpageurl", "nexturl", "odatanextlink"];

/// Names of members with links by their relations: `[{ "relation": "next", "url": ... }]` as FHIR has it, with `rel` and `href` as others.
const LINKS: [&str; 2] = ["link", "links"];

/// Relations of links that pages of a list have, and records have not.
const RELATIONS_OF_PAGES: [&str; 5] = ["first", "last", "next", "prev", "previous"];

/// Names of members that say whether there is a next page.
pub(super) const MORE: [&str; 6] = ["hasmore", "hasmoreitems", "hasmorepages", "hasnext", "hasnextpage", "more"];

/// Names of members with the token of a next page, whatever parameter takes it.
const TOKENS: [&str; 4] = ["nextcursor", "nextpagetoken", "nextpagelink", "nexttoken"];

/// The links that a member is a list of, each with its relation.
pub(super) fn links_of<'v>(name: &str, value: &'v Value) -> Option<&'v Vec<Value>> {
    let links = value.as_array().filter(|_| LINKS.contains(&plain(name).as_str()))?;
    links.iter().any(|link| relation_of(link).is_some()).then_some(links)
}

pub(super) fn relation_of(link: &Value) -> Option<&str> {
    link.get("rel").or_else(|| link.get("relation")).and_then(Value::as_str)
}

pub(super) fn is_of_pages(relation: &str) -> bool {
    RELATIONS_OF_PAGES.contains(&relation)
}

/// Whether a member of this name may speak of further pages; by its value [`speaks_of_pages`] tells.
pub(super) fn may_speak_of_pages(name: &str) -> bool {
    let plain = plain(name);
    let is_one_of = |names: &[&str]| names.contains(&plain.as_str());
    is_one_of(&LINKS) || is_one_of(&URLS) || is_one_of(&MORE) || is_one_of(&TOKENS)
}

/// Whether a member of an object speaks of further pages of a list, as no record does.
pub(super) fn speaks_of_pages(name: &str, value: &Value) -> bool {
    let plain = plain(name);
    if LINKS.contains(&plain.as_str()) {
        let has_next = |links: &Map<String, Value>| links.get("next").is_some_and(|next| !is_blank(next));
        return value.as_object().is_some_and(has_next)
            || links_of(name, value).is_some_and(|links| links.iter().filter_map(relation_of).any(is_of_pages));
    }
    match value {
        // A record may have a next one, by its name or its number.
        Value::String(text) if plain == "next" => text.starts_with(['/', '?']) || text.contains("://"),
        _ if plain == "next" => false,
        Value::Bool(_) => MORE.contains(&plain.as_str()),
        value => !MORE.contains(&plain.as_str()) && !value.is_null(),
    }
}

/// Whether a member says that there is none: `null`, `""`, and `false` are how APIs write it.
pub(super) fn is_blank(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false)) || value == ""
}

pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
