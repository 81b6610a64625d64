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
