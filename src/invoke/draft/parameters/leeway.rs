//! What is a read sent with that its manifest does not declare?
//!
//! Values that a newer server may know, ranges of dates, and several values of what is declared as one. A wrong guess costs a read an
//! answer that is empty or refused; a write gets no such leeway.

use serde_json::Value;

use super::Placing;
use crate::invoke::draft::check::sent_as;
use crate::invoke::draft::pages::PageParameter;
use crate::invoke::draft::wording::{counted, scalar_text, shown};
use crate::invoke::draft::{Asked, Doubt, DoubtKind, Problem, commas, dates, serialise};
use crate::openapi::{Parameter, ParameterIn};
use crate::surface::{Place, Said};

/// Names of parameters that hold a credential, in lower case without other characters.
const OF_CREDENTIALS: [&str; 4] = ["token", "accesstoken", "apikey", "apitoken"];

/// Why a required parameter that was not given need not be, as the rest of a sentence: it is the credential that the operation's
/// security asks for, or the body, which declares the same field, has it.
pub(super) fn need_not_be_given(
    asked: &Asked<'_>,
    parameter: &Parameter,
    is_body_field: &dyn Fn(&str) -> bool,
) -> Option<&'static str> {
    let name = parameter.name.as_str();
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let is_secured = asked.operation.security.iter().flatten().any(|schemes| !schemes.is_empty());
    if is_secured && OF_CREDENTIALS.contains(&plain.as_str()) {
        return Some(" is left out: the credentials that are configured say who calls");
    }
    let is_given = asked.data.and_then(|data| data.get(name)).is_some_and(|value| !value.is_null());
    let is_query = parameter.location == ParameterIn::Query;
    (is_query && is_given && is_body_field(name)).then_some(" is left out: the body has it")
}

impl Placing<'_, '_, '_> {
    /// The values of a read's query parameter that was given several and is declared as one: filters of many APIs may be repeated,
    /// and few manifests say so.
    pub(super) fn several<'v>(&self, parameter: &Parameter, value: &'v Value) -> Option<&'v [Value]> {
        let Asked { habits, operation, lookup, validate, .. } = *self.asked;
        let values = value.as_array().filter(|values| values.len() > 1)?;
        let views = self.checker.schemas.views(&parameter.schema);
        let is_scalar = views.iter().all(|view| {
            let is_one = |name: &String| matches!(name.as_str(), "string" | "integer" | "number" | "boolean");
            !view.types.is_empty() && view.types.iter().all(is_one)
        });
        let is_own = habits.is_filter(&parameter.name)
            || habits.lists_of_names().iter().any(|name| name.eq_ignore_ascii_case(&parameter.name))
            || PageParameter::of(operation, lookup, None).is_some_and(|page| page.name == parameter.name);
        let is_taken = validate
            && parameter.location == ParameterIn::Query
            && parameter.content.is_none()
            && values.iter().all(|value| scalar_text(value).is_some())
            && is_scalar
            && !is_own
            && self.reads;
        is_taken.then_some(values)
    }

    /// The value as text, where text is declared: an object as its JSON, a list as the manifest says in words.
    pub(super) fn in_text(&mut self, parameter: &Parameter, value: &Value, place: &Place) -> Option<Value> {
        let views = self.checker.schemas.views(&parameter.schema);
        let is_text = views.iter().all(|view| view.types == ["string"] && view.values.is_empty());
        let is_own = self.asked.habits.is_filter(&parameter.name);
        if !is_text || is_own || parameter.content.is_some() || !self.asked.validate {
            return None;
        }
        let says_json = || parameter.description.contains("JSON");
        let text = match value {
            Value::Array(_) if views.iter().any(|view| commas::are_said(view, &parameter.description)) => {
                commas::joined(value)?
            }
            Value::Array(_) if says_json() => value.to_string(),
            Value::Object(_) => value.to_string(),
            _ => return None,
        };
        let text = Value::from(text);
        self.checker.note(sent_as(place, &shown(value), &shown(&text)));
        Some(text)
    }

    /// Sends each of several values under the parameter's name.
    pub(super) fn put_several(&mut self, parameter: &Parameter, values: &[Value], place: &Place) {
        let said = format!(
            " is sent {}: the manifest declares one value, and the API may heed only one of them",
            counted(values.len() as u64, "time")
        );
        self.checker.note(Said::new().at(place).text(said));
        let each = values.iter().enumerate().map(|(at, value)| self.checked(parameter, value, &place.item(at)));
        let all = Value::Array(each.collect());
        let repeated = Parameter { style: None, explode: Some(true), ..parameter.clone() };
        serialise::query(&repeated, &all, &mut self.placed.query);
    }

    /// Whether a read's value is one that the manifest does not list, and a newer server may: it is no misspelt one, nor a text where
    /// numbers are listed, or it is several of the list with commas between. `before` are the problems that were found before it.
    pub(super) fn may_be_newer(&self, parameter: &Parameter, value: &Value, before: usize) -> bool {
        let values = self.checker.schemas.view(&parameter.schema).values;
        let lists_texts = values.iter().any(Value::is_string);
        let is_listed = |part: &str| values.iter().filter_map(scalar_text).any(|known| known == part);
        let are_several =
            value.as_str().is_some_and(|text| text.contains(',') && text.split(',').map(str::trim).all(is_listed));
        let is_near = self.checker.problems.iter().skip(before).any(|problem| !problem.offers.is_empty());
        (are_several || (lists_texts && !is_near)) && value.is_string() && self.reads
    }

    /// Whether a filter, an order or a choice of names is given that asks for nothing, as clients fill in what they do not use.
    pub(super) fn is_blank_filter(&self, parameter: &Parameter, value: &Value) -> bool {
        let Asked { habits, validate, .. } = *self.asked;
        let is_own = habits.is_filter(&parameter.name)
            || habits.lists_of_names().iter().any(|name| name.eq_ignore_ascii_case(&parameter.name));
        validate && is_own && value.as_str().is_some_and(|text| text.trim().is_empty())
    }

    /// Whether what was found since is that a read's value is beyond what the manifest allows, and of the right type: a newer server may
    /// take it. `before` are the problems that were found before it.
    pub(super) fn is_beyond(&self, before: usize) -> bool {
        let found = self.checker.problems.get(before..).unwrap_or_default();
        self.reads && !found.is_empty() && found.iter().all(|problem| problem.is_beyond)
    }

    /// Keeps what would have been said of a value, for the answer.
    pub(super) fn doubt(&mut self, parameter: &Parameter, problems: Vec<Problem>) {
        let doubts =
            problems.into_iter().map(|problem| Doubt { kind: DoubtKind::Value, name: parameter.name.clone(), problem });
        self.placed.doubts.extend(doubts);
    }

    /// Whether a read names a record by something else than the UUID that the manifest has: APIs take a number or a name there, too.
    pub(super) fn may_have_another_id(&self, parameter: &Parameter, value: &Value) -> bool {
        let view = self.checker.schemas.view(&parameter.schema);
        matches!(view.format(), "uuid" | "guid")
            && matches!(parameter.location, ParameterIn::Path | ParameterIn::Query)
            && value.as_str().is_some_and(|text| !text.is_empty() && !text.contains(['{', '<']))
            && self.reads
    }

    /// Whether a read's value is a date with a comparison before it, or two with dots between, where the manifest has one: `>=2024-01-01`,
    /// `2024-01-01..2024-01-31`, as search APIs take them.
    pub(super) fn is_range_of_dates(&self, parameter: &Parameter, value: &Value) -> bool {
        let Some(text) = value.as_str() else { return false };
        let view = self.checker.schemas.view(&parameter.schema);
        let is_date = |text: &str| text == "*" || dates::is_date(text) || dates::seconds(text).is_some();
        let is_range = match text.split_once("..") {
            Some((from, to)) => is_date(from) && is_date(to),
            None => is_date(text.trim_start_matches(['<', '>', '=', '*'])),
        };
        matches!(view.format(), "date" | "date-time")
            && is_range
            && parameter.location == ParameterIn::Query
            && self.reads
    }
}
