//! Are the rows of one page those of another?

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::invoke::rows::{self, Rows};

/// Names of members that tell rows apart.
const IDS: [&str; 4] = ["id", "_id", "uuid", "guid"];

/// Pages in a row of which nothing tells whether they are the same, though they look so.
const MOST_ALIKE: usize = 20;

/// What tells the rows of a page apart: their ids where all have one and no two the same, which stay when something else of a row
/// changes between two requests; else their whole texts.
#[derive(Debug)]
pub(super) struct Keys {
    pub of: Vec<String>,
    /// Whether pages with the same keys are surely the same: of rows that are all alike, a list may hold many.
    pub tell: bool,
    /// Whether `of` are ids.
    pub are_ids: bool,
    /// Hashes of the rows' whole texts.
    texts: Vec<u64>,
}

impl Keys {
    pub fn of(rows: &Rows) -> Self {
        let id = |row: &str| {
            let members = rows::members(row);
            let found = IDS.iter().find_map(|name| members.iter().find(|(known, _)| known == name));
            found.map(|(_, place)| row[place.clone()].to_owned())
        };
        let texts = rows.texts(0).map(hash).collect();
        let ids: Option<Vec<String>> = rows.texts(0).map(id).collect();
        if let Some(of) = ids.filter(|ids| ids.iter().collect::<HashSet<_>>().len() == ids.len()) {
            return Self { tell: !of.is_empty(), of, are_ids: true, texts };
        }
        let of: Vec<String> = rows.texts(0).map(str::to_owned).collect();
        Self { tell: of.iter().any(|key| Some(key) != of.first()), of, are_ids: false, texts }
    }

    /// Whether these rows from `at` on are surely those of `other` from its beginning on, as far as both go: at least half of them
    /// are to the letter. Ids alone do not tell: where they begin anew with each parent, the rows are others.
    pub fn are_surely(&self, at: usize, other: &Self) -> bool {
        are_mostly(&self.texts[at.min(self.texts.len())..], &other.texts)
    }
}

/// Whether at least half of these are the same, as far as both go.
fn are_mostly(texts: &[u64], others: &[u64]) -> bool {
    let equal = texts.iter().zip(others).filter(|(one, another)| one == another).count();
    2 * equal >= texts.len().min(others.len())
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The pages of a list that were given, so that one that comes again is known: who ignores what names a page, or names one page as
/// the next of itself, would give rows for ever.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// Hashes of the rows' texts by that of their keys.
    pages: HashMap<u64, Vec<u64>>,
    /// Pages with the ids of a former one and other rows.
    renewed: usize,
    /// Keys and rows of the page that was given last.
    last: Option<(u64, usize)>,
    /// Rows of the page before it.
    before: Option<usize>,
    alike: usize,
}

/// Which page came again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// The last one, which has fewer rows than the one before it: who gives it for a higher number has no page of that number.
    ShortLast,
    /// Any other. A full last page may come again because numbers above it are not allowed, whatever rows there are.
    Other,
}

impl Given {
    /// Notes a page and tells whether it is one that was given already. A page of an API that announces pages is given the benefit of
    /// the doubt where its rows are all alike, and so is any page whose ids were given with other rows: they may begin anew with each
    /// parent.
    pub fn again(&mut self, rows: &Rows, is_announced: bool) -> Option<Again> {
        if rows.is_empty() {
            return None;
        }
        let keys = Keys::of(rows);
        let page = hash(&keys.of);
        let former = self.pages.insert(page, keys.texts.clone());
        let is_known = former.is_some_and(|former| {
            let is_same = are_mostly(&former, &keys.texts);
            self.renewed += usize::from(!is_same);
            is_same || self.renewed == MOST_ALIKE
        });
        let is_last = self.last.is_some_and(|(last, _)| last == page);
        let is_short = self.before.is_some_and(|before| rows.len() < before);
        if !is_last {
            self.before = self.last.map(|(_, rows)| rows);
            self.last = Some((page, rows.len()));
        }
        let is_again = if keys.tell {
            is_known
        } else {
            self.alike = if is_last { self.alike + 1 } else { 0 };
            is_last && (!is_announced || self.alike == MOST_ALIKE)
        };
        is_again.then_some(if is_last && is_short { Again::ShortLast } else { Again::Other })
    }

    /// Notes a page that takes the place of the first.
    pub fn in_place_of_first(&mut self, rows: &Rows) {
        self.again(rows, false);
        self.before = None;
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
        let same = |one: &str, other: &str| Keys::of(&rows(one)).of == Keys::of(&rows(other)).of;
        assert!(same(r#"[{"id":1,"seen":1},{"id":2}]"#, r#"[{"seen":2,"id":1},{"id":2,"a":0}]"#));
        assert!(!same(r#"[{"id":1,"n":1},{"id":1,"n":2}]"#, r#"[{"id":1,"n":1},{"id":1,"n":3}]"#));
        assert!(!same(r#"[{"id":1,"n":1},{"n":2}]"#, r#"[{"id":1,"n":2},{"n":2}]"#));
    }

    #[test]
    fn a_page_that_was_given_is_known_whichever_came_between() {
        let mut given = Given::default();
        for (page, is_again) in [
            (r#"[{"id":1,"at":1},{"id":2}]"#, false),
            (r#"[{"id":3}]"#, false),
            ("[]", false),
            ("[]", false),
            (r#"[{"id":1,"at":9},{"id":2}]"#, true),
            (r#"["a","b"]"#, false),
            (r#"["a"]"#, false),
            (r#"["a","b"]"#, true),
        ] {
            assert_eq!(given.again(&rows(page), true).is_some(), is_again, "{page}");
        }
    }

    #[test]
    fn pages_of_rows_that_are_all_alike_may_be_many_where_they_are_announced() {
        let mut given = Given::default();
        let told: Vec<bool> = (0..=MOST_ALIKE).map(|_| given.again(&rows("[0,0]"), true).is_some()).collect();
        assert_eq!(told.iter().position(|is_again| *is_again), Some(MOST_ALIKE));
        let mut given = Given::default();
        assert_eq!([0, 1].map(|_| given.again(&rows("[0,0]"), false).is_some()), [false, true]);
    }

    #[test]
    fn ids_that_begin_anew_with_each_parent_are_no_page_again_but_not_for_ever() {
        let mut given = Given::default();
        let page = |of: usize| rows(&format!(r#"[{{"id":1,"of":{of}}},{{"id":2,"of":{of}}}]"#));
        let told: Vec<bool> = (0..=MOST_ALIKE).map(|of| given.again(&page(of), false).is_some()).collect();
        assert_eq!(told.iter().position(|is_again| *is_again), Some(MOST_ALIKE));
        assert!(given.again(&page(MOST_ALIKE), false).is_some());
    }

    #[test]
    fn the_last_page_again_is_told_from_others_where_it_is_shorter_than_the_one_before() {
        let told = |pages: &[&str]| {
            let mut given = Given::default();
            pages.iter().fold(None, |_, page| given.again(&rows(page), false))
        };
        assert_eq!(told(&["[1,2]", "[3]", "[3]"]), Some(Again::ShortLast));
        assert_eq!(told(&["[1,2]", "[3,4]", "[3,4]"]), Some(Again::Other));
        assert_eq!(told(&["[1,2]", "[3]", "[1,2]"]), Some(Again::Other));
        assert_eq!(told(&["[1,2]", "[1,2]"]), Some(Again::Other));
        assert_eq!(told(&["[1]", "[1]"]), Some(Again::Other));
        // One row tells nothing of pages that may hold equal rows; beside a longer one it does.
        assert_eq!(told(&["[1,1]", "[1]", "[1]"]), Some(Again::ShortLast));
        let mut given = Given::default();
        given.again(&rows("[1,2,3]"), false);
        given.in_place_of_first(&rows("[1,2]"));
        assert_eq!(given.again(&rows("[1,2]"), false), Some(Again::Other));
    }
}
