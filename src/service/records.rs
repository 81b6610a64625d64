//! Which fields do the records have that an operation takes or answers with, and what are they called in a path?

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::document::words::{singular, split};
use crate::error::Error;
use crate::openapi::{Method, Operation, def_name};
use crate::search::Searcher;
use crate::store::OperationRow;

/// Segments that one noun may be spread over.
const MOST_SEGMENTS: usize = 3;

/// References that are followed to a record's fields.
const MOST_STEPS: usize = 8;

/// The fields of the record, or of each row, that an operation answers with.
pub(super) fn answered(searcher: &Searcher, entry: &OperationRow) -> Result<Map<String, Value>, Error> {
    let operation = searcher.store().operation(entry.doc)?;
    Ok(record_of(&operation).map(|schema| fields_of(searcher, entry, schema)).unwrap_or_default())
}

/// The schema of the record, or of the rows, that an operation answers with.
pub(super) fn record_of(operation: &Operation) -> Option<&Value> {
    let good = operation.responses.iter().find(|response| response.status.starts_with('2'));
    good.and_then(|response| response.content.first()).map(|content| &content.schema)
}

/// The name of the schema of the rows that an operation answers with: `TimeEntry`.
pub(super) fn rows_name(operation: &Operation) -> Option<String> {
    let rows = record_of(operation)?;
    let items = rows.get("items").filter(|_| rows["type"] == "array")?;
    def_name(items.get("$ref")?.as_str()?)
}

/// The fields of the body that an operation takes.
pub(super) fn taken(searcher: &Searcher, entry: &OperationRow, operation: &Operation) -> Map<String, Value> {
    let content = operation.request_body.as_ref().and_then(|body| body.content.first());
    content.map(|content| fields_of(searcher, entry, &content.schema)).unwrap_or_default()
}

/// The fields of a schema's record, or of the records that it lists, each with its schema as it is written.
pub(super) fn fields_of(searcher: &Searcher, entry: &OperationRow, schema: &Value) -> Map<String, Value> {
    let mut schema = Arc::new(schema.clone());
    for _ in 0..MOST_STEPS {
        let next = if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(def_name) {
            searcher.store().schema(&entry.api, &name)
        } else if schema["type"] == "array" {
            schema.get("items").cloned().map(Arc::new)
        } else {
            None
        };
        let Some(next) = next else { break };
        schema = next;
    }
    schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The singular of a literal segment, in small letters.
pub(super) fn noun(segment: &str) -> Option<String> {
    let is_word =
        !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_word.then(|| singular(&segment.replace(['-', '_'], "").to_ascii_lowercase()))
}

pub(super) fn is_placeholder(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

/// Whether a segment surely names a record: a number, or a placeholder.
pub(super) fn is_value(segment: &str) -> bool {
    is_placeholder(segment) || is_number(segment)
}

pub(super) fn is_number(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
}

/// The template of the list in which a template has one record.
pub(super) fn list_of_one(template: &str) -> Option<&str> {
    template.rsplit_once('/').filter(|(_, last)| is_placeholder(last)).map(|(list, _)| list)
}

/// Whether a template without placeholders lists records that are called so: `/time/entries` has what is called `timeentry`.
pub(super) fn is_list_of(template: &str, called: &str) -> bool {
    if template.contains('{') {
        return false;
    }
    let segments: Vec<&str> = template.split('/').filter(|segment| !segment.is_empty()).collect();
    let count = segments.len();
    (1..=MOST_SEGMENTS.min(count)).any(|taken| noun(&segments[count - taken..].concat()).as_deref() == Some(called))
}

/// A template with a value for the placeholder at its end.
pub(super) fn with_last(template: &str, value: &str) -> String {
    match template.rsplit_once('/') {
        Some((before, last)) if is_placeholder(last) => format!("{before}/{value}"),
        _ => template.to_owned(),
    }
}

/// Whether a field holds a date: by its format, or, where its schema says nothing of a text, by its name.
pub(super) fn is_date(path: &str, type_name: &str, format: Option<&str>) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    let words = split(last);
    let is_named = || [words.first(), words.last()].into_iter().flatten().any(|word| word.eq_ignore_ascii_case("date"));
    type_name == "string" && format.map_or_else(is_named, |format| matches!(format, "date" | "date-time"))
}

/// The parameters of an operation with their schemas.
pub(super) fn parameters_of(operation: &Operation) -> Map<String, Value> {
    operation.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.schema.clone())).collect()
}

/// The values that a field may have: those of its schema, or of the parameter of its name by which such records are listed.
pub(super) fn values_of(
    searcher: &Searcher,
    entry: &OperationRow,
    name: &str,
    schema: Option<&Value>,
) -> Result<Vec<String>, Error> {
    let texts = |schema: Option<&Value>| -> Vec<String> {
        let values = schema.and_then(|schema| schema.get("enum")).and_then(Value::as_array);
        values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let own = texts(schema);
    if !own.is_empty() {
        return Ok(own);
    }
    let at_path = searcher.store().by_template(&entry.path)?;
    let list = at_path.iter().find(|other| other.method == Method::Get && other.api == entry.api);
    let list = list.map(|list| searcher.store().operation(list.doc)).transpose()?;
    Ok(list.map(|list| texts(parameters_of(&list).get(name))).unwrap_or_default())
}

/// A template with what a path has for its placeholders, as far as both begin alike.
pub(super) fn filled(template: &str, path: &str) -> String {
    let mut written = path.split('/');
    let mut is_alike = true;
    let segments = template.split('/').map(|segment| {
        let own = written.next().filter(|_| is_alike);
        match own {
            Some(own) if is_placeholder(segment) && !own.is_empty() => own,
            own => {
                is_alike &= own.is_some_and(|own| own.eq_ignore_ascii_case(segment));
                segment
            }
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_one_by_its_format_or_by_the_name_of_a_text() {
        for (name, type_name, format, wanted) in [
            ("requiredDate", "string", Some("date-time"), true),
            ("since", "string", Some("date"), true),
            ("closedDate", "string", None, true),
            ("ticket/dateResolved", "string", None, true),
            ("closedDate", "string", Some("uuid"), false),
            ("updateFlag", "string", None, false),
            ("dateId", "integer", None, false),
        ] {
            assert_eq!(is_date(name, type_name, format), wanted, "{name}");
        }
    }

    #[test]
    fn a_template_takes_what_a_path_has_for_it_up_to_where_they_part() {
        for (template, path, wanted) in [
            ("/service/tickets/{parentId}/notes", "/service/tickets/5/attachments", "/service/tickets/5/notes"),
            ("/service/tickets/{id}", "/Service/Tickets/5/x", "/service/tickets/5"),
            ("/project/tickets/{id}", "/service/tickets/5", "/project/tickets/{id}"),
            ("/a/{x}/b/{y}", "/a/1/c/2", "/a/1/b/{y}"),
            ("/a/{x}", "/a", "/a/{x}"),
        ] {
            assert_eq!(filled(template, path), wanted, "{path}");
        }
    }
}
