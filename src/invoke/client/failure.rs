//! Why did a call fail, and what is to be done next?
//!
//! reqwest's errors carry URLs and with them credentials in queries, so none is kept: an error holds the innermost
//! cause as text, and which request it was without its query.

use std::error::Error as _;
use std::io;
use std::path::PathBuf;

use serde::Serialize;

use super::base_url::PathError;
use super::request_line::RequestLine;
use super::site::DiscoveryError;
use super::status::StatusFailure;
use super::text;
use crate::openapi::Method;
use crate::settings_file::SettingsFile;
use crate::surface::Surface;

/// What became of a request that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It never reached the API.
    NotSent,
    /// The API answered; the answer says what was done.
    Answered,
    /// It may have been carried out or not.
    Unknown,
}

/// An error of sending a call. Each says whether anything was sent, and what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The path leaves the API.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A header cannot be sent.
    #[error("the header `{}` {reason}", text::clean(name, text::SHORT))]
    Header {
        /// The name of the header.
        name: String,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// Something else than a read was to be repeated for each page.
    #[error(
        "{method} {} was not sent: pages are fetched of reads only; ask for one page",
        text::clean(path, text::SHORT)
    )]
    Pages {
        /// Its method.
        method: Method,
        /// Its path below the base URL.
        path: String,
    },
    /// The file to send cannot be read.
    #[error("cannot read {} to send it; nothing was sent", path.display())]
    Upload {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// What was downloaded cannot be written.
    #[error("cannot write to {}; name a folder that can be written to, with enough space", path.display())]
    Save {
        /// The target.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// What was downloaded would have been written among the program's own files, which nobody could see before the request was sent.
    #[error(
        "the API answered, and the answer was not saved: {} leads among the program's own files, and did not when the call began, so \
        a folder or a link on its way was replaced meanwhile; {elsewhere}, where nothing else changes folders",
        path.display()
    )]
    Replaced {
        /// The target.
        path: PathBuf,
        /// Which place to name instead, as the beginning of a sentence.
        elsewhere: String,
    },
    /// Where the API is could not be found out.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The HTTP client cannot be set up.
    #[error("cannot set up HTTPS ({cause}); check that the system's certificates are installed")]
    Setup {
        /// The innermost cause, which holds no URL.
        cause: String,
    },
    /// The host's name is unknown.
    #[error(
        "{what}: the host's name was not found, so nothing was sent; check the base URL for typing errors, and that \
        this machine is online"
    )]
    Dns {
        /// The request, without its query.
        what: Box<RequestLine>,
    },
    /// No connection came about.
    #[error(
        "{what}: no connection ({cause}), so nothing was sent; check host and port of the base URL, the network and \
        any firewall"
    )]
    Connect {
        /// The request, without its query.
        what: Box<RequestLine>,
        /// The innermost cause, which holds no URL.
        cause: String,
    },
    /// The connection is not secure.
    #[error(
        "{what}: no secure connection ({cause}), so nothing was sent; check that the base URL's host and port speak \
        HTTPS, this machine's clock, and that the server's certificate, or that of a proxy between, is trusted here"
    )]
    Tls {
        /// The request, without its query.
        what: Box<RequestLine>,
        /// The innermost cause, which holds no URL.
        cause: String,
    },
    /// No answer within the time.
    #[error("{what}: no complete answer within {seconds} s; {advice}")]
    Timeout {
        /// The request, without its query.
        what: Box<RequestLine>,
        /// The limit, in seconds.
        seconds: f32,
        /// What would make it faster, or how to find out what became of it.
        advice: String,
    },
    /// The connection closed before an answer.
    #[error("{what}: the connection broke before an answer came ({cause}); {}", after_unknown(.what))]
    Dropped {
        /// The request, without its query.
        what: Box<RequestLine>,
        /// The innermost cause, which holds no URL.
        cause: String,
    },
    /// The connection closed within an answer.
    #[error("{what}: answered {status}, but the answer broke off ({cause}); {}", after_broken(.what))]
    BodyBroken {
        /// The request, without its query.
        what: Box<RequestLine>,
        /// The status before it.
        status: u16,
        /// The innermost cause, which holds no URL.
        cause: String,
    },
    /// The answer is larger than may be kept in memory.
    #[error("{}", too_large(.what, *.most_bytes, Surface::Mcp))]
    TooLarge {
        /// The request, without its query.
        what: Box<RequestLine>,
        /// The limit, in bytes.
        most_bytes: u64,
    },
    /// The file is larger than is downloaded.
    #[error(
        "{what}: the file is larger than {most_bytes} bytes, so it was not kept; set max_download_bytes in {file} to take it"
    )]
    LargeFile {
        /// The request, without its query.
        what: Box<RequestLine>,
        /// The limit, in bytes.
        most_bytes: u64,
        /// The configuration file in use.
        file: SettingsFile,
    },
    /// A redirect that is not followed.
    #[error("{what}: answered {status}, which points to {to}: {reason}")]
    Redirect {
        /// The request, without its query.
        what: Box<RequestLine>,
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// Scheme, host and path of the target; its query may hold a key and is left out.
        to: String,
        /// Why not, and what to do.
        reason: &'static str,
    },
    /// The API refused, or failed.
    #[error(transparent)]
    Status(Box<StatusFailure>),
    /// A success whose body is not the JSON that was asked for.
    #[error(transparent)]
    NotJson(Box<NotJson>),
}

/// An answer that should be JSON and is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{}", self.on(Surface::Mcp))]
pub struct NotJson {
    /// The request, without its query.
    pub what: RequestLine,
    /// Its status, 200 to 299.
    pub status: u16,
    /// `Content-Type`, or empty.
    pub content_type: String,
    /// The title, where the answer is a web page; may be empty.
    pub title: Option<String>,
    /// Whether it is JSON that ends too early.
    pub truncated: bool,
    /// Its beginning: data from the API.
    pub excerpt: String,
}

impl NotJson {
    fn on(&self, surface: Surface) -> String {
        let Self { what, status, content_type, title, truncated, excerpt } = self;
        let done = "the status says that the write was carried out, so read the record instead of sending it again";
        let next = |of_read: &'static str| if what.read { of_read } else { done };
        if *truncated {
            let next = next("ask again, or for fewer rows");
            return format!(
                "{what}: answered {status} with JSON that ends too early; {next}. It begins (data from the API): \
                {excerpt}"
            );
        }
        if let Some(title) = title {
            let next = next("check that the base URL leads to the API and not to a sign-in page or a proxy");
            return format!("{what}: answered {status} with {} where JSON was expected; {next}", text::page(title));
        }
        let kind = if content_type.is_empty() { "no content type" } else { content_type };
        let next = next(match surface {
            Surface::CommandLine => "to keep it as it comes, call again with `--output FILE`",
            Surface::Mcp | Surface::Page => "on the command line, `call` keeps it as it comes with `--output FILE`",
        });
        format!(
            "{what}: answered {status} with {kind} where JSON was expected; {next}. It begins (data from the API): \
            {excerpt}"
        )
    }
}

fn too_large(what: &RequestLine, most_bytes: u64, surface: Surface) -> String {
    let to_file = match surface {
        Surface::CommandLine => ", or write it to a file with `--output FILE`",
        Surface::Mcp | Surface::Page => "",
    };
    format!("{what}: the answer is larger than {most_bytes} bytes; ask for fewer rows or fields{to_file}")
}

impl CallError {
    /// The error in a surface's words, without what led to it.
    pub fn on(&self, surface: Surface) -> String {
        match self {
            Self::TooLarge { what, most_bytes } => too_large(what, *most_bytes, surface),
            Self::NotJson(failure) => failure.on(surface),
            other => other.to_string(),
        }
    }

    /// What became of the request.
    pub fn fate(&self) -> Fate {
        match self {
            Self::Path(_)
            | Self::Header { .. }
            | Self::Pages { .. }
            | Self::Upload { .. }
            | Self::Discovery(_)
            | Self::Setup { .. }
            | Self::Dns { .. }
            | Self::Connect { .. }
            | Self::Tls { .. } => Fate::NotSent,
            Self::Timeout { .. } | Self::Dropped { .. } => Fate::Unknown,
            // A server or the gateway before it can fail after the work is done.
            Self::Status(failure) if failure.status >= 500 => Fate::Unknown,
            Self::Save { .. }
            | Self::Replaced { .. }
            | Self::BodyBroken { .. }
            | Self::TooLarge { .. }
            | Self::LargeFile { .. }
            | Self::Redirect { .. }
            | Self::Status(_)
            | Self::NotJson(_) => Fate::Answered,
        }
    }

    /// A name of what went wrong, for logs, which do not hold what an API answered.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Path(_) => "path",
            Self::Header { .. } => "header",
            Self::Pages { .. } => "pages",
            Self::Upload { .. } => "upload",
            Self::Save { .. } | Self::Replaced { .. } => "save",
            Self::Discovery(_) => "discovery",
            Self::Setup { .. } => "setup",
            Self::Dns { .. } => "dns",
            Self::Connect { .. } => "connect",
            Self::Tls { .. } => "tls",
            Self::Timeout { .. } => "timeout",
            Self::Dropped { .. } => "dropped",
            Self::BodyBroken { .. } => "body_broken",
            Self::TooLarge { .. } | Self::LargeFile { .. } => "too_large",
            Self::Redirect { .. } => "redirect",
            Self::Status(_) => "status",
            Self::NotJson(_) => "not_json",
        }
    }

    /// The status that the API answered with, where it did.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::BodyBroken { status, .. } | Self::Redirect { status, .. } => Some(*status),
            Self::Status(failure) => Some(failure.status),
            Self::NotJson(failure) => Some(failure.status),
            _ => None,
        }
    }
}

/// How to find out whether a write was carried out. What a POST makes has no address yet.
pub(super) fn look_first(method: Method) -> &'static str {
    if method == Method::Post {
        "look in the list for what it makes before sending it again"
    } else {
        "read the record before sending it again"
    }
}

fn after_unknown(what: &RequestLine) -> String {
    if what.read {
        return "try again later".to_owned();
    }
    format!("the write may have been carried out, so it was not repeated: {}", look_first(what.method))
}

fn after_broken(what: &RequestLine) -> &'static str {
    if what.read {
        "try again, or ask for fewer rows"
    } else {
        "the status says what became of the write: read the record instead of sending it again"
    }
}

/// What to do about an answer that takes too long; `narrowing` is how to ask this API for less.
pub(super) fn advice_on_timeout(what: &RequestLine, narrowing: Option<&str>) -> String {
    if !what.read {
        return after_unknown(what);
    }
    format!("{}, or raise `timeout_s` in config.toml", narrowing.unwrap_or("try again later"))
}

/// The failure of a request that got no answer.
pub(super) fn of_transport(error: &reqwest::Error, what: Box<RequestLine>) -> CallError {
    let cause = innermost(error);
    if error.is_connect() {
        if error.is_dns() {
            return CallError::Dns { what };
        }
        return if is_tls(error) { CallError::Tls { what, cause } } else { CallError::Connect { what, cause } };
    }
    CallError::Dropped { what, cause }
}

/// The text of the last cause, the only part that says something and holds no URL.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut said = None;
    while let Some(inner) = cause {
        said = Some(inner.to_string());
        cause = inner.source();
    }
    said.map_or_else(|| "no cause given".to_owned(), |said| text::clean(&said, text::SHORT))
}

/// Whether a failure to connect is one of TLS: rustls hands its errors on as invalid data, and a peer that hangs up
/// during the handshake as an early end.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.downcast_ref::<io::Error>().is_some_and(is_tls_kind) {
            return true;
        }
        cause = inner.source();
    }
    false
}

fn is_tls_kind(error: &io::Error) -> bool {
    // `source` passes over what an I/O error wraps, and hyper-rustls wraps one in another.
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>());
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) || inner.is_some_and(is_tls_kind)
}
