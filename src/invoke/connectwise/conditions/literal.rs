//! Is a piece of text a number or a boolean, and how would the API write it?

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

/// Whether a text is a mail address.
pub(in crate::invoke::connectwise) fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_integers_or_decimals() {
        for (text, yes) in [("1", true), ("-1.50", true), ("1.", false), (".5", false), ("1e5", false), ("-", false)] {
            assert_eq!(is_number(text), yes, "{text}");
        }
    }
}
