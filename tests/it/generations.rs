use std::path::Path;

use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::generation::IndexFolder;
use cw_orchestrator::search::Query;
use serde_json::{Value, json};

use crate::client::Client;
use crate::util::{Home, run_shared, shared, small_manifest};

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn query(text: &str) -> Query {
    Query { text: text.to_owned(), limit: 10, ..Query::default() }
}

#[test]
fn the_same_manifest_gives_the_same_files_and_the_same_hits() {
    let (one, two) = (Home::indexed(), Home::empty());
    two.run(&["index", "build"]).ok();
    for name in ["vectors.f32", "graph.hnsw", "terms.bin", "catalogue.sqlite"] {
        let read = |home: &Home| std::fs::read(home.generation().join(name)).unwrap();
        assert!(read(&one) == read(&two), "{name} differs");
    }
    let hits = |home: &Home| home.run(&["search", "close a ticket", "--json"]).ok().json()["hits"].clone();
    assert_eq!(hits(&one), hits(&two));
}

#[test]
fn publishing_swaps_removes_older_generations_and_what_was_left_unfinished() {
    let home = Home::empty();
    let manifest = home.write("m.json", &small_manifest("Pets"));
    let generations = home.path().join("index/generations");
    std::fs::create_dir_all(generations.join(".staging-left")).unwrap();
    std::fs::write(generations.join(".staging-left/half"), "x").unwrap();
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap()]).ok();
    let first = home.generation();
    home.run(&["index", "build", "--no-reuse", "--manifest", manifest.to_str().unwrap()]).ok();
    let second = home.generation();
    assert_ne!(first, second);
    assert_eq!(files(&generations), [second.file_name().unwrap().to_string_lossy()]);
    assert!(home.run(&["index", "verify"]).ok().stdout.contains("ok"));
}

#[test]
fn two_builders_take_turns() {
    let home = Home::empty();
    let manifest = home.write("m.json", &small_manifest("Pets"));
    let builds: Vec<_> = (0..3)
        .map(|_| home.command(&["index", "build", "-q", "--manifest", manifest.to_str().unwrap()]).spawn().unwrap())
        .collect();
    for mut build in builds {
        assert!(build.wait().unwrap().success());
    }
    assert_eq!(files(&home.path().join("index/generations")).len(), 1);
    home.run(&["index", "verify"]).ok();
}

#[test]
fn a_reader_is_not_disturbed_by_a_rebuild_and_then_sees_it() {
    let home = Home::empty();
    let (one, two) = (home.write("one.json", &small_manifest("One")), home.write("two.json", &small_manifest("Two")));
    let service = home.service();
    let build = |path: &Path| service.build(Input::named(path).unwrap(), None, Reuse::Nothing, &Silent, || ()).unwrap();
    build(&one);
    let before = service.searcher().unwrap();
    assert_eq!(service.search(&query("list pets")).unwrap().hits[0].api, "one");
    build(&two);
    // The snapshot taken before still answers, though its folder is gone.
    let model = service.embedder().unwrap();
    assert_eq!(before.search(&query("list pets"), Some(&*model)).unwrap().hits[0].api, "one");
    assert_eq!(service.search(&query("list pets")).unwrap().hits[0].api, "two");
}

#[test]
fn a_damaged_file_is_named_and_search_goes_on_where_it_can() {
    for name in files(&Home::indexed().generation()) {
        let home = Home::indexed();
        let path = home.generation().join(&name);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        std::fs::write(&path, bytes).unwrap();
        let verified = home.run(&["index", "verify"]);
        assert_eq!(verified.code, 1, "{name}");
        assert!(verified.stdout.contains(&name) && verified.stdout.contains("FAULT"), "{}", verified.stdout);
        let found = home.run(&["search", "list tickets", "--json"]);
        if name == "catalogue.sqlite" || name == "meta.json" {
            assert_eq!(found.code, 2);
            assert!(found.stderr.contains(&name) && found.stderr.contains("index build"), "{}", found.stderr);
        } else if name == "texts.b3" {
            // Only the next build reads it.
            assert_eq!(found.ok().json()["mode"], "hybrid");
        } else {
            let answer = found.ok().json();
            assert_eq!(answer["mode"], "keyword", "{name}");
            let reduced = answer["reduced"].as_str().unwrap();
            assert!(reduced.contains(&name) && reduced.contains("index build"), "{reduced}");
        }
        std::fs::remove_file(&path).unwrap();
        let verified = home.run(&["index", "verify"]);
        assert!(verified.code == 1 && verified.stdout.contains("missing"), "{}", verified.stdout);
    }
}

#[test]
fn no_byte_of_the_record_can_change_unnoticed() {
    let home = Home::empty();
    let manifest = home.write("m.json", &small_manifest("Pets"));
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap()]).ok();
    let path = home.generation().join("meta.json");
    let folder = IndexFolder::under(home.path());
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let refused = folder.open().unwrap_err().to_string();
        assert!(refused.contains("index build"), "byte {at}: {refused}");
    }
    std::fs::write(&path, whole).unwrap();
    folder.open().unwrap();
}

#[test]
fn a_server_answers_on_after_its_index_was_removed() {
    let home = Home::indexed();
    let mut client = Client::start(&home, &["serve"]);
    let ask = json!({ "query": "close a ticket", "max_results": 3 });
    let before = client.result("semantic_endpoint_locator", ask.clone());
    std::fs::remove_dir_all(home.generation()).unwrap();
    let other = json!({ "query": "notes of a ticket", "max_results": 3 });
    assert_eq!(client.result("semantic_endpoint_locator", other)["reduced"], Value::Null);
    std::fs::remove_dir_all(home.path().join("index")).unwrap();
    assert_eq!(client.result("semantic_endpoint_locator", ask)["hits"], before["hits"]);
}

#[test]
fn a_build_that_was_killed_leaves_nothing_that_the_next_one_keeps() {
    let home = Home::empty();
    let manifest = home.write("m.json", &small_manifest("Pets"));
    let build = || home.run(&["index", "build", "--no-reuse", "--manifest", manifest.to_str().unwrap()]);
    build().ok();
    let generations = home.path().join("index/generations");
    // Killed while filling, while writing the name, and between publishing and naming.
    std::fs::create_dir(generations.join(".staging-half")).unwrap();
    std::fs::write(generations.join(".staging-name"), "x").unwrap();
    std::fs::create_dir(generations.join("9999999999-01234567")).unwrap();
    home.run(&["search", "list pets"]).ok();
    build().ok();
    assert_eq!(files(&generations), [home.generation().file_name().unwrap().to_string_lossy()]);
}

#[test]
fn what_does_not_match_is_refused_with_the_reason_and_the_cure() {
    let change = |edit: &dyn Fn(&mut Value)| {
        let home = Home::indexed();
        home.change_record(edit);
        home.run(&["search", "list tickets", "--mode", "semantic"])
    };
    for (edit, names) in [
        (&(|meta: &mut Value| meta["format"] = 999.into()) as &dyn Fn(&mut Value), "format is 999"),
        (&|meta: &mut Value| meta["text_version"] = 0.into(), "texts is 0"),
        (&|meta: &mut Value| meta["model"]["sha256"] = "00".into(), "model is"),
        (&|meta: &mut Value| meta["files"] = 5.into(), "damaged"),
    ] {
        let refused = change(edit);
        assert_eq!(refused.code, 2, "{names}");
        assert!(refused.stderr.contains(names) && refused.stderr.contains("index build"), "{}", refused.stderr);
    }
    let home = Home::indexed();
    std::fs::write(home.path().join("index/CURRENT"), "../../etc").unwrap();
    let refused = home.run(&["search", "x"]);
    assert!(refused.code == 2 && refused.stderr.contains("CURRENT"), "{}", refused.stderr);
    std::fs::remove_dir_all(Home::indexed().generation()).unwrap();
    let gone = Home::indexed();
    std::fs::remove_dir_all(gone.generation()).unwrap();
    let refused = gone.run(&["search", "x"]);
    assert!(refused.code == 2 && refused.stderr.contains("missing"), "{}", refused.stderr);
}

#[test]
fn status_and_verify_tell_what_is_published() {
    let status = run_shared(&["index", "status", "--json"]).ok().json();
    let meta = &status["meta"];
    assert_eq!(meta["counts"]["operations"], 2812);
    assert_eq!(meta["counts"]["schemas"], 771);
    assert_eq!(meta["manifests"][0]["source"], "embedded");
    assert!(meta["nodes"].as_u64().unwrap() < 2812, "equal texts share a node");
    assert!(status["bytes"].as_u64().unwrap() > 1_000_000);
    let verified = run_shared(&["index", "verify", "--json"]).ok().json();
    assert_eq!(verified["sound"], true);
    let checks: Vec<&str> =
        verified["checks"].as_array().unwrap().iter().map(|check| check["check"].as_str().unwrap()).collect();
    assert!(checks.contains(&"graph") && checks.contains(&"query"), "{checks:?}");
    assert!(shared().join("verified.json").is_file());
}

#[test]
fn an_operation_and_its_schemas_are_read_anew_after_a_rebuild() {
    let home = Home::empty();
    let manifest = |name: &str, maximum: u64, field: &str| {
        let mut manifest: Value = serde_json::from_str(&small_manifest("Pets")).unwrap();
        manifest["paths"]["/owners"]["post"] = json!({
            "parameters": [{ "name": "limit", "in": "query", "schema": { "type": "integer", "maximum": maximum } }],
            "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Owner" } } } },
            "responses": { "200": { "description": "ok" } }
        });
        let properties = json!({ field: { "type": "string" } });
        manifest["components"]["schemas"]["Owner"] = json!({ "type": "object", "properties": properties });
        home.write(name, &manifest.to_string())
    };
    let service = home.service();
    let built = |path: &Path| service.build(Input::named(path).unwrap(), None, Reuse::Nothing, &Silent, || ()).unwrap();
    let described = || {
        let owners = service.describe("POST".parse().unwrap(), "/owners", None).unwrap();
        let fields = &owners.request_body.unwrap()["schema"]["properties"];
        let names: Vec<String> = fields.as_object().unwrap().keys().cloned().collect();
        (owners.parameters[0]["schema"]["maximum"].clone(), names)
    };
    built(&manifest("one.json", 5, "surname"));
    for _ in 0..2 {
        assert_eq!(described(), (json!(5), vec!["surname".to_owned()]));
    }
    built(&manifest("two.json", 9, "family"));
    assert_eq!(described(), (json!(9), vec!["family".to_owned()]));
}
