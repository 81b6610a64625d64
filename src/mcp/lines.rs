//! Messages as lines: how is one client's session carried over stdin and stdout?
//!
//! rmcp's own transport drops what it cannot read and knows no batches. Here every line is answered that can be: what is unreadable
//! with an error, a batch with one line for all its answers, a request whose id is taken with a refusal.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{ClientJsonRpcMessage, ClientNotification, ClientRequest, RequestId, ServerJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::{mpsc, oneshot};

use super::message::{self, Message, Sent};

/// Most bytes of a line: the limit of rmcp's own transports.
const LONGEST: usize = 16 << 20;

/// Most lines that wait to be written.
const WAITING: usize = 64;

/// Time for a client to read the rest once its session has ended.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

/// The lines of a session over stdin and stdout.
pub(super) struct Lines {
    input: mpsc::Receiver<Vec<u8>>,
    /// Queue of lines to write; `None` once the session has ended.
    output: Option<mpsc::Sender<Line>>,
    /// Messages of a batch that wait for rmcp.
    next: VecDeque<ClientJsonRpcMessage>,
    /// Protocol version that the client asked for.
    version: Option<String>,
    answering: Arc<Mutex<Answering>>,
    writing: Option<tokio::task::JoinHandle<()>>,
}

/// A line to write, with a sender for the result of writing it.
struct Line {
    text: String,
    written: Option<oneshot::Sender<io::Result<()>>>,
}

/// Requests and batches that are not answered yet.
#[derive(Default)]
struct Answering {
    /// Batch of each request by the request's id, as JSON; `None` where it came alone.
    under_way: HashMap<String, Option<u64>>,
    batches: HashMap<u64, Batch>,
    last: u64,
}

/// The answers to a batch so far.
#[derive(Default)]
struct Batch {
    answers: Vec<String>,
    left: usize,
}

/// The next step for an answer.
enum Due {
    /// It is written as a line.
    Line(String),
    /// It waits for the other answers of its batch.
    Later,
}

impl Lines {
    /// Starts tasks that read and write. They end with their streams.
    pub(super) fn new(
        input: impl AsyncRead + Send + Unpin + 'static,
        output: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Self {
        let (lines, from_client) = mpsc::channel(1);
        let (to_client, waiting) = mpsc::channel(WAITING);
        tokio::spawn(read_lines(BufReader::new(input), lines));
        let writing = tokio::spawn(write_lines(output, waiting));
        Self {
            input: from_client,
            output: Some(to_client),
            next: VecDeque::new(),
            version: None,
            answering: Arc::default(),
            writing: Some(writing),
        }
    }

    fn answering(&self) -> MutexGuard<'_, Answering> {
        self.answering.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a line, and queues its messages for rmcp. Returns the line to write at once, if any.
    fn take(&mut self, line: &[u8]) -> Option<String> {
        match message::read(line, self.version.as_deref()) {
            Sent::Unreadable(answer) | Sent::Refused(answer) => Some(answer.to_string()),
            Sent::One(message) => self.one(*message, None).map(|refused| refused.to_string()),
            Sent::Batch(messages) => {
                let number = {
                    let mut answering = self.answering();
                    answering.last += 1;
                    let number = answering.last;
                    // One more, so that it is not complete before all were looked at.
                    answering.batches.insert(number, Batch { answers: Vec::new(), left: 1 });
                    number
                };
                for message in messages {
                    let refused = message.map_or_else(Some, |message| self.one(message, Some(number)));
                    if let (Some(refused), Some(batch)) = (refused, self.answering().batches.get_mut(&number)) {
                        batch.answers.push(refused.to_string());
                    }
                }
                self.answering().one_less(number)
            }
        }
    }

    /// Queues a message for rmcp, or returns the answer to one that is refused.
    fn one(&mut self, message: Message, batch: Option<u64>) -> Option<serde_json::Value> {
        if let Some(id) = message.id {
            let mut answering = self.answering();
            if answering.under_way.contains_key(&id) {
                return Some(message::repeated(&id));
            }
            answering.under_way.insert(id, batch);
            if let Some(batch) = batch.and_then(|batch| answering.batches.get_mut(&batch)) {
                batch.left += 1;
            }
        }
        match &message.read {
            ClientJsonRpcMessage::Request(request) => {
                if let ClientRequest::InitializeRequest(initialize) = &request.request {
                    self.version = Some(initialize.params.protocol_version.as_str().to_owned());
                }
            }
            ClientJsonRpcMessage::Notification(notification) => {
                // Who cancels waits for no answer, and there may be none.
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.cancelled(id);
                }
            }
            _ => {}
        }
        self.next.push_back(message.read);
        None
    }

    fn cancelled(&self, id: &RequestId) {
        let complete = {
            let mut answering = self.answering();
            let batch = answering.under_way.remove(&key(id)).flatten();
            batch.and_then(|batch| answering.one_less(batch))
        };
        if let (Some(text), Some(output)) = (complete, &self.output) {
            // A client that reads nothing loses the answers to a batch that it has cancelled.
            let _ = output.try_send(Line { text, written: None });
        }
    }
}

impl Answering {
    /// Decides what happens with the answer to a request.
    fn answered(&mut self, id: &str, text: String) -> Due {
        let Some(Some(number)) = self.under_way.remove(id) else { return Due::Line(text) };
        let Some(batch) = self.batches.get_mut(&number) else { return Due::Line(text) };
        batch.answers.push(text);
        self.one_less(number).map_or(Due::Later, Due::Line)
    }

    /// Counts one answer of a batch. Returns the batch's line once none is missing; a batch of notifications alone has
    /// none.
    fn one_less(&mut self, number: u64) -> Option<String> {
        let batch = self.batches.get_mut(&number)?;
        batch.left = batch.left.saturating_sub(1);
        if batch.left > 0 {
            return None;
        }
        let answers = self.batches.remove(&number)?.answers;
        (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
    }
}

fn key(id: &RequestId) -> String {
    serde_json::to_string(id).unwrap_or_default()
}

impl Transport<RoleServer> for Lines {
    type Error = io::Error;

    fn send(&mut self, message: ServerJsonRpcMessage) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let id = match &message {
            ServerJsonRpcMessage::Response(response) => Some(key(&response.id)),
            ServerJsonRpcMessage::Error(error) => error.id.as_ref().map(key),
            _ => None,
        };
        let due = serde_json::to_string(&message).map(|text| match id {
            Some(id) => self.answering().answered(&id, text),
            None => Due::Line(text),
        });
        let output = self.output.clone();
        async move {
            let Due::Line(text) = due? else { return Ok(()) };
            let closed = || io::Error::from(io::ErrorKind::NotConnected);
            let (written, told) = oneshot::channel();
            let output = output.ok_or_else(closed)?;
            output.send(Line { text, written: Some(written) }).await.map_err(|_| closed())?;
            told.await.map_err(|_| closed())?
        }
    }

    /// Loses no message where it is dropped while it waits.
    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if let Some(message) = self.next.pop_front() {
                return Some(message);
            }
            // There is room for an answer before there is need of one.
            let output = self.output.clone()?;
            let room = output.reserve_owned().await.ok()?;
            let line = self.input.recv().await?;
            if let Some(text) = self.take(&line) {
                room.send(Line { text, written: None });
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.output = None;
        match self.writing.take() {
            // A client that has ended may read nothing more.
            Some(writing) => {
                tokio::time::timeout(FINISH_WITHIN, writing).await.map_or(Ok(()), |done| done.map_err(io::Error::other))
            }
            None => Ok(()),
        }
    }
}

/// Reads lines until the input ends. Empty lines are skipped, and so is a last line without an end.
async fn read_lines(mut input: impl tokio::io::AsyncBufRead + Unpin, lines: mpsc::Sender<Vec<u8>>) {
    let (mut line, mut is_too_long) = (Vec::new(), false);
    loop {
        let (taken, is_end) = match input.fill_buf().await {
            Ok([]) => return,
            Ok(read) => {
                let end = read.iter().position(|byte| *byte == b'\n');
                let taken = end.map_or(read.len(), |end| end + 1);
                is_too_long |= line.len() + taken > LONGEST;
                if !is_too_long {
                    line.extend_from_slice(&read[..taken]);
                }
                (taken, end.is_some())
            }
            Err(error) => {
                tracing::error!(%error, "the client cannot be read");
                return;
            }
        };
        input.consume(taken);
        if !is_end {
            continue;
        }
        let whole = std::mem::take(&mut line);
        // A line that was cut off is no JSON, and is answered as such.
        let whole = if std::mem::take(&mut is_too_long) { whole } else { whole.trim_ascii().to_vec() };
        if !whole.is_empty() && lines.send(whole).await.is_err() {
            return;
        }
    }
}

async fn write_lines(mut output: impl AsyncWrite + Unpin, mut lines: mpsc::Receiver<Line>) {
    while let Some(Line { mut text, written }) = lines.recv().await {
        text.push('\n');
        let done = match output.write_all(text.as_bytes()).await {
            Ok(()) => output.flush().await,
            failed => failed,
        };
        let failed = done.is_err();
        if let Some(written) = written {
            // Whoever wanted to know may be gone.
            let _ = written.send(done);
        }
        if failed {
            return;
        }
    }
}
