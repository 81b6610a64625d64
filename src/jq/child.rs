//! What does the process do that evaluates one filter?
//!
//! It reads a [`Task`] as one line, and behind it JSON; writes [`GREETING`], then each output of the filter as a line; and ends with a code
//! that says how it went. It is bounded from within too, since whoever started it may be gone.

use std::io::{self, BufRead, BufWriter, Write};
use std::time::Duration;

use bytes::Bytes;
use jaq_core::{Ctx, Vars, data, unwrap_valr};
use jaq_json::Val;

use super::compiled::compiled;
use super::task::{CHILD, DONE, FAILED, GREETING, LONGEST, NO_TIME, TOO_MUCH, Task};
use super::values::value;
use super::written::{Unwritten, written};
use crate::escape::shortened;

/// Bytes that a filter may answer.
const MOST_OUTPUT: usize = 32 << 20;
/// Bytes of the stack: what recurses deeper ends the process.
const STACK: usize = 64 << 20;
/// Bytes of an error of jaq's, which may repeat a whole value.
const MOST_OF_ERROR: usize = 300;

/// Whether this process was started to evaluate a filter.
pub fn is_child() -> bool {
    std::env::args_os().nth(1).is_some_and(|first| first == CHILD)
}

/// Evaluates the filter that standard input has. `end` ends the process with a code at once.
pub fn serve(end: fn(i32) -> !) -> ! {
    std::thread::spawn(move || {
        std::thread::sleep(LONGEST + Duration::from_secs(1));
        end(NO_TIME)
    });
    let work = std::thread::Builder::new().stack_size(STACK).spawn(|| {
        let mut out = BufWriter::new(Counted { out: io::stdout(), left: MOST_OUTPUT });
        let code = evaluated(&mut io::stdin().lock(), &mut out);
        // Where nobody reads any more, nobody asks for the code either.
        let _ = out.flush();
        let _ = io::stdout().flush();
        code
    });
    match work.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => end(code),
        _ => end(FAILED),
    }
}

fn evaluated(input: &mut impl BufRead, out: &mut impl Write) -> i32 {
    match evaluate(input, out) {
        Ok(()) => DONE,
        Err(Stopped::TooMuch) => TOO_MUCH,
        Err(Stopped::Failed(reason)) => {
            let _ = write!(io::stderr(), "{}", shortened(&reason, MOST_OF_ERROR));
            FAILED
        }
    }
}

enum Stopped {
    Failed(String),
    TooMuch,
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::FileTooLarge { Self::TooMuch } else { Self::Failed(error.to_string()) }
    }
}

fn evaluate(input: &mut impl BufRead, out: &mut impl Write) -> Result<(), Stopped> {
    let mut task = String::new();
    input.read_line(&mut task)?;
    let task: Task = serde_json::from_str(&task).map_err(|error| Stopped::Failed(error.to_string()))?;
    let filter = compiled(&task.filter).map_err(Stopped::Failed)?;
    writeln!(out, "{GREETING}")?;
    if task.is_check {
        return Ok(());
    }
    let mut text = Vec::new();
    input.read_to_end(&mut text)?;
    // Read without knowing how much comes, it has up to twice the room that it needs; the values are to have that.
    let text = Bytes::from(text.into_boxed_slice());
    let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
    for output in filter.id.run((context, value(&text, &task.hidden))) {
        let output = unwrap_valr(output).map_err(|error| Stopped::Failed(error.to_string()))?;
        written(&output, out).map_err(|error| match error {
            Unwritten::Io(error) => error.into(),
            Unwritten::Deep => Stopped::Failed("the result is nested more than 110 levels deep".to_owned()),
        })?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

/// Writes no more than what is read.
struct Counted<W> {
    out: W,
    left: usize,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.left {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let written = self.out.write(bytes)?;
        self.left -= written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(filter: &str, json: &str) -> (i32, String) {
        let task = Task { filter: filter.to_owned(), is_check: false, hidden: Vec::new() };
        let input = format!("{}\n{json}", serde_json::to_string(&task).unwrap());
        let mut out = Vec::new();
        let code = evaluated(&mut input.as_bytes(), &mut out);
        (code, String::from_utf8(out).unwrap())
    }

    #[test]
    fn outputs_are_lines_behind_the_greeting() {
        let rows = r#"[{"id":1,"board":{"name":"a"}},{"id":2,"board":{"name":"b"}},{"id":3,"board":{"name":"a"}}]"#;
        assert_eq!(run(".[] | .id", rows), (DONE, "jq 1\n1\n2\n3\n".to_owned()));
        let grouped = run("group_by(.board.name) | map({board: .[0].board.name, n: length})", rows);
        assert_eq!(grouped, (DONE, "jq 1\n[{\"board\":\"a\",\"n\":2},{\"board\":\"b\",\"n\":1}]\n".to_owned()));
        let csv = run("map([.id, .board.name, null, \"a\\\"b\"] | @csv) | .[0]", rows).1;
        assert_eq!(csv, "jq 1\n\"1,\\\"a\\\",,\\\"a\\\"\\\"b\\\"\"\n");
        assert_eq!(run("INDEX(.id) | keys", rows).1, "jq 1\n[\"1\",\"2\",\"3\"]\n");
        assert_eq!(run("empty", rows), (DONE, "jq 1\n".to_owned()));
    }

    #[test]
    fn rows_that_have_the_same_record_within_are_changed_one_by_one() {
        let rows = r#"[{"id":1,"board":{"id":7,"name":"a"}},{"id":2,"board":{"id":7,"name":"a"}},{"id":3,"board":{"id":7, "name":"a"}}]"#;
        let changed = run(".[0].board.name = \"b\" | del(.[2].board.id) | map(.board)", rows).1;
        assert_eq!(changed, "jq 1\n[{\"id\":7,\"name\":\"b\"},{\"id\":7,\"name\":\"a\"},{\"name\":\"a\"}]\n");
        assert_eq!(run("map(.board) | unique | length", rows).1, "jq 1\n1\n");
    }

    #[test]
    fn digits_stay_where_nothing_is_computed() {
        let prices = "[{\"price\":1.10},{\"price\":12345678901234567890.5}]";
        assert_eq!(run("map(.price)", prices).1, "jq 1\n[1.10,12345678901234567890.5]\n");
    }

    #[test]
    fn a_filter_that_fails_and_one_that_is_wrong_end_with_their_code() {
        assert_eq!(run(".a.b", "[1]").0, FAILED);
        assert_eq!(run("map(", "[1]").0, FAILED);
        assert_eq!(run("error(\"x\")", "[1]").0, FAILED);
    }
}
