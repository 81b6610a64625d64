//! What text stands for an operation in the corpus?
//!
//! A [`Document`] is the text to embed, the fields for keywords and the words for ranking, written out of what even a poor
//! manifest has: the verb by method and route kind, nouns from path, parents and schemas, the domain, and descriptions where
//! there are any. Composition is a pure function of the manifest; [`TEXT_VERSION`] changes whenever its output does.

mod fields;
pub mod glossary;
pub mod route;
pub mod verbs;
pub mod words;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use crate::openapi::{self, Manifest, Method, Operation, ParameterIn};
use fields::{FieldSet, FieldSets};
use glossary::Glossary;
use route::{Route, RouteKind, RouteMap};
use words::{Vocabulary, plural, singular, stem};

/// The version of the composition: an index whose documents were composed by another version is refused.
pub const TEXT_VERSION: u32 = 6;

/// How much of a description is embedded, in characters: the first sentences say most, and a vector is the mean over all words.
///
/// Measured over 2,500 operations of public APIs with longer descriptions, of which the description alone was embedded and the summary
/// asked for: mean reciprocal rank .678 with 600 characters, .687 with 400, .686 with 300, .688 with 200; recall@50 .965, .953, .937,
/// .933. A catalogue of 2,628 APIs has 52 word pieces a text with 600, 46 with 400.
const DESCRIPTION_CHARACTERS: usize = 400;

/// Generated summaries are shorter than this many words and say nothing that method and path do not.
const WORDS_OF_A_SUMMARY: usize = 5;

/// One operation as a document of the corpus.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The operation's route: domain, resource, nouns and kind.
    pub route: Route,
    /// The text that is embedded.
    pub text: String,
    /// The gloss of its resource, embedded beside the text; `None` where the glossary has none.
    pub gloss: Option<String>,
    /// Words for keyword search, by field.
    pub fields: KeywordFields,
    /// Stems for ranking.
    pub profile: Profile,
}

/// The keyword fields of a document: space-separated lower-case words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeywordFields {
    /// The verb phrase and the words of the path.
    pub path: String,
    /// The summary's words.
    pub summary: String,
    /// The tags' words.
    pub tags: String,
    /// The operationId, whole and in words.
    pub names: String,
    /// Field names of the request and response schemas and names of parameters.
    pub fields: String,
    /// The description's words.
    pub description: String,
    /// The words of the resource's gloss.
    pub gloss: String,
}

/// What ranking compares a request with: [`words::stem`]s, by where in the operation they stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Request method.
    pub method: Method,
    /// What the route does.
    pub kind: RouteKind,
    /// Whether it is the short form of another route.
    pub is_info: bool,
    /// Domain and nouns: what operations of one resource share.
    pub resource: (String, String),
    /// The words of the noun that the operation is about, in order.
    pub target: Vec<String>,
    /// The last word of the innermost parent whose key the path takes.
    pub keyed_parent: Option<String>,
    /// The words of all parents, outermost first.
    pub parents: Vec<String>,
    /// The words of the domain; empty where tags give it.
    pub domain: Vec<String>,
    /// The words of the action segment.
    pub action: Vec<String>,
    /// Names of fields and query parameters, sorted; shared by the operations that have the same.
    pub field_words: Arc<[String]>,
    /// Summary, description and tags, sorted, without words that are in all of them.
    pub text_words: Vec<String>,
    /// Number of fields of its schemas.
    pub field_count: u32,
    /// Number of other schemas that refer to the schema of its answer.
    pub references: u32,
    /// The nouns, the domain and the action as written, in the singular. Typing errors are corrected against them.
    pub spellings: Vec<String>,
}

/// Composes the document of every operation, in the manifest's order.
pub fn compose(manifest: &Manifest, glossary: &Glossary) -> Vec<Document> {
    let routes = RouteMap::new(&manifest.operations);
    let mut vocabulary = Vocabulary::default();
    for operation in &manifest.operations {
        operation.path.split('/').filter(|segment| !segment.contains('{')).for_each(|s| vocabulary.learn_segment(s));
    }
    for (name, schema) in &manifest.schemas {
        vocabulary.learn(name);
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            properties.keys().for_each(|property| vocabulary.learn(property));
        }
    }
    let noise = GENERATED.iter().map(|word| stem(word)).collect();
    let composer = Composer { manifest, glossary, routes, vocabulary, references: references(manifest), noise };
    let document = |known: &mut FieldSets, operation: &Operation| composer.document(operation, known);
    crate::parallel::map(&manifest.operations, OPERATIONS_A_THREAD, FieldSets::default, document)
}

/// Operations that are worth a thread: they take some ten times as long as it takes to start.
const OPERATIONS_A_THREAD: usize = 200;

struct Composer<'a> {
    manifest: &'a Manifest,
    glossary: &'a Glossary,
    routes: RouteMap,
    vocabulary: Vocabulary,
    /// Number of schemas that refer to each schema, by its name.
    references: HashMap<String, u32>,
    /// The stems of [`GENERATED`].
    noise: HashSet<String>,
}

impl Composer<'_> {
    fn document(&self, operation: &Operation, known: &mut FieldSets) -> Document {
        let route = self.routes.route(operation, &self.vocabulary);
        let verb = verb_phrase(&route, operation.method);
        let text = self.text(operation, &route, &verb);
        let spell = |identifier: &str| self.vocabulary.spell(identifier).join(" ");
        let fields = known.of(operation, self.manifest);
        let parameters = operation.parameters.iter().map(|parameter| parameter.name.as_str());
        let mut seen = HashSet::new();
        let mut field_names: Vec<&str> = Vec::new();
        let parameters: Vec<String> = parameters.flat_map(words::split).collect();
        field_names
            .extend(parameters.iter().chain(&fields.words).map(String::as_str).filter(|word| seen.insert(*word)));
        let path_words: Vec<String> =
            operation.path.split('/').filter(|segment| !segment.contains('{')).map(spell).collect();
        let id = operation.operation_id.as_deref().unwrap_or_default();
        let gloss = self.glossary.get(&route.literals);
        Document {
            profile: self.profile(operation, &route, &fields, known),
            fields: KeywordFields {
                path: format!("{verb} {}", path_words.join(" ").trim()),
                summary: spell(&plain_summary(&operation.summary)),
                tags: operation.tags.iter().map(|tag| spell(tag)).collect::<Vec<_>>().join(" "),
                names: format!("{id} {}", spell(id)).trim().to_owned(),
                fields: field_names.join(" "),
                description: words::split(&operation.description).join(" "),
                gloss: gloss.map(|gloss| words::split(&gloss.text())).unwrap_or_default().join(" "),
            },
            // With its name in front: measured with a source left out, .716 of first hits are right, and .702 without.
            gloss: gloss.map(|gloss| format!("{}: {}", spell(&route.literals), gloss.text())),
            route,
            text,
        }
    }

    fn text(&self, operation: &Operation, route: &Route, verb: &str) -> String {
        let mut text = verb.to_owned();
        for parent in route.parents().iter().rev() {
            text.push_str(" of ");
            text.push_str(&phrase(parent, singular));
        }
        let domain = route.domain_words.join(" ");
        if !domain.is_empty() && !text.contains(&domain) {
            text.push_str(" in ");
            text.push_str(&domain);
        }
        let summary = plain_summary(&operation.summary);
        let says_more = summary.split_whitespace().count() >= WORDS_OF_A_SUMMARY;
        if operation.description.trim().is_empty() && !says_more {
            return text;
        }
        let description: String = operation.description.chars().take(DESCRIPTION_CHARACTERS).collect();
        let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{summary}. {description} {text}").trim_start_matches(['.', ' ']).to_owned()
    }

    fn profile(&self, operation: &Operation, route: &Route, fields: &FieldSet, known: &mut FieldSets) -> Profile {
        let stems = |words: &[String]| words.iter().map(|word| stem(word)).collect::<Vec<_>>();
        let parameters = operation
            .parameters
            .iter()
            .filter(|parameter| parameter.location == ParameterIn::Query)
            .map(|parameter| parameter.name.as_str());
        let mut field_words = sorted_stems(parameters, |_| true);
        field_words.extend(fields.stems.iter().cloned());
        field_words.sort_unstable();
        field_words.dedup();
        let texts = [plain_summary(&operation.summary), operation.description.clone()];
        let texts = texts.iter().map(String::as_str).chain(operation.tags.iter().map(String::as_str));
        let answer = operation.responses.iter().find(|response| response.status.starts_with('2'));
        let schema = answer.and_then(|response| response.content.first()).and_then(|content| named(&content.schema));
        let schema = schema.or_else(|| named(&operation.request_body.as_ref()?.content.first()?.schema));
        let joined = |words: &[Vec<String>]| words.iter().map(|noun| noun.join(" ")).collect::<Vec<_>>().join("/");
        let target = if route.target().is_empty() { route.domain_words.as_slice() } else { route.target() };
        Profile {
            method: operation.method,
            kind: route.kind,
            is_info: route.is_info,
            resource: (route.domain_words.join("/"), joined(&route.nouns)),
            target: stems(target),
            keyed_parent: route.keyed_parent.last().map(|word| stem(word)),
            parents: route.parents().iter().flat_map(|parent| stems(parent)).collect(),
            domain: stems(&route.domain_words),
            action: stems(&route.action),
            text_words: sorted_stems(texts, |word| !self.noise.contains(word) && !words::is_stop_word(word)),
            field_words: known.share(field_words),
            field_count: fields.count,
            references: schema.and_then(|name| self.references.get(&name).copied()).unwrap_or(0),
            spellings: route
                .nouns
                .iter()
                .flatten()
                .chain(&route.domain_words)
                .chain(&route.action)
                .filter(|word| word.len() > 3)
                .map(|word| singular(word))
                .collect(),
        }
    }
}

/// Words that generated summaries consist of; they say nothing that method and path do not.
const GENERATED: [&str; 8] = ["get", "list", "post", "put", "patch", "delete", "success", "response"];

fn sorted_stems<'a>(texts: impl Iterator<Item = &'a str>, keep: impl Fn(&str) -> bool) -> Vec<String> {
    let mut stems: Vec<String> =
        texts.flat_map(words::split).map(|word| stem(&word)).filter(|word| keep(word)).collect();
    stems.sort_unstable();
    stems.dedup();
    stems
}

/// The name of the schema that a schema, or its items, refers to.
fn named(schema: &Value) -> Option<String> {
    let reference = schema.get("$ref").or_else(|| schema.get("items")?.get("$ref"))?;
    openapi::def_name(reference.as_str()?).map(|name| name.to_string())
}

/// Counts for each schema the other schemas that refer to it. `CompanyReference` counts for `Company`: a record is referred to by
/// its short form.
fn references(manifest: &Manifest) -> HashMap<String, u32> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for (name, schema) in &manifest.schemas {
        let mut found = HashSet::new();
        collect_references(schema, &mut found);
        for reference in found {
            if reference != *name {
                let plain = reference.strip_suffix("Reference").unwrap_or(&reference);
                *counts.entry(plain.to_owned()).or_default() += 1;
            }
        }
    }
    counts
}

fn collect_references(schema: &Value, found: &mut HashSet<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(name) = object.get("$ref").and_then(Value::as_str).and_then(openapi::def_name) {
                found.insert(name.to_string());
            }
            object.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

/// `list tickets`, `count notes`, `merge ticket`.
fn verb_phrase(route: &Route, method: Method) -> String {
    let noun = if route.target().is_empty() { &route.domain_words } else { route.target() };
    let one = phrase(noun, singular);
    let many = phrase(noun, |word| plural(&singular(word)));
    match route.kind {
        RouteKind::List => format!("list {many}"),
        RouteKind::One => format!("get one {one} by id"),
        RouteKind::Count => format!("count {many}"),
        RouteKind::Search => format!("search {many}"),
        RouteKind::Info => format!("get brief info of {many}"),
        RouteKind::Usages => format!("list usages of {one}"),
        RouteKind::Bulk => {
            let verb = match method {
                Method::Post => "create",
                Method::Put | Method::Patch => "update",
                Method::Delete => "delete",
                _ => "get",
            };
            format!("{verb} {many} in bulk")
        }
        RouteKind::Default => format!("get default {one}"),
        RouteKind::Create => format!("create {one}"),
        RouteKind::Replace => format!("replace {one}"),
        RouteKind::Update => format!("update {one}"),
        RouteKind::Delete => format!("delete {one}"),
        RouteKind::Action => format!("{} {one}", route.action.join(" ")),
    }
}

/// The words in the singular, but for the last, which is changed.
fn phrase(noun: &[String], last: impl Fn(&str) -> String) -> String {
    let count = noun.len();
    let word = |(at, word): (usize, &String)| if at + 1 == count { last(word) } else { singular(word) };
    noun.iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
}

/// The summary with raw type names (`A.B.Ticket`) cut to their last part.
fn plain_summary(summary: &str) -> String {
    let plain = |word: &str| -> String {
        let is_type = word.matches('.').count() > 1;
        let last = word.rsplit('.').find(|part| !part.is_empty());
        last.filter(|_| is_type).unwrap_or(word).to_owned()
    };
    summary.split_whitespace().map(plain).collect::<Vec<_>>().join(" ")
}
