//! When are two requests the same: to whoever confirmed one, and to an API that gets both?

mod alike;
#[cfg(test)]
mod tests;
mod xml;

use blake3::Hasher;
use serde_json::Value;

use self::alike::{by_decoded_name, by_name, in_any_case, integer, is_form, segments};
use self::xml::{is_xml, xml_alike};
use super::draft::{Body, Content, Draft, Part, is_json};
use super::file_content::FileContent;
use super::order::Order;
use crate::canonical::{same, same_url};

/// A hash over parts with their lengths: text that moves from one part into the next changes it.
#[derive(Default)]
pub(super) struct Parts(Hasher);

impl Parts {
    fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    fn add_pairs<T: AsRef<[u8]>>(&mut self, pairs: &[(T, T)]) {
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

    /// Parts of a body as a server reads them: in order of their names, JSON by what it says, and files by their names and content.
    fn add_parts_alike(&mut self, parts: &[Part], contents: &[FileContent]) {
        let mut contents = contents.iter();
        let mut hashes: Vec<(&str, String)> = Vec::new();
        for part in parts {
            let mut hash = Self::default();
            hash.add(part.content_type.as_deref().unwrap_or_default());
            hash.add_pairs(&by_name(part.headers.iter()));
            match &part.content {
                Content::Text(text) => {
                    let read =
                        serde_json::from_str::<Value>(text).ok().filter(|value| value.is_object() || value.is_array());
                    hash.add("text");
                    hash.add(read.map_or_else(|| text.clone(), |value| same(&value).to_string()));
                }
                Content::File(path) => {
                    hash.add("file");
                    hash.add(path.file_name().unwrap_or_default().as_encoded_bytes());
                    hash.add(contents.next().map_or("", |content| content.blake3.as_str()));
                }
            }
            hashes.push((&part.name, hash.hex()));
        }
        hashes.sort_by_key(|(name, _)| *name);
        let pairs: Vec<(&str, &str)> = hashes.iter().map(|(name, hash)| (*name, hash.as_str())).collect();
        self.add_pairs(&pairs);
    }

    fn add_content(
        &mut self,
        order: &Order,
        headers: Vec<(String, String)>,
        contents: &[FileContent],
        reading: Reading,
    ) {
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
                match reading {
                    Reading::Exact => self.add(form.encoded()),
                    Reading::Alike => self.add_pairs(&by_decoded_name(form.encoded().split('&'))),
                }
            }
            Some(Body::Text { media_type, text }) if reading == Reading::Alike && is_form(media_type) => {
                self.add("form");
                self.add_pairs(&by_decoded_name(text.split('&')));
            }
            Some(Body::Text { media_type, text }) if reading == Reading::Alike && is_xml(media_type) => {
                self.add("text");
                self.add(media_type);
                self.add(xml_alike(text));
            }
            Some(Body::Multipart(of_body)) => {
                self.add("multipart");
                match reading {
                    Reading::Exact => self.add_parts(of_body, contents, true),
                    Reading::Alike => self.add_parts_alike(of_body, contents),
                }
            }
            Some(Body::File { media_type, path }) => {
                self.add("file");
                self.add(media_type);
                // Where it lies is not sent.
                self.add(if reading == Reading::Exact { path.as_os_str().as_encoded_bytes() } else { &[] });
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

    /// The company that a request goes to, where the base URL is that of several.
    fn add_profile(&mut self, order: &Order) {
        if let Some(profile) = order.access.as_ref().ok().and_then(|access| access.profile.as_ref()) {
            self.add(&**profile);
        }
    }

    pub(super) fn hex(&self) -> String {
        self.0.finalize().to_hex().to_string()
    }
}

/// What of a body counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// All of it, as it is written.
    Exact,
    /// What a server makes of it.
    Alike,
}

/// Equal for requests that are the same to a server, and of all that is sent, where to, and how often. Of a JSON body neither the order
/// of members counts, nor blanks between them, nor how a number is written; of a URL, not what is encoded without need.
pub(super) fn fingerprint(order: &Order, contents: &[FileContent]) -> String {
    let Draft { path, query, headers, .. } = &order.draft;
    let mut parts = Parts::default();
    let base = order.access.as_ref().map(|access| access.base_url().to_string()).unwrap_or_default();
    for part in [&order.api, &base, order.draft.method.as_str()] {
        parts.add(part);
    }
    parts.add(same_url(path));
    parts.add(same_url(&query.encoded()));
    parts.add_content(order, headers.clone(), contents, Reading::Exact);
    parts.add(if order.all_pages { format!("all pages, {}", order.max_items) } else { "one page".to_owned() });
    parts.add_profile(order);
    parts.hex()
}

/// Equal for requests that an API may read as the same write, however they are written: what [`fingerprint`] tells apart by the case
/// or the slashes of a path, by the order of a query's names, by empty pairs, by zeros before an integer, or by a credential that another stands in
/// the place of, is one; and what the order of a form's names or a body's parts, where a file lies, or the name under which an API is known here.
pub(super) fn likeness(order: &Order, contents: &[FileContent]) -> String {
    let mut parts = Parts::default();
    let base = order.access.as_ref().ok().map(|access| access.base_url());
    // Two APIs may be known by one base URL, or by one that is a part of the other.
    parts.add(base.map_or_else(|| order.api.clone(), |base| base.host()));
    parts.add(order.draft.method.as_str());
    let mut segments = segments(&order.draft.path, order.template.as_deref(), &order.integers);
    let of_base = base.map(|base| base.path().split('/').skip(1).map(in_any_case));
    segments.splice(0..0, of_base.into_iter().flatten());
    parts.add((segments.len() as u64).to_le_bytes());
    segments.iter().for_each(|segment| parts.add(segment));
    let is_credential = |name: &str| order.access.as_ref().is_ok_and(|access| access.is_credential_in_any_case(name));
    let is_of_others = |(name, _): &(String, String)| !is_credential(name);
    // `?&` and `?=` say nothing.
    let says_something = |(name, value): &(String, String)| !(name.is_empty() && value.is_empty());
    let sent = order.draft.query.with_texts().filter(|(pair, _)| is_of_others(pair) && says_something(pair));
    let mut pairs = by_decoded_name(sent.map(|(_, text)| text));
    let is_integer = |name: &[u8]| std::str::from_utf8(name).is_ok_and(|name| order.integers.has_in_query(name));
    for (_, value) in pairs.iter_mut().filter(|(name, _)| is_integer(name)) {
        *value = integer(value).unwrap_or_else(|| std::mem::take(value));
    }
    parts.add_pairs(&pairs);
    // In which form the answer is wanted is no part of what is written.
    let headers = order.draft.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Accept"));
    parts.add_content(order, by_name(headers), contents, Reading::Alike);
    parts.add_profile(order);
    parts.hex()
}
