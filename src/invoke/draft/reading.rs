//! Which value did a caller mean for a parameter?
//!
//! On a command line everything is text, and many clients of MCP send lists, objects, numbers and flags as text too. What text surely
//! stands for is taken, with a note; a text parameter takes text as it is.

use serde_json::{Value, json};

use super::check::{Checker, sent_as};
use super::commas::{are_listed, numbers};
use super::serialise::Style;
use super::view::View;
use super::wording::{counted, shown};
use crate::openapi::Parameter;
use crate::surface::{Given, Place, Said};

/// The value that was meant, where it is another than the one given.
pub(super) fn meant(checker: &mut Checker<'_>, parameter: &Parameter, value: &Value, place: &Place) -> Option<Value> {
    let views = checker.schemas.views(&parameter.schema);
    let takes = |kind: &str| views.iter().any(|view| view.is(kind));
    if views.iter().any(|view| view.types.is_empty()) {
        return None;
    }
    match value {
        // `["en","fr"]` is a list also where a text could be one.
        Value::String(text) if takes("string") && !(takes("array") && text.trim_start().starts_with('[')) => None,
        Value::String(text) => {
            let read = serde_json::from_str(text).ok().filter(|read: &Value| match read {
                Value::Array(_) => takes("array"),
                Value::Object(_) => takes("object"),
                _ => false,
            });
            if read.is_some() {
                checker.note(Said::new().at(place).text(" was text; the JSON in it is sent"));
                return read;
            }
            let list = views.iter().find(|view| view.is("array")).filter(|_| !takes("string"))?;
            Some(list_in(checker, parameter, list, text, place))
        }
        Value::Number(_) | Value::Bool(_) | Value::Object(_) if takes("array") => {
            let fits = match value {
                Value::Object(_) => takes("object"),
                Value::Bool(_) => takes("boolean"),
                _ => takes("number") || takes("integer") || takes("string"),
            };
            (!fits).then(|| list_of_one(checker, parameter, value, place))
        }
        _ => None,
    }
}

fn list_of_one(checker: &mut Checker<'_>, parameter: &Parameter, value: &Value, place: &Place) -> Value {
    let list = json!([value]);
    // In every other style a list of one text is written as the text alone.
    if parameter.content.is_some() || Style::of(parameter) == Style::DeepObject || value.is_object() {
        checker.note(sent_as(place, &shown(value), &shown(&list)));
    }
    list
}

/// The list that a text stands for: its parts where the style puts just this between items, or where nothing else can be
/// meant (numbers, and values that the schema lists); else the text as its only item.
fn list_in(checker: &mut Checker<'_>, parameter: &Parameter, list: &View, text: &str, place: &Place) -> Value {
    let items = list.items.as_ref().map(|items| checker.schemas.view(items)).unwrap_or_default();
    let style = Style::of(parameter);
    let is_joined = parameter.content.is_none() && !style.explodes(parameter) && style != Style::DeepObject;
    let between = if is_joined { style.between() } else { ',' };
    let parts: Vec<&str> = text.split(between).map(str::trim).collect();
    if let Some(numbers) = numbers(&parts, &items) {
        return numbers;
    }
    if parts.len() > 1 && (is_joined || are_listed(&parts, &items)) {
        let said = format!(": {} is sent as {}", shown(&text.into()), counted(parts.len() as u64, "item"));
        let said = Said::new().at(place).text(said);
        let one = format!("; as one item, it is the list {}", shown(&json!([text])));
        checker.note(if is_joined { said.text(one) } else { said });
        return parts.into_iter().map(Value::from).collect();
    }
    if parts.len() > 1 {
        let said = format!(": {} is sent as one item; to send several, give ", shown(&text.into()));
        let several = Given::Values(parameter.name.clone());
        checker.note(Said::new().at(place).text(said).given(several));
        return json!([text]);
    }
    list_of_one(checker, parameter, &text.into(), place)
}
