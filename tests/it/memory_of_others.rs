//! Does memory ever answer for somebody else? Forty kept calls that hold values, and two hundred requests that say another value,
//! or none: over the real program.

use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::client::Client;
use crate::util::Home;

/// A kept call, with requests that say what it holds and such as do not.
struct Kept {
    method: &'static str,
    path: String,
    params: Value,
    data: Value,
    description: String,
    /// What no call for another request may hold.
    value: String,
    named: Vec<String>,
    others: Vec<String>,
}

fn read(path: &str, params: Value, description: String, value: &str, named: &[String], others: &[String]) -> Kept {
    Kept {
        method: "GET",
        path: path.to_owned(),
        params,
        data: Value::Null,
        description,
        value: value.to_owned(),
        named: named.to_vec(),
        others: others.to_vec(),
    }
}

const CUSTOMERS: [&str; 16] = [
    "Acme",
    "Fabrikam",
    "Northwind Traders",
    "Tailspin Toys",
    "Wide World Importers",
    "Adatum",
    "Litware",
    "Proseware",
    "Alpine Ski House",
    "Wingtip Toys",
    "City Power & Light",
    "Fourth Coffee",
    "Humongous Insurance",
    "Lamna Healthcare",
    "Munson's Pickles",
    "VanArsdel, Ltd.",
];
const OTHER_CUSTOMERS: [&str; 9] = [
    "Contoso",
    "Globex",
    "Blue Yonder",
    "Coho Winery",
    "Relecloud",
    "Trey Research",
    "Acme Dental",
    "Tailspin Travel",
    "Northwind Dental",
];
const KINDS: [[&str; 4]; 4] = [
    ["/service/tickets", "closedFlag=false", "open tickets", "tickets"],
    ["/finance/agreements", "cancelledFlag=false", "active agreements", "agreements"],
    ["/company/contacts", "inactiveFlag=false", "active contacts", "contacts"],
    ["/company/configurations", "activeFlag=true", "active configurations", "configurations"],
];

fn of_customers() -> Vec<Kept> {
    let mut kept = Vec::new();
    for (at, customer) in CUSTOMERS.iter().enumerate() {
        let [path, flag, wanted, records] = KINDS[at % 4];
        let other = OTHER_CUSTOMERS[at % OTHER_CUSTOMERS.len()];
        let another = OTHER_CUSTOMERS[(at + 4) % OTHER_CUSTOMERS.len()];
        let field = if at % 3 == 0 { "identifier" } else { "name" };
        let params = json!({ "conditions": format!("company/{field}=\"{customer}\" and {flag}"), "pageSize": 3 });
        let named = [format!("{wanted} of {customer}"), format!("show me the {wanted} of {customer}")];
        let others = [
            format!("{wanted} of {other}"),
            format!("which {records} does {another} have"),
            format!("{wanted} for {}", other.to_lowercase()),
            (*records).to_owned(),
            format!("list all {wanted}"),
        ];
        let description = format!("{}{} of {customer}", wanted[..1].to_uppercase(), &wanted[1..]);
        kept.push(read(path, params, description, customer, &named, &others));
    }
    kept
}

fn of_boards_and_members() -> Vec<Kept> {
    let mut kept = Vec::new();
    for (board, other) in [
        ("Help Desk", "Billing"),
        ("Network Operations", "Onboarding"),
        ("Projects East", "Projects West"),
        ("NOC", "Alerts"),
    ] {
        let params =
            json!({ "conditions": format!("board/name=\"{board}\" and status/name=\"New\""), "fields": "id,summary" });
        let named = [format!("new tickets on the {board} board"), format!("which tickets on {board} are new")];
        let others = [
            format!("new tickets on the {other} board"),
            format!("closed tickets on the {board} board"),
            format!("what is new on {other}"),
            "new tickets".to_owned(),
            "tickets on a board".to_owned(),
        ];
        kept.push(read(
            "/service/tickets",
            params,
            format!("New tickets on the {board} board"),
            board,
            &named,
            &others,
        ));
    }
    for (member, other) in [
        ("dreyes", "mkhan"),
        ("jsmith", "jsmithson"),
        ("bwong", "apatel"),
        ("tnguyen", "rosa.mendes"),
        ("kowalski", "novak"),
    ] {
        let params = json!({ "conditions": format!("member/identifier=\"{member}\""), "orderBy": "timeStart desc" });
        let named = [format!("time entries of {member}"), format!("which time entries did {member} log")];
        let others = [
            format!("time entries of {other}"),
            format!("what time did {other} log"),
            "time entries".to_owned(),
            "all time entries of a member".to_owned(),
            format!("show {other}'s time entries"),
        ];
        kept.push(read("/time/entries", params, format!("Time entries of {member}"), member, &named, &others));
    }
    kept
}

fn of_records() -> Vec<Kept> {
    let mut kept = Vec::new();
    for (path, id, records, record) in [
        ("/service/tickets/{}/notes", "48213", "notes", "ticket"),
        ("/finance/agreements/{}/additions", "1174", "additions", "agreement"),
        ("/project/projects/{}/phases", "612", "phases", "project"),
        ("/procurement/purchaseorders/{}/lineitems", "1207", "line items", "purchase order"),
        ("/finance/invoices/{}/payments", "60418", "payments", "invoice"),
    ] {
        let path = path.replace("{}", id);
        let named = [format!("{records} of {record} {id}"), format!("show me the {records} of {record} {id}")];
        let others = [
            format!("{records} of {record} {}", id.parse::<u64>().unwrap() + 1),
            format!("{records} of {record} {id}5"),
            format!("{records} of a {record}"),
            format!("{record} {records}"),
            format!("which {records} does {record} 77 have"),
        ];
        kept.push(read(&path, json!({}), format!("{records} of {record} {id}"), id, &named, &others));
    }
    // The value is a number, and the description has the name.
    for (id, customer, other) in [("2417", "Hartwell Dental", "Northgate Legal"), ("1836", "Ridgeway", "Hartwell")] {
        let path = format!("/company/companies/{id}/sites");
        let named = [format!("sites of {customer}"), format!("all the sites of {customer}")];
        let others = [
            format!("sites of {other}"),
            format!("sites of company {}", id.replace('1', "9")),
            "sites of a company".to_owned(),
            "company sites".to_owned(),
            format!("which sites does {other} have"),
        ];
        kept.push(read(&path, json!({}), format!("All sites of {customer}"), id, &named, &others));
    }
    kept
}

fn of_days_and_kinds() -> Vec<Kept> {
    let other = |texts: [&str; 5]| texts.map(str::to_owned);
    let named = |texts: [&str; 2]| texts.map(str::to_owned);
    let filter = |conditions: &str| json!({ "conditions": conditions });
    vec![
        read(
            "/finance/invoices",
            filter("date >= [2026-01-01T00:00:00Z]"),
            "Invoices since January 2026".to_owned(),
            "2026-01-01",
            &named(["invoices since January 2026", "show the invoices since January 2026"]),
            &other([
                "invoices since March 2026",
                "invoices since January 2025",
                "invoices of last month",
                "invoices",
                "all invoices",
            ]),
        ),
        read(
            "/service/tickets",
            filter("closedDate >= [2026-11-23T00:00:00Z]"),
            "Tickets that were closed this week".to_owned(),
            "2026-11-23",
            &named(["tickets that were closed this week", "which tickets were closed this week"]),
            &other([
                "tickets closed last week",
                "tickets closed today",
                "closed tickets",
                "tickets closed in October",
                "tickets",
            ]),
        ),
        read(
            "/service/tickets",
            filter("priority/name=\"Priority 1 - Critical\""),
            "Critical tickets".to_owned(),
            "Critical",
            &named(["critical tickets", "which tickets are P1"]),
            &other([
                "low priority tickets",
                "tickets with a high priority",
                "P2 tickets",
                "medium tickets",
                "service tickets",
            ]),
        ),
        read(
            "/company/contacts",
            json!({ "childConditions": "communicationItems/value=\"pat.lee@fabrikam.example\"" }),
            "Contact with the address pat.lee@fabrikam.example".to_owned(),
            "pat.lee",
            &named(["contact with the address pat.lee@fabrikam.example", "whose contact has pat.lee@fabrikam.example"]),
            &other([
                "contact with the address sam.lee@fabrikam.example",
                "whose address is kim@contoso.example",
                "contact with the address pat.lee@fabrikam.example.org",
                "contacts by mail address",
                "look up a contact",
            ]),
        ),
        read(
            "/company/configurations",
            filter("serialNumber=\"5CG1234XYZ\""),
            "Configuration with the serial number 5CG1234XYZ".to_owned(),
            "5CG1234XYZ",
            &named(["configuration with the serial number 5CG1234XYZ", "which configuration is 5CG1234XYZ"]),
            &other([
                "configuration with the serial number PF3K9Z1",
                "which configuration is 5CG1234XYA",
                "configurations by serial number",
                "configuration with a serial number",
                "find a configuration",
            ]),
        ),
        read(
            "/company/companies",
            filter("territory/name = 'Tampa' and id in (2417, 2418)"),
            "Companies in the Tampa territory".to_owned(),
            "Tampa",
            &named(["companies in the Tampa territory 2417 2418", "companies 2417 2418 of Tampa"]),
            &other([
                "companies in the Boston territory",
                "companies in the tampa bay territory",
                "companies of a territory",
                "companies",
                "list all companies",
            ]),
        ),
        Kept {
            method: "POST",
            data: json!({ "summary": "Weekly backup check", "company": { "identifier": "Litware" } }),
            ..read(
                "/service/tickets",
                json!({}),
                "Open the ticket for the weekly backup check of Litware".to_owned(),
                "Litware",
                &named([
                    "open the ticket for the weekly backup check of Litware",
                    "open a weekly backup check ticket, the company is Litware",
                ]),
                &other([
                    "open the ticket for the weekly backup check of Contoso",
                    "open a ticket for Globex",
                    "open a ticket",
                    "create a service ticket",
                    "open the ticket for a firewall check of Relecloud",
                ]),
            )
        },
        Kept {
            method: "PATCH",
            data: json!([{ "op": "replace", "path": "owner", "value": { "identifier": "apatel" } }]),
            ..read(
                "/service/tickets/50122",
                json!({}),
                "Give ticket 50122 to apatel".to_owned(),
                "apatel",
                &named(["give ticket 50122 to apatel", "assign ticket 50122 to apatel"]),
                &other([
                    "give ticket 50122 to bwong",
                    "give ticket 50199 to apatel's team lead",
                    "give a ticket to somebody",
                    "assign ticket 60001 to mkhan",
                    "change the owner of a ticket",
                ]),
            )
        },
    ]
}

fn saved(client: &mut Client, kept: &[Kept]) -> Vec<i64> {
    let mut ids = Vec::new();
    for one in kept {
        let mut arguments =
            json!({ "path": one.path, "method": one.method, "description": one.description, "params": one.params });
        if !one.data.is_null() {
            arguments["data"] = one.data.clone();
        }
        ids.push(client.result("cache_invocation_pattern", arguments)["entry"]["id"].as_i64().unwrap());
    }
    ids
}

fn hits(client: &mut Client, request: &str) -> Vec<Value> {
    let found =
        client.result("semantic_endpoint_locator", json!({ "query": request, "max_results": 6, "explain": true }));
    found["hits"].as_array().unwrap().clone()
}

/// The read without anything that the entry could fill in.
fn bare(one: &Kept) -> Value {
    json!({ "path": one.path, "dry_run": true })
}

#[test]
fn no_kept_call_answers_for_another_value_or_for_none() {
    let kept: Vec<Kept> =
        [of_customers(), of_boards_and_members(), of_records(), of_days_and_kinds()].into_iter().flatten().collect();
    assert_eq!((kept.len(), kept.iter().map(|one| one.others.len()).sum::<usize>()), (40, 200));
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let mut client = api.client(&home, &[]);
    let ids = saved(&mut client, &kept);
    let mut faults = Vec::new();
    let (mut with_slots, mut with_value) = (0, 0);
    for one in &kept {
        for request in &one.others {
            let hits = hits(&mut client, request);
            if !hits[0]["remembered"].is_null() {
                faults.push(format!("first for `{request}`: {}", hits[0]["remembered"]["description"]));
            }
            for hit in hits.iter().filter(|hit| !hit["remembered"].is_null()) {
                let call = hit["call"].to_string();
                let other = kept.iter().zip(&ids).find(|(_, id)| hit["remembered"]["entry"] == **id).unwrap().0;
                if call.contains(&other.value) && !request.contains(&other.value) {
                    faults.push(format!("for `{request}`: {call}"));
                }
                let slots = hit["call"]["slots"].as_object().cloned().unwrap_or_default();
                with_slots += usize::from(!slots.is_empty());
                with_value += usize::from(slots.values().any(|value| !value.to_string().starts_with("\"<")));
            }
            if one.method == "GET" {
                let mut call = bare(one);
                for question in [Value::Null, json!(request)] {
                    call["question"] = question;
                    let answer = client.dispatch(call.clone());
                    if !answer["memory"].is_null() {
                        faults.push(format!("filled in for `{request}`: {}", answer["memory"]));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    // They are of use for another value all the same.
    assert!(
        with_slots >= 60 && with_value >= 30,
        "{with_slots} with slots, {with_value} of them with the request's own value"
    );
}

#[test]
fn a_request_that_says_what_a_kept_call_holds_finds_it_first() {
    let kept: Vec<Kept> =
        [of_customers(), of_boards_and_members(), of_records(), of_days_and_kinds()].into_iter().flatten().collect();
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let mut client = api.client(&home, &[]);
    let ids = saved(&mut client, &kept);
    let mut missed = Vec::new();
    let mut count = 0;
    for (one, id) in kept.iter().zip(&ids) {
        for request in &one.named {
            count += 1;
            let hits = hits(&mut client, request);
            let found: Vec<&Value> = hits.iter().filter(|hit| !hit["remembered"].is_null()).collect();
            if hits[0]["remembered"]["entry"] != *id {
                let found: Vec<&Value> = found.iter().map(|hit| &hit["remembered"]).collect();
                missed.push(format!("`{request}` for `{}`: {found:?}", one.description));
            }
        }
    }
    assert!(missed.len() * 20 <= count, "{} of {count} missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn an_entry_is_called_with_another_value_by_its_slot() {
    let (api, home) = (Api::of(200, json!([{ "id": 1 }])), Home::indexed());
    let mut client = api.client(&home, &[]);
    let kept = of_customers();
    let id = saved(&mut client, &kept[..1])[0];
    let hits = hits(&mut client, "open tickets of Contoso");
    let offered = hits.iter().find(|hit| !hit["remembered"].is_null()).unwrap();
    let call = &offered["call"];
    assert_eq!((&call["record_identifier"], &call["slots"]), (&json!(id), &json!({ "company_identifier": "Contoso" })));
    assert_eq!(offered["remembered"]["slots"], json!(["company_identifier"]));
    client.dispatch(call.clone());
    assert_eq!(api.one().query("conditions"), Some("company/identifier=\"Contoso\" and closedFlag=false"));
    // What was left to be given is not sent.
    let mut open = call.clone();
    open["slots"] = json!({ "company_identifier": "<company_identifier>" });
    let refused = client.refused("dispatch_api_operation", open);
    assert!(refused.contains("company_identifier"), "{refused}");
    assert_eq!(api.arrived().len(), 1);
    let scores: Vec<f64> = hits.iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
}

#[test]
fn parameters_that_shape_an_answer_are_nobodys_and_are_filled_in_only_where_they_are_asked_for() {
    let (api, home) = (Api::of(200, json!([{ "id": 1 }])), Home::indexed());
    let mut client = api.client(&home, &[]);
    let shape: Map<String, Value> =
        json!({ "fields": "id,summary", "pageSize": 50, "orderBy": "id desc" }).as_object().cloned().unwrap();
    let arguments =
        json!({ "path": "/service/tickets", "method": "GET", "description": "Newest tickets, short", "params": shape });
    client.result("cache_invocation_pattern", arguments);
    let first = &hits(&mut client, "the newest tickets in short")[0];
    assert_eq!(first["call"]["params"], json!(shape), "{first}");
    for (question, is_filled) in
        [(Value::Null, false), (json!("tickets"), false), (json!("the newest tickets, in short"), true)]
    {
        let answer = client.dispatch(json!({ "path": "/service/tickets", "dry_run": true, "question": question }));
        assert_eq!(answer["memory"].is_object(), is_filled, "{question}");
    }
}
