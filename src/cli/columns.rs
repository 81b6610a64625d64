//! Which of the columns that a user chose does no row have, and which was meant?

use std::collections::BTreeSet;

use serde_json::Value;

use crate::search::nearest_names;

/// Columns that a note lists.
const LISTED: usize = 30;

/// The value at a path of names with slashes between; a field whose own name has slashes comes first.
pub(super) fn at<'v>(row: &'v Value, path: &str) -> Option<&'v Value> {
    if let Some(value) = row.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('/')?;
    at(row.get(first)?, rest)
}

/// A sentence for each chosen path that no row has, with the nearest that there is, and behind them one with all there are.
///
/// `others`, the rows behind the first, are only looked at for a column that none of the first has.
pub(super) fn unknown(rows: &[Value], others: impl Iterator<Item = Value>, chosen: &[String]) -> Vec<String> {
    let mut missing: Vec<&String> = chosen.iter().filter(|path| !rows.iter().any(|row| may_have(row, path))).collect();
    if !missing.is_empty() {
        for row in others {
            missing.retain(|path| !may_have(&row, path));
            if missing.is_empty() {
                break;
            }
        }
    }
    if rows.is_empty() || missing.is_empty() {
        return Vec::new();
    }
    let (mut outer, mut all) = (Vec::new(), BTreeSet::new());
    for (name, value) in rows.iter().filter_map(Value::as_object).flatten() {
        if !outer.contains(name) {
            outer.push(name.clone());
        }
        all.insert(name.clone());
        all.extend(value.as_object().into_iter().flatten().map(|(inner, _)| format!("{name}/{inner}")));
    }
    let mut sentences: Vec<String> = missing
        .iter()
        .map(|path| match nearest_names(path, all.iter().map(String::as_str), 1).first() {
            Some(near) => format!("no row has a column `{path}`; the nearest is `{near}`"),
            None => format!("no row has a column `{path}`"),
        })
        .collect();
    outer.retain(|name| !name.starts_with('_'));
    let more = if outer.len() > LISTED { format!(" and {} more", outer.len() - LISTED) } else { String::new() };
    outer.truncate(LISTED);
    sentences.push(format!("the columns are {}{more}; one inside another is written as status/name", outer.join(", ")));
    sentences
}

/// Whether a row has the path, or leaves empty a field that may hold it.
fn may_have(row: &Value, path: &str) -> bool {
    if row.get(path).is_some() {
        return true;
    }
    match path.split_once('/').and_then(|(first, rest)| Some((row.get(first)?, rest))) {
        Some((Value::Null, _)) => true,
        Some((inner, rest)) => may_have(inner, rest),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_column_that_no_row_has_is_named_with_the_nearest_and_with_all() {
        let rows = [
            json!({ "id": 1, "summary": "a", "status": { "id": 5, "name": "New" }, "owner": null, "_info": {} }),
            json!({ "id": 2, "summary": "b", "site": null }),
        ];
        let of = |chosen: &[&str]| {
            unknown(&rows, std::iter::empty(), &chosen.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(
            of(&["id", "sumary", "status/nmae"]),
            [
                "no row has a column `sumary`; the nearest is `summary`",
                "no row has a column `status/nmae`; the nearest is `status/name`",
                "the columns are id, summary, status, owner, site; one inside another is written as status/name",
            ]
        );
        // One that a single row has, one that is empty, and one of a reference that is empty in every row.
        assert_eq!(of(&["site", "owner", "owner/identifier", "status/name", "_info"]), [""; 0]);
        assert_eq!(unknown(&[], std::iter::empty(), &["sumary".to_owned()]), [""; 0]);
        // One that only a late row has.
        let late = || [json!({ "id": 3 }), json!({ "id": 4, "closedBy": "jdoe" })].into_iter();
        assert_eq!(unknown(&rows, late(), &["closedBy".to_owned()]), [""; 0]);
        assert_eq!(unknown(&rows, late(), &["closedBye".to_owned()]).len(), 2);
    }
}
