//! Several messages in one body: each is handed on as if it came alone, and the answers go back in one.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::http::request::Parts;
use hyper::{Request, StatusCode, header};
use rmcp::transport::streamable_http_server::StreamableHttpService;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use tokio::task::JoinSet;

use super::body::{self, HttpResponse};
use super::sessions::UnderWay;
use crate::mcp::Server;
use crate::mcp::message::{Message, invalid};

type Protocol = StreamableHttpService<Server, LocalSessionManager>;

/// Answers a batch. `begin` registers a request by its id, or returns the answer to one that is refused.
pub(super) async fn answer(
    protocol: &Protocol,
    parts: Parts,
    messages: Vec<Result<Message, Value>>,
    begin: impl Fn(&str) -> Result<Option<UnderWay>, Value>,
) -> HttpResponse {
    let mut answers: Vec<(usize, String)> = Vec::new();
    let mut working: JoinSet<(usize, Option<String>)> = JoinSet::new();
    for (at, message) in messages.into_iter().enumerate() {
        let begun = message.and_then(|message| {
            let under_way = message.id.as_deref().map(&begin).transpose()?;
            Ok((message, under_way))
        });
        match begun {
            Ok((message, under_way)) => {
                let (protocol, mut parts) = (protocol.clone(), parts.clone());
                parts.headers.remove(header::CONTENT_LENGTH);
                working.spawn(async move {
                    if let Some(given) = message.given {
                        parts.extensions.insert(given);
                    }
                    let request = Request::from_parts(parts, Full::new(Bytes::from(message.value.to_string())));
                    let answer = protocol.handle(request).await;
                    let answer = match message.id {
                        Some(id) => Some(of_request(answer, &id).await),
                        None => None,
                    };
                    drop(under_way);
                    (at, answer)
                });
            }
            Err(answer) => answers.push((at, answer.to_string())),
        }
    }
    while let Some(done) = working.join_next().await {
        match done {
            Ok((at, answer)) => answers.extend(answer.map(|answer| (at, answer))),
            Err(error) => tracing::error!(%error, "a message of a batch ended early"),
        }
    }
    if answers.is_empty() {
        return body::empty(StatusCode::ACCEPTED);
    }
    answers.sort_by_key(|(at, _)| *at);
    let answers: Vec<String> = answers.into_iter().map(|(_, answer)| answer).collect();
    body::json_text(StatusCode::OK, format!("[{}]", answers.join(",")))
}

/// Extracts the message that answers a request from JSON or a stream of events. Other messages, such as progress, have
/// no place in the answer to a batch.
async fn of_request(answer: HttpResponse, id: &str) -> String {
    let status = answer.status();
    let mut body: BoxBody<Bytes, Infallible> = answer.into_body();
    let mut held: Vec<u8> = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        held.extend_from_slice(&data);
        if !data.contains(&b'\n') {
            continue;
        }
        while let Some(end) = held.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = held.drain(..=end).collect();
            if let Some(message) = line.strip_prefix(b"data:").and_then(answering) {
                return message;
            }
        }
    }
    answering(&held).unwrap_or_else(|| {
        let why = format!("it was not taken ({status}): {}", String::from_utf8_lossy(&held).trim());
        invalid(serde_json::from_str(id).unwrap_or_default(), &why).to_string()
    })
}

/// Returns a text that is an answer; `None` for a request or notification from the server.
fn answering(text: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Head {
        jsonrpc: IgnoredAny,
        method: Option<IgnoredAny>,
    }
    let text = std::str::from_utf8(text).ok()?.trim();
    let Head { jsonrpc: IgnoredAny, method } = serde_json::from_str(text).ok()?;
    method.is_none().then(|| text.to_owned())
}
