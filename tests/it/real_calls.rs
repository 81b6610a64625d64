//! Are right calls, as scripts of ConnectWise's users and integrations make them, taken as they are?

use serde_json::{Value, json};

use crate::api::Api;
use crate::util::Home;

/// Writes of the kinds that public scripts and integrations send: forms and names are theirs, the records are nobody's.
fn writes() -> Vec<(&'static str, &'static str, Value)> {
    let replace = |path: &str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
    vec![
        (
            "POST",
            "/service/tickets",
            json!({ "summary": "Backup failed on SRV01", "company": { "identifier": "Contoso" }, "board": { "name": "Help Desk" },
                "status": { "name": "New" }, "priority": { "id": 4 }, "initialDescription": "job 7", "recordType": "ServiceTicket" }),
        ),
        (
            "POST",
            "/service/tickets",
            json!({ "summary": "x", "company": { "id": 250 }, "contact": { "id": 9 }, "type": { "name": "Incident" },
                "subType": { "name": "Server" }, "item": { "name": "Backup" }, "severity": "Low", "impact": "Low",
                "customFields": [{ "id": 3, "value": "abc" }] }),
        ),
        ("PATCH", "/service/tickets/55", replace("status", json!({ "id": 16 }))),
        (
            "PATCH",
            "/service/tickets/55",
            json!([{ "op": "replace", "path": "status", "value": { "name": "Closed" } },
                { "op": "replace", "path": "owner", "value": { "identifier": "jdoe" } }]),
        ),
        (
            "PATCH",
            "/service/tickets/55",
            json!([{ "op": "add", "path": "customFields", "value": [{ "id": 3, "value": "abc" }] }]),
        ),
        ("PATCH", "/service/tickets/55", json!([{ "op": "remove", "path": "owner" }])),
        (
            "POST",
            "/service/tickets/55/notes",
            json!({ "text": "Called", "detailDescriptionFlag": true, "internalAnalysisFlag": false, "processNotifications": true }),
        ),
        ("POST", "/service/tickets/55/tasks", json!({ "notes": "Check disk", "priority": 1, "closedFlag": false })),
        ("POST", "/service/tickets/55/merge", json!({ "mergeTicketIds": [56, 57], "status": { "id": 1 } })),
        (
            "POST",
            "/company/contacts",
            json!({ "firstName": "Al", "lastName": "Bo", "company": { "id": 250 }, "communicationItems":
                [{ "type": { "id": 1 }, "value": "al@contoso.com", "defaultFlag": true, "communicationType": "Email" }] }),
        ),
        ("PATCH", "/company/contacts/9", replace("inactiveFlag", json!(true))),
        (
            "POST",
            "/company/companies",
            json!({ "identifier": "CONT", "name": "Contoso", "status": { "id": 1 }, "types": [{ "id": 1 }],
                "site": { "name": "Main" }, "addressLine1": "1 Way", "city": "Tampa", "state": "FL", "zip": "33602" }),
        ),
        ("PATCH", "/company/companies/250", replace("customFields", json!([{ "id": 7, "value": "tenant" }]))),
        (
            "POST",
            "/company/configurations",
            json!({ "name": "WS-1", "type": { "id": 17 }, "status": { "id": 1 }, "company": { "id": 250 }, "serialNumber": "SN1",
                "deviceIdentifier": "77", "questions": [{ "questionId": 3, "answer": "yes" }] }),
        ),
        ("PATCH", "/company/configurations/4", replace("warrantyExpirationDate", json!("2027-01-31T00:00:00Z"))),
        ("POST", "/company/companies/250/sites", json!({ "name": "HQ", "addressLine1": "1 Way", "city": "Tampa" })),
        (
            "POST",
            "/time/entries",
            json!({ "chargeToId": 55, "chargeToType": "ServiceTicket", "member": { "identifier": "jdoe" },
                "timeStart": "2024-05-01T13:00:00Z", "timeEnd": "2024-05-01T13:30:00Z", "notes": "did it",
                "addToDetailDescriptionFlag": true, "workType": { "name": "Remote" }, "billableOption": "Billable" }),
        ),
        (
            "POST",
            "/schedule/entries",
            json!({ "objectId": 55, "type": { "identifier": "S" }, "member": { "identifier": "jdoe" },
                "dateStart": "2024-05-01T13:00:00Z", "dateEnd": "2024-05-01T14:00:00Z", "hours": 1 }),
        ),
        (
            "POST",
            "/finance/agreements/12/additions",
            json!({ "product": { "identifier": "M365-BP" }, "quantity": 10, "billCustomer": "Billable",
                "effectiveDate": "2024-05-01T00:00:00Z", "unitPrice": 22 }),
        ),
        ("PATCH", "/finance/agreements/12/additions/3", replace("quantity", json!(12))),
        (
            "POST",
            "/sales/activities",
            json!({ "name": "Call", "type": { "id": 1 }, "assignTo": { "identifier": "jdoe" }, "company": { "id": 250 } }),
        ),
        (
            "POST",
            "/sales/opportunities",
            json!({ "name": "Renewal", "company": { "id": 250 }, "contact": { "id": 9 },
                "primarySalesRep": { "identifier": "jdoe" }, "expectedCloseDate": "2024-06-01T00:00:00Z" }),
        ),
        (
            "POST",
            "/system/callbacks",
            json!({ "url": "https://hook.example/cw", "objectId": 1, "type": "ticket", "level": "owner", "inactiveFlag": false }),
        ),
        (
            "POST",
            "/procurement/products",
            json!({ "catalogItem": { "identifier": "SKU-1" }, "quantity": 2, "ticket": { "id": 55 }, "billableOption": "Billable" }),
        ),
        (
            "POST",
            "/project/projects",
            json!({ "name": "Move", "board": { "name": "Projects" }, "company": { "id": 250 }, "billingMethod": "ActualRates",
                "estimatedStart": "2024-05-01T00:00:00Z", "estimatedEnd": "2024-06-01T00:00:00Z" }),
        ),
        (
            "POST",
            "/project/tickets",
            json!({ "summary": "Work", "project": { "id": 5 }, "phase": { "id": 3 }, "board": { "id": 2 } }),
        ),
        (
            "PUT",
            "/service/boards/3/statuses/7",
            json!({ "id": 7, "name": "Waiting", "sortOrder": 3, "closedStatus": false }),
        ),
        (
            "POST",
            "/expense/entries",
            json!({ "chargeToId": 55, "chargeToType": "ServiceTicket", "type": { "id": 1 }, "member": { "identifier": "jdoe" },
                "paymentMethod": { "id": 1 }, "amount": 12.5, "date": "2024-05-01T00:00:00Z", "billableOption": "Billable" }),
        ),
    ]
}

#[test]
fn writes_of_scripts_are_taken_as_they_are() {
    // Names are looked up at lists, and go as they are written where none answers.
    let (api, home) = (Api::of(200, json!({ "id": 1 })), Home::indexed());
    let mut client = api.client(&home, &[]);
    for (method, path, data) in writes() {
        let call = json!({ "method": method, "path": path, "data": data, "dry_run": true });
        let shown = client.dispatch(call);
        assert_eq!(shown["request"]["body"], data, "{method} {path}: {shown}");
    }
}

#[test]
fn a_search_whose_other_filters_are_empty_is_taken_and_one_that_is_wrong_is_not() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let mut client = api.client(&home, &[]);
    let search =
        |data: Value| json!({ "method": "POST", "path": "/service/tickets/search", "data": data, "dry_run": true });
    let data = json!({ "conditions": "closedFlag=false and board/name='Help Desk'", "orderBy": "", "childConditions": "",
        "customFieldConditions": " " });
    let shown = client.dispatch(search(data));
    assert_eq!(shown["request"]["body"]["conditions"], "closedFlag=false and board/name='Help Desk'", "{shown}");
    for (name, text) in [("conditions", "closedFlag="), ("orderBy", "id,,summary"), ("childConditions", "and")] {
        let said = client.refused("dispatch_api_operation", search(json!({ name: text })));
        assert!(said.contains(&format!("data.{name}")), "{said}");
    }
}
