//! What is offered where the parameters of a list are names that other APIs have for a filter or a page.

use serde_json::{Value, json};

use super::{Call, asked};
use crate::invoke::connectwise::ConnectWise;
use crate::invoke::dialect::Dialect;
use crate::invoke::draft::draft;
use crate::openapi::Method;

/// What is offered for each of some parameters of a list, joined; `None` where the call is sent.
fn offered(path: &str, params: &Value) -> Option<String> {
    let problems = Call::to(Method::Get, path).draft(params, None).err()?;
    Some(problems.iter().map(|problem| problem.offers.join(" | ")).collect::<Vec<_>>().join("; "))
}

#[test]
fn a_parameter_that_is_to_be_a_filter_is_offered_as_one() {
    let (tickets, times) = ("/service/tickets", "/time/entries");
    for (path, params, wanted) in [
        // Bounds of dates and numbers.
        (tickets, json!({ "updatedAfter": "2026-11-01" }), "lastUpdated >= [2026-11-01]"),
        (tickets, json!({ "updatedBefore": "2026-11-01" }), "lastUpdated < [2026-11-01]"),
        (tickets, json!({ "createdAfter": "2026-11-01" }), "dateEntered >= [2026-11-01]"),
        (tickets, json!({ "modified_since": "2026-11-01T08:00:00Z" }), "lastUpdated >= [2026-11-01T08:00:00Z]"),
        (tickets, json!({ "dateEntered_gte": "2026-11-01" }), "dateEntered >= [2026-11-01]"),
        (tickets, json!({ "since": "2026-11-01" }), "dateEntered >= [2026-11-01] | lastUpdated >= [2026-11-01]"),
        (times, json!({ "startDate": "2026-11-01" }), "timeStart >= [2026-11-01]"),
        (times, json!({ "endDate": "2026-11-30" }), "timeEnd < [2026-12-01]"),
        (times, json!({ "minHours": "5" }), "actualHours >= 5"),
        (times, json!({ "hoursMax": 5 }), "actualHours <= 5"),
        (
            tickets,
            json!({ "dateEntered": "2024-01-31" }),
            "dateEntered >= [2024-01-31T00:00:00Z] AND dateEntered < [2024-02-01T00:00:00Z]",
        ),
        (tickets, json!({ "dateEntered": "2024-01-31T08:00:00Z" }), "dateEntered = [2024-01-31T08:00:00Z]"),
        (
            "/finance/agreements",
            json!({ "startDate": "2024-02-29" }),
            "startDate >= [2024-02-29T00:00:00Z] AND startDate < [2024-03-01T00:00:00Z]",
        ),
        // What is near.
        ("/company/configurations", json!({ "serial": "ABC" }), "serialNumber = \"ABC\""),
        ("/company/companies", json!({ "active": "true" }), "status/name = \"Active\""),
        (tickets, json!({ "companyid": "contoso" }), "company/name = \"contoso\""),
        (tickets, json!({ "companyid": 5 }), "company/id = 5"),
        ("/company/companies", json!({ "companyid": "Contoso" }), "identifier = \"Contoso\""),
        ("/company/companies", json!({ "company": 5 }), "id = 5"),
        ("/sales/opportunities", json!({ "salesRep": "jdoe" }), "primarySalesRep/identifier = \"jdoe\""),
        // One of several, and all of them.
        (
            "/company/contacts",
            json!({ "phone": "5550100" }),
            "defaultPhoneNbr = \"5550100\" | childConditions: communicationItems/value = \"5550100\" AND \
             communicationItems/communicationType = \"Phone\"",
        ),
        // Several values, and several filters.
        (tickets, json!({ "ids": "5,6" }), "id in (5,6)"),
        (tickets, json!({ "boardIds": [1, 2] }), "board/id in (1,2)"),
        (
            tickets,
            json!({ "company": "Contoso", "status": "New" }),
            "company/name = \"Contoso\" AND status/name = \"New\"; ",
        ),
        (
            tickets,
            json!({ "conditions": "id = 5 or id = 6", "status": "New" }),
            "(id = 5 or id = 6) AND status/name = \"New\"",
        ),
        (tickets, json!({ "conditions": "id > 5", "status": "New" }), "id > 5 AND status/name = \"New\""),
        // Rows of other APIs.
        (tickets, json!({ "pageSize": 10, "offset": 20 }), "page=3"),
        (tickets, json!({ "skip": "50" }), "page=3"),
        (tickets, json!({ "limit": 10, "offset": 20 }), "pageSize; page=3"),
        (tickets, json!({ "pageSize": 10, "start": 0 }), "page=1"),
    ] {
        assert_eq!(offered(path, &params).as_deref(), Some(wanted), "{path} {params}");
    }
}

#[test]
fn a_filter_or_an_order_for_another_parameter_is_offered_as_the_api_takes_it() {
    let tickets = "/service/tickets";
    let new = "status/name = \"New\"";
    for (params, wanted) in [
        (json!({ "filter": "status eq 'New'" }), new),
        (
            json!({ "$filter": "status eq 'New' and closedFlag eq false" }),
            "status/name = \"New\" AND closedFlag = False",
        ),
        (json!({ "where": "status='New'" }), new),
        (json!({ "condition": "status='New'" }), new),
        (json!({ "filter": { "status": "New" } }), new),
        (json!({ "filter": r#"{"status":"New","board":5}"# }), "status/name = \"New\" AND board/id = 5"),
        (json!({ "filter": "id > 5" }), "id > 5"),
        (json!({ "filter": "status = 'New'", "conditions": "id > 5" }), "id > 5 AND status/name = \"New\""),
        (json!({ "sort": "-dateEntered" }), "dateEntered desc"),
        (json!({ "order_by": "dateEntered:desc,id" }), "dateEntered desc,id"),
        (json!({ "$orderby": "summary desc" }), "summary desc"),
        // What is none, or is not sure, is left to its author.
        (json!({ "filter": "New" }), "conditions"),
        (json!({ "filter": r#"{"zzz":5}"# }), "conditions"),
        (json!({ "sort": "zzz desc" }), "orderBy"),
        (json!({ "sort": "-id", "orderBy": "summary" }), "orderBy"),
    ] {
        assert_eq!(offered(tickets, &params).as_deref(), Some(wanted), "{params}");
    }
    let told = cure(tickets, &json!({ "filter": "status eq 'New'" }));
    assert!(told.starts_with("Write it as the API takes it, `conditions`: `status/name"), "{told}");
}

#[test]
fn what_is_like_no_field_is_sent_and_told_first() {
    let call = Call::to(Method::Get, "/service/tickets");
    for params in [json!({ "foo": "2024", "pageSize": "+5" }), json!({ "pageSize": "+5", "zzz": "x" })] {
        let draft = call.draft(&params, None).unwrap();
        assert!(draft.notes[0].to_string().contains("the answer may be unfiltered"), "{:?}", draft.notes);
        assert_eq!(draft.notes.len(), 2, "{:?}", draft.notes);
    }
}

#[test]
fn what_merely_is_near_is_offered_as_a_question() {
    let call = Call::to(Method::Get, "/company/companies");
    let told = |params: Value| call.draft(&params, None).unwrap_err()[0].cure.to_string();
    assert!(told(json!({ "email": "a@b.c" })).starts_with("No field is called so; if one of these is meant"));
    assert!(told(json!({ "phone": "5550100" })).starts_with("It is a field"));
}

#[test]
fn a_column_of_a_report_that_is_given_as_a_parameter_is_to_be_a_filter() {
    let call = Call::to(Method::Get, "/system/reports/{reportName}");
    let mut operation = call.operation.clone();
    operation.parameters.extend(ConnectWise.parameters_beside(&operation));
    let lookup = |_: &str| -> Option<Value> { None };
    let told = |params: Value| {
        let params = params.as_object().cloned().unwrap();
        draft(&asked(&ConnectWise, &operation, (&params, None), &lookup)).unwrap_err()
    };
    let found = told(json!({ "reportName": "Service", "Board_Name": "Help Desk", "Age": "5" }));
    assert_eq!(found[0].offers, ["Board_Name = \"Help Desk\" AND Age = 5"]);
    assert!(found.len() == 2 && found[1].offers.is_empty(), "{found:?}");
    // What other APIs call its parameters is none of its columns.
    assert_eq!(told(json!({ "reportName": "Service", "limit": 5 }))[0].offers, ["pageSize"]);
}

/// The first cure of a call that is refused.
fn cure(path: &str, params: &Value) -> String {
    Call::to(Method::Get, path).draft(params, None).unwrap_err()[0].cure.to_string()
}

#[test]
fn an_operator_beside_the_name_of_a_field_or_its_value_is_part_of_the_filter() {
    let tickets = "/service/tickets";
    for (params, wanted) in [
        (json!({ "status!": "Closed" }), "status/name != \"Closed\""),
        (json!({ "dateEntered>": "2024-01-31" }), "dateEntered >= [2024-01-31]"),
        (json!({ "dateEntered<": "2024-01-31" }), "dateEntered < [2024-02-01]"),
        (json!({ "dateEntered": "=>2024-01-31" }), "dateEntered >= [2024-01-31]"),
        (json!({ "dateEntered[gte]": "2024-01-31" }), "dateEntered >= [2024-01-31]"),
        (json!({ "dateEntered__lt": "2024-01-31" }), "dateEntered < [2024-01-31]"),
        (json!({ "dateEntered.gte": "2024-01-31" }), "dateEntered >= [2024-01-31]"),
        (json!({ "company": { "id": 5 } }), "company/id = 5"),
        (json!({ "status": { "ne": "Closed" } }), "status/name != \"Closed\""),
        (json!({ "status": { "$in": ["New", "Open"] } }), "status/name in (\"New\",\"Open\")"),
        (json!({ "status__nin": "New,Open" }), "status/name not in (\"New\",\"Open\")"),
        (
            json!({ "dateEntered": { "gte": "2024-01-01", "lt": "2024-02-01" } }),
            "dateEntered >= [2024-01-01] AND dateEntered < [2024-02-01]",
        ),
    ] {
        assert_eq!(offered(tickets, &params).as_deref(), Some(wanted), "{params}");
    }
}

#[test]
fn a_field_is_never_left_unfiltered() {
    for (path, params, field) in [
        ("/service/tickets", json!({ "dateEntered": "today" }), "dateEntered >= [2024-01-31T00:00:00Z]"),
        ("/service/tickets", json!({ "requiredDate>": "tomorrow" }), "requiredDate >= [2024-01-31T00:00:00Z]"),
        ("/service/tickets", json!({ "company": { "foo": 5 } }), "company/name = \"text\""),
        ("/time/entries", json!({ "date": "today" }), "timeStart >= [2024-01-31T00:00:00Z]"),
    ] {
        let cure = cure(path, &params);
        assert!(cure.starts_with("It is a field of the records") && cure.contains(field), "{params}: {cure}");
    }
    let both = json!({ "member": "jdoe", "date": "today" });
    assert_eq!(Call::to(Method::Get, "/time/entries").draft(&both, None).unwrap_err().len(), 2);
}

#[test]
fn what_is_sent_unfiltered_is_known_of_the_request() {
    let has_unknown =
        |params: Value| Call::to(Method::Get, "/service/tickets").draft(&params, None).unwrap().query.has_unknown;
    assert!(has_unknown(json!({ "zzz": "x" })));
    assert!(!has_unknown(json!({ "pageSize": 5 })));
}

#[test]
fn a_month_is_a_month_and_a_year_a_year() {
    let times = "/time/entries";
    let between = |from: &str, to: &str| format!("timeStart >= [{from}T00:00:00Z] AND timeStart < [{to}T00:00:00Z]");
    for (params, wanted) in [
        (json!({ "date": "2024-01" }), between("2024-01-01", "2024-02-01")),
        (json!({ "date": "February 2024" }), between("2024-02-01", "2024-03-01")),
        (json!({ "date": "2024" }), between("2024-01-01", "2025-01-01")),
        (json!({ "timeStart": 2024 }), between("2024-01-01", "2025-01-01")),
        (json!({ "date": "2024-12-31" }), between("2024-12-31", "2025-01-01")),
        (json!({ "endDate": "2024-01" }), "timeEnd < [2024-02-01]".to_owned()),
        // A number of a year is a number where the field holds one.
        (json!({ "id": "2024" }), "id = 2024".to_owned()),
    ] {
        assert_eq!(offered(times, &params), Some(wanted), "{params}");
    }
}

#[test]
fn a_place_among_pages_is_offered_for_no_other_value() {
    for (path, params, wanted) in [
        ("/company/companies", json!({ "id": "Contoso" }), "identifier = \"Contoso\" or name like \"*Contoso*\""),
        ("/service/tickets", json!({ "id": "printer" }), "summary like \"*printer*\""),
        ("/service/tickets", json!({ "id": "5,6,7" }), "id in (5,6,7)"),
        ("/service/tickets", json!({ "search": "printer" }), "summary like \"*printer*\""),
        ("/service/tickets", json!({ "status": "New,Open" }), "status/name in (\"New\",\"Open\")"),
        ("/service/tickets", json!({ "company": "Contoso, Inc" }), "company/name = \"Contoso, Inc\""),
        ("/service/tickets", json!({ "resources": "jdoe" }), "resources like \"*jdoe*\""),
    ] {
        assert_eq!(offered(path, &params).as_deref(), Some(wanted), "{path} {params}");
    }
    let members = offered("/system/members", &json!({ "id": "jdoe" })).unwrap();
    assert!(members.starts_with("identifier = \"jdoe\""), "{members}");
    let paid = offered("/finance/invoices", &json!({ "paid": "false" })).unwrap_or_default();
    assert!(!paid.contains("pageId"), "{paid}");
}

#[test]
fn a_contact_is_not_named_by_a_mail_address() {
    let cure = cure("/service/tickets", &json!({ "contact": "jane@contoso.example" }));
    assert!(cure.contains("GET /company/contacts") && cure.contains("contact/id = 5"), "{cure}");
    assert_eq!(
        offered("/service/tickets", &json!({ "contact": "Jane Doe" })).as_deref(),
        Some("contact/name = \"Jane Doe\"")
    );
}

#[test]
fn an_address_is_one_text() {
    let companies = "/company/companies";
    for (name, text) in [("address", "1 Main St"), ("street", "12 High Street")] {
        let wanted = format!("addressLine1 = \"{text}\"");
        assert_eq!(offered(companies, &json!({ name: text })), Some(wanted));
        let data = json!({ "name": "Contoso", "identifier": "contoso", name: text });
        let problems = Call::to(Method::Post, companies).draft(&json!({}), Some(&data)).unwrap_err();
        let place = format!("data.{name}");
        let problem = problems.iter().find(|problem| problem.place.to_string() == place).unwrap();
        assert_eq!(problem.offers, [format!("\"addressLine1\": \"{text}\"")]);
    }
    // The two names of a person are two fields.
    let name = offered("/company/contacts", &json!({ "fullName": "Jane Doe" })).unwrap();
    assert_eq!(name, "firstName = \"Jane\" AND lastName = \"Doe\"");
}
