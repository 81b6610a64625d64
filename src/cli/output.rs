//! What the command line prints: nothing of a manifest, an answer or a path steers the terminal. Tables have aligned columns and no
//! borders, so that they read well and cut well.

use std::io::{self, BufWriter, StderrLock, StdoutLock, Write};

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::Failure;
use super::plain::{columns, one_line};
use super::sheet::{INDENT, padded};
use crate::escape::{escape_controls, escape_controls_but_lines};

/// A stream on which every text is escaped but for its lines. JSON stays JSON, since characters that are escaped stand in its
/// strings only, and are written as its escapes.
pub struct Plain<W>(W);

/// Standard output, for results.
pub fn out() -> Plain<StdoutLock<'static>> {
    Plain(io::stdout().lock())
}

/// The same through a buffer, to be flushed at the end: standard output writes line by line, and an answer may have millions.
pub fn buffered() -> Plain<BufWriter<StdoutLock<'static>>> {
    Plain(BufWriter::new(io::stdout().lock()))
}

/// Standard error, for everything else.
pub fn err() -> Plain<StderrLock<'static>> {
    Plain(io::stderr().lock())
}

/// Writes a text over the line that the cursor is on, such as progress; an empty one clears it. Where the terminal is gone, nothing is written.
pub fn status_line(text: &str) {
    let _ = write!(io::stderr().lock(), "\r{}\x1b[K", escape_controls(text));
}

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // The rest of a character comes with the next bytes.
            Err(error) if error.valid_up_to() > 0 => return self.write(&bytes[..error.valid_up_to()]),
            Err(_) => {
                self.0.write_all(escape_controls_but_lines(&String::from_utf8_lossy(bytes)).as_bytes())?;
                return Ok(bytes.len());
            }
        };
        self.0.write_all(escape_controls_but_lines(text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Columns whose cells stay in one line, beside the first.
const WHOLE: [&str; 2] = ["path", "manifest"];
/// What a table needs beside the text of each cell.
const PADDING: usize = 2;

/// Prints rows under a header. On a terminal long cells wrap at its width between words, since a name or a path that is broken cannot be
/// copied. Where it is too narrow for that each row is a few lines; elsewhere every row is one line.
pub fn print_table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let mut table = Table::new();
    let is_whole = |at: usize| {
        at == 0 || header.get(at).is_some_and(|name| WHOLE.iter().any(|one| one.eq_ignore_ascii_case(name)))
    };
    let least = least_widths(header, &rows, &is_whole);
    let needed: usize = least.iter().map(|columns| columns + PADDING).sum();
    let width = table.width().filter(|_| table.is_tty()).map(usize::from);
    if let Some(width) = width.filter(|width| needed > *width) {
        let mut out = out();
        for line in rows.iter().flat_map(|row| stacked(header, row, width)) {
            writeln!(out, "{line}")?;
        }
        return Ok(());
    }
    table.load_preset(presets::NOTHING);
    if header.iter().any(|name| !name.is_empty()) {
        table.set_header(header.iter().copied());
    }
    if table.is_tty() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    for row in rows {
        table.add_row(row.iter().map(|cell| one_line(cell)));
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        let least = least.get(at).and_then(|columns| u16::try_from(columns + PADDING).ok());
        column.set_constraint(match least.filter(|_| !is_whole(at)) {
            Some(least) => ColumnConstraint::LowerBoundary(Width::Fixed(least)),
            None => ColumnConstraint::ContentWidth,
        });
    }
    let mut out = out();
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Prints names with what each has. On a terminal that is too narrow for a word beside its name, that text is on lines of its own.
pub fn print_pairs(pairs: &[(String, String)]) -> io::Result<()> {
    let table = Table::new();
    let width = table.width().filter(|_| table.is_tty()).map_or(usize::MAX, usize::from);
    let mut out = out();
    paired(pairs, width).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn paired(pairs: &[(String, String)], width: usize) -> Vec<String> {
    let longest = pairs.iter().map(|(name, _)| columns(name)).max().unwrap_or_default();
    let mut lines = Vec::new();
    for (name, text) in pairs {
        let mut front = padded(name, longest) + INDENT;
        if columns(&front) + longest_word(text) > width {
            lines.push(name.clone());
            front = INDENT.to_owned();
        }
        hang(&mut lines, &front, text, width);
    }
    lines
}

/// Adds a text as lines of that many columns, the first behind `front`, the others below it.
fn hang(lines: &mut Vec<String>, front: &str, text: &str, width: usize) {
    let room = columns(front);
    for (at, line) in wrapped_whole(text, width.saturating_sub(room)).iter().enumerate() {
        lines.push(if at == 0 { format!("{front}{line}") } else { " ".repeat(room) + line });
    }
}

/// The columns of text that each column of a table needs at least.
fn least_widths(header: &[&str], rows: &[Vec<String>], is_whole: &dyn Fn(usize) -> bool) -> Vec<usize> {
    let of_column = |(at, name): (usize, &&str)| {
        let least = if is_whole(at) { columns } else { longest_word };
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| least(cell));
        cells.chain([columns(name)]).max().unwrap_or_default()
    };
    header.iter().enumerate().map(of_column).collect()
}

fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(columns).max().unwrap_or_default()
}

/// A row of a table as lines of that many columns: its first cell and those without a name, and each other that is not empty with its
/// name below.
fn stacked(header: &[&str], row: &[String], width: usize) -> Vec<String> {
    let cells = || header.iter().zip(row).enumerate().filter(|(_, (_, cell))| !cell.is_empty());
    let is_title = |at: usize, name: &str| at == 0 || name.is_empty();
    let title = cells().filter(|(at, (name, _))| is_title(*at, name)).map(|(_, (_, cell))| one_line(cell));
    let mut lines = vec![title.collect::<Vec<_>>().join(INDENT)];
    for (_, (name, cell)) in cells().filter(|(at, (name, _))| !is_title(*at, name)) {
        hang(&mut lines, &format!("{INDENT}{name}{INDENT}"), cell, width);
    }
    lines
}

/// A text in lines of that many columns where its words allow it: none of them is broken or left out.
fn wrapped_whole(text: &str, width: usize) -> Vec<String> {
    if columns(text) <= width {
        return vec![one_line(text)];
    }
    let mut lines: Vec<String> = Vec::new();
    for word in one_line(text).split_whitespace() {
        match lines.last_mut().filter(|line| columns(line) + 1 + columns(word) <= width) {
            Some(line) => line.extend([" ", word]),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A number of bytes as people read it.
pub fn bytes(count: u64) -> String {
    let mut value = count as f64;
    for unit in ["B", "kB", "MB"] {
        if value < 1000.0 {
            return if unit == "B" { format!("{count} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{value:.1} GB")
}

/// Seconds as people read them.
pub fn age(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_steers_nothing_and_json_means_the_same() {
        let text = "\u{1b}[2J\u{9b}31m\u{85}a\r\nb\u{202e}\u{200b}\u{2028}\u{e0041}é\u{7f}";
        let mut printed = Plain(Vec::new());
        write!(printed, "{text}\n{text}").unwrap();
        let printed = String::from_utf8(printed.0).unwrap();
        assert_eq!(printed.lines().count(), 4);
        assert!(printed.chars().all(|c| c == '\n' || c == 'é' || c.is_ascii_graphic()), "{printed:?}");
        assert!(one_line(text).chars().all(|c| c == ' ' || c == 'é' || c.is_ascii_graphic()));
        let value = serde_json::json!({ text: [text, 1] });
        let raw = serde_json::value::RawValue::from_string(value.to_string()).unwrap();
        let mut json = Plain(Vec::new());
        serde_json::to_writer_pretty(&mut json, &(&value, &raw)).unwrap();
        assert!(json.0.iter().all(|byte| *byte == b'\n' || (0x20..0x7f).contains(byte) || *byte > 0x7f));
        let (read, same): (serde_json::Value, serde_json::Value) = serde_json::from_slice(&json.0).unwrap();
        assert_eq!((read, same), (value.clone(), value));
    }

    #[test]
    fn a_table_that_a_terminal_is_too_narrow_for_is_stacked() {
        let header = ["api", "operations", "title", "manifest", ""];
        let row =
            ["connectwise-psa-manage", "2812", "ConnectWise PSA (Manage) API 2022.1", "builtin", ""].map(str::to_owned);
        let is_whole = |at: usize| matches!(at, 0 | 3);
        assert_eq!(least_widths(&header, &[row.to_vec()], &is_whole), [22, 10, 11, 8, 0]);
        assert_eq!(
            stacked(&header, &row, 30),
            [
                "connectwise-psa-manage",
                "  operations  2812",
                "  title  ConnectWise PSA",
                "         (Manage) API 2022.1",
                "  manifest  builtin",
            ]
        );
        // A path is whole however long it is.
        let row = ["record", "ok", "/a/long/path matches"].map(str::to_owned);
        assert_eq!(
            stacked(&["check", "", "finding"], &row, 8),
            ["record  ok", "  finding  /a/long/path", "           matches"]
        );
    }

    #[test]
    fn a_path_beside_a_name_goes_below_it_where_the_terminal_is_narrow() {
        let pairs = [("generation", "/a/long/path/1"), ("age", "110 s"), ("model", "two words")];
        let pairs = pairs.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let wide = ["generation  /a/long/path/1", "age         110 s", "model       two words"];
        assert_eq!(paired(&pairs, usize::MAX), wide);
        assert_eq!(paired(&pairs, 26), wide);
        let narrow = ["generation", "  /a/long/path/1", "age         110 s", "model       two", "            words"];
        assert_eq!(paired(&pairs, 20), narrow);
    }

    #[test]
    fn a_character_in_two_writes_is_one() {
        let mut printed = Plain(Vec::new());
        for half in ["é".as_bytes(), "\u{202e}x".as_bytes()] {
            printed.write_all(half).unwrap();
        }
        let written = printed.write("a\u{202e}".as_bytes().split_at(2).0).unwrap();
        assert_eq!((written, printed.0.as_slice()), (1, "é\\u202exa".as_bytes()));
        // What is no text at all is not kept back.
        printed.write_all(b"\xff\xfe").unwrap();
        assert!(printed.0.ends_with("\u{fffd}\u{fffd}".as_bytes()));
    }
}
