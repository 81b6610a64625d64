//! `index add`, `index remove`, `index list`: several APIs in one catalogue, none replaced unsaid, and a rebuild knows them.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::Client;
use crate::util::{Home, Ran, small_manifest};

/// A home without the model: what is tried here needs none.
fn home() -> Home {
    Home::with_models(Path::new("/nonexistent/models").to_owned())
}

fn add(home: &Home, words: &[&str]) -> Ran {
    home.run(&[&["index", "add"], words].concat())
}

fn apis(home: &Home) -> Vec<(String, String)> {
    let listed = home.run(&["index", "list", "--json"]).ok().json();
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or("-").to_owned();
    listed["apis"].as_array().unwrap().iter().map(|entry| (text(entry, "api"), text(entry, "state"))).collect()
}

fn names(home: &Home) -> Vec<String> {
    apis(home).into_iter().map(|(api, _)| api).collect()
}

#[test]
fn nothing_is_removed_where_there_is_no_index_and_nothing_is_made() {
    let home = home();
    let refused = home.run(&["index", "remove", "contoso"]);
    let cure = "build one with `cw-orchestrator index build`";
    assert!(refused.code == 2 && refused.stderr.contains(cure), "{}", refused.stderr);
    assert!(!home.path().join("index").exists());
}

#[test]
fn apis_come_and_go_with_the_others_left_as_they_are() {
    let home = home();
    let pets = home.write("pets.json", &small_manifest("Pets"));
    let shop = home.write("shop.yaml", &small_manifest("Some Long Title of a Shop"));
    let added = add(&home, &["contoso", pets.to_str().unwrap()]).ok();
    assert!(added.stdout.starts_with("added "), "{}", added.stdout);
    let built_in = names(&home)[0].clone();
    assert_eq!(names(&home), [built_in.as_str(), "contoso"]);
    let report = add(&home, &["--manifest", shop.to_str().unwrap(), "--api", "shop", "--json"]).ok().json();
    assert_eq!((&report["added"], &report["removed"]), (&json!(["shop"]), &json!([])));
    assert_eq!(report["counts"]["operations"], 2812 + 8);
    assert_eq!(names(&home), [built_in.as_str(), "contoso", "shop"]);
    let found = home.run(&["search", "list all pets", "--api", "contoso", "--json"]).ok().json();
    assert_eq!(found["hits"][0]["api"], "contoso");
    home.run(&["describe", "GET", "/pets", "--api", "shop"]).ok();
    let refused = home.run(&["index", "remove", "contsoo"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("contsoo") && refused.stderr.contains("contoso"), "{}", refused.stderr);
    let removed = home.run(&["index", "remove", "Contoso", &built_in]).ok();
    assert!(removed.stdout.contains("removed contoso") && pets.exists(), "{}", removed.stdout);
    assert_eq!(names(&home), ["shop"]);
    let refused = home.run(&["index", "remove", "shop"]);
    assert!(refused.code == 2 && refused.stderr.contains("no API"), "{}", refused.stderr);
    assert_eq!(names(&home), ["shop"]);
    // The built-in one comes back by name, as whoever kept calls of it knows it.
    for word in ["connectwise", "builtin"] {
        add(&home, &[word]).ok();
        assert_eq!(names(&home), ["shop", &built_in], "{word}");
    }
    let refused = add(&home, &["cw", "connectwise"]);
    assert!(refused.code == 2 && refused.stderr.contains(&built_in), "{}", refused.stderr);
    add(&home, &["cw", "connectwise", "--replace"]).ok();
    assert_eq!(names(&home), ["shop", "cw"]);
}

#[test]
fn what_was_added_is_built_again_whoever_builds() {
    let home = home();
    let pets = home.write("pets.json", &small_manifest("Pets"));
    add(&home, &["contoso", pets.to_str().unwrap()]).ok();
    let all = names(&home);
    home.run(&["index", "build"]).ok();
    assert_eq!(names(&home), all);
    std::fs::remove_dir_all(home.path().join("index")).unwrap();
    let waiting: Vec<String> = apis(&home).into_iter().map(|(_, state)| state).collect();
    assert_eq!(waiting, ["not_indexed", "not_indexed"]);
    let found = home.run(&["search", "list all pets", "--api", "contoso", "--json"]).ok().json();
    assert_eq!(found["hits"][0]["api"], "contoso");
    assert_eq!(names(&home), all);
    // Written by another version, of which only the names can be read.
    home.change_record(|meta| meta["format"] = 1.into());
    std::fs::remove_file(home.path().join("manifests.json")).unwrap();
    home.run(&["index", "build"]).ok();
    assert_eq!(names(&home), all);
}

#[test]
fn a_build_of_other_manifests_says_what_it_takes_away_and_how_it_comes_back() {
    let home = home();
    let (pets, shop) =
        (home.write("pets.json", &small_manifest("Pets")), home.write("a b.json", &small_manifest("Shop")));
    let build = |more: &[&str], manifest: &Path| {
        home.run(&[&["index", "build", "--manifest", manifest.to_str().unwrap()], more].concat()).ok()
    };
    home.run(&["index", "build", "-q"]).ok();
    let built_in = names(&home)[0].clone();
    let said = build(&[], &shop).stderr;
    assert!(said.contains(&format!("cw-orchestrator index add {built_in} builtin")), "{said}");
    assert_eq!(names(&home), ["shop"]);
    let said = build(&[], &pets).stderr;
    let quoted = ["'", "\""].map(|quote| format!("index add shop {quote}{}{quote}", shop.display()));
    assert!(quoted.iter().any(|command| said.contains(command)), "{said}");
    assert_eq!(build(&["-q"], &shop).stderr.matches("no longer").count(), 0);
    let report = build(&["--json"], &pets).json();
    assert_eq!(report["removed"], json!([{ "api": "shop", "manifest": shop }]));
    // What was kept of it is named too.
    home.run(&["memory", "save", "GET", "/pets", "--description", "all pets"]).ok();
    let report = build(&["--json"], &shop).json();
    assert_eq!(report["notes"], json!(["1 kept call of pets can be used again once it is back under this name"]));
    build(&["-q"], &pets);
    // The same ones again take nothing away.
    assert_eq!(build(&["--json"], &pets).json()["removed"], json!([]));
}

#[test]
fn a_name_that_is_taken_stays_unless_it_is_to_go() {
    let home = home();
    let (pets, moved) =
        (home.write("pets.json", &small_manifest("Pets")), home.write("v2.json", &small_manifest("Pets 2")));
    home.run(&["index", "build", "--manifest", pets.to_str().unwrap()]).ok();
    let refused = add(&home, &["pets", moved.to_str().unwrap()]);
    assert_eq!(refused.code, 2);
    for part in ["`pets`", "pets.json", "--replace"] {
        assert!(refused.stderr.contains(part), "{}", refused.stderr);
    }
    let replaced = add(&home, &["pets", moved.to_str().unwrap(), "--replace", "--json"]).ok().json();
    assert_eq!(replaced["replaced"], json!([{ "api": "pets", "manifest": pets }]));
    assert_eq!(names(&home), ["pets"]);
    for (words, part) in [
        (&["two words", "v2.json"][..], "no name for an API"),
        (&["pets", "-"], "stdin"),
        (&["shop", "https://acme.example/v1/openapi.json?x=1"], "curl -fL -o openapi.json"),
        (&["shop", "/nonexistent/shop.json"], "/nonexistent/shop.json"),
        (&[moved.to_str().unwrap(), "shop"], "the name comes first"),
        (&[], "<NAME>"),
    ] {
        let refused = add(&home, words);
        assert!(refused.code == 2 && refused.stderr.contains(part), "{words:?}: {}", refused.stderr);
    }
    let refused = home.run(&["index", "build", "--manifest", "https://acme.example/v1/openapi.json"]);
    assert!(refused.code == 2 && refused.stderr.contains("curl -fL"), "{}", refused.stderr);
    assert_eq!(names(&home), ["pets"]);
}

#[test]
fn a_manifest_that_moved_or_changed_is_seen_also_by_the_files_beside_it() {
    let home = home();
    let whole = small_manifest("Pets").replace(
        r#""responses":{"200":{"description":"ok"}}"#,
        r#""responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"parts/pet.json"}}}}}"#,
    );
    let pets = home.write("apis/pets.json", &whole);
    assert!(whole.contains("parts/pet.json"), "{whole}");
    home.write("apis/parts/pet.json", r#"{"type":"object","properties":{"name":{"type":"string"}}}"#);
    let shop = home.write("shop.json", &small_manifest("Shop"));
    home.run(&["index", "build", "--manifest", shop.to_str().unwrap()]).ok();
    add(&home, &["pets", pets.to_str().unwrap()]).ok();
    let state = || apis(&home).into_iter().find(|(api, _)| api == "pets").unwrap().1;
    assert_eq!(state(), "unchanged");
    home.write("apis/parts/pet.json", r#"{"type":"object","properties":{"age":{"type":"integer"}}}"#);
    assert_eq!(state(), "changed");
    home.run(&["index", "build"]).ok();
    assert_eq!(state(), "unchanged");
    std::fs::remove_file(&pets).unwrap();
    assert_eq!(state(), "gone");
    let listed = home.run(&["index", "list"]).ok();
    assert!(listed.stderr.contains("index add pets FILE --replace"), "{}", listed.stderr);
    let examined = home.run(&["doctor", "--json"]).json();
    let finding = examined["findings"].as_array().unwrap().iter().find(|finding| finding["name"] == "pets").unwrap();
    assert_eq!(finding["status"], "note");
    assert!(finding["cure"].as_str().unwrap().contains("--replace"), "{finding}");
    // What is published still answers; a build that was asked for says what it lacks, and changes nothing.
    home.run(&["search", "pets", "--api", "pets"]).ok();
    let extra = home.write("extra.json", &small_manifest("Extra"));
    for arguments in [&["index", "build"][..], &["index", "add", "extra", extra.to_str().unwrap()]] {
        let refused = home.run(arguments);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains("pets.json") && refused.stderr.contains("index remove"), "{}", refused.stderr);
    }
    assert_eq!(names(&home), ["shop", "pets"]);
    // One that nobody asked for leaves it out.
    std::fs::remove_dir_all(home.path().join("index")).unwrap();
    home.run(&["search", "pets"]).ok();
    assert_eq!(apis(&home), [("shop".to_owned(), "unchanged".to_owned()), ("pets".to_owned(), "gone".to_owned())]);
    home.run(&["index", "remove", "pets"]).ok();
    assert_eq!(names(&home), ["shop"]);
}

#[test]
fn a_folder_is_named_by_its_titles_or_is_one_api_with_its_parts() {
    let home = home();
    let shop = home.write("shop.json", &small_manifest("Shop"));
    home.run(&["index", "build", "--manifest", shop.to_str().unwrap()]).ok();
    home.write("two/one.json", &small_manifest("First"));
    home.write("two/deep/two.json", &small_manifest("Second"));
    let mut whole: Value = serde_json::from_str(&small_manifest("Whatever")).unwrap();
    whole["components"]["schemas"]["Pet"]["$ref"] = "parts/pet.yaml".into();
    home.write("one/openapi.json", &whole.to_string());
    home.write("one/parts/pet.yaml", "type: object\nproperties: { name: { $ref: 'name.json' } }");
    home.write("one/parts/name.json", r#"{ "type": "string" }"#);
    let (two, one) = (home.path().join("two"), home.path().join("one"));
    let refused = add(&home, &["contoso", two.to_str().unwrap()]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("one.json") && refused.stderr.contains("two.json"), "{}", refused.stderr);
    let added = add(&home, &["contoso", one.to_str().unwrap()]).ok();
    let named = ["pet.yaml", "name.json", "1 file", "2 files"].map(|named| added.stdout.contains(named));
    assert_eq!(named, [false; 4], "parts are no manifests: {}", added.stdout);
    home.write("one/stray.yaml", "type: object");
    let again = add(&home, &["contoso", one.to_str().unwrap()]).ok();
    assert!(again.stdout.contains("1 file") && again.stdout.contains("stray.yaml"), "{}", again.stdout);
    add(&home, &["--manifest", two.to_str().unwrap()]).ok();
    assert_eq!(names(&home), ["shop", "contoso", "second", "first"]);
    home.run(&["index", "remove", "second"]).ok();
    assert_eq!(names(&home), ["shop", "contoso", "first"]);
    home.run(&["index", "build"]).ok();
    assert_eq!(names(&home), ["shop", "contoso", "first"]);
}

#[test]
fn a_server_has_what_is_added_at_once() {
    let home = home();
    let (pets, shop) =
        (home.write("pets.json", &small_manifest("Pets")), home.write("shop.json", &small_manifest("Shop")));
    home.run(&["index", "build", "--manifest", pets.to_str().unwrap()]).ok();
    let mut client = Client::start(&home, &["serve"]);
    let mut apis = || {
        let domains = client.result("enumerate_api_domains", json!({}));
        ["pets", "shop"].map(|name| domains.to_string().contains(&format!("\"api\":\"{name}\"")))
    };
    assert_eq!(apis(), [true, false]);
    add(&home, &["shop", shop.to_str().unwrap()]).ok();
    assert_eq!(apis(), [true, true]);
}
