//! Where a call is led whose operation no manifest has.

use serde_json::{Value, json};

use crate::api::Api;
use crate::util::{Home, run_shared};

#[test]
fn an_operation_below_a_record_is_named_where_the_api_has_it() {
    let offered = |method: &str, path: &str| {
        let refused = run_shared(&["call", method, path, "--data", "{}", "--dry-run"]);
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        let offered = refused.stderr.split("offered: ").nth(1).unwrap_or_default();
        offered.split(" | ").next().unwrap_or_default().trim().to_owned()
    };
    for (method, path, first) in [
        (
            "POST",
            "/service/tickets/5/timeentries",
            "POST /time/entries with chargeToId 5 and chargeToType ServiceTicket",
        ),
        (
            "POST",
            "/project/tickets/5/time-entries",
            "POST /time/entries with chargeToId 5 and chargeToType ProjectTicket",
        ),
        ("POST", "/sales/activities/7/timeEntries", "POST /time/entries with chargeToId 7 and chargeToType Activity"),
        ("PATCH", "/service/tickets/5/timeentries/9", "PATCH /time/entries/9"),
        ("POST", "/service/tickets/5/documents", "POST /system/documents with recordId 5 and recordType Ticket"),
        ("POST", "/company/companies/5/contacts", "POST /company/contacts with company {\"id\":5}"),
        ("POST", "/company/companies/5/invoices", "POST /finance/invoices with company {\"id\":5}"),
    ] {
        assert_eq!(offered(method, path), first, "{method} {path}");
    }
    // Nothing has the noun.
    assert!(!offered("POST", "/service/tickets/5/unicorns").contains(" with "));
}

#[test]
fn an_operation_that_no_manifest_has_is_led_to_the_one_that_does_the_same() {
    let offered = |method: &str, path: &str| {
        let refused = run_shared(&["call", method, path, "--dry-run"]);
        assert_eq!(refused.code, 2, "{method} {path}: {}{}", refused.stdout, refused.stderr);
        refused.stderr.split("offered: ").nth(1).unwrap_or_default().trim().to_owned()
    };
    for (method, path, first) in [
        ("GET", "/service/tickets/5/attachments", "GET /service/tickets/5/documents"),
        ("POST", "/service/tickets/5/attachments", "POST /system/documents with recordId 5 and recordType Ticket"),
        ("POST", "/sales/opportunities/7/files", "POST /system/documents with recordId 7 and recordType Opportunity"),
        (
            "GET",
            "/company/contacts/5/emails",
            "GET /company/contacts/5/communications with conditions=communicationType = \"Email\"",
        ),
        ("POST", "/company/contacts/5/phones", "POST /company/contacts/5/communications with communicationType Phone"),
        ("DELETE", "/company/contacts/5/phoneNumbers/9", "DELETE /company/contacts/5/communications/9"),
        ("GET", "/finance/agreements/5/products", "GET /finance/agreements/5/additions"),
        ("GET", "/company/companies/5/agreements", "GET /finance/agreements with conditions=company/id = 5"),
        ("GET", "/company/companies/5/tickets", "GET /service/tickets with conditions=company/id = 5"),
        ("GET", "/company/companies/5/contacts", "GET /company/contacts with conditions=company/id = 5"),
        ("GET", "/company/companies/5/configurations", "GET /company/configurations with conditions=company/id = 5"),
        ("GET", "/company/companies/5/devices", "GET /company/configurations with conditions=company/id = 5"),
        (
            "GET",
            "/company/companies/Contoso/tickets",
            "GET /service/tickets with conditions=company/identifier = \"Contoso\"",
        ),
        ("GET", "/project/projects/7/tickets", "GET /project/tickets with conditions=project/id = 7"),
        ("GET", "/service/boards/3/tickets", "GET /service/tickets with conditions=board/id = 3"),
        (
            "GET",
            "/sales/activities/7/timeentries",
            "GET /time/entries with conditions=chargeToId = 7 and chargeToType = \"Activity\"",
        ),
        ("GET", "/company/companies/5/agreements/7", "GET /finance/agreements/7"),
        ("POST", "/company/contacts/search", "GET /company/contacts"),
        ("GET", "/reports/Service", "GET /system/reports/Service"),
        ("GET", "/contacts/5/notes", "GET /company/contacts/5/notes"),
        // The same noun elsewhere, in any number and case.
        ("GET", "/company/tickets/5", "GET /service/tickets/5"),
        ("DELETE", "/company/tickets/5", "DELETE /service/tickets/5"),
        ("PATCH", "/company/Ticket/5", "PATCH /service/tickets/5"),
        ("GET", "/service/companies", "GET /company/companies"),
        ("GET", "/service/contacts/5", "GET /company/contacts/5"),
        ("PUT", "/sales/contact/5", "PUT /company/contacts/5"),
        ("POST", "/service/companies", "POST /company/companies"),
        ("GET", "/service/ticket/5", "GET /service/tickets/5"),
        ("DELETE", "/service/Ticket/5", "DELETE /service/tickets/5"),
        ("GET", "/company/company/5", "GET /company/companies/5"),
        ("GET", "/service/ticket/5/note", "GET /service/tickets/5/notes"),
        ("GET", "/time/timeentries/5", "GET /time/entries/5"),
        ("PATCH", "/schedule/scheduleEntries/5", "PATCH /schedule/entries/5"),
        // Below a record that stands further in front.
        ("GET", "/service/boards/3/types/5/subtypes", "GET /service/boards/3/subtypes"),
        ("GET", "/service/boards/3/types/5/items/7", "GET /service/boards/3/items/7"),
        (
            "POST",
            "/service/tickets/5/resources",
            "POST /schedule/entries with objectId 5 and type {\"identifier\":\"S\"}",
        ),
        (
            "POST",
            "/sales/activities/5/schedule",
            "POST /schedule/entries with objectId 5 and type {\"identifier\":\"C\"}",
        ),
        ("POST", "/project/tickets/5/resources", "POST /schedule/entries with objectId 5 and the type of a ticket"),
        ("POST", "/finance/invoices/5/resources", "POST /schedule/entries with objectId 5 and the type of an invoice"),
        // What happened to a record is in one list for all kinds.
        ("GET", "/service/tickets/5/history", "GET /system/audittrail with type=Ticket and id=5"),
        ("GET", "/project/tickets/5/auditLog", "GET /system/audittrail with type=ProjectTicket and id=5"),
        ("GET", "/company/configurations/5/changelog", "GET /system/audittrail with type=Configuration and id=5"),
        ("GET", "/procurement/purchaseorders/5/audit", "GET /system/audittrail with type=PurchaseOrder and id=5"),
        ("GET", "/service/tickets/5/resources", "GET /service/tickets/5/scheduleentries"),
        ("GET", "/finance/invoices/5/lineitems", "GET /procurement/products with conditions=invoice/id = 5"),
        ("GET", "/sales/opportunities/5/lineItems", "GET /procurement/products with conditions=opportunity/id = 5"),
        ("GET", "/company/configurations/5/tickets", "GET /service/tickets (no filter for configurations 5 is known)"),
        // A template is as good as a path, and what was not given is said.
        (
            "GET",
            "/company/companies/{id}/agreements",
            "GET /finance/agreements with conditions=company/id = {id} (write the value in place of {id})",
        ),
    ] {
        let all = offered(method, path);
        assert_eq!(all.split(" | ").next().unwrap_or_default(), first, "{method} {path}: {all}");
    }
    // A text is no id: the list that finds the record is named.
    let by_name = "GET /system/members with conditions=identifier = \"jdoe\"";
    for path in ["/company/members/jdoe", "/members/jdoe"] {
        let all = offered("GET", path);
        assert!(all.starts_with(by_name) && all.contains("GET /system/members/{id} with the id"), "{path}: {all}");
    }
    let all = offered("PATCH", "/company/members/jdoe");
    assert!(all.starts_with("PATCH /system/members/{id} with the id") && all.contains(by_name), "{all}");
    for path in ["/company/companies/Contoso/tickets", "/system/members/jdoe/timeentries", "/time/entries/search"] {
        let all = offered("GET", path);
        assert!(!["/Contoso", "/jdoe", "/search"].iter().any(|text| all.contains(text)), "{path}: {all}");
    }
    // A read is led to reads alone, and a write to records of the same noun.
    for path in ["/service/ticket/5", "/system/members/5/tickets", "/finance/invoices/5/payment", "/company/tickets/5"]
    {
        let all = offered("GET", path);
        assert!(all.split(" | ").all(|one| one.starts_with("GET ")), "{path}: {all}");
    }
    for method in ["DELETE", "PATCH", "PUT"] {
        for (path, noun) in [("/company/tickets/5", "/tickets"), ("/service/contacts/5", "/contacts")] {
            let all = offered(method, path);
            assert!(all.starts_with(&format!("{method} ")) && all.contains(&format!("{noun}/5")), "{all}");
            let is_of_noun = |one: &str| one.ends_with(noun) || one.ends_with(&format!("{noun}/5"));
            assert!(all.split(" | ").all(is_of_noun), "{method} {path}: {all}");
        }
    }
    assert_eq!(offered("DELETE", "/company/unicorns/5"), "");
    let attached = offered("GET", "/service/tickets/5/attachments");
    assert!(attached.contains("GET /system/documents with recordId 5 and recordType Ticket"), "{attached}");
    // What the caller gave stands in every path that is offered.
    for path in ["/company/contacts/5/unicorns", "/service/tickets/5/attachments"] {
        assert!(!offered("GET", path).contains("/{parentId}"), "{}", offered("GET", path));
    }
}

#[test]
fn what_a_call_gives_stands_in_what_is_offered() {
    let api = Api::of(200, json!([]));
    let home = Home::indexed();
    let mut client = api.client(&home, &[]);
    let mut offered = |method: &str, path: &str, more: Value| {
        let mut call = json!({ "method": method, "path": path, "dry_run": true });
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.refused("dispatch_api_operation", call)
    };
    let by_template = offered("GET", "/service/tickets/{id}/time", json!({ "params": { "id": 5 } }));
    assert!(by_template.contains("GET /service/tickets/5/timeentries"), "{by_template}");
    assert!(by_template.contains("conditions=ticket/id = 5"), "{by_template}");
    let body = json!({ "data": { "conditions": "company/id = 7", "orderBy": "id desc", "pageSize": 5, "unknown": 1 } });
    for list in ["/time/entries", "/company/companies", "/company/contacts"] {
        let told = offered("POST", &format!("{list}/search"), body.clone());
        let wanted = format!("GET {list} with conditions=company/id = 7, orderBy=id desc, pageSize=5");
        assert!(told.contains(&wanted) && told.matches(list).count() == 2, "{list}: {told}");
    }
    assert_eq!(api.lines(), [""; 0]);
}
