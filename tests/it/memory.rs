//! Fast memory through the real program: what is kept, found, removed, and what survives whatever happens to the processes that
//! use it.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use cw_orchestrator::memory::{FILE_NAME, Memory};
use serde_json::{Value, json};

use crate::api::{Api, PRIVATE, settled};
use crate::client::Client;
use crate::util::{Home, ran, small_manifest};

const SAVE: &str = "cache_invocation_pattern";
const LIST: &str = "display_cached_invocations";
const DISCARD: &str = "discard_cached_entry";
const FLUSH: &str = "flush_rapid_recall_system";

fn save(description: &str, path: &str, params: Value) -> Value {
    json!({ "path": path, "method": "GET", "description": description, "params": params })
}

fn memory(home: &Home) -> Memory {
    Memory::at(&home.path().join(FILE_NAME))
}

fn ids(listing: &Value) -> Vec<i64> {
    listing["entries"].as_array().unwrap().iter().map(|entry| entry["id"].as_i64().unwrap()).collect()
}

/// A home with a small index, and no model: saving takes as long as its commit.
fn bare() -> Home {
    let home = Home::with_models("nowhere".into());
    let manifest = home.write("pets.json", &small_manifest("Pets"));
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap()]).ok();
    home
}

#[test]
fn the_command_line_keeps_finds_and_removes_calls() {
    let home = Home::indexed();
    let nothing = home.run(&["memory", "list"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (1, ""));
    assert!(nothing.stderr.contains("memory save"), "{}", nothing.stderr);
    assert!(!home.path().join(FILE_NAME).exists());
    let open = ["memory", "save", "GET", "/service/tickets", "--description", "Critical tickets that are still open"];
    let filter = ["--param", "conditions=status/name='Open' and company/id = 4711"];
    let saved = home.run(&[&open[..], &filter].concat()).ok();
    assert_eq!(saved.stdout, "saved entry 1\n");
    assert!(saved.stderr.contains("--slot company_id"), "{}", saved.stderr);
    assert_eq!(home.run(&[&open[..], &filter].concat()).ok().stdout, "updated entry 1\n");
    let slotted = home.run(&[&open[..], &filter, &["--slot", "company_id", "--json"]].concat()).ok().json();
    assert_eq!(slotted["entry"]["params"]["conditions"], "status/name='Open' and company/id = {company_id}");
    assert_eq!(slotted["entry"]["slots"][0]["example"], "4711");
    let one = ["memory", "save", "get", "company/companies/55/", "--description", "Our biggest customer"];
    assert_eq!(home.run(&one).ok().stdout, "saved entry 3\n");

    let listed = home.run(&["memory", "list", "--json"]).ok().json();
    assert_eq!((listed["total"].as_u64(), ids(&listed)), (Some(3), vec![3, 2, 1]));
    assert_eq!(
        (&listed["entries"][0]["template"], &listed["entries"][0]["path"]),
        (&json!("/company/companies/{id}"), &json!("/company/companies/55"))
    );
    let words = home.run(&["memory", "list", "COMPANIES customer", "--json"]).ok().json();
    assert_eq!((ids(&words), &words["entries"][0]["found_by"]), (vec![3], &json!("words")));
    let meant = home.run(&["memory", "list", "which critical requests were not closed yet", "--json"]).ok().json();
    assert_eq!((ids(&meant), &meant["entries"][0]["found_by"]), (vec![2, 1], &json!("meaning")));
    assert_eq!(home.run(&["memory", "list", "weather in Paris"]).code, 1);
    let table = home.run(&["memory", "list"]).ok().stdout;
    assert!(table.contains("asks for company_id") && table.contains("Our biggest customer"), "{table}");

    assert!(home.run(&["memory", "discard", "3"]).ok().stdout.contains("Our biggest customer"));
    assert_eq!(home.run(&["memory", "discard", "3"]).code, 1);
    let file = home.path().join("export.jsonl");
    let exported = home.run(&["memory", "export", file.to_str().unwrap()]).ok();
    assert!(exported.stderr.contains("2 entries are in "), "{}", exported.stderr);
    let again = home.run(&["memory", "export", file.to_str().unwrap()]);
    assert!(again.code == 2 && again.stderr.contains("not there yet"), "{}", again.stderr);
    let exported = home.run(&["memory", "export"]).ok().stdout;
    assert_eq!(exported, std::fs::read_to_string(&file).unwrap());

    let refused = home.command(&["memory", "flush"]).stdin(Stdio::null()).output().map(ran).unwrap();
    assert!(refused.code == 2 && refused.stderr.contains("--yes"), "{}", refused.stderr);
    let flushed = home.run(&["memory", "flush", "--yes", "--json"]).ok().json();
    assert_eq!(flushed["removed"], 2);
    assert_eq!(memory(&home).count().unwrap(), 0);
    let back = home.run(&["memory", "import", flushed["copy"].as_str().unwrap(), "--json"]).ok().json();
    assert_eq!((&back["new"], &back["refused"]), (&json!(2), &json!([])));
    let known = home.run(&["memory", "import", file.to_str().unwrap()]).ok();
    assert_eq!(known.stdout, "0 new, 2 known, 0 left out\n");
}

#[test]
fn mistakes_are_told_with_their_cure_and_save_nothing() {
    let home = Home::indexed();
    let mut client = Client::spawn(settled(&home, "http://127.0.0.1:9", &["serve"]).stderr(Stdio::null()), None);
    for (arguments, expected) in [
        (save(" ", "/service/tickets", json!({})), "description"),
        (json!({ "path": "/service/tickets", "method": "FETCH", "description": "x" }), "FETCH"),
        (save("x", "/service/tickets", json!({ "token": "abc" })), "params.token looks like a secret"),
        (save(&format!("with {PRIVATE}"), "/service/tickets", json!({})), "description"),
        (
            json!({ "path": "/service/tickets", "method": "POST", "description": "x", "data": { "a": { "password": "b" } } }),
            "data.a.password",
        ),
        (
            json!({ "path": "/service/tickets/4711", "method": "GET", "description": "x", "slots": ["company"] }),
            "ticket_id",
        ),
        (json!({ "path": "/service/tickets", "method": "GET", "description": "x", "api": "nosuch" }), "nosuch"),
    ] {
        let text = client.refused(SAVE, arguments);
        assert!(text.contains(expected) && !text.contains(PRIVATE), "{text}");
    }
    let missing = client.refused(DISCARD, json!({ "record_identifier": 7 }));
    assert!(missing.contains("no entry 7 in fast memory, which is empty"), "{missing}");
    assert!(!home.path().join(FILE_NAME).exists());
    // A path that no manifest has is kept, and said to be one.
    let unlisted = client.result(SAVE, save("new route", "/service/brandnew", json!({})));
    assert!(unlisted["notes"].to_string().contains("no operation of the index"), "{unlisted}");
    assert_eq!(unlisted["entry"]["template"], "/service/brandnew");
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let home = bare();
    let save = |arguments: &[&str]| home.run(&[&["memory", "save", "GET", "/pets"], arguments].concat());
    save(&["--description", "All pets"]).ok();
    save(&["--description", "Pets of Rex", "--param", "owner=Rex"]).ok();
    let missing = home.run(&["memory", "discard", "999"]);
    assert_eq!(missing.code, 1);
    assert!(
        missing.stderr.contains("no entry 999 in fast memory; it holds 1, 2, and `memory list`"),
        "{}",
        missing.stderr
    );
    let unknown = save(&["--description", "x", "--param", "owner=Rex", "--slot", "nope"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("`nope` is no value of this call; there are `owner` (such as Rex)"),
        "{}",
        unknown.stderr
    );
    assert!(save(&["--description", "x", "--slot", "nope"]).stderr.contains("there are none"));
    let opened =
        save(&["--description", "Pets of somebody", "--param", "owner=Rex", "--slot", "owner", "--json"]).ok().json();
    assert_eq!(opened["entry"]["params"]["owner"], "{owner}");
}

#[cfg(unix)]
#[test]
fn only_a_file_is_imported_and_nothing_is_waited_for() {
    let home = bare();
    let pipe = home.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe.to_str().unwrap(), "/dev/zero", "/dev/tty", home.path().to_str().unwrap()] {
        let refused = home.run(&["memory", "import", path]);
        assert!(refused.code == 2 && refused.stderr.contains("no regular file"), "{path}: {}", refused.stderr);
    }
}

#[test]
fn the_tools_keep_find_and_remove_calls() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let mut client = api.client(&home, &[]);
    let filter = json!({ "conditions": "status/name='Open' and priority/name='Critical'" });
    let critical = save("Query for all critical open tickets", "/service/tickets", filter.clone());
    let first = client.result(SAVE, critical.clone());
    assert_eq!(
        (&first["updated"], &first["entry"]["id"], &first["entry"]["params"]),
        (&json!(false), &json!(1), &filter)
    );
    assert_eq!(client.result(SAVE, critical)["updated"], true);
    client.result(SAVE, save("Phone numbers of a contact", "/company/contacts/99/communications", json!({})));
    let found = client.result(LIST, json!({ "search_term": "urgent service tickets nobody has closed" }));
    assert_eq!((ids(&found), found["total"].as_u64()), (vec![1], Some(2)), "{found}");
    assert_eq!(ids(&client.result(LIST, json!({ "search_term": "Contact" }))), [2]);
    let listed = client.result(LIST, json!({}));
    assert_eq!(ids(&listed), [2, 1]);
    let removed = client.result(DISCARD, json!({ "record_identifier": 2 }));
    assert_eq!(removed["removed"]["description"], "Phone numbers of a contact");
    assert_eq!(api.lines(), Vec::<String>::new(), "nothing of this is a call");
}

#[test]
fn a_flush_takes_two_steps_or_the_users_word() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let mut client = api.client(&home, &[]);
    client.result(SAVE, save("one", "/service/tickets", json!({})));
    let preview = client.result(FLUSH, json!({}));
    assert_eq!((&preview["removed"], &preview["would_remove"]), (&json!(0), &json!(1)));
    client.result(SAVE, save("two", "/service/boards", json!({})));
    let other = client.refused(FLUSH, json!({ "confirmation": preview["confirmation"] }));
    assert!(other.contains("another request"), "{other}");
    let preview = client.result(FLUSH, json!({}));
    let flushed = client.result(FLUSH, json!({ "confirmation": preview["confirmation"] }));
    assert_eq!(flushed["removed"], 2);
    assert!(std::path::Path::new(flushed["copy"].as_str().unwrap()).exists());
    client.refused(FLUSH, json!({ "confirmation": preview["confirmation"] }));
    drop(client);
    for (user, removed) in
        [(json!({ "action": "decline" }), false), (json!({ "action": "accept", "content": { "send": true } }), true)]
    {
        let mut client = api.client_of(&home, user);
        client.result(SAVE, save("three", "/service/tickets", json!({})));
        let answer = client.call(FLUSH, json!({}));
        assert_eq!(answer["result"]["isError"] == true, !removed, "{answer}");
        assert!(client.questions[0].contains("Remove 1 saved call from"), "{:?}", client.questions);
        assert_eq!(memory(&home).count().unwrap(), u64::from(!removed));
    }
}

#[test]
fn a_server_that_only_reads_saves_and_removes_nothing_that_is_kept() {
    let (api, home) = (Api::of(200, json!([])), Home::indexed());
    let mut client = api.client(&home, &["--read-only"]);
    client.result(SAVE, save("one", "/service/tickets", json!({})));
    for (tool, arguments) in [(DISCARD, json!({ "record_identifier": 1 })), (FLUSH, json!({}))] {
        let text = client.refused(tool, arguments);
        assert!(text.contains("only reads") && text.contains("--writes ask"), "{text}");
    }
    assert_eq!(memory(&home).count().unwrap(), 1);
}

#[test]
fn a_file_of_the_older_program_is_opened_listed_and_kept_whole() {
    let home = Home::indexed();
    let path = home.path().join(FILE_NAME);
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(
            r#"CREATE TABLE saved_queries (
                 id INTEGER PRIMARY KEY AUTOINCREMENT, description TEXT NOT NULL, path TEXT NOT NULL, method TEXT NOT NULL,
                 params TEXT, data TEXT, timestamp INTEGER NOT NULL, usage_count INTEGER DEFAULT 0);
               INSERT INTO saved_queries (description, path, method, params, timestamp, usage_count) VALUES
                 ('Notes of the outage', '/service/tickets/4711/notes', 'get', '{"pageSize": 5}', 1700000000, 9),
                 ('Broken', '/service/boards', 'GET', '{''a'': 1}', 1700000000, 1),
                 ('Log in', '/login', 'POST', '{"password": "hunter2"}', 1700000000, 1);"#,
        )
        .unwrap();
    let listed = home.run(&["memory", "list", "--json"]).ok();
    assert!(!listed.stdout.contains("hunter2"));
    let listed = listed.json();
    let entry = &listed["entries"][0];
    assert_eq!((&entry["template"], &entry["usage_count"]), (&json!("/service/tickets/{parentId}/notes"), &json!(9)));
    assert!(listed["notes"].to_string().contains("fast_memory_api.db.before-v1"), "{listed}");
    let by_id = |id: i64| listed["entries"].as_array().unwrap().iter().find(|entry| entry["id"] == id).unwrap();
    assert_eq!(by_id(2)["unreadable"], json!([{ "column": "params", "text": "{'a': 1}" }]));
    assert_eq!(by_id(3)["masked"], json!(["params.password"]));
    let table = home.run(&["memory", "list", "outage"]).ok().stdout;
    assert!(table.contains("/service/tickets/4711/notes") && table.contains("words"), "{table}");
    assert_eq!(memory(&home).count().unwrap(), 3);
}

const PROCESSES: u64 = 8;
const SAVES: u64 = 1_000;

#[test]
fn eight_processes_save_and_read_at_once() {
    let home = bare();
    std::thread::scope(|scope| {
        for process in 0..PROCESSES {
            let home = &home;
            scope.spawn(move || {
                let mut client = Client::start(home, &["serve"]);
                for number in 0..SAVES {
                    let params = json!({ "process": process, "number": number });
                    // What fails, fails here: `result` takes no error for an answer.
                    let saved = client.result(SAVE, save(&format!("call{process}x{number}"), "/pets", params));
                    assert_eq!(saved["updated"], false, "{saved}");
                    if number % 200 == 199 {
                        let found = client.result(LIST, json!({ "search_term": format!("call{process}x{number}") }));
                        assert_eq!(ids(&found), [saved["entry"]["id"].as_i64().unwrap()]);
                    }
                }
            });
        }
    });
    let entries = memory(&home).list().unwrap();
    let ids: BTreeSet<i64> = entries.iter().map(|entry| entry.id).collect();
    assert_eq!((entries.len() as u64, ids.len() as u64), (PROCESSES * SAVES, PROCESSES * SAVES));
    assert!(entries.iter().all(|entry| entry.usage_count == 1));
}

#[test]
fn uses_that_are_counted_at_once_are_all_counted() {
    let home = bare();
    home.run(&["memory", "save", "GET", "/pets", "--description", "all pets"]).ok();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            // A connection of its own each, as another process has.
            scope.spawn(|| {
                let memory = memory(&home);
                for _ in 0..100 {
                    memory.used(1).unwrap();
                }
            });
        }
    });
    assert_eq!(memory(&home).get(1).unwrap().unwrap().usage_count, 801);
}

#[test]
fn every_acknowledged_save_outlives_the_process_that_is_killed() {
    let home = bare();
    let mut acknowledged = BTreeSet::new();
    for round in 0..100_u64 {
        let mut child = home
            .command(&["serve"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let (heard, hears) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            // The last line may be half a line.
            for message in
                from.lines().map_while(Result::ok).filter_map(|line| serde_json::from_str::<Value>(&line).ok())
            {
                if let Some(id) = message["result"]["structuredContent"]["entry"]["id"].as_i64() {
                    heard.send(id).unwrap();
                }
            }
        });
        let begin = json!({
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" }
        });
        let mut send = |message: Value| {
            // A server that is gone reads no more.
            let _ = writeln!(to, "{message}");
        };
        send(json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": begin }));
        send(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        for number in 1..=40_u64 {
            let arguments = save("x", "/pets", json!({ "round": round, "number": number }));
            send(
                json!({ "jsonrpc": "2.0", "id": number, "method": "tools/call", "params": { "name": SAVE, "arguments": arguments } }),
            );
        }
        // Killed after some answers, and some fraction of a save later.
        let until = 1 + round % 20;
        acknowledged.extend((0..until).map(|_| hears.recv_timeout(Duration::from_secs(30)).unwrap()));
        std::thread::sleep(Duration::from_micros(round * 37 % 1_500));
        child.kill().unwrap();
        child.wait().unwrap();
        reader.join().unwrap();
        acknowledged.extend(hears.try_iter());
        let memory = memory(&home);
        let kept: BTreeSet<i64> = memory.list().unwrap().iter().map(|entry| entry.id).collect();
        assert!(acknowledged.is_subset(&kept), "round {round}");
        assert!(memory.notices().is_empty(), "{:?}", memory.notices());
    }
    assert!(acknowledged.len() >= 1_000, "{}", acknowledged.len());
}

#[test]
fn a_description_has_a_bound_and_a_list_comes_in_parts() {
    let home = bare();
    let long = "word ".repeat(2_000_000);
    let refused = home.run(&["memory", "save", "GET", "/pets", "--description", &long[..100_000]]);
    assert!(refused.code == 2 && refused.stderr.contains("99999 characters") && refused.stderr.contains("2000"));
    let lines: Vec<String> = (0..200)
        .map(|number| json!({ "description": format!("{number} {}", "x".repeat(1_900)), "path": "/pets", "method": "GET", "params": { "n": number } }))
        .chain([json!({ "description": long, "path": "/pets", "method": "GET" })])
        .map(|line| line.to_string())
        .collect();
    let file = home.write("entries.jsonl", &lines.join("\n"));
    let imported = home.run(&["memory", "import", file.to_str().unwrap(), "--json"]).ok().json();
    assert_eq!((&imported["new"], imported["refused"].as_array().unwrap().len()), (&json!(200), 1), "{imported}");
    assert!(imported["refused"][0]["reason"].as_str().unwrap().contains("2000 is the most"));
    // What an older program took is shown as far as it is of use, and exported whole.
    let connection = rusqlite::Connection::open(home.path().join(FILE_NAME)).unwrap();
    let sql = "INSERT INTO saved_queries (description, path, method, timestamp) VALUES (?1, '/pets', 'GET', 1)";
    connection.execute(sql, [&long]).unwrap();
    drop(connection);
    let mut client = Client::start(&home, &["serve"]);
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let page = client.result(LIST, json!({ "cursor": cursor }));
        assert!(page.to_string().len() < 30_000, "{}", page.to_string().len());
        assert_eq!(page["total"], 201);
        seen.extend(ids(&page));
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let all: BTreeSet<i64> = seen.iter().copied().collect();
    assert_eq!((seen.len(), all.len()), (201, 201));
    assert!(client.refused(LIST, json!({ "cursor": "x" })).contains("no cursor"));
    let exported = home.run(&["memory", "export"]).ok().stdout;
    assert!(exported.contains(&long));
}

#[test]
fn one_entry_is_said_in_the_singular() {
    let home = Home::indexed();
    home.run(&["memory", "save", "GET", "/service/boards", "--description", "All boards"]).ok();
    let file = home.path().join("export.jsonl");
    let exported = home.run(&["memory", "export", file.to_str().unwrap()]).ok();
    assert!(exported.stderr.contains("1 entry is in "), "{}", exported.stderr);
    let flushed = home.run(&["memory", "flush", "--yes"]).ok();
    assert_eq!(flushed.stdout, "removed 1 entry\n");
}
