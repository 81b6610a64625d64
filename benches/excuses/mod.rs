//! Whose fault is a refused call, where it is the manifest's?
//!
//! Each reason is read from the manifest itself, whichever it is: none knows one by its name.

use std::collections::HashSet;

use cw_orchestrator::openapi::{Manifest, Operation, Parameter, ParameterIn, def_name, fits};
use serde_json::Value;

/// Levels of a schema that are looked through.
const MAX_DEPTH: usize = 10;

/// The place of one thing that the server finds wrong with a request, from the outside in: `body`, `tags`, `0`.
pub type Fault = Vec<String>;

/// What a manifest says of itself.
pub struct Manifests<'m> {
    /// As the program reads it.
    pub read: &'m Manifest,
    /// The paths as it has them.
    pub paths: &'m HashSet<String>,
}

/// The reason why a call of `operation` cannot be right; `None` where none is known. `faults` are all that the server found,
/// `words` what was said where nothing was sent.
pub fn excuse(of: &Manifests<'_>, operation: &Operation, faults: &[Fault], words: &str) -> Option<String> {
    let content = operation.request_body.iter().flat_map(|body| &body.content);
    let mut forms = content.filter(|content| content.media_type.contains("form")).map(|content| &content.schema);
    if words.contains("is not an object") && forms.any(|schema| is_no_object(of.read, schema)) {
        return Some(
            "the body is a form, and its schema is none of an object: a form has nothing but fields".to_owned(),
        );
    }
    if !of.paths.contains(&operation.path)
        && (words.contains("NO_PATH_MATCHED")
            || faults.iter().any(|fault| fault.first().is_some_and(|at| at == "path")))
    {
        return Some(
            "the manifest's path is malformed; the program mends it, and the mock takes it as it stands".to_owned(),
        );
    }
    let is_unmatched = words.contains("NO_PATH_MATCHED") || words.contains("NO_METHOD_MATCHED");
    if is_unmatched && operation.path.contains('?') {
        return Some("the manifest's path holds a query, which the specification has no place for".to_owned());
    }
    let is_multiple = |parameter: &&Parameter| parameter.location == ParameterIn::Path && parameter.allow_reserved;
    if is_unmatched && operation.parameters.iter().any(|parameter| is_multiple(&parameter)) {
        return Some("a value of its path spans several segments, by a word of the manifest's own".to_owned());
    }
    if !faults.is_empty() && faults.iter().all(|fault| is_of_number_or_text(of.read, operation, fault)) {
        return Some("a parameter is either a number or a text, and any number in a URL is both".to_owned());
    }
    let mut contents = operation.request_body.iter().flat_map(|body| &body.content);
    if words.contains("must have required property")
        && contents.any(|content| content.media_type.contains("form") && requires_undeclared(of.read, &content.schema))
    {
        return Some("its form requires a field that it does not declare".to_owned());
    }
    let is_of_access = |fault: &Fault| fault.is_empty();
    if !faults.is_empty() && faults.iter().all(is_of_access) && wants_one_header_twice(of.read, operation) {
        return Some("two security schemes at once want the header Authorization, of which there is one".to_owned());
    }
    let has_patch_of_objects = of.read.warnings.iter().any(|warning| warning.code == "patch-value-object");
    let is_of_value = |fault: &Fault| fault.last().is_some_and(|at| at == "value");
    if has_patch_of_objects && !faults.is_empty() && faults.iter().all(is_of_value) {
        return Some("the value of a JSON Patch is declared an object; it may be any (RFC 6902 section 4)".to_owned());
    }
    let is_of_query = |fault: &Fault| fault.first().is_some_and(|at| at == "query");
    if !faults.is_empty() && faults.iter().all(is_of_query) && has_one_name_twice(of.read, operation) {
        return Some(
            "two things of its query have one name: a parameter, and a member of an exploded object".to_owned(),
        );
    }
    if !faults.is_empty() && faults.iter().all(is_of_query) && has_objects_within(of.read, operation) {
        return Some("an exploded object of its query holds another object, for which no form is defined".to_owned());
    }
    let mut found = Vec::new();
    for parameter in &operation.parameters {
        contradictions(of.read, &parameter.name, &parameter.schema, 0, &mut HashSet::new(), &mut found);
    }
    for content in operation.request_body.iter().flat_map(|body| &body.content) {
        contradictions(of.read, "body", &content.schema, 0, &mut HashSet::new(), &mut found);
    }
    let reason = |fault: &Fault| {
        let names = fault.iter().rev();
        names.filter_map(|at| found.iter().find(|(name, _)| name.eq_ignore_ascii_case(at))).map(|(_, why)| *why).next()
    };
    let reasons: Option<Vec<&str>> = faults.iter().map(reason).collect();
    reasons.and_then(|reasons| reasons.first().map(|why| (*why).to_owned()))
}

fn is_no_object(manifest: &Manifest, schema: &Value) -> bool {
    let schema = followed(manifest, schema);
    schema["type"].as_str().is_some_and(|name| name != "object")
}

fn followed(manifest: &Manifest, schema: &Value) -> Value {
    let mut schema = schema.clone();
    for _ in 0..MAX_DEPTH {
        let target = schema["$ref"].as_str().and_then(def_name).and_then(|name| manifest.schemas.get(&name));
        match target {
            Some(target) => schema = target.clone(),
            None => break,
        }
    }
    schema
}

/// Whether a fault is of a parameter of whose alternatives one is a number and another a text: in a URL both are text.
fn is_of_number_or_text(manifest: &Manifest, operation: &Operation, fault: &Fault) -> bool {
    let mut parameters = operation.parameters.iter();
    let named = parameters.find(|parameter| fault.last().is_some_and(|at| at.eq_ignore_ascii_case(&parameter.name)));
    let Some(parameter) = named else { return false };
    let schema = followed(manifest, &parameter.schema);
    let types: Vec<Value> =
        schema["oneOf"].as_array().into_iter().flatten().map(|one| followed(manifest, one)).collect();
    let has = |name: &str| types.iter().any(|one| one["type"] == name);
    has("string") && (has("integer") || has("number"))
}

fn requires_undeclared(manifest: &Manifest, schema: &Value) -> bool {
    let schema = followed(manifest, schema);
    let mut required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    schema["properties"].is_object() && required.any(|name| schema["properties"].get(name).is_none())
}

/// Whether an object that is exploded into the query has a member that is an object, too.
fn has_objects_within(manifest: &Manifest, operation: &Operation) -> bool {
    let mut queried = operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
    queried.any(|parameter| {
        let schema = followed(manifest, &parameter.schema);
        let mut members = schema["properties"].as_object().into_iter().flatten();
        parameter.style.as_deref().is_none_or(|style| style == "form")
            && parameter.explode != Some(false)
            && members.any(|(_, member)| followed(manifest, member)["properties"].is_object())
    })
}

/// Whether each alternative of an operation's security has two schemes that are given in the same header.
fn wants_one_header_twice(manifest: &Manifest, operation: &Operation) -> bool {
    let is_in_it = |name: &&String| {
        let scheme = manifest.security_schemes.get(*name).unwrap_or(&Value::Null);
        match scheme["type"].as_str() {
            Some("apiKey") => scheme["in"] == "header" && scheme["name"] == "Authorization",
            kind => kind.is_some(),
        }
    };
    let alternatives = operation.security.iter().flatten();
    let mut alternatives = alternatives.map(|names| names.iter().filter(is_in_it).count() > 1).peekable();
    alternatives.peek().is_some() && alternatives.all(|is_twice| is_twice)
}

/// Whether an object that is exploded into the query has a member that is named like another parameter there.
fn has_one_name_twice(manifest: &Manifest, operation: &Operation) -> bool {
    let queried = || operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
    let is_exploded = |parameter: &&Parameter| {
        parameter.style.as_deref().is_none_or(|style| style == "form") && parameter.explode != Some(false)
    };
    queried().filter(is_exploded).any(|exploded| {
        let schema = followed(manifest, &exploded.schema);
        queried().any(|other| other.name != exploded.name && schema["properties"].get(&other.name).is_some())
    })
}

/// Whether `additionalProperties: false` shuts out what the same schema wants: it counts the properties beside it alone.
fn forbids_its_own(manifest: &Manifest, schema: &Value) -> bool {
    if schema["additionalProperties"] != Value::Bool(false) {
        return false;
    }
    let is_beside = |name: &str| schema["properties"].get(name).is_some();
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let parts = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema[*key].as_array()).flatten();
    let parts: Vec<Value> = parts.map(|part| followed(manifest, part)).collect();
    let of_parts =
        parts.iter().filter_map(|part| part["properties"].as_object()).flatten().map(|(name, _)| name.as_str());
    required.chain(of_parts).any(|name| !is_beside(name))
}

/// Whether two alternatives of a `oneOf` take the same objects, as far as any object of the one is made: they require the same fields, have
/// the same schemas where both have one of a name, and let any other field stand. Just one of them can then never fit.
fn has_twin_alternatives(manifest: &Manifest, schema: &Value) -> bool {
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    let alternatives: Vec<Value> = alternatives.map(|one| followed(manifest, one)).collect();
    let required = |one: &Value| -> HashSet<String> {
        one["required"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let is_open = |one: &Value| one["properties"].is_object() && one.get("additionalProperties").is_none();
    let agree = |one: &Value, other: &Value| {
        let shared = one["properties"].as_object().into_iter().flatten();
        shared.filter_map(|(name, schema)| Some((schema, other["properties"].get(name)?))).all(|(a, b)| a == b)
    };
    let are_twins = |one: &Value, other: &Value| {
        is_open(one) && is_open(other) && required(one) == required(other) && agree(one, other)
    };
    alternatives.iter().enumerate().any(|(at, one)| alternatives[at + 1..].iter().any(|other| are_twins(one, other)))
}

/// The names of parameters and fields that no value fits, each with why.
fn contradictions(
    manifest: &Manifest,
    name: &str,
    schema: &Value,
    depth: usize,
    seen: &mut HashSet<String>,
    found: &mut Vec<(String, &'static str)>,
) {
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    if depth > MAX_DEPTH || !seen.insert(format!("{name} {schema}")) {
        return;
    }
    let schema = followed(manifest, schema);
    let text = |key: &str| schema[key].as_str().unwrap_or_default();
    let count = |key: &str| schema[key].as_u64();
    let shortest = match text("format") {
        "date-time" => 20,
        "date" => 10,
        "uuid" => 36,
        _ => 0,
    };
    let pairs = [("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties")];
    let is_inverted = pairs.iter().any(|(least, most)| count(least).zip(count(most)).is_some_and(|(a, b)| a > b));
    let pattern = text("pattern");
    let is_literal =
        pattern.starts_with("/^") && pattern.trim_end_matches(['g', 'i', 'm', 's', 'u', 'y']).ends_with('/');
    // A date holds digits and signs alone.
    let is_of_letters = |pattern: &str| {
        let is_literal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | ':' | ' ');
        pattern.chars().all(is_literal) && pattern.contains(|c: char| c.is_ascii_alphabetic())
    };
    let why =
        if schema["enum"].as_array().is_some_and(|values| !values.iter().any(|value| fits(&schema, value, &lookup))) {
            Some("none of the values that its schema lists fits the rest of the schema")
        } else if count("maxLength").is_some_and(|most| most < shortest) {
            Some("its format is longer than its schema allows")
        } else if is_inverted {
            Some("the least that its schema wants is more than the most")
        } else if forbids_its_own(manifest, &schema) {
            Some("its schema forbids fields that it requires or has from its own parts (`additionalProperties: false`)")
        } else if text("format") == "date" && is_of_letters(pattern) {
            Some("its format is a date, and its pattern wants letters")
        } else if has_twin_alternatives(manifest, &schema) {
            Some("of its alternatives (`oneOf`) two take the same objects, so that never one alone fits")
        } else if is_literal {
            Some("its pattern is one between slashes, as JavaScript writes it in code, which no text matches")
        } else {
            None
        };
    found.extend(why.map(|why| (name.to_owned(), why)));
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        contradictions(manifest, name, property, depth + 1, seen, found);
    }
    let parts = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema[*key].as_array()).flatten();
    for part in parts.chain([&schema["items"], &schema["additionalProperties"]]).filter(|part| part.is_object()) {
        contradictions(manifest, name, part, depth + 1, seen, found);
    }
}
