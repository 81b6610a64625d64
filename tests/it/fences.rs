//! What may be sent, through the real program: what is shown is what is sent, once, and nothing else.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::{Api, BASE, audit};
use crate::client::Client;
use crate::util::{Home, Ran, ran};

const DISPATCH: &str = "dispatch_api_operation";
const RAW: &str = "send_unmediated_payload";

/// A small API whose operations take lists, headers, forms and files.
pub fn shop(title: &str, server: &str) -> String {
    let query = |name: &str, items: &str| json!({ "name": name, "in": "query", "schema": { "type": "array", "items": { "type": items } } });
    let text = |name: &str, location: &str| json!({ "name": name, "in": location, "schema": { "type": "string" } });
    let number = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "integer" } });
    let id = json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } });
    let responses = json!({ "200": { "description": "ok", "content": { "application/json": { "schema": {} } } } });
    let body = |media_type: &str, schema: Value| json!({ "content": { media_type: { "schema": schema } } });
    let with_parameters = |parameters: Value| json!({ "parameters": parameters, "responses": responses });
    let with_body = |parameters: Value, body: Value| json!({ "parameters": parameters, "requestBody": body, "responses": responses });
    let object = || json!({ "type": "object" });
    let listed = json!([
        query("ids", "integer"), query("tags", "string"), number("page"), number("pageSize"), text("_method", "query"),
        text("X-Tenant", "header"), text("X-HTTP-Method-Override", "header"),
        { "name": "where", "in": "query", "style": "deepObject", "schema": { "type": "object" } },
    ]);
    let form = json!({ "type": "object", "properties": {
        "name": { "type": "string" }, "_method": { "type": "string" }, "tag": { "type": "array", "items": { "type": "string" } } } });
    let upload = json!({ "type": "object", "properties": {
        "tag": { "type": "array", "items": { "type": "string" } }, "file": { "type": "string", "format": "binary" } } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": title, "version": "1" },
        "servers": [{ "url": server }],
        "paths": {
            "/items": {
                "get": with_parameters(listed.clone()),
                "delete": with_parameters(listed.clone()),
                "post": with_body(listed, body("application/json", object())),
            },
            "/items/{id}": {
                "get": with_parameters(json!([id])),
                "delete": with_parameters(json!([id])),
                "put": with_body(json!([id]), body("application/json", object())),
            },
            "/items/{id}/delete": { "get": with_parameters(json!([id])) },
            "/items/{id}/removeTag": { "get": with_parameters(json!([id])) },
            "/items/{id}:cancel": { "get": with_parameters(json!([id])) },
            "/jobs/{id}/{verb}": { "get": with_parameters(json!([id, text("verb", "path")])) },
            "/query?Action=GoItems": { "get": with_parameters(json!([])) },
            "/query?Action=StopItems": { "get": with_parameters(json!([])) },
            "/query?Action=ListItems": { "get": with_parameters(json!([])) },
            "/commands/{id}": { "post": with_body(json!([id]), body("application/json", object())) },
            "/items/search": { "post": with_body(json!([]), body("application/json", object())) },
            "/form": { "post": with_body(json!([]), body("application/x-www-form-urlencoded", form)) },
            "/upload": { "post": with_body(json!([]), body("multipart/form-data", upload)) },
        }
    })
    .to_string()
}

/// A home with two such APIs on one host, `shop` and, below `/v2`, `shopb`; without a model.
fn two_shops(api: &Api) -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let root = api.url().replace(BASE, "");
    for (name, url) in [("shop", root.clone()), ("shopb", format!("{root}/v2"))] {
        home.write(&format!("manifests/{name}.json"), &shop(name, &url));
    }
    let manifests = home.path().join("manifests");
    home.run(&["index", "build", "--manifest", manifests.to_str().unwrap(), "-q"]).ok();
    home
}

fn api() -> Api {
    Api::of(200, json!({ "id": 7 }))
}

/// Path and query of every request, as they arrived.
fn urls(api: &Api) -> Vec<String> {
    let url = |request: &Request| {
        let query = request.url.query().map_or_else(String::new, |query| format!("?{query}"));
        format!("{} {}{query}", request.method, request.url.path())
    };
    api.arrived().iter().map(|arrived| url(&arrived.request)).collect()
}

fn cli(api: &Api, home: &Home, arguments: &[&str]) -> Ran {
    ran(api.command(home, arguments).stdin(Stdio::null()).output().unwrap())
}

#[test]
fn all_pages_are_of_reads_alone() {
    let api = Api::answering(|request: &Request| {
        let next = format!("<{}?page=2&ids=999>; rel=\"next\"", request.url.path());
        ResponseTemplate::new(200).insert_header("Link", next.as_str()).set_body_json(json!([{ "id": 1 }]))
    });
    let home = two_shops(&api);
    let mut client = api.client(&home, &["--writes", "allow"]);
    for method in ["DELETE", "POST"] {
        let call = json!({ "path": "/items", "method": method, "api": "shop", "all_pages": true });
        let text = client.refused(DISPATCH, call.clone());
        assert!(text.contains("all_pages") && text.contains(&format!("{method} /items is no read")), "{text}");
        let mut dry = call;
        dry["dry_run"] = true.into();
        client.refused(DISPATCH, dry);
        let refused = cli(&api, &home, &["call", method, "/items", "--api", "shop", "--all-pages", "--yes"]);
        assert!(refused.code == 2 && refused.stderr.contains("--all-pages"), "{}", refused.stderr);
    }
    let overridden = json!({ "X-HTTP-Method-Override": "DELETE" });
    client.refused(DISPATCH, json!({ "path": "/items", "api": "shop", "all_pages": true, "params": overridden }));
    assert_eq!(urls(&api), Vec::<String>::new());
    assert!(audit(&home).is_empty());
}

#[test]
fn a_person_names_any_file_but_the_programs_and_a_body_that_was_read_names_none() {
    let api = api();
    let home = two_shops(&api);
    let config = home.write("config.toml", "");
    let body = |file: &Path| json!({ "tag": ["a"], "file": file }).to_string();
    let typed = body(&home.write("a.txt", "one"));
    let read = home.write("body.json", &typed);
    let send = |data: &str| cli(&api, &home, &["call", "POST", "/upload", "--api", "shop", "--data", data, "--yes"]);
    send(&typed).ok();
    for (data, says) in [
        (format!("@{}", read.display()), "no folder is allowed for uploads"),
        (body(&config), "sends none of its own files"),
        (body(&home.path().join("index/CURRENT")), "sends none of its own files"),
    ] {
        let refused = send(&data);
        assert!(refused.code == 2 && refused.stderr.contains(says), "{data}: {}", refused.stderr);
    }
    assert_eq!(urls(&api), ["POST /upload"]);
}

#[cfg(target_os = "linux")]
#[test]
fn neither_the_programs_secrets_nor_its_files_leave_under_another_name() {
    let api = api();
    let home = two_shops(&api);
    let config = home.write("config.toml", "");
    let link = home.path().join("copy.txt");
    std::fs::hard_link(&config, &link).unwrap();
    let send =
        |body: &[&str]| cli(&api, &home, &[&["call", "POST", "/upload", "--api", "shop", "--yes"][..], body].concat());
    for (body, says) in [
        (["--set", "file=@/proc/self/environ"], "no file on a disk"),
        (["--set", "file=/proc/self/environ"], "no file on a disk"),
        (["--data", "@/proc/self/environ"], "no file on a disk"),
        (["--set", "file=/dev/zero"], "is not a file"),
        (["--set", &format!("file=@{}", link.display())], "sends none of its own files"),
        (["--data", &format!("@{}", link.display())], "sends none of its own files"),
    ] {
        let refused = send(&body);
        assert!(refused.code == 2 && refused.stderr.contains(says), "{body:?}: {}", refused.stderr);
    }
    assert_eq!(urls(&api), Vec::<String>::new());
    // Over MCP a link in a folder that is allowed leads there no more.
    std::fs::create_dir(home.path().join("outbox")).unwrap();
    std::os::unix::fs::symlink("/proc/self/environ", home.path().join("outbox/environ")).unwrap();
    std::fs::hard_link(home.path().join("index/CURRENT"), home.path().join("outbox/current")).unwrap();
    home.write("config.toml", &format!("upload_folders = [{:?}, \"/proc\"]\n", home.path().join("outbox")));
    let mut client = api.client(&home, &["--writes", "allow"]);
    let linked = home.path().join("outbox/environ").display().to_string();
    for (file, says) in [
        (linked.as_str(), "no file on a disk"),
        ("environ", "cannot be read"),
        ("/proc/self/status", "no file on a disk"),
        ("current", "sends none of its own files"),
    ] {
        let call =
            json!({ "path": "/upload", "method": "POST", "api": "shop", "data": { "tag": ["a"], "file": file } });
        let text = client.refused(DISPATCH, call);
        assert!(text.contains(says), "{file}: {text}");
    }
    assert_eq!(urls(&api), Vec::<String>::new());
}

#[test]
fn a_post_that_is_written_otherwise_is_the_same_post() {
    let api = api();
    let home = two_shops(&api);
    let post = |request: &str, more: &[&str]| {
        cli(&api, &home, &[&["raw", request, "--api", "shop", "--yes"][..], more].concat())
    };
    post("POST /items?ids=1&tags=a%20b&ids=2 {\"name\":\"one\"}", &[]).ok();
    for request in [
        "POST /Items?ids=1&tags=a%20b&ids=2 {\"name\":\"one\"}",
        "POST /items/?ids=1&tags=a%20b&ids=2 {\"name\":\"one\"}",
        "POST /items?&ids=1&tags=a+b&&ids=2& {\"name\":\"one\"}",
        "POST /items?tags=a%20b&ids=1&ids=2 {\"name\": \"one\"}",
    ] {
        let held = post(request, &[]);
        assert!(held.code == 2 && held.stderr.contains("--again"), "{request}: {}", held.stderr);
    }
    assert_eq!(urls(&api).len(), 1);
    // It is sent again where that is said, as it is written, and what is another write is sent.
    post("POST /Items/?tags=a+b&ids=1&ids=2 {\"name\":\"one\"}", &["--again"]).ok();
    post("POST /items?ids=2&tags=a%20b&ids=1 {\"name\":\"one\"}", &[]).ok();
    post("POST /items?ids=1&tags=a%20b&ids=2 {\"name\":\"two\"}", &[]).ok();
    assert_eq!(urls(&api)[1], "POST /Items/?tags=a+b&ids=1&ids=2");
    assert_eq!(urls(&api).len(), 4);
}

/// A shop that wants a key in the query, and a home that has one.
fn keyed(api: &Api) -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let root = api.url().replace(BASE, "");
    let mut manifest: Value = serde_json::from_str(&shop("shop", &root)).unwrap();
    manifest["components"] =
        json!({ "securitySchemes": { "key": { "type": "apiKey", "in": "query", "name": "api_key" } } });
    manifest["security"] = json!([{ "key": [] }]);
    let file = home.write("shop.json", &manifest.to_string());
    home.write("config.toml", &format!("[apis.shop]\nbase_url = {root:?}\ncredentials = {{ key = \"SHOP_KEY\" }}\n"));
    home.run(&["index", "build", "--manifest", file.to_str().unwrap(), "-q"]).ok();
    home
}

#[test]
fn a_key_that_was_typed_beside_the_configured_one_is_not_sent_and_that_is_said_once() {
    let api = api();
    let home = keyed(&api);
    let call = |arguments: &[&str]| {
        let mut command = api.command(&home, &[arguments, &["--api", "shop", "--json", "--yes"]].concat());
        ran(command.env("SHOP_KEY", "canaryKEY123456").stdin(Stdio::null()).output().unwrap())
    };
    for (at, arguments) in [
        &["raw", "POST /items?a=1&api_key=typed {}"][..],
        &["raw", "POST /unlisted?api_key=typed {}"],
        &["call", "POST", "/unlisted2?api_key=typed", "--no-validate"],
        &["call", "POST", "/items", "--no-validate", "--param", "api_key=typed"],
    ]
    .into_iter()
    .enumerate()
    {
        let notes = call(arguments).ok().json()["notes"].to_string();
        let of_key = notes.matches("api_key").count();
        assert!(of_key == 1 && notes.contains("is not sent"), "{arguments:?}: {notes}");
        let sent = urls(&api);
        assert!(sent.len() == at + 1 && !sent[at].contains("typed"), "{sent:?}");
    }
    let held = call(&["raw", "POST /items?API_KEY=other&a=1 {}"]);
    assert!(held.code == 2 && held.stderr.contains("--again"), "{}", held.stderr);
}

#[test]
fn a_header_is_given_by_its_place_and_credentials_by_nobody() {
    let api = api();
    let home = two_shops(&api);
    for path in ["/items", "/unlisted"] {
        let call = |param: &str| {
            let arguments =
                ["call", "GET", path, "--api", "shop", "--no-validate", "--dry-run", "--json", "--param", param];
            cli(&api, &home, &arguments)
        };
        for name in ["Authorization", "authorization", "Cookie", "Proxy-Authorization"] {
            let refused = call(&format!("header:{name}=x"));
            assert!(refused.code == 2 && refused.stderr.contains("never typed"), "{path} {name}: {}", refused.stderr);
        }
        let shown = call("header:X-Trace=x").ok().json();
        assert_eq!(shown["request"]["headers"]["x-trace"], "x", "{shown}");
        assert!(!shown["request"]["url"].as_str().unwrap().contains('?'), "{shown}");
        // What overrides the method does so by whatever name it came.
        assert_eq!(call("header:X-HTTP-Method-Override=DELETE").ok().json()["risk"], "delete");
    }
}

#[test]
fn a_redirect_of_a_read_leads_to_no_write() {
    for target in ["/items?_method=DELETE", "/query?Action=Stop", "/items/5/deleteNow", "/items/power/off"] {
        let api = Api::answering(move |_: &Request| ResponseTemplate::new(302).insert_header("Location", target));
        let home = two_shops(&api);
        let mut client = api.client(&home, &["--read-only"]);
        let text = client.refused(DISPATCH, json!({ "path": "/items", "api": "shop" }));
        assert!(text.contains("words ask for a write"), "{target}: {text}");
        assert_eq!(urls(&api), ["GET /items"]);
    }
}

#[test]
fn the_next_page_of_a_read_is_no_write_whatever_the_api_says() {
    for acting in ["_method=DELETE", "Action=Stop", "cmd=delete"] {
        let api = Api::answering(move |_: &Request| {
            let next = format!("</items?page=2&{acting}>; rel=\"next\"");
            ResponseTemplate::new(200).insert_header("Link", next.as_str()).set_body_json(json!([{ "id": 1 }]))
        });
        let home = two_shops(&api);
        let mut client = api.client(&home, &["--read-only"]);
        let answer = client.dispatch(json!({ "path": "/items", "api": "shop", "all_pages": true }));
        let notes = answer["notes"].to_string();
        assert!(answer["complete"] == false && notes.contains("would make it a write"), "{acting}: {answer}");
        assert_eq!(urls(&api), ["GET /items"]);
    }
}

#[test]
fn a_confirmation_holds_for_its_api_and_its_extent_alone() {
    let (api, delete) = (api(), json!({ "path": "/items/5", "method": "DELETE", "api": "shop" }));
    let home = two_shops(&api);
    let mut client = api.client(&home, &[]);
    for (member, value) in [("api", json!("shopb")), ("params", json!({ "a": "1" })), ("data", json!({ "a": 1 }))] {
        let confirmation = client.dispatch(delete.clone())["confirmation"].clone();
        let mut other = delete.clone();
        (other["validate"], other["confirmation"], other[member]) = (false.into(), confirmation, value);
        let text = client.refused(DISPATCH, other);
        assert!(text.contains("another request"), "{member}: {text}");
    }
    assert_eq!(urls(&api), Vec::<String>::new());
    let mut same = delete.clone();
    same["confirmation"] = client.dispatch(delete)["confirmation"].clone();
    client.dispatch(same);
    assert_eq!(urls(&api), ["DELETE /items/5"]);
}

#[test]
fn the_user_sees_every_value_and_header_and_whom_it_goes_to() {
    let api = api();
    let home = two_shops(&api);
    let mut client = api.client_of(&home, json!({ "action": "accept", "content": { "send": true } }));
    let params = json!({ "ids": [1, 2, 3], "X-Tenant": "PRODUCTION", "tags": ["a\u{202e}b"] });
    client.dispatch(json!({ "path": "/items", "method": "DELETE", "api": "shop", "params": params }));
    let data = json!({ "name": "n", "tag": ["evil", "good"] });
    client.dispatch(json!({ "path": "/form", "method": "POST", "api": "shopb", "data": data }));
    let root = api.url().replace(BASE, "");
    let sent = urls(&api);
    assert_eq!(sent, ["DELETE /items?ids=1&ids=2&ids=3&tags=a%E2%80%AEb", "POST /v2/form"]);
    for (question, sent) in client.questions.iter().zip(&sent) {
        let line = sent.replace(" /", &format!(" {root}/"));
        assert!(question.lines().any(|shown| shown == line), "{line} in {question}");
        assert!(question.contains(&format!(" at {}", &root[7..])), "{question}");
        assert!(!question.contains('\u{202e}'), "{question}");
    }
    assert!(client.questions[0].contains("\nx-tenant: PRODUCTION\n"), "{}", client.questions[0]);
    assert!(client.questions[0].contains("tags=a\\u202eb"), "{}", client.questions[0]);
    for tag in ["evil", "good"] {
        assert!(client.questions[1].contains(&format!("\"{tag}\"")), "{}", client.questions[1]);
    }
    let lines = audit(&home);
    assert_eq!(
        (&lines[0]["headers"], &lines[0]["url"]),
        (&json!(["x-tenant"]), &json!(format!("{root}{}", &sent[0][7..])))
    );
    assert_eq!(lines[2]["body_blake3"], blake3::hash(&api.arrived()[1].request.body).to_hex().as_str());
}

#[test]
fn repeated_query_parameters_arrive_in_their_order() {
    let api = api();
    let home = two_shops(&api);
    let query = "ids=1&x=a+b%2f&ids=2&flag";
    let raw = format!("DELETE /items?{query}");
    let shown = cli(&api, &home, &["raw", &raw, "--api", "shop", "--dry-run", "--json"]).ok().json();
    assert!(shown["request"]["url"].as_str().unwrap().ends_with(&format!("/items?{query}")), "{shown}");
    cli(&api, &home, &["raw", &raw, "--api", "shop", "--yes"]).ok();
    cli(&api, &home, &["raw", &format!("DELETE /unlisted?{query}"), "--api", "shop", "--yes"]).ok();
    let delete = ["call", "DELETE", "/items", "--api", "shop", "--yes"];
    cli(&api, &home, &[&delete[..], &["--param", "ids=1", "--param", "ids=2"]].concat()).ok();
    cli(&api, &home, &["call", "DELETE", "/items?ids=2&ids=1", "--api", "shop", "--yes"]).ok();
    let wanted =
        [format!("items?{query}"), format!("unlisted?{query}"), "items?ids=1&ids=2".into(), "items?ids=2&ids=1".into()];
    assert_eq!(urls(&api), wanted.map(|url| format!("DELETE /{url}")));
    // The same value twice is no conflict; another is.
    let twice =
        |param: &str| cli(&api, &home, &["call", "DELETE", "/items?ids=1", "--api", "shop", "--yes", "--param", param]);
    twice("ids=1").ok();
    let conflict = twice("ids=2");
    assert!(conflict.code == 2 && conflict.stderr.contains("`ids` is \"1\" in the query"), "{}", conflict.stderr);
    assert_eq!(urls(&api).last().unwrap(), "DELETE /items?ids=1");
    assert_eq!(urls(&api).len(), 5);
}

#[test]
fn the_command_line_gives_lists_and_objects() {
    let api = api();
    let home = two_shops(&api);
    let query = |params: &[&str]| {
        let given: Vec<&str> = params.iter().flat_map(|param| ["--param", *param]).collect();
        let shown = cli(
            &api,
            &home,
            &[&["call", "GET", "/items", "--api", "shop", "--dry-run", "--json"][..], &given[..]].concat(),
        );
        let shown = shown.ok().json();
        let url = shown["request"]["url"].as_str().unwrap().split_once('?').unwrap().1.to_owned();
        (url, shown["notes"].to_string())
    };
    for (params, sent) in [
        (&["ids=1"][..], "ids=1"),
        (&["ids=1,2"], "ids=1&ids=2"),
        (&["ids=[1, 2]"], "ids=1&ids=2"),
        (&["ids=1", "ids=2"], "ids=1&ids=2"),
        (&["tags=[\"a,b\",\"c\"]"], "tags=a%2Cb&tags=c"),
        (&["where={\"a\": 1}"], "where%5Ba%5D=1"),
    ] {
        assert_eq!(query(params).0, sent, "{params:?}");
    }
    let (sent, notes) = query(&["tags=a,b"]);
    assert!(sent == "tags=a%2Cb" && notes.contains("one item") && notes.contains("--param tags="), "{sent} {notes}");
    let wrong = cli(&api, &home, &["call", "GET", "/items", "--api", "shop", "--param", "ids=1,x"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("ids"), "{}", wrong.stderr);
    assert_eq!(urls(&api), Vec::<String>::new());
}

#[test]
fn a_raw_request_names_its_api() {
    let api = api();
    let home = two_shops(&api);
    let mut client = api.client(&home, &[]);
    let text = client.refused(RAW, json!({ "raw_request": "GET /items" }));
    assert!(text.contains("name one with `api`: shop, shopb"), "{text}");
    client.result(RAW, json!({ "raw_request": "GET /items", "api": "shopb" }));
    client.result(RAW, json!({ "raw_request": "GET /unlisted", "api": "shop" }));
    cli(&api, &home, &["raw", "GET /items", "--api", "shop"]).ok();
    assert_eq!(urls(&api), ["GET /v2/items", "GET /unlisted", "GET /items"]);
}

#[test]
fn a_path_that_can_never_be_sent_gets_no_preview() {
    let api = api();
    let home = two_shops(&api);
    let mut client = api.client_of(&home, json!({ "action": "accept", "content": { "send": true } }));
    for id in ["..%2F6", "a%2F..%2Fb", "%252e%252e"] {
        let path = format!("/items/{id}");
        for call in [
            json!({ "path": path, "method": "DELETE", "api": "shop" }),
            json!({ "path": path, "api": "shop", "dry_run": true }),
        ] {
            let text = client.refused(DISPATCH, call);
            assert!(text.contains("path") && text.contains("nothing was sent"), "{path}: {text}");
        }
    }
    let header = json!({ "path": "/items", "method": "DELETE", "api": "shop", "params": { "X-Tenant": "a\r\nb" } });
    client.refused(DISPATCH, header);
    assert!(client.questions.is_empty(), "{:?}", client.questions);
    let mut client = api.client(&home, &[]);
    client.refused(DISPATCH, json!({ "path": "/items/..%2F6", "method": "DELETE", "api": "shop" }));
    assert_eq!(urls(&api), Vec::<String>::new());
}

fn post() -> Value {
    json!({ "path": "/items", "method": "POST", "api": "shop", "data": { "name": "one" } })
}

/// An API that takes a while for each answer.
fn slow(pause: Duration) -> Api {
    Api::answering(move |_: &Request| ResponseTemplate::new(200).set_delay(pause).set_body_json(json!({ "id": 1 })))
}

fn at_once(client: &mut Client, count: usize) -> Vec<Value> {
    let ids: Vec<u64> =
        (0..count).map(|_| client.ask("tools/call", json!({ "name": DISPATCH, "arguments": post() }))).collect();
    client.answers(&ids)
}

#[test]
fn of_equal_posts_at_once_one_is_sent_also_across_a_restart() {
    let api = slow(Duration::from_millis(200));
    let home = two_shops(&api);
    for (round, writes) in ["ask", "allow"].into_iter().enumerate() {
        let home = if round == 0 { &home } else { &two_shops(&api) };
        let mut client = api.client(home, &["--writes", writes]);
        let answers = at_once(&mut client, 4);
        let held = answers.iter().filter(|answer| answer["result"]["structuredContent"]["sent"] == false).count();
        assert_eq!((held, urls(&api).len()), (3, round + 1), "{answers:?}");
        drop(client);
        let mut client = api.client(home, &["--writes", writes]);
        let again = client.dispatch(post());
        assert_eq!(again["sent"], false, "{again}");
        assert_eq!(urls(&api).len(), round + 1);
    }
}

#[test]
fn of_equal_posts_at_once_all_but_one_are_asked_about_as_repetitions() {
    let api = slow(Duration::from_millis(200));
    let home = two_shops(&api);
    let mut client = api.client_of(&home, json!({ "action": "accept", "content": { "send": true } }));
    at_once(&mut client, 3);
    let again = client.questions.iter().filter(|question| question.contains("second record")).count();
    assert_eq!((client.questions.len(), again), (3, 2), "{:?}", client.questions);
    // Whoever said yes to each of them meant each of them.
    assert_eq!(urls(&api).len(), 3);
    // What was withheld does not count.
    let api = slow(Duration::ZERO);
    let home = two_shops(&api);
    let mut client = api.client_of(&home, json!({ "action": "decline" }));
    client.refused(DISPATCH, post());
    client.refused(DISPATCH, post());
    assert!(client.questions.iter().all(|question| !question.contains("second record")), "{:?}", client.questions);
    assert_eq!(urls(&api).len(), 0);
}

/// Waits until something is so, as long as it takes within reason.
fn until(is_so: impl Fn() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it never came to be so");
}

#[test]
fn a_write_that_is_cancelled_leaves_its_second_line_and_may_have_been_done() {
    let api = slow(Duration::from_secs(40));
    let home = two_shops(&api);
    let mut client = api.client(&home, &[]);
    let id = client.ask("tools/call", json!({ "name": DISPATCH, "arguments": post() }));
    until(|| urls(&api).len() == 1);
    client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } }));
    until(|| audit(&home).len() == 2);
    let lines = audit(&home);
    assert_eq!((&lines[0]["result"], &lines[1]["result"]), (&json!("sending"), &json!("Cancelled")));
    assert_eq!(lines[0]["write"], lines[1]["write"]);
    assert_eq!(client.dispatch(post())["sent"], false, "it may have been carried out");
}

#[test]
fn a_file_that_changes_after_it_was_shown_is_not_sent() {
    let api = api();
    let home = two_shops(&api);
    let file = home.write("outbox/a.txt", "one");
    home.write("config.toml", &format!("upload_folders = [{:?}]\n", file.parent().unwrap()));
    let mut client = api.client(&home, &["--writes", "allow"]);
    let upload =
        json!({ "path": "/upload", "method": "POST", "api": "shop", "data": { "tag": ["a", "b"], "file": "a.txt" } });
    let mut asking = upload.clone();
    asking["return"] = json!("full");
    let sent = client.dispatch(asking);
    let shown = &sent["request"]["body"];
    assert_eq!(shown["file"]["blake3"], blake3::hash(b"one").to_hex().as_str(), "{sent}");
    assert_eq!(shown["multipart"], json!([["tag", "a"], ["tag", "b"]]));
    // The same file is a repetition, and its confirmation is none for another content.
    let held = client.dispatch(upload.clone());
    assert_eq!(held["sent"], false, "{held}");
    std::fs::write(&file, "two").unwrap();
    let mut confirmed = upload.clone();
    confirmed["confirmation"] = held["confirmation"].clone();
    let text = client.refused(DISPATCH, confirmed);
    assert!(text.contains("another request"), "{text}");
    client.dispatch(upload);
    assert_eq!(urls(&api).len(), 2);
}

#[test]
fn a_body_where_none_belongs_is_refused() {
    let api = api();
    let home = two_shops(&api);
    let mut client = api.client(&home, &["--read-only"]);
    for method in ["OPTIONS", "TRACE", "HEAD", "GET"] {
        let text =
            client.refused(RAW, json!({ "raw_request": format!("{method} /unlisted {{\"a\":1}}"), "api": "shop" }));
        assert!(text.contains(&format!("{method} takes no body")), "{text}");
    }
    client.result(RAW, json!({ "raw_request": "OPTIONS /items", "api": "shop" }));
    assert_eq!(urls(&api), ["OPTIONS /items"]);
}

#[test]
fn an_api_that_gives_one_page_for_ever_or_says_nothing_of_more_is_never_complete() {
    let api = Api::of(200, json!([{ "id": 1 }, { "id": 2 }]));
    let home = two_shops(&api);
    let call = |arguments: &[&str]| {
        ran(api.command(&home, &[arguments, &["--api", "shop", "--json"]].concat()).output().unwrap()).ok().json()
    };
    // Its operation takes a page, and it heeds none: asked for no page, for the first, and for the second it gives the same.
    let answer = call(&["call", "GET", "/items", "--all-pages"]);
    assert_eq!((&answer["complete"], &answer["more_exist"], &answer["rows"]), (&json!(false), &json!(null), &json!(2)));
    assert_eq!(urls(&api).len(), 3, "{:?}", urls(&api));
    // It may give fewer rows than it was asked for, and have more.
    let answer = call(&["call", "GET", "/items", "--param", "pageSize=50"]);
    assert_eq!(answer["more_exist"], json!(null), "{answer}");
    // It has no way to say it.
    let answer = call(&["call", "GET", "/items/5", "--all-pages"]);
    assert_eq!((&answer["complete"], &answer["more_exist"]), (&json!(false), &json!(null)), "{answer}");
}
