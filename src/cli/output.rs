//! Tables on stdout: aligned columns, no borders, so that they read well and cut well.

use std::io::Write;

use comfy_table::{ContentArrangement, Table, presets};

use super::Failure;

/// Prints rows under a header. On a terminal long cells wrap at its width; elsewhere every row is one line.
pub fn print_table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Result<(), Failure> {
    let mut table = Table::new();
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
    let mut out = std::io::stdout().lock();
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Control characters in a manifest's text must not steer the terminal.
pub fn one_line(cell: &str) -> String {
    cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
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

/// Prints the answer of a call: what was asked, notes, then the result as JSON, which is the shape it has.
pub fn print_answer(answer: &serde_json::Map<String, serde_json::Value>) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let mut err = std::io::stderr().lock();
    for note in answer.get("notes").and_then(serde_json::Value::as_array).into_iter().flatten() {
        writeln!(err, "note: {}", one_line(note.as_str().unwrap_or_default()))?;
    }
    let beside = ["notes", "notice", "result", "request"];
    let is_request = answer.contains_key("dry_run");
    for (name, value) in answer.iter().filter(|(name, _)| is_request || !beside.contains(&name.as_str())) {
        if name == "notes" {
            continue;
        }
        let text = match value {
            serde_json::Value::Object(_) => serde_json::to_string_pretty(value)?,
            value => value.to_string(),
        };
        if is_request { writeln!(out, "{name}: {text}")? } else { writeln!(err, "{name}: {text}")? }
    }
    if let Some(result) = answer.get("result") {
        serde_json::to_writer_pretty(&mut out, result).map_err(|error| {
            error.io_error_kind().map_or_else(|| Failure::from(error), |kind| std::io::Error::from(kind).into())
        })?;
        writeln!(out)?;
    }
    Ok(())
}
