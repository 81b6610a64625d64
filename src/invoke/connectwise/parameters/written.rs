//! How does the API take a filter or an order that was written for a parameter of another name?
//!
//! `filter`, `$filter` and `where` hold conditions, in the grammar of OData or as members of an object, and `sort` holds an order.

use serde_json::Value;

use super::{Wish, compared, right};
use crate::invoke::connectwise::conditions::{self, Kind};
use crate::invoke::draft::MeantParameter;

/// The value as the parameter of the API's own name takes it; `None` where it is no filter or order, or nobody can say which.
pub(super) fn as_taken(name: &str, wish: &Wish<'_>) -> Option<MeantParameter> {
    let no_meaning = |_: &str| Vec::new();
    let value = wish.unknown.value;
    if name == conditions::ORDER {
        let is_given = |(given, value): (&String, &Value)| given.eq_ignore_ascii_case(name) && !value.is_null();
        // One order stands for all, and two are not joined.
        if wish.unknown.beside.iter().any(is_given) {
            return None;
        }
        let checked = conditions::check_order_by(value.as_str()?, wish.fields, &no_meaning);
        return Some(MeantParameter::Written { parameter: conditions::ORDER, value: right(&checked)? });
    }
    if name != Kind::Conditions.parameter() {
        return None;
    }
    if let Some(members) = members(value) {
        let each = members.iter().flat_map(|(field, value)| compared::of(field, value, wish.fields));
        let all: Vec<_> = each.collect();
        return if all.len() < members.len() { None } else { wish.compared(&all) };
    }
    let checked = conditions::check(Kind::Conditions, value.as_str()?, wish.fields, &no_meaning);
    let (kind, value) = match checked.elsewhere.clone() {
        Some(elsewhere) => elsewhere,
        None => (Kind::Conditions, right(&checked)?),
    };
    let parameter = kind.parameter();
    wish.unknown.known.contains(&parameter).then_some(MeantParameter::Written { parameter, value })
}

/// The members of an object, which the command line has as text.
fn members(value: &Value) -> Option<serde_json::Map<String, Value>> {
    let object = match value {
        Value::Object(members) => members.clone(),
        value => serde_json::from_str(value.as_str().filter(|text| text.trim_start().starts_with('{'))?).ok()?,
    };
    (!object.is_empty()).then_some(object)
}
