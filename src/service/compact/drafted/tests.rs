use serde_json::json;

use super::*;
use crate::clock::days_of;
use crate::invoke::dialect::{Comparison, FlagWord, Parties, ValueWord};
use crate::service::OutlineField;

fn field(name: &str, type_name: &str) -> OutlineField {
    OutlineField { name: name.to_owned(), type_name: type_name.to_owned(), ..OutlineField::default() }
}

fn reference(name: &str) -> OutlineField {
    let members = vec!["id".to_owned(), "name".to_owned()];
    OutlineField { is_reference: true, members, ..field(name, "object") }
}

fn date(name: &str) -> OutlineField {
    OutlineField { format: Some("date-time".to_owned()), ..field(name, "string") }
}

/// A ticket, in the main.
fn fields() -> Vec<OutlineField> {
    let values = ["Low", "Medium", "High", "All"].map(str::to_owned).to_vec();
    vec![
        field("summary", "string"),
        reference("board"),
        reference("status"),
        reference("priority"),
        reference("company"),
        reference("owner"),
        OutlineField { members: vec!["id".to_owned(), "identifier".to_owned()], ..reference("member") },
        OutlineField { values, ..field("severity", "string") },
        field("closedFlag", "boolean"),
        field("approved", "boolean"),
        field("budgetHours", "number"),
        field("balance", "number"),
        date("dateEntered"),
        date("lastUpdated"),
        date("closedDate"),
        date("requiredDate"),
    ]
}

fn names() -> &'static [String] {
    static NAMES: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| vec!["closedFlag".to_owned()]);
    &NAMES
}

/// What is drafted on Saturday, 28 November 2026.
fn drafted(form: Form, path: &str, request: &str) -> Drafted {
    drafted_of(&fields(), form, path, request)
}

fn drafted_of(fields: &[OutlineField], form: Form, path: &str, request: &str) -> Drafted {
    let called = [
        ("created", vec!["date entered"]),
        ("due", vec!["required date"]),
        ("assigned to", vec!["owner", "member"]),
        ("client", vec!["company"]),
    ];
    let flags = [
        FlagWord { word: "open", names: names(), is_set: false },
        FlagWord { word: "unresolved", names: names(), is_set: false },
        FlagWord { word: "resolved", names: names(), is_set: true },
    ];
    let balance = std::slice::from_ref(&*BALANCE);
    let amounts = [
        FlagWord { word: "unpaid", names: balance, is_set: true },
        FlagWord { word: "paid", names: balance, is_set: false },
    ];
    let valued = |word, part, is_alone| ValueWord { field: "priority", word, part, is_alone };
    let values =
        [valued("critical", "Critical", true), valued("high", "High", false), valued("1", "Priority 1", false)];
    let parties = Some(Parties { organisation: "company", people: &["member", "owner"] });
    let lists = ["/time/entries", "/schedule/entries", "/service/tickets", "/project/tickets"];
    let named = || Some(if path.starts_with("/time") { "TimeEntry" } else { "Ticket" }.to_owned());
    let list = path.split_once("/{").map_or(path, |(list, _)| list);
    let kinds: Vec<Namesakes> = Namesakes::of(list, lists.into_iter(), named).into_iter().collect();
    let today = days_of(2026, 11, 28).unwrap();
    let target = Target {
        path,
        fields: fields.iter().collect(),
        form,
        called: &called,
        flags: &flags,
        amounts: &amounts,
        values: &values,
        parties,
        kinds: &kinds,
        today,
    };
    super::drafted(request, &target)
}

static BALANCE: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "balance".to_owned());

fn filters(request: &str) -> String {
    shown(drafted(Form::Filter, "/service/tickets", request))
}

fn shown(drafted: Drafted) -> String {
    let mut parts: Vec<String> = drafted
        .comparisons
        .iter()
        .map(|(comparison, from)| {
            let said = match comparison {
                Comparison::Equals(path, text) => format!("{path} = '{text}'"),
                Comparison::Contains(path, text) => format!("{path} ~ '{text}'"),
                Comparison::Number(path, text) => format!("{path} = {text}"),
                Comparison::Above(path, text) => format!("{path} > {text}"),
                Comparison::Flag(path, is_set) => format!("{path} = {is_set}"),
                Comparison::From(path, date) => format!("{path} >= {}", &date[..10]),
                Comparison::Before(path, date) => format!("{path} < {}", &date[..10]),
            };
            format!("{said} ({from})")
        })
        .collect();
    parts.sort();
    if !drafted.unused.is_empty() {
        parts.push(format!("not used: {}", drafted.unused.join(", ")));
    }
    parts.join("; ")
}

#[test]
fn a_filter_says_what_leaves_no_doubt_and_what_is_left() {
    for (request, expected) in [
        ("open tickets", "closedFlag = false (open)"),
        ("all unresolved requests", "closedFlag = false (unresolved); not used: requests"),
        ("open support requests", "closedFlag = false (open); not used: support requests"),
        ("tickets that are not approved", "approved = false (not approved)"),
        ("unapproved tickets", "approved = false (unapproved)"),
        ("resolved tickets", "closedFlag = true (resolved)"),
        ("open high severity tickets", "closedFlag = false (open); severity = 'High' (high severity)"),
        ("tickets with severity low", "severity = 'Low' (severity low)"),
        ("high tickets", "severity = 'High' (high)"),
        ("tickets on the Help Desk board", "board/name = 'Help Desk' (Help Desk board)"),
        (
            "tickets with status 'Pending Vendor' on board 12",
            "board/id = 12 (board 12); status/name = 'Pending Vendor' (status Pending Vendor)",
        ),
        ("tickets of client Acme Dental", "company/name = 'Acme Dental' (client Acme Dental)"),
        (
            "tickets created last week",
            "dateEntered < 2026-11-23 (created last week); dateEntered >= 2026-11-16 (created last week)",
        ),
        ("tickets that were updated since Monday", "lastUpdated >= 2026-11-23 (updated since Monday)"),
        (
            "tickets closed yesterday",
            "closedDate < 2026-11-28 (closed yesterday); closedDate >= 2026-11-27 (closed yesterday)",
        ),
        ("tickets due by 2026-12-01", "requiredDate < 2026-12-02 (due by 2026-12-01)"),
    ] {
        assert_eq!(filters(request), expected, "{request}");
    }
}

#[test]
fn what_is_in_doubt_is_not_drafted() {
    for (request, expected) in [
        // A rule about tickets, and which of them nobody asks.
        ("does the desk bill tickets only after they are closed", "not used: desk bill, closed"),
        ("do tickets send mail when they are approved", "not used: send mail, approved"),
        ("are mails sent once tickets are closed", "not used: mails sent once, closed"),
        // What happened on these days nobody says.
        ("tickets from last week", "not used: last week"),
        // Who has it is the owner or the member.
        ("tickets assigned to Maria", "not used: assigned, Maria"),
        ("how many tickets by status", "not used: status"),
        ("all tickets", ""),
        ("the status of Contoso", "not used: status, Contoso"),
        ("approved rights", "not used: approved rights"),
        ("tickets by company ID", "not used: company ID"),
        ("the SLA status of tickets", "not used: SLA status"),
        ("tickets on Monday", "not used: Monday"),
        ("who opened the ticket", "not used: opened"),
        ("open the ticket", "not used: open"),
        // These are the companies.
        ("tickets of resolved companies", "not used: resolved companies"),
        ("resolved companies", "not used: resolved companies"),
        ("", ""),
    ] {
        assert_eq!(filters(request), expected, "{request}");
    }
}

#[test]
fn a_name_is_an_organisations_where_that_is_clear() {
    for (request, expected) in [
        ("tickets of Contoso", "company/name = 'Contoso' (of Contoso)"),
        ("open tickets for Acme Dental", "closedFlag = false (open); company/name = 'Acme Dental' (for Acme Dental)"),
        ("tickets at Trey Nord", "company/name = 'Trey Nord' (at Trey Nord)"),
        (
            "tickets of Litware Inc. that are open",
            "closedFlag = false (open); company/name = 'Litware Inc.' (of Litware Inc.)",
        ),
        ("list Contoso's open tickets", "closedFlag = false (open); company/name = 'Contoso' (Contoso)"),
        (
            "how many critical tickets does Contoso have",
            "company/name = 'Contoso' (does Contoso); priority/name ~ 'Critical' (critical)",
        ),
        (
            "tickets for ACME entered since Monday",
            "company/name = 'ACME' (for ACME); dateEntered >= 2026-11-23 (entered since Monday)",
        ),
        (
            "how many tickets has Northwind Traders created since 1 September 2026",
            "company/name = 'Northwind Traders' (has Northwind Traders); dateEntered >= 2026-09-01 (created since 1 September 2026)",
        ),
        ("tickets of 'Thuy Nguyen'", "company/name = 'Thuy Nguyen' (of Thuy Nguyen)"),
        // A person's, a product's, a day's; of nobody knows whom.
        ("tickets of Maria", "not used: Maria"),
        ("tickets of John Smith", "not used: John Smith"),
        ("tickets of Thuy Nguyen", "not used: Thuy Nguyen"),
        ("tickets for Outlook", "not used: Outlook"),
        ("tickets for SLA", "not used: SLA"),
        // What other nouns are of.
        ("tickets of the Contoso contract", "not used: Contoso contract"),
        ("tickets for Contoso laptops", "not used: Contoso laptops"),
        ("the report for Contoso of tickets", "not used: report, Contoso"),
        ("tickets at the Denver office", "not used: Denver office"),
        ("Acme Dental's tickets", "not used: Acme Dental"),
        // One of two is the wrong one.
        ("tickets of Contoso or of Fabrikam", "not used: Contoso, Fabrikam"),
    ] {
        assert_eq!(filters(request), expected, "{request}");
    }
}

#[test]
fn what_may_be_a_place_is_no_organisation() {
    assert_eq!(filters("tickets for Slough"), "not used: Slough");
    assert_eq!(filters("tickets of New York"), "not used: New York");
    assert_eq!(filters("tickets of London Dental"), "company/name = 'London Dental' (of London Dental)");
    let mut somewhere = fields();
    somewhere.push(reference("site"));
    let said = |request: &str| shown(drafted_of(&somewhere, Form::Filter, "/service/tickets", request));
    assert_eq!(said("tickets at Trey Nord"), "not used: Trey Nord");
    assert_eq!(
        said("tickets at Litware Inc. that are open"),
        "closedFlag = false (open); company/name = 'Litware Inc.' (at Litware Inc.)"
    );
    assert_eq!(said("tickets that are open at Fenwick"), "closedFlag = false (open); not used: Fenwick");
}

#[test]
fn the_record_that_a_list_is_below_is_a_value_of_its_path() {
    let drafted = drafted(Form::Filter, "/service/boards/{parentId}/statuses", "statuses of the Alerts board");
    assert_eq!(json!(drafted.params), json!({ "parentId": "Alerts" }));
    assert_eq!((json!(drafted.from), drafted.comparisons.len()), (json!({ "parentId": "Alerts board" }), 0));
}

#[test]
fn a_persons_records_are_known_where_they_belong_to_one_person() {
    let entries: Vec<OutlineField> = fields().into_iter().filter(|field| field.name != "owner").collect();
    let said = |request: &str| shown(drafted_of(&entries, Form::Filter, "/time/entries", request));
    assert_eq!(said("entries of Ravi Patel"), "member/identifier = 'Ravi Patel' (of Ravi Patel)");
    assert_eq!(said("what did Ravi log"), "member/identifier ~ 'Ravi' (did Ravi); not used: log");
    assert_eq!(said("entries for Contoso"), "company/name = 'Contoso' (for Contoso)");
    // The path says whose they are, or which.
    let of = |path: &str, request: &str| shown(drafted_of(&entries, Form::Filter, path, request));
    assert_eq!(of("/company/companies/{id}/entries", "entries of Contoso"), "not used: Contoso");
    assert_eq!(of("/time/entries/{id}", "entry for Contoso"), "not used: Contoso");
}

#[test]
fn words_for_kinds_of_records_stand_for_a_part_of_their_names() {
    for (request, expected) in [
        ("critical tickets", "priority/name ~ 'Critical' (critical)"),
        ("high priority tickets", "priority/name ~ 'High' (high priority)"),
        ("tickets with priority 1", "priority/name ~ 'Priority 1' (priority 1)"),
        ("tickets of board 1", "board/id = 1 (board 1)"),
        ("priority 7 tickets", "not used: priority 7"),
        ("tickets about a critical server", "not used: critical server"),
        ("open unpaid tickets", "balance > 0 (unpaid); closedFlag = false (open)"),
    ] {
        assert_eq!(filters(request), expected, "{request}");
    }
}

fn changed(request: &str) -> String {
    let drafted = drafted(Form::Change, "/service/tickets/{id}", request);
    let left =
        if drafted.unused.is_empty() { String::new() } else { format!(" not used: {}", drafted.unused.join(", ")) };
    format!("{} {}{left}", json!(drafted.params), json!(drafted.data))
}

#[test]
fn a_change_is_drafted_as_a_flat_body() {
    for (request, expected) in [
        ("set the status of ticket 5 to closed", r#"{"id":5} {"status":{"name":"closed"}}"#),
        ("change ticket 5 to high severity", r#"{"id":5} {"severity":"High"}"#),
        ("move ticket 48230 to the Network board", r#"{"id":48230} {"board":{"name":"Network"}}"#),
        (
            "set the priority of ticket 5 to 'Priority 1 - Critical'",
            r#"{"id":5} {"priority":{"name":"Priority 1 - Critical"}}"#,
        ),
        ("set budget hours of ticket 5 to 8", r#"{"id":5} {"budgetHours":8}"#),
        ("set the required date of ticket 5 to 2026-12-24", r#"{"id":5} {"requiredDate":"2026-12-24T00:00:00Z"}"#),
        ("set the member of ticket 5 to Maria", r#"{"id":5} {"member":{"identifier":"Maria"}}"#),
        ("set a reminder for the status to be told", r#"{} {} not used: reminder, status, told"#),
        ("ticket 5 was billed to the wrong company", r#"{"id":5} {} not used: billed, wrong company"#),
        ("change the summary of company ticket 5 to 2.3.1", r#"{"id":5} {} not used: summary, company, 2.3.1"#),
        ("close ticket 5", r#"{"id":5} {} not used: close"#),
        ("raise the priority of ticket 5", r#"{"id":5} {} not used: raise, priority"#),
    ] {
        assert_eq!(changed(request), expected, "{request}");
    }
}

#[test]
fn values_of_a_path_stand_behind_their_noun() {
    let params = |path: &str, request: &str| json!(drafted(Form::Path, path, request).params).to_string();
    assert_eq!(params("/service/tickets/{parentId}/notes", "notes of ticket 48230"), r#"{"parentId":48230}"#);
    assert_eq!(
        params("/service/boards/{parentId}/statuses", "statuses of board 'Help Desk'"),
        r#"{"parentId":"Help Desk"}"#
    );
    assert_eq!(params("/service/tickets/{parentId}/notes/{id}", "note 3 of ticket 5"), r#"{"parentId":5,"id":3}"#);
    // A number is of the kind of record that is named.
    assert_eq!(params("/time/entries/{id}", "delete time entry 5"), r#"{"id":5}"#);
    assert_eq!(params("/time/entries/{id}", "delete schedule entry 5"), "{}");
    assert_eq!(params("/time/entries/{id}", "delete entry 5"), "{}");
    assert_eq!(params("/service/tickets/{id}", "show project ticket 5"), "{}");
    assert_eq!(params("/service/tickets/{id}", "show the open ticket 5"), r#"{"id":5}"#);
    // Whose ticket it is, is no name of it.
    assert_eq!(params("/service/tickets/{parentId}/notes", "notes of the Acme ticket"), "{}");
    assert_eq!(params("/service/tickets/{id}", "details by ticket ID"), "{}");
    // Two tickets are one too many.
    assert_eq!(params("/service/tickets/{id}", "merge ticket 5 into ticket 6"), "{}");
}
