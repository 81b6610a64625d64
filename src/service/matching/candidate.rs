//! How near is a path that somebody wrote to an operation's?

use std::cmp::Reverse;

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::Resolved;
use crate::openapi::{Part, PathTemplate};
use crate::store::OperationRow;

/// How near a path is to an operation's; the smaller the nearer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Level {
    /// The template, to the letter.
    Same,
    /// The template but for the names of placeholders.
    SameText,
    /// A path with values that fits to the letter.
    Fits,
    /// The template but for case and slashes.
    LikeText,
    /// A path with values that fits but for case and slashes.
    Like,
    /// A path that fits to the letter, with a value that its placeholder cannot have.
    Unfit,
}

/// What is known of an operation that is told apart by what follows `#`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Fragment {
    /// It was written, or the parameters it stands for were given.
    Said,
    /// The operation has none.
    None,
    /// The operation has one, and nothing was said of it.
    Unsaid,
    /// The operation has another.
    Other,
}

/// A path as it was written, taken apart.
pub(super) struct Written {
    /// Begins with a slash.
    pub(super) path: String,
    pub(super) fragment: Option<String>,
    /// Names and values that were given for parameters, in the query or beside it.
    pub(super) given: Vec<(String, String)>,
    /// Whether the slash before it was added.
    slash_added: bool,
}

/// Literal segments, literal characters, and which segments are literal from the left: what is more precise comes first.
type Precision = (usize, usize, Vec<bool>);

pub(super) struct Candidate {
    pub(super) entry: OperationRow,
    pub(super) level: Level,
    pub(super) fragment: Fragment,
    pub(super) path_values: Map<String, Value>,
    other_case: bool,
    other_slashes: bool,
    precision: Precision,
}

impl Written {
    pub(super) fn of(text: &str, params: &Map<String, Value>) -> Self {
        let text = text.trim();
        let (before, after) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
        let (query, fragment) = match after.strip_prefix('?') {
            Some(after) => after.split_once('#').unwrap_or((after, "")),
            // `/#Action=Stop?x=1`: where a fragment is part of a template, a query may follow it.
            None => {
                let after = after.strip_prefix('#').unwrap_or_default();
                let (fragment, query) = after.split_once('?').unwrap_or((after, ""));
                (query, fragment)
            }
        };
        let mut given: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        for (name, value) in params {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            match value {
                Value::Array(values) => given.extend(values.iter().map(|value| (name.clone(), text(value)))),
                value => given.push((name.clone(), text(value))),
            }
        }
        let slash_added = !before.starts_with('/');
        let path = if slash_added { format!("/{before}") } else { before.to_owned() };
        let fragment = Some(fragment.to_owned()).filter(|fragment| !fragment.is_empty());
        Self { path, fragment, given, slash_added }
    }

    /// With what follows `#`.
    pub(super) fn whole(&self) -> String {
        self.fragment.as_ref().map_or_else(|| self.path.clone(), |fragment| format!("{}#{fragment}", self.path))
    }

    /// Whether a template has as many segments, and begins alike; looked at before it is parsed.
    pub(super) fn may_fit(&self, template: &str) -> bool {
        fn segments(path: &str) -> usize {
            path.split('/').filter(|segment| !segment.is_empty()).count()
        }
        let template = template.split('#').next().unwrap_or_default();
        if segments(template) != segments(&self.path) {
            return false;
        }
        let first = |path: &str| path.split('/').find(|segment| !segment.is_empty()).map(str::to_owned);
        match (first(template), first(&self.path)) {
            (Some(literal), Some(written)) if !literal.contains(['{', '%']) && !written.contains('%') => {
                literal.eq_ignore_ascii_case(&written)
            }
            _ => true,
        }
    }

    /// How the path and an operation's agree; `None` where they do not.
    pub(super) fn candidate(&self, entry: OperationRow) -> Option<Candidate> {
        let (own, own_fragment) =
            entry.path.split_once('#').map_or((&*entry.path, None), |(own, rest)| (own, Some(rest)));
        let template = PathTemplate::parse(own).ok()?;
        let canonical = |path: &str| PathTemplate::parse(path).ok().map(|template| template.canonical());
        let (text, own_text) = (canonical(&self.path), template.canonical());
        let (plain, own_plain) = (plain(&self.path), plain(own));
        let other_slashes = trailing(&self.path) != trailing(own) || self.path.contains("//");
        let (level, values, other_case) = if own == self.path {
            (Level::Same, Vec::new(), false)
        } else if text.as_ref() == Some(&own_text) {
            (Level::SameText, Vec::new(), false)
        } else if let Some(values) = template.matches(&self.path) {
            (Level::Fits, values, false)
        } else {
            let own_plain = PathTemplate::parse(&own_plain).ok()?;
            let (text, own_text) = (canonical(&plain), own_plain.canonical());
            if let Some(text) = text.filter(|text| text.to_lowercase() == own_text.to_lowercase()) {
                (Level::LikeText, Vec::new(), text != own_text)
            } else {
                let names: Vec<&str> = template.parameters().collect();
                let values = own_plain.matches_in_any_case(&plain)?;
                let values = values.into_iter().zip(names).map(|((_, value), name)| (name, value)).collect();
                (Level::Like, values, own_plain.matches(&plain).is_none())
            }
        };
        let path_values = values.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
        let fragment = self.agreement(own_fragment);
        let precision = precision(&template);
        Some(Candidate { level, fragment, path_values, other_case, other_slashes, precision, entry })
    }

    fn agreement(&self, own: Option<&str>) -> Fragment {
        match (own, self.fragment.as_deref()) {
            (None, _) => Fragment::None,
            (Some(own), _) if pairs(own).is_some_and(|pairs| pairs.iter().any(|pair| self.is_contradicted(pair))) => {
                Fragment::Other
            }
            (Some(own), Some(written)) if own == written => Fragment::Said,
            (Some(own), None) if pairs(own).is_some_and(|pairs| pairs.iter().all(|pair| self.is_given(pair))) => {
                Fragment::Said
            }
            (Some(_), None) => Fragment::Unsaid,
            (Some(_), Some(_)) => Fragment::Other,
        }
    }

    fn is_given(&self, (name, value): &(String, String)) -> bool {
        self.given.iter().any(|(known, given)| known == name && (is_open(value) || given == value))
    }

    /// Whether a parameter that tells operations apart was given another value.
    fn is_contradicted(&self, pair: &(String, String)) -> bool {
        self.given.iter().any(|(known, _)| *known == pair.0) && !self.is_given(pair)
    }
}

impl Candidate {
    pub(super) fn rank(&self) -> (Level, usize, Fragment, Reverse<&Precision>) {
        let deviations = usize::from(self.other_case) + usize::from(self.other_slashes);
        (self.level, deviations, self.fragment, Reverse(&self.precision))
    }

    pub(super) fn resolved(self, written: &Written) -> Resolved {
        let Self { entry, fragment, path_values, other_case, other_slashes, .. } = self;
        let mut differs = Vec::new();
        if other_case {
            differs.push("in another case");
        }
        if other_slashes || written.slash_added {
            differs.push("with other slashes");
        }
        let mut notes = Vec::new();
        if !differs.is_empty() {
            let whole = written.whole();
            let asked = if written.slash_added { whole.trim_start_matches('/') } else { &whole };
            notes.push(
                format!("`{asked}` is taken as `{}`, which is written {}", entry.path, differs.join(" and ")).into(),
            );
        }
        let mut implied = Vec::new();
        let own = entry.path.split_once('#').map(|(_, own)| own);
        match (own, fragment) {
            (Some(own), Fragment::Said) => {
                let is_left_out = |(name, value): &(String, String)| {
                    !is_open(value) && !written.given.iter().any(|(known, _)| known == name)
                };
                implied.extend(pairs(own).into_iter().flatten().filter(is_left_out));
            }
            (Some(own), _) => {
                notes.push(format!("the only such operation is `{}`: `#{own}` is part of its name", entry.path).into())
            }
            (None, _) if written.fragment.is_some() => {
                notes.push(
                    format!("what follows `#` in `{}` names no operation and is not sent", written.whole()).into(),
                );
            }
            (None, _) => {}
        }
        let mut renamed = Vec::new();
        if path_values.is_empty()
            && let (Ok(asked), Ok(own)) = (PathTemplate::parse(&written.path), PathTemplate::parse(&entry.path))
        {
            let pairs = asked.parameters().zip(own.parameters()).filter(|(asked, own)| asked != own);
            renamed.extend(pairs.map(|(asked, own)| (asked.to_owned(), own.to_owned())));
        }
        Resolved { operation: entry, path_values, implied, notes, renamed }
    }
}

/// The path with single slashes and none at its end.
fn plain(path: &str) -> String {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let plain = segments.fold(String::new(), |path, segment| path + "/" + segment);
    if plain.is_empty() { "/".to_owned() } else { plain }
}

fn trailing(path: &str) -> bool {
    path.len() > 1 && path.ends_with('/')
}

fn precision(template: &PathTemplate) -> Precision {
    let is_literal: Vec<bool> = template
        .segments()
        .iter()
        .map(|segment| segment.parts.iter().all(|part| matches!(part, Part::Literal(_))))
        .collect();
    let parts = template.segments().iter().flat_map(|segment| &segment.parts);
    let characters = parts.map(|part| if let Part::Literal(text) = part { text.chars().count() } else { 0 }).sum();
    (is_literal.iter().filter(|is_literal| **is_literal).count(), characters, is_literal)
}

/// A fragment as parameters of the query, where it is some.
pub(super) fn pairs(fragment: &str) -> Option<Vec<(String, String)>> {
    let are_pairs = fragment.split('&').all(|pair| pair.contains('='));
    are_pairs.then(|| form_urlencoded::parse(fragment.as_bytes()).into_owned().collect())
}

/// Whether a pair behind `#` names a parameter without its value.
fn is_open(value: &str) -> bool {
    value.is_empty() || value.starts_with('{')
}
