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
    const TOTALS: [&str; 9] = [
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
    onward::groups(beside).into_iter().flatten().find_map(|(name, value)| {
        TOTALS.contains(&plain(name).as_str()).then(|| usize::try_from(value.as_u64()?).ok())?
    })
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

    use super::super::more::tests::draft;
    use super::*;

    #[test]
    fn totals_are_read_from_envelopes_and_hold_from_the_first_row_on() {
        let total = |beside: Value| total_of(beside.as_object().unwrap());
        assert_eq!(total(json!({ "page": 2, "total_count": 9 })), Some(9));
        assert_eq!(total(json!({ "@odata.count": 9 })), Some(9));
        assert_eq!(total(json!({ "total": "many", "count": 9 })), None);
        assert!(at_the_start(&draft(&[("page", "1"), ("pageSize", "5")])));
        assert!(at_the_start(&draft(&[("offset", "0")])));
        assert!(!at_the_start(&draft(&[("page", "2")])) && !at_the_start(&draft(&[("$skip", "5")])));
    }
}
