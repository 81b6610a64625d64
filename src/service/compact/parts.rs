//! What is shown of an operation to whoever asks for one part of it, or for what some words mean?

use serde_json::{Map, Value, json};

use super::groups::line;
use super::spoken::Spoken;
use super::{Fields, MOST_SPOKEN, is_filterable, is_writable};
use crate::error::Error;
use crate::openapi::Method;
use crate::service::{OutlineField, Service};

/// A part of an operation's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Parameters and body, a line for each field.
    Request,
    /// What is answered, a line for each field.
    Response,
    /// The fields by which a list is filtered.
    Filters,
    /// Everything, with JSON Schemas.
    Schema,
}

impl Service {
    /// One part of an operation in full, or what of it some words mean. The path may have values in place of its placeholders.
    ///
    /// # Errors
    /// As [`Self::describe`].
    pub fn part(
        &self,
        (method, path, api): (Method, &str, Option<&str>),
        part: Option<Part>,
        about: Option<&str>,
    ) -> Result<Value, Error> {
        if part == Some(Part::Schema) {
            let looked_up = self.look_up(method, path, api)?;
            let value = serde_json::to_value(self.description(&looked_up)?);
            let mut value = value.map_err(|error| Error::Interrupted { reason: error.to_string() })?;
            value["call"] = self.ready_call(&looked_up, &Fields::of(&looked_up)?, None)?;
            if let (Some(example), Some(data)) = (value.pointer("/request_body/example"), value["call"].get("data"))
                && example != data
            {
                value["request_body"]["example"] = data.clone();
            }
            return Ok(value);
        }
        let looked_up = self.look_up(method, path, api)?;
        let fields = Fields::of(&looked_up)?;
        let called = looked_up.dialect.field_words();
        let spoken = about.map(|words| Spoken::of(words, &looked_up.entry.path, &called));
        let lines = |all: Vec<&OutlineField>| -> Value {
            let mut chosen = spoken.as_ref().map_or_else(|| all.clone(), |spoken| spoken.only(&all, MOST_SPOKEN));
            chosen.extend(self.alike_fields(about, &all, &chosen));
            if spoken.is_none() {
                chosen.sort_by_key(|field| !field.is_required);
            }
            chosen.into_iter().map(line).collect()
        };
        let mut out = Map::new();
        out.insert("method".to_owned(), json!(looked_up.entry.method));
        out.insert("path".to_owned(), looked_up.entry.path.clone().into());
        let is_wanted = |one: Part| part.is_none_or(|part| part == one);
        let mut add = |name: &str, all: Vec<&OutlineField>| {
            let found = lines(all);
            if found.as_array().is_some_and(|found| !found.is_empty()) {
                out.insert(name.to_owned(), found);
            }
        };
        if is_wanted(Part::Request) {
            add("parameters", fields.parameters.iter().collect());
            add("body", fields.body.iter().flat_map(|body| &body.fields).filter(|field| is_writable(field)).collect());
        }
        if is_wanted(Part::Filters) {
            add(
                "filters",
                fields.filters.iter().flat_map(|record| &record.fields).filter(|field| is_filterable(field)).collect(),
            );
        }
        // Where nothing is said of the part, the same fields need not be told twice.
        if part == Some(Part::Response) || (part.is_none() && fields.body.is_none() && fields.filters.is_none()) {
            add("answer", fields.answer.iter().flat_map(|record| &record.fields).collect());
        }
        if out.len() == 2 {
            let what = about.map_or("there is nothing of this part", |_| "no field is called so or means this");
            out.insert(
                "notes".to_owned(),
                json!([format!("{what}; without `part` and `about` all of it is shown in short")]),
            );
        }
        Ok(out.into())
    }

    /// Fields whose names mean what some words mean, beside those that were found by their words.
    fn alike_fields<'f>(
        &self,
        about: Option<&str>,
        all: &[&'f OutlineField],
        chosen: &[&'f OutlineField],
    ) -> Vec<&'f OutlineField> {
        let Some(about) = about else { return Vec::new() };
        let names: Vec<&str> = all.iter().map(|field| field.name.as_str()).collect();
        let alike = self.alike_names(about, &names);
        let is_new =
            |field: &&&OutlineField| alike.contains(&field.name) && chosen.iter().all(|known| known.name != field.name);
        all.iter().filter(is_new).copied().collect()
    }
}
