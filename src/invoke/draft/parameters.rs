//! Where do the given parameters go, and do they fit?
//!
//! Names are matched without regard to case (`given`), values are read as what they surely mean (`reading`) and written by the
//! parameter's style (`serialise`).

mod filters;
mod leeway;
mod members;
mod named;
mod path;
mod undeclared;

pub(crate) use path::styled_in_path;

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::check::{Checker, Need};
use super::content::is_set_elsewhere;
use super::given::{self, find, find_with_place, is_declared, name_for_callers};
use super::multipart::HEADER_CURE;
use super::serialise::{self, Style, has_parts_within, text_of};
use super::wording::{describe, scalar_text, shown};
use super::{Asked, Doubt, Problem, Query, chosen, reading};
use crate::openapi::{Parameter, ParameterIn};
use crate::surface::{Given, Place, Said};

/// Where everything in `params` and the path goes.
#[derive(Default)]
pub(super) struct Placed {
    pub(super) path: String,
    pub(super) query: Query,
    pub(super) headers: Vec<(String, String)>,
    /// What is sent though the manifest does not know it.
    pub(super) doubts: Vec<Doubt>,
}

/// Places the parameters; problems and notes go to `checker`. `reads` tells whether the operation does; `is_body_field` tells names that
/// belong into the body.
pub(super) fn place(
    asked: &Asked<'_>,
    reads: bool,
    checker: &mut Checker<'_>,
    is_body_field: &dyn Fn(&str) -> bool,
) -> Placed {
    let mut placing = Placing {
        asked,
        reads,
        checker,
        is_body_field,
        // It says how the body is sent.
        taken: chosen::given(asked.operation, asked.params).map(|(key, _)| key.clone()).into_iter().collect(),
        cookies: Vec::new(),
        placed: Placed::default(),
    };
    placing.path();
    placing.declared();
    placing.rest();
    placing.cookie_header();
    placing.placed
}

struct Placing<'p, 'a, 's> {
    asked: &'p Asked<'a>,
    /// Whether the operation reads: a value of doubt may then be sent.
    reads: bool,
    checker: &'p mut Checker<'s>,
    is_body_field: &'p dyn Fn(&str) -> bool,
    /// Keys of `params` that have found their place.
    taken: HashSet<String>,
    /// Cookies with their names.
    cookies: Vec<(String, Place)>,
    placed: Placed,
}

impl Placing<'_, '_, '_> {
    /// Names of query parameters, and of members of exploded objects, which are some too.
    fn queried(&self) -> Vec<String> {
        let queried =
            self.asked.operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
        let mut names = Vec::new();
        for parameter in queried {
            names.push(parameter.name.clone());
            let view = given::exploded(parameter, self.checker.schemas);
            names.extend(view.into_iter().flat_map(|view| view.properties.into_iter().map(|(name, _)| name)));
        }
        names
    }

    /// Query, header and cookie parameters that the operation declares.
    fn declared(&mut self) {
        for parameter in &self.asked.operation.parameters {
            let name = parameter.name.as_str();
            if parameter.location == ParameterIn::Path {
                continue;
            }
            let given = self.given(parameter);
            if parameter.location == ParameterIn::Header && is_set_elsewhere(self.asked.habits, name) {
                if given.is_some() {
                    self.checker.note(set_elsewhere(&Place::param(name)));
                }
                continue;
            }
            match self.with_brackets(parameter, given) {
                Some((place, value)) => {
                    let value = self.with_members(parameter, value);
                    self.put(parameter, &value, &place);
                }
                None if self.members(parameter) => {}
                None => self.missing(parameter),
            }
        }
    }

    /// Reports a parameter without a value where it needs one.
    fn missing(&mut self, parameter: &Parameter) {
        if !parameter.required || !self.asked.validate {
            return;
        }
        let exploded = given::exploded(parameter, self.checker.schemas);
        if let Some(why) = leeway::need_not_be_given(self.asked, parameter, self.is_body_field) {
            return self
                .checker
                .note(Said::new().at(&Place::param(name_for_callers(self.asked.operation, parameter))).text(why));
        }
        // Of an object whose members are all optional, none need be there.
        if exploded.as_ref().is_some_and(|view| view.required.is_empty()) {
            return;
        }
        let about = describe(&self.checker.schemas.view(&parameter.schema));
        let name = name_for_callers(self.asked.operation, parameter);
        let or = if exploded.is_some() { ", or these by their own names" } else { "" };
        let about = format!(": {about}{or}.");
        let cure = Said::from("Give ").given(Given::Param(name.clone())).text(about);
        self.checker.problem(&Place::param(name), format!("`{}` is required", parameter.name), cure, Vec::new());
    }

    /// The value of a parameter by its name, and under which key it was given. A parameter before it may have taken it.
    fn given(&mut self, parameter: &Parameter) -> Option<(String, Value)> {
        let (operation, params, name) = (self.asked.operation, self.asked.params, parameter.name.as_str());
        let with_place = find_with_place(params, operation, parameter);
        let is_its_own = |key: &String| key == name || !is_declared(operation, key);
        let without_brackets = || {
            let bare = name.strip_suffix("[]")?;
            let is_free = |key: &String| operation.parameters.iter().all(|other| !other.name.eq_ignore_ascii_case(key));
            find(params, bare).filter(|(key, _)| is_free(key))
        };
        // As PHP and Rails write lists, whatever the manifest calls the parameter.
        let in_brackets = || {
            let views = self.checker.schemas.views(&parameter.schema);
            let takes_list = views.iter().any(|view| view.types.is_empty() || view.is("array"));
            find(params, &format!("{name}[]")).filter(|(key, _)| takes_list && !is_declared(operation, key))
        };
        let plain =
            || find(params, name).filter(|(key, _)| is_its_own(key)).or_else(without_brackets).or_else(in_brackets);
        let (key, value) = with_place.or_else(plain)?;
        if !self.taken.insert(key.clone()) {
            return None;
        }
        if key != name && with_place.is_none() && !is_set_elsewhere(self.asked.habits, name) {
            let sent = Said::new().at(&Place::param(key)).text(format!(" is sent as `{name}`, as the API spells it"));
            self.checker.note(sent);
        }
        Some((key.clone(), value.clone()))
    }

    /// The value with the members that were given in brackets behind its name.
    fn with_brackets(&mut self, parameter: &Parameter, given: Option<(String, Value)>) -> Option<(Place, Value)> {
        let whole = |given: Option<(String, Value)>| given.map(|(key, value)| (Place::param(key), value));
        let views = self.checker.schemas.views(&parameter.schema);
        let Some(view) = views.iter().find(|view| view.is("object") || view.types.is_empty()) else {
            return whole(given);
        };
        let (operation, params) = (self.asked.operation, self.asked.params);
        let is_free = |key: &String| !self.taken.contains(key) && !is_declared(operation, key);
        let free = params.iter().filter(|(key, value)| !value.is_null() && is_free(key));
        let in_brackets = free.filter_map(|(key, value)| Some((key, given::in_brackets(key, &parameter.name)?, value)));
        let in_brackets: Vec<(&String, Vec<&str>, &Value)> = in_brackets.collect();
        if in_brackets.is_empty() {
            return whole(given);
        }
        let mut object = match &given {
            None => Map::new(),
            Some((_, Value::Object(object))) => object.clone(),
            Some((_, Value::String(text))) => match serde_json::from_str(text) {
                Ok(object) => object,
                Err(_) => return whole(given),
            },
            Some(_) => return whole(given),
        };
        for (key, places, value) in in_brackets {
            self.taken.insert(key.clone());
            let schema = match places.as_slice() {
                [name] | [name, ""] => view.properties.get(*name),
                _ => None,
            };
            let schema = schema.cloned().unwrap_or_default();
            let member = Parameter { schema, ..Parameter::plain(key, parameter.location) };
            // `filter[name]=a` is written as the API has it, list or not.
            let is_written =
                places.len() == 1 && scalar_text(value).is_some_and(|text| !text.trim_start().starts_with('['));
            let value = if is_written { value.clone() } else { self.meant(&member, value, &Place::param(key)) };
            given::set_below(&mut object, &places, value);
        }
        Some((Place::param(&*parameter.name), object.into()))
    }

    /// Puts a value where its parameter travels.
    fn put(&mut self, parameter: &Parameter, value: &Value, place: &Place) {
        let name = parameter.name.as_str();
        if self.is_blank_filter(parameter, value) {
            return self.checker.note(Said::new().at(place).text(" is empty, and left out"));
        }
        let text = self.in_text(parameter, value, place);
        let value = text.as_ref().unwrap_or(value);
        if let Some(values) = self.several(parameter, value) {
            return self.put_several(parameter, values, place);
        }
        let views = self.checker.schemas.views(&parameter.schema);
        let takes_text = views.iter().any(|view| {
            let is_text = view.is("string") || view.types.is_empty();
            is_text && (view.values.is_empty() || view.values.iter().any(|known| known == ""))
        });
        let value = if value == "" && !takes_text && self.asked.validate {
            // Forms and strict clients send empty text for what is not given.
            Value::Null
        } else {
            self.meant(parameter, value, place)
        };
        let value = if parameter.content.is_none() && serialise::is_empty(&value) {
            let is_nameless = given::exploded(parameter, self.checker.schemas).is_some();
            if is_nameless || !(parameter.required || parameter.allow_empty_value) {
                return self.checker.note(Said::new().at(place).text(" is empty, and left out"));
            }
            if value.is_null() && !parameter.allow_empty_value {
                return self.missing(parameter);
            }
            Value::String(String::new())
        } else {
            self.checked(parameter, &value, place)
        };
        let value = self.one_form(parameter, value, place);
        match parameter.location {
            ParameterIn::Query | ParameterIn::Path => serialise::query(parameter, &value, &mut self.placed.query),
            ParameterIn::Header => {
                let text = serialise::header(parameter, &value).unwrap_or_default();
                self.header(name, text, place);
            }
            ParameterIn::Cookie => {
                if serialise::is_encoded_in_cookie(parameter, &value) {
                    let said = " has characters that no cookie can hold; they are percent-encoded";
                    self.checker.note(Said::new().at(place).text(said));
                }
                self.cookies.extend(serialise::cookie(parameter, &value).map(|cookie| (cookie, place.clone())));
            }
        }
    }

    /// The value with what is within its items in one form. Says where a server may read other items, or where what is within them
    /// has no form.
    fn one_form(&mut self, parameter: &Parameter, value: Value, place: &Place) -> Value {
        let value = serialise::joined_within(&parameter.schema, &value).into_owned();
        if let Some(between) = serialise::runs_together(parameter, &value) {
            let name = match between {
                ' ' => "spaces".to_owned(),
                '\t' => "tabs".to_owned(),
                between => format!("`{between}`"),
            };
            let said = if between == '=' {
                " has `=` within a name, and the API reads names up to their first one".to_owned()
            } else {
                format!(" has {name} within an item, and the API puts the same between items: it may read more of them")
            };
            self.checker.note(Said::new().at(place).text(said));
        }
        let style = Style::of(parameter);
        let is_styled = parameter.content.is_none() && style != Style::DeepObject;
        if is_styled && has_parts_within(&value, style.explodes(parameter)) {
            let said = " has lists or objects within: what the manifest gives no form is sent as JSON";
            self.checker.note(Said::new().at(place).text(said));
        }
        value
    }

    /// Adds the header that holds all cookies (RFC 6265 section 5.4).
    fn cookie_header(&mut self) {
        let cookies = std::mem::take(&mut self.cookies);
        let Some((_, place)) = cookies.first() else { return };
        let pairs: Vec<&str> = cookies.iter().map(|(cookie, _)| cookie.as_str()).collect();
        self.header("Cookie", pairs.join("; "), place);
    }

    fn header(&mut self, name: &str, text: String, place: &Place) {
        // RFC 9110 section 5.5: visible characters, spaces and tabs; line ends would begin another header.
        if text.chars().any(|c| c != '\t' && (c.is_control() || !c.is_ascii())) {
            let message = "has characters that no header may have";
            return self.checker.problem(place, message, HEADER_CURE, Vec::new());
        }
        self.placed.headers.push((name.to_owned(), text));
    }

    /// The value that was meant.
    fn meant(&mut self, parameter: &Parameter, value: &Value, place: &Place) -> Value {
        if !self.asked.validate {
            return value.clone();
        }
        if let Value::Array(items) = value
            && !items.is_empty()
            && self.asked.habits.lists_of_names().iter().any(|known| known.eq_ignore_ascii_case(&parameter.name))
            && items.iter().all(Value::is_string)
            && self.checker.schemas.view(&parameter.schema).is("string")
        {
            return items.iter().map(text_of).collect::<Vec<_>>().join(",").into();
        }
        reading::meant(self.checker, parameter, value, place).unwrap_or_else(|| value.clone())
    }

    /// The value as it is sent.
    fn checked(&mut self, parameter: &Parameter, value: &Value, place: &Place) -> Value {
        if !self.asked.validate {
            return value.clone();
        }
        let before = self.checker.problems.len();
        self.checker.is_text = parameter.content.is_none();
        let value = self.checker.check(&parameter.schema, value, place, Need::Optional);
        self.checker.is_text = false;
        if self.checker.problems.len() == before {
            self.page_limits(&parameter.name, &value, place);
        } else if self.is_range_of_dates(parameter, &value) {
            self.checker.problems.truncate(before);
            let said = format!(
                ": {} is sent as it is: the manifest knows one date, and the API may know ranges",
                shown(&value)
            );
            self.checker.note(Said::new().at(place).text(said));
        } else if self.may_have_another_id(parameter, &value) {
            self.checker.problems.truncate(before);
            let said = format!(
                ": {} is no UUID, as the manifest has it; it is sent as it is, and the API decides",
                shown(&value)
            );
            self.checker.note(Said::new().at(place).text(said));
        } else if self.may_be_newer(parameter, &value, before) {
            let beyond = self.checker.problems.split_off(before);
            let note =
                format!(": the manifest does not list {}; it is sent as it is, and the API decides", shown(&value));
            self.checker.note(Said::new().at(place).text(note));
            self.doubt(parameter, beyond);
        } else if self.is_beyond(before) {
            let beyond = self.checker.problems.split_off(before);
            for Problem { place, message, .. } in &beyond {
                let said = Said::new().at(place).text(": ").said(message.clone());
                self.checker.note(said.text(" by the manifest; it is sent as it is, and the API decides"));
            }
            self.page_limits(&parameter.name, &value, place);
            self.doubt(parameter, beyond);
        }
        value
    }

    fn page_limits(&mut self, name: &str, value: &Value, place: &Place) {
        let Some(largest) = self.asked.habits.page_sizes().largest.and_then(|largest| i64::try_from(largest).ok())
        else {
            return;
        };
        let Some(number) = value.as_i64() else { return };
        match name.to_ascii_lowercase().as_str() {
            "pagesize" if !(1..=largest).contains(&number) => {
                let message = format!("{number} is not a page size");
                let cure = format!("Give an integer from 1 to {largest}, and read on with `page` where there is more.");
                self.checker.problem(place, message, cure, vec![number.clamp(1, largest.max(1)).to_string()]);
            }
            "page" if number < 1 => {
                let message = format!("{number} is not a page: they are counted from 1");
                self.checker.problem(place, message, "Give 1 for the first page.", vec!["1".to_owned()]);
            }
            _ => {}
        }
    }
}

/// That a header of the configuration's is not taken from a call.
fn set_elsewhere(place: &Place) -> Said {
    Said::new().at(place).text(" is not sent: the configuration sets this header")
}
