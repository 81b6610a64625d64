//! Where a call goes, and with which credentials: servers of a manifest, of its paths and operations, and the base URL.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::api::{Api, BASE, settled};
use crate::util::{Home, Ran, ran};

/// A home with this API, without a model.
fn home_with(manifest: &Value, settings: &str) -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let path = home.write("shop.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", path.to_str().unwrap(), "--api", "shop", "-q"]).ok();
    home.write("config.toml", settings);
    home
}

fn run(home: &Home, arguments: &[&str]) -> Ran {
    let mut command = settled(home, "https://api-na.example.test/v4_6_release/apis/3.0", arguments);
    ran(command.env("SHOP_KEY", "canaryShop").stdin(Stdio::null()).output().unwrap())
}

/// The host alone.
fn root(api: &Api) -> String {
    api.url().strip_suffix(BASE).unwrap().to_owned()
}

fn operation() -> Value {
    json!({ "responses": { "200": { "description": "ok" } } })
}

/// An API whose key goes into a header, with servers of a path and of an operation.
fn manifest(servers: &[&str], of_path: &str, of_operation: &str) -> Value {
    let servers: Vec<Value> = servers.iter().map(|url| json!({ "url": url })).collect();
    let mut moon = operation();
    moon["servers"] = json!([{ "url": of_operation }]);
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "servers": servers,
        "components": { "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "X-Key" } } },
        "security": [{ "key": [] }],
        "paths": {
            "/suns": { "get": operation() },
            "/moons": { "get": operation(), "servers": [{ "url": of_path }] },
            "/moon": { "get": moon },
        }
    })
}

fn settings(base_url: &str, more: &str) -> String {
    format!("[apis.shop]\nbase_url = {base_url:?}\n{more}\n[apis.shop.credentials]\nkey = \"SHOP_KEY\"\n")
}

#[test]
fn a_server_on_another_host_gets_the_key_only_where_it_is_configured() {
    let (api, other) = (Api::of(200, json!([])), Api::of(200, json!([])));
    let own = format!("{}/own", root(&api));
    let shop = manifest(&[&format!("{}/v1", root(&api))], &format!("{}/up", root(&other)), &own);
    let home = home_with(&shop, &settings(&format!("{}/v1", root(&api)), ""));
    let refused = run(&home, &["call", "GET", "/moons"]);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    let cure = format!("servers = [\"{}/up\"]", root(&other));
    assert!(refused.stderr.contains(&cure) && refused.stderr.contains("[apis.shop]"), "{}", refused.stderr);
    assert_eq!((api.lines().len(), other.lines().len()), (0, 0));
    run(&home, &["call", "GET", "/suns"]).ok();
    run(&home, &["call", "GET", "/moon"]).ok();
    assert_eq!(api.lines(), ["GET /v1/suns", "GET /own/moon"]);
    assert!(api.arrived().iter().all(|arrived| arrived.header("x-key") == "canaryShop"));
    home.write("config.toml", &settings(&format!("{}/v1", root(&api)), &cure));
    for command in [&["call", "GET", "/moons"][..], &["raw", "GET /moons"]] {
        run(&home, command).ok();
    }
    assert_eq!(other.lines(), ["GET /up/moons", "GET /up/moons"]);
    assert_eq!(other.arrived()[0].header("x-key"), "canaryShop");
    let described = run(&home, &["describe", "GET", "/moons", "--json"]).ok().json();
    assert_eq!(described["servers"], json!([format!("{}/up", root(&other))]));
}

#[test]
fn without_credentials_the_manifest_s_servers_are_called_as_they_are() {
    let (api, other) = (Api::of(200, json!([])), Api::of(200, json!([])));
    let mut shop = manifest(&[&root(&api)], &format!("{}/up", root(&other)), "/relative");
    shop["security"] = json!([]);
    let home = home_with(&shop, "");
    for path in ["/suns", "/moons", "/moon"] {
        run(&home, &["call", "GET", path]).ok();
    }
    assert_eq!(
        (api.lines(), other.lines()),
        (vec!["GET /suns".to_owned(), "GET /relative/moon".to_owned()], vec!["GET /up/moons".to_owned()])
    );
}

#[test]
fn a_relative_server_is_added_to_a_base_url_of_the_host_alone() {
    let api = Api::of(200, json!([]));
    let swagger = json!({
        "swagger": "2.0", "info": { "title": "Shop", "version": "1" }, "basePath": "/api/v2",
        "paths": { "/suns": { "get": operation() } }
    });
    let mut relative = manifest(&["/api/v2"], "/moonbase", "/api/v3");
    relative["security"] = json!([]);
    for (manifest, base, paths) in [
        (&relative, root(&api), &["/api/v2/suns", "/moonbase/moons", "/api/v3/moon"][..]),
        (&relative, format!("{}/mine", root(&api)), &["/mine/suns"]),
        (&swagger, root(&api), &["/api/v2/suns"]),
        (&swagger, format!("{}/mine/", root(&api)), &["/mine/suns"]),
    ] {
        let home = home_with(manifest, &format!("[apis.shop]\nbase_url = {base:?}\n"));
        for expected in paths {
            let path = format!("/{}", expected.rsplit('/').next().unwrap());
            run(&home, &["call", "GET", &path]).ok();
            assert_eq!(api.arrived().last().unwrap().path, *expected, "{base}");
        }
    }
    let refused = run(&home_with(&swagger, ""), &["call", "GET", "/suns"]);
    assert!(refused.stderr.contains("names no host, only the path `/api/v2`"), "{}", refused.stderr);
}

#[test]
fn servers_are_relative_to_the_url_that_the_manifest_was_published_at() {
    let api = Api::of(200, json!([]));
    let mut shop = manifest(&["../v2"], ".", "/moonbase");
    shop["security"] = json!([]);
    let home = home_with(&shop, "");
    let refused = run(&home, &["call", "GET", "/suns"]);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(refused.stderr.contains("manifest_url") && refused.stderr.contains("[apis.shop]"), "{}", refused.stderr);
    let published = format!("{}/docs/openapi.json?edition=2", root(&api));
    home.write("config.toml", &format!("[apis.shop]\nmanifest_url = {published:?}\n"));
    for path in ["/suns", "/moons", "/moon"] {
        run(&home, &["call", "GET", path]).ok();
    }
    assert_eq!(api.lines(), ["GET /v2/suns", "GET /docs/moons", "GET /moonbase/moon"]);
    // Credentials go to a base URL alone, and the one to write is told.
    let home = home_with(&manifest(&["../v2"], ".", "/moonbase"), "");
    let key = "[apis.shop.credentials]\nkey = \"SHOP_KEY\"\n";
    home.write("config.toml", &format!("[apis.shop]\nmanifest_url = {published:?}\n{key}"));
    let refused = run(&home, &["call", "GET", "/suns"]);
    assert!(refused.stderr.contains(&format!("base_url = \"{}/v2\"", root(&api))), "{}", refused.stderr);
    assert_eq!(api.lines().len(), 3);
}

#[test]
fn the_key_that_is_configured_is_sent_where_none_would_do_and_asked_of_no_caller() {
    let api = Api::of(200, json!([]));
    let key = |at: &str| json!({ "name": "key", "in": at, "required": true, "schema": { "type": "string" } });
    let get = |security: Value, parameters: Value| {
        let mut get = operation();
        (get["security"], get["parameters"]) = (security, parameters);
        json!({ "get": get })
    };
    let shop = json!({
        "openapi": "3.0.3", "info": { "title": "Shop", "version": "1" },
        "components": { "securitySchemes": {
            "token": { "type": "http", "scheme": "bearer" },
            "key": { "type": "apiKey", "in": "query", "name": "key" },
        } },
        "paths": {
            "/maybe": get(json!([{}, { "token": [] }]), json!([])),
            "/open": get(json!([]), json!([])),
            "/cards": get(json!([{ "key": [] }]), json!([key("query")])),
            "/other": get(json!([{ "token": [] }]), json!([key("query")])),
        }
    });
    let credentials =
        |lines: &str| format!("[apis.shop]\nbase_url = {:?}\n[apis.shop.credentials]\n{lines}", root(&api));
    let home = home_with(&shop, &credentials("token = \"SHOP_KEY\"\nkey = \"SHOP_KEY\"\n"));
    for path in ["/maybe", "/open", "/cards"] {
        run(&home, &["call", "GET", path]).ok();
    }
    let arrived = api.arrived();
    let sent = |at: usize| (arrived[at].header("authorization"), arrived[at].query("key"));
    assert_eq!([sent(0), sent(1), sent(2)], [("Bearer canaryShop", None), ("", None), ("", Some("canaryShop"))]);
    // A parameter of the same name is the caller's where the operation wants another credential.
    assert!(run(&home, &["call", "GET", "/other"]).stderr.contains("`key` is required"));
    home.write("config.toml", &credentials("token = \"SHOP_UNSET\"\n"));
    run(&home, &["call", "GET", "/maybe"]).ok();
    assert_eq!(api.arrived().last().unwrap().header("authorization"), "");
    // What is missing belongs into the configuration, and is asked of no caller either.
    let refused = run(&home, &["call", "GET", "/cards"]).stderr;
    assert!(
        refused.contains("add `key = \"VARIABLE\"` to `credentials`") && !refused.contains("is required"),
        "{refused}"
    );
}

#[test]
fn what_a_credential_fills_is_said_and_nothing_given_is_sent_in_its_place() {
    let api = Api::of(200, json!([]));
    let mut get = operation();
    get["security"] = json!([{ "key": [] }]);
    get["parameters"] = json!([
        { "name": "key", "in": "query", "required": true, "schema": { "type": "string" } },
        { "name": "q", "in": "query", "required": true, "schema": { "type": "string" } },
    ]);
    let shop = json!({
        "openapi": "3.0.3", "info": { "title": "Shop", "version": "1" },
        "components": { "securitySchemes": { "key": { "type": "apiKey", "in": "query", "name": "key" } } },
        "paths": { "/cards": { "get": get } },
    });
    let home = home_with(&shop, &settings(&root(&api), ""));
    let described = run(&home, &["describe", "GET", "/cards", "--json"]).ok().json();
    let parameters = described["parameters"].as_array().unwrap();
    assert_eq!((&parameters[0]["required"], &parameters[0]["filled_by_configuration"]), (&json!(false), &json!(true)));
    assert_eq!((&parameters[1]["required"], &parameters[1]["filled_by_configuration"]), (&json!(true), &Value::Null));
    assert!(described["call"]["params"].get("key").is_none() && described["call"]["params"].get("q").is_some());
    for arguments in [
        &["call", "GET", "/cards", "--param", "key=mine", "--param", "q=1", "--json"][..],
        &["call", "GET", "/cards", "--param", "key=mine", "--param", "q=1", "--no-validate", "--json"],
        &["raw", "GET /cards?key=mine&q=1", "--json"],
    ] {
        let answer = run(&home, arguments).ok().json();
        let notes = answer["notes"].to_string();
        assert!(notes.contains("key") && notes.contains("credential stands in its place"), "{notes}");
        assert!(!notes.contains("sent as it is"), "{notes}");
        let arrived = api.arrived().pop().unwrap();
        assert_eq!((arrived.query("key"), arrived.query("q")), (Some("canaryShop"), Some("1")));
    }
}
