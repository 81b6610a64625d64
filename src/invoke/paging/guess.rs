//! What does a number count that no manifest explains: pages from 0, pages from 1, or rows?
//!
//! The first answer came without the number, or with the one that the caller gave. Another number is asked for such that its answer
//! tells: page 1, which is the first page again or the second; or the offset of the last row there is, which gives that row again where
//! rows are counted. An empty page tells nothing of a list where the number may have led past its end.

use super::alike::Keys;
use crate::invoke::rows::Rows;

/// A number that was asked for and whose answer is still to be judged.
#[derive(Debug)]
pub(super) struct Guess {
    /// The parameter.
    pub name: String,
    /// Its value.
    pub number: u64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Page 1.
    Page,
    /// The offset of the last row, counted from what the first answer was asked for with. `next` is the number after that.
    LastRow { next: u64 },
    /// The number after that of the first answer.
    Next,
    /// The number after one that gave the first answer again.
    AfterSame(Counts),
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counts {
    Pages,
    Rows,
}

impl Counts {
    /// The number after one whose answer had some rows.
    pub fn after(self, number: u64, rows: usize) -> u64 {
        number.saturating_add(if self == Self::Pages { 1 } else { rows as u64 })
    }
}

/// What an answer tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes on behind the first answer: rows from this one on are new.
    GoesOn { from: usize, counts: Counts },
    /// It stands in place of the first answer, and the next page has this number.
    InPlace { next: u64 },
    /// Another number has to be asked for: the guess has it.
    Ask,
    /// The first answer was the whole list.
    Whole,
    /// It is the first answer again, whatever was asked for.
    Ignored,
    /// Its rows are in the first answer, and where they go on is not told.
    Within,
}

impl Guess {
    /// Page 1 after an answer without a number.
    pub fn page(name: &str) -> Self {
        Self { name: name.to_owned(), number: 1, kind: Kind::Page }
    }

    /// An offset after the answer to `first` with some rows.
    pub fn offset(name: &str, first: u64, rows: usize) -> Self {
        let next = first.saturating_add(1);
        let last = first.saturating_add((rows as u64).saturating_sub(1));
        let kind = if last > next { Kind::LastRow { next } } else { Kind::Next };
        Self { name: name.to_owned(), number: last.max(next), kind }
    }

    /// Takes a refusal of this number for the end of the list, where another number tells more: then that one is to be asked for.
    pub fn is_refused(&mut self, status: Option<u16>) -> bool {
        const REFUSALS: [u16; 4] = [400, 404, 416, 422];
        match self.kind {
            Kind::LastRow { next } if status.is_some_and(|status| REFUSALS.contains(&status)) => {
                self.ask(next, Kind::Next);
                true
            }
            _ => false,
        }
    }

    /// Judges the answer to this number.
    pub fn judge(&mut self, first: &Rows, answer: &Rows) -> Verdict {
        let (first, answer) = (Keys::of(first), Keys::of(answer));
        if matches!(self.kind, Kind::Page) { of_page(&first, &answer) } else { self.of_offset(&first, &answer) }
    }

    fn of_offset(&mut self, first_keys: &Keys, answer_keys: &Keys) -> Verdict {
        let (first, answer) = (first_keys.of.as_slice(), answer_keys.of.as_slice());
        let Some(begin) = answer.first() else {
            return match self.kind {
                Kind::LastRow { next } => self.ask(next, Kind::Next),
                _ => Verdict::Whole,
            };
        };
        let mut places = first.iter().enumerate().filter(|(_, key)| *key == begin).map(|(at, _)| at);
        let (at, rest) = match (places.next(), places.next()) {
            (Some(at), None) => (at, &first[at..]),
            // The row may be any of several that are alike.
            (Some(_), Some(_)) if answer == first => (0, first),
            (Some(_), Some(_)) => return Verdict::Within,
            (None, _) => {
                return match self.kind {
                    Kind::LastRow { next } => self.ask(next, Kind::Next),
                    Kind::AfterSame(counts) => Verdict::GoesOn { from: 0, counts },
                    Kind::Next | Kind::Page => Verdict::GoesOn { from: 0, counts: Counts::Pages },
                };
            }
        };
        if !answer.starts_with(rest) || !first_keys.are_surely(at, answer_keys) {
            return Verdict::Within;
        }
        // Without ids, one row may be like another far behind it.
        let may_be_another = at > 0 && !first_keys.are_ids;
        match self.kind {
            Kind::LastRow { next } if may_be_another => self.ask(next, Kind::Next),
            _ if may_be_another && answer.len() == 1 && !is_one_object(answer) => Verdict::Within,
            _ if at > 0 && answer.len() == rest.len() => Verdict::Whole,
            _ if at > 0 => Verdict::GoesOn { from: rest.len(), counts: Counts::Rows },
            Kind::AfterSame(_) => Verdict::Ignored,
            // Rows are counted, and each number stands for the whole page that has it.
            Kind::LastRow { .. } => self.ask(self.number.saturating_add(1), Kind::AfterSame(Counts::Rows)),
            // Whatever is counted is counted from 1.
            Kind::Next | Kind::Page => self.ask(self.number.saturating_add(1), Kind::AfterSame(Counts::Pages)),
        }
    }

    fn ask(&mut self, number: u64, kind: Kind) -> Verdict {
        (self.number, self.kind) = (number, kind);
        Verdict::Ask
    }
}

/// Whether there is one row, which says enough to be told from others.
fn is_one_object(keys: &[String]) -> bool {
    matches!(keys, [row] if row.starts_with('{'))
}

/// What page 1 tells after an answer without a number.
fn of_page(first_keys: &Keys, answer_keys: &Keys) -> Verdict {
    let (first, answer) = (first_keys.of.as_slice(), answer_keys.of.as_slice());
    let short = first.len().min(answer.len());
    if answer.is_empty() {
        Verdict::GoesOn { from: 0, counts: Counts::Pages }
    } else if first[..short] == answer[..short] {
        // The same page, or one that begins with the same rows: pages are counted from 1. Without ids, a page of fewer rows may be
        // another one whose rows are like these.
        let is_whole = first_keys.are_ids || (first.len() == answer.len() && (first_keys.tell || is_one_object(first)));
        let is_same = is_whole && first_keys.are_surely(0, answer_keys);
        if is_same { Verdict::InPlace { next: 2 } } else { Verdict::Within }
    } else if first.windows(answer.len()).any(|part| part == answer) {
        // Without a number there are more than on a page.
        Verdict::Within
    } else {
        Verdict::GoesOn { from: 0, counts: Counts::Pages }
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
    fn page_1_is_the_first_again_the_next_one_or_within_what_came_without_a_number() {
        let judged = |first: &str, answer: &str| Guess::page("page").judge(&rows(first), &rows(answer));
        let goes_on = || Verdict::GoesOn { from: 0, counts: Counts::Pages };
        assert_eq!(judged("[1,2]", "[1,2]"), Verdict::InPlace { next: 2 });
        let ids = |of: &[(u8, u8)]| {
            let rows: Vec<String> = of.iter().map(|(id, of)| format!(r#"{{"id":{id},"of":{of}}}"#)).collect();
            format!("[{}]", rows.join(","))
        };
        let in_place = Verdict::InPlace { next: 2 };
        assert_eq!(judged(&ids(&[(1, 5), (2, 5)]), &ids(&[(1, 5), (2, 6)])), in_place);
        assert_eq!(judged(&ids(&[(1, 5), (2, 5), (3, 5)]), &ids(&[(1, 5), (2, 5)])), in_place);
        // Ids that begin anew with each parent, and rows that are like others.
        assert_eq!(judged(&ids(&[(1, 5), (2, 5)]), &ids(&[(1, 6), (2, 6)])), Verdict::Within);
        assert_eq!(judged("[1,2,3]", "[1,2]"), Verdict::Within);
        assert_eq!(judged(r#"["x","y","z"]"#, r#"["x"]"#), Verdict::Within);
        assert_eq!(judged("[7,7]", "[7,7]"), Verdict::Within);
        assert_eq!(judged("[1,2]", "[3,4]"), goes_on());
        assert_eq!(judged("[1,2]", "[2,3]"), goes_on());
        assert_eq!(judged("[1,2,3,4]", "[3,4]"), Verdict::Within);
    }

    /// Goes through a list of `rows` numbers, `size` at a time, with what `place` makes of an offset: the place of its first row.
    fn walked(
        member: &str,
        rows_in_all: usize,
        size: usize,
        place: &dyn Fn(Option<u64>) -> Option<usize>,
    ) -> (Vec<usize>, bool) {
        let answer = |number: Option<u64>| -> Vec<usize> {
            let from = place(number).unwrap_or(rows_in_all).min(rows_in_all);
            (from..(from + size).min(rows_in_all)).collect()
        };
        let as_rows = |list: &[usize]| {
            let list: Vec<String> = list.iter().map(|row| format!(r#"{{"{member}":{row}}}"#)).collect();
            rows(&format!("[{}]", list.join(",")))
        };
        let mut all = answer(None);
        let mut guess = Guess::offset("offset", 0, all.len());
        for _ in 0..4 {
            let got = answer(Some(guess.number));
            match guess.judge(&as_rows(&all), &as_rows(&got)) {
                Verdict::GoesOn { from, counts } => {
                    all.extend(&got[from..]);
                    let mut number = counts.after(guess.number, got.len());
                    loop {
                        let got = answer(Some(number));
                        if got.is_empty() {
                            return (all, true);
                        }
                        // A page that comes again is found out by who fetches them.
                        if all.ends_with(&got) {
                            return (all, false);
                        }
                        all.extend(&got);
                        number = counts.after(number, got.len());
                    }
                }
                Verdict::Whole => return (all, true),
                Verdict::Ask => {}
                Verdict::InPlace { .. } | Verdict::Ignored | Verdict::Within => return (all, false),
            }
        }
        panic!("no end of guessing: {guess:?}");
    }

    #[test]
    fn an_offset_leads_to_every_row_once_whatever_it_counts_and_from_whichever_number() {
        for (member, size) in ["id", "name"].into_iter().flat_map(|member| (1..6).map(move |size| (member, size))) {
            for count in 1..20 {
                type Place<'a> = &'a dyn Fn(Option<u64>) -> Option<usize>;
                let number = |offset: Option<u64>, first: u64| offset.unwrap_or(first).checked_sub(first);
                let rows_from_0: Place = &|offset| Some(number(offset, 0)? as usize);
                let rows_from_1: Place = &|offset| Some(number(offset, 1)? as usize);
                let pages_from_0: Place = &|offset| Some(number(offset, 0)? as usize * size);
                let pages_from_1: Place = &|offset| Some(number(offset, 1)? as usize * size);
                let expected: Vec<usize> = (0..count).collect();
                for place in [rows_from_0, rows_from_1, pages_from_0, pages_from_1] {
                    let said = format!("{count} rows by {member}, {size} a page");
                    assert_eq!(walked(member, count, size, place), (expected.clone(), true), "{said}");
                }
                // Rows by whole pages: two rows a page look as pages that are counted from 1, until one comes again.
                let whole: Place = &|offset| Some(number(offset, 0)? as usize / size * size);
                let (all, is_complete) = walked(member, count, size, whole);
                assert_eq!(all, expected[..all.len()]);
                assert!(all.len() == count || !is_complete, "{count} rows, {size} a page");
                let ignored: Place = &|_| Some(0);
                assert_eq!(walked(member, count, size, ignored), (expected[..size.min(count)].to_vec(), false));
            }
        }
    }

    #[test]
    fn a_row_without_an_id_that_is_like_another_is_no_proof_of_what_is_counted() {
        let judged = |answers: &[&str]| {
            let mut guess = Guess::offset("offset", 0, 3);
            answers.iter().fold(None, |_, answer| Some(guess.judge(&rows(r#"["a","b","c"]"#), &rows(answer))))
        };
        let pages = Some(Verdict::GoesOn { from: 0, counts: Counts::Pages });
        assert_eq!(judged(&[r#"["c"]"#, r#"["d","e","f"]"#]), pages);
        assert_eq!(judged(&[r#"["b","c","g"]"#, r#"["d","e","f"]"#]), pages);
        assert_eq!(judged(&[r#"["c"]"#, r#"["b","c"]"#]), Some(Verdict::Whole));
        let of_two = |answer: &str| Guess::offset("offset", 0, 2).judge(&rows("[1,2]"), &rows(answer));
        assert_eq!(of_two("[2]"), Verdict::Within);
    }

    #[test]
    fn rows_that_come_or_go_between_two_requests_do_not_deceive() {
        let judged = |answers: &[&[u8]]| {
            let mut guess = Guess::offset("offset", 0, 4);
            let with_ids = |list: &[u8]| {
                let list: Vec<String> = list.iter().map(|id| format!(r#"{{"id":{id}}}"#)).collect();
                rows(&format!("[{}]", list.join(",")))
            };
            let first = with_ids(&[1, 2, 3, 4]);
            answers.iter().fold(None, |_, answer| Some(guess.judge(&first, &with_ids(answer))))
        };
        let goes_on = |from| Some(Verdict::GoesOn { from, counts: Counts::Rows });
        assert_eq!(judged(&[&[4, 5, 6]]), goes_on(1));
        // One more before the first, and one less.
        assert_eq!(judged(&[&[3, 4, 5, 6]]), goes_on(2));
        assert_eq!(judged(&[&[5, 6, 7], &[3, 4, 5, 6]]), goes_on(2));
        // Rows that are alike, and rows in another order.
        let alike = Guess::offset("offset", 0, 3).judge(&rows("[1,7,7]"), &rows("[7,8,9]"));
        assert_eq!((alike, judged(&[&[3, 5, 6]])), (Verdict::Within, Some(Verdict::Within)));
    }

    #[test]
    fn a_refusal_may_be_the_end_only_where_another_number_tells() {
        let mut guess = Guess::offset("offset", 0, 4);
        assert!(!guess.is_refused(Some(500)) && !guess.is_refused(None));
        assert!(guess.is_refused(Some(400)));
        assert_eq!(guess.number, 1);
        assert!(!guess.is_refused(Some(404)));
        let of_two = Guess::offset("offset", 0, 2).is_refused(Some(400));
        assert!(!of_two && !Guess::page("page").is_refused(Some(404)));
    }
}
