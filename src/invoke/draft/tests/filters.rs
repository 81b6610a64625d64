//! What is offered where the parameters of a list are names that other APIs have for a filter or a page.

use serde_json::{Value, json};

use super::Call;
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
        // Several values, and several filters.
        (tickets, json!({ "ids": "5,6" }), "id in (5,6)"),
        (tickets, json!({ "boardIds": [1, 2] }), "board/id in (1,2)"),
        (
            tickets,
            json!({ "company": "Contoso", "status": "New" }),
            "company/name = \"Contoso\" AND status/name = \"New\"; company/name = \"Contoso\" AND status/name = \"New\"",
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
