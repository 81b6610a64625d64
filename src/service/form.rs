//! Which values does a body take, as a form asks for them: each by its path, references as one?

use serde::Serialize;

use super::Service;
use super::describe::LookedUp;
use super::outline::{OutlineField, Reader};
use crate::error::Error;
use crate::invoke::client::carried::Carried;
use crate::invoke::draft::settable;
use crate::invoke::risk::Risk;
use crate::openapi::{self, Field, Method};

/// How deep objects within a body are asked for field by field; what is deeper is given as JSON.
const DEPTH: usize = 3;
/// Most fields of a form.
const MOST: usize = 600;
/// Fields that are looked at: objects and what a server sets are among them.
const LOOKED_AT: usize = 4 * MOST;

/// A value of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FormField {
    /// Names from the body on, joined by `/`: `address/city`.
    pub path: String,
    /// Its type, as [`Field::type_name`].
    #[serde(rename = "type")]
    pub type_name: String,
    /// `format`, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The values that it may have, where they are listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Whether manifest or API demand it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether it refers to a record, by `{"id": 5}` or `{"name": "X"}`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reference: bool,
    /// The path of the list of what it may refer to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// `description`, or empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// What is to be known of an operation before it is called from a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Form {
    /// What its requests can do.
    pub risk: Risk,
    /// The values of its body that a caller may set, those that are needed first; of a JSON Patch, the fields that it may change.
    /// Empty where the body has no fields.
    pub fields: Vec<FormField>,
    /// Whether the body is a change of what a record holds, of which nothing is needed.
    pub is_patch: bool,
    /// The fields by which its rows are filtered, of those that are filtered by a grammar; references as one.
    pub filters: Vec<FormField>,
    /// The names of the parameters that a caller gives: credentials and what the configuration fills in are not among them.
    pub parameters: Vec<String>,
    /// How its requests carry their credentials, by the variables that hold them.
    pub carried: Vec<Carried>,
    /// Why it cannot be called yet: which settings are missing.
    pub unset: Option<String>,
}

impl FormField {
    fn of(field: Field) -> Self {
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Self {
            path: field.path,
            type_name: field.type_name,
            format: field.format,
            values: field.enum_values.iter().map(text).collect(),
            required: field.required,
            description: field.description,
            ..Self::default()
        }
    }

    fn outer(field: OutlineField) -> Self {
        Self {
            path: field.name,
            type_name: field.type_name,
            format: field.format,
            values: field.values,
            required: field.is_required,
            reference: field.is_reference,
            list: field.list,
            description: field.description,
        }
    }
}

impl Service {
    /// Makes the form of an operation.
    ///
    /// # Errors
    /// As [`Self::describe`].
    pub fn form(&self, method: Method, path: &str, api: Option<&str>) -> Result<Form, Error> {
        let looked_up = self.look_up(method, path, api)?;
        let LookedUp { operation, dialect, .. } = &looked_up;
        let risk = Risk::of_operation(*dialect, operation);
        let lookup = |name: &str| looked_up.schema(name);
        let reader = Reader::of(&looked_up);
        let filtered = dialect.filtered(looked_up.searcher.store(), &looked_up.entry, operation)?;
        let filters = filtered.map(|schema| reader.record(&schema, &[]).fields).unwrap_or_default();
        let form = Form {
            risk,
            fields: Vec::new(),
            is_patch: false,
            filters: filters.into_iter().take(MOST).map(FormField::outer).collect(),
            parameters: reader.parameters().into_iter().map(|field| field.name).collect(),
            carried: looked_up.carried().to_vec(),
            unset: self.unset(&looked_up)?,
        };
        // A list of changes is written for the caller, any other list is not.
        let Some(body) = settable(*dialect, operation, &lookup).filter(|body| body.schema["type"] != "array") else {
            return Ok(form);
        };
        let demanded = [dialect.demanded(operation), dialect.usual(operation)].concat();
        let record = reader.record(body.schema, &demanded);
        let below: Vec<Field> = openapi::fields(body.schema, &lookup, DEPTH, LOOKED_AT)
            .into_iter()
            .filter(|field| field.path.contains('/'))
            .filter(|field| !field.read_only && !field.path.split('/').any(|name| name.starts_with('_')))
            .collect();
        let mut fields = Vec::new();
        for field in record.fields.into_iter().filter(|field| !field.is_of_server && field.name != "id") {
            // A change leaves out whatever stays as it is.
            let field = OutlineField { is_required: field.is_required && !body.is_patch, ..field };
            if field.type_name == "object" && !field.is_reference && !field.members.is_empty() {
                let parts = parts(&field.name, &below).into_iter();
                fields.extend(
                    parts.map(|part| FormField::of(Field { required: part.required && !body.is_patch, ..part })),
                );
            } else {
                fields.push(FormField::outer(field));
            }
        }
        // Those that are needed come first, in the order of the schema.
        fields.sort_by_key(|field| !field.required);
        fields.truncate(MOST);
        let is_patch = body.is_patch;
        Ok(Form { fields, is_patch, ..form })
    }
}

/// The values within an object; an object of them that is opened further is left out itself.
fn parts(object: &str, below: &[Field]) -> Vec<Field> {
    let within = |outer: &str, field: &Field| field.path.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
    // The members of a list's items have paths, too; the list is one value.
    let lists: Vec<&str> =
        below.iter().filter(|field| field.type_name.starts_with("array")).map(|field| field.path.as_str()).collect();
    let own: Vec<&Field> =
        below.iter().filter(|field| within(object, field) && !lists.iter().any(|list| within(list, field))).collect();
    let is_opened = |field: &Field| own.iter().any(|other| within(&field.path, other));
    own.iter().filter(|field| !is_opened(field)).map(|field| (*field).clone()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_asked_for_by_their_parts_and_lists_as_one() {
        let schema = json!({ "type": "object", "properties": { "address": { "type": "object", "properties": {
            "city": { "type": "string" },
            "country": { "type": "object", "properties": { "code": { "type": "string" } } },
            "lines": { "type": "array", "items": { "type": "object", "properties": { "text": { "type": "string" } } } },
        } } } });
        let fields = openapi::fields(&schema, &|_: &str| None::<std::sync::Arc<serde_json::Value>>, DEPTH, LOOKED_AT);
        let below: Vec<Field> = fields.into_iter().filter(|field| field.path.contains('/')).collect();
        let paths: Vec<String> = parts("address", &below).into_iter().map(|field| field.path).collect();
        assert_eq!(paths, ["address/city", "address/lines", "address/country/code"]);
    }
}
