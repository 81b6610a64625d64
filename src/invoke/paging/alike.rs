//! Are the rows of one page those of another?

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::invoke::rows::{self, Rows};

/// Names of members that tell rows apart.
const IDS: [&str; 4] = ["id", "_id", "uuid", "guid"];

/// Pages in a row of which nothing tells whether they are the same, though they look so.
const MOST_ALIKE: usize = 20;

/// What tells the rows of a page apart: their ids where all have one and no two the same, which stay when something else of a row
/// changes between two requests; else their whole texts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Keys {
    pub of: Vec<String>,
    /// Whether pages with the same keys are surely the same: of rows that are all alike, a list may hold many.
    tell: bool,
}

impl Keys {
    pub fn of(rows: &Rows) -> Self {
        let id = |row: &str| {
            let members = rows::members(row);
            let found = IDS.iter().find_map(|name| members.iter().find(|(known, _)| known == name));
            found.map(|(_, place)| row[place.clone()].to_owned())
        };
        let ids: Option<Vec<String>> = rows.texts(0).map(id).collect();
        if let Some(of) = ids.filter(|ids| ids.iter().collect::<HashSet<_>>().len() == ids.len()) {
            return Self { tell: !of.is_empty(), of };
        }
        let of: Vec<String> = rows.texts(0).map(str::to_owned).collect();
        Self { tell: of.iter().any(|key| Some(key) != of.first()), of }
    }
}

/// The pages of a list that were given, so that one that comes again is known: who ignores what names a page, or names one page as
/// the next of itself, would give rows for ever.
#[derive(Debug, Default)]
pub(super) struct Given {
    pages: HashSet<u64>,
    last: u64,
    alike: usize,
}

impl Given {
    /// Notes a page and tells whether it is one that was given already. A page of an API that announces pages is given the benefit of
    /// the doubt where its rows are all alike.
    pub fn is_again(&mut self, rows: &Rows, is_announced: bool) -> bool {
        if rows.is_empty() {
            return false;
        }
        let keys = Keys::of(rows);
        let mut hasher = DefaultHasher::new();
        keys.of.hash(&mut hasher);
        let page = hasher.finish();
        let is_known = !self.pages.insert(page);
        if keys.tell {
            return is_known;
        }
        let is_alike = is_known && self.last == page;
        self.last = page;
        self.alike = if is_alike { self.alike + 1 } else { 0 };
        is_alike && (!is_announced || self.alike == MOST_ALIKE)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn rows(text: &str) -> Rows {
        Rows::of(&Bytes::copy_from_slice(text.as_bytes()), 0)
    }

    #[test]
    fn rows_are_told_apart_by_ids_that_differ_or_else_as_a_whole() {
        let same = |one: &str, other: &str| Keys::of(&rows(one)) == Keys::of(&rows(other));
        assert!(same(r#"[{"id":1,"seen":1},{"id":2}]"#, r#"[{"seen":2,"id":1},{"id":2,"a":0}]"#));
        assert!(!same(r#"[{"id":1,"n":1},{"id":1,"n":2}]"#, r#"[{"id":1,"n":1},{"id":1,"n":3}]"#));
        assert!(!same(r#"[{"id":1,"n":1},{"n":2}]"#, r#"[{"id":1,"n":2},{"n":2}]"#));
    }

    #[test]
    fn a_page_that_was_given_is_known_whichever_came_between() {
        let mut given = Given::default();
        for (page, is_again) in [
            (r#"[{"id":1,"at":1}]"#, false),
            (r#"[{"id":2}]"#, false),
            ("[]", false),
            ("[]", false),
            (r#"[{"id":1,"at":9}]"#, true),
            (r#"["a","b"]"#, false),
            (r#"["a"]"#, false),
            (r#"["a","b"]"#, true),
        ] {
            assert_eq!(given.is_again(&rows(page), true), is_again, "{page}");
        }
    }

    #[test]
    fn pages_of_rows_that_are_all_alike_may_be_many_where_they_are_announced() {
        let mut given = Given::default();
        let told: Vec<bool> = (0..=MOST_ALIKE).map(|_| given.is_again(&rows("[0,0]"), true)).collect();
        assert_eq!(told.iter().position(|is_again| *is_again), Some(MOST_ALIKE));
        let mut given = Given::default();
        assert_eq!([0, 1].map(|_| given.is_again(&rows("[0,0]"), false)), [false, true]);
    }
}
