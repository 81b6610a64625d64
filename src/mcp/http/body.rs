//! How is a request's body read within limits, and an answer's body made?

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, LengthLimitError, Limited};
use hyper::body::{Body, Frame, Incoming};
use hyper::{Response, StatusCode, header};
use serde_json::{Value, json};

/// A response as rmcp makes it and hyper sends it.
pub(super) type HttpResponse = Response<BoxBody<Bytes, Infallible>>;

/// Most bytes of a request's body. It holds the arguments of one call, some kilobytes; files are uploaded by name.
pub(super) const MOST_BYTES: usize = 1 << 20;

/// Most time for a body to arrive: that of a megabyte at 280 kbit/s.
const WITHIN: Duration = Duration::from_secs(30);

/// The reason why a body was not read.
#[derive(Debug)]
pub(super) enum Unread {
    TooLarge,
    TooSlow,
    Broken,
}

impl Unread {
    /// The status and the words of the refusal.
    pub(super) fn told(&self) -> (StatusCode, String) {
        match self {
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body is larger than {MOST_BYTES} bytes: send less at once"),
            ),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body took too long: send it again".to_owned()),
            Self::Broken => (StatusCode::BAD_REQUEST, "the body broke off: send it again".to_owned()),
        }
    }
}

/// Reads a whole body.
pub(super) async fn read(body: Incoming) -> Result<Bytes, Unread> {
    match tokio::time::timeout(WITHIN, Limited::new(body, MOST_BYTES).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Ok(Err(_)) => Err(Unread::Broken),
        Err(_) => Err(Unread::TooSlow),
    }
}

/// Makes a response of a JSON value.
pub(super) fn json(status: StatusCode, value: &Value) -> HttpResponse {
    json_text(status, value.to_string())
}

/// Makes a response without a body.
pub(super) fn empty(status: StatusCode) -> HttpResponse {
    let mut answer = Response::new(Empty::new().boxed());
    *answer.status_mut() = status;
    answer
}

/// Makes a response of text that is JSON already.
pub(super) fn json_text(status: StatusCode, text: String) -> HttpResponse {
    let mut answer = Response::new(Full::new(Bytes::from(text)).boxed());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    answer
}

/// Makes a refusal: a JSON-RPC error without an id, as the specification suggests where no message was read (Streamable
/// HTTP).
pub(super) fn refusal(status: StatusCode, message: &str) -> HttpResponse {
    // -32000: the first of the codes that JSON-RPC leaves to servers.
    json(status, &json!({ "jsonrpc": "2.0", "error": { "code": -32000, "message": message } }))
}

/// The same answer, with a refusal in place of a failure's bare text: rmcp words several of its own so.
pub(super) async fn worded_in_json(answer: HttpResponse) -> HttpResponse {
    let is_failure = answer.status().is_client_error() || answer.status().is_server_error();
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("text/plain");
    if !is_failure || !kind.trim_start().to_ascii_lowercase().starts_with("text/plain") {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let text = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(never) => match never {},
    };
    let text = String::from_utf8_lossy(&text);
    let why = if text.trim().is_empty() { parts.status.canonical_reason().unwrap_or("refused") } else { text.trim() };
    let (worded, body) = refusal(parts.status, why).into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(worded.headers);
    Response::from_parts(parts, body)
}

/// The same body, which keeps a value until it is sent or dropped.
pub(super) fn keeping<K: Send + Sync + 'static>(
    body: BoxBody<Bytes, Infallible>,
    kept: K,
) -> BoxBody<Bytes, Infallible> {
    // The body owns the closure, and the closure the value; it is never called, since the body never fails.
    let keep = move |never: Infallible| {
        let _ = &kept;
        never
    };
    body.map_err(keep).boxed()
}

/// A body that ends when something else does.
pub(super) struct Until {
    inner: BoxBody<Bytes, Infallible>,
    ended: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
}

impl Until {
    pub(super) fn new(
        inner: BoxBody<Bytes, Infallible>,
        ended: impl Future<Output = ()> + Send + Sync + 'static,
    ) -> Self {
        Self { inner, ended: Box::pin(ended) }
    }
}

impl Body for Until {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.ended.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Poll::Ready(ready!(Pin::new(&mut self.inner).poll_frame(context)))
    }
}
