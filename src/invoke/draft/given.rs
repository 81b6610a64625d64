//! Under which names may a caller give a parameter?
//!
//! By its own name, in any case, and where its name ends in `[]`, without these. Where two parameters share a name, the place says
//! which is meant: `header:id`. Members of an object are given in brackets (`filter[kind]`), or, where the parameter is
//! exploded so that its own name is never sent, by their own names.

use serde_json::{Map, Value};

use super::content::is_set_elsewhere;
use super::serialise::Style;
use super::view::{Additional, Schemas, View};
use super::{Habits, Problem};
use crate::openapi::{Operation, Parameter, ParameterIn};
use crate::surface::Place;

/// Headers that hold credentials, beside those that HTTP's own parameters are.
const OF_CREDENTIALS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// The name of a place, as it stands before a parameter's.
fn place_name(location: ParameterIn) -> &'static str {
    match location {
        ParameterIn::Path => "path",
        ParameterIn::Query => "query",
        ParameterIn::Header => "header",
        ParameterIn::Cookie => "cookie",
    }
}

fn with_place(parameter: &Parameter) -> String {
    format!("{}:{}", place_name(parameter.location), parameter.name)
}

/// The name under which callers reach a parameter whatever else they give: its own, or `header:id` where an earlier
/// parameter in another place has the same.
pub fn name_for_callers(operation: &Operation, parameter: &Parameter) -> String {
    let mut earlier = operation.parameters.iter().take_while(|other| !std::ptr::eq(*other, parameter));
    if earlier.any(|other| other.name.eq_ignore_ascii_case(&parameter.name)) {
        with_place(parameter)
    } else {
        parameter.name.clone()
    }
}

/// The value of that name: spelled exactly so, or else but for case.
pub(super) fn find<'m>(map: &'m Map<String, Value>, name: &str) -> Option<(&'m String, &'m Value)> {
    let exact = map.get_key_value(name);
    exact.or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))).filter(|(_, value)| !value.is_null())
}

/// The value that is surely for this parameter and no other: its name has its place before it.
pub(super) fn find_with_place<'m>(
    map: &'m Map<String, Value>,
    operation: &Operation,
    parameter: &Parameter,
) -> Option<(&'m String, &'m Value)> {
    find(map, &with_place(parameter)).filter(|(key, _)| !is_declared(operation, key))
}

/// The parameter that a name with its place before it means where no operation declares it: `header:X-Tenant`.
pub(crate) fn with_its_place(key: &str) -> Option<Parameter> {
    let (place, name) = key.split_once(':')?;
    let locations = [ParameterIn::Query, ParameterIn::Header, ParameterIn::Cookie];
    let location = locations.into_iter().find(|location| place_name(*location).eq_ignore_ascii_case(place))?;
    (!name.is_empty()).then(|| Parameter::plain(name, location))
}

/// Whether a parameter is a header that says who calls, or that is set for every call: none is given with one.
pub(super) fn is_not_given(habits: &dyn Habits, parameter: &Parameter) -> bool {
    let is_credential = || OF_CREDENTIALS.iter().any(|known| known.eq_ignore_ascii_case(parameter.name.trim()));
    parameter.location == ParameterIn::Header && (is_credential() || is_set_elsewhere(habits, parameter.name.trim()))
}

/// That such a parameter is not sent, as a problem.
pub(crate) fn not_given(place: &Place, name: &str) -> Problem {
    Problem::new(
        place,
        format!("`{name}` is none that a call gives: credentials are configured, and never typed"),
        "Leave it out. Whoever uses the program configures credentials; `doctor` says which are there.",
    )
}

/// Whether a parameter is called exactly so.
pub(super) fn is_declared(operation: &Operation, name: &str) -> bool {
    operation.parameters.iter().any(|parameter| parameter.name == name)
}

/// The members given in brackets behind a name: `filter[a][b]` of `filter` is `["a", "b"]`.
pub(super) fn in_brackets<'k>(key: &'k str, name: &str) -> Option<Vec<&'k str>> {
    let front = key.get(..name.len()).filter(|front| front.eq_ignore_ascii_case(name))?;
    let places = key[front.len()..].strip_prefix('[')?.strip_suffix(']')?;
    let places: Vec<&str> = places.split("][").collect();
    let is_list = |at: usize| at > 0 && at + 1 == places.len();
    let are_names =
        places.iter().enumerate().all(|(at, place)| !place.contains(['[', ']']) && (!place.is_empty() || is_list(at)));
    are_names.then_some(places)
}

/// Puts a value into an object at a place in brackets. Several values of one place are a list.
pub(super) fn set_below(object: &mut Map<String, Value>, place: &[&str], value: Value) {
    match place {
        [] => {}
        [name] if !object.contains_key(*name) => _ = object.insert((*name).to_owned(), value),
        [name] | [name, ""] => {
            let mut all = match object.get_mut(*name).map(Value::take) {
                Some(Value::Array(known)) => known,
                known => known.into_iter().collect(),
            };
            match value {
                Value::Array(items) => all.extend(items),
                value => all.push(value),
            }
            object.insert((*name).to_owned(), all.into());
        }
        [name, rest @ ..] => {
            let below = object.entry((*name).to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(below) = below {
                set_below(below, rest, value);
            }
        }
    }
}

/// The alternative of a parameter that is an object whose members are parameters of the query by themselves: its own name is never
/// sent.
pub(super) fn exploded(parameter: &Parameter, schemas: &Schemas<'_>) -> Option<View> {
    let style = Style::of(parameter);
    let is_exploded = parameter.location == ParameterIn::Query
        && parameter.content.is_none()
        && style == Style::Form
        && style.explodes(parameter);
    let views = is_exploded.then(|| schemas.views(&parameter.schema))?;
    views.iter().find(|view| view.is("object")).cloned()
}

/// The members of an exploded object as parameters. `needed` says whether those that the object requires are required.
pub(super) fn members<'v>(
    parameter: &'v Parameter,
    view: &'v View,
    needed: bool,
) -> impl Iterator<Item = Parameter> + 'v {
    view.properties.iter().map(move |(name, schema)| Parameter {
        required: needed && view.required.contains(name),
        schema: schema.clone(),
        allow_reserved: parameter.allow_reserved,
        ..Parameter::plain(name, parameter.location)
    })
}

/// Whether an exploded object takes members that it does not declare.
pub(super) fn is_open(view: &View) -> bool {
    match view.additional {
        Additional::Open | Additional::Fitting(_) => true,
        Additional::Unsaid => view.properties.is_empty(),
        Additional::Closed => false,
    }
}

/// The schema of members that an object does not declare.
pub(super) fn schema_of_others(view: &View) -> Value {
    match &view.additional {
        Additional::Fitting(schema) => schema.clone(),
        _ => Value::Object(Map::new()),
    }
}
