//! Which fields does a create need that the embedded manifest does not require?
//!
//! `demanded.tsv` has them: a line for each path of a POST, the path and its fields, with a tab between. The embedded manifest is made
//! from a client's types, which do not say which references are required; ConnectWise's own description of 2025.8 does (as
//! <https://github.com/ai-connor/connectwise> has it). Left out is what the path gives, and what the server may give: a status or terms
//! of which one is the default, and what follows from another field, such as the unit of a product.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::invoke::draft::Problem;
use crate::openapi::{Method, Operation, def_name};
use crate::surface::{Place, Said};

/// The fields of each path.
static DEMANDED: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let lines = include_str!("demanded.tsv").lines();
    lines.filter_map(|line| line.split_once('\t')).map(|(path, fields)| (path, fields.split(' ').collect())).collect()
});

/// Where a note is shown: without one of these the server refuses it (seen in LabtechConsulting/ConnectWise-Manage-Powershell#12).
const SHOWN_IN: [&str; 3] = ["detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag"];

/// Schemas of the notes of tickets.
const NOTES: [&str; 2] = ["ServiceNote", "TicketNote"];

/// Fields without which a create is refused; none of other operations.
pub(super) fn of(operation: &Operation) -> &'static [&'static str] {
    if operation.method != Method::Post {
        return &[];
    }
    DEMANDED.get(operation.path.as_str()).map_or(&[], Vec::as_slice)
}

/// Fields that hardly a create goes without: a ticket is on a board; a time entry is of a member, for a record of a kind, and ends; a
/// schedule entry is of a member and of a record, and has its times; a project ticket is of a project (the product's own forms ask for
/// these). And a note is shown somewhere, of which the internal notes are what no customer sees.
pub(super) fn usual(operation: &Operation) -> &'static [&'static str] {
    match operation.path.as_str() {
        _ if operation.method != Method::Post => &[],
        "/service/tickets" => &["board"],
        "/time/entries" => &["member", "chargeToType", "chargeToId", "timeEnd"],
        "/schedule/entries" => &["objectId", "member", "dateStart", "dateEnd"],
        "/project/tickets" => &["project"],
        _ if schema_of(operation).is_some_and(|schema| NOTES.contains(&schema.as_str())) => {
            &["text", "internalAnalysisFlag"]
        }
        _ => &[],
    }
}

/// The name of the schema that a body has.
fn schema_of(operation: &Operation) -> Option<String> {
    let schema = &operation.request_body.as_ref()?.content.first()?.schema;
    schema.get("$ref")?.as_str().and_then(def_name)
}

/// What is wrong with a create that has none of several fields of which it needs one.
pub(super) fn one_of(operation: &Operation, data: &Value) -> Option<Problem> {
    if operation.method != Method::Post {
        return None;
    }
    if operation.path == "/system/documents" && !has(data, "file") && !has(data, "url") {
        let cure = "Give `file`, the path of a file, or `url`, the link that the document is.";
        return Some(Problem::new(&Place::body(), "a document has neither `file` nor `url`", cure));
    }
    let schema = schema_of(operation)?;
    // Seen in christaylorcodes/ConnectWiseManageAPI#30.
    if operation.path.ends_with("/configurations")
        && schema == "ConfigurationReference"
        && !has(data, "id")
        && !has(data, "deviceIdentifier")
    {
        let cure = Said::from("Give `id` or `deviceIdentifier` of the configuration");
        return Some(Problem {
            lacks: vec!["configuration".to_owned()],
            ..Problem::new(&Place::body(), "it names no configuration", cure.text("."))
        });
    }
    if NOTES.contains(&schema.as_str()) && !SHOWN_IN.iter().any(|flag| is_set(data, flag)) {
        let cure = "Set one of them: `detailDescriptionFlag` for the discussion, which customers see, `internalAnalysisFlag` for the \
                    internal notes, `resolutionFlag` for the resolution.";
        let offers = SHOWN_IN.iter().map(|flag| format!("\"{flag}\": true")).collect();
        let message = "the note does not say where it is shown, and ConnectWise refuses it so";
        return Some(Problem { offers, ..Problem::new(&Place::body(), message, cure) });
    }
    None
}

/// The values of a member, in any letter case.
fn given<'d>(data: &'d Value, name: &str) -> impl Iterator<Item = &'d Value> {
    let members = data.as_object().into_iter().flatten();
    members.filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Whether a body gives a member with a value.
pub(super) fn has(data: &Value, name: &str) -> bool {
    given(data, name).any(|value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty()))
}

/// Whether a body sets a flag. What is no flag at all is for the check of its schema.
fn is_set(data: &Value, flag: &str) -> bool {
    let is_no = |text: &str| matches!(text.trim().to_ascii_lowercase().as_str(), "" | "false" | "0" | "no");
    given(data, flag).any(|value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !is_no(text),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::embedded;

    #[test]
    fn every_field_that_is_demanded_is_one_that_the_body_takes_and_does_not_require() {
        let manifest = embedded().unwrap();
        assert!(DEMANDED.len() >= 90, "{}", DEMANDED.len());
        for (path, fields) in &*DEMANDED {
            let mut posts = manifest.operations.iter().filter(|operation| operation.method == Method::Post);
            let post = posts.find(|operation| operation.path == *path).unwrap_or_else(|| panic!("no POST {path}"));
            assert_eq!(of(post), fields);
            let reference = post.request_body.as_ref().unwrap().content[0].schema["$ref"].as_str().unwrap();
            let schema = &manifest.schemas[&def_name(reference).unwrap()];
            for field in fields {
                assert!(schema["properties"].get(*field).is_some(), "{path} has no {field}");
                let required = schema["required"].as_array();
                assert!(required.is_none_or(|all| !all.contains(&(*field).into())), "{path} requires {field} itself");
                assert_eq!(super::super::writes::giver(post, field), None, "{path} gives {field}");
            }
        }
    }
}
