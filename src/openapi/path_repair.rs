//! Which path template did the vendor mean?
//!
//! Keys of `paths` as found in the field: slashes missing or doubled, braces that do not balance, regular expressions,
//! query strings. Invariant: what comes out parses as a [`super::PathTemplate`] and names no parameter twice; a
//! well-formed key comes out as it is.

use std::collections::{BTreeSet, HashSet};

use super::reader::text;
use serde_json::Value;

/// A repaired key of `paths`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Repaired {
    /// The path: begins with `/`, with balanced braces and without a query string.
    pub(super) path: String,
    /// The query string that was cut off.
    pub(super) query: Option<String>,
    /// Names of placeholders whose values may hold slashes: RFC 6570's `{+name}`.
    pub(super) reserved: Vec<String>,
    /// The repairs: code and message of each.
    pub(super) notes: Vec<(&'static str, String)>,
}

/// Repairs `key`. `siblings` are all keys of `paths`; `declared` tells the names of the item's `in: path` parameters.
pub(super) fn repair(key: &str, siblings: &BTreeSet<&str>, declared: &dyn Fn() -> HashSet<String>) -> Repaired {
    let mut out = Repaired { path: key.to_owned(), ..Repaired::default() };
    if is_plain(key) {
        return out;
    }
    out.absolute_url();
    out.leading_slash();
    out.braces(declared);
    out.query_string();
    out.missing_slash(siblings);
    out.colon_parameters(declared);
    out.repeated_parameters();
    out.duplicate_slashes();
    out
}

/// Whether the key is of the common kind, slashes, letters and placeholders that fill their segment, and needs no repair.
fn is_plain(key: &str) -> bool {
    let mut names = HashSet::new();
    key.strip_prefix('/').is_some_and(|rest| {
        let mut segments = rest.split('/').peekable();
        while let Some(segment) = segments.next() {
            let inner = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
            let fine = match inner {
                Some(name) => is_name(name) && names.insert(name),
                None if segment.is_empty() => segments.peek().is_none(),
                None => segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')),
            };
            if !fine {
                return false;
            }
        }
        true
    })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'$' | b'@'))
}

impl Repaired {
    fn change(&mut self, code: &'static str, path: String, what: &str) {
        if path != self.path {
            self.notes.push((code, format!("the path `{}` {what}; it was read as `{path}`", self.path)));
            self.path = path;
        }
    }

    fn absolute_url(&mut self) {
        let Some((scheme, rest)) = self.path.split_once("://") else { return };
        if !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric()) {
            let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/").to_owned();
            self.change("path-absolute-url", path, "is a whole URL");
        }
    }

    fn leading_slash(&mut self) {
        let trimmed = self.path.trim().to_owned();
        self.change("path-white-space", trimmed, "has white space around it");
        if !self.path.starts_with('/') {
            let path = format!("/{}", self.path);
            self.change("path-leading-slash", path, "does not begin with a slash");
        }
    }

    /// Balances braces, and strips from names what is no part of them: `{id:[0-9]+}`, `{path*}`, `{?query}`.
    fn braces(&mut self, declared: &dyn Fn() -> HashSet<String>) {
        let mut path = String::new();
        let (mut stripped, mut unbalanced, mut unnamed, mut fragment) = (false, false, false, false);
        let mut queries: Vec<String> = Vec::new();
        let mut chars = self.path.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '#' => fragment = true,
                '}' if !fragment => {
                    unbalanced = true;
                    // `/id}/`: a placeholder that lost its opening brace, where a parameter of that name is declared.
                    let start = path.rfind('/').map_or(0, |at| at + 1);
                    let segment = path.get(start..).unwrap_or_default().to_owned();
                    if is_name(&segment) && declared().contains(&segment) {
                        path.truncate(start);
                        path.extend(["{", &segment, "}"]);
                    }
                    continue;
                }
                '{' if !fragment => {
                    while chars.next_if_eq(&'{').is_some() {
                        unbalanced = true;
                    }
                    let (inner, closed) = take_placeholder(&mut chars);
                    unbalanced |= !closed;
                    // RFC 6570's `{?page,size}`: a query string in other words.
                    if let (true, Some(names)) = (closed, inner.strip_prefix(['?', '&'])) {
                        let names = names.split(',').map(|name| name.trim().trim_end_matches('*'));
                        queries.extend(names.filter(|name| is_name(name)).map(|name| format!("{name}={{{name}}}")));
                        continue;
                    }
                    let name = placeholder_name(&inner);
                    stripped |= closed && name != inner && !inner.is_empty();
                    if inner.trim_start().starts_with('+') {
                        self.reserved.push(name.to_owned());
                    }
                    if name.is_empty() {
                        unnamed = true;
                        path.push_str("{}");
                    } else {
                        path.extend(["{", name, "}"]);
                    }
                    continue;
                }
                _ => {}
            }
            path.push(c);
        }
        if unnamed {
            let taken: Vec<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
            let mut free: Vec<String> = declared().into_iter().filter(|name| !taken.contains(&name.as_str())).collect();
            free.sort();
            let mut free = free.into_iter().filter(|name| is_name(name));
            let mut number = 0;
            while let Some((before, after)) = path.split_once("{}").map(|(b, a)| (b.to_owned(), a.to_owned())) {
                number += 1;
                let name = free.next().unwrap_or_else(|| format!("parameter{number}"));
                path = format!("{before}{{{name}}}{after}");
            }
        }
        if !queries.is_empty() {
            let mark = if path.contains('?') { '&' } else { '?' };
            path.push(mark);
            path.push_str(&queries.join("&"));
        }
        let (code, what) = match (unbalanced, unnamed, stripped) {
            (true, ..) => ("path-unbalanced-braces", "has braces that do not balance"),
            (_, true, _) => ("path-parameter-unnamed", "has a placeholder without a name"),
            _ => ("path-regular-expression", "has more than names in its placeholders"),
        };
        self.change(code, path, what);
        self.raw_expressions(declared);
    }

    /// Segments that are an expression as a whole: `/(?<id>[0-9]+)`, `/(.*)`.
    fn raw_expressions(&mut self, declared: &dyn Fn() -> HashSet<String>) {
        if !self.path.contains(['(', '[', '*']) {
            return;
        }
        let taken: HashSet<&str> = self.path.split(['{', '}']).skip(1).step_by(2).collect();
        let mut free: Vec<String> = Vec::new();
        let mut asked = false;
        let mut number = 0;
        let mut segments = Vec::new();
        for segment in self.path.split('/') {
            if !is_expression(segment) {
                segments.push(segment.to_owned());
                continue;
            }
            if !asked {
                asked = true;
                free = declared().into_iter().filter(|name| is_name(name) && !taken.contains(name.as_str())).collect();
                free.sort();
                free.reverse();
            }
            number += 1;
            let named =
                segment.split_once('<').and_then(|(_, tail)| tail.split_once('>')).map(|(name, _)| name.to_owned());
            let name = named.filter(|name| is_name(name)).or_else(|| free.pop());
            let name = name.unwrap_or_else(|| format!("parameter{number}"));
            segments.push(format!("{{{name}}}"));
        }
        self.change("path-regular-expression", segments.join("/"), "has a regular expression in place of a parameter");
    }

    fn query_string(&mut self) {
        let end = self.path.find('#').unwrap_or(self.path.len());
        let Some(at) = self.path.get(..end).and_then(|path| path.find('?')) else { return };
        let query = self.path.get(at + 1..end).unwrap_or_default().to_owned();
        let path = format!("{}{}", self.path.get(..at).unwrap_or("/"), self.path.get(end..).unwrap_or_default());
        self.change("path-query-string", path, "has a query string");
        self.query = Some(query);
    }

    /// `/types{id}/copy` meant `/types/{id}/copy` where the placeholder is an id, or another path says so. Real mixed
    /// segments such as `/search{extension}` and `/v{version}` stay.
    fn missing_slash(&mut self, siblings: &BTreeSet<&str>) {
        let mut path = self.path.clone();
        let mut from = 0;
        while let Some(open) = path.get(from..).and_then(|rest| rest.find('{')).map(|at| at + from) {
            from = open + 1;
            let Some(before) = path.get(..open) else { break };
            let literal = before.rsplit(['/', '}']).next().unwrap_or_default();
            let name = path.get(open + 1..).and_then(|rest| rest.split_once('}')).map_or("", |(name, _)| name);
            let whole = before.strip_suffix(literal).is_some_and(|before| before.ends_with('/'));
            let is_word = literal.len() >= 2 && literal.bytes().all(|b| b.is_ascii_alphabetic());
            if whole && is_word && (is_id(name) || has_prefix(siblings, &format!("{before}/{{{name}}}"))) {
                path.insert(open, '/');
                from = open + 2;
            }
        }
        self.change("path-missing-slash", path, "lacks a slash before a placeholder");
        let mut path = self.path.clone();
        let mut from = 0;
        while let Some(close) = path.get(from..).and_then(|rest| rest.find('}')).map(|at| at + from) {
            from = close + 1;
            let literal = path.get(from..).unwrap_or_default().split(['/', '{', '#']).next().unwrap_or_default();
            let is_word = literal.len() >= 2 && literal.bytes().all(|b| b.is_ascii_alphabetic());
            let whole =
                path.get(..from).and_then(|before| before.rsplit('/').next()).is_some_and(|s| s.starts_with('{'));
            if whole
                && is_word
                && path.get(..from).is_some_and(|before| has_prefix(siblings, &format!("{before}/{literal}")))
            {
                path.insert(from, '/');
            }
        }
        self.change("path-missing-slash", path, "lacks a slash after a placeholder");
    }

    /// `/users/:id`, where a parameter of that name is declared.
    fn colon_parameters(&mut self, declared: &dyn Fn() -> HashSet<String>) {
        if !self.path.contains("/:") {
            return;
        }
        let declared = declared();
        let segments: Vec<String> = self
            .path
            .split('/')
            .map(|segment| match segment.strip_prefix(':') {
                Some(name) if declared.contains(name) && is_name(name) => format!("{{{name}}}"),
                _ => segment.to_owned(),
            })
            .collect();
        self.change("path-colon-parameter", segments.join("/"), "marks parameters with colons");
    }

    /// `{id}{id}` loses its second; one further on gets a name of its own, as two values need two names.
    fn repeated_parameters(&mut self) {
        let end = self.path.find('#').unwrap_or(self.path.len());
        let (head, fragment) = self.path.split_at_checked(end).unwrap_or((&self.path, ""));
        let all: HashSet<&str> = head.split(['{', '}']).skip(1).step_by(2).collect();
        let mut names: HashSet<String> = HashSet::new();
        let mut path = String::new();
        let mut rest = head;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
        {
            path.push_str(before);
            if names.insert(name.to_owned()) {
                path.extend(["{", name, "}"]);
            } else if !(before.is_empty() && path.ends_with('}')) {
                let mut number = 2;
                let mut fresh = format!("{name}{number}");
                while all.contains(fresh.as_str()) || !names.insert(fresh.clone()) {
                    number += 1;
                    fresh = format!("{name}{number}");
                }
                path.extend(["{", &fresh, "}"]);
            }
            rest = after;
        }
        path.push_str(rest);
        path.push_str(fragment);
        self.change("path-parameter-repeated", path, "names a parameter twice");
    }

    fn duplicate_slashes(&mut self) {
        let end = self.path.find('#').unwrap_or(self.path.len());
        let (head, fragment) = self.path.split_at_checked(end).unwrap_or((&self.path, ""));
        let mut path = String::new();
        for c in head.chars() {
            if !(c == '/' && path.ends_with('/')) {
                path.push(c);
            }
        }
        path.push_str(fragment);
        self.change("path-duplicate-slashes", path, "has slashes in a row");
    }
}

/// Reads to the closing brace, over braces and slashes inside an expression; an unclosed name ends at the next slash.
fn take_placeholder(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> (String, bool) {
    let ahead = chars.clone();
    let (mut depth, mut inner) = (1usize, String::new());
    for c in ahead {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        inner.push(c);
    }
    // A slash is only right inside an expression, which begins with a colon; `{a/{b}` merely lacks its brace.
    let is_expression = inner.split(['/', '{']).next().is_some_and(|start| start.contains([':', '(', '*', '=']));
    if depth == 0 && (is_expression || !inner.contains(['/', '{'])) {
        chars.nth(inner.chars().count());
        return (inner, true);
    }
    let mut name = String::new();
    while let Some(c) = chars.peek().copied() {
        match c {
            '/' | '{' | '#' | '?' => break,
            '}' => {
                chars.next();
                break;
            }
            _ => name.push(c),
        }
        chars.next();
    }
    (name, false)
}

/// The name in a placeholder's text: without expression, explode and operator marks (RFC 6570), white space.
fn placeholder_name(inner: &str) -> &str {
    let name = inner.trim().trim_start_matches(['+', '?', '&', '*', '.', ';', '#', '/']);
    let end = name.find([':', '=', '*', '?', '<', '(', '[', ',', '{', '}', '/', '#']).unwrap_or(name.len());
    name.get(..end).unwrap_or_default().trim().trim_end_matches('.')
}

/// Text that cannot be meant literally in a path; OData's `Customers({id})` and Google's `:verb` can.
fn is_expression(segment: &str) -> bool {
    !segment.contains('{')
        && (["(?", ".*", ".+", "[^", "]+", "]*", "\\d", "\\w", "[0-9", "[a-z", "[A-Z"]
            .iter()
            .any(|s| segment.contains(s)))
}

fn is_id(name: &str) -> bool {
    name.eq_ignore_ascii_case("id") || name.ends_with("Id") || name.ends_with("ID") || name.ends_with("_id")
}

fn has_prefix(siblings: &BTreeSet<&str>, prefix: &str) -> bool {
    siblings
        .range(prefix..)
        .next()
        .is_some_and(|path| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The value of a name in a path key's query string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum QueryValue {
    /// A fixed value.
    Literal(String),
    /// The name of a placeholder.
    Placeholder(String),
    /// No value.
    Absent,
}

/// The pairs of a query string.
pub(super) fn query_pairs(query: &str) -> Vec<(String, QueryValue)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let placeholder = value.strip_prefix('{').and_then(|value| value.strip_suffix('}'));
        let value = match placeholder {
            Some(name) => QueryValue::Placeholder(name.to_owned()),
            None if value.is_empty() || value.contains('{') => QueryValue::Absent,
            None => QueryValue::Literal(value.to_owned()),
        };
        (name.trim_matches(['{', '}']).to_owned(), value)
    });
    pairs.filter(|(name, _)| !name.is_empty()).collect()
}

/// The names of `in: path` parameters in a list that may hold references, which are looked up by `resolve`.
pub(super) fn declared_names<'a>(list: Option<&'a Value>, resolve: &dyn Fn(&'a Value) -> &'a Value) -> Vec<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten().map(resolve);
    items.filter(|p| p.get("in").is_some_and(|at| at == "path")).filter_map(|p| text(p.get("name"))).collect()
}
