//! Where are the rows of an answer, without a copy of any?
//!
//! Rows are places within the bodies they came in. Of the places only one every few kilobytes is remembered, and the rows
//! between two of them are found by going over the text: a list takes what its text takes, whatever its rows are.
//!
//! # Invariants
//! - The text of a list is well-formed JSON; the scanner ([`scan`]) relies on it.
//! - Every row can be shown. What is nested too deep for a value is shown as its JSON text, and so is what is no JSON ([`mended`]).

mod mended;
mod scan;
mod values;
mod written;

use std::ops::Range;

use bytes::Bytes;
use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::Value;

pub use self::mended::{mended, mended_lines};
use self::scan::element;
pub use self::scan::{at_path, is_json, items, members, of_lines};
pub use self::values::{MOST_LEVELS, exact, exact_members, is_deep, json_len, to_exact, value};
use self::written::Written;

/// Bytes after which the place of a row is remembered.
const STEP: usize = 4_096;

/// Rows that a note names.
const NAMED: usize = 5;

/// The rows of one body, or of several pages, in order.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    lists: Vec<List>,
    len: usize,
}

#[derive(Clone, Debug)]
struct List {
    body: Bytes,
    rows: usize,
    marks: Vec<Mark>,
    /// Where the last row ends.
    end: usize,
    /// Numbers of the rows that have too many levels.
    deep: Vec<usize>,
}

/// Where a row begins.
#[derive(Clone, Copy, Debug)]
struct Mark {
    row: usize,
    at: usize,
}

impl Rows {
    /// The elements of the array that begins at a place of a JSON text; none where none does.
    pub fn of(body: &Bytes, open: usize) -> Self {
        let list = (body.get(open) == Some(&b'[')).then(|| List::of(body, open));
        Self { len: list.as_ref().map_or(0, |list| list.rows), lists: list.into_iter().collect() }
    }

    /// Values as rows.
    pub fn of_values(values: Vec<Value>) -> Self {
        Self::of(&Value::Array(values).to_string().into(), 0)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes of memory that they take.
    pub fn bytes(&self) -> usize {
        let of_list = |list: &List| {
            list.body.len() + list.marks.capacity() * size_of::<Mark>() + list.deep.capacity() * size_of::<usize>()
        };
        self.lists.iter().map(of_list).sum::<usize>() + self.lists.capacity() * size_of::<List>()
    }

    /// Bytes of their text, with what stands between them.
    pub fn text_len(&self) -> usize {
        self.lists.iter().map(|list| list.end - list.marks.first().map_or(list.end, |mark| mark.at)).sum()
    }

    /// Adds the rows of another page.
    pub fn append(&mut self, other: Self) {
        self.len += other.len;
        self.lists.extend(other.lists);
    }

    /// Leaves only the first.
    pub fn truncate(&mut self, most: usize) {
        let mut left = most;
        for list in &mut self.lists {
            list.truncate(left);
            left -= list.rows;
        }
        self.lists.retain(|list| list.rows > 0);
        self.len = self.len.min(most);
    }

    /// Leaves out the first.
    pub fn skip(&mut self, count: usize) {
        let mut left = count;
        for list in &mut self.lists {
            let skipped = left.min(list.rows);
            list.skip(skipped);
            left -= skipped;
        }
        self.lists.retain(|list| list.rows > 0);
        self.len = self.len.saturating_sub(count);
    }

    /// The JSON texts of the rows from one on.
    pub fn texts(&self, from: usize) -> impl Iterator<Item = &str> {
        let mut before = 0;
        self.lists.iter().flat_map(move |list| {
            let skipped = from.saturating_sub(before).min(list.rows);
            before += list.rows;
            list.texts(skipped)
        })
    }

    /// All of them as one value.
    pub fn values(&self) -> Value {
        self.texts(0).map(value).collect()
    }

    /// Says which rows of a range are nested too deep to be shown as values, where some are.
    pub fn note(&self, range: Range<usize>) -> Option<String> {
        let mut before = 0;
        let mut deep = Vec::new();
        for list in &self.lists {
            deep.extend(list.deep.iter().map(|row| row + before).filter(|row| range.contains(row)));
            before += list.rows;
        }
        let (first, rest) = deep.split_first()?;
        let mut names = first.to_string();
        rest.iter().take(NAMED - 1).for_each(|row| names.push_str(&format!(", {row}")));
        if deep.len() > NAMED {
            names.push_str(&format!(" and {} more", deep.len() - NAMED));
        }
        let rows = if rest.is_empty() { "row" } else { "rows" };
        Some(format!(
            "{rows} {names} (counted from 0): nested more than {MOST_LEVELS} levels deep; what is deeper is given as its JSON text"
        ))
    }
}

/// Row by row, so that a list of millions is never held as values; of a row that is not too deep there is none at all.
impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.len))?;
        for list in &self.lists {
            let mut deep = list.deep.iter().peekable();
            for (row, text) in list.texts(0).enumerate() {
                match deep.next_if(|next| **next == row) {
                    Some(_) => rows.serialize_element(&value(text))?,
                    None => rows.serialize_element(&Written(text))?,
                }
            }
        }
        rows.end()
    }
}

impl List {
    fn of(body: &Bytes, open: usize) -> Self {
        let mut list = Self { body: body.clone(), rows: 0, marks: Vec::new(), end: open + 1, deep: Vec::new() };
        let mut at = open + 1;
        while let Some(span) = element(body, at) {
            if list.marks.last().is_none_or(|mark| span.start - mark.at >= STEP) {
                list.marks.push(Mark { row: list.rows, at: span.start });
            }
            if span.levels > MOST_LEVELS {
                list.deep.push(list.rows);
            }
            list.rows += 1;
            list.end = span.end;
            at = span.end;
        }
        list.marks.shrink_to_fit();
        list
    }

    /// Where a row begins, or the last one ends.
    fn place(&self, row: usize) -> usize {
        let after = self.marks.partition_point(|mark| mark.row <= row);
        let Some(mark) = after.checked_sub(1).and_then(|at| self.marks.get(at)).filter(|_| row < self.rows) else {
            return self.end;
        };
        let mut at = mark.at;
        for _ in mark.row..row {
            at = element(&self.body, at).map_or(self.end, |span| span.end);
        }
        at
    }

    fn texts(&self, from: usize) -> impl Iterator<Item = &str> {
        let mut at = self.place(from);
        (from..self.rows).map(move |_| {
            let Some(span) = element(&self.body, at) else { return "" };
            at = span.end;
            // JSON texts are UTF-8, and a value begins and ends at whole characters.
            std::str::from_utf8(&self.body[span.start..span.end]).unwrap_or_default()
        })
    }

    fn skip(&mut self, count: usize) {
        if count > 0 {
            // A list begins behind the byte before its first row, whatever that is.
            *self = Self::of(&self.body, self.place(count).saturating_sub(1));
        }
    }

    fn truncate(&mut self, most: usize) {
        if most >= self.rows {
            return;
        }
        // The end of the last row that stays.
        let last = most.checked_sub(1).map(|last| self.place(last));
        self.end = last.and_then(|at| element(&self.body, at)).map_or(self.end, |span| span.end);
        self.rows = most;
        self.marks.retain(|mark| mark.row < most);
        self.deep.retain(|row| *row < most);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn rows(json: &str) -> Rows {
        Rows::of(&Bytes::copy_from_slice(json.as_bytes()), 0)
    }

    fn nested(levels: usize) -> String {
        format!("{}{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn every_row_is_found_whatever_it_is_and_whatever_stands_between() {
        let texts = [r#""a,]\"\\""#, "-1.50", "true", "null", r#"{"a":[1,{"b":"}"}],"c":{}}"#, "[[],[1,2]]", r#""""#];
        for separator in [",", " , ", "\n,\t"] {
            let rows = rows(&format!("[ {}\r\n]", texts.join(separator)));
            assert_eq!(rows.texts(0).collect::<Vec<_>>(), texts);
            assert_eq!(rows.texts(5).collect::<Vec<_>>(), texts[5..]);
        }
        assert!(rows("[]").is_empty() && rows(" [] ").is_empty() && rows("{}").is_empty());
        let envelope = Bytes::from_static(br#"{"a":1,"rows":[1,2],"b":[3]}"#);
        assert_eq!(Rows::of(&envelope, 14).texts(0).collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn rows_of_several_pages_are_one_list() {
        let mut all = rows("[1,2,3]");
        all.append(rows("[]"));
        all.append(rows("[4,5]"));
        for from in 0..6 {
            let expected: Vec<String> = (from + 1..6).map(|row| row.to_string()).collect();
            assert_eq!(all.texts(from).collect::<Vec<_>>(), expected);
        }
        assert_eq!(serde_json::to_string(&all).unwrap(), "[1,2,3,4,5]");
        for skipped in 0..7 {
            let mut some = all.clone();
            some.skip(skipped);
            assert_eq!(some.texts(0).collect::<Vec<_>>(), all.texts(skipped).collect::<Vec<_>>());
            assert_eq!(some.len(), 5_usize.saturating_sub(skipped));
        }
        for most in [9, 5, 4, 3, 1, 0] {
            all.truncate(most);
            let kept: Vec<String> = (1..=most.min(5)).map(|row| row.to_string()).collect();
            assert_eq!(
                (all.texts(0).collect::<Vec<_>>(), all.len()),
                (kept.iter().map(String::as_str).collect(), kept.len())
            );
            assert_eq!(all.text_len() > 0, most > 0);
        }
    }

    #[test]
    fn a_list_takes_what_its_text_takes() {
        let text = format!("[1{}]", ",1".repeat(1_000_000 - 1));
        let rows = rows(&text);
        assert_eq!((rows.len(), rows.texts(999_998).count()), (1_000_000, 2));
        assert!(rows.bytes() >= text.len() && rows.bytes() < text.len() + text.len() / 50, "{}", rows.bytes());
    }

    #[test]
    fn what_is_nested_too_deep_is_its_text_and_nothing_beside_it_is_lost() {
        let deep = nested(100_000);
        let rows =
            rows(&format!("[{{\"id\":1}},{{\"id\":2,\"deep\":{deep},\"n\":[]}},{deep},{}]", nested(MOST_LEVELS)));
        let shown: Vec<Value> = rows.texts(0).map(value).collect();
        assert_eq!(shown[0], json!({ "id": 1 }));
        assert_eq!(shown[1], json!({ "id": 2, "deep": deep, "n": [] }));
        assert_eq!(shown[2], json!(deep));
        assert_eq!(shown[3].to_string(), nested(MOST_LEVELS));
        let note = rows.note(0..4).unwrap();
        assert!(note.starts_with("rows 1, 2 (counted from 0): nested more than 100 levels deep"), "{note}");
        assert_eq!(rows.note(0..1), None);
        assert!(rows.note(2..4).unwrap().starts_with("row 2 "));
    }

    #[test]
    fn rows_are_written_as_their_values_are() {
        let deep = nested(MOST_LEVELS + 1);
        let mut all = rows(&format!(r#"[{{"a":"\u00e9\/","n":1E2}}, {deep}, [ ], "x"]"#));
        all.append(rows(&format!("[{deep},{{}}]")));
        assert_eq!(serde_json::to_string_pretty(&all).unwrap(), serde_json::to_string_pretty(&all.values()).unwrap());
        assert!(serde_json::to_string(&all).unwrap().starts_with(r#"[{"a":"é/","n":1E2},"[[["#));
    }

    #[test]
    fn numbers_stay_as_they_were_written() {
        for number in [
            "1e400",
            "-1E-400",
            "1e2",
            "1E+2",
            "0.1000",
            "1.0",
            "-0",
            "-0.0",
            "123456789012345678901234567890",
            "12345.678901234567890123",
            "9007199254740993",
            "18446744073709551616",
        ] {
            let row = format!("{{\"a\":{number},\"b\":[1,{number}],\"c\":{{\"d\":{number},\"e\":\"1e2\"}}}}");
            assert_eq!(value(&row).to_string(), row);
            assert_eq!(value(number).to_string(), number);
        }
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_usual_reader(texts in prop::collection::vec(arbitrary(), 0..40)) {
            let text = format!("[{}]", texts.join(", "));
            let rows = rows(&text);
            prop_assert_eq!(rows.texts(0).map(value).collect::<Value>(), serde_json::from_str::<Value>(&text).unwrap());
            for (from, text) in texts.iter().enumerate() {
                prop_assert_eq!(rows.texts(from).next().map(str::trim), Some(text.trim()));
            }
        }
    }

    fn arbitrary() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            "[\\\\\"\\[\\]{},: ]{0,6}".prop_map(Value::from),
        ];
        let value = leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((".{0,6}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        });
        (value, any::<bool>()).prop_map(|(value, pretty)| if pretty { format!("{value:#}") } else { value.to_string() })
    }
}
