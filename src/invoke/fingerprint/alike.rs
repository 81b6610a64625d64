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
        return path.split('/').skip(1).map(in_any_case).collect();
    };
    let mut values = values.into_iter().map(|(_, value)| value);
    let mut bytes = |part: &PathPart| match part {
        PathPart::Literal(text) => in_any_case(text),
        PathPart::Parameter(_) => values.next().unwrap_or_default().into_bytes(),
    };
    template.segments().iter().map(|segment| segment.parts.iter().flat_map(&mut bytes).collect()).collect()
}

/// Whether a media type is one of XML.
pub(super) fn is_xml(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/xml") || essence.ends_with("+xml")
}

/// XML as readers of data take it: `<a></a>` is `<a/>`, and blanks stand neither between tags nor at a tag's end. What is within comments and
/// CDATA may lose blanks too: this is for comparing alone.
pub(super) fn xml_alike(text: &str) -> String {
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
        let name = inner.trim_start_matches('/').split(|c: char| c.is_ascii_whitespace() || c == '/').next();
        let name = name.unwrap_or_default();
        if inner.starts_with('/') && !opened.is_empty() && opened == name {
            alike.truncate(alike.len() - ">".len());
            alike.push_str("/>");
            opened = "";
            continue;
        }
        let (inner, end) = inner.strip_suffix('/').map_or((inner, ">"), |inner| (inner, "/>"));
        ["<", inner.trim_ascii_end(), end].iter().for_each(|part| alike.push_str(part));
        opened = if end == ">" && !inner.starts_with(['/', '!', '?']) { name } else { "" };
    }
    alike
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_is_alike_however_its_empty_elements_and_blanks_are_written() {
        let plain = xml_alike(r#"<?xml version="1.0"?><r><a x="1"/><b>5 6</b></r>"#);
        for text in [
            "<?xml version=\"1.0\"?>\n<r>\n  <a x=\"1\"></a>\n  <b>5 6</b>\n</r>\n",
            r#"<?xml version="1.0"?><r ><a x="1" /><b>5 6</b ></r>"#,
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
