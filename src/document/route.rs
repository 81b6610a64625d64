//! What does a path say about its operation: domain, resource, nouns, parents, and what kind of route it is?
//!
//! Works on paths and methods alone, so that it holds for manifests that say nothing else. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::openapi::{Method, Operation};

/// What a route does, as far as method, path and siblings tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RouteKind {
    /// Many of a resource.
    List,
    /// One by its key, or the single one there is.
    One,
    /// The number of them.
    Count,
    /// Many, asked for by a request body or a search route.
    Search,
    /// The short form beside the plain route.
    Info,
    /// Where a record is used.
    Usages,
    /// Several at once.
    Bulk,
    /// A new one.
    Create,
    /// The whole of one.
    Replace,
    /// A part of one.
    Update,
    /// Away with one.
    Delete,
    /// Anything else that is done to a resource: merge, approve, copy.
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
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Action => "action",
        }
    }

    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::List,
        Self::One,
        Self::Count,
        Self::Search,
        Self::Info,
        Self::Usages,
        Self::Bulk,
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

/// What is read from one operation's place among all paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The first path segment after the prefix that all paths share, or the first tag where paths give no grouping.
    pub domain: String,
    /// The path of the noun that the routes share: `/service/tickets`.
    pub resource: String,
    /// What the route does.
    pub kind: RouteKind,
    /// The literal segments that name things, outermost first, without prefix, domain, helper or action segments.
    pub nouns: Vec<String>,
    /// The last literal segment where it is a helper or an action (`count`, `merge`).
    pub tail: Option<String>,
}

/// What must be known of a whole manifest to read one of its paths.
#[derive(Debug)]
pub struct RouteMap {
    /// How many leading segments all paths share.
    prefix: usize,
    /// Whether first segments group the operations; tags do otherwise.
    by_path: bool,
    /// Methods by path with anonymous placeholders.
    methods: HashMap<String, HashSet<Method>>,
}

/// Paths per first segment below which first segments are no grouping: three on average still is one.
const PATHS_PER_DOMAIN: usize = 3;

/// A placeholder, whole or in part.
pub fn is_parameter(segment: &str) -> bool {
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

impl RouteMap {
    /// Reads all paths once.
    pub fn new(operations: &[Operation]) -> Self {
        let paths: Vec<Vec<&str>> = operations.iter().map(|operation| segments(&operation.path).collect()).collect();
        let mut prefix = 0;
        // A prefix leaves every path at least one more literal segment to be its domain.
        while let Some(first) = paths.first().and_then(|path| path.get(prefix)) {
            let shared = paths.iter().all(|path| {
                path.get(prefix) == Some(first) && path[prefix + 1..].iter().any(|segment| !is_parameter(segment))
            });
            if !shared || paths.len() == 1 {
                break;
            }
            prefix += 1;
        }
        let mut domains: BTreeMap<&str, HashSet<String>> = BTreeMap::new();
        for (path, operation) in paths.iter().zip(operations) {
            if let Some(first) = path[prefix.min(path.len())..].iter().find(|segment| !is_parameter(segment)) {
                domains.entry(first).or_default().insert(anonymous(&operation.path));
            }
        }
        let distinct: usize = domains.values().map(HashSet::len).sum();
        let tagged = operations.iter().all(|operation| !operation.tags.is_empty());
        let by_path = !tagged || domains.len() * PATHS_PER_DOMAIN <= distinct;
        let mut methods: HashMap<String, HashSet<Method>> = HashMap::new();
        for operation in operations {
            methods.entry(anonymous(&operation.path)).or_default().insert(operation.method);
        }
        Self { prefix, by_path, methods }
    }

    fn has(&self, path: &str, method: Method) -> bool {
        self.methods.get(path).is_some_and(|methods| methods.contains(&method))
    }

    /// Reads one operation's route.
    pub fn route(&self, operation: &Operation) -> Route {
        let all: Vec<&str> = segments(&operation.path).collect();
        let rest = &all[self.prefix.min(all.len())..];
        let literals: Vec<(usize, &str)> =
            rest.iter().copied().enumerate().filter(|(_, segment)| !is_parameter(segment)).collect();
        let first = literals.first().map_or("", |(_, segment)| *segment);
        let domain = if self.by_path {
            first.to_owned()
        } else {
            operation.tags.first().cloned().unwrap_or_else(|| first.to_owned())
        };
        // The resource: up to its first noun below the domain, stopping before the first placeholder.
        let wanted = if self.by_path { 2 } else { 1 };
        let mut resource = String::new();
        for segment in &all[..self.prefix.min(all.len())] {
            resource.push('/');
            resource.push_str(segment);
        }
        for segment in rest.iter().take(wanted).take_while(|segment| !is_parameter(segment)) {
            resource.push('/');
            resource.push_str(segment);
        }

        let key = anonymous(&operation.path);
        let last_is_parameter = all.last().is_none_or(|segment| is_parameter(segment));
        let kind = self.kind(operation, &key, last_is_parameter, literals.last().map(|(_, segment)| *segment));
        // Where paths give the domain, its segment is no noun of its own, unless it is all there is.
        let skip = usize::from(self.by_path && literals.len() > 1);
        let mut nouns: Vec<String> = literals.iter().skip(skip).map(|(_, segment)| (*segment).to_owned()).collect();
        let is_tail = !last_is_parameter
            && nouns.len() > 1
            && matches!(
                kind,
                RouteKind::Count
                    | RouteKind::Search
                    | RouteKind::Info
                    | RouteKind::Usages
                    | RouteKind::Bulk
                    | RouteKind::Action
            );
        let tail = if is_tail { nouns.pop() } else { None };
        if kind == RouteKind::Usages {
            // `/usages/list` has two tail segments; `/usages/{id}` was cut already.
            while nouns.len() > 1 && nouns.last().is_some_and(|noun| noun.eq_ignore_ascii_case("usages")) {
                nouns.pop();
            }
        }
        Route { domain, resource, kind, nouns, tail }
    }

    fn kind(&self, operation: &Operation, key: &str, last_is_parameter: bool, last: Option<&str>) -> RouteKind {
        let last = if last_is_parameter { "" } else { last.unwrap_or("") }.to_ascii_lowercase();
        let parent_key = key.rsplit_once('/').map_or("", |(parent, _)| parent);
        // A helper segment is one only beside the plain route; `/count` alone is a resource of that name.
        let beside_plain = self.methods.contains_key(parent_key);
        if segments(key).any(|segment| segment.eq_ignore_ascii_case("usages")) && beside_plain {
            return RouteKind::Usages;
        }
        match last.as_str() {
            "count" if beside_plain => return RouteKind::Count,
            "search" if beside_plain => return RouteKind::Search,
            "info" if beside_plain => return RouteKind::Info,
            "bulk" | "batch" if beside_plain => return RouteKind::Bulk,
            _ => {}
        }
        match operation.method {
            Method::Get | Method::Head | Method::Options | Method::Trace => {
                if last_is_parameter || !returns_many(operation) {
                    RouteKind::One
                } else {
                    RouteKind::List
                }
            }
            Method::Put => RouteKind::Replace,
            Method::Patch => RouteKind::Update,
            Method::Delete => RouteKind::Delete,
            Method::Post => {
                let collection = self.has(key, Method::Get) || self.methods.contains_key(&format!("{key}/{{}}"));
                let created = operation.responses.iter().any(|response| response.status == "201");
                if !last_is_parameter && (collection || (created && !after_parameter(key))) {
                    RouteKind::Create
                } else {
                    RouteKind::Action
                }
            }
        }
    }
}

fn after_parameter(key: &str) -> bool {
    segments(key).collect::<Vec<_>>().windows(2).any(|pair| pair[0] == "{}")
}

/// Whether the good answer is a list: an array, an unknown shape, or an object that wraps one array.
fn returns_many(operation: &Operation) -> bool {
    let good = operation.responses.iter().find(|response| response.status.starts_with('2'));
    let Some(schema) = good.and_then(|response| response.content.first()).map(|content| &content.schema) else {
        // Nothing is said of the answer: the path's last word tells a list from a single thing.
        let last = segments(&operation.path).last().unwrap_or("");
        let word = super::words::split(last).pop().unwrap_or_default();
        return super::words::singular(&word) != word;
    };
    let is_array = |schema: &serde_json::Value| schema.get("type").is_some_and(|kind| kind == "array");
    is_array(schema)
        || schema
            .get("properties")
            .and_then(|properties| properties.as_object())
            .is_some_and(|properties| properties.values().any(is_array))
        || schema.get("$ref").is_some() && {
            let last = segments(&operation.path).last().unwrap_or("");
            let word = super::words::split(last).pop().unwrap_or_default();
            super::words::singular(&word) != word && !segments(&operation.path).any(is_parameter)
        }
}
