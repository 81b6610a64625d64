//! Which requests does a path template stand for?
//!
//! A template is parsed once into segments of literals and parameters; nothing replaces text in it. Expanding encodes
//! every value so that it stays inside its own segment, and refuses values that would address another resource (empty
//! ones and dot segments, which URL parsers resolve even when they are percent-encoded).
//!
//! Some manifests tell operations of one path apart by a fragment (`/#Action=CreateUser`). It belongs to the
//! template's identity, and is never sent.

mod error;
mod segment;

use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub use error::TemplateError;
use segment::Case;
pub use segment::{Part, Segment};

/// All but the unreserved characters of RFC 3986 section 2.3: what is encoded of a value, wherever in a URL it stands.
pub(crate) const ALL_BUT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Characters that may not stand in a path. `%` may: a manifest's literals can be encoded already.
const LITERAL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A parsed path template, such as `/service/tickets/{id}/notes`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathTemplate {
    segments: Vec<Segment>,
    fragment: Option<String>,
}

impl PathTemplate {
    /// Parses a template.
    ///
    /// # Errors
    /// Any [`TemplateError`] about the template itself. What vendors get wrong is repaired while a manifest is read:
    /// the paths of its operations always parse.
    pub fn parse(template: &str) -> Result<Self, TemplateError> {
        let owned = || template.to_owned();
        let Some(rest) = template.strip_prefix('/') else {
            return Err(TemplateError::MissingLeadingSlash { template: owned() });
        };
        let (mut segments, mut segment) = (Vec::new(), Segment::default());
        let (mut literal, mut name) = (String::new(), None::<(usize, String)>);
        let mut fragment = None;
        for (offset, c) in rest.char_indices() {
            let at = offset + 1;
            match (&mut name, c) {
                (Some((open, _)), '{' | '/') => {
                    return Err(TemplateError::UnclosedBrace { template: owned(), at: *open });
                }
                (Some((open, text)), '}') => {
                    if text.is_empty() {
                        return Err(TemplateError::UnnamedParameter { template: owned(), at: *open });
                    }
                    segment.parts.push(Part::Parameter(std::mem::take(text)));
                    name = None;
                }
                (Some((_, text)), c) => text.push(c),
                (None, '{') => {
                    segment.push_literal(&mut literal);
                    name = Some((at, String::new()));
                }
                (None, '}') => return Err(TemplateError::UnopenedBrace { template: owned(), at }),
                (None, '?') => return Err(TemplateError::QueryString { template: owned(), at }),
                (None, '#') => {
                    fragment = rest.get(offset + 1..).map(str::to_owned);
                    break;
                }
                (None, '/') => {
                    segment.push_literal(&mut literal);
                    segments.push(std::mem::take(&mut segment));
                }
                (None, c) => literal.push(c),
            }
        }
        if let Some((open, _)) = name {
            return Err(TemplateError::UnclosedBrace { template: owned(), at: open });
        }
        segment.push_literal(&mut literal);
        segments.push(segment);
        Ok(Self { segments, fragment })
    }

    /// The segments in order, at least one: `/` has one that is empty.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The text behind `#`. It tells operations of one path apart and is never sent.
    pub fn fragment(&self) -> Option<&str> {
        self.fragment.as_deref()
    }

    /// The names of the parameters in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flat_map(|segment| &segment.parts).filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Parameter(name) => Some(name.as_str()),
        })
    }

    /// The path with every parameter's value percent-encoded into its own segment. Values of other names are ignored.
    ///
    /// # Errors
    /// [`TemplateError::MissingValue`], [`TemplateError::EmptyValue`] or [`TemplateError::DotSegment`].
    pub fn expand(&self, values: &BTreeMap<String, String>) -> Result<String, TemplateError> {
        let encode = |(name, value): (&String, &String)| {
            (name.clone(), utf8_percent_encode(value, ALL_BUT_UNRESERVED).to_string())
        };
        self.expand_encoded(&values.iter().map(encode).collect())
    }

    /// As [`Self::expand`], with values that are encoded already. A slash in one begins another segment.
    ///
    /// # Errors
    /// As [`Self::expand`].
    pub fn expand_encoded(&self, values: &BTreeMap<String, String>) -> Result<String, TemplateError> {
        let mut path = String::new();
        for segment in &self.segments {
            path.push('/');
            let start = path.len();
            let mut last = None;
            for part in &segment.parts {
                match part {
                    Part::Literal(text) => path.extend(utf8_percent_encode(text, LITERAL)),
                    Part::Parameter(name) => {
                        let value =
                            values.get(name).ok_or_else(|| TemplateError::MissingValue { name: name.clone() })?;
                        if value.is_empty() {
                            return Err(TemplateError::EmptyValue { name: name.clone() });
                        }
                        path.push_str(value);
                        last = Some(name);
                    }
                }
            }
            let written = path.get(start..).unwrap_or_default();
            let dots = written.split('/').find(|segment| matches!(*segment, "." | ".."));
            if let (Some(name), Some(segment)) = (last, dots) {
                return Err(TemplateError::DotSegment { name: name.clone(), segment: segment.to_owned() });
            }
        }
        Ok(path)
    }

    /// The parameters' decoded values in template order, where `path` is one that this template stands for.
    ///
    /// A query string or fragment of `path` is ignored. Where one segment holds several parameters, each takes as
    /// little as the literal after it allows.
    pub fn matches(&self, path: &str) -> Option<Vec<(&str, String)>> {
        self.captures(path, Case::Kept)
    }

    /// As [`Self::matches`], with the literals in any case of their ASCII letters.
    pub fn matches_in_any_case(&self, path: &str) -> Option<Vec<(&str, String)>> {
        self.captures(path, Case::Ignored)
    }

    /// Whether [`Self::matches`] gives a path's only values: where one segment holds several parameters, other values may make the same
    /// path.
    pub fn has_one_reading(&self, path: &str) -> bool {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let texts = path.strip_prefix('/').unwrap_or(path).split('/');
        let mut each = self.segments.iter().zip(texts);
        each.all(|(segment, text)| !segment.is_ambiguous(&percent_decode_str(text).decode_utf8_lossy()))
    }

    fn captures(&self, path: &str, case: Case) -> Option<Vec<(&str, String)>> {
        let path = path.split(['?', '#']).next()?.strip_prefix('/')?;
        let mut captures = Vec::new();
        let mut texts = path.split('/');
        for segment in &self.segments {
            let text = percent_decode_str(texts.next()?).decode_utf8().ok()?;
            let places = segment.decoded_places(&text, case, None)?;
            captures
                .extend(places.into_iter().map(|(name, place)| (name, text.get(place).unwrap_or_default().to_owned())));
        }
        texts.next().is_none().then_some(captures)
    }

    /// The template with anonymous placeholders, such as `/service/tickets/{}/notes`: equal for templates that
    /// differ only by the names of their parameters.
    pub fn canonical(&self) -> String {
        self.render(|_| "")
    }

    fn render<'a>(&'a self, name_of: impl Fn(&'a str) -> &'a str) -> String {
        let mut text = String::new();
        for segment in &self.segments {
            text.push('/');
            for part in &segment.parts {
                match part {
                    Part::Literal(literal) => text.push_str(literal),
                    Part::Parameter(name) => text.extend(["{", name_of(name), "}"]),
                }
            }
        }
        if let Some(fragment) = &self.fragment {
            text.extend(["#", fragment]);
        }
        text
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(|name| name))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn parses_and_canonicalises() {
        for (text, parameters, canonical) in [
            ("/", vec![], "/"),
            ("/service/tickets", vec![], "/service/tickets"),
            ("/service/tickets/{id}", vec!["id"], "/service/tickets/{}"),
            ("/{foo}-{bar}-{baz}", vec!["foo", "bar", "baz"], "/{}-{}-{}"),
            ("/a/{b}/", vec!["b"], "/a/{}/"),
            ("/v1/{name}:cancel", vec!["name"], "/v1/{}:cancel"),
            ("/#Action=Create", vec![], "/#Action=Create"),
            ("/ä/{ö}", vec!["ö"], "/ä/{}"),
        ] {
            let template = PathTemplate::parse(text).expect(text);
            assert_eq!(template.parameters().collect::<Vec<_>>(), parameters, "{text}");
            assert_eq!(template.canonical(), canonical, "{text}");
            assert_eq!(template.to_string(), text);
        }
    }

    #[test]
    fn refuses_malformed_templates() {
        use TemplateError as E;
        for (text, expected) in [
            ("", E::MissingLeadingSlash { template: String::new() }),
            ("a/b", E::MissingLeadingSlash { template: "a/b".into() }),
            ("/a/{b", E::UnclosedBrace { template: "/a/{b".into(), at: 3 }),
            ("/a/{b/c}", E::UnclosedBrace { template: "/a/{b/c}".into(), at: 3 }),
            ("/a/{{b}}", E::UnclosedBrace { template: "/a/{{b}}".into(), at: 3 }),
            ("/a/b}", E::UnopenedBrace { template: "/a/b}".into(), at: 4 }),
            ("/a/{}", E::UnnamedParameter { template: "/a/{}".into(), at: 3 }),
            ("/a?b={c}", E::QueryString { template: "/a?b={c}".into(), at: 2 }),
        ] {
            assert_eq!(PathTemplate::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn expands_within_segments() {
        let template = PathTemplate::parse("/a b/{id}/{x}.{y}#z").expect("template");
        for (id, expected) in
            [("7", "/a%20b/7/p.q"), ("a/b?c#d", "/a%20b/a%2Fb%3Fc%23d/p.q"), ("é%", "/a%20b/%C3%A9%25/p.q")]
        {
            assert_eq!(template.expand(&values(&[("id", id), ("x", "p"), ("y", "q")])).as_deref(), Ok(expected));
        }
        let expand = |id| template.expand(&values(&[("id", id), ("x", "p"), ("y", "q")]));
        assert_eq!(expand(""), Err(TemplateError::EmptyValue { name: "id".into() }));
        assert_eq!(expand(".."), Err(TemplateError::DotSegment { name: "id".into(), segment: "..".into() }));
        assert_eq!(template.expand(&values(&[])), Err(TemplateError::MissingValue { name: "id".into() }));
    }

    #[test]
    fn matches_concrete_paths() {
        for (template, path, expected) in [
            ("/a/{b}", "/a/7?x=1", Some(vec![("b", "7")])),
            ("/a/{b}", "/a/x%2Fy", Some(vec![("b", "x/y")])),
            ("/a/{b}", "/a/", None),
            ("/a/{b}", "/a/7/c", None),
            ("/{x}-{y}", "/1-2-3", Some(vec![("x", "1"), ("y", "2-3")])),
            ("/{x}-{y}.json", "/1-2.json.json", Some(vec![("x", "1"), ("y", "2.json")])),
            ("/{x}{y}", "/12", Some(vec![("x", "1"), ("y", "2")])),
            ("/{x}{y}", "/1", None),
            ("/a%20b", "/a b", Some(vec![])),
        ] {
            let template = PathTemplate::parse(template).expect("template");
            let captures = template.matches(path);
            let expected = expected.map(|pairs| pairs.into_iter().map(|(n, v)| (n, v.to_owned())).collect::<Vec<_>>());
            assert_eq!(captures, expected, "{template} {path}");
        }
    }

    #[test]
    fn values_that_could_end_elsewhere_are_known() {
        for (template, path, is_clear) in [
            ("/x/{a}.{b}", "/x/a.b", true),
            ("/x/{a}.{b}", "/x/a.b.c", false),
            ("/x/{a}.{b}", "/x/a%2Eb.c", false),
            ("/x/{a}.{b}", "/x/.a.b", true),
            ("/x/{a}.{b}", "/x/a.b.", true),
            ("/x/{a}.json", "/x/a.json.json", true),
            ("/x/{a}-{b}.zip", "/x/1-2-3.zip", false),
            ("/x/{a}-{b}.zip", "/x/1-2.zip.zip", true),
            ("/x/{a}{b}", "/x/12", true),
            ("/x/{a}{b}", "/x/123", false),
            ("/x/{a}/{b}", "/x/1.2/3.4", true),
            ("/x/v{a}", "/x/vv", true),
        ] {
            assert_eq!(PathTemplate::parse(template).unwrap().has_one_reading(path), is_clear, "{template} {path}");
        }
    }

    #[test]
    fn literals_match_in_any_case_where_that_is_asked_for() {
        for (template, path, expected) in [
            ("/service/tickets/{id}", "/Service/TICKETS/aB", Some(vec!["aB"])),
            ("/{x}-And-{y}.JSON", "/1-aNd-2.json", Some(vec!["1", "2"])),
            ("/a/{b}", "/a/7/c", None),
            ("/straße/{b}", "/STRASSE/1", None),
        ] {
            let template = PathTemplate::parse(template).expect("template");
            let captures = template.matches_in_any_case(path);
            let found = captures.map(|found| found.into_iter().map(|(_, value)| value).collect::<Vec<_>>());
            assert_eq!(found, expected.map(|values| values.into_iter().map(str::to_owned).collect()), "{template}");
            assert_eq!(template.matches(path), None, "{template}");
        }
    }

    proptest! {
        #[test]
        fn any_text_parses_or_errs(text in "\\PC*") {
            if let Ok(template) = PathTemplate::parse(&text) {
                prop_assert_eq!(PathTemplate::parse(&template.to_string()), Ok(template));
            }
        }

        #[test]
        fn expansion_is_matched(
            literals in prop::collection::vec("[a-z~é]{1,4}", 1..4),
            vals in prop::collection::vec("[^.]\\PC{0,6}", 4),
        ) {
            let mut text = String::new();
            let mut map = BTreeMap::new();
            for (index, (literal, value)) in literals.iter().zip(&vals).enumerate() {
                text.push_str(&format!("/{literal}/{literal}{{p{index}}}"));
                map.insert(format!("p{index}"), value.clone());
            }
            let template = PathTemplate::parse(&text).expect("template");
            let path = template.expand(&map).expect("expand");
            let captures: BTreeMap<String, String> =
                template.matches(&path).expect("match").into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
            prop_assert_eq!(captures, map);
        }

        #[test]
        fn captures_of_mixed_segments_expand_to_the_same_path(a in "[^./]\\PC{0,5}", b in "[^./]\\PC{0,5}") {
            let template = PathTemplate::parse("/{a}-{b}/{a}{b}.x").expect("template");
            let path = template.expand(&BTreeMap::from([("a".into(), a), ("b".into(), b)])).expect("expand");
            prop_assert!(template.matches(&path).is_some());
        }
    }
}
