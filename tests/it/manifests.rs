use std::io::Write;
use std::process::Stdio;

use crate::util::{Home, fixture, ran, small_manifest};

fn build(home: &Home, manifest: &str) -> crate::util::Ran {
    home.run(&["index", "build", "--manifest", manifest, "--json"])
}

#[test]
fn every_dialect_and_format_is_indexed_and_found() {
    for (name, request) in [("openapi-3.0.yaml", "GET"), ("openapi-3.1.json", "GET"), ("swagger-2.0.json", "GET")] {
        let home = Home::empty();
        let report = build(&home, fixture(name).to_str().unwrap()).ok().json();
        assert!(report["counts"]["operations"].as_u64().unwrap() > 0, "{name}");
        let answer = home.run(&["search", "list everything", "--method", request, "--json"]).ok().json();
        assert!(!answer["hits"].as_array().unwrap().is_empty(), "{name}");
    }
}

#[test]
fn a_manifest_comes_from_stdin_too() {
    let home = Home::empty();
    let mut child = home
        .command(&["index", "build", "--manifest", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(small_manifest("Piped").as_bytes()).unwrap();
    let report = ran(child.wait_with_output().unwrap()).ok().json();
    assert_eq!(report["counts"]["operations"], 4);
    let status = home.run(&["index", "status", "--json"]).ok().json();
    assert_eq!(status["meta"]["manifests"][0]["source"], "stdin");
    assert_eq!(status["meta"]["manifests"][0]["api"], "piped");
}

#[test]
fn several_manifests_make_one_catalogue_keyed_by_api() {
    let home = Home::empty();
    home.write("apis/one.json", &small_manifest("First Pets"));
    home.write("apis/deep/two.json", &small_manifest("Second Pets"));
    home.write("apis/broken.json", "{ \"openapi\": \"3.0.0\", ");
    home.write("apis/readme.txt", "not looked at");
    let folder = home.path().join("apis");
    let report = build(&home, folder.to_str().unwrap()).ok().json();
    assert_eq!(report["counts"]["apis"], 2);
    assert_eq!(report["counts"]["operations"], 8);
    let skipped = report["skipped_files"].as_array().unwrap();
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0]["source"].as_str().unwrap().ends_with("broken.json"));
    let answer = home.run(&["search", "list all pets", "--api", "second-pets", "--json"]).ok().json();
    assert!(answer["hits"].as_array().unwrap().iter().all(|hit| hit["api"] == "second-pets"));
    let ambiguous = home.run(&["describe", "GET", "/pets"]);
    assert_eq!(ambiguous.code, 2);
    assert!(
        ambiguous.stderr.contains("first-pets") && ambiguous.stderr.contains("second-pets"),
        "{}",
        ambiguous.stderr
    );
    home.run(&["describe", "GET", "/pets", "--api", "first-pets"]).ok();
}

#[test]
fn one_name_cannot_serve_two_manifests() {
    let home = Home::empty();
    let (one, two) = (home.write("a.json", &small_manifest("A")), home.write("b.json", &small_manifest("B")));
    let refused = home.run(&[
        "index",
        "build",
        "--manifest",
        one.to_str().unwrap(),
        "--manifest",
        two.to_str().unwrap(),
        "--api",
        "x",
    ]);
    assert_eq!(refused.code, 2);
    for part in ["`x`", "a.json", "b.json", "index add"] {
        assert!(refused.stderr.contains(part), "{}", refused.stderr);
    }
}

#[test]
fn what_is_no_manifest_is_refused_with_the_reason_and_the_old_index_stays() {
    let home = Home::empty();
    let good = home.write("good.json", &small_manifest("Good"));
    build(&home, good.to_str().unwrap()).ok();
    let whole = small_manifest("Whole");
    for (name, content) in [
        ("empty.json", ""),
        ("truncated.json", &whole[..whole.len() / 2]),
        ("page.json", "<html><body>sign in</body></html>"),
        ("array.json", "[1, 2, 3]"),
        ("nothing.json", "{\"openapi\": \"3.0.0\", \"info\": {}, \"paths\": {}}"),
        ("old.json", "{\"swagger\": \"1.2\", \"apis\": []}"),
    ] {
        let path = home.write(name, content);
        let refused = build(&home, path.to_str().unwrap());
        assert_eq!(refused.code, 2, "{name}: {}", refused.stdout);
        assert!(refused.stderr.contains(name), "{name}: {}", refused.stderr);
        assert!(refused.stderr.trim_end().len() > name.len() + 60, "no reason: {}", refused.stderr);
    }
    let missing = build(&home, "/nonexistent/file.json");
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("/nonexistent/file.json"), "{}", missing.stderr);
    assert_eq!(home.run(&["index", "status", "--json"]).ok().json()["meta"]["manifests"][0]["api"], "good");
}

#[test]
fn the_vendors_faults_are_counted_with_their_pointers_and_cost_nothing_else() {
    let home = Home::empty();
    let report = build(&home, fixture("vendor-faults.json").to_str().unwrap()).ok().json();
    assert!(report["counts"]["warnings"].as_u64().unwrap() > 0);
    let status = home.run(&["index", "status", "--json"]).ok().json();
    let codes: Vec<&str> =
        status["warnings_by_code"].as_array().unwrap().iter().map(|pair| pair[0].as_str().unwrap()).collect();
    for code in [
        "path-missing-slash",
        "path-parameter-unplaced",
        "path-duplicate",
        "path-regular-expression",
        "patch-value-object",
    ] {
        assert!(codes.contains(&code), "{code} is not among {codes:?}");
    }
    for warning in status["warnings"].as_array().unwrap() {
        assert!(warning["pointer"].as_str().unwrap().starts_with('/'), "{warning}");
    }
    home.run(&["describe", "POST", "/finance/agreements/types/5/copy"]).ok();
}

#[test]
fn a_fault_in_one_operation_costs_that_operation_alone() {
    let home = Home::empty();
    let mut manifest: serde_json::Value = serde_json::from_str(&small_manifest("Faulty")).unwrap();
    manifest["paths"]["/pets"]["post"] = "not an object".into();
    let path = home.write("faulty.json", &manifest.to_string());
    let report = build(&home, path.to_str().unwrap()).ok().json();
    assert_eq!((&report["counts"]["operations"], &report["counts"]["skipped"]), (&3.into(), &1.into()));
    let shown = home.run(&["index", "status"]).ok().stdout;
    assert!(shown.contains("/paths/~1pets/post"), "{shown}");
}

#[test]
fn a_folder_is_never_refused_for_one_file_and_every_file_left_out_is_told() {
    let home = Home::empty();
    home.write("apis/good.json", &small_manifest("Good"));
    for number in 0..12 {
        home.write(&format!("apis/package-{number:02}.json"), "{ \"name\": \"no manifest\" }");
    }
    home.write("apis/z/cut.yaml", "openapi: 3.0.0\npaths: [");
    std::fs::write(home.path().join("apis/z/bytes.yml"), [0xff, 0x00, 0x80, 0x81]).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere.json", home.path().join("apis/z/link.json")).unwrap();
    let folder = home.path().join("apis");
    let built = home.run(&["index", "build", "--manifest", folder.to_str().unwrap()]).ok().stdout;
    let left_out = if cfg!(unix) { 15 } else { 14 };
    assert!(built.contains(&format!("{left_out} files were skipped")), "{built}");
    assert!(built.contains("package-00.json") && built.contains(&format!("and {} more", left_out - 10)), "{built}");
    assert!(!built.contains("cut.yaml"), "only the first are shown: {built}");

    let status = home.run(&["index", "status", "--json"]).ok().json();
    let skipped = status["meta"]["skipped_files"].as_array().unwrap();
    assert_eq!(skipped.len(), left_out);
    let sources: Vec<&str> = skipped.iter().map(|file| file["source"].as_str().unwrap()).collect();
    assert!(sources.is_sorted(), "{sources:?}");
    assert!(skipped.iter().all(|file| file["reason"].as_str().unwrap().len() > 10), "{skipped:?}");
    let shown = home.run(&["index", "status"]).ok().stdout;
    assert!(shown.contains(&format!("{left_out} files were skipped")) && shown.contains("package-00.json"), "{shown}");

    std::fs::remove_file(home.path().join("apis/good.json")).unwrap();
    let refused = home.run(&["index", "build", "--manifest", folder.to_str().unwrap()]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("none of the") && refused.stderr.contains("package-00.json"), "{}", refused.stderr);
}

#[test]
fn with_several_apis_every_list_says_whose_it_is_and_can_be_narrowed() {
    let home = Home::empty();
    // The same title twice: the file tells them apart.
    home.write("apis/shop/2023.json", &small_manifest("Pets"));
    home.write("apis/shop/2024.json", &small_manifest("Pets"));
    home.write("apis/zoo.json", &small_manifest("Zoo").replace("/pets", "/animals"));
    let folder = home.path().join("apis");
    build(&home, folder.to_str().unwrap()).ok();
    let status = home.run(&["index", "status", "--json"]).ok().json();
    let names: Vec<&str> =
        status["meta"]["manifests"].as_array().unwrap().iter().map(|record| record["api"].as_str().unwrap()).collect();
    assert_eq!(names, ["pets", "pets-2024", "zoo"]);

    let table = home.run(&["search", "list all pets"]).ok().stdout;
    assert!(table.lines().next().unwrap().contains("api") && table.contains("pets-2024"), "{table}");
    assert!(home.run(&["domains"]).ok().stdout.contains("zoo"));
    for (command, list, of_all, of_zoo) in
        [(["domains"].as_slice(), "domains", 6, 2), (["resources", "owners"].as_slice(), "resources", 3, 1)]
    {
        let listed = |more: &[&str]| -> Vec<String> {
            let groups = home.run(&[command, more, &["--json"]].concat()).ok().json()[list].clone();
            groups.as_array().unwrap().iter().map(|group| group["api"].as_str().unwrap().to_owned()).collect()
        };
        let (all, zoo) = (listed(&[]), listed(&["--api", "ZOO"]));
        assert_eq!((all.len(), zoo.len()), (of_all, of_zoo), "{all:?}");
        assert!(zoo.iter().all(|api| api == "zoo"), "{zoo:?}");
    }
    let unknown = home.run(&["domains", "--api", "zo"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("zoo"), "{}", unknown.stderr);
}

#[test]
fn files_within_the_folder_of_a_manifest_are_read_and_a_change_of_one_is_seen() {
    let home = Home::with_models(std::path::Path::new("/nonexistent/models").to_owned());
    let outside = home.write("outside.yaml", "get: { summary: Outside, responses: {} }");
    home.write(
        "api/paths/pets.yaml",
        "get: { summary: List pets, parameters: [{ $ref: '../limit.json' }], responses: {} }",
    );
    home.write("api/limit.json", r#"{ "name": "limit", "in": "query", "schema": { "type": "integer" } }"#);
    let mut paths = vec![("/pets", "paths/pets.yaml"), ("/far", "../outside.yaml")];
    if cfg!(unix) {
        #[cfg(unix)]
        std::os::unix::fs::symlink(&outside, home.path().join("api/linked.yaml")).unwrap();
        paths.push(("/linked", "linked.yaml"));
    }
    let _ = outside;
    let paths: serde_json::Map<String, serde_json::Value> =
        paths.into_iter().map(|(path, file)| (path.to_owned(), serde_json::json!({ "$ref": file }))).collect();
    let manifest =
        serde_json::json!({ "openapi": "3.0.3", "info": { "title": "Split", "version": "1" }, "paths": paths });
    let manifest = home.write("api/openapi.json", &manifest.to_string());
    let build = || {
        home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "split", "--json"]).ok().json()
    };
    build();
    let described = home.run(&["describe", "GET", "/pets", "--json"]).ok().json();
    assert_eq!((&described["summary"], &described["parameters"][0]["name"]), (&"List pets".into(), &"limit".into()));
    for path in ["/far", "/linked"] {
        assert_ne!(home.run(&["describe", "GET", path]).code, 0, "{path}");
    }
    home.write("api/limit.json", r#"{ "name": "most", "in": "query", "schema": { "type": "integer" } }"#);
    build();
    let described = home.run(&["describe", "GET", "/pets", "--json"]).ok().json();
    assert_eq!(described["parameters"][0]["name"], "most");
}
