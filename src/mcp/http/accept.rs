//! Which media types does a client take?
//!
//! rmcp looks for its two types by name. A client may name them by a range (RFC 9110 section 12.5.1), as `*/*` does, or not at all.

use hyper::HeaderMap;
use hyper::header::{self, HeaderValue};

/// The media types of answers: one message, and a stream of several.
const ANSWERS: [&str; 2] = ["application/json", "text/event-stream"];

/// Writes the ranges of `Accept` that hold a media type of an answer as that type.
pub(super) fn by_name(headers: &mut HeaderMap) {
    let given: Vec<String> =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).map(str::to_owned).collect();
    let given = given.join(",");
    // Whoever says nothing takes anything.
    let taken: Vec<&str> = ANSWERS.into_iter().filter(|kind| given.trim().is_empty() || takes(&given, kind)).collect();
    let is_named = |kind: &&str| given.to_ascii_lowercase().contains(*kind);
    if taken.is_empty() || taken.iter().all(is_named) {
        return;
    }
    if let Ok(value) = HeaderValue::from_str(&taken.join(", ")) {
        headers.insert(header::ACCEPT, value);
    }
}

/// Whether ranges hold a media type: of those that do, the most specific one decides.
fn takes(ranges: &str, kind: &str) -> bool {
    let whole = kind.split('/').next().map(|first| format!("{first}/*")).unwrap_or_default();
    let rank = |range: &str| [kind, whole.as_str(), "*/*"].iter().position(|it| it.eq_ignore_ascii_case(range));
    let read = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let rank = rank(parts.next()?)?;
        let weight = parts.find_map(|part| part.strip_prefix(['q', 'Q'])?.trim_start().strip_prefix('='));
        let is_taken = weight.is_none_or(|weight| weight.trim().parse::<f32>() != Ok(0.0));
        Some((rank, is_taken))
    };
    ranges.split(',').filter_map(read).min_by_key(|(rank, _)| *rank).is_some_and(|(_, is_taken)| is_taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(values: &[&'static str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT, HeaderValue::from_static(value));
        }
        by_name(&mut headers);
        headers.get_all(header::ACCEPT).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_range_stands_for_the_types_that_it_holds() {
        let both = ANSWERS.join(", ");
        for given in
            [&["*/*"][..], &[], &["application/*, text/*"], &["text/html", "*/*;q=0.8"], &["text/html, */* ; Q=.1"]]
        {
            assert_eq!(accepted(given), [both.as_str()], "{given:?}");
        }
        assert_eq!(accepted(&["application/json, text/*"]), [both.as_str()]);
        // A type of its own weight is not taken by a range.
        assert_eq!(accepted(&["*/*, text/event-stream;q=0"]), ["application/json"]);
        for given in
            ["application/json, text/event-stream", "application/json", "text/html", "*/*;q=0", "text/event-stream;q=1"]
        {
            assert_eq!(accepted(&[given]), [given], "{given}");
        }
    }
}
