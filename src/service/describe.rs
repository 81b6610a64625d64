//! What does a caller need to know of one operation?

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Service;
use super::address::Meant;
use super::asked::Call;
use super::matching::Resolved;
use super::records::is_date;
use crate::build;
use crate::error::Error;
use crate::invoke::InvokeError;
use crate::invoke::client::access::ApiAccess;
use crate::invoke::client::carried::Carried;
use crate::invoke::dialect::Dialect;
use crate::invoke::draft::{name_for_callers, part_headers};
use crate::learned::Fact;
use crate::openapi::media::content_of;
use crate::openapi::{self, Method, Operation, Parameter, PathTemplate, ResolveLimits, SchemaLookup};
use crate::search::Searcher;
use crate::store::{OperationRow, Store, StoreError};
use crate::surface::Said;

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
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub path_values: Map<String, Value>,
    /// Parameters, each with its schema resolved.
    pub parameters: Vec<Value>,
    /// Request body: `required`, `media_type`, `schema`, `example`; where there are several, the media types to choose from by the
    /// parameter `header:Content-Type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_body: Option<Value>,
    /// Responses: `status`, `description`, `media_type`, `schema`.
    pub responses: Vec<Value>,
    /// Fields for `conditions` as `path: type`, where the operation takes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub condition_fields: Vec<String>,
    /// What the API took or refused of it that the manifest does not know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub learned: Vec<Fact>,
    /// Parts of schemas that were left out: their place, schema and reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<Value>,
    /// A ready argument object for `dispatch_api_operation`.
    pub call: Value,
    /// Other methods of the same path.
    pub other_methods: Vec<Method>,
    /// Base URLs of its own, where it has others than its API, as declared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<String>,
    /// In what the path that was asked for differs from the operation's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Said>,
}

/// Depth of condition fields: people filter by fields such as `company/name` and `owner/_info/...`.
const CONDITION_DEPTH: usize = 2;
/// Most condition fields that are listed.
const CONDITION_FIELDS: usize = 400;

/// The operation that a description is of, and what was looked up for it.
pub(super) struct LookedUp {
    pub(super) searcher: Arc<Searcher>,
    pub(super) entry: OperationRow,
    /// With the parameters that the dialect knows beside the manifest's.
    pub(super) operation: Operation,
    pub(super) dialect: &'static dyn Dialect,
    access: Option<ApiAccess>,
    pub(super) path_values: Map<String, Value>,
    pub(super) notes: Vec<Said>,
}

impl LookedUp {
    /// Whether a parameter is filled in by the configuration.
    pub(super) fn is_filled(&self, parameter: &Parameter) -> bool {
        self.access.as_ref().is_some_and(|access| access.fills(parameter))
    }

    /// How a request carries its credentials.
    pub(super) fn carried(&self) -> &[Carried] {
        self.access.as_ref().map_or(&[], ApiAccess::carried)
    }

    /// The schema of a name.
    pub(super) fn schema(&self, name: &str) -> Option<Arc<Value>> {
        self.searcher.store().schema(&self.entry.api, name)
    }
}

impl Service {
    /// Describes an operation in full. The path may have values in place of its placeholders.
    ///
    /// # Errors
    /// [`Error::NoOperation`] with the nearest ones, [`Error::SeveralApis`]; as [`Self::open`].
    pub fn describe(&self, method: Method, path: &str, api: Option<&str>) -> Result<Description, Error> {
        self.description(&self.look_up(method, path, api)?)
    }

    /// The method that is meant where a path alone is given: the first that it has, of which GET comes first.
    ///
    /// # Errors
    /// As [`Self::describe`] of a GET.
    pub fn first_method(&self, path: &str, api: Option<&str>) -> Result<Method, Error> {
        for method in Method::ALL {
            match self.look_up(method, path, api) {
                Err(Error::NoOperation { .. } | Error::Invoke(InvokeError::Refused { .. })) => {}
                found => return found.map(|_| method),
            }
        }
        self.look_up(Method::Get, path, api).map(|_| Method::Get)
    }

    /// Looks an operation up that is to be described.
    pub(super) fn look_up(&self, method: Method, path: &str, api: Option<&str>) -> Result<LookedUp, Error> {
        let searcher = self.searcher()?;
        let call = Call { api: api.map(str::to_owned), ..Call::new(method, path) };
        let Meant { found, mut notes, .. } = self.meant(&searcher, call)?;
        let Resolved { operation: entry, path_values, notes: differences, .. } = found?;
        self.permit(&searcher, &entry)?;
        notes.extend(differences);
        let store = searcher.store();
        let mut operation = Operation::clone(&*store.operation(entry.doc)?);
        let dialect = self.dialect_of(&searcher, &entry.api)?;
        operation.parameters.extend(dialect.parameters_beside(&operation));
        let api = store.api(&entry.api)?.unwrap_or_default();
        let access = self.access_of(&api, &entry, &operation);
        Ok(LookedUp { searcher, entry, operation, dialect, access, path_values, notes })
    }

    pub(super) fn description(&self, looked_up: &LookedUp) -> Result<Description, Error> {
        let LookedUp { searcher, entry, operation, dialect, access, .. } = looked_up;
        let store = searcher.store();
        let is_filled = |parameter: &Parameter| looked_up.is_filled(parameter);
        let lookup = |name: &str| looked_up.schema(name);
        let mut schemas = Schemas { lookup: &lookup, omitted: Vec::new() };
        let parameters = schemas.parameters(operation, &is_filled);
        let request_body = schemas.request_body(operation);
        let responses = schemas.responses(operation);
        let Schemas { omitted, .. } = schemas;
        let filtered = dialect.filtered(store, entry, operation)?;
        let fields = filtered.map(|schema| openapi::fields(&schema, &lookup, CONDITION_DEPTH, CONDITION_FIELDS));
        let fields = fields.unwrap_or_default();
        let mut condition_fields: Vec<String> =
            fields.iter().map(|field| format!("{}: {}", field.path, kind_name(field))).collect();
        // What the API keeps beside the record is filtered by under a name of its own.
        for aside in dialect.asides().iter().filter(|aside| fields.iter().any(|field| field.path == aside.name)) {
            let new = aside.lifted.iter().filter(|name| fields.iter().all(|field| field.path != **name));
            condition_fields.extend(new.map(|name| format!("{name}: date")));
        }
        let other_methods = other_methods(store, entry)?;
        let learned = access.as_ref().map(|access| self.learned_of(access, entry)).unwrap_or_default();
        let call = self.call_without_filled(looked_up)?;
        Ok(Description {
            learned,
            call,
            api: entry.api.clone(),
            method: entry.method,
            path: entry.path.clone(),
            operation_id: operation.operation_id.clone(),
            summary: operation.summary.clone(),
            description: operation.description.clone(),
            deprecated: operation.deprecated,
            domain: entry.domain.clone(),
            resource: entry.resource.clone(),
            path_values: looked_up.path_values.clone(),
            parameters,
            request_body,
            responses,
            condition_fields,
            omitted,
            other_methods,
            servers: operation.servers.iter().map(|server| server.url.clone()).collect(),
            notes: looked_up.notes.clone(),
        })
    }
}

impl Service {
    /// The ready call of an operation without what the configuration gives.
    pub(super) fn call_without_filled(&self, looked_up: &LookedUp) -> Result<Value, Error> {
        let LookedUp { searcher, entry, operation, .. } = looked_up;
        let mut call = searcher.store().call(entry.doc)?;
        if let Some(Value::Object(params)) = call.get_mut("params") {
            let filled = operation.parameters.iter().filter(|parameter| looked_up.is_filled(parameter));
            filled.for_each(|parameter| _ = params.remove(&name_for_callers(operation, parameter)));
        }
        Ok(call)
    }

    /// The names of the other methods of its path.
    pub(super) fn other_methods(&self, looked_up: &LookedUp) -> Result<Vec<&'static str>, Error> {
        let methods = other_methods(looked_up.searcher.store(), &looked_up.entry)?;
        Ok(methods.iter().map(|method| method.as_str()).collect())
    }

    /// What its API took or refused of an operation, in words.
    pub(super) fn learned_facts(&self, looked_up: &LookedUp) -> Vec<String> {
        let facts =
            looked_up.access.as_ref().map(|access| self.learned_of(access, &looked_up.entry)).unwrap_or_default();
        facts.iter().map(ToString::to_string).collect()
    }
}

/// What a field is called that is compared: a date is none of the texts that it is written as.
fn kind_name(field: &openapi::Field) -> &str {
    if is_date(&field.path, &field.type_name, field.format.as_deref()) { "date" } else { &field.type_name }
}

/// The methods that an API has at the path of an operation, that of the operation aside.
fn other_methods(store: &Store, entry: &OperationRow) -> Result<Vec<Method>, StoreError> {
    let canonical = |path: &str| PathTemplate::parse(path).map(|template| template.canonical()).ok();
    let own = canonical(&entry.path);
    let at_path = store.by_template(&entry.path)?.into_iter();
    let others = at_path
        .filter(|other| other.api == entry.api && other.method != entry.method && canonical(&other.path) == own)
        .map(|other| other.method);
    Ok(others.collect())
}

/// Resolves the schemas of one operation, and collects what is left out of them.
struct Schemas<'a> {
    /// The schema of a name.
    lookup: &'a dyn SchemaLookup,
    /// Parts that were left out: their place, schema and reason.
    omitted: Vec<Value>,
}

impl Schemas<'_> {
    /// A schema with its references resolved; `place` is its JSON Pointer within the description.
    fn resolved(&mut self, schema: &Value, place: &str) -> Value {
        let resolved = openapi::resolve(schema, self.lookup, ResolveLimits::default());
        self.omitted.extend(resolved.omitted.into_iter().map(|omission| {
            json!({
                "pointer": format!("{place}{}", omission.pointer),
                "schema": omission.schema,
                "reason": omission.reason,
            })
        }));
        resolved.schema
    }

    fn parameters(&mut self, operation: &Operation, is_filled: &dyn Fn(&Parameter) -> bool) -> Vec<Value> {
        let mut parameters = Vec::new();
        for (at, parameter) in operation.parameters.iter().enumerate() {
            let mut shown = serde_json::to_value(parameter).unwrap_or_default();
            shown["schema"] = self.resolved(&parameter.schema, &format!("/parameters/{at}/schema"));
            if is_filled(parameter) {
                shown["required"] = false.into();
                shown["filled_by_configuration"] = true.into();
            }
            let given_as = name_for_callers(operation, parameter);
            if given_as != parameter.name {
                shown["given_as"] = given_as.into();
            }
            parameters.push(shown);
        }
        parameters
    }

    fn request_body(&mut self, operation: &Operation) -> Option<Value> {
        let body = operation.request_body.as_ref()?;
        let content = content_of(operation)?;
        let example = openapi::ready_body(content, self.lookup, build::EXAMPLE_DEPTH);
        let mut shown = json!({
            "required": body.required,
            "media_type": content.media_type,
            "schema": self.resolved(&content.schema, "/request_body/schema"),
            "example": example,
        });
        if body.content.len() > 1 {
            let types: Vec<&str> = body.content.iter().map(|content| content.media_type.as_str()).collect();
            shown["media_types"] = types.into();
        }
        let headers = part_headers(operation);
        if !headers.is_empty() {
            shown["part_headers_as_parameters"] = headers.into();
        }
        Some(shown)
    }

    fn responses(&mut self, operation: &Operation) -> Vec<Value> {
        let mut responses = Vec::new();
        for (at, response) in operation.responses.iter().enumerate() {
            let mut shown = json!({ "status": response.status, "description": response.description });
            if let Some(content) = response.content.first() {
                shown["media_type"] = content.media_type.clone().into();
                shown["schema"] = self.resolved(&content.schema, &format!("/responses/{at}/schema"));
            }
            responses.push(shown);
        }
        responses
    }
}
