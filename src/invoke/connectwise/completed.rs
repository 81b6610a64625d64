//! Which parameters does the API take that the manifest leaves out?

use serde_json::json;

use super::SEARCHES;
use crate::openapi::{Method, Operation, Parameter, ParameterIn};

/// The route of every report, and the one that counts its rows.
const REPORTS: [&str; 2] = ["/system/reports/{reportName}", "/system/reports/{reportName}/count"];

/// The parameters that an operation takes beside those that are declared: a report its columns, and a search by a body the page
/// that is wanted (Developer Guide: `page`, `pageSize` and `fields` stay in the query, and `pageId` goes with forward-only paging).
pub(super) fn parameters_beside(operation: &Operation) -> Vec<Parameter> {
    let known: &[(&str, &str, &str)] = match operation.method {
        Method::Get if is_report(&operation.path) => {
            &[("columns", "string", "Columns to return, as GET /system/reports/{reportName}/columns lists them")]
        }
        Method::Post if SEARCHES.contains(&operation.path.as_str()) => &[
            ("fields", "string", "Fields to return, separated by commas"),
            ("page", "integer", "Page to return, from 1"),
            ("pageId", "integer", "Row after which to go on, as the answer before names it, instead of `page`"),
            ("pageSize", "integer", "Rows of a page"),
        ],
        _ => &[],
    };
    let missing = known.iter().filter(|(name, ..)| operation.parameters.iter().all(|declared| declared.name != *name));
    let parameter = |(name, kind, description): &(&str, &str, &str)| Parameter {
        description: (*description).to_owned(),
        schema: json!({ "type": kind }),
        ..Parameter::plain(name, ParameterIn::Query)
    };
    missing.map(parameter).collect()
}

/// Whether an operation answers with the rows of a report, whose columns no schema declares.
pub(super) fn is_report(template: &str) -> bool {
    REPORTS.contains(&template)
}
