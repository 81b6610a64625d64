//! Which pairs of a query or of a form stand for a value?

use serde_json::Value;

use super::{Shape, Style, text_of};
use crate::invoke::draft::encode::{self, VALUE, encoded};
use crate::invoke::draft::wording::scalar_text;
use crate::openapi::{Encoding, Parameter};

/// One pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::invoke::draft) struct Pair {
    /// The name, decoded.
    pub(in crate::invoke::draft) name: String,
    /// The value, decoded.
    pub(in crate::invoke::draft) value: String,
    /// As it is sent: `name=value`, percent-encoded.
    pub(in crate::invoke::draft) text: String,
}

/// The way in which a parameter or a field is written.
#[derive(Clone, Copy, Debug)]
pub(in crate::invoke::draft) struct How<'n> {
    name: &'n str,
    style: Style,
    explodes: bool,
    /// Whether reserved characters stand as they are.
    allow_reserved: bool,
}

impl<'n> How<'n> {
    /// That of a parameter of the query.
    pub(super) fn of(parameter: &'n Parameter) -> Self {
        let style = Style::of(parameter);
        let explodes = style.explodes(parameter);
        Self { name: &parameter.name, style, explodes, allow_reserved: parameter.allow_reserved }
    }

    /// That of a form's field.
    pub(in crate::invoke::draft) fn of_field(name: &'n str, encoding: &Encoding) -> Self {
        let style = Style::of_field(encoding);
        let explodes = encoding.explode.unwrap_or(style == Style::Form);
        Self { name, style, explodes, allow_reserved: encoding.allow_reserved == Some(true) }
    }

    /// That of a form's field of which its manifest says nothing.
    pub(in crate::invoke::draft) fn plain(name: &'n str) -> Self {
        Self { name, style: Style::Form, explodes: true, allow_reserved: false }
    }

    /// A pair of one text.
    pub(in crate::invoke::draft) fn one(&self, name: &str, value: String) -> Pair {
        let text = format!("{}={}", encoded(name, VALUE), self.written(&value, '\0'));
        Pair { name: name.to_owned(), value, text }
    }

    /// The pairs of a value; none where it has nothing to write.
    pub(in crate::invoke::draft) fn pairs(&self, value: &Value) -> Vec<Pair> {
        let name = self.name;
        if self.style == Style::DeepObject {
            return self.deep(name, value);
        }
        match Shape::of(value) {
            None => Vec::new(),
            Some(Shape::One(text)) => vec![self.one(name, text)],
            Some(Shape::List(items)) if self.explodes => items.into_iter().map(|item| self.one(name, item)).collect(),
            Some(Shape::Members(members)) if self.explodes => {
                let of_member = |(name, value): (&str, &Value)| match Shape::of(value) {
                    Some(Shape::List(items)) => items.into_iter().map(|item| self.one(name, item)).collect(),
                    _ => vec![self.one(name, text_of(value))],
                };
                members.into_iter().flat_map(of_member).collect()
            }
            Some(shape) => vec![self.joined(shape)],
        }
    }

    /// One pair of all items, with what the style has between them.
    fn joined(&self, shape: Shape<'_>) -> Pair {
        let c = self.style.between();
        let between = encode::between(c, shape.holds(c));
        let items = shape.flat();
        let texts: Vec<String> = items.iter().map(|item| self.written(item, c)).collect();
        let text = format!("{}={}", encoded(self.name, VALUE), texts.join(&between));
        Pair { name: self.name.to_owned(), value: items.join(&c.to_string()), text }
    }

    /// Members below a name, each with its place in brackets.
    fn deep(&self, name: &str, value: &Value) -> Vec<Pair> {
        match value {
            Value::Null => Vec::new(),
            Value::Object(map) => {
                map.iter().flat_map(|(member, value)| self.deep(&format!("{name}[{member}]"), value)).collect()
            }
            Value::Array(items) if items.iter().all(|item| item.is_null() || scalar_text(item).is_some()) => {
                // A name of Rails or PHP says so itself.
                let name = if name.ends_with("[]") { name.to_owned() } else { format!("{name}[]") };
                items.iter().filter_map(scalar_text).map(|item| self.one(&name, item)).collect()
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.flat_map(|(index, item)| self.deep(&format!("{name}[{index}]"), item)).collect()
            }
            value => vec![self.one(name, text_of(value))],
        }
    }

    fn written(&self, text: &str, between: char) -> String {
        if self.allow_reserved { encode::reserved_in_query(text, between) } else { encoded(text, VALUE) }
    }
}
