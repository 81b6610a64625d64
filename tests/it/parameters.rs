//! Parameters by their styles, from what a user gives to the bytes that arrive.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::api::{Api, BASE, settled};
use crate::client::Client;
use crate::util::{Home, Ran, ran};

const DISPATCH: &str = "dispatch_api_operation";
const KEY: &str = "canarySessionKey";

/// A home with an API that has a parameter of each kind, and a cookie for a credential.
fn home(api: &Api) -> Home {
    let strings = json!({ "type": "array", "items": { "type": "string" } });
    let point = json!({ "type": "object", "properties": { "lat": { "type": "number" }, "lon": { "type": "number" } } });
    let object =
        json!({ "type": "object", "properties": { "kind": { "type": "string" }, "depth": { "type": "integer" } } });
    let get = |parameters: Value| {
        json!({ "get": { "summary": "Read", "parameters": parameters,
        "responses": { "200": { "description": "", "content": { "application/json": { "schema": {} } } } } } })
    };
    let in_path = |style: &str, schema: &Value| json!({ "name": "coords", "in": "path", "required": true, "style": style, "explode": true, "schema": schema });
    let manifest = json!({
        "openapi": "3.1.0",
        "info": { "title": "Digs", "version": "1" },
        "servers": [{ "url": api.url() }],
        "components": { "securitySchemes": { "key": { "type": "apiKey", "in": "cookie", "name": "sid" } } },
        "security": [{ "key": [] }],
        "paths": {
            "/dig": get(json!([
                { "name": "csv", "in": "query", "explode": false, "schema": strings },
                { "name": "multi", "in": "query", "schema": strings },
                { "name": "pipes", "in": "query", "style": "pipeDelimited", "schema": strings },
                { "name": "filter", "in": "query", "style": "deepObject", "schema": object },
                { "name": "asjson", "in": "query", "content": { "application/json": { "schema": point } } },
                { "name": "raw", "in": "query", "allowReserved": true, "schema": { "type": "string" } },
                { "name": "X-Tags", "in": "header", "schema": strings },
                { "name": "id", "in": "query", "schema": { "type": "string" } },
                { "name": "id", "in": "header", "schema": { "type": "string" } },
                { "name": "pick", "in": "cookie", "schema": { "type": "string" } },
                { "name": "page", "in": "query", "schema": { "type": "integer" } },
            ])),
            "/veins/{coords}/label": get(json!([in_path("label", &strings)])),
            "/veins/{coords}/matrix": get(json!([in_path("matrix", &strings)])),
            "/veins/{coords}": get(json!([in_path("simple", &point)])),
            "/files/{+path}": get(json!([{ "name": "path", "in": "path", "required": true, "schema": { "type": "string" } }])),
        }
    });
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let file = home.write("digs.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", file.to_str().unwrap(), "--api", "digs", "-q"]).ok();
    let settings = format!("[apis.digs]\nbase_url = {:?}\n[apis.digs.credentials]\nkey = \"DIGS_KEY\"\n", api.url());
    home.write("config.toml", &settings);
    home
}

fn call(api: &Api, home: &Home, path: &str, params: &[&str], more: &[&str]) -> Ran {
    let params: Vec<&str> = params.iter().flat_map(|param| ["--param", *param]).collect();
    let arguments = [&["call", "GET", path, "--json"], &params[..], more].concat();
    let mut command = settled(home, &api.url(), &arguments);
    ran(command.env("DIGS_KEY", KEY).stdin(Stdio::null()).output().unwrap())
}

/// The path and query of each request as they arrived.
fn targets(api: &Api) -> Vec<String> {
    let target = |url: &wiremock::http::Url| {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", url.path().strip_prefix(BASE).unwrap())
    };
    api.arrived().iter().map(|arrived| target(&arrived.request.url)).collect()
}

#[test]
fn what_arrives_is_written_by_each_parameter_s_style_and_shown_so() {
    let api = Api::of(200, json!([]));
    let home = home(&api);
    let cases = [
        ("/dig", &[r#"csv=["a,b","c"]"#][..], "/dig?csv=a%2Cb,c"),
        ("/dig", &["csv=a,b"], "/dig?csv=a,b"),
        ("/dig", &["multi=x", "multi=y z"], "/dig?multi=x&multi=y%20z"),
        ("/dig", &[r#"pipes=["m","n|o"]"#], "/dig?pipes=m|n%7Co"),
        ("/dig", &["filter[kind]=ore", "filter[depth]=3"], "/dig?filter%5Bkind%5D=ore&filter%5Bdepth%5D=3"),
        ("/dig", &[r#"filter={"kind":"ore"}"#], "/dig?filter%5Bkind%5D=ore"),
        ("/dig", &[r#"asjson={"lat":1.5}"#], "/dig?asjson=%7B%22lat%22%3A1.5%7D"),
        ("/dig", &["raw=List(1,2)/x:y"], "/dig?raw=List(1,2)/x:y"),
        ("/dig", &["csv="], "/dig"),
        ("/veins/{coords}/label", &[r#"coords=["3","4 5","a,b"]"#], "/veins/.3.4%205.a%2Cb/label"),
        ("/veins/{coords}/matrix", &["coords=3", "coords=4"], "/veins/;coords=3;coords=4/matrix"),
        ("/veins/{coords}", &[r#"coords={"lat":1,"lon":2}"#], "/veins/lat=1,lon=2"),
        ("/files/{path}", &["path=docs/a b.txt"], "/files/docs/a%20b.txt"),
    ];
    for (path, params, _) in cases {
        let shown = call(&api, &home, path, params, &["--dry-run"]).ok().json();
        let answer = call(&api, &home, path, params, &[]).ok().json();
        let arrived = targets(&api).pop().unwrap();
        for request in [&shown["request"], &answer["request"]] {
            assert_eq!(request["url"], format!("{}{arrived}", api.url()), "{params:?}");
        }
    }
    assert_eq!(targets(&api), cases.map(|(_, _, wanted)| wanted.to_owned()));
    let nameless = call(&api, &home, "/dig", &["=5"], &[]);
    assert!(nameless.code == 2 && nameless.stderr.contains("`=5` has no name before `=`"), "{}", nameless.stderr);
    assert_eq!(targets(&api).len(), cases.len());
}

#[test]
fn headers_and_cookies_arrive_and_no_credential_is_shown() {
    let api = Api::of(200, json!([]));
    let home = home(&api);
    let params = ["id=Q", "header:id=H", "X-Tags=a", "X-Tags=b,c", "pick=abc", "cookie:sid=forged"];
    let refused = call(&api, &home, "/dig", &params, &[]);
    assert!(refused.code == 2 && refused.stderr.contains("cookie:sid"), "{}", refused.stderr);
    let params = &params[..5];
    let shown = call(&api, &home, "/dig", params, &["--dry-run"]).ok();
    let answer = call(&api, &home, "/dig", params, &[]).ok();
    let arrived = api.one();
    assert_eq!((targets(&api)[0].as_str(), arrived.header("id")), ("/dig?id=Q", "H"));
    assert_eq!(arrived.header("x-tags"), "a,b,c");
    assert_eq!(arrived.header("cookie"), format!("pick=abc; sid={KEY}"));
    for ran in [&shown, &answer] {
        assert_eq!(ran.json()["request"]["headers"]["cookie"], "pick=abc; sid=[secret]");
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(KEY));
    }
    let described = home.run(&["describe", "GET", "/dig", "--json"]).ok().json();
    let given_as = described["parameters"].as_array().unwrap().iter().find(|shown| !shown["given_as"].is_null());
    assert_eq!(given_as.unwrap()["given_as"], "header:id");
    assert_eq!(described["parameters"][4]["content"], "application/json");
}

#[test]
fn clients_that_send_everything_as_text_are_understood_and_told() {
    let api = Api::of(200, json!([]));
    let home = home(&api);
    let mut command = settled(&home, &api.url(), &["serve"]);
    let mut client = Client::spawn(command.env("DIGS_KEY", KEY).stderr(Stdio::null()), None);
    for (params, wanted, note) in [
        (json!({ "csv": "[\"a\"]" }), "/dig?csv=a", "`params.csv` was text"),
        (json!({ "filter": "{\"kind\":\"ore\"}" }), "/dig?filter%5Bkind%5D=ore", "`params.filter` was text"),
        (json!({ "page": "+2" }), "/dig?page=2", "is sent as 2"),
        (json!({ "page": "", "csv": [] }), "/dig", "is empty, and left out"),
    ] {
        let answer = client.result(DISPATCH, json!({ "path": "/dig", "params": params }));
        assert_eq!(targets(&api).pop().unwrap(), wanted);
        assert!(answer["notes"].to_string().contains(note), "{answer}");
    }
    // Text is all that a URL has: what is the same there is no change.
    for (params, wanted) in [(json!({ "multi": "x" }), "/dig?multi=x"), (json!({ "page": "2" }), "/dig?page=2")] {
        let answer = client.result(DISPATCH, json!({ "path": "/dig", "params": params }));
        assert_eq!((targets(&api).pop().unwrap().as_str(), &answer["notes"]), (wanted, &Value::Null), "{answer}");
    }
}

#[test]
fn all_pages_keep_the_text_of_what_their_link_repeats() {
    let api = Api::answering(|request: &wiremock::Request| {
        let is_first = !request.url.query().unwrap_or_default().contains("page=2");
        let rows = ResponseTemplate::new(200).set_body_json(json!([{ "id": if is_first { 1 } else { 2 } }]));
        let next = "</v4_6_release/apis/3.0/dig?csv=a%2Cb,c&page=2>; rel=\"next\"";
        if is_first { rows.insert_header("Link", next) } else { rows }
    });
    let home = home(&api);
    let answer = call(&api, &home, "/dig", &[r#"csv=["a,b","c"]"#], &["--all-pages"]).ok().json();
    assert_eq!(answer["rows"], 2, "{answer}");
    assert_eq!(targets(&api), ["/dig?csv=a%2Cb,c", "/dig?csv=a%2Cb,c&page=2"]);
}
