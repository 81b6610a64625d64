//! What stands between two slashes of a template, and where are its values in a text?

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::percent_decode_str;

/// A piece of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Text that stands as it is.
    Literal(String),
    /// The name of a path parameter.
    Parameter(String),
}

/// The text between two slashes. The last segment of `/tickets/` is empty and has no parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Segment {
    /// The parts in order: `{foo}-{bar}` has three.
    pub parts: Vec<Part>,
}

impl Segment {
    pub(super) fn push_literal(&mut self, literal: &mut String) {
        if !literal.is_empty() {
            self.parts.push(Part::Literal(std::mem::take(literal)));
        }
    }

    /// Where in a text of this segment the value of each of its parameters is, in byte ranges; `None` where the text is none of the
    /// segment. The text has the literals as they are written here.
    pub(crate) fn places(&self, text: &str) -> Option<Vec<(&str, Range<usize>)>> {
        self.split(text, Case::Kept, &|literal| Cow::Borrowed(literal), None)
    }

    pub(super) fn decoded_places(
        &self,
        text: &str,
        case: Case,
        longer: Option<usize>,
    ) -> Option<Vec<(&str, Range<usize>)>> {
        self.split(text, case, &|literal| percent_decode_str(literal).decode_utf8_lossy(), longer)
    }

    /// Whether the values of a decoded text could end elsewhere too: `a.b.c` of `{x}.{y}`.
    pub(super) fn is_ambiguous(&self, text: &str) -> bool {
        let parts = self.parts.iter().enumerate();
        let mut parameters = parts.filter(|(_, part)| matches!(part, Part::Parameter(_)));
        parameters.any(|(longer, _)| self.decoded_places(text, Case::Kept, Some(longer)).is_some())
    }

    /// Leftmost matches of the literals, the last one tied to the end: needs no backtracking. The parameter at the index `longer` is
    /// not as short as it can be.
    fn split<'a>(
        &'a self,
        text: &str,
        case: Case,
        written: &dyn for<'l> Fn(&'l str) -> Cow<'l, str>,
        longer: Option<usize>,
    ) -> Option<Vec<(&'a str, Range<usize>)>> {
        let mut places = Vec::new();
        // Where the rest begins, and the parameter whose value begins there.
        let mut at = 0;
        let mut pending: Option<(usize, &str)> = None;
        let after_one = |at: usize| Some(at + text.get(at..)?.chars().next()?.len_utf8());
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::Literal(literal) => {
                    let literal = written(literal);
                    let Some((parameter, name)) = pending.take() else {
                        at = case.after(text, at, &literal)?;
                        continue;
                    };
                    let first = after_one(at)?;
                    let end = if index + 1 == self.parts.len() {
                        let end = text.len().checked_sub(literal.len()).filter(|end| *end >= first)?;
                        if longer == Some(parameter) { return None } else { end }
                    } else {
                        let end = case.find(text, first, &literal)?;
                        if longer == Some(parameter) { case.find(text, after_one(end)?, &literal)? } else { end }
                    };
                    places.push((name, at..end));
                    at = case.after(text, end, &literal)?;
                }
                Part::Parameter(name) => {
                    if let Some((parameter, name)) = pending.replace((index, name)) {
                        let end = after_one(at)?;
                        let end = if longer == Some(parameter) { after_one(end)? } else { end };
                        places.push((name, at..end));
                        at = end;
                    }
                }
            }
        }
        match pending {
            Some((parameter, _)) if at == text.len() || longer == Some(parameter) => return None,
            Some((_, name)) => places.push((name, at..text.len())),
            None if at < text.len() => return None,
            None => {}
        }
        Some(places)
    }
}

/// Whether the case of a literal's letters counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Kept,
    Ignored,
}

impl Case {
    /// Where a text goes on behind a literal that stands at this place.
    fn after(self, text: &str, at: usize, literal: &str) -> Option<usize> {
        let end = at + literal.len();
        let is_there = text.get(at..end).is_some_and(|start| match self {
            Self::Kept => start == literal,
            Self::Ignored => start.eq_ignore_ascii_case(literal),
        });
        is_there.then_some(end)
    }

    /// The first place of a literal from this one on.
    fn find(self, text: &str, from: usize, literal: &str) -> Option<usize> {
        let places = text.get(from..)?.char_indices().map(|(at, _)| from + at);
        places.chain([text.len()]).find(|at| self.after(text, *at, literal).is_some())
    }
}
