//! Which requests say what a kept call holds, and what else they say.

use serde_json::json;

use super::{object, pattern};
use crate::memory::Pattern;
use crate::memory::naming::{compare, holds_nothing, says_all};

const TICKETS: &str = "/service/tickets Get List of ServiceTicket";

fn kept(description: &str, conditions: &str) -> Pattern {
    let params = object(json!({ "conditions": conditions, "pageSize": 25, "orderBy": "id desc" }));
    Pattern { params, ..pattern(description, "/service/tickets") }
}

/// `whole`, or what is open with the values that the request gives, and what keeps it from being the answer besides.
fn told(request: &str, pattern: &Pattern) -> String {
    let naming = compare(request, pattern, TICKETS, &[]);
    let mut told: Vec<String> = Vec::new();
    for slot in naming.unsaid.iter().chain(&naming.relative) {
        told.push(
            naming.given.get(&slot.name).map_or_else(|| slot.name.clone(), |value| format!("{}={value}", slot.name)),
        );
    }
    for (is, what) in [(naming.says_more, "more"), (naming.contradicts, "contrary"), (naming.is_wordless, "wordless")] {
        told.extend(is.then(|| what.to_owned()));
    }
    for (words, what) in [(&naming.left_out, "without"), (&naming.besides, "and")] {
        told.extend(words.iter().map(|word| format!("{what} {word}")));
    }
    told.extend(naming.quantity.map(|quantity| quantity.name().into_owned()));
    if told.is_empty() { "whole".to_owned() } else { told.join(" ") }
}

#[test]
fn a_request_says_a_name_as_it_is_and_no_longer_one() {
    let acme = kept("Open tickets of Acme", "company/name='Acme Ltd' and closedFlag=false");
    for (request, expected) in [
        ("open tickets of Acme", "whole"),
        ("show me acme's open tickets", "whole"),
        ("ACME Ltd.: which tickets are open?", "whole"),
        ("tickets of Acme, please", "without Open"),
        ("open tickets of Acme that are not closed", "whole"),
        ("tickets", "company_name without Open"),
        ("how many open tickets does Acme have", "a count"),
        ("open tickets of Acme Corporation West", "company_name=\"Acme Corporation West\" more"),
        ("open tickets of Contoso", "company_name=\"Contoso\" more"),
        ("open tickets of contoso", "company_name and contoso"),
        ("open tickets of Acme Dental", "company_name=\"Acme Dental\" more"),
        ("open tickets of acme dental", "company_name and dental"),
        ("open tickets of New-Acme", "company_name=\"New-Acme\" more"),
        ("open tickets of all customers except Acme", "company_name more and customers all of them"),
        ("open tickets of Acme and Contoso", "more"),
        ("open tickets of Acme since 2026-01-01", "more"),
        ("closed tickets of Acme", "contrary without Open and closed"),
    ] {
        assert_eq!(told(request, &acme), expected, "{request}");
    }
}

#[test]
fn who_is_left_out_is_not_meant_however_it_is_said() {
    let acme = kept("open tickets of ACME", "company/identifier='ACME' and closedFlag=false");
    for request in [
        "open tickets not belonging to ACME",
        "open tickets that do not belong to the company ACME",
        "open tickets but ACME",
        "all open tickets but those of ACME",
        "open tickets != ACME",
        "open tickets, company <> 'ACME'",
        "open tickets -ACME",
        "open tickets other than ACME",
        "all open tickets other than those of ACME",
        "other open tickets than those of ACME",
        "open tickets except the tickets of ACME",
        "open tickets apart from ACME",
        "open tickets not owned by ACME",
        "open tickets, ACME excluded",
        "which open tickets does ACME not have",
        "open tickets, leaving out ACME",
    ] {
        let naming = compare(request, &acme, TICKETS, &[]);
        assert!(!naming.names_all() && naming.given.is_empty(), "{request}: {naming:?}");
        assert!(!says_all(request, &acme, TICKETS), "{request}");
    }
    for request in ["tickets that are not closed for ACME", "unassigned but open tickets of ACME"] {
        let naming = compare(request, &acme, TICKETS, &[]);
        assert!(naming.unsaid.is_empty(), "{request}: {naming:?}");
    }
    let others = kept("open tickets other than those of ACME", "company/identifier!='ACME' and closedFlag=false");
    assert!(compare("open tickets other than those of ACME", &others, TICKETS, &[]).names_all());
    assert!(!compare("open tickets of ACME", &others, TICKETS, &[]).names_all());
    assert!(!says_all("open tickets of ACME", &others, TICKETS));
}

#[test]
fn a_number_behind_another_noun_is_another_value() {
    let company = kept("tickets of company 250", "company/id=250");
    for request in ["tickets of company 250", "tickets of company no. 250", "tickets of company id 250"] {
        assert!(compare(request, &company, TICKETS, &[]).names_all(), "{request}");
    }
    for request in ["tickets of the company of ticket 250", "tickets 250 of company", "company of ticket id 250"] {
        let naming = compare(request, &company, TICKETS, &[]);
        assert!(!naming.names_all() && naming.given.is_empty(), "{request}: {naming:?}");
    }
}

#[test]
fn a_deed_is_no_state_and_another_number_of_rows_another_request() {
    let acme = kept("open tickets of ACME", "company/identifier='ACME' and closedFlag=false");
    for (request, expected) in [
        ("open tickets of ACME", true),
        ("tickets opened by ACME", false),
        ("tickets opened this week by ACME", false),
        ("open tickets of ACME, last 50", false),
        ("last five open tickets of ACME", false),
        ("five open tickets of ACME", false),
        ("each open ticket of ACME", false),
        ("all open tickets of ACME", false),
        ("open tickets of ACME, last 25", true),
    ] {
        let naming = compare(request, &acme, TICKETS, &[]);
        assert_eq!(naming.names_all(), expected, "{request}: {naming:?}");
    }
    let closed = kept("closed tickets of ACME", "company/identifier='ACME' and closedFlag=true");
    assert!(!compare("tickets closed by ACME", &closed, TICKETS, &[]).names_all());
}

#[test]
fn a_name_has_its_legal_form_and_its_signs() {
    let firm = kept("contacts of M\u{fc}ller GmbH", "company/name='M\u{fc}ller GmbH'");
    for (request, expected) in [
        ("contacts of M\u{fc}ller GmbH", true),
        ("contacts of M\u{fc}ller AG", false),
        ("contacts of M\u{fc}ller", false),
    ] {
        assert_eq!(compare(request, &firm, TICKETS, &[]).unsaid.is_empty(), expected, "{request}");
    }
    let limited = kept("tickets of Acme Limited", "company/name='Acme Limited'");
    assert!(compare("tickets of Acme Ltd", &limited, TICKETS, &[]).unsaid.is_empty());
    let member = kept("time entries of jsmith", "member/identifier='jsmith'");
    assert!(compare("time entries of jsmith", &member, TICKETS, &[]).unsaid.is_empty());
    assert!(!compare("time entries of j.smith", &member, TICKETS, &[]).unsaid.is_empty());
}

#[test]
fn a_number_is_said_by_itself_or_by_the_name_that_the_description_has_for_it() {
    let named = kept("Tickets of Hartwell Dental", "company/id = 2417");
    for (request, expected) in [
        ("tickets of Hartwell Dental", "whole"),
        ("tickets of company 2417", "whole"),
        ("tickets of Hartwell", "company_id more"),
        ("tickets of company 2418", "company_id=\"2418\" more"),
        ("tickets of a company", "company_id"),
    ] {
        assert_eq!(told(request, &named), expected, "{request}");
    }
    let bare = kept("Our biggest customer's tickets", "company/id = 2417");
    assert_eq!(told("our biggest customer's tickets", &bare), "company_id");
    assert_eq!(told("tickets of company 77", &bare), "company_id=\"77\" more");
    // One name does not stand for two numbers.
    let two = kept("Tickets of Hartwell", "company/id = 2417 and owner/id = 31");
    assert_eq!(told("tickets of Hartwell", &two), "company_id owner_id");
}

#[test]
fn classes_are_said_by_their_words_or_by_such_as_say_the_same() {
    let critical =
        kept("Query for all critical open tickets", "priority/name='Priority 1 - Critical' and closedFlag=false");
    for (request, expected) in [
        ("which critical tickets are open", "whole"),
        ("any P1 tickets still open", "whole"),
        ("P1 tickets that are not closed", "whole"),
        ("open tickets", "priority_name"),
        ("low priority open tickets", "priority_name contrary and low"),
        ("tickets that are not critical", "priority_name without open and critical"),
    ] {
        assert_eq!(told(request, &critical), expected, "{request}");
    }
    let new = kept("New tickets on the NOC board", "board/name='NOC' and status/name='New'");
    assert_eq!(told("new tickets on the NOC board", &new), "whole");
    assert_eq!(told("closed tickets on the NOC board", &new), "status_name and closed");
    let flags = kept("Tickets that breached SLA and are not closed", "isInSla=false and closedFlag=false");
    assert_eq!(told("tickets", &flags), "wordless without breached without closed");
    assert_eq!(told("closed tickets that breached SLA", &flags), "contrary wordless without closed and closed");
}

#[test]
fn a_word_before_the_records_is_a_kind_of_them() {
    let acme = kept("tickets of Acme", "company/name='Acme'");
    for (request, expected) in [
        ("tentative tickets of Acme", true),
        ("which escalated service tickets does Acme have", true),
        ("Acme's tentative tickets", true),
        ("list tentative tickets of Acme", true),
        ("tickets of Acme", false),
        ("which tickets of Acme are tentative", false),
        ("who raised tickets for Acme", false),
        ("has Acme raised tickets", false),
        ("everything concerning tickets of Acme", false),
    ] {
        let naming = compare(request, &acme, TICKETS, &[]);
        assert_eq!(!naming.kinds[0].is_empty(), expected, "{request}");
        assert!(naming.knows_no_kind);
    }
    let active = kept("active tickets of Acme", "company/name='Acme' and closedFlag=false");
    let naming = compare("default ticket of Acme", &active, TICKETS, &[]);
    assert_eq!(naming.kinds, [vec!["default".to_owned()], vec!["active".to_owned()]]);
    assert!(!naming.knows_no_kind);
}

#[test]
fn days_are_said_by_their_date_and_asked_for_anew_where_words_for_them_move() {
    let since = kept("Tickets since January 2026", "dateEntered >= [2026-01-01T00:00:00Z]");
    for (request, expected) in [
        ("tickets since January 2026", "whole"),
        ("tickets since 2026-01-01", "whole"),
        ("tickets since 2026-02-01", "since=\"2026-02-01\""),
        ("tickets since January 2025", "since"),
        ("tickets", "since"),
    ] {
        assert_eq!(told(request, &since), expected, "{request}");
    }
    let week = kept("Tickets entered this week", "dateEntered >= [2026-11-23T00:00:00Z]");
    let naming = compare("tickets entered this week", &week, TICKETS, &[]);
    assert!(naming.is_whole() && naming.relative.len() == 1);
    assert_eq!(told("tickets entered last week", &week), "since");
}

#[test]
fn a_question_says_all_where_nothing_of_the_call_is_left() {
    let acme = kept("open tickets of Acme", "company/identifier='Acme' and closedFlag=false");
    for (question, expected) in [
        ("Which open tickets does Acme have?", true),
        ("Which tickets does Acme have?", false),
        ("Which open tickets of Acme and Contoso?", false),
        ("Reopen the open tickets of Acme", false),
        ("", false),
    ] {
        assert_eq!(says_all(question, &acme, TICKETS), expected, "{question}");
    }
    let closed = kept("closed tickets of Acme", "company/identifier='Acme' and closedFlag=true");
    assert!(says_all("the closed tickets of Acme, please", &closed, TICKETS));
    for order in [
        "close the tickets of Acme",
        "please close the tickets of Acme",
        "archive closed tickets of Acme",
        "Could you close Acme's tickets",
    ] {
        assert!(!says_all(order, &closed, TICKETS), "{order}");
    }
    let large = kept("invoices over 5000 dollars", "total > 5000");
    assert!(says_all("invoices over 5000 dollars", &large, TICKETS));
    assert!(!says_all("invoices under 5000 dollars", &large, TICKETS));
    assert!(holds_nothing(&Pattern { params: object(json!({ "pageSize": 5, "$top": 3 })), ..pattern("a", "/a") }));
    assert!(!holds_nothing(&acme));
}
