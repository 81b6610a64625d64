//! Is what is offered in place of a wrong name right itself, for every resource?

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{Call, EMBEDDED};
use crate::document::words::split;
use crate::invoke::connectwise::conditions::trade::{Called, words_of};
use crate::invoke::connectwise::conditions::{FieldSource, Kind, SchemaFields, check};
use crate::invoke::draft::Problem;
use crate::openapi::{Field, Method};
use crate::surface::Place;

/// One field of so many is tried: all of them take too long in a build without optimisation.
const FIELDS: usize = 4;
/// The same of the names that a body is tried with.
const NAMES: usize = 59;

fn named(name: &str) -> Option<Value> {
    EMBEDDED.schemas.get(name).cloned()
}

/// A value as the command line gives it; `None` for what is no single value.
fn typed(field: &Field) -> Option<&'static str> {
    match (field.type_name.as_str(), field.format.as_deref()) {
        ("string", Some("date-time" | "date")) => Some("2024-01-31"),
        ("string", _) => Some("acme"),
        ("integer" | "number", _) => Some("5"),
        ("boolean", _) => Some("true"),
        _ => None,
    }
}

#[test]
fn a_field_that_is_given_as_a_parameter_is_refused_with_a_filter_that_passes() {
    let (mut schemas, mut at, mut tried) = (HashSet::new(), 0, 0);
    for operation in EMBEDDED.operations.iter().filter(|operation| operation.method == Method::Get) {
        let takes = |name: &str| operation.parameters.iter().any(|known| known.name.eq_ignore_ascii_case(name));
        let good = operation.responses.iter().find(|response| response.status.starts_with('2'));
        let Some(content) = good.and_then(|response| response.content.first()) else { continue };
        if !takes("conditions") || operation.path.ends_with("/count") || !schemas.insert(content.schema.to_string()) {
            continue;
        }
        let fields = SchemaFields::new(&content.schema, &named).of_api("ConnectWise");
        for field in fields.members("") {
            at += 1;
            // An id may be a value of the path.
            if operation.path.contains('{') && field.path.to_lowercase().ends_with("id") {
                continue;
            }
            let Some(value) = typed(&field).filter(|_| at % FIELDS == 0 && !takes(&field.path)) else { continue };
            let value = field.enum_values.first().and_then(Value::as_str).unwrap_or(value);
            let call = Call::of(&EMBEDDED, Method::Get, &operation.path);
            let problems = call.draft(&json!({ &field.path: value }), None).err().unwrap_or_default();
            let told = problems.iter().find(|problem| problem.place == Place::param(&field.path));
            let about = format!("{} {}={value}", operation.path, field.path);
            let Problem { cure, offers, .. } = told.unwrap_or_else(|| panic!("{about}: was sent"));
            assert!(cure.to_string().contains("`conditions`: `"), "{about}: {cure}");
            let checked = check(Kind::Conditions, &offers[0], &fields, &|_| Vec::new());
            assert!(checked.is_accepted(), "{about}: {offers:?} {:?}", checked.findings);
            assert!(checked.fields_used.iter().any(|used| used.ends_with(&field.path)), "{about}: {offers:?}");
            tried += 1;
        }
    }
    assert!(schemas.len() > 300 && tried > 800, "{} {tried}", schemas.len());
}

/// `purchaseOrderNumber` of "purchase order number".
fn camel(phrase: &str) -> String {
    let capital = |word: &String| word[..1].to_uppercase() + &word[1..];
    let words = split(phrase);
    words.iter().take(1).cloned().chain(words.iter().skip(1).map(capital)).collect()
}

/// Every name that people are known to use.
fn names() -> Vec<String> {
    let words = words_of("ConnectWise");
    let all = [&words.called, &words.named, &words.given, &words.contrary, &words.spread];
    let mut names: Vec<String> = all.into_iter().flatten().map(|Called(phrase, _)| camel(phrase)).collect();
    names.extend(words.pairs.iter().map(|(phrase, ..)| camel(phrase)));
    names.extend(
        ["ticketId", "companyName", "board/name", "approved", "billable", "noteType", "xyzzy"].map(str::to_owned),
    );
    names
}

/// What is wrong with a body other than that it lacks fields.
fn wrong(method: Method, path: &str, data: &Value) -> Vec<Problem> {
    let call = Call::of(&EMBEDDED, method, path);
    let segments = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let params: Map<String, Value> = segments.map(|name| (name.to_owned(), json!(7))).collect();
    let problems = call.draft(&params.into(), Some(data)).err().unwrap_or_default();
    problems.into_iter().filter(|problem| !problem.message.to_string().starts_with("required field")).collect()
}

#[test]
fn what_is_offered_for_a_field_of_a_body_passes_the_check() {
    let values = [json!("x y z"), json!(5), json!(true), json!("2024-01-31T09:00:00Z")];
    let names = names();
    let (mut at, mut tried, mut schemas) = (0, 0, HashSet::new());
    for operation in &EMBEDDED.operations {
        let body = operation.request_body.as_ref().and_then(|body| body.content.first());
        let record = operation.responses.iter().find(|response| response.status.starts_with('2'));
        let record = record.and_then(|response| response.content.first());
        let Some(schema) = body.or(record).filter(|_| body.is_some()) else { continue };
        let is_tried = matches!(operation.method, Method::Post | Method::Patch);
        let key = format!("{:?} {} {:?}", operation.method, schema.schema, record.map(|record| &record.schema));
        if !is_tried || schema.media_type != "application/json" || !schemas.insert(key) {
            continue;
        }
        for name in &names {
            at += 1;
            if at % NAMES != 0 {
                continue;
            }
            let value = &values[at / NAMES % values.len()];
            for problem in wrong(operation.method, &operation.path, &json!({ name: value })) {
                for offer in &problem.offers {
                    let about = format!("{} {} {name}={value}: {offer}", operation.method, operation.path);
                    let posted = offer.strip_prefix("POST ").and_then(|rest| rest.split_once(' '));
                    let left = match posted {
                        Some((path, body)) => wrong(Method::Post, path, &serde_json::from_str(body).unwrap()),
                        None => match serde_json::from_str(&format!("{{{offer}}}")) {
                            Ok(body) => wrong(operation.method, &operation.path, &body),
                            // The name of a field alone.
                            Err(_) => continue,
                        },
                    };
                    assert_eq!(left, [], "{about}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 50, "{tried}");
}
