//! Where in a call does a name stand where the id of a record belongs?
//!
//! In a reference (`"company": "Acme"`, `{"name": "Acme"}`), in a bare id (`boardId`), and in the path. Pure: nothing is looked up. What
//! the check takes as it is, such as a number or a code of the API's, is no name.

use serde_json::{Map, Value, json};

use super::Habits;
use super::check::is_uuid;
use super::content::{content_of, record_schema};
use super::given::find;
use super::meant::in_other_case;
use super::patch;
use super::unfilled::is_placeholder_of;
use super::view::{Schemas, View};
use crate::document::words::{singular, split};
use crate::invoke::rows::exact;
use crate::openapi::{Operation, Parameter, ParameterIn, SchemaLookup};
use crate::surface::Place;

/// Objects and lists around a name; bodies of real APIs have five.
const DEEPEST: usize = 12;

/// Names of one call that are looked up; whoever writes more of them sends a list.
const MOST: usize = 50;

/// Words that ask for a search where an id belongs.
const SEARCHES: [&str; 8] = ["all", "count", "filter", "find", "list", "lookup", "query", "search"];

/// Members of a reference by which it names its record beside an id, the surest first.
const CALLED: [&str; 3] = ["identifier", "name", "summary"];

/// A call of a known operation.
#[derive(Clone, Copy)]
pub struct CallParts<'a> {
    /// What its API does that its manifest does not say.
    pub habits: &'a dyn Habits,
    /// The operation.
    pub operation: &'a Operation,
    /// Gives the named schemas of its API.
    pub lookup: &'a dyn SchemaLookup,
    /// Values of placeholders that were written into the path, by name.
    pub path_values: &'a Map<String, Value>,
    /// Parameters by name.
    pub params: &'a Map<String, Value>,
    /// The body.
    pub data: Option<&'a Value>,
}

/// A name that stands where an id belongs.
#[derive(Clone, Debug)]
pub struct NameAt {
    /// The place, for messages.
    pub place: Place,
    /// The place, to be written to.
    pub at: At,
    /// The field or placeholder, as the schema spells it.
    pub field: String,
    /// The name.
    pub text: String,
    /// The member of the reference that it was given as, its `id` included; `None` where it stands alone.
    pub member: Option<&'static str>,
    /// What takes the id.
    pub takes: Takes,
    /// The fields of the record that has the field, each with its schema; empty for parameters.
    pub record: Map<String, Value>,
}

/// What takes the id of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A reference of this schema, with the members by which it may name a record beside its id.
    Reference {
        /// Name of the schema.
        schema: Option<String>,
        /// Of `CALLED` those that it has, where the API finds a record by them.
        members: Vec<&'static str>,
    },
    /// The id alone.
    Id,
}

/// Where a value of a call is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// A parameter, by the name that it was given under.
    Param(String),
    /// A value that was written into the path, by the name of its placeholder.
    Path(String),
    /// A value within the body.
    Body(Vec<Step>),
    /// A member of the body whose name leads into a reference: `company/name`, as a change may write it.
    Into {
        /// The name as it is written.
        key: String,
        /// The field that it leads into.
        field: String,
    },
    /// The value of an operation of a JSON Patch: of the only one where there is no number.
    Operation {
        /// Its number in the list.
        item: Option<usize>,
        /// The field that it changes.
        field: String,
    },
}

/// One step into a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To a member.
    Member(String),
    /// To an item.
    Item(usize),
}

impl NameAt {
    /// The value with an id in place of the name.
    pub fn with_id(&self, id: &Value) -> Value {
        match &self.takes {
            Takes::Reference { .. } => json!({ "id": id }),
            Takes::Id => id.clone(),
        }
    }

    /// The value by which the API may find the record itself; `None` where it wants an id.
    pub fn as_given(&self) -> Option<Value> {
        let Takes::Reference { members, .. } = &self.takes else { return None };
        // Who writes an id means one.
        if self.member == Some("id") {
            return None;
        }
        let text = self.text.as_str();
        let member = self.member.filter(|member| members.contains(member));
        // Identifiers have no blanks.
        let fits = |member: &&&str| **member != "identifier" || !text.contains(' ');
        let member = member.or_else(|| members.iter().find(fits).copied()).or_else(|| members.first().copied())?;
        Some(json!({ member: text }))
    }

    /// The fields beside it in the body, as they are now.
    pub fn beside(&self, data: Option<&Value>) -> Map<String, Value> {
        let Some(data) = data else { return Map::new() };
        match &self.at {
            At::Param(_) | At::Path(_) => data.as_object().cloned().unwrap_or_default(),
            At::Into { .. } => data.as_object().cloned().unwrap_or_default(),
            At::Operation { .. } => {
                let one = std::slice::from_ref(data);
                let operations = data.as_array().map_or(one, Vec::as_slice).iter();
                operations
                    .filter_map(|operation| Some((changed(operation)?.0, member(operation, "value")?.clone())))
                    .collect()
            }
            At::Body(way) => {
                // An item of a list stands beside what the list stands beside.
                let end = way.iter().rposition(|step| matches!(step, Step::Member(_))).unwrap_or_default();
                follow(data, &way[..end]).and_then(Value::as_object).cloned().unwrap_or_default()
            }
        }
    }

    /// Writes a value in the place of the name.
    pub fn put(
        &self,
        value: Value,
        params: &mut Map<String, Value>,
        path_values: &mut Map<String, Value>,
        data: &mut Option<Value>,
    ) {
        match (&self.at, data) {
            (At::Param(key), _) => _ = params.insert(key.clone(), value),
            (At::Path(name), _) => _ = path_values.insert(name.clone(), value),
            (At::Body(way), Some(data)) => {
                if let Some(place) = follow_mut(data, way) {
                    *place = value;
                }
            }
            (At::Into { key, field }, Some(Value::Object(fields))) => {
                fields.shift_remove(key);
                fields.insert(field.clone(), value);
            }
            (At::Operation { item, field }, Some(data)) => {
                let operation = match (item, data) {
                    (Some(item), Value::Array(operations)) => operations.get_mut(*item),
                    (_, data) => Some(data),
                };
                for (name, known) in operation.and_then(Value::as_object_mut).into_iter().flatten() {
                    match name.to_ascii_lowercase().as_str() {
                        "path" => *known = field.clone().into(),
                        "value" => *known = value.clone(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// The names of a call. A body that came as its JSON text is none that is looked into.
pub fn names_in(call: &CallParts<'_>) -> Vec<NameAt> {
    let schemas = Schemas::of(call.habits, call.lookup).for_operation(call.operation);
    let mut names = Names { habits: call.habits, schemas: &schemas, found: Vec::new() };
    names.parameters(call);
    if let (Some(content), Some(data)) = (content_of(call.operation), call.data) {
        if patch::is_taken(call.operation, &schemas) {
            if let Some(record) = record_schema(call.operation) {
                names.patch(record, data);
            }
        } else {
            names.value(&content.schema, data, &Place::body(), &mut Vec::new());
        }
    }
    // A placeholder that was left as it is names nobody; the check says so.
    names.found.retain(|name| !is_placeholder_of(&name.text, &name.field));
    names.found.truncate(MOST);
    names.found
}

struct Names<'s> {
    habits: &'s dyn Habits,
    schemas: &'s Schemas<'s>,
    found: Vec<NameAt>,
}

impl Names<'_> {
    /// Values of the path, and parameters that are called ids.
    fn parameters(&mut self, call: &CallParts<'_>) {
        let declared = &call.operation.parameters;
        let in_path: Vec<&Parameter> = declared.iter().filter(|known| known.location == ParameterIn::Path).collect();
        for parameter in &in_path {
            let name = parameter.name.as_str();
            let given = find(call.params, name).or_else(|| {
                let own =
                    find(call.params, "id").filter(|_| in_path.len() == 1 && !call.path_values.contains_key(name));
                own.or_else(|| find(call.params, &id_of(&call.operation.path, name)?))
            });
            let (at, place, value) = match given {
                Some((key, value)) => (At::Param(key.clone()), Place::param(key), value),
                None => match find(call.path_values, name) {
                    Some((key, value)) => (At::Path(key.clone()), Place::path().field(name), value),
                    None => continue,
                },
            };
            self.id(&parameter.schema, (name, value), at, &place, &Map::new());
        }
        for parameter in
            declared.iter().filter(|known| known.location == ParameterIn::Query && is_called_id(&known.name))
        {
            if let Some((key, value)) = find(call.params, &parameter.name) {
                self.id(
                    &parameter.schema,
                    (&parameter.name, value),
                    At::Param(key.clone()),
                    &Place::param(key),
                    &Map::new(),
                );
            }
        }
    }

    /// A text that stands for an id, where ids are numbers or UUIDs.
    fn id(
        &mut self,
        schema: &Value,
        (field, value): (&str, &Value),
        at: At,
        place: &Place,
        record: &Map<String, Value>,
    ) {
        let view = self.schemas.view(schema);
        let Some(text) = value.as_str().map(str::trim).filter(|text| self.is_name(&view, text)) else { return };
        let (text, field, record) = (text.to_owned(), field.to_owned(), record.clone());
        self.found.push(NameAt { place: place.clone(), at, field, text, member: None, takes: Takes::Id, record });
    }

    /// Whether a text cannot be the id that a schema wants, and may be a name.
    fn is_name(&self, id: &View, text: &str) -> bool {
        let is_number = id.types == ["integer"] || id.types == ["number"];
        let is_id = match id.format() {
            "uuid" | "guid" => is_uuid(text),
            _ if is_number => text.parse::<f64>().is_ok(),
            _ => true,
        };
        !is_id && !text.is_empty() && !SEARCHES.contains(&text.to_lowercase().as_str()) && !is_list(text)
    }

    /// The operations of a change.
    fn patch(&mut self, record: &Value, data: &Value) {
        let view = self.schemas.view(record);
        match data {
            Value::Array(operations) => {
                for (item, operation) in operations.iter().enumerate() {
                    self.operation(&view, operation, Some(item), &Place::body().item(item));
                }
            }
            data if changed(data).is_some()
                && !view.properties.contains_key("op")
                && member(data, "value").is_some() =>
            {
                self.operation(&view, data, None, &Place::body());
            }
            Value::Object(fields) => {
                for (key, value) in fields {
                    let place = Place::body().field(key);
                    match key.split_once(['/', '.']).filter(|_| !view.properties.contains_key(key)) {
                        Some((field, below)) => self.name_in_reference(&view, (field, below), value, &place, |field| {
                            At::Into { key: key.clone(), field }
                        }),
                        None => self.member(&view, key, value, &place, &mut vec![Step::Member(key.clone())]),
                    }
                }
            }
            _ => {}
        }
    }

    fn operation(&mut self, view: &View, operation: &Value, item: Option<usize>, place: &Place) {
        let (Some((field, below)), Some(value)) = (changed(operation), member(operation, "value")) else { return };
        let place = place.field("value");
        if below.is_empty() {
            let steps: Vec<Step> = item.map(Step::Item).into_iter().chain([Step::Member("value".to_owned())]).collect();
            let before = self.found.len();
            self.member(view, &field, value, &place, &mut steps.clone());
            // The whole value is written with the field's name, so that both go together.
            for name in self.found.iter_mut().skip(before).filter(|name| name.at == At::Body(steps.clone())) {
                name.at = At::Operation { item, field: field.clone() };
            }
        } else {
            self.name_in_reference(view, (&field, &below), value, &place, |field| At::Operation { item, field });
        }
    }

    /// A name that is written to a member of a reference: `company/name`.
    fn name_in_reference(
        &mut self,
        view: &View,
        (field, below): (&str, &str),
        value: &Value,
        place: &Place,
        at: impl FnOnce(String) -> At,
    ) {
        let Some((field, schema)) = property(view, field) else { return };
        let target = self.schemas.view(schema);
        let whole = json!({ below: value });
        if let Some((text, member)) = self.called(&target, &whole) {
            let takes = self.takes(&target);
            let (place, at, record) = (place.clone(), at(field.clone()), view.properties.clone());
            self.found.push(NameAt { place, at, field, text, member, takes, record });
        }
    }

    /// Looks into a value for names.
    fn value(&mut self, schema: &Value, value: &Value, place: &Place, way: &mut Vec<Step>) {
        if way.len() > DEEPEST || self.found.len() >= MOST {
            return;
        }
        let view = self.schemas.view(schema);
        match value {
            Value::Object(fields) if view.is("object") => {
                for (key, value) in fields {
                    way.push(Step::Member(key.clone()));
                    self.member(&view, key, value, &place.field(key), way);
                    way.pop();
                }
            }
            Value::Array(items) if way.is_empty() => {
                let items_schema = if view.is("array") { view.items.as_ref() } else { Some(schema) };
                for (at, item) in items.iter().enumerate() {
                    way.push(Step::Item(at));
                    if let Some(schema) = items_schema {
                        self.value(schema, item, &place.item(at), way);
                    }
                    way.pop();
                }
            }
            _ => {}
        }
    }

    /// Looks into a member of an object; `way` leads to its value.
    fn member(&mut self, owner: &View, key: &str, value: &Value, place: &Place, way: &mut Vec<Step>) {
        let Some((field, schema)) = property(owner, key) else { return };
        let target = self.schemas.view(schema);
        if target.says("readOnly") || way.len() > DEEPEST || self.found.len() >= MOST {
            return;
        }
        if let (Value::Array(items), Some(schema)) = (value, target.items.as_ref().filter(|_| target.is("array"))) {
            let view = self.schemas.view(schema);
            for (at, item) in items.iter().enumerate() {
                way.push(Step::Item(at));
                self.referring(owner, &field, (schema, &view), item, &place.item(at), way);
                way.pop();
            }
            return;
        }
        self.referring(owner, &field, (schema, &target), value, place, way);
    }

    fn referring(
        &mut self,
        owner: &View,
        field: &str,
        (schema, target): (&Value, &View),
        value: &Value,
        place: &Place,
        way: &mut Vec<Step>,
    ) {
        if target.is_reference()
            && let Some((text, member)) = self.called(target, value)
        {
            let takes = self.takes(target);
            let (place, at, record) = (place.clone(), At::Body(way.clone()), owner.properties.clone());
            self.found.push(NameAt { place, at, field: field.to_owned(), text, member, takes, record });
        } else if is_called_id(field) && value.is_string() {
            self.id(schema, (field, value), At::Body(way.clone()), place, &owner.properties);
        } else {
            self.value(schema, value, place, way);
        }
    }

    /// What a value of a reference calls its record, and as which member; `None` where it has the id, or says more.
    fn called(&self, target: &View, value: &Value) -> Option<(String, Option<&'static str>)> {
        let id = target.properties.get("id").map(|id| self.schemas.view(id))?;
        let named = |text: &str, member| {
            let text = text.trim();
            let is_code = target.name.as_deref().is_some_and(|schema| self.habits.coded(schema, text).is_some());
            let is_number = text.parse::<f64>().is_ok();
            // Addresses and numbers of telephones name nobody; the check says where they are found.
            let is_elsewhere = || {
                let asked = super::Referred {
                    schema: target.name.as_deref()?,
                    member: None,
                    value: &text.into(),
                    lookup: self.schemas.lookup,
                };
                self.habits.referred(&asked)
            };
            let is_name = !text.is_empty() && !is_code && !is_number && !is_list(text) && is_elsewhere().is_none();
            is_name.then(|| (text.to_owned(), member))
        };
        match value {
            Value::String(text) => named(text, None),
            Value::Object(members) => {
                let is_empty =
                    |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
                let mut given = members.iter().filter(|(name, value)| !name.starts_with('_') && !is_empty(value));
                let ((name, value), None) = (given.next()?, given.next()) else { return None };
                let name = name.to_ascii_lowercase();
                if name == "id" {
                    return value
                        .as_str()
                        .filter(|text| self.is_name(&id, text.trim()))
                        .and_then(|text| named(text, Some("id")));
                }
                let member = CALLED.into_iter().find(|known| *known == name)?;
                let schema = target.name.as_deref().filter(|schema| self.habits.refers_by_name(schema));
                schema.and_then(|_| named(value.as_str()?, Some(member)))
            }
            _ => None,
        }
    }

    fn takes(&self, target: &View) -> Takes {
        let finds = target.name.as_deref().is_some_and(|schema| self.habits.refers_by_name(schema));
        let has = |name: &&str| finds && target.properties.contains_key(*name);
        Takes::Reference { schema: target.name.clone(), members: CALLED.into_iter().filter(has).collect() }
    }
}

/// The property that a name means, as the schema spells it.
fn property<'v>(view: &'v View, name: &str) -> Option<(String, &'v Value)> {
    let known = if view.properties.contains_key(name) { Some(name.to_owned()) } else { in_other_case(view, name) };
    known.and_then(|known| view.properties.get(&known).map(|schema| (known.clone(), schema)))
}

/// The member of an object by its name, in any case of letters.
fn member<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    object.as_object()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The field that an operation of a JSON Patch changes, and what its path has below it.
fn changed(operation: &Value) -> Option<(String, String)> {
    let path = member(operation, "path")?.as_str()?.trim_start_matches('/');
    let (field, below) = path.split_once(['/', '.']).unwrap_or((path, ""));
    Some((field.to_owned(), below.to_owned()))
}

/// Whether a text is a list or an object as JSON, which the check unpacks.
fn is_list(text: &str) -> bool {
    text.starts_with(['[', '{']) && exact(text).is_ok()
}

/// Whether a name says that its value is an id: `boardId`, `project_id`.
pub(crate) fn is_called_id(name: &str) -> bool {
    split(name).last().is_some_and(|last| last.eq_ignore_ascii_case("id"))
}

/// `ticketId` for the placeholder behind `/tickets`.
fn id_of(template: &str, name: &str) -> Option<String> {
    let (before, _) = template.split_once(&format!("/{{{name}}}"))?;
    let noun = before.rsplit('/').next().filter(|noun| !noun.is_empty() && !noun.contains('{'))?;
    Some(format!("{}Id", singular(&noun.to_lowercase())))
}

fn follow<'v>(value: &'v Value, way: &[Step]) -> Option<&'v Value> {
    way.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.get(name),
        Step::Item(at) => value.get(at),
    })
}

fn follow_mut<'v>(value: &'v mut Value, way: &[Step]) -> Option<&'v mut Value> {
    way.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.get_mut(name),
        Step::Item(at) => value.get_mut(at),
    })
}
