//! Does each surface say what is wrong in words of its own? The same calls on the command line and over MCP.

use std::path::Path;

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;
use crate::client::Client;
use crate::util::Home;

/// Names that only MCP's tools have.
const OF_TOOLS: [&str; 24] = [
    "params.",
    "`params`",
    "data.",
    "`data`",
    "validate:",
    "raw_request",
    "record_identifier",
    "all_pages",
    "max_items",
    "confirmation",
    "use_memory",
    "`slots`",
    "`next`",
    "search_term",
    "query_api_endpoints",
    "semantic_endpoint_locator",
    "fetch_domain_resources",
    "resolve_resource_metadata",
    "dispatch_api_operation",
    "send_unmediated_payload",
    "read_stored_result",
    "cache_invocation_pattern",
    "display_cached_invocations",
    "discard_cached_entry",
];

const DISPATCH: &str = "dispatch_api_operation";
const RAW: &str = "send_unmediated_payload";
const SAVE: &str = "cache_invocation_pattern";

/// One mistake: as a command and as a tool's call, and what each must be told, whatever else is.
struct Mistake {
    command: Vec<String>,
    tool: &'static str,
    arguments: Value,
    told: [&'static str; 2],
}

fn mistake(command: &[&str], tool: &'static str, arguments: Value, told: [&'static str; 2]) -> Mistake {
    Mistake { command: command.iter().map(|&word| word.to_owned()).collect(), tool, arguments, told }
}

/// ConnectWise's operations without a model, and calls that were saved: 1 a body, 2 with a slot, 3 a read.
fn home() -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    home.run(&["index", "build", "-q"]).ok();
    let save = |arguments: &[&str]| home.run(&[&["memory", "save", "-q"], arguments].concat()).ok();
    let body = r#"{"summary":"Weekly check","company":{"id":55}}"#;
    save(&["POST", "/service/tickets", "--description", "Open the weekly check", "--data", body]);
    let notes = "/service/tickets/48213/notes";
    save(&["GET", notes, "--description", "Notes of a ticket", "--slot", "ticket_id"]);
    save(&["GET", "/company/companies", "--description", "Acme", "--param", "conditions=name = 'Acme'"]);
    home
}

fn mistakes() -> Vec<Mistake> {
    const TICKETS: &str = "/service/tickets";
    const TICKET: &str = "/service/tickets/5";
    let dispatch = |command: &[&str], method: &str, path: &str, rest: Value, told| {
        let mut arguments = json!({ "method": method, "path": path });
        arguments.as_object_mut().unwrap().extend(rest.as_object().cloned().unwrap());
        mistake(&[&["call", method, path], command].concat(), DISPATCH, arguments, told)
    };
    let get = |command: &[&str], path: &str, rest: Value, told| dispatch(command, "GET", path, rest, told);
    let body = |method: &str, path: &str, data: Value, told| {
        let text = data.to_string();
        dispatch(&["--data", &text, "--yes"], method, path, json!({ "data": data }), told)
    };
    let raw = |request: &str, told| mistake(&["raw", request], RAW, json!({ "raw_request": request }), told);
    let save = |command: &[&str], rest: Value, told| {
        let mut arguments = json!({ "method": "GET", "path": TICKETS });
        arguments.as_object_mut().unwrap().extend(rest.as_object().cloned().unwrap());
        mistake(&[&["memory", "save", "GET", TICKETS], command].concat(), SAVE, arguments, told)
    };
    vec![
        get(&[], "/service/tickets/{id}", json!({}), ["--param id=...", "`id` in `params`"]),
        get(
            &["--param", "pageSize=many"],
            TICKETS,
            json!({ "params": { "pageSize": "many" } }),
            ["--param pageSize: ", "params.pageSize: "],
        ),
        get(
            &["--param", "pagesSize=1"],
            TICKETS,
            json!({ "params": { "pagesSize": "1" } }),
            ["`--no-validate`", "`validate: false`"],
        ),
        get(
            &["--param", "summary=Outage"],
            TICKETS,
            json!({ "params": { "summary": "Outage" } }),
            [r#"`--param 'conditions=summary = "Outage"'`"#, r#"`conditions`: `summary = "Outage"`"#],
        ),
        get(
            &["--param", "conditions=id == 5"],
            TICKETS,
            json!({ "params": { "conditions": "id == 5" } }),
            ["--param conditions: column 4", "params.conditions: column 4"],
        ),
        get(&["--param", "id=6"], TICKET, json!({ "params": { "id": 6 } }), ["in `--param`", "in `params`"]),
        get(
            &["--param", "page=2"],
            "/service/tickets?page=1",
            json!({ "params": { "page": 2 } }),
            ["--param page: ", "params.page: "],
        ),
        body("GET", TICKETS, json!({ "a": 1 }), ["Leave `--data` out", "Leave `data` out"]),
        body("DELETE", TICKET, json!({ "a": 1 }), ["Leave `--data` out", "Leave `data` out"]),
        body("POST", TICKETS, json!({ "sumary": "x" }), ["sumary of --data: ", "data.sumary: "]),
        body("POST", TICKETS, json!({ "qqq": "x" }), ["`describe`", "resolve_resource_metadata"]),
        body(
            "POST",
            TICKETS,
            json!({ "summary": "x", "company": { "id": 1 }, "customFields": [{ "id": "a" }] }),
            ["customFields[0].id of --data: ", "data.customFields[0].id: "],
        ),
        body("PATCH", TICKET, json!([{ "path": "summary" }]), ["[0].value of --data: ", "data[0].value: "]),
        dispatch(&["--yes"], "POST", "/company/companies", json!({}), ["Give it as `--data`", "Give it as `data`"]),
        dispatch(&["--yes"], "POST", TICKETS, json!({}), ["give `--entry 1`", "give `record_identifier` 1"]),
        dispatch(
            &["--all-pages", "--data", r#"{"text":"x","resolutionFlag":true}"#, "--yes"],
            "POST",
            "/service/tickets/5/notes",
            json!({ "all_pages": true, "data": { "text": "x", "resolutionFlag": true } }),
            ["--all-pages", "all_pages"],
        ),
        get(
            &["--entry", "999"],
            TICKETS,
            json!({ "record_identifier": 999 }),
            ["`memory list`", "display_cached_invocations"],
        ),
        get(
            &["--entry", "1"],
            TICKETS,
            json!({ "record_identifier": 1 }),
            ["leave --entry out", "leave record_identifier out"],
        ),
        get(
            &["--entry", "2"],
            "/service/tickets/{parentId}/notes",
            json!({ "record_identifier": 2 }),
            ["--slot: values are missing for `ticket_id`", "slots: values are missing for `ticket_id`"],
        ),
        get(
            &["--entry", "3"],
            "/company/companies",
            json!({ "record_identifier": 3 }),
            ["`memory discard 3`", "discard_cached_entry 3"],
        ),
        raw("GET", ["the request: there is no path", "raw_request: there is no path"]),
        raw("GET /service/tickets {", ["the request: what follows", "raw_request: what follows"]),
        raw("FETCH /service/tickets", ["the request: ", "raw_request: "]),
        save(
            &["--description", ""],
            json!({ "description": "" }),
            ["--description: it is empty", "description: it is empty"],
        ),
        save(
            &["--description", "x", "--param", "password=hunter22hunter"],
            json!({ "description": "x", "params": { "password": "hunter22hunter" } }),
            ["--param password looks", "params.password looks"],
        ),
    ]
}

/// Whether a text has an option of the command line's. How the server itself is started is nobody else's business.
fn has_option(text: &str) -> bool {
    text.replace("--writes", "").split("--").skip(1).any(|after| after.starts_with(|c: char| c.is_ascii_lowercase()))
}

fn is_of_no_tool(what: &str, text: &str) {
    let foreign: Vec<&&str> = OF_TOOLS.iter().filter(|name| text.contains(**name)).collect();
    assert!(foreign.is_empty(), "{what} says {foreign:?}:\n{text}");
}

fn told(client: &mut Client, tool: &str, arguments: Value) -> String {
    let answer = client.call(tool, arguments);
    answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[test]
fn every_mistake_is_told_in_the_words_of_its_surface() {
    let (api, home) = (Api::of(400, json!({ "code": "InvalidObject", "message": "no" })), home());
    let mut client = api.client(&home, &[]);
    for Mistake { command, tool, arguments, told: [at_terminal, to_client] } in mistakes() {
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let said = api.run(&home, &command);
        assert!(matches!(said.code, 1 | 2), "{command:?}: {}", said.stdout);
        is_of_no_tool(&format!("{command:?}"), &said.stderr);
        assert!(said.stderr.contains(at_terminal), "{command:?}: {}", said.stderr);
        let said = told(&mut client, tool, arguments.clone());
        assert!(!has_option(&said), "{tool} {arguments}: {said}");
        assert!(said.contains(to_client), "{tool} {arguments}: {said}");
    }
}

#[test]
fn answers_say_how_to_go_on_in_the_words_of_their_surface() {
    let api = Api::answering(|request: &Request| {
        let next = format!("<{}?page=2>; rel=\"next\"", request.url.path());
        ResponseTemplate::new(200).insert_header("Link", next.as_str()).set_body_json(json!([{ "id": 1 }]))
    });
    let home = home();
    let mut client = api.client(&home, &[]);
    let at_terminal = |arguments: &[&str]| {
        let said = api.run(&home, arguments).ok();
        let said = format!("{}{}", said.stdout, said.stderr);
        is_of_no_tool(&format!("{arguments:?}"), &said);
        said
    };
    let calls = [
        (vec!["--param", "pageSize=1"], json!({ "params": { "pageSize": 1 } }), ["give `--param page=2", "add `next`"]),
        (
            vec!["--use-memory"],
            json!({ "question": "The company Acme" }),
            ["ask again without --use-memory", "ask again with use_memory: false"],
        ),
        (
            vec!["--entry", "3"],
            json!({ "record_identifier": 3 }),
            ["ask again without --entry", "without record_identifier"],
        ),
        (
            vec!["--param", "Page=1", "--dry-run"],
            json!({ "params": { "Page": 1 }, "dry_run": true }),
            ["`--param Page` is sent as `page`", "`params.Page` is sent as `page`"],
        ),
    ];
    for (command, mut arguments, [at, to]) in calls {
        let said = at_terminal(&[&["call", "GET", "/company/companies"], &command[..]].concat());
        assert!(said.contains(at), "{command:?}: {said}");
        arguments["path"] = "/company/companies".into();
        let said = told(&mut client, DISPATCH, arguments.clone());
        assert!(!has_option(&said) && said.contains(to), "{arguments}: {said}");
    }
    let documents = at_terminal(&["call", "GET", "/system/documents", "--dry-run"]);
    assert!(documents.contains("give `--param recordType=... --param recordId=...`"), "{documents}");
    let documents = told(&mut client, DISPATCH, json!({ "path": "/system/documents", "dry_run": true }));
    assert!(documents.contains("add recordType and recordId to `params`"), "{documents}");
}

#[test]
fn refusals_say_whom_to_ask_in_the_words_of_their_surface() {
    let (api, home) = (Api::of(200, json!({})), home());
    let delete = ["call", "DELETE", "/service/tickets/5"];
    let unattended = api.run(&home, &delete);
    assert!(unattended.code == 2 && unattended.stderr.contains("--yes"), "{}", unattended.stderr);
    is_of_no_tool("a deletion", &unattended.stderr);
    let call = json!({ "path": "/service/tickets/5", "method": "DELETE" });
    let preview = told(&mut api.client(&home, &[]), DISPATCH, call.clone());
    assert!(preview.contains("`confirmation`") && !has_option(&preview), "{preview}");

    home.write("config.toml", "writes = \"deny\"\n");
    for command in [&[&delete[..], &["--yes"]].concat()[..], &["memory", "discard", "1"], &["memory", "flush", "--yes"]]
    {
        let denied = api.run(&home, command);
        assert!(denied.code == 2 && denied.stderr.contains("`writes = \"ask\"`"), "{command:?}: {}", denied.stderr);
        assert!(!denied.stderr.contains("server") && !has_option(&denied.stderr), "{}", denied.stderr);
    }
    let mut client = api.client(&home, &[]);
    for (tool, arguments) in [(DISPATCH, call), ("discard_cached_entry", json!({ "record_identifier": 1 }))] {
        let denied = told(&mut client, tool, arguments);
        assert!(denied.contains("--writes ask"), "{denied}");
    }
    assert_eq!(api.lines().len(), 0);
}
