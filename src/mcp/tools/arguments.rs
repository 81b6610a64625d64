//! How are a tool's arguments read, and which values stand for those that are left out?

use rmcp::model::JsonObject;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::invoke::rows::exact;

/// Most hits of a search: more than any agent reads, and few enough to answer at once.
pub(super) const MOST_RESULTS: usize = 100;

/// Characters of a value that a message repeats.
const SHOWN: usize = 80;

/// The arguments of a tool cannot be read. The client's model can correct them by what the text says.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArgumentsError {
    /// A value is not of the type that the schema names, nor text that holds one.
    #[error("argument `{name}`: {} is not {}", shown(value), wanted(kind))]
    Kind {
        name: String,
        value: Value,
        /// `type` of the schema.
        kind: String,
    },
    /// A number is below the schema's `minimum`.
    #[error("argument `{name}`: {} is too small; give {least} or more", shown(value))]
    TooSmall { name: String, value: Value, least: f64 },
    /// Two spellings of one name.
    #[error("argument `{name}` is given twice, once as `{written}`; give it once")]
    Twice { name: String, written: String },
    /// An argument is missing or unknown, or a member within one is not as declared.
    #[error("{}{source}", place(path))]
    Shape {
        /// Where within the arguments, such as `steps[0].path`; `.` for the arguments themselves.
        path: String,
        source: serde_json::Error,
    },
}

fn place(path: &str) -> String {
    if path == "." { String::new() } else { format!("argument `{path}`: ") }
}

/// Reads the arguments of a tool, with a note on each that was taken for what its schema asks for.
///
/// Clients send objects, numbers and booleans as text, and empty text for what they do not give.
///
/// # Errors
/// [`ArgumentsError`]
pub(super) fn read<A: DeserializeOwned>(
    arguments: JsonObject,
    schema: &JsonObject,
) -> Result<(A, Vec<String>), ArgumentsError> {
    let mut notes = Vec::new();
    let arguments = as_declared(arguments, schema, &mut notes)?;
    let read = serde_path_to_error::deserialize(Value::Object(arguments))
        .map_err(|error| ArgumentsError::Shape { path: error.path().to_string(), source: error.into_inner() });
    Ok((read?, notes))
}

/// The arguments with the types of their schema, without those that give nothing.
fn as_declared(
    arguments: JsonObject,
    schema: &JsonObject,
    notes: &mut Vec<String>,
) -> Result<JsonObject, ArgumentsError> {
    let no_members = Map::new();
    let declared = schema.get("properties").and_then(Value::as_object).unwrap_or(&no_members);
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
    let mut out = JsonObject::new();
    for (written, value) in arguments {
        let name = known_name(&written, declared);
        if name != written {
            notes.push(format!("argument `{written}` is read as `{name}`"));
        }
        let kind = declared.get(&name).and_then(|schema| schema.get("type")).and_then(Value::as_str);
        let read = match kind {
            Some(kind) => as_kind(kind, value.clone()).ok_or_else(|| ArgumentsError::Kind {
                name: name.clone(),
                value: value.clone(),
                kind: kind.to_owned(),
            })?,
            None => value.clone(),
        };
        let least = declared.get(&name).and_then(|schema| schema.get("minimum")).and_then(Value::as_f64);
        if let Some(least) = least.filter(|least| read.as_f64().is_some_and(|number| number < *least)) {
            return Err(ArgumentsError::TooSmall { name, value, least });
        }
        let gives_nothing = read.is_null() || read.as_str().is_some_and(|text| text.trim().is_empty());
        if gives_nothing && declared.contains_key(&name) && !is_required(&name) {
            continue;
        }
        if read != value {
            notes.push(format!("argument `{name}`: {} is read as {}", shown(&value), shown(&read)));
        }
        if out.insert(name.clone(), read).is_some() {
            return Err(ArgumentsError::Twice { name, written });
        }
    }
    Ok(out)
}

/// The declared name that is spelled like this, letter case and `_` aside (`maxItems`); else the name as it is written.
fn known_name(written: &str, declared: &Map<String, Value>) -> String {
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let is_exact = declared.contains_key(written);
    let alike = declared.keys().find(|name| !is_exact && plain(name) == plain(written));
    alike.map_or_else(|| written.to_owned(), Clone::clone)
}

/// The value as one of this type, where it can be read as such; `null`, also for empty text, where it gives nothing.
fn as_kind(kind: &str, value: Value) -> Option<Value> {
    if value.is_null() {
        return Some(value);
    }
    let text = value.as_str().map(str::trim);
    if text == Some("") && kind != "string" {
        return Some(Value::Null);
    }
    let unpacked = || text.and_then(|text| exact(text).ok());
    match kind {
        "string" if value.is_number() => Some(value.to_string().into()),
        "string" => Some(value).filter(Value::is_string),
        "integer" => whole(&value).or_else(|| unpacked().and_then(|value| whole(&value))),
        "boolean" => match (&value, text) {
            (Value::Bool(_), _) => Some(value),
            (_, Some(text)) if text.eq_ignore_ascii_case("true") => Some(true.into()),
            (_, Some(text)) if text.eq_ignore_ascii_case("false") => Some(false.into()),
            _ => None,
        },
        "object" if value.is_object() => Some(value),
        "object" => unpacked().filter(|value| value.is_object() || value.is_null()),
        "array" if value.is_array() => Some(value),
        "array" => match unpacked() {
            Some(list @ (Value::Array(_) | Value::Null)) => Some(list),
            _ if value.is_object() => None,
            // A scalar where a list of one is meant.
            _ => Some(json!([value])),
        },
        _ => Some(value),
    }
}

/// A whole number, also where it is written as `10.0`.
fn whole(value: &Value) -> Option<Value> {
    let Value::Number(number) = value else { return None };
    if number.is_i64() || number.is_u64() {
        return Some(value.clone());
    }
    // 2^53: above it, a float tells no whole number for certain.
    let number = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0)?;
    Some(json!(number as i64))
}

fn wanted(kind: &str) -> &'static str {
    match kind {
        "integer" => "a whole number; give one, such as 10",
        "boolean" => "true or false; give one of them",
        "object" => "an object; give its members by name, such as {\"id\": 5}",
        "array" => "a list; give one, such as [\"id\"]",
        _ => "text; give it in quotes",
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain("...".chars()).collect() }
}

/// Makes the output schema of an object with these members.
pub(super) fn object(members: Value) -> Value {
    json!({ "type": "object", "properties": members })
}

pub(super) fn get() -> String {
    "GET".to_owned()
}

pub(super) fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;
    use crate::mcp::schema;

    #[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Every {
        path: String,
        params: Option<Map<String, Value>>,
        data: Option<Value>,
        fields: Option<Vec<String>>,
        max_items: Option<usize>,
        #[serde(default)]
        dry_run: bool,
        #[serde(default = "yes")]
        validate: bool,
        confirmation: Option<String>,
    }

    fn reading(arguments: Value) -> Result<(Every, Vec<String>), ArgumentsError> {
        let schema = schema::input::<Every>();
        read(arguments.as_object().cloned().unwrap_or_default(), &schema)
    }

    fn plain() -> Every {
        Every { path: "/a".to_owned(), validate: true, ..Every::default() }
    }

    #[test]
    fn arguments_are_taken_as_clients_send_them() {
        let params = json!({ "a": 1 }).as_object().cloned();
        let list = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let table = [
            (json!({ "params": "{\"a\": 1}" }), Every { params: params.clone(), ..plain() }, 1),
            (json!({ "params": { "a": 1 } }), Every { params, ..plain() }, 0),
            (
                json!({ "dry_run": "true", "max_items": "10" }),
                Every { dry_run: true, max_items: Some(10), ..plain() },
                2,
            ),
            (
                json!({ "validate": "False", "max_items": 10.0 }),
                Every { validate: false, max_items: Some(10), ..plain() },
                2,
            ),
            (json!({ "fields": "id" }), Every { fields: list(&["id"]), ..plain() }, 1),
            (json!({ "fields": "[\"id\", \"name\"]" }), Every { fields: list(&["id", "name"]), ..plain() }, 1),
            (json!({ "maxItems": 3, "DryRun": true }), Every { max_items: Some(3), dry_run: true, ..plain() }, 2),
            // What gives nothing is as good as left out, and nothing to speak of.
            (json!({ "confirmation": "", "params": "", "max_items": " ", "dry_run": "", "data": "" }), plain(), 0),
            (json!({ "confirmation": null, "dry_run": null, "validate": null, "fields": null }), plain(), 0),
            (json!({ "confirmation": 123 }), Every { confirmation: Some("123".to_owned()), ..plain() }, 1),
            // A body is not known here: what it may be, its operation says.
            (json!({ "data": "{}" }), Every { data: Some(json!("{}")), ..plain() }, 0),
        ];
        for (mut arguments, wanted, notes) in table {
            let case = arguments.to_string();
            arguments["path"] = json!("/a");
            let (read, noted) = reading(arguments).unwrap_or_else(|error| panic!("{case}: {error}"));
            assert_eq!((read, noted.len()), (wanted, notes), "{case}: {noted:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_with_what_to_give() {
        for (arguments, says) in [
            (json!({ "path": "/a", "max_items": "ten" }), "argument `max_items`: \"ten\" is not a whole number"),
            (json!({ "path": "/a", "max_items": 1.5 }), "1.5 is not a whole number"),
            (json!({ "path": "/a", "max_items": -1 }), "argument `max_items`: -1 is too small; give 0 or more"),
            (json!({ "path": "/a", "dry_run": "maybe" }), "argument `dry_run`: \"maybe\" is not true or false"),
            (json!({ "path": "/a", "dry_run": 1 }), "1 is not true or false"),
            (json!({ "path": "/a", "params": "[1]" }), "argument `params`: \"[1]\" is not an object"),
            (json!({ "path": "/a", "params": "{\"a\": " }), "is not an object"),
            (json!({ "path": ["/a"] }), "argument `path`: [\"/a\"] is not text"),
            (json!({ "path": "/a", "limit": 5 }), "unknown field `limit`"),
            (json!({ "path": "/a", "dry_run": true, "dryRun": false }), "argument `dry_run` is given twice"),
            (json!({}), "missing field `path`"),
        ] {
            let error = reading(arguments.clone()).unwrap_err().to_string();
            assert!(error.contains(says), "{arguments}: {error}");
        }
    }
}
