//! Is this text a date, which moment does it name, and how would it be written properly?
//!
//! RFC 3339 section 5.6 is the form that `format: date-time` means; people write half of it.

use crate::clock::days_of;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The moment that a timestamp of RFC 3339 names, or one with another offset of ISO 8601, in whole seconds since
/// 1970-01-01T00:00:00Z; `None` where it is none.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text.split_at_checked(10)?;
    let days = days(date)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = time.split_at_checked(8)?;
    let clock = clock_seconds(clock)?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
            fraction.get(end..).filter(|_| end > 0)?
        }
        None => rest,
    };
    let offset = match rest {
        "Z" | "z" => 0,
        rest => {
            let (sign, hours) = (rest.get(..1)?, rest.get(1..)?);
            // ISO 8601 has `+0100` and `+01` too, and some APIs ask for these.
            let written = match (hours.len(), hours.split_at_checked(2)) {
                (2, _) => format!("{hours}:00:00"),
                (4, Some((hours, minutes))) => format!("{hours}:{minutes}:00"),
                _ => format!("{hours}:00"),
            };
            let minutes = clock_seconds(&written)?;
            match sign {
                "+" => minutes,
                "-" => -minutes,
                _ => return None,
            }
        }
    };
    Some(days * DAY + clock - offset)
}

/// Whether the text is a full date, `2024-01-31`.
pub(super) fn is_date(text: &str) -> bool {
    days(text).is_some()
}

/// The timestamp that a text surely means: brackets taken off, a space or missing time, seconds or zone filled in
/// (UTC).
pub(super) fn repaired(text: &str) -> Option<String> {
    let bare = text.trim().trim_start_matches('[').trim_end_matches(']').trim();
    let (date, time) = bare.split_at_checked(10)?;
    let time = time.trim_start_matches(['T', 't', ' ']);
    let candidates = [
        bare.to_owned(),
        format!("{date}T{time}"),
        format!("{date}T{time}Z"),
        format!("{date}T{time}:00Z"),
        format!("{date}T00:00:00Z"),
    ];
    // The last one would throw a time away that could not be read.
    let last = if time.is_empty() { candidates.len() } else { candidates.len() - 1 };
    candidates.into_iter().take(last).find(|text| seconds(text).is_some() && !text.contains(' '))
}

/// Days since 1970-01-01 of `2024-01-31`.
fn days(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    if parts.next().is_some() {
        return None;
    }
    days_of(year, month, day)
}

/// Seconds since midnight of `23:59:60`.
fn clock_seconds(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let fits = parts.next().is_none() && hours <= 23 && minutes <= 59 && seconds <= 60;
    fits.then_some(hours * 3600 + minutes * 60 + seconds)
}

fn number(text: &str, digits: usize) -> Option<i64> {
    let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_moments() {
        for (text, wanted) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T12:00:00Z", Some(951_825_600)),
            ("2024-01-31T09:00:00.123456Z", Some(1_706_691_600)),
            ("2024-01-31T10:00:00+01:00", Some(1_706_691_600)),
            ("2024-01-31T04:00:00-05:00", Some(1_706_691_600)),
            ("1969-12-31T23:59:59Z", Some(-1)),
            ("2023-02-29T00:00:00Z", None),
            ("2024-13-01T00:00:00Z", None),
            ("2024-01-31", None),
            ("2024-01-31T25:00:00Z", None),
            ("2024-01-31T09:00:00", None),
            ("2024-01-31T09:00:00.Z", None),
            ("yesterday", None),
            ("", None),
            ("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", None),
        ] {
            assert_eq!(seconds(text), wanted, "{text}");
        }
    }

    #[test]
    fn half_written_timestamps_are_completed_in_utc() {
        for (text, wanted) in [
            ("2024-01-31", Some("2024-01-31T00:00:00Z")),
            ("[2024-01-31T09:00:00Z]", Some("2024-01-31T09:00:00Z")),
            ("2024-01-31 09:00", Some("2024-01-31T09:00:00Z")),
            ("2024-01-31T09:00:00", Some("2024-01-31T09:00:00Z")),
            ("2024-01-31 09:00:00Z", Some("2024-01-31T09:00:00Z")),
            ("2024-01-31 at noon", None),
            ("31.01.2024", None),
        ] {
            assert_eq!(repaired(text).as_deref(), wanted, "{text}");
        }
    }
}
