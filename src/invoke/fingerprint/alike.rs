//! As what does a server read a part of a request that can be written in several ways?

use percent_encoding::percent_decode_str;

use crate::invoke::draft::Integers;
use crate::openapi::{Part as PathPart, PathTemplate};

/// Pairs in the order of their names, whatever the case of these; those of one name keep theirs.
pub(super) fn by_name<'p>(pairs: impl Iterator<Item = &'p (String, String)>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    pairs
}

/// Pairs of a query or a form as they are written, decoded to bytes, which need not be UTF-8, in the order of [`by_name`]. Empty places
/// between them say nothing.
pub(super) fn by_decoded_name<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pair = |text: &str| {
        let text = text.replace('+', " ");
        let (name, value) = text.split_once('=').unwrap_or((&text, ""));
        (in_any_case(name), percent_decode_str(value).collect())
    };
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = texts.filter(|text| !text.is_empty()).map(pair).collect();
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    pairs
}

/// A text of a URL, decoded and in lower case; bytes that are no UTF-8 stay.
pub(super) fn in_any_case(text: &str) -> Vec<u8> {
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    std::str::from_utf8(&bytes).map(|text| text.to_lowercase().into_bytes()).unwrap_or(bytes)
}

/// The integer that a text is, written in one way: parsers take a sign, zeros before it, blanks around it, and many a fraction that is none.
pub(super) fn integer(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let (sign, digits) = match text {
        [b'-', digits @ ..] => ("-", digits),
        [b'+', digits @ ..] => ("", digits),
        digits => ("", digits),
    };
    let whole = digits.split(|byte| *byte == b'.').next().unwrap_or_default();
    let fraction = digits.get(whole.len() + 1..).unwrap_or_default();
    if whole.is_empty() || !whole.iter().all(u8::is_ascii_digit) || !fraction.iter().all(|digit| *digit == b'0') {
        return None;
    }
    let zeros = whole.iter().take_while(|digit| **digit == b'0').count();
    Some(match whole.get(zeros..) {
        Some(digits @ [_, ..]) => [sign.as_bytes(), digits].concat(),
        _ => b"0".to_vec(),
    })
}

pub(super) fn is_form(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// A path without what stands at its end and says nothing to many a server: slashes, blanks, and parameters that are none, encoded or not.
fn without_end(mut path: &str) -> &str {
    const NOTHING: [&str; 7] = ["/", ";", " ", "%2f", "%3b", "%20", "%09"];
    let end = |path: &str| {
        let is_end = |end: &&&str| {
            let tail = path.len().checked_sub(end.len()).and_then(|at| path.get(at..));
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        };
        NOTHING.iter().find(is_end).map(|end| end.len())
    };
    while let Some(length) = end(path) {
        path = &path[..path.len() - length];
    }
    path
}

/// The segments that a server may find in a decoded text of a path: slashes part it whether they were encoded or not, and parameters of
/// a segment (RFC 3986 section 3.3) say nothing to most handlers.
fn parted(text: &[u8]) -> Vec<Vec<u8>> {
    let segments = text.split(|byte| matches!(byte, b'/' | b'\\')).filter(|segment| !segment.is_empty());
    // What begins with one is a value that the style `matrix` writes.
    let own = |segment: &[u8]| {
        let end = segment.iter().skip(1).position(|byte| *byte == b';').map_or(segment.len(), |at| at + 1);
        segment.get(..end).unwrap_or_default().to_vec()
    };
    segments.map(own).collect()
}

/// The segments of a path, decoded. The case of letters counts in the values of its template's placeholders alone, and without a
/// template nowhere: many servers heed none. Of those that are integers the number counts.
pub(super) fn segments(path: &str, template: Option<&str>, integers: &Integers) -> Vec<Vec<u8>> {
    let trimmed = |path: &str| {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        segments.map(|segment| format!("/{segment}")).collect::<String>()
    };
    let path = trimmed(without_end(path));
    let template = template.map(|template| trimmed(template.split('#').next().unwrap_or_default()));
    let template = template.and_then(|template| PathTemplate::parse(&template).ok());
    let placed = template.as_ref().and_then(|template| Some((template, template.matches_in_any_case(&path)?)));
    let Some((template, values)) = placed else {
        return path.split('/').skip(1).flat_map(|segment| parted(&in_any_case(segment))).collect();
    };
    let mut values = values.into_iter();
    let mut bytes = |part: &PathPart| match part {
        PathPart::Literal(text) => in_any_case(text),
        PathPart::Parameter(_) => {
            let (name, value) = values.next().unwrap_or_default();
            let value = parted(&value.into_bytes()).join(&b'/');
            if integers.has_in_path(name) { integer(&value).unwrap_or(value) } else { value }
        }
    };
    let of_template = template.segments().iter();
    let segments = of_template.map(|segment| segment.parts.iter().flat_map(&mut bytes).collect::<Vec<u8>>());
    segments.flat_map(|segment| segment.split(|byte| *byte == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>()).collect()
}
