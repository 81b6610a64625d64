//! What does a caller need to know of one operation, and which operation does a path mean?

use serde::Serialize;
use serde_json::Value;

use super::Service;
use crate::build;
use crate::error::Error;
use crate::openapi::{self, Method, PathTemplate, ResolveLimits};
use crate::search::Searcher;
use crate::store::OperationRow;
use crate::surface::Argument;

/// An operation in full: all that its callers need.
#[derive(Clone, Debug, Serialize)]
pub struct Description {
    /// Name of its API.
    pub api: String,
    /// Request method.
    pub method: Method,
    /// Path template.
    pub path: String,
    /// `operationId`, where the manifest gives one.
    pub operation_id: Option<String>,
    /// `summary`, or empty.
    pub summary: String,
    /// `description`, or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether the manifest marks it as deprecated.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// First path segment, or first tag.
    pub domain: String,
    /// Path of the noun that its routes share.
    pub resource: String,
    /// Values of the path parameters, where the path was given with values.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub path_values: serde_json::Map<String, Value>,
    /// Parameters, each with its schema resolved.
    pub parameters: Vec<Value>,
    /// Request body: `required`, `media_type`, `schema`, `example`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_body: Option<Value>,
    /// Responses: `status`, `description`, `media_type`, `schema`.
    pub responses: Vec<Value>,
    /// Fields for `conditions` as `path: type`, where the operation takes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub condition_fields: Vec<String>,
    /// Parts of schemas that were left out: their place, schema and reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<Value>,
    /// A ready argument object for `dispatch_api_operation`.
    pub call: Value,
    /// Other methods of the same path.
    pub other_methods: Vec<Method>,
}

/// Depth of condition fields: people filter by fields such as `company/name` and `owner/_info/...`.
const CONDITION_DEPTH: usize = 2;
/// Most condition fields that are listed.
const CONDITION_FIELDS: usize = 400;

impl Service {
    /// Describes an operation in full. The path may have values in place of its placeholders.
    ///
    /// # Errors
    /// [`Error::NoOperation`] with the nearest ones, [`Error::SeveralApis`]; as [`Self::open`].
    pub fn describe(&self, method: Method, path: &str, api: Option<&str>) -> Result<Description, Error> {
        let searcher = self.searcher()?;
        let (entry, path_values) = resolve_path(&searcher, method, path, api)?;
        let store = searcher.store();
        let operation = store.operation(entry.doc)?;
        let lookup = |name: &str| store.schema(&entry.api, name);
        let mut omitted = Vec::new();
        let mut resolve = |schema: &Value, place: String| {
            let resolved = openapi::resolve(schema, &lookup, ResolveLimits::default());
            for omission in resolved.omitted {
                omitted.push(serde_json::json!({
                    "pointer": format!("{place}{}", omission.pointer),
                    "schema": omission.schema,
                    "reason": omission.reason,
                }));
            }
            resolved.schema
        };
        let mut parameters = Vec::new();
        for (at, parameter) in operation.parameters.iter().enumerate() {
            let mut shown = serde_json::to_value(parameter).unwrap_or_default();
            shown["schema"] = resolve(&parameter.schema, format!("/parameters/{at}/schema"));
            parameters.push(shown);
        }
        let request_body = operation.request_body.as_ref().and_then(|body| {
            let content = body.content.first()?;
            let example = content
                .example
                .clone()
                .unwrap_or_else(|| openapi::example(&content.schema, &lookup, build::EXAMPLE_DEPTH));
            Some(serde_json::json!({
                "required": body.required,
                "media_type": content.media_type,
                "schema": resolve(&content.schema, "/request_body/schema".to_owned()),
                "example": example,
            }))
        });
        let mut responses = Vec::new();
        for (at, response) in operation.responses.iter().enumerate() {
            let mut shown = serde_json::json!({ "status": response.status, "description": response.description });
            if let Some(content) = response.content.first() {
                shown["media_type"] = content.media_type.clone().into();
                shown["schema"] = resolve(&content.schema, format!("/responses/{at}/schema"));
            }
            responses.push(shown);
        }
        let filtered = self.dialect_of(&searcher, &entry.api)?.filtered(store, &entry, &operation)?;
        let fields = filtered.map(|schema| openapi::fields(&schema, &lookup, CONDITION_DEPTH, CONDITION_FIELDS));
        let condition_fields =
            fields.unwrap_or_default().iter().map(|field| format!("{}: {}", field.path, field.type_name)).collect();
        let other_methods = store
            .by_template(&entry.path)?
            .into_iter()
            .filter(|other| other.api == entry.api && other.method != entry.method)
            .map(|other| other.method)
            .collect();
        Ok(Description {
            call: store.call(entry.doc)?,
            api: entry.api,
            method: entry.method,
            path: entry.path,
            operation_id: operation.operation_id,
            summary: operation.summary,
            description: operation.description,
            deprecated: operation.deprecated,
            domain: entry.domain,
            resource: entry.resource,
            path_values,
            parameters,
            request_body,
            responses,
            condition_fields,
            omitted,
            other_methods,
        })
    }
}

/// Most characters of a path that is looked up: the embedded manifest's longest template has 120.
pub(super) const LONGEST_PATH: usize = 2_000;

/// Number of operations that are named where none has the path.
const NEAREST: usize = 5;

/// An operation, and the values of its placeholders that were written into a path.
pub(super) type Resolved = (OperationRow, serde_json::Map<String, Value>);

/// Finds the operation that a method and a path mean: the template itself, or the one that a path with values fits.
///
/// # Errors
/// [`Error::NoOperation`] with the nearest ones; as [`find_operation`].
pub(super) fn resolve_path(
    searcher: &Searcher,
    method: Method,
    path: &str,
    api: Option<&str>,
) -> Result<Resolved, Error> {
    match find_operation(searcher, method, path, api)? {
        Some(found) => Ok(found),
        None => {
            let path = bare(path);
            let nearest = nearest_operations(searcher, method, &path);
            Err(Error::NoOperation { method: method.to_string(), nearest, path })
        }
    }
}

/// Finds the operation as [`resolve_path`] does; `None` where there is none, without looking for similar ones.
///
/// # Errors
/// [`Error::Argument`] for a path that is too long, [`Error::SeveralApis`], [`Error::Store`].
pub(super) fn find_operation(
    searcher: &Searcher,
    method: Method,
    path: &str,
    api: Option<&str>,
) -> Result<Option<Resolved>, Error> {
    let path = bare(path);
    check_length(&path)?;
    let in_api = |entry: &OperationRow| api.is_none_or(|api| entry.api.eq_ignore_ascii_case(api));
    let mut found: Vec<Resolved> = searcher
        .store()
        .by_template(&path)?
        .into_iter()
        .filter(|entry| entry.method == method && in_api(entry))
        .map(|entry| (entry, serde_json::Map::new()))
        .collect();
    if found.is_empty() {
        let mut most_literal = 0;
        let steps = path.matches('/').count();
        let entries = searcher.entries().iter().filter(|entry| entry.method == method && in_api(entry));
        // A template stands for paths of as many segments as it has; a slash in braces is in a name.
        for entry in entries.filter(|entry| entry.path.matches('/').count() >= steps) {
            let Ok(template) = PathTemplate::parse(&entry.path) else { continue };
            let Some(values) = template.matches(&path) else { continue };
            // `/tickets/count` is the route of that name before it is a ticket whose id is `count`.
            let literal = entry.path.split('/').filter(|segment| !segment.contains('{')).count();
            if literal > most_literal {
                found.clear();
                most_literal = literal;
            }
            if literal == most_literal {
                let values = values.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
                found.push((entry.clone(), values));
            }
        }
    }
    let mut apis: Vec<String> = found.iter().map(|(entry, _)| entry.api.clone()).collect();
    apis.dedup();
    if apis.len() > 1 {
        return Err(Error::SeveralApis { method: method.to_string(), path, apis });
    }
    Ok(found.into_iter().next())
}

/// Strips query and fragment from a path, puts one slash before it and none behind.
fn bare(path: &str) -> String {
    let path = path.trim().split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

fn check_length(path: &str) -> Result<(), Error> {
    let length = path.chars().count();
    if length <= LONGEST_PATH {
        return Ok(());
    }
    let reason = format!(
        "it has {length} characters, and no more than {LONGEST_PATH} are looked up; give the template, or the path of one record, and \
         everything else as parameters or body"
    );
    Err(Error::Argument { argument: Argument::PATH, reason: reason.into() })
}

/// Lists the operations whose method and path are most like those asked for.
fn nearest_operations(searcher: &Searcher, method: Method, path: &str) -> Vec<String> {
    let asked = crate::document::route::anonymous(
        // Numbers are values of placeholders.
        &path
            .split('/')
            .map(|segment| {
                let value = !segment.is_empty() && segment.chars().all(|c| c.is_ascii_digit());
                if value { "{}" } else { segment }
            })
            .collect::<Vec<_>>()
            .join("/"),
    )
    .to_lowercase();
    let known = searcher.entries().iter().map(|entry| {
        let known = crate::document::route::anonymous(&entry.path).to_lowercase();
        (known, if entry.method == method { 0.1 } else { 0.0 }, entry)
    });
    let nearest = crate::spelling::most_alike(&asked, known, NEAREST);
    nearest.into_iter().map(|entry| format!("{} {}", entry.method, entry.path)).collect()
}
