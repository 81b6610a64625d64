//! When do rows stand as a table, so that the names of their fields are written once? Pure.

use serde_json::{Map, Value, json};

/// Fewer rows are no long list.
const LEAST_ROWS: usize = 5;
/// More columns are not of one kind of record.
const MOST_COLUMNS: usize = 300;
/// A row with more levels is not flat.
const MOST_LEVELS: usize = 3;
/// The share of the list's characters that a table takes at most, in hundredths: less gain is not worth another form.
const MOST_SHARE: usize = 85;

/// Rows as a table: the columns are paths such as `status/name`. A cell is `null` where its row has nothing there.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    /// The paths, in the order in which rows have them.
    pub columns: Vec<String>,
    /// The cells of each row.
    pub rows: Vec<Vec<Value>>,
}

impl Columns {
    /// The table of some rows; `None` where they are few or not flat, or where it would not be shorter, or where no cell could tell
    /// a field that is empty from one that is not there.
    pub fn of(rows: &[Value]) -> Option<Self> {
        if rows.len() < LEAST_ROWS {
            return None;
        }
        let mut columns: Vec<String> = Vec::new();
        let mut flat = Vec::with_capacity(rows.len());
        for row in rows {
            let mut cells = Vec::new();
            flatten(row.as_object()?, "", 1, &mut cells)?;
            for (path, _) in &cells {
                if !columns.contains(path) {
                    columns.push(path.clone());
                }
            }
            if columns.len() > MOST_COLUMNS {
                return None;
            }
            flat.push(cells);
        }
        let is_unclear = |column: &String| {
            let of_row = |cells: &Vec<(String, Value)>| {
                cells.iter().find(|(path, _)| path == column).map(|(_, cell)| cell.is_null())
            };
            let found: Vec<Option<bool>> = flat.iter().map(of_row).collect();
            found.contains(&None) && found.contains(&Some(true))
        };
        if columns.iter().any(is_unclear) {
            return None;
        }
        let row = |cells: Vec<(String, Value)>| {
            let mut cells: Map<String, Value> = cells.into_iter().collect();
            columns.iter().map(|column| cells.remove(column).unwrap_or_default()).collect()
        };
        let table = Self { rows: flat.into_iter().map(row).collect(), columns: columns.clone() };
        let list: usize = rows.iter().map(|row| row.to_string().len() + 1).sum();
        (table.value().to_string().len() * 100 <= list * MOST_SHARE).then_some(table)
    }

    /// Leaves the rows for which there is room, but one at least.
    pub fn within(mut self, room: usize) -> Self {
        let mut spent = json!(self.columns).to_string().len() + 25;
        let fits = self.rows.iter().take_while(|row| {
            spent += json!(row).to_string().len() + 1;
            spent <= room
        });
        let count = fits.count().max(1);
        self.rows.truncate(count);
        self
    }

    /// As JSON.
    pub fn value(&self) -> Value {
        json!({ "columns": self.columns, "rows": self.rows })
    }
}

/// The cells of a row, each with its path; `None` where the row is not flat.
fn flatten(record: &Map<String, Value>, above: &str, level: usize, into: &mut Vec<(String, Value)>) -> Option<()> {
    for (name, value) in record {
        if name.contains('/') {
            return None;
        }
        let path = if above.is_empty() { name.clone() } else { format!("{above}/{name}") };
        match value {
            Value::Object(members) if !members.is_empty() => {
                if level == MOST_LEVELS {
                    return None;
                }
                flatten(members, &path, level + 1, into)?;
            }
            Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => return None,
            value => into.push((path, value.clone())),
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Vec<Value> {
        (0..count).map(|id| json!({ "id": id, "status": { "name": "New" }, "tags": ["a"] })).collect()
    }

    #[test]
    fn a_long_flat_list_names_its_columns_once() {
        let table = Columns::of(&rows(9)).unwrap().value();
        assert_eq!(table["columns"], json!(["id", "status/name", "tags"]));
        assert_eq!((&table["rows"][8], table["rows"].as_array().map(Vec::len)), (&json!([8, "New", ["a"]]), Some(9)));
        assert_eq!(Columns::of(&rows(9)).unwrap().within(120).rows.len(), 4);
        assert_eq!(Columns::of(&rows(9)).unwrap().within(1).rows.len(), 1);
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
