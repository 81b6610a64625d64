//! What a person at a terminal meets: short descriptions, tables, completions, and shells that change what is typed.

use serde_json::json;

use crate::api::Api;
use crate::util::{Home, run_shared};

#[test]
fn describe_takes_a_path_alone_and_search_is_called_find_too() {
    let both = run_shared(&["describe", "/service/tickets"]).ok();
    assert!(both.stdout.starts_with("GET /service/tickets\n"), "{}", both.stdout);
    assert!(both.stderr.contains("at this path there is POST, too"), "{}", both.stderr);
    let acts = run_shared(&["describe", "/service/tickets/5/merge"]).ok();
    assert!(acts.stdout.starts_with("POST /service/tickets/{parentId}/merge\n"), "{}", acts.stdout);
    assert!(!acts.stderr.contains("at this path"), "{}", acts.stderr);
    let turned = run_shared(&["describe", "/service/tickets", "post"]).ok();
    assert!(turned.stdout.starts_with("POST /service/tickets\n"), "{}", turned.stdout);
    for (wrong, says) in [
        (&["describe", "/service/ticketz"] as &[&str], "GET /service/ticketz is no operation"),
        (&["describe", "/service/tickets", "/service/boards"], "neither is a request method"),
        (&["describe", "POST"], "a path is missing behind POST"),
        (&["describe", "open", "tickets"], "cw-orchestrator search open tickets"),
    ] {
        let refused = run_shared(wrong);
        assert!(refused.code == 2 && refused.stderr.contains(says), "{}", refused.stderr);
    }
    let found = |command| run_shared(&[command, "open", "tickets", "--json"]).ok().json()["hits"].clone();
    assert_eq!(found("find"), found("search"));
}

#[test]
fn describe_is_short_and_has_its_parts_when_asked() {
    let short = run_shared(&["describe", "POST", "/service/tickets"]).ok().stdout;
    assert!(short.lines().count() <= 50 && short.contains("\n  board "), "{short}");
    assert!(short.contains("cw-orchestrator call POST /service/tickets --set summary="), "{short}");
    let schema = run_shared(&["describe", "POST", "/service/tickets", "--schema"]).ok().stdout;
    assert!(schema.contains("\nrequest body (application/json)\n{\n") && !schema.contains("response 201"), "{schema}");
    let response = run_shared(&["describe", "POST", "/service/tickets", "--response"]).ok().stdout;
    assert!(response.contains("response 201") && !response.contains("request body"), "{response}");
    let filters = run_shared(&["describe", "GET", "/service/tickets", "--filters", "BOARD"]).ok().stdout;
    assert!(filters.lines().all(|line| line.to_lowercase().contains("board")), "{filters}");
    assert!(filters.contains("board/name: string\n"), "{filters}");
    let all = run_shared(&["describe", "GET", "/service/tickets", "--filters"]).ok().stdout;
    assert!(all.lines().count() > 100, "{all}");
    let none = run_shared(&["describe", "GET", "/service/tickets", "--filters", "nosuchfield"]);
    assert!(none.code == 1 && none.stderr.contains("no field to filter by has `nosuchfield`"), "{}", none.stderr);
    let takes_none = run_shared(&["describe", "POST", "/service/tickets", "--filters"]);
    assert!(takes_none.code == 1 && takes_none.stderr.contains("takes no filters"), "{}", takes_none.stderr);
    let part = run_shared(&["describe", "GET", "/service/tickets", "--filters", "board", "--json"]).ok().json();
    let names: Vec<&String> = part.as_object().unwrap().keys().collect();
    assert_eq!(names, ["condition_fields"]);
}

#[test]
fn an_operation_of_any_api_is_shown_in_short() {
    let home = Home::empty();
    let manifest = json!({
        "openapi": "3.0.3", "info": { "title": "Shop", "version": "1" },
        "paths": {
            "/orders/{orderId}": { "put": {
                "summary": "Change an order",
                "description": (1..=9).map(|line| format!("line {line}\n")).collect::<String>(),
                "parameters": [
                    { "name": "orderId", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } },
                    { "name": "notify", "in": "query", "description": "Whom to tell. Nobody by default.", "schema": { "type": "string", "enum": ["buyer", "seller"] } },
                ],
                "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Order" } } } },
                "responses": { "200": { "description": "ok", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Order" } } } } }
            } },
            "/customers": { "get": { "responses": { "200": { "description": "ok" } } } }
        },
        "components": { "schemas": {
            "Order": { "type": "object", "required": ["customer", "due"], "properties": {
                "number": { "type": "string", "readOnly": true },
                "lines": { "type": "array", "items": { "type": "object", "properties": { "sku": { "type": "string" }, "count": { "type": "integer" } } } },
                "customer": { "$ref": "#/components/schemas/CustomerRef" },
                "due": { "type": "string", "format": "date" },
            } },
            "CustomerRef": { "type": "object", "properties": { "id": { "type": "integer" }, "name": { "type": "string" } } },
        } }
    });
    let file = home.write("shop.json", &manifest.to_string());
    home.run(&["index", "build", "--api", "shop", "--manifest", file.to_str().unwrap()]).ok();
    let text = home.run(&["describe", "PUT", "/orders/{orderId}"]).ok().stdout;
    for line in [
        "  ... and 5 more lines: --schema",
        "  orderId * string (uuid)",
        "  notify    buyer | seller: Whom to tell",
        "  customer * -> customers {id, name}",
        "  due      * date",
        "  lines      list of {sku, count}",
        "Answer: Order, as it is then: --response",
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line} in\n{text}");
    }
    assert!(!text.contains("  number "), "{text}");
    let command = text.lines().last().unwrap().trim().trim_start_matches("cw-orchestrator ");
    let words: Vec<&str> = command.split(' ').collect();
    assert!(words.contains(&"customer/id=1"), "{command}");
    home.write("config.toml", "[apis.shop]\nbase_url = \"http://127.0.0.1:9\"\n");
    home.run(&[&words[..], &["--dry-run"]].concat()).ok();
}

#[test]
fn rows_are_json_in_a_pipe_and_a_table_of_the_columns_that_are_chosen() {
    let rows = json!([
        { "id": 1, "summary": "Printer", "status": { "id": 5, "name": "New" } },
        { "id": 2, "summary": "VPN \u{1b}[2J", "status": { "id": 6, "name": "Closed" } },
    ]);
    let (api, home) = (Api::of(200, rows.clone()), Home::indexed());
    let call = ["call", "GET", "/service/tickets"];
    let piped = api.run(&home, &call).ok();
    assert_eq!(piped.json(), rows);
    let table = api.run(&home, &[&call[..], &["--columns", "id,status/name"]].concat()).ok();
    assert_eq!(table.stdout, "id  status/name\n1   New\n2   Closed\n");
    let summaries = api.run(&home, &[&call[..], &["--columns", "summary"]].concat()).ok();
    assert!(!summaries.stdout.contains('\u{1b}') && summaries.stdout.contains("\\u001b[2J"), "{}", summaries.stdout);
    assert!(!table.stderr.contains("no row has"), "{}", table.stderr);
    let misspelt = api.run(&home, &[&call[..], &["--columns", "id,sumary"]].concat()).ok();
    assert!(misspelt.stdout.starts_with("id  sumary\n"), "{}", misspelt.stdout);
    for part in ["note: no row has a column `sumary`; the nearest is `summary`", "the columns are id, summary, status;"]
    {
        assert!(misspelt.stderr.contains(part), "{part}: {}", misspelt.stderr);
    }
    let both = api.run(&home, &[&call[..], &["--columns", "id", "--json"]].concat());
    assert!(both.code == 2 && both.stderr.contains("--json"), "{}", both.stderr);
}

#[test]
fn hints_come_once_after_the_rows_and_quiet_is_quiet() {
    let (api, home) = (Api::of(200, json!([{ "id": 1 }])), Home::indexed());
    let call = ["call", "GET", "/service/tickets", "--param", "pageSize=1", "--param", "conditions=id>5"];
    let said = api.run(&home, &call).ok().stderr;
    let places: Vec<Option<usize>> =
        ["--param page=2", "keep it: cw-orchestrator memory save GET"].map(|text| said.find(text)).to_vec();
    assert!(places[0].is_some() && places[0] < places[1], "{said}");
    assert!(!said.contains("`next`"), "{said}");
    for line in said.lines().filter(|line| line.starts_with("note: ")) {
        assert_eq!(said.matches(line).count(), 1, "{said}");
    }
    let quiet = api.run(&home, &[&call[..], &["-q"]].concat()).ok();
    assert_eq!(quiet.json(), json!([{ "id": 1 }]));
    // That rows are missing is no hint.
    assert!(quiet.stderr.lines().all(|line| line == "more_exist: true"), "{}", quiet.stderr);
}

#[test]
fn colours_are_for_terminals_unless_they_are_asked_for() {
    let describe = ["describe", "GET", "/service/tickets"];
    assert!(!run_shared(&describe).ok().stdout.contains('\u{1b}'));
    let coloured = run_shared(&[&describe[..], &["--color", "always"]].concat()).ok().stdout;
    assert!(coloured.contains("\u{1b}[1mGET\u{1b}[0m"), "{coloured}");
    assert!(!run_shared(&[&describe[..], &["--color", "never"]].concat()).ok().stdout.contains('\u{1b}'));
}

#[test]
fn completions_and_pages_come_on_standard_output_and_make_nothing() {
    let home = Home::empty();
    for (shell, has) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef cw-orchestrator"),
        ("fish", "complete -c cw-orchestrator"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let script = home.run(&["completions", shell]).ok().stdout;
        assert!(script.contains(has) && script.contains("describe"), "{shell}: {script}");
    }
    let page = home.run(&["man"]).ok().stdout;
    assert!(page.contains(".TH cw-orchestrator") && page.contains("describe"), "{page}");
    let page = home.run(&["man", "call"]).ok().stdout;
    assert!(page.contains("\\-\\-columns"), "{page}");
    let missing = home.run(&["man", "cal"]);
    assert!(
        missing.code == 2 && missing.stderr.contains("no command `cal`; there are index, search"),
        "{}",
        missing.stderr
    );
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn whoever_asks_in_words_for_an_operation_is_led_to_search() {
    for (arguments, says) in [
        (&["describe", "close", "a", "ticket"][..], "search close a ticket\n"),
        (&["call", "tickets"], "search tickets\n"),
        (&["boards", "--json"], "search boards\n"),
    ] {
        let refused = run_shared(arguments);
        let says = format!("to find an operation by words: cw-orchestrator {says}");
        assert!(refused.code == 2 && refused.stderr.ends_with(&says), "{arguments:?}: {}", refused.stderr);
    }
    for (arguments, says) in [
        (
            &["call", "/service/tickets", "--dry-run"][..],
            "the method comes before the path: cw-orchestrator call GET /service/tickets --dry-run\n",
        ),
        (
            &["call", "GET", "/service/tickets", "--conditions", "id = 1"],
            "a parameter of the operation: --param conditions=VALUE; a field of the body: --set conditions=VALUE\n",
        ),
        (&["memory", "forget", "1"], "cw-orchestrator memory has: list, save, discard, flush, import, export\n"),
        (&["index", "drop"], "cw-orchestrator index has: build, add, remove, list, status, verify\n"),
    ] {
        let refused = run_shared(arguments);
        assert!(refused.code == 2 && refused.stderr.ends_with(says), "{arguments:?}: {}", refused.stderr);
    }
    let bare = std::process::Command::new(env!("CARGO_BIN_EXE_cw-orchestrator")).output().unwrap();
    let said = String::from_utf8_lossy(&bare.stderr);
    assert!(bare.status.code() == Some(2) && said.contains("To begin: cw-orchestrator search"), "{said}");
    let near = run_shared(&["serach", "tickets"]);
    assert!(near.stderr.contains("'search'") && !near.stderr.contains("by words"), "{}", near.stderr);
    let domain = run_shared(&["resources", "/time/"]).ok().stdout;
    assert!(domain.contains("/time/entries"), "{domain}");
    let resource = run_shared(&["resources", "Tickets"]);
    assert!(
        resource.code == 2 && resource.stderr.contains("it is a resource of project, service"),
        "{}",
        resource.stderr
    );
}

#[test]
fn what_a_shell_made_of_a_path_or_a_body_is_named_with_the_cure() {
    let post = ["call", "POST", "/service/tickets", "--dry-run", "--data"];
    for (arguments, says) in [
        (
            vec!["call", "GET", "C:/Program Files/Git/service/tickets", "--dry-run"],
            "such as service/tickets, or set MSYS_NO_PATHCONV=1",
        ),
        (vec!["describe", "GET", "C:/Program Files/Git/company/contacts"], "such as company/contacts, or"),
        (vec!["raw", "GET", "C:/msys64/service/tickets"], "such as 'GET /service/tickets', or"),
        (vec!["raw", "GET C:/Program Files/Git/service/tickets"], "MSYS_NO_PATHCONV=1"),
        (vec!["raw", "POST", "/service/tickets", "{summary:", "two", "words}", "--dry-run"], "PowerShell 5.1"),
        (vec!["raw", "POST /service/tickets {summary:Outage}"], "use `call`, and give single fields, such as --set"),
        (vec!["call", "GET", "\\service\\tickets", "--dry-run"], "write /service/tickets"),
        (vec!["describe", "GET", "service\\tickets"], "write service/tickets"),
        (vec!["raw", "GET", "\\service\\tickets"], "write /service/tickets"),
        ([&post[..], &["{summary:Outage}"]].concat(), "--set status/name=Closed"),
        ([&post[..], &["{summary: two", "words}"]].concat(), "PowerShell 5.1"),
        ([&post[..], &["'{\"summary\":\"x\"}'"]].concat(), "cmd.exe"),
    ] {
        let refused = run_shared(&arguments);
        assert!(refused.code == 2 && refused.stderr.contains(says), "{arguments:?}: {}", refused.stderr);
    }
    let url = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets/5";
    let pasted = run_shared(&["describe", "GET", url]).ok().stdout;
    assert!(pasted.starts_with("GET /service/tickets/{id}\n"), "{pasted}");
}

#[test]
fn nonsense_finds_nothing_and_weak_matches_say_so() {
    let nonsense = run_shared(&["search", "flurbish", "the", "gronk"]);
    assert_eq!((nonsense.code, nonsense.stdout.as_str()), (1, ""));
    assert!(nonsense.stderr.contains("nothing fits"), "{}", nonsense.stderr);
    let found = run_shared(&["search", "open", "tickets", "of", "a", "company"]).ok();
    assert!(found.stdout.contains("/service/tickets") && !found.stderr.contains("weak"), "{}", found.stderr);
    // Programs decide for themselves.
    assert!(!run_shared(&["search", "flurbish the gronk", "--json"]).json()["hits"].as_array().unwrap().is_empty());
}

#[test]
fn a_command_line_that_is_none_is_repeated_without_what_could_deceive() {
    let home = Home::with_models("/nonexistent/models".into());
    let word = "x\u{202e}\u{1b}[31m\u{9b}2J\u{200b}\u{7f}";
    for arguments in
        [&["completions", word][..], &["describe", word, "/x"], &["memory", "discard", word], &["index", "list", word]]
    {
        let refused = home.run(arguments);
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        let is_plain = |c: char| c == '\n' || !(c.is_control() || matches!(c, '\u{202e}' | '\u{200b}'));
        assert!(refused.stderr.chars().all(is_plain), "{:?}", refused.stderr);
        assert!(refused.stderr.contains("\\u202e"), "{:?}", refused.stderr);
    }
}
