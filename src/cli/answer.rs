//! The answer of a call: the API's data on standard output, everything else on standard error.

use std::collections::HashSet;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::output::{buffered, err};
use super::plain::one_line;
use super::sheet::Sheet;
use super::{Context, Failure, columns, table};
use crate::invoke::answer::{Answer, Data, MoreExist};
use crate::invoke::rows::{Rows, to_exact};
use crate::surface::{Given, Surface};

/// How an answer is printed.
pub(super) struct Form<'a> {
    /// The paths of the columns that were chosen.
    pub(super) columns: &'a [String],
    /// Whether the data stands beside what fast memory filled in, so that no file holds a part of the rows and does not say so.
    pub(super) with_memory: bool,
}

/// Prints an answer. Of a dry run every member is a result. Else rows are a table for a person and JSON for a program, which is the
/// shape that the API gave them; text is the text that it is.
pub(super) fn print(context: &Context, mut answer: Answer, form: &Form<'_>) -> Result<(), Failure> {
    let keep = answer.keep.take();
    let mut notes = std::mem::take(&mut answer.notes);
    if answer.dry_run {
        members(&mut buffered(), &answer, &HashSet::new(), false)?;
    } else {
        (answer.request, answer.notice) = (None, None);
        let result = answer.result.take();
        let memory = answer.memory.take_if(|_| form.with_memory && result.is_some());
        let is_for_person = memory.is_none() && (context.screen.is_terminal || !form.columns.is_empty());
        match result {
            Some(result) if is_for_person => notes.extend(person(context, &answer, result, form.columns)?),
            result => program(context, &answer, result, memory)?,
        }
    }
    if context.quiet {
        return Ok(());
    }
    let mut err = err();
    let mut said = HashSet::new();
    for note in notes.iter().filter(|note| said.insert(note.as_str())) {
        writeln!(err, "note: {}", one_line(note))?;
    }
    if let Some(keep) = keep {
        match keep["command"].as_str() {
            Some(command) => writeln!(err, "keep it: cw-orchestrator {}", one_line(command))?,
            None => writeln!(err, "keep: {keep}")?,
        }
    }
    Ok(())
}

/// The data as a table or a record, and what of the rest a person has a use for. Returns what is to be said of the columns.
fn person(context: &Context, answer: &Answer, result: Data, columns: &[String]) -> Result<Vec<String>, Failure> {
    let width = context.screen.is_terminal.then_some(context.screen.width);
    let is_empty = matches!(&result, Data::Value(Value::Null));
    let (shown, unknown) = shown(result, columns, width)?;
    match shown {
        Shown::Sheet(sheet) => context.screen.show(&sheet)?,
        Shown::Text(text) => {
            let mut out = buffered();
            write!(out, "{text}")?;
            if !text.is_empty() && !text.ends_with('\n') {
                writeln!(out)?;
            }
            out.flush()?;
        }
    }
    let is_good = answer.status.is_none_or(|status| (200..300).contains(&status));
    let mut left_out = HashSet::from(["rows_shown", "rows_of", "shape"]);
    if is_good && !is_empty {
        left_out.insert("status");
    }
    // In words it is said once.
    if answer.more.is_some() || matches!(answer.more_exist, Some(MoreExist::No)) {
        left_out.extend(["more_exist", "rows"]);
    }
    if answer.more.as_ref().is_some_and(|more| more.contains("--param")) {
        left_out.insert("next");
    }
    quietly(context, answer, left_out)?;
    Ok(unknown)
}

/// The data as JSON, or as the text that it is.
fn program(context: &Context, answer: &Answer, result: Option<Data>, memory: Option<Value>) -> Result<(), Failure> {
    quietly(context, answer, HashSet::new())?;
    let mut out = buffered();
    if let (None, Some(Data::Text(text))) = (&memory, &result) {
        write!(out, "{text}")?;
        if !text.ends_with('\n') {
            writeln!(out)?;
        }
    } else if let Some(result) = result {
        let written = match memory {
            Some(memory) => serde_json::to_writer_pretty(&mut out, &Filled { memory, result }),
            None => serde_json::to_writer_pretty(&mut out, &result),
        };
        written.map_err(|error| {
            error.io_error_kind().map_or_else(|| Failure::from(error), |kind| io::Error::from(kind).into())
        })?;
        writeln!(out)?;
    }
    out.flush()?;
    Ok(())
}

/// Members that say how a call went, and nothing that was not asked for or that goes wrong unless it is known.
const HINTS: [&str; 7] = ["status", "attempts", "rows", "rows_shown", "shape", "more", "next"];

/// Prints on standard error what an answer has beside its data; with `-q` what is no hint alone.
fn quietly(context: &Context, answer: &Answer, mut left_out: HashSet<&str>) -> Result<(), Failure> {
    if context.quiet {
        left_out.extend(HINTS);
        if !matches!(answer.more_exist, Some(MoreExist::Yes)) {
            left_out.insert("more_exist");
        }
        // How all rows were fetched that something was made of.
        if answer.of_rows.is_some() && answer.complete == Some(true) {
            left_out.extend(["pages", "total", "complete", "of_rows"]);
        }
    }
    members(&mut err(), answer, &left_out, context.screen.is_terminal)
}

/// Prints the members of an answer, one a line.
fn members(
    out: &mut impl Write,
    answer: &Answer,
    left_out: &HashSet<&str>,
    is_for_person: bool,
) -> Result<(), Failure> {
    let Value::Object(members) = to_exact(answer)? else { return Ok(()) };
    for (name, value) in members.iter().filter(|(name, _)| !left_out.contains(name.as_str())) {
        let text = match value {
            Value::Object(next) if name == "next" => Given::Next(next.clone()).on(Surface::CommandLine),
            Value::Object(_) => serde_json::to_string_pretty(value)?,
            Value::String(text) if is_for_person => one_line(text),
            value => value.to_string(),
        };
        writeln!(out, "{name}: {text}")?;
    }
    out.flush()?;
    Ok(())
}

/// What of an answer's data a person sees.
enum Shown {
    Sheet(Sheet),
    Text(String),
}

/// Rows as a table of that width, a record as one line a field, an empty body as nothing, all else as JSON; and what is to be said of
/// the columns.
fn shown(result: Data, chosen: &[String], width: Option<usize>) -> Result<(Shown, Vec<String>), Failure> {
    let result = match result {
        Data::Text(text) => return Ok((Shown::Text(text), Vec::new())),
        Data::Value(Value::Null) => return Ok((Shown::Text(String::new()), Vec::new())),
        Data::Value(Value::Array(values)) => Data::Rows(Rows::of_values(values)),
        other => other,
    };
    let sheet = match &result {
        Data::Rows(rows) => table::of_rows(rows, chosen, width),
        Data::Value(Value::Object(record)) if is_record(record) => Some(table::of_record(record, chosen)),
        _ => None,
    };
    let Some(sheet) = sheet else {
        return Ok((Shown::Text(serde_json::to_string_pretty(&result)?), Vec::new()));
    };
    let unknown = match &result {
        Data::Rows(rows) => columns::unknown(&table::sample(rows), table::beyond_sample(rows, chosen), chosen),
        Data::Value(record) => columns::unknown(std::slice::from_ref(record), std::iter::empty(), chosen),
        Data::Text(_) => Vec::new(),
    };
    Ok((Shown::Sheet(sheet), unknown))
}

/// Whether an object has fields to be shown.
fn is_record(object: &Map<String, Value>) -> bool {
    object.keys().any(|name| !name.starts_with('_'))
}

/// The API's data with what fast memory filled in.
#[derive(Serialize)]
struct Filled {
    memory: Value,
    result: Data,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::invoke::rows::exact;

    fn text(result: Data) -> String {
        match shown(result, &[], Some(80)).unwrap().0 {
            Shown::Sheet(sheet) => sheet.written(false),
            Shown::Text(text) => text,
        }
    }

    #[test]
    fn a_person_sees_rows_records_and_nothing_for_an_empty_body() {
        let rows = vec![json!({ "id": 1, "name": "a" }), json!({ "id": 2, "name": "b" })];
        let table = "id  name\n1   a\n2   b\n";
        assert_eq!(text(Data::Rows(Rows::of_values(rows.clone()))), table);
        assert_eq!(text(Data::Value(rows.into())), table);
        assert_eq!(text(Data::Value(json!({ "id": 1, "name": "a" }))), "id    1\nname  a\n");
        assert_eq!(text(Data::Value(Value::Null)), "");
        assert_eq!(text(Data::Value(json!([]))), "[]");
        assert_eq!(text(Data::Value(json!(["x"]))), "[\n  \"x\"\n]");
        assert_eq!(text(Data::Text("a,b\n".to_owned())), "a,b\n");
        // Digits stay.
        let number = exact(r#"[{"id": 1, "price": 1.10}]"#).unwrap();
        assert_eq!(text(Data::Value(number)), "id  price\n1   1.10\n");
    }
}
