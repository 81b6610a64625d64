//! How much of the API's data stands in an answer, and where is the rest?
//!
//! Up to a budget of characters everything is shown. Above it: the shape, the total, the first rows, and a handle by which every
//! row and every field stays reachable. Nothing is cut without saying so.

use serde_json::{Map, Value, json};

use super::{Answer, Data, StoredResult};
use crate::invoke::rows::{Rows, value};
use crate::invoke::stored::StoredResults;

/// Characters of an answer's rows that are shown at once: about 5,000 tokens.
pub const BUDGET: usize = 20_000;

/// Where the resource of a stored result begins; its handle follows.
pub(crate) const RESOURCE_PREFIX: &str = "cw-orchestrator://results/";

/// Rows that a shape is taken from.
const ROWS_OF_SHAPE: usize = 50;
/// Members of a nested object that a shape names.
const MEMBERS_OF_SHAPE: usize = 8;
/// Bytes of one row of a long text, at most.
const TEXT_ROW: usize = 2_000;

/// The room that one client's answer has, and the store that takes the rest.
pub(in crate::invoke) struct Room<'a> {
    /// Whose the stored rows are.
    pub(in crate::invoke) client: &'a str,
    pub(in crate::invoke) stored: &'a StoredResults,
    /// Characters.
    pub(in crate::invoke) budget: usize,
}

impl Room<'_> {
    /// Puts rows into an answer: all of them, or what fits with shape and handle.
    pub(in crate::invoke) fn show_rows(&self, answer: &mut Answer, rows: Rows) {
        answer.notes.extend(rows.note(0..rows.len()));
        answer.rows = Some(rows.len());
        if rows.text_len() <= self.budget {
            answer.result = Some(Data::Value(rows.values()));
            return;
        }
        let shape = shape(rows.texts(0).take(ROWS_OF_SHAPE).map(value));
        // The shape is worth a quarter of the room at most: it may be of a hundred and fifty fields.
        let room = self.budget - shape.to_string().len().min(self.budget / 4);
        let mut spent = 0;
        let shown: Vec<Value> = rows
            .texts(0)
            .take_while(|row| {
                spent += row.len() + 1;
                spent <= room
            })
            .map(value)
            .collect();
        let total = rows.len();
        let handle = self.stored.keep(self.client, rows);
        answer.rows_shown = Some(shown.len());
        answer.shape = Some(shape);
        answer.stored_result = Some(StoredResult {
            uri: format!("{RESOURCE_PREFIX}{handle}"),
            handle,
            rows: total,
            next_offset: shown.len(),
            how: "the other rows: read_stored_result with this handle, `offset`, `limit`, and `fields` to see more at once",
        });
        answer.result = Some(Data::Value(shown.into()));
    }

    /// Puts one value into an answer: whole, or member by member where it is too large.
    pub(in crate::invoke) fn show_value(&self, answer: &mut Answer, whole: Value) {
        if whole.to_string().len() <= self.budget {
            answer.result = Some(Data::Value(whole));
            return;
        }
        let rows: Vec<Value> = match whole {
            Value::Object(object) => {
                let member = |(name, value)| json!({ "member": name, "value": value });
                object.into_iter().map(member).collect()
            }
            Value::Array(items) => items,
            Value::String(text) => text_rows(&text),
            other => vec![other],
        };
        self.show_rows(answer, Rows::of_values(rows));
    }

    /// Puts text that is no JSON into an answer.
    pub(in crate::invoke) fn show_text(&self, answer: &mut Answer, text: &str) {
        self.show_value(answer, Value::String(text.to_owned()));
    }
}

fn text_rows(text: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (row, after) = rest.split_at(rest.floor_char_boundary(TEXT_ROW));
        rows.push(Value::String(row.to_owned()));
        rest = after;
    }
    rows
}

/// Field names with types, over several rows.
fn shape(rows: impl Iterator<Item = Value>) -> Value {
    let mut fields: Map<String, Value> = Map::new();
    let mut others = Vec::new();
    for row in rows {
        match row {
            Value::Object(object) => {
                for (name, value) in object {
                    let known = fields.get(&name).and_then(Value::as_str);
                    if known.is_none_or(|known| known == "null") {
                        fields.insert(name, type_name(&value).into());
                    }
                }
            }
            other => others.push(type_name(&other)),
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
        Room { client: "a", stored, budget }
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
        assert_eq!((rest.rows, rest.next_offset), (100, count));
        let page = stored.read("a", &rest.handle, (99, 10), &[], 1_000).unwrap();
        assert_eq!(page.rows, [rows[99].clone()]);
    }

    #[test]
    fn a_large_record_is_kept_member_by_member_and_a_long_text_piece_by_piece() {
        let stored = StoredResults::default();
        let mut answer = Answer::default();
        room(&stored, 100).show_value(&mut answer, json!({ "a": "x".repeat(500), "b": 2 }));
        let page = stored.read("a", &answer.stored_result.unwrap().handle, (0, 10), &[], 10_000).unwrap();
        assert_eq!(page.rows[1], json!({ "member": "b", "value": 2 }));
        let text = "ä".repeat(3_000);
        let mut answer = Answer::default();
        room(&stored, 100).show_text(&mut answer, &text);
        let page = stored.read("a", &answer.stored_result.unwrap().handle, (0, 100), &[], 100_000).unwrap();
        assert_eq!(page.rows.iter().map(|row| row.as_str().unwrap()).collect::<String>(), text);
    }
}
