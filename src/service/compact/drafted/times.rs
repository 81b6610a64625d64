//! Of which days does a phrase speak? Pure; English, in UTC.
//!
//! What may be in the past or to come, as `on Monday`, is none that is known here.

use super::tokens::Token;
use crate::clock::{MONTHS, WEEKDAYS, civil, days_of};

const UNITS: [&str; 5] = ["day", "week", "month", "quarter", "year"];
const NUMBERS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
/// The most units that are counted back: beyond it nobody means days.
const MOST_UNITS: i64 = 1_000;

/// Some days: from midnight to midnight in UTC, in days since 1970-01-01; open where a side is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) from: Option<i64>,
    pub(super) before: Option<i64>,
}

/// A phrase of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) days: Days,
    /// How many words it has.
    pub(super) words: usize,
}

/// The phrase that begins with a word; `today` in days since 1970-01-01.
pub(super) fn phrase(tokens: &[Token], today: i64) -> Option<Phrase> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let (between, skip) = match word(0) {
        "since" | "from" | "starting" => (Between::From, 1),
        "after" => (Between::After, 1),
        "before" => (Between::Before, 1),
        "until" | "till" | "by" => (Between::Until, 1),
        "on" | "in" | "during" | "within" | "over" | "for" => (Between::Within, 1),
        _ => (Between::Within, 0),
    };
    let article = usize::from(word(skip) == "the");
    let rest = tokens.get(skip + article..)?;
    let (span, words) = span(rest, today, between)?;
    let days = match between {
        Between::Within => Days { from: Some(span.0), before: Some(span.1) },
        Between::From => Days { from: Some(span.0), before: None },
        Between::After => Days { from: Some(span.1), before: None },
        Between::Before => Days { from: None, before: Some(span.0) },
        Between::Until => Days { from: None, before: Some(span.1) },
    };
    Some(Phrase { days, words: skip + article + words })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Between {
    Within,
    From,
    After,
    Before,
    Until,
}

/// The first day and the one behind the last, and how many words say so.
fn span(tokens: &[Token], today: i64, between: Between) -> Option<((i64, i64), usize)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.lower.as_str());
    let unit = |at: usize| {
        let bare = word(at).strip_suffix('s').unwrap_or(word(at));
        UNITS.iter().copied().find(|unit| *unit == bare)
    };
    match word(0) {
        "today" => return Some(((today, today + 1), 1)),
        "yesterday" => return Some(((today - 1, today), 1)),
        "tomorrow" => return Some(((today + 1, today + 2), 1)),
        side @ ("last" | "past" | "previous" | "next" | "this" | "current") => {
            if let Some(unit) = unit(1).filter(|unit| word(1) == *unit) {
                let distance = match side {
                    "this" | "current" => 0,
                    "next" => 1,
                    _ => -1,
                };
                return Some((calendar(unit, today, distance)?, 2));
            }
            if let (Some(count), Some(unit)) = (number(word(1)), unit(2)) {
                let length = counted(count, unit)?;
                return match side {
                    "last" | "past" | "previous" => Some(((today - length, today + 1), 3)),
                    "next" => Some(((today, today + length + 1), 3)),
                    _ => None,
                };
            }
            // Of weekdays, `last` is in the past and `next` to come.
            let day = weekday(word(1))?;
            let now = (today + 4).rem_euclid(7);
            let back = (now - day).rem_euclid(7);
            return match side {
                "last" => Some((one(today - if back == 0 { 7 } else { back }), 2)),
                "next" => Some((one(today + 7 - back), 2)),
                _ => None,
            };
        }
        _ => {}
    }
    if let Some(day) = weekday(word(0)) {
        // `since Monday` is the last one; `on Monday` may be another.
        let back = (today + 4 - day).rem_euclid(7);
        return matches!(between, Between::From).then(|| (one(today - back), 1));
    }
    if let Some(day) = iso(word(0)) {
        return Some((one(day), 1));
    }
    let year = |at: usize| word(at).parse::<i64>().ok().filter(|year| (1970..2200).contains(year));
    if let (Ok(day), Some(month), Some(year)) = (word(0).parse::<i64>(), month(word(1)), year(2)) {
        return Some((one(days_of(year, month, day)?), 3));
    }
    if let Some(month) = month(word(0)) {
        if let Some(year) = year(1) {
            return Some((months(year, month, 1)?, 2));
        }
        if let (Some(day), Some(year)) = (word(1).parse::<i64>().ok(), year(2)) {
            return Some((one(days_of(year, month, day)?), 3));
        }
    }
    None
}

fn one(day: i64) -> (i64, i64) {
    (day, day + 1)
}

fn number(word: &str) -> Option<i64> {
    let written = NUMBERS.iter().position(|known| *known == word).and_then(|at| i64::try_from(at + 1).ok());
    written.or_else(|| word.parse().ok()).filter(|number| (1..=MOST_UNITS).contains(number))
}

/// Days of some units, counted from now.
fn counted(count: i64, unit: &str) -> Option<i64> {
    let days = match unit {
        "day" => 1,
        "week" => 7,
        "month" => 30,
        "year" => 365,
        _ => return None,
    };
    Some(count * days)
}

/// A week from Monday on, a month, quarter or year, by its distance from this one.
fn calendar(unit: &str, today: i64, distance: i64) -> Option<(i64, i64)> {
    let (year, month, _) = civil(today);
    match unit {
        "week" => {
            let monday = today - (today + 3).rem_euclid(7) + 7 * distance;
            Some((monday, monday + 7))
        }
        "month" => months(year, month + distance, 1),
        "quarter" => months(year, (month - 1) / 3 * 3 + 1 + 3 * distance, 3),
        "year" => months(year + distance, 1, 12),
        _ => None,
    }
}

/// Some months from one on; the month may be before January or after December.
fn months(year: i64, month: i64, count: i64) -> Option<(i64, i64)> {
    let first = |month: i64| days_of(year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1, 1);
    Some((first(month)?, first(month + count)?))
}

fn weekday(word: &str) -> Option<i64> {
    WEEKDAYS.iter().position(|day| *day == word).and_then(|at| i64::try_from(at).ok())
}

fn month(word: &str) -> Option<i64> {
    MONTHS.iter().position(|month| *month == word).and_then(|at| i64::try_from(at + 1).ok())
}

/// `2026-01-31`.
fn iso(word: &str) -> Option<i64> {
    let mut parts = word.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    (word.len() == 10 && parts.next().is_none()).then(|| days_of(year, month, day))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::compact::drafted::tokens::tokens;

    /// On Saturday, 28 November 2026.
    fn shown(request: &str) -> String {
        let today = days_of(2026, 11, 28).unwrap();
        let Some(phrase) = phrase(&tokens(request), today) else { return "none".to_owned() };
        let day = |day: Option<i64>| {
            day.map_or_else(String::new, |day| {
                let (year, month, day) = civil(day);
                format!("{year}-{month:02}-{day:02}")
            })
        };
        format!("{}..{} {}", day(phrase.days.from), day(phrase.days.before), phrase.words)
    }

    #[test]
    fn phrases_of_time_are_read_as_the_days_that_they_are() {
        for (request, expected) in [
            ("today", "2026-11-28..2026-11-29 1"),
            ("since yesterday", "2026-11-27.. 2"),
            ("this week", "2026-11-23..2026-11-30 2"),
            ("during the last week", "2026-11-16..2026-11-23 4"),
            ("in the last 7 days", "2026-11-21..2026-11-29 5"),
            ("last thirty days", "none"),
            ("past two weeks", "2026-11-14..2026-11-29 3"),
            ("last month", "2026-10-01..2026-11-01 2"),
            ("next month", "2026-12-01..2027-01-01 2"),
            ("this quarter", "2026-10-01..2027-01-01 2"),
            ("last year", "2025-01-01..2026-01-01 2"),
            ("since Monday", "2026-11-23.. 2"),
            ("since Saturday", "2026-11-28.. 2"),
            ("on Monday", "none"),
            ("last Saturday", "2026-11-21..2026-11-22 2"),
            ("before 2026-02-28", "..2026-02-28 2"),
            ("after 2026-02-28", "2026-03-01.. 2"),
            ("by 2026-02-29", "none"),
            ("in January 2026", "2026-01-01..2026-02-01 3"),
            ("on January 31, 2026", "2026-01-31..2026-02-01 4"),
            ("since 1 September 2026", "2026-09-01.. 4"),
            ("on 31 June 2026", "none"),
            ("in January", "none"),
            ("last 99999999999 days", "none"),
            ("the board", "none"),
        ] {
            assert_eq!(shown(request), expected, "{request}");
        }
    }
}
