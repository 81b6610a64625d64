//! What did the API answer?

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use serde::de::IgnoredAny;

use super::access::ApiAccess;
use super::decode::Text;
use super::failure::{CallError, NotJson};
use super::reply_headers::ReplyHeaders;
use super::request_line::RequestLine;
use super::text;
use crate::invoke::draft::{Accept, Draft};
use crate::invoke::reading::is_json_lines;
use crate::invoke::rows;
use crate::openapi::Method;

/// Characters of a body that is not what it should be, in a message.
const EXCERPT: usize = 200;

/// An answer with a status of success.
#[derive(Clone)]
pub struct Reply {
    /// 200 to 299; 303 of a write whose result could not be read, without a body.
    pub status: u16,
    /// The headers that matter.
    pub headers: ReplyHeaders,
    /// The body, decompressed, as UTF-8 without byte order mark; JSON where JSON was asked for, and empty where there is
    /// none.
    pub body: Bytes,
    /// Whether the body is no text, but the bytes of a file.
    pub is_of_bytes: bool,
    /// What was done to the body so that it could be read.
    pub notes: Vec<String>,
    /// How often the request was sent, from 1.
    pub attempts: u32,
    /// From the call to the last byte, pauses included.
    pub elapsed: Duration,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, headers, body, is_of_bytes, notes, attempts, elapsed } = self;
        f.debug_struct("Reply")
            .field("status", status)
            .field("headers", headers)
            // Bodies hold customers' data and are large.
            .field("body_bytes", &body.len())
            .field("is_of_bytes", is_of_bytes)
            .field("notes", notes)
            .field("attempts", attempts)
            .field("elapsed", elapsed)
            .finish()
    }
}

impl Reply {
    /// The declared media type, or empty.
    pub(in crate::invoke) fn media_type(&self) -> &str {
        self.headers.content_type()
    }
}

/// A file that was downloaded.
#[derive(Clone, Debug)]
pub struct Downloaded {
    /// Where it is.
    pub path: PathBuf,
    /// Length of the file as it was written, in bytes.
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

/// The text of a success, which is JSON where JSON was asked for.
///
/// An API may declare another type, text or CSV, and is taken at its word unless its dialect knows better; a web page is never what was
/// asked for.
pub(super) fn text_of_success(
    access: &ApiAccess,
    draft: &Draft,
    what: &RequestLine,
    status: u16,
    headers: &ReplyHeaders,
    body: Bytes,
) -> Result<Text, CallError> {
    let text = Text::of(headers, body);
    let body: &[u8] = &text.body;
    if text.is_json || draft.accept != Accept::Json || draft.method == Method::Head || body.trim_ascii().is_empty() {
        return Ok(text);
    }
    let content_type = headers.content_type();
    let html = text::is_html(content_type, body);
    let lines = is_json_lines(content_type);
    if lines && rows::of_lines(&text.body).is_some() {
        return Ok(text);
    }
    let declared_other = !content_type.is_empty() && (lines || !content_type.to_ascii_lowercase().contains("json"));
    if !access.dialect().answers_json_alone() && declared_other && !html {
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
