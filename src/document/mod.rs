//! What text stands for an operation in the corpus?
//!
//! A [`Document`] is the text to embed and the fields for keywords, written out of what even a poor manifest has: the verb
//! by method and route kind, nouns from path, parents and schemas, the domain, and descriptions where there are any.
//! Composition is a pure function of the manifest; [`TEXT_VERSION`] changes whenever its output does.

pub mod route;
pub mod words;

use std::collections::HashSet;

use serde_json::Value;

use crate::openapi::{self, Manifest, Operation};
use route::{Route, RouteKind, RouteMap};
use words::Vocabulary;

/// The version of the composition: an index whose documents were composed by another version is refused.
pub const TEXT_VERSION: u32 = 1;

/// How much of a description is embedded, in characters: the model reads 256 word pieces, and the first sentences say most.
const DESCRIPTION_CHARACTERS: usize = 300;

/// How many field names of the schemas go into the keyword field; the largest schema of the embedded manifest has 165.
const FIELD_NAMES: usize = 200;

/// One operation as a document of the corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Where it belongs.
    pub route: Route,
    /// What is embedded.
    pub text: String,
    /// Words for keyword search, by field.
    pub fields: KeywordFields,
}

/// The keyword fields of a document: space-separated lower-case words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeywordFields {
    /// The verb phrase and the words of the path's nouns.
    pub path: String,
    /// The summary's words.
    pub summary: String,
    /// The tags' words.
    pub tags: String,
    /// The operationId, whole and in words, and the path as typed.
    pub names: String,
    /// Field names of the request and response schemas and names of parameters.
    pub fields: String,
    /// The description's words.
    pub description: String,
}

/// Composes the document of every operation, in the manifest's order.
pub fn compose(manifest: &Manifest) -> Vec<Document> {
    let routes = RouteMap::new(&manifest.operations);
    let mut vocabulary = Vocabulary::default();
    for (name, schema) in &manifest.schemas {
        vocabulary.learn(name);
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            properties.keys().for_each(|property| vocabulary.learn(property));
        }
    }
    for operation in &manifest.operations {
        operation.tags.iter().for_each(|tag| vocabulary.learn(tag));
        vocabulary.learn(&operation.summary);
    }
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    manifest.operations.iter().map(|operation| one(operation, &routes, &vocabulary, &lookup)).collect()
}

fn one(
    operation: &Operation,
    routes: &RouteMap,
    vocabulary: &Vocabulary,
    lookup: &dyn Fn(&str) -> Option<Value>,
) -> Document {
    let route = routes.route(operation);
    let spell = |identifier: &str| -> Vec<String> {
        words::split(identifier).iter().flat_map(|word| vocabulary.segment(word)).collect()
    };
    let verb = verb_phrase(&route, &spell);
    let domain = spell(&route.domain).join(" ");
    let parents: Vec<String> = route.nouns.iter().rev().skip(1).map(|noun| singular_phrase(&spell(noun))).collect();
    let mut text = verb.clone();
    for parent in &parents {
        text.push_str(" of ");
        text.push_str(parent);
    }
    if !domain.is_empty() && !text.split(' ').any(|word| words::singular(word) == words::singular(&domain)) {
        text.push_str(" in ");
        text.push_str(&domain);
    }
    let summary = plain_summary(&operation.summary);
    if adds_words(&summary, &text) {
        text = format!("{summary}. {text}");
    }
    if !operation.description.trim().is_empty() && operation.description != operation.summary {
        let description: String = operation.description.chars().take(DESCRIPTION_CHARACTERS).collect();
        text = format!("{text}. {}", description.split_whitespace().collect::<Vec<_>>().join(" "));
    }

    let mut names = operation.operation_id.clone().unwrap_or_default();
    names.push(' ');
    names.push_str(&operation.operation_id.as_deref().map(|id| spell(id).join(" ")).unwrap_or_default());
    let path_words: Vec<String> = operation
        .path
        .split('/')
        .filter(|segment| !route::is_parameter(segment))
        .flat_map(&spell)
        .collect();
    Document {
        fields: KeywordFields {
            path: format!("{verb} {}", path_words.join(" ")),
            summary: spell(&summary).join(" "),
            tags: operation.tags.iter().flat_map(|tag| spell(tag)).collect::<Vec<_>>().join(" "),
            names: names.trim().to_owned(),
            fields: field_words(operation, lookup).join(" "),
            description: words::split(&operation.description).join(" "),
        },
        route,
        text,
    }
}

/// `list tickets`, `count notes`, `merge ticket`.
fn verb_phrase(route: &Route, spell: &dyn Fn(&str) -> Vec<String>) -> String {
    let noun = route.nouns.last().map(|noun| spell(noun)).unwrap_or_default();
    let one = singular_phrase(&noun);
    let many = plural_phrase(&noun);
    let tail = route.tail.as_deref().map(|tail| spell(tail).join(" ")).unwrap_or_default();
    let phrase = match route.kind {
        RouteKind::List => format!("list {many}"),
        RouteKind::One => format!("get one {one} by id"),
        RouteKind::Count => format!("count {many}"),
        RouteKind::Search => format!("search {many}"),
        RouteKind::Info => format!("short info of {many}"),
        RouteKind::Usages => format!("usages of {one}"),
        RouteKind::Bulk => format!("bulk {many}"),
        RouteKind::Create => format!("create {one}"),
        RouteKind::Replace => format!("replace {one}"),
        RouteKind::Update => format!("update {one}"),
        RouteKind::Delete => format!("delete {one}"),
        RouteKind::Action if tail.is_empty() => format!("run {one}"),
        RouteKind::Action => format!("{tail} {one}"),
    };
    phrase.trim().to_owned()
}

fn singular_phrase(noun: &[String]) -> String {
    with_last(noun, words::singular)
}

fn plural_phrase(noun: &[String]) -> String {
    with_last(noun, words::plural)
}

fn with_last(noun: &[String], change: fn(&str) -> String) -> String {
    match noun.split_last() {
        Some((last, before)) => {
            before.iter().cloned().chain([change(last)]).collect::<Vec<_>>().join(" ")
        }
        None => String::new(),
    }
}

/// The summary with raw type names (`A.B.Ticket`) cut to their last part.
fn plain_summary(summary: &str) -> String {
    summary
        .split_whitespace()
        .map(|word| if word.matches('.').count() > 1 { word.rsplit('.').find(|part| !part.is_empty()).unwrap_or(word) } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Words of generated summaries that say nothing which method and path do not.
const GENERIC: [&str; 14] =
    ["get", "list", "of", "post", "put", "patch", "delete", "the", "a", "by", "id", "success", "response", "all"];

fn adds_words(summary: &str, text: &str) -> bool {
    let known: HashSet<String> = words::split(text).iter().map(|word| words::singular(word)).collect();
    words::split(summary)
        .iter()
        .map(|word| words::singular(word))
        .any(|word| !known.contains(&word) && !GENERIC.contains(&word.as_str()))
}

/// Names of parameters and of the first two levels of fields in the answer and the body, each once.
fn field_words(operation: &Operation, lookup: &dyn Fn(&str) -> Option<Value>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    let schemas = operation
        .responses
        .iter()
        .filter(|response| response.status.starts_with('2'))
        .flat_map(|response| response.content.first())
        .chain(operation.request_body.iter().flat_map(|body| body.content.first()))
        .map(|content| &content.schema);
    let names = operation
        .parameters
        .iter()
        .map(|parameter| parameter.name.clone())
        .chain(schemas.flat_map(|schema| {
            openapi::fields(schema, lookup, 1, FIELD_NAMES).into_iter().map(|field| field.path).collect::<Vec<_>>()
        }));
    for name in names {
        for word in words::split(&name) {
            if seen.insert(word.clone()) {
                out.push(word);
            }
        }
    }
    out.truncate(FIELD_NAMES);
    out
}
