//! Filters and orders as scripts of the API's users write them: none is refused, and none draws a word.

use super::*;

#[test]
fn filters_of_scripts_are_sent() {
    let (conditions, children, custom) = (Kind::Conditions, Kind::ChildConditions, Kind::CustomFieldConditions);
    for (kind, path, text) in [
        (conditions, TICKETS, r#"company/id=250 and status/name!=">Closed""#),
        (
            conditions,
            TICKETS,
            r#"board/name="Professional Services" AND closedFlag=false and status/name != "Waiting on Client""#,
        ),
        (conditions, TICKETS, "(status/id=1 or status/id=16) and board/id=23"),
        (conditions, TICKETS, "lastUpdated>[2023-06-01T00:00:00Z] and lastUpdated<=[2023-07-01T00:00:00Z]"),
        (conditions, TICKETS, r#"summary like "*Backup Failed*" and closedFlag=False"#),
        (conditions, TICKETS, r#"summary contains "monitor" and dateEntered > [2022-11-09T15:30:00Z]"#),
        (conditions, TICKETS, "parentTicketId = 12345 or mergedParentTicket/id = 12345"),
        (conditions, TICKETS, r#"externalXRef = "4f1c-77" and contact/id = 55 AND closedDate = null"#),
        (conditions, TICKETS, r#"resources like "%jdoe%" AND owner/identifier = null"#),
        (conditions, TICKETS, r#"source/name = "Email Connector" and type/name in ("Incident","Service Request")"#),
        (
            conditions,
            "/company/companies",
            r#"name="Acme, Inc." and deletedFlag=False and phoneNumber like "%5550100%""#,
        ),
        (conditions, "/company/companies", "_info/lastUpdated>[2024-05-01T00:00:00Z] and status/id in (1,13)"),
        (children, "/company/companies", "types/id=1"),
        (conditions, "/company/contacts", r#"firstName like "jo%" and lastName = "O'Neil" and company/id=19298"#),
        (
            children,
            "/company/contacts",
            r#"communicationItems/value like "%@contoso.com" AND communicationItems/communicationType="Email""#,
        ),
        (
            conditions,
            "/company/configurations",
            r#"name="WS-0042" and company/identifier="Contoso" and status/name="Active""#,
        ),
        (conditions, "/company/configurations", r#"deviceIdentifier="77" and type/id in (13,17) and activeFlag=true"#),
        (
            conditions,
            "/company/configurations",
            r#"serialNumber!="" and warrantyExpirationDate>[2025-01-01T00:00:00Z]"#,
        ),
        (conditions, "/finance/agreements", r#"company/id=250 and agreementStatus="Active" and noEndingDateFlag=true"#),
        (
            conditions,
            "/finance/agreements/{parentId}/additions",
            r#"cancelledDate=null and product/identifier="M365-BP""#,
        ),
        (custom, "/finance/agreements", r#"caption="Tenant" AND value="contoso.onmicrosoft.com""#),
        (conditions, "/time/entries", r#"chargeToType="ServiceTicket" and chargeToId in (1,2,3)"#),
        (
            conditions,
            "/time/entries",
            r#"member/identifier="jdoe" and timeStart>=[2024-05-01T00:00:00Z] and timeEnd<[2024-05-02T00:00:00Z]"#,
        ),
        (
            conditions,
            "/finance/invoices",
            r#"status/name="Open" and dueDate<[2024-06-01T00:00:00Z] and type="Agreement""#,
        ),
        (conditions, "/procurement/catalog", r#"identifier="SKU-1" and inactiveFlag=false"#),
        (conditions, "/procurement/purchaseorders", r#"status/name!="Closed" and vendorCompany/id=5"#),
        (conditions, "/sales/opportunities", r#"status/name="Open" and expectedCloseDate>[2024-06-01T00:00:00Z]"#),
        (conditions, "/sales/activities", r#"assignTo/identifier="jdoe" and status/id=1"#),
        (conditions, "/schedule/entries", r#"type/identifier="S" and objectId=55 and member/identifier="jdoe""#),
        (
            conditions,
            "/schedule/entries",
            "dateStart>[2024-05-01T00:00:00Z] and dateEnd<[2024-05-31T00:00:00Z] and doneFlag=false",
        ),
        (conditions, "/system/members", r#"inactiveFlag=false and officeEmail="jdoe@contoso.com""#),
        (conditions, "/project/projects", r#"company/identifier="Contoso" and closedFlag=false"#),
    ] {
        assert_eq!(checked(kind, path, text).findings, [], "{path} {text}");
    }
}

#[test]
fn orders_of_scripts_are_sent() {
    for (path, text) in [
        (TICKETS, "priority/sort asc, dateEntered desc"),
        (TICKETS, "lastUpdated desc"),
        (TICKETS, "company/name asc,id DESC"),
        ("/company/companies", "name"),
        ("/company/contacts", "lastName,firstName"),
        ("/time/entries", "timeStart DESC"),
        ("/schedule/entries", "dateStart asc"),
    ] {
        let schema = response(path);
        let fields = SchemaFields::new(&schema, &named);
        assert_eq!(check_order_by(text, &fields, &no_meaning).findings, [], "{path} {text}");
    }
}

#[test]
fn dates_are_sent_as_the_guide_writes_them() {
    let sent = |text: &str| {
        let checked = checked(Kind::Conditions, TICKETS, text);
        assert!(checked.problems(&Place::param("conditions")).is_empty(), "{}", shown(&checked));
        let notes = checked.warnings(&Place::param("conditions"));
        (checked.mended(), notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    };
    for (given, wanted) in [
        ("dateEntered > [1/31/2024 5:00 PM] and id > 5", "dateEntered > [2024-01-31T17:00:00Z] and id > 5"),
        (
            "dateEntered > '2024-01-31' AND lastUpdated < \"Jan 31, 2025\"",
            "dateEntered > [2024-01-31] AND lastUpdated < [2025-01-31]",
        ),
        ("closedDate >= 2024-01-31T09:00:00Z", "closedDate >= [2024-01-31T09:00:00Z]"),
        ("closedDate > [/Date(1700000000000)/]", "closedDate > [2023-11-14T22:13:20Z]"),
        ("dateEntered>'[2024-01-31T09:00:00.0000000+02:00]'", "dateEntered>[2024-01-31T09:00:00.0000000+02:00]"),
    ] {
        let (text, notes) = sent(given);
        assert_eq!(text.as_deref(), Some(wanted));
        assert!(notes.contains("it is sent as"), "{notes}");
    }
    let (text, notes) = sent("dateEntered > [03/04/2026]");
    assert_eq!(text.as_deref(), Some("dateEntered > [2026-03-04]"));
    assert!(notes.contains("month first") && notes.contains("[2026-04-03]"), "{notes}");
}

#[test]
fn suggestions_are_of_what_was_meant() {
    let told = |path: &str, text: &str| {
        let checked = checked(Kind::Conditions, path, text);
        assert!(checked.problems(&Place::param("conditions")).is_empty(), "{path} {text}");
        let doubts = checked.doubts(&Place::param("conditions"));
        assert!(!doubts.is_empty(), "{path} {text}");
        doubts
            .iter()
            .map(|doubt| format!("{} {}", doubt.problem.cure, doubt.problem.offers.join(" ")))
            .collect::<String>()
    };
    let contacts = "/company/contacts";
    let mail =
        r#"`childConditions`: `communicationItems/value = "a@b.c" AND communicationItems/communicationType = "Email"`"#;
    for (path, text, wanted, unwanted) in [
        (contacts, "email = 'a@b.c'", mail, "assistantContact"),
        (contacts, "emailAddress = 'a@b.c'", mail, "assistantContact"),
        (contacts, "email in ('a@b.c')", "value = \"a@b.c\"", " in ("),
        (contacts, "phone = '5550100'", "`defaultPhoneNbr = \"5550100\"`", "defaultPhoneType"),
        (contacts, "fax = '5550100'", "communicationType = \"Fax\"", "defaultPhone"),
        (contacts, "name = 'Fred Flint'", "`firstName` and `lastName`", "company/name"),
        (contacts, "active = true", "inactiveFlag = False", "inactiveFlag = True"),
        ("/company/companies", "domain = 'contoso.com'", "`website = \"contoso.com\"`", "territory"),
        (
            "/company/companies",
            "type/name = 'Customer'",
            "write `childConditions`: `types/name = \"Customer\"`",
            "is in an array",
        ),
        ("/company/companies", "companyid = 'Contoso'", "`identifier = \"Contoso\"`", "parentCompany"),
        (TICKETS, "ticketid = 5", "`id = 5`", "project"),
        ("/company/companies", "phone = '5550100'", "`phoneNumber = \"5550100\"`", "faxNumber"),
        (TICKETS, "createdBy = 'jdoe'", "enteredBy = \"jdoe\"", "closedBy"),
        (TICKETS, "openDate > [2024-01-01]", "dateEntered > [2024-01-01]", "closedDate"),
        (TICKETS, "email = 'a@b.c'", "contactEmailAddress = \"a@b.c\"", "childConditions"),
        (TICKETS, "open = true", "closedFlag = False", "closedFlag = True"),
        ("/project/tickets", "projectId = 5", "project/id = 5", "`id"),
        ("/project/tickets", "phaseId = 5", "phase/id = 5", "`id"),
        ("/finance/agreements", "active = true", "agreementStatus = \"Active\"", "type/name"),
        ("/company/configurations", "active = true", "activeFlag = True", "status"),
        ("/sales/opportunities", "closed = true", "closedDate != null", "closedBy"),
        ("/sales/opportunities", "closeDate > [2024-01-01]", "expectedCloseDate > [2024-01-01]", "closedBy"),
        ("/time/entries", "billable = true", "billableOption = \"Billable\"", "invoice"),
        ("/time/entries", "billable != true", "billableOption != \"Billable\"", "invoice"),
        ("/time/entries", "approved = true", "status in (\"ApprovedByTierOne\",\"ApprovedByTierTwo\")", "agreement"),
        ("/procurement/purchaseorders", "purchaseOrderNumber = 5", "poNumber = ", "`id"),
        ("/procurement/purchaseorders", "orderNumber = 'x'", "poNumber = \"x\"", "`id"),
        ("/sales/activities", "assignedTo = 'jdoe'", "assignTo/identifier = \"jdoe\"", "assignedBy"),
        ("/schedule/entries", "ticketId = 5", "objectId = 5 AND type/identifier = \"S\"", "where"),
        ("/schedule/entries", "resource = 'jdoe'", "member/identifier = \"jdoe\"", "_info"),
        ("/finance/agreements/{parentId}/additions", "qty > 1", "quantity > 1", "billed"),
        ("/finance/agreements/{parentId}/additions", "startDate > [2024-01-01]", "effectiveDate > ", "dateEntered"),
        (
            TICKETS,
            "customFields = 5",
            "`customFieldConditions`: `caption = \"Caption\" AND value = 5`",
            "customFields/id",
        ),
        ("/service/tickets/{parentId}/notes", "note contains 'x'", "text contains \"x\"", "Flag"),
    ] {
        let told = told(path, text);
        assert!(told.contains(wanted), "{path} {text}: {told}");
        assert!(!told.contains(unwanted), "{path} {text}: {told}");
    }
}

#[test]
fn a_whole_object_is_no_field_to_compare() {
    let checked = checked(Kind::Conditions, TICKETS, "_info = 5");
    let problems = checked.problems(&Place::param("conditions"));
    assert!(problems.len() == 1 && problems[0].cure.to_string().contains("_info/"), "{}", shown(&checked));
    for text in ["info = 5", "resource = 'x'", "description = 'x'", "paid = true"] {
        let checked = super::checked(Kind::Conditions, "/finance/invoices", text);
        let offers: Vec<&String> = checked.findings.iter().flat_map(|finding| &finding.offers).collect();
        assert!(offers.iter().all(|offer| !offer.ends_with("_info") && *offer != "customFields"), "{offers:?}");
    }
}

#[test]
fn a_choice_of_fields_is_told_where_the_answer_has_them() {
    let schema = response("/company/contacts");
    let fields = SchemaFields::new(&schema, &named).of_api("ConnectWise PSA");
    let checked = check_fields("id,email,name,active,phone", &fields, &no_meaning);
    assert!(checked.problems(&Place::param("fields")).is_empty() && checked.mended().is_none());
    let wanted = "id,communicationItems,firstName,lastName,inactiveFlag,defaultPhoneNbr";
    assert_eq!(checked.repaired.as_deref(), Some(wanted), "{}", shown(&checked));
}

#[test]
fn a_condition_in_the_wrong_parameter_is_for_the_api_to_refuse() {
    let place = Place::param("conditions");
    let checked = checked(Kind::Conditions, "/company/companies", "types/name = 'Client'");
    assert_eq!((checked.problems(&place), checked.warnings(&place)), (Vec::new(), Vec::new()));
    let doubts = checked.doubts(&place);
    assert!(doubts.len() == 1 && doubts[0].problem.cure.to_string().contains("childConditions"), "{doubts:?}");
}

#[test]
fn a_condition_on_children_is_repaired_to_the_list_in_which_the_value_lives() {
    let checked = checked(Kind::ChildConditions, "/company/contacts", "email = 'a@b.c'");
    let wanted = r#"communicationItems/value = "a@b.c" AND communicationItems/communicationType = "Email""#;
    assert_eq!(checked.repaired.as_deref(), Some(wanted));
}
