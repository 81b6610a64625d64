//! References that are given what nobody is called by.

use serde_json::{Value, json};

use super::Call;
use crate::invoke::draft::Problem;
use crate::openapi::Method;

const JANE: &str = r#"GET /company/contacts with childConditions=communicationItems/value = "jane@contoso.example" AND communicationItems/communicationType = "Email""#;
const JDOE: &str = r#"GET /system/members with conditions=primaryEmail = "jdoe@contoso.example""#;

fn refused(method: Method, path: &str, data: &Value) -> Vec<Problem> {
    let path_values = if path.contains("{id}") { json!({ "id": 5 }) } else { json!({}) };
    let path_values = path_values.as_object().cloned().unwrap();
    Call { path_values, ..Call::to(method, path) }.draft(&json!({}), Some(data)).unwrap_err()
}

#[test]
fn who_is_given_by_an_address_is_found_in_the_list_of_its_kind() {
    let ticket = |field: &str, value: Value| json!({ "summary": "x", "company": { "id": 5 }, field: value });
    for (method, path, data, offer) in [
        (Method::Post, "/service/tickets", ticket("contact", json!("jane@contoso.example")), JANE),
        (Method::Post, "/service/tickets", ticket("contact", json!({ "email": "jane@contoso.example" })), JANE),
        (Method::Post, "/service/tickets", ticket("contact", json!({ "id": "jane@contoso.example" })), JANE),
        (
            Method::Post,
            "/service/tickets",
            ticket("contact", json!("+1 (555) 010-0199")),
            r#"GET /company/contacts with conditions=defaultPhoneNbr = "+1 (555) 010-0199""#,
        ),
        (Method::Post, "/service/tickets", ticket("owner", json!("jdoe@contoso.example")), JDOE),
        (Method::Post, "/service/tickets", ticket("contact", json!({ "name": "jane@contoso.example" })), JANE),
        (Method::Post, "/service/tickets", ticket("owner", json!({ "identifier": "jdoe@contoso.example" })), JDOE),
        (Method::Patch, "/service/tickets/{id}", json!({ "contact/name": "jane@contoso.example" }), JANE),
        (Method::Patch, "/service/tickets/{id}", json!({ "contact": "jane@contoso.example" }), JANE),
        (
            Method::Patch,
            "/sales/activities/{id}",
            json!([{ "op": "replace", "path": "assignTo", "value": "jdoe@contoso.example" }]),
            JDOE,
        ),
        (
            Method::Post,
            "/service/tickets",
            json!({ "summary": "x", "company": { "phoneNumber": "555-0199" } }),
            r#"GET /company/companies with conditions=phoneNumber = "555-0199""#,
        ),
    ] {
        let problems = refused(method, path, &data);
        let [Problem { cure, offers, .. }] = problems.as_slice() else { panic!("{data}: {problems:?}") };
        assert_eq!(offers, &[offer.to_owned()], "{data}");
        let (request, filter) = offer.split_once(" with ").unwrap();
        let (parameter, value) = filter.split_once('=').unwrap();
        let cure = cure.to_string();
        assert!(cure.contains(request) && cure.contains(&format!("`{parameter}`: `{value}`")), "{data}: {cure}");
    }
}

#[test]
fn a_name_stays_a_name_and_a_text_is_no_id() {
    for (field, value, first) in [
        ("contact", json!("Jane Doe"), r#"{"name":"Jane Doe"}"#),
        ("owner", json!("jdoe"), r#"{"identifier":"jdoe"}"#),
        ("company", json!("@contoso"), r#"{"identifier":"@contoso"}"#),
        ("company", json!({ "id": "Contoso" }), r#"{"identifier":"Contoso"}"#),
        ("board", json!({ "id": "Help Desk" }), r#"{"name":"Help Desk"}"#),
    ] {
        let data = json!({ "summary": "x", "company": { "id": 1 }, field: value });
        let problems = refused(Method::Post, "/service/tickets", &data);
        let [Problem { offers, .. }] = problems.as_slice() else { panic!("{field} {value}: {problems:?}") };
        assert_eq!(offers.first().map(String::as_str), Some(first), "{field} {value}");
    }
    for data in [
        // Digits are an id.
        json!({ "summary": "x", "company": { "id": "250" }, "contact": "5550199" }),
        // An id says which record is meant, whatever it is called.
        json!({ "summary": "x", "company": { "id": 250 }, "contact": { "id": 7, "name": "jane@contoso.example" } }),
        json!({ "summary": "x", "company": { "identifier": "@contoso" }, "contact": { "name": "Jane Doe" } }),
    ] {
        Call::to(Method::Post, "/service/tickets").draft(&json!({}), Some(&data)).unwrap();
    }
}

#[test]
fn a_filter_by_an_address_says_how_the_record_is_found() {
    let tickets = Call::to(Method::Get, "/service/tickets");
    for (field, address, offer) in [("contact", "jane@contoso.example", JANE), ("owner", "jdoe@contoso.example", JDOE)]
    {
        let problems = tickets.draft(&json!({ field: address }), None).unwrap_err();
        let [Problem { cure, offers, .. }] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(offers, &[offer.to_owned()]);
        assert!(cure.to_string().contains(&format!("`{field}/id = 5`")), "{cure}");
    }
}

#[test]
fn custom_fields_and_payment_as_parameters_become_filters() {
    let filters = |path: &str, params: Value| {
        let problems = Call::to(Method::Get, path).draft(&params, None).unwrap_err();
        let [Problem { cure, offers, .. }] = problems.as_slice() else { panic!("{params}: {problems:?}") };
        (cure.to_string(), offers.clone())
    };
    let region = r#"caption = "Region" AND value = "East""#;
    for params in [
        json!({ "customFields": { "Region": "East" } }),
        json!({ "customFields": r#"{"Region":"East"}"# }),
        json!({ "customFields": [{ "caption": "Region", "value": "East" }] }),
        json!({ "customFields": "Region=East" }),
        json!({ "customFields": "Region: East" }),
        json!({ "customFields[Region]": "East" }),
        json!({ "customFields.Region": "East" }),
        json!({ "Region": "East" }),
    ] {
        let (cure, offers) = filters("/company/companies", params.clone());
        assert_eq!(offers, [region], "{params}");
        assert!(cure.contains("`customFieldConditions`"), "{params}: {cure}");
    }
    let paid = |params: Value| filters("/finance/invoices", params).1;
    assert_eq!(paid(json!({ "paid": false })), ["balance > 0"]);
    assert_eq!(paid(json!({ "isPaid": "true" })), ["balance = 0"]);
}

#[test]
fn a_field_that_is_written_otherwise_is_told_once_and_what_a_body_has_to_have_is_shown() {
    for (path, data, lacking) in [
        ("/service/tickets", json!({ "sumary": "x", "company": { "id": 5 } }), "summary"),
        ("/service/tickets", json!({ "title": "x", "company": { "id": 5 } }), "summary"),
        ("/sales/activities", json!({ "subject": "Call", "assignTo": { "id": 1 } }), "name"),
        ("/project/projects/{parentId}/phases", json!({ "name": "Phase 1" }), "description"),
    ] {
        let path_values =
            json!({ "parentId": 5 }).as_object().cloned().filter(|_| path.contains('{')).unwrap_or_default();
        let call = Call { path_values, ..Call::to(Method::Post, path) };
        let problems = call.draft(&json!({}), Some(&data)).unwrap_err();
        let [Problem { message, .. }] = problems.as_slice() else { panic!("{data}: {problems:?}") };
        assert!(message.to_string().ends_with(&format!("lacks `{lacking}`, which is required")), "{message}");
    }
    // What is required and not said under any name is told as before.
    let both = json!({ "title": "x", "state": "New" });
    let told = Call::to(Method::Post, "/company/companies").draft(&json!({}), Some(&both)).unwrap_err();
    assert!(told.iter().any(|problem| problem.message.to_string().contains("`identifier` (text")), "{told:?}");
    for (path, body) in [
        (
            "/schedule/entries",
            r#"{"objectId":1,"type":{"identifier":"S"},"member":{"id":1},
                "dateStart":"2025-01-31T09:00:00Z","dateEnd":"2025-01-31T10:00:00Z"}"#,
        ),
        ("/service/tickets", r#"{"summary":"string","company":{"id":1},"board":{"id":1}}"#),
    ] {
        let problems = Call::to(Method::Post, path).draft(&json!({}), None).unwrap_err();
        let shown = problems[0].cure.to_string();
        let shown: Value = serde_json::from_str(shown.split_once("fits: ").unwrap().1).unwrap();
        assert_eq!(shown, serde_json::from_str::<Value>(body).unwrap(), "{path}");
    }
}
