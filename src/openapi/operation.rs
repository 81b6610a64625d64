//! What is an operation, independent of the dialect it was written in?
//!
//! The intermediate representation: readers fill these types, everything else reads only them. Schemas stay
//! [`serde_json::Value`]s in JSON Schema 2020-12 form whose `$ref`s point at `#/$defs/<name>` of [`Manifest::schemas`].

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::escape::{QUOTED, shortened};

/// A request method of a path item (OpenAPI 3.1.0 section 4.8.9 "Path Item Object").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// `GET`
    Get,
    /// `PUT`
    Put,
    /// `POST`
    Post,
    /// `DELETE`
    Delete,
    /// `OPTIONS`
    Options,
    /// `HEAD`
    Head,
    /// `PATCH`
    Patch,
    /// `TRACE`
    Trace,
}

impl Method {
    /// Every method, in the order in which a path item lists them.
    pub const ALL: [Self; 8] =
        [Self::Get, Self::Put, Self::Post, Self::Delete, Self::Options, Self::Head, Self::Patch, Self::Trace];

    /// The upper-case name, as sent on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Trace => "TRACE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no request method that OpenAPI knows.
#[derive(Debug, thiserror::Error)]
#[error("`{}` is no request method; write one of GET, PUT, POST, DELETE, OPTIONS, HEAD, PATCH, TRACE", shortened(.0, QUOTED))]
pub struct UnknownMethod(pub String);

impl FromStr for Method {
    type Err = UnknownMethod;

    /// Case does not matter: people type `get`, path items are lower case, the wire is upper case.
    fn from_str(text: &str) -> Result<Self, UnknownMethod> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| UnknownMethod(text.to_owned()))
    }
}

/// Which edition of the specification a manifest is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dialect {
    /// Swagger 2.0
    Swagger20,
    /// OpenAPI 3.0.x
    OpenApi30,
    /// OpenAPI 3.1.x (3.2 is read as 3.1, with a warning)
    OpenApi31,
}

/// The content of one manifest.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// `info.title`, or empty.
    pub title: String,
    /// `info.version`, or empty.
    pub version: String,
    /// The edition of the specification it is written in.
    pub dialect: Dialect,
    /// Base URLs with the defaults of their variables filled in; Swagger's `schemes`, `host`, `basePath` as such.
    pub servers: Vec<Server>,
    /// `tags` of the document, in order.
    pub tags: Vec<Tag>,
    /// Security schemes by name, as the document has them.
    pub security_schemes: BTreeMap<String, Value>,
    /// The operations: paths in document order, methods of a path in [`Method::ALL`] order.
    pub operations: Vec<Operation>,
    /// Named schemas in JSON Schema 2020-12 form; `$ref`s among them are `#/$defs/<name>`.
    pub schemas: BTreeMap<String, Value>,
    /// What was repaired or left out while reading, each with its JSON Pointer.
    pub warnings: Vec<Warning>,
}

/// One entry of `servers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// With variables replaced by their defaults; may be relative or empty.
    pub url: String,
    /// `description`, or empty.
    pub description: String,
}

/// One entry of the document's `tags`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// `name`
    pub name: String,
    /// `description`, or empty.
    pub description: String,
}

/// The intermediate representation of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The request method.
    pub method: Method,
    /// The path template as callers write it, repaired where the manifest's was malformed; begins with `/`. A part
    /// after `#`, which some manifests need to tell operations of one path apart, is never sent.
    pub path: String,
    /// `operationId`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
    /// `summary`, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// `description`, or empty; a path item's own description is appended where both exist.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// `tags` in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// `deprecated`
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// The path item's parameters overridden by the operation's own (same `name` and `in`); path parameters in
    /// template order first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// `requestBody`, or Swagger's `in: body` and `in: formData` parameters as one body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_body: Option<RequestBody>,
    /// The responses, each of one status: `200`, `4XX`, `default`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responses: Vec<Response>,
    /// Alternatives of security requirements (names of schemes); `None` where neither operation nor document says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<Vec<Vec<String>>>,
    /// `servers` of the operation, or else of its path item; empty where the document's hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<Server>,
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterIn {
    /// In the path template.
    Path,
    /// In the query string.
    Query,
    /// As a request header.
    Header,
    /// As a cookie.
    Cookie,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// `name`
    pub name: String,
    /// `in`
    #[serde(rename = "in")]
    pub location: ParameterIn,
    /// Path parameters are always required.
    #[serde(default)]
    pub required: bool,
    /// `description`, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// JSON Schema; `{}` where the manifest says nothing.
    pub schema: Value,
    /// `style` where the manifest gives one. Swagger's `collectionFormat` is translated; its `tsv`, for which OpenAPI has
    /// no style, is `tabDelimited`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// `explode` where the manifest gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explode: Option<bool>,
    /// The media type of `content`, where the value travels as one text of that type and by no style.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Reserved characters of the value are sent as they are: `allowReserved` of a query parameter, or RFC 6570's
    /// `{+name}` in the path.
    #[serde(default, rename = "allowReserved", skip_serializing_if = "std::ops::Not::not")]
    pub allow_reserved: bool,
    /// `allowEmptyValue` of a query parameter.
    #[serde(default, rename = "allowEmptyValue", skip_serializing_if = "std::ops::Not::not")]
    pub allow_empty_value: bool,
    /// `example` where the manifest gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
}

impl Parameter {
    /// A parameter of which nothing is known but its name and place.
    pub fn plain(name: &str, location: ParameterIn) -> Self {
        Self {
            name: name.to_owned(),
            location,
            required: false,
            description: String::new(),
            schema: Value::Object(serde_json::Map::new()),
            style: None,
            explode: None,
            content: None,
            allow_reserved: false,
            allow_empty_value: false,
            example: None,
        }
    }
}

/// A request body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestBody {
    /// `required`
    #[serde(default)]
    pub required: bool,
    /// `description`, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The media types in document order, as alternatives.
    pub content: Vec<MediaType>,
}

/// One media type of a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaType {
    /// The media type, such as `application/json`.
    pub media_type: String,
    /// JSON Schema; `{}` where the manifest says nothing.
    pub schema: Value,
    /// `example`, or the first of `examples`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// How the properties of a form travel, by name, where the manifest says it (Swagger's `collectionFormat` is
    /// translated).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub encoding: BTreeMap<String, Encoding>,
}

/// How one property of a form travels (OpenAPI 3.1.0 section 4.8.15 "Encoding Object").
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Encoding {
    /// `contentType`: one media type, or several with commas between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `style`; beside those of the specification `tabDelimited`, for Swagger's `tsv`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// `explode`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explode: Option<bool>,
    /// `allowReserved`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_reserved: Option<bool>,
    /// Headers of the part whose only value the manifest names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Headers of the part whose value callers give, each with whether it is required.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub open_headers: BTreeMap<String, bool>,
}

impl Encoding {
    /// Whether it asks for one of RFC 6570's styles; its content type says nothing then.
    pub fn has_style(&self) -> bool {
        self.style.is_some() || self.explode.is_some() || self.allow_reserved.is_some()
    }
}

/// One response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// `200`, `4XX` or `default`.
    pub status: String,
    /// `description`, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The media types in document order, as alternatives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<MediaType>,
}

/// A fault of a manifest, and what was done about it; the rest of the manifest stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// A short stable kebab-case code, such as `path-missing-slash`.
    pub code: String,
    /// JSON Pointer (RFC 6901) into the manifest as it was given.
    pub pointer: String,
    /// What was found and what was done about it.
    pub message: String,
    /// `true` where something was left out for it (an operation, a parameter, a response); `false` where it was
    /// repaired.
    #[serde(default)]
    pub skipped: bool,
    /// How many places have this same code and message, at least 1; `pointer` is the first of them.
    #[serde(default = "once")]
    pub occurrences: usize,
}

fn once() -> usize {
    1
}
