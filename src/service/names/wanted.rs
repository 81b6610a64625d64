//! In which list does the record of a name stand, and within which other record?
//!
//! A status is one of a board, a site one of a company: by the list's path, or by what the dialect knows of the list. To which of them it
//! is to belong the body says, or else the path, or else the record that is changed.

use serde_json::{Map, Value};

use crate::document::words::split;
use crate::error::Error;
use crate::invoke::dialect::Dialect;
use crate::invoke::draft::{At, CallParts, NameAt, Takes, names_in};
use crate::openapi::{Method, Operation, ParameterIn, def_name};
use crate::search::Searcher;
use crate::service::asked::Call;
use crate::service::lists::{Lists, parents};
use crate::service::matching::Resolved;
use crate::service::records::{answered, is_placeholder, noun};
use crate::store::OperationRow;

/// A name with the list that is asked for it.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) name: NameAt,
    pub(super) list: OperationRow,
    /// Whose records the list has, where they belong to another; `None` where they belong to none.
    pub(super) owner: Option<Owner>,
}

/// What the records of a list belong to.
#[derive(Clone, Debug)]
pub(super) struct Owner {
    /// As a noun: `board`.
    pub(super) noun: String,
    /// The placeholder of the list's path that its id stands for, or else the field by which the list is filtered.
    pub(super) by: By,
    /// The fields of the record that may say which it is, best first.
    pub(super) fields: Vec<String>,
    /// Where else its id may be: the value of this placeholder of the call's path.
    pub(super) placeholder: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Without the braces.
    Placeholder(String),
    Field(&'static str),
}

/// The operation of a call, with the parameters that its dialect knows, and the names in the call.
pub(super) fn names_of(
    searcher: &Searcher,
    dialect: &'static dyn Dialect,
    call: &Call,
    found: &Resolved,
) -> Result<(Operation, Vec<NameAt>), Error> {
    let (store, entry) = (searcher.store(), &found.operation);
    let mut operation = Operation::clone(&*store.operation(entry.doc)?);
    operation.parameters.extend(dialect.parameters_beside(&operation));
    let lookup = |name: &str| store.schema(&entry.api, name);
    let parts = CallParts {
        habits: dialect,
        operation: &operation,
        lookup: &lookup,
        path_values: &found.path_values,
        params: &call.params,
        data: call.data.as_ref(),
    };
    let names = names_in(&parts);
    Ok((operation, names))
}

/// The names of a call that stand for records of a list, and the GET that shows the record which is changed, or below which something
/// is done.
pub(super) fn wanted(
    searcher: &Searcher,
    dialect: &'static dyn Dialect,
    call: &Call,
    found: &Resolved,
) -> Result<(Vec<Wanted>, Option<OperationRow>), Error> {
    let entry = &found.operation;
    let (operation, names) = names_of(searcher, dialect, call, found)?;
    if names.is_empty() {
        return Ok((Vec::new(), None));
    }
    let lists = Lists::beside(searcher, entry, dialect);
    let mut wanted = Vec::new();
    for name in names {
        let Some(list) = list_of(&lists, searcher, entry, &operation, &name)? else { continue };
        let owner = owner_of(dialect, entry, &list, &name);
        wanted.push(Wanted { name, list, owner });
    }
    let shows = if wanted.is_empty() { None } else { shown_by(searcher, entry)? };
    Ok((wanted, shows))
}

/// The list that has the records of which a name is one.
fn list_of(
    lists: &Lists<'_>,
    searcher: &Searcher,
    entry: &OperationRow,
    operation: &Operation,
    name: &NameAt,
) -> Result<Option<OperationRow>, Error> {
    let in_path =
        operation.parameters.iter().any(|known| known.location == ParameterIn::Path && known.name == name.field);
    if in_path && name.takes == Takes::Id && !matches!(name.at, At::Body(_)) {
        let Some((before, _)) = entry.path.split_once(&format!("/{{{}}}", name.field)) else { return Ok(None) };
        let is_list = |other: &OperationRow| other.api == entry.api && other.method == Method::Get;
        return Ok(searcher.store().by_template(before)?.into_iter().find(is_list));
    }
    let reference = match &name.takes {
        Takes::Reference { schema, .. } => match schema {
            Some(schema) => Some(schema.as_str()),
            None => return Ok(None),
        },
        Takes::Id => None,
    };
    Ok(lists.surely(&name.field, reference).cloned())
}

/// To what the records of a list belong.
fn owner_of(dialect: &'static dyn Dialect, entry: &OperationRow, list: &OperationRow, name: &NameAt) -> Option<Owner> {
    let (noun, by) = match parents(&list.path).pop() {
        Some((noun, placeholder)) => {
            (noun, By::Placeholder(placeholder.trim_start_matches('{').trim_end_matches('}').to_owned()))
        }
        None => {
            let (noun, field) = dialect.kept_within(&list.path)?;
            (noun.to_owned(), By::Field(field))
        }
    };
    let placeholder = parents(&entry.path).into_iter().rev().find(|(known, _)| *known == noun);
    let placeholder = placeholder.map(|(_, segment)| segment.trim_matches(['{', '}']).to_owned());
    // A record of the path is found in the list before it, whatever else the call says.
    let fields =
        if name.record.is_empty() { Vec::new() } else { fields_of(&name.field, &noun, &list.path, &name.record) };
    let placeholder = placeholder.filter(|known| *known != name.field || !name.record.is_empty());
    if fields.is_empty() && placeholder.is_none() && matches!(by, By::Field(_)) {
        return None;
    }
    Some(Owner { noun, by, fields, placeholder })
}

/// The fields of a record that may say which `owner` the record of a field belongs to: `vendorCompany` for `vendorContact`, then
/// `company`, then the only reference to such a record.
fn fields_of(field: &str, owner: &str, list: &str, record: &Map<String, Value>) -> Vec<String> {
    let plain = |name: &str| -> String { split(name).concat().to_lowercase() };
    let own = list.rsplit('/').next().and_then(noun).unwrap_or_default();
    let lower = plain(field);
    let prefix = lower.strip_suffix(own.as_str()).unwrap_or_default();
    let mut fields: Vec<String> = Vec::new();
    for wanted in [format!("{prefix}{owner}"), owner.to_owned()] {
        fields.extend(record.keys().find(|name| plain(name) == wanted).cloned());
    }
    let refers = |schema: &Value| {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(def_name);
        name.is_some_and(|name| name.to_lowercase().ends_with(&format!("{owner}reference")))
    };
    let mut references = record.iter().filter(|(_, schema)| refers(schema));
    if let (Some((name, _)), None) = (references.next(), references.next()) {
        fields.push(name.clone());
    }
    fields.dedup();
    fields
}

/// The GET that shows the record that the path of an operation ends in, or below which it acts.
fn shown_by(searcher: &Searcher, entry: &OperationRow) -> Result<Option<OperationRow>, Error> {
    let mut template = entry.path.as_str();
    loop {
        let last = template.rsplit('/').next().unwrap_or_default();
        if is_placeholder(last) {
            let found = searcher.store().by_template(template)?.into_iter();
            let shows = found.filter(|other| other.api == entry.api).find(|other| other.method == Method::Get);
            return Ok(shows);
        }
        match template.rsplit_once('/') {
            Some((before, _)) if !before.is_empty() => template = before,
            _ => return Ok(None),
        }
    }
}

/// The fields of the record that an operation shows, of some.
pub(super) fn shown_fields(searcher: &Searcher, shows: &OperationRow, fields: &[String]) -> Result<Vec<String>, Error> {
    let record = answered(searcher, shows)?;
    Ok(fields.iter().filter(|name| record.contains_key(*name)).cloned().collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_field_that_says_whose_a_record_is_has_the_same_prefix_or_none() {
        let reference = |name: &str| json!({ "$ref": format!("#/$defs/{name}Reference") });
        let record = json!({
            "company": reference("Company"), "vendorCompany": reference("Company"), "vendorContact": reference("Contact"),
            "contact": reference("Contact"), "serviceBoard": reference("Board"),
        });
        let record = record.as_object().unwrap();
        for (field, owner, list, wanted) in [
            ("vendorContact", "company", "/company/contacts", &["vendorCompany", "company"][..]),
            ("contact", "company", "/company/contacts", &["company"]),
            ("status", "board", "/service/boards/{parentId}/statuses", &["serviceBoard"]),
            ("phase", "project", "/project/projects/{parentId}/phases", &[]),
        ] {
            assert_eq!(fields_of(field, owner, list, record), wanted, "{field}");
        }
    }
}
