//! A server that does what real ones do at their worst: one scripted step for each request, on a free loopback port.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Until a wait for the client has failed: far longer than any machine needs, so that a test ends.
const FAILED: Duration = Duration::from_secs(60);

/// What is done with one request.
#[derive(Clone, Debug)]
pub enum Step {
    /// These bytes, then the connection stays open for the next request.
    Answer(Vec<u8>),
    /// These bytes, then the connection is reset.
    Reset(Vec<u8>),
    /// These bytes, then the connection is closed in order.
    Close(Vec<u8>),
    /// These bytes, then nothing more until the client ends the connection.
    Hang(Vec<u8>),
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Request line and headers.
    pub head: String,
    pub body: Vec<u8>,
}

impl Received {
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// What was seen of the client so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub requests: u32,
    /// Connections that the client ended while it was left without an answer.
    pub given_up: u32,
}

pub struct Server {
    pub port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    seen: watch::Receiver<Seen>,
    connections: Arc<Mutex<u32>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Begins to serve; the last step is repeated for whatever comes after it.
    pub async fn start(steps: impl IntoIterator<Item = Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener, steps)
    }

    pub fn on(listener: TcpListener, steps: impl IntoIterator<Item = Step>) -> Self {
        let port = listener.local_addr().unwrap().port();
        let steps = Arc::new(Mutex::new(steps.into_iter().collect::<VecDeque<_>>()));
        let received = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Mutex::new(0));
        let (log, count) = (Arc::clone(&received), Arc::clone(&connections));
        let (tell, seen) = watch::channel(Seen::default());
        let tell = Arc::new(tell);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *count.lock().unwrap() += 1;
                tokio::spawn(serve(stream, Arc::clone(&steps), Arc::clone(&log), Arc::clone(&tell)));
            }
        });
        Self { port, received, seen, connections, task }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v4_6_release/apis/3.0", self.port)
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    /// Waits until so much was seen of the client.
    pub async fn until(&self, is_enough: impl FnMut(&Seen) -> bool) {
        let mut seen = self.seen.clone();
        let waited = tokio::time::timeout(FAILED, seen.wait_for(is_enough)).await;
        assert!(matches!(waited, Ok(Ok(_))), "the client did no more than {:?}", *self.seen.borrow());
    }

    pub fn connections(&self) -> u32 {
        *self.connections.lock().unwrap()
    }
}

async fn serve(
    mut stream: TcpStream,
    steps: Arc<Mutex<VecDeque<Step>>>,
    log: Arc<Mutex<Vec<Received>>>,
    tell: Arc<watch::Sender<Seen>>,
) {
    while let Some(request) = read(&mut stream).await {
        log.lock().unwrap().push(request);
        tell.send_modify(|seen| seen.requests += 1);
        let step = {
            let mut steps = steps.lock().unwrap();
            if steps.len() > 1 { steps.pop_front() } else { steps.front().cloned() }
        };
        match step {
            Some(Step::Answer(bytes)) => stream.write_all(&bytes).await.unwrap(),
            Some(Step::Close(bytes)) => {
                stream.write_all(&bytes).await.unwrap();
                return;
            }
            Some(Step::Reset(bytes)) => {
                stream.write_all(&bytes).await.unwrap();
                // Let the bytes arrive: a reset may overtake them.
                tokio::time::sleep(Duration::from_millis(30)).await;
                stream.set_zero_linger().unwrap();
                return;
            }
            Some(Step::Hang(bytes)) => {
                stream.write_all(&bytes).await.unwrap();
                while stream.read(&mut [0; 64]).await.is_ok_and(|length| length > 0) {}
                tell.send_modify(|seen| seen.given_up += 1);
                return;
            }
            None => return,
        }
    }
}

/// One request with its body, by length or in chunks; nothing where the connection ends.
async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let body = bytes.split_off(head_end + 4);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let mut request = Received { head, body };
    let length: usize = request.header("content-length").map_or(0, |value| value.parse().unwrap());
    let chunked = request.header("transfer-encoding").is_some();
    while request.body.len() < length || (chunked && !request.body.ends_with(b"0\r\n\r\n")) {
        if stream.read_buf(&mut request.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(request)
}

/// An answer with a length; `headers` are whole lines without their ends.
pub fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut lines = vec![format!("HTTP/1.1 {status}"), format!("Content-Length: {}", body.len())];
    lines.extend(headers.iter().map(|&header| header.to_owned()));
    let mut bytes = format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

pub fn json(status: &str, body: &str) -> Step {
    Step::Answer(answer(status, &["Content-Type: application/json"], body))
}

pub fn ok() -> Step {
    json("200 OK", r#"{"id":1}"#)
}
