//! How does JSON text become the values that a filter works on?
//!
//! Texts stay where they are, in the bytes that they came in; each name of a member is held once, and so is a record within a row that
//! other rows refer to in the same words, as tickets do to their board: rows take a fraction of what they would as values of their own.

use std::collections::HashMap;

use bytes::Bytes;
use jaq_json::{Map, Num, Rc, Val};
use serde::{Deserialize, Serialize};

/// Levels of a value; what is deeper is its JSON text, as everywhere else in the program.
const MOST_LEVELS: usize = 100;
/// The levels at which a row stands: that of a list's items, and that of the only record.
const ROW_LEVEL: usize = 2;

/// How many values within rows are held to be shared; what comes first comes most often.
const MOST_SHARED: usize = 1 << 16;

/// A member that a filter does not see, and what of it stands among the fields of a row instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hidden {
    /// Its name.
    pub(crate) name: String,
    /// Those of its members that a row has as its own.
    pub(crate) lifted: Vec<String>,
    /// Whether the filter sees it nevertheless.
    pub(crate) stays: bool,
}

/// The value of a JSON text, which is well-formed.
pub(super) fn value(text: &Bytes, hidden: &[Hidden]) -> Val {
    let mut reader = Reader { text, at: 0, names: HashMap::new(), shared: HashMap::new(), hidden };
    let is_list = reader.next_byte() == Some(b'[');
    // A record alone is a row itself.
    reader.value(if is_list { 1 } else { ROW_LEVEL })
}

struct Reader<'t> {
    text: &'t Bytes,
    at: usize,
    /// The names of members by their JSON text.
    names: HashMap<&'t [u8], Bytes>,
    /// Values of members of rows by their JSON text.
    shared: HashMap<&'t [u8], Val>,
    hidden: &'t [Hidden],
}

impl<'t> Reader<'t> {
    /// The next byte that is no white space.
    fn next_byte(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn value(&mut self, level: usize) -> Val {
        match self.next_byte() {
            Some(b'[' | b'{') if level > MOST_LEVELS + 1 => {
                let start = self.at;
                self.pass();
                Val::utf8_str(self.text.slice(start..self.at))
            }
            // Of a row's members alone: what is deeper is part of one of them, and would be read as often as it is deep.
            Some(b'[' | b'{') if level == ROW_LEVEL + 1 => self.shared(level),
            other => self.own(other, level),
        }
    }

    /// A value that other rows may have, too.
    fn shared(&mut self, level: usize) -> Val {
        let start = self.at;
        self.pass();
        let text: &'t Bytes = self.text;
        let written = &text[start..self.at];
        if let Some(value) = self.shared.get(written) {
            return value.clone();
        }
        self.at = start;
        let value = self.own(text.get(start).copied(), level);
        if self.shared.len() < MOST_SHARED {
            self.shared.insert(written, value.clone());
        }
        value
    }

    fn own(&mut self, first: Option<u8>, level: usize) -> Val {
        match first {
            Some(b'"') => self.string(),
            Some(b'[') => self.array(level),
            Some(b'{') => self.object(level),
            Some(_) => self.scalar(),
            None => Val::Null,
        }
    }

    fn array(&mut self, level: usize) -> Val {
        self.at += 1;
        let mut items = Vec::new();
        while let Some(byte) = self.next_byte() {
            match byte {
                b']' => {
                    self.at += 1;
                    break;
                }
                b',' => self.at += 1,
                _ => items.push(self.value(level + 1)),
            }
        }
        Val::Arr(Rc::new(items))
    }

    fn object(&mut self, level: usize) -> Val {
        self.at += 1;
        let mut pairs = Vec::new();
        let mut lifted = Vec::new();
        while let Some(byte) = self.next_byte() {
            match byte {
                b'}' => {
                    self.at += 1;
                    break;
                }
                b',' | b':' => self.at += 1,
                _ => {
                    let name = self.name();
                    if self.next_byte() == Some(b':') {
                        self.at += 1;
                    }
                    self.next_byte();
                    match self.hidden.iter().find(|hidden| hidden.name.as_bytes() == name) {
                        Some(hidden) if level == ROW_LEVEL && !hidden.lifted.is_empty() => {
                            let value = self.value(level + 1);
                            if hidden.stays {
                                pairs.push((Val::utf8_str(name), value.clone()));
                            }
                            lifted.push((hidden, value));
                        }
                        Some(hidden) if !hidden.stays => self.pass(),
                        _ => {
                            let value = self.value(level + 1);
                            pairs.push((Val::utf8_str(name), value));
                        }
                    }
                }
            }
        }
        // With exactly the room that they need: a map that grows has up to twice as much.
        let room = pairs.len() + lifted.iter().map(|(hidden, _)| hidden.lifted.len()).sum::<usize>();
        let mut members = Map::with_capacity_and_hasher(room, Default::default());
        members.extend(pairs);
        for (hidden, aside) in lifted {
            let Val::Obj(aside) = aside else { continue };
            for name in &hidden.lifted {
                let name = Val::utf8_str(name.clone());
                if let Some(value) = aside.get(&name)
                    && !members.contains_key(&name)
                {
                    members.insert(name, value.clone());
                }
            }
        }
        Val::obj(members)
    }

    /// The name of a member. Each is held once, as text that all members of that name share.
    fn name(&mut self) -> Bytes {
        let start = self.at;
        self.pass();
        let text: &'t Bytes = self.text;
        let written = &text[start..self.at];
        self.names.entry(written).or_insert_with(|| unquoted(written).into()).clone()
    }

    fn string(&mut self) -> Val {
        let start = self.at;
        self.pass();
        let written = &self.text[start..self.at];
        if written.len() >= 2 && !written.contains(&b'\\') {
            return Val::utf8_str(self.text.slice(start + 1..self.at - 1));
        }
        Val::utf8_str(unquoted(written))
    }

    fn scalar(&mut self) -> Val {
        let start = self.at;
        self.pass();
        match &self.text[start..self.at] {
            b"true" => Val::Bool(true),
            b"false" => Val::Bool(false),
            b"null" => Val::Null,
            number => {
                let number = String::from_utf8_lossy(number);
                let whole = Num::from_str_radix(&number, 10);
                Val::Num(whole.unwrap_or_else(|| Num::Dec(Rc::new(number.into_owned()))))
            }
        }
    }

    /// Passes over a value, and over a byte at least.
    fn pass(&mut self) {
        let mut depth = 0_usize;
        let start = self.at;
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'"' => {
                    self.pass_string();
                    if depth == 0 {
                        break;
                    }
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' if depth > 1 => depth -= 1,
                b']' | b'}' => {
                    self.at += depth;
                    break;
                }
                b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        if self.at == start {
            self.at += 1;
        }
        self.at = self.at.min(self.text.len());
    }

    fn pass_string(&mut self) {
        self.at += 1;
        loop {
            match self.text.get(self.at) {
                None => break,
                Some(b'"') => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
            }
        }
    }
}

/// The text of a string as JSON writes it.
fn unquoted(written: &[u8]) -> String {
    serde_json::from_slice(written).unwrap_or_else(|_| String::from_utf8_lossy(written).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::written::written;
    use super::*;

    fn read(text: &str, hidden: &[Hidden]) -> String {
        let mut out = Vec::new();
        written(&value(&Bytes::copy_from_slice(text.as_bytes()), hidden), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_is_read_as_it_is_written() {
        for text in [
            "[]",
            "{}",
            "null",
            r#"[{"id":1,"a":"x\"y","b":[true,false,null],"c":{"d":{}}},2,"three",[]]"#,
            "[1.10,-0.5,1E400,123456789012345678901234567890,-7]",
        ] {
            assert_eq!(read(text, &[]), text);
        }
        assert_eq!(read(" [ 1 ,\t{ \"a\" : 2 }\n] ", &[]), r#"[1,{"a":2}]"#);
        assert_eq!(read(r#"{"\u0061":"\u00fc"}"#, &[]), r#"{"a":"ü"}"#);
    }

    #[test]
    fn what_is_hidden_is_left_out_and_its_dates_are_fields_of_the_row() {
        let hidden = [Hidden { name: "_info".to_owned(), lifted: vec!["lastUpdated".to_owned()], stays: false }];
        let row = r#"{"id":1,"_info":{"href":"x","lastUpdated":"d"},"board":{"_info":{"lastUpdated":"no"},"id":2}}"#;
        let shown = r#"{"id":1,"board":{"id":2},"lastUpdated":"d"}"#;
        assert_eq!(read(row, &hidden), shown);
        assert_eq!(read(&format!("[{row}]"), &hidden), format!("[{shown}]"));
    }

    #[test]
    fn what_is_too_deep_is_its_text() {
        let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        let shown = read(&format!(r#"[{{"id":1,"deep":{deep}}}]"#), &[]);
        assert!(shown.starts_with(r#"[{"id":1,"deep":[["#) && shown.contains(r#"["[["#), "{}", &shown[..300]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in ".{0,60}") {
            let _ = value(&Bytes::copy_from_slice(text.as_bytes()), &[]);
        }

        #[test]
        fn texts_of_strings_come_back(text in ".{0,20}") {
            let json = serde_json::json!([{ "a": text, (text.clone()): 1 }]);
            let read: serde_json::Value = serde_json::from_str(&read(&json.to_string(), &[])).unwrap();
            prop_assert_eq!(read, json);
        }
    }
}
