//! Calls of an API that is not ConnectWise's: its server from the manifest, its credentials from variables that the
//! configuration names.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::api::{Api, authorization, settled};
use crate::util::{Home, Ran, ran};

/// A home with one small API on this server, without a model.
fn home_with(server: &str) -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Pets", "version": "1" },
        "servers": [{ "url": server }],
        "components": { "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "X-Pets-Key" } } },
        "security": [{ "key": [] }],
        "paths": {
            "/pets": { "get": { "summary": "List pets", "responses": { "200": { "description": "ok" } } } }
        }
    });
    let manifest = home.write("pets.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "pets", "-q"]).ok();
    home
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
    home.write("config.toml", "[apis.pets.credentials]\nkey = \"PETS_KEY\"\n");
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
    assert!(unnamed.stderr.contains("`key = \"VARIABLE\"` under [apis.pets.credentials]"), "{}", unnamed.stderr);
    home.write("config.toml", "[apis.pets.credentials]\nkey = \"PETS_KEY\"\n");
    let unset = call(&home, |_| ());
    assert_eq!(unset.code, 2);
    assert!(unset.stderr.contains("PETS_KEY"), "{}", unset.stderr);
    assert_eq!(api.lines().len(), 0);
}

#[test]
fn a_base_url_of_the_configuration_comes_before_the_manifests() {
    let api = Api::of(200, json!([]));
    let home = home_with("https://pets.example.test");
    let config = format!("[apis.pets]\nbase_url = {:?}\n[apis.pets.credentials]\nkey = \"PETS_KEY\"\n", api.url());
    home.write("config.toml", &config);
    call(&home, |command| _ = command.env("PETS_KEY", "canaryPets")).ok();
    assert_eq!(api.lines(), ["GET /pets"]);
}
