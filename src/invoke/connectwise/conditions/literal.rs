//! Is a piece of text a number or a date, and how would the API write it?

use super::syntax::Scalar;

/// An integer or decimal, perhaps negative.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && all_digits(fraction)
}

/// What a word without quotes can mean other than a text.
pub(super) fn keyword(text: &str) -> Option<Scalar> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(Scalar::Boolean(true)),
        "false" => Some(Scalar::Boolean(false)),
        "null" => Some(Scalar::Null),
        _ => is_number(text).then(|| Scalar::Number(text.to_owned())),
    }
}

/// What a text in quotes means where a boolean is wanted.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "on" => Some(true),
        "false" | "no" | "n" | "0" | "off" => Some(false),
        _ => None,
    }
}

/// A date or a time as the API writes it (`2024-01-31`, `2024-01-31T09:00:00Z`), from what people write; square
/// brackets around it are dropped. `None` where it is no date, or where day and month cannot be told apart.
///
/// What already is canonical comes back as it is.
pub(super) fn date(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('[').unwrap_or(text);
    let text = text.strip_suffix(']').unwrap_or(text).trim();
    let (day, time) = match text.find(['T', 't', ' ']) {
        // `T` and space are one byte each.
        Some(at) => (&text[..at], Some(text[at + 1..].trim())),
        None => (text, None),
    };
    let day = calendar_day(day)?;
    match time {
        None => Some(day),
        Some(time) => Some(format!("{day}T{}", time_of_day(time)?)),
    }
}

fn calendar_day(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let number = |part: &str, most: usize| -> Option<u32> {
        (!part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse().ok())?
    };
    let (year, month, day) = if first.len() == 4 {
        (number(first, 4)?, number(second, 2)?, number(third, 2)?)
    } else if third.len() == 4 {
        // `01/31/2024` can be read, `01/02/2024` is January or February.
        match (number(first, 2)?, number(second, 2)?) {
            (month, day) if month <= 12 && (day > 12 || day == month) => (number(third, 4)?, month, day),
            (day, month) if month <= 12 && day > 12 => (number(third, 4)?, month, day),
            _ => return None,
        }
    } else {
        return None;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=longest).contains(&day).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn time_of_day(text: &str) -> Option<String> {
    let zone_at = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone_at);
    let clock = clock.trim_end();
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let parts: Vec<&str> = whole.split(':').collect();
    let in_range = |part: &&str, least: usize, most: u32| {
        (least..=2).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|number| number <= most)
    };
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (hour, minute, &"00"),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let fraction_is_sound = fraction.is_empty() != clock.contains('.') && fraction.bytes().all(|b| b.is_ascii_digit());
    if !in_range(hour, 1, 23) || !in_range(minute, 2, 59) || !in_range(second, 2, 59) || !fraction_is_sound {
        return None;
    }
    let zone = match zone.trim() {
        "" => String::new(),
        "Z" | "z" => "Z".to_owned(),
        offset => {
            let (hours, minutes) = offset.get(1..)?.split_once(':')?;
            let sound = in_range(&hours, 2, 14) && in_range(&minutes, 2, 59);
            sound.then(|| offset.to_owned())?
        }
    };
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    Some(format!("{hour:0>2}:{minute}:{second}{fraction}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_out_as_the_api_writes_them() {
        for (given, canonical) in [
            ("2024-01-01", Some("2024-01-01")),
            ("2024-01-01T00:00:00Z", Some("2024-01-01T00:00:00Z")),
            ("[2024-02-29T23:59:59.123Z]", Some("2024-02-29T23:59:59.123Z")),
            ("2024-01-01T10:00:00+02:00", Some("2024-01-01T10:00:00+02:00")),
            ("2024-01-01 9:30", Some("2024-01-01T09:30:00")),
            ("2024/1/31", Some("2024-01-31")),
            ("01/31/2024", Some("2024-01-31")),
            ("31/01/2024", Some("2024-01-31")),
            ("01/02/2024", None),
            ("2023-02-29", None),
            ("2024-13-01", None),
            ("2024-01-01T25:00:00Z", None),
            ("2024-01-01T10:00:00.Z", None),
            ("today", None),
            ("2024-01", None),
            ("", None),
        ] {
            assert_eq!(date(given).as_deref(), canonical, "{given}");
        }
    }

    #[test]
    fn numbers_are_integers_or_decimals() {
        for (text, yes) in [("1", true), ("-1.50", true), ("1.", false), (".5", false), ("1e5", false), ("-", false)] {
            assert_eq!(is_number(text), yes, "{text}");
        }
    }
}
