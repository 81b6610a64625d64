//! Bodies that are no plain JSON, from what is given to the bytes that arrive.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::api::{Api, audit};
use crate::client::Client;
use crate::util::{Home, Ran, ran};

/// A home with an API that has a body of each kind, at this server, and a folder that uploads are allowed from.
fn home(server: &str) -> Home {
    let home = Home::with_models(Path::new("/nonexistent/models").to_owned());
    let file = json!({ "type": "string", "format": "binary" });
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let of = |method: &str, media_type: &str, content: Value| {
        json!({ method: { "responses": { "200": { "description": "ok" } },
            "requestBody": { "required": true, "content": { media_type: content } } } })
    };
    let manifest = json!({
        "openapi": "3.1.0", "info": { "title": "Quarry", "version": "1" }, "servers": [{ "url": server }],
        "paths": {
            "/form": of("post", "application/x-www-form-urlencoded", json!({
                "schema": { "type": "object", "properties": { "ports": list, "decks": list, "meta": { "type": "object" } } },
                "encoding": { "ports": { "explode": false }, "meta": { "style": "deepObject" } },
            })),
            "/parts": of("post", "multipart/form-data", json!({
                "schema": { "type": "object", "properties": {
                    "meta": { "type": "object" }, "tags": list, "photos": { "type": "array", "items": file },
                } },
            })),
            "/bytes": of("put", "application/octet-stream", json!({})),
            "/picture": of("put", "image/*", json!({})),
            "/table": of("post", "text/csv", json!({ "schema": { "type": "string" } })),
            "/text": of("post", "text/plain", json!({ "schema": { "type": "string" } })),
            "/settings": of("put", "application/yaml", json!({ "schema": { "type": "object" } })),
            "/word": of("post", "application/json", json!({ "schema": { "type": "string" } })),
            "/notes": { "post": { "responses": { "200": { "description": "ok" } }, "requestBody": { "content": {
                "application/json": { "schema": { "type": "object", "properties": { "text": { "type": "string" } } } },
                "text/markdown": { "schema": { "type": "string" } },
                "application/octet-stream": {},
            } } } },
            "/pets": { "post": { "responses": { "200": { "description": "ok" } }, "requestBody": { "content": {
                "application/xml": { "schema": { "type": "string" } },
                "application/json": {
                    "schema": { "type": "object", "required": ["kind"], "properties": { "kind": { "enum": ["cat", "dog"] } } },
                    "example": { "kind": "bird", "renamed": 1 },
                },
            } } } },
            "/records": of("post", "application/json", json!({ "schema": { "type": "object", "properties": {
                "summary": { "type": "string" }, "count": { "type": "integer" },
                "status": { "type": "object", "properties": { "id": { "type": "integer" }, "name": { "type": "string" } } },
            } } })),
        },
    });
    let manifest = home.write("quarry.json", &manifest.to_string());
    home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "--api", "quarry", "-q"]).ok();
    home.write("config.toml", &format!("\u{feff}upload_folders = [{:?}]\n", home.path().join("outbox")));
    for (name, content) in [("a.png", &b"\x89PNG\x00"[..]), ("b.txt", b"two"), ("\u{fc} \".txt", b"three")] {
        write(&home, &format!("outbox/{name}"), content);
    }
    home
}

fn write(home: &Home, name: &str, content: &[u8]) -> PathBuf {
    let path = home.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    path
}

fn call(home: &Home, arguments: &[&str]) -> Ran {
    let mut command: Command = home.command(&[&["call"], arguments].concat());
    ran(command.stdin(Stdio::null()).output().unwrap())
}

/// The parts of a body: each its headers and its content.
fn parts(content_type: &str, body: &[u8]) -> Vec<(String, String)> {
    let delimiter = format!("--{}", content_type.split_once("boundary=").unwrap().1);
    let text = String::from_utf8_lossy(body);
    let parts = text.split(&delimiter).filter(|part| part.starts_with("\r\n"));
    let parts = parts.map(|part| part.trim_start_matches("\r\n").split_once("\r\n\r\n").unwrap());
    parts.map(|(head, content)| (head.to_owned(), content.strip_suffix("\r\n").unwrap().to_owned())).collect()
}

#[test]
fn bodies_arrive_as_their_manifest_says_and_are_shown_so() {
    let api = Api::of(200, json!({}));
    let home = home(&api.url());
    let form = json!({ "ports": ["p,1", "q"], "decks": ["x", "y z"], "meta": { "k 1": "v" } }).to_string();
    let sent = "ports=p%2C1,q&decks=x&decks=y%20z&meta%5Bk%201%5D=v";
    let shown = call(&home, &["POST", "/form", "--data", &form, "--dry-run", "--json"]).ok().json();
    let fields = json!([["ports", "p,1,q"], ["decks", "x"], ["decks", "y z"], ["meta[k 1]", "v"]]);
    assert_eq!(shown["request"]["body"], json!({ "form": fields, "encoded": sent }));
    call(&home, &["POST", "/form", "--data", &form, "--yes"]).ok();
    let arrived = api.arrived().pop().unwrap();
    assert_eq!(arrived.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(String::from_utf8(arrived.request.body).unwrap(), sent);

    let data = json!({ "meta": { "x": 1 }, "tags": ["a", "b"], "photos": ["a.png", "\u{fc} \".txt"] }).to_string();
    let shown = call(&home, &["POST", "/parts", "--data", &data, "--dry-run", "--json"]).ok().json();
    let shown = shown["request"]["body"]["parts"].as_array().unwrap().clone();
    assert_eq!(shown[0], json!({ "field": "meta", "content_type": "application/json", "text": "{\"x\":1}" }));
    let names: Vec<&str> = shown.iter().map(|part| part["field"].as_str().unwrap()).collect();
    assert_eq!(names, ["meta", "tags", "tags", "photos", "photos"]);
    assert_eq!((&shown[3]["bytes"], &shown[4]["bytes"]), (&json!(5), &json!(5)));
    call(&home, &["POST", "/parts", "--data", &data, "--yes"]).ok();
    let arrived = api.arrived().pop().unwrap();
    let found = parts(arrived.header("content-type"), &arrived.request.body);
    let heads: Vec<&str> = found.iter().map(|(head, _)| head.as_str()).collect();
    assert_eq!(
        heads,
        [
            "Content-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json",
            "Content-Disposition: form-data; name=\"tags\"",
            "Content-Disposition: form-data; name=\"tags\"",
            "Content-Disposition: form-data; name=\"photos\"; filename=\"a.png\"\r\nContent-Type: image/png",
            "Content-Disposition: form-data; name=\"photos\"; filename=\"\u{fc} \\\".txt\"\r\nContent-Type: text/plain",
        ]
    );
    let contents: Vec<&str> = found.iter().map(|(_, content)| content.as_str()).collect();
    assert_eq!((&contents[..3], contents[4]), (&["{\"x\":1}", "a", "b"][..], "three"));
    let lines = audit(&home);
    assert_eq!(lines.last().unwrap()["fields"], json!(["meta", "tags", "tags", "photos", "photos"]));
}

#[test]
fn a_body_that_is_no_json_is_told_what_the_operation_takes() {
    let api = Api::of(200, json!({}));
    let home = home(&api.url());
    for (arguments, told) in [
        (
            ["/form", "decks=x&ports=1"],
            "takes a form: give its fields as --set 'decks=x' --set 'ports=1', or as one JSON object",
        ),
        (["/parts", "tags"], "takes a form: give its fields as --set NAME=VALUE, or as one JSON object"),
        (
            ["/notes", "# Title"],
            "takes text/markdown, application/octet-stream as well: add --param header:Content-Type=text/markdown",
        ),
        (["/records", "a"], "write JSON, @FILE for a file that holds some, or - for standard input"),
    ] {
        let [path, data] = arguments;
        let refused = call(&home, &["POST", path, "--data", data, "--yes"]);
        assert!(refused.code == 2 && refused.stderr.contains(told), "{arguments:?}: {}", refused.stderr);
    }
    // The advice is taken.
    call(&home, &["POST", "/form", "--set", "decks=x", "--set", "ports=1", "--yes"]).ok();
    call(&home, &["POST", "/notes", "--data", "# Title", "--param", "header:Content-Type=text/markdown", "--yes"]).ok();
    let file = format!("@{}", home.path().join("outbox/a.png").display());
    let bytes = "header:Content-Type=application/octet-stream";
    call(&home, &["POST", "/notes", "--data", &file, "--param", bytes, "--yes"]).ok();
    let arrived = api.arrived();
    let sent: Vec<(&str, &[u8])> =
        arrived.iter().map(|arrived| (arrived.header("content-type"), &arrived.request.body[..])).collect();
    assert_eq!(
        sent,
        [
            ("application/x-www-form-urlencoded", &b"decks=x&ports=1"[..]),
            ("text/markdown", b"# Title"),
            ("application/octet-stream", b"\x89PNG\x00"),
        ]
    );
}

#[test]
fn a_description_shows_the_media_type_that_is_sent_and_those_to_choose_from() {
    let api = Api::of(200, json!({}));
    let home = home(&api.url());
    let described = |path: &str| {
        let arguments = ["describe", if path == "/bytes" { "PUT" } else { "POST" }, path, "--json"];
        ran(home.command(&arguments).output().unwrap()).ok().json()
    };
    for (path, media_type, media_types) in [
        ("/notes", "application/json", json!(["application/json", "text/markdown", "application/octet-stream"])),
        ("/pets", "application/json", json!(["application/xml", "application/json"])),
        ("/bytes", "application/octet-stream", json!(null)),
    ] {
        let body = &described(path)["request_body"];
        assert_eq!((&body["media_type"], &body["media_types"]), (&json!(media_type), &media_types), "{path}");
    }
    // The manifest's own example is none of its schema's.
    let pets = described("/pets");
    assert_eq!(
        (&pets["request_body"]["example"], &pets["call"]["data"]),
        (&json!({ "kind": "cat" }), &json!({ "kind": "cat" }))
    );
    call(&home, &["POST", "/pets", "--data", &pets["call"]["data"].to_string(), "--yes"]).ok();
    assert_eq!(api.one().header("content-type"), "application/json");
}

#[test]
fn a_body_of_bytes_is_sent_from_the_file_that_was_named() {
    let api = Api::of(200, json!({}));
    let home = home(&api.url());
    let bytes = [&[0, 255, 10, 13, 26][..], &[7; 100_000]].concat();
    let file = write(&home, "elsewhere/data.bin", &bytes);
    let named = format!("@{}", file.display());
    let shown = call(&home, &["PUT", "/bytes", "--data", &named, "--dry-run", "--json"]).ok().json();
    assert_eq!(shown["request"]["body"]["file"]["bytes"], bytes.len());
    assert_eq!(shown["request"]["body"]["file"]["blake3"], blake3::hash(&bytes).to_hex().as_str());
    call(&home, &["PUT", "/bytes", "--data", &named, "--yes"]).ok();
    let arrived = api.one();
    assert_eq!(arrived.header("content-type"), "application/octet-stream");
    assert_eq!(arrived.header("content-length"), bytes.len().to_string());
    assert!(arrived.request.body == bytes);
    assert_eq!(audit(&home).last().unwrap()["body_blake3"], blake3::hash(&bytes).to_hex().as_str());
    let mut piped = home.command(&["call", "PUT", "/bytes", "--data", "-", "--yes"]);
    ran(piped.stdin(std::fs::File::open(&file).unwrap()).output().unwrap()).ok();
    assert!(api.arrived().pop().unwrap().request.body == bytes);
    // In a folder for uploads, its path alone will do.
    call(&home, &["PUT", "/picture", "--data", "a.png", "--yes"]).ok();
    let arrived = api.arrived().pop().unwrap();
    assert_eq!((arrived.header("content-type"), &arrived.request.body[..]), ("image/png", &b"\x89PNG\x00"[..]));
}

#[test]
fn over_mcp_a_body_of_bytes_is_a_file_of_an_allowed_folder() {
    let api = Api::of(200, json!({}));
    let home = home(&api.url());
    write(&home, "secret.bin", b"secret");
    let mut client = Client::start(&home, &["serve"]);
    let put = |data: Value| json!({ "path": "/bytes", "method": "PUT", "data": data });
    for outside in [home.path().join("secret.bin").display().to_string(), "../secret.bin".to_owned()] {
        let text = client.refused("dispatch_api_operation", put(json!(outside)));
        assert!(text.contains("in none of the folders allowed for uploads"), "{text}");
    }
    // Never the text itself.
    let text = client.refused("dispatch_api_operation", put(json!("some content")));
    assert!(text.contains("cannot be read"), "{text}");
    assert_eq!(api.lines().len(), 0);
    client.dispatch(put(json!("b.txt")));
    let arrived = api.one();
    assert_eq!((arrived.header("content-type"), &arrived.request.body[..]), ("application/octet-stream", &b"two"[..]));
}

#[cfg(unix)]
#[test]
fn a_body_is_read_from_any_text_file_and_from_nothing_else() {
    let api = Api::of(200, json!({}));
    let home = home(&api.url());
    let json = "{\"summary\": \"M\u{fc}ller\", \"count\": 5}";
    let wide =
        |unit: fn(u16) -> [u8; 2]| format!("\u{feff}{json}\r\n").encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let marked = format!("\u{feff}{json}").into_bytes();
    for (name, content) in [("marked", marked), ("le", wide(u16::to_le_bytes)), ("be", wide(u16::to_be_bytes))] {
        let file = write(&home, &format!("{name}.json"), &content);
        let shown =
            call(&home, &["POST", "/records", "--data", &format!("@{}", file.display()), "--dry-run", "--json"]);
        assert_eq!(shown.ok().json()["request"]["body"], json!({ "summary": "M\u{fc}ller", "count": 5 }), "{name}");
        for arguments in [["--data", "-"], ["--data", "@/dev/stdin"]] {
            let mut command =
                home.command(&["call", "POST", "/records", arguments[0], arguments[1], "--dry-run", "--json"]);
            let shown = ran(command.stdin(std::fs::File::open(&file).unwrap()).output().unwrap()).ok();
            assert_eq!(shown.json()["request"]["body"]["count"], 5, "{name} {arguments:?}");
        }
    }
    let table = write(&home, "table.csv", "\u{feff}a,b\r\n1,2\r\n".as_bytes());
    call(&home, &["POST", "/table", "--data", &format!("@{}", table.display()), "--yes"]).ok();
    let arrived = api.one();
    assert_eq!((arrived.header("content-type"), &arrived.request.body[..]), ("text/csv", &b"a,b\r\n1,2\r\n"[..]));
    let pipe = home.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (place, path) in
        [(pipe.to_str().unwrap(), "/records"), ("/dev/zero", "/records"), (pipe.to_str().unwrap(), "/bytes")]
    {
        let method = if path == "/bytes" { "PUT" } else { "POST" };
        let refused = call(&home, &[method, path, "--data", &format!("@{place}"), "--dry-run"]);
        assert!(refused.code == 2 && refused.stderr.contains("no file"), "{place}: {}", refused.stderr);
    }
}

#[test]
fn judgements_are_read_from_any_text_file() {
    let home = Home::indexed();
    let line = r#"{"id": "1", "query": "list tickets", "relevant": [{"method": "GET", "path": "/service/tickets"}]}"#;
    let wide: Vec<u8> = format!("\u{feff}{line}\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for content in [format!("\u{feff}{line}\r\n").into_bytes(), wide] {
        let file = write(&home, "queries.jsonl", &content);
        let arguments = ["eval", "--queries", file.to_str().unwrap(), "--mode", "keyword", "--json"];
        assert_eq!(home.run(&arguments).ok().json()["queries"], 1);
    }
}

#[test]
fn single_values_make_a_body() {
    let api = Api::of(200, json!({}));
    let own = home(&api.url());
    let dry = ["--dry-run", "--json"];
    let set = ["POST", "/records", "--set", "summary=5", "--set", "count=5", "--set", "status/name=Closed"];
    let shown = call(&own, &[&set[..], &dry].concat()).ok().json();
    assert_eq!(shown["request"]["body"], json!({ "summary": "5", "count": 5, "status": { "name": "Closed" } }));
    let form = ["POST", "/form", "--set", "ports=a", "--set", "ports=b", "--set", "meta/k=v"];
    let shown = call(&own, &[&form[..], &dry].concat()).ok().json();
    assert_eq!(shown["request"]["body"]["encoded"], "ports=a,b&meta%5Bk%5D=v");
    for (arguments, says) in [
        (&["POST", "/records", "--set", "count=many"][..], "\"many\" is not an integer"),
        (&["POST", "/records", "--set", "a=1", "--data", "{}"], "--data"),
        (&["POST", "/records", "--set", "summary"], "`summary` is no FIELD=VALUE"),
        (&["POST", "/records", "--set", "count=1", "--set", "count=2"], "--set: `count` is given twice"),
        (&["PUT", "/bytes", "--set", "a=1"], "give it whole with --data @FILE"),
    ] {
        let refused = call(&own, arguments);
        assert!(refused.code == 2 && refused.stderr.contains(says), "{arguments:?}: {}", refused.stderr);
    }
    assert_eq!(api.lines().len(), 0);
    let home = Home::indexed();
    // What is wrong is said of the option that was used.
    for (arguments, says) in [
        (
            &["GET", "/service/tickets", "--set", "a=b"][..],
            "- --set: GET /service/tickets takes no body\n  Leave `--set` out",
        ),
        (&["GET", "/service/tickets", "--set", "pageSize=5"], "Put `pageSize` into `--param`"),
        (&["DELETE", "/service/tickets/5", "--set", "a=b"], "Leave `--set` out"),
        (&["PATCH", "/service/tickets/5", "--set", "impact=x"], "- --set impact: "),
        (
            &["POST", "/service/tickets", "--set", "board/id=x", "--set", "company=5", "--set", "summary=x"],
            "- --set board/id: ",
        ),
        (&["POST", "/service/tickets", "--set", "board=5"], "- --set: required fields missing: `summary`"),
        (&["GET", "/service/tickets", "--data", r#"{"a":1}"#], "- --data: GET /service/tickets takes no body"),
    ] {
        let refused = call(&home, arguments);
        assert!(refused.code == 2 && refused.stderr.contains(says), "{arguments:?}: {}", refused.stderr);
        let other = if arguments.contains(&"--set") { "--data" } else { "--set" };
        assert!(!refused.stderr.contains(other), "{arguments:?}: {}", refused.stderr);
    }
    // A PATCH becomes what its API takes.
    let arguments = ["PATCH", "/service/tickets/9", "--set", "status/name=Closed", "--set", "summary=12"];
    let shown = call(&home, &[&arguments[..], &dry].concat()).ok().json();
    assert_eq!(
        shown["request"]["body"],
        json!([
            { "op": "replace", "path": "status", "value": { "name": "Closed" } },
            { "op": "replace", "path": "summary", "value": "12" },
        ])
    );
}

#[test]
fn a_text_is_sent_as_it_is_written_wherever_it_comes_from() {
    let api = Api::of(200, json!({ "id": 1 }));
    let home = home(&api.url());
    let mut client = api.client(&home, &["--writes", "allow"]);
    let sent = || String::from_utf8(api.arrived().pop().unwrap().request.body).unwrap();
    for (method, path, text) in [
        ("POST", "/text", "\"quoted\""),
        ("POST", "/text", " 12 "),
        ("POST", "/text", "{\"a\":1}"),
        ("POST", "/table", "\"a\",\"b\"\n\"1\",2\n"),
        ("PUT", "/settings", "- \"a\": 1\n- [x, y]\n"),
        ("PUT", "/settings", "\"a\""),
    ] {
        write(&home, "given.txt", text.as_bytes());
        let file = format!("@{}", home.path().join("given.txt").display());
        for given in [text, file.as_str()] {
            call(&home, &[method, path, "--data", given, "--yes", "--again", "-q"]).ok();
            assert_eq!(sent(), text, "{path} {given}");
        }
        let mut command = home.command(&["call", method, path, "--data", "-", "--yes", "--again", "-q"]);
        let input = std::fs::File::open(home.path().join("given.txt")).unwrap();
        ran(command.stdin(Stdio::from(input)).output().unwrap()).ok();
        assert_eq!(sent(), text, "{path} of standard input");
        client.dispatch(json!({ "path": path, "method": method, "data": text }));
        assert_eq!(sent(), text, "{path} by a tool");
    }
    // Of JSON, quotes are what makes it a text.
    call(&home, &["POST", "/word", "--data", "\"quoted\"", "--yes", "-q"]).ok();
    assert_eq!(sent(), "\"quoted\"");
    client.dispatch(json!({ "path": "/settings", "method": "PUT", "data": { "a": [1] } }));
    assert_eq!(sent(), "{\"a\":[1]}");
    assert!(
        client
            .refused("dispatch_api_operation", json!({ "path": "/table", "method": "POST", "data": { "a": 1 } }))
            .contains("not text")
    );
}
