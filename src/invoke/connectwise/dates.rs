//! Which date does a text name, as .NET's `DateTime.Parse` reads it in the invariant culture, and how does the API's guide write it?
//!
//! The API is a .NET program: what its parser takes is right, and the guide's own form is what every version of it takes. Forms that
//! depend on today (`09:00`, `31 January`) are dates only where nothing else can stand ([`read_on`]): a value may look like one. Where
//! the parser would fail and one reading alone is a date (`31/01/2024`), that one is meant.

use crate::clock::{DAY_S, MONTHS, WEEKDAYS, civil, now_s};
use crate::invoke::draft::{ReadDate, moment};

/// Characters of a text that may be a date; the longest form, with names of day and month, has some 40.
const LONGEST: usize = 64;
/// The largest year of two digits that is of this century (`Calendar.TwoDigitYearMax` of the invariant culture is 2049).
const TWO_DIGITS_UNTIL: u32 = 49;

/// The date or time as `2024-01-31`, `2024-01-31T09:00:00Z`, brackets around it dropped. What already is in that form comes back
/// as it is; `None` where the text is no date.
pub(super) fn read(text: &str) -> Option<ReadDate> {
    let text = text.trim();
    let text = text.strip_prefix('[').unwrap_or(text);
    let text = text.strip_suffix(']').unwrap_or(text).trim();
    if text.len() > LONGEST {
        return None;
    }
    if let Some(moment) = counted(text) {
        return Some(ReadDate { text: moment, other: None });
    }
    parts(&tokens(text)?)?.date()
}

/// The date of a text that is none by itself, as the parser takes it: a time is of this day, and a day of a month is of its year.
pub(super) fn read_on((year, month, day): (i64, i64, i64), text: &str) -> Option<ReadDate> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let tokens = tokens(text)?;
    let mut parts = parts(&tokens)?;
    let (this_year, today) = (format!("{year:04}"), [format!("{year:04}"), format!("{month:02}"), format!("{day:02}")]);
    match (parts.month, parts.numbers.len()) {
        (None, 0) if parts.time.is_some() => parts.numbers.extend(today.iter().map(String::as_str)),
        (Some(_), 1) => parts.numbers.push(&this_year),
        (None, 2) if parts.is_parted && parts.numbers.iter().all(|number| number.len() <= 2) => {
            parts.numbers.push(&this_year);
        }
        _ => return None,
    }
    parts.date()
}

/// Year, month and day of now, in UTC.
pub(super) fn today() -> (i64, i64, i64) {
    civil(i64::try_from(now_s() / DAY_S).unwrap_or_default())
}

fn parts<'t>(tokens: &[Token<'t>]) -> Option<Parts<'t>> {
    let mut reader = Reader { tokens, at: 0, parts: Parts::default() };
    while reader.at < tokens.len() {
        reader.token()?;
    }
    Some(reader.parts)
}

/// The date with the zone that the API takes a time for, where it has a time and no zone.
pub(super) fn in_utc(date: ReadDate) -> ReadDate {
    let whole = |text: String| {
        let has_no_zone = text.split_once('T').is_some_and(|(_, time)| !time.contains(['Z', '+', '-']));
        if has_no_zone { format!("{text}Z") } else { text }
    };
    ReadDate { text: whole(date.text), other: date.other.map(whole) }
}

/// The moment that a date names, in seconds; one without a time begins its day, one without a zone is in UTC.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let text = in_utc(read(text)?).text;
    moment(&if text.contains('T') { text } else { format!("{text}T00:00:00Z") })
}

/// The day after a day, `2024-02-01` of `2024-01-31`; `None` for a text with a time.
pub(super) fn day_after(day: &str) -> Option<String> {
    let begins = if day.contains('T') { None } else { moment(&format!("{day}T00:00:00Z")) }?;
    let (year, month, day) = civil(begins.div_euclid(86_400) + 1);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// The first day of what a text names, and the day after its last: of a day, of a month as `2024-01`, of a year. `None` for a text
/// with a time, and for what is no date.
pub(super) fn period(text: &str) -> Option<(String, String)> {
    let text = text.trim().trim_matches(['[', ']']).trim();
    if let Some(year) = year(text) {
        return Some((format!("{year:04}-01-01"), format!("{:04}-01-01", year + 1)));
    }
    let day = read(text)?.text;
    let next = day_after(&day)?;
    let parts = tokens(text)?.into_iter().filter(|token| match token {
        Token::Number(_) => true,
        Token::Word(word) => named(&MONTHS, word).is_some(),
        Token::Sign(_) => false,
    });
    if parts.count() > 2 || text.contains("/Date(") {
        return Some((day, next));
    }
    // 31 days from the first of a month are within the next one, or begin it.
    let begins = moment(&format!("{day}T00:00:00Z"))?;
    let (year, month, _) = civil(begins.div_euclid(86_400) + 31);
    Some((day, format!("{year:04}-{month:02}-01")))
}

/// The year that four digits name, of those in which somebody looks for records.
fn year(text: &str) -> Option<u32> {
    let year = text.parse().ok().filter(|_| text.len() == 4)?;
    (1900..2100).contains(&year).then_some(year)
}

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// Milliseconds from 1970 to the ends of the years that the API knows, 1 to 9999.
const MOMENTS: std::ops::Range<i64> = -62_135_596_800_000..253_402_300_800_000;

/// The moment of `/Date(1700000000000)/`, as older serializers of .NET write it: milliseconds from 1970, with a zone that says nothing of
/// the moment.
fn counted(text: &str) -> Option<String> {
    let text = text.trim_matches('\\').strip_prefix("/Date(")?;
    let inner = text.strip_suffix(")/").or_else(|| text.strip_suffix(")\\/"))?;
    let end = inner.char_indices().skip(1).find(|(_, c)| matches!(c, '+' | '-')).map_or(inner.len(), |(at, _)| at);
    let (digits, zone) = inner.split_at_checked(end)?;
    let is_zone = zone.is_empty() || (zone.len() == 5 && zone[1..].bytes().all(|byte| byte.is_ascii_digit()));
    let count: i64 = digits.parse().ok().filter(|count| is_zone && MOMENTS.contains(count))?;
    let (year, month, day) = civil(count.div_euclid(DAY));
    let of_day = count.rem_euclid(DAY) / 1_000;
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

#[derive(Debug, PartialEq)]
enum Token<'t> {
    Number(&'t str),
    /// In lower case.
    Word(String),
    Sign(char),
}

fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |belongs: &dyn Fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let length = match first {
            _ if first.is_whitespace() => first.len_utf8(),
            _ if first.is_ascii_digit() => {
                let length = run(&|c| c.is_ascii_digit());
                tokens.push(Token::Number(rest.get(..length)?));
                length
            }
            _ if first.is_ascii_alphabetic() => {
                let length = run(&|c| c.is_ascii_alphabetic());
                tokens.push(Token::Word(rest.get(..length)?.to_ascii_lowercase()));
                length
            }
            '-' | '/' | '.' | ',' | ':' | '+' => {
                tokens.push(Token::Sign(first));
                1
            }
            _ => return None,
        };
        rest = rest.get(length..)?;
    }
    Some(tokens)
}

/// What a text was found to hold.
#[derive(Default)]
struct Parts<'t> {
    /// Numbers of the date, in order.
    numbers: Vec<&'t str>,
    /// A month that was written out, from 1.
    month: Option<u32>,
    /// `09:00:00.123`
    time: Option<String>,
    /// `Z` or `+02:00`
    zone: String,
    /// Whether `/` or `-` stands between numbers of the date.
    is_parted: bool,
    /// Where the time ended: only right behind it a sign begins its zone.
    time_end: usize,
}

struct Reader<'r, 't> {
    tokens: &'r [Token<'t>],
    at: usize,
    parts: Parts<'t>,
}

impl<'t> Reader<'_, 't> {
    fn ahead(&self, by: usize) -> Option<&Token<'t>> {
        self.tokens.get(self.at + by)
    }

    /// Takes what stands here; `None` where it belongs to no date.
    fn token(&mut self) -> Option<()> {
        let is_behind_time = self.parts.time.is_some() && self.at == self.parts.time_end;
        match self.ahead(0)? {
            Token::Number(digits) => {
                let digits = *digits;
                if self.ahead(1) == Some(&Token::Sign(':')) {
                    return self.clock(digits);
                }
                if let Some(Token::Word(word)) = self.ahead(1)
                    && let Some(is_afternoon) = half_of_day(word)
                {
                    self.at += 2;
                    return self.time(digits, "00", "00", "", Some(is_afternoon));
                }
                self.parts.numbers.push(digits);
            }
            Token::Word(word) => match word.as_str() {
                "t" if self.parts.time.is_none() && matches!(self.ahead(2), Some(Token::Sign(':'))) => {}
                "z" | "gmt" | "utc" if is_behind_time => self.parts.zone = "Z".to_owned(),
                word => match (named(&MONTHS, word), named(&WEEKDAYS, word)) {
                    (Some(month), _) if self.parts.month.is_none() => self.parts.month = Some(month),
                    (None, Some(_)) => {}
                    _ => return None,
                },
            },
            Token::Sign(sign @ ('+' | '-')) if is_behind_time => return self.offset(*sign),
            Token::Sign(sign @ ('-' | '/' | '.' | ','))
                if !is_behind_time && self.at > 0 && self.ahead(1).is_some() =>
            {
                self.parts.is_parted |= matches!(sign, '-' | '/');
            }
            Token::Sign(_) => return None,
        }
        self.at += 1;
        Some(())
    }

    /// `9:30`, `09:30:15.123`, each perhaps with `AM` or `PM` behind it.
    fn clock(&mut self, hour: &'t str) -> Option<()> {
        self.at += 2;
        let minute = self.number()?;
        let (mut second, mut fraction) = ("00", "");
        if self.ahead(0) == Some(&Token::Sign(':')) {
            self.at += 1;
            second = self.number()?;
            if self.ahead(0) == Some(&Token::Sign('.')) {
                self.at += 1;
                fraction = self.number()?;
            }
        }
        let half = match self.ahead(0) {
            Some(Token::Word(word)) => half_of_day(word),
            _ => None,
        };
        self.at += usize::from(half.is_some());
        self.time(hour, minute, second, fraction, half)
    }

    fn number(&mut self) -> Option<&'t str> {
        let Some(Token::Number(digits)) = self.ahead(0) else { return None };
        let digits = *digits;
        self.at += 1;
        Some(digits)
    }

    fn time(
        &mut self,
        hour: &str,
        minute: &str,
        second: &str,
        fraction: &str,
        is_afternoon: Option<bool>,
    ) -> Option<()> {
        let sound = |part: &str, least: usize, most: u32| {
            (least..=2).contains(&part.len()) && part.parse::<u32>().is_ok_and(|number| number <= most)
        };
        if self.parts.time.is_some() || !sound(hour, 1, 23) || !sound(minute, 2, 59) || !sound(second, 2, 59) {
            return None;
        }
        let hour: u32 = hour.parse().ok()?;
        let hour = match is_afternoon {
            None => hour,
            // The parser takes `00:30 AM`, and `13:30 PM`, which says the same twice.
            Some(true) => {
                if hour < 12 {
                    hour + 12
                } else {
                    hour
                }
            }
            Some(false) if hour > 12 => return None,
            Some(false) => hour % 12,
        };
        let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
        self.parts.time = Some(format!("{hour:02}:{minute}:{second}{fraction}"));
        self.parts.time_end = self.at;
        Some(())
    }

    /// `+02:00`, `+0200`, `-5`.
    fn offset(&mut self, sign: char) -> Option<()> {
        self.at += 1;
        let digits = self.number()?;
        let (hours, minutes) = match digits.len() {
            1 | 2 if self.ahead(0) == Some(&Token::Sign(':')) => {
                self.at += 1;
                (digits, self.number().filter(|minutes| minutes.len() == 2)?)
            }
            1 | 2 => (digits, "00"),
            4 => digits.split_at(2),
            _ => return None,
        };
        let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
        if hours > 14 || minutes > 59 {
            return None;
        }
        self.parts.zone = format!("{sign}{hours:02}:{minutes:02}");
        Some(())
    }
}

/// Whether `am` or `pm`, or their first letters.
fn half_of_day(word: &str) -> Option<bool> {
    match word {
        "am" | "a" => Some(false),
        "pm" | "p" => Some(true),
        _ => None,
    }
}

/// The place of a name, written out or by its first three letters, from 1.
fn named(names: &[&str], word: &str) -> Option<u32> {
    let at = names.iter().position(|name| word == *name || (word.len() == 3 && name.starts_with(word)))?;
    u32::try_from(at + 1).ok()
}

impl Parts<'_> {
    fn date(self) -> Option<ReadDate> {
        let number = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 2);
        let year = |part: &str| match (part.len(), part.parse::<u32>().ok()?) {
            (4, year) if year > 0 => Some(year),
            (2, year) => Some(if year <= TWO_DIGITS_UNTIL { 2000 + year } else { 1900 + year }),
            _ => None,
        };
        let is_year = |part: &str| part.len() == 4;
        let mut other = None;
        let day = match (self.month, self.numbers.as_slice()) {
            (Some(month), [first, day]) if is_year(first) => calendar_day(year(first)?, month, number(day)?)?,
            (Some(month), [day, last]) => calendar_day(year(last)?, month, number(day)?)?,
            (Some(month), [only]) if is_year(only) => calendar_day(year(only)?, month, 1)?,
            (None, [first, month, day]) if is_year(first) => calendar_day(year(first)?, number(month)?, number(day)?)?,
            (None, [first, second, last]) => {
                let (first, second, year) = (number(first)?, number(second)?, year(last)?);
                let (by_month, by_day) = (calendar_day(year, first, second), calendar_day(year, second, first));
                if is_year(last) || by_month.is_some() {
                    other =
                        by_day.clone().filter(|by_day| by_month.as_ref().is_some_and(|by_month| by_month != by_day));
                    by_month.or(by_day)?
                } else {
                    return None;
                }
            }
            (None, [first, month]) if is_year(first) => calendar_day(year(first)?, number(month)?, 1)?,
            (None, [month, last]) if is_year(last) => calendar_day(year(last)?, number(month)?, 1)?,
            _ => return None,
        };
        let time = self.time.map_or_else(String::new, |time| format!("T{time}{}", self.zone));
        Some(ReadDate { text: format!("{day}{time}"), other: other.map(|day| format!("{day}{time}")) })
    }
}

fn calendar_day(year: u32, month: u32, day: u32) -> Option<String> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=longest).contains(&day).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_out_as_the_guide_writes_them() {
        for (given, canonical) in [
            ("2024-01-01", Some("2024-01-01")),
            ("2024-01-01T00:00:00Z", Some("2024-01-01T00:00:00Z")),
            ("[2024-02-29T23:59:59.1234567Z]", Some("2024-02-29T23:59:59.1234567Z")),
            ("2024-01-01T10:00:00+02:00", Some("2024-01-01T10:00:00+02:00")),
            ("2024-01-01T10:00:00-0500", Some("2024-01-01T10:00:00-05:00")),
            ("2024-01-01 9:30", Some("2024-01-01T09:30:00")),
            ("2024-1-5", Some("2024-01-05")),
            ("2024/1/31", Some("2024-01-31")),
            ("2024.01.31", Some("2024-01-31")),
            ("2024-01", Some("2024-01-01")),
            ("01/2024", Some("2024-01-01")),
            ("01/31/2024", Some("2024-01-31")),
            ("31/01/2024", Some("2024-01-31")),
            ("31.01.2024", Some("2024-01-31")),
            ("1/31/24 5:05 PM", Some("2024-01-31T17:05:00")),
            ("1/31/2024 12 am", Some("2024-01-31T00:00:00")),
            ("1/31/2024 00:30 AM", Some("2024-01-31T00:30:00")),
            ("1/31/2024 00:30 PM", Some("2024-01-31T12:30:00")),
            ("2024-01-01 13:00 pm", Some("2024-01-01T13:00:00")),
            ("Jan 31, 2024", Some("2024-01-31")),
            ("31-Jan-2024 09:00", Some("2024-01-31T09:00:00")),
            ("January 31 2024 9:00:00 AM", Some("2024-01-31T09:00:00")),
            ("Wed, 31 Jan 2024 09:00:00 GMT", Some("2024-01-31T09:00:00Z")),
            ("Wednesday, January 31, 2024", Some("2024-01-31")),
            ("January 2024", Some("2024-01-01")),
            ("09:00 31-01-2024", Some("2024-01-31T09:00:00")),
            ("/Date(1700000000000)/", Some("2023-11-14T22:13:20Z")),
            ("[/Date(1700000000999+0200)/]", Some("2023-11-14T22:13:20Z")),
            ("/Date(-1000)/", Some("1969-12-31T23:59:59Z")),
            // What depends on today, or is none.
            ("/Date(99999999999999999)/", None),
            ("/Date()/", None),
            ("/Date(1700000000000", None),
            ("09:00", None),
            ("31 January", None),
            ("today", None),
            ("20240131", None),
            ("2023-02-29", None),
            ("2024-13-01", None),
            ("24/01/31", None),
            ("2024-01-01T25:00:00Z", None),
            ("2024-01-01T10:00:00.Z", None),
            ("2024-01-01 13:00 am", None),
            ("2024-01-01T10:00:00+99:00", None),
            ("-2024-01-01", None),
            ("2024-01-", None),
            ("10.0.0.1", None),
            ("1.5", None),
            ("", None),
        ] {
            assert_eq!(read(given).map(|date| date.text).as_deref(), canonical, "{given}");
            if let Some(canonical) = canonical {
                assert_eq!(read(canonical).map(|date| date.text).as_deref(), Some(canonical), "{canonical}");
            }
        }
    }

    #[test]
    fn what_depends_on_today_is_a_date_where_nothing_else_can_stand() {
        let read = |text: &str| read_on((2026, 11, 29), text).map(|date| (date.text, date.other));
        let one = |text: &str| Some((text.to_owned(), None));
        for text in ["Jan 31", "31 Jan", "January 31", "1/31", "01-31", "31/1"] {
            assert_eq!(read(text), one("2026-01-31"), "{text}");
        }
        assert_eq!(read("5/6"), Some(("2026-05-06".to_owned(), Some("2026-06-05".to_owned()))));
        assert_eq!(read("10:30"), one("2026-11-29T10:30:00"));
        assert_eq!(read("Jan 31 5 pm"), one("2026-01-31T17:00:00"));
        assert_eq!(read("00:30 AM"), one("2026-11-29T00:30:00"));
        for text in ["Jan 32", "2/30", "1.5", "1,5", "13", "Jan", "13:30 AM", "today", "", "1/31/2024/5"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_month_and_a_year_are_as_long_as_they_are() {
        for (text, first, after) in [
            ("2024-01", "2024-01-01", "2024-02-01"),
            ("02/2024", "2024-02-01", "2024-03-01"),
            ("December 2023", "2023-12-01", "2024-01-01"),
            ("2024", "2024-01-01", "2025-01-01"),
            ("2024-02-29", "2024-02-29", "2024-03-01"),
            ("Jan 1, 2024", "2024-01-01", "2024-01-02"),
        ] {
            assert_eq!(period(text), Some((first.to_owned(), after.to_owned())), "{text}");
        }
        assert_eq!(["2024-01-31T08:00:00Z", "48190", "0031", "today"].map(period), [None, None, None, None]);
    }

    #[test]
    fn where_day_and_month_can_be_exchanged_the_month_is_first_and_the_other_reading_is_told() {
        let read = |text: &str| read(text).map(|date| (date.text, date.other));
        let both = |text: &str, other: &str| Some((text.to_owned(), Some(other.to_owned())));
        assert_eq!(read("03/04/2026"), both("2026-03-04", "2026-04-03"));
        assert_eq!(read("3.4.2026 8:00Z"), both("2026-03-04T08:00:00Z", "2026-04-03T08:00:00Z"));
        assert_eq!(read("05/05/2026"), Some(("2026-05-05".to_owned(), None)));
        assert_eq!(read("03/14/2026"), Some(("2026-03-14".to_owned(), None)));
        assert_eq!(read("4 Mar 2026"), Some(("2026-03-04".to_owned(), None)));
    }
}
