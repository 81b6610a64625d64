use serde_json::Value;

use crate::util::{Home, models, ran, run_shared, small_manifest};

const FIRST_EXAMPLE: &str = "retrieve all unresolved service requests flagged with critical severity";

#[test]
fn search_as_json_has_the_agreed_shape_and_answers_the_first_example() {
    let answer = run_shared(&["search", FIRST_EXAMPLE, "--json"]).ok().json();
    assert_eq!(answer["query"], FIRST_EXAMPLE);
    assert_eq!(answer["mode"], "hybrid");
    assert_eq!(answer["reduced"], Value::Null);
    assert!(answer["took_ms"].as_f64().unwrap() > 0.0);
    let hits = answer["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 10);
    for (at, hit) in hits.iter().enumerate() {
        let names: Vec<&str> = hit.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["rank", "score", "api", "method", "path", "summary", "domain", "resource", "operation_id", "why", "call"]
        );
        assert_eq!(hit["rank"], at + 1);
        assert_eq!(hit["call"]["path"], hit["path"]);
        assert_eq!(hit["call"]["method"], hit["method"]);
    }
    let tickets = hits.iter().position(|hit| hit["method"] == "GET" && hit["path"] == "/service/tickets");
    assert!(tickets.is_some_and(|at| at < 2), "{hits:?}");
    assert_eq!(hits[0]["domain"], "service");
    assert!(hits[0]["why"]["signals"].as_object().is_some_and(|signals| !signals.is_empty()));
}

#[test]
fn filters_leave_only_what_passes() {
    let hits = |arguments: &[&str]| run_shared(arguments).ok().json()["hits"].as_array().unwrap().clone();
    for mode in ["hybrid", "semantic", "keyword"] {
        let found = hits(&[
            "search", "ticket", "--method", "post", "--domain", "PROJECT", "--mode", mode, "--json", "--limit", "5",
        ]);
        assert!(!found.is_empty(), "{mode}");
        assert!(found.iter().all(|hit| hit["method"] == "POST" && hit["domain"] == "project"), "{mode}: {found:?}");
    }
    let found = hits(&["search", "ticket", "--api", "connectwise-psa-manage", "--json"]);
    assert!(found.iter().all(|hit| hit["api"] == "connectwise-psa-manage"));
}

#[test]
fn a_filter_that_nothing_can_pass_is_an_error_that_names_what_there_is() {
    let domain = run_shared(&["search", "ticket", "--domain", "servce"]);
    assert_eq!(domain.code, 2);
    assert!(domain.stderr.contains("`servce`") && domain.stderr.contains("service"), "{}", domain.stderr);
    let api = run_shared(&["search", "ticket", "--api", "github"]);
    assert_eq!(api.code, 2);
    assert!(api.stderr.contains("connectwise-psa-manage"), "{}", api.stderr);
    let method = run_shared(&["search", "ticket", "--method", "FETCH"]);
    assert_eq!(method.code, 2);
    assert!(method.stderr.contains("GET"), "{}", method.stderr);
}

#[test]
fn nothing_found_is_exit_code_one() {
    let nothing = run_shared(&["search", "qqqxzzy", "--mode", "keyword"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (1, ""));
    assert!(nothing.stderr.contains("domains"), "{}", nothing.stderr);
}

#[test]
fn without_an_index_search_builds_it_unless_told_not_to() {
    let home = Home::empty();
    let refused = home.run(&["search", "tickets", "--no-build"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("index build"), "{}", refused.stderr);
    assert!(refused.stderr.contains(home.path().to_str().unwrap()), "{}", refused.stderr);
    // The build itself is exercised without a model, which is quick; with one it is the shared home's.
    let home = Home::with_models(home.path().join("none"));
    let built = home.run(&["search", "list tickets", "--json"]).ok().json();
    assert_eq!(built["mode"], "keyword");
    assert!(!built["hits"].as_array().unwrap().is_empty());
    home.run(&["search", "list tickets", "--no-build"]).ok();
}

#[test]
fn without_a_model_search_goes_on_by_keyword_and_says_how_to_get_the_rest() {
    let home = Home::with_models("/nonexistent/models".into());
    let manifest = home.write("pets.json", &small_manifest("Pets"));
    let built = home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--json"]).ok().json();
    assert!(built["reduced"].as_str().unwrap().contains("fetch_model.py"));
    let answer = home.run(&["search", "create a pet", "--json"]).ok().json();
    assert!(answer["reduced"].as_str().unwrap().contains("fetch_model.py"), "{answer}");
    assert_eq!(answer["hits"][0]["path"], "/pets");
    let refused = home.run(&["search", "create a pet", "--mode", "semantic"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("fetch_model.py"), "{}", refused.stderr);
}

#[test]
fn a_damaged_library_or_model_is_a_message_and_no_panic() {
    for damaged in ["model.onnx", library()] {
        let folder = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(models()).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
            }
        }
        let path = folder.path().join(damaged);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let home = Home::with_models(folder.path().to_owned());
        crate::util::copy(&crate::util::shared().join("index"), &home.path().join("index"));
        let answer = home.run(&["search", "list tickets", "--json"]).ok().json();
        let reduced = answer["reduced"].as_str().unwrap();
        assert!(reduced.contains(damaged) && reduced.contains("fetch_model.py"), "{reduced}");
        let refused = home.run(&["search", "list tickets", "--mode", "semantic"]);
        assert_eq!(refused.code, 2);
        assert!(!refused.stderr.contains("panicked"), "{}", refused.stderr);
    }
}

fn library() -> &'static str {
    match std::env::consts::OS {
        "windows" => "onnxruntime.dll",
        "macos" => "libonnxruntime.1.32.0.dylib",
        _ => "libonnxruntime.so.1.32.0",
    }
}

#[test]
fn a_closed_pipe_is_success() {
    let home = Home::indexed();
    let mut child = home
        .command(&["search", "ticket", "--limit", "1000", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = ran(child.wait_with_output().unwrap());
    assert_eq!(output.code, 0, "{}", output.stderr);
}

#[test]
fn browsing_counts_add_up() {
    let domains = run_shared(&["domains", "--json"]).ok().json();
    let domains = domains["domains"].as_array().unwrap();
    let sum: u64 = domains.iter().map(|domain| domain["operations"].as_u64().unwrap()).sum();
    assert_eq!(sum, 2812);
    let resources = run_shared(&["resources", "service", "--json"]).ok().json();
    let resources = resources["resources"].as_array().unwrap().clone();
    let tickets = resources.iter().find(|resource| resource["name"] == "/service/tickets").unwrap();
    assert!(tickets["operations"].as_u64().unwrap() > 20);
    let service = domains.iter().find(|domain| domain["name"] == "service").unwrap();
    let sum: u64 = resources.iter().map(|resource| resource["operations"].as_u64().unwrap()).sum();
    assert_eq!(service["operations"], sum);
    assert_eq!(service["resources"], resources.len());
    let unknown = run_shared(&["resources", "servise"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("service"), "{}", unknown.stderr);
}

#[test]
fn describe_shows_an_operation_in_full() {
    let ticket = run_shared(&["describe", "post", "/service/tickets", "--json"]).ok().json();
    let example = ticket["request_body"]["example"].as_object().unwrap();
    assert!(example.contains_key("summary"), "{example:?}");
    let properties = ticket["request_body"]["schema"]["properties"].as_object().unwrap();
    for field in ["summary", "board", "company", "status", "priority"] {
        assert!(properties.contains_key(field), "{field}");
    }
    assert_eq!(properties["board"]["properties"]["name"]["type"], "string", "references are resolved in place");
    let text = ticket.to_string();
    assert!(!text.contains("#/components/"), "every reference is resolved");
    let list = run_shared(&["describe", "GET", "/service/tickets", "--json"]).ok().json();
    let fields: Vec<&str> = list["condition_fields"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(fields.contains(&"board/name: string") && fields.contains(&"summary: string"), "{fields:?}");
    let count = run_shared(&["describe", "GET", "/service/tickets/count", "--json"]).ok().json();
    assert_eq!(count["condition_fields"], list["condition_fields"]);
    let one = run_shared(&["describe", "GET", "service/tickets/123/", "--json"]).ok().json();
    assert_eq!(one["path"], "/service/tickets/{id}");
    assert_eq!(one["path_values"]["id"], "123");
    assert!(one["other_methods"].as_array().unwrap().contains(&"PATCH".into()));
}

#[test]
fn a_near_miss_names_the_nearest_operations() {
    let missed = run_shared(&["describe", "GET", "/service/tickts/12"]);
    assert_eq!(missed.code, 2);
    assert!(missed.stderr.contains("GET /service/tickets/{id}"), "{}", missed.stderr);
}

#[test]
fn eval_measures_and_writes_a_run() {
    let home = Home::empty();
    let queries = home.write(
        "queries.jsonl",
        "{\"id\":\"a\",\"query\":\"list service boards\",\"relevant\":[{\"method\":\"GET\",\"path\":\"/service/boards\",\"grade\":2}]}\n\
         {\"id\":\"b\",\"query\":\"GET /service/tickets\",\"relevant\":[{\"method\":\"get\",\"path\":\"/Service/Tickets/\"}]}\n",
    );
    let run = home.path().join("run.jsonl");
    let (queries, run) = (queries.to_str().unwrap(), run.to_str().unwrap());
    let report = run_shared(&["eval", "--queries", queries, "--run-out", run, "--json"]).ok().json();
    assert_eq!(report["queries"], 2);
    for measure in ["hit@1", "recall@1", "recall@5", "recall@10", "recall@20", "mrr@10", "ndcg@10"] {
        assert!((0.0..=1.0).contains(&report[measure].as_f64().unwrap()), "{measure}");
    }
    assert_eq!(report["hit@1"], 1.0);
    assert!(report["latency_ms"]["p99"].as_f64() >= report["latency_ms"]["p50"].as_f64());
    let lines: Vec<Value> =
        std::fs::read_to_string(run).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["id"], "a");
    assert_eq!(lines[0]["results"].as_array().unwrap().len(), 100);
}

#[test]
fn a_broken_judgement_names_file_and_line() {
    let home = Home::empty();
    let queries = home.write("q.jsonl", "\n{\"id\":\"a\",\"query\":\"x\"}\n");
    let refused = run_shared(&["eval", "--queries", queries.to_str().unwrap()]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("q.jsonl") && refused.stderr.contains("line 2"), "{}", refused.stderr);
}

#[test]
fn help_says_what_there_is() {
    let help = run_shared(&["--help"]).ok().stdout;
    for command in ["index", "search", "domains", "resources", "describe", "memory", "serve", "eval"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
    }
    for name in ["--home", "--models", "--config", "--json", "--quiet", "--verbose"] {
        assert!(help.contains(name), "{name}");
    }
}

#[test]
fn a_wrong_configuration_names_file_and_place() {
    let home = Home::empty();
    home.write("config.toml", "modles = \"x\"\n");
    let refused = home.run(&["index", "status"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("config.toml") && refused.stderr.contains("modles"), "{}", refused.stderr);
}

#[test]
fn a_setting_in_a_wrong_section_is_told_where_it_belongs() {
    let home = Home::empty();
    let cases = [
        ("[connectwise]\nattempts = 1\n", Some("`attempts` stands at the top of the file, before the first section")),
        ("[http]\ntimeout_s = 9\n", Some("`timeout_s` stands at the top of the file, before the first section")),
        ("company_id = \"acme\"\n", Some("`company_id` stands under [connectwise]")),
        ("base_url = \"https://pets.example\"\n", Some("`base_url` stands under [apis.NAME]")),
        ("[connectwise]\nnosuch = 1\n", None),
    ];
    for (content, place) in cases {
        home.write("config.toml", content);
        let refused = home.run(&["index", "status"]);
        assert_eq!(refused.code, 2, "{content}");
        assert_eq!(refused.stderr.contains(" stands "), place.is_some(), "{}", refused.stderr);
        assert!(refused.stderr.contains(place.unwrap_or_default()), "{}", refused.stderr);
    }
}

/// A FIFO without a writer would block, and /dev/zero never end.
#[cfg(unix)]
#[test]
fn a_configuration_is_a_regular_file_of_a_sensible_size() {
    let home = Home::empty();
    let fifo = home.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let large = home.write("large.toml", &"#".repeat((1 << 20) + 1));
    for (path, why) in [
        (fifo.to_str().unwrap(), "no regular file"),
        ("/dev/zero", "no regular file"),
        (home.path().to_str().unwrap(), "no regular file"),
        (large.to_str().unwrap(), "more than 1048576 bytes"),
    ] {
        let refused = home.run(&["--config", path, "index", "status"]);
        assert_eq!(refused.code, 2, "{path}");
        assert!(refused.stderr.contains(path) && refused.stderr.contains(why), "{}", refused.stderr);
    }
}

#[test]
fn nothing_is_written_outside_the_home_folder() {
    // ONNX Runtime's telemetry would leave a device id in the user's cache folder on its way to its maker's host.
    let (home, user) = (Home::indexed(), tempfile::tempdir().unwrap());
    let mut command = home.command(&["search", "list tickets", "--json"]);
    for name in ["ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env_remove(name);
    }
    let answer = ran(command.env("HOME", user.path()).output().unwrap()).ok().json();
    assert_eq!(answer["mode"], "hybrid", "the library was loaded");
    let left: Vec<_> = std::fs::read_dir(user.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn no_text_of_a_manifest_or_an_argument_steers_the_terminal() {
    let home = Home::empty();
    let evil = "\u{1b}[2J\u{1b}[31m\u{9b}1m\u{202e}\u{200b}";
    let manifest = serde_json::json!({
        "openapi": "3.0.3",
        "info": { "title": format!("Pets {evil}"), "version": evil },
        "tags": [{ "name": evil }],
        "paths": { format!("/pets{evil}"): { "get": {
            "summary": format!("List\r\n{evil}"),
            "description": format!("first {evil}\r\nsecond"),
            "operationId": evil,
            "tags": [evil],
            "parameters": [{ "name": format!("q{evil}"), "in": "query", "description": evil, "schema": { "type": "string", "enum": [evil] } }],
            "responses": { "200": { "description": format!("ok\nresponse {evil}"), "content": { "application/json": {
                "schema": { "type": "object", "properties": { evil: { "type": "string", "description": evil } } }
            } } } }
        } } }
    });
    let file = home.write("pets.json", &manifest.to_string());
    let build = ["index", "build", "--api", "pets", "--manifest", file.to_str().unwrap()];
    home.run(&build).ok();
    let found = home.run(&["--json", "search", "list pets", "--mode", "keyword"]).ok().json();
    let path = found["hits"][0]["path"].as_str().unwrap().to_owned();
    assert!(path.contains('\u{202e}'), "{path:?}");
    // The ellipsis of what is cut stands between the two ranges.
    let is_hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}');
    let deceives = |c: char| c != '\n' && (c.is_control() || is_hidden(c));
    for arguments in [
        &build[..],
        &["describe", "GET", &path],
        &["--json", "describe", "GET", &path],
        &["search", "list pets"],
        &["--json", "search", "list pets", "--mode", "keyword"],
        &["domains"],
        &["index", "status"],
        &["describe", "GET", &format!("/nothing{evil}")],
        &["resources", evil],
        &["call", "GET", &path, "--param", &format!("x{evil}={evil}"), "--dry-run"],
        &["memory", "save", "GET", &path, "--description", evil],
        &["memory", "list"],
        &["memory", "export"],
        &["memory", "discard", "1"],
    ] {
        let ran = home.run(arguments);
        for printed in [&ran.stdout, &ran.stderr] {
            assert!(!printed.contains(deceives), "{arguments:?}: {printed:?}");
        }
        if arguments[0] == "--json" {
            assert!(ran.json().to_string().contains('\u{202e}'), "{}", ran.stdout);
        }
    }
    let described = home.run(&["describe", "GET", &path]).ok().stdout;
    assert!(described.contains("\n  second\n") && described.contains("\\u202e"), "{described}");
}
