//! Calls of an API that is not ConnectWise's: its server from the manifest, its credentials from variables that the
//! configuration names.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::api::{Api, authorization, settled};
use crate::util::{Home, Ran, ran};

/// A home with one small API on this server, without a model.
fn home_with(server: &str) -> Home {
    titled("Pets", server)
}

fn titled(title: &str, server: &str) -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let manifest = manifest(title, server);
    let manifest = home.write("pets.json", &manifest);
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "pets", "-q"]).ok();
    home
}

fn manifest(title: &str, server: &str) -> String {
    json!({
        "openapi": "3.0.3",
        "info": { "title": title, "version": "1" },
        "servers": [{ "url": server }],
        "components": { "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "X-Pets-Key" } } },
        "security": [{ "key": [] }],
        "paths": {
            "/pets": { "get": { "summary": "List pets", "responses": { "200": { "description": "ok" } } } }
        }
    })
    .to_string()
}

fn configuration(url: &str) -> String {
    format!("[apis.pets]\nbase_url = {url:?}\n[apis.pets.credentials]\nkey = \"PETS_KEY\"\n")
}

/// The call with ConnectWise's settings in the environment as well: they must stay there.
fn call(home: &Home, set: impl FnOnce(&mut Command)) -> Ran {
    let mut command =
        settled(home, "https://api-na.example.test/v4_6_release/apis/3.0", &["call", "GET", "/pets", "--json"]);
    set(command.stdin(Stdio::null()).env_remove("PETS_KEY"));
    ran(command.output().unwrap())
}

#[test]
fn the_key_goes_where_the_manifest_says_and_connectwise_s_goes_nowhere() {
    let api = Api::of(200, json!([{ "name": "Rex" }]));
    let home = home_with(&api.url());
    home.write("config.toml", &configuration(&api.url()));
    let answer = call(&home, |command| _ = command.env("PETS_KEY", "canaryPets")).ok();
    assert_eq!(answer.json()["result"], json!([{ "name": "Rex" }]));
    assert!(!answer.stdout.contains("canaryPets"));
    let arrived = api.one();
    assert_eq!((arrived.path.as_str(), arrived.header("x-pets-key")), ("/pets", "canaryPets"));
    assert_eq!((arrived.header("authorization"), arrived.header("clientid")), ("", ""));
    assert!(!format!("{:?}", arrived.request.headers).contains(&authorization()[6..]));
}

#[test]
fn without_the_key_the_call_is_refused_with_what_to_set() {
    let api = Api::of(200, json!([]));
    let home = home_with(&api.url());
    let unnamed = call(&home, |_| ());
    assert_eq!(unnamed.code, 2);
    let advice =
        format!("`base_url = {:?}` and `credentials = {{ key = \"VARIABLE\" }}` in the section [apis.pets]", api.url());
    assert!(unnamed.stderr.contains(&advice), "{}", unnamed.stderr);
    // The file that is in use is the one that is named.
    let other = home.write("other.toml", "[apis.pets]\ncredentials = { other = \"OTHER\" }\n");
    let unbound = call(&home, |command| _ = command.arg("--config").arg(&other));
    assert!(unbound.code == 2 && unbound.stderr.contains(other.to_str().unwrap()), "{}", unbound.stderr);
    home.write("config.toml", &configuration(&api.url()));
    let unset = call(&home, |_| ());
    assert_eq!(unset.code, 2);
    assert!(unset.stderr.contains("PETS_KEY"), "{}", unset.stderr);
    assert_eq!(api.lines().len(), 0);
}

#[test]
fn a_credential_that_is_declared_as_a_parameter_too_is_configured_and_asked_of_no_caller() {
    let api = Api::of(200, json!([]));
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let key = |name: &str, place: &str| json!({ "type": "apiKey", "in": place, "name": name });
    let declared = |name: &str, place: &str| json!({ "name": name, "in": place, "required": true, "schema": { "type": "string" } });
    let operation =
        |parameters: Value| json!({ "parameters": parameters, "responses": { "200": { "description": "ok" } } });
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Boards", "version": "1" },
        "servers": [{ "url": api.url() }],
        "components": { "securitySchemes": {
            "Key": key("key", "query"), "Token": key("token", "query"), "Tenant": key("X-Tenant", "header")
        } },
        "paths": {
            "/boards": {
                "get": {
                    "security": [{ "Key": [], "Token": [] }],
                    "parameters": [declared("key", "query"), declared("token", "query"), declared("page", "query")],
                    "responses": { "200": { "description": "ok" } }
                }
            },
            "/cards": { "get": operation(json!([declared("x-tenant", "header")])) },
            "/open": { "get": operation(json!([declared("key", "query")])) }
        },
        "security": [{ "Tenant": [] }]
    });
    let manifest = home.write("boards.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "boards", "-q"]).ok();
    // What else is required is asked for, and nothing of the credentials.
    let refused = home.run(&["call", "GET", "/boards"]);
    assert!(refused.stderr.contains("--param page") && !refused.stderr.contains("key"), "{}", refused.stderr);
    for (arguments, advice) in [
        (
            &["call", "GET", "/boards", "--param", "page=1"][..],
            r#"`credentials = { Key = "VARIABLE", Token = "VARIABLE" }`"#,
        ),
        (&["call", "GET", "/cards"], r#"`credentials = { Tenant = "VARIABLE" }`"#),
    ] {
        let refused = home.run(arguments);
        assert!(refused.stderr.contains(advice) && refused.stderr.contains("[apis.boards]"), "{}", refused.stderr);
        let shown = home.run(&[arguments, &["--dry-run"]].concat()).ok();
        assert!(shown.stderr.contains(advice) || shown.stdout.contains(advice), "{} {}", shown.stdout, shown.stderr);
    }
    // A parameter that no scheme of the operation is sent as is asked for.
    let open = home.run(&["call", "GET", "/open"]);
    assert!(open.stderr.contains("--param key"), "{}", open.stderr);
    assert_eq!(api.lines().len(), 0);
}

#[test]
fn a_base_url_of_the_configuration_comes_before_the_manifests() {
    let api = Api::of(200, json!([]));
    let home = home_with("https://pets.example.test");
    home.write("config.toml", &configuration(&api.url()));
    call(&home, |command| _ = command.env("PETS_KEY", "canaryPets")).ok();
    assert_eq!(api.lines(), ["GET /pets"]);
}

#[test]
fn credentials_without_a_base_url_go_nowhere_whoever_has_the_name() {
    let api = Api::of(200, json!([]));
    let home = home_with("https://pets.example.test/v1");
    home.write("config.toml", "[apis.pets.credentials]\nkey = \"PETS_KEY\"\n");
    let with_key = |home: &Home| call(home, |command| _ = command.env("PETS_KEY", "canaryPets"));
    let refused = with_key(&home);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(
        refused.stderr.contains("write `base_url = \"https://pets.example.test/v1\"` in the section [apis.pets]"),
        "{}",
        refused.stderr
    );
    let doctor = home.run(&["doctor", "--json"]);
    let report = doctor.json();
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["area"] == "credentials" && finding["name"] == "pets").unwrap();
    assert_eq!((doctor.code, found["status"].as_str()), (1, Some("fault")), "{found}");
    assert!(found["cure"].as_str().unwrap().contains("base_url = \"https://pets.example.test/v1\""), "{found}");
    // Another manifest takes the name; its server gets nothing, with a base URL or without.
    let other = Api::of(200, json!([]));
    let manifest = home.write("pets.json", &manifest("Other pets", &other.url()));
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "pets", "-q"]).ok();
    assert_eq!(with_key(&home).code, 2);
    home.write("config.toml", &configuration(&api.url()));
    with_key(&home).ok();
    assert_eq!((api.lines().len(), other.lines().len()), (1, 0));
}

#[test]
fn a_title_decides_nothing_and_gives_a_hint_at_most() {
    for title in ["ConnectWise Automate", "ConnectWise PSA (Manage) API"] {
        let api = Api::of(200, json!([]));
        let home = titled(title, &api.url());
        home.write("config.toml", &configuration(&api.url()));
        call(&home, |command| _ = command.env("PETS_KEY", "canaryPets")).ok();
        let arrived = api.one();
        assert_eq!((arrived.path.as_str(), arrived.header("x-pets-key")), ("/pets", "canaryPets"), "{title}");
        assert_eq!((arrived.header("authorization"), arrived.header("clientid")), ("", ""), "{title}");
        assert!(!arrived.header("accept").contains("connectwise"), "{title}");
        // Nothing says which API it is: what its manifest says of itself is taken, and the line that makes it another is told.
        home.write("config.toml", "");
        let refused = call(&home, |_| ());
        assert!(
            refused.stderr.contains("`dialect = \"connectwise\"` in the section [apis.pets]"),
            "{}",
            refused.stderr
        );
        let built = home.run(&[
            "index",
            "build",
            "--manifest",
            home.path().join("pets.json").to_str().unwrap(),
            "--api",
            "pets",
        ]);
        assert!(built.ok().stderr.contains("dialect = \"connectwise\""));
        assert_eq!(api.lines().len(), 1);
        let doctor = home.run(&["doctor", "--json"]).json();
        let hint = doctor["findings"].as_array().unwrap().iter().find(|finding| finding["name"] == "dialect").unwrap();
        assert_eq!(hint["status"], "note", "{hint}");
    }
}

#[test]
fn the_configuration_makes_an_api_connectwise_s() {
    let (api, other) = (Api::of(200, json!([])), Api::of(200, json!([])));
    let home = titled("Anything", &other.url());
    home.write("config.toml", "[apis.pets]\ndialect = \"connectwise\"\n");
    let mut command = settled(&home, &api.url(), &["call", "GET", "/pets", "--json"]);
    ran(command.stdin(Stdio::null()).output().unwrap()).ok();
    let arrived = api.one();
    assert_eq!(arrived.header("authorization"), authorization());
    assert!(arrived.header("accept").contains("vnd.connectwise"));
    assert_eq!(other.lines().len(), 0);
}
