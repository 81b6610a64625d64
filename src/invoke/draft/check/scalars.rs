//! Does a text or a number fit its schema?

use serde_json::Value;

use super::super::near::{listed, nearest};
use super::super::view::View;
use super::super::wording::{SHOWN, counted, format_name, scalar_text, shortened, shown, wanted};
use super::super::{ReadDate, dates};
use super::{Checker, sent_as};
use crate::openapi::matches_pattern;
use crate::surface::{Place, Said};

/// Characters of `2024-01-31`.
const DAY: usize = 10;
/// Characters of `2024-01-31T09:00:00Z`.
const MOMENT: u64 = 20;

/// What becomes of a time that names no zone.
const IN_UTC: &str = ": a time without a zone is taken as UTC";

impl Checker<'_> {
    pub(super) fn one_of(&mut self, view: &View, value: &Value, place: &Place) -> Value {
        if view.values.contains(value) {
            return value.clone();
        }
        if self.is_full() {
            self.problem(place, "is not among the values allowed", "", Vec::new());
            return value.clone();
        }
        let text = scalar_text(value);
        let mut alike = view.values.iter().filter(|known| {
            text.as_deref().zip(scalar_text(known)).is_some_and(|(a, b)| a.trim().eq_ignore_ascii_case(&b))
        });
        if let (Some(known), None) = (alike.next(), alike.next()) {
            self.note(sent_as(place, &shown(value), &shown(known)));
            return known.clone();
        }
        let known: Vec<String> = view.values.iter().filter_map(scalar_text).collect();
        let offers = nearest(text.as_deref().unwrap_or_default(), known.iter().map(String::as_str), 3);
        let mut names = known.iter().take(SHOWN).cloned().collect::<Vec<_>>();
        let more = known.len() - names.len();
        if more > 0 {
            // The nearest are of more use than the first.
            let missing = offers.iter().filter(|offer| !names.contains(offer)).cloned().collect::<Vec<_>>();
            names.truncate(SHOWN - missing.len());
            names.extend(missing);
        }
        let rest = if more > 0 { format!(" ({} in all)", known.len()) } else { String::new() };
        let cure = format!("Give one of {}{rest}.", listed(&names, "or"));
        let message = format!("{} is not among the values allowed", shown(value));
        if offers.is_empty() && view.values.iter().any(|known| are_alike(known, value)) {
            self.beyond(place, message, cure, offers);
        } else {
            self.problem(place, message, cure, offers);
        }
        value.clone()
    }

    pub(super) fn string(&mut self, view: &View, text: &str, place: &Place) -> Value {
        let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        if let Some(most) = view.count("maxLength").filter(|most| length > *most) {
            let message = format!("is {} long; {most} is the most", counted(length, "character"));
            self.beyond(place, message, format!("Shorten it to {}.", counted(most, "character")), Vec::new());
        }
        if let Some(least) = view.count("minLength").filter(|least| length < *least) {
            let message = format!("is {} long; {least} is the least", counted(length, "character"));
            self.beyond(place, message, wanted(view), Vec::new());
        }
        // Of what is no longer than a day, a moment is none.
        let is_day = view.format() == "date-time" && view.count("maxLength").is_some_and(|most| most < MOMENT);
        let format = if is_day { "date" } else { view.format() };
        let (fits, repaired) = match format {
            "date-time" if !text.is_empty() => (dates::seconds(text).is_some(), dates::repaired(text)),
            "date" if !text.is_empty() => (dates::is_date(text) || dates::seconds(text).is_some(), None),
            "uuid" | "guid" if !text.is_empty() => (is_uuid(text), None),
            _ => (true, None),
        };
        if fits || is_of_pattern_alone(view, text) {
            return Value::String(text.to_owned());
        }
        if let Some((date, is_zoneless)) = self.read_date(format, text) {
            let sent = date.as_sent(str::to_owned);
            let zone = if is_zoneless { IN_UTC } else { "" };
            self.note(Said::new().at(place).text(format!(": `{}`: {sent}{zone}", shortened(text))));
            return Value::String(date.text);
        }
        if let Some(repaired) = repaired {
            if !self.schemas.habits.is_some_and(|habits| habits.completes_dates()) {
                let said = format!(": `{text}` is sent as it is; if the API wants a date and time, it is `{repaired}`");
                self.note(Said::new().at(place).text(said));
                return Value::String(text.to_owned());
            }
            let is_zoneless = text.contains(':') && repaired.ends_with('Z') && !text.to_uppercase().contains('Z');
            let zone = if is_zoneless { IN_UTC } else { "" };
            self.note(sent_as(place, &format!("`{text}`"), &format!("`{repaired}`")).text(zone));
            return Value::String(repaired);
        }
        let message = format!("`{}` is not a {}", shortened(text), format_name(format));
        self.problem(place, message, wanted(view), Vec::new());
        Value::String(text.to_owned())
    }

    /// A date in a form that this API's parser takes, in the form of its format, and whether it has a time and names no zone.
    fn read_date(&self, format: &str, text: &str) -> Option<(ReadDate, bool)> {
        if !matches!(format, "date-time" | "date") || text.is_empty() || dates::repaired(text).is_some() {
            return None;
        }
        let read = self.schemas.habits?.read_date(text)?;
        let complete = |date: String| match format {
            "date" => date.chars().take(DAY).collect(),
            _ if date.len() == DAY => format!("{date}T00:00:00Z"),
            _ if dates::seconds(&date).is_none() => format!("{date}Z"),
            _ => date,
        };
        let is_zoneless = format == "date-time" && read.text.len() > DAY && dates::seconds(&read.text).is_none();
        Some((ReadDate { text: complete(read.text), other: read.other.map(complete) }, is_zoneless))
    }

    pub(super) fn number(&mut self, view: &View, value: &Value, place: &Place) -> Value {
        let Some(number) = value.as_f64() else { return value.clone() };
        let (least, most) = limits(view);
        let below = least.is_some_and(|least| number < least)
            || view.number("exclusiveMinimum").is_some_and(|bound| number <= bound);
        let above = most.is_some_and(|most| number > most)
            || view.number("exclusiveMaximum").is_some_and(|bound| number >= bound);
        if below || above {
            let message = format!("{value} is too {}", if below { "small" } else { "large" });
            let bound = if below { least } else { most }.map(|bound| bound.to_string());
            let offers = bound.into_iter().collect();
            // What no integer of its length can be, no version of the API takes.
            let (from, to) = of_format(view);
            if from.is_some_and(|from| number < from) || to.is_some_and(|to| number > to) {
                self.problem(place, message, wanted(view), offers);
            } else {
                self.beyond(place, message, wanted(view), offers);
            }
        }
        value.clone()
    }
}

/// The smallest and largest value, those of the format included.
fn limits(view: &View) -> (Option<f64>, Option<f64>) {
    let (least, most) = of_format(view);
    (view.number("minimum").or(least), view.number("maximum").or(most))
}

/// The smallest and largest value that a format can hold.
fn of_format(view: &View) -> (Option<f64>, Option<f64>) {
    match view.format() {
        "int32" => (Some(f64::from(i32::MIN)), Some(f64::from(i32::MAX))),
        _ => (None, None),
    }
}

/// Whether a value could stand in a list beside another: both are texts, or both numbers, as text or not.
fn are_alike(known: &Value, value: &Value) -> bool {
    let is_number = |value: &Value| {
        value.is_number() || value.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok_and(f64::is_finite))
    };
    match known {
        Value::String(_) => value.is_string(),
        Value::Number(_) => is_number(value),
        _ => false,
    }
}

/// Whether a text is a UUID, braces around it or not.
pub(in crate::invoke::draft) fn is_uuid(text: &str) -> bool {
    let bare = text.trim_start_matches('{').trim_end_matches('}');
    let lengths: Vec<usize> = bare.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && bare.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// Whether a text has the form that a pattern asks for where the pattern shuts out the form of the format beside it:
/// `2024-01-31T09:00:00+0000` is what such an API reads.
fn is_of_pattern_alone(view: &View, text: &str) -> bool {
    let usual = if view.format() == "date" { "2024-01-31" } else { "2024-01-31T09:00:00Z" };
    let is_dated = matches!(view.format(), "date" | "date-time");
    view.pattern().filter(|_| is_dated).is_some_and(|pattern| {
        matches_pattern(pattern, usual) == Some(false) && matches_pattern(pattern, text) == Some(true)
    })
}
