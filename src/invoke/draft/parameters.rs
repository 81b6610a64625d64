//! Where do the given parameters go, and do they fit?
//!
//! Names are matched without regard to case. Path parameters come from the values in the path, or from `params` under
//! their own name, as `id` where there is one placeholder only, or named after the collection (`ticketId` for
//! `/service/tickets/{parentId}`). What an array or object looks like in a query is its parameter's `style` and
//! `explode` (OpenAPI 3.1.0 section 4.8.12.3).

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::Asked;
use super::check::{Checker, Need};
use super::content::{called, is_set_elsewhere, record_schema};
use super::near::{instead, listed, nearest};
use super::wording::{describe, scalar_text, shortened, shown};
use crate::document::words;
use crate::invoke::risk::Risk;
use crate::openapi::path_template::Part;
use crate::openapi::{Parameter, ParameterIn, PathTemplate};
use crate::surface::{Argument, Given, Place, Said};

/// What other APIs call these parameters, so that callers try it: no spelling leads from one to the other.
const OTHER_NAMES: [(&str, &[&str]); 4] = [
    ("conditions", &["filter", "where", "query", "q", "search"]),
    ("pageSize", &["limit", "top", "perpage", "count", "maxresults"]),
    ("orderBy", &["sort", "sortby"]),
    ("fields", &["select", "columns", "properties"]),
];

/// Parameters that no manifest knows and a read is sent with; whoever gives more made one mistake many times.
const MOST_UNKNOWN: usize = 8;

/// Where everything in `params` and the path goes.
#[derive(Default)]
pub(super) struct Placed {
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
}

/// Places the parameters; problems and notes go to `checker`. `is_body_field` tells names that belong into the body.
pub(super) fn place(asked: &Asked<'_>, checker: &mut Checker<'_>, is_body_field: &dyn Fn(&str) -> bool) -> Placed {
    let mut placing = Placing { asked, checker, taken: HashSet::new(), placed: Placed::default() };
    placing.path();
    placing.declared();
    placing.rest(is_body_field);
    placing.placed
}

struct Placing<'p, 'a, 's> {
    asked: &'p Asked<'a>,
    checker: &'p mut Checker<'s>,
    /// Keys of `params` that have found their place.
    taken: HashSet<String>,
    placed: Placed,
}

impl<'a> Placing<'_, 'a, '_> {
    fn path(&mut self) {
        let template = match PathTemplate::parse(&self.asked.operation.path) {
            Ok(template) => template,
            Err(error) => {
                let cure = "Build the index anew from a manifest whose paths are well-formed.";
                return self.checker.problem(&Place::path(), error.to_string(), cure, Vec::new());
            }
        };
        let names: Vec<&str> = template.parameters().collect();
        let mut values = BTreeMap::new();
        for name in &names {
            let declared = self.parameters(ParameterIn::Path).into_iter().find(|parameter| parameter.name == *name);
            let collection = collection_before(&template, name);
            let Some((place, value)) = self.path_value(name, names.len() == 1, collection) else {
                let view = self.checker.schemas.view(declared.map_or(&Value::Null, |parameter| &parameter.schema));
                let message = format!("the path `{}` needs a value for `{name}`", self.asked.operation.path);
                let cure = Said::from("Give ").given(Given::Param((*name).to_owned()));
                let cure = cure.text(format!(", or write it into the path: {}.", describe(&view)));
                self.checker.problem(&Place::param(*name), message, cure, Vec::new());
                continue;
            };
            let value = match declared {
                Some(parameter) => {
                    let view = self.checker.schemas.view(&parameter.schema);
                    // Text is all that a path has: no note where it is read as a number.
                    let value = if view.is("integer") { numeric(&value) } else { value };
                    self.checked(parameter, &value, &place)
                }
                None => value,
            };
            match path_text(&value) {
                Some(text) => {
                    values.insert((*name).to_owned(), text);
                }
                None if self.checker.problems.iter().any(|problem| problem.place == place) => {}
                None => {
                    let message = format!("{} cannot stand in a path", shown(&value));
                    self.checker.problem(&place, message, "Give text or a number.", Vec::new());
                }
            }
        }
        if names.iter().all(|name| values.contains_key(*name)) && self.checker.problems.is_empty() {
            match template.expand(&values) {
                Ok(path) => self.placed.path = path,
                Err(error) => {
                    let cure = "Give the value that names the record.";
                    self.checker.problem(&Place::path(), error.to_string(), cure, Vec::new());
                }
            }
        }
    }

    /// The value of a placeholder and where it came from.
    fn path_value(&mut self, name: &str, is_only: bool, collection: Option<&str>) -> Option<(Place, Value)> {
        let from_path = find(self.asked.path_values, name).map(|(_, value)| (Place::path().field(name), value.clone()));
        let mut from_params = find(self.asked.params, name);
        let declared = &self.asked.operation.parameters;
        let is_queried = |name: &str| {
            let mut queried = declared.iter().filter(|parameter| parameter.location == ParameterIn::Query);
            queried.any(|parameter| parameter.name.eq_ignore_ascii_case(name))
        };
        if from_params.is_none() && is_only && from_path.is_none() && !is_queried("id") {
            from_params = find(self.asked.params, "id");
        }
        if from_params.is_none()
            && from_path.is_none()
            && let Some(collection) = collection
        {
            let wanted = format!("{}id", words::singular(&collection.to_lowercase()));
            let mut keys = self.asked.params.iter();
            from_params = keys.find(|(key, value)| {
                !value.is_null() && key.replace('_', "").eq_ignore_ascii_case(&wanted) && !is_queried(key)
            });
            if let Some((key, _)) = from_params {
                let taken = Said::new().at(&Place::param(key)).text(format!(" is taken for `{name}` of the path"));
                self.checker.note(taken);
            }
        }
        let Some((key, value)) = from_params else { return from_path };
        if from_path.is_some() && is_queried(key) {
            return from_path;
        }
        self.taken.insert(key.clone());
        let place = Place::param(key);
        if let Some((_, other)) = &from_path
            && scalar_text(other) != scalar_text(value)
        {
            let message = format!("`{name}` is {} in the path and {} in ", shown(other), shown(value));
            let message = Said::from(message).argument(Argument::PARAMS);
            self.checker.problem(&place, message, "Give it once.", Vec::new());
        }
        Some((place, value.clone()))
    }

    /// Query, header and cookie parameters that the operation declares.
    fn declared(&mut self) {
        let mut cookies = Vec::new();
        for parameter in &self.asked.operation.parameters {
            let name = parameter.name.as_str();
            let is_header = parameter.location == ParameterIn::Header;
            if parameter.location == ParameterIn::Path {
                continue;
            }
            let given = self.given(name);
            if is_header && is_set_elsewhere(self.asked.habits, name) {
                if given.is_some() {
                    self.checker.note(set_elsewhere(&Place::param(name)));
                }
                continue;
            }
            let Some((key, value)) = given.filter(|(_, value)| !value.is_null()) else {
                if parameter.required && self.asked.validate {
                    let about = describe(&self.checker.schemas.view(&parameter.schema));
                    let cure = Said::from("Give ").given(Given::Param(name.to_owned())).text(format!(": {about}."));
                    self.checker.problem(&Place::param(name), format!("`{name}` is required"), cure, Vec::new());
                }
                continue;
            };
            if key != name {
                let sent =
                    Said::new().at(&Place::param(&*key)).text(format!(" is sent as `{name}`, as the API spells it"));
                self.checker.note(sent);
            }
            let place = Place::param(key);
            let value = self.checked(parameter, &value, &place);
            match parameter.location {
                ParameterIn::Query | ParameterIn::Path => self.placed.query.extend(query_pairs(parameter, &value)),
                ParameterIn::Header => {
                    let text = joined(&value, ",", parameter.explode == Some(true));
                    self.header(name, text, &place);
                }
                ParameterIn::Cookie => cookies.push((name, joined(&value, ",", false), place)),
            }
        }
        let places = cookies.first().map(|(_, _, place)| place.clone());
        if let Some(place) = places {
            let pairs: Vec<String> = cookies.into_iter().map(|(name, text, _)| format!("{name}={text}")).collect();
            self.header("Cookie", pairs.join("; "), &place);
        }
    }

    fn header(&mut self, name: &str, text: String, place: &Place) {
        // RFC 9110 section 5.5: visible characters, spaces and tabs; line ends would begin another header.
        if text.chars().any(|c| c != '\t' && (c.is_control() || !c.is_ascii())) {
            let message = "has characters that no header may have";
            let cure = "Give visible ASCII characters only, no line ends.";
            return self.checker.problem(place, message, cure, Vec::new());
        }
        self.placed.headers.push((name.to_owned(), text));
    }

    fn given(&mut self, name: &str) -> Option<(String, Value)> {
        let declared = |key: &str| self.asked.operation.parameters.iter().any(|parameter| parameter.name == key);
        let (key, value) = find(self.asked.params, name).filter(|(key, _)| *key == name || !declared(key))?;
        // A path parameter of the same name has taken it.
        self.taken.insert(key.clone()).then(|| (key.clone(), value.clone()))
    }

    /// The value as it is sent.
    fn checked(&mut self, parameter: &Parameter, value: &Value, place: &Place) -> Value {
        if !self.asked.validate {
            return value.clone();
        }
        let name = parameter.name.as_str();
        if let Value::Array(items) = value
            && self.asked.habits.lists_of_names().iter().any(|known| known.eq_ignore_ascii_case(name))
            && items.iter().all(Value::is_string)
            && self.checker.schemas.view(&parameter.schema).is("string")
        {
            return Value::String(joined(value, ",", false));
        }
        let read = value.as_str().and_then(|text| self.read(parameter, text, place));
        let value = read.as_ref().unwrap_or(value);
        let before = self.checker.problems.len();
        let value = self.checker.check(&parameter.schema, value, place, Need::Optional);
        if self.checker.problems.len() == before {
            self.page_limits(name, &value, place);
        } else if self.may_be_newer(parameter, &value, before) {
            self.checker.problems.truncate(before);
            let note =
                format!(": the manifest does not list {}; it is sent as it is, and the API decides", shown(&value));
            self.checker.note(Said::new().at(place).text(note));
        }
        value
    }

    /// Whether a read's value is one that the manifest does not list, and a newer server may: it is no misspelt one. `before` are
    /// the problems that were found before it.
    fn may_be_newer(&self, parameter: &Parameter, value: &Value, before: usize) -> bool {
        let Asked { habits, operation, .. } = *self.asked;
        let has_list = !self.checker.schemas.view(&parameter.schema).values.is_empty();
        let is_near = self.checker.problems.iter().skip(before).any(|problem| !problem.offers.is_empty());
        has_list
            && !is_near
            && value.is_string()
            && habits.may_know_more()
            && Risk::of_operation(habits, operation).is_read()
    }

    /// The list or object that text stands for, where the parameter takes one: on a command line everything is text. Only a
    /// list of numbers is split at commas, since text may hold them.
    fn read(&mut self, parameter: &Parameter, text: &str, place: &Place) -> Option<Value> {
        let view = self.checker.schemas.view(&parameter.schema);
        if view.is("string") || !(view.is("array") || view.is("object")) {
            return None;
        }
        match serde_json::from_str(text) {
            Ok(read @ Value::Array(_)) if view.is("array") => return Some(read),
            Ok(read @ Value::Object(_)) if view.is("object") => return Some(read),
            _ if !view.is("array") => return None,
            _ => {}
        }
        let items = view.items.as_ref().map(|items| self.checker.schemas.view(items)).unwrap_or_default();
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let are_numbers = parts.iter().all(|part| part.parse::<f64>().is_ok_and(f64::is_finite));
        if are_numbers && !items.is("string") && (items.is("integer") || items.is("number")) {
            // Each is checked, and becomes a number, as an item.
            let number = |part: &str| serde_json::from_str(part).unwrap_or_else(|_| Value::from(part));
            return Some(parts.into_iter().map(number).collect());
        }
        if parts.len() > 1 {
            let said = format!(": {} is sent as one item; to send several, give ", shown(&text.into()));
            let several = Given::Values(parameter.name.clone());
            self.checker.note(Said::new().at(place).text(said).given(several));
        }
        Some(json!([text]))
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

    /// What no parameter is named like.
    fn rest(&mut self, is_body_field: &dyn Fn(&str) -> bool) {
        let operation = self.asked.operation;
        let mut unknown = 0;
        let is_read = Risk::of_operation(self.asked.habits, operation).is_read();
        let given = self.asked.params.iter().filter(|(_, value)| !value.is_null());
        for (key, value) in given.filter(|(key, _)| !self.taken.contains(*key)) {
            let place = Place::param(key);
            let known =
                operation.parameters.iter().filter(|parameter| !is_set_elsewhere(self.asked.habits, &parameter.name));
            let known: Vec<&str> = known.map(|parameter| parameter.name.as_str()).collect();
            if is_set_elsewhere(self.asked.habits, key) {
                self.checker.note(set_elsewhere(&place));
                continue;
            }
            if !self.asked.validate {
                let note = format!(" is sent as it is: {} knows no such parameter", called(operation));
                self.checker.note(Said::new().at(&place).text(note));
                self.placed.query.extend(undeclared_pairs(key, value));
                continue;
            }
            let message = format!("{} has no parameter `{key}`", called(operation));
            if self.checker.is_full() {
                self.checker.problem(&place, message, "", Vec::new());
                continue;
            }
            if is_body_field(key) {
                let cure = Said::from("It is a field of the body: put it into ").argument(Argument::DATA);
                let cure = cure.text(format!(", `{}`.", offer_of(key, value)));
                self.checker.problem(&place, message, cure, Vec::new());
                continue;
            }
            if known.contains(&"conditions")
                && let Some(condition) = self.condition_meant(key, value)
            {
                let filter = Given::Pair { name: "conditions", value: condition.clone() };
                let cure = Said::from("It is a field of the records: filter by it, ").given(filter).text(".");
                self.checker.problem(&place, message, cure, vec![condition]);
                continue;
            }
            let mut offers = nearest(key, known.iter().copied(), 3);
            if offers.is_empty() {
                offers.extend(by_another_name(key).filter(|name| known.contains(name)).map(str::to_owned));
            }
            if offers.is_empty() && is_read && unknown < MOST_UNKNOWN && self.asked.habits.may_know_more() {
                unknown += 1;
                let note = format!(
                    " is sent as it is: {} declares no such parameter, and an API may ignore it without a word",
                    called(operation)
                );
                self.checker.note(Said::new().at(&place).text(note));
                self.placed.query.extend(undeclared_pairs(key, value));
                continue;
            }
            let takes = if known.is_empty() {
                "Leave it out: the operation takes no parameters".into()
            } else {
                let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
                format!("Leave it out, or write one of {}", listed(&known, "and")).into()
            };
            self.checker.problem(&place, message, instead(&offers, takes), offers);
        }
    }

    /// The condition that a field of the answer's records was to be, where `key` is one.
    fn condition_meant(&self, key: &str, value: &Value) -> Option<String> {
        let schemas = self.checker.schemas;
        let answer = schemas.view(record_schema(self.asked.operation)?);
        let record = answer.items.as_ref().map_or_else(|| answer.clone(), |items| schemas.view(items));
        let (field, schema) = record.properties.get_key_value(key)?;
        let view = schemas.view(schema);
        let below = |name: &str| view.properties.contains_key(name).then(|| format!("{field}/{name}"));
        let path = match value {
            _ if !view.is("object") => field.clone(),
            Value::String(_) => below("identifier").or_else(|| below("name"))?,
            _ => below("id")?,
        };
        match value {
            // What needs escapes, or is no name, is no ready condition.
            Value::String(text) if text.contains(['"', '\\']) || text.len() > 80 => None,
            Value::String(text) => Some(format!("{path} = \"{text}\"")),
            Value::Number(number) => Some(format!("{path} = {number}")),
            Value::Bool(flag) => Some(format!("{path} = {}", if *flag { "True" } else { "False" })),
            _ => None,
        }
    }

    fn parameters(&self, location: ParameterIn) -> Vec<&'a Parameter> {
        self.asked.operation.parameters.iter().filter(|parameter| parameter.location == location).collect()
    }
}

fn by_another_name(key: &str) -> Option<&'static str> {
    let plain: String = key.to_lowercase().chars().filter(|c| c.is_ascii_alphabetic()).collect();
    OTHER_NAMES.iter().find(|(_, others)| others.contains(&plain.as_str())).map(|(name, _)| *name)
}

fn offer_of(key: &str, value: &Value) -> String {
    shortened(&json!({ key: value }).to_string()).into_owned()
}

/// That a header of the configuration's is not taken from a call.
fn set_elsewhere(place: &Place) -> Said {
    Said::new().at(place).text(" is not sent: the configuration sets this header")
}

/// The value of that name: spelled exactly so, or else but for case.
fn find<'m>(map: &'m Map<String, Value>, name: &str) -> Option<(&'m String, &'m Value)> {
    let exact = map.get_key_value(name);
    exact.or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))).filter(|(_, value)| !value.is_null())
}

/// The literal segment in front of a placeholder's.
fn collection_before<'t>(template: &'t PathTemplate, name: &str) -> Option<&'t str> {
    let segments = template.segments();
    let at = segments.iter().position(|segment| segment.parts == [Part::Parameter(name.to_owned())])?;
    match segments.get(at.checked_sub(1)?)?.parts.as_slice() {
        [Part::Literal(text)] => Some(text),
        _ => None,
    }
}

/// Text in digits as the number, since that is how numbers stand in a path.
fn numeric(value: &Value) -> Value {
    value.as_str().and_then(|text| text.parse::<i64>().ok()).map_or_else(|| value.clone(), |number| json!(number))
}

fn path_text(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) => items.iter().map(scalar_text).collect::<Option<Vec<_>>>().map(|texts| texts.join(",")),
        value => scalar_text(value),
    }
}

/// A value as one text: items joined, an object as `key,value` or `key=value`.
fn joined(value: &Value, separator: &str, explode: bool) -> String {
    match value {
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(separator),
        Value::Object(map) => {
            let between = if explode { "=" } else { separator };
            let pairs = map.iter().map(|(key, value)| format!("{key}{between}{}", text_of(value)));
            pairs.collect::<Vec<_>>().join(separator)
        }
        value => text_of(value),
    }
}

pub(super) fn text_of(value: &Value) -> String {
    scalar_text(value).unwrap_or_else(|| if value.is_null() { String::new() } else { value.to_string() })
}

fn query_pairs(parameter: &Parameter, value: &Value) -> Vec<(String, String)> {
    let name = &parameter.name;
    let style = parameter.style.as_deref().unwrap_or("form");
    // "When style is form, the default value is true" (OpenAPI 3.1.0 section 4.8.12.2); Swagger's default, `csv`, is
    // read as `explode: false`.
    let explode = parameter.explode.unwrap_or(style == "form");
    let separator = match style {
        "spaceDelimited" => " ",
        "pipeDelimited" => "|",
        _ => ",",
    };
    match value {
        Value::Object(map) if style == "deepObject" => {
            map.iter().map(|(key, value)| (format!("{name}[{key}]"), text_of(value))).collect()
        }
        Value::Object(map) if explode => map.iter().map(|(key, value)| (key.clone(), text_of(value))).collect(),
        Value::Array(items) if explode => items.iter().map(|item| (name.clone(), text_of(item))).collect(),
        value => vec![(name.clone(), joined(value, separator, false))],
    }
}

/// A parameter of which nothing is known: arrays repeat it, objects are sent as JSON.
pub(super) fn undeclared_pairs(name: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(|item| (name.to_owned(), text_of(item))).collect(),
        value => vec![(name.to_owned(), text_of(value))],
    }
}
