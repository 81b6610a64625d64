//! Which times does a text speak of? English; only as far as two texts can be compared.

use std::collections::BTreeSet;

use crate::clock::{MONTHS, WEEKDAYS};

/// A time that a text names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Time {
    /// A year, a date, or a quarter: the same whenever it is read.
    Absolute(String),
    /// A month or a weekday: the same for a while.
    Named(&'static str),
    /// A unit by its distance from now, such as `last week`.
    Unit(i8, &'static str),
    /// A number of days, counted from now.
    Days(u32),
}

impl Time {
    pub(super) fn is_absolute(&self) -> bool {
        matches!(self, Self::Absolute(_))
    }
}

const UNITS: [(&str, &str, u32); 10] = [
    ("day", "day", 1),
    ("days", "day", 1),
    ("week", "week", 7),
    ("weeks", "week", 7),
    ("month", "month", 30),
    ("months", "month", 30),
    ("quarter", "quarter", 90),
    ("quarters", "quarter", 90),
    ("year", "year", 365),
    ("years", "year", 365),
];

const NUMBERS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// The name of a month or weekday. `may` is a word of its own.
fn name(word: &str) -> Option<&'static str> {
    MONTHS.iter().chain(&WEEKDAYS).find(|name| **name == word && word != "may").copied()
}

/// Whether a lower-case word speaks of time.
pub(super) fn is_of_time(word: &str) -> bool {
    unit(word).is_some()
        || name(word).is_some()
        || is_year(word)
        || is_quarter(word)
        || matches!(
            word,
            "today" | "yesterday" | "tomorrow" | "tonight" | "hour" | "hours" | "minute" | "minutes" | "am" | "pm"
        )
}

fn unit(word: &str) -> Option<(&'static str, u32)> {
    UNITS.iter().find(|(known, ..)| *known == word).map(|(_, unit, days)| (*unit, *days))
}

fn is_year(word: &str) -> bool {
    word.len() == 4
        && (word.starts_with("19") || word.starts_with("20"))
        && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_quarter(word: &str) -> bool {
    matches!(word, "q1" | "q2" | "q3" | "q4")
}

/// Lists the times that a text names: `words` are its words in lower case, `dates` those among them that are whole dates.
pub(super) fn times(words: &[&str], dates: &[&str]) -> BTreeSet<Time> {
    let mut times: BTreeSet<Time> = dates.iter().map(|date| Time::Absolute((*date).to_owned())).collect();
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| words.get(at)).copied().unwrap_or("");
        if let Some((unit, days)) = unit(word) {
            let number = before.parse::<u32>().ok().or_else(|| {
                let at = NUMBERS.iter().position(|number| *number == before)?;
                u32::try_from(at + 1).ok()
            });
            match before {
                _ if number.is_some() => _ = times.insert(Time::Days(number.unwrap_or(0).saturating_mul(days))),
                "this" | "current" => _ = times.insert(Time::Unit(0, unit)),
                "last" | "previous" | "past" | "prior" => _ = times.insert(Time::Unit(-1, unit)),
                "next" | "coming" | "following" | "upcoming" => _ = times.insert(Time::Unit(1, unit)),
                "a" | "an" => _ = times.insert(Time::Days(days)),
                _ => {}
            }
        } else if let Some(name) = name(word) {
            times.insert(Time::Named(name));
        } else if (is_year(word) && !dates.iter().any(|date| date.starts_with(word))) || is_quarter(word) {
            times.insert(Time::Absolute((*word).to_owned()));
        } else {
            match *word {
                "today" | "tonight" => _ = times.insert(Time::Unit(0, "day")),
                "yesterday" => _ = times.insert(Time::Unit(-1, "day")),
                "tomorrow" => _ = times.insert(Time::Unit(1, "day")),
                _ => {}
            }
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in [
            ("closed this week", "Unit(0, \"week\")"),
            ("older than 30 days", "Days(30)"),
            ("in the last seven days", "Days(7)"),
            ("open for over a month", "Days(30)"),
            ("since January 2026", "Absolute(\"2026\") Named(\"january\")"),
            ("since 2026-01-31", "Absolute(\"2026-01-31\")"),
            ("yesterday and in Q3", "Absolute(\"q3\") Unit(-1, \"day\")"),
            ("tickets of 4711", ""),
        ] {
            let text_in_lower_case = text.to_lowercase();
            let words: Vec<&str> = text_in_lower_case.split(|c: char| !c.is_alphanumeric()).collect();
            let dates: Vec<&str> = text.split(' ').filter(|word| word.starts_with("2026-")).collect();
            let found: Vec<String> = times(&words, &dates).iter().map(|time| format!("{time:?}")).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }
}
