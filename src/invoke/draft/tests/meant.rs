//! Bodies as scripts write them, and data under names that the record does not have.

use serde_json::json;

use super::Call;
use crate::openapi::Method;

#[test]
fn bodies_of_scripts_are_sent() {
    for (method, path, data) in [
        (
            Method::Post,
            "/service/tickets",
            json!({ "summary": "Printer", "board": { "name": "Help Desk" }, "company": { "identifier": "Contoso" }, "contact": { "id": 5 },
                "initialDescription": "It jams", "priority": { "id": 7 }, "severity": "Low", "impact": "Low", "recordType": "ServiceTicket" }),
        ),
        (
            Method::Patch,
            "/service/tickets/{id}",
            json!([{ "op": "replace", "path": "status", "value": { "name": "Closed" } }]),
        ),
        (
            Method::Patch,
            "/service/tickets/{id}",
            json!([{ "op": "replace", "path": "owner", "value": { "identifier": "jdoe" } }]),
        ),
        (
            Method::Post,
            "/service/tickets/{parentId}/notes",
            json!({ "text": "Called back", "internalAnalysisFlag": true, "detailDescriptionFlag": false, "resolutionFlag": false }),
        ),
        (
            Method::Post,
            "/time/entries",
            json!({ "chargeToId": 99, "chargeToType": "ServiceTicket", "member": { "identifier": "jdoe" },
                "timeStart": "2024-05-01T09:00:00Z", "timeEnd": "2024-05-01T09:15:00Z", "notes": "x", "billableOption": "Billable" }),
        ),
        (
            Method::Post,
            "/company/configurations",
            json!({ "name": "WS-0042", "type": { "id": 13 }, "company": { "id": 250 }, "serialNumber": "ABC", "status": { "id": 1 },
                "questions": [{ "questionId": 5, "answer": "yes" }] }),
        ),
        (
            Method::Post,
            "/company/contacts",
            json!({ "firstName": "Fred", "lastName": "Flint", "company": { "id": 250 },
                "communicationItems": [{ "type": { "id": 1 }, "value": "fred@contoso.com", "communicationType": "Email", "defaultFlag": true }] }),
        ),
        (
            Method::Post,
            "/schedule/entries",
            json!({ "objectId": 99, "member": { "identifier": "jdoe" }, "type": { "id": 4 }, "dateStart": "2024-05-01T09:00:00Z",
                "dateEnd": "2024-05-01T10:00:00Z" }),
        ),
        (
            Method::Post,
            "/finance/agreements/{parentId}/additions",
            json!({ "product": { "id": 5 }, "quantity": 10, "billCustomer": "Billable", "effectiveDate": "2024-05-01T00:00:00Z" }),
        ),
        (
            Method::Post,
            "/sales/activities",
            json!({ "name": "Call", "assignTo": { "identifier": "jdoe" }, "company": { "id": 250 } }),
        ),
        (
            Method::Post,
            "/system/callbacks",
            json!({ "url": "https://hooks.example/cw", "type": "ticket", "level": "owner", "objectId": 1 }),
        ),
    ] {
        let values = json!({ "id": 1, "parentId": 1 });
        let drafted = Call::to(method, path).draft(&only(&values, path), Some(&data));
        assert!(drafted.is_ok(), "{method} {path}: {drafted:?}");
    }
}

/// The values of the placeholders that a path has.
fn only(values: &serde_json::Value, path: &str) -> serde_json::Value {
    let named = values.as_object().into_iter().flatten().filter(|(name, _)| path.contains(&format!("{{{name}}}")));
    named.map(|(name, value)| (name.clone(), value.clone())).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn data_under_another_name_is_told_its_home() {
    for (method, path, data, wanted, unwanted) in [
        (
            Method::Post,
            "/company/contacts",
            json!({ "firstName": "Fred", "email": "a@b.c" }),
            r#""communicationItems": [{"value":"a@b.c","communicationType":"Email"}]"#,
            "Leave it out",
        ),
        (
            Method::Post,
            "/company/contacts",
            json!({ "firstName": "Fred", "phone": "5550100" }),
            r#"{"value":"5550100","communicationType":"Phone"}"#,
            "defaultPhone",
        ),
        (
            Method::Patch,
            "/company/contacts/{id}",
            json!({ "email": "a@b.c" }),
            "POST /company/contacts/{parentId}/communications",
            "Leave it out",
        ),
        (
            Method::Post,
            "/company/contacts",
            json!({ "name": "Fred Flint" }),
            r#""firstName": "Fred", "lastName": "Flint""#,
            "nickName",
        ),
        (
            Method::Post,
            "/company/contacts",
            json!({ "firstName": "Fred", "active": true }),
            r#""inactiveFlag": false"#,
            "Leave it out",
        ),
        (Method::Post, "/service/tickets/{parentId}/notes", json!({ "note": "x" }), r#""text": "x""#, "Leave it out"),
        (
            Method::Post,
            "/service/tickets",
            json!({ "summary": "x", "assignedTo": "jdoe" }),
            r#""owner": {"identifier":"jdoe"}"#,
            "Leave it out, or see",
        ),
        (
            Method::Post,
            "/service/tickets",
            json!({ "summary": "x", "createdBy": "jdoe" }),
            "`_info/enteredBy`",
            "closedBy",
        ),
        (
            Method::Post,
            "/service/tickets",
            json!({ "summary": "x", "openDate": "2024-01-01" }),
            "`_info/dateEntered`",
            "closedDate",
        ),
        (
            Method::Post,
            "/company/companies",
            json!({ "identifier": "x", "name": "x", "domain": "b.c" }),
            r#""website": "b.c""#,
            "territory",
        ),
    ] {
        let values = only(&json!({ "id": 1, "parentId": 1 }), path);
        let problems = Call::to(method, path).draft(&values, Some(&data)).unwrap_err();
        let told: String =
            problems.iter().map(|problem| format!("{} {}\n", problem.cure, problem.offers.join(" | "))).collect();
        let told = told.split(" A body that fits").next().unwrap_or_default().to_owned();
        assert!(told.contains(wanted), "{path} {data}: {told}");
        assert!(!told.contains(unwanted), "{path} {data}: {told}");
    }
}

#[test]
fn dates_that_the_api_reads_are_sent_in_the_form_of_the_manifest() {
    let call = Call::to(Method::Post, "/service/tickets");
    let drafted = |date: &str| call.draft(&json!({}), Some(&json!({ "summary": "x", "requiredDate": date }))).unwrap();
    let sent = |date: &str| match drafted(date).body {
        Some(crate::invoke::draft::Body::Json(body)) => body["requiredDate"].as_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    for (given, wanted) in [
        ("1/31/2024 5:00 PM", "2024-01-31T17:00:00Z"),
        ("Jan 31, 2024", "2024-01-31T00:00:00Z"),
        ("31-Jan-2024 09:00", "2024-01-31T09:00:00Z"),
        ("2024-01-31T09:00:00+02:00", "2024-01-31T09:00:00+02:00"),
        ("2024-01-31", "2024-01-31T00:00:00Z"),
    ] {
        assert_eq!(sent(given), wanted);
    }
    let notes: String = drafted("03/04/2026").notes.iter().map(ToString::to_string).collect();
    assert!(notes.contains("2026-03-04") && notes.contains("month first") && notes.contains("2026-04-03"), "{notes}");
}

#[test]
fn a_search_takes_its_page_beside_the_body() {
    let mut operation = Call::to(Method::Post, "/service/tickets/search").operation.clone();
    let beside =
        crate::invoke::dialect::Dialect::parameters_beside(&crate::invoke::connectwise::ConnectWise, &operation);
    operation.parameters.extend(beside);
    let call = Call { operation: &operation, ..Call::to(Method::Post, "/service/tickets/search") };
    let body = json!({ "conditions": "id > 1" });
    let drafted = call.draft(&json!({ "page": 2, "pageSize": 50, "fields": "id" }), Some(&body)).unwrap();
    assert_eq!(drafted.query.encoded(), "fields=id&page=2&pageSize=50");
    let problems = call.draft(&json!({}), Some(&json!({ "conditions": "id > 1", "page": 2 }))).unwrap_err();
    let told = problems.iter().find(|problem| problem.place.to_string().contains("page")).unwrap();
    assert!(told.cure.to_string().contains("`page` in `params`"), "{told:?}");
}
