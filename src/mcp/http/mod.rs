//! How does a team ask? The tools over streamable HTTP: one process, its index and model loaded once, for many clients.
//!
//! A connection is answered request by request: `gate` decides whether a request is let in and as whose, rmcp speaks the protocol
//! behind it. Everything that a client could make grow has an end: connections, sessions, bodies, and the time that headers, bodies
//! and the reading of answers may take.

mod accept;
mod batch;
mod body;
mod challenge;
mod connections;
mod cors;
mod entrance;
mod gate;
mod header_keys;
mod oauth;
mod origin;
mod principal;
mod sessions;
mod signals;
mod site;
mod unread;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use crate::config::http::HttpOptions;
use crate::service::Service;
use crate::setup::doctor::Surroundings;
use connections::{Connections, Place};
use gate::HttpGate;
pub(super) use oauth::EXPIRED;
pub(super) use principal::{expired, grant_of, name_of};
use signals::Signals;
use unread::Impatient;

/// Path of the MCP endpoint.
pub const PATH: &str = "/mcp";

/// Most connections at once. Beyond it silent ones are closed. Where all are answering, new ones wait to be accepted,
/// and each connection is closed after its answer to make room. It is half of the 1,024 files that Linux lets a process
/// open by default: the rest is for the index, memory and calls.
const MOST_CONNECTIONS: usize = 512;

/// Most connections of one address other than this machine's: a browser opens six to a site, and an office may share
/// one address.
const MOST_OF_ADDRESS: usize = MOST_CONNECTIONS / 2;

/// Most time for the headers of a connection's first request: a client connects only when it has one.
const FIRST_HEADERS_WITHIN: Duration = Duration::from_secs(5);

/// Most time for the headers of later requests, and of silence between requests: nginx's `client_header_timeout`.
const HEADERS_WITHIN: Duration = Duration::from_secs(60);

/// Most time for which a client may leave unread what was sent to it: nginx's `send_timeout`.
const READ_WITHIN: Duration = Duration::from_secs(60);

/// Time that calls under way have to finish once the server is told to end: calls of 28 s were seen to succeed.
const FINISH_WITHIN: Duration = Duration::from_secs(30);

/// Wait before accepting again where the system has no file for another connection.
const EXHAUSTED: Duration = Duration::from_millis(200);

/// An error of serving over HTTP.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The server cannot listen at the address.
    #[error("cannot listen at {listen}: {}", cure(source))]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// The I/O error.
        source: io::Error,
    },
    /// The system provides no signals, or stdout cannot be written.
    #[error("cannot begin to serve")]
    Begin(#[source] io::Error),
}

fn cure(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there, perhaps this one; end it, or choose another port with --listen".to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "the system does not permit it; ports below 1024 are the administrator's: choose another with --listen"
                .to_owned()
        }
        io::ErrorKind::AddrNotAvailable => {
            "no network of this machine has that address; 127.0.0.1 is this machine alone, 0.0.0.0 every network"
                .to_owned()
        }
        _ => error.to_string(),
    }
}

/// Serves until the process is told to end, then finishes the requests under way.
///
/// `around` is what the page's examination of the set-up knows of the machine. `listening` is told once where, with the port that was
/// found for port 0.
///
/// # Errors
/// [`HttpError`]
pub async fn serve_http(
    service: Service,
    options: HttpOptions,
    around: Surroundings,
    listening: impl FnOnce(SocketAddr) -> io::Result<()>,
) -> Result<(), HttpError> {
    let listen = options.listen;
    let listener = TcpListener::bind(listen).await.map_err(|source| HttpError::Listen { listen, source })?;
    let mut signals = Signals::new().map_err(HttpError::Begin)?;
    service.watch_state();
    let gate = Arc::new(HttpGate::new(service, options, around));
    listener.local_addr().and_then(listening).map_err(HttpError::Begin)?;

    let connections = Connections::new(MOST_CONNECTIONS, MOST_OF_ADDRESS);
    let graceful = GracefulShutdown::new();
    loop {
        let (stream, from) = tokio::select! {
            accepted = accept(&listener, &connections) => accepted,
            () = signals.next() => break,
        };
        let Some(place) = connections.admit(from.ip()) else {
            tracing::debug!(%from, "all connections of the address are answering");
            continue;
        };
        if let Err(error) = serve_connection(stream, from, (place, &connections), &gate, &graceful) {
            tracing::debug!(%error, %from, "a connection ended before it began");
        }
    }
    drop(listener);
    tracing::info!("ending: calls under way may finish");
    gate.end_streams();
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(FINISH_WITHIN) => {
            tracing::warn!(seconds = FINISH_WITHIN.as_secs(), "calls that did not finish in time are cut off");
        }
        () = signals.next() => tracing::warn!("told to end again: calls under way are cut off"),
    }
    gate.end_sessions();
    Ok(())
}

/// Accepts the next connection, once there is room for it.
async fn accept(listener: &TcpListener, connections: &Connections) -> (TcpStream, SocketAddr) {
    connections.room().await;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The client left again; the next one may come at once.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {
            }
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(EXHAUSTED).await;
            }
        }
    }
}

fn serve_connection(
    stream: TcpStream,
    from: SocketAddr,
    (place, connections): (Arc<Place>, &Arc<Connections>),
    gate: &Arc<HttpGate>,
    graceful: &GracefulShutdown,
) -> io::Result<()> {
    // Answers are written whole; waiting for more to send would add the other side's delayed acknowledgement, 40 ms.
    stream.set_nodelay(true)?;
    let arrived_at = stream.local_addr()?;
    let (gate, connections, asking) = (Arc::clone(gate), Arc::clone(connections), Arc::clone(&place));
    let answer = service_fn(move |request| {
        let (gate, connections, busy) = (Arc::clone(&gate), Arc::clone(&connections), asking.asked());
        async move {
            let mut answer = gate.answer(request, arrived_at, from).await;
            if connections.is_full() {
                answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer.map(|body| body::keeping(body, busy)))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .serve_connection(TokioIo::new(Impatient::new(stream, READ_WITHIN)), answer);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        let in_time = async {
            tokio::time::sleep(FIRST_HEADERS_WITHIN).await;
            if place.has_asked() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            ended = connection => if let Err(error) = ended {
                tracing::debug!(%error, %from, "a connection broke");
            },
            () = place.cut.cancelled() => tracing::debug!(%from, "a silent connection made room for another"),
            () = in_time => tracing::debug!(%from, "a connection asked nothing"),
        }
    });
    Ok(())
}
