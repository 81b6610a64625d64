//! How does a checked request reach the API, and its answer or its failure come back?
//!
//! # Layout
//! - [`access`]: where an API is and as whom it is called; [`credentials`]: what is configured for that; `security`: which of it an
//!   operation wants
//! - [`base_url`]: a path stays below its base; [`discovery`]: the base where only a [`site`] is known, which a dialect reads
//! - [`impersonation`]: as which member an account calls; `lent`: with which keys it has of it now
//! - `request`: from a call to an HTTP request; `exchange`: one attempt, with its redirects; `connections`: by way of a
//!   proxy or not
//! - `retry`: may it be sent again, and when?
//! - `reply`, `download`: the answer, in memory or on disk; `decode`: from its bytes to text; `reply_headers`: its header fields
//! - `request_line`, [`failure`], `status`, `next_steps`: what went wrong, and what to do about it; `text`: how an API's words are
//!   shown
//!
//! # Invariants
//! - A write is never sent twice after it may have been processed.
//! - Credentials go to the scheme, host and port of the base URL and nowhere else, whatever a redirect says.
//! - No secret is in an error, a preview, an answer in memory or any `Debug`.
//! - Dropping a future stops its request: nothing is spawned that outlives it.

pub mod access;
pub mod base_url;
pub mod carried;
mod connections;
pub mod credentials;
mod decode;
pub mod discovery;
mod download;
mod exchange;
pub mod failure;
pub mod impersonation;
mod lasting;
mod lent;
mod next_steps;
mod own_files;
mod reply;
mod reply_headers;
mod request;
mod request_line;
mod retry;
mod security;
pub mod site;
mod status;
pub(super) mod text;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use backon::{ExponentialBuilder, Retryable};
use bytes::{Bytes, BytesMut};
use governor::{DefaultKeyedRateLimiter, Jitter, Quota, RateLimiter};
use tokio::sync::OnceCell;

pub use access::ApiAccess;
pub(crate) use base_url::check_path;
pub use base_url::{BaseUrl, BaseUrlError, PathError};
pub use credentials::{AccessError, Credential, GenericSettings, Missing, Need};
pub use discovery::Located;
pub use failure::{CallError, Fate, NotJson};
pub use own_files::OwnFiles;
pub use reply::{Downloaded, Reply};
pub use reply_headers::ReplyHeaders;
pub(crate) use reply_headers::{NextPage, next_page};
pub use request::{Preview, preview};
pub use request_line::RequestLine;
pub(super) use security::is_wanted_as;
pub use site::{DiscoveryError, Site, SiteInfo, Unanswered};
pub use status::{FieldError, StatusFailure};

use super::draft::Draft;
use super::reading::is_text;
use crate::settings_file::SettingsFile;
use connections::Connections;
use decode::Text;
use download::Partial;
use exchange::{Deadline, Exchange, Opened};
use lent::Borrowed;
use reply::text_of_success;
use request::{Secrets, Target};
use retry::{Again, Fault};

/// The longest pause of the growing ones, so that four attempts end within a minute.
const LONGEST_BACKOFF: Duration = Duration::from_secs(20);

/// Added to what `Retry-After` asks for, at most: those who were told the same must not come back all at once.
const MOST_JITTER: Duration = Duration::from_secs(1);

/// How an [`ApiClient`] behaves.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// For one attempt, from sending to the last byte; in a download, for the first byte and between any two.
    /// 60 s: calls of 28 s were seen to succeed.
    pub timeout: Duration,
    /// For a connection to come about. 10 s.
    pub connect_timeout: Duration,
    /// How often a request is sent at most. 4; 0 counts as 1.
    pub attempts: u32,
    /// The first pause before another attempt; each further one doubles. 500 ms.
    pub backoff: Duration,
    /// Requests a minute to one host. 900: ConnectWise throttles above about 1,000. 0 counts as 1.
    pub rate_per_minute: u32,
    /// The largest answer that is kept in memory, in bytes. 256 MB.
    pub most_bytes: u64,
    /// The largest file that is downloaded, in bytes as it is written. 2 GiB.
    pub most_download_bytes: u64,
    /// `User-Agent`
    pub user_agent: String,
    /// The program's own files, among which no answer is written, where it has some.
    pub own_files: Option<OwnFiles>,
    /// The configuration file that these are from, for messages.
    pub file: SettingsFile,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            attempts: 4,
            backoff: Duration::from_millis(500),
            rate_per_minute: 900,
            most_bytes: 256_000_000,
            most_download_bytes: 2 << 30,
            user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned(),
            own_files: None,
            file: SettingsFile::default(),
        }
    }
}

/// What a site said, once it did.
type Found = Arc<OnceCell<Arc<SiteInfo>>>;

/// The HTTP client of all APIs: it authenticates, repeats where that is safe, follows redirects, and stays below a rate for each host.
/// One for the whole process, since it keeps connections open and counts requests by host.
pub struct ApiClient {
    http: Connections,
    options: ClientOptions,
    limiter: DefaultKeyedRateLimiter<String>,
    /// Base URLs that were asked for, by the URL of the question.
    // std's mutex: never held while anything is awaited.
    found: Mutex<HashMap<String, Found>>,
    /// Keys of members that accounts call as, by the names of both.
    lent: Mutex<HashMap<String, Borrowed>>,
}

impl fmt::Debug for ApiClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiClient").field("options", &self.options).finish_non_exhaustive()
    }
}

/// By how much requests that waited for the rate are kept apart.
const JITTER: Duration = Duration::from_millis(5);

impl ApiClient {
    /// A client with these options.
    ///
    /// # Errors
    /// [`CallError::Setup`] where the system has no usable certificates, or the user agent cannot be sent.
    pub fn new(options: ClientOptions) -> Result<Self, CallError> {
        let http = Connections::new(&options)?;
        let rate = NonZeroU32::new(options.rate_per_minute).unwrap_or(NonZeroU32::MIN);
        // A tenth at once: burst and refill of a minute together stay below the API's limit.
        let burst = NonZeroU32::new(rate.get() / 10).unwrap_or(NonZeroU32::MIN);
        let limiter = RateLimiter::keyed(Quota::per_minute(rate).allow_burst(burst));
        Ok(Self { http, options, limiter, found: Mutex::default(), lent: Mutex::default() })
    }

    /// Sends a call and keeps the answer in memory. Where only the site of the API is set, its base URL is asked for
    /// first, as by [`Self::locate`].
    ///
    /// # Errors
    /// [`CallError`]; its [`CallError::fate`] says what became of a write.
    pub async fn send(&self, access: &ApiAccess, draft: &Draft) -> Result<Reply, CallError> {
        self.send_to(&self.locate(access).await?.access, draft).await
    }

    async fn send_to(&self, access: &ApiAccess, draft: &Draft) -> Result<Reply, CallError> {
        let started = Instant::now();
        let target = Target::new(access, draft, Secrets::Sent)?;
        let sent = self.repeat(access, |attempt| {
            let exchange = self.exchange(access, draft, &target, attempt);
            async move { self.attempt(&exchange).await }
        });
        let (mut reply, attempts) = match sent.await {
            Ok(sent) => sent,
            Err(error) => {
                self.forget_keys(access, error.status()).await;
                return Err(error);
            }
        };
        reply.attempts = attempts;
        reply.elapsed = started.elapsed();
        Ok(reply)
    }

    /// Sends a call and writes the answer to a file.
    ///
    /// `to` is the file, or a folder in which it gets the API's own name; it is none of [`ClientOptions::own_files`]. A file that is there is never overwritten:
    /// the new one becomes `name (2)`. It ends at [`ClientOptions::most_download_bytes`]. Redirects to other hosts are followed
    /// without credentials, since APIs hand documents over from storage elsewhere.
    ///
    /// # Errors
    /// [`CallError`]; nothing is left on disk.
    pub async fn download(&self, access: &ApiAccess, draft: &Draft, to: &Path) -> Result<Downloaded, CallError> {
        let started = Instant::now();
        let located = self.locate(access).await?;
        let access = located.access.as_ref();
        let target = Target::new(access, draft, Secrets::Sent)?;
        let (mut downloaded, attempts) = self
            .repeat(access, |attempt| {
                let exchange = Exchange { elsewhere: true, ..self.exchange(access, draft, &target, attempt) };
                async move { self.attempt_download(&exchange, to).await }
            })
            .await?;
        downloaded.attempts = attempts;
        downloaded.elapsed = started.elapsed();
        Ok(downloaded)
    }

    /// What a downloaded file says, where its type is one of text or JSON and it is not too large to be held in memory.
    pub async fn text_of(&self, access: &ApiAccess, file: &Downloaded) -> Option<Reply> {
        let Downloaded { path, bytes, status, headers, attempts, elapsed } = file;
        let media_type = headers.content_type();
        let is_readable = is_text(media_type) || media_type.to_ascii_lowercase().contains("json");
        if !is_readable || *bytes > self.options.most_bytes {
            return None;
        }
        let Text { body, notes, .. } = Text::of(headers, tokio::fs::read(path).await.ok()?.into());
        let body = access.scrub_body(body);
        let (headers, attempts, elapsed) = (headers.clone(), *attempts, *elapsed);
        Some(Reply { status: *status, headers, body, is_of_bytes: false, notes, attempts, elapsed })
    }

    fn exchange<'a>(
        &'a self,
        access: &'a ApiAccess,
        draft: &'a Draft,
        target: &'a Target,
        attempt: u32,
    ) -> Exchange<'a> {
        let what = RequestLine {
            method: draft.method,
            host: access.base_url().host(),
            // A caller may have put a key into it.
            path: access.scrub(&draft.path),
            attempts: attempt,
            read: draft.risk.is_read(),
        };
        Exchange { http: &self.http, access, draft, target, what, limit: self.options.timeout, elsewhere: false }
    }

    /// Waits until one more request to a host is within its rate.
    async fn in_rate(&self, host: &String) {
        let began = Instant::now();
        self.limiter.until_key_ready_with_jitter(host, Jitter::up_to(JITTER)).await;
        let waited = began.elapsed();
        if waited > JITTER {
            tracing::debug!(ms = waited.as_secs_f64() * 1e3, "waited for the rate");
        }
    }

    /// Makes attempts until one succeeds or none may follow; returns what came of it and how many there were.
    async fn repeat<T, F>(&self, access: &ApiAccess, attempt: impl Fn(u32) -> F) -> Result<(T, u32), CallError>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let host = access.base_url().host();
        let attempts = AtomicU32::new(0);
        let repeated_once = AtomicU32::new(0);
        let pauses = ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(self.options.backoff)
            .with_max_delay(LONGEST_BACKOFF)
            .with_max_times(self.options.attempts.saturating_sub(1) as usize);
        let one = || {
            let number = attempts.fetch_add(1, Ordering::Relaxed) + 1;
            let (host, attempt) = (&host, &attempt);
            async move {
                self.in_rate(host).await;
                attempt(number).await
            }
        };
        let result = one
            .retry(pauses)
            .when(|fault: &Fault| match fault.again {
                Again::Never => false,
                Again::Once => repeated_once.fetch_add(1, Ordering::Relaxed) == 0,
                Again::Backoff | Again::After(_) => true,
            })
            .adjust(|fault: &Fault, pause| match (fault.again, pause) {
                (Again::After(wait), Some(pause)) => Some(wait + pause.min(MOST_JITTER)),
                (_, pause) => pause,
            })
            .notify(|fault: &Fault, pause| {
                // Why is said by the attempt; the failure's text may repeat what the API answered.
                tracing::debug!(?pause, status = fault.error.status(), "sending again");
            })
            .await;
        match result {
            Ok(value) => Ok((value, attempts.load(Ordering::Relaxed))),
            Err(fault) => Err(fault.error),
        }
    }

    async fn attempt(&self, exchange: &Exchange<'_>) -> Result<Reply, Fault> {
        let deadline = exchange.deadline().await;
        let Opened { mut response, notes: of_way } = exchange.open(deadline).await?;
        let status = response.status().as_u16();
        let headers = ReplyHeaders::of(response.headers()).without_secrets(exchange.access);
        if !response.status().is_success() {
            // What stands in the body of a redirect is for browsers.
            let attempts = exchange.what.attempts;
            return Ok(Reply {
                status,
                headers,
                body: Bytes::new(),
                is_of_bytes: false,
                notes: of_way,
                attempts,
                elapsed: Duration::ZERO,
            });
        }
        let too_large = || {
            let what = Box::new(exchange.what.clone());
            Fault::last(CallError::TooLarge { what, most_bytes: self.options.most_bytes })
        };
        if response.content_length().is_some_and(|length| length > self.options.most_bytes) {
            return Err(too_large());
        }
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
        let mut body = BytesMut::with_capacity(announced.unwrap_or_default());
        while let Some(chunk) = exchange.chunk(&mut response, deadline).await? {
            if (body.len() + chunk.len()) as u64 > self.options.most_bytes {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        let Exchange { access, draft, what, .. } = exchange;
        let (attempts, elapsed) = (what.attempts, Duration::ZERO);
        let body = body.freeze();
        if decode::is_of_bytes(&headers, &body) {
            return Ok(Reply { status, headers, body, is_of_bytes: true, notes: of_way, attempts, elapsed });
        }
        let Text { body, notes, .. } =
            text_of_success(access, draft, what, status, &headers, body).map_err(Fault::last)?;
        let body = access.scrub_body(body);
        let notes = of_way.into_iter().chain(notes).collect();
        Ok(Reply { status, headers, body, is_of_bytes: false, notes, attempts, elapsed })
    }

    /// Saves the body of an answer as a download is saved.
    ///
    /// # Errors
    /// [`CallError::Save`]
    pub(in crate::invoke) async fn save(
        &self,
        access: &ApiAccess,
        draft: &Draft,
        reply: &Reply,
        to: &Path,
    ) -> Result<PathBuf, CallError> {
        let target = download::target(to, reply.headers.content_disposition.as_deref(), &draft.path, access).await;
        let mut partial = Partial::create(target, self.options.own_files.as_ref()).await?;
        partial.write(&reply.body).await?;
        Ok(partial.finish().await?.0)
    }

    async fn attempt_download(&self, exchange: &Exchange<'_>, to: &Path) -> Result<Downloaded, Fault> {
        let Opened { mut response, .. } = exchange.open(exchange.deadline().await).await?;
        let status = response.status().as_u16();
        let headers = ReplyHeaders::of(response.headers()).without_secrets(exchange.access);
        let most_bytes = self.options.most_download_bytes;
        let too_large = || {
            let file = self.options.file.clone();
            Fault::last(CallError::LargeFile { what: Box::new(exchange.what.clone()), most_bytes, file })
        };
        if response.content_length().is_some_and(|length| length > most_bytes) {
            return Err(too_large());
        }
        let Exchange { draft, access, .. } = exchange;
        let target = download::target(to, headers.content_disposition.as_deref(), &draft.path, access).await;
        let mut partial = Partial::create(target, self.options.own_files.as_ref()).await.map_err(Fault::last)?;
        while let Some(chunk) = exchange.chunk(&mut response, Deadline::after(exchange.limit)).await? {
            // What comes compressed counts as it is written.
            if partial.bytes() + chunk.len() as u64 > most_bytes {
                return Err(too_large());
            }
            partial.write(&chunk).await.map_err(Fault::last)?;
        }
        let (path, bytes) = partial.finish().await.map_err(Fault::last)?;
        Ok(Downloaded { path, bytes, status, headers, attempts: exchange.what.attempts, elapsed: Duration::ZERO })
    }
}
