//! Which operation a path means, against a server that keeps what it was asked.

mod offered;
mod written;

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::api::{Api, settled};
use crate::util::{Home, Ran, ran, run_shared};

fn operation(summary: &str) -> Value {
    json!({ "summary": summary, "responses": { "200": { "description": "ok" } } })
}

/// An API with one GET for each of these paths; its placeholders are undeclared, so they are texts.
fn manifest(title: &str, paths: &[&str]) -> Value {
    let paths: serde_json::Map<String, Value> =
        paths.iter().map(|path| ((*path).to_owned(), json!({ "get": operation(path) }))).collect();
    json!({ "openapi": "3.0.3", "info": { "title": title, "version": "1" }, "paths": paths })
}

/// A home with these APIs, each at the base URL.
fn home_with(apis: &[(&str, &Value)], base: &str) -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let mut settings = String::new();
    for (name, manifest) in apis {
        home.write(&format!("manifests/{name}.json"), &manifest.to_string());
        settings.push_str(&format!("[apis.{name}]\nbase_url = {base:?}\n"));
    }
    home.run(&["index", "build", "--manifest", home.path().join("manifests").to_str().unwrap(), "-q"]).ok();
    home.write("config.toml", &settings);
    home
}

/// Runs a command of the program without a terminal.
fn run(home: &Home, arguments: &[&str]) -> Ran {
    let unused = "https://api-na.example.test/v4_6_release/apis/3.0";
    ran(settled(home, unused, arguments).stdin(Stdio::null()).output().unwrap())
}

/// The paths that `call GET PATH` sends, in order, and the summary of the operation that `describe` shows.
fn called(api: &Api, home: &Home, path: &str) -> (String, String) {
    let described = run(home, &["describe", "GET", path, "--json"]).ok().json();
    run(home, &["call", "GET", path, "-q", "--yes"]).ok();
    let arrived = api.arrived();
    let last = arrived.last().unwrap();
    let query = last.request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
    (format!("{}{query}", last.path), described["summary"].as_str().unwrap().to_owned())
}

#[test]
fn twins_are_told_apart_by_what_is_written() {
    let api = Api::of(200, json!({ "id": 1 }));
    let paths = [
        "/logs",
        "/logs/",
        "/Logs",
        "/v1/Things/{id}",
        "/v1/things/{id}",
        "/fn('{k}')",
        "/fn(k={k})",
        "/jobs/{id}",
        "/jobs/{id}:cancel",
        "/jobs/{id}.json",
        "/act?Action=Start",
        "/act?Action=Stop",
        "/plain",
        "/plain?do=run",
        "/late?do=run",
        "/late",
        "/#Action=DropTopic",
        "/#Action=MakeTopic",
    ];
    let home = home_with(&[("twins", &manifest("twins", &paths))], &api.url());
    for (written, sent, meant) in [
        ("/logs", "/logs", "/logs"),
        ("/logs/", "/logs/", "/logs/"),
        ("/Logs", "/Logs", "/Logs"),
        ("/v1/things/5", "/v1/things/5", "/v1/things/{id}"),
        ("/v1/Things/a", "/v1/Things/a", "/v1/Things/{id}"),
        ("/fn(k=5)", "/fn(k=5)", "/fn(k={k})"),
        ("/fn('5')", "/fn('5')", "/fn('{k}')"),
        ("/jobs/5", "/jobs/5", "/jobs/{id}"),
        ("/jobs/5:cancel", "/jobs/5:cancel", "/jobs/{id}:cancel"),
        ("/jobs/5.json", "/jobs/5.json", "/jobs/{id}.json"),
        ("/act?Action=Start", "/act?Action=Start", "/act?Action=Start"),
        ("/act?Action=Stop", "/act?Action=Stop", "/act?Action=Stop"),
        ("/act#Action=Stop", "/act?Action=Stop", "/act?Action=Stop"),
        ("/act#Action=Start", "/act?Action=Start", "/act?Action=Start"),
        ("/plain", "/plain", "/plain"),
        ("/plain?do=run", "/plain?do=run", "/plain?do=run"),
        ("/late", "/late", "/late"),
        ("/late?do=run", "/late?do=run", "/late?do=run"),
        ("/?Action=MakeTopic", "/?Action=MakeTopic", "/#Action=MakeTopic"),
    ] {
        let (path, summary) = called(&api, &home, written);
        assert_eq!((path.as_str(), summary.as_str()), (sent, meant), "{written}");
    }
    // A template is described by its text, whatever its placeholders are called.
    for (written, meant) in [
        ("/fn(k={k})", "/fn(k={k})"),
        ("/fn('{other}')", "/fn('{k}')"),
        ("/jobs/{id}:cancel", "/jobs/{id}:cancel"),
        ("/jobs/{x}", "/jobs/{id}"),
        ("/#Action=DropTopic", "/#Action=DropTopic"),
    ] {
        let described = run(&home, &["describe", "GET", written, "--json"]).ok().json();
        assert_eq!(described["summary"], meant, "{written}");
    }
    // As near to two of them: neither is taken.
    let before = api.lines().len();
    // Which of two was not said, or is not known, or is said in two ways: both are named as they can be called.
    for written in [&["/act"][..], &["/act?Action=Strat"], &["/act#Action=Start", "--param", "Action=Stop"]] {
        let refused = run(&home, &[&["call", "GET"], written].concat());
        assert_eq!(refused.code, 2, "{written:?}: {}", refused.stdout);
        for twin in ["GET /act#Action=Start", "GET /act#Action=Stop"] {
            assert!(refused.stderr.contains(twin), "{written:?}: {}", refused.stderr);
        }
    }
    let found = run(&home, &["search", "act", "--json"]).ok().json();
    let paths: Vec<&str> = found["hits"].as_array().unwrap().iter().filter_map(|hit| hit["path"].as_str()).collect();
    assert!(["/act#Action=Start", "/act#Action=Stop"].iter().all(|twin| paths.contains(twin)), "{paths:?}");
    for written in ["/LOGS", "/v1/THINGS/5", "/", "/#Action=Other"] {
        let refused = run(&home, &["call", "GET", written]);
        assert_eq!(refused.code, 2, "{written}: {}", refused.stdout);
        assert!(refused.stderr.contains("no operation"), "{written}: {}", refused.stderr);
        assert_ne!(run(&home, &["describe", "GET", written]).code, 0, "{written}");
    }
    assert_eq!(api.lines().len(), before);
}

#[test]
fn the_last_placeholder_may_take_slashes_and_one_beside_a_value_may_be_a_parameter() {
    let api = Api::of(200, json!({ "id": 1 }));
    let mut manifest = manifest("repos", &["/repos/{owner}/{repo}/contents/{path}", "/repos/{owner}/{repo}"]);
    let path = json!({ "name": "path", "in": "path", "required": true, "x-multi-segment": true, "schema": { "type": "string" } });
    manifest["paths"]["/repos/{owner}/{repo}/contents/{path}"]["get"]["parameters"] = json!([path]);
    let home = home_with(&[("repos", &manifest)], &api.url());
    for (arguments, sent) in [
        (&["/repos/acme/web/contents/docs/a%20b.md"][..], "/repos/acme/web/contents/docs/a%20b.md"),
        (&["/repos/acme/web/contents/a.md"], "/repos/acme/web/contents/a.md"),
        (&["/repos/acme/web/contents/{path}", "--param", "path=docs/a b.md"], "/repos/acme/web/contents/docs/a%20b.md"),
        (&["/repos/{owner}/web", "--param", "owner=acme"], "/repos/acme/web"),
        (&["/repos/{name}/web", "--param", "name=acme"], "/repos/acme/web"),
    ] {
        run(&home, &[&["call", "GET"], arguments, &["-q"]].concat()).ok();
        assert_eq!(api.arrived().last().unwrap().path, sent, "{arguments:?}");
    }
}

#[test]
fn templates_that_differ_by_names_alone_take_each_other_s_values() {
    let api = Api::of(200, json!({ "id": 1 }));
    let of = |name: &str, schema: Value| {
        let mut get = operation(name);
        get["parameters"] = json!([{ "name": name, "in": "path", "required": true, "schema": schema }]);
        json!({ "get": get })
    };
    let mut manifest = manifest("boats", &["/boats"]);
    manifest["paths"]["/boats/{boatId}"] = of("boatId", json!({ "type": "string", "format": "uuid" }));
    manifest["paths"]["/boats/{number}"] = of("number", json!({ "type": "string", "maxLength": 8 }));
    let home = home_with(&[("boats", &manifest)], &api.url());
    let id = "0a1b2c3d-0000-4000-8000-000000000000";
    for (arguments, sent) in [
        (&["/boats/SB2"][..], "/boats/SB2"),
        (&["/boats/{boatId}", "--param", &format!("boatId={id}")], &format!("/boats/{id}")),
        (&["/boats/{number}", "--param", "number=SB2"], "/boats/SB2"),
        (&["/boats/{number}", "--param", &format!("boatId={id}")], &format!("/boats/{id}")),
    ] {
        run(&home, &[&["call", "GET"], arguments, &["-q"]].concat()).ok();
        assert_eq!(api.arrived().last().unwrap().path, sent, "{arguments:?}");
    }
    // A read is refused for no form of an id: vendors call ids UUIDs that are none.
    let neither = run(&home, &["call", "GET", "/boats/too-long-a-number"]).ok();
    assert!(neither.stderr.contains("is no UUID") && neither.stderr.contains("the API decides"), "{}", neither.stderr);
    let described = run(&home, &["describe", "GET", "/boats/{number}", "--json"]).ok().json();
    assert!(described["parameters"][0]["description"].as_str().unwrap().contains("Or `number`"), "{described}");
}

#[test]
fn templates_that_differ_by_names_alone_are_each_called_by_their_methods_and_the_build_says_which_is_listed() {
    let api = Api::of(200, json!({ "id": 1 }));
    let mut manifest = manifest("boats", &["/boats", "/boats/{id}", "/boats/{id}/crew"]);
    manifest["paths"]["/boats/{name}"] = json!({ "get": operation("By name"), "delete": operation("Scrap") });
    manifest["paths"]["/boats/{name}/crew"] = json!({ "post": operation("Hire") });
    let home = home_with(&[("boats", &manifest)], &api.url());
    let built =
        home.run(&["index", "build", "--no-reuse", "--manifest", home.path().join("manifests").to_str().unwrap()]);
    let said = "boats: GET `/boats/{name}` stands for the same requests as `/boats/{id}`";
    assert!(built.stderr.contains(said) && built.stderr.contains("it comes first"), "{}", built.stderr);
    for (arguments, sent) in [
        (&["GET", "/boats/{id}", "--param", "id=7"][..], "/boats/7"),
        (&["GET", "/boats/{name}", "--param", "name=Ann"], "/boats/Ann"),
        (&["DELETE", "/boats/{name}", "--param", "name=Ann", "--yes"], "/boats/Ann"),
        (&["DELETE", "/boats/{id}", "--param", "id=7", "--yes"], "/boats/7"),
        (&["POST", "/boats/{name}/crew", "--param", "name=Ann", "--yes"], "/boats/Ann/crew"),
        (&["POST", "/boats/7/crew", "--yes"], "/boats/7/crew"),
        (&["GET", "/boats/{id}/crew", "--param", "id=7"], "/boats/7/crew"),
    ] {
        run(&home, &[&["call"], arguments, &["-q"]].concat()).ok();
        let arrived = api.arrived();
        let last = arrived.last().unwrap();
        assert_eq!((last.method.as_str(), last.path.as_str()), (arguments[0], sent), "{arguments:?}");
    }
    let described = run(&home, &["describe", "POST", "/boats/{id}/crew", "--json"]).ok().json();
    assert_eq!((&described["path"], &described["other_methods"]), (&json!("/boats/{name}/crew"), &json!(["GET"])));
}

#[test]
fn what_differs_by_case_or_slashes_is_taken_with_a_note() {
    let api = Api::of(200, json!({ "id": 1 }));
    let mut manifest =
        manifest("shop", &["/Shop/Items", "/Shop/Items/{id}", "/Shop/Items/{id}/Notes", "/Shop/Items/count"]);
    let integer = json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }]);
    manifest["paths"]["/Shop/Items/{id}"]["get"]["parameters"] = integer;
    let home = home_with(&[("shop", &manifest)], &api.url());
    for (written, sent) in [
        ("/shop/items", "/Shop/Items"),
        ("/Shop/Items/", "/Shop/Items"),
        ("Shop/Items", "/Shop/Items"),
        ("//shop/items/5", "/Shop/Items/5"),
        ("/SHOP/items/5/notes/", "/Shop/Items/5/Notes"),
        ("/Shop/Items/Count", "/Shop/Items/count"),
    ] {
        let answer = run(&home, &["call", "GET", written, "--json"]).ok().json();
        assert!(answer["notes"].to_string().contains("is taken as"), "{written}: {answer}");
        assert_eq!(api.arrived().last().unwrap().path, sent, "{written}");
        let described = run(&home, &["describe", "GET", written, "--json"]).ok().json();
        assert!(described["notes"].to_string().contains("is taken as"), "{written}: {described}");
    }
    let exact = run(&home, &["call", "GET", "/Shop/Items/7", "--json"]).ok().json();
    assert!(!exact["notes"].to_string().contains("taken as"), "{exact}");
}

#[test]
fn connectwise_s_paths_are_taken_in_any_case_and_from_its_links() {
    let api = Api::of(200, json!({ "id": 5, "summary": "x" }));
    let home = Home::indexed();
    let patch = ["call", "PATCH", "/service/Tickets/5", "--data", r#"{"summary":"x"}"#, "--dry-run", "--json"];
    let answer = api.run(&home, &patch).ok().json();
    assert_eq!(answer["request"]["body"], json!([{ "op": "replace", "path": "summary", "value": "x" }]));
    assert!(answer["request"]["url"].as_str().unwrap().ends_with("/service/tickets/5"), "{answer}");
    let whole = format!("{}//service/boards/35?fields=id", api.url());
    for written in [
        "/v4_6_release/apis/3.0/service/boards/35",
        "/v2022_1/apis/3.0/service/Boards/35",
        whole.as_str(),
        "service/boards/35",
        "/service/boards/35/",
    ] {
        for command in [&["call", "GET", written, "-q"][..], &["raw", &format!("GET {written}")]] {
            api.run(&home, command).ok();
            let arrived = api.arrived();
            let last = arrived.last().unwrap();
            // `raw` changes neither case nor slashes of the path below the base.
            assert_eq!(last.path.to_lowercase().trim_end_matches('/'), "/service/boards/35", "{command:?}");
            assert_eq!(last.query("fields"), written.contains('?').then_some("id"), "{command:?}");
        }
        assert_eq!(api.run(&home, &["describe", "GET", written, "--json"]).ok().json()["path"], "/service/boards/{id}");
    }
    let sent = api.lines().len();
    for other in
        ["https://evil.example/v4_6_release/apis/3.0/service/boards/35", "http://user@127.0.0.1/service/boards/35"]
    {
        for command in [&["call", "GET", other][..], &["raw", &format!("GET {other}")], &["describe", "GET", other]] {
            let refused = api.run(&home, command);
            assert_eq!(refused.code, 2, "{command:?}");
            assert!(refused.stderr.contains("URL"), "{command:?}: {}", refused.stderr);
        }
    }
    assert_eq!(api.lines().len(), sent);
}

#[test]
fn what_no_manifest_has_is_sent_only_unchecked() {
    let api = Api::of(201, json!({ "id": 1 }));
    let home = Home::indexed();
    let post = ["call", "POST", "/service/ticket", "--data", r#"{"summary":"x"}"#, "--yes"];
    let refused = api.run(&home, &post);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    for told in ["POST /service/ticket is no operation", "POST /service/tickets", "--no-validate"] {
        assert!(refused.stderr.contains(told), "{told}: {}", refused.stderr);
    }
    assert_eq!(api.lines(), [""; 0]);
    // Unchecked it goes the way of every write.
    let unchecked = [&post[..5], &["--no-validate"]].concat();
    let withheld = api.run(&home, &unchecked);
    assert_eq!(withheld.code, 2, "{}", withheld.stdout);
    assert_eq!(api.lines(), [""; 0]);
    api.run(&home, &[&unchecked[..], &["--yes"]].concat()).ok();
    assert_eq!(api.lines(), ["POST /service/ticket"]);
    // A list whose parent was left out is named, and a number that is none is still said to be none.
    let refused = api.run(&home, &["call", "GET", "/finance/agreements/additions"]);
    assert!(refused.stderr.contains("offered: GET /finance/agreements/{parentId}/additions"), "{}", refused.stderr);
    let refused = api.run(&home, &["call", "GET", "/finance/agreements/abc"]);
    assert!(refused.stderr.contains("not an integer"), "{}", refused.stderr);
    let mut client = api.client(&home, &[]);
    let call = json!({ "path": "/service/tickets/5/timeentrys" });
    let text = client.refused("dispatch_api_operation", call.clone());
    assert!(text.contains("GET /service/tickets/5/timeentries") && text.contains("`validate: false`"), "{text}");
    // `abc` may be the name of an agreement, and the answer is no list of them.
    assert_eq!(api.lines(), ["POST /service/ticket", "GET /finance/agreements"]);
}

#[test]
fn another_api_is_not_asked_for_what_it_does_not_have() {
    let api = Api::of(200, json!([]));
    let pets = manifest("pets", &["/pets", "/pets/{id}"]);
    let home = home_with(&[("pets", &pets)], &api.url());
    let refused = run(&home, &["call", "GET", "/service/tickets"]);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(refused.stderr.contains("the index, which holds pets alone"), "{}", refused.stderr);
    for command in [
        &["describe", "GET", "/pets", "--api", "zzz"][..],
        &["call", "GET", "/pets", "--api", "zzz"],
        &["call", "GET", "/nosuch", "--api", "zzz", "--no-validate"],
        &["raw", "GET /pets", "--api", "zzz"],
        &["describe", "GET", "/nosuch", "--api", "zzz"],
    ] {
        let refused = run(&home, command);
        assert_eq!(refused.code, 2, "{command:?}");
        assert!(refused.stderr.contains("zzz") && refused.stderr.contains("pets"), "{command:?}: {}", refused.stderr);
    }
    assert_eq!(api.lines(), [""; 0]);
    run(&home, &["call", "GET", "/pets", "--api", "PETS"]).ok();
    assert_eq!(api.lines(), ["GET /pets"]);
}

#[test]
fn the_nearer_of_two_apis_has_the_path() {
    let api = Api::of(200, json!([]));
    let (one, two) = (manifest("one", &["/Items", "/a/{id}"]), manifest("two", &["/items", "/a/b"]));
    let home = home_with(&[("one", &one), ("two", &two)], &api.url());
    let named = |path: &str| run(&home, &["describe", "GET", path, "--json"]).ok().json()["api"].clone();
    assert_eq!([named("/items"), named("/Items"), named("/a/b"), named("/a/c")], ["two", "one", "two", "one"]);
    assert!(run(&home, &["describe", "GET", "/ITEMS"]).stderr.contains("several APIs"));
}

#[test]
fn every_route_of_connectwise_is_found_in_another_case() {
    for path in ["/System/AuditTrail", "/service/tickets/Count", "/FINANCE/agreements/9/Additions"] {
        let described = run_shared(&["describe", "GET", path, "--json"]).ok().json();
        assert_eq!(described["path"].as_str().unwrap().matches('/').count(), path.matches('/').count(), "{path}");
    }
}

#[test]
fn verbs_behind_a_colon_are_operations_of_their_own() {
    let api = Api::of(200, json!({ "id": 1 }));
    let manifest = manifest("Runs", &["/v1/{name}", "/v1/{name}:cancel", "/v1/{name}:cancelAll", "/v1/{name}:{verb}"]);
    let home = home_with(&[("runs", &manifest)], &api.url());
    for (path, sent, summary) in [
        ("/v1/job7", "/v1/job7", "/v1/{name}"),
        ("/v1/job7:cancel", "/v1/job7:cancel", "/v1/{name}:cancel"),
        ("/v1/job7:cancelAll", "/v1/job7:cancelAll", "/v1/{name}:cancelAll"),
        ("/v1/job7:pause", "/v1/job7:pause", "/v1/{name}:{verb}"),
        ("/v1/a:b:cancel", "/v1/a%3Ab:cancel", "/v1/{name}:cancel"),
    ] {
        let (arrived, described) = called(&api, &home, path);
        assert_eq!(arrived, sent, "{path}");
        assert_eq!(described, summary, "{path}");
    }
    for template in ["/v1/{name}", "/v1/{name}:cancel", "/v1/{name}:{verb}"] {
        let described = run(&home, &["describe", "GET", template, "--json"]).ok().json();
        assert_eq!(described["path"], template);
    }
}

#[test]
fn a_placeholder_for_the_rest_of_a_path_takes_its_slashes() {
    let api = Api::of(200, json!({ "id": 1 }));
    let paths = ["/v1/{+name}", "/v1/{+name}:cancel", "/v1/{+parent}/jobs", "/v2/{name}"];
    let home = home_with(&[("runs", &manifest("Runs", &paths))], &api.url());
    for (path, summary) in [
        ("/v1/projects/acme/jobs/7", "/v1/{+name}"),
        ("/v1/projects/acme/jobs/7:cancel", "/v1/{+name}:cancel"),
        ("/v1/projects/acme/jobs", "/v1/{+parent}/jobs"),
        ("/v1/projects/acme%2Fb/x%20y", "/v1/{+name}"),
        ("/v1/job7", "/v1/{+name}"),
    ] {
        let (arrived, described) = called(&api, &home, path);
        assert!(arrived.ends_with(path), "{path}: {arrived}");
        assert_eq!(described, summary, "{path}");
    }
    for path in ["/v2/projects/acme", "/v1/projects/../keys"] {
        assert_eq!(run(&home, &["call", "GET", path, "-q"]).code, 2, "{path}");
    }
}

#[test]
fn an_empty_segment_is_sent_as_it_is_written_and_judged_no_milder() {
    let api = Api::of(200, json!({ "id": 1 }));
    let paths = ["/a/b", "/items/{id}/delete"];
    let home = home_with(&[("shop", &manifest("shop", &paths))], &api.url());
    for path in ["/a//b", "/new//things//"] {
        run(&home, &["raw", &format!("GET {path}"), "--yes", "-q"]).ok();
        assert_eq!(api.arrived().last().unwrap().path, path);
    }
    let before = api.lines().len();
    for path in ["/items/5//delete", "/items//5/delete//", "/new/5//delete"] {
        let asked = run(&home, &["raw", &format!("GET {path}")]);
        assert!(asked.code != 0 && asked.stderr.contains("--yes"), "{path}: {}", asked.stderr);
    }
    for path in ["//b", "//evil.example/b", "/%2Fevil.example/b", "/a//../b", "/a\\/b"] {
        assert_ne!(run(&home, &["raw", &format!("GET {path}"), "--yes"]).code, 0, "{path}");
    }
    assert_eq!(api.lines().len(), before);
}
