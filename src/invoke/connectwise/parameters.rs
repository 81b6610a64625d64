//! Which parameter was a name to be that an operation lacks?
//!
//! The API ignores what it does not know and answers with every record. So what is a field of the records, under whatever name,
//! is refused with the filter that asks for it, in the words that the check of filters has.

use serde_json::Value;

use super::conditions::{self, Checked, FieldSource, Kind, SchemaFields, Severity};
use super::dates;
use crate::invoke::draft::{MeantParameter, Unknown};
use crate::spelling::alike;

/// What other APIs call these parameters, so that callers try it: no spelling leads from one to the other.
const OTHER_NAMES: [(&str, &[&str]); 4] = [
    ("conditions", &["filter", "filters", "where", "query", "q", "search", "condition"]),
    ("pageSize", &["limit", "top", "perpage", "count", "maxresults", "pagelimit", "size"]),
    ("orderBy", &["sort", "sortby", "order", "sortorder"]),
    ("fields", &["select", "columns", "properties"]),
];

/// Names of the API in the titles of manifests.
const TITLE: &str = "ConnectWise";

/// Share of letters in common from which a name is that of a parameter misspelt.
const MISSPELT: f64 = 0.8;

/// A filter where the name is a field of the list's records; or the parameter that other APIs call so, or that is misspelt; or else a
/// filter by the field that surely is meant.
pub(super) fn meant(unknown: &Unknown<'_>) -> Option<MeantParameter> {
    let takes = |name: &str| unknown.known.contains(&name);
    let schema = unknown.records.filter(|_| takes(Kind::Conditions.parameter()));
    let fields = schema.map(|schema| SchemaFields::new(schema, unknown.lookup).of_api(TITLE));
    let is_field = |fields: &&SchemaFields<'_>| fields.field(unknown.name).path().is_some();
    if let Some(fields) = fields.as_ref().filter(is_field) {
        return filter(unknown, fields);
    }
    let plain: String = unknown.name.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
    let known = OTHER_NAMES.iter().find(|(name, others)| others.contains(&plain.as_str()) && takes(name));
    if let Some((name, _)) = known {
        return Some(MeantParameter::Parameter(name));
    }
    let is_misspelt = |known: &&str| alike(&unknown.name.to_lowercase(), &known.to_lowercase()) >= MISSPELT;
    if unknown.known.iter().any(is_misspelt) {
        return None;
    }
    filter(unknown, fields.as_ref()?)
}

/// The filter that asks for this value of the field, as the check of filters would write it.
fn filter(unknown: &Unknown<'_>, fields: &SchemaFields<'_>) -> Option<MeantParameter> {
    let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.');
    if !unknown.name.chars().all(is_path) {
        return None;
    }
    let text = format!("{} {}", unknown.name, test(unknown.value)?);
    let no_meaning = |_: &str| Vec::new();
    let checked = conditions::check(Kind::Conditions, &text, fields, &no_meaning);
    let (kind, value) = match checked.elsewhere.clone() {
        Some(elsewhere) => elsewhere,
        None => (Kind::Conditions, right(checked)?),
    };
    let takes = |kind: Kind| unknown.known.contains(&kind.parameter());
    takes(kind).then(|| MeantParameter::Filter { parameter: kind.parameter(), value })
}

/// The text without what is wrong with it; `None` where that cannot be told.
fn right(checked: Checked) -> Option<String> {
    let is_wrong =
        checked.findings.iter().any(|finding| finding.severity == Severity::Error || finding.about.is_some());
    match checked.repaired.clone().or_else(|| checked.mended()) {
        Some(repaired) => Some(repaired),
        None => (!is_wrong).then_some(checked.text),
    }
}

/// The operator and the value of a condition.
fn test(value: &Value) -> Option<String> {
    if let Value::Array(items) = value {
        let items: Vec<String> = items.iter().map(literal).collect::<Option<_>>()?;
        return (!items.is_empty()).then(|| format!("in ({})", items.join(",")));
    }
    let is_pattern = value.as_str().is_some_and(|text| text.contains(['*', '%']));
    Some(format!("{} {}", if is_pattern { "like" } else { "=" }, literal(value)?))
}

/// A value as conditions write it. The command line has numbers and flags as text.
fn literal(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(conditions::of_flag(*flag)),
        Value::String(text) => Some(match dates::read(text) {
            Some(date) => format!("[{}]", dates::in_utc(date).text),
            None => conditions::of_text(text),
        }),
        _ => None,
    }
}
