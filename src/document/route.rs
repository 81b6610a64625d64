//! What does a path say about its operation: domain, resource, nouns, parents, and what kind of route it is?
//!
//! Works on paths, methods and the shape of the answer, so that it holds for manifests that say nothing else. Pure.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::verbs::{ACTION_WORDS, WITH_OBJECT};
use super::words::{Vocabulary, singular};
use crate::openapi::{Method, Operation};

/// What a route does, as far as method, path and siblings tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RouteKind {
    /// Lists the records of a resource.
    List,
    /// Returns one record by its key, or the only one there is.
    One,
    /// Counts the records.
    Count,
    /// Lists the records that a search route asks for.
    Search,
    /// Returns the short form of what the plain route returns.
    Info,
    /// Tells where a record is used.
    Usages,
    /// Creates, changes or deletes several records at once.
    Bulk,
    /// Returns the record that is preset.
    Default,
    /// Creates a record.
    Create,
    /// Replaces a whole record, where another method changes a part of it.
    Replace,
    /// Changes a part of a record, or the whole where no other method does.
    Update,
    /// Deletes a record.
    Delete,
    /// Does anything else to a resource: merge, approve, copy.
    Action,
}

impl RouteKind {
    /// A stable lower-case name for the catalogue and for explanations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::One => "one",
            Self::Count => "count",
            Self::Search => "search",
            Self::Info => "info",
            Self::Usages => "usages",
            Self::Bulk => "bulk",
            Self::Default => "default",
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Action => "action",
        }
    }

    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::List,
        Self::One,
        Self::Count,
        Self::Search,
        Self::Info,
        Self::Usages,
        Self::Bulk,
        Self::Default,
        Self::Create,
        Self::Replace,
        Self::Update,
        Self::Delete,
        Self::Action,
    ];

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// The facts that an operation's path tells beside all other paths. Words are in lower case, as written, compounds taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The first path segment after the prefix that all paths share, or the first tag where paths give no grouping.
    pub domain: String,
    /// The path of the noun that the routes share: `/service/tickets`.
    pub resource: String,
    /// The literal segments without helpers, joined by `/`: the glossary's key of the resource.
    pub literals: String,
    /// What the route does.
    pub kind: RouteKind,
    /// Whether it is the short form of another route. A count can be one too.
    pub is_info: bool,
    /// The words of the domain; empty where tags give it.
    pub domain_words: Vec<String>,
    /// The words of each literal segment that names a thing, outermost first, without helper and action segments. The last
    /// is what the operation is about, those before are its parents.
    pub nouns: Vec<Vec<String>>,
    /// The words of the innermost parent whose key the path takes: `ticket` of `/tickets/{id}/notes`.
    pub keyed_parent: Vec<String>,
    /// The words of the action segment.
    pub action: Vec<String>,
}

impl Route {
    /// The words of the noun that the operation is about.
    pub fn target(&self) -> &[String] {
        self.nouns.last().map_or(&[], Vec::as_slice)
    }

    /// The nouns around the target, outermost first.
    pub fn parents(&self) -> &[Vec<String>] {
        self.nouns.split_last().map_or(&[], |(_, parents)| parents)
    }
}

/// The paths of a whole manifest, as far as reading one of them needs the others.
#[derive(Debug)]
pub struct RouteMap {
    /// Number of leading segments that all paths share.
    prefix: usize,
    /// Whether first segments group the operations; tags do otherwise.
    by_path: bool,
    /// Methods by [`anonymous`] path in lower case.
    methods: HashMap<String, HashSet<Method>>,
    /// Every proper beginning of a path that goes on with a placeholder.
    collections: HashSet<String>,
    actions: HashSet<&'static str>,
}

/// First segments are a grouping where most paths share theirs with three others or more: shares and number below.
const PATHS_OF_A_DOMAIN: usize = 4;
const SHARE_IN_DOMAINS: f64 = 0.6;

/// A placeholder, whole or in part.
fn is_parameter(segment: &str) -> bool {
    segment.contains('{')
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// The path with its placeholders made anonymous, so that names do not matter.
pub fn anonymous(path: &str) -> String {
    let mut key = String::with_capacity(path.len());
    for segment in segments(path) {
        key.push('/');
        key.push_str(if is_parameter(segment) { "{}" } else { segment });
    }
    key
}

/// The key of an operation: two with the same key are one. Letter case and the names of placeholders do not matter.
pub fn operation_key(method: &str, path: &str) -> String {
    let path = path.split('?').next().unwrap_or("");
    format!("{} {}", method.to_uppercase(), anonymous(path).to_lowercase())
}

/// The text of a segment outside its braces.
fn outside_braces(segment: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for character in segment.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(character),
            _ => {}
        }
    }
    out
}

struct Literal {
    words: Vec<String>,
    name: String,
    /// Whether a placeholder stands right behind it.
    has_key: bool,
}

impl RouteMap {
    /// Reads all paths once.
    pub fn new(operations: &[Operation]) -> Self {
        let mut methods: HashMap<String, HashSet<Method>> = HashMap::new();
        let mut paths: HashSet<&str> = HashSet::new();
        for operation in operations {
            methods.entry(anonymous(&operation.path).to_lowercase()).or_default().insert(operation.method);
            paths.insert(&operation.path);
        }
        let collections = methods.keys().filter_map(|key| key.rfind("/{}").map(|at| key[..at].to_owned())).collect();
        let paths: Vec<Vec<&str>> = paths.into_iter().map(|path| segments(path).collect()).collect();
        // A prefix leaves every path at least one more segment.
        let mut prefix = 0;
        while let Some(first) = paths.first().and_then(|path| path.get(prefix)) {
            let shared = paths.iter().all(|path| path.len() > prefix + 1 && path[prefix] == *first);
            if !shared || is_parameter(first) {
                break;
            }
            prefix += 1;
        }
        let mut by_first: HashMap<&str, usize> = HashMap::new();
        for path in &paths {
            if let Some(first) = path.get(prefix) {
                *by_first.entry(first).or_default() += 1;
            }
        }
        let grouped: usize = by_first.values().filter(|count| **count >= PATHS_OF_A_DOMAIN).sum();
        let by_path = grouped as f64 >= SHARE_IN_DOMAINS * paths.len() as f64;
        Self { prefix, by_path, methods, collections, actions: ACTION_WORDS.split_whitespace().collect() }
    }

    /// Reads one operation's route.
    pub fn route(&self, operation: &Operation, vocabulary: &Vocabulary) -> Route {
        let all: Vec<&str> = segments(&operation.path).collect();
        let rest = &all[self.prefix.min(all.len())..];
        let literals: Vec<Literal> = rest
            .iter()
            .enumerate()
            .filter_map(|(at, segment)| {
                let words = vocabulary.spell(&outside_braces(segment));
                let has_key = rest.get(at + 1).is_some_and(|next| is_parameter(next));
                (!words.is_empty()).then(|| Literal { words, name: segment.to_lowercase(), has_key })
            })
            .collect();
        let key = anonymous(&operation.path).to_lowercase();
        let ends_in_parameter = all.last().is_some_and(|segment| is_parameter(segment));
        let names: Vec<&str> = literals.iter().map(|literal| literal.name.as_str()).collect();
        let helper = Helper::of(&names, &key, &self.methods);

        let core: Vec<&Literal> = literals
            .iter()
            .enumerate()
            .filter(|(at, literal)| *at == 0 || !helper.drops(&literal.name))
            .map(|(_, literal)| literal)
            .collect();
        let known_by = core.iter().map(|literal| literal.name.as_str()).collect::<Vec<_>>().join("/");
        let has_domain = self.by_path && core.len() > 1;
        let domain_words =
            if self.by_path { core.first().map(|first| first.words.clone()).unwrap_or_default() } else { Vec::new() };
        let mut nouns: Vec<Vec<String>> =
            core.iter().skip(usize::from(has_domain)).map(|literal| literal.words.clone()).collect();
        let keyed_parent = match core.as_slice() {
            [outer @ .., _] => outer.iter().rev().find(|literal| literal.has_key),
            [] => None,
        };
        let mut action = Vec::new();
        if !ends_in_parameter
            && core.len() > 1
            && helper == Helper::default()
            && self.is_action(operation, &key, &nouns)
        {
            action = nouns.last().cloned().unwrap_or_default();
            if nouns.len() > 1 {
                nouns.pop();
            }
        }
        let kind = self.kind(operation, &helper, !action.is_empty(), ends_in_parameter, &key, &nouns);
        Route {
            domain: self.domain(operation, rest),
            resource: self.resource(&all),
            literals: known_by,
            kind,
            is_info: helper.info,
            domain_words,
            nouns,
            keyed_parent: keyed_parent.map(|literal| literal.words.clone()).unwrap_or_default(),
            action,
        }
    }

    fn domain(&self, operation: &Operation, rest: &[&str]) -> String {
        let first = rest.iter().find(|segment| !is_parameter(segment)).map_or("", |segment| *segment);
        let tag = operation.tags.first().filter(|_| !self.by_path);
        tag.cloned().unwrap_or_else(|| first.to_owned())
    }

    /// Up to its first noun below the domain, stopping before the first placeholder.
    fn resource(&self, all: &[&str]) -> String {
        let depth = self.prefix + if self.by_path { 2 } else { 1 };
        let mut resource = String::new();
        for segment in all.iter().take(depth).take_while(|segment| !is_parameter(segment)) {
            resource.push('/');
            resource.push_str(segment);
        }
        if resource.is_empty() { "/".to_owned() } else { resource }
    }

    /// Whether the last segment is an action: a verb whose name no collection has.
    fn is_action(&self, operation: &Operation, key: &str, nouns: &[Vec<String>]) -> bool {
        let Some(last) = nouns.last() else { return false };
        let reads = matches!(operation.method, Method::Get | Method::Head | Method::Options);
        let listed = !reads && self.methods.get(key).is_some_and(|methods| methods.contains(&Method::Get));
        let plural_answer = reads && last.last().is_some_and(|word| singular(word) != *word);
        let collection = listed || self.collections.contains(key) || plural_answer;
        let acts = |word: &String| {
            self.actions.contains(word.as_str()) || (last.len() > 1 && WITH_OBJECT.contains(&word.as_str()))
        };
        last.first().is_some_and(acts) && !collection
    }

    fn kind(
        &self,
        operation: &Operation,
        helper: &Helper,
        is_action: bool,
        ends_in_parameter: bool,
        key: &str,
        nouns: &[Vec<String>],
    ) -> RouteKind {
        if let Some(kind) = helper.kind() {
            return kind;
        }
        if is_action {
            return RouteKind::Action;
        }
        match operation.method {
            Method::Get | Method::Head | Method::Options | Method::Trace => {
                let last = nouns.last().and_then(|noun| noun.last());
                let named_one = last.is_none_or(|word| singular(word) == *word);
                let answer = operation
                    .responses
                    .iter()
                    .find(|response| response.status.starts_with('2'))
                    .and_then(|response| response.content.first())
                    .map(|content| &content.schema);
                let one_record = answer.is_some_and(|schema| schema.get("$ref").is_some());
                if ends_in_parameter || (one_record && named_one) { RouteKind::One } else { RouteKind::List }
            }
            Method::Put if self.methods.get(key).is_some_and(|methods| methods.contains(&Method::Patch)) => {
                RouteKind::Replace
            }
            Method::Put | Method::Patch => RouteKind::Update,
            Method::Delete => RouteKind::Delete,
            Method::Post => RouteKind::Create,
        }
    }
}

/// Which helper segments a path has. Each is one only beside something it helps: `/count` alone is a resource.
#[derive(Debug, Default, PartialEq, Eq)]
struct Helper {
    count: bool,
    usages: bool,
    info: bool,
    /// `search`, `bulk`, `default` or `defaults`, where it is the last segment.
    last: Option<(RouteKind, String)>,
}

impl Helper {
    fn of(names: &[&str], key: &str, methods: &HashMap<String, HashSet<Method>>) -> Self {
        let Some((last, before)) = names.split_last().filter(|(_, before)| !before.is_empty()) else {
            return Self::default();
        };
        let info = names[1..].contains(&"info") && names.len() > 2 && {
            let mut plain: Vec<&str> = key.split('/').collect();
            if let Some(at) = plain.iter().position(|segment| *segment == "info") {
                plain.remove(at);
            }
            let plain = plain.join("/");
            methods.contains_key(&plain)
                || methods.contains_key(&plain.replace("/count", ""))
                || *last == "info"
                || (*last == "count" && before.last() == Some(&"info"))
        };
        let kind = match *last {
            "search" => Some(RouteKind::Search),
            "bulk" => Some(RouteKind::Bulk),
            "default" | "defaults" => Some(RouteKind::Default),
            _ => None,
        };
        Self {
            count: *last == "count" || before.last() == Some(&"count"),
            usages: names[1..].contains(&"usages"),
            info,
            last: kind.map(|kind| (kind, (*last).to_owned())),
        }
    }

    fn drops(&self, name: &str) -> bool {
        (self.count && name == "count")
            || (self.usages && (name == "usages" || name == "list"))
            || (self.info && name == "info")
            || self.last.as_ref().is_some_and(|(_, last)| last == name)
    }

    fn kind(&self) -> Option<RouteKind> {
        if self.count {
            Some(RouteKind::Count)
        } else if self.usages {
            Some(RouteKind::Usages)
        } else if self.info {
            Some(RouteKind::Info)
        } else {
            self.last.as_ref().map(|(kind, _)| *kind)
        }
    }
}
