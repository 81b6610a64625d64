//! How much of the API's data stands in an answer, and where is the rest?
//!
//! Up to a budget of characters everything is shown. Above it: the shape, the total, the first rows, and a handle by which every
//! row and every field stays reachable. Nothing is cut without saying so.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Answer, Data, StoredResult};
use crate::invoke::columns::Columns;
use crate::invoke::rows::{Rows, json_len, value};
use crate::invoke::stored::StoredResults;
use crate::invoke::view::View;

/// Characters of an answer's rows that are shown at once: about 5,000 tokens.
pub const BUDGET: usize = 20_000;

/// Where the resource of a stored result begins; its handle follows.
pub(crate) const RESOURCE_PREFIX: &str = "cw-orchestrator://results/";

/// Rows that a shape is taken from.
const ROWS_OF_SHAPE: usize = 50;
/// Members of a nested object that a shape names.
const MEMBERS_OF_SHAPE: usize = 8;
/// How many times the room rows are looked at, since a table of them may be that much shorter.
const LOOKED_AT: usize = 4;
/// Bytes of one row of a long text or of a large record, at most about.
const PIECE: usize = 2_000;

/// The room that one client's answer has, and the store that takes the rest.
pub(in crate::invoke) struct Room<'a> {
    /// Whose the stored rows are.
    pub(in crate::invoke) client: &'a str,
    pub(in crate::invoke) stored: &'a StoredResults,
    /// Characters; `None` where everything is shown.
    pub(in crate::invoke) budget: Option<usize>,
    /// What is shown of each value.
    pub(in crate::invoke) view: &'a View,
}

/// How more than an answer shows is asked for.
const EVERYTHING: &str = "return: \"full\"";

impl Room<'_> {
    /// Puts rows into an answer: all of them, or what fits with shape and handle.
    pub(in crate::invoke) fn show_rows(&self, answer: &mut Answer, rows: Rows) {
        answer.notes.extend(rows.note(0..rows.len()));
        answer.rows = Some(rows.len());
        let Some(budget) = self.budget else {
            self.note_missing(answer, rows.texts(0).take(ROWS_OF_SHAPE).map(value));
            answer.result = Some(Data::Rows(if self.view.is_plain() { rows } else { self.viewed(&rows) }));
            return;
        };
        self.note_missing(answer, rows.texts(0).take(ROWS_OF_SHAPE).map(value));
        let mut spent = 0;
        let mut leaves_out = false;
        let mut shown = Vec::new();
        for text in rows.texts(0) {
            let (row, leaves) = self.view.shown(value(text));
            spent += json_len(&row) + 1;
            if spent > budget.saturating_mul(LOOKED_AT) {
                break;
            }
            leaves_out |= leaves;
            shown.push(row);
        }
        if leaves_out {
            answer.left_out = Some(format!("{}: {EVERYTHING}", self.view.left_out()));
        }
        let has_all = shown.len() == rows.len();
        let table = if self.view.is_full { None } else { Columns::of(&shown) };
        let length = table.as_ref().map_or(spent, json_len);
        if has_all && length <= budget {
            let table = table.map(Columns::value);
            answer.result = Some(Data::Value(table.unwrap_or_else(|| shown.into())));
            return;
        }
        let more = rows.texts(shown.len()).take(ROWS_OF_SHAPE.saturating_sub(shown.len()));
        let more: Vec<Value> = more.map(|text| self.view.shown(value(text)).0).collect();
        let shape = shape(shown.iter().take(ROWS_OF_SHAPE).chain(&more));
        // The shape is worth a quarter of the room at most: it may be of a hundred and fifty fields.
        let room = budget - json_len(&shape).min(budget / 4);
        let (count, result) = match table {
            Some(table) => {
                let table = table.within(room);
                (table.len(), table.value())
            }
            None => {
                let mut spent = 0;
                let fits = |row: &&Value| {
                    spent += json_len(row) + 1;
                    spent <= room
                };
                let count = shown.iter().take_while(fits).count();
                shown.truncate(count);
                (count, shown.into())
            }
        };
        answer.rows_shown = Some(count);
        answer.shape = Some(shape);
        answer.stored_result = Some(self.kept(rows, count));
        answer.result = Some(Data::Value(result));
    }

    /// The rows as they are shown, as text: however many there are, none is held as a value.
    fn viewed(&self, rows: &Rows) -> Rows {
        let mut text = String::from("[");
        for row in rows.texts(0) {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&self.view.shown(value(row)).0.to_string());
        }
        text.push(']');
        Rows::of(&text.into(), 0)
    }

    /// Says which of the fields that the caller wants no record has.
    fn note_missing(&self, answer: &mut Answer, records: impl Iterator<Item = Value>) {
        if self.view.fields.is_empty() {
            return;
        }
        let records: Vec<Value> = records.collect();
        let missing = self.view.missing(&records);
        if !missing.is_empty() {
            let names = missing.join(", ");
            answer.notes.push(format!("nothing that was answered has {names}: empty there, or no field of it"));
        }
    }

    /// Keeps a record whole for whoever wants more of it than is shown.
    pub(in crate::invoke) fn keep_whole(&self, record: &Value) -> StoredResult {
        let is_large = self.budget.is_some_and(|budget| record.to_string().len() > budget);
        let rows = if is_large { pieces(record.clone()) } else { vec![record.clone()] };
        let handle = self.stored.keep_as(self.client, Rows::of_values(rows), self.view);
        StoredResult { handle, uri: None, rows: None, next_offset: None, how: "the whole record" }
    }

    /// Keeps rows for whoever reads by handle; nothing where everything is shown.
    pub(in crate::invoke) fn keep_for_more(&self, rows: &Arc<Rows>) -> Option<String> {
        self.budget.map(|_| self.stored.keep_as(self.client, Arc::clone(rows), self.view))
    }

    fn keep(&self, rows: Rows) -> String {
        self.stored.keep_as(self.client, rows, self.view)
    }

    fn kept(&self, rows: Rows, next_offset: usize) -> StoredResult {
        let total = rows.len();
        let handle = self.keep(rows);
        StoredResult {
            uri: Some(format!("{RESOURCE_PREFIX}{handle}")),
            handle,
            rows: Some(total),
            next_offset: Some(next_offset),
            how: "the other rows: read_stored_result with this handle, `offset`, `limit`, and `fields` to see more at once",
        }
    }

    /// What stood beside rows, as an answer shows it: members for which there is no room, such as records that were included, are
    /// stored, each in rows of its own.
    pub(in crate::invoke) fn beside_rows(&self, mut beside: Map<String, Value>) -> Map<String, Value> {
        let Some(budget) = self.budget else { return beside };
        let mut room = budget / 2;
        for value in beside.values_mut() {
            let length = value.to_string().len();
            if length > room {
                let stored = self.kept(Rows::of_values(pieces(value.take())), 0);
                *value = json!({ "stored_result": stored });
            } else {
                room -= length;
            }
        }
        beside
    }

    /// Puts one value into an answer: whole, or piece by piece where it is too large.
    pub(in crate::invoke) fn show_value(&self, answer: &mut Answer, whole: Value) {
        let shown = self.view.of_one(&whole);
        if self.budget.is_none_or(|budget| shown.to_string().len() <= budget) {
            self.note_missing(answer, std::iter::once(whole.clone()));
            if self.view.leaves_out(&whole) {
                answer.left_out = Some(format!("{}: {EVERYTHING}", self.view.left_out()));
            }
            answer.result = Some(Data::Value(shown.into_owned()));
            return;
        }
        self.show_rows(answer, Rows::of_values(pieces(whole)));
    }

    /// Puts text that is no JSON into an answer: whole, or line by line.
    pub(in crate::invoke) fn show_text(&self, answer: &mut Answer, text: &str) {
        if self.budget.is_none_or(|budget| text.len() <= budget) {
            answer.result = Some(Data::Text(text.to_owned()));
        } else {
            self.show_rows(answer, Rows::of_values(lines(text)));
        }
    }
}

/// A value as rows.
fn pieces(whole: Value) -> Vec<Value> {
    match whole {
        Value::Array(items) => items,
        Value::String(text) => lines(&text),
        whole => {
            let mut pieces = Vec::new();
            add_pieces(&mut pieces, String::new(), whole);
            pieces
        }
    }
}

/// The lines of a text with what ends each, a long one in several pieces.
fn lines(text: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        while !rest.is_empty() {
            let (row, after) = rest.split_at(rest.floor_char_boundary(PIECE));
            rows.push(Value::String(row.to_owned()));
            rest = after;
        }
    }
    rows
}

/// The members of a value that is too large for one row, each with its path; what is large in itself in pieces of its own.
fn add_pieces(rows: &mut Vec<Value>, path: String, value: Value) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    match value {
        Value::Object(object) if is_large(&object) || path.is_empty() => {
            for (name, value) in object {
                add_pieces(rows, below(&name), value);
            }
        }
        Value::Array(items) if is_large(&items) => {
            for (at, item) in items.into_iter().enumerate() {
                add_pieces(rows, below(&at.to_string()), item);
            }
        }
        Value::String(text) if text.len() > PIECE => {
            let parts = lines(&text).into_iter().enumerate();
            rows.extend(parts.map(|(part, value)| json!({ "member": path, "part": part, "value": value })));
        }
        value => rows.push(json!({ "member": path, "value": value })),
    }
}

fn is_large(value: &impl Serialize) -> bool {
    serde_json::to_string(value).is_ok_and(|text| text.len() > PIECE)
}

/// Field names with types, over several rows.
fn shape<'v>(rows: impl Iterator<Item = &'v Value>) -> Value {
    let mut fields: Map<String, Value> = Map::new();
    let mut others = Vec::new();
    for row in rows {
        match row {
            Value::Object(object) => {
                for (name, value) in object {
                    let known = fields.get(name).and_then(Value::as_str);
                    if known.is_none_or(|known| known == "null") {
                        fields.insert(name.clone(), type_name(value).into());
                    }
                }
            }
            other => others.push(type_name(other)),
        }
    }
    others.sort();
    others.dedup();
    if fields.is_empty() { others.into() } else { fields.into() }
}

fn type_name(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(items) => match items.first() {
            Some(first) => format!("array of {}", type_name(first)),
            None => "array".to_owned(),
        },
        Value::Object(object) => {
            let names: Vec<&str> = object.keys().map(String::as_str).take(MEMBERS_OF_SHAPE).collect();
            let more = if object.len() > MEMBERS_OF_SHAPE { ", ..." } else { "" };
            format!("object {{{}{more}}}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(rows: &[Value]) -> Rows {
        Rows::of_values(rows.to_vec())
    }

    fn shown(answer: &Answer) -> Value {
        serde_json::to_value(answer).unwrap()
    }

    fn room(stored: &StoredResults, budget: usize) -> Room<'_> {
        Room { client: "a", stored, budget: Some(budget), view: Box::leak(Box::new(View::full())) }
    }

    #[test]
    fn what_stands_beside_rows_and_has_no_room_is_kept_as_rows() {
        let stored = StoredResults::default();
        let included: Vec<Value> = (0..50).map(|id| json!({ "id": id, "name": "x".repeat(20) })).collect();
        let beside = json!({ "included": included, "total": 50 });
        let shown = |budget| {
            let room = Room { client: "a", stored: &stored, budget, view: &View::full() };
            Value::from(room.beside_rows(beside.as_object().unwrap().clone()))
        };
        assert_eq!((shown(None), shown(Some(BUDGET))), (beside.clone(), beside.clone()));
        let small = shown(Some(1_000));
        assert_eq!((&small["total"], &small["included"]["stored_result"]["rows"]), (&json!(50), &json!(50)));
        let handle = small["included"]["stored_result"]["handle"].as_str().unwrap();
        assert_eq!(stored.read("a", handle, (49, 1), &[], 1_000).unwrap().rows, [included[49].clone()]);
    }

    #[test]
    fn what_fits_is_shown_whole_and_nothing_is_kept() {
        let stored = StoredResults::default();
        let mut answer = Answer::default();
        room(&stored, 100).show_rows(&mut answer, raw(&[json!({ "id": 1 })]));
        assert_eq!(shown(&answer), json!({ "rows": 1, "result": [{ "id": 1 }] }));
        assert!(stored.of_client("a").is_empty());
    }

    #[test]
    fn what_does_not_fit_shows_shape_first_rows_and_the_way_to_the_rest() {
        let stored = StoredResults::default();
        let rows: Vec<Value> =
            (0..100).map(|id| json!({ "id": id, "board": { "id": 1, "name": "Help" }, "closed": null })).collect();
        let mut answer = Answer::default();
        room(&stored, 1_000).show_rows(&mut answer, raw(&rows));
        assert_eq!((answer.rows, answer.notes.len()), (Some(100), 0));
        let count = shown(&answer)["result"].as_array().unwrap().len();
        assert!(count > 5 && count < 30 && answer.rows_shown == Some(count), "{count}");
        assert_eq!(answer.shape, Some(json!({ "id": "number", "board": "object {id, name}", "closed": "null" })));
        let rest = answer.stored_result.unwrap();
        assert_eq!((rest.rows, rest.next_offset), (Some(100), Some(count)));
        let page = stored.read("a", &rest.handle, (99, 10), &[], 1_000).unwrap();
        assert_eq!(page.rows, [rows[99].clone()]);
    }

    #[test]
    fn a_large_record_is_kept_in_pieces_none_of_which_is_large() {
        let stored = StoredResults::default();
        let items: Vec<Value> = (0..200).map(|id| json!({ "id": id, "text": "x".repeat(20) })).collect();
        let record =
            json!({ "a": "x".repeat(500), "b": 2, "list": items, "notes": "ä\n".repeat(2_000), "c": { "d": [] } });
        let mut answer = Answer::default();
        room(&stored, 100).show_value(&mut answer, record.clone());
        let rest = answer.stored_result.unwrap();
        let page = stored.read("a", &rest.handle, (0, 10_000), &[], 1_000_000).unwrap();
        assert!(page.rows.iter().all(|row| row.to_string().len() < PIECE + 100));
        let of = |member: &str| page.rows.iter().find(|row| row["member"] == member).unwrap()["value"].clone();
        assert_eq!((of("a"), of("b"), of("c")), (record["a"].clone(), json!(2), json!({ "d": [] })));
        assert_eq!((of("list/0"), of("list/199")), (items[0].clone(), items[199].clone()));
        let notes = page.rows.iter().filter(|row| row["member"] == "notes");
        assert_eq!(notes.map(|row| row["value"].as_str().unwrap()).collect::<String>(), record["notes"]);
    }

    #[test]
    fn a_long_text_is_kept_line_by_line_and_a_long_line_in_pieces() {
        let stored = StoredResults::default();
        let text = format!("id,name\r\n1,{}\n\n2,b", "ä".repeat(3_000));
        let mut answer = Answer::default();
        room(&stored, 100).show_text(&mut answer, &text);
        let page = stored.read("a", &answer.stored_result.unwrap().handle, (0, 100), &[], 100_000).unwrap();
        let rows: Vec<&str> = page.rows.iter().map(|row| row.as_str().unwrap()).collect();
        assert_eq!((rows[0], rows[rows.len() - 1], rows.concat()), ("id,name\r\n", "2,b", text));
    }

    #[test]
    fn without_a_budget_everything_is_shown_as_it_came() {
        let stored = StoredResults::default();
        let room = Room { client: "a", stored: &stored, budget: None, view: &View::full() };
        let (record, rows) = (json!({ "a": "x".repeat(50_000) }), json!([1, 2]));
        let (mut of_record, mut of_rows, mut of_text) = (Answer::default(), Answer::default(), Answer::default());
        room.show_value(&mut of_record, record.clone());
        room.show_rows(&mut of_rows, Rows::of_values(vec![json!(1), json!(2)]));
        room.show_text(&mut of_text, "a\nb");
        assert_eq!(shown(&of_record), json!({ "result": record }));
        assert_eq!(shown(&of_rows), json!({ "rows": 2, "result": rows }));
        assert_eq!(shown(&of_text), json!({ "result": "a\nb" }));
        assert!(stored.of_client("a").is_empty());
    }
}
