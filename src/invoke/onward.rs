//! What do an API's parameters and bodies say of the next page, where it sends no `Link`?
//!
//! Only what is certain counts: the URL of the next page, or a token under the name of the parameter that takes it (`nextPageToken` for
//! `pageToken`), or a number of rows to skip. Of a number that may count pages as well, who fetches them finds out which.

use serde_json::{Map, Value};
use url::Url;

use super::draft::nearest;
use super::envelope::may_hold_rows;
use super::linked::{MORE, URLS, is_blank, is_of_pages, links_of, plain, relation_of};
use crate::openapi::{Operation, ParameterIn};

/// Names of members that hold such a member.
const AROUND: [&str; 8] = ["links", "meta", "metadata", "page", "pageinfo", "pagination", "paging", "responsemetadata"];

/// Names of parameters with a number of rows, or of pages, to skip; of some also the number of the first row.
const OFFSETS: [&str; 6] = ["offset", "rowoffset", "skip", "start", "startat", "startindex"];

/// Those of which everybody knows that rows are counted: by OData, or by the name itself.
const OFFSETS_OF_ROWS: [&str; 2] = ["$skip", "rowoffset"];

/// Words, by their beginnings, with which a description says that rows are counted.
const ROWS: [&str; 7] = ["element", "entr", "item", "record", "result", "row", "skip"];

/// Words, by their beginnings, with which a description says that a number is something else.
const NO_ROWS: [&str; 6] = ["date", "epoch", "page", "time", "timestamp", "token"];

/// The parameters of an operation that lead to further pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Onward {
    /// The parameters of the query that take a text.
    texts: Vec<String>,
    /// All parameters of the query.
    declared: Vec<String>,
    /// The parameter with the number of rows or pages to skip.
    pub(super) offset: Option<Offset>,
    /// Whether the answer declares a member with the token of the next page: where it is not there, there is no next one.
    declares_token: bool,
    /// Whether no manifest says which parameters there are.
    is_unlisted: bool,
}

/// A parameter with a number of rows or pages to skip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    pub name: String,
    /// Whether rows are counted, for sure.
    pub counts_rows: bool,
}

/// What a body says of the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It is at this URL.
    At(Url),
    /// It is asked for with this parameter.
    With(String, Value),
    /// There is none.
    None,
    /// Nothing.
    Nothing,
}

impl Onward {
    /// Those of an operation that answers with these members.
    pub(crate) fn of(operation: &Operation, members: &[String]) -> Self {
        let queried = || operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
        let is_of = |schema: &Value, kinds: &[&str]| match schema.get("type") {
            Some(Value::String(kind)) => kinds.contains(&kind.as_str()),
            Some(Value::Array(all)) => all.iter().any(|kind| kind.as_str().is_some_and(|kind| kinds.contains(&kind))),
            _ => false,
        };
        let texts = queried().filter(|parameter| !is_of(&parameter.schema, &["array", "object", "boolean"]));
        let has_word = |text: &str, beginnings: &[&str]| {
            let mut words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
            words.any(|word| beginnings.iter().any(|beginning| word.starts_with(beginning)))
        };
        let offset = queried().find(|parameter| {
            OFFSETS.contains(&plain(&parameter.name).as_str())
                && is_of(&parameter.schema, &["integer", "number"])
                && !has_word(&parameter.description, &NO_ROWS)
        });
        let offset = offset.map(|parameter| Offset {
            name: parameter.name.clone(),
            counts_rows: OFFSETS_OF_ROWS.contains(&parameter.name.to_ascii_lowercase().as_str())
                || has_word(&parameter.description, &ROWS),
        });
        let texts: Vec<String> = texts.map(|parameter| parameter.name.clone()).collect();
        let declares_token = members.iter().any(|member| texts.iter().any(|parameter| is_token_of(member, parameter)));
        let declared = queried().map(|parameter| parameter.name.clone()).collect();
        Self { texts, declared, offset, declares_token, is_unlisted: false }
    }

    /// Those of an operation that no manifest has: what a body says is all there is.
    pub(crate) fn of_unlisted() -> Self {
        Self { is_unlisted: true, ..Self::default() }
    }

    /// Whether the operation declares a parameter of the query, of `page[number]` the object `page`, too; or may take it.
    pub(super) fn declares(&self, name: &str) -> bool {
        let object = name.split('[').next().unwrap_or(name);
        self.is_unlisted
            || self.declared.iter().any(|known| known.eq_ignore_ascii_case(name) || known.eq_ignore_ascii_case(object))
    }

    /// Whether a read is sent with a parameter of this name: what is declared, and what is no misspelling of that.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.declares(name) || nearest(name, self.declared.iter().map(String::as_str), 1).is_empty()
    }

    /// What the members around the rows of the page at `here` say of the next one.
    pub(super) fn said(&self, beside: &Map<String, Value>, here: &Url) -> Said {
        let groups = groups(beside);
        let says_more = |said: bool| {
            groups.iter().copied().flatten().any(|(name, value)| MORE.contains(&plain(name).as_str()) && *value == said)
        };
        let mut is_last = says_more(false);
        for links in groups.iter().copied().flatten().filter_map(|(name, value)| links_of(name, value)) {
            match target_of(links, here) {
                Target::At(url) => return Said::At(url),
                Target::Unclear => return Said::Nothing,
                // Of a FHIR bundle each page has its links.
                Target::None => {
                    let is_bundle = beside.get("resourceType").is_some_and(|kind| kind == "Bundle");
                    is_last |= is_bundle || links.iter().filter_map(relation_of).any(is_of_pages);
                }
            }
        }
        for (name, value) in groups.iter().copied().flatten() {
            let parameter = self.texts.iter().find(|parameter| is_token_of(name, parameter));
            let is_url = URLS.contains(&plain(name).as_str());
            let value = match value {
                // `next: { href }`, `next_page: { offset, uri }`
                Value::Object(next) if is_url => {
                    let token = self.texts.iter().find_map(|parameter| Some((parameter, next.get(parameter)?)));
                    if let Some((parameter, token)) = token.filter(|(_, token)| !is_blank(token)) {
                        return Said::With(parameter.clone(), token.clone());
                    }
                    next.get("href").or_else(|| next.get("url")).unwrap_or(&Value::Null)
                }
                value => value,
            };
            if parameter.is_none() && !is_url {
                continue;
            }
            if is_blank(value) {
                is_last = true;
                continue;
            }
            if let Some(parameter) = parameter.filter(|_| value.is_string() || value.is_number()) {
                return Said::With(parameter.clone(), value.clone());
            }
            if let Some(url) = value.as_str().and_then(|text| page_at(text, here)) {
                return Said::At(url);
            }
        }
        // `next: null` beside `hasMore: true`: there is one, and nothing says where.
        if (is_last || self.declares_token) && !says_more(true) { Said::None } else { Said::Nothing }
    }
}

/// The URL of a page, which may be relative to that of the one before it (RFC 3986); one without a query names no parameters of another
/// page.
fn page_at(text: &str, here: &Url) -> Option<Url> {
    let is_url = !text.contains(char::is_whitespace);
    is_url.then(|| here.join(text).ok()).flatten().filter(|url| url.query().is_some())
}

/// What a list of links says of the next page.
enum Target {
    At(Url),
    /// There is one, and nothing says where.
    Unclear,
    None,
}

fn target_of(links: &[Value], here: &Url) -> Target {
    let Some(next) = links.iter().find(|link| relation_of(link) == Some("next")) else { return Target::None };
    let text = next.get("href").or_else(|| next.get("url")).and_then(Value::as_str);
    text.and_then(|text| page_at(text, here)).map_or(Target::Unclear, Target::At)
}

/// The members around the rows, and those of each member of theirs that is about pages, or that held the rows.
pub(super) fn groups(beside: &Map<String, Value>) -> Vec<&Map<String, Value>> {
    let is_around = |name: &str| AROUND.contains(&plain(name).as_str()) || may_hold_rows(name);
    let around = beside.iter().filter(|(name, _)| is_around(name));
    std::iter::once(beside).chain(around.filter_map(|(_, group)| group.as_object())).collect()
}

/// Whether a member has the value of a parameter for the next page: `nextPageToken` of `pageToken`.
fn is_token_of(member: &str, parameter: &str) -> bool {
    plain(member) == format!("next{}", plain(parameter))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn operation(parameters: &Value) -> Operation {
        let operation = json!({ "method": "GET", "path": "/items", "parameters": parameters });
        serde_json::from_value(operation).unwrap()
    }

    fn query(name: &str, kind: &str, description: &str) -> Value {
        json!({ "name": name, "in": "query", "schema": { "type": kind }, "description": description })
    }

    #[test]
    fn bodies_say_where_the_next_page_is_or_that_there_is_none() {
        let all = json!([
            query("pageToken", "string", ""),
            query("cursor", "string", ""),
            query("offset", "string", "Offset token"),
        ]);
        let onward = Onward::of(&operation(&all), &[]);
        let here = Url::parse("https://shop.example/v2/items?limit=5").unwrap();
        let with = |name: &str, value: &str| Said::With(name.to_owned(), value.into());
        let at = |url: &str| Said::At(Url::parse(url).unwrap());
        for (beside, expected) in [
            (json!({ "nextPageToken": "t1", "kind": "list" }), with("pageToken", "t1")),
            (json!({ "next_cursor": "c1" }), with("cursor", "c1")),
            (json!({ "response_metadata": { "next_cursor": "c2" } }), with("cursor", "c2")),
            (json!({ "response_metadata": { "next_cursor": "" } }), Said::None),
            (
                json!({ "next_page": { "offset": "o1", "uri": "https://shop.example/x?offset=o1" } }),
                with("offset", "o1"),
            ),
            (json!({ "next_page": null }), Said::None),
            (
                json!({ "count": 9, "next": "https://shop.example/v2/items?limit=5&p=2" }),
                at("https://shop.example/v2/items?limit=5&p=2"),
            ),
            (json!({ "count": 9, "next": null, "previous": "https://shop.example/v2/items" }), Said::None),
            (json!({ "@odata.nextLink": "/v2/items?$skiptoken=7" }), at("https://shop.example/v2/items?$skiptoken=7")),
            (json!({ "links": { "next": { "href": "?page=3" } } }), at("https://shop.example/v2/items?page=3")),
            (json!({ "links": { "self": "?page=1" } }), Said::Nothing),
            // OData, relative to the request
            (json!({ "@odata.nextLink": "items?$skiptoken=7" }), at("https://shop.example/v2/items?$skiptoken=7")),
            (json!({ "link": [{ "relation": "next", "url": "?page=3" }] }), at("https://shop.example/v2/items?page=3")),
            (
                json!({ "links": [{ "rel": "self", "href": "?a" }, { "rel": "next", "href": "?page=3" }] }),
                at("https://shop.example/v2/items?page=3"),
            ),
            (json!({ "links": [{ "rel": "first", "href": "?a" }] }), Said::None),
            (json!({ "links": [{ "rel": "self", "href": "?a" }] }), Said::Nothing),
            (json!({ "resourceType": "Bundle", "link": [{ "relation": "self", "url": "?a" }] }), Said::None),
            (json!({ "resourceType": "Bundle", "link": [{ "relation": "next", "url": 5 }] }), Said::Nothing),
            (json!({ "cursor": "c1", "total": 9, "next": 3 }), Said::Nothing),
            (json!({ "next": "three words here" }), Said::Nothing),
            (json!({ "next": null, "hasMore": true }), Said::Nothing),
            (json!({ "paging": { "next": null, "has_more": true } }), Said::Nothing),
            (json!({ "has_more": false }), Said::None),
            (json!({}), Said::Nothing),
        ] {
            assert_eq!(onward.said(beside.as_object().unwrap(), &here), expected, "{beside}");
        }
        let members = ["files".to_owned(), "next_page_token".to_owned()];
        let declared = Onward::of(&operation(&all), &members);
        assert_eq!(declared.said(&Map::new(), &here), Said::None);
    }

    #[test]
    fn an_offset_counts_rows_for_sure_or_may_or_is_none() {
        for (name, kind, description, counts_rows) in [
            ("offset", "integer", "Rows to skip", Some(true)),
            ("skip", "integer", "Number of items to skip.", Some(true)),
            ("$skip", "integer", "", Some(true)),
            ("skip", "integer", "", Some(false)),
            ("offset", "integer", "Pagination offset", Some(false)),
            ("startAt", "number", "", Some(false)),
            ("start", "integer", "", Some(false)),
            ("offset", "string", "", None),
            ("offset", "integer", "The page to begin with", None),
            ("start", "integer", "Seconds since the epoch", None),
            ("from", "integer", "", None),
            ("cursor", "integer", "", None),
        ] {
            let onward = Onward::of(&operation(&json!([query(name, kind, description)])), &[]);
            assert_eq!(onward.offset.map(|offset| offset.counts_rows), counts_rows, "{name} {kind} {description}");
        }
    }
}
