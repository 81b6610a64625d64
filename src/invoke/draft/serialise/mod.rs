//! Which bytes stand for a parameter's value in a path, a query, a header or a cookie?
//!
//! The table "Style Examples" of OpenAPI (3.0.3 section 4.7.12.4, 3.1.0 section 4.8.12.4), which is RFC 6570 in other words,
//! and Swagger 2.0's `collectionFormat`. What stands between items is written as the tables have it; where the same
//! character is in an item, it is percent-encoded, so that a server that splits before it decodes gets the items
//! that were given. A space and a tab cannot be kept apart so: both are written percent-encoded in any case.
//!
//! Where the tables differ or say nothing:
//! - `label` without `explode` puts commas between items, as RFC 6570 section 3.2.5 and the tables from 3.0.4 and 3.1.1 on
//!   have it; the older tables show dots.
//! - `pipeDelimited` puts `%7C` between them, as the tables from 3.0.4 and 3.1.1 on do: RFC 3986 has no place for a bare `|`, and
//!   Tomcat refuses one. Where an item has the character itself, a bare one is between items, as in the older tables, since
//!   only so can a server tell the two apart.
//! - `deepObject` nests as `a[b][c]=1`, and a list is `a[b][]=1` wherever it stands: PHP and Rails keep only the last of `a[b]=1&a[b]=2`,
//!   Node's `qs` and ASP.NET read both, and Stripe, the largest API to declare such lists, wants brackets. Lists of what has
//!   parts are counted from 0, `a[0][b]=1`. Brackets are percent-encoded: RFC 3986 has no place for them in a query.
//! - A member that is `null` is left out, as RFC 6570 leaves out what is undefined. Lists and objects within others are
//!   written as JSON, but for lists that are members of an exploded object: those are parameters by themselves. Swagger's lists
//!   in lists have a `collectionFormat` of their own (`nested`).

mod nested;
mod pairs;
mod style;

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::encode::{self, ITEM_OF_LABEL, VALUE, encoded};
use super::query::Query;
use super::wording::scalar_text;
use crate::invoke::draft::content;
use crate::openapi::{Parameter, ParameterIn};
pub(super) use nested::{has_parts_within, joined_within};
pub(super) use pairs::{How, Pair};
pub(super) use style::Style;

/// What a value has to write.
enum Shape<'v> {
    One(String),
    List(Vec<String>),
    Members(Vec<(&'v str, &'v Value)>),
}

impl<'v> Shape<'v> {
    /// `None` for what has nothing to write: `null`, a list without items, an object without members.
    fn of(value: &'v Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Array(items) => {
                let items: Vec<String> = items.iter().filter(|item| !item.is_null()).map(text_of).collect();
                (!items.is_empty()).then_some(Self::List(items))
            }
            Value::Object(map) => {
                let members = map.iter().filter(|(_, value)| !value.is_null());
                let members: Vec<(&str, &Value)> = members.map(|(name, value)| (name.as_str(), value)).collect();
                (!members.is_empty()).then_some(Self::Members(members))
            }
            value => Some(Self::One(text_of(value))),
        }
    }

    /// Whether an item, or a name or value of an object, has a character.
    fn holds(&self, c: char) -> bool {
        match self {
            Self::One(_) => false,
            Self::List(items) => items.iter().any(|item| item.contains(c)),
            Self::Members(members) => {
                members.iter().any(|(name, value)| name.contains(c) || text_of(value).contains(c))
            }
        }
    }

    /// The items in order, an object's names and values in turn.
    fn flat(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::List(items) => items,
            Self::Members(members) => {
                members.into_iter().flat_map(|(name, value)| [name.to_owned(), text_of(value)]).collect()
            }
        }
    }
}

/// Whether nothing stands for a value: no style writes it.
pub(super) fn is_empty(value: &Value) -> bool {
    Shape::of(value).is_none()
}

/// A value as one text; an object or a list as JSON.
pub(super) fn text_of(value: &Value) -> String {
    scalar_text(value).unwrap_or_else(|| if value.is_null() { String::new() } else { value.to_string() })
}

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// The value in the media type of a parameter's `content`.
fn content_text(media_type: &str, value: &Value) -> String {
    match value {
        value if content::is_json(media_type) => value.to_string(),
        Value::Object(members) if content::essence(media_type) == FORM => form_text(members),
        value => text_of(value),
    }
}

/// An object as a form, which a list repeats its name in.
fn form_text(members: &Map<String, Value>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in members {
        match value {
            Value::Null => {}
            Value::Array(items) => items.iter().for_each(|item| _ = form.append_pair(name, &text_of(item))),
            value => _ = form.append_pair(name, &text_of(value)),
        }
    }
    form.finish()
}

/// Writes a query parameter, as no pair, one or several.
pub(super) fn query(parameter: &Parameter, value: &Value, into: &mut Query) {
    let how = How::of(parameter);
    let found = match &parameter.content {
        Some(media_type) => vec![how.one(&parameter.name, content_text(media_type, value))],
        None => how.pairs(value),
    };
    found.into_iter().for_each(|Pair { name, value, text }| into.push_as((name, value), text));
}

/// What stands for a path parameter, percent-encoded; empty where nothing stands for the value.
pub(super) fn path(parameter: &Parameter, value: &Value) -> String {
    if let Some(media_type) = &parameter.content {
        return encoded(&content_text(media_type, value), VALUE);
    }
    let (name, style) = (encoded(&parameter.name, VALUE), Style::of(parameter));
    let Some(shape) = Shape::of(value) else { return String::new() };
    let explodes = style.explodes(parameter) && !matches!(shape, Shape::One(_));
    let set = if style == Style::Label && explodes { ITEM_OF_LABEL } else { VALUE };
    let write = |text: &str| encoded(text, set);
    // What comes before the first item, between items, and before the items of a list by their name.
    let (first, between) = match style {
        Style::Label => (".".to_owned(), if explodes { ".".to_owned() } else { ",".to_owned() }),
        Style::Matrix => (";".to_owned(), if explodes { ";".to_owned() } else { ",".to_owned() }),
        style => {
            let c = style.between();
            (String::new(), encode::between(c, shape.holds(c)))
        }
    };
    let items: Vec<String> = match &shape {
        Shape::One(text) if parameter.allow_reserved => vec![encode::sendable_path(text)],
        Shape::One(text) => vec![write(text)],
        Shape::List(items) if explodes && style == Style::Matrix => {
            items.iter().map(|item| assigned(&name, write(item), true)).collect()
        }
        Shape::List(items) => items.iter().map(|item| write(item)).collect(),
        Shape::Members(members) if explodes => {
            // A dot in a value stays, as in RFC 6570's own example.
            let pair = |(name, value): &(&str, &Value)| {
                assigned(&write(name), encoded(&text_of(value), VALUE), style == Style::Matrix)
            };
            members.iter().map(pair).collect()
        }
        Shape::Members(members) => {
            members.iter().flat_map(|(name, value)| [write(name), write(&text_of(value))]).collect()
        }
    };
    let items = items.join(&between);
    if style == Style::Matrix && !explodes { format!(";{}", assigned(&name, items, true)) } else { first + &items }
}

/// `name=text`; the name alone for an empty text where RFC 6570 wants no `=` (its `ifemp`, section 3.2.7, which also holds for
/// items and members).
fn assigned(name: &str, text: String, is_bare_if_empty: bool) -> String {
    if is_bare_if_empty && text.is_empty() { name.to_owned() } else { format!("{name}={text}") }
}

/// A path parameter's text as it stands in a path already, with what cannot stand there encoded.
pub(crate) fn written_in_path(text: &str) -> String {
    encode::sendable_path(text).replace('/', "%2F")
}

/// The value of a header; `None` where nothing stands for it.
pub(super) fn header(parameter: &Parameter, value: &Value) -> Option<String> {
    if let Some(media_type) = &parameter.content {
        let text = content_text(media_type, value);
        return Some(if content::is_json(media_type) { encode::ascii_json(&text) } else { text });
    }
    let style = Style::of(parameter);
    let between = style.between().to_string();
    // Text stands in a header as it is: no server decodes any (RFC 9110 section 5.5).
    Some(match Shape::of(value)? {
        Shape::One(text) => text,
        Shape::Members(members) if style.explodes(parameter) => {
            let pairs = members.iter().map(|(name, value)| format!("{name}={}", text_of(value)));
            pairs.collect::<Vec<_>>().join(&between)
        }
        shape => shape.flat().join(&between),
    })
}

/// A cookie with its name; `None` where nothing stands for the value.
///
/// What is exploded has `&` between its pairs, as the tables have it: a server reads it as one cookie.
pub(super) fn cookie(parameter: &Parameter, value: &Value) -> Option<String> {
    let name = parameter.name.as_str();
    if let Some(media_type) = &parameter.content {
        return Some(format!("{name}={}", encode::one_in_cookie(&content_text(media_type, value))));
    }
    let explodes = Style::of(parameter).explodes(parameter);
    let item = |text: &str| encode::in_cookie(&encode::apart(text, &[',', '&']));
    Some(match Shape::of(value)? {
        Shape::One(text) => format!("{name}={}", encode::one_in_cookie(&text)),
        Shape::List(items) if explodes => {
            items.iter().map(|text| format!("{name}={}", item(text))).collect::<Vec<_>>().join("&")
        }
        Shape::Members(members) if explodes => {
            let pairs = members.iter().map(|(name, value)| format!("{}={}", item(name), item(&text_of(value))));
            pairs.collect::<Vec<_>>().join("&")
        }
        shape => {
            let items: Vec<String> = shape.flat().iter().map(|text| item(text)).collect();
            format!("{name}={}", items.join(","))
        }
    })
}

/// The character that items hold and their style puts between them, where a server cannot keep the two apart: in a header always,
/// elsewhere where it decodes first.
pub(super) fn runs_together(parameter: &Parameter, value: &Value) -> Option<char> {
    let style = Style::of(parameter);
    let between = style.between();
    if parameter.content.is_some() || style == Style::DeepObject {
        return None;
    }
    let shape = Shape::of(value)?;
    if parameter.location == ParameterIn::Header {
        // The names of exploded members end at their first `=`.
        let is_cut_short = |(name, _): &(&str, &Value)| name.contains('=');
        let ends_early =
            matches!(&shape, Shape::Members(members) if style.explodes(parameter) && members.iter().any(is_cut_short));
        return if shape.holds(between) { Some(between) } else { ends_early.then_some('=') };
    }
    let is_joined = !style.explodes(parameter) && matches!(between, ' ' | '\t' | '|');
    (is_joined && shape.holds(between)).then_some(between)
}

/// Whether a cookie has other text than that of its value, since a cookie cannot hold it.
pub(super) fn is_encoded_in_cookie(parameter: &Parameter, value: &Value) -> bool {
    let is_changed = |text: &str| encode::one_in_cookie(text) != text;
    match &parameter.content {
        Some(media_type) => is_changed(&content_text(media_type, value)),
        None => match Shape::of(value) {
            None => false,
            Some(Shape::One(text)) => is_changed(&text),
            Some(shape) => {
                shape.flat().iter().any(|text| encode::in_cookie(&encode::apart(text, &[',', '&'])) != *text)
            }
        },
    }
}

/// A parameter of which nothing is known: arrays repeat it, objects are sent as JSON.
pub(super) fn undeclared(name: &str, value: &Value, into: &mut Query) {
    match value {
        Value::Null => {}
        Value::Array(items) => into.extend(items.iter().map(|item| (name.to_owned(), text_of(item)))),
        value => into.push((name.to_owned(), text_of(value))),
    }
}
