//! As what do readers of data take an XML text? For comparing alone: what is made of it is no XML.
//!
//! A prefix says nothing but which namespace a name is of, so names have that in its place. Blanks stand neither between tags nor at a tag's
//! end, `<a></a>` is `<a/>`, characters are the same however they are written, and neither comments nor the order of attributes count, nor
//! their quotes, nor what declares the text to be XML.

use std::borrow::Cow;
use std::collections::HashMap;

/// Whether a media type is one of XML.
pub(super) fn is_xml(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/xml") || essence.ends_with("+xml")
}

/// Equal for texts that say the same.
pub(super) fn xml_alike(text: &str) -> String {
    let mut alike = Alike::default();
    let mut rest = text.trim_start_matches('\u{feff}');
    while let Some(at) = rest.find('<') {
        let (content, markup) = rest.split_at(at);
        alike.content.push_str(&plain(content));
        rest = alike.markup(markup);
    }
    alike.content.push_str(&plain(rest));
    alike.end_content();
    alike.text
}

/// What was read so far.
#[derive(Default)]
struct Alike<'t> {
    text: String,
    /// The text since the last tag.
    content: String,
    /// The namespaces of each prefix, the one that counts last; the default one is of no prefix.
    namespaces: HashMap<&'t str, Vec<&'t str>>,
    /// The prefixes that each open element declares.
    open: Vec<Vec<&'t str>>,
    /// Whether nothing followed the last tag, which opened an element.
    is_empty: bool,
}

impl<'t> Alike<'t> {
    /// Reads what begins with `<`, and returns what follows it.
    fn markup(&mut self, text: &'t str) -> &'t str {
        let until = |begin: &str, end: &str| text.strip_prefix(begin).and_then(|text| text.split_once(end));
        if let Some((_, rest)) = until("<!--", "-->") {
            return rest;
        }
        if let Some((content, rest)) = until("<![CDATA[", "]]>") {
            self.content.push_str(&escaped(content));
            return rest;
        }
        if let Some((instruction, rest)) = until("<?", "?>") {
            if !instruction.starts_with("xml ") {
                self.end_content();
                ["<?", instruction, "?>"].iter().for_each(|part| self.text.push_str(part));
                self.is_empty = false;
            }
            return rest;
        }
        self.end_content();
        let Some(end) = end_of_tag(text) else {
            self.text.push_str(text.trim_ascii());
            return "";
        };
        let (tag, rest) = (&text[1..end], &text[end + 1..]);
        if let Some(name) = tag.strip_prefix('/') {
            self.close(name.trim_ascii());
        } else if tag.starts_with('!') {
            ["<", tag, ">"].iter().for_each(|part| self.text.push_str(part));
            self.is_empty = false;
        } else {
            self.open(tag);
        }
        rest
    }

    fn end_content(&mut self) {
        if !self.content.trim_ascii().is_empty() {
            self.text.push_str(&self.content);
            self.is_empty = false;
        }
        self.content.clear();
    }

    fn open(&mut self, tag: &'t str) {
        let (inner, is_closed) = tag.strip_suffix('/').map_or((tag, false), |inner| (inner, true));
        let name_end = inner.find(|c: char| c.is_ascii_whitespace()).unwrap_or(inner.len());
        let (name, rest) = inner.split_at(name_end);
        let attributes = attributes(rest);
        let mut declared = Vec::new();
        for (own, value) in attributes.iter().flatten() {
            let prefix = if *own == "xmlns" { Some("") } else { own.strip_prefix("xmlns:") };
            if let Some(prefix) = prefix {
                self.namespaces.entry(prefix).or_default().push(*value);
                declared.push(prefix);
            }
        }
        self.open.push(declared);
        let mut written = match &attributes {
            Some(attributes) => self.written(attributes),
            // What cannot be read counts as it stands.
            None => vec![rest.trim_ascii_end().to_owned()],
        };
        written.sort();
        self.text.push('<');
        self.text.push_str(&self.named(name, true));
        written.iter().for_each(|attribute| self.text.push_str(attribute));
        self.text.push('>');
        self.is_empty = true;
        if is_closed {
            self.close(name);
        }
    }

    /// Attributes but those that declare namespaces, each by its namespace, and of values the prefix, too: `xsi:type` names a type so.
    fn written(&self, attributes: &[(&'t str, &'t str)]) -> Vec<String> {
        let is_own = |(own, _): &&(&str, &str)| *own != "xmlns" && !own.starts_with("xmlns:");
        let written = |(own, value): &(&'t str, &'t str)| {
            let value = plain(value);
            format!(" {}=\"{}\"", self.named(own, false), self.named(&value, false))
        };
        attributes.iter().filter(is_own).map(written).collect()
    }

    fn close(&mut self, name: &str) {
        if self.is_empty {
            self.text.truncate(self.text.len() - ">".len());
            self.text.push_str("/>");
        } else {
            let name = self.named(name, true).into_owned();
            ["</", &name, ">"].iter().for_each(|part| self.text.push_str(part));
        }
        self.is_empty = false;
        for prefix in self.open.pop().unwrap_or_default() {
            self.namespaces.entry(prefix).and_modify(|all| _ = all.pop());
        }
    }

    /// A name with its namespace in place of its prefix; one without a prefix is of the default one where it is that of an element.
    fn named<'n>(&self, name: &'n str, of_element: bool) -> Cow<'n, str> {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        if prefix.is_empty() && !of_element {
            return Cow::Borrowed(name);
        }
        match self.namespaces.get(prefix).and_then(|all| all.last()).filter(|namespace| !namespace.is_empty()) {
            Some(namespace) => Cow::Owned(format!("{{{}}}{local}", plain(namespace))),
            None => Cow::Borrowed(name),
        }
    }
}

/// Where the tag at the beginning of a text ends: `>` may stand in the value of an attribute.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    let ends = |(_, byte): &(usize, u8)| {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(*byte),
            _ => {}
        }
        quote.is_none() && *byte == b'>'
    };
    let found = text.bytes().enumerate().find(ends).map(|(at, _)| at);
    // A quote that nothing closes is none.
    found.or_else(|| text.find('>'))
}

/// The attributes of a tag, behind its name; `None` where they cannot be read.
fn attributes(mut rest: &str) -> Option<Vec<(&str, &str)>> {
    let mut attributes = Vec::new();
    while !rest.trim_ascii().is_empty() {
        let (name, value) = rest.split_once('=')?;
        let value = value.trim_ascii_start();
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let (value, after) = value.get(1..)?.split_once(quote)?;
        attributes.push((name.trim_ascii(), value));
        rest = after;
    }
    Some(attributes)
}

/// A text with its characters written in one way: references undone, and those made that a text needs.
fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '>', '"', '\'', '\r']) {
        return Cow::Borrowed(text);
    }
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        read.push_str(before);
        match after.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest))) {
            Some((character, after)) => {
                read.push(character);
                rest = after;
            }
            None => {
                read.push('&');
                rest = after;
            }
        }
    }
    read.push_str(rest);
    Cow::Owned(escaped(&read))
}

/// The character that a reference names (XML 1.0, sections 4.1 and 4.6).
fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

fn escaped(text: &str) -> String {
    // A line ends with one character to every reader (section 2.11).
    let text = text.replace("\r\n", "\n").replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_is_alike_however_its_empty_elements_and_blanks_are_written() {
        let plain = xml_alike(r#"<?xml version="1.0"?><r><a x="1"/><b>5 6</b></r>"#);
        let two = xml_alike(r#"<a x="1" y="a'b"/>"#);
        for text in [r#"<a y="a'b" x='1'></a>"#, r#"<!-- c > --><a x = "1"  y="a&#39;b" />"#] {
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
            "\u{feff}<r><a x=\"&#x31;\"/><b>5&#32;<![CDATA[6]]></b></r>",
            "<r xmlns:unused=\"u\"><a x=\"1\"/><b><!-- > -->5 6</b></r>",
        ] {
            assert_eq!(xml_alike(text), plain, "{text}");
        }
        for text in [
            r#"<?xml version="1.0"?><r><a x="1"/><b>56</b></r>"#,
            r#"<?xml version="1.0"?><r><a x="1">-</a><b>5 6</b></r>"#,
            r#"<?xml version="1.0"?><r><a x="2"/><b>5 6</b></r>"#,
            r#"<?xml version="1.0"?><r><a x="1"/><a x="1"/><b>5 6</b></r>"#,
            r#"<r xmlns="u"><a x="1"/><b>5 6</b></r>"#,
            "",
            "a > b < c",
        ] {
            assert_ne!(xml_alike(text), plain, "{text}");
        }
        // What is written as text is no tag.
        assert_ne!(xml_alike("<a>&lt;b/&gt;</a>"), xml_alike("<a><b/></a>"));
        assert_eq!(xml_alike("<a>&lt;b/&gt;</a>"), xml_alike("<a><![CDATA[<b/>]]></a>"));
        assert_ne!(xml_alike("<a x='1>'/>"), xml_alike("<a x='1'>'/></a>"));
    }

    #[test]
    fn a_prefix_says_nothing_but_its_namespace() {
        let soap = |text: &str| xml_alike(&format!("<s:Envelope xmlns:s=\"urn:soap\">{text}</s:Envelope>"));
        let plain = soap(r#"<o:order xmlns:o="urn:shop" o:id="5" n="1"><o:line/></o:order>"#);
        for text in [
            r#"<x:order xmlns:x='urn:shop' n="1" x:id="5"><x:line></x:line></x:order>"#,
            r#"<order xmlns="urn:shop" xmlns:o="urn:shop" o:id="5" n="1"><line/></order>"#,
            r#"<o:order xmlns:o="urn:shop" o:id="5" n="1"><p:line xmlns:p="urn:shop"/></o:order>"#,
            // The inner declaration counts, as long as its element is open.
            r#"<s:order xmlns:s="urn:shop" s:id="5" n="1"><s:line/></s:order>"#,
        ] {
            assert_eq!(soap(text), plain, "{text}");
        }
        for text in [
            r#"<o:order xmlns:o="urn:other" o:id="5" n="1"><o:line/></o:order>"#,
            r#"<o:order xmlns:o="urn:shop" id="5" n="1"><o:line/></o:order>"#,
            r#"<o:order xmlns:o="urn:shop" o:id="5" n="1"><line/></o:order>"#,
            r#"<order xmlns="urn:shop" id="5" n="1"><line/></order>"#,
            r#"<order xmlns="urn:shop" xmlns:o="urn:shop" o:id="5" n="1"><line xmlns=""/></order>"#,
            r#"<o:order o:id="5" n="1"><o:line/></o:order>"#,
        ] {
            assert_ne!(soap(text), plain, "{text}");
        }
        let typed = |prefix: &str, name: &str| xml_alike(&format!(r#"<a xmlns:{prefix}="u" t="{prefix}:{name}"/>"#));
        assert_eq!(typed("p", "Kind"), typed("q", "Kind"));
        assert_ne!(typed("p", "Kind"), typed("q", "Other"));
        assert_eq!(xml_alike("</b></a>"), "</b></a>");
    }
}
