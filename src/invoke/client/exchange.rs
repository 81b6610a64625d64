//! What happens in one attempt: sending, redirects, time, and what the status says?

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION};
use reqwest::{Request, Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::access::ApiAccess;
use super::base_url::{is_loopback, same_origin};
use super::connections::Connections;
use super::failure::{CallError, advice_on_timeout, innermost, of_transport};
use super::next_steps;
use super::reply_headers::ReplyHeaders;
use super::request::{Target, redirected, upload_length, with_query_credentials};
use super::request_line::RequestLine;
use super::retry::{Again, Fault, after_status, retry_after};
use super::status::StatusFailure;
use super::text;
use crate::invoke::draft::Draft;
use crate::invoke::risk::{Redirected, Risk, overriding};
use crate::openapi::Method;

/// Redirects that are followed; browsers allow 20, and an API that needs more than a few is misconfigured.
const MOST_REDIRECTS: usize = 5;

/// Bytes of a failure's body that are read: enough for any error, little enough for any page.
const MOST_ERROR_BYTES: usize = 64 * 1024;

/// The slowest upload that is waited for, in bytes a second: what a call sends may take longer than its timeout.
const SLOWEST_UPLOAD: u64 = 64 * 1024;

/// One attempt to get an answer.
pub(super) struct Exchange<'a> {
    pub(super) http: &'a Connections,
    pub(super) access: &'a ApiAccess,
    pub(super) draft: &'a Draft,
    pub(super) target: &'a Target,
    pub(super) what: RequestLine,
    /// How long it may take.
    pub(super) limit: Duration,
    /// Whether redirects to other hosts are followed, without credentials.
    pub(super) elsewhere: bool,
}

/// When an attempt is given up, and after how long that is.
#[derive(Clone, Copy)]
pub(super) struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    pub(super) fn after(limit: Duration) -> Self {
        Self { at: Instant::now() + limit, limit }
    }
}

/// An answer, its body unread: of success, or 303 of a write whose result could not be read.
pub(super) struct Opened {
    pub(super) response: Response,
    /// How it came about, where that was not by the request alone.
    pub(super) notes: Vec<String>,
}

/// What is sent to where redirects lead.
struct Route {
    method: Method,
    /// Whether the request that was redirected last only reads.
    reads: bool,
    /// Whether all of them stayed at the API's own origin.
    at_home: bool,
}

impl Exchange<'_> {
    /// When this attempt is given up: later, where a file is to be sent.
    pub(super) async fn deadline(&self) -> Deadline {
        let upload = Duration::from_secs(upload_length(self.draft).await / SLOWEST_UPLOAD);
        Deadline::after(self.limit + upload)
    }

    /// Sends the request, follows redirects as far as they may be, and returns an answer of success, its body unread.
    pub(super) async fn open(&self, deadline: Deadline) -> Result<Opened, Fault> {
        let began = Instant::now();
        let opened = self.follow_to_answer(deadline).await;
        let (status, fault) = match &opened {
            Ok(opened) => (Some(opened.response.status().as_u16()), None),
            Err(fault) => (fault.error.status(), Some(fault.error.name())),
        };
        let RequestLine { method, host, path, attempts, .. } = &self.what;
        let ms = began.elapsed().as_secs_f64() * 1e3;
        tracing::debug!(%method, host, path, attempt = attempts, status, fault, ms, "attempt");
        opened
    }

    async fn follow_to_answer(&self, deadline: Deadline) -> Result<Opened, Fault> {
        let mut seen = None;
        let followed = self.follow_all(deadline, &mut seen).await;
        let Some((pointer, to)) = seen else {
            return followed.map(|response| Opened { response, notes: Vec::new() });
        };
        match followed {
            Ok(response) => {
                let note = format!("the API answered the write with 303 See Other; the result was read at {}", to.path());
                Ok(Opened { response, notes: vec![self.access.quote(&note, text::LONG)] })
            }
            // The write was carried out, whatever became of reading its result.
            Err(_) if self.elsewhere => Err(self.redirect(
                pointer.status(),
                &to,
                "the write was carried out, and its result could not be read there; read it instead of sending the write again",
            )),
            Err(fault) => {
                let note = format!(
                    "the API answered the write with 303 See Other; the result that it points to was not read: {}",
                    fault.error
                );
                Ok(Opened { response: pointer, notes: vec![self.access.quote(&note, text::LONG)] })
            }
        }
    }

    /// The answer of success at the end of all redirects. `seen` gets the answer to a write that names where its result is, and the
    /// place (RFC 9110 section 15.4.4).
    async fn follow_all(&self, deadline: Deadline, seen: &mut Option<(Response, Url)>) -> Result<Response, Fault> {
        let http = self.http.to(&self.target.url);
        let mut request = self.target.request(http, self.draft).await.map_err(Fault::last)?;
        let mut route = Route { method: self.draft.method, reads: self.what.read, at_home: true };
        let mut hops = 0;
        loop {
            let here = request.url().clone();
            let response = self.execute(request, deadline).await?;
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            let Some(location) = location(&response, &here) else {
                return Err(self.refusal(response, deadline).await);
            };
            if status == StatusCode::SEE_OTHER && !route.reads {
                *seen = Some((response, location.clone()));
            }
            let refuse = |reason| self.redirect(status, &location, reason);
            if hops == MOST_REDIRECTS {
                return Err(refuse("too many redirects; correct the base URL"));
            }
            hops += 1;
            request = self.follow(status, location.clone(), &mut route).map_err(refuse)?;
        }
    }

    /// The next piece of a body.
    pub(super) async fn chunk(&self, response: &mut Response, deadline: Deadline) -> Result<Option<Bytes>, Fault> {
        match timeout_at(deadline.at, response.chunk()).await {
            Err(_) => Err(self.timed_out(deadline)),
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(error)) => {
                let (status, cause) = (response.status().as_u16(), innermost(&error));
                let error = CallError::BodyBroken { what: self.what(), status, cause };
                Err(Fault::unless_write(error, self.what.read, Again::Backoff))
            }
        }
    }

    async fn execute(&self, request: Request, deadline: Deadline) -> Result<Response, Fault> {
        let http = self.http.to(request.url());
        let error = match timeout_at(deadline.at, http.execute(request)).await {
            Err(_) => return Err(self.timed_out(deadline)),
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(error)) => error,
        };
        let error = of_transport(&error, self.what());
        Err(match error {
            // Neither mends itself within seconds.
            CallError::Dns { .. } | CallError::Tls { .. } => Fault::last(error),
            // Nothing was sent, so a write may be repeated too.
            CallError::Connect { .. } => Fault { error, again: Again::Backoff },
            error => Fault::unless_write(error, self.what.read, Again::Backoff),
        })
    }

    /// The request that a redirect leads to, or why it is not followed. After 303 that is a GET without body, whatever was sent
    /// (RFC 9110 section 15.4.4).
    fn follow(&self, status: StatusCode, location: Url, route: &mut Route) -> Result<Request, &'static str> {
        if status == StatusCode::SEE_OTHER && route.method != Method::Head {
            (route.method, route.reads) = (Method::Get, true);
        }
        if !matches!(route.method, Method::Get | Method::Head) || !route.reads {
            return Err(
                "a redirect of a write, or of a request with a body, is not followed, and nothing was repeated; set the \
                        base URL to where it points if that is your API",
            );
        }
        let from = &self.target.url;
        // Where another host keeps a file, of its path the last segment alone may say what is done.
        let mut asked = location.clone();
        if !same_origin(&location, from) {
            asked.set_path(location.path().rsplit('/').next().unwrap_or_default());
        }
        let from = Redirected { from, base: self.access.base_url().path(), reads: self.what.read };
        if !Risk::of_redirect(self.access.dialect(), route.method, from, &asked).is_read() {
            return Err(
                "a redirect whose own words ask for a write is not followed; where that is wanted, make the call that it \
                        points to",
            );
        }
        // Away once is away for good: a host that was sent to may send back, and knows no credentials.
        route.at_home &= same_origin(&location, &self.target.url);
        if route.at_home {
            let location = with_query_credentials(location, self.access);
            return Ok(redirected(route.method, location, self.headers_along()));
        }
        if !self.elsewhere {
            return Err(
                "another host, scheme or port is not followed, since credentials belong to this one alone; set \
                        the base URL to it if that is your API",
            );
        }
        let safe = location.scheme() == "https" && !is_loopback(&location);
        if !safe && !is_loopback(&self.target.url) {
            return Err("a download is followed to https alone, and not into this machine; ask whoever runs the API");
        }
        let accept = self.target.headers.get(ACCEPT).cloned();
        Ok(redirected(route.method, location, HeaderMap::from_iter(accept.map(|accept| (ACCEPT, accept)))))
    }

    /// The headers that go along to where a redirect leads: none that is about a body, and none of a write that makes a request count as
    /// one of another method.
    fn headers_along(&self) -> HeaderMap {
        let mut headers = self.target.headers.clone();
        headers.remove(CONTENT_TYPE);
        if !self.what.read {
            let overrides = |name: &&HeaderName| !overriding([(name.as_str(), "GET")]).is_empty();
            for name in self.target.headers.keys().filter(overrides) {
                headers.remove(name);
            }
        }
        headers
    }

    /// The failure that a status stands for.
    async fn refusal(&self, mut response: Response, deadline: Deadline) -> Fault {
        let status = response.status();
        let wait = retry_after(response.headers(), SystemTime::now());
        let headers = ReplyHeaders::of(response.headers()).without_secrets(self.access);
        let mut body = Vec::new();
        // The status has been said; a body that breaks off or never ends only costs its words.
        while let Ok(Some(chunk)) = self.chunk(&mut response, deadline).await {
            body.extend_from_slice(&chunk);
            if body.len() >= MOST_ERROR_BYTES {
                body.truncate(MOST_ERROR_BYTES);
                break;
            }
        }
        let Self { access, draft, what, .. } = self;
        let mut failure = StatusFailure::read(access, what.clone(), status, wait, &headers, body.into());
        // A step may repeat the path, into which a caller may have put a key.
        let steps = next_steps::of(&failure, access, draft);
        failure.advice = steps.iter().map(|step| access.scrub(step)).collect();
        let again = if failure.blames_request() { Again::Never } else { after_status(status, what.read, wait) };
        Fault { error: CallError::Status(Box::new(failure)), again }
    }

    fn redirect(&self, status: StatusCode, to: &Url, reason: &'static str) -> Fault {
        let host = to.host_str().unwrap_or_default();
        let port = to.port().map(|port| format!(":{port}")).unwrap_or_default();
        // Without query and user, which may hold keys.
        let to = self.access.quote(&format!("{}://{host}{port}{}", to.scheme(), to.path()), text::SHORT);
        Fault::last(CallError::Redirect { what: self.what(), status: status.as_u16(), to, reason })
    }

    fn timed_out(&self, deadline: Deadline) -> Fault {
        let narrowing = self.access.dialect().narrowing(self.draft);
        let advice = advice_on_timeout(&self.what, narrowing.as_deref());
        let error = CallError::Timeout { what: self.what(), seconds: deadline.limit.as_secs_f32(), advice };
        Fault::unless_write(error, self.what.read, Again::Once)
    }

    fn what(&self) -> Box<RequestLine> {
        Box::new(self.what.clone())
    }
}

/// Where a redirect points, or nothing where the answer is none (RFC 9110 section 15.4).
fn location(response: &Response, here: &Url) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let mut url = here.join(location).ok()?;
    // A user in it would be sent as credentials. Only URLs that have no host refuse this, and none of them is followed.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    matches!(url.scheme(), "https" | "http").then_some(url)
}
