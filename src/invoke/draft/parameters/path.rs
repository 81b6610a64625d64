//! Which value has each placeholder of the path?
//!
//! That in the path, or one of `params` under its own name, as `id` where there is one placeholder only, or named after the
//! collection (`ticketId` for `/service/tickets/{parentId}`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Placing, named};
use crate::document::words;
use crate::invoke::draft::given::{find, find_with_place};
use crate::invoke::draft::serialise::{self, Style};
use crate::invoke::draft::view::Schemas;
use crate::invoke::draft::wording::{describe, scalar_text, shown};
use crate::openapi::path_template::Part;
use crate::openapi::{Operation, Parameter, ParameterIn, PathTemplate, SchemaLookup};
use crate::surface::{Argument, Given, Place, Said};

impl Placing<'_, '_, '_> {
    /// Writes the path with a value for each of its placeholders.
    pub(super) fn path(&mut self) {
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
            let declared = &self.asked.operation.parameters;
            let declared =
                declared.iter().find(|parameter| parameter.location == ParameterIn::Path && parameter.name == *name);
            let unknown = Parameter::plain(name, ParameterIn::Path);
            let parameter = declared.unwrap_or(&unknown);
            let collection = collection_before(&template, name);
            let Some((place, value)) = self.path_value(parameter, names.len() == 1, collection) else {
                let view = self.checker.schemas.view(&parameter.schema);
                let message = format!("the path `{}` needs a value for `{name}`", self.asked.operation.path);
                let cure = Said::from("Give ").given(Given::Param((*name).to_owned()));
                let cure = cure.text(format!(", or write it into the path: {}", describe(&view)));
                let list =
                    named::before(&self.asked.operation.path, name).filter(|list| (self.asked.list_at)(list).is_some());
                let cure = cure.text(list.map_or_else(|| ".".to_owned(), |list| format!("; GET {list} lists them.")));
                self.checker.problem(&Place::param(*name), message, cure, Vec::new());
                continue;
            };
            if let Some(written) = value
                .as_str()
                .filter(|_| place == Place::path().field(name) && is_styled(parameter, self.checker.schemas))
            {
                // As it stands in the path it is written by its style already.
                values.insert((*name).to_owned(), serialise::written_in_path(written));
                continue;
            }
            let value = self.meant(parameter, &value, &place);
            let first = self.checker.problems.len();
            let value = self.checked(parameter, &value, &place);
            if let (Some(text), true) = (value.as_str(), self.checker.problems.len() > first) {
                self.name_list(parameter, text, &values, first);
            }
            let value = self.one_form(parameter, value, &place);
            values.insert((*name).to_owned(), serialise::path(parameter, &value));
        }
        if names.iter().all(|name| values.contains_key(*name)) && self.checker.problems.is_empty() {
            match template.expand_encoded(&values) {
                Ok(path) => self.placed.path = path,
                Err(error) => {
                    let cure = "Give the value that names the record.";
                    self.checker.problem(&Place::path(), error.to_string(), cure, Vec::new());
                }
            }
        }
        self.checker.ids = values;
    }

    /// The value of a placeholder and where it came from.
    fn path_value(&mut self, parameter: &Parameter, is_only: bool, collection: Option<&str>) -> Option<(Place, Value)> {
        let name = parameter.name.as_str();
        let from_path = find(self.asked.path_values, name).map(|(_, value)| (Place::path().field(name), value.clone()));
        if let Some((key, value)) = find_with_place(self.asked.params, self.asked.operation, parameter) {
            self.taken.insert(key.clone());
            return Some((Place::param(key), value.clone()));
        }
        let mut from_params = find(self.asked.params, name);
        let queried = self.queried();
        let is_queried = |name: &str| queried.iter().any(|known| known.eq_ignore_ascii_case(name));
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
}

/// Whether what stands for a path parameter is more than the text of its value, so that it is written by its style in a path.
fn is_styled(parameter: &Parameter, schemas: &Schemas<'_>) -> bool {
    let views = schemas.views(&parameter.schema);
    Style::of(parameter) != Style::Simple || views.iter().any(|view| view.is("array") || view.is("object"))
}

/// The path parameters of an operation that are written by a style where they stand in a path.
pub(crate) fn styled_in_path<'o>(operation: &'o Operation, lookup: &dyn SchemaLookup) -> Vec<&'o str> {
    let schemas = Schemas::new(lookup);
    let of_path = operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Path);
    of_path.filter(|parameter| is_styled(parameter, &schemas)).map(|parameter| parameter.name.as_str()).collect()
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
