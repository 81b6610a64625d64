//! Filters as they are written in practice.

use super::*;

const COMPANIES: &str = "/company/companies";
const CONTACTS: &str = "/company/contacts";
const CONFIGURATIONS: &str = "/company/configurations";
const AGREEMENTS: &str = "/finance/agreements";
const INVOICES: &str = "/finance/invoices";
const TIME: &str = "/time/entries";
const PROJECTS: &str = "/project/projects";
const MEMBERS: &str = "/system/members";

#[test]
fn real_filters_are_accepted_without_a_word() {
    for (path, text) in [
        (TICKETS, "status/name='New' AND priority/name='Critical'"),
        (TICKETS, "status/name='Open' and priority/name='Critical'"),
        (TICKETS, r#"board/name = "Integration" and summary = "xyz""#),
        (TICKETS, "(contact/name like \"Fred%\" and closedFlag = false) and dateEntered > [2015-12-23T05:53:27Z]"),
        (
            TICKETS,
            "board/name=\"Integration\" and summary=\"xyz\" or board/id in (3, 2, 4) and lastUpdated > [2016-08-20T18:04:26Z]",
        ),
        (TICKETS, "dateEntered>[2018-10-01] and _info/dateEntered < [2018-10-20T10:00:00.123456+00:00]"),
        (TICKETS, "LastUpdated = [2016-08-20T18:04:26Z]"),
        (TICKETS, "_info/lastUpdated >= [2024-01-01]"),
        (TICKETS, "closedFlag = False AND (board/id = 1 OR board/id = 2)"),
        (TICKETS, "id in (1, 2, 3)"),
        (TICKETS, "status/name not in ('Closed','Cancelled', 'Completed')"),
        (TICKETS, "not status/name in (\"Closed\",\"Resolved\")"),
        (TICKETS, "NOT (board/id = 5 OR company/identifier like 'test*')"),
        (TICKETS, "owner/identifier = \"jdoe\" and resources contains 'jdoe'"),
        (TICKETS, "summary not contains 'spam' AND summary not like 'FW:*'"),
        (TICKETS, "company/id != 19297 and actualHours >= 1.5 and budgetHours < 100"),
        (TICKETS, "agreement/id = null AND severity = 'High'"),
        (TICKETS, "closedDate > [2024-02-29T00:00:00Z] and closedDate < [2024-03-31T23:59:59.999Z]"),
        (TICKETS, "contactName = 'O''Brien' or contactName = \"D\\\"Arcy\""),
        (TICKETS, "STATUS/NAME = 'New' Or Priority/Sort<=-1"),
        (TICKETS, "poNumber = '2024-01-01' AND zip=\"07030\""),
        (COMPANIES, "name like '%Inc%' and deletedFlag=false"),
        (COMPANIES, "identifier = 'ACME' OR name contains 'Acme'"),
        (COMPANIES, "status/name = \"Active\" AND territory/name = 'East' AND numberOfEmployees > 50"),
        (COMPANIES, "annualRevenue >= 1000000.50 and dateAcquired >= [2020-01-01T00:00:00Z]"),
        (CONTACTS, "firstName = 'Fred' and lastName = 'Flintstone' and inactiveFlag = False"),
        (CONTACTS, "company/identifier='ACME' AND title != null"),
        (CONFIGURATIONS, "type/name = 'Workstation' AND activeFlag = True"),
        (CONFIGURATIONS, "serialNumber = \"ABC123\" and company/id = 250"),
        (CONFIGURATIONS, "warrantyExpirationDate < [2025-06-30] and manufacturer/name = 'Dell'"),
        (AGREEMENTS, "agreementStatus = 'Active' and cancelledFlag = false and endDate > [2024-12-31T00:00:00Z]"),
        (AGREEMENTS, "type/name like 'Managed*' AND billAmount > 0 and company/identifier != 'XYZ'"),
        (INVOICES, "date >= [2024-01-01T00:00:00Z] and balance > 0"),
        (
            TIME,
            "timeStart >= [2024-01-01T00:00:00Z] AND timeStart < [2024-02-01T00:00:00Z] and member/identifier = 'jdoe'",
        ),
        (TIME, "chargeToType = 'ServiceTicket' and chargeToId = 1234 and billableOption = 'Billable'"),
        (TIME, "status in ('Open','Rejected') or dateEntered >= [2024-01-01T00:00:00+02:00]"),
        (PROJECTS, "status/name != 'Closed' and manager/identifier = 'jdoe' and percentComplete < 0.5"),
        (MEMBERS, "inactiveFlag = false and licenseClass = 'F'"),
    ] {
        let checked = checked(Kind::Conditions, path, text);
        assert_eq!(checked.findings, [], "{path} {text}");
        assert_eq!(checked.repaired, None, "{text}");
        assert!(!checked.fields_used.is_empty(), "{text}");
        let canonical = parse(text).expect(text).to_string();
        assert_eq!(parse(&canonical), parse(text), "{text} becomes {canonical}");
    }
}

#[test]
fn filters_on_children_and_custom_fields_are_accepted() {
    for (kind, path, text) in [
        (
            Kind::ChildConditions,
            CONTACTS,
            "communicationItems/value like \"john@*\" AND communicationItems/communicationType = 'Email'",
        ),
        (Kind::ChildConditions, COMPANIES, "types/id = 1 or types/name = 'Client'"),
        (Kind::ChildConditions, CONFIGURATIONS, "questions/question = 'Warranty'"),
        (Kind::CustomFieldConditions, TICKETS, "caption=\"Escalated\" AND value != null"),
        (Kind::CustomFieldConditions, COMPANIES, "caption = 'Tier' AND (value = 'Gold' OR value = 'Silver')"),
        (Kind::CustomFieldConditions, AGREEMENTS, "caption = 'Seats' and value >= 25"),
        // The schema of this one names no custom fields.
        (Kind::CustomFieldConditions, "/system/info/departments", "caption = 'Renewal' and value > [2024-01-01]"),
    ] {
        assert_eq!(checked(kind, path, text).findings, [], "{path} {text}");
    }
}

#[test]
fn the_fields_used_are_spelled_as_in_the_schema() {
    let checked =
        checked(Kind::Conditions, TICKETS, "BOARD/name = 'x' AND lastupdated > [2024-01-01] and board/Name != 'y'");
    assert_eq!(checked.fields_used, ["board/name", "_info/lastUpdated"]);
}

#[test]
fn paths_are_followed_round_a_circle_of_schemas() {
    let lookup = |name: &str| match name {
        "Company" => Some(serde_json::json!({"type": "object", "properties": {
            "name": {"type": "string"},
            "primaryContact": {"anyOf": [{"$ref": "#/$defs/Contact"}, {"type": "null"}]}
        }})),
        "Contact" => Some(serde_json::json!({"type": "object", "properties": {
            "company": {"$ref": "#/$defs/Company"},
            "tags": {"type": "array", "items": {"type": "string"}}
        }})),
        _ => None,
    };
    let schema = serde_json::json!({"type": "array", "items": {"$ref": "#/$defs/Contact"}});
    let fields = SchemaFields::new(&schema, &lookup);
    let path = "company/primaryContact/company/primaryContact/company/name";
    assert!(check(Kind::Conditions, &format!("{path} = 'x'"), &fields, &no_meaning).findings.is_empty());
    assert!(matches!(fields.field("tags"), Lookup::Found { in_array: true, .. }));
    assert_eq!(
        fields.field("company/primaryContact/nam"),
        Lookup::Unknown { known: "company/primaryContact".to_owned() }
    );
    let long = format!("{}name", "company/primaryContact/".repeat(500));
    assert!(matches!(fields.field(&long), Lookup::Unknown { .. }));
}

#[test]
fn lists_of_fields_and_orders_are_accepted() {
    let schema = response(TICKETS);
    let fields = SchemaFields::new(&schema, &named);
    for text in
        ["id", "id asc", "dateEntered desc, id", "company/name ASC,priority/sort DESC", "_info/lastUpdated desc"]
    {
        assert_eq!(check_order_by(text, &fields, &no_meaning).findings, [], "{text}");
    }
    for text in ["id,summary", " id , board/name,company, _info", "_info/dateEntered,customFields", "ID"] {
        assert_eq!(check_fields(text, &fields, &no_meaning).findings, [], "{text}");
    }
}
