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
//! - `pipeDelimited` puts a bare `|` between them, as the tables up to 3.1.0 do: `%7C` would be one of an item.
//! - `deepObject` nests as `a[b][c]=1`, and repeats `a[b]` for each item of a list, as swagger-client and Express's `qs` do;
//!   objects in lists are counted from 0. A parameter that is a list itself is `a[]=1`, as Stripe, the largest API
//!   to declare such ones, reads it. Brackets are percent-encoded: RFC 3986 has no place for them in a query.
//! - A member that is `null` is left out, as RFC 6570 leaves out what is undefined. Lists and objects within others are
//!   written as JSON, but for lists that are members of an exploded object: those are parameters by themselves.

mod encode;
mod style;

use serde_json::Value;

use super::query::{Query, VALUE};
use super::wording::scalar_text;
use crate::invoke::draft::content;
use crate::openapi::Parameter;
use encode::{ITEM_OF_LABEL, encoded};
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

/// The value in the media type of a parameter's `content`.
fn content_text(media_type: &str, value: &Value) -> String {
    if content::is_json(media_type) { value.to_string() } else { text_of(value) }
}

/// Writes a query parameter, as no pair, one or several.
pub(super) fn query(parameter: &Parameter, value: &Value, into: &mut Query) {
    let name = parameter.name.as_str();
    let write = |text: &str, between: char| match parameter.allow_reserved {
        true => encode::reserved_in_query(text, between),
        false => encoded(text, VALUE),
    };
    let mut pair = |name: &str, value: String| {
        let text = format!("{}={}", encoded(name, VALUE), write(&value, '\0'));
        into.push_as((name.to_owned(), value), text);
    };
    if let Some(media_type) = &parameter.content {
        return pair(name, content_text(media_type, value));
    }
    let style = Style::of(parameter);
    if style == Style::DeepObject {
        return match value {
            Value::Array(items) if items.iter().all(|item| scalar_text(item).is_some()) => {
                let name = if name.ends_with("[]") { name.to_owned() } else { format!("{name}[]") };
                items.iter().for_each(|item| pair(&name, text_of(item)));
            }
            value => deep(name, value, &mut pair),
        };
    }
    match Shape::of(value) {
        None => {}
        Some(Shape::One(text)) => pair(name, text),
        Some(Shape::List(items)) if style.explodes(parameter) => items.into_iter().for_each(|item| pair(name, item)),
        Some(Shape::Members(members)) if style.explodes(parameter) => {
            for (name, value) in members {
                match Shape::of(value) {
                    Some(Shape::List(items)) => items.into_iter().for_each(|item| pair(name, item)),
                    _ => pair(name, text_of(value)),
                }
            }
        }
        Some(shape) => {
            let between = style.between();
            let items = shape.flat();
            let texts: Vec<String> = items.iter().map(|item| write(item, between)).collect();
            let text = format!("{}={}", encoded(name, VALUE), texts.join(&encode::between(between)));
            into.push_as((name.to_owned(), items.join(&between.to_string())), text);
        }
    }
}

/// Members below a name, each with its place in brackets.
fn deep(name: &str, value: &Value, pair: &mut impl FnMut(&str, String)) {
    match value {
        Value::Null => {}
        Value::Object(map) => map.iter().for_each(|(member, value)| deep(&format!("{name}[{member}]"), value, pair)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                match item {
                    Value::Object(_) | Value::Array(_) => deep(&format!("{name}[{index}]"), item, pair),
                    item => deep(name, item, pair),
                }
            }
        }
        value => pair(name, text_of(value)),
    }
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
        Style::Matrix if explodes => (";".to_owned(), ";".to_owned()),
        Style::Matrix => (format!(";{name}="), ",".to_owned()),
        style => (String::new(), encode::between(style.between())),
    };
    let items: Vec<String> = match &shape {
        // RFC 6570 section 3.2.7: an empty value has no `=`.
        Shape::One(text) if text.is_empty() && style == Style::Matrix => return format!(";{name}"),
        Shape::One(text) if parameter.allow_reserved => vec![encode::reserved_in_path(text)],
        Shape::One(text) => vec![write(text)],
        Shape::List(items) if explodes && style == Style::Matrix => {
            items.iter().map(|item| format!("{name}={}", write(item))).collect()
        }
        Shape::List(items) => items.iter().map(|item| write(item)).collect(),
        Shape::Members(members) if explodes => {
            // Each pair has its `=`, so a dot in a value stays, as in RFC 6570's own example.
            members.iter().map(|(name, value)| format!("{}={}", write(name), encoded(&text_of(value), VALUE))).collect()
        }
        Shape::Members(members) => {
            members.iter().flat_map(|(name, value)| [write(name), write(&text_of(value))]).collect()
        }
    };
    first + &items.join(&between)
}

/// A path parameter's text as it stands in a path already, with what cannot stand there encoded.
pub(super) fn written_in_path(text: &str) -> String {
    encode::reserved_in_path(text).replace('/', "%2F")
}

/// The value of a header; `None` where nothing stands for it.
pub(super) fn header(parameter: &Parameter, value: &Value) -> Option<String> {
    if let Some(media_type) = &parameter.content {
        let text = content_text(media_type, value);
        return Some(if content::is_json(media_type) { encode::ascii_json(&text) } else { text });
    }
    let style = Style::of(parameter);
    let between = style.between();
    let item = |text: &str| encode::apart(text, &[between]);
    let member = |text: &str| encode::apart(text, &[between, '=']);
    Some(match Shape::of(value)? {
        // A header holds text as it is: nothing in it is between items.
        Shape::One(text) => text,
        Shape::Members(members) if style.explodes(parameter) => {
            let pairs = members.iter().map(|(name, value)| format!("{}={}", member(name), member(&text_of(value))));
            pairs.collect::<Vec<_>>().join(&between.to_string())
        }
        shape => {
            let items = shape.flat();
            items.iter().map(|text| item(text)).collect::<Vec<_>>().join(&between.to_string())
        }
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

/// Whether items hold what their style puts between them and cannot keep apart from data.
pub(super) fn runs_together(parameter: &Parameter, value: &Value) -> bool {
    let style = Style::of(parameter);
    let between = style.between();
    let is_joined = parameter.content.is_none() && !style.explodes(parameter) && style != Style::DeepObject;
    let holds = |value: &Value| text_of(value).contains(between);
    matches!(between, ' ' | '\t')
        && is_joined
        && match value {
            Value::Array(items) => items.iter().any(holds),
            Value::Object(map) => map.iter().any(|(name, value)| name.contains(between) || holds(value)),
            _ => false,
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
