//! What does a person need to know of an operation in order to call it, in a screenful?

use std::cell::OnceCell;
use std::collections::HashMap;

use serde_json::{Value, json};

use super::Service;
use super::describe::{Description, LookedUp};
use super::lists::Lists;
use super::records::{fields_of, is_date};
use crate::build::EXAMPLE_DEPTH;
use crate::error::Error;
use crate::invoke::draft::{BodyKind, TakenBody, is_called_id, is_set_elsewhere, name_for_callers, settable};
use crate::openapi::{self, Field, Method, Parameter, ParameterIn, def_name};
use crate::surface::{in_quotes, option};

/// Most fields that are looked at: those of the largest record and of what it refers to.
const MOST_FIELDS: usize = 4_000;
/// Members, those of the server's own aside, of what counts as a reference to a record and not as a part of one.
const MOST_MEMBERS_OF_REFERENCE: usize = 6;
/// Values of a body that a command sets one by one.
const MOST_SET: usize = 40;

/// An operation in short.
#[derive(Clone, Debug)]
pub struct Outline {
    /// The same in full.
    pub description: Description,
    /// Its parameters without those that the credentials fill in.
    pub parameters: Vec<OutlineField>,
    /// What a caller gives as its body, where it has one.
    pub body_kind: Option<BodyKind>,
    /// The fields that a body sets.
    pub body: Option<Record>,
    /// The records that it answers with.
    pub answer: Option<Record>,
    /// The words of a command that calls it with what it needs, the program's name aside; quoted where a shell wants that.
    pub command: String,
}

/// The fields of a record, or of each one in a list.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The name of its schema.
    pub name: Option<String>,
    /// Whether there is a list of them.
    pub is_list: bool,
    /// Its fields in the order of the schema.
    pub fields: Vec<OutlineField>,
}

/// A field or a parameter.
#[derive(Clone, Debug, Default)]
pub struct OutlineField {
    /// Its name, as a caller gives it.
    pub name: String,
    /// Whether the manifest or the API demands it.
    pub is_required: bool,
    /// Whether the server sets it: `readOnly`, and what begins with `_`.
    pub is_of_server: bool,
    /// Whether it holds a filter or an order over the fields of the records.
    pub is_filter: bool,
    /// Its type, as [`Field::type_name`].
    pub type_name: String,
    /// `format`, where there is one.
    pub format: Option<String>,
    /// The values that it may have, where they are listed.
    pub values: Vec<String>,
    /// The names of its members, without those that begin with `_`.
    pub members: Vec<String>,
    /// Whether it refers to another record.
    pub is_reference: bool,
    /// The path of the list of what it may refer to; of an id whose record may be in several, all of them, with the field that says which.
    pub list: Option<String>,
    /// `description`, or empty.
    pub description: String,
}

impl Service {
    /// Describes an operation in short. The path may have values in place of its placeholders.
    ///
    /// # Errors
    /// As [`Self::describe`].
    pub fn outline(&self, method: Method, path: &str, api: Option<&str>) -> Result<Outline, Error> {
        let looked_up = self.look_up(method, path, api)?;
        let description = self.description(&looked_up)?;
        let LookedUp { operation, dialect, .. } = &looked_up;
        let lookup = |name: &str| looked_up.schema(name);
        let body = settable(*dialect, operation, &lookup);
        let patched = body.as_ref().filter(|body| body.is_patch).map(|body| body.schema);
        let reader = Reader::of(&looked_up);
        let body = body
            .map(|body| reader.record(body.schema, &[dialect.demanded(operation), dialect.usual(operation)].concat()));
        let good = operation.responses.iter().find(|response| response.status.starts_with('2'));
        let answer =
            good.and_then(|response| response.content.first()).map(|content| reader.record(&content.schema, &[]));
        let parameters = reader.parameters();
        let body_kind = operation.request_body.as_ref().map(|_| TakenBody::of(operation, None, &lookup).kind);
        let mut command = reader.command_without_body(&description, api);
        if let Some(kind) = body_kind {
            command.extend(reader.body_words(kind, &description, body.as_ref(), patched));
        }
        Ok(Outline { parameters, body_kind, body, answer, command: command.join(" "), description })
    }
}

/// Reads the fields of one operation.
pub(super) struct Reader<'a> {
    looked_up: &'a LookedUp,
    /// Whether it is told where the records are that a field refers to.
    tells_lists: bool,
    /// Made once a field refers to something.
    lists: OnceCell<Lists<'a>>,
}

impl<'a> Reader<'a> {
    pub(super) fn of(looked_up: &'a LookedUp) -> Self {
        Self { looked_up, tells_lists: true, lists: OnceCell::new() }
    }

    /// A reader that does not look up where the records are that fields refer to.
    pub(super) fn without_lists(looked_up: &'a LookedUp) -> Self {
        Self { tells_lists: false, ..Self::of(looked_up) }
    }

    fn lists(&self) -> &Lists<'a> {
        self.lists
            .get_or_init(|| Lists::beside(&self.looked_up.searcher, &self.looked_up.entry, self.looked_up.dialect))
    }

    /// The fields of a record; `demanded` are those that the server wants besides its manifest.
    pub(super) fn record(&self, schema: &Value, demanded: &[&str]) -> Record {
        let LookedUp { searcher, entry, .. } = self.looked_up;
        let raw = fields_of(searcher, entry, schema);
        let lookup = |name: &str| self.looked_up.schema(name);
        let count = openapi::fields(schema, &lookup, 1, MOST_FIELDS).len();
        let mut outer = openapi::fields(schema, &lookup, 2, MOST_FIELDS);
        let inner = outer.split_off(count.min(outer.len()));
        let mut members: HashMap<&str, Vec<String>> = HashMap::new();
        for field in &inner {
            let Some((parent, name)) = field.path.rsplit_once('/') else { continue };
            if !name.starts_with('_') {
                members.entry(parent).or_default().push(name.to_owned());
            }
        }
        let named = |field: Field| {
            let members = members.get(field.path.as_str()).cloned().unwrap_or_default();
            let is_reference = members.iter().any(|name| name == "id") && members.len() <= MOST_MEMBERS_OF_REFERENCE;
            let is_id = || field.type_name == "integer" && field.path != "id" && is_called_id(&field.path);
            let list = if !self.tells_lists {
                None
            } else if is_reference {
                self.lists().of_field(&field.path, &raw).map(|list| list.path.clone())
            } else if is_id() {
                let said = self.looked_up.dialect.id_of(&self.looked_up.entry.path, &field.path).map(|id| id.said());
                said.or_else(|| self.lists().surely(&field.path, None).map(|list| list.path.clone()))
            } else {
                None
            };
            OutlineField {
                is_required: field.required || demanded.contains(&field.path.as_str()),
                is_filter: self.looked_up.dialect.is_filter(&field.path),
                is_of_server: field.read_only || field.path.starts_with('_'),
                list,
                is_reference,
                members,
                ..OutlineField::of(field)
            }
        };
        let fields = outer.into_iter().map(named).collect();
        let items = schema.get("items");
        let name =
            [Some(schema), items].into_iter().flatten().find_map(|schema| def_name(schema.get("$ref")?.as_str()?));
        Record { name, is_list: items.is_some() || schema["type"] == "array", fields }
    }

    /// Those that a caller gives.
    fn given(&self) -> impl Iterator<Item = &Parameter> {
        let LookedUp { operation, dialect, .. } = self.looked_up;
        operation
            .parameters
            .iter()
            .filter(|parameter| !self.looked_up.is_filled(parameter) && !is_set_elsewhere(*dialect, &parameter.name))
    }

    /// The parameters that a caller gives.
    pub(super) fn parameters(&self) -> Vec<OutlineField> {
        let LookedUp { operation, dialect, .. } = self.looked_up;
        let lookup = |name: &str| self.looked_up.schema(name);
        let line = |parameter: &Parameter| {
            // As the only field of a record, so that its schema is read as that of any field.
            let around = json!({ "properties": { "": parameter.schema } });
            let field = openapi::fields(&around, &lookup, 1, 1).into_iter().next();
            let read = field.map(OutlineField::of).unwrap_or_default();
            let description =
                if parameter.description.is_empty() { read.description.clone() } else { parameter.description.clone() };
            OutlineField {
                name: name_for_callers(operation, parameter),
                is_required: parameter.required,
                is_filter: dialect.is_filter(&parameter.name),
                description,
                ..read
            }
        };
        self.given().map(line).collect()
    }

    fn sample(&self, schema: &Value) -> Value {
        openapi::example(schema, &|name: &str| self.looked_up.schema(name), EXAMPLE_DEPTH)
    }

    /// The value of a parameter, as a command has it.
    fn value_of(&self, parameter: &Parameter, description: &Description) -> Value {
        let written = description.path_values.get(&parameter.name).cloned();
        let written = written.or_else(|| parameter.example.clone().filter(|value| !value.is_null()));
        written.unwrap_or_else(|| self.sample(&parameter.schema))
    }

    fn command_without_body(&self, description: &Description, api: Option<&str>) -> Vec<String> {
        let mut path = description.path.clone();
        let mut params = Vec::new();
        for parameter in self.given().filter(|parameter| parameter.required) {
            let value = self.value_of(parameter, description);
            let text = text_of(&value);
            let place = format!("{{{}}}", parameter.name);
            let is_plain =
                |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if parameter.location == ParameterIn::Path && path.contains(&place) && is_plain(&text) {
                path = path.replace(&place, &text);
                continue;
            }
            let name = name_for_callers(&self.looked_up.operation, parameter);
            match &value {
                Value::Array(values) => {
                    params.extend(values.iter().map(|value| option("--param", &name, &text_of(value))))
                }
                _ => params.push(option("--param", &name, &text)),
            }
        }
        let mut words = vec!["call".to_owned(), description.method.to_string(), in_quotes(&path)];
        words.extend(api.map(|api| format!("--api {}", in_quotes(api))));
        words.extend(params);
        words
    }

    /// The options that give a body what it needs.
    fn body_words(
        &self,
        kind: BodyKind,
        description: &Description,
        body: Option<&Record>,
        patched: Option<&Value>,
    ) -> Vec<String> {
        match kind {
            BodyKind::File => return vec!["--data @FILE".to_owned()],
            BodyKind::Text => return vec!["--data TEXT".to_owned()],
            BodyKind::Json | BodyKind::Form => {}
        }
        let example = description.request_body.as_ref().map(|body| body["example"].clone()).unwrap_or_default();
        let value = match patched {
            Some(schema) => self.one_change(body, schema),
            None => self.completed(example, body, description),
        };
        let mut set = Vec::new();
        flatten(&value, &mut Vec::new(), &mut set);
        if set.is_empty() || set.len() > MOST_SET || !(value.is_object() || value.is_array()) {
            return vec![format!("--data {}", in_quotes(&value.to_string()))];
        }
        set.iter().map(|(path, text)| option("--set", path, text)).collect()
    }

    /// An example with what the API demands besides; a reference names its record by the id alone, and the record that the path names
    /// is the same in the body.
    fn completed(&self, example: Value, body: Option<&Record>, description: &Description) -> Value {
        let Value::Object(mut members) = example else { return example };
        for field in body.map_or(&[][..], |body| &body.fields) {
            // A filter is more than text, and a file is the caller's.
            let LookedUp { operation, dialect, .. } = self.looked_up;
            let is_file = field.format.as_deref() == Some("binary")
                || dialect.is_upload(operation, &json!({ &field.name: "FILE" }));
            // A new record gets its id, and the record above it is in the path.
            let is_given = operation.method == Method::Post && dialect.giver(operation, &field.name).is_some();
            if (field.is_filter || is_given) && !field.is_required {
                members.shift_remove(&field.name);
            } else if is_file && members.contains_key(&field.name) {
                members.insert(field.name.clone(), json!("FILE"));
            }
            if field.is_required && !field.is_of_server && !members.contains_key(&field.name) {
                members
                    .insert(field.name.clone(), if field.is_reference { json!({ "id": 1 }) } else { field.sample() });
            }
            let Some(member) = members.get_mut(&field.name).filter(|_| field.is_reference) else { continue };
            if let Some(id) = member.get("id").cloned() {
                *member = json!({ "id": id });
            }
        }
        for parameter in self.given().filter(|parameter| parameter.location == ParameterIn::Path) {
            if let Some(member) = members.get_mut(&parameter.name) {
                let text = text_of(&self.value_of(parameter, description));
                *member = serde_json::from_str(&text).unwrap_or(Value::String(text));
            }
        }
        Value::Object(members)
    }

    /// One field of a record with a new value: a text where it has one.
    fn one_change(&self, record: Option<&Record>, schema: &Value) -> Value {
        let fields = record.map_or(&[][..], |record| &record.fields);
        let may_change = |field: &&OutlineField| !field.is_of_server && field.name != "id" && field.members.is_empty();
        let is_text = |field: &&OutlineField| field.type_name == "string" && field.format.is_none();
        let field = fields
            .iter()
            .filter(may_change)
            .find(|field| is_text(field) && field.values.is_empty())
            .or_else(|| fields.iter().filter(may_change).find(|field| !field.type_name.starts_with("array")));
        match (field, fields.iter().find(|field| field.is_reference)) {
            (Some(field), _) => {
                let LookedUp { searcher, entry, .. } = self.looked_up;
                let own = fields_of(searcher, entry, schema).get(&field.name).map(|schema| self.sample(schema));
                json!({ &field.name: own.unwrap_or_else(|| field.sample()) })
            }
            (None, Some(field)) => json!({ &field.name: { "id": 1 } }),
            (None, None) => json!({ "name": "string" }),
        }
    }
}

impl OutlineField {
    /// Whether it holds a date.
    pub fn is_date(&self) -> bool {
        is_date(&self.name, &self.type_name, self.format.as_deref())
    }

    fn of(field: Field) -> Self {
        Self {
            name: field.path,
            type_name: field.type_name,
            format: field.format,
            values: field.enum_values.iter().map(text_of).collect(),
            description: field.description,
            ..Self::default()
        }
    }

    /// A value that fits its type.
    fn sample(&self) -> Value {
        match (self.values.first(), self.type_name.as_str(), self.format.as_deref()) {
            (Some(value), ..) => Value::String(value.clone()),
            (None, "boolean", _) => json!(true),
            (None, "integer" | "number", _) => json!(1),
            (None, _, Some("date")) => json!("2025-01-31"),
            (None, _, Some("date-time")) => json!("2025-01-31T09:00:00Z"),
            _ => json!("string"),
        }
    }
}

/// A value as it is typed.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The values of a body, each with the path to it.
fn flatten(value: &Value, names: &mut Vec<String>, into: &mut Vec<(String, String)>) {
    let mut below = |name: String, value: &Value| {
        names.push(name.replace('~', "~0").replace('/', "~1"));
        flatten(value, names, into);
        names.pop();
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, value)| below(name.clone(), value));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, value)| below(at.to_string(), value));
        }
        value if !names.is_empty() => into.push((names.join("/"), text_of(value))),
        _ => {}
    }
}
