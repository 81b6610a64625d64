//! Rows of an API as a table of the columns that matter, and a record as one line a field.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::columns::at;
use super::plain::columns;
use super::sheet::{INDENT, Sheet, Style, padded};
use crate::document::words::split;
use crate::invoke::matters::matters;
use crate::invoke::rows::{Rows, exact, exact_members, value};

/// Rows that are looked at to choose columns and their widths.
const SAMPLE: usize = 500;
/// Columns that are chosen, where there is room for them.
const MOST_COLUMNS: usize = 8;
/// The least weight of a column that is chosen beside the first [`FEW`].
const MATTERS: i32 = 25;
/// Columns that a table has whatever they weigh.
const FEW: usize = 3;
/// A field that less than one in so many rows has matters half as much.
const SPARSE: usize = 5;
/// Columns of text that a chosen column is first given; longer texts get what is left over.
const FAIR: usize = 30;
/// The least that a column is cut to.
const NARROWEST: usize = 4;
/// Between two columns.
const GAP: usize = 2;
/// Columns of text for the names of a record's fields.
const NAME_COLUMNS: usize = 28;

/// Rows as a table of that many columns of text, or of as many as they need; `chosen` are the paths of its columns, such as
/// `status/name`. None where the rows have no fields.
pub(super) fn of_rows(rows: &Rows, chosen: &[String], width: Option<usize>) -> Option<Sheet> {
    if rows.is_empty() || !rows.texts(0).all(|text| text.starts_with('{')) {
        return None;
    }
    let sample = sample(rows);
    let chosen = if chosen.is_empty() { matter(&sample, width) } else { chosen.to_vec() };
    let cells = |row: &Value| -> Vec<String> { chosen.iter().map(|path| cell(at(row, path))).collect() };
    let sampled: Vec<Vec<String>> = sample.iter().map(cells).collect();
    let natural: Vec<usize> = chosen
        .iter()
        .enumerate()
        .map(|(column, name)| {
            let texts = sampled.iter().map(|row| columns(&row[column]));
            texts.chain([columns(name)]).max().unwrap_or_default()
        })
        .collect();
    let widths = match width {
        Some(width) => shrunk(&natural, width),
        None => natural,
    };
    let mut sheet = Sheet::default();
    let line = |sheet: &mut Sheet, style: Style, cells: &[String]| {
        let texts: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(column, text)| match widths.get(column) {
                // Without a width nothing is cut; the last column needs no filling.
                _ if width.is_none() && column + 1 == cells.len() => text.clone(),
                Some(room) if width.is_none() => padded(text, columns(text).max(*room)),
                room => padded(text, room.copied().unwrap_or_default()),
            })
            .collect();
        sheet.line([(style, texts.join(&" ".repeat(GAP)).trim_end())]);
    };
    line(&mut sheet, Style::Strong, &chosen);
    sampled.iter().for_each(|row| line(&mut sheet, Style::Plain, row));
    beyond_sample(rows, &chosen).for_each(|row| line(&mut sheet, Style::Plain, &cells(&row)));
    Some(sheet)
}

/// The first rows, whole: they tell which columns there are.
pub(super) fn sample(rows: &Rows) -> Vec<Value> {
    rows.texts(0).take(SAMPLE).map(|row| exact(row).unwrap_or_else(|_| value(row))).collect()
}

/// Of the rows behind the sample only the members that hold some columns: of a million rows no more is read than is shown.
pub(super) fn beyond_sample<'r>(rows: &'r Rows, columns: &[String]) -> impl Iterator<Item = Value> + 'r {
    let names: Vec<String> =
        columns.iter().flat_map(|path| [Some(&**path), path.split('/').next()]).flatten().map(str::to_owned).collect();
    rows.texts(SAMPLE).map(move |row| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        exact_members(row, &names).unwrap_or_else(|_| value(row))
    })
}

/// A record as one line a field; what is empty or the server's own is left out, unless it was chosen.
pub(super) fn of_record(record: &Map<String, Value>, chosen: &[String]) -> Sheet {
    let whole = Value::Object(record.clone());
    let lines: Vec<(String, String)> = if chosen.is_empty() {
        let shown = record.iter().filter(|(name, value)| !name.starts_with('_') && !is_empty(value));
        shown.map(|(name, value)| (name.clone(), in_full(value))).collect()
    } else {
        chosen.iter().map(|path| (path.clone(), at(&whole, path).map(in_full).unwrap_or_default())).collect()
    };
    let longest = lines.iter().map(|(name, _)| columns(name)).max().unwrap_or_default().min(NAME_COLUMNS);
    let mut sheet = Sheet::default();
    for (name, text) in &lines {
        let name = if columns(name) <= longest { padded(name, longest) } else { name.clone() };
        sheet.line([(Style::Name, name.as_str()), (Style::Plain, INDENT), (Style::Plain, text.as_str())]);
    }
    sheet
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// The value of a record's field, whole: a reference as its name and id, all else that is no scalar as JSON.
fn in_full(value: &Value) -> String {
    match (value, label(value)) {
        (Value::String(text), _) => text.clone(),
        (Value::Object(members), Some(label)) if members.len() <= matters().labels.len() => match members.get("id") {
            Some(id) if scalar(id).as_deref() != Some(label.as_str()) => {
                format!("{label} (id {})", scalar(id).unwrap_or_default())
            }
            _ => label,
        },
        (value, _) => scalar(value).unwrap_or_else(|| value.to_string()),
    }
}

/// The text of a cell.
fn cell(value: Option<&Value>) -> String {
    let Some(value) = value else { return String::new() };
    match value {
        Value::Null => String::new(),
        Value::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(|item| scalar(item).or_else(|| label(item))).collect();
            texts.map_or_else(|| format!("{} items", items.len()), |texts| texts.join(", "))
        }
        value => scalar(value).or_else(|| label(value)).unwrap_or_else(|| value.to_string()),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// What an object is called.
fn label(value: &Value) -> Option<String> {
    let names = matters().labels.iter().map(String::as_str).chain(["id"]);
    let named = names.filter_map(|name| value.get(name)).find(|value| !is_empty(value))?;
    scalar(named)
}

/// The fields that matter to a reader of a list, best first.
fn matter(sample: &[Value], width: Option<usize>) -> Vec<String> {
    let mut seen = HashSet::new();
    let names: Vec<&String> = sample
        .iter()
        .filter_map(Value::as_object)
        .flat_map(Map::keys)
        .filter(|name| !name.starts_with('_') && seen.insert(*name))
        .collect();
    let mut weighed: Vec<(i32, usize, &String)> = names
        .into_iter()
        .filter_map(|name| {
            let texts: Vec<String> = sample.iter().map(|row| cell(row.get(name))).collect();
            let filled = texts.iter().filter(|text| !text.is_empty()).count();
            let values: Vec<&Value> = sample.iter().filter_map(|row| row.get(name)).collect();
            let longest = texts.iter().map(|text| columns(text)).max().unwrap_or_default().max(columns(name));
            let is_sparse = filled * SPARSE < sample.len();
            let weight = weight(name, &values) / if is_sparse { 2 } else { 1 };
            (filled > 0).then_some((weight, longest, name))
        })
        .collect();
    weighed.sort_by_key(|(weight, ..)| std::cmp::Reverse(*weight));
    let mut chosen: Vec<String> = Vec::new();
    let mut taken = 0;
    for (weight, longest, name) in weighed {
        let is_enough = chosen.len() >= FEW && weight < MATTERS;
        let room = longest.min(FAIR) + GAP;
        if is_enough
            || chosen.len() >= MOST_COLUMNS
            || chosen.len() >= FEW && width.is_some_and(|width| taken + room > width)
        {
            continue;
        }
        taken += room;
        chosen.push(name.clone());
    }
    chosen
}

/// How much a field matters, by its name and by what it holds.
fn weight(name: &str, values: &[&Value]) -> i32 {
    let words = split(name);
    let last = words.last().map(String::as_str).unwrap_or_default();
    let ends = |ends: &[String]| ends.iter().any(|end| end == last);
    let known = matters().weights.iter().find(|(words, _)| ends(words)).map(|(_, weight)| *weight);
    let first = words.first().map(String::as_str).unwrap_or_default();
    let known = known.or_else(|| matches!(first, "date" | "created" | "updated").then_some(45)).unwrap_or(MATTERS + 5);
    // `siteName` says less than `name`; ids of other records say little to a person.
    let of_part = match (words.len(), last) {
        (0 | 1, _) => 0,
        (_, "id") => 90,
        _ => 20,
    };
    let of_kind = values.iter().find(|value| !value.is_null()).map_or(0, |value| match value {
        Value::Bool(_) => 15,
        Value::Array(_) => 25,
        Value::Object(_) if label(value).is_none() => 60,
        _ => 0,
    });
    known - of_part - of_kind
}

/// Widths that fit: the widest columns give first.
fn shrunk(natural: &[usize], width: usize) -> Vec<usize> {
    let room = width.saturating_sub(GAP * natural.len().saturating_sub(1));
    let sum = |cap: usize| natural.iter().map(|width| (*width).min(cap)).sum::<usize>();
    let mut cap = natural.iter().copied().max().unwrap_or_default();
    while cap > NARROWEST && sum(cap) > room {
        cap -= 1;
    }
    let mut widths: Vec<usize> = natural.iter().map(|width| (*width).min(cap)).collect();
    // What one step of the cap left over.
    let mut left = room.saturating_sub(widths.iter().sum());
    for (width, natural) in widths.iter_mut().zip(natural) {
        if left > 0 && *width < *natural {
            *width += 1;
            left -= 1;
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tickets() -> Vec<Value> {
        vec![
            json!({
                "id": 21, "summary": "Printer on the second floor does not print since Monday", "recordType": "ServiceTicket",
                "board": { "id": 1, "name": "Service" }, "status": { "id": 5, "name": "New", "_info": { "x": "y" } },
                "company": { "id": 3, "identifier": "ACME", "name": "Acme Limited" }, "priority": { "id": 2, "name": "High" },
                "closedFlag": false, "severity": null, "_info": { "dateEntered": "2025-01-31T09:00:00Z" },
            }),
            json!({
                "id": 1234, "summary": "VPN\r\ndown", "recordType": "ServiceTicket",
                "board": { "id": 1, "name": "Service" }, "status": { "id": 6, "name": "In \u{1b}[31mprogress" },
                "company": null, "priority": { "id": 2, "name": "Low" }, "closedFlag": false, "severity": null,
                "_info": { "dateEntered": "2025-01-31T09:00:00Z" },
            }),
        ]
    }

    fn table(rows: &[Value], chosen: &[String], width: Option<usize>) -> Option<Sheet> {
        of_rows(&Rows::of_values(rows.to_vec()), chosen, width)
    }

    #[test]
    fn a_list_is_a_table_of_the_columns_that_matter() {
        let text = table(&tickets(), &[], Some(80)).unwrap().written(false);
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].starts_with("id    summary") && lines[0].contains("status") && lines[0].contains("company"),
            "{text}"
        );
        assert!(
            lines[1].starts_with("21    Printer on the") && lines[1].contains("…") && lines[1].contains("New"),
            "{text}"
        );
        assert!(lines[2].starts_with("1234  VPN  down") && lines[2].contains("In \\u001b[31mprogress"), "{text}");
        assert!(!text.contains("_info") && !text.contains("severity"), "{text}");
        assert!(lines.iter().all(|line| columns(line) <= 80), "{text}");
        // However narrow it is.
        let narrow = table(&tickets(), &[], Some(30)).unwrap().written(false);
        assert!(narrow.lines().all(|line| columns(line) <= 30) && narrow.starts_with("id"), "{narrow}");
    }

    #[test]
    fn columns_are_those_that_are_chosen_and_uncut_without_a_width() {
        let chosen = ["status/name", "id", "company/identifier", "nope"].map(str::to_owned);
        let text = table(&tickets(), &chosen, None).unwrap().written(false);
        let lines: Vec<String> =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            lines,
            ["status/name id company/identifier nope", "New 21 ACME", "In \\u001b[31mprogress 1234"],
            "{text}"
        );
        let places: Vec<Option<usize>> =
            ["id ", "21 ", "1234"].iter().zip(text.lines()).map(|(cell, line)| line.find(cell)).collect();
        assert!(places[0].is_some() && places[1] == places[0] && places[2] == places[0], "{text}");
        let summary = table(&tickets(), &["summary".to_owned()], None).unwrap().written(false);
        assert!(summary.contains("since Monday"), "{summary}");
    }

    #[test]
    fn records_of_another_api_are_read_by_the_same_rule() {
        let rows = [
            json!({ "node_id": "MDU6", "url": "https://x/1", "number": 7, "title": "Crash", "state": "open",
                    "user": { "login": "ann", "id": 1 }, "labels": [{ "id": 4, "name": "bug" }], "draft": false }),
            json!({ "node_id": "MDU7", "url": "https://x/2", "number": 8, "title": "Slow", "state": "closed",
                    "user": { "login": "bob", "id": 2 }, "labels": [], "draft": false }),
        ];
        let text = table(&rows, &[], Some(60)).unwrap().written(false);
        let header: Vec<&str> = text.lines().next().unwrap().split_whitespace().collect();
        assert_eq!(header[..3], ["title", "state", "number"], "{text}");
        assert!(text.contains("ann") && !text.contains("MDU6") && !text.contains("https"), "{text}");
    }

    #[test]
    fn a_record_is_one_line_a_field() {
        let record = tickets()[0].as_object().unwrap().clone();
        let text = of_record(&record, &[]).written(false);
        assert!(text.starts_with("id          21\nsummary     Printer on the second floor"), "{text}");
        assert!(text.contains("\nstatus      New (id 5)\n") && !text.contains("severity"), "{text}");
        assert_eq!(of_record(&record, &["status/name".to_owned()]).written(false), "status/name  New\n");
    }

    #[test]
    fn rows_beyond_the_sample_are_shown_like_those_in_it() {
        let row = |number: usize| {
            format!(
                r#"{{"id":{number},"x":[1,2],"a/b":1.10,"board":{{"id":1,"name":"\u0053ervice"}},"price":1E2,"skipped":[[1e3]],"price":2E2}}"#
            )
        };
        let text = format!("[{}]", (10_000..10_000 + SAMPLE + 3).map(row).collect::<Vec<_>>().join(" ,\n"));
        let rows = Rows::of(&text.into(), 0);
        let chosen = ["id", "board/name", "a/b", "price", "board/none"].map(str::to_owned);
        for width in [None, Some(60)] {
            let text = of_rows(&rows, &chosen, width).unwrap().written(false);
            let lines: Vec<String> = text.lines().skip(1).map(|line| line.replace(char::is_whitespace, " ")).collect();
            assert_eq!(lines.len(), SAMPLE + 3);
            for (at, line) in lines.iter().enumerate() {
                let cells: Vec<&str> = line.split_whitespace().collect();
                assert_eq!(cells, [(10_000 + at).to_string().as_str(), "Service", "1.10", "2E2"], "{line}");
            }
        }
    }

    #[test]
    fn a_row_beyond_the_sample_that_is_too_deep_is_shown_as_rows_are() {
        let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
        let plain = r#"{"id":1,"tree":[]},"#.repeat(SAMPLE);
        let rows = Rows::of(&format!(r#"[{plain}{{"id":2,"tree":{deep}}}]"#).into(), 0);
        let chosen = ["id", "tree"].map(str::to_owned);
        let text = of_rows(&rows, &chosen, None).unwrap().written(false);
        assert!(text.ends_with(&format!("2   {deep}\n")), "{}", &text[text.len() - 100..]);
    }

    #[test]
    fn what_has_no_fields_is_no_table() {
        assert!(table(&[], &[], Some(80)).is_none());
        assert!(table(&[json!(1), json!({ "id": 1 })], &[], Some(80)).is_none());
    }

    #[test]
    fn widths_fit_and_the_widest_give_first() {
        assert_eq!(shrunk(&[3, 10, 40], 80), [3, 10, 40]);
        assert_eq!(shrunk(&[3, 10, 40], 34), [3, 10, 17]);
        assert_eq!(shrunk(&[20, 20], 33), [16, 15]);
    }
}
