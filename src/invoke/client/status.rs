//! What does an answer say that is no success?
//!
//! Bodies of failures come as ConnectWise's `{code, message, errors}`, its gateway's `{error, message}`, problem
//! details (RFC 9457, with ASP.NET's `errors` by field), the usual `{error: {message}}`, plain text, or a proxy's web
//! page.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use serde::Serialize;
use serde_json::Value;

use super::access::ApiAccess;
use super::decode::Text;
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
    /// The status.
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
    /// Such as `MissingRequiredField`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The kind of record, such as `ticket`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The field.
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

    fn read_json(&mut self, access: &ApiAccess, value: &Value) {
        let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        // `{error: {code, message}}` is what many APIs wrap the same in.
        let value = value.get("error").filter(|error| error.is_object()).unwrap_or(value);
        let say = |value: &Value, keys: &[&str]| {
            let said = keys.iter().find_map(|key| value.get(key).and_then(scalar));
            said.map(|said| access.quote(&said, text::LONG)).filter(|said| !said.is_empty())
        };
        // RFC 9457 section 4.2.1: `about:blank` says no more than the status.
        self.code = say(value, &["code", "error", "type"]).filter(|code| code != "about:blank");
        self.message = say(value, &["message", "detail", "error_description", "description", "title"])
            .or_else(|| scalar(value).map(|said| access.quote(&said, text::LONG)));
        let one = |error: &Value| {
            if let Some(said) = scalar(error) {
                return FieldError { message: Some(access.quote(&said, text::LONG)), ..FieldError::default() };
            }
            FieldError {
                code: say(error, &["code"]),
                message: say(error, &["message", "detail", "reason"]),
                resource: say(error, &["resource"]),
                field: say(error, &["field", "name", "pointer", "path"]),
            }
        };
        let lists = ["errors", "invalid-params", "invalidParams", "details"];
        let mut errors: Vec<FieldError> = match lists.iter().find_map(|key| value.get(key)) {
            Some(Value::Array(list)) => list.iter().map(one).collect(),
            // ASP.NET: each field with its messages.
            Some(Value::Object(fields)) => fields
                .iter()
                .flat_map(|(field, said)| {
                    let said = said.as_array().map_or(std::slice::from_ref(said), Vec::as_slice);
                    said.iter().map(|said| FieldError { field: Some(access.quote(field, text::SHORT)), ..one(said) })
                })
                .collect(),
            _ => Vec::new(),
        };
        errors.retain(|error| *error != FieldError::default());
        self.more_errors = errors.len().saturating_sub(MOST_ERRORS);
        errors.truncate(MOST_ERRORS);
        self.errors = errors;
    }

    /// Whether code or message hold a text, whatever its case.
    pub(super) fn says(&self, text: &str) -> bool {
        let own = [self.code.as_deref(), self.message.as_deref()];
        let of_fields = self.errors.iter().flat_map(|error| [error.code.as_deref(), error.message.as_deref()]);
        let text = text.to_ascii_lowercase();
        own.into_iter().chain(of_fields).flatten().any(|said| said.to_ascii_lowercase().contains(&text))
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
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
        if code.is_some() || message.is_some() || !errors.is_empty() {
            f.write_str("; the API says:")?;
        }
        if let Some(message) = message {
            write!(f, " \"{message}\"")?;
        }
        if let Some(code) = code {
            write!(f, " ({code})")?;
        }
        for error in errors {
            let FieldError { code, message, resource, field } = error;
            f.write_str(";")?;
            if let Some(field) = field {
                write!(f, " `{field}`")?;
            }
            if let Some(resource) = resource {
                write!(f, " of {resource}")?;
            }
            if field.is_some() || resource.is_some() {
                f.write_str(":")?;
            }
            if let Some(message) = message {
                write!(f, " \"{message}\"")?;
            }
            if let Some(code) = code {
                write!(f, " ({code})")?;
            }
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

impl std::error::Error for StatusFailure {}
