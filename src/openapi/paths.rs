//! Which operations does a document hold?
//!
//! Walks `paths` in document order and hands each operation to the reader of its dialect. Invariants: an operation
//! that cannot be read costs itself alone; no two operations have the same method and the same canonical template; the
//! path parameters of an operation are exactly its template's placeholders.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::parameters::{self, ParameterObject, Place};
use super::parts::Context;
use super::path_repair::{self, QueryValue, Repaired};
use super::reader::{Found, MAX_CHAIN, Reader, flag, is_extension, text, text_or_empty};
use super::reference::{At, fragment_tokens, locate};
use super::{Dialect, Method, Operation, Parameter, ParameterIn, PathTemplate, twins, v2, v3};

/// A longer key of `paths` is damage, and repairing it would take long; servers refuse URLs of some 8,000 bytes.
const MAX_KEY_BYTES: usize = 4_096;

/// Who holds a method and canonical template.
type Owners = HashMap<(Method, String), Owner>;

/// An operation that stands for the requests of a method and template.
struct Owner {
    /// Its index among the operations.
    index: usize,
    /// Whether its path was repaired.
    was_repaired: bool,
    /// The query string that its key has, and its path does not.
    query: Option<String>,
}

/// What operations are told apart by, so far.
#[derive(Default)]
struct Known {
    owners: Owners,
    /// Templates of which query strings tell several operations apart.
    told_apart: HashSet<(Method, String)>,
    ids: HashSet<String>,
}

/// All operations of `paths`.
pub(super) fn operations<'a>(reader: &mut Reader<'a>, paths: &'a Map<String, Value>) -> Vec<Operation> {
    let siblings: BTreeSet<&str> = paths.keys().map(String::as_str).collect();
    let (mut operations, mut known) = (Vec::new(), Known::default());
    let root = At::ROOT.key("paths");
    for (key, item) in paths {
        if is_extension(key) {
            continue;
        }
        let at = root.key(key);
        if key.len() > MAX_KEY_BYTES {
            let message = format!("this path has {} bytes, and no server takes such; it was left out", key.len());
            reader.skipped("path-too-long", at, message);
            continue;
        }
        let layers = path_item(reader, item, at);
        if layers.is_empty() {
            continue;
        }
        let repaired = path_repair::repair(key, &siblings, &|| declared(reader.document, &layers));
        for (code, message) in &repaired.notes {
            reader.repaired(code, at, message);
        }
        let template = match PathTemplate::parse(&repaired.path) {
            Ok(template) => template,
            Err(error) => {
                reader.skipped("path-malformed", at, format!("{error}; its operations were left out"));
                continue;
            }
        };
        let shared = shared_entries(reader, &layers);
        for (method, value, pointer) in methods(reader, &layers) {
            let at = At::whole(&pointer);
            if let Some(operation) = operation(reader, value, at, method, &repaired, &template, &shared, &layers) {
                add(reader, operation, &template, &repaired, at, &mut operations, &mut known);
            }
        }
    }
    operations
}

/// The path item, and those its `$ref` leads to: what is nearer wins. Empty where there is none.
fn path_item<'a>(reader: &mut Reader<'a>, item: &'a Value, at: At<'_>) -> Vec<Found<'a>> {
    let mut layers: Vec<Found<'a>> = Vec::new();
    let (mut item, mut pointer) = (item, at.pointer());
    loop {
        let Some(object) = item.as_object() else {
            reader.skipped("not-an-object", At::whole(&pointer), "this path item is no object; it was left out");
            return layers;
        };
        layers.push(Found { object, pointer: pointer.clone() });
        let Some(reference) = object.get("$ref") else { return layers };
        let tokens = reference.as_str().and_then(|text| text.strip_prefix('#')).and_then(fragment_tokens);
        let target =
            tokens.and_then(|tokens| Some((locate(reader.document, &tokens)?, super::reference::pointer_of(&tokens))));
        let here = At::whole(&pointer);
        match target {
            Some(_) if layers.len() >= MAX_CHAIN => {
                reader.skipped("ref-cycle", here, "the references of this path item never end");
                return layers;
            }
            Some(target) => (item, pointer) = target,
            None => {
                let shown = text_or_empty(Some(reference));
                let (code, why) = if shown.starts_with('#') {
                    ("ref-dangling", "does not exist")
                } else {
                    ("ref-external", "is in another file")
                };
                reader.skipped(code, here, format!("`{shown}` {why}; the operations of this path item were left out"));
                return layers;
            }
        }
    }
}

/// Names of `in: path` parameters anywhere in a path item.
fn declared(document: &Value, layers: &[Found<'_>]) -> HashSet<String> {
    let resolve = |parameter| follow_quietly(document, parameter);
    let mut names = HashSet::new();
    for layer in layers {
        names.extend(path_repair::declared_names(layer.object.get("parameters"), &resolve));
        for operation in layer.object.values() {
            names.extend(path_repair::declared_names(operation.get("parameters"), &resolve));
        }
    }
    names
}

fn follow_quietly<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    for _ in 0..MAX_CHAIN {
        let reference = value.get("$ref").and_then(Value::as_str);
        let tokens = reference.and_then(|text| text.strip_prefix('#')).and_then(fragment_tokens);
        match tokens.and_then(|tokens| locate(document, &tokens)) {
            Some(target) => value = target,
            None => break,
        }
    }
    value
}

fn shared_entries<'a>(reader: &mut Reader<'a>, layers: &[Found<'a>]) -> Vec<ParameterObject<'a>> {
    let mut shared = Vec::new();
    for layer in layers.iter().rev() {
        let entries = parameters::entries(reader, layer.object, At::whole(&layer.pointer));
        parameters::override_with(&mut shared, entries);
    }
    shared
}

/// The operations of a path item with their places, in the order of [`Method::ALL`].
fn methods<'a>(reader: &mut Reader<'a>, layers: &[Found<'a>]) -> Vec<(Method, &'a Value, String)> {
    let mut found: Vec<(Method, &'a Value, String)> = Vec::new();
    for layer in layers {
        let item = At::whole(&layer.pointer);
        for (key, value) in layer.object {
            let at = item.key(key);
            match key.as_str() {
                "$ref" | "parameters" | "summary" | "description" | "servers" => continue,
                key if is_extension(key) => continue,
                _ => {}
            }
            let Ok(method) = key.parse::<Method>() else {
                if value.get("responses").is_some() || key == "additionalOperations" {
                    reader.skipped(
                        "method-unsupported",
                        at,
                        format!("`{key}` is no method of a path item; it was left out"),
                    );
                } else {
                    reader.repaired(
                        "path-item-unknown-key",
                        at,
                        format!("`{key}` means nothing in a path item; it was ignored"),
                    );
                }
                continue;
            };
            if !key.bytes().all(|b| b.is_ascii_lowercase()) {
                reader.repaired("method-case", at, format!("the method `{key}` should be written in lower case"));
            }
            if found.iter().any(|(known, ..)| *known == method) {
                let message = format!("{method} occurs twice in this path item; this one was left out");
                reader.skipped("method-duplicate", at, message);
                continue;
            }
            found.push((method, value, at.pointer()));
        }
    }
    found.sort_by_key(|(method, ..)| Method::ALL.iter().position(|known| known == method));
    found
}

#[expect(clippy::too_many_arguments, reason = "one call, and a struct for it would only be taken apart again")]
fn operation<'a>(
    reader: &mut Reader<'a>,
    value: &'a Value,
    at: At<'_>,
    method: Method,
    repaired: &Repaired,
    template: &PathTemplate,
    shared: &[ParameterObject<'a>],
    layers: &[Found<'a>],
) -> Option<Operation> {
    // Operations are never references by the specification, but nothing is lost by following one.
    let Found { object, pointer } = reader.follow(value, at, "operation")?;
    let at = At::whole(&pointer);
    let mut entries = shared.to_vec();
    let own = parameters::entries(reader, object, at);
    parameters::override_with(&mut entries, own);
    let takes_body = matches!(method, Method::Post | Method::Put | Method::Patch);
    let mut context = Context { object, entries, takes_body };
    place_in_query(&mut context.entries, repaired);
    fit_to_template(reader, &mut context.entries, template, at);
    let mut parts = match reader.dialect {
        Dialect::Swagger20 => v2::parts(reader, context, at),
        Dialect::OpenApi30 | Dialect::OpenApi31 => v3::parts(reader, context, at),
    };
    add_undeclared(reader, &mut parts.parameters, template, repaired, at);

    let of_item = |key: &str| layers.iter().find_map(|layer| text(layer.object.get(key))).unwrap_or_default();
    let mut description = text_or_empty(object.get("description"));
    let shared_description = of_item("description");
    if !shared_description.is_empty() && shared_description != description {
        if !description.is_empty() {
            description.push_str("\n\n");
        }
        description.push_str(&shared_description);
    }
    let mut servers = reader.servers(object, at);
    for layer in layers {
        if servers.is_empty() {
            servers = reader.servers(layer.object, At::whole(&layer.pointer));
        }
    }
    let tags = reader.array(object, "tags", at).iter().filter_map(|tag| text(Some(tag))).collect();
    Some(Operation {
        method,
        path: repaired.path.clone(),
        operation_id: text(object.get("operationId")).filter(|id| !id.trim().is_empty()),
        summary: text(object.get("summary")).filter(|s| !s.is_empty()).unwrap_or_else(|| of_item("summary")),
        description,
        tags,
        deprecated: flag(object.get("deprecated")).unwrap_or(false),
        parameters: parts.parameters,
        request_body: parts.request_body,
        responses: parts.responses,
        security: reader.security(object, at),
        servers,
    })
}

/// `/alerts?latitude={lat}` declares `lat` for the path; it travels as `latitude` in the query.
fn place_in_query(entries: &mut Vec<ParameterObject<'_>>, repaired: &Repaired) {
    for (name, value) in repaired.query.as_deref().map(path_repair::query_pairs).unwrap_or_default() {
        let QueryValue::Placeholder(placeholder) = value else { continue };
        if entries.iter().any(|entry| entry.place == Place::Query && entry.name == name) {
            entries.retain(|entry| entry.place != Place::Path || entry.name != placeholder);
        } else if let Some(entry) = entries.iter_mut().find(|e| e.place == Place::Path && e.name == placeholder) {
            entry.name = name;
            entry.place = Place::Query;
        }
    }
}

/// Moves parameters to where the template has a place for them.
fn fit_to_template(
    reader: &mut Reader<'_>,
    entries: &mut Vec<ParameterObject<'_>>,
    template: &PathTemplate,
    at: At<'_>,
) {
    let names: Vec<&str> = template.parameters().collect();
    let placed: HashSet<&str> = names.iter().copied().collect();
    let named = |entries: &[ParameterObject<'_>], place: Place| -> HashSet<String> {
        entries.iter().filter(|entry| entry.place == place).map(|entry| entry.name.clone()).collect()
    };
    let declared = named(entries, Place::Path);
    for name in names.iter().filter(|name| !declared.contains(**name)) {
        let alike = entries.iter().position(|entry| {
            entry.place == Place::Path && entry.name.eq_ignore_ascii_case(name) && !placed.contains(entry.name.as_str())
        });
        let misplaced = entries.iter().position(|entry| {
            matches!(entry.place, Place::Query | Place::Header | Place::Unknown) && entry.name == **name
        });
        let found = alike.or(misplaced).and_then(|index| entries.get_mut(index));
        if let Some(entry) = found {
            let message = if alike.is_some() {
                format!("the parameter `{}` is `{name}` in `{template}`; it was taken as that", entry.name)
            } else {
                format!("the parameter `{name}` has its place in `{template}`; it was taken as `in: path`")
            };
            let code = if alike.is_some() { "path-parameter-case" } else { "path-parameter-misplaced" };
            entry.name = (*name).to_owned();
            entry.place = Place::Path;
            let pointer = entry.pointer.clone();
            reader.repaired(code, At::whole(&pointer), message);
        }
    }
    let mut queried = named(entries, Place::Query);
    for index in 0..entries.len() {
        let Some(entry) = entries.get(index).filter(|entry| entry.place == Place::Path) else { continue };
        if placed.contains(entry.name.as_str()) {
            continue;
        }
        let name = entry.name.clone();
        // The same name in the query already: that one is what the server reads.
        let known = !queried.insert(name.clone());
        if let Some(entry) = entries.get_mut(index) {
            entry.place = if known { Place::Unknown } else { Place::Query };
            entry.unplaced = true;
        }
        let message = format!("`{template}` has no place for the path parameter `{name}`; it was taken as `in: query`");
        reader.repaired("path-parameter-unplaced", at, message);
    }
    entries.retain(|entry| !(entry.unplaced && entry.place == Place::Unknown));
}

/// Declares what template and query string have and the document does not; path parameters first, in template order.
fn add_undeclared(
    reader: &mut Reader<'_>,
    parameters: &mut Vec<Parameter>,
    template: &PathTemplate,
    repaired: &Repaired,
    at: At<'_>,
) {
    let blank = |name: &str, location, schema| Parameter { required: true, schema, ..Parameter::plain(name, location) };
    let mut ordered = Vec::with_capacity(parameters.len());
    for name in template.parameters() {
        match parameters.iter().position(|p| p.location == ParameterIn::Path && p.name == name) {
            Some(index) => ordered.push(parameters.remove(index)),
            None => {
                let message = format!("`{template}` does not declare `{name}`; it was taken as a string");
                reader.repaired("path-parameter-undeclared", at, message);
                ordered.push(blank(name, ParameterIn::Path, json!({"type": "string"})));
            }
        }
    }
    for parameter in ordered.iter_mut().filter(|parameter| repaired.reserved.contains(&parameter.name)) {
        parameter.allow_reserved = true;
    }
    ordered.append(parameters);
    // `/#Action=Stop` tells operations apart by what the query has.
    let fragment = template.fragment().filter(|fragment| fragment.split('&').all(|pair| pair.contains('=')));
    let query = repaired.query.as_deref().or(fragment);
    for (name, value) in query.map(path_repair::query_pairs).unwrap_or_default() {
        if ordered.iter().any(|p| p.location == ParameterIn::Query && p.name == name) {
            continue;
        }
        let schema = match value {
            QueryValue::Literal(value) => json!({"type": "string", "enum": [value], "default": value}),
            QueryValue::Placeholder(_) | QueryValue::Absent => json!({"type": "string"}),
        };
        ordered.push(blank(&name, ParameterIn::Query, schema));
    }
    *parameters = ordered;
}

/// Keeps the first of operations whose templates differ only by parameter names, and one with a clean path over one
/// whose path had to be repaired.
fn add(
    reader: &mut Reader<'_>,
    mut operation: Operation,
    template: &PathTemplate,
    repaired: &Repaired,
    at: At<'_>,
    operations: &mut Vec<Operation>,
    known: &mut Known,
) {
    let was_repaired = !repaired.notes.is_empty();
    let Known { owners, told_apart, ids } = known;
    if let Some(id) = &operation.operation_id
        && !ids.insert(id.clone())
    {
        let message = format!("the operationId `{id}` occurs more than once; method and path tell operations apart");
        reader.repaired("operation-id-duplicate", at.key("operationId"), message);
    }
    // Where query strings tell operations of one path apart, each is kept as a fragment, which is never sent; the parameters
    // carry the values.
    let with_query = |text: &str, query: &str| format!("{text}#{query}");
    let plain = (operation.method, template.canonical());
    let query = repaired.query.clone().filter(|query| !query.is_empty());
    if let Some(owner) = owners.get(&plain)
        && let Some(other) = owner.query.clone()
        && query.as_ref() != Some(&other)
        && !owners.contains_key(&(plain.0, with_query(&plain.1, &other)))
        && let Some(owner) = owners.remove(&plain)
    {
        if let Some(first) = operations.get_mut(owner.index) {
            first.path = with_query(&first.path, &other);
        }
        owners.insert((plain.0, with_query(&plain.1, &other)), Owner { query: None, ..owner });
        told_apart.insert(plain.clone());
    }
    let mut key = plain;
    if let Some(query) = &query
        && (told_apart.contains(&key) || owners.get(&key).is_some_and(|owner| owner.query.is_none()))
    {
        operation.path = with_query(&operation.path, query);
        key.1 = with_query(&key.1, query);
    }
    let query = query.filter(|_| !operation.path.contains('#'));
    let Some(&Owner { index, was_repaired: owner_repaired, .. }) = owners.get(&key) else {
        owners.insert(key, Owner { index: operations.len(), was_repaired, query });
        operations.push(operation);
        return;
    };
    let replace = owner_repaired && !was_repaired;
    if let Some(owner) = operations.get_mut(index) {
        let (kept, left) = if replace { (&operation.path, &owner.path) } else { (&owner.path, &operation.path) };
        let why = if replace { "its path needed no repair" } else { "it comes first" };
        let rule =
            if kept == left { "" } else { ", since OpenAPI does not tell paths apart by the names of placeholders" };
        let message = format!(
            "{} `{left}` stands for the same requests as `{kept}`{rule}; it was left out, and `{kept}`, which is listed because {why}, \
             takes what either takes",
            operation.method
        );
        if replace {
            std::mem::swap(owner, &mut operation);
            owners.insert(key, Owner { index, was_repaired: false, query });
        }
        twins::take_over(owner, operation);
        reader.skipped(twins::PATH_DUPLICATE, at, message);
    }
}
