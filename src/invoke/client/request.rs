//! How does a checked call become an HTTP request?

use std::borrow::Cow;

use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Request, RequestBuilder};
use secrecy::ExposeSecret;
use serde::Serialize;
use url::{Url, form_urlencoded};

use super::access::ApiAccess;
use super::failure::{CallError, innermost};
use crate::invoke::draft::{self, Accept, Body, Content, Draft, encode};
use crate::openapi::Method;
use crate::redact::MASK;

/// Headers that the connection or the credentials own, and no operation may set (RFC 9110 section 7.6.1, and those with
/// which two servers can be made to disagree on where a request ends).
const OWNED: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// A request as it would be sent, with secrets hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Request method.
    pub method: Method,
    /// The whole URL; credentials in its query are hidden.
    pub url: String,
    /// Names and values; credentials are hidden. Those of the connection itself are left out.
    pub headers: Vec<(String, String)>,
    /// Names of query parameters that hold credentials.
    #[serde(skip)]
    pub hidden: Vec<String>,
}

/// Everything of a request but its body, which is made anew for each attempt: a file is read again.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
}

/// The request that would be sent.
///
/// # Errors
/// [`CallError::Path`] and [`CallError::Header`], as sending would.
pub fn preview(access: &ApiAccess, draft: &Draft) -> Result<Preview, CallError> {
    let target = Target::new(access, draft, Secrets::Hidden)?;
    let mut headers: Vec<(String, String)> = target
        .headers
        .iter()
        .map(|(name, value)| {
            let shown = || value.to_str().map_or_else(|_| "[not text]".to_owned(), |text| access.scrub(text));
            (name.as_str().to_owned(), if value.is_sensitive() { MASK.to_owned() } else { shown() })
        })
        .collect();
    // reqwest adds the boundary when it is sent.
    if matches!(draft.body, Some(Body::Multipart(_))) {
        headers.push((CONTENT_TYPE.as_str().to_owned(), "multipart/form-data".to_owned()));
    }
    let hidden = access.credentials.query.iter().map(|(name, _)| name.clone()).collect();
    Ok(Preview { method: draft.method, url: access.scrub(target.url.as_str()), headers, hidden })
}

/// Whether credentials in the query are written out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrets {
    Sent,
    Hidden,
}

impl Target {
    pub(super) fn new(access: &ApiAccess, draft: &Draft, secrets: Secrets) -> Result<Self, CallError> {
        let encoded = draft.query.encoded();
        let mut pairs: Vec<Cow<'_, str>> =
            if encoded.is_empty() { Vec::new() } else { encoded.split('&').map(Cow::Borrowed).collect() };
        for (name, secret) in &access.credentials.query {
            // The configured value wins over one in the call.
            pairs.retain(|pair| name_of(pair) != *name);
            let value = if secrets == Secrets::Sent { secret.expose_secret() } else { MASK };
            pairs.push(encode(&[(name.clone(), value.to_owned())]).into());
        }
        let url = access.base_url().join_encoded(&draft.path, &pairs.join("&"))?;
        Ok(Self { url, headers: headers(access, draft, secrets)? })
    }

    /// The request with its body.
    pub(super) async fn request(&self, http: &reqwest::Client, draft: &Draft) -> Result<Request, CallError> {
        let builder = http.request(method(draft.method), self.url.clone());
        let mut request =
            body(builder, draft).await?.build().map_err(|error| CallError::Setup { cause: innermost(&error) })?;
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        // IIS refuses writes that say no length at all (411).
        if draft.body.is_none() && matches!(draft.method, Method::Post | Method::Put | Method::Patch) {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Ok(request)
    }
}

/// A request for where a redirect points to, without body.
pub(super) fn redirected(method_of: Method, url: Url, headers: HeaderMap) -> Request {
    let mut request = Request::new(method(method_of), url);
    *request.headers_mut() = headers;
    request
}

/// The URL that a redirect within the API's own host points to, with the credentials that belong into its query.
pub(super) fn with_query_credentials(mut url: Url, access: &ApiAccess) -> Url {
    let has = |url: &Url, name: &str| url.query().unwrap_or_default().split('&').any(|pair| name_of(pair) == name);
    for (name, secret) in &access.credentials.query {
        if !has(&url, name) {
            let pair = encode(&[(name.clone(), secret.expose_secret().to_owned())]);
            let query = url.query().filter(|query| !query.is_empty()).map(|query| format!("{query}&{pair}"));
            url.set_query(Some(&query.unwrap_or(pair)));
        }
    }
    url
}

/// The name of an encoded `name=value`, decoded.
fn name_of(pair: &str) -> String {
    form_urlencoded::parse(pair.as_bytes()).next().map_or_else(String::new, |(name, _)| name.into_owned())
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Put => reqwest::Method::PUT,
        Method::Post => reqwest::Method::POST,
        Method::Delete => reqwest::Method::DELETE,
        Method::Options => reqwest::Method::OPTIONS,
        Method::Head => reqwest::Method::HEAD,
        Method::Patch => reqwest::Method::PATCH,
        Method::Trace => reqwest::Method::TRACE,
    }
}

/// What is accepted, then the configured headers, then the operation's, then the body's type, then the credentials:
/// each wins over those before it.
fn headers(access: &ApiAccess, draft: &Draft, secrets: Secrets) -> Result<HeaderMap, CallError> {
    let mut headers = HeaderMap::new();
    let accept = match draft.accept {
        Accept::Json => access.accept_json.clone(),
        Accept::Text | Accept::Binary => HeaderValue::from_static("*/*"),
    };
    headers.insert(ACCEPT, accept);
    for (name, value) in &access.headers {
        headers.insert(name, value.clone());
    }
    let gives_cookies = draft.headers.iter().any(|(name, _)| name.trim().eq_ignore_ascii_case(COOKIE.as_str()));
    for (name, value) in &draft.headers {
        let refuse = |reason| CallError::Header { name: name.clone(), reason };
        let header = HeaderName::from_bytes(name.trim().as_bytes())
            .map_err(|_| refuse("has a name that no header can have; correct it"))?;
        if OWNED.contains(&header.as_str()) {
            return Err(refuse("is set by the connection or the credentials; leave it out"));
        }
        // What was configured for the API comes before what its manifest declares.
        if header == ACCEPT && access.headers.contains_key(ACCEPT) {
            continue;
        }
        let value = HeaderValue::from_str(value.trim())
            .map_err(|_| refuse("has a value that cannot be sent, such as one with a line break; correct it"))?;
        headers.insert(header, value);
    }
    let content_type = match &draft.body {
        None => None,
        // Such as application/json-patch+json, where the operation names it.
        Some(Body::Json(_)) if is_json(headers.get(CONTENT_TYPE)) => None,
        Some(Body::Json(_)) => Some(HeaderValue::from_static("application/json")),
        Some(Body::Form(_)) => Some(HeaderValue::from_static("application/x-www-form-urlencoded")),
        Some(Body::Text { media_type, .. } | Body::File { media_type, .. }) => {
            Some(HeaderValue::from_str(media_type.trim()).map_err(|_| CallError::Header {
                name: "Content-Type".to_owned(),
                reason: "cannot be sent; write a media type such as text/plain",
            })?)
        }
        // Its boundary is made with the body.
        Some(Body::Multipart(_)) => {
            headers.remove(CONTENT_TYPE);
            None
        }
    };
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, content_type);
    }
    let given = headers.get(COOKIE).cloned().filter(|_| gives_cookies);
    for (name, value) in &access.credentials.headers {
        headers.insert(name, value.clone());
    }
    if let Some(cookies) = given.and_then(|given| cookies(access, &given, secrets)) {
        headers.insert(COOKIE, cookies);
    }
    Ok(headers)
}

/// One header with every cookie (RFC 6265 section 5.4): those of the call, the configured ones, and the credentials. Of one
/// name the credential is sent, or else the call's. Hidden, it shows the call's values alone.
fn cookies(access: &ApiAccess, given: &HeaderValue, secrets: Secrets) -> Option<HeaderValue> {
    let of = |headers: &HeaderMap| {
        let header = headers.get(COOKIE).and_then(|header| header.to_str().ok());
        header.map(|header| pairs_of(header).map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default()
    };
    let (configured, credentials) = (of(&access.headers), of(&access.credentials.headers));
    let is_among = |pair: &str, others: &[String]| others.iter().any(|other| cookie_name(other) == cookie_name(pair));
    let given: Vec<String> = pairs_of(given.to_str().ok()?).map(str::to_owned).collect();
    let given: Vec<String> = given.into_iter().filter(|pair| !is_among(pair, &credentials)).collect();
    let configured = configured.into_iter().filter(|pair| !is_among(pair, &credentials) && !is_among(pair, &given));
    let secret: Vec<String> = configured.chain(credentials.iter().cloned()).collect();
    let secret = secret.iter().map(|pair| match secrets {
        Secrets::Sent => pair.clone(),
        Secrets::Hidden => format!("{}={MASK}", cookie_name(pair)),
    });
    let all: Vec<String> = given.iter().cloned().chain(secret).collect();
    let mut header = HeaderValue::from_str(&all.join("; ")).ok()?;
    header.set_sensitive(secrets == Secrets::Sent);
    Some(header)
}

/// The cookies of a `Cookie` header, each with its name.
fn pairs_of(header: &str) -> impl Iterator<Item = &str> {
    header.split(';').map(str::trim).filter(|pair| !pair.is_empty())
}

fn cookie_name(pair: &str) -> &str {
    pair.split_once('=').map_or(pair, |(name, _)| name).trim()
}

fn is_json(content_type: Option<&HeaderValue>) -> bool {
    content_type.and_then(|value| value.to_str().ok()).is_some_and(|value| value.to_ascii_lowercase().contains("json"))
}

async fn body(builder: RequestBuilder, draft: &Draft) -> Result<RequestBuilder, CallError> {
    Ok(match &draft.body {
        None => builder,
        Some(Body::Json(value)) => builder.body(value.to_string()),
        Some(Body::Form(form)) => builder.body(form.encoded().to_owned()),
        Some(Body::Text { text, .. }) => builder.body(text.clone()),
        Some(Body::File { path, .. }) => {
            let unreadable = |source| CallError::Upload { path: path.clone(), source };
            let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
            let length = file.metadata().await.map_err(unreadable)?.len();
            builder.header(CONTENT_LENGTH, length).body(file)
        }
        Some(Body::Multipart(parts)) => {
            let mut form = Form::new().percent_encode_noop();
            for part in parts {
                form = form.part(quotable(&part.name), self::part(part).await?);
            }
            builder.multipart(form)
        }
    })
}

async fn part(part: &draft::Part) -> Result<Part, CallError> {
    let mut made = match &part.content {
        Content::Text(text) => Part::text(text.clone()),
        Content::File(path) => {
            Part::file(path).await.map_err(|source| CallError::Upload { path: path.clone(), source })?
        }
    };
    let refused = |name: &str| CallError::Header {
        name: name.to_owned(),
        reason: "of a part cannot be sent; the manifest's `encoding` for it is wrong",
    };
    if let Some(content_type) = &part.content_type {
        made = made.mime_str(content_type).map_err(|_| refused(CONTENT_TYPE.as_str()))?;
    }
    let mut headers = HeaderMap::new();
    for (name, value) in &part.headers {
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused(name))?;
        headers.insert(header, HeaderValue::from_str(value).map_err(|_| refused(name))?);
    }
    Ok(made.headers(headers))
}

/// The name of a field as it stands in quotes (HTML, "Multipart form data"; RFC 7578 section 4.2 allows no `name*`).
fn quotable(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

/// The length of the files that a call sends, in bytes.
pub(super) async fn upload_length(draft: &Draft) -> u64 {
    let mut length = 0;
    for path in draft.files() {
        length += tokio::fs::metadata(path).await.map_or(0, |metadata| metadata.len());
    }
    length
}
