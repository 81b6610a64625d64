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
    insta::assert_snapshot!(all(Kind::Conditions, &cases), @r#"
    status/name = New
      error 15+3: the text `New` stands without quotes; write `"New"`
      -> status/name = "New"

    status/name = In Progress AND priority/name == 'High'
      error 15+11: the text `In Progress` stands without quotes; write `"In Progress"`
      error 45+2: `==` is no operator; write `=`
      -> status/name = "In Progress" AND priority/name = "High"

    closedDate > 2024-01-01
      error 14+10: the date `2024-01-01` stands without brackets; write `[2024-01-01]`
      -> closedDate > [2024-01-01]

    dateEntered > '[2024-01-01T00:00:00Z]'
      error 15+24: a date takes no quotes; write `[2024-01-01T00:00:00Z]`
      -> dateEntered > [2024-01-01T00:00:00Z]

    dateEntered > [01/31/2024] or dateEntered < [01/02/2024]
      error 15+12: `[01/31/2024]` is not how a date is written; write `[2024-01-31]`
      error 45+12: `[01/02/2024]` is no date in the form of the API; write it in UTC as `[2024-01-31T09:00:00Z]`, or as `[2024-01-31]`
      -> (no repair)

    closedFlag = false && (board/id = 1 || board/id = 2)
      error 20+2: `&&` is no operator; write `AND`
      error 37+2: `||` is no operator; write `OR`
      -> closedFlag = False AND (board/id = 1 OR board/id = 2)

    board/id <> 1
      error 10+2: `<>` is no operator; write `!=`
      -> board/id != 1

    agreement/id is null and owner/id is not null
      error 14+2: `is` is no operator; write `=`
      error 35+6: `is not` is no operator; write `!=`
      -> agreement/id = null AND owner/id != null

    summary = “Printer down”
      error 11+14: `“` is a typographic quotation mark; write `"Printer down"`
      -> summary = "Printer down"

    summary contains 'can't log in'
      error 18+14: a `'` inside `'` quotes ends the text; write `"can't log in"`
      -> summary contains "can't log in"

    status/name = 'New AND closedFlag = false
      error 15+4: the closing `'` is missing; write `"New"`
      -> status/name = "New" AND closedFlag = False

    (status/name = 'New' or status/name = 'Open
      error 1+1: this `(` is never closed; add the `)`
      error 39+5: the closing `'` is missing; write `"Open"`
      -> status/name = "New" OR status/name = "Open"

    (board/id = 1 and (board/id = 2)
      error 1+1: this `(` is never closed; add the `)`
      -> board/id = 1 AND board/id = 2

    board/id = 1)
      error 13+1: `)` closes nothing; remove it, or add the `(`
      -> board/id = 1

    id in 1,2,3
      error 7+5: a list stands in brackets; write `(1,2,3)`
      -> id in (1,2,3)

    id in [1,2,3]
      error 7+7: a list stands in round brackets; write `(...)`
      -> id in (1,2,3)

    status/name = 'New','Open'
      error 15+12: `=` takes one value; write `in ("New","Open")`
      -> status/name in ("New","Open")

    id in ()
      error 4+5: the list is empty; write the values: `in (1,2)`
      -> (no repair)

    board/id = 1 board/id = 2
      error 14+8: two conditions stand side by side; write `AND` or `OR` between them
      -> board/id = 1 AND board/id = 2

    board/id = 1 and
      error 17+1: nothing follows `and`; add a condition, or remove it
      -> board/id = 1

    or board/id = 1
      error 1+2: `or` has no condition before it; remove it, or write the condition
      -> board/id = 1

    summary
      error 1+7: no operator follows `summary`; write one of `=`, `!=`, `<`, `<=`, `>`, `>=`, `contains`, `like`, `in (...)`, or `not` before one of the last three; for a flag `summary = True`
      -> (no repair)

    board/id =
      error 11+1: no value follows `=`; write a value; for an empty one `null` or `""`
      -> (no repair)

    board/id = = 1
      error 12+1: `=` follows another operator; write one operator, then a value
      -> (no repair)


      error 1+1: the condition is empty; leave the parameter out, or write `field = value`
      -> (no repair)

    conditions=board/id=1
      error 1+11: the name of the parameter stands in its value; leave it out
      -> board/id = 1

    dateEntered between [2024-01-01] and [2024-01-31]
      error 13+37: `between` is no operator; write `dateEntered >= [2024-01-01] AND dateEntered <= [2024-01-31]`
      -> dateEntered >= [2024-01-01] AND dateEntered <= [2024-01-31]

    contains(summary, 'mail')
      error 1+25: there are no functions in a condition; write `summary contains "mail"`
      -> summary contains "mail"

    'summary' = 'x'
      error 1+9: a field takes no quotes; write `summary`
      -> summary = "x"

    summary startswith 'Re:'
      error 9+10: `startswith` is no operator; write `like "text*"`
      -> summary like "Re:*"

    status/name%3D%27New%27
      error 1+23: the text is percent-encoded already, and would be a second time; write it as plain text: `status/name='New'`
      -> status/name='New'

    status/name ne 'Closed' and id gt 100
      error 13+2: `ne` is no operator; write `!=`
      error 32+2: `gt` is no operator; write `>`
      -> status/name != "Closed" AND id > 100

    @status = 'New'
      error 1+1: `@` is no field; a condition begins with a field, such as `board/name`
      -> (no repair)

    closedDate > [today]
      error 14+7: `[today]` is no date in the form of the API; write it in UTC as `[2024-01-31T09:00:00Z]`, or as `[2024-01-31]`
      -> (no repair)
    "#);
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
    insta::assert_snapshot!(all(Kind::Conditions, &cases), @r#"
    assignedTo = 'jdoe'
      error 1+10: Ticket has no field `assignedTo`; write `owner/identifier = "jdoe"`, or use `resources`
        offers: owner/identifier, resources
      -> owner/identifier = "jdoe"

    ticketNumber = 12345
      error 1+12: Ticket has no field `ticketNumber`; write `id = 12345`
        offers: id
      -> id = 12345

    dateCreatedUTC > '[2024-01-01T00:00:00Z]'
      error 1+14: Ticket has no field `dateCreatedUTC`; write `_info/dateEntered > [2024-01-01T00:00:00Z]`
        offers: _info/dateEntered
      error 18+24: a date takes no quotes; write `[2024-01-01T00:00:00Z]`
      -> _info/dateEntered > [2024-01-01T00:00:00Z]

    sumary contains 'mail'
      error 1+6: Ticket has no field `sumary`; write `summary contains "mail"`, or use `mergedParentTicket/summary`
        offers: summary, mergedParentTicket/summary
      -> summary contains "mail"

    status.name = 'New'
      error 1+11: Ticket has no field `status.name`; write `status/name = "New"`, or use `siteName` or `contactName` or `slaStatus`
        offers: status/name, siteName, contactName, slaStatus
      -> status/name = "New"

    status_name = 'New' and statusName = 'New'
      error 1+11: Ticket has no field `status_name`; write `status/name = "New"`, or use `slaStatus` or `siteName` or `site/name`
        offers: status/name, slaStatus, siteName, site/name
      error 25+10: Ticket has no field `statusName`; write `status/name = "New"`, or use `slaStatus` or `siteName` or `site/name`
        offers: status/name, slaStatus, siteName, site/name
      -> status/name = "New" AND status/name = "New"

    board = 'Help Desk'
      error 1+5: `board` is an object and compared by one of its members; write `board/name`
        offers: board/name, board/id
      -> board/name = "Help Desk"

    board = 5 and company = null
      error 1+5: `board` is an object and compared by one of its members; write `board/id`
        offers: board/id, board/name
      warning 15+7: `company` is an object and compared by one of its members; write `company/id`
        offers: company/id, company/name, company/identifier
      -> board/id = 5 AND company/id = null

    company/nam = 'Acme'
      error 1+11: `company` has no field `nam`; write `company/name = "Acme"`, or use `company/identifier`
        offers: company/name, company/identifier
      -> company/name = "Acme"

    company/status/name = 'Active'
      error 1+19: `company` has no field `status/name`; the nearest are `company/identifier` or `company/name` or `status/name`
        offers: company/identifier, company/name, status/name
      -> (no repair)

    happiness = 'Low'
      error 1+9: Ticket has no field `happiness`; write `severity = "Low"`
        offers: severity
      -> severity = "Low"

    zzzqqq = 1
      error 1+6: Ticket has no field `zzzqqq`; look up the fields of this operation in its metadata
      -> (no repair)

    client/name = 'Acme'
      error 1+11: Ticket has no field `client/name`; write `company/name = "Acme"`, or use `siteName` or `site/name`
        offers: company/name, siteName, site/name
      -> company/name = "Acme"

    createdBy = 'jdoe' and lastModified > [2024-01-01]
      error 1+9: Ticket has no field `createdBy`; write `_info/enteredBy = "jdoe"`, or use `_info/updatedBy`
        offers: _info/enteredBy, _info/updatedBy
      error 24+12: Ticket has no field `lastModified`; write `_info/lastUpdated > [2024-01-01]`
        offers: _info/lastUpdated
      -> _info/enteredBy = "jdoe" AND _info/lastUpdated > [2024-01-01]

    customFields/Escalated = 'Yes'
      error 1+22: `customFields/Escalated` is a custom field; write `customFieldConditions`: `caption = "Escalated" AND value = "Yes"`
        offers: caption = "Escalated" AND value = "Yes"
      -> (no repair)

    types/name = 'Client'
      warning 1+10: `types/name` is in an array; filter by it in `childConditions`
      -> (no repair)

    active = true
      error 1+6: Company has no field `active`; write `status/name = True`
        offers: status/name
      error 10+4: `status/name` is a text, `True` is not; write `"True"`
      -> status/name = "True"
    "#);
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
    insta::assert_snapshot!(all(Kind::Conditions, &cases), @r#"
    id = '123' and board/id = 'Help Desk'
      error 6+5: `id` is a number, `"123"` is not; write `123`
      error 27+11: `board/id` is a number, `"Help Desk"` is not; write it without quotes
      -> (no repair)

    summary = 404
      error 11+3: `summary` is a text, `404` is not; write `"404"`
      -> summary = "404"

    closedFlag = 'true' and approved = yes and isInSla = 0
      error 14+6: `closedFlag` is true or false, `"true"` is not; write `True`
      error 36+3: `approved` is true or false, `"yes"` is not; write `True`
      error 54+1: `isInSla` is true or false, `0` is not; write `False`
      -> closedFlag = True AND approved = True AND isInSla = False

    closedFlag = maybe
      error 14+5: `closedFlag` is true or false, `"maybe"` is not; write `True` or `False`
      -> (no repair)

    requiredDate > '2024-01-01T00:00:00Z'
      error 16+22: `requiredDate` is a date, `"2024-01-01T00:00:00Z"` is not; write `[2024-01-01T00:00:00Z]`
      -> requiredDate > [2024-01-01T00:00:00Z]

    requiredDate > 30
      error 16+2: `requiredDate` is a date, `30` is not; write it in UTC as `[2024-01-31T09:00:00Z]`
      -> (no repair)

    requiredDate contains '2024'
      error 14+8: `contains` looks into a text, and `requiredDate` is a date; write a range: `requiredDate >= [2024-01-01] AND requiredDate < [2024-02-01]`
      -> (no repair)

    closedDate > '2024-01-01'
      warning 14+12: `closedDate` seems to be a date, and dates take brackets instead of quotes; write `[2024-01-01]` if so
      -> closedDate > [2024-01-01]

    id like '%12%' and closedFlag contains 'true'
      error 4+4: `like` looks into a text, and `id` is a number; write `id = 12`
      error 31+8: `contains` looks into a text, and `closedFlag` is true or false; write `closedFlag = True`
      -> id = 12 AND closedFlag = True

    severity = 'Hgih'
      error 12+6: `severity` has no value "Hgih"; write `"High"`; all are Low, Medium, High
        offers: High, Medium, Low
      -> severity = "High"

    severity in ('High', 'Critical')
      error 22+10: `severity` has no value "Critical"; write one of Low, Medium, High
        offers: Medium, High, Low
      -> (no repair)

    summary = 'printer%' and summary contains '*mail*' and summary != '100%'
      warning 11+10: `=` takes `*` and `%` for characters of the text; write `summary like "printer%"`
      warning 43+8: `contains` takes `*` and `%` for characters of the text; write `summary like "*mail*"`
      -> summary like "printer%" AND summary like "*mail*" AND summary != "100%"

    agreement/id > null
      error 14+1: `null` is not ordered and holds no text; write `agreement/id = null`
      -> agreement/id = null

    closedFlag > 0
      error 12+1: `closedFlag` is true or false and not ordered; write `closedFlag = False`
      -> closedFlag = False

    summary = [2024-01-01]
      error 11+12: `summary` is a text, `[2024-01-01]` is not; write `"2024-01-01"`
      -> summary = "2024-01-01"

    agreementStatus = 'Actve'
      error 19+7: `agreementStatus` has no value "Actve"; write `"Active"`; all are Active, Cancelled, Expired, Inactive
        offers: Active, Inactive, Cancelled
      -> agreementStatus = "Active"

    billableOption = 'Do Not Bill'
      error 18+13: `billableOption` has no value "Do Not Bill"; write `"DoNotBill"`; all are Billable, DoNotBill, NoCharge, NoDefault
        offers: DoNotBill, Billable, NoDefault
      -> billableOption = "DoNotBill"
    "#);
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
    insta::assert_snapshot!(shown, @r#"
    communicationItems/id in (1,2)
      error 23+2: `childConditions` has no `in`; write `(communicationItems/id = 1 OR communicationItems/id = 2)`
      -> communicationItems/id = 1 OR communicationItems/id = 2

    communicationItems/value not in ('a','b') and firstName = 'Fred'
      error 26+6: `childConditions` has no `not in`; write `(communicationItems/value != "a" AND communicationItems/value != "b")`
      warning 47+9: `firstName` is in no array of the record; filter by it in `conditions`
      -> (communicationItems/value != "a" AND communicationItems/value != "b") AND firstName = "Fred"

    caption in ('A','B') and value = 1
      error 9+2: `customFieldConditions` has no `in`; write `(caption = "A" OR caption = "B")`
      -> (caption = "A" OR caption = "B") AND value = 1

    Escalated = 'Yes'
      error 1+9: `Escalated` is neither `caption` nor `value`; write `caption = "Escalated" AND value = "Yes"`
      -> caption = "Escalated" AND value = "Yes"

    customFields/caption = 'A'
      error 1+20: `customFields/caption` is neither `caption` nor `value`; write `caption = "customFields/caption" AND value = "A"`
      -> caption = "customFields/caption" AND value = "A"
    "#);
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
    insta::assert_snapshot!(out.join("\n"), @r"
    dateCreated desc
      error 1+16: Ticket has no field `dateCreated`; write `_info/dateEntered desc` or `subDateAccepted desc`
        offers: _info/dateEntered desc, subDateAccepted desc
      -> _info/dateEntered desc

    -id
      error 1+3: `-id` is no order; write `id desc`
      -> id desc

    id descending,
      error 1+13: `id descending` is no order; write `id desc`
      error 15+1: an entry of the list is empty; write `field asc` or `field desc`
      -> id desc

    summary down
      error 1+12: `down` is no direction; write `summary asc` or `summary desc`
      -> (no repair)

    company
      error 1+7: `company` is an object and ordered by one of its members; write `company/name`
        offers: company/name
      -> company/name

    order by id desc
      error 1+16: `order by id desc` is more than a field and a direction; write `order asc` or `order desc`, further fields after a comma
      -> (no repair)

    id,ticketNumber,summary,urgency
      warning 4+12: Ticket has no field `ticketNumber`, and the API leaves it out silently; write `id` or `poNumber`
        offers: id, poNumber
      warning 25+7: Ticket has no field `urgency`, and the API leaves it out silently; write `priority/name` or `severity` or `impact` or `currency/name`
        offers: priority/name, severity, impact, currency/name
      -> id,summary,priority/name

    id,,dateEntered
      warning 4+1: an entry of the list is empty; leave it out; without `fields` the API returns all
      warning 5+11: `dateEntered` can be filtered by, but is returned in `_info/dateEntered` only; write `_info/dateEntered`
        offers: _info/dateEntered
      -> id,_info/dateEntered

    *
      warning 1+1: `*` is no field; leave it out; without `fields` the API returns all
      -> (no repair)

    id;board.name
      warning 4+10: Ticket has no field `board.name`, and the API leaves it out silently; write `board/name` or `siteName` or `contactName` or `source/name`
        offers: board/name, siteName, contactName, source/name
      -> id,board/name

    zzzqqq
      warning 1+6: Ticket has no field `zzzqqq`, and the API leaves it out silently; look up the fields of this operation in its metadata
      -> (no repair)
    ");
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
    insta::assert_snapshot!(problem.message, @r"
    column 18: Ticket has no field `assignedTo`
    board/id = 1 AND assignedTo = 'jdoe'
                     ^^^^^^^^^^
    ");
}

#[test]
fn a_long_text_is_shown_around_the_fault() {
    let text =
        format!("{} AND summary = New AND {}", "id = 1 OR ".repeat(20) + "id = 2", "id = 3 OR ".repeat(20) + "id = 4");
    let fault = &parse(&text).expect_err("unquoted")[0];
    insta::assert_snapshot!(excerpt(&text, fault.column, fault.length), @r"
    ... id = 1 OR id = 2 AND summary = New AND id = 3 OR id = 3 OR id = 3 OR id = 3 OR id = 3 OR id = 3...
                                       ^^^
    ");
}
