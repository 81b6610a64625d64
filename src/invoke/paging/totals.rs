//! How many rows does a list hold in all, as far as an API says it?

use serde_json::{Map, Value};

use crate::invoke::draft::Draft;
use crate::invoke::onward;

/// Whether a call asks for a list from its first row on, and not from a page or a place within it.
pub(super) fn at_the_start(draft: &Draft) -> bool {
    const PLACES: [&str; 18] = [
        "after",
        "continuation",
        "continuationtoken",
        "cursor",
        "marker",
        "nexttoken",
        "offset",
        "page",
        "pageid",
        "pageindex",
        "pagenumber",
        "pagetoken",
        "skip",
        "skiptoken",
        "start",
        "startat",
        "startindex",
        "token",
    ];
    let is_first = |name: &str, value: &str| value == "0" || (name == "page" && value == "1");
    !draft.query.iter().any(|(name, value)| PLACES.contains(&plain(name).as_str()) && !is_first(name, value))
}

/// How many rows there are in all, as envelopes say it.
pub(super) fn total_of(beside: &Map<String, Value>) -> Option<usize> {
    // What counts the rows of a page counts no more of them than there are.
    const TOTALS: [&str; 13] = [
        "count",
        "itemcount",
        "recordcount",
        "resultcount",
        "total",
        "totalcount",
        "totalelements",
        "totalitems",
        "totalrecords",
        "totalresults",
        "totalrows",
        "odatacount",
        "numfound",
    ];
    let totals =
        onward::groups(beside).into_iter().flatten().filter(|(name, _)| TOTALS.contains(&plain(name).as_str()));
    totals.filter_map(|(_, value)| number(value)).max()
}

/// A number of rows: as such, as a text (OData before its version 4), or in an object (Elasticsearch).
fn number(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) => {
            let whole = || number.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
            number
                .as_u64()
                .or_else(|| whole().map(|number| number as u64))
                .and_then(|number| usize::try_from(number).ok())
        }
        Value::String(text) => text.trim().parse().ok(),
        Value::Object(members) => members.get("value").filter(|value| value.is_number()).and_then(number),
        _ => None,
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// `{"count": 5}`, as ConnectWise's count routes answer.
pub(super) fn count_of(body: &[u8]) -> Option<usize> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let count = value.get("count").unwrap_or(&value).as_u64()?;
    usize::try_from(count).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::samples::draft;
    use super::*;

    #[test]
    fn totals_are_read_from_envelopes_and_hold_from_the_first_row_on() {
        let total = |beside: Value| total_of(beside.as_object().unwrap());
        assert_eq!(total(json!({ "page": 2, "total_count": 9 })), Some(9));
        assert_eq!(total(json!({ "@odata.count": 9 })), Some(9));
        assert_eq!(total(json!({ "total": "many", "count": 9 })), Some(9));
        assert!(at_the_start(&draft(&[("page", "1"), ("pageSize", "5")])));
        assert!(at_the_start(&draft(&[("offset", "0")])));
        assert!(!at_the_start(&draft(&[("page", "2")])) && !at_the_start(&draft(&[("$skip", "5")])));
    }

    #[test]
    fn a_total_is_read_in_whatever_form_it_stands() {
        for (beside, expected) in [
            (json!({ "total": 9 }), Some(9)),
            (json!({ "totalCount": "9" }), Some(9)),
            (json!({ "Total-Records": 9.0 }), Some(9)),
            (json!({ "d": { "__count": " 9" } }), Some(9)),
            (json!({ "hits": { "total": { "value": 9, "relation": "gte" } } }), Some(9)),
            (json!({ "count": 2, "meta": { "total": 9 } }), Some(9)),
            (json!({ "count": 9, "next": null }), Some(9)),
            (json!({ "total": -1 }), None),
            (json!({ "total": 9.5 }), None),
            (json!({ "total": "many" }), None),
            (json!({ "total": { "amount": 9 } }), None),
            (json!({ "totalPages": 9, "pageSize": 9, "counter": 9 }), None),
        ] {
            assert_eq!(total_of(beside.as_object().unwrap()), expected, "{beside}");
        }
    }
}
