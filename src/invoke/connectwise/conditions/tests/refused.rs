//! Fields, values and lists that are wrong, and what is said of them.

use super::*;

const COMPANIES: &str = "/company/companies";
const AGREEMENTS: &str = "/finance/agreements";
const TIME: &str = "/time/entries";

#[test]
fn of_very_many_wrong_fields_the_first_are_judged_and_the_others_counted() {
    let looked_up = std::cell::Cell::new(0);
    let counted = |words: &str| {
        looked_up.set(looked_up.get() + 1);
        meaning(words)
    };
    let schema = response(TICKETS);
    let fields = SchemaFields::new(&schema, &named);
    let each = |joint: &str, end: &str| {
        (0..2_000).map(|number| format!("unknownField{number}{end}")).collect::<Vec<_>>().join(joint)
    };
    let filters = [
        check(Kind::Conditions, &each(" and ", " = 1"), &fields, &counted),
        check_order_by(&each(",", " desc"), &fields, &counted),
    ];
    for checked in &filters {
        let (doubts, warnings) = (checked.doubts(&Place::param("x")), checked.warnings(&Place::param("x")));
        assert_eq!((doubts.len(), checked.problems(&Place::param("x"))), (MOST_FINDINGS, Vec::new()));
        assert!(warnings.last().unwrap().to_string().contains("1960 more fields"), "{warnings:?}");
        assert_eq!(checked.repaired, None);
    }
    let fields_only = check_fields(&each(",", ""), &fields, &counted);
    assert!(fields_only.is_accepted() && fields_only.repaired.is_none());
    let warnings = fields_only.warnings(&Place::param("fields"));
    assert!(warnings.len() == MOST_FINDINGS + 1 && warnings.last().unwrap().to_string().contains("1960 more fields"));
    assert!(looked_up.get() < 50, "{} names were looked for by meaning", looked_up.get());
    // Of right ones too, only so many are looked up.
    let right = check_fields(&vec!["id"; 5_000].join(","), &fields, &counted);
    assert_eq!((right.findings.len(), right.unexamined), (0, 4_000));
    assert!(right.warnings(&Place::param("fields"))[0].to_string().contains("4000 more fields"));
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
      doubt 1+10: Ticket has no field `assignedTo`; write `owner/identifier = "jdoe"`, or use `resources`
        offers: owner/identifier, resources
      -> owner/identifier = "jdoe"

    ticketNumber = 12345
      doubt 1+12: Ticket has no field `ticketNumber`; write `id = 12345`
        offers: id
      -> id = 12345

    dateCreatedUTC > '[2024-01-01T00:00:00Z]'
      doubt 1+14: Ticket has no field `dateCreatedUTC`; write `dateEntered > [2024-01-01T00:00:00Z]`
        offers: dateEntered
      mended 18+24: a date takes no quotes; it is sent as `[2024-01-01T00:00:00Z]`
      sent: dateCreatedUTC > [2024-01-01T00:00:00Z]
      -> dateEntered > [2024-01-01T00:00:00Z]

    sumary contains 'mail'
      doubt 1+6: Ticket has no field `sumary`; write `summary contains "mail"`
        offers: summary
      -> summary contains "mail"

    status.name = 'New'
      doubt 1+11: Ticket has no field `status.name`; write `status/name = "New"`
        offers: status/name
      -> status/name = "New"

    status_name = 'New' and statusName = 'New'
      doubt 1+11: Ticket has no field `status_name`; write `status/name = "New"`
        offers: status/name
      doubt 25+10: Ticket has no field `statusName`; write `status/name = "New"`
        offers: status/name
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
      doubt 1+11: `company` has no field `nam`; write `company/name = "Acme"`
        offers: company/name
      -> company/name = "Acme"

    company/status/name = 'Active'
      warning 1+19: `company` is a reference that lists no `status/name`; the Company behind it has it; it is sent as it is, since the server follows references
      -> (no repair)

    happiness = 'Low'
      doubt 1+9: Ticket has no field `happiness`; if it is the caption of a custom field, write `customFieldConditions`: `caption = "happiness" AND value = "Low"`; else look up the fields of this operation in its metadata
        offers: customFieldConditions: caption = "happiness" AND value = "Low"
      -> (no repair)

    zzzqqq = 1
      doubt 1+6: Ticket has no field `zzzqqq`; if it is the caption of a custom field, write `customFieldConditions`: `caption = "zzzqqq" AND value = 1`; else look up the fields of this operation in its metadata
        offers: customFieldConditions: caption = "zzzqqq" AND value = 1
      -> (no repair)

    client/name = 'Acme'
      doubt 1+11: Ticket has no field `client/name`; write `company/name = "Acme"`
        offers: company/name
      -> company/name = "Acme"

    createdBy = 'jdoe' and lastModified > [2024-01-01]
      doubt 1+9: Ticket has no field `createdBy`; write `enteredBy = "jdoe"`
        offers: enteredBy
      doubt 24+12: Ticket has no field `lastModified`; write `lastUpdated > [2024-01-01]`
        offers: lastUpdated
      -> enteredBy = "jdoe" AND lastUpdated > [2024-01-01]

    customFields/Escalated = 'Yes'
      doubt 1+22: `customFields/Escalated` is a custom field; write `customFieldConditions`: `caption = "Escalated" AND value = "Yes"`
        offers: caption = "Escalated" AND value = "Yes"
      -> (no repair)

    types/name = 'Client'
      warning 1+10: `types/name` is in an array; filter by it in `childConditions`
      -> (no repair)

    active = true
      doubt 1+6: Company has no field `active`; the nearest is `status/name`
        offers: status/name
      -> (no repair)
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
        (TICKETS, "recordType in ('Service', 'Ticket')"),
    ];
    insta::assert_snapshot!(all(Kind::Conditions, &cases), @r#"
    id = '123' and board/id = 'Help Desk'
      mended 6+5: `id` is a number, `"123"` is not; it is sent as `123`
      error 27+11: `board/id` is a number, "Help Desk" is not; compare `board/name` with it
        offers: board/name
      sent: id = 123 and board/id = 'Help Desk'
      -> id = 123 AND board/name = "Help Desk"

    summary = 404
      mended 11+3: `summary` is a text, `404` is not; it is sent as `"404"`
      sent: summary = "404"
      -> summary = "404"

    closedFlag = 'true' and approved = yes and isInSla = 0
      mended 14+6: `closedFlag` is true or false, `"true"` is not; it is sent as `True`
      mended 36+3: `approved` is true or false, `"yes"` is not; it is sent as `True`
      mended 54+1: `isInSla` is true or false, `0` is not; it is sent as `False`
      sent: closedFlag = True and approved = True and isInSla = False
      -> closedFlag = True AND approved = True AND isInSla = False

    closedFlag = maybe
      error 14+5: `closedFlag` is true or false, `"maybe"` is not; write `True` or `False`
      -> (no repair)

    requiredDate > '2024-01-01T00:00:00Z'
      mended 16+22: `requiredDate` is a date, `"2024-01-01T00:00:00Z"` is not; it is sent as `[2024-01-01T00:00:00Z]`
      sent: requiredDate > [2024-01-01T00:00:00Z]
      -> requiredDate > [2024-01-01T00:00:00Z]

    requiredDate > 30
      error 16+2: `requiredDate` is a date, `30` is not; write it in UTC as `[2024-01-31T09:00:00Z]`
      -> (no repair)

    requiredDate contains '2024'
      error 14+8: `contains` looks into a text, and `requiredDate` is a date; write a range: `requiredDate >= [2024-01-01] AND requiredDate < [2024-02-01]`
      -> (no repair)

    closedDate > '2024-01-01'
      mended 14+12: `closedDate` seems to be a date, and dates take brackets instead of quotes; it is sent as `[2024-01-01]`
      sent: closedDate > [2024-01-01]
      -> closedDate > [2024-01-01]

    id like '%12%' and closedFlag contains 'true'
      error 4+4: `like` looks into a text, and `id` is a number; write `id = 12`
      error 31+8: `contains` looks into a text, and `closedFlag` is true or false; write `closedFlag = True`
      -> id = 12 AND closedFlag = True

    severity = 'Hgih'
      doubt 12+6: `severity` has no value "Hgih"; write `severity = "High"`; all are Low, Medium, High
        offers: High, Medium, Low
      -> severity = "High"

    severity in ('High', 'Critical')
      doubt 22+10: `severity` has no value "Critical"; write one of Low, Medium, High
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
      mended 11+12: `summary` is a text, `[2024-01-01]` is not; it is sent as `"2024-01-01"`
      sent: summary = "2024-01-01"
      -> summary = "2024-01-01"

    agreementStatus = 'Actve'
      doubt 19+7: `agreementStatus` has no value "Actve"; write `agreementStatus = "Active"`; all are Active, Cancelled, Expired, Inactive
        offers: Active, Inactive, Cancelled
      -> agreementStatus = "Active"

    billableOption = 'Do Not Bill'
      doubt 18+13: `billableOption` has no value "Do Not Bill"; write `billableOption = "DoNotBill"`; all are Billable, DoNotBill, NoCharge, NoDefault
        offers: DoNotBill, Billable, NoDefault
      -> billableOption = "DoNotBill"

    recordType in ('Service', 'Ticket')
      doubt 16+9: `recordType` has no value "Service"; write `"ServiceTicket"`; all are ProjectIssue, ProjectTicket, ServiceTicket
        offers: ServiceTicket, ProjectTicket, ProjectIssue
      doubt 27+8: `recordType` has no value "Ticket"; write one of ProjectIssue, ProjectTicket, ServiceTicket
        offers: ProjectTicket, ServiceTicket, ProjectIssue
      -> (no repair)
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
      doubt 1+9: `Escalated` is neither `caption` nor `value`; write `caption = "Escalated" AND value = "Yes"`
        offers: caption = "Escalated" AND value = "Yes"
      -> caption = "Escalated" AND value = "Yes"

    customFields/caption = 'A'
      error 1+20: `customFields/` does not go before `caption` here; write `caption`
      -> caption = "A"
    "#);
}

#[test]
fn wrong_lists() {
    let schema = response(TICKETS);
    let fields = SchemaFields::new(&schema, &named).of_api("ConnectWise PSA");
    let mut out = Vec::new();
    for text in ["dateCreated desc", "-id", "id descending,", "summary down", "company", "order by id desc"] {
        out.push(shown(&check_order_by(text, &fields, &no_meaning)));
    }
    for text in ["id,ticketNumber,summary,urgency", "id,,dateEntered", "*", "id;board.name", "zzzqqq"] {
        out.push(shown(&check_fields(text, &fields, &no_meaning)));
    }
    insta::assert_snapshot!(out.join("\n"), @r"
    dateCreated desc
      doubt 1+16: Ticket has no field `dateCreated`; write `dateEntered desc`
        offers: dateEntered desc
      -> dateEntered desc

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
      error 1+16: `order by id desc` is more than a field and a direction; separate the fields by commas: `board/name, id desc`
      -> (no repair)

    id,ticketNumber,summary,urgency
      warning 4+12: Ticket has no field `ticketNumber`, and the API leaves it out silently; write `id`
        offers: id
      warning 25+7: Ticket has no field `urgency`, and the API leaves it out silently; write `priority/name` or `severity` or `impact`
        offers: priority/name, severity, impact
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
      warning 3+1: a list is separated by commas; write `,`
      warning 4+10: Ticket has no field `board.name`, and the API leaves it out silently; write `board/name`
        offers: board/name
      -> id,board/name

    zzzqqq
      warning 1+6: Ticket has no field `zzzqqq`, and the API leaves it out silently; look up the fields of this operation in its metadata
      -> (no repair)
    ");
}

#[test]
fn something_sensible_is_offered_without_a_model() {
    let schema = response(TICKETS);
    let fields = SchemaFields::new(&schema, &named).of_api("ConnectWise PSA");
    let checked = check(Kind::Conditions, "assignedTo = 'jdoe'", &fields, &no_meaning);
    assert_eq!(checked.findings[0].offers[..2], ["owner/identifier", "resources"]);
}

#[test]
fn a_problem_shows_the_place_in_the_text() {
    let checked = checked(Kind::Conditions, TICKETS, "board/id = 1 AND assignedTo = 'jdoe'");
    let doubts = checked.doubts(&Place::param("conditions"));
    let [Doubt { kind: DoubtKind::Field, name, problem }] = doubts.as_slice() else { panic!("{doubts:?}") };
    assert_eq!(name, "assignedTo");
    assert_eq!(problem.place, Place::param("conditions"));
    assert_eq!(problem.offers.last().map(String::as_str), Some("board/id = 1 AND owner/identifier = \"jdoe\""));
    insta::assert_snapshot!(problem.message, @r"
    column 18: Ticket has no field `assignedTo`
    board/id = 1 AND assignedTo = 'jdoe'
                     ^^^^^^^^^^
    ");
}

#[test]
fn what_a_record_has_in_a_list_of_its_own_is_read_there() {
    let schema = response(TICKETS);
    let apart = |name: &str| (name == "notes").then(|| "/service/tickets/{parentId}/notes".to_owned());
    let fields = SchemaFields::new(&schema, &named).of_api("ConnectWise PSA").with_lists(&apart);
    let noisy = |_: &str| vec!["billProducts".to_owned(), "summary".to_owned()];
    for (kind, text) in [
        (Kind::Conditions, "notes contains 'x'"),
        (Kind::ChildConditions, "notes/text = 'x'"),
        (Kind::Conditions, "notes/text = 'x' and id > 5"),
    ] {
        let checked = check(kind, text, &fields, &noisy);
        let said = shown(&checked);
        assert!(said.contains("read it with GET /service/tickets/{parentId}/notes"), "{said}");
        assert!(!said.contains("offers") && checked.repaired.is_none(), "{said}");
    }
    assert!(shown(&check_order_by("notes desc", &fields, &noisy)).contains("GET /service/tickets/{parentId}/notes"));
    assert!(shown(&check_fields("id,notes", &fields, &noisy)).contains("GET /service/tickets/{parentId}/notes"));
    // Of what is nowhere, a filter of lists is told nothing that is in no list.
    let said = shown(&check(Kind::ChildConditions, "sumary = 'x'", &fields, &noisy));
    assert!(!said.contains("offers"), "{said}");
}

#[test]
fn a_field_is_found_by_what_its_value_is() {
    for (path, text, repaired) in [
        (TICKETS, "closed = true", "closedFlag = true"),
        (TICKETS, "closed > [2024-01-01]", "closedDate > [2024-01-01]"),
        (TIME, "date > [2024-01-01]", "timeStart > [2024-01-01]"),
        (TIME, "hours > 2", "actualHours > 2"),
    ] {
        let checked = checked(Kind::Conditions, path, text);
        assert_eq!(checked.repaired.map(|text| text.to_lowercase()), Some(repaired.to_lowercase()), "{text}");
    }
    let text = checked(Kind::Conditions, TICKETS, "closed = 'jdoe'");
    assert!(!shown(&text).contains("closedFlag"), "{}", shown(&text));
}

#[test]
fn the_id_of_another_record_is_never_the_records_own() {
    for (list, text, offered) in [
        ("/project/tickets", "projectId = 5", "project/id"),
        ("/service/boards/{parentId}/statuses", "boardId = 5", "board/id"),
        (TICKETS, "companyId = 5", "company/id"),
        (TICKETS, "statusName = 'New'", "status/name"),
        // Its own name before it says nothing.
        (TICKETS, "ticketId = 5", "id"),
    ] {
        let schema = response(list);
        let checked = check(Kind::Conditions, text, &SchemaFields::new(&schema, &named), &no_meaning);
        assert_eq!(checked.findings[0].offers, [offered], "{list}: {text}");
    }
}
