//! What is sent of forms, of bodies in parts and of files, as their encodings say.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::Call;
use crate::openapi::{Manifest, Method, read};

fn manifest(head: &Value, paths: Value) -> Manifest {
    let mut document = head.clone();
    document["info"] = json!({ "title": "Quarry", "version": "1" });
    document["paths"] = paths;
    read(document.to_string().as_bytes()).unwrap()
}

fn post(media_type: &str, content: Value) -> Value {
    json!({ "post": { "responses": {}, "requestBody": { "content": { media_type: content } } } })
}

const FORM: &str = "application/x-www-form-urlencoded";
const PARTS: &str = "multipart/form-data";

fn paths() -> Value {
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let file = json!({ "type": "string", "format": "binary" });
    let properties = json!({
        "decks": list, "ports": list, "pipes": list, "meta": { "type": "object" }, "plain": { "type": "object" },
        "loose": { "type": "string" }, "rows": { "type": "array", "items": { "type": "object" } },
        "photo": file, "photos": { "type": "array", "items": file },
        "document": { "contentMediaType": "application/pdf" },
        "encoded": { "type": "string", "contentEncoding": "base64", "contentMediaType": "image/png" },
        "bytes": { "type": "string", "contentEncoding": "base64" },
        "packed": { "type": "string", "contentMediaType": "application/json" },
        "shots": { "type": "array", "items": { "type": "string", "contentEncoding": "base64url" } },
        "typed": { "type": "string", "contentEncoding": "base64" },
        "drawing": {}, "xml": { "type": "object" },
    });
    let schema = json!({ "type": "object", "properties": properties });
    let styles = json!({
        "ports": { "explode": false }, "pipes": { "style": "pipeDelimited" },
        "meta": { "style": "deepObject", "explode": true }, "loose": { "allowReserved": true },
    });
    let parts = json!({
        "meta": { "contentType": "application/json; charset=utf-8", "headers": {
            "X-Kind": { "schema": { "type": "string", "enum": ["meta"] } }, "X-Open": { "schema": { "type": "string" } },
        } },
        "photo": { "contentType": "image/png, image/jpeg" }, "drawing": { "contentType": "image/*" },
        "typed": { "contentType": "image/jpeg", "headers": { "content-transfer-encoding": { "schema": { "const": "binary" } } } },
        "xml": { "contentType": "application/xml" }, "ports": { "explode": false },
    });
    json!({
        "/form": post(FORM, json!({ "schema": schema, "encoding": styles })),
        "/parts": post(PARTS, json!({ "schema": schema, "encoding": parts })),
        "/bytes": post("application/octet-stream", json!({})),
        "/image": { "put": { "responses": {}, "requestBody": { "content": {
            "image/png": {}, "image/jpeg": { "schema": { "type": "string", "format": "binary" } },
        } } } },
        "/table": post("text/csv", json!({ "schema": { "type": "string" } })),
        "/lines": post("application/x-ndjson", json!({})),
        "/markup": post("application/xml", json!({ "schema": { "type": "object" } })),
    })
}

static NEWEST: LazyLock<Manifest> = LazyLock::new(|| manifest(&json!({ "openapi": "3.1.0" }), paths()));
static OLDER: LazyLock<Manifest> = LazyLock::new(|| manifest(&json!({ "openapi": "3.0.3" }), paths()));

static SWAGGER: LazyLock<Manifest> = LazyLock::new(|| {
    let field = |name: &str, more: Value| {
        let mut field = json!({ "name": name, "in": "formData", "type": "array", "items": { "type": "string" } });
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    };
    let fields = json!([
        field("csv", json!({ "collectionFormat": "csv" })),
        field("unsaid", json!({})),
        field("multi", json!({ "collectionFormat": "multi" })),
        field("ssv", json!({ "collectionFormat": "ssv" })),
        field("tsv", json!({ "collectionFormat": "tsv" })),
        field("pipes", json!({ "collectionFormat": "pipes" })),
        { "name": "one", "in": "formData", "type": "string" },
    ]);
    let of = |consumes: &str| json!({ "post": { "consumes": [consumes], "responses": {}, "parameters": fields } });
    manifest(&json!({ "swagger": "2.0" }), json!({ "/form": of(FORM), "/parts": of(PARTS) }))
});

/// The body alone, with the folder of files as `~`.
fn body(manifest: &'static Manifest, path: &str, data: &Value, folder: &std::path::Path) -> String {
    let method = if path == "/image" { Method::Put } else { Method::Post };
    let call = Call { upload_folders: vec![folder.to_owned()], ..Call::of(manifest, method, path) };
    let text = super::written(&call.draft(&json!({}), Some(data)));
    let real = folder.canonicalize().unwrap().display().to_string();
    let text = text.replace(&real, "~");
    text.split_once('\n').filter(|(line, _)| line.ends_with(path)).map_or(text.clone(), |(_, body)| body.to_owned())
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.png", "b.jpg", "c.pdf", "d.bin", "e.svg"] {
        std::fs::write(folder.path().join(name), name).unwrap();
    }
    let path = folder.path().to_owned();
    (folder, path)
}

#[test]
fn forms_are_sent_as_their_encodings_say() {
    let (_kept, folder) = folder();
    for (data, wanted) in [
        (json!({ "decks": ["x", "y z"] }), "form decks=x&decks=y%20z\n"),
        (json!({ "ports": ["p,1", "q"] }), "form ports=p%2C1,q\n"),
        (json!({ "pipes": ["m", "n|o"] }), "form pipes=m|n%7Co\n"),
        (
            json!({ "meta": { "k 1": "v", "tags": ["a", "b"] } }),
            "form meta%5Bk%201%5D=v&meta%5Btags%5D%5B%5D=a&meta%5Btags%5D%5B%5D=b\n",
        ),
        (json!({ "plain": { "k": 1 } }), "form plain=%7B%22k%22%3A1%7D\n"),
        (json!({ "loose": "a/b?c" }), "form loose=a/b?c\n"),
        (
            json!({ "decks": [], "loose": null, "ports": ["x"] }),
            "form ports=x\nnote: `data.decks` is empty, and left out\nnote: `data.loose` is empty, and left out\n",
        ),
        (json!("{\"ports\": [\"x\"]}"), "form ports=x\nnote: `data` was text; the JSON in it is sent\n"),
        (
            json!({ "ports": "[\"x\", \"y\"]" }),
            "form ports=x,y\nnote: `data.ports`: \"[\\\"x\\\", \\\"y\\\"]\" is sent as `[\"x\",\"y\"]`\n",
        ),
    ] {
        for manifest in [&*NEWEST, &*OLDER] {
            assert_eq!(body(manifest, "/form", &data, &folder), wanted, "{data}");
        }
    }
}

#[test]
fn swagger_s_fields_are_joined_as_their_collection_format_says() {
    let (_kept, folder) = folder();
    let data = json!({
        "csv": ["a,b", "c"], "unsaid": ["x", "y"], "multi": ["x", "y"], "ssv": ["x", "y"], "tsv": ["x", "y"], "pipes": ["x", "y"],
        "one": "1",
    });
    assert_eq!(
        body(&SWAGGER, "/form", &data, &folder),
        "form csv=a%2Cb,c&unsaid=x,y&multi=x&multi=y&ssv=x%20y&tsv=x%09y&pipes=x%7Cy&one=1\n"
    );
    assert_eq!(
        body(&SWAGGER, "/parts", &data, &folder),
        "part csv: a,b,c\npart unsaid: x,y\npart multi: x\npart multi: y\npart ssv: x y\npart tsv: x\ty\npart pipes: x|y\npart one: 1\n"
    );
}

#[test]
fn parts_have_the_types_of_what_they_hold() {
    let (_kept, folder) = folder();
    for (data, wanted) in [
        (json!({ "plain": { "x": 1 } }), "part plain (application/json): {\"x\":1}\n"),
        (
            json!({ "rows": [{ "x": 1 }, { "x": 2 }] }),
            "part rows (application/json): {\"x\":1}\npart rows (application/json): {\"x\":2}\n",
        ),
        (json!({ "decks": ["x", "y"], "loose": "z" }), "part decks: x\npart decks: y\npart loose: z\n"),
        (json!({ "meta": { "x": 1 } }), "part meta (application/json; charset=utf-8) [X-Kind: meta]: {\"x\":1}\n"),
        (json!({ "photo": "a.png", "loose": "z" }), "part loose: z\npart photo (image/png) of ~/a.png\n"),
        (json!({ "photo": "c.pdf" }), "part photo (image/png) of ~/c.pdf\n"),
        (
            json!({ "photos": ["a.png", "b.jpg"] }),
            "part photos (image/png) of ~/a.png\npart photos (image/jpeg) of ~/b.jpg\n",
        ),
        (
            json!({ "photos": "a.png" }),
            "part photos (image/png) of ~/a.png\nnote: `data.photos`: \"a.png\" is sent as `[\"a.png\"]`\n",
        ),
        (json!({ "document": "c.pdf" }), "part document (application/pdf) of ~/c.pdf\n"),
        (json!({ "drawing": "e.svg" }), "part drawing (image/svg+xml) of ~/e.svg\n"),
        (json!({ "document": "d.bin" }), "part document (application/pdf) of ~/d.bin\n"),
        (json!({ "encoded": "aGk=" }), "part encoded (image/png) [Content-Transfer-Encoding: base64]: aGk=\n"),
        (
            json!({ "bytes": "aGk=", "shots": ["aGk=", "aG8="] }),
            "part bytes (application/octet-stream) [Content-Transfer-Encoding: base64]: aGk=\n\
             part shots (application/octet-stream): aGk=\npart shots (application/octet-stream): aG8=\n",
        ),
        (json!({ "packed": "{\"a\":1}" }), "part packed (application/json): {\"a\":1}\n"),
        (json!({ "typed": "aGk=" }), "part typed (image/jpeg) [content-transfer-encoding: binary]: aGk=\n"),
        (
            json!({ "xml": { "a": 1 } }),
            "data.xml: `{\"a\":1}` is not text, and this part is application/xml\n  Give the whole part as one string.\n",
        ),
        (
            json!({ "photo": "@a.png" }),
            "part photo (image/png) of ~/a.png\nnote: `data.photo`: `@a.png` is taken as the file `a.png`\n",
        ),
    ] {
        assert_eq!(body(&NEWEST, "/parts", &data, &folder), wanted, "{data}");
    }
    // Of bodies in parts, styles are for 3.1 alone.
    let ports = json!({ "ports": ["x", "y"] });
    assert_eq!(body(&NEWEST, "/parts", &ports, &folder), "part ports: x,y\n");
    assert_eq!(body(&OLDER, "/parts", &ports, &folder), "part ports: x\npart ports: y\n");
    let outside = body(&NEWEST, "/parts", &json!({ "photos": ["a.png", "../secret"] }), &folder);
    assert!(outside.starts_with("data.photos[1]: `../secret` is in none of the folders"), "{outside}");
}

#[test]
fn a_body_of_bytes_is_what_a_file_holds() {
    let (_kept, folder) = folder();
    for (path, data, wanted) in [
        ("/bytes", json!("d.bin"), "application/octet-stream of ~/d.bin\n"),
        ("/image", json!("a.png"), "image/png of ~/a.png\n"),
        ("/image", json!("b.jpg"), "image/jpeg of ~/b.jpg\n"),
        ("/image", json!("d.bin"), "image/png of ~/d.bin\n"),
        ("/table", json!("a,b\n1,2"), "text/csv a,b\n1,2\n"),
        (
            "/bytes",
            json!("text that is no file"),
            "data: `text that is no file` cannot be read: No such file or directory (os error 2)\n  Give the path of a file that can be read.\n",
        ),
        ("/bytes", json!({ "a": 1 }), "data: `{\"a\":1}` is not the path of a file\n  Give the path as text.\n"),
    ] {
        for manifest in [&*NEWEST, &*OLDER] {
            assert_eq!(body(manifest, path, &data, &folder), wanted, "{path} {data}");
        }
    }
    let nowhere = Call::of(&NEWEST, Method::Post, "/bytes").draft(&json!({}), Some(&json!("d.bin"))).unwrap_err();
    assert_eq!(nowhere[0].message.to_string(), "no folder is allowed for uploads");
}

#[test]
fn a_header_of_a_part_without_a_value_is_given_as_a_parameter() {
    let schema =
        json!({ "type": "object", "properties": { "meta": { "type": "object" }, "note": { "type": "string" } } });
    let header = |required: bool| json!({ "required": required, "schema": { "type": "string" } });
    let encoding = json!({
        "meta": { "headers": { "X-Open": header(false), "X-Kind": { "schema": { "const": "meta" } } } },
        "note": { "headers": { "X-Need": header(true) } },
    });
    let manifest = manifest(
        &json!({ "openapi": "3.1.0" }),
        json!({ "/parts": post(PARTS, json!({ "schema": schema, "encoding": encoding })) }),
    );
    let call = Call::of(&manifest, Method::Post, "/parts");
    let headers = |params: &Value, data: &Value| {
        let draft = call.draft(params, Some(data)).map_err(|problems| format!("{problems:?}"))?;
        let Some(crate::invoke::draft::Body::Multipart(parts)) = draft.body else { return Err("no parts".to_owned()) };
        assert!(draft.query.is_empty(), "{:?}", draft.query);
        Ok(parts.into_iter().map(|part| part.headers).collect::<Vec<_>>())
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let meta = json!({ "meta": { "a": 1 } });
    assert_eq!(headers(&json!({}), &meta), Ok(vec![vec![pair("X-Kind", "meta")]]));
    assert_eq!(
        headers(&json!({ "meta:x-open": 7 }), &meta),
        Ok(vec![vec![pair("X-Kind", "meta"), pair("X-Open", "7")]])
    );
    let note = json!({ "note": "n" });
    assert!(headers(&json!({}), &note).unwrap_err().contains("needs the header `X-Need`"));
    assert_eq!(headers(&json!({ "note:X-Need": "v" }), &note), Ok(vec![vec![pair("X-Need", "v")]]));
    assert!(headers(&json!({ "note:X-Need": "a\r\nb" }), &note).unwrap_err().contains("no header may have"));
    assert!(headers(&json!({ "note:X-Other": "v", "note:X-Need": "v" }), &note).is_err());
}

#[test]
fn what_no_text_stands_for_is_left_out_of_a_form_with_a_note() {
    for (path, data) in [
        ("/form", json!({ "loose": "x", "decks": [], "ports": null, "meta": {} })),
        ("/parts", json!({ "loose": "x", "decks": [], "ports": null, "photos": [] })),
    ] {
        let out = Call::of(&NEWEST, Method::Post, path).with_data(std::slice::from_ref(&data));
        let left_out = out.matches("is empty, and left out").count();
        assert_eq!(left_out, 3, "{path}: {out}");
        assert!(!out.contains("loose` is empty"), "{out}");
    }
}

#[test]
fn a_text_of_json_is_what_its_media_type_has_whichever_way_it_came() {
    let rows = json!([{ "a": 1 }, [2], "x"]);
    for data in [rows.clone(), rows.to_string().into()] {
        let out = Call::of(&NEWEST, Method::Post, "/lines").with_data(&[data]);
        assert!(out.contains("application/x-ndjson {\"a\":1}\n[2]\n\"x\"\n"), "{out}");
        assert!(out.contains("each of its items is sent as a line"), "{out}");
    }
    let lines = json!("{\"a\":1}\n{\"a\":2}\n");
    let out = Call::of(&NEWEST, Method::Post, "/lines").with_data(&[lines]);
    assert!(out.contains("{\"a\":1}\n{\"a\":2}\n") && !out.contains("note"), "{out}");
    for data in [json!({ "a": 1 }), json!("{\"a\": 1}"), json!("[1]")] {
        let out = Call::of(&NEWEST, Method::Post, "/markup").with_data(&[data]);
        assert!(out.contains("is JSON, and the body is application/xml"), "{out}");
    }
    let out = Call::of(&NEWEST, Method::Post, "/markup").with_data(&[json!("<a>1</a>")]);
    assert!(out.contains("application/xml <a>1</a>"), "{out}");
}
