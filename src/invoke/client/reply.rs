//! What did the API answer?

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LINK, LOCATION, RETRY_AFTER};
use serde::Serialize;
use serde::de::IgnoredAny;

use super::access::ApiAccess;
use super::decode;
use super::failure::{CallError, NotJson, RequestLine};
use super::text;
use crate::invoke::dialect::Dialect;
use crate::invoke::draft::{Accept, Draft};
use crate::invoke::rows;
use crate::openapi::Method;

/// Characters of a body that is not what it should be, in a message.
const EXCERPT: usize = 200;

/// An answer with a status of success.
#[derive(Clone)]
pub struct Reply {
    /// 200 to 299.
    pub status: u16,
    /// The headers that matter.
    pub headers: ReplyHeaders,
    /// The body, decompressed, as UTF-8 without byte order mark; JSON where JSON was asked for, and empty where there is
    /// none.
    pub body: Bytes,
    /// What was done to the body so that it could be read.
    pub notes: Vec<String>,
    /// How often the request was sent, from 1.
    pub attempts: u32,
    /// From the call to the last byte, pauses included.
    pub elapsed: Duration,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, headers, body, notes, attempts, elapsed } = self;
        f.debug_struct("Reply")
            .field("status", status)
            .field("headers", headers)
            // Bodies hold customers' data and are large.
            .field("body_bytes", &body.len())
            .field("notes", notes)
            .field("attempts", attempts)
            .field("elapsed", elapsed)
            .finish()
    }
}

/// Header fields of an answer, as sent. Bytes that are no UTF-8 are read as ISO-8859-1, as HTTP/1.0 defined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReplyHeaders {
    /// `Content-Type`
    pub content_type: Option<String>,
    /// `Link`: where the pages before and after are (RFC 8288), one text a line of the field.
    pub link: Vec<String>,
    /// `api-current-version`: the newest edition of ConnectWise's models.
    pub api_current_version: Option<String>,
    /// `Retry-After`
    pub retry_after: Option<String>,
    /// `Location`: what was created.
    pub location: Option<String>,
    /// `Content-Disposition`: the name of a file.
    pub content_disposition: Option<String>,
    /// `Date`: the server's clock.
    pub date: Option<String>,
}

impl ReplyHeaders {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |value: Option<&HeaderValue>| value.map(text_of);
        Self {
            content_type: text(headers.get(CONTENT_TYPE)),
            link: headers.get_all(LINK).iter().map(text_of).collect(),
            api_current_version: text(headers.get("api-current-version")),
            retry_after: text(headers.get(RETRY_AFTER)),
            location: text(headers.get(LOCATION)),
            content_disposition: text(headers.get(CONTENT_DISPOSITION)),
            date: text(headers.get(DATE)),
        }
    }

    /// The same without secrets, should the API repeat what it was sent.
    pub(super) fn without_secrets(self, access: &ApiAccess) -> Self {
        let scrubbed = |text: Option<String>| text.map(|text| access.scrub(&text));
        Self {
            content_type: scrubbed(self.content_type),
            link: self.link.iter().map(|line| access.scrub_link(line)).collect(),
            api_current_version: scrubbed(self.api_current_version),
            retry_after: scrubbed(self.retry_after),
            location: self.location.map(|location| access.scrub_url(&location)),
            content_disposition: scrubbed(self.content_disposition),
            date: scrubbed(self.date),
        }
    }

    pub(super) fn content_type(&self) -> &str {
        self.content_type.as_deref().unwrap_or_default()
    }
}

fn text_of(value: &HeaderValue) -> String {
    let bytes = value.as_bytes();
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned)
}

/// A file that was downloaded.
#[derive(Clone, Debug)]
pub struct Downloaded {
    /// Where it is.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// 200 to 299.
    pub status: u16,
    /// The headers that matter.
    pub headers: ReplyHeaders,
    /// How often the request was sent, from 1.
    pub attempts: u32,
    /// From the call to the last byte, pauses included.
    pub elapsed: Duration,
}

/// A body as text.
pub(super) struct Text {
    /// UTF-8; where it is JSON, of whole characters.
    pub(super) body: Bytes,
    /// What was done to it.
    pub(super) notes: Vec<String>,
    is_json: bool,
}

impl Text {
    /// The text of a body, of whatever kind.
    pub(super) fn of(headers: &ReplyHeaders, body: Bytes) -> Self {
        let (mut body, mut notes) = decode::decode(headers.content_type(), body);
        let is_json = rows::is_json(&body);
        if is_json {
            let (whole, halves) = decode::without_lone_surrogates(body);
            body = whole;
            if halves > 0 {
                let stand = if halves == 1 { "place, where" } else { "places, in each of which" };
                notes.push(format!(
                    "the API cut texts within a character in {halves} {stand} U+FFFD stands for the half that it sent"
                ));
            }
        }
        Self { body, notes, is_json }
    }

    /// The text of a success, which is JSON where JSON was asked for.
    ///
    /// An API other than ConnectWise may declare another type, text or CSV, and is taken at its word; a web page is
    /// never what was asked for.
    pub(super) fn of_success(
        access: &ApiAccess,
        draft: &Draft,
        what: &RequestLine,
        status: u16,
        headers: &ReplyHeaders,
        body: Bytes,
    ) -> Result<Self, CallError> {
        let text = Self::of(headers, body);
        let body: &[u8] = &text.body;
        if text.is_json || draft.accept != Accept::Json || draft.method == Method::Head || body.trim_ascii().is_empty()
        {
            return Ok(text);
        }
        let content_type = headers.content_type();
        let html = text::is_html(content_type, body);
        let declared_other = !content_type.is_empty() && !content_type.to_ascii_lowercase().contains("json");
        if access.dialect() == Dialect::Generic && declared_other && !html {
            return Ok(text);
        }
        let title = html.then(|| text::html_title(&String::from_utf8_lossy(body)));
        let is_cut = serde_json::from_slice::<IgnoredAny>(body).is_err_and(|error| error.is_eof());
        Err(CallError::NotJson(Box::new(NotJson {
            what: what.clone(),
            status,
            content_type: text::clean(content_type, text::SHORT),
            title: title.map(|title| access.quote(&title, text::SHORT)),
            // A text that is no JSON at all can end early too; only what begins like JSON is called truncated.
            truncated: !html && is_cut && matches!(body.trim_ascii_start().first(), Some(b'{' | b'[' | b'"')),
            excerpt: access.quote_body(body, EXCERPT),
        })))
    }
}
