//! What is wrong with a write whose body fits its schema?
//!
//! The server gives ids and `_info`, the path says whose a record is, and nothing ends before it begins. The API would ignore the
//! one and take the other, and either way another thing happens than was asked for.

use serde_json::Value;

use super::dates;
use crate::document::words::{singular, split};
use crate::invoke::draft::{Giver, Problem, Sending};
use crate::openapi::{Method, Operation};
use crate::surface::{Argument, Place, Said};

/// Fields that the server gives every record, and never takes.
const GIVEN_BY_SERVER: [&str; 2] = ["id", "_info"];

/// Words for a beginning, each with the one for the end beside it.
const ENDS: [(&str, &str); 3] = [("start", "end"), ("starts", "ends"), ("effective", "cancelled")];

/// A field that a body sets.
struct Set<'a> {
    name: &'a str,
    value: &'a Value,
    place: Place,
}

/// What gives a field of a body its value: the server, or the path, which says whose the record is.
pub(super) fn giver(operation: &Operation, field: &str) -> Option<Giver> {
    if GIVEN_BY_SERVER.contains(&field) {
        return Some(Giver::Server);
    }
    let template: Vec<&str> = operation.path.split('/').collect();
    let placeholder = template.get(owner(&template, field)?)?.strip_prefix('{')?.strip_suffix('}')?;
    Some(Giver::Path(placeholder.to_owned()))
}

/// Which segment of a template is the id that a field has too: `ticketId` that behind `/service/tickets`, where more follows.
fn owner(template: &[&str], field: &str) -> Option<usize> {
    let squeezed = |text: &str| -> String { split(text).concat() };
    let (_, owners) = template.split_last()?;
    let is_owner = |at: &usize| {
        let noun = owners.get(at.wrapping_sub(1)).map(|noun| singular(&squeezed(noun))).unwrap_or_default();
        owners.get(*at).is_some_and(|segment| segment.starts_with('{')) && squeezed(field) == format!("{noun}id")
    };
    (0..owners.len()).find(is_owner)
}

/// Everything that is wrong with a write.
pub(super) fn objections(sending: &Sending<'_>) -> Vec<Problem> {
    let set = fields(sending);
    let mut problems = Vec::new();
    if sending.operation.method == Method::Patch {
        problems.extend(set.iter().filter(|set| GIVEN_BY_SERVER.contains(&set.name)).map(of_server));
    }
    problems.extend(set.iter().filter_map(|set| of_another_record(sending, set)));
    problems.extend(set.iter().filter_map(|end| before_its_start(&set, end)));
    problems
}

/// The fields that a body sets, each where the caller gave it.
fn fields<'a>(sending: &Sending<'a>) -> Vec<Set<'a>> {
    match sending.sent {
        Value::Object(map) => {
            map.iter().map(|(name, value)| Set { name, value, place: Place::body().field(name) }).collect()
        }
        Value::Array(items) if sending.operation.method == Method::Patch => {
            let step = |(at, item): (usize, &'a Value)| {
                let name = item.get("path")?.as_str()?;
                // Fields with their values were made operations.
                let is_flat = sending.given.get(name).is_some();
                let place = if is_flat { Place::body().field(name) } else { Place::body().item(at) };
                Some(Set { name, value: item.get("value").unwrap_or(&Value::Null), place })
            };
            items.iter().enumerate().filter_map(step).collect()
        }
        _ => Vec::new(),
    }
}

fn unchecked(cure: impl Into<Said>) -> Said {
    cure.into().text("; ").argument(Argument::UNCHECKED).text(" sends it as it is.")
}

fn of_server(set: &Set<'_>) -> Problem {
    let message = format!("`{}` is given by the server, and no change of it is taken", set.name);
    let cure = "Leave it out: the path says which record is changed, and `_info` follows by itself";
    Problem::new(&set.place, message, unchecked(cure))
}

/// A field that names another record than the path does: `ticketId` 6 below `/service/tickets/5`, or another `id` in a PUT.
fn of_another_record(sending: &Sending<'_>, set: &Set<'_>) -> Option<Problem> {
    let template: Vec<&str> = sending.operation.path.split('/').collect();
    let path: Vec<&str> = sending.path.split('/').collect();
    if template.len() != path.len() {
        return None;
    }
    let given = number(set.value)?;
    let is_own = set.name == "id" && sending.operation.method == Method::Put;
    let own =
        template.iter().rposition(|segment| segment.starts_with('{')).filter(|at| is_own && at + 1 == template.len());
    let at = owner(&template, set.name).or(own)?;
    let owner = path.get(at).and_then(|segment| segment.parse::<u64>().ok()).filter(|owner| *owner != given)?;
    let message = format!("`{}` is {given}, and the path is of {owner}", set.name);
    let cure = format!("Leave it out, write {owner}, or give {given} in the path, whichever is meant");
    Some(Problem { offers: vec![owner.to_string()], ..Problem::new(&set.place, message, unchecked(cure)) })
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A date that is before the one that begins what it ends.
fn before_its_start(all: &[Set<'_>], end: &Set<'_>) -> Option<Problem> {
    let words = split(end.name);
    let begun = ENDS.iter().find_map(|(start, last)| {
        let at = words.iter().position(|word| word == last)?;
        let mut named = words.clone();
        *named.get_mut(at)? = (*start).to_owned();
        all.iter().find(|other| split(other.name) == named)
    })?;
    let moment = |value: &Value| dates::seconds(value.as_str()?);
    if moment(end.value)? >= moment(begun.value)? {
        return None;
    }
    let message = format!("`{}` is before `{}`", end.name, begun.name);
    let shown = |set: &Set<'_>| set.value.as_str().unwrap_or_default().to_owned();
    let cure = format!("It begins at {} and ends at {}: correct one of them", shown(begun), shown(end));
    Some(Problem::new(&end.place, message, unchecked(cure)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::{Operation, embedded};

    fn objected(operation: &Operation, path: &str, given: &Value) -> Vec<String> {
        let sent = match given {
            Value::Object(map) if operation.method == Method::Patch => {
                map.iter().map(|(name, value)| json!({ "op": "replace", "path": name, "value": value })).collect()
            }
            other => other.clone(),
        };
        let found = objections(&Sending { operation, path, given, sent: &sent });
        found.iter().map(|problem| format!("{}: {} {}", problem.place, problem.message, problem.cure)).collect()
    }

    #[test]
    fn a_write_of_what_the_server_gives_of_another_record_or_back_in_time_is_refused() {
        let manifest = embedded().unwrap();
        let cases = [
            (Method::Patch, "/service/tickets/{id}", "/service/tickets/5", json!({ "id": 7 }), "given by the server"),
            (Method::Patch, "/company/companies/{id}", "/company/companies/5", json!({ "_info": {} }), "given by"),
            (
                Method::Patch,
                "/time/entries/{id}",
                "/time/entries/5",
                json!([{ "op": "replace", "path": "id", "value": 5 }]),
                "given by the server",
            ),
            (
                Method::Post,
                "/service/tickets/{parentId}/notes",
                "/service/tickets/5/notes",
                json!({ "text": "x", "ticketId": 6 }),
                "`ticketId` is 6, and the path is of 5",
            ),
            (
                Method::Post,
                "/finance/agreements/{parentId}/additions",
                "/finance/agreements/5/additions",
                json!({ "agreementId": "6" }),
                "the path is of 5",
            ),
            (Method::Put, "/company/contacts/{id}", "/company/contacts/5", json!({ "id": 6 }), "the path is of 5"),
            (
                Method::Post,
                "/time/entries",
                "/time/entries",
                json!({ "timeStart": "2024-01-31T10:00:00Z", "timeEnd": "2024-01-31T11:00:00+02:00" }),
                "`timeEnd` is before `timeStart`",
            ),
            (
                Method::Patch,
                "/schedule/entries/{id}",
                "/schedule/entries/5",
                json!({ "dateStart": "2024-02-01T00:00:00Z", "dateEnd": "2024-01-31T00:00:00Z" }),
                "`dateEnd` is before `dateStart`",
            ),
            // What is right, or nobody's mistake.
            (Method::Post, "/service/tickets", "/service/tickets", json!({ "id": 7, "summary": "x" }), ""),
            (Method::Put, "/company/contacts/{id}", "/company/contacts/5", json!({ "id": 5, "_info": {} }), ""),
            (
                Method::Post,
                "/service/tickets/{parentId}/notes",
                "/service/tickets/5/notes",
                json!({ "text": "x", "ticketId": 5 }),
                "",
            ),
            (
                Method::Post,
                "/time/entries",
                "/time/entries",
                json!({ "timeStart": "2024-01-31T10:00:00Z", "timeEnd": "2024-01-31T10:00:00Z" }),
                "",
            ),
            (Method::Post, "/time/entries", "/time/entries", json!({ "timeEnd": "2024-01-31T10:00:00Z" }), ""),
        ];
        for (method, template, path, data, wanted) in cases {
            let mut operations = manifest.operations.iter();
            let operation = operations.find(|known| known.method == method && known.path == template).unwrap();
            let found = objected(operation, path, &data);
            if wanted.is_empty() {
                assert_eq!(found, [""; 0], "{method} {path} {data}");
            } else {
                assert!(found.len() == 1 && found[0].contains(wanted), "{method} {path} {data}: {found:?}");
            }
        }
    }
}
