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
            "POST /company/contacts/1/communications",
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
    let ticket = |date: &str| json!({ "summary": "x", "company": 1, "requiredDate": date });
    let drafted = |date: &str| call.draft(&json!({}), Some(&ticket(date))).unwrap();
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

/// What is offered in place of each field of a body that its record does not have.
fn offered(method: Method, path: &str, data: &serde_json::Value) -> Vec<(String, Vec<String>, String)> {
    let params = only(&json!({ "id": 7, "parentId": 7 }), path);
    let problems = Call::to(method, path).draft(&params, Some(data)).unwrap_err();
    let unknown = problems.into_iter().filter(|problem| problem.message.to_string().contains("has no field"));
    unknown.map(|problem| (problem.place.to_string(), problem.offers, problem.cure.to_string())).collect()
}

#[test]
fn what_a_record_refers_to_may_be_named_by_two_fields() {
    for (path, data, offers) in [
        (
            "/time/entries",
            json!({ "ticketId": 5 }),
            &[
                r#""chargeToId": 5, "chargeToType": "ServiceTicket""#,
                r#""chargeToId": 5, "chargeToType": "ProjectTicket""#,
                r#""ticket": {"id":5}"#,
            ][..],
        ),
        ("/time/entries", json!({ "activity_id": 5 }), &[r#""chargeToId": 5, "chargeToType": "Activity""#]),
        ("/expense/entries", json!({ "activity": 5 }), &[r#""chargeToId": 5, "chargeToType": "Activity""#]),
        ("/time/entries", json!({ "projectId": 5 }), &[r#""project": {"id":5}"#]),
        ("/service/tickets", json!({ "companyId": 5 }), &[r#""company": {"id":5}"#]),
    ] {
        let found = offered(Method::Post, path, &data);
        assert_eq!(found[0].1, offers, "{data}");
    }
    // No kind is one of these.
    for data in [json!({ "surveyId": 5 }), json!({ "parentTicketId": 5 }), json!({ "activity": "call" })] {
        assert!(offered(Method::Post, "/time/entries", &data)[0].1.iter().all(|offer| !offer.contains("chargeTo")));
    }
}

#[test]
fn a_field_is_meant_by_its_meaning_and_by_the_kind_of_its_value() {
    for (method, path, data, offers) in [
        (Method::Post, "/time/entries", json!({ "hours": 2 }), r#""actualHours": 2"#),
        (Method::Post, "/time/entries", json!({ "date": "2024-01-31" }), r#""timeStart": "2024-01-31""#),
        (
            Method::Post,
            "/time/entries",
            json!({ "end": "2024-01-31T09:00:00Z" }),
            r#""timeEnd": "2024-01-31T09:00:00Z""#,
        ),
        (Method::Post, "/sales/activities", json!({ "startDate": "2024-01-31" }), r#""dateStart": "2024-01-31""#),
        (Method::Post, "/service/tickets", json!({ "notes": "It jams" }), r#""initialDescription": "It jams""#),
        (Method::Post, "/service/tickets", json!({ "internalNotes": "x" }), r#""initialInternalAnalysis": "x""#),
    ] {
        let found = offered(method, path, &data);
        assert_eq!(found[0].1, [offers], "{data}: {found:?}");
    }
    let notes = &offered(Method::Post, "/service/tickets", &json!({ "notes": "It jams" }))[0].2;
    assert!(notes.contains("to a record that exists, add it with POST /service/tickets/{parentId}/notes"), "{notes}");
    // What is no text is no description.
    let list = offered(Method::Post, "/service/tickets", &json!({ "notes": [{ "text": "x" }] }));
    assert!(!list[0].2.contains("initialDescription"), "{list:?}");
}

#[test]
fn of_names_that_add_a_word_those_are_offered_that_can_hold_the_value() {
    let ticket = "/service/tickets/{id}";
    for data in [json!({ "closed": true }), json!([{ "op": "replace", "path": "closed", "value": true }])] {
        let found = offered(Method::Patch, ticket, &data);
        assert!(found[0].2.contains("closedFlag"), "{found:?}");
        assert!(!found[0].2.contains("closedBy") && !found[0].2.contains("closedDate"), "{found:?}");
    }
    let dated = offered(Method::Patch, ticket, &json!({ "closed": "2024-01-31T09:00:00Z" }));
    assert!(!dated[0].1.join(" ").contains("closedFlag"), "{dated:?}");
    // A name that is spelled wrong tells more than its value.
    let wrong = offered(Method::Patch, ticket, &json!({ "closedFlga": "yes" }));
    assert_eq!(wrong[0].1.first().map(String::as_str), Some("closedFlag"), "{wrong:?}");
}

#[test]
fn values_of_one_list_are_written_as_one_list() {
    let data = json!({ "firstName": "A", "email": "a@contoso.example", "mobile": "123" });
    let found = offered(Method::Post, "/company/contacts", &data);
    let list = r#""communicationItems": [{"value":"a@contoso.example","communicationType":"Email"},{"value":"123","communicationType":"Phone"}]"#;
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].1, [list]);
    assert!(found[0].2.starts_with("Write `email` and `mobile` as entries of one list"), "{found:?}");
    // It is said once.
    assert!(found[1].1.is_empty() && found[1].2.contains("`data.email` has it too"), "{found:?}");
    let alone = offered(Method::Post, "/company/contacts", &json!({ "email": "a@contoso.example" }));
    assert!(alone[0].2.starts_with("Write it as an entry of a list"), "{alone:?}");
}

#[test]
fn a_field_of_another_name_is_offered_as_its_resource_has_it() {
    let additions = "/finance/agreements/{parentId}/additions";
    let tasks = "/service/tickets/{parentId}/tasks";
    let (tickets, time) = ("/service/tickets", "/time/entries");
    for (path, data, offer) in [
        (additions, json!({ "qty": 2 }), r#""quantity": 2"#),
        (additions, json!({ "startDate": "2024-01-31" }), r#""effectiveDate": "2024-01-31""#),
        (additions, json!({ "endDate": "2024-01-31" }), r#""cancelledDate": "2024-01-31""#),
        (additions, json!({ "price": 5 }), r#""unitPrice": 5"#),
        (additions, json!({ "cost": 5 }), r#""unitCost": 5"#),
        ("/procurement/products", json!({ "qty": 2 }), r#""quantity": 2"#),
        (
            "/project/projects/{parentId}/phases",
            json!({ "startDate": "2024-01-31" }),
            r#""scheduledStart": "2024-01-31""#,
        ),
        ("/schedule/entries", json!({ "ticketId": 5 }), r#""objectId": 5, "type": {"identifier":"S"}"#),
        ("/schedule/entries", json!({ "resource": "jdoe" }), r#""member": {"identifier":"jdoe"}"#),
        (time, json!({ "description": "x" }), r#""notes": "x""#),
        (time, json!({ "billable": true }), r#""billableOption": "Billable""#),
        (tasks, json!({ "text": "x" }), r#""notes": "x""#),
        (tasks, json!({ "done": true }), r#""closedFlag": true"#),
        ("/project/tickets/{parentId}/tasks", json!({ "done": false }), r#""closedFlag": false"#),
        (tickets, json!({ "active": true }), r#""closedFlag": false"#),
        (tickets, json!({ "board/name": "x" }), r#""board": {"name":"x"}"#),
        ("/company/companies", json!({ "type": { "id": 1 } }), r#""types": [{"id":1}]"#),
        ("/finance/agreements", json!({ "active": true }), r#""agreementStatus": "Active""#),
        ("/company/configurations", json!({ "active": true }), r#""activeFlag": true"#),
        ("/procurement/purchaseorders", json!({ "purchaseOrderNumber": "5" }), r#""poNumber": "5""#),
        ("/procurement/purchaseorders", json!({ "orderNumber": 5 }), r#""poNumber": "5""#),
        ("/sales/activities", json!({ "assignedTo": "jdoe" }), r#""assignTo": {"identifier":"jdoe"}"#),
        ("/sales/opportunities", json!({ "closeDate": "2024-01-31" }), r#""expectedCloseDate": "2024-01-31""#),
        ("/company/contacts", json!({ "company.id": 5 }), r#""company": {"id":5}"#),
    ] {
        let found = offered(Method::Post, path, &data);
        assert_eq!(found[0].1, [offer], "{path} {data}: {found:?}");
    }
    // What a date says is no flag, and what no field says is no other one.
    let cancelled = &offered(Method::Post, additions, &json!({ "cancelled": true }))[0];
    assert!(cancelled.2.contains("agreementStatus") || cancelled.2.contains("cancelledDate"), "{cancelled:?}");
    let paid = &offered(Method::Post, "/finance/invoices", &json!({ "paid": true }))[0];
    assert!(paid.1.is_empty() && paid.2.starts_with("It follows from `balance`"), "{paid:?}");
    for (path, data) in [(tickets, json!({ "noteType": "x" })), ("/sales/opportunities", json!({ "value": 5 }))] {
        let found = &offered(Method::Post, path, &data)[0];
        assert!(
            found.1.is_empty() && found.2.starts_with("Leave it out, or see the fields"),
            "{path} {data}: {found:?}"
        );
    }
}

#[test]
fn what_a_record_says_by_flags_or_by_several_fields_is_told() {
    let (notes, time, callbacks) = ("/service/tickets/{parentId}/notes", "/time/entries", "/system/callbacks");
    for (path, data, offers) in [
        (notes, json!({ "type": "internal" }), &[r#""internalAnalysisFlag": true"#][..]),
        (notes, json!({ "noteType": "Discussion" }), &[r#""detailDescriptionFlag": true"#]),
        (notes, json!({ "category": "resolution" }), &[r#""resolutionFlag": true"#]),
        (time, json!({ "noteType": "internal" }), &[r#""addToInternalAnalysisFlag": true"#]),
        // By the words of the flags alone.
        (notes, json!({ "type": "customer updated" }), &[r#""customerUpdatedFlag": true"#]),
        (callbacks, json!({ "url": "https://acme.example/", "event": "added" }), &["type", "level"]),
        (callbacks, json!({ "url": "https://acme.example/", "trigger": "ticket.created" }), &["type", "level"]),
        // No flag says it, and none is guessed.
        (notes, json!({ "type": "zzz" }), &[]),
        (notes, json!({ "color": "internal" }), &[]),
    ] {
        let found = offered(Method::Post, path, &data);
        assert_eq!(found[0].1, offers, "{path} {data}: {found:?}");
    }
    let event = &offered(Method::Post, callbacks, &json!({ "event": "added" }))[0].2;
    assert!(event.starts_with("`type` and `level` say it together"), "{event}");
}

#[test]
fn a_change_never_offers_what_would_lose_the_rest_of_a_list() {
    let contact = "/company/contacts/{id}";
    for (path, data, wanted) in [
        (
            contact,
            json!({ "email": "a@b.c" }),
            r#"POST /company/contacts/7/communications {"value":"a@b.c","communicationType":"Email"}"#,
        ),
        (
            contact,
            json!([{ "op": "add", "path": "phone", "value": "5550100" }]),
            r#"POST /company/contacts/7/communications {"value":"5550100","communicationType":"Phone"}"#,
        ),
        (
            "/company/companies/{id}",
            json!({ "type": { "id": 1 } }),
            r#"POST /company/companies/7/typeAssociations {"type":{"id":1}}"#,
        ),
        (
            "/service/tickets/{id}",
            json!({ "notes": "x" }),
            r#"POST /service/tickets/7/notes {"text":"x","detailDescriptionFlag":true}"#,
        ),
        (
            "/project/tickets/{id}",
            json!({ "resolution": "x" }),
            r#"POST /project/tickets/7/notes {"text":"x","resolutionFlag":true}"#,
        ),
    ] {
        let found = &offered(Method::Patch, path, &data)[0];
        assert_eq!(found.1, [wanted], "{path} {data}: {found:?}");
        assert!(!found.2.contains("initial"), "{found:?}");
    }
}
