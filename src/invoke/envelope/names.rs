//! By which names is a member of an envelope known: as its rows, as what holds them, or as what stands beside them?

use crate::document::words;

/// Fields by which a record is told from others of its kind.
const IDS: [&str; 5] = ["id", "_id", "uuid", "guid", "uid"];

/// Names of rows whatever they are, in small letters without other characters.
pub(super) const ROWS: [&str; 16] = [
    "content",
    "data",
    "docs",
    "elements",
    "entries",
    "entry",
    "hits",
    "items",
    "list",
    "objects",
    "records",
    "resources",
    "results",
    "rows",
    "value",
    "values",
];

/// Names of objects that hold the rows; `embedded` is HAL's, `d` OData's before its version 4.
pub(super) const AROUND_ROWS: [&str; 6] = ["d", "data", "embedded", "hits", "response", "result"];

/// The one of these whose own name says it; beside the others stands what a request came to (`success`, `code`).
pub(super) const EMBEDDED: &str = "embedded";

/// Words of names that speak of pages, or of what one standard puts beside rows.
const WORDS_AROUND: [&str; 11] = [
    "aggregations",
    "cursor",
    "facets",
    "jsonapi",
    "odata",
    "offset",
    "page",
    "pages",
    "pagination",
    "paging",
    "shards",
];

/// Other names of what stands beside rows.
const NAMES_AROUND: [&str; 46] = [
    "count",
    "errors",
    "filter",
    "filters",
    "first",
    "hasmore",
    "hasmoreitems",
    "hasnext",
    "included",
    "includes",
    "islast",
    "itemcount",
    "last",
    "limit",
    "link",
    "links",
    "maxresults",
    "maxscore",
    "meta",
    "metadata",
    "more",
    "next",
    "nexthref",
    "nextlink",
    "nexttoken",
    "nexturl",
    "numfound",
    "orderby",
    "prev",
    "previous",
    "query",
    "recordcount",
    "responseheader",
    "resultcount",
    "self",
    "sort",
    "sortby",
    "start",
    "startat",
    "startindex",
    "success",
    "timedout",
    "took",
    "total",
    "totalcount",
    "warnings",
];

/// Words of names, and whole names, that say of a list how long it is or how it is divided.
pub(super) const WORDS_OF_EXTENT: [&str; 6] = ["cursor", "odata", "page", "pages", "pagination", "paging"];
pub(super) const NAMES_OF_EXTENT: [&str; 6] = ["count", "itemcount", "numfound", "recordcount", "resultcount", "total"];

/// Whether a member tells a record from others.
pub(in crate::invoke) fn is_id(name: &str) -> bool {
    IDS.iter().any(|id| id.eq_ignore_ascii_case(name))
}

/// Whether envelopes are known to have a member of this name beside their rows.
pub(in crate::invoke) fn is_around(name: &str) -> bool {
    let words = words::split(name);
    NAMES_AROUND.contains(&words.concat().as_str())
        || matches!(words.as_slice(), [first, second] if first == "total" && words::singular(second) != *second)
        || words.iter().any(|word| WORDS_AROUND.contains(&word.as_str()))
}

/// Whether an object of this name may hold the rows.
pub(in crate::invoke) fn may_hold_rows(name: &str) -> bool {
    AROUND_ROWS.contains(&plain(name).as_str())
}

pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_rows_is_known_by_whole_words() {
        for name in ["page", "pageSize", "per_page", "@odata.count", "totalItems", "total", "_links", "next_cursor"] {
            assert!(is_around(name), "{name}");
        }
        for name in
            ["firstName", "lastUpdated", "country", "counter", "totalPrice", "nextDueDate", "limits", "homepage"]
        {
            assert!(!is_around(name), "{name}");
        }
    }
}
