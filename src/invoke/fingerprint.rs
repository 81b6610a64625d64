//! When are two requests the same: to whoever confirmed one, and to an API that gets both?

use blake3::Hasher;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::draft::{Body, Content, Draft, Part, is_json};
use super::file_content::FileContent;
use super::order::Order;
use crate::canonical::{same, same_url};
use crate::openapi::{Part as PathPart, PathTemplate};

/// A hash over parts with their lengths: text that moves from one part into the next changes it.
#[derive(Default)]
pub(super) struct Parts(Hasher);

impl Parts {
    fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    fn add_pairs(&mut self, pairs: &[(String, String)]) {
        self.add((pairs.len() as u64).to_le_bytes());
        for (name, value) in pairs {
            self.add(name);
            self.add(value);
        }
    }

    /// Parts of a body with the content of their files, and, where the caller named them, their paths.
    pub(super) fn add_parts(&mut self, parts: &[Part], contents: &[FileContent], with_paths: bool) {
        let mut contents = contents.iter();
        self.add((parts.len() as u64).to_le_bytes());
        for part in parts {
            self.add(&part.name);
            self.add(part.content_type.as_deref().unwrap_or_default());
            self.add_pairs(&part.headers);
            match &part.content {
                Content::Text(text) => {
                    self.add("text");
                    self.add(text);
                }
                Content::File(path) => {
                    self.add("file");
                    self.add(if with_paths { path.as_os_str().as_encoded_bytes() } else { &[] });
                    self.add(contents.next().map_or("", |content| content.blake3.as_str()));
                }
            }
        }
    }

    /// What every request begins with: which API, where, by which method.
    fn to(order: &Order) -> Self {
        let mut parts = Self::default();
        let base = order.access.as_ref().map(|access| access.base_url().to_string()).unwrap_or_default();
        for part in [&order.api, &base, order.draft.method.as_str()] {
            parts.add(part);
        }
        parts
    }

    fn add_content(&mut self, order: &Order, headers: Vec<(String, String)>, contents: &[FileContent]) {
        let body = &order.draft.body;
        let written;
        let (json, media_type, text) = match body {
            Some(Body::Json(value)) => (Some(value), "application/json", ""),
            Some(Body::Text { media_type, text }) => {
                written = is_json(media_type).then(|| serde_json::from_str::<Value>(text).ok()).flatten();
                (written.as_ref(), media_type.as_str(), text.as_str())
            }
            _ => (None, "", ""),
        };
        let (types, others): (Vec<_>, Vec<_>) =
            headers.into_iter().partition(|(name, _)| json.is_some() && name.eq_ignore_ascii_case("Content-Type"));
        self.add_pairs(&others);
        match body {
            None => self.add("none"),
            Some(Body::Form(form)) => {
                self.add("form");
                self.add(form.encoded());
            }
            Some(Body::Multipart(of_body)) => {
                self.add("multipart");
                self.add_parts(of_body, contents, true);
            }
            Some(Body::File { media_type, path }) => {
                self.add("file");
                self.add(media_type);
                self.add(path.as_os_str().as_encoded_bytes());
                self.add(contents.first().map_or("", |content| content.blake3.as_str()));
            }
            Some(Body::Json(_) | Body::Text { .. }) => match json {
                Some(value) => {
                    self.add("json");
                    self.add(types.last().map_or(media_type, |(_, sent)| sent));
                    self.add(same(value).to_string());
                }
                None => {
                    self.add("text");
                    self.add(media_type);
                    self.add(text);
                }
            },
        }
    }

    pub(super) fn hex(&self) -> String {
        self.0.finalize().to_hex().to_string()
    }
}

/// Equal for requests that are the same to a server, and of all that is sent, where to, and how often. Of a JSON body neither the order
/// of members counts, nor blanks between them, nor how a number is written; of a URL, not what is encoded without need.
pub(super) fn fingerprint(order: &Order, contents: &[FileContent]) -> String {
    let Draft { path, query, headers, .. } = &order.draft;
    let mut parts = Parts::to(order);
    parts.add(same_url(path));
    parts.add(same_url(&query.encoded()));
    parts.add_content(order, headers.clone(), contents);
    parts.add(if order.all_pages { format!("all pages, {}", order.max_items) } else { "one page".to_owned() });
    parts.hex()
}

/// Equal for requests that an API may read as the same write, however they are written: what [`fingerprint`] tells apart by the case
/// or the slashes of a path, by the order of a query's names, by empty pairs, or by a credential that another stands in the place of, is one.
pub(super) fn likeness(order: &Order, contents: &[FileContent]) -> String {
    let mut parts = Parts::to(order);
    let segments = segments(&order.draft.path, order.template.as_deref());
    parts.add((segments.len() as u64).to_le_bytes());
    segments.iter().for_each(|segment| parts.add(segment));
    let is_credential = |name: &str| order.access.as_ref().is_ok_and(|access| access.is_credential_in_any_case(name));
    let is_of_others = |(name, _): &&(String, String)| !is_credential(name);
    // `?&` and `?=` say nothing.
    let says_something = |(name, value): &&(String, String)| !(name.is_empty() && value.is_empty());
    let sent = order.draft.query.iter().filter(is_of_others).filter(says_something);
    parts.add_pairs(&by_name(sent));
    // In which form the answer is wanted is no part of what is written.
    let headers = order.draft.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Accept"));
    parts.add_content(order, by_name(headers), contents);
    parts.hex()
}

/// Pairs in the order of their names, whatever the case of these; those of one name keep theirs.
fn by_name<'p>(pairs: impl Iterator<Item = &'p (String, String)>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    pairs
}

/// The segments of a path, decoded. The case of letters counts in the values of its template's placeholders alone, and without a
/// template nowhere: many servers heed none.
fn segments(path: &str, template: Option<&str>) -> Vec<String> {
    let trimmed = |path: &str| {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        segments.map(|segment| format!("/{segment}")).collect::<String>()
    };
    let path = trimmed(path);
    let template = template.map(|template| trimmed(template.split('#').next().unwrap_or_default()));
    let template = template.and_then(|template| PathTemplate::parse(&template).ok());
    let placed = template.as_ref().and_then(|template| Some((template, template.matches_in_any_case(&path)?)));
    let Some((template, values)) = placed else {
        let decoded = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().to_lowercase();
        return path.split('/').skip(1).map(decoded).collect();
    };
    let mut values = values.into_iter().map(|(_, value)| value);
    let mut text = |part: &PathPart| match part {
        PathPart::Literal(text) => percent_decode_str(text).decode_utf8_lossy().to_lowercase(),
        PathPart::Parameter(_) => values.next().unwrap_or_default(),
    };
    template.segments().iter().map(|segment| segment.parts.iter().map(&mut text).collect()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::invoke::client::{ApiAccess, GenericSettings};
    use crate::invoke::order::tests::{form, order};
    use crate::openapi::Method;

    #[test]
    fn a_fingerprint_is_of_all_that_is_sent_where_to_and_how_often() {
        let plain = || order("a=1&b=2", &[("X-Tenant", "a")], form(&[("x", "1")]));
        let of = |order: &Order| fingerprint(order, &[]);
        let same = of(&plain());
        assert_eq!(of(&plain()), same);
        let changed = |change: fn(&mut Order)| {
            let mut order = plain();
            change(&mut order);
            of(&order)
        };
        let others = [
            of(&order("b=2&a=1", &[("X-Tenant", "a")], form(&[("x", "1")]))),
            of(&order("a=1&b=2&b=2", &[("X-Tenant", "a")], form(&[("x", "1")]))),
            of(&order("a=1&b=2", &[("X-Tenant", "b")], form(&[("x", "1")]))),
            of(&order("a=1&b=2", &[], form(&[("X-Tenant", "a"), ("x", "1")]))),
            of(&order("a=1&b=2", &[("X-Tenant", "a")], form(&[("x", "1"), ("x", "1")]))),
            changed(|order| order.api = "shopb".to_owned()),
            changed(|order| order.all_pages = true),
            changed(|order| (order.all_pages, order.max_items) = (true, 5)),
            changed(|order| order.draft.method = Method::Post),
            changed(|order| order.draft.path.push('/')),
            changed(|order| {
                let settings =
                    GenericSettings { url: "https://shop.example/v3".to_owned(), ..GenericSettings::default() };
                order.access = ApiAccess::generic(settings).map_err(Into::into);
            }),
        ];
        let distinct: std::collections::HashSet<&String> = others.iter().chain([&same]).collect();
        assert_eq!(distinct.len(), others.len() + 1);
    }

    #[test]
    fn what_is_the_same_to_a_server_has_one_fingerprint() {
        let json = |text: &str| {
            let media_type = "application/json".to_owned();
            fingerprint(&order("", &[], Some(Body::Text { media_type, text: text.to_owned() })), &[])
        };
        let value = order("", &[], Some(Body::Json(json!({ "a": 1, "b": "x" }))));
        for text in [r#"{"a":1,"b":"x"}"#, r#"{ "b": "x",  "a": 1.0 }"#, r#"{"b":"\u0078","a":10e-1}"#] {
            assert_eq!(json(text), fingerprint(&value, &[]), "{text}");
        }
        for text in [r#"{"a":1,"b":"x "}"#, r#"{"a":"1","b":"x"}"#, r#"{"a":1.01,"b":"x"}"#] {
            assert_ne!(json(text), fingerprint(&value, &[]), "{text}");
        }
        let at = |path: &str, query: &str| {
            let mut order = order(query, &[], None);
            order.draft.path = path.to_owned();
            fingerprint(&order, &[])
        };
        assert_eq!(at("/%69tems", "a=%62"), at("/items", "a=b"));
        assert_eq!(at("/a%2fb", ""), at("/a%2Fb", ""));
        assert_ne!(at("/a%2Fb", ""), at("/a/b", ""));
        assert_ne!(at("/items", "a=b%26c"), at("/items", "a=b&c"));
    }

    #[test]
    fn what_an_api_reads_as_the_same_write_is_alike_however_it_is_written() {
        let of = |path: &str, query: &str, template: Option<&str>| {
            let mut order = order(query, &[], None);
            order.draft.path = path.to_owned();
            order.template = template.map(str::to_owned);
            likeness(&order, &[])
        };
        let plain = of("/items", "a=1&b=x%20y&c=1&c=2", None);
        for (path, query) in [
            ("/Items", "a=1&b=x%20y&c=1&c=2"),
            ("/items/", "a=1&b=x%20y&c=1&c=2"),
            ("//items", "a=1&b=x+y&c=1&c=2"),
            ("/it%65ms", "&a=1&&b=x+y&=&c=1&c=2&"),
            ("/items", "c=1&b=x%20y&a=1&c=2"),
            ("/items", "A=1&b=x%20y&c=1&c=2"),
        ] {
            assert_eq!(of(path, query, None), plain, "{path}?{query}");
            assert_eq!(of(path, query, Some("/items")), plain, "{path}?{query}");
        }
        for (path, query) in [
            ("/items", "a=1&b=x%20y&c=2&c=1"),
            ("/items", "a=1&b=x%20y&c=1"),
            ("/items", "a=1&b=x%20y&c=1&c=2&d"),
            ("/items", "a=1&b=X%20y&c=1&c=2"),
            ("/items/5", "a=1&b=x%20y&c=1&c=2"),
            ("/it/ems", "a=1&b=x%20y&c=1&c=2"),
        ] {
            assert_ne!(of(path, query, None), plain, "{path}?{query}");
        }
        let listed = |path: &str| of(path, "", Some("/items/{id}/notes"));
        assert_eq!(listed("/Items/aB/NOTES/"), listed("/items/aB/notes"));
        assert_ne!(listed("/items/ab/notes"), listed("/items/aB/notes"));
        assert_ne!(of("/a%2Fb", "", None), of("/a/b", "", None));
    }

    #[test]
    fn neither_an_accepted_form_nor_the_order_of_headers_makes_another_write() {
        let of = |headers: &[(&str, &str)]| likeness(&order("", headers, form(&[("x", "1")])), &[]);
        assert_eq!(of(&[("A", "1"), ("B", "2"), ("Accept", "text/csv")]), of(&[("b", "2"), ("a", "1")]));
        assert_ne!(of(&[("A", "1")]), of(&[("A", "2")]));
        let body = |fields: &[(&str, &str)]| likeness(&order("", &[], form(fields)), &[]);
        assert_ne!(body(&[("x", "1")]), body(&[("x", "2")]));
    }

    #[test]
    fn a_credential_that_was_typed_makes_no_other_write() {
        let of = |query: &str| {
            let scheme = json!({ "type": "apiKey", "in": "query", "name": "api_key" });
            let credential =
                crate::invoke::client::Credential { variable: "KEY".to_owned(), value: Some("canary".into()) };
            let settings = GenericSettings {
                url: "https://shop.example".to_owned(),
                schemes: [("key".to_owned(), scheme)].into(),
                credentials: [("key".to_owned(), credential)].into(),
                ..GenericSettings::default()
            };
            let access = ApiAccess::generic(settings).unwrap();
            let access = access.for_operation(None).unwrap().into_owned();
            let mut order = order(query, &[], None);
            order.access = Ok(access);
            likeness(&order, &[])
        };
        assert_eq!(of("a=1"), of("a=1&api_key=x"));
        assert_eq!(of("a=1"), of("API_KEY=y&a=1"));
        assert_ne!(of("a=1"), of("a=1&key=x"));
    }
}
