//! The API that the documents call: a few tickets, and what is changed in them stays said.

use serde_json::{Map, Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::BASE;

/// Answers as ConnectWise does, without keeping anything.
pub fn respond(request: &Request) -> ResponseTemplate {
    let path = request.url.path().strip_prefix(BASE).unwrap_or(request.url.path());
    let query =
        |name: &str| request.url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned());
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let found = |value: Value| ResponseTemplate::new(200).set_body_json(value);
    match (request.method.as_str(), path) {
        ("GET", "/service/tickets") => {
            let conditions = query("conditions").unwrap_or_default();
            let rows = tickets().into_iter().filter(|ticket| fits(ticket, &conditions));
            let fields = query("fields");
            found(rows.map(|row| fields.as_deref().map_or(row.clone(), |fields| only(&row, fields))).collect())
        }
        ("GET", "/service/tickets/count") => found(json!({ "count": tickets().len() })),
        ("POST", "/service/tickets") => {
            let mut made = json!({ "id": 48211 });
            made.as_object_mut().unwrap().extend(body.as_object().cloned().unwrap_or_default());
            ResponseTemplate::new(201).set_body_json(made)
        }
        ("GET" | "PATCH", path) if path.starts_with("/service/tickets/") => {
            let id = path.rsplit('/').next().and_then(|id| id.parse::<u64>().ok());
            match tickets().into_iter().find(|ticket| ticket["id"].as_u64() == id) {
                Some(mut ticket) => {
                    for operation in body.as_array().into_iter().flatten() {
                        let field = operation["path"].as_str().unwrap_or_default().trim_start_matches('/');
                        ticket[field] = operation["value"].clone();
                    }
                    found(ticket)
                }
                None => missing(&format!("Ticket {} not found", path.rsplit('/').next().unwrap_or_default())),
            }
        }
        ("GET", "/service/boards/1/statuses") => {
            found(named(&[(1, "New"), (2, "Assigned"), (3, "Closed")], &query("conditions")))
        }
        ("GET", "/company/companies") => {
            found(named(&[(55, "Acme Ltd"), (56, "Acme Dental"), (61, "Contoso Inc")], &query("conditions")))
        }
        ("GET", "/system/info") => found(json!({ "version": "v2025.1.104567", "isCloud": true })),
        _ => missing("The resource was not found"),
    }
}

/// Records with a name, those alone whose name is or has what a condition compares it with.
fn named(all: &[(u32, &str)], conditions: &Option<String>) -> Value {
    let conditions = conditions.as_deref().unwrap_or_default().to_lowercase();
    let is_meant = |name: &str| {
        let name = name.to_lowercase();
        let compared = |operator: &str| {
            conditions.split(&format!("name {operator} \"")).skip(1).any(|rest| {
                let value = rest.split('"').next().unwrap_or_default();
                if operator == "=" { name == value } else { name.contains(value) }
            })
        };
        conditions.is_empty() || compared("=") || compared("contains")
    };
    all.iter().filter(|(_, name)| is_meant(name)).map(|(id, name)| json!({ "id": id, "name": name })).collect()
}

fn missing(message: &str) -> ResponseTemplate {
    ResponseTemplate::new(404).set_body_json(json!({ "code": "NotFound", "message": message, "errors": null }))
}

fn tickets() -> Vec<Value> {
    let ticket = |id: u32, summary: &str, status: (u32, &str), priority: (u32, &str), company: (u32, &str, &str)| {
        json!({
            "id": id, "summary": summary,
            "board": { "id": 1, "name": "Help Desk" },
            "status": { "id": status.0, "name": status.1 },
            "priority": { "id": priority.0, "name": priority.1 },
            "company": { "id": company.0, "identifier": company.1, "name": company.2 },
        })
    };
    vec![
        ticket(48190, "Server room is too warm", (1, "New"), (5, "Critical"), (55, "ACME", "Acme Ltd")),
        ticket(
            48197,
            "Printer on floor 2 prints blank pages",
            (2, "Assigned"),
            (8, "Low"),
            (61, "Contoso", "Contoso Inc"),
        ),
        ticket(48203, "VPN drops every ten minutes", (1, "New"), (5, "Critical"), (61, "Contoso", "Contoso Inc")),
    ]
}

/// As far as the documents go: words in quotes after the name of a field.
fn fits(ticket: &Value, conditions: &str) -> bool {
    let says = |field: &str, value: &Value| {
        let Some(rest) = conditions.split(field).nth(1) else { return true };
        let wanted = rest.trim_start_matches([' ', '=']).split(['"', '\'']).nth(1);
        wanted.is_none_or(|wanted| value.as_str() == Some(wanted))
    };
    says("status/name", &ticket["status"]["name"])
        && says("priority/name", &ticket["priority"]["name"])
        && says("company/identifier", &ticket["company"]["identifier"])
}

/// The fields that were asked for, of a record in a record by `status/name`.
fn only(row: &Value, fields: &str) -> Value {
    let mut kept = Map::new();
    for field in fields.split(',').map(str::trim) {
        match field.split_once('/') {
            Some((outer, inner)) => kept.entry(outer).or_insert_with(|| json!({}))[inner] = row[outer][inner].clone(),
            None => drop(kept.insert(field.to_owned(), row[field].clone())),
        }
    }
    Value::Object(kept)
}
