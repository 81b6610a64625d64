use std::path::Path;

use serde_json::{Value, json};

use crate::util::Home;

/// Operations on resources of these names, in this order.
fn manifest(nouns: &[&str]) -> Value {
    let mut paths = serde_json::Map::new();
    for noun in nouns {
        let answer = json!({ "200": { "description": "ok" } });
        let key = json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } });
        let list = json!({ "get": { "responses": answer }, "post": { "responses": answer } });
        let one = json!({ "parameters": [key], "get": { "responses": answer }, "delete": { "responses": answer } });
        paths.insert(format!("/shop/{noun}"), list);
        paths.insert(format!("/shop/{noun}/{{id}}"), one);
    }
    json!({ "openapi": "3.0.3", "info": { "title": "Shop", "version": "1" }, "paths": paths })
}

const NOUNS: [&str; 5] = ["orders", "carts", "parcels", "refunds", "vouchers"];

fn build(home: &Home, manifest: &Value, more: &[&str]) -> Value {
    thread_local! {
        static FOLDER: tempfile::TempDir = tempfile::tempdir().unwrap();
    }
    // The same path for every home of a test, so that records are comparable.
    let path = FOLDER.with(|folder| folder.path().join("m.json"));
    std::fs::write(&path, manifest.to_string()).unwrap();
    home.run(&[&["index", "build", "--json", "--manifest", path.to_str().unwrap()], more].concat()).ok().json()
}

/// Everything a generation holds but when it was built.
fn content(home: &Home) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(home.generation())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    for (name, bytes) in &mut files {
        if name == "meta.json" {
            let mut meta: Value = serde_json::from_slice(bytes).unwrap();
            meta["created_at_s"] = 0.into();
            *bytes = meta.to_string().into_bytes();
        }
    }
    files
}

/// A rebuild gives what a build from nothing gives; returns what it reports.
fn rebuilt(before: impl Fn(&Home), after: impl Fn(&Home) -> Value) -> Value {
    let (home, fresh) = (Home::empty(), Home::empty());
    before(&home);
    let report = after(&home);
    after(&fresh);
    let (one, two) = (content(&home), content(&fresh));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&one), names(&two));
    for ((name, one), (_, two)) in one.iter().zip(&two) {
        assert!(one == two, "{name} differs from that of a build from nothing; {report}");
    }
    assert!(home.run(&["index", "verify"]).ok().stdout.contains("ok"));
    report
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_rebuild_embeds_only_what_is_new_and_equals_a_build_from_nothing() {
    let first = manifest(&NOUNS);
    let mut described = first.clone();
    described["paths"]["/shop/carts"]["post"]["description"] = "Opens a basket for a visitor of the web shop.".into();
    let mut retitled = first.clone();
    retitled["info"]["version"] = "2".into();
    // What is built second, how many texts are new, and whether the graph stays.
    for (name, second, embedded, graph_reused) in [
        ("nothing", first.clone(), 0, true),
        ("one operation changed", described, 1, false),
        ("one resource added", manifest(&["orders", "carts", "invoices", "parcels", "refunds", "vouchers"]), 4, false),
        ("one resource removed", manifest(&["orders", "parcels", "refunds", "vouchers"]), 0, false),
        ("another order", manifest(&["vouchers", "carts", "refunds", "parcels", "orders"]), 0, false),
        ("no text changed", retitled, 0, true),
    ] {
        let report = rebuilt(|home| drop(build(home, &first, &[])), |home| build(home, &second, &[]));
        let texts = report["nodes"].as_u64().unwrap();
        assert_eq!(report["unchanged"], name == "nothing", "{name}: {report}");
        assert_eq!(report["embedded"], embedded, "{name}: {report}");
        assert_eq!(report["reused"], texts - embedded, "{name}: {report}");
        assert_eq!(report["graph_reused"], graph_reused, "{name}: {report}");
        assert_eq!(report["not_reused"], Value::Null, "{name}: {report}");
    }
}

#[test]
fn glosses_are_reused_like_texts() {
    let shop = manifest(&NOUNS);
    let glossary = |home: &Home, parcels: &str| {
        home.write(
            "glossary.toml",
            &format!(
                "[[glossary]]\n[glossary.resources]\n\"/carts\" = {{ is = \"baskets\" }}\n\
                 \"/parcels\" = {{ is = \"{parcels}\" }}\n"
            ),
        );
        build(home, &shop, &[])
    };
    let same = rebuilt(|home| drop(glossary(home, "boxes")), |home| glossary(home, "boxes"));
    assert_eq!((&same["embedded"], &same["graph_reused"]), (&0.into(), &true.into()), "{same}");
    let other = rebuilt(|home| drop(glossary(home, "boxes")), |home| glossary(home, "things on their way"));
    assert_eq!((&other["embedded"], &other["graph_reused"]), (&1.into(), &true.into()), "{other}");
}

#[test]
fn what_is_damaged_or_of_another_kind_is_not_reused_and_the_build_says_so() {
    let shop = manifest(&NOUNS);
    let flip = |name: &'static str| move |home: &Home| edit(&home.generation().join(name), |bytes| bytes[100] ^= 1);
    let record = |key: &'static str, value: Value| {
        move |home: &Home| home.change_record(|meta| *meta.pointer_mut(key).unwrap() = value.clone())
    };
    type Spoil = Box<dyn Fn(&Home)>;
    for (spoil, says, embeds_all) in [
        (Box::new(flip("vectors.f32")) as Spoil, "vectors.f32", true),
        (Box::new(flip("texts.b3")), "texts.b3", true),
        (Box::new(flip("graph.hnsw")), "graph.hnsw", false),
        (Box::new(record("/model/sha256", "00".into())), "the model is", true),
        (Box::new(record("/text_version", 0.into())), "texts is 0", true),
        (Box::new(record("/format", 1.into())), "the format is 1", true),
    ] {
        let before = |home: &Home| {
            build(home, &shop, &[]);
            spoil(home);
        };
        let report = rebuilt(before, |home| build(home, &shop, &[]));
        let why = report["not_reused"].as_str().unwrap_or_default();
        assert!(why.contains(says), "{says}: {report}");
        assert_eq!(report["embedded"] == 0, !embeds_all, "{says}: {report}");
        assert_eq!(report["graph_reused"], false, "{says}: {report}");
    }
}

#[test]
fn where_nothing_changed_the_generation_stays_unless_a_file_of_it_is_damaged() {
    let home = Home::empty();
    let manifest = manifest(&NOUNS);
    build(&home, &manifest, &[]);
    let first = home.generation();
    assert_eq!(build(&home, &manifest, &[])["unchanged"], true);
    assert_eq!(home.generation(), first);
    // Another name, another glossary: another index.
    assert_eq!(build(&home, &manifest, &["--api", "shop"])["unchanged"], false);
    build(&home, &manifest, &[]);
    home.write("glossary.toml", "[[glossary]]\n[glossary.resources]\n");
    assert_eq!(build(&home, &manifest, &[])["unchanged"], false);
    edit(&home.generation().join("terms.bin"), |bytes| bytes[0] ^= 1);
    assert_eq!(build(&home, &manifest, &[])["unchanged"], false);
    assert!(home.run(&["index", "verify"]).ok().stdout.contains("ok"));
}

#[test]
fn no_reuse_makes_everything_anew() {
    let shop = manifest(&NOUNS);
    let report = rebuilt(|home| drop(build(home, &shop, &[])), |home| build(home, &shop, &["--no-reuse"]));
    assert_eq!((&report["reused"], &report["graph_reused"]), (&0.into(), &false.into()), "{report}");
    assert_eq!(report["not_reused"], Value::Null, "{report}");
    let phases: Vec<&str> =
        report["phases"].as_array().unwrap().iter().map(|time| time["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["read", "embed", "graph", "catalogue", "publish"]);
}
