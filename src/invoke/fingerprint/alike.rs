//! As what does a server read a part of a request that can be written in several ways?

use percent_encoding::percent_decode_str;

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
/// template nowhere: many servers heed none.
pub(super) fn segments(path: &str, template: Option<&str>) -> Vec<Vec<u8>> {
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
    let mut values = values.into_iter().map(|(_, value)| value);
    let mut bytes = |part: &PathPart| match part {
        PathPart::Literal(text) => in_any_case(text),
        PathPart::Parameter(_) => parted(&values.next().unwrap_or_default().into_bytes()).join(&b'/'),
    };
    let of_template = template.segments().iter();
    let segments = of_template.map(|segment| segment.parts.iter().flat_map(&mut bytes).collect::<Vec<u8>>());
    segments.flat_map(|segment| segment.split(|byte| *byte == b'/').map(<[u8]>::to_vec).collect::<Vec<_>>()).collect()
}

/// Whether a media type is one of XML.
pub(super) fn is_xml(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/xml") || essence.ends_with("+xml")
}

/// XML as readers of data take it: `<a></a>` is `<a/>`, blanks stand neither between tags nor at a tag's end, the order of attributes and
/// their quotes do not count, nor do comments and what declares the text to be XML. What is within CDATA may lose blanks too: this is for
/// comparing alone.
pub(super) fn xml_alike(text: &str) -> String {
    let text = &without_comments(text);
    let mut alike = String::with_capacity(text.len());
    // The name of the tag that was opened just now.
    let mut opened = "";
    for piece in text.split_inclusive('>') {
        let (content, tag) = piece.split_at(piece.rfind('<').unwrap_or(piece.len()));
        if !content.trim_ascii().is_empty() {
            alike.push_str(content);
            opened = "";
        }
        let Some(inner) = tag.strip_prefix('<').and_then(|tag| tag.strip_suffix('>')) else {
            alike.push_str(tag.trim_ascii());
            continue;
        };
        if inner.starts_with("?xml ") {
            continue;
        }
        let name = inner.trim_start_matches('/').split(|c: char| c.is_ascii_whitespace() || c == '/').next();
        let name = name.unwrap_or_default();
        if inner.starts_with('/') && !opened.is_empty() && opened == name {
            alike.truncate(alike.len() - ">".len());
            alike.push_str("/>");
            opened = "";
            continue;
        }
        let (inner, end) = inner.strip_suffix('/').map_or((inner, ">"), |inner| (inner, "/>"));
        let attributes = attributes(inner).filter(|_| inner.starts_with(name) && !name.is_empty());
        let inner = attributes.unwrap_or_else(|| inner.trim_ascii_end().to_owned());
        ["<", &inner, end].iter().for_each(|part| alike.push_str(part));
        opened = if end == ">" && !inner.starts_with(['/', '!', '?']) { name } else { "" };
    }
    alike
}

fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        let Some((_, after)) = comment.split_once("-->") else { break };
        kept.push_str(before);
        rest = after;
    }
    kept + rest
}

/// A tag without its brackets, with its attributes in order of their names and in double quotes; `None` where it cannot be read.
fn attributes(inner: &str) -> Option<String> {
    let (name, mut rest) = inner.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((inner, ""));
    let mut attributes = Vec::new();
    while !rest.trim_ascii().is_empty() {
        let (own, value) = rest.split_once('=')?;
        let value = value.trim_ascii_start();
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let (value, after) = value.get(1..)?.split_once(quote)?;
        attributes.push((own.trim_ascii(), value.replace('"', "&quot;")));
        rest = after;
    }
    attributes.sort();
    let attributes = attributes.iter().map(|(name, value)| format!(" {name}=\"{value}\""));
    Some(std::iter::once(name.to_owned()).chain(attributes).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_is_alike_however_its_empty_elements_and_blanks_are_written() {
        let plain = xml_alike(r#"<?xml version="1.0"?><r><a x="1"/><b>5 6</b></r>"#);
        let two = xml_alike(r#"<a x="1" y="a'b"/>"#);
        for text in [r#"<a y="a'b" x='1'></a>"#, r#"<!-- c > --><a x = "1"  y="a'b" />"#] {
            assert_eq!(xml_alike(text), two, "{text}");
        }
        assert_ne!(xml_alike(r#"<a x="2" y="a'b"/>"#), two);
        assert_ne!(xml_alike(r#"<a y="1" x="a'b"/>"#), two);
        for text in [
            "<?xml version=\"1.0\"?>\n<r>\n  <a x=\"1\"></a>\n  <b>5 6</b>\n</r>\n",
            r#"<?xml version="1.0"?><r ><a x="1" /><b>5 6</b ></r>"#,
            "<?xml version='1.0' encoding='utf-8'?><!-- note --><r><a x='1'/><b>5 6</b></r>",
            r#"<r><a x="1"/><b>5 6</b></r>"#,
            r#"<?xml version="1.0"?><r><a x="1"> </a ><b>5 6</b></r>"#,
        ] {
            assert_eq!(xml_alike(text), plain, "{text}");
        }
        for text in [
            r#"<?xml version="1.0"?><r><a x="1"/><b>56</b></r>"#,
            r#"<?xml version="1.0"?><r><a x="1">-</a><b>5 6</b></r>"#,
            r#"<?xml version="1.0"?><r><a x="2"/><b>5 6</b></r>"#,
            r#"<?xml version="1.0"?><r><a x="1"/><a x="1"/><b>5 6</b></r>"#,
            "",
            "a > b < c",
        ] {
            assert_ne!(xml_alike(text), plain, "{text}");
        }
    }
}
