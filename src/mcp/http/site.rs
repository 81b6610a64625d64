//! How are the page and its routes answered over HTTP?

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::json;

use super::body::{self, HttpResponse};
use crate::invoke::Grant;
use crate::service::Service;
use crate::setup::doctor::Surroundings;
use crate::web::{self, WebCaller, WebRequest};

/// A request of the page's, read whole.
pub(super) struct Asked {
    method: Method,
    path: String,
    query: String,
    is_json: bool,
    body: Bytes,
}

/// Headers of every answer: nobody frames it, guesses its type, keeps it or learns from where it was left.
const ALWAYS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];

/// The page.
pub(super) fn page(method: &Method) -> HttpResponse {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut answer = refusal(StatusCode::METHOD_NOT_ALLOWED, "ask for the page with GET");
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    let page = web::page();
    let mut answer = Response::new(Full::new(Bytes::from_static(page.html.as_bytes())).boxed());
    let told = answer.headers_mut();
    told.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(policy) = HeaderValue::from_str(&page.policy) {
        told.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    with_headers(answer)
}

/// Reads a request within the bounds of every other.
pub(super) async fn read(request: Request<Incoming>) -> Result<Asked, (StatusCode, String)> {
    let (parts, incoming) = request.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_json = kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    let body = body::read(incoming).await.map_err(|unread| unread.told())?;
    let path = parts.uri.path().strip_prefix(web::API).unwrap_or_default().to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    Ok(Asked { method: parts.method, path, query, is_json, body })
}

/// Answers a request of a token, or of the machine's user.
pub(super) async fn answer(
    service: &Service,
    around: &Arc<Surroundings>,
    (token, grant): (Option<&str>, &Grant),
    asked: &Asked,
) -> HttpResponse {
    let service = &service.under(grant);
    let caller = WebCaller::of(token, Arc::clone(&grant.policy));
    let Asked { method, path, query, is_json, body } = asked;
    let request = WebRequest { method: method.as_str(), path, query, is_json: *is_json, body };
    let answered = web::answer(service, around, &caller, &request).await;
    let status = StatusCode::from_u16(answered.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    tracing::info!(client = %crate::invoke::Caller::name(&caller), route = %path.split('/').next().unwrap_or_default(), status = status.as_u16(), "page");
    let mut answer = body::json(status, &answered.body);
    if let Some(allow) = answered.allow {
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    with_headers(answer)
}

/// A refusal in the form of the routes' own.
pub(super) fn refusal(status: StatusCode, why: &str) -> HttpResponse {
    with_headers(body::json(status, &json!({ "error": why })))
}

fn with_headers(mut answer: HttpResponse) -> HttpResponse {
    for (name, value) in ALWAYS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
