//! Which headers let the pages that are allowed read answers in a browser? (Fetch standard, "CORS protocol")
//!
//! Only pages whose origin was let in get these headers, each its own origin. There are no credentials of the browser's: a page
//! sends its token itself.

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};

use super::body::{self, HttpResponse};

/// Methods that pages may use.
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE");

/// Headers that pages may send.
const HEADERS: &str = "accept, authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, x-cw-company-id, \
     x-cw-private-key, x-cw-public-key, x-cw-usertype";

/// Headers of a response that pages may read, in addition to those that every page may.
const EXPOSED: HeaderValue = HeaderValue::from_static("mcp-session-id, retry-after, www-authenticate");

/// Seconds for which a browser may keep the answer: Chromium keeps none for more than two hours.
const REMEMBERED_S: HeaderValue = HeaderValue::from_static("7200");

const ASKS_PRIVATE: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOWS_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Returns the origin of the page that sent a request, once the request was let in.
pub(super) fn origin(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(header::ORIGIN).cloned()
}

/// Tells whether a request is a preflight, which asks whether another may be sent.
pub(super) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Answers a preflight. The answer is the same for everyone, and tells nothing of this server in particular.
pub(super) fn preflight(headers: &HeaderMap) -> HttpResponse {
    let mut answer = body::empty(StatusCode::NO_CONTENT);
    let told = answer.headers_mut();
    told.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    if let Ok(allowed) = HeaderValue::from_str(&allowed_headers(headers)) {
        told.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
    told.insert(header::ACCESS_CONTROL_MAX_AGE, REMEMBERED_S);
    // Chromium asks so before a page of the internet may reach a private network.
    if headers.contains_key(ASKS_PRIVATE) {
        told.insert(ALLOWS_PRIVATE, HeaderValue::from_static("true"));
    }
    answer
}

/// Lists the headers that every client sends, and those of the requested ones that are the protocol's own: a tool may
/// name headers for its arguments.
fn allowed_headers(headers: &HeaderMap) -> String {
    let asked = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(|asked| asked.to_str().ok());
    let asked = asked.into_iter().flat_map(|asked| asked.split(',')).map(|name| name.trim().to_ascii_lowercase());
    let own = asked.filter(|name| name.starts_with("mcp-param-") && HeaderName::try_from(name.as_str()).is_ok());
    own.fold(HEADERS.to_owned(), |all, name| format!("{all}, {name}"))
}

/// Lets the page that sent a request read its response.
pub(super) fn let_read(answer: &mut HttpResponse, origin: Option<HeaderValue>) {
    let told = answer.headers_mut();
    told.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        told.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        told.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}
