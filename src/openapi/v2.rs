//! How does Swagger 2.0 describe parameters, bodies and responses?
//!
//! Its parameters are schemas of their own, and bodies are among them; media types come from `consumes` and `produces`
//! of the operation, or else of the document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::parameters::{self, ParameterObject, Place};
use super::parts::{Context, Parts};
use super::reader::{Reader, flag, text, text_or_empty};
use super::reference::At;
use super::responses::responses;
use super::{MediaType, Parameter, RequestBody, Server, encodings};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// Keywords of a parameter that describe its value (Swagger 2.0, "Parameter Object" and "Items Object").
const VALUE_KEYWORDS: [&str; 18] = [
    "type",
    "format",
    "items",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
    "x-nullable",
    "additionalProperties",
];

/// `schemes`, `host` and `basePath` as URLs; without `schemes` a host is taken to speak `https`.
pub(super) fn servers(root: &Map<String, Value>) -> Vec<Server> {
    let base = text_or_empty(root.get("basePath"));
    let base = if base.is_empty() || base.starts_with('/') { base } else { format!("/{base}") };
    let host = text_or_empty(root.get("host"));
    if host.is_empty() {
        let relative = Server { url: base, description: String::new() };
        return if relative.url.is_empty() { Vec::new() } else { vec![relative] };
    }
    let host = host.split_once("://").map_or(host.as_str(), |(_, host)| host).trim_end_matches('/');
    let mut schemes: Vec<String> =
        root.get("schemes").and_then(Value::as_array).into_iter().flatten().filter_map(|s| text(Some(s))).collect();
    if schemes.is_empty() {
        schemes.push("https".to_owned());
    }
    let urls = schemes.into_iter().map(|scheme| format!("{scheme}://{host}{base}"));
    urls.map(|url| Server { url, description: String::new() }).collect()
}

/// Reads the parameters, the body and the responses of one operation.
pub(super) fn parts<'a>(reader: &mut Reader<'a>, context: Context<'a>, at: At<'_>) -> Parts {
    let consumes = media_types(reader, context.object, "consumes");
    let produces = media_types(reader, context.object, "produces");
    let mut parameters = Vec::with_capacity(context.entries.len());
    let (mut bodies, mut fields) = (Vec::new(), Vec::new());
    for entry in &context.entries {
        match (entry.place, entry.place.location()) {
            (Place::Body, _) => bodies.push(entry),
            (Place::FormData, _) => fields.push(entry),
            (_, Some(location)) => {
                let (style, explode) = style(reader, entry);
                let allows_empty = flag(entry.object.get("allowEmptyValue")) == Some(true);
                parameters.push(Parameter {
                    name: entry.name.clone(),
                    location,
                    required: parameters::required(reader, entry),
                    description: text_or_empty(entry.object.get("description")),
                    schema: value_schema(reader, entry),
                    style,
                    explode,
                    content: None,
                    allow_reserved: false,
                    allow_empty_value: entry.place == Place::Query && allows_empty,
                    example: entry.object.get("x-example").or_else(|| entry.object.get("example")).cloned(),
                });
            }
            (_, None) => parameters::nowhere(reader, entry),
        }
    }
    let request_body = match (bodies.as_slice(), fields.as_slice()) {
        ([], []) => undeclared(reader, context.object).filter(|_| context.takes_body),
        ([], fields) => Some(form(reader, fields, &consumes)),
        ([body, others @ ..], fields) => {
            if !others.is_empty() || !fields.is_empty() {
                let message = "an operation has one body; all but the first body parameter were left out";
                reader.skipped("body-parameter-duplicate", at.key("parameters"), message);
            }
            Some(body_of(reader, body, consumes))
        }
    };
    let responses = responses(reader, context.object, at, &mut |reader, object, at| {
        let schema = object.get("schema").map(|schema| reader.schema(schema, at.key("schema")));
        let examples = object.get("examples").and_then(Value::as_object);
        let Some(schema) = schema else { return Vec::new() };
        let of = |media_type: &String| MediaType {
            media_type: media_type.clone(),
            schema: schema.clone(),
            example: examples.and_then(|examples| examples.get(media_type)).cloned(),
            encoding: BTreeMap::new(),
        };
        produces.iter().map(of).collect()
    });
    Parts { parameters, request_body, responses }
}

/// `consumes` or `produces`; an operation's own list replaces the document's, JSON where neither has one.
fn media_types<'a>(reader: &Reader<'a>, operation: &'a Map<String, Value>, key: &str) -> Vec<String> {
    let list = operation.get(key).or_else(|| reader.root.get(key));
    let types = list.and_then(Value::as_array).into_iter().flatten().filter_map(|item| text(Some(item)));
    let mut types: Vec<String> = types.filter(|media_type| !media_type.trim().is_empty()).collect();
    if types.is_empty() {
        types.push(JSON.to_owned());
    }
    types
}

/// The body of an operation that says in `consumes` of its own that it takes some text or bytes, and declares no parameter for it, as
/// where a framework reads the body past its binding. JSON and forms are listed out of habit, also where there is no body.
fn undeclared<'a>(reader: &Reader<'a>, operation: &'a Map<String, Value>) -> Option<RequestBody> {
    operation.get("consumes")?;
    let types = media_types(reader, operation, "consumes");
    let is_habit = |media_type: &String| {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence.contains('*') || essence.ends_with("json") || [FORM, MULTIPART].contains(&essence.as_str())
    };
    let of = |media_type| MediaType {
        media_type,
        schema: Value::Object(Map::new()),
        example: None,
        encoding: BTreeMap::new(),
    };
    let content: Vec<MediaType> = types.into_iter().filter(|name| !is_habit(name)).map(of).collect();
    (!content.is_empty()).then(|| RequestBody { required: false, description: String::new(), content })
}

fn body_of<'a>(reader: &mut Reader<'a>, entry: &ParameterObject<'a>, consumes: Vec<String>) -> RequestBody {
    let schema = value_schema(reader, entry);
    let example = entry.object.get("x-example").cloned();
    let content = consumes
        .into_iter()
        .map(|media_type| MediaType {
            media_type,
            schema: schema.clone(),
            example: example.clone(),
            encoding: BTreeMap::new(),
        })
        .collect();
    RequestBody {
        required: parameters::required(reader, entry),
        description: text_or_empty(entry.object.get("description")),
        content,
    }
}

/// All form fields as one object.
fn form<'a>(reader: &mut Reader<'a>, fields: &[&ParameterObject<'a>], consumes: &[String]) -> RequestBody {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let mut encoding = BTreeMap::new();
    let mut has_file = false;
    for field in fields {
        has_file |= field.object.get("type").is_some_and(|name| name == "file");
        let mut schema = value_schema(reader, field);
        if let (Some(description), Value::Object(schema)) = (text(field.object.get("description")), &mut schema) {
            schema.entry("description").or_insert(Value::String(description));
        }
        properties.insert(field.name.clone(), schema);
        encoding.extend(encodings::of_field(reader, field).map(|encoding| (field.name.clone(), encoding)));
        if parameters::required(reader, field) {
            required.push(field.name.clone());
        }
    }
    let mut schema =
        Map::from_iter([("type".to_owned(), json!("object")), ("properties".to_owned(), Value::Object(properties))]);
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    let fits = |media_type: &&String| {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case(MULTIPART) || (!has_file && essence.eq_ignore_ascii_case(FORM))
    };
    let mut types: Vec<String> = consumes.iter().filter(fits).cloned().collect();
    if types.is_empty() {
        types.push(if has_file { MULTIPART } else { FORM }.to_owned());
    }
    let schema = Value::Object(schema);
    let content = types.into_iter().map(|media_type| MediaType {
        media_type,
        schema: schema.clone(),
        example: None,
        encoding: encoding.clone(),
    });
    RequestBody { required: !required.is_empty(), description: String::new(), content: content.collect() }
}

/// `schema`, or else the value keywords of the parameter itself.
fn value_schema<'a>(reader: &mut Reader<'a>, entry: &ParameterObject<'a>) -> Value {
    let at = At::whole(&entry.pointer);
    if let Some(schema) = entry.object.get("schema") {
        return reader.schema(schema, at.key("schema"));
    }
    let mut schema = reader.schema_of(entry.object, at, &|key| VALUE_KEYWORDS.contains(&key));
    schema.get_mut("items").into_iter().for_each(say_format);
    schema
}

/// Says of lists within a list that they are `csv` where they say nothing ("Items Object"): their schema is all that is kept of them.
fn say_format(items: &mut Value) {
    let mut within = Some(items);
    while let Some(items) = within {
        if items.get("type").is_some_and(|name| name == "array")
            && let Value::Object(items) = items
        {
            items.entry("collectionFormat").or_insert_with(|| json!("csv"));
        }
        within = items.get_mut("items");
    }
}

/// `collectionFormat` in the words of OpenAPI 3; arrays are `csv` where they say nothing.
fn style(reader: &mut Reader<'_>, entry: &ParameterObject<'_>) -> (Option<String>, Option<bool>) {
    let joined = if entry.place == Place::Query { "form" } else { "simple" };
    let written = text(entry.object.get("collectionFormat"));
    let is_array = entry.object.get("type").is_some_and(|name| name == "array");
    let (style, explode) = match written.as_deref() {
        None if !is_array => return (None, None),
        None | Some("csv") => (joined, false),
        Some("multi") if entry.place == Place::Query => ("form", true),
        Some("ssv") => ("spaceDelimited", false),
        Some("tsv") => ("tabDelimited", false),
        Some("pipes") => ("pipeDelimited", false),
        Some(other) => {
            let message = format!("no style stands for `collectionFormat: {other}`; values are joined by commas");
            reader.repaired("collection-format-unknown", At::whole(&entry.pointer).key("collectionFormat"), message);
            (joined, false)
        }
    };
    (Some(style.to_owned()), Some(explode))
}
