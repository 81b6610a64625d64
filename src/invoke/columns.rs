//! When do rows stand as a table, so that the names of their fields are written once? Pure.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::rows::json_len;

/// Fewer rows are no long list.
const LEAST_ROWS: usize = 5;
/// More columns are not of one kind of record.
const MOST_COLUMNS: usize = 300;
/// A row with more levels is not flat.
const MOST_LEVELS: usize = 3;
/// The share of the list's characters that a table takes at most, in hundredths: less gain is not worth another form.
const MOST_SHARE: usize = 85;

/// Rows as a table: the columns are paths such as `status/name`. A cell is `null` where its row has nothing there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Columns<'r> {
    /// The paths, in the order in which rows have them.
    pub columns: Vec<String>,
    /// The cells of each row, one for each column.
    rows: Vec<Vec<Option<&'r Value>>>,
}

impl<'r> Columns<'r> {
    /// The table of some rows; `None` where they are few or not flat, or where it would not be shorter, or where no cell could tell
    /// a field that is empty from one that is not there.
    pub fn of(rows: &'r [Value]) -> Option<Self> {
        if rows.len() < LEAST_ROWS {
            return None;
        }
        let mut found = Found::default();
        let mut cells = Vec::with_capacity(rows.len());
        for row in rows {
            cells.push(found.cells(row.as_object()?)?);
        }
        let columns = found.columns;
        for row in &mut cells {
            row.resize(columns.len(), None);
        }
        let is_unclear = |column: usize| {
            let of_rows = || cells.iter().map(|row| row.get(column).copied().flatten());
            of_rows().any(|cell| cell.is_none()) && of_rows().any(|cell| cell.is_some_and(Value::is_null))
        };
        if (0..columns.len()).any(is_unclear) {
            return None;
        }
        let table = Self { columns, rows: cells };
        let list: usize = rows.iter().map(|row| json_len(row) + 1).sum();
        (json_len(&table) * 100 <= list * MOST_SHARE).then_some(table)
    }

    /// Leaves the rows for which there is room, but one at least.
    pub fn within(mut self, room: usize) -> Self {
        let mut spent = json_len(&self.columns) + 25;
        let fits = self.rows.iter().take_while(|row| {
            spent += json_len(row) + 1;
            spent <= room
        });
        let count = fits.count().max(1);
        self.rows.truncate(count);
        self
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows as JSON. Numbers stay as they are written.
    pub fn values(&self) -> Value {
        let cells = |row: &Vec<Option<&Value>>| row.iter().map(|cell| cell.cloned().unwrap_or_default()).collect();
        self.rows.iter().map(cells).collect::<Vec<Value>>().into()
    }

    /// The table as JSON.
    pub fn value(self) -> Value {
        let rows = self.values();
        Value::Object(Map::from_iter([("columns".to_owned(), self.columns.into()), ("rows".to_owned(), rows)]))
    }
}

/// The columns that were met so far.
#[derive(Default)]
struct Found {
    columns: Vec<String>,
    /// The number of each.
    places: HashMap<String, usize>,
}

impl Found {
    /// The cells of a row by the numbers of their columns; `None` where the row is not flat.
    fn cells<'r>(&mut self, record: &'r Map<String, Value>) -> Option<Vec<Option<&'r Value>>> {
        let mut cells = vec![None; self.columns.len()];
        self.add(record, &mut String::new(), 1, &mut cells)?;
        Some(cells)
    }

    fn add<'r>(
        &mut self,
        record: &'r Map<String, Value>,
        path: &mut String,
        level: usize,
        cells: &mut Vec<Option<&'r Value>>,
    ) -> Option<()> {
        let above = path.len();
        for (name, value) in record {
            if name.contains('/') {
                return None;
            }
            path.truncate(above);
            if above > 0 {
                path.push('/');
            }
            path.push_str(name);
            match value {
                Value::Object(members) if !members.is_empty() => {
                    if level == MOST_LEVELS {
                        return None;
                    }
                    self.add(members, path, level + 1, cells)?;
                }
                Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => return None,
                value => {
                    let at = self.place(path)?;
                    if cells.len() <= at {
                        cells.resize(at + 1, None);
                    }
                    cells[at] = Some(value);
                }
            }
        }
        Some(())
    }

    /// The number of a column; `None` where there are too many.
    fn place(&mut self, path: &str) -> Option<usize> {
        if let Some(at) = self.places.get(path) {
            return Some(*at);
        }
        let at = self.columns.len();
        if at == MOST_COLUMNS {
            return None;
        }
        self.columns.push(path.to_owned());
        self.places.insert(path.to_owned(), at);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(count: usize) -> Vec<Value> {
        (0..count).map(|id| json!({ "id": id, "status": { "name": "New" }, "tags": ["a"] })).collect()
    }

    #[test]
    fn a_long_flat_list_names_its_columns_once() {
        let table = Columns::of(&rows(9)).unwrap().value();
        assert_eq!(table["columns"], json!(["id", "status/name", "tags"]));
        assert_eq!((&table["rows"][8], table["rows"].as_array().map(Vec::len)), (&json!([8, "New", ["a"]]), Some(9)));
        assert_eq!(Columns::of(&rows(9)).unwrap().within(120).len(), 4);
        assert_eq!(Columns::of(&rows(9)).unwrap().within(1).len(), 1);
    }

    #[test]
    fn what_is_short_nested_or_unclear_stays_a_list() {
        let with = |at: usize, name: &str, value: Value| {
            let mut rows = rows(9);
            rows[at][name] = value;
            rows
        };
        assert_eq!(Columns::of(&rows(4)), None);
        assert_eq!(Columns::of(&with(3, "lines", json!([{ "id": 1 }]))), None);
        assert_eq!(Columns::of(&with(3, "a", json!({ "b": { "c": { "d": 1 } } }))), None);
        assert_eq!(Columns::of(&with(3, "a/b", json!(1))), None);
        // Rows that are mostly values gain nothing.
        let wordy: Vec<Value> = (0..9).map(|_| json!({ "a": "x".repeat(200) })).collect();
        assert_eq!(Columns::of(&wordy), None);
        // A field that one row has empty and another has not.
        assert_eq!(Columns::of(&with(3, "a", Value::Null)), None);
        assert!(Columns::of(&with(3, "a", json!("x"))).is_some());
    }
}
