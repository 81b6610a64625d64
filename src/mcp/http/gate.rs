//! Is this request let in, and as whose? In order: meant for this server, a known path, a known token, the own session, room for
//! one more, a body of fair size. Only then does the protocol see it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, StatusCode};
use rmcp::model::{ClientJsonRpcMessage, ClientRequest};
use rmcp::transport::streamable_http_server::session::SessionManager as _;
use rmcp::transport::streamable_http_server::session::local::{LocalSessionManager, SessionConfig};
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::PATH;
use super::accept;
use super::batch;
use super::body::{self, HttpResponse, Until};
use super::cors;
use super::entrance::{Entrance, told};
use super::oauth;
use super::origin::{Meant, Stray};
use super::principal::{Expiry, Known, Refused};
use super::sessions::{self, Owner, Room, Sessions};
use super::site;
use crate::config::http::HttpOptions;
use crate::logs::metrics;
use crate::mcp::Server;
use crate::mcp::message::{self, Sent};
use crate::service::{Condition, Service};
use crate::setup::doctor::Surroundings;
use crate::web;

/// Path of the server's condition.
const HEALTH: &str = "/health";

/// Path of the numbers for Prometheus.
const METRICS: &str = "/metrics";

/// Header with the session's id (Streamable HTTP, "Session Management").
const SESSION: &str = "mcp-session-id";

/// Header with the protocol's version, sent from 2025-06-18 on.
const VERSION: &str = "mcp-protocol-version";

/// Seconds after which a client may try again to begin a session.
const RETRY_AFTER_S: &str = "60";

/// Time for which an answer is kept for a client whose connection broke; it is told to come back after 3 s. At the
/// default of 60 s, 300 answers a second of 12 kB would take 216 MB.
const ANSWERS_KEPT: Duration = Duration::from_secs(6);

/// Holders of access tokens among whom sessions are shared out, since nobody knows how many there will be: each has 50 at most.
const SUBJECTS: usize = 20;

/// Time that an answer has after its access token ended, to say so.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The HTTP server's checks of each request, and the way to the protocol.
pub(super) struct HttpGate {
    service: Service,
    meant: Meant,
    entrance: Entrance,
    /// What an examination of the set-up knows of the machine.
    around: Arc<Surroundings>,
    protocol: StreamableHttpService<Server, LocalSessionManager>,
    sessions: Arc<LocalSessionManager>,
    /// Owners of the sessions.
    owned: Arc<Sessions>,
    /// Token that ends streams without a request under way.
    ending: CancellationToken,
}

impl HttpGate {
    pub(super) fn new(service: Service, options: HttpOptions, around: Surroundings) -> Self {
        let mut session_config = SessionConfig::default();
        session_config.keep_alive = Some(options.session_idle);
        session_config.completed_cache_ttl = ANSWERS_KEPT;
        let mut sessions = LocalSessionManager::default();
        sessions.session_config = session_config;
        let sessions = Arc::new(sessions);
        let config = StreamableHttpServerConfig::default()
            // They were checked before, with the address at which the request arrived.
            .disable_allowed_hosts()
            .disable_allowed_origins()
            .with_max_request_body_bytes(body::MOST_BYTES)
            // Requests without a session are answered with plain JSON, unless there is progress to tell.
            .with_json_response(true);
        let subjects = if options.oauth.is_some() { SUBJECTS } else { 0 };
        let owned = Arc::new(Sessions::new(options.tokens.len() + subjects));
        let server = service.clone();
        let protocol =
            StreamableHttpService::new(move || Ok(Server::new(server.clone())), Arc::clone(&sessions), config);
        Self {
            service,
            meant: Meant { hosts: options.allowed_hosts, origins: options.allowed_origins },
            entrance: Entrance::new(options.tokens, options.keys_in_headers, options.oauth),
            around: Arc::new(around),
            protocol,
            sessions,
            owned,
            ending: CancellationToken::new(),
        }
    }

    /// Ends the streams on which no request is under way.
    pub(super) fn end_streams(&self) {
        self.ending.cancel();
    }

    /// Ends all sessions.
    pub(super) fn end_sessions(&self) {
        self.protocol.config.cancellation_token.cancel();
    }

    /// Answers a request from an address, which arrived at another.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        arrived_at: SocketAddr,
        from: SocketAddr,
    ) -> HttpResponse {
        let refused = |status: StatusCode, why: &str| {
            tracing::info!(%from, status = status.as_u16(), why, "a request was refused");
            body::refusal(status, why)
        };
        if let Err(stray) = self.meant.check(request.headers(), arrived_at) {
            let status = if stray == Stray::NoHost { StatusCode::BAD_REQUEST } else { StatusCode::FORBIDDEN };
            return refused(status, &stray.to_string());
        }
        let origin = cors::origin(request.headers());
        let resource = self.entrance.resource_at(request.uri().path());
        let mut answer = match request.uri().path() {
            // A browser asks so without the page's token.
            path if (path == PATH || resource.is_some()) && cors::is_preflight(request.method(), request.headers()) => {
                cors::preflight(request.headers())
            }
            PATH => self.answer_meant(request, from, refused).await,
            HEALTH => self.health(request.method()).await,
            METRICS => self.metrics(&request, refused).await,
            web::PAGE => site::page(request.method()),
            path if path.starts_with(web::API) => self.answer_page(request, refused).await,
            _ => match resource {
                Some(resource) => resource.metadata(request.method()),
                None => refused(
                    StatusCode::NOT_FOUND,
                    &format!(
                        "nothing is here: MCP is at {PATH}, health at {HEALTH}, numbers for Prometheus at {METRICS}, a page for people at {}",
                        web::PAGE
                    ),
                ),
            },
        };
        cors::let_read(&mut answer, origin);
        answer
    }

    /// Answers what the page asks, or another program by the same routes.
    async fn answer_page(
        &self,
        mut request: Request<Incoming>,
        refused: impl Fn(StatusCode, &str) -> HttpResponse,
    ) -> HttpResponse {
        let Known { principal, grant, expiry } = match self.known(request.headers_mut()).await {
            Ok(known) => known,
            Err(Refused { status, why, .. }) => {
                // A challenge would make a browser ask by a dialogue of its own; the page asks itself.
                refused(status, &why);
                return site::refusal(status, &why);
            }
        };
        let answered = async {
            match site::read(request).await {
                Ok(asked) => site::answer(&self.service, &self.around, (principal.0.as_deref(), &grant), &asked).await,
                Err((status, why)) => site::refusal(status, &why),
            }
        };
        let Some(expiry) = expiry else { return answered.await };
        tokio::select! {
            answer = answered => answer,
            () = expiry.over() => site::refusal(StatusCode::UNAUTHORIZED, oauth::EXPIRED),
        }
    }

    /// Answers an MCP request that was meant for this server.
    async fn answer_meant(
        &self,
        mut request: Request<Incoming>,
        from: SocketAddr,
        refused: impl Fn(StatusCode, &str) -> HttpResponse,
    ) -> HttpResponse {
        let Known { principal, grant, expiry } = match self.known(request.headers_mut()).await {
            Ok(known) => known,
            Err(unknown) => return told(unknown, refused),
        };
        let session = request.headers().get(SESSION).and_then(|session| session.to_str().ok());
        if session.is_some_and(|session| !self.owned.is_used_by(session, &principal)) {
            let mut why =
                "the session is unknown, has ended, or was begun with another token or other keys: begin again with `initialize`"
                    .to_owned();
            if self.service.shares_state() {
                why.push_str(
                    ". One of another server is not known here: the proxy has to keep a token at one server, by the hash of the header \
                     `Authorization`",
                );
            }
            return refused(StatusCode::NOT_FOUND, &why);
        }
        request.extensions_mut().insert(grant);
        let is_stream = request.method() == Method::GET;
        if let Some(expiry) = expiry {
            request.extensions_mut().insert(expiry);
        }
        match self.pass(request, Owner::new(principal, from.ip())).await {
            Ok(answer) => match expiry {
                Some(expiry) => answer.map(|body| Until::new(body, over(expiry, is_stream)).boxed()),
                None => answer,
            },
            Err((status, why)) => {
                let mut answer = refused(status, &why);
                if status == StatusCode::SERVICE_UNAVAILABLE {
                    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
                }
                answer
            }
        }
    }

    /// Reads a request within limits and hands it to the protocol.
    async fn pass(&self, request: Request<Incoming>, owner: Owner) -> Result<HttpResponse, (StatusCode, String)> {
        let (mut parts, incoming) = request.into_parts();
        let method = parts.method.clone();
        let content = body::read(incoming).await.map_err(|unread| unread.told())?;
        // Nothing behind the gate needs the token.
        parts.headers.remove(header::AUTHORIZATION);
        accept::by_name(&mut parts.headers);
        parts.extensions.insert(owner.principal.clone());
        let session = parts.headers.get(SESSION).and_then(|session| session.to_str().ok()).map(str::to_owned);
        let mut answer = if method == Method::POST && is_json(&parts.headers) {
            self.messages(parts, content, session.as_deref(), owner).await?
        } else {
            self.protocol.handle(Request::from_parts(parts, Full::new(content))).await
        };
        answer = body::worded_in_json(answer).await;
        if method == Method::DELETE && answer.status() == StatusCode::ACCEPTED {
            session.inspect(|session| self.owned.forget(session));
            // MCP's Python SDK takes 202 for a failure; and the session has ended already.
            *answer.status_mut() = StatusCode::NO_CONTENT;
        }
        // Otherwise a stream that waits for news would delay the server's end.
        let ending = || self.ending.clone().cancelled_owned();
        Ok(if method == Method::GET { answer.map(|body| Until::new(body, ending()).boxed()) } else { answer })
    }

    /// Finds out whose a request is, by its token and the ConnectWise keys that it brings along.
    async fn known(&self, headers: &mut HeaderMap) -> Result<Known, Refused> {
        let known = self.entrance.known(headers).await?;
        let company = self.service.company_of(&known.grant);
        self.entrance.with_keys(headers, known, company.as_deref())
    }

    /// Answers a body: one message, a batch, or none that can be read.
    async fn messages(
        &self,
        mut parts: Parts,
        content: Bytes,
        session: Option<&str>,
        owner: Owner,
    ) -> Result<HttpResponse, (StatusCode, String)> {
        let named = || parts.headers.get(VERSION).and_then(|version| version.to_str().ok()).map(str::to_owned);
        let version = session.and_then(|session| self.owned.version(session)).or_else(named);
        let begin = |id: &str| match session {
            Some(session) => self.owned.begin(session, id.to_owned()).map(Some).ok_or_else(|| message::repeated(id)),
            None => Ok(None),
        };
        match message::read(&content, version.as_deref()) {
            Sent::Unreadable(answer) => Ok(body::json(StatusCode::BAD_REQUEST, &answer)),
            Sent::Refused(answer) => Ok(body::json(StatusCode::OK, &answer)),
            Sent::Batch(messages) => {
                if session.is_none() {
                    let why = "a batch of messages needs a session: begin one with `initialize`, and name it";
                    return Err((StatusCode::BAD_REQUEST, why.to_owned()));
                }
                Ok(batch::answer(&self.protocol, parts, messages, begin).await)
            }
            Sent::One(message) => {
                let version = version_to_begin(&message.read);
                let under_way = match message.id.as_deref().map(begin).transpose() {
                    Ok(under_way) => under_way.flatten(),
                    Err(answer) => return Ok(body::json(StatusCode::BAD_REQUEST, &answer)),
                };
                let content = match message.given {
                    Some(given) => {
                        parts.headers.remove(header::CONTENT_LENGTH);
                        parts.extensions.insert(given);
                        Bytes::from(message.value.to_string())
                    }
                    None => message::without_mark(content),
                };
                let request = Request::from_parts(parts, Full::new(content));
                let answer = match version {
                    Some(version) => self.begin(request, owner, version).await?,
                    None => self.protocol.handle(request).await,
                };
                Ok(answer.map(|body| body::keeping(body, under_way)))
            }
        }
    }

    /// Begins a session once there is room. Where its owner has used up its share, the owner's session that was idle
    /// for longest ends.
    async fn begin(
        &self,
        request: Request<Full<Bytes>>,
        owner: Owner,
        version: String,
    ) -> Result<HttpResponse, (StatusCode, String)> {
        let _one_at_a_time = self.owned.beginning.lock().await;
        let room = {
            let live = self.sessions.sessions.read().await;
            self.owned.room(&owner, |session| live.contains_key(session))
        };
        match room {
            Room::There => {}
            Room::After(session) => {
                tracing::info!("a session that was not used for long made room for another of its client");
                if let Err(error) = self.sessions.close_session(&session.as_str().into()).await {
                    tracing::debug!(%error, "a session had ended already");
                }
                self.owned.forget(&session);
            }
            Room::None => {
                let why = format!(
                    "the server has its most sessions, {}: end those that are not needed with DELETE, or try again in \
                     {RETRY_AFTER_S} s",
                    sessions::MOST
                );
                return Err((StatusCode::SERVICE_UNAVAILABLE, why));
            }
        }
        let answer = self.protocol.handle(request).await;
        if let Some(session) = answer.headers().get(SESSION).and_then(|value| value.to_str().ok()) {
            self.owned.began(session, owner, Some(version));
        }
        Ok(answer)
    }

    /// Answers with the server's condition. Anyone who can reach the server may ask, so the answer has no paths, names
    /// or reasons.
    async fn health(&self, method: &Method) -> HttpResponse {
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut answer = body::refusal(StatusCode::METHOD_NOT_ALLOWED, "ask for health with GET");
            answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return answer;
        }
        let health = self.service.health();
        let answers = health.index.is_some() && health.status != Condition::Failed;
        let status = if answers { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let mut shown = json!(health);
        shown["sessions"] = self.sessions.sessions.read().await.len().into();
        body::json(status, &shown)
    }
}

impl HttpGate {
    /// Answers with the numbers for Prometheus. Where the server has tokens, it sends one, as its `authorization` setting does.
    async fn metrics(
        &self,
        request: &Request<Incoming>,
        refused: impl Fn(StatusCode, &str) -> HttpResponse,
    ) -> HttpResponse {
        if let Err(unknown) = self.entrance.known(request.headers()).await {
            return told(unknown, refused);
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut answer = body::refusal(StatusCode::METHOD_NOT_ALLOWED, "ask for numbers with GET");
            answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return answer;
        }
        let index = self.service.health().index;
        let now = metrics::Now {
            index_age_s: index.as_ref().and_then(|index| index.age_s).unwrap_or_default(),
            operations: index.as_ref().map_or(0, |index| index.operations as u64),
            sessions: self.sessions.sessions.read().await.len() as u64,
        };
        let mut answer = body::json_text(StatusCode::OK, metrics::text(now));
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(metrics::MEDIA_TYPE));
        answer
    }
}

/// Waits until an answer ends with its access token: a stream of news at once, any other once it had time to say so.
async fn over(expiry: Expiry, is_stream: bool) {
    expiry.over().await;
    if !is_stream {
        tokio::time::sleep(LAST_WORDS).await;
    }
}

/// Returns the protocol's version that a request asks for which begins a session; `None` for any other message.
fn version_to_begin(message: &ClientJsonRpcMessage) -> Option<String> {
    let ClientJsonRpcMessage::Request(request) = message else { return None };
    let ClientRequest::InitializeRequest(initialize) = &request.request else { return None };
    Some(initialize.params.protocol_version.as_str().to_owned())
}

/// Tells whether the body's media type is JSON; rmcp refuses any other.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
