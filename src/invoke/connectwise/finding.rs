//! How does a list find the records that a text names where their id belongs?

use serde_json::{Map, Value};

use super::conditions::{Kind, SchemaFields};
use super::{named, parameters};
use crate::invoke::draft::{Finding, MeantParameter, Named, Unknown};

/// The filter of a list that finds what a text names.
pub(super) fn finding(asked: &Named<'_>) -> Option<Finding> {
    let takes = |name: &str| asked.list.parameters.iter().any(|known| known.name == name);
    if !takes(Kind::Conditions.parameter()) {
        return None;
    }
    let fields = SchemaFields::new(asked.records?, asked.lookup).of_api(parameters::TITLE);
    if asked.text.contains('@')
        && let Some(found) = by_mail(asked)
    {
        return Some(found);
    }
    let value = named::called(asked.text, &fields)?;
    Some(Finding { parameter: Kind::Conditions.parameter().into(), value: Some(value) })
}

/// The filter for a mail address, wherever the records keep it.
fn by_mail(named: &Named<'_>) -> Option<Finding> {
    let (value, beside) = (Value::from(named.text), Map::new());
    let known: Vec<&str> = named.list.parameters.iter().map(|known| known.name.as_str()).collect();
    let Named { records, lookup, .. } = *named;
    let unknown = Unknown { name: "email", value: &value, beside: &beside, known: &known, records, lookup };
    match parameters::meant(&unknown)? {
        MeantParameter::Filter { parameter, value, .. } => {
            Some(Finding { parameter: parameter.into(), value: Some(value) })
        }
        _ => None,
    }
}
