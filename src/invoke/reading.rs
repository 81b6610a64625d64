//! What of an answer's body are its rows?
//!
//! An array is a list of rows. An object is one record, or an envelope around rows: the manifest's schema says which, or the API's
//! dialect, and where neither does, the object's form decides. JSON Lines are rows by their media type.

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::envelope::{self, Known, Place};
use super::rows::{self, Rows};

/// The rows of a body.
#[derive(Debug, Default)]
pub struct Found {
    /// Where they are.
    pub rows: Rows,
    /// Which member of the body held them, where the body is an object; `data/items` where that is one of a member.
    pub member: Option<String>,
    /// The body's other members, and under the name of the member that held them, those of that.
    pub beside: Map<String, Value>,
    /// Whether the member that held the rows of the first page is missing.
    pub lacks: bool,
}

/// What an object that an operation answers with is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// A record or an envelope: its form tells.
    #[default]
    ByForm,
    /// An envelope around rows.
    Envelope,
    /// What a path names by its end: a record, unless it says by its form that it is an envelope.
    OfOne,
    /// One record, whatever lists it holds.
    Record,
    /// A table, as [`Table`] describes it.
    Table(Table),
}

/// Where an object holds the columns and the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// The member with a list of columns: their names, or objects of which the only member has the name.
    pub columns: &'static str,
    /// The member with a list of rows, each a list of values in the columns' order.
    pub rows: &'static str,
}

impl Reading {
    /// What an object is that came from a path that no manifest has: one record, where the path ends in what may tell it from others.
    pub(super) fn of_unlisted(path: &str) -> Self {
        let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let last = percent_decode_str(last).decode_utf8_lossy();
        if tells_one(&last) { Self::OfOne } else { Self::ByForm }
    }

    /// The rows of a body of a media type that came from a path; `None` where it is no list of any.
    pub fn rows(self, body: &Bytes, media_type: &str, path: &str) -> Option<Found> {
        if is_json_lines(media_type) {
            let list = rows::of_lines(body)?;
            return Some(Found { rows: Rows::of(&list, 0), ..Found::default() });
        }
        if !rows::is_json(body) {
            return None;
        }
        let text = std::str::from_utf8(body).ok()?;
        let open = text.len() - text.trim_ascii_start().len();
        if text[open..].starts_with('[') {
            return Some(Found { rows: Rows::of(body, open), ..Found::default() });
        }
        match self {
            Self::ByForm => of_envelope(body, text, path, Known::Nothing),
            Self::Envelope => of_envelope(body, text, path, Known::Envelope),
            Self::OfOne => of_envelope(body, text, path, Known::One),
            // What a search found is none, whatever its schema says: FHIR's bundle has an id, as every resource.
            Self::Record if envelope::is_of_search(text) => of_envelope(body, text, path, Known::Envelope),
            Self::Record => None,
            Self::Table(table) => table.rows_of(body, text),
        }
    }

    /// The rows of a further page of a list, of whose first page this member held them: whatever else a page has is none of this list.
    /// `None` where that is something else than a list or nothing.
    pub fn further(self, body: &Bytes, media_type: &str, member: Option<&str>) -> Option<Found> {
        let Some(member) = member.filter(|_| !is_json_lines(media_type) && !matches!(self, Self::Table(_))) else {
            return self.rows(body, media_type, "").filter(|found| found.member.as_deref() == member);
        };
        if !rows::is_json(body) {
            return None;
        }
        let text = std::str::from_utf8(body).ok()?;
        match text.trim_ascii_start().as_bytes().first() {
            Some(b'[') => return self.rows(body, media_type, ""),
            Some(b'{') => {}
            _ => return None,
        }
        let Some(place) = envelope::value_at(text, member) else {
            let Value::Object(beside) = rows::value(text) else { return None };
            return Some(Found { beside, member: Some(member.to_owned()), lacks: true, ..Found::default() });
        };
        let first = place.list.as_ref().and_then(|list| text.as_bytes().get(list.start));
        let is_list = matches!(first, Some(b'[' | b'n'));
        is_list.then(|| found_at(body, text, place))
    }
}

/// Letters and digits from which on a segment with a digit is taken for an id, and no longer for a name such as `oauth2`.
const SHORTEST_ID: usize = 8;

/// Whether the last segment of a path tells one record from others: by a number, a key in brackets as OData has it, or letters and digits
/// that are no word.
fn tells_one(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let is_of_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let has_key =
        segment.split_once('(').is_some_and(|(name, key)| !name.is_empty() && key.len() > 1 && key.ends_with(')'));
    has_key
        || (digits > 0 && digits == segment.len())
        || (digits > 0 && segment.len() >= SHORTEST_ID && segment.bytes().all(is_of_id))
}

/// The rows of an object that is an envelope around objects.
fn of_envelope(body: &Bytes, text: &str, path: &str, known: Known) -> Option<Found> {
    let place = envelope::rows_of(text, path, known)?;
    let found = found_at(body, text, place);
    let are_objects = found.rows.texts(0).all(|row| row.starts_with('{'));
    are_objects.then_some(found)
}

/// The rows at a place of an object, and what stands beside them.
fn found_at(body: &Bytes, text: &str, place: Place) -> Found {
    let rows = place.list.map(|list| Rows::of(body, list.start)).unwrap_or_default();
    let mut beside = Map::new();
    for (holder, name, place) in place.beside {
        let value = rows::value(&text[place]);
        match holder.map(|holder| beside.entry(holder).or_insert_with(|| Map::new().into())) {
            Some(Value::Object(within)) => within.insert(name, value),
            _ => beside.insert(name, value),
        };
    }
    Found { rows, member: Some(place.path), beside, lacks: false }
}

impl Table {
    /// The rows as objects by the columns' names, which is what rows of every other list are; as they came where names are missing
    /// or stand twice. The columns stay beside them.
    fn rows_of(self, body: &Bytes, text: &str) -> Option<Found> {
        let members = rows::members(text);
        let place = |wanted: &str| members.iter().find(|(name, _)| name == wanted).map(|(_, place)| place.clone());
        let lists = Rows::of(body, place(self.rows).filter(|place| text[place.clone()].starts_with('['))?.start);
        let others = members.iter().filter(|(name, _)| name != self.rows);
        let beside: Map<String, Value> =
            others.map(|(name, place)| (name.clone(), rows::value(&text[place.clone()]))).collect();
        let names = beside.get(self.columns).map(names).unwrap_or_default();
        let named = (!names.is_empty()).then(|| named(&lists, &names)).flatten();
        let rows = named.map_or(lists, |list| Rows::of(&list, 0));
        Some(Found { rows, member: Some(self.rows.to_owned()), beside, lacks: false })
    }
}

/// The names of a table's columns; none where one has no name, or two have the same.
fn names(columns: &Value) -> Vec<String> {
    let name = |column: &Value| match column {
        Value::String(name) => Some(name.clone()),
        Value::Object(column) if column.len() == 1 => column.keys().next().cloned(),
        _ => None,
    };
    let columns = columns.as_array().map_or(&[][..], Vec::as_slice);
    let names: Vec<String> = columns.iter().filter_map(name).collect();
    let is_twice = |at: usize| names[..at].contains(&names[at]);
    if names.len() < columns.len() || (0..names.len()).any(is_twice) { Vec::new() } else { names }
}

/// Lists of values as a JSON array of objects with these names, the values' texts as they are; `None` where a row is no list of as
/// many.
fn named(lists: &Rows, names: &[String]) -> Option<Bytes> {
    let names: Vec<String> = names.iter().map(|name| Value::from(name.as_str()).to_string()).collect();
    let mut objects = String::from("[");
    for list in lists.texts(0) {
        let values = rows::items(list)?;
        if values.len() != names.len() {
            return None;
        }
        objects.push_str(if objects.len() > 1 { ",{" } else { "{" });
        for (at, (name, value)) in names.iter().zip(values).enumerate() {
            let comma = if at > 0 { "," } else { "" };
            objects.extend([comma, name.as_str(), ":", &list[value]]);
        }
        objects.push('}');
    }
    objects.push(']');
    Some(objects.into())
}

/// Whether a media type is one of JSON values in lines (ndjson.org, jsonlines.org), or each after a record separator (RFC 7464).
pub(super) fn is_json_lines(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some((_, subtype)) = essence.split_once('/') else { return false };
    let subtype = subtype.strip_prefix("x-").unwrap_or(subtype);
    matches!(subtype, "ndjson" | "jsonl" | "jsonlines" | "json-lines" | "json-seq" | "stream+json")
        || subtype.ends_with("+json-seq")
}

/// Whether a media type is one of text that people read, JSON in lines included.
pub(super) fn is_text(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    const SUBTYPES: [&str; 12] = [
        "csv",
        "ecmascript",
        "graphql",
        "javascript",
        "sql",
        "toml",
        "x-sh",
        "x-www-form-urlencoded",
        "x-yaml",
        "xml",
        "xml-dtd",
        "yaml",
    ];
    let is_written_in = |suffix: &str| subtype.ends_with(suffix);
    kind == "text"
        || is_json_lines(media_type)
        || kind == "application" && (SUBTYPES.contains(&subtype) || is_written_in("+xml") || is_written_in("+yaml"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(reading: Reading, body: &str) -> Option<Found> {
        reading.rows(&Bytes::copy_from_slice(body.as_bytes()), "application/json", "/x")
    }

    #[test]
    fn rows_are_found_in_arrays_and_in_envelopes_and_not_in_records() {
        let count = |text: &str| found(Reading::ByForm, text).map(|found| (found.rows.len(), found.member));
        assert_eq!(count("[{\"id\":1},{\"id\":2}]"), Some((2, None)));
        assert_eq!(count("[]"), Some((0, None)));
        assert_eq!(count("{\"data\":[{\"id\":1}],\"total\":9}"), Some((1, Some("data".to_owned()))));
        assert_eq!(count("{\"id\":1,\"name\":\"x\"}"), None);
        assert_eq!(count("{\"id\":1,\"a\":[{}],\"b\":[{}]}"), None);
        assert_eq!(count("{\"id\":1,\"tags\":[\"x\"]}"), None);
        assert_eq!(count("7"), None);
        assert_eq!(count("{\"data\":[{\"id\":1}, 5]}"), None);
        let nested = r#"{"data":{"items":[{"id":1}],"total":9},"ok":true}"#;
        for (body, expected) in [
            (r#"{"data":[{"id":1}],"total":9}"#, json!({ "total": 9 })),
            (nested, json!({ "data": { "total": 9 }, "ok": true })),
        ] {
            let beside = found(Reading::ByForm, body).map(|found| found.beside.into());
            assert_eq!(beside, Some(expected), "nothing of a body is lost");
        }
    }

    #[test]
    fn a_record_stays_one_whatever_lists_it_holds_and_a_list_is_rows_all_the_same() {
        let record = r#"{"sites":[{"id":1}]}"#;
        assert!(found(Reading::ByForm, record).is_some() && found(Reading::Record, record).is_none());
        assert_eq!(found(Reading::Record, "[{\"id\":1}]").map(|found| found.rows.len()), Some(1));
    }

    #[test]
    fn what_a_search_found_is_a_list_though_its_schema_has_an_id() {
        let count = |text: &str| found(Reading::Record, text).map(|found| (found.rows.len(), found.member));
        let bundle = |rest: &str| format!(r#"{{"resourceType":"Bundle","id":"b","type":"searchset","total":0{rest}}}"#);
        assert_eq!(count(&bundle("")), Some((0, Some("entry".to_owned()))));
        assert_eq!(count(&bundle(r#","entry":[{"a":1}]"#)), Some((1, Some("entry".to_owned()))));
        assert_eq!(count(r#"{"resourceType":"Bundle","type":"document","id":"b","entry":[{"a":1}]}"#), None);
    }

    #[test]
    fn an_unlisted_path_that_ends_in_an_id_is_of_one_record() {
        for path in [
            "/orders/5",
            "/orders/5/",
            "/users/3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "/Contacts/0031a00000AbCdEAAV",
            "/odata/Orders(5)",
            "/users('jane%40contoso.example')",
            "/items/A-2024-17x",
        ] {
            assert_eq!(Reading::of_unlisted(path), Reading::OfOne, "{path}");
        }
        for path in
            ["/orders", "/", "", "/v2", "/oauth2", "/5/orders", "/orders()", "/reports/most.used", "/archived-orders"]
        {
            assert_eq!(Reading::of_unlisted(path), Reading::ByForm, "{path}");
        }
        let order = r#"{"number":5,"total":9,"lines":[{"a":1}]}"#;
        let read = |path: &str| {
            let body = Bytes::copy_from_slice(order.as_bytes());
            Reading::of_unlisted(path).rows(&body, "application/json", path).is_some()
        };
        assert!(!read("/orders/5") && read("/orders/latest"));
    }

    #[test]
    fn a_further_page_has_its_rows_where_the_first_had_them_and_nowhere_else() {
        let further = |body: &str, member: Option<&str>| {
            let found =
                Reading::ByForm.further(&Bytes::copy_from_slice(body.as_bytes()), "application/json", member)?;
            Some((found.rows.texts(0).collect::<Vec<_>>().join("|"), found.lacks, Value::from(found.beside)))
        };
        let rows = |text: &str, beside: Value| Some((text.to_owned(), false, beside));
        let lacks = |beside: Value| Some((String::new(), true, beside));
        for (body, member, expected) in [
            (r#"{"id":"p2","items":[{"a":1},5]}"#, "items", rows(r#"{"a":1}|5"#, json!({ "id": "p2" }))),
            (r#"{"items":null,"total":9}"#, "items", rows("", json!({ "total": 9 }))),
            (r#"{"errors":[{"m":1}]}"#, "items", lacks(json!({ "errors": [{ "m": 1 }] }))),
            (
                r#"{"data":{"items":[{"a":1}],"total":9}}"#,
                "data/items",
                rows(r#"{"a":1}"#, json!({ "data": { "total": 9 } })),
            ),
            (r#"{"data":null}"#, "data/items", lacks(json!({ "data": null }))),
            (r#"[{"a":1}]"#, "items", rows(r#"{"a":1}"#, json!({}))),
            (r#"{"items":"none"}"#, "items", None),
            ("7", "items", None),
        ] {
            assert_eq!(further(body, Some(member)), expected, "{body}");
        }
        assert_eq!(further(r#"{"errors":[{"m":1}]}"#, None), None);
        assert_eq!(further("[1]", None), rows("1", json!({})));
    }

    #[test]
    fn a_table_has_rows_by_the_names_of_its_columns_with_every_digit() {
        let table = Reading::Table(Table { columns: "columns", rows: "values" });
        let rows = |body: &str| found(table, body).map(|found| found.rows.texts(0).collect::<Vec<_>>().join("|"));
        let body =
            r#"{"columns":[{"Id":{"type":"Numeric"}},{"a \"b\"":{}}],"values":[[1.50, "x,]"],[2,[null]]],"n":7}"#;
        assert_eq!(rows(body).unwrap(), r#"{"Id":1.50,"a \"b\"":"x,]"}|{"Id":2,"a \"b\"":[null]}"#);
        let found = found(table, body).unwrap();
        assert_eq!((found.member.as_deref(), &found.beside["n"]), (Some("values"), &json!(7)));
        assert_eq!(found.beside["columns"][0], json!({ "Id": { "type": "Numeric" } }));
        assert_eq!(rows(r#"{"columns":["a","b"],"values":[[1,2]]}"#).unwrap(), r#"{"a":1,"b":2}"#);
        // What the columns do not name as a whole stays as it came.
        for odd in [r#"["a","a"]"#, r#"["a"]"#, r#"["a",{"b":1,"c":2}]"#, "[]", "null"] {
            assert_eq!(rows(&format!(r#"{{"columns":{odd},"values":[[1,2]]}}"#)).unwrap(), "[1,2]", "{odd}");
        }
        assert_eq!(rows(r#"{"columns":["a"],"values":[]}"#).unwrap(), "");
        assert_eq!(rows(r#"{"message":"none"}"#), None);
    }

    #[test]
    fn lines_of_json_are_rows_by_their_media_type_and_what_is_no_json_is_none() {
        let rows = |body: &str, media_type: &str| {
            let found = Reading::ByForm.rows(&Bytes::copy_from_slice(body.as_bytes()), media_type, "/x");
            found.map(|found| found.rows.texts(0).collect::<Vec<_>>().join("|"))
        };
        let lines = "{\"id\":1.10}\r\n\n [2]\n\"x\"";
        for media_type in ["application/x-ndjson", "application/jsonl; charset=utf-8", "Application/NDJSON"] {
            assert_eq!(rows(lines, media_type).unwrap(), r#"{"id":1.10}|[2]|"x""#, "{media_type}");
        }
        assert_eq!(
            rows("\u{1e}{\"a\":1}\n\u{1e}{\"a\":\n2}\n", "application/json-seq").unwrap(),
            "{\"a\":1}|{\"a\":\n2}"
        );
        assert_eq!(rows("{\"id\":1}", "application/x-ndjson").unwrap(), "{\"id\":1}");
        assert_eq!(rows("", "application/x-ndjson").unwrap(), "");
        assert_eq!(rows("{\"id\":1}\n{\"id\":", "application/x-ndjson"), None);
        assert_eq!(rows(lines, "text/plain"), None);
    }

    #[test]
    fn text_is_what_people_read() {
        let text = [
            "text/csv; header=present",
            "TEXT/plain",
            "application/atom+xml",
            "application/x-ndjson",
            "application/yaml",
        ];
        let other = ["application/pdf", "application/octet-stream", "image/svg+xml", "application/json", "", "text"];
        assert_eq!((text.map(is_text), other.map(is_text)), ([true; 5], [false; 6]));
    }
}
