//! Wrong filters, and what is said of them.

use std::fmt::Write;

use super::*;

/// What somebody who wrote the text is shown.
fn shown(checked: &Checked) -> String {
    let mut out = format!("{}\n", checked.text);
    for finding in &checked.findings {
        let Finding { severity, fault, offers } = finding;
        let kind = if *severity == Severity::Error { "error" } else { "warning" };
        let place = format!("{}+{}", fault.column, fault.length);
        let _ = writeln!(out, "  {kind} {place}: {}; {}", fault.message, fault.cure);
        if !offers.is_empty() {
            let _ = writeln!(out, "    offers: {}", offers.join(", "));
        }
    }
    let _ = writeln!(out, "  -> {}", checked.repaired.as_deref().unwrap_or("(no repair)"));
    out
}

fn all(kind: Kind, cases: &[(&str, &str)]) -> String {
    cases.iter().map(|(path, text)| shown(&checked(kind, path, text))).collect::<Vec<_>>().join("\n")
}

const TICKETS: &str = "/service/tickets";
const COMPANIES: &str = "/company/companies";
const AGREEMENTS: &str = "/finance/agreements";
const TIME: &str = "/time/entries";

#[test]
fn wrong_grammar() {
    let cases = [
        "status/name = New",
        "status/name = In Progress AND priority/name == 'High'",
        "closedDate > 2024-01-01",
        "dateEntered > '[2024-01-01T00:00:00Z]'",
        "dateEntered > [01/31/2024] or dateEntered < [01/02/2024]",
        "closedFlag = false && (board/id = 1 || board/id = 2)",
        "board/id <> 1",
        "agreement/id is null and owner/id is not null",
        "summary = “Printer down”",
        "summary contains 'can't log in'",
        "status/name = 'New AND closedFlag = false",
        "(status/name = 'New' or status/name = 'Open",
        "(board/id = 1 and (board/id = 2)",
        "board/id = 1)",
        "id in 1,2,3",
        "id in [1,2,3]",
        "status/name = 'New','Open'",
        "id in ()",
        "board/id = 1 board/id = 2",
        "board/id = 1 and",
        "or board/id = 1",
        "summary",
        "board/id =",
        "board/id = = 1",
        "",
        "conditions=board/id=1",
        "dateEntered between [2024-01-01] and [2024-01-31]",
        "contains(summary, 'mail')",
        "'summary' = 'x'",
        "summary startswith 'Re:'",
        "status/name%3D%27New%27",
        "status/name ne 'Closed' and id gt 100",
        "@status = 'New'",
        "closedDate > [today]",
    ];
    let cases: Vec<(&str, &str)> = cases.into_iter().map(|text| (TICKETS, text)).collect();
    insta::assert_snapshot!(all(Kind::Conditions, &cases), @"GRAMMAR");
}

#[test]
fn wrong_fields() {
    let cases = [
        (TICKETS, "assignedTo = 'jdoe'"),
        (TICKETS, "ticketNumber = 12345"),
        (TICKETS, "dateCreatedUTC > '[2024-01-01T00:00:00Z]'"),
        (TICKETS, "sumary contains 'mail'"),
        (TICKETS, "status.name = 'New'"),
        (TICKETS, "status_name = 'New' and statusName = 'New'"),
        (TICKETS, "board = 'Help Desk'"),
        (TICKETS, "board = 5 and company = null"),
        (TICKETS, "company/nam = 'Acme'"),
        (TICKETS, "company/status/name = 'Active'"),
        (TICKETS, "happiness = 'Low'"),
        (TICKETS, "zzzqqq = 1"),
        (TICKETS, "client/name = 'Acme'"),
        (TICKETS, "createdBy = 'jdoe' and lastModified > [2024-01-01]"),
        (TICKETS, "customFields/Escalated = 'Yes'"),
        (COMPANIES, "types/name = 'Client'"),
        (COMPANIES, "active = true"),
    ];
    insta::assert_snapshot!(all(Kind::Conditions, &cases), @"FIELDS");
}

#[test]
fn wrong_values() {
    let cases = [
        (TICKETS, "id = '123' and board/id = 'Help Desk'"),
        (TICKETS, "summary = 404"),
        (TICKETS, "closedFlag = 'true' and approved = yes and isInSla = 0"),
        (TICKETS, "closedFlag = maybe"),
        (TICKETS, "requiredDate > '2024-01-01T00:00:00Z'"),
        (TICKETS, "requiredDate > 30"),
        (TICKETS, "requiredDate contains '2024'"),
        (TICKETS, "closedDate > '2024-01-01'"),
        (TICKETS, "id like '%12%' and closedFlag contains 'true'"),
        (TICKETS, "severity = 'Hgih'"),
        (TICKETS, "severity in ('High', 'Critical')"),
        (TICKETS, "summary = 'printer%' and summary contains '*mail*' and summary != '100%'"),
        (TICKETS, "agreement/id > null"),
        (TICKETS, "closedFlag > 0"),
        (TICKETS, "summary = [2024-01-01]"),
        (AGREEMENTS, "agreementStatus = 'Actve'"),
        (TIME, "billableOption = 'Do Not Bill'"),
    ];
    insta::assert_snapshot!(all(Kind::Conditions, &cases), @"VALUES");
}

#[test]
fn wrong_conditions_on_children_and_custom_fields() {
    let children = [
        ("/company/contacts", "communicationItems/id in (1,2)"),
        ("/company/contacts", "communicationItems/value not in ('a','b') and firstName = 'Fred'"),
    ];
    let custom = [
        (TICKETS, "caption in ('A','B') and value = 1"),
        (TICKETS, "Escalated = 'Yes'"),
        (TICKETS, "customFields/caption = 'A'"),
    ];
    let shown = [all(Kind::ChildConditions, &children), all(Kind::CustomFieldConditions, &custom)].join("\n");
    insta::assert_snapshot!(shown, @"CHILDREN");
}

#[test]
fn wrong_lists() {
    let schema = response(TICKETS);
    let fields = SchemaFields::new(&schema, &named);
    let mut out = Vec::new();
    for text in ["dateCreated desc", "-id", "id descending,", "summary down", "company", "order by id desc"] {
        out.push(shown(&check_order_by(text, &fields, &no_meaning)));
    }
    for text in ["id,ticketNumber,summary,urgency", "id,,dateEntered", "*", "id;board.name", "zzzqqq"] {
        out.push(shown(&check_fields(text, &fields, &no_meaning)));
    }
    insta::assert_snapshot!(out.join("\n"), @"LISTS");
}

#[test]
fn something_sensible_is_offered_without_a_model() {
    let schema = response(TICKETS);
    let fields = SchemaFields::new(&schema, &named);
    let checked = check(Kind::Conditions, "assignedTo = 'jdoe'", &fields, &no_meaning);
    assert_eq!(checked.findings[0].offers[..2], ["owner/identifier", "resources"]);
}

#[test]
fn a_problem_shows_the_place_in_the_text() {
    let checked = checked(Kind::Conditions, TICKETS, "board/id = 1 AND assignedTo = 'jdoe'");
    let problems = checked.problems("params.conditions");
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(problem.place, "params.conditions");
    assert_eq!(problem.offers.last().map(String::as_str), Some("board/id = 1 AND owner/identifier = \"jdoe\""));
    insta::assert_snapshot!(problem.message, @"PROBLEM");
}

#[test]
fn a_long_text_is_shown_around_the_fault() {
    let text =
        format!("{} AND summary = New AND {}", "id = 1 OR ".repeat(20) + "id = 2", "id = 3 OR ".repeat(20) + "id = 4");
    let fault = &parse(&text).expect_err("unquoted")[0];
    insta::assert_snapshot!(excerpt(&text, fault.column, fault.length), @"EXCERPT");
}
