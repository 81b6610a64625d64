//! How is the process started that evaluates a filter, watched, and what did it come to?

use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::MOST_MEMORY;
use super::task::{CHILD, DONE, FAILED, GREETING, LONGEST, NO_MEMORY, NO_TIME, TOO_MUCH, Task};
use super::values::Hidden;

/// Bytes of a filter: more is no filter that somebody wrote.
const MOST_FILTER: usize = 20_000;
/// Bytes of the process's last words that are read.
const MOST_SAID: u64 = 10_000;
/// How often an ended process is looked for whose output is closed.
const PAUSE: Duration = Duration::from_millis(2);

/// Why a filter has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// It is wrong, or failed on what it was given.
    #[error("{0}")]
    Failed(String),
    /// It took too long.
    #[error("it was stopped after {} seconds; have it end sooner, or work on fewer rows", LONGEST.as_secs())]
    Time,
    /// It took too much memory.
    #[error("it was stopped at {} MB of memory; have it keep less at a time, or fetch fewer rows, or only the fields that it needs", MOST_MEMORY >> 20)]
    Memory,
    /// It recurses without an end.
    #[error("it was stopped, since it recurses too deep; have it recurse less, or use `reduce` or `foreach`")]
    Stack,
    /// Its result is larger than what is read.
    #[error("its result is larger than 32 MB; have it pick fewer rows or fields")]
    Output,
    /// It is longer than any that somebody writes.
    #[error("it has {0} bytes, and {MOST_FILTER} are the most; write a shorter one")]
    Long(usize),
    /// The process could not be started or did not do its work.
    #[error("the process that evaluates filters could not do its work: {0}")]
    Process(String),
}

/// The outputs of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Results {
    /// The JSON texts, one after another.
    text: String,
    /// How many they are.
    pub(crate) count: usize,
}

impl Results {
    /// One output as it is; several, or none, as a list.
    pub(crate) fn into_json(self) -> String {
        if self.count == 1 {
            return self.text;
        }
        format!("[{}]", self.text.lines().collect::<Vec<_>>().join(","))
    }
}

/// Evaluates filters, each in a process of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluator {
    program: PathBuf,
}

impl Evaluator {
    /// One that starts this program, which must be `cw-orchestrator`.
    pub fn of(program: PathBuf) -> Self {
        Self { program }
    }

    /// One that starts the program that runs; nothing where the system does not tell which that is.
    pub fn of_this_program() -> Option<Self> {
        // The kernel's own name for it leads to the program that runs, even where its file was replaced.
        let own = PathBuf::from("/proc/self/exe");
        let program = if cfg!(target_os = "linux") && own.exists() { own } else { std::env::current_exe().ok()? };
        Some(Self::of(program))
    }

    /// Compiles a filter.
    ///
    /// # Errors
    /// [`FilterError`]; waits for the process.
    pub(crate) fn check(&self, filter: &str) -> Result<(), FilterError> {
        self.run(&Task { filter: filter.to_owned(), is_check: true, hidden: Vec::new() }, |_| Ok(())).map(drop)
    }

    /// Evaluates a filter over the JSON that `write` writes.
    ///
    /// # Errors
    /// [`FilterError`]; waits for the process.
    pub(crate) fn evaluate(
        &self,
        filter: &str,
        hidden: &[Hidden],
        write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send,
    ) -> Result<Results, FilterError> {
        self.run(&Task { filter: filter.to_owned(), is_check: false, hidden: hidden.to_vec() }, write)
    }

    fn run(
        &self,
        task: &Task,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send,
    ) -> Result<Results, FilterError> {
        if task.filter.len() > MOST_FILTER {
            return Err(FilterError::Long(task.filter.len()));
        }
        let mut child = self.started().map_err(|error| FilterError::Process(error.to_string()))?;
        let Ended { status, output, said } = watched(&mut child, task, write);
        let said = said.trim();
        let greeting = output.strip_prefix(GREETING).and_then(|rest| rest.strip_prefix('\n'));
        match (status.and_then(|status| status.code()), greeting) {
            (Some(DONE), Some(outputs)) => {
                Ok(Results { count: outputs.lines().count(), text: outputs.trim_end().to_owned() })
            }
            (Some(NO_MEMORY), _) => Err(FilterError::Memory),
            (Some(TOO_MUCH), _) => Err(FilterError::Output),
            (Some(NO_TIME), _) => Err(FilterError::Time),
            _ if status.is_none() => Err(FilterError::Time),
            // What the runtime says before it ends a process.
            _ if said.contains("overflowed its stack") => Err(FilterError::Stack),
            _ if said.contains("memory allocation") => Err(FilterError::Memory),
            (Some(FAILED), _) => Err(FilterError::Failed(said.to_owned())),
            _ => {
                let how = status.map_or_else(String::new, |status| status.to_string());
                Err(FilterError::Process(if said.is_empty() { how } else { format!("{how}: {said}") }))
            }
        }
    }

    fn started(&self) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.arg(CHILD);
        // It needs nothing of it, and on Windows some of it to start.
        if cfg!(unix) {
            command.env_clear();
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
    }
}

/// How a process ended.
struct Ended {
    /// Nothing where its time was over.
    status: Option<ExitStatus>,
    output: String,
    said: String,
}

/// Hands a process its task, reads what it writes, and ends it when its time is over.
fn watched(child: &mut Child, task: &Task, write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send) -> Ended {
    let until = Instant::now() + LONGEST;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (closed, is_closed) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let Some(stdin) = stdin else { return };
            let mut stdin = BufWriter::with_capacity(1 << 16, stdin);
            // A process that ended has said why, and reads no more.
            let _ = serde_json::to_writer(&mut stdin, task)
                .map_err(io::Error::from)
                .and_then(|()| stdin.write_all(b"\n"))
                .and_then(|()| write(&mut stdin))
                .and_then(|()| stdin.flush());
        });
        let said = scope.spawn(move || text_of(stderr.map(|stderr| stderr.take(MOST_SAID))));
        let output = scope.spawn(move || {
            let output = text_of(stdout);
            let _ = closed.send(());
            output
        });
        let is_over = is_closed.recv_timeout(LONGEST).is_err();
        let status = if is_over { None } else { waited(child, until) };
        if status.is_none() {
            // It may have ended by itself a moment ago.
            let _ = child.kill();
            let _ = child.wait();
        }
        Ended { status, output: output.join().unwrap_or_default(), said: said.join().unwrap_or_default() }
    })
}

/// How a process ended whose output is closed; nothing where it goes on beyond its time.
fn waited(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => thread::sleep(PAUSE),
            _ => return None,
        }
    }
}

fn text_of(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // What was read until a fault is what there is.
        let _ = stream.read_to_end(&mut bytes);
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
