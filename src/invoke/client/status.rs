//! What does an answer say that is no success?
//!
//! Bodies of failures come as ConnectWise's `{code, message, errors}`, its gateway's `{error, message}`, problem
//! details (RFC 9457, with ASP.NET's `errors` by field), ASP.NET's `{Message, ExceptionMessage, ModelState}`, the usual
//! `{error: {message}}`, plain text, or a proxy's web page. Members are found whatever their case. What none of these forms
//! fits is quoted.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use super::access::ApiAccess;
use super::decode::Text;
use super::lasting;
use super::reply_headers::ReplyHeaders;
use super::request_line::RequestLine;
use super::text;

/// Field errors that are shown; more would bury the advice.
const MOST_ERRORS: usize = 20;

/// An answer with a status other than success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatusFailure {
    /// The request, without its query.
    pub what: RequestLine,
    /// The HTTP status.
    pub status: u16,
    /// The API's own code, such as `InvalidObject`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the API says: data, shortened and cleaned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What it says of single fields, at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Field errors beyond those.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_errors: usize,
    /// The title, where the answer is a web page and so not the API's; may be empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// How long the API wants to be left alone, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
    /// `api-current-version`: the newest edition of the models that the server knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// What to do next, the likeliest first.
    pub advice: Vec<String>,
}

/// What an API says of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The error's code, such as `MissingRequiredField`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The kind of record, such as `ticket`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Name of the field, or the path to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl StatusFailure {
    /// Reads a failure from its body.
    pub(super) fn read(
        access: &ApiAccess,
        what: RequestLine,
        status: StatusCode,
        retry_after: Option<Duration>,
        headers: &ReplyHeaders,
        body: Bytes,
    ) -> Self {
        let body: &[u8] = &Text::of(headers, body).body;
        let mut failure = Self {
            what,
            status: status.as_u16(),
            code: None,
            message: None,
            errors: Vec::new(),
            more_errors: 0,
            page: None,
            retry_after_s: retry_after.map(|wait| wait.as_secs()),
            api_version: headers.api_current_version.as_deref().map(|version| access.quote(version, text::SHORT)),
            advice: Vec::new(),
        };
        if text::is_html(headers.content_type(), body) {
            let title = text::html_title(&String::from_utf8_lossy(body));
            failure.page = Some(access.quote(&title, text::SHORT));
        } else if let Ok(value) = serde_json::from_slice::<Value>(body) {
            failure.read_json(access, &value);
        } else if !body.trim_ascii().is_empty() {
            failure.message = Some(access.quote_body(body, text::LONG));
        }
        failure
    }

    fn read_json(&mut self, access: &ApiAccess, body: &Value) {
        let quote = |said: &str| Some(access.quote(said, text::LONG)).filter(|said| !said.is_empty());
        let items = body.as_array().map(Vec::as_slice);
        // Each of several is an error of its own, and none speaks for all.
        let is_list = items.is_some_and(|items| items.len() > 1);
        let value = items.and_then(<[Value]>::first).unwrap_or(body);
        // `{error: {code, message}}` is what many APIs wrap the same in.
        let value = member(value, "error").filter(|error| error.is_object()).unwrap_or(value);
        // RFC 9457 section 4.2.1: `about:blank` says no more than the status.
        let code = CODES.iter().find_map(|key| said_at(value, key)).filter(|code| code != "about:blank");
        self.code = code.as_deref().and_then(quote).filter(|_| !is_list);
        let message = scalar(value).or_else(|| message_of(value));
        self.message = message.as_deref().and_then(quote).filter(|_| !is_list);
        let one = |error: &Value| {
            if let Some(said) = scalar(error) {
                return FieldError { message: quote(&said), ..FieldError::default() };
            }
            let say = |keys: &[&str]| keys.iter().find_map(|key| said_at(error, key)).as_deref().and_then(quote);
            let source = member(error, "source").unwrap_or(error);
            let at = FIELDS.iter().find_map(|key| said_at(error, key).or_else(|| said_at(source, key)));
            let found = FieldError {
                code: say(&["code"]),
                message: say(&MESSAGES_OF_FIELDS),
                resource: say(&["resource"]),
                field: at.as_deref().and_then(quote),
            };
            // What has no form that is known is shown as it is.
            if found == FieldError::default() && !error.is_null() {
                return FieldError { message: quote(&error.to_string()), ..found };
            }
            found
        };
        let of_map = |fields: &Map<String, Value>| -> Vec<FieldError> {
            let of_field = |(field, said): (&String, &Value)| {
                let said = said.as_array().map_or(std::slice::from_ref(said), Vec::as_slice);
                let field = access.quote(field, text::SHORT);
                said.iter().map(|said| FieldError { field: Some(field.clone()), ..one(said) }).collect::<Vec<_>>()
            };
            fields.iter().flat_map(of_field).collect()
        };
        let list = LISTS.iter().find_map(|key| member(value, key).filter(|list| list.is_array() || list.is_object()));
        let mut errors: Vec<FieldError> = match (list, items) {
            (_, Some(items)) if is_list => items.iter().map(one).collect(),
            (Some(Value::Array(list)), _) => list.iter().map(one).collect(),
            // ASP.NET: each field with its messages.
            (Some(Value::Object(fields)), _) => of_map(fields),
            // Forms of which nothing but the fields is told, each with a list of what is wrong.
            _ if self.message.is_none() => {
                let mut fields = value.as_object().cloned().unwrap_or_default();
                fields.retain(|_, said| said.is_array());
                of_map(&fields)
            }
            _ => Vec::new(),
        };
        errors.retain(|error| *error != FieldError::default());
        let is_code_alone = self.code.is_some() && value.as_object().is_some_and(|members| members.len() == 1);
        if self.message.is_none() && errors.is_empty() && !is_code_alone && !is_empty(body) {
            self.message = quote(&body.to_string());
        }
        self.more_errors = errors.len().saturating_sub(MOST_ERRORS);
        errors.truncate(MOST_ERRORS);
        self.errors = errors;
    }

    /// Whether code or message hold a text, whatever its case.
    pub(super) fn says(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        self.said().any(|said| said.to_ascii_lowercase().contains(&text))
    }

    /// Whether the server says that it failed on what the request holds, and so will fail again.
    pub(super) fn blames_request(&self) -> bool {
        self.status == StatusCode::INTERNAL_SERVER_ERROR.as_u16() && lasting::is_lasting(self.said())
    }

    /// All codes and messages.
    pub(super) fn said(&self) -> impl Iterator<Item = &str> {
        let own = [self.code.as_deref(), self.message.as_deref()];
        let of_fields = self.errors.iter().flat_map(|error| [error.code.as_deref(), error.message.as_deref()]);
        own.into_iter().chain(of_fields).flatten()
    }
}

/// Members with a code, the likeliest first.
const CODES: [&str; 5] = ["code", "error", "errorCode", "type", "exceptionType"];

/// Members with what is wrong, of which the first is taken.
const MESSAGES: [&str; 7] = ["message", "detail", "error_description", "description", "errorMessage", "reason", "msg"];

/// Members that say more than a message does: ASP.NET's is "An error has occurred." beside these.
const MORE: [&str; 2] = ["messageDetail", "exceptionMessage"];

/// Members with what is wrong with one field, of which the first is taken.
const MESSAGES_OF_FIELDS: [&str; 9] =
    ["message", "detail", "reason", "msg", "description", "errorMessage", "messages", "title", "errors"];

/// Members with the name of a field, or the way to it.
const FIELDS: [&str; 8] = ["field", "name", "pointer", "path", "propertyName", "parameter", "loc", "member"];

/// Members with single errors, as a list or by field.
const LISTS: [&str; 8] =
    ["errors", "modelState", "invalid-params", "invalidParams", "validationErrors", "fieldErrors", "details", "detail"];

/// Errors within errors that are gone into.
const MOST_INNER: usize = 8;

/// What a whole answer says: its title, its message, and what is beside it, each once.
fn message_of(value: &Value) -> Option<String> {
    let mut inner = value;
    for _ in 0..MOST_INNER {
        let Some(next) = member(inner, "innerException").filter(|next| next.is_object()) else { break };
        inner = next;
    }
    let first = MESSAGES.iter().find_map(|key| said_at(value, key));
    let more = MORE.iter().flat_map(|key| [said_at(value, key), said_at(inner, key)]);
    let mut message = String::new();
    for said in std::iter::once(said_at(value, "title")).chain([first]).chain(more).flatten() {
        if message.contains(&said) {
            continue;
        }
        if !message.is_empty() {
            message.push_str(if message.ends_with(['.', '!', '?', ':']) { " " } else { ": " });
        }
        message.push_str(&said);
    }
    Some(message).filter(|message| !message.is_empty())
}

/// A member by its name, in whatever case.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let members = value.as_object()?;
    members
        .get(name)
        .or_else(|| members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// The text of a member: of a list of texts, all of them.
fn said_at(value: &Value, name: &str) -> Option<String> {
    let found = member(value, name)?;
    let of_list = || -> Option<String> {
        let texts: Option<Vec<String>> = found.as_array()?.iter().map(scalar).collect();
        texts.filter(|texts| !texts.is_empty()).map(|texts| texts.join(if name == "loc" { "." } else { "; " }))
    };
    scalar(found).or_else(of_list).filter(|said| !said.trim().is_empty())
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

impl fmt::Display for StatusFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, status, code, message, errors, more_errors, page, .. } = self;
        let reason = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
        write!(f, "{what}: answered {status}")?;
        if let Some(reason) = reason {
            write!(f, " {reason}")?;
        }
        if let Some(page) = page {
            write!(f, " with {}", text::page(page))?;
        }
        let mut said: Vec<String> = Vec::new();
        // What a single error says as well, of a field, is said there.
        let message = message.as_ref().filter(|message| {
            errors.iter().all(|error| error.message.as_ref() != Some(*message) || error.field.is_none())
        });
        match (message, code) {
            (Some(message), Some(code)) => said.push(format!("\"{message}\" ({code})")),
            (Some(message), None) => said.push(format!("\"{message}\"")),
            (None, Some(code)) => said.push(format!("({code})")),
            (None, None) => {}
        }
        let is_told = |error: &FieldError| {
            let FieldError { message: own, field, resource, code: own_code } = error;
            let has_place = field.is_some() || resource.is_some();
            !has_place && own.as_ref() == message && own_code.as_ref().is_none_or(|own| Some(own) == code.as_ref())
        };
        said.extend(errors.iter().filter(|error| !is_told(error)).map(ToString::to_string));
        if !said.is_empty() {
            write!(f, "; the API says: {}", said.join("; "))?;
        }
        if *more_errors > 0 {
            write!(f, "; and {more_errors} more")?;
        }
        for step in &self.advice {
            write!(f, ". {step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, message, resource, field } = self;
        let place = match (field, resource) {
            (Some(field), Some(resource)) => Some(format!("`{field}` of {resource}:")),
            (Some(field), None) => Some(format!("`{field}`:")),
            (None, Some(resource)) => Some(format!("of {resource}:")),
            (None, None) => None,
        };
        let message = message.as_ref().map(|message| format!("\"{message}\""));
        let code = code.as_ref().map(|code| format!("({code})"));
        let parts: Vec<String> = [place, message, code].into_iter().flatten().collect();
        f.write_str(&parts.join(" "))
    }
}

impl std::error::Error for StatusFailure {}
