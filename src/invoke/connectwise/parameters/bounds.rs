//! Does a name say from when, until when, or up to how much?
//!
//! `updatedAfter`, `startDate`, `minHours`: the value is a bound, and a filter for the very value would find next to nothing.

use serde_json::Value;

use super::dates;
use crate::document::words::split;
use crate::invoke::connectwise::conditions::syntax::{Comparison, Literal, Operator, Scalar, Test};
use crate::invoke::connectwise::conditions::{Condition, parse};

/// Words for bounds of dates, and of whatever is ordered, by the operator that they stand for.
const OF_DATES: [(Operator, &[&str]); 3] = [
    (Operator::GreaterOrEqual, &["after", "since", "from", "newer"]),
    (Operator::Less, &["before", "older"]),
    (Operator::LessOrEqual, &["until", "till", "to", "upto", "through", "thru"]),
];
const OF_ORDER: [(Operator, &[&str]); 4] = [
    (Operator::GreaterOrEqual, &["min", "minimum", "gte", "ge", "least"]),
    (Operator::Greater, &["gt"]),
    (Operator::Less, &["lt"]),
    (Operator::LessOrEqual, &["max", "maximum", "lte", "le", "most"]),
];
/// Words that are bounds where a record has no such field, and may stand in the name of one that it has.
const ENDS: [(Operator, &[&str]); 2] = [
    (Operator::GreaterOrEqual, &["start", "starts", "started", "starting", "begin", "begins", "beginning"]),
    (Operator::LessOrEqual, &["end", "ends", "ended", "ending", "finish"]),
];
/// Words that say only that a date is one.
const PLAIN: [&str; 6] = ["date", "dates", "time", "day", "at", "on"];
/// The fields by which records are placed in time, first those of what happens at a time.
const MAIN: [&str; 5] = ["timeStart", "dateStart", "date", "dateEntered", "lastUpdated"];

/// The bound that a name says its value to be.
pub(super) struct Bound {
    operator: Operator,
    /// What is bounded, best first.
    pub subjects: Vec<String>,
    /// The fields of dates that may be meant where the name says nothing else.
    pub main: &'static [&'static str],
}

/// The bound that a name says this value to be, which must be a date, or a number where the name tells that it is ordered.
pub(super) fn of(name: &str, value: &Value) -> Option<Bound> {
    let is_date = value.as_str().is_some_and(|text| dates::read(text).is_some());
    let is_number = value.is_number() || value.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok());
    let words = split(name);
    let said = |table: &[(Operator, &[&str])]| {
        let of_word = |word: &String| table.iter().find(|(_, known)| known.contains(&word.as_str()));
        words.iter().enumerate().rev().find_map(|(at, word)| Some((at, of_word(word)?.0)))
    };
    let pure = said(&OF_ORDER).filter(|_| is_date || is_number).or_else(|| said(&OF_DATES).filter(|_| is_date));
    let (at, operator) = pure.or_else(|| said(&ENDS).filter(|_| is_date))?;
    let rest: Vec<&String> = words.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, word)| word).collect();
    let is_plain = rest.iter().all(|word| PLAIN.contains(&word.as_str()));
    let mut subjects = Vec::new();
    if pure.is_none() {
        subjects.push(name.to_owned());
    }
    if !is_plain {
        subjects.push(camel(&rest));
    }
    Some(Bound { operator, subjects, main: if is_plain && is_date { &MAIN } else { &[] } })
}

impl Bound {
    /// The operator and the value, as a condition has them. The whole of a day, a month or a year is within what ends with it;
    /// `period` is its first day and the day after.
    pub(super) fn test(&self, value: &str, period: Option<(String, String)>) -> String {
        match period.filter(|_| self.operator == Operator::LessOrEqual && value.starts_with('[')) {
            Some((_, next)) => format!("< [{next}]"),
            None => format!("{} {value}", self.operator.as_str()),
        }
    }
}

fn camel(words: &[&String]) -> String {
    let capital = |word: &&String| super::capital(word);
    words.iter().take(1).map(|word| (*word).clone()).chain(words.iter().skip(1).map(capital)).collect()
}

/// The filter for the whole of a day, a month or a year, in place of one for the moment that begins it.
pub(super) fn of_period(filter: &str, (first, after): &(String, String)) -> Option<String> {
    let Ok(Condition::Compare(Comparison { field, test })) = parse(filter) else { return None };
    let Test::Is {
        operator: Operator::Equal | Operator::GreaterOrEqual,
        span,
        value: Literal { value: Scalar::Date(_), .. },
    } = test
    else {
        return None;
    };
    let bound = |operator: Operator, day: &str| {
        let value = Literal { value: Scalar::Date(format!("{day}T00:00:00Z")), span };
        Condition::Compare(Comparison { field: field.clone(), test: Test::Is { operator, span, value } })
    };
    Some(Condition::All(vec![bound(Operator::GreaterOrEqual, first), bound(Operator::Less, after)]).to_string())
}
